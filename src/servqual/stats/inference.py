"""Intervals for measured values, on arrays: one formula a kind of number, each with its source.

`scipy.special` loads with the first interval that needs it.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist
from types import MappingProxyType
from typing import Final

import numpy as np

from servqual._arrays import Array

__all__ = [
    "METHODS",
    "first_reaching",
    "mean",
    "most_unseen",
    "poisson",
    "quantile_ranks",
    "student",
    "wilson",
]

_RANKS: Final = "order statistics, whose ranks are binomial (Conover)"
_OF_SUMS: Final = "Student's t on Cochran's estimator of a ratio"
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "n": "exact, of a Poisson count (Garwood)",
        "share": "score interval of a share (Wilson)",
        "mean": "Student's t",
        "signed_mean": "Student's t",
        "net": "large-sample normal, of a difference of multinomial shares",
        "quotient": _OF_SUMS,
        "per_hour": _OF_SUMS,
        "per_event": f"{_OF_SUMS}; without an event, the exact one-sided bound of a Poisson count",
        "sigma": f"that of the share of defects ({_OF_SUMS}), mapped; without a defect, the exact one-sided bound of a "
        "Poisson count",
        "p50": _RANKS,
        "p90": _RANKS,
        "p95": _RANKS,
        "min": "none: an extreme of these rows, not an estimate",
        "max": "none: an extreme of these rows, not an estimate",
        "median": "where the log-log limits of the curve reach one half (Greenwood, Kalbfleisch and Prentice)",
        "restricted_mean": "large-sample normal, with Greenwood's variance of the area",
        "distinct": "none while counted exactly; then normal, from the registers' standard error",
        "mode_share": "score interval of a share (Wilson)",
        "exposure": "exact, of the top as a Poisson count (Garwood), over the base as it is",
        "count": "of a ratio of two Poisson counts, by the binomial share of the first (Wilson)",
    }
)
"""How the interval of each statistic, and of a count over another by what the other is, is made; in words."""


def wilson(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Score interval of a share (E. B. Wilson, 1927, JASA 22: 209-212); NaN where n is 0.

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
    """Exact interval of a count (F. Garwood, 1936, Biometrika 28: 437-442).

    >>> low, high = poisson(np.array([0, 4]), 0.95)
    >>> low.round(8).tolist(), high.round(8).tolist()
    ([0.0, 1.08986537], [3.68887945, 10.24158868])
    """
    from scipy.special import gammaincinv  # noqa: PLC0415  (loads with the first interval that needs it)

    tail = (1 - confidence) / 2
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1), tail), 0.0)
    return low, gammaincinv(events + 1, 1 - tail)


def most_unseen(confidence: float) -> float:
    """The most events that were to be expected where none came: the one-sided limit of Garwood's interval.

    At 95 % it is the "rule of three" of J. A. Hanley and A. Lippman-Hand, 1983, JAMA 249: 1743-1745.

    >>> round(most_unseen(0.95), 4)
    2.9957
    """
    return -math.log(1 - confidence)


def mean(average: Array, variance: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Student's t interval of a mean ("Student", 1908, Biometrika 6: 1-25); NaN below two values."""
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    enough = n > 1
    degrees = np.where(enough, n - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = stdtrit(degrees, (1 + confidence) / 2) * np.sqrt(variance / n)
    return np.where(enough, average - half, np.nan), np.where(enough, average + half, np.nan)


def student(degrees: float, confidence: float) -> float:
    """How many standard errors of a mean a two-sided t interval reaches.

    >>> round(student(10, 0.95), 3)
    2.228
    """
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    return float(stdtrit(np.array([degrees]), (1 + confidence) / 2)[0])


def quantile_ranks(n: Array, q: float, confidence: float) -> tuple[Array, Array]:
    """Ranks, counted from 1, of the two values that bound a quantile without any assumption on the distribution.

    The number of values below the quantile is binomial (W. J. Conover, *Practical Nonparametric Statistics*, 3rd ed.,
    section 3.2). Rank 0 or n + 1 means that so few values bound it on that side by nothing.

    >>> [int(r[0]) for r in quantile_ranks(np.array([100]), 0.5, 0.95)]
    [40, 61]
    """
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        first, last = (first_reaching(share, n, q).astype(np.int64) for share in (tail, 1 - tail))
    return first, last + 1


def first_reaching(share: float, n: Array, q: float) -> Array:
    """The smallest k with P(B <= k) >= share for a binomial B of n and q."""
    from scipy.special import bdtr  # noqa: PLC0415  (loads with the first interval that needs it)

    n, every = np.unique(n, return_inverse=True)  # many groups are of one size
    z = NormalDist().inv_cdf(share)
    near = n * q + z * np.sqrt(n * q * (1 - q)) + (1 - 2 * q) * (z * z - 1) / 6  # the Cornish-Fisher expansion
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
