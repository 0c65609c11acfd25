"""Means and their difference."""

from typing import Any, Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.stats import differences, intervals
from servqual.stats.inference.estimate import Estimate, MeanDifference, estimated, number
from servqual.stats.inference.given import as_confidence, as_sample

__all__ = ["Moments", "difference_of_means", "mean", "moments_of"]

ALIKE: Final = "fewer than two values, or no spread among them, to tell how far others may lie"
EMPTY: Final = "there are no values"


class Moments(NamedTuple):
    """The mean of a sample, its standard error, and n, in arrays of no dimension."""

    mean: Array
    error: Array
    n: Array


def moments_of(field: str, values: Any) -> Moments:
    """Read a sample and take its moments; the mean is NaN without values, the error 0 where all are alike."""
    found = as_sample(field, values)
    n = len(found)
    scale = np.abs(found).max(initial=0.0) or 1.0  # so that no square is too large, or too small, for a float
    scaled = found / scale
    alike = n < 2 or bool((found == found[0]).all())  # noqa: PLR2004  (one value has no spread)
    error = 0.0 if alike else scaled.std(ddof=1) / np.sqrt(n) * scale
    return Moments(np.array(scaled.mean() * scale if n else np.nan), np.array(error), np.array(n))


def mean(values: Any, *, confidence: float = 0.95) -> Estimate:
    """Estimate a mean, with Student's t interval ("Student", 1908, Biometrika 6: 1-25).

    It holds for values that are about normal, or many: of skewed times take the median (`quantile`). One value, and
    values that are all alike, have no interval; none have no value. Refused: missing and infinite values.

    >>> found = mean([4.1, 5.0, 5.9, 5.2])
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (5.05, 3.8699, 6.2301)
    """
    found, confidence = moments_of("values", values), as_confidence(confidence)
    half = intervals.student(int(found.n) - 1, confidence) * found.error if found.error > 0 else np.nan
    return estimated(
        Estimate,
        found.mean,
        found.mean - half,
        found.mean + half,
        confidence=confidence,
        method="student",
        n=int(found.n),
        reason=ALIKE if found.n else EMPTY,
    )


def difference_of_means(values: Any, others: Any, *, confidence: float = 0.95) -> MeanDifference:
    """Subtract the second mean from the first, of independent samples whose spreads may differ.

    Student's t with the degrees of freedom of B. L. Welch (1947, Biometrika 34: 28-35). Of pairs, estimate the `mean`
    of their differences instead. Where one sample has fewer than two values, or neither has a spread, there is no
    interval and no test; where one is empty, no value. Refused: missing and infinite values.

    >>> faster = difference_of_means([6.0, 6.4, 7.1, 7.5, 6.8], [4.1, 5.0, 5.9, 5.2])
    >>> round(faster.value, 4), round(faster.low, 4), round(faster.high, 4)
    (1.71, 0.5838, 2.8362)
    >>> round(faster.p_value, 4), round(faster.t, 4), round(faster.df, 4)
    (0.0103, 3.7667, 5.6799)
    """
    first, second = moments_of("values", values), moments_of("others", others)
    confidence = as_confidence(confidence)
    gap = differences.means(first, second, confidence)
    return estimated(
        MeanDifference,
        *gap[:3],
        confidence=confidence,
        method="welch",
        n=int(first.n + second.n),
        p_value=number(gap.p),
        t=number(gap.t),
        df=number(gap.df),
        reason=ALIKE if first.n and second.n else EMPTY,
    )
