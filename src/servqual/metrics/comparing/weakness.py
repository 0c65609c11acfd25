"""Which groups are weakest, and what that costs; never by raw values, which put the smallest groups on top."""

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import ClassVar, Final, Literal, TypeAlias, get_args

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import (
    directed,
    ends,
    kind_of,
    level_of_all,
    measured_groups,
    one_by_one,
    spread_of_items,
)
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy
from servqual.stats.shrinkage import shrunken_means, shrunken_rates, shrunken_shares

RankBy: TypeAlias = Literal["interval", "shrinkage"]
_ADD_UP: Final = ("share", "mean", "signed_mean")


@attrs.frozen(kw_only=True)
class Weakness:
    """How weak one group is.

    `level` is the basis of the rank, in the unit of the KPI: the good end of the interval, or the shrunken value. `gap`
    is its distance from the `overall` level, above 0 where it is worse. `cost` is the gap times n where it is worse,
    otherwise 0: at the overall level at least so many more items would have gone well (a share), so many fewer events
    would have happened (a rate), or so many seconds, points or money would have been saved (a mean). `level`, `gap` and
    `cost` are None where they are unknown, `cost` also for percentiles and quotients, which are not sums.
    """

    measured: Measurement
    overall: float
    level: float | None
    gap: float | None
    cost: float | None

    @property
    def worse(self) -> bool:
        """Whether it is worse than the whole even at its level."""
        return self.gap is not None and self.gap > 0


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Weakest(Tidy[Weakness]):
    """The groups of one KPI, the weakest first; groups without a level are last."""

    kpi: Kpi
    rank_by: RankBy
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "group": Column("measured.group"),
            "value": Column("measured.value", OWN),
            "low": Column("measured.low", OWN),
            "high": Column("measured.high", OWN),
            "n": Column("measured.n"),
            "level": Column("level", OWN),
            "overall": Column("overall", OWN),
            "gap": Column("gap", OWN),
            "worse": Column("worse"),
            "cost": Column("cost", "count"),
            "unit": Column("measured.unit"),
        }
    )

    def _caption(self) -> str:
        return f"{self.kpi.title}: weakest groups first, by {self.rank_by}"


def weakest(
    measures: Measures, kpi: str, *, rank_by: RankBy = "interval", overall: float | Measurement | None = None
) -> Weakest:
    """Rank the groups of a KPI, the weakest first, by interval or shrunken value, never by raw value.

    Args:
        measures: measured by the groups that are to be ranked.
        kpi: the key of a KPI with a better direction; a count has no weak groups, see `pareto`.
        rank_by: `interval` takes the good end of each interval, where a tiny group ranks low, because its interval is
            wide; `shrinkage` takes the value drawn towards the level of all, by a beta-binomial model for shares, a
            gamma-Poisson one for rates and a normal one for means, quotients and net scores (see
            `servqual.stats.shrinkage`).
        overall: the level of the whole; without it that of all groups together. Quotients and percentiles need it.

    A mean of values that are all alike gets its interval from the spread within the other groups. Groups at the same
    level are ordered by n, larger first, then as in the measures. A group is part of the whole that it is held against,
    so that the gap of a very large one is understated. Without data the ranking is empty.

    >>> from servqual.metrics import KPIS, measure
    >>> satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    >>> team, score = ["north"] * 200 + ["south"] * 100 + ["tiny"] * 3, [5, 5, 5, 5, 1] * 40 + [5, 5, 5, 1, 1] * 20
    >>> measured = measure([satisfied], {"answers": {"team": team, "score": [*score, 5, 1, 1]}}, by=["team"])
    >>> [(row.measured.group["team"], round(row.measured.value, 2), row.worse) for row in weakest(measured, "csat")]
    [('south', 0.6, True), ('tiny', 0.33, False), ('north', 0.8, False)]
    """
    among("rank_by", rank_by, get_args(RankBy))
    found = directed(measures, kpi)
    groups = measured_groups(measures, found)
    whole = level_of_all(found, groups, overall)
    if whole is None:
        return Weakest(kpi=found, by=measures.by, rank_by=rank_by, rows=())
    if rank_by == "interval":
        levels = ends(found, groups, measures.confidence, good=True)
    else:
        levels = _shrunken(found, groups, whole)
    sign = 1 if found.better == "lower" else -1
    rows: list[Weakness] = []
    times = found.times if isinstance(found, Compound) else 1.0 if found.statistic in _ADD_UP else None
    for m, level in zip(groups, levels, strict=True):
        gap = None if level is None else sign * (level - whole)
        cost = None if gap is None or times is None else max(gap, 0.0) * m.n / times
        rows.append(Weakness(measured=m, overall=whole, level=level, gap=gap, cost=cost))
    rows.sort(key=lambda row: (math.inf if row.gap is None else -row.gap, -row.measured.n))
    return Weakest(kpi=found, by=measures.by, rank_by=rank_by, rows=tuple(rows))


def _shrunken(kpi: Kpi, groups: Sequence[Measurement], whole: float) -> list[float | None]:
    """Draw the value of each group towards the level of all; None where the spread is unknown."""
    if not groups:
        return []
    value, n = np.array([m.value for m in groups]), np.array([m.n for m in groups])
    kind = kind_of(one_by_one(kpi))
    if kind == "share":
        return _settled(shrunken_shares(np.round(value * n), n, whole), whole)
    if isinstance(kpi, Compound) and kind == "rate":
        events = np.round(value * n / kpi.times)
        return _settled(kpi.times * shrunken_rates(events, n, whole / kpi.times), whole)
    if kind == "other":
        raise InvalidValue.of(
            "rank_by",
            f"be interval for {kpi.key}, read as {kpi.statistic}, which nothing shrinks",
            "shrinkage",
            shown="shrinkage",
        )
    spread = spread_of_items(kpi, groups)
    if spread is None:
        return [None] * len(groups)
    return _settled(shrunken_means(value, spread / np.sqrt(n)), whole)


def _settled(levels: Array, whole: float) -> list[float | None]:
    """Replace levels that differ from the whole by rounding only."""
    return [whole if math.isclose(level, whole, rel_tol=1e-12) else level for level in levels.tolist()]
