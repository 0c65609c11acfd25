"""Ownership over time: a case, a duty or a post passes from one member to the next and leaves a record.

The same names are the events, so a program reads well with `from servqual.model import assignment as event`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

import attrs

from servqual._checks import as_instant, filled
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.history.event import Event
from servqual.model.history.lifecycle import History, Lived, Row, Transitions
from servqual.model.ids import AgentId, TeamId
from servqual.model.labels import Labelled
from servqual.model.service import case as of_case
from servqual.model.service import complaint as of_complaint

__all__ = [
    "OWNERSHIP_TRANSITIONS",
    "Assigned",
    "HandedOver",
    "Holding",
    "Ownership",
    "OwnershipEvent",
    "OwnershipStatus",
    "Released",
    "load_at",
    "owned_at",
    "ownership_of",
]


class OwnershipStatus(Labelled):
    """Whether somebody is responsible."""

    OWNED = "owned", "已分配"
    RELEASED = "released", "已解除"


@declared("assignment.assigned")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Assigned(Event):
    """Somebody became responsible for the thing named by `id`, such as a case, a duty or a post."""

    id: str = attrs.field(validator=filled)
    to: AgentId = attrs.field(validator=filled)
    team: TeamId | None = None


@declared("assignment.handed_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandedOver(Event):
    """Somebody else took it, for a reason; also somebody takes it again after a release."""

    to: AgentId = attrs.field(validator=filled)
    reason: str = attrs.field(validator=filled)
    team: TeamId | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Released(Event):
    """Nobody owns it from now on, for a reason."""

    reason: str = attrs.field(validator=filled)


OwnershipEvent = Assigned | HandedOver | Released

OWNERSHIP_TRANSITIONS: Final = Transitions(
    name="ownership",
    rows=(
        # from                                                event       guard  to
        Row((None,),                                          Assigned,   None,  OwnershipStatus.OWNED),
        Row((OwnershipStatus.OWNED, OwnershipStatus.RELEASED), HandedOver, None, OwnershipStatus.OWNED),
        Row((OwnershipStatus.OWNED,),                         Released,   None,  OwnershipStatus.RELEASED),
    ),
)  # fmt: skip


@attrs.frozen(kw_only=True, field_transformer=typed)
class Holding:
    """Span of time of one owner: `start` included, `end` not; no end while it lasts."""

    member: AgentId
    team: TeamId | None
    start: dt.datetime
    end: dt.datetime | None


@declared("ownership")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Ownership(Lived[OwnershipStatus, OwnershipEvent]):
    """Present and past owners of one thing: a case, a duty, or a post whose holder changes.

    The events give its owner at any moment; a moment without a zone is refused.

    >>> from datetime import UTC, datetime
    >>> first, later = datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC)
    >>> post = Ownership(history=[Assigned(at=first, id="senior representative, north", to=AgentId("A-1"))])
    >>> post = post.record(HandedOver(at=later, to=AgentId("A-2"), reason="rotation", by="M-1"))
    >>> post.owner, post.owner_at(first)
    ('A-2', 'A-1')
    """

    _transitions: ClassVar[Transitions[OwnershipStatus]] = OWNERSHIP_TRANSITIONS

    history: tuple[OwnershipEvent, ...] = attrs.field(converter=History[OwnershipEvent])

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Spans of ownership in time order; one that ended when it began is left out."""
        ends = (*(event.at for event in self.history[1:]), None)
        return tuple(
            Holding(member=event.to, team=event.team, start=event.at, end=end)
            for event, end in zip(self.history, ends, strict=True)
            if not isinstance(event, Released) and event.at != end
        )

    @property
    def owner(self) -> AgentId | None:
        """Owner after the last event; None after a release."""
        last = self.history[-1]
        return None if isinstance(last, Released) else last.to

    def owner_at(self, moment: dt.datetime) -> AgentId | None:
        """Return the owner at a moment; None before the first assignment and while nobody owned it."""
        at = as_instant(moment, "moment")
        held = (part for part in self.holdings if part.start <= at and (part.end is None or at < part.end))
        return next((part.member for part in held), None)


_TAKEN: Final = (of_case.Reported, of_case.Opened, of_case.Assigned, of_complaint.Received, of_complaint.Opened)
_PASSED: Final = (of_case.HandedOver, of_case.Escalated, of_complaint.HandedOver)
_BACK: Final = (of_case.Reopened, of_complaint.Reopened)
_OVER: Final = (
    *(of_case.Closed, of_case.Duplicate, of_case.Cancelled),
    *(of_complaint.Closed, of_complaint.Duplicate, of_complaint.Withdrawn),
)


def ownership_of(thing: of_case.Case | of_complaint.Complaint) -> Ownership | None:
    """Read the owners of a case or a complaint from its history; None while nobody is known to be responsible.

    The owner of the report or the receipt is first, then each assignment, hand-over and escalation. The end releases
    it; a reopening gives it back to the last owner.
    """
    events: list[OwnershipEvent] = []
    for event in thing.counted:
        seq, last = len(events), (events[-1] if events else None)
        to, team, reason = None, None, ""
        if isinstance(event, _TAKEN):
            to = event.to if isinstance(event, of_case.Assigned) else event.owner
            team, reason = event.team, event.stored_name
        elif isinstance(event, _PASSED):
            to, team, reason = event.to, event.team, event.reason
        elif isinstance(event, _BACK) and isinstance(last, Released):
            held = next(past for past in reversed(events) if not isinstance(past, Released))
            events.append(_passed(event, held.to, held.team, event.reason or event.stored_name, seq))
        elif isinstance(event, _OVER) and last is not None:
            events.append(Released(at=event.at, by=event.by, seq=seq, reason=event.stored_name))
        if to is not None and last is None:
            events.append(Assigned(at=event.at, by=event.by, seq=seq, id=thing.id, to=AgentId(to), team=_team(team)))
        elif to is not None:
            events.append(_passed(event, to, team, reason, seq))
    return Ownership(history=events) if events else None


def _passed(event: Event, to: str, team: str | None, reason: str, seq: int) -> HandedOver:
    return HandedOver(at=event.at, by=event.by, seq=seq, to=AgentId(to), team=_team(team), reason=reason)


def _team(name: str | None) -> TeamId | None:
    return None if name is None else TeamId(name)


def owned_at(ownerships: Iterable[Ownership], moment: dt.datetime) -> Mapping[AgentId, tuple[str, ...]]:
    """List the ids that each member owned at a moment, in the order given; members without any are left out."""
    owned: dict[AgentId, tuple[str, ...]] = {}
    for ownership in ownerships:
        owner = ownership.owner_at(moment)
        if owner is not None:
            owned[owner] = (*owned.get(owner, ()), ownership.id)
    return owned


def load_at(ownerships: Iterable[Ownership], moment: dt.datetime) -> Mapping[AgentId, int]:
    """Count the things that each member owned at a moment: the load for `suggest_assignee`."""
    return {member: len(things) for member, things in owned_at(ownerships, moment).items()}
