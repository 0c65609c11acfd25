"""Rows that wait in a state, as chunks that stay small: rows that leave take their labels along."""

from collections.abc import Sequence

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Chunk, Column, joined
from servqual.readers.columns.tables import Kind


def added(pieces: Sequence[Chunk], chunk: Chunk) -> tuple[Chunk, ...]:
    """Add a chunk to some, which are joined where the last is no more than twice as long as the new one.

    So each row is moved a few times only, however many deliveries there are.

    >>> sizes = [Chunk({}, n, n, range(n)) for n in (99, 9, 1)]
    >>> [piece.size for piece in added(sizes, Chunk({}, 2, 2, range(2)))]
    [99, 9, 3]
    """
    out = [*pieces, chunk]
    while len(out) > 1 and out[-2].size <= 2 * out[-1].size:
        out[-2:] = [joined(out[-2:])]
    return tuple(out)


def renumbered(chunk: Chunk, first: int) -> Chunk:
    """Number the rows from `first` on, in their order, with what was refused in them."""
    numbers = chunk.numbers
    order = np.argsort(numbers, kind="stable")
    refusals = chunk.refusals.only(numbers).numbered(
        lambda rows: order[np.searchsorted(numbers, rows, sorter=order)] + first
    )
    return attrs.evolve(chunk, rows=range(first, first + chunk.size), refusals=refusals)


def trimmed(chunk: Chunk, rows: Array) -> Chunk:
    """Keep some rows, with only the labels that they use."""
    numbers = chunk.numbers[rows]
    columns = {name: _used(column.take(rows)) for name, column in chunk.columns.items()}
    return attrs.evolve(
        chunk, columns=columns, size=len(rows), read=len(rows), rows=numbers, refusals=chunk.refusals.only(numbers)
    )


def _used(column: Column) -> Column:
    if column.kind is not Kind.LABEL:
        return column
    used, codes = np.unique(column.values[column.values >= 0], return_inverse=True)
    values = np.full(len(column.values), -1, np.int32)
    values[column.values >= 0] = codes
    return attrs.evolve(column, values=values, labels=[column.labels[code] for code in used.tolist()])
