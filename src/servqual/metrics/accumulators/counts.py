"""Counts by group and value, as three parallel arrays sorted by group and then value.

    group   0  0  0  2  2
    value   3  5  9  3  4      group 0 has two 3s, one 5 and four 9s; group 1 has no value
    count   2  1  4  7  1

Two such tables are added by joining the arrays and sorting one packed word of group and value, which is ten times
faster than sorting by two keys. A group with too many different values is put into bins, or into registers, so that
memory stays bounded; whether it is depends on its values alone, never on their order.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.distinct import DEEPEST, REGISTERS, Distinct, registers_of
from servqual.metrics.accumulators.values import BINS, Lifetimes, Values, bin_of, middle_of

Form: TypeAlias = Literal["values", "lifetimes", "distinct", "categories"]
_PIECE: Final = 1 << 19
"""Entries that are added at once."""


@attrs.frozen
class _Binning:
    """Number of different values from which a group is binned, how to bin it, and how equal values join.

    `top` is the greatest value, and `bins` and `deepest` are the number of bins and the greatest count of one.
    """

    most: int
    into: Callable[[Array, Array], tuple[Array, Array]]
    join: np.ufunc = np.add
    top: int = 1 << 53
    bins: int = 0
    deepest: int = 1 << 53


def _in_bins(value: Array, count: Array) -> tuple[Array, Array]:
    return bin_of(value), count


def _in_registers(value: Array, _: Array) -> tuple[Array, Array]:
    return registers_of(value)


_BINNINGS: Final[Mapping[Form, _Binning]] = {
    "values": _Binning(Values.EXACT, _in_bins, bins=BINS),
    "lifetimes": _Binning(Lifetimes.EXACT, _in_bins, bins=BINS),
    "distinct": _Binning(Distinct.EXACT, _in_registers, np.maximum, top=(1 << 63) - 1, bins=REGISTERS, deepest=DEEPEST),
    "categories": _Binning(1 << 62, _in_bins),
}


@attrs.frozen(eq=False)
class Sparse:
    """Number of each value in each group, sorted by group and value; `binned` marks the groups that are in bins.

    In lifetimes `count` has two columns, ended and still going; `labels` name the values of categories.
    """

    form: Form
    group: Array
    value: Array
    count: Array
    binned: Array
    undecided: Array
    labels: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, form: Form, size: int) -> "Sparse":
        """Counts of `size` groups without any value."""
        none = np.zeros(0, np.int64)
        return cls(form, none, none, none, np.zeros(size, np.bool_), np.zeros(size, np.int64))

    def fault(self) -> str:
        """Say which rule of the class these arrays break; empty where none."""
        binning, size, count = _BINNINGS[self.form], len(self.binned), self.count
        inside = self.group.min(initial=0) >= 0 and self.group.max(initial=0) < max(size, 1)
        if not inside or self.value.min(initial=0) < 0 or (len(self.group) and not size):
            return "a value has no group, or lies below 0"
        step = np.diff(self.group)
        if ((step < 0) | ((step == 0) & (np.diff(self.value) <= 0))).any():
            return "its values are not sorted, or one is there twice"
        binned = self.binned[self.group]
        top = len(self.labels) - 1 if self.form == "categories" else binning.top
        if (self.value > np.where(binned, binning.bins - 1, top)).any():
            return "a value is greater than any"
        each = count if count.ndim == 1 else count.sum(1)
        most = np.where(binned, binning.deepest, 1 if self.form == "distinct" else 1 << 53)
        if count.min(initial=0) < 0 or each.min(initial=1) < 1 or (each > most).any():
            return "a count is too small or too great"
        return ""

    @cached_property
    def reached(self) -> Array:
        """Number of values up to each entry, the groups before included."""
        return np.cumsum(self.count if self.count.ndim == 1 else self.count.sum(1))

    @cached_property
    def n(self) -> Array:
        """Number of values in each group."""
        last = np.searchsorted(self.group, np.arange(len(self.binned)), side="right") - 1
        up_to = np.where(last < 0, 0, self.reached[last]) if len(self.group) else np.zeros(len(self.binned), np.int64)
        return np.diff(up_to, prepend=0)

    def at(self, rank: Array, of: Callable[[Array], Array] = middle_of) -> Array:
        """Find the value of a rank in each group, counted from 1; NaN where there is none.

        A bin is read by its middle, or by what `of` takes of it.
        """
        inside = (rank >= 1) & (rank <= self.n)
        if not len(self.group):
            return np.full(len(rank), np.nan)
        before = np.cumsum(self.n) - self.n
        value = self.value[np.searchsorted(self.reached, np.where(inside, before + rank, 1))]
        return np.where(inside, np.where(self.binned, of(value), value), np.nan)

    def moved(self, places: Array, size: int) -> "Sparse":
        """Move the counts to other places among `size` groups; groups that meet are joined."""
        binned = np.zeros(size, np.bool_)
        np.logical_or.at(binned, places, self.binned)
        undecided = np.zeros(size, np.int64)
        np.add.at(undecided, places, self.undecided)
        if ascends(places):
            return attrs.evolve(self, group=places[self.group], binned=binned, undecided=undecided)
        value, count = self.in_bins((binned[places] & ~self.binned)[self.group])
        return attrs.evolve(
            self, group=places[self.group], value=value, count=count, binned=binned, undecided=undecided
        ).settled()

    def grown(self, size: int) -> "Sparse":
        """Add empty groups up to a size."""
        more = size - len(self.binned)
        if more <= 0:
            return self
        binned, undecided = (np.append(old, np.zeros(more, old.dtype)) for old in (self.binned, self.undecided))
        return attrs.evolve(self, binned=binned, undecided=undecided)

    def ordered(self, order: Array) -> "Sparse":
        """Put the groups in another order, or some of them."""
        starts, ends = (np.searchsorted(self.group, order, side) for side in ("left", "right"))
        sizes = ends - starts
        rows = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
        return attrs.evolve(
            self,
            group=np.repeat(np.arange(len(order)), sizes),
            value=self.value[rows],
            count=self.count[rows],
            binned=self.binned[order],
            undecided=self.undecided[order],
        )

    def __add__(self, other: "Sparse") -> "Sparse":
        binned = self.binned | other.binned
        for one, nothing in ((self, other), (other, self)):
            if not len(nothing.group) and one.labels == nothing.labels and np.array_equal(binned, one.binned):
                return attrs.evolve(one, undecided=self.undecided + other.undecided)
        labels, mine, theirs = self.labels, self, other
        if labels != other.labels:
            labels = tuple(sorted({*labels, *other.labels}))
            mine, theirs = self.named(labels), other.named(labels)
        undecided = self.undecided + other.undecided
        spans = _spans(mine.group, theirs.group, len(binned))
        pieces = [_added(mine.groups(*span), theirs.groups(*span), binned[slice(*span)]) for span in spans]
        if len(pieces) == 1:
            return attrs.evolve(pieces[0], undecided=undecided, labels=labels)
        columns = zip(*((each.group, each.value, each.count) for each in pieces), strict=True)
        group, value, count = map(np.concatenate, columns)
        group += np.repeat([first for first, _ in spans], [len(each.group) for each in pieces])
        crowded = np.concatenate([each.binned for each in pieces])
        return Sparse(self.form, group, value, count, crowded, undecided, labels)

    def groups(self, first: int, last: int) -> "Sparse":
        """Give some groups, numbered anew."""
        some = slice(*np.searchsorted(self.group, (first, last)).tolist())
        return attrs.evolve(
            self,
            group=self.group[some] - first,
            value=self.value[some],
            count=self.count[some],
            binned=self.binned[first:last],
            undecided=self.undecided[first:last],
        )

    def settled(self) -> "Sparse":
        """Sort and join equal values; put groups with too many different values into bins."""
        binning = _BINNINGS[self.form]
        group, value, count = _joined(self.group, self.value, self.count, binning.join)
        binned = self.binned
        crowded = (np.bincount(group, minlength=len(binned)) > binning.most) & ~binned
        if crowded.any():
            rows = crowded[group]
            value[rows], count[rows] = binning.into(value[rows], count[rows])
            group, value, count = _joined(group, value, count, binning.join)
            binned = binned | crowded
        return attrs.evolve(self, group=group, value=value, count=count, binned=binned)

    def named(self, labels: tuple[str, ...]) -> "Sparse":
        """Renumber categories among other labels, which hold all of ours."""
        place = {name: code for code, name in enumerate(labels)}
        lookup = np.array([place[name] for name in self.labels], np.int64)
        return attrs.evolve(self, value=lookup[self.value] if len(self.value) else self.value, labels=labels)

    def in_bins(self, rows: Array) -> tuple[Array, Array]:
        """Values and counts, with those of some rows in bins."""
        if not rows.any():
            return self.value, self.count
        value, count = self.value.copy(), self.count.copy()
        value[rows], count[rows] = _BINNINGS[self.form].into(value[rows], count[rows])
        return value, count


def _spans(one: Array, other: Array, size: int) -> list[tuple[int, int]]:
    """Cut sorted groups into spans of about `_PIECE` entries, so that adding takes little more than the sum holds."""
    if len(one) + len(other) <= _PIECE:
        return [(0, size)]
    entries = np.bincount(one, minlength=size) + np.bincount(other, minlength=size)
    piece = np.cumsum(entries) // _PIECE
    cuts = [0, *(np.flatnonzero(piece[1:] != piece[:-1]) + 1).tolist(), size]
    return list(pairwise(cuts))


def _added(one: Sparse, other: Sparse, binned: Array) -> Sparse:
    """Add the counts of some groups, of which those of `binned` are in bins in either."""
    parts = [x.in_bins((binned & ~x.binned)[x.group]) for x in (one, other)]
    value, count = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    group, undecided = np.concatenate([one.group, other.group]), one.undecided + other.undecided
    return Sparse(one.form, group, value, count, binned, undecided).settled()


def _joined(group: Array, value: Array, count: Array, join: np.ufunc) -> tuple[Array, Array, Array]:
    """Sort by group and value and join equal ones."""
    if not len(group):
        return group, value, count
    bits = int(value.max()).bit_length()
    if int(group.max()).bit_length() + bits < 64:  # noqa: PLR2004  (bits of a word)
        key = (group << bits) | value
        if ascends(key):
            return group, value, count
        if not (key[1:] >= key[:-1]).all():
            order = np.argsort(key, kind="stable")  # a stable sort is quick where long runs are sorted already
            key, count = key[order], count[order]
        fresh = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        key = key[fresh]
        return key >> bits, key & ((1 << bits) - 1), join.reduceat(count, fresh)
    order = np.lexsort((value, group))
    group, value, count = group[order], value[order], count[order]
    fresh = np.flatnonzero(np.concatenate([[True], (group[1:] != group[:-1]) | (value[1:] != value[:-1])]))
    return group[fresh], value[fresh], join.reduceat(count, fresh)


def ascends(places: Array) -> bool:
    """Whether each place is greater than the one before."""
    return bool((places[1:] > places[:-1]).all())
