"""Files as rows of text: CSV (also gzipped), Excel and Parquet, told apart by content, not by name.

Each opener returns the header and an iterator of chunks, so that a file never has to fit into memory.
"""

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, TypeAlias

import attrs

from servqual._checks import need
from servqual.errors import UnreadableFile
from servqual.readers.columns.labels import text_of
from servqual.readers.files.access import reading
from servqual.readers.files.sheet_rows import UNSAVED
from servqual.readers.files.workbook import sheet_names_and_rows

CHUNK: Final = 16_384
_SAMPLE: Final = 1 << 20
_LONGEST: Final = 1 << 24
"""The longest cell that is read: sixteen million characters."""
_MOST_LINES: Final = 200
"""The most lines of a row: a longer one has a quote that was never closed."""
_SHOWN: Final = 5
_WIDEST: Final = 16_384
"""The most columns, those of a spreadsheet."""
_CELLS: Final = 1 << 22
_CHARACTERS: Final = 1 << 26
"""The most cells and characters of a chunk, so that long rows do not fill the memory."""
_UNPACKED: Final = 1 << 28
_GROWTH: Final = 500
"""A gzip file of more content than this many bytes may unpack to at most so many times its size."""
_BROKEN: Final = (OSError, EOFError, zlib.error)
Progress: TypeAlias = Callable[[float], object]


@attrs.frozen(eq=False)
class TextChunk:
    """Some rows of a file as columns of text, or of typed values where the file has them.

    Attributes:
        columns: cells by column position; a typed column is an Arrow array.
        rows: the number of each row as a spreadsheet shows it: the header is row 1.
        ragged: the number of each row whose cells are not as many as the header's, and what it has instead; such
            rows are not in `columns`.
    """

    columns: Sequence[Any]
    rows: Sequence[int]
    ragged: Sequence[tuple[int, str]] = ()


@attrs.frozen(eq=False)
class Opened:
    """An open file: its header, made unique, findings about it in words, and its rows."""

    header: tuple[str, ...]
    chunks: Iterator[TextChunk]
    notes: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    """Names that the header has more than once; the first column keeps it."""
    numbers: Collection[int] = ()
    """The places of columns with numbers of the file's own, so that their text is ours and not the export's."""


@contextmanager
def open_file(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Generator[Opened]:
    """Open an export as the kind of file that its first bytes name.

    Raises `UnreadableFile` for a path that does not exist, is a folder, is empty, or holds no table. `progress` is
    called with the number of bytes read since the last call (CSV only).
    """
    with ExitStack() as stack:
        file = stack.enter_context(reading(path))
        start = file.read(4)
        if not start:
            raise UnreadableFile(f"{path} is empty", path=str(path))
        if start == b"PAR1":
            opened = _open_parquet(path, stack)
        elif start == b"PK\x03\x04":
            opened = _open_excel(path, sheet, stack)
        else:
            file.seek(0)
            counted = stack.enter_context(io.BufferedReader(_Counted(file, progress))) if progress else file
            packed = start[:2] == b"\x1f\x8b"
            binary = stack.enter_context(io.BufferedReader(_Unpacked(counted, file), 1 << 16)) if packed else counted
            opened = _open_csv(path, binary, delimiter, encoding, stack)
        yield opened


# --- CSV ---------------------------------------------------------------------------------------------------------


def _open_csv(path: Path, binary: IO[bytes], delimiter: str | None, encoding: str | None, stack: ExitStack) -> Opened:
    notes = []
    try:
        sample = binary.read(_SAMPLE)
        binary.seek(0)
    except _BROKEN as error:
        raise UnreadableFile(f"{path} is not a readable gzip file: {error}", path=str(path)) from None
    if encoding is None:
        encoding = _encoding_of(sample, path)
        if encoding not in {"utf-8", "utf-8-sig"}:
            notes.append(f"text was read as {encoding}; name another with encoding = '…'")
    if encoding.replace("_", "-").casefold() in {"utf-8", "utf8"}:
        encoding = "utf-8-sig"
    try:
        text = stack.enter_context(io.TextIOWrapper(binary, encoding=encoding, newline=None))
        head = sample.decode(encoding, errors="replace")
    except (LookupError, ValueError):
        raise UnreadableFile(f"encoding must be one that Python knows (got {encoding!r})", path=str(path)) from None
    csv.field_size_limit(_LONGEST)
    lines = _Lines(text)
    delimiter = delimiter or _delimiter_of(head)
    rows = csv.reader(lines, delimiter=delimiter)
    with _readable(path, encoding, 1):
        header = next(rows, None)
    if not header or not any(cell.strip() for cell in header):
        raise UnreadableFile(f"{path} has no header in its first line", path=str(path))
    names, repeated = _unique(header, path)
    if repeated:
        notes.append(_said_twice(header, names, repeated))
    records = _records(rows, lines, delimiter)
    return Opened(names, _csv_chunks(path, records, lines, len(names), encoding), tuple(notes), tuple(repeated))


class _Lines:
    """The lines of a text; `pending` are those of the present row, `ended` says that there are no more.

    `size` counts the characters; whoever fills a chunk sets it back.
    """

    def __init__(self, text: IO[str]) -> None:
        self.pending: list[str] = []
        self.ended = False
        self.size = 0
        self._text = text

    def __iter__(self) -> Iterator[str]:
        for line in iter(partial(self._text.readline, _LONGEST), ""):
            self.pending.append(line)
            self.size += len(line)
            if len(line) == _LONGEST:
                raise csv.Error(f"a line has more than {_LONGEST:,} characters")
            yield line
        self.ended = True


def _records(rows: Iterator[list[str]], lines: _Lines, delimiter: str) -> Iterator[tuple[list[str] | None, int]]:
    """Give each row and 1, or None and the number of lines that an unclosed quote swallowed."""
    while True:
        lines.pending.clear()
        row = next(rows, None)
        if row is None:
            return
        count = len(lines.pending)
        if count > _MOST_LINES or (count > 1 and lines.ended and _is_open(lines.pending, delimiter)):
            yield None, count
        else:
            yield row, 1


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether these lines end inside a quote."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _csv_chunks(
    path: Path, records: Iterator[tuple[list[str] | None, int]], lines: _Lines, width: int, encoding: str
) -> Iterator[TextChunk]:
    number = 1
    while True:
        with _readable(path, encoding, number + 1):
            some = _some(records, lines, width)
        if not some:
            return
        count = sum(lines for _, lines in some)
        yield _csv_chunk(some, number + 1, width)
        number += count


def _some(
    records: Iterator[tuple[list[str] | None, int]], lines: _Lines, width: int
) -> list[tuple[list[str] | None, int]]:
    """Take the rows of a chunk, fewer where they are long or have many cells."""
    some: list[tuple[list[str] | None, int]] = []
    lines.size, most = 0, max(1, min(CHUNK, _CELLS // width))
    for record in records:
        some.append(record)
        if len(some) >= most or lines.size > _CHARACTERS:
            break
    return some


@contextmanager
def _readable(path: Path, encoding: str, row: int) -> Generator[None]:
    """Say in words what is wrong with the bytes of a CSV near a row."""
    try:
        yield
    except UnicodeError as error:
        what = f"byte {error.object[error.start]:#04x}" if isinstance(error, UnicodeDecodeError) else str(error)
        reason = f"is not {encoding} throughout ({what} near row {row}); name its encoding, such as encoding = "
        raise UnreadableFile(f"{path} {reason}'cp1252' or 'gb18030'", path=str(path)) from None
    except csv.Error as error:
        raise UnreadableFile(f"{path} cannot be read as CSV near row {row}: {error}", path=str(path)) from None
    except _BROKEN as error:
        raise UnreadableFile(f"{path} breaks off near row {row}: {error}", path=str(path)) from None


def _csv_chunk(rows: list[tuple[list[str] | None, int]], number: int, width: int) -> TextChunk:
    """Turn rows into columns, and empty the list of rows, which would wait in memory for those of the next chunk."""
    whole: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, str]] = []
    for row, lines in rows:
        if row is None:
            ragged.extend((number + n, "an unclosed quote") for n in range(lines))
        elif len(row) == width:
            whole.append(row)
            numbers.append(number)
        elif row:
            ragged.append((number, f"{len(row)} cells"))
        number += lines
    rows.clear()
    return TextChunk(list(zip(*whole, strict=True)) or [()] * width, numbers, ragged)


def _said_twice(header: Sequence[str], names: Sequence[str], repeated: Sequence[str]) -> str:
    later = [name for name in names if name not in header]
    shown = ", ".join(map(repr, repeated[:_SHOWN])) + (" and others" if len(repeated) > _SHOWN else "")
    read_as = ", ".join(map(repr, later[:_SHOWN])) + (" …" if len(later) > _SHOWN else "")
    return f"the header names {shown} more than once; the later ones are read as {read_as}"


def _encoding_of(sample: bytes, path: Path) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if sample.startswith(mark):
            return name
    if b"\x00" in sample:
        raise UnreadableFile(f"{path} is not a table of text: it holds binary data", path=str(path))
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 3 and len(sample) == _SAMPLE:  # the sample cut a character in two
            return "utf-8"
    else:
        return "utf-8"
    return "gb18030" if _looks_like_gb18030(sample) else "cp1252"


def _looks_like_gb18030(sample: bytes) -> bool:
    """Whether high bytes stand in pairs, as in Chinese text; in Western text most stand between letters."""
    try:
        sample[: sample.rfind(b"\n") + 1].decode("gb18030")
    except UnicodeDecodeError:
        return False
    high = [byte >= 0x81 for byte in sample]  # noqa: PLR2004  (lead bytes of GB 18030 begin here)
    paired = sum(a and b for a, b in itertools.pairwise(high))
    return 2 * paired > sum(high)


def _delimiter_of(head: str) -> str:
    """Choose the delimiter that cuts the first lines into equally many cells, and of several the most cells."""
    best, score = ",", (0, 0)
    for candidate in ",;\t|":
        try:
            widths = [len(line) for line in csv.reader(head.splitlines()[:20], delimiter=candidate) if line]
        except csv.Error:
            continue
        agree = sum(width == widths[0] for width in widths) if widths else 0
        if widths and widths[0] > 1 and (agree, widths[0]) > score:
            best, score = candidate, (agree, widths[0])
    return best


def _unique(header: Sequence[str], path: Path) -> tuple[tuple[str, ...], list[str]]:
    """Make the names of columns unique, and say which were there twice; refuse more columns than any table has."""
    if len(header) > _WIDEST:
        raise UnreadableFile(
            f"{path} has {len(header):,} columns (got {header[0]!r:.40} …), more than the {_WIDEST:,} of any table; "
            "keep those that are needed",
            path=str(path),
        )
    names: dict[str, None] = {}
    again: dict[str, int] = {}
    for position, cell in enumerate(header, 1):
        name = base = cell.strip() or f"column {position}"
        while name in names:
            again[base] = again.get(base, 1) + 1
            name = f"{base} ({again[base]})"
        names[name] = None
    return tuple(names), list(again)


class _Unpacked(io.RawIOBase):
    """The content of a gzip file, refused once it has grown far more than any table does."""

    def __init__(self, packed: IO[bytes], file: IO[bytes]) -> None:
        self._content = gzip.GzipFile(fileobj=packed)
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        count = self._content.readinto(buffer)
        size = self._content.tell()
        if size > _UNPACKED and size > _GROWTH * self._file.tell():
            raise OSError(f"it unpacks to more than {_GROWTH} times its size")
        return int(count)


class _Counted(io.RawIOBase):
    """A file that reports how many bytes have been read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]
        if (position := self._file.tell()) > self._furthest:
            self._progress(position - self._furthest)
            self._furthest = position
        return int(count)


# --- Excel and Parquet -------------------------------------------------------------------------------------------


def _open_excel(path: Path, sheet: str | None, stack: ExitStack) -> Opened:
    names, numbers, chunks = sheet_names_and_rows(path, sheet, stack)
    if sheet is not None and sheet not in names:
        raise UnreadableFile(f"{path} has the sheets {', '.join(names)} (got {sheet!r})", path=str(path))
    first: list[list[str]] = next(chunks, [[]])
    first[0] = ["" if name == UNSAVED else name for name in first[0]]
    if not any(first[0]):
        raise UnreadableFile(f"{path} has no header in its first row", path=str(path))
    unique, repeated = _unique(first[0], path)
    notes = [_said_twice(first[0], unique, repeated)] if repeated else []
    if sheet is None and len(names) > 1:
        notes.append(f"read sheet {names[0]!r} of {len(names)}; name another with sheet = '…'")
    rows = _excel_chunks(itertools.chain([first[1:]], chunks), len(unique))
    return Opened(unique, rows, tuple(notes), tuple(repeated), numbers)


def _excel_chunks(chunks: Iterator[list[list[str]]], width: int) -> Iterator[TextChunk]:
    number = 2
    for lines in chunks:
        yield TextChunk(list(zip(*lines, strict=True)) or [()] * width, range(number, number + len(lines)))
        number += len(lines)


def texts_of(column: Any) -> list[str]:
    """Write the cells of an Arrow array as text."""
    return [text_of(cell) for cell in column.to_pylist()]


def _open_parquet(path: Path, stack: ExitStack) -> Opened:
    need("pyarrow", "files", "reading a Parquet file")
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    try:
        file = stack.enter_context(parquet.ParquetFile(path))
    except Exception as error:  # noqa: BLE001  (pyarrow raises subclasses of several builtins)
        raise UnreadableFile(f"{path} cannot be read as a Parquet file: {error}", path=str(path)) from None
    names = tuple(file.schema_arrow.names)
    _unique(names, path)

    def chunks() -> Iterator[TextChunk]:
        number = 2
        try:
            for rows in file.iter_batches(batch_size=CHUNK):
                yield TextChunk(rows.columns, range(number, number + rows.num_rows))
                number += rows.num_rows
        except (OSError, ValueError, OverflowError, MemoryError) as error:
            raise UnreadableFile(f"{path} cannot be read after row {number - 1}: {error}", path=str(path)) from None

    types = map(str, file.schema_arrow.types)
    texts = ("string", "large_string", "dictionary<values=string", "dictionary<values=large_string")
    return Opened(names, chunks(), numbers=[at for at, type_ in enumerate(types) if not type_.startswith(texts)])
