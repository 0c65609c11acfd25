"""Corrections of a history: an event that did not happen is voided, an event with wrong facts is amended.

A history only ever grows, so a correction is an event, too. It names the wrong event by its stored name and its moment.
The events themselves stay as they were recorded; the events that count are computed from the whole history.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import as_instant, filled, frozen, instant, near
from servqual._typed import typed
from servqual.errors import InvalidValue, NoSuchEvent
from servqual.model._pickled import Rebuilt
from servqual.model.attributes import as_attributes
from servqual.model.declared import declared
from servqual.model.history.event import Act, Event, as_text, in_one_form

_FIXED: Final = ("id", "seq", "event_id")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Correction(Act):
    """Common part of `Voided` and `Amended`: which event was wrong, why, and who says so.

    `event` is the stored name of the wrong event, such as `replied`, and `happened_at` its present moment.
    `happened_seq` is its `seq` and `happened_id` its `event_id`, needed only between two such events. `at` is the
    moment of the correction.
    """

    event: str = attrs.field(validator=filled)
    happened_at: dt.datetime = attrs.field(converter=instant)
    happened_seq: int | None = None
    happened_id: str | None = None
    reason: str = attrs.field(validator=filled)

    def __attrs_post_init__(self) -> None:
        if self.happened_at > self.at:
            raise _later("happened_at", self.happened_at, self.at)

    def names(self, event: Event) -> bool:
        """Say whether this is the wrong event."""
        same = event.stored_name == self.event and event.at == self.happened_at
        return same and self.happened_seq in {None, event.seq} and self.happened_id in {None, event.event_id}

    def corrected(self, event: Event) -> tuple[Event, ...]:
        """Return the events that count instead of the wrong one."""
        raise NotImplementedError


@declared("corrections.voided")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Voided(Correction):
    """Removal of an event that did not happen: it no longer counts.

    >>> from servqual.model.service.case import Replied
    >>> ten, hour = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> wrong = Voided(at=ten, by="Q-1", event="replied", happened_at=ten - hour, reason="sent to another customer")
    >>> corrected([Replied(at=ten - hour, by="A-1")], [wrong])
    []
    """

    is_final: ClassVar[bool] = True

    def corrected(self, event: Event) -> tuple[Event, ...]:
        """Return nothing."""
        del event
        return ()


def _new_facts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not given or any(value is None for value in given.values()):
        raise InvalidValue.of(
            "changes",
            "map fields of the event to their right values",
            given,
            do="to remove a fact, void the event and record it again",
        )
    for name in _FIXED:
        if name in given:
            raise InvalidValue.of(
                "changes", f"not touch {name}", given, shown=f"{given[name]!r}", do="void the event and record it again"
            )
    return MappingProxyType({name: _new_fact(name, given[name]) for name in sorted(given)})


def _new_fact(name: str, value: Any) -> Any:
    if name != "attributes":
        return frozen(value)
    try:
        return as_attributes(value)
    except InvalidValue as error:
        raise error.of_field(f"changes.{vars(error).get('field', name)}") from None


@declared("corrections.amended")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Amended(Correction, Rebuilt):
    """Change of an event with wrong facts: it counts with these `changes`, such as `{"at": the real moment}`.

    `id`, `seq` and `event_id` stay, and no fact can be removed: void the event and record it again for that. A moment
    after the correction itself is refused.

    >>> from servqual.model.service.case import Replied
    >>> ten, hour = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> note = Amended(at=ten, by="Q-1", event="replied", happened_at=ten - hour, reason="a note",
    ...                changes={"public": False})
    >>> [reply.public for reply in corrected([Replied(at=ten - hour, by="A-1")], [note])]
    [False]
    """

    is_final: ClassVar[bool] = True
    changes: Mapping[str, Any] = attrs.field(converter=_new_facts, hash=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if "at" in self.changes and as_instant(self.changes["at"], "changes") > self.at:
            raise _later("changes['at']", as_instant(self.changes["at"], "changes"), self.at)

    def corrected(self, event: Event) -> tuple[Event, ...]:
        """Return the event with its changes."""
        fields = [field.name for field in attrs.fields(type(event)) if field.init]
        for name in self.changes:
            if name not in fields:
                raise InvalidValue.of("changes", f"name fields of {event.stored_name}", name, near=near(name, fields))
        return (attrs.evolve(event, **self.changes),)


def corrected(events: Iterable[Event], corrections: Iterable[Correction]) -> list[Event]:
    """Apply corrections, by moment, `seq` and content, and return the events that count in no fixed order.

    Of two at one moment that give an event other facts, the one whose facts sort last holds: first by its new moment,
    then by the decisive fields of the event, which a log of events has, too.
    A correction of a moved event names its new moment. A correction is refused if it names no event that counts, or
    several that differ; of equal events it corrects one.
    """
    counted = _Index(events)
    decisive = {event.stored_name: event.decisive for event in counted}
    for correction in sorted(corrections, key=lambda it: _order(it, decisive.get(it.event, ()))):
        found = counted.named_by(correction)
        if len(found) != 1:
            raise NoSuchEvent.of(
                "event",
                f"be the stored name of one event at {correction.happened_at}",
                correction.event,
                shown=f"{len(found)} called {correction.event!r}",
                do="give happened_seq or happened_id" if found else "give the present stored name and moment",
            )
        counted.remove(found[0])
        for event in correction.corrected(found[0]):
            counted.add(event)
    return list(counted)


class _Index:
    """Events found by what corrections name them by, so that a long history with many corrections takes no square."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._equal: dict[Event, list[Event]] = {}
        self._named: dict[tuple[Any, ...], dict[Event, None]] = {}
        for event in events:
            self.add(event)

    def __iter__(self) -> Iterator[Event]:
        return (event for equal in self._equal.values() for event in equal)

    def add(self, event: Event) -> None:
        """Add an event, which may equal others."""
        self._equal.setdefault(event, []).append(event)
        for name in _names(event.stored_name, event.at, event.seq, event.event_id):
            self._named.setdefault(name, {})[event] = None

    def remove(self, event: Event) -> None:
        """Take out an event, or one of those that equal it."""
        self._equal[event].remove(event)
        if not self._equal[event]:
            del self._equal[event]
            for name in _names(event.stored_name, event.at, event.seq, event.event_id):
                del self._named[name][event]

    def named_by(self, it: Correction) -> list[Event]:
        """List the events that a correction names, but of equal ones one."""
        name = _names(it.event, it.happened_at, it.happened_seq, it.happened_id)[-1]
        return [event for event in self._named.get(name, ()) if it.names(event)]


def _names(event: str, at: dt.datetime, seq: int | None, event_id: str | None) -> list[tuple[Any, ...]]:
    """List what may name an event, the most exact last."""
    named: list[tuple[Any, ...]] = [(event, at)]
    if seq is not None:
        named.append((event, at, seq))
    if event_id is not None:
        named.append((event, at, "id", event_id))
    return named


def _order(it: Correction, decisive: tuple[str, ...]) -> tuple[Any, ...]:
    changes: Mapping[str, Any] = it.changes if isinstance(it, Amended) else {}
    facts = [as_text(changes.get(name)) for name in ("at", *decisive)]
    return it.at, it.seq, it.stored_name, it.event, it.happened_at, facts, in_one_form(it)


def _later(field: str, moment: dt.datetime, at: dt.datetime) -> InvalidValue:
    return InvalidValue.of(
        field, f"not come after the correction at {at}", moment, do="nothing is known before it happens"
    )
