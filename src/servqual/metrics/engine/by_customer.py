"""Rows held for keyed KPIs, dealt by customer so that every row of a customer is in one chunk.

    given 1   anna ben  cleo anna     chunk 0   anna anna anna
    given 2   cleo anna dora          chunk 1   ben dora           by the customer's number, or a hash of the text
                                      chunk 2   cleo cleo

A row is moved once, while the cache holds it; a chunk of 20 million rows then fits the cache when its chains are
sorted, and chunks are independent, so that threads share them. In one chunk first-contact resolution takes four times
as long (20 million contacts).
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.engine.homes import homes_of
from servqual.readers.columns.columns import NONE, Chunk, Column, Digits, Numbers, joined
from servqual.readers.columns.growing import common
from servqual.readers.columns.refusals import NUMBERED_ANEW, Refusals
from servqual.readers.columns.tables import Kind

_CHUNKS: Final = 61
"""Number of chunks; of 20 million rows one then fits the cache. A prime, as ids may all be multiples of a number."""
_TOGETHER: Final = 1 << 18
"""Rows parted at once."""
_LITTLE: Final = 1 << 18
"""Fewer rows than this are one home."""


class CustomerChunks:
    """Thread-safe store of chunks that gives chunks of whole customers, with the asked columns only."""

    def __init__(self, key: str, columns: Collection[str]) -> None:
        self._key, self._columns = key, columns
        self._held: list[list[Chunk]] = [[] for _ in range(_CHUNKS)]
        self._waiting: list[Chunk] = []
        self._names: frozenset[str] | None = None
        self._numbered: list[tuple[int, int]] = []
        self._rows = 0
        self._lock, self._homing = threading.Lock(), threading.Lock()
        self._homes: tuple[Sequence[str], Array] = ((), np.zeros(1, np.uint16))  # the last is that of no customer

    def add(self, chunk: Chunk) -> None:
        """Hold one more chunk."""
        kept = {name: column for name, column in chunk.columns.items() if name in self._columns}
        with self._lock:
            if chunk.columns:
                self._check(kept)
            self._waiting.append(self._apart(attrs.evolve(chunk, columns=kept)))
            self._rows += chunk.size
            if sum(chunk.size for chunk in self._waiting) < _TOGETHER:
                return
            waiting, self._waiting = self._waiting, []
        self._part(waiting)

    def _check(self, columns: Mapping[str, Column]) -> None:
        if self._names is None:
            self._names = frozenset(columns)
        if self._names != frozenset(columns):
            some = sorted(self._names ^ columns.keys())
            raise InvalidValue.of(
                some[0],
                "be in all chunks of a table or in none where a KPI needs all rows together",
                some,
                shown=f"chunks with and without {', '.join(some)}",
                do="fill the column in, or leave it out of all",
            )

    def _apart(self, chunk: Chunk) -> Chunk:
        """Number the rows of a chunk anew where other chunks have the same numbers."""
        if not chunk.size:
            return chunk
        ends = (chunk.rows[0], chunk.rows[-1]) if isinstance(chunk.rows, range) else chunk.numbers
        low, high = int(np.min(ends)), int(np.max(ends))
        alike = any(low <= other and first <= high for first, other in self._numbered)
        self._numbered.append((low, high))
        if not alike:
            return chunk
        by = len(self._numbered) * NUMBERED_ANEW
        return attrs.evolve(chunk, rows=chunk.numbers + by, refusals=chunk.refusals.shifted(by))

    def _part(self, chunks: list[Chunk]) -> None:
        chunk = joined(chunks)
        key = chunk.columns.get(self._key)
        pieces = [(0, chunk)] if key is None or not chunk.size else list(_pieces(chunk, self._key, self._homes_of(key)))
        with self._lock:
            for number, piece in pieces:
                self._held[number].append(piece)

    def _homes_of(self, column: Column) -> Array:
        """Block of each row, by the customer; a label is looked at once, however many chunks have it."""
        labels = column.labels
        if isinstance(labels, Digits):
            return ((column.values + labels.numbers.start) % _CHUNKS).astype(np.uint16)
        with self._homing:
            before, homes = self._homes
            if before is not labels:
                known = common(before, labels)
                homes = np.concatenate([homes[:known], homes_of(labels[known:], _CHUNKS), homes[-1:]])
                self._homes = labels, homes
        return homes.take(column.values, mode="wrap")

    def __iter__(self) -> Iterator[Chunk]:
        """Hand out the chunks one by one, and forget each."""
        if self._waiting and self._rows <= _LITTLE:
            self._held[0] = self._waiting
        elif self._waiting:
            self._part(self._waiting)
        while self._held:
            chunks = self._held.pop()
            if chunks:
                yield joined(chunks)


def _pieces(chunk: Chunk, key: str, home: Array) -> Iterator[tuple[int, Chunk]]:
    order = np.argsort(home, kind="stable")
    ends = np.cumsum(np.bincount(home, minlength=_CHUNKS))
    moved = {name: column.take(order) for name, column in chunk.columns.items()}
    labels = moved[key].labels
    codes, named = _homes(moved[key].values, labels)
    numbers = _at(chunk.rows, order)
    weights = None if chunk.weights is None else chunk.weights[order]
    rank = np.argsort(chunk.numbers) if chunk.refusals else order
    refused = chunk.refusals.dealt(lambda rows: home[rank[np.searchsorted(chunk.numbers, rows, sorter=rank)]])
    for number, (first, last) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
        rows, lost = slice(first, last), chunk.lost if number == 0 else ()
        columns = {name: _compact(column.take(rows)) for name, column in moved.items() if name != key or not named}
        if named:
            bad = moved[key].bad
            columns[key] = Column(Kind.LABEL, codes[rows], named[number], None if bad is None else bad[rows])
        yield (
            number,
            Chunk(
                columns,
                last - first,
                last - first + len(lost),
                numbers[rows],
                refused.get(number, Refusals()),
                lost,
                None if weights is None else weights[rows],
                sparse=chunk.sparse,
            ),
        )


def _at(rows: Sequence[int] | Array, order: Array) -> Array:
    """Numbers of rows in another order, in the narrowest type."""
    if not isinstance(rows, range):
        return np.asarray(rows)[order]
    wide = max(abs(rows.start), abs(rows.stop)) > np.iinfo(np.int32).max
    numbers: Array = order.astype(np.int64 if wide else np.int32)
    numbers *= rows.step
    numbers += rows.start
    return numbers


def _homes(codes: Array, labels: Sequence[str]) -> tuple[Array, Sequence[Sequence[str]]]:
    """Code of each row among the numbers of its home, so that codes stay small, and these numbers; none of texts."""
    if isinstance(labels, Digits):
        first, last = labels.numbers.start, labels.numbers.stop
        places: Array = (codes + first % _CHUNKS) // _CHUNKS
        places[codes < 0] = NONE[Kind.LABEL]
        low = first - first % _CHUNKS
        return places, [Digits(range(low + home, last + _CHUNKS, _CHUNKS)) for home in range(_CHUNKS)]
    if isinstance(labels, Numbers):
        home = (labels.numbers % _CHUNKS).astype(np.uint16)
        order = np.argsort(home, kind="stable")
        ends = np.cumsum(np.bincount(home, minlength=_CHUNKS))
        place = np.full(len(home) + 1, NONE[Kind.LABEL], np.int32)
        place[order] = np.arange(len(home)) - np.append(0, ends)[home[order]]
        return place.take(codes, mode="wrap"), [*map(Numbers, np.split(labels.numbers[order], ends[:-1]))]
    return codes, ()


def _compact(column: Column) -> Column:
    """Drop unused labels of a list where they are far more than the rows; others are shared by all pieces."""
    if not isinstance(column.labels, list) or len(column.labels) <= 4 * len(column.values):
        return column
    present, codes = np.unique(column.values, return_inverse=True)
    known = present[present >= 0]
    shift = len(present) - len(known)
    labels = [column.labels[code] for code in known.tolist()]
    return attrs.evolve(column, values=(codes - shift).astype(np.int32), labels=labels)
