"""Bootstrap and jackknife against the law schools, scipy, and what is known of a mean and a median."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats import inference

LSAT = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
GPA = [3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]


def correlation(x: Any, y: Any) -> float:
    """Pearson's r."""
    return float(np.corrcoef(x, y)[0, 1])


def test_the_law_schools_published() -> None:
    """B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap, 11: error .1425, bias -.0065."""
    found = inference.jackknife(correlation, LSAT, GPA)
    assert found.value == pytest.approx(0.776, abs=5e-4)
    assert (found.error, found.bias) == pytest.approx((0.1425, -0.0065), abs=5e-5)


def test_bca_against_scipy() -> None:
    """scipy.stats.bootstrap of the same correlation, whose ends differ by what 4,000 draws leave to chance."""
    found = inference.bootstrap(correlation, LSAT, GPA, n=4_000, seed=1)
    want = stats.bootstrap(
        (LSAT, GPA), correlation, paired=True, vectorized=False, n_resamples=4_000, method="BCa",
        random_state=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((want.low, want.high), abs=0.03)
    assert (found.n, found.method) == (15, "bca")


def test_the_bootstrap_of_many_normal_values_is_students() -> None:
    """A mean of 400, whose interval is known; rows beyond 200 are left out in blocks."""
    values = np.random.default_rng(3).normal(10, 2, 400)
    found, want = inference.bootstrap(np.mean, values, n=2_000), inference.mean(values)
    assert (found.low, found.high) == pytest.approx((want.low, want.high), abs=0.03)


@pytest.mark.parametrize("size", [2, 7, 8, 31])
def test_medians_drawn_by_their_shares_are_medians_of_rows_drawn(size: int) -> None:
    """The fast way has the distribution of the slow way."""
    random = np.random.default_rng(size)
    values = random.lognormal(0, 1, size)
    slow = np.median(values[random.integers(size, size=(20_000, size))], axis=1)
    found = inference.bootstrap(np.median, values, n=20_000, seed=1, confidence=0.9)
    assert found.value == np.median(values)
    low, high = np.quantile(slow, [0.05, 0.95])
    # an end may be the next value, where the tail falls just between two
    steps = np.quantile(slow, [0.042, 0.058, 0.942, 0.958])
    assert found.low is not None
    assert found.high is not None
    assert steps[0] <= found.low <= steps[1] or found.low == pytest.approx(low)
    assert steps[2] <= found.high <= steps[3] or found.high == pytest.approx(high)


def test_a_seed_makes_the_same_draws_again() -> None:
    """Two calls with one seed are equal, with another they are not."""
    once, again, other = (inference.bootstrap(np.mean, GPA, n=200, seed=seed) for seed in (4, 4, 5))
    assert once == again != other


def test_what_cannot_be_told_is_none_with_a_reason() -> None:
    """No rows, equal rows, and a statistic that is not a number of some rows."""
    assert inference.bootstrap(np.mean, []).value is None
    alike = inference.bootstrap(np.mean, [2.0] * 9, n=100)
    assert (alike.value, alike.low) == (2, None)
    assert alike.reason
    for values in ([2.0], [2.0] * 9):
        assert inference.bootstrap(np.median, values).low is None
        assert inference.bootstrap(np.median, values).reason
    assert inference.jackknife(np.mean, [2.0] * 9).low is None
    assert inference.jackknife(np.mean, []).value is None
    assert inference.jackknife(np.mean, [2.0]).error is None

    def undefined(x: Any) -> float:
        return float("nan") if len(set(x)) < 3 else 1.0 + float(x[0])

    holes = inference.bootstrap(undefined, [1.0, 2.0, 3.0], n=200)
    assert (holes.low, holes.high) == (None, None)
    assert "not a number" in str(holes.reason)
    assert inference.jackknife(undefined, [1.0, 2.0, 3.0]).error is None


def test_a_statistic_that_needs_every_row_has_no_skewness() -> None:
    """Defined for every draw, but not without a row."""
    found = inference.bootstrap(lambda x: float(x.sum()) if len(x) == 5 else float("nan"), [1.0, 2, 4, 7, 9], n=100)
    assert (found.value, found.low) == (23, None)
    assert "not a number" in str(found.reason)


def test_rows_that_do_not_fit_are_refused() -> None:
    """Columns of two lengths, none at all, and too few draws."""
    for columns, n in [(([1.0], [1.0, 2.0]), 100), ((), 100), (([1.0, 2.0],), 99)]:
        with pytest.raises(InvalidValue):
            inference.bootstrap(np.mean, *columns, n=n)


@pytest.mark.parametrize("resample", [inference.bootstrap, inference.jackknife])
@pytest.mark.parametrize("statistic", [lambda _: None, lambda _: "x", lambda x: x, 5])
def test_a_statistic_that_gives_no_number_is_refused(resample: Any, statistic: Any) -> None:
    """Nothing, a text, all rows, or no function at all."""
    with pytest.raises(InvalidValue, match="statistic must"):
        resample(statistic, [1.0, 2.0, 3.0])
