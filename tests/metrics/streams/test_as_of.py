"""Cases as of any moment: the batch answer over the whole log, with late events, corrections and returns."""

import datetime as dt
import hashlib
import random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, ServqualError, StreamGap, TallyMismatch, UnreadableState
from servqual.metrics import KPIS, AsOf, Windows, clock_readings, tally
from servqual.model import BusinessHours, Sla, Target

FIRST = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
HOURS = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
TARGETS = [
    Target(clock="first_response", within=4 * HOUR),
    Target(clock="resolution", within=16 * HOUR),
    Target(clock="resolution", within=8 * HOUR, priority="urgent"),
    Target(clock="follow_up", within=10 * HOUR),
]
SLA = Sla(name="desk", hours=HOURS, targets=TARGETS, pause_on={"customer"})
KEYS = ["first_response_kept", "resolution_kept", "resolution_time", "resolution_rate", "case_volume", "reopen_rate"]
STOCKS = ["backlog", "backlog_age_p50", "first_response_median"]
NAMES = ("case_id", "event", "at", "on", "priority", "team", "corrects", "corrects_at")
STEPS = ("replied", "waiting", "resumed", "resolved", "closed", "reopened", "classified", "cancelled")

Event = dict[str, Any]


def log(seed: int, size: int, late: dt.timedelta = 10 * HOUR) -> list[Event]:
    """Events of any kind in the order in which they come, some late, some unreadable, some corrected."""
    rng = random.Random(seed)  # noqa: S311
    told: list[tuple[dt.datetime, Event]] = []
    for number in range(size):
        at = FIRST + 6 * HOUR * number
        steps = ["reported", *(rng.choice(STEPS) for _ in range(rng.randrange(6)))]
        for event in steps:
            row = dict.fromkeys(NAMES) | {"case_id": f"C-{number}", "event": event, "at": at}
            row["priority"] = rng.choice([None, None, "urgent", "normal"])
            row["team"] = rng.choice([None, "north", "south"])
            row["on"] = "customer" if event == "waiting" else None
            told.append((at + late * rng.random(), row))
            if rng.random() < 0.1:
                fixed = at + 5 * HOUR
                wrong = dict.fromkeys(NAMES) | {"case_id": f"C-{number}", "event": "voided", "at": fixed}
                told.append((fixed, wrong | {"corrects": event, "corrects_at": at}))
            at += HOUR * rng.choice([1, 5, 30])
    odd = {"case_id": None, "event": "replied", "at": FIRST}, {"case_id": "C-1", "event": "sneezed", "at": FIRST}
    told += [(FIRST + 9 * DAY * rng.random(), dict.fromkeys(NAMES) | row) for row in odd]
    return [row for _, row in sorted(told, key=lambda one: one[0])]


def table(rows: list[Event]) -> dict[str, Any]:
    """The events as columns."""
    return {"case_events": {name: [row[name] for row in rows] for name in NAMES}}


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 60), by=st.sampled_from([(), ("team",), ("week", "priority")]))
def test_a_stream_of_events_is_the_batch_byte_for_byte(seed: int, size: int, by: tuple[str, ...]) -> None:
    """As of any moment from the watermark on, whatever is settled; readings are those of the whole log."""
    rows, rng = log(seed, size), random.Random(seed)  # noqa: S311
    kpis = KEYS if "week" in by else [*KEYS, *STOCKS]
    state, start, high = AsOf.of(kpis, sla=SLA, by=by, horizon=6 * DAY), 0, FIRST
    while start < len(rows):
        end = min(len(rows), start + rng.randrange(10, 120))
        part = table(rows[start:end])
        state = state.add(part, start, end)
        assert state.add(part, start, end) is state
        high = max(high, *part["case_events"]["at"])
        state = state.advance(high - 10 * HOUR)
        again = AsOf.from_bytes(state.to_bytes(), sla=SLA)
        assert again == state
        state, start = again, end
        now = high + rng.choice([0 * HOUR, 30 * HOUR, 90 * DAY])
        whole = tally(kpis, table(rows[:end]), sla=SLA, by=by, now=now)
        found = state.tally(now)
        assert found.rows == whole.rows
        assert hashlib.sha256(found.to_bytes()).digest() == hashlib.sha256(whole.to_bytes()).digest()
        assert state.late == 0
    batch = clock_readings(table(rows)["case_events"], SLA, now=now)
    for key, readings in state.readings(now).items():
        assert rows_of(readings.columns()) <= rows_of(batch[key].columns())
        assert {case for case, *_ in rows_of(readings.columns())} >= {
            case for case, _, told, *_ in rows_of(batch[key].columns()) if told == "running"
        }


def rows_of(columns: dict[str, Any]) -> set[tuple[str, ...]]:
    """Readings as plain rows."""
    return {*zip(*(map(str, values) for values in columns.values()), strict=True)}


def test_most_cases_of_a_long_stream_are_settled() -> None:
    """Open cases keep their events; of the others only what they count for is kept."""
    rows = [row for row in log(5, 400) if row["event"] in {"reported", "resolved", "closed"}]
    state = AsOf.of(["resolution_rate", "resolution_kept"], sla=SLA, horizon=5 * DAY)
    for start in range(0, len(rows), 60):
        some = rows[start : start + 60]
        state = state.add(table(some), start, start + len(some)).advance(some[-1]["at"])
    ended = {row["case_id"] for row in rows if row["event"] != "reported"}
    assert state.settled > 0.8 * len(ended) > 100
    assert state.open + state.settled == len({row["case_id"] for row in rows})
    assert len(state.to_bytes()) < len(AsOf.of(["resolution_rate"], horizon=DAY).add(table(rows), 0, 1).to_bytes())


def case(*told: tuple[str, dt.datetime], name: str = "C") -> dict[str, Any]:
    """A delivery with the events of one case."""
    return table([dict.fromkeys(NAMES) | {"case_id": name, "event": event, "at": at} for event, at in told])


def test_a_case_may_come_back_until_the_horizon() -> None:
    """Then its events are refused with the reason, and counted; a case of another name is not touched."""
    kpis, asked = ["resolution_rate", "case_volume"], FIRST + 40 * DAY
    state = AsOf.of(kpis, horizon=7 * DAY).add(case(("reported", FIRST), ("resolved", FIRST + HOUR)), 0, 2)
    back = case(("reopened", FIRST + 6 * DAY))
    early = state.advance(FIRST + 6 * DAY).add(back, 2, 3)
    assert (early.settled, early.late, early.tally(asked).measure().get("resolution_rate").value) == (0, 0, 0)
    over = state.advance(FIRST + 7 * DAY + HOUR)
    assert (over.open, over.settled) == (0, 1)
    late = over.add(back, 2, 3).add(case(("reported", FIRST + 9 * DAY), name="D"), 3, 4)
    found = late.tally(asked).measure()
    assert (late.late, found.get("resolution_rate").value, found.get("case_volume").value) == (1, 0.5, 2)
    assert found.rows["case_events"].reasons == {("case_id", "names a case that is settled"): 1}
    assert AsOf.from_bytes(late.to_bytes()).add(back, 4, 5).late == 2


def test_what_time_alone_can_change_is_not_settled() -> None:
    """A follow-up that is still owed runs on, and a window that is not over is waited for."""
    solved = case(("reported", FIRST), ("resolved", FIRST + HOUR))
    owed = AsOf.of(["resolution_kept"], sla=SLA, horizon=DAY).add(solved, 0, 2)
    assert owed.advance(FIRST + 90 * DAY).settled == 1
    sla = attrs.evolve(SLA, targets=[Target(clock="follow_up", within=400 * DAY)])
    state = AsOf.of(["follow_up_kept"], sla=sla, horizon=DAY).add(solved, 0, 2).advance(FIRST + 90 * DAY)
    assert (state.open, state.settled) == (1, 0)
    open_case = AsOf.of(["case_volume"], horizon=DAY).add(case(("reported", FIRST)), 0, 1)
    assert open_case.advance(FIRST + 900 * DAY).open == 1


@pytest.mark.parametrize(
    ("kpis", "options", "words"),
    [
        (["volume"], {}, "those of cases or of clocks"),
        ([KPIS["recurrence_rate"].with_(window=DAY)], {}, "each case by itself"),
        (["backlog"], {"by": ["month"]}, "that of now"),
        (["resolution_rate"], {"horizon": -DAY}, "horizon must be"),
        (["next_response_kept"], {}, "sla must be given"),
    ],
)
def test_questions_that_a_state_cannot_answer_are_refused(kpis: list[Any], options: dict[str, Any], words: str) -> None:
    """With what to do instead."""
    with pytest.raises(InvalidValue, match=words):
        AsOf.of(kpis, **{"horizon": DAY} | options)


def test_a_state_is_read_with_its_own_agreement() -> None:
    """Another agreement is another definition; bytes of another kind are refused; offsets follow on."""
    state = AsOf.of(["resolution_kept"], sla=SLA, horizon=DAY).add(case(("reported", FIRST)), 0, 1)
    data = state.to_bytes()
    with pytest.raises(TallyMismatch):
        AsOf.from_bytes(data, sla=attrs.evolve(SLA, targets=TARGETS[:2]))
    for wrong in (data[:-1], Windows.of(["volume"]).to_bytes()):
        with pytest.raises(UnreadableState):
            AsOf.from_bytes(wrong, sla=SLA)
    with pytest.raises(StreamGap):
        state.add({}, 5, 6)
    with pytest.raises(ServqualError, match="data must be"):
        state.add({"cases": {}}, 1, 2)
    with pytest.raises(InvalidValue, match="no earlier than the watermark"):
        state.advance(FIRST + DAY).tally(FIRST)
    with pytest.raises(InvalidValue, match="sla must be given"):
        AsOf.of(["case_volume"], horizon=DAY).readings(FIRST)
