"""Holidays by date, by rule, by recurrence, and from the objects of the holidays package."""

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import holidays as public
import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, DayRange, EasterDay, FixedDay, HolidayRule, Holidays, NthWeekday, Recurring


def days(rule: HolidayRule, year: int) -> list[str]:
    """What a rule closes for the feast of a year, as text."""
    return [day.isoformat() for day, _ in rule.named_days(year)]


@pytest.mark.parametrize(
    ("rule", "year", "closed"),
    [
        (FixedDay(month=12, day=25), 2026, ["2026-12-25"]),
        (FixedDay(month=2, day=29), 2026, []),
        (FixedDay(month=2, day=29), 2028, ["2028-02-29"]),
        # US Office of Personnel Management, federal holidays: 4 July 2026 is a Saturday, observed on Friday the 3rd;
        # 1 January 2022 a Saturday, observed on 31 December 2021
        (FixedDay(month=7, day=4, observed={"sat": -1, "sun": 1}), 2026, ["2026-07-04", "2026-07-03"]),
        (FixedDay(month=1, day=1, observed={"Saturday": -1}), 2022, ["2022-01-01", "2021-12-31"]),
        (FixedDay(month=7, day=4, observed={"sun": 1}), 2025, ["2025-07-04"]),
        # Thanksgiving 2026 and the Friday after; Memorial Day 2026; Labor Day 2026 (OPM, federal holidays)
        (NthWeekday(month=11, weekday="thu", nth=4), 2026, ["2026-11-26"]),
        (NthWeekday(month=11, weekday="thu", nth=4, offset=1), 2026, ["2026-11-27"]),
        (NthWeekday(month=5, weekday="Monday", nth=-1), 2026, ["2026-05-25"]),
        (NthWeekday(month=9, weekday="mon", nth=1), 2026, ["2026-09-07"]),
        (NthWeekday(month=2, weekday="mon", nth=5), 2026, []),
        (NthWeekday(month=12, weekday="thu", nth=-5), 2026, ["2026-12-03"]),
        # Western and Orthodox Easter of 2026: 5 and 12 April (python-dateutil, easter tests); Corpus Christi is 60 on
        (EasterDay(offset=0), 2026, ["2026-04-05"]),
        (EasterDay(offset=0, orthodox=True), 2026, ["2026-04-12"]),
        (EasterDay(offset=60), 2026, ["2026-06-04"]),
        (EasterDay(offset=0), 1500, []),
        (DayRange(first=(12, 30), last=(1, 2)), 2026, ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]),
        (DayRange(first=(2, 27), last=(3, 1)), 2026, ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (DayRange(first=(2, 28), last=(2, 29)), 2028, ["2028-02-28", "2028-02-29"]),
        (DayRange(first=(12, 31), last=(1, 1)), 9999, ["9999-12-31"]),
        (FixedDay(month=5, day=1, since=2026, until=2027), 2025, []),
        (FixedDay(month=5, day=1, since=2026, until=2027), 2027, ["2027-05-01"]),
        (FixedDay(month=5, day=1, since=2026, until=2027), 2028, []),
        (Recurring(rule="DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2"), 2026, ["2026-01-30", "2026-02-27"]),
        (Recurring(rule="DTSTART:20260101T090000\nRRULE:FREQ=YEARLY;INTERVAL=2"), 2027, []),
    ],
)
def test_rules_close_their_days(rule: HolidayRule, year: int, closed: list[str]) -> None:
    """The days of the feast that begins in a year, with those on which it is observed."""
    assert days(rule, year) == closed


@pytest.mark.parametrize(
    "make",
    [
        lambda: FixedDay(month=2, day=30),
        lambda: FixedDay(month=13, day=1),
        lambda: FixedDay(month="may", day=1),  # type: ignore[arg-type]
        lambda: FixedDay(month=5, day=1, since=2027, until=2026),
        lambda: FixedDay(month=5, day=1, since=0),
        lambda: FixedDay(month=5, day=1, observed={"someday": 1}),
        lambda: FixedDay(month=5, day=1, observed={"sat": "Friday"}),  # type: ignore[dict-item]
        lambda: FixedDay(month=5, day=1, observed=["sat"]),  # type: ignore[arg-type]
        lambda: NthWeekday(month=5, weekday=0, nth=1),  # type: ignore[arg-type]
        lambda: EasterDay(offset=1.5),  # type: ignore[arg-type]
        lambda: NthWeekday(month=5, weekday="mon", nth=0),
        lambda: NthWeekday(month=5, weekday="noday", nth=1),
        lambda: NthWeekday(month=0, weekday="mon", nth=1),
        lambda: DayRange(first=(12, 32), last=(1, 1)),
        lambda: DayRange(first=12, last=(1, 1)),  # type: ignore[arg-type]
        lambda: Recurring(rule="every other Friday"),
        lambda: Recurring(rule="RRULE:FREQ=YEARLY"),
    ],
)
def test_impossible_rules_are_refused(make: Any) -> None:
    """A rule that names no day, or none that can be, is refused with what it got."""
    with pytest.raises(InvalidValue, match=r"\(got "):
        make()


def test_holidays_come_in_any_form() -> None:
    """Dates, names by date, rules and recurrences, alone or together, and two on one date are named together."""
    may = dt.date(2026, 5, 1)
    assert Holidays.of([may]).on(may) == "holiday"
    assert Holidays.of({may: "Labour Day"}).on(may) == "Labour Day"
    assert Holidays.of({}).on(may) is None
    recurrence = rrule.rrule(rrule.YEARLY, dtstart=dt.datetime(2020, 5, 1))  # noqa: DTZ001  # dateutil's dates are naive
    mixed = Holidays.of(
        [may, recurrence, FixedDay(month=5, day=1, name="Labour Day"), NthWeekday(month=5, weekday="fri", nth=1)]
    )
    assert mixed.on(may) == "holiday; Labour Day"
    assert mixed.on(dt.date(2027, 5, 1)) == "holiday; Labour Day"
    assert mixed.on(dt.date(2027, 5, 7)) == "holiday"
    assert Holidays.of(mixed) is mixed
    assert mixed == Holidays.of(copy.deepcopy(mixed)) == pickle.loads(pickle.dumps(mixed))  # noqa: S301  # our own bytes


def test_an_observed_day_may_lie_in_the_year_before() -> None:
    """New Year's Day of 2022, a Saturday, closes the last day of 2021 (OPM, federal holidays)."""
    new_year = Holidays.of([FixedDay(month=1, day=1, name="New Year", observed={"sat": -1, "sun": 1})])
    assert new_year.on(dt.date(2021, 12, 31)) == "New Year (observed)"
    assert new_year.on(dt.date(2020, 12, 31)) is None


def test_an_object_of_the_holidays_package_becomes_dates() -> None:
    """It is read once for many years, whatever it had filled in before, and the hours stay a value."""
    asked = public.country_holidays("DE", subdiv="BY")
    asked.get(dt.date(2026, 1, 1))
    hours, same = (
        BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"}, holidays=given)
        for given in (public.country_holidays("DE", subdiv="BY"), asked)
    )
    assert hours == same
    assert hours.content_hash == same.content_hash
    for year in (1990, 2026, 2060):
        for day in (dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)):
            assert hours.holidays.on(day) == asked.get(day)
    asked.clear()
    assert hours.holidays.on(dt.date(2026, 1, 6)) is not None


@given(st.sampled_from([FixedDay(month=12, day=31, observed={"thu": 2}), DayRange(first=(12, 20), last=(1, 5)),
                        EasterDay(offset=-100), NthWeekday(month=1, weekday="mon", nth=1, offset=-7)]),
       st.integers(1900, 2100))  # fmt: skip
def test_a_year_holds_what_its_neighbours_bring(rule: HolidayRule, year: int) -> None:
    """What a calendar closes in a year is what the feasts of that year and those beside it close in it."""
    closed = {day for feast in (year - 1, year, year + 1) for day, _ in rule.named_days(feast) if day.year == year}
    calendar = Holidays.of([rule])
    every = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    assert {day for day in every if day.year == year and calendar.on(day)} == closed


def test_rules_are_values() -> None:
    """Equal by content, changed by evolve, and part of the hours' hash."""
    rule = FixedDay(month=7, day=4, name="Independence Day", observed={"sun": 1, "sat": -1})
    assert rule == FixedDay(month=7, day=4, name="Independence Day", observed={"Saturday": -1, "Sunday": 1})
    assert hash(rule) == hash(attrs.evolve(rule))
    hours = {
        BusinessHours(zone="UTC", week={"mon": "09:00-17:00"}, holidays=[each]).content_hash
        for each in (
            rule,
            attrs.evolve(rule, since=2026),
            attrs.evolve(rule, observed={}),
            attrs.evolve(rule, name="x"),
        )
    }
    assert len(hours) == 4
