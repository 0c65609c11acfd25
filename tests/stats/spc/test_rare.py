"""Charts of what lies between rare events."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats.spc import g_chart, t_chart, xmr


@given(one=st.integers(1, 2000), others=st.lists(st.integers(0, 2000), max_size=40))
@settings(max_examples=60)
def test_limits_of_cases_between_are_exact(one: int, others: list[int]) -> None:
    """Beyond either limit lies at most 0.00135 of a geometric distribution, and one gap nearer lies more."""
    gaps = [one, *others]
    chart = g_chart(gaps)
    law = stats.geom(1 / (np.mean(gaps) + 1), loc=-1)  # failures before a success
    centre, lower, upper = float(chart.centre), float(chart.lower), float(chart.upper)
    assert law.sf(upper) <= 0.00135 * (1 + 1e-9)
    assert upper == 0 or law.sf(upper - 1) > 0.00135 * (1 - 1e-9)
    assert law.cdf(lower - 1) <= 0.00135 * (1 + 1e-9)
    assert law.cdf(lower) >= 0.00135 * (1 - 1e-9)
    assert law.cdf(centre) >= 0.5 - 1e-9
    assert centre == 0 or law.cdf(centre - 1) <= 0.5 + 1e-9


def test_a_long_gap_signals_and_a_run_of_short_ones() -> None:
    """Both ways out of the usual are found: an improvement at once, a decline by its run."""
    usual = [12, 30, 5, 44, 21, 8, 70, 16, 25, 3, 51, 19]
    better = g_chart([*usual, 400], baseline=12)
    assert [(s.rule, s.index, s.direction) for s in better.signals] == [("beyond_limits", 12, "up")]
    worse = g_chart([*usual, *[2, 1, 3, 0, 2, 1, 4, 2, 1]], baseline=12)
    assert ("nine_one_side", 20) in [(s.rule, s.index) for s in worse.signals]
    assert g_chart([0, 0, 0]).upper == 0


def test_times_are_charted_on_the_scale_of_their_roots() -> None:
    """Limits are those of the XmR chart of the 3.6th roots, taken back; signals are the same."""
    times = np.random.default_rng(5).exponential(90, 60)
    times[40] = 3_000
    chart, roots = t_chart(times), xmr(times ** (1 / 3.6))
    assert chart.centre == pytest.approx(float(roots.centre) ** 3.6)
    assert chart.upper == pytest.approx(float(roots.upper) ** 3.6)
    assert chart.values == pytest.approx(times)
    assert [(s.rule, s.index) for s in chart.signals] == [(s.rule, s.index) for s in roots.signals]
    assert 40 in chart.signals.places("beyond_limits")


def test_exponential_times_hardly_ever_signal() -> None:
    """On the scale of times one point in fifty would lie beyond the limits; with the roots hardly one in a thousand."""
    times = np.random.default_rng(7).exponential(1, 20_000)
    assert len(t_chart(times).signals.places("beyond_limits")) < 40
    assert len(xmr(times).signals.places("beyond_limits")) > 300


def test_lower_limit_is_at_least_nothing() -> None:
    """Roots that scatter widely would have a limit below 0, which no time can cross; events at once are 0 apart."""
    chart = t_chart([0, 500, 1, 900, 0, 700, 2, 800])
    assert chart.lower == 0
    assert math.isfinite(float(chart.upper))


@pytest.mark.parametrize("gap", [0.1, 1 / 3, 5.3, 7, 286])
def test_equal_times_signal_nothing(gap: float) -> None:
    """Limits and points are the same to the last digit, and so is the goal that they reach."""
    chart = t_chart([gap] * 12)
    assert (chart.lower, chart.centre, chart.upper) == (gap, gap, gap)
    assert chart.signals == ()
    assert chart.will_meet(gap, better="lower").answer == chart.will_meet(gap, better="higher").answer == "always"


@pytest.mark.parametrize(
    ("make", "gaps"),
    [(g_chart, []), (g_chart, [1.5]), (g_chart, [-1]), (g_chart, [None]), (t_chart, [1]), (t_chart, [3, -1, 2])],
)
def test_other_gaps_are_refused(make: Any, gaps: list[Any]) -> None:
    """A gap is a number of cases, or a time."""
    with pytest.raises(InvalidValue, match=r"values|gaps"):
        make(gaps)
