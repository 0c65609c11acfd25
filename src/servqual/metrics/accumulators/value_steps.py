"""What each short step of the rows of a table of counts holds: its values' number, and sums of their places in it.

Sums over all values, and the place of a rank, follow from these few numbers. A matrix product is the fastest way to
them, and its floats are exact: single ones below 2^24, which is checked, and double ones for all counts of 31 bits.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import numpy as np

from servqual._arrays import Array

STEP: Final = 64
"""Columns of a step."""
_POWERS: Final = np.arange(STEP)[:, np.newaxis] ** np.arange(3)
_FEW: Final = 1 << 12
"""Of fewer values in a step, the sum of the squares of their places is below 2^24."""
_CHUNK: Final = 1 << 18
"""So many places are looked through at a time, which the cache holds."""


Run: TypeAlias = Callable[[Callable[[slice], Any], Iterable[slice]], Iterable[Any]]
"""`map`, or that of a pool of threads."""


class Steps:
    """The steps of a table of counts by row and column; the last is filled up with zeros.

    >>> steps = Steps(np.array([[1, 0, 2], [0, 4, 0]]))
    >>> steps.moments.tolist(), steps.different.tolist()
    ([[[3], [4]], [[4], [4]], [[8], [4]]], [2, 1])
    """

    def __init__(self, table: Array) -> None:
        self.table = table
        self._steps = max(1, -(-table.shape[1] // STEP))
        self._seen: tuple[Array, Array] | None = None

    @property
    def moments(self) -> Array:
        """How many values each step of each row holds, and the sums of their places in it and of these squared."""
        return self.look()[0]

    @property
    def different(self) -> Array:
        """How many different values each row holds, exactly up to 2^24."""
        return self.look()[1]

    def look(self, run: Run = map) -> tuple[Array, Array]:
        """Look through the table once; a pool's `map` does so on several threads."""
        if self._seen is None:
            size, chunk = len(self.table), max(1, _CHUNK // (self._steps * STEP))
            moments, different = np.empty((3, size, self._steps), np.int64), np.empty(size, np.int64)
            chunks = [slice(first, first + chunk) for first in range(0, size, chunk)]
            for rows, (sums, values) in zip(chunks, run(self._looked, chunks), strict=True):
                moments[:, rows], different[rows] = sums.T.reshape(3, -1, self._steps), values
            self._seen = moments, different
        return self._seen

    def _looked(self, rows: slice) -> tuple[Array, Array]:
        counts = _filled_up(self.table[rows], self._steps, np.float32)
        sums = counts @ _POWERS.astype(np.float32)
        if sums[:, 0].max() >= _FEW:
            sums = _filled_up(self.table[rows], self._steps, np.float64) @ _POWERS.astype(np.float64)
        return sums, np.minimum(counts, 1, out=counts).reshape(-1, self._steps * STEP).sum(1)


def _filled_up(table: Array, steps: int, kind: type[np.floating]) -> Array:
    """Each step of some rows, one after the other."""
    counts = np.empty((len(table), steps * STEP), kind)
    counts[:, : table.shape[1]] = table
    counts[:, table.shape[1] :] = 0
    return counts.reshape(-1, STEP)
