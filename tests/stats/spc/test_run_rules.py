"""The eight rules against a slow reading of their text, and against published run lengths."""

import itertools
import math
import pickle
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats.spc import RULES, rules
from servqual.stats.spc.run_rules import _CHUNK

call: Any = rules  # untyped, so that it can be called wrongly
POINTS = st.lists(
    st.one_of(st.none(), st.sampled_from([-3.5, -2.5, -1.5, -0.5, 0, 0.25, 0.5, 1.5, 2.5, 3.5])), max_size=60
)


def slowly(values: Sequence[float | None]) -> set[tuple[str, int]]:
    """Read the rules word by word: each stretch between missing points, each window that ends at a point."""
    found: set[tuple[str, int]] = set()
    begin = 0
    for end in [*[i for i, v in enumerate(values) if v is None], len(values)]:
        stretch = [float(v) for v in values[begin:end] if v is not None]
        for i in range(len(stretch)):
            found |= {(rule, begin + i) for rule in RULES if completes(rule, stretch[: i + 1])}
        begin = end + 1
    return found


def completes(rule: str, z: list[float]) -> bool:  # noqa: PLR0911  (a rule each)
    """Whether the last of these points, of a centre of 0 and a sigma of 1, completes a rule."""

    def last(n: int) -> list[float]:
        return z[-n:] if len(z) >= n else []

    def all_of(n: int, test: Any) -> bool:
        return bool(last(n)) and all(map(test, last(n)))

    moves = [b - a for a, b in itertools.pairwise(z)]
    match rule:
        case "beyond_limits":
            return abs(z[-1]) > 3
        case "nine_one_side":
            return all_of(9, lambda v: v > 0) or all_of(9, lambda v: v < 0)
        case "six_trending":
            return len(z) >= 6 and (min(moves[-5:]) > 0 or max(moves[-5:]) < 0)
        case "fourteen_alternating":
            return len(z) >= 14 and all(a * b < 0 for a, b in zip(moves[-13:], moves[-12:], strict=False))
        case "two_of_three":
            return any(s * z[-1] > 2 and sum(s * v > 2 for v in z[-3:]) >= 2 for s in (1, -1))
        case "four_of_five":
            return any(s * z[-1] > 1 and sum(s * v > 1 for v in z[-5:]) >= 4 for s in (1, -1))
        case "fifteen_within":
            return all_of(15, lambda v: abs(v) < 1)
        case _:
            return all_of(8, lambda v: abs(v) > 1) and min(last(8)) < 0 < max(last(8))


@given(values=POINTS)
@settings(max_examples=80)
def test_rules_agree_with_their_text(values: list[float | None]) -> None:
    """Every rule is completed exactly where a reader with patience finds it."""
    found = rules(values, centre=0, sigma=1)
    assert {(s.rule, s.index) for s in found} == slowly(values)
    assert [s.index for s in found] == sorted(s.index for s in found)


EXAMPLES = {
    "beyond_limits": [0, 3.1],
    "nine_one_side": [0.1, 0.2, 0.1, 0.3, 0.1, 0.2, 0.1, 0.2, 0.1],
    "six_trending": [-0.9, -0.5, -0.1, 0.2, 0.4, 0.8],
    "fourteen_alternating": [0.5, -0.5] * 7,
    "two_of_three": [2.1, 0, 2.1],
    "four_of_five": [1.1, 1.2, 0, 1.2, 1.1],
    "fifteen_within": [0.5, -0.5, -0.4] * 5,
    "eight_beyond": [1.5, -1.5, -1.4] * 2 + [1.5, -1.5],
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_an_example_that_one_point_less_does_not_complete(rule: Any) -> None:
    """The last point completes the rule, either way up; without the first one it does not."""
    z = np.array(EXAMPLES[rule], float)
    last = len(z) - 1
    for sign in (1, -1):
        assert [s.rule for s in rules(sign * z, centre=0, sigma=1, only=[rule]) if s.index == last] == [rule]
    if rule != "beyond_limits":
        assert not len(rules(z[1:], centre=0, sigma=1, only=[rule]))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "beyond_limits"])
def test_a_missing_point_ends_every_run(rule: Any) -> None:
    """No rule reaches across a missing point, and the missing point never signals."""
    z: list[float | None] = list(EXAMPLES[rule])
    z[len(z) // 2] = None
    assert list(rules(z, centre=0, sigma=1, only=[rule])) == []


def test_signals_say_where_they_begin_and_which_way_they_point() -> None:
    """The first point of a window does not lie before a missing one, and the direction is that of the points."""
    low = [None, -0.1, *[-0.2] * 8, 5.0]
    first, second = rules(low, centre=0, sigma=1)
    assert (first.rule, first.index, first.first, first.direction) == ("nine_one_side", 9, 1, "down")
    assert (second.rule, second.first, second.direction) == ("beyond_limits", 10, "up")
    [two] = rules([None, 2.5, 2.5], centre=0, sigma=1)
    assert (two.rule, two.index, two.first) == ("two_of_three", 2, 1)
    [falling] = rules([9, 8, 7, 6, 5, 4.5], centre=4, sigma=100)
    assert (falling.rule, falling.direction) == ("six_trending", "down")
    [calm, *_] = rules([0.5, -0.5, -0.4] * 5, centre=0, sigma=1, only=["fifteen_within"])
    assert calm.direction is None


@given(values=POINTS, centre=st.floats(-5, 5), sigma=st.floats(0.1, 10))
@settings(max_examples=60)
def test_levels_may_vary_from_point_to_point(values: list[float | None], centre: float, sigma: float) -> None:
    """Arrays of one level signal as the level alone; values, centre and sigma moved together change nothing."""
    n = len(values)
    alone = rules(values, centre=0, sigma=1)
    assert rules(values, centre=np.zeros(n), sigma=np.ones(n)) == alone
    moved = np.array([math.nan if v is None else v * 4 + 32 for v in values])  # exact in floats
    assert rules(moved, centre=32, sigma=4) == alone


def test_long_series_are_the_same_in_pieces() -> None:
    """Runs across the border of two chunks are found: a series of several equals itself, judged by a later start."""
    values = np.round(np.random.default_rng(2).normal(0.3, 1.1, 2 * _CHUNK + 50), 1)
    values[[5, _CHUNK - 3, _CHUNK + 4]] = np.nan
    whole = rules(values, centre=0, sigma=1)
    shifted = rules(values[1000:], centre=0, sigma=1)
    assert [(s.rule, s.index) for s in whole if s.index >= 1020] == [
        (s.rule, s.index + 1000) for s in shifted if s.index >= 20
    ]
    border = np.r_[np.full(_CHUNK - 4, -0.5), np.full(9, 0.5)]
    assert rules(border, centre=0, sigma=1, only=["nine_one_side"])[-1].direction == "up"


# C. W. Champ and W. H. Woodall, 1987, Technometrics 29: 393-399, table 1, no shift: rules 1; 1 and 2; 1 and 3; 1, 2, 3
@pytest.mark.parametrize(
    ("only", "published"),
    [
        (["beyond_limits"], 370.40),
        (["beyond_limits", "two_of_three"], 225.44),
        (["beyond_limits", "four_of_five"], 166.05),
        (["beyond_limits", "two_of_three", "four_of_five"], 132.89),
    ],
)
def test_false_signals_are_as_rare_as_published(only: list[Any], published: float) -> None:
    """The mean run length of stable series is that of the Markov chain, within four standard errors."""
    series, length = 1500, 2500
    drawn = np.random.default_rng(8).standard_normal((series, length + 1))
    drawn[:, -1] = np.nan  # each series ends with a missing point, and so all are one array
    at = np.array([s.index for s in rules(drawn.ravel(), centre=0, sigma=1, only=only)])
    rows, first = np.unique(at // (length + 1), return_index=True)
    run = np.full(series, length)
    run[rows] = at[first] % (length + 1) + 1
    assert run.mean() == pytest.approx(published, abs=4 * published / math.sqrt(series))


def test_signals_are_a_sequence_that_is_built_on_demand() -> None:
    """They have a length, places, slices and an equality, and survive pickling."""
    found = rules([0, 3.2, -3.4, 3], centre=0, sigma=1)
    assert len(found) == 3
    assert found[0] == next(iter(found))
    assert found[-1].index == 3
    assert found[:2] == (found[0], found[1])
    assert found == tuple(found)
    assert found == list(found)
    assert found != ()
    assert found != 3
    assert hash(found) == hash(tuple(found))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
    assert repr(found).startswith("<3 signals: Signal(rule='beyond_limits', index=1")
    assert found.places("beyond_limits").tolist() == [1, 2]
    with pytest.raises(IndexError):
        found[3]


def test_nothing_signals_in_an_empty_or_constant_series() -> None:
    """No values give no signals; equal values on the centre lie on no side of it."""
    assert rules([], centre=0, sigma=1) == ()
    assert repr(rules([], centre=0, sigma=1)) == "<0 signals>"
    assert rules([5.0] * 40, centre=5, sigma=0) == ()
    assert rules([None] * 5, centre=0, sigma=1) == ()


def test_a_million_points_take_no_time() -> None:
    """All rules on a million points stay far below a second, on any machine that runs tests."""
    values = np.random.default_rng(1).standard_normal(1_000_000)
    begun = time.perf_counter()
    assert 20_000 < len(rules(values, centre=0, sigma=1)) < 28_000
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"values": ["1", "2"]}, "values"),
        ({"values": [[1.0]]}, "values"),
        ({"values": [1.0, math.inf]}, "values"),
        ({"sigma": -1}, "sigma"),
        ({"sigma": [1.0, 2.0]}, "sigma"),
        ({"centre": math.inf}, "centre"),
        ({"centre": "0"}, "centre"),
        ({"values": [[1.0], [1.0, 2.0]]}, "values"),
        ({"values": None}, "values"),
        ({"values": [True, False]}, "values"),
        ({"only": ["nine_on_side"]}, "only"),
        ({"only": "nine_one_side"}, "only"),
    ],
)
def test_other_arguments_are_refused(wrong: dict[str, Any], field: str) -> None:
    """Each is named in its error."""
    with pytest.raises(InvalidValue, match=field):
        call(**({"values": [1.0, 2.0, 3.0], "centre": 0, "sigma": 1} | wrong))
