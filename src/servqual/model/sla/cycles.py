"""From the events of a case to the cycles of one clock: start, pauses, stop and targets of each.

    events   reported   waiting(customer)   resumed   resolved   reopened ...
    cycle    start------[pause--------------------]---stop       (goes on, or a new cycle, as the rule says)

One pass over the events; each first ends cycles, then changes the case, then begins cycles, so that one event can stop
and start a clock. No hours are needed: this part of a clock is the same in any calendar.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar

import attrs

from servqual.model.history.changed import tags_of
from servqual.model.history.event import Event
from servqual.model.sla.clocks import CALLED_OFF, ENDS, ENDS_WAIT, ClockRule, Reopening, pauses_on

T = TypeVar("T")

STOPPED: Final = "stopped"
_SOLVED: Final = frozenset({"resolved", "closed"})
_AFTER_SOLUTION: Final = frozenset({"verified", "verified.passed", "verified.failed", "followed_up", "closed"})


def barring(rule: ClockRule) -> frozenset[str]:
    """List the events after which no cycle begins until one of `reopen_on`."""
    return rule.cancel & ENDS | (_SOLVED if rule.unsolved_only else frozenset())


def is_doubtful(rule: ClockRule, names: Collection[str]) -> bool:
    """Whether an imported event leaves open when the clock stopped: the export may lack the stop before it.

    It is so at a solution or an end that is no stop of the clock, and at every stop of a clock that repeats.
    """
    if not rule.stop.isdisjoint(names):
        return rule.repeats
    return not rule.cancel.isdisjoint(names) or ("resolved" in names and rule.stop.isdisjoint(_AFTER_SOLUTION))


class Pause(NamedTuple):
    """Span in which the clock does not run; `end` is None while it lasts."""

    start: dt.datetime
    end: dt.datetime | None
    why: str


class Change(NamedTuple, Generic[T]):
    """Change of the target at a moment; None means that no target applies from then on."""

    at: dt.datetime
    target: T | None


@attrs.frozen
class Cycle(Generic[T]):
    """Run of a clock, from its start to its stop (None while it runs); one in doubt may have stopped earlier."""

    start: dt.datetime
    stop: dt.datetime | None
    cancelled: bool
    pauses: tuple[Pause, ...]
    changes: tuple[Change[T], ...]
    in_doubt: bool = False


def to_minute(at: dt.datetime, start: dt.datetime) -> dt.datetime:
    """Cut the start or end of a pause to the minute, but never before the start of its cycle."""
    return max(start, at.replace(second=0, microsecond=0))


def to_minutes(cycle: Cycle[T]) -> Cycle[T]:
    """Cut all pauses of a cycle to the minute."""
    pauses = (
        Pause(to_minute(start, cycle.start), None if end is None else to_minute(end, cycle.start), why)
        for start, end, why in cycle.pauses
    )
    return attrs.evolve(cycle, pauses=tuple(pauses))


@attrs.frozen
class Chooser(Generic[T]):
    """Choice of the target for a case with these fields and attributes; `reads` are the names that it needs.

    `choose` compares values with their types, `choose_by_labels` compares the labels that columns have for them, and
    `choose_by_types` takes texts that tell the types, as `as_typed` writes them; the value of `tags` is a tuple.
    """

    reads: tuple[str, ...]
    choose: Callable[[Mapping[str, Any]], T | None]
    choose_by_labels: Callable[[Mapping[str, Any]], T | None]
    choose_by_types: Callable[[Mapping[str, Any]], T | None]


@attrs.define
class _Running(Generic[T]):
    start: dt.datetime
    changes: list[Change[T]]
    began_with: str
    pauses: list[Pause] = attrs.field(factory=list[Pause])
    stop: dt.datetime | None = None
    cancelled: bool = False
    in_doubt: bool = False

    def pause(self, at: dt.datetime, reason: str) -> None:
        self.pauses.append(Pause(at, None, f"waiting: {reason}"))

    def resume(self, at: dt.datetime) -> None:
        if self.pauses and self.pauses[-1].end is None:
            self.pauses[-1] = self.pauses[-1]._replace(end=at)

    def end(self, at: dt.datetime, *, cancelled: bool) -> None:
        self.resume(at)
        self.stop, self.cancelled = at, cancelled

    def go_on(self) -> None:
        self.stop, self.cancelled = None, False

    def begin_at(self, since: dt.datetime) -> None:
        if since < self.start:
            self.start, self.changes[0] = since, Change(since, self.changes[0].target)

    def judge_at(self, stop: dt.datetime, target: T | None) -> None:
        """Apply the first target of all where it begins at the very stop, as with the team that takes a case."""
        if self.stop == stop and len(self.changes) == 1 and self.changes[0].target is None:
            self.changes[0] = Change(self.start, target)

    def frozen(self) -> Cycle[T]:
        return Cycle(self.start, self.stop, self.cancelled, tuple(self.pauses), tuple(self.changes), self.in_doubt)


def cycles_of(
    history: Iterable[Event], rule: ClockRule, pause_on: frozenset[str], chooser: Chooser[T], until: dt.datetime
) -> tuple[list[Cycle[T]], T | None]:
    """Run a clock over the events up to a moment; return its cycles and the target that applies then."""
    clock = _Clock(rule, pause_on, chooser)
    for event in history:
        if event.at > until:
            break
        clock.take(event, event.signals)
    return [cycle.frozen() for cycle in clock.cycles], clock.target


class _Clock(Generic[T]):
    """Clock that takes events one by one: an event ends cycles, changes the case, then begins cycles."""

    def __init__(self, rule: ClockRule, pause_on: frozenset[str], chooser: Chooser[T]) -> None:
        self.rule = rule
        self.pause_on = pause_on
        self.chooser = chooser
        self.known: dict[str, Any] = {}
        self.target = chooser.choose(self.known)
        self.waiting: str | None = None
        self.bars = barring(rule)
        self.barred = False
        self.cycles: list[_Running[T]] = []
        self.running: _Running[T] | None = None

    def take(self, event: Event, names: tuple[str, ...]) -> None:
        ended = self._end(event, names)
        self._learn(event)
        if names[0] == "waiting" or names[0] in ENDS_WAIT:
            self._wait(event)
        self._begin(event, names, only_ends=ended and self.rule.stops_alone)

    def _end(self, event: Event, names: tuple[str, ...]) -> bool:
        """End or reopen a cycle; return whether one ended."""
        at, rule, cancels = event.at, self.rule, not self.rule.cancel.isdisjoint(names)
        if self.running is not None:
            stops = not rule.stop.isdisjoint(names)
            in_doubt = getattr(event, "imported", False) and is_doubtful(rule, names)
            ends = stops or cancels or in_doubt
            if ends:
                self.running.end(at, cancelled=not stops)
                self.running.in_doubt = in_doubt
                self.running = None
            return ends
        if self.cycles and cancels:
            if names[0] in CALLED_OFF and not self.barred and rule.reopening is not Reopening.NEVER:
                self.cycles[-1].end(at, cancelled=True)
        elif self.cycles and not rule.reopen_on.isdisjoint(names):
            self._reopen(self.cycles[-1], Change(at, self.target), names[0])
        return False

    def _reopen(self, last: _Running[T], change: Change[T], name: str) -> None:
        """Continue a stopped clock as its rule says; one that the end of the case cut off never stopped."""
        reopening = self.rule.reopening
        if last.in_doubt or (last.cancelled and not self.barred):
            return
        if last.cancelled and reopening is Reopening.NEVER:
            reopening = Reopening.RETROACTIVE
        match reopening:
            case Reopening.NEVER:
                return
            case Reopening.RESUME:
                assert last.stop is not None
                last.pauses.append(Pause(last.stop, change.at, STOPPED))
                last.go_on()
            case Reopening.RETROACTIVE:
                last.go_on()
            case Reopening.RESTART:
                self.cycles[-1] = _Running(change.at, [change], name)
            case Reopening.NEW_CYCLE:
                self.cycles.append(_Running(change.at, [change], name))
        self.running = self.cycles[-1]
        if self.waiting is not None:
            self.running.pause(change.at, self.waiting)

    def _learn(self, event: Event) -> None:
        """Update the attributes for the targets, and the target that applies."""
        given = {name: value for name in self.chooser.reads if (value := getattr(event, name, None)) is not None}
        own: Mapping[str, object] | None = getattr(event, "attributes", None)
        if own is not None and self.chooser.reads:
            given |= {name: own[name] for name in self.chooser.reads if name in own}
            given |= dict.fromkeys(getattr(event, "clear", ()))
            given["tags"] = tags_of([event], self.known.get("tags", ()))
        known = {**self.known, **given}
        if own is not None or known != self.known:
            self.known = known
            self.target = self.chooser.choose(known)
            if self.cycles:
                self.cycles[-1].judge_at(event.at, self.target)
        if self.running is not None and self.running.changes[-1].target is not self.target:
            self.running.changes.append(Change(event.at, self.target))

    def _wait(self, event: Event) -> None:
        reason: str | None = getattr(event, "on", None)
        paused = reason if pauses_on(reason, self.pause_on) else None
        if self.running is not None and paused != self.waiting:
            self.running.resume(event.at)
            if paused is not None:
                self.running.pause(event.at, paused)
        self.waiting = paused

    def _begin(self, event: Event, names: tuple[str, ...], *, only_ends: bool) -> None:
        rule, at = self.rule, event.at
        self.barred = (self.barred and rule.reopen_on.isdisjoint(names)) or names[0] in self.bars
        if self.running is None:
            may_start = (rule.repeats or not self.cycles) and not only_ends
        else:
            other = self.running.began_with != names[0]
            may_start = rule.restarts == "always" or (rule.restarts == "other" and other)
        if may_start and not self.barred and not rule.start.isdisjoint(names):
            if self.running is not None:
                self.cycles.pop()
            self.running = _Running(at, [Change(at, self.target)], names[0])
            self.cycles.append(self.running)
            if self.waiting is not None:
                self.running.pause(at, self.waiting)
        elif rule.from_earliest and self.cycles and "linked.absorbed" in names:
            since: dt.datetime | None = getattr(event, "since", None)
            self.cycles[0].begin_at(since or at)
