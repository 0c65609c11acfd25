"""The run chart: its rules read slowly, its runs test against every order of points."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.stats.spc import run_chart


def by_enumeration(above: int, below: int, runs: int) -> float:
    """The two-sided probability of so many runs, from all orders of so many signs."""
    n = above + below
    counts = [
        1 + sum((i in places) != (i + 1 in places) for i in range(n - 1))
        for places in map(set, itertools.combinations(range(n), above))
    ]
    few, many = (sum(c <= runs for c in counts), sum(c >= runs for c in counts))
    return min(1.0, 2 * min(few, many) / len(counts))


@pytest.mark.parametrize("series", ["+-", "++--", "+-+-+-", "+++---+", "++++----", "+-++-+--++", "-+++++-"])
def test_runs_test_is_exact(series: str) -> None:
    """The p-value is that of counting all orders of the signs."""
    values = [1.0 if sign == "+" else -1.0 for sign in series]
    values += [0.0] * (2 * len(values) + 1)  # points on the median, which do not count
    chart = run_chart(values)
    runs = 1 + sum(a != b for a, b in itertools.pairwise(series))
    above, below = series.count("+"), series.count("-")
    assert (chart.median, chart.n, chart.runs) == (0, len(series), runs)
    assert chart.expected_runs == pytest.approx(1 + 2 * above * below / (above + below))
    assert chart.p_value == pytest.approx(by_enumeration(above, below, runs))


def test_runs_test_agrees_with_the_published_table() -> None:
    """Ten above and ten below in six runs have a one-sided probability of 0.019, in seven of 0.051.

    F. S. Swed and C. Eisenhart, 1943, Annals of Mathematical Statistics 14: 66-87, table I.
    """

    def of(lengths: list[int]) -> float | None:
        signs = [sign for sign, n in zip(itertools.cycle([1.0, -1.0]), lengths, strict=False) for _ in range(n)]
        return run_chart(signs).p_value

    assert of([5, 5, 3, 3, 2, 2]) == pytest.approx(2 * 0.019, abs=0.001)
    assert of([5, 5, 2, 3, 2, 2, 1]) == pytest.approx(2 * 0.051, abs=0.001)


def test_runs_of_long_series_approach_the_normal_distribution() -> None:
    """A thousand points agree with the approximation of A. Wald and J. Wolfowitz, 1940."""
    chart = run_chart(np.random.default_rng(2).standard_normal(1001))
    n = chart.n
    assert chart.expected_runs is not None
    assert chart.p_value is not None
    deviation = math.sqrt((chart.expected_runs - 1) * (chart.expected_runs - 2) / (n - 1))
    z = (abs(chart.runs - chart.expected_runs) - 0.5) / deviation
    assert chart.p_value == pytest.approx(math.erfc(z / math.sqrt(2)), abs=0.01)


@pytest.mark.parametrize(("above", "below", "runs"), [(3734, 278, 527), (5770, 242, 469)])
def test_runs_of_long_one_sided_series_are_counted_exactly(above: int, below: int, runs: int) -> None:
    """By whole numbers: the orders of so many runs, over all orders."""

    def orders(number: int) -> int:
        half, odd = divmod(number, 2)
        ways = [math.comb(above - 1, half - 1 + k) * math.comb(below - 1, half - 1 + odd - k) for k in range(1 + odd)]
        return sum(ways) if odd else 2 * ways[0]

    pairs = (runs - 3) // 2
    series = [1.0, -1.0] * pairs + [1.0] + [-1.0] * (below - pairs) + [1.0] * (above - pairs - 1)
    chart = run_chart([*series, *[0.0] * (2 * len(series))])
    assert (chart.n, chart.runs) == (above + below, runs)
    few = sum(orders(number) for number in range(2, runs + 1))
    every = math.comb(above + below, below)
    many = every - few + orders(runs)
    assert chart.p_value == pytest.approx(min(1.0, 2 * min(few, many) / every), rel=1e-9)


def slowly(values: list[float | None], median: float) -> set[tuple[str, int]]:
    """Read the two rules word by word at every point."""
    found: set[tuple[str, int]] = set()
    for end in range(len(values)):
        if values[end] is None:
            continue
        begun = max([i + 1 for i in range(end) if values[i] is None], default=0)
        stretch = [v for v in values[begun : end + 1] if v is not None]
        off = [v - median for v in stretch if v != median][-6:]
        if stretch[-1] != median and len(off) == 6 and (min(off) > 0 or max(off) < 0):
            found.add(("shift", end))
        moves = [b - a for a, b in itertools.pairwise(stretch) if b != a][-4:]
        moved = len(stretch) > 1 and stretch[-1] != stretch[-2]
        if moved and len(moves) == 4 and (min(moves) > 0 or max(moves) < 0):
            found.add(("trend", end))
    return found


@given(values=st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=40))
@settings(max_examples=80)
def test_rules_agree_with_their_text(values: list[int | None]) -> None:
    """Six on one side and five that rise or fall, ties passed over, missing points ending runs."""
    if all(v is None for v in values):
        with pytest.raises(InvalidValue, match="values"):
            run_chart(values)
        return
    chart = run_chart(values)
    assert {(s.rule, s.index) for s in chart.signals} == slowly(list(values), chart.median)


def test_signals_say_where_they_begin() -> None:
    """A trend begins one point before its first move, a shift with its first point."""
    chart = run_chart([1, 2, 2, 3, 4, 5, -1, -1, -1, -1, -1, -1], baseline=slice(0, 3))
    assert [(s.rule, s.index, s.first, s.direction) for s in chart.signals] == [
        ("trend", 5, 0, "up"),
        ("shift", 11, 6, "down"),
    ]


def test_a_baseline_freezes_the_median() -> None:
    """Later and excluded points do not move it, and an excluded point counts for nothing."""
    chart = run_chart([4, 5, 6, 90, 5, 9, 9, 9, 9, 9, 9], baseline=5, exclude={3: "strike"})
    assert chart.median == 5
    assert chart.excluded == {3: "strike"}
    assert chart.baseline == range(5)
    assert [(s.rule, s.index, s.direction) for s in chart.signals] == [("shift", 10, "up")]
    assert repr(chart) == "<Run chart: 11 points, median 5, 1 signal>"
    assert chart == run_chart([4, 5, 6, 90, 5, 9, 9, 9, 9, 9, 9], baseline=5, exclude={3: "strike"})


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0], [5.0, None, 5.0]])
def test_without_two_sides_there_is_no_runs_test(values: Any) -> None:
    """Points that all lie on the median have no runs, and no p-value."""
    chart = run_chart(values)
    assert (chart.n, chart.runs, chart.expected_runs, chart.p_value) == (0, 0, None, None)
