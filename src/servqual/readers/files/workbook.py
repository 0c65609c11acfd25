"""Excel files of any age, read in a process of their own, where a crash or endless content cannot reach us.

A workbook of a few kilobytes may hold a cell at the far end of the grid, for which the reader would lay out 17 thousand
million cells. Its process gets memory and time in proportion to the file and is ended when it takes more.
"""

import marshal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, Final

import attrs

from servqual._checks import need
from servqual.errors import UnreadableFile
from servqual.readers.files import sheet_rows
from servqual.readers.files.choosing import chosen
from servqual.readers.files.table_rows import Reached, Record
from servqual.readers.files.table_start import has_table

_MEMORY: Final = 1 << 30
_TIMES: Final = 64
"""The reader may take a gigabyte, and this many times the size of the file; honest files take about twenty times."""
_SECONDS: Final = 30
_SECONDS_PER_MB: Final = 10
"""And so much time of a processor; honest files take about a second per megabyte."""


@attrs.frozen(eq=False)
class Sheet:
    """A sheet of a workbook: its rows, the places of the columns that hold numbers, and the names of all sheets.

    `merges` says whether the reader knows of merged cells in this kind of workbook.
    """

    sheet: str
    sheets: tuple[str, ...]
    numbers: list[int]
    merges: bool
    records: Iterator[Record]


def workbook_rows(path: str, file: Path, sheet: str | None, stack: ExitStack) -> Sheet:
    """Start to read the sheet that is asked for, or the only one that has a table.

    Raises `UnreadableFile` for what is no Excel file, or takes more memory or time than a file of its size should.
    """
    calamine = need("python_calamine", "excel", "reading an Excel file")
    size = file.stat().st_size
    bounds = (_MEMORY + _TIMES * size, _SECONDS + _SECONDS_PER_MB * (size >> 20))
    words = [Path(str(calamine.__file__)).parents[1], file, *bounds, *([] if sheet is None else [sheet])]
    process = stack.enter_context(
        subprocess.Popen(  # noqa: S603  (our own script)
            [sys.executable, "-I", "-S", sheet_rows.__file__, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    )
    stack.callback(process.kill)
    assert process.stdin is not None
    assert process.stdout is not None
    told = _messages(process.stdout, path)
    names: list[str] = next(told, [])
    beginnings: dict[str, list[list[str]]] = next(told, {})
    name = chosen(path, "sheet", names, [name for name, rows in beginnings.items() if has_table(rows)], sheet)
    with suppress(OSError):  # a process that ended before says so in its messages
        process.stdin.write(marshal.dumps(name))
        process.stdin.close()
    numbers, merges = next(told, ([], True))
    return Sheet(name, tuple(names), numbers, merges, _records(told))


def _records(chunks: Iterator[tuple[list[list[str]], dict[int, dict[int, str]]]]) -> Iterator[Record]:
    for rows, above in chunks:
        for at, row in enumerate(rows):
            yield (Reached(row, above[at]) if at in above else row), 1


def _messages(source: IO[bytes], path: str) -> Iterator[Any]:
    head = sheet_rows.LENGTH
    while True:
        start = source.read(head.size)
        length = head.unpack(start)[0] if len(start) == head.size else 1
        if len(data := source.read(length)) < length:
            raise UnreadableFile(
                f"{path} cannot be read as an Excel file in the memory and time for one of its size; a cell may lie "
                "far from the table: delete what is beyond the table, or save it as CSV",
                path=path,
            )
        message = marshal.loads(data)  # noqa: S302  (from our own process)
        if message is None:
            return
        if isinstance(message, str):
            raise UnreadableFile(f"{path} cannot be read as an Excel file: {message}", path=path)
        yield message
