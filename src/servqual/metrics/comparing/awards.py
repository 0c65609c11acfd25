"""Who did best, and who improved most: by what is sure, with ties told."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual.metrics.comparing.changing import changes
from servqual.metrics.comparing.differences import Difference
from servqual.metrics.comparing.groups import directed, ends, measured_groups
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measures import Measurement, Measures
from servqual.metrics.results.tidy import Tidy


@attrs.frozen(kw_only=True)
class AwardPlace:
    """The place of one group: 1 is the best, equal levels share a place, and the next place counts all before it.

    `level` is what it is ranked by: the bad end of its interval or, where the most improved is sought, of the interval
    of its improvement; above 0 that is sure. `place` and `level` are None where nothing tells them.
    """

    measured: Measurement
    before: Measurement | None
    level: float | None
    place: int | None
    tied: bool


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AwardRanking(Tidy):
    """The groups of one KPI, the best or the most improved first; groups that nobody can rank come last."""

    kpi: Kpi
    by: tuple[str, ...]
    rows: tuple[AwardPlace, ...]
    _units: ClassVar[Mapping[str, str]] = MappingProxyType(dict.fromkeys(("value", "before", "level"), ""))

    def __iter__(self) -> Iterator[AwardPlace]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> tuple[AwardPlace, ...]:
        """All who hold the first place: one, several who are tied, or nobody."""
        return tuple(row for row in self.rows if row.place == 1)

    def columns(self) -> dict[str, list[Any]]:
        """The tidy table as columns: place, whether it is shared, the groups, value, n, value before, level, unit."""
        out: dict[str, list[Any]] = {name: [getattr(row, name) for row in self.rows] for name in ("place", "tied")}
        out |= {name: [row.measured.group[name] for row in self.rows] for name in self.by}
        out |= {name: [getattr(row.measured, name) for row in self.rows] for name in ("value", "n")}
        out["before"] = [row.before.value if row.before else None for row in self.rows]
        out["level"] = [row.level for row in self.rows]
        out["unit"] = [self.kpi.unit] * len(self.rows)
        return out

    def _caption(self) -> str:
        return f"{self.kpi.title}: best first"


def award_ranking(measures: Measures, kpi: str, *, before: Measures | None = None) -> AwardRanking:
    """Rank groups for an award: the best score or, with `before`, the greatest improvement since then.

    A group is ranked by the bad end of its interval, which it passes almost surely; three lucky answers do not beat a
    year of good ones. The improvement is the difference from the same group in `before`, ranked by the bad end of its
    interval, in the direction that is better; a group that was not there before is not ranked. Groups at the same
    level are tied, and share a place. Raises `InvalidValue` for a KPI without a better direction, and where `before`
    was measured by another definition, other groups, or at another confidence.

    >>> from servqual.metrics import KPIS, measure
    >>> satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    >>> answers = {"agent": ["ada"] * 50 + ["bo"] * 50 + ["cy"] * 2, "score": ([5] * 45 + [1] * 5) * 2 + [5, 5]}
    >>> ranking = award_ranking(measure([satisfied], {"answers": answers}, by=["agent"]), "csat")
    >>> [(row.place, row.measured.group["agent"], row.tied) for row in ranking]
    [(1, 'ada', True), (1, 'bo', True), (3, 'cy', False)]
    """
    found = directed(measures, kpi)
    groups = measured_groups(measures, found)
    then: dict[tuple[Any, ...], Measurement | None] = {}
    if before is None:
        levels = ends(found, groups, measures.confidence, good=False)
    else:
        past = {tuple(row.group.values()): row for row in changes(before, measures, kpi)}
        then = {group: row.before for group, row in past.items() if row.gap}
        levels = [_improvement(past[tuple(m.group.values())].gap, found) for m in groups]
    sign = 1 if found.better == "lower" and before is None else -1
    order = sorted(
        zip(groups, levels, strict=True), key=lambda pair: (pair[1] is None, 0.0 if pair[1] is None else sign * pair[1])
    )
    first: dict[float | None, int] = {}
    for place, (_, level) in enumerate(order, 1):
        first.setdefault(level, place)
    shared = Counter(level for _, level in order)
    rows = [
        AwardPlace(
            measured=m,
            before=then.get(tuple(m.group.values())),
            level=level,
            place=None if level is None else first[level],
            tied=level is not None and shared[level] > 1,
        )
        for m, level in order
    ]
    return AwardRanking(kpi=found, by=measures.by, rows=tuple(rows))


def _improvement(change: Difference | None, kpi: Kpi) -> float | None:
    """The least that a group has improved by, almost surely, in the direction that is better."""
    worst = None if change is None else change.low if kpi.better == "higher" else change.high
    return worst if worst is None or kpi.better == "higher" else -worst
