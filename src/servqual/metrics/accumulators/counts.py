"""Counts by group and value: parallel arrays of group, value and count, in that order.

A group of too many different values folds, to logarithmic bins or to registers.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.distinct import Distinct, registers_of
from servqual.metrics.accumulators.values import Lifetimes, Values, bin_of, middle_of

Form: TypeAlias = Literal["values", "lifetimes", "distinct", "categories"]


@attrs.frozen
class _Folding:
    """From how many different values on a group folds, to what, and how equal values join."""

    most: int
    fold: Callable[[Array, Array], tuple[Array, Array]]
    join: np.ufunc = np.add


def _in_bins(value: Array, count: Array) -> tuple[Array, Array]:
    return bin_of(value), count


def _in_registers(value: Array, _: Array) -> tuple[Array, Array]:
    return registers_of(value)


_FOLDINGS: Final[Mapping[Form, _Folding]] = {
    "values": _Folding(Values.EXACT, _in_bins),
    "lifetimes": _Folding(Lifetimes.EXACT, _in_bins),
    "distinct": _Folding(Distinct.EXACT, _in_registers, np.maximum),
    "categories": _Folding(1 << 62, _in_bins),
}


@attrs.frozen(eq=False)
class Sparse:
    """How often each value came in each group, sorted by group and value; `binned` says which groups are folded.

    `count` has two columns, of the ended and of the going, in lifetimes; `labels` name the values of categories.
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
        """No values of so many groups."""
        none = np.zeros(0, np.int64)
        return cls(form, none, none, none, np.zeros(size, np.bool_), np.zeros(size, np.int64))

    @cached_property
    def reached(self) -> Array:
        """How many values there are up to each, those of the groups before included."""
        return np.cumsum(self.count if self.count.ndim == 1 else self.count.sum(1))

    @cached_property
    def n(self) -> Array:
        """How many values each group has."""
        last = np.searchsorted(self.group, np.arange(len(self.binned)), side="right") - 1
        up_to = np.where(last < 0, 0, self.reached[last]) if len(self.group) else np.zeros(len(self.binned), np.int64)
        return np.diff(up_to, prepend=0)

    def at(self, rank: Array) -> Array:
        """The value of this rank in each group, counted from 1; NaN where there is none."""
        inside = (rank >= 1) & (rank <= self.n)
        if not len(self.group):
            return np.full(len(rank), np.nan)
        before = np.cumsum(self.n) - self.n
        value = self.value[np.searchsorted(self.reached, np.where(inside, before + rank, 1))]
        return np.where(inside, np.where(self.binned, middle_of(value), value), np.nan)

    def moved(self, places: Array, size: int) -> "Sparse":
        """The same counts at other places among `size` groups; groups that meet are joined."""
        binned = np.zeros(size, np.bool_)
        np.logical_or.at(binned, places, self.binned)
        undecided = np.zeros(size, np.int64)
        np.add.at(undecided, places, self.undecided)
        if ascends(places):
            return attrs.evolve(self, group=places[self.group], binned=binned, undecided=undecided)
        value, count = self.folded((binned[places] & ~self.binned)[self.group])
        return attrs.evolve(
            self, group=places[self.group], value=value, count=count, binned=binned, undecided=undecided
        ).settled()

    def grown(self, size: int) -> "Sparse":
        """The same groups and, up to so many, others of which nothing came."""
        return self.moved(np.arange(len(self.binned)), max(size, len(self.binned)))

    def ordered(self, order: Array) -> "Sparse":
        """The groups in another order."""
        sizes = np.bincount(self.group, minlength=len(order))
        starts, sizes = (np.cumsum(sizes) - sizes)[order], sizes[order]
        rows = np.arange(len(self.group)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
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
        parts = [x.folded((binned & ~x.binned)[x.group]) for x in (mine, theirs)]
        value, count = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        group, undecided = np.concatenate([mine.group, theirs.group]), self.undecided + other.undecided
        return Sparse(self.form, group, value, count, binned, undecided, labels).settled()

    def settled(self) -> "Sparse":
        """Sorted and joined; groups with too many different values fold."""
        folding = _FOLDINGS[self.form]
        group, value, count = _joined(self.group, self.value, self.count, folding.join)
        binned = self.binned
        crowded = (np.bincount(group, minlength=len(binned)) > folding.most) & ~binned
        if crowded.any():
            rows = crowded[group]
            value[rows], count[rows] = folding.fold(value[rows], count[rows])
            group, value, count = _joined(group, value, count, folding.join)
            binned = binned | crowded
        return attrs.evolve(self, group=group, value=value, count=count, binned=binned)

    def named(self, labels: tuple[str, ...]) -> "Sparse":
        """The same categories among other labels, which hold all of ours."""
        place = {name: code for code, name in enumerate(labels)}
        lookup = np.array([place[name] for name in self.labels], np.int64)
        return attrs.evolve(self, value=lookup[self.value] if len(self.value) else self.value, labels=labels)

    def folded(self, rows: Array) -> tuple[Array, Array]:
        """Values and counts, of which those of some rows are folded."""
        if not rows.any():
            return self.value, self.count
        value, count = self.value.copy(), self.count.copy()
        value[rows], count[rows] = _FOLDINGS[self.form].fold(value[rows], count[rows])
        return value, count


def _joined(group: Array, value: Array, count: Array, join: np.ufunc) -> tuple[Array, Array, Array]:
    """In the order of group and value, each once."""
    if not len(group):
        return group, value, count
    bits = int(value.max()).bit_length()
    if int(group.max()).bit_length() + bits < 64:  # noqa: PLR2004  (bits of a word)
        key = (group << bits) | value
        if ascends(key):
            return group, value, count
        if not (key[1:] >= key[:-1]).all():
            order = np.argsort(key, kind="stable")  # runs that are in order already cost little
            key, count = key[order], count[order]
        fresh = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        key = key[fresh]
        return key >> bits, key & ((1 << bits) - 1), join.reduceat(count, fresh)
    order = np.lexsort((value, group))
    group, value, count = group[order], value[order], count[order]
    fresh = np.flatnonzero(np.concatenate([[True], (group[1:] != group[:-1]) | (value[1:] != value[:-1])]))
    return group[fresh], value[fresh], join.reduceat(count, fresh)


def ascends(places: Array) -> bool:
    """Whether each is greater than the one before."""
    return bool((places[1:] > places[:-1]).all())
