"""The tables that servqual knows, their columns, and the kind of each column.

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


_COLUMNS: Final[Mapping[str, Mapping[Kind, str]]] = {
    "cases": {
        Kind.MOMENT: "occurred_at received_at assigned_at first_response_at resolved_at verified_at closed_at "
        "due_at first_resolved_at reopened_at updated_at",
        Kind.DURATION: "first_response_s resolution_s requester_wait_s paused_s",
        Kind.COUNT: "reopened reassigned recategorised customer_replies updates",
        Kind.FLAG: "escalated sla_kept procedure_followed",
        Kind.NUMBER: "cost",
        Kind.LABEL: "case_id customer_id team agent category cause priority channel tier source status",
    },
    "case_events": {
        Kind.MOMENT: "at since corrects_at amended_at",
        Kind.COUNT: "seq corrects_seq",
        Kind.FLAG: "public bot told_customer effective customer_confirmed imported",
        Kind.LABEL: "case_id event by on opened_by relation corrects",
    },
    "interactions": {
        Kind.MOMENT: "queued_at answered_at ended_at updated_at",
        Kind.DURATION: "wait_s talk_s hold_s wrap_s",
        Kind.FLAG: "bot answered abandoned transferred to_person resolved steps_followed",
        Kind.NUMBER: "cost",
    },
    "contact_counts": {
        Kind.MOMENT: "at",
        Kind.COUNT: "offered answered abandoned answered_within answered_late",
        Kind.DURATION: "within_s wait_total_s talk_total_s hold_total_s wrap_total_s",
    },
    "complaints": {
        Kind.MOMENT: "received_at acknowledged_at started_at due_at resolved_at followed_up_at closed_at reopened_at "
        "updated_at",
        Kind.FLAG: "satisfied upheld referred overturned",
        Kind.COUNT: "reopened",
        Kind.NUMBER: "redress",
    },
    "feedback": {
        Kind.MOMENT: "received_at first_response_at handled_at replied_at updated_at",
        Kind.COUNT: "stars",
    },
    "suggestions": {
        Kind.MOMENT: "submitted_at evaluated_at decided_at implemented_at updated_at",
        Kind.FLAG: "adopted",
    },
    "commitments": {Kind.MOMENT: "made_at due_at fulfilled_at broken_at released_at updated_at"},
    "actions": {Kind.MOMENT: "agreed_at due_at done_at dropped_at updated_at"},
    "answers": {
        Kind.MOMENT: "invited_at answered_at updated_at",
        Kind.NUMBER: "score weight expected minimum desired points scale_low scale_high",
        Kind.FLAG: "incentivised resolved",
    },
    "qa_scores": {
        Kind.MOMENT: "evaluated_at",
        Kind.NUMBER: "met applicable score master_score",
        Kind.COUNT: "customer_critical business_critical compliance_critical defects opportunities",
    },
    "shifts": {
        Kind.MOMENT: "starts_at",
        Kind.DURATION: "scheduled_s paid_s worked_s ready_s idle_s productive_s adherent_s absent_s chat_s chatting_s",
        Kind.COUNT: "handled resolved complaints_closed",
    },
    "purchases": {
        Kind.MOMENT: "at updated_at",
        Kind.NUMBER: "amount",
    },
    "customers": {Kind.MOMENT: "joined_at left_at"},
    "teams": {},
    "attempts": {
        Kind.MOMENT: "at updated_at",
        Kind.FLAG: "blocked",
    },
    "callbacks": {Kind.MOMENT: "requested_at due_at done_at cancelled_at updated_at"},
    "messages": {Kind.MOMENT: "received_at replied_at updated_at"},
    "steps": {
        Kind.MOMENT: "started_at due_at ended_at skipped_at",
        Kind.FLAG: "automated reworked",
    },
    "stages": {Kind.MOMENT: "entered_at advanced_at left_at"},
    "incidents": {Kind.MOMENT: "started_at restored_at updated_at"},
    "availability": {
        Kind.MOMENT: "at",
        Kind.DURATION: "agreed_s planned_s down_s",
        Kind.COUNT: "failures",
    },
    "requests": {
        Kind.MOMENT: "at updated_at",
        Kind.DURATION: "took_s",
        Kind.FLAG: "failed",
    },
    "coverage": {
        Kind.MOMENT: "at",
        Kind.DURATION: "staffed_s calendar_s",
    },
    "touchpoints": {
        Kind.MOMENT: "at",
        Kind.COUNT: "feedback",
    },
    "deliveries": {
        Kind.MOMENT: "ordered_at due_at delivered_at cancelled_at updated_at",
        Kind.FLAG: "correct",
    },
    "store_checks": {
        Kind.MOMENT: "checked_at",
        Kind.NUMBER: "met applicable",
    },
    "risks": {
        Kind.MOMENT: "assessed_at",
        Kind.NUMBER: "likelihood impact",
    },
    "staff": {Kind.MOMENT: "joined_at left_at"},
    "skills": {
        Kind.MOMENT: "assessed_at",
        Kind.NUMBER: "level required",
    },
    "trainings": {
        Kind.MOMENT: "completed_at",
        Kind.NUMBER: "score_before score_after",
        Kind.FLAG: "passed",
    },
    "selections": {
        Kind.MOMENT: "entered_at decided_at",
        Kind.FLAG: "passed",
    },
    "forecasts": {
        Kind.MOMENT: "at",
        Kind.NUMBER: "forecast actual",
    },
    "quality_costs": {
        Kind.MOMENT: "at",
        Kind.NUMBER: "internal_failure external_failure revenue",
    },
}

TABLES: Final[Mapping[str, Mapping[str, Kind]]] = MappingProxyType(
    {
        table: MappingProxyType({name: kind for kind, names in kinds.items() for name in names.split()})
        for table, kinds in _COLUMNS.items()
    }
)
"""The columns of each table that are more than labels, and for cases also the labels, in the order of reports."""


_ENDS: Final = {
    "reopened_at": "none was opened again after its last solution",
    "resolved_at": "closed_at stands for it",
    "closed_at": "nothing was closed",
    "due_at": "the parameter within must be set",
}
COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cases": "case",
        "interactions": "contact",
        "contact_counts": "contact",
        "complaints": "complaint",
        "answers": "answer",
    }
)
"""What the figures of a table count, in one word; of counts per interval these are contacts."""
OF_SPANS: Final = frozenset({"availability", "contact_counts", "coverage", "forecasts", "quality_costs", "shifts"})
"""Tables whose row sums up a span of time, such as a half hour, a day or a shift: without its moment a row is none of
them, but mostly their total, and is refused."""
ABSENT: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "cases": _ENDS,
        "complaints": {
            **_ENDS,
            "followed_up_at": "every answer was given by now",
            "referred": "every complaint with overturned known was referred",
        },
        "interactions": {
            "customer_id": "each contact is of a customer of its own",
            "topic": "all contacts are of one topic",
            "abandoned": "all contacts were answered",
            "answered": "contacts that did not give up were answered",
            "ended_at": "no contact ended without an answer",
            "hold_s": "nobody was on hold",
            "wrap_s": "there was no work afterwards",
            "handled_by": "the flag bot tells machines from people",
            "transferred": "no contact was transferred",
            "to_person": "every transfer went to a person",
        },
        "contact_counts": {
            "offered": "the counts of a row are not held against it",
            "answered": "contacts answered are not held against those offered",
            "abandoned": "contacts abandoned are not held against those offered",
            "answered_within": "answered without answered_late stands for it",
            "answered_late": "answered_within must be there",
            "hold_total_s": "nobody was on hold",
            "wrap_total_s": "there was no work afterwards",
        },
        "callbacks": {"requested_at": "every callback was requested by now", "cancelled_at": "none was cancelled"},
        "steps": {"started_at": "every step has started by now", "skipped_at": "none was skipped"},
        "answers": {
            "customer_id": "each row is a person",
            "survey": "all answers are of one survey",
            "answered_at": "a respondent counts in the first row by its content",
            "question_kind": "all questions are of a kind that counts",
            "scale_low": "all scores are on the scale of the KPI",
            "scale_high": "all scores are on the scale of the KPI",
            "weight": "all answers weigh the same",
        },
        "suggestions": {"decided_at": "every decision was made by now"},
        "commitments": {
            "made_at": "every promise was made by now",
            "broken_at": "none was broken before it was due",
            "released_at": "the customer released us from none",
        },
        "actions": {"agreed_at": "every measure was agreed by now", "dropped_at": "none was dropped"},
        "qa_scores": dict.fromkeys(
            ("customer_critical", "business_critical", "compliance_critical"),
            "critical errors of this kind set no evaluation to 0; one of the three is needed for that",
        ),
        "shifts": {"productive_s": "there was no other productive time"},
        "staff": {"left_at": "nobody left"},
        "selections": {"decided_at": "every decision was made by now"},
        "stages": {"left_at": "nobody left without going on"},
        "availability": {"planned_s": "no downtime was planned"},
        "requests": {"failed": "no request failed"},
        "deliveries": {"ordered_at": "everything was ordered by now", "cancelled_at": "none was cancelled"},
    }
)
"""What it means that a table lacks a column that a KPI uses but does not need, by table and column."""


def check_table(table: str) -> None:
    """Refuse a table that servqual does not know, with the nearest ones."""
    if table not in TABLES:
        close = near(table, TABLES) or tuple(TABLES)
        raise UnknownName(f"table must be one that servqual knows (got {table!r}){did_you_mean(close)}", near=close)


def kind_of(table: str, column: str, kinds: Mapping[str, Kind] | None = None) -> Kind:
    """Give the kind of a column; a name that neither `kinds` nor the table defines is a label.

    A table that servqual does not know is refused, unless `kinds` says what its columns hold.

    >>> kind_of("cases", "received_at"), kind_of("cases", "Site")
    (<Kind.MOMENT: 'moment'>, <Kind.LABEL: 'label'>)
    """
    if kinds and column in kinds:
        return kinds[column]
    if not kinds:
        check_table(table)
    return TABLES.get(table, {}).get(column, Kind.LABEL)


ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {"first_response_s": "first_response_at", "resolution_s": "resolved_at", "answered": "abandoned"}
)
"""Durations of a case since its receipt, and the moments that they give; without a unit in their names they are mostly
words, as a resolution is what was done. A contact was abandoned where it was not answered."""
_UNITS: Final = {"_min": 60, "_h": 3600, "_d": 86_400, "": 1}


def known_as(table: str, column: str) -> tuple[str, int]:
    """Give our name of a column and the seconds of its unit: durations may be in minutes, hours, days or typed.

    >>> known_as("interactions", "wait_min"), known_as("interactions", "wait"), known_as("interactions", "team")
    (('wait_s', 60), ('wait_s', 1), ('team', 1))
    """
    columns = TABLES.get(table, {})
    if column not in columns:
        for suffix, seconds in _UNITS.items():
            name = f"{column.removesuffix(suffix)}_s" if suffix else f"{column}_s"
            if column.endswith(suffix) and columns.get(name) is Kind.DURATION and (suffix or name not in ENDS):
                return name, seconds
    return column, 1


def ends_its_day(column: str) -> bool:
    """Say whether a date without a time means the end of that day: a due moment does, any other means its start.

    >>> ends_its_day("due_at"), ends_its_day("received_at")
    (True, False)
    """
    return column == "due_at" or column.endswith("_due_at")


def names_of(table: str, columns: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Map each column to our name and the seconds of its unit; two that mean the same raise `InvalidValue`.

    >>> names_of("interactions", ["team", "wait_min"])
    {'team': ('team', 1), 'wait_min': ('wait_s', 60)}
    >>> names_of("interactions", ["wait_s", "wait_min"])
    Traceback (most recent call last):
    servqual.errors.InvalidValue: wait_s must be one column of interactions (got 'wait_s' and 'wait_min'); leave one \
of them out
    """
    found: dict[str, tuple[str, int]] = {}
    given: dict[str, str] = {}
    for column in columns:
        found[column] = name, _ = known_as(table, column)
        if name in given:
            raise InvalidValue.of(
                name,
                f"be one column of {table}",
                (given[name], column),
                shown=f"{given[name]!r} and {column!r}",
                do="leave one of them out",
            )
        given[name] = column
    return found


def moments_of(table: str) -> tuple[str, ...]:
    """List the moments of a table."""
    return tuple(name for name, kind in TABLES[table].items() if kind is Kind.MOMENT)
