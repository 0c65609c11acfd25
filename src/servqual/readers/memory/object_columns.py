"""The columns of the model's objects in their table, one mapping per class.

A class is named by its declared name, so that only classes in use are loaded. A value is the path of an attribute, a
function of the object, or follows from other columns. The moments of a history are those of its events; a case or
complaint that was cancelled, withdrawn or a duplicate ended like a closed one.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from servqual.errors import InvalidValue
from servqual.model.service.case_table import CASE_FACTS, CASE_FIRST_TOLD
from servqual.readers.columns.tables import Kind, kind_of


class Following(NamedTuple):
    """A column that follows from others, which are numpy arrays, or lists of labels.

    A name that starts with `_` is not a column of the table; other columns follow from it.
    """

    columns: tuple[str, ...]
    make: Callable[..., Any]


Getter: TypeAlias = "str | Callable[[Any], Any] | Following"
"""The path of an attribute, such as `received.at`, a function of the object, or a column that follows from others."""


def _first(*names: str) -> Callable[[Any], dt.datetime | None]:
    """Read the moment of an object's first event of these stored names."""
    return lambda one: next((event.at for event in one.counted if event.stored_name in names), None)


def _fact(name: str) -> Following:
    """Take one of the facts that an object's events were read for."""

    def take(facts: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [each[name] for each in facts]

    return Following(("_facts",), take)


def _last_known(field: str) -> Callable[[Any], Any]:
    """Read the last known value of a field in an object's events."""

    def last(one: Any) -> Any:
        for event in reversed(one.counted):
            value = getattr(event, field, None)
            if value is not None:
                return value
        return None

    return last


def _first_known(field: str) -> Callable[[Any], Any]:
    """Read the first known value of a field in an object's events."""

    def first(one: Any) -> Any:
        told = (getattr(event, field, None) for event in one.counted)
        return next((value for value in told if value is not None), None)

    return first


def _by(one: Any, event: Any) -> str | None:
    """Read who acted: the person that an event names, or else who was responsible then."""
    return event and (event.by or _then(one, event, "agent"))


def _then(one: Any, event: Any, column: str) -> str | None:
    """Read the agent or the team that an object had when somebody acted: the last one that was named by then."""
    if event is None:
        return None
    told = one.counted[: one.counted.index(event) + 1]
    named = (getattr(each, EVENT_COLUMNS.get(each.stored_name, {}).get(column, ""), None) for each in told)
    return next(filter(None, reversed([*named])), None)


def _followed(case: Any) -> bool | None:
    """Say whether a closed case went the whole way of the documents, unless the firm's own attribute says it."""
    name = "procedure_followed"
    own: bool | None = _fitting("cases", name, case.attributes.get(name))
    return own if own is not None or case.closed_at is None else not case.gaps()


def _complaint_ended(complaint: Any) -> Any:
    return complaint.counted[-1].at if complaint.status in {"withdrawn", "duplicate"} else complaint.closed_at


def _redress(complaint: Any) -> Any:
    """Sum the compensations, unless the firm's own attribute says it; None where they cannot be summed or are not told.

    Without one nothing was paid, except where an export may not have said it.
    """
    own = _fitting("complaints", "redress", complaint.attributes.get("redress"))
    paid = complaint.compensations
    if own is not None or len({money.currency for money in paid}) > 1:
        return own
    told = paid or not any(getattr(event, "imported", False) for event in complaint.counted)
    return sum(money.amount for money in paid) if told else None


def _currency(complaint: Any) -> Any:
    own = complaint.attributes.get("currency")
    paid = {money.currency for money in complaint.compensations}
    return own or (paid.pop() if len(paid) == 1 else None)


def _waited(queued: Any, answered: Any, ended: Any) -> Any:
    """Measure the wait for the answer, or until the contact ended without one."""
    return np.where(np.isnat(answered), ended, answered) - queued


def _abandoned(contact: Any) -> bool | None:
    """Whether the customer gave up; None while the customer still waits."""
    if contact.answered_at is not None:
        return False
    return None if contact.ended_at is None else contact.abandoned


def _scored(answer: Any) -> int | None:
    """Read the score; an expectation is not a score of the service."""
    return None if answer.question.kind == "expectation" else answer.value


def _of_scale(end: str) -> Callable[[Any], int | None]:
    """Read an end of the scale of a question; None for free text."""
    return lambda answer: answer.question.scale and getattr(answer.question.scale, end)


def _expected(who: Sequence[Any], when: Any, kind: Sequence[str], value: Sequence[int | None]) -> Any:
    """Find for each perception the last expectation of the same customer, survey and item."""
    said: dict[Any, int | None] = {}
    for row in np.argsort(when, kind="stable").tolist():
        if who[row] and kind[row] == "expectation" and value[row] is not None:
            said[who[row]] = value[row]
    found = (value[row] if kind[row] == "expectation" else said.get(who[row]) for row in range(len(kind)))
    return np.array([*found], np.float64)


def _asked_of(answer: Any) -> Any:
    """Name the survey, the customer and the item, alike for expectation and perception; None if anonymous."""
    kind, key = answer.question.kind, answer.question.key
    return answer.customer and (answer.survey, answer.customer, key.removeprefix(f"{kind}_"))


def _steps_followed(contact: Any) -> bool | None:
    """Say whether an ended contact took all its steps; None where nobody recorded any."""
    return not contact.steps_left if contact.steps and contact.ended_at is not None else None


def _resolved(contact: Any) -> bool | None:
    return None if contact.outcome is None else contact.outcome == "resolved"


def _critical(kind: str) -> Callable[[Any], int]:
    """Count the critical errors of one kind in an evaluation."""
    return lambda one: one.critical(kind)


def _roles(member: Any) -> str | None:
    """Name the roles of a member as one group, for a member with two of them is in neither alone."""
    return ", ".join(sorted(member.roles)) or None


def _nothing(_: object) -> None:
    return None


def _same(names: str) -> dict[str, str]:
    """Map column names to attributes of the same name."""
    return {name: name for name in names.split()}


_CASE: Final[Mapping[str, Getter]] = {
    "case_id": "id",
    "customer_id": "customer",
    "agent": "owner",
    **_same("team site category priority severity status kind language tags"),
    **{name: _last_known(name) for name in ("cause", "channel", "tier")},
    "answered_by": lambda case: _by(case, case.answer),
    "answered_team": lambda case: _then(case, case.answer, "team"),
    "resolved_by": lambda case: _by(case, case.solution),
    "resolved_team": lambda case: _then(case, case.solution, "team"),
    **{name: _first_known(name) for name in CASE_FIRST_TOLD},
    "updated_at": lambda case: case.history[-1].at,
    "occurred_at": lambda case: case.report and case.report.occurred_at,
    "procedure_followed": _followed,
    "_facts": lambda case: CASE_FACTS.of(case.counted),
    **{name: _fact(name) for name in CASE_FACTS.table},
}
_INTERACTION: Final[Mapping[str, Getter]] = {
    "interaction_id": "id",
    "customer_id": "customer",
    "case_id": "case",
    "complaint_id": "complaint",
    "commitment_id": "commitment",
    "service_type": "service",
    **_same("team agent site touchpoint channel direction topic tier language handled_by outcome tags"),
    **_same("queued_at answered_at ended_at transferred"),
    "wait_s": Following(("queued_at", "answered_at", "ended_at"), _waited),
    "talk_s": "talk",
    "hold_s": "hold",
    "wrap_s": "wrap",
    "steps_followed": _steps_followed,
    "to_person": lambda contact: any(step.handled_by == "human" for step in contact.hand_overs),
    "bot": lambda contact: contact.handled_by == "bot",
    "abandoned": _abandoned,
    "resolved": _resolved,
}
_COMPLAINT: Final[Mapping[str, Getter]] = {
    "complaint_id": "id",
    "customer_id": "customer",
    "case_id": lambda complaint: next(iter(complaint.cases), None),
    "agent": "owner",
    "cause": "root_cause",
    "severity": "received.severity",
    "channel": "received.channel",
    "tier": "received.tier",
    "received_at": "received.at",
    "due_at": "due",
    "closed_at": _complaint_ended,
    "answered_by": lambda complaint: _by(complaint, complaint.answer),
    "resolved_by": lambda complaint: _by(complaint, complaint.resolution),
    "reopened": "reopened",
    "redress": _redress,
    "currency": _currency,
    **_same("team site category status acknowledged_at started_at resolved_at followed_up_at satisfied upheld"),
    **_same("escalated tags"),
}
_SURVEYED: Final[Mapping[str, Getter]] = {
    "customer_id": "customer",
    "case_id": "case",
    "interaction_id": "interaction",
    **_same("survey team agent site channel incentivised tags"),
}
_TOLD: Final = (
    *("question", "question_kind", "scale_low", "scale_high", "dimension", "touchpoint"),
    *("answered_at", "score", "expected"),
)
"""Columns of an answer that an invitation lacks."""
_FEEDBACK: Final[Mapping[str, Getter]] = {
    "feedback_id": "id",
    "customer_id": "customer",
    "interaction_id": "received.interaction",
    "touchpoint": "received.touchpoint",
    "site": "received.site",
    "category": "category",
    "sentiment": "sentiment",
    "source": "received.source",
    "stars": "received.stars",
    "status": "status",
    "handled_as": lambda item: item.handled and item.handled.how,
    "received_at": "received.at",
    "first_response_at": _first("acknowledged", "replied"),
    "handled_at": _first("handled"),
    "replied_at": _first("replied"),
}
_SUGGESTION: Final[Mapping[str, Getter]] = {
    "suggestion_id": "id",
    "customer_id": "customer",
    "feedback_id": "submitted.feedback",
    "site": "submitted.site",
    "status": "status",
    "submitted_at": "submitted.at",
    "evaluated_at": _first("evaluated"),
    "decided_at": _first("adopted", "declined"),
    "implemented_at": _first("implemented"),
    "adopted": "adopted",
}
_COMMITMENT: Final[Mapping[str, Getter]] = {
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
_ACTION: Final[Mapping[str, Getter]] = {
    "action_id": "id",
    "agent": "owner",
    "meeting": "promise.meeting",
    "status": "status",
    "agreed_at": _first("agreed"),
    "due_at": "due",
    "done_at": _first("done"),
    "dropped_at": _first("dropped"),
}

OBJECT_COLUMNS: Final[Mapping[str, Mapping[str, Mapping[str, Getter]]]] = MappingProxyType(
    {
        "interactions": {"interaction": _INTERACTION},
        "cases": {"case": _CASE},
        "complaints": {"complaint": _COMPLAINT},
        "answers": {
            "answer": {
                **_SURVEYED,
                "question": "question.key",
                "question_kind": "question.kind",
                "scale_low": _of_scale("low"),
                "scale_high": _of_scale("high"),
                **_same("dimension touchpoint invited_at answered_at"),
                "score": _scored,
                "expected": Following(("_asked_of", "answered_at", "question_kind", "_value"), _expected),
                "_asked_of": _asked_of,
                "_value": "value",
            },
            "invitation": {
                **_SURVEYED,
                "invited_at": "at",
                **dict.fromkeys(_TOLD, _nothing),
            },
        },
        "qa_scores": {
            "evaluation": {
                "evaluated_at": "at",
                "interaction_id": "interaction",
                "scorecard": "scorecard.name",
                "evaluator": "by",
                **_same("agent team channel met applicable"),
                **{f"{kind}_critical": _critical(kind) for kind in ("customer", "business", "compliance")},
                "defects": lambda one: len(one.missed),
                "opportunities": lambda one: sum(mark is not None for mark in one.marks.values()),
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
                "amount": "amount.amount",
                "currency": "amount.currency",
                **_same("at what"),
            },
        },
        "incidents": {
            "incident": {"incident_id": "id", "started_at": "declared.began_at", **_same("restored_at status")}
        },
        "customers": {
            "customer": {
                "customer_id": "id",
                **_same("tier need stage feedback_segment spending_segment industry size preferred_channel"),
                **_same("tags joined_at left_at"),
            },
        },
        "staff": {"member": {"agent": "id", "role": _roles, **_same("team tags joined_at left_at")}},
        "teams": {"team": {"team": "name", **_same("department level")}},
        "stages": {"relationship": _same("customer_id stage entered_at advanced_at left_at")},
        "case_events": {"case": {}},
        "steps": {"procedure_run": _same("run procedure case_id step agent started_at ended_at skipped_at due_at")},
        "trainings": {
            "training": _same("training programme round agent completed_at passed score_before score_after survey")
        },
    }
)
"""The classes of each table, each with its columns; the log has `EVENT_COLUMNS`; a run or training gives rows."""

_TAKEN: Final = {"agent": "to", "team": "team"}
EVENT_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "identified": _same("source"),
        "reported": {
            "customer_id": "customer",
            "agent": "owner",
            **_same("team site category priority severity channel tier source opened_by customer owner"),
        },
        "opened": {
            "customer_id": "customer",
            "agent": "owner",
            **_same("team site category priority severity channel tier source opened_by kind language"),
            **_same("customer owner"),
        },
        "classified": _same("category priority cause severity"),
        "assigned": _TAKEN,
        "handed_over": _TAKEN,
        "escalated": {**_TAKEN, **_same("level")},
        "linked": _same("relation since"),
        "replied": _same("public bot"),
        "resolved": _same("told_customer"),
        "waiting": _same("on"),
        "verified": _same("effective customer_confirmed"),
    }
)
"""The columns of the log that each event of a case fills, by stored name, and the field of each column."""

_FITTING: Final[Mapping[Kind, tuple[type, ...]]] = MappingProxyType(
    {Kind.NUMBER: (int, float), Kind.COUNT: (int,), Kind.FLAG: (bool,), Kind.MOMENT: (dt.datetime,)}
)
"""The types of the attributes that fill a column of each kind; any type fills a label, and none a duration."""


def own_columns(
    table: str, objects: Sequence[Any], fields: Collection[str], only: Collection[str] | None, more: Collection[str]
) -> dict[str, Getter]:
    """Give a column for each attribute of the objects that bears no name of `fields`, where one of them is wanted.

    An attribute that no object has is no column, so that a mistyped name is found, unless it is one of `more`, which
    other parts of the table have.
    """
    wanted = None if only is None else {*only} - {*fields}
    if wanted == set() or not objects or not hasattr(type(objects[0]), "attributes"):
        return {}
    found = [one.attributes for one in objects]
    names = dict.fromkeys(name for some in (*found, sorted(more)) for name in some if name not in fields)
    return {"_attributes": Following((), lambda: found), **{name: _attribute(table, name) for name in names}}


def _attribute(table: str, name: str) -> Following:
    """Take one attribute; where a column of the table has its name, its values must fit."""

    def take(found: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [_fitting(table, name, each.get(name)) for each in found]

    return Following(("_attributes",), take)


def _fitting(table: str, name: str, value: Any) -> Any:
    """Return the value of an attribute; refuse one that does not fit a column of its name."""
    kind = kind_of(table, name)
    if kind is not Kind.LABEL and value is not None and type(value) not in _FITTING.get(kind, ()):
        raise InvalidValue.of(
            f"attributes.{name}",
            f"be a {kind}, as the column of this name in {table} is",
            value,
            do="give the attribute another name",
        )
    return value
