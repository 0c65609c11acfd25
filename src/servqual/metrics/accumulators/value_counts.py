"""Number of each value in each group, counted chunk by chunk.

Three ways, each left for the next once it no longer fits, and never taken up again:

1. a table with a place per group and value (`value_table`), while all values are small multiples of one unit;
2. a table of bins (`bin_counts`), for values without such a unit; sorting them takes twice as long;
3. a buffer that is sorted when it is full (`waiting`), where there are too many groups for either table.
"""

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.bin_counts import BinCounts
from servqual.metrics.accumulators.counted_table import CountedTable
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.value_steps import Run
from servqual.metrics.accumulators.value_table import WAITING, ValueTable
from servqual.metrics.accumulators.values import bin_of
from servqual.metrics.accumulators.waiting import WaitingValues, counted


class ValueCounts:
    """Counts of whole values of 0 to 2^53 by group."""

    def __init__(self) -> None:
        self._table: ValueTable | None = ValueTable()
        self._bins: BinCounts | None = BinCounts()
        self._cells = Sparse.nothing("values", 0)  # the rows in neither table
        self._waiting = WaitingValues()

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, size: int) -> None:
        """Count the values, floats in a unit, of the rows of `among`."""
        if self._table is not None:
            if self._table.add(ticks, unit, codes, among, size):
                return
            self._cells, self._table = self._table.cells(np.arange(max(size, self._table.size))), None
        if self._bins is not None:
            self._cells = self._cells.grown(size)
            if self._bins.add(ticks, unit, codes, among, self._cells.binned):
                return
            self._cells, self._bins = self._cells + self._bins.cells(len(self._cells.binned)), None
        rows = np.flatnonzero(among)
        self._waiting.add(codes.take(rows), ticks.take(rows).astype(np.int64) * unit)
        if self._waiting.rows > max(WAITING, len(self._cells.group)):
            self._settle(size)

    def prepare(self, run: Run) -> None:
        """Work out ahead, on several threads, the numbers that ranks are found by."""
        if self._table is not None:
            self._table.prepare(run)

    def counted(self, order: Array) -> Sparse | CountedTable:
        """Counts of all groups, in another order; as the table where there is one."""
        found = None if self._table is None else self._table.counted(order)
        return found or self.cells(order)

    def cells(self, order: Array) -> Sparse:
        """Counts of all groups, in another order."""
        if self._table is not None:
            return self._table.cells(order)
        self._settle(len(order))
        cells = self._cells if self._bins is None else self._cells + self._bins.cells(len(order))
        return cells.ordered(order)

    def _settle(self, size: int) -> None:
        """Count the rows in the buffer."""
        self._cells = self._cells.grown(size)
        group, value = self._waiting.given_up()
        if len(group):
            binned = self._cells.binned
            self._cells += counted(group, np.where(binned[group], bin_of(value), value), binned)
