"""Only type-checked: contacts, complaints, promises and money keep their kinds apart."""

from typing import assert_type

from servqual.model import (
    CaseId,
    Commitment,
    Complaint,
    ComplaintId,
    CustomerId,
    Entry,
    FeedbackItem,
    Interaction,
    InteractionId,
    Issue,
    Money,
    Suggestion,
    complaint_backlog,
    history_of,
    issues_of,
    overdue_complaints,
)
from servqual.model import case as case_event
from servqual.model import commitment as promise
from servqual.model import complaint as event
from servqual.model.service.complaint import Resolved
from servqual.model.voice.answer import Answer


def ids_of_one_kind_are_not_ids_of_another(complaint: Complaint, contact: Interaction) -> None:
    """The checker refuses each line that it is told to."""
    assert_type(complaint.id, ComplaintId)
    assert_type(contact.id, InteractionId)
    _case: CaseId = complaint.id  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    history_of(complaint.id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.Linked(at=complaint.received.at, by="A-1", to=complaint.id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_history_holds_its_own_events(complaint: Complaint, commitment: Commitment) -> None:
    """A step of another lifecycle is no step of this one."""
    at = complaint.received.at
    complaint.record(case_event.Closed(at=at, by="A-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    complaint.record(promise.Kept(at=at, by="A-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    commitment.record(event.Closed(at=at, by="A-1"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_step_needs_its_facts(complaint: Complaint) -> None:
    """A solution that nobody describes, and a follow-up that nobody answers, are not steps."""
    at = complaint.received.at
    event.Resolved(at=at, by="A-1", told_customer=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    event.FollowedUp(at=at, by="A-1", satisfied=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    event.Closed(at=at)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def what_is_read_has_types(complaint: Complaint, item: FeedbackItem, idea: Suggestion, answers: list[Answer]) -> None:
    """Facts, lists and histories."""
    now = complaint.received.at
    assert_type(complaint.resolution, Resolved | None)
    assert_type(item.customer, CustomerId | None)
    assert_type(idea.adopted, bool | None)
    assert_type(overdue_complaints([complaint], now=now), tuple[Complaint, ...])
    assert_type(complaint_backlog([complaint], now=now), tuple[Complaint, ...])
    assert_type(complaint.customer, CustomerId | None)
    if complaint.customer is not None:
        assert_type(history_of(complaint.customer, complaints=[complaint]), tuple[Entry, ...])
        history_of(complaint.customer, answers=answers)
    assert_type(issues_of(complaints=[complaint]), tuple[Issue, ...])


def money_is_money(price: Money) -> None:
    """Amounts add to amounts and scale by numbers that are exact."""
    assert_type(price + price, Money)
    assert_type(2 * price, Money)
    _number = price + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    _float = price * 1.5  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
