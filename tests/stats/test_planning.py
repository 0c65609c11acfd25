"""Power and sizes against statsmodels and against each other, for many comparisons at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.stats import planning

shares = st.floats(0.01, 0.99)
few = settings(max_examples=25)
powers = st.sampled_from([0.5, 0.8, 0.95])


@few
@given(st.floats(0.1, 3), st.integers(2, 200), st.integers(2, 200), st.sampled_from([0.9, 0.95]))
def test_power_of_means_against_the_noncentral_t(gap: float, n: int, other_n: int, confidence: float) -> None:
    """scipy.stats.nct with Welch's degrees of freedom."""
    sd, other_sd = 1.0, 1.5
    first, second = sd**2 / n, other_sd**2 / other_n
    df = (first + second) ** 2 / (first**2 / (n - 1) + second**2 / (other_n - 1))
    critical = stats.t.ppf((1 + confidence) / 2, df)
    want = stats.nct.sf(critical, df, gap / np.sqrt(first + second))
    assert float(planning.mean_power(gap, sd, n, other_sd, other_n, confidence=confidence)) == pytest.approx(
        want, abs=1e-8
    )


@few
@given(st.floats(0.03, 4), st.sampled_from([0.01, 1.0]), powers)
def test_the_size_of_means_is_the_smallest_with_the_power(gap: float, sd: float, power: float) -> None:
    """One value a side fewer has less, whether both spread alike or one hardly does."""
    n = float(planning.mean_size(gap, sd, 1.5, power=power, confidence=0.95))
    assert planning.mean_power(gap, sd, n, 1.5, n, confidence=0.95) >= power
    assert n == 2 or planning.mean_power(gap, sd, n - 1, 1.5, n - 1, confidence=0.95) < power


@few
@given(shares, shares, powers)
def test_the_size_of_shares_is_the_smallest_with_the_power(first: float, second: float, power: float) -> None:
    """One case a side fewer has less; no difference needs no number."""
    n = float(planning.share_size(first, second, power=power, confidence=0.95))
    if first == second:
        assert np.isnan(n)
    elif abs(first - second) > 1e-4:
        assert planning.share_power(first, n, second, n, confidence=0.95) >= power - 1e-9
        assert n == 1 or planning.share_power(first, n - 1, second, n - 1, confidence=0.95) < power


@few
@given(shares, st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([1, -1]), powers)
def test_the_effect_of_shares_is_the_smallest_with_the_power(
    base: float, n: int, other_n: int, sign: int, power: float
) -> None:
    """A little less has less power; NaN where even 0 or 1 would not be found."""
    gap = float(planning.share_effect(base, n, other_n, sign, power=power, confidence=0.95))
    if np.isnan(gap):
        assert planning.share_power(base, n, float(sign > 0), other_n, confidence=0.95) < power
        return
    assert planning.share_power(base, n, np.clip(base + sign * gap, 0, 1), other_n, confidence=0.95) >= power - 1e-9
    assert planning.share_power(base, n, base + sign * gap * 0.999, other_n, confidence=0.95) < power


@few
@given(st.floats(0.01, 100), st.floats(0.1, 500), st.floats(0.1, 500), st.sampled_from([1, -1]), powers)
def test_the_effect_of_rates_is_the_smallest_with_the_power(
    base: float, exposure: float, other: float, sign: int, power: float
) -> None:
    """A little less has less power; NaN where even a fall to 0 would not be found."""
    gap = float(planning.rate_effect(base, exposure, other, sign, power=power, confidence=0.95))
    if np.isnan(gap):
        assert sign < 0
        assert planning.rate_power(base, exposure, 0.0, other, confidence=0.95) < power
        return
    end = max(base + sign * gap, 0)
    assert planning.rate_power(base, exposure, end, other, confidence=0.95) >= power - 1e-9
    assert planning.rate_power(base, exposure, base + sign * gap * 0.999, other, confidence=0.95) < power


@few
@given(st.integers(2, 3000), st.integers(2, 3000), powers)
def test_the_effect_of_means_has_just_the_power(n: int, other_n: int, power: float) -> None:
    """The power of that effect is the one asked for."""
    gap = float(planning.mean_effect(2.0, n, 1.0, other_n, power=power, confidence=0.95))
    assert planning.mean_power(gap, 2.0, n, 1.0, other_n, confidence=0.95) == pytest.approx(power, abs=1e-6)


@few
@given(st.floats(0.1, 20), st.floats(0.1, 20), powers)
def test_the_size_of_rates_has_just_the_power(first: float, second: float, power: float) -> None:
    """Exposure is not counted in whole numbers."""
    exposure = float(planning.rate_size(first, second, power=power, confidence=0.95))
    if abs(first - second) > 1e-3:
        assert planning.rate_power(first, exposure, second, exposure, confidence=0.95) == pytest.approx(power, abs=1e-6)


def test_shares_that_are_rare_are_rates() -> None:
    """A share of many short moments needs the size of its rate."""
    size = float(planning.share_size(2e-6, 3e-6, power=0.9, confidence=0.95)) * 1e-6
    assert size == pytest.approx(float(planning.rate_size(2.0, 3.0, power=0.9, confidence=0.95)), rel=1e-5)


def test_many_are_their_single_answers() -> None:
    """A kernel of many gives each comparison what it gives alone."""
    gaps = np.array([0.1, 0.5, 1.0, 3.0, 0.0])
    every = planning.mean_size(gaps, 1.0, 2.0, power=0.8, confidence=0.95)
    alone = [float(planning.mean_size(gap, 1.0, 2.0, power=0.8, confidence=0.95)) for gap in gaps]
    assert every.tolist() == pytest.approx(alone, nan_ok=True)
