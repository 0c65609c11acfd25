"""The tables that servqual knows: which columns they have, and what kind of thing each column holds.

A column of another name is read as a label, so that one can group by it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName


class Kind(StrEnum):
    """What a column holds."""

    MOMENT = "moment"
    DURATION = "duration"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    LABEL = "label"


_CASES: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "occurred_at",
            "received_at",
            "assigned_at",
            "first_response_at",
            "resolved_at",
            "verified_at",
            "closed_at",
            "due_at",
            "first_resolved_at",
            "reopened_at",
        ),
        Kind.MOMENT,
    ),
    **dict.fromkeys(("requester_wait_s", "paused_s"), Kind.DURATION),
    **dict.fromkeys(("reopened", "reassigned", "recategorised", "customer_replies"), Kind.COUNT),
    **dict.fromkeys(("escalated", "sla_kept", "procedure_followed"), Kind.FLAG),
    "cost": Kind.NUMBER,
    **dict.fromkeys(
        (
            "case_id",
            "customer_id",
            "team",
            "agent",
            "category",
            "cause",
            "priority",
            "channel",
            "tier",
            "source",
            "status",
        ),
        Kind.LABEL,
    ),
}

_CASE_EVENTS: dict[str, Kind] = {
    **dict.fromkeys(("at", "since", "corrects_at", "amended_at"), Kind.MOMENT),
    **dict.fromkeys(("seq", "corrects_seq"), Kind.COUNT),
    **dict.fromkeys(("public", "bot", "effective", "customer_confirmed"), Kind.FLAG),
    **dict.fromkeys(("case_id", "event", "on", "opened_by", "relation", "corrects"), Kind.LABEL),
}

_INTERACTIONS: dict[str, Kind] = {
    **dict.fromkeys(("queued_at", "answered_at", "ended_at"), Kind.MOMENT),
    **dict.fromkeys(("wait_s", "talk_s", "hold_s", "wrap_s"), Kind.DURATION),
    **dict.fromkeys(("bot", "abandoned", "transferred", "resolved"), Kind.FLAG),
    "cost": Kind.NUMBER,
}
_COMPLAINTS: dict[str, Kind] = {
    **dict.fromkeys(
        ("received_at", "acknowledged_at", "due_at", "resolved_at", "followed_up_at", "closed_at"), Kind.MOMENT
    ),
    **dict.fromkeys(("satisfied", "upheld", "referred", "overturned"), Kind.FLAG),
    "reopened": Kind.COUNT,
    "redress": Kind.NUMBER,
}
_FEEDBACK: dict[str, Kind] = {
    **dict.fromkeys(("received_at", "first_response_at", "handled_at", "replied_at"), Kind.MOMENT),
    "stars": Kind.COUNT,
}
_SUGGESTIONS: dict[str, Kind] = {
    **dict.fromkeys(("submitted_at", "evaluated_at", "decided_at", "implemented_at"), Kind.MOMENT),
    "adopted": Kind.FLAG,
}
_COMMITMENTS: dict[str, Kind] = {
    **dict.fromkeys(("made_at", "due_at", "fulfilled_at", "broken_at", "released_at"), Kind.MOMENT)
}
_ACTIONS: dict[str, Kind] = {**dict.fromkeys(("agreed_at", "due_at", "done_at", "dropped_at"), Kind.MOMENT)}
_ANSWERS: dict[str, Kind] = {
    **dict.fromkeys(("invited_at", "answered_at"), Kind.MOMENT),
    **dict.fromkeys(("score", "weight", "expected", "minimum", "desired", "points"), Kind.NUMBER),
    **dict.fromkeys(("incentivised", "resolved"), Kind.FLAG),
}
_QA_SCORES: dict[str, Kind] = {
    "evaluated_at": Kind.MOMENT,
    **dict.fromkeys(("met", "applicable", "score", "master_score"), Kind.NUMBER),
    **dict.fromkeys(
        ("customer_critical", "business_critical", "compliance_critical", "defects", "opportunities"), Kind.COUNT
    ),
}
_SHIFTS: dict[str, Kind] = {
    "starts_at": Kind.MOMENT,
    **dict.fromkeys(
        (
            *("scheduled_s", "paid_s", "worked_s", "ready_s", "idle_s", "productive_s", "adherent_s", "absent_s"),
            *("chat_s", "chatting_s"),
        ),
        Kind.DURATION,
    ),
    **dict.fromkeys(("handled", "resolved", "complaints_closed"), Kind.COUNT),
}
_PURCHASES: dict[str, Kind] = {"at": Kind.MOMENT, "amount": Kind.NUMBER}
_ATTEMPTS: dict[str, Kind] = {"at": Kind.MOMENT, "blocked": Kind.FLAG}
_CALLBACKS: dict[str, Kind] = {**dict.fromkeys(("requested_at", "due_at", "done_at", "cancelled_at"), Kind.MOMENT)}
_MESSAGES: dict[str, Kind] = {**dict.fromkeys(("received_at", "replied_at"), Kind.MOMENT)}
_STEPS: dict[str, Kind] = {
    **dict.fromkeys(("started_at", "due_at", "ended_at", "skipped_at"), Kind.MOMENT),
    **dict.fromkeys(("automated", "reworked"), Kind.FLAG),
}
_STAGES: dict[str, Kind] = {**dict.fromkeys(("entered_at", "advanced_at", "left_at"), Kind.MOMENT)}
_INCIDENTS: dict[str, Kind] = {**dict.fromkeys(("started_at", "restored_at"), Kind.MOMENT)}
_AVAILABILITY: dict[str, Kind] = {
    "at": Kind.MOMENT,
    **dict.fromkeys(("agreed_s", "planned_s", "down_s"), Kind.DURATION),
    "failures": Kind.COUNT,
}
_REQUESTS: dict[str, Kind] = {"at": Kind.MOMENT, "took_s": Kind.DURATION, "failed": Kind.FLAG}
_COVERAGE: dict[str, Kind] = {"at": Kind.MOMENT, **dict.fromkeys(("staffed_s", "calendar_s"), Kind.DURATION)}
_TOUCHPOINTS: dict[str, Kind] = {"at": Kind.MOMENT, "feedback": Kind.COUNT}
_DELIVERIES: dict[str, Kind] = {
    **dict.fromkeys(("ordered_at", "due_at", "delivered_at", "cancelled_at"), Kind.MOMENT),
    "correct": Kind.FLAG,
}
_STORE_CHECKS: dict[str, Kind] = {"checked_at": Kind.MOMENT, **dict.fromkeys(("met", "applicable"), Kind.NUMBER)}
_RISKS: dict[str, Kind] = {"assessed_at": Kind.MOMENT, **dict.fromkeys(("likelihood", "impact"), Kind.NUMBER)}
_STAFF: dict[str, Kind] = {**dict.fromkeys(("joined_at", "left_at"), Kind.MOMENT)}
_SKILLS: dict[str, Kind] = {"assessed_at": Kind.MOMENT, **dict.fromkeys(("level", "required"), Kind.NUMBER)}
_TRAININGS: dict[str, Kind] = {
    "completed_at": Kind.MOMENT,
    **dict.fromkeys(("score_before", "score_after"), Kind.NUMBER),
    "passed": Kind.FLAG,
}
_SELECTIONS: dict[str, Kind] = {**dict.fromkeys(("entered_at", "decided_at"), Kind.MOMENT), "passed": Kind.FLAG}
_FORECASTS: dict[str, Kind] = {"at": Kind.MOMENT, **dict.fromkeys(("forecast", "actual"), Kind.NUMBER)}
_QUALITY_COSTS: dict[str, Kind] = {
    "at": Kind.MOMENT,
    **dict.fromkeys(("internal_failure", "external_failure", "revenue"), Kind.NUMBER),
}

TABLES: Final[Mapping[str, Mapping[str, Kind]]] = MappingProxyType(
    {
        name: MappingProxyType(columns)
        for name, columns in (
            ("cases", _CASES),
            ("case_events", _CASE_EVENTS),
            ("interactions", _INTERACTIONS),
            ("complaints", _COMPLAINTS),
            ("feedback", _FEEDBACK),
            ("suggestions", _SUGGESTIONS),
            ("commitments", _COMMITMENTS),
            ("actions", _ACTIONS),
            ("answers", _ANSWERS),
            ("qa_scores", _QA_SCORES),
            ("shifts", _SHIFTS),
            ("purchases", _PURCHASES),
            ("attempts", _ATTEMPTS),
            ("callbacks", _CALLBACKS),
            ("messages", _MESSAGES),
            ("steps", _STEPS),
            ("stages", _STAGES),
            ("incidents", _INCIDENTS),
            ("availability", _AVAILABILITY),
            ("requests", _REQUESTS),
            ("coverage", _COVERAGE),
            ("touchpoints", _TOUCHPOINTS),
            ("deliveries", _DELIVERIES),
            ("store_checks", _STORE_CHECKS),
            ("risks", _RISKS),
            ("staff", _STAFF),
            ("skills", _SKILLS),
            ("trainings", _TRAININGS),
            ("selections", _SELECTIONS),
            ("forecasts", _FORECASTS),
            ("quality_costs", _QUALITY_COSTS),
        )
    }
)
"""The columns of each table that are more than labels, and for cases also the labels, in the order of reports."""


def kind_of(table: str, column: str, kinds: Mapping[str, Kind] | None = None) -> Kind:
    """The kind of a column; a name that neither `kinds` nor the table defines is a label.

    A table that servqual does not know is refused, unless `kinds` says what its columns hold.

    >>> kind_of("cases", "received_at"), kind_of("cases", "Site")
    (<Kind.MOMENT: 'moment'>, <Kind.LABEL: 'label'>)
    """
    if kinds and column in kinds:
        return kinds[column]
    if table not in TABLES and not kinds:
        close = near(table, TABLES) or tuple(TABLES)
        raise UnknownName(f"table must be one that servqual knows (got {table!r}){did_you_mean(close)}", near=close)
    return TABLES.get(table, {}).get(column, Kind.LABEL)


_UNITS: Final = {"_min": 60, "_h": 3600, "": 1}


def known_as(table: str, column: str) -> tuple[str, int]:
    """Our name of a column, and how many seconds its unit has: durations may come in minutes, hours or as such.

    >>> known_as("interactions", "wait_min"), known_as("interactions", "wait"), known_as("interactions", "team")
    (('wait_s', 60), ('wait_s', 1), ('team', 1))
    """
    columns = TABLES.get(table, {})
    if column not in columns:
        for suffix, seconds in _UNITS.items():
            name = f"{column.removesuffix(suffix)}_s" if suffix else f"{column}_s"
            if column.endswith(suffix) and columns.get(name) is Kind.DURATION:
                return name, seconds
    return column, 1


def names_of(table: str, columns: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Each column with our name of it and the seconds of its unit; two that mean the same raise `InvalidValue`.

    >>> names_of("interactions", ["team", "wait_min"])
    {'team': ('team', 1), 'wait_min': ('wait_s', 60)}
    >>> names_of("interactions", ["wait_s", "wait_min"])
    Traceback (most recent call last):
    servqual.errors.InvalidValue: wait_s of interactions must come once (got 'wait_s' and 'wait_min'); leave one of \
them out
    """
    found: dict[str, tuple[str, int]] = {}
    given: dict[str, str] = {}
    for column in columns:
        found[column] = name, _ = known_as(table, column)
        if name in given:
            raise InvalidValue(
                f"{name} of {table} must come once (got {given[name]!r} and {column!r}); leave one of them out",
                field=column,
                expected="one column for one thing",
                got=(given[name], column),
            )
        given[name] = column
    return found


def moments_of(table: str) -> tuple[str, ...]:
    """The names of a table's moments."""
    return tuple(name for name, kind in TABLES[table].items() if kind is Kind.MOMENT)
