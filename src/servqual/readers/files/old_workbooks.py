"""Errors in the cells of an old workbook (.xls), which the reader of Excel files shows as empty.

It is loaded where `sheet_rows` runs, and imports nothing of servqual. An old workbook is a container of sectors, each
of which is followed by the one that a table names, and a stream of records in it:

    BOF  BOUNDSHEET 'Data' at 900  …  EOF  |  BOF  NUMBER row 1 column 2  BOOLERR row 2 column 2: #REF!  …  EOF
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
}  # fmt: skip
"""#N/A says that there is no value, and is none of them."""
_ENDS: Final = 0xFFFFFFF0
"""From here on the number of a sector is no place."""
_ENTRY: Final = 128
_BOF, _EOF, _BOUNDSHEET = 0x0809, 0x000A, 0x0085
_FORMULA, _BOOLERR = 0x0006, 0x0205


def errors_of(path: str, sheets: list[str], sheet: str) -> dict[int, dict[int, str]]:
    """Find the errors of a sheet: their texts by row and column, both from 0.

    >>> errors_of("export.csv", ["Data"], "Data")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'export.csv'
    """
    stream = _workbook_in(Path(path).read_bytes())
    begins = [struct.unpack_from("<I", data)[0] for kind, data in _records(stream, 0) if kind == _BOUNDSHEET]
    found: dict[int, dict[int, str]] = {}
    for kind, data in _records(stream, begins[sheets.index(sheet)]):
        if kind == _BOOLERR and data[7]:
            code = data[6]
        elif kind == _FORMULA and data[6] == 2 and data[12:14] == b"\xff\xff":  # noqa: PLR2004
            code = data[8]
        else:
            continue
        if code in _ERRORS:
            row, column = struct.unpack_from("<HH", data)
            found.setdefault(row, {})[column] = "\0" + _ERRORS[code]
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Give the records from a place up to the end of its part; a chart within it is a part of its own."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if kind in {_BOUNDSHEET, _BOOLERR, _FORMULA} and depth == 1:
            yield kind, stream[at + 4 : at + 4 + size]
        if not depth:
            return
        at += 4 + size


def _workbook_in(content: bytes) -> bytes:
    """Put together the stream of the workbook from its sectors."""
    size, small = (1 << power for power in struct.unpack_from("<HH", content, 30))
    first_entry, least, first_small, more, count = (
        struct.unpack_from("<I", content, at)[0] for at in (48, 56, 60, 68, 72)
    )
    tables = [*struct.unpack_from("<109I", content, 76)]
    for _ in range(count):
        further = struct.unpack_from(f"<{size // 4}I", content, size * (more + 1))
        tables.extend(further[:-1])
        more = further[-1]
    next_of = [
        each
        for table in tables
        if table < _ENDS
        for each in struct.unpack_from(f"<{size // 4}I", content, size * (table + 1))
    ]
    entries = _chain(content[size:], first_entry, next_of, size)
    of_names = {
        entries[at : at + max(struct.unpack_from("<H", entries, at + 64)[0] - 2, 0)].decode("utf-16-le"): at
        for at in range(0, len(entries), _ENTRY)
    }
    first, length = struct.unpack_from("<II", entries, of_names.get("Workbook", of_names.get("Book", -_ENTRY)) + 116)
    if length >= least:
        return _chain(content[size:], first, next_of, size)[:length]
    root = struct.unpack_from("<I", entries, 116)[0]
    among = _chain(content[size:], first_small, next_of, size)
    return _chain(
        _chain(content[size:], root, next_of, size), first, [*struct.unpack(f"<{len(among) // 4}I", among)], small
    )[:length]


def _chain(content: bytes, sector: int, next_of: list[int], size: int) -> bytes:
    """Join the sectors from one on; those of a circle end where all are used up."""
    parts: list[bytes] = []
    while sector < _ENDS and len(parts) <= len(next_of):
        parts.append(content[size * sector : size * (sector + 1)])
        sector = next_of[sector]
    return b"".join(parts)
