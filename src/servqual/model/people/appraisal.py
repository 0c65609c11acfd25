"""An appraisal: a scheme agreed beforehand, data, ratings, a traceable score, a talk, and the outcome.

The same names are the events, so a program reads well with `from servqual.model import appraisal as event`.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from servqual._checks import among, as_texts, calendar_date, filled, whole
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, TeamId
from servqual.model.labels import Labelled
from servqual.model.people.score import Objective, Rating, Score, as_points, as_weights, in_days, scored

__all__ = [
    "APPRAISAL_TRANSITIONS",
    "Acknowledged",
    "Appraisal",
    "AppraisalCriterion",
    "AppraisalCycle",
    "AppraisalEvent",
    "AppraisalStatus",
    "Cancelled",
    "Closed",
    "DataCollected",
    "Discussed",
    "IndicatorKind",
    "Objective",
    "OutcomeApplied",
    "Rated",
    "Rating",
    "SchemeSet",
    "Scored",
]


class AppraisalStatus(Labelled):
    """Status of an appraisal."""

    SCHEME_SET = "scheme_set", "方案已定"
    DATA_COLLECTED = "data_collected", "数据已收集"
    RATED = "rated", "已评价"
    SCORED = "scored", "已评分"
    DISCUSSED = "discussed", "已面谈"
    ACKNOWLEDGED = "acknowledged", "已确认"
    OUTCOME_APPLIED = "outcome_applied", "结果已应用"
    CLOSED = "closed", "已结束"
    CANCELLED = "cancelled", "已取消"


@declared("appraisal_cycle")
class AppraisalCycle(Labelled):
    """Rhythm of appraisals; the period itself is always given by its dates.

    >>> AppraisalCycle.QUARTER.period(dt.date(2026, 2, 3))
    (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    """

    MONTH = "month", "月度"
    QUARTER = "quarter", "季度"
    YEAR = "year", "年度"

    def period(self, day: dt.date) -> tuple[dt.date, dt.date]:
        """Return the first and the last day of the cycle around a day."""
        months = {"month": 1, "quarter": 3, "year": 12}[self.value]
        first = (day.month - 1) // months * months
        year, month = divmod(first + months, 12)
        return dt.date(day.year, first + 1, 1), dt.date(day.year + year, month + 1, 1) - dt.timedelta(days=1)


@declared("appraisal_criterion")
class AppraisalCriterion(Labelled):
    """Five usual criteria of an appraisal; they can be indicators of a scheme, and have no default weight."""

    SERVICE_QUALITY = "service_quality", "服务质量"
    CUSTOMER_SATISFACTION = "customer_satisfaction", "客户满意度"
    TEAMWORK = "teamwork", "团队协作"
    PROFESSIONAL_SKILL = "professional_skill", "专业技能"
    INNOVATION_AND_LEARNING = "innovation_and_learning", "创新与学习"


@declared("indicator_kind")
class IndicatorKind(Labelled):
    """Kind of indicator: for the process of the work, or for its result."""

    PROCESS = "process", "过程考核"
    RESULT = "result", "结果考核"


def _weights(weights: Mapping[str, float]) -> Mapping[str, float]:
    return as_weights(weights, "weights")


def _rater_weights(weights: Mapping[str, float]) -> Mapping[str, float]:
    return as_weights(weights, "rater_weights") if weights else MappingProxyType({})


def _kinds(kinds: Mapping[str, IndicatorKind]) -> Mapping[str, IndicatorKind]:
    return MappingProxyType({name: IndicatorKind(kind) for name, kind in kinds.items()})


def _bands(bands: Mapping[float, str]) -> Mapping[float, str]:
    return MappingProxyType({floor: bands[floor] for floor in sorted(bands, reverse=True)})


@attrs.frozen(kw_only=True, field_transformer=typed)
class SchemeSet(Act, Rebuilt):
    """Scheme of one member or one team, agreed before the data: indicators, weights and period.

    `weights` names the indicators and sums to 1; `ratings` means ratings on the whole and `objectives` key results.
    `rater_weights` sums to 1, too, and may be empty where nothing is rated. There are no default weights;
    `equal_weights` gives equal ones. `period` holds the first and the last day. `bands` maps the lowest score to the
    outcome that it suggests. Refused: other sums, weights that are not positive, a period that ends before it begins,
    both a member and a team or neither, `ratings` without raters, and kinds of indicators that have no weight.
    """

    id: str = ""
    member: AgentId | None = None
    team: TeamId | None = None
    period: tuple[dt.date, dt.date] = attrs.field(validator=in_days)
    weights: Mapping[str, float] = attrs.field(converter=_weights)
    rater_weights: Mapping[str, float] = attrs.field(converter=_rater_weights)
    kinds: Mapping[str, IndicatorKind] = attrs.field(factory=dict[str, IndicatorKind], converter=_kinds)
    bands: Mapping[float, str] = attrs.field(factory=dict[float, str], converter=_bands)
    scheme: str = ""
    version: int = attrs.field(default=1, validator=whole(1))
    review_on: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))

    def __attrs_post_init__(self) -> None:
        if (self.member is None) == (self.team is None):
            raise InvalidValue.of(
                "member",
                "be given, or team, but not both",
                self.member,
                shown=f"{self.member!r} and team {self.team!r}",
            )
        if "ratings" in self.weights and not self.rater_weights:
            raise InvalidValue.of(
                "rater_weights",
                "say how much each rater counts",
                {},
                shown="none",
                do="write rater_weights={'supervisor': 1} or equal_weights(names)",
            )
        _known("kinds", self.kinds, self.weights)

    def balance(self) -> Mapping[IndicatorKind, float]:
        """Sum the weights of process and of result; indicators of no kind are left out."""
        return {
            kind: math.fsum(self.weights[name] for name, its_kind in self.kinds.items() if its_kind is kind)
            for kind in IndicatorKind
        }


def _reasons(missing: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(missing))


@attrs.frozen(kw_only=True, field_transformer=typed)
class DataCollected(Act, Rebuilt):
    """Data of the period: points of 0 to 100 by indicator, ratings, objectives, and missing data with its reason.

    Data may be recorded several times: ratings and objectives add up, and of two scores on one indicator the later
    counts.
    """

    scores: Mapping[str, float] = attrs.field(factory=dict[str, float], converter=as_points)
    ratings: tuple[Rating, ...] = attrs.field(default=(), converter=tuple[Rating, ...])
    objectives: tuple[Objective, ...] = attrs.field(default=(), converter=tuple[Objective, ...])
    missing: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=_reasons)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Rated(Act, Rebuilt):
    """All raters have rated; ratings recorded with the data need not be given again."""

    ratings: tuple[Rating, ...] = attrs.field(default=(), converter=tuple[Rating, ...])
    missing: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=_reasons)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Scored(Act):
    """The data is final. The event holds no number, because the score follows from the data."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Discussed(Act):
    """Both sides talked about the score: words of the member, and agreed improvements."""

    said_by_member: str = attrs.field(validator=filled)
    improvements: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Acknowledged(Act):
    """The member has seen the result and agrees or not; only the member can acknowledge their own appraisal."""

    agrees: bool


@attrs.frozen(kw_only=True, field_transformer=typed)
class OutcomeApplied(Act):
    """An outcome followed, such as a reward, coaching, training or another duty; none is recommended."""

    outcome: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """The appraisal is over."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The appraisal was cancelled, for a reason, such as that the member left."""


AppraisalEvent = (
    SchemeSet | DataCollected | Rated | Scored | Discussed | Acknowledged | OutcomeApplied | Closed | Cancelled
)


def _rows() -> tuple[Row[AppraisalStatus], ...]:
    s = AppraisalStatus
    begun = (s.SCHEME_SET, s.DATA_COLLECTED, s.RATED, s.SCORED, s.DISCUSSED, s.ACKNOWLEDGED)
    return (
        # from                          event           guard  to
        Row((None,),                    SchemeSet,      None,  s.SCHEME_SET),
        Row((s.SCHEME_SET,),            SchemeSet,      None,  Move.STAY),
        Row((s.SCHEME_SET,),            DataCollected,  None,  s.DATA_COLLECTED),
        Row((s.DATA_COLLECTED,),        DataCollected,  None,  Move.STAY),
        Row((s.DATA_COLLECTED,),        Rated,          None,  s.RATED),
        Row((s.RATED,),                 Rated,          None,  Move.STAY),
        Row((s.DATA_COLLECTED, s.RATED), Scored,        None,  s.SCORED),
        Row((s.SCORED,),                Discussed,      None,  s.DISCUSSED),
        Row((s.DISCUSSED,),             Discussed,      None,  Move.STAY),
        Row((s.DISCUSSED,),             Acknowledged,   None,  s.ACKNOWLEDGED),
        Row((s.ACKNOWLEDGED,),          OutcomeApplied, None,  s.OUTCOME_APPLIED),
        Row((s.OUTCOME_APPLIED,),       OutcomeApplied, None,  Move.STAY),
        Row((s.ACKNOWLEDGED, s.OUTCOME_APPLIED), Closed, None, s.CLOSED),
        Row(begun,                      Cancelled,      None,  s.CANCELLED),
    )  # fmt: skip


APPRAISAL_TRANSITIONS: Final = Transitions(name="appraisal", rows=_rows())


@declared("appraisal")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Appraisal(Lived[AppraisalStatus, AppraisalEvent]):
    """The appraisal of one member or one team over one period, from the scheme to the outcome.

    The scheme is set before the data, and the talk is held before the outcome. Refused: data that the scheme does not
    know, a score without data that is not declared missing, and an acknowledgement by somebody else.

    >>> from datetime import UTC, date, datetime
    >>> appraisal = Appraisal(history=[SchemeSet(
    ...     at=datetime(2026, 1, 2, tzinfo=UTC), by="M-1", member=AgentId("A-1"),
    ...     period=AppraisalCycle.QUARTER.period(date(2026, 1, 2)),
    ...     weights={"csat": 0.8, "objectives": 0.2}, rater_weights={}, bands={80: "bonus", 0: "coaching"})])
    >>> appraisal = appraisal.record(DataCollected(
    ...     at=datetime(2026, 4, 1, tzinfo=UTC), by="M-1", scores={"csat": 90.0},
    ...     objectives=[Objective(what="five articles", progress=0.5)]))
    >>> appraisal.score().value, appraisal.suggested_outcome()
    (82.0, 'bonus')
    """

    _transitions: ClassVar[Transitions[AppraisalStatus]] = APPRAISAL_TRANSITIONS

    history: tuple[AppraisalEvent, ...] = attrs.field(converter=History[AppraisalEvent])

    def _check(self, events: tuple[AppraisalEvent, ...], /) -> None:
        _settled(self.history, events)
        _known_to(self.scheme, events, self.score)

    @property
    def scheme(self) -> SchemeSet:
        """Scheme that was set last."""
        scheme: SchemeSet = self._latest(SchemeSet)
        return scheme

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that were applied."""
        return tuple(event.outcome for event in self.history if isinstance(event, OutcomeApplied))

    def score(self) -> Score:
        """Compute the weighted score and the contribution of each indicator, from the data so far.

        An indicator, or a kind of rater, with neither data nor a reason in `missing` is refused; the weight of missing
        ones is spread over the rest in proportion.
        """
        data = [event for event in self.history if isinstance(event, DataCollected)]
        rated = [event for event in self.history if isinstance(event, DataCollected | Rated)]
        scores = {name: score for event in data for name, score in event.scores.items()}
        ratings = [rating for event in rated for rating in event.ratings]
        objectives = [objective for event in data for objective in event.objectives]
        derived = {rating.on for rating in ratings} | ({"objectives"} if objectives else set())
        if twice := sorted(derived & scores.keys()):
            raise InvalidValue.of(
                "scores",
                "be left out for indicators with ratings or objectives",
                twice,
                shown=f"both for {', '.join(twice)}",
            )
        on = {rating.on for rating in ratings}
        raters = {rating.by for rating in ratings}
        whole = {by for by in raters if on <= {rating.on for rating in ratings if rating.by == by}}
        found = derived | scores.keys() | whole
        missing = {name: why for event in rated for name, why in event.missing.items() if name not in found}
        return scored(
            self.scheme.weights,
            self.scheme.rater_weights,
            scores=scores,
            ratings=ratings,
            objectives=objectives,
            missing=missing,
        )

    def suggested_outcome(self) -> str | None:
        """Return the outcome of the highest band that the score reaches; None without score or band."""
        value = self.score().value
        reached = (outcome for floor, outcome in self.scheme.bands.items() if value is not None and floor <= value)
        return next(reached, None)


def _settled(history: Sequence[AppraisalEvent], events: Iterable[AppraisalEvent]) -> None:
    """Refuse a change of the appraised person, and of the data after the score."""
    first = next(event for event in history if isinstance(event, SchemeSet))
    scored_at = [event.at for event in history if isinstance(event, Scored)]
    for event in events:
        if isinstance(event, SchemeSet) and _whose(event) != _whose(first):
            raise InvalidValue.of("member", f"stay, as id and team, {_whose(first)}", _whose(event))
        known = event.recorded_at or event.at
        if isinstance(event, DataCollected | Rated) and any(event.at < at < known for at in scored_at):
            raise InvalidValue.of("recorded_at", "lie before the score", known, do="begin another appraisal")


def _whose(scheme: SchemeSet) -> tuple[str, str | None, str | None]:
    return scheme.id, scheme.member, scheme.team


def _known_to(scheme: SchemeSet, events: Iterable[AppraisalEvent], score: Callable[[], Score]) -> None:
    for event in events:
        if isinstance(event, DataCollected | Rated):
            _known("ratings", (rating.on for rating in event.ratings), scheme.weights)
            _of_member(event.ratings, scheme)
            _known("ratings by", (rating.by for rating in event.ratings), scheme.rater_weights)
            _known("missing", event.missing, {**scheme.weights, **scheme.rater_weights})
        if isinstance(event, DataCollected):
            _known("scores", event.scores, scheme.weights)
            _known("objectives", ["objectives"] if event.objectives else [], scheme.weights)
        elif isinstance(event, Scored):
            score()
        elif isinstance(event, Acknowledged) and scheme.member is not None and event.by != scheme.member:
            raise InvalidValue.of("by", f"be the member whose appraisal it is, {scheme.member}", event.by)


def _of_member(ratings: Iterable[Rating], scheme: SchemeSet) -> None:
    for rating in ratings:
        if scheme.member is not None and rating.member not in {None, scheme.member}:
            raise InvalidValue.of("ratings", f"be of the member whose appraisal it is, {scheme.member}", rating.member)


def _known(field: str, names: Iterable[str], scheme: Iterable[str]) -> None:
    for name in names:
        among(field, name, scheme)
