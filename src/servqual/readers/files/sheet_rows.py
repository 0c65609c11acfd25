"""The rows of a sheet of an Excel file, sent to whoever started this process.

Run as a script: `workbook` starts it, so that a file which makes the reader of Excel files crash, or ask for more
memory than there is, ends this process and not the user's. It imports nothing of servqual, so that it starts at once.
"""

import datetime as dt
import itertools
import marshal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Final

LENGTH: Final = struct.Struct("<Q")
"""The length of a message, which goes before it."""
_ROWS: Final = 16_384
_CELLS: Final = 1 << 22
"""The most rows and cells of a message."""


def as_text(cell: object) -> str:
    """Write a typed cell as `readers.columns.labels.text_of` does."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def texts_of(rows: list[list[object]], timed: set[int]) -> list[list[str]]:
    """Write rows; a date in a column that also has times is a midnight, of which the reader drops the time."""
    return [
        [f"{cell} 00:00:00" if type(cell) is dt.date and at in timed else as_text(cell) for at, cell in enumerate(row)]
        for row in rows
    ]


def messages(load: Callable[[], Any], sheet: str | None) -> Iterator[Any]:
    """Give the names of the sheets, then the rows of one as texts, some at a time; or the fault as a text."""
    try:
        book = load()
        names = list(book.sheet_names)
        yield names
        if not names or sheet not in {None, *names}:
            return
        found = book.get_sheet_by_name(names[0] if sheet is None else sheet)
        rows, most = found.iter_rows(), max(1, min(_ROWS, _CELLS // max(found.total_width, 1)))
        timed = {at for row in found.iter_rows() for at, cell in enumerate(row) if type(cell) is dt.datetime}
        while some := list(itertools.islice(rows, most)):
            yield texts_of(some, timed)
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

    with suppress(BrokenPipeError):
        send(messages(lambda: CalamineWorkbook.from_path(path), named[0] if named else None), sys.stdout.buffer)
