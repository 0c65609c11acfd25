"""Columns that an export lacks because they are the same in every row, such as the threshold of its counts."""

from collections.abc import Iterator, Mapping

import attrs

from servqual.errors import InvalidValue
from servqual.readers.files.table_rows import Opened, TextChunk


def with_constants(opened: Opened, constants: Mapping[str, str]) -> Opened:
    """Give a table with further columns that hold one text each; refuse a name that it has already."""
    if not constants:
        return opened
    for name in constants:
        if name in opened.header:
            raise InvalidValue.of("constants", "name columns that the table lacks", name, do="leave it out")

    def chunks() -> Iterator[TextChunk]:
        for chunk in opened.chunks:
            told = ([text] * len(chunk.rows) for text in constants.values())
            yield attrs.evolve(chunk, columns=[*chunk.columns, *told])

    return attrs.evolve(opened, header=(*opened.header, *constants), chunks=chunks(), narrowed=None)
