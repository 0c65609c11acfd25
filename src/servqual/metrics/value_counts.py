"""How often each value came in each group, counted as rows come.

While all values are small multiples of one unit, a table with a place for each group and value is fastest. Otherwise
rows wait until enough of them are worth sorting, and join the counts so far; those of groups that fold to bins are
counted in a table of bins.
"""

from typing import Final

import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.counted_table import STEP, CountedTable, listed
from servqual.metrics.exact_sums import ExactSums
from servqual.metrics.histograms import bin_of
from servqual.metrics.sparse import Sparse

__all__ = ["ValueCounts"]

_PLACES: Final = 1 << 25
"""The most places that a table may have: 128 MiB."""
_ROWS: Final = (1 << 31) - 1
"""The most rows that a table may count, in 32 bits."""
_WAITING: Final = 1 << 21
"""Fewer rows than this are not worth sorting."""
_WORD: Final = 63


class ValueCounts:
    """Counts of whole values of 0 to 2^53 by group; with `sum_up` also their sums and sums of squares."""

    def __init__(self) -> None:
        self._sums: ExactSums | None = None
        self._table: _Table | None = _Table()
        self._cells = _none(0)
        self._bins = _Table()
        self._waiting: list[tuple[Array, Array]] = []
        self._rows = 0

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, size: int) -> None:
        """Count values, given as floats in a unit, of the rows of `among`."""
        if self._table is not None:
            if self._table.add(ticks, unit, codes, among, size):
                return
            if self._sums is not None:
                self._table.sum_up(self._sums)
            self._cells, self._table = self._table.cells(np.arange(max(size, self._table.size))), None
        if self._sums is not None:
            self._sums.add(ticks * among, unit, codes, size)
        known = len(self._cells.binned)
        if self._cells.binned.any():
            binned = self._cells.binned.take(codes, mode="clip") & (codes < known)
            value = bin_of(ticks * unit).astype(np.float64)
            if self._bins.add(value, 1, codes, among & binned, size):
                among = among & ~binned
        rows = np.flatnonzero(among)
        self._waiting.append((codes.take(rows), ticks.take(rows).astype(np.int64) * unit))
        self._rows += len(rows)
        if self._rows > max(_WAITING, len(self._cells.group)):
            self._settle(size)

    def sum_up(self) -> None:
        """Keep sums as well, from the first row on; a table of counts gives them for nothing."""
        self._sums = ExactSums()

    def sums(self, size: int) -> tuple[Array, Array]:
        """Sums and sums of squares of each group, in limbs."""
        assert self._sums is not None
        if self._table is not None:
            self._sums = ExactSums()
            self._table.sum_up(self._sums)
        return self._sums.sums(size)

    def counted(self, order: Array) -> Sparse | CountedTable:
        """The counts of all groups, in another order, as the table where there is one."""
        found = None if self._table is None else self._table.counted(order)
        return found or self.cells(order)

    def cells(self, order: Array) -> Sparse:
        """The counts of all groups, in another order."""
        if self._table is not None:
            return self._table.cells(order)
        self._settle(len(order))
        bins = self._bins.cells(order, self._cells.binned[order])
        return self._cells.ordered(order) + bins

    def _settle(self, size: int) -> None:
        size = max(size, len(self._cells.binned))
        so_far = self._cells.moved(np.arange(len(self._cells.binned)), size)
        if self._waiting:
            group, value = (np.concatenate(columns) for columns in zip(*self._waiting, strict=True))
            self._waiting, self._rows = [], 0
            if so_far.binned.any():
                value = np.where(so_far.binned[group], bin_of(value), value)
            so_far += _counted(group, value, so_far.binned)
        self._cells = so_far


def _none(size: int) -> Sparse:
    nothing = np.zeros(0, np.int64)
    return Sparse("values", nothing, nothing, nothing, np.zeros(size, np.bool_), np.zeros(size, np.int64))


def _counted(group: Array, value: Array, binned: Array) -> Sparse:
    """Rows as counts, sorted as packed whole numbers where a word holds both."""
    bits = int(value.max(initial=0)).bit_length()
    undecided = np.zeros(len(binned), np.int64)
    if bits + len(binned).bit_length() > _WORD:
        return Sparse("values", group, value, np.ones(len(group), np.int64), binned, undecided).settled()
    key = (group << bits) | value
    key.sort()
    fresh = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else key
    count = np.diff(fresh, append=len(key))
    key = key[fresh]
    return Sparse("values", key >> bits, key & ((1 << bits) - 1), count, binned, undecided).settled()


class _Table:
    """A place for each group and multiple of a unit; the last place takes the rows that do not count.

    All places are there from the beginning: memory that nobody writes to costs nothing. So a new group costs nothing
    either; only a greater value, or a finer unit, moves the counts.
    """

    def __init__(self) -> None:
        self._unit = 0
        self._rows = 0
        self._width = 0
        self._needed = 1
        self._places = np.zeros(0, np.int32)
        self._keys: list[Array] = []
        self._held = 0
        self._lent = False
        self.size = 0

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, size: int) -> bool:
        """Count these rows, or say that they do not fit."""
        top = int(ticks.max(initial=-1))
        self._rows += len(ticks)
        if top < 0:
            return True
        finest = min(unit, self._unit or unit)
        times = unit // finest
        if self._rows > _ROWS or not self._fit(top * times + 1, finest, size):
            return False
        key = ticks.astype(np.int32)
        if times > 1:
            key *= times
        row = codes.astype(np.int32)
        row *= self._width
        key += row
        if not among.all():
            np.copyto(key, _PLACES, where=~among)
        self._keys.append(key)
        self._held += len(key)
        if self._held > _WAITING:
            self._settle()
        return True

    def _settle(self) -> None:
        """Count what is held; many places in their order are near each other, where the cache has them."""
        if self._keys:
            if self._lent:
                self._places, self._lent = self._places.copy(), False
            key = np.concatenate(self._keys)
            self._keys, self._held = [], 0
            key.sort()
            np.add.at(self._places, key, np.int32(1))

    def _fit(self, width: int, unit: int, size: int) -> bool:
        """Make room for values below `width` of a unit in `size` groups, if there is."""
        size = max(size, self.size)
        times = (self._unit or unit) // unit
        needed = max(width, (self._needed - 1) * times + 1)
        if size * needed > _PLACES:
            return False
        if times > 1 or needed > self._width or size * self._width > _PLACES:
            counts = self._counts()
            width = min(needed * 2, _PLACES // size)
            places = np.zeros(_PLACES + 1, np.int32)
            if self._width:
                fresh = places[: self.size * width].reshape(self.size, width)
                fresh[:, : (self._needed - 1) * times + 1 : times] = counts
            self._places, self._width, self._unit = places, width, unit
        self.size, self._needed = size, needed
        return True

    def _counts(self) -> Array:
        self._settle()
        return self._places[: self.size * self._width].reshape(self.size, self._width)[:, : self._needed]

    def sum_up(self, sums: ExactSums) -> None:
        """Add what the table counts."""
        if self._width:
            sums.add_counted(self._counts(), self._unit, self._rows)

    def cells(self, order: Array, binned: Array | None = None) -> Sparse:
        """The counts of each value; where `binned` is given they are of bins."""
        return listed(self._counts(), self._unit, order, binned)

    def counted(self, order: Array) -> CountedTable | None:
        """The counts as they are, where the table has a row for all groups and is a whole number of steps wide."""
        width = -(-self._needed // STEP) * STEP
        if width > self._width or order.max(initial=0) >= self.size:
            return None
        self._counts()
        self._lent = True
        table = self._places[: self.size * self._width].reshape(self.size, self._width)[:, :width]
        return CountedTable(table, self._unit, order, np.zeros(len(order), np.int64))
