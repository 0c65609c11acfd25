"""SpreadsheetML, the XML that Excel wrote in 2003 and that service desks still call .xls."""

from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Final

from servqual.errors import UnreadableFile
from servqual.readers.files.choosing import chosen
from servqual.readers.files.sheet_rows import LOOKED_AT
from servqual.readers.files.table_rows import Opened, table_of
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

    def records() -> Iterator[tuple[list[str], int]]:
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

    The comment of a cell has a text of its own, which is no part of the table.
    """

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._sheet = ""
        self._row: list[str] | None = None
        self._number = self._skip = 0
        self._numbers: set[int] = set()
        self._type = ""
        self._comment = False
        self._data: list[str] | None = None

    def start(self, tag: str, facts: dict[str, str]) -> None:
        facts = {name.rpartition(":")[2]: value for name, value in facts.items()}
        if tag == "Worksheet":
            self._sheet, self._number = facts.get("Name", ""), 0
        elif tag == "Row":
            self._number = _number(facts.get("Index"), self._number + 1)
            self._row, self._skip, self._numbers = [], 0, set()
        elif tag == "Cell" and self._row is not None:
            place = _number(facts.get("Index"), len(self._row) + self._skip + 1)
            self._row.extend([""] * (min(place, WIDEST + 1) - len(self._row)))
            self._skip = _number(facts.get("MergeAcross"), 0)
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
                self._row[-1] = _FLAGS.get(text, text) if self._type == "Boolean" else text
                if self._type == "Number":
                    self._numbers.add(len(self._row) - 1)
            self._data = None
        elif tag == "Comment":
            self._comment = False
        elif tag == "Row" and self._row is not None:
            self._rows.append((self._sheet, self._number, self._row, self._numbers))
            self._row = None

    def taken(self) -> list[_Row]:
        rows, self._rows = self._rows, []
        return rows


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else usual  # noqa: PLR2004
