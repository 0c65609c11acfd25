"""Events of a complaint that an export knows only by its columns: moments, the last answer, and a status."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.errors import InvalidValue
from servqual.model.service.case_events import Waiting
from servqual.model.service.complaint_events import (
    Acknowledged,
    Closed,
    ComplaintEvent,
    ComplaintStatus,
    FollowedUp,
    Opened,
    Resolved,
    Started,
    Withdrawn,
)
from servqual.model.service.imports import UNCONFIRMED, WAITS_ON, moment_of, read_moments, read_status, undated

_STATUSES: Final[Mapping[str, ComplaintStatus]] = MappingProxyType(
    {
        "new": ComplaintStatus.RECEIVED,
        "open": ComplaintStatus.LISTENING,
        "pending": ComplaintStatus.WAITING,
        "hold": ComplaintStatus.WAITING,
        "solved": ComplaintStatus.FOLLOWING_UP,
        "resolved": ComplaintStatus.FOLLOWING_UP,
        # a duplicate names the one that goes on, which a status does not
        **{status.value: status for status in ComplaintStatus if status is not ComplaintStatus.DUPLICATE},
    }
)
"""Statuses of exports, those of widespread service desks and our own."""
_WORKED_ON: Final = {ComplaintStatus.LISTENING, ComplaintStatus.ANALYSING, ComplaintStatus.RESOLVING}
_NOT_AFTER_THE_END: Final = ("acknowledged_at", "resolved_at", "followed_up_at")


def imported_events(
    opened: Opened, moments: Mapping[str, dt.datetime | None], status: str | None, *, satisfied: bool | None
) -> tuple[ComplaintEvent, ...]:
    """Make the events that the moments tell, and the one that only the status tells, at `updated_at`."""
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
    elif known is ComplaintStatus.FOLLOWED_UP and "followed_up_at" not in at:
        raise undated("followed_up_at", status)
    elif known is not None and "resolved_at" not in at:
        events += _told_by(known, status, at)
    return tuple(events)


def _told_by(known: ComplaintStatus, status: str | None, at: Mapping[str, dt.datetime]) -> list[ComplaintEvent]:
    """Make the event of a status before the end, where there is no moment of a solution."""
    if known is ComplaintStatus.FOLLOWING_UP:
        return [_resolved(moment_of(at, "resolved_at", status))]
    if known is ComplaintStatus.WAITING:
        on = WAITS_ON.get(str(status).strip().casefold())
        return [Waiting(at=moment_of(at, "updated_at", status), by=None, on=on, imported=True)]
    if known in _WORKED_ON and "updated_at" in at:
        return [Started(at=at["updated_at"], by=None, imported=True)]
    return []


def _resolved(at: dt.datetime) -> Resolved:
    return Resolved(at=at, by=None, solution=None, told_customer=None, imported=True)
