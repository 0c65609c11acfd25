"""How often the search for weak groups names noise: desks whose groups are all alike, and agents who are equal.

    python benchmarks/diagnosis.py [FIRST] [LAST]

Each seed is a simulated desk of 45 days in which nothing changes. Once every label column is shuffled by itself, so
that no group differs from another: any name is noise. Once the desk is taken as it is, where agents are equal within
their team, and a category is weak. Five hundred seeds take about ten minutes.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from servqual.metrics import KPIS, Kpi, Measures
from servqual.metrics.engine import plan_of, tallies_in
from servqual.pdca.diagnosis.searching import Search, search
from servqual.samples import desk
from servqual.stats.intervals import wilson

KEYS = (
    "reopen_rate", "reassignment_rate", "resolution_p50", "resolution_p90", "first_response_p50", "first_response_p90",
)  # fmt: skip
COLUMNS = ("category", "team", "priority", "channel", "agent")


def searched(cases: dict[str, Any], now: Any) -> Search:
    """Search the cases as `diagnose` does."""

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        plans = [plan_of([*kpis], by=by, now=now, threads=1) for kpis, by in questions]
        return [tally.measure() for tally in tallies_in(plans, {"cases": cases})]

    return search(measured, [KPIS[key] for key in KEYS], {"cases": COLUMNS}, level=0.05)


def main() -> None:
    """Print how many desks named something that is not there, and the weak spot, which is."""
    first, last = map(int, sys.argv[1:3] or (1000, 1500))
    counts = dict.fromkeys(("any group of a calm desk", "an agent by itself", "the weak spot"), 0)
    cells = 0
    for seed in range(first, last):
        sample, dice = desk(seed=seed, days=45, improved_after=None), np.random.default_rng(seed)
        cases = dict(sample.tables["cases"])
        calm = cases | {name: cases[name][dice.permutation(len(cases[name]))] for name in COLUMNS}
        noise = searched(calm, sample.now)
        cells += noise.looked_at
        counts["any group of a calm desk"] += bool(noise.found)
        names = {found.weak[0].place for found in searched(cases, sample.now).found}
        counts["an agent by itself"] += any(column == "agent" for column, _ in names)
        counts["the weak spot"] += any(label == sample.weak_spot for _, label in names)
    n = last - first
    print(f"{cells / n:.0f} cells a desk")
    for name, count in counts.items():
        low, high = wilson(np.array([count]), np.array([n]), 0.95)
        print(f"{name:26} named in {count} of {n} desks, {count / n:.1%} ({low[0]:.1%} to {high[0]:.1%})")


if __name__ == "__main__":
    main()
