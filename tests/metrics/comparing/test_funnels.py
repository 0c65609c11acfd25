"""Funnels: exact limits by n, which groups lie outside, and scatter beyond chance."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Compound, Kpi, Measures, funnel, measure
from servqual.metrics.comparing.funnels import between_groups, inflation
from servqual.stats.spc import of_shares

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by team."""
    team = [name for name, scores in groups.items() for _ in scores]
    score = [x for scores in groups.values() for x in scores]
    return measure(kpis, {"answers": {"team": team, "score": score}}, by=["team"])


def tail(hits: int, n: int, share: Fraction) -> Fraction:
    """The binomial probability of at most so many hits, added up in fractions."""
    return sum((math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(hits + 1)), Fraction(0))


sizes = st.integers(min_value=1, max_value=40)
shares = st.integers(min_value=1, max_value=19).map(lambda k: Fraction(k, 20))


@given(sizes, shares, st.sampled_from([Fraction(19, 20), Fraction(499, 500)]))
def test_limits_are_those_of_the_source(n: int, target: Fraction, level: Fraction) -> None:
    """The interpolation of Spiegelhalter's appendix, in fractions: (r - a) / n, for hits and for misses."""

    def limit(share: Fraction) -> float:
        p = (1 - level) / 2
        r = next(k for k in range(n + 1) if tail(k, n, share) >= p)
        before = tail(r - 1, n, share) if r else Fraction(0)
        a = (tail(r, n, share) - p) / (tail(r, n, share) - before)
        return max(float((r - a) / n), 0.0)

    low, high = of_shares(np.array([n]), float(target), float(level))
    assert low[0] == pytest.approx(limit(target), abs=1e-9)
    assert high[0] == pytest.approx(1 - limit(1 - target), abs=1e-9)


@given(sizes, st.integers(min_value=0, max_value=40), shares)
def test_a_group_is_outside_where_its_tail_is_too_thin(n: int, hits: int, target: Fraction) -> None:
    """Of 95 % limits: where so few or so many hits have a probability below 2.5 %, and nowhere else."""
    hits = min(hits, n)
    found = funnel(answered(SATISFIED, team=[5] * hits + [1] * (n - hits)), "csat", overall=float(target))
    [row] = found
    few, many = tail(hits, n, target), 1 - (tail(hits - 1, n, target) if hits else Fraction(0))
    edge = Fraction(1, 40)
    if min(abs(few - edge), abs(many - edge)) > Fraction(1, 10**9):
        assert (row.outside is not None) == (few < edge or many < edge)
        if row.outside:
            assert row.side == ("worse" if few < edge else "better")


def test_a_single_hit_is_never_outside() -> None:
    """One of one, against any usual target: the raw rate of 100 % says nothing."""
    for target in (0.5, 0.9):
        [row] = funnel(answered(SATISFIED, team=[5]), "csat", overall=target)
        assert (row.low, row.high, row.outside, row.side) == ((0.0, 0.0), (1.0, 1.0), None, None)


def test_limits_narrow_towards_the_target() -> None:
    """As n grows they approach the normal ones, two and three standard errors wide."""
    found = funnel(answered(SATISFIED, a=[5] * 8 + [1] * 2, b=[5] * 80 + [1] * 20), "csat")
    assert found.target == pytest.approx(0.8)
    n = np.array([100, 10_000, 1_000_000])
    low, high = found.limits_at(n)
    assert low.shape == high.shape == (2, 3)
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) < 0).all()
    error = np.sqrt(0.8 * 0.2 / n)
    assert high[0, 2] == pytest.approx(0.8 + 1.959964 * error[2], abs=2e-6)  # within two of a million items
    assert low[1, 2] == pytest.approx(0.8 - 3.090232 * error[2], abs=2e-6)
    with pytest.raises(InvalidValue, match=r"n must be 1 or more \(got 0\)"):
        found.limits_at([10, 0])


def test_means_get_limits_from_the_spread_of_single_items() -> None:
    """Against the pooled standard deviation of the scores themselves."""
    scores = {"a": [1, 2, 3, 4, 5] * 20, "b": [5, 5, 4, 4, 3] * 20, "c": [3, 3, 4], "one": [1]}
    found = funnel(answered(SCORE, **scores), "csat_mean")
    squares = sum(((np.array(x) - np.mean(x)) ** 2).sum() for x in scores.values())
    spread = math.sqrt(squares / sum(len(x) - 1 for x in scores.values()))
    assert found.spread == pytest.approx(spread)
    target = sum(map(sum, scores.values())) / 204
    assert found.target == pytest.approx(target)
    rows = {row.measured.group["team"]: row for row in found}
    assert rows["c"].low[0] == pytest.approx(target - 1.959964 * spread / math.sqrt(3))
    assert (rows["a"].outside, rows["a"].side) == (0.998, "worse")
    assert (rows["b"].outside, rows["b"].side) == (0.998, "better")
    assert (target - 1) / spread == pytest.approx(2.3, abs=0.1)
    assert (rows["one"].outside, rows["one"].side) == (0.95, "worse")


BCG = [  # vaccinated: ill, well; others: ill, well. G. A. Colditz et al., 1994, JAMA 271: 698-702
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]  # fmt: skip


def test_scatter_between_groups_is_that_of_dersimonian_and_laird() -> None:
    """Published for the BCG trials with the R package metafor: Q = 152.23, tau² = 0.3088 (W. Viechtbauer, 2010)."""
    a, b, c, d = np.array(BCG, np.float64).T
    value = np.log(a / (a + b)) - np.log(c / (c + d))
    error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    weight = 1 / error**2
    middle = (weight * value).sum() / weight.sum()
    phi = inflation((value - middle) / error, 0)
    assert phi * 13 == pytest.approx(152.233, abs=5e-4)
    assert between_groups(phi, error) ** 2 == pytest.approx(0.3088, abs=5e-5)


def test_pulled_in_ends_hide_no_outlier() -> None:
    """One wild group of eleven leaves the factor near 1; taken as it is, it would widen all limits threefold."""
    z = np.array([-1.5, -1, -0.5, -0.5, 0, 0, 0.5, 0.5, 1, 1.5, 12])
    assert inflation(z, 0) > 13
    assert inflation(z, 0.1) < 1.2
    assert inflation(np.zeros(0), 0.1) == 1
    assert between_groups(9.0, np.ones(1)) == 0


def test_overdispersion_widens_the_limits() -> None:
    """By one factor, so that they still close up; or by a spread between groups, so that they do not."""
    rates = [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9]
    teams = {f"t{i}": [5] * round(400 * r) + [1] * round(400 * (1 - r)) for i, r in enumerate(rates)}
    measures = answered(SATISFIED, **teams)
    plain, wide, added = (
        funnel(measures, "csat", overdispersion=kind) for kind in (None, "multiplicative", "additive")
    )
    outside = [sum(row.outside is not None for row in one) for one in (plain, wide, added)]
    assert outside[0] > 5
    assert outside[1:] == [0, 0]
    assert (plain.phi, plain.tau, wide.tau, added.phi) == (1, 0, 0, 1)
    z = np.sort([(r - 0.725) / math.sqrt(0.725 * 0.275 / 400) for r in rates])
    assert wide.phi == pytest.approx(inflation(z, 0.1))
    many = 10**9
    assert wide.limits_at([many])[0][0, 0] == pytest.approx(0.725, abs=1e-3)
    assert added.limits_at([many])[0][0, 0] == pytest.approx(0.725 - 1.959964 * added.tau, abs=1e-3)
    # groups that scatter less than by chance need nothing
    calm = answered(SATISFIED, a=[5] * 60 + [1] * 40, b=[5] * 60 + [1] * 40)
    assert funnel(calm, "csat", overdispersion="multiplicative").phi == 1
    assert funnel(calm, "csat", overdispersion="additive").tau == 0
    assert funnel(answered(SATISFIED, a=[5] * 9), "csat", overdispersion="additive").target == 1


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


@given(st.integers(min_value=0, max_value=30), st.integers(min_value=1, max_value=12))
def test_a_rate_is_outside_where_its_poisson_tail_is_too_thin(events: int, expected: int) -> None:
    """Against adding up the probabilities of so few and so many events, one by one."""
    level, contacts = 1000 * expected / 400, 400
    [row] = funnel(complaints(team=(events, contacts)), "complaints", overall=level)
    at = [math.exp(-expected) * expected**k / math.factorial(k) for k in range(events + 1)]
    few, many = sum(at), 1 - sum(at[:-1])
    assert (row.outside is not None) == (few < 0.025 or many < 0.025)
    if row.outside:
        assert row.side == ("better" if few < 0.025 else "worse")
        assert (row.outside == 0.998) == (few < 0.001 or many < 0.001)
    half = 1.959964 * math.sqrt(expected)
    assert row.high[0] * 0.4 == pytest.approx(expected + half, abs=1.8)


def test_rates_pool_by_exposure_and_widen_by_their_own_scatter() -> None:
    """The level of all is all complaints over all contacts; z-scores are those of Poisson counts."""
    measures = complaints(a=(4, 400), b=(30, 400), c=(2, 100), d=(1, 300))
    found = funnel(measures, "complaints", overdispersion="multiplicative", winsorised=0)
    assert found.target == pytest.approx(37_000 / 1200)
    z = [(k - n * 37 / 1200) / math.sqrt(n * 37 / 1200) for k, n in ((4, 400), (30, 400), (2, 100), (1, 300))]
    assert found.phi == pytest.approx(sum(x * x for x in z) / 4)
    plain = funnel(measures, "complaints")
    assert [row.side for row in plain] == ["better", "worse", None, "better"]


def test_clusters_have_no_funnel() -> None:
    """The number of customers behind the answers of a group is unknown."""
    answers = {"score": [5, 1] * 10, "team": ["a"] * 20, "customer_id": ["c1", "c2"] * 10}
    measures = measure([SATISFIED], {"answers": answers}, by=["team"], cluster="customer_id")
    with pytest.raises(InvalidValue, match=r"kpi must be measured without cluster= for this \(got csat by clusters\)"):
        funnel(measures, "csat")


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_target_that_all_reach_has_no_room(target: float) -> None:
    """Any other share is outside, in whichever direction is better."""
    [row] = funnel(answered(SATISFIED, a=[5, 1]), "csat", overall=target)
    assert row.low == row.high == (target, target)
    assert row.side == ("worse" if target else "better")


def test_what_has_no_funnel_is_named() -> None:
    """Counts, percentiles, limits that are no probabilities, nothing measured."""
    day = np.array(["2026-05-04"] * 3, "datetime64[us]")
    cases = measure(["case_volume", "resolution_p50"], {"cases": {"received_at": day, "resolved_at": day}})
    with pytest.raises(
        InvalidValue, match=r"kpi must be a share, rate, mean, quotient or net score \(got case_volume, read"
    ):
        funnel(cases, "case_volume")
    with pytest.raises(InvalidValue, match="got resolution_p50, read as p50"):
        funnel(cases, "resolution_p50")
    measures = answered(SATISFIED, SCORE, a=[5])
    with pytest.raises(InvalidValue, match=r"limits must lie between 0 and 1 \(got \(95,\)\)"):
        funnel(measures, "csat", limits=(95,))
    with pytest.raises(InvalidValue, match=r"winsorised must be at least 0 and below 0\.5"):
        funnel(measures, "csat", winsorised=0.5)
    with pytest.raises(InvalidValue, match="overdispersion must be one of multiplicative, additive"):
        funnel(measures, "csat", overdispersion="both")  # type: ignore[arg-type]
    with pytest.raises(
        InvalidValue, match=r"measures must hold groups that tell the level and spread of csat_mean \(got 1 with data\)"
    ):
        funnel(measures, "csat_mean")
    with pytest.raises(InvalidValue, match="measures must hold groups that tell the level and spread of csat"):
        funnel(answered(SATISFIED, a=[9]), "csat")


def test_a_neutral_kpi_lies_above_or_below() -> None:
    """Occupancy can be too high and too low."""
    shifts = {
        "team": ["a"] * 30 + ["b"] * 30,
        "ready_s": [3600.0] * 60,
        "idle_s": [100.0 + i for i in range(30)] + [900.0 + i for i in range(30)],
    }
    found = funnel(measure(["occupancy"], {"shifts": shifts}, by=["team"]), "occupancy", overall=0.85)
    assert [(row.measured.group["team"], row.side) for row in found] == [("a", "above"), ("b", "below")]


def test_it_is_a_table_with_a_column_a_limit() -> None:
    """Enough to draw it from."""
    found = funnel(answered(SATISFIED, a=[5] * 60 + [1] * 40, b=[5] * 9 + [1]), "csat")
    assert list(found.columns()) == [
        "team", "value", "n", "target", "low_0.95", "high_0.95", "low_0.998", "high_0.998", "outside", "side", "unit",
    ]  # fmt: skip
    assert "%" in repr(found).splitlines()[1]
    assert "2 groups against the level of all" in found._repr_html_()
    assert len(found) == 2
