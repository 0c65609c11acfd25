"""Sums of values that may lie below 0: exact, in any parts, and with an interval that may lie there, too."""

import random
import statistics
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Signed, Tally, measure, pareto, tally, weakest
from servqual.metrics.accumulators import exact_sums
from servqual.metrics.accumulators.cells import Dense
from servqual.metrics.accumulators.exact_sums import SignedSums, as_ints
from servqual.metrics.accumulators.running import accumulate
from servqual.metrics.kpi.view import View
from servqual.readers.columns.units import in_units

MOST = 2**52
values = st.integers(-MOST, MOST) | st.integers(-9, 9)
UNITS = st.sampled_from([1, 1000, 100_000, 1_000_000])
chunks = st.lists(
    st.tuples(UNITS, st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**31), 2**31)), max_size=12)), max_size=5
)


def total(some: list[int]) -> Signed:
    """Values added up one by one."""
    return sum((Signed(1, v, v * v) for v in some), Signed())


@given(chunks, st.integers(1, 4))
def test_signed_sums_are_exact_whatever_the_units_and_stretches(parts: list[Any], settle: int) -> None:
    """Against Python's whole numbers, with a carry after every few chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_sums, "_UNSETTLED", settle)
        sums, slow = SignedSums(), [[0, 0] for _ in range(4)]
        for unit, rows in parts:
            codes = np.array([g for g, _ in rows], np.int64)
            value = np.array([v * unit for _, v in rows], np.int64)
            sums.add(*in_units(value), codes, 4)
            for g, v in rows:
                slow[g][0] += v * unit
                slow[g][1] += (v * unit) ** 2
        found, squares = sums.sums(4)
    assert as_ints(found).tolist() == [t for t, _ in slow]
    assert as_ints(squares).tolist() == [s for _, s in slow]


def test_the_greatest_values_of_both_signs_do_not_overflow() -> None:
    """A million values near -2^52, and one above: their squares sum to about 2^124."""
    value = np.full(1_000_001, 1 - MOST, np.int64)
    value[7] = 5
    cells = accumulate(Signed, Signed.of(value), np.zeros(len(value), np.int64), 1)
    assert isinstance(cells, Dense)
    assert as_ints(cells.fields["total"]).tolist() == [10**6 * (1 - MOST) + 5]
    assert as_ints(cells.fields["squares"]).tolist() == [10**6 * (1 - MOST) ** 2 + 25]


@given(st.lists(st.tuples(st.integers(0, 3), values, st.booleans()), max_size=60), st.integers(0, 60))
def test_cells_hold_what_the_scalars_add_up_to(rows: list[tuple[int, int, bool]], cut: int) -> None:
    """Folded in two parts that are added, against adding row by row; limbs but the last are never below 0."""
    parts = []
    for some in (rows[:cut], rows[cut:]):
        codes, value = (np.array([row[i] for row in some], np.int64) for i in (0, 1))
        part = accumulate(Signed, Signed.of(value, among=np.array([m for _, _, m in some], np.bool_)), codes, 4)
        assert isinstance(part, Dense)
        parts.append(part)
    cells = parts[1] + parts[0]
    columns = [cells.fields["n"].tolist(), *(as_ints(cells.fields[name]).tolist() for name in ("total", "squares"))]
    found = [Signed(*state) for state in zip(*columns, strict=True)]
    assert found == [total([v for g, v, counted in rows if counted and g == group]) for group in range(4)]
    assert (cells.fields["total"][:, :-1] >= 0).all()


@given(st.lists(values, min_size=2, max_size=40))
def test_mean_and_variance_are_those_of_fractions(some: list[int]) -> None:
    """The rounding is that of one division."""
    found = total(some)
    assert found.mean == float(Fraction(sum(some), len(some)))
    assert found.variance == float(statistics.variance([Fraction(v) for v in some]))


def test_nothing_measured_is_no_number() -> None:
    """And one value has no spread."""
    assert (Signed().mean, Signed().variance, Signed(1, -3, 9).variance) == (None, None, None)


def change(t: View) -> dict[str, Any]:
    """What a month brought, as it is."""
    return {"value": np.where(t.known("change"), t["change"], 0).astype(np.int64), "among": t.known("change")}


CHANGE = Kpi(
    key="change",
    title="change",
    question="how much more than the month before?",
    formula="sum of change / rows",
    unit="ratio",
    better="higher",
    table="months",
    needs=("change",),
    kinds={"change": "number"},
    accumulator=Signed,
    rows=change,
)


def found_of(rows: list[dict[str, Any]], **options: Any) -> Tally:
    """A tally of rows by team."""
    columns = {name: [row[name] for row in rows] for name in ("change", "team", "who")}
    return tally([CHANGE], {"months": columns}, by=["team"], **options)


rows = st.lists(
    st.fixed_dictionaries(
        {
            "change": st.none() | st.integers(-(2**40), 2**40) | st.integers(-5, 5),
            "team": st.sampled_from(["a", "b", "c"]),
            "who": st.sampled_from(["x", "y", "z"]),
        }
    ),
    max_size=30,
)


@given(rows, st.integers(0, 999), st.integers(1, 4))
def test_parts_of_the_same_rows_are_the_same_bytes(rows: list[dict[str, Any]], seed: int, parts: int) -> None:
    """However split, ordered, threaded and shipped through bytes."""
    rng = random.Random(seed)  # noqa: S311  (a shuffle that can be told again)
    mixed = rng.sample(rows, len(rows))
    tallies = [found_of(mixed[i::parts]) for i in range(parts)]
    rng.shuffle(tallies)
    added = tallies[0]
    for part in tallies[1:]:
        added = Tally.from_bytes(part.to_bytes(), kpis=[CHANGE]) + added
    assert added.to_bytes() == found_of(rows, threads=2).to_bytes()


@given(rows)
def test_clusters_leave_the_value_and_give_the_spread_between_them(rows: list[dict[str, Any]]) -> None:
    """Cochran's estimator from the residuals of each customer, in floats; the low end may lie below 0."""
    columns = {name: [row[name] for row in rows] for name in ("change", "who")}
    found = measure([CHANGE], {"months": columns}, cluster="who").get("change")
    known = [row for row in rows if row["change"] is not None]
    assert (found.value, found.n) == (statistics.fmean(r["change"] for r in known) if known else None, len(known))
    sums = {who: [r["change"] for r in known if r["who"] == who] for who in {r["who"] for r in known}}
    if len(sums) > 1:
        mean = Fraction(sum(r["change"] for r in known), len(known))
        off = sum((sum(some) - mean * len(some)) ** 2 for some in sums.values())
        k = len(sums)
        half = stats.t.ppf(0.975, k - 1) * float(off * k / (k - 1)) ** 0.5 / len(known)
        if off:
            assert [found.low, found.high] == pytest.approx(
                [float(mean) - half, float(mean) + half], rel=1e-9, abs=1e-9
            )
        else:  # customers who are all alike say nothing of the next one, on a scale without ends
            assert (found.low, found.high) == (None, None)


def test_the_interval_is_students_and_may_lie_below_zero() -> None:
    """By hand: where a mean of durations would be cut off."""
    some = [-4, -1, 0, -3]
    found = measure([CHANGE], {"months": {"change": some}}).one()
    half = stats.t.ppf(0.975, 3) * statistics.stdev(some) / 2
    assert (found.value, found.low, found.high) == pytest.approx((-2, -2 - half, -2 + half))


def test_groups_of_signed_means_are_ranked_and_not_stacked() -> None:
    """The weakest is the lowest; shares of a sum of both signs mean nothing."""
    team = ["north"] * 40 + ["south"] * 40
    told = measure([CHANGE], {"months": {"change": [-1, -3] * 20 + [2, 4] * 20, "team": team}}, by=["team"])
    worst = next(iter(weakest(told, "change")))
    assert (worst.measured.group["team"], worst.overall, worst.worse) == ("north", 0.5, True)
    with pytest.raises(InvalidValue, match="kpi must be a count or a mean, whose groups add up"):
        pareto(told, kpi="change")
