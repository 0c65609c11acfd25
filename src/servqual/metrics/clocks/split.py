"""A long log split into chunks of whole cases, each small enough for the cache of the processor.

A log is in the order of time, so the rows of a case lie all over it:

    log       a c b a | b c a b | ...        runs of 65,536 rows
    dealt     a a | b | c    a | b b | c     each run sorted by chunk, as places of two bytes
    chunk a   a a + a + ...                  one piece of each run, joined

Each run is dealt like cards into the chunks by itself, in its own thread, and touches no more memory than the cache
holds. A column is dealt when the first chunk reads it; a chunk is then a copy of one slice per run. That is two passes
over the rows of a column, both in order. Taking the rows of each chunk from the whole log would read the log at random
places, where nearly every row is a cache miss; sorting the whole log by case first costs the same misses.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.lazy import LazyColumns
from servqual.readers.columns.tables import Kind

_CHUNK: Final = 1 << 19
"""Most rows of a chunk, about."""
_RUN: Final = 1 << 16
"""Rows dealt at a time; their places need two bytes."""
_CASE_BITS: Final = 16
"""A chunk has at most 2**16 cases, so one pass of counting sorts it."""


def split_cases(chunk: Chunk) -> list[Callable[[], Chunk]]:
    """Split a log into chunks of whole cases, each made by a function that any thread may call.

    Rows without a case are in the first chunk.
    """
    if "case_id" not in chunk.columns or chunk.size <= _CHUNK:
        return [lambda: chunk]
    deal = _Deal.of(chunk)
    return [partial(deal.joined, number) for number in range(deal.edges.shape[1] - 1)]


@attrs.frozen(eq=False)
class _Deal:
    """The rows of a log, dealt to chunks.

    Attributes:
        log: the rows.
        shift: a case belongs to the chunk with the number of its code, less this many bits.
        places: for each run, the places of its rows in the order of chunks.
        edges: the start of each chunk's piece in each run, one row per run, and the end of the last piece.
    """

    log: Chunk
    shift: int
    places: Array
    edges: Array
    _dealt: dict[str, Array] = attrs.field(factory=dict)
    _lock: Lock = attrs.field(factory=Lock)

    @classmethod
    def of(cls, log: Chunk) -> "_Deal":
        """Deal the rows by their cases."""
        case = log.columns["case_id"]
        shift = min(_CASE_BITS, max(1, len(case.labels) * _CHUNK // log.size).bit_length() - 1)
        chunks = ((len(case.labels) - 1) >> shift) + 1
        places = np.empty(log.size, np.uint16)
        edges = np.zeros((-(-log.size // _RUN), chunks + 1), np.int64)

        def deal(first: int) -> None:
            number = np.maximum(case.values[first : first + _RUN], 0) >> shift
            places[first : first + _RUN] = np.argsort(number.astype(np.min_scalar_type(chunks)), kind="stable")
            np.cumsum(np.bincount(number, minlength=chunks), out=edges[first // _RUN, 1:])

        _for_each_run(deal, log.size)
        return cls(log, shift, places, edges + np.arange(0, log.size, _RUN)[:, None])

    def joined(self, number: int) -> Chunk:
        """Join the pieces of one chunk; its cases count from 0, and codes of its labels may take fewer bytes."""
        pieces = [slice(a, b) for a, b in self.edges[:, number : number + 2].tolist()]
        source, first = self.log, number << self.shift

        def column(name: str) -> Column:
            given = source.columns[name]
            dealt = self._dealt_out(name)
            values = np.concatenate([dealt[piece] for piece in pieces])
            if name == "case_id":
                cases = given.labels[first : first + (1 << self.shift)]
                return Column(given.kind, np.maximum(values - first, -1), cases)
            bad = None if given.bad is None else given.bad[rows]
            return Column(given.kind, values, given.labels, bad)

        starts = range(0, source.size, _RUN)
        rows = np.concatenate([self.places[piece] + np.uint32(at) for piece, at in zip(pieces, starts, strict=True)])
        numbers = rows + source.rows.start if isinstance(source.rows, range) else np.asarray(source.rows)[rows]
        refusals = source.refusals.only(numbers)
        lost = () if first else source.lost
        columns, read = LazyColumns(source.columns, column), len(rows) + len(lost)
        return Chunk(columns, len(rows), read, numbers, refusals, lost, sparse=source.sparse)

    def _dealt_out(self, name: str) -> Array:
        """Deal the values of a column for all chunks; codes take the fewest bytes that hold one code more."""
        with self._lock:
            if name in self._dealt:
                return self._dealt[name]
            column = self.log.columns[name]
            small = np.min_scalar_type(-len(column.labels) - 1) if column.kind is Kind.LABEL else column.values.dtype
            out = self._dealt[name] = np.empty(len(column.values), small)

            def deal(first: int) -> None:
                rows = slice(first, first + _RUN)
                out[rows] = column.values[rows].take(self.places[rows].astype(np.intp))

            _for_each_run(deal, len(out))
            return out


def _for_each_run(deal: Callable[[int], None], size: int) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(deal, range(0, size, _RUN)):
            pass
