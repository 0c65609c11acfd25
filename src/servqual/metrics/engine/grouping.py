"""The group of each row: labels are packed into one whole number, and such numbers are looked up in a table.

    team     channel    month            key                    number of the group
    3 (2 b)  1 (2 b)    17 (5 b)    ->   3 << 7 | 1 << 5 | 17   table[key], or the next free one

One addition per row and column and one table lookup per row, without hashing any label. Labels, and
groups, are numbered as they are first seen, chunk by chunk; when the labels of a column need one more bit, the known
keys are packed anew. Keys of more than 24 bits are searched for in a sorted list instead. At the end the groups are
sorted by their labels, so that no number depends on the order of chunks.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue, TooManyGroups
from servqual.metrics.results.groups import Groups, in_order
from servqual.metrics.time.periods import PERIODS, period
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.tables import Kind

_LOOKUP: Final = 24
"""Most bits of a key for a table; longer keys are searched for."""
_NARROW: Final = 20
"""Most bits of a table that holds whole words."""
_HALF: Final = 32
"""Keys of fewer bits take half a word per row."""
_WORD: Final = 63
_UNKNOWN: Final = -2
"""Number of a label that was not seen before."""


def check_size(size: int, by: Sequence[str], most: int) -> None:
    """Refuse more groups than were asked for, before they fill the memory."""
    if size > most:
        raise TooManyGroups.of(
            "by",
            f"make at most {most:,} groups",
            by,
            shown=f"{', '.join(by)}, which make more",
            do="group by fewer columns or longer periods, or pass a greater max_groups",
        )


class GroupCodes:
    """Numbers of the groups of some columns and periods; sorted groups at the end."""

    def __init__(self, by: Sequence[str], at: str, zone: ZoneInfo, most: int) -> None:
        self._by, self._at, self._zone, self._most = tuple(by), at, zone, most
        self._labels = [_Labels() for _ in by]
        self._bits = [1] * len(self._by)
        self._members = np.zeros((len(self._by), 0), np.int64)
        self._keys = _Keys(len(self._by))
        self.size = 0 if self._by else 1

    def add(self, chunk: Chunk) -> Array:
        """Number the group of each row."""
        if not self._by:
            return np.zeros(chunk.size, np.int64)
        columns = [labels.add(*self._column(name, chunk)) for name, labels in zip(self._by, self._labels, strict=True)]
        bits = [max(1, len(labels.names).bit_length()) for labels in self._labels]
        if bits != self._bits:
            self._bits = bits
            self._keys = _Keys(sum(bits))
            self._keys.learn(self._packed(list(self._members)), 0)
        key = self._packed(columns)
        codes = self._keys.find(key)
        if codes.min(initial=0) < 0:
            fresh = self._keys.unknown(key)
            self._grow(len(fresh))
            self._members = np.concatenate([self._members, self._unpacked(fresh)], axis=1)
            self._keys.learn(fresh, self.size - len(fresh))
            codes = self._keys.find(key)
        return codes

    def _grow(self, by: int) -> None:
        self.size += by
        check_size(self.size, self._by, self._most)

    def _packed(self, columns: Sequence[Array]) -> Array:
        if sum(self._bits) > _WORD:
            raise InvalidValue.of(
                "by",
                f"make fewer groups than {', '.join(self._by)} do",
                self._by,
                shown=f"labels of {sum(self._bits)} bits",
                do="group by fewer columns",
            )
        key: Array = columns[0].astype(np.int32 if sum(self._bits) < _HALF else np.int64)
        ones = 1
        for column, bits in zip(columns[1:], self._bits[1:], strict=True):
            key <<= bits
            key += column
            ones = (ones << bits) + 1
        key += ones  # an unknown label is -1
        return key

    def _unpacked(self, key: Array) -> Array:
        members = np.empty((len(self._bits), len(key)), np.int64)
        for column in range(len(self._bits) - 1, -1, -1):
            members[column] = (key & ((1 << self._bits[column]) - 1)) - 1
            key = key >> self._bits[column]
        return members

    def _column(self, name: str, chunk: Chunk) -> tuple[Array, Sequence[Any]]:
        """Codes of rows, -1 for an unknown label, and the labels of the codes."""
        if name in PERIODS:
            column = chunk.columns[self._at]
            known = column.known
            if known.all():
                return period(name, column.values, self._zone)
            codes = np.full(chunk.size, -1, np.int64)
            codes[known], names = period(name, column.values[known], self._zone)
            return codes, names
        column = chunk.columns[name]
        if column.kind in (Kind.MOMENT, Kind.DURATION):
            raise InvalidValue.of(
                "by",
                "name labels, flags or numbers, or periods such as day",
                name,
                shown=f"{name!r}, a {column.kind}",
                do="make a column of classes from it first",
            )
        if column.labels or not chunk.size:
            return column.values, column.labels
        values, found = np.unique(column.values[column.known], return_inverse=True)
        codes = np.full(chunk.size, -1, np.int64)
        codes[column.known] = found
        return codes, [bool(value) if column.kind is Kind.FLAG else value.item() for value in values]

    def groups(self) -> tuple[Groups, Array]:
        """Sort the groups by their labels, and give the number of each."""
        if not self._by:
            return Groups.whole(), np.zeros(1, np.int64)
        ordered = (labels.ordered(column) for labels, column in zip(self._labels, self._members, strict=True))
        places, names = zip(*ordered, strict=True)
        codes = np.array([place[column] for place, column in zip(places, self._members, strict=True)], np.int64)
        order = np.lexsort(codes[::-1])
        return Groups(self._by, names, codes[:, order]), order


class _Labels:
    """Labels of one column, numbered as they are first seen; -1 is an unknown label."""

    def __init__(self) -> None:
        self.names: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._from: Sequence[Any] = ()
        self._complete = True
        self._same = False
        self._lookup = np.full(1, -1, np.int32)

    def add(self, codes: Array, names: Sequence[Any]) -> Array:
        """Number the rows whose codes stand for some names."""
        if names is not self._from:
            self._from = names
            self._lookup = np.full(len(names) + 1, _UNKNOWN, np.int32)
            self._lookup[-1] = -1
            self._complete = len(names) <= len(codes)
            if self._complete:
                self._learn(range(len(names)), [*names])
            self._same = np.array_equal(self._lookup[:-1], np.arange(len(names)))
        if self._same:
            return codes
        found = self._lookup.take(codes, mode="wrap")
        if not self._complete and found.min(initial=0) == _UNKNOWN:
            some = np.unique(codes[found == _UNKNOWN]).tolist()
            self._learn(some, [names[code] for code in some])
            found = self._lookup.take(codes, mode="wrap")
        return found

    def _learn(self, codes: Sequence[int], names: Sequence[Any]) -> None:
        fresh = [name for name in dict.fromkeys(names) if name not in self._numbers]
        self._numbers.update(zip(fresh, count(len(self.names)), strict=False))
        self._lookup[codes] = [*map(self._numbers.__getitem__, names)]
        self.names += fresh

    def ordered(self, numbers: Array) -> tuple[Array, tuple[Any, ...]]:
        """Place of each number among the sorted labels, and these labels."""
        came = np.flatnonzero(np.bincount(numbers + 1, minlength=1)[1:])
        names = [self.names[number] for number in came.tolist()]
        names.sort(key=None if len({*map(type, names)}) == 1 else in_order)
        places = np.zeros(len(self.names) + 1, np.int64)  # the last place is that of an unknown label
        places[[*map(self._numbers.__getitem__, names)]] = np.arange(1, len(names) + 1)
        return places, tuple(names)


class _Keys:
    """Packed labels to the number of the group, -1 for a new one."""

    def __init__(self, bits: int) -> None:
        kind = np.int64 if bits <= _NARROW else np.int32
        self._table: Array | None = np.full(1 << bits, -1, kind) if bits <= _LOOKUP else None
        self._sorted = np.zeros(0, np.int64)
        self._numbers = np.zeros(0, np.int64)

    def learn(self, keys: Array, first: int) -> None:
        numbers = np.arange(first, first + len(keys))
        if self._table is not None:
            self._table[keys] = numbers
            return
        keys, numbers = np.concatenate([self._sorted, keys]), np.concatenate([self._numbers, numbers])
        order = np.argsort(keys, kind="stable")
        self._sorted, self._numbers = keys[order], numbers[order]

    def unknown(self, keys: Array) -> Array:
        """Different keys without a number."""
        if self._table is None or len(self._table) > len(keys):
            return np.unique(keys[self.find(keys) < 0])
        came = np.zeros(len(self._table), np.bool_)
        came[keys] = True
        return np.flatnonzero(came & (self._table < 0))

    def find(self, keys: Array) -> Array:
        if self._table is not None:
            return np.asarray(self._table.take(keys), np.int64)
        if not len(self._sorted):
            return np.full(len(keys), -1, np.int64)
        places = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
        return np.where(self._sorted[places] == keys, self._numbers[places], -1)
