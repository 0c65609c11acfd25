"""Rows as single mappings, such as those of `json.load` or of a database cursor, gathered into columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, Final

_CHUNK: Final = 1 << 16
"""Rows of an iterator per mapping of columns."""


def is_record(item: Any) -> bool:
    """Whether a mapping is one row, and not a mapping of columns: it has a single value, or nothing at all.

    >>> is_record({"team": "north", "tags": ["vip", "b2b"]}), is_record({"team": ["north"]}), is_record({})
    (True, False, True)
    """
    return isinstance(item, Mapping) and (not item or any(map(_is_single, item.values())))


def _is_single(cell: Any) -> bool:
    return isinstance(cell, str | bytes) or not hasattr(cell, "__iter__")


def columns_of_records(records: Iterable[Mapping[str, Any]], known: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Turn rows into columns; a key that a row lacks is a missing cell, and keys stand in order of their first row.

    `known` are keys of rows that came before.

    >>> columns_of_records([{"team": "north"}, {"team": "south", "reopened": 1}])
    {'team': ['north', 'south'], 'reopened': [None, 1]}
    """
    rows = list(records)
    names = dict.fromkeys([*known, *(name for row in rows for name in row)])
    return {name: [row.get(name) for row in rows] for name in names}


def gathered(items: Iterable[Any]) -> Iterator[Any]:
    """Gather neighbouring rows of an iterable into columns, 65,536 at a time; pass on anything else unchanged."""
    columns: dict[str, list[Any]] = {}  # a key that came before is a missing cell where no row has it any more
    for rows, group in groupby(items, is_record):
        if not rows:
            yield from group
        while rows and (some := [*islice(group, _CHUNK)]):
            columns = columns_of_records(some, columns)
            yield columns


def are_records(source: Any) -> bool:
    """Whether a source is a list of rows and nothing else."""
    return isinstance(source, Sequence) and not isinstance(source, str) and bool(source) and all(map(is_record, source))
