"""The XmR chart: published limits, frozen baselines, excluded points."""

import itertools
import math
import pickle
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats.spc import ewma, xmr

# NIST/SEMATECH e-Handbook 6.3.2.2: ten flow rates, mean 50.81, mean range 1.8778, limits 45.8159 and 55.8041 with
# d2 = 1.128; the exact constant moves the upper one to 55.8024
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_limits_are_those_of_the_handbook() -> None:
    """Centre and mean range agree, the limits up to the rounding of d2."""
    chart = xmr(FLOW)
    assert chart.centre == pytest.approx(50.81)
    assert chart.mr_bar == pytest.approx(1.8778, abs=5e-5)
    assert chart.upper == pytest.approx(55.8041, abs=0.002)
    assert chart.lower == pytest.approx(45.8159, abs=0.002)
    assert chart.upper == pytest.approx(55.8024, abs=1e-4)
    assert chart.ranges.upper == pytest.approx(6.135, abs=0.002)
    assert chart.ranges.lower == 0
    assert chart.signals == ()
    assert chart.ranges.signals == ()


NUMBERS = st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=2, max_size=30)


@given(values=NUMBERS, data=st.data())
@settings(max_examples=100)
def test_limits_come_from_the_chosen_points_alone(values: list[int | None], data: st.DataObject) -> None:
    """A slow reading of the definition: mean and neighbouring ranges of what is in the baseline and not excluded."""
    n = len(values)
    stop = data.draw(st.integers(2, n))
    out = data.draw(st.sets(st.integers(0, n - 1), max_size=3))
    kept = [None if i in out else v for i, v in enumerate(values)]
    inside = [v for v in kept[:stop] if v is not None]
    ranges = [abs(b - a) for a, b in itertools.pairwise(kept[:stop]) if a is not None and b is not None]
    exclude = dict.fromkeys(out, "known")
    if not ranges:
        with pytest.raises(InvalidValue, match="neighbouring"):
            xmr(values, baseline=stop, exclude=exclude)
        return
    chart = xmr(values, baseline=stop, exclude=exclude)
    assert chart.centre == pytest.approx(sum(inside) / len(inside))
    assert chart.mr_bar == pytest.approx(sum(ranges) / len(ranges))
    assert chart.upper == pytest.approx(chart.centre + 3 * chart.mr_bar * math.sqrt(math.pi) / 2)
    assert not {s.index for s in chart.signals} & (out | {i for i, v in enumerate(values) if v is None})


def test_a_baseline_freezes_the_limits() -> None:
    """Later points do not move the limits of the first twelve; a slice chooses any stretch."""
    steady = [39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40]
    frozen, alone = xmr([*steady, 60, 61, 60], baseline=12), xmr(steady)
    assert (frozen.centre, frozen.lower, frozen.upper) == (alone.centre, alone.lower, alone.upper)
    assert frozen.signals[0].rule == "beyond_limits"
    assert frozen.signals[0].index == 12
    late = xmr([80, 10, *steady], baseline=slice(2, None))
    assert late.upper == alone.upper
    assert late.baseline == range(2, 14)
    assert {0, 1} <= {s.index for s in late.signals}


def test_an_excluded_point_keeps_its_reason_and_says_nothing() -> None:
    """It is still plotted, sets no limit, ends runs and never signals."""
    values = [5.0, 6, 5, 6, 5, 90, 6, 5, 6, 5, 6, 5]
    chart = xmr(values, exclude={5: "power cut"})
    assert chart.values[5] == 90
    assert dict(chart.excluded) == {5: "power cut"}
    assert chart.upper < 10
    assert chart.signals == ()
    assert xmr(values).centre > 10
    assert np.isnan(chart.ranges.values[[0, 5, 6]]).all()


def test_charts_are_values() -> None:
    """Equal data make equal charts; arrays are read-only; charts pickle, and show themselves briefly."""
    values = np.array([*FLOW, np.nan])
    chart = xmr(values, exclude={1: "known"})
    values[0] = 7  # the chart keeps its own
    assert chart.values[0] == 49.6
    assert chart == xmr([*FLOW, None], exclude={1: "known"})
    assert chart != xmr([*FLOW, None], exclude={1: "another"})
    assert chart != xmr([*FLOW, None])
    assert hash(chart) == hash(xmr([*FLOW, None], exclude={1: "known"}))
    assert pickle.loads(pickle.dumps(chart)) == chart  # noqa: S301
    assert attrs.evolve(chart, title="Flow").title == "Flow"
    assert len(repr(chart)) < 120
    with pytest.raises(ValueError, match="read-only"):
        chart.values[0] = 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        chart.centre = 1.0  # type: ignore[misc]


def test_caveats_say_what_weakens_the_limits() -> None:
    """Few points and neighbours alike are said; many independent points carry no caveat."""
    rng = np.random.default_rng(3)
    steps = rng.standard_normal(100)
    walk = np.cumsum(steps)
    assert xmr(FLOW).caveats == ("spc.few_points",)
    assert xmr(walk).caveats == ("spc.autocorrelated",)
    assert xmr(steps).caveats == ()


def test_equal_values_have_limits_of_no_width() -> None:
    """Nothing signals among them, and any other value does."""
    chart = xmr([5, 5, 5, 5, 6], baseline=4)
    assert (chart.lower, chart.upper, chart.sigma) == (5, 5, 0)
    assert [s.index for s in chart.signals if s.rule == "beyond_limits"] == [4]
    assert chart.caveats == ("spc.few_points",)


@pytest.mark.parametrize("value", [0.1, 0.7, 1.1, 3.3])
def test_equal_values_signal_nothing_also_where_a_float_rounds(value: float) -> None:
    """The centre is the value itself, whatever the sum of so many is rounded to."""
    for n in range(2, 60):
        chart = xmr([value] * n)
        assert (chart.centre, chart.sigma, len(chart.signals)) == (value, 0, 0)
        assert len(ewma([value] * n).signals) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"values": []}, "values"),
        ({"values": [1]}, "values"),
        ({"values": [1, None, 2, None]}, "values"),
        ({"baseline": 0}, "baseline"),
        ({"baseline": 11}, "baseline"),
        ({"baseline": True}, "baseline"),
        ({"baseline": "all"}, "baseline"),
        ({"baseline": slice(0, 10, 2)}, "baseline"),
        ({"exclude": [3]}, "exclude"),
        ({"exclude": {10: "x"}}, "exclude"),
        ({"exclude": {-1: "x"}}, "exclude"),
        ({"exclude": {"a": "x"}}, "exclude"),
        ({"exclude": {1: " "}}, "exclude"),
        ({"exclude": {1: None}}, "exclude"),
    ],
)
def test_other_arguments_are_refused(wrong: dict[str, Any], field: str) -> None:
    """Each is named in its error."""
    with pytest.raises(InvalidValue, match=field):
        xmr(**({"values": FLOW} | wrong))
