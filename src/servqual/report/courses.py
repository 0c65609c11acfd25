"""The course of a figure by day, week or month, with the periods in which nothing was counted."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from servqual.report.spans import period_of

Plain: TypeAlias = dict[str, Any]
_DAYS: Final = {"day": 1, "week": 7, "month": 31}
_MOST: Final = 2000
"""The periods that are filled in; a course that is longer, as of a wrong date, keeps its gaps."""


def without_gaps(points: Sequence[Plain], every: str, *, counts: bool) -> list[Plain]:
    """Add the periods between the first and the last in which there is no row: 0 of a count, no value of all else.

    >>> march, may = ({"start": day, "value": 3} for day in ("2026-03-01", "2026-05-01"))
    >>> [(point["start"], point["value"]) for point in without_gaps([march, may], "month", counts=True)]
    [('2026-03-01', 3), ('2026-04-01', 0), ('2026-05-01', 3)]
    """
    known = {dt.date.fromisoformat(point["start"]): point for point in points}
    if not known or (max(known) - min(known)).days > _MOST * _DAYS[every]:
        return [*points]
    empty = {"value": 0 if counts else None, "low": None, "high": None, "n": 0, "error": 0}
    empty |= dict.fromkeys(("small", "partial", "open"), False)
    found, day, last = [], min(known), max(known)
    while day <= last:
        found.append(known.get(day) or {"start": day.isoformat(), **empty})
        day = period_of(day, every)[1]
    return found
