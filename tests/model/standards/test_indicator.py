"""An indicator says what it lacks, and takes no goal that cannot be one."""

import datetime as dt
import math

import attrs
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS
from servqual.model import AgentId, Indicator, SmartCriterion

WHOLE = Indicator(
    name="solve what we take on",
    kpi="resolution_rate",
    goal=0.95,
    reason="customers return otherwise",
    due=dt.date(2026, 12, 31),
    owner=AgentId("M-1"),
    baseline=0.9,
)


@attrs.frozen
class Plain:
    """A measure of nobody's catalogue."""

    unit: str
    better: str | None


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({}, []),
        ({"name": " "}, ["specific"]),
        ({"kpi": ""}, ["specific", "measurable"]),
        ({"kpi": "resolution_rat"}, ["measurable"]),
        ({"goal": None}, ["measurable", "achievable"]),
        ({"goal": 95}, ["achievable"]),
        ({"goal": 1.0}, []),  # a boundary passes
        ({"goal": 0.9}, []),  # as good as the baseline is not behind it
        ({"goal": 0.89}, ["achievable"]),
        ({"goal": dt.timedelta(hours=1), "baseline": None}, ["achievable"]),  # a share is no duration
        ({"reason": ""}, ["relevant"]),
        ({"due": None}, ["time_bound"]),
    ],
)
def test_smart_gaps(change: dict[str, object], gaps: list[str]) -> None:
    """Each of the five is missing exactly when its content is (DESIGN.md, pins)."""
    assert attrs.evolve(WHOLE, **change).smart_gaps(KPIS) == tuple(map(SmartCriterion, gaps))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("goal", "measure", "achievable"),
    [
        (dt.timedelta(minutes=30), Plain("s", "lower"), True),
        (dt.timedelta(minutes=50), Plain("s", "lower"), False),  # slower than the baseline of 40 minutes
        (dt.timedelta(minutes=50), Plain("s", None), True),  # neither way is better
        (dt.timedelta(minutes=-1), Plain("s", "lower"), False),
    ],
)
def test_a_duration_is_judged_in_its_direction(goal: dt.timedelta, measure: Plain, *, achievable: bool) -> None:
    """Shorter is better where the measure says so."""
    quick = attrs.evolve(WHOLE, kpi="wait", goal=goal, baseline=dt.timedelta(minutes=40))
    assert (SmartCriterion.ACHIEVABLE not in quick.smart_gaps({"wait": measure})) is achievable


@pytest.mark.parametrize(("goal", "achievable"), [(-100, True), (100, True), (101, False)])
def test_points_go_below_zero(goal: float, *, achievable: bool) -> None:
    """A net promoter score lies between -100 and 100 (DESIGN.md, pins)."""
    loved = attrs.evolve(WHOLE, kpi="nps", goal=goal, baseline=None)
    assert (SmartCriterion.ACHIEVABLE not in loved.smart_gaps({"nps": Plain("points", "higher")})) is achievable


def test_without_a_catalogue_the_indicator_says_which_way_is_better() -> None:
    """Every key counts as known then, and only a stated direction can be behind the baseline."""
    worse = attrs.evolve(WHOLE, kpi="our own", goal=0.8)
    assert worse.smart_gaps() == ()
    assert attrs.evolve(worse, better="higher").smart_gaps() == (SmartCriterion.ACHIEVABLE,)
    assert attrs.evolve(worse, better="lower").smart_gaps() == ()


@pytest.mark.parametrize("bad", ["95 %", True, math.nan, math.inf])
@pytest.mark.parametrize("field", ["goal", "baseline"])
def test_a_goal_is_a_number_or_a_time(field: str, bad: object) -> None:
    """Anything else is refused by the name of its field."""
    with pytest.raises(InvalidValue, match=rf"{field} must be a finite number or a timedelta \(got") as refused:
        attrs.evolve(WHOLE, **{field: bad})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_other_bad_input_is_refused() -> None:
    """A limit of nothing, a goal and a baseline of two kinds, and a direction that is none."""
    with pytest.raises(InvalidValue, match="within must be a positive timedelta"):
        attrs.evolve(WHOLE, within=dt.timedelta(0))
    with pytest.raises(InvalidValue, match="baseline must be of the type of the goal"):
        attrs.evolve(WHOLE, goal=dt.timedelta(hours=1))
    with pytest.raises(ValueError, match="better"):
        attrs.evolve(WHOLE, better="more")
