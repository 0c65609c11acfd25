"""Label columns: names of teams, customers or causes as codes into the labels that occur.

The same values give the same labels, whichever library holds them: a column of whole numbers has whole numbers as
labels, any other column has texts.

The picture: each distinct value is looked at once by Python, each cell only by numpy or by one dictionary lookup in C.

    cells    north  None  south  north        values found   north  None  south
    codes      0     -1     1      0           code of each    0     -1     1

Whole numbers within a range of four times their count need no table at all: the code is the value minus the smallest
one and the labels are a `range`, so a column of numeric ids costs a few passes of numpy. Any other array is sorted, any
other list costs one hash per cell, and a code takes 4 bytes. The simple way, `str(value)` for every cell, would run
Python for every row, and would make "7.0" of a 7 in a float column.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Column
from servqual.readers.columns.tables import Kind


def is_missing(value: Any) -> bool:
    """Whether a cell is missing: None, NaN, NaT or the NA of pandas.

    >>> [is_missing(value) for value in (None, float("nan"), np.datetime64("NaT"), 0, "")]
    [True, True, True, False, False]
    """
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  (NaN and NaT are not equal to themselves)
    except TypeError:  # neither equal nor unequal: pandas' NA
        return True
    except ValueError:  # an array in a cell
        return False


def labels_of(values: Sequence[Any] | Array) -> Column:
    """Code a list or an array of labels as a column.

    >>> column = labels_of(["north", None, "south", "north"])
    >>> column.values.tolist(), column.labels
    ([0, -1, 1, 0], ['north', 'south'])
    >>> labels_of([7.0, None, 7]).labels
    [7]
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * len(values):
            wide = values if values.itemsize == np.dtype(np.int64).itemsize else values.astype(np.int64)
            return Column(Kind.LABEL, (wide - low if low else wide).astype(np.int32), range(low, high + 1))
    if isinstance(values, np.ndarray) and values.dtype.kind in "iufM":
        known, codes = np.unique(values, return_inverse=True)
        if known.dtype.kind in "iu":
            return Column(Kind.LABEL, codes.astype(np.int32), known.tolist())
        return coded(codes, [_instant(value) for value in known] if known.dtype.kind == "M" else known.tolist())
    listed: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    try:
        return _listed(listed)
    except TypeError:  # cells without a hash, such as lists
        return _listed([value if is_missing(value) else str(value) for value in listed])


def _listed(values: Sequence[Any]) -> Column:
    found = list(dict.fromkeys(values))
    if len(found) == len(values):  # no value is repeated, as with ids
        codes = np.arange(len(found), dtype=np.int32)
    else:
        places = {value: place for place, value in enumerate(found)}
        codes = np.fromiter(map(places.__getitem__, values), np.int32, len(values))
    return Column(Kind.LABEL, codes, found) if {*map(type, found)} == {str} else coded(codes, found)


def coded(codes: Array, found: Sequence[Any]) -> Column:
    """Make a column of codes into found values: each label once, and -1 where nothing is known.

    >>> column = coded(np.array([0, 1, 2, -1]), ["north", None, b"north"])
    >>> column.values.tolist(), column.labels
    ([0, -1, 0, -1], ['north'])
    """
    if {*map(type, found)} == {str} and len({*found}) == len(found):
        return Column(Kind.LABEL, _narrow(codes), list(found))
    missing = [is_missing(value) for value in found]
    known = [value for value, none in zip(found, missing, strict=True) if not none]
    whole = all(map(_is_whole, known))
    labels: dict[Any, int] = {}
    lookup = np.full(len(found) + 1, -1, np.int32)
    for code, (value, none) in enumerate(zip(found, missing, strict=True)):
        if not none:
            label = int(value) if whole else _text(value)
            lookup[code] = labels.setdefault(label, len(labels))
    if len(labels) == len(found):
        return Column(Kind.LABEL, _narrow(codes), list(labels))
    return Column(Kind.LABEL, lookup[codes], list(labels))


def _narrow(codes: Array) -> Array:
    """Keep signed codes of at most 32 bits; convert all others to 32 bits."""
    return (
        codes if codes.dtype.kind == "i" and codes.itemsize <= np.dtype(np.int32).itemsize else codes.astype(np.int32)
    )


def _is_whole(value: Any) -> bool:
    if isinstance(value, bool | np.bool_ | np.timedelta64) or not isinstance(value, int | float | Decimal | np.number):
        return False
    return bool(np.isfinite(float(value))) and value == int(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, np.datetime64):
        return str(_instant(value))
    if isinstance(value, dt.datetime) and value.utcoffset() is not None:
        value = value.astimezone(dt.UTC)
    return str(value)


def _instant(value: np.datetime64) -> Any:
    """Read a datetime64 as UTC; as text where it lies outside the years of Python, None where it is missing."""
    plain = value.astype("datetime64[us]").item()
    return plain.replace(tzinfo=dt.UTC) if isinstance(plain, dt.datetime) else None if plain is None else str(value)
