"""The order of moments in the rows: a case is received before it is solved, in nearly all of them."""

from collections.abc import Mapping

import numpy as np

from servqual._arrays import Array
from servqual.readers.inspecting.dates import NEARLY_ALL


def against_order(first: Array, later: Array) -> tuple[int, int]:
    """Count the rows in which what should come later comes first, and the rows that have both.

    >>> against_order(np.array([1.0, 2.0, np.nan]), np.array([1.0, 1.0, 5.0]))
    (1, 2)
    """
    both = ~np.isnan(first) & ~np.isnan(later)
    return int((later[both] < first[both]).sum()), int(both.sum())


def earliest(moments: Mapping[str, Array]) -> tuple[str, str] | None:
    """Find the column whose moments come before those of each other in nearly all rows, and say so.

    Of columns that are alike the first; None where no column comes first.

    >>> earliest({"Updated": np.array([3.0, 9.0]), "Opened": np.array([1.0, 4.0])})
    ('Opened', 'not after "Updated" in 100 % of the 2 rows with both')
    """
    for name, values in moments.items():
        others = [(other, *against_order(values, moments[other])) for other in moments if other != name]
        if others and all(both and both - wrong >= NEARLY_ALL * both for _, wrong, both in others):
            other, wrong, both = max(others, key=lambda each: each[1] / each[2])
            return name, f'not after "{other}" in {100 * (both - wrong) / both:.4g} % of the {both:,} rows with both'
    return None
