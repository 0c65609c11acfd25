"""Groups left alone, times without a change, and what a series counts for."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats import inference

samples = st.lists(st.integers(-20, 20), min_size=2, max_size=9)


def sample(mean: float, error: float, n: int) -> Array:
    """Values with this mean and this standard error of it."""
    values = np.arange(n) - (n - 1) / 2
    return np.asarray(mean + values / values.std(ddof=1) * error * n**0.5)


def test_jobs_in_new_jersey() -> None:
    """D. Card and A. B. Krueger, 1994, American Economic Review 84: 772-793, table 3: +2.76 jobs a restaurant.

    With independent samples the error is the root of the four squared errors; theirs, 1.36, is another one.
    """
    before, after = sample(20.44, 0.51, 321), sample(21.03, 0.52, 319)
    other_before, other_after = sample(23.33, 1.35, 77), sample(21.17, 0.94, 77)
    found = inference.difference_in_differences(before, after, other_before, other_after)
    assert found.value == pytest.approx(2.76, abs=0.011)
    assert found.t is not None
    assert found.value is not None
    assert found.value / found.t == pytest.approx((0.51**2 + 0.52**2 + 1.35**2 + 0.94**2) ** 0.5)
    assert found.n == 794


@given(samples, samples, samples, samples)
def test_an_independent_library_says_the_same(before: Any, after: Any, other_before: Any, other_after: Any) -> None:
    """Least squares with an interaction and errors of kind HC2 in statsmodels."""
    api = pytest.importorskip("statsmodels.api")
    four = [before, after, other_before, other_after]
    found = inference.difference_in_differences(*four)
    y = np.concatenate(four)
    sizes = [len(one) for one in four]
    treated, late = np.repeat([1, 1, 0, 0], sizes), np.repeat([0, 1, 0, 1], sizes)
    fit = api.OLS(y, np.column_stack([np.ones(len(y)), treated, late, treated * late])).fit(cov_type="HC2")
    assert found.value == pytest.approx(fit.params[3], abs=1e-9)
    if found.t is not None:
        assert found.value is not None
        assert found.value == pytest.approx(found.t * fit.bse[3], abs=1e-9)
        assert found.df is not None
        assert min(sizes) - 1 <= found.df + 1e-9
        assert found.df <= sum(sizes) - 4 + 1e-9
    else:
        assert all(len(set(one)) == 1 for one in four)


def test_samples_that_do_not_carry_a_difference() -> None:
    """Empty, alone, all alike."""
    empty = inference.difference_in_differences([1, 2], [], [1, 2], [1, 2])
    assert (empty.value, empty.low, empty.p_value) == (None, None, None)
    assert empty.reason == "a sample has no values"
    for one in ([3], [3, 3]):
        found = inference.difference_in_differences(one, one, [1] * len(one), [2] * len(one))
        assert (found.value, found.low, found.df) == (-1, None, None)
        assert found.reason is not None
    alone = inference.difference_in_differences([1, 2], [3], [1, 2], [1, 2])
    assert (alone.value, alone.low) == (1.5, None)
    tiny = inference.difference_in_differences([0, 1e-300], [0, 1e-300], [0, 0], [1e-300, 0])
    assert tiny.low is not None


def test_a_method_finds_no_change_where_none_was_made() -> None:
    """Placebo times lie before the change: one at `at` is found there in 5 % at most, one of an earlier week always."""
    dice, time, noise = np.random.default_rng(7), np.arange(30), np.zeros(30)
    alarms, found = [], []
    for _ in range(20):
        noise = dice.standard_normal(30)
        calm = inference.placebo_in_time(noise + 9.0 * (time >= 14), at=14)
        assert calm.at == (4, 5, 6, 7, 8, 9, 10)
        alarms.append(calm.share_found or 0.0)
        low = inference.placebo_in_time(noise + 9.0 * (time >= 7), at=14).results[3].level_change.low
        found.append(low is not None and low > 0)
    assert np.mean(alarms) <= 0.05
    assert all(found)
    short = inference.placebo_in_time(noise, at=7)
    assert (short.at, short.share_found) == ((), None)
    counts = inference.placebo_in_time([30, 31, 28, 29, 33, 30, 31, 29, 5, 6], at=8, model="poisson", exposure=[1] * 10)
    assert counts.at == (4,)
    with pytest.raises(InvalidValue, match="at must be the index"):
        inference.placebo_in_time(noise, at=30)


@given(st.integers(1, 40), st.floats(-0.95, 0.95))
def test_what_a_series_counts_for(n: int, rho: float) -> None:
    """By the variance of the mean, from the whole matrix of correlations."""
    together = rho ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    found = inference.effective_sample_size(range(n), autocorrelation=rho)
    assert found == pytest.approx(n * n / together.sum(), rel=1e-9)


def test_the_estimated_memory_of_a_series() -> None:
    """Many values that remember by 0.6 count for a quarter; alternating ones for no more than they are."""
    rng = np.random.default_rng(9)
    errors = rng.standard_normal(4000)
    for k in range(1, 4000):
        errors[k] += 0.6 * errors[k - 1]
    assert inference.effective_sample_size(errors) == pytest.approx(1000, rel=0.15)
    assert inference.effective_sample_size([1, 2] * 20) == 40
    assert inference.effective_sample_size([1, 2]) is None
    assert inference.effective_sample_size([3, 3, 3, 3]) is None
    with pytest.raises(InvalidValue, match="autocorrelation must be above -1 and below 1"):
        inference.effective_sample_size([1, 2], autocorrelation=1)
