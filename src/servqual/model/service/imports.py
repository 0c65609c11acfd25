"""Columns of an export that has moments and a status, and no events: what cases and complaints read alike."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from servqual._checks import as_instant, is_nat, must_be, near
from servqual.errors import InvalidValue
from servqual.model.labels import Labelled
from servqual.model.service.case_events import Waiting

S = TypeVar("S", bound=Labelled)

_WAITS_ON: Final = {"pending": "customer"}
UNCONFIRMED: Final = "the export does not say"


def read_moments(
    received_at: dt.datetime, moments: Mapping[str, dt.datetime | None], *, confirmed: str, after: Iterable[str]
) -> dict[str, dt.datetime]:
    """Read the moments that are known; refuse those before the receipt, and those that no order of events gives.

    `confirmed` is the moment that only a solution can have, `after` are those that do not come after the end.
    """
    at = {name: as_instant(moment, name) for name, moment in moments.items() if not (moment is None or is_nat(moment))}
    for name, moment in at.items():
        if moment < received_at:
            raise InvalidValue.of(name, f"not come before received_at, {received_at}", moment)
    if confirmed in at and "resolved_at" not in at:
        raise InvalidValue.of("resolved_at", f"be given where {confirmed} is", None)
    pairs = [
        ("resolved_at", confirmed),
        *((name, "closed_at") for name in after),
        *((name, "updated_at") for name in at),
    ]
    for earlier, later in pairs:
        if earlier in at and later in at and at[later] < at[earlier]:
            raise InvalidValue.of(later, f"not come before {earlier}, {at[earlier]}", at[later])
    return at


def read_status(status: str, statuses: Mapping[str, S]) -> S:
    """Read the status of an export; refuse an unknown one, with the nearest."""
    must_be(str, "status", "a text", status)
    name = status.strip().casefold().replace(" ", "_").replace("-", "_")
    if name not in statuses:
        # a duplicate names the one that goes on, which a status does not
        instead = "leave it out, and record Duplicate with the one that goes on" if name == "duplicate" else ""
        raise InvalidValue.of(
            "status", f"be one of {', '.join(statuses)}", status, do=instead, near=near(name, statuses)
        )
    return statuses[name]


def moment_of(at: Mapping[str, dt.datetime], name: str, status: str | None) -> dt.datetime:
    """Give the moment of a status: its own, or that of the last change."""
    moment = at.get(name, at.get("updated_at"))
    if moment is None:
        raise undated(name, status, "leave the status out" if name == "updated_at" else "give updated_at")
    return moment


def waiting(at: Mapping[str, dt.datetime], status: str | None, seq: int = 0) -> Waiting:
    """Make the wait that only the status tells, since the last change."""
    on = _WAITS_ON.get(str(status).strip().casefold())
    return Waiting(at=moment_of(at, "updated_at", status), by=None, on=on, imported=True, seq=seq)


def undated(name: str, status: str | None, instead: str) -> InvalidValue:
    """Make the error of a status whose moment is not known, and say what to do instead."""
    return InvalidValue.of(
        name, f"be given where the status is {status}", None, do=f"{instead} where the export does not have it"
    )
