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

An event may have an `event_id`, so that the same event told twice is one. The ids of a history are carried along,
sorted, so that recording looks one up without reading the history.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import attrs

from servqual._checks import as_instant, must_be, several
from servqual._typed import typed
from servqual.errors import FinalClass, IllegalTransition, InvalidValue, OutOfOrder
from servqual.model.attributes import Attributes, refuse_taken
from servqual.model.history.corrections import Correction, corrected
from servqual.model.history.event import Act, Event, in_one_form
from servqual.model.history.repeats import each_once, refuse_conflict
from servqual.model.history.transitions import BEGIN, Move, Row, Run, State, Transitions, moment_of
from servqual.model.labels import Labelled

__all__ = ["Act", "Event", "History", "Lived", "Move", "Row", "State", "Transitions"]

S = TypeVar("S", bound=Labelled)
E = TypeVar("E", bound=Event)
K = TypeVar("K", bound=Event)
T = TypeVar("T")


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
    return tuple(sorted(history, key=lambda e: (*moment_of(e), isinstance(e, Correction), in_one_form(e))))


def _known_from(event: Event) -> dt.datetime:
    return event.recorded_at or event.at


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


def _shown(self: "Lived[Any, Any]") -> str:
    """Show an object by its name, its status and the length of its history."""
    name = f"id={self.id!r}, " if self.id else ""
    return f"{type(self).__name__}({name}status={self.status.value!r}, history=<{len(self.history)} events>)"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Lived(Generic[S, E]):
    """Object that is its history: everything else is read from `history`.

    `counted` are the events that count after all corrections. It and the states after each of them are carried along,
    outside of equality, so that recording does not fold again. Each kind declares `history` anew with
    `converter=History[its events]`, and may refuse in `_check` what the table cannot see.

    A kind with its table cannot be subclassed: a field of a subclass would be lost at the first record.
    """

    _transitions: ClassVar[Transitions[Any]]
    _columns: ClassVar[frozenset[str]] = frozenset()
    """Columns that tables make of it, besides its fields, properties and the facts of its events."""

    history: tuple[E, ...]
    counted: tuple[E, ...] = attrs.field(init=False, eq=False, repr=False)
    _states: tuple[State[S], ...] = attrs.field(init=False, eq=False, repr=False)
    _runs: tuple[Run, ...] = attrs.field(init=False, eq=False, repr=False, default=())
    _ids: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False, default=())

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in cls.__mro__[1:]:
            if "_transitions" in vars(base):
                raise FinalClass.of(cls, base)
        cls.__repr__ = _shown  # type: ignore[assignment]  # attrs makes one for each class, and without the status

    def __attrs_post_init__(self) -> None:
        if not self.history:
            raise InvalidValue.of("history", "hold at least one event", (), shown="none")
        _only_events(self.history)
        once, ids = each_once(self.history)
        told, corrections = _apart(self._transitions, once)
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
        object.__setattr__(self, "history", _in_order(once) if corrections else counted)
        object.__setattr__(self, "counted", counted)
        object.__setattr__(self, "_states", states)
        object.__setattr__(self, "_ids", ids)
        self._accept(self.counted)

    @classmethod
    @cache
    def _taken(cls) -> frozenset[str]:
        """Name what no attribute may be called: fields, properties, facts of the events, other columns of tables."""
        kind: Any = cls
        read = {name for base in cls.__mro__ for name, each in vars(base).items() if isinstance(each, property)}
        return cls._transitions.facts | cls._columns | read | {field.name for field in attrs.fields(kind)}

    def _accept(self, events: tuple[E, ...]) -> None:
        """Refuse, of these events of the history, attributes named like a field, and what `_check` refuses."""
        for event in events:
            own: Attributes | None = getattr(event, "attributes", None)
            if own:
                refuse_taken(own, self._taken())
        self._check(events)

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

        An event whose `event_id` the history has already is the same event, told again: the object itself is returned,
        before anything else is looked at. With other content it raises `EventConflict`; only `recorded_at` may differ.
        """
        must_be(Event, "event", "an event of its lifecycle, such as Closed(at=..., by=...)", event)
        if self._knows(event):
            return self
        last = self.history[-1]
        corrects = self._transitions.correctable and isinstance(event, Correction)
        if event.at > last.at and not corrects:
            states = (*self._states, self._transitions.step(self._state, event))
            history = (*self.history, event)
            counted = history if self.counted is self.history else (*self.counted, event)
            return self._with(event, history, counted, states)
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
        start = bisect_left(self.history, moment_of(event), key=moment_of)
        before = self._states[start - 1] if start else BEGIN
        runs: tuple[Run, ...] = ()
        if moment_of(event) == moment_of(self.history[-1]):
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
                    runs = (*runs[:n], Run(run.state, keys), *runs[n + 1 :])
                    return self._with(event, history, history, states, runs=runs)
                at += len(run.keys)
        tail, states = self._transitions.replay((*self.history[start:], event), before)
        history = (*self.history[:start], *cast("tuple[E, ...]", tail))
        return self._with(event, history, history, (*self._states[:start], *states), check=history[start:])

    def _knows(self, event: E) -> bool:
        """Whether the history has this event by its id; refuse another event of that id."""
        name = event.event_id
        if name is None or name not in self._ids[(place := bisect_left(self._ids, name)) : place + 1]:
            return False
        refuse_conflict(next(known for known in self.history if known.event_id == name), event)
        return True

    def _with(
        self,
        event: E,
        history: tuple[E, ...],
        counted: tuple[E, ...],
        states: tuple[State[S], ...],
        *,
        check: tuple[E, ...] = (),
        runs: tuple[Run, ...] = (),
    ) -> Self:
        """Make the object of a history that is longer by an event and folded already; only new events are checked."""
        ids = self._ids
        if event.event_id is not None:
            ids = _with_one(ids, bisect_left(ids, event.event_id), event.event_id)
        made = object.__new__(type(self))
        object.__setattr__(made, "history", history)
        object.__setattr__(made, "counted", counted)
        object.__setattr__(made, "_states", states)
        object.__setattr__(made, "_runs", runs)
        object.__setattr__(made, "_ids", ids)
        made._accept(check or (event,))
        return made

    @property
    def _state(self) -> State[S]:
        return self._states[-1]

    def as_of(self, moment: dt.datetime) -> Self:
        """Return the object with its events up to this moment, included; refused before the first event.

        This is what was true then, as known today: events that were recorded or corrected later count at their own
        moment.
        """
        until, begun = as_instant(moment, "moment"), self.counted[0].at
        if until < begun:
            raise InvalidValue.of(
                "moment", f"not come before the beginning, {begun}", moment, do="ask for a moment from then on"
            )
        return type(self)(history=tuple(event for event in self.counted if event.at <= until))

    def known_by(self, moment: dt.datetime) -> Self:
        """Return the object as people knew it at this moment: without later records and corrections.

        A moment at which nobody knew yet how it began is refused.
        """
        until = as_instant(moment, "moment")
        begun = min(_known_from(event) for event in self.history if self._transitions.takes(BEGIN, event))
        if until < begun:
            raise InvalidValue.of(
                "moment",
                f"not come before the beginning was recorded, {begun}",
                moment,
                do="ask as_of for what was true earlier",
            )
        return type(self)(history=tuple(event for event in self.history if _known_from(event) <= until))

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
    def version(self) -> int:
        """Number of events in the history, corrections included; a writer compares it before it writes."""
        return len(self.history)

    @property
    def allowed(self) -> tuple[str, ...]:
        """Stored names of the events that may follow: each with a content that the present status takes.

        Which content that is, is said by the error of one that it refuses, such as a `closed` that lacks its reason.
        """
        return self._transitions.allowed(self._state.status, short_way=self._state.short)

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
