"""From one cycle of a clock to its reading: which limit holds, what has counted, and whether the promise is kept."""

import datetime as dt

from servqual.model._counting import Count, is_paused
from servqual.model._cycles import Change, Cycle, Pause
from servqual.model._lifecycle import Event
from servqual.model.clocks import ClockConventions, Retargeting
from servqual.model.open_time import DatedHours, Hours
from servqual.model.reading import ClockState, Reading
from servqual.model.target import Target

_ZERO = dt.timedelta()


def pending(case: str, target: Target, hours: Hours, conventions: ClockConventions, now: dt.datetime) -> Reading:
    """The reading of a clock that has not begun."""
    assert target.within is not None
    return Reading(
        case=case,
        target=target,
        cycle=0,
        state=ClockState.PENDING,
        now=now,
        start=None,
        stop=None,
        elapsed=_ZERO,
        limit=target.within,
        due=None,
        breached_at=None,
        hours=_settled(target.hours or hours, now, conventions),
        at_close=conventions.at_close,
        pause_time=conventions.pauses,
        pauses=(),
        history=(),
    )


def read_cycle(
    case: str,
    cycle: Cycle[Target],
    *,
    agreed: Hours,
    conventions: ClockConventions,
    now: dt.datetime,
    history: tuple[Event, ...],
    earlier: tuple[Reading, ...],
) -> Reading | None:
    """The reading of one cycle; None where no target ever applied to it."""
    limits = _Limits(cycle, agreed, conventions)
    for change in cycle.changes:
        limits.apply(change)
    target, pauses, stop = limits.target, cycle.pauses, cycle.stop
    if target is None:
        return None
    if limits.dropped_at is not None:
        stop, pauses = limits.dropped_at, limits.pauses_by(limits.dropped_at)
    until = now if stop is None else stop
    count = limits.count(pauses, until)
    elapsed = count.by(until)
    breached_at, due = limits.breached_at, None
    paused = stop is None and is_paused(pauses)
    if breached_at is not None:
        due = breached_at
    elif not paused or elapsed >= limits.limit:
        due = count.done(limits.limit, conventions.at_close)
        if paused and due >= pauses[-1].start:
            due = None
        elif due < until:
            breached_at = due
    cancelled = cycle.cancelled or limits.dropped_at is not None
    if cancelled:
        due = breached_at
    if cancelled or breached_at is not None:
        state = ClockState.CANCELLED if cancelled else ClockState.BREACHED
    else:
        state = _undisturbed(stop, paused=paused)
    return Reading(
        case=case,
        target=target,
        cycle=len(earlier) + 1,
        state=state,
        now=now,
        start=cycle.start,
        stop=stop,
        elapsed=elapsed,
        limit=limits.limit,
        due=due,
        breached_at=breached_at,
        hours=count.hours,
        at_close=conventions.at_close,
        pause_time=conventions.pauses,
        pauses=pauses,
        history=history,
        earlier=earlier,
    )


def _undisturbed(stop: dt.datetime | None, *, paused: bool) -> ClockState:
    if stop is not None:
        return ClockState.MET
    return ClockState.PAUSED if paused else ClockState.RUNNING


class _Limits:
    """The limit and the hours that hold after each change of target; a verdict reached before a change stays."""

    def __init__(self, cycle: Cycle[Target], agreed: Hours, conventions: ClockConventions) -> None:
        self.cycle = cycle
        self.agreed = agreed
        self.conventions = conventions
        self.target: Target | None = None
        self.limit = _ZERO
        self.hours = agreed
        self.dropped_at: dt.datetime | None = None
        self.breached_at: dt.datetime | None = None

    def apply(self, change: Change[Target]) -> None:
        old, new = self.target, change.target
        if new is None or new.within is None:
            self.dropped_at = None if old is None else change.at
            return
        self.dropped_at = None
        spent = _ZERO
        if change.at > self.cycle.start:
            pauses = self.pauses_by(change.at)
            if old is not None and self.breached_at is None:
                self._judge(change.at, pauses)
            spent = self.count(pauses, change.at).by(change.at)
        self._retarget(change, spent)
        self.target = new

    def _retarget(self, change: Change[Target], spent: dt.timedelta) -> None:
        new = change.target
        assert new is not None
        assert new.within is not None
        first = self.target is None
        match self.conventions.retargeting:
            case Retargeting.KEEP_START:
                limit = new.within
            case Retargeting.FROM_NOW:
                limit = spent + new.within
            case Retargeting.PRORATA:
                left = 1.0 if first or not self.limit else max(0.0, 1 - spent / self.limit)
                limit = (_ZERO if first else spent) + new.within * left
        hours = new.hours or self.agreed
        late = change.at > self.cycle.start and not first and not self.conventions.whole_history
        if late and hours != self.hours:
            moved = self.count(self.pauses_by(change.at), change.at).moved_by(change.at)
            hours = DatedHours(eras=[(None, self.hours), (change.at - moved, hours)])
        self.limit, self.hours = limit, hours

    def _judge(self, at: dt.datetime, pauses: tuple[Pause, ...]) -> None:
        due = self.count(pauses, at).done(self.limit, self.conventions.at_close)
        if due < at and not (is_paused(pauses) and due >= pauses[-1].start):
            self.breached_at = due

    def count(self, pauses: tuple[Pause, ...], until: dt.datetime) -> Count:
        """How the cycle counts as far as a moment."""
        hours = _settled(self.hours, until, self.conventions)
        return Count(hours, self.cycle.start, pauses, until, self.conventions.pauses)

    def pauses_by(self, at: dt.datetime) -> tuple[Pause, ...]:
        """Pauses as they were known at a moment."""
        known = [pause for pause in self.cycle.pauses if pause.start <= at]
        return tuple(pause._replace(end=None) if pause.end is not None and pause.end > at else pause for pause in known)


def _settled(hours: Hours, until: dt.datetime, conventions: ClockConventions) -> Hours:
    """The hours that count: where the last ones count for all time, those in force at the end."""
    return hours.in_force(until) if conventions.whole_history else hours
