"""Ratios whose base is itself uncertain, and has to be surely above or below 0."""

from typing import Any, Final

from servqual.stats import differences, intervals
from servqual.stats.inference.estimate import Estimate, estimated, number
from servqual.stats.inference.given import as_confidence, as_hits, as_number, as_open
from servqual.stats.inference.means import ALIKE, EMPTY, moments_of
from servqual.stats.inference.proportions import NOTHING

__all__ = ["ratio", "ratio_of_means", "ratio_of_proportions"]

BASELESS: Final = "the base may be 0"


def ratio(
    top: float,
    base: float,
    *,
    top_error: float,
    base_error: float,
    covariance: float = 0.0,
    df: float | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Divide two estimates with known standard errors, by E. C. Fieller (1954, JRSS B 16: 175-185).

    Where the interval of the base holds 0 the ratio may be anything, and neither a value nor an end is given. Student's
    t with `df` degrees of freedom, the normal distribution without. `covariance` is that of both estimates, where they
    come from the same rows.

    >>> relative = ratio(9.0, 6.0, top_error=0.5, base_error=0.4)
    >>> round(relative.value, 4), round(relative.low, 4), round(relative.high, 4)
    (1.5, 1.2674, 1.7847)
    >>> ratio(9.0, 0.6, top_error=0.5, base_error=0.4).reason
    'the base may be 0'
    """
    confidence = as_confidence(confidence)
    errors = as_number("top_error", top_error, 0), as_number("base_error", base_error, 0)
    most = float(errors[0] * errors[1])
    common = as_number("covariance", covariance, -most, most)
    critical = intervals.normal(confidence) if df is None else intervals.student(as_open("df", df), confidence)
    both = as_number("top", top), errors[0], as_number("base", base), errors[1]
    ends = differences.fieller(*both, critical=critical, covariance=common)
    return estimated(Estimate, *ends, confidence=confidence, method="fieller", reason=BASELESS)


def ratio_of_means(values: Any, others: Any, *, confidence: float = 0.95) -> Estimate:
    """Divide the first mean by the second, of independent samples, by Fieller.

    The degrees of freedom are Welch's for the difference, so that the interval leaves out 1 exactly where that of
    `difference_of_means` leaves out 0; `p_value` is that of both. There is no value where the base may be 0, or where
    `difference_of_means` has no interval.

    >>> times = ratio_of_means([6.0, 6.4, 7.1, 7.5, 6.8], [4.1, 5.0, 5.9, 5.2])
    >>> round(times.value, 4), round(times.low, 4), round(times.high, 4)
    (1.3386, 1.1004, 1.6687)
    """
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first interval that needs it)

    first, second = moments_of("values", values), moments_of("others", others)
    confidence = as_confidence(confidence)
    gap = differences.means(first, second, confidence)
    critical = stdtrit(gap.df, (1 + confidence) / 2)
    ends = differences.fieller(first.mean, first.error, second.mean, second.error, critical=critical)
    lacking = BASELESS if gap.df > 0 else ALIKE if first.n and second.n else EMPTY
    return estimated(
        Estimate,
        *ends,
        confidence=confidence,
        method="fieller, welch",
        n=int(first.n + second.n),
        p_value=number(gap.p),
        reason=lacking,
    )


def ratio_of_proportions(
    hits: float, n: float, other_hits: float, other_n: float, *, confidence: float = 0.95
) -> Estimate:
    """Divide the first share by the second, of independent groups: the relative risk.

    Fieller's argument with the distances of Wilson's ends (A. Donner and G. Y. Zou, 2012, Statistical Methods in
    Medical Research 21: 347-359): the interval leaves out 1 exactly where that of `difference_of_proportions` leaves
    out 0, and `p_value` is that of both. Where the second has no hit it may be 0: only `low` is known.

    >>> times = ratio_of_proportions(7, 34, 1, 34)
    >>> round(times.value, 4), round(times.low, 4), round(times.high, 4)
    (7.0, 1.1537, 41.9763)
    """
    first, second = as_hits(hits, n), as_hits(other_hits, other_n, "other_")
    confidence = as_confidence(confidence)
    gap = differences.share_ratios(*first, *second, confidence)
    return estimated(
        Estimate,
        *gap[:3],
        confidence=confidence,
        method="square and divide, wilson",
        n=int(first[1] + second[1]),
        p_value=number(gap.p),
        reason=BASELESS if first[1] and second[1] else NOTHING,
    )
