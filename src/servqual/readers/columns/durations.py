"""Cells of text into durations: by the clock, in words, as ISO 8601, or as numbers of the column's unit.

A day has 24 hours, and months and years have no length. `03:20` may be hours and minutes or minutes and seconds, and is
refused until `clock` says which; `1:03:20`, `03:20.5` and `1 day, 2:03` have one meaning.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from servqual.errors import InvalidValue
from servqual.readers.columns.advice import IN_SETTINGS, Advice
from servqual.readers.columns.names import half, unit

ClockForm: TypeAlias = Literal["h:mm", "m:ss"]
_Parts: TypeAlias = list[tuple[float, float]]
"""Seconds of a unit, and how many of it."""
_LONGEST: Final = 120
_DAY: Final = 86_400
_NUMBER: Final = re.compile(r"[+−-]?[\d.,'’\s]+(?:e[+-]?\d+)?", re.IGNORECASE)
_CLOCK: Final = re.compile(
    r"(?:(?P<day>\d{1,6})(?:\s*(?P<days>[^\W\d_]+\.?),?\s+|\.))?"
    r"(?P<a>\d{1,7}):(?P<b>\d\d)(?::(?P<c>\d\d))?(?:[.,](?P<f>\d+))?(?P<half>\s?[^\W\d_]\.?\s?[^\W\d_]\.?)?"
)
_SHEET: Final = re.compile(
    r"(?P<date>1899-12-30|1900-01-\d\d|1900-02-(?!29)[012]\d)(?:[T ](?P<time>\d\d:\d\d:\d\d(?:\.\d+)?))?"
)
_ISO: Final = re.compile(
    r"P(?:(?P<w>{0})W)?(?:(?P<d>{0})D)?(?:T(?:(?P<h>{0})H)?(?:(?P<m>{0})M)?(?:(?P<s>{0})S)?)?".format(
        r"\d+(?:[.,]\d+)?"
    ),
    re.IGNORECASE,
)
_ISO_UNITS: Final = {"w": 604_800, "d": _DAY, "h": 3_600, "m": 60, "s": 1}
_PART: Final = re.compile(r"(\d[\d.,'’\s]*?)\s*([^\W\d_]+)\.?(?:\s*,\s*|\s+(?:and|und|et|y|e)\s+|\s*)")


def seconds_of(
    text: str,
    number: Callable[[str], float],
    *,
    seconds: int,
    clock: ClockForm | None = None,
    business: bool = False,
    advice: Advice = IN_SETTINGS,
) -> float:
    """Read a duration as seconds; `number` reads plain numbers, which are of a unit of so many `seconds`.

    With `business` a cell in days or weeks is refused. What is no duration raises `InvalidValue`, in which `advice`
    says where a setting belongs.

    >>> seconds_of("26:00:40", float, seconds=1), seconds_of("1d 4h 3m", float, seconds=1)
    (93640.0, 100980.0)
    >>> seconds_of("PT5M", float, seconds=60), seconds_of("5", float, seconds=60)
    (300.0, 300.0)
    """
    if _NUMBER.fullmatch(text):
        return number(text) * seconds
    parts = (
        (_by_clock(text, clock, advice) or _by_iso(text) or _in_words(text, number)) if len(text) <= _LONGEST else None
    )
    if parts is None:
        raise InvalidValue("must be a number or a duration such as 00:01:30, 1 h 30 min or PT90S")
    if business and any(size >= _DAY for size, amount in parts if amount):
        raise InvalidValue("must be in hours where durations are business time, as a day of work has no stated length")
    return math.fsum(size * amount for size, amount in parts)


def _by_clock(text: str, clock: ClockForm | None, advice: Advice) -> _Parts | None:
    """Read hours, minutes and seconds, with days in front, or as a spreadsheet shows a time or a date of 1900."""
    days = 0
    if sheet := _SHEET.fullmatch(text):
        # a spreadsheet counts the days of January and February 1900 from the last of December
        days = max((dt.date.fromisoformat(sheet["date"]) - dt.date(1899, 12, 31)).days, 0)
        text = sheet["time"] or "0:00:00"
    found = _CLOCK.fullmatch(text)
    if not found or (found["days"] and unit(found["days"]) != _DAY):
        return None
    first, second, third = int(found["a"]), int(found["b"]), int(found["c"] or 0)
    if found["half"]:
        later = half(found["half"])
        if later is None or found["day"] or not 1 <= first <= 12:  # noqa: PLR2004  (hours of a half day)
            return None
        first = first % 12 + 12 * later
    whole = found["c"] or found["day"] or found["half"] or (clock == "h:mm" and not found["f"])
    if not whole and not found["f"] and clock is None:
        do = advice("say which two with clock = 'h:mm' or clock = 'm:ss'")
        raise InvalidValue(f"must say hours, minutes and seconds; {do}")
    if second > 59 or third > 59 or (found["day"] and first > 23):  # noqa: PLR2004  (an hour, and a day, has no more)
        raise InvalidValue("must have at most 59 minutes and seconds, and beside days at most 23 hours")
    fraction = float(f"0.{found['f'] or 0}")
    if whole:
        return [(_DAY, days + int(found["day"] or 0)), (3600, first), (60, second), (1, third + fraction)]
    return [(60, first), (1, second + fraction)]


def _by_iso(text: str) -> _Parts | None:
    """Read a duration of ISO 8601; one of months or years has no length."""
    if text[:1] not in {"P", "p"} or text[-1] in {"P", "p", "T", "t"}:
        return None
    found = _ISO.fullmatch(text)
    if not found:
        return None
    return [(_ISO_UNITS[name], float(part.replace(",", "."))) for name, part in found.groupdict().items() if part]


def _in_words(text: str, number: Callable[[str], float]) -> _Parts | None:
    """Read numbers with units, the larger first; a unit that has no fixed length, or is not known, is refused."""
    parts: _Parts = []
    at = 0
    while found := _PART.match(text, at):
        size = unit(found[2])
        if size is None or (parts and size >= parts[-1][0]):
            raise InvalidValue("must be a duration in weeks, days, hours, minutes and seconds, the larger unit first")
        parts.append((size, number(found[1])))
        at = found.end()
    return parts if parts and at == len(text) else None
