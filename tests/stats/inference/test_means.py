"""Means, their differences and ratios against scipy, and what happens to values without a spread."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats import inference

samples = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).filter(lambda x: np.std(x) > 1e-3)
few = settings(max_examples=30)


@few
@given(samples, st.sampled_from([0.8, 0.95]))
def test_a_mean_against_scipy(values: list[float], confidence: float) -> None:
    """scipy.stats.t.interval."""
    found = inference.mean(values, confidence=confidence)
    want = stats.t.interval(confidence, len(values) - 1, np.mean(values), stats.sem(values))
    assert (found.value, found.low, found.high) == pytest.approx((np.mean(values), *want), rel=1e-9, abs=1e-6)


@few
@given(samples, samples)
def test_a_difference_against_scipy(values: list[float], others: list[float]) -> None:
    """scipy.stats.ttest_ind(equal_var=False) and its interval."""
    found, want = inference.difference_of_means(values, others), stats.ttest_ind(values, others, equal_var=False)
    ends = want.confidence_interval()
    assert (found.t, found.df, found.p_value) == pytest.approx((want.statistic, want.df, want.pvalue), rel=1e-7)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-7, abs=1e-6)


@few
@given(samples, samples)
def test_a_ratio_leaves_out_1_where_the_difference_leaves_out_0(values: list[float], others: list[float]) -> None:
    """Both are one test, where the base is surely above 0."""
    shifted = [abs(x) + 1 for x in values], [abs(x) + 1 for x in others]
    gap, times = inference.difference_of_means(*shifted), inference.ratio_of_means(*shifted)
    if times.value is None or gap.low is None or gap.high is None or times.low is None or times.high is None:
        assert times.reason
        return
    assert times.p_value == gap.p_value
    if min(abs(gap.low), abs(gap.high)) > 1e-6 * abs(gap.high - gap.low):
        assert (times.low > 1 or times.high < 1) == (gap.low > 0 or gap.high < 0)


def test_values_without_a_spread_have_no_interval() -> None:
    """One value, equal values and none: no end, and the reason said; a sum of tenths is no spread."""
    assert inference.mean([]).value is None
    for values in ([5.0], [0.1] * 10, [1e100] * 3):
        found = inference.mean(values)
        assert (found.value, found.low, found.high) == pytest.approx((values[0], None, None))
        assert found.reason
    alike = inference.difference_of_means([0.1] * 10, [0.3] * 10)
    assert (alike.value, alike.low, alike.p_value, alike.t, alike.df) == pytest.approx((-0.2, None, None, None, None))
    assert inference.difference_of_means([], [1, 2]).value is None
    assert inference.difference_of_means([1, 1, 1], [1, 2, 3]).df == pytest.approx(2)


def test_sizes_at_the_ends_of_a_float_are_no_matter() -> None:
    """Values in any unit have the same t."""
    want = stats.ttest_ind([6.0, 6.4, 7.1], [4.1, 5.0], equal_var=False).statistic
    for unit in (1e-300, 1.0, 1e149):
        found = inference.difference_of_means([6.0 * unit, 6.4 * unit, 7.1 * unit], [4.1 * unit, 5.0 * unit])
        assert found.t == pytest.approx(want)


def test_a_base_that_may_be_0_has_no_ratio() -> None:
    """Fieller's condition: the base lies within its own interval of 0."""
    sure, unsure = (inference.ratio(9.0, base, top_error=0.5, base_error=0.4) for base in (0.79, 0.78))
    assert sure.value == pytest.approx(9 / 0.79)
    assert (unsure.value, unsure.low, unsure.high, unsure.reason) == (None, None, None, "the base may be 0")
    assert inference.ratio_of_means([1, 2, 3], [-1, 0, 1.1]).reason == "the base may be 0"
    assert inference.ratio_of_means([1, 2, 3], []).reason == "there are no values"
    assert inference.ratio_of_means([1, 1], [2, 2]).value is None
    none = inference.ratio_of_proportions(3, 9, 0, 9)
    assert (none.value, none.high, none.reason) == (None, None, "the base may be 0")
    assert none.low is not None
    assert none.low > 0


def test_a_ratio_with_few_degrees_of_freedom_is_wider() -> None:
    """Student's t in place of the normal distribution, and a covariance of like rows makes it narrower."""
    plain = inference.ratio(9.0, 6.0, top_error=0.5, base_error=0.4)
    wide = inference.ratio(9.0, 6.0, top_error=0.5, base_error=0.4, df=5)
    common = inference.ratio(9.0, 6.0, top_error=0.5, base_error=0.4, covariance=0.15)
    widths = [x.high - x.low for x in (wide, plain, common) if x.high is not None and x.low is not None]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3


@pytest.mark.parametrize(
    "call",
    [
        lambda: inference.mean([1.0, math.nan]),
        lambda: inference.mean([1.0, math.inf]),
        lambda: inference.mean([1.0, 1e151]),
        lambda: inference.mean([[1.0], [2.0]]),
        lambda: inference.mean(["long"]),
        lambda: inference.mean(["1", "2"]),
        lambda: inference.mean(np.array([1, 2], "timedelta64[s]")),
        lambda: inference.mean([[1.0], [2.0, 3.0]]),
        lambda: inference.mean(5.0),
        lambda: inference.difference_of_means([1, 2], [3, None]),
        lambda: inference.ratio(1, 2, top_error=-1, base_error=1),
        lambda: inference.ratio(1, 2, top_error=1, base_error=1, covariance=2),
        lambda: inference.ratio(1, 2, top_error=1, base_error=1, df=0),
    ],
)
def test_what_is_no_sample_is_refused(call: object) -> None:
    """Missing and infinite values, tables, texts, errors below 0, a covariance that cannot be."""
    assert callable(call)
    with pytest.raises(InvalidValue):
        call()
