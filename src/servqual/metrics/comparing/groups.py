"""Shared by all rankings: the groups that hold data, their intervals, and the level of all."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Clustered, Count
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures, find_kpi
from servqual.stats.inference import student, wilson

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
        **dict.fromkeys(("mean", "signed_mean", "quotient", "per_hour", "per_event"), "mean"),
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


def standard_error(kpi: Kpi, m: Measurement, confidence: float) -> float | None:
    """Read the standard error of a mean, quotient or net score back from its interval; None for other kinds.

    It is read from the longer side, since the other may be cut off where the scale ends.
    """
    kind = kind_of(kpi)
    if m.value is None or m.low is None or m.high is None or kind not in {"mean", "net"}:
        return None
    side = max(m.high - m.value, m.value - m.low)
    if kind == "net":
        return side / NormalDist().inv_cdf((1 + confidence) / 2)
    return side / student(m.n - 1, confidence) if m.n > 1 else None


def spread_of_items(kpi: Kpi, groups: Sequence[Measurement], confidence: float) -> float | None:
    """Pool the standard deviation of single items within groups; None where no group tells it."""
    squares, degrees = 0.0, 0
    for m in groups:
        error = standard_error(kpi, m, confidence)
        if error is not None and m.n > 1:
            squares += (m.n - 1) * error**2 * m.n
            degrees += m.n - 1
    return math.sqrt(squares / degrees) if degrees else None


def interval_of(kpi: Kpi, m: Measurement, spread: float | None, confidence: float) -> tuple[float | None, float | None]:
    """Find the interval of a group; where all its values are alike, from the spread within the other groups.

    Otherwise two equal values would pass for a group known without error. A share of clusters that are all alike gets
    the interval of as many single items.
    """
    if m.value is None or m.low is None or m.high is None or m.low != m.high:
        return m.low, m.high
    kind = kind_of(kpi)
    if kind == "share":
        low, high = wilson(np.array([round(m.value * m.n)]), np.array([m.n]), confidence)
        return float(low[0]), float(high[0])
    if kind not in {"mean", "net"} or not spread:
        return m.low, m.high
    half = student(max(m.n - 1, 1), confidence) * spread / math.sqrt(m.n)
    return m.value - half, m.value + half


def ends(kpi: Kpi, groups: Sequence[Measurement], confidence: float, *, good: bool) -> list[float | None]:
    """Find the good end of each group's interval, in the better direction, or the bad end."""
    spread = spread_of_items(kpi, groups, confidence)
    side = 1 if good == (kpi.better == "higher") else 0
    return [interval_of(kpi, m, spread, confidence)[side] for m in groups]
