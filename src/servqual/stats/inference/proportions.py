"""Shares, the difference of two of them, and tests of several."""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.stats import differences, intervals
from servqual.stats.inference.estimate import Estimate, PairedDifference, Significance, estimated, number
from servqual.stats.inference.given import as_confidence, as_hits, as_sample

__all__ = [
    "chi_square_of_proportions",
    "difference_of_proportions",
    "mcnemar",
    "proportion",
    "z_test_of_proportions",
]

NOTHING: Final = "there is nothing to count: n is 0"


def _agresti_coull(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    z = intervals.normal(confidence)
    most = n + z * z
    share = (hits + z * z / 2) / most
    half = z * np.sqrt(share * (1 - share) / most)
    return np.maximum(share - half, 0), np.minimum(share + half, 1)


def _jeffreys(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    from scipy.special import betaincinv  # noqa: PLC0415  (loads with the first interval that needs it)

    tail, a, b = (1 - confidence) / 2, hits + 0.5, n - hits + 0.5
    low, high = betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)
    return np.where(hits > 0, low, 0.0), np.where(hits < n, high, 1.0)


def _wilson_cc(hits: Array, n: Array, confidence: float) -> tuple[Array, Array]:
    z, share = intervals.normal(confidence), hits / n

    def end(side: int) -> Array:
        root = z * z + 2 * side - 1 / n + 4 * share * (n - hits - side)
        return np.asarray((2 * hits + z * z + side + side * z * np.sqrt(np.maximum(root, 0))) / (2 * (n + z * z)))

    return np.where(hits > 0, end(-1), 0.0), np.where(hits < n, end(1), 1.0)


_METHODS: Final = {
    "wilson": intervals.wilson,
    "wilson_cc": _wilson_cc,
    "clopper_pearson": intervals.clopper_pearson,
    "jeffreys": _jeffreys,
    "agresti_coull": _agresti_coull,
}


def proportion(hits: float, n: float, *, method: str = "wilson", confidence: float = 0.95) -> Estimate:
    """Estimate a share from the hits among n, with an interval by the method named.

    Methods: `wilson`, the score interval (E. B. Wilson, 1927, JASA 22: 209-212); `wilson_cc`, the same with a
    correction for continuity (R. G. Newcombe, 1998, Statistics in Medicine 17: 857-872, method 4); `clopper_pearson`,
    exact (1934, Biometrika 26: 404-413); `jeffreys` and `agresti_coull` (L. D. Brown, T. T. Cai and A. DasGupta, 2001,
    Statistical Science 16: 101-133). All stay within 0 to 1 and have a width also at 0 and n hits. Where n is 0 there
    is no value. Refused: counts that are not whole, more hits than n, another method, a confidence outside 0 to 1.

    >>> share = proportion(3, 10)
    >>> share.value, round(share.low, 4), round(share.high, 4)
    (0.3, 0.1078, 0.6032)
    """
    found, total = as_hits(hits, n)
    among("method", method, _METHODS)
    confidence = as_confidence(confidence)
    ends = _METHODS[method](found, total, confidence) if total else (None, None)
    value = found / total if total else None
    return estimated(
        Estimate, value, *ends, confidence=confidence, method=method, n=int(total), reason=None if total else NOTHING
    )


def difference_of_proportions(
    hits: float, n: float, other_hits: float, other_n: float, *, confidence: float = 0.95
) -> Estimate:
    """Subtract the second share from the first, of independent groups.

    Newcombe's hybrid score interval (1998, Statistics in Medicine 17: 873-890, method 10). `p_value` is the one that
    this interval implies, so that both tell the same; `z_test_of_proportions` has that of the pooled test. Where one n
    is 0 there is no value.

    >>> change = difference_of_proportions(56, 70, 48, 80)
    >>> round(change.value, 4), round(change.low, 4), round(change.high, 4), round(change.p_value, 4)
    (0.2, 0.0524, 0.3339, 0.0081)
    """
    first, second = as_hits(hits, n), as_hits(other_hits, other_n, "other_")
    confidence = as_confidence(confidence)
    gap = differences.shares(*first, *second, confidence)
    return estimated(
        Estimate,
        *gap[:3],
        confidence=confidence,
        method="newcombe",
        n=int(first[1] + second[1]),
        p_value=number(gap.p),
        reason=NOTHING,
    )


def mcnemar(table: object, *, method: str = "score", confidence: float = 0.95) -> PairedDifference:
    """Subtract the second share from the first, of the same pairs: two questions to one person, before and after.

    `table` counts pairs as [[both, only first], [only second, neither]]. The interval is the score interval of
    T. Tango (1998, Statistics in Medicine 17: 891-908), and `statistic` the chi-squared of Q. McNemar (1947,
    Psychometrika 12: 153-157). `method` gives the p-value: `score` is that of both, so that it agrees with the
    interval; `exact` is binomial, `mid_p` the same with half of the probability of this table (M. W. Fagerland,
    S. Lydersen and P. Laake, 2013, BMC Medical Research Methodology 13: 91). Without pairs there is no value, and
    where no pair differs p is 1.

    >>> change = mcnemar([[60, 15], [4, 21]])
    >>> round(change.value, 2), round(change.low, 4), round(change.high, 4), round(change.p_value, 4)
    (0.11, 0.0271, 0.2005, 0.0116)
    """
    from scipy.special import betainc, ndtr  # noqa: PLC0415  (loads with the first test that needs it)

    among("method", method, ("score", "exact", "mid_p"))
    confidence = as_confidence(confidence)
    counts = np.asarray(table, object)
    if counts.shape != (2, 2):
        raise InvalidValue.of("table", "count pairs as [[both, only first], [only second, neither]]", table)
    cells = as_sample("table", counts.ravel())
    if (cells < 0).any() or (cells % 1).any():
        raise InvalidValue.of("table", "hold whole numbers of 0 or more", table)
    n, plus, minus = cells.sum(), cells[1], cells[2]
    low, high = (end[0] for end in intervals.net(cells[1:2], cells[2:3], np.array([n]), confidence))
    unlike, fewer = plus + minus, min(plus, minus)
    chi = (plus - minus) ** 2 / unlike if unlike else 0.0
    # of pairs that differ, as many as the fewer ones, or less
    upto = betainc(unlike - fewer, fewer + 1, 0.5) if unlike else 0.5
    below = betainc(unlike - fewer + 1, fewer, 0.5) if fewer else 0.0
    p = {"score": 2 * ndtr(-np.sqrt(chi)), "exact": min(2 * upto, 1.0), "mid_p": min(below + upto, 1.0)}[method]
    return estimated(
        PairedDifference,
        (plus - minus) / n if n else None,
        low,
        high,
        confidence=confidence,
        method=f"mcnemar, {method}",
        n=int(n),
        p_value=float(p) if n else None,
        statistic=number(chi) if unlike else None,
        reason=NOTHING,
    )


def z_test_of_proportions(hits: float, n: float, other_hits: float, other_n: float) -> Significance:
    """Test that two shares are equal by their pooled standard error, without a correction for continuity.

    `statistic` is z, above 0 where the first share is greater; its square is that of `chi_square_of_proportions`.
    Where all are hits or none is, or one n is 0, there is no test.

    >>> test = z_test_of_proportions(56, 70, 48, 80)
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (2.6502, 0.008)
    """
    (first, total), (second, other) = as_hits(hits, n), as_hits(other_hits, other_n, "other_")
    test = _chi_square(np.array([first, second]), np.array([total, other]), "pooled z")
    if test.statistic is None:
        return test
    rise = first * other >= second * total
    return Significance(
        statistic=test.statistic**0.5 * (1 if rise else -1), p_value=test.p_value, df=None, method="pooled z", n=test.n
    )


def chi_square_of_proportions(hits: object, n: object) -> Significance:
    """Test that the shares of several groups are equal, by K. Pearson's chi-squared (1900).

    `hits` and `n` are lists of one length, of two groups or more. Where all are hits or none is, or one n is 0, there
    is no test.

    >>> test = chi_square_of_proportions([36, 46, 42, 63, 38], [300] * 5)
    >>> round(test.statistic, 3), test.df, round(test.p_value, 4)
    (12.131, 4, 0.0164)
    """
    found, total = as_sample("hits", hits), as_sample("n", n)
    if len(found) != len(total) or len(found) < 2:  # noqa: PLR2004  (one group has nothing to differ from)
        raise InvalidValue.of(
            "hits", "be as many as n, two or more", len(found), shown=f"{len(found)} and {len(total)}"
        )
    pairs = np.array([as_hits(one, all_) for one, all_ in zip(found.tolist(), total.tolist(), strict=True)])
    return _chi_square(pairs[:, 0], pairs[:, 1], "pearson")


def _chi_square(hits: Array, n: Array, method: str) -> Significance:
    from scipy.special import chdtrc  # noqa: PLC0415  (loads with the first test that needs it)

    every, df = int(n.sum()), len(n) - 1
    if (n == 0).any() or not 0 < hits.sum() < n.sum():
        reason = "one group is empty" if (n == 0).any() else "all are alike"
        return Significance(statistic=None, p_value=None, df=df, method=method, n=every, reason=reason)
    share = hits.sum() / n.sum()
    statistic = float(((hits - n * share) ** 2 / (n * share * (1 - share))).sum())
    return Significance(statistic=statistic, p_value=float(chdtrc(df, statistic)), df=df, method=method, n=every)
