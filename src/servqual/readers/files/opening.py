"""Files as rows of text, told apart by what they hold and not by their names.

A web page or a workbook of any age is often called .xls, a text .csv whatever its delimiter, and each may be packed.
Each opener gives the header and an iterator of chunks, so that a file never has to fit into memory.
"""

import re
from collections.abc import Collection, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final

import attrs

from servqual._checks import need
from servqual.errors import UnreadableFile
from servqual.readers.files.access import reading
from servqual.readers.files.charsets import encoding_of
from servqual.readers.files.csv_rows import open_csv
from servqual.readers.files.html_tables import open_html
from servqual.readers.files.json_rows import open_json
from servqual.readers.files.packing import BROKEN, Progress, gunzipped, is_workbook, reporting, spilled, unzipped
from servqual.readers.files.spreadsheet_xml import open_spreadsheet_xml
from servqual.readers.files.table_rows import CHUNK, Opened, TextChunk, table_of
from servqual.readers.files.table_start import bounded
from servqual.readers.files.workbook import workbook_rows
from servqual.readers.files.xes import open_xes

_SAMPLE: Final = 1 << 20
_LOOKED_AT: Final = 1 << 16
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE: Final = re.compile(r"<(!doctype\s+html|html|head|meta|body|style|table|div|center)\b", re.IGNORECASE)
_WORKBOOK: Final = re.compile(r"(<[?!][^>]*>\s*)*<(\w+:)?Workbook\b")
_LOG: Final = re.compile(r"<(\w+:)?log\b[^<>]*(xes|>\s*<(\w+:)?(extension|global|classifier|trace)\b)")
_OBJECTS: Final = re.compile(r"""\{\s*["}]|\[\s*\{""")
_CHARSET: Final = re.compile(rb"""<meta[^<>]*charset\s*=[\s"']*([\w-]+)""", re.IGNORECASE)


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

    `sheet` names one of several tables: a sheet of a workbook, a file of a zip archive, or such as "table 2" of a page.
    `progress` is called with the number of bytes read since the last call.

    Raises `UnreadableFile` for a path that does not exist, is a folder, is empty, or holds no table, and where two
    encodings or several tables are in question.
    """
    with ExitStack() as stack:
        file = stack.enter_context(reading(path))
        start = file.read(8)
        if not start:
            raise UnreadableFile(f"{path} is empty", path=str(path))
        file.seek(0)
        content: IO[bytes] = stack.enter_context(reporting(file, progress)) if progress else file
        found: dict[str, Any] = {}
        try:
            if start[:2] == b"\x1f\x8b":
                content, found = gunzipped(content, file), {"packed": "gzip"}
            elif start[:4] == b"PK\x03\x04" and not is_workbook(file):
                content, name, names = unzipped(str(path), content, sheet, stack)
                found = {"packed": "zip", "sheet": name, "sheets": names}
                sheet = sheet if len(names) == 1 and sheet != name else None
            sample = content.read(_SAMPLE)
            content.seek(0)
        except UnreadableFile:
            raise
        except (*BROKEN, NotImplementedError, RuntimeError) as error:
            kind = "zip archive" if start[:2] == b"PK" else "gzip file"
            raise UnreadableFile(f"{path} is not a readable {kind}: {error}", path=str(path)) from None
        asked = _Asked(delimiter, encoding, sheet)
        if sample.startswith((b"PAR1", b"PK\x03\x04", _OLD_WORKBOOK)):
            whole = spilled(content, stack) if found else path
            opener = _open_parquet if sample.startswith(b"PAR1") else _open_excel
            opened = opener(str(path), whole, asked, stack)
        else:
            opened = _open_text(str(path), content, sample, asked, stack)
        if opened.sheets:
            found |= {"sheet": opened.sheet, "sheets": opened.sheets}
        yield attrs.evolve(opened, **found)


@attrs.frozen
class _Asked:
    """What the caller says of a file."""

    delimiter: str | None
    encoding: str | None
    sheet: str | None


def _open_text(path: str, content: IO[bytes], sample: bytes, asked: _Asked, stack: ExitStack) -> Opened:
    if not sample:
        raise UnreadableFile(f"{path} is empty", path=path)
    encoding, notes = _encoding(path, sample, asked)
    try:
        head = sample.decode(encoding, errors="replace")
    except (LookupError, ValueError):
        raise UnreadableFile(
            f"encoding must be one that Python knows (got {encoding!r}); name it, such as encoding = 'cp1252'",
            path=path,
        ) from None
    if len(sample) == _SAMPLE:  # the last row of a sample is cut
        head = head[: head.rfind("\n") + 1] or head
    begin = head[:_LOOKED_AT].lstrip("\ufeff \r\n\t")
    if begin.startswith("<"):
        if _WORKBOOK.match(begin):
            return open_spreadsheet_xml(path, content, asked.sheet)
        if _LOG.search(begin):
            return open_xes(path, content)
        if _PAGE.search(begin):
            return open_html(path, content, encoding, asked.sheet, notes)
        if begin.startswith("<?xml"):
            raise UnreadableFile(f"{path} is XML of a kind that is not read; export it as CSV or Excel", path=path)
    if _OBJECTS.match(begin):
        return open_json(path, content, encoding, begin[0], notes)
    return open_csv(path, content, head, encoding, asked.delimiter, notes=notes, stack=stack)


def _encoding(path: str, sample: bytes, asked: _Asked) -> tuple[str, list[str]]:
    """Take the encoding that is asked for, that a page declares, or that its bytes prove, which is said."""
    declared = _CHARSET.search(sample[:_LOOKED_AT]) if sample.lstrip().startswith(b"<") else None
    encoding = asked.encoding or (declared[1].decode() if declared else encoding_of(sample, path))
    if encoding.replace("_", "-").casefold() in {"utf-8", "utf8", "utf-8-sig"}:
        return "utf-8-sig", []
    stated = asked.encoding or declared
    return encoding, [] if stated else [f"text was read as {encoding}; name another with encoding = '…'"]


def _open_excel(path: str, file: Path, asked: _Asked, stack: ExitStack) -> Opened:
    book = workbook_rows(path, file, asked.sheet, stack)
    notes = (
        [f"sheet {book.sheet!r} of {len(book.sheets)} was read"] if len(book.sheets) > 1 and asked.sheet is None else []
    )
    if not book.merges:
        notes.append("merged cells and errors of this kind of workbook read as empty; save it as .xlsx if it has any")
    return table_of(
        path, book.records, kind="Excel", notes=notes, numbers=book.numbers, sheet=book.sheet, sheets=book.sheets
    )


def _open_parquet(path: str, file: Path, _asked: _Asked, stack: ExitStack) -> Opened:
    need("pyarrow", "files", "reading a Parquet file")
    parquet = need("pyarrow.parquet", "files", "reading a Parquet file")
    try:
        table = stack.enter_context(parquet.ParquetFile(file))
    except Exception as error:  # noqa: BLE001  (pyarrow raises subclasses of several builtins)
        raise UnreadableFile(f"{path} cannot be read as a Parquet file: {error}", path=path) from None
    names = tuple(table.schema_arrow.names)
    bounded(names, path)

    def chunks(only: Collection[int] = range(len(names))) -> Iterator[TextChunk]:
        number = 2
        wanted = {names[at]: at for at in only} if len({*names}) == len(names) else {}
        try:
            # rows count even where nothing of them is wanted
            for rows in table.iter_batches(batch_size=CHUNK, columns=[*wanted] or None):
                columns: list[Any] = [None] * len(names) if wanted else rows.columns
                for name, at in wanted.items():
                    columns[at] = rows.column(name)
                yield TextChunk(columns, range(number, number + rows.num_rows))
                number += rows.num_rows
        except (OSError, ValueError, OverflowError, MemoryError) as error:
            raise UnreadableFile(f"{path} cannot be read after row {number - 1}: {error}", path=path) from None

    types = map(str, table.schema_arrow.types)
    texts = ("string", "large_string", "dictionary<values=string", "dictionary<values=large_string")
    numbers = [at for at, type_ in enumerate(types) if not type_.startswith(texts)]
    return Opened(names, chunks(), numbers=numbers, kind="Parquet", narrowed=chunks)
