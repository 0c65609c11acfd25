"""Accumulators by group: one array a field, one entry a group.

Dense fields are whole numbers that add. A sum too large for 64 bits is kept as limbs of 26 bits, least first, carried
after each step, so that equal sums have equal limbs. Value counts are sparse: parallel arrays of group, value, count.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np

from servqual.metrics.accumulators import Accumulator, Array, Count, Quotient, Ratio, Rows, Total, Values, bin_of

__all__ = ["Cells", "Dense", "Sparse", "as_ints", "fold", "zero"]

_LIMB: Final = 26
_LOW: Final = (1 << _LIMB) - 1
SUM_LIMBS: Final = 4
"""104 bits: 2^52 rows of 2^52 microseconds."""
SQUARE_LIMBS: Final = 6
"""156 bits: the squares of the same."""


@attrs.frozen(eq=False)
class Dense:
    """Fields that add up entry by entry; a field of limbs is an array with a second axis."""

    fields: Mapping[str, Array]

    def moved(self, places: Array, size: int) -> "Dense":
        """The same cells at other places among `size` groups; cells that meet are added."""
        out = {}
        for name, values in self.fields.items():
            target = np.zeros((size, *values.shape[1:]), np.int64)
            np.add.at(target, places, values)
            out[name] = _carried(target)
        return Dense(out)

    def __add__(self, other: "Dense") -> "Dense":
        return Dense({name: _carried(values + other.fields[name]) for name, values in self.fields.items()})


@attrs.frozen(eq=False)
class Sparse:
    """How often each value came in each group, sorted by group and value; `binned` says which groups hold bins."""

    group: Array
    value: Array
    count: Array
    binned: Array
    undecided: Array

    @property
    def n(self) -> Array:
        """How many values each group has."""
        return np.bincount(self.group, self.count, len(self.binned)).astype(np.int64)

    def moved(self, places: Array, size: int) -> "Sparse":
        """The same counts at other places among `size` groups; groups that meet are added."""
        binned = np.zeros(size, np.bool_)
        np.logical_or.at(binned, places, self.binned)
        undecided = np.zeros(size, np.int64)
        np.add.at(undecided, places, self.undecided)
        to_bin = (binned[places] & ~self.binned)[self.group]
        value = np.where(to_bin, bin_of(self.value), self.value)
        return _settled(places[self.group], value, self.count, binned, undecided)

    def __add__(self, other: "Sparse") -> "Sparse":
        binned = self.binned | other.binned
        group = np.concatenate([self.group, other.group])
        value = np.concatenate([self.value, other.value])
        was = np.concatenate([self.binned[self.group], other.binned[other.group]])
        value = np.where(binned[group] & ~was, bin_of(value), value)
        count = np.concatenate([self.count, other.count])
        return _settled(group, value, count, binned, self.undecided + other.undecided)


Cells: TypeAlias = Dense | Sparse


def fold(accumulator: type[Accumulator], rows: Rows, codes: Array, size: int) -> Cells:
    """Fold the per-row columns of an accumulator into cells; row i belongs to group `codes[i]` of `size`."""
    if accumulator in (Count, Ratio):
        return Dense({name: np.bincount(codes[mask], minlength=size) for name, mask in rows.items()})
    if accumulator is Quotient:
        return _quotients(rows, codes, size)
    among, undecided = rows["among"], np.bincount(codes[rows["undecided"]], minlength=size)
    value, codes = rows["value"][among], codes[among]
    if accumulator is Total:
        n = np.bincount(codes, minlength=size)
        sums, squares = _sums(value, codes, size)
        return Dense({"n": n, "total": sums, "squares": squares, "undecided": undecided})
    assert accumulator is Values
    return _settled(codes, value, np.ones(len(value), np.int64), np.zeros(size, np.bool_), undecided)


def zero(accumulator: type[Accumulator], size: int) -> Cells:
    """Cells of `size` groups in which nothing has been seen."""
    nothing = np.zeros(0, np.int64)
    nothings: dict[type[Accumulator], Callable[[], Rows]] = {
        Count: lambda: Count.of(nothing),
        Ratio: lambda: Ratio.of(nothing),
        Quotient: lambda: Quotient.of(nothing, nothing),
        Total: lambda: Total.of(nothing),
        Values: lambda: Values.of(nothing),
    }
    return fold(accumulator, nothings[accumulator](), nothing, size)


def as_ints(limbs: Array) -> list[int]:
    """Limbs as whole numbers of any size."""
    return [sum(limb << (_LIMB * i) for i, limb in enumerate(row)) for row in limbs.tolist()]


def _quotients(rows: Rows, codes: Array, size: int) -> Dense:
    among = rows["among"]
    top, base, codes = rows["top"][among], rows["base"][among], codes[among]
    tops, top_squares = _sums(top, codes, size)
    bases, base_squares = _sums(base, codes, size)
    return Dense(
        {
            "n": np.bincount(codes, minlength=size),
            "top": tops,
            "base": bases,
            "top_squares": top_squares,
            "base_squares": base_squares,
            "both_squares": _sums(top + base, codes, size)[1],
        }
    )


def _sums(value: Array, codes: Array, size: int) -> tuple[Array, Array]:
    """Exact sums and sums of squares by group, in limbs.

    A float64 adds whole numbers exactly up to 2^53; the parts of values up to 2^53 stay there for 2^25 rows at a time.
    """
    sums = np.zeros((size, SUM_LIMBS), np.int64)
    squares = np.zeros((size, SQUARE_LIMBS), np.int64)
    step = 1 << 25
    for start in range(0, len(value), step):
        part, group = value[start : start + step], codes[start : start + step]
        low, high = part & _LOW, part >> _LIMB

        def add(target: Array, place: int, numbers: Array, group: Array = group) -> None:
            target[:, place] += np.bincount(group, numbers & _LOW, size).astype(np.int64)
            target[:, place + 1] += np.bincount(group, numbers >> _LIMB, size).astype(np.int64)

        add(sums, 0, low)
        add(sums, 1, high)
        add(squares, 0, low * low)
        add(squares, 1, 2 * low * high)
        add(squares, 2, high * high)
        sums, squares = _carried(sums), _carried(squares)
    return sums, squares


def _carried(values: Array) -> Array:
    if values.ndim == 1:
        return values
    for place in range(values.shape[1] - 1):
        values[:, place + 1] += values[:, place] >> _LIMB
        values[:, place] &= _LOW
    return values


def _settled(group: Array, value: Array, count: Array, binned: Array, undecided: Array) -> Sparse:
    """Sort and add up; groups with too many different values go to bins."""
    group, value, count = _added(group, value, count)
    crowded = (np.bincount(group, minlength=len(binned)) > Values.EXACT) & ~binned
    if crowded.any():
        value = np.where(crowded[group], bin_of(value), value)
        group, value, count = _added(group, value, count)
        binned = binned | crowded
    return Sparse(group, value, count, binned, undecided)


def _added(group: Array, value: Array, count: Array) -> tuple[Array, Array, Array]:
    order = np.lexsort((value, group))
    group, value, count = group[order], value[order], count[order]
    if not len(group):
        return group, value, count
    starts = np.flatnonzero(np.concatenate([[True], (group[1:] != group[:-1]) | (value[1:] != value[:-1])]))
    return group[starts], value[starts], np.add.reduceat(count, starts)
