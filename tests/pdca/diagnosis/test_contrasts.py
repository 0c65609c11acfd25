"""A cell against the rest: chances of a fault by luck alone, against enumerations and against scipy."""

import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.pdca.diagnosis import contrasts
from servqual.pdca.diagnosis.contrasts import mean_above, strength, worse_than_rest, worse_within
from servqual.stats.inference import holm


def slow_tail(bad: int, n: int, all_bad: int, all_n: int) -> Fraction:
    """The hypergeometric tail, counted out."""
    ways = sum(comb(all_bad, x) * comb(all_n - all_bad, n - x) for x in range(bad, min(n, all_bad) + 1))
    return Fraction(ways, comb(all_n, n))


cells = st.integers(2, 30).flatmap(
    lambda all_n: st.tuples(st.integers(1, all_n - 1), st.integers(0, all_n), st.just(all_n))
)


@settings(max_examples=60, deadline=None)
@given(cells, st.data())
def test_the_chance_of_a_cell_is_counted_out(cell: tuple[int, int, int], data: st.DataObject) -> None:
    """Every tail agrees with whole numbers."""
    n, all_bad, all_n = cell
    bad = data.draw(st.integers(max(0, n + all_bad - all_n), min(n, all_bad)))
    [found] = worse_than_rest(np.array([bad]), np.array([n]), all_bad, all_n)
    assert found == pytest.approx(float(slow_tail(bad, n, all_bad, all_n)), rel=1e-9)


def test_the_lady_tasting_tea() -> None:
    """R. A. Fisher, The Design of Experiments, 1935, chapter II: all four cups right by chance in 1 of 70 trials."""
    assert worse_than_rest(np.array([4, 3]), np.array([4, 4]), 4, 8).tolist() == pytest.approx([1 / 70, 17 / 70])


def test_strata_are_summed_exactly() -> None:
    """Two strata, all ways of both counted out; a stratum that tells nothing changes nothing."""
    table = [(4, 5, 5, 10), (3, 4, 6, 12)]
    wanted = Fraction(0)
    for xs in itertools.product(*(range(min(n, k) + 1) for _, n, k, _ in table)):
        if sum(xs) >= 7:
            ways = Fraction(1)
            for x, (_, n, k, every) in zip(xs, table, strict=True):
                ways *= Fraction(comb(k, x) * comb(every - k, n - x), comb(every, n))
            wanted += ways
    columns = [list(column) for column in zip(*table, strict=True)]
    assert worse_within(*columns) == pytest.approx(float(wanted), rel=1e-9)
    useless = [[*column, extra] for column, extra in zip(columns, (6, 6, 10, 10), strict=True)]
    assert worse_within(*useless) == pytest.approx(float(wanted), rel=1e-9)
    assert worse_within([3], [3], [3], [3]) == 1.0


def test_a_wide_sum_is_taken_as_normal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where listing stops, the normal sum is within a fifth of the exact chance, even of two in a million."""
    for seen in ([2100, 480], [2255, 508]):
        arguments = seen, [9000, 2000], [23_000, 2500], [100_000, 10_000]
        monkeypatch.setattr(contrasts, "_WIDEST", 10**6)
        exact = worse_within(*arguments)
        monkeypatch.setattr(contrasts, "_WIDEST", 0)
        assert worse_within(*arguments) == pytest.approx(exact, rel=0.2)


def test_scipy_agrees() -> None:
    """A second witness for tails, and for Welch's test."""
    stats = pytest.importorskip("scipy.stats")
    bad, n = np.array([12, 40, 300]), np.array([60, 100, 1000])
    assert worse_than_rest(bad, n, 900, 6000) == pytest.approx(stats.hypergeom.sf(bad - 1, 6000, 900, n), rel=1e-8)
    dice = np.random.default_rng(3)
    mine, rest = dice.normal(5.4, 2, 40), dice.normal(5, 1, 90)
    welch = stats.ttest_ind(mine, rest, equal_var=False, alternative="greater")
    p, z = mean_above(
        np.array([[40, 90]]), np.array([[mine.mean(), rest.mean()]]), np.array([[mine.var(ddof=1), rest.var(ddof=1)]])
    )
    assert (p, z) == pytest.approx((welch.pvalue, welch.statistic))


def test_means_without_spread_tell_nothing() -> None:
    """One value on a side, or values all alike, are no evidence."""
    assert mean_above(np.array([[1, 9]]), np.array([[5.0, 4]]), np.array([[np.nan, 1]])) == (1.0, 0.0)
    assert mean_above(np.array([[9, 9]]), np.array([[5.0, 4]]), np.array([[0.0, 0]])) == (1.0, 0.0)


def test_strength_counts_standard_errors() -> None:
    """Of 100 items 50 are bad, 40 of them among 50: 15 above 25, whose standard error is the root of 6.3131."""
    assert strength(np.array([40]), np.array([50]), 50, 100)[0] == pytest.approx(15 / np.sqrt(50 * 0.25 * 50 / 99))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_stepped_by_hand(p: list[float]) -> None:
    """The adjusted value is the greatest of the smaller ones, each times the number that is not smaller."""
    ranked = sorted(p)
    slow = {}
    for place, value in enumerate(ranked):
        slow[value] = max(min(1.0, ranked[i] * (len(p) - i)) for i in range(place + 1))
    found = holm(np.array(p)).tolist()
    for value, adjusted in zip(p, found, strict=True):
        assert adjusted <= slow[value] + 1e-12  # equal values take the largest of theirs
        assert adjusted >= value or adjusted == 1.0


def test_holm_agrees_with_statsmodels() -> None:
    """A second witness."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.6])
    assert holm(p) == pytest.approx(multitest.multipletests(p, method="holm")[1])
