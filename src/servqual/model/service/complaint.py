"""A complaint: listen, analyse, resolve, follow up, and no end before the customer was asked again.

These four steps differ from those of a conversation (listen, understand, respond, follow up). An acknowledgement, or a
message about progress, is allowed at any time while the complaint is open.

A complaint begins with `Received`, which has all mandatory facts, or with `Opened`, which has what a desk knows: it may
then be resolved at once. `gaps` lists what is missing. In both ways it may wait, be escalated, and end without a
follow-up for a stated reason.

The same names are the events, so a program reads well with `from servqual.model import complaint as event`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final, Self, Unpack

import attrs

from servqual._checks import all_of, as_instant
from servqual._typed import typed
from servqual.model.attributes import Attributes
from servqual.model.channel import Channel
from servqual.model.declared import declared
from servqual.model.history.changed import Changed, attributes_of, tags_of
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.lifecycle import History, Move, Row, Transitions
from servqual.model.ids import CaseId, ComplaintId, CustomerId
from servqual.model.money import Money
from servqual.model.service.case_events import Escalated, Resumed, Unlinked, Waiting
from servqual.model.service.complaint_events import (
    Acknowledged,
    Analysed,
    Closed,
    ComplaintEvent,
    ComplaintOpening,
    ComplaintStatus,
    Duplicate,
    Extended,
    FollowedUp,
    HandedOver,
    Linked,
    Listened,
    Opened,
    Received,
    Reopened,
    Resolved,
    Started,
    Withdrawn,
)
from servqual.model.service.complaint_imports import imported_events
from servqual.model.service.customer_view import ANSWERS
from servqual.model.service.handled import (
    Handled,
    ProgressTold,
    imported,
    unconfirmed_for_a_reason,
    unconfirmed_left_out,
)
from servqual.model.service.opening import facts_of
from servqual.model.vocabulary import Vocabulary

__all__ = [
    "COMPLAINT_TRANSITIONS",
    "Acknowledged",
    "Amended",
    "Analysed",
    "Changed",
    "Closed",
    "Complaint",
    "ComplaintEvent",
    "ComplaintStatus",
    "Duplicate",
    "Escalated",
    "Extended",
    "FollowedUp",
    "HandedOver",
    "Linked",
    "Listened",
    "Opened",
    "ProgressTold",
    "Received",
    "Reopened",
    "Resolved",
    "Resumed",
    "Started",
    "Unlinked",
    "Voided",
    "Waiting",
    "Withdrawn",
    "complaint_backlog",
    "overdue_complaints",
]


def _satisfied_or_final_answer(event: FollowedUp) -> bool:
    return event.satisfied is True or event.final_answer is not None


def _not_reached(event: FollowedUp) -> bool:
    return event.satisfied is None


def _rows() -> tuple[Row[ComplaintStatus], ...]:
    s = ComplaintStatus
    steps = (s.RECEIVED, s.LISTENING, s.ANALYSING, s.RESOLVING)
    unresolved = (*steps, s.WAITING)
    opened = (*unresolved, s.FOLLOWING_UP, s.FOLLOWED_UP)
    ended = (s.CLOSED, s.WITHDRAWN, s.DUPLICATE)
    return (
        # from                         event         guard                       to
        Row((None,),                   Received,     None,                       s.RECEIVED),
        Row((None,),                   Opened,       None,                       s.RECEIVED),
        Row((*opened, *ended),         Changed,      None,                       Move.STAY),
        Row(opened,                    Acknowledged, None,                       Move.STAY),
        Row(opened,                    ProgressTold, None,                       Move.STAY),
        Row(opened,                    HandedOver,   None,                       Move.STAY),
        Row(opened,                    Escalated,    None,                       Move.STAY),
        Row(unresolved,                Extended,     None,                       Move.STAY),
        Row((*opened, s.CLOSED),       Linked,       None,                       Move.STAY),
        Row((*opened, s.CLOSED),       Unlinked,     None,                       Move.STAY),
        Row((s.RECEIVED,),             Started,      None,                       s.LISTENING),
        Row(steps[:2],                 Listened,     None,                       s.ANALYSING),
        Row((s.ANALYSING,),            Analysed,     None,                       s.RESOLVING),
        Row((s.WAITING,),              Resumed,      None,                       Move.BACK),
        Row((s.RESOLVING,),            Resolved,     None,                       s.FOLLOWING_UP),
        Row((*steps[:3], s.WAITING),   Resolved,     None,                       s.FOLLOWING_UP, short=True),
        # of equal instants a solution beats a wait
        Row(steps,                     Waiting,      None,                       s.WAITING),
        Row((s.WAITING,),              Waiting,      None,                       Move.STAY),
        Row((s.FOLLOWING_UP,),         FollowedUp,   _satisfied_or_final_answer, s.FOLLOWED_UP),
        Row((s.FOLLOWING_UP,),         FollowedUp,   _not_reached,               Move.STAY),
        Row((s.FOLLOWING_UP,),         FollowedUp,   None,                       s.ANALYSING),
        Row((s.FOLLOWING_UP,),         Closed,       unconfirmed_for_a_reason,   s.CLOSED),
        Row((s.FOLLOWED_UP,),          Closed,       unconfirmed_left_out,       s.CLOSED),
        Row(unresolved,                Closed,       imported,                   s.CLOSED, short=True, listed=False),
        Row((s.FOLLOWED_UP, s.CLOSED), Reopened,     None,                       s.ANALYSING),
        Row((s.FOLLOWING_UP,),         Reopened,     None,                       s.ANALYSING, short=True),
        Row(opened,                    Duplicate,    None,                       s.DUPLICATE),
        Row(opened,                    Withdrawn,    None,                       s.WITHDRAWN),
    )  # fmt: skip


COMPLAINT_TRANSITIONS: Final = Transitions(
    name="complaint", rows=_rows(), waits=ComplaintStatus.WAITING, correctable=True
)

_COLUMNS: Final = frozenset(
    {"agent", "answered_by", "case_id", "cause", "complaint_id", "customer_id", "due_at", "received_at", "resolved_by"}
)
_RESOLVED: Final = frozenset({ComplaintStatus.FOLLOWING_UP, ComplaintStatus.FOLLOWED_UP, ComplaintStatus.CLOSED})
_TOLD: Final = ANSWERS | {"acknowledged"}
_ENDED: Final = frozenset({ComplaintStatus.CLOSED, ComplaintStatus.WITHDRAWN, ComplaintStatus.DUPLICATE})


@declared("complaint")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Complaint(Handled[ComplaintStatus, ComplaintEvent, ComplaintId]):
    """A customer's complaint as the tuple of its events.

    Moments are UTC. If the customer is not satisfied with the solution, the complaint is analysed again. It closes
    after a follow-up with a satisfied customer, or with a documented final answer; with `Closed(unconfirmed=...)` it
    ends without a follow-up. Refused: a history that does not begin with `Received` or `Opened`, an event that the
    status does not allow, and an event before the last one without `recorded_at`.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> complaint = Complaint(history=[Received(
    ...     at=nine, id=ComplaintId("P-1"), customer=CustomerId("K-1"), channel="phone", category="billing",
    ...     description="charged twice", owner="A-1", due=nine + dt.timedelta(hours=48))])
    >>> complaint = complaint.record(Listened(at=nine + dt.timedelta(hours=1), by="A-1", demand="a refund"))
    >>> complaint.status, complaint.status.label("zh"), complaint.overdue(now=nine + dt.timedelta(hours=49))
    (<ComplaintStatus.ANALYSING: 'analysing'>, '分析', True)
    >>> complaint.record(Closed(at=nine + dt.timedelta(hours=2), by="A-1"))
    Traceback (most recent call last):
    servqual.errors.IllegalTransition: event must be one of changed, acknowledged, progress_told, handed_over, \
escalated, extended, linked, unlinked, analysed, waiting, duplicate, withdrawn while the complaint is analysing \
(got closed)
    """

    _transitions: ClassVar[Transitions[Any]] = COMPLAINT_TRANSITIONS
    _columns: ClassVar[frozenset[str]] = _COLUMNS

    history: tuple[ComplaintEvent, ...] = attrs.field(converter=History[ComplaintEvent])

    @classmethod
    def open(
        cls,
        *,
        id: str,  # noqa: A002
        at: dt.datetime,
        channel: Channel | str,
        vocabulary: Vocabulary | None = None,
        **facts: Unpack[ComplaintOpening],
    ) -> Self:
        """Begin a complaint as a desk has it: name, moment and channel, and what else of `Opened` is known.

        `vocabulary` checks its words. What the documents' own way would hold is not refused, but listed by `gaps`.
        Refused: a fact that `Opened` does not have, with the nearest ones.

        >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
        >>> complaint = Complaint.open(id="P-2", at=nine, channel="phone", category="billing")
        >>> complaint.gaps()
        ('customer', 'description', 'owner', 'due')
        """
        given = facts_of(Opened, {"id": id, "channel": channel, **facts}, vocabulary)
        return cls(history=[Opened(at=at, **given)])

    @classmethod
    def imported(
        cls,
        *,
        id: str,  # noqa: A002
        received_at: dt.datetime,
        channel: Channel | str | None = None,
        status: str | None = None,
        acknowledged_at: dt.datetime | None = None,
        resolved_at: dt.datetime | None = None,
        followed_up_at: dt.datetime | None = None,
        satisfied: bool | None = None,
        closed_at: dt.datetime | None = None,
        updated_at: dt.datetime | None = None,
        vocabulary: Vocabulary | None = None,
        **facts: Unpack[ComplaintOpening],
    ) -> Self:
        """Make a complaint from the columns of an export, which has moments and a status and no events.

        Its events are flagged as imported; what the export does not say is None, and `gaps` lists it. `satisfied` is
        the answer at `followed_up_at`. The status, ours or one of `new`, `open`, `pending`, `hold`, `solved`, `closed`,
        decides only what no moment says, and takes `updated_at` as its moment: a complaint that has a solution or an
        end and is open was reopened then. Of one that is worked on it says only that work began. Refused: moments that
        contradict one another, an unknown status, one that begins or ends a wait or a complaint, or reopens it, without
        any moment, and `duplicate`, which does not say of which.

        >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
        >>> hour = dt.timedelta(hours=1)
        >>> complaint = Complaint.imported(id="P-3", received_at=nine, resolved_at=nine + hour, status="closed",
        ...                                updated_at=nine + 24 * hour)
        >>> complaint.status.value, complaint.handling_time, complaint.confirmed, "solution" in complaint.gaps()
        ('closed', datetime.timedelta(seconds=3600), False, True)
        """
        given = facts_of(Opened, {"id": id, "channel": channel, **facts}, vocabulary)
        moments = {
            "acknowledged_at": acknowledged_at,
            "resolved_at": resolved_at,
            "followed_up_at": followed_up_at,
            "closed_at": closed_at,
            "updated_at": updated_at,
        }
        opened = Opened(at=received_at, imported=True, **given)
        return cls(history=imported_events(opened, moments, status, satisfied=satisfied))

    @property
    def received(self) -> Received | Opened:
        """First event: the receipt."""
        first = self.counted[0]
        assert isinstance(first, Received | Opened)
        return first

    @property
    def customer(self) -> CustomerId | None:
        """Customer who complained; None for an anonymous complaint."""
        return self.received.customer

    @property
    def category(self) -> str | None:
        """Category given at the receipt."""
        return self.received.category

    @property
    def description(self) -> str | None:
        """Words in which it was received."""
        return self.received.description

    @property
    def site(self) -> str | None:
        """Place of service that it concerns."""
        return self.received.site

    @property
    def owner(self) -> str | None:
        """Person who is responsible now."""
        last: HandedOver | Escalated | None = self._latest(HandedOver, Escalated)
        return self.received.owner if last is None else last.to

    @property
    def escalated(self) -> bool:
        """Whether a higher level ever took responsibility."""
        return any(isinstance(event, Escalated) for event in self.counted)

    @property
    def waiting_on(self) -> str | None:
        """Whom or what it waits on; None while it does not wait."""
        last: Waiting | None = self._latest(Waiting) if self.status is ComplaintStatus.WAITING else None
        return None if last is None else last.on

    @property
    def attributes(self) -> Attributes:
        """The firm's own fields, as they were set last."""
        return attributes_of(self.counted)

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags that it has now."""
        return tags_of(self.counted)

    @property
    def due(self) -> dt.datetime | None:
        """Moment by which it is to be resolved, as promised last; None where nobody promised one."""
        said: Received | Opened | Extended = self._latest(Received, Opened, Extended)
        return said.due

    @property
    def acknowledged_at(self) -> dt.datetime | None:
        """Moment when the customer was first told that we have it, or the solution."""
        return None if self.answer is None else self.answer.at

    @property
    def answer(self) -> ComplaintEvent | None:
        """First event by which the customer was told that we have it, or the solution; who did it is its `by`."""
        return next((event for event in self.counted if not _TOLD.isdisjoint(event.signals)), None)

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
        """Cases that it is about, each once; a link that was undone is none."""
        found = dict[CaseId, None]()
        for event in self.counted:
            if isinstance(event, Linked):
                found[event.to] = None
            elif isinstance(event, Unlinked):
                found.pop(event.to, None)
        return tuple(found)

    @property
    def confirmed(self) -> bool:
        """Whether the customer said, when asked last, that the solution holds."""
        return self.status in _RESOLVED and self.satisfied is True

    def gaps(self) -> tuple[str, ...]:
        """List what the documents' own way would hold by now and this complaint does not, by the names of the fields.

        The receipt has customer, category, description, owner and due moment; a resolved complaint also the demand
        and the root cause, a closed one the answer of the customer, `satisfied`, or the last word, `final_answer`. Of
        imported events also what the export did not say is listed.
        """
        resolved = self.status in _RESOLVED
        unconfirmed = self.status is ComplaintStatus.CLOSED and self._latest(Closed).unconfirmed is not None
        satisfied = getattr(self._latest(Resolved, FollowedUp), "satisfied", None)
        missing = {
            **{name: getattr(self, name) is None for name in ("customer", "category", "description", "owner", "due")},
            "channel": self.received.channel is None,
            "demand": resolved and self.demand is None,
            "root_cause": resolved and self.root_cause is None,
            "satisfied": unconfirmed and satisfied is None,
            "final_answer": unconfirmed and satisfied is False,
        }
        lacking = [name for name, lacks in missing.items() if lacks]
        lacking += self._unsaid()
        return tuple(dict.fromkeys(lacking))

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
    return tuple(sorted(late, key=lambda one: (one.due or now, one.id)))


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
    for complaint in all_of(Complaint, "complaints", complaints, "a list of complaints"):
        if moment >= complaint.history[-1].at:
            yield complaint
        elif moment >= complaint.received.at:
            yield complaint.as_of(moment)


def _late(complaint: Complaint, now: dt.datetime) -> bool:
    due = complaint.due
    return due is not None and not complaint.ended and complaint.resolved_at is None and as_instant(now, "now") > due
