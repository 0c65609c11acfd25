"""Kernels of differences and ratios against published numbers, scipy, statsmodels, and what their definitions say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from servqual._arrays import Array
from servqual.stats import differences, intervals

counts = st.tuples(st.integers(0, 300), st.integers(0, 300)).filter(any).map(lambda c: (c[0], c[0] + c[1]))
few = settings(max_examples=25)
confidences = st.sampled_from([0.8, 0.95, 0.99])


def one(a: float, b: float, c: float, d: float) -> tuple[Array, Array, Array, Array]:
    """Arrays of one pair."""
    return np.array([a], float), np.array([b], float), np.array([c], float), np.array([d], float)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_published(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17: 873-890, table II, contrasts (a) to (h), method 10."""
    gap = differences.shares(*one(*first, *second), 0.95)
    assert (gap.low[0], gap.high[0]) == pytest.approx((low, high), abs=5e-5)


@few
@given(counts, counts, confidences)
def test_shares_against_statsmodels(first: tuple[int, int], second: tuple[int, int], confidence: float) -> None:
    """As statsmodels' confint_proportions_2indep(method="newcomb")."""
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    gap = differences.shares(*one(*first, *second), confidence)
    want = proportion.confint_proportions_2indep(*first, *second, method="newcomb", alpha=1 - confidence)
    assert (gap.low[0], gap.high[0]) == pytest.approx(want, abs=1e-10)


@few
@given(counts, counts, confidences)
def test_the_p_value_of_shares_says_what_the_interval_says(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    """At the confidence 1 - p the interval just reaches 0."""
    gap = differences.shares(*one(*first, *second), confidence)
    p = gap.p[0]
    assert (p < 1 - confidence) == (gap.low[0] > 0 or gap.high[0] < 0) or p == pytest.approx(1 - confidence)
    if 1e-9 < p < 1:
        ends = differences.shares(*one(*first, *second), 1 - p)
        assert min(abs(ends.low[0]), abs(ends.high[0])) < 1e-7


@few
@given(counts, counts, st.floats(-0.9, 0.9))
def test_the_score_is_where_an_end_reaches_the_given_difference(
    first: tuple[int, int], second: tuple[int, int], beyond: float
) -> None:
    """An end of the interval at that many deviates is the difference asked about, found without halving."""
    z = float(differences.share_score(*one(*first, *second), beyond)[0])
    gap = first[0] / first[1] - second[0] / second[1]
    assert (z >= 0) == (gap >= beyond) or z == pytest.approx(0, abs=1e-9)
    if 1e-6 < abs(z) < 7:
        ends = differences.shares(*one(*first, *second), 1 - 2 * stats.norm.sf(abs(z)))
        assert (ends.low[0] if z > 0 else ends.high[0]) == pytest.approx(beyond, abs=1e-5)


def test_a_ratio_of_shares_published() -> None:
    """M. W. Fagerland, S. Lydersen, P. Laake (2017), Statistical Analysis of Contingency Tables, 4.7: 7/34 and 1/34."""
    ratio = differences.share_ratios(*one(7, 34, 1, 34), 0.95)
    assert [float(x[0]) for x in ratio[:3]] == pytest.approx([7.0, 1.1537, 41.9763], abs=5e-5)
    gap = differences.shares(*one(7, 34, 1, 34), 0.95)
    assert [float(x[0]) for x in gap[:3]] == pytest.approx([0.1765, 0.0189, 0.3404], abs=5e-5)


@few
@given(counts, counts, confidences)
def test_a_ratio_of_shares_ends_where_the_difference_to_a_multiple_reaches_0(
    first: tuple[int, int], second: tuple[int, int], confidence: float
) -> None:
    """The ends are roots of the square-and-add of the first and r times the second."""
    value, low, high, _ = (x[0] for x in differences.share_ratios(*one(*first, *second), confidence))
    if not second[0]:
        assert np.isnan(value)
        assert np.isnan(high)
        return
    share, other = first[0] / first[1], second[0] / second[1]
    (a, b), (c, d) = (
        [float(e[0]) for e in intervals.wilson(np.array([x[0]]), np.array([x[1]]), confidence)] for x in (first, second)
    )
    assert low <= value <= high
    at_low, at_high = (
        differences.square_and_add(share, (a, b), r * other, (r * c, r * d)) for r in (float(low), float(high))
    )
    assert float(at_low[0]) == pytest.approx(0, abs=1e-9)
    assert float(at_high[1]) == pytest.approx(0, abs=1e-9)


def test_welch_published() -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3, miles per gallon: T = -12.94627, 136.8750 degrees."""
    us, japan = (20.14458, 6.41470 / 249**0.5, 249), (30.48101, 6.10771 / 79**0.5, 79)
    gap = differences.means(us, japan, 0.95)
    assert (float(gap.t), float(gap.df)) == pytest.approx((-12.94627, 136.8750), rel=4e-6)


@few
@given(st.floats(-5, 5), st.floats(0, 3), st.integers(2, 50), st.floats(0.01, 3), st.integers(2, 50))
def test_means_against_scipy(gap: float, sd: float, n: int, other_sd: float, other_n: int) -> None:
    """scipy.stats.ttest_ind_from_stats(equal_var=False), and its distribution for the interval."""
    found = differences.means((gap, sd / n**0.5, n), (0.0, other_sd / other_n**0.5, other_n), 0.9)
    want = stats.ttest_ind_from_stats(gap, sd, n, 0, other_sd, other_n, equal_var=False)
    assert float(found.p) == pytest.approx(want.pvalue, abs=1e-12)
    half = stats.t.ppf(0.95, found.df) * np.hypot(sd / n**0.5, other_sd / other_n**0.5)
    assert (float(found.low), float(found.high)) == pytest.approx((gap - half, gap + half))


def test_an_infinite_n_makes_means_normal() -> None:
    """With known errors the interval is that of the normal distribution."""
    found = differences.means((1.0, 0.3, np.inf), (0.0, 0.4, np.inf), 0.95)
    assert (float(found.low), float(found.p)) == pytest.approx((1 - 0.5 * 1.959964, 2 * stats.norm.sf(2)), abs=1e-6)


@few
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 50), st.floats(0.1, 50), confidences)
def test_a_ratio_of_rates_is_binomial(a: int, b: int, t: float, u: float, confidence: float) -> None:
    """scipy.stats.binomtest of the share of events, mapped, and twice the smaller tail."""
    value, low, high, p = (x[0] for x in differences.rate_ratios(*one(a, t, b, u), confidence))
    if not a + b:
        assert np.isnan([value, low, high, p]).all()
        return
    even = t / (t + u)
    want = stats.binomtest(a, a + b, even).proportion_ci(confidence, method="exact")
    assert low == pytest.approx(want.low / (1 - want.low) * u / t)
    tails = stats.binom.cdf(a, a + b, even), stats.binom.sf(a - 1, a + b, even)
    assert p == pytest.approx(min(2 * min(tails), 1))
    if b:
        assert high == pytest.approx(want.high / (1 - want.high) * u / t)
        assert value == pytest.approx(a / t / (b / u))
    else:
        assert np.isnan([value, high]).all()


@few
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 50), st.floats(0.1, 50), confidences)
def test_a_difference_of_rates_agrees_with_its_p_value(a: int, b: int, t: float, u: float, confidence: float) -> None:
    """Its ends are those of square-and-add, and p is below 1 - confidence where they leave out 0."""
    value, low, high, p = (float(x[0]) for x in differences.rates(*one(a, t, b, u), confidence))
    tail = (1 - confidence) / 2
    lower = stats.chi2.ppf(tail, 2 * a) / 2 if a else 0.0
    higher = stats.chi2.ppf(1 - tail, 2 * b + 2) / 2
    assert low == pytest.approx(value - np.hypot((a - lower) / t, (higher - b) / u))
    assert low <= value <= high
    assert (p < 1 - confidence) == (low > 0 or high < 0)


@few
@given(st.floats(-50, 50), st.floats(0.01, 5), st.floats(-50, 50), st.floats(0.01, 5), st.floats(-0.99, 0.99))
def test_fieller_ends_where_its_test_begins_to_refuse(
    top: float, error: float, base: float, base_error: float, correlation: float
) -> None:
    """The roots are found by scipy.optimize, from the definition."""
    z, common = intervals.normal(0.95), correlation * error * base_error
    value, low, high = (
        float(x[0])
        for x in differences.fieller(*one(top, error, base, base_error), critical=z, covariance=np.array([common]))
    )
    if abs(base) <= z * base_error * (1 + 1e-6):
        assert np.isnan([value, low, high]).all() or abs(base) > z * base_error
        return

    def refused(ratio: float) -> float:
        spread = error**2 - 2 * ratio * common + ratio**2 * base_error**2
        return (top - ratio * base) ** 2 - z * z * spread

    assert low <= value <= high
    far = 1 + 10 * (high - low)
    assert low == pytest.approx(optimize.brentq(refused, low - far, value), rel=1e-5, abs=1e-6)
    assert high == pytest.approx(optimize.brentq(refused, value, high + far), rel=1e-5, abs=1e-6)


def test_what_cannot_be_known_is_nan() -> None:
    """No cases, no spread, no exposure, no base."""
    assert np.isnan(differences.shares(*one(0, 0, 1, 2), 0.95)).all()
    assert np.isnan(differences.share_ratios(*one(0, 0, 1, 2), 0.95)).all()
    assert np.isnan(differences.rate_ratios(*one(1, 0, 1, 2), 0.95)).all()
    assert np.isnan(differences.rates(*one(1, 0, 1, 2), 0.95)).all()
    assert np.isnan([float(x) for x in differences.means((1.0, 0.0, 9), (1.0, 0.0, 9), 0.95)[1:]]).all()
    assert np.isnan([float(x) for x in differences.means((1.0, 0.5, 1), (1.0, 0.5, 9), 0.95)[1:]]).all()


def test_many_pairs_are_their_single_answers() -> None:
    """A kernel of many gives each pair what it gives alone."""
    random = np.random.default_rng(7)
    n, other_n = random.integers(1, 500, 50), random.integers(1, 500, 50)
    hits, other = random.binomial(n, 0.7), random.binomial(other_n, 0.6)
    for kernel in (differences.shares, differences.share_ratios, differences.rate_ratios, differences.rates):
        every = kernel(hits, n, other, other_n, 0.95)
        for i in range(50):
            alone = kernel(*one(hits[i], n[i], other[i], other_n[i]), 0.95)
            assert [x[i] for x in every] == pytest.approx([x[0] for x in alone], rel=1e-12, nan_ok=True)
