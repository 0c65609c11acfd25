"""One cell against the rest, overall or within strata: how surely it is worse than chance alone makes it.

Shares are tested exactly. Given how many items there are in all and how many of them went wrong, the number that went
wrong in a cell without any fault of its own is hypergeometric (R. A. Fisher, 1935, Journal of the Royal Statistical
Society 98: 39-54); over strata it is a sum of such numbers (J. J. Gart, 1970, Biometrika 57: 471-475). A sum that is
too wide to be listed is taken as normal, with the continuity correction of N. Mantel and W. Haenszel, 1959, Journal of
the National Cancer Institute 22: 719-748. Means are tested by B. L. Welch, 1947, Biometrika 34: 28-35.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from servqual._arrays import Array

_WIDEST: Final = 4000
"""The widest sum whose chances are listed one by one."""


def worse_than_rest(bad: Array, n: Array, all_bad: int, all_n: int) -> Array:
    """Compute the chance of at least so many bad items in each cell, if they fell by chance alone.

    `bad` of `n` items of each cell went wrong, and `all_bad` of `all_n` in all, the cell included.

    >>> worse_than_rest(np.array([4, 1]), np.array([5, 5]), 5, 10).round(4).tolist()
    [0.1032, 0.996]
    """
    return np.array([_tail(b, k, all_bad, all_n) for b, k in zip(bad.tolist(), n.tolist(), strict=True)])


def strength(bad: Array, n: Array, all_bad: int, all_n: int) -> Array:
    """Compute how many standard errors each cell lies above chance; NaN where chance has no room.

    >>> strength(np.array([40]), np.array([50]), 50, 100).round(2).tolist()
    [5.97]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(n * (all_bad / all_n) * (1 - all_bad / all_n) * (all_n - n) / (all_n - 1))
        return np.asarray((bad - n * all_bad / all_n) / spread)


def worse_within(bad: Sequence[int], n: Sequence[int], all_bad: Sequence[int], all_n: Sequence[int]) -> float:
    """Compute the chance of at least so many bad items in a cell, if within each stratum they fell by chance alone.

    Each argument has one entry per stratum; 1 where no stratum can tell the cell from the rest.

    >>> round(worse_within([4, 9], [5, 10], [5, 12], [10, 20]), 4)
    0.0015
    """
    strata = [
        (b, k, big_k, big_n)
        for b, k, big_k, big_n in zip(bad, n, all_bad, all_n, strict=True)
        if 0 < k < big_n and 0 < big_k < big_n
    ]
    if not strata:
        return 1.0
    seen = sum(b for b, *_ in strata)
    ends = [(max(0, k + big_k - big_n), min(k, big_k)) for _, k, big_k, big_n in strata]
    if sum(high - low for low, high in ends) > _WIDEST:
        return _normal(seen, [(k, big_k, big_n) for _, k, big_k, big_n in strata])
    chances = np.ones(1)
    for (_, k, big_k, big_n), (low, high) in zip(strata, ends, strict=True):
        chances = np.convolve(chances, _chances(low, high, k, big_k, big_n))
    return min(1.0, float(chances[seen - sum(low for low, _ in ends) :].sum()))


def _tail(bad: int, n: int, all_bad: int, all_n: int) -> float:
    """Chance of at least so many bad items among n."""
    low, high = max(0, n + all_bad - all_n), min(n, all_bad)
    if bad <= low:
        return 1.0
    if high - bad > 10 * _WIDEST:
        return _normal(bad, [(n, all_bad, all_n)])
    return min(1.0, float(_chances(bad, high, n, all_bad, all_n).sum()))


def _chances(low: int, high: int, n: int, all_bad: int, all_n: int) -> Array:
    """Chances of low to high bad items among n, from logarithms of factorials."""
    from scipy.special import gammaln  # noqa: PLC0415  (slow to import)

    def choose(of: Array | int, some: Array | int) -> Array:
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(np.subtract(of, some) + 1))

    x = np.arange(low, high + 1)
    return np.asarray(np.exp(choose(all_bad, x) + choose(all_n - all_bad, n - x) - choose(all_n, n)))


def _normal(bad: int, strata: Sequence[tuple[int, int, int]]) -> float:
    """Chance of at least so many bad items in all strata, as of a normal sum with continuity correction."""
    expected = math.fsum(k * big_k / big_n for k, big_k, big_n in strata)
    variance = math.fsum(
        k * big_k * (big_n - big_k) * (big_n - k) / (big_n**2 * (big_n - 1)) for k, big_k, big_n in strata
    )
    return 0.5 * math.erfc((bad - 0.5 - expected) / math.sqrt(2 * variance))


def mean_above(n: Array, mean: Array, variance: Array) -> tuple[float, float]:
    """Compute the chance of a mean so far above the other's, over strata, and how many standard errors that is.

    The arrays have one row per stratum and two columns, the cell and the rest. Strata are weighted by how well each
    tells the difference. (1, 0) where none does.

    >>> p, z = mean_above(np.array([[30, 60]]), np.array([[5.0, 4.0]]), np.array([[4.0, 4.0]]))
    >>> round(p, 4), round(z, 2)
    (0.0146, 2.24)
    """
    from scipy.special import stdtr  # noqa: PLC0415  (slow to import)

    usable = (n > 1).all(1) & (variance.sum(1) > 0)
    if not usable.any():
        return 1.0, 0.0
    parts = variance[usable] / n[usable]
    of_gap = parts.sum(1)
    degrees = of_gap**2 / (parts**2 / (n[usable] - 1)).sum(1)
    gap = mean[usable, 0] - mean[usable, 1]
    weight = 1 / of_gap
    z = float((weight * gap).sum() / math.sqrt(weight.sum()))
    return float(stdtr(degrees.sum(), -z)), z
