"""Corrections of a history: an event that did not happen is voided, one that was told wrongly is amended.

A history only ever grows, so a correction is an event, too. It names the event that it is about by its stored name and
its moment. What then counts is worked out from the whole history; the events themselves stay as they were told.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from servqual._checks import as_instant, filled, instant, near
from servqual.errors import InvalidValue, NoSuchEvent
from servqual.model._declared import declared
from servqual.model._pickled import Rebuilt
from servqual.model.history.event import Act, Event

_FIXED: Final = ("id", "seq")


@attrs.frozen(kw_only=True)
class Correction(Act):
    """What `Voided` and `Amended` share: which event was wrong, why, and who says so.

    `event` is its stored name, such as `replied`, `happened_at` the moment at which it stands, and `happened_seq` its
    `seq`, needed only where two differ in nothing else. `at` is when it was corrected.
    """

    event: str = attrs.field(validator=filled)
    happened_at: dt.datetime = attrs.field(converter=instant)
    happened_seq: int | None = None
    reason: str = attrs.field(validator=filled)

    def __attrs_post_init__(self) -> None:
        if self.happened_at > self.at:
            raise _later("happened_at", self.happened_at, self.at)

    def names(self, event: Event) -> bool:
        """Whether it is about this event."""
        same = event.stored_name == self.event and event.at == self.happened_at
        return same and self.happened_seq in {None, event.seq}

    def told_anew(self, event: Event) -> tuple[Event, ...]:
        """What counts instead of the event."""
        raise NotImplementedError


@declared("corrections.voided")
@attrs.frozen(kw_only=True)
class Voided(Correction):
    """An event turned out not to have happened: it no longer counts.

    >>> from servqual.model.service.case import Replied
    >>> ten, hour = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> wrong = Voided(at=ten, by="Q-1", event="replied", happened_at=ten - hour, reason="sent to another customer")
    >>> corrected([Replied(at=ten - hour, by="A-1")], [wrong])
    []
    """

    def told_anew(self, event: Event) -> tuple[Event, ...]:
        """Nothing."""
        del event
        return ()


def _new_facts(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not given or any(value is None for value in given.values()):
        raise InvalidValue.of(
            "changes",
            "map fields of the event to what they should have said",
            given,
            do="to take a fact away, void the event and record it anew",
        )
    for name in _FIXED:
        if name in given:
            raise InvalidValue.of(
                "changes", f"not touch {name}", given, shown=f"{given[name]!r}", do="void the event and record it anew"
            )
    return MappingProxyType({name: given[name] for name in sorted(given)})


@declared("corrections.amended")
@attrs.frozen(kw_only=True)
class Amended(Correction, Rebuilt):
    """An event was told wrongly: it counts with these `changes`, such as `{"at": when it really was}`.

    `id` and `seq` stay, and no fact can be taken away: void the event and record it anew for that. A moment after the
    correction itself is refused.

    >>> from servqual.model.service.case import Replied
    >>> ten, hour = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC), dt.timedelta(hours=1)
    >>> note = Amended(at=ten, by="Q-1", event="replied", happened_at=ten - hour, reason="a note",
    ...                changes={"public": False})
    >>> [reply.public for reply in corrected([Replied(at=ten - hour, by="A-1")], [note])]
    [False]
    """

    changes: Mapping[str, Any] = attrs.field(converter=_new_facts, hash=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if "at" in self.changes and as_instant(self.changes["at"], "changes") > self.at:
            raise _later("changes['at']", as_instant(self.changes["at"], "changes"), self.at)

    def told_anew(self, event: Event) -> tuple[Event, ...]:
        """The event with its changes."""
        fields = [field.name for field in attrs.fields(type(event)) if field.init]
        for name in self.changes:
            if name not in fields:
                raise InvalidValue.of(
                    "changes", f"be of fields that {event.stored_name} has", name, near=near(name, fields)
                )
        return (attrs.evolve(event, **self.changes),)


def corrected(events: Iterable[Event], corrections: Iterable[Correction]) -> list[Event]:
    """The events that count, in no order, once each correction has been taken, by moment, `seq` and content.

    A correction of a moved event names its new moment. One that names no event that counts, or several that differ,
    is refused; of events that are the same in everything it is about one.
    """
    told = list(events)
    for correction in sorted(corrections, key=_order):
        found = [event for event in told if correction.names(event)]
        if not found or any(event != found[0] for event in found):
            raise NoSuchEvent(
                f"{correction.stored_name} must name one event that counts (got {len(found)} called "
                f"{correction.event!r} at {correction.happened_at}); "
                + (
                    "tell them apart with happened_seq" if found else "give its stored name and its moment as it stands"
                ),
                field="event",
                expected="the stored name and moment of one event",
                got=correction.event,
            )
        place = told.index(found[0])
        told[place : place + 1] = correction.told_anew(found[0])
    return told


def _order(it: Correction) -> tuple[dt.datetime, int, str, str, dt.datetime, str]:
    return it.at, it.seq, it.stored_name, it.event, it.happened_at, repr(it)


def _later(field: str, moment: dt.datetime, at: dt.datetime) -> InvalidValue:
    return InvalidValue.of(
        field, f"not come after the correction at {at}", moment, do="nothing is known before it happens"
    )
