"""Average run lengths against published tables."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from servqual.errors import InvalidValue
from servqual.stats.spc import cusum_arl, ewma_arl, shewhart_arl

SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)
# D. C. Montgomery, Introduction to Statistical Quality Control, table 9.3: two-sided CUSUM with k = 0.5
CUSUM = {
    4: (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71),
    5: (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01),
}
# the same, table 9.11, from J. M. Lucas and M. S. Saccucci, 1990, Technometrics 32: 1-12
EWMA = {
    (0.40, 3.054): (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5, 2.5, 2.0, 1.4),
    (0.25, 2.998): (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6, 2.7, 2.3, 1.7),
    (0.20, 2.962): (500, 150, 41.8, 18.2, 10.5, 5.5, 3.7, 2.9, 2.4, 1.9),
    (0.10, 2.814): (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4, 3.4, 2.9, 2.2),
    (0.05, 2.615): (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2, 4.2, 3.5, 2.7),
}


@pytest.mark.parametrize("limit", CUSUM)
def test_run_lengths_of_the_cusum_are_those_of_the_table(limit: float) -> None:
    """Each shift agrees to the three digits that are printed."""
    found = [cusum_arl(shift, limit=limit) for shift in SHIFTS]
    assert found == pytest.approx(CUSUM[int(limit)], rel=0.004)
    assert cusum_arl(-1, limit=limit) == pytest.approx(cusum_arl(1, limit=limit))


@pytest.mark.parametrize(("weight", "width"), EWMA)
def test_run_lengths_of_the_ewma_are_those_of_the_table(weight: float, width: float) -> None:
    """Each shift agrees to the digits that are printed."""
    found = [ewma_arl(shift, weight=weight, width=width) for shift in SHIFTS]
    assert found == pytest.approx(EWMA[weight, width], rel=0.0035, abs=0.06)


def test_a_weight_of_one_is_the_chart_of_single_points() -> None:
    """An EWMA that forgets at once has the run length of a Shewhart chart."""
    for shift in (0, 1, 3):
        assert ewma_arl(shift, weight=1, width=3) == pytest.approx(shewhart_arl(shift))
    assert shewhart_arl() == pytest.approx(370.398, abs=1e-3)
    assert shewhart_arl(0.5, n=4) == pytest.approx(shewhart_arl(1.0))


def test_a_slow_chart_agrees_with_simulation() -> None:
    """With a small weight and a large limit the equations have enough points: run lengths of drawn series agree."""
    drawn = np.random.default_rng(3).normal(0.5, 1, (2000, 400))
    sums = np.zeros(2000)
    run = np.zeros(2000)
    for at in range(400):
        sums = np.maximum(sums + drawn[:, at] - 0.25, 0)
        run[(run == 0) & (sums > 15)] = at + 1
    assert (run > 0).all()
    assert cusum_arl(0.5, slack=0.25, limit=15) == pytest.approx(run.mean(), abs=4 * run.std() / 2000**0.5)
    slow, quick = ewma_arl(weight=0.001, width=1.0), ewma_arl(weight=0.01, width=1.0)
    assert slow is not None
    assert quick is not None
    assert slow > quick > 0


def test_the_longest_runs_are_none_and_all_others_finite() -> None:
    """Limits so wide that floats cannot tell the run, and shifts so large that the first point signals."""
    assert shewhart_arl(width=37) == pytest.approx(1 / (2 * stats.norm.sf(37)))
    assert shewhart_arl(width=40) is None
    assert (ewma_arl(width=10), cusum_arl(limit=30)) == (None, None)
    assert cusum_arl(1e100) == ewma_arl(-1e100) == shewhart_arl(1e100) == 1
    for width in (0.5, 3, 6, 7, 8, 12):
        for shift in (0.0, 4.0):
            runs = [shewhart_arl(shift, width=width), ewma_arl(shift, width=width), cusum_arl(shift, limit=width)]
            assert all(run is None or 1 <= run < math.inf for run in runs)


def test_a_wider_limit_never_signals_sooner() -> None:
    """Up to the longest run that is told."""
    for call, name in ((shewhart_arl, "width"), (ewma_arl, "width"), (cusum_arl, "limit")):
        runs = [call(**{name: width}) for width in (1, 3, 5, 6, 7, 8, 14, 24, 39)]
        told = [run for run in runs if run is not None]
        assert 4 <= len(told) < len(runs)
        assert told == sorted(told)
        assert runs == told + [None] * (len(runs) - len(told))


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        (shewhart_arl, {"width": 0}),
        (shewhart_arl, {"n": 0}),
        (shewhart_arl, {"shift": float("nan")}),
        (cusum_arl, {"slack": -1}),
        (cusum_arl, {"limit": 0}),
        (cusum_arl, {"limit": 1e4}),
        (ewma_arl, {"weight": 0}),
        (ewma_arl, {"weight": 5e-324}),
        (ewma_arl, {"width": float("inf")}),
    ],
)
def test_other_arguments_are_refused(call: Any, wrong: dict[str, float]) -> None:
    """Run lengths are asked for real limits."""
    with pytest.raises(InvalidValue):
        call(**wrong)
