"""Label columns: names of teams, customers or causes as codes into the labels that occur.

A label is the text of its cell, and the cell alone decides it: 7, 7.0 and "7" are the label "7" in every library, file
and chunk, white space around a text does not count, and an empty text is missing.

The picture: each distinct value is looked at once by Python, each cell only by numpy or by one dictionary lookup in C.

    cells    north  None  south  north        values found   north  None  south
    codes      0     -1     1      0           code of each    0     -1     1

Whole numbers from 0 to 10**18 within a range of four times their count need no table at all: the code is the value
minus the smallest one and the labels are `Digits` of a range, so a column of numeric ids costs a few passes of numpy.
Whole numbers further apart are sorted once, packed with their places; any other array is sorted too. Any other list
costs one hash per cell, and a code takes 4 bytes. The simple way, `str(value)` for every cell, would run Python for
every row.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.arrow_labels import coded_list
from servqual.readers.columns.columns import MOST_DIGITS, Column, Digits, Numbers
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.zones import DATES

CLEARED: Final = "\0"
"""Label of a cell in a log of events that takes a value away; an empty cell leaves it as it was."""

TYPED: Final = "\0"
"""Begins the name of a column that writes the values of another one with their types, beside their labels."""

_WORD: Final = 63
"""Bits of a non-negative whole number."""
_MANY: Final = 1 << 12
"""Whole numbers from which on their digits are written where they are read."""
_LONG: Final = 1 << 16
"""Texts from which on Arrow codes them, where it is installed: five times as quick as Python."""


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


def text_of(value: object) -> str:
    """Write a cell of any type as the text that a file would have; a missing one is empty.

    >>> [text_of(value) for value in (7, 7.0, 2.5, True, None, b"north")]
    ['7', '7', '2.5', 'true', '', 'north']
    """
    if isinstance(value, str):
        return str(value)
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float | np.floating | Decimal) and np.isfinite(float(value)) and value == int(value):
        return str(int(value))
    if isinstance(value, np.datetime64):
        value = _instant(value)
    if isinstance(value, dt.datetime) and value.utcoffset() is not None:
        value = value.astimezone(dt.UTC)
    return str(value)


def text_of_number(text: str) -> str:
    """Write a number of a file that types its numbers as its label in any other carrier; other texts stay.

    >>> [text_of_number(text) for text in ("7.0", "1.50", "1e3", "7", "1e999", "seven")]
    ['7', '1.5', '1000', '7', '1e999', 'seven']
    """
    if text.isdecimal():
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return text_of(number) if np.isfinite(number) else text


def labels_of(values: Sequence[Any] | Array) -> Column:
    """Code a list or an array of labels as a column.

    >>> column = labels_of(["north", None, "south", "north"])
    >>> column.values.tolist(), column.labels
    ([0, -1, 1, 0], ['north', 'south'])
    >>> labels_of([7.0, None, "7 "]).labels
    ['7']
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * len(values) and low >= 0 and high < 10**MOST_DIGITS:
            wide = values if values.itemsize == np.dtype(np.int64).itemsize else values.astype(np.int64)
            numbers = Digits(range(low, high + 1))
            return Column(Kind.LABEL, (wide - low if low else wide).astype(np.int32), numbers)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iufM":
        known, codes = _ranked(values)
        if known.dtype.kind in "iu":
            lazily = len(known) >= _MANY and known[0] >= 0 and known[-1] < 10**MOST_DIGITS
            named = Numbers(known.astype(np.int64)) if lazily else [*map(str, known.tolist())]
            return Column(Kind.LABEL, codes.astype(np.int32), named)
        return coded(codes, list(known))
    listed: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    if len(listed) >= _LONG and {*map(type, listed)} <= {str, type(None)} and (found := coded_list(listed)):
        return found
    try:
        return _listed(listed)
    except TypeError:  # cells without a hash, such as lists
        return _listed([*map(text_of, listed)])


def _ranked(values: Array) -> tuple[Array, Array]:
    """Find the distinct values in order, and the place of each; whole numbers with their places in one sort."""
    bits = len(values).bit_length()
    if values.dtype.kind in "iu" and len(values) and values.max() < 1 << (_WORD - bits) and values.min() >= 0:
        key = values.astype(np.int64)
        key <<= bits
        key |= np.arange(len(key))
        key.sort()
        place = key & ((1 << bits) - 1)
        key >>= bits
        new = np.diff(key, prepend=-1) > 0
        codes = np.empty(len(key), np.int32)
        codes[place] = np.cumsum(new, dtype=np.int32) - 1
        return key[new].astype(values.dtype), codes
    return np.unique(values, return_inverse=True)


def _listed(values: Sequence[Any]) -> Column:
    # True and 1 are equal, but not one label
    keys = [(type(value), value) for value in values] if bool in {*map(type, values)} else values
    found = list(dict.fromkeys(keys))
    if len(found) == len(keys):  # no value is repeated, as with ids
        codes = np.arange(len(found), dtype=np.int32)
    else:
        places = {value: place for place, value in enumerate(found)}
        codes = np.fromiter(map(places.__getitem__, keys), np.int32, len(keys))
    return coded(codes, found if keys is values else [value for _, value in found])


def coded(codes: Array, found: Sequence[Any]) -> Column:
    """Make a column of codes into found values: each label once, and -1 where nothing is known.

    >>> column = coded(np.array([0, 1, 2, -1]), ["north", None, b"north"])
    >>> column.values.tolist(), column.labels
    ([0, -1, 0, -1], ['north'])
    """
    plain = {*map(type, found)} == {str}
    texts = [text.strip() for text in (found if plain else map(text_of, found))]
    unique = dict.fromkeys(texts)
    if len(unique) == len(found) and "" not in unique:
        return Column(Kind.LABEL, _narrow(codes), texts)
    unique.pop("", None)
    labels = {text: place for place, text in enumerate(unique)}
    lookup = np.array([*(labels.get(text, -1) for text in texts), -1], np.int32)
    return Column(Kind.LABEL, lookup[codes], list(labels))


def first_known(one: Column, other: Column) -> Column:
    """Take the labels of one column, and where it has none those of the other.

    >>> column = first_known(labels_of(["Ann", None]), labels_of(["Bo", "Cy"]))
    >>> [column.labels[code] for code in column.values.tolist()]
    ['Ann', 'Cy']
    """
    known = one.known
    if known.all():
        return one
    codes: dict[str, int] = {}
    mine, theirs = (
        np.array([*(codes.setdefault(label, len(codes)) for label in column.labels), -1], np.int32)
        for column in (one, other)
    )
    values = np.where(known, mine.take(one.values, mode="wrap"), theirs.take(other.values, mode="wrap"))
    return Column(Kind.LABEL, values, list(codes))


def _narrow(codes: Array) -> Array:
    """Keep signed codes of at most 32 bits; convert all others to 32 bits."""
    return (
        codes if codes.dtype.kind == "i" and codes.itemsize <= np.dtype(np.int32).itemsize else codes.astype(np.int32)
    )


def _instant(value: np.datetime64) -> Any:
    """Read a datetime64 as UTC; as text where it is a date or lies outside the years of Python."""
    plain = value.astype("datetime64[us]").item() if np.datetime_data(value.dtype)[0] not in DATES else None
    return plain.replace(tzinfo=dt.UTC) if isinstance(plain, dt.datetime) else str(value)
