"""Periods of a calendar in words, such as 2026-05, as days and as moments of a zone."""

import datetime as dt
import re
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.readers.columns.zones import day

Days: TypeAlias = tuple[dt.date, dt.date]
"""The first day, and the day after the last."""
_DAY: Final = dt.timedelta(days=1)
_PART: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-Q([1-4])|-W(\d{2}))?")
FORMS: Final = "2026, 2026-Q2, 2026-05, 2026-W19 or 2026-05-04, or two of them as 2026-05..2026-07"
"""The forms of a period in words."""


def days_of(text: str, field: str = "period") -> Days:
    """Read a period in words: the first day, and the day after the last; `field` is what an error calls it.

    >>> days_of("2026-05..2026-07")
    (datetime.date(2026, 5, 1), datetime.date(2026, 8, 1))
    """
    must_be(str, field, f"a text such as {FORMS}", text)
    first, dots, last = (part.strip() for part in text.partition(".."))
    start, end = _part(first, text, field), _part(last if dots else first, text, field)
    if end[1] <= start[0]:
        raise InvalidValue.of(field, "end after it begins", text)
    return start[0], end[1]


def moments_of_days(text: str, field: str, zone: ZoneInfo) -> tuple[int, int]:
    """Read a period in words as the microseconds at which it begins and ends in a zone, the end outside.

    >>> moments_of_days("1971", "where", ZoneInfo("UTC"))
    (31536000000000, 63072000000000)
    """
    start, end = days_of(text, field)
    return day(start, zone), day(end, zone)


def months_on(start: dt.date, months: int) -> dt.date:
    """Give the first day of the month so many months later.

    >>> months_on(dt.date(2026, 11, 1), 3)
    datetime.date(2027, 2, 1)
    """
    place = 12 * start.year + start.month - 1 + months
    return dt.date(place // 12, place % 12 + 1, 1)


def _part(part: str, text: str, field: str) -> Days:
    found = _PART.fullmatch(part)
    year, month, date, quarter, week = (
        None if part is None else int(part) for part in (found.groups() if found else [None] * 5)
    )
    try:
        if week is not None:
            start = dt.date.fromisocalendar(year or 0, week, 1)
        else:
            first = 1 if quarter is None else 3 * quarter - 2
            start = dt.date(year or 0, first if month is None else month, 1 if date is None else date)
    except ValueError:
        start = dt.date.min
    if not 1971 <= start.year < 2099:  # noqa: PLR2004  (the one before is a year of moments, too)
        raise InvalidValue.of(field, f"be from 1971 to 2098, such as {FORMS}", text)
    if week or date:
        return start, start + (7 if week else 1) * _DAY
    return start, months_on(start, 1 if month else 3 if quarter else 12)
