"""The product of a procedure's steps, against counting and against the delta method."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import Measures, measure, rolled_yield

DAY = np.datetime64("2026-05-04", "us")


def ended(*steps: tuple[str, str, int, int]) -> Measures:
    """First-pass yields of steps, each a team, a name, and how many of how many were right at once."""
    rows = [(team, step, k >= right) for team, step, right, n in steps for k in range(n)]
    columns = dict(zip(("team", "step", "reworked"), map(list, zip(*rows, strict=True)), strict=True))
    data = {"steps": columns | {"ended_at": np.array([DAY] * len(rows))}}
    return measure(["first_pass_yield"], data, by=["team", "step"])


@given(st.lists(st.tuples(st.integers(1500, 2375), st.just(2500)), min_size=1, max_size=5))
@settings(deadline=None)
def test_a_product_of_steps_has_the_interval_of_the_delta_method(steps: list[tuple[int, int]]) -> None:
    """Var(log p) = (1 − p) / (n p); a score interval lies at most 0.45 z² / n = 0.0007 further towards the middle."""
    [row] = rolled_yield(ended(*(("a", f"s{i}", right, n) for i, (right, n) in enumerate(steps))))
    share = math.prod(right / n for right, n in steps)
    error = math.sqrt(sum((1 - right / n) / right for right, n in steps))
    half = NormalDist().inv_cdf(0.975) * error
    assert row.value == pytest.approx(share)
    assert row.low == pytest.approx(share * math.exp(-half), abs=0.003)
    assert row.high == pytest.approx(share * math.exp(half), abs=0.003)
    assert (row.steps, row.n) == (len(steps), 2500)


def test_groups_are_apart_and_the_weakest_step_is_named() -> None:
    """0.9 × 0.8 of one team, 1 × 1 of the other: sure of nothing above 1, and not without error."""
    found = rolled_yield(ended(("a", "x", 9, 10), ("a", "y", 8, 10), ("b", "x", 10, 10), ("b", "y", 5, 5)))
    assert [(row.group, row.weakest) for row in found] == [({"team": "a"}, "y"), ({"team": "b"}, "x")]
    assert [row.value for row in found] == pytest.approx([0.72, 1])
    assert found.rows[1].low is not None
    assert found.rows[1].low < 0.6
    assert found.rows[1].high == 1
    assert found.columns()["team"] == ["a", "b"]
    assert "72 %" in repr(found)


def test_a_step_that_never_succeeds_or_was_never_seen() -> None:
    """Nothing passes the first; the second is unknown."""
    [row] = rolled_yield(ended(("a", "x", 9, 10), ("a", "y", 0, 10)))
    assert (row.value, row.low, row.high, row.weakest) == (0, 0, None, "y")
    data = {"steps": {"step": ["x", "y"], "ended_at": [DAY, np.datetime64("NaT")], "reworked": [False, None]}}
    [unknown] = rolled_yield(measure(["first_pass_yield"], data, by=["step"]))
    assert (unknown.value, unknown.low, unknown.high, unknown.n) == (None, None, None, 0)


def test_what_is_no_product_of_steps_is_refused() -> None:
    """No share, not by steps, rows without one."""
    found = ended(("a", "x", 9, 10))
    with pytest.raises(InvalidValue, match="over must be one of the columns of the groups, team, step"):
        rolled_yield(found, over="stage")
    cases = {"cases": {"step": ["x"], "received_at": np.array([DAY])}}
    with pytest.raises(InvalidValue, match="kpi must be a share"):
        rolled_yield(measure(["case_volume"], cases, by=["step"]), "case_volume")
    nameless = {"steps": {"step": ["x", None], "ended_at": [DAY] * 2, "reworked": [False] * 2}}
    with pytest.raises(InvalidValue, match=r"step must be known \(got 1 rows without one\)"):
        rolled_yield(measure(["first_pass_yield"], nameless, by=["step"]))
