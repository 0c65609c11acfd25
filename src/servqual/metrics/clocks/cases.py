"""The rows of the cases of a log: the facts and attributes that their events give them."""

from collections.abc import Collection

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.log import EventLog
from servqual.model.history.facts import Fact
from servqual.model.service.case import CASE_FACTS
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.tables import Kind


def cases_of(log: EventLog) -> Chunk:
    """Read the rows of the cases of a log: the same facts that the columns of `Case` objects are read from."""
    columns = {name: _column(log, fact) for name, fact in CASE_FACTS.table.items()}
    columns["case_id"] = Column(Kind.LABEL, np.arange(len(log.ids), dtype=np.int32), log.ids)
    columns |= log.last_known
    there = np.unique(log.case)
    return Chunk({name: column.take(there) for name, column in columns.items()}, len(there), len(there), there)


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
    wanted = [code for code, given in enumerate(log.signals) if not set(signals).isdisjoint(given)]
    return np.flatnonzero(np.isin(log.signal, wanted))


def _last(log: EventLog, rows: Array) -> Array:
    """Find the last of some rows in each case, -1 where there is none."""
    out = np.full(len(log.ids), -1, np.int64)
    out[log.case[rows]] = rows
    return out
