"""Quantiles by the nine definitions, with an interval that holds for any distribution."""

from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats import intervals
from servqual.stats.inference.estimate import Estimate, estimated
from servqual.stats.inference.given import as_confidence, as_count, as_number, as_sample
from servqual.stats.inference.means import EMPTY

__all__ = ["quantile"]

_FUZZ: Final = 4 * float(np.finfo(float).eps)
"""A rank so near to a whole one is that one: 0.7 times 10 is 7."""


def quantile(values: Any, q: float, *, kind: int = 7, confidence: float = 0.95) -> Estimate:
    """Estimate a quantile, with an interval between two of the values.

    `kind` is the definition by its number in R. J. Hyndman and Y. Fan (1996, The American Statistician 50: 361-365):
    1 is the inverse of the distribution function, 7 the common default, 8 the one that they recommend. The interval is
    that of order statistics (W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed., section 3.2), at least of
    the confidence named. Where too few values lie on one side of the quantile, that end is None; without values there
    is no value. Refused: a q outside 0 to 1, another kind, missing and infinite values.

    >>> found = quantile([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 0.5)
    >>> found.value, found.low, found.high
    (3.5, 1.0, 6.0)
    >>> [quantile([1, 2, 3, 4, 5], 0.3, kind=kind).value for kind in (1, 6, 7)]
    [2.0, 1.8, 2.2]
    """
    found, share = np.sort(as_sample("values", values)), float(as_number("q", q, 0, 1))
    confidence = as_confidence(confidence)
    kind = int(as_count("kind", kind))
    if kind not in range(1, 10):
        raise InvalidValue.of("kind", "be a whole number from 1 to 9", kind)
    n = len(found)
    if not n:
        return estimated(
            Estimate, None, None, None, confidence=confidence, method="order statistics", n=0, reason=EMPTY
        )
    low, high = _ends(found, share, confidence)
    return estimated(
        Estimate,
        _at(found, share, kind),
        low,
        high,
        confidence=confidence,
        method="order statistics",
        n=n,
        reason="too few values to bound the quantile",
    )


def _at(ordered: Array, q: float, kind: int) -> float:
    """The value at a rank, between two of them by what is left of the rank; discontinuous for kinds 1 to 3."""
    n = len(ordered)
    shift = (0, 0, -0.5, 0, 0.5, q, 1 - q, (q + 1) / 3, q / 4 + 0.375)[kind - 1]
    rank = n * q + shift
    whole = int(np.floor(rank + _FUZZ * max(rank, 1)))
    part = max(rank - whole, 0.0)
    if part <= _FUZZ * max(rank, 1):
        part = 0.0
    if kind <= 3:  # noqa: PLR2004  (these do not interpolate)
        at_step = (0.0, 0.5, whole % 2)[kind - 1]
        part = at_step if part == 0 else 1.0
    lower, upper = ordered[np.clip([whole - 1, whole], 0, n - 1)]
    return float(lower + part * (upper - lower))


def _ends(ordered: Array, q: float, confidence: float) -> tuple[float | None, float | None]:
    n = len(ordered)
    if q in {0.0, 1.0}:  # the end of the distribution, which no value bounds from outside
        return (None, float(ordered[0])) if q == 0 else (float(ordered[-1]), None)
    first, last = (int(rank[0]) for rank in intervals.quantile_ranks(np.array([n]), q, confidence))
    return float(ordered[first - 1]) if first > 0 else None, float(ordered[last - 1]) if last <= n else None
