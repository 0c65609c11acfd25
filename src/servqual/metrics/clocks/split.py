"""A long log in parts of whole cases, each small enough for the processor's cache.

Rows come in the order of time, so those of a part lie all over the log. They are dealt out a chunk of rows at a time,
like cards: within a chunk by part, which needs no more than the cache holds; a part is then one piece of each
chunk.
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

_PART: Final = 1 << 19
"""About how many rows a part has at most."""
_CHUNK: Final = 1 << 16
"""How many rows are dealt at a time; their places then need two bytes."""
_MOST_CASES: Final = 16
"""A part has no more than 2**16 cases, so that it is sorted by one pass of counting."""


def split_cases(chunk: Chunk) -> list[Callable[[], Chunk]]:
    """A log in parts of whole cases, each made when it is called for; it may be called for in any thread.

    A row without a case is in the first part.
    """
    if "case_id" not in chunk.columns or chunk.size <= _PART:
        return [lambda: chunk]
    deal = _Deal.of(chunk)
    return [partial(deal.part, number) for number in range(deal.edges.shape[1] - 1)]


@attrs.frozen(eq=False)
class _Deal:
    """Rows dealt out to parts.

    Attributes:
        shift: the part of a case is its code without this many bits.
        places: the place of each row in its chunk, a chunk's parts one after another.
        edges: where the piece of each part begins in each chunk, a row for each chunk, and where the last ends.
    """

    chunk: Chunk
    shift: int
    places: Array
    edges: Array
    _dealt: dict[str, Array] = attrs.field(factory=dict)
    _lock: Lock = attrs.field(factory=Lock)

    @classmethod
    def of(cls, chunk: Chunk) -> "_Deal":
        """Deal the rows by their cases."""
        case = chunk.columns["case_id"]
        shift = min(_MOST_CASES, max(1, len(case.labels) * _PART // chunk.size).bit_length() - 1)
        parts = ((len(case.labels) - 1) >> shift) + 1
        places = np.empty(chunk.size, np.uint16)
        edges = np.zeros((-(-chunk.size // _CHUNK), parts + 1), np.int64)

        def deal(first: int) -> None:
            part = np.maximum(case.values[first : first + _CHUNK], 0) >> shift
            places[first : first + _CHUNK] = np.argsort(part.astype(np.min_scalar_type(parts)), kind="stable")
            np.cumsum(np.bincount(part, minlength=parts), out=edges[first // _CHUNK, 1:])

        _for_each_stretch(deal, chunk.size)
        return cls(chunk, shift, places, edges + np.arange(0, chunk.size, _CHUNK)[:, None])

    def part(self, number: int) -> Chunk:
        """One part, whose cases are counted from 0; the codes of its labels may take fewer bytes than in the log."""
        pieces = [slice(a, b) for a, b in self.edges[:, number : number + 2].tolist()]
        source, first = self.chunk, number << self.shift

        def column(name: str) -> Column:
            given = source.columns[name]
            dealt = self._dealt_out(name)
            values = np.concatenate([dealt[piece] for piece in pieces])
            if name == "case_id":
                cases = given.labels[first : first + (1 << self.shift)]
                return Column(given.kind, np.maximum(values - first, -1), cases)
            bad = None if given.bad is None else given.bad[rows]
            return Column(given.kind, values, given.labels, bad)

        starts = range(0, source.size, _CHUNK)
        rows = np.concatenate([self.places[piece] + np.uint32(at) for piece, at in zip(pieces, starts, strict=True)])
        numbers = rows + source.rows.start if isinstance(source.rows, range) else np.asarray(source.rows)[rows]
        refusals = source.refusals.only(numbers)
        lost = () if first else source.lost
        return Chunk(LazyColumns(source.columns, column), len(rows), len(rows) + len(lost), numbers, refusals, lost)

    def _dealt_out(self, name: str) -> Array:
        """The values of a column in the order of the deal, for all parts; codes in as few bytes as hold one more."""
        with self._lock:
            if name in self._dealt:
                return self._dealt[name]
            column = self.chunk.columns[name]
            small = np.min_scalar_type(-len(column.labels) - 1) if column.kind is Kind.LABEL else column.values.dtype
            out = self._dealt[name] = np.empty(len(column.values), small)

            def deal(first: int) -> None:
                rows = slice(first, first + _CHUNK)
                out[rows] = column.values[rows].take(self.places[rows].astype(np.intp))

            _for_each_stretch(deal, len(out))
            return out


def _for_each_stretch(deal: Callable[[int], None], size: int) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(deal, range(0, size, _CHUNK)):
            pass
