"""One promise, one answer: clock and KPI say the same of one case at every boundary, whatever carries the case.

What is right is written here from the rules alone: a promise is kept by a stop at its due moment or before, missed once
that has passed, and undecided before; a case that ends first leaves it out. A told solution is an answer, a solution
that was called off is none, and what comes after the end changes nothing.
"""

import csv
import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import KPIS, Kpi, clock_readings, measure
from servqual.metrics.clocks.readings import STATES
from servqual.model import BusinessHours, Case, CaseId, Complaint, ComplaintId, CustomerId, Sla, Target
from servqual.model import case as event
from servqual.model import complaint as voiced
from servqual.report import Config, report

MONDAY: Final = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
HOUR, TICK, LONG = dt.timedelta(hours=1), dt.timedelta(microseconds=1), dt.timedelta(days=40)
HOURS: Final = [
    BusinessHours.always(),
    BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays={dt.date(2026, 5, 6): "Fair"}),
    BusinessHours(zone="UTC", week={"mon-fri": "09:00-12:00, 13:00-17:00", "sat": "10:00-12:00"}),
]
WITHIN: Final = [0 * HOUR, TICK, HOUR, 3 * HOUR, 8 * HOUR - TICK, 8 * HOUR, 8 * HOUR + TICK, 16 * HOUR]
EDGES: Final = [MONDAY + HOUR * (24 * day + hour) for day in range(8) for hour in (0, 9, 10, 12, 13, 16, 17, 20)]
moments = st.builds(lambda edge, by: edge + by * TICK, st.sampled_from(EDGES), st.sampled_from([0, 0, 0, -1, 1]))

Verdict = tuple[float | None, int, int]
"""The share kept, the number of verdicts and of undecided: of one promise of one case."""
KEPT, MISSED, OPEN, OUT = (1.0, 1, 0), (0.0, 1, 0), (None, 0, 1), (None, 0, 0)


class Told(NamedTuple):
    """What ends a promise: its stop, the end of the case, and whether that takes the stop back."""

    stop: dt.datetime | None
    end: dt.datetime | None
    taken_back: bool = False


def verdict(due: dt.datetime, told: Told, now: dt.datetime) -> Verdict:
    """Judge by the rule: the stop, else the end of the case, else now, against the due moment."""
    end = None if told.end is None or told.end > now else told.end
    stop = None if told.stop is None or told.stop > now or (end is not None and end < told.stop) else told.stop
    if told.taken_back and end is not None:
        stop = None
    if due < (stop or end or now):
        return MISSED
    return KEPT if stop else OUT if end else OPEN


@st.composite
def lives(draw: st.DrawFn) -> tuple[Case, dict[str, Told]]:
    """A case that is not reopened and pauses nothing, with the stop of each clock and the end, as drawn."""
    start, replied, solved, ended, late = sorted(draw(st.lists(moments, min_size=5, max_size=5)))
    answers, told = draw(st.booleans()), draw(st.booleans())
    finish = draw(st.sampled_from(["open", "solved", "closed", "cancelled", "duplicate", "withdrawn"]))
    history: list[Any] = [
        event.Reported(
            at=start, id=CaseId(f"C-{draw(st.integers(0, 10**9))}"), customer=CustomerId("K"), description="d",
            impact="i", occurred_at=start, owner="A", channel="phone", source="feedback", seq=-9,
        ),
        event.Received(at=start, by="A", seq=-8),
        event.Classified(at=start, by="A", category="line", priority="normal", seq=-7),
        event.Assigned(at=start, by="A", to="A", seq=-6),
        event.Started(at=start, by="A", seq=-5),
    ]  # fmt: skip
    if answers:
        history.append(event.Replied(at=replied, by="A", seq=-4))
    has_solution = finish in {"solved", "closed", "withdrawn"}
    if has_solution:
        history.append(event.Resolved(at=solved, by="A", solution="s", told_customer=told, seq=-3))
    if finish == "closed":
        history.append(event.Verified(at=ended, by="A", effective=True, customer_confirmed=True, seq=-2))
        history.append(event.Closed(at=ended, by="A", seq=-1))
    if finish == "withdrawn":
        history.append(event.Waiting(at=solved, by="A", on="customer", seq=-2))
    if finish in {"cancelled", "withdrawn"}:
        history.append(event.Cancelled(at=ended, by="A", reason="r", seq=-1))
    if finish == "duplicate":
        history.append(event.Duplicate(at=ended, by="A", of=CaseId("another"), seq=-1))
    if draw(st.booleans()):
        late = max(late, ended + TICK)
        history += [event.CustomerMessage(at=late, seq=1), event.Replied(at=late, by="A", seq=2)]
    end = None if finish in {"open", "solved"} else ended
    replies = [e.at for e in history if e.stored_name == "replied"] + ([solved] if has_solution and told else [])
    solution = Told(solved if has_solution else None, end, taken_back=finish == "withdrawn")
    return Case(history=history), {"first_response": Told(min(replies, default=None), end), "resolution": solution}


def said(found: Any) -> Verdict:
    """What a measurement says."""
    return found.value, found.n, found.undecided


STATE: Final = {"met": KEPT, "breached": MISSED, "running": OPEN, "paused": OPEN, "cancelled": OUT, "pending": OUT}


def columns(cases: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Write what objects say of themselves as columns."""
    return {name: [getattr(case, name) for case in cases] for name in names}


class Promised(NamedTuple):
    """A promise of one clock, some cases as they are today, and those of them that had begun, as they were at now."""

    clock: str
    sla: Sla
    kpi: Kpi
    today: Sequence[Case]
    cases: Sequence[Case]
    now: dt.datetime

    def by_case(self, kpi: str | Kpi, data: Any, **more: Any) -> list[Verdict]:
        """Measure a KPI for each case alone."""
        found = measure([kpi], data, by=["case_id"], now=self.now, **more)
        there = {m.group["case_id"]: said(m) for m in found}
        return [there.get(case.id, OUT) for case in self.cases]

    def rows(self) -> dict[str, Any]:
        """Write the cases as columns."""
        rows = columns(self.cases, "received_at", "first_response_at", "resolved_at")
        return rows | {"case_id": [case.id for case in self.cases], "closed_at": [ended(case) for case in self.cases]}


def in_bulk(p: Promised) -> list[Verdict]:
    """Read the clocks of all cases at once."""
    read = clock_readings(p.today, p.sla, now=p.now)[p.clock]
    states = {read.log.ids[case]: STATE[STATES[state]] for case, state in zip(read.case, read.state, strict=True)}
    return [states[case.id] for case in p.cases]


# who says what became of a promise: the model, bulk, the KPI of an agreement, and that of a limit over each carrier
WAYS: Final[dict[str, Callable[[Promised], list[Verdict]]]] = {
    "model": lambda p: [STATE[p.sla.read(case, now=p.now)[p.clock].state] for case in p.cases],
    "bulk": in_bulk,
    "agreement": lambda p: p.by_case(p.kpi.key, {"case_events": p.today}, sla=p.sla),
    "log": lambda p: p.by_case(p.kpi, {"case_events": p.today}),
    "objects": lambda p: p.by_case(p.kpi, {"cases": p.cases}),
    "objects as they are today": lambda p: p.by_case(p.kpi, {"cases": p.today}),
    "columns": lambda p: p.by_case(p.kpi, {"cases": p.rows()}),
}
PROMISES: Final = {
    "life": st.lists(lives(), min_size=1, max_size=4, unique_by=lambda drawn: drawn[0].id),
    "hours": st.sampled_from(HOURS),
    "within": st.sampled_from(WITHIN),
    "now": moments | st.just(MONDAY + LONG),
}


def promised(
    clock: str,
    life: list[tuple[Case, dict[str, Told]]],
    hours: BusinessHours,
    within: dt.timedelta,
    now: dt.datetime,
) -> tuple[Promised, list[Verdict]]:
    """Promise an answer or a solution to some cases, and judge each by the rule."""
    known = [(case.as_of(now), stops) for case, stops in life if case.history[0].at <= now]
    sla = Sla(name="s", hours=hours, targets=[Target(clock=c, within=within) for c in ("first_response", "resolution")])
    kpi = KPIS[f"{clock}_kept"].with_(within=within, hours=hours)
    want = [verdict(hours.after(case.history[0].at, within), stops[clock], now) for case, stops in known]
    return Promised(clock, sla, kpi, [case for case, _ in life], [case for case, _ in known], now), want


@settings(max_examples=200)
@given(clock=st.sampled_from(["first_response", "resolution"]), way=st.sampled_from([*WAYS]), **PROMISES)
def test_clock_and_kpi_say_the_same_of_every_case(clock: str, way: str, **drawn: Any) -> None:
    """By the model, in bulk, by the KPI of an agreement and by that of a limit: objects, columns and log."""
    told, want = promised(clock, **drawn)
    assert WAYS[way](told) == want


@given(source=st.sampled_from(["log", "objects", "columns"]), **PROMISES)
def test_what_is_kept_within_any_time_is_what_the_mean_counts(source: str, **drawn: Any) -> None:
    """The time to a first response is of the same cases as its promise, whatever carries them."""
    told, _ = promised("first_response", **drawn)
    rows = {"cases": told.rows()}
    data = {"log": {"case_events": told.today}, "objects": {"cases": told.today}, "columns": rows}[source]
    ever = [n for _, n, _ in told.by_case(told.kpi.with_(within=10 * LONG), rows)]
    assert [n for _, n, _ in told.by_case("first_response_time", data)] == ever


def ended(case: Case) -> dt.datetime | None:
    """The end of a case, as a desk writes it into a row."""
    return next((e.at for e in case.history if e.stored_name in {"closed", "cancelled", "duplicate"}), None)


@st.composite
def complaints(draw: st.DrawFn) -> tuple[Complaint, dict[str, Told]]:
    """A complaint that is not reopened, with the stop of each clock and the end, as drawn."""
    start, heard, solved, finished = sorted(draw(st.lists(moments, min_size=4, max_size=4)))
    told_it, answers = draw(st.booleans()), draw(st.booleans())
    finish = draw(st.sampled_from(["open", "solved", "closed", "withdrawn", "duplicate", "taken_back"]))
    history: list[Any] = [
        voiced.Received(
            at=start, id=ComplaintId("P"), customer=CustomerId("K"), channel="phone", category="c", description="d",
            owner="A", due=start + LONG, seq=-9,
        )
    ]  # fmt: skip
    if answers:
        history.append(voiced.Acknowledged(at=heard, by="A", seq=-8))
    has_solution = finish in {"solved", "closed", "taken_back"}
    if has_solution:
        history += [
            voiced.Listened(at=solved, by="A", demand="d", seq=-7),
            voiced.Analysed(at=solved, by="A", root_cause="c", seq=-6),
            voiced.Resolved(at=solved, by="A", solution="s", told_customer=told_it, seq=-5),
        ]
    if finish == "closed":
        history.append(voiced.FollowedUp(at=finished, by="A", satisfied=True, answer="yes", seq=-4))
        history.append(voiced.Closed(at=finished, by="A", seq=-3))
    if finish in {"withdrawn", "taken_back"}:
        history.append(voiced.Withdrawn(at=finished, by="A", reason="r", seq=-3))
    if finish == "duplicate":
        history.append(voiced.Duplicate(at=finished, by="A", of=ComplaintId("P-0"), seq=-3))
    end = None if finish in {"open", "solved"} else finished
    acknowledged = heard if answers else solved if has_solution and told_it else None
    solution = Told(solved if has_solution else None, end, taken_back=finish == "taken_back")
    return Complaint(history=history), {"acknowledgement": Told(acknowledged, end), "resolution": solution}


@settings(max_examples=200)
@given(
    drawn=complaints(),
    clock=st.sampled_from(["acknowledgement", "resolution"]),
    way=st.sampled_from(["model", "objects", "objects as they are today", "columns"]),
    hours=st.sampled_from(HOURS),
    within=st.sampled_from(WITHIN),
    now=moments | st.just(MONDAY + LONG),
)
def test_clock_and_kpi_say_the_same_of_every_complaint(
    *,
    drawn: tuple[Complaint, dict[str, Told]],
    clock: str,
    way: str,
    hours: BusinessHours,
    within: dt.timedelta,
    now: dt.datetime,
) -> None:
    """By the model and by the KPI of a limit, from objects and columns."""
    today, stops = drawn
    if today.received.at > now:
        return
    complaint = today.as_of(now)
    want = verdict(hours.after(complaint.received.at, within), stops[clock], now)
    if way == "model":
        sla = Sla(name="s", hours=hours, targets=[Target(clock=clock, within=within)])
        assert STATE[sla.read(complaint, now=now)[clock].state] == want
        return
    end = next((e.at for e in complaint.history if e.stored_name in {"closed", "withdrawn", "duplicate"}), None)
    rows = columns([complaint], "acknowledged_at", "resolved_at")
    rows |= {"received_at": [complaint.received.at], "closed_at": [end]}
    data = {"objects": [complaint], "objects as they are today": [today], "columns": rows}[way]
    key = {"acknowledgement": "complaint_acknowledged_kept", "resolution": "complaint_kept"}[clock]
    kpi = KPIS[key].with_(within=within, hours=hours)
    assert said(measure([kpi], {"complaints": data}, now=now).one()) == want


@pytest.mark.parametrize("closed", [MONDAY + 2 * HOUR, MONDAY + 9 * HOUR])
def test_nobody_knows_whether_an_imported_case_was_solved_before_its_close(closed: dt.datetime) -> None:
    """The clock is unknown and `gaps` names the solution; it was received and has no solution, whatever carries it."""
    now = MONDAY + 24 * HOUR
    told: dict[str, Any] = {"received_at": MONDAY, "closed_at": closed}
    case = Case.imported(id="1", channel="mail", status="closed", **told)
    complaint = Complaint.imported(id="1", channel="mail", status="closed", **told)
    sla = Sla(name="s", hours=HOURS[0], targets=[Target(clock="resolution", within=8 * HOUR)])
    bulk = clock_readings([case], sla, now=now)["resolution"]
    assert sla.read(case, now=now)["resolution"].state == STATES[bulk.state[0]] == "unknown"
    assert "resolved_at" in case.gaps()
    rows = {name: [at] for name, at in told.items()} | {"resolved_at": [None]}
    for data in ({"cases": [case]}, {"case_events": [case]}, {"cases": rows}):
        assert said(measure(["resolution_time"], data, now=now).one()) == OUT
        assert said(measure(["resolution_rate"], data, now=now).one()) == (0, 1, 0)
    assert said(measure(["resolution_kept"], {"case_events": [case]}, now=now, sla=sla).one()) == OUT
    for source in ([complaint], rows):
        assert said(measure(["complaint_resolution_rate"], {"complaints": source}, now=now).one()) == (0, 1, 0)


@pytest.mark.parametrize("clock", ["first_response", "resolution"])
def test_the_report_says_what_the_rule_says(clock: str, tmp_path: Path) -> None:
    """A file with every pair of a receipt and a stop or an end at the edges of a day, promised eight working hours."""
    hours, now = HOURS[2], MONDAY + 20 * dt.timedelta(days=1)
    edges = [edge + by * TICK for edge in EDGES[8:32:2] for by in (-1, 0, 1)]
    name = {"first_response": "first_response_at", "resolution": "resolved_at"}[clock]
    rows = [(a, at, end) for a in edges for b in edges if a <= b for at, end in ((b, None), (None, b))]
    file = tmp_path / "export.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out).writerow
        write(["case_id", "received_at", name, "closed_at"])
        for number, row in enumerate(rows):
            write([number, *("" if at is None else at.isoformat() for at in row)])
    config = Config.from_table(
        {
            "targets": [{"clock": clock, "within": "8 h", "goal": 0.5}],
            "read": {"zone": "UTC"},
            "hours": {"week": {"mon-fri": "09:00-12:00, 13:00-17:00", "sat": "10:00-12:00"}},
        }
    )
    wanted = [verdict(hours.after(start, 8 * HOUR), Told(stop, end), now) for start, stop, end in rows]
    (row,) = report(file, config, now=now)["standards"]
    judged = [value for value, n, _ in wanted if n]
    assert (row["n"], row["value"]) == (len(judged), pytest.approx(sum(v or 0 for v in judged) / len(judged)))
