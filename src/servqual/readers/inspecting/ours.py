"""What we know of each table that an export may hold: its columns, its id, its first moment, what its rows are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual.readers.columns.tables import ENDS, TABLES, Kind, known_as
from servqual.readers.inspecting.table_words import TABLE_HEADINGS

STEP: Final = MappingProxyType({"event": Kind.LABEL, "at": Kind.MOMENT})
"""The columns of a log, which are no columns of a case."""
_LABELS: Final[Mapping[str, str]] = {
    "cases": "",
    "interactions": "customer_id category topic team agent priority channel",
    "contact_counts": "category team channel",
    "complaints": "customer_id category cause team agent priority channel status",
    "answers": "customer_id survey question team agent channel",
}


@attrs.frozen(kw_only=True)
class Ours:
    """A table of ours: the column of its ids, empty where it has none, its first moment, and what a row is called."""

    table: str
    id: str
    begins: str
    rows: str
    later: tuple[str, ...] = ()

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The columns that an export may have, durations without their unit and steps of a log among them."""
        labels = ((name, Kind.LABEL) for name in (self.id, *_LABELS[self.table].split()) if name)
        told = dict.fromkeys(self.told, Kind.DURATION)
        return {**TABLES[self.table], **dict(labels), **told, **(STEP if self.table == "cases" else {})}

    @property
    def told(self) -> tuple[str, ...]:
        """Durations, whose unit ends our name: `first_response_min`."""
        return tuple(name.removesuffix("_s") for name, kind in TABLES[self.table].items() if kind is Kind.DURATION)

    @property
    def headings(self) -> Mapping[str, Mapping[str, str]]:
        """Headings with our names that they may stand for."""
        return TABLE_HEADINGS[self.table]

    def kind(self, name: str) -> Kind:
        """Give the kind of one of our columns, whatever the unit in its name.

        >>> OURS["cases"].kind("first_response_min"), OURS["contact_counts"].kind("offered")
        (<Kind.DURATION: 'duration'>, <Kind.COUNT: 'count'>)
        """
        return self.kinds[known_as(self.table, name)[0]]

    def stands_for(self, name: str) -> str:
        """Give the column of ours that KPIs read where an export has this one: a duration may give a moment.

        >>> OURS["cases"].stands_for("resolution_h"), OURS["interactions"].stands_for("answered")
        ('resolved_at', 'abandoned')
        """
        ours = f"{name}_s" if name in self.told else known_as(self.table, name)[0]
        return ENDS.get(ours, ours) if self.kinds.get(ours) in {Kind.DURATION, Kind.FLAG} else ours


OURS: Final[Mapping[str, Ours]] = MappingProxyType(
    {
        each.table: each
        for each in (
            Ours(
                table="cases",
                id="case_id",
                begins="received_at",
                rows="cases",
                later=("first_response_at", "resolved_at", "closed_at"),
            ),
            Ours(
                table="interactions",
                id="interaction_id",
                begins="queued_at",
                rows="contacts, such as calls",
                later=("answered_at", "ended_at"),
            ),
            Ours(table="contact_counts", id="", begins="at", rows="counts of contacts, one row for each period"),
            Ours(
                table="complaints",
                id="complaint_id",
                begins="received_at",
                rows="complaints",
                later=("acknowledged_at", "resolved_at", "closed_at"),
            ),
            Ours(table="answers", id="answer_id", begins="answered_at", rows="answers to a survey"),
        )
    }
)
"""The tables that a report reads."""
