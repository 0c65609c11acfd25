"""What to improve first, as plain data: the candidates of the diagnosis, each with its evidence."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from servqual._words import clean
from servqual.pdca import Candidate
from servqual.pdca.diagnosis.searching import Search, Weak

Plain: TypeAlias = dict[str, Any]
CANDIDATES: Final = 10
"""The most candidates that are listed."""
LEVEL: Final = 0.05
"""The chance that any group of a table is named although none is worse."""
_NAMED: Final = 12
_MOSTLY: Final = 0.5
"""The share of the items of a group from which on it is another name of a weak one."""


def readable(found: Search) -> Search:
    """Leave out the KPIs of which most cells could not be read."""

    def read(some: Sequence[Weak]) -> tuple[Weak, ...]:
        return tuple(weak for weak in some if not weak.overall.mostly_unread)

    kept = [attrs.evolve(each, weak=weak) for each in found.found if (weak := read(each.weak))]
    return attrs.evolve(found, found=tuple(kept), every=read(found.every))


def weakest_of(found: Search) -> list[Plain]:
    """The cells that are surely worse than the rest, by the cases that this costs; groups of the same cases come once.

    `same` names the other groups of which half the cases or more are the same; groups that are worse through less of
    them are left out, too.
    """
    same = {
        each.weak[0].place: [f"{one.column} {clean(one.label)}" for one in each.same if one.overlap >= _MOSTLY]
        for each in found.found
    }
    explained = {(one.column, one.label) for each in found.found for one in each.same} - {*same}
    stands = [weak for weak in found.every if weak.place not in explained]
    order = sorted(stands, key=lambda weak: (-weak.spared, weak.column, weak.label, weak.kpi.key))
    return [{**_weak(weak), "same": same.get(weak.place, [])} for weak in order[:_NAMED]]


def priorities(candidates: Sequence[Candidate]) -> list[Plain]:
    """The candidates in their order; a group comes once, by the KPI that puts it at its rank."""
    return [_priority(candidate) for candidate in candidates]


def _weak(weak: Weak) -> Plain:
    m = weak.measured
    return {
        "kpi": m.kpi,
        "title": weak.kpi.title,
        "unit": m.unit,
        "business_time": in_business_time(weak.kpi.params, m.unit),
        "column": weak.column,
        "group": weak.label,
        "n": m.n,
        "value": m.value,
        "low": m.low,
        "high": m.high,
        "error": m.error,
        "overall": weak.overall.value,
    }


def _priority(candidate: Candidate) -> Plain:
    weak, course = candidate.weak, candidate.course
    since = None if course is None or course.start is None else course.start.isoformat()
    return {
        "rank": candidate.rank,
        **_weak(weak),
        "spared": weak.spared,
        "sentence": candidate.sentence,
        "also": [_weak(other) for other in candidate.also],
        "same": [{"column": one.column, "group": one.label, "overlap": one.overlap} for one in candidate.same],
        "since": since,
        "course": None if course is None else course.text,
        "suspicion": clean(candidate.suspicion),
        "smallest": candidate.smallest,
        "looked_at": weak.looked_at,
        "p_value": weak.p_value,
        "selected": None if weak.selected is None else weak.selected.value,
    }


def in_business_time(params: Mapping[str, Any], unit: str) -> bool:
    """Whether a KPI counts hours of business, in its value or in its limit; a due date of the export does not."""
    return params.get("hours") is not None and (unit == "s" or params.get("within") is not None)
