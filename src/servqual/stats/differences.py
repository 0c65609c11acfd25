"""Differences and ratios of two independent groups, for many pairs at once: one formula per kind of number.

Every kernel takes arrays of one length (or plain numbers), takes the second from the first, and gives a `Gap` of
arrays: value, low, high, p. What the data cannot carry is NaN. Interval and p tell the same: p is below 1 - confidence
exactly where the interval leaves out "no difference".

- `shares`: difference of two shares (Newcombe's hybrid score)
- `share_ratios`: the same as a ratio
- `means`: difference of two means, quotients or net scores with known standard errors (Welch)
- `rates`: difference of two rates (square-and-add of Garwood's ends)
- `rate_ratios`: ratio of two rates (conditional binomial, exact)
- `square_and_add`: difference of any two values with intervals, such as two quantiles
- `implied_p`: the p-value that any interval of a difference implies
- `fieller`: ratio of any two normal estimates
- `divide`: ratio of any two values of 0 or more with intervals
- `share_score`: how many normal deviates a difference of shares lies above any given one
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from servqual._arrays import Array
from servqual.stats.halving import boundary
from servqual.stats.intervals import clopper_pearson, normal, poisson, score_ends, wilson

__all__ = [
    "Gap",
    "MeanGap",
    "Sample",
    "divide",
    "fieller",
    "implied_p",
    "means",
    "rate_ratios",
    "rates",
    "share_ratios",
    "share_score",
    "shares",
    "square_and_add",
]


class Gap(NamedTuple):
    """Differences or ratios, their ends, and the p-values of no difference."""

    value: Array
    low: Array
    high: Array
    p: Array


class MeanGap(NamedTuple):
    """Differences of means, with Student's t and its degrees of freedom."""

    value: Array
    low: Array
    high: Array
    p: Array
    t: Array
    df: Array


Sample: TypeAlias = tuple[Any, Any, Any]
"""Means, their standard errors, and n."""


def square_and_add(first: Any, first_ends: Any, second: Any, second_ends: Any) -> tuple[Any, Any]:
    """Combine the intervals of two independent values into that of their difference.

    The distances from value to end add by squares (R. G. Newcombe, 1998, Statistics in Medicine 17: 873-890, method 10;
    for any parameter G. Y. Zou and A. Donner, 2008, Statistics in Medicine 27: 1693-1702).

    >>> [round(float(end), 4) for end in square_and_add(0.8, (0.6918, 0.877), 0.6, (0.4905, 0.7004))]
    [0.0524, 0.3339]
    """
    (low, high), (lower, higher) = first_ends, second_ends
    gap = first - second
    return gap - np.hypot(first - low, higher - second), gap + np.hypot(high - first, second - lower)


_FAR: Final = 40.0
"""Normal deviates beyond which a probability is 0 as a float."""
_HALVINGS: Final = 40
_BOTH_WAYS: Final = np.array([-1.0, 1.0])


def share_score(hits: Array, n: Array, other_hits: Array, other_n: Array, beyond: Any = 0.0) -> Array:
    """Find by how many normal deviates the difference of two shares lies above `beyond`; below it the sign is minus.

    At this z the end of Newcombe's interval is just `beyond`, so that test and interval agree. It ends at 40.

    >>> share_score(np.array([56]), np.array([70]), np.array([48]), np.array([80])).round(3).tolist()
    [2.646]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share, other = hits / n, other_hits / other_n
        above = share - other >= beyond
        # the lower end of the difference is minus the upper end of the turned one
        counts = np.where(above, [hits, other_hits], [other_hits, hits])
        sizes = np.where(above, [n, other_n], [other_n, n])
        found, ends = counts / sizes, score_ends(counts, sizes)
        distance = np.abs(share - other - beyond)

        def short(z: Array) -> Array:
            return np.asarray(~(np.hypot(*(ends(np.multiply.outer(_BOTH_WAYS, z)) - found)) >= distance))

        _, high = boundary(short, np.zeros(distance.shape), np.full(distance.shape, _FAR), _HALVINGS)
        z = np.where(distance > 0, high, 0.0)
        return np.where((n > 0) & (other_n > 0), np.where(above, z, -z), np.nan)


def shares(hits: Array, n: Array, other_hits: Array, other_n: Array, confidence: float) -> Gap:
    """Subtract the second share from the first; NaN where one n is 0.

    Newcombe's hybrid score interval. p is the one that this interval implies, not that of the pooled z test, which may
    contradict it.

    >>> gap = shares(np.array([56]), np.array([70]), np.array([48]), np.array([80]), 0.95)
    >>> [round(float(x[0]), 4) for x in gap]
    [0.2, 0.0524, 0.3339, 0.0081]
    """
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first test that needs it)

    with np.errstate(invalid="ignore", divide="ignore"):
        share, other = hits / n, other_hits / other_n
    ends = square_and_add(share, wilson(hits, n, confidence), other, wilson(other_hits, other_n, confidence))
    return Gap(share - other, *ends, 2 * ndtr(-np.abs(share_score(hits, n, other_hits, other_n))))


def share_ratios(hits: Array, n: Array, other_hits: Array, other_n: Array, confidence: float) -> Gap:
    """Divide the first share by the second; value and high are NaN where the second has no hit, and so may be 0.

    The interval leaves out 1 exactly where that of `shares` leaves out 0; see `divide`.

    >>> gap = share_ratios(np.array([56, 2]), np.array([70, 9]), np.array([48, 0]), np.array([80, 9]), 0.95)
    >>> [x.round(4).tolist() for x in gap[:3]]
    [[1.3333, nan], [1.0783, 0.519], [1.6629, nan]]
    """
    p = shares(hits, n, other_hits, other_n, confidence).p
    with np.errstate(invalid="ignore", divide="ignore"):
        share, other = hits / n, other_hits / other_n
    return Gap(*divide(share, wilson(hits, n, confidence), other, wilson(other_hits, other_n, confidence)), p)


def divide(first: Any, first_ends: Any, second: Any, second_ends: Any) -> tuple[Array, Array, Array]:
    """Divide two independent values of 0 or more; value and high are NaN where the second may be 0.

    Fieller's argument with the distances from value to end in place of standard errors: a ratio r is inside where
    `square_and_add` of first and r times second holds 0 (A. Donner and G. Y. Zou, 2012, Statistical Methods in Medical
    Research 21: 347-359).
    """
    (low, high), (lower, higher) = first_ends, second_ends
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = first * second
        least, most = low * (2 * first - low), high * (2 * first - high)
        base_most, base_least = higher * (2 * second - higher), lower * (2 * second - lower)
        # the roots of one quadratic each, in the form that does not cancel
        bottom = least / (middle + np.sqrt(np.maximum(middle**2 - least * base_most, 0)))
        top = (middle + np.sqrt(np.maximum(middle**2 - most * base_least, 0))) / base_least
        safe = lower > 0
        value = np.where(safe, first / second, np.nan)
        bottom = np.where(first == 0, 0.0 * higher, bottom)
    return value, np.fmin(bottom, value), np.where(safe, np.fmax(top, value), np.nan)


def means(first: Sample, second: Sample, confidence: float) -> MeanGap:
    """Subtract the second mean from the first; each is (mean, standard error, n), and an n of infinity is normal.

    Student's t with the degrees of freedom of B. L. Welch, 1947, Biometrika 34: 28-35. NaN where one n is below 2 and
    where both errors are 0, for values that are all alike do not say how far others may lie.

    >>> gap = means((np.array([5.0]), 0.3, 5), (np.array([4.0]), 0.4, 4), 0.95)
    >>> [round(x.item(), 4) for x in map(np.asarray, gap)]
    [1.0, -0.2275, 2.2275, 0.0931, 2.0, 5.9195]
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  (loads with the first test that needs it)

    (value, error, n), (other, other_error, other_n) = first, second
    gap = value - other
    with np.errstate(invalid="ignore", divide="ignore"):
        joint = np.hypot(error, other_error)
        part, rest = (error / joint) ** 2, (other_error / joint) ** 2
        able = (np.minimum(n, other_n) > 1) & (joint > 0)
        df = np.where(able, 1 / (part**2 / (n - 1) + rest**2 / (other_n - 1)), np.nan)
        t = np.where(able, gap / joint, np.nan)
        half = stdtrit(df, (1 + confidence) / 2) * joint
        p = 2 * stdtr(df, -np.abs(t))
    return MeanGap(gap, gap - half, gap + half, p, t, df)


def rate_ratios(events: Array, exposure: Array, other_events: Array, other_exposure: Array, confidence: float) -> Gap:
    """Divide the first rate by the second; value and high are NaN without an event of the second.

    Of all events those of the first are binomial, so that Clopper's and Pearson's ends of their share are exact ends of
    the ratio (J. Przyborowski and H. Wilenski, 1940, Biometrika 31: 313-323). p is twice the smaller tail.

    >>> gap = rate_ratios(np.array([8]), np.array([2.0]), np.array([3]), np.array([3.0]), 0.95)
    >>> [round(float(x[0]), 4) for x in gap]
    [4.0, 0.9601, 23.4096, 0.0586]
    """
    from scipy.special import betainc  # noqa: PLC0415  (loads with the first test that needs it)

    both = events + other_events
    low, high = clopper_pearson(events, both, confidence)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        exposure, other_exposure = _above_0(exposure), _above_0(other_exposure)
        turned = other_exposure / exposure
        known = other_events > 0
        value = np.where(known, events / other_events * turned, np.nan)
        even = exposure / (exposure + other_exposure)
        # the binomial tails, both with the count that was seen
        fewer = np.where(known, betainc(np.maximum(other_events, 1), events + 1, 1 - even), 1.0)
        more = np.where(events > 0, betainc(np.maximum(events, 1), other_events + 1, even), 1.0)
        p = np.where(both > 0, np.minimum(2 * np.minimum(fewer, more), 1.0), np.nan) + 0 * even
        low, high = low / (1 - low) * turned, np.where(known, high / (1 - high) * turned, np.nan)
    return Gap(value, low, high, p)


def _above_0(exposure: Array) -> Array:
    return np.where(exposure > 0, exposure, np.nan)


def rates(events: Array, exposure: Array, other_events: Array, other_exposure: Array, confidence: float) -> Gap:
    """Subtract the second rate from the first, by the square-and-add of Garwood's ends; p is the one that they imply.

    >>> gap = rates(np.array([8]), np.array([2.0]), np.array([3]), np.array([3.0]), 0.95)
    >>> [round(float(x[0]), 4) for x in gap]
    [3.0, 0.023, 6.9619, 0.0483]
    """
    (low, high), (lower, higher) = poisson(events, confidence), poisson(other_events, confidence)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        exposure, other_exposure = _above_0(exposure), _above_0(other_exposure)
        rate, other = events / exposure, other_events / other_exposure
        ours, theirs = (low / exposure, high / exposure), (lower / other_exposure, higher / other_exposure)
        ends = square_and_add(rate, ours, other, theirs)
        return Gap(rate - other, *ends, implied_p(rate - other, *ends, confidence))


def implied_p(gap: Any, low: Any, high: Any, confidence: float) -> Array:
    """Find the p-value that an interval of a difference implies, if its halves grow as normal deviates do.

    It is below 1 - confidence exactly where the interval leaves out 0; elsewhere it is near, as halves of intervals of
    counts do not grow quite so.

    >>> float(implied_p(2.0, -1.0, 5.0, 0.95).round(4))
    0.1913
    """
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first test that needs it)

    with np.errstate(invalid="ignore", divide="ignore"):
        z = normal(confidence) * np.abs(gap) / np.where(gap > 0, gap - low, high - gap)
    return np.where(gap == 0, 1.0, 2 * ndtr(-z))


def fieller(
    top: Array, top_error: Array, base: Array, base_error: Array, *, critical: Any, covariance: Any = 0.0
) -> tuple[Array, Array, Array]:
    """Divide two normal estimates; all NaN where the base may be 0: within `critical` standard errors of it.

    `critical` is the normal or t deviate of the confidence asked for. E. C. Fieller, 1954, JRSS B 16: 175-185.

    >>> [round(float(x[0]), 4) for x in fieller(*(np.array([x]) for x in (9.0, 0.5, 6.0, 0.4)), critical=1.96)]
    [1.5, 1.2674, 1.7847]
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # in units of the base, in which only relative errors are left
        ratio, a, b = top / base, critical * top_error / base, critical * base_error / base
        both = critical**2 * covariance / base**2
        middle, rest = ratio - both, 1 - b * b
        half = np.hypot(a * np.sqrt(np.maximum(rest, 0)), b * ratio)  # no square of a tiny number is lost
        half = np.where(both == 0, half, np.sqrt(np.maximum(half**2 + both * (both - 2 * ratio), 0)))
        safe = rest > 0
        ends = (middle - half) / rest, (middle + half) / rest
    value = np.where(safe, ratio, np.nan)
    return value, np.where(safe, np.minimum(ends[0], ratio), np.nan), np.where(safe, np.maximum(ends[1], ratio), np.nan)
