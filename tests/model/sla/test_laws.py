"""Laws of a reading that hold for any life of a case, any limit and any moment to look."""

import datetime as dt
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model.hours.business_hours import BusinessHours
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case import (
    Amended,
    Assigned,
    Case,
    CaseEvent,
    Classified,
    Closed,
    CustomerMessage,
    Escalated,
    HandedOver,
    Opened,
    Priority,
    Received,
    Reopened,
    Replied,
    Reported,
    Resolved,
    Resumed,
    Started,
    Verified,
    Voided,
    Waiting,
)
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import STANDARD, Clock, Reopening, Retargeting
from servqual.model.sla.reading import ClockState, Reading
from servqual.model.sla.target import Target

MONDAY = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
TICK = dt.timedelta(microseconds=1)
NEVER = dt.timedelta()

HOURS = [
    BusinessHours.always(),
    BusinessHours(zone="UTC", week={"mon-fri": "09:00-12:30, 13:00-17:00"}, holidays={dt.date(2026, 5, 6): "Fair"}),
    BusinessHours(zone="Europe/Berlin", week={"mon-sun": "22:00-06:00"}),
]


def event_of(kind: str, when: dt.datetime, word: str) -> CaseEvent:
    """An event of a kind; `word` is whom it goes to, waits on, or sets."""
    events: dict[str, CaseEvent] = {
        "received": Received(at=when, by="desk"),
        "classified": Classified(
            at=when, by="desk", category="line", priority=Priority.URGENT if word == "customer" else Priority.LOW
        ),
        "assigned": Assigned(at=when, by="desk", to=word),
        "handed_over": HandedOver(at=when, by="desk", to=word, reason="lines"),
        "escalated": Escalated(at=when, by="desk", to=word, level=2, reason="lines"),
        "customer_message": CustomerMessage(at=when),
        "started": Started(at=when, by="A"),
        "resumed": Resumed(at=when, by="A"),
        "replied": Replied(at=when, by="A"),
        "waiting": Waiting(at=when, by="A", on=word),
        "resolved": Resolved(at=when, by="A", solution="s", told_customer=True),
        "verified": Verified(at=when, by="Q", effective=word == "customer", customer_confirmed=True),
        "closed": Closed(at=when, by="A"),
        "reopened": Reopened(at=when, by="A", reason="again"),
    }
    return events[kind]


KINDS = [
    *("received", "classified", "assigned", "handed_over", "escalated", "customer_message", "started", "resumed"),
    *("replied", "waiting", "resolved", "verified", "closed", "reopened"),
]


@st.composite
def cases(draw: st.DrawFn, unit: dt.timedelta = TICK) -> Case:
    """A random walk over the transitions, at random distances (some of them zero)."""
    longest = dt.timedelta(hours=30) // unit
    told: dict[str, Any] = {
        "at": MONDAY + draw(st.integers(0, longest)) * unit,
        "id": CaseId("C-1"),
        "customer": CustomerId("K-1"),
        "description": "x",
        "impact": "y",
        "occurred_at": MONDAY,
        "owner": "A-0",
        "channel": "phone",
        "source": "feedback",
    }
    # the short way allows a solution while the case waits
    case = Case(history=[draw(st.sampled_from([Reported, Opened]))(**told)])
    for _ in range(draw(st.integers(0, 14))):
        kinds = [kind for kind in KINDS if kind in case.allowed]
        later = draw(st.one_of(st.just(0), st.integers(1, longest // 4), st.integers(1, longest))) * unit
        seq = case.history[-1].seq + 1 if later == NEVER else 0  # life goes on in the order drawn
        word = draw(st.sampled_from(["customer", "supplier", "A-1"]))
        event = event_of(draw(st.sampled_from(kinds)), case.history[-1].at + later, word)
        if isinstance(event, Closed) and case.status == "verifying":
            event = attrs.evolve(event, unconfirmed="no answer")
        case = case.record(attrs.evolve(event, seq=seq))
    return case


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """A reading of any clock, under any convention, at any moment since the report."""
    case = draw(cases())
    within = st.one_of(st.just(NEVER), st.integers(1, 48 * 60).map(lambda n: n * MINUTE))
    clock = draw(st.sampled_from(list(STANDARD.rules)))
    rule = attrs.evolve(STANDARD.rules[clock], reopening=draw(st.sampled_from(Reopening)))
    warn = (0.5, 1.0, dt.timedelta(hours=-1), dt.timedelta(hours=2))
    targets = [
        Target(clock=clock, within=draw(within), rule=rule, warn_at=warn),
        Target(clock=clock, within=draw(within), rule=rule, warn_at=warn, priority="urgent"),
    ]
    conventions = attrs.evolve(
        STANDARD,
        retargeting=draw(st.sampled_from(Retargeting)),
        pauses=draw(st.sampled_from(["open", "wall"])),
        pause_edges=draw(st.sampled_from(["exact", "minute"])),
    )
    sla = Sla(
        name="s", hours=draw(st.sampled_from(HOURS)), targets=targets, pause_on="customer", conventions=conventions
    )
    now = case.history[0].at + draw(st.integers(0, 14 * 24 * 60)) * MINUTE
    return sla.read(case, now=now)[clock]


@given(last=readings())
def test_the_ledger_tiles_and_sums(last: Reading) -> None:
    """From start to now without gap or overlap, and what counted is what elapsed."""
    for reading in last.cycles:
        parts = reading.ledger
        assert sum((part.counted for part in parts), NEVER) == reading.elapsed
        if reading.start is None or reading.start == reading.now:
            assert parts == ()
        else:
            assert (parts[0].start, parts[-1].end) == (reading.start, reading.now)
            assert all(before.end == after.start for before, after in pairwise(parts))
            assert all(NEVER <= part.counted <= part.end - part.start for part in parts)


@given(last=readings())
def test_what_a_reading_says_fits_together(last: Reading) -> None:
    """State, due, breach and lateness do not contradict each other."""
    for number, reading in enumerate(last.cycles, start=1):
        if reading.state is ClockState.PENDING:
            assert reading.start is None
            continue
        assert reading.cycle == number
        assert NEVER <= reading.elapsed <= reading.wall_elapsed
        assert (reading.state is ClockState.BREACHED) <= (reading.breached_at is not None)
        if reading.state is ClockState.MET:
            assert reading.due is not None
            assert reading.until <= reading.due
            assert reading.elapsed <= reading.limit
        if reading.state is ClockState.RUNNING:
            assert reading.due is not None
            assert reading.now <= reading.due
        if reading.state is ClockState.PAUSED:
            assert reading.due is None
            assert reading.due_if_resumed_at(reading.now + MINUTE) >= reading.now  # type: ignore[operator]
        if reading.breached_at is not None:
            assert reading.due == reading.breached_at < reading.until
            assert sum(reading.overdue_by_holder().values(), NEVER) == reading.late_by
            assert reading.late_by <= reading.wall_late_by


@given(last=readings())
def test_thresholds_are_in_order_and_passed_when_their_moment_came(last: Reading) -> None:
    """Instants never go back, a passed one lies in the past, the next one in the future, and keys differ."""
    for reading in last.cycles:
        thresholds = reading.thresholds
        instants = [threshold.at for threshold in thresholds if threshold.at is not None]
        assert instants == sorted(instants)
        assert len({threshold.key for threshold in thresholds}) == len(thresholds)
        for threshold in thresholds:
            assert threshold.passed == (threshold.at is not None and threshold.at <= reading.until)
        if reading.next_threshold is not None:
            assert reading.next_threshold.at is not None
            assert reading.next_threshold.at > reading.now


@given(case=cases(), limit=st.integers(1, 48 * 60), data=st.data())
def test_a_threshold_passes_at_its_own_instant(case: Case, limit: int, data: st.DataObject) -> None:
    """If nothing happens before, the next threshold is passed at its instant and not a microsecond earlier."""
    target = Target(clock=Clock.RESOLUTION, within=limit * MINUTE, warn_at=(0.5, 0.9, dt.timedelta(hours=2)))
    sla = Sla(name="s", hours=data.draw(st.sampled_from(HOURS)), targets=[target], pause_on="customer")
    now = case.history[-1].at
    following = sla.read(case, now=now)[Clock.RESOLUTION].next_threshold
    if following is not None and following.at is not None:
        before = sla.read(case, now=following.at - TICK)[Clock.RESOLUTION].thresholds
        after = sla.read(case, now=following.at)[Clock.RESOLUTION].thresholds
        assert [t.passed for t in before if t.key == following.key] == [False]
        assert [t.passed for t in after if t.key == following.key] == [True]


@given(case=cases(), minutes=st.integers(0, 5000))
def test_a_solution_ends_a_wait_as_a_resume_does(case: Case, minutes: int) -> None:
    """Every clock of a case that is solved while it waits reads as with a `Resumed` just before."""
    told, waits = list[CaseEvent](), False
    for event in case.history:
        if waits and isinstance(event, Resolved):
            told.append(Resumed(at=event.at, by="A", seq=event.seq))
        told.append(event)
        waits = isinstance(event, Waiting) or (waits and not isinstance(event, Resumed | Resolved))
    try:
        resumed = Case(history=told)
    except IllegalTransition:  # a case that waited after its solution goes back to it
        reject()
    targets = [Target(clock=clock, within=600 * MINUTE) for clock in STANDARD.rules]
    sla = Sla(name="s", hours=HOURS[1], targets=targets, pause_on="customer")
    now = case.history[0].at + minutes * MINUTE
    assert sla.read(case, now=now) == sla.read(resumed, now=now)


@given(case=cases(), data=st.data())
def test_the_order_of_arrival_does_not_matter(case: Case, data: st.DataObject) -> None:
    """A log folds to one reading however its events arrive."""
    target = Target(clock=Clock.RESOLUTION, within=8 * 60 * MINUTE)
    sla = Sla(name="s", hours=HOURS[1], targets=[target], pause_on="customer")
    now = case.history[-1].at + 60 * MINUTE
    shuffled = Case(history=data.draw(st.permutations(case.history)))
    assert sla.read(shuffled, now=now) == sla.read(case, now=now)


@given(case=cases(), data=st.data())
def test_a_corrected_history_is_one_that_was_told_rightly(case: Case, data: st.DataObject) -> None:
    """What is voided never was, what is amended was so from the first; where that cannot be, neither can be told."""
    wrong, later = data.draw(st.sampled_from(case.history)), case.history[-1].at + 60 * MINUTE
    naming: dict[str, Any] = {"event": wrong.stored_name, "happened_at": wrong.at, "happened_seq": wrong.seq}
    moved = data.draw(st.none() | st.integers(-600, 600).map(lambda n: min(wrong.at + n * MINUTE, later)))
    right = [event for event in case.history if event is not wrong]
    fix: CaseEvent = Voided(at=later, by="Q", reason="r", **naming)
    if moved is not None:
        fix = Amended(at=later, by="Q", reason="r", changes={"at": moved}, **naming)
    try:
        told = Case(history=right if moved is None else [*right, attrs.evolve(wrong, at=moved)])
    except (IllegalTransition, InvalidValue) as refused:
        with pytest.raises(type(refused)):
            case.record(fix)
        return
    corrected = case.record(fix)
    assert (corrected.counted, corrected.status) == (told.history, told.status)
    assert Case(history=data.draw(st.permutations(corrected.history))) == corrected
    sla = Sla(name="s", hours=HOURS[1], targets=[Target(clock=c, within=60 * MINUTE) for c in STANDARD.rules])
    for now in (later, wrong.at):
        assert sla.read(corrected, now=now) == sla.read(told, now=now)


@given(case=cases(), minutes=st.integers(0, 5000), later=st.integers(1, 5000))
def test_time_only_adds(case: Case, minutes: int, later: int) -> None:
    """Later looks show no less elapsed time, and a verdict once passed stays."""
    sla = Sla(
        name="s",
        hours=HOURS[1],
        targets=[Target(clock=Clock.FIRST_RESOLUTION, within=600 * MINUTE)],
        pause_on="customer",
    )
    first = case.history[0].at + minutes * MINUTE
    early = sla.read(case, now=first)[Clock.FIRST_RESOLUTION]
    late = sla.read(case, now=first + later * MINUTE)[Clock.FIRST_RESOLUTION]
    assert early.elapsed <= late.elapsed
    if early.state in {ClockState.MET, ClockState.BREACHED}:
        assert (late.state, late.breached_at) == (early.state, early.breached_at)


@pytest.mark.parametrize("hours", HOURS)
@given(data=st.data())
def test_a_slow_and_obvious_clock_agrees(hours: BusinessHours, data: st.DataObject) -> None:
    """Stepping minute by minute through the log counts the same time and finds the same breach."""
    case = data.draw(cases(unit=15 * MINUTE))
    within = data.draw(st.integers(0, 40)) * 15 * MINUTE
    sla = Sla(name="s", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=within)], pause_on="customer")
    now = case.history[0].at + data.draw(st.integers(0, 300)) * 15 * MINUTE
    reading = sla.read(case, now=now)[Clock.RESOLUTION]
    assert (reading.elapsed, reading.state) == _slow(case, hours, within, now)


def _slow(case: Case, hours: BusinessHours, within: dt.timedelta, now: dt.datetime) -> tuple[dt.timedelta, ClockState]:
    """Walk from the report to now in quarters of an hour, taking events as they come."""
    events = [event for event in case.history if event.at <= now]
    at, counted, late = events[0].at, NEVER, False
    stopped = paused = False
    while True:
        while events and events[0].at == at:
            stopped, paused = _after(events.pop(0), stopped=stopped, paused=paused)
        if at == now:
            break
        late = late or (counted >= within and not stopped and not paused)
        if hours.is_open(at) and not paused and not stopped:
            counted += 15 * MINUTE
        at += 15 * MINUTE
    if late:
        return counted, ClockState.BREACHED
    if stopped:
        return counted, ClockState.MET
    return counted, ClockState.PAUSED if paused else ClockState.RUNNING


def _after(event: CaseEvent, *, stopped: bool, paused: bool) -> tuple[bool, bool]:
    match event:
        case Waiting(on=on):
            return stopped, on == "customer"
        case Resumed():
            return stopped, False
        case Resolved():
            return True, False
        case Reopened() | Verified(effective=False):
            return False, paused
        case _:
            return stopped, paused
