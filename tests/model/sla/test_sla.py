"""Clocks, one boundary at a time: each row of SLA.md 2.2 that concerns clocks is named in the test's docstring."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import pytest

from servqual.errors import InvalidValue
from servqual.model.hours.business_hours import BusinessHours
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case import (
    CASE_TRANSITIONS,
    Assigned,
    AutoReplied,
    Cancelled,
    Case,
    CaseEvent,
    Classified,
    Closed,
    CustomerMessage,
    Duplicate,
    FollowedUp,
    HandedOver,
    Linked,
    Priority,
    Received,
    Relation,
    Reopened,
    Replied,
    Reported,
    Resolved,
    Resumed,
    Started,
    Verified,
    Waiting,
)
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import ANY, STANDARD, Clock, ClockConventions, ClockRule, Reopening, Retargeting
from servqual.model.sla.projection import breach_chance
from servqual.model.sla.reading import ClockState, Reading
from servqual.model.sla.target import Target

HOURS = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays={dt.date(2026, 5, 6): "Founders' Day"})
ALWAYS = BusinessHours.always()
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """A moment of the first week of May 2026, such as `Tue 10:30`."""
    day, clock = text.split()
    date = 4 + ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day)
    return dt.datetime.fromisoformat(f"2026-05-{date:02} {clock}").replace(tzinfo=dt.UTC)


def reported(when: dt.datetime, **more: object) -> Reported:
    """A report of an ordinary case."""
    event = Reported(
        at=when,
        id=CaseId("C-1"),
        customer=CustomerId("K-1"),
        description="no dial tone",
        impact="one site",
        occurred_at=when,
        owner="A-1",
        channel="phone",
        source="feedback",
    )
    return attrs.evolve(event, **more)  # type: ignore[arg-type]


def resolved(when: dt.datetime) -> Resolved:
    """A solution."""
    return Resolved(at=when, by="A-1", solution="new card", told_customer=True)


def in_handling(when: dt.datetime, *events: CaseEvent, **more: object) -> Case:
    """A case that came into handling at one moment, and then these."""
    begun = (
        reported(when, **more),
        Received(at=when, by="desk"),
        Classified(at=when, by="desk", category="line", priority=Priority.NORMAL),
        Assigned(at=when, by="desk", to="A-1"),
        Started(at=when, by="A-1"),
    )
    return Case(history=(*begun, *events))


def agree(
    clock: Clock, within: dt.timedelta | None, *, hours: BusinessHours = HOURS, pause_on: Iterable[str] = ()
) -> Sla:
    """An agreement with one target."""
    return Sla(name="support", hours=hours, targets=[Target(clock=clock, within=within)], pause_on=pause_on)


def read(case: Case, sla: Sla, now: dt.datetime) -> Reading:
    """The only reading."""
    (reading,) = sla.read(case, now=now).values()
    return reading


# boundaries of time


def test_created_outside_hours() -> None:
    """Row "created outside hours": the start is true, nothing elapses until the opening, which is the first tick."""
    case = Case(history=[reported(at("Sun 20:00") - dt.timedelta(days=7))])
    sla = agree(Clock.FIRST_RESPONSE, HOUR)
    early = read(case, sla, at("Mon 08:00"))
    assert (early.start, early.first_tick) == (case.history[0].at, MONDAY)
    assert (early.elapsed, early.state, early.due) == (dt.timedelta(), ClockState.RUNNING, at("Mon 10:00"))
    assert [part.why for part in early.ledger] == ["closed"]


def test_a_deadline_at_the_close_stays_or_rolls() -> None:
    """Row "deadline exactly at close": due stays; `last_safe` and the option `roll` give the next opening."""
    case = Case(history=[reported(at("Mon 16:00"))])
    sla = agree(Clock.FIRST_RESPONSE, HOUR)
    reading = read(case, sla, at("Mon 16:30"))
    assert (reading.due, reading.last_safe) == (at("Mon 17:00"), at("Tue 09:00"))
    rolled = attrs.evolve(sla, conventions=attrs.evolve(STANDARD, at_close="roll"))
    assert read(case, rolled, at("Mon 16:30")).due == at("Tue 09:00")


@pytest.mark.parametrize(
    ("reply", "state", "late", "wall"),
    [
        (at("Mon 17:00"), "met", 0, 0),
        (at("Mon 17:00") + dt.timedelta(microseconds=1), "breached", 0, 1e-6),
        (at("Tue 08:59"), "breached", 0, 57540),  # 15 h 59 min of a closed night
        (at("Tue 09:01"), "breached", 60, 57660),
    ],
)
def test_a_reply_exactly_at_due_keeps(reply: dt.datetime, state: str, late: float, wall: float) -> None:
    """Row "reply exactly at due": met when stop <= due, breached strictly after, also while closed."""
    case = Case(history=[reported(at("Mon 16:00")), Replied(at=reply, by="A-1")])
    reading = read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Fri 12:00"))
    assert reading.state == state
    assert reading.late_by.total_seconds() == late
    assert reading.wall_late_by.total_seconds() == wall
    assert reading.breached_at == (None if state == "met" else at("Mon 17:00"))


def test_a_zero_target() -> None:
    """Row "zero target": due is the start, kept only by a stop at the start; None is no clock; negative is refused."""
    sla = agree(Clock.FIRST_RESPONSE, dt.timedelta())
    at_once = Case(history=[reported(MONDAY), Replied(at=MONDAY, by="A-1")])
    later = Case(history=[reported(MONDAY), Replied(at=MONDAY + MINUTE, by="A-1")])
    assert read(at_once, sla, at("Tue 09:00")).state == "met"
    assert read(at_once, sla, at("Tue 09:00")).used is None
    assert read(later, sla, at("Tue 09:00")).state == "breached"
    assert read(later, sla, MONDAY).state == "running"
    assert dict(agree(Clock.FIRST_RESPONSE, None).read(later, now=at("Tue 09:00"))) == {}
    with pytest.raises(InvalidValue, match="within must be a timedelta of zero or more") as refused:
        Target(clock=Clock.FIRST_RESPONSE, within=-HOUR)
    assert refused.value.field == "within"


def test_a_pause_at_the_very_start() -> None:
    """Row "pause at the same instant as start": the pause wins; nothing elapses and due moves."""
    case = in_handling(MONDAY, Waiting(at=MONDAY, by="A-1", on="customer"), Resumed(at=at("Mon 12:00"), by="A-1"))
    sla = agree(Clock.RESOLUTION, HOUR, pause_on="customer")
    paused = read(case, sla, at("Mon 11:00"))
    assert (paused.state, paused.elapsed, paused.due, paused.first_tick) == ("paused", dt.timedelta(), None, None)
    resumed = read(case, sla, at("Mon 12:30"))
    assert (resumed.due, resumed.first_tick) == (at("Mon 13:00"), at("Mon 12:00"))
    zero = agree(Clock.RESOLUTION, dt.timedelta(), pause_on="customer")
    assert read(case, zero, at("Mon 11:00")).state == "paused"
    assert read(case, zero, at("Mon 12:30")).breached_at == at("Mon 12:00")


def test_a_pause_at_the_due_moment() -> None:
    """Row "breach while paused": a clock that is paused at its due moment cannot breach before it resumes."""
    waits = Waiting(at=at("Mon 10:00"), by="A-1", on="customer")
    case = in_handling(MONDAY, waits, Resumed(at=at("Mon 15:00"), by="A-1"))
    sla = agree(Clock.RESOLUTION, HOUR, pause_on="customer")
    paused = read(case, sla, at("Mon 14:00"))
    assert (paused.state, paused.remaining, paused.breached_at) == ("paused", dt.timedelta(), None)
    assert paused.due_if_resumed_at(at("Mon 15:00")) == at("Mon 15:00")
    resumed = read(case, sla, at("Mon 15:01"))
    assert (resumed.state, resumed.breached_at, resumed.late_by) == ("breached", at("Mon 15:00"), MINUTE)


@pytest.mark.parametrize(
    ("wait", "resume", "due"),
    [
        ("Mon 16:00", "Tue 10:00", "Tue 16:00"),  # across the close: an hour of each day
        ("Mon 18:00", "Mon 20:00", "Tue 14:00"),  # outside hours: no effect
        ("Tue 18:00", "Thu 08:00", "Tue 14:00"),  # after due: no effect on it
    ],
)
def test_a_pause_is_a_mask(wait: str, resume: str, due: str) -> None:
    """Rows "pause across close" and "pause outside hours": only the open part of a pause matters."""
    case = in_handling(at("Mon 12:00"), Waiting(at=at(wait), by="A-1", on="customer"), Resumed(at=at(resume), by="A-1"))
    reading = read(case, agree(Clock.RESOLUTION, 10 * HOUR, pause_on="customer"), at("Fri 09:00"))
    assert reading.due == reading.breached_at == at(due)


def test_two_reasons_to_wait() -> None:
    """Row "overlapping pauses": reasons follow each other, and only those agreed on stop the clock."""
    case = in_handling(
        MONDAY,
        Waiting(at=at("Mon 10:00"), by="A-1", on="customer"),
        Waiting(at=at("Mon 11:00"), by="A-1", on="supplier"),
        Waiting(at=at("Mon 12:00"), by="A-1", on="customer"),
        Resumed(at=at("Mon 13:00"), by="A-1"),
    )
    one = read(case, agree(Clock.RESOLUTION, 8 * HOUR, pause_on="customer"), at("Mon 14:00"))
    both = read(case, agree(Clock.RESOLUTION, 8 * HOUR, pause_on=("customer", "supplier")), at("Mon 14:00"))
    every = read(case, agree(Clock.AGENT_WORK, 8 * HOUR), at("Mon 14:00"))
    assert (one.elapsed, both.elapsed, every.elapsed) == (3 * HOUR, 2 * HOUR, 2 * HOUR)
    assert [part.why for part in both.ledger] == [
        *("running", "waiting: customer", "waiting: supplier", "waiting: customer", "running")
    ]


def test_an_open_pause() -> None:
    """Row "open pause, due asked": no due, `remaining` frozen, and the due moment if it resumed at a moment."""
    case = in_handling(MONDAY, Waiting(at=at("Mon 11:00"), by="A-1", on="customer"))
    reading = read(case, agree(Clock.RESOLUTION, 8 * HOUR, pause_on="customer"), at("Tue 12:00"))
    assert (reading.due, reading.remaining) == (None, 6 * HOUR)
    assert reading.due_if_resumed_at(at("Tue 12:00")) == at("Thu 10:00")  # Wednesday is a holiday
    with pytest.raises(InvalidValue, match="moment must not come before now"):
        reading.due_if_resumed_at(at("Tue 11:00"))


def test_a_breach_before_the_pause() -> None:
    """Row "breach while paused": a breach that came before the pause stays a breach, at its own moment."""
    case = in_handling(MONDAY, Waiting(at=at("Mon 12:00"), by="A-1", on="customer"))
    reading = read(case, agree(Clock.RESOLUTION, 2 * HOUR, pause_on="customer"), at("Tue 12:00"))
    assert (reading.state, reading.breached_at, reading.late_by) == ("breached", at("Mon 11:00"), HOUR)
    assert reading.due_if_resumed_at(at("Tue 13:00")) == reading.due == at("Mon 11:00")


def test_closed_while_paused_before_due_and_after() -> None:
    """Row "breach while paused": closed hours between due and the pause are time in which it was late."""
    case = in_handling(MONDAY, Waiting(at=at("Mon 18:00"), by="A-1", on="customer"))
    sla = agree(Clock.RESOLUTION, 8 * HOUR, pause_on="customer")
    assert read(case, sla, at("Tue 12:00")).breached_at == at("Mon 17:00")
    at_close = in_handling(MONDAY, Waiting(at=at("Mon 17:00"), by="A-1", on="customer"))
    assert read(at_close, sla, at("Tue 12:00")).state == "paused"


def test_waiting_again_on_the_same_is_one_wait() -> None:
    """Row "overlapping pauses": telling twice what it waits on is one pause, and a wait of no length is none."""
    case = in_handling(
        MONDAY,
        Waiting(at=at("Mon 09:30"), by="A-1", on="customer"),
        Resumed(at=at("Mon 09:30"), by="A-1", seq=1),
        Waiting(at=at("Mon 10:00"), by="A-1", on="customer"),
        Waiting(at=at("Mon 11:00"), by="A-1", on="customer"),
    )
    reading = read(case, agree(Clock.RESOLUTION, 8 * HOUR, pause_on="customer"), at("Mon 12:00"))
    assert [(part.why, part.end - part.start) for part in reading.ledger] == [
        *(("running", HOUR), ("waiting: customer", 2 * HOUR))
    ]


# reopening, retargeting, other hours


def solved_twice() -> Case:
    """Solved after two hours, reopened the next morning, solved again after one."""
    return in_handling(
        MONDAY,
        resolved(at("Mon 11:00")),
        Verified(at=at("Mon 12:00"), by="Q", effective=True, customer_confirmed=True),
        Closed(at=at("Mon 12:00"), by="A-1"),
        Reopened(at=at("Tue 10:00"), by="desk", reason="wrong again"),
        resolved(at("Tue 11:00")),
    )


@pytest.mark.parametrize(
    ("reopening", "elapsed", "cycles", "state"),
    [
        ("never", 2, 1, "met"),
        ("resume", 3, 1, "breached"),
        ("retroactive", 10, 1, "breached"),  # 8 h on Monday and 2 h on Tuesday
        ("restart", 1, 1, "met"),
        ("new_cycle", 1, 2, "met"),
    ],
)
def test_five_ways_to_reopen(reopening: str, elapsed: int, cycles: int, state: str) -> None:
    """Row "reopened after solve": each policy by name, on one log, against a limit of 2 h 30."""
    rule = attrs.evolve(STANDARD.rules[Clock.RESOLUTION], reopening=Reopening(reopening))
    target = Target(clock=Clock.RESOLUTION, within=2.5 * HOUR, rule=rule)
    reading = read(solved_twice(), Sla(name="s", hours=HOURS, targets=[target]), at("Fri 09:00"))
    assert (reading.elapsed, len(reading.cycles), reading.state) == (elapsed * HOUR, cycles, state)
    assert sum((part.counted for part in reading.ledger), dt.timedelta()) == reading.elapsed


def test_reopened_time_is_in_the_ledger() -> None:
    """A resumed clock shows the solved time as stopped."""
    reading = read(solved_twice(), agree(Clock.RESOLUTION, 8 * HOUR), at("Tue 12:00"))
    assert [(part.why, part.counted / HOUR) for part in reading.ledger] == [
        *(("running", 2), ("stopped", 0), ("running", 1), ("stopped", 0))
    ]


def test_failed_verification_lets_the_clock_go_on() -> None:
    """A solution that was not verified is none: total resolution resumes, first resolution is final."""
    case = in_handling(
        MONDAY,
        resolved(at("Mon 11:00")),
        Verified(at=at("Mon 13:00"), by="Q", effective=False, customer_confirmed=True),
    )
    assert read(case, agree(Clock.RESOLUTION, 8 * HOUR), at("Mon 15:00")).elapsed == 4 * HOUR
    assert read(case, agree(Clock.FIRST_RESOLUTION, 8 * HOUR), at("Mon 15:00")).state == "met"


def test_late_polls_do_not_matter() -> None:
    """Row "stop in the past, late poll": the verdict comes from events, whenever one looks."""
    case = Case(history=[reported(MONDAY), Replied(at=at("Mon 11:00"), by="A-1")])
    sla = agree(Clock.FIRST_RESPONSE, HOUR)
    early, late = read(case, sla, at("Mon 11:00")), read(case, sla, at("Sun 11:00"))
    assert (early.state, early.late_by) == (late.state, late.late_by) == ("breached", HOUR)
    assert read(case, sla, at("Mon 09:59")).state == "running"  # the reply had not been given then


def test_a_late_record_is_folded_in() -> None:
    """Row "out-of-order or corrected event": a reply that became known later keeps the promise."""
    case = Case(history=[reported(MONDAY), Received(at=at("Mon 12:00"), by="desk")])
    sla = agree(Clock.FIRST_RESPONSE, HOUR)
    assert read(case, sla, at("Mon 12:00")).state == "breached"
    known = case.record(Replied(at=at("Mon 09:30"), by="A-1", recorded_at=at("Mon 12:30")))
    assert read(known, sla, at("Mon 13:00")).state == "met"


def by_priority(mode: str, *, urgent: dt.timedelta | None = 4 * HOUR) -> Sla:
    """Eight hours, urgent four."""
    return Sla(
        name="s",
        hours=ALWAYS,
        targets=[
            Target(clock=Clock.RESOLUTION, within=8 * HOUR),
            Target(clock=Clock.RESOLUTION, within=urgent, priority=Priority.URGENT),
        ],
        conventions=attrs.evolve(STANDARD, retargeting=Retargeting(mode)),
    )


def classified(when: dt.datetime, priority: str) -> Classified:
    """A new priority."""
    return Classified(at=when, by="desk", category="line", priority=Priority(priority))


@pytest.mark.parametrize(
    ("mode", "due"),
    [
        ("keep_start", "Mon 13:00"),  # 4 h from 9:00
        ("from_now", "Mon 15:00"),  # 4 h from 11:00
        ("prorata", "Mon 14:00"),  # 2 of 8 h used; three quarters of 4 h are left
    ],
)
def test_a_change_of_priority(mode: str, due: str) -> None:
    """Row "priority changed mid-flight": three modes by name."""
    case = in_handling(MONDAY, classified(at("Mon 11:00"), "urgent"))
    assert read(case, by_priority(mode), at("Mon 12:00")).due == at(due)
    assert read(case, by_priority(mode), at("Mon 10:30")).due == at("Mon 17:00")


def test_an_old_verdict_stays() -> None:
    """Row "priority changed mid-flight": a breach under the old target is not undone by a softer one."""
    case = in_handling(MONDAY, classified(MONDAY, "urgent"), classified(at("Mon 14:00"), "low"))
    reading = read(case, by_priority("keep_start"), at("Mon 15:00"))
    assert (reading.state, reading.breached_at, reading.limit) == ("breached", at("Mon 13:00"), 8 * HOUR)
    assert reading.late_by == 2 * HOUR


def test_the_first_verdict_stays() -> None:
    """A second change of target neither undoes nor moves a breach; by share, nothing of the new limit is left."""
    case = in_handling(
        MONDAY, classified(MONDAY, "urgent"), classified(at("Mon 14:00"), "low"), classified(at("Mon 18:00"), "urgent")
    )
    assert read(case, by_priority("keep_start"), at("Mon 19:00")).breached_at == at("Mon 13:00")
    prorata = read(case, by_priority("prorata"), at("Mon 15:00"))
    assert (prorata.limit, prorata.breached_at) == (5 * HOUR, at("Mon 13:00"))


def test_a_promise_that_ceases_is_cancelled_and_can_return() -> None:
    """A target without a limit ends the clock without a verdict, until another holds again."""
    sla = by_priority("keep_start", urgent=None)
    case = in_handling(MONDAY, classified(at("Mon 11:00"), "urgent"))
    dropped = read(case, sla, at("Mon 12:00"))
    assert (dropped.state, dropped.stop, dropped.elapsed, dropped.due) == ("cancelled", at("Mon 11:00"), 2 * HOUR, None)
    again = case.record(classified(at("Mon 13:00"), "low"))
    assert (read(again, sla, at("Mon 14:00")).state, read(again, sla, at("Mon 14:00")).due) == (
        "running",
        at("Mon 17:00"),
    )


def test_what_happens_after_a_promise_ceased_does_not_matter() -> None:
    """A wait that began after the target was dropped is not in the reading."""
    sla = attrs.evolve(by_priority("keep_start", urgent=None), pause_on="customer")
    waits = Waiting(at=at("Mon 12:00"), by="A-1", on="customer")
    reading = read(in_handling(MONDAY, classified(at("Mon 11:00"), "urgent"), waits), sla, at("Mon 13:00"))
    assert (reading.elapsed, reading.pauses) == (2 * HOUR, ())
    assert [part.why for part in reading.ledger] == ["running", "cancelled"]


@pytest.mark.parametrize(
    ("mode", "due"), [("keep_start", "Mon 13:00"), ("from_now", "Mon 15:00"), ("prorata", "Mon 13:00")]
)
def test_a_late_attach_in_each_mode(mode: str, due: str) -> None:
    """The first target of a running clock counts from its start, or from now; there is no share to carry over."""
    only = [Target(clock=Clock.RESOLUTION, within=4 * HOUR, priority="urgent")]
    sla = attrs.evolve(by_priority(mode), targets=only)
    assert read(in_handling(MONDAY, classified(at("Mon 11:00"), "urgent")), sla, at("Mon 12:00")).due == at(due)


def test_a_late_attach_brings_its_own_hours() -> None:
    """The hours of the first target that holds count for all of it."""
    only = [Target(clock=Clock.RESOLUTION, within=48 * HOUR, priority="urgent", hours=ALWAYS)]
    sla = Sla(name="s", hours=HOURS, targets=only)
    assert read(in_handling(MONDAY, classified(at("Tue 09:00"), "urgent")), sla, at("Tue 12:00")).elapsed == 27 * HOUR


def test_a_later_target_does_not_judge_what_had_one() -> None:
    """A clock that stopped under a target keeps it, whatever the case becomes."""
    targets = [
        Target(clock=Clock.FIRST_RESPONSE, within=4 * HOUR, priority="urgent"),
        Target(clock=Clock.FIRST_RESPONSE, within=HOUR, priority="high"),
    ]
    sla = attrs.evolve(by_priority("from_now"), targets=targets)
    case = in_handling(
        MONDAY,
        classified(at("Mon 11:00"), "urgent"),
        Replied(at=at("Mon 12:00"), by="A-1"),
        classified(at("Mon 13:00"), "high"),
    )
    reading = read(case, sla, at("Mon 14:00"))
    assert (reading.state, reading.limit) == ("met", 6 * HOUR)


def test_a_late_attach_counts_from_the_start() -> None:
    """Row "pauses before a late attach": what was before the target held counts, and its pauses do not."""
    only = [Target(clock=Clock.RESOLUTION, within=4 * HOUR, priority=Priority.URGENT)]
    sla = Sla(name="s", hours=ALWAYS, targets=only, pause_on="customer")
    case = in_handling(
        MONDAY,
        Waiting(at=at("Mon 10:00"), by="A-1", on="customer"),
        Resumed(at=at("Mon 12:00"), by="A-1"),
        classified(at("Mon 13:00"), "urgent"),
    )
    assert dict(sla.read(case, now=at("Mon 12:30"))) == {}
    assert read(case, sla, at("Mon 14:00")).due == at("Mon 15:00")


@pytest.mark.parametrize("within", [10 * MINUTE, HOUR])
def test_a_target_that_begins_after_the_stop_judges_nothing(within: dt.timedelta) -> None:
    """A promise that begins to hold after the answer can neither be broken by it nor kept."""
    only = [Target(clock=Clock.FIRST_RESPONSE, within=within, priority=Priority.URGENT)]
    case = Case(
        history=[
            reported(MONDAY),
            Received(at=MONDAY, by="desk"),
            Replied(at=at("Mon 09:30"), by="A-1"),
            classified(at("Mon 11:00"), "urgent"),
        ]
    )
    assert dict(Sla(name="s", hours=HOURS, targets=only).read(case, now=at("Mon 12:00"))) == {}


def test_the_stop_itself_may_name_the_target() -> None:
    """Who takes a case is known as it is taken: the promise of that team judges the time until then."""
    mine = Target(clock=Clock.TIME_TO_OWN, within=HOUR, match={"team": "lines"})
    case = Case(
        history=[
            reported(MONDAY),
            Received(at=MONDAY, by="desk"),
            classified(at("Mon 09:10"), "normal"),
            Assigned(at=at("Mon 10:30"), by="desk", to="A-1", team="lines"),
        ]
    )
    reading = read(case, Sla(name="s", hours=HOURS, targets=[mine]), at("Mon 12:00"))
    assert (reading.state, reading.breached_at) == ("breached", at("Mon 10:00"))


@pytest.mark.parametrize(("whole", "elapsed"), [(False, 11), (True, 27)])
def test_a_change_of_hours(*, whole: bool, elapsed: int) -> None:
    """Row "schedule changed mid-flight": each span under its own hours, or all of it under the last."""
    targets = [
        Target(clock=Clock.RESOLUTION, within=48 * HOUR),
        Target(clock=Clock.RESOLUTION, within=48 * HOUR, priority=Priority.URGENT, hours=ALWAYS),
    ]
    sla = Sla(name="s", hours=HOURS, targets=targets, conventions=attrs.evolve(STANDARD, whole_history=whole))
    case = in_handling(MONDAY, classified(at("Tue 09:00"), "urgent"))
    reading = read(case, sla, at("Tue 12:00"))  # 8 h and 3 h under their own hours; 27 h on the wall
    assert reading.elapsed == elapsed * HOUR
    assert sum((part.counted for part in reading.ledger), dt.timedelta()) == reading.elapsed


@pytest.mark.parametrize(("whole", "elapsed"), [(False, 19), (True, 27)])
def test_hours_that_changed_themselves(*, whole: bool, elapsed: int) -> None:
    """The same row, for hours with eras: under `whole_history` the era of the end counts for all."""
    hours = BusinessHours.during([(None, HOURS), (at("Tue 01:00"), ALWAYS)])
    targets = [Target(clock=Clock.RESOLUTION, within=48 * HOUR)]
    sla = Sla(name="s", hours=hours, targets=targets, conventions=attrs.evolve(STANDARD, whole_history=whole))
    reading = read(in_handling(MONDAY), sla, at("Tue 12:00"))  # 8 h and 11 h under their own hours; 27 h on the wall
    assert reading.elapsed == elapsed * HOUR
    early = read(in_handling(MONDAY), sla, at("Tue 00:00"))
    assert (early.elapsed, early.hours == HOURS) == (8 * HOUR, whole)


@pytest.mark.parametrize(("retargeting", "due"), [("keep_start", "10:00"), ("from_now", "11:00"), ("prorata", "10:00")])
def test_the_first_target_brings_its_hours_from_the_start(retargeting: str, due: str) -> None:
    """What counted before a late first target, and what counts after it, is counted under the same hours."""
    urgent = Target(clock=Clock.RESOLUTION, within=HOUR, priority=Priority.URGENT, hours=HOURS)
    conventions = attrs.evolve(STANDARD, retargeting=retargeting)
    sla = Sla(name="s", hours=ALWAYS, targets=[urgent], conventions=conventions)
    case = in_handling(at("Mon 07:00"), classified(at("Mon 10:00"), "urgent"))
    assert read(case, sla, at("Mon 18:00")).breached_at == at(f"Mon {due}")


@pytest.mark.parametrize(("retargeting", "due"), [("from_now", "11:00"), ("prorata", "10:52:30")])
def test_the_last_hours_count_for_what_was_before_a_change_too(retargeting: str, due: str) -> None:
    """Under `whole_history` an hour from 10:00 on is due at 11:00; of three hours in 24 an eighth of it is gone."""
    targets = [
        Target(clock=Clock.RESOLUTION, within=24 * HOUR),
        Target(clock=Clock.RESOLUTION, within=HOUR, priority=Priority.URGENT, hours=HOURS),
    ]
    conventions = attrs.evolve(STANDARD, retargeting=retargeting, whole_history=True)
    sla = Sla(name="s", hours=ALWAYS, targets=targets, conventions=conventions)
    reading = read(in_handling(at("Mon 07:00"), classified(at("Mon 10:00"), "urgent")), sla, at("Mon 18:00"))
    assert reading.breached_at == at(f"Mon {due}")


def test_a_service_that_ends_before_the_limit_is_never_due() -> None:
    """Hours that do not open again give no due moment, no thresholds after their end, and no error."""
    ends = BusinessHours.during([(None, HOURS), (at("Mon 12:00"), BusinessHours(zone="UTC", week={}))])
    target = Target(clock=Clock.RESOLUTION, within=8 * HOUR, warn_at=(0.25, 0.5, 1.0))
    reading = read(in_handling(MONDAY), Sla(name="s", hours=ends, targets=[target]), at("Fri 12:00"))
    assert (reading.state, reading.elapsed, reading.due, reading.last_safe) == ("running", 3 * HOUR, None, None)
    assert [(t.at, t.passed) for t in reading.thresholds] == [(at("Mon 11:00"), True), (None, False), (None, False)]
    past = [read(in_handling(MONDAY, resolved(at("Tue 17:00"))), agree(Clock.RESOLUTION, 8 * HOUR), at("Fri 12:00"))]
    assert breach_chance(reading, past, horizon=99 * HOUR, seed=1).chance == 0


def test_a_run_that_begins_anew_warns_anew() -> None:
    """A scheduler that warns once for each key hears of both runs."""
    rule = attrs.evolve(STANDARD.rules[Clock.NEXT_RESPONSE], restarts="always")
    target = Target(clock=Clock.NEXT_RESPONSE, within=4 * HOUR, rule=rule, warn_at=0.5)
    sla = Sla(name="s", hours=HOURS, targets=[target])
    messages = [CustomerMessage(at=at("Mon 09:10")), CustomerMessage(at=at("Mon 12:30"))]
    keys = [read(in_handling(MONDAY, *messages[:n]), sla, at("Mon 16:00")).thresholds[0].key for n in (1, 2)]
    assert len({*keys}) == 2


def test_near_marks_have_keys_of_their_own() -> None:
    """To the last digit."""
    day = dt.timedelta(days=1)
    marks = (0.5, 0.5000001, -20 * day, -20 * day - dt.timedelta(seconds=1))
    sla = Sla(name="s", hours=ALWAYS, targets=[Target(clock=Clock.RESOLUTION, within=30 * day, warn_at=marks)])
    assert len({t.key for t in read(in_handling(MONDAY), sla, MONDAY).thresholds}) == 4


def test_a_resume_is_cut_to_the_minute_as_it_will_be() -> None:
    """What `due_if_resumed_at` says is what the resume then gives."""
    conventions = attrs.evolve(STANDARD, pause_edges="minute")
    target = Target(clock=Clock.RESOLUTION, within=2 * HOUR)
    sla = Sla(name="s", hours=HOURS, targets=[target], pause_on="customer", conventions=conventions)
    waits = Waiting(at=at("Mon 09:30:40"), by="A-1", on="customer")
    resumed = at("Mon 10:00:50")
    expected = read(in_handling(MONDAY, waits), sla, at("Mon 09:40")).due_if_resumed_at(resumed)
    told = read(in_handling(MONDAY, waits, Resumed(at=resumed, by="A-1")), sla, at("Mon 10:30"))
    assert told.due == expected == at("Mon 11:30")


def test_after_a_kept_breach_the_last_safe_moment_follows_it() -> None:
    """A new limit does not move what was breached before."""
    targets = [
        Target(clock=Clock.RESOLUTION, within=4 * HOUR),
        Target(clock=Clock.RESOLUTION, within=HOUR, priority=Priority.URGENT),
    ]
    events = (classified(MONDAY, "urgent"), classified(at("Mon 11:00"), "low"))
    reading = read(in_handling(MONDAY, *events), Sla(name="s", hours=HOURS, targets=targets), at("Mon 16:00"))
    assert (reading.due, reading.last_safe) == (at("Mon 10:00"), at("Mon 10:00"))


def test_a_promise_used_up_to_the_last_and_then_dropped_in_a_pause_is_no_breach() -> None:
    """The pause carries the due moment on, and ends with the clock."""
    targets = [
        Target(clock=Clock.RESOLUTION, within=HOUR),
        Target(clock=Clock.RESOLUTION, within=None, priority=Priority.LOW),
    ]
    waits = Waiting(at=at("Mon 10:00"), by="A-1", on="customer")
    case = in_handling(MONDAY, waits, Resumed(at=at("Mon 12:00"), by="A-1"), classified(at("Mon 11:00"), "low"))
    sla = Sla(name="s", hours=HOURS, targets=targets, pause_on={"customer"})
    reading = read(case, sla, at("Mon 16:00"))
    assert (reading.state, reading.stop, reading.breached_at) == ("cancelled", at("Mon 11:00"), None)
    assert (reading.elapsed, reading.pauses[-1].end) == (HOUR, at("Mon 11:00"))


def test_what_rolls_at_the_close_warns_then_too() -> None:
    """A warning at due is passed when that is, and nobody expects a breach before."""
    target = Target(clock=Clock.RESOLUTION, within=8 * HOUR, warn_at=(0.5, 1.0, dt.timedelta()))
    sla = Sla(name="s", hours=HOURS, targets=[target], conventions=attrs.evolve(STANDARD, at_close="roll"))
    reading = read(in_handling(MONDAY), sla, at("Mon 16:00"))
    assert [t.at for t in reading.thresholds] == [at("Mon 13:00"), at("Tue 09:00"), at("Tue 09:00")]
    past = [read(in_handling(MONDAY, resolved(at("Tue 17:00"))), sla, at("Fri 12:00"))]
    chances = [breach_chance(reading, past, horizon=hours * HOUR, seed=1).chance for hours in (2, 18)]
    assert chances == [0, 1]


def test_a_clock_that_is_begun_anew_while_the_case_waits_is_paused() -> None:
    """A rule of one's own may reopen on what comes while the case waits."""
    rule = ClockRule(
        start="reported", stop="replied.public", reopen_on="customer_message", reopening="new_cycle", pause_on=ANY
    )
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.STEP, name="talk", within=HOUR, rule=rule)])
    case = in_handling(
        MONDAY,
        Waiting(at=at("Mon 09:30"), by="A-1", on="supplier"),
        Replied(at=at("Mon 10:00"), by="A-1"),
        CustomerMessage(at=at("Mon 11:00")),
    )
    reading = sla.read(case, now=at("Mon 15:00"))["talk"]
    assert (reading.state, reading.elapsed, reading.cycle) == ("paused", dt.timedelta(), 2)


def test_hours_by_the_wall_are_alone() -> None:
    """Time that the wall shows and real time are not mixed in one clock."""
    wall = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"}, counting="wall")
    plain = Target(clock=Clock.RESOLUTION, within=24 * HOUR)
    targets = [plain, attrs.evolve(plain, priority=Priority.URGENT, hours=HOURS)]
    with pytest.raises(InvalidValue, match="hours must all count real time") as refused:
        Sla(name="s", hours=wall, targets=targets)
    assert refused.value.field == "hours"
    with pytest.raises(InvalidValue, match="cannot be joined"):
        _ = wall | HOURS
    with pytest.raises(InvalidValue, match="cannot be joined"):
        BusinessHours.during([(None, HOURS), (MONDAY, wall)])
    midnight = dt.datetime(2026, 10, 25, tzinfo=wall.zone)
    sla = Sla(name="s", hours=wall, targets=[plain])
    assert read(in_handling(midnight), sla, midnight).due == midnight + dt.timedelta(days=1)  # 25 hours later


@pytest.mark.parametrize(("whole", "elapsed"), [(False, 9), (True, 3)])
def test_a_hand_over_to_a_team_with_other_hours(*, whole: bool, elapsed: int) -> None:
    """Row "schedule changed mid-flight": the event that names the team brings its calendar; the limit stays."""
    late = BusinessHours(zone="UTC", week={"mon-fri": "14:00-22:00"})
    targets = [
        Target(clock=Clock.RESOLUTION, within=48 * HOUR, hours=HOURS),
        Target(clock=Clock.RESOLUTION, within=48 * HOUR, hours=late, match={"team": "late"}),
    ]
    sla = Sla(name="s", hours=HOURS, targets=targets, conventions=attrs.evolve(STANDARD, whole_history=whole))
    handed = HandedOver(at=at("Mon 15:00"), by="A-1", to="A-2", team="late", reason="end of shift")
    reading = read(in_handling(MONDAY, handed), sla, at("Mon 18:00") if not whole else at("Mon 17:00"))
    assert reading.elapsed == elapsed * HOUR  # 9-15 and 15-18; or 14-17 under the late team's hours alone
    assert [part.why for part in reading.ledger] == (["running"] if not whole else ["closed", "running"])


def test_a_reading_names_the_calendar_that_it_used() -> None:
    """Row "calendar edited": calendars are values, and what was read keeps the hash of the one it was read under."""
    case = Case(history=[reported(MONDAY)])
    reading = read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Mon 09:30"))
    assert reading.hours.content_hash == HOURS.content_hash
    edited = attrs.evolve(HOURS, holidays=[*HOURS.holidays.dates, MONDAY.date()])
    again = read(case, agree(Clock.FIRST_RESPONSE, HOUR, hours=edited), at("Mon 09:30"))
    assert again.hours.content_hash not in {HOURS.content_hash, ALWAYS.content_hash}
    assert (reading.elapsed, again.elapsed) == (HOUR / 2, dt.timedelta())


# what starts and stops a clock


def test_of_equal_instants_a_stop_beats_a_pause_and_a_pause_a_start() -> None:
    """Row "simultaneous events": solved and waiting at once is solved in any order; `seq` says otherwise."""
    ten = at("Mon 10:00")
    solved, waits = resolved(ten), Waiting(at=ten, by="A-1", on="customer")
    sla = agree(Clock.RESOLUTION, 8 * HOUR, pause_on="customer")
    for events in ((solved, waits), (waits, solved)):
        case = in_handling(MONDAY, *events)
        assert (case.status, read(case, sla, at("Mon 12:00")).state) == ("waiting", "met")
        assert read(case, sla, at("Mon 12:00")).elapsed == HOUR
    first = attrs.evolve(waits, seq=-1)
    case = in_handling(MONDAY, first, Resumed(at=ten, by="A-1"), solved)
    assert [event.stored_name for event in case.history[-3:]] == ["waiting", "resumed", "resolved"]


def test_a_child_of_a_split_starts_its_own_clocks() -> None:
    """Row "split": each case counts from its own report, and both say where they come from."""
    parent = in_handling(
        MONDAY, Linked(at=at("Mon 12:00"), by="A-1", to=CaseId("C-2"), relation="child", since=at("Mon 12:00"))
    )
    child = Case(
        history=[
            reported(at("Mon 12:00"), id=CaseId("C-2"), occurred_at=MONDAY),
            Linked(at=at("Mon 12:00"), by="A-1", to=CaseId("C-1"), relation="parent", since=MONDAY),
        ]
    )
    rule = attrs.evolve(STANDARD.rules[Clock.RESOLUTION], from_earliest=True)
    for chosen in (None, rule):  # a parent is no absorbed case, so even then the child does not count from it
        target = Target(clock=Clock.RESOLUTION, within=6 * HOUR, rule=chosen)
        sla = Sla(name="s", hours=HOURS, targets=[target])
        assert read(parent, sla, at("Mon 13:00")).due == at("Mon 15:00")
        assert (read(child, sla, at("Mon 13:00")).start, read(child, sla, at("Mon 13:00")).elapsed) == (
            at("Mon 12:00"),
            HOUR,
        )
    assert [(link.relation, link.to, link.since) for link in child.links] == [("parent", "C-1", MONDAY)]


def test_an_automatic_answer_of_the_customer_is_no_message() -> None:
    """Row "auto-reply, bounce": out of office starts nothing and ends no wait, unless a rule listens to it."""
    case = in_handling(MONDAY, Replied(at=at("Mon 09:30"), by="A-1"), AutoReplied(at=at("Mon 09:31")))
    sla = agree(Clock.NEXT_RESPONSE, HOUR)
    assert read(case, sla, at("Mon 12:00")).state == "pending"
    rule = attrs.evolve(STANDARD.rules[Clock.NEXT_RESPONSE], start=("customer_message", "auto_replied"))
    listens = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.NEXT_RESPONSE, within=HOUR, rule=rule)])
    assert read(case, listens, at("Mon 12:00")).breached_at == at("Mon 10:31")


def test_the_second_public_comment_answers_what_an_agent_opened() -> None:
    """Clock "first reply": the report is the first comment of the agent, so the next public one stops the clock."""
    case = Case(history=[reported(MONDAY, opened_by="agent"), Replied(at=at("Mon 09:20"), by="A-1")])
    reading = read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Mon 10:00"))
    assert (reading.state, reading.elapsed) == ("met", 20 * MINUTE)


def test_the_mean_of_the_answers_is_as_erpnext_tests_it() -> None:
    """Row "avg. response": answers after 15 and 5 minutes, 600 seconds on average (ERPNext, SLA test of its issues)."""
    case = in_handling(
        MONDAY,
        CustomerMessage(at=at("Mon 10:00")),
        Replied(at=at("Mon 10:15"), by="A-1"),
        CustomerMessage(at=at("Mon 11:00")),
        Replied(at=at("Mon 11:05"), by="A-1"),
    )
    cycles = read(case, agree(Clock.NEXT_RESPONSE, HOUR), at("Mon 12:00")).cycles
    assert sum(cycle.elapsed.total_seconds() for cycle in cycles) / len(cycles) == 600


def test_a_pausable_update_waits_with_the_customer_only() -> None:
    """Clock "pausable update": as the periodic one, but waiting for the customer does not count; a supplier does."""
    case = in_handling(
        MONDAY,
        Replied(at=at("Mon 10:00"), by="A-1"),
        Waiting(at=at("Mon 10:30"), by="A-1", on="customer"),
        Waiting(at=at("Mon 12:30"), by="A-1", on="supplier"),
        Replied(at=at("Mon 13:30"), by="A-1"),
    )
    pausable = read(case, agree(Clock.PAUSABLE_UPDATE, 2 * HOUR), at("Mon 14:00"))
    periodic = read(case, agree(Clock.PERIODIC_UPDATE, 2 * HOUR), at("Mon 14:00"))
    assert [(c.state, c.elapsed / HOUR) for c in pausable.cycles] == [("met", 1.5), ("running", 0.5)]
    assert [(c.state, c.elapsed / HOUR) for c in periodic.cycles] == [("breached", 3.5), ("running", 0.5)]


def test_agent_created_cases() -> None:
    """Row "agent-created ticket": the report says who opened it; a rule may start on the customer's only."""
    case = Case(history=[reported(MONDAY, opened_by="agent")])
    assert read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Mon 09:30")).state == "running"
    rule = attrs.evolve(STANDARD.rules[Clock.FIRST_RESPONSE], start="reported.customer")
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.FIRST_RESPONSE, within=HOUR, rule=rule)])
    assert read(case, sla, at("Mon 09:30")).state == "pending"


def test_a_merged_case_is_cancelled() -> None:
    """Row "merge": the clocks of the source are cancelled, not met; one that was past due stays breached."""
    case = Case(history=[reported(MONDAY), Duplicate(at=at("Mon 11:00"), by="desk", of=CaseId("C-0"))])
    reading = read(case, agree(Clock.FIRST_RESPONSE, 4 * HOUR), at("Tue 11:00"))
    assert (reading.state, reading.elapsed, reading.due) == ("cancelled", 2 * HOUR, None)
    assert reading.ledger[-1].why == "cancelled"
    late = read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Tue 11:00"))
    assert (late.state, late.breached_at, late.late_by) == ("breached", at("Mon 10:00"), HOUR)


def test_a_solution_told_to_the_customer_is_an_answer() -> None:
    """Who tells the customer the solution has answered; who does not has not, and owes it until the case ends."""
    told, found = resolved(at("Mon 09:30")), attrs.evolve(resolved(at("Mon 09:30")), told_customer=False)
    verified = Verified(at=at("Mon 09:40"), by="Q-1", effective=True, customer_confirmed=True)
    closed = Closed(at=at("Mon 09:50"), by="Q-1")
    for clock in (Clock.FIRST_RESPONSE, Clock.NEXT_RESPONSE):
        message = CustomerMessage(at=at("Mon 09:10"))
        assert read(in_handling(MONDAY, message, told), agree(clock, HOUR), at("Tue 09:00")).state == "met"
    answer = agree(Clock.FIRST_RESPONSE, HOUR)
    assert read(in_handling(MONDAY, found), answer, at("Mon 09:40")).state == "running"
    assert read(in_handling(MONDAY, found), answer, at("Tue 09:00")).state == "breached"
    assert read(in_handling(MONDAY, found, verified, closed), answer, at("Tue 09:00")).state == "cancelled"


@pytest.mark.parametrize("end", [Closed, Cancelled, Duplicate])
def test_no_clock_outlives_its_case(end: type[CaseEvent]) -> None:
    """Whatever ends it, nothing runs on or begins: a message is recorded, and owes no answer."""
    found = attrs.evolve(resolved(at("Mon 09:30")), told_customer=False)
    verified = Verified(at=at("Mon 09:40"), by="Q-1", effective=True, customer_confirmed=True)
    ends: dict[type, list[CaseEvent]] = {
        Closed: [found, verified, Closed(at=at("Mon 10:00"), by="A-1")],
        Cancelled: [Cancelled(at=at("Mon 10:00"), by="A-1", reason="r")],
        Duplicate: [Duplicate(at=at("Mon 10:00"), by="A-1", of=CaseId("C-0"))],
    }
    case = in_handling(MONDAY, *ends[end]).record(CustomerMessage(at=at("Mon 11:00")))
    case = case.record(Replied(at=at("Tue 11:00"), by="A-1"))
    sla = Sla(name="s", hours=ALWAYS, targets=[Target(clock=clock, within=4 * HOUR) for clock in STANDARD.rules])
    readings = sla.read(case, now=at("Fri 11:00"))
    assert all(reading.is_over or reading.state == "pending" for reading in readings.values())
    assert all(
        cycle.until <= at("Mon 10:00") for reading in readings.values() for cycle in reading.cycles if cycle.start
    )
    assert {reading.breached_at for reading in readings.values()} == {None}
    assert readings["next_response"].state == "pending"
    assert case.duplicate_of == ("C-0" if end is Duplicate else None)


def test_what_the_end_cut_off_goes_on_with_the_case() -> None:
    """A case that was closed without an answer and comes back still owes it, from the start."""
    found = attrs.evolve(resolved(at("Mon 09:30")), told_customer=False)
    verified = Verified(at=at("Mon 09:40"), by="Q-1", effective=True, customer_confirmed=True)
    closed, again = Closed(at=at("Mon 09:50"), by="A-1"), Reopened(at=at("Mon 11:00"), by="A-1", reason="r")
    case = in_handling(MONDAY, found, verified, closed, again)
    reading = read(case, agree(Clock.FIRST_RESPONSE, 4 * HOUR), at("Mon 12:00"))
    assert (reading.state, reading.elapsed, reading.due) == ("running", 3 * HOUR, at("Mon 13:00"))


def test_a_withdrawn_solution_keeps_no_promise() -> None:
    """A case that was solved, waits and is called off had no solution: missed if it was due before, else undecided."""
    wait, off = (
        Waiting(at=at("Mon 10:30"), by="A-1", on="customer"),
        Cancelled(at=at("Mon 11:00"), by="A-1", reason="r"),
    )
    case = in_handling(MONDAY, resolved(at("Mon 10:00")), wait, off)
    assert case.resolved_at is None
    assert read(case, agree(Clock.RESOLUTION, 2 * HOUR), at("Tue 09:00")).state == "cancelled"
    assert read(case, agree(Clock.RESOLUTION, 90 * MINUTE), at("Tue 09:00")).breached_at == at("Mon 10:30")
    assert read(case, agree(Clock.FIRST_RESOLUTION, 2 * HOUR), at("Tue 09:00")).state == "met"


@pytest.mark.parametrize(("earliest", "due"), [(False, "Mon 17:00"), (True, "Mon 16:00")])
def test_the_case_that_goes_on_may_count_from_the_older_one(*, earliest: bool, due: str) -> None:
    """Row "merge": the target keeps the earliest start by option."""
    rule = attrs.evolve(STANDARD.rules[Clock.RESOLUTION], from_earliest=earliest)
    sla = Sla(name="s", hours=ALWAYS, targets=[Target(clock=Clock.RESOLUTION, within=8 * HOUR, rule=rule)])
    link = Linked(at=at("Mon 10:00"), by="desk", to=CaseId("C-0"), relation="absorbed", since=at("Mon 08:00"))
    assert read(in_handling(MONDAY, link), sla, at("Mon 11:00")).due == at(due)


def test_what_counts_as_a_reply() -> None:
    """Row "auto-reply, bounce": bots and notes answer only where the rule says so."""
    case = Case(
        history=[
            reported(MONDAY),
            Replied(at=at("Mon 09:01"), by="bot", bot=True),
            Replied(at=at("Mon 09:05"), by="A-1", public=False),
            Replied(at=at("Mon 09:30"), by="A-1"),
        ]
    )
    stops = {"replied.public": 30, "replied.internal": 5, "replied.bot": 1, "replied": 1}
    for stop, minutes in stops.items():
        rule = ClockRule(start="reported", stop=stop)
        sla = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.FIRST_RESPONSE, within=HOUR, rule=rule)])
        assert read(case, sla, at("Mon 12:00")).elapsed == minutes * MINUTE


def test_a_cancelled_clock_does_not_come_back() -> None:
    """Zammad 904: a case that was withdrawn no longer escalates."""
    case = Case(history=[reported(MONDAY), Cancelled(at=at("Mon 09:10"), by="desk", reason="withdrawn")])
    assert read(case, agree(Clock.RESOLUTION, HOUR), at("Fri 09:00")).state == "cancelled"


def test_a_cancelled_clock_is_not_reopened() -> None:
    """What ends without a verdict stays so, whatever the rule does with a reopening."""
    rule = ClockRule(start="received", stop="resolved", cancel="waiting.supplier", reopening=Reopening.NEW_CYCLE)
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.RESOLUTION, within=HOUR, rule=rule)])
    case = in_handling(
        MONDAY,
        Waiting(at=at("Mon 09:10"), by="A-1", on="supplier"),
        Resumed(at=at("Mon 09:20"), by="A-1"),
        resolved(at("Mon 09:30")),
        Verified(at=at("Mon 09:40"), by="Q", effective=False, customer_confirmed=False),
    )
    assert read(case, sla, at("Mon 16:00")).state == "cancelled"


def test_next_response_has_true_cycles() -> None:
    """The oldest unanswered message starts a cycle; each has its own due moment and verdict."""
    case = in_handling(
        MONDAY,
        Replied(at=at("Mon 09:10"), by="A-1"),
        CustomerMessage(at=at("Mon 10:00")),
        CustomerMessage(at=at("Mon 10:50")),
        Replied(at=at("Mon 11:30"), by="A-1"),
        CustomerMessage(at=at("Mon 13:00")),
        Replied(at=at("Mon 13:20"), by="bot", bot=True),
        Replied(at=at("Mon 13:30"), by="A-1"),
        CustomerMessage(at=at("Mon 16:30")),
    )
    reading = read(case, agree(Clock.NEXT_RESPONSE, HOUR), at("Tue 09:15"))
    assert [(c.cycle, c.state, c.elapsed / MINUTE) for c in reading.cycles] == [
        *((1, "breached", 90), (2, "met", 30), (3, "running", 45))
    ]
    assert reading.due == at("Tue 09:30")
    assert read(case, agree(Clock.NEXT_RESPONSE, HOUR), at("Mon 09:30")).state == "pending"


def test_a_reply_at_the_instant_of_a_message_answers_it() -> None:
    """Row "simultaneous events": one order, by kind, whichever arrives first."""
    message, reply = CustomerMessage(at=at("Mon 10:00")), Replied(at=at("Mon 10:00"), by="A-1")
    for events in ((message, reply), (reply, message)):
        assert read(in_handling(MONDAY, *events), agree(Clock.NEXT_RESPONSE, HOUR), at("Mon 12:00")).state == "met"


def test_the_last_customer_contact_can_start_it_instead() -> None:
    """Zammad's update clock counts from the last contact while unanswered: `restarts="always"`."""
    case = in_handling(MONDAY, CustomerMessage(at=at("Mon 10:00")), CustomerMessage(at=at("Mon 10:50")))
    rule = attrs.evolve(STANDARD.rules[Clock.NEXT_RESPONSE], restarts="always")
    sla = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.NEXT_RESPONSE, within=HOUR, rule=rule)])
    reading = read(case, sla, at("Mon 11:00"))
    assert (reading.start, len(reading.cycles)) == (at("Mon 10:50"), 1)


def test_periodic_update_ends_with_the_solution() -> None:
    """Each public reply starts the next wait for news; the solution ends it, and thanks do not start it again."""
    case = in_handling(
        MONDAY,
        Replied(at=at("Mon 10:00"), by="A-1"),
        Replied(at=at("Mon 12:00"), by="A-1"),
        resolved(at("Mon 13:00")),
        Replied(at=at("Mon 13:30"), by="A-1"),
    )
    reading = read(case, agree(Clock.PERIODIC_UPDATE, 1.5 * HOUR), at("Fri 09:00"))
    assert [(c.state, c.elapsed / HOUR) for c in reading.cycles] == [("breached", 2), ("met", 1)]


@pytest.mark.parametrize(
    ("clock", "hours", "state"),
    [
        (Clock.ACKNOWLEDGEMENT, 1.0, "met"),
        (Clock.FIRST_RESPONSE, 2.0, "met"),
        (Clock.TIME_TO_OWN, 1.5, "met"),
        (Clock.REQUESTER_WAIT, 6.0, "met"),
        (Clock.AGENT_WORK, 5.0, "met"),
        (Clock.RESOLUTION, 8.0, "met"),
        (Clock.FIRST_RESOLUTION, 8.0, "met"),
        (Clock.FOLLOW_UP, 1.0, "met"),
        (Clock.CLOSURE, 10.0, "met"),
        (Clock.SUPPLIER, 1.0, "met"),
        (Clock.INTERNAL, 4.0, "met"),
    ],
)
def test_what_each_clock_counts(clock: Clock, hours: float, state: str) -> None:
    """One life, every clock of SLA.md 2.1, worked out by hand on a wall clock."""
    case = Case(
        history=[
            reported(at("Mon 00:00")),
            Received(at=at("Mon 01:00"), by="desk"),
            classified(at("Mon 01:00"), "normal"),
            Assigned(at=at("Mon 01:30"), by="desk", to="A-2"),
            Replied(at=at("Mon 02:00"), by="A-2"),
            Waiting(at=at("Mon 02:00"), by="A-2", on="customer"),
            Resumed(at=at("Mon 04:00"), by="A-2"),
            HandedOver(at=at("Mon 04:00"), by="A-2", to="A-3", reason="lines"),
            Started(at=at("Mon 04:00"), by="A-3"),
            Waiting(at=at("Mon 05:00"), by="A-3", on="supplier"),
            Resumed(at=at("Mon 06:00"), by="A-3"),
            resolved(at("Mon 08:00")),
            Verified(at=at("Mon 09:00"), by="Q", effective=True, customer_confirmed=True),
            Closed(at=at("Mon 10:00"), by="A-3"),
            FollowedUp(at=at("Mon 11:00"), by="Q", answer="well"),
        ]
    )
    reading = read(case, agree(clock, 24 * HOUR, hours=ALWAYS), at("Mon 20:00"))
    assert (reading.elapsed / HOUR, reading.state) == (hours, state)


def test_first_of_reported_or_received_starts() -> None:
    """DESIGN.md pins: a clock starts at the first of the two, and what starts it does not stop it."""
    case = Case(history=[reported(MONDAY)])
    assert read(case, agree(Clock.ACKNOWLEDGEMENT, HOUR), at("Mon 09:30")).state == "running"


def test_a_step_has_its_own_rule_and_name() -> None:
    """Steps of a procedure are clocks with a name and a rule; without the rule they are refused."""
    steps = [
        Target(clock=Clock.STEP, name="triage", within=HOUR, rule=ClockRule(start="received", stop="classified")),
        Target(clock=Clock.STEP, name="pick up", within=HOUR, rule=ClockRule(start="assigned", stop="started")),
    ]
    case = Case(history=[reported(MONDAY), Received(at=MONDAY, by="desk"), classified(at("Mon 09:20"), "low")])
    readings = Sla(name="s", hours=HOURS, targets=steps).read(case, now=at("Mon 10:00"))
    assert {key: reading.state for key, reading in readings.items()} == {"triage": "met", "pick up": "pending"}
    with pytest.raises(InvalidValue, match="rule must be given for target"):
        agree(Clock.STEP, HOUR)


# whose time it is


def test_overdue_time_belongs_to_who_held_the_case() -> None:
    """Each overdue second goes to the owner at that time, or to what the case waited on; together it is all of it."""
    case = in_handling(
        MONDAY,
        HandedOver(at=at("Mon 11:00"), by="A-1", to="A-2", reason="end of shift"),
        Waiting(at=at("Mon 12:00"), by="A-2", on="supplier"),
        Waiting(at=at("Mon 14:00"), by="A-2", on="customer"),
        Resumed(at=at("Mon 15:00"), by="A-2"),
        HandedOver(at=at("Tue 10:00"), by="A-2", to="A-3", reason="lines"),
    )
    sla = Sla(
        name="s",
        hours=HOURS,
        pause_on="customer",
        targets=[
            Target(clock=Clock.RESOLUTION, within=HOUR),
            Target(clock=Clock.SUPPLIER, within=HOUR),
            Target(clock=Clock.INTERNAL, within=2 * HOUR),
        ],
    )
    readings = sla.read(case, now=at("Tue 12:00"))
    late = readings[Clock.RESOLUTION]
    # due at 10:00; A-1 until 11, A-2 until 12, supplier until 14, customer paused, A-2 15-17 and 9-10, A-3 10-12
    assert dict(late.overdue_by_holder()) == {"A-1": HOUR, "A-2": 4 * HOUR, "supplier": 2 * HOUR, "A-3": 2 * HOUR}
    assert sum(late.overdue_by_holder().values(), dt.timedelta()) == late.late_by
    assert (readings[Clock.SUPPLIER].state, readings[Clock.SUPPLIER].late_by) == ("breached", HOUR)
    assert dict(readings[Clock.SUPPLIER].overdue_by_holder()) == {"supplier": HOUR}
    assert [cycle.state for cycle in readings[Clock.INTERNAL].cycles] == ["met", "breached", "running"]
    assert dict(read(case, agree(Clock.RESOLUTION, 99 * HOUR), at("Tue 12:00")).overdue_by_holder()) == {}


# warnings


def test_thresholds_before_and_after_due() -> None:
    """Shares and signed times, in counted time, in order, with instants and keys that stay the same."""
    target = Target(clock=Clock.RESOLUTION, within=8 * HOUR, warn_at=(1.0, 0.5, -HOUR, HOUR, dt.timedelta(hours=-99)))
    sla = Sla(name="s", hours=HOURS, targets=[target], pause_on="customer")
    case = in_handling(at("Mon 13:00"))
    reading = read(case, sla, at("Tue 10:00"))
    assert [(t.mark, t.at, t.passed) for t in reading.thresholds] == [
        (dt.timedelta(hours=-99), at("Mon 13:00"), True),
        (0.5, at("Mon 17:00"), True),
        (-HOUR, at("Tue 12:00"), False),
        (1.0, at("Tue 13:00"), False),
        (HOUR, at("Tue 14:00"), False),
    ]
    assert reading.next_threshold is not None
    assert reading.next_threshold.key == "C-1/resolution/1/2026-05-04T13:00:00+00:00/28800s/-3600s"
    keys = [t.key for t in reading.thresholds]
    assert len(set(keys)) == 5
    paused = case.record(Waiting(at=at("Tue 10:00"), by="A-1", on="customer"))
    later = read(paused, sla, at("Tue 16:00"))
    assert [t.key for t in later.thresholds] == keys
    assert [t.at for t in later.thresholds[2:]] == [None, None, None]
    assert later.next_threshold is None
    assert later.at_risk


def test_at_risk_needs_a_warning() -> None:
    """Warnings default to none, and a clock that is over is at no risk."""
    case = Case(history=[reported(MONDAY)])
    assert not read(case, agree(Clock.FIRST_RESPONSE, HOUR), at("Mon 09:59")).at_risk
    warned = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.FIRST_RESPONSE, within=HOUR, warn_at=0.75)])
    assert not read(case, warned, at("Mon 09:44")).at_risk
    assert read(case, warned, at("Mon 09:45")).at_risk
    at_due = Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.FIRST_RESPONSE, within=HOUR, warn_at=1.0)])
    assert not read(case, at_due, at("Mon 10:00")).at_risk
    at_the_mark = case.record(Replied(at=at("Mon 09:45"), by="A-1"))
    assert [t.passed for t in read(at_the_mark, warned, at("Tue 09:00")).thresholds] == [True]
    answered = case.record(Replied(at=at("Mon 09:50"), by="A-1"))
    assert not read(answered, warned, at("Mon 09:55")).at_risk
    stopped_early = case.record(Replied(at=at("Mon 09:10"), by="A-1"))
    assert [t.at for t in read(stopped_early, warned, at("Tue 09:00")).thresholds] == [None]


# agreements


def test_the_most_specific_target_wins() -> None:
    """More matching attributes win; a case that matches none has no such promise."""
    targets = [
        Target(clock=Clock.RESOLUTION, within=8 * HOUR, match={"channel": "phone"}),
        Target(clock=Clock.RESOLUTION, within=4 * HOUR, match={"channel": "phone"}, priority="urgent"),
        Target(clock=Clock.RESOLUTION, within=2 * HOUR, match={"channel": "phone", "tier": "gold"}, priority="urgent"),
    ]
    sla = Sla(name="s", hours=HOURS, targets=targets)
    limits = {
        (tier, channel, priority): {r.limit / HOUR for r in sla.read(case, now=at("Tue 09:00")).values()}
        for tier in ("gold", None)
        for channel in ("phone", "email")
        for priority in (Priority.URGENT, Priority.LOW)
        for case in [Case(history=[reported(MONDAY, tier=tier, channel=channel, priority=priority)])]
    }
    assert limits["gold", "phone", Priority.URGENT] == {2}
    assert limits["gold", "phone", Priority.LOW] == {8}
    assert limits[None, "phone", Priority.URGENT] == {4}
    assert limits["gold", "email", Priority.URGENT] == set()


def test_ties_are_refused_at_construction() -> None:
    """Two targets that can both be the most specific are refused, unless a third settles it."""
    urgent = Target(clock=Clock.RESOLUTION, within=4 * HOUR, priority="urgent")
    phone = Target(clock=Clock.RESOLUTION, within=6 * HOUR, match={"channel": "phone"})
    with pytest.raises(InvalidValue, match=r"priority urgent and channel phone\); add a target for both conditions"):
        Sla(name="s", hours=HOURS, targets=[urgent, phone])
    with pytest.raises(InvalidValue, match="every case and every case"):
        Sla(name="s", hours=HOURS, targets=[Target(clock=Clock.RESOLUTION, within=HOUR)] * 2)
    both = Target(clock=Clock.RESOLUTION, within=2 * HOUR, match={"channel": "phone"}, priority="urgent")
    high = Target(clock=Clock.RESOLUTION, within=5 * HOUR, priority="high")
    mail = Target(clock=Clock.RESOLUTION, within=6 * HOUR, match={"channel": "mail"}, priority="high")
    assert len(Sla(name="s", hours=HOURS, targets=[urgent, phone, both]).targets) == 3
    assert len(Sla(name="s", hours=HOURS, targets=[urgent, high, mail]).targets) == 3


def test_bad_agreements_are_refused() -> None:
    """No targets, no name, unlike rules under one key, unknown events, bad shares."""
    with pytest.raises(InvalidValue, match="targets must hold at least one"):
        Sla(name="s", hours=HOURS, targets=[])
    with pytest.raises(InvalidValue, match="name must be a text"):
        Sla(name=" ", hours=HOURS, targets=[])
    rule = ClockRule(start="received", stop="closed")
    with pytest.raises(InvalidValue, match="rule must be one for all targets of one key"):
        Sla(
            name="s",
            hours=HOURS,
            targets=[
                Target(clock=Clock.RESOLUTION, within=HOUR),
                Target(clock=Clock.RESOLUTION, within=HOUR, priority="low", rule=rule),
            ],
        )
    with pytest.raises(InvalidValue, match=r"got 'resolvd'\); did you mean resolved"):
        ClockRule(start="received", stop="resolvd")
    for share in (0, -0.5, float("nan"), True):
        with pytest.raises(InvalidValue, match="warn_at must be shares"):
            Target(clock=Clock.RESOLUTION, within=HOUR, warn_at=share)
    for goal in (0, 95, True, float("nan")):
        with pytest.raises(InvalidValue, match="goal must be a share"):
            Target(clock=Clock.RESOLUTION, within=HOUR, goal=goal)
    with pytest.raises(InvalidValue, match="where priority= is not given"):
        Target(clock=Clock.RESOLUTION, within=HOUR, match={"priority": "urgent"}, priority="urgent")
    by_name = Target(clock=Clock.RESOLUTION, within=HOUR, priority="urgent")
    assert Target(clock=Clock.RESOLUTION, within=HOUR, match={"priority": "urgent"}) == by_name
    with pytest.raises(InvalidValue, match="clock must be one of"):
        Target(clock="resolutoin", within=HOUR)
    with pytest.raises(InvalidValue, match="hours must be hours"):
        Target(clock="resolution", within=HOUR, hours="9-17")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="rule must be a ClockRule"):
        Target(clock="resolution", within=HOUR, rule="received")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="match must map attributes to texts"):
        Target(clock="resolution", within=HOUR, match="phone")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="conventions must be a ClockConventions"):
        attrs.evolve(agree(Clock.RESOLUTION, HOUR), conventions="zendesk")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="targets must be a tuple, each member a Target"):
        attrs.evolve(agree(Clock.RESOLUTION, HOUR), targets=["resolution"])  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="repeats must be True or False"):
        attrs.evolve(rule, repeats="no")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="within must be a timedelta"):
        Target(clock="resolution", within=8)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="hours must be hours"):
        agree(Clock.RESOLUTION, HOUR, hours="9-17")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a zone"):
        agree(Clock.RESOLUTION, HOUR).read(in_handling(MONDAY), now=dt.datetime(2026, 5, 4))  # noqa: DTZ001


def test_every_signal_of_a_case_is_known_to_the_rules() -> None:
    """Whatever an event of a case can say, a rule can listen to."""
    said = [
        *(reported(MONDAY, opened_by=who) for who in ("customer", "agent")),
        *(Replied(at=MONDAY, by="A", public=public, bot=bot) for public in (True, False) for bot in (True, False)),
        *(Verified(at=MONDAY, by="Q", effective=yes, customer_confirmed=True) for yes in (True, False)),
        *(Linked(at=MONDAY, by="A", to=CaseId("C-0"), relation=relation) for relation in Relation),
        Waiting(at=MONDAY, by="A", on="a lorry"),
        CustomerMessage(at=MONDAY),
    ]
    for event in said:
        assert ClockRule(start=event.signals, stop="closed").start == set(event.signals)
    for kind in CASE_TRANSITIONS.events:
        assert ClockRule(start=kind.stored_name, stop="closed").start == {kind.stored_name}


def test_the_page_on_clocks_has_them_all() -> None:
    """Every clock stands in the table of docs/clocks.md with its two labels."""
    page = (Path(__file__).parents[3] / "docs" / "clocks.md").read_text(encoding="utf-8")
    for clock in Clock:
        assert f"| `{clock}` | {clock.label('zh')} |" in page


PROMISE: dict[str, Any] = {"clock": "resolution", "within": HOUR}
LISTENS: dict[str, Any] = {"start": "reported", "stop": "closed"}


@pytest.mark.parametrize(
    ("make", "given", "field"),
    [
        (Sla, {"name": "s", "hours": HOURS, "targets": Target(**PROMISE)}, "targets"),
        (Sla, {"name": "s", "hours": HOURS, "targets": [], "pause_on": None}, "pause_on"),
        (Target, PROMISE | {"warn_at": None}, "warn_at"),
        (Target, PROMISE | {"match": {"team": ["a"]}}, "match"),
        (ClockRule, LISTENS | {"start": "reportd"}, "start"),
        (ClockRule, LISTENS | {"start": ()}, "start"),
        (ClockRule, LISTENS | {"start": "waiting."}, "start"),
        (ClockRule, LISTENS | {"stop": 5}, "stop"),
        (ClockRule, LISTENS | {"pause_on": 5}, "pause_on"),
        (ClockConventions, {"name": "s", "rules": {"resolution": 5}}, "rules"),
        (ClockConventions, {"name": "s", "rules": None}, "rules"),
        (BusinessHours.during, {"eras": None}, "eras"),
        (BusinessHours.during, {"eras": [(None, HOURS, 1)]}, "eras"),
        (BusinessHours, {"zone": "UTC", "week": {"mon": None}}, "week['mon']"),
        (BusinessHours, {"zone": "UTC", "week": {"mon": [9]}}, "week['mon']"),
        (HOURS.elapsed, {"start": MONDAY, "end": MONDAY, "without": [(MONDAY, MONDAY)]}, "without"),
        (HOURS.after, {"start": MONDAY, "work": HOUR, "at_close": []}, "at_close"),
    ],
)
def test_what_is_of_no_such_kind_is_refused_by_its_field(make: Any, given: dict[str, Any], field: str) -> None:
    """A typed error, where Python would speak of something else."""
    with pytest.raises(InvalidValue) as refused:
        make(**given)
    assert refused.value.field == field
