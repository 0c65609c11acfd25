"""Rows with a repeated id: the id of a table names one row, and every later row with that id is refused.

The picture, for a table in memory: ids are codes already, so one array with a place per label holds the first row of
each code, and a row is repeated where it is not the first of its code. Two passes, 8 bytes per label, no sorting.

For a table that arrives in chunks (files, iterators): each chunk gives 64-bit hashes of its ids, and the ids so far are
a few sorted arrays, each more than twice as long as the next, as in a log-structured merge tree:

    seen    [················]  [······]  [··]      three arrays, looked up by bisection
    chunk                                    [·]    its new ids are sorted in, short arrays joined on the way

n ids cost about n log² n comparisons and 8 bytes each, with no Python object per id: a set of texts would need about
ten times the memory, and one sorted array would be moved for every chunk. Memory still grows with the table, so such a
table is checked up to its four millionth row, and longer Parquet, whose length is known beforehand, not at all.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.readers.columns.columns import NONE, Chunk, Column
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.tables import Kind

IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        table: f"{table.removesuffix('s')}_id"
        for table in ("cases", "interactions", "complaints", "feedback", "suggestions", "commitments", "actions")
    }
)
"""The column that names a row, for each table that has one."""
SAME: Final = ("survey", "question", "customer_id", "case_id", "interaction_id", "invited_at", "answered_at", "score")
"""The columns in which two rows of answers are one answer, which was exported or sent twice."""
NAMING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {**{table: (name,) for table, name in IDS.items()}, "answers": SAME}
)
"""The columns by which repeated rows are found, by table."""
_MOST: Final = 1_000_000
CHECKED_ROWS: Final = 1 << 22
"""Rows of a table in chunks whose ids are remembered: 32 MiB."""
_DIGITS: Final = 19
"""Whole numbers of fewer digits fit 64 bits."""


def naming(table: str, columns: Mapping[str, Column]) -> Column | None:
    """Give the ids of rows as labels: their id column, or for answers a number of what is in the columns `SAME`.

    An answer without a customer, a question or a moment has none. None where the table does not name its rows.
    """
    if table != "answers":
        return columns.get(IDS.get(table, ""))
    if not {"customer_id", "question"} <= columns.keys():
        return None
    told = columns["customer_id"].known & columns["question"].known
    mixed, moment = np.zeros(len(told), np.uint64), np.zeros(len(told), np.bool_)
    for name in SAME:
        if name in columns:
            moment |= columns[name].known & name.endswith("_at")
            mixed = (mixed ^ _content(columns[name])) * _ODD
            mixed ^= mixed >> np.uint64(29)
    numbers, codes = np.unique(mixed.view(np.int64), return_inverse=True)
    codes = np.where(told & moment, codes, NONE[Kind.LABEL]).astype(np.int32)
    return Column(Kind.LABEL, codes, numbers.tolist())


_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


def _content(column: Column) -> Array:
    """Give the values of a column as 64 bits."""
    if column.kind is not Kind.LABEL:
        return column.values.view(np.uint64)
    hashes = np.append(_hashes(np.arange(len(column.labels)), column.labels), 0)
    return np.asarray(hashes[column.values].view(np.uint64))


def came_before(table: str, ids: Column) -> Array | None:
    """Mark the rows of a whole table whose id came before; None where no id is repeated.

    The first row of an id is never marked, nor is a row without an id. Raises `InvalidValue` where more than a million
    rows repeat an id, for then the column does not name rows.

    >>> from servqual.readers.columns.labels import labels_of
    >>> came_before("cases", labels_of(["C-1", "C-2", "C-1", None])).tolist()
    [False, False, True, False]
    """
    codes = ids.values.astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(ids.labels) + 1)[1:]
    if counts.max(initial=0) <= 1:
        return None
    _check_few(table, int((counts - 1)[counts > 1].sum()))
    return _not_first(codes, len(counts))


def _check_few(table: str, repeats: int) -> None:
    if repeats > _MOST:
        name = IDS.get(table, "customer_id")
        raise InvalidValue.of(
            name,
            f"name each row of {table}",
            repeats,
            shown=f"{repeats:,} rows whose {name} came before",
            do="leave the column out if it names something else, or keep one row per id",
        )


def _not_first(codes: Array, labels: int) -> Array:
    """Mark the rows whose code came before."""
    first = np.zeros(labels + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # an index that repeats leaves its last value behind
    return np.asarray((codes >= 0) & (first[codes] != np.arange(len(codes))))


def _hashes(codes: Array, labels: Sequence[Any]) -> Array:
    """Give each label a number: a whole number, or a text of its digits, is itself, any other text its hash."""
    if isinstance(labels, range):
        return np.asarray(codes.astype(np.int64) * labels.step + labels.start)
    if {*map(type, labels)} == {int} and (numbers := np.asarray(labels)).dtype == np.int64:
        return np.asarray(numbers[codes])
    return np.fromiter((_hash(str(labels[code])) for code in codes.tolist()), np.int64, len(codes))


def _hash(text: str) -> int:
    plain = text.isdecimal() and text.isascii() and len(text) < _DIGITS and (text[0] != "0" or text == "0")
    return int(text) if plain else hash(text)


class Ids:
    """The ids of a table in chunks, as hashes that hold only in this process and are never stored.

    Several threads may read chunks; each waits for its turn, so that the first row of an id is always the same one.
    """

    def __init__(self, table: str) -> None:
        self._table = table
        self._seen: list[Array] = []
        self._rows = self._repeats = self._next = 0
        self._failed = False
        self._turn = threading.Condition()

    def first_rows(self, number: int, read: Callable[[], Chunk]) -> Chunk:
        """Read the chunk of this number, without the rows whose id came before."""
        try:
            chunk = read()
            ids = naming(self._table, chunk.columns)
            again = None if ids is None else self._again(number, ids)
        except BaseException:
            with self._turn:
                self._failed = True
                self._turn.notify_all()
            raise
        return chunk if ids is None or again is None else without(self._table, chunk, again)

    def _again(self, number: int, ids: Column) -> Array | None:
        codes, size = ids.values, len(ids.labels)
        used, counts = np.unique(codes[codes >= 0], return_counts=True)
        hashes = _hashes(used, ids.labels)
        with self._turn:
            self._turn.wait_for(lambda: self._failed or self._next == number)
            old = np.zeros(size + 1, np.bool_)
            old[used] = self._known(hashes)
            again = old[codes] | (_not_first(codes, size) if counts.max(initial=0) > 1 else False)
            self._repeats += int(again.sum())
            _check_few(self._table, self._repeats)
            self._next += 1
            self._turn.notify_all()
        return again if again.any() else None

    def _known(self, hashes: Array) -> Array:
        """Mark which of these different ids came in earlier chunks, and remember all of them."""
        known = np.zeros(len(hashes), np.bool_)
        if self._rows >= CHECKED_ROWS:
            return known
        self._rows += len(hashes)
        for seen in self._seen:
            known |= seen[np.minimum(np.searchsorted(seen, hashes), len(seen) - 1)] == hashes
        fresh = np.sort(hashes[~known])
        while self._seen and len(self._seen[-1]) <= 2 * len(fresh):
            fresh = np.sort(np.concatenate([self._seen.pop(), fresh]))
        if len(fresh):
            self._seen.append(fresh)
        return known


def without(table: str, chunk: Chunk, again: Array, ids: Column | None = None) -> Chunk:
    """Leave out the rows of a chunk whose id came before, and list them in `lost` under the name of the id column.

    An answer that came before is listed under its customer. `ids` are those of the rows where the chunk lacks them.
    """
    name, reason = (IDS[table], "came before") if table in IDS else ("customer_id", "gave the same answer before")
    ids = ids or chunk.columns[name]
    keep = np.flatnonzero(~again)
    numbers = chunk.numbers
    lost = [
        Refusal(row, name, str(ids.labels[code]), reason)
        for row, code in zip(numbers[again].tolist(), ids.values[again].tolist(), strict=True)
    ]
    return attrs.evolve(
        chunk,
        columns={key: one.take(keep) for key, one in chunk.columns.items()},
        size=len(keep),
        rows=numbers[keep],
        refusals=chunk.refusals.without(numbers[again]),
        lost=[*chunk.lost, *lost],
    )
