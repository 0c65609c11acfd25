"""The score of an appraisal: ratings, objectives and measured indicators as points of 100, weighed and traceable."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import attrs

from servqual._checks import calendar_date, filled, positive
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.ids import AgentId
from servqual.model.labels import Labelled

FULL: Final = 100.0
_CLOSE: Final = 1e-9


@declared("rater")
class Rater(Labelled):
    """Kind of rater in an evaluation from all sides; other kinds are plain texts, such as `self`."""

    SUPERVISOR = "supervisor", "上级评价"
    PEER = "peer", "同事评价"
    CUSTOMER = "customer", "客户评价"


def in_days(instance: object, field: "attrs.Attribute[Any]", period: tuple[dt.date, dt.date]) -> None:
    """Refuse a period of days that ends before it begins; an attrs validator."""
    first, last = period
    for day in period:
        calendar_date(instance, field, day)
    if last < first:
        raise InvalidValue.of(
            "period", "end on or after its first day", period, shown=f"{first} to {last}", do="swap the two dates"
        )


def _number(low: float, high: float) -> Any:
    def check(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InvalidValue.of(field.name, f"lie between {low:g} and {high:g}", value)

    return check


def _ends(scale: Sequence[float]) -> tuple[float, float]:
    low, high = scale
    return low, high


@declared("rating")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Rating:
    """Rating by one rater of one indicator of the scheme, or of the whole (`ratings`).

    `scale` holds the ends of the rater's scale, 0 to 100 by default. `by` is the kind of rater, `rater` the person and
    `member` the one who is rated, where they are named. Refused: a score outside of the scale, a scale that does not
    rise, and a person who rates themselves as a peer or a supervisor.

    >>> Rating(by="peer", score=4, scale=(1, 5)).points
    75.0
    """

    by: str = attrs.field(validator=filled)
    score: float
    on: str = attrs.field(default="ratings", validator=filled)
    scale: tuple[float, float] = attrs.field(default=(0, FULL), converter=_ends)
    rater: AgentId | None = None
    member: AgentId | None = None

    def __attrs_post_init__(self) -> None:
        if self.by in {Rater.PEER, Rater.SUPERVISOR} and self.rater is not None and self.rater == self.member:
            raise InvalidValue.of("rater", f"not rate themselves as a {self.by}", self.rater, do="write by='self'")
        low, high = self.scale
        if not (low < high and low <= self.score <= high):
            raise InvalidValue.of(
                "score",
                f"lie on its rising scale from {low:g} to {high:g}",
                self.score,
                do="give the ends of another scale as scale=(lowest, highest)",
            )

    @property
    def points(self) -> float:
        """Points from 0 to 100."""
        low, high = self.scale
        return (self.score - low) / (high - low) * FULL


@declared("horizon")
class Horizon(Labelled):
    """How far a goal reaches."""

    LONG_TERM = "long_term", "长期目标", "long-term goal"
    SHORT_TERM = "short_term", "短期愿景", "short-term vision"


@declared("objective")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Objective:
    """Key result set for a period, with its progress: computed from `start`, `target` and `measured`, or stated.

    `target` is the number to reach, `start` the number when the goal was set, and `measured` the present one, such as
    the value of a `Measurement`; the target may be the lower one. `progress` is what people state, from 0 to 1, for a
    result that nobody measures. `attained` is the one or the other.

    `weight` is relative to the other objectives, with any sum. `serves` names the larger goal, of the team or of the
    year; `goal_tree` joins the two. `horizon` says how far the goal reaches, `owner` is the member who answers for it,
    and `period` the first and the last day; `gaps` lists what is missing of target, owner and period. Refused: a period
    that ends before it begins, a measured value without start or target or beside a stated progress, and a start that
    is the target.

    >>> goal = Objective(what="cut repeat calls", start=0.25, target=0.05, measured=0.15, owner=AgentId("A-1"))
    >>> round(goal.attained, 9), goal.gaps
    (0.5, ('period',))
    """

    what: str = attrs.field(validator=filled)
    progress: float | None = attrs.field(default=None, validator=attrs.validators.optional(_number(0, 1)))
    weight: float = attrs.field(default=1.0, validator=positive)
    serves: str = ""
    target: float | None = None
    start: float | None = None
    measured: float | None = None
    horizon: Horizon | None = attrs.field(default=None, converter=attrs.converters.optional(Horizon))
    owner: AgentId | None = None
    period: tuple[dt.date, dt.date] | None = attrs.field(default=None, validator=attrs.validators.optional(in_days))

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.start == self.target:
            raise InvalidValue.of("target", "differ from start", self.target, do="set a goal that is not reached yet")
        if self.measured is None:
            return
        if self.progress is not None:
            raise InvalidValue.of(
                "progress", "be left out beside a measured value", self.progress, do="give one of the two"
            )
        for name in ("start", "target"):
            if getattr(self, name) is None:
                raise InvalidValue.of(name, "be given where a value was measured", None, do="say from where to where")

    @property
    def attained(self) -> float | None:
        """Share of the way from start to target, 0 to 1, or the stated progress; None where neither is known."""
        if self.measured is None or self.start is None or self.target is None:
            return self.progress
        return points(self.measured, worst=self.start, best=self.target) / FULL

    @property
    def gaps(self) -> tuple[str, ...]:
        """Names of what management by objectives needs and this objective lacks: target, owner, period."""
        return tuple(name for name in ("target", "owner", "period") if getattr(self, name) is None)


@attrs.frozen(kw_only=True, field_transformer=typed)
class ScorePart:
    """One line of a score: an indicator, its final weight, its points, and its contribution."""

    indicator: str
    weight: float
    points: float

    @property
    def contribution(self) -> float:
        """Weight times points."""
        return self.weight * self.points


@attrs.frozen(kw_only=True, field_transformer=typed)
class Score(Rebuilt):
    """Weighted total of 0 to 100, with the contribution of each indicator.

    The weight of missing indicators was spread over the rest in proportion; `missing` gives their reasons. Without any
    part there is no value.
    """

    parts: tuple[ScorePart, ...]
    missing: Mapping[str, str]

    @property
    def contributions(self) -> Mapping[str, float]:
        """Contribution of each indicator; they sum to `value`."""
        return MappingProxyType({part.indicator: part.contribution for part in self.parts})

    @property
    def value(self) -> float | None:
        """Total; None where everything is missing."""
        return math.fsum(part.contribution for part in self.parts) if self.parts else None


def points(value: float, *, worst: float, best: float) -> float:
    """Turn a measured value into points, linear from 0 (`worst`, or beyond) to 100 (`best`, or beyond).

    Either end may be the larger, so that fewer complaints can give more points. Equal ends are refused.

    >>> points(12, worst=30, best=6), points(0.99, worst=0.5, best=0.9)
    (75.0, 100.0)
    """
    for field, number in (("value", value), ("worst", worst), ("best", best)):
        if not math.isfinite(number):
            raise InvalidValue.of(field, "be a finite number", number)
    if worst == best:
        raise InvalidValue.of(
            "best",
            "differ from worst",
            best,
            shown=f"{best} for both",
            do="give the values for 0 and for 100 points",
        )
    return min(max((value - worst) / (best - worst), 0.0), 1.0) * FULL


def equal_weights(names: Iterable[str]) -> Mapping[str, float]:
    """Give each name the same weight; there are no default weights, because equal ones are a decision, too.

    >>> dict(equal_weights(["csat", "objectives"]))
    {'csat': 0.5, 'objectives': 0.5}
    """
    given = tuple(names)
    return MappingProxyType(dict.fromkeys(given, 1 / len(given)) if given else {})


def as_weights(weights: Mapping[str, float], field: str) -> Mapping[str, float]:
    """Read weights that are positive and sum to one; refuse others and show their sum."""
    total = math.fsum(weights.values())
    if not all(weight > 0 for weight in weights.values()) or not math.isclose(total, 1, abs_tol=_CLOSE):
        raise InvalidValue.of(
            field,
            "be positive and sum to 1",
            total,
            shown=f"a sum of {total:g} of {dict(weights)}",
            do="change one weight, or use equal_weights(names)",
        )
    return MappingProxyType(dict(weights))


def as_points(scores: Mapping[str, float]) -> Mapping[str, float]:
    """Read points by name; refuse one that is not from 0 to 100."""
    for name, score in scores.items():
        if not 0 <= score <= FULL:
            raise InvalidValue.of(
                "scores",
                "lie between 0 and 100",
                score,
                shown=f"{score} for {name}",
                do="points(value, worst=…, best=…) turns a measured value into points",
            )
    return MappingProxyType(dict(scores))


def scored(
    weights: Mapping[str, float],
    rater_weights: Mapping[str, float],
    *,
    scores: Mapping[str, float],
    ratings: Sequence[Rating],
    objectives: Sequence[Objective],
    missing: Mapping[str, str],
) -> Score:
    """Score the collected data; refuse an indicator or rater with neither data nor a reason in `missing`."""
    found: dict[str, float] = {}
    for indicator in weights:
        on_this = [rating for rating in ratings if rating.on == indicator]
        if indicator in scores:
            found[indicator] = scores[indicator]
        elif indicator == "objectives" and objectives:
            found[indicator] = FULL * _mean(map(_attained, objectives))
        elif on_this:
            found[indicator] = _rated(indicator, on_this, rater_weights, missing)
        elif indicator not in missing:
            raise _absent(indicator, indicator)
    whole = math.fsum(weights[indicator] for indicator in found)
    parts = tuple(
        ScorePart(indicator=indicator, weight=weights[indicator] / whole, points=value)
        for indicator, value in found.items()
    )
    return Score(parts=parts, missing=MappingProxyType(dict(missing)))


def _rated(
    indicator: str, ratings: Sequence[Rating], rater_weights: Mapping[str, float], missing: Mapping[str, str]
) -> float:
    means: list[tuple[float, float]] = []
    for rater, weight in rater_weights.items():
        given = [(rating.points, 1.0) for rating in ratings if rating.by == rater]
        if given:
            means.append((_mean(given), weight))
        elif rater not in missing:
            raise _absent(rater, f"a rating by {rater} on {indicator}")
    return _mean(means)


def _attained(goal: Objective) -> tuple[float, float]:
    if goal.attained is None:
        raise InvalidValue.of(
            "objectives",
            "all have a progress or a measured value before they are scored",
            goal.what,
            shown=f"neither for {goal.what!r}",
            do="give start, target and measured, state the progress, or leave the objective out",
        )
    return goal.attained, goal.weight


def _absent(name: str, what: str) -> InvalidValue:
    return InvalidValue.of(
        "scores",
        f"hold {what}, or missing must say why not",
        None,
        shown="neither",
        do=f"add missing={{{name!r}: 'the reason'}}",
    )


def _mean(values: Iterable[tuple[float, float]]) -> float:
    pairs = tuple(values)
    return math.fsum(value * weight for value, weight in pairs) / math.fsum(weight for _, weight in pairs)
