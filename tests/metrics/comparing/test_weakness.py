"""Weakest groups: by interval or shrinkage, never by raw values; what that costs; published shrunken values."""

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Compound, Kpi, Measures, measure, weakest
from servqual.stats.shrinkage import shrunken_means, shrunken_rates, shrunken_shares

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
NPS = KPIS["nps"]


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by team."""
    team = [name for name, scores in groups.items() for _ in scores]
    score = [x for scores in groups.values() for x in scores]
    return measure(kpis, {"answers": {"team": team, "score": score}}, by=["team"])


def handled(**groups: list[float]) -> Measures:
    """Measures of resolution times in hours by team."""
    day = np.datetime64("2026-05-04", "us")
    team = [name for name, hours in groups.items() for _ in hours]
    done = [day + np.timedelta64(round(h * 3600), "s") for hours in groups.values() for h in hours]
    cases = {"received_at": [day] * len(team), "resolved_at": done, "team": team}
    return measure(["resolution_time", "resolution_p50"], {"cases": cases}, by=["team"])


# --- shrinkage ----------------------------------------------------------------------------------------------------


def test_the_batting_averages_of_efron_and_morris() -> None:
    """18 players, 45 times at bat each, and the rest of their season.

    The averages are table 1 of Efron and Morris, 1975; the James-Stein column is that of B. Efron, Large-Scale
    Inference, 2010, table 1.1, which shrinks the averages themselves.
    """
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    average = hits / 45
    overall = average.mean()
    error = np.full(18, np.sqrt(overall * (1 - overall) / 45))
    published = [
        0.294, 0.289, 0.285, 0.280, 0.275, 0.275, 0.270, 0.266, 0.261, 0.261, 0.256, 0.256, 0.256, 0.256, 0.256, 0.252,
        0.247, 0.242,
    ]  # fmt: skip
    assert shrunken_means(average, error).round(3).tolist() == published
    # the rest of the season, from the same table: shrinking comes closer than the averages do
    season = np.array(
        [
            0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226,
            0.286, 0.316, 0.200,
        ]
    )  # fmt: skip
    for found in (shrunken_means(average, error), shrunken_shares(hits, np.full(18, 45), overall)):
        assert ((found - season) ** 2).sum() < ((average - season) ** 2).sum() / 3


groups_of_shares = st.lists(
    st.integers(min_value=1, max_value=60).flatmap(
        lambda n: st.tuples(st.integers(min_value=0, max_value=n), st.just(n))
    ),
    min_size=1,
    max_size=9,
)


@given(groups_of_shares)
def test_shrunken_shares_follow_from_the_moments(groups: list[tuple[int, int]]) -> None:
    """Against the beta-binomial moments in fractions, a group at a time."""
    every = sum(n for _, n in groups)
    level = Fraction(sum(h for h, _ in groups), every)
    expected = [level] * len(groups)
    # what the weighted spread is expected to be if all scatter is within (c = 0) or between (c = 1) groups
    spread = sum((Fraction(n, every) * (Fraction(h, n) - level) ** 2 for h, n in groups), Fraction(0))
    within = sum(
        (Fraction(n, every) * (1 - Fraction(n, every)) * level * (1 - level) / n for _, n in groups), Fraction(0)
    )
    between = sum((Fraction(n, every) * (1 - Fraction(n, every)) * level * (1 - level) for _, n in groups), Fraction(0))
    if between > within and spread > within:
        c = (spread - within) / (between - within)
        if c >= 1:
            expected = [Fraction(h, n) for h, n in groups]
        else:
            a, b = level * (1 / c - 1), (1 - level) * (1 / c - 1)
            expected = [(a + h) / (a + b + n) for h, n in groups]
    hits, n = (np.array(column) for column in zip(*groups, strict=True))
    found = shrunken_shares(hits, n, float(level))
    if spread != within:  # at the edge the fractions and the floats may take either way
        assert found.tolist() == pytest.approx([float(x) for x in expected], abs=1e-6)


@given(
    st.lists(
        st.tuples(st.integers(min_value=-50, max_value=50), st.integers(min_value=1, max_value=20)),
        min_size=4,
        max_size=9,
    )
)
def test_shrunken_means_solve_the_equation_of_the_scatter(groups: list[tuple[int, int]]) -> None:
    """Against halving an interval until the weighted squares equal their expectation, in plain Python."""
    k = len(groups)

    def middle(scatter: float) -> float:
        weights = [1 / (error**2 + scatter) for _, error in groups]
        return sum(w * v for w, (v, _) in zip(weights, groups, strict=True)) / sum(weights)

    def excess(scatter: float) -> float:
        m = middle(scatter)
        return sum((v - m) ** 2 / (e**2 + scatter) for v, e in groups) - (k - 1)

    low, high = 0.0, 1e6
    for _ in range(200):
        half = (low + high) / 2
        low, high = (half, high) if excess(half) > 0 else (low, half)
    scatter = low if excess(0.0) > 0 else 0.0
    m = middle(scatter)
    expected = [m + (1 - (k - 3) / (k - 1) * e**2 / (e**2 + scatter)) * (v - m) if scatter else m for v, e in groups]
    found = shrunken_means(*(np.array(column, np.float64) for column in zip(*groups, strict=True)))
    assert found.tolist() == pytest.approx(expected, abs=1e-7)


def test_a_value_that_is_known_for_sure_shrinks_like_one_that_nearly_is() -> None:
    """Without an error of its own it stays where it is, and the others lean on it."""
    value = np.array([1.0, 2, 3, 9])
    sure, nearly = (shrunken_means(value, np.array([error, 1, 1, 1])) for error in (0, 1e-7))
    assert sure.tolist() == pytest.approx(nearly.tolist(), abs=1e-6)
    assert sure[0] == pytest.approx(1)
    assert shrunken_means(value, np.zeros(4)).tolist() == pytest.approx(value.tolist())
    assert shrunken_means(np.full(5, 0.3), np.array([0, 0, 1, 1, 1])).tolist() == [0.3] * 5


def test_a_known_scatter_is_recovered() -> None:
    """2,000 groups of 30 with true shares from a beta of strength 20: each shrinks by 20 items."""
    rng = np.random.default_rng(7)
    n = np.full(2000, 30)
    hits = rng.binomial(n, rng.beta(14, 6, 2000))
    level = hits.sum() / n.sum()
    found = shrunken_shares(hits, n, level)
    strength = n * (hits / n - found) / (found - level)
    assert np.allclose(strength, strength[0])
    assert strength[0] == pytest.approx(20, rel=0.1)


@given(
    st.lists(
        st.tuples(st.integers(min_value=0, max_value=40), st.integers(min_value=1, max_value=500)),
        min_size=1,
        max_size=9,
    )
)
def test_shrunken_rates_follow_from_the_moments(groups: list[tuple[int, int]]) -> None:
    """Against the mean of a gamma posterior in fractions, its prior by Marshall's moments."""
    events, exposure = sum(k for k, _ in groups), sum(n for _, n in groups)
    level = Fraction(events, exposure)
    spread = sum((Fraction(n, exposure) * (Fraction(k, n) - level) ** 2 for k, n in groups), Fraction(0))
    scatter = spread - level / Fraction(exposure, len(groups))
    expected = [level] * len(groups)
    if scatter > 0:
        strength, shape = level / scatter, level**2 / scatter  # of a gamma with this mean and variance
        expected = [(shape + k) / (strength + n) for k, n in groups]
    k, n = (np.array(column) for column in zip(*groups, strict=True))
    found = shrunken_rates(k, n, float(level))
    if scatter != 0:  # at the edge the fractions and the floats may take either way
        assert found.tolist() == pytest.approx([float(x) for x in expected], abs=1e-6)


def complaints(**teams: tuple[int, int]) -> Measures:
    """Complaints per 1,000 contacts, from (complaints, contacts) by team."""
    rate = Compound.of(
        KPIS["complaint_volume"],
        KPIS["volume"],
        key="complaints",
        title="complaints",
        question="how many?",
        formula="complaints / contacts",
        better="lower",
        times=1000,
    )
    day = np.datetime64("2026-05-04", "us")
    few, many = ([name for name, one in teams.items() for _ in range(one[i])] for i in (0, 1))
    data = {
        "complaints": {"received_at": [day] * len(few), "team": few},
        "interactions": {"queued_at": [day] * len(many), "team": many},
    }
    return measure([rate], data, by=["team"])


def test_rates_are_ranked_with_their_exposure() -> None:
    """One complaint in two contacts is not the worst desk; the cost is in complaints."""
    teams = {"north": (40, 1000), "south": (10, 1000), "east": (12, 1000), "west": (11, 1000), "tiny": (1, 2)}
    measures = complaints(**teams)
    assert max(measures, key=lambda m: m.value or 0).group["team"] == "tiny"
    ranking = weakest(measures, "complaints")
    first = ranking[0]
    assert (first.measured.group["team"], first.measured.value) == ("north", 40)
    assert first.overall == pytest.approx(1000 * 74 / 4002)
    assert first.cost == pytest.approx((first.measured.low or 0) - 1000 * 74 / 4002)  # of 1,000 contacts
    shrunk = {row.measured.group["team"]: row.level for row in weakest(measures, "complaints", rank_by="shrinkage")}
    k, n = (np.array(column) for column in zip(*(teams[name] for name in shrunk), strict=True))
    assert list(shrunk.values()) == pytest.approx((1000 * shrunken_rates(k, n, 74 / 4002)).tolist())
    [rate] = measures.kpis
    assert isinstance(rate, Compound)
    given_base = attrs.evolve(rate, base_is="count")
    with pytest.raises(InvalidValue, match="rank_by must be interval for complaints"):
        weakest(attrs.evolve(measures, kpis=(given_base,)), "complaints", rank_by="shrinkage")


def test_clusters_are_ranked_by_interval_only() -> None:
    """Whose interval knows of the customers; two answers of one kind say next to nothing."""
    answers = {
        "team": ["north"] * 60 + ["south"] * 60 + ["pair"] * 2,
        "score": [5, 5, 5, 1] * 15 + [5, 5, 5, 5] * 15 + [1, 1],
        "customer_id": [f"c{i % 20}" for i in range(120)] + ["x", "y"],
    }
    measures = measure([SATISFIED], {"answers": answers}, by=["team"], cluster="customer_id")
    assert measures.get("csat", team="pair").high == pytest.approx(1 - 0.025**0.5)
    ranking = {row.measured.group["team"]: row for row in weakest(measures, "csat")}
    assert ranking["pair"].level == pytest.approx(1 - 0.025**0.5)  # Clopper and Pearson's, of none of two
    assert ranking["south"].level == 1
    with pytest.raises(InvalidValue, match="kpi must be measured without cluster="):
        weakest(measures, "csat", rank_by="shrinkage")


def test_few_groups_and_no_groups() -> None:
    """Fewer than four means say nothing of their scatter; nothing is nothing."""
    assert shrunken_means(np.array([1.0, 5.0]), np.ones(2)).tolist() == [3.0, 3.0]
    assert shrunken_means(np.zeros(0), np.zeros(0)).tolist() == []
    assert shrunken_means(np.array([4.0] * 5), np.zeros(5)).tolist() == [4.0] * 5
    assert shrunken_shares(np.array([3]), np.array([3]), 1.0).tolist() == [1.0]
    assert shrunken_rates(np.array([0]), np.array([3]), 0.0).tolist() == [0.0]


# --- ranking ------------------------------------------------------------------------------------------------------


def test_a_tiny_group_with_an_extreme_share_is_not_first() -> None:
    """Its raw share is the worst, and still a large group that is surely worse is first, either way."""
    measures = answered(
        SATISFIED,
        north=[5] * 160 + [1] * 40,
        south=[5] * 60 + [1] * 40,
        east=[5] * 150 + [1] * 50,
        west=[5] * 155 + [1] * 45,
        tiny=[5, 1, 1],
    )
    raw = sorted(measures, key=lambda m: m.value or 0)
    assert raw[0].group["team"] == "tiny"
    for by in ("interval", "shrinkage"):
        ranking = weakest(measures, "csat", rank_by=by)
        assert ranking[0].measured.group["team"] == "south"
        assert ranking[0].worse
    tiny = next(row for row in weakest(measures, "csat") if row.measured.n == 3)
    assert (tiny.worse, tiny.cost) == (False, 0.0)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.lists(st.sampled_from([1, 5]), min_size=1, max_size=40),
        min_size=1,
        max_size=6,
    )
)
def test_rank_gap_and_cost_are_what_a_slow_loop_finds(groups: dict[str, list[int]]) -> None:
    """Over the measurements, one by one."""
    measures = answered(SATISFIED, **groups)
    whole = sum(scores.count(5) for scores in groups.values()) / sum(map(len, groups.values()))
    ranking = weakest(measures, "csat")
    assert {row.measured.group["team"] for row in ranking} == groups.keys()
    for row in ranking:
        assert row.overall == pytest.approx(whole)
        high = measures.get("csat", **row.measured.group).high
        assert high is not None
        assert row.level == high
        assert row.gap == pytest.approx(whole - high)
        assert row.cost == pytest.approx(max(whole - high, 0) * len(groups[row.measured.group["team"]]))
    levels = [row.level or 0 for row in ranking]
    assert levels == sorted(levels)


def test_lower_is_better_for_durations() -> None:
    """The slow team is first, by the low end of its interval; its cost is in seconds."""
    hours = handled(fast=[1, 2, 3] * 10, slow=[4, 5, 6] * 10, middle=[2, 3, 4] * 10)
    first = weakest(hours, "resolution_time")[0]
    assert first.measured.group["team"] == "slow"
    assert first.level == first.measured.low
    assert first.cost == pytest.approx(((first.measured.low or 0) - 10_000 - 2_000) * 30)  # the whole takes 3 h 20 min


def test_values_that_are_all_alike_are_not_known_without_error() -> None:
    """Two equal bad scores have nearly all of the scale for their interval; a ranking looks at the others."""
    measures = answered(SCORE, pair=[2, 2], north=[1, 2, 3, 4, 5] * 20, south=[2, 3, 4, 5, 5] * 20)
    pair = measures.get("csat_mean", team="pair")
    assert [pair.low, pair.high] == pytest.approx([1 + 0.025, 5 - 0.025 * 3])
    ranking = weakest(measures, "csat_mean")
    assert [row.measured.group["team"] for row in ranking][-1] == "pair"
    assert not ranking[len(ranking) - 1].worse


def test_one_value_cannot_be_ranked_but_can_be_shrunken() -> None:
    """A mean of one has no interval, and is last; the spread of the others shrinks it."""
    measures = answered(
        SCORE, one=[1], a=[1, 2, 3] * 9, b=[3, 4, 5] * 9, c=[2, 3, 4] * 9, d=[4, 5, 5] * 9, e=[1, 2, 2] * 9
    )
    last = weakest(measures, "csat_mean").rows[-1]
    assert (last.measured.group["team"], last.level, last.gap, last.cost, last.worse) == (
        "one",
        None,
        None,
        None,
        False,
    )
    shrunk = {row.measured.group["team"]: row.level for row in weakest(measures, "csat_mean", rank_by="shrinkage")}
    assert 1.1 < (shrunk["one"] or 0) < 2
    assert shrunk["e"] == pytest.approx(1.67, abs=0.1)
    alone = answered(SCORE, one=[1], two=[2])
    assert [row.level for row in weakest(alone, "csat_mean", rank_by="shrinkage")] == [None, None]


def test_net_scores_shrink_by_their_spread() -> None:
    """In points; a group of two detractors is drawn far in."""
    teams = {name: [10] * k + [5] * (60 - k) for name, k in zip("abcdef", (10, 20, 30, 40, 50, 30), strict=True)}
    measures = answered(NPS, **teams, tiny=[0, 0])
    ranking = weakest(measures, "nps", rank_by="shrinkage")
    assert ranking[0].measured.group["team"] == "a"
    tiny = next(row for row in ranking if row.measured.n == 2)
    assert -70 < (tiny.level or 0) < -40
    assert tiny.cost is None


def test_overall_may_be_given_and_must_be_for_percentiles() -> None:
    """A number, or what was measured without groups, by the same definition."""
    hours = handled(fast=[1, 2, 3] * 10, slow=[4, 5, 6] * 10)
    whole = handled(all=[1, 2, 3, 4, 5, 6] * 10)
    with pytest.raises(InvalidValue, match="overall must be given for resolution_p50"):
        weakest(hours, "resolution_p50")
    overall = whole.get("resolution_p50", team="all")
    ranking = weakest(hours, "resolution_p50", overall=overall)
    assert [(row.measured.group["team"], row.worse, row.cost) for row in ranking] == [
        ("slow", True, None),
        ("fast", False, None),
    ]
    assert ranking[0].overall == 3 * 3600
    assert weakest(hours, "resolution_p50", overall=7200.0)[0].overall == 7200
    with pytest.raises(InvalidValue, match="overall must be of the same definition as resolution_p50"):
        weakest(hours, "resolution_p50", overall=whole.get("resolution_time", team="all"))
    with pytest.raises(InvalidValue, match="rank_by must be interval for resolution_p50, read as p50"):
        weakest(hours, "resolution_p50", rank_by="shrinkage", overall=overall)


def test_what_cannot_be_ranked_is_named() -> None:
    """A count, a KPI without direction, one that was not measured, a way that there is not."""
    day = np.array(["2026-05-04"], "datetime64[us]")
    counts = measure(["case_volume", "backlog"], {"cases": {"received_at": day, "resolved_at": day}}, now=day[0])
    with pytest.raises(InvalidValue, match="kpi must have a better direction to be ranked"):
        weakest(counts, "case_volume")
    with pytest.raises(InvalidValue, match=r"backlog, a count, which grows with its group\); use pareto"):
        weakest(counts, "backlog")
    with pytest.raises(UnknownName, match=r"got 'backlo'\); did you mean backlog"):
        weakest(counts, "backlo")
    with pytest.raises(InvalidValue, match="rank_by must be one of interval, shrinkage"):
        weakest(answered(SATISFIED, a=[5]), "csat", rank_by="raw")  # type: ignore[arg-type]


def test_without_data_there_is_no_ranking() -> None:
    """Nothing measured, or only refused answers."""
    assert len(weakest(answered(SATISFIED, a=[9]), "csat")) == 0
    assert len(weakest(answered(SATISFIED), "csat", rank_by="shrinkage")) == 0


def test_equal_levels_come_by_n_then_by_name_and_show_as_a_table() -> None:
    """A stable order."""
    ranking = weakest(answered(SATISFIED, b=[5] * 9, a=[5] * 9, c=[5] * 20), "csat")
    assert [row.measured.group["team"] for row in ranking] == ["c", "a", "b"]
    assert repr(ranking).splitlines()[0].split() == [
        "team", "value", "low", "high", "n", "level", "overall", "gap", "worse", "cost",
    ]  # fmt: skip
    assert "weakest groups first, by interval" in ranking._repr_html_()
    assert ranking.to_frame()["team"].tolist() == ["c", "a", "b"]
