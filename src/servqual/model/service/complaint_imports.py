"""Events of a complaint that an export knows only by its columns: moments, the last answer, and a status."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.errors import InvalidValue
from servqual.model.service.complaint_events import (
    Acknowledged,
    Closed,
    ComplaintEvent,
    ComplaintStatus,
    FollowedUp,
    Opened,
    Reopened,
    Resolved,
    Started,
    Withdrawn,
)
from servqual.model.service.imports import UNCONFIRMED, moment_of, read_moments, read_status, undated, waiting

_STATUSES: Final[Mapping[str, ComplaintStatus]] = MappingProxyType(
    {
        "new": ComplaintStatus.RECEIVED,
        "open": ComplaintStatus.LISTENING,
        "pending": ComplaintStatus.WAITING,
        "hold": ComplaintStatus.WAITING,
        "solved": ComplaintStatus.FOLLOWING_UP,
        "resolved": ComplaintStatus.FOLLOWING_UP,
        **{status.value: status for status in ComplaintStatus if status is not ComplaintStatus.DUPLICATE},
    }
)
"""Statuses of exports, those of widespread service desks and our own."""
_WORKED_ON: Final = frozenset({ComplaintStatus.LISTENING, ComplaintStatus.ANALYSING, ComplaintStatus.RESOLVING})
_UNRESOLVED: Final = _WORKED_ON | {ComplaintStatus.RECEIVED, ComplaintStatus.WAITING}
"""Statuses that a complaint with a solution has only where it came back."""
_NOT_AFTER_THE_END: Final = ("acknowledged_at", "resolved_at", "followed_up_at")


def imported_events(
    opened: Opened, moments: Mapping[str, dt.datetime | None], status: str | None, *, satisfied: bool | None
) -> tuple[ComplaintEvent, ...]:
    """Make the events that the moments tell, and those that only the status tells, at `updated_at`.

    A complaint that has a solution or an end, and whose status is before it, came back.
    """
    at = read_moments(opened.at, moments, confirmed="followed_up_at", after=_NOT_AFTER_THE_END)
    if satisfied is not None and "followed_up_at" not in at:
        raise InvalidValue.of("followed_up_at", "be given where satisfied is", None)
    events: list[ComplaintEvent] = [opened]
    if "acknowledged_at" in at:
        events.append(Acknowledged(at=at["acknowledged_at"], by=None, imported=True))
    if "resolved_at" in at:
        events.append(_resolved(at["resolved_at"]))
    if "followed_up_at" in at:
        events.append(FollowedUp(at=at["followed_up_at"], by=None, satisfied=satisfied, answer=None, imported=True))
    known = None if status is None else read_status(status, _STATUSES)
    if known is ComplaintStatus.WITHDRAWN:
        events.append(Withdrawn(at=moment_of(at, "closed_at", status), by=None, reason=None, imported=True))
    elif known is ComplaintStatus.CLOSED or "closed_at" in at:
        unconfirmed = None if satisfied else UNCONFIRMED
        events.append(Closed(at=moment_of(at, "closed_at", status), by=None, unconfirmed=unconfirmed, imported=True))
    if known in _UNRESOLVED and not {"resolved_at", "closed_at"}.isdisjoint(at):
        events += _came_back(known, status, at, unhappy=satisfied is False)
    elif known is ComplaintStatus.FOLLOWED_UP and at.keys().isdisjoint({"followed_up_at", "closed_at"}):
        raise undated("followed_up_at", status, "say solved")
    elif known is not None and at.keys().isdisjoint({"resolved_at", "closed_at"}):
        events += _told_by(known, status, at)
    return tuple(events)


def _came_back(
    known: ComplaintStatus | None, status: str | None, at: Mapping[str, dt.datetime], *, unhappy: bool
) -> list[ComplaintEvent]:
    """Make the events of an open complaint that had a solution or an end; an unhappy customer's is open already."""
    events: list[ComplaintEvent] = []
    if "closed_at" in at or not unhappy:
        events.append(Reopened(at=moment_of(at, "updated_at", status), by=None, reason=None, imported=True))
    if known is ComplaintStatus.WAITING:
        events.append(waiting(at, status, seq=1))
    return events


def _told_by(known: ComplaintStatus, status: str | None, at: Mapping[str, dt.datetime]) -> list[ComplaintEvent]:
    """Make the event of a status before the end, where there is no moment of a solution."""
    if known is ComplaintStatus.FOLLOWING_UP:
        return [_resolved(moment_of(at, "resolved_at", status))]
    if known is ComplaintStatus.WAITING:
        return [waiting(at, status)]
    if known in _WORKED_ON and "updated_at" in at:
        return [Started(at=at["updated_at"], by=None, imported=True)]
    return []


def _resolved(at: dt.datetime) -> Resolved:
    return Resolved(at=at, by=None, solution=None, told_customer=None, imported=True)
