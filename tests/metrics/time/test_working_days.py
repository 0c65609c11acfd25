"""Working days in bulk: the scalar answers, row by row, and numpy's own business days as a witness."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import add_working_days, working_days_between
from servqual.model import BusinessHours, Hours
from servqual.model.hours.working_days import DayConvention
from servqual.testing.hours import business_hours, hours, moments

ALL = st.one_of(hours(), business_hours(counting="wall"))
CONVENTIONS = st.sampled_from(("close", "same_time"))
HOLIDAYS = [dt.date(2026, 1, 1), dt.date(2026, 4, 3), dt.date(2026, 4, 6), dt.date(2026, 12, 25)]
WEEK = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}, holidays=HOLIDAYS)
DAYS = np.arange("2026-01-01", "2027-01-01", dtype="M8[D]")
NOON = np.timedelta64(12, "h")


@st.composite
def instants(draw: st.DrawFn) -> list[dt.datetime]:
    """Moments, an even number, within weeks so that few years are compiled; one draw in forty has any."""
    if not draw(st.integers(0, 39)):
        return [draw(moments()) for _ in range(4)]
    first, most = draw(moments()), dt.timedelta(days=15) // dt.timedelta(microseconds=1)
    moves = draw(st.lists(st.integers(-most, most), min_size=2, max_size=12))
    return [first + dt.timedelta(microseconds=move) for move in moves[len(moves) % 2 :]]


def at(*moments: dt.datetime) -> np.ndarray[Any, Any]:
    """Moments as UTC datetime64."""
    return np.array([moment.replace(tzinfo=None) for moment in moments], "M8[us]")


@given(ALL, instants(), st.lists(st.integers(0, 5), min_size=12, max_size=12), CONVENTIONS)
def test_due_moments_equal_the_scalar(
    each: Hours, some: list[dt.datetime], counts: list[int], convention: DayConvention
) -> None:
    """Every row is the scalar answer; a row that has none refuses the call."""
    starts, days = at(*some), np.array(counts[: len(some)])
    try:
        expected = [each.add_working_days(a, n, convention=convention) for a, n in zip(some, counts, strict=False)]
    except InvalidValue:
        with pytest.raises(InvalidValue):
            add_working_days(each, starts, days, convention=convention)
    else:
        found = add_working_days(each, starts, days, convention=convention)
        assert found.tolist() == [moment.replace(tzinfo=None) for moment in expected]


@given(ALL, instants(), CONVENTIONS)
def test_days_between_equal_the_scalar(each: Hours, some: list[dt.datetime], convention: DayConvention) -> None:
    """Every row, forwards and backwards, is the scalar answer; a row that has none refuses the call."""
    rows = list(zip(some[::2], some[1::2], strict=True))
    starts, ends = at(*some[::2]), at(*some[1::2])
    try:
        expected = [each.working_days_between(a, b, convention=convention) for a, b in rows]
    except InvalidValue:
        with pytest.raises(InvalidValue):
            working_days_between(each, starts, ends, convention=convention)
    else:
        assert working_days_between(each, starts, ends, convention=convention).tolist() == expected


@pytest.mark.parametrize("days", [0, 1, 2, 10, 100])
def test_numpy_counts_the_same_business_days(days: int) -> None:
    """`busday_offset` rolls a closed day forward, as day 0 does, for every day of 2026."""
    due = np.busday_offset(DAYS, days, roll="forward", holidays=HOLIDAYS)
    assert (add_working_days(WEEK, DAYS + NOON, days) == due + np.timedelta64(17, "h")).all()
    open_days = DAYS[np.is_busday(DAYS, holidays=HOLIDAYS)]
    due = np.busday_offset(open_days, days, holidays=HOLIDAYS)
    assert (add_working_days(WEEK, open_days + NOON, days, convention="same_time") == due + NOON).all()


def test_numpy_counts_the_same_days_between() -> None:
    """`busday_count` counts the first day and not the last, for all pairs of open days of a quarter."""
    some = DAYS[np.is_busday(DAYS, holidays=HOLIDAYS)][:64]
    start, end = (each.ravel() for each in np.meshgrid(some, some))
    found = working_days_between(WEEK, start + NOON, end + NOON)
    assert (found == np.busday_count(start, end, holidays=HOLIDAYS)).all()


def test_rows_have_their_calendars_and_gaps() -> None:
    """NaT stays NaT, each row is answered by its own hours, and one number of days may stand for all."""
    always = BusinessHours.always()
    start = np.array(["2026-05-08T10:00", "2026-05-08T10:00", "NaT"], "M8[s]")
    found = add_working_days([WEEK, always], start, 1, which=[0, 1, 0])
    assert found.astype("M8[h]").astype(str).tolist() == ["2026-05-11T17", "2026-05-10T00", "NaT"]
    between = working_days_between([WEEK, always], start, start + np.timedelta64(3, "D"), which=[0, 1, 0])
    assert between.tolist()[:2] == [1, 3]
    assert np.isnan(between[2])
    assert add_working_days(WEEK, np.zeros(0, "M8[s]"), 1).size == 0
    assert working_days_between(WEEK, np.zeros(0, "M8[s]"), start[:1]).size == 0


@pytest.mark.parametrize("days", [-1, 1.5, [1, -2]])
def test_days_are_whole_numbers(days: Any) -> None:
    """Of 0 or more."""
    with pytest.raises(InvalidValue, match="days must be whole numbers of 0 or more"):
        add_working_days(WEEK, np.array(["2026-05-08", "2026-05-08"], "M8[s]"), days)
