"""A case: a customer's problem from its first sign to its verified end.

The steps are those of a problem process with six stages (receive, classify, assign, handle, verify, close) that begins
with a report of four mandatory fields. Seen in three stages they are problem, handling, verification.

The same names are the events, so a program reads well with `from servqual.model import case as event`.
"""

import datetime as dt
from typing import Any, ClassVar, Final, Literal

import attrs

from servqual._checks import a_fact, as_instant, filled, instant, one_of, whole
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.event import Act, Event, Reasoned
from servqual.model.history.facts import Fact, Facts
from servqual.model.history.lifecycle import History, Move, Row, Transitions, short
from servqual.model.ids import CaseId, CustomerId
from servqual.model.labels import Labelled
from servqual.model.service.handled import Handled, Passed, Solved

__all__ = [
    "CASE_TRANSITIONS",
    "Amended",
    "Assigned",
    "AutoReplied",
    "Cancelled",
    "Case",
    "CaseEvent",
    "CaseSource",
    "CaseStage",
    "CaseStatus",
    "Classified",
    "Closed",
    "CustomerMessage",
    "Duplicate",
    "Escalated",
    "FollowedUp",
    "HandedOver",
    "Identified",
    "Linked",
    "Priority",
    "Received",
    "Relation",
    "Reopened",
    "Replied",
    "Reported",
    "Resolved",
    "Resumed",
    "Started",
    "Verified",
    "Voided",
    "Waiting",
]


class CaseStatus(Labelled):
    """Status of a case."""

    IDENTIFIED = "identified", "已识别"
    REPORTED = "reported", "已报告"
    RECEIVED = "received", "已接收"
    CLASSIFIED = "classified", "已分类"
    ASSIGNED = "assigned", "已分配"
    HANDLING = "handling", "处理中"
    WAITING = "waiting", "等待中"
    VERIFYING = "verifying", "验证中"
    VERIFIED = "verified", "已验证"
    CLOSED = "closed", "已关闭"
    CANCELLED = "cancelled", "已取消"


class CaseStage(Labelled):
    """The three-stage view: problem, handling, verification."""

    PROBLEM = "problem", "问题"
    HANDLING = "handling", "处理"
    VERIFICATION = "verification", "验证"


@declared("priority")
class Priority(Labelled):
    """Urgency of a case; `normal` is the routine."""

    LOW = "low", "低"
    NORMAL = "normal", "常规"
    HIGH = "high", "高"
    URGENT = "urgent", "紧急"


class CaseSource(Labelled):
    """Source by which we learned of the problem."""

    FEEDBACK = "feedback", "顾客反馈"
    PROCESS_RECORD = "process_record", "服务过程记录"
    COMPLAINT = "complaint", "投诉处理记录"
    ASSESSMENT = "assessment", "服务质量评估"
    SERVICE_DESK = "service_desk", "服务台"
    SURVEY = "survey", "满意度调查"
    AUDIT = "audit", "流程审核"
    MONITORING = "monitoring", "监控"


class Relation(Labelled):
    """Relation of another case to this one; `absorbed` means merged into it."""

    RELATED = "related", "相关"
    PARENT = "parent", "上级"
    CHILD = "child", "下级"
    ABSORBED = "absorbed", "并入"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Identified(Act):
    """Somebody on our side noticed a problem before it was reported."""

    decisive: ClassVar[tuple[str, ...]] = ("source",)
    id: CaseId = attrs.field(validator=filled)
    source: CaseSource = attrs.field(converter=CaseSource)


@declared("case.reported")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Reported(Event):
    """The problem report, with its four mandatory fields: description, impact, time of occurrence, owner.

    `owner` is responsible from now on, and `site` is the place of service that it concerns. `opened_by="agent"` says
    that our side wrote the report; a clock need not start then.
    """

    decisive: ClassVar[tuple[str, ...]] = (
        "category", "channel", "customer", "opened_by", "owner", "priority", "site", "source", "team", "tier",
    )  # fmt: skip
    id: CaseId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    description: str = attrs.field(validator=filled)
    impact: str = attrs.field(validator=filled)
    occurred_at: dt.datetime = attrs.field(converter=instant)
    owner: str = attrs.field(validator=filled)
    channel: str = attrs.field(validator=filled)
    source: CaseSource = attrs.field(converter=CaseSource)
    opened_by: Literal["customer", "agent"] = attrs.field(default="customer", validator=one_of("customer", "agent"))
    tier: str | None = None
    team: str | None = None
    site: str | None = None
    category: str | None = None
    priority: Priority | None = attrs.field(default=None, converter=attrs.converters.optional(Priority))

    def __attrs_post_init__(self) -> None:
        if self.occurred_at > self.at:
            raise InvalidValue.of(
                "occurred_at",
                f"not come after the report at {self.at}",
                self.occurred_at,
                do="a problem is reported once it occurs",
            )

    @property
    def signals(self) -> tuple[str, ...]:
        """`reported`, and `reported.customer` or `reported.agent`."""
        return "reported", f"reported.{self.opened_by}"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Received(Act):
    """The desk took the report in."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Classified(Act):
    """Category and priority were set for the first time, or again without a change of status."""

    decisive: ClassVar[tuple[str, ...]] = ("category", "cause", "priority")
    category: str = attrs.field(validator=filled)
    priority: Priority = attrs.field(converter=Priority)
    cause: str | None = None


@declared("case.assigned")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Assigned(Act):
    """A person, and where known a team, became responsible."""

    decisive: ClassVar[tuple[str, ...]] = ("team", "to")
    to: str = attrs.field(validator=filled)
    team: str | None = None


@declared("case.handed_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandedOver(Passed):
    """Responsibility went to somebody else, for a reason; a case being handled is then assigned again."""

    decisive: ClassVar[tuple[str, ...]] = ("team", "to")


@declared("case.escalated")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Escalated(Act):
    """A higher support level (2, 3, …) took responsibility, for a reason; the status stays."""

    decisive: ClassVar[tuple[str, ...]] = ("level", "team", "to")
    to: str = attrs.field(validator=filled)
    level: int = attrs.field(validator=whole(2))
    reason: str = attrs.field(validator=filled)
    team: str | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Linked(Act):
    """Another case belongs to this one; `since` is when that one was reported, if a merge should count from it."""

    decisive: ClassVar[tuple[str, ...]] = ("relation", "since")
    to: CaseId = attrs.field(validator=filled)
    relation: Relation = attrs.field(default=Relation.RELATED, converter=Relation)
    since: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))

    @property
    def signals(self) -> tuple[str, ...]:
        """`linked`, and `linked.absorbed` and the like."""
        return "linked", f"linked.{self.relation}"


@attrs.frozen(kw_only=True, field_transformer=typed)
class CustomerMessage(Event):
    """The customer wrote or called again."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class AutoReplied(Event):
    """A machine of the customer answered, such as out of office, a receipt or a bounce; no standard clock listens."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Started(Act):
    """Handling began."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Resumed(Act):
    """The wait is over; the case returns to where it was."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Replied(Act):
    """We wrote or spoke, to the customer (`public`) or among ourselves, as a person or a `bot`.

    Only a public reply of a person answers the customer, unless the rule of a clock says otherwise.
    """

    decisive: ClassVar[tuple[str, ...]] = ("bot", "public")
    public: bool = attrs.field(default=True, validator=a_fact)
    bot: bool = attrs.field(default=False, validator=a_fact)

    @property
    def signals(self) -> tuple[str, ...]:
        """`replied`, and one of `replied.public`, `replied.internal`, `replied.bot`."""
        if self.bot:
            return _BOT
        return _PUBLIC if self.public else _INTERNAL


_PUBLIC: Final = ("replied", "replied.public")
_INTERNAL: Final = ("replied", "replied.internal")
_BOT: Final = ("replied", "replied.bot")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Waiting(Act):
    """The case waits until somebody else acts: `on` names them, such as `customer` or `supplier`.

    A case waits on one thing at a time; `Waiting` during a wait names the new one.
    """

    decisive: ClassVar[tuple[str, ...]] = ("on",)
    on: str = attrs.field(validator=filled)

    @property
    def signals(self) -> tuple[str, ...]:
        """`waiting`, and `waiting.customer` and the like."""
        return "waiting", f"waiting.{self.on}"


@declared("case.resolved")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Resolved(Solved):
    """A solution was found; whether the customer was told, and what compensation was offered."""


@declared("case.verified")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Verified(Act):
    """The effect was evaluated and the customer asked: both must be positive, or handling begins again."""

    decisive: ClassVar[tuple[str, ...]] = ("customer_confirmed", "effective")
    effective: bool = attrs.field(validator=a_fact)
    customer_confirmed: bool = attrs.field(validator=a_fact)

    @property
    def signals(self) -> tuple[str, ...]:
        """`verified`, and `verified.passed` or `verified.failed`."""
        return "verified", "verified.passed" if _effective_and_confirmed(self) else "verified.failed"


@declared("case.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Act):
    """The customer was asked again after the solution and gave this answer."""

    answer: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """The case ended, after verification."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reopened(Reasoned):
    """A solved case came back, for a reason."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Duplicate(Act):
    """The case repeats another one, `of`, which goes on; this one ends."""

    of: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The case was withdrawn, for a reason."""


CaseEvent = (
    Identified
    | Reported
    | Received
    | Classified
    | Assigned
    | HandedOver
    | Escalated
    | Linked
    | CustomerMessage
    | AutoReplied
    | Started
    | Resumed
    | Replied
    | Waiting
    | Resolved
    | Verified
    | FollowedUp
    | Closed
    | Reopened
    | Duplicate
    | Cancelled
    | Voided
    | Amended
)


def _effective_and_confirmed(event: Verified) -> bool:
    return event.effective and event.customer_confirmed


def _rows() -> tuple[Row[CaseStatus], ...]:
    s = CaseStatus
    desk = (s.RECEIVED, s.CLASSIFIED, s.ASSIGNED, s.HANDLING)
    unsolved = (s.REPORTED, *desk, s.WAITING)
    solved = (s.VERIFYING, s.VERIFIED, s.CLOSED)
    return (
        # from                                 event            guard                     to
        Row((None,),                           Identified,      None,                     s.IDENTIFIED),
        Row((None, s.IDENTIFIED),              Reported,        None,                     s.REPORTED),
        Row((s.REPORTED,),                     Received,        None,                     s.RECEIVED),
        Row((s.RECEIVED,),                     Classified,      None,                     s.CLASSIFIED),
        Row((*desk[1:], s.WAITING),            Classified,      None,                     Move.STAY),
        Row((s.CLASSIFIED,),                   Assigned,        None,                     s.ASSIGNED),
        Row((s.ASSIGNED, s.HANDLING),          HandedOver,      None,                     s.ASSIGNED),
        Row((s.WAITING,),                      HandedOver,      None,                     Move.STAY),
        Row((s.ASSIGNED, s.HANDLING, s.WAITING), Escalated,     None,                     Move.STAY),
        Row((s.IDENTIFIED, *unsolved, *solved, s.CANCELLED), Linked, None,                Move.STAY),
        # what is written after the end is recorded, and starts no clock
        Row((*unsolved, *solved, s.CANCELLED), CustomerMessage, None,                     Move.STAY),
        Row((*unsolved, *solved, s.CANCELLED), AutoReplied,     None,                     Move.STAY),
        Row((s.ASSIGNED,),                     Started,         None,                     s.HANDLING),
        Row((s.WAITING,),                      Resumed,         None,                     Move.BACK),
        Row((*unsolved, *solved, s.CANCELLED), Replied,         None,                     Move.STAY),
        # of equal instants a solution beats a wait
        Row((s.HANDLING,),                     Resolved,        None,                     s.VERIFYING),
        Row((*desk, s.VERIFYING),              Waiting,         None,                     s.WAITING),
        Row((s.WAITING,),                      Waiting,         None,                     Move.STAY),
        Row((s.VERIFYING,),                    Verified,        _effective_and_confirmed, s.VERIFIED),
        Row((s.VERIFYING,),                    Verified,        None,                     s.HANDLING),
        Row(solved,                            FollowedUp,      None,                     Move.STAY),
        Row((s.VERIFIED,),                     Closed,          None,                     s.CLOSED),
        Row((s.VERIFIED, s.CLOSED),            Reopened,        None,                     s.HANDLING),
        Row((s.IDENTIFIED, *unsolved),         Duplicate,       None,                     s.CANCELLED),
        Row((s.IDENTIFIED, *unsolved),         Cancelled,       None,                     s.CANCELLED),
    )  # fmt: skip


CASE_TRANSITIONS: Final = Transitions(name="case", rows=_rows(), waits=CaseStatus.WAITING, correctable=True)

_STAGES: Final = {
    **dict.fromkeys(
        (CaseStatus.IDENTIFIED, CaseStatus.REPORTED, CaseStatus.RECEIVED, CaseStatus.CLASSIFIED, CaseStatus.ASSIGNED),
        CaseStage.PROBLEM,
    ),
    CaseStatus.HANDLING: CaseStage.HANDLING,
    **dict.fromkeys((CaseStatus.VERIFYING, CaseStatus.VERIFIED, CaseStatus.CLOSED), CaseStage.VERIFICATION),
}


CASE_FIRST_TOLD: Final = frozenset({"source"})
"""Attributes of a case that its first event tells; of any other one the last event counts."""
_AGAIN: Final = ("reopened", "verified.failed")
_NOT_SOLVED: Final = (*_AGAIN, "cancelled", "duplicate")
_ANSWERS: Final = frozenset({"replied.public", "resolved.told"})
CASE_FACTS: Final = Facts(
    {
        "received_at": Fact("first", ("reported", "received")),
        "assigned_at": Fact("first", ("assigned",)),
        "first_response_at": Fact("first", _ANSWERS),
        "resolved_at": Fact("standing", ("resolved",), _NOT_SOLVED),
        "verified_at": Fact("standing", ("verified.passed",), _NOT_SOLVED),
        "closed_at": Fact("standing", ("closed", "cancelled", "duplicate"), ("reopened",)),
        "reopened": Fact("count", ("reopened",)),
        "reassigned": Fact("count", ("handed_over", "escalated")),
        "escalated": Fact("any", ("escalated",)),
    }
)
"""The columns of cases that follow from their events, of objects and of logs alike; a case that ends is closed."""


@declared("case")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Case(Handled[CaseStatus, CaseEvent, CaseId]):
    """A customer's problem as the tuple of its events.

    Moments are UTC. A case closes after a verification in which the effect was evaluated and the customer confirmed; a
    failed verification leads back to handling. `Voided` and `Amended` correct wrong events. A whole history is put
    into the order of time. Refused: a history that does not begin with `Identified` or `Reported`, an event that the
    status does not allow, and an event before the last one without `recorded_at`.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> case = Case(history=[Reported(
    ...     at=nine, id=CaseId("C-1"), customer=CustomerId("K-1"), description="no dial tone", impact="one site",
    ...     occurred_at=nine, owner="A-1", channel="phone", source="feedback")])
    >>> case = case.record(Received(at=nine + dt.timedelta(minutes=1), by="desk"))
    >>> case.status, case.status.label("zh"), case.stage
    (<CaseStatus.RECEIVED: 'received'>, '已接收', <CaseStage.PROBLEM: 'problem'>)
    >>> case.record(Closed(at=nine + dt.timedelta(minutes=2), by="desk"))
    Traceback (most recent call last):
    servqual.errors.IllegalTransition: event must be one of classified, linked, customer_message, auto_replied, \
replied, waiting, duplicate, cancelled while the case is received (got closed)
    """

    _transitions: ClassVar[Transitions[Any]] = CASE_TRANSITIONS

    history: tuple[CaseEvent, ...] = attrs.field(converter=History[CaseEvent], repr=short)

    def _check(self, events: tuple[CaseEvent, ...], /) -> None:
        super()._check(events)
        for event in events:
            if isinstance(event, Reported) and event.id != self.id:
                raise InvalidValue.of(
                    "id", f"be that of the identified case, {self.id!r}", event.id, do="link two cases with Linked"
                )

    @property
    def report(self) -> Reported | None:
        """Report with its mandatory fields; None while the problem is only identified."""
        return next((event for event in self.counted[:2] if isinstance(event, Reported)), None)

    @property
    def customer(self) -> CustomerId | None:
        """Customer who has the problem; None while it is only identified."""
        report = self.report
        return None if report is None else report.customer

    @property
    def stage(self) -> CaseStage | None:
        """Stage of three; a waiting case keeps the stage in which it waits, a cancelled case has none."""
        status = self._state.came_from or self.status
        return _STAGES.get(status)

    @property
    def owner(self) -> str | None:
        """Person who is responsible now."""
        last = self._latest(Reported, Assigned, HandedOver, Escalated)
        return None if last is None else last.owner if isinstance(last, Reported) else last.to

    @property
    def site(self) -> str | None:
        """Place of service that the report named."""
        site: str | None = self._named("site")
        return site

    @property
    def category(self) -> str | None:
        """Category that was set last."""
        category: str | None = self._named("category")
        return category

    @property
    def priority(self) -> Priority | None:
        """Priority that was set last; None before anybody set one."""
        priority: Priority | None = self._named("priority")
        return priority

    @property
    def waiting_on(self) -> str | None:
        """Whom or what the case waits on; None while it does not wait."""
        return self._latest(Waiting).on if self.status is CaseStatus.WAITING else None

    @property
    def received_at(self) -> dt.datetime | None:
        """Moment when the desk took it in."""
        return self._first_at(Received)

    @property
    def assigned_at(self) -> dt.datetime | None:
        """Moment of the first assignment."""
        return self._first_at(Assigned)

    @property
    def first_response_at(self) -> dt.datetime | None:
        """Moment when a person first answered the customer, or told the solution; notes and bots do not count."""
        return next((event.at for event in self.counted if not _ANSWERS.isdisjoint(event.signals)), None)

    @property
    def resolved_at(self) -> dt.datetime | None:
        """Moment of the solution that still stands; None once it failed, or the case was reopened or cancelled."""
        return self._latest(Resolved).at if self.stage is CaseStage.VERIFICATION else None

    @property
    def verified_at(self) -> dt.datetime | None:
        """Moment when the solution that still stands was verified."""
        passed = self.status in {CaseStatus.VERIFIED, CaseStatus.CLOSED}
        return self._latest(Verified).at if passed else None

    @property
    def closed_at(self) -> dt.datetime | None:
        """Moment of closing; None while it is open."""
        return self._latest(Closed).at if self.status is CaseStatus.CLOSED else None

    @property
    def handed_over(self) -> int:
        """Number of hand-overs, escalations included."""
        return sum(isinstance(event, HandedOver | Escalated) for event in self.counted)

    @property
    def escalated(self) -> bool:
        """Whether a higher support level ever took responsibility."""
        return any(isinstance(event, Escalated) for event in self.counted)

    @property
    def links(self) -> tuple[Linked, ...]:
        """Cases that belong to this one."""
        return tuple(event for event in self.counted if isinstance(event, Linked))

    def age(self, *, now: dt.datetime) -> dt.timedelta:
        """Return the wall time since its first event, to `now` or to an earlier end.

        A moment before the first event is refused.
        """
        moment = as_instant(now, "now")
        if moment < self.counted[0].at:
            raise InvalidValue.of("now", f"not come before the first event at {self.counted[0].at}", moment)
        if self.status in {CaseStatus.CLOSED, CaseStatus.CANCELLED}:
            moment = min(moment, self._latest(Closed, Duplicate, Cancelled).at)
        return moment - self.counted[0].at
