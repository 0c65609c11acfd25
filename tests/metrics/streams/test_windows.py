"""Windows of a stream: the batch answer byte for byte, late rows as a slow twin has them, and nothing counted twice."""

import datetime as dt
import hashlib
import random
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, ServqualError, StreamGap, TallyMismatch, UnreadableState
from servqual.metrics import KPIS, Tally, Windows, tally

FIRST = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NAMES = ("interaction_id", "customer_id", "team", "queued_at", "wait_s", "abandoned")
PLAIN = ["volume", "asa", "wait_p90", "abandonment_rate"]
WEEK = [KPIS[key].with_(window=3 * DAY) for key in ("fcr", "repeat_rate", "containment_rate")]

Row = dict[str, Any]


def contacts(seed: int, size: int, days: float = 20) -> list[Row]:
    """Contacts in the order in which they arrive: up to a day late, some sent twice, some that cannot be read."""
    rng = random.Random(seed)  # noqa: S311
    rows: list[Row] = []
    for number in range(size):
        at = FIRST + days * DAY * (number / size) - HOUR * rng.choice([0, 0, 1, 20])
        row = {
            "interaction_id": f"I-{number}",
            "customer_id": rng.choice(["anna", "ben", "cleo", "dora", "emil"]),
            "team": rng.choice(["north", "south", None]),
            "queued_at": rng.choice([at] * 30 + [None, "soon"]),
            "wait_s": rng.choice([5, 70, 70, 900, None, -1]),
            "abandoned": rng.choice([True, False, False, None]),
            "bot": rng.choice([True, False, None]),
        }
        rows.append(row)
        if rng.random() < 0.1:
            rows.append(dict(rng.choice(rows[-5:])))
    return rows


def table(rows: list[Row]) -> dict[str, Any]:
    """The rows as columns."""
    return {"interactions": {name: [row[name] for row in rows] for name in (*NAMES, "bot")}}


def stored(state: Windows) -> Windows:
    """The state, written and read again."""
    again = Windows.from_bytes(state.to_bytes(), WEEK)
    assert again == state
    return again


def streamed(state: Windows, rows: list[Row], rng: random.Random) -> Windows:
    """The state after all rows came in deliveries, some of them twice, with a stored state between."""
    start = 0
    while start < len(rows):
        end = min(len(rows), start + rng.randrange(1, 60))
        state = state.add(table(rows[start:end]), start, end)
        if rng.random() < 0.3:
            again = stored(state)
            assert again.add(table(rows[start:end]), start, end) is again
            state = again
        if rng.random() < 0.5:
            moments = [row["queued_at"] for row in rows[:end] if isinstance(row["queued_at"], dt.datetime)]
            state = state.advance(max(moments, default=FIRST))
        start = end
    return state


@pytest.mark.parametrize("kpis", [PLAIN, [*PLAIN, *WEEK], WEEK], ids=["in any order", "both", "keyed"])
@pytest.mark.parametrize("where", [None, {"team": ["north", "west"]}], ids=["all", "where"])
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 150), every=st.sampled_from(["hour", "day", "week", "month"]))
def test_a_stream_is_the_batch_byte_for_byte(
    kpis: list[Any], where: dict[str, Any] | None, seed: int, size: int, every: str
) -> None:
    """However rows are delivered, stored and sent again, and whenever windows are closed."""
    rows, rng = contacts(seed, size, days=size / 8), random.Random(seed)  # noqa: S311
    zone = rng.choice(["UTC", "Europe/Berlin"])
    state = Windows.of(kpis, every=every, by=["team"], lateness=2 * DAY, zone=zone, where=where)
    state = streamed(state, rows, rng)
    now = None if kpis is PLAIN else FIRST + rng.choice([21, 30]) * DAY
    whole = tally(kpis, table(rows), by=["team", every], zone=zone, now=now, where=where)
    found = state.tally(now)
    assert state.late == 0
    assert found.rows == whole.rows
    assert found == whole
    assert hashlib.sha256(found.to_bytes()).digest() == hashlib.sha256(whole.to_bytes()).digest()
    assert repr(found.measure()) == repr(whole.measure())


@settings(max_examples=5)
@given(seed=st.integers(0, 10**6), lateness=st.integers(0, 30))
def test_late_rows_are_refused_as_a_slow_twin_says(seed: int, lateness: int) -> None:
    """A row is late where the lateness after the end of its day was over at a watermark that came before it."""
    rng = random.Random(seed)  # noqa: S311
    rows = [row for row in contacts(seed, 50, days=12) if isinstance(row["queued_at"], dt.datetime)]
    state = Windows.of(PLAIN, by=["team"], lateness=lateness * HOUR)
    kept: list[Row] = []
    late, watermark, ids = 0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), set[str]()
    for number, row in enumerate(rows):
        at = row["queued_at"]
        end = at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        if end + lateness * HOUR <= watermark:
            late += 1
        elif row["interaction_id"] not in ids:
            ids.add(row["interaction_id"])
            kept.append(row)
        state = state.add(table([row]), number, number + 1)
        if rng.random() < 0.3:
            watermark = max(watermark, at)
            state = state.advance(watermark)
    assert state.late == late
    whole = tally(PLAIN, table(kept), by=["team", "day"])
    found = state.tally()
    assert found.measure().equals(whole.measure())
    assert found.rows["interactions"].read == len(rows)
    assert found.rows["interactions"].used == whole.rows["interactions"].used


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_what_is_handed_out_adds_up_with_what_is_left(seed: int) -> None:
    """Windows that are handed out are final; the sum is the batch, rows included."""
    rows, rng = contacts(seed, 120), random.Random(seed)  # noqa: S311
    state, finals = Windows.of(PLAIN, by=["team"], lateness=2 * DAY), list[Tally]()
    for start in range(0, len(rows), 30):
        state = streamed(state, rows[: start + 30], rng) if not start else state.add(
            table(rows[start : start + 30]), start, min(len(rows), start + 30)
        )  # fmt: skip
        state = state.advance(FIRST + 20 * DAY * min(start + 30, len(rows)) / len(rows))
        final, state = state.taken()
        finals.append(Tally.from_bytes(final.to_bytes()))
        state = stored(state)
    whole, summed = tally(PLAIN, table(rows), by=["team", "day"]), state.tally()
    days = [{found.group["day"] for found in final.measure()} - {None} for final in finals]
    assert sum(map(len, days)) == len(set[Any]().union(*days)) > 10  # each in one of them
    for final in finals:
        summed = final + summed
    assert state.late == 0
    assert hashlib.sha256(summed.to_bytes()).digest() == hashlib.sha256(whole.to_bytes()).digest()


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_keyed_windows_are_handed_out_once_they_are_final(seed: int) -> None:
    """Of first contacts a day waits for the window of the KPI, too; then it is that of the batch, for good."""
    rows = contacts(seed, 120)
    state = Windows.of(WEEK, by=["team"], lateness=2 * DAY)
    state = state.add(table(rows[:90]), 0, 90).advance(FIRST + 14 * DAY)
    final, state = state.taken()
    state = state.add(table(rows[90:]), 90, len(rows))
    whole = tally(WEEK, table(rows), by=["team", "day"], now=FIRST + 30 * DAY).measure()
    found = {(m.kpi, m.group["team"], m.group["day"]): m for m in final.measure()}
    batch = {(m.kpi, m.group["team"], m.group["day"]): m for m in whole}
    taken = {day for _, _, day in found}
    assert max(taken) < dt.date(2026, 5, 14) < max(day for _, _, day in batch if day is not None)
    for key, expected in batch.items():
        if key[2] in taken:
            assert (found[key].value, found[key].n) == (expected.value, expected.n)


def test_contacts_wait_for_their_window_and_no_longer() -> None:
    """Twice the KPI's window, the lateness, and the day that is not over: the rest is forgotten."""
    rows = [row for row in contacts(3, 2000, days=100) if isinstance(row["queued_at"], dt.datetime)]
    state = Windows.of(WEEK, lateness=1 * DAY)
    for start in range(0, len(rows), 50):
        some = rows[start : start + 50]
        state = state.add(table(some), start, start + len(some)).advance(max(row["queued_at"] for row in some))
        assert state.waiting <= 24 * (2 * 3 + 1 + 1 + 2.5) + 50  # 22 contacts a day, and those of a delivery
    assert len(state.to_bytes()) < 80_000


def test_offsets_that_do_not_follow_on_are_refused() -> None:
    """Nothing counts twice and nothing is missing; each partition has an offset of its own."""
    rows = contacts(1, 30)
    state = Windows.of(PLAIN).add(table(rows[:10]), 100, 110, source="p0")
    assert state.add(table(rows[:5]), 100, 105, source="p0") is state
    state = state.add(table(rows[10:20]), 0, 10, source="p1")
    assert state.offsets == {"p0": 110, "p1": 10}
    for start, end in ((105, 115), (111, 120)):
        with pytest.raises(StreamGap) as caught:
            state.add(table(rows[20:]), start, end, source="p0")
        assert (caught.value.held, caught.value.source) == (110, "p0")
    assert state.add({}, 110, 150, source="p0").offsets["p0"] == 150
    wrong: tuple[tuple[Any, Any], ...] = ((5, 4), (-1, 3), (0.5, 1))
    for start, end in wrong:
        with pytest.raises(InvalidValue, match=r"(start|end) must"):
            state.add({}, start, end, source="p2")


def test_a_row_sent_again_with_other_content_is_told() -> None:
    """The first one stands, with the warning of rows that cannot be compared any more."""
    row = {**contacts(1, 1)[0], "queued_at": FIRST, "wait_s": 10}
    state = Windows.of(["asa"]).add(table([{**row, "abandoned": False}]), 0, 1)
    same = state.add(table([{**row, "abandoned": False}]), 1, 2).tally().measure().one()
    other = state.add(table([{**row, "abandoned": False, "wait_s": 30}]), 1, 2).tally().measure().one()
    assert (same.value, other.value) == (10, 10)
    assert "rows.repeats_unchecked" not in {warning.code for warning in same.warnings}
    assert "rows.repeats_unchecked" in {warning.code for warning in other.warnings}


def test_answers_without_an_id_count_once() -> None:
    """They are named by what they say, alike in every process."""
    kpi = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    answer = {"customer_id": ["K"], "question": ["Q"], "survey": ["S"], "score": [4], "answered_at": [FIRST]}
    state = Windows.of([kpi]).add({"answers": answer}, 0, 1)
    state = Windows.from_bytes(state.to_bytes(), [kpi]).add({"answers": answer}, 1, 2)
    found = state.tally().measure().one()
    assert found.n == 1
    assert "rows.repeats_unchecked" not in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    ("kpis", "words"),
    [
        (["callback_kept"], "rows that never change"),
        (["backlog"], "rows that never change"),
        (["survey_response_rate"], "have a window"),
        ([KPIS["recurrence_rate"]], "window"),
        (["resolution_time", "cases_resolved"], "date the rows of cases by one moment"),
    ],
)
def test_kpis_that_a_stream_cannot_carry_are_refused(kpis: list[Any], words: str) -> None:
    """With what to do instead."""
    with pytest.raises(InvalidValue, match=words):
        Windows.of(kpis).add({}, 0, 1).tally().measure()


def test_wrong_arguments_are_refused() -> None:
    """Windows that come again, a lateness below 0, tables that nobody reads, a moment that has passed."""
    for wrong in ({"every": "weekday"}, {"lateness": -HOUR}, {"lateness": 5}):
        with pytest.raises(InvalidValue):
            Windows.of(["volume"], **wrong)
    state = Windows.of(["repeat_rate"]).add(table(contacts(1, 30)), 0, 30)
    with pytest.raises(ServqualError, match="data must be one of"):
        state.add({"cases": {}}, 30, 31)
    with pytest.raises(InvalidValue, match="no earlier than"):
        state.tally(FIRST)
    assert state.advance(FIRST + DAY).advance(FIRST) == state.advance(FIRST + DAY)


def test_deliveries_have_the_same_columns() -> None:
    """An absent column has a meaning, so that it must not come and go; a needed one is asked for at once."""
    rows = {"queued_at": [FIRST], "wait_s": [5], "customer_id": ["K"]}
    for kpis in (["asa"], ["asa", "repeat_rate"]):
        state = Windows.of(kpis).add({"interactions": rows}, 0, 1)
        with pytest.raises(InvalidValue, match="have abandoned in all deliveries, or in none"):
            state.add({"interactions": {**rows, "abandoned": [False]}}, 1, 2)
        with pytest.raises(MissingColumn, match="wait_s"):
            Windows.of(kpis).add({"interactions": {"queued_at": [FIRST], "customer_id": ["K"]}}, 1, 2)


def test_a_stream_looks_nothing_up() -> None:
    """Neighbours change, and a state would not follow them."""
    state = Windows.of(["volume", "case_volume"], by=["tier"])
    data = {
        "interactions": {"queued_at": [FIRST], "case_id": ["C"]},
        "cases": {"case_id": ["C"], "received_at": [FIRST], "tier": ["gold"]},
    }
    with pytest.raises(InvalidValue, match="no neighbours"):
        state.add(data, 0, 1)


def test_files_and_iterators_are_deliveries(tmp_path: Any) -> None:
    """A file whose ids repeat is read again, and a row counts once."""
    rows = [row for row in contacts(2, 60) if isinstance(row["queued_at"], dt.datetime)]
    file = tmp_path / "contacts.csv"
    lines = [",".join("" if row[n] is None else str(row[n]) for n in NAMES) for row in rows]
    file.write_text("\n".join([",".join(NAMES), *lines]))
    plain = tally(PLAIN, table(rows), by=["team", "day"])
    for kpis in (PLAIN, [*PLAIN, "repeat_rate"]):
        state = Windows.of(kpis, by=["team"]).add({"interactions": file}, 0, len(rows))
        for key in PLAIN:
            assert [m.value for m in state.tally().measure() if m.kpi == key] == [
                m.value for m in plain.measure() if m.kpi == key
            ]


def test_bytes_of_another_kind_are_refused() -> None:
    """Foreign, cut short, altered, newer, or of a definition that is another today."""
    data = Windows.of(WEEK).add(table(contacts(1, 40)), 0, 40).to_bytes()
    newer = bytearray(data)
    newer[len(b"SQSTREAM")] = 9
    for wrong in (b"", b"SQTALLY", data[:-1], data[:60] + b"x" + data[61:], bytes(newer), "text"):
        with pytest.raises(UnreadableState):
            Windows.from_bytes(wrong, WEEK)  # type: ignore[arg-type]
    with pytest.raises(TallyMismatch):
        Windows.from_bytes(data)


@given(seed=st.integers(0, 10**6), place=st.floats(0, 1), value=st.integers(0, 255))
def test_forged_bytes_do_nothing_but_refuse_or_answer(seed: int, place: float, value: int) -> None:
    """A checksum finds damage, not malice: bytes that were changed and sealed again raise an error of ours, or read."""
    data = bytearray(Windows.of(WEEK, by=["team"]).add(table(contacts(seed % 3, 25)), 0, 25).to_bytes()[:-32])
    size = struct.unpack_from("<I", data, 9)[0]
    at = 13 + int(place * (size - 1)) if seed % 2 else 13 + int(place * (len(data) - 14))
    data[at] = value
    sealed = bytes(data) + hashlib.sha256(data).digest()
    try:
        Windows.from_bytes(sealed, WEEK).tally(np.datetime64("2090-01-01T00:00:00"))
    except ServqualError:
        return
