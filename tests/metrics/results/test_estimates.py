"""Intervals admit what the rows leave open: rare events, values in bins, equal scores, and budgets near nothing."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from servqual.metrics import KPIS, Kpi, Measurement, measure

DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
SCORE = KPIS["csat_mean"].with_(scale=(1, 5))


def measured(kpi: str | Kpi, **columns: Any) -> Measurement:
    """One KPI of a table of these columns."""
    found = KPIS[kpi] if isinstance(kpi, str) else kpi
    return measure([found], {found.table: columns}).one()


def defective(count: int, n: int) -> dict[str, list[int]]:
    """Evaluations of one opportunity each, some of them a defect."""
    return {"defects": [1] * count + [0] * (n - count), "opportunities": [1] * n}


@pytest.mark.parametrize("events", [0, 1, 4])
def test_rare_defects_have_the_exact_interval_of_a_poisson_count(events: int) -> None:
    """Garwood's, by scipy.stats; among 9,000 evaluations no defect may stand for 410 in a million."""
    for key, times in (("dpmo", 1e6), ("dpo", 1), ("dpu", 1)):
        found = measured(key, **defective(events, 9000))
        assert found.low == pytest.approx(times * stats.chi2.ppf(0.025, 2 * events) / 2 / 9000 if events else 0)
        assert found.high == pytest.approx(times * stats.chi2.ppf(0.975, 2 * events + 2) / 2 / 9000, rel=2e-3)


def test_events_that_come_in_heaps_widen_their_interval() -> None:
    """A hundred defects in one evaluation tell less of the others than one in each of a hundred."""
    heap = measured("dpu", defects=[100] + [0] * 999)
    even = measured("dpu", defects=[1] * 100 + [0] * 900)
    assert heap.value == even.value == 0.1
    assert heap.high is not None
    assert even.high is not None
    assert heap.high > 4 * even.high


def test_a_service_without_downtime_is_not_surely_up() -> None:
    """Nor has it surely used nothing of its budget; more days without any say more."""
    week, year = ({"agreed_s": [86400] * n, "down_s": [0] * n} for n in (7, 365))
    for key, end in (("availability", "low"), ("error_budget_used", "high")):
        kpi = KPIS[key] if key == "availability" else KPIS[key].with_(slo=0.999)
        few, many = (measured(kpi, **days) for days in (week, year))
        rooms = [abs(getattr(found, end) - found.value) for found in (few, many)]
        assert rooms[0] > 10 * rooms[1] > 0
    [once] = measure(["availability"], {"availability": {**year, "down_s": [0] * 364 + [3600]}})
    assert once.low is not None
    assert 1 - once.low > 5 * 3600 / (365 * 86400)  # one event may stand for 5.57 (Garwood)


def test_a_budget_of_next_to_nothing_is_burned_at_a_known_rate() -> None:
    """Near an objective of 1, and exactly 1 where the budget is just used up."""
    failed = [True] + [False] * 9
    assert measured(KPIS["burn_rate"].with_(slo=0.9), failed=failed).value == 1
    assert measured(KPIS["burn_rate"].with_(slo=0.999_999_9), failed=failed).value == pytest.approx(1e6)
    none = measured(KPIS["burn_rate"].with_(slo=0.99), failed=[False] * 10)
    assert none.value == 0
    assert none.high == pytest.approx(27.75, abs=0.01)  # Wilson's for 0 of 10, over 0.01


def test_complaints_without_a_compliment_are_bounded_below() -> None:
    """Wilson's share of 9 in 9 is at least 70 %, which is 2.34 to one."""
    kpi = KPIS["complaints_per_compliment"].with_(complaints=("bad",), compliments=("good",))
    found = measured(kpi, received_at=[DAY] * 9, kind=["bad"] * 9)
    assert (found.value, found.high) == (None, None)
    assert found.low == pytest.approx(0.700855 / (1 - 0.700855), rel=1e-4)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=40))
@settings(max_examples=60)
def test_a_mean_of_scores_stays_on_its_scale_and_admits_doubt(scores: list[int]) -> None:
    """None of one answer; never without a width."""
    found = measured(SCORE, score=scores)
    if len(scores) == 1:
        assert (found.low, found.high, found.standard_error) == (None, None, None)
        return
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 1 <= found.low <= found.value <= found.high <= 5
    assert found.low < found.high


def test_equal_times_have_no_upper_bound() -> None:
    """A hundred calls that waited 5 s do not say how long others may wait."""
    found = measured("asa", wait_s=[5.0] * 100)
    assert found.low == pytest.approx(5 * 0.025 ** (1 / 99))
    assert (found.value, found.high) == (5, None)


@pytest.mark.parametrize("seed", range(3))
def test_a_percentile_from_bins_admits_its_bins(seed: int) -> None:
    """Its interval is as wide as the bin and holds the exact one."""
    rng = np.random.default_rng(seed)
    waits = 1000 + rng.permutation(np.linspace(0, 3, 3000)) + rng.random(3000) * 1e-4
    for key, q in (("wait_p50", 0.5), ("wait_p90", 0.9), ("wait_p95", 0.95)):
        found = measured(key, queued_at=[DAY] * 3000, wait_s=waits)
        exact = np.quantile(waits, q, method="inverted_cdf")
        assert found.error > 0
        assert found.low is not None
        assert found.high is not None
        assert found.value is not None
        assert found.low <= min(exact, found.value)
        assert found.high >= max(exact, found.value)
        assert found.high - found.low >= 4


def test_a_median_of_binned_ages_admits_its_bins() -> None:
    """Also where items go on."""
    seconds = 1000 + np.linspace(0, 3, 3000)
    start = np.datetime64("2026-05-04T09:00", "us")
    cells = {
        "received_at": np.full(3000, start),
        "resolved_at": start + (seconds * 1e6).astype("timedelta64[us]"),
    }
    found = measure(["resolution_median"], {"cases": cells}, now=DAY + dt.timedelta(days=1)).one()
    assert found.low is not None
    assert found.high is not None
    assert found.low <= float(np.quantile(seconds, 0.5)) <= found.high
    assert found.high - found.low >= 4


@pytest.mark.parametrize(
    ("hits", "n", "approximate"), [(2, 900, True), (3, 900, False), (898, 900, True), (0, 0, False)]
)
def test_a_score_interval_of_few_hits_says_that_it_is_approximate(hits: int, n: int, approximate: bool) -> None:
    """Fewer than three hits, or misses."""
    found = measured("transfer_rate", queued_at=[DAY] * n, transferred=[True] * hits + [False] * (n - hits))
    assert found.n == n
    assert found.approximate is approximate
