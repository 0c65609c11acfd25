"""Cells of durations: by the clock, in words of many languages, as ISO 8601, as a spreadsheet shows them."""

import datetime as dt
from typing import Final

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.readers.columns.durations import ClockForm, seconds_of
from servqual.readers.columns.numbers import Numbers
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import CellReader

H: Final = 3600
D: Final = 86_400


def read(text: str, *, seconds: int = 1, clock: ClockForm | None = None, business: bool = False) -> float:
    """The seconds of a text."""
    return seconds_of(text, Numbers(None).read, seconds=seconds, clock=clock, business=business)


TEXTS: Final = {
    "00:03:20": 200,
    "26:00:40": 26 * H + 40,
    "1:02:03.5": H + 123.5,
    "1:02:03,25": H + 123.25,
    "03:20.5": 200.5,
    "1d 4h 3m": D + 4 * H + 180,
    "1d4h3m": D + 4 * H + 180,
    "3 Days 12 Hours": 3 * D + 12 * H,
    "1 week, 2 days and 3 hrs": 9 * D + 3 * H,
    "5 hrs 3 mins 2 secs": 5 * H + 182,
    "1.5 h": 5400,
    "1,5 h": 5400,
    "1 234 s": 1234,
    "250 ms": 0.25,
    "1 day, 2:03:04": D + 2 * H + 184,
    "2 days, 0:00": 2 * D,
    "1 days 02:03:04.000001": D + 2 * H + 184.000001,
    "1.04:03:00": D + 4 * H + 180,
    "12:03:20 AM": 200,
    "P1DT2H": D + 2 * H,
    "PT200S": 200,
    "pt1.5h": 5400,
    "P2W": 14 * D,
    "PT0,5M": 30,
    "1900-01-01 02:00:40": D + 2 * H + 40,
    "1900-01-02": 2 * D,
    "1899-12-30 00:03:20": 200,
    "90": 90,
    "1.5": 1.5,
    "1e2": 100,
}


@pytest.mark.parametrize(("text", "seconds"), TEXTS.items())
def test_durations_are_read(text: str, seconds: float) -> None:
    """A unit of the text is its own, and that of the column's name is of bare numbers."""
    assert read(text) == pytest.approx(seconds, abs=1e-9)
    bare = text in {"90", "1.5", "1e2"}
    assert read(text, seconds=60) == pytest.approx(seconds * (60 if bare else 1), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3 Tage 12 Stunden", 3 * D + 12 * H), ("2 heures et 5 minutes", 2 * H + 300), ("3天 5小时", 3 * D + 5 * H),
     ("2 Std. 5 Min.", 2 * H + 300), ("1 día y 2 horas", D + 2 * H), ("5 минут", 300)],
)  # fmt: skip
def test_units_of_other_languages(text: str, seconds: float) -> None:
    """As CLDR names them."""
    pytest.importorskip("babel")
    assert read(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["soon", "00:75:00", "1:00:60", "1 day, 25:00:00", "3 months", "1 year", "P1Y", "P1M", "P", "PT", "P1D2H", "4h 1d",
     "1h 1h", "h", "1:2:3:4", "00:03:20 noon", "13:00:00 PM", "1899-12-31 02:00", "1900-03-01", "1900-02-29", "",
     ":", "1:", "9" * 300 + ":00", "1 parsec", "\0:\0", "2026-05-04 09:00", "x" * 10_000, "1h" * 10_000],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A month has no fixed length, a larger unit does not follow a smaller one, and a minute has 60 seconds."""
    with pytest.raises(InvalidValue, match="must "):
        read(text)


def test_two_parts_are_hours_or_minutes_as_stated() -> None:
    """`03:20` has two meanings, until `clock` says which."""
    with pytest.raises(InvalidValue, match=r"say which two with clock = 'h:mm' or clock = 'm:ss'"):
        read("03:20")
    assert (read("03:20", clock="h:mm"), read("03:20", clock="m:ss"), read("75:20", clock="m:ss")) == (
        12_000,
        200,
        4520,
    )
    assert read("01:03:20", clock="m:ss") == read("01:03:20", clock="h:mm") == 3800


def test_days_of_business_time_are_asked_for() -> None:
    """A day of work may have eight hours or ten."""
    assert read("26:00:00", business=True) == 26 * H
    for text in ("1d 4h", "P1D", "1 week", "1 day, 2:00:00"):
        with pytest.raises(InvalidValue, match="must be in hours where durations are business time"):
            read(text, business=True)


@given(st.timedeltas(dt.timedelta(), dt.timedelta(days=9999)))
def test_what_other_programs_write_is_read_back(span: dt.timedelta) -> None:
    """Python's own text, those of pandas in words and in ISO 8601, and the clock's, to the microsecond."""
    micros = span // dt.timedelta(microseconds=1)
    seconds, rest = divmod(micros, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:06}"
    texts = [str(span), str(pd.Timedelta(span)), pd.Timedelta(span).isoformat(), clock, f"{seconds}.{rest:06}"]
    column, refusals = CellReader("talk_s", Kind.DURATION, decimal=".").read(texts, 0)
    assert not refusals
    assert column.values.tolist() == [micros] * len(texts)  # noqa: PD011  (ours)


def test_a_negative_duration_is_refused() -> None:
    """As a number of seconds, and by the clock."""
    column, refusals = CellReader("talk_s", Kind.DURATION).read(["-5", "-00:03:20", "-1 days +23:59:00"], 0)
    assert not column.known.any()
    assert len(refusals) == 3
