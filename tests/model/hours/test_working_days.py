"""Working days: a walk from day to day as the second witness, conventions, and what is refused."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, NaiveTime
from servqual.model import BusinessHours, Hours, WorkingDays
from servqual.model.hours.working_days import DayConvention
from servqual.testing.hours import business_hours, hours, moments

WEEK = BusinessHours(
    zone="Europe/Berlin",
    week={"mon-thu": "09:00-12:00, 13:00-17:00", "fri": "09:00-15:00"},
    holidays=[dt.date(2026, 5, 1)],
    special={dt.date(2026, 5, 9): "10:00-12:00", dt.date(2026, 5, 12): ""},
    breaks={dt.date(2026, 5, 11): "00:00-24:00"},
)
NIGHT = BusinessHours(zone="UTC", week={"mon-fri": "22:00-06:00"})
ONE = st.one_of(business_hours(), business_hours(counting="wall"))
CONVENTIONS: tuple[DayConvention, ...] = ("close", "same_time")


def berlin(text: str) -> dt.datetime:
    """A moment of the desk."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def utc(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("start", "days", "close", "same_time"),
    [
        # Tuesday to Thursday; Friday is Labour Day
        ("2026-04-28T10:00", 2, "2026-04-30T17:00", "2026-04-30T10:00"),
        ("2026-04-30T10:00", 1, "2026-05-04T17:00", "2026-05-04T10:00"),
        # before the opening, and in the lunch break
        ("2026-04-28T07:00", 1, "2026-04-29T17:00", "2026-04-29T09:00"),
        ("2026-04-28T12:30", 1, "2026-04-29T17:00", "2026-04-29T13:00"),
        # at the close and later the next working day receives
        ("2026-04-28T16:59", 0, "2026-04-28T17:00", "2026-04-28T16:59"),
        ("2026-04-28T17:00", 0, "2026-04-29T17:00", "2026-04-29T09:00"),
        ("2026-05-01T12:00", 1, "2026-05-05T17:00", "2026-05-05T09:00"),
        # Thursday afternoon, but Friday closes at three and Saturday is special, opening at ten
        ("2026-05-07T16:00", 1, "2026-05-08T15:00", "2026-05-09T10:00"),
        # a closed special day and a day of breaks are no working days
        ("2026-05-08T10:00", 2, "2026-05-13T17:00", "2026-05-13T10:00"),
    ],
)
def test_a_promise_is_due_on_a_working_day(start: str, days: int, close: str, same_time: str) -> None:
    """At its close, or at the same time, or at the next opening where it is closed then."""
    at = berlin(start)
    assert WEEK.add_working_days(at, days) == berlin(close)
    assert WEEK.add_working_days(at, days, convention="same_time") == berlin(same_time)


def test_a_night_shift_is_the_day_on_which_it_opens() -> None:
    """At three on Tuesday the shift of Monday is open; that of Friday ends on Saturday."""
    assert NIGHT.add_working_days(utc("2026-05-05T03:00"), 0) == utc("2026-05-05T06:00")
    assert NIGHT.add_working_days(utc("2026-05-05T03:00"), 1) == utc("2026-05-06T06:00")
    assert NIGHT.add_working_days(utc("2026-05-05T03:00"), 1, convention="same_time") == utc("2026-05-06T03:00")
    assert NIGHT.add_working_days(utc("2026-05-09T03:00"), 1) == utc("2026-05-12T06:00")


def test_always_open_hours_have_days_of_the_calendar() -> None:
    """Day 2 closes at its midnight, and the same time is 48 hours later."""
    always, at = BusinessHours.always(), utc("2026-05-08T10:00")
    assert always.add_working_days(at, 2) == utc("2026-05-11T00:00")
    assert always.add_working_days(at, 2, convention="same_time") == at + dt.timedelta(days=2)


def test_the_same_time_is_that_of_the_clock() -> None:
    """Over a change of the clock it is 23 hours later; a time that the clock skips moves to the next that exists."""
    always = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"})
    due = always.add_working_days(berlin("2026-03-28T10:00"), 1, convention="same_time")
    assert due - berlin("2026-03-28T10:00").astimezone(dt.UTC) == dt.timedelta(hours=23)
    assert always.add_working_days(berlin("2026-03-28T02:30"), 1, convention="same_time") == utc("2026-03-29T01:00")


def slow(each: BusinessHours, at: dt.datetime, days: int) -> dt.datetime:
    """Walk from day to day: the spells of a date less its breaks, as the ledger of the hours tells them."""
    day = at.astimezone(each.zone).date() - dt.timedelta(days=3)
    closes: list[dt.datetime] = []
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    while len(closes) <= days:
        day += dt.timedelta(days=1)
        only = BusinessHours(
            zone=each.zone,
            week={},
            special={day: spells_of(each, day)},
            breaks=each.breaks,
            gap=each.gap,
            fold=each.fold,
        )
        noon = dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)
        open_spans = only.windows(noon - dt.timedelta(days=3), noon + dt.timedelta(days=3))
        if open_spans:
            latest = max(latest, open_spans[-1].end)
            if latest > at:
                closes.append(latest)
    return closes[days]


def spells_of(each: BusinessHours, day: dt.date) -> str:
    """The written spells of the shifts that open on a date."""
    special = each.special.get(day)
    text = each.week.get(f"{day:%a}".lower(), "") if special is None else special

    def is_holiday(date: dt.date) -> bool:
        return each.holidays.on(date) is not None and (each.holiday_wins or date not in each.special)

    if not text or is_holiday(day):
        return ""
    *first, last = text.split(", ")
    opens, _, closes = last.partition("-")
    if each.holiday_cuts_night and closes <= opens and is_holiday(day + dt.timedelta(days=1)):
        return ", ".join([*first, f"{opens}-24:00"])
    return text


@given(business_hours(), moments(), st.integers(0, 6))
def test_it_equals_a_walk_from_day_to_day(each: BusinessHours, at: dt.datetime, days: int) -> None:
    """Also over changes of the clock, nights, holidays, special days and breaks."""
    if not any(each.week.values()):
        return
    assert each.add_working_days(at, days) == slow(each, at, days)


@given(hours(), moments(), st.integers(0, 6), st.sampled_from(CONVENTIONS))
def test_due_moments_rise(each: Hours, at: dt.datetime, days: int, convention: DayConvention) -> None:
    """More days are never due sooner, a due moment is not before the start, and it ends or is open time."""
    try:
        sooner, later = (each.add_working_days(at, n, convention=convention) for n in (days, days + 1))
    except InvalidValue:
        return
    assert at <= sooner <= later
    assert each.is_open(sooner, with_close=True)


@given(ONE, moments(), moments(), st.sampled_from(CONVENTIONS))
def test_the_days_between_are_the_fewest_that_keep_a_promise(
    each: BusinessHours, start: dt.datetime, end: dt.datetime, convention: DayConvention
) -> None:
    """The promise of so many days is kept at the end, one of a day less is not."""
    if not any(each.week.values()):
        return
    days = each.working_days_between(start, end, convention=convention)
    assert days == -each.working_days_between(end, start, convention=convention)
    first, last = min(start, end), max(start, end)
    assert last <= each.add_working_days(first, abs(days), convention=convention)
    if days:
        assert last > each.add_working_days(first, abs(days) - 1, convention=convention)


def test_joined_and_changing_hours_have_working_days() -> None:
    """A day of either, less what is taken out; an era ends where the next begins."""
    saturday = BusinessHours(zone="Europe/Berlin", week={"sat": "09:00-12:00"})
    plain = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
    inventory = BusinessHours(zone="Asia/Tokyo", week={}, special={dt.date(2026, 5, 11): "00:00-24:00"})
    friday = berlin("2026-05-08T10:00")
    assert (plain | saturday).add_working_days(friday, 1) == berlin("2026-05-09T12:00")
    assert (plain & saturday).working_days_between(friday, friday + dt.timedelta(days=30)) == 0
    assert (plain - inventory).add_working_days(friday, 1) == berlin("2026-05-12T17:00")  # all of Monday in Berlin
    assert (plain - plain).working_days_between(friday, friday + dt.timedelta(days=30)) == 0
    longer = BusinessHours(zone="Europe/Berlin", week={"mon-sat": "08:00-20:00"})
    dated = BusinessHours.during([(None, plain), (berlin("2026-05-09T00:00"), longer)])
    assert dated.add_working_days(friday, 1) == berlin("2026-05-09T20:00")


def test_hours_grow_as_far_as_they_are_asked() -> None:
    """Ten years of working days, then one, then ten years back."""
    assert WEEK.add_working_days(berlin("2026-04-28T10:00"), 2600) > berlin("2036-01-01T00:00")
    assert WEEK.add_working_days(berlin("2016-05-02T10:00"), 1) == berlin("2016-05-03T17:00")
    rare = BusinessHours(zone="UTC", week={}, special={dt.date(2090, 5, 4): "09:00-17:00"})
    assert rare.add_working_days(utc("2026-05-04T10:00"), 0) == utc("2090-05-04T17:00")


@pytest.mark.parametrize("days", [-1, 1.5, True, "2", None])
def test_days_are_whole_numbers(days: Any) -> None:
    """Of 0 or more."""
    with pytest.raises(InvalidValue, match="days must be a whole number from 0"):
        WorkingDays(days)


def test_what_cannot_be_answered_is_refused() -> None:
    """A naive moment, an unknown convention, hours that never open again, and two zones."""
    at = utc("2026-05-04T10:00")
    with pytest.raises(NaiveTime):
        WEEK.add_working_days(at.replace(tzinfo=None), 1)
    with pytest.raises(InvalidValue, match="convention must be one of close, same_time"):
        WEEK.add_working_days(at, 1, convention="end")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidValue, match="convention must be one of close, same_time"):
        WEEK.working_days_between(at, at, convention="end")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    never = BusinessHours(zone="UTC", week={})
    with pytest.raises(InvalidValue, match="days must fit into hours that are open"):
        never.add_working_days(at, 1)
    assert never.working_days_between(at, at + dt.timedelta(days=9)) == 0
    with pytest.raises(InvalidValue, match=r"of one zone .* Europe/Berlin and UTC"):
        (WEEK | NIGHT).add_working_days(at, 1)
    with pytest.raises(InvalidValue, match="days must fit"):
        attrs.evolve(WEEK).add_working_days(utc("9999-12-01T10:00"), 60)  # its own, lest all years between be compiled


def test_a_limit_is_a_value_with_words() -> None:
    """Equal by content, and as people write it."""
    assert {WorkingDays(2), WorkingDays(2)} == {WorkingDays(2)}
    assert WorkingDays(2) != WorkingDays(2, convention="same_time")
    assert [str(WorkingDays(1)), str(WorkingDays(2, convention="same_time"))] == [
        "1 working day",
        "2 working days, same time",
    ]
