"""Events that are told again under their `event_id`: the same one counts once, another one is a conflict."""

from typing import TypeVar

import attrs

from servqual.errors import EventConflict
from servqual.model.history.event import Event

E = TypeVar("E", bound=Event)


def _same(one: Event, other: Event) -> bool:
    """Whether two events with one id tell the same; when they became known may differ."""
    facts = (field.name for field in attrs.fields(type(one)) if field.eq and field.name != "recorded_at")
    return type(one) is type(other) and all(getattr(one, name) == getattr(other, name) for name in facts)


def refuse_conflict(known: Event, event: Event) -> None:
    """Refuse an event that tells something else than the known event of its id."""
    if not _same(known, event):
        raise EventConflict(
            f"event_id must name one event (got {event.event_id!r} for {known.stored_name} at {known.at} "
            f"and for another {event.stored_name} at {event.at}); give each event an id of its own",
            event_id=event.event_id,
            known=known.stored_name,
            event=event.stored_name,
        )


def each_once(history: tuple[E, ...]) -> tuple[tuple[E, ...], tuple[str, ...]]:
    """Leave out events that are told again under their id, and list the ids; of equal ones the first known stands."""
    known: dict[str, E] = {}
    for event in history:
        if event.event_id is not None:
            first = known.setdefault(event.event_id, event)
            refuse_conflict(first, event)
            if (event.recorded_at or event.at) < (first.recorded_at or first.at):
                known[event.event_id] = event
    if not known:
        return history, ()
    return (*(event for event in history if event.event_id is None), *known.values()), tuple(sorted(known))
