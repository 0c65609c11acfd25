"""A whole log at once: equal to the model's fold of every case, row by row, and to what a case says of itself."""

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.errors import IllegalTransition, InvalidValue, MissingColumn, RefusedRow, UnknownName
from servqual.metrics import KPIS, clock_readings, measure, tally
from servqual.metrics.clocks import long_cases
from servqual.metrics.clocks.cases import cases_of
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import STATES, ClockReadings, read_clock
from servqual.model import BusinessHours, Case, CaseId, CustomerId, Hours, Reading, Sla, Target, WorkingDays
from servqual.model import case as event
from servqual.model.history.corrections import Amended, Voided
from servqual.model.sla.clocks import ClockRule, Retargeting
from servqual.presets import CLOCK_READINGS, clock_conventions
from servqual.readers import Export, Layout, columns_of
from servqual.readers.columns.columns import MISSING, Column
from servqual.samples import desk

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
SPRING = dt.datetime(2026, 3, 27, 15, tzinfo=dt.UTC)  # the clock jumps two nights later
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
HOURS = BusinessHours(zone="UTC", week={"mon-fri": "09:00-12:00, 13:00-17:00"})
LATER = BusinessHours(zone="Europe/Berlin", week={"mon-sat": "08:00-20:00"})
NIGHTS = BusinessHours(
    zone="Europe/Berlin", week={"mon-thu": "20:00-04:00", "fri": "12:00-24:00", "sat-sun": "00:00-24:00"}
)
WALL = attrs.evolve(NIGHTS, counting="wall")
SHUT = BusinessHours.during([(None, HOURS), (MONDAY + 3000 * MINUTE, BusinessHours(zone="UTC", week={}))])
MOVED = BusinessHours.during(
    [(None, HOURS), (MONDAY + 1000 * MINUTE, BusinessHours(zone="UTC", week={"sat-wed": "07:00-15:00"}))]
)
ATTRIBUTES = ("priority", "category", "team", "channel")
LOGGED = (
    "on",
    "public",
    "bot",
    "told_customer",
    "effective",
    "customer_confirmed",
    "relation",
    "since",
    "opened_by",
    *ATTRIBUTES,
)


def us(moment: dt.datetime | None) -> int | None:
    """Microseconds of UTC."""
    return None if moment is None else (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def lived(rng: random.Random, number: int, since: dt.datetime = MONDAY) -> Case:
    """A case that takes random legal steps, often two at one instant."""
    at = since + 15 * MINUTE * rng.randrange(200)
    told: dict[str, Any] = {
        "at": at, "id": CaseId(f"C-{number}"), "customer": CustomerId("K"), "owner": "A", "channel": "phone",
        "source": "feedback", "priority": rng.choice([None, "urgent", "low", "normal"]),
        "opened_by": rng.choice(["customer", "agent"]),
    }  # fmt: skip
    if rng.random() < 0.4:
        first: event.CaseEvent = event.Opened(**told, attributes=rng.choice([{}, {"product": "router"}]))
    else:
        first = event.Reported(**told, description="d", impact="i", occurred_at=at)
    case = Case(history=[first])
    for _ in range(rng.randrange(14)):
        names = [name for name in case.allowed if name not in {"cancelled", "duplicate"} or rng.random() < 0.2]
        if not names:
            break
        name = rng.choice(names)
        at += MINUTE * rng.choice([0, 0, 15, 30, 60, 240, 1000]) + SECOND * rng.choice([0, 0, 0, 24, 40])
        if any(e.at == at and e.stored_name == name for e in case.history) and rng.random() < 0.5:
            at += MINUTE
        try:
            case = case.record(made(name, at, rng, case.status))
        except IllegalTransition:  # at this instant it would come before what allows it
            at += MINUTE
            case = case.record(made(name, at, rng, case.status))
    return case


def made(name: str, at: dt.datetime, rng: random.Random, status: str) -> Any:
    """An event of this name with random content."""
    content: dict[str, dict[str, Any]] = {
        "classified": {"category": rng.choice("ab"), "priority": rng.choice(["urgent", "low", "normal", "high"])},
        "assigned": {"to": "B", "team": rng.choice([None, "north"])},
        "handed_over": {"to": "C", "reason": "r"},
        "escalated": {"to": "D", "level": 2, "reason": "r"},
        "linked": {
            "to": "Z",
            "relation": rng.choice(["related", "absorbed"]),
            "since": rng.choice([None, at - 300 * MINUTE]),
        },
        "replied": {"public": rng.random() < 0.7, "bot": rng.random() < 0.2},
        "waiting": {"on": rng.choice(["customer", "supplier", "other"])},
        "resolved": {"solution": "s", "told_customer": rng.random() < 0.5},
        "verified": {"effective": rng.random() < 0.6, "customer_confirmed": True},
        "followed_up": {"answer": "x"},
        "closed": {
            "unconfirmed": "no answer" if status == "verifying" else None,
            "imported": status not in {"verifying", "verified"},
        },
        "reopened": {"reason": "r"},
        "unlinked": {"to": "Z"},
        "changed": {"attributes": {"product": rng.choice(["router", "phone"])}},
        "progress_told": {"progress": "p"},
        "duplicate": {"of": "Q"},
        "cancelled": {"reason": "r"},
    }
    kind = next(kind for kind in event.CASE_TRANSITIONS.events if kind.stored_name == name)
    return kind(at=at, by=rng.choice("AB"), **content.get(name, {}))


def log_of(cases: list[Case], rng: random.Random) -> dict[str, list[Any]]:
    """The events of all cases as a table, in random order."""
    rows = [(case.id, e) for case in cases for e in case.history]
    rng.shuffle(rows)
    table: dict[str, list[Any]] = {
        "case_id": [id_ for id_, _ in rows],
        "at": [e.at for _, e in rows],
        "event": [e.stored_name for _, e in rows],
    }
    table |= {name: [getattr(e, name, None) for _, e in rows] for name in LOGGED}
    return table | {"product": [getattr(e, "attributes", {}).get("product") for _, e in rows]}


def limit_of(rng: random.Random, within: dt.timedelta, hours: Hours) -> dt.timedelta | WorkingDays:
    """A limit of elapsed time, or at times of working days, where the hours are of one zone and open again."""
    if hours not in (HOURS, LATER, NIGHTS, MOVED, WALL) or rng.random() < 0.6:
        return within
    return WorkingDays(rng.choice([0, 1, 2]), convention=rng.choice(["close", "same_time"]))


def agreement(rng: random.Random) -> Sla:
    """Every clock of some vendor's reading, with other targets and hours for some priorities."""
    conventions = clock_conventions(rng.choice(list(CLOCK_READINGS)))
    odd: dict[str, Any] = {"restarts": rng.choice(["never", "always", "other"]), "stops_alone": rng.random() < 0.5}
    conventions = attrs.evolve(
        conventions,
        rules={
            clock: attrs.evolve(rule, **odd) if rule.repeats and rng.random() < 0.5 else rule
            for clock, rule in conventions.rules.items()
        },
        retargeting=rng.choice(list(Retargeting)),
        at_close=rng.choice(["stay", "roll"]),
        whole_history=rng.random() < 0.3,
        pauses=rng.choice(["open", "wall"]),
        pause_edges=rng.choice(["exact", "minute"]),
    )
    dated = BusinessHours.during([(None, HOURS), (MONDAY + 1000 * MINUTE, LATER)])
    agreed: Hours = rng.choice([HOURS, dated, MOVED, NIGHTS, SHUT])
    others: list[Hours | None] = [None, LATER, NIGHTS, SHUT]
    if rng.random() < 0.3:  # hours by the wall stand alone, unless one calendar counts for all time
        agreed, others = WALL, others if conventions.whole_history else [None]
    targets = []
    for clock in conventions.rules:
        shortest = conventions.shortest or 0 * MINUTE
        usual = max(shortest, MINUTE * rng.choice([0, 30, 120, 480]))
        targets.append(Target(clock=clock, within=limit_of(rng, usual, agreed)))
        for priority in ("urgent", "high"):
            if rng.random() < 0.5:
                within, hours = MINUTE * rng.choice([15, 60, 240, 1000]), rng.choice(others)
                limit = limit_of(rng, within, hours or agreed)
                targets.append(Target(clock=clock, within=limit, priority=priority, hours=hours))
        if rng.random() < 0.3:
            targets.append(Target(clock=clock, within=None, priority="low"))
        if rng.random() < 0.3:
            match = {"product": "router", "priority": "normal"}
            targets.append(Target(clock=clock, within=max(shortest, 200 * MINUTE), match=match))
    return Sla(name="random", hours=agreed, targets=targets, pause_on={"customer", "supplier"}, conventions=conventions)


def rows_of(readings: ClockReadings) -> dict[str, list[tuple[Any, ...]]]:
    """Readings by case, as plain tuples."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    names = ("start", "stop", "elapsed", "limit", "breached_at", "due")
    columns = [[None if v == MISSING else v for v in getattr(readings, name).tolist()] for name in names]
    for case, cycle, state, *rest in zip(
        readings.case.tolist(), readings.cycle.tolist(), readings.state.tolist(), *columns, strict=True
    ):
        found.setdefault(readings.log.ids[case], []).append((cycle, STATES[state], *rest))
    return found


def expected(readings: Iterator[Reading]) -> list[tuple[Any, ...]]:
    """The same of the model's readings."""
    tick = dt.timedelta(microseconds=1)
    return [
        (r.cycle, r.state, us(r.start), us(r.stop), r.elapsed // tick, r.limit // tick, us(r.breached_at), us(r.due))
        for r in readings
    ]


@pytest.mark.parametrize("seed", range(40))
def test_bulk_equals_the_fold_on_every_row(seed: int) -> None:
    """All clocks, vendors' conventions, pauses, reopening, retargeting, ties and any order of rows."""
    rng = random.Random(seed)  # noqa: S311
    since = rng.choice([MONDAY, SPRING])
    cases = [lived(rng, number, since) for number in range(50)]
    sla = agreement(rng)
    now = since + MINUTE * rng.choice([300, 3000, 8000])
    moment = us(now)
    assert moment is not None
    log = EventLog.of(columns_of("case_events", log_of(cases, rng)), moment)
    for promise in sla.promises:
        found = rows_of(read_clock(sla, log, promise.key, moment))
        for case in cases:
            want = sla.read(case, now=now).get(promise.key) if case.history[0].at <= now else None
            assert found.get(case.id) == (None if want is None else expected(iter(want.cycles))), (promise.key, case)


@pytest.mark.parametrize("seed", range(8))
def test_the_longest_cases_are_folded_like_all_others(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is the same whether it is folded in steps with all others or alone, with a target per attributes."""
    rng = random.Random(seed)  # noqa: S311
    cases = [lived(rng, number) for number in range(40)]
    log, sla, now = log_of(cases, rng), agreement(rng), MONDAY + rng.randrange(100, 9000) * MINUTE
    in_steps = clock_readings(log, sla, now=now)
    for most, few in ((2, 3), (0, 100)):
        monkeypatch.setattr(long_cases, "_LONG", most)
        monkeypatch.setattr(long_cases, "_FEW", few)
        alone = clock_readings(log, sla, now=now)
        assert {key: rows_of(found) for key, found in alone.items()} == {
            key: rows_of(found) for key, found in in_steps.items()
        }


def test_a_case_of_a_hundred_thousand_events_is_no_step_per_event() -> None:
    """A log may hold one very long case: reopened again and again it is read in a tenth of the time of its steps."""
    size = 100_001
    log = {
        "case_id": ["C-1"] * size,
        "at": np.datetime64("2026-01-01", "us") + np.arange(size) * np.timedelta64(60, "s"),
        "event": ["received", *["resolved", "reopened"] * (size // 2)],
    }
    sla = Sla(name="desk", hours=HOURS, targets=[Target(clock="resolution", within=dt.timedelta(hours=8))])
    begun = time.process_time()
    found = clock_readings(log, sla, now=MONDAY)["resolution"]
    assert time.process_time() - begun < 8
    assert (len(found), [str(STATES[code]) for code in found.state]) == (1, ["breached"])


@pytest.mark.parametrize("seed", range(12))
def test_each_kpi_of_a_clock_equals_the_verdicts_of_the_model_case_by_case(seed: int) -> None:
    """Met over met and breached, every cycle for itself; what runs or is paused is undecided."""
    rng = random.Random(seed)  # noqa: S311
    cases = [lived(rng, number) for number in range(40)]
    sla, now = agreement(rng), MONDAY + MINUTE * rng.choice([300, 3000, 8000])
    clocks = {promise.key: f"{promise.key}_kept" for promise in sla.promises if f"{promise.key}_kept" in KPIS}
    assert clocks
    found = measure([*clocks.values()], {"case_events": log_of(cases, rng)}, sla=sla, now=now)
    for clock, key in clocks.items():
        read = [sla.read(case, now=now).get(clock) for case in cases if case.history[0].at <= now]
        states = Counter[str](cycle.state for reading in read if reading for cycle in reading.cycles)
        n, undecided = states["met"] + states["breached"], states["running"] + states["paused"]
        kpi = found.get(key)
        assert (kpi.n, kpi.undecided, kpi.value) == (n, undecided, states["met"] / n if n else None), clock


def test_a_stop_at_the_moment_that_skips_over_the_limit_keeps_the_promise() -> None:
    """Hours by the wall jump from two to three; the promise of two and a half was due then, in bulk, too."""
    wall = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"}, counting="wall")
    start = dt.datetime(2026, 3, 29, tzinfo=wall.zone)
    stop = dt.datetime(2026, 3, 29, 3, tzinfo=wall.zone)
    sla = Sla(name="s", hours=wall, targets=[Target(clock="first_response", within=150 * MINUTE)])
    report: Any = lived(random.Random(1), 1).history[0]  # noqa: S311
    case = Case(history=[attrs.evolve(report, at=start, occurred_at=start), event.Replied(at=stop, by="A")])
    assert sla.read(case, now=stop + 60 * MINUTE)["first_response"].state == "met"
    kept = measure(["first_response_kept"], {"case_events": [case]}, sla=sla, now=stop + 60 * MINUTE).one()
    assert kept.value == 1.0


def test_hours_that_end_are_never_due_in_bulk() -> None:
    """Some cases can still be late, others never: each as the model says."""
    ends = BusinessHours.during([(None, HOURS), (MONDAY + 240 * MINUTE, BusinessHours(zone="UTC", week={}))])
    targets = [
        Target(clock="resolution", within=480 * MINUTE),
        Target(clock="resolution", within=60 * MINUTE, priority="urgent"),
    ]
    sla = Sla(name="s", hours=ends, targets=targets)
    rng = random.Random(2)  # noqa: S311
    cases, now = [lived(rng, number) for number in range(20)], MONDAY + 9000 * MINUTE
    moment = us(now)
    assert moment is not None
    log = EventLog.of(columns_of("case_events", log_of(cases, rng)), moment)
    found = rows_of(read_clock(sla, log, "resolution", moment))
    for case in cases:
        assert found[case.id] == expected(iter(sla.read(case, now=now)["resolution"].cycles))


def test_corrected_cases_are_read_as_corrected() -> None:
    """A voided reply does not stop the clock, in the log of objects, and an amended report is the one of the table."""
    report: Any = lived(random.Random(1), 1).history[0]  # noqa: S311
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="first_response", within=30 * MINUTE)])
    at, tenth = report.at, report.at + 10 * MINUTE
    case = Case(history=[attrs.evolve(report, tier="gold"), event.Replied(at=at + MINUTE, by="A")])
    gone = case.record(Voided(at=tenth, by="A", event="replied", happened_at=at + MINUTE, reason="another case"))
    now = at + 20 * MINUTE
    assert clock_readings([gone], sla, now=now)["first_response"].columns()["state"].tolist() == [
        sla.read(gone, now=now)["first_response"].state
    ]
    changes = {"at": at + SECOND, "tier": "silver"}
    told = case.record(
        Amended(at=tenth, by="A", event=report.stored_name, happened_at=at, reason="typed", changes=changes)
    )
    found = measure(["first_response_time"], {"cases": [told]}, by=["tier"], now=now).one()
    assert (found.group, found.value) == ({"tier": "silver"}, 59)


def test_events_of_one_kind_at_one_instant_go_by_what_they_say() -> None:
    """Whatever the order of rows and of columns, flags included, as the model has them."""
    nine = MONDAY
    log: dict[str, list[Any]] = {
        "case_id": ["C"] * 3,
        "at": [nine, nine + MINUTE, nine + MINUTE],
        "event": ["reported", "classified", "classified"],
        "category": [None, "b", "a"],
        "priority": [None, "low", "urgent"],
    }
    targets = [
        Target(clock="resolution", within=hours * 60 * MINUTE, priority=p) for p, hours in (("urgent", 1), ("low", 3))
    ]
    sla = Sla(name="s", hours=HOURS, targets=targets)
    limits = set()
    for names in ([*log], [*reversed(log)]):
        for rows in ([0, 1, 2], [2, 1, 0]):
            table = {name: [log[name][row] for row in rows] for name in names}
            found = clock_readings(table, sla, now=nine + 120 * MINUTE)["resolution"]
            limits.add((found.columns()["state"][0], int(found.limit[0]) // 3_600_000_000))
    assert limits == {("running", 3)}


def test_a_clock_may_be_reopened_and_begun_anew_by_one_event() -> None:
    """It then has one cycle more than there are events that begin one."""
    rule = ClockRule(
        start=("reported", "reopened"), stop="resolved", reopen_on="reopened", reopening="new_cycle", restarts="always"
    )
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="step", name="x", within=60 * MINUTE, rule=rule)])
    names = ["reported", "resolved", "verified", "reopened"]
    log = {"case_id": ["C"] * 4, "at": [MONDAY + n * MINUTE for n in range(4)], "event": names}
    found = clock_readings(log, sla, now=MONDAY + 9 * MINUTE)["x"].columns()
    assert found["state"].tolist() == ["met", "running"]
    assert len(clock_readings([], sla, now=MONDAY)["x"].columns()["state"]) == 0


def test_columns_of_readings_say_what_the_model_says() -> None:
    """Of a log as of its cases, with NaT for what is not there."""
    rng = random.Random(3)  # noqa: S311
    cases, now = [lived(rng, number) for number in range(20)], MONDAY + 9000 * MINUTE
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="resolution", within=480 * MINUTE)])
    found = clock_readings(log_of(cases, rng), sla, now=now)["resolution"].columns()
    mine = {
        (case, cycle): tuple(rest)
        for case, cycle, *rest in zip(*(values.tolist() for values in found.values()), strict=True)
    }
    naive = [name for name in found if name not in {"case_id", "cycle"}]
    theirs = {}
    for case in cases:
        for reading in sla.read(case, now=now)["resolution"].cycles:
            told = [getattr(reading, name) for name in naive]
            theirs[case.id, reading.cycle] = tuple(
                value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value for value in told
            )
    assert mine == theirs


@pytest.mark.parametrize("seed", range(5))
def test_folded_cases_are_what_cases_say_of_themselves(seed: int) -> None:
    """Moments, counts and attributes; a cancelled case ends like a closed one."""
    rng = random.Random(seed)  # noqa: S311
    cases = [lived(rng, number) for number in range(80)]
    end = max(case.history[-1].at for case in cases)
    moment = us(end)
    assert moment is not None
    chunk = cases_of(EventLog.of(columns_of("case_events", log_of(cases, rng)), moment))
    ids = chunk.columns["case_id"]
    place = {ids.labels[code]: i for i, code in enumerate(ids.values.tolist())}
    for case in cases:
        i = place[case.id]

        def at(name: str, row: int = i) -> Any:
            column = chunk.columns[name]
            value = column.values.tolist()[row]
            return None if not column.known[row] else column.labels[value] if column.labels else value

        for name in ("assigned_at", "first_response_at", "resolved_at", "verified_at"):
            assert at(name) == us(getattr(case, name)), (name, case)
        assert at("received_at") == us(case.history[0].at)
        off = next((e.at for e in case.history if e.stored_name in {"cancelled", "duplicate"}), None)
        ended = case.closed_at or off
        assert at("closed_at") == us(ended)
        assert (at("reopened"), at("reassigned"), at("escalated")) == (case.reopened, case.handed_over, case.escalated)
        assert (at("priority"), at("category"), at("team")) == (case.priority, case.category, case.team)


def test_the_simulated_desk_reads_the_same_from_log_and_cases() -> None:
    """Resolution by clocks of the log and by columns of the cases, where nothing was paused or reopened."""
    sample = desk(days=60)
    hours = sample.hours
    sla = Sla(name="s", hours=hours, targets=[Target(clock="first_response", within=dt.timedelta(hours=1))])
    by_log = measure(
        ["first_response_kept", "case_volume"], {"case_events": sample.tables["case_events"]}, sla=sla, now=sample.now
    )
    by_cases = measure(
        [KPIS["first_response_kept"].with_(within=dt.timedelta(hours=1), hours=hours), "case_volume"],
        {"cases": sample.tables["cases"]},
        now=sample.now,
    )
    assert by_log.get("case_volume").value == by_cases.get("case_volume").value
    mine, theirs = by_log.get("first_response_kept"), by_cases.get("first_response_kept")
    assert (mine.value, mine.n, mine.undecided) == (theirs.value, theirs.n, theirs.undecided)


def test_parts_of_a_log_add_up_when_cases_stay_together() -> None:
    """Clocks are keyed: all events of a case belong into one part."""
    sample = desk(days=40)
    sla = Sla(name="s", hours=sample.hours, targets=[Target(clock="resolution", within=dt.timedelta(hours=8))])
    log = sample.tables["case_events"]
    odd = np.array([int(str(name)[-1]) % 2 == 1 for name in log["case_id"]])

    def count(rows: Any) -> Any:
        part = {name: values[rows] for name, values in log.items()}
        return tally(["resolution_kept"], {"case_events": part}, by=["team", "week"], sla=sla, now=sample.now)

    whole = count(slice(None))
    assert (count(odd) + count(~odd)).to_bytes() == whole.to_bytes()


def test_a_long_log_is_taken_in_parts_on_all_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes as in one piece, a row that belongs to no case included."""
    sample = desk(days=20)
    sla = Sla(name="s", hours=sample.hours, targets=[Target(clock="resolution", within=dt.timedelta(hours=8))])
    log = dict(sample.tables["case_events"])
    log["case_id"] = np.array([*log["case_id"][:-1], None], object)

    def count() -> bytes:
        kpis = ["resolution_kept", "case_volume"]
        return tally(kpis, {"case_events": log}, by=["team", "week"], sla=sla, now=sample.now).to_bytes()

    whole = count()
    monkeypatch.setattr("servqual.metrics.clocks.split._CHUNK", 300)
    assert count() == whole


def test_rows_of_a_log_are_accounted_for() -> None:
    """No case, no moment, no known event: each refused with its row."""
    log = {
        "case_id": ["C-1", None, "C-1", "C-2"],
        "at": [MONDAY, MONDAY, None, MONDAY],
        "event": ["received", "received", "replied", "teleported"],
    }
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="first_response", within=30 * MINUTE)])
    found = measure(["first_response_kept"], {"case_events": log}, sla=sla, now=MONDAY + MINUTE)
    rows = found.rows["case_events"]
    assert (rows.read, rows.used, rows.refused) == (4, 1, 3)
    assert [str(r) for r in rows.refusals] == [
        "row 1: case_id is missing (got '')",
        "row 2: at is missing (got '')",
        "row 3: event is not a known event; say which one it is in layout=Layout(events={…}) (got 'teleported')",
    ]
    assert (found.one().n, found.one().undecided) == (0, 1)
    with pytest.raises(RefusedRow, match="row 1"):
        measure(["first_response_kept"], {"case_events": log}, sla=sla, now=MONDAY + MINUTE, strict=True)


def test_bad_questions_get_clear_errors() -> None:
    """What is missing is named, with the way out."""
    log = {"case_id": ["C-1"], "at": [MONDAY], "event": ["received"]}
    sla = Sla(name="desk", hours=HOURS, targets=[Target(clock="first_response", within=30 * MINUTE)])
    with pytest.raises(InvalidValue, match="now must be the moment"):
        measure(["first_response_kept"], {"case_events": log}, sla=sla)
    with pytest.raises(InvalidValue, match="sla must be given for next_response_kept"):
        measure(["next_response_kept"], {"case_events": log}, now=MONDAY)
    owned = attrs.evolve(sla, targets=[Target(clock="first_response", within=30 * MINUTE, match={"owner": "A"})])
    with pytest.raises(MissingColumn, match="needs the column 'owner', which targets of 'first_response' match on"):
        measure(["first_response_kept"], {"case_events": log}, sla=owned, now=MONDAY)
    with pytest.raises(UnknownName, match="desk promises first_response"):
        measure(["resolution_kept"], {"case_events": log}, sla=sla, now=MONDAY)
    with pytest.raises(MissingColumn, match="'event'"):
        measure(["first_response_kept"], {"case_events": {"case_id": ["C"], "at": [MONDAY]}}, sla=sla, now=MONDAY)


def test_targets_match_what_cases_say_of_themselves() -> None:
    """Customer, owner and channel of a log that is made of cases, as the model's own reading finds them."""
    case = lived(random.Random(1), 1)  # noqa: S311
    for match in ({"customer": "K"}, {"owner": "A"}, {"channel": "phone"}):
        sla = Sla(name="s", hours=HOURS, targets=[Target(clock="resolution", within=30 * MINUTE, match=match)])
        now = MONDAY + 9000 * MINUTE
        found = measure(["resolution_kept"], {"case_events": [case]}, sla=sla, now=now).one()
        state = sla.read(case, now=now)["resolution"].state
        assert (found.n, found.value) == (1, float(state == "met")), match


def test_boston_flags_follow_one_rule(data: Path) -> None:
    """Every recorded flag: OVERDUE where there is a target and it was closed after it or never (README of the data)."""
    layout = Layout(
        columns={"received_at": "open_dt", "due_at": "target_dt", "closed_at": "closed_dt"}, zone="America/New_York"
    )
    [*chunks] = Export(data / "boston311_2011q3" / "boston311.csv.gz", layout, also=("ontime",)).chunks()

    def joined(name: str) -> Column:
        parts = [chunk.columns[name] for chunk in chunks]
        return Column(parts[0].kind, np.concatenate([p.values for p in parts]), parts[-1].labels)

    due, closed, flag = joined("due_at"), joined("closed_at"), joined("ontime")
    overdue = due.known & (~closed.known | (closed.values > due.values))
    names = np.array([*flag.labels, None], object)[flag.values]
    assert flag.known.sum() == 31_745
    assert (np.where(overdue, "OVERDUE", "ONTIME") == names)[flag.known].all()
    # oracle.json: 26,815 with a target, 25,183 of them closed, 20,356 met
    assert (due.known.sum(), (due.known & closed.known).sum(), (due.known & ~overdue).sum()) == (26_815, 25_183, 20_356)
    kept = measure(["resolution_kept"], {"cases": chunks}, now=np.datetime64("2099-12-31")).one()
    # three were due before they came in, and are refused
    assert (kept.n, round((kept.value or 0) * kept.n)) == (26_812, 20_356)
