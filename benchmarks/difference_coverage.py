"""How often intervals of differences, ratios and changes of a series hold the truth, at 95 %, as tables.

    python benchmarks/difference_coverage.py [RUNS]

Shares and events are summed over all outcomes of both sides, which is exact; means, medians and series are drawn, from
a fixed seed, RUNS times each (10,000 unless given). A cell is one method at one size, truth and autocorrelation. The
first table has a line a method, the second lists every cell that holds the truth in less than 93 %, with the caveat
that excuses it. `docs/intervals.md` holds them.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special

from servqual._arrays import Array
from servqual.stats import differences, intervals
from servqual.stats.inference.segmented import design, errors, judge

CONFIDENCE, BOUND = 0.95, 0.93
SIDES = ((20, 20), (50, 50), (100, 100), (200, 200), (30, 100), (50, 400))
SHARES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
EVENTS = (0.5, 1, 2, 5, 10, 20, 50, 100)
FEW, SMALL = 3, 30
"""Expected hits or misses below which an interval is approximate, and rows below which a side is small."""
AUTOCORRELATIONS = (0.0, 0.3, 0.6, 0.8, 0.9)
LOGNORMAL = float(np.exp(0.5))
SHAPES: dict[str, tuple[Callable[[np.random.Generator, tuple[int, int]], Array], float, float]] = {
    "normal": (lambda rng, size: rng.normal(5, 1, size), 5.0, 5.0),
    "exponential": (lambda rng, size: rng.exponential(size=size), 1.0, float(np.log(2))),
    "lognormal, sigma 1": (lambda rng, size: rng.lognormal(0, 1, size), LOGNORMAL, 1.0),
}
"""How to draw values, their mean and their median."""


class Cell(NamedTuple):
    """A method at one size, truth and autocorrelation: how often it holds the truth, and which caveat it has."""

    method: str
    where: str
    held: float
    caveat: str = ""


def inside(low: Array, high: Array, truth: float) -> Array:
    """Tell which intervals hold the truth; what is not given is not wrong."""
    return np.asarray(~((low > truth) | (high < truth)))


def binomial(n: int, share: float) -> Array:
    """The probability of each number of hits among n."""
    k = np.arange(n + 1)
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.exp(logs + special.xlogy(k, share) + special.xlogy(n - k, 1 - share)))


def of_shares() -> Iterator[Cell]:
    """Differences and ratios of two shares, exactly."""
    for (n, m), (p, q) in product(SIDES, product(SHARES, SHARES)):
        hits, others = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
        chance = np.outer(binomial(n, p), binomial(m, q)).ravel()
        likely = chance > 1e-12  # the rest adds up to less than a millionth
        hits, others, chance = hits[likely], others[likely], chance[likely]
        share, other = hits / n, others / m
        ends, lower = (
            intervals.wilson(hits, np.full(len(hits), n), CONFIDENCE),
            intervals.wilson(others, np.full(len(others), m), CONFIDENCE),
        )
        gap = differences.square_and_add(share, ends, other, lower)
        _, low, high = differences.divide(share, ends, other, lower)
        least = min(n * min(p, 1 - p), m * min(q, 1 - q))
        caveat = "interval.approximate" if least < FEW else "n.small" if min(n, m) < SMALL else ""
        where = f"{p:g} of {n} against {q:g} of {m}"
        yield Cell("difference of shares (Newcombe)", where, float(chance[inside(*gap, p - q)].sum()), caveat)
        yield Cell("ratio of shares (Donner and Zou)", where, float(chance[inside(low, high, p / q)].sum()), caveat)


def of_events() -> Iterator[Cell]:
    """Differences and ratios of two rates, exactly."""
    k = np.arange(200)
    counts, others = (x.ravel() for x in np.meshgrid(k, k, indexing="ij"))
    one, two = np.ones(len(counts)), np.full(len(counts), 2.0)
    gap = differences.rates(counts, one, others, two, CONFIDENCE)
    ratio = differences.rate_ratios(counts, one, others, two, CONFIDENCE)
    for mean, other in product(EVENTS, EVENTS):
        chance = np.outer(*(np.exp(special.xlogy(k, x) - x - special.gammaln(k + 1)) for x in (mean, other))).ravel()
        where = f"{mean:g} events in 1 against {other:g} in 2"
        held = [float(chance[inside(of.low, of.high, truth)].sum()) for of, truth in (
            (gap, mean - other / 2), (ratio, 2 * mean / other))]  # fmt: skip
        yield Cell("difference of rates (square-and-add of Garwood)", where, held[0])
        yield Cell("ratio of rates (conditional binomial)", where, held[1])


def of_values(runs: int) -> Iterator[Cell]:
    """Differences and ratios of means and medians of two sides, drawn; the second side is twice the first one."""
    rng = np.random.default_rng(20_261_201)
    for (name, (draw, mean, median)), (n, m) in product(SHAPES.items(), (*SIDES, (1000, 1000))):
        times = max(2000, min(runs, 8_000_000 // (n + m)))
        first, second = draw(rng, (times, n)), 2 * draw(rng, (times, m))
        sides = [(x.mean(1), x.std(1, ddof=1) / x.shape[1] ** 0.5, np.full(times, x.shape[1])) for x in (first, second)]
        where, caveat = f"{name}, {n} against {m}", "n.small" if min(n, m) < SMALL else ""
        welch = differences.means(sides[0], sides[1], CONFIDENCE)
        yield Cell("difference of means (Welch)", where, float(inside(welch.low, welch.high, -mean).mean()), caveat)
        critical = special.stdtrit(min(n, m) - 1, (1 + CONFIDENCE) / 2)
        _, low, high = differences.fieller(*sides[0][:2], *sides[1][:2], critical=critical)
        yield Cell("ratio of means (Fieller)", where, float(inside(low, high, 0.5).mean()), caveat)
        ends = []
        for x in (first, second):
            x.sort(axis=1)
            ranks = [int(r[0]) - 1 for r in intervals.quantile_ranks(np.array([x.shape[1]]), 0.5, CONFIDENCE)]
            ends.append((np.median(x, axis=1), (x[:, ranks[0]], x[:, ranks[1]])))
        gap = differences.square_and_add(*ends[0], *ends[1])
        method = "difference of medians (square-and-add of order statistics)"
        yield Cell(method, where, float(inside(*gap, -median).mean()), caveat)


def of_series(runs: int) -> Iterator[Cell]:
    """Changes of level and slope of a series, over autocorrelation; a caveat where most series have one."""
    rng = np.random.default_rng(20_261_201)
    for n, rho in product((12, 16, 24, 48, 96), AUTOCORRELATIONS):
        step = design(n, n // 2)[:, 2:] @ np.array([2.0, 0.1])
        found = judge(errors(rng, runs, n, rho) + step, n // 2, confidence=CONFIDENCE)
        caveat = "series.autocorrelated" if found.beyond.mean() > 1 / 2 else ""
        where = f"{n} points, autocorrelation {rho:g} (caveat in {found.beyond.mean():.0%})"
        for column, (name, truth) in enumerate((("level", 2.0), ("slope", 0.1))):
            held = inside(found.low[:, column], found.high[:, column], truth).mean()
            yield Cell(f"change of {name} of a series", where, float(held), caveat)


def main(runs: int = 10_000) -> None:
    """Print a line a method, and the cells that hold too seldom."""
    cells = [*of_shares(), *of_events(), *of_values(runs), *of_series(runs)]
    sys.stdout.write("| interval | cells | least | mean | below 93 % | of these excused |\n|---|---|---|---|---|---|\n")
    for method in dict.fromkeys(cell.method for cell in cells):
        mine = [cell for cell in cells if cell.method == method]
        held, low = [cell.held for cell in mine], [cell for cell in mine if cell.held < BOUND]
        told = sum(bool(cell.caveat) for cell in low)
        sys.stdout.write(f"| {method} | {len(mine)} | {min(held):.1%} | {np.mean(held):.1%} | {len(low)} | {told} |\n")
    low = [cell for cell in cells if cell.held < BOUND]
    sys.stdout.write(f"\n{len(low)} of {len(cells)} cells hold the truth in less than 93 %:\n")
    sys.stdout.write("\n| interval | where | held | caveat |\n|---|---|---|---|\n")
    for cell in low:
        sys.stdout.write(f"| {cell.method} | {cell.where} | {cell.held:.1%} | {cell.caveat or '**none**'} |\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
