"""Counts of values as the table in which rows were counted: a percentile is found there, without listing the values.

A rank leads to its step of the table, and within the step to its value.
"""

from functools import cached_property
from typing import ClassVar, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.value_steps import STEP, Steps
from servqual.metrics.accumulators.values import Values, bin_of, middle_of

_CHUNK: Final = 1 << 18
"""So many places are looked through at a time, which the cache holds."""


@attrs.frozen(eq=False)
class CountedTable:
    """How often each multiple of a unit, by column, came in each group; `row` is the row of each group.

    The table is a whole number of steps wide.
    It answers as the `Sparse` cells of `listed` do, in which groups of many different values are in bins.
    """

    form: ClassVar[Form] = "values"
    labels: ClassVar[tuple[str, ...]] = ()
    steps: Steps
    unit: int
    row: Array
    undecided: Array

    @cached_property
    def _reached(self) -> Array:
        """How many values there are up to the end of each step, those of the groups before included."""
        return np.cumsum(self.steps.moments[0][self.row])

    @property
    def _by_step(self) -> Array:
        return self.steps.table.reshape(len(self.steps.table), -1, STEP)

    @cached_property
    def n(self) -> Array:
        """How many values each group has."""
        return np.asarray(self.steps.moments[0].sum(1)[self.row])

    @cached_property
    def binned(self) -> Array:
        """Which groups have so many different values that they are in bins."""
        return np.asarray(self.steps.different[self.row] > Values.EXACT)

    def at(self, rank: Array) -> Array:
        """The value of this rank in each group, counted from 1; NaN where there is none."""
        inside = (rank >= 1) & (rank <= self.n)
        if not len(self._reached):
            return np.full(len(rank), np.nan)
        wanted = np.where(inside, np.cumsum(self.n) - self.n + rank, 1)
        place = np.minimum(np.searchsorted(self._reached, wanted), len(self._reached) - 1)
        left = wanted - np.where(place > 0, self._reached[place - 1], 0)
        group, step = np.divmod(place, self.steps.moments.shape[2])
        up_to = np.cumsum(self._by_step[self.row[group], step], axis=1, dtype=np.int32)
        value = (step * STEP + np.argmax(up_to >= left.astype(np.int32)[:, np.newaxis], axis=1)) * self.unit
        found = np.where(self.binned, middle_of(bin_of(value)), value)
        return np.where(inside, found, np.nan)

    def moved(self, places: Array, size: int) -> Sparse:
        """The same counts at other places among `size` groups; groups that meet are joined."""
        return self.listed().moved(places, size)

    def listed(self) -> Sparse:
        """The counts of each value."""
        return attrs.evolve(listed(self.steps.table, self.unit, self.row), undecided=self.undecided)


def listed(table: Array, unit: int, row: Array, binned: Array | None = None) -> Sparse:
    """The counts of a table, as every other form of them; where `binned` is given they are of bins.

    Some rows of the table are looked through at a time, which the cache holds.
    """
    size, width = table.shape
    come = np.flatnonzero(row < size)  # a group whose values were never counted has no row
    folded = np.zeros(len(row), np.bool_) if binned is None else binned
    bins = bin_of(np.arange(width) * unit)
    # large memory is slow to come by, so each column is there once, as long as it may be
    most, filled = np.count_nonzero(table), 0
    group, values, count = (np.empty(most, np.int64) for _ in range(3))
    chunk = max(1, _CHUNK // max(width, 1))
    for first in range(0, len(come) if width else 0, chunk):
        here = come[first : first + chunk]
        some = table[row[here]]
        places = np.flatnonzero(some != 0)
        edges = np.searchsorted(places, np.arange(len(here) + 1) * width)
        crowded = (np.diff(edges) > Values.EXACT) & ~folded[here]
        if crowded.any():
            some[crowded] = _in_bins(some[crowded], bins)
            places = np.flatnonzero(some != 0)
        line = places // width
        value = (places - line * width) * unit
        if crowded.any():
            np.copyto(value, bin_of(value), where=crowded.take(line))
            folded[here] |= crowded
        rows = slice(filled, filled + len(places))
        group[rows], values[rows], count[rows] = here.take(line), value, some.take(places)
        filled = rows.stop
    rows, undecided = slice(filled), np.zeros(len(row), np.int64)
    return Sparse("values", group[rows], values[rows], count[rows], folded, undecided)


def _in_bins(counts: Array, bins: Array) -> Array:
    """The counts of each bin in its first column."""
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    out = np.zeros_like(counts)
    out[:, starts] = np.add.reduceat(counts, starts, axis=1)
    return out
