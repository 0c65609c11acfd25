"""Targets that change while a clock runs: the final limits and hours, and breaches before a change.

The steps of the model for one cycle, here for the n-th change of all cycles at once.
"""

from typing import Final, NamedTuple

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.clocks.counting import Calendars, Counting
from servqual.metrics.clocks.cycles import Cycles
from servqual.metrics.clocks.limits import Limits
from servqual.metrics.clocks.order import heads_of
from servqual.model.sla.agreement import Sla
from servqual.model.sla.clocks import Retargeting
from servqual.readers.columns.columns import MISSING

_NONE: Final = np.zeros(0, np.int64)


class Changed(NamedTuple):
    """The result of all changes of target.

    Attributes:
        cycles: the cycles under the hours of their targets, cancelled where the last target has no limit.
        judged_by: the last target of each cycle, whose limit it has.
        limit: microseconds to count, from the start or from `since`.
        since: cycles whose limit counts from a later moment, and the moments.
        breached: cycles that were breached before a change and stay so, and their due moments.
    """

    cycles: Cycles
    judged_by: Array
    limit: Array
    since: tuple[Array, Array]
    breached: tuple[Array, Array]


def changed(sla: Sla, calendars: Calendars, cycles: Cycles, limits: Limits) -> Changed:
    """Apply the changes of target to cycles that had a limit at some time."""
    row = cycles.change_cycle[heads_of(cycles.change_cycle)]
    changes = _Changes(sla, calendars, cycles.only(row), limits)
    changes.apply_all()
    limit, target, last = limits.since(cycles.target, cycles.start), cycles.target.copy(), cycles.target.copy()
    limit[row], target[row], last[row] = changes.within, changes.first, changes.last
    turns = changes.settled()
    cycles = attrs.evolve(
        cycles,
        target=target,
        turn_cycle=row[turns.turn_cycle],
        turn_at=turns.turn_at,
        turn_target=turns.turn_target,
    )
    dropped, since, breached = (
        (row[mine], at[mine])
        for at in (changes.dropped_at, changes.since, changes.breached_at)
        for mine in [np.flatnonzero(at != MISSING)]
    )
    cycles = cycles.cancelled_at(*dropped) if len(dropped[0]) else cycles
    return Changed(cycles, last, limit, since, breached)


class _Changes:
    """The limits and hours of cycles after each change of target; a breach before a change stays."""

    def __init__(self, sla: Sla, calendars: Calendars, cycles: Cycles, limits: Limits) -> None:
        self.sla, self.calendars, self.cycles, self.limits = sla, calendars, cycles, limits
        self.within = limits.since(cycles.target, cycles.start)
        self.has_target = self.within >= 0
        self.first, self.last = cycles.target.copy(), cycles.target.copy()  # whose hours hold from the start, and now
        self.turns = [(_NONE, _NONE, _NONE)]
        self.since, self.dropped_at, self.breached_at = np.full((3, len(self.within)), MISSING)

    def apply_all(self) -> None:
        """Apply the first change of all cycles, then the second of all that have two, and so on."""
        c = self.cycles
        heads = heads_of(c.change_cycle)
        sizes = np.diff(np.append(heads, len(c.change_cycle)))
        for nth in range(int(sizes.max(initial=0))):
            row = np.flatnonzero(sizes > nth)
            change = heads[row] + nth
            at, target = c.change_at[change], c.change_target[change]
            has_limit = self.limits.exist(target)
            self.dropped_at[row] = np.where(~has_limit & self.has_target[row], at, MISSING)
            self._apply(row[has_limit], at[has_limit], target[has_limit])

    def _apply(self, row: Array, at: Array, target: Array) -> None:
        conventions = self.sla.conventions
        late = at > self.cycles.start[row]
        again = late & self.has_target[row]
        count = self._count(row[again], at[again])
        limit = self._judge(row[again], count)
        is_prorata = conventions.retargeting is Retargeting.PRORATA
        since = again if is_prorata else late & (conventions.retargeting is Retargeting.FROM_NOW)
        self.within[row] = self.limits.since(target, np.where(since, at, self.cycles.start[row]))
        if is_prorata:
            share = np.divide(count.elapsed(), limit, out=np.zeros(len(limit)), where=limit > 0)
            self.within[row[again]] = np.rint(self.within[row[again]] * np.maximum(0.0, 1 - share)).astype(np.int64)
        self.since[row] = np.where(since, at, MISSING)
        if conventions.whole_history:
            again[:] = False
        else:
            turned = again & self.calendars.differ(self.last[row], target)
            self.turns.append((row[turned], at[turned] - count.moved()[turned[again]], target[turned]))
        self.first[row[~again]] = target[~again]
        self.last[row] = target
        self.has_target[row] = True

    def _count(self, row: Array, at: Array) -> Counting:
        """Count some cycles up to a moment of each."""
        return Counting(self.sla, self.calendars, self.settled().only(row).known_by(at), judged_by=self.last[row])

    def _judge(self, row: Array, count: Counting) -> Array:
        """Note the cycles that are newly breached; return the limits of all."""
        every = np.arange(len(row))
        limit, since = self.within[row], self.since[row]
        later = np.flatnonzero(since != MISSING)
        limit[later] += count.elapsed_by(later, since[later])
        due = count.due(every, limit)
        late = count.passed(every, due) & (self.breached_at[row] == MISSING)
        self.breached_at[row[late]] = due[late]
        return limit

    def settled(self) -> Cycles:
        """Return the cycles under the hours after all changes so far."""
        row, at, target = (np.concatenate(columns) for columns in zip(*self.turns, strict=True))
        order = np.argsort(row, kind="stable")
        return attrs.evolve(
            self.cycles, target=self.first, turn_cycle=row[order], turn_at=at[order], turn_target=target[order]
        )
