"""The KPIs of service clocks: what share of an agreement's promises was kept, read from a log of case events.

A clock may run in several cycles, such as one for each message of a customer; every cycle is judged.
"""

from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.sums import Ratio
from servqual.metrics.clocks.log import EventLog
from servqual.metrics.clocks.readings import STATES
from servqual.metrics.kpi.definition import Kpi, View
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import STANDARD, Clock
from servqual.model.sla.reading import ClockState
from servqual.readers.columns.columns import MISSING, Chunk, Column
from servqual.readers.columns.tables import Kind

_UNDECIDED: Final = (ClockState.RUNNING, ClockState.PAUSED)


def _kept(t: View) -> Mapping[str, Array]:
    state = t.us("state")

    def among(*states: ClockState) -> Array:
        return np.array([s in states for s in STATES])[state]

    return {
        "hit": among(ClockState.MET),
        "among": among(ClockState.MET, ClockState.BREACHED, *_UNDECIDED),
        "undecided": among(*_UNDECIDED),
    }


def judged_by(kpi: Kpi, sla: Sla) -> Kpi:
    """A clock's KPI over the readings of a promise; the agreement is then part of what the number means."""
    return attrs.evolve(
        kpi, table=f"case_events/{kpi.clock}", needs=("state",), uses=(), rows=_kept, params={"sla": sla}
    )


def _clock_kpi(clock: Clock) -> Kpi:
    spoken = clock.label()
    return Kpi(
        key=f"{clock}_kept",
        title=f"{spoken} kept",
        question=f"what share of the clocks for {spoken} was kept by the agreement?",
        formula="cycles stopped by their due moment / those and cycles past it; a stop at the due moment is in time",
        source="K-03, K-11; clock as in the page on clocks; standard form of SLA attainment",
        unit="share",
        better="higher",
        table="case_events",
        at="received_at",
        needs=("case_id", "at", "event"),
        open_items="a miss once the limit has passed, undecided before; a clock that has not begun is left out",
        clock=clock,
        accumulator=Ratio,
        rows=_kept,
    )


_WITH_COLUMNS: Final = {Clock.FIRST_RESPONSE, Clock.RESOLUTION}
"""Clocks whose KPI can also be read from columns of cases; see `servqual.metrics.catalogue.cases`."""
CLOCK_KPIS: Final = tuple(_clock_kpi(clock) for clock in STANDARD.rules if clock not in _WITH_COLUMNS)


def cases_of(log: EventLog) -> Chunk:
    """The log folded to cases: the moments, counts and attributes that `Case` reads from its history."""
    size = len(log.ids)
    rows = np.arange(len(log.case))

    def named(*names: str) -> Array:
        wanted = [code for code, given in enumerate(log.signals) if not set(names).isdisjoint(given)]
        return np.isin(log.signal, wanted)

    def first(here: Array) -> Array:
        out = np.full(size, MISSING, np.int64)
        out[log.case[here][::-1]] = log.at[here][::-1]  # an index that repeats leaves its last value behind
        return out

    def last(here: Array) -> Array:
        out = np.full(size, -1, np.int64)
        out[log.case[here]] = rows[here]
        return out

    def standing(here: Array, *undone_by: str) -> Array:
        """The moment of the last such event that nothing undid later."""
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
