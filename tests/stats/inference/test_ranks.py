"""Mann and Whitney against published numbers, scipy, and every difference laid out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.stats import inference
from servqual.stats.inference import ranks

few = settings(max_examples=30)
whole = st.lists(st.integers(0, 20), min_size=1, max_size=6)
lone = st.lists(st.floats(0, 1), min_size=2, max_size=16, unique=True)


def test_published() -> None:
    """M. Hollander and D. A. Wolfe (1973), Nonparametric Statistical Methods, 69: permeability of membranes."""
    at_term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = inference.mann_whitney(at_term, early)
    assert (found.value, found.low, found.high) == pytest.approx((0.305, -0.15, 0.76))
    assert (found.statistic, found.p_value) == pytest.approx((35, 2 * 0.1272), abs=1e-4)
    assert found.superiority.value == pytest.approx(0.7)


@few
@given(lone)
def test_the_exact_p_value_against_scipy(values: list[float]) -> None:
    """scipy.stats.mannwhitneyu(method="exact"), which has no ties."""
    x, y = values[::2], values[1::2]
    assert inference.mann_whitney(x, y).p_value == pytest.approx(stats.mannwhitneyu(x, y, method="exact").pvalue)


def test_the_exact_p_value_of_many_values_against_scipy() -> None:
    """As many pairs as are counted, of which 10^28 orders make the distribution."""
    random = np.random.default_rng(11)
    x, y = random.normal(0.4, 1, 60), random.normal(0, 1, 40)
    assert inference.mann_whitney(x, y).p_value == pytest.approx(stats.mannwhitneyu(x, y, method="exact").pvalue)
    assert inference.mann_whitney(y, x).p_value == pytest.approx(inference.mann_whitney(x, y).p_value)


@few
@given(st.lists(st.integers(0, 9), min_size=5, max_size=80), st.lists(st.integers(0, 9), min_size=5, max_size=80))
def test_the_p_value_with_ties_against_scipy(x: list[int], y: list[int]) -> None:
    """scipy.stats.mannwhitneyu(method="asymptotic"), with corrections for ties and continuity."""
    if len({*x, *y}) == len(x) + len(y):
        return
    found = inference.mann_whitney(x, y)
    if len({*x, *y}) == 1:
        assert found.p_value == 1
    else:
        want = stats.mannwhitneyu(x, y, method="asymptotic")
        assert (found.statistic, found.p_value) == pytest.approx((want.statistic, want.pvalue), abs=1e-12)


@few
@given(st.integers(1, 5), st.integers(1, 5))
def test_the_distribution_of_u_counts_all_orders(m: int, n: int) -> None:
    """Every choice of m places among m + n."""
    found = ranks._null_distribution(m, n)
    us = [sum(place - i for i, place in enumerate(chosen)) for chosen in itertools.combinations(range(m + n), m)]
    assert found == pytest.approx([np.mean(np.array(us) <= u) for u in range(m * n + 1)])


@few
@given(whole, whole)
def test_the_shift_is_the_median_of_all_differences(x: list[int], y: list[int]) -> None:
    """Also where the differences are searched rather than laid out."""
    every = np.sort(np.subtract.outer(x, y).ravel())
    assert inference.mann_whitney(x, y).value == np.median(every)
    in_order = np.sort(np.array(x, float)), np.sort(np.array(y, float))
    assert [ranks._difference_at(*in_order, rank) for rank in range(1, len(every) + 1)] == every.tolist()


def test_many_values_are_compared_without_laying_out_their_differences() -> None:
    """A shift of 3 among 20 million pairs is found with its interval."""
    random = np.random.default_rng(5)
    found = inference.mann_whitney(random.normal(3, 1, 5_000), random.normal(0, 1, 4_000))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 3 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(np.pi / 3 * (1 / 5000 + 1 / 4000)), rel=0.05)


@few
@given(lone, st.sampled_from([0.5, 0.8, 0.95]))
def test_an_exact_interval_leaves_out_0_where_the_test_refuses_it(values: list[float], confidence: float) -> None:
    """Without ties both are one statement."""
    found = inference.mann_whitney(values[::2], values[1::2], confidence=confidence)
    assert found.p_value is not None
    if found.low is None or found.high is None:
        assert found.p_value > 1 - confidence
        assert found.reason
    else:
        assert (found.low > 0 or found.high < 0) == (found.p_value <= 1 - confidence + 1e-12)


def test_superiority_ends_where_its_score_is_the_normal_deviate() -> None:
    """R. G. Newcombe (2006), Statistics in Medicine 25: 559-573: the variance of method 5 at the ends."""
    found = inference.mann_whitney(np.arange(20) + 3.5, np.arange(15)).superiority
    assert found.value is not None
    for end in (found.low, found.high):
        assert end is not None
        star = (20 + 15) / 2 - 1
        variance = end * (1 - end) * (1 + star * (1 - end) / (2 - end) + star * end / (1 + end)) / (20 * 15)
        assert (found.value - end) ** 2 / variance == pytest.approx(1.959964**2, rel=1e-5)


def test_apart_or_alike_the_probability_of_superiority_has_a_width() -> None:
    """All above all others is no proof that it is always so."""
    apart = inference.mann_whitney([11, 12, 13], [1, 2, 3])
    assert (apart.superiority.value, apart.superiority.high) == (1, 1)
    assert apart.superiority.low is not None
    assert 0.2 < apart.superiority.low < 0.8
    assert (apart.low, apart.high) == (None, None)  # of 20 orders none is rare enough
    alike = inference.mann_whitney([5, 5, 5, 5], [5, 5, 5])
    assert (alike.value, alike.p_value, alike.superiority.value) == (0, 1, 0.5)


def test_nothing_is_compared_with_nothing() -> None:
    """An empty sample has no shift, and the reason is said."""
    found = inference.mann_whitney([], [1.0])
    assert (found.value, found.statistic, found.p_value, found.superiority.value) == (None, None, None, None)
    assert found.reason == found.superiority.reason == "there are no values"
