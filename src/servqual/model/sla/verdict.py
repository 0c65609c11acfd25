"""From one cycle of a clock to its reading: limit, elapsed time, due moment and state."""

import datetime as dt

from servqual.model.history.event import Event
from servqual.model.hours.hours import DatedHours, Hours
from servqual.model.sla.clocks import ClockConventions, Retargeting
from servqual.model.sla.counting import Count, is_paused
from servqual.model.sla.cycles import Change, Cycle, Pause
from servqual.model.sla.reading import ClockState, Reading
from servqual.model.sla.target import Target

_ZERO = dt.timedelta()
_US = dt.timedelta(microseconds=1)


def pending(case: str, target: Target, hours: Hours, conventions: ClockConventions, now: dt.datetime) -> Reading:
    """Make the reading of a clock that has not begun."""
    assert target.within is not None
    counting = _settled(target.hours or hours, now, conventions)
    return Reading(
        case=case,
        target=target,
        cycle=0,
        state=ClockState.PENDING,
        now=now,
        start=None,
        stop=None,
        elapsed=_ZERO,
        limit=counting.allowance(now, target.within),
        due=None,
        breached_at=None,
        hours=counting,
        conventions=conventions,
        pauses=(),
        history=(),
    )


def read_cycle(  # noqa: C901  (a branch per state)
    case: str,
    cycle: Cycle[Target],
    *,
    agreed: Hours,
    conventions: ClockConventions,
    now: dt.datetime,
    history: tuple[Event, ...],
    earlier: tuple[Reading, ...],
) -> Reading | None:
    """Read one cycle; None where no target ever applied to it."""
    limits = _Limits(cycle, agreed, conventions)
    for change in cycle.changes:
        limits.apply(change)
    target, pauses, stop = limits.target, cycle.pauses, cycle.stop
    if target is None:
        return None
    if limits.dropped_at is not None:
        stop = limits.dropped_at
        pauses = tuple(pause._replace(end=pause.end or stop) for pause in limits.pauses_by(stop))
    until = now if stop is None else stop
    count = limits.count(pauses, until)
    elapsed, limit = count.by(until), limits.limit(count)
    breached_at, due = limits.breached_at, None
    paused = stop is None and is_paused(pauses)
    if breached_at is not None:
        due = breached_at
    elif not paused or elapsed >= limit:
        due = count.due(limit, target.at_close(conventions.at_close))
        if due is not None and paused and due >= pauses[-1].start:
            due = None
        elif due is not None and due < until:
            breached_at = due
    cancelled = cycle.cancelled or limits.dropped_at is not None
    if cycle.in_doubt and (cancelled or breached_at is not None):
        breached_at, state = None, ClockState.UNKNOWN
    elif breached_at is not None:
        state = ClockState.BREACHED
    else:
        state = ClockState.CANCELLED if cancelled else _undisturbed(stop, paused=paused)
    if cancelled or state is ClockState.UNKNOWN:
        due = breached_at
    return Reading(
        case=case,
        target=target,
        cycle=len(earlier) + 1,
        state=state,
        now=now,
        start=cycle.start,
        stop=stop,
        elapsed=elapsed,
        limit=limit,
        due=due,
        breached_at=breached_at,
        hours=count.hours,
        conventions=conventions,
        pauses=pauses,
        history=history,
        earlier=earlier,
    )


def _undisturbed(stop: dt.datetime | None, *, paused: bool) -> ClockState:
    if stop is not None:
        return ClockState.MET
    return ClockState.PAUSED if paused else ClockState.RUNNING


class _Limits:
    """Limit and hours after each change of target; a breach before a change stays."""

    def __init__(self, cycle: Cycle[Target], agreed: Hours, conventions: ClockConventions) -> None:
        self.cycle = cycle
        self.agreed = agreed
        self.conventions = conventions
        self.target: Target | None = None
        self.within = _ZERO
        self.since: dt.datetime | None = None
        self.hours = agreed
        self.dropped_at: dt.datetime | None = None
        self.breached_at: dt.datetime | None = None

    def apply(self, change: Change[Target]) -> None:
        old, new = self.target, change.target
        if new is None or new.within is None:
            self.dropped_at = None if old is None else change.at
            return
        self.dropped_at = None
        late, mode = change.at > self.cycle.start, self.conventions.retargeting
        count = self.count(self.pauses_by(change.at), change.at)
        left = 1.0
        if late and old is not None:
            limit = self.limit(count)
            if self.breached_at is None:
                self._judge(count, limit, old)
            if limit:
                left = max(0.0, 1 - count.by(change.at) / limit)
        shares = mode is Retargeting.PRORATA
        since_change = mode is Retargeting.FROM_NOW or (shares and old is not None)
        self.since = change.at if late and since_change else None
        hours, begin = new.hours or self.agreed, self.since or self.cycle.start
        within = _settled(hours, begin, self.conventions).allowance(begin, new.within)
        self.within = _share(within, left) if shares else within
        if late and old is not None and hours != self.hours and not self.conventions.whole_history:
            moved = count.moved_by(change.at)
            hours = DatedHours(eras=[(None, self.hours), (change.at - moved, hours)])
        self.hours, self.target = hours, new

    def limit(self, count: Count) -> dt.timedelta:
        """Return the limit from the start, with the time elapsed before a change added where it does not count."""
        return self.within if self.since is None else count.by(self.since) + self.within

    def _judge(self, count: Count, limit: dt.timedelta, target: Target) -> None:
        due = count.due(limit, target.at_close(self.conventions.at_close))
        paused = is_paused(count.pauses) and due is not None and due >= count.pauses[-1].start
        if due is not None and due < count.until and not paused:
            self.breached_at = due

    def count(self, pauses: tuple[Pause, ...], until: dt.datetime) -> Count:
        """Count the cycle up to a moment."""
        hours = _settled(self.hours, until, self.conventions)
        return Count(hours, self.cycle.start, pauses, until, self.conventions.pauses)

    def pauses_by(self, at: dt.datetime) -> tuple[Pause, ...]:
        """List the pauses as known at a moment."""
        known = [pause for pause in self.cycle.pauses if pause.start <= at]
        return tuple(pause._replace(end=None) if pause.end is not None and pause.end > at else pause for pause in known)


def _share(limit: dt.timedelta, share: float) -> dt.timedelta:
    """Return a share of a limit to the nearest microsecond, in floating point like the columns of metrics."""
    return dt.timedelta(microseconds=round(limit // _US * share))


def _settled(hours: Hours, until: dt.datetime, conventions: ClockConventions) -> Hours:
    """Return the hours in force at the end where they count for the whole history, else all of them."""
    return hours.in_force(until) if conventions.whole_history else hours
