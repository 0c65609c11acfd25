"""A neighbour by its key: where the row of each key stands, and the values of a column at these rows.

Keys are compared by their texts: the number 7 and the text 7 are one. Labels are codes already, so that each is matched
once: numbers against numbers by arithmetic, labels in Arrow by Arrow, all others by a dictionary.
"""

import threading
from collections.abc import Sequence

import numpy as np

from servqual._arrays import Array
from servqual.errors import LookupNotUnique
from servqual.metrics.engine.question import KEYS
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import DTYPES, NONE, Chunk, Column, Digits, number_of
from servqual.readers.columns.growing import common


class Keyed:
    """A neighbour by its key: the place of each label of a key, and the values at these places."""

    def __init__(self, table: str, chunk: Chunk) -> None:
        self.table, self._columns = table, dict(chunk.columns)
        key = chunk.columns[KEYS[table]]
        self._labels = key.labels
        rows = np.flatnonzero(key.known)
        codes = key.values[rows]
        twice = np.flatnonzero(np.bincount(codes, minlength=1) > 1)
        if len(twice):
            others = f" and {len(twice) - 1:,} others" if len(twice) > 1 else ""
            raise LookupNotUnique.of(
                KEYS[table],
                f"be unique in {table}, where columns are looked up by it",
                key.labels[int(twice[0])],
                shown=f"{key.labels[int(twice[0])]!r}{others} in several rows",
                do="keep one row for each",
            )
        self._row_of = np.full(len(key.labels) + 1, -1, np.int32)  # the last is that of no label
        self._row_of[codes] = rows
        self._codes: dict[str, int] | None = None
        self._matched: tuple[Sequence[str], Array] = ((), np.full(1, -1, np.int32))
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["Keyed"], tuple[str, Chunk]]:
        size = len(self._columns[KEYS[self.table]].values)
        return Keyed, (self.table, Chunk(self._columns, size, size, range(size)))

    def take(self, name: str, there: "Keyed") -> None:
        """Take a column from a further neighbour."""
        self._columns[name] = there.values_of(name, self._columns[KEYS[there.table]])

    def values_of(self, name: str, key: Column) -> Column:
        """Look up a column for rows with these keys."""
        found = self._columns[name]
        values = np.append(found.values, np.array(NONE[found.kind], DTYPES[found.kind]))
        rows = self._rows_of(key.labels).take(key.values, mode="wrap")
        return Column(found.kind, values.take(rows, mode="wrap"), found.labels)

    def _rows_of(self, labels: Sequence[str]) -> Array:
        """Find the row of each label, -1 for none, and at the end for a missing one."""
        with self._lock:
            before, rows = self._matched
            if before is not labels:
                known = common(before, labels)
                rows = np.concatenate([rows[:known], self._found(labels[known:]), rows[-1:]])
                self._matched = labels, rows
            return rows

    def _found(self, labels: Sequence[str]) -> Array:
        """Find the row of each of some labels; of numbers without a look at each of theirs."""
        if isinstance(labels, Digits):
            rows, place = np.full(len(labels), -1, np.int32), _places(self._labels, labels.numbers)
            rows[place[place >= 0]] = self._row_of[:-1][place >= 0]
            return rows
        if isinstance(self._labels, Digits):
            return self._row_of[_places(labels, self._labels.numbers)]
        if isinstance(labels, ArrowLabels) and isinstance(self._labels, ArrowLabels):
            return self._row_of[labels.places_in(self._labels)]
        if self._codes is None:
            self._codes = {name: code for code, name in enumerate(self._labels)}
        return self._row_of[np.array([self._codes.get(label, -1) for label in labels], np.int64)]


def _places(labels: Sequence[str], numbers: range) -> Array:
    """Find the place of each label among numbers, -1 for one that is none of them."""
    if isinstance(labels, Digits):
        mine = np.arange(len(labels)) * labels.numbers.step + labels.numbers.start
        place, rest = np.divmod(mine - numbers.start, numbers.step)
        return np.asarray(np.where((place >= 0) & (place < len(numbers)) & (rest == 0), place, -1))

    def place_of(label: str) -> int:
        number = number_of(label)
        return numbers.index(number) if number in numbers else -1

    return np.fromiter(map(place_of, labels), np.int64, len(labels))
