"""What the objects of the model say in the columns of their table, one mapping a class.

A class goes by its declared name, so that only the classes that somebody uses are loaded. A value is the path of an
attribute, or a function of the object, or follows from other columns. Moments of a history are those of the events that
say so; a case or complaint that was cancelled, withdrawn or told twice ended like a closed one.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np


class Following(NamedTuple):
    """A column that follows from others, as numpy has them, labels as they are.

    A name with `_` before it is no column of the table; it is there for those that follow from it.
    """

    columns: tuple[str, ...]
    make: Callable[..., Any]


Told: TypeAlias = "str | Callable[[Any], Any] | Following"
"""The path of an attribute, such as `received.at`, a function of the object, or what follows from other columns."""


def _first(*names: str) -> Callable[[Any], dt.datetime | None]:
    """The moment of an object's first event of these stored names."""
    return lambda one: next((event.at for event in one.counted if event.stored_name in names), None)


def _said(field: str) -> Callable[[Any], Any]:
    """What an object's events said last of something."""

    def last(one: Any) -> Any:
        for event in reversed(one.counted):
            value = getattr(event, field, None)
            if value is not None:
                return value
        return None

    return last


def _case_ended(case: Any) -> Any:
    return case.counted[-1].at if case.status == "cancelled" else case.closed_at


def _complaint_ended(complaint: Any) -> Any:
    return complaint.counted[-1].at if complaint.status in {"withdrawn", "duplicate"} else complaint.closed_at


def _times(name: str) -> Callable[[Any], int]:
    return lambda one: sum(event.stored_name == name for event in one.counted)


def _waited(queued: Any, answered: Any, ended: Any) -> Any:
    """How long the customer waited for the answer, or until the contact ended without one."""
    return np.where(np.isnat(answered), ended, answered) - queued


def _abandoned(contact: Any) -> bool | None:
    """None while the customer still waits."""
    if contact.answered_at is not None:
        return False
    return None if contact.ended_at is None else contact.abandoned


def _scored(answer: Any) -> int | None:
    """What the score counts; what somebody expects is no score of the service."""
    return None if answer.question.kind == "expectation" else answer.value


def _expected(who: Sequence[Any], when: Any, kind: Sequence[str], value: Sequence[int | None]) -> Any:
    """What a perception is held against: what the same customer, asked the same in the same survey, expected last."""
    said: dict[Any, int | None] = {}
    for row in np.argsort(when, kind="stable").tolist():
        if who[row] and kind[row] == "expectation" and value[row] is not None:
            said[who[row]] = value[row]
    found = (value[row] if kind[row] == "expectation" else said.get(who[row]) for row in range(len(kind)))
    return np.array([*found], np.float64)


def _asked_of(answer: Any) -> Any:
    """The survey, the customer and the item, whether it asks for an expectation or a perception; None if anonymous."""
    kind, key = answer.question.kind, answer.question.key
    return answer.customer and (answer.survey, answer.customer, key.removeprefix(f"{kind}_"))


def _resolved(contact: Any) -> bool | None:
    return None if contact.outcome is None else contact.outcome == "resolved"


def _day_ended(item: Any) -> dt.datetime:
    """The end of the last day in UTC, for a date has no zone."""
    return dt.datetime.combine(item.due, dt.time(), dt.UTC) + dt.timedelta(days=1)


def _nothing(_: object) -> None:
    return None


_CASE: Final[Mapping[str, Told]] = {
    "case_id": "id",
    "customer_id": "customer",
    "team": "team",
    "agent": "owner",
    "category": "category",
    "cause": _said("cause"),
    "priority": "priority",
    "channel": _said("channel"),
    "tier": _said("tier"),
    "source": _said("source"),
    "status": "status",
    "occurred_at": lambda case: case.report and case.report.occurred_at,
    "received_at": _first("reported", "received"),
    "assigned_at": "assigned_at",
    "first_response_at": "first_response_at",
    "resolved_at": "resolved_at",
    "verified_at": "verified_at",
    "closed_at": _case_ended,
    "reopened": "reopened",
    "reassigned": "handed_over",
    "escalated": "escalated",
}
_INTERACTION: Final[Mapping[str, Told]] = {
    "interaction_id": "id",
    "customer_id": "customer",
    "case_id": "case",
    "complaint_id": "complaint",
    "commitment_id": "commitment",
    **{name: name for name in ("team", "agent", "site", "touchpoint", "channel", "direction", "topic", "tier")},
    **{name: name for name in ("language", "handled_by", "outcome", "queued_at", "answered_at", "ended_at")},
    "wait_s": Following(("queued_at", "answered_at", "ended_at"), _waited),
    "talk_s": "talk",
    "hold_s": "hold",
    "wrap_s": "wrap",
    "bot": lambda contact: contact.handled_by == "bot",
    "abandoned": _abandoned,
    "transferred": "transferred",
    "resolved": _resolved,
}
_COMPLAINT: Final[Mapping[str, Told]] = {
    "complaint_id": "id",
    "customer_id": "customer",
    "case_id": lambda complaint: next(iter(complaint.cases), None),
    "team": "team",
    "agent": "owner",
    "category": "category",
    "cause": "root_cause",
    "severity": "received.severity",
    "channel": "received.channel",
    "tier": "received.tier",
    "status": "status",
    "received_at": "received.at",
    "acknowledged_at": "acknowledged_at",
    "due_at": "due",
    "resolved_at": "resolved_at",
    "followed_up_at": "followed_up_at",
    "closed_at": _complaint_ended,
    "satisfied": "satisfied",
    "upheld": "upheld",
    "reopened": _times("reopened"),
}
_ASKED: Final[Mapping[str, Told]] = {
    "survey": "survey",
    "customer_id": "customer",
    "case_id": "case",
    "interaction_id": "interaction",
    **{name: name for name in ("team", "agent", "channel", "incentivised")},
}
_FEEDBACK: Final[Mapping[str, Told]] = {
    "feedback_id": "id",
    "customer_id": "customer",
    "interaction_id": "received.interaction",
    "touchpoint": "received.touchpoint",
    "category": "category",
    "source": "received.source",
    "stars": "received.stars",
    "status": "status",
    "handled_as": lambda item: item.handled and item.handled.how,
    "received_at": "received.at",
    "first_response_at": _first("acknowledged", "replied"),
    "handled_at": _first("handled"),
    "replied_at": _first("replied"),
}
_SUGGESTION: Final[Mapping[str, Told]] = {
    "suggestion_id": "id",
    "customer_id": "customer",
    "feedback_id": "submitted.feedback",
    "status": "status",
    "submitted_at": "submitted.at",
    "evaluated_at": _first("evaluated"),
    "decided_at": _first("adopted", "declined"),
    "implemented_at": _first("implemented"),
    "adopted": "adopted",
}
_COMMITMENT: Final[Mapping[str, Told]] = {
    "commitment_id": "id",
    "customer_id": "customer",
    "agent": "made.by",
    "status": "status",
    "made_at": "made.at",
    "due_at": "due",
    "fulfilled_at": "fulfilled_at",
    "broken_at": _first("broken"),
    "released_at": _first("released"),
}
_ACTION: Final[Mapping[str, Told]] = {
    "action_id": "id",
    "agent": "owner",
    "meeting": "promise.meeting",
    "status": "status",
    "agreed_at": _first("agreed"),
    "due_at": _day_ended,
    "done_at": _first("done"),
    "dropped_at": _first("dropped"),
}

OBJECT_COLUMNS: Final[Mapping[str, Mapping[str, Mapping[str, Told]]]] = MappingProxyType(
    {
        "interactions": {"interaction": _INTERACTION},
        "cases": {"case": _CASE},
        "complaints": {"complaint": _COMPLAINT},
        "answers": {
            "answer": {
                **_ASKED,
                "question": "question.key",
                "dimension": "dimension",
                "touchpoint": "touchpoint",
                "invited_at": "invited_at",
                "answered_at": "answered_at",
                "score": _scored,
                "expected": Following(("_asked_of", "answered_at", "_kind", "_value"), _expected),
                "_asked_of": _asked_of,
                "_kind": "question.kind",
                "_value": "value",
            },
            "invitation": {
                **_ASKED,
                "invited_at": "at",
                "answered_at": _nothing,
                "score": _nothing,
            },
        },
        "feedback": {"feedback_item": _FEEDBACK},
        "suggestions": {"suggestion": _SUGGESTION},
        "commitments": {"commitment": _COMMITMENT},
        "actions": {"action_item": _ACTION},
        "shifts": {
            "shift": {"agent": "member", "starts_at": "start", "scheduled_s": "length"},
        },
        "purchases": {
            "purchase": {
                "customer_id": "customer",
                "at": "at",
                "amount": "amount.amount",
                "currency": "amount.currency",
                "what": "what",
            },
        },
        "case_events": {"case": {}},
    }
)
"""Table to the classes that it takes, each with its columns; the log of cases is made of `EVENT_COLUMNS`."""

_SORTED: Final = {"team": "team", "category": "category", "priority": "priority"}
_TAKEN: Final = {"agent": "to", "team": "team"}
EVENT_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "identified": {"source": "source"},
        "reported": {
            "customer_id": "customer",
            "agent": "owner",
            **_SORTED,
            **{name: name for name in ("channel", "tier", "source", "opened_by", "customer", "owner")},
        },
        "classified": {"category": "category", "priority": "priority", "cause": "cause"},
        "assigned": _TAKEN,
        "handed_over": _TAKEN,
        "escalated": {**_TAKEN, "level": "level"},
        "linked": {"relation": "relation", "since": "since"},
        "replied": {"public": "public", "bot": "bot"},
        "waiting": {"on": "on"},
        "verified": {"effective": "effective", "customer_confirmed": "customer_confirmed"},
    }
)
"""Stored names of the events of a case to the columns of the log that they fill, and from which of their fields."""
