"""The eight rules of Nelson on a million points, against the same rules with pandas' rolling windows.

    python benchmarks/spc.py [POINTS]

Budgets: under 50 ms with all rules, and 4 times faster than pandas, at every shape: stable points, points that all
signal, points with gaps, and a centre and sigma per point. Both sides must mark the same points. The best of some runs
is printed, in processor time.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from servqual._arrays import Array
from servqual.stats.spc import RULES, rules, xmr

BUDGET_S = 0.050
RATIO = 4


def with_pandas(values: Array, centre: Any, sigma: Any) -> list[Array]:
    """Mark the points that complete each rule, a window at a time; a window with a gap completes nothing."""
    z = pd.Series((values - centre) / sigma)
    step = pd.Series(values).diff()

    def last(mask: "pd.Series[bool]", n: int, least: int | None = None) -> "pd.Series[bool]":
        """Whether a window of n points holds at least so many of a mask, and no gap."""
        return mask.where(z.notna()).astype(float).rolling(n).sum() >= (least or n)

    def side(n: int, least: int, zone: float) -> "pd.Series[bool]":
        return (last(z > zone, n, least) & (z > zone)) | (last(z < -zone, n, least) & (z < -zone))

    turning = (step * step.shift()) < 0
    found = [
        z.abs() > 3,
        last(z > 0, 9) | last(z < 0, 9),
        last(step > 0, 5) | last(step < 0, 5),
        last(turning, 12),
        side(3, 2, 2),
        side(5, 4, 1),
        last(z.abs() < 1, 15),
        last(z.abs() > 1, 8) & ~last(z > 1, 8) & ~last(z < -1, 8),
    ]
    return [np.flatnonzero(mask) for mask in found]


def _same(rule: str, theirs: Array, ours: Array) -> bool:
    """Compare the points of a rule; two and four points may complete theirs before pandas has a full window."""
    early = rule in {"two_of_three", "four_of_five"}
    return bool(np.isin(theirs, ours).all()) if early else np.array_equal(theirs, ours)


def best(call: Callable[[], object], times: int) -> float:
    """Time a call, in seconds of processor time."""
    spent = []
    for _ in range(times):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return min(spent)


def main() -> None:
    """Print a line per shape, and the time of a whole chart."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(1)
    stable = rng.standard_normal(points)
    gaps = np.where(rng.random(points) < 0.02, np.nan, stable)
    shapes: dict[str, tuple[Array, Any, Any]] = {
        "stable": (stable, 0.0, 1.0),
        "all signal": (stable + 2, 0.0, 1.0),
        "with gaps": (gaps, 0.0, 1.0),
        "levels per point": (stable, np.full(points, 0.1), rng.uniform(0.8, 1.2, points)),
    }
    print(f"all eight rules, {points:,} points; budget {BUDGET_S * 1000:.0f} ms and {RATIO} times faster than pandas")
    for name, (values, centre, sigma) in shapes.items():
        ours = best(lambda v=values, c=centre, s=sigma: rules(v, centre=c, sigma=s), 9)  # type: ignore[misc]
        theirs = best(lambda v=values, c=centre, s=sigma: with_pandas(v, c, s), 2)  # type: ignore[misc]
        signals = rules(values, centre=centre, sigma=sigma)
        marked = with_pandas(values, centre, sigma)
        same = all(_same(rule, pairs, signals.places(rule)) for rule, pairs in zip(RULES, marked, strict=True))
        print(
            f"  {name:<18}{ours * 1000:7.1f} ms  {theirs * 1000:8.1f} ms with pandas  {theirs / ours:6.1f} times faster"
            f"  {len(signals):>9,} signals  {'' if same else 'THE ANSWERS DIFFER'}"
        )
    print(f"  a whole XmR chart {best(lambda: xmr(stable).signals, 5) * 1000:7.1f} ms")


if __name__ == "__main__":
    main()
