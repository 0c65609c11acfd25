"""Intervals for measured values, on arrays: one formula per kind of number, each with its source.

`scipy.special` loads with the first interval that needs it.
"""

import math
from statistics import NormalDist

import numpy as np

from servqual._arrays import Array

__all__ = [
    "first_reaching",
    "mean",
    "most_unseen",
    "poisson",
    "quantile_ranks",
    "student",
    "wilson",
]


def wilson(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the score interval of a share (E. B. Wilson, 1927, JASA 22: 209-212); NaN where n is 0.

    >>> low, high = wilson(np.array([3]), np.array([10]), 0.95)
    >>> [round(float(x[0]), 8) for x in (low, high)]
    [0.10779127, 0.60322185]
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = hits / n
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = np.where(hits == 0, 0.0, centre - half), np.where(hits == n, 1.0, centre + half)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def poisson(events: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the exact interval of a count (F. Garwood, 1936, Biometrika 28: 437-442).

    >>> low, high = poisson(np.array([0, 4]), 0.95)
    >>> low.round(8).tolist(), high.round(8).tolist()
    ([0.0, 1.08986537], [3.68887945, 10.24158868])
    """
    from scipy.special import gammaincinv  # noqa: PLC0415  (loads with the first interval that needs it)

    tail = (1 - confidence) / 2
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1), tail), 0.0)
    return low, gammaincinv(events + 1, 1 - tail)


def most_unseen(confidence: float) -> float:
    """Bound the expected number of events where none was seen: the one-sided limit of Garwood's interval.

    At 95 % it is the "rule of three" of J. A. Hanley and A. Lippman-Hand, 1983, JAMA 249: 1743-1745.

    >>> round(most_unseen(0.95), 4)
    2.9957
    """
    return -math.log(1 - confidence)


def mean(average: Array, variance: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute Student's t interval of a mean ("Student", 1908, Biometrika 6: 1-25); NaN below two values."""
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    enough = n > 1
    degrees = np.where(enough, n - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = stdtrit(degrees, (1 + confidence) / 2) * np.sqrt(variance / n)
    return np.where(enough, average - half, np.nan), np.where(enough, average + half, np.nan)


def student(degrees: float, confidence: float) -> float:
    """Compute the half-width of a two-sided t interval, in standard errors of the mean.

    >>> round(student(10, 0.95), 3)
    2.228
    """
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    return float(stdtrit(np.array([degrees]), (1 + confidence) / 2)[0])


def quantile_ranks(n: Array, q: float, confidence: float) -> tuple[Array, Array]:
    """Find the ranks of the two values that bound a quantile, for any distribution; ranks are counted from 1.

    The number of values below the quantile is binomial (W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed.,
    section 3.2). Rank 0 or n + 1 means no bound on that side: there are too few values.

    >>> [int(r[0]) for r in quantile_ranks(np.array([100]), 0.5, 0.95)]
    [40, 61]
    """
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        first, last = (first_reaching(share, n, q).astype(np.int64) for share in (tail, 1 - tail))
    return first, last + 1


def first_reaching(share: float, n: Array, q: float) -> Array:
    """Find the smallest k with P(B <= k) >= share for a binomial B of n and q.

    Cost: a few evaluations of the distribution per different n.
    """
    # The Cornish-Fisher expansion lands near k, for all n at once. Then those that lie too low walk up, those too high
    # walk down, and the arrays of the unfinished shrink. A search from 0 would take up to n steps.
    from scipy.special import bdtr  # noqa: PLC0415  (loads with the first interval that needs it)

    n, every = np.unique(n, return_inverse=True)  # many groups are of one size
    z = NormalDist().inv_cdf(share)
    near = n * q + z * np.sqrt(n * q * (1 - q)) + (1 - 2 * q) * (z * z - 1) / 6
    k = np.clip(np.floor(near), 0, n)
    below = np.flatnonzero(bdtr(k, n, q) < share)
    while len(below):
        k[below] += 1
        below = below[bdtr(k[below], n[below], q) < share]
    above = np.flatnonzero(k > 0)
    while len(above := above[bdtr(k[above] - 1, n[above], q) >= share]):
        k[above] -= 1
        above = above[k[above] > 0]
    return np.asarray(k[every])
