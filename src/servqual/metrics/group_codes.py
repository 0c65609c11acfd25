"""Which group each row belongs to: groups are numbered as they first come, batch after batch."""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Array
from servqual.metrics.groups import Groups
from servqual.metrics.periods import PERIODS, period
from servqual.readers.columns import Batch

__all__ = ["GroupCodes"]

_MOST: Final = 10_000_000
"""So many groups fit into memory with what KPIs keep of each."""
_LOOKUP: Final = 24
"""Keys of so many bits are looked up in a table; longer ones are searched for."""
_WORD: Final = 63


class GroupCodes:
    """Numbers for the groups of some columns and periods, and at the end the groups in order."""

    def __init__(self, by: Sequence[str], at: str, zone: ZoneInfo) -> None:
        self._by, self._at, self._zone = tuple(by), at, zone
        self._labels = [_Labels() for _ in by]
        self._bits = [1] * len(self._by)
        self._members = np.zeros((len(self._by), 0), np.int64)
        self._keys = _Keys(len(self._by))
        self.size = 0 if self._by else 1

    def add(self, batch: Batch) -> Array:
        """The number of each row's group."""
        if not self._by:
            return np.zeros(batch.size, np.int64)
        columns = [labels.add(*self._column(name, batch)) for name, labels in zip(self._by, self._labels, strict=True)]
        bits = [max(1, (len(labels.names) - 1).bit_length()) for labels in self._labels]
        if bits != self._bits:
            self._bits = bits
            self._keys = _Keys(sum(bits))
            self._keys.learn(self._packed(list(self._members)), 0)
        key = self._packed(columns)
        codes = self._keys.find(key)
        if codes.min(initial=0) < 0:
            fresh, first = np.unique(key[codes < 0], return_index=True)
            self._grow(len(fresh))
            rows = np.flatnonzero(codes < 0)[first]
            self._members = np.concatenate([self._members, np.array([column[rows] for column in columns])], axis=1)
            self._keys.learn(fresh, self.size - len(fresh))
            codes = self._keys.find(key)
        return codes

    def _grow(self, by: int) -> None:
        self.size += by
        if self.size > _MOST:
            raise InvalidValue(
                f"by must make at most {_MOST:,} groups (got {', '.join(self._by)}, which make more); group by fewer "
                "columns or longer periods",
                field="by",
                got=self._by,
            )

    def _packed(self, columns: Sequence[Array]) -> Array:
        if sum(self._bits) > _WORD:
            raise InvalidValue(
                f"grouping by {', '.join(self._by)} makes too many groups (got labels of {sum(self._bits)} bits); "
                "group by fewer columns",
                field="by",
                got=self._by,
            )
        key = columns[0].astype(np.int64)
        for column, bits in zip(columns[1:], self._bits[1:], strict=True):
            key <<= bits
            key |= column
        return key

    def _column(self, name: str, batch: Batch) -> tuple[Array, Sequence[Any]]:
        """Codes of rows, -1 for nothing known, and the labels that they stand for."""
        if name in PERIODS:
            column = batch.columns[self._at]
            known = column.known
            if known.all():
                return period(name, column.values, self._zone)
            codes = np.full(batch.size, -1, np.int64)
            codes[known], names = period(name, column.values[known], self._zone)
            return codes, names
        column = batch.columns[name]
        if column.labels or not batch.size:
            return column.values, column.labels
        values, found = np.unique(column.values[column.known], return_inverse=True)
        codes = np.full(batch.size, -1, np.int64)
        codes[column.known] = found
        return codes, [value.item() for value in values]

    def groups(self) -> tuple[Groups, Array]:
        """The groups in the order of their labels, and the number of each."""
        if not self._by:
            return Groups.whole(), np.zeros(1, np.int64)
        places, names = zip(*(labels.ordered() for labels in self._labels), strict=True)
        codes = np.array([place[column] for place, column in zip(places, self._members, strict=True)], np.int64)
        order = np.lexsort(codes[::-1])
        return Groups(self._by, names, codes[:, order]), order


class _Labels:
    """The labels of one column, numbered from 1 as they first come; 0 is nothing known."""

    def __init__(self) -> None:
        self.names: list[Any] = [None]
        self._numbers: dict[Any, int] = {}
        self._from: Sequence[Any] = ()
        self._lookup = np.zeros(1, np.int64)

    def add(self, codes: Array, names: Sequence[Any]) -> Array:
        if names is not self._from or len(self._lookup) != len(names) + 1:
            self._from = names
            self._lookup = np.full(len(names) + 1, -1, np.int64)
            self._lookup[-1] = 0  # code -1
        found = self._lookup.take(codes, mode="wrap")
        if found.min(initial=0) < 0:
            for code in self._unknown(codes).tolist():
                number = self._numbers.setdefault(names[code], len(self._numbers) + 1)
                if number == len(self.names):
                    self.names.append(names[code])
                self._lookup[code] = number
            found = self._lookup.take(codes, mode="wrap")
        return found

    def _unknown(self, codes: Array) -> Array:
        """The codes that occur and are in no lookup yet."""
        if len(self._lookup) > len(codes):
            return np.unique(codes[self._lookup.take(codes, mode="wrap") < 0])
        came = np.zeros(len(self._lookup), np.bool_)
        came[codes] = True
        return np.flatnonzero(came & (self._lookup < 0))

    def ordered(self) -> tuple[Array, tuple[Any, ...]]:
        """The place of each number among the labels in order, and these."""
        order = sorted(range(1, len(self.names)), key=self.names.__getitem__)
        places = np.zeros(len(self.names), np.int64)
        places[order] = np.arange(1, len(self.names))
        return places, tuple(self.names[number] for number in order)


class _Keys:
    """From packed labels to the number of the group, -1 for one that has not come."""

    def __init__(self, bits: int) -> None:
        self._table = np.full(1 << bits, -1, np.int32) if bits <= _LOOKUP else None
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

    def find(self, keys: Array) -> Array:
        if self._table is not None:
            return self._table.take(keys).astype(np.int64)
        if not len(self._sorted):
            return np.full(len(keys), -1, np.int64)
        places = np.minimum(np.searchsorted(self._sorted, keys), len(self._sorted) - 1)
        return np.where(self._sorted[places] == keys, self._numbers[places], -1)
