"""A case and the complaint about it: what the customer is told, is told once and is recorded in both."""

from typing import Any, assert_never

import attrs

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.model.history.event import Event
from servqual.model.service import case_events, complaint_events
from servqual.model.service.case import Case
from servqual.model.service.complaint import Complaint
from servqual.model.service.handled import ProgressTold

Told = case_events.Replied | ProgressTold | case_events.Resolved | complaint_events.Resolved


def share(event: Told, case: Case, complaint: Complaint) -> tuple[Case, Complaint]:
    """Record what the customer was told in a case and in the complaint about it, and return both.

    A public reply is an acknowledgement of the complaint, progress is progress in both, and a solution is the solution
    of both, with its compensation: sum compensations of cases or of complaints, not of both. If one of them does not
    allow the event, the error is raised and neither changes; with an `event_id` the same event twice counts once.

    Refused: a reply among ourselves or of a bot, a solution that the customer was not told, and a case and a complaint
    of different customers.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> case = Case.open(id="C-1", at=nine, channel="phone")
    >>> complaint = Complaint.open(id="P-1", at=nine, channel="phone")
    >>> told = case_events.Resolved(at=nine, by="A-1", solution="refunded", told_customer=True)
    >>> case, complaint = share(told, case, complaint)
    >>> case.status.value, complaint.status.value, complaint.acknowledged_at == nine
    ('verifying', 'following_up', True)
    """
    must_be(Told, "event", "a reply, progress, or a solution", event)
    must_be(Case, "case", "a case", case)
    must_be(Complaint, "complaint", "a complaint", complaint)
    if isinstance(event, case_events.Replied) and "replied.public" not in event.signals:
        raise InvalidValue.of("event", "be told to the customer by a person", event, do="record it in the case alone")
    if isinstance(event, case_events.Resolved | complaint_events.Resolved) and not event.told_customer:
        raise InvalidValue.of("told_customer", "be True to share a solution", event.told_customer, do="tell it first")
    if None not in (case.customer, complaint.customer) and case.customer != complaint.customer:
        raise InvalidValue.of("complaint", f"be of the customer of the case, {case.customer!r}", complaint.customer)
    in_case, in_complaint = _in_both(event)
    return case.record(in_case), complaint.record(in_complaint)


def _in_both(event: Told) -> tuple[Any, Any]:
    match event:
        case case_events.Resolved() | complaint_events.Resolved():
            return _as(case_events.Resolved, event), _as(complaint_events.Resolved, event)
        case ProgressTold():
            return event, event
        case case_events.Replied():
            return event, _as(complaint_events.Acknowledged, event)
        case _:
            assert_never(event)


def _as(kind: type[Event], event: Event) -> Event:
    """Write an event as one of another kind, with the facts that both have."""
    names = [field.name for field in attrs.fields(kind) if hasattr(event, field.name)]
    return kind(**{name: getattr(event, name) for name in names})
