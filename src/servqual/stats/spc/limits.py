"""Exact control limits of shares and counts: how far from a target a group of this size may lie by chance."""

import numpy as np

from servqual._arrays import Array
from servqual.stats.intervals import first_reaching

__all__ = ["of_counts", "of_shares"]


def of_shares(n: Array, target: float, level: float) -> tuple[Array, Array]:
    """Find limits that the share of a group of n keeps with at least this probability, its true share being the target.

    Exact binomial limits, interpolated between whole numbers so that a funnel has no steps (D. J. Spiegelhalter, 2005,
    Statistics in Medicine 24: 1185-1202, appendix). The upper limit is the lower one of the misses: a share is outside
    its limits exactly where its one-sided binomial probability is below (1 - level) / 2.

    >>> low, high = of_shares(np.array([1, 100]), 0.5, 0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.3968], [1.0, 0.6032])
    """
    tail = (1 - level) / 2
    return _lower_limit(n, target, tail), 1 - _lower_limit(n, 1 - target, tail)


def _lower_limit(n: Array, target: float, tail: float) -> Array:
    from scipy.special import bdtr  # noqa: PLC0415  (loads with the first interval that needs it)

    if target in {0.0, 1.0}:
        return np.full(len(n), target)
    hits = first_reaching(tail, n, target)
    reached, before = bdtr(hits, n, target), np.where(hits > 0, bdtr(np.maximum(hits - 1, 0), n, target), 0.0)
    return np.asarray(np.maximum(hits - (reached - tail) / (reached - before), 0) / n)


def of_counts(expected: Array, level: float) -> tuple[Array, Array]:
    """Find the same limits of a Poisson count with this expectation.

    >>> low, high = of_counts(np.array([0.01, 100]), 0.95)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 80.37], [0.98, 120.58])
    """
    from scipy.special import pdtr, pdtrik  # noqa: PLC0415  (loads with the first interval that needs it)

    tail = (1 - level) / 2

    def at(share: float) -> tuple[Array, Array, Array]:
        """Find the smallest k with P(X <= k) >= share, and the probabilities up to k and up to k - 1."""
        k = np.ceil(pdtrik(share, expected))
        k = np.where(np.isnan(k), 0, k)
        lower = np.maximum(k - 1, 0)
        k = np.where(pdtr(lower, expected) >= share, lower, k)
        return k, pdtr(k, expected), np.where(k > 0, pdtr(np.maximum(k - 1, 0), expected), 0.0)

    low, reached, before = at(tail)
    high, all_of, less = at(1 - tail)
    return (
        np.maximum(low - (reached - tail) / (reached - before), 0),
        high + (1 - less - tail) / (all_of - less),
    )
