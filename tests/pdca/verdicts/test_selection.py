"""A group that was picked by its value: how far luck is taken out, and how sure the rest is."""

import copy
import datetime as dt
import pickle
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import Measures, measure
from servqual.pdca import Selected, compare, replay
from servqual.stats.shrinkage import shrunken_means_and_errors

DAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)


def teams(*reopened: int, n: int = 200) -> Measures:
    """The reopening rate of teams, each of n cases."""
    names = [name for name in "abcdefghijkl"[: len(reopened)] for _ in range(n)]
    again = [i < hits for hits in reopened for i in range(n)]
    cases: dict[str, Any] = {"received_at": [DAY] * len(names), "resolved_at": [DAY] * len(names)}
    return measure(["reopen_rate"], {"cases": cases | {"team": names, "reopened": again}}, by=["team"])


def test_value_and_error_are_those_of_the_same_level() -> None:
    """The error left is that of the share of the distance that stays, and of the level that the rest was drawn to."""
    found = teams(20, 24, 30, 28, 60)
    values = np.array([m.value for m in found])
    errors = np.array([(m.high - m.low) / (2 * 1.959964) for m in found if m.high is not None and m.low is not None])
    drawn, left = shrunken_means_and_errors(values, errors)
    picked = Selected.among(found, "reopen_rate", team="e")
    assert picked.of == 5
    assert [picked.value, picked.error] == pytest.approx([drawn[4], left[4]], rel=1e-5)


@pytest.mark.parametrize("groups", [2, 4, 10])
@pytest.mark.parametrize("scatter", [0.0, 0.5, 2.0])
def test_the_true_value_lies_within_the_error_as_often_as_it_says(groups: int, scatter: float) -> None:
    """That of the highest of some groups of unequal errors, 500 times, within 1.96 errors of the drawn value."""
    dice = np.random.default_rng(4)
    error = np.linspace(0.5, 1.5, groups)
    inside = []
    for _ in range(500):
        true = dice.normal(0, scatter, groups)
        seen = true + dice.normal(0, error)
        value, left = shrunken_means_and_errors(seen, error)
        picked = np.argmax(seen)
        inside.append(abs(value[picked] - true[picked]) <= 1.96 * left[picked])
    assert np.mean(inside) >= 0.93


def test_a_group_alone_or_without_an_interval_was_not_picked() -> None:
    """There is no level to draw it to."""
    with pytest.raises(InvalidValue, match="one of several"):
        Selected.among(teams(20), "reopen_rate", team="a")
    with pytest.raises(InvalidValue, match="one of several"):
        Selected.among(teams(20, 30), "reopen_rate", team="z")


def test_two_sides_that_are_alike_are_compared_from_the_shrunk_value() -> None:
    """Two months of as many cases and hits are not the same tally, also where no period says so; replay agrees."""
    march, may = (teams(24, 9, 10, 12, 11, n=60) for _ in range(2))
    picked = Selected.among(march, "reopen_rate", team="a")
    found = compare(march.get("reopen_rate", team="a"), may.get("reopen_rate", team="a"), selected=picked)
    assert found.before.value == picked.value
    assert found.change == pytest.approx(0.4 - picked.value)
    assert replay(found.receipt()) == found


def test_cases_still_needed_do_not_depend_on_the_selection() -> None:
    """The error of a level that many groups share falls with none of these cases."""
    march, may = teams(15, 9, 10, 12, 11, n=60), teams(11, 9, 10, 12, 11, n=60)
    sides = march.get("reopen_rate", team="a"), may.get("reopen_rate", team="a")
    plain = compare(*sides, margin=0.05)
    picked = compare(*sides, margin=0.05, selected=Selected.among(march, "reopen_rate", team="a"))
    assert picked.n_needed == plain.n_needed
    assert plain.n_needed is not None


@pytest.mark.parametrize(
    ("selected", "told"),
    [
        (Selected(of=3, value=7, error=0.1), "0 % to 100 %"),
        (Selected(of=3, value=-2, error=0.1), "0 % to 100 %"),
        (Selected(of=3, value=0.4, error=5.0), "0 % to 100 %"),
        (Selected(of=3, value=0.4, error=0.1, kpi="nps"), "reopen_rate"),
        (Selected(of=3, value=0.4, error=0.1, group={"team": "b"}), "of the group"),
    ],
)
def test_a_value_that_was_not_picked_from_these_is_refused(selected: Selected, told: str) -> None:
    """By the scale of the KPI, by the KPI, and by the group of the side before."""
    march, may = teams(15, 9), teams(11, 9)
    with pytest.raises(InvalidValue, match=told):
        compare(march.get("reopen_rate", team="a"), may.get("reopen_rate", team="a"), selected=selected)


def test_of_several_groups_only_the_picked_one_starts_from_its_drawn_value() -> None:
    """The others, and other KPIs, are compared as they are; each with its guardrail, and replayed to the last digit."""
    march, may = teams(24, 9, 10, 12, 11, n=60), teams(12, 9, 14, 12, 11, n=60)
    picked = Selected.among(march, "reopen_rate", team="a")
    plain, found = compare(march, may), compare(march, may, selected=picked)
    alone = compare(march.get("reopen_rate", team="a"), may.get("reopen_rate", team="a"), selected=picked)
    for team in "abcde":
        mine, other = found.get(team=team), plain.get(team=team)
        assert ("selection.shrunk" in {each.code for each in mine.caveats}) == (team == "a")
        assert (mine.low, mine.high, mine.p_value) == (
            (alone.low, alone.high, alone.p_value) if team == "a" else (other.low, other.high, other.p_value)
        )
        assert replay(mine.receipt()) == mine
    assert found.get(team="a").before.value == picked.value


def test_a_selection_is_of_a_mapping_of_labels() -> None:
    """Nothing else names a group."""
    wrong: Any = 3
    with pytest.raises(InvalidValue, match="mapping"):
        Selected(of=3, value=0.4, error=0.1, group=wrong)


def test_what_was_picked_cannot_be_changed() -> None:
    """The labels are a copy that is read-only, and survive pickling and hashing."""
    labels = {"team": "a"}
    picked = Selected(of=3, value=0.5, error=0.1, kpi="reopen_rate", group=labels)
    labels["team"] = "b"
    with pytest.raises(TypeError):
        picked.group["team"] = "b"  # type: ignore[index]
    assert dict(picked.group) == {"team": "a"}
    assert pickle.loads(pickle.dumps(picked)) == picked  # noqa: S301  (its own bytes)
    assert hash(picked) == hash(copy.deepcopy(picked))
