"""Working days for millions of rows: the same definition as the answers of hours, row by row.

The working days of a calendar are two sorted columns, when each opens and closes; an answer is a bisection and a sum,
for all rows at once. See `servqual.model.hours.working_days`.
"""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.metrics.time.business_time import IntsLike, Moments, by_real_time, codes_of, each_calendar
from servqual.metrics.time.time_columns import NAT, Column, Ints, common_shape
from servqual.model.hours.hours import Hours
from servqual.model.hours.working_days import DayConvention
from servqual.readers.columns.zones import local, shown_by

_DAY: Final = 86_400_000_000
_EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()


def add_working_days(
    hours: Hours | Sequence[Hours],
    start: npt.ArrayLike,
    days: npt.ArrayLike,
    *,
    which: npt.ArrayLike | None = None,
    convention: DayConvention = "close",
) -> Moments:
    """Find when promises of working days are due, row by row, as `datetime64[us]`.

    As `BusinessHours.add_working_days` for each row. `start` is UTC `datetime64`, `days` whole numbers of 0 or more,
    and one may stand for all rows; NaT stays NaT. For several calendars see `elapsed`. A row that no opening hours can
    serve refuses the call.

    >>> from servqual.model import BusinessHours
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> start = np.array(["2026-05-08T16:00", "2026-05-09T12:00", "NaT"], dtype="datetime64[s]")
    >>> add_working_days(hours, start, 2).astype("datetime64[m]").astype(str).tolist()
    ['2026-05-12T17:00', '2026-05-13T17:00', 'NaT']
    """
    among("convention", convention, get_args(DayConvention))
    shape = common_shape(start=start, days=days, which=0 if which is None else which)
    count = np.asarray(days)
    if count.dtype.kind not in "iu" or count.min(initial=0) < 0:
        raise InvalidValue.of("days", "be whole numbers of 0 or more", days, shown=f"{days!r:.80}")
    wanted = np.broadcast_to(count.astype(np.int64), shape).reshape(-1)
    due = partial(_due, convention=convention)
    found = each_calendar(hours, codes_of(hours, which, shape), due, Column.of(start, "M", "start", shape), wanted)
    return found.reshape(shape).view("M8[us]")


def working_days_between(
    hours: Hours | Sequence[Hours],
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    which: npt.ArrayLike | None = None,
    convention: DayConvention = "close",
) -> npt.NDArray[np.float64]:
    """Count the working days of promises that an end keeps, row by row; NaN where a moment is NaT.

    As `BusinessHours.working_days_between` for each row: negative where the end comes first.

    >>> from servqual.model import BusinessHours
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> end = np.array(["2026-05-08T17:00", "2026-05-12T10:00", "NaT"], dtype="datetime64[s]")
    >>> working_days_between(hours, np.datetime64("2026-05-08T10:00"), end).tolist()
    [0.0, 2.0, nan]
    """
    among("convention", convention, get_args(DayConvention))
    shape = common_shape(start=start, end=end, which=0 if which is None else which)
    first, last = Column.of(start, "M", "start", shape), Column.of(end, "M", "end", shape)
    between = partial(_between, convention=convention)
    found = each_calendar(hours, codes_of(hours, which, shape), between, first, last)
    return np.where(found == NAT, np.nan, found).reshape(shape)


def _due(hours: Hours, first: IntsLike, days: Ints, *, convention: DayConvention) -> Ints:
    """Due instants of limits, NaT where the start is."""
    start = first[:]
    out = np.full(start.size, NAT)
    known = np.flatnonzero(start != NAT)
    if not known.size:
        return out
    at, wanted = start[known], days[known]
    last = int(at.max())
    table = hours.working.reaching(int(at.min()), last, int(wanted.max()))
    opens, closes = np.array(table.opens), np.array(table.closes)
    place = np.searchsorted(closes, at, side="right")
    if convention == "close":
        out[known] = closes[place + wanted]
        return out
    zone, midnights = hours.day_zone, (np.array(table.days) - _EPOCH_DAY) * _DAY
    since = local(np.maximum(at, opens[place]), zone) - midnights[place]
    moved = shown_by(since + midnights[place + wanted], zone, first=np.int64(0))
    opened = by_real_time(hours, moved, np.zeros_like(moved), stays=False)
    out[known] = np.maximum(at, opened)  # in an hour that the clock shows twice, not before the receipt
    return out


def _between(hours: Hours, first: IntsLike, last: IntsLike, *, convention: DayConvention) -> Ints:
    """Working days from one instant to another, NaT where either is."""
    start, end = first[:], last[:]
    out = np.full(start.size, NAT)
    known = np.flatnonzero((start != NAT) & (end != NAT))
    if not known.size:
        return out
    low, high = np.minimum(start[known], end[known]), np.maximum(start[known], end[known])
    closes = np.array(hours.working.over(int(low.min()), int(high.max())).closes, np.int64)
    days = np.maximum(0, np.searchsorted(closes, high) - np.searchsorted(closes, low, side="right"))
    if convention == "same_time":
        while (late := high > _due(hours, low, days, convention=convention)).any():
            days += late  # a night shift may run on into the due day
        while (sooner := (days > 0) & (high <= _due(hours, low, np.maximum(days - 1, 0), convention=convention))).any():
            days -= sooner
    out[known] = np.where(end[known] < start[known], -days, days)
    return out
