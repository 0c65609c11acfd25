"""The order of a log, its parts and its lazy columns: what bulk readings stand on, against slow obvious versions."""

import datetime as dt
import gc
import random
import weakref
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from servqual.metrics import KPIS, measure, tally
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.order import order_of, ties_of
from servqual.metrics.clocks.readings import STATES, read_clock
from servqual.metrics.clocks.split import split_cases
from servqual.model import BusinessHours, Case, CaseId, Clock, ClockConventions, ClockRule, CustomerId, Sla, Target
from servqual.model import case as event
from servqual.model.sla.clocks import STANDARD
from servqual.readers import columns_of
from servqual.readers.columns.columns import Chunk, Column

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOURS = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})


def us(moment: dt.datetime) -> int:
    """Microseconds of UTC."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def log_of(cases: Mapping[str, list[tuple[str, dt.datetime]]], **more: list[Any]) -> dict[str, list[Any]]:
    """Events by case as a table."""
    rows = [(name, at, what) for name, events in cases.items() for what, at in events]
    columns = zip(*rows, strict=True)
    return dict(zip(("case_id", "at", "event"), map(list, columns), strict=True)) | more


def resolution(**more: Any) -> Sla:
    """One promise."""
    return Sla(name="s", hours=HOURS, targets=[Target(clock="resolution", within=8 * HOUR)], **more)


def states(log: dict[str, list[Any]], sla: Sla, now: dt.datetime, key: str = "resolution") -> dict[str, str]:
    """The state of each case."""
    found = read_clock(sla, EventLog.of(columns_of("case_events", log), us(now)), key, us(now))
    return {
        found.log.ids[case]: STATES[state].value
        for case, state in zip(found.case.tolist(), found.state.tolist(), strict=True)
    }


@pytest.mark.parametrize("cases", [1, 7, 300, 70_000, 20_000_000])
@pytest.mark.parametrize("shape", ["random", "by time", "by case", "by case and time", "reversed"])
def test_rows_are_ordered_by_case_and_moment(cases: int, shape: str) -> None:
    """As Python sorts them; of ties only the place of the group is given."""
    rng = np.random.default_rng(cases)
    case = rng.integers(0, cases, 2_000).astype(np.int32)
    at = rng.integers(0, 500, 2_000) * 10**9
    first = {
        "random": np.arange(2_000),
        "by time": np.argsort(at, kind="stable"),
        "by case": np.argsort(case, kind="stable"),
        "by case and time": np.lexsort((at, case)),
        "reversed": np.lexsort((at, case))[::-1],
    }[shape]
    case, at = case[first], at[first]
    order = order_of(case, at)
    rows = [*zip(case.tolist(), at.tolist(), strict=True)]
    assert (order is None) == (rows == sorted(rows))
    order = np.arange(2_000) if order is None else order
    assert sorted(order.tolist()) == list(range(2_000))
    keys = [*zip(case[order].tolist(), at[order].tolist(), strict=True)]
    assert keys == sorted(rows)
    tied = ties_of(case[order], at[order]).tolist()
    assert tied == [False, *(a == b for a, b in pairwise(keys))]


def test_no_rows_have_an_order() -> None:
    """An empty log, and one in which nothing has happened yet."""
    nothing = np.zeros(0, np.int64)
    assert order_of(nothing, nothing) is None
    assert ties_of(nothing, nothing).tolist() == []
    log = log_of({"A": [("received", MONDAY)]})
    assert states(log, resolution(), MONDAY - HOUR) == {}
    assert states(log, resolution(), MONDAY) == {"A": "running"}
    empty = {name: values[:0] for name, values in log.items()}
    found = measure(["resolution_kept", "case_volume"], {"case_events": empty}, sla=resolution(), now=MONDAY)
    assert (found.get("resolution_kept").value, found.get("case_volume").n) == (None, 0)


def test_seq_decides_at_one_instant_and_the_order_of_rows_does_not() -> None:
    """Without it the lifecycle does: what may follow comes first."""
    at = [MONDAY, MONDAY + HOUR, MONDAY + HOUR, MONDAY + HOUR]
    what = ["received", "waiting", "resumed", "waiting"]
    sla = resolution(pause_on={"customer"})
    rng = random.Random(1)  # noqa: S311
    for seq, state in (((1, 2, 3), "paused"), ((2, 3, 1), "running"), ((1, 3, 2), "running")):
        # the two waits and the resumption between, after or before both
        rows = [*zip(["A"] * 4, at, what, [0, *seq], [None, "customer", None, "customer"], strict=True)]
        for _ in range(5):
            rng.shuffle(rows)
            names = ("case_id", "at", "event", "seq", "on")
            log = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
            assert states(log, sla, MONDAY + 2 * HOUR) == {"A": state}, seq


def test_attributes_of_events_that_a_clock_does_not_listen_to_choose_its_target() -> None:
    """A priority that is set before the start, and one of a case whose clock is pending; as the model says."""
    rule = ClockRule(start="assigned", stop="resolved")
    conventions = ClockConventions(name="own", rules={Clock.RESOLUTION: rule})
    targets = [
        Target(clock="resolution", within=8 * HOUR),
        Target(clock="resolution", within=HOUR, priority="urgent"),
        Target(clock="resolution", within=None, priority="low"),
    ]
    sla = Sla(name="s", hours=HOURS, targets=targets, conventions=conventions)
    now = MONDAY + 4 * HOUR
    cases = []
    for name, priority in (("A", "urgent"), ("B", "high"), ("C", "urgent"), ("D", "low")):
        case = Case(history=[event.Reported(
            at=MONDAY, id=CaseId(name), customer=CustomerId("K"), description="d", impact="i", occurred_at=MONDAY,
            owner="A", channel="phone", source="feedback")])  # fmt: skip
        case = case.record(event.Received(at=MONDAY, by="A"))
        case = case.record(event.Classified(at=MONDAY + HOUR, by="A", category="a", priority=priority))
        cases.append(case if name == "C" else case.record(event.Assigned(at=MONDAY + HOUR, by="A", to="B")))
    rows = [(case.id, e.at, e.stored_name, getattr(e, "priority", None)) for case in cases for e in case.history]
    log = dict(zip(("case_id", "at", "event", "priority"), map(list, zip(*rows, strict=True)), strict=True))
    want = {case.id: reading.state.value for case in cases for reading in sla.read(case, now=now).values()}
    assert want == {"A": "breached", "B": "running", "C": "pending"}
    assert states(log, sla, now) == want


@pytest.mark.parametrize(("at_close", "state"), [("stay", "breached"), ("roll", "met")])
def test_a_limit_used_up_at_the_close_is_judged_by_its_due_moment(at_close: Any, state: str) -> None:
    """No more than the limit has counted, yet the stop came after a deadline that stays at the close."""
    conventions = ClockConventions(name="own", rules=STANDARD.rules, at_close=at_close)
    log = log_of(
        {
            "after": [("received", MONDAY), ("resolved", MONDAY + 10 * HOUR)],
            "at": [("received", MONDAY), ("resolved", MONDAY + 8 * HOUR)],
            "later": [("received", MONDAY), ("resolved", MONDAY + 25 * HOUR)],
        }
    )
    found = states(log, resolution(conventions=conventions), MONDAY + 100 * HOUR)
    assert found == {"after": state, "at": "met", "later": "breached"}


def test_events_say_more_by_their_columns_or_by_their_names() -> None:
    """A bot or a colleague does not answer the customer; nothing said is an answer in public."""
    replies = ["replied", "replied", "replied", "replied", "replied.public", "replied.internal", "replied.bot"]
    rows = [(f"C{i}", what) for i, reply in enumerate(replies) for what in ("received", reply)]
    log: dict[str, list[Any]] = {
        "case_id": [case for case, _ in rows],
        "event": [what for _, what in rows],
        "at": [MONDAY + HOUR * (i % 2) for i in range(len(rows))],
        "public": [None, None, None, 1, None, 0, None, 1, None, None, None, None, None, None],
        "bot": [None, None, None, 0, None, None, None, 1, None, None, None, None, None, None],
    }
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="first_response", within=8 * HOUR)])
    found = states(log, sla, MONDAY + HOUR * 2, "first_response")
    met = {case for case, state in found.items() if state == "met"}
    assert met == {"C0", "C1", "C4"}
    assert found.keys() == {f"C{i}" for i in range(7)}


def many(size: int, shape: str) -> dict[str, list[Any]]:
    """Cases with waits and ties, in the order of time, of cases, or in none; a few rows cannot be used."""
    rng = random.Random(shape)  # noqa: S311
    rows: list[tuple[Any, ...]] = []
    for i in range(size):
        at = MONDAY + dt.timedelta(minutes=15 * rng.randrange(2_000))
        for what in ("received", "replied", "waiting", "resumed", "resolved")[: rng.randint(1, 5)]:
            rows.append(
                (f"C{i}", at, what, "customer" if what == "waiting" else None, rng.choice("NS"), rng.choice([1, 1, 2]))
            )
            at += dt.timedelta(minutes=15 * rng.randrange(40))
    rows += [(None, MONDAY, "received", None, "N", 1), ("C1", None, "replied", None, "N", 1)]
    rows += [("C2", MONDAY, "teleported", None, "N", 1), ("C3", MONDAY, "replied", None, "N", 5)]
    if shape == "by time":
        rows.sort(key=lambda row: row[1] or MONDAY)
    elif shape == "shuffled":
        rng.shuffle(rows)
    names = ("case_id", "at", "event", "on", "team", "public")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("shape", ["by case", "by time", "shuffled"])
@pytest.mark.parametrize(("most", "run"), [(100, 64), (200, 1 << 16), (700, 13)])
def test_chunks_of_a_log_give_the_same_as_the_whole(
    shape: str, most: int, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case is in one chunk with all of its events; what is refused is refused once, under the same number."""
    log = many(300, shape)
    sla = Sla(
        name="s",
        hours=HOURS,
        targets=[Target(clock="resolution", within=8 * HOUR), Target(clock="first_response", within=HOUR)],
        pause_on={"customer"},
    )
    now = MONDAY + 500 * HOUR

    def count() -> Any:
        kpis = ["first_response_kept", "resolution_kept", "case_volume"]
        return tally(kpis, {"case_events": log}, by=["team", "week"], sla=sla, now=now)

    whole = count()
    monkeypatch.setattr("servqual.metrics.clocks.split._CHUNK", most)
    monkeypatch.setattr("servqual.metrics.clocks.split._RUN", run)
    chunk = columns_of("case_events", log)
    chunks = [make() for make in split_cases(chunk)]
    assert len(chunks) > 1
    assert sorted(row for c in chunks for row in np.asarray(c.rows).tolist()) == list(range(chunk.size))
    assert sum(len(np.unique(c.columns["case_id"].values[c.columns["case_id"].known])) for c in chunks) == 300
    for c in chunks:
        for name, column in c.columns.items():
            given = chunk.columns[name]
            for i, row in enumerate(np.asarray(c.rows).tolist()):
                mine, theirs = (cell(one, n) for one, n in ((column, i), (given, row)))
                assert mine == theirs, (name, row)
    found = count()
    assert found.to_bytes() == whole.to_bytes()
    assert whole.rows["case_events"].refused == 3


def cell(column: Column, row: int) -> tuple[Any, bool]:
    """What a column says in a row, and whether it could not be read."""
    value = column.values.tolist()[row]
    bad = column.bad is not None and bool(column.bad[row])
    return (column.labels[value] if column.labels and value >= 0 else value), bad


class Watched(Mapping[str, Column]):
    """Columns that remember which were asked for."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns, self.asked = columns, set[str]()

    def __getitem__(self, name: str) -> Column:
        column = self.columns[name]
        self.asked.add(name)
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


@pytest.mark.parametrize("most", [100, 1 << 19])
def test_columns_that_nobody_asks_for_are_left_alone(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log may be wide; its clocks read what they need."""
    monkeypatch.setattr("servqual.metrics.clocks.split._CHUNK", most)
    rows = 400
    log = {
        "case_id": np.arange(rows) // 2,
        "at": np.arange(rows).astype("M8[h]"),
        "event": ["received", "replied"] * (rows // 2),
        "team": ["north"] * rows,
        "subject": ["printer"] * rows,
        "bot": [0] * rows,
    }
    read = columns_of("case_events", log)
    watched = Watched(read.columns)
    chunk = Chunk(watched, read.size, read.read, read.rows, read.refusals)
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="first_response", within=HOUR)])
    found = tally(["first_response_kept"], {"case_events": [chunk]}, by=["team"], sla=sla, now=NEW_YEAR)
    assert found.measure().get("first_response_kept", team="north").n == rows // 2
    assert watched.asked == {"case_id", "at", "event", "team", "bot"}


def test_a_log_that_was_read_is_gone_at_once() -> None:
    """Its columns do not hold it: a long log would fill the memory with chunks that wait for the collector."""
    log = EventLog.of(columns_of("case_events", many(50, "shuffled")), us(MONDAY + 500 * HOUR))
    sla = resolution(pause_on={"customer"})
    readings = read_clock(sla, log, "resolution", us(MONDAY + 500 * HOUR))
    assert len(readings.chunk().columns["team"].values) == len(readings.due) == 50
    still = weakref.ref(log)
    gc.disable()
    try:
        del log, readings
        assert still() is None
    finally:
        gc.enable()


def test_customers_meet_whose_cases_are_in_different_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A KPI that needs all cases of a customer together has them together, also from a long log."""
    log = many(300, "by case")
    log["customer_id"] = [None if case is None else f"K{int(case[1:]) % 10}" for case in log["case_id"]]
    log["cause"] = ["a"] * len(log["case_id"])
    recurrence = KPIS["recurrence_rate"].with_(window=dt.timedelta(days=7))

    def count() -> Any:
        return tally([recurrence], {"case_events": log}, now=MONDAY + 5_000 * HOUR)

    whole = count()
    assert whole.measure().one().n == log["event"].count("resolved")
    assert 0 < (whole.measure().one().value or 0) < 1
    monkeypatch.setattr("servqual.metrics.clocks.split._CHUNK", 100)
    assert count().to_bytes() == whole.to_bytes()
