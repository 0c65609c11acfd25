"""The times of both sides, with the open ones, as the log-rank test reads them."""

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.metrics import KPIS, Tally, tally
from servqual.pdca import Verdict, compare
from servqual.stats import survival

NOW = np.datetime64("2026-07-01", "us")
HOUR = np.timedelta64(1, "h")


def side(seed: int, mean: float, n: int = 60, by: tuple[str, ...] = ("team",)) -> tuple[Tally, Any]:
    """Cases of two teams, some of which are open, and the hours and ends of the first one."""
    dice = np.random.default_rng(seed)
    start = NOW - 40 * HOUR
    hours = np.rint(dice.exponential(mean, n)).astype(int) + 1
    ended = hours < 40
    ends = np.where(ended, start + hours * HOUR, np.datetime64("NaT"))
    team = np.array(["a", "b"] * (n // 2))
    at = [start] * n
    kpis = ["resolution_median", "resolution_rate"]
    found = tally(kpis, {"cases": {"received_at": at, "resolved_at": ends, "team": team}}, by=by, now=NOW)
    mine = team == "a" if by else np.ones(n, np.bool_)
    return found, (np.minimum(hours, 40)[mine] * 3600.0, ended[mine])


def test_the_log_rank_test_reads_the_times_of_both_sides() -> None:
    """In each group as of its own cases, also of a measurement and of a receipt's tallies."""
    (old, before), (new, after) = side(1, 30.0), side(2, 15.0)
    wanted = survival.logrank(*before, *after)
    assert wanted.p_value is not None
    assert wanted.p_value < 0.05
    found: Verdict = compare(old, new, "resolution_median").get(team="a")
    assert found.logrank == wanted
    alone = [each.measure().get("resolution_median", team="a") for each in (old, new)]
    assert compare(alone[0], alone[1]).logrank == wanted
    assert compare(old, new, "resolution_rate").get(team="a").logrank is None
    plain = [attrs.evolve(each.measure().get("resolution_median", team="a"), cell=None) for each in (old, new)]
    assert compare(plain[0], plain[1]).logrank is None


def test_columns_of_the_mix_and_of_series_are_taken_together() -> None:
    """The groups are those of the verdict."""
    (old, _), (new, _) = side(1, 30.0), side(2, 15.0)
    whole = [side(seed, mean, by=())[1] for seed, mean in ((1, 30.0), (2, 15.0))]
    found = compare(old, new, "resolution_median", mix_by=["team"])
    assert found.logrank == survival.logrank(*whole[0], *whole[1])


@pytest.mark.parametrize("until", [dt.timedelta(hours=30)])
def test_a_median_that_was_not_reached_has_a_test_all_the_same(until: dt.timedelta) -> None:
    """Where over half are open; and a restricted mean has one too."""
    (old, before), (new, after) = side(3, 200.0, by=()), side(4, 90.0, by=())
    found = compare(old, new, "resolution_median")
    assert found.low is None
    assert found.logrank == survival.logrank(*before, *after)
    kpi = next(kpi for kpi in KPIS.values() if kpi.statistic == "restricted_mean").with_(until=until)
    rows = {"received_at": [NOW - 40 * HOUR] * 4, "resolved_at": [NOW - 10 * HOUR, NOW - 30 * HOUR, NOW, None]}
    one = tally([kpi], {"cases": rows}, now=NOW)
    assert compare(one, one).logrank is not None
