"""Columns of Parquet as the export's layout reads them: typed where the file has types, each distinct text once.

A moment, a number or a flag of the file is converted as an array. Text is encoded as codes into its distinct values, of
which each is parsed once by the same `CellReader` that reads CSV, so that missing words, forms of dates and refusals
are those of the layout. A wall-clock moment follows the rules of text as well: one that the zone's clock skips is
refused, of one that it shows twice the first is taken.
"""

from collections.abc import Mapping
from typing import Any, Final

from servqual.readers.columns.columns import MISSING, Column
from servqual.readers.columns.refusals import Refusals
from servqual.readers.columns.request import Zones
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.texts import CellReader
from servqual.readers.files.table_rows import texts_of
from servqual.readers.memory.arrays import read_column

_NUMBERS: Final = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double")
_TYPED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.MOMENT: ("timestamp",),
    Kind.DURATION: (*_NUMBERS, "duration"),
    Kind.COUNT: _NUMBERS,
    Kind.NUMBER: _NUMBERS,
    Kind.FLAG: ("bool",),
    Kind.LABEL: (),
}
"""The Arrow types that are read as they are, by the kind of the column."""
_UTC: Final = Zones("UTC", "UTC")
_ENCODED: Final = ("string", "large_string", "dictionary", "int", "uint")


def read_arrow(reader: CellReader, cells: Any) -> tuple[Column, Refusals]:
    """Read an Arrow array as a column of the reader's kind, and list the cells that could not be read."""
    kind, dtype = reader.kind, str(cells.type)
    if dtype.startswith(_TYPED[kind]):
        if kind is not Kind.MOMENT or "tz=" in dtype:
            reader.moments.aware += len(cells) if kind is Kind.MOMENT else 0
            return read_column(reader.name, kind, cells, reader.seconds, _UTC)
        if reader.zone is not None:
            return _wall_times(reader, cells)
    if not dtype.startswith(_ENCODED):
        return reader.read(texts_of(cells), 0)
    encoded = cells if dtype.startswith("dictionary") else cells.dictionary_encode()
    distinct = texts_of(encoded.dictionary)
    column, refusals = reader.read([*distinct, ""], 0)
    if refusals:
        return reader.read(texts_of(cells), 0)
    return column.take(encoded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False)), refusals


def _wall_times(reader: CellReader, cells: Any) -> tuple[Column, Refusals]:
    """Read moments without an offset as times of the reader's zone."""
    zone = reader.zone
    assert zone is not None
    wall = read_column(reader.name, Kind.MOMENT, cells, 1, _UTC)[0].values
    column, refusals = read_column(reader.name, Kind.MOMENT, cells, 1, Zones(zone.key))
    reader.moments.naive += int((wall != MISSING).sum())
    reader.moments.twice += 0 if column.twice is None else int(column.twice.sum())
    return column, refusals
