"""Instants, days and the wall clock of a zone, on arrays of microseconds.

The picture: a zone is a few spans of constant offset, so its changes within the years of the data become two short
arrays, the start of each span and its offset. Each moment then costs one bisection and one addition, where `zoneinfo`
would be called once per cell.
"""

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual._arrays import Array
from servqual.model.hours.wall_clock import opening
from servqual.readers.columns.columns import LAST_MOMENT, MISSING

_DAY: Final = 86_400_000_000
DATES: Final = ("Y", "M", "W", "D")
"""The units of datetime64 that are days, and not moments of UTC."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST, _LAST = (
    (dt.datetime(year, month, day, tzinfo=dt.UTC) - _EPOCH) // dt.timedelta(microseconds=1)
    for year, month, day in ((1, 1, 3), (9999, 12, 30))
)


def local(moments: Array, zone: ZoneInfo) -> Array:
    """Convert instants to microseconds of the wall clock since its own 1970."""
    if zone.key == "UTC" or not len(moments):
        return moments
    starts, offsets = _offsets(zone, int(moments.min()) // _DAY, int(moments.max()) // _DAY + 1)
    return moments + offsets[np.searchsorted(starts, moments, side="right") - 1]


def changes(first: int, last: int, zone: ZoneInfo) -> Array:
    """List the instants between two at which the clock of a zone is changed."""
    starts, _ = _offsets(zone, first // _DAY, last // _DAY + 1)
    return starts[1:]


@lru_cache(maxsize=64)
def _offsets(zone: ZoneInfo, first: int, last: int) -> tuple[Array, Array]:
    """List the spans of constant offset between two days: their starts, found by bisection in a day, and offsets."""

    def offset(at: int) -> int:
        at = min(max(at, _FIRST), _LAST)  # on the first and last days a zone's clock has no date
        there = (_EPOCH + dt.timedelta(microseconds=at)).astimezone(zone).utcoffset()
        assert there is not None
        return there // dt.timedelta(microseconds=1)

    starts, offsets = [first * _DAY], [offset(first * _DAY)]
    for day in range(first, last + 1):
        low, high = day * _DAY, (day + 1) * _DAY
        if offset(high) == offsets[-1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offset(middle) != offsets[-1] else (middle, high)
        starts.append(high)
        offsets.append(offset(high))
    return np.array(starts), np.array(offsets)


def instants(wall: Array, zone: ZoneInfo, *, fold: int = 0) -> Array:
    """Convert times of the wall clock to instants; missing ones stay missing.

    A time that the clock shows twice is the first of the two, or the second with `fold=1`; one that it skips is read
    with the offset before the change, or after it, as Python does.
    """
    known = wall != MISSING
    if zone.key == "UTC" or not known.any():
        return wall
    times = wall[known]
    starts, offsets = _offsets(zone, int(times.min()) // _DAY - 1, int(times.max()) // _DAY + 2)
    turns = starts[1:] + (np.minimum if fold else np.maximum)(offsets[1:], offsets[:-1])
    out = wall.copy()
    out[known] = times - offsets[np.searchsorted(turns, times, side="right")]
    return out


def first_of_two(moments: Array, zone: ZoneInfo) -> Array | None:
    """Find the moments whose clock time comes again, in the hour before the clock is put back; None where none is.

    >>> at = np.array(["2026-10-25T00:30", "2026-10-25T01:30"], "datetime64[us]").view(np.int64)
    >>> first_of_two(at, ZoneInfo("Europe/Berlin")).tolist()
    [True, False]
    """
    known = moments[(moments != MISSING) & (moments != SKIPPED)] if zone.key != "UTC" else moments[:0]
    if not len(known):
        return None
    starts, offsets = _offsets(zone, int(known.min()) // _DAY, int(known.max()) // _DAY + 2)
    back = np.maximum(offsets[:-1] - offsets[1:], 0)
    edges = np.column_stack([starts[1:] - back, starts[1:]]).ravel()
    found: Array = np.searchsorted(edges, moments, side="right") % 2 == 1
    return found if found.any() else None


SKIPPED: Final = np.iinfo(np.int64).max
"""The instant of a time that the clock of its zone skips; as one after all data it is refused."""


def existing(wall: Array, zone: ZoneInfo) -> Array:
    """Convert times of the wall clock to instants as `instants` does; those that the clock skips are `SKIPPED`."""
    at = instants(wall, zone)
    if zone.key == "UTC":
        return at
    known = wall != MISSING
    return np.where(known & (local(np.where(known, at, 0), zone) != wall), SKIPPED, at)


def is_skipped(moment: dt.datetime) -> bool:
    """Whether the clock of a moment's own zone never shows it."""
    if moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset():  # nor does any clock skip the year 9999
        return False
    shown = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)
    return shown.replace(tzinfo=None) != moment.replace(tzinfo=None)


def skipped_in(zone: object) -> str:
    """Say why a time that the clock of a zone skips is refused."""
    return f"must exist in {zone}, where the clock was put forward over it"


def days(dates: Array, zone: ZoneInfo, *, ends: bool = False) -> Array:
    """Convert days since 1970 to the first instant of each in a zone, or to its last; missing ones stay missing.

    A day begins at the first instant that the clock shows of it, which is later than midnight where midnight is
    skipped. A day that the zone skipped as a whole is read as the instant at which it would have begun.

    >>> days(np.array([0]), ZoneInfo("Europe/Berlin")) // 3_600_000_000
    array([-1])
    """
    known = dates != MISSING
    # days so far away are refused in any zone
    wall = (np.clip(np.where(known, dates, 0), -2, LAST_MOMENT // _DAY + 2) + ends) * _DAY
    begin = wall if zone.key == "UTC" else shown_by(wall, zone, first=np.int64(0))
    return np.where(known, begin - ends, MISSING)


@lru_cache(maxsize=8192)
def day(date: dt.date, zone: ZoneInfo, *, ends: bool = False) -> int:
    """Give the first instant of a date in a zone, or its last, as `days` does."""
    return opening(zone, date.toordinal() + ends, 0) - ends


def shown_at(moments: Array, zone: ZoneInfo) -> Array:
    """Give the latest time that the wall clock has shown by each instant: in an hour shown twice, the first."""
    if not len(moments):
        return moments
    starts, offsets = _offsets(zone, int(moments.min()) // _DAY - 2, int(moments.max()) // _DAY + 2)
    since = np.searchsorted(starts, moments, side="right") - 1
    furthest = starts + np.append(offsets[:1], offsets[:-1])  # the latest time shown before the last change
    shown: Array = np.maximum(moments + offsets[since], furthest[since])
    return shown


def shown_by(wall: Array, zone: ZoneInfo, *, first: Array | np.int64) -> Array:
    """Give the first instant by which the wall clock has shown a time, or the last at which it shows no later one."""
    if not wall.size:
        return wall
    starts, offsets = _offsets(zone, int(wall.min()) // _DAY - 2, int(wall.max()) // _DAY + 2)
    turns = starts[1:] + np.maximum(offsets[1:], offsets[:-1])
    since = np.searchsorted(turns, wall - first, side="right")
    at: Array = np.minimum(wall - offsets[since], np.append(starts[1:], np.iinfo(np.int64).max)[since])
    return at
