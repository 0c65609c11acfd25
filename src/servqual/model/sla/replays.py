"""Replays: the same cases under another agreement, and the verdicts that change."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

import attrs

from servqual._checks import several
from servqual._typed import typed
from servqual.model.history.lifecycle import Lived
from servqual.model.sla.agreement import Sla
from servqual.model.sla.reading import ClockState, Reading


@attrs.frozen(kw_only=True, field_transformer=typed)
class VerdictChange:
    """Cycle of a clock with another verdict; None where an agreement has no such cycle."""

    case: str
    promise: str
    cycle: int
    before: Reading | None
    after: Reading | None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Replay:
    """Number of compared verdicts, and the verdicts that change."""

    compared: int
    changes: tuple[VerdictChange, ...] = attrs.field(repr=lambda changes: f"<{len(changes)} changes>")

    @property
    def counts(self) -> Mapping[tuple[ClockState | None, ClockState | None], int]:
        """Number of changes by state before and after."""
        return Counter((_state(change.before), _state(change.after)) for change in self.changes)


def what_if(cases: Lived[Any, Any] | Iterable[Lived[Any, Any]], sla: Sla, instead: Sla, *, now: dt.datetime) -> Replay:
    """Read the same cases under two agreements and list each cycle of each clock whose state differs.

    Change one thing at a time with `attrs.evolve(sla, hours=…)`, `targets=…`, `pause_on=…` or `conventions=…`. Cycles
    are compared by their number within the clock.

    >>> from servqual.model import BusinessHours, Case, Clock, Target
    >>> from servqual.model import case as event
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> case = Case(history=[
    ...     event.Reported(at=nine, id="C-1", customer="K-1", description="no dial tone", impact="one site",
    ...                    occurred_at=nine, owner="A-1", channel="phone", source="feedback"),
    ...     event.Replied(at=nine + dt.timedelta(minutes=40), by="A-1")])
    >>> sla = Sla(name="support", hours=BusinessHours.always(),
    ...           targets=[Target(clock=Clock.FIRST_RESPONSE, within=dt.timedelta(hours=1))])
    >>> stricter = attrs.evolve(sla, targets=[attrs.evolve(sla.targets[0], within=dt.timedelta(minutes=30))])
    >>> replay = what_if([case], sla, stricter, now=nine + dt.timedelta(days=1))
    >>> [(change.case, change.before.state.value, change.after.state.value) for change in replay.changes]
    [('C-1', 'met', 'breached')]
    """
    compared, changes = 0, list[VerdictChange]()
    for case in several("cases", cases, "objects with a history", alone=Lived):
        before, after = sla.read(case, now=now), instead.read(case, now=now)
        for promise in {**before, **after}:
            pairs = zip_longest(_cycles(before.get(promise)), _cycles(after.get(promise)))
            for number, (old, new) in enumerate(pairs, start=1):
                compared += 1
                if _state(old) is not _state(new):
                    changes.append(VerdictChange(case=case.id, promise=promise, cycle=number, before=old, after=new))
    return Replay(compared=compared, changes=tuple(changes))


def _cycles(reading: Reading | None) -> tuple[Reading, ...]:
    return () if reading is None else reading.cycles


def _state(reading: Reading | None) -> ClockState | None:
    return None if reading is None else reading.state
