"""A training: need, design, schedule, delivery, practice at work, evaluation, and feedback that begins the next round.

The same names are the events, so a program reads well with `from servqual.model import training as event`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import a_fact, as_texts, differ, filled, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, SurveyId
from servqual.model.labels import Labelled
from servqual.model.people.score import in_days

__all__ = [
    "TRAINING_TRANSITIONS",
    "Cancelled",
    "Closed",
    "Delivered",
    "Designed",
    "Evaluated",
    "EvaluationMethod",
    "FedBack",
    "Identified",
    "Practised",
    "Scheduled",
    "Training",
    "TrainingEvent",
    "TrainingProgramme",
    "TrainingResult",
    "TrainingStatus",
]


class TrainingStatus(Labelled):
    """Status of a training."""

    NEED_IDENTIFIED = "need_identified", "需求已明确"
    DESIGNED = "designed", "课程已设计"
    SCHEDULED = "scheduled", "已排期"
    DELIVERED = "delivered", "已实施"
    PRACTISED = "practised", "已实践"
    EVALUATED = "evaluated", "已评估"
    CLOSED = "closed", "已结束"
    CANCELLED = "cancelled", "已取消"


@declared("training_programme")
class TrainingProgramme(Labelled):
    """What kind of programme a training belongs to."""

    INDUCTION = "induction", "新员工入职培训"
    SKILL_IMPROVEMENT = "skill_improvement", "技能提升"
    TEAM_BUILDING = "team_building", "团队建设"
    PRODUCT_KNOWLEDGE = "product_knowledge", "产品知识更新", "product knowledge update"
    CONTINUOUS_LEARNING = "continuous_learning", "持续学习计划", "continuous learning plan"


@declared("evaluation_method")
class EvaluationMethod(Labelled):
    """How the effect of a training was seen."""

    SATISFACTION_SURVEY = "satisfaction_survey", "满意度调查"
    BEHAVIOUR_OBSERVATION = "behaviour_observation", "行为观察"
    SELF_ASSESSMENT = "self_assessment", "自我评估", "self-assessment"


def _score(_result: object, attribute: "attrs.Attribute[Any]", score: object) -> None:
    number = isinstance(score, int | float) and not isinstance(score, bool)
    if score is not None and not (number and abs(float(score)) < float("inf")):  # type: ignore[arg-type]
        raise InvalidValue.of(attribute.name, "be a number, or None", score)


def _methods(methods: Iterable[EvaluationMethod | str]) -> tuple[EvaluationMethod, ...]:
    return tuple(map(EvaluationMethod, as_texts(methods)))


def _people(members: Iterable[AgentId]) -> tuple[AgentId, ...]:
    return tuple(map(AgentId, as_texts(members)))


@declared("training_result")
@attrs.frozen(kw_only=True, field_transformer=typed)
class TrainingResult:
    """What a training did for one member: scores of one test before and after it, and words; None is unknown."""

    member: AgentId = attrs.field(validator=filled)
    score_before: float | None = attrs.field(default=None, validator=_score)
    score_after: float | None = attrs.field(default=None, validator=_score)
    passed: bool | None = attrs.field(default=None, validator=attrs.validators.optional(a_fact))
    observed: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Identified(Act):
    """It is clear what is needed: the goal, and the needs, such as the contents that `needs_after` names."""

    id: str = attrs.field(validator=filled)
    goal: str = attrs.field(validator=filled)
    needs: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)
    programme: TrainingProgramme | None = attrs.field(
        default=None, converter=attrs.converters.optional(TrainingProgramme)
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Designed(Act):
    """The course is designed: its modules, the method, and the service standard that it teaches, if any."""

    modules: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)
    method: str = attrs.field(validator=filled)
    standard: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Scheduled(Act):
    """It has its days, its instructor and the members who are to come; of two schedules in a round the later counts."""

    period: tuple[dt.date, dt.date] = attrs.field(validator=in_days)
    instructor: AgentId = attrs.field(validator=filled)
    members: tuple[AgentId, ...] = attrs.field(converter=_people, validator=some)
    place: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Delivered(Act):
    """A session was held; `attended` are the scheduled members who were there."""

    attended: tuple[AgentId, ...] = attrs.field(converter=_people)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Practised(Act):
    """Members used at work what they had learnt: what was done, and what support they got."""

    what: str = attrs.field(validator=filled)
    support: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Evaluated(Act):
    """The effect was judged: in words, by which methods, per member, and by the survey that asked them, if any."""

    judgement: str = attrs.field(validator=filled)
    methods: tuple[EvaluationMethod, ...] = attrs.field(converter=_methods, validator=some)
    results: tuple[TrainingResult, ...] = attrs.field(
        default=(), converter=tuple[TrainingResult, ...], validator=differ(lambda result: result.member)
    )
    survey: SurveyId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class FedBack(Act):
    """What the evaluation taught is the need of the next round."""

    needs: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """No further round is needed."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The training was cancelled, for a reason."""


TrainingEvent = Identified | Designed | Scheduled | Delivered | Practised | Evaluated | FedBack | Closed | Cancelled


def _rows() -> tuple[Row[TrainingStatus], ...]:
    s = TrainingStatus
    open_ = (s.NEED_IDENTIFIED, s.DESIGNED, s.SCHEDULED, s.DELIVERED, s.PRACTISED)
    return (
        # from                 event       guard  to
        Row((None,),              Identified, None, s.NEED_IDENTIFIED),
        Row((s.NEED_IDENTIFIED,), Designed,   None, s.DESIGNED),
        Row((s.DESIGNED,),        Scheduled,  None, s.SCHEDULED),
        Row((s.SCHEDULED,),       Scheduled,  None, Move.STAY),
        Row((s.SCHEDULED,),       Delivered,  None, s.DELIVERED),
        Row((s.DELIVERED,),       Delivered,  None, Move.STAY),
        Row((s.DELIVERED,),       Practised,  None, s.PRACTISED),
        Row((s.PRACTISED,),       Practised,  None, Move.STAY),
        Row((s.PRACTISED,),       Evaluated,  None, s.EVALUATED),
        Row((s.EVALUATED,),       FedBack,    None, s.NEED_IDENTIFIED),
        Row((s.EVALUATED,),       Closed,     None, s.CLOSED),
        Row(open_,                Cancelled,  None, s.CANCELLED),
    )  # fmt: skip


TRAINING_TRANSITIONS: Final = Transitions(name="training", rows=_rows())


@declared("training")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Training(Lived[TrainingStatus, TrainingEvent]):
    """A training from the need to its effect, in one or more rounds; feedback begins the next round.

    Refused: a member at a session who was not scheduled, and a result of somebody who was at no session of the round.
    As rows of the table `trainings` it gives one row per member and evaluated round.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> course = Training(history=[
    ...     Identified(at=nine, by="M-1", id="T-1", goal="calmer calls", needs=["listening"], programme="induction"),
    ...     Designed(at=nine, by="Q-1", modules=["listen first"], method="role play"),
    ...     Scheduled(at=nine, by="M-1", period=(dt.date(2026, 5, 11), dt.date(2026, 5, 12)), instructor="Q-1",
    ...               members=[AgentId("A-1"), AgentId("A-2")]),
    ...     Delivered(at=nine + dt.timedelta(days=7), by="Q-1", attended=[AgentId("A-1")])])
    >>> course.status.value, course.absent
    ('delivered', ('A-2',))
    """

    _transitions: ClassVar[Transitions[TrainingStatus]] = TRAINING_TRANSITIONS

    history: tuple[TrainingEvent, ...] = attrs.field(converter=History[TrainingEvent])

    def _check(self, _events: tuple[TrainingEvent, ...], /) -> None:
        for each in self.rounds():
            members, there = _members(each), _there(each)
            _among("attended", there, members, "be scheduled members", "schedule them first")
            judged = (result.member for event in each if isinstance(event, Evaluated) for result in event.results)
            _among("results", judged, there, "be of members who were at a session", "record who attended")

    @property
    def identified(self) -> Identified:
        """First event: goal, needs and programme."""
        return self._first(Identified)

    @property
    def id(self) -> str:
        """Name of the training."""
        return self.identified.id

    @property
    def needs(self) -> tuple[str, ...]:
        """Needs of the present round: those that were identified, or that the last feedback named."""
        last: Identified | FedBack = self._latest(Identified, FedBack)
        return last.needs

    def rounds(self) -> tuple[tuple[TrainingEvent, ...], ...]:
        """Return the events of each round; feedback is the first event of the round that it begins."""
        found: list[list[TrainingEvent]] = []
        for event in self.history:
            if isinstance(event, Identified | FedBack):
                found.append([])
            found[-1].append(event)
        return tuple(map(tuple, found))

    @property
    def absent(self) -> tuple[AgentId, ...]:
        """Scheduled members of the present round who were at no session yet."""
        last = self.rounds()[-1]
        there = {*_there(last)}
        return tuple(member for member in _members(last) if member not in there)

    def overdue(self, *, today: dt.date) -> bool:
        """Say whether the last scheduled day is over and no session was held."""
        return self.status is TrainingStatus.SCHEDULED and today > self._latest(Scheduled).period[1]

    def rows(self) -> tuple[Mapping[str, object], ...]:
        """Write the results as rows of the table `trainings`, completed at the last session of their round."""
        return tuple(
            MappingProxyType(
                {
                    "training": self.id,
                    "programme": self.identified.programme,
                    "round": str(number),
                    "agent": result.member,
                    "completed_at": max(one.at for one in each if isinstance(one, Delivered)),
                    "passed": result.passed,
                    "score_before": result.score_before,
                    "score_after": result.score_after,
                    "survey": event.survey,
                }
            )
            for number, each in enumerate(self.rounds(), start=1)
            for event in each
            if isinstance(event, Evaluated)
            for result in event.results
        )


def _members(events: tuple[TrainingEvent, ...]) -> tuple[AgentId, ...]:
    """Return the members of the last schedule of a round."""
    return next((event.members for event in reversed(events) if isinstance(event, Scheduled)), ())


def _there(events: tuple[TrainingEvent, ...]) -> tuple[AgentId, ...]:
    """Return who was at a session of a round."""
    held = (member for event in events if isinstance(event, Delivered) for member in event.attended)
    return tuple(dict.fromkeys(held))


def _among(field: str, named: Iterable[AgentId], known: tuple[AgentId, ...], expected: str, do: str) -> None:
    others = [member for member in named if member not in known]
    if others:
        raise InvalidValue.of(field, expected, others[0], do=do)
