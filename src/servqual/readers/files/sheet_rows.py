"""The rows of a sheet of an Excel file, sent to whoever started this process.

Run as a script: `workbook` starts it, so that a file which makes the reader of Excel files crash, or ask for more
memory than there is, ends this process and not the user's. It imports nothing of servqual, so that it starts at once.
"""

import datetime as dt
import importlib
import itertools
import marshal
import os
import posixpath
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from typing import IO, Any, BinaryIO, Final, TypeAlias
from xml.etree import ElementTree as ET

LENGTH: Final = struct.Struct("<Q")
"""The length of a message, which goes before it."""
_ROWS: Final = 16_384
_CELLS: Final = 1 << 22
"""The most rows and cells of a message."""
UNSAVED: Final = "\0formula"
"""The text of a formula without a value, that of `readers.columns.texts`; no cell has its first character.

A cell with an error has the text of that behind the same character.
"""
LOOKED_AT: Final = 60
"""The first rows of a table, which have its headings and tell whether it is one."""
_PIECE: Final = 1 << 20
Faults: TypeAlias = dict[int, dict[int, str]]
"""Texts of cells by row and column of a sheet, from 0."""
_NO_VALUE: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?P<facts>[^<>]*)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</)"""
)
_FAULT: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^<>]*\bt=["']e["'])(?P<facts>[^<>]*)>(?:\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"""
    rb"""\s*<(?:\w+:)?v>\s*(?P<error>(?!\#N/A)[^<>]*?)\s*</"""
)
_PLACE: Final = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]+)["']""")
_ERROR: Final = re.compile(rb"#[A-Z0/_]+[!?]?")
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


def faults_of(path: str, sheet: str) -> Faults:
    """Find the cells of an .xlsx file without a value or with an error as one: their texts by row and column from 0.

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
            return faults_in(file, _PIECE)


def faults_in(file: IO[bytes], size: int) -> Faults:
    """Find formulas without a value, and errors, in a sheet, a piece at a time; a cell may go on in the next piece."""
    found: Faults = {}
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
                error = cell.groupdict().get("error", b"")
                text_of = "\0" + error.decode() if _ERROR.fullmatch(error) else UNSAVED
                found.setdefault(int(place[2]) - 1, {})[column - 1] = text_of
        last = max(text.rfind(b"<c "), text.rfind(b":c "), 0)
        rest = text[max(text.rfind(b"<", 0, last + 1), 0) :]
        rest = rest if len(rest) <= _PIECE else b""
    return found


class Merged:
    """The cells of a sheet that merged ones above reach into; `ranges` have the first and last row and the column."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        self._ranges = sorted(each for each in ranges if each[0] < each[1])
        self._texts: dict[tuple[int, int], str] = {}

    def into(self, rows: list[list[str]], first: int) -> dict[int, dict[int, str]]:
        """Give the texts of merged cells by row and column, of some rows from `first` on; rows come in their order."""
        found: dict[int, dict[int, str]] = {}
        end = first + len(rows)
        for top, last, at in itertools.takewhile(lambda each: each[0] < end, self._ranges):
            if first <= top:
                self._texts[top, at] = rows[top - first][at] if 0 <= at < len(rows[top - first]) else ""
            if text := self._texts.get((top, at)):
                for row in range(max(top + 1, first), min(last + 1, end)):
                    found.setdefault(row - first, {})[at] = text
        self._ranges = [each for each in self._ranges if each[1] >= end]
        return found


def messages(
    load: Callable[[], Any],
    choice: Callable[[], str],
    faults: Callable[[list[str], str], Faults] = lambda _names, _sheet: {},
    sheet: str | None = None,
) -> Iterator[Any]:
    """Give the names of the sheets, the first rows of those in question, then of the chosen one its columns and rows.

    Of the columns the places of those that hold numbers are given, and whether merged cells are known. Rows are texts
    and come some at a time, with the texts of merged cells that reach into them; a fault is a text. `faults` finds the
    cells that are not as empty as the reader shows them. Hidden sheets are in question only by name.
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
        found, lost = loaded.get(name) or book.get_sheet_by_name(name), faults(names, name)
        loaded.clear()
        rows, most = found.iter_rows(), max(1, min(_ROWS, _CELLS // max(found.total_width, 1)))
        kinds = {
            (at, type(cell)) for row in itertools.islice(found.iter_rows(), 1, None) for at, cell in enumerate(row)
        }
        timed = {at for at, kind in kinds if kind is dt.datetime}
        first, left = 0, (found.start or (0, 0))[1]
        ranges = getattr(found, "merged_cell_ranges", None)  # None where the reader does not know
        merged = Merged((top, last, at - left) for (top, at), (last, _) in ranges or ())
        yield sorted({at for at, kind in kinds if kind in {int, float}}), ranges is not None
        while some := list(itertools.islice(rows, most)):
            texts = texts_of(some, timed)
            for row in lost.keys() & range(first, first + len(texts)):
                for at, text in lost[row].items():
                    if left <= at < left + len(texts[row - first]):
                        texts[row - first][at - left] = text
            yield texts, merged.into(texts, first)
            first += len(texts)
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

    def lost_cells(names: list[str], sheet: str) -> Faults:  # noqa: D103
        with suppress(zipfile.BadZipFile, LookupError, ValueError, ET.ParseError, struct.error):
            if zipfile.is_zipfile(path):
                return faults_of(path, sheet)
            sys.path.append(os.path.dirname(__file__))  # noqa: PTH120  (pathlib is slow to load)
            found: Faults = importlib.import_module("old_workbooks").errors_of(path, names, sheet)
            return found
        return {}  # neither an .xlsx nor an .xls file

    with suppress(BrokenPipeError), open(path, "rb") as content:  # noqa: PTH123  (pathlib is slow to load)
        told = messages(
            lambda: CalamineWorkbook.from_filelike(content),  # by its content: names such as .xls mislead
            lambda: marshal.load(sys.stdin.buffer),  # noqa: S302  (from the process that started us)
            lost_cells,
            named[0] if named else None,
        )
        send(told, sys.stdout.buffer)
