"""A group that was picked by its value: how far luck is taken out, and how sure the rest is."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import Measures, measure
from servqual.pdca import Selected
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
