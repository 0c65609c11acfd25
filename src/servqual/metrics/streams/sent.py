"""Ids of the rows that a state took, so that a row that was sent twice counts once.

    part    id        [2 5 7 9 …]      sorted, 64 bits that mean the same in every process
            content   [. . . . …]      a hash of all that is read of the row
            at        [. . . . …]      forgotten once its window is closed

A few parts, each more than twice as long as the next, so that a delivery costs its own length and few joins.
"""

from collections.abc import Iterable, Mapping

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import hash_of
from servqual.readers.columns.columns import Column
from servqual.readers.columns.duplicates import IDS, named_answers
from servqual.readers.columns.tables import Kind

_ODD = np.uint64(0x9E3779B97F4A7C15)


@attrs.frozen(eq=False)
class Sent:
    """Ids with the content and the moment of their rows, as parts of three rows of numbers each."""

    parts: tuple[Array, ...] = ()

    def compared(self, ids: Array, content: Array) -> tuple[Array, Array]:
        """Mark the rows whose id was taken before, and those of them whose content is the same."""
        known, same = np.zeros((2, len(ids)), np.bool_)
        for part in self.parts:
            place = np.minimum(np.searchsorted(part[0], ids), part.shape[1] - 1)
            here = part[0][place] == ids
            known |= here
            same |= here & (part[1][place] == content)
        return known, same

    def with_rows(self, ids: Array, content: Array, at: Array) -> "Sent":
        """Remember more rows, none of which was taken before."""
        if not len(ids):
            return self
        parts = [*self.parts, np.array([ids, content, at])[:, np.argsort(ids)]]
        while len(parts) > 1 and parts[-2].shape[1] <= 2 * parts[-1].shape[1]:
            both = np.concatenate(parts[-2:], axis=1)
            parts[-2:] = [both[:, np.argsort(both[0])]]
        return Sent(tuple(parts))

    def since(self, at: int) -> "Sent":
        """Forget the rows before a moment, and those without one."""
        kept = (part[:, part[2] >= at] for part in self.parts)
        return Sent(tuple(part for part in kept if part.shape[1]))

    def whole(self) -> Array:
        """Join the parts into one, as it is stored."""
        every = np.concatenate([np.zeros((3, 0), np.int64), *self.parts], axis=1)
        return every[:, np.argsort(every[0])]


def ids_of(table: str, columns: Mapping[str, Column]) -> tuple[Array, Array] | None:
    """Give 64 bits for the id of each row, and where it has one; None where the table does not name its rows.

    An answer is named by its id and question, or by what is in its columns `SAME`, as everywhere.
    """
    column = columns.get(IDS.get(table, ""))
    if column is not None:
        return _bits(column), column.known
    named = named_answers(columns) if table == "answers" else None
    if named is None:
        return None
    names, told = named
    return content_of(columns, names), told


def content_of(columns: Mapping[str, Column], names: Iterable[str]) -> Array:
    """Give 64 bits for what the rows hold in some columns; a column that is not there is like one without values."""
    found = [columns[name] for name in names if name in columns]
    mixed = np.zeros(len(found[0].values) if found else 0, np.uint64)
    for column in found:
        mixed = (mixed ^ _bits(column).view(np.uint64)) * _ODD
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


def _bits(column: Column) -> Array:
    """Give the values of a column as 64 bits, alike in every process."""
    if column.kind is not Kind.LABEL:
        values = column.values
        return values.view(np.int64) if values.itemsize == 8 else values.astype(np.int64)  # noqa: PLR2004  (bytes)
    used, codes = np.unique(column.values, return_inverse=True)
    hashes = hash_of([column.labels[code] if code >= 0 else "" for code in used.tolist()])
    return hashes[codes]
