"""Whole values in a unit that they are all multiples of: microseconds are mostly whole seconds, or tenths of them.

Counts and sums of small numbers take less than those of large ones.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from servqual._arrays import Array

_UNITS: Final = (1_000_000, 100_000, 10_000, 1000)
_SAMPLE: Final = 64
CACHED: Final = 1 << 16
"""Rows of which the cache holds a few columns; fewer would be of no use, as each step costs something too."""


def cached_chunks(size: int) -> Iterator[slice]:
    """So many rows, a few at a time, whose numbers the processor's cache holds from one step to the next.

    >>> list(cached_chunks(100_000))
    [slice(0, 65536, None), slice(65536, 131072, None)]
    """
    return (slice(first, first + CACHED) for first in range(0, size, CACHED))


def in_units(whole: Array, least: int | None = None) -> tuple[Array, int]:
    """Whole values, as floats, in the largest unit of a power of ten that divides them all, and that unit.

    Values below `least` count as that.

    >>> in_units(np.array([1_500_000, 200_000]))
    (array([15.,  2.]), 100000)
    """
    raised = whole if least is None or whole.min(initial=least) >= least else np.maximum(whole, least)
    unit = unit_of(raised)
    while (ticks := _multiples(raised, unit)) is None:
        unit = next((smaller for smaller in _UNITS if smaller < unit), 1)
    return ticks, unit


def unit_of(whole: Array) -> int:
    """The largest unit that divides the first few values."""
    few = whole[:_SAMPLE]
    return next((unit for unit in _UNITS if not (few % unit).any()), 1)


def _multiples(whole: Array, unit: int) -> Array | None:
    """How many units each value is, if all are whole."""
    if unit == 1:
        return whole.astype(np.float64)
    ticks = np.empty(len(whole))
    for rows in cached_chunks(len(whole)):
        each = whole[rows] // unit
        ticks[rows] = each
        if not np.array_equal(each * unit, whole[rows]):
            return None
    return ticks
