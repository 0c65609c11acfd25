"""How often verdicts are wrong, and how often they find what is there: 2,000 seeds per row, as a table.

    python benchmarks/evidence.py [SEEDS [FIRST SEED [WORDS OF A ROW]]]

In the first table nothing has changed, so that every *improved* and every *worse* is false: at most 5 % of them should
be, and at most 2.5 % improved; three standard errors more are let pass. In the second there is an effect that a plan of
95 % power finds. The third has how often the interval of an interrupted series holds the truth, and the last line how
many of five million random intervals are unknown or out of order. 2,000 seeds take more than an hour of processor time;
with words only the rows that have them in their name are counted.
"""

import datetime as dt
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np

from servqual.metrics import KPIS, Tally, measure, tally
from servqual.pdca import Selected, compare, diagnose
from servqual.samples import desk
from servqual.stats import differences
from servqual.stats.inference import (
    interrupted_series,
    planned_looks,
    sample_size_of_two_means,
    sample_size_of_two_proportions,
    smallest_level_change,
)

DAY = np.timedelta64(86_400_000_000, "us")
BEFORE, AFTER = np.datetime64("2026-03-02", "us"), np.datetime64("2026-05-04", "us")
NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
WEEKS, A_WEEK, SCATTER = 8, 400, 0.03
TEAMS = [f"team {letter}" for letter in "abcdefghij"]
FLAGS = {
    "cases": ("sla_kept", "escalated", "recategorised", "procedure_followed", "reassigned"),
    "interactions": ("abandoned", "transferred", "resolved"),
}
TWELVE = (
    "sla_kept", "escalation_rate", "wrong_category_rate", "procedure_followed_rate", "reassignment_rate",
    "resolution_rate", "resolution_p50", "resolution_time", "abandonment_rate", "transfer_rate", "hold_time", "asa",
)  # fmt: skip
Row = Callable[[int], str]
POINTS = [(n, rho) for n in (12, 24, 48) for rho in (0.0, 0.3, 0.6, 0.8, 0.9)]


def month(dice: np.random.Generator, start: np.datetime64, n: int, *, kept: float = 0.6, hours: float = 8) -> Any:
    """A month of n cases, of which some keep their promise; times to resolution are skewed."""
    received = start + dice.integers(0, 28, n) * DAY
    taken = dice.lognormal(math.log(hours), 1, n)
    return {
        "received_at": received,
        "resolved_at": received + (taken * 3.6e9).astype("m8[us]"),
        "sla_kept": dice.random(n) < kept,
        "team": dice.choice(TEAMS, n),
    }


def both(seed: int, kpi: str, n: int, effect: Mapping[str, float], **options: Any) -> str:
    """The verdict on two months that differ by an effect."""
    dice = np.random.default_rng(seed)
    before, after = (
        tally([kpi], {"cases": side}, now=NOW) for side in (month(dice, BEFORE, n), month(dice, AFTER, n, **effect))
    )
    return str(compare(before, after, **options).decision)


def daily_looks(seed: int, looks: int = 20) -> str:
    """The first verdict that is clear, looking at each of twenty days what has come so far."""
    dice = np.random.default_rng(seed)
    old = tally(["sla_kept"], {"cases": month(dice, BEFORE, 1000)}, now=NOW)
    so_far: Tally | None = None
    for look in range(1, looks + 1):
        today = tally(["sla_kept"], {"cases": month(dice, AFTER, 50)}, now=NOW)
        so_far = today if so_far is None else so_far + today
        decision = compare(old, so_far, looks=(look, looks)).decision
        if decision in {"improved", "worse"}:
            return str(decision)
    return "unclear"


def planned(seed: int, n: int, looks: int = 5) -> str:
    """Whether a better share is found at one of five planned looks at both sides, the last of which sees all."""
    dice = np.random.default_rng(seed)
    sides = [month(dice, start, n, kept=kept) for start, kept in ((BEFORE, 0.6), (AFTER, 0.7))]
    for look in range(1, looks + 1):
        before, after = (
            tally(["sla_kept"], {"cases": {name: rows[: n * look // looks] for name, rows in side.items()}}, now=NOW)
            for side in sides
        )
        if (decision := str(compare(before, after, looks=(look, looks)).decision)) != "unclear":
            return decision
    return "unclear"


def any_of_twelve(seed: int) -> str:
    """Any verdict of twelve KPIs, of which one was named before."""
    dice = np.random.default_rng(seed)
    sides = []
    for start in (BEFORE, AFTER):
        cases = month(dice, start, 400) | {name: dice.random(400) < 0.3 for name in FLAGS["cases"]}
        contacts: dict[str, Any] = {name: dice.random(400) < 0.3 for name in FLAGS["interactions"]}
        contacts |= {name: dice.exponential(60, 400).round() for name in ("wait_s", "hold_s")}
        contacts["queued_at"] = cases["received_at"]
        sides.append(tally([*TWELVE], {"cases": cases, "interactions": contacts}, now=NOW))
    before, after = sides
    found = Counter(verdict.decision for verdict in compare(before, after, primary="sla_kept"))
    return next((decision for decision in ("improved", "worse") if found[decision]), "unclear")


def worst_of_ten(seed: int, *, found_by: str) -> str:
    """The team that was worst among ten equal ones, next month: named by `diagnose`, or picked by eye."""
    dice = np.random.default_rng(seed)
    first, second = month(dice, BEFORE, 2000), month(dice, AFTER, 2000)
    teams = measure(["sla_kept"], {"cases": first}, by=["team"], now=NOW)
    if found_by == "diagnose":
        # nearly no level, so that the worst is named although nothing is wrong
        named = diagnose({"cases": first}, kpis=["sla_kept"], by=["team"], level=0.999, most=1, now=NOW)
        if not len(named):
            return "unclear"
        label, selected = named[0].weak.label, named[0].selected
    else:
        label = min(teams, key=lambda m: m.value if m.value is not None else 2).group["team"]
        selected = Selected.among(teams, "sla_kept", team=label)
    before, after = (tally(["sla_kept"], {"cases": side}, now=NOW, where={"team": label}) for side in (first, second))
    return str(compare(before, after, selected=selected).decision)


def with_season(seed: int) -> str:
    """Eight weeks of a desk that did not change, against the same eight weeks of the next year."""
    sample = desk(seed=seed, days=430, cases_per_day=3, improved_after=None, season=0.3)
    start = sample.start
    sides = []
    for year in (0, 1):
        begin = start + dt.timedelta(days=364 * year)
        period = (begin, begin + dt.timedelta(days=56))
        sides.append(tally(["reassignment_rate"], {"cases": sample.tables["cases"]}, now=period[1], period=period))
    before, after = sides
    return str(compare(before, after).decision)


def neighbours(seed: int, kpi: str) -> str:
    """Eight weeks of a desk that did not change, against the next eight, from some week of the year on."""
    start = dt.date(2026, 1, 5) + dt.timedelta(days=7 * (seed % 52))
    sample = desk(seed=seed, start=start, days=140, improved_after=None, season=0.3)
    sides = []
    for first in (14, 70):  # the queues of a new desk are empty
        begin = sample.start + dt.timedelta(days=first)
        period = (begin, begin + dt.timedelta(days=56))
        now = period[1] + dt.timedelta(days=14)
        sides.append(tally([kpi], {"cases": sample.tables["cases"]}, now=now, period=period))
    before, after = sides
    return str(compare(before, after).decision)


def weeks_that_scatter(seed: int, rho: float) -> str:
    """The verdict on two sides of weeks whose level scatters from week to week, and else stays as it is."""
    dice = np.random.default_rng(seed)
    level = 0.6 + SCATTER * noise(dice, 2 * WEEKS, rho)
    at = np.repeat(BEFORE + np.arange(2 * WEEKS) * 7 * DAY, A_WEEK)
    kept = dice.random(len(at)) < np.repeat(level, A_WEEK)
    sides = []
    for rows in (slice(None, WEEKS * A_WEEK), slice(WEEKS * A_WEEK, None)):
        cases = {"received_at": at[rows], "resolved_at": at[rows] + DAY, "sla_kept": kept[rows]}
        sides.append(tally(["sla_kept"], {"cases": cases}, by=["week"], now=NOW))
    return str(compare(sides[0], sides[1]).decision)


def noise(dice: np.random.Generator, n: int, rho: float) -> Any:
    """Autocorrelated noise of one standard deviation."""
    out = np.empty(n)
    out[0] = dice.normal()
    for place, fresh in enumerate(dice.normal(scale=math.sqrt(1 - rho**2), size=n - 1), 1):
        out[place] = rho * out[place - 1] + fresh
    return out


def series(seed: int, rho: float, *, n: int = 24, step: float = 0.0) -> Any:
    """An interrupted series of n points with autocorrelated noise of one standard deviation."""
    later = np.arange(n) - n // 2
    return interrupted_series(noise(np.random.default_rng(seed), n, rho) + np.where(later >= 0, step, 0), at=n // 2)


def level_and_slope(seed: int, n: int, rho: float) -> str:
    """Whether level or slope of an unchanged series is called changed."""
    found = series(seed, rho, n=n)
    for each in (found.level_change, found.slope_change):
        if each.low > 0:
            return "improved"
        if each.high < 0:
            return "worse"
    return "unclear"


def level_found(seed: int, rho: float, step: float) -> str:
    """Whether a step of the level is found."""
    return "improved" if series(seed, rho, step=step).level_change.low > 0 else "unclear"


def holds(seed: int, n: int, rho: float) -> str:
    """Whether the interval of a step holds it, and whether a caveat tells that it may not."""
    found = series(seed, rho, n=n, step=2.0)
    inside = found.level_change.low <= 2.0 <= found.level_change.high
    return f"{'held' if inside else 'missed'}{' with a caveat' if found.caveats else ''}"


def spread(pool: ProcessPoolExecutor, row: Row, seeds: range) -> Counter[str]:
    """Count what a row gives over the seeds."""
    return Counter(pool.map(row, seeds, chunksize=25))


def random_intervals(seed: int, n: int) -> tuple[int, int, int]:
    """Count intervals that are NaN although the data carry them, and those out of order, among n of each kind."""
    dice = np.random.default_rng(seed)
    sizes = [np.rint(10 ** dice.uniform(0, 6, n)) for _ in range(2)]
    shares = [dice.choice([0, 1, *dice.random(8)], n) for _ in range(2)]
    hits = [np.rint(size * share) for size, share in zip(sizes, shares, strict=True)]
    levels = [(dice.normal(0, 10 ** dice.uniform(-6, 6, n)), dice.exponential(1, n), size + 1) for size in sizes]
    some, all_of_them = hits[0] > 0, np.ones(n, np.bool_)
    found: list[tuple[differences.Gap | differences.MeanGap, Any]] = [
        (differences.shares(hits[1], sizes[1], hits[0], sizes[0], 0.95), all_of_them),
        (differences.rates(hits[1], sizes[1], hits[0], sizes[0], 0.95), all_of_them),
        (differences.means(levels[1], levels[0], 0.95), all_of_them),
        # a ratio whose base may be 0 has no value
        (differences.share_ratios(hits[1], sizes[1], hits[0], sizes[0], 0.95), some),
        (differences.rate_ratios(hits[1], sizes[1], hits[0], sizes[0], 0.95), some),
    ]
    lost = sum(int((able & ~np.isfinite(gap.low + gap.value + gap.high)).sum()) for gap, able in found)
    turned = sum(int(((gap.low > gap.value) | (gap.value > gap.high)).sum()) for gap, _ in found)
    return lost, turned, n * len(found)


def main(seeds: int = 2000, first: int = 1, *, words: str = "") -> None:
    """Print the tables, or the rows that have some words in their name."""
    some = range(first, first + seeds)
    null: Mapping[str, Row] = {
        "one look, share of kept promises, 400 a side": partial(both, kpi="sla_kept", n=400, effect={}),
        "one look, mean time to resolution, 400 a side": partial(both, kpi="resolution_time", n=400, effect={}),
        "one look, median time to resolution, 400 a side": partial(both, kpi="resolution_p50", n=400, effect={}),
        "daily looks for twenty days": daily_looks,
        "any of 12 KPIs, one named before": any_of_twelve,
        **{
            f"level or slope at {n} points, autocorrelation {rho:g}": partial(level_and_slope, n=n, rho=rho)
            for n in (8, 16, 24)
            for rho in (0, 0.3, 0.6)
        },
        "worst of ten teams, named by diagnose": partial(worst_of_ten, found_by="diagnose"),
        "worst of ten teams, picked by eye": partial(worst_of_ten, found_by="eye"),
        "unchanged desk with season, the same weeks a year later, reassignments": with_season,
        "unchanged desk with season, neighbouring eight weeks, reassignments": partial(
            neighbours, kpi="reassignment_rate"
        ),
        "unchanged desk with season, neighbouring eight weeks, median time": partial(neighbours, kpi="resolution_p50"),
        "unchanged desk with season, neighbouring eight weeks, mean time": partial(neighbours, kpi="resolution_time"),
        **{
            f"eight weeks a side that scatter by 3 points, autocorrelation {rho:g}": partial(
                weeks_that_scatter, rho=rho
            )
            for rho in (0, 0.5, 0.6)
        },
    }
    shares = sample_size_of_two_proportions(0.6, 0.7, power=0.95)
    sd = 8 * math.sqrt((math.e - 1) * math.e)
    drift = planned_looks(5).drift(0.95)
    assert drift is not None
    looks = math.ceil(shares * (drift / (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.95))) ** 2)
    means = sample_size_of_two_means(0.2 * 8 * math.exp(0.5), sd=sd, other_sd=0.8 * sd, power=0.95)
    steps = {rho: smallest_level_change(24, at=12, power=0.95, autocorrelation=rho) for rho in (0, 0.3, 0.6)}
    there: Mapping[str, Row] = {
        f"share 60 % to 70 %, {shares} a side": partial(both, kpi="sla_kept", n=shares, effect={"kept": 0.7}),
        f"share 60 % to 70 %, {looks} a side, seen at five planned looks": partial(planned, n=looks),
        f"mean time a fifth shorter, {means} a side": partial(
            both, kpi="resolution_time", n=means, effect={"hours": 6.4}
        ),
        **{
            f"level of 24 points, autocorrelation {rho:g}, {step:.1f} deviations": partial(
                level_found, rho=rho, step=step
            )
            for rho, step in steps.items()
        },
    }
    assert set(TWELVE) <= set(KPIS)

    def off(share: float) -> float:
        """Three standard errors of a share of the seeds."""
        return 3 * math.sqrt(share * (1 - share) / seeds)

    with ProcessPoolExecutor(2) as pool:
        print("| nothing changed | false | improved | worse |\n|---|---|---|---|", flush=True)
        for name, row in picked(null, words):
            found = spread(pool, row, some)
            up, down = (found[decision] / seeds for decision in ("improved", "worse"))
            mark = "" if up + down <= 0.05 + off(0.05) and up <= 0.025 + off(0.025) else " **above**"
            print(f"| {name} | {up + down:.1%}{mark} | {up:.1%} | {down:.1%} |", flush=True)
        print("\n| an effect that is there | found |\n|---|---|", flush=True)
        for name, row in picked(there, words):
            share = spread(pool, row, some)["improved"] / seeds
            print(f"| {name} | {share:.1%}{'' if share >= 0.95 - off(0.95) else ' **below**'} |", flush=True)
        print("\n| interval of a level, points, autocorrelation | held | with a caveat |\n|---|---|---|", flush=True)
        for name, row in picked({f"{n}, {rho:g}": partial(holds, n=n, rho=rho) for n, rho in POINTS}, words):
            found = spread(pool, row, some)
            held = (found["held"] + found["held with a caveat"]) / seeds
            told = sum(count for name, count in found.items() if name.endswith("caveat")) / seeds
            print(f"| {name} | {held:.1%} | {told:.1%} |", flush=True)
    lost, turned, of = random_intervals(first, 1_000_000)
    print(f"\nOf {of:,} random intervals {lost:,} are unknown and {turned:,} out of order.")


def picked(rows: Mapping[str, Row], words: str) -> list[tuple[str, Row]]:
    """Pick the rows that have some words in their name."""
    return [(name, row) for name, row in rows.items() if words in name]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), words=" ".join(sys.argv[3:]))
