"""Time of 10,000 comparisons of cells, from tallies: `python benchmarks/verdicts.py`.

A share, a mean, a percentile, a median of lifetimes and a count, by 10,000 teams, with a margin and a guardrail. The
number of rows behind the tallies does not matter. The budget is one second each; a share with its guardrail counts as
one comparison. Measurements are compared one by one, each time on arrays of one: that takes milliseconds, so that many
are compared as tallies.
"""

import datetime as dt
import time

import numpy as np

from servqual.metrics import Tally, tally
from servqual.pdca import Guardrail, compare

TEAMS = 10_000
KPIS = ("resolution_rate", "resolution_time", "resolution_p90", "resolution_median", "case_volume")
BUDGET_S = 1.0


def side(seed: int, rows: int) -> Tally:
    """Cases of 10,000 teams, 80 % resolved."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2026-03-02", "us")
    took = rng.exponential(86_400, rows).astype("timedelta64[s]")
    ended = np.where(rng.random(rows) < 0.8, start + took, np.datetime64("NaT"))
    cases = {
        "team": rng.permutation(np.arange(rows) % TEAMS).astype(str),
        "received_at": np.full(rows, start),
        "resolved_at": ended,
        "reopened": rng.random(rows) < 0.1,
    }
    return tally([*KPIS, "reopen_rate"], {"cases": cases}, by=["team"], now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))


def seconds(before: Tally, after: Tally, kpi: str) -> float:
    """Best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        found = compare(before, after, kpi, margin=0.05, guardrails=[Guardrail(kpi="reopen_rate", margin=0.1)])
        best = min(best, time.process_time() - start)
        assert len(found) == TEAMS
    return best


def apiece(before: Tally, after: Tally, kpi: str) -> float:
    """Milliseconds of one comparison of two measurements, best of three hundred."""
    sides = [list(side.measure().of(kpi))[:100] for side in (before, after)]
    best = float("inf")
    for one, two in [*zip(*sides, strict=True)] * 3:
        start = time.process_time()
        compare(one, two, margin=0.05)
        best = min(best, time.process_time() - start)
    return 1000 * best


def main() -> None:
    """Print a table."""
    before, after = side(1, 500_000), side(2, 500_000)
    head = f"of {TEAMS:,} verdicts, each with a guardrail; budget {BUDGET_S:g} s; ms of two measurements"
    print(f"{'kpi':20} {'seconds':>8} {'ms':>5}  {head}")
    for kpi in KPIS:
        took = seconds(before, after, kpi)
        print(f"{kpi:20} {took:8.2f} {apiece(before, after, kpi):5.1f}  {'kept' if took < BUDGET_S else 'MISSED'}")


if __name__ == "__main__":
    main()
