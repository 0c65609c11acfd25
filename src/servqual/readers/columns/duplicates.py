"""Rows with a repeated id: the id of a table names one row, and every further row with that id is refused.

Of answers the `answer_id` names a row for each question. Without that column two rows are one answer where customer,
question and a moment are known and every cell is the same.

The picture, for a table in memory: ids are codes already, so one count per label tells which repeat, and only the rows
of these are compared. One pass, 8 bytes per label, no sorting.

For a table that arrives in chunks (files, iterators): each chunk gives 64-bit hashes of its ids, and the ids so far are
a few sorted arrays, each more than twice as long as the next, as in a log-structured merge tree:

    seen    [················]  [······]  [··]      three arrays, looked up by bisection
    chunk                                    [·]    its new ids are sorted in, short arrays joined on the way

n ids cost about n log² n comparisons and 8 bytes each, with no Python object per id: a set of texts would need about
ten times the memory, and one sorted array would be moved for every chunk. Memory still grows with the table, so such a
table is checked up to its four millionth row, and longer Parquet, whose length is known beforehand, not at all. Once an
id repeats, the table is read anew: first its ids, then the rows of the repeated ones with all their columns, so that
the row that stands depends neither on the order of rows nor on the columns that a KPI reads.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.readers.columns.columns import NONE, Chunk, Column, Digits, joined, number_of
from servqual.readers.columns.refusals import Refusal
from servqual.readers.columns.standing import REPEATS, REPLACED, UNCHECKED, replaced
from servqual.readers.columns.tables import Kind

IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{
            table: f"{table.removesuffix('s')}_id"
            for table in (
                *("cases", "interactions", "complaints", "feedback", "suggestions", "commitments", "actions"),
                *("purchases", "callbacks", "messages", "incidents", "attempts", "requests"),
            )
        },
        "deliveries": "delivery_id",
    }
)
"""The column that names a row, for each table that has one."""
ANSWER: Final = "answer_id"
"""The id of an answer to a survey, or of all answers that one customer sent together."""
PER_QUESTION: Final = (ANSWER, "question", "dimension")
"""The columns in which two rows of answers are one answer, where they have an id."""
SAME: Final = (
    *("survey", "question", "question_kind", "dimension", "customer_id", "case_id", "interaction_id", "agent", "team"),
    *("invited_at", "answered_at", "score"),
)
"""The columns that are the same in an answer without an id that was exported or sent twice, as are all others."""
NAMING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {**{table: (name,) for table, name in IDS.items()}, "answers": (ANSWER, *SAME)}
)
"""The columns by which repeated rows are found, by table."""
_MOST: Final = 1_000_000
CHECKED_ROWS: Final = 1 << 22
"""Rows of a table in chunks whose ids are remembered: 32 MiB."""


def naming(table: str, columns: Mapping[str, Column]) -> Column | None:
    """Give the ids of rows as labels: their id column, or for answers a number of what is in the columns that name one.

    Where answers have no column of ids, one without a customer, a question or a moment has none. None where the table
    does not name its rows.
    """
    if table != "answers":
        return columns.get(IDS.get(table, ""))
    named = named_answers(columns)
    if named is None:
        return None
    names, told = named
    mixed = np.zeros(len(told), np.uint64)
    for name in names:
        if name in columns:
            mixed = (mixed ^ _content(columns[name])) * _ODD
            mixed ^= mixed >> np.uint64(29)
    numbers, codes = np.unique(mixed.view(np.int64), return_inverse=True)
    codes = np.where(told, codes, NONE[Kind.LABEL]).astype(np.int32)
    return Column(Kind.LABEL, codes, [*map(str, numbers.tolist())])


def named_answers(columns: Mapping[str, Column]) -> tuple[tuple[str, ...], Array] | None:
    """Give the columns that name answers, and which rows they name; None where they name none."""
    if ANSWER in columns:
        return PER_QUESTION, columns[ANSWER].known
    if not {"customer_id", "question"} <= columns.keys():
        return None
    told = columns["customer_id"].known & columns["question"].known
    moments = [columns[name].known for name in ("invited_at", "answered_at") if name in columns]
    return SAME, told & np.logical_or.reduce([np.zeros(len(told), np.bool_), *moments])


def listed_under(table: str, columns: Collection[str]) -> str:
    """Name the column whose cell shows which row was refused: the id, or the customer of an answer without one."""
    return IDS.get(table) or (ANSWER if ANSWER in columns else "customer_id")


_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


def _content(column: Column) -> Array:
    """Give the values of a column as 64 bits."""
    if column.kind is not Kind.LABEL:
        return column.values.view(np.uint64)
    hashes = np.append(_hashes(np.arange(len(column.labels)), column.labels), 0)
    return np.asarray(hashes[column.values].view(np.uint64))


def repeated(table: str, ids: Column) -> Array | None:
    """Find the rows of a whole table whose id names several rows; None where no id is repeated.

    Raises `InvalidValue` where more than a million rows repeat an id, for then the column does not name rows.

    >>> from servqual.readers.columns.labels import labels_of
    >>> repeated("cases", labels_of(["C-1", "C-2", "C-1", None])).tolist()
    [0, 2]
    """
    codes = ids.values.astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(ids.labels) + 1)[1:]
    if counts.max(initial=0) <= 1:
        return None
    _check_few(table, int((counts - 1)[counts > 1].sum()))
    return np.flatnonzero((codes >= 0) & (counts[codes] > 1))


def _check_few(table: str, repeats: int) -> None:
    if repeats > _MOST:
        name = IDS.get(table, "customer_id")
        raise InvalidValue.of(
            name,
            f"name each row of {table}",
            repeats,
            shown=f"{repeats:,} rows whose {name} names another one",
            do="leave the column out if it names something else, or keep one row per id",
        )


def _hashes(codes: Array, labels: Sequence[str]) -> Array:
    """Give each label a number: digits their own, any other text its hash."""
    if isinstance(labels, Digits):
        return np.asarray(codes.astype(np.int64) * labels.numbers.step + labels.numbers.start)
    return np.fromiter((_hash(labels[int(code)]) for code in codes), np.int64, len(codes))


def _hash(text: str) -> int:
    number = number_of(text)
    return hash(text) if number < 0 else number


class RepeatedIdError(Exception):
    """Signal that an id of a table in chunks names several rows, so that the table must be read anew."""


class Ids:
    """The ids of a table in chunks, as hashes that hold only in this process and are never stored; thread-safe.

    `once` says that the chunks cannot be read anew: then of rows in different chunks the first stands, and the others
    are lost for the reason `UNCHECKED`.
    """

    def __init__(self, table: str, *, once: bool) -> None:
        self._table, self._once = table, once
        self._seen: list[Array] = []
        self._rows = self._repeats = self._next = 0
        self._failed = False
        self._turn = threading.Condition()

    def checked(self, number: int, read: Callable[[], Chunk]) -> Chunk:
        """Read the chunk of this number; raises `RepeatedIdError` for an id that came before, in it or in another."""
        try:
            chunk = read()
            ids = naming(self._table, chunk.columns)
            return chunk if ids is None else self._checked(number, chunk, ids)
        except BaseException:
            with self._turn:
                self._failed = True
                self._turn.notify_all()
            raise

    def _checked(self, number: int, chunk: Chunk, ids: Column) -> Chunk:
        codes = ids.values
        used, counts = np.unique(codes[codes >= 0], return_counts=True)
        hashes = _hashes(used, ids.labels)
        with self._turn:  # with chunks that are read once, the first row of an id is always the same one
            self._turn.wait_for(lambda: self._failed or self._next == number)
            known = self._known(hashes)
            self._next += 1
            self._turn.notify_all()
        left_out = sum(refusal.reason in {REPEATS, REPLACED} for refusal in chunk.lost) if self._once else 0
        if counts.max(initial=0) <= 1 and not known.any() and not left_out:
            return chunk
        if not self._once:
            raise RepeatedIdError
        old = np.zeros(len(ids.labels) + 1, np.bool_)
        old[used] = known
        gone, identical = _replaced(self._table, chunk, ids, repeated(self._table, ids))
        late = old[codes]
        gone |= late
        with self._turn:
            self._repeats += left_out + int(gone.sum())
            _check_few(self._table, self._repeats)
        return without(self._table, chunk, gone, identical, late=late)

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


class Settled:
    """The rows of a table in chunks that do not stand, found before the chunks are read for their numbers.

    `ids` are the chunks with the column of ids alone, `whole` those with all columns; both are read once.
    """

    def __init__(self, table: str, ids: Iterable[Callable[[], Chunk]], whole: Iterable[Callable[[], Chunk]]) -> None:
        self._table = table
        marks = [*_marks(table, ids)]
        found, counts = np.unique(np.concatenate([*marks, np.zeros(0, np.int64)]), return_counts=True)
        several = found[(counts > 1) & (found != _NAMELESS)]
        _check_few(table, int(counts[np.isin(found, several)].sum()) - len(several))
        places = [np.flatnonzero(np.isin(mark, several)) for mark in marks]
        some = [read().take(rows) for read, rows in zip(whole, places, strict=False) if len(rows)]
        gone, identical = replaced(
            table, joined(some), np.concatenate([mark[rows] for mark, rows in zip(marks, places, strict=True)])
        )
        cuts = np.cumsum([len(rows) for rows in places])[:-1]
        self._gone = [*zip(places, np.split(gone, cuts), np.split(identical, cuts), strict=True)]

    def standing(self, number: int, read: Callable[[], Chunk]) -> Chunk:
        """Read the chunk of this number, without the rows that another one replaces."""
        chunk = read()
        if number >= len(self._gone) or not self._gone[number][1].any():
            return chunk
        rows, gone, identical = self._gone[number]
        masks = np.zeros((2, chunk.size), np.bool_)
        masks[:, rows] = gone, identical
        return without(self._table, chunk, masks[0], masks[1])


_NAMELESS: Final = np.iinfo(np.int64).min
"""The mark of a row without an id."""


def _marks(table: str, chunks: Iterable[Callable[[], Chunk]]) -> Iterator[Array]:
    """Give the hashes of the ids of each chunk, as far as rows are checked."""
    rows = 0
    for read in chunks:
        if rows >= CHECKED_ROWS:
            return
        chunk = read()
        rows += chunk.size
        ids = naming(table, chunk.columns)
        if ids is None:
            yield np.full(chunk.size, _NAMELESS)
            continue
        used = np.unique(ids.values[ids.values >= 0])
        of = np.full(len(ids.labels) + 1, _NAMELESS)
        of[used] = _hashes(used, ids.labels)
        yield of[ids.values]


def _replaced(table: str, chunk: Chunk, ids: Column, rows: Array | None) -> tuple[Array, Array]:
    """Mark which rows of a chunk are replaced, and which are identical; `rows` are those of repeated ids."""
    masks = np.zeros((2, chunk.size), np.bool_)
    if rows is not None:
        masks[:, rows] = replaced(table, chunk.take(rows), ids.values[rows])
    return masks[0], masks[1]


def without(
    table: str,
    chunk: Chunk,
    gone: Array,
    identical: Array,
    ids: tuple[str, Column] | None = None,
    *,
    late: Array | None = None,
) -> Chunk:
    """Leave out the rows of a chunk that do not stand, and list them in `lost` under the name of the id column.

    An answer without an id is listed under its customer. `ids` are that name and its column, where the chunk may lack
    it; `late` are rows that could not be compared with the one that stands.
    """
    name = listed_under(table, chunk.columns)
    name, shown = ids or (name, chunk.columns[name])
    keep = np.flatnonzero(~gone)
    numbers = chunk.numbers
    reasons = np.where(identical, REPEATS, REPLACED)
    if late is not None:
        reasons = np.where(late, UNCHECKED, reasons)
    lost = [
        Refusal(row, name, shown.labels[int(code)], reason)
        for row, code, reason in zip(
            numbers[gone].tolist(), shown.values[gone].tolist(), reasons[gone].tolist(), strict=True
        )
    ]
    return attrs.evolve(
        chunk,
        columns={key: one.take(keep) for key, one in chunk.columns.items()},
        size=len(keep),
        rows=numbers[keep],
        refusals=chunk.refusals.without(numbers[gone]),
        lost=[*chunk.lost, *lost],
        left=joined([part for part in (chunk.left, chunk.take(np.flatnonzero(gone))) if part]),
    )
