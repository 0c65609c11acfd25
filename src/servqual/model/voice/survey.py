"""A survey and its closed loop: designed, asked, analysed, fed back, and followed until measures are done.

The same names are the events, so a program reads well with `from servqual.model import survey as event`.
"""

import datetime as dt
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import among, as_instant, as_texts, as_zone, calendar_date, differ, filled, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.hours.cadence import Cadence
from servqual.model.ids import SurveyId
from servqual.model.labels import Labelled
from servqual.model.voice.answer import Answer
from servqual.model.voice.question import Question

__all__ = [
    "SURVEY_TRANSITIONS",
    "Analysed",
    "Cancelled",
    "Closed",
    "Designed",
    "FedBack",
    "Implemented",
    "Improvement",
    "MeasuresSet",
    "Opened",
    "Survey",
    "SurveyEvent",
    "SurveyMethod",
    "SurveyStatus",
    "Tracked",
    "Unaddressed",
]


class SurveyStatus(Labelled):
    """Status of a survey."""

    DESIGNED = "designed", "已设计"
    OPEN = "open", "开放中"
    CLOSED = "closed", "已截止"
    ANALYSED = "analysed", "已分析"
    FED_BACK = "fed_back", "已反馈"
    MEASURES_SET = "measures_set", "已制定措施"
    TRACKED = "tracked", "已跟踪落实"
    CANCELLED = "cancelled", "已取消"


class SurveyMethod(Labelled):
    """Method of asking customers: in numbers, in words, or in a group."""

    QUESTIONNAIRE = "questionnaire", "问卷调查"
    INTERVIEW = "interview", "访谈"
    FOCUS_GROUP = "focus_group", "焦点小组"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Improvement:
    """Measure against a problem that the survey found: what, by whom, by when."""

    problem: str = attrs.field(validator=filled)
    what: str = attrs.field(validator=filled)
    owner: str = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Unaddressed:
    """Problem that the survey found and that stays without a measure, with the reason."""

    problem: str = attrs.field(validator=filled)
    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Designed(Act):
    """The questions, the method and the rhythm of the survey were set."""

    id: SurveyId = attrs.field(validator=filled)
    name: str = attrs.field(validator=filled)
    method: SurveyMethod = attrs.field(converter=SurveyMethod)
    questions: tuple[Question, ...] = attrs.field(
        converter=tuple[Question, ...], validator=[some, differ(lambda question: question.key)]
    )
    every: Cadence | None = attrs.field(default=None, converter=attrs.converters.optional(Cadence))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Opened(Act):
    """Customers may answer."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """No more answers are taken."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Analysed(Act):
    """The answers were analysed: frequent problems, and strengths."""

    problems: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    strengths: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class FedBack(Act):
    """The departments concerned got the results."""

    departments: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)


@attrs.frozen(kw_only=True, field_transformer=typed)
class MeasuresSet(Act):
    """Measures were decided, or the reasons for none; may be recorded in several parts."""

    improvements: tuple[Improvement, ...] = attrs.field(default=(), converter=tuple[Improvement, ...])
    unaddressed: tuple[Unaddressed, ...] = attrs.field(default=(), converter=tuple[Unaddressed, ...])

    @property
    def problems(self) -> tuple[str, ...]:
        """Problems that it deals with."""
        return (*(one.problem for one in self.improvements), *(one.problem for one in self.unaddressed))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Implemented(Act):
    """One measure was carried out, with this result; `what` is that of the measure."""

    what: str = attrs.field(validator=filled)
    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Tracked(Act):
    """The measures were followed to their end; the result in words."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The survey was cancelled, for a reason."""


SurveyEvent = Designed | Opened | Closed | Analysed | FedBack | MeasuresSet | Implemented | Tracked | Cancelled


def _rows() -> tuple[Row[SurveyStatus], ...]:
    s = SurveyStatus
    under_way = (s.DESIGNED, s.OPEN, s.CLOSED, s.ANALYSED, s.FED_BACK, s.MEASURES_SET)
    return (
        # from                          event        guard to
        Row((None,),                      Designed,    None, s.DESIGNED),
        Row((s.DESIGNED,),                Opened,      None, s.OPEN),
        Row((s.OPEN,),                    Closed,      None, s.CLOSED),
        Row((s.CLOSED,),                  Analysed,    None, s.ANALYSED),
        Row((s.ANALYSED,),                FedBack,     None, s.FED_BACK),
        Row((s.FED_BACK, s.MEASURES_SET), MeasuresSet, None, s.MEASURES_SET),
        Row((s.MEASURES_SET,),            Implemented, None, Move.STAY),
        Row((s.MEASURES_SET,),            Tracked,     None, s.TRACKED),
        Row(under_way,                    Cancelled,   None, s.CANCELLED),
    )  # fmt: skip


SURVEY_TRANSITIONS: Final = Transitions(name="survey", rows=_rows())


@declared("survey")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Survey(Lived[SurveyStatus, SurveyEvent]):
    """A survey as the tuple of its events, from its questions to the result of its measures.

    The loop ends when the measures were followed to their end. It cannot end while a frequent problem has neither a
    measure nor a written reason. Also refused: an event that the status does not allow, a measure against a problem
    that the analysis did not find, and a result of a measure that nobody set.

    >>> why = Question(key="why", kind="text", text="What should we do better?")
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> survey = Survey(history=[Designed(at=nine, by="M-1", id=SurveyId("2026-Q2"), name="second quarter",
    ...     method="questionnaire", questions=(why,), every="quarterly")])
    >>> survey = survey.record(Opened(at=nine, by="M-1"))
    >>> survey.status.label("zh"), survey.next_due(zone="Asia/Shanghai")
    ('开放中', datetime.date(2026, 8, 4))
    """

    _transitions: ClassVar[Transitions[Any]] = SURVEY_TRANSITIONS

    history: tuple[SurveyEvent, ...] = attrs.field(converter=History[SurveyEvent])

    def _check(self, _events: tuple[SurveyEvent, ...], /) -> None:
        for event in self.history:
            if isinstance(event, MeasuresSet):
                for name in event.problems:
                    among("problem", name, self.problems)
            elif isinstance(event, Implemented):
                among("what", event.what, (one.what for one in self.improvements))
        left = self.open_problems
        if self.status is SurveyStatus.TRACKED and left:
            raise InvalidValue.of(
                "improvements",
                "answer every problem before the loop is closed",
                left,
                shown=f"none for {', '.join(left)}",
                do="record MeasuresSet with a measure, or with the reason for none",
            )

    @property
    def id(self) -> SurveyId:
        """Name of the survey."""
        return SurveyId(super().id)

    @property
    def design(self) -> Designed:
        """First event: questions, method and rhythm."""
        return self._first(Designed)

    @property
    def opened_at(self) -> dt.datetime | None:
        """Moment from which customers could answer."""
        return self._first_at(Opened)

    @property
    def closed_at(self) -> dt.datetime | None:
        """Moment when an open survey was closed or cancelled; None before it, and for one that never opened."""
        return None if self.opened_at is None else self._first_at(Closed, Cancelled)

    @property
    def problems(self) -> tuple[str, ...]:
        """Frequent problems."""
        found = next((event for event in self.history if isinstance(event, Analysed)), None)
        return () if found is None else found.problems

    @property
    def improvements(self) -> tuple[Improvement, ...]:
        """All measures."""
        return tuple(one for event in self.history if isinstance(event, MeasuresSet) for one in event.improvements)

    @property
    def open_improvements(self) -> tuple[Improvement, ...]:
        """Measures that were not carried out so far; `due` says which of them are late."""
        done = {event.what for event in self.history if isinstance(event, Implemented)}
        return tuple(one for one in self.improvements if one.what not in done)

    @property
    def open_problems(self) -> tuple[str, ...]:
        """Problems without a decision."""
        decided = {name for event in self.history if isinstance(event, MeasuresSet) for name in event.problems}
        return tuple(problem for problem in self.problems if problem not in decided)

    def accept(self, answer: Answer) -> Answer:
        """Return an answer to a question of this survey, given while it was open; refuse any other.

        The moments of opening and closing are included.
        """
        if answer.survey != self.id:
            raise InvalidValue.of("survey", f"be {self.id!r}", answer.survey)
        asked = {question.key: question for question in self.design.questions}
        among("question", answer.question.key, asked)
        if answer.question != asked[answer.question.key]:
            raise InvalidValue.of(
                "question",
                "be as the survey asks it",
                answer.question,
                shown=f"another {answer.question.key!r}",
                do="take it from the design",
            )
        opened, closed, at = self.opened_at, self.closed_at, answer.answered_at
        if opened is None or at < opened or (closed is not None and at > closed):
            raise InvalidValue.of(
                "answered_at", f"lie while the survey is open, {opened or 'not yet'} to {closed or 'now'}", at
            )
        return answer

    def next_due(self, *, zone: str) -> dt.date | None:
        """Return the day in this zone on which the next one is due; None without a rhythm or an opening."""
        if self.design.every is None or self.opened_at is None:
            return None
        return self.design.every.after(self.opened_at.astimezone(as_zone(zone)).date())

    def overdue(self, *, now: dt.datetime, zone: str) -> bool:
        """Say whether the day for the next one has passed in this zone."""
        due = self.next_due(zone=zone)
        return due is not None and as_instant(now, "now").astimezone(as_zone(zone)).date() > due
