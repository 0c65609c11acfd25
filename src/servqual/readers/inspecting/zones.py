"""Hints on the zone of moments without an offset: an hour that the clocks skipped, and in which no moment lies.

No hint decides. Half of all zones share their changes, and a desk at night sees few cases, so that the zone is asked.
"""

import datetime as dt
from typing import Final

import numpy as np

from servqual._arrays import Array

_HOUR: Final = 3_600_000_000
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
_EPOCH: Final = dt.date(1970, 1, 1)
_FEW: Final = 20
_CHANGES: Final = (("Central Europe", 3, -1, 2), ("North America", 3, 2, 2))
"""Where clocks go forward: the month, which Sunday of it (from 1, or -1 for the last), and the hour that is skipped."""


def hints(moments: Array) -> tuple[str, ...]:
    """Say what the hours that clocks skip in a year tell about moments in microseconds of the clock on the wall.

    >>> hours = np.arange(0, 40 * 24) * 3.6e9 + 1_772_323_200_000_000  # every hour from 2026-03-01 on
    >>> hints(np.repeat(hours, 7))
    ('not of a zone with the clocks of Central Europe: 2026-03-29 02:00 was skipped there and occurs', 'not of a zone \
with the clocks of North America: 2026-03-08 02:00 was skipped there and occurs')
    """
    known = moments[~np.isnan(moments)].astype(np.int64)
    if not len(known):
        return ()
    first, last = (dt.date.fromordinal(_EPOCH.toordinal() + int(at // _DAY)) for at in (known.min(), known.max()))
    said = []
    for where, month, which, hour in _CHANGES:
        starts = [
            (_sunday(year, month, which).toordinal() - _EPOCH.toordinal()) * _DAY + hour * _HOUR
            for year in range(first.year, last.year + 1)
        ]
        inside = [known[(known >= start) & (known < start + _HOUR)] for start in starts]
        around = sum(
            int(((known >= start + week) & (known < start + week + _HOUR)).sum())
            for start in starts
            for week in (-3 * _WEEK, -2 * _WEEK, -_WEEK, _WEEK, 2 * _WEEK, 3 * _WEEK)
        )
        if met := [values for values in inside if len(values)]:
            at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(met[0].min()))  # noqa: DTZ001  (of the wall)
            said.append(f"not of a zone with the clocks of {where}: {at:%Y-%m-%d %H:%M} was skipped there and occurs")
        elif around >= _FEW:
            said.append(
                f"perhaps of a zone with the clocks of {where}: no time lies in an hour that was skipped there, "
                f"{around:,} lie in that hour on Sundays around it"
            )
    return tuple(said)


def _sunday(year: int, month: int, which: int) -> dt.date:
    """Give the first, second or last Sunday of a month."""
    if which < 0:
        day = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
        return day - dt.timedelta(days=(day.weekday() + 1) % 7)
    day = dt.date(year, month, 1)
    return day + dt.timedelta(days=(6 - day.weekday()) % 7 + 7 * (which - 1))
