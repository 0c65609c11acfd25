"""Outcomes of rows in a KPI, and the numbers made of them: the frame of the slow twins."""

import datetime as dt
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import attrs

from servqual.model import Hours

Row: TypeAlias = Mapping[str, Any]
"""A row as plain values: aware datetimes, seconds, numbers, booleans and texts; None is missing."""


class Left(Enum):
    """Outcomes without a number: `OUT` does not count, `OPEN` is undecided."""

    OUT = "out"
    OPEN = "open"


Outcome: TypeAlias = bool | float | str | tuple[float, float] | Left
"""True and False of a share or a count, a value of a mean or percentile, top and base of a quotient, an age and whether
it is where it ended, or the name of a thing that is counted once."""


class Told(NamedTuple):
    """The result of a twin for some rows."""

    value: float | None
    n: int
    undecided: int


@attrs.frozen(kw_only=True)
class Asked:
    """The options under which rows are judged."""

    params: Mapping[str, Any]
    now: dt.datetime | None
    period: tuple[dt.datetime, dt.datetime] | None

    def by_now(self, r: Row, name: str) -> bool:
        """Tell whether a moment is known and has come."""
        at = r.get(name)
        return at is not None and (self.now is None or at <= self.now)

    def backwards(self, r: Row, first: str, later: str) -> bool:
        """Tell whether the later event is dated before the first."""
        return r.get(first) is not None and self.by_now(r, later) and r[later] < r[first]

    def wanted(self, r: Row) -> bool:
        """Tell whether `only` keeps a row and no `except_for` matches it."""

        def holds(only: Mapping[str, Any]) -> bool:
            return all(r.get(name) in values for name, values in only.items())

        return holds(self.params.get("only") or {}) and not any(
            holds(other) for other in self.params.get("except_for") or ()
        )

    def seconds(self, start: dt.datetime, end: dt.datetime) -> float:
        """Count the seconds from start to end, in business time where `hours` are given."""
        hours = self.params.get("hours")
        return ((end - start) if hours is None else hours.elapsed(start, end)).total_seconds()

    def after(self, start: dt.datetime, limit: dt.timedelta) -> dt.datetime:
        """Find the first moment by which a limit has elapsed, in business time where `hours` are given."""
        hours: Hours | None = self.params.get("hours")
        return start + limit if hours is None else hours.after(start, limit)

    def span(self, name: str) -> float:
        """Read a parameter that is a span of time, in seconds."""
        limit: dt.timedelta = self.params[name]
        return limit.total_seconds()

    @property
    def moment(self) -> dt.datetime:
        """The `now` of a KPI that needs one."""
        assert self.now is not None
        return self.now


def of_kind(r: Row, q: Asked) -> bool:
    """Tell whether an answer is to a question of the kinds that count; where no column tells, it is."""
    return r.get("question_kind", next(iter(q.params["kinds"]))) in q.params["kinds"]


def on_scale(r: Row, q: Asked, scale: tuple[float, float]) -> bool:
    """Tell whether an answer counts, and was given on this scale; where no column tells, it was."""
    return of_kind(r, q) and (r.get("scale_low", scale[0]), r.get("scale_high", scale[1])) == scale


Twin: TypeAlias = Callable[[Sequence[Row], Asked], list[Outcome]]


def each(judge: Callable[[Row, Asked], Outcome]) -> Twin:
    """Make a twin that judges row by row."""

    def twin(rows: Sequence[Row], q: Asked) -> list[Outcome]:
        return [judge(r, q) for r in rows]

    return twin


def share_of(name: str) -> Twin:
    """Make the share of a flag among the rows that know it."""

    def judge(r: Row, _: Asked) -> Outcome:
        return Left.OUT if r.get(name) is None else bool(r[name])

    return each(judge)


def read(statistic: str, outcomes: Sequence[Outcome], until: float = 0) -> Told:
    """Make the number of some outcomes; `until` is the limit of a restricted mean, in seconds."""
    told: list[Any] = [x for x in outcomes if not isinstance(x, Left)]
    undecided = sum(x is Left.OPEN for x in outcomes)
    match statistic:
        case "n":
            return Told(sum(told), sum(told), 0)
        case "distinct":
            return Told(len(set(told)), len(set(told)), 0)
        case "median" | "restricted_mean":
            undecided = sum(not ended for _, ended in told)
        case _:
            pass
    return Told(_value(statistic, told, until) if told else None, len(told), undecided)


def _value(statistic: str, told: Sequence[Any], until: float) -> float | None:
    match statistic:
        case "quotient" | "rate" | "per_hour" | "per_year" | "per_million" | "per_event" | "of_budget" | "odds":
            base = sum(b for _, b in told)
            value = sum(t for t, _ in told) / base if base else None
        case "sigma":
            share = sum(t for t, _ in told) / (sum(b for _, b in told) or math.nan)
            value = 1.5 - statistics.NormalDist().inv_cdf(share) if 0 < share < 1 else None
        case "median":
            value = _median(told)
        case "restricted_mean":
            value = _restricted_mean(told, until)
        case "share" | "mean" | "signed_mean":
            value = statistics.fmean(told)
        case "net":
            value = 100 * statistics.fmean(told) - 100
        case "min" | "max":
            value = min(told) if statistic == "min" else max(told)
        case _:
            value = _quantile(told, int(statistic[1:]) / 100)
    return value


def _quantile(values: Sequence[float], q: float) -> float:
    """Find the smallest value with a share q at or below it."""
    ordered = sorted(values)
    return next(v for i, v in enumerate(ordered, 1) if i >= q * len(ordered) - 1e-9)


def _curve(lives: Sequence[tuple[float, float]]) -> list[tuple[float, Fraction]]:
    """Compute the product-limit estimate in exact fractions: each age, and the share not ended after it."""
    left, out = Fraction(1), list[tuple[float, Fraction]]()
    for age in sorted({age for age, _ in lives}):
        at_risk = sum(other >= age for other, _ in lives)
        left *= 1 - Fraction(sum(other == age and bool(ended) for other, ended in lives), at_risk)
        out.append((age, left))
    return out


def _median(lives: Sequence[tuple[float, float]]) -> float | None:
    """Find the first age at which at most half are left."""
    return next((age for age, left in _curve(lives) if left <= Fraction(1, 2)), None)


def _restricted_mean(lives: Sequence[tuple[float, float]], until: float) -> float | None:
    """Compute the area under the curve; None where the curve breaks off before the end."""
    curve = _curve(lives)
    if not curve or (curve[-1][0] < until and curve[-1][1] > 0):
        return None
    area, since, share = 0.0, 0.0, 1.0
    for age, left in curve:
        area += share * (min(age, until) - min(since, until))
        since, share = age, float(left)
    return area
