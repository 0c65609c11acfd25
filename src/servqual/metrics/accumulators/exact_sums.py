"""Exact sums and sums of squares by group, in whole numbers of any size.

    a value of 53 bits      | high piece | middle piece | low piece |     each small enough that a chunk of rows
    sums of the pieces            Σ             Σ             Σ           adds exactly in float64 (below 2^53)
    limbs, least first      | 26 bits | 26 bits | 26 bits | 26 bits |    carried over, so that equal sums are equal

Numpy adds by group (`bincount`) fastest in floats, and a float64 adds whole numbers exactly up to 2^53. So values are
read in the largest of a few units that divides them all, which keeps most of them in one piece. Python's own integers
would be exact as well, but are far slower. A sum of signed values is the sum above 0 less the sum below 0: its
last limb has the sign, the others are 0 or more.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array

_LIMB: Final = 26
_LOW: Final = (1 << _LIMB) - 1
SUM_LIMBS: Final = 4
"""104 bits: 2^52 rows of 2^52 microseconds."""
SQUARE_LIMBS: Final = 6
"""156 bits: the squares of the same."""
_NONE: Final = np.zeros(0, np.int64)
_FLOAT: Final = 53
_WORD: Final = 64
_CHUNK: Final = 1 << 20
"""Rows whose pieces a float64 adds exactly."""
_UNSETTLED: Final = 500
"""Sums of at most 2^53 that may be added before they pass 2^62."""


class ExactSums:
    """Sums of whole values of 0 to 2^53, and of their squares, by group."""

    def __init__(self) -> None:
        self._sums = np.zeros((0, SUM_LIMBS), np.int64)
        self._squares = np.zeros((0, SQUARE_LIMBS), np.int64)
        self._pending: dict[tuple[int, int, int], Array] = {}
        self._added = 0

    def add(self, ticks: Array, unit: int, codes: Array, size: int) -> None:
        """Add whole values, given as floats in a unit; a row that does not count is 0."""
        for start in range(0, len(ticks), _CHUNK):
            self._add(ticks[start : start + _CHUNK], unit, codes[start : start + _CHUNK], size)

    def _add(self, ticks: Array, unit: int, codes: Array, size: int) -> None:
        if self._added == _UNSETTLED:
            self._settle()
        self._added += 1
        squares = ticks * ticks
        if squares.sum() < 1 << _FLOAT:  # so that each sum on the way to it is exact
            self._note(1, unit, 0, np.bincount(codes, ticks, size))
            self._note(2, unit, 0, np.bincount(codes, squares, size))
            return
        bits, rows = int(ticks.max()).bit_length(), len(ticks).bit_length()
        if 2 * bits <= _WORD:
            self._note(1, unit, 0, np.bincount(codes, ticks, size))
            squares = ticks.astype("<u8")
            squares *= squares
            for half in range(2):
                some = squares.view("<u4")[half::2].astype(np.float64)
                self._note(2, unit, half * _WORD // 2, np.bincount(codes, some, size))
            return
        each = (_FLOAT - 1 - rows) // 2
        whole = ticks.astype(np.int64)
        pieces = [((whole >> low) & ((1 << each) - 1)).astype(np.float64) for low in range(0, bits, each)]
        for i, piece in enumerate(pieces):
            self._note(1, unit, each * i, np.bincount(codes, piece, size))
            self._note(2, unit, 2 * each * i, np.bincount(codes, piece * piece, size))
            for j in range(i):
                self._note(2, unit, each * (i + j), np.bincount(codes, 2 * piece * pieces[j], size))

    def _note(self, power: int, unit: int, shift: int, found: Array) -> None:
        """Keep a sum, of at most 2^53, until it is shifted and multiplied by its unit."""
        before, whole = self._pending.get((power, unit, shift), _NONE), found.astype(np.int64)
        longer, shorter = (whole, before) if len(whole) >= len(before) else (before, whole)
        longer[: len(shorter)] += shorter
        self._pending[power, unit, shift] = longer

    def _settle(self) -> None:
        """Carry pending sums over into the limbs."""
        size = max((len(sums) for sums in self._pending.values()), default=0)
        self._sums, self._squares = _taller(self._sums, size), _taller(self._squares, size)
        for (power, unit, shift), sums in self._pending.items():
            target = self._sums if power == 1 else self._squares
            spread = np.zeros((len(sums), target.shape[1]), np.int64, order="F")
            place, by = divmod(shift, _LIMB)
            for limb in range(place, min(place + 3, target.shape[1])):
                spread[:, limb] = ((sums >> (_LIMB * (limb - place))) & _LOW) << by
            spread = carried(spread)
            for _ in range(power):
                spread = carried(spread * unit)
            target[: len(sums)] += spread
        self._sums, self._squares = carried(self._sums), carried(self._squares)
        self._pending, self._added = {}, 0

    def sums(self, size: int) -> tuple[Array, Array]:
        """Sums and sums of squares of each group, in limbs."""
        self._settle()
        return _taller(self._sums, size), _taller(self._squares, size)


class SignedSums:
    """Sums of whole values of -2^53 to 2^53, and of their squares, by group."""

    def __init__(self) -> None:
        self._above, self._below = ExactSums(), ExactSums()

    def add(self, ticks: Array, unit: int, codes: Array, size: int) -> None:
        """Add whole values, given as floats in a unit; a row that does not count is 0."""
        self._above.add(np.maximum(ticks, 0), unit, codes, size)
        if ticks.min(initial=0) < 0:
            self._below.add(np.maximum(-ticks, 0), unit, codes, size)

    def sums(self, size: int) -> tuple[Array, Array]:
        """Sums and sums of squares of each group, in limbs."""
        (above, squares), (below, more) = self._above.sums(size), self._below.sums(size)
        return carried(above - below), carried(squares + more)


def as_ints(limbs: Array) -> Array:
    """Read limbs as Python integers, in an array of objects."""
    out = np.zeros(len(limbs), np.int64).astype(object)
    for place in range(0, limbs.shape[1], 2):  # two limbs fit a word
        pair = limbs[:, place] + (limbs[:, place + 1] << _LIMB)
        if pair.any():
            out += pair.astype(object) << (_LIMB * place)
    return out


def carried(limbs: Array) -> Array:
    """Carry over, so that every limb but the last lies from 0 to below 2^26."""
    for place in range(limbs.shape[1] - 1):
        limbs[:, place + 1] += limbs[:, place] >> _LIMB
        limbs[:, place] &= _LOW
    return limbs


def _taller(limbs: Array, size: int) -> Array:
    if len(limbs) >= size:
        return limbs
    out = np.zeros((size, limbs.shape[1]), np.int64, order="F")
    out[: len(limbs)] = limbs
    return out
