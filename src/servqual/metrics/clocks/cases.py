"""The rows of the cases of a log: the moments, counts and attributes that their events give them."""

import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.log import EventLog
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.tables import Kind


def cases_of(log: EventLog) -> Chunk:
    """Read the rows of the cases of a log: the moments, counts and attributes that `Case` reads from its history."""
    size = len(log.ids)
    rows = np.arange(len(log.case))

    def named(*names: str) -> Array:
        wanted = [code for code, given in enumerate(log.signals) if not set(names).isdisjoint(given)]
        return np.isin(log.signal, wanted)

    def first(here: Array) -> Array:
        out = np.full(size, MISSING, np.int64)
        out[log.case[here][::-1]] = log.at[here][::-1]  # where an index repeats, numpy keeps the last value
        return out

    def last(here: Array) -> Array:
        out = np.full(size, -1, np.int64)
        out[log.case[here]] = rows[here]
        return out

    def standing(here: Array, *undone_by: str) -> Array:
        """Find the moment of the last such event that nothing undid later."""
        place = last(here)
        stands = (place >= 0) & (place > last(named(*undone_by)))
        return np.where(stands, log.at[np.maximum(place, 0)] if len(rows) else MISSING, MISSING)

    def count(here: Array) -> Array:
        return np.bincount(log.case[here], minlength=size).astype(np.float64)

    again = ("reopened", "verified.failed")
    moments = {
        "received_at": first(named("reported", "received")),
        "assigned_at": first(named("assigned")),
        "first_response_at": first(named("replied.public")),
        "resolved_at": standing(named("resolved"), *again),
        "verified_at": standing(named("verified.passed"), *again),
        "closed_at": standing(named("closed", "cancelled", "duplicate"), "reopened"),
    }
    columns = {name: Column(Kind.MOMENT, values) for name, values in moments.items()}
    columns["reopened"] = Column(Kind.COUNT, count(named("reopened")))
    columns["reassigned"] = Column(Kind.COUNT, count(named("handed_over", "escalated")))
    columns["escalated"] = Column(Kind.FLAG, (count(named("escalated")) > 0).astype(np.int8))
    columns["case_id"] = Column(Kind.LABEL, np.arange(size, dtype=np.int32), log.ids)
    columns |= log.last_known
    there = np.unique(log.case)
    return Chunk({name: column.take(there) for name, column in columns.items()}, len(there), len(there), there)
