"""Rows into cells: the running form of each accumulator, which takes rows chunk by chunk and gives cells at the end.

An accumulator's rows are masks and values. Masks are counted for all accumulators together, sixteen to a whole number
(`mask_counts`), so that twelve KPIs cost little more than one; values go to the form that adds or counts them. `take`
prepares a chunk and may run on any thread; `add` changes the form and runs on one thread at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.cells import NOTHING, Cells, Dense
from servqual.metrics.accumulators.counts import Form, Sparse
from servqual.metrics.accumulators.distinct import Categories, Distinct, hash_of
from servqual.metrics.accumulators.exact_sums import ExactSums, SignedSums
from servqual.metrics.accumulators.mask_counts import MaskCounts
from servqual.metrics.accumulators.sorted_values import Run
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
from servqual.metrics.accumulators.values import Lifetimes, Values
from servqual.readers.columns.growing import common
from servqual.readers.columns.units import in_units

Taken: TypeAlias = Any
"""Prepared rows of a running form, besides masks."""
Form_ = TypeVar("Form_", bound="Running")


class Amounts:
    """Whole values of one reading of rows as floats in their unit, worked out once for all its accumulators."""

    def __init__(self) -> None:
        self._found: tuple[Array, int] | None = None

    def of(self, value: Array) -> tuple[Array, int]:
        """The values, with those below 0 as 0, and their unit; every accumulator of a reading has the same values."""
        if self._found is None:
            self._found = in_units(value, 0)
        return self._found


class Running:
    """The running form of an accumulator; this one keeps nothing but the counts of masks."""

    masks: Sequence[str] = ()
    """The rows' masks that become counts, by the names of the fields that they fill."""

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        """Prepare some rows for `add`; may run beside other threads."""

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        """Add prepared rows, of which row i belongs to group `codes[i]` of `size`; `size` never shrinks."""

    def prepare(self, run: Run) -> None:
        """Work out ahead, on several threads, the slow part of `cells`."""

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        """Make cells of the groups in another order, with the counts of the masks."""
        return Dense(counts).ordered(order)


_FORMS: Final[dict[type[Accumulator], Callable[[], Running]]] = {}


def runs(*accumulators: type[Accumulator]) -> Callable[[type[Form_]], type[Form_]]:
    """Declare a class as the running form of accumulators."""

    def declare(form: type[Form_]) -> type[Form_]:
        _FORMS.update(dict.fromkeys(accumulators, form))
        return form

    return declare


def running_form(accumulator: type[Accumulator]) -> Running:
    """A new running form of an accumulator. Raises `InvalidValue` for a class that declares none."""
    make = _FORMS.get(accumulator)
    if make is None:
        names = ", ".join(kind.__name__ for kind in _FORMS)
        raise InvalidValue.of("accumulator", f"be one of {names}", accumulator, do="declare its form with @runs")
    return make()


@runs(Count)
class _Count(Running):
    """Counts of rows, and of the things that rows stand for where they tell how many."""

    masks: Sequence[str] = ("n",)

    def __init__(self) -> None:
        self._told = {name: np.zeros(0, np.int64) for name in self.masks}

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        told = {name: rows.get(f"{name}_told") for name in self.masks}
        return {name: np.where(rows["among"], count, 0) for name, count in told.items() if count is not None}

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        for name, count in taken.items():
            self._told[name] = _longer(self._told[name], size)
            self._told[name][:size] += np.bincount(codes, count, size).astype(np.int64)

    def counted(self, counts: Mapping[str, Array]) -> dict[str, Array]:
        """Add what rows told to the counts of masks."""
        return {name: count + _longer(self._told[name], len(count)) for name, count in counts.items()}

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        return Dense(self.counted(counts)).ordered(order)


@runs(Ratio)
class _Ratio(_Count):
    masks = ("hits", "decided", "undecided")

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        hits, decided, undecided = (self.counted(counts)[name] for name in self.masks)
        return Dense({"hits": hits, "misses": decided - hits, "undecided": undecided}).ordered(order)


@runs(Total)
class _Total(Running):
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


@runs(Signed)
class _Signed(_Total):
    def __init__(self) -> None:
        self._sums = SignedSums()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return in_units(rows["value"] * rows["n"])


@runs(Quotient)
class _Quotient(Running):
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


@runs(Clustered)
class _Clustered(Running):
    masks = ("rows", "undecided")

    def __init__(self) -> None:
        self._quotient = _Quotient(SignedSums)
        self._customers = np.zeros(0, np.int64)

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return rows["top"], rows["cluster"], rows["rows"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        """Add the sums of each customer, all of whose rows are among these."""
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


@runs(Extremes)
class _Extremes(Running):
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


@runs(Values)
class _Values(Running):
    masks = ("undecided",)

    def __init__(self) -> None:
        self.counts = ValueCounts()

    def take(self, rows: Rows, amounts: Amounts) -> Taken:
        return *amounts.of(rows["value"]), rows["n"]

    def add(self, taken: Taken, codes: Array, size: int) -> None:
        ticks, unit, among = taken
        self.counts.add(ticks, unit, codes, among, size)

    def prepare(self, run: Run) -> None:
        self.counts.prepare(run)

    def cells(self, counts: Mapping[str, Array], order: Array) -> Cells:
        return attrs.evolve(self.counts.counted(order), undecided=counts["undecided"][order])


@runs(Lifetimes)
class _Lifetimes(Running):
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


class _Labelled(Running):
    """Pairs of a group and a label, counted chunk by chunk."""

    _form: Form

    def __init__(self) -> None:
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
        width = len(labels)
        known = common(labels, self._from)  # a file has more labels in each chunk
        if known < len(labels):
            self._from, self._lookup = labels, np.append(self._lookup[:known], self._marks(labels[known:]))
        rows = np.flatnonzero(among)
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


@runs(Distinct)
class _Distinct(_Labelled):
    _form = "distinct"


@runs(Categories)
class _Categories(_Labelled):
    _form = "categories"


def accumulate(accumulator: type[Accumulator], rows: Rows, codes: Array, size: int) -> Cells:
    """Accumulate the columns of an accumulator's rows into cells; row i belongs to group `codes[i]` of `size`."""
    form = running_form(accumulator)
    counts = MaskCounts(len(form.masks))
    counts.add(counts.packed([rows[name] for name in form.masks]), codes, size)
    form.add(form.take(rows, Amounts()), codes, size)
    return form.cells(dict(zip(form.masks, counts.counts(size), strict=True)), np.arange(size))
