"""Rows into cells: each accumulator's running form, which takes rows as they come and gives cells at the end.

Rows are split into masks, which are counted together with those of all other accumulators (`mask_counts`), and values,
which each filling takes itself.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.cells import NOTHING, Cells, Dense
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.distinct import Categories, Distinct, hash_of
from servqual.metrics.accumulators.exact_sums import ExactSums, SignedSums
from servqual.metrics.accumulators.mask_counts import MaskCounts
from servqual.metrics.accumulators.sums import (
    Accumulator,
    Clustered,
    Count,
    Extremes,
    Quotient,
    Ratio,
    Rows,
    Signed,
    Total,
)
from servqual.metrics.accumulators.value_counts import ValueCounts
from servqual.metrics.accumulators.value_steps import Run
from servqual.metrics.accumulators.values import Lifetimes, Values
from servqual.readers.columns.columns import Column
from servqual.readers.columns.units import in_units

Taken: TypeAlias = Any
"""What a filling takes of some rows besides masks."""


class Amounts:
    """Whole values as floats in their unit, worked out once for all accumulators of the same rows."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Array, Array, int]] = {}

    def learn(self, column: Column) -> None:
        """Take over what reading found out."""
        if column.ticks is not None:
            self._known[id(column.values)] = (column.values, *column.ticks)

    def of(self, value: Array) -> tuple[Array, int]:
        """The values, of which those below 0 count as 0, and their unit."""
        if id(value) not in self._known:
            self._known[id(value)] = (value, *in_units(value, 0))
        return self._known[id(value)][1:]


class Filling:
    """The running form of an accumulator; this one keeps nothing but the counts of masks."""

    masks: Sequence[str] = ()
    """The rows' masks that become counts, by the names of the fields that they fill."""

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        """What to keep of some rows; may run beside other threads."""

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        """Add what was kept, of rows that belong to group `codes[i]` of `size`."""

    def look(self, run: Run) -> None:
        """Work out ahead, on several threads, what the cells take long for."""

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        """The cells, with the counts of the masks, of the groups in another order."""
        return Dense(counts).ordered(order)


class _Count(Filling):
    masks = ("n",)


class _Ratio(Filling):
    masks = ("hits", "decided", "undecided")

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        hits, decided, undecided = (counts[name] for name in self.masks)
        return Dense({"hits": hits, "misses": decided - hits, "undecided": undecided}).ordered(order)


class _Total(Filling):
    masks = ("n", "undecided")

    def __init__(self) -> None:
        self._sums: ExactSums | SignedSums = ExactSums()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        ticks, unit = amounts.of(rows["value"])
        return ticks * rows["n"], unit

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        ticks, unit = taken
        self._sums.add(ticks, unit, codes, size)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        total, squares = self._sums.sums(len(order))
        return Dense({**counts, "total": total, "squares": squares}).ordered(order)


class _TotalOfValues(Filling):
    """Total of what a filling of Values counts anyway."""

    masks = ("n", "undecided")

    def __init__(self, values: "_Values") -> None:
        self._values = values
        values.counts.sum_up()

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        total, squares = self._values.counts.sums(len(order))
        return Dense({**counts, "total": total, "squares": squares}).ordered(order)


class _Signed(_Total):
    def __init__(self) -> None:
        self._sums = SignedSums()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return in_units(rows["value"] * rows["n"])


class _Quotient(Filling):
    masks = ("n",)

    def __init__(self, tops: type[ExactSums | SignedSums] = ExactSums) -> None:
        self._sums = {"top": tops(), "base": ExactSums(), "both": tops()}

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        top, base = rows["top"] * rows["n"], rows["base"] * rows["n"]
        whole = {"top": top, "base": base, "both": top + base}
        return {name: in_units(value) for name, value in whole.items()}

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        for name, (ticks, unit) in taken.items():
            self._sums[name].add(ticks, unit, codes, size)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Dense:
        fields = dict(counts)
        for name, sums in self._sums.items():
            total, squares = sums.sums(len(order))
            fields[f"{name}_squares"] = squares
            if name != "both":
                fields[name] = total
        return Dense(fields).ordered(order)


class _Clustered(Filling):
    masks = ("rows", "undecided")

    def __init__(self) -> None:
        self._quotient = _Quotient(SignedSums)
        self._customers = np.zeros(0, np.int64)

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return rows["top"], rows["cluster"], rows["rows"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        """All rows of a customer are among these: one part of each group's sums is one customer."""
        top, cluster, counted = taken
        rows = np.flatnonzero(counted)
        width = int(cluster.max(initial=0)) + 1
        pairs, place = np.unique(codes[rows] * width + cluster[rows], return_inverse=True)
        tops = np.zeros(len(pairs), np.int64)
        np.add.at(tops, place, top[rows])
        every = np.ones(len(pairs), np.bool_)
        sums = {"top": tops, "base": np.bincount(place, minlength=len(pairs)), "n": every}
        group = pairs // width
        self._quotient.add(self._quotient.take(sums, Amounts()), group, size)
        self._customers = _longer(self._customers, size)
        self._customers[:size] += np.bincount(group, minlength=size)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        sums = self._quotient.cells({"n": _longer(self._customers, len(order))}, order)
        return Dense({**sums.fields, **Dense(counts).ordered(order).fields})


def _longer(values: Array, size: int, nothing: int = 0) -> Array:
    more = size - len(values)
    return values if more <= 0 else np.append(values, np.full(more, nothing, np.int64))


class _Extremes(Filling):
    masks = ("n",)

    def __init__(self) -> None:
        self._low, self._high = (np.full(0, NOTHING[name], np.int64) for name in ("low", "high"))

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return rows["value"], rows["n"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        value, among = taken
        self._grow(size)
        np.minimum.at(self._low, codes, np.where(among, value, NOTHING["low"]))
        np.maximum.at(self._high, codes, np.where(among, value, NOTHING["high"]))

    def _grow(self, size: int) -> None:
        self._low = _longer(self._low, size, NOTHING["low"])
        self._high = _longer(self._high, size, NOTHING["high"])

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        self._grow(len(order))
        return Dense({**counts, "low": self._low, "high": self._high}).ordered(order)


class _Values(Filling):
    masks = ("undecided",)

    def __init__(self) -> None:
        self.counts = ValueCounts()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return *amounts.of(rows["value"]), rows["n"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        ticks, unit, among = taken
        self.counts.add(ticks, unit, codes, among, size)

    def look(self, run: Run) -> None:
        self.counts.look(run)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        return attrs.evolve(self.counts.counted(order), undecided=counts["undecided"][order])


class _Lifetimes(Filling):
    def __init__(self) -> None:
        self._ended, self._going = ValueCounts(), ValueCounts()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return amounts.of(rows["value"]), rows["ended"], rows["going"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        (ticks, unit), ended, going = taken
        self._ended.add(ticks, unit, codes, ended, size)
        self._going.add(ticks, unit, codes, going, size)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        ended, going = self._ended.cells(order), self._going.cells(order)
        return _two_columns(ended, 0) + _two_columns(going, 1)


def _two_columns(cells: Sparse, place: int) -> Sparse:
    count = np.zeros((len(cells.count), 2), np.int64)
    count[:, place] = cells.count
    return Sparse("lifetimes", cells.group, cells.value, count, cells.binned, cells.undecided)


class _Labelled(Filling):
    """Distinct and Categories: pairs of a group and a label, counted as they come."""

    def __init__(self, form: Form) -> None:
        self._form: Form = form
        self._numbers: dict[str, int] = {}
        self._from: Sequence[object] = ()
        self._lookup = np.zeros(0, np.int64)
        nothing = np.zeros(0, np.int64)
        self._cells = self._sparse(nothing, nothing, nothing, 0)

    def _sparse(self, group: Array, value: Array, count: Array, size: int) -> Sparse:
        return Sparse(self._form, group, value, count, np.zeros(size, np.bool_), np.zeros(size, np.int64)).settled()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return rows["code"], rows["labels"], rows["n"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        code, labels, among = taken
        if not len(labels):
            return
        if labels is not self._from:
            self._from, self._lookup = labels, self._marks(labels)
        rows = np.flatnonzero(among)
        width = len(labels)
        pairs, count = np.unique(codes.take(rows) * width + code.take(rows), return_counts=True)
        if self._form == "distinct":
            count = np.ones(len(pairs), np.int64)
        size = max(size, len(self._cells.binned))
        part = self._sparse(pairs // width, self._lookup[pairs % width], count, size)
        self._cells = self._cells.grown(size) + part

    def _marks(self, labels: Sequence[object]) -> Array:
        if self._form == "distinct":
            return hash_of(labels)
        return np.array([self._numbers.setdefault(str(label), len(self._numbers)) for label in labels], np.int64)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        cells = self._cells.grown(len(order)).ordered(order)
        if self._form == "distinct":
            return cells
        came = np.unique(cells.value)
        names = list(self._numbers)
        labels = tuple(sorted(names[number] for number in came.tolist()))
        place = np.zeros(len(names), np.int64)
        place[[self._numbers[name] for name in labels]] = np.arange(len(labels))
        return attrs.evolve(cells, value=place[cells.value], labels=labels).settled()


FILLINGS: Final[Mapping[type[Accumulator], Any]] = MappingProxyType(
    {
        Count: _Count,
        Ratio: _Ratio,
        Total: _Total,
        Signed: _Signed,
        Quotient: _Quotient,
        Clustered: _Clustered,
        Extremes: _Extremes,
        Values: _Values,
        Lifetimes: _Lifetimes,
        Distinct: lambda: _Labelled("distinct"),
        Categories: lambda: _Labelled("categories"),
    }
)
"""How to make the running form of each accumulator."""


def fillings(asked: Mapping[str, tuple[type[Accumulator], str]]) -> dict[str, Filling]:
    """The running forms of some states, each of an accumulator and a reading of the rows; they share what they can."""
    found: dict[str, Filling] = {state: FILLINGS[accumulator]() for state, (accumulator, _) in asked.items()}
    values = {reading: found[state] for state, (accumulator, reading) in asked.items() if accumulator is Values}
    for state, (accumulator, reading) in asked.items():
        counted = values.get(reading)
        if accumulator is Total and isinstance(counted, _Values):
            found[state] = _TotalOfValues(counted)
    return found


def fold(accumulator: type[Accumulator], rows: Rows, codes: Array, size: int) -> Cells:
    """Fold the per-row columns of an accumulator into cells; row i belongs to group `codes[i]` of `size`."""
    filling: Filling = FILLINGS[accumulator]()
    counts = MaskCounts(len(filling.masks))
    counts.add(counts.packed([rows[name] for name in filling.masks]), codes, size)
    filling.add(filling.take(rows, Amounts()), codes, size)
    return filling.cells(dict(zip(filling.masks, counts.counts(size), strict=True)), np.arange(size))
