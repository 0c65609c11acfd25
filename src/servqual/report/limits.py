"""Limits of time in words, such as "30 min", "8 h" or "2 working days"."""

import datetime as dt
import math
import re
from typing import Final

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, WorkingDays

_SPAN: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(s|sec|seconds?|min|minutes?|h|hours?)|(calendar\s+)?(d|days?|w|weeks?))", re.IGNORECASE
)
_WORKING_DAYS: Final = re.compile(r"(\d+)\s*(?:working|business)\s+days?(,?\s*same\s+time)?", re.IGNORECASE)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_S: Final = 100 * 366 * 86_400


def as_limit(
    value: str, hours: BusinessHours | None, field: str = "within"
) -> tuple[dt.timedelta | WorkingDays, BusinessHours | None]:
    """Read a limit in words, and the hours in which it counts; `field` is what an error calls it.

    `30 min` and `8 h` count in the hours, `2 calendar days` on the clock, 24 hours each, and `2 working days` by the
    close of the second working day, or at the time of receipt with `, same time`. Days alone are calendar days where
    there are no hours, and refused where there are, as they may mean three things. 0 and less are refused.

    >>> as_limit("90 min", None)
    (datetime.timedelta(seconds=5400), None)
    """
    text = value.strip()
    if found := _WORKING_DAYS.fullmatch(text):
        if hours is None:
            raise InvalidValue.of(field, "be in working days only where there are [hours]", value, do="give [hours]")
        return WorkingDays(int(found[1]), convention="same_time" if found[2] else "close"), hours
    found = _SPAN.fullmatch(text)
    count, unit = (float(found[1]), (found[2] or found[4])[0].lower()) if found else (0.0, "s")
    if found is None or not 0 < count * _SECONDS[unit] < _LONGEST_S:
        raise InvalidValue.of(field, "be a time such as '30 min', '8 h' or '2 working days'", value)
    if found[4] and not found[3] and hours:
        raise InvalidValue.of(field, "say which days are meant", value, do=_which_days(count, unit))
    return dt.timedelta(seconds=count * _SECONDS[unit]), None if found[3] else hours


def _which_days(count: float, unit: str) -> str:
    """Offer the three meanings of days where there are opening hours."""
    working, calendar = count * (5 if unit == "w" else 1), count * (7 if unit == "w" else 1)
    days = f"'{math.ceil(working)} working days' (by the close of the last)"
    return f"write {days}, '{8 * working:g} h' (of open time), or '{calendar:g} calendar days' (of 24 hours)"
