"""Steps of a table of counts: how many values lie in each short piece of a row.

A rank is found in two looks instead of one through the whole row: first the step that it lies in, by the running sum of
these few numbers, then its place within the step. A product with a vector of ones is the fastest way to the numbers;
its floats are exact, single ones below 2^24, which is checked, and double ones for all counts of 31 bits.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import numpy as np

from servqual._arrays import Array

STEP: Final = 64
"""Columns of a step."""
_EXACT: Final = 1 << 24
"""Whole numbers up to here are exact in single floats."""
_CHUNK: Final = 1 << 18
"""Places looked through at a time, which the cache holds."""


Run: TypeAlias = Callable[[Callable[[slice], Any], Iterable[slice]], Iterable[Any]]
"""`map`, or that of a pool of threads."""


class Steps:
    """The steps of a table of counts by row and column; the last is filled up with zeros.

    >>> steps = Steps(np.array([[1, 0, 2], [0, 4, 0]]))
    >>> steps.counts.tolist(), steps.different.tolist()
    ([[3], [4]], [2, 1])
    """

    def __init__(self, table: Array) -> None:
        self.table = table
        self._steps = max(1, -(-table.shape[1] // STEP))
        self._seen: tuple[Array, Array] | None = None

    @property
    def counts(self) -> Array:
        """The number of values in each step of each row."""
        return self.look()[0]

    @property
    def different(self) -> Array:
        """The number of different values in each row, exactly up to 2^24."""
        return self.look()[1]

    def look(self, run: Run = map) -> tuple[Array, Array]:
        """Look through the table once; a pool's `map` does so on several threads."""
        if self._seen is None:
            size, chunk = len(self.table), max(1, _CHUNK // (self._steps * STEP))
            counts, different = np.empty((size, self._steps), np.int64), np.empty(size, np.int64)
            chunks = [slice(first, first + chunk) for first in range(0, size, chunk)]
            for rows, (sums, values) in zip(chunks, run(self._looked, chunks), strict=True):
                counts[rows], different[rows] = sums.reshape(-1, self._steps), values
            self._seen = counts, different
        return self._seen

    def _looked(self, rows: slice) -> tuple[Array, Array]:
        counts = _filled_up(self.table[rows], self._steps, np.float32)
        sums = counts @ np.ones(STEP, np.float32)
        if sums.max(initial=0) >= _EXACT:
            sums = _filled_up(self.table[rows], self._steps, np.float64) @ np.ones(STEP)
        return sums, np.minimum(counts, 1, out=counts).reshape(-1, self._steps * STEP).sum(1)


def _filled_up(table: Array, steps: int, kind: type[np.floating]) -> Array:
    """The steps of some rows, one after the other."""
    counts = np.empty((len(table), steps * STEP), kind)
    counts[:, : table.shape[1]] = table
    counts[:, table.shape[1] :] = 0
    return counts.reshape(-1, STEP)
