"""Accumulators: values with a zero and `+`, the same as scalars and as cells."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics.accumulators.cells import Dense, as_fields
from servqual.metrics.accumulators.exact_sums import as_ints
from servqual.metrics.accumulators.running import accumulate
from servqual.metrics.accumulators.sums import Accumulator, Count, Ratio, Signed, Total
from servqual.metrics.accumulators.values import BIN_ERROR, Values, bin_of, middle_of

counts = st.integers(min_value=0, max_value=10**6)
durations = st.integers(min_value=0, max_value=2**52 - 1)
DAY = 86_400_000_000

KINDS = {
    Count: st.builds(Count, counts),
    Ratio: st.builds(Ratio, counts, counts, counts),
    Total: st.builds(Total, counts, durations, durations, counts),
    Signed: st.builds(Signed, counts, durations | durations.map(int.__neg__), durations, counts),
    Values: st.builds(Values, st.dictionaries(durations, st.integers(1, 9), max_size=6), counts),
}


@pytest.mark.parametrize("kind", KINDS)
def test_parts_add_in_any_grouping_and_order(kind: type[Accumulator]) -> None:
    """Zero, associativity, commutativity."""

    @given(KINDS[kind], KINDS[kind], KINDS[kind])
    def law(a: Ratio, b: Ratio, c: Ratio) -> None:
        assert (a + b) + c == a + (b + c)
        assert a + b == b + a
        assert a + kind() == a  # type: ignore[operator]

    law()


@pytest.mark.parametrize("kind", [Count, Ratio, Total, Signed])
def test_negative_counts_are_refused(kind: type[Accumulator]) -> None:
    """A count below nothing is a fault upstream."""
    with pytest.raises(InvalidValue, match=r"0 or more \(got -1\)"):
        kind(-1)  # type: ignore[call-arg]


@given(st.lists(durations, min_size=2, max_size=40))
def test_totals_are_exact(values: list[int]) -> None:
    """Mean and variance against Python's own, computed with whole numbers and fractions."""
    whole = sum((Total(1, v, v * v) for v in values), Total())
    assert whole.total == sum(values)
    assert whole.mean == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert whole.variance == pytest.approx(statistics.variance(values), rel=1e-9, abs=1e-9)


@given(st.lists(durations, min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_quantiles_are_values_that_enough_lie_at_or_below(values: list[int], q: float) -> None:
    """The smallest such value, by sorting."""
    counted: dict[int, int] = {}
    for v in values:
        counted[v] = counted.get(v, 0) + 1
    ordered = sorted(values)
    slow = next(v for i, v in enumerate(ordered, 1) if i >= q * len(ordered) - 1e-9)
    assert Values(counted).quantile(q) == slow


@given(st.lists(durations, min_size=1, max_size=50))
def test_bins_hold_their_values_to_the_stated_error(values: list[int]) -> None:
    """The middle of a bin is within 2^-8 of each value in it; bins keep the order."""
    array = np.array(sorted(values))
    bins = bin_of(array)
    assert (np.diff(bins) >= 0).all()
    assert (np.abs(middle_of(bins) - array) <= BIN_ERROR * array).all()


def test_many_different_values_go_to_bins_whatever_the_split() -> None:
    """Which form a state takes follows from its values, not from how they came together."""
    values = {i * 1_000_003: 1 for i in range(Values.EXACT + 10)}
    parts = list(values.items())
    whole = Values(values)
    assert whole.binned
    for cut in (1, 2000, Values.EXACT + 5):
        assert Values(dict(parts[:cut])) + Values(dict(parts[cut:])) == whole
    exact = (Values.EXACT + 9) * 1_000_003 / 2
    assert whole.quantile(0.5) == pytest.approx(exact, rel=BIN_ERROR)


rows = st.lists(st.tuples(st.integers(0, 3), durations, st.booleans()), max_size=60)


@given(rows)
def test_cells_hold_what_the_scalars_add_up_to(rows: list[tuple[int, int, bool]]) -> None:
    """Folding arrays by group equals adding scalars row by row."""
    codes = np.array([g for g, _, _ in rows], np.int64)
    value = np.array([v for _, v, _ in rows], np.int64)
    hit = np.array([h for _, _, h in rows], np.bool_)
    ratios, totals, values = [Ratio()] * 4, [Total()] * 4, [Values()] * 4
    for g, v, h in rows:
        ratios[g] += Ratio(int(h), int(not h))
        totals[g] += Total(1, v, v * v)
        values[g] += Values({v: 1})
    dense = accumulate(Ratio, Ratio.of(hit), codes, 4)
    assert isinstance(dense, Dense)
    assert [Ratio(*row) for row in zip(*(dense.fields[f].tolist() for f in ("hits", "misses")), strict=True)] == ratios
    total = accumulate(Total, Total.of(value), codes, 4)
    assert isinstance(total, Dense)
    assert as_ints(total.fields["total"]).tolist() == [t.total for t in totals]
    assert as_ints(total.fields["squares"]).tolist() == [t.squares for t in totals]
    counted = as_fields(accumulate(Values, Values.of(value), codes, 4))
    for g in range(4):
        mine = counted["group"] == g
        assert dict(zip(counted["value"][mine], counted["count"][mine], strict=True)) == values[g].counts


def test_sums_of_squares_of_long_durations_do_not_overflow() -> None:
    """Five million durations of about 30 days: their squares pass 64 bits, the limbs hold them (KPIS.md, 4)."""
    value = np.full(5_000_000, 30 * DAY + 1, np.int64)
    cells = accumulate(Total, Total.of(value), np.zeros(len(value), np.int64), 1)
    assert isinstance(cells, Dense)
    assert as_ints(cells.fields["squares"]).tolist() == [5_000_000 * (30 * DAY + 1) ** 2]
