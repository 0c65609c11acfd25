"""Rows that tell the same thing twice: the id of a table names one row, and a row whose id came before is refused.

This holds within one mapping, frame or list. A table that comes in parts, such as a file, is not looked through: that
would take the memory of all its ids.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from servqual.errors import InvalidValue
from servqual.readers.columns import Array, Batch, Column
from servqual.readers.refusals import Refusal

__all__ = ["IDS", "came_before", "without"]

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


def came_before(table: str, ids: Column) -> Array | None:
    """Which rows of a whole table have an id that came before; None where none has.

    The first row of an id is not among them, whatever the others say, nor is a row without an id. Raises `InvalidValue`
    where more than a million rows repeat, for then the column does not name rows.

    >>> from servqual.readers.labels import labels_of
    >>> came_before("cases", labels_of(["C-1", "C-2", "C-1", None])).tolist()
    [False, False, True, False]
    """
    codes = ids.values.astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(ids.labels) + 1)[1:]
    if counts.max(initial=0) <= 1:
        return None
    repeats = int((counts - 1)[counts > 1].sum())
    if repeats > _MOST:
        name = IDS[table]
        raise InvalidValue(
            f"{name} must name each row of {table} (got {repeats:,} rows whose {name} came before); leave the column "
            "out if it names something else, or fold the rows of each case first",
            field=name,
            expected="a name of its own for each row",
            got=repeats,
        )
    first = np.zeros(len(counts) + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # an index that repeats leaves its last value behind
    return np.asarray((codes >= 0) & (first[codes] != np.arange(len(codes))))


def without(batch: Batch, name: str, ids: Column, again: Array) -> Batch:
    """The batch without the rows whose id came again; they are told in `lost`, by the name of the id's column."""
    keep = np.flatnonzero(~again)
    numbers = batch.numbers
    lost = [
        Refusal(row, name, str(ids.labels[code]), "came before")
        for row, code in zip(numbers[again].tolist(), ids.values[again].tolist(), strict=True)
    ]
    return attrs.evolve(
        batch,
        columns={key: one.take(keep) for key, one in batch.columns.items()},
        size=len(keep),
        rows=numbers[keep],
        refusals=batch.refusals.without(numbers[again]),
        lost=[*batch.lost, *lost],
    )
