"""The rows of a sheet of an Excel file, sent to whoever started this process.

Run as a script: `workbook` starts it, so that a file which makes the reader of Excel files crash, or ask for more
memory than there is, ends this process and not the user's. It imports nothing of servqual, so that it starts at once.
"""

import datetime as dt
import itertools
import marshal
import posixpath
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import IO, Any, BinaryIO, Final
from xml.etree import ElementTree as ET

LENGTH: Final = struct.Struct("<Q")
"""The length of a message, which goes before it."""
_ROWS: Final = 16_384
_CELLS: Final = 1 << 22
"""The most rows and cells of a message."""
UNSAVED: Final = "\0formula"
"""The text of a formula without a value, that of `readers.columns.texts`; no cell has its first character."""
LOOKED_AT: Final = 60
"""The first rows of a table, which have its headings and tell whether it is one."""
_PIECE: Final = 1 << 20
_NO_VALUE: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?P<facts>[^<>]*)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</)"""
)
_FAULT: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^<>]*\bt=["']e["'])(?P<facts>[^<>]*)>(?:\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"""
    rb"""\s*<(?:\w+:)?v>(?!\s*\#N/A)"""
)
_PLACE: Final = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]+)["']""")
_EMPTY_TEXT: Final = re.compile(rb"""\bt=["']str["']""")


def as_text(cell: object) -> str:
    """Write a typed cell as `readers.columns.labels.text_of` does."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def texts_of(rows: list[list[object]], timed: Collection[int]) -> list[list[str]]:
    """Write rows; a date in a column that also has times is a midnight, of which the reader drops the time."""
    return [
        [f"{cell} 00:00:00" if type(cell) is dt.date and at in timed else as_text(cell) for at, cell in enumerate(row)]
        for row in rows
    ]


def unsaved(path: str, sheet: str) -> dict[int, list[int]]:
    """Find the cells of an .xlsx file without a value or with an error as one, as columns by row, both from 0.

    A program that writes formulas without reckoning leaves them so, and both read as if the cells were empty. The error
    #N/A says that a value is not available, and is left empty.
    """
    with zipfile.ZipFile(path) as book:
        ids = {
            of.get("name"): value
            for of in ET.fromstring(book.read("xl/workbook.xml")).iter()  # noqa: S314  (in bounds of its own)
            for name, value in of.items()
            if of.tag.endswith("}sheet") and name.endswith("}id")
        }
        links = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        [target] = [link.get("Target", "") for link in links if link.get("Id") == ids[sheet]]
        with book.open(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")) as file:
            return unsaved_in(file, _PIECE)


def unsaved_in(file: IO[bytes], size: int) -> dict[int, list[int]]:
    """Find formulas without a value, and errors, in a sheet, a piece at a time; a cell may go on in the next piece."""
    found: dict[int, dict[int, None]] = {}
    rest = b""
    while piece := file.read(size):
        text = rest + piece
        formulas = _NO_VALUE.finditer(text) if b"<f" in text or b":f" in text else ()
        faults = _FAULT.finditer(text) if b't="e"' in text or b"t='e'" in text else ()
        for cell in itertools.chain(formulas, faults):
            place = _PLACE.search(cell["facts"])
            if place and not _EMPTY_TEXT.search(cell["facts"]):
                column = 0
                for letter in place[1]:
                    column = 26 * column + letter - 64
                found.setdefault(int(place[2]) - 1, {})[column - 1] = None
        last = max(text.rfind(b"<c "), text.rfind(b":c "), 0)
        rest = text[max(text.rfind(b"<", 0, last + 1), 0) :]
        rest = rest if len(rest) <= _PIECE else b""
    return {row: [*columns] for row, columns in found.items()}


def messages(
    load: Callable[[], Any],
    choice: Callable[[], str],
    empty: Callable[[str], dict[int, list[int]]] = lambda _: {},
    sheet: str | None = None,
) -> Iterator[Any]:
    """Give the names of the sheets, the first rows of those in question, then of the chosen one its columns and rows.

    Of the columns the places of those that hold numbers are given. Rows are texts and come some at a time; a fault is a
    text. `empty` finds the formulas without a value. Hidden sheets are in question only by name.
    """
    try:
        book = load()
        names = list(book.sheet_names)
        yield names
        shown = [each.name for each in book.sheets_metadata if str(each.visible).endswith(".Visible")]
        asked = shown if sheet is None and len(names) > 1 else []
        loaded = {name: book.get_sheet_by_name(name) for name in asked}
        yield {name: texts_of([*itertools.islice(each.iter_rows(), LOOKED_AT)], ()) for name, each in loaded.items()}
        name = choice()
        found, formulas = loaded.get(name) or book.get_sheet_by_name(name), empty(name)
        loaded.clear()
        rows, most = found.iter_rows(), max(1, min(_ROWS, _CELLS // max(found.total_width, 1)))
        kinds = {
            (at, type(cell)) for row in itertools.islice(found.iter_rows(), 1, None) for at, cell in enumerate(row)
        }
        timed = {at for at, kind in kinds if kind is dt.datetime}
        yield sorted({at for at, kind in kinds if kind in {int, float}})
        first, left = 0, (found.start or (0, 0))[1]
        while some := list(itertools.islice(rows, most)):
            texts = texts_of(some, timed)
            for row in formulas.keys() & range(first, first + len(texts)):
                for at in formulas[row]:
                    if left <= at < left + len(texts[row - first]):
                        texts[row - first][at - left] = UNSAVED
            first += len(texts)
            yield texts
    except BaseException as error:  # noqa: BLE001  (a panic of the reader is no Exception)
        yield str(error) or type(error).__name__


def send(told: Iterator[Any], out: BinaryIO) -> None:
    """Write messages, each after its length; None ends them."""
    for message in itertools.chain(told, [None]):
        data = marshal.dumps(message)
        out.write(LENGTH.pack(len(data)) + data)
        out.flush()


def limit(memory: int, seconds: int) -> None:
    """Bound what this process may take, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415  (not on Windows)

        for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory)):
            hard = resource.getrlimit(what)[1]
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":  # pragma: no cover  (another process)
    where, path, memory, seconds, *named = sys.argv[1:]
    sys.path.append(where)
    limit(int(memory), int(seconds))
    from python_calamine import CalamineWorkbook

    def formulas(sheet: str) -> dict[int, list[int]]:  # noqa: D103
        with suppress(zipfile.BadZipFile, LookupError, ValueError, ET.ParseError):
            return unsaved(path, sheet)
        return {}  # no .xlsx file

    with suppress(BrokenPipeError), open(path, "rb") as content:  # noqa: PTH123  (pathlib is slow to load)
        told = messages(
            lambda: CalamineWorkbook.from_filelike(content),  # by its content: names such as .xls mislead
            lambda: marshal.load(sys.stdin.buffer),  # noqa: S302  (from the process that started us)
            formulas,
            named[0] if named else None,
        )
        send(told, sys.stdout.buffer)
