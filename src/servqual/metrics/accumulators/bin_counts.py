"""Counts of values that are all over the place: each row in its bin at once, in a table, and as it is while it may be.

A group of few different values is told exactly, any other in bins. Which of the two it is shows only as rows come; so
the rows of a group are kept beside its bins until it has too many different values.
"""

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.value_table import WAITING, ValueTable
from servqual.metrics.accumulators.values import Values, bin_of
from servqual.metrics.accumulators.waiting import WaitingValues, counted, in_order


class BinCounts:
    """Counts of whole values of 0 to 2^53 by group, of which those that are crowded are in bins only."""

    def __init__(self) -> None:
        self._table = ValueTable()
        self._crowded = np.zeros(0, np.bool_)
        self._exact = Sparse.nothing("values", 0)
        self._waiting = WaitingValues()
        self._most = WAITING

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, binned: Array) -> bool:
        """Count these rows, or say that there are too many groups; those that are binned already stay so."""
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
        """Let go of the rows of groups that are crowded by now; equal values join where they are many."""
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
        """The counts of all groups."""
        self._crowded = self._told(size)
        self._join(*self._waiting.given_up())
        rows = np.where(self._crowded, np.arange(size), self._table.size)  # the others have no row
        return self._exact.grown(size) + self._table.cells(rows, self._crowded)
