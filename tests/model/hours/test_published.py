"""Worked examples that other projects publish, answered by ours; where a project rolls at the close, we are told to."""

import datetime as dt
from typing import Any

import pytest

from servqual.model import BusinessHours, FixedDay


def utc(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def week(zone: str = "UTC", holidays: tuple[str, ...] = (), **days: str) -> BusinessHours:
    """Hours by weekday, `mon_fri=` for a range."""
    return BusinessHours(
        zone=zone,
        week={day.replace("_", "-"): text for day, text in days.items()},
        holidays=[dt.date.fromisoformat(day) for day in holidays],
    )


# Znuny/OTRS, scripts/test/Time.t: Mon-Fri 08:00-21:00 in Berlin, the default vacation days of Kernel/Config
OTRS = BusinessHours(
    zone="Europe/Berlin",
    week={"mon-fri": "08:00-21:00"},
    holidays=[FixedDay(month=m, day=d) for m, d in ((1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31))],
)
# zendesk/biz, README: its configuration example
BIZ = BusinessHours(
    zone="America/Los_Angeles",
    week={
        "mon": "09:00-17:00",
        "tue": "00:00-24:00",
        "wed": "09:00-17:00",
        "thu": "09:00-12:00, 13:00-17:00",
        "sat": "10:00-14:00",
    },
    holidays=[dt.date(2014, 1, 1), dt.date(2014, 12, 25)],
)
# businesstimedelta, README: a working day with the lunch break taken out
DELTA = week(mon_fri="09:00-12:00, 13:00-18:00")
# Intrepidd/working_hours, spec/working_hours/computation_spec.rb: the default configuration
WORKING = week(mon_fri="09:00-17:00")
# pandas, tests/tseries/offsets/test_business_hour.py
PANDAS = week(mon_fri="09:00-17:00")
PANDAS_NIGHT = week(mon_fri="19:00-05:00")
PANDAS_TWO = week(mon_fri="09:00-12:00, 14:00-18:00")
# django-bizcal, its tests of overnight schedules: one night shift from Monday
BIZCAL = week(mon="22:00-06:00")


@pytest.mark.parametrize(
    ("hours", "start", "end", "seconds"),
    [
        # bokmann/business_time, test/test_calculating_business_duration.rb
        (week(mon="9:00-17:00", fri="9:00-17:00", sat="10:00-15:00"), "2010-12-24T15:00", "2010-12-27T11:00", 9 * 3600),
        (week(mon_wed="9:00-18:00"), "2012-05-28T08:04:26", "2012-05-29T14:56:45", 53805),
        (week(mon="0:00-24:00", fri="0:00-24:00", sat="11:00-15:00"), "2010-12-24T15:00", "2010-12-27T11:00", 86400),
        (week(fri_mon="00:00-24:00"), "2010-12-24T15:00", "2010-12-27T11:00", 68 * 3600),
        (week(mon="08:00-20:00", tue="08:00-20:00"), "2014-05-12T20:50", "2014-05-13T08:10", 600),
        # businesstimedelta, README: a week, and a week with Christmas on its Friday
        (DELTA, "2016-01-18T09:00", "2016-01-25T09:00", 40 * 3600),
        (week(mon_fri="09:00-12:00, 13:00-18:00", holidays=("2015-12-25",)), "2015-12-21T09:00", "2015-12-28T09:00",
         32 * 3600),
        # django-bizcal, overnight tests
        (BIZCAL, "2026-03-02T22:00", "2026-03-03T06:00", 8 * 3600),
        # Zammad, issue 3180: a calendar around the clock must not lose the last minute of a day
        (week(mon_sun="00:00-24:00"), "2026-03-02T00:00", "2026-03-04T00:00", 48 * 3600),
    ],
)  # fmt: skip
def test_elapsed(hours: BusinessHours, start: str, end: str, seconds: int) -> None:
    """The published duration."""
    assert hours.elapsed(utc(start), utc(end)).total_seconds() == seconds


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # Znuny/OTRS, scripts/test/Time.t, WorkingTime
        ("2005-10-20T10:00", "2005-10-21T10:00", 13),
        ("2005-10-20T10:00", "2005-10-24T10:00", 26),
        ("2005-10-20T10:00", "2005-11-03T10:00", 130),  # over the end of summer time
        ("2005-12-21T10:00", "2005-12-31T10:00", 89),
        ("2003-12-21T10:00", "2003-12-31T10:00", 52),
        ("2005-10-23T10:00", "2005-10-30T13:00", 65),
        ("2006-12-06T07:50", "2006-12-07T08:54", 13.9),
        ("2010-01-28T22:00:02", "2010-01-28T22:01:02", 0),
    ],
)
def test_elapsed_of_znuny(start: str, end: str, hours: float) -> None:
    """The published hours between local times in Berlin."""
    begin, finish = (dt.datetime.fromisoformat(text).replace(tzinfo=OTRS.zone) for text in (start, end))
    assert OTRS.elapsed(begin, finish) == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Znuny/OTRS, scripts/test/Time.t, DestinationTime
        ("2006-11-12T10:15", 4, "2006-11-13T12:00"),
        ("2006-11-13T10:15", 11, "2006-11-14T08:15"),
        ("2006-12-31T10:15", 11, "2007-01-02T19:00"),
        ("2006-12-29T10:15", 11, "2007-01-02T08:15"),
        ("2007-01-16T20:15", 1.25, "2007-01-17T08:30"),
        ("2007-10-26T18:12:23", 5.5, "2007-10-29T10:42:23"),  # over the end of summer time
        ("2007-03-23T18:12:23", 18.5, "2007-03-27T10:42:23"),  # over its beginning
        ("2013-03-16T10:00", 13, "2013-03-18T21:00"),  # stays at the close
    ],
)
def test_after_of_znuny(start: str, hours: float, end: str) -> None:
    """The published local time in Berlin by which the work is done."""
    begin, finish = (dt.datetime.fromisoformat(text).replace(tzinfo=OTRS.zone) for text in (start, end))
    assert OTRS.after(begin, dt.timedelta(hours=hours)) == finish


@pytest.mark.parametrize(
    ("hours", "start", "seconds", "end", "at_close"),
    [
        # working_hours, computation_spec.rb: add_hours, add_minutes, add_seconds
        (WORKING, "1991-11-15T14:00:42", 2 * 3600, "1991-11-15T16:00:42", "stay"),
        (WORKING, "1991-11-18T14:00:42", -7 * 3600, "1991-11-15T15:00:42", "stay"),
        (WORKING, "1991-11-15T16:30:42", 45 * 60, "1991-11-18T09:15:42", "stay"),
        (WORKING, "1991-11-15T16:59:42", 120, "1991-11-18T09:01:42", "stay"),
        (week(mon="07:00-12:00, 13:00-18:00"), "1991-11-11T05:00", 6 * 3600, "1991-11-11T14:00", "stay"),
        (week(mon="00:00-24:00"), "2014-04-07T23:59:30", 60, "2014-04-14T00:00:30", "stay"),
        (week(mon="00:00-24:00", tue="08:00-18:00"), "2014-04-08T00:00:30", -60, "2014-04-07T23:59:00", "stay"),
        # zendesk/biz, README: 3598 minutes back from a Tuesday end where its last segment begins
        (BIZ, "2015-05-05T12:34:57", -3598 * 60, "2015-04-27T20:36:57", "stay"),
        # businesstimedelta, README: forty hours fill the week, and it gives the next opening
        (DELTA, "2016-01-18T08:00", 40 * 3600, "2016-01-25T09:00", "roll"),
        # pandas, BusinessHour: the end of a day is the beginning of the next
        (PANDAS, "2014-07-01T16:00", 3600, "2014-07-02T09:00", "roll"),
        (PANDAS, "2014-07-01T16:30:15", 3600, "2014-07-02T09:30:15", "roll"),
        (PANDAS, "2014-07-05T15:00", 3600, "2014-07-07T10:00", "roll"),
        (PANDAS, "2014-07-01T13:00", 4 * 3600, "2014-07-02T09:00", "roll"),
        (PANDAS, "2014-07-07T09:00", -3600, "2014-07-04T16:00", "stay"),
        (PANDAS, "2014-07-01T13:00", -4 * 3600, "2014-07-01T09:00", "stay"),
        (PANDAS_NIGHT, "2014-07-02T04:30", 3600, "2014-07-02T19:30", "roll"),
        (PANDAS_NIGHT, "2014-07-05T04:00", 3600, "2014-07-07T19:00", "roll"),
        (PANDAS_NIGHT, "2014-07-07T19:30", -3600, "2014-07-05T04:30", "stay"),
        (PANDAS_TWO, "2014-07-01T11:00", 3600, "2014-07-01T14:00", "roll"),
        (PANDAS_TWO, "2014-07-04T16:30", 4 * 3600, "2014-07-07T11:30", "roll"),
        (PANDAS_TWO, "2014-07-01T13:00", -4 * 3600, "2014-06-30T17:00", "stay"),
        # django-bizcal, overnight tests
        (BIZCAL, "2026-03-02T23:00", 4 * 3600, "2026-03-03T03:00", "stay"),
        (BIZCAL, "2026-03-03T03:00", -4 * 3600, "2026-03-02T23:00", "stay"),
    ],
)
def test_after(hours: BusinessHours, start: str, seconds: int, end: str, at_close: Any) -> None:
    """The published moment by which the work is done."""
    assert hours.after(utc(start), dt.timedelta(seconds=seconds), at_close=at_close) == utc(end)


def test_the_segments_of_biz() -> None:
    """The README of zendesk/biz lists what is open in a week of its configuration."""
    found = BIZ.windows(utc("2015-01-10T10:00"), utc("2015-01-17T10:00"))
    assert [(w.start.strftime("%dT%H"), w.end.strftime("%dT%H")) for w in found] == [
        ("10T18", "10T22"),
        ("12T17", "13T01"),
        ("13T08", "14T08"),
        ("14T17", "15T01"),
        ("15T17", "15T20"),
        ("15T21", "16T01"),
    ]


@pytest.mark.parametrize(
    ("at", "opens", "closes"),
    [
        # working_hours, computation_spec.rb: advance_to_working_time and advance_to_closing_time, 1 May a holiday
        ("2014-05-01T12:00", "2014-05-02T09:00", "2014-05-02T17:00"),
        ("2014-06-01T12:00", "2014-06-02T09:00", "2014-06-02T17:00"),
        ("2014-04-07T08:59", "2014-04-07T09:00", "2014-04-07T17:00"),
        ("2014-04-07T12:00", "2014-04-07T12:00", "2014-04-07T17:00"),
        ("2014-04-07T17:00", "2014-04-08T09:00", "2014-04-08T17:00"),
    ],
)
def test_next_opening_and_close_of_working_hours(at: str, opens: str, closes: str) -> None:
    """The published next opening and close."""
    hours = week(mon_fri="09:00-17:00", holidays=("2014-05-01",))
    assert hours.next_open(utc(at)) == utc(opens)
    assert hours.next_close(utc(at)) == utc(closes)


@pytest.mark.parametrize(("holiday", "cuts", "hours"), [("2026-03-02", False, 8), ("2026-03-02", True, 2),
                                                        ("2026-03-01", False, 0), ("2026-03-01", True, 0)])  # fmt: skip
def test_a_night_into_a_holiday_of_bizcal(holiday: str, cuts: bool, hours: int) -> None:
    """django-bizcal, overnight tests: a holiday closes the night that begins on it; one that runs in, by option."""
    night = BusinessHours(
        zone="UTC", week={"sun": "22:00-06:00"}, holidays=[dt.date.fromisoformat(holiday)], holiday_cuts_night=cuts
    )
    assert night.elapsed(utc("2026-03-01T00:00"), utc("2026-03-03T00:00")) == dt.timedelta(hours=hours)


def test_a_special_day_joins_the_night_before_of_bizcal() -> None:
    """django-bizcal, overnight tests: a short day that begins where the night ends is one span with it."""
    night = BusinessHours(zone="UTC", week={"sun": "22:00-06:00"}, special={dt.date(2026, 3, 2): "06:00-12:00"})
    found = night.windows(utc("2026-03-02T00:00"), utc("2026-03-03T00:00"))
    assert [(w.start, w.end) for w in found] == [(utc("2026-03-02T00:00"), utc("2026-03-02T12:00"))]
