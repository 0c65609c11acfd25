"""Counts of small multiples of one unit by group, in a table with a place per group and value.

    unit 0.1 s      0   0.1  0.2  0.3 …  width            a row's key is  group × width + value / unit;
    group 0         3    0    7    1                      keys are buffered, sorted by the two million,
    group 1         0    2    0    9                      and counted, so that nearby places share the cache

Counting costs one addition per row and no sort of all rows, whatever the number of different values. The operating
system gives memory only where it is written, so that the whole table is reserved at once: a new group costs nothing,
and only a greater value or a finer unit moves counts. Up to two million rows stay keys and never reach the table.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counted_table import CountedTable, listed
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.value_steps import STEP, Run, Steps
from servqual.metrics.accumulators.waiting import counted
from servqual.readers.columns.units import CACHED, cached_chunks

WAITING: Final = 1 << 21
"""Rows in the buffer of keys; fewer are not worth sorting."""
_PLACES: Final = 1 << 25
"""Most places of a table: 128 MiB."""
_ROWS: Final = (1 << 31) - 1
"""Most rows that a table counts, in 32 bits."""


class ValueTable:
    """Table with a place per group and multiple of a unit; one more place takes the rows that do not count."""

    def __init__(self) -> None:
        self._unit = 0
        self._rows = 0
        self._width = 0
        self._needed = 1
        self._places = np.zeros(0, np.int32)
        self._keys = np.empty(WAITING + CACHED, np.int32)
        self._held = 0
        self._lent = False
        self._known: Steps | None = None
        self.size = 0

    def add(self, ticks: Array, unit: int, codes: Array, among: Array, size: int) -> bool:
        """Count rows; False where they do not fit."""
        top = int(ticks.max(initial=-1))
        self._rows += len(ticks)
        if top < 0:
            return True
        finest = min(unit, self._unit or unit)
        times = unit // finest
        if self._rows > _ROWS or not self._fit(top * times + 1, finest, size):
            return False
        for rows in cached_chunks(len(ticks)):
            key = self._keys[self._held :][: len(ticks[rows])]
            key[:] = ticks[rows]
            key *= times
            row = codes[rows].astype(np.int32)
            row *= self._width
            key += row
            np.copyto(key, _PLACES, where=~among[rows])
            self._held += len(key)
            if self._held > WAITING:
                self._settle()
        return True

    def _settle(self) -> None:
        """Count the buffered keys, sorted, so that neighbours are in the cache."""
        if not len(self._places):
            self._places = np.zeros(_PLACES + 1, np.int32)
        if self._held:
            if self._lent:
                self._places, self._lent = self._places.copy(), False
            key, self._held, self._known = self._keys[: self._held], 0, None
            key.sort()
            for rows in cached_chunks(len(key)):  # numpy adds fastest at 64-bit places an array of ones
                places = key[rows].astype(np.intp)
                np.add.at(self._places, places, np.ones(len(places), np.int32))

    def _fit(self, width: int, unit: int, size: int) -> bool:
        """Make room for values below `width` of a unit in `size` groups; False where there is none."""
        size = max(size, self.size)
        times = (self._unit or unit) // unit
        needed = max(width, (self._needed - 1) * times + 1)
        if size * needed > _PLACES:
            return False
        if times > 1 or needed > self._width or size * self._width > _PLACES:
            self._move(min(needed * 2, _PLACES // size), times)
            self._unit = unit
        self._known = None
        self.size, self._needed = size, needed
        return True

    def _move(self, width: int, times: int) -> None:
        """Widen the table and rescale its values."""
        if len(self._places):
            counts = self._counts()
            places = np.zeros(_PLACES + 1, np.int32)
            fresh = places[: self.size * width].reshape(self.size, width)
            fresh[:, : (self._needed - 1) * times + 1 : times] = counts
            self._places = places
        elif self._held:
            key = self._keys[: self._held]
            row, column = np.divmod(key, np.int32(self._width))
            np.copyto(key, row * np.int32(width) + column * np.int32(times), where=key != _PLACES)
        self._width = width

    def _counts(self) -> Array:
        self._settle()
        return self._places[: self.size * self._width].reshape(self.size, self._width)[:, : self._needed]

    def _few(self) -> tuple[Array, Array]:
        """Groups and values of the buffered rows that count, while the table is empty."""
        key = self._keys[: self._held]
        group, value = np.divmod(key[key != _PLACES], np.int32(max(self._width, 1)))
        return group.astype(np.int64), value.astype(np.int64)

    def prepare(self, run: Run) -> None:
        """Look through the table, where there is one, for the numbers that ranks are found by."""
        if len(self._places):
            self._steps().look(run)

    def cells(self, order: Array, binned: Array | None = None) -> Sparse:
        """Counts of each value, or of bins where `binned` is given."""
        if len(self._places) or binned is not None:
            return listed(self._counts(), self._unit, order, binned)
        group, value = self._few()
        return counted(group, value * self._unit, np.zeros(len(order), np.bool_)).ordered(order)

    def counted(self, order: Array) -> CountedTable | None:
        """The table itself, where it has a row for all groups and is a whole number of steps wide."""
        if not len(self._places) or order.max(initial=0) >= self.size:
            return None
        steps = self._steps()
        if steps.table.shape[1] % STEP:
            return None
        self._lent = True
        return CountedTable(steps, self._unit, order, np.zeros(len(order), np.int64))

    def _steps(self) -> Steps:
        self._settle()
        if self._known is None:
            rows = self._places[: self.size * self._width].reshape(self.size, self._width)
            self._known = Steps(rows[:, : -(-self._needed // STEP) * STEP])
        return self._known
