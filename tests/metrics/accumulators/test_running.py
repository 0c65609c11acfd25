"""Rows into cells: the fast running forms against the plain accumulators, added row by row."""

import datetime as dt
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual._arrays import Array
from servqual.metrics.accumulators import exact_sums, sorted_values, value_counts
from servqual.metrics.accumulators.counts import Sparse
from servqual.metrics.accumulators.distinct import Categories, Distinct, estimated, hash_of, registers_of
from servqual.metrics.accumulators.exact_sums import ExactSums, as_ints
from servqual.metrics.accumulators.mask_counts import MaskCounts
from servqual.metrics.accumulators.running import accumulate
from servqual.metrics.accumulators.sorted_values import SortedValues
from servqual.metrics.accumulators.sums import Extremes
from servqual.metrics.accumulators.value_counts import ValueCounts
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


class Holding(NamedTuple):
    """Rows that are held before they are counted, and how many of them per value make that worth while."""

    rows: int
    each: int
    pays: int
    bits: int = 63

    def patched(self, patch: pytest.MonkeyPatch) -> None:
        """Hold so many rows from here on, in words of so many bits."""
        patch.setattr(value_counts, "HELD", self.rows)
        patch.setattr(value_counts, "_EACH", self.each)
        patch.setattr(value_counts, "_PAYS", self.pays)
        patch.setattr(sorted_values, "_WORD", self.bits)


HOLDINGS = [
    Holding(1 << 20, 1 << 12, 4),  # as it is
    Holding(0, 0, 0),  # each chunk is counted
    Holding(700, 0, 0),
    Holding(700, 1, 4),
    Holding(1, 1, 1 << 30),  # rows are never counted
    Holding(700, 1, 4, bits=20),  # words are too short for most values
    Holding(1 << 20, 1 << 12, 4, bits=20),
    Holding(1 << 20, 1 << 12, 4, bits=34),  # values in one unit fit, in a finer one they do not
]


@given(chunks, st.sampled_from(HOLDINGS))
def test_values_are_counted_as_in_a_dict_however_many_rows_are_held(parts: list[Any], holding: Holding) -> None:
    """Units and widths that change on the way, in words that are long enough and too short."""
    with pytest.MonkeyPatch.context() as patch:
        holding.patched(patch)
        counts, slow = ValueCounts(), [Values() for _ in range(4)]
        for unit, rows in parts:
            codes, value = of([(g, v % 40) for g, v in rows], unit)
            among = codes != 3  # the last group never counts
            counts.add(*in_units(value), codes, among, 4)
            for g, v, counted in zip(codes.tolist(), value.tolist(), among.tolist(), strict=True):
                slow[g] += Values({v: 1} if counted else {})
        cells = counts.cells(np.arange(4))
    assert dicts(cells) == [dict(x.counts) for x in slow]


def dicts(cells: Sparse) -> list[dict[Any, Any]]:
    """Each group's values and counts."""
    out: list[dict[Any, Any]] = [{} for _ in cells.binned]
    for g, v, c in zip(cells.group.tolist(), cells.value.tolist(), cells.count.tolist(), strict=True):
        out[g][cells.labels[v] if cells.labels else v] = tuple(c) if isinstance(c, list) else c
    return out


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(HOLDINGS), st.sampled_from([10**9, 2**53 - 1]))
def test_what_is_exact_and_what_is_in_bins_follows_from_the_values_alone(
    seed: int, holding: Holding, widest: int
) -> None:
    """Groups of few and of many different values, that come one after another."""
    rng = np.random.default_rng(seed)
    pools = [rng.integers(0, widest, many) for many in (3, 900, 1024, 1025, 4000)]
    with pytest.MonkeyPatch.context() as patch:
        holding.patched(patch)
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
def test_ranks_are_found_in_sorted_rows_as_in_the_list_of_their_values(seed: int, most: int) -> None:
    """Every rank of every group, groups in bins and empty ones too, and what was given away stays as it was."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 5))
    held, few, order = ValueCounts(), ValueCounts(), rng.permutation(size)
    for _ in range(3):
        value, codes = rng.integers(0, most, 2000) ** int(rng.integers(1, 3)), rng.integers(0, size, 2000)
        held.add(*in_units(value * 1000), codes, codes > 0, size)
        few.add(*in_units(value * 1000), codes, codes > 0, size)
        few.cells(order)
    with ThreadPoolExecutor(2) as pool:
        held.prepare(pool.map)
    rows, listed = held.counted(order), few.counted(order)
    assert isinstance(rows, SortedValues)
    assert isinstance(listed, Sparse) or not len(rows.words)
    for part in (held, few):
        part.add(np.arange(2000.0), 1, np.zeros(2000, np.int64), np.ones(2000, np.bool_), size)
        part.cells(order)
    assert (rows.n == listed.n).all()
    assert (rows.binned == listed.binned).all()
    for rank in range(0, int(listed.n.max()) + 2, 7):
        ranks = np.full(size, rank)
        assert np.array_equal(rows.at(ranks), listed.at(ranks), equal_nan=True)
    moved, wanted = (cells.moved(order, size + 1) for cells in (rows, listed))
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
        codes_of = GroupCodes(("team", "day", "tier"), "received_at", ZoneInfo("UTC"), 1000)
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
