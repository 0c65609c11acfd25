"""An emergency: started by its plan, announced, coordinated, restored, compensated and reviewed.

The same names are the events, so a program reads well with `from servqual.model import incident as event`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from servqual._checks import a_fact, as_texts, filled, instant, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, CaseId
from servqual.model.labels import Labelled
from servqual.model.money import Money, compensation

__all__ = [
    "INCIDENT_TRANSITIONS",
    "Announced",
    "CasesAffected",
    "Compensated",
    "Coordinated",
    "Decided",
    "Declared",
    "Incident",
    "IncidentDuty",
    "IncidentEvent",
    "IncidentStatus",
    "Restored",
    "Reviewed",
    "Withdrawn",
]


class IncidentStatus(Labelled):
    """Status of an emergency."""

    STARTED = "started", "已启动预案"
    ANNOUNCED = "announced", "已发布"
    COORDINATED = "coordinated", "已分工"
    RESTORED = "restored", "已恢复"
    COMPENSATED = "compensated", "已补偿"
    REVIEWED = "reviewed", "已总结"
    WITHDRAWN = "withdrawn", "已撤销"


class IncidentDuty(Labelled):
    """Three duties of an emergency."""

    ANSWER = "answer", "解答", "answer customers"
    FOLLOW = "follow", "跟进", "follow each case"
    TECHNICAL = "technical", "技术", "solve it technically"


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(as_texts(names)))


def _cases(cases: Iterable[CaseId]) -> tuple[CaseId, ...]:
    return tuple(map(CaseId, _names(cases)))


def _duties(duties: Mapping[str, AgentId]) -> Mapping[IncidentDuty, AgentId]:
    given = {IncidentDuty(duty): who for duty, who in duties.items()}
    for duty, who in given.items():
        if not str(who).strip():
            raise InvalidValue.of("duties", f"name who has {duty.value}", who, do="leave the duty out, it stays open")
    return MappingProxyType(given)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Declared(Act):
    """The emergency plan was started: what happened, since when, and by which plan; perhaps with the affected cases."""

    id: str = attrs.field(validator=filled)
    what: str = attrs.field(validator=filled)
    plan: str = attrs.field(validator=filled)
    began_at: dt.datetime = attrs.field(converter=instant)
    cases: tuple[CaseId, ...] = attrs.field(default=(), converter=_cases)

    def __attrs_post_init__(self) -> None:
        if self.began_at > self.at:
            raise InvalidValue.of("began_at", f"not come after it was declared at {self.at}", self.began_at)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Announced(Act):
    """Customers were told, on these channels, and perhaps with an apology."""

    channels: tuple[str, ...] = attrs.field(converter=_names, validator=some)
    text: str = attrs.field(validator=filled)
    apology: bool = attrs.field(validator=a_fact)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Coordinated(Act, Rebuilt):
    """The three duties were given to persons; a duty that is left out stays open."""

    duties: Mapping[IncidentDuty, AgentId] = attrs.field(converter=_duties, validator=some)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Decided(Act):
    """Somebody decided something while it ran."""

    decision: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class CasesAffected(Act):
    """Further cases belong to it."""

    cases: tuple[CaseId, ...] = attrs.field(converter=_cases, validator=some)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Restored(Act):
    """The service works again: how."""

    how: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Compensated(Act):
    """Customers were compensated: how, and the amount where there is one."""

    how: str = attrs.field(validator=filled)
    amount: Money | None = attrs.field(default=None, validator=attrs.validators.optional(compensation))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reviewed(Act):
    """It was looked back on: the lesson, and the plans of improvement that follow."""

    lesson: str = attrs.field(validator=filled)
    improvements: tuple[str, ...] = attrs.field(default=(), converter=_names)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Withdrawn(Reasoned):
    """It was no emergency, for a reason."""


IncidentEvent = (
    Declared | Announced | Coordinated | Decided | CasesAffected | Restored | Compensated | Reviewed | Withdrawn
)


def _rows() -> tuple[Row[IncidentStatus], ...]:
    s = IncidentStatus
    running = (s.STARTED, s.ANNOUNCED, s.COORDINATED)
    return (
        # from                           event          guard  to
        Row((None,),                     Declared,      None,  s.STARTED),
        Row((s.STARTED,),                Announced,     None,  s.ANNOUNCED),
        Row((s.ANNOUNCED, s.COORDINATED), Announced,    None,  Move.STAY),
        Row((s.ANNOUNCED,),              Coordinated,   None,  s.COORDINATED),
        Row((s.COORDINATED,),            Coordinated,   None,  Move.STAY),
        Row((*running, s.RESTORED),      Decided,       None,  Move.STAY),
        Row((*running, s.RESTORED, s.COMPENSATED), CasesAffected, None, Move.STAY),
        Row((s.COORDINATED,),            Restored,      None,  s.RESTORED),
        Row((s.RESTORED,),               Announced,     None,  Move.STAY),
        Row((s.RESTORED,),               Compensated,   None,  s.COMPENSATED),
        Row((s.COMPENSATED,),            Compensated,   None,  Move.STAY),
        Row((s.RESTORED, s.COMPENSATED), Reviewed,      None,  s.REVIEWED),
        Row(running,                     Withdrawn,     None,  s.WITHDRAWN),
    )  # fmt: skip


INCIDENT_TRANSITIONS: Final = Transitions(name="incident", rows=_rows())


@declared("incident")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Incident(Lived[IncidentStatus, IncidentEvent]):
    """An emergency as the tuple of its events, from the plan that was started to the review.

    Nothing counts as restored before customers were told and the duties given. Compensation may be left out, the review
    not.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> outage = Incident(history=[Declared(at=nine, by="M-1", id="E-1", what="payments fail", plan="payments down",
    ...                                     began_at=nine - dt.timedelta(minutes=5))])
    >>> outage = outage.record(Announced(at=nine, by="M-1", channels=["app", "phone"], text="We work on it",
    ...                                  apology=True))
    >>> outage.status.label("zh"), [duty.value for duty in outage.open_duties], outage.time_to_restore
    ('已发布', ['answer', 'follow', 'technical'], None)
    """

    _transitions: ClassVar[Transitions[IncidentStatus]] = INCIDENT_TRANSITIONS

    history: tuple[IncidentEvent, ...] = attrs.field(converter=History[IncidentEvent])

    @property
    def declared(self) -> Declared:
        """First event: what happened, since when, and the plan."""
        return self._first(Declared)

    @property
    def duties(self) -> Mapping[IncidentDuty, AgentId]:
        """Who has each duty; of two on one duty the later."""
        given = (event.duties for event in self.history if isinstance(event, Coordinated))
        return MappingProxyType({duty: who for duties in given for duty, who in duties.items()})

    @property
    def open_duties(self) -> tuple[IncidentDuty, ...]:
        """Duties that nobody has."""
        return tuple(duty for duty in IncidentDuty if duty not in self.duties)

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels on which customers were told, each once."""
        told = (event.channels for event in self.history if isinstance(event, Announced))
        return tuple(dict.fromkeys(channel for channels in told for channel in channels))

    @property
    def decisions(self) -> tuple[Decided, ...]:
        """Decisions while it ran, with their moments."""
        return tuple(event for event in self.history if isinstance(event, Decided))

    @property
    def cases(self) -> tuple[CaseId, ...]:
        """Affected cases, each once."""
        told = (event.cases for event in self.history if isinstance(event, Declared | CasesAffected))
        return tuple(dict.fromkeys(case for cases in told for case in cases))

    @property
    def restored_at(self) -> dt.datetime | None:
        """Moment when the service worked again."""
        return self._first_at(Restored)

    @property
    def time_to_restore(self) -> dt.timedelta | None:
        """Real time from its begin until the service worked again; None before that."""
        return None if self.restored_at is None else self.restored_at - self.declared.began_at

    @property
    def time_to_announce(self) -> dt.timedelta | None:
        """Real time from its begin until customers were first told; None before that."""
        told = self._first_at(Announced)
        return None if told is None else told - self.declared.began_at
