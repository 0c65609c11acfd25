"""What was promised against what was measured: the indicators of a service standard, the worst gap first."""

import math
from collections.abc import Iterable, Mapping

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.engine.running import Data, Where, measure
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measures import Measurement
from servqual.metrics.results.standing import gap_of, goal_in_unit, indicators_of, ratio_of
from servqual.metrics.time.instants import Moment
from servqual.model.sla.agreement import Sla
from servqual.model.standards.indicator import Indicator
from servqual.model.standards.standard import ServiceStandard


@attrs.frozen(kw_only=True)
class Attainment:
    """One indicator against what was measured.

    `goal` and `gap` are in the unit of the KPI, `gap` in the direction that is worse: above 0 the goal was missed by so
    much. `met`, `gap` and `ratio` are None where there is no data, no goal, or neither direction is better. A value at
    the goal reaches it.
    """

    indicator: Indicator
    measured: Measurement
    goal: float | None

    @property
    def _better(self) -> str | None:
        return self.measured.better or self.indicator.better

    @property
    def gap(self) -> float | None:
        """How far the goal was missed; negative where it was passed."""
        return gap_of(self.measured.value, self.goal, self._better)

    @property
    def ratio(self) -> float | None:
        """How much of the goal was attained: value / goal, or goal / value where lower is better; 1 reaches it."""
        return ratio_of(self.measured.value, self.goal, self._better)

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached."""
        return None if self.gap is None else self.gap <= 0


def attainment(
    standard: ServiceStandard | Iterable[Indicator],
    data: Data,
    *,
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    where: Where | None = None,
    sla: Sla | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    naive: str | None = None,
    cluster: str | None = None,
    confidence: float = 0.95,
    catalogue: Mapping[str, Kpi] = KPIS,
) -> tuple[Attainment, ...]:
    """Measure each indicator of a standard, in order of the gap as a share of the goal; without data comes last.

    An indicator's `within` becomes that of its KPI. `catalogue` is where its KPI is looked up, such as
    `KPIS | {mine.key: mine}`; the other options are those of `measure`. Raises `UnknownName` for an indicator whose KPI
    is not in the catalogue, `InvalidValue` for a goal that the KPI cannot take, such as 95 for a share, and for a limit
    where it has none.

    >>> import numpy as np
    >>> from servqual.model import Indicator
    >>> day = np.array(["2026-05-04"] * 4, "datetime64[us]")
    >>> done = np.array(["2026-05-05", "NaT", "NaT", "NaT"], "datetime64[us]")
    >>> goal = Indicator(kpi="resolution_rate", goal=0.95, name="solve what we take on")
    >>> [row] = attainment([goal], {"cases": {"received_at": day, "resolved_at": done}})
    >>> row.met, round(row.gap, 2)
    (False, 0.7)
    """
    asked: dict[str, Kpi] = {}
    rows: list[tuple[Indicator, Kpi, str]] = []
    for indicator in indicators_of(standard):
        kpi = _kpi(indicator, catalogue)
        name = kpi.key
        while name in asked and asked[name].definition != kpi.definition:
            name += " (other parameters)"
        asked[name] = kpi.with_(key=name)
        rows.append((indicator, kpi, name))
    measures = measure(
        list(asked.values()),
        data,
        now=now,
        period=period,
        where=where,
        sla=sla,
        columns=columns,
        naive=naive,
        cluster=cluster,
        confidence=confidence,
    )
    found = [
        Attainment(
            indicator=indicator,
            measured=attrs.evolve(measures.get(name), kpi=kpi.key),
            goal=None if indicator.goal is None else goal_in_unit("goal", indicator.goal, kpi),
        )
        for indicator, kpi, name in rows
    ]
    return tuple(sorted(found, key=_worst_first))


def _kpi(indicator: Indicator, catalogue: Mapping[str, Kpi]) -> Kpi:
    kpi = catalogue.get(indicator.kpi)
    if kpi is None:
        close = near(indicator.kpi, catalogue)
        raise UnknownName(
            f"indicator {indicator.name!r} needs a KPI of the catalogue (got {indicator.kpi!r}){did_you_mean(close)}",
            near=close,
        )
    return kpi if indicator.within is None else kpi.with_(within=indicator.within)


def _worst_first(row: Attainment) -> float:
    return math.inf if row.gap is None else -row.gap / (abs(row.goal or 1))
