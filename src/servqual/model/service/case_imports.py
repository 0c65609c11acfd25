"""Events of a case that an export knows only by its columns: moments and a status."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from servqual._checks import as_instant, near
from servqual.errors import InvalidValue
from servqual.model.service.case_events import (
    Assigned,
    Cancelled,
    CaseEvent,
    CaseStatus,
    Closed,
    Opened,
    Replied,
    Resolved,
    Started,
    Verified,
    Waiting,
)

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
_WAITS_ON: Final = {"pending": "customer"}
_UNCONFIRMED: Final = "the export does not say"


def imported_events(
    opened: Opened, moments: Mapping[str, dt.datetime | None], status: str | None
) -> tuple[CaseEvent, ...]:
    """Make the events that the moments tell, and the one that only the status tells, at `updated_at`."""
    at = {name: as_instant(moment, name) for name, moment in moments.items() if moment is not None}
    _refuse_contradictions(opened.at, at)
    events: list[CaseEvent] = [opened]
    if "assigned_at" in at:
        events.append(Assigned(at=at["assigned_at"], by=None, to=opened.owner, team=opened.team, imported=True))
    if "first_response_at" in at:
        events.append(Replied(at=at["first_response_at"], by=None, imported=True))
    if "resolved_at" in at:
        events.append(_solved(at["resolved_at"]))
    if "verified_at" in at:
        events.append(Verified(at=at["verified_at"], by=None, effective=None, customer_confirmed=None, imported=True))
    known = None if status is None else _status(status)
    if known is CaseStatus.CANCELLED:
        if "resolved_at" in at:
            raise InvalidValue.of("resolved_at", "be left out where the case was cancelled", at["resolved_at"])
        events.append(Cancelled(at=_moment(at, "closed_at", status), by=None, reason=None, imported=True))
    elif "closed_at" in at:
        events.append(_closed(at["closed_at"], confirmed="verified_at" in at))
    elif known is not None:
        events += _told_by(known, status, at)
    return tuple(events)


def _told_by(known: CaseStatus, status: str | None, at: Mapping[str, dt.datetime]) -> list[CaseEvent]:
    """Make the event that only the status tells; of the moments the latest stage wins."""
    if known is CaseStatus.CLOSED:
        return [_closed(_moment(at, "closed_at", status), confirmed="verified_at" in at)]
    if known is CaseStatus.VERIFIED and "verified_at" not in at:
        raise _undated("verified_at", status)
    if "resolved_at" in at:
        return []
    if known in {CaseStatus.VERIFYING, CaseStatus.VERIFIED}:
        return [_solved(_moment(at, "resolved_at", status))]
    if known is CaseStatus.WAITING:
        on = _WAITS_ON.get(str(status).strip().casefold())
        return [Waiting(at=_moment(at, "updated_at", status), by=None, on=on, imported=True)]
    if known is CaseStatus.HANDLING and "updated_at" in at:
        return [Started(at=at["updated_at"], by=None, imported=True)]
    return []


def _solved(at: dt.datetime) -> Resolved:
    return Resolved(at=at, by=None, solution=None, told_customer=None, imported=True)


def _closed(at: dt.datetime, *, confirmed: bool) -> Closed:
    return Closed(at=at, by=None, unconfirmed=None if confirmed else _UNCONFIRMED, imported=True)


def _status(status: str) -> CaseStatus:
    name = status.strip().casefold().replace(" ", "_").replace("-", "_")
    if name not in _STATUSES:
        raise InvalidValue.of("status", f"be one of {', '.join(_STATUSES)}", status, near=near(name, _STATUSES))
    return _STATUSES[name]


def _moment(at: Mapping[str, dt.datetime], name: str, status: str | None) -> dt.datetime:
    """Give the moment of a status: its own, or that of the last change."""
    moment = at.get(name, at.get("updated_at"))
    if moment is None:
        raise _undated(name, status)
    return moment


def _undated(name: str, status: str | None) -> InvalidValue:
    return InvalidValue.of(
        name, f"be given where the status is {status}", None, do="give updated_at where the export has nothing better"
    )


_AFTER: Final = (
    ("resolved_at", "verified_at"),
    ("resolved_at", "closed_at"),
    ("verified_at", "closed_at"),
    ("assigned_at", "closed_at"),
)


def _refuse_contradictions(received_at: dt.datetime, at: Mapping[str, Any]) -> None:
    """Refuse moments before the receipt, and those that no order of events gives."""
    for name, moment in at.items():
        if moment < received_at:
            raise InvalidValue.of(name, f"not come before received_at, {received_at}", moment)
    if "verified_at" in at and "resolved_at" not in at:
        raise InvalidValue.of("resolved_at", "be given where verified_at is", None)
    for earlier, later in (*_AFTER, *((name, "updated_at") for name in at)):
        if earlier in at and later in at and at[later] < at[earlier]:
            raise InvalidValue.of(later, f"not come before {earlier}, {at[earlier]}", at[later])
