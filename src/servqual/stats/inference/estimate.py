"""What an estimate and a test tell, and how numbers from a kernel become one."""

import math
from typing import Any, TypeVar

import attrs

from servqual.errors import InvalidValue

__all__ = [
    "Equivalence",
    "Estimate",
    "Jackknife",
    "MeanDifference",
    "PairedDifference",
    "RankDifference",
    "Significance",
]


@attrs.frozen(kw_only=True)
class Estimate:
    """A value with its interval at a stated confidence.

    `value`, `low` and `high` are None, never NaN, where the data cannot carry them, and `reason` then says why. Where
    all three are known, low <= value <= high. `p_value` is that of "no difference" where the estimate is a difference
    or a ratio, and `n` counts what was seen. `method` names the formula.
    """

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    n: int | None = None
    p_value: float | None = None
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        known = [end for end in (self.low, self.value, self.high) if end is not None]
        if known != sorted(known):
            raise InvalidValue.of("value", "lie between low and high", self.value, shown=f"{known}")


@attrs.frozen(kw_only=True)
class MeanDifference(Estimate):
    """A difference of means with Student's t and its degrees of freedom, None where the values have no spread."""

    t: float | None
    df: float | None


@attrs.frozen(kw_only=True)
class PairedDifference(Estimate):
    """A difference of two shares of the same pairs, with McNemar's chi-squared, None where no pair differs."""

    statistic: float | None


@attrs.frozen(kw_only=True)
class RankDifference(Estimate):
    """A shift between two samples, with Mann's and Whitney's U and the probability of superiority.

    `superiority` is the probability that a value of the first sample exceeds one of the second, ties counting half.
    """

    statistic: float | None
    superiority: Estimate


@attrs.frozen(kw_only=True)
class Jackknife(Estimate):
    """A statistic with its standard error and its bias, both by leaving out one row at a time."""

    error: float | None
    bias: float | None


@attrs.frozen(kw_only=True)
class Equivalence(Estimate):
    """A difference judged against a margin: `equivalent` where the interval lies within it, None where unknown.

    `p_value` is the greater one of both one-sided tests, that of "the difference is as large as the margin".
    """

    margin: float
    equivalent: bool | None


@attrs.frozen(kw_only=True)
class Significance:
    """A test without an estimate: its statistic, degrees of freedom and p-value, None with a reason where unknown."""

    statistic: float | None
    p_value: float | None
    df: float | None
    method: str
    n: int
    reason: str | None = None


Kind = TypeVar("Kind", bound=Estimate)


def estimated(kind: type[Kind], value: Any, low: Any, high: Any, *, reason: str | None = None, **facts: Any) -> Kind:
    """Make an estimate of the numbers of a kernel: what is not finite is None, and rounding cannot turn the ends.

    `reason` is kept where one of the three is None.
    """
    value, low, high = map(number, (value, low, high))
    if value is not None:
        low = None if low is None else min(low, value)
        high = None if high is None else max(high, value)
    if None not in {value, low, high}:
        reason = None
    return kind(value=value, low=low, high=high, reason=reason, **facts)


def number(value: Any) -> float | None:
    """Read a number of a kernel; None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
