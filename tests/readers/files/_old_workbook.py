"""A writer of old workbooks (.xls): one sheet of texts, numbers, errors and merged cells, in a container of sectors."""

import struct
from collections.abc import Iterable, Sequence

ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_SECTOR, _END, _FREE, _TABLE = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(
    rows: Sequence[Sequence[object]], merged: Iterable[tuple[int, int, int]] = (), *, formulas: bool = False
) -> bytes:
    """Write a sheet called Data; an error is a text such as "#REF!", `merged` has first and last rows and a column.

    With `formulas` errors are results of formulas.
    """
    cells = b"".join(
        _cell(at, place, value, formula=formulas)
        for at, row in enumerate(rows)
        for place, value in enumerate(row)
        if value not in {None, ""}
    )
    ranges = [struct.pack("<4H", first, last, column, column) for first, last, column in merged]
    sheet = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<2I3H", 0, len(rows), 0, max(map(len, rows)), 0)) + cells
    sheet += _record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(ranges)) + _record(0x000A, b"")
    begin = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0, 0, 0, 0))
    begin += _record(0x0042, struct.pack("<H", 1200))
    rest = 4 + 6 + 2 + 4 + 4  # the record of the sheet and the end
    begin += _record(0x0085, struct.pack("<IBBBB", len(begin) + rest, 0, 0, 4, 0) + b"Data") + _record(0x000A, b"")
    return _container(begin + sheet)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell(at: int, place: int, value: object, *, formula: bool) -> bytes:
    where = struct.pack("<3H", at, place, 0)
    if isinstance(value, int | float):
        return _record(0x0203, where + struct.pack("<d", value))
    text = str(value)
    if text not in ERRORS:
        return _record(0x0204, where + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))
    if formula:
        result = struct.pack("<BBBBHH", 2, 0, ERRORS[text], 0, 0, 0xFFFF)
        return _record(0x0006, where + result + struct.pack("<HIH", 0, 0, 2) + bytes([0x1C, ERRORS[text]]))
    return _record(0x0205, where + bytes([ERRORS[text], 1]))


def _container(stream: bytes) -> bytes:
    """Put a stream into sectors: its own, then those of the directory, then those of the table of sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    tables = -(-(count + 2) * 4 // _SECTOR)
    while (count + 1 + tables) * 4 > tables * _SECTOR:
        tables += 1
    next_of = [*range(1, count), _END, _END, *[_TABLE] * tables]
    next_of += [_FREE] * (tables * _SECTOR // 4 - len(next_of))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<8I", tables, count, 0, 4096, _END, 0, _END, 0)
    places = [*range(count + 1, count + 1 + tables)]
    head += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    entries = (
        _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 0, len(stream)) + _entry("", 0, 0, 0) * 2
    )
    return head + stream + entries + struct.pack(f"<{len(next_of)}I", *next_of)


def _entry(name: str, kind: int, first: int, size: int, *, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
    return head + struct.pack("<3I", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", first, size)
