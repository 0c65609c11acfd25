"""A lifecycle that loops: a history of frozen events, and one table of what may follow what.

The pattern that cases, complaints, standards and appraisals share. An object is the tuple of its events. Its status is
a fold of that tuple over a table with rows (from, event, guard, to). `record` gives a new object or refuses and changes
nothing; building an object from a stored history runs the same fold, so replay is life.

Events at the same instant have no true order, so the order in which they arrive must not matter: they are taken by
`seq`, then by the order in which the lifecycle lists its events, each as soon as the table allows it.

Where a lifecycle takes corrections, they lie in the history beside what they correct, and the fold is over what counts.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

import attrs

from servqual._checks import as_instant, several
from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder
from servqual.model.history.corrections import Correction, corrected
from servqual.model.history.event import Act, Event
from servqual.model.labels import Labelled

__all__ = ["Act", "Event", "Lived", "Move", "Row", "State", "Transitions", "as_history", "short"]

S = TypeVar("S", bound=Labelled)


E = TypeVar("E", bound=Event)


class Move(Enum):
    """Where a step leads when it is not one named status."""

    STAY = "stays"
    BACK = "back to where it waited"


@attrs.frozen
class Row(Generic[S]):
    """One line of a transitions table: from these statuses, on this event, if the guard holds, to there."""

    sources: tuple[S | None, ...]
    event: type[Event]
    guard: Callable[[Any], bool] | None
    target: S | Move


class State(NamedTuple, Generic[S]):
    """What the fold carries: the status, and where a waiting object came from."""

    status: S | None = None
    came_from: S | None = None


@attrs.frozen(eq=False)
class Transitions(Generic[S]):
    """The legal steps of one kind of object; `waits` is the status that remembers where it came from.

    `correctable` lets the history of such an object be corrected by `Voided` and `Amended`.
    """

    name: str
    rows: tuple[Row[S], ...]
    waits: S | None = None
    correctable: bool = False
    _ways: dict[tuple[S | None, type[Event]], tuple[Row[S], ...]] = attrs.field(init=False, factory=dict)
    _rank: dict[type[Event], int] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for row in self.rows:
            self._rank.setdefault(row.event, len(self._rank))
            for source in row.sources:
                self._ways[source, row.event] = (*self._ways.get((source, row.event), ()), row)

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The kinds of event, in the order that decides between equal instants."""
        return tuple(self._rank)

    @cached_property
    def facts(self) -> frozenset[str]:
        """The names of all that its events may say."""
        return frozenset(field.name for event in self._rank for field in attrs.fields(event))

    def allowed(self, status: S | None) -> tuple[str, ...]:
        """Stored names of the events that this status allows."""
        return tuple(event.stored_name for event in self._rank if (status, event) in self._ways)

    def step(self, state: State[S], event: Event) -> State[S]:
        """The state after one event, or `IllegalTransition`."""
        for row in self._ways.get((state.status, type(event)), ()):
            if row.guard is None or row.guard(event):
                return self._move(state, row.target)
        status = "not begun" if state.status is None else state.status.value
        allowed = self.allowed(state.status)
        raise IllegalTransition(
            f"event must be one of {', '.join(allowed) or 'none, for this is the end'} "
            f"while the {self.name} is {status} (got {event.stored_name})",
            status=status,
            event=event.stored_name,
            allowed=allowed,
            code=f"{self.name}.illegal_transition",
        )

    def _move(self, state: State[S], target: S | Move) -> State[S]:
        if target is Move.STAY:
            return state
        if target is Move.BACK:
            return State(state.came_from)
        assert not isinstance(target, Move)
        return State(target, state.status if target is self.waits else None)

    def replay(self, events: Iterable[Event]) -> tuple[tuple[Event, ...], State[S]]:
        """Events in their one true order, and the state after the last; independent of the order of arrival."""
        state: State[S] = State()
        history: list[Event] = []
        for _, group in groupby(sorted(events, key=_moment), key=_moment):
            waiting = list(group)
            if len(waiting) > 1:
                waiting.sort(key=lambda e: (self._rank.get(type(e), -1), e.content))
            while waiting:
                possible = (n for n, e in enumerate(waiting) if (state.status, type(e)) in self._ways)
                event = waiting.pop(next(possible, 0))
                state = self.step(state, event)
                history.append(event)
        return tuple(history), state

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        stays: dict[S, list[str]] = {}
        for row in self.rows:
            words = row.event.stored_name
            if row.guard is not None:
                words += f" [{row.guard.__name__.strip('_').replace('_', ' ')}]"
            for source in row.sources:
                for target in self._reached(source, row.target):
                    if source is not None and source is target:
                        stays.setdefault(source, []).append(words)
                    else:
                        lines.append(f"    {source or '[*]'} --> {target} : {words}")
        lines += [f"    {status} --> {status} : {', '.join(words)}" for status, words in stays.items()]
        leaving = {source for source, _ in self._ways}
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


def _moment(event: Event) -> tuple[dt.datetime, int]:
    return event.at, event.seq


def _apart(lifecycle: Transitions[Any], history: tuple[Event, ...]) -> tuple[Sequence[Event], list[Correction]]:
    """The events, and apart from them the corrections where the lifecycle takes any."""
    corrections = [event for event in history if isinstance(event, Correction)]
    if not corrections or not lifecycle.correctable:
        return history, []
    return [event for event in history if not isinstance(event, Correction)], corrections


def _in_order(history: Iterable[E]) -> tuple[E, ...]:
    """A corrected history in an order that does not depend on arrival: some of it counts no more and has no place."""
    return tuple(sorted(history, key=lambda e: (*_moment(e), isinstance(e, Correction), repr(e))))


def _only_events(values: Iterable[object]) -> None:
    for value in values:
        if not isinstance(value, Event):
            raise InvalidValue.of("history", "hold events of its lifecycle", value)


def as_history(history: Iterable[E]) -> tuple[E, ...]:
    """Read the events of a history; what holds none at all is refused."""
    return several("history", history, "the events of its lifecycle")


def short(history: tuple[Event, ...]) -> str:
    """How a history shows in a repr: by its length."""
    return f"<{len(history)} events>"


@attrs.frozen(kw_only=True)
class Lived(Generic[S, E]):
    """An object that is its history: `history` is the truth, everything else is read from it.

    `counted` is what of it counts: the same, but for what corrections take away or change. It and the state after the
    last event are carried along, outside of equality, so that recording does not fold again. Each kind declares
    `history` anew with a converter to a tuple of its own events.
    """

    _lifecycle: ClassVar[Transitions[Any]]

    history: tuple[E, ...]
    counted: tuple[E, ...] = attrs.field(init=False, eq=False, repr=False)
    _state: State[S] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.history:
            raise InvalidValue("history must hold at least one event (got none)", field="history", expected="events")
        _only_events(self.history)
        told, corrections = _apart(self._lifecycle, self.history)
        events = corrected(told, corrections) if corrections else told
        if not events:
            raise InvalidValue.of(
                "history",
                "keep at least one event that counts",
                self.history,
                shown="none",
                do="cancel what should not have been opened",
            )
        try:
            counted, state = self._lifecycle.replay(events)
        except IllegalTransition as illegal:
            if corrections:
                illegal.add_note("the history was corrected; record what is missing before it is taken away")
            raise
        object.__setattr__(self, "history", _in_order(self.history) if corrections else counted)
        object.__setattr__(self, "counted", counted)
        object.__setattr__(self, "_state", state)

    def record(self, event: E) -> Self:
        """A new object with this event added, or an error that changes nothing.

        An event that the present status does not allow raises `IllegalTransition`, which lists those it does. One
        that lies before the last raises `OutOfOrder` unless it carries `recorded_at`: then the history is folded
        again with the event at its place. An event at the very moment of the last must be allowed after it, too.

        A correction folds the history again without the event that it voids, or with the one that it amends: it
        raises `NoSuchEvent` where there is none, and `IllegalTransition` where the rest no longer holds together.
        """
        _only_events((event,))
        last = self.history[-1]
        corrects = self._lifecycle.correctable and isinstance(event, Correction)
        if event.at > last.at and not corrects:
            new = object.__new__(type(self))
            object.__setattr__(new, "_state", self._lifecycle.step(self._state, event))
            object.__setattr__(new, "history", (*self.history, event))
            object.__setattr__(new, "counted", new.history if self.counted is self.history else (*self.counted, event))
            return new
        if event.at < last.at and event.recorded_at is None:
            raise OutOfOrder(
                f"at must not come before the last event, {last.stored_name} at {last.at} (got {event.stored_name} "
                f"at {event.at}); if it became known late, say when with recorded_at",
                field="at",
                expected=f"a moment from {last.at}",
                got=event.at,
            )
        if event.recorded_at is None and not corrects:
            self._lifecycle.step(self._state, event)
        return type(self)(history=(*self.history, event))

    def as_of(self, moment: dt.datetime) -> Self:
        """The object as what happened up to this moment, included, tells it; refused before the first event.

        That is what was true then, as far as is known: what was recorded or corrected later counts at its own place.
        """
        until = as_instant(moment, "moment")
        return type(self)(history=tuple(event for event in self.counted if event.at <= until))

    def known_by(self, moment: dt.datetime) -> Self:
        """The object as it was known at this moment: without what was recorded or corrected later.

        That is what was believed then. Refused before the first record.
        """
        until = as_instant(moment, "moment")
        return type(self)(history=tuple(event for event in self.history if (event.recorded_at or event.at) <= until))

    @property
    def id(self) -> str:
        """What it is called: the `id` of the event that it began with; empty where that has none."""
        name: str = getattr(self.counted[0], "id", "")
        return name

    @property
    def status(self) -> S:
        """Where the object is now."""
        status = self._state.status
        assert status is not None
        return status

    @property
    def allowed(self) -> tuple[str, ...]:
        """Stored names of the events that may follow."""
        return self._lifecycle.allowed(self._state.status)

    @classmethod
    def is_correctable(cls) -> bool:
        """Whether its history takes `Voided` and `Amended`."""
        return cls._lifecycle.correctable

    @classmethod
    def facts(cls) -> frozenset[str]:
        """The names of all that its events may say, such as `category`."""
        return cls._lifecycle.facts

    @classmethod
    def diagram(cls) -> str:
        """The transitions as a Mermaid state diagram, drawn from the table that the code obeys."""
        return cls._lifecycle.diagram()

    def _latest(self, *kinds: type[Event]) -> Any:
        return next((event for event in reversed(self.counted) if isinstance(event, kinds)), None)
