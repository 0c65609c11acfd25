"""Counts of values that share no unit, such as microseconds: in bins, and exactly while few.

Two places hold a row: a table of logarithmic bins by group, and a buffer of the row itself. A group with few different
values is answered exactly, from the buffer; any other from its bins. Which of the two applies shows only while rows are
read, so the buffer keeps the rows of a group until it has more than `Values.EXACT` different values, and then drops
them. The cost is one table lookup per row; sorting all rows instead takes about twice as long.
"""

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.value_table import WAITING, ValueTable
from servqual.metrics.accumulators.values import Values, bin_of
from servqual.metrics.accumulators.waiting import WaitingValues, counted, in_order


class BinCounts:
    """Counts of whole values of 0 to 2^53 by group; a crowded group, of too many different values, is in bins."""

    def __init__(self) -> None:
        self._table = ValueTable()
        self._crowded = np.zeros(0, np.bool_)
        self._exact = Sparse.nothing("values", 0)
        self._waiting = WaitingValues()
        self._most = WAITING

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, binned: Array) -> bool:
        """Count rows; False where there are too many groups. A group that is `binned` already stays so."""
        size = len(binned)
        value = ticks if unit == 1 else ticks * unit
        if not self._table.add(bin_of(value), 1, codes, among, size):
            return False
        self._crowded = binned | self._told(size)
        if self._crowded.all():
            return True
        rows = np.flatnonzero(among & ~self._crowded.take(codes))
        self._waiting.add(codes.take(rows), value.take(rows).astype(np.int64))
        if self._waiting.rows > self._most:
            self._settle()
        return True

    def _told(self, size: int) -> Array:
        return np.concatenate([self._crowded, np.zeros(size - len(self._crowded), np.bool_)])

    def _settle(self) -> None:
        """Drop the rows of crowded groups; join equal values where there are many."""
        if self._waiting.most() <= Values.EXACT:  # no group can be crowded yet
            self._most *= 2
            return
        group, value, fresh = in_order(*self._waiting.given_up())
        self._crowded |= np.bincount(group[fresh], minlength=len(self._crowded)) > Values.EXACT
        rows = np.flatnonzero(~self._crowded[group])
        if 2 * np.count_nonzero(fresh[rows]) < len(rows):
            self._join(group[rows], value[rows])
        else:
            self._waiting.add(group[rows], value[rows])
        self._most = max(WAITING, 2 * self._waiting.rows)

    def _join(self, group: Array, value: Array) -> None:
        size = len(self._crowded)
        found = self._exact.grown(size) + counted(group, value, np.zeros(size, np.bool_))
        self._crowded |= found.binned
        rows = np.flatnonzero(~self._crowded[found.group])
        columns = {name: getattr(found, name)[rows] for name in ("group", "value", "count")}
        self._exact = attrs.evolve(found, **columns, binned=np.zeros(size, np.bool_))

    def cells(self, size: int) -> Sparse:
        """Counts of all groups."""
        self._crowded = self._told(size)
        self._join(*self._waiting.given_up())
        rows = np.where(self._crowded, np.arange(size), self._table.size)  # the others have no row
        return self._exact.grown(size) + self._table.cells(rows, self._crowded)
