"""Tables of web pages, which many service desks call Excel files: read as they stream, one table of a page."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from html.parser import HTMLParser
from typing import IO, Final

from servqual.errors import UnreadableFile
from servqual.readers.files.charsets import LONGEST, pieces
from servqual.readers.files.choosing import chosen
from servqual.readers.files.csv_rows import readable
from servqual.readers.files.sheet_rows import LOOKED_AT
from servqual.readers.files.table_rows import Opened, Reached, Record, table_of
from servqual.readers.files.table_start import WIDEST, has_table

_PENDING: Final = 1 << 20
"""The longest tag or comment."""
_OPEN_END: Final = 1 << 12
"""The longest tag that breaks off at the end; the parser tries each `<` in it against all that follows."""
_BREAK: Final = "\0"


def open_html(path: str, content: IO[bytes], encoding: str, sheet: str | None, notes: Sequence[str]) -> Opened:
    """Open the table of a page: the one that is asked for, such as "table 2", or the only one with several columns."""
    first: dict[str, list[list[str]]] = defaultdict(list)
    for name, row in _rows(path, content, encoding):
        if len(first[name]) < LOOKED_AT:
            first[name].append(row)
    tables = [name for name, rows in first.items() if has_table(rows)]
    if not tables and sheet is None:
        raise UnreadableFile(
            f"{path} is a web page (HTML) without a table of several columns; export the list as CSV or Excel",
            path=path,
        )
    name = chosen(path, "table", [*first], tables, sheet)
    said = [f"the file is a web page (HTML): {name} of {len(first)} was read", *notes]
    records: Iterator[Record] = ((row, 1) for of, row in _rows(path, content, encoding) if of == name)
    return table_of(path, records, kind="HTML", notes=said, encoding=encoding, sheet=name, sheets=tuple(first))


def _rows(path: str, content: IO[bytes], encoding: str) -> Iterator[tuple[str, list[str]]]:
    """Give each row with the name of its table."""
    content.seek(0)
    page = _Page()
    endless = UnreadableFile(f"{path} has a cell or a tag without an end; export the list as CSV or Excel", path=path)
    try:
        with readable(path, encoding):
            for piece in pieces(content, encoding):
                page.feed(piece)
                if len(page.rawdata) > _PENDING or page.size > LONGEST:
                    raise endless
                yield from page.rows
                page.rows.clear()
        if len(page.rawdata) > _OPEN_END:
            raise endless
        page.close()
    except AssertionError as error:  # the parser's, for a declaration that is none
        raise UnreadableFile(
            f"{path} is no readable HTML: {error}; export the list as CSV or Excel", path=path
        ) from None
    page.end_all()
    yield from page.rows


class _Table:
    """A table that is open: its name, its open row and cell, and the number of rows that a cell reaches into.

    `above` has the places that cells of rows above take in this row, with the rows left and their text, which the first
    place of a cell has; `below` has those that cells of this row take.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.row: list[str] | None = None
        self.cell: list[str] | None = None
        self.wide = self.high = 1
        self.above: dict[int, tuple[int, str]] = {}
        self.below: dict[int, tuple[int, str]] = {}


class _Page(HTMLParser):
    """The rows of the tables of a page; a table within a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[str, list[str]]] = []
        self.size = 0
        self._open: list[_Table] = []
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._count += 1
            self._open.append(_Table(f"table {self._count}"))
        elif self._open:
            table = self._open[-1]
            if tag == "tr":
                self._end_row(table)
                table.row = []
            elif tag in {"td", "th"}:
                self._end_cell(table)
                spans = {name: value for name, value in attrs if name in {"colspan", "rowspan"}}
                table.row = [] if table.row is None else table.row
                table.wide, table.high = (_number(spans.get(name)) for name in ("colspan", "rowspan"))
                table.cell, self.size = [], 0
            elif tag in {"br", "p", "div", "li"} and table.cell:
                table.cell.append(_BREAK)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            table = self._open[-1]
            if tag in {"td", "th"}:
                self._end_cell(table)
            elif tag == "tr":
                self._end_row(table)
            elif tag == "table":
                self._end_row(table)
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and (cell := self._open[-1].cell) is not None:
            self.size += len(data)
            cell.append(data)

    def end_all(self) -> None:
        """End what the page left open."""
        for table in self._open:
            self._end_row(table)

    def _end_cell(self, table: _Table) -> None:
        if table.cell is None or table.row is None:
            return
        lines = [" ".join(line.split()) for line in "".join(table.cell).split(_BREAK)]
        _skip(table.row, table.above)
        for text in ("\n".join(filter(None, lines)), *[""] * (min(table.wide, WIDEST) - 1)):
            if table.high > 1:
                table.below[len(table.row)] = table.high - 1, text
            table.row.append(text)
        table.cell = None

    def _end_row(self, table: _Table) -> None:
        self._end_cell(table)
        if table.row is not None:
            _skip(table.row, table.above)
            texts = {at: text for at, (_, text) in table.above.items() if text}
            self.rows.append((table.name, Reached(table.row, texts) if texts else table.row))
            table.above = {at: (left - 1, text) for at, (left, text) in table.above.items() if left > 1} | table.below
            table.below = {}
            table.row = None


def _skip(row: list[str], above: Collection[int]) -> None:
    """Leave empty the cells into which one of a row above reaches."""
    while len(row) in above:
        row.append("")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 and int(text) else 1  # noqa: PLR2004
