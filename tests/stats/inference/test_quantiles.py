"""Quantiles by their nine definitions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats import inference

METHODS = [
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
]


def by_definition(values: list[int], q: Fraction, kind: int) -> Fraction:
    """R. J. Hyndman and Y. Fan (1996), The American Statistician 50: 361-365, in whole fractions."""
    ordered, n = sorted(values), len(values)
    m = [
        Fraction(0),
        Fraction(0),
        Fraction(-1, 2),
        Fraction(0),
        Fraction(1, 2),
        q,
        1 - q,
        (q + 1) / 3,
        q / 4 + Fraction(3, 8),
    ][kind - 1]
    j = math.floor(n * q + m)
    g = n * q + m - j
    part = (
        g if kind > 3 else [Fraction(g > 0), Fraction(1) if g else Fraction(1, 2), Fraction(g > 0 or j % 2)][kind - 1]
    )
    at = [Fraction(ordered[min(max(i - 1, 0), n - 1)]) for i in (j, j + 1)]
    return (1 - part) * at[0] + part * at[1]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=25), st.integers(0, 40), st.integers(1, 9))
def test_the_nine_kinds_are_their_definitions(values: list[int], fortieths: int, kind: int) -> None:
    """Calculated in fractions, where 0.7 times 10 is 7."""
    found = inference.quantile(values, fortieths / 40, kind=kind)
    assert found.value == pytest.approx(float(by_definition(values, Fraction(fortieths, 40), kind)), abs=1e-9)


@settings(max_examples=30)
@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=25), st.floats(0.001, 0.999), st.sampled_from([1, 2, *range(4, 10)])
)
def test_the_kinds_against_numpy(values: list[float], q: float, kind: int) -> None:
    """As numpy's methods of the same nine, but its third, which older versions round to odd."""
    want = np.quantile(values, q, method=METHODS[kind - 1])  # type: ignore[call-overload]
    assert inference.quantile(values, q, kind=kind).value == pytest.approx(float(want), abs=1e-9)


def test_the_interval_lies_between_two_values() -> None:
    """W. J. Conover, Practical Nonparametric Statistics, 3.2: of 100 values the 40th and the 61st bound the median."""
    found = inference.quantile(range(1, 101), 0.5)
    assert (found.value, found.low, found.high, found.n) == (50.5, 40, 61, 100)


def test_an_end_that_no_value_bounds_is_none() -> None:
    """Ten values do not bound a 95th percentile from above, nor any values the greatest one."""
    high = inference.quantile(range(10), 0.95)
    assert high.low is not None
    assert (high.high, high.reason) == (None, "too few values to bound the quantile")
    assert inference.quantile(range(100), 1).high is None
    assert inference.quantile(range(100), 0).low is None
    assert inference.quantile([], 0.5).value is None


@pytest.mark.parametrize(
    ("q", "kind"), [(1.5, 7), (-0.1, 7), (math.nan, 7), (0.5, 0), (0.5, 10), (0.5, True), (0.5, 2.5)]
)
def test_what_is_no_quantile_is_refused(q: float, kind: int) -> None:
    """A share outside 0 to 1, and kinds outside 1 to 9."""
    with pytest.raises(InvalidValue):
        inference.quantile([1, 2, 3], q, kind=kind)
