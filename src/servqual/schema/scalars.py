"""Scalars as JSON holds them, read strictly: a text is no number, True is no 1, and a moment has its zone.

Each has one canonical text: moments in UTC (`2026-05-04T09:00:00+00:00`), durations in exact seconds (`PT5400S`),
amounts with all their digits, zones by their IANA names. The exception is a range of places: its two ends.
"""

import base64
import binascii
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import as_instant, as_zone
from servqual.errors import InvalidValue, NaiveTime

MAX_TEXT: Final = 1 << 20
"""The most signs of a text."""
MAX_DIGITS: Final = 399
"""The most digits of a whole number, which with its sign is not longer than what is read."""
_MOST_EXPONENT: Final = 1_000
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?"
_DATE: Final = r"\d{4}-\d\d-\d\d"
_DURATION: Final = (
    r"(-)?P(?=[\dT])(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,14})(?:\.(\d{1,6}))?S)?)?"
)
_DECIMAL: Final = r"-?\d+(\.\d+)?(E[+-]?\d{1,6})?"
_A_MOMENT: Final = "a moment with a zone such as '2026-05-04T09:00:00+00:00'"
_A_DATE: Final = "a date such as '2026-05-04'"
_A_DURATION: Final = "a duration such as 'PT5400S'"
_AN_AMOUNT: Final = "an amount as text such as '12.50'"
_A_FRACTION: Final = "a fraction as text such as '3/4'"
_A_RANGE: Final = "a list of the first place and of the one behind the last, such as [0, 12]"
_BASE64: Final = "bytes as base64"
_FRACTION: Final = r"-?\d{1,4000}(/[1-9]\d{0,3999})?"


@attrs.frozen
class Scalar:
    """How values of one type are written and read, their words in errors, shape in JSON Schema, and whether a text."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    words: str
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
    try:
        found = dt.datetime.fromisoformat(_matched(_MOMENT, _A_MOMENT, value))
    except InvalidValue:
        raise
    except ValueError:
        raise refused(_A_MOMENT, value) from None
    if found.tzinfo is None:
        raise NaiveTime.of("value", "have a zone", value, do="write the offset, such as +00:00")
    return as_instant(found, "value")


def _date(value: object) -> dt.date:
    try:
        return dt.date.fromisoformat(_matched(_DATE, _A_DATE, value))
    except InvalidValue:
        raise
    except ValueError:
        raise refused(_A_DATE, value) from None


def _write_duration(value: dt.timedelta) -> str:
    seconds, rest = divmod(abs(value // _MICROSECOND), _SECOND)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if value < dt.timedelta() else ''}PT{seconds}{fraction}S"


def _duration(value: object) -> dt.timedelta:
    found = re.fullmatch(_DURATION, _matched(_DURATION, _A_DURATION, value), re.ASCII)
    assert found is not None
    sign, *numbers, rest = found.groups()
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    try:
        length = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        length += int((rest or "").ljust(6, "0")) * _MICROSECOND
    except OverflowError:
        raise refused(_A_DURATION, value) from None
    return -length if sign else length


def _write_text(value: str) -> str:
    plain = str.__str__(value)
    if len(plain) > MAX_TEXT:
        shown = f"{len(plain):,}"
        raise InvalidValue.of("value", f"have at most {MAX_TEXT:,} signs to be stored", plain[:80], shown=shown)
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError:
            raise InvalidValue.of("value", "be valid text to be stored", plain, shown=f"{plain!r:.80}") from None
    return plain


def _write_whole(value: int) -> int:
    if abs(value) >= 10**MAX_DIGITS:
        shown = f"one of {value.bit_length()} bits"
        raise InvalidValue.of("value", f"have at most {MAX_DIGITS} digits to be stored", shown, shown=shown)
    return int(value)


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(text(value), validate=True)
    except (binascii.Error, ValueError):
        raise refused(_BASE64, value) from None


def _write_number(value: Any) -> float:
    """Write a number as a float, because 1 is equal to 1.0; a whole number that no float is equal to stays whole."""
    if isinstance(value, int):
        whole = _write_whole(value)
        with suppress(OverflowError):
            return float(whole) if float(whole) == whole else whole
        return whole
    if not math.isfinite(value):
        raise InvalidValue.of("value", "be finite to be stored", value)
    return float(value) + 0.0  # one zero: -0.0 is equal to 0.0


def _write_amount(value: Decimal) -> str:
    """Write an amount without an exponent and with two digits after the point or as many as it needs."""
    if not value.is_finite() or abs(value.adjusted()) > _MOST_EXPONENT:
        raise InvalidValue.of("value", f"be of at most {_MOST_EXPONENT} digits to be stored", value)
    whole, _, rest = f"{value or abs(value):f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def _range(value: object) -> range:
    if not isinstance(value, list | tuple) or [*map(type, value)] != [int, int] or not 0 <= value[0] <= value[1]:
        raise refused(_A_RANGE, value)
    return range(*value)


def _pattern(pattern: str) -> Mapping[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


SCALARS: Final[Mapping[Any, Scalar]] = MappingProxyType(
    {
        str: Scalar(_write_text, text, "a text", {"type": "string"}, is_text=True),
        bool: Scalar(bool, _flag, "true or false", {"type": "boolean"}),
        int: Scalar(_write_whole, _whole, "a whole number", {"type": "integer"}),
        float: Scalar(_write_number, _number, "a number", {"type": "number"}),
        type(None): Scalar(lambda _: None, _nothing, "null", {"type": "null"}),
        dt.datetime: Scalar(
            lambda value: as_instant(value, "value").isoformat(),
            _moment,
            _A_MOMENT,
            {"type": "string", "format": "date-time"},
            is_text=True,
        ),
        dt.date: Scalar(dt.date.isoformat, _date, _A_DATE, {"type": "string", "format": "date"}, is_text=True),
        dt.timedelta: Scalar(_write_duration, _duration, _A_DURATION, _pattern(_DURATION), is_text=True),
        Decimal: Scalar(
            _write_amount,
            lambda value: Decimal(_matched(_DECIMAL, _AN_AMOUNT, value)),
            _AN_AMOUNT,
            _pattern(_DECIMAL),
            is_text=True,
        ),
        Fraction: Scalar(
            str,
            lambda value: Fraction(_matched(_FRACTION, _A_FRACTION, value)),
            _A_FRACTION,
            _pattern(_FRACTION),
            is_text=True,
        ),
        ZoneInfo: Scalar(
            str, lambda value: as_zone(text(value)), "a zone", {"type": "string", "minLength": 1}, is_text=True
        ),
        range: Scalar(
            lambda value: [value.start, value.stop] if value else [0, 0],
            _range,
            _A_RANGE,
            {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
        ),
        bytes: Scalar(
            lambda value: base64.b64encode(value).decode("ascii"),
            _bytes,
            _BASE64,
            {"type": "string", "contentEncoding": "base64"},
            is_text=True,
        ),
    }
)
"""How each scalar is stored."""
