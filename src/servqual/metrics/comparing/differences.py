"""One measured value less another of the same kind, with the interval of the difference."""

import math
from statistics import NormalDist
from typing import Literal, TypeAlias

import attrs

from servqual.metrics.comparing.groups import Kind
from servqual.metrics.kpi.definition import Better
from servqual.stats.intervals import student

Ends: TypeAlias = tuple[float, float]
Verdict: TypeAlias = Literal["better", "worse", "unclear", "unknown"]


@attrs.frozen(kw_only=True)
class Figure:
    """A value with its uncertainty: an interval for a share or rate, a standard error and n for a mean."""

    value: float
    n: int | None = None
    ends: Ends | None = None
    error: float | None = None


@attrs.frozen(kw_only=True)
class Difference:
    """A value less another; `low` and `high` are None where the uncertainty of one is unknown."""

    value: float
    low: float | None
    high: float | None

    def verdict(self, better: Better | None) -> Verdict:
        """Judge the first value: unclear where the interval holds 0, unknown without interval or better direction."""
        if self.low is None or self.high is None or better is None:
            return "unknown"
        if self.low <= 0 <= self.high:
            return "unclear"
        return "better" if (self.low > 0) == (better == "higher") else "worse"


def difference(mine: Figure, other: Figure, kind: Kind, confidence: float) -> Difference:
    """Subtract two independent figures of one kind, with the interval of the difference.

    Shares: the square-and-add of both score intervals (R. G. Newcombe, 1998, Statistics in Medicine 17: 873-890,
    method 10); rates the same with their own intervals (G. Y. Zou and A. Donner, 2008, Statistics in Medicine 27:
    1693-1702). Means and quotients: Student's t with the degrees of freedom of B. L. Welch, 1947, Biometrika 34: 28-35.
    Net scores: the normal distribution. Other kinds, and figures without uncertainty, have no interval.

    >>> shares = Figure(value=0.8, n=70, ends=(0.6918, 0.877)), Figure(value=0.6, n=80, ends=(0.4905, 0.7004))
    >>> found = difference(*shares, "share", 0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    gap = mine.value - other.value
    ends: Ends | None = None
    if kind in {"share", "rate"}:
        ends = _squared_and_added(mine, other)
    elif kind in {"mean", "net"} and mine.error is not None and other.error is not None:
        half = _half(math.hypot(mine.error, other.error), mine, other, kind, confidence)
        ends = None if half is None else (gap - half, gap + half)
    low, high = ends or (None, None)
    return Difference(value=gap, low=low, high=high)


def _squared_and_added(mine: Figure, other: Figure) -> Ends | None:
    if mine.ends is None or other.ends is None:
        return None
    (a, b), (c, d) = mine.ends, other.ends
    gap = mine.value - other.value
    return gap - math.hypot(mine.value - a, d - other.value), gap + math.hypot(b - mine.value, other.value - c)


def _half(error: float, mine: Figure, other: Figure, kind: Kind, confidence: float) -> float | None:
    if kind == "net":
        return NormalDist().inv_cdf((1 + confidence) / 2) * error
    if mine.n is None or other.n is None or min(mine.n, other.n) < 2:  # noqa: PLR2004  (one value has no spread)
        return None
    if mine.error is None or other.error is None or error == 0:
        return 0.0
    degrees = error**4 / (mine.error**4 / (mine.n - 1) + other.error**4 / (other.n - 1))
    return student(degrees, confidence) * error
