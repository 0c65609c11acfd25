"""Lifetimes against lifelines 0.30, where it is installed: it wants an older pandas than we do.

It is therefore a dependency group of its own, for an environment of its own; `docs/how-we-check.md` has the command.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.stats import survival

lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
statistics = pytest.importorskip("lifelines.statistics", reason="lifelines is not installed")
utils = pytest.importorskip("lifelines.utils", reason="lifelines is not installed")

LIVES = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=60).filter(
    lambda lives: any(ended for _, ended in lives)
)


def columns(lives: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Times and whether each ended."""
    return np.array([float(time) for time, _ in lives]), np.array([ended for _, ended in lives])


@settings(deadline=None)
@given(LIVES)
def test_kaplan_meier_is_that_of_lifelines(lives: list[tuple[int, bool]]) -> None:
    """The share still going and its area up to a time, at every time that occurs."""
    times, ended = columns(lives)
    theirs = lifelines.KaplanMeierFitter().fit(times, ended)
    ours = survival.kaplan_meier(times, observed=ended)
    ages = np.unique(times)
    np.testing.assert_allclose(ours.at(ages), theirs.survival_function_at_times(ages).to_numpy(), atol=1e-12)
    last = float(times.max())
    assert ours.restricted_mean(last) == pytest.approx(utils.restricted_mean_survival_time(theirs, t=last), rel=1e-9)


@settings(deadline=None)
@given(LIVES)
def test_nelson_aalen_is_that_of_lifelines(lives: list[tuple[int, bool]]) -> None:
    """The cumulated hazard, without the smoothing of ties that lifelines adds by default."""
    times, ended = columns(lives)
    theirs = lifelines.NelsonAalenFitter(nelson_aalen_smoothing=False).fit(times, ended)
    ages = np.unique(times)
    ours = survival.nelson_aalen(times, observed=ended).at(ages)
    np.testing.assert_allclose(ours, theirs.cumulative_hazard_at_times(ages).to_numpy(), atol=1e-9)


@settings(deadline=None)
@given(LIVES, LIVES)
def test_the_log_rank_test_is_that_of_lifelines(one: list[tuple[int, bool]], other: list[tuple[int, bool]]) -> None:
    """Statistic and p-value, where both samples are at risk together at all."""
    (times, ended), (others, also) = columns(one), columns(other)
    ours = survival.logrank(times, ended, others, also)
    if ours.statistic is None:
        return
    theirs = statistics.logrank_test(times, others, ended, also)
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-6, abs=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-6, abs=1e-9)
