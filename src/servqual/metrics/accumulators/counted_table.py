"""Counts of values as the table in which rows were counted, a row per group and a column per multiple of a unit.

A percentile is found in the table itself: the running sum of its steps (`value_steps`) leads to the step that holds the
rank, the running sum within the step to the value. Listing the values first costs a pass over the whole table, about
a sixth more time for twelve KPIs of 20 million rows.
"""

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.value_steps import STEP, Steps
from servqual.metrics.accumulators.values import Values, bin_of, middle_of

_CHUNK: Final = 1 << 18
"""Places looked through at a time, which the cache holds."""


@attrs.frozen(eq=False)
class CountedTable:
    """Number of each multiple of a unit (its column) in each group; `row` is the row of each group.

    The table is a whole number of steps wide.
    It answers as the `Sparse` cells of `listed` do, where groups with many different values are in bins.
    """

    form: ClassVar[Form] = "values"
    labels: ClassVar[tuple[str, ...]] = ()
    steps: Steps
    unit: int
    row: Array
    undecided: Array

    @cached_property
    def _reached(self) -> Array:
        """Number of values up to the end of each step, the groups before included."""
        return np.cumsum(self.steps.counts[self.row])

    @property
    def _by_step(self) -> Array:
        return self.steps.table.reshape(len(self.steps.table), -1, STEP)

    @cached_property
    def n(self) -> Array:
        """Number of values in each group."""
        return np.asarray(self.steps.counts.sum(1)[self.row])

    @cached_property
    def binned(self) -> Array:
        """Whether a group has so many different values that it is in bins."""
        return np.asarray(self.steps.different[self.row] > Values.EXACT)

    def at(self, rank: Array, of: Callable[[Array], Array] = middle_of) -> Array:
        """Find the value of a rank in each group, counted from 1; NaN where there is none.

        A bin is read by its middle, or by what `of` takes of it.
        """
        inside = (rank >= 1) & (rank <= self.n)
        if not len(self._reached):
            return np.full(len(rank), np.nan)
        wanted = np.where(inside, np.cumsum(self.n) - self.n + rank, 1)
        place = np.minimum(np.searchsorted(self._reached, wanted), len(self._reached) - 1)
        left = wanted - np.where(place > 0, self._reached[place - 1], 0)
        group, step = np.divmod(place, self.steps.counts.shape[1])
        up_to = np.cumsum(self._by_step[self.row[group], step], axis=1, dtype=np.int32)
        value = (step * STEP + np.argmax(up_to >= left.astype(np.int32)[:, np.newaxis], axis=1)) * self.unit
        found = np.where(self.binned, of(bin_of(value)), value)
        return np.where(inside, found, np.nan)

    def moved(self, places: Array, size: int) -> Sparse:
        """Move the counts to other places among `size` groups; groups that meet are joined."""
        return self.listed().moved(places, size)

    def ordered(self, order: Array) -> Sparse:
        """Put the groups in another order, or some of them."""
        return self.listed().ordered(order)

    def listed(self) -> Sparse:
        """List the counts of each value."""
        return attrs.evolve(listed(self.steps.table, self.unit, self.row), undecided=self.undecided)


def listed(table: Array, unit: int, row: Array, binned: Array | None = None) -> Sparse:
    """List the counts of a table as `Sparse`; where `binned` is given its columns are bins.

    A few rows of the table are looked through at a time, as many as the cache holds.
    """
    size, width = table.shape
    counted = np.flatnonzero(row < size)  # a group whose values were never counted has no row
    in_bins = np.zeros(len(row), np.bool_) if binned is None else binned
    bins = bin_of(np.arange(width) * unit)
    # allocating large arrays is slow, so each column is made once, in its greatest length
    most, filled = np.count_nonzero(table), 0
    group, values, count = (np.empty(most, np.int64) for _ in range(3))
    chunk = max(1, _CHUNK // max(width, 1))
    for first in range(0, len(counted) if width else 0, chunk):
        here = counted[first : first + chunk]
        some = table[row[here]]
        places = np.flatnonzero(some != 0)
        edges = np.searchsorted(places, np.arange(len(here) + 1) * width)
        crowded = (np.diff(edges) > Values.EXACT) & ~in_bins[here]
        if crowded.any():
            some[crowded] = _in_bins(some[crowded], bins)
            places = np.flatnonzero(some != 0)
        line = places // width
        value = (places - line * width) * unit
        if crowded.any():
            np.copyto(value, bin_of(value), where=crowded.take(line))
            in_bins[here] |= crowded
        rows = slice(filled, filled + len(places))
        group[rows], values[rows], count[rows] = here.take(line), value, some.take(places)
        filled = rows.stop
    rows, undecided = slice(filled), np.zeros(len(row), np.int64)
    return Sparse("values", group[rows], values[rows], count[rows], in_bins, undecided)


def _in_bins(counts: Array, bins: Array) -> Array:
    """Add up the counts of each bin in its first column."""
    starts = np.flatnonzero(np.diff(bins, prepend=-1))
    out = np.zeros_like(counts)
    out[:, starts] = np.add.reduceat(counts, starts, axis=1)
    return out
