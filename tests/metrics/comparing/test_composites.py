"""A composite index: stated weights and scales, missing parts, and its interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, IndexPart, Measures, composite, measure

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
DAY = np.datetime64("2026-05-04", "us")
CONTENT = IndexPart(kpi="csat", weight=0.6, worst=0.5, best=1)
FAST = IndexPart(kpi="resolution_time", weight=0.4, worst=8 * 3600, best=3600)


def measured(scores: dict[str, list[int]], hours: dict[str, list[int]]) -> Measures:
    """Satisfaction and resolution times by team."""
    answers = {
        "team": [name for name, one in scores.items() for _ in one],
        "score": [x for one in scores.values() for x in one],
    }
    done = [DAY + np.timedelta64(h, "h") for one in hours.values() for h in one]
    team = [name for name, one in hours.items() for _ in one]
    cases = {"received_at": [DAY] * len(done), "resolved_at": done, "team": team}
    return measure([SATISFIED, SCORE, "resolution_time"], {"answers": answers, "cases": cases}, by=["team"])


def test_each_part_adds_its_weight_times_its_score() -> None:
    """By hand: 80 % on a scale from 50 % to 100 % is 60; 4.5 hours on a scale from 8 hours to 1 is 50."""
    measures = measured({"north": [5] * 80 + [1] * 20}, {"north": [4, 5] * 20})
    [row] = composite(measures, [CONTENT, FAST])
    assert row.scores == {"csat": pytest.approx(60), "resolution_time": pytest.approx(50)}
    assert row.added == {"csat": pytest.approx(36), "resolution_time": pytest.approx(20)}
    assert row.value == pytest.approx(56)
    assert row.weights == {"csat": 0.6, "resolution_time": 0.4}
    assert (row.group, row.missing, row.clipped) == ({"team": "north"}, (), ())


def test_the_interval_adds_the_sides_of_the_parts() -> None:
    """All of them where they may depend on each other; their squares where they are independent."""
    measures = measured({"north": [5] * 80 + [1] * 20}, {"north": [4, 5] * 20})
    content, fast = measures.get("csat", team="north"), measures.get("resolution_time", team="north")
    assert None not in {content.low, content.high, fast.low, fast.high}
    worst = 0.6 * 100 * (0.8 - (content.low or 0)) / 0.5, 0.4 * 100 * ((fast.high or 0) - 4.5 * 3600) / (7 * 3600)
    best = 0.6 * 100 * ((content.high or 0) - 0.8) / 0.5, 0.4 * 100 * (4.5 * 3600 - (fast.low or 0)) / (7 * 3600)
    [row] = composite(measures, [CONTENT, FAST])
    assert row.low == pytest.approx(row.value - sum(worst))
    assert row.high == pytest.approx(row.value + sum(best))
    [free] = composite(measures, [CONTENT, FAST], independent=True)
    assert free.low == pytest.approx(row.value - math.hypot(*worst))
    assert free.high == pytest.approx(row.value + math.hypot(*best))


def test_with_symmetric_intervals_it_is_the_delta_method() -> None:
    """Two independent means: the variance of a sum is that of its parts, each times its weight squared."""
    hours, scores = [3, 4, 5, 6] * 50, [2, 3, 4] * 66
    parts = [
        IndexPart(kpi="csat_mean", weight=0.5, worst=1, best=5),
        IndexPart(kpi="resolution_time", weight=0.5, worst=10 * 3600, best=0),
    ]
    measures = measured({"a": scores}, {"a": hours})
    [row] = composite(measures, parts, independent=True)
    spread = (0.5 * 100 / 10) ** 2 * np.var(hours, ddof=1) / len(hours) * 1.97**2
    [score] = measures.of("csat_mean")  # its scale has ends, so that its interval is a little longer towards one
    assert score.value is not None
    assert score.low is not None
    assert score.high is not None
    up, down = (0.5 * 100 / 4 * abs(end - score.value) for end in (score.high, score.low))
    assert row.high == pytest.approx(row.value + math.sqrt(up**2 + spread), abs=0.01)
    assert row.low == pytest.approx(row.value - math.sqrt(down**2 + spread), abs=0.01)


@given(
    st.lists(st.sampled_from([1, 5]), min_size=1, max_size=30),
    st.integers(min_value=1, max_value=9),
    st.sampled_from([(0.0, 1.0), (0.5, 0.9), (0.2, 0.3)]),
)
def test_an_index_stays_on_its_scale_and_in_its_interval(
    scores: list[int], tenths: int, scale: tuple[float, float]
) -> None:
    """Whatever lies beyond an end is cut off there, and said."""
    one = IndexPart(kpi="csat", weight=tenths / 10, worst=scale[0], best=scale[1])
    two = IndexPart(kpi="csat_mean", weight=1 - tenths / 10, worst=1, best=5)
    measures = measured({"a": scores}, {})
    for independent in (True, False):
        rows = composite(measures, [one, two], independent=independent).rows
        share = scores.count(5) / len(scores)
        for row in rows:
            assert 0 <= row.value <= 100
            assert row.low is None or 0 <= row.low <= row.value + 1e-9
            assert row.high is None or row.value - 1e-9 <= row.high <= 100
            assert ("csat" in row.clipped) == (not scale[0] <= share <= scale[1])
            score = min(max((share - scale[0]) / (scale[1] - scale[0]), 0), 1) * 100
            assert row.value == pytest.approx(tenths / 10 * score + (1 - tenths / 10) * 100 * share)


def test_a_missing_part_is_refused_or_asked_for() -> None:
    """South has no solved case: its index is then of its satisfaction alone, and says so."""
    measures = measured({"north": [5] * 40, "south": [5] * 30 + [1] * 10, "west": [9]}, {"north": [2] * 20})
    with pytest.raises(
        InvalidValue, match=r"resolution_time must have data in every group \(got none for {'team': 'south'}"
    ):
        composite(measures, [CONTENT, FAST])
    found = composite(measures, [CONTENT, FAST], missing="reweight")
    rows = {row.group["team"]: row for row in found}
    assert rows.keys() == {"north", "south"}
    assert rows["south"].missing == ("resolution_time",)
    assert rows["south"].weights == {"csat": 1.0}
    assert rows["south"].value == pytest.approx(50)
    assert rows["north"].missing == ()
    assert found.columns()["score_resolution_time"] == [pytest.approx(100 * 6 / 7), None]
    with pytest.raises(InvalidValue, match="missing must be one of refuse, reweight"):
        composite(measures, [CONTENT, FAST], missing="zero")  # type: ignore[arg-type]


def test_a_part_without_an_interval_leaves_none() -> None:
    """One score alone."""
    parts = [IndexPart(kpi="csat_mean", weight=1, worst=1, best=5)]
    [row] = composite(measured({"a": [4]}, {}), parts)
    assert (row.value, row.low, row.high) == (75.0, None, None)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([CONTENT], r"weights must sum to 1 \(got 0.6 over 1 parts\)"),
        ([], r"weights must sum to 1 \(got 0 over 0 parts\)"),
        ([CONTENT, CONTENT], r"parts must differ in name \(got 'csat' twice\)"),
        (
            [CONTENT, IndexPart(kpi="resolution_time", weight=0.4, worst=0, best=3600)],
            r"best must lie below worst for resolution_time, where lower is better \(got worst 0, best 3600\)",
        ),
        (
            [IndexPart(kpi="csat", weight=1, worst=1, best=0)],
            "best must lie above worst for csat, where higher is better",
        ),
    ],
)
def test_weights_and_scales_are_checked(parts: list[IndexPart], message: str) -> None:
    """An index is never a silent one."""
    with pytest.raises(InvalidValue, match=message):
        composite(measured({"a": [5]}, {"a": [1]}), parts)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"weight": 0}, "weight must lie above 0 and at most be 1"),
        ({"weight": 40}, r"weight must lie above 0 and at most be 1 \(got 40 for csat\)"),
        ({"weight": float("nan")}, "weight must lie above 0"),
        ({"best": 0}, "worst and best must be two different finite numbers"),
        ({"worst": float("-inf")}, "worst and best must be two different finite numbers"),
    ],
)
def test_a_part_is_checked_alone(wrong: dict[str, float], message: str) -> None:
    """Before anything is measured."""
    with pytest.raises(InvalidValue, match=message):
        IndexPart(**{"kpi": "csat", "weight": 0.5, "worst": 0, "best": 1, **wrong})  # type: ignore[arg-type]


def test_a_part_that_was_not_measured_is_named() -> None:
    """With the nearest."""
    with pytest.raises(UnknownName, match="did you mean csat"):
        composite(measured({"a": [5]}, {}), [IndexPart(kpi="csta", weight=1, worst=0, best=1)])


def test_it_is_a_table() -> None:
    """The index, and the score of each part."""
    found = composite(measured({"north": [5] * 40}, {"north": [2] * 20}), [CONTENT, FAST])
    assert list(found.columns()) == ["team", "value", "low", "high", "score_csat", "score_resolution_time"]
    assert "Index from 0 to 100: 60% csat, 40% resolution_time" in found._repr_html_()
    assert repr(found).splitlines()[1].split()[:2] == ["north", "94.3"]
    assert len(found) == 1
