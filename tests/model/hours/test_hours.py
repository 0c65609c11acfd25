"""What hours mean: text, nights, holidays, special days, breaks, clock changes, joins, eras, and what is refused."""

import copy
import datetime as dt
import pickle
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pytest

from servqual.errors import InvalidValue, NaiveTime, UnknownZone
from servqual.metrics import elapsed as bulk_elapsed
from servqual.model import BusinessHours, CombinedHours, DatedHours, FixedDay, Hours, Window
from servqual.model.hours.wall_clock import Gap
from servqual.testing import reference

GAPS: tuple[Gap, ...] = ("end", "later", "earlier")
HOUR = dt.timedelta(hours=1)


def utc(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def local(hours: BusinessHours, text: str, fold: int = 0) -> dt.datetime:
    """A moment on the clock of the hours' zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=hours.zone, fold=fold).astimezone(dt.UTC)


def opens(hours: Hours, start: str, end: str) -> list[tuple[str, str]]:
    """The windows between two UTC moments, as text."""
    return [(w.start.strftime("%dT%H:%M"), w.end.strftime("%dT%H:%M")) for w in hours.windows(utc(start), utc(end))]


DESK = BusinessHours(
    zone="UTC",
    week={"mon-fri": "09:00-17:00"},
    holidays={dt.date(2026, 5, 1): "Labour Day", dt.date(2026, 12, 24): "eve"},
    special={dt.date(2026, 12, 24): "09:00-12:00", dt.date(2026, 5, 2): "10:00-12:00", dt.date(2026, 5, 6): ""},
    breaks={dt.date(2026, 5, 4): "15:00-16:00, 20:00-21:00"},
)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"mon-wed": "9:00-17:00"}, {"mon": "09:00-17:00", "tue": "09:00-17:00", "wed": "09:00-17:00"}),
        ({"Sat, Sunday": "09:00-10:00"}, {"sat": "09:00-10:00", "sun": "09:00-10:00"}),
        ({"sun-mon": "22:00-06:00"}, {"mon": "22:00-06:00", "sun": "22:00-06:00"}),
        ({"mon": "13:00-17:30, 09:00-12:30"}, {"mon": "09:00-12:30, 13:00-17:30"}),
        ({"mon": "09:00-12:00, 12:00-24:00"}, {"mon": "09:00-24:00"}),
        ({"mon": "09:00-00:00"}, {"mon": "09:00-24:00"}),
        ({"mon": "09:00-17:00, 17:00-09:00"}, {"mon": "09:00-17:00, 17:00-09:00"}),
        ({"mon": "", "tue": (), "wed": [], "thu": "  "}, {}),
        ({"mon": [(dt.time(9), dt.time(12, 30)), ("13:00", "24:00")]}, {"mon": "09:00-12:30, 13:00-24:00"}),
        ({"mon": "09:00:30-17:00:00.000001"}, {"mon": "09:00:30-17:00:00.000001"}),
        ({"mon": "09:00\u201317:00"}, {"mon": "09:00-17:00"}),
    ],
)
def test_a_week_is_read_and_written_in_one_form(given: Any, read: dict[str, str]) -> None:
    """Ranges, lists, times and any order of spells come to the same text, which reads as itself."""
    hours = BusinessHours(zone="UTC", week=given)
    assert dict(hours.week) == read
    assert BusinessHours(zone="UTC", week=hours.week) == hours


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"week": {"mon": "09:00-17:00, 16:00-18:00"}}, "do not overlap"),
        ({"week": {"mon": "22:00-06:00", "tue": "05:00-07:00"}}, "'mon' 22:00-06:00, which runs into 'tue'"),
        ({"week": {"sun": "22:00-06:00", "mon": "05:00-07:00"}}, "do not overlap"),
        ({"week": {"mon": "09:00-09:00"}}, "open before it closes"),
        ({"week": {"mon": "24:00-06:00"}}, "open before it closes"),
        ({"week": {"mon": "9-17"}}, "must be like"),
        ({"week": {"mon": "09:00-17:60"}}, "must be like"),
        ({"week": {"mon": "09:00-25:00"}}, "must be like"),
        ({"week": {"mon": "09:00"}}, "must be like"),
        ({"week": {"mon": [("09:00",)]}}, "must be like"),
        ({"week": {"funday": "09:00-17:00"}}, "must name days"),
        ({"week": {"mon": "09:00-17:00", "mon-fri": "09:00-17:00"}}, "each day once"),
        ({"week": "09:00-17:00"}, "must map days to hours"),
        ({"special": {dt.datetime(2026, 5, 4, tzinfo=dt.UTC): ""}}, "keyed by dates"),
        ({"special": [dt.date(2026, 5, 4)]}, "must map dates"),
        ({"breaks": {"2026-05-04": "12:00-13:00"}}, "keyed by dates"),
        ({"breaks": {dt.date(2026, 5, 4): "12:00"}}, "must be like"),
        ({"holidays": [dt.datetime(2026, 5, 4, tzinfo=dt.UTC)]}, "keyed by dates"),
        ({"holidays": dt.date(2026, 5, 4)}, "must be dates"),
        ({"holidays": {"labour": dt.date(2026, 5, 1)}}, "keyed by dates"),
        ({"gap": "ends"}, "gap must be one of end, later, earlier .* did you mean end"),
        ({"holiday_wins": "no"}, "holiday_wins must be True or False"),
        ({"fold": 1}, "fold must be one of both, first, second"),
    ],
)
def test_impossible_hours_are_refused(fields: dict[str, Any], message: str) -> None:
    """Each refusal names the field and shows what it got."""
    with pytest.raises(InvalidValue, match=message) as refusal:
        BusinessHours(**({"zone": "UTC", "week": {"mon": "09:00-17:00"}} | fields))
    assert "got" in str(refusal.value)
    assert refusal.value.field.split("[")[0] == next(iter(fields))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Zurich", "Europe/Zurich"),
        ("new york", "America/New_York"),
        ("Europe/Munchen", None),
        ("Europe/Zürich", "Europe/Zurich"),
        ("Africa/Berlin", "Europe/Berlin"),
        ("GMT+1", None),  # Etc/GMT+1 is an hour behind UTC, which few mean
        ("", None),
    ],
)
def test_a_city_leads_to_its_zone(written: str, meant: str | None) -> None:
    """Who knows the city alone is told the zone; what is near nothing is not guessed."""
    with pytest.raises(UnknownZone) as refusal:
        BusinessHours(zone=written, week={})
    assert str(refusal.value).partition("; did you mean ")[2].rstrip("?") == (meant or "")


def test_unknown_zones_and_naive_moments_are_refused() -> None:
    """A zone has an IANA name, and a moment has a zone."""
    with pytest.raises(UnknownZone, match="Mars"):
        BusinessHours(zone="Mars/Olympus", week={})
    naive, aware = dt.datetime(2026, 5, 4), utc("2026-05-04")  # noqa: DTZ001  # naive on purpose
    for ask in (DESK.is_open, DESK.next_open, DESK.next_close, lambda at: DESK.elapsed(at, aware),
                lambda at: DESK.elapsed(aware, at), lambda at: DESK.after(at, HOUR), lambda at: DESK.windows(at, aware),
                lambda at: DESK.explain(at, aware), lambda at: Window(start=at, end=aware)):  # fmt: skip
        with pytest.raises(NaiveTime, match="needs a zone"):
            ask(naive)
    with pytest.raises(InvalidValue, match="must be a datetime"):
        DESK.is_open(dt.date(2026, 5, 4))  # type: ignore[arg-type]


def test_reversed_ranges() -> None:
    """Elapsed time turns negative, or nothing by option; a window, a list of windows or a ledger has no backwards."""
    early, late = utc("2026-05-05T10:00"), utc("2026-05-05T12:00")
    assert DESK.elapsed(late, early) == -2 * HOUR
    assert DESK.elapsed(late, early, without=[Window(start=early, end=early + HOUR)]) == -HOUR
    assert DESK.elapsed(late, early, clamp=True) == dt.timedelta()
    assert DESK.elapsed(early, late, clamp=True) == 2 * HOUR
    for ask in (DESK.windows, DESK.explain):
        with pytest.raises(InvalidValue, match="end must not come before start"):
            ask(late, early)


def test_special_days_replace_holidays_and_weekends() -> None:
    """A special day has its own hours, also on a holiday unless the holiday is to win; an empty one is closed."""
    assert opens(DESK, "2026-12-24", "2026-12-25") == [("24T09:00", "24T12:00")]
    assert opens(DESK, "2026-05-01", "2026-05-03") == [("02T10:00", "02T12:00")]
    assert opens(DESK, "2026-05-06", "2026-05-07") == []
    strict = BusinessHours(zone="UTC", week=DESK.week, holidays=DESK.holidays, special=DESK.special, holiday_wins=True)
    assert opens(strict, "2026-12-24", "2026-12-25") == []


def test_breaks_are_taken_out_of_their_date() -> None:
    """Only what of a break is open is taken out; a night shift loses it on the date of the break."""
    assert opens(DESK, "2026-05-04", "2026-05-05") == [("04T09:00", "04T15:00"), ("04T16:00", "04T17:00")]
    night = BusinessHours(zone="UTC", week={"mon": "22:00-06:00"}, breaks={dt.date(2026, 5, 5): "02:00-02:30"})
    assert opens(night, "2026-05-04", "2026-05-06") == [("04T22:00", "05T02:00"), ("05T02:30", "05T06:00")]


def test_a_night_belongs_to_the_day_it_opens() -> None:
    """A shift runs into a day that is closed, and a closed day has no night."""
    night = BusinessHours(zone="UTC", week={"fri": "22:00-06:00"}, holidays=[dt.date(2026, 5, 8)])
    assert opens(night, "2026-05-01", "2026-05-12") == [("01T22:00", "02T06:00")]


@pytest.mark.parametrize(
    ("zone", "text", "start", "end", "real"),
    [
        # Berlin 2026-03-29 02:00 -> 03:00: a night loses an hour; edges in the gap are 03:00 (tz database, EU rules)
        ("Europe/Berlin", "22:00-06:00", "2026-03-28T21:00", "2026-03-29T04:00", 7 * 60),
        ("Europe/Berlin", "02:15-04:00", "2026-03-29T00:00", "2026-03-29T12:00", 60),
        ("Europe/Berlin", "01:00-02:15", "2026-03-29T00:00", "2026-03-29T12:00", 60),
        ("Europe/Berlin", "02:15-02:45", "2026-03-29T00:00", "2026-03-29T12:00", 0),
        # Berlin 2026-10-25 03:00 -> 02:00: open at the first 02:15, close at the second 02:45
        ("Europe/Berlin", "22:00-06:00", "2026-10-24T20:00", "2026-10-25T05:00", 9 * 60),
        ("Europe/Berlin", "02:15-02:45", "2026-10-25T00:00", "2026-10-25T12:00", 90),
        ("Europe/Berlin", "02:15-04:00", "2026-10-25T00:00", "2026-10-25T12:00", 165),
        ("Europe/Berlin", "02:00-02:30, 02:30-03:00", "2026-10-25T00:00", "2026-10-25T12:00", 120),
        # Lord Howe shifts by half an hour: 2026-04-05 02:00 -> 01:30, 2026-10-04 02:00 -> 02:30 (tz database)
        ("Australia/Lord_Howe", "01:00-03:00", "2026-04-04T12:00", "2026-04-04T18:00", 150),
        ("Australia/Lord_Howe", "01:00-03:00", "2026-10-03T12:00", "2026-10-03T18:00", 90),
        ("Australia/Lord_Howe", "02:10-02:20", "2026-10-03T12:00", "2026-10-03T18:00", 0),
        # Samoa had no 30 December 2011: from the 29th at 24:00 to the 31st (tz database, Pacific/Apia)
        ("Pacific/Apia", "09:00-17:00", "2011-12-29T10:00", "2011-12-31T10:00", 16 * 60),
        ("Pacific/Apia", "22:00-06:00", "2011-12-30T07:00", "2011-12-30T19:00", 2 * 60 + 6 * 60),
    ],
)
def test_clock_changes_count_real_time(zone: str, text: str, start: str, end: str, real: int) -> None:
    """Minutes open between two UTC moments around a change of the clock."""
    hours = BusinessHours(zone=zone, week={"mon-sun": text})
    assert hours.elapsed(utc(start), utc(end)) == dt.timedelta(minutes=real)


@pytest.mark.parametrize(
    ("text", "day", "gap", "fold", "minutes"),
    [
        # Berlin has no 02:30 on 2026-03-29; what `later` and `earlier` make of it is as in the ECMAScript proposal
        # Temporal, where a time in a gap is read with the offset before it (later) or after it (earlier)
        ("02:30-05:00", "2026-03-29", "end", "both", 120),  # from 03:00
        ("02:30-05:00", "2026-03-29", "later", "both", 90),  # from 03:30
        ("02:30-05:00", "2026-03-29", "earlier", "both", 150),  # from 01:30
        ("01:00-02:30", "2026-03-29", "end", "both", 60),
        ("01:00-02:30", "2026-03-29", "later", "both", 90),
        ("01:00-02:30", "2026-03-29", "earlier", "both", 30),
        ("02:30-03:00", "2026-03-29", "later", "both", 0),  # would open at 03:30, after it closes
        # 02:30 comes twice on 2026-10-25
        ("02:30-05:00", "2026-10-25", "end", "both", 210),
        ("02:30-05:00", "2026-10-25", "end", "first", 210),
        ("02:30-05:00", "2026-10-25", "end", "second", 150),
        ("01:00-02:30", "2026-10-25", "end", "both", 150),
        ("01:00-02:30", "2026-10-25", "end", "first", 90),
        ("01:00-02:30", "2026-10-25", "end", "second", 150),
        ("02:00-02:30", "2026-10-25", "end", "first", 30),
        ("02:00-02:30", "2026-10-25", "end", "second", 30),
        ("00:00-24:00", "2026-10-25", "end", "second", 25 * 60),
    ],
)
def test_edges_at_clock_changes_can_be_read_otherwise(text: str, day: str, gap: Any, fold: Any, minutes: int) -> None:
    """Each reading by name, and the same in bulk, in the slow reference, and taken out as a break."""
    hours = BusinessHours(zone="Europe/Berlin", week={"sun": text}, gap=gap, fold=fold)
    start, end = local(hours, f"{day}T00:00"), local(hours, f"{day}T23:59") + dt.timedelta(minutes=1)
    assert hours.elapsed(start, end) == dt.timedelta(minutes=minutes) == reference.elapsed(hours, start, end)
    naive = [np.datetime64(moment.replace(tzinfo=None)) for moment in (start, end)]
    assert bulk_elapsed(hours, *naive) == np.timedelta64(minutes, "m")
    less = attrs.evolve(hours, week={"sun": "00:00-24:00"}, breaks={dt.date.fromisoformat(day): text})
    assert less.elapsed(start, end) == end - start - dt.timedelta(minutes=minutes)


def test_a_skipped_date_can_be_kept_the_day_before_or_after() -> None:
    """Samoa had no Friday 30 December 2011; read later its shift falls on Saturday, read earlier on Thursday."""
    fridays = {gap: BusinessHours(zone="Pacific/Apia", week={"fri": "09:00-17:00"}, gap=gap) for gap in GAPS}
    days = {gap: opens(hours, "2011-12-28T12:00", "2012-01-02T12:00") for gap, hours in fridays.items()}
    assert days == {
        "end": [],
        "later": [("30T19:00", "31T03:00")],  # Saturday 09:00 to 17:00 at UTC+14
        "earlier": [("29T19:00", "30T03:00")],  # Thursday 09:00 to 17:00 at UTC-10
    }


def test_the_reading_of_clock_changes_is_part_of_the_hours() -> None:
    """Hours that read them otherwise are other hours, with another hash."""
    ways = [DESK, *(attrs.evolve(DESK, gap=gap) for gap in GAPS[1:]), attrs.evolve(DESK, fold="first")]
    assert len({hours.content_hash for hours in ways}) == len(set(ways)) == 4


def test_deadlines_across_clock_changes() -> None:
    """Work goes on in real time through the hour that is skipped and the hour that comes twice."""
    night = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "22:00-06:00"})
    assert night.after(local(night, "2026-03-29T01:30"), HOUR) == local(night, "2026-03-29T03:30")
    assert night.after(local(night, "2026-10-25T02:30"), HOUR) == local(night, "2026-10-25T02:30", fold=1)


def test_no_work_is_done_at_the_start_and_filled_days_end_at_the_close() -> None:
    """Staying and rolling, forwards and backwards, in the open and while closed."""
    noon, night, opening = utc("2026-05-05T12:00"), utc("2026-05-05T20:00"), utc("2026-05-05T09:00")
    closed, zero = utc("2026-05-05T17:00"), dt.timedelta()
    assert DESK.after(noon, zero) == noon == DESK.after(noon, zero, at_close="roll")
    assert DESK.after(night, zero) == night
    assert DESK.after(night, zero, at_close="roll") == utc("2026-05-07T09:00")
    assert DESK.after(noon, 5 * HOUR) == closed
    assert DESK.after(noon, 5 * HOUR, at_close="roll") == utc("2026-05-07T09:00")
    assert DESK.after(noon, -3 * HOUR) == opening
    assert DESK.after(noon, -3 * HOUR, at_close="roll") == utc("2026-05-04T17:00")
    with pytest.raises(InvalidValue, match="at_close must be"):
        DESK.after(noon, HOUR, at_close="later")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="work must be a timedelta"):
        DESK.after(noon, 3600)  # type: ignore[arg-type]


def test_pauses_move_what_is_due() -> None:
    """A pause that begins when the work is done does not move it, unless it is to roll."""
    noon = utc("2026-05-05T12:00")
    pause = Window(start=noon + HOUR, end=noon + 2 * HOUR)
    assert DESK.after(noon, HOUR, without=[pause]) == noon + HOUR
    assert DESK.after(noon, HOUR, without=[pause], at_close="roll") == noon + 2 * HOUR
    assert DESK.after(noon, 2 * HOUR, without=[pause, pause]) == noon + 3 * HOUR
    assert DESK.after(noon + 3 * HOUR, -2 * HOUR, without=[pause]) == noon
    closed = Window(start=utc("2026-05-05T18:00"), end=utc("2026-05-06T08:00"))
    assert DESK.after(noon, 6 * HOUR, without=[closed]) == DESK.after(noon, 6 * HOUR)


def test_hours_that_never_open_answer_at_once() -> None:
    """Nothing elapses, nothing opens, and work is refused rather than sought for ever."""
    at = utc("2026-05-04T12:00")
    never = BusinessHours(zone="UTC", week={})
    gone = BusinessHours(zone="UTC", week={}, special={dt.date(2020, 1, 1): "09:00-10:00"})
    shut = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}) - BusinessHours.always()
    for hours in (never, gone, shut):
        assert hours.elapsed(at, utc("2126-05-04")) == dt.timedelta()
        assert hours.next_open(at) is None
        assert hours.next_close(at) is None
        assert not hours.is_open(at)
        assert hours.after(at, dt.timedelta()) == at
        with pytest.raises(InvalidValue, match=r"open after 2026-05-04.*\(got .*special days"):
            hours.after(at, HOUR)
        with pytest.raises(InvalidValue, match="closed for a century"):
            hours.after(at, dt.timedelta(), at_close="roll")
    assert gone.after(at, -HOUR) == utc("2020-01-01T09:00")
    with pytest.raises(InvalidValue, match="open before 2026"):
        never.after(at, -HOUR)


def test_hours_that_never_close() -> None:
    """There is no next close, nor one within reach when it is a lifetime away; all of time is work."""
    at, always = utc("2026-05-04T12:00"), BusinessHours.always()
    assert always.is_open(at)
    assert always.next_open(at) == at
    assert always.next_close(at) is None
    assert BusinessHours.during([(None, DESK), (at, always)]).next_close(at) is None
    first, last = (limit.replace(tzinfo=dt.UTC) for limit in (dt.datetime.min, dt.datetime.max))  # noqa: DTZ901
    assert always.elapsed(first, last) == last - first
    assert always.after(first, last - first) == last
    with pytest.raises(InvalidValue, match="more work than the calendar holds"):
        always.after(at, dt.timedelta(days=4_000_000))
    early, late = attrs.evolve(DESK), attrs.evolve(DESK)  # asked apart, lest all years between be compiled
    assert early.elapsed(first, first + dt.timedelta(days=9)) == 7 * 8 * HOUR  # 1 January of the year 1 is a Monday
    assert late.elapsed(last - dt.timedelta(days=7), last) == 5 * 8 * HOUR


def test_hours_are_exact_over_decades() -> None:
    """Fifty years of weekdays, counted by hand of the calendar: 8 hours for each Monday to Friday."""
    plain = BusinessHours(zone="America/New_York", week={"mon-fri": "09:00-17:00"})
    first, last = dt.date(1990, 1, 1), dt.date(2040, 1, 1)
    weekdays = sum(dt.date.fromordinal(day).weekday() < 5 for day in range(first.toordinal(), last.toordinal()))
    begin, end = (local(plain, day.isoformat()) for day in (first, last))
    assert plain.elapsed(begin, end) == weekdays * 8 * HOUR
    assert plain.after(begin, weekdays * 8 * HOUR) == local(plain, "2039-12-30T17:00")  # a Friday


def test_the_ledger_names_its_reasons() -> None:
    """Holiday by name, special day, break, pause and closed time are told apart."""
    ledger = DESK.explain(utc("2026-04-30T16:00"), utc("2026-05-07T10:00"),
                          without=[Window(start=utc("2026-05-04T09:30"), end=utc("2026-05-04T10:00"))])  # fmt: skip
    assert [(part.start.strftime("%dT%H:%M"), part.why) for part in ledger] == [
        ("30T16:00", "open"),
        ("30T17:00", "closed"),
        ("01T00:00", "holiday: Labour Day"),
        ("02T00:00", "special day"),
        ("02T10:00", "open"),
        ("02T12:00", "special day"),
        ("03T00:00", "closed"),
        ("04T09:00", "open"),
        ("04T09:30", "pause"),
        ("04T10:00", "open"),
        ("04T15:00", "break"),
        ("04T16:00", "open"),
        ("04T17:00", "closed"),
        ("05T09:00", "open"),
        ("05T17:00", "closed"),
        ("06T00:00", "special day"),
        ("07T00:00", "closed"),
        ("07T09:00", "open"),
    ]
    assert DESK.explain(utc("2026-05-04"), utc("2026-05-04")) == ()


def test_the_ledger_of_joined_hours_gives_the_reason_of_the_one_that_is_closed() -> None:
    """Each part of a join answers for itself; what a difference removes is taken out."""
    day = (utc("2026-05-01T08:00"), utc("2026-05-01T18:00"))
    plain = BusinessHours(zone="UTC", week={"fri": "08:00-10:00"})
    assert [part.why for part in (plain & DESK).explain(*day)] == ["holiday: Labour Day", "closed"]
    assert [part.why for part in (plain | DESK).explain(*day)] == ["open", "closed"]
    assert [part.why for part in (plain - BusinessHours.always()).explain(*day)] == ["taken out", "closed"]
    unnamed = BusinessHours(zone="UTC", week=plain.week, holidays=[dt.date(2026, 5, 1)])
    assert [part.why for part in unnamed.explain(*day)] == ["holiday"]


def test_a_break_before_new_hours_hold_is_none() -> None:
    """What the new hours would have taken out before they came is not told twice."""
    change = utc("2026-05-05T12:00")
    lunch = BusinessHours(zone="UTC", week={"mon-sun": "09:00-17:00"}, breaks={dt.date(2026, 5, 5): "10:00-11:00"})
    hours = BusinessHours.during([(None, BusinessHours(zone="UTC", week={})), (change, lunch)])
    ledger = hours.explain(utc("2026-05-05T08:00"), utc("2026-05-05T18:00"))
    assert [(part.start.hour, part.end.hour, part.why) for part in ledger] == [
        (8, 12, "closed"),
        (12, 17, "open"),
        (17, 18, "closed"),
    ]


def test_eras_follow_each_other() -> None:
    """Each era holds from its moment on; a span that is open across the change goes on where both are."""
    change = utc("2026-05-05T12:00")
    mornings = BusinessHours(zone="UTC", week={"mon-fri": "06:00-10:00"})
    hours = BusinessHours.during([(None, DESK), (change, mornings), (utc("2026-05-07T08:00"), BusinessHours.always())])
    assert opens(hours, "2026-05-05", "2026-05-09") == [("05T09:00", "05T12:00"), ("06T06:00", "06T10:00"),
                                                        ("07T06:00", "09T00:00")]  # fmt: skip
    assert isinstance(hours, DatedHours)
    for eras in ([], [(change, DESK)], [(None, DESK), (None, DESK)], [(None, DESK), (change, DESK), (change, DESK)]):
        with pytest.raises(InvalidValue, match="eras must begin with None"):
            BusinessHours.during(eras)
    with pytest.raises(InvalidValue, match="eras must be a tuple, each member a tuple of a datetime or None, a Hours"):
        BusinessHours.during([(None, "24x7")])  # type: ignore[list-item]
    with pytest.raises(NaiveTime):
        BusinessHours.during([(None, DESK), (dt.datetime(2026, 5, 5), DESK)])  # noqa: DTZ001  # naive on purpose


def test_only_hours_join() -> None:
    """A join of something else is refused, as is an unknown way of joining."""
    with pytest.raises(InvalidValue, match="right must be hours"):
        DESK | "24x7"  # type: ignore[operator]
    with pytest.raises(InvalidValue, match="how must be"):
        CombinedHours(left=DESK, how="^", right=DESK)  # type: ignore[arg-type]


def test_hours_are_values() -> None:
    """Equal by definition, usable as keys, the same after a copy and in another process, and named by a hash."""
    again = BusinessHours(
        zone="UTC",
        week={"tue-fri": "09:00-12:00, 12:00-17:00", "mon": [(dt.time(9), dt.time(17))]},
        holidays={dt.date(2026, 12, 24): "eve", dt.date(2026, 5, 1): "Labour Day"},
        special=dict(sorted(DESK.special.items(), reverse=True)),
        breaks=DESK.breaks,
    )
    again.elapsed(utc("2001-01-01"), utc("2002-01-01"))
    assert again == DESK
    assert hash(again) == hash(DESK)
    assert again.content_hash == DESK.content_hash
    for hours in (DESK, DESK | again, BusinessHours.during([(None, DESK), (utc("2026-05-05"), again)])):
        assert copy.deepcopy(hours) == hours == pickle.loads(pickle.dumps(hours))  # noqa: S301  # our own bytes
        assert len({hours, copy.deepcopy(hours)}) == 1
    assert BusinessHours(zone="Europe/London", week=DESK.week) != DESK


def test_the_content_hash_is_the_same_for_ever() -> None:
    """A stored hash keeps its meaning: a change of it is a change that users must be told of."""
    ruled = BusinessHours(zone="UTC", week={"mon": "09:00-17:00"}, holidays=[FixedDay(month=5, day=1)])
    # our own first release; there is no other source
    assert BusinessHours.always().content_hash == "fe0012c7ca5f66ae132720c3809b9756727e4a4280b6ca5f38d2b5a95261988a"
    assert ruled.content_hash == "73b11e754907097376ccf16284265ef581aeceeac43aa2ba25a9f33171a93417"


def test_the_close_may_belong_to_the_hours() -> None:
    """SLA.md 2.2 "start at close": half-open, unless asked as business_time does, which takes the close as open."""
    monday = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    hours = BusinessHours(zone="UTC", week={"mon": "09:00-17:00"})
    at_close = [hours.is_open(monday.replace(hour=17, microsecond=late), with_close=True) for late in (0, 1)]
    assert (hours.is_open(monday.replace(hour=17)), at_close) == (False, [True, False])
    assert not hours.is_open(monday, with_close=True)


def test_a_day_as_long_as_it_looks() -> None:
    """SLA.md 2.2 "DST": 24 hours in a day of 25 or 23, where real time has what passed; the hash tells them apart."""
    real = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"})
    wall = attrs.evolve(real, counting="wall")
    for date, length in ((dt.datetime(2026, 10, 25), 25), (dt.datetime(2026, 3, 29), 23)):  # noqa: DTZ001
        start, end = (day.replace(tzinfo=real.zone) for day in (date, date + dt.timedelta(days=1)))
        assert real.elapsed(start, end) == dt.timedelta(hours=length)
        assert wall.elapsed(start, end) == dt.timedelta(hours=24)
        assert wall.after(start, dt.timedelta(hours=24)) == end
    assert wall.content_hash != real.content_hash
    assert pickle.loads(pickle.dumps(wall)) == wall  # noqa: S301


def test_a_skipped_hour_counts_in_a_line_that_says_so() -> None:
    """In the hours that open with it, or, where none do, under the change of the clock."""
    start, end = (dt.datetime(2026, 3, 29, hour, tzinfo=ZoneInfo("Europe/Berlin")) for hour in (0, 6))
    told = {}
    for spell in ("02:00-06:00", "02:00-02:30"):
        hours = BusinessHours(zone="Europe/Berlin", week={"sun": spell}, counting="wall")
        told[spell] = [(part.why, part.counted / dt.timedelta(hours=1)) for part in hours.explain(start, end)]
    assert told == {
        "02:00-06:00": [("closed", 0), ("open", 4)],
        "02:00-02:30": [("clock put forward", 0.5)],
    }


def test_by_the_wall_on_the_last_days_of_the_calendar() -> None:
    """In bulk as one by one."""
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-sun": "00:00-24:00"}, counting="wall")
    for year, month, day in ((1, 1, 2), (9999, 12, 29)):
        start, end = (dt.datetime(year, month, day + later, tzinfo=dt.UTC) for later in (0, 1))
        bulk = bulk_elapsed(hours, np.datetime64(start.replace(tzinfo=None)), np.datetime64(end.replace(tzinfo=None)))
        assert bulk.tolist() == hours.elapsed(start, end)
