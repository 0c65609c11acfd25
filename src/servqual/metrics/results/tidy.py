"""Results as tidy tables: columns, frames, CSV and what a notebook shows, written once for all results."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar, overload

import attrs

from servqual._checks import need
from servqual._csv import csv_text
from servqual._html import table
from servqual._words import difference, number
from servqual.errors import InvalidValue

Row = TypeVar("Row")
SHOWN: Final = 60
"""The rows that a terminal or a notebook shows."""


class Table(ABC):
    """A result that is shown and exported as a table."""

    @abstractmethod
    def columns(self) -> dict[str, list[Any]]:
        """Make the tidy table as columns."""

    @abstractmethod
    def __len__(self) -> int:
        """The number of rows."""

    @abstractmethod
    def _texts(self) -> tuple[list[str], list[list[str]]]:
        """The head of the table and its first rows, as shown."""

    @abstractmethod
    def _caption(self) -> str:
        """A line above the table."""

    def _asked(self) -> dict[str, str]:
        """What was asked, by name, as frames carry it beside their columns."""
        return {}

    def to_frame(self, kind: Literal["pandas", "polars", "pyarrow"] = "pandas") -> Any:
        """Make the tidy table a frame of the library that you name; it must be installed."""
        if kind == "pyarrow":
            arrow = need("pyarrow", "files", "to_frame('pyarrow')")
            return arrow.table(self.columns(), metadata=self._asked() or None)
        if kind not in {"pandas", "polars"}:
            raise InvalidValue.of("kind", "be pandas, polars or pyarrow", kind)
        frame = need(kind, "all", f"to_frame({kind!r})").DataFrame(self.columns())
        if kind == "pandas":
            frame.attrs.update(self._asked())
        return frame

    def to_csv(self) -> str:
        """Write the tidy table as CSV text, guarded against formulas in the names of groups."""
        columns = self.columns()
        return csv_text(list(columns), zip(*columns.values(), strict=True))

    def __repr__(self) -> str:
        head, rows = self._texts()
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        if len(self) > len(rows):
            lines.append(f"… and {len(self) - len(rows):,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, rows = self._texts()
        cut = f"; the first {len(rows):,} of {len(self):,} rows are shown" if len(self) > len(rows) else ""
        return table(head, rows, caption=f"{self._caption()}{cut}")


class Column(NamedTuple):
    """A column of a tidy table: where its cells are read, and the unit in which its numbers are shown."""

    read: str | Callable[[Any], Any]
    """A dotted path from a row, or a function of a row."""
    unit: str | None = None
    """None for cells that are shown as they are."""
    missing: Any = None
    """The cell of a row that lacks a part of the path."""

    def of(self, row: Any) -> Any:
        """The cell of a row."""
        if callable(self.read):
            return self.read(row)
        for name in self.read.split("."):
            if row is None:
                return self.missing
            row = getattr(row, name)
        return row


OWN: Final = "own"
"""The unit that the column `unit` names for each row; shown in the `told_in` beside it."""
OWN_DIFFERENCE: Final = "own difference"
"""The same of a difference, which of a share is shown in points."""
Columns: TypeAlias = Mapping[str, Column]
"""Columns by name, in order. `group` reads a mapping, and becomes a column for each label."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Tidy(Table, Generic[Row]):
    """A result of one object per row; its columns are a table from name to path, and all else follows."""

    rows: tuple[Row, ...]
    by: tuple[str, ...] = ()
    _columns: ClassVar[Columns] = {}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[place]

    def columns(self) -> dict[str, list[Any]]:
        """Make the tidy table as columns, with one for each label of the groups."""
        return {name: [column.of(row) for row in self.rows] for name, column in self._table().items()}

    def _declared(self) -> Columns:
        """Name the columns of this result, where they depend on more than its class."""
        return self._columns

    def _table(self) -> Columns:
        """The declared columns, with `group` replaced by its labels."""
        out: dict[str, Column] = {}
        for name, column in self._declared().items():
            if name == "group":
                out |= {label: Column(_label(column, label)) for label in self.by}
            else:
                out[name] = column
        return out

    def _texts(self) -> tuple[list[str], list[list[str]]]:
        columns = dict(self._table())
        unit = columns.pop("unit", Column(always("")))
        if isinstance(unit.read, str):  # beside each `unit` stands `told_in`, the unit in which people read it
            unit = Column(unit.read.removesuffix("unit") + "told_in")
        rows = [
            [_text(column.of(row), column.unit, unit.of(row)) for column in columns.values()]
            for row in islice(self.rows, SHOWN)
        ]
        return list(columns), rows


def always(cell: Any) -> Callable[[Any], Any]:
    """Read the same cell in each row."""
    return lambda _: cell


def _label(group: Column, label: str) -> Callable[[Any], Any]:
    return lambda row: group.of(row)[label]


def _text(cell: Any, unit: str | None, own: str) -> str:
    if cell is None:
        return "–"
    if unit == OWN_DIFFERENCE:
        return difference(cell, own)
    if unit is not None:
        return number(cell, own if unit == OWN else unit)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
