"""One table of legal steps, and the fold of events over it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

import attrs

from servqual.errors import IllegalTransition
from servqual.model.history.event import Event
from servqual.model.labels import Labelled

S = TypeVar("S", bound=Labelled)
Key: TypeAlias = tuple[int, tuple[str, ...]]


class Move(Enum):
    """Target of a step that names no status."""

    STAY = "stays"
    BACK = "back to where it waited"


@attrs.frozen
class Row(Generic[S]):
    """Line of a transitions table: from these statuses, on this event, if the guard holds, to the target.

    A `short` line holds only for an object whose history began the short way; see `Event.begins_short`. One that is
    not `listed` is for events of an export, and does not make its event one that may follow.
    """

    sources: tuple[S | None, ...]
    event: type[Event]
    guard: Callable[[Any], bool] | None
    target: S | Move
    short: bool = False
    listed: bool = True

    @property
    def asks(self) -> str:
        """What the guard asks for, in words; empty without one."""
        return "" if self.guard is None else self.guard.__name__.strip("_").replace("_", " ")


class State(NamedTuple, Generic[S]):
    """Result of a fold so far: the status, the status before a wait, and whether it began the short way."""

    status: S | None = None
    came_from: S | None = None
    short: bool = False


BEGIN: Final[State[Any]] = State()


class Run(NamedTuple):
    """Events of one instant that were taken in one state, by their rising keys; the last may lead out of it."""

    state: State[Any]
    keys: tuple[Key, ...]


@attrs.frozen(eq=False)
class Transitions(Generic[S]):
    """Legal steps of one kind of object; `waits` is the status that remembers the status before it.

    `correctable` allows `Voided` and `Amended` in the history. A class of events in the table cannot be subclassed any
    more, because the table knows an event by its class.
    """

    name: str
    rows: tuple[Row[S], ...]
    waits: S | None = None
    correctable: bool = False
    _ways: dict[tuple[S | None, type[Event], bool], tuple[Row[S], ...]] = attrs.field(init=False, factory=dict)
    _rank: dict[type[Event], int] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for row in self.rows:
            self._rank.setdefault(row.event, len(self._rank))
            row.event.is_final = True
            for short_way in (True,) if row.short else (False, True):
                for source in row.sources:
                    way = source, row.event, short_way
                    self._ways[way] = (*self._ways.get(way, ()), row)

    @property
    def events(self) -> tuple[type[Event], ...]:
        """Kinds of event, in the order that decides between equal instants."""
        return tuple(self._rank)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Names of the fields that its events have."""
        return frozenset(field.name for event in self._rank for field in attrs.fields(event))

    @cached_property
    def ends_wait(self) -> frozenset[str]:
        """Stored names of the events by which an object leaves the status that waits."""
        stays = (Move.STAY, self.waits)
        leaving = (row for row in self.rows if self.waits in row.sources and row.target not in stays)
        return frozenset(row.event.stored_name for row in leaving)

    def allowed(self, status: S | None, *, short_way: bool = False) -> tuple[str, ...]:
        """List the stored names of the events that this status allows, if their content is as the guard asks."""
        ways = ((event, self._ways.get((status, event, short_way), ())) for event in self._rank)
        return tuple(event.stored_name for event, rows in ways if any(row.listed for row in rows))

    def step(self, state: State[S], event: Event) -> State[S]:
        """Return the state after one event, or raise `IllegalTransition`."""
        rows = self._ways.get((state.status, type(event), state.short), ())
        for row in rows:
            if row.guard is None or row.guard(event):
                return self._move(state, row.target, short_way=state.short or event.begins_short)
        status = "not begun" if state.status is None else state.status.value
        allowed = tuple(
            name for name in self.allowed(state.status, short_way=state.short) if not rows or name != event.stored_name
        )
        foreign = "" if type(event) in self._rank else " of another lifecycle"
        needs = " or ".join(row.asks for row in rows if row.listed)
        raise IllegalTransition(
            f"event must be one of {', '.join(allowed) or 'none, for this is the end'} "
            f"while the {self.name} is {status} (got {event.stored_name}{foreign})"
            + (f"; {event.stored_name} is allowed with this content: {needs}" if needs else ""),
            status=status,
            event=event.stored_name,
            allowed=allowed,
            code=f"{self.name}.illegal_transition",
        )

    def _move(self, state: State[S], target: S | Move, *, short_way: bool) -> State[S]:
        if target is Move.STAY:
            return state
        if target is Move.BACK:
            return State(state.came_from, None, short_way)
        assert not isinstance(target, Move)
        return State(target, state.status if target is self.waits else None, short_way)

    def replay(
        self, events: Iterable[Event], since: State[S] = BEGIN
    ) -> tuple[tuple[Event, ...], tuple[State[S], ...]]:
        """Put events into their one order and fold them from a state on; the order of arrival does not matter.

        Returns the events in order, and the state after each.
        """
        state = since
        history: list[Event] = []
        states: list[State[S]] = []
        for _, group in groupby(sorted(events, key=moment_of), key=moment_of):
            waiting = list(group)
            if len(waiting) > 1:
                waiting.sort(key=self.key)
            while waiting:
                possible = (n for n, e in enumerate(waiting) if self.takes(state, e))
                event = waiting.pop(next(possible, 0))
                state = self.step(state, event)
                history.append(event)
                states.append(state)
        return tuple(history), tuple(states)

    def key(self, event: Event) -> Key:
        """Sort key of events of one instant."""
        return self._rank.get(type(event), -1), event.content

    def takes(self, state: State[S], event: Event) -> bool:
        """Whether a state allows this kind of event, whatever its content."""
        return (state.status, type(event), state.short) in self._ways

    def runs(self, events: Iterable[Event], since: State[S]) -> tuple[Run, ...]:
        """Part the events of one instant, in their order, by the state in which each was taken; the last is to come."""
        found: list[Run] = []
        state, keys = since, list[Key]()
        for event in events:
            keys.append(self.key(event))
            after = self.step(state, event)
            if after != state:
                found.append(Run(state, tuple(keys)))
                state, keys = after, []
        return (*found, Run(state, tuple(keys)))

    def diagram(self) -> str:
        """Draw the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        stays: dict[S, list[str]] = {}
        for row in self.rows:
            words = f"{row.event.stored_name} [{row.asks}]" if row.asks else row.event.stored_name
            words += " (short way)" * row.short
            for source in row.sources:
                for target in self._reached(source, row.target):
                    if source is not None and source is target:
                        stays.setdefault(source, []).append(words)
                    else:
                        lines.append(f"    {source or '[*]'} --> {target} : {words}")
        lines += [f"    {status} --> {status} : {', '.join(words)}" for status, words in stays.items()]
        leaving = {source for row in self.rows if row.target is not Move.STAY for source in row.sources}
        reached = dict.fromkeys(row.target for row in self.rows)
        lines += [f"    {end} --> [*]" for end in reached if not isinstance(end, Move) and end not in leaving]
        return "\n".join(lines)

    def _reached(self, source: S | None, target: S | Move) -> Sequence[S | None]:
        if target is Move.STAY:
            return [source]
        if target is Move.BACK:
            entries = (row for row in self.rows if row.target is self.waits)
            return [came_from for row in entries for came_from in row.sources]
        assert not isinstance(target, Move)
        return [target]


def moment_of(event: Event) -> tuple[dt.datetime, int]:
    """Place of an event in time: its moment, then its `seq`."""
    return event.at, event.seq
