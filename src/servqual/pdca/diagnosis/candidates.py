"""Candidates for improvement: what is weak, where, since when and in which cases, and the plan to begin with."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs

from servqual._words import capital, clean, counted, difference, number, shorten
from servqual.metrics import Measurement, Pareto
from servqual.pdca.causes.cause import Cause
from servqual.pdca.cycle.stages import Plan
from servqual.pdca.diagnosis.courses import Course
from servqual.pdca.diagnosis.searching import Same, Search, Weak
from servqual.pdca.verdicts.selection import Selected
from servqual.readers.columns.tables import COUNTED

_LONGEST: Final = 60
_TOLD: Final = 4
_NAMED: Final = 3
_MOSTLY: Final = 0.5
"""The share of the items of a group from which on it is another name of a candidate."""
_TELLING: Final = 0.3
"""The share of the bad cases from which on a category is worth to be looked at."""


def named(column: str, group: object) -> str:
    """Name a group in a sentence: clean, and short enough to be read in passing.

    >>> named("team", "north"), named("team", None)
    ('team “north”', 'no team')
    """
    short = shorten(column, _LONGEST)
    return f"no {short}" if group is None else f"{short} “{shorten(group, _LONGEST)}”"


@attrs.frozen(kw_only=True)
class Candidate:
    """One group in which something is surely worse than elsewhere.

    `weak` is the KPI that puts it at its rank, `also` the other KPIs in which it is worse, and `same` the groups that
    are worse because of the same cases. `promised` is the indicator of the standard that is about this KPI, and `goal`
    its goal in the unit of the KPI. `course` says since when, and `most` which categories its bad cases are of; None
    where they were not looked for, or there is no such column.
    """

    rank: int
    weak: Weak
    also: tuple[Weak, ...] = ()
    same: tuple[Same, ...] = ()
    promised: str | None = None
    goal: float | None = None
    course: Course | None = None
    most_of: str | None = None
    most: Pareto | None = None

    @property
    def kpi(self) -> str:
        """Key of its KPI."""
        return self.weak.kpi.key

    @property
    def group(self) -> Mapping[str, Any]:
        """The cell, as `where=` takes it."""
        return {self.weak.column: self.weak.label}

    @property
    def measured(self) -> Measurement:
        """The KPI in this cell."""
        return self.weak.measured

    @property
    def selected(self) -> Selected | None:
        """Its value without the luck of being picked, as `compare` takes it; None where the groups do not tell."""
        return self.weak.selected

    @property
    def smallest(self) -> str:
        """The smallest difference from the rest that would have been seen, in words."""
        if self.weak.kind == "mean":
            return number(self.weak.smallest, self.weak.kpi.told_in)
        return difference(self.weak.smallest, "share", signed=False, points=" percentage points")

    @property
    def sentence(self) -> str:
        """The finding as a sentence that a manager reads."""
        weak = self.weak
        unit = weak.kpi.told_in
        what = COUNTED.get(weak.kpi.table, "item")
        told = (
            f"{capital(named(weak.column, weak.label))}, {shorten(weak.kpi.title, _LONGEST)}: "
            f"{number(weak.measured.value, unit)} of {counted(weak.measured.n, what)}, against "
            f"{number(weak.overall.value, unit)} overall"
        )
        spared = counted(int(weak.spared), what)
        if weak.kind == "share":
            way = "more" if weak.kpi.better == "higher" else "fewer"
            told += f"; at the overall level it would be at least {spared} {way}."
        elif weak.kind == "percentile":
            bound = "within" if weak.kpi.better == "lower" else "above"
            told += f"; as elsewhere, at least {spared} more would be {bound} {number(weak.overall.value, unit)}."
        else:
            told += "."
        if self.also:
            others = [
                f"{shorten(o.kpi.title, _LONGEST)} ({number(o.measured.value, o.kpi.told_in)} against "
                f"{number(o.overall.value, o.kpi.told_in)})"
                for o in self.also[:_TOLD]
            ]
            more = f"; and {len(self.also) - _TOLD} more" if len(self.also) > _TOLD else ""
            told += f" Also worse there: {'; '.join(others)}{more}."
        return told

    @property
    def suspicion(self) -> str:
        """The cause that the cases themselves suggest, in words; no cause is shown by numbers alone."""
        parts = []
        top = self.most[0] if self.most is not None and len(self.most) else None
        if top is not None and top.share >= _TELLING:
            parts.append(
                f"{number(top.share, 'share')} of its bad cases are of {named(self.most_of or '', top.category)}"
            )
        same = [named(other.column, other.label) for other in self.same if other.overlap >= _MOSTLY]
        if same:
            parts.append(f"the same cases are {', '.join(same[:_NAMED])}")
        if self.course is not None and (self.course.start or self.course.end):
            parts.append(self.course.text)
        return "; ".join(parts) or "not known yet: ask those who do the work"

    def draft(self, *, id: str, at: dt.datetime, owner: str | None = None, **fields: Any) -> Plan:  # noqa: A002
        """Draft a plan: the fact, the value and the goal are there, the cause is suspected, measures are to be added.

        The goal is that of the standard where the group misses it, else the level of all. The plan keeps `selected`, so
        that `plan.compare` takes out the luck of being picked. `fields` are further ones of `Plan`, and win over the
        draft. `smart_gaps` of the plan lists what is left to fill in.

        >>> import numpy as np
        >>> from servqual.pdca import diagnose
        >>> day = np.array(["2026-05-04"] * 400, "datetime64[us]")
        >>> cases = {"received_at": day, "resolved_at": day, "team": ["north", "south"] * 200}
        >>> [first] = diagnose({"cases": cases | {"reopened": [0, 1] * 100 + [0, 0] * 100}})
        >>> plan = first.draft(id="Q-1", at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
        >>> plan.kpi, plan.baseline, plan.goal, [gap.value for gap in plan.smart_gaps()]
        ('reopen_rate', 0.5, 0.25, ['specific', 'relevant', 'time_bound'])
        """
        weak = self.weak
        lower = weak.kpi.better == "lower"
        value, goal = weak.measured.value, self.goal
        if goal is None or value is None or (goal >= value if lower else goal <= value):
            goal = weak.overall.value
        subject = f"{clean(weak.kpi.title)}, {named(weak.column, weak.label)}"
        told: dict[str, Any] = {
            "subject": subject,
            "kpi": weak.kpi,
            "baseline": weak.measured,
            "goal": goal,
            "problem": self.sentence,
            "cause": Cause.five_whys(subject, self.suspicion, suspected=True),
            "selected": None if {"kpi", "group"} & {*fields} else weak.selected,
        }
        return Plan(id=id, at=at, owner=owner, **(told | fields))


def ranked(search: Search, ranks: Mapping[str, int], most: int) -> tuple[Candidate, ...]:
    """Order what was found: by the rank of its KPI, the least first, then by the items that it costs.

    `ranks` gives a rank per key; a KPI without one comes last. A weakness that costs less than one item is left out.
    """
    last = max(ranks.values(), default=0) + 1

    def order(weak: Weak) -> tuple[int, float]:
        return ranks.get(weak.kpi.key, last), -weak.spared

    places: dict[tuple[str, str], tuple[list[Weak], list[Same]]] = {}
    for each in search.found:  # a group may be weak in several tables
        costly = [weak for weak in each.weak if weak.spared >= 1 or weak.kind == "mean"]
        if not costly:
            continue
        weak, same = places.setdefault(each.weak[0].place, ([], []))
        weak += costly
        same += [one for one in each.same if (one.column, one.label) not in {(o.column, o.label) for o in same}]
    found = [(sorted(weak, key=order), tuple(same)) for weak, same in places.values()]
    found.sort(key=lambda each: (*order(each[0][0]), *each[0][0].place))
    return tuple(
        Candidate(rank=rank, weak=first, also=tuple(also), same=same)
        for rank, ([first, *also], same) in enumerate(found[:most], 1)
    )
