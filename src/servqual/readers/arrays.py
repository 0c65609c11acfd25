"""A mapping of columns (numpy arrays, lists, or series of other libraries) into a batch."""

from collections.abc import Mapping, Sized
from typing import Any

import numpy as np

from servqual._checks import as_zone
from servqual.errors import InvalidValue
from servqual.readers.cells import CellReader
from servqual.readers.columns import DTYPES, FIRST_MOMENT, LAST_MOMENT, LONGEST, NONE, Array, Batch, Column, Refusal
from servqual.readers.labels import is_missing, labels_of
from servqual.readers.series import is_series, plain_of
from servqual.readers.tables import Kind, kind_of, names_of
from servqual.readers.values import LARGEST, as_durations, as_flags, as_moments, as_numbers

__all__ = ["check_name", "columns_of"]


def columns_of(table: str, data: Mapping[str, Any], naive: str | None = None) -> Batch:
    """Read a mapping from column name to a list, an array or a series of the same length.

    Moments are aware datetimes or numpy datetime64, which is UTC by definition; `None`, NaN, NaT and NA are missing. A
    text is read as a CSV's cell is. A naive moment raises `NaiveTime` unless `naive` names its zone; columns of
    different lengths, two that mean the same (`wait_s` and `wait_min`), and one of things that can never be of its kind
    raise `InvalidValue`. A cell that is out of its kind's range is marked and told in `refusals`. Rows are numbered
    from 0.

    >>> batch = columns_of("cases", {"team": ["north", None], "reopened": [0, -1]})
    >>> batch.columns["team"].labels, [str(r) for r in batch.refusals]
    (['north'], ["row 1: reopened must be a whole number, 0 or more (got '-1')"])
    """
    sizes = {name: _size(table, name, values) for name, values in data.items()}
    if len(set(sizes.values())) > 1:
        raise InvalidValue(f"the columns of {table} must be equally long (got {sizes})", field=table, got=sizes)
    size = next(iter(sizes.values()), 0)
    columns: dict[str, Column] = {}
    refusals: list[Refusal] = []
    for given, (name, seconds) in names_of(table, data).items():
        columns[name], refused = _read(name, kind_of(table, name), data[given], seconds, naive)
        refusals.extend(refused)
    return Batch(columns, size, size, range(size), refusals)


def check_name(table: str, name: object) -> None:
    """Refuse a column that is not named by a text, such as one of several levels."""
    if not isinstance(name, str):
        raise InvalidValue(
            f"the columns of {table} must be named by texts (got {name!r}); rename it, and flatten several levels",
            field=table,
            expected="texts",
            got=name,
        )


def _size(table: str, name: object, values: Any) -> int:
    check_name(table, name)
    if isinstance(values, str | bytes) or not isinstance(values, Sized) or getattr(values, "ndim", 1) != 1:
        raise InvalidValue(
            f"{name} of {table} must be a list or an array of one dimension (got {values!r:.60})",
            field=name,
            expected="a list or an array of one dimension",
            got=values,
        )
    return len(values)


def _read(name: str, kind: Kind, values: Any, seconds: int, naive: str | None) -> tuple[Column, list[Refusal]]:
    """A column, and the cells of it that cannot be used."""
    if is_series(values):
        values = plain_of(name, kind, values, naive)
    if isinstance(values, Column):
        return values, []
    if isinstance(values, np.ma.MaskedArray):
        values = values.tolist()
    if kind is Kind.LABEL:
        return labels_of(values), []
    if _has_text(values):
        texts = ["" if is_missing(value) else _text(value) for value in values]
        return CellReader(name, kind, zone=None if naive is None else as_zone(naive), seconds=seconds).read(texts, 0)
    if kind is Kind.MOMENT:
        column = as_moments(name, values, naive)
    elif kind is Kind.DURATION:
        column = as_durations(name, values, seconds)
    elif kind is Kind.FLAG:
        column = as_flags(values)
    else:
        column = as_numbers(name, kind, values)
    bad, rule = _broken(column)
    if bad is None or not bad.any():
        return column, []
    kept = np.where(bad, NONE[kind], column.values).astype(DTYPES[kind])
    refused = [Refusal(i, name, str(values[i]), rule) for i in bad.nonzero()[0].tolist()]
    return Column(kind, kept, column.labels, bad), refused


def _has_text(values: Any) -> bool:
    if isinstance(values, np.ndarray) and values.dtype.kind != "O":
        return values.dtype.kind in "USO"
    return any(issubclass(kind, str | bytes) for kind in {*map(type, values)})


def _text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _broken(column: Column) -> tuple[Array | None, str]:
    values, known = column.values, column.known
    if column.kind is Kind.MOMENT:
        return known & ((values < FIRST_MOMENT) | (values >= LAST_MOMENT)), "must lie between 1970 and 2100"
    if column.kind is Kind.DURATION:
        return known & ((values < 0) | (values >= LONGEST)), "must be 0 or more, and less than 142 years"
    if column.kind is Kind.COUNT:
        whole = (values >= 0) & (values <= LARGEST) & (values == np.floor(values))
        return known & ~whole, "must be a whole number, 0 or more"
    if column.kind is Kind.NUMBER:
        return np.isinf(values), "must be a finite number"
    return column.bad, "must be true or false"
