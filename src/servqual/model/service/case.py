"""A case: a customer's problem from its first sign to its verified end.

The steps are those of a problem process with six stages (receive, classify, assign, handle, verify, close) that begins
with a report of four mandatory fields. Seen in three stages they are problem, handling, verification. A desk that keeps
less opens a case the short way: steps may be left out, and `Case.gaps` lists what is missing.

The same names are the events, so a program reads well with `from servqual.model import case as event`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Literal, Unpack

import attrs

from servqual._checks import all_of, as_instant, must_be
from servqual._typed import typed
from servqual.errors import IllegalTransition, InvalidValue
from servqual.model.attributes import Attributes
from servqual.model.channel import Channel
from servqual.model.declared import declared
from servqual.model.history.changed import Changed, attributes_of, tags_of
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.lifecycle import History, Transitions
from servqual.model.ids import CaseId, CustomerId
from servqual.model.service.case_events import (
    Assigned,
    AutoReplied,
    Cancelled,
    CaseEvent,
    CaseKind,
    CaseSource,
    CaseStage,
    CaseStatus,
    Classified,
    Closed,
    CustomerMessage,
    Duplicate,
    Ended,
    Escalated,
    FollowedUp,
    HandedOver,
    Identified,
    Linked,
    Opened,
    Priority,
    Received,
    Relation,
    Reopened,
    Replied,
    Reported,
    Resolved,
    Resumed,
    Started,
    Unlinked,
    Verified,
    Waiting,
)
from servqual.model.service.case_imports import imported_events
from servqual.model.service.case_table import (
    CASE_COLUMNS,
    CASE_TRANSITIONS,
    DONE_BEFORE,
    STAGES,
    TOLD_FIRST,
)
from servqual.model.service.customer_view import AGAIN, ANSWERS
from servqual.model.service.handled import Handled, ProgressTold
from servqual.model.service.opening import Opening, facts_of
from servqual.model.vocabulary import Vocabulary

__all__ = [
    "CASE_TRANSITIONS",
    "Amended",
    "Assigned",
    "AutoReplied",
    "Cancelled",
    "Case",
    "CaseEvent",
    "CaseKind",
    "CaseSource",
    "CaseStage",
    "CaseStatus",
    "Changed",
    "Classified",
    "Closed",
    "CustomerMessage",
    "Duplicate",
    "Escalated",
    "FollowedUp",
    "HandedOver",
    "Identified",
    "Linked",
    "Opened",
    "Priority",
    "ProgressTold",
    "Received",
    "Relation",
    "Reopened",
    "Replied",
    "Reported",
    "Resolved",
    "Resumed",
    "Started",
    "Unlinked",
    "Verified",
    "Voided",
    "Waiting",
    "open_children",
]


class CaseOpening(Opening, total=False):
    """Facts of `Opened` that may be left out."""

    subject: str | None
    impact: str | None
    occurred_at: dt.datetime | None
    source: CaseSource | str | None
    opened_by: Literal["customer", "agent"]
    kind: CaseKind | str | None
    language: str | None
    priority: Priority | str | None
    severity: str | None


@declared("case")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Case(Handled[CaseStatus, CaseEvent, CaseId]):
    """A customer's problem as the tuple of its events.

    Moments are UTC. A case closes after a verification in which the effect was evaluated and the customer confirmed, or
    for the reason why nobody confirmed; a failed verification leads back to handling. `Voided` and `Amended` correct
    wrong events, and `Changed` sets the firm's own fields and tags. A whole history is put into the order of time.

    Begun with `Opened` a case goes the short way: any step before the solution may be left out. Refused: another first
    event than `Identified`, `Reported` or `Opened`, an event that the status does not allow, an event before the last
    one without `recorded_at`, an attribute named like a field, and the end of a case with children that says nothing
    of them.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> case = Case(history=[Reported(
    ...     at=nine, id=CaseId("C-1"), customer=CustomerId("K-1"), description="no dial tone", impact="one site",
    ...     occurred_at=nine, owner="A-1", channel="phone", source="feedback")])
    >>> case = case.record(Received(at=nine + dt.timedelta(minutes=1), by="desk"))
    >>> case.status, case.status.label("zh"), case.stage
    (<CaseStatus.RECEIVED: 'received'>, '已接收', <CaseStage.PROBLEM: 'problem'>)
    >>> case.record(Closed(at=nine + dt.timedelta(minutes=2), by="desk"))
    Traceback (most recent call last):
    servqual.errors.IllegalTransition: event must be one of classified, linked, unlinked, changed, customer_message, \
auto_replied, replied, progress_told, waiting, duplicate, cancelled while the case is received (got closed)
    """

    _transitions: ClassVar[Transitions[Any]] = CASE_TRANSITIONS
    _columns: ClassVar[frozenset[str]] = CASE_COLUMNS

    history: tuple[CaseEvent, ...] = attrs.field(converter=History[CaseEvent])

    @classmethod
    def open(
        cls,
        *,
        id: str,  # noqa: A002
        at: dt.datetime,
        channel: Channel | str,
        vocabulary: Vocabulary | None = None,
        **facts: Unpack[CaseOpening],
    ) -> "Case":
        """Open a case the short way, as most desks have it; all other facts of `Opened` may be left out.

        Where a `vocabulary` is passed, its words are checked. `gaps` lists the facts that are missing.

        >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
        >>> ticket = Case.open(id="T-1", at=nine, channel="whatsapp", priority="P1", attributes={"product": "router"})
        >>> ticket.status.value, ticket.priority, ticket.attributes["product"]
        ('received', 'P1', 'router')
        >>> solved = ticket.record(Resolved(at=nine, by="A-1", solution="restarted", told_customer=True))
        >>> closed = solved.record(Closed(at=nine, by="desk", unconfirmed="asked twice, no answer"))
        >>> closed.status.value, closed.confirmed, closed.gaps()[-2:]
        ('closed', False, ('effective', 'customer_confirmed'))
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
        assigned_at: dt.datetime | None = None,
        first_response_at: dt.datetime | None = None,
        resolved_at: dt.datetime | None = None,
        verified_at: dt.datetime | None = None,
        closed_at: dt.datetime | None = None,
        updated_at: dt.datetime | None = None,
        vocabulary: Vocabulary | None = None,
        **facts: Unpack[CaseOpening],
    ) -> "Case":
        """Make a case from the columns of an export, which has moments and a status and no events.

        Its events are flagged as imported; what the export does not say is None, and `gaps` lists it. The status, ours
        or one of `new`, `open`, `pending`, `hold`, `solved`, `closed`, decides only what no moment says, and takes
        `updated_at` as its moment: a case that has a solution or an end and is open was reopened then. An open case
        without `updated_at` stays received. A clock whose stop the export lacks is unknown. Refused: moments that
        contradict one another, an unknown status, and one that begins or ends a wait or a case, or reopens it, without
        any moment.

        >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
        >>> hour = dt.timedelta(hours=1)
        >>> case = Case.imported(id="T-1", received_at=nine, resolved_at=nine + hour, status="closed",
        ...                      updated_at=nine + 24 * hour)
        >>> case.status.value, case.resolved_at == nine + hour, case.confirmed, "solution" in case.gaps()
        ('closed', True, False, True)
        """
        given = facts_of(Opened, {"id": id, "channel": channel, **facts}, vocabulary)
        moments = {
            "assigned_at": assigned_at,
            "first_response_at": first_response_at,
            "resolved_at": resolved_at,
            "verified_at": verified_at,
            "closed_at": closed_at,
            "updated_at": updated_at,
        }
        return cls(history=imported_events(Opened(at=received_at, imported=True, **given), moments, status))

    def _check(self, events: tuple[CaseEvent, ...], /) -> None:
        super()._check(events)
        for event in events:
            if isinstance(event, Reported) and event.id != self.id:
                raise InvalidValue.of(
                    "id", f"be that of the identified case, {self.id!r}", event.id, do="link two cases with Linked"
                )
            if isinstance(event, Linked) and event.to == self.id:
                raise InvalidValue.of("to", "name another case", event.to, shown=f"{event.to!r}, this one")
            if isinstance(event, Ended) and not (event.children_closed or event.children_open):
                self._refuse_children(event)

    def _refuse_children(self, end: Ended) -> None:
        place = self.counted.index(end)
        children = [link.to for link in _standing(self.counted[:place]) if link.relation is Relation.CHILD]
        if children:
            name, before = end.stored_name, self._states[place - 1]
            assert before.status is not None
            allowed = self._transitions.allowed(before.status, short_way=before.short)
            raise IllegalTransition(
                f"children_closed must be True, or children_open the reason, to end a case with children "
                f"(got {name} of {self.id!r} with {', '.join(children[:3])}); see open_children",
                status=before.status.value,
                event=name,
                allowed=tuple(other for other in allowed if other != name),
                code="case.illegal_transition",
            )

    @property
    def report(self) -> Reported | Opened | None:
        """Event that reported or opened it; None while the problem is only identified."""
        return next((event for event in self.counted[:2] if isinstance(event, Reported | Opened)), None)

    @property
    def customer(self) -> CustomerId | None:
        """Customer who has the problem; None where that is not known."""
        report = self.report
        return None if report is None else report.customer

    @property
    def channel(self) -> Channel | str | None:
        """Channel on which it came; None where that is not known."""
        report = self.report
        return None if report is None else report.channel

    @property
    def subject(self) -> str | None:
        """Subject, where it was opened with one."""
        return self._opened("subject")

    @property
    def kind(self) -> CaseKind | str | None:
        """Kind, such as incident or request, where it was opened with one."""
        return self._opened("kind")

    @property
    def language(self) -> str | None:
        """Language, where it was opened with one."""
        return self._opened("language")

    def _opened(self, field: str) -> str | None:
        return getattr(self.report, field, None)

    @property
    def attributes(self) -> Attributes:
        """The firm's own fields as they are now."""
        return attributes_of(self.counted)

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags that it has now, sorted."""
        return tags_of(self.counted)

    @property
    def stage(self) -> CaseStage | None:
        """Stage of three; a waiting case keeps the stage in which it waits, a cancelled case has none."""
        status = self._state.came_from or self.status
        return STAGES.get(status)

    @property
    def owner(self) -> str | None:
        """Person who is responsible now."""
        last = self._latest(Reported, Opened, Assigned, HandedOver, Escalated)
        return None if last is None else last.owner if isinstance(last, Reported | Opened) else last.to

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
    def priority(self) -> Priority | str | None:
        """Priority that was set last, a built-in one or the firm's own; None before anybody set one."""
        priority: Priority | str | None = self._named("priority")
        return priority

    @property
    def severity(self) -> str | None:
        """Severity that was set last, a word of the firm's own."""
        severity: str | None = self._named("severity")
        return severity

    @property
    def waiting_on(self) -> str | None:
        """Whom or what the case waits on; None while it does not wait."""
        return self._latest(Waiting).on if self.status is CaseStatus.WAITING else None

    @property
    def received_at(self) -> dt.datetime | None:
        """Moment when the desk took it in."""
        return self._first_at(Received, Opened)

    @property
    def assigned_at(self) -> dt.datetime | None:
        """Moment of the first assignment."""
        return self._first_at(Assigned)

    @property
    def started_at(self) -> dt.datetime | None:
        """Moment when handling first began."""
        return self._first_at(Started)

    @property
    def first_response_at(self) -> dt.datetime | None:
        """Moment when a person first answered the customer, or told the solution; notes and bots do not count."""
        return None if self.answer is None else self.answer.at

    @property
    def answer(self) -> CaseEvent | None:
        """First event by which a person answered the customer; who did it is its `by`."""
        return next((event for event in self.counted if not ANSWERS.isdisjoint(event.signals)), None)

    @property
    def resolved_at(self) -> dt.datetime | None:
        """Moment of the solution that still stands; None once it failed, or the case was reopened or cancelled."""
        return None if self.solution is None else self.solution.at

    @property
    def solution(self) -> Resolved | None:
        """Event of the solution that still stands; who found it is its `by`."""
        if self.stage is not CaseStage.VERIFICATION:
            return None
        for event in reversed(self.counted):
            if isinstance(event, Resolved):
                return event
            if not AGAIN.isdisjoint(event.signals):
                break
        return None  # imported without its solution

    @property
    def verified_at(self) -> dt.datetime | None:
        """Moment when the solution that still stands was verified; None where it was closed unconfirmed."""
        if self.status not in {CaseStatus.VERIFIED, CaseStatus.CLOSED}:
            return None
        last = self._latest(Verified, Reopened)
        return last.at if isinstance(last, Verified) and last.passed else None

    @property
    def confirmed(self) -> bool:
        """Whether the solution that still stands was verified: it works, and the customer agreed."""
        return self.verified_at is not None

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
        """Cases that belong to this one; links that were undone are left out."""
        return _standing(self.counted)

    def gaps(self) -> tuple[str, ...]:
        """List the facts that the whole way of a case would hold by now and this one lacks.

        These are the facts of the report, from the solution on those of the steps before it, and after the end those of
        the verification; of imported events also what the export did not say. A case on the whole way has none.
        """
        report = self.report
        if report is None:
            return ()
        lacking = [name for name in TOLD_FIRST if getattr(report, name) is None]
        if self.owner is None:
            lacking.append("owner")
        if self.stage is CaseStage.VERIFICATION:
            lacking += [name for name in DONE_BEFORE if getattr(self, name) is None]
        lacking += self._unsaid()
        if self.status is CaseStatus.CLOSED and not self.confirmed:
            lacking += ["effective", "customer_confirmed"]
        return tuple(dict.fromkeys(lacking))

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


def _standing(events: Iterable[CaseEvent]) -> tuple[Linked, ...]:
    links: list[Linked] = []
    for event in events:
        if isinstance(event, Linked):
            links.append(event)
        elif isinstance(event, Unlinked):
            links = [link for link in links if link.to != event.to]
    return tuple(links)


def open_children(parent: Case, cases: Iterable[Case]) -> tuple[Case, ...]:
    """List the children of a case that have not ended; links of either side count.

    A child that the parent names and `cases` lack is refused, because nobody knows whether it has ended.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> outage, ticket = (Case.open(id=name, at=nine, channel="phone") for name in ("P-1", "T-1"))
    >>> outage = outage.record(Linked(at=nine, by="desk", to=ticket.id, relation="child"))
    >>> [case.id for case in open_children(outage, [outage, ticket])]
    ['T-1']
    """
    must_be(Case, "parent", "a case", parent)
    given = all_of(Case, "cases", cases, "a list of cases")
    named: set[str] = {link.to for link in parent.links if link.relation is Relation.CHILD}

    def is_child(case: Case) -> bool:
        return case.id in named or any(link.to == parent.id and link.relation is Relation.PARENT for link in case.links)

    lacking = sorted(named - {case.id for case in given})
    if lacking:
        raise InvalidValue.of(
            "cases", f"hold all children of {parent.id!r}", lacking, shown=f"none named {lacking[0]!r}"
        )
    ended = {CaseStatus.CLOSED, CaseStatus.CANCELLED}
    return tuple(case for case in given if is_child(case) and case.status not in ended)
