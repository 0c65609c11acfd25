"""Corrections in a log: what the model makes of them, row by row; and which cannot be used."""

import datetime as dt
import random
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import measure
from servqual.metrics.clocks.cases import cases_of
from servqual.metrics.clocks.corrections import corrected
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import STATES, read_clock
from servqual.model import BusinessHours, Case, CaseId, Clock, CustomerId, Sla, Target
from servqual.model import case as event
from servqual.presets import clock_conventions
from servqual.readers import columns_of
from servqual.readers.columns.columns import MISSING

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
HOURS = BusinessHours(zone="UTC", week={"mon-fri": "09:00-12:00, 13:00-17:00"})
FACTS = ("on", "public", "bot", "told_customer", "effective", "customer_confirmed", "priority", "team", "category")
NAMING = {"corrects": "event", "corrects_at": "happened_at", "corrects_seq": "happened_seq"}


def us(moment: dt.datetime | None) -> int | None:
    """Microseconds of UTC."""
    return None if moment is None else (moment - EPOCH) // dt.timedelta(microseconds=1)


def life(rng: random.Random, number: int) -> Case:
    """A case that goes on for a while and is corrected now and then, wherever that leaves it whole."""
    at = MONDAY + 15 * MINUTE * rng.randrange(40)
    case = Case(
        history=[
            event.Reported(
                at=at, id=CaseId(f"C-{number}"), customer=CustomerId("K"), description="d", impact="i",
                occurred_at=MONDAY - 600 * MINUTE, owner="A", channel="phone", source="feedback",
                priority=rng.choice([None, "urgent", "low"]),
            )
        ]
    )  # fmt: skip
    for _ in range(rng.randrange(4, 22)):
        at += MINUTE * rng.choice([1, 15, 30, 60, 240])
        if rng.random() < 0.35:
            try:
                together = at if rng.random() < 0.6 else case.history[-1].at
                case = case.record(correction(rng, case, together))
            except (IllegalTransition, InvalidValue):
                continue
        else:
            names = [
                name
                for name in case.allowed
                if name not in {"cancelled", "duplicate", "linked", "unlinked", "escalated", "changed"}
            ]
            if names:
                case = case.record(made(rng, rng.choice(names), at, case.status))
    return case


def made(rng: random.Random, name: str, at: dt.datetime, status: str) -> Any:
    """An event of this name with random content."""
    content: dict[str, dict[str, Any]] = {
        "classified": {"category": rng.choice("ab"), "priority": rng.choice(["urgent", "low", "normal"])},
        "assigned": {"to": "B", "team": rng.choice([None, "north"])},
        "handed_over": {"to": "C", "reason": "r"},
        "replied": {"public": rng.random() < 0.7, "bot": rng.random() < 0.2},
        "waiting": {"on": rng.choice(["customer", "supplier"])},
        "resolved": {"solution": "s", "told_customer": True},
        "verified": {"effective": rng.random() < 0.6, "customer_confirmed": True},
        "followed_up": {"answer": "x"},
        "reopened": {"reason": "r"},
        "progress_told": {"progress": "p"},
        "closed": {"unconfirmed": "no answer" if status == "verifying" else None},
    }
    kind = next(kind for kind in event.CASE_TRANSITIONS.events if kind.stored_name == name)
    return kind(at=at, by="A", **content.get(name, {}))


def correction(rng: random.Random, case: Case, at: dt.datetime) -> event.Voided | event.Amended:
    """A correction of one of the events that count, of its moment or of what it says."""
    wrong = rng.choice(case.counted)
    naming: dict[str, Any] = {"event": wrong.stored_name, "happened_at": wrong.at, "reason": "wrong", "by": "Q"}
    if rng.random() < 0.3:
        return event.Voided(at=at, **naming)
    changes: dict[str, Any] = {"at": wrong.at + MINUTE * rng.choice([-45, -5, 5, 45])} if rng.random() < 0.7 else {}
    if isinstance(wrong, event.Replied):
        changes |= {"public": not wrong.public}
    if isinstance(wrong, event.Waiting):
        changes |= {"on": rng.choice(["customer", "supplier"])}
    if isinstance(wrong, event.Classified | event.Reported) or not changes:
        changes |= {"priority": rng.choice(["urgent", "low"])}
    return event.Amended(at=at, changes=changes, **naming)


def log_of(cases: list[Case], rng: random.Random) -> dict[str, list[Any]]:
    """All that was told of some cases as a table, in random order."""
    rows = [(case.id, e, getattr(e, "changes", {})) for case in cases for e in case.history]
    rng.shuffle(rows)
    table: dict[str, list[Any]] = {
        "case_id": [id_ for id_, _, _ in rows],
        "at": [e.at for _, e, _ in rows],
        "event": [e.stored_name for _, e, _ in rows],
        "amended_at": [changes.get("at") for _, _, changes in rows],
    }
    table |= {name: [getattr(e, field, None) for _, e, _ in rows] for name, field in NAMING.items()}
    return table | {name: [changes.get(name, getattr(e, name, None)) for _, e, changes in rows] for name in FACTS}


def agreement() -> Sla:
    """Every clock, and other limits and hours for urgent cases."""
    clocks = [clock for clock in Clock if clock is not Clock.STEP]
    both = [
        target
        for clock in clocks
        for target in (
            Target(clock=clock, within=120 * MINUTE),
            Target(clock=clock, within=45 * MINUTE, priority="urgent", hours=BusinessHours.always()),
        )
    ]
    return Sla(name="s", hours=HOURS, targets=both, pause_on={"customer"}, conventions=clock_conventions("standard"))


@pytest.mark.parametrize("seed", range(5))
def test_a_corrected_log_reads_like_its_corrected_cases(seed: int) -> None:
    """Every clock, at moments before, between and after the corrections, in any order of rows."""
    rng = random.Random(seed)  # noqa: S311
    cases = [life(rng, number) for number in range(40)]
    assert sum(isinstance(e, event.Voided) for case in cases for e in case.history) > 5
    assert sum(isinstance(e, event.Amended) for case in cases for e in case.history) > 15
    sla = agreement()
    for hours in (4, 12, 30, 400):
        now = MONDAY + hours * 60 * MINUTE
        chunk = columns_of("case_events", log_of(cases, rng))
        log = EventLog.of(chunk, us(now) or 0)
        assert (log.rows.read, log.rows.refused) == (chunk.read, 0)
        readings = {case.id: sla.read(case, now=now) for case in cases if any(e.at <= now for e in case.counted)}
        for promise in sla.promises:
            found = rows_of(read_clock(sla, log, promise.key, us(now) or 0))
            for case in cases:
                reading = readings[case.id].get(promise.key) if case.id in readings else None
                want = None if reading is None else [told(r) for r in reading.cycles]
                assert found.get(case.id) == want, (promise.key, case.history)


def told(reading: Any) -> tuple[Any, ...]:
    """A reading as plain values."""
    tick = dt.timedelta(microseconds=1)
    moments = (us(reading.start), us(reading.stop), us(reading.breached_at), us(reading.due))
    return (reading.cycle, reading.state, *moments, reading.elapsed // tick, reading.limit // tick)


def rows_of(readings: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Readings in bulk by case, as plain values."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for i, case in enumerate(readings.case.tolist()):
        moments = [int(getattr(readings, name)[i]) for name in ("start", "stop", "breached_at", "due")]
        row = (
            int(readings.cycle[i]),
            STATES[readings.state[i]],
            *(None if value == MISSING else value for value in moments),
            int(readings.elapsed[i]),
            int(readings.limit[i]),
        )
        found.setdefault(readings.log.ids[case], []).append(row)
    return found


def test_of_two_corrections_of_one_moment_the_same_one_holds() -> None:
    """In the model and in a log, in every order of rows: ties are broken by content."""
    report = event.Reported(
        at=MONDAY, id=CaseId("C-1"), customer=CustomerId("K"), description="d", impact="i", occurred_at=MONDAY,
        owner="A", channel="phone", source="feedback",
    )  # fmt: skip
    kept_in_mind: dict[str, Any] = {"event": "classified", "happened_at": MONDAY + MINUTE, "reason": "r", "by": "Q"}
    for changes in (
        [{"priority": "low"}, {"priority": "urgent"}],
        [{"priority": "urgent"}, {"priority": "low", "category": "b"}],
        [{"priority": "low", "note": "z"}, {"priority": "urgent", "note": "a"}],
        [{"priority": "urgent"}, {"priority": "low"}, {"category": "b", "priority": "normal"}],
    ):
        fixes = [event.Amended(at=MONDAY + 60 * MINUTE, changes=each, **kept_in_mind) for each in changes]
        begun: list[Any] = [report, event.Received(at=MONDAY, by="A")]
        begun.append(event.Classified(at=MONDAY + MINUTE, by="A", category="a", priority="normal"))
        case = Case(history=[*begun, *fixes])
        now = MONDAY + 600 * MINUTE
        want = agreement().read(case, now=now)["resolution"]
        for seed in range(6):
            log = log_of([case], random.Random(seed))  # noqa: S311
            found = read_clock(
                agreement(), EventLog.of(columns_of("case_events", log), us(now) or 0), "resolution", us(now) or 0
            )
            assert rows_of(found)["C-1"] == [told(want)], changes


def test_folded_cases_are_as_corrected() -> None:
    """What a case says of itself once it was corrected is what the log says."""
    rng = random.Random(5)  # noqa: S311
    cases = [life(rng, number) for number in range(80)]
    end = max(case.history[-1].at for case in cases)
    chunk = cases_of(EventLog.of(columns_of("case_events", log_of(cases, rng)), us(end) or 0))
    ids = chunk.columns["case_id"]
    for i, code in enumerate(ids.values.tolist()):
        case = next(case for case in cases if case.id == ids.labels[code])
        for name in ("assigned_at", "first_response_at", "resolved_at", "verified_at"):
            value = int(chunk.columns[name].values[i])
            assert (None if value == MISSING else value) == us(getattr(case, name)), (name, case.history)
        priority = chunk.columns["priority"]
        assert priority.labels[priority.values[i]] == case.priority if case.priority else priority.values[i] < 0


def test_what_cannot_be_used_is_refused_with_its_reason() -> None:
    """No such row, several that differ, nothing named, nothing changed, a time to come; duplicates are one of them."""
    ten, noon = MONDAY + 60 * MINUTE, MONDAY + 180 * MINUTE
    rows: list[tuple[Any, ...]] = [
        # case, at, event, corrects, corrects_at, corrects_seq, amended_at, public, seq
        ("C-1", MONDAY, "reported", None, None, None, None, None, 0),
        ("C-1", ten, "replied", None, None, None, None, 1, 0),
        ("C-1", ten, "replied", None, None, None, None, 0, 0),
        ("C-1", noon, "voided", "replied", ten, None, None, None, 0),  # several that differ
        ("C-1", noon, "voided", "resolved", ten, None, None, None, 0),  # none
        ("C-1", noon, "voided", None, ten, None, None, None, 0),  # which?
        ("C-1", noon, "amended", "reported", MONDAY, None, None, None, 0),  # nothing
        ("C-1", noon, "amended", "reported", MONDAY, None, noon + MINUTE, None, 0),  # to come
        ("C-2", MONDAY, "reported", None, None, None, None, None, 0),
        ("C-2", ten, "replied", None, None, None, None, 1, 0),
        ("C-2", ten, "replied", None, None, None, None, 1, 0),
        ("C-2", noon, "voided", "replied", ten, None, None, None, 0),  # one of two that are alike
        ("C-3", MONDAY, "reported", None, None, None, None, None, 0),
        ("C-3", ten, "replied", None, None, None, None, 1, 1),
        ("C-3", ten, "replied", None, None, None, None, 0, 2),
        ("C-3", noon, "voided", "replied", ten, 1, None, None, 0),  # told apart
        (None, noon, "voided", "replied", ten, None, None, None, 0),  # no case
    ]
    names = ("case_id", "at", "event", *NAMING, "amended_at", "public", "seq")
    table = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock="first_response", within=30 * MINUTE)])
    now = noon + 60 * MINUTE
    found = measure(["first_response_kept"], {"case_events": table}, by=["case_id"], sla=sla, now=now)
    told_rows = found.rows["case_events"]
    assert (told_rows.read, told_rows.used) == (17, 11)
    assert [str(r) for r in told_rows.refusals] == [
        "row 3: event names several events that differ (got 'voided')",
        "row 4: event names no event that counts in its case (got 'voided')",
        "row 5: event needs corrects and corrects_at (got 'voided')",
        "row 6: event changes nothing (got 'amended')",
        "row 7: event lies before what it corrects (got 'amended')",
        "row 16: case_id is missing (got '')",
    ]
    log = EventLog.of(columns_of("case_events", table), us(now) or 0)
    stops = dict(zip(log.ids, read_clock(sla, log, "first_response", us(now) or 0).stop.tolist(), strict=True))
    assert stops == {"C-1": us(ten), "C-2": us(ten), "C-3": MISSING}


def test_a_log_without_corrections_costs_nothing() -> None:
    """The very same chunk comes back; a log that has the columns but no correction in it, too."""
    chunk = columns_of("case_events", {"case_id": ["C"], "at": [MONDAY], "event": ["reported"]})
    assert corrected(chunk) is chunk
    event_column = attrs.evolve(chunk.columns["event"], labels=["reported", "voided"])
    named = attrs.evolve(chunk, columns={**chunk.columns, "event": event_column})
    assert corrected(named) is named
