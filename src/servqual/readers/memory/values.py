"""Arrays and lists of Python's and numpy's own values into typed columns, one function per kind.

Nothing here guesses: a value that can never be of the kind raises, a value out of range is left for the caller to mark.

The picture: an array of the right type is converted whole; a list becomes an array first, and only a list of objects
is read value by value, which is far slower. Durations are the large case: `_rounded` goes over the numbers once, 65,536
at a time, and takes every step of a chunk while the cache holds it:

    amounts   seconds as floats    1.5     NaN       0.2
    whole     int64 microseconds   1.5e6   MISSING   2e5      rounded, clipped, missing ones marked

Cost: 16 bytes per row, read or written once. The simple way, each step (multiply, compare, round) over whole
columns, would move every row through memory once per step, which takes longer than the arithmetic.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual._arrays import Array
from servqual._checks import as_zone
from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns.columns import LAST_MOMENT, LONGEST, MISSING, Column
from servqual.readers.columns.labels import is_missing
from servqual.readers.columns.request import Zones
from servqual.readers.columns.tables import Kind, ends_its_day
from servqual.readers.columns.units import cached_chunks
from servqual.readers.columns.zones import DATES, SKIPPED, day, days, is_skipped

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_DAY: Final = 86_400_000_000
_COARSE: Final = {"Y", "M", "W", "D", "h", "m", "s", "ms"}

Values = Sequence[Any] | Array


def in_microseconds(values: Array, beyond: int) -> Array:
    """Convert a datetime64 or timedelta64 array to whole microseconds; values that do not fit become `beyond`.

    >>> in_microseconds(np.array([1, 2**60, "NaT"], "timedelta64[s]"), -1).tolist() == [1_000_000, -1, MISSING]
    True
    """
    out = values.astype(f"{values.dtype.kind}8[us]", copy=False)
    whole = out.view(np.int64)
    if np.datetime_data(values.dtype)[0] in _COARSE:  # numpy wraps around in silence
        whole = np.where(np.isnat(values) | (out.astype(values.dtype) == values), whole, beyond)
    return np.asarray(whole)


def as_moments(name: str, values: Values, zones: Zones) -> Column:
    """Read aware datetimes or datetime64 as moments, and dates or datetime64 in days as days.

    Naive datetimes and dates are read only where `zones` has their zone.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        if np.datetime_data(values.dtype)[0] in DATES and not np.isnat(values).all():
            return Column(Kind.MOMENT, days_of(name, in_microseconds(values, LAST_MOMENT), zones))
        return Column(Kind.MOMENT, in_microseconds(values, LAST_MOMENT))
    if isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isnan(values).all():
        return Column.missing(Kind.MOMENT, len(values))
    naive, desk = (None if zone is None else as_zone(zone) for zone in (zones.naive, zones.desk))
    moments = (_moment(name, value, naive, desk, zones) for value in values)
    return Column(Kind.MOMENT, np.fromiter(moments, np.int64, len(values)))


def days_of(name: str, midnights: Array, zones: Zones) -> Array:
    """Read dates, given as microseconds of their midnight, as days in the zone of the desk."""
    if zones.desk is None:
        raise dateless(name, "dates without a time", zones)
    dates = np.where(midnights == MISSING, MISSING, midnights // _DAY)
    return days(dates, as_zone(zones.desk), ends=ends_its_day(name))


def dateless(name: str, got: object, zones: Zones) -> NaiveTime:
    """Make the refusal of a date where no zone says when its day begins."""
    return NaiveTime(
        f"{name} needs a zone (got {got}); pass the zone in which its dates are days, such as {zones.advice.desk}",
        field=name,
        expected="moments with a zone, or dates and the zone of the desk",
        got=got,
    )


def _moment(name: str, value: Any, zone: ZoneInfo | None, desk: ZoneInfo | None, zones: Zones) -> int:
    if is_missing(value):
        return MISSING
    if isinstance(value, np.datetime64):
        return int(as_moments(name, np.array([value]), zones._replace(naive=None)).values[0])
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        if desk is None:
            raise dateless(name, value, zones)
        return day(value, desk, ends=ends_its_day(name))
    if not isinstance(value, dt.datetime):
        raise InvalidValue.of(name, "hold datetimes", value)
    if value.utcoffset() is None and zone:
        value = value.replace(tzinfo=zone)
        if is_skipped(value):
            return SKIPPED
    if value.utcoffset() is None:
        raise NaiveTime(
            f"{name} needs a zone (got {value.isoformat()}); pass tzinfo, or the zone in which it was written, such as "
            f"{zones.advice.zone}",
            field=name,
            got=value,
        )
    since: dt.timedelta = value - _EPOCH
    return since // _MICROSECOND


def as_durations(name: str, values: Values, seconds: int) -> Column:
    """Read numbers of a unit of `seconds`, or real durations, as whole microseconds; too long ones are cut."""
    found = _flat(values)
    if found.dtype.kind == "m" and found is values:
        _check_fixed(name, found.dtype)
        return Column(Kind.DURATION, in_microseconds(found, LONGEST))
    if found.dtype.kind not in "iuf" and not all(is_missing(value) or _is_number(value) for value in values):
        spans = (_span(name, value, seconds) for value in values)
        return Column(Kind.DURATION, np.fromiter(spans, np.int64, len(values)))
    if found.dtype != np.float64:
        found = as_numbers(name, Kind.NUMBER, values).values
    return _rounded(found, seconds * 1e6)


def _rounded(amounts: Array, factor: float) -> Column:
    """Multiply numbers by a factor and round them, chunk by chunk, while the cache holds them."""
    whole, within = np.empty(len(amounts), np.int64), len(amounts) > 0
    for rows in cached_chunks(len(amounts)):
        amount = amounts[rows] * factor
        known, least, most = None, amount.min(), amount.max()
        within = within and bool(least >= 0 and most < LONGEST - 1)
        if not (least > -LONGEST and most < LONGEST):  # a value is missing or too long
            known = ~np.isnan(amount)
            amount = np.clip(np.where(known, amount, 0), -LONGEST, LONGEST)
        whole[rows] = np.rint(amount, out=amount)
        if known is not None:
            whole[rows][~known] = MISSING
    return Column(Kind.DURATION, whole, whole=within)


def _span(name: str, value: Any, seconds: int) -> int:
    """Read one duration as microseconds: timedelta, timedelta64, number, or interval of days and nanoseconds."""
    if is_missing(value):
        return MISSING
    if isinstance(value, np.timedelta64):
        _check_fixed(name, value.dtype)
        return int(in_microseconds(np.array([value]), LONGEST)[0])
    whole: int
    if isinstance(value, dt.timedelta):
        whole = value // _MICROSECOND
    elif _is_number(value):
        return int(as_durations(name, [value], seconds).values[0])
    elif hasattr(value, "nanoseconds") and hasattr(value, "months") and not value.months:
        whole = value.days * 86_400_000_000 + value.nanoseconds // 1000
    else:
        raise InvalidValue.of(name, "hold durations or numbers", value, do="months and years have no fixed length")
    return min(max(whole, -LONGEST), LONGEST)


def _check_fixed(name: str, dtype: Any) -> None:
    unit = np.datetime_data(dtype)[0]
    if unit in {"Y", "M"}:
        raise InvalidValue.of(name, "hold durations of a fixed length", dtype, do="months and years have none")
    if unit == "generic":
        raise InvalidValue.of(name, "hold durations with a unit", dtype, do="make them timedelta64[s], or numbers")


def _is_number(value: Any) -> bool:
    # numpy counts timedelta64 among its integers
    real = isinstance(value, int | float | Decimal | np.bool_ | np.integer | np.floating)
    return real and not isinstance(value, np.timedelta64)


def _flat(values: Values) -> Array:
    """Make a list an array of one dimension, of objects where its values are not numbers."""
    if isinstance(values, np.ndarray):
        return values
    try:
        found = np.asarray(values)
    except ValueError:  # cells of several values
        found = None
    if found is None or found.ndim != 1 or found.dtype.kind == "M":  # a list of nothing but NaT becomes moments
        return np.fromiter(values, object, len(values))
    return found


def as_numbers(name: str, kind: Kind, values: Values) -> Column:
    """Read whole numbers, floats and decimals as floats; zero has no sign."""
    found = _flat(values)
    if found.dtype.kind == "O":
        wrong = next((value for value in values if not is_missing(value) and not _is_number(value)), None)
        if wrong is None:
            amounts = (np.nan if is_missing(value) else _float(value) for value in values)
            found = np.fromiter(amounts, np.float64, len(values))
    if found.dtype.kind not in "iufb":
        raise InvalidValue.of(name, "hold numbers", values, shown=f"{list(values)[:3]!r} …")
    return Column(kind, found.astype(np.float64) + 0.0)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def as_flags(values: Values) -> Column:
    """Read true, false, 1 and 0; anything else is marked."""
    found = _flat(values)
    if found.dtype.kind == "b":
        return Column(Kind.FLAG, found.astype(np.int8))
    if found.dtype.kind not in "iuf":
        numbers = (np.nan if is_missing(v) else _float(v) if _is_number(v) else np.inf for v in values)
        found = np.fromiter(numbers, np.float64, len(values))
    known = found == found  # noqa: PLR0124  (NaN is not equal to itself)
    bad = known & (found != 0) & (found != 1)
    return Column(Kind.FLAG, np.where(known & ~bad, found == 1, -1).astype(np.int8), (), bad)
