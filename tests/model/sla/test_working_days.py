"""Limits in working days: due moments, pauses, boundaries, and the KPI that says the same."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure
from servqual.model import BusinessHours, Case, CaseId, Clock, CustomerId, Hours, Reading, Sla, Target, WorkingDays
from servqual.model import case as event
from servqual.model.hours.working_days import DayConvention
from servqual.testing.hours import business_hours, moments

WEEK = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays=[dt.date(2026, 5, 14)])
HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC)


def promise(within: WorkingDays, hours: Hours = WEEK, **rest: Any) -> Sla:
    """An agreement about solving alone."""
    return Sla(
        name="s", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=within, **rest)], pause_on={"customer"}
    )


def read(sla: Sla, now: dt.datetime, *events: Any, start: dt.datetime = MONDAY) -> Reading:
    """A case from its report on, at a moment."""
    report = event.Reported(
        at=start, id=CaseId("C-1"), customer=CustomerId("K-1"), description="x", impact="y", occurred_at=start,
        owner="A-1",
        channel="phone", source="feedback",
    )  # fmt: skip
    begun: list[Any] = [
        event.Received(at=start, by="A-1"),
        event.Classified(at=start, by="A-1", category="line", priority="high"),
        event.Assigned(at=start, by="A-1", to="A-1"),
        event.Started(at=start, by="A-1"),
    ]
    return sla.read(Case(history=[report, *begun, *events]), now=now)["resolution"]


def solved(at: dt.datetime) -> Any:
    """The case solved."""
    return event.Resolved(at=at, by="A-1", solution="s", told_customer=True)


def test_two_working_days_are_due_at_the_close_of_the_second() -> None:
    """The limit is the open time until then, from which elapsed and remaining time follow."""
    reading = read(promise(WorkingDays(2), warn_at=[0.5]), MONDAY + 26 * HOUR)
    assert reading.due == MONDAY + 55 * HOUR
    assert (reading.limit, reading.elapsed, reading.remaining) == (23 * HOUR, 10 * HOUR, 13 * HOUR)
    assert reading.thresholds[0].at == MONDAY + 27.5 * HOUR
    same = read(promise(WorkingDays(2, convention="same_time")), MONDAY + 26 * HOUR)
    assert (same.due, same.limit) == (MONDAY + 48 * HOUR, 16 * HOUR)


def test_a_pause_gives_back_its_open_time() -> None:
    """A night costs nothing; three open hours move the due moment over the close by three open hours."""
    waits = [
        event.Waiting(at=MONDAY + 24 * HOUR, by="A-1", on="customer"),
        event.Resumed(at=MONDAY + 27 * HOUR, by="A-1"),
    ]
    reading = read(promise(WorkingDays(2)), MONDAY + 28 * HOUR, *waits)
    assert (reading.limit, reading.due) == (23 * HOUR, MONDAY + 74 * HOUR)


@pytest.mark.parametrize(("late", "state"), [(dt.timedelta(0), "met"), (dt.timedelta(microseconds=1), "breached")])
@pytest.mark.parametrize("convention", ["close", "same_time"])
def test_a_stop_at_the_due_moment_keeps_it(late: dt.timedelta, state: str, convention: DayConvention) -> None:
    """And a microsecond later breaches, also while the desk is closed."""
    within = WorkingDays(2, convention=convention)
    end = WEEK.add_working_days(MONDAY, 2, convention=convention) + late
    assert read(promise(within), end + 9 * HOUR, solved(end)).state == state


def test_a_clock_that_has_not_begun_has_the_limit_of_now() -> None:
    """Its start is not known, so neither is the number of open hours."""
    clock = Target(clock=Clock.FOLLOW_UP, within=WorkingDays(1))
    sla = Sla(name="s", hours=WEEK, targets=[clock])
    history: Any = read(promise(WorkingDays(1)), MONDAY).history
    pending = sla.read(Case(history=history), now=MONDAY + HOUR)["follow_up"]
    assert (pending.state, pending.limit, pending.due) == ("pending", 14 * HOUR, None)


@given(
    business_hours(),
    moments(),
    st.none() | moments(),
    st.integers(0, 3),
    st.sampled_from(["close", "same_time"]),
)
def test_clock_and_kpi_say_the_same(
    hours: BusinessHours, start: dt.datetime, end: dt.datetime | None, days: int, convention: DayConvention
) -> None:
    """Also at the due moment itself, which both find where the hours do."""
    if not any(hours.week.values()) or (end is not None and end < start):
        return
    within = WorkingDays(days, convention=convention)
    due = hours.add_working_days(start, days, convention=convention)
    end = due if end is None else end
    now = max(end, due) + HOUR
    reading = read(promise(within, hours), now, solved(end), start=start)
    kept = KPIS["resolution_kept"].with_(within=within, hours=hours)
    cases = {"received_at": [start], "resolved_at": [end]}
    assert reading.due == due
    assert (reading.state == "met") == (end <= due)
    assert measure([kept], {"cases": cases}, now=now).one().value == float(end <= due)


@pytest.mark.parametrize("key", ["first_response_kept", "resolution_kept", "resolution_kept_of_closed"])
def test_a_kpi_in_working_days_needs_hours(key: str) -> None:
    """The message says how to give them."""
    cases = {"received_at": [MONDAY], "resolved_at": [MONDAY + HOUR], "first_response_at": [MONDAY + HOUR]}
    with pytest.raises(InvalidValue, match=r"hours must be given where within is 2 working days .*with_\(hours="):
        measure([KPIS[key].with_(within=WorkingDays(2))], {"cases": cases}, now=MONDAY + 9 * HOUR)
    kpi = KPIS[key].with_(within=WorkingDays(2), hours=WEEK)
    assert measure([kpi], {"cases": cases}, now=MONDAY + 9 * HOUR).one().value == 1.0
    assert kpi.definition != KPIS[key].with_(within=WorkingDays(2, convention="same_time"), hours=WEEK).definition


def test_hours_of_several_zones_are_refused_at_once() -> None:
    """Their days differ, so nobody knows which is the second."""
    tokyo = BusinessHours(zone="Asia/Tokyo", week={"mon-fri": "09:00-17:00"})
    with pytest.raises(InvalidValue, match="of one zone"):
        promise(WorkingDays(2), WEEK | tokyo)
    with pytest.raises(InvalidValue, match="a timedelta of zero or more, WorkingDays, or None"):
        promise(2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
