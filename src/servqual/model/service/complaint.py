"""A complaint: listen, analyse, resolve, follow up, and no end before the customer was asked again.

These four steps differ from those of a conversation (listen, understand, respond, follow up). An acknowledgement, or a
message about progress, is allowed at any time while the complaint is open.

The same names are the events, so a program reads well with `from servqual.model import complaint as event`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import a_fact, as_instant, filled, instant
from servqual._typed import typed
from servqual.model.channel import Channel
from servqual.model.declared import declared
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.event import Act, Event, Reasoned, ahead
from servqual.model.history.lifecycle import History, Move, Row, Transitions, short
from servqual.model.ids import CaseId, ComplaintId, CustomerId
from servqual.model.labels import Labelled
from servqual.model.money import Money
from servqual.model.service.handled import Handled, Passed, Solved

__all__ = [
    "COMPLAINT_TRANSITIONS",
    "Acknowledged",
    "Amended",
    "Analysed",
    "Closed",
    "Complaint",
    "ComplaintEvent",
    "ComplaintStatus",
    "Duplicate",
    "Extended",
    "FollowedUp",
    "HandedOver",
    "Linked",
    "Listened",
    "Received",
    "Reopened",
    "Resolved",
    "Started",
    "Voided",
    "Withdrawn",
    "complaint_backlog",
    "overdue_complaints",
]


class ComplaintStatus(Labelled):
    """Status of a complaint."""

    RECEIVED = "received", "已接收"
    LISTENING = "listening", "倾听"
    ANALYSING = "analysing", "分析"
    RESOLVING = "resolving", "解决"
    FOLLOWING_UP = "following_up", "跟进"
    FOLLOWED_UP = "followed_up", "已跟进"
    CLOSED = "closed", "已关闭"
    WITHDRAWN = "withdrawn", "已撤回"
    DUPLICATE = "duplicate", "重复"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Received(Event):
    """The complaint arrived: its subject, the responsible person, and the moment by which it is due."""

    id: ComplaintId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    channel: Channel = attrs.field(converter=Channel)
    category: str = attrs.field(validator=filled)
    description: str = attrs.field(validator=filled)
    owner: str = attrs.field(validator=filled)
    due: dt.datetime = attrs.field(converter=instant, validator=ahead)
    severity: str | None = None
    tier: str | None = None
    team: str | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Acknowledged(Act):
    """The customer was told that we have the complaint, or how far it is."""


@declared("complaint.handed_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandedOver(Passed):
    """Responsibility went to somebody else, for a reason."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Extended(Act):
    """The customer got another due moment, for a reason; it does not change the past."""

    due: dt.datetime = attrs.field(converter=instant, validator=ahead)
    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Linked(Act):
    """The complaint is about this case, or led to it: both are one issue of the customer."""

    to: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Started(Act):
    """Work on the complaint began."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Listened(Act):
    """The customer was heard and made this demand."""

    demand: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Analysed(Act):
    """The root cause was found; `upheld` says whether the complaint is justified, if that was decided."""

    root_cause: str = attrs.field(validator=filled)
    upheld: bool | None = attrs.field(default=None, validator=a_fact)


@declared("complaint.resolved")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Resolved(Solved):
    """A solution was given; whether the customer was told, and what compensation goes with it."""


@declared("complaint.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Act):
    """The customer was asked whether the solution holds, and gave this answer.

    `satisfied` is None when nobody could be reached. `final_answer` is the documented last word: with it a complaint
    may end although the customer is not satisfied or cannot be reached.
    """

    satisfied: bool | None = attrs.field(validator=a_fact)
    answer: str = attrs.field(validator=filled)
    final_answer: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """The complaint ended, after the follow-up."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reopened(Reasoned):
    """The complaint came back, for a reason, and is analysed again."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Duplicate(Act):
    """The complaint repeats another one, `of`, which goes on; this one ends."""

    of: ComplaintId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Withdrawn(Reasoned):
    """The customer took the complaint back, for a reason."""


ComplaintEvent = (
    Received
    | Acknowledged
    | HandedOver
    | Extended
    | Linked
    | Started
    | Listened
    | Analysed
    | Resolved
    | FollowedUp
    | Closed
    | Reopened
    | Duplicate
    | Withdrawn
    | Voided
    | Amended
)


def _satisfied_or_final_answer(event: FollowedUp) -> bool:
    return event.satisfied is True or event.final_answer is not None


def _not_reached(event: FollowedUp) -> bool:
    return event.satisfied is None


def _rows() -> tuple[Row[ComplaintStatus], ...]:
    s = ComplaintStatus
    unresolved = (s.RECEIVED, s.LISTENING, s.ANALYSING, s.RESOLVING)
    opened = (*unresolved, s.FOLLOWING_UP, s.FOLLOWED_UP)
    return (
        # from                        event         guard                       to
        Row((None,),                  Received,     None,                       s.RECEIVED),
        Row(opened,                   Acknowledged, None,                       Move.STAY),
        Row(opened,                   HandedOver,   None,                       Move.STAY),
        Row(unresolved,               Extended,     None,                       Move.STAY),
        Row((*opened, s.CLOSED),      Linked,       None,                       Move.STAY),
        Row((s.RECEIVED,),            Started,      None,                       s.LISTENING),
        Row(unresolved[:2],           Listened,     None,                       s.ANALYSING),
        Row((s.ANALYSING,),           Analysed,     None,                       s.RESOLVING),
        Row((s.RESOLVING,),           Resolved,     None,                       s.FOLLOWING_UP),
        Row((s.FOLLOWING_UP,),        FollowedUp,   _satisfied_or_final_answer, s.FOLLOWED_UP),
        Row((s.FOLLOWING_UP,),        FollowedUp,   _not_reached,               Move.STAY),
        Row((s.FOLLOWING_UP,),        FollowedUp,   None,                       s.ANALYSING),
        Row((s.FOLLOWED_UP,),         Closed,       None,                       s.CLOSED),
        Row((s.FOLLOWED_UP, s.CLOSED), Reopened,    None,                       s.ANALYSING),
        Row(opened,                   Duplicate,    None,                       s.DUPLICATE),
        Row(opened,                   Withdrawn,    None,                       s.WITHDRAWN),
    )  # fmt: skip


COMPLAINT_TRANSITIONS: Final = Transitions(name="complaint", rows=_rows(), correctable=True)

_RESOLVED: Final = frozenset({ComplaintStatus.FOLLOWING_UP, ComplaintStatus.FOLLOWED_UP, ComplaintStatus.CLOSED})
_ENDED: Final = frozenset({ComplaintStatus.CLOSED, ComplaintStatus.WITHDRAWN, ComplaintStatus.DUPLICATE})


@declared("complaint")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Complaint(Handled[ComplaintStatus, ComplaintEvent, ComplaintId]):
    """A customer's complaint as the tuple of its events.

    Moments are UTC. If the customer is not satisfied with the solution, the complaint is analysed again. It closes
    after a follow-up with a satisfied customer, or with a documented final answer. Refused: a history that does not
    begin with `Received`, an event that the status does not allow, and an event before the last one without
    `recorded_at`.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> complaint = Complaint(history=[Received(
    ...     at=nine, id=ComplaintId("P-1"), customer=CustomerId("K-1"), channel="phone", category="billing",
    ...     description="charged twice", owner="A-1", due=nine + dt.timedelta(hours=48))])
    >>> complaint = complaint.record(Listened(at=nine + dt.timedelta(hours=1), by="A-1", demand="a refund"))
    >>> complaint.status, complaint.status.label("zh"), complaint.overdue(now=nine + dt.timedelta(hours=49))
    (<ComplaintStatus.ANALYSING: 'analysing'>, '分析', True)
    >>> complaint.record(Closed(at=nine + dt.timedelta(hours=2), by="A-1"))
    Traceback (most recent call last):
    servqual.errors.IllegalTransition: event must be one of acknowledged, handed_over, extended, linked, analysed, \
duplicate, withdrawn while the complaint is analysing (got closed)
    """

    _transitions: ClassVar[Transitions[Any]] = COMPLAINT_TRANSITIONS

    history: tuple[ComplaintEvent, ...] = attrs.field(converter=History[ComplaintEvent], repr=short)

    @property
    def received(self) -> Received:
        """First event: the receipt."""
        return self._first(Received)

    @property
    def customer(self) -> CustomerId:
        """Customer who complained."""
        return self.received.customer

    @property
    def category(self) -> str:
        """Category given at the receipt."""
        return self.received.category

    @property
    def owner(self) -> str:
        """Person who is responsible now."""
        last: HandedOver | None = self._latest(HandedOver)
        return self.received.owner if last is None else last.to

    @property
    def due(self) -> dt.datetime:
        """Moment by which it is to be resolved, as promised last."""
        said: Received | Extended = self._latest(Received, Extended)
        return said.due

    @property
    def acknowledged_at(self) -> dt.datetime | None:
        """Moment when the customer was first told that we have it, or the solution."""
        told = (event for event in self.counted if isinstance(event, Acknowledged) or "resolved.told" in event.signals)
        return next((event.at for event in told), None)

    @property
    def started_at(self) -> dt.datetime | None:
        """Moment when work on it began."""
        return self._first_at(Started, Listened)

    @property
    def demand(self) -> str | None:
        """Demand of the customer, as heard last."""
        heard: Listened | None = self._latest(Listened)
        return None if heard is None else heard.demand

    @property
    def root_cause(self) -> str | None:
        """Root cause that was found last."""
        found: Analysed | None = self._latest(Analysed)
        return None if found is None else found.root_cause

    @property
    def upheld(self) -> bool | None:
        """Whether the complaint is justified, as decided last; None where nobody decided."""
        found: Analysed | None = self._latest(Analysed)
        return None if found is None else found.upheld

    @property
    def resolution(self) -> Resolved | None:
        """Solution that still stands; None before one, and after the customer was not satisfied with it."""
        standing: Resolved | None = self._latest(Resolved) if self.status in _RESOLVED else None
        return standing

    @property
    def compensations(self) -> tuple[Money, ...]:
        """All compensations, in the order of time."""
        given = (event.compensation for event in self.counted if isinstance(event, Resolved))
        return tuple(money for money in given if money is not None)

    @property
    def resolved_at(self) -> dt.datetime | None:
        """Moment of the solution that still stands."""
        resolution = self.resolution
        return None if resolution is None else resolution.at

    @property
    def handling_time(self) -> dt.timedelta | None:
        """Time from receipt to the solution that still stands; None without one."""
        resolved_at = self.resolved_at
        return None if resolved_at is None else resolved_at - self.received.at

    @property
    def satisfied(self) -> bool | None:
        """Last answer of the customer; None where nobody was asked or reached."""
        asked: FollowedUp | None = self._latest(FollowedUp)
        return None if asked is None else asked.satisfied

    @property
    def followed_up_at(self) -> dt.datetime | None:
        """Moment when the customer was last asked."""
        asked: FollowedUp | None = self._latest(FollowedUp)
        return None if asked is None else asked.at

    @property
    def closed_at(self) -> dt.datetime | None:
        """Moment of closing; None while it is not closed."""
        closed: Closed | None = self._latest(Closed) if self.status is ComplaintStatus.CLOSED else None
        return None if closed is None else closed.at

    @property
    def ended(self) -> bool:
        """Whether it is closed, withdrawn or a duplicate."""
        return self.status in _ENDED

    @property
    def cases(self) -> tuple[CaseId, ...]:
        """Cases that it is about, each once."""
        return tuple(dict.fromkeys(event.to for event in self.counted if isinstance(event, Linked)))

    def overdue(self, *, now: dt.datetime) -> bool:
        """Say whether it was, at `now`, past its due moment and neither resolved nor ended.

        At the due moment itself it is not overdue. Later events do not count; before its receipt nothing is overdue.
        """
        return any(_late(then, now) for then in _as_they_were((self,), now))


def overdue_complaints(complaints: Iterable[Complaint], *, now: dt.datetime) -> tuple[Complaint, ...]:
    """List the complaints that were overdue at `now`, past or present, in the order of their due moments.

    Each is returned as it was at `now`, with the status, owner and due moment of that time.

    >>> overdue_complaints([], now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))
    ()
    """
    late = (then for then in _as_they_were(complaints, now) if _late(then, now))
    return tuple(sorted(late, key=lambda one: (one.due, one.id)))


def complaint_backlog(complaints: Iterable[Complaint], *, now: dt.datetime) -> tuple[Complaint, ...]:
    """List the complaints that were neither resolved nor ended at `now`, past or present, the oldest first.

    These are the ones that the KPI of this name counts; one that only waits for its follow-up is resolved.
    Each is returned as it was at `now`, with the status, owner and due moment of that time.

    >>> complaint_backlog([], now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))
    ()
    """
    open_ = (then for then in _as_they_were(complaints, now) if not then.ended and then.resolved_at is None)
    return tuple(sorted(open_, key=lambda one: (one.received.at, one.id)))


def _as_they_were(complaints: Iterable[Complaint], now: dt.datetime) -> Iterator[Complaint]:
    moment = as_instant(now, "now")
    for complaint in complaints:
        if moment >= complaint.history[-1].at:
            yield complaint
        elif moment >= complaint.received.at:
            yield complaint.as_of(moment)


def _late(complaint: Complaint, now: dt.datetime) -> bool:
    return not complaint.ended and complaint.resolved_at is None and as_instant(now, "now") > complaint.due
