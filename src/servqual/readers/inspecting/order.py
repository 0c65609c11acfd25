"""The order of moments in the rows: a case is received before it is solved, in nearly all of them."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array

_NEARLY_ALL: Final = 0.95


def share_in_order(first: Array, second: Array) -> tuple[float, int]:
    """Give the share of rows in which `first` is not after `second`, and the rows that have both.

    >>> share_in_order(np.array([1.0, 2.0, np.nan]), np.array([1.0, 1.0, 5.0]))
    (0.5, 2)
    """
    both = ~np.isnan(first) & ~np.isnan(second)
    count = int(both.sum())
    return (float((first[both] <= second[both]).mean()) if count else 0.0), count


def earliest(moments: Mapping[str, Array]) -> tuple[str, str] | None:
    """Find the column whose moments come before those of each other in nearly all rows, and say so.

    Of columns that are alike the first; None where no column comes first.

    >>> earliest({"Updated": np.array([3.0, 9.0]), "Opened": np.array([1.0, 4.0])})
    ('Opened', 'not after "Updated" in 100 % of the 2 rows with both')
    """
    for name, values in moments.items():
        others = [(other, *share_in_order(values, moments[other])) for other in moments if other != name]
        if others and all(share >= _NEARLY_ALL for _, share, _ in others):
            other, share, count = min(others, key=lambda each: each[1])
            return name, f'not after "{other}" in {100 * share:.4g} % of the {count:,} rows with both'
    return None


def against_order(received: Array, later: Array) -> tuple[int, int]:
    """Count the rows in which what should come later comes first, and the rows that have both."""
    share, count = share_in_order(received, later)
    return round((1 - share) * count), count
