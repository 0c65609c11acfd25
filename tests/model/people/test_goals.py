"""Objectives: progress from what was measured, and goals joined with those that they serve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import Objective, goal_tree

numbers = st.integers(-1000, 1000).map(float)


@pytest.mark.parametrize(
    ("start", "target", "measured", "attained"),
    [
        (0.0, 10.0, 4.0, 0.4),
        (0.25, 0.05, 0.15, 0.5),  # fewer is better, because the target is lower
        (10.0, 20.0, 5.0, 0.0),
        (10.0, 20.0, 25.0, 1.0),
        (-10.0, 10.0, 0.0, 0.5),
    ],
)
def test_progress_is_the_share_of_the_way(start: float, target: float, measured: float, attained: float) -> None:
    """Never below 0 or above 1."""
    goal = Objective(what="a", start=start, target=target, measured=measured)
    assert goal.attained == pytest.approx(attained)


@given(start=numbers, target=numbers, measured=numbers)
def test_turning_the_scale_round_changes_nothing(start: float, target: float, measured: float) -> None:
    """The same way with the sign of all three turned is as far."""
    if start == target:
        with pytest.raises(InvalidValue, match="target must differ"):
            Objective(what="a", start=start, target=target)
        return
    goal = Objective(what="a", start=start, target=target, measured=measured)
    turned = Objective(what="a", start=-start, target=-target, measured=-measured)
    assert goal.attained is not None
    assert 0 <= goal.attained <= 1
    assert goal.attained == pytest.approx(turned.attained)


def test_what_nobody_measured_or_stated_is_unknown() -> None:
    """None, and not 0."""
    assert Objective(what="a", start=0.0, target=1.0).attained is None
    assert Objective(what="a", progress=0.0).attained == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"measured": 1.0, "target": 2.0}, "start"),
        ({"measured": 1.0, "start": 2.0}, "target"),
        ({"measured": 1.0, "start": 0.0, "target": 2.0, "progress": 0.5}, "progress"),
        ({"progress": 1.5}, "progress"),
    ],
)
def test_a_progress_has_one_source(facts: dict[str, float], field: str) -> None:
    """A measured value needs both ends, and does not stand beside a stated progress."""
    with pytest.raises(InvalidValue) as refused:
        Objective(what="a", **facts)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("goals", "message"),
    [
        ([Objective(what="a", serves="b")], r"serves must be one of a \(got 'b'\)"),
        ([Objective(what="a"), Objective(what="a")], "'a' twice"),
        ([Objective(what="a", serves="b"), Objective(what="b", serves="a")], "a → b → a"),
        ([Objective(what="a", serves="a")], "a → a"),
        (
            [
                Objective(what="year", serves="month", horizon="long_term"),
                Objective(what="month", horizon="short_term"),
            ],
            "turn the two round",
        ),
    ],
)
def test_goals_that_join_no_tree_are_refused(goals: list[Objective], message: str) -> None:
    """A larger goal exists, is larger, and leads to one that serves no other."""
    with pytest.raises(InvalidValue, match=message):
        goal_tree(goals)


def test_a_goal_that_leads_into_a_circle_is_refused_and_a_chain_is_not() -> None:
    """However long it is."""
    chain = [Objective(what=str(n), serves=str(n + 1) if n < 50 else "") for n in range(51)]
    assert goal_tree(chain)["50"] == (chain[49],)
    assert goal_tree(chain)["0"] == ()
    circle = [Objective(what="c", serves="b"), Objective(what="b", serves="a"), Objective(what="a", serves="b")]
    with pytest.raises(InvalidValue, match="serves must not lead in a circle"):
        goal_tree(circle)
