"""EWMA and CUSUM against the tables of the handbook, and against slow readings of their formulas."""

import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats.spc import cusum, ewma, xmr

# NIST/SEMATECH e-Handbook 6.3.2.4: weight 0.3, centre 50, s 2.0539, limits 47.4115 and 52.5884
POINTS = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4]
POINTS += [53.6, 52.1]
MEANS = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92]
MEANS += [50.73, 51.23, 51.94, 51.99]
# the same, 6.3.2.3: target 325, slack 0.3175, limit 4.1959; out of control from the 14th sample on
SAMPLES = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625, 325.150]
SAMPLES += [328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]
HIGH = [0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
LOW = [0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.25, 0.31, 0, 0, 0, 0, 0, 0, 0, 0, 0]
# D. C. Montgomery, Introduction to Statistical Quality Control, table 9.2: target 10, K 0.5, H 5; signal at period 29,
# the sum above 0 since period 23
DRIFT = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62]
DRIFT += [10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]


def test_weighted_means_are_those_of_the_handbook() -> None:
    """All twenty means agree, the limits in the long run too, and nothing signals."""
    chart = ewma(POINTS, weight=0.3, centre=50, sigma=2.0539)
    assert chart.values == pytest.approx(MEANS, abs=0.0051)
    assert (np.asarray(chart.lower)[-1], np.asarray(chart.upper)[-1]) == pytest.approx((47.4115, 52.5884), abs=2e-4)
    assert chart.signals == ()
    assert chart.caveats == ()
    assert chart.points.tolist() == POINTS


def test_first_limits_are_narrower() -> None:
    """After one point the weighted mean varies by weight × sigma alone."""
    chart = ewma(POINTS, weight=0.3, centre=50, sigma=2.0)
    assert np.asarray(chart.upper)[0] == pytest.approx(50 + 3 * 0.3 * 2)
    assert (np.diff(chart.upper) > 0).all()


def test_centre_and_sigma_come_from_the_baseline() -> None:
    """They are those of the XmR chart of the same points."""
    chart, single = ewma(POINTS, baseline=15), xmr(POINTS, baseline=15)
    assert chart.centre == single.centre
    assert np.asarray(chart.sigma)[0] == pytest.approx(0.2 * float(single.sigma))
    assert chart.caveats == ("spc.few_points",)


SERIES = st.lists(st.one_of(st.none(), st.floats(-100, 100)), min_size=1, max_size=40)


@given(values=SERIES, weight=st.floats(0.01, 1))
@settings(max_examples=60)
def test_means_go_on_over_missing_points(values: list[float | None], weight: float) -> None:
    """A missing point has no mean, and the rest is as if it were not there."""
    chart = ewma(values, weight=weight, centre=1, sigma=2)
    known = [v for v in values if v is not None]
    expected = list(itertools.accumulate(known, lambda m, v: weight * v + (1 - weight) * m, initial=1.0))[1:]
    assert chart.values[[v is not None for v in values]] == pytest.approx(expected)
    assert np.isnan(chart.values).tolist() == [v is None for v in values]
    if known:
        assert chart == ewma(values, weight=weight, centre=1, sigma=2)
        error = 2 * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * len(known))))
        assert np.asarray(chart.sigma)[-1] == pytest.approx(error)


def test_an_excluded_point_is_passed_over() -> None:
    """It moves no mean and does not signal."""
    chart = ewma([5, 6, 5, 400, 5, 6], exclude={3: "typing error"})
    assert np.isnan(chart.values[3])
    assert float(np.nanmax(chart.values)) < 6
    assert chart.signals == ()


def test_sums_are_those_of_the_handbook() -> None:
    """Both sums of all twenty samples agree, and samples 14 to 20 signal upwards, since sample 13."""
    chart = cusum(SAMPLES, target=325, slack=0.3175, limit=4.1959)
    assert chart.high == pytest.approx(HIGH, abs=0.0051)
    assert chart.low == pytest.approx(LOW, abs=0.0051)
    assert [s.index for s in chart.signals] == list(range(13, 20))
    assert {(s.first, s.direction, s.rule) for s in chart.signals} == {(12, "up", "beyond_limits")}


def test_the_change_of_the_book_is_dated() -> None:
    """The first signal comes at period 29, with a sum of 5.28, and points back to period 23."""
    chart = cusum(DRIFT, target=10, slack=0.5, limit=5)
    assert chart.signals[0].index == 28
    assert chart.high[28] == pytest.approx(5.28, abs=0.005)
    assert chart.signals[0].first == 22


@given(values=SERIES, slack=st.floats(0, 20), limit=st.floats(1, 200))
@settings(max_examples=60)
def test_sums_follow_their_recursion(values: list[float | None], slack: float, limit: float) -> None:
    """Each sum is max(0, sum + distance - slack), point by point, over missing ones; signals are what lies above."""
    chart = cusum(values, target=2, slack=slack, limit=limit)
    for sign, found, direction in ((1, chart.high, "up"), (-1, chart.low, "down")):
        total, begun = 0.0, 0
        for index, value in enumerate(values):
            if value is None:
                assert math.isnan(found[index])
                continue
            total = max(0.0, total + sign * (value - 2) - slack)
            assert found[index] == pytest.approx(total, abs=1e-9)
        for signal in chart.signals:
            if signal.direction == direction:
                begun = signal.first
                assert found[signal.index] > limit
                assert not (found[begun : signal.index] == 0).any()
                assert begun == 0 or not found[begun - 1] > 0


def test_cusum_charts_are_values() -> None:
    """Equal data make equal charts, which pickle and show themselves briefly."""
    chart = cusum([1.0, None, 3.0], target=2, slack=0.5, limit=4)
    assert chart == cusum(np.array([1.0, np.nan, 3.0]), target=2, slack=0.5, limit=4)
    assert chart != cusum([1.0, None, 3.0], target=2, slack=0.5, limit=5)
    assert pickle.loads(pickle.dumps(chart)) == chart  # noqa: S301
    assert repr(chart) == "<CUSUM chart: 3 points, target 2, 0 signals>"
    assert hash(chart) == hash(cusum([1.0, None, 3.0], target=2, slack=0.5, limit=4))
    with pytest.raises(ValueError, match="read-only"):
        chart.high[0] = 1


@pytest.mark.parametrize(
    ("make", "wrong", "field"),
    [
        (ewma, {"weight": 0}, "weight"),
        (ewma, {"weight": 1.1}, "weight"),
        (ewma, {"width": 0}, "width"),
        (ewma, {"width": math.inf}, "width"),
        (ewma, {"sigma": -1}, "sigma"),
        (ewma, {"centre": math.nan}, "centre"),
        (ewma, {"values": [None, 1.0, None]}, "sigma"),
        (ewma, {"values": []}, "centre"),
        (cusum, {"target": math.inf}, "target"),
        (cusum, {"slack": -1}, "slack"),
        (cusum, {"limit": 0}, "limit"),
        (cusum, {"limit": math.nan}, "limit"),
    ],
)
def test_other_arguments_are_refused(make: Any, wrong: dict[str, Any], field: str) -> None:
    """Each is named in its error."""
    usual = {"values": POINTS} | ({"target": 50, "slack": 1, "limit": 8} if make is cusum else {})
    with pytest.raises(InvalidValue, match=field):
        make(**(usual | wrong))
