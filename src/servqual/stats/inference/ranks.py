"""Two samples compared by ranks, for times and other skewed values: how far one lies above the other, and how often."""

from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.stats import intervals
from servqual.stats.halving import boundary
from servqual.stats.inference.estimate import Estimate, RankDifference, estimated
from servqual.stats.inference.given import as_confidence, as_sample
from servqual.stats.inference.means import EMPTY

__all__ = ["mann_whitney"]

_EXACT: Final = 2_500
"""Up to so many pairs the distribution of U is counted; beyond, it is normal within the third digit of p."""
_LISTED: Final = 4_000_000
"""Up to so many pairs all differences are laid out, in 32 MB."""
_HALVINGS: Final = 60
_FEW: Final = "too few values for an interval at this confidence"


def mann_whitney(values: Any, others: Any, *, confidence: float = 0.95) -> RankDifference:
    """Estimate by how much the first sample lies above the second, for any distribution.

    The value is the shift of J. L. Hodges and E. L. Lehmann (1963, Annals of Mathematical Statistics 34: 598-611), the
    median of all differences of one value and one other; it is not the difference of the medians. Its interval ends at
    two of these differences, and keeps its confidence with ties too (G. E. Noether, 1967, JASA 62: 184-188).
    `statistic` is U of H. B. Mann and D. R. Whitney (1947, Annals of Mathematical Statistics 18: 50-60). `p_value` is
    exact for up to 2,500 pairs without ties, else normal with corrections for ties and continuity. `superiority` has
    the interval of R. G. Newcombe (2006, Statistics in Medicine 25: 559-573, method 5).

    Too few values have no interval; an empty sample has no value. Refused: missing and infinite values. Cost: that of
    all pairs up to 4 million of them, and n log n beyond.

    >>> found = mann_whitney([48, 55, 61, 70, 95, 120], [30, 33, 41, 50, 52, 58])
    >>> found.value, found.low, found.high, round(found.p_value, 4)
    (23.5, 3.0, 65.0, 0.026)
    >>> round(found.superiority.value, 4)
    0.8889
    """
    x, y = np.sort(as_sample("values", values)), np.sort(as_sample("others", others))
    confidence = as_confidence(confidence)
    pairs, n = len(x) * len(y), len(x) + len(y)
    if not pairs:
        none = Estimate(value=None, low=None, high=None, confidence=confidence, method="newcombe", n=n, reason=EMPTY)
        return estimated(
            RankDifference, None, None, None, confidence=confidence, method="hodges-lehmann", n=n, reason=EMPTY,
            statistic=None, superiority=none,
        )  # fmt: skip
    u = float((np.searchsorted(y, x, "left") + np.searchsorted(y, x, "right")).sum() / 2)
    below = _null_distribution(len(x), len(y)) if pairs <= _EXACT else None
    rank = _rank_of_the_end(len(x), len(y), below, confidence)
    middle = [(pairs + 1) // 2, pairs // 2 + 1]
    ends = [rank, pairs + 1 - rank] if rank else []
    found = _differences_at(x, y, [*middle, *ends])
    low, high = found[2:] if ends else (None, None)
    return estimated(
        RankDifference,
        (found[0] + found[1]) / 2,
        low,
        high,
        confidence=confidence,
        method="hodges-lehmann",
        n=n,
        p_value=_p_value(u, x, y, below),
        reason=_FEW,
        statistic=u,
        superiority=_superiority(u / pairs, len(x), len(y), confidence),
    )


def _null_distribution(m: int, n: int) -> Array:
    """Count P(U <= u) for each u, all orders being equally likely.

    The orders with each U are the coefficients of a product of (1 - x^(n + j)) / (1 - x^j) for j from 1 to m, which is
    the same with m and n exchanged.
    """
    m, n = min(m, n), max(m, n)
    ways = np.zeros(m * n + 1)
    ways[0] = 1
    for j in range(1, m + 1):
        ways[n + j :] -= ways[: -(n + j)].copy()
        for first in range(j):
            ways[first::j] = np.cumsum(ways[first::j])
    summed = np.cumsum(ways)
    return np.asarray(summed / summed[-1])


def _rank_of_the_end(m: int, n: int, below: Array | None, confidence: float) -> int:
    """The greatest rank k for which P(U < k) is at most the tail; 0 where there is none."""
    if below is not None:
        # a tail of just 0.1 is 0.1 for a confidence of 0.8, which is not so in floats
        return int((below <= (1 - confidence) / 2 + 1e-12).sum())
    spread = np.sqrt(m * n * (m + n + 1) / 12)
    return max(int(m * n / 2 + 0.5 - intervals.normal(confidence) * spread), 0)


def _p_value(u: float, x: Array, y: Array, below: Array | None) -> float:
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first test that needs it)

    m, n = len(x), len(y)
    ties = np.unique(np.concatenate([x, y]), return_counts=True)[1].astype(np.float64)
    if below is not None and len(ties) == m + n:
        return float(min(2 * below[int(min(u, m * n - u))], 1.0))
    together = m + n
    variance = m * n / 12 * (together + 1 - (ties**3 - ties).sum() / (together * (together - 1)))
    distance = abs(u - m * n / 2) - 0.5
    return float(2 * ndtr(-distance / np.sqrt(variance))) if variance > 0 and distance > 0 else 1.0


def _differences_at(x: Array, y: Array, ranks: list[int]) -> list[float]:
    """Find the differences of one value and one other at these ranks, from 1, of both samples in order."""
    if len(x) * len(y) <= _LISTED:
        every = np.subtract.outer(x, y).ravel()
        every.partition([rank - 1 for rank in ranks])
        return [float(every[rank - 1]) for rank in ranks]
    return [_difference_at(x, y, rank) for rank in ranks]


def _difference_at(x: Array, y: Array, rank: int) -> float:
    def fewer(middle: Array) -> bool:
        # differences of at most `middle`, those with y from x - middle on
        return bool(len(x) * len(y) - np.searchsorted(y, x - middle, "left").sum() < rank)

    _, high = boundary(fewer, x[0] - y[-1], x[-1] - y[0], _HALVINGS)
    # the nearest true difference, for halving leaves an error of the last digit
    place = np.searchsorted(y, x - high)
    near = np.concatenate([x - y[np.minimum(place, len(y) - 1)], x - y[np.maximum(place - 1, 0)]])
    return float(near[np.abs(near - high).argmin()])


def _superiority(share: float, m: int, n: int, confidence: float) -> Estimate:
    others = (m + n) / 2 - 1
    square = intervals.normal(confidence) ** 2

    def inside(true: Array) -> Array:
        spread = 1 + others * ((1 - true) / (2 - true) + true / (1 + true))
        return np.asarray((share - true) ** 2 * m * n <= square * true * (1 - true) * spread)

    def end(bound: float) -> float:
        within, outside = boundary(inside, share, bound, _HALVINGS)
        return float(within if within != share else outside)

    return estimated(Estimate, share, end(0.0), end(1.0), confidence=confidence, method="newcombe, method 5", n=m + n)
