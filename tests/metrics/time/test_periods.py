"""Periods of instants in a zone, against Python's own dates."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.metrics.time.periods import PERIODS, period

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


def slow(name: str, at: dt.datetime) -> object:
    """The period by the calendar functions of the standard library."""
    day = at.date()
    return {
        "hour": at.astimezone(dt.UTC) - dt.timedelta(minutes=at.minute, seconds=at.second),
        "day": day,
        "week": dt.date.fromisocalendar(*day.isocalendar()[:2], 1),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
        "weekday": day.isoweekday(),
        "hour_of_day": at.hour,
    }[name]


@pytest.mark.parametrize("name", PERIODS)
@given(moments=st.lists(st.integers(0, 4_102_444_799), min_size=1, max_size=20), zone=st.sampled_from(ZONES))
def test_each_period_is_the_calendars(name: str, moments: list[int], zone: str) -> None:
    """Across clock changes, half-hour zones and a skipped day."""
    codes, labels = period(name, np.array(moments, np.int64) * 1_000_000, ZoneInfo(zone))
    got = [labels[code] for code in codes.tolist()]
    assert got == [slow(name, dt.datetime.fromtimestamp(m, ZoneInfo(zone))) for m in moments]


def test_no_moments_no_periods() -> None:
    """Empty in, empty out."""
    codes, labels = period("week", np.zeros(0, np.int64), ZoneInfo("UTC"))
    assert (len(codes), labels) == (0, [])
