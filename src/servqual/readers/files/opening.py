"""Files as rows of text: CSV (also gzipped), Excel and Parquet, told apart by content, not by name.

Each opener returns the header and an iterator of chunks, so that a file never has to fit into memory.
"""

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, TypeAlias, cast

import attrs

from servqual._checks import need
from servqual.errors import UnreadableFile
from servqual.readers.columns.labels import text_of

CHUNK: Final = 16_384
_SAMPLE: Final = 1 << 20
_LONGEST: Final = 1 << 24
"""The longest cell that is read: sixteen million characters."""
_MOST_LINES: Final = 200
"""The most lines of a row: a longer one has a quote that was never closed."""
_SHOWN: Final = 5
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
    typed: bool = False
    """Whether the file has typed cells, so that their text is ours and not the export's."""


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
    if path.is_dir():
        raise UnreadableFile(f"{path} is a folder; name one file in it", path=str(path))
    if path.exists() and not path.is_file():
        raise UnreadableFile(f"{path} is not a regular file; write it to one first", path=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror or error}", path=str(path)) from None
    if not start:
        raise UnreadableFile(f"{path} is empty", path=str(path))
    with ExitStack() as stack:
        if start == b"PAR1":
            yield _open_parquet(path, stack)
        elif start == b"PK\x03\x04":
            yield _open_excel(path, sheet)
        else:
            file = stack.enter_context(path.open("rb"))
            counted = stack.enter_context(io.BufferedReader(_Counted(file, progress))) if progress else file
            binary = stack.enter_context(gzip.open(counted)) if start[:2] == b"\x1f\x8b" else counted
            yield _open_csv(path, cast("IO[bytes]", binary), delimiter, encoding, stack)


# --- CSV ---------------------------------------------------------------------------------------------------------


def _open_csv(path: Path, binary: IO[bytes], delimiter: str | None, encoding: str | None, stack: ExitStack) -> Opened:
    notes = []
    try:
        sample = binary.read(_SAMPLE)
        binary.seek(0)
    except (OSError, EOFError, zlib.error) as error:
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
    try:
        header = next(rows, None)
    except csv.Error as error:
        raise UnreadableFile(f"{path} has no header that can be read: {error}", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding, error, 1) from None
    if not header or not any(cell.strip() for cell in header):
        raise UnreadableFile(f"{path} has no header in its first line", path=str(path))
    names, repeated = _unique(header)
    if repeated:
        notes.append(_said_twice(header, names, repeated))
    records = _records(rows, lines, delimiter)
    return Opened(names, _csv_chunks(path, records, len(names), encoding), tuple(notes))


class _Lines:
    """The lines of a text; `pending` are those of the present row, `ended` says that there are no more."""

    def __init__(self, text: IO[str]) -> None:
        self.pending: list[str] = []
        self.ended = False
        self._text = text

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.pending.append(line)
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
    path: Path, records: Iterator[tuple[list[str] | None, int]], width: int, encoding: str
) -> Iterator[TextChunk]:
    number = 1
    try:
        while some := list(itertools.islice(records, CHUNK)):
            lines = sum(lines for _, lines in some)
            yield _csv_chunk(some, number + 1, width)
            number += lines
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding, error, number + 1) from None
    except csv.Error as error:
        raise UnreadableFile(f"{path} cannot be read as CSV near row {number + 1}: {error}", path=str(path)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{path} breaks off near row {number + 1}: {error}", path=str(path)) from None


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


def _undecodable(path: Path, encoding: str, error: UnicodeDecodeError, row: int) -> UnreadableFile:
    return UnreadableFile(
        f"{path} is not {encoding} throughout (byte {error.object[error.start]:#04x} near row {row}); name its "
        "encoding, such as encoding = 'cp1252' or 'gb18030'",
        path=str(path),
    )


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


def _unique(header: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    names: dict[str, None] = {}
    again: dict[str, int] = {}
    for position, cell in enumerate(header, 1):
        name = base = cell.strip() or f"column {position}"
        while name in names:
            again[base] = again.get(base, 1) + 1
            name = f"{base} ({again[base]})"
        names[name] = None
    return tuple(names), list(again)


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


def _open_excel(path: Path, sheet: str | None) -> Opened:
    calamine = need("python_calamine", "excel", "reading an Excel file")
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        rows = book.get_sheet_by_name(names[0] if sheet is None or sheet not in names else sheet).iter_rows()
    except Exception as error:  # noqa: BLE001  (the library raises its own classes, some not public)
        raise UnreadableFile(f"{path} cannot be read as an Excel file: {error}", path=str(path)) from None
    if sheet is not None and sheet not in names:
        raise UnreadableFile(f"{path} has the sheets {', '.join(names)} (got {sheet!r})", path=str(path))
    header = [text_of(cell) for cell in next(rows, [])]
    if not any(header):
        raise UnreadableFile(f"{path} has no header in its first row", path=str(path))
    unique, repeated = _unique(header)
    notes = [_said_twice(header, unique, repeated)] if repeated else []
    if sheet is None and len(names) > 1:
        notes.append(f"read sheet {names[0]!r} of {len(names)}; name another with sheet = '…'")
    return Opened(unique, _excel_chunks(rows, len(unique)), tuple(notes), typed=True)


def _excel_chunks(rows: Iterator[list[Any]], width: int) -> Iterator[TextChunk]:
    number = 2
    while lines := [[text_of(cell) for cell in row] for row in itertools.islice(rows, CHUNK)]:
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

    def chunks() -> Iterator[TextChunk]:
        number = 2
        try:
            for rows in file.iter_batches(batch_size=CHUNK):
                yield TextChunk(rows.columns, range(number, number + rows.num_rows))
                number += rows.num_rows
        except (OSError, ValueError, OverflowError) as error:
            raise UnreadableFile(f"{path} cannot be read after row {number - 1}: {error}", path=str(path)) from None

    return Opened(names, chunks(), typed=True)
