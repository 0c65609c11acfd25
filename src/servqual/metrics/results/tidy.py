"""Results as a tidy table: columns, frames, CSV and what a notebook shows, told once for all that is ranked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from servqual._checks import need
from servqual._csv import csv_text
from servqual._html import number, table
from servqual.errors import InvalidValue

_SHOWN: Final = 60


def frame_of(columns: Mapping[str, list[Any]], kind: Literal["pandas", "polars", "pyarrow"]) -> Any:
    """Columns as a frame of the library that you name; it must be installed."""
    if kind == "pyarrow":
        return need("pyarrow", "files", "to_frame('pyarrow')").table(columns)
    if kind not in {"pandas", "polars"}:
        raise InvalidValue.of("kind", "be pandas, polars or pyarrow", kind)
    return need(kind, "all", f"to_frame({kind!r})").DataFrame(columns)


class Tidy(ABC):
    """A result with one row an entry; `columns()` says which, all else follows."""

    _units: ClassVar[Mapping[str, str]] = {}
    """The unit of each column of numbers; an empty text is that of the row, from the column `unit`."""

    @abstractmethod
    def columns(self) -> dict[str, list[Any]]:
        """The tidy table as columns."""

    @abstractmethod
    def _caption(self) -> str:
        """What the table is, in a line."""

    def to_frame(self, kind: Literal["pandas", "polars", "pyarrow"] = "pandas") -> Any:
        """The tidy table as a frame of the library that you name; it must be installed."""
        return frame_of(self.columns(), kind)

    def to_csv(self) -> str:
        """The tidy table as CSV text, guarded against formulas in the names of groups."""
        columns = self.columns()
        return csv_text(list(columns), zip(*columns.values(), strict=True))

    def _texts(self) -> tuple[list[str], list[list[str]]]:
        columns = self.columns()
        units = columns.pop("unit", None)
        of_columns = [self._unit_of(name) for name in columns]
        rows = [
            [
                _text(cell, units[i] if unit == "" and units else unit)
                for cell, unit in zip(row, of_columns, strict=True)
            ]
            for i, row in enumerate(zip(*columns.values(), strict=True))
        ]
        return list(columns), rows

    def _unit_of(self, column: str) -> str | None:
        return self._units.get(column)

    def __repr__(self) -> str:
        head, rows = self._texts()
        shown = rows[:_SHOWN]
        widths = [max(map(len, column)) for column in zip(head, *shown, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *shown)
        ]
        if len(rows) > len(shown):
            lines.append(f"… and {len(rows) - len(shown):,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head, rows = self._texts()
        return table(head, rows[:_SHOWN], caption=self._caption())


def _text(cell: object, unit: str | None) -> str:
    if cell is None:
        return "–"
    if unit is not None:
        return number(cell, unit)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
