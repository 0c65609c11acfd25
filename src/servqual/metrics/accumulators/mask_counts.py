"""Number of rows per group in each of many masks, all counted in one pass.

    mask 0   1 0 1 1
    mask 1   0 0 1 1        sixteen masks are packed into one whole number per row, a lane,
    lane     1 0 3 3        and the few numbers that occur are counted by group: {1: 1, 0: 1, 3: 2}

The count of a mask follows at the end, as the sum over the numbers that have its bit. Twelve KPIs have about twenty
masks: two passes of `bincount` instead of twenty.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.units import cached_chunks

_LANE: Final = 16


class MaskCounts:
    """Counts of a fixed number of masks by group.

    >>> counts = MaskCounts(2)
    >>> counts.add(counts.packed([np.array([True, False, True]), np.array([True, True, True])]), np.array([0, 0, 1]), 2)
    >>> [count.tolist() for count in counts.counts(2)]
    [[1, 1], [2, 1]]
    """

    def __init__(self, masks: int) -> None:
        self._masks = masks
        self._bits: dict[int, int] = {}
        self._lanes: list[_Lane] = []
        self._lock = threading.Lock()

    def packed(self, masks: Sequence[Array]) -> list[Array]:
        """Pack masks into lanes, sixteen to a whole number per row; a mask without any row takes no bit."""
        some = [number for number, mask in enumerate(masks) if mask.any()]
        with self._lock:
            for number in some:
                self._bits.setdefault(number, len(self._bits))
            placed = sorted((self._bits[number], masks[number].view(np.uint8)) for number in some)
        lanes: list[Array] = []
        size = len(masks[0]) if masks else 0
        for lane in range(0, placed[-1][0] + 1 if placed else 0, _LANE):
            mine = {bit - lane: mask for bit, mask in placed if lane <= bit < lane + _LANE}
            low, high = (_in_a_byte(mine, first, size) for first in (0, _LANE // 2))  # bytes are half the work
            values = high * np.uint16(1 << _LANE // 2)
            values += low
            lanes.append(values)
        return lanes

    def add(self, lanes: Sequence[Array], codes: Array, size: int) -> None:
        """Count packed masks of more rows; row i belongs to group `codes[i]` of `size`."""
        while len(self._lanes) < len(lanes):
            self._lanes.append(_Lane())
        for lane, values in zip(self._lanes, lanes, strict=False):
            lane.add(values, codes, size)

    def counts(self, size: int) -> list[Array]:
        """Number of rows of each group in each mask."""
        nothing = np.zeros(size, np.int64)
        places = [divmod(self._bits.get(number, -1), _LANE) for number in range(self._masks)]
        return [self._lanes[lane].count(bit, size) if lane >= 0 else nothing for lane, bit in places]


def _in_a_byte(masks: Mapping[int, Array], first: int, size: int) -> Array:
    """Pack eight masks, from the first on, a bit each."""
    bits = np.zeros(size, np.uint8)
    for bit in range(first + _LANE // 2 - 1, first - 1, -1):
        np.add(bits, bits, out=bits)  # the masks so far move up one bit
        if (mask := masks.get(bit)) is not None:
            np.bitwise_or(bits, mask, out=bits)
    return bits


class _Lane:
    """Counts of a lane: a table row per number that occurred, a column per group."""

    def __init__(self) -> None:
        self._start = np.full(1 << _LANE, -1, np.int64)  # of each number's row
        self._numbers: list[int] = []
        self._table = np.zeros((0, 0), np.int64)

    def add(self, values: Array, codes: Array, size: int) -> None:
        self._grow(size)
        key = np.empty(len(values), np.int64)
        for rows in cached_chunks(len(values)):
            start = self._start.take(values[rows])
            if start.min(initial=0) < 0:
                self._learn(np.unique(values[rows][start < 0]).tolist())
                start = self._start.take(values[rows])
            np.add(start, codes[rows], out=key[rows])
        self._grow(size)
        self._table += np.bincount(key, minlength=self._table.size).reshape(self._table.shape)

    def _learn(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._start[number] = len(self._numbers) * self._table.shape[1]
            self._numbers.append(number)

    def _grow(self, size: int) -> None:
        rows, width = self._table.shape
        if width < size or rows < len(self._numbers):
            table = np.zeros((len(self._numbers), max(width, size)), np.int64)
            table[:rows, :width] = self._table
            self._table = table
            self._start[self._numbers] = np.arange(len(self._numbers)) * table.shape[1]

    def count(self, bit: int, size: int) -> Array:
        """Add up the rows whose number has a bit."""
        self._grow(size)
        rows = [row for row, number in enumerate(self._numbers) if number >> bit & 1]
        return np.asarray(self._table[rows, :size].sum(0))
