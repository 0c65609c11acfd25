"""Number of each value in each group, counted chunk by chunk.

Rows are held as words of a group and a value, in any order, until counting makes a quarter of them: they are sorted,
equal ones are counted at once, and groups with many different values go into bins (`Values.EXACT`), as do their later
rows. Where the groups are too many, or their values too few, for that, the rows stay, and twice as many are held; a
percentile is then read from the sorted rows themselves.
"""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.sorted_values import Run, SortedValues, Words
from servqual.metrics.accumulators.values import BINS, bin_of

HELD: Final = 1 << 20
"""Rows that are held at least."""
_EACH: Final = 1 << 13
"""Rows held per group, more than there are bins in use."""
_MOST: Final = 1 << 25
"""Rows that are held at most, unless counting them does not pay."""
_AGAIN: Final = 16
"""Rows held per value that was counted before, so that joining the counts costs little."""
_PAYS: Final = 4
"""Rows per counted value, three numbers, from which on counting saves memory."""


class ValueCounts:
    """Counts of whole values of 0 to 2^53 by group."""

    def __init__(self) -> None:
        self._rows: list[Words] = []
        self._in_bins: list[Words] = []  # rows of groups in bins
        self._cells = Sparse.nothing("values", 0)
        self._bits = 0
        self._held = 0
        self._most = 0
        self._sorted: SortedValues | None = None

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, size: int) -> None:
        """Count the values, floats in a unit, of the rows of `among`."""
        self._cells, self._sorted = self._cells.grown(size), None
        if not among.all():
            ticks, codes = ticks[among], codes[among]
        if self._cells.binned.any():
            known = self._cells.binned.take(codes)
            self._hold(self._in_bins, bin_of(ticks[known] * unit), 1, codes[known], BINS.bit_length())
            ticks, codes = ticks[~known], codes[~known]
        self._bits = max(self._bits, int(ticks.max(initial=0)).bit_length())
        self._hold(self._rows, ticks, unit, codes, self._bits)
        counted = len(self._cells.group)
        if self._held > max(HELD, self._most, min(max(self._size * _EACH, counted * _AGAIN), _MOST), counted):
            self._settle()

    @property
    def _size(self) -> int:
        return len(self._cells.binned)

    def _hold(self, held: list[Words], ticks: Array, unit: int, codes: Array, bits: int) -> None:
        words = Words.of(ticks, unit, codes, self._size, bits)
        if words is None:
            count, value = np.ones(len(ticks), np.int64), ticks.astype(np.int64) * unit
            few = Sparse.nothing("values", self._size)
            self._cells += attrs.evolve(few, group=codes, value=value, count=count).settled()
        else:
            held.append(words)
            self._held += len(ticks)

    def _settle(self) -> None:
        """Count the held rows where that pays; hold twice as many otherwise."""
        found = self._in_order()
        if found is not None and not self._in_bins and found.listed_at_most * _PAYS > self._held:
            self._most = 2 * self._held
        else:
            self._count(found)

    def _in_order(self, run: Run = map) -> SortedValues | None:
        """Sort the held rows, which are then held in order and once."""
        found = SortedValues.of(self._rows, self._size, run)
        if found is not None:
            self._rows = [found.rows]
        return found

    def _count(self, found: SortedValues | None) -> None:
        """Count all held rows; `found` are those that are not in bins."""
        for part in [found] if found else [SortedValues.of([some], some.size) for some in self._rows]:
            assert part is not None  # some rows were packed alone
            self._cells += part.counted(self._cells.binned[: part.size]).grown(self._size)
        if found := SortedValues.of(self._in_bins, self._size):
            self._cells += found.counted(self._cells.binned, bins=True)
        self._rows, self._in_bins, self._held, self._sorted = [], [], 0, None

    def prepare(self, run: Run) -> None:
        """Sort the held rows, on several threads."""
        self._sorted = self._in_order(run)

    def _all(self, order: Array) -> SortedValues | None:
        """Sort the held rows, for as many groups as an order, or a choice of them, knows."""
        self._cells = self._cells.grown(int(order.max(initial=-1)) + 1)
        known = self._sorted if self._sorted and self._sorted.size == self._size else None
        return known or self._in_order()

    def counted(self, order: Array) -> Sparse | SortedValues:
        """Counts of all groups, in another order; as the sorted rows where none was counted."""
        counted = len(self._cells.group) or self._in_bins
        found = None if counted else self._all(order)
        if found is None:
            return self.cells(order)
        self._sorted = found
        return found.in_order(order)

    def cells(self, order: Array) -> Sparse:
        """Counts of all groups, in another order."""
        self._count(self._all(order))
        return self._cells.ordered(order)
