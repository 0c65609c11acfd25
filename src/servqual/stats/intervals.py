"""Intervals for measured values, on arrays: one formula per kind of number, each with its source.

`scipy.special` loads with the first interval that needs it.
"""

from collections.abc import Callable
from statistics import NormalDist
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.stats.halving import boundary

__all__ = [
    "alike",
    "clopper_pearson",
    "few",
    "first_reaching",
    "mean",
    "net",
    "normal",
    "poisson",
    "quantile_ranks",
    "score_end",
    "score_ends",
    "skewed",
    "student",
    "wilson",
]

FEW: Final = 3
"""Below so many hits, or misses, the coverage of a score interval may lie well below its confidence."""


def wilson(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the score interval of a share (E. B. Wilson, 1927, JASA 22: 209-212); NaN where n is 0.

    >>> low, high = wilson(np.array([3]), np.array([10]), 0.95)
    >>> [round(float(x[0]), 8) for x in (low, high)]
    [0.10779127, 0.60322185]
    """
    z = normal(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(hits == 0, 0.0, score_end(hits, n, -z))
        high = np.where(hits == n, 1.0, score_end(hits, n, z))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def score_end(hits: Array, n: Array, z: Array | float) -> Array:
    """Compute the end of Wilson's interval that lies z normal deviates off, below the share where z is below 0."""
    return score_ends(hits, n)(z)


def score_ends(hits: Array, n: Array) -> Callable[[Array | float], Array]:
    """Make `score_end` of the same counts for many z: what does not depend on z is computed once."""
    share, double, square = hits / n, 2 * n, 4 * n * n
    variance = share * (1 - share) / n

    def end(z: Array | float) -> Array:
        chi = z * z
        wider = 1 + chi / n
        return np.asarray((share + chi / double) / wider + z / wider * np.sqrt(variance + chi / square))

    return end


def clopper_pearson(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the exact interval of a share (C. J. Clopper and E. S. Pearson, 1934, Biometrika 26: 404-413).

    NaN where n is 0.

    >>> low, high = clopper_pearson(np.array([3]), np.array([10]), 0.95)
    >>> [round(float(x[0]), 8) for x in (low, high)]
    [0.06673951, 0.65245285]
    """
    from scipy.special import betaincinv  # noqa: PLC0415  (loads with the first interval that needs it)

    tail, misses = (1 - confidence) / 2, n - hits
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), misses + 1, tail), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, 1), 1 - tail), 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def few(hits: Array, misses: Array) -> Array:
    """Tell where a score interval is only approximate: fewer than three hits, or fewer than three misses.

    `docs/intervals.md` has how often Wilson's interval holds the truth there.

    >>> few(np.array([2, 3]), np.array([900, 3])).tolist()
    [True, False]
    """
    return np.minimum(hits, misses) < FEW


def net(plus: Array, minus: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the score interval of the share of `plus` less that of `minus` among n; NaN where n is 0.

    The interval of a difference of two shares of one sample (T. Tango, 1998, Statistics in Medicine 17: 891-908). It
    stays between -1 and 1, and has a width also where all are alike.

    >>> low, high = net(np.array([4, 20]), np.array([2, 0]), np.array([8, 20]), 0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([-0.3281, 0.6777], [0.6832, 1.0])
    """
    top = _upper_net(plus, minus, n, confidence)
    return -_upper_net(minus, plus, n, confidence), top


_HALVINGS: Final = 52
"""Halvings of a range of 2 at most, to the precision of a float."""


def _upper_net(plus: Array, minus: Array, n: Array, confidence: float) -> Array:
    """Find the greatest difference that the score test does not refuse."""
    chi = normal(confidence) ** 2

    def kept(gap: Array) -> Array:
        # the likeliest share of `minus` under this gap, by the positive root of a quadratic
        b = (2 * n - plus + minus) * gap - plus - minus
        share = (np.sqrt(b * b + 8 * n * minus * gap * (1 - gap)) - b) / (4 * n)
        return np.asarray((plus - minus - n * gap) ** 2 <= chi * n * (2 * share + gap * (1 - gap)))

    with np.errstate(invalid="ignore", divide="ignore"):
        _, high = boundary(kept, (plus - minus) / n, np.ones(len(n)), _HALVINGS)
    return np.where(n > 0, high, np.nan)


def poisson(events: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the exact interval of a count (F. Garwood, 1936, Biometrika 28: 437-442).

    >>> low, high = poisson(np.array([0, 4]), 0.95)
    >>> low.round(8).tolist(), high.round(8).tolist()
    ([0.0, 1.08986537], [3.68887945, 10.24158868])
    """
    from scipy.special import gammaincinv  # noqa: PLC0415  (loads with the first interval that needs it)

    tail = (1 - confidence) / 2
    some, every = np.unique(events, return_inverse=True)  # many groups have as many
    low = np.where(some > 0, gammaincinv(np.where(some > 0, some, 1), tail), 0.0)
    return low[every], gammaincinv(some + 1, 1 - tail)[every]


def mean(average: Array, variance: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    """Compute Student's t interval of a mean ("Student", 1908, Biometrika 6: 1-25); NaN below two values."""
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    enough = n > 1
    degrees, every = np.unique(np.where(enough, n - 1, 1), return_inverse=True)  # many groups are of one size
    with np.errstate(invalid="ignore", divide="ignore"):
        half = stdtrit(degrees, (1 + confidence) / 2)[every] * np.sqrt(variance / n)
    return np.where(enough, average - half, np.nan), np.where(enough, average + half, np.nan)


def alike(value: Array, n: Array, least: float, most: float, confidence: float) -> tuple[Array, Array]:
    """Bound the mean of values from `least` to `most` of which all n that were seen are alike; NaN at an open end.

    If a share p of all values lies at an end of the scale, all n are seen there with a probability of p^n. So p is at
    least tail^(1 / n), as C. J. Clopper and E. S. Pearson have it (1934, Biometrika 26: 404-413), and the others lie at
    the other end at worst. Elsewhere the first value only tells which one it is, and n - 1 are left to agree with it.

    >>> low, high = alike(np.array([5.0, 5.0, 4.0]), np.array([2, 200, 200]), 1, 5, 0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([1.632, 4.927, 3.945], [5.0, 5.0, 4.018])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        others = 1 - ((1 - confidence) / 2) ** (1 / (n - ((value > least) & (value < most))))
        low, high = value - others * (value - least), value + others * (most - value)
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def skewed(value: Array, error: Array, confidence: float) -> tuple[Array, Array]:
    """Compute the gamma interval of a sum, or mean, of 0 or more that few rare amounts make up; NaN without spread.

    As many equal events are taken as have the same relative error, and their number has Garwood's interval (M. P. Fay
    and E. J. Feuer, 1997, Statistics in Medicine 16: 791-801, with the mean weight of an event for the greatest).

    >>> low, high = skewed(np.array([4.0]), np.array([2.0]), 0.95)  # four events
    >>> low.round(8).tolist(), high.round(8).tolist()
    ([1.08986537], [10.24158868])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        events, weight = (value / error) ** 2, error**2 / value
        seen = np.isfinite(events) & (events > 0)
        low, high = poisson(np.where(seen, events, 1), confidence)
    return np.where(seen, low * weight, np.nan), np.where(seen, high * weight, np.nan)


def normal(confidence: float) -> float:
    """Compute the half-width of a two-sided normal interval, in standard errors.

    >>> round(normal(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)


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
