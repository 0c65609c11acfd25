"""The table of steps of a case, and the facts that follow from its events."""

from typing import Final

from servqual.model.history.changed import Changed
from servqual.model.history.facts import Fact, Facts
from servqual.model.history.lifecycle import Move, Row, Transitions
from servqual.model.service.case_events import (
    Assigned,
    AutoReplied,
    Cancelled,
    CaseStage,
    CaseStatus,
    Classified,
    Closed,
    CustomerMessage,
    Duplicate,
    Escalated,
    FollowedUp,
    HandedOver,
    Identified,
    Linked,
    Opened,
    Received,
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
from servqual.model.service.customer_view import AGAIN, ANSWERS
from servqual.model.service.handled import ProgressTold, imported, unconfirmed_for_a_reason, unconfirmed_left_out


def _effective_and_confirmed(event: Verified) -> bool:
    return event.passed


def _category_and_priority(event: Classified) -> bool:
    return event.category is not None and event.priority is not None


def _rows() -> tuple[Row[CaseStatus], ...]:
    s = CaseStatus
    desk = (s.RECEIVED, s.CLASSIFIED, s.ASSIGNED, s.HANDLING)
    unsolved = (s.REPORTED, *desk, s.WAITING)
    solved = (s.VERIFYING, s.VERIFIED, s.CLOSED)
    ever = (s.IDENTIFIED, *unsolved, *solved, s.CANCELLED)
    told = (*unsolved, *solved, s.CANCELLED)
    return (
        # from                                 event            guard                     to
        Row((None,),                           Identified,      None,                     s.IDENTIFIED),
        Row((None, s.IDENTIFIED),              Reported,        None,                     s.REPORTED),
        Row((None,),                           Opened,          None,                     s.RECEIVED),
        Row((s.REPORTED,),                     Received,        None,                     s.RECEIVED),
        Row((s.RECEIVED, s.VERIFYING),         Classified,      None,                     Move.STAY, short=True),
        Row((s.RECEIVED,),                     Classified,      _category_and_priority,   s.CLASSIFIED),
        Row((*desk[1:], s.WAITING),            Classified,      None,                     Move.STAY),
        Row((s.RECEIVED, s.ASSIGNED),          Assigned,        None,                     s.ASSIGNED, short=True),
        Row((s.HANDLING, s.WAITING, s.VERIFYING), Assigned,     None,                     Move.STAY, short=True),
        Row((s.CLASSIFIED,),                   Assigned,        None,                     s.ASSIGNED),
        Row((s.RECEIVED, *desk[2:], *solved[:2]), HandedOver,   None,                     Move.STAY, short=True),
        Row((s.ASSIGNED, s.HANDLING),          HandedOver,      None,                     s.ASSIGNED),
        Row((s.WAITING,),                      HandedOver,      None,                     Move.STAY),
        Row((s.RECEIVED, *solved[:2]),         Escalated,       None,                     Move.STAY, short=True),
        Row((s.ASSIGNED, s.HANDLING, s.WAITING), Escalated,     None,                     Move.STAY),
        Row(ever,                              Linked,          None,                     Move.STAY),
        Row(ever,                              Unlinked,        None,                     Move.STAY),
        Row(ever,                              Changed,         None,                     Move.STAY),
        # what is written after the end is recorded, and starts no clock
        Row(told,                              CustomerMessage, None,                     Move.STAY),
        Row(told,                              AutoReplied,     None,                     Move.STAY),
        Row((s.RECEIVED,),                     Started,         None,                     s.HANDLING, short=True),
        Row((s.ASSIGNED,),                     Started,         None,                     s.HANDLING),
        Row((s.WAITING,),                      Resumed,         None,                     Move.BACK),
        Row(told,                              Replied,         None,                     Move.STAY),
        Row(told,                              ProgressTold,    None,                     Move.STAY),
        # of equal instants a solution beats a wait
        Row((s.RECEIVED, s.ASSIGNED, s.WAITING), Resolved,      None,                     s.VERIFYING, short=True),
        Row((s.HANDLING,),                     Resolved,        None,                     s.VERIFYING),
        Row((*desk, s.VERIFYING),              Waiting,         None,                     s.WAITING),
        Row((s.WAITING,),                      Waiting,         None,                     Move.STAY),
        Row((s.VERIFYING,),                    Verified,        _effective_and_confirmed, s.VERIFIED),
        Row((s.VERIFYING,),                    Verified,        None,                     s.HANDLING),
        Row(solved,                            FollowedUp,      None,                     Move.STAY),
        Row((s.VERIFIED,),                     Closed,          unconfirmed_left_out,     s.CLOSED),
        Row((s.VERIFYING,),                    Closed,          unconfirmed_for_a_reason, s.CLOSED),
        Row((s.RECEIVED, *desk[2:], s.WAITING), Closed,   imported,           s.CLOSED, short=True, listed=False),
        Row((s.VERIFYING,),                    Reopened,        None,                     s.HANDLING, short=True),
        Row((s.VERIFIED, s.CLOSED),            Reopened,        None,                     s.HANDLING),
        Row((s.IDENTIFIED, *unsolved),         Duplicate,       None,                     s.CANCELLED),
        Row((s.IDENTIFIED, *unsolved),         Cancelled,       None,                     s.CANCELLED),
    )  # fmt: skip


CASE_TRANSITIONS: Final = Transitions(name="case", rows=_rows(), waits=CaseStatus.WAITING, correctable=True)

STAGES: Final = {
    **dict.fromkeys(
        (CaseStatus.IDENTIFIED, CaseStatus.REPORTED, CaseStatus.RECEIVED, CaseStatus.CLASSIFIED, CaseStatus.ASSIGNED),
        CaseStage.PROBLEM,
    ),
    CaseStatus.HANDLING: CaseStage.HANDLING,
    **dict.fromkeys((CaseStatus.VERIFYING, CaseStatus.VERIFIED, CaseStatus.CLOSED), CaseStage.VERIFICATION),
}


CASE_FIRST_TOLD: Final = frozenset({"source"})
"""Attributes of a case that its first event tells; of any other one the last event counts."""
TOLD_FIRST: Final = ("customer", "description", "impact", "occurred_at", "source", "channel")
DONE_BEFORE: Final = ("category", "priority", "assigned_at", "started_at", "resolved_at")
"""Facts that the whole way holds once there is a solution."""
_NOT_SOLVED: Final = (*AGAIN, "cancelled", "duplicate")
CASE_FACTS: Final = Facts(
    {
        "received_at": Fact("first", ("reported", "received")),
        "assigned_at": Fact("first", ("assigned",)),
        "first_response_at": Fact("first", ANSWERS),
        "resolved_at": Fact("standing", ("resolved",), _NOT_SOLVED),
        "verified_at": Fact("standing", ("verified.passed",), _NOT_SOLVED),
        "closed_at": Fact("standing", ("closed", "cancelled", "duplicate"), ("reopened",)),
        "reopened": Fact("count", ("reopened",)),
        "reassigned": Fact("count", ("handed_over", "escalated")),
        "escalated": Fact("any", ("escalated",)),
    }
)
"""The columns of cases that follow from their events, of objects and of logs alike; a case that ends is closed."""
CASE_COLUMNS: Final = frozenset(
    {
        *CASE_FACTS.table,
        *("agent", "answered_by", "answered_team", "case_id", "customer_id", "event", "resolved_by", "resolved_team"),
        *("status", "updated_at"),
    }
)
"""The columns of tables of cases and of their events, besides the facts of the events."""
