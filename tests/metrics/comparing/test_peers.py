"""Differences with published intervals, and groups against the figures of peers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, Compound, Kpi, Measures, Peer, measure, peer_gaps
from servqual.metrics.comparing.differences import Figure, difference
from servqual.stats.intervals import poisson, wilson

SATISFIED = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))
DAY = np.datetime64("2026-05-04", "us")


def answered(*kpis: Kpi, **groups: list[int]) -> Measures:
    """Measures of answers by team."""
    team = [name for name, scores in groups.items() for _ in scores]
    score = [x for scores in groups.values() for x in scores]
    return measure(kpis, {"answers": {"team": team, "score": score}}, by=["team"])


def share(hits: int, n: int) -> Figure:
    """A share with its score interval."""
    low, high = wilson(np.array([hits]), np.array([n]), 0.95)
    return Figure(value=hits / n, n=n, ends=(float(low[0]), float(high[0])))


@pytest.mark.parametrize(
    ("mine", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_differences_of_shares_are_those_that_newcombe_published(
    mine: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """R. G. Newcombe, 1998, table II, method 10: all eight examples."""
    found = difference(share(*mine), share(*other), "share", 0.95)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    turned = difference(share(*other), share(*mine), "share", 0.95)
    assert turned.low == pytest.approx(-high, abs=5e-5)
    assert turned.high == pytest.approx(-low, abs=5e-5)


scores = st.lists(st.integers(min_value=1, max_value=5), min_size=2, max_size=30)


@given(scores, scores)
def test_differences_of_means_are_those_of_welch(mine: list[int], other: list[int]) -> None:
    """Against scipy's t test of unequal variances, on the answers themselves."""
    from scipy.stats import ttest_ind  # noqa: PLC0415  (slow to load)

    measures = answered(SCORE, mine=mine)
    peer = Peer(name="them", value=float(np.mean(other)), n=len(other), sd=float(np.std(other, ddof=1)))
    [row] = peer_gaps(measures, "csat_mean", [peer])
    if len(set(mine)) > 1 and len(set(other)) > 1:
        expected = ttest_ind(mine, other, equal_var=False).confidence_interval(0.95)
        assert row.gap.low == pytest.approx(expected.low, abs=1e-6)
        assert row.gap.high == pytest.approx(expected.high, abs=1e-6)
    assert row.gap.value == pytest.approx(np.mean(mine) - np.mean(other))


def test_the_verdict_follows_the_better_direction() -> None:
    """Ahead in satisfaction, ahead with less time; unknown where a figure has no n."""
    measures = answered(SATISFIED, north=[5] * 56 + [1] * 14, south=[5] * 4 + [1] * 3)
    peers = [
        Peer(name="low", value=0.6, n=80),
        Peer(name="high", value=0.95, n=400),
        Peer(name="press", value=0.6, source="a press release"),
    ]
    rows = {(row.measured.group["team"], row.peer): row for row in peer_gaps(measures, "csat", peers)}
    assert {key: row.verdict for key, row in rows.items()} == {
        ("north", "low"): "better",
        ("north", "high"): "worse",
        ("north", "press"): "unknown",
        ("south", "low"): "unclear",
        ("south", "high"): "worse",
        ("south", "press"): "unknown",
    }
    assert rows["north", "low"].lead == pytest.approx(0.2)
    assert rows["north", "press"].lead == pytest.approx(0.2)
    assert (rows["north", "press"].gap.low, rows["north", "press"].gap.high) == (None, None)

    hours = np.array([1, 2, 3] * 20)
    cases = {"received_at": [DAY] * 60, "resolved_at": DAY + hours * np.timedelta64(1, "h")}
    times = measure(["resolution_time", "resolution_p50"], {"cases": cases})
    [row] = peer_gaps(times, "resolution_time", [Peer(name="slow", value=3 * 3600, n=50, sd=3600)])
    assert (row.verdict, row.gap.value, row.lead) == ("better", -3600, 3600)
    [row] = peer_gaps(times, "resolution_p50", [Peer(name="slow", value=3 * 3600, n=50, sd=3600)])
    assert (row.verdict, row.lead) == ("unknown", 3600)


def test_a_neutral_kpi_has_a_gap_but_no_lead() -> None:
    """More cases are neither better nor worse."""
    [row] = peer_gaps(
        measure(["case_volume"], {"cases": {"received_at": [DAY] * 9}}), "case_volume", [Peer(name="x", value=4)]
    )
    assert (row.gap.value, row.lead, row.verdict, row.gap.verdict(None)) == (5, None, "unknown", "unknown")


def test_net_scores_differ_by_the_normal_distribution() -> None:
    """NPS of independent samples: the variances add, as in row 65 of the KPIs."""
    answers = [10] * 50 + [8] * 20 + [3] * 30
    [row] = peer_gaps(answered(KPIS["nps"], us=answers), "nps", [Peer(name="them", value=5, n=200, sd=90)])
    variance = 100**2 * (0.8 - 0.2**2) / 100 + 90**2 / 200
    assert row.gap.value == pytest.approx(15)
    assert row.gap.high == pytest.approx(15 + 1.959964 * math.sqrt(variance), rel=1e-6)


def test_rates_differ_by_the_intervals_of_their_counts() -> None:
    """Square-and-add of Garwood's: 40 complaints of 1,000 contacts against 10 of 500."""
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
    data = {"complaints": {"received_at": [DAY] * 40}, "interactions": {"queued_at": [DAY] * 1000}}
    [row] = peer_gaps(measure([rate], data), "complaints", [Peer(name="them", value=20, n=500)])
    (a, c), (b, d) = poisson(np.array([40, 10]), 0.95)
    assert row.gap.low == pytest.approx(20 - math.hypot(40 - a, 2 * d - 20))
    assert row.gap.high == pytest.approx(20 + math.hypot(b - 40, 20 - 2 * c))
    assert (row.lead, row.verdict) == (-20, "unclear")


def test_values_that_are_all_alike_leave_room() -> None:
    """Two fives do not prove anything against a peer."""
    measures = answered(SCORE, pair=[5, 5], others=[1, 2, 3, 4, 5] * 10)
    row = next(iter(peer_gaps(measures, "csat_mean", [Peer(name="them", value=4, n=100, sd=1)]).rows[1:]))
    assert row.measured.group["team"] == "pair"
    assert row.verdict == "unclear"
    certain = Figure(value=5, n=9, error=0.0)
    assert difference(certain, certain, "mean", 0.95).low == 0
    assert difference(certain, Figure(value=5, n=1, error=0.0), "mean", 0.95).low is None
    assert difference(certain, Figure(value=5, error=0.0), "mean", 0.95).low is None
    assert difference(certain, certain, "other", 0.95).low is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": " ", "value": 1}, "name must be a text with content"),
        ({"name": "x", "value": float("nan")}, "value must be a finite number"),
        ({"name": "x", "value": True}, "value must be a finite number"),
        ({"name": "x", "value": 1, "n": 0}, r"n must be a whole number from 1 \(got 0\)"),
        ({"name": "x", "value": 1, "sd": -1}, r"sd must be 0 or more \(got -1 for 'x'\)"),
    ],
)
def test_a_peer_is_a_figure_with_a_name(wrong: dict[str, object], message: str) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidValue, match=message):
        Peer(**wrong)  # type: ignore[arg-type]


def test_peers_that_do_not_fit_are_refused() -> None:
    """A share of 95, the same name twice, a KPI that was not measured."""
    measures = answered(SATISFIED, north=[5])
    with pytest.raises(InvalidValue, match=r"value must be a share from 0 to 1 \(got 95 for 'x'\); write 0.95"):
        peer_gaps(measures, "csat", [Peer(name="x", value=95)])
    with pytest.raises(InvalidValue, match=r"peers must differ in name \(got 'x' twice\)"):
        peer_gaps(measures, "csat", [Peer(name="x", value=0.9), Peer(name="x", value=0.8)])
    with pytest.raises(UnknownName, match="kpi must be one of csat"):
        peer_gaps(measures, "nps", [])


def test_it_is_a_table() -> None:
    """With the names of groups and peers."""
    found = peer_gaps(answered(SATISFIED, north=[5] * 9 + [1]), "csat", [Peer(name="them & co", value=0.5, n=10)])
    assert len(found) == 1
    assert found.to_frame()[["team", "peer", "verdict"]].to_numpy().tolist() == [["north", "them & co", "unclear"]]
    assert "them &amp; co" in found._repr_html_()
