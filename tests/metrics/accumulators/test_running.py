"""Rows into cells: the fast running forms against the plain accumulators, added row by row."""

import datetime as dt
import random
from collections import Counter
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual._arrays import Array
from servqual.metrics.accumulators import bin_counts, exact_sums, value_counts, value_table
from servqual.metrics.accumulators.counted_table import CountedTable
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.distinct import Categories, Distinct, estimated, hash_of, registers_of
from servqual.metrics.accumulators.exact_sums import ExactSums, as_ints
from servqual.metrics.accumulators.mask_counts import MaskCounts
from servqual.metrics.accumulators.running import accumulate
from servqual.metrics.accumulators.sums import Extremes
from servqual.metrics.accumulators.value_counts import ValueCounts
from servqual.metrics.accumulators.value_steps import Steps
from servqual.metrics.accumulators.values import Lifetimes, Values
from servqual.metrics.engine import grouping
from servqual.metrics.engine.grouping import GroupCodes
from servqual.readers.columns.labels import labels_of
from servqual.readers.columns.units import in_units
from servqual.readers.memory.arrays import columns_of

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
UNITS = st.sampled_from([1, 1000, 100_000, 1_000_000])
chunks = st.lists(
    st.tuples(UNITS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**31)), max_size=12)), max_size=5
)


def of(rows: list[tuple[int, int]], unit: int) -> tuple[Array, Array]:
    """Codes and values of some rows."""
    return np.array([g for g, _ in rows], np.int64), np.array([v * unit for _, v in rows], np.int64)


@given(chunks, st.integers(1, 4))
def test_sums_are_exact_whatever_the_units_and_stretches(parts: list[Any], settle: int) -> None:
    """Against Python's whole numbers, with a carry after every few chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_sums, "_UNSETTLED", settle)
        sums, slow = ExactSums(), [[0, 0] for _ in range(4)]
        for unit, rows in parts:
            codes, value = of(rows, unit)
            sums.add(*in_units(value), codes, 4)
            for g, v in zip(codes.tolist(), value.tolist(), strict=True):
                slow[g][0] += v
                slow[g][1] += v * v
        total, squares = sums.sums(4)
    assert as_ints(total).tolist() == [t for t, _ in slow]
    assert as_ints(squares).tolist() == [s for _, s in slow]


def test_the_greatest_values_do_not_overflow() -> None:
    """A million values near 2^52: their squares sum to about 2^124."""
    value = np.full(1_000_000, 2**52 - 1, np.int64)
    sums = ExactSums()
    sums.add(*in_units(value), np.zeros(len(value), np.int64), 1)
    total, squares = sums.sums(1)
    assert as_ints(total).tolist() == [10**6 * (2**52 - 1)]
    assert as_ints(squares).tolist() == [10**6 * (2**52 - 1) ** 2]


@given(st.lists(st.lists(st.booleans(), min_size=19, max_size=19), max_size=30), st.integers(0, 30), st.integers(0, 9))
def test_masks_are_counted_by_group(rows: list[list[bool]], cut: int, seed: int) -> None:
    """Nineteen masks in three bytes, in two chunks, against counting one by one."""
    masks = np.array(rows, np.bool_).reshape(len(rows), 19).T
    codes = np.random.default_rng(seed).integers(0, 3, len(rows))
    counts = MaskCounts(19)
    for part in (slice(0, cut), slice(cut, None)):
        counts.add(counts.packed([np.ascontiguousarray(mask[part]) for mask in masks]), codes[part], 3)
    for mask, found in zip(masks, counts.counts(3), strict=True):
        assert found.tolist() == [int(mask[codes == g].sum()) for g in range(3)]


@given(chunks, st.sampled_from([0, 50, 1 << 25]), st.sampled_from([1, 1 << 21]))
def test_values_are_counted_the_same_in_a_table_and_by_sorting(parts: list[Any], places: int, waiting: int) -> None:
    """Small tables overflow to sorting; both equal counts in a dict."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(value_table, "_PLACES", places)
        for module in (value_table, bin_counts, value_counts):
            patch.setattr(module, "WAITING", waiting)
        counts, slow = ValueCounts(), [Values() for _ in range(4)]
        for unit, rows in parts:
            codes, value = of([(g, v % 40) for g, v in rows], unit)
            among = codes != 3  # the last group never counts
            counts.add(*in_units(value), codes, among, 4)
            for g, v, counted in zip(codes.tolist(), value.tolist(), among.tolist(), strict=True):
                slow[g] += Values({v: 1} if counted else {})
        cells = counts.cells(np.arange(4))
    assert dicts(cells) == [dict(x.counts) for x in slow]


@pytest.mark.parametrize("rows", [1, 1 << 20, 1 << 31])
def test_steps_count_exactly_however_many_rows_there_are(rows: int) -> None:
    """Single floats do for small counts, double ones for up to 2^31 in a row."""
    counts = np.random.default_rng(5).multinomial(rows, np.full(500, 1 / 500), 3)
    counts[0, :64] = 0
    counts[0, 0] = rows
    steps = Steps(counts)
    listed = counts.tolist()
    assert steps.counts.tolist() == [[sum(row[i : i + 64]) for i in range(0, 500, 64)] for row in listed]
    assert steps.different.tolist() == [sum(n > 0 for n in row) for row in listed]


def dicts(cells: Sparse) -> list[dict[Any, Any]]:
    """Each group's values and counts."""
    out: list[dict[Any, Any]] = [{} for _ in cells.binned]
    for g, v, c in zip(cells.group.tolist(), cells.value.tolist(), cells.count.tolist(), strict=True):
        out[g][cells.labels[v] if cells.labels else v] = tuple(c) if isinstance(c, list) else c
    return out


def test_crowded_groups_go_to_bins_in_every_way_of_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table, sorting in one go, and sorting in many, with more different values than are kept."""
    rng = np.random.default_rng(3)
    value, codes = rng.integers(0, 60_000, 30_000) * 1000, rng.integers(0, 2, 30_000)
    slow = sum((Values({v: 1}) for v in value[codes == 0].tolist()), Values())
    assert slow.binned
    for places, waiting in ((1 << 25, 1), (0, 1 << 21), (0, 500), (20_000, 1), (20_000, 500), (20_000, 1 << 21)):
        monkeypatch.setattr(value_table, "_PLACES", places)
        for module in (value_table, bin_counts, value_counts):
            monkeypatch.setattr(module, "WAITING", waiting)
        counts = ValueCounts()
        for part in range(0, len(value), 1000):
            rows = slice(part, part + 1000)
            counts.add(*in_units(value[rows]), codes[rows], np.ones(1000, np.bool_), 2)
        cells = counts.cells(np.arange(2))
        assert cells.binned.all()
        assert dicts(cells)[0] == slow.counts


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from([0, 6_000, 40_000, 1 << 25]), st.sampled_from([1, 700, 1 << 21]))
def test_what_is_exact_and_what_is_in_bins_follows_from_the_values_alone(seed: int, places: int, waiting: int) -> None:
    """Groups of few and of many different values, that come one after another and outgrow one table after the other."""
    rng = np.random.default_rng(seed)
    pools = [rng.choice(10**9, many, replace=False) for many in (3, 900, 1024, 1025, 4000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(value_table, "_PLACES", places)
        for module in (value_table, bin_counts, value_counts):
            patch.setattr(module, "WAITING", waiting)
        counts, slow = ValueCounts(), [Counter[int]() for _ in pools]
        for chunk in range(12):
            size = min(len(pools), 1 + chunk // 2)
            codes = rng.integers(0, size, 1500)
            value = np.array([rng.choice(pools[code]) for code in codes]) if chunk else codes * 1_000_000
            among = rng.random(1500) < 0.9
            counts.add(*in_units(value), codes, among, size)
            for code, v in zip(codes[among].tolist(), value[among].tolist(), strict=True):
                slow[code][v] += 1
            if chunk == 5:
                counts.cells(np.arange(size))  # looking on the way changes nothing
        cells = counts.cells(np.arange(len(pools)))
    wanted = [Values(found) for found in slow]
    assert cells.binned.tolist() == [found.binned for found in wanted]
    assert dicts(cells) == [dict(found.counts) for found in wanted]


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.sampled_from([70, 3000]))
def test_ranks_are_found_in_the_table_as_in_the_list_of_its_values(seed: int, most: int) -> None:
    """Every rank of every group, groups in bins and empty ones too, and what was given away stays as it was."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 5))
    counts, few, order = ValueCounts(), ValueCounts(), rng.permutation(size)
    for _ in range(3):
        value, codes = rng.integers(0, most, 2000) ** int(rng.integers(1, 3)), rng.integers(0, size, 2000)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(value_table, "WAITING", 1)
            counts.add(*in_units(value * 1000), codes, codes > 0, size)
        few.add(*in_units(value * 1000), codes, codes > 0, size)
    table, listed = counts.counted(order), few.counted(order)
    assert isinstance(table, CountedTable) or most**2 * size > value_table._PLACES
    assert isinstance(listed, Sparse)
    for part in (counts, few):
        part.add(*in_units(value), codes, np.ones(2000, np.bool_), size)
        part.cells(order)
    assert (table.n == listed.n).all()
    assert (table.binned == listed.binned).all()
    for rank in range(0, int(listed.n.max()) + 2, 7):
        ranks = np.full(size, rank)
        assert np.array_equal(table.at(ranks), listed.at(ranks), equal_nan=True)
    moved, wanted = (cells.moved(order, size + 1) for cells in (table, listed))
    assert dicts(moved) == dicts(wanted)


rows_ = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.booleans()), max_size=40)


@given(rows_, st.integers(0, 40))
def test_extremes_lifetimes_distinct_and_categories_equal_the_scalars(rows: list[Any], cut: int) -> None:
    """Folded in two parts that are added, against adding row by row."""
    parts = []
    for some in (rows[:cut], rows[cut:]):
        codes = np.array([v % 2 for _, v, _ in some], np.int64)
        value = np.array([v for _, v, _ in some], np.int64)
        flag = np.array([f for _, _, f in some], np.bool_)
        who = labels_of([name for name, _, _ in some])
        parts.append(
            (
                accumulate(Extremes, Extremes.of(value, among=flag), codes, 2),
                accumulate(Lifetimes, Lifetimes.of(value, flag), codes, 2),
                accumulate(Distinct, Distinct.of(who, among=flag), codes, 2),
                accumulate(Categories, Categories.of(who, among=flag), codes, 2),
            )
        )
    extremes, lifetimes, distinct, categories = (a + b for a, b in zip(*parts, strict=True))
    for g in (0, 1):
        mine = [(name, v, f) for name, v, f in rows if v % 2 == g]
        slow = sum((Extremes.one(v) for _, v, f in mine if f), Extremes())
        assert extremes.fields["n"][g] == slow.n
        if slow.n:
            assert (extremes.fields["low"][g], extremes.fields["high"][g]) == (slow.low, slow.high)
        lives = sum((Lifetimes({v: (int(f), int(not f))}) for _, v, f in mine), Lifetimes())
        assert dicts(lifetimes)[g] == lives.counts
        things = Distinct.among(name for name, _, f in mine if f)
        assert dicts(distinct)[g] == things.marks
        named = sum((Categories({name: 1}) for name, _, f in mine if f), Categories())
        assert dicts(categories)[g] == named.counts


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=25))
def test_the_median_of_lifetimes_is_the_product_limit_estimates(items: list[tuple[int, bool]]) -> None:
    """In fractions, where a half is a half."""
    lives = sum((Lifetimes({age: (int(ended), int(not ended))}) for age, ended in items), Lifetimes())
    remaining, slow = Fraction(1), None
    for age in sorted({age for age, ended in items if ended}):
        at_risk = sum(other >= age for other, _ in items)
        ended = sum(other == age and over for other, over in items)
        remaining *= 1 - Fraction(ended, at_risk)
        if remaining <= Fraction(1, 2) and slow is None:
            slow = age
    assert lives.median == slow


def test_a_curve_that_meets_one_half_exactly_has_its_median_there() -> None:
    """5/6 × 4/5 × 3/4 is one half, which floats miss (KPIS: R prints 6, lifelines infinity)."""
    lives = Lifetimes({2: (1, 0), 4: (1, 0), 6: (1, 0), 7: (0, 3)})
    assert lives.median == 6


def test_many_things_are_counted_to_the_stated_error_in_any_parts() -> None:
    """A hundred thousand customers in five parts that overlap; three standard errors are hardly ever passed."""
    things = [f"K-{i}" for i in range(100_000)]
    random.Random(1).shuffle(things)  # noqa: S311
    whole = Distinct.among(things)
    assert whole.binned
    parts = [Distinct.among(things[i * 18_000 : i * 18_000 + 28_000]) for i in range(5)]
    assert sum(parts[1:], parts[0]) == whole
    assert whole.value == pytest.approx(100_000, rel=3 * 0.0081)
    assert Distinct.among(things[:4096]).value == 4096


def test_registers_are_spread_and_ranks_halve() -> None:
    """A good hash: about half of all ranks are 1, a quarter 2, and so on (Flajolet and others, 2007)."""
    registers, ranks = registers_of(hash_of(range(200_000)))
    assert registers.min() == 0
    assert registers.max() == 16_383
    assert (np.bincount(ranks)[1:5] / 200_000).tolist() == pytest.approx([1 / 2, 1 / 4, 1 / 8, 1 / 16], rel=0.02)
    assert estimated(np.array([0]), np.array([0.0]))[0] == 0


names = st.sampled_from(["a", "b", "c", None])


@given(
    st.lists(st.lists(st.tuples(names, names, st.integers(0, 60)), max_size=9), max_size=5), st.sampled_from([24, 2])
)
def test_groups_are_numbered_as_a_dict_would(chunks: list[Any], lookup: int) -> None:
    """With a table and by searching; and in the end in the order of their labels, nothing known first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "_LOOKUP", lookup)
        codes_of = GroupCodes(("team", "day", "tier"), "received_at", ZoneInfo("UTC"))
        numbers: dict[tuple[Any, ...], int] = {}
        for rows in chunks:
            data = {
                "team": [team for team, _, _ in rows],
                "tier": [tier for _, tier, _ in rows],
                "received_at": [START + dt.timedelta(days=day) for _, _, day in rows],
            }
            codes = codes_of.add(columns_of("cases", data)).tolist()
            for (team, tier, day), code in zip(rows, codes, strict=True):
                assert numbers.setdefault((team, (START + dt.timedelta(days=day)).date(), tier), code) == code
        groups, order = codes_of.groups()
    assert sorted(numbers.values()) == [*range(groups.size)]
    found = [*groups.keys()]
    assert [numbers[key] for key in found] == order.tolist()
    assert found == sorted(found, key=lambda key: tuple((part is not None, str(part)) for part in key))
