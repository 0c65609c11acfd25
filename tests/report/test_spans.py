"""Spans in words, the span before, and whole weeks and months."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.readers.columns.calendar import days_of
from servqual.report.spans import before, pair, period_of, reached, whole_of

DAYS = st.dates(dt.date(1972, 3, 1), dt.date(2097, 1, 1))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "first", "after", "earlier"),
    [
        ("2026-05", "2026-05-01", "2026-06-01", "2026-04-01"),
        ("2026-05..2026-07", "2026-05-01", "2026-08-01", "2026-02-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01", "2025-10-01"),
        ("2026", "2026-01-01", "2027-01-01", "2025-01-01"),
        ("2026-W01", "2025-12-29", "2026-01-05", "2025-12-22"),
        ("2026-05-04", "2026-05-04", "2026-05-05", "2026-05-03"),
        ("2026-05-04 .. 2026-05-17", "2026-05-04", "2026-05-18", "2026-04-20"),
        ("2026-05-20..2026-Q2", "2026-05-20", "2026-07-01", "2026-04-08"),
    ],
)
def test_a_period_in_words_has_its_days_and_those_before(text: str, first: str, after: str, earlier: str) -> None:
    """Both ends count; before whole months come as many months, before anything else as many days."""
    days = days_of(text)
    assert [day.isoformat() for day in days] == [first, after]
    assert [day.isoformat() for day in before(days)] == [earlier, first]


@pytest.mark.parametrize(
    "text",
    ["", "May", "2026-13", "2026-00", "2026-05-00", "2026-Q5", "2026-W00", "2026-W54", "2026-02-30", "1970", "2099-01",
     "2026-05..", "..2026-05", "2026-07..2026-05", "2026-05..2026-06..2026-07"],
)  # fmt: skip
def test_other_periods_are_refused(text: str) -> None:
    """With the forms that there are, or because the end comes before the start."""
    with pytest.raises(InvalidValue, match=r"^period must (be|end)"):
        days_of(text)


@given(DAYS, st.integers(0, 400))
def test_the_days_before_are_as_many(day: dt.date, length: int) -> None:
    """Any days are preceded by as many, or by as many whole months."""
    days = (day, day + dt.timedelta(days=length + 1))
    start, end = before(days)
    assert end == day
    months = (day.year - start.year) * 12 + day.month - start.month
    later = (days[1].year - day.year) * 12 + days[1].month - day.month
    assert (end - start == days[1] - day) or (day.day == days[1].day == start.day == 1 and months == later)


@given(DAYS, st.integers(0, 200), st.sampled_from(["week", "month"]))
def test_whole_periods_are_those_that_the_data_hold(first: dt.date, length: int, every: str) -> None:
    """They begin with a period that the data reach and end with the last that is over, as counted one by one."""
    now = first + dt.timedelta(days=length)
    starts = {period_of(first + dt.timedelta(days=day), every) for day in range(length + 1)}
    held = sorted(days for days in starts if reached(days, first) and days[1] <= now)
    if held:
        assert whole_of(first, now, every) == (held[0][0], held[-1][1])
    else:
        with pytest.raises(InvalidValue, match=f"find a whole {every}"):
            whole_of(first, now, every)


def test_a_month_may_begin_with_a_long_weekend_and_a_week_may_not() -> None:
    """Data from Monday 4 May miss the holiday and the weekend before; from 3 May on the month counts as whole."""
    may, week = period_of(dt.date(2026, 5, 9), "month"), period_of(dt.date(2026, 5, 9), "week")
    assert [reached(may, dt.date(2026, 5, day)) for day in (1, 3, 4)] == [True, True, False]
    assert [reached(week, dt.date(2026, 5, day)) for day in (4, 5)] == [True, False]


def test_a_pair_that_is_not_over_is_cut_on_both_sides() -> None:
    """At noon of 10 April, the month before is seen to noon of its tenth day, and from as long after that."""
    now = dt.datetime(2026, 4, 10, 12, tzinfo=BERLIN)
    found = pair(days_of("2026-04"), days_of("2026-03"), now, BERLIN)
    assert found.after == (dt.datetime(2026, 4, 1, tzinfo=BERLIN), now)
    assert found.before == (dt.datetime(2026, 3, 1, tzinfo=BERLIN), dt.datetime(2026, 3, 10, 12, tzinfo=BERLIN))
    assert found.then == found.before[1]
    over = pair(days_of("2026-04"), days_of("2026-03"), dt.datetime(2026, 5, 11, tzinfo=BERLIN), BERLIN)
    assert over.now - over.after[1] == over.then - over.before[1] == dt.timedelta(days=10)
