"""Pareto: by count, by cost, from items, counts and measures, by one column and several."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import measure, pareto

causes = st.sampled_from(["billing", "line", "delivery", None])
DAY = np.datetime64("2026-05-04", "us")


@given(st.lists(st.tuples(causes, st.integers(min_value=0, max_value=9)), max_size=30))
def test_ranked_by_weight_as_a_slow_loop_does(items: list[tuple[str | None, int]]) -> None:
    """Pick the heaviest of what is left, names first in their order and None last, until nothing is left."""
    left: dict[str | None, int] = {}
    for cause, weight in items:
        left[cause] = left.get(cause, 0) + weight
    total, so_far = sum(left.values()), 0
    found = pareto([cause for cause, _ in items], weights=[weight for _, weight in items])
    for row in found:
        heaviest = max(left.values())
        names = sorted((c for c, w in left.items() if w == heaviest and c is not None), key=str)
        assert row.category == (names[0] if names else None)
        so_far += heaviest
        assert (row.weight, row.count) == (heaviest, sum(cause == row.category for cause, _ in items))
        assert row.share == pytest.approx(heaviest / total)
        assert row.cumulative == pytest.approx(so_far / total)
        del left[row.category]
    assert not any(left.values())


@given(st.lists(causes, max_size=30), st.randoms())
def test_items_counts_and_weights_of_one_agree(items: list[str | None], random: object) -> None:
    """In any order of the items."""
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pareto(items) == pareto(Counter(shuffled)) == pareto(shuffled, weights=[1] * len(items))


@given(st.lists(st.floats(min_value=0, max_value=1e9), min_size=2, max_size=20), st.randoms())
def test_the_order_of_costs_changes_nothing(costs: list[float], random: object) -> None:
    """Not even the last digit."""
    items = list(zip(["a", "b"] * 10, costs, strict=False))
    whole = pareto([a for a, _ in items], weights=[b for _, b in items])
    random.shuffle(items)  # type: ignore[attr-defined]
    assert pareto([a for a, _ in items], weights=[b for _, b in items]) == whole


def test_cost_may_rank_otherwise_than_count() -> None:
    """Few dear complaints outweigh many cheap ones; row 59 of the KPIs: count or cost by cause."""
    counts = {"delivery": 60, "billing": 30, "other": 10}
    costs = {"delivery": Decimal(300), "billing": Decimal(900), "other": Decimal(0)}
    assert [row.category for row in pareto(counts)] == ["delivery", "billing", "other"]
    by_cost = pareto(counts, weights=costs)
    assert [(row.category, row.count, row.weight, row.share) for row in by_cost] == [
        ("billing", 30, 900.0, 0.75),
        ("delivery", 60, 300.0, 0.25),
    ]
    assert [row.category for row in by_cost.vital_few(0.75)] == ["billing"]
    assert [row.category for row in by_cost.vital_few(0.76)] == ["billing", "delivery"]
    assert len(by_cost.vital_few(1)) == 2


def test_several_columns_make_tuples() -> None:
    """Equal ones in the order of their names, column by column, numbers by size and None last."""
    items = list(zip(["line", "line", "billing", None], [10, 9, 9, 9], strict=True))
    assert [row.category for row in pareto(items)] == [("billing", 9), ("line", 9), ("line", 10), (None, 9)]


def test_measures_of_a_count_are_ranked_by_their_groups() -> None:
    """One column gives its labels, two give tuples; the same as ranking the cases themselves."""
    cause = ["billing"] * 5 + ["line"] * 3 + [None] * 2
    channel = ["mail", "chat"] * 5
    cases = {"received_at": [DAY] * 10, "cause": cause, "channel": channel}
    one = measure(["case_volume"], {"cases": cases}, by=["cause"])
    assert pareto(one) == pareto(cause)
    two = measure(
        ["case_volume", "resolution_rate"], {"cases": cases | {"resolved_at": [DAY] * 10}}, by=["cause", "channel"]
    )
    assert pareto(two, kpi="case_volume") == pareto(zip(cause, channel, strict=True))
    by_day = measure(["case_volume"], {"cases": cases}, by=["day"])
    assert pareto(by_day)[0].category == dt.date(2026, 5, 4)


def test_measures_of_a_mean_are_ranked_by_what_they_sum_to() -> None:
    """Mean cost times n is the cost of the group."""
    contacts = {"queued_at": [DAY] * 5, "topic": ["a", "a", "b", "b", "b"], "cost": [10.5, 20.5, 1.25, 1.25, 2.5]}
    found = pareto(measure(["cost_per_contact"], {"interactions": contacts}, by=["topic"]))
    assert [(row.category, row.count, row.weight) for row in found] == [("a", 2, 31.0), ("b", 3, 5.0)]


def test_what_does_not_add_up_is_refused() -> None:
    """With what to do instead."""
    cases = {"received_at": [DAY], "resolved_at": [DAY], "cause": ["x"]}
    both = measure(["case_volume", "resolution_rate"], {"cases": cases}, by=["cause"])
    with pytest.raises(InvalidValue, match=r"kpi must be one of case_volume, resolution_rate \(got none\)"):
        pareto(both)
    with pytest.raises(InvalidValue, match=r"kpi must be a count or a mean.*got resolution_rate, read as share"):
        pareto(both, kpi="resolution_rate")
    with pytest.raises(UnknownName, match="did you mean case_volume"):
        pareto(both, kpi="case_volum")
    with pytest.raises(InvalidValue, match="measures must have groups"):
        pareto(measure(["case_volume"], {"cases": cases}))
    with pytest.raises(InvalidValue, match="weights must be left out for measures"):
        pareto(both, kpi="case_volume", weights=[1])
    with pytest.raises(InvalidValue, match=r"kpi must be left out for categories \(got 'case_volume'\); pass measures"):
        pareto(["a"], kpi="case_volume")
    with pytest.raises(InvalidValue, match=r"weights must be one for each item \(got 1 for 2 items\)"):
        pareto(["a", "b"], weights=[1])
    with pytest.raises(InvalidValue, match="weights must be a mapping with the categories of the counts"):
        pareto({"a": 1, "b": 2}, weights={"a": 1})
    with pytest.raises(InvalidValue, match="weights must be a mapping with the categories of the counts"):
        pareto({"a": 1}, weights=[1])
    with pytest.raises(
        InvalidValue, match=r"counts must be whole numbers of 0 or more \(got 1.5 for 'a'\); pass costs"
    ):
        pareto({"a": 1.5})
    with pytest.raises(InvalidValue, match=r"counts must be whole numbers of 0 or more \(got -1 for 'a'\)"):
        pareto({"a": -1})
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidValue, match="counts must be whole numbers of 0 or more"):
            pareto({"a": bad})
        with pytest.raises(InvalidValue, match="weights must be finite numbers of 0 or more"):
            pareto(["a"], weights=[bad])
    with pytest.raises(InvalidValue, match="share must lie above 0"):
        pareto(["a"]).vital_few(0)


def test_nothing_makes_an_empty_ranking_and_it_shows_as_a_table() -> None:
    """Text, notebook, frame."""
    assert len(pareto([])) == len(pareto({"a": 0})) == len(pareto(["a"], weights=[0])) == 0
    found = pareto({"<i>": 3, "b": 1})
    assert repr(found).splitlines()[1].split() == ["<i>", "3", "3", "75", "%", "75", "%"]
    assert "&lt;i&gt;" in found._repr_html_()
    assert found.to_frame()["cumulative"].tolist() == [0.75, 1.0]
    assert found[0:1] == (found[0],)
    assert hash(found) == hash(pareto({"<i>": 3, "b": 1}))
