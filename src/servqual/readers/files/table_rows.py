"""Rows of a file into chunks of columns: padded and short rows, empty rows, totals and remarks below the table."""

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from operator import itemgetter
from typing import Any, Final, TypeAlias, overload

import attrs

from servqual._words import counted
from servqual.errors import UnreadableFile
from servqual.readers.columns.labels import text_of
from servqual.readers.files.sheet_rows import LOOKED_AT
from servqual.readers.files.table_start import Start, bounded, extent, is_name, names_in, start_of
from servqual.readers.files.totals import begins_total

CHUNK: Final = 16_384
CELLS: Final = 1 << 22
"""The most rows and cells of a chunk, so that long rows do not fill the memory."""
_BELOW: Final = 30
"""The last rows of a file, among which totals and remarks are."""
_SHOWN: Final = 5
_UNEQUAL: Final = "must have as many cells as the header"


@attrs.frozen
class Lost:
    """A row that is left out: what it has, and why."""

    got: str
    why: str = _UNEQUAL


class Reached(list[str]):
    """A row into which merged cells of rows above reach: it is empty there, and `above` has their texts by place."""

    def __init__(self, row: Sequence[str], above: Mapping[int, str]) -> None:
        super().__init__(row)
        self.above = above


Record: TypeAlias = tuple[list[str] | Lost, int]
"""A row and the number of lines that it counts for, which is 1 but for lines that are lost together."""


class Turned(Sequence[Sequence[str]]):
    """The columns of rows, each made when it is read: of ten thousand columns a report needs a few.

    >>> columns = Turned([["C-1", "north"], ["C-2", "south"]], 2)
    >>> columns[1], [*columns], len(columns)
    (('north', 'south'), [('C-1', 'C-2'), ('north', 'south')], 2)
    """

    __slots__ = ("_rows", "_width")

    def __init__(self, rows: Sequence[Sequence[str]], width: int) -> None:
        self._rows, self._width = rows, width

    def __len__(self) -> int:
        return self._width

    def __iter__(self) -> Iterator[Sequence[str]]:
        return zip(*self._rows, strict=True) if self._rows else iter([()] * self._width)

    @overload
    def __getitem__(self, at: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Sequence[str]]: ...
    def __getitem__(self, at: int | slice) -> Sequence[Any]:
        return [*self][at] if isinstance(at, slice) else tuple(map(itemgetter(at), self._rows))


@attrs.frozen(eq=False)
class TextChunk:
    """Some rows of a file as columns of text, or of typed values where the file has them.

    Attributes:
        columns: cells by column position; a typed column is an Arrow array.
        rows: the number of each row as a spreadsheet shows it: the header of most files is row 1.
        ragged: the number of each row that is not in `columns`, what it has, and why it is left out.
        merged: of a column the places of cells that have the text of a merged cell, which begins in a row above.
    """

    columns: Sequence[Any]
    rows: Sequence[int]
    ragged: Sequence[tuple[int, str, str]] = ()
    merged: Mapping[int, Sequence[int]] = attrs.field(factory=dict)


@attrs.frozen(eq=False)
class Opened:
    """An open file: its rows, and what was found out about it before they are read.

    Attributes:
        header: headings, made unique, each white space in them one space.
        chunks: its rows, each read once.
        notes: findings in words, with their grounds.
        repeated: headings that the file has more than once; the first column keeps it.
        numbers: the places of columns with numbers of the file's own, so that their text is ours, not the export's.
        zoned: the headings of columns that have been read to their end, of which every moment tells its offset.
        kind: "CSV", "Excel", "Parquet", "HTML", "SpreadsheetML", "JSON", "JSON lines" or "XES".
        packed: "gzip", "zip" or nothing.
        encoding, delimiter: those of its text; nothing where a kind has none of its own.
        header_row: the number of the first row with headings; 0 where a kind has no such row.
        sheet, sheets: the table that is read and the names of all: sheets of a workbook, files of a zip archive or
            tables of a page.
        filled: the cells by heading that got the text of a merged cell, counted while the rows are read.
        narrowed: gives the rows with the columns of some places alone, where the others need not be read.
    """

    header: tuple[str, ...]
    chunks: Iterator[TextChunk]
    notes: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    numbers: Collection[int] = ()
    zoned: Collection[str] = ()
    kind: str = "CSV"
    packed: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    filled: Mapping[str, int] = attrs.field(factory=dict)
    narrowed: Callable[[Collection[int]], Iterator[TextChunk]] | None = None

    def only(self, places: Collection[int]) -> Iterator[TextChunk]:
        """Give the rows, at least with the columns of some places."""
        return self.narrowed(places) if self.narrowed and places else self.chunks

    def said(self) -> tuple[str, ...]:
        """Give the findings, with those of the rows read so far."""
        if not self.filled:
            return self.notes
        shown = ", ".join(f"{name!r} {count:,}" for name, count in [*self.filled.items()][:_SHOWN])
        more = " and others" if len(self.filled) > _SHOWN else ""
        inside = counted(sum(self.filled.values()), "cell")
        return (*self.notes, f"{inside} inside merged cells were read with the text of these: {shown}{more}")


def texts_of(column: Any) -> Sequence[str]:
    """Write the cells of a column as text, those of an Arrow array too."""
    return column if isinstance(column, Sequence) else [text_of(cell) for cell in column.to_pylist()]


def table_of(
    path: str,
    records: Iterator[Record],
    *,
    kind: str,
    notes: Sequence[str] = (),
    header: Sequence[str] = (),
    fits: Callable[[list[str]], bool] = lambda _: True,
    full: Callable[[], bool] | None = None,
    near: Callable[[int], AbstractContextManager[object]] = nullcontext,
    **found: Any,
) -> Opened:
    """Find the header among the rows of a file, and cut those below into chunks.

    A file with a `header` of its own has all rows below it, and nothing below its table. `fits` says whether a row
    shorter than the header only lacks empty cells, `full` that a chunk has enough characters, and `near` puts into
    words what goes wrong near a row.
    """
    head: list[Record] = []
    start = Start(tuple(header), 0, 0) if header else None
    if start is None:
        with near(1):
            for record in records:
                head.append(record)
                if len(head) == LOOKED_AT or (full and full()):
                    break
        rows = [[] if isinstance(row, Lost) else row for row, _ in head]
        start = start_of(rows)
        if start is None:
            raise UnreadableFile(
                f"{path} has no header in its first {LOOKED_AT} rows; delete what stands above the table", path=path
            )
        bounded(start.header, path)
        # headings without a name at the end are columns only where something stands below
        below = max(map(extent, rows[start.below :]), default=0)
        start = attrs.evolve(start, header=start.header[: max(extent(start.header), below)])
    names, repeated, doubled = names_in(start.header)
    above = [lines for _, lines in head[: start.below]]
    filled: Counter[str] = Counter()
    chunks = _chunks(
        itertools.chain(head[start.below :], records), len(names), 1 + sum(above), full=full, near=near, mark=not header
    )
    return Opened(
        names,
        (_chunk(some, number, names, fits, filled) for some, number in chunks),
        (*notes, *start.notes, *doubled),
        repeated,
        kind=kind,
        filled=filled,
        header_row=0 if header else 1 + sum(above[: start.at]),
        **found,
    )


def _chunks(
    records: Iterator[Record],
    width: int,
    number: int,
    *,
    full: Callable[[], bool] | None,
    near: Callable[[int], AbstractContextManager[object]],
    mark: bool,
) -> Iterator[tuple[list[Record], int]]:
    """Take the rows of a chunk and the number of the first; the last of a file wait for a look at what ends it."""
    most = max(1, min(CHUNK, CELLS // width))
    some: list[Record] = []
    limit, ended = most + _BELOW, False
    while not ended:
        held = _BELOW
        with near(number):
            for record in records:
                some.append(record)
                if full and full():  # long rows are no remarks below a table, and must not wait in memory
                    held = 0
                    break
                if len(some) >= limit:
                    break
            else:
                ended, held = True, 0
                if mark:
                    _mark(some, width)
        while len(some) > held:
            part = some[: min(most, len(some) - held)]
            count = sum(lines for _, lines in part)
            del some[: len(part)]
            yield part, number
            number += count


def _mark(some: list[Record], width: int) -> None:
    """Put the reason in place of rows at the end of a file that are no rows of its table.

    A row with a word for a total in its first cell is one where it has fewer cells than the table, or where the cell is
    that word alone, or one for an average, and most cells above it are moments or numbers: a team may be called Total.
    Rows behind an empty one are none where each has fewer than half of the cells, or a single one below rows of three
    or more.
    """
    first = max(0, len(some) - _BELOW)
    counts = [-1 if isinstance(row, Lost) else sum(map(bool, map(str.strip, row))) for row, _ in some[first:]]
    end = len(counts)
    begins = [row[0].strip() for row, _ in some[first:] if row and not isinstance(row, Lost)]
    begins = [cell for cell in begins if not begins_total(cell, filled=True)]
    typed = 2 * sum(bool(cell) and not is_name(cell) for cell in begins) > len(begins)
    while True:
        gap = max((at for at in range(end) if counts[at] == 0), default=end)
        behind, fullest = counts[gap + 1 : end], max(counts[:gap], default=0)
        sparse = gap < end and all(0 < 2 * count < width for count in behind)
        if sparse and (2 * fullest >= width or (fullest > 2 and all(count == 1 for count in behind))):  # noqa: PLR2004
            end = gap
        elif end and _is_total(some[first + end - 1][0], width, typed=typed):
            end -= 1
        else:
            break
    for at, (row, lines) in enumerate(some[first + end :], first + end):
        if not isinstance(row, Lost) and counts[at - first]:
            text = next(cell.strip() for cell in row if cell.strip())
            place = (
                "is a total below the table"
                if _is_total(row, width, typed=typed)
                else "is below the table, after an empty row"
            )
            some[at] = (Lost(text, place), lines)


def _is_total(row: list[str] | Lost, width: int, *, typed: bool) -> bool:
    cells = [] if isinstance(row, Lost) else [cell.strip() for cell in row if cell.strip()]
    if not cells:
        return False
    return (typed and begins_total(cells[0], filled=True)) or (len(cells) < width and begins_total(cells[0]))


def _chunk(
    some: list[Record], number: int, names: Sequence[str], fits: Callable[[list[str]], bool], filled: Counter[str]
) -> TextChunk:
    """Turn rows into columns, and empty the list of rows, which would wait in memory for those of the next chunk."""
    width = len(names)
    whole: list[list[str]] = []
    merged: dict[int, list[int]] = {}
    numbers: list[int] = []
    ragged: list[tuple[int, str, str]] = []
    for row, lines in some:
        if isinstance(row, Lost):
            ragged.extend((number + n, row.got, row.why) for n in range(lines))
            number += lines
            continue
        if isinstance(row, Reached) and extent(row):
            for at in _fill(row, width):
                merged.setdefault(at, []).append(len(whole))
                filled[names[at]] += 1
        if len(row) == width and row[0]:
            whole.append(row)
            numbers.append(number)
        elif size := extent(row):
            if size <= width and (len(row) >= width or fits(row)):
                whole.append((row + [""] * width)[:width])
                numbers.append(number)
            else:
                ragged.append((number, f"{len(row)} cells", _UNEQUAL))
        number += lines
    some.clear()
    return TextChunk(Turned(whole, width), numbers, ragged, merged)


def _fill(row: Reached, width: int) -> Iterator[int]:
    """Write the texts of merged cells into a row, and give their places."""
    for at, text in row.above.items():
        if at < width and text:
            row.extend([""] * (at + 1 - len(row)))
            if not row[at].strip():
                row[at] = text
                yield at
