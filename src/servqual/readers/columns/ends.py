"""Moments that follow from a duration: exports tell how long the first answer took, and not when it was given."""

import datetime as dt
from collections.abc import Collection
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.model.hours.hours import Hours
from servqual.model.hours.spans import DAY, micros, moment
from servqual.readers.columns.columns import LAST_MOMENT, MISSING, RULES, Chunk, Column
from servqual.readers.columns.refusals import Refusals, Unusable, as_objects
from servqual.readers.columns.tables import ENDS, Kind

_YEAR: Final = 366 * DAY


def ends_of_durations(table: str, names: Collection[str]) -> frozenset[str]:
    """Name the moments that durations among these columns give.

    >>> sorted(ends_of_durations("cases", {"received_at", "resolution_s", "resolved_at", "first_response_s"}))
    ['first_response_at']
    """
    known = {"cases": {"first_response_s", "resolution_s"}, "interactions": {"answered"}}.get(table, set())
    if table == "cases" and "received_at" not in names:
        return frozenset()
    return frozenset(ENDS[name] for name in known if name in names and ENDS[name] not in names)


def with_ends(table: str, chunk: Chunk, hours: Hours | None = None) -> Chunk:
    """Add the moments that durations give, in `hours` as business time, else on the calendar.

    A duration that could not be read, or that ends after the years of moments, leaves its moment unread.
    """
    told = ends_of_durations(table, chunk.columns)
    if "abandoned" in told:
        return _with_abandoned(chunk)
    columns, refusals = dict(chunk.columns), chunk.refusals
    for length, end in ENDS.items():
        if end not in told:
            continue
        began, lasted = columns["received_at"], columns[length]
        known = np.flatnonzero(began.known & lasted.known)
        at = np.full(chunk.size, MISSING)
        at[known] = _after(began.values[known], lasted.values[known], hours)
        late = at >= LAST_MOMENT
        at[late] = MISSING
        columns[end] = Column(Kind.MOMENT, at, (), late if lasted.bad is None else late | lasted.bad)
        rows = np.flatnonzero(late)
        too_late = Unusable(end, RULES[Kind.MOMENT], chunk.numbers[rows], as_objects(lasted.values[rows] // 1_000_000))
        refusals += refusals.named({length: (end,)}) + Refusals((too_late,) if len(rows) else ())
    return attrs.evolve(chunk, columns=columns, refusals=refusals) if told else chunk


def _with_abandoned(chunk: Chunk) -> Chunk:
    """Add whether a contact was abandoned, where the table tells whether it was answered."""
    answered = chunk.columns["answered"]
    column = attrs.evolve(answered, values=np.where(answered.known, 1 - answered.values, answered.values))
    refusals = chunk.refusals + chunk.refusals.named({"answered": ("abandoned",)})
    return attrs.evolve(chunk, columns={**chunk.columns, "abandoned": column}, refusals=refusals)


def _after(began: Array, lasted: Array, hours: Hours | None) -> Array:
    ends: Array = began + lasted
    if hours is None:
        return ends

    def end(at: int, work: int) -> int:
        """Business time takes no less than time on the calendar, and work of years may take centuries to count."""
        if at + work >= LAST_MOMENT:
            return LAST_MOMENT
        start, length = moment(at), dt.timedelta(microseconds=work)
        if work > _YEAR and hours.elapsed(start, moment(LAST_MOMENT)) < length:
            return LAST_MOMENT
        try:
            return micros(hours.after(start, length))
        except InvalidValue:  # closed for a century
            return LAST_MOMENT

    return np.fromiter(map(end, began.tolist(), lasted.tolist()), np.int64, len(began))
