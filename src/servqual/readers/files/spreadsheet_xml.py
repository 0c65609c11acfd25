"""SpreadsheetML, the XML that Excel wrote in 2003 and that service desks still call .xls."""

from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Final

from servqual.errors import UnreadableFile
from servqual.readers.columns.labels import text_of_number
from servqual.readers.files.choosing import chosen
from servqual.readers.files.sheet_rows import LOOKED_AT, UNSAVED
from servqual.readers.files.table_rows import Opened, Reached, Record, table_of
from servqual.readers.files.table_start import WIDEST, has_table
from servqual.readers.files.xml_pieces import read_xml

_HIGHEST: Final = 1 << 20
_FLAGS: Final = {"1": "true", "0": "false"}
_Row = tuple[str, int, list[str], set[int]]
"""The name of a sheet, the number of a row, its cells, and the places of those that are numbers."""


def open_spreadsheet_xml(path: str, content: IO[bytes], sheet: str | None) -> Opened:
    """Open the sheet that is asked for, or the only one that has a table."""
    first: dict[str, list[list[str]]] = defaultdict(list)
    numbers: dict[str, set[int]] = defaultdict(set)
    for of, _, row, places in read_xml(path, content, _Sheets()):
        if len(first[of]) < LOOKED_AT:
            first[of].append(row)
        numbers[of] |= places
    name = chosen(path, "sheet", [*first], [name for name, rows in first.items() if has_table(rows)], sheet)
    notes = ["the file is SpreadsheetML, the XML of Excel 2003"]
    if len(first) > 1 and sheet is None:
        notes.append(f"sheet {name!r} of {len(first)} was read")

    def records() -> Iterator[Record]:
        last = 0
        for of, number, row, _ in read_xml(path, content, _Sheets()):
            if of == name:
                if not last < number <= _HIGHEST:
                    raise UnreadableFile(f"{path} has no row {number} where it stands", path=path)
                yield from (([], 1) for _ in range(number - last - 1))
                last = number
                yield row, 1

    return table_of(
        path,
        records(),
        kind="SpreadsheetML",
        notes=notes,
        numbers=sorted(numbers[name]),
        sheet=name,
        sheets=tuple(first),
    )


class _Sheets:
    """The rows of all sheets; a cell may name its column and a row its number, and those between are empty.

    The comment of a cell has a text of its own, which is no part of the table. `_merged` has the last row into which
    the merged cell of a place reaches, and its text.
    """

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._sheet = ""
        self._row: list[str] | None = None
        self._number = self._skip = self._down = 0
        self._merged: dict[int, tuple[int, str]] = {}
        self._numbers: set[int] = set()
        self._type = ""
        self._comment = False
        self._data: list[str] | None = None

    def start(self, tag: str, facts: dict[str, str]) -> None:
        facts = {name.rpartition(":")[2]: value for name, value in facts.items()}
        if tag == "Worksheet":
            self._sheet, self._number, self._merged = facts.get("Name", ""), 0, {}
        elif tag == "Row":
            self._number = _number(facts.get("Index"), self._number + 1)
            self._row, self._skip, self._numbers = [], 0, set()
        elif tag == "Cell" and self._row is not None:
            place = _number(facts.get("Index"), len(self._row) + self._skip + 1)
            self._row.extend([""] * (min(place, WIDEST + 1) - len(self._row)))
            self._skip, self._down = (_number(facts.get(name), 0) for name in ("MergeAcross", "MergeDown"))
        elif tag == "Comment":
            self._comment = True
        elif tag == "Data" and not self._comment:
            self._type, self._data = facts.get("Type", ""), []

    def text(self, data: str) -> None:
        if self._data is not None:
            self._data.append(data)

    def end(self, tag: str) -> None:
        if tag == "Data" and self._data is not None:
            text = "".join(self._data)
            if self._row:
                self._row[-1] = _cell(self._type, text)
                if self._down:
                    self._merged[len(self._row) - 1] = self._number + self._down, self._row[-1]
                if self._type == "Number":
                    self._numbers.add(len(self._row) - 1)
            self._data = None
        elif tag == "Comment":
            self._comment = False
        elif tag == "Row" and self._row is not None:
            here = {at: text for at, (last, text) in self._merged.items() if self._number <= last}
            self._merged = {at: self._merged[at] for at in here}
            row = Reached(self._row, here) if here else self._row
            self._rows.append((self._sheet, self._number, row, self._numbers))
            self._row = None

    def taken(self) -> list[_Row]:
        rows, self._rows = self._rows, []
        return rows


def _cell(kind: str, text: str) -> str:
    """Write a cell as a workbook of today has it."""
    match kind:
        case "Boolean":
            return _FLAGS.get(text, text)
        case "Number":
            return text_of_number(text.strip())
        case "Error":
            return "" if text == "#N/A" else UNSAVED[0] + text
        case _:
            return text


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else usual  # noqa: PLR2004
