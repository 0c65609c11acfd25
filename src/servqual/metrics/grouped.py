"""What every ranking asks of measured groups: which of them hold data, how sure each is, and what the whole is."""

import math
from collections.abc import Sequence
from statistics import NormalDist

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.intervals import student
from servqual.metrics.kpi import Kpi
from servqual.metrics.measures import Measurement, Measures

__all__ = [
    "asked",
    "directed",
    "ends",
    "interval_of",
    "level_of_all",
    "measured_groups",
    "spread_of_items",
    "standard_error",
]

_OF_MEANS = ("mean", "quotient", "per_hour")
_POOLED = ("share", "mean", "net")


def asked(measures: Measures, key: str) -> Kpi:
    """The measured KPI of this key. Raises `UnknownName` for one that was not measured."""
    for kpi in measures.kpis:
        if kpi.key == key:
            return kpi
    keys = [kpi.key for kpi in measures.kpis]
    close = near(key, keys)
    raise UnknownName(f"kpi must be one of {', '.join(keys)} (got {key!r}){did_you_mean(close)}", near=close)


def directed(measures: Measures, key: str) -> Kpi:
    """The same, refused where neither direction is better or a count only grows with its group."""
    kpi = asked(measures, key)
    if kpi.better is None:
        raise InvalidValue(
            f"kpi must have a better direction to be ranked (got {key}, which has none); rank another, or give it one "
            "with attrs.evolve(kpi, better=…) before measuring",
            field="kpi",
            got=key,
        )
    if kpi.unit == "count":
        raise InvalidValue(
            f"kpi must be a share, a mean or a percentile (got {key}, a count, which grows with its group); use pareto",
            field="kpi",
            got=key,
        )
    return kpi


def measured_groups(measures: Measures, key: str) -> list[Measurement]:
    """The measurements of a KPI that hold a value."""
    return [m for m in measures if m.kpi == key and m.value is not None]


def level_of_all(kpi: Kpi, groups: Sequence[Measurement], overall: float | Measurement | None) -> float | None:
    """The level that groups are held against: the one given, or that of all their rows together.

    Shares, means and net scores of groups make up the whole by their n; of a quotient or a percentile they do not, so
    that `overall` must be given. None where nothing was measured.
    """
    if isinstance(overall, Measurement):
        if overall.definition != kpi.definition:
            raise InvalidValue(
                f"overall must be of the same definition as {kpi.key} (got {overall.kpi} with other parameters or "
                "another formula); measure both alike",
                field="overall",
                got=overall.kpi,
            )
        return overall.value
    if overall is not None:
        return float(overall)
    if kpi.statistic not in _POOLED:
        raise InvalidValue(
            f"overall is needed for {kpi.key}, whose groups do not tell the level of the whole (got None); pass what "
            "was measured without groups",
            field="overall",
            got=None,
        )
    n = sum(m.n for m in groups)
    return math.fsum(m.n * (m.value or 0) for m in groups) / n if n else None


def standard_error(kpi: Kpi, m: Measurement, confidence: float) -> float | None:
    """The standard error of a measured value; None where it has none that its interval tells.

    For a share that of the binomial; for a mean, quotient or net score it is read back from the interval, from the
    longer side, since the other may be cut off where the scale ends.
    """
    if m.value is None:
        return None
    if kpi.statistic == "share":
        return math.sqrt(m.value * (1 - m.value) / m.n)
    if m.low is None or m.high is None or kpi.statistic not in (*_OF_MEANS, "net"):
        return None
    side = max(m.high - m.value, m.value - m.low)
    if kpi.statistic == "net":
        return side / NormalDist().inv_cdf((1 + confidence) / 2)
    return side / student(m.n - 1, confidence) if m.n > 1 else None


def spread_of_items(kpi: Kpi, groups: Sequence[Measurement], confidence: float) -> float | None:
    """The standard deviation of single items within groups, pooled over the groups; None where none tells it."""
    squares, degrees = 0.0, 0
    for m in groups:
        error = standard_error(kpi, m, confidence)
        if error is not None and m.n > 1:
            squares += (m.n - 1) * error**2 * m.n
            degrees += m.n - 1
    return math.sqrt(squares / degrees) if degrees else None


def interval_of(kpi: Kpi, m: Measurement, spread: float | None, confidence: float) -> tuple[float | None, float | None]:
    """The interval of a group; a mean of values that happen to be all alike has that which the others' spread gives.

    Else two equal values would pass for a group that is known without error.
    """
    if kpi.statistic not in _OF_MEANS or m.value is None or m.low is None or m.low != m.high or not spread:
        return m.low, m.high
    half = student(m.n - 1, confidence) * spread / math.sqrt(m.n)
    return m.value - half, m.value + half


def ends(kpi: Kpi, groups: Sequence[Measurement], confidence: float, *, good: bool) -> list[float | None]:
    """The good end of each group's interval, the one in the better direction, or the bad one."""
    spread = spread_of_items(kpi, groups, confidence)
    side = 1 if good == (kpi.better == "higher") else 0
    return [interval_of(kpi, m, spread, confidence)[side] for m in groups]
