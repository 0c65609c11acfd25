"""Adjusted p-values: what is left of several findings that were looked for at once.

Each function takes p-values in any order and gives them back in that order, so that one at or below the level that was
set is a finding. Refused: values outside 0 to 1. No values give none.
"""

from typing import Any

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.inference.given import as_sample

__all__ = ["benjamini_hochberg", "bonferroni", "holm"]


def bonferroni(p_values: Any) -> Array:
    """Multiply each by their number: in one of twenty families at 0.05 anything is found by chance.

    O. J. Dunn, 1961, JASA 56: 52-64. `holm` promises the same and finds more.

    >>> bonferroni([0.01, 0.04, 0.03, 0.2]).tolist()
    [0.04, 0.16, 0.12, 0.8]
    """
    found = _as_p(p_values)
    return np.asarray(np.minimum(found * len(found), 1))


def holm(p_values: Any) -> Array:
    """Multiply the smallest by their number, the next by one less, and so on, never below the one before.

    The same promise as Bonferroni's (S. Holm, 1979, Scandinavian Journal of Statistics 6: 65-70).

    >>> holm([0.01, 0.04, 0.03, 0.2]).tolist()
    [0.04, 0.09, 0.09, 0.2]
    """
    found = _as_p(p_values)
    order = np.argsort(found, kind="stable")
    stepped = np.maximum.accumulate(found[order] * np.arange(len(found), 0, -1))
    return _placed(order, np.minimum(stepped, 1))


def benjamini_hochberg(p_values: Any) -> Array:
    """Adjust so that of all findings at 0.05 one in twenty is false on average.

    For independent or positively related p-values (Y. Benjamini and Y. Hochberg, 1995, JRSS B 57: 289-300).

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.2]).round(8).tolist()
    [0.04, 0.05333333, 0.05333333, 0.2]
    """
    found = _as_p(p_values)
    order = np.argsort(found, kind="stable")
    scaled = found[order] * len(found) / np.arange(1, len(found) + 1)
    return _placed(order, np.minimum.accumulate(scaled[::-1])[::-1])


def _as_p(p_values: Any) -> Array:
    found = as_sample("p_values", p_values)
    if ((found < 0) | (found > 1)).any():
        raise InvalidValue.of("p_values", "lie between 0 and 1", p_values, shown=f"{found.min()} to {found.max()}")
    return found


def _placed(order: Array, values: Array) -> Array:
    placed = np.empty_like(values)
    placed[order] = values
    return placed
