"""The rows of the cases of a log: the facts and attributes that their events give them."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.log import EventLog
from servqual.model.history.facts import Fact
from servqual.model.service.case_table import CASE_FACTS
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.labels import first_known
from servqual.readers.columns.lazy import LazyColumns, taken, with_columns
from servqual.readers.columns.tables import Kind

ACTS: Final[Mapping[str, str]] = MappingProxyType({"answered": "first_response_at", "resolved": "resolved_at"})
"""What somebody did, and the fact of a case that tells when."""


def cases_of(log: EventLog) -> Chunk:
    """Read the rows of the cases of a log: the same facts that the columns of `Case` objects are read from."""
    columns = {name: _column(log, fact) for name, fact in CASE_FACTS.table.items()}
    columns["case_id"] = Column(Kind.LABEL, np.arange(len(log.ids), dtype=np.int32), log.ids)
    columns |= log.last_known
    there = np.unique(log.case)
    return Chunk(taken(with_columns(acts_of(log), columns), there), len(there), len(there), there)


def columns_told(names: Collection[str]) -> frozenset[str]:
    """Name the columns that the cases of a log have beside its attributes, where it has columns of these names."""
    ends = [end for end, told in _NAMED_IN.items() if not told.isdisjoint(names)]
    return frozenset({"case_id", *CASE_FACTS.table, *(f"{act}_{end}" for act in ACTS for end in ends)})


_NAMED_IN: Final = {"by": frozenset({"by", "agent"}), "team": frozenset({"team"})}


def acts_of(log: EventLog) -> LazyColumns:
    """Name who answered and who resolved each case of `ids`, and the team that was responsible then.

    The person is who the event names, or else who was responsible for the case at that time.
    """
    names = [name for name in columns_told(log.columns.keys()) if name.endswith(("_by", "_team"))]
    return LazyColumns(names, lambda name: log.once(name, lambda: _acted(log, *name.rsplit("_", 1))))


def _acted(log: EventLog, act: str, end: str) -> Column:
    fact = CASE_FACTS.table[ACTS[act]]
    rows, undone = _rows(log, fact.told_by), _last(log, _rows(log, fact.undone_by))
    event = _last(log, rows[::-1] if fact.how == "first" else rows)
    event[event <= undone] = -1
    cases = np.flatnonzero(event >= 0)
    none = Column.missing(Kind.LABEL, len(log.case))
    told, owner = (log.columns.get(name, none) for name in (("by", "agent") if end == "by" else ("", "team")))
    acted = first_known(told.take(event[cases]), _owners(owner, event[cases], log.case))
    values = np.full(len(log.ids), -1, np.int32)
    values[cases] = acted.values
    return Column(Kind.LABEL, values, acted.labels)


def _owners(owner: Column, event: Array, case: Array) -> Column:
    """Name who was responsible at each event: the last one that its case had named by then."""
    named = owner.values.take(event)
    unnamed = np.flatnonzero(named < 0)
    known = np.flatnonzero(owner.known) if len(unnamed) else unnamed
    if len(known):
        before = np.searchsorted(known, event[unnamed], side="right") - 1
        since = known[before]
        mine = (before >= 0) & (case[since] == case[event[unnamed]])
        named[unnamed[mine]] = owner.values[since[mine]]
    return Column(Kind.LABEL, named, owner.labels)


def _column(log: EventLog, fact: Fact) -> Column:
    """Read a fact of all cases at once."""
    rows = _rows(log, fact.told_by)
    match fact.how:
        case "first":
            at = np.full(len(log.ids), MISSING, np.int64)
            at[log.case[rows][::-1]] = log.at[rows][::-1]  # where an index repeats, numpy keeps the last value
            return Column(Kind.MOMENT, at)
        case "standing":
            last, undone = _last(log, rows), _last(log, _rows(log, fact.undone_by))
            at = log.at[np.maximum(last, 0)] if len(log.at) else np.full(len(last), MISSING, np.int64)
            return Column(Kind.MOMENT, np.where((last >= 0) & (last > undone), at, MISSING))
        case "count" | "any":
            count = np.bincount(log.case[rows], minlength=len(log.ids))
            if fact.how == "any":
                return Column(Kind.FLAG, (count > 0).astype(np.int8))
            return Column(Kind.COUNT, count.astype(np.float64))


def _rows(log: EventLog, signals: Collection[str]) -> Array:
    """Find the events that have one of some signals."""
    wanted = np.array([not set(signals).isdisjoint(given) for given in log.signals], np.bool_)
    return np.flatnonzero(wanted.take(log.signal)) if wanted.any() else np.zeros(0, np.intp)


def _last(log: EventLog, rows: Array) -> Array:
    """Find the last of some rows in each case, -1 where there is none."""
    out = np.full(len(log.ids), -1, np.int64)
    out[log.case[rows]] = rows
    return out
