"""Values of rows as sorted words, from which percentiles are read and counts are listed.

    group 2, 0.3 s in tenths   ->   2 << bits | 3       one word per row: the group in front, the value behind
    sorted   0|1  0|4  0|4  2|3  2|7                    each group is a run, in which the value of a rank has its place

Cost: one sort, 3 to 5 ns per row in words of 32 bits and 6 to 9 ns in those of 64, in two halves that two threads sort
after a partition, which costs a sixth of a sort. It is the same for any number of groups and any width of values. A
table with a place per group and value costs 4 to 7 ns while the cache holds it, and 30 to 60 ns otherwise.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.values import Values, bin_of, middle_of
from servqual.readers.columns.units import cached_chunks

Run: TypeAlias = Callable[[Callable[[slice], Any], Iterable[slice]], Iterable[Any]]
"""`map`, or that of a pool of threads."""
_HALF: Final = 31
_WORD: Final = 63


@attrs.frozen(eq=False)
class Words:
    """Rows as words, in no order: a group of `size`, and below it `bits` bits of a value in a unit."""

    words: Array
    unit: int
    bits: int
    size: int

    @classmethod
    def of(cls, ticks: Array, unit: int, codes: Array, size: int, bits: int) -> "Words | None":
        """Pack rows; None where a word is too short for them."""
        kind = _kind(size, bits)
        if kind is None:
            return None
        words = codes.astype(kind)
        words <<= bits
        words += ticks.astype(kind)
        return cls(words, unit, bits, size)

    def fitted(self, unit: int, bits: int, kind: type[np.signedinteger]) -> Array:
        """Words with values in a finer unit, or of more bits."""
        if (unit, bits) == (self.unit, self.bits):
            return self.words.astype(kind, copy=False)
        words = self.words.astype(kind)
        value = words & kind((1 << self.bits) - 1)
        value *= kind(self.unit // unit)
        words >>= self.bits
        words <<= bits
        words += value
        return words


def _kind(size: int, bits: int) -> type[np.signedinteger] | None:
    """The shortest word for values of so many bits in `size` groups."""
    wide = max(size - 1, 0).bit_length() + bits
    return np.int32 if wide <= _HALF else np.int64 if wide <= _WORD else None


@attrs.frozen(eq=False)
class SortedValues:
    """Sorted words of `size` groups; `row` is the number, in the words, of each group.

    It answers as the `Sparse` cells of `listed` do, where groups with many different values are in bins.
    """

    form: ClassVar[Form] = "values"
    labels: ClassVar[tuple[str, ...]] = ()
    words: Array
    unit: int
    bits: int
    size: int
    row: Array
    undecided: Array

    @classmethod
    def of(cls, parts: Sequence[Words], size: int, run: Run = map) -> "SortedValues | None":
        """Sort rows; None where a word is too short for the finest unit of all parts."""
        unit = min((part.unit for part in parts), default=1)
        bits = max((part.bits + (part.unit // unit - 1).bit_length() for part in parts), default=0)
        kind = _kind(size, bits)
        if kind is None:
            return None
        words, filled = np.empty(sum(len(part.words) for part in parts), kind), 0
        for part in parts:
            words[filled : filled + len(part.words)] = part.fitted(unit, bits, kind)
            filled += len(part.words)
        if run is map or filled == 0:
            words.sort()
        else:
            words.partition(filled // 2)
            for _ in run(lambda half: words[half].sort(), [slice(filled // 2), slice(filled // 2, None)]):
                pass
        return cls(words, unit, bits, size, np.arange(size), np.zeros(size, np.int64))

    @property
    def rows(self) -> Words:
        """The same rows, to be sorted with others."""
        return Words(self.words, self.unit, self.bits, self.size)

    @property
    def listed_at_most(self) -> int:
        """Number of entries that `counted` gives, or more."""
        bins = int(bin_of(np.array([self.unit << self.bits]))[0]) + 1
        return int(np.where(self.different > Values.EXACT, np.minimum(self.different, bins), self.different).sum())

    def in_order(self, order: Array) -> "SortedValues":
        """Give the groups in another order."""
        return attrs.evolve(self, row=order, undecided=np.zeros(len(order), np.int64))

    @cached_property
    def _starts(self) -> Array:
        """The first place of each group, and the end of the last."""
        first = np.arange(self.size, dtype=self.words.dtype) << self.bits
        return np.append(np.searchsorted(self.words, first), len(self.words))

    @cached_property
    def different(self) -> Array:
        """The number of different values in each group, by its number in the words."""
        out = np.zeros(self.size, np.int64)
        some = np.flatnonzero(np.diff(self._starts))
        if len(some):
            fresh = np.ones(len(self.words), np.bool_)
            np.not_equal(self.words[1:], self.words[:-1], out=fresh[1:])
            out[some] = np.add.reduceat(fresh, self._starts[some], dtype=np.int64)
        return out

    @cached_property
    def n(self) -> Array:
        """Number of values in each group."""
        return np.asarray(np.diff(self._starts)[self.row])

    @cached_property
    def binned(self) -> Array:
        """Whether a group has so many different values that it is in bins."""
        many = self.n > Values.EXACT
        return np.asarray(many & (self.different[self.row] > Values.EXACT) if many.any() else many)

    def at(self, rank: Array, of: Callable[[Array], Array] = middle_of) -> Array:
        """Find the value of a rank in each group, counted from 1; NaN where there is none.

        A bin is read by its middle, or by what `of` takes of it.
        """
        inside = (rank >= 1) & (rank <= self.n)
        if not len(self.words):
            return np.full(len(rank), np.nan)
        word = self.words[np.where(inside, self._starts[self.row] + rank - 1, 0)]
        value = self._values(word)
        return np.where(inside, np.where(self.binned, of(bin_of(value)), value), np.nan)

    def _values(self, words: Array) -> Array:
        ticks = words & words.dtype.type((1 << self.bits) - 1)
        return np.asarray(ticks.astype(np.int64) * self.unit)

    def moved(self, places: Array, size: int) -> Sparse:
        """Move the counts to other places among `size` groups; groups that meet are joined."""
        return self.listed().moved(places, size)

    def ordered(self, order: Array) -> Sparse:
        """Put the groups in another order, or some of them."""
        return self.listed().ordered(order)

    def listed(self) -> Sparse:
        """List the counts of each value."""
        return attrs.evolve(self.counted().ordered(self.row), undecided=self.undecided)

    def counted(self, binned: Array | None = None, *, bins: bool = False) -> Sparse:
        """Count equal values, the groups by their number in the words; those with many values, or `binned`, in bins.

        With `bins` the values are bins already.
        """
        known = np.zeros(self.size, np.bool_) if binned is None else binned
        crowded = known if bins else known | (self.different > Values.EXACT)
        counting = _Counting(int(self.different.sum()))
        for rows in cached_chunks(len(self.words)):
            group, value = self.words[rows] >> self.bits, self._values(self.words[rows])
            if not bins and (some := crowded[group[0] : group[-1] + 1]).any():
                value = bin_of(value) if some.all() else np.where(crowded.take(group), bin_of(value), value)
            counting.add(group, value)
        return Sparse("values", *counting.found(), crowded, np.zeros(self.size, np.int64))


class _Counting:
    """Sorted groups and values, counted chunk by chunk, with room for at most so many different ones."""

    def __init__(self, most: int) -> None:
        self._found = np.empty((3, most), np.int64)
        self._size = 0
        self._last = (-1, -1)
        self._rows = 0

    def add(self, group: Array, value: Array) -> None:
        """Keep the first row of each pair."""
        fresh = np.ones(len(group), np.bool_)
        np.not_equal(value[1:], value[:-1], out=fresh[1:])
        fresh[1:] |= group[1:] != group[:-1]
        fresh[0] = (group[0], value[0]) != self._last
        places = np.flatnonzero(fresh)
        mine = slice(self._size, self._size + len(places))
        for column, found in zip(self._found, (group[places], value[places], places + self._rows), strict=True):
            column[mine] = found
        self._size = mine.stop
        self._last, self._rows = (group[-1], value[-1]), self._rows + len(group)

    def found(self) -> tuple[Array, Array, Array]:
        """Groups, values and counts."""
        group, value, place = self._found[:, : self._size]
        return group, value, np.diff(place, append=self._rows)
