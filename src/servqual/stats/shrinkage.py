"""Values of small groups drawn towards the level of all: empirical Bayes, by moments.

A group with few items tells little, so that most of its distance from the others is luck. The spread among all groups
tells how much of it: C. Stein's estimator and its generalisations, B. Efron and C. Morris, 1975, JASA 70:
311-319; G. Casella, 1985, The American Statistician 39: 83-87.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array

__all__ = ["shrunken_means", "shrunken_means_and_errors", "shrunken_rates", "shrunken_shares"]

_STEPS: Final = 200
_CLOSE: Final = 1e-12
_CERTAIN: Final = 1e-9
"""The error assumed for a value without one, as a part of the range of all values."""
_LEAST: Final = 4
"""With fewer groups the Stein factor (k - 3) leaves no difference between them."""


def shrunken_shares(hits: Array, n: Array, level: float) -> Array:
    """Estimate the share of each group, if shares scatter about the level by a beta distribution.

    Its strength a + b comes from the moments that J. C. Kleinman, 1973, JASA 68: 46-54, gives for groups of unequal
    size, weighted by size: group i has a variance of level (1 - level) (c + (1 - c) / n_i) with c = 1 / (a + b + 1).
    Where shares scatter no more than by chance, each becomes the level. n must be above 0.

    >>> shrunken_shares(np.array([9, 5, 60]), np.array([10, 10, 100]), 0.62).round(3).tolist()
    [0.733, 0.571, 0.603]
    """
    hits, n = np.asarray(hits, np.float64), np.asarray(n, np.float64)
    weight = n / n.sum()
    share = hits / n
    spread = (weight * (share - hits.sum() / n.sum()) ** 2).sum()
    left = weight * (1 - weight)
    by_chance, chance = left.sum(), (left / n).sum()
    middle = level * (1 - level)
    if by_chance <= chance or middle <= 0:
        return np.full(len(n), level)
    c = (spread / middle - chance) / (by_chance - chance)
    if c <= 0:
        return np.full(len(n), level)
    strength = max(1 / c - 1, 0.0)
    return np.asarray((hits + strength * level) / (n + strength))


def shrunken_rates(events: Array, exposure: Array, level: float) -> Array:
    """Estimate the rate of each group, if rates scatter about the level by a gamma distribution.

    The variance of that distribution is found by the moments of R. J. Marshall, 1991, Applied Statistics 40: 283-294:
    the spread of the rates, weighted by exposure, less the spread by chance. Where they scatter no more than that,
    each becomes the level. The exposure must be above 0.

    >>> shrunken_rates(np.array([19, 5, 60]), np.array([100, 100, 1000]), 0.07).round(4).tolist()
    [0.1444, 0.0576, 0.0606]
    """
    events, exposure = np.asarray(events, np.float64), np.asarray(exposure, np.float64)
    rate, every = events / exposure, exposure.sum()
    middle = events.sum() / every
    scatter = (exposure * (rate - middle) ** 2).sum() / every - middle / exposure.mean()
    if scatter <= 0 or level <= 0:
        return np.full(len(rate), level)
    return np.asarray(level + scatter / (scatter + level / exposure) * (rate - level))


def shrunken_means(value: Array, error: Array) -> Array:
    """Estimate the value of each group, if true values scatter normally about one level, each known up to its error.

    `error` is the standard error of each value. The scatter is found by the moments of C. Morris, 1983, JASA 78:
    47-55, at which the weighted squares equal k - 1 (R. C. Paule and J. Mandel, 1982, Journal of Research of the NBS
    87: 377-385), and whose factor (k - 3) / (k - 1) corrects for estimating it; with equal errors this is the
    estimator of Efron and Morris. The level is the mean of the groups, weighted by their errors and the scatter.
    With fewer than four groups, or values that scatter no more than their errors, each becomes the level.

    >>> shrunken_means(np.array([0.0, 1, 2, 3, 10]), np.ones(5)).round(3).tolist()
    [0.102, 1.07, 2.038, 3.006, 9.783]
    """
    return shrunken_means_and_errors(value, error)[0]


def shrunken_means_and_errors(value: Array, error: Array) -> tuple[Array, Array]:
    """Estimate the value of each group as `shrunken_means` does, with the standard error that is left.

    Three variances add up, as C. Morris, 1983, JASA 78: 47-55, has them, with B for the part of the distance that is
    taken away: (1 - B) × error² about a known level; B² times that of the level, the mean weighted by 1 / (error² +
    scatter); and 2 / (k - 3) × B² × distance² for a scatter that was estimated, in groups of larger error less. Without
    the last one, intervals of a group that was picked as the worst of ten are too narrow.

    >>> shrunken_means_and_errors(np.array([0.0, 1, 2, 3, 10]), np.ones(5))[1].round(3).tolist()
    [0.991, 0.988, 0.986, 0.986, 1.009]
    """
    value, variance = np.asarray(value, np.float64), np.asarray(error, np.float64) ** 2
    if not len(value):
        return value, value
    k, width = len(value), float(np.ptp(value))
    variance = np.maximum(variance, (_CERTAIN * width) ** 2)
    scatter, middle, keep = 0.0, value, np.zeros(k)
    with np.errstate(divide="ignore"):
        weight = 1 / variance
    # the weighted squares fall with the scatter, ever more slowly: Newton's steps from below do not pass their mark
    for _ in range(_STEPS if width else 0):
        weight = 1 / (variance + scatter)
        middle = (weight * value).sum() / weight.sum()
        if k < _LEAST:
            break
        squares = weight * (value - middle) ** 2
        before, scatter = scatter, max(scatter + (squares.sum() - (k - 1)) / (weight * squares).sum(), 0.0)
        if abs(scatter - before) <= _CLOSE * scatter:
            break
    if scatter > 0:
        keep = 1 - (k - 3) / (k - 1) * variance / (variance + scatter)
    taken, distance = (1 - keep) ** 2, value - middle
    unsure = 2 / max(k - 3, 1) * distance**2
    if width:
        unsure *= (variance.mean() + scatter) / (variance + scatter)
    left = keep * variance + taken * (1 / weight.sum() + unsure)
    return np.asarray(middle + keep * distance), np.sqrt(left)
