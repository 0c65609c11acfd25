"""Statuses in words that are not known: where all are, a share of cancelled cases of 0 says nothing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Column
from servqual.readers.columns.notes import NO_STATUS
from servqual.readers.columns.tables import Kind

STATUS: Final = "status"
_WORDS: Final = (
    "new open opened received acknowledged active assigned pending waiting hold resolved solved verified closed "
    "completed complete done cancelled canceled withdrawn rejected duplicate reopened"
)
_KNOWN: Final = frozenset(_WORDS.split())


def reads_status(kpi: Any) -> bool:
    """Whether a KPI asks which status its rows have."""
    return kpi.table == "cases" and STATUS in kpi.needs


def unknown_in(kpi: Any, columns: Mapping[str, Column], rows: Array) -> Iterator[tuple[tuple[str, str], Array]]:
    """List the rows whose status is no known word, and for which all is known that the KPI needs: note and rows."""
    column = columns.get(STATUS) if reads_status(kpi) else None
    if column is None or column.kind is not Kind.LABEL:
        return
    unknown = np.array([*(label.casefold() not in _KNOWN for label in column.labels), False])
    mask = unknown[column.values] & rows
    for name in kpi.needs:
        mask = mask & columns[name].known if name in columns else mask
    if mask.any():
        yield (STATUS, NO_STATUS), mask


def all_unknown(kpi: Any, value: Array, n: Array, notes: Mapping[tuple[str, str], int]) -> str | None:
    """Say that no row that counts has a known status; None where one has."""
    rows, unknown = int(n.sum()), notes.get((STATUS, NO_STATUS), 0)
    if not reads_status(kpi) or not rows or unknown < rows or (value[n > 0] != 0).any():
        return None
    return "no status is a known word, such as closed, cancelled or duplicate: write those that mean one so"
