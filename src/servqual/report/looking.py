"""One look through a table besides cases before anything is measured: its columns, its moments, what looks odd."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import attrs
import numpy as np

from servqual.metrics.catalogue.contact_counts import TABLE
from servqual.readers import Chunk, Export
from servqual.readers.columns.advice import IN_SETTINGS
from servqual.readers.columns.duplicates import NAMING, RepeatedIdError
from servqual.readers.columns.tables import moments_of
from servqual.report.scan import Cases
from servqual.report.table_settings import TableSettings, kpis_over

GROUPS: Final = ("team", "channel", "category", "product", "topic", "type", "priority", "survey", "question")
"""Columns by which a table is shown where it is not told others."""
_DATED: Final = {"interactions": "queued_at", "contact_counts": "at", "complaints": "received_at"}
_TIMES: Final = 1000
"""The rows of which the time of the day is looked at."""
US: Final = dt.timedelta(microseconds=1)


@attrs.define
class Seen:
    """What one look through a table tells; `clock` are some moments of its rows, to see whether they have an hour."""

    columns: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    latest: int | None = None
    begins: set[int] = attrs.field(factory=set)
    clock: set[int] = attrs.field(factory=set)
    within: set[int] = attrs.field(factory=set)
    lost: set[tuple[str, str]] = attrs.field(factory=set)
    customers: Counter[str] = attrs.field(factory=Counter)
    folded: int = 0
    size: int = 0


def export_of(told: TableSettings, chosen_by: Iterable[str] = ()) -> Export:
    """The export of a table, with the columns that its KPIs may read, and those by which targets choose rows."""
    kpis = [*kpis_over(told.table).values(), *told.kpis]
    named = dict.fromkeys(name for kpi in kpis for name in (*kpi.needs, *kpi.uses, kpi.at) if name)
    named |= dict.fromkeys(
        (*moments_of(told.table), *NAMING.get(told.table, ()), *told.layout.columns, *GROUPS, "agent")
    )
    if told.written_only:
        wide = told.layout.wide.columns if told.layout.wide else ()
        named = dict.fromkeys((*told.layout.columns, *told.layout.constants, *wide))
    return Export(
        told.source,
        told.layout,
        need=(),
        table=told.table,
        columns=[*named],
        also=tuple(dict.fromkeys((*(told.groups or ()), *chosen_by))),
        advice=IN_SETTINGS,
    )


def at_of(table: str) -> str:
    """Name the moment that dates a row of a table."""
    return _DATED.get(table, "answered_at")


def looked_through(table: str, rows: Cases) -> Seen:
    """Look through the rows of a table once."""
    try:
        return _look(table, rows)
    except RepeatedIdError:  # the rows are read anew, without those that do not stand
        return _look(table, rows)


def _look(table: str, rows: Cases) -> Seen:
    found = Seen()
    moments = [name for name in moments_of(table) if not name.startswith("due")]
    for chunk in rows:
        found.columns = found.columns or tuple(chunk.columns)
        found.lost |= {(refusal.column, refusal.reason) for refusal in chunk.lost}
        found.folded += chunk.read - len(chunk.lost)
        found.size += chunk.size
        if column := chunk.columns.get("customer_id"):
            codes, counts = np.unique(column.values[column.known], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                found.customers[str(column.labels[code])] += count
        for name in moments:
            for at in _ends(chunk, name):
                found.latest = at if found.latest is None else max(at, found.latest)
                if name == at_of(table):
                    found.first = at if found.first is None else min(at, found.first)
                    found.last = at if found.last is None else max(at, found.last)
        if len(found.clock) < _TIMES and (column := chunk.columns.get(at_of(table))):
            found.clock |= {*column.values[column.known][:_TIMES].tolist()}
        for name, values in (("at", found.begins), ("within_s", found.within)) if table == TABLE else ():
            if column := chunk.columns.get(name):
                values.update(np.unique(column.values[column.known]).tolist())
    return found


def _ends(chunk: Chunk, name: str) -> Iterator[int]:
    """The first and the last moment of a column, where it has any."""
    column = chunk.columns.get(name)
    if column and column.known.any():
        known = column.values[column.known]
        yield from (int(known.min()), int(known.max()))
