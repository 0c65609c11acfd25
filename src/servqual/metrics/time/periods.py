"""Calendar periods of instants in a zone, on arrays."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.zones import changes, instants, local

_DAY: Final = 86_400_000_000
_HOUR: Final = 3_600_000_000
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ORDINAL: Final = dt.date(1970, 1, 1).toordinal()
_TWO_YEARS: Final = 2 * 366 * _DAY


def keys_of(by: Iterable[str], at: str) -> tuple[str, ...]:
    """Columns that groups need: periods need the moment that dates a row."""
    return tuple(dict.fromkeys(at if name in PERIODS else name for name in by))


def _truncated(unit: str) -> Callable[[Array], Array]:
    return lambda days: (
        days.astype("datetime64[D]").astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(np.int64)
    )


def _quarter(days: Array) -> Array:
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (months - months % 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


_FIRST_DAY: Final = MappingProxyType(
    {
        "day": lambda days: days,
        "week": lambda days: days - (days + 3) % 7,  # 1970-01-01 was a Thursday; ISO weeks begin on Monday
        "month": _truncated("M"),
        "quarter": _quarter,
        "year": _truncated("Y"),
    }
)
PERIODS: Final = ("hour", *_FIRST_DAY, "weekday", "hour_of_day")
"""Periods to group by, besides columns.

An hour of the wall clock is named by the instant at which it begins, in UTC; calendar periods by their first date; then
ISO weekday 1 to 7, and the hour of the day.
"""
RECURRING: Final = ("weekday", "hour_of_day")
"""Periods that come again and so have no end."""


def period(name: str, moments: Array, zone: ZoneInfo) -> tuple[Array, list[object]]:
    """Find the period of each instant (int64 microseconds of UTC) as codes into labels; labels ascend.

    >>> import numpy as np
    >>> at = np.array(["2026-05-04T22:30"], "datetime64[us]").view(np.int64)
    >>> codes, labels = period("day", at, ZoneInfo("Europe/Berlin"))
    >>> codes.tolist(), labels
    ([0], [datetime.date(2026, 5, 5)])
    """
    if not len(moments):
        return np.zeros(0, np.int64), []
    here = local(moments, zone)
    if name == "hour":
        begun, codes = np.unique(moments - here % _HOUR, return_inverse=True)
        return codes, [_EPOCH + dt.timedelta(microseconds=at) for at in begun.tolist()]
    if name == "hour_of_day":
        return here // _HOUR % 24, list(range(24))
    days = here // _DAY
    if name == "weekday":
        return (days + 3) % 7, list(range(1, 8))
    first = int(days.min())
    codes, labels = _of_days(name, first, int(days.max()))
    days -= first
    return codes.take(days), labels


def ends_of(names: Iterable[str], first: int, last: int, zone: ZoneInfo) -> Array:
    """List the ends of the periods from the one of an instant to the one before `last`, which is cut there.

    Several names cut time together. The end of the period before comes first: it is the start of the first period.
    Where a clock that is set back shows a period again, the period ends with that.

    >>> first, last = np.array(["2026-03-10", "2026-05-20"], "datetime64[us]").astype(np.int64).tolist()
    >>> ends = ends_of(["month"], first, last, ZoneInfo("UTC"))
    >>> ends.astype("datetime64[us]").astype("datetime64[D]").astype(str).tolist()
    ['2026-03-01', '2026-04-01', '2026-05-01', '2026-05-20']
    """
    names = tuple(names)
    if not names:
        return np.array([last])
    step = _HOUR if "hour" in names else _DAY
    begin = first - _TWO_YEARS
    low, high = (int(at) // step * step for at in local(np.array([begin, last]), zone))
    wall = np.arange(low, high + 2 * step, step)
    cuts = np.unique(np.concatenate([instants(wall, zone), instants(wall, zone, fold=1), changes(begin, last, zone)]))
    cuts = cuts[cuts <= last]
    fresh = np.zeros(len(cuts), np.bool_)
    for name in names:
        codes, _ = period(name, cuts, zone)
        settled = np.minimum.accumulate(codes[::-1])[::-1]
        fresh |= np.diff(settled, prepend=-1) != 0
    starts = cuts[fresh]
    ends = starts[1:] if starts[-1] == last else np.append(starts[1:], last)
    return ends[int(np.searchsorted(starts, first, side="right")) - 2 :]


@lru_cache(64)
def _of_days(name: str, first: int, last: int) -> tuple[Array, list[object]]:
    """Find the period of each day, counted from 1970, as codes into labels; one list serves all chunks of a table."""
    starts, codes = np.unique(_FIRST_DAY[name](np.arange(first, last + 1)), return_inverse=True)
    return codes.astype(np.int32), [dt.date.fromordinal(_ORDINAL + int(start)) for start in starts]
