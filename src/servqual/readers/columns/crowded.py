"""When one id stands in so many rows that it names no single customer, as 0 for unknown callers."""

from collections.abc import Mapping
from typing import Final

_SHARE: Final = 0.05
_ROWS: Final = 50


def crowd_of(counts: Mapping[str, int]) -> tuple[str, int, int] | None:
    """Find the commonest id where it has over 5 % of the rows and at least 50: the id, its rows, and all rows.

    >>> crowd_of({"0": 4625, "17": 12, "18": 3066})
    ('0', 4625, 7703)
    >>> crowd_of({"17": 49, "18": 1}), crowd_of({})
    (None, None)
    """
    if not counts:
        return None
    label, rows = max(counts.items(), key=lambda each: each[1])
    whole = sum(counts.values())
    return (label, rows, whole) if rows >= _ROWS and rows > _SHARE * whole else None
