"""Named presets: what they say, where it is from, and that they change what they claim to change."""

import datetime as dt

import attrs
import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.model.hours.business_hours import BusinessHours
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case import (
    Assigned,
    Case,
    CaseEvent,
    Classified,
    Closed,
    CustomerMessage,
    Priority,
    Received,
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
from servqual.model.sla.clocks import STANDARD, Clock, Reopening
from servqual.model.sla.reading import Reading
from servqual.model.sla.target import Target
from servqual.presets import CLOCK_READINGS, clock_conventions, example_targets

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
VENDORS = [name for name in CLOCK_READINGS if name != "standard"]


def at(hours: float) -> dt.datetime:
    """So many hours after the report."""
    return T0 + hours * HOUR


def reported(start: dt.datetime) -> Reported:
    """The report of an ordinary case."""
    return Reported(
        at=start,
        id=CaseId("C"),
        customer=CustomerId("K"),
        description="x",
        impact="y",
        occurred_at=start,
        owner="A",
        channel="phone",
        source="feedback",
    )


def life() -> Case:
    """Waits for the customer from 1 to 3 and for a supplier from 4 to 5; solved at 6, reopened 10, solved 12."""
    events: list[CaseEvent] = [
        reported(T0),
        Received(at=T0, by="desk"),
        Classified(at=T0, by="desk", category="x", priority=Priority.LOW),
        Assigned(at=T0, by="desk", to="A"),
        Started(at=T0, by="A"),
        Waiting(at=at(1), by="A", on="customer"),
        CustomerMessage(at=at(2)),
        CustomerMessage(at=at(2.5)),
        Resumed(at=at(3), by="A"),
        Replied(at=at(3.5), by="A"),
        Waiting(at=at(4), by="A", on="supplier"),
        Resumed(at=at(5), by="A"),
        Resolved(at=at(6), by="A", solution="s", told_customer=True),
        Verified(at=at(6.5), by="Q", effective=True, customer_confirmed=True),
        Closed(at=at(7), by="A"),
        Reopened(at=at(10), by="A", reason="again"),
        Resolved(at=at(12), by="A", solution="s", told_customer=True),
    ]
    return Case(history=events)


def read(preset: str, clock: Clock) -> Reading:
    """A clock of that life on the wall clock, pausing on the customer, as this product reads it."""
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        pause_on="customer",
        targets=[Target(clock=clock, within=24 * HOUR)],
        conventions=clock_conventions(preset),
    )
    return sla.read(life(), now=at(20))[clock]


# worked out by hand from the rules that SLA.md 2.1 gives for each product
@pytest.mark.parametrize(
    ("preset", "clock", "hours", "cycles"),
    [
        ("standard", Clock.RESOLUTION, 6, 1),  # 12 - 2 waiting for the customer - 4 solved
        ("zendesk", Clock.RESOLUTION, 8, 1),  # nothing but the solved time stops it
        ("zendesk", Clock.FIRST_RESOLUTION, 6, 1),
        ("zendesk", Clock.REQUESTER_WAIT, 6, 1),  # pending does not count
        ("zendesk", Clock.AGENT_WORK, 5, 1),  # neither does on-hold
        ("servicenow", Clock.RESOLUTION, 2, 2),  # completed, then attached again
        ("jira_service_management", Clock.RESOLUTION, 2, 2),  # a new cycle
        ("zammad", Clock.RESOLUTION, 3, 1),  # the first solution at 6, less every wait
        ("standard", Clock.NEXT_RESPONSE, 1.5, 1),  # from the oldest unanswered message
        ("zammad", Clock.NEXT_RESPONSE, 0.5, 1),  # from the last one at 2.5, less the wait until 3
        ("standard", Clock.FIRST_RESPONSE, 3.5, 1),
        ("zammad", Clock.FIRST_RESPONSE, 1.5, 1),  # less the wait
        ("frappe", Clock.FIRST_RESPONSE, 1, 1),  # a paused status ends the response
        ("frappe", Clock.RESOLUTION, 6, 1),
        ("otrs", Clock.RESOLUTION, 6, 1),  # the first solution, pending time included
        ("erpnext", Clock.FIRST_RESPONSE, 1.5, 1),  # hold moves an answer's deadline, too
        ("erpnext", Clock.RESOLUTION, 2, 1),  # reset at the reopening
    ],
)
def test_how_each_product_counts(preset: str, clock: Clock, hours: float, cycles: int) -> None:
    """One life, read as each product does."""
    reading = read(preset, clock)
    assert (reading.elapsed / HOUR, len(reading.cycles), reading.state) == (hours, cycles, "met")


def test_what_differs_beside_the_rules() -> None:
    """The conventions that are not about one clock."""
    assert {name for name, reading in CLOCK_READINGS.items() if reading.pauses == "wall"} == {"erpnext"}
    assert {name for name, reading in CLOCK_READINGS.items() if reading.pause_edges == "minute"} == {"zammad"}
    assert {name for name, reading in CLOCK_READINGS.items() if reading.at_close == "roll"} == {"zammad"}
    assert {name for name, reading in CLOCK_READINGS.items() if reading.whole_history} == {"zendesk"}


def test_jira_reads_cycles_that_never_go_on() -> None:
    """SLA.md on Jira Service Management: cycles with start, stop, goal, elapsed, remaining and breach time.

    A pause or the calendar stops the clock, a stop ends the cycle, the next start begins another, and what is left is
    negative after a breach.
    """
    hours = BusinessHours(zone="UTC", week={"mon-sun": "09:00-17:00"})
    sla = Sla(
        name="s",
        hours=hours,
        targets=[Target(clock=Clock.RESOLUTION, within=3 * HOUR), Target(clock=Clock.FIRST_RESPONSE, within=3 * HOUR)],
        conventions=clock_conventions("jira_service_management"),
    )
    readings = sla.read(life(), now=at(30))
    first, second = readings[Clock.RESOLUTION].cycles
    # from 0 to 6, less the wait for the customer from 1 to 3; a supplier does not pause it
    assert (first.start, first.stop, first.limit, first.elapsed) == (at(0), at(6), 3 * HOUR, 4 * HOUR)
    assert (first.remaining, first.breached_at, first.state) == (-HOUR, at(5), "breached")
    # reopened at 19:00 and solved at 21:00, all of it out of the calendar; the first cycle keeps its verdict
    assert (second.start, second.stop, second.limit, second.elapsed) == (at(10), at(12), 3 * HOUR, 0 * HOUR)
    assert (second.remaining, second.breached_at, second.state) == (3 * HOUR, None, "met")
    # an answer is not paused by waiting for the customer: 3 h 30 min, half an hour of it late
    response = readings[Clock.FIRST_RESPONSE]
    assert (response.elapsed, response.late_by, len(response.cycles)) == (3.5 * HOUR, HOUR / 2, 1)


def test_jira_lets_no_stopped_clock_go_on() -> None:
    """Whatever the clock, a stopped cycle stays stopped there: none is resumed."""
    for name in ("jira_service_management", "servicenow"):
        rules = clock_conventions(name).rules
        assert {rule.reopening for rule in rules.values()} == {Reopening.NEVER, Reopening.NEW_CYCLE}
        resuming = [clock for clock, rule in STANDARD.rules.items() if rule.reopening is Reopening.RESUME]
        assert all(rules[clock].reopening is Reopening.NEW_CYCLE for clock in resuming)


@pytest.mark.parametrize("arrival", [(0, 1), (1, 0)])
def test_jira_stops_before_it_pauses_and_pauses_before_it_starts(arrival: tuple[int, int]) -> None:
    """Events of one instant, whichever arrives first: solved and waiting is stopped; reported and waiting is paused."""
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock=Clock.RESOLUTION, within=HOUR)],
        conventions=clock_conventions("jira_service_management"),
    )
    begun = life().history[:5]
    both = (Waiting(at=at(1), by="A", on="customer"), Resolved(at=at(1), by="A", solution="s", told_customer=True))
    stopped = sla.read(Case(history=[*begun, *(both[i] for i in arrival)]), now=at(2))[Clock.RESOLUTION]
    assert (stopped.state, stopped.stop, stopped.breached_at) == ("met", at(1), None)
    start = (*begun[:2], Waiting(at=T0, by="A", on="customer"))
    paused = sla.read(Case(history=start if arrival[0] else start[::-1]), now=at(2))[Clock.RESOLUTION]
    assert (paused.state, paused.elapsed, paused.first_tick) == ("paused", dt.timedelta(), None)


def begun(start: dt.datetime, *events: CaseEvent) -> Case:
    """A case that came into handling at its start, and then these."""
    return Case(history=[reported(start), *(attrs.evolve(event, at=start) for event in life().history[1:5]), *events])


@pytest.mark.parametrize(("preset", "stops"), [("standard", [1, 2, None]), ("jira_service_management", [1, None])])
def test_an_answer_that_only_stops(preset: str, stops: list[float | None]) -> None:
    """In Jira an event that would stop and start a clock only stops it, so that every other answer starts one."""
    answers = [Replied(at=at(hours), by="A") for hours in (0.5, 1, 2)]
    case = begun(T0, *answers)
    clock = Clock.PERIODIC_UPDATE
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock=clock, within=HOUR)],
        conventions=clock_conventions(preset),
    )
    cycles = sla.read(case, now=at(3))[clock].cycles
    assert [cycle.stop for cycle in cycles] == [None if stop is None else at(stop) for stop in stops]


def test_otrs_counts_updates_from_the_first_unanswered_article_or_the_last_answer() -> None:
    """Kernel/System/Ticket.pm, TicketEscalationIndexBuild: of a run of customer articles the first, else the answer."""
    talk = (
        Replied(at=at(1), by="A"),
        CustomerMessage(at=at(2)),
        CustomerMessage(at=at(2.5)),
        Replied(at=at(3), by="A"),
        Waiting(at=at(3.5), by="A", on="customer"),
    )
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock=Clock.NEXT_RESPONSE, within=2 * HOUR)],
        conventions=clock_conventions("otrs"),
    )
    due = [sla.read(begun(T0, *talk), now=at(now))[Clock.NEXT_RESPONSE].due for now in (1.5, 2.2, 2.8, 3.2, 4)]
    # a pending state has no update time at all
    assert due == [at(3), at(4), at(4), at(5), None]


@pytest.mark.parametrize("preset", ["otrs", "zammad"])
def test_a_closed_ticket_has_no_deadline_for_an_answer(preset: str) -> None:
    """What was open when it was solved is neither kept nor missed."""
    solved = Resolved(at=at(2), by="A", solution="s", told_customer=True)
    case = begun(T0, Replied(at=at(1), by="A"), CustomerMessage(at=at(1.5)), solved, Replied(at=at(3), by="A"))
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock=Clock.NEXT_RESPONSE, within=4 * HOUR)],
        conventions=clock_conventions(preset),
    )
    reading = sla.read(case, now=at(99))[Clock.NEXT_RESPONSE]
    assert (reading.state, reading.stop, reading.breached_at) == ("cancelled", at(2), None)


def test_erpnext_moves_the_deadline_by_hold_outside_hours() -> None:
    """ERPNext, test_issue.py, test_hold_time_on_replied: opened at 04:00, on hold from 04:15 to 05:00, due at 16:45.

    The default agreement of its tests answers from 10:00 to 18:00 and solves within six hours.
    """
    opened = dt.datetime(2020, 3, 4, 4, tzinfo=dt.UTC)
    hold = (
        Waiting(at=opened + HOUR / 4, by="A", on="customer"),
        Resumed(at=opened + HOUR, by="A"),
    )
    sla = Sla(
        name="s",
        hours=BusinessHours(zone="UTC", week={"mon-fri": "10:00-18:00"}),
        targets=[Target(clock=Clock.RESOLUTION, within=6 * HOUR)],
        pause_on="customer",
        conventions=clock_conventions("erpnext"),
    )
    case, now = begun(opened, *hold), opened.replace(hour=12)
    reading = sla.read(case, now=now)[Clock.RESOLUTION]
    assert (reading.due, reading.first_tick) == (opened.replace(hour=16, minute=45), opened.replace(hour=10, minute=45))
    assert (reading.elapsed, sum((part.counted for part in reading.ledger), 0 * HOUR)) == (1.25 * HOUR, 1.25 * HOUR)
    ours = attrs.evolve(sla, conventions=STANDARD).read(case, now=now)[Clock.RESOLUTION]
    assert (ours.due, ours.elapsed) == (opened.replace(hour=16), 2 * HOUR)


@pytest.mark.parametrize(("preset", "due"), [("zammad", "09:27:00"), ("standard", "09:26:36")])
def test_zammad_keeps_pauses_in_minutes(preset: str, due: str) -> None:
    """SLA.md 2.2 "sub-minute": 09:27:00 where the exact moment is 09:26:36; a pause from 08:30:24 counts from 08:30."""
    opened = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
    wait = (
        Waiting(at=opened + dt.timedelta(minutes=30, seconds=24), by="A", on="customer"),
        Resumed(at=opened + HOUR, by="A"),
    )
    sla = Sla(
        name="s",
        hours=BusinessHours.always(),
        targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(minutes=57))],
        pause_on="customer",
        conventions=clock_conventions(preset),
    )
    reading = sla.read(begun(opened, *wait), now=opened + HOUR)[Clock.RESOLUTION]
    assert f"{reading.due:%H:%M:%S}" == due


def test_zendesk_promises_no_less_than_fifteen_seconds() -> None:
    """SLA.md 2.2 "sub-minute": the shortest target of Zendesk; ours has none, to the microsecond."""
    for conventions, shortest in ((clock_conventions("zendesk"), 15), (STANDARD, 1e-6)):
        least = dt.timedelta(seconds=shortest)
        target = Target(clock=Clock.FIRST_RESPONSE, within=least)
        sla = Sla(name="s", hours=BusinessHours.always(), targets=[target], conventions=conventions)
        assert sla.read(life(), now=at(20))[Clock.FIRST_RESPONSE].breached_at == T0 + least
    with pytest.raises(InvalidValue, match=r"within must be at least 0:00:15 .* \(got 0:00:14") as refused:
        Sla(
            name="s",
            hours=BusinessHours.always(),
            targets=[Target(clock=Clock.FIRST_RESPONSE, within=dt.timedelta(seconds=14))],
            conventions=clock_conventions("zendesk"),
        )
    assert refused.value.field == "within"


@pytest.mark.parametrize("name", VENDORS)
def test_each_reading_names_its_sources(name: str) -> None:
    """A reading of a product says where it was learnt."""
    assert clock_conventions(name).name == name
    assert all(len(source) > 20 for source in clock_conventions(name).sources)
    assert clock_conventions(name).sources


def test_an_unknown_product_is_refused() -> None:
    """With the nearest names."""
    with pytest.raises(UnknownName, match=r"\(got 'zendesc'\); did you mean zendesk") as refused:
        clock_conventions("zendesc")
    assert refused.value.near == ("zendesk",)


def test_the_two_examples_of_the_documents() -> None:
    """DOMAIN.md ST-10 and ST-11: response within 30 minutes, resolution rate of 95 % or more."""
    examples = example_targets()
    response, rate = examples["first_response_time"], examples["resolution_rate"]
    assert response.target is not None
    assert (response.target.within, response.goal, response.target.goal) == (dt.timedelta(minutes=30), None, None)
    assert (rate.goal, rate.target) == (0.95, None)
    assert all("3.2" in example.source for example in examples.values())
