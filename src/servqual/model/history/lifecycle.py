"""A lifecycle that loops: a history of frozen events, and one table of legal steps.

The pattern that cases, complaints, standards and appraisals share. An object is the tuple of its events. Its status is
a fold of that tuple over a table with rows (from, event, guard, to):

    history  Reported      Received     Classified
    status   None -> REPORTED -> RECEIVED -> CLASSIFIED

`record` costs one step: the states after each event are kept beside the history. A late event folds what follows it
again, and building an object from a stored history folds all events, so all ways give the same object.

Events at the same instant have no true order, so their order of arrival must not matter: they are taken by `seq`, then
by the order in which the transitions list their events, each as soon as the table allows it. So the events that were
taken in one state are sorted, and one more of them finds its place by bisection:

    at 9:00   Reported | Assigned  Message  Message | Resolved  Message      runs, each in one state
                                  ^ a message goes here, into the first run that allows it before a later event

Corrections lie in the history beside the events that they correct; the fold takes the events that count after them.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar, Final, Generic, NamedTuple, Self, TypeAlias, TypeVar, cast

import attrs

from servqual._checks import as_instant, several
from servqual._typed import typed
from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder
from servqual.model.history.corrections import Correction, corrected
from servqual.model.history.event import Act, Event
from servqual.model.labels import Labelled

__all__ = ["Act", "Event", "History", "Lived", "Move", "Row", "State", "Transitions", "short"]

S = TypeVar("S", bound=Labelled)
E = TypeVar("E", bound=Event)
K = TypeVar("K", bound=Event)
T = TypeVar("T")
_Key: TypeAlias = tuple[int, tuple[str, ...]]


class Move(Enum):
    """Target of a step that names no status."""

    STAY = "stays"
    BACK = "back to where it waited"


@attrs.frozen
class Row(Generic[S]):
    """Line of a transitions table: from these statuses, on this event, if the guard holds, to the target."""

    sources: tuple[S | None, ...]
    event: type[Event]
    guard: Callable[[Any], bool] | None
    target: S | Move


class State(NamedTuple, Generic[S]):
    """Result of a fold so far: the status, and the status before a wait."""

    status: S | None = None
    came_from: S | None = None


_BEGIN: Final[State[Any]] = State()


class Run(NamedTuple):
    """Events of one instant that were taken in one state, by their rising keys; the last may lead out of it."""

    state: State[Any]
    keys: tuple["_Key", ...]


@attrs.frozen(eq=False)
class Transitions(Generic[S]):
    """Legal steps of one kind of object; `waits` is the status that remembers the status before it.

    `correctable` allows `Voided` and `Amended` in the history.
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
        """Kinds of event, in the order that decides between equal instants."""
        return tuple(self._rank)

    @cached_property
    def facts(self) -> frozenset[str]:
        """Names of the fields that its events have."""
        return frozenset(field.name for event in self._rank for field in attrs.fields(event))

    def allowed(self, status: S | None) -> tuple[str, ...]:
        """List the stored names of the events that this status allows."""
        return tuple(event.stored_name for event in self._rank if (status, event) in self._ways)

    def step(self, state: State[S], event: Event) -> State[S]:
        """Return the state after one event, or raise `IllegalTransition`."""
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

    def replay(
        self, events: Iterable[Event], since: State[S] = _BEGIN
    ) -> tuple[tuple[Event, ...], tuple[State[S], ...]]:
        """Put events into their one order and fold them from a state on; the order of arrival does not matter.

        Returns the events in order, and the state after each.
        """
        state = since
        history: list[Event] = []
        states: list[State[S]] = []
        for _, group in groupby(sorted(events, key=_moment), key=_moment):
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

    def key(self, event: Event) -> _Key:
        """Sort key of events of one instant."""
        return self._rank.get(type(event), -1), event.content

    def takes(self, state: State[S], event: Event) -> bool:
        """Whether a state allows this kind of event, whatever its content."""
        return (state.status, type(event)) in self._ways

    def runs(self, events: Iterable[Event], since: State[S]) -> tuple[Run, ...]:
        """Part the events of one instant, in their order, by the state in which each was taken; the last is to come."""
        found: list[Run] = []
        state, keys = since, list[_Key]()
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


def _moment(event: Event) -> tuple[dt.datetime, int]:
    return event.at, event.seq


def _with_one(some: tuple[T, ...], place: int, one: T) -> tuple[T, ...]:
    """Insert one value at a place."""
    return some[:place] + (one,) + some[place:]  # noqa: RUF005  (at the end it is one copy; with stars it is two)


def _apart(transitions: Transitions[Any], history: tuple[Event, ...]) -> tuple[Sequence[Event], list[Correction]]:
    """Split a history into events and, where the transitions allow them, corrections."""
    corrections = [event for event in history if isinstance(event, Correction)]
    if not corrections or not transitions.correctable:
        return history, []
    return [event for event in history if not isinstance(event, Correction)], corrections


def _in_order(history: Iterable[E]) -> tuple[E, ...]:
    """Sort a corrected history without the table, for its voided events have no place there."""
    return tuple(sorted(history, key=lambda e: (*_moment(e), isinstance(e, Correction), repr(e))))


def _only_events(values: Iterable[object]) -> None:
    for value in values:
        if not isinstance(value, Event):
            raise InvalidValue.of("history", "hold events of its lifecycle", value)


class History(tuple[E, ...]):
    """Converter from any iterable of events to a plain tuple, as in `converter=History[CaseEvent]`.

    A class and not a function, because type checkers bind the type of the events only in a class.
    """

    __slots__ = ()

    def __new__(cls, history: Iterable[E]) -> Self:
        """Read the events as a plain tuple; refuse a value that is not iterable."""
        return cast("Self", several("history", history, "the events of its lifecycle"))


def short(history: tuple[Event, ...]) -> str:
    """Show a history in a repr by its length."""
    return f"<{len(history)} events>"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Lived(Generic[S, E]):
    """Object that is its history: everything else is read from `history`.

    `counted` are the events that count after all corrections. It and the states after each of them are carried along,
    outside of equality, so that recording does not fold again. Each kind declares `history` anew with
    `converter=History[its events]`, and may refuse in `_check` what the table cannot see.
    """

    _transitions: ClassVar[Transitions[Any]]

    history: tuple[E, ...]
    counted: tuple[E, ...] = attrs.field(init=False, eq=False, repr=False)
    _states: tuple[State[S], ...] = attrs.field(init=False, eq=False, repr=False)
    _runs: tuple[Run, ...] = attrs.field(init=False, eq=False, repr=False, default=())

    def __attrs_post_init__(self) -> None:
        if not self.history:
            raise InvalidValue.of("history", "hold at least one event", (), shown="none")
        _only_events(self.history)
        told, corrections = _apart(self._transitions, self.history)
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
            counted, states = self._transitions.replay(events)
        except IllegalTransition as illegal:
            if corrections:
                illegal.add_note("the history was corrected; record what is missing before it is taken away")
            raise
        object.__setattr__(self, "history", _in_order(self.history) if corrections else counted)
        object.__setattr__(self, "counted", counted)
        object.__setattr__(self, "_states", states)
        self._check(self.counted)

    def _check(self, events: tuple[E, ...], /) -> None:
        """Refuse, of these events of the history, those that break a rule that the table cannot see."""

    def record(self, event: E) -> Self:
        """Return a new object with this event added, or raise an error that changes nothing.

        An event that the present status does not allow raises `IllegalTransition`, which lists the allowed ones. An
        event before the last one raises `OutOfOrder` unless it has `recorded_at`: then it is put at its place, and what
        follows is folded again. An event at the moment of the last one must be allowed after it, too.

        A correction folds the history again without the event that it voids, or with the changes of the event that it
        amends. It raises `NoSuchEvent` where the history has no such event, and `IllegalTransition` where the table
        does not allow the remaining events.
        """
        _only_events((event,))
        last = self.history[-1]
        corrects = self._transitions.correctable and isinstance(event, Correction)
        if event.at > last.at and not corrects:
            states = (*self._states, self._transitions.step(self._state, event))
            history = (*self.history, event)
            counted = history if self.counted is self.history else (*self.counted, event)
            return self._with(history, counted, states, (event,))
        if event.at < last.at and event.recorded_at is None:
            raise OutOfOrder(
                f"at must not come before the last event, {last.stored_name} at {last.at} (got {event.stored_name} "
                f"at {event.at}); if it became known late, say when with recorded_at",
                field="at",
                expected=f"a moment from {last.at}",
                got=event.at,
            )
        if event.recorded_at is None and not corrects:
            self._transitions.step(self._state, event)
        if corrects or self.counted is not self.history:
            return type(self)(history=(*self.history, event))
        return self._inserted(event)

    def _inserted(self, event: E) -> Self:
        """Add an event to a history without corrections at its place, and fold what follows."""
        start = bisect_left(self.history, _moment(event), key=_moment)
        before = self._states[start - 1] if start else _BEGIN
        runs: tuple[Run, ...] = ()
        if _moment(event) == _moment(self.history[-1]):
            runs = self._runs or self._transitions.runs(self.history[start:], before)
            key, at = self._transitions.key(event), start
            for n, run in enumerate(runs):
                place = bisect_right(run.keys, key)
                is_last = n == len(runs) - 1
                if (is_last or place < len(run.keys)) and self._transitions.takes(run.state, event):
                    if self._transitions.step(run.state, event) != run.state:
                        break
                    at += place
                    history = _with_one(self.history, at, event)
                    states = _with_one(self._states, at, run.state)
                    keys = _with_one(run.keys, place, key)
                    return self._with(
                        history, history, states, (event,), (*runs[:n], Run(run.state, keys), *runs[n + 1 :])
                    )
                at += len(run.keys)
        tail, states = self._transitions.replay((*self.history[start:], event), before)
        history = (*self.history[:start], *cast("tuple[E, ...]", tail))
        return self._with(history, history, (*self._states[:start], *states), history[start:])

    def _with(
        self,
        history: tuple[E, ...],
        counted: tuple[E, ...],
        states: tuple[State[S], ...],
        new: tuple[E, ...],
        runs: tuple[Run, ...] = (),
    ) -> Self:
        """Make the object of a longer history that is folded already; only the new events are checked."""
        made = object.__new__(type(self))
        object.__setattr__(made, "history", history)
        object.__setattr__(made, "counted", counted)
        object.__setattr__(made, "_states", states)
        object.__setattr__(made, "_runs", runs)
        made._check(new)
        return made

    @property
    def _state(self) -> State[S]:
        return self._states[-1]

    def as_of(self, moment: dt.datetime) -> Self:
        """Return the object with its events up to this moment, included; refused before the first event.

        This is what was true then, as known today: events that were recorded or corrected later count at their own
        moment.
        """
        until = as_instant(moment, "moment")
        return type(self)(history=tuple(event for event in self.counted if event.at <= until))

    def known_by(self, moment: dt.datetime) -> Self:
        """Return the object as people knew it at this moment: without later records and corrections.

        A moment before the first record is refused.
        """
        until = as_instant(moment, "moment")
        return type(self)(history=tuple(event for event in self.history if (event.recorded_at or event.at) <= until))

    @property
    def id(self) -> str:
        """Name: the `id` of the first event; empty where that has none."""
        name: str = getattr(self.counted[0], "id", "")
        return name

    @property
    def status(self) -> S:
        """Status after the last event."""
        status = self._state.status
        assert status is not None
        return status

    @property
    def allowed(self) -> tuple[str, ...]:
        """Stored names of the events that may follow."""
        return self._transitions.allowed(self._state.status)

    @classmethod
    def is_correctable(cls) -> bool:
        """Say whether its history takes `Voided` and `Amended`."""
        return cls._transitions.correctable

    @classmethod
    def facts(cls) -> frozenset[str]:
        """List the names of the fields that its events have, such as `category`."""
        return cls._transitions.facts

    @classmethod
    def diagram(cls) -> str:
        """Draw the transitions as a Mermaid state diagram, from the same table that `record` uses."""
        return cls._transitions.diagram()

    def _first(self, kind: type[K]) -> K:
        """Return the event that began the history, which the table makes one of this kind."""
        first: Event = self.counted[0]
        assert isinstance(first, kind)
        return first

    def _first_at(self, *kinds: type[Event]) -> dt.datetime | None:
        """Return the moment of the first event of these kinds."""
        return next((event.at for event in self.counted if isinstance(event, kinds)), None)

    def _latest(self, *kinds: type[Event]) -> Any:
        return next((event for event in reversed(self.counted) if isinstance(event, kinds)), None)
