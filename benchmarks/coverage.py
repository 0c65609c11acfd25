"""How often the intervals hold the truth: the coverage of every method at 95 %, as a table.

    python benchmarks/coverage.py [RUNS]

Shares, net scores and Poisson counts are summed over all outcomes, which is exact; times and means are drawn, from a
fixed seed, RUNS times each (4,000 unless given). The first table has a line a method, the second a line a method and
size: its least and its mean coverage over the shares or shapes there. `docs/intervals.md` holds them.
"""

import sys
from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
from scipy import special

from servqual._arrays import Array
from servqual.metrics.accumulators.distinct import DISTINCT_ERROR, estimated, registers_of
from servqual.stats import intervals

CONFIDENCE = 0.95
SIZES = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
SHARES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99])
MEANS = np.array([0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000])
NETS = ((0.5, 0.2), (0.9, 0.02), (0.05, 0.02), (0.33, 0.33), (0.7, 0.3), (0.01, 0.01))
Line = tuple[str, str, list[float]]


def binomial(n: int, share: float) -> Array:
    """The probability of each number of hits among n."""
    k = np.arange(n + 1)
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(np.exp(logs + special.xlogy(k, share) + special.xlogy(n - k, 1 - share)))


def of_shares() -> Iterator[Line]:
    """Wilson's interval, exactly."""
    for n in SIZES:
        low, high = intervals.wilson(np.arange(n + 1), np.full(n + 1, n), CONFIDENCE)
        held = [float(binomial(n, p)[(low <= p) & (p <= high)].sum()) for p in SHARES]
        yield "share (Wilson)", f"n = {n:,}", held


def few_or_not() -> Iterator[Line]:
    """Wilson's interval over a fine grid of shares, by the expected number of the rarer of hits and misses."""
    grid = np.linspace(0.001, 0.5, 500)
    for name, least, most in (("fewer than 3 expected", 0, 3), ("3 or more expected", 3, np.inf)):
        held = []
        for n in (20, 50, 100, 200, 500, 1000):
            low, high = intervals.wilson(np.arange(n + 1), np.full(n + 1, n), CONFIDENCE)
            some = grid[(grid * n >= least) & (grid * n < most)]
            held += [float(binomial(n, p)[(low <= p) & (p <= high)].sum()) for p in some]
        yield "share (Wilson), on a fine grid", name, held


def of_counts() -> Iterator[Line]:
    """Garwood's interval, exactly."""
    k = np.arange(2000)
    low, high = intervals.poisson(k, CONFIDENCE)
    for mean in MEANS:
        chance = np.exp(special.xlogy(k, mean) - mean - special.gammaln(k + 1))
        yield "events (Garwood)", f"{mean:g} expected", [float(chance[(low <= mean) & (mean <= high)].sum())]


def of_nets() -> Iterator[Line]:
    """Tango's interval, exactly, over all numbers of promoters and detractors."""
    for n in (5, 10, 20, 50, 100, 200):
        plus, minus = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
        some = plus + minus <= n
        plus, minus = plus[some], minus[some]
        low, high = intervals.net(plus, minus, np.full(len(plus), n), CONFIDENCE)
        logs = special.gammaln(n + 1) - sum(special.gammaln(x + 1) for x in (plus, minus, n - plus - minus))
        held = []
        for up, down in NETS:
            parts = ((plus, up), (minus, down), (n - plus - minus, max(1 - up - down, 0.0)))
            chance = np.exp(logs + sum(special.xlogy(x, p) for x, p in parts))
            held.append(float(chance[(low <= up - down) & (up - down <= high)].sum()))
        yield "net score (Tango)", f"n = {n:,}", held


def of_ranks() -> Iterator[Line]:
    """Order statistics, exactly, for any continuous distribution: the number of values below a quantile is binomial."""
    for q in (0.5, 0.9, 0.95):
        for n in SIZES:
            low, high = (int(x[0]) for x in intervals.quantile_ranks(np.array([n]), q, CONFIDENCE))
            # it is held where at least `low` values lie below it, and fewer than `high` do
            held = float(binomial(n, q)[low:high].sum())
            yield f"p{100 * q:g} (order statistics)", f"n = {n:,}", [held]


SHAPES: dict[str, tuple[Callable[[np.random.Generator, tuple[int, int]], Array], float, float, float]] = {
    "exponential times": (lambda rng, size: rng.exponential(size=size), 1.0, 0.0, np.inf),
    "lognormal times, sigma 1": (lambda rng, size: rng.lognormal(0, 1, size), float(np.exp(0.5)), 0.0, np.inf),
    "scores 1 to 5, even": (lambda rng, size: rng.integers(1, 6, size).astype(float), 3.0, 1.0, 5.0),
    "scores 1 to 5, nine of ten 5": (
        lambda rng, size: rng.choice([1.0, 3.0, 4.0, 5.0], size, p=[0.02, 0.03, 0.05, 0.9]), 4.81, 1.0, 5.0,
    ),
    "rare downtime, 3 of 100 days": (
        lambda rng, size: np.where(rng.random(size) < 0.03, rng.exponential(0.05, size).clip(max=1), 0),
        0.03 * 0.05 * (1 - float(np.exp(-20))), 0.0, 1.0,
    ),
}  # fmt: skip


def of_means(runs: int) -> Iterator[Line]:
    """Means and quotients, drawn: Student's t, bounds where all are alike, and the gamma interval for quotients."""
    rng = np.random.default_rng(20_261_130)
    for name, (draw, truth, least, most) in SHAPES.items():
        for n in (5, 20, 100, 1000):
            times = max(400, min(runs, 4_000_000 // n))
            values = draw(rng, (times, n))
            mean, error, size = values.mean(1), values.std(1, ddof=1) / n**0.5, np.full(times, n)
            alike = (values == values[:, :1]).all(1)
            low, high = intervals.mean(mean, error**2 * n, size, CONFIDENCE)
            bounds = intervals.alike(mean, size, least, most, CONFIDENCE)
            low, high = (np.where(alike, bound, end) for bound, end in zip(bounds, (low, high), strict=True))
            if np.isinf(most):
                yield "mean, open scale (Student)", f"{name}, n = {n:,}", [held(low, high, truth)]
            near, turned = np.minimum(mean - least, most - mean), most - mean < mean - least
            rare = intervals.skewed(near, np.where(alike, 0, error), CONFIDENCE)
            a = np.where(turned, most - rare[1], least + rare[0])
            b = np.where(turned, most - rare[0], least + rare[1])
            yield (
                "quotient, or mean on a closed scale (t or gamma)",
                f"{name}, n = {n:,}",
                [held(np.fmin(low, a), np.fmax(high, b), truth)],
            )


def held(low: Array, high: Array, truth: float) -> float:
    """The share of intervals that hold the truth; an open end reaches as far as it can."""
    return float(np.mean((np.nan_to_num(low, nan=-np.inf) <= truth) & (truth <= np.nan_to_num(high, nan=np.inf))))


def of_distinct(runs: int) -> Iterator[Line]:
    """Registers of random hashes, drawn."""
    rng = np.random.default_rng(20_261_130)
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * DISTINCT_ERROR
    for size in (5000, 20_000, 41_000, 100_000, 500_000):
        inside = 0
        times = min(runs, max(100, 8_000_000 // size))
        for _ in range(times):
            register, rank = registers_of(rng.integers(0, 2**63 - 1, size))
            most = np.zeros(1 << 14, np.int64)
            np.maximum.at(most, register, rank)
            raised = most[most > 0]
            found = estimated(np.array([len(raised)]), np.array([np.sum(2.0**-raised)]))[0]
            inside += abs(found - size) <= half * found
        yield "different things (registers)", f"{size:,} things", [inside / times]


def main() -> None:
    """Print a table of the methods, and one of all lines."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    lines = [*of_shares(), *few_or_not(), *of_counts(), *of_nets(), *of_ranks(), *of_means(runs), *of_distinct(runs)]
    by_method: dict[str, list[float]] = {}
    for method, _, found in lines:
        by_method.setdefault(method, []).extend(found)
    sys.stdout.write("| interval | least | mean |\n|---|---|---|\n")
    for method, found in by_method.items():
        sys.stdout.write(f"| {method} | {min(found):.1%} | {sum(found) / len(found):.1%} |\n")
    sys.stdout.write("\n| interval | where | least | mean |\n|---|---|---|---|\n")
    for method, where, found in lines:
        sys.stdout.write(f"| {method} | {where} | {min(found):.1%} | {sum(found) / len(found):.1%} |\n")


if __name__ == "__main__":
    main()
