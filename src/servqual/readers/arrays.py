"""A mapping of columns (numpy arrays or lists) into a batch."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from servqual.errors import InvalidValue, NaiveTime
from servqual.readers.columns import (
    DTYPES,
    FIRST_MOMENT,
    LAST_MOMENT,
    LONGEST,
    MISSING,
    NONE,
    Array,
    Batch,
    Column,
    Refusal,
)
from servqual.readers.tables import Kind, kind_of, known_as

__all__ = ["columns_of"]

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def columns_of(table: str, data: Mapping[str, Any]) -> Batch:
    """Read a mapping from column name to a list or an array of the same length.

    Moments are aware datetimes or numpy datetime64, which is UTC by definition; `None`, NaN and NaT are missing. A
    naive datetime raises `NaiveTime`; columns of different lengths raise `InvalidValue`. A cell that is not of its
    column's kind is marked and told in `refusals`. Rows are numbered from 0.

    >>> batch = columns_of("cases", {"team": ["north", None], "reopened": [0, -1]})
    >>> batch.columns["team"].labels, [str(r) for r in batch.refusals]
    (['north'], ["row 1: reopened must be a whole number, 0 or more (got '-1')"])
    """
    sizes = {name: len(values) for name, values in data.items()}
    if len(set(sizes.values())) > 1:
        raise InvalidValue(f"the columns of {table} must be equally long (got {sizes})", field=table, got=sizes)
    size = next(iter(sizes.values()), 0)
    columns: dict[str, Column] = {}
    refusals: list[Refusal] = []
    for given, values in data.items():
        name, seconds = known_as(table, given)
        if name in columns:
            raise InvalidValue(f"{name} of {table} must come once (got it again as {given!r})", field=given, got=given)
        kind = kind_of(table, name)
        columns[name] = _durations(given, values, seconds) if kind is Kind.DURATION else _READ[kind](given, values)
        bad, rule = _broken(columns[name])
        if bad is not None and bad.any():
            values_ = columns[name].values
            columns[name] = Column(
                kind, np.where(bad, NONE[kind], values_).astype(DTYPES[kind]), columns[name].labels, bad
            )
            refusals.extend(Refusal(i, name, str(values[i]), rule) for i in bad.nonzero()[0].tolist())
    return Batch(columns, size, size, range(size), refusals)


def _broken(column: Column) -> tuple[Array | None, str]:
    values, known = column.values, column.known
    if column.kind is Kind.MOMENT:
        return known & ((values < FIRST_MOMENT) | (values >= LAST_MOMENT)), "must lie between 1970 and 2100"
    if column.kind is Kind.DURATION:
        return known & ((values < 0) | (values >= LONGEST)), "must be 0 or more, and less than 142 years"
    if column.kind is Kind.COUNT:
        return known & ((values < 0) | (values != np.floor(values))), "must be a whole number, 0 or more"
    if column.kind is Kind.NUMBER:
        return np.isinf(values), "must be a finite number"
    return column.bad, "must be true or false"


def _moments(name: str, values: Sequence[Any] | Array) -> Column:
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return Column(Kind.MOMENT, values.astype("datetime64[us]", copy=False).view(np.int64))
    return Column(Kind.MOMENT, np.fromiter((_moment(name, value) for value in values), np.int64, len(values)))


def _moment(name: str, value: object) -> int:
    if isinstance(value, np.datetime64):
        return int(value.astype("datetime64[us]").view(np.int64))
    if value is None or value != value:  # noqa: PLR0124  (NaN and NaT are not equal to themselves)
        return MISSING
    if not isinstance(value, dt.datetime):
        raise InvalidValue(f"{name} must hold datetimes (got {value!r})", field=name, expected="datetime", got=value)
    if value.utcoffset() is None:
        raise NaiveTime(
            f"{name} needs a zone (got {value.isoformat()}); pass tzinfo, such as datetime.UTC", field=name, got=value
        )
    return (value - _EPOCH) // _MICROSECOND


def _durations(name: str, values: Sequence[Any] | Array, seconds: int) -> Column:
    """Numbers of a unit, timedelta64 or timedeltas, as whole microseconds; what is too long for them is cut."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "m":
        return Column(Kind.DURATION, values.astype("timedelta64[us]").view(np.int64))
    if any(isinstance(value, dt.timedelta) for value in values[:100]):
        found = [MISSING if value is None or value != value else value // _MICROSECOND for value in values]  # noqa: PLR0124
        return Column(Kind.DURATION, np.array(found, np.int64))
    amount = _numbers(Kind.NUMBER)(name, values).values * (seconds * 1e6)
    known = ~np.isnan(amount)
    whole = np.rint(np.clip(np.where(known, amount, 0), -LONGEST, LONGEST)).astype(np.int64)
    return Column(Kind.DURATION, np.where(known, whole, MISSING))


def _numbers(kind: Kind) -> Any:
    def read(name: str, values: Sequence[Any] | Array) -> Column:
        if isinstance(values, np.ndarray) and values.dtype.kind in "iufb":
            return Column(kind, values.astype(np.float64))
        try:
            return Column(kind, np.array([np.nan if v is None else v for v in values], np.float64))
        except (TypeError, ValueError):
            raise InvalidValue(
                f"{name} must hold numbers (got {list(values)[:3]!r} …)", field=name, got=values
            ) from None

    return read


def _flags(_: str, values: Sequence[Any] | Array) -> Column:
    if isinstance(values, np.ndarray) and values.dtype.kind == "b":
        return Column(Kind.FLAG, values.astype(np.int8))
    codes = np.full(len(values), -1, np.int8)
    bad = np.zeros(len(values), np.bool_)
    for i, value in enumerate(values):
        if value is None or value != value:  # noqa: PLR0124  (NaN is not equal to itself)
            continue
        if value in (0, 1):
            codes[i] = int(value)
        else:
            bad[i] = True
    return Column(Kind.FLAG, codes, (), bad)


def _labels(_: str, values: Any) -> Column:
    """Texts, or what is coded already: integers, a pandas categorical, an Arrow dictionary."""
    coded = _coded(values)
    if coded is not None:
        return coded
    codes: dict[str, int] = {}
    none = -1
    found = np.fromiter(
        (
            none if value is None or value != value else codes.setdefault(str(value), len(codes))  # noqa: PLR0124
            for value in values
        ),
        np.int32,
        len(values),
    )
    return Column(Kind.LABEL, found, list(codes))


def _coded(values: Any) -> Column | None:
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * len(values):
            # modulo 2**32, in which small differences stay what they are
            codes = values.astype(np.int32) - values.min().astype(np.int32)
            return Column(Kind.LABEL, codes, range(low, high + 1))
        known, codes = np.unique(values, return_inverse=True)
        return Column(Kind.LABEL, codes.astype(np.int32), known.tolist())
    values = getattr(values, "cat", values)
    if hasattr(values, "codes") and hasattr(values, "categories"):
        return Column(Kind.LABEL, np.asarray(values.codes, np.int32), list(values.categories))
    if hasattr(values, "indices") and hasattr(values, "dictionary"):
        indices = values.indices
        if indices.null_count:
            indices = (indices if str(indices.type).startswith("int") else indices.cast("int64")).fill_null(-1)
        codes = indices.to_numpy(zero_copy_only=False).astype(np.int32)
        return Column(Kind.LABEL, codes, values.dictionary.to_pylist())
    return None


_READ: Final = {
    Kind.MOMENT: _moments,
    Kind.COUNT: _numbers(Kind.COUNT),
    Kind.NUMBER: _numbers(Kind.NUMBER),
    Kind.FLAG: _flags,
    Kind.LABEL: _labels,
}
