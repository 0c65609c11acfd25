"""Groups against their goals: reached, not reached, unclear; gap and ratio in the direction that is better."""

import datetime as dt
import math
import pickle

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Attainment, Kpi, Measurement, Measures, attainment, measure
from servqual.metrics.kpi.definition import Better
from servqual.metrics.results.attaining import GoalVerdict, verdict_on_cases
from servqual.model import Indicator, ServiceStandard
from servqual.model import standard as event

HOUR = dt.timedelta(hours=1)
SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
DAY = np.datetime64("2026-05-04", "us")
GOAL = Indicator(name="liked", kpi="csat_mean", goal=4.0)


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by team."""
    team = [name for name, scores in groups.items() for _ in scores]
    score = [x for scores in groups.values() for x in scores]
    return measure(kpis, {"answers": {"team": team, "score": score}}, by=["team"])


def attained(
    *,
    better: Better | None,
    low: float | None,
    high: float | None,
    goal: float,
    margin: float = 0,
    value: float | None = None,
) -> Attainment:
    """A row with this interval."""
    if value is None:
        value = goal if low is None or high is None else (low + high) / 2
    return Attainment(
        indicator=Indicator(kpi="x", goal=goal),
        measured=Measurement(
            kpi="x",
            group={},
            value=value,
            low=low,
            high=high,
            n=100,
            undecided=0,
            error=0.0,
            unit="score",
            better=better,
            definition="",
        ),
        goal=goal,
        margin=margin,
    )


small = st.integers(min_value=0, max_value=12)


@given(st.sampled_from(["higher", "lower"]), small, small, small, st.integers(min_value=0, max_value=3))
def test_the_verdict_is_what_every_value_of_the_interval_says(
    better: Better, one: int, other: int, goal: int, margin: int
) -> None:
    """Against each value of the interval alone: all reach the goal by the margin, none is within it, or some are."""
    low, high = sorted((one, other))
    values = [low + (high - low) * i / 24 for i in range(25)]
    sign = 1 if better == "higher" else -1
    reach = [sign * (value - goal) >= margin for value in values]
    miss = [sign * (value - goal) < -margin for value in values]
    expected = "reached" if all(reach) else "not_reached" if all(miss) else "unclear"
    assert attained(better=better, low=low, high=high, goal=goal, margin=margin).verdict == expected


def test_a_missing_end_reaches_as_far_as_it_can() -> None:
    """A percentile that nothing bounds above is never reached where lower is better, but may be missed."""
    assert attained(better="lower", low=5, high=None, goal=4).verdict == "not_reached"
    assert attained(better="lower", low=3, high=None, goal=4).verdict == "unclear"
    assert attained(better="lower", low=None, high=3, goal=4).verdict == "reached"
    assert attained(better="higher", low=None, high=None, goal=4).verdict == "unclear"


def test_boundaries_reach_the_goal_and_nobody_knows_without_direction() -> None:
    """0.95 reaches 0.95, from either side."""
    assert attained(better="higher", low=0.95, high=0.97, goal=0.95).verdict == "reached"
    assert attained(better="lower", low=0.90, high=0.95, goal=0.95).verdict == "reached"
    assert attained(better="higher", low=0.90, high=0.95, goal=0.95).verdict == "unclear"
    assert attained(better=None, low=1, high=2, goal=0).verdict == "cannot_be_judged"
    assert attained(better=None, low=1, high=2, goal=0).met is None


def test_each_group_stands_by_its_own_interval() -> None:
    """Four teams, one goal: sure to reach it, sure to miss it, too few to say, and nothing measured."""
    measures = answered(SATISFIED, SCORE, good=[5] * 98 + [1] * 2, bad=[5] * 50 + [1] * 50, few=[5] * 4 + [1], none=[9])
    goal = Indicator(name="content", kpi="csat", goal=0.8)
    found = measures.against([goal, Indicator(name="other", kpi="sla_kept", goal=0.9)])
    assert {row.measured.group["team"]: row.verdict for row in found} == {
        "bad": "not_reached", "few": "unclear", "good": "reached", "none": "cannot_be_judged",
    }  # fmt: skip
    assert [row.measured.group["team"] for row in found.of("not_reached")] == ["bad"]
    assert [indicator.name for indicator in found.unmeasured] == ["other"]
    by_team = {row.measured.group["team"]: row for row in found}
    assert by_team["bad"].gap == pytest.approx(0.3)
    assert by_team["bad"].ratio == pytest.approx(0.625)
    assert (by_team["few"].met, by_team["few"].gap, by_team["few"].ratio) == (True, 0.0, 1.0)
    assert (by_team["none"].met, by_team["none"].gap, by_team["none"].ratio) == (None, None, None)
    with pytest.raises(InvalidValue, match=r"verdict must be one of .*did you mean reached, not_reached"):
        found.of("reach")  # type: ignore[arg-type]


def test_measures_agree_with_attainment() -> None:
    """The same gap, ratio and verdict on the value, from one call or from the measures."""
    cases = {
        "received_at": [DAY] * 4,
        "resolved_at": [DAY + np.timedelta64(h, "h") for h in (1, 2, 3)] + [np.datetime64("NaT")],
    }
    goals = [
        Indicator(name="solve", kpi="resolution_rate", goal=0.95),
        Indicator(name="fast", kpi="resolution_time", goal=HOUR),
    ]
    kpis = ["resolution_rate", "resolution_time"]
    stands = {row.indicator.name: row for row in measure(kpis, {"cases": cases}).against(goals)}
    for row in attainment(goals, {"cases": cases}):
        mine = stands[row.indicator.name]
        assert (mine.gap, mine.ratio, mine.met, mine.goal) == (row.gap, row.ratio, row.met, row.goal)
    assert stands["fast"].ratio == 0.5
    assert stands["fast"].gap == 3600


def test_undecided_items_may_turn_a_share() -> None:
    """All decided cases kept it, but as many are open: not reached until they cannot turn it."""
    kept = KPIS["first_response_kept"].with_(within=HOUR)
    goal = [Indicator(name="answer", kpi="first_response_kept", goal=0.9, within=HOUR)]

    def verdict(open_cases: int) -> str:
        answers = [DAY + np.timedelta64(10, "m")] * 200 + [np.datetime64("NaT")] * open_cases
        cases = {"received_at": [DAY] * len(answers), "first_response_at": answers}
        [row] = measure([kept], {"cases": cases}, now=DAY + np.timedelta64(30, "m")).against(goal)
        assert (row.measured.value, row.measured.undecided) == (1.0, open_cases)
        return row.verdict

    assert [verdict(k) for k in (0, 22, 23, 200)] == ["reached", "reached", "unclear", "unclear"]


def test_another_limit_is_not_what_was_promised() -> None:
    """An indicator within one hour is not judged by what was measured within two."""
    cases = {"received_at": [DAY] * 3, "first_response_at": [DAY] * 3}
    kept = KPIS["first_response_kept"].with_(within=2 * HOUR)
    goal = Indicator(name="answer", kpi="first_response_kept", goal=0.9, within=HOUR)
    found = measure([kept], {"cases": cases}, now=DAY).against([goal])
    assert len(found) == 0
    assert found.unmeasured == (goal,)


def test_a_service_standard_is_read_by_its_indicators() -> None:
    """Its goals are those of the standard in force."""
    goal = Indicator(name="content", kpi="csat", goal=0.8)
    drafted = event.Drafted(
        at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        by="M-1",
        name="Support",
        version="1",
        departments=("desk",),
        indicators=(goal,),
    )
    [row] = answered(SATISFIED, north=[5] * 40).against(ServiceStandard(history=[drafted]))
    assert (row.indicator, row.verdict) == (goal, "reached")


def test_a_margin_is_asked_for_by_kpi() -> None:
    """60 minutes' grace, or a share; a KPI that was not measured or a negative margin is named."""
    measures = answered(SATISFIED, north=[5] * 90 + [1] * 10)
    goal = [Indicator(name="content", kpi="csat", goal=0.8)]
    assert measures.against(goal).rows[0].verdict == "reached"
    assert measures.against(goal, margin={"csat": 0.05}).rows[0].verdict == "unclear"
    with pytest.raises(InvalidValue, match=r"margin must be one of csat \(got 'cast'\); did you mean csat"):
        measures.against(goal, margin={"cast": 0.05})
    with pytest.raises(InvalidValue, match=r"margin must be 0 or more \(got -1.0 for csat_mean\)"):
        answered(SCORE, a=[1]).against([Indicator(kpi="csat_mean", goal=4)], margin={"csat_mean": -1})


@pytest.mark.parametrize(
    ("kpi", "goal", "message"),
    [
        (SATISFIED, 95, r"goal must be a share from 0 to 1, such as 0.95 \(got 95 for csat\)"),
        (SATISFIED, HOUR, r"goal must be a share .* for csat\)"),
        (SCORE, HOUR, r"goal must be a number in score .* for csat_mean\)"),
    ],
)
def test_a_goal_that_the_kpi_cannot_take_is_refused(kpi: Kpi, goal: float, message: str) -> None:
    """Or no group would reach it."""
    with pytest.raises(InvalidValue, match=message):
        answered(kpi, north=[5]).against([Indicator(name="x", kpi=kpi.key, goal=goal)])


def test_without_a_goal_nothing_is_known() -> None:
    """And a neutral KPI takes its direction from the indicator."""
    [row] = answered(SATISFIED, north=[5] * 9).against([Indicator(kpi="csat")])
    assert (row.verdict, row.gap, row.goal) == ("cannot_be_judged", None, None)
    cases = {"received_at": [DAY] * 4}
    volume = measure(["case_volume"], {"cases": cases})
    assert volume.against([Indicator(kpi="case_volume", goal=100)]).rows[0].verdict == "cannot_be_judged"
    assert volume.against([Indicator(kpi="case_volume", goal=100, better="lower")]).rows[0].verdict == "reached"


def test_it_is_a_table_everywhere() -> None:
    """In text, in a notebook with names escaped, as CSV and as a frame; and it survives pickling."""
    found = answered(SATISFIED, **{"<b>north": [5] * 90 + [1] * 10}).against(
        [Indicator(name="ok", kpi="csat", goal=0.8)]
    )
    assert repr(found).splitlines()[1].split()[:4] == ["ok", "csat", "<b>north", "80"]
    assert "&lt;b&gt;north" in found._repr_html_()
    assert "<b>north" not in found._repr_html_()
    frame = found.to_frame()
    assert list(frame.columns) == [
        "indicator", "kpi", "team", "goal", "value", "low", "high", "n", "undecided", "verdict", "met", "gap", "ratio",
        "unit",
    ]  # fmt: skip
    assert frame["verdict"].tolist() == ["reached"]
    assert found.to_frame("polars")["goal"].to_list() == found.to_frame("pyarrow")["goal"].to_pylist() == [0.8]
    assert found.to_csv().splitlines()[1].startswith("ok,csat,<b>north,0.8,0.9,")
    assert pickle.loads(pickle.dumps(found)).rows == found.rows  # noqa: S301  (our own bytes)
    with pytest.raises(InvalidValue, match="kind must be pandas, polars or pyarrow"):
        found.to_frame("excel")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "goal", "better", "ratio"),
    [
        (0.76, 0.95, "higher", 0.8),
        (2400, 1800, "lower", 0.75),
        (900, 1800, "lower", 2.0),
        (0, 1800, "lower", None),
        (0, 0.5, "higher", 0.0),
        (-20, 40, "higher", None),
        (5, 0, "higher", None),
    ],
)
def test_ratio_is_target_over_value_where_lower_is_better(
    value: float, goal: float, better: Better, ratio: float | None
) -> None:
    """Row K-52 of the documents: met, gap, ratio; 1 reaches the goal, whichever way is better."""
    found = attained(better=better, low=None, high=None, goal=goal, value=value)
    assert found.ratio == (None if ratio is None else pytest.approx(ratio))
    assert found.met is ((value <= goal) if better == "lower" else (value >= goal))
    if ratio is not None and not math.isclose(ratio, 1):
        assert found.met is (ratio > 1)


def test_a_few_equal_scores_are_not_sure() -> None:
    """Others may lie anywhere on the scale; forty leave little room for them."""
    few, many = answered(SCORE, a=[5, 5]).against([GOAL]), answered(SCORE, a=[5] * 40).against([GOAL])
    assert [(row.verdict, row.measured.low, row.measured.high) for row in (*few, *many)] == [
        ("unclear", pytest.approx(5 - 4 * (1 - 0.025**0.5)), 5),
        ("reached", pytest.approx(5 - 4 * (1 - 0.025 ** (1 / 40))), 5),
    ]


@given(
    hits=st.integers(0, 30),
    misses=st.integers(0, 30),
    undecided=st.integers(0, 30),
    goal=st.floats(0, 1),
    better=st.sampled_from(["higher", "lower"]),
)
def test_a_verdict_on_the_cases_asks_only_what_open_ones_may_do(
    hits: int, misses: int, undecided: int, goal: float, better: Better
) -> None:
    """Against every way in which the undecided items may end; no interval, and no verdict without data."""
    n = hits + misses
    found = attrs.evolve(
        attained(better=better, low=None, high=None, goal=goal).measured,
        value=hits / n if n else None,
        n=n,
        undecided=undecided,
        unit="share",
    )
    sign = 1 if better == "higher" else -1
    ends = [sign * ((hits + more) / (n + undecided) - goal) >= 0 for more in range(undecided + 1)] if n else []
    expected: GoalVerdict = "unclear"
    if not ends:
        expected = "cannot_be_judged"
    elif all(ends):
        expected = "reached"
    elif not any(ends):
        expected = "not_reached"
    assert verdict_on_cases(found, goal, better) == expected
