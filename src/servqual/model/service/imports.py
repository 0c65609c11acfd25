"""Columns of an export that has moments and a status, and no events: what cases and complaints read alike."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from servqual._checks import as_instant, is_nat, near
from servqual.errors import InvalidValue
from servqual.model.labels import Labelled

S = TypeVar("S", bound=Labelled)

WAITS_ON: Final = {"pending": "customer"}
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
    name = status.strip().casefold().replace(" ", "_").replace("-", "_")
    if name not in statuses:
        raise InvalidValue.of("status", f"be one of {', '.join(statuses)}", status, near=near(name, statuses))
    return statuses[name]


def moment_of(at: Mapping[str, dt.datetime], name: str, status: str | None) -> dt.datetime:
    """Give the moment of a status: its own, or that of the last change."""
    moment = at.get(name, at.get("updated_at"))
    if moment is None:
        raise undated(name, status)
    return moment


def undated(name: str, status: str | None) -> InvalidValue:
    """Make the error of a status that begins or ends something at no known moment."""
    return InvalidValue.of(
        name, f"be given where the status is {status}", None, do="give updated_at where the export has nothing better"
    )
