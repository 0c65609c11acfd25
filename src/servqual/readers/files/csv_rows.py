r"""CSV as rows: delimiters and quotes of every habit, and what of its bytes cannot be read.

sep=;                         a first line that names the delimiter
"he said \"no\"",x            a quote behind a backslash, as databases write it
C-1,north                     a short row of an export that leaves out empty cells at the end
"line 1                       a cell over any number of lines; one that never ends is lost with its lines
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import IO, Final

from servqual.errors import UnreadableFile
from servqual.readers.files.charsets import LONGEST
from servqual.readers.files.packing import BROKEN
from servqual.readers.files.sheet_rows import LOOKED_AT
from servqual.readers.files.table_rows import Lost, Opened, Record, table_of
from servqual.readers.files.table_start import start_of

CHARACTERS: Final = 1 << 26
_LONGEST_ROW: Final = 1 << 27
"""The most characters of a chunk, and of a row of any number of lines, so that long ones do not fill the memory."""
_SAMPLED: Final = 2_000
_SIGNS: Final = ",;\t|"
_NAMED: Final = re.compile(r'"?sep=(.)"?\n?')
_BEHIND: Final = re.compile(r'\\(["\\])')


def open_csv(
    path: str, binary: IO[bytes], head: str, encoding: str, delimiter: str | None, *, notes: list[str], stack: ExitStack
) -> Opened:
    """Open a text of which `head` is the beginning; the kind of its delimiter and quotes is told by that."""
    text = stack.enter_context(io.TextIOWrapper(binary, encoding=encoding, newline=None))
    csv.field_size_limit(LONGEST)
    head = io.StringIO(head, newline=None).read()
    with readable(path, encoding, 1):
        if named := _NAMED.fullmatch(head.partition("\n")[0].removeprefix("\ufeff")):
            text.readline()
            head = head.partition("\n")[2]
            delimiter = delimiter or named[1]
    delimiter = delimiter or _delimiter_of(head)
    said = [*notes]
    lines = _Lines(text)
    if '\\"' in head and _is_escaped(head, delimiter):
        said.append("quotes and backslashes in cells were read as written behind a backslash")
        lines.change = _unescaped
    shapes = _shapes([row for row in _rows(map(lines.change, io.StringIO(head)), delimiter) if row])
    if shapes:
        said.append(
            "short rows were read with empty cells at their end, as no row of the file's beginning ends with one"
        )
    records = _records(csv.reader(lines, delimiter=delimiter), lines, delimiter)
    return table_of(
        path,
        records,
        kind="CSV",
        notes=said,
        fits=lambda row: _shape(row[0]) in shapes,
        full=lines.full,
        near=partial(readable, path, encoding),
        encoding=encoding,
        delimiter=delimiter,
    )


class _Lines:
    """The lines of a text; `pending` are those of the present row."""

    def __init__(self, text: IO[str]) -> None:
        self.pending: list[str] = []
        self.change: Callable[[str], str] = str
        self._size = self._row = 0
        self._text = text

    def begin(self) -> None:
        """Begin a row."""
        self.pending.clear()
        self._row = 0

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, LONGEST), ""):
            self.pending.append(line)
            self._size += len(line)
            self._row += len(line)
            if len(line) == LONGEST:
                raise csv.Error(f"a line has more than {LONGEST:,} characters")
            if self._row > _LONGEST_ROW:
                raise csv.Error(f"a row has more than {_LONGEST_ROW:,} characters")
            yield line if self.change is str else self.change(line)

    def full(self) -> bool:
        """Tell whether the lines since the last time this was so fill a chunk."""
        if self._size <= CHARACTERS:
            return False
        self._size = 0
        return True


def _records(rows: Iterator[list[str]], lines: _Lines, delimiter: str) -> Iterator[Record]:
    """Give each row, or the number of lines that a quote swallowed which was never closed where it should be."""
    while True:
        lines.begin()
        row = next(rows, None)
        if row is None:
            return
        count = len(lines.pending)
        if count > 1 and _is_open(map(lines.change, lines.pending), delimiter):
            yield Lost("an unclosed quote"), count
        else:
            yield row, 1


def _is_open(lines: Iterator[str], delimiter: str) -> bool:
    """Whether lines end inside a quote, or a quote ends before the cell does, as where the next cell's begins."""
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


@contextmanager
def readable(path: str, encoding: str, row: int | None = None) -> Generator[None]:
    """Put into words what is wrong with the bytes of a text, near a row where that is known."""
    place = "" if row is None else f" near row {row}"
    try:
        yield
    except UnreadableFile:
        raise
    except UnicodeError as error:
        what = f"byte {error.object[error.start]:#04x}" if isinstance(error, UnicodeDecodeError) else str(error)
        reason = f"is not {encoding} throughout ({what}{place}); name its encoding, such as encoding = "
        raise UnreadableFile(f"{path} {reason}'cp1252' or 'gb18030'", path=path) from None
    except csv.Error as error:
        raise UnreadableFile(f"{path} cannot be read as CSV{place}: {error}", path=path) from None
    except BROKEN as error:
        raise UnreadableFile(f"{path} breaks off{place}: {error}", path=path) from None


def _rows(lines: Iterator[str], delimiter: str, most: int = _SAMPLED) -> list[list[str]]:
    """Read the rows of a sample, up to an error in it."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(itertools.islice(csv.reader(lines, delimiter=delimiter), most))
    return rows


def _delimiter_of(head: str) -> str:
    """Choose the sign that cuts the most of the first rows into equally many cells, and of several the most cells.

    A sign that does not cut the first line counts only where that is a title, and the headings are found below.
    """
    best, score = ",", (0, 0)
    for sign in _SIGNS:
        rows = [row for row in _rows(io.StringIO(head), sign, LOOKED_AT) if row]
        width, agree = max(Counter(map(len, rows)).items(), key=lambda of: (of[1], of[0]), default=(1, 0))
        start = start_of(rows) if width > 1 and len(rows[0]) != width else None
        if width > 1 and (start is None or start.at) and (agree, width) > score:
            best, score = sign, (agree, width)
    return best


def _unescaped(line: str) -> str:
    """Write a quote behind a backslash as two quotes."""
    return _BEHIND.sub(lambda found: '""' if found[1] == '"' else "\\", line) if "\\" in line else line


def _is_escaped(head: str, delimiter: str) -> bool:
    """Whether quotes are where they may be, or more rows as long as others, with a backslash before those of a cell."""

    def faults(change: Callable[[str], str]) -> tuple[bool, int]:
        widths = Counter(map(len, _rows(map(change, io.StringIO(head)), delimiter)))
        return _is_open(map(change, io.StringIO(head)), delimiter), widths.total() - max(widths.values(), default=0)

    return faults(_unescaped) < faults(str)


def _shapes(rows: Sequence[list[str]]) -> frozenset[str]:
    """Give the shapes of first cells, where an export proves to leave out empty cells at the end of its rows.

    It does where no row ends with one, some rows are short, and these begin as the others do; a row that was cut by a
    line break in its text would not.
    """
    full = max(map(len, rows), default=0)
    short = [row for row in rows if 1 < len(row) < full]
    whole = {_shape(row[0]) for row in rows[1:] if len(row) == full}
    if not short or not whole or any(not row[-1].strip() for row in rows) or len(rows[0]) < full:
        return frozenset()
    return frozenset(whole) if all(_shape(row[0]) in whole for row in short) else frozenset()


def _shape(cell: str) -> str:
    """Write letters as one a and digits as one 0.

    >>> _shape("INC0012-b")
    'a0-a'
    """
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", cell.strip()))
