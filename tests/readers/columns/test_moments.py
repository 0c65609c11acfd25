"""Cells of moments: zones in words, serial numbers, the order of day and month, and what a refusal advises."""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns.advice import IN_CALL, IN_SETTINGS, Advice
from servqual.readers.columns.moments import Moments, date_and_time, offset_of

BERLIN: Final = ZoneInfo("Europe/Berlin")
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def moments(
    *dates: str, zone: ZoneInfo | None = None, name: str = "received_at", advice: Advice = IN_SETTINGS
) -> Moments:
    """A reader of these forms."""
    return Moments(name, zone=zone, desk=zone, dates=dates, advice=advice)


def read(text: str, *dates: str, zone: ZoneInfo | None = None) -> str:
    """The moment of a text in UTC, to the minute where it has no seconds."""
    return (EPOCH + dt.timedelta(microseconds=moments(*dates, zone=zone).read(text))).isoformat().removesuffix("+00:00")


NINE: Final = "2026-05-04T09:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04 09:00:00 UTC",
        "2026-05-04 09:00 GMT",
        "2026-05-04T09:00Z",
        "2026-05-04 9:00 Z",
        "2026-05-04 11:00 +02:00",
        "2026-05-04 11:00 +0200",
        "2026-05-04 11:00:00.000+02",
        "2026-05-04 11:00 GMT+2",
        "2026-05-04 11:00 UTC +02:00",
        "2026/5/4 9:00 utc",
        "2026-05-04 9:00 AM UTC",
        "2026-05-04 09:00 p.m. +12:00",
        "2026.05.04 09:00 UTC",
        "2026年5月4日 9:00 UTC",
        "2026-05-04, 9:00:00,000 UTC",
        "2026-05-04 11:00 Europe/Berlin",
        "2026-05-04T11:00:00 +02:00",
    ],
)
def test_a_moment_with_a_zone_needs_no_setting(text: str) -> None:
    """A year of four digits in front has one meaning, however the rest is padded."""
    assert read(text) == NINE


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("04/05/2026 09:00 UTC", "%d/%m/%Y %H:%M"),
        ("04/05/2026 11:00 +0200", "%d/%m/%Y %H:%M"),
        ("04/05/2026 11:00 +0200", "%d/%m/%Y %H:%M %z"),
        ("04/05/2026 09:00 GMT", "%d/%m/%Y %H:%M %Z"),
        ("04/05/2026 09:00 am Z", "%d/%m/%Y %I:%M %p"),
        ("04/05/2026 11:00 CEST", "%d/%m/%Y %H:%M"),
    ],
)
def test_a_zone_may_stand_behind_a_form(text: str, form: str) -> None:
    """Whether the form names it or not."""
    assert read(text, form, zone=BERLIN) == NINE


def test_an_abbreviation_is_read_where_the_stated_zone_calls_itself_so() -> None:
    """CET in winter, CEST in summer; in the hour that is shown twice it tells which of the two is meant."""
    assert read("2026-01-04 10:00 CET", zone=BERLIN) == "2026-01-04T09:00:00"
    assert read("2026-10-25 02:30 CEST", zone=BERLIN) == "2026-10-25T00:30:00"
    assert read("2026-10-25 02:30 cet", zone=BERLIN) == "2026-10-25T01:30:00"
    for text in ("2026-05-04 10:00 CET", "2026-05-04 10:00 EST", "2026-05-04 10:00 A"):
        with pytest.raises(InvalidValue, match="calls so, as an abbreviation may mean several zones; set zone"):
            read(text, zone=BERLIN)
    with pytest.raises(NaiveTime, match=r"needs a zone \(got '2026-05-04 10:00 CST'\)"):
        read("2026-05-04 10:00 CST")


@pytest.mark.parametrize(
    ("text", "hours"), [("Z", 0), ("ut", 0), ("+05:30", 5.5), ("-0800", -8), ("+02", 2), ("GMT-3", -3), ("UTC+14", 14)]
)
def test_offsets(text: str, hours: float) -> None:
    """With and without colon, minutes and a word for UTC."""
    assert offset_of(text) == dt.timezone(dt.timedelta(hours=hours))


@pytest.mark.parametrize("text", ["+1", "CET", "+19:00", "+02:60", "", "++02", "Europe/Berlin"])
def test_what_is_no_offset(text: str) -> None:
    """A bare `+1` may be the next day, and no clock is 19 hours from UTC."""
    assert offset_of(text) is None


@pytest.mark.parametrize(
    ("form", "text", "at"),
    [
        ("excel", "44201.5416666667", "2021-01-05T13:00:00"),
        ("excel", "44201,5416666667", "2021-01-05T13:00:00"),
        ("excel", "44201", "2021-01-05T00:00:00"),
        ("excel", "44201 0.5416666667", "2021-01-05T13:00:00"),
        ("excel", "61", None),
        ("unix", "1620118800", "2021-05-04T09:00:00"),
        ("unix", "1620118800.25", "2021-05-04T09:00:00.250000"),
        ("unix_ms", "1620118800001", "2021-05-04T09:00:00.001000"),
        ("unix_ms", "99999999999999", None),
    ],
)
def test_serial_numbers_are_read_where_they_are_stated(form: str, text: str, at: str | None) -> None:
    """Days of a spreadsheet are of the stated zone, seconds and milliseconds are UTC; years have bounds as ever."""
    if at is None:
        with pytest.raises(InvalidValue, match="must lie between 1970 and 2100"):
            read(text, form, zone=ZoneInfo("UTC"))
    else:
        assert read(text, form, zone=ZoneInfo("UTC")) == at
    if form != "excel":
        assert moments(form).read("0") == 0  # needs no zone


def test_a_whole_serial_day_that_is_due_is_due_when_it_ends() -> None:
    """As any date without a time."""
    due = Moments("due_at", zone=ZoneInfo("UTC"), desk=ZoneInfo("UTC"), dates=("excel",))
    assert due.read("44202") - due.read("44201") == 86_400_000_000
    assert due.read("44201") == 1_609_891_199_999_999


@pytest.mark.parametrize(
    ("text", "dates", "advice"),
    [
        ("11/Jan/21 3:04 PM", (), "; set dates = '%d/%b/%y %I:%M %p'"),
        ("01/02/2021", (), "; set dates = '%d/%m/%Y' where the day comes first, or '%m/%d/%Y' where the month does"),
        ("13.01.2021 09:00", ("%d/%m/%Y",), "; add '%d.%m.%Y %H:%M' to dates"),
        ("44201.54", (), "; it looks like the serial date of a spreadsheet, for which set dates = 'excel'"),
        ("1620118800", (), "; it looks like seconds since 1970, for which set dates = 'unix'"),
        ("1620118800000", (), "; it looks like milliseconds since 1970, for which set dates = 'unix_ms'"),
        ("soon", (), "; set dates to how they are written, such as dates = '%d/%m/%Y %H:%M'"),
        ("9" * 1000, (), "; set dates to how they are written, such as dates = '%d/%m/%Y %H:%M'"),
    ],
)
def test_a_refusal_names_the_form_that_would_fit(text: str, dates: tuple[str, ...], advice: str) -> None:
    """And where there is no file of settings, the argument to which it belongs."""
    with pytest.raises(InvalidValue) as caught:
        moments(*dates, zone=BERLIN).read(text)
    assert str(caught.value).endswith(advice)
    with pytest.raises(InvalidValue) as caught:
        moments(*dates, zone=BERLIN, advice=IN_CALL).read(text)
    assert str(caught.value).endswith(f"{advice} in layout=Layout(…)")


def test_the_advice_is_good() -> None:
    """The form that a refusal names reads the cell that it refused."""
    for text in ("11/Jan/21 3:04 PM", "44201.54", "1620118800", "1620118800000", "13-5-2026", "May 4, 2026 9:05 am"):
        with pytest.raises(InvalidValue) as caught:
            moments(zone=BERLIN).read(text)
        assert moments(str(caught.value).split("'")[1], zone=BERLIN).read(text) > 0


def test_a_cell_that_two_forms_read_differently_is_refused() -> None:
    """Where both orders are stated, only a cell that fits one of them is read."""
    both = moments("%d/%m/%Y", "%m/%d/%Y", zone=BERLIN)
    assert both.read("13/05/2026") == both.read("05/13/2026")
    assert both.read("05/05/2026") > 0
    with pytest.raises(InvalidValue, match="reads differently as %d/%m/%Y and %m/%d/%Y"):
        both.read("04/05/2026")
    assert both.check_order() is None


def test_a_column_in_the_other_order_is_refused_as_a_whole() -> None:
    """Its other cells were read day first, and are not: no number may come of them."""
    column = moments("%d/%m/%Y", zone=BERLIN)
    assert column.read("01/02/2026") < column.read("01/03/2026")
    assert column.check_order() is None
    with pytest.raises(InvalidValue, match="must be a date of the form"):
        column.read("01/13/2026")
    with pytest.raises(InvalidValue, match=r"order of day and month .* \(got '01/13/2026'\); set dates = '%m/%d/%Y'"):
        column.check_order()


def test_a_column_of_both_orders_is_told() -> None:
    """Where some cells can only be read day first, the odd ones are refused one by one."""
    column = moments("%d/%m/%Y", zone=BERLIN)
    column.read("13/01/2026")
    with pytest.raises(InvalidValue, match="must be a date of the form"):
        column.read("01/13/2026")
    assert "two orders of day and month" in str(column.check_order())


@pytest.mark.parametrize(
    ("date", "time", "both"),
    [
        ("2026-05-04", "9:00", "2026-05-04 9:00"),
        (" 04/05/2026 ", " 09:00 ", "04/05/2026 09:00"),
        ("2026-05-04 00:00:00", "09:00:00", "2026-05-04 09:00:00"),
        ("2026-05-04", "1899-12-30 09:00:00", "2026-05-04 09:00:00"),
        ("44201", "0.375", "44201 0.375"),
        ("2026-05-04", "", "2026-05-04"),
        ("", "9:00", "9:00"),
        ("", "", ""),
    ],
)
def test_a_date_and_a_time_are_joined(date: str, time: str, both: str) -> None:
    """A date alone is that day, and a time alone is no moment."""
    assert date_and_time(date, time) == both


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04-05:00",
        "2026-05-04509:00",
        "2026-05-04 25:00",
        "2026-05-04 09:00 +99:99",
        "2026-05-04 09:00 Mars/Base",
        "2026-05-04 09:00 ../../etc/passwd",
        "2026-13-05",
        "1969-12-31",
        "2100-01-02",
        "0001-01-01 00:00",
        "9999-12-31 23:59 -12:00",
        "9" * 14 + "." + "9" * 60,
        "٣" * 79,
        " " * 79 + "x",
        "/" * 80,
        "\0",
        "\ud800",
    ],
)
def test_hostile_cells_are_refused_in_our_words(text: str) -> None:
    """A foreign error never passes, whatever forms are stated."""
    for dates in ((), ("%d/%m/%Y %H:%M", "excel", "unix", "unix_ms", "%d %b %y %I:%M %p %Z")):
        with pytest.raises(InvalidValue):
            moments(*dates, zone=BERLIN).read(text)
