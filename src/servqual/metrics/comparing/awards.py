"""Rankings for awards: who did best, and who improved most, by the sure end of the interval, with ties."""

from collections import Counter
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual.metrics.comparing.changing import changes
from servqual.metrics.comparing.differences import Difference
from servqual.metrics.comparing.groups import directed, ends, measured_groups
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy


@attrs.frozen(kw_only=True)
class AwardPlace:
    """The place of one group: 1 is the best, equal levels share a place, and the next place counts all before it.

    `level` is the basis of the place: the bad end of the interval or, for the most improved, the bad end of the
    improvement's interval, which above 0 is sure. `place` and `level` are None where they are unknown.
    """

    measured: Measurement
    before: Measurement | None
    level: float | None
    place: int | None
    tied: bool


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AwardRanking(Tidy[AwardPlace]):
    """The groups of one KPI, the best or the most improved first; groups without a place are last."""

    kpi: Kpi
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "place": Column("place"),
            "tied": Column("tied"),
            "group": Column("measured.group"),
            "value": Column("measured.value", OWN),
            "n": Column("measured.n"),
            "before": Column("before.value", OWN),
            "level": Column("level", OWN),
            "unit": Column("measured.unit"),
        }
    )

    @property
    def first(self) -> tuple[AwardPlace, ...]:
        """The groups in the first place: one, several that are tied, or none."""
        return tuple(row for row in self.rows if row.place == 1)

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
    """Find the least improvement that is almost sure, in the better direction."""
    worst = None if change is None else change.low if kpi.better == "higher" else change.high
    return worst if worst is None or kpi.better == "higher" else -worst
