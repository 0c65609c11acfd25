"""How often the search for weak groups names noise, and how often it names what is there.

    python benchmarks/diagnosis.py [FIRST] [LAST]

Each seed is a simulated desk of 45 days in which nothing changes, searched for all KPIs that its columns carry. Once
every label column is shuffled by itself, so that no group differs from another: any name is noise. Once one team of
that desk reopens 6 of 100 cases more, or takes twice as long: it should be named. Once the desk
is taken as it is, where agents are equal within their team, and a category is weak. Three hundred seeds take some
twenty minutes of processor time.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from servqual.metrics import Kpi, Measures
from servqual.metrics.engine import plan_of, tallies_in
from servqual.metrics.time.instants import us_of
from servqual.pdca.diagnosis.carried import carried
from servqual.pdca.diagnosis.searching import Search, search
from servqual.samples import desk
from servqual.stats.intervals import wilson

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cases": ("category", "team", "priority", "channel", "agent"),
    "interactions": ("channel", "team", "topic"),
    "answers": ("category", "channel", "team"),
    "complaints": ("category", "team", "severity"),
}
Tables = dict[str, dict[str, Any]]
TOLD = (
    "any group of a calm desk", "a team that reopens more", "a team that takes longer", "an agent by itself",
    "the weak spot",
)  # fmt: skip


def searched(tables: Tables, now: Any) -> Search:
    """Search the tables as `diagnose` does."""

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        plans = [plan_of([*kpis], by=by, now=now, threads=1) for kpis, by in questions]
        return [tally.measure() for tally in tallies_in(plans, tables)]

    return search(measured, [*carried(tables, us_of(now, "now"))], COLUMNS, level=0.05)


def names(found: Search) -> set[tuple[str, str]]:
    """The groups that are named."""
    return {(column, label) for one in found.found for column, label in [one.weak[0].place]}


def spoiled(calm: Tables, dice: np.random.Generator) -> tuple[str, list[Tables]]:
    """Make one team of a calm desk worse in either way."""
    cases = calm["cases"]
    teams, counts = np.unique(cases["team"].astype(str), return_counts=True)
    team = str(teams[np.argsort(counts)[len(counts) // 2]])
    mine = cases["team"] == team
    more = cases["reopened"].copy()
    more[mine & (more == 0) & (dice.random(len(more)) < 0.06)] = 1
    later = np.where(
        mine, 2 * (cases["resolved_at"] - cases["received_at"]) + cases["received_at"], cases["resolved_at"]
    )
    return team, [
        calm | {"cases": cases | {name: values}} for name, values in (("reopened", more), ("resolved_at", later))
    ]


def one(seed: int) -> tuple[int, Counter[str]]:
    """Search the desks of a seed: how many cells were looked at, and what was named."""
    sample, dice = desk(seed=seed, days=45, improved_after=None), np.random.default_rng(seed)
    tables = {table: dict(sample.tables[table]) for table in COLUMNS}
    calm = {
        table: columns | {name: columns[name][dice.permutation(len(columns[name]))] for name in COLUMNS[table]}
        for table, columns in tables.items()
    }
    noise = searched(calm, sample.now)
    team, worse = spoiled(calm, dice)
    reopens, lasts = (("team", team) in names(searched(each, sample.now)) for each in worse)
    found = names(searched(tables, sample.now))
    agent = any(column == "agent" for column, _ in found)
    weak = any(label == sample.weak_spot for _, label in found)
    told = zip(TOLD, (bool(noise.found), reopens, lasts, agent, weak), strict=True)
    return noise.looked_at, Counter([name for name, is_named in told if is_named])


def main() -> None:
    """Print how many desks named something that is not there, and what is there."""
    first, last = map(int, sys.argv[1:3] or (1000, 1300))
    with ProcessPoolExecutor(2) as pool:
        seen = [*pool.map(one, range(first, last), chunksize=5)]
    n, counts = len(seen), sum((counted for _, counted in seen), Counter[str]())
    print(f"{sum(cells for cells, _ in seen) / n:.0f} cells a desk")
    for name in TOLD:
        low, high = wilson(np.array([counts[name]]), np.array([n]), 0.95)
        print(f"{name:26} named in {counts[name]} of {n} desks, {counts[name] / n:.1%} ({low[0]:.1%} to {high[0]:.1%})")


if __name__ == "__main__":
    main()
