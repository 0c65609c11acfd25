"""Hours at their limits: many joined, many recurrences, and the ends of the calendar."""

import datetime as dt
from functools import reduce
from operator import or_

import pytest

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, FixedDay, HolidayRule, Hours, NthWeekday, Recurring

DAY = dt.timedelta(days=1)
MAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
WEEK = {"mon-fri": "09:00-17:00"}


def test_joined_hours_are_refused_before_they_are_too_many() -> None:
    """Two hundred levels are answered; more, and doubling without end, are refused with the limit."""
    always = BusinessHours.always()
    assert reduce(or_, [always] * 200).elapsed(MAY, MAY + DAY) == DAY
    with pytest.raises(InvalidValue, match="nested at most 200 deep"):
        reduce(or_, [always] * 2000)

    def doubled(hours: Hours, times: int) -> Hours:
        return hours if not times else doubled(hours | hours, times - 1)

    assert hash(doubled(always, 10)) == hash(doubled(always, 10))
    with pytest.raises(InvalidValue, match=r"made of at most 2,000 hours"):
        doubled(always, 40)
    with pytest.raises(InvalidValue, match=r"eras must be made of at most 2,000 hours"):
        BusinessHours.during([(None, always), *((MAY + n * DAY, always) for n in range(2000))])


@pytest.mark.parametrize("often", ["SECONDLY", "minutely"])
def test_a_recurrence_within_the_hour_is_refused(often: str) -> None:
    """Only dates count, so nothing is lost; hourly ones close each day once."""
    with pytest.raises(InvalidValue, match="more often than FREQ=HOURLY"):
        Recurring(rule=f"DTSTART:20260101\nRRULE:FREQ={often}")
    hourly = Recurring(rule="DTSTART:20260103\nRRULE:FREQ=HOURLY;COUNT=30")
    assert [day.day for day in hourly.days(2026)] == [3, 4]


@pytest.mark.parametrize(
    "rule",
    [
        FixedDay(month=12, day=31, observed={"fri": 1}),
        FixedDay(month=1, day=1, observed={"mon": -1}),
        NthWeekday(month=12, weekday="fri", nth=5, offset=10),
        NthWeekday(month=1, weekday="mon", nth=1, offset=-10),
    ],
    ids=repr,
)
@pytest.mark.parametrize(("year", "month"), [(1, 1), (9999, 12)])
def test_a_holiday_ends_with_the_calendar(rule: HolidayRule, year: int, month: int) -> None:
    """A day that would be observed in the year 0 or 10000 is not there; the others are."""
    hours = BusinessHours(zone="UTC", week=WEEK, holidays=[rule])
    first, last = (dt.datetime(year, month, day, tzinfo=dt.UTC) for day in (1, 31))
    assert dt.timedelta() < hours.elapsed(first, last) < 30 * DAY
