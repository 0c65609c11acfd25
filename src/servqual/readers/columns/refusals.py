"""Cells that could not be used, and why.

A column may be bad in millions of rows, so refused cells are kept as arrays; a `Refusal` is made when one is read.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import attrs
import numpy as np

from servqual._arrays import Array

NUMBERED_ANEW: Final = 1 << 40
"""Blocks of rows that are numbered anew are kept apart by multiples of this."""


@attrs.frozen
class Refusal:
    """A cell that could not be used, and why.

    `row` is the number in a spreadsheet (the header is row 1); in a mapping of columns the first row is 0.
    """

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.column} {self.reason} (got {self.value!r})"


@attrs.frozen(eq=False)
class Unusable:
    """Cells of one column that could not be used for one reason: their row numbers and their values."""

    column: str
    reason: str
    rows: Array
    values: Array

    def __iter__(self) -> Iterator[Refusal]:
        for row, value in zip(self.rows.tolist(), self.values, strict=True):
            yield Refusal(row, self.column, str(value), self.reason)

    def at(self, places: Array | slice) -> "Unusable":
        """Keep the cells at some places."""
        return attrs.evolve(self, rows=self.rows[places], values=self.values[places])


@attrs.frozen(eq=False)
class Refusals(Sequence[Refusal]):
    """Cells that could not be used, column by column and reason by reason.

    >>> found = refusals_of([Refusal(2, "wait_s", "-1", "must be 0 or more"), Refusal(4, "at", "soon", "is no moment")])
    >>> [str(one) for one in found.only(np.array([4, 5]))]
    ["row 4: at is no moment (got 'soon')"]
    """

    parts: tuple[Unusable, ...] = ()

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self.parts)

    def __iter__(self) -> Iterator[Refusal]:
        for part in self.parts:
            yield from part

    @overload
    def __getitem__(self, index: int) -> Refusal: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Refusal]: ...
    def __getitem__(self, index: int | slice) -> Refusal | Sequence[Refusal]:
        return [*self][index]

    def __add__(self, other: "Refusals") -> "Refusals":
        return Refusals((*self.parts, *other.parts))

    def numbered(self, number: Callable[[Array], Array]) -> "Refusals":
        """Number the rows in another way."""
        return Refusals(tuple(attrs.evolve(part, rows=number(part.rows)) for part in self.parts))

    def shifted(self, by: int) -> "Refusals":
        """Add a constant to the row numbers."""
        return self.numbered(lambda rows: rows + by)

    def named(self, names: Mapping[str, Iterable[str]]) -> "Refusals":
        """Rename the columns; a column without a new name is dropped."""
        renamed = [(part, name) for part in self.parts for name in names.get(part.column, ())]
        return Refusals(tuple(attrs.evolve(part, column=name) for part, name in renamed))

    def of_columns(self, names: Container[str]) -> "Refusals":
        """Keep the cells of some columns."""
        return Refusals(tuple(part for part in self.parts if part.column in names))

    def only(self, rows: Array) -> "Refusals":
        """Keep the cells of some rows."""
        return self._chosen(lambda numbers: np.isin(numbers, rows))

    def without(self, rows: Array) -> "Refusals":
        """Drop the cells of some rows."""
        return self._chosen(lambda numbers: np.isin(numbers, rows, invert=True))

    def _chosen(self, keep: Callable[[Array], Array]) -> "Refusals":
        chosen = [part.at(np.flatnonzero(keep(part.rows))) for part in self.parts]
        return Refusals(tuple(part for part in chosen if len(part.rows)))

    def dealt(self, place: Callable[[Array], Array]) -> "dict[int, Refusals]":
        """Group the cells by the place of their row number."""
        out: dict[int, list[Unusable]] = {}
        for part in self.parts:
            places = place(part.rows)
            order = np.argsort(places, kind="stable")
            found, starts = np.unique(places[order], return_index=True)
            for number, piece in zip(found.tolist(), np.split(order, starts[1:]), strict=True):
                out.setdefault(number, []).append(part.at(piece))
        return {number: Refusals(tuple(parts)) for number, parts in out.items()}

    def settled(self) -> "Refusals":
        """Keep each cell once per reason, in the order of rows."""
        found: dict[tuple[str, str], list[Unusable]] = {}
        for part in dict.fromkeys(self.parts):
            found.setdefault((part.column, part.reason), []).append(part)
        return Refusals(tuple(_settled(parts) for parts in found.values()))

    def first(self, most: int) -> list[Refusal]:
        """List the first refusals by row and column; call it on settled ones."""
        told = [one for part in self.parts for one in part.at(slice(most))]
        return sorted(told, key=lambda one: (one.row, one.column))[:most]


def refusals_of(refusals: Iterable[Refusal]) -> Refusals:
    """Collect single refusals."""
    if isinstance(refusals, Refusals):
        return refusals
    found: dict[tuple[str, str], list[Refusal]] = {}
    for one in refusals:
        found.setdefault((one.column, one.reason), []).append(one)
    return Refusals(
        tuple(
            Unusable(*key, np.array([one.row for one in some], np.int64), as_objects(one.value for one in some))
            for key, some in found.items()
        )
    )


def _settled(parts: Sequence[Unusable]) -> Unusable:
    rows = np.concatenate([part.rows for part in parts])
    if len(parts) == 1 and (rows[1:] > rows[:-1]).all():
        return parts[0]
    alike = len({part.values.dtype for part in parts}) == 1
    values = np.concatenate([part.values if alike else as_objects(part.values) for part in parts])
    rows, places = np.unique(rows, return_index=True)
    return attrs.evolve(parts[0], rows=rows, values=values[places])


def as_objects(values: Iterable[Any]) -> Array:
    """Put values of any kind into an array of objects."""
    return np.fromiter(values, object)
