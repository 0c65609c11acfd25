"""Rows that are sorted by a key, a piece of whole customers at a time.

    chunk 1   anna anna ben     piece 1   anna anna
    chunk 2   ben  ben  cleo    piece 2   ben  ben  ben
                                piece 3   cleo

A piece ends where the key changes, so that memory holds some customers and never all. A key that comes back is found
by `Keys`, for then it is in two pieces.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs
import numpy as np

from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.columns.refusals import NUMBERED_ANEW
from servqual.readers.sources import chosen

_ROWS: Final = 1 << 18
"""Fewest rows of a piece; one customer with more is a piece alone."""


def pieces(chunks: Iterable[Callable[[], Chunk]], key: str, rows: int = _ROWS) -> Iterator[Chunk]:
    """Cut chunks anew so that the rows of a customer that follow each other are in one.

    >>> from servqual.readers.sources import TableChunks
    >>> chunks = TableChunks("interactions", [{"customer_id": ["a", "a", "b"]}, {"customer_id": ["b", "c"]}])
    >>> [piece.size for piece in pieces(chunks, "customer_id", rows=2)]
    [2, 2, 1]
    """
    waiting: list[Chunk] = []
    size, enough = 0, rows
    for number, read in enumerate(chunks):
        waiting.append(_apart(read(), number))
        size += waiting[-1].size
        if size < enough:
            continue
        every = joined(waiting)
        start = _last_run(every, key)
        if start:
            front = np.arange(every.size) < start
            yield chosen(every, front)
            every = chosen(attrs.evolve(every, lost=()), ~front)
        waiting, size = [every], every.size
        enough = max(rows, 2 * size)  # a customer of many rows is not joined for every chunk
    yield joined(waiting)


def _apart(chunk: Chunk, number: int) -> Chunk:
    """Number the rows of a chunk as those of no other one."""
    by = number * NUMBERED_ANEW
    return attrs.evolve(chunk, rows=chunk.numbers + by, refusals=chunk.refusals.shifted(by)) if by else chunk


def _last_run(chunk: Chunk, key: str) -> int:
    """Find the row from which on all rows have the key of the last one."""
    codes = chunk.columns[key].values
    if codes[-1] < 0:  # rows without a key belong to nobody
        return chunk.size
    others = np.flatnonzero(codes != codes[-1])
    return int(others[-1]) + 1 if len(others) else 0
