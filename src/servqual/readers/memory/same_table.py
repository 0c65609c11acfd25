"""When two tables in memory hold the same: how exports of them are compared, whose copies hold copies of the rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from servqual._arrays import same


@attrs.frozen(eq=False)
class Table:
    """A table of any carrier that is equal to another one of the same type and content.

    >>> Table([{"team": "north", "size": float("nan")}]) == Table([{"team": "north", "size": float("nan")}])
    True
    """

    source: Any

    def __eq__(self, other: object) -> bool:
        return _is_same(self.source, other.source) if isinstance(other, Table) else NotImplemented

    def __hash__(self) -> int:
        return hash(type(self.source))  # rows can change, and a frame has no hash


def _is_same(one: Any, other: Any) -> bool:
    if one is other or type(one) is not type(other):
        return one is other
    match one:
        case np.ndarray():
            return same(one, other)
        case Mapping():
            return one.keys() == other.keys() and all(_is_same(cells, other[name]) for name, cells in one.items())
        case Sequence() if not isinstance(one, str | bytes):
            return len(one) == len(other) and all(map(_is_same, one, other))
        case _:
            return _is_equal(one, other)


def _is_equal(one: Any, other: Any) -> bool:
    """Compare two cells, series or frames; what has no answer, such as a lazy frame, is not equal."""
    try:
        if callable(equals := getattr(one, "equals", None)):  # of frames and series
            return bool(equals(other))
        return bool(one == other or (one != one and other != other))  # noqa: PLR0124  (NaN)
    except (TypeError, ValueError):
        return False
