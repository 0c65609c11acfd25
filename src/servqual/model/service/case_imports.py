"""Events of a case that an export knows only by its columns: moments and a status."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.errors import InvalidValue
from servqual.model.service.case_events import (
    Assigned,
    Cancelled,
    CaseEvent,
    CaseStatus,
    Closed,
    Opened,
    Reopened,
    Replied,
    Resolved,
    Started,
    Verified,
)
from servqual.model.service.imports import UNCONFIRMED, moment_of, read_moments, read_status, undated, waiting

_STATUSES: Final[Mapping[str, CaseStatus]] = MappingProxyType(
    {
        "new": CaseStatus.RECEIVED,
        "open": CaseStatus.HANDLING,
        "pending": CaseStatus.WAITING,
        "hold": CaseStatus.WAITING,
        "solved": CaseStatus.VERIFYING,
        "resolved": CaseStatus.VERIFYING,
        **{status.value: status for status in CaseStatus},
    }
)
"""Statuses of exports, those of widespread service desks and our own."""
_UNSOLVED: Final = frozenset(CaseStatus) - {
    CaseStatus.VERIFYING, CaseStatus.VERIFIED, CaseStatus.CLOSED, CaseStatus.CANCELLED,
}  # fmt: skip
"""Statuses that a case with a solution has only where it came back."""
_NOT_AFTER_THE_END: Final = ("resolved_at", "verified_at", "assigned_at")


def imported_events(  # noqa: C901  (a branch per column of the export)
    opened: Opened, moments: Mapping[str, dt.datetime | None], status: str | None
) -> tuple[CaseEvent, ...]:
    """Make the events that the moments tell, and the one that only the status tells, at `updated_at`.

    A case that has a solution or an end, and whose status is before it, came back.
    """
    at = read_moments(opened.at, moments, confirmed="verified_at", after=_NOT_AFTER_THE_END)
    events: list[CaseEvent] = [opened]
    if "assigned_at" in at:
        events.append(Assigned(at=at["assigned_at"], by=None, to=opened.owner, team=opened.team, imported=True))
    if "first_response_at" in at:
        events.append(Replied(at=at["first_response_at"], by=None, imported=True))
    if "resolved_at" in at:
        events.append(_solved(at["resolved_at"]))
    if "verified_at" in at:
        events.append(Verified(at=at["verified_at"], by=None, effective=None, customer_confirmed=None, imported=True))
    known = None if status is None else read_status(status, _STATUSES)
    if known is CaseStatus.CANCELLED:
        if "resolved_at" in at:
            raise InvalidValue.of("resolved_at", "be left out where the case was cancelled", at["resolved_at"])
        events.append(Cancelled(at=moment_of(at, "closed_at", status), by=None, reason=None, imported=True))
    elif "closed_at" in at:
        events.append(_closed(at["closed_at"], confirmed="verified_at" in at))
    if known in _UNSOLVED and not {"resolved_at", "closed_at"}.isdisjoint(at):
        since = moment_of(at, "updated_at", status)
        events.append(Reopened(at=since, by=None, reason=None, imported=True))
        if known is CaseStatus.WAITING:
            events.append(waiting(at, status, seq=1))
    elif known is not None and known is not CaseStatus.CANCELLED and "closed_at" not in at:
        events += _told_by(known, status, at)
    return tuple(events)


def _told_by(known: CaseStatus, status: str | None, at: Mapping[str, dt.datetime]) -> list[CaseEvent]:
    """Make the event that only the status tells; of the moments the latest stage wins."""
    if known is CaseStatus.CLOSED:
        return [_closed(moment_of(at, "closed_at", status), confirmed="verified_at" in at)]
    if known is CaseStatus.VERIFIED and "verified_at" not in at:
        raise undated("verified_at", status, "say solved")
    if "resolved_at" in at:
        return []
    if known in {CaseStatus.VERIFYING, CaseStatus.VERIFIED}:
        return [_solved(moment_of(at, "resolved_at", status))]
    if known is CaseStatus.WAITING:
        return [waiting(at, status)]
    if known is CaseStatus.HANDLING and "updated_at" in at:
        return [Started(at=at["updated_at"], by=None, imported=True)]
    return []


def _solved(at: dt.datetime) -> Resolved:
    return Resolved(at=at, by=None, solution=None, told_customer=None, imported=True)


def _closed(at: dt.datetime, *, confirmed: bool) -> Closed:
    return Closed(at=at, by=None, unconfirmed=None if confirmed else UNCONFIRMED, imported=True)
