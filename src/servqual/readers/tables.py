"""The tables that servqual knows: which columns they have, and what kind of thing each column holds.

A column of another name is read as a label, so that one can group by it.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName

__all__ = ["TABLES", "Kind", "kind_of", "moments_of"]


class Kind(StrEnum):
    """What a column holds."""

    MOMENT = "moment"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    LABEL = "label"


_CASES = {
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
        ),
        Kind.MOMENT,
    ),
    **dict.fromkeys(("reopened", "reassigned"), Kind.COUNT),
    **dict.fromkeys(("escalated", "sla_kept"), Kind.FLAG),
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

_CASE_EVENTS = {
    **dict.fromkeys(("at", "since"), Kind.MOMENT),
    "seq": Kind.COUNT,
    **dict.fromkeys(("public", "bot", "effective", "customer_confirmed"), Kind.FLAG),
    **dict.fromkeys(("case_id", "event", "on", "opened_by", "relation"), Kind.LABEL),
}

TABLES: Final = MappingProxyType({"cases": MappingProxyType(_CASES), "case_events": MappingProxyType(_CASE_EVENTS)})
"""Columns of each table by name, in the order in which reports list them."""


def kind_of(table: str, column: str) -> Kind:
    """The kind of a column; a name that the table does not define is a label.

    >>> kind_of("cases", "received_at"), kind_of("cases", "Site")
    (<Kind.MOMENT: 'moment'>, <Kind.LABEL: 'label'>)
    """
    try:
        return TABLES[table].get(column, Kind.LABEL)
    except KeyError:
        close = near(table, TABLES) or tuple(TABLES)
        raise UnknownName(
            f"table must be one that servqual knows (got {table!r}){did_you_mean(close)}", near=close
        ) from None


def moments_of(table: str) -> tuple[str, ...]:
    """The names of a table's moments."""
    return tuple(name for name, kind in TABLES[table].items() if kind is Kind.MOMENT)
