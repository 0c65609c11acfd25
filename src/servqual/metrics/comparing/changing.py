"""The same groups before and after: by how much a KPI changed, and whether that is sure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual.errors import InvalidValue
from servqual.metrics.comparing.differences import Difference, Verdict, difference
from servqual.metrics.comparing.groups import kind_of, measured_kpi, spread_of_items
from servqual.metrics.comparing.peers import figure_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy


@attrs.frozen(kw_only=True)
class Change:
    """One group before and after, each None where the group was not there.

    `gap` is after less before, None where one of them has no value. `verdict` is `better` or `worse` where the interval
    of the gap leaves out 0, `unclear` where it holds it, `unknown` where there is no interval or neither direction is
    better.
    """

    group: Mapping[str, Any] = attrs.field(hash=False)
    before: Measurement | None
    after: Measurement | None
    gap: Difference | None
    verdict: Verdict

    @property
    def measured(self) -> Measurement | None:
        """The measurement after, or the one before where the group is gone."""
        return self.after or self.before

    @property
    def relative(self) -> float | None:
        """The gap as a share of the value before; None where that is 0 or unknown."""
        return self.gap.value / abs(self.before.value) if self.gap and self.before and self.before.value else None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Changes(Tidy[Change]):
    """All groups that were measured before or after; those measured after are first."""

    kpi: Kpi
    confidence: float
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "group": Column("group"),
            "before": Column("before.value", OWN),
            "after": Column("after.value", OWN),
            "n_before": Column("before.n", missing=0),
            "n_after": Column("after.n", missing=0),
            "gap": Column("gap.value", OWN),
            "low": Column("gap.low", OWN),
            "high": Column("gap.high", OWN),
            "relative": Column("relative", "ratio"),
            "verdict": Column("verdict"),
            "unit": Column("measured.unit"),
        }
    )

    def _caption(self) -> str:
        return f"{self.kpi.title} before and after, intervals at {self.confidence:.0%}"


def changes(before: Measures, after: Measures, kpi: str) -> Changes:
    """Subtract the value before from the value after, per group of a KPI, and judge the difference.

    The interval is Newcombe's for shares, likewise for rates, Welch's for means, and that of two independent
    multinomials for net scores; see `servqual.metrics.comparing.differences`. Both are taken as independent samples. A
    difference is not its cause: a season or a trend makes one as well. Group by columns that both have, not by periods,
    which never repeat. Raises `InvalidValue` where both were not measured by the same definition, groups and
    confidence, `UnknownName` for a KPI that was not measured.

    >>> from servqual.metrics import KPIS, measure
    >>> satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    >>> old = measure([satisfied], {"answers": {"score": [5] * 48 + [1] * 32}})
    >>> new = measure([satisfied], {"answers": {"score": [5] * 56 + [1] * 14}})
    >>> [row] = changes(old, new, "csat")
    >>> row.verdict, round(row.gap.value, 2), round(row.gap.low, 4), round(row.relative, 2)
    ('better', 0.2, 0.0524, 0.33)
    """
    found, earlier = measured_kpi(after, kpi), measured_kpi(before, kpi)
    if (earlier.definition, before.by, before.confidence) != (found.definition, after.by, after.confidence):
        raise InvalidValue.of(
            "before",
            f"measure {kpi} by the same definition, groups and confidence",
            before.by,
            shown=f"groups by {', '.join(before.by) or 'no column'} at {before.confidence:.0%}",
            do="measure both alike",
        )
    now, then = (
        {tuple(m.group.values()): m for m in side.of(one)} for side, one in ((after, found), (before, earlier))
    )
    spread = spread_of_items(found, [m for side in (now, then) for m in side.values()])
    rows = []
    for group in dict.fromkeys((*now, *then)):
        old, new = then.get(group), now.get(group)
        gap = _gap(found, old, new, spread, after.confidence)
        verdict = gap.verdict(found.better) if gap else "unknown"
        named = dict(zip(after.by, group, strict=True))
        rows.append(Change(group=named, before=old, after=new, gap=gap, verdict=verdict))
    return Changes(kpi=found, by=after.by, confidence=after.confidence, rows=tuple(rows))


def _gap(
    kpi: Kpi, old: Measurement | None, new: Measurement | None, spread: float | None, confidence: float
) -> Difference | None:
    if old is None or new is None or old.value is None or new.value is None:
        return None
    later, earlier = (figure_of(kpi, m, spread, confidence) for m in (new, old))
    return difference(later, earlier, kind_of(kpi), confidence)
