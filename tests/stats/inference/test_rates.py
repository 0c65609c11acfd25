"""Rates against Garwood's table and statsmodels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats import inference


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
)
def test_a_count_published(events: int, low: float, high: float) -> None:
    """F. Garwood (1936), Biometrika 28: 437-442, as in Biometrika Tables I, table 40."""
    found = inference.rate(events=events, exposure=2.0)
    assert found.low == pytest.approx(low / 2, abs=3e-4)
    assert found.high == pytest.approx(high / 2, abs=3e-4)
    assert (found.value, found.n, found.method) == (events / 2, events, "garwood")


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(1, 50), st.floats(0.5, 20), st.floats(0.5, 20))
def test_the_ratio_against_statsmodels(events: int, others: int, exposure: float, other: float) -> None:
    """As statsmodels, which tests one-sided by the same conditional binomial; ours is twice the smaller of both."""
    theirs = pytest.importorskip("statsmodels.stats.rates", reason="statsmodels is not installed")
    found = inference.ratio_of_rates(events, exposure, others, other)
    tails = [
        theirs.test_poisson_2indep(events, exposure, others, other, method="exact-cond", alternative=alternative).pvalue
        for alternative in ("smaller", "larger")
    ]
    assert found.p_value == pytest.approx(min(2 * min(tails), 1))


def test_the_ratio_and_the_difference_say_what_they_know() -> None:
    """Without an event of the second only the lower end is known; without exposure nothing is."""
    one_sided = inference.ratio_of_rates(5, 1.0, 0, 1.0)
    assert (one_sided.value, one_sided.high, one_sided.reason) == (None, None, "the second rate may be 0")
    assert one_sided.low is not None
    assert one_sided.low > 0.9
    none = inference.ratio_of_rates(0, 1.0, 0, 1.0)
    assert (none.value, none.low, none.high, none.p_value) == (None, None, None, None)
    assert inference.rate(0, 0).reason == inference.ratio_of_rates(1, 0, 1, 1).reason == "there is no exposure"
    assert inference.difference_of_rates(1, 1, 1, 0).reason == "there is no exposure"
    same = inference.difference_of_rates(0, 3, 0, 5)
    assert (same.value, same.p_value) == (0, 1)
    assert same.low is not None
    assert same.high is not None
    assert same.low < 0 < same.high


def test_what_is_no_rate_is_refused() -> None:
    """Parts of an event, an exposure below 0 or without an end."""
    for events, exposure in [(1.5, 1), (-1, 1), (1, -1), (1, float("inf"))]:
        with pytest.raises(InvalidValue):
            inference.rate(events, exposure)
