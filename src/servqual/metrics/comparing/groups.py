"""Shared by all rankings: the groups that hold data, their intervals, and the level of all."""

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Clustered, Count
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures, find_kpi
from servqual.stats.intervals import student

Kind: TypeAlias = Literal["share", "rate", "mean", "net", "other"]


def kind_of(kpi: Kpi) -> Kind:
    """Classify a KPI for rankings: share of items, rate per exposure, mean (or quotient), net score, or other.

    >>> from servqual.metrics import KPIS
    >>> [kind_of(KPIS[key]) for key in ("resolution_rate", "resolution_time", "nps", "resolution_p90")]
    ['share', 'mean', 'net', 'other']
    """
    if isinstance(kpi, Compound):
        return "rate" if kpi.base_is == "exposure" else "other"
    kinds: dict[str, Kind] = {
        "share": "share",
        **dict.fromkeys(("mean", "signed_mean", "quotient", "per_event", "of_budget", "odds"), "mean"),
        **dict.fromkeys(("rate", "per_hour", "per_year", "per_million"), "mean"),
        "net": "net",
    }
    return kinds.get(kpi.statistic, "other")


def one_by_one(kpi: Kpi) -> Kpi:
    """Refuse a KPI measured by clusters: no model here knows how many clusters a group has."""
    if kpi.accumulator is Clustered:
        raise InvalidValue.of(
            "kpi",
            "be measured without cluster= for this",
            kpi.key,
            shown=f"{kpi.key} by clusters",
            do="measure it anew, or rank it by interval",
        )
    return kpi


def measured_kpi(measures: Measures, key: str) -> Kpi:
    """Find the measured KPI of this key. Raises `UnknownName` for one that was not measured."""
    must_be(Measures, "measures", "what measure() gives", measures)
    return find_kpi(measures.kpis, key)


def directed(measures: Measures, key: str) -> Kpi:
    """Find a measured KPI to rank by: with a better direction, and not a count, which grows with its group."""
    kpi = measured_kpi(measures, key)
    if kpi.better is None:
        raise InvalidValue.of(
            "kpi",
            "have a better direction to be ranked",
            key,
            shown=f"{key}, which has none",
            do="rank another, or give it one with attrs.evolve(kpi, better=…) before measuring",
        )
    if kpi.unit == "count":
        raise InvalidValue.of(
            "kpi",
            "be a share, a mean or a percentile",
            key,
            shown=f"{key}, a count, which grows with its group",
            do="use pareto",
        )
    return kpi


def measured_groups(measures: Measures, kpi: Kpi) -> list[Measurement]:
    """List the measurements of a KPI that hold a value."""
    return [m for m in measures.of(kpi) if m.value is not None]


def level_of_all(kpi: Kpi, groups: Sequence[Measurement], overall: float | Measurement | None) -> float | None:
    """Find the level that groups are held against: the given one, or that of all their rows together.

    Shares, rates, means and net scores of groups make up the whole by their n; quotients and percentiles do not, and
    need `overall`. None where nothing was measured.
    """
    if isinstance(overall, Measurement):
        if overall.definition != kpi.definition:
            raise InvalidValue.of(
                "overall",
                f"be of the same definition as {kpi.key}",
                overall.kpi,
                shown=f"{overall.kpi} with other parameters or another formula",
                do="measure both alike",
            )
        return overall.value
    if overall is not None:
        return float(overall)
    if not _pools(kpi):
        raise InvalidValue.of(
            "overall",
            f"be given for {kpi.key}, whose groups do not tell the level of the whole",
            None,
            do="pass the measurement without groups",
        )
    n = sum(m.n for m in groups)
    return math.fsum(m.n * (m.value or 0) for m in groups) / n if n else None


def _pools(kpi: Kpi) -> bool:
    """Tell whether the level of the whole is the mean of its groups, weighted by n."""
    if isinstance(kpi, Compound):  # the same customer may be in several groups
        return all(part.accumulator is Count for part in kpi.parts)
    return kpi.statistic in {"share", "mean", "signed_mean", "net"}


def standard_error(kpi: Kpi, m: Measurement, spread: float | None) -> float | None:
    """Read the standard error of a mean, quotient or net score; None for other kinds.

    Where all values of a group are alike it is that of as many values with the `spread` of the other groups.
    """
    if kind_of(kpi) not in {"mean", "net"}:
        return None
    return spread / math.sqrt(m.n) if m.standard_error == 0 and spread else m.standard_error


def spread_of_items(kpi: Kpi, groups: Sequence[Measurement]) -> float | None:
    """Pool the standard deviation of single items within groups; None where no group tells it."""
    squares, degrees = 0.0, 0
    for m in groups:
        error = standard_error(kpi, m, None)
        if error is not None and m.n > 1:
            squares += (m.n - 1) * error**2 * m.n
            degrees += m.n - 1
    return math.sqrt(squares / degrees) if degrees else None


def interval_of(kpi: Kpi, m: Measurement, spread: float | None, confidence: float) -> tuple[float | None, float | None]:
    """Find the interval of a group; of a mean whose values are all alike, from the spread within the other groups.

    Otherwise it would have to reach as far as the scale allows.
    """
    if m.value is None or m.standard_error != 0 or not spread or kind_of(kpi) not in {"mean", "net"}:
        return m.low, m.high
    half = student(max(m.n - 1, 1), confidence) * spread / math.sqrt(m.n)
    return m.value - half, m.value + half


def ends(kpi: Kpi, groups: Sequence[Measurement], confidence: float, *, good: bool) -> list[float | None]:
    """Find the good end of each group's interval, in the better direction, or the bad end."""
    spread = spread_of_items(kpi, groups)
    side = 1 if good == (kpi.better == "higher") else 0
    return [interval_of(kpi, m, spread, confidence)[side] for m in groups]
