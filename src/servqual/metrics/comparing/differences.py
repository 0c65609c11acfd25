"""One measured value less another of the same kind, with the interval of the difference."""

import math
from typing import Literal, TypeAlias

import attrs

from servqual.metrics.comparing.groups import Kind
from servqual.metrics.kpi.definition import Better
from servqual.stats.differences import means, square_and_add

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
    ends: Ends | None = None
    if kind in {"share", "rate"} and mine.ends is not None and other.ends is not None:
        low, high = square_and_add(mine.value, mine.ends, other.value, other.ends)
        ends = float(low), float(high)
    elif kind in {"mean", "net"} and mine.error is not None and other.error is not None:
        ends = _by_errors(mine, other, normal=kind == "net", confidence=confidence)
    low, high = ends or (None, None)
    return Difference(value=mine.value - other.value, low=low, high=high)


def _by_errors(mine: Figure, other: Figure, *, normal: bool, confidence: float) -> Ends | None:
    first, second = ((f.value, f.error, math.inf if normal else f.n or 0) for f in (mine, other))
    found = means(first, second, confidence)
    if math.isnan(found.low):  # no spread at all makes no difference unsure, but one value has none that we know of
        gap = mine.value - other.value
        return (gap, gap) if min(first[2], second[2]) > 1 else None
    return float(found.low), float(found.high)
