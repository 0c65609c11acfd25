"""The KPIs of service clocks: the share of an agreement's promises that was kept, read from a log of case events.

A clock may run in several cycles, such as one per message of a customer; every cycle is judged.
"""

from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio
from servqual.metrics.clocks.readings import STATES
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import STANDARD, Clock
from servqual.model.sla.reading import ClockState

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
    """Turn a clock's KPI into one over the readings of a promise; the agreement becomes part of its definition."""
    return attrs.evolve(
        kpi,
        table=f"case_events/{kpi.clock}",
        needs=("state",),
        uses=(),
        needs_one_of=(),
        rows=_kept,
        params={"sla": sla},
    )


def _clock_kpi(clock: Clock) -> Kpi:
    spoken = clock.label()
    return Kpi(
        key=f"{clock}_kept",
        version=2,
        title=f"{spoken} kept",
        question=f"what share of the {spoken} targets was kept?",
        formula="cycles stopped by their due moment / these and cycles past it; a stop at the due moment is in time, "
        "and a cycle that its case ended before is left out",
        source="K-03, K-11; clock as in the page on clocks; standard form of SLA attainment",
        unit="share",
        better="higher",
        table="case_events",
        at="received_at",
        needs=("case_id", "at", "event"),
        open_items="missed once the limit has passed, undecided before; a clock that has not begun is left out",
        clock=clock,
        accumulator=Ratio,
        rows=_kept,
    )


_WITH_COLUMNS: Final = {Clock.FIRST_RESPONSE, Clock.RESOLUTION}
"""Clocks whose KPI can also be read from columns of cases; see `servqual.metrics.catalogue.cases`."""
CLOCK_KPIS: Final = tuple(_clock_kpi(clock) for clock in STANDARD.rules if clock not in _WITH_COLUMNS)
