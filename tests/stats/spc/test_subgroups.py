"""Charts of means, ranges and standard deviations against published examples."""

from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.stats.spc import constants, xbar_r, xbar_s

# D. C. Montgomery, Introduction to Statistical Quality Control, table 6.3: piston rings, 25 samples of 5, in mm - 73.9;
# mean 74.001, mean range 0.02324, mean deviation 0.0094, limits of means 73.988 and 74.014
RINGS = (
    73.9
    + np.array(
        """130 102 119 92 108  95 92 101 111 104  88 124 121 105 102  102 96 93 115 109  92 107 115 89 114
    109 94 97 85 93  95 106 94 100 105  85 103 93 115 88  108 95 109 105 104  98 100 90 107 95
    94 98 94 95 90  104 100 107 100 96  83 102 98 97 112  106 67 94 100 84  112 114 98 99 107
    100 84 105 98 96  94 112 86 105 107  106 110 118 103 100  84 102 103 105 97  100 110 113 120 103
    82 101 115 105 96  104 99 90 106 109  110 89 90 109 114  115 108 93 100 110  82 84 95 117 113""".split(),  # noqa: SIM905  (rows as in the book)
        float,
    ).reshape(25, 5)
    / 1000
)


def test_means_and_ranges_are_those_of_the_book() -> None:
    """Grand mean, mean range, both pairs of limits and sigma agree, and nothing signals beyond them."""
    chart = xbar_r(RINGS)
    assert chart.centre == pytest.approx(74.001, abs=5e-4)
    assert chart.r_bar == pytest.approx(0.02324, abs=5e-5)
    assert chart.sigma == pytest.approx(0.02324 / 2.326, abs=2e-5)
    assert (chart.lower, chart.upper) == pytest.approx((73.988, 74.014), abs=6e-4)
    assert chart.ranges.upper == pytest.approx(2.114 * 0.02324, abs=1e-4)
    assert chart.ranges.lower == 0
    assert not chart.signals.places("beyond_limits").size
    assert chart.point_sigma == pytest.approx(chart.sigma / 5**0.5)


def test_means_and_deviations_are_those_of_the_book() -> None:
    """The mean deviation is 0.0094, its upper limit 0.0196, the limits of means the same to the third digit."""
    chart = xbar_s(RINGS)
    assert chart.s_bar == pytest.approx(0.0094, abs=5e-5)
    assert chart.deviations.upper == pytest.approx(0.0196, abs=6e-5)
    assert (chart.lower, chart.upper) == pytest.approx((73.988, 74.014), abs=6e-4)


def test_groups_of_different_sizes_get_limits_of_their_own() -> None:
    """Each range is divided by its own d2, the centre weighs values alike, and missing values shorten a group."""
    groups: list[list[float | None]] = [[1.0, 3.0], [2.0, 4.0, None, 6.0], [5.0], [], [1.0, 2.0, 3.0]]
    chart = xbar_r(groups)
    sigma = np.mean([2 / constants(2).d2, 4 / constants(3).d2, 2 / constants(3).d2])
    assert chart.sigma == pytest.approx(sigma)
    assert chart.centre == pytest.approx(np.mean([1, 3, 2, 4, 6, 5, 1, 2, 3]))
    assert np.asarray(chart.upper)[:3] == pytest.approx(chart.centre + 3 * sigma / np.sqrt([2, 3, 1]))
    assert np.isnan(chart.values[3])
    assert np.isnan(chart.ranges.values[[2, 3]]).all()
    deviations = xbar_s(groups)
    expected = [np.sqrt(2) / constants(2).c4, 2 / constants(3).c4, 1 / constants(3).c4]
    assert deviations.sigma == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("make", [xbar_r, xbar_s])
def test_baseline_and_exclusions_count_groups(make: Any) -> None:
    """A frozen baseline ignores later groups and excluded ones, and an excluded group never signals."""
    moved = RINGS.copy()
    moved[20:] += 1
    moved[3] -= 5
    chart = make(moved, baseline=20, exclude={3: "new gauge"})
    expected = make(np.delete(RINGS[:20], 3, axis=0))
    assert (chart.centre, chart.sigma) == pytest.approx((expected.centre, expected.sigma))
    assert {s.index for s in chart.signals if s.rule == "beyond_limits"} == {20, 21, 22, 23, 24}
    assert chart == make(moved.tolist(), baseline=20, exclude={3: "new gauge"})


@pytest.mark.parametrize("make", [xbar_r, xbar_s])
@pytest.mark.parametrize("values", [[], [[1.0], [2.0]], [[]], [1.0, 2.0], [["a", "b"]]])
def test_groups_without_spread_are_refused(make: Any, values: list[object]) -> None:
    """Single values have a chart of their own."""
    with pytest.raises(InvalidValue, match=r"values"):
        make(values)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7, 1e-9, 123456.789])
@pytest.mark.parametrize("make", [xbar_r, xbar_s])
def test_groups_of_equal_values_signal_nothing(make: Any, value: float) -> None:
    """The mean of three tenths is a tenth to the last digit, so that no point lies beyond limits without a width."""
    for groups in ([[value] * 3] * 12, [[value] * 3, [value, None, value, value]] * 6):
        chart = make(groups)
        assert chart.sigma == 0
        assert np.all(np.asarray(chart.upper) == value)
        assert (chart.centre, chart.signals) == (value, ())
