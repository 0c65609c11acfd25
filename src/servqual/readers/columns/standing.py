"""Of several rows with one id, the row that stands; never by their order.

    case_id  updated_at  status     case A: the latest update stands; its two rows are identical, so that one counts
    A        09:00       new
    A        11:00       solved     <- stands
    A        11:00       solved        repeats another row

Of the legs of a contact the answered one stands; of the rows of any other id the one that was updated last, or without
`updated_at` the one with the latest moment. Ties are broken by content: the number of `updates` where it is told, then
columns from the last name to the first, labels by their texts, and a missing value below any other. Of answers without
an id only identical rows are one.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.tables import Kind

REPEATS: Final = "repeats another row"
"""The reason of a row that is identical to one that counts."""
REPLACED: Final = "has another row that stands"
"""The reason of a row that differs from the row of its id that counts."""
UNCHECKED: Final = "has a row in an earlier chunk, which stands"
"""The reason of a row whose id came in an earlier chunk that cannot be read again to compare them."""


def replaced(table: str, chunk: Chunk, ids: Array) -> tuple[Array, Array]:
    """Mark the rows that another row of their id replaces, and those that are identical to it.

    `ids` are whole numbers, one for each row; the chunk holds the columns that tell rows apart.

    >>> from servqual.readers.memory.arrays import columns_of
    >>> legs = columns_of("interactions", {"abandoned": [True, False, True], "agent": ["A", "B", "C"]})
    >>> gone, identical = replaced("interactions", legs, np.array([7, 7, 8]))
    >>> gone.tolist(), identical.tolist()
    ([True, False, False], [False, False, False])
    """
    _, place = np.unique(ids, return_inverse=True)
    if table == "answers":
        place = _apart(chunk, place)
    best = last_rows(chunk, place, preference(table, chunk))[place]
    gone = best != np.arange(chunk.size)
    alike = gone.copy()
    for column in chunk.columns.values():
        values = _ranked(column)
        alike &= values == values[best]
    return gone, alike


def _apart(chunk: Chunk, place: Array) -> Array:
    """Part the answers that have no id by all their cells: those that differ anywhere are different answers."""
    ids = chunk.columns.get("answer_id")
    told = np.zeros(chunk.size, np.bool_) if ids is None else ids.known
    for column in chunk.columns.values():
        cells, of = np.unique(_ranked(column), return_inverse=True)
        _, place = np.unique(place * (len(cells) + 1) + np.where(told, len(cells), of), return_inverse=True)
    return place


def last_rows(chunk: Chunk, place: Array, preferred: Array) -> Array:
    """Find the row of each place that is preferred; ties are broken by content."""
    best = _last(place, [preferred])
    tied = np.flatnonzero(preferred == preferred[best][place])
    if len(tied) > len(best):
        several = tied[np.bincount(place[tied])[place[tied]] > 1]
        names = sorted(chunk.columns, key=lambda name: (name == "updates", name))
        content = [_ranked(chunk.columns[name].take(several)) for name in names]
        found, places = np.unique(place[several], return_inverse=True)
        best[found] = several[_last(places, content)]
    return best


def _last(place: Array, keys: list[Array]) -> Array:
    """Find the greatest row of each place, by the last key first; of identical rows the first."""
    order = np.lexsort((-np.arange(len(place)), *keys, place))
    out = np.zeros(int(place.max(initial=-1)) + 1, np.int64)
    out[place[order]] = order  # an index that repeats leaves its last value behind
    return out


def preference(table: str, chunk: Chunk) -> Array:
    """Rate the rows, so that the greatest of an id stands; ties go by content."""
    if table == "interactions":
        answered, abandoned = chunk.columns.get("answered_at"), chunk.columns.get("abandoned")
        rate = np.ones(chunk.size, np.int64)
        if answered is not None:
            rate = np.where(answered.known, 2, rate)
        return rate if abandoned is None else np.where(abandoned.known, 2 - 2 * abandoned.values, rate)
    if "updated_at" in chunk.columns:
        return chunk.columns["updated_at"].values
    moments = [
        column.values for name, column in chunk.columns.items() if column.kind is Kind.MOMENT and name != "due_at"
    ]
    return np.maximum.reduce(moments) if moments else np.full(chunk.size, MISSING)


def _ranked(column: Column) -> Array:
    """Give the values of a column as numbers in their order, a missing one below all."""
    if column.kind is not Kind.LABEL:
        return np.nan_to_num(column.values, nan=-np.inf) if column.values.dtype.kind == "f" else column.values
    codes, places = np.unique(column.values, return_inverse=True)
    texts = ["" if code < 0 else column.labels[int(code)] for code in codes]
    ranks = np.empty(len(texts), np.int64)
    ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return np.asarray(ranks[places])
