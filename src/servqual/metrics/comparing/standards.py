"""Measure the indicators of a service standard, the worst gap first."""

import math
from collections.abc import Iterable, Mapping
from typing import Final, Unpack

import attrs

from servqual._checks import did_you_mean, must_be, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.engine import Data, Options, measure, spelled_out
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.attaining import Attainment, goal_of, indicators_of
from servqual.model.standards.indicator import Indicator
from servqual.model.standards.standard import ServiceStandard

_OPTIONAL: Final = frozenset({"hours", "only", "except_for"})
"""Parameters that may stay None."""


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
    whose KPI is not in the catalogue, `InvalidValue` for a goal that the KPI cannot take, such as 95 for a share, for a
    limit where it has none, and for a KPI that still needs a parameter, such as the scale of csat: the error names the
    indicator, and how to set it.

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
    try:
        measures = measure(list(kpis.values()), data, confidence=confidence, **options)
    except InvalidValue as error:
        raise _of_indicator(error, [(indicator, kpi) for indicator, kpi, _ in rows]) from None
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


def _of_indicator(error: InvalidValue, rows: Iterable[tuple[Indicator, Kpi]]) -> InvalidValue:
    """Say which indicator lacks a parameter of its KPI, and how to give it; any other error stays."""
    field = getattr(error, "field", "")
    for indicator, kpi in rows:
        if kpi.params.get(field, field) is None:
            rule, got, _ = str(error).partition(" (got ")
            unset = [name for name, value in kpi.params.items() if value is None and name not in _OPTIONAL]
            setting = ", ".join(f"{name}=…" for name in unset)
            do = (
                "set its within"
                if field == "within"
                else f"pass catalogue=KPIS | {{{kpi.key!r}: KPIS[{kpi.key!r}].with_({setting})}}"
            )
            where = f" for {kpi.key} of indicator {indicator.name or indicator.kpi!r}"
            return InvalidValue(f"{rule}{where}{got}None); {do}", field=field, expected=error.expected, got=None)
    return error


def _worst_first(row: Attainment) -> float:
    return math.inf if row.gap is None else -row.gap / (abs(row.goal or 1))
