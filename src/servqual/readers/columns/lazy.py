"""Columns made on first use, so that columns that no KPI reads cost nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from servqual._arrays import Array
from servqual.readers.columns.columns import Column


class LazyColumns(Mapping[str, Column]):
    """Columns by name; `find` makes each one once.

    >>> import numpy as np
    >>> from servqual.readers.columns.tables import Kind
    >>> columns = LazyColumns(["team", "topic"], lambda name: Column(Kind.LABEL, np.zeros(2, np.int32), [name]))
    >>> list(columns), columns["topic"].labels, columns["topic"] is columns["topic"]
    (['team', 'topic'], ['topic'], True)
    """

    def __init__(self, names: Iterable[str], find: Callable[[str], Column]) -> None:
        self._columns: dict[str, Column | None] = dict.fromkeys(names)
        self._find = find

    def __getitem__(self, name: str) -> Column:
        column = self._columns[name]
        if column is None:
            column = self._columns[name] = self._find(name)
        return column

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # all made, for the way to make them cannot be pickled


def taken(columns: Mapping[str, Column], rows: Array) -> LazyColumns:
    """Give the columns at these rows."""
    return LazyColumns(columns, lambda name: columns[name].take(rows))


def with_columns(columns: Mapping[str, Column], more: Mapping[str, Column]) -> LazyColumns:
    """Give the columns with more of them, which stand for those of the same name."""
    return LazyColumns([*dict.fromkeys((*columns, *more))], lambda name: more[name] if name in more else columns[name])
