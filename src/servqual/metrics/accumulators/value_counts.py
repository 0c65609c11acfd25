"""How often each value came in each group, counted as rows come.

While all values are small multiples of one unit, a table with a place for each group and value is fastest; otherwise
bins are counted in one. Where there are too many groups for either, rows wait until enough of them are worth sorting.
"""

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.bin_counts import BinCounts
from servqual.metrics.accumulators.counted_table import CountedTable
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.exact_sums import ExactSums
from servqual.metrics.accumulators.value_steps import Run
from servqual.metrics.accumulators.value_table import WAITING, ValueTable
from servqual.metrics.accumulators.values import bin_of
from servqual.metrics.accumulators.waiting import WaitingValues, counted


class ValueCounts:
    """Counts of whole values of 0 to 2^53 by group; with `sum_up` also their sums and sums of squares."""

    def __init__(self) -> None:
        self._sums: ExactSums | None = None
        self._table: ValueTable | None = ValueTable()
        self._bins: BinCounts | None = BinCounts()
        self._cells = Sparse.nothing("values", 0)  # what is in neither
        self._waiting = WaitingValues()

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
        if self._bins is not None:
            self._cells = self._cells.grown(size)
            if self._bins.add(ticks, unit, codes, among, self._cells.binned):
                return
            self._cells, self._bins = self._cells + self._bins.cells(len(self._cells.binned)), None
        rows = np.flatnonzero(among)
        self._waiting.add(codes.take(rows), ticks.take(rows).astype(np.int64) * unit)
        if self._waiting.rows > max(WAITING, len(self._cells.group)):
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

    def look(self, run: Run) -> None:
        """Work out ahead, on several threads, what sums and ranks follow from."""
        if self._table is not None:
            self._table.look(run)

    def counted(self, order: Array) -> Sparse | CountedTable:
        """The counts of all groups, in another order, as the table where there is one."""
        found = None if self._table is None else self._table.counted(order)
        return found or self.cells(order)

    def cells(self, order: Array) -> Sparse:
        """The counts of all groups, in another order."""
        if self._table is not None:
            return self._table.cells(order)
        self._settle(len(order))
        cells = self._cells if self._bins is None else self._cells + self._bins.cells(len(order))
        return cells.ordered(order)

    def _settle(self, size: int) -> None:
        """Count the rows that wait."""
        self._cells = self._cells.grown(size)
        group, value = self._waiting.given_up()
        if len(group):
            binned = self._cells.binned
            self._cells += counted(group, np.where(binned[group], bin_of(value), value), binned)
