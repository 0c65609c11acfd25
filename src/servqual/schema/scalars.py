"""Scalars as JSON holds them, read strictly: a text is no number, True is no 1, and a moment has its zone.

Each has one canonical text: moments in UTC (`2026-05-04T09:00:00+00:00`), durations in exact seconds (`PT5400S`),
amounts with all their digits, zones by their IANA names.
"""

import base64
import binascii
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import as_instant, as_zone
from servqual.errors import InvalidValue, NaiveTime

_MICROSECOND: Final = dt.timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?"
_DATE: Final = r"\d{4}-\d\d-\d\d"
_DURATION: Final = (
    r"(-)?P(?=[\dT])(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,14})(?:\.(\d{1,6}))?S)?)?"
)
_DECIMAL: Final = r"-?\d+(\.\d+)?(E[+-]?\d{1,6})?"
_FRACTION: Final = r"-?\d{1,4000}(/[1-9]\d{0,3999})?"


@attrs.frozen
class Scalar:
    """How values of one type are written and read, their shape in JSON Schema, and whether they are a text in JSON."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    shape: Mapping[str, Any]
    is_text: bool = False


def refused(expected: str, got: object) -> InvalidValue:
    """Word the error of a value of another kind; the loader puts the name of its field in front."""
    return InvalidValue.of("value", f"be {expected}", got, shown=f"{got!r:.80}")


def text(value: object) -> str:
    """Read a text."""
    if type(value) is not str:
        raise refused("a text", value)
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise refused("true or false", value)
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise refused("a whole number", value)
    return value


def _number(value: object) -> float:
    if type(value) is not int and (type(value) is not float or not math.isfinite(value)):
        raise refused("a number", value)
    return value


def _nothing(value: object) -> None:
    if value is not None:
        raise refused("null", value)


def _matched(pattern: str, expected: str, value: object) -> str:
    if type(value) is not str or not re.fullmatch(pattern, value, re.ASCII):
        raise refused(expected, value)
    return value


def _moment(value: object) -> dt.datetime:
    expected = "a moment with a zone such as '2026-05-04T09:00:00+00:00'"
    try:
        found = dt.datetime.fromisoformat(_matched(_MOMENT, expected, value))
    except InvalidValue:
        raise
    except ValueError:
        raise refused(expected, value) from None
    if found.tzinfo is None:
        raise NaiveTime.of("value", "have a zone", value, do="write the offset, such as +00:00")
    return as_instant(found, "value")


def _date(value: object) -> dt.date:
    expected = "a date such as '2026-05-04'"
    try:
        return dt.date.fromisoformat(_matched(_DATE, expected, value))
    except InvalidValue:
        raise
    except ValueError:
        raise refused(expected, value) from None


def _write_duration(value: dt.timedelta) -> str:
    seconds, rest = divmod(abs(value // _MICROSECOND), _SECOND)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if value < dt.timedelta() else ''}PT{seconds}{fraction}S"


def _duration(value: object) -> dt.timedelta:
    expected = "a duration such as 'PT5400S'"
    found = re.fullmatch(_DURATION, _matched(_DURATION, expected, value), re.ASCII)
    assert found is not None
    sign, *numbers, rest = found.groups()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    try:
        length = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        length += int((rest or "").ljust(6, "0")) * _MICROSECOND
    except OverflowError:
        raise refused(expected, value) from None
    return -length if sign else length


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(text(value), validate=True)
    except (binascii.Error, ValueError):
        raise refused("bytes as base64", value) from None


def _write_number(value: Any) -> float:
    if isinstance(value, int):
        return int(value)
    if not math.isfinite(value):
        raise InvalidValue.of("value", "be finite to be stored", value)
    return float(value)


def _pattern(pattern: str) -> Mapping[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


SCALARS: Final[Mapping[Any, Scalar]] = MappingProxyType(
    {
        str: Scalar(str.__str__, text, {"type": "string"}, is_text=True),
        bool: Scalar(bool, _flag, {"type": "boolean"}),
        int: Scalar(int, _whole, {"type": "integer"}),
        float: Scalar(_write_number, _number, {"type": "number"}),
        type(None): Scalar(lambda _: None, _nothing, {"type": "null"}),
        dt.datetime: Scalar(
            lambda value: as_instant(value, "value").isoformat(),
            _moment,
            {"type": "string", "format": "date-time"},
            is_text=True,
        ),
        dt.date: Scalar(dt.date.isoformat, _date, {"type": "string", "format": "date"}, is_text=True),
        dt.timedelta: Scalar(_write_duration, _duration, _pattern(_DURATION), is_text=True),
        Decimal: Scalar(
            str,
            lambda value: Decimal(_matched(_DECIMAL, "an amount as text such as '12.50'", value)),
            _pattern(_DECIMAL),
            is_text=True,
        ),
        Fraction: Scalar(
            str,
            lambda value: Fraction(_matched(_FRACTION, "a fraction as text such as '3/4'", value)),
            _pattern(_FRACTION),
            is_text=True,
        ),
        ZoneInfo: Scalar(str, lambda value: as_zone(text(value)), {"type": "string", "minLength": 1}, is_text=True),
        bytes: Scalar(
            lambda value: base64.b64encode(value).decode("ascii"),
            _bytes,
            {"type": "string", "contentEncoding": "base64"},
            is_text=True,
        ),
    }
)
"""How each scalar is stored."""
