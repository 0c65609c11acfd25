"""Facts with which a case or a complaint begins the short way, besides its name, moment and channel."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import attrs

from servqual._checks import must_be, near
from servqual.errors import InvalidValue
from servqual.model.attributes import Value
from servqual.model.history.event import Event
from servqual.model.vocabulary import Vocabulary


class Opening(TypedDict, total=False):
    """Facts that a case and a complaint may have alike; each may be left out."""

    customer: str | None
    description: str | None
    owner: str | None
    tier: str | None
    team: str | None
    site: str | None
    category: str | None
    attributes: Mapping[str, Value]
    tags: Iterable[str]
    by: str | None
    note: str
    event_id: str | None
    recorded_at: dt.datetime | None
    seq: int


def facts_of(opened: type[Event], given: Mapping[str, Any], vocabulary: Vocabulary | None) -> dict[str, Any]:
    """Read the facts of an opening by the vocabulary; refuse names that the event does not have, with the nearest."""
    must_be(Vocabulary | None, "vocabulary", "a Vocabulary", vocabulary)
    known = {field.name for field in attrs.fields(opened)} - {"at", "imported"}
    for name in given:
        if name not in known:
            instead = "read an export with imported" if name == "imported" else "give the firm's own in attributes"
            raise InvalidValue.of("facts", "name facts of Opened", name, do=instead, near=near(name, known))
    return dict(given) if vocabulary is None else vocabulary.read_all(given)
