"""A complaint: listen, analyse, resolve, follow up, and no end before the customer was asked again.

The four steps are those of a complaint and differ from those of a conversation (listen, understand, respond, follow
up). An acknowledgement, or word of how it stands, is right at any time while the complaint is open.

The same names are the events, so a program reads well with `from servqual.model import complaint as event`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final, Self

import attrs

from servqual._checks import a_fact, as_instant, filled, instant
from servqual.errors import InvalidValue
from servqual.model._declared import declared
from servqual.model.channel import Channel
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.lifecycle import Act, Event, Lived, Move, Row, Transitions, as_history, short
from servqual.model.ids import CaseId, ComplaintId, CustomerId
from servqual.model.labels import Labelled
from servqual.model.money import Money, compensation

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
    """Where a complaint is."""

    RECEIVED = "received", "已接收"
    LISTENING = "listening", "倾听"
    ANALYSING = "analysing", "分析"
    RESOLVING = "resolving", "解决"
    FOLLOWING_UP = "following_up", "跟进"
    FOLLOWED_UP = "followed_up", "已跟进"
    CLOSED = "closed", "已关闭"
    WITHDRAWN = "withdrawn", "已撤回"
    DUPLICATE = "duplicate", "重复"


@attrs.frozen(kw_only=True)
class Received(Event):
    """The complaint came in: what about, who answers for it, and until when it is to be resolved."""

    id: ComplaintId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    channel: Channel = attrs.field(converter=Channel)
    category: str = attrs.field(validator=filled)
    description: str = attrs.field(validator=filled)
    owner: str = attrs.field(validator=filled)
    due: dt.datetime = attrs.field(converter=instant)
    severity: str | None = None
    tier: str | None = None
    team: str | None = None

    def __attrs_post_init__(self) -> None:
        _due_ahead(self)


@attrs.frozen(kw_only=True)
class Acknowledged(Act):
    """The customer was told that we have it, or how it stands."""


@declared("complaint.handed_over")
@attrs.frozen(kw_only=True)
class HandedOver(Act):
    """Responsibility went to somebody else, for a reason."""

    to: str = attrs.field(validator=filled)
    reason: str = attrs.field(validator=filled)
    team: str | None = None


@attrs.frozen(kw_only=True)
class Extended(Act):
    """The customer was given another due moment, for a reason; what was overdue before stays so in the past."""

    due: dt.datetime = attrs.field(converter=instant)
    reason: str = attrs.field(validator=filled)

    def __attrs_post_init__(self) -> None:
        _due_ahead(self)


@attrs.frozen(kw_only=True)
class Linked(Act):
    """The complaint is about this case, or opened it: both are one issue of the customer."""

    to: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Started(Act):
    """Somebody began to look into it."""


@attrs.frozen(kw_only=True)
class Listened(Act):
    """The customer was heard; what they demand."""

    demand: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Analysed(Act):
    """The root was found; `upheld` says whether the complaint is justified, where that was decided."""

    root_cause: str = attrs.field(validator=filled)
    upheld: bool | None = attrs.field(default=None, validator=a_fact)


@declared("complaint.resolved")
@attrs.frozen(kw_only=True)
class Resolved(Act):
    """A solution was given; whether the customer was told, and what compensation goes with it."""

    solution: str = attrs.field(validator=filled)
    told_customer: bool = attrs.field(validator=a_fact)
    compensation: Money | None = attrs.field(default=None, validator=attrs.validators.optional(compensation))


@declared("complaint.followed_up")
@attrs.frozen(kw_only=True)
class FollowedUp(Act):
    """The customer was asked whether the solution holds; what was answered.

    `satisfied` is None when nobody could be reached. `final_answer` is the documented last word, with which a
    complaint may end though the customer is not satisfied or cannot be reached.
    """

    satisfied: bool | None = attrs.field(validator=a_fact)
    answer: str = attrs.field(validator=filled)
    final_answer: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True)
class Closed(Act):
    """The complaint ended, after the follow-up."""


@attrs.frozen(kw_only=True)
class Reopened(Act):
    """It came back, for a reason, and is analysed again."""

    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Duplicate(Act):
    """The complaint is another one told twice, and ends here; `of` is the one that goes on."""

    of: ComplaintId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Withdrawn(Act):
    """The customer took it back."""

    reason: str = attrs.field(validator=filled)


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


def _due_ahead(event: Received | Extended) -> None:
    if event.due < event.at:
        raise InvalidValue.of("due", f"not come before at, {event.at}", event.due, do="a promise lies ahead")


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


def _events(history: Iterable[ComplaintEvent]) -> tuple[ComplaintEvent, ...]:
    return as_history(history)


@declared("complaint")
@attrs.frozen(kw_only=True)
class Complaint(Lived[ComplaintStatus, ComplaintEvent]):
    """A customer's complaint as the tuple of what happened to it.

    Moments are UTC. A customer who is not satisfied with the solution leads back to the analysis. Closing needs a
    follow-up in which the customer was satisfied, or a documented final answer. Refused: a history that does not
    begin with `Received`, any event that the status does not allow, and an event before the last that does not say
    when it became known.

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

    _lifecycle: ClassVar[Transitions[Any]] = COMPLAINT_TRANSITIONS

    history: tuple[ComplaintEvent, ...] = attrs.field(converter=_events, repr=short)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        for event in self.counted:
            self._another(event)

    def record(self, event: ComplaintEvent) -> Self:
        """A new complaint with this event added, or an error that changes nothing: see the class."""
        self._another(event)
        return super().record(event)

    def _another(self, event: ComplaintEvent) -> None:
        if isinstance(event, Duplicate) and event.of == self.id:
            raise InvalidValue.of(
                "of", "name another complaint, the one that goes on", event.of, shown=f"{event.of!r}, this one"
            )

    @property
    def received(self) -> Received:
        """What it began with."""
        first = self.counted[0]
        assert isinstance(first, Received)
        return first

    @property
    def id(self) -> ComplaintId:
        """The name of the complaint."""
        return self.received.id

    @property
    def customer(self) -> CustomerId:
        """Whose complaint it is."""
        return self.received.customer

    @property
    def category(self) -> str:
        """What it is about."""
        return self.received.category

    @property
    def owner(self) -> str:
        """Who is responsible now."""
        last: HandedOver | None = self._latest(HandedOver)
        return self.received.owner if last is None else last.to

    @property
    def team(self) -> str | None:
        """The team that was named last."""
        named = (event.team for event in reversed(self.counted) if isinstance(event, Received | HandedOver))
        return next((team for team in named if team is not None), None)

    @property
    def due(self) -> dt.datetime:
        """Until when it is to be resolved, as said last."""
        said: Received | Extended = self._latest(Received, Extended)
        return said.due

    @property
    def acknowledged_at(self) -> dt.datetime | None:
        """When the customer was first told that we have it."""
        return next((event.at for event in self.counted if isinstance(event, Acknowledged)), None)

    @property
    def started_at(self) -> dt.datetime | None:
        """When somebody first looked into it."""
        return next((event.at for event in self.counted if isinstance(event, Started | Listened)), None)

    @property
    def demand(self) -> str | None:
        """What the customer demands."""
        heard: Listened | None = self._latest(Listened)
        return None if heard is None else heard.demand

    @property
    def root_cause(self) -> str | None:
        """The root that was found last."""
        found: Analysed | None = self._latest(Analysed)
        return None if found is None else found.root_cause

    @property
    def upheld(self) -> bool | None:
        """Whether the complaint is justified, as said last; None where nobody decided."""
        found: Analysed | None = self._latest(Analysed)
        return None if found is None else found.upheld

    @property
    def resolution(self) -> Resolved | None:
        """The solution that still stands; None before one, and after a customer was not satisfied with it."""
        standing: Resolved | None = self._latest(Resolved) if self.status in _RESOLVED else None
        return standing

    @property
    def compensations(self) -> tuple[Money, ...]:
        """Every compensation that was given, in the order of time."""
        given = (event.compensation for event in self.counted if isinstance(event, Resolved))
        return tuple(money for money in given if money is not None)

    @property
    def resolved_at(self) -> dt.datetime | None:
        """When the solution that still stands was given."""
        resolution = self.resolution
        return None if resolution is None else resolution.at

    @property
    def handling_time(self) -> dt.timedelta | None:
        """From receipt to the solution that still stands; None without one."""
        resolved_at = self.resolved_at
        return None if resolved_at is None else resolved_at - self.received.at

    @property
    def satisfied(self) -> bool | None:
        """What the customer said last; None where nobody was asked or reached."""
        asked: FollowedUp | None = self._latest(FollowedUp)
        return None if asked is None else asked.satisfied

    @property
    def followed_up_at(self) -> dt.datetime | None:
        """When the customer was last asked."""
        asked: FollowedUp | None = self._latest(FollowedUp)
        return None if asked is None else asked.at

    @property
    def closed_at(self) -> dt.datetime | None:
        """When it was closed; None while it is not."""
        closed: Closed | None = self._latest(Closed) if self.status is ComplaintStatus.CLOSED else None
        return None if closed is None else closed.at

    @property
    def ended(self) -> bool:
        """Whether it is closed, withdrawn or a duplicate."""
        return self.status in _ENDED

    @property
    def cases(self) -> tuple[CaseId, ...]:
        """The cases that it is about, each once."""
        return tuple(dict.fromkeys(event.to for event in self.counted if isinstance(event, Linked)))

    @property
    def duplicate_of(self) -> ComplaintId | None:
        """The complaint that this one repeats."""
        last = self.counted[-1]
        return last.of if isinstance(last, Duplicate) else None

    def overdue(self, *, now: dt.datetime) -> bool:
        """Whether, as things stood at `now`, it was past its due moment and neither resolved nor ended.

        At the due moment itself it is not. Later events do not count; before its receipt nothing is overdue.
        """
        return any(_late(then, now) for then in _as_they_were((self,), now))


def overdue_complaints(complaints: Iterable[Complaint], *, now: dt.datetime) -> tuple[Complaint, ...]:
    """Complaints that at `now`, past or present, were overdue; the one that was due first comes first.

    The complaints are given as they were then, so that their status, owner and due moment are those of `now`.

    >>> overdue_complaints([], now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))
    ()
    """
    late = (then for then in _as_they_were(complaints, now) if _late(then, now))
    return tuple(sorted(late, key=lambda one: (one.due, one.id)))


def complaint_backlog(complaints: Iterable[Complaint], *, now: dt.datetime) -> tuple[Complaint, ...]:
    """Complaints that at `now`, past or present, were received and not ended; the oldest comes first.

    The complaints are given as they were then, so that their status, owner and due moment are those of `now`.

    >>> complaint_backlog([], now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))
    ()
    """
    going_on = (then for then in _as_they_were(complaints, now) if not then.ended)
    return tuple(sorted(going_on, key=lambda one: (one.received.at, one.id)))


def _as_they_were(complaints: Iterable[Complaint], now: dt.datetime) -> Iterator[Complaint]:
    moment = as_instant(now, "now")
    for complaint in complaints:
        if moment >= complaint.history[-1].at:
            yield complaint
        elif moment >= complaint.received.at:
            yield complaint.as_of(moment)


def _late(complaint: Complaint, now: dt.datetime) -> bool:
    return not complaint.ended and complaint.resolved_at is None and as_instant(now, "now") > complaint.due
