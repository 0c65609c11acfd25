"""Rows that tell the same thing twice: the id of a table names one row, and a row whose id came before is refused.

A table that comes in parts, such as a file or an iterator, is looked through up to its four millionth row, and Parquet
that is longer not at all: it would take the memory of all ids, and the time to read them.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.refusals import Refusal

IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cases": "case_id",
        "interactions": "interaction_id",
        "complaints": "complaint_id",
        "feedback": "feedback_id",
        "suggestions": "suggestion_id",
        "commitments": "commitment_id",
        "actions": "action_id",
    }
)
"""The column that names a row, of each table that has one."""
_MOST: Final = 1_000_000
LOOKED_THROUGH: Final = 1 << 22
"""So many rows of a table in parts: their ids take 32 MiB."""
_DIGITS: Final = 19
"""Fewer digits than this fit a word."""


def came_before(table: str, ids: Column) -> Array | None:
    """Which rows of a whole table have an id that came before; None where none has.

    The first row of an id is not among them, whatever the others say, nor is a row without an id. Raises `InvalidValue`
    where more than a million rows repeat, for then the column does not name rows.

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
        name = IDS[table]
        raise InvalidValue.of(
            name,
            f"name each row of {table}",
            repeats,
            shown=f"{repeats:,} rows whose {name} came before",
            do="leave the column out if it names something else, or fold the rows of each case first",
        )


def _not_first(codes: Array, labels: int) -> Array:
    """Which rows have a code that came before in them."""
    first = np.zeros(labels + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # an index that repeats leaves its last value behind
    return np.asarray((codes >= 0) & (first[codes] != np.arange(len(codes))))


def _hashes(codes: Array, labels: Sequence[Any]) -> Array:
    """A number of each of these labels; a whole number is itself, and so are its digits."""
    if isinstance(labels, range):
        return np.asarray(codes.astype(np.int64) * labels.step + labels.start)
    if {*map(type, labels)} == {int} and (numbers := np.asarray(labels)).dtype == np.int64:
        return np.asarray(numbers[codes])
    return np.fromiter((_hash(str(labels[code])) for code in codes.tolist()), np.int64, len(codes))


def _hash(text: str) -> int:
    plain = text.isdecimal() and text.isascii() and len(text) < _DIGITS and (text[0] != "0" or text == "0")
    return int(text) if plain else hash(text)


class Ids:
    """The ids of a table that comes in parts, as hashes of this process, which are never stored.

    Parts may be read by several threads; each waits for its turn, so that always the same row is the first of its id.
    """

    def __init__(self, table: str) -> None:
        self._table, self._name = table, IDS[table]
        self._came: list[Array] = []
        self._rows = self._repeats = self._next = 0
        self._failed = False
        self._turn = threading.Condition()

    def first_told(self, number: int, part: Callable[[], Chunk]) -> Chunk:
        """The part of this number without the rows whose id came before."""
        try:
            chunk = part()
            ids = chunk.columns.get(self._name)
            again = None if ids is None else self._again(number, ids)
        except BaseException:
            with self._turn:
                self._failed = True
                self._turn.notify_all()
            raise
        return chunk if ids is None or again is None else without(chunk, self._name, ids, again)

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
        """Which of these different ids came in earlier parts; from now on all have."""
        known = np.zeros(len(hashes), np.bool_)
        if self._rows >= LOOKED_THROUGH:
            return known
        self._rows += len(hashes)
        for came in self._came:
            known |= came[np.minimum(np.searchsorted(came, hashes), len(came) - 1)] == hashes
        fresh = np.sort(hashes[~known])
        while self._came and len(self._came[-1]) <= 2 * len(fresh):  # few of them, each longer than all that follow
            fresh = np.sort(np.concatenate([self._came.pop(), fresh]))
        if len(fresh):
            self._came.append(fresh)
        return known


def without(chunk: Chunk, name: str, ids: Column, again: Array) -> Chunk:
    """The chunk without the rows whose id came again; they are told in `lost`, by the name of the id's column."""
    keep = np.flatnonzero(~again)
    numbers = chunk.numbers
    lost = [
        Refusal(row, name, str(ids.labels[code]), "came before")
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
