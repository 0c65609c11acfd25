"""A table in memory, opened like a file: a mapping of columns, a frame, or rows as mappings."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from servqual.errors import InvalidValue
from servqual.readers.columns.labels import is_missing, text_of
from servqual.readers.files.table_rows import Opened, TextChunk
from servqual.readers.memory.arrays import CHUNK, cut, rows_of
from servqual.readers.memory.frames import is_frame, series_of
from servqual.readers.memory.records import are_records, columns_of_records
from servqual.readers.memory.series import is_series, listed


@attrs.frozen(eq=False)
class Given:
    """Some cells of a column in memory: a list, an array or a series, of texts or of typed values."""

    values: Any

    def texts(self) -> list[str]:
        """Write each cell as text."""
        return [*map(text_of, self._cells())]

    def written(self) -> list[str]:
        """List the cells that are texts."""
        return [cell for cell in self._cells() if isinstance(cell, str)]

    def _cells(self) -> Iterator[Any]:
        cells = listed(self.values) if is_series(self.values) else self.values
        return (None if is_missing(cell) else cell for cell in cells)


def is_table(source: object) -> bool:
    """Say whether something in memory is one table whose columns have names.

    >>> is_table({"Opened": ["2026-05-04"]}), is_table([{"Opened": "2026-05-04"}]), is_table(["2026-05-04"])
    (True, True, False)
    """
    return isinstance(source, Mapping) or is_frame(source) or are_records(source)


def open_table(table: str, source: Any) -> Opened:
    """Open a table in memory; its rows are numbered from 0.

    >>> opened = open_table("cases", [{"Opened": "2026-05-04"}, {"Opened": None}])
    >>> opened.header, [column.texts() for chunk in opened.chunks for column in chunk.columns]
    (('Opened',), [['2026-05-04', '']])
    """
    if is_frame(source):
        source = series_of(table, source)
    elif are_records(source):
        source = columns_of_records(source)
    if not isinstance(source, Mapping):
        raise InvalidValue.of(table, "be a file, a frame, columns or rows", source, shown=f"{source!r:.60}")
    size = rows_of(table, source)
    starts = range(0, max(size, 1), CHUNK)
    return Opened(
        tuple(source),
        (
            TextChunk(
                [Given(cut(values, slice(at, at + CHUNK))) for values in source.values()], range(size)[at : at + CHUNK]
            )
            for at in starts
        ),
        kind="memory",
    )
