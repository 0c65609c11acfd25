"""Measure the indicators of a service standard, the worst gap first."""

import math
from collections.abc import Iterable, Mapping
from typing import Unpack

import attrs

from servqual._checks import did_you_mean, must_be, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.engine import Data, Options, measure, spelled_out
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.attaining import Attainment, goal_of, indicators_of
from servqual.model.standards.indicator import Indicator
from servqual.model.standards.standard import ServiceStandard


@spelled_out
def attainment(
    standard: ServiceStandard | Iterable[Indicator],
    data: Data,
    *,
    confidence: float = 0.95,
    catalogue: Mapping[str, Kpi] = KPIS,
    **options: Unpack[Options],
) -> tuple[Attainment, ...]:
    """Measure each indicator of a standard, the greatest gap as a share of the goal first, and those without data last.

    An indicator's `within` becomes that of its KPI. `catalogue` is where its KPI is looked up, such as
    `KPIS | {mine.key: mine}`; the options are those of `measure`, without groups. Raises `UnknownName` for an indicator
    whose KPI is not in the catalogue, `InvalidValue` for a goal that the KPI cannot take, such as 95 for a share, and
    for a limit where it has none.

    >>> import numpy as np
    >>> from servqual.model import Indicator
    >>> day = np.array(["2026-05-04"] * 4, "datetime64[us]")
    >>> done = np.array(["2026-05-05", "NaT", "NaT", "NaT"], "datetime64[us]")
    >>> goal = Indicator(kpi="resolution_rate", goal=0.95, name="solve what we take on")
    >>> [row] = attainment([goal], {"cases": {"received_at": day, "resolved_at": done}})
    >>> row.met, round(row.gap, 2)
    (False, 0.7)
    """
    if by := options.get("by"):
        raise InvalidValue.of("by", "be left out, as an indicator is of the whole", by, do="use Measures.against")
    must_be(Mapping, "catalogue", "a mapping from key to KPI", catalogue)
    kpis: dict[str, Kpi] = {}
    rows: list[tuple[Indicator, Kpi, str]] = []
    for indicator in indicators_of(standard):
        kpi = _kpi(indicator, catalogue)
        name = kpi.key
        while name in kpis and kpis[name].definition != kpi.definition:
            name += " (other parameters)"
        kpis[name] = kpi.with_(key=name)
        rows.append((indicator, kpi, name))
    measures = measure(list(kpis.values()), data, confidence=confidence, **options)
    found = [
        Attainment(
            indicator=indicator,
            measured=attrs.evolve(measures.get(name), kpi=kpi.key),
            goal=goal_of(indicator, kpi),
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
