"""How many rows of each group a mask holds, for many masks at once.

Masks of the same rows go together: eight of them make a byte a row, and the few bytes that occur are counted by group
in one pass. What each mask holds follows at the end, from the bits of those bytes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from servqual.metrics.accumulators import Array

__all__ = ["MaskCounts", "packed"]

_LANE: Final = 8


def packed(masks: Sequence[Array | None]) -> list[Array | None]:
    """The masks as bytes a row, eight to a byte; None where none of the eight holds any row.

    >>> packed([np.array([True, False]), None, np.array([True, True])])
    [array([5, 4], dtype=uint8)]
    """
    lanes: list[Array | None] = []
    for start in range(0, len(masks), _LANE):
        lane: Array | None = None
        for bit, mask in enumerate(masks[start : start + _LANE]):
            if mask is not None:
                shifted = np.left_shift(mask.view(np.uint8), bit)
                lane = shifted if lane is None else np.bitwise_or(lane, shifted, out=lane)
        lanes.append(lane)
    return lanes


class MaskCounts:
    """Counts of a fixed number of masks by group, which grow as rows come."""

    def __init__(self, masks: int) -> None:
        self._lanes = [_Lane() for _ in range(0, masks, _LANE)]
        self._masks = masks

    def add(self, lanes: Sequence[Array | None], codes: Array, size: int) -> None:
        """Count packed masks of more rows, of which row i belongs to group `codes[i]` of `size`."""
        for lane, values in zip(self._lanes, lanes, strict=True):
            if values is not None:
                lane.add(values, codes, size)

    def counts(self, size: int) -> list[Array]:
        """How many rows of each group each mask held."""
        found = [count for lane in self._lanes for count in lane.counts(size)]
        return found[: self._masks]


class _Lane:
    """Up to eight masks: a column of the table for each byte that occurred."""

    def __init__(self) -> None:
        self._place = np.full(256, -1, np.int64)
        self._bytes: list[int] = []
        self._table = np.zeros((0, 0), np.int64)

    def add(self, values: Array, codes: Array, size: int) -> None:
        key = self._place.take(values)
        if key.min(initial=0) < 0:
            for byte in np.unique(values[key < 0]).tolist():
                self._place[byte] = len(self._bytes)
                self._bytes.append(byte)
            key = self._place.take(values)
        self._grow(size)
        width = self._table.shape[1]
        key += codes * width
        self._table[:size] += np.bincount(key, minlength=size * width).reshape(size, width)

    def _grow(self, size: int) -> None:
        rows, width = self._table.shape
        if rows < size or width < len(self._bytes):
            table = np.zeros((max(rows, size), max(width, len(self._bytes))), np.int64)
            table[:rows, :width] = self._table
            self._table = table

    def counts(self, size: int) -> list[Array]:
        """Sums of the columns whose byte has the mask's bit."""
        self._grow(size)
        out = []
        for bit in range(_LANE):
            columns = [place for place, byte in enumerate(self._bytes) if byte >> bit & 1]
            out.append(self._table[:size, columns].sum(1))
        return out
