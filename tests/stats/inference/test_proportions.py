"""Shares against published numbers, scipy and statsmodels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats import inference

few = settings(max_examples=30)


@pytest.mark.parametrize(
    ("method", "want"),
    [
        ("wilson", [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718)]),
        ("wilson_cc", [(0.2535, 0.3682), (0.0598, 0.1644), (0.0, 0.2005), (0.0018, 0.1963)]),
        ("clopper_pearson", [(0.2527, 0.3676), (0.0578, 0.1617), (0.0, 0.1684), (0.0009, 0.1776)]),
    ],
)
def test_one_share_published(method: str, want: list[tuple[float, float]]) -> None:
    """R. G. Newcombe (1998), Statistics in Medicine 17: 857-872, table I: 81/263, 15/148, 0/20, 1/29."""
    for (hits, n), ends in zip([(81, 263), (15, 148), (0, 20), (1, 29)], want, strict=True):
        found = inference.proportion(hits, n, method=method)
        assert (found.low, found.high) == pytest.approx(ends, abs=5e-5)
        assert (found.value, found.n, found.method, found.reason) == (hits / n, n, method, None)


def test_an_exact_share_of_nist() -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.4.1: 4 defects of 20, 90 %: 0.071354 to 0.401029."""
    found = inference.proportion(4, 20, method="clopper_pearson", confidence=0.9)
    assert (found.low, found.high) == pytest.approx((0.071354, 0.401029), abs=2e-6)


@few
@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from([0.8, 0.95, 0.99]))
def test_shares_against_scipy_and_statsmodels(hits: int, misses: int, confidence: float) -> None:
    """The names of their methods for the same formulas."""
    theirs = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    n = hits + misses
    if not n:
        return
    for method, name in [("wilson_cc", "wilsoncc"), ("clopper_pearson", "exact")]:
        want = stats.binomtest(hits, n).proportion_ci(confidence, method=name)  # type: ignore[arg-type]
        found = inference.proportion(hits, n, method=method, confidence=confidence)
        assert (found.low, found.high) == pytest.approx((want.low, want.high), abs=1e-10)
    for method in ("jeffreys", "agresti_coull"):
        low, high = theirs.proportion_confint(hits, n, 1 - confidence, method=method)
        found = inference.proportion(hits, n, method=method, confidence=confidence)
        # at 0 and n hits Jeffreys' interval has only one tail, as its authors ask
        assert found.low == pytest.approx(0.0 if hits == 0 else max(low, 0), abs=1e-10)
        assert found.high == pytest.approx(1.0 if hits == n else min(high, 1), abs=1e-10)


def test_a_difference_carries_what_was_asked() -> None:
    """The example of Newcombe's paper, with its confidence, method and n."""
    found = inference.difference_of_proportions(9, 10, 3, 10, confidence=0.95)
    assert (found.low, found.high) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert (found.n, found.method, found.confidence, found.reason) == (20, "newcombe", 0.95, None)


def test_several_shares_of_nist() -> None:
    """NIST/SEMATECH e-Handbook, 7.4.4: 36, 46, 42, 63, 38 of 300 wafers each, chi-squared 12.131 at 4 degrees."""
    test = inference.chi_square_of_proportions([36, 46, 42, 63, 38], [300] * 5)
    assert (test.statistic, test.df, test.n) == pytest.approx((12.131, 4, 1500), abs=5e-4)
    assert test.p_value == pytest.approx(stats.chi2.sf(12.131, 4), rel=1e-3)


@few
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200)), min_size=2, max_size=6))
def test_chi_square_against_scipy(cells: list[tuple[int, int]]) -> None:
    """scipy.stats.chi2_contingency without a correction."""
    test = inference.chi_square_of_proportions([hits for hits, _ in cells], [sum(cell) for cell in cells])
    want = stats.chi2_contingency(cells, correction=False)
    assert (test.statistic, test.p_value) == pytest.approx((want.statistic, want.pvalue))


@few
@given(st.integers(0, 90), st.integers(1, 90), st.integers(1, 90), st.integers(1, 90))
def test_the_z_test_against_statsmodels(hits: int, misses: int, other_hits: int, other_misses: int) -> None:
    """As statsmodels' proportions_ztest."""
    theirs = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    n, other_n = hits + misses, other_hits + other_misses
    test = inference.z_test_of_proportions(hits, n, other_hits, other_n)
    z, p = theirs.proportions_ztest([hits, other_hits], [n, other_n])
    assert (test.statistic, test.p_value) == pytest.approx((z, p), abs=1e-9)


def test_tests_without_a_statistic_say_why() -> None:
    """All alike, or an empty group."""
    assert inference.z_test_of_proportions(5, 5, 7, 7).reason == "all are alike"
    assert inference.z_test_of_proportions(0, 0, 7, 9).reason == "one group is empty"
    assert inference.chi_square_of_proportions([0, 0], [4, 5]).statistic is None


def test_pairs_published() -> None:
    """M. W. Fagerland, S. Lydersen, P. Laake (2014), Statistics in Medicine 33: 2850-2875: 1, 1, 7, 12, Tango's."""
    found = inference.mcnemar([[1, 1], [7, 12]])
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert (found.value, found.n, found.statistic) == pytest.approx((-6 / 21, 21, 4.5))
    mid = inference.mcnemar([[1, 1], [7, 12]], method="mid_p").p_value
    assert mid == pytest.approx(2 * (stats.binom.cdf(1, 8, 0.5) - stats.binom.pmf(1, 8, 0.5) / 2))


@few
@given(*[st.integers(0, 60)] * 4)
def test_pairs_against_statsmodels(both: int, first: int, second: int, neither: int) -> None:
    """As statsmodels' mcnemar, exact and by chi-squared; the interval leaves out 0 where the score test refuses it."""
    theirs = pytest.importorskip("statsmodels.stats.contingency_tables", reason="statsmodels is not installed")
    table = [[both, first], [second, neither]]
    found = inference.mcnemar(table)
    if not both + first + second + neither:
        assert (found.value, found.p_value) == (None, None)
        return
    assert inference.mcnemar(table, method="exact").p_value == pytest.approx(theirs.mcnemar(table, exact=True).pvalue)
    assert found.p_value is not None
    assert found.low is not None
    assert found.high is not None
    if first + second:
        want = theirs.mcnemar(table, exact=False, correction=False)
        assert (found.statistic, found.p_value) == pytest.approx((want.statistic, want.pvalue))
        if abs(found.p_value - 0.05) > 1e-9:
            assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)
    else:
        assert (found.p_value, found.statistic) == (1.0, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda: inference.proportion(3, 2),
        lambda: inference.proportion(-1, 2),
        lambda: inference.proportion(1.5, 2),
        lambda: inference.proportion(float("nan"), 2),
        lambda: inference.proportion(*[True, 2]),
        lambda: inference.proportion(1, 10**400),
        lambda: inference.proportion("3", 10),  # type: ignore[arg-type]
        lambda: inference.proportion(1, 2, method="wald"),
        lambda: inference.proportion(1, 2, confidence=1.0),
        lambda: inference.proportion(1, 2, confidence=95),
        lambda: inference.proportion(1, 2, confidence=1 - 1e-16),
        lambda: inference.difference_of_proportions(1, 2, 3, 2),
        lambda: inference.mcnemar([[1, 2, 3]]),
        lambda: inference.mcnemar([[1, 2], [-3, 4]]),
        lambda: inference.mcnemar([[1, 2], [0.5, 4]]),
        lambda: inference.mcnemar([[1, 2], [3, 4]], method="edwards"),
        lambda: inference.chi_square_of_proportions([1], [2]),
        lambda: inference.chi_square_of_proportions([1, 2], [2]),
        lambda: inference.chi_square_of_proportions([1, 4], [2, 3]),
    ],
)
def test_what_is_no_share_is_refused(call: object) -> None:
    """More hits than n, parts of a case, texts, other methods, a confidence that is no probability."""
    assert callable(call)
    with pytest.raises(InvalidValue):
        call()
