"""Shares, quotients of sums, and rates of events, read from cells with their intervals."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Cells, Clustered, Dense, Quotient, as_ints
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.ends import Ends
from servqual.metrics.kpi.numbers import Numbers
from servqual.stats import intervals

Reader: TypeAlias = Callable[[Kpi, Cells, float], Numbers]
PER_HOUR: Final = 3_600_000_000
PER_YEAR: Final = 365 * 24 * PER_HOUR
MILLIONTHS: Final = 1_000_000
IN_MILLIONTHS: Final = frozenset({"s", "score", "gap", "money"})
"""Units that are counted in millionths."""
_OF_SHARES: Final[Ends] = (0, 1)


def share(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide hits by all that are decided."""
    assert isinstance(cells, Dense)
    hits, misses = cells.fields["hits"], cells.fields["misses"]
    n = hits + misses
    low, high = intervals.wilson(hits, n, confidence)
    with np.errstate(invalid="ignore"):
        value = hits / np.where(n, n, np.nan)
    approximate = (n > 0) & intervals.few(hits, misses)
    return Numbers(value, low, high, n, cells.fields["undecided"], np.zeros(len(n)), approximate=approximate)


def odds(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide hits by misses; without a miss there is no value, only a lower bound."""
    found = share(kpi, cells, confidence)
    assert isinstance(cells, Dense)
    hits, misses = (cells.fields[name].astype(np.float64) for name in ("hits", "misses"))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = hits / misses
        low, high = (end / (1 - end) for end in (found.low, found.high))
        error = value * np.sqrt(1 / hits + 1 / misses)
    return attrs.evolve(found, value=_known(value), low=low, high=_known(high), standard_error=_known(error))


def of_budget(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide the share of requests that failed, or of time that was down, by the one that the objective allows."""
    assert isinstance(cells, Dense)
    allowed = float(1 - Decimal(str(kpi.params["slo"])))  # as written: 1 - 0.9 in floats is less than 0.1
    if "hits" in cells.fields:
        found = share(kpi, cells, confidence)
        with np.errstate(invalid="ignore"):
            error = np.sqrt(found.value * (1 - found.value) / found.n)
        found = attrs.evolve(found, standard_error=error)
    else:
        found = _over(cells, _OF_SHARES, confidence)
    scaled = {name: getattr(found, name) / allowed for name in ("value", "low", "high", "standard_error")}
    return attrs.evolve(found, **scaled)


def quotient(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide a sum by another, where what was summed varies from row to row."""
    return _over(cells, scaled_ends(kpi), confidence)


def mean_of_sums(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide a sum by the number of things that it is the sum of, each row telling both; n counts the things."""
    assert isinstance(cells, Dense)
    return attrs.evolve(quotient(kpi, cells, confidence), n=as_ints(cells.fields["base"]).astype(np.int64))


def clustered(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Read a share, mean or net score whose rows belong to customers."""
    assert isinstance(cells, Dense)
    times, off = (100, 1) if kpi.statistic == "net" else (1, 0)
    found = _over(cells, scaled_ends(kpi), confidence, times, off)
    return attrs.evolve(found, n=cells.fields["rows"], undecided=cells.fields["undecided"])


def _over(cells: Cells, ends: Ends, confidence: float, times: int = 1, off: int = 0) -> Numbers:
    """Compute times × (top / base − off) of the sums, with an interval from the spread between rows or clusters."""
    assert isinstance(cells, Dense)
    n, states = cells.fields["n"], _states(cells)
    value = np.array([math.nan if q.value is None else times * (q.top - off * q.base) / q.base for q in states])
    error = _errors(states, times)
    # rows of an equal base that tell as much (L. Kish, *Survey Sampling*, 1965, section 11.7)
    equal = np.array([q.base**2 / q.base_squares if q.base_squares else math.nan for q in states])
    low, high = around(Means(value, error, n, equal), ends, confidence, rare=True)
    return Numbers(value, low, high, n, np.zeros_like(n), np.zeros(len(n)), error)


def _states(cells: Dense) -> list[Quotient]:
    kind = Clustered if "rows" in cells.fields else Quotient
    names = [f.name for f in attrs.fields(kind) if f.name not in {"n", "rows", "undecided"}]
    sums = (as_ints(cells.fields[name]) for name in names)
    return [kind(*state) for state in zip(cells.fields["n"].tolist(), *sums, strict=True)]


def _errors(states: list[Quotient], times: float) -> Array:
    return np.array([math.nan if q.variance is None else times * math.sqrt(q.variance) for q in states])


@attrs.frozen(eq=False)
class Means:
    """Means with their standard errors, of n values that weigh as much as `equal` many of one weight."""

    value: Array
    error: Array
    n: Array
    equal: Array


def around(means: Means, ends: Ends, confidence: float, *, rare: bool) -> tuple[Array, Array]:
    """Find the interval of means: Student's, and where rare amounts may make up the sum the gamma one if wider.

    Where all values are alike, it is what the ends of the scale allow.
    """
    low, high = intervals.mean(means.value, means.error**2 * means.n, means.n, confidence)
    if rare:
        least, most = _rare(means.value, means.error, ends, confidence)
        low, high = np.fmin(low, least), np.fmax(high, most)
    least, most = intervals.alike(means.value, means.equal, *ends, confidence)
    flat = means.error == 0
    return np.where(flat, least, low), np.where(flat, most, high)


def _rare(value: Array, error: Array, ends: Ends, confidence: float) -> tuple[Array, Array]:
    """Find the gamma interval of the distance from the nearer end of the scale, which rare amounts may make up."""
    least, most = ends
    above, below = value - least, most - value
    low, high = intervals.skewed(np.minimum(above, below), error, confidence)
    turned = below < above
    return np.where(turned, most - high, least + low), np.where(turned, most - low, least + high)


def rate(times: int = 1) -> Reader:
    """Divide a number of events by an exposure; `times` is the factor to the unit."""

    def read(_: Kpi, cells: Cells, confidence: float) -> Numbers:
        assert isinstance(cells, Dense)
        n, states = cells.fields["n"], _states(cells)
        value = np.array([math.nan if q.value is None else times * q.top / q.base for q in states])
        low, high = (times * end for end in _of_events(states, confidence))
        return Numbers(value, low, high, n, np.zeros_like(n), np.zeros(len(n)), _errors(states, times))

    return read


def _of_events(states: list[Quotient], confidence: float) -> tuple[Array, Array]:
    """Find Garwood's interval of events over exposure, or the gamma interval where rows vary more than that."""
    events, exposure = np.array([q.top for q in states], np.float64), np.array([q.base for q in states], np.float64)
    exposure = np.where(exposure > 0, exposure, np.nan)
    low, high = (end / exposure for end in intervals.poisson(events, confidence))
    rare_low, rare_high = intervals.skewed(events / exposure, _errors(states, 1), confidence)
    return np.fmin(low, rare_low), np.fmax(high, rare_high)


def per_event(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Divide a sum by a number of events; without events there is no value, only a lower bound."""
    assert isinstance(cells, Dense)
    n, states = cells.fields["n"], _states(cells)
    value = np.array([math.nan if q.value is None else q.value for q in states])
    turned = [Quotient(q.n, q.base, q.top, q.base_squares, q.top_squares, q.both_squares) for q in states]
    with np.errstate(divide="ignore"):
        high, low = (_known(1 / end) for end in _of_events(turned, confidence))
    return Numbers(value, low, high, n, np.zeros_like(n), np.zeros(len(n)), _errors(states, 1))


def sigma(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Map the share without a defect to its normal quantile, shifted; without any defect there is only a bound."""
    from servqual.stats.spc.six_sigma import levels  # noqa: PLC0415  (loads with the first sigma level)

    found = rate()(kpi, cells, confidence)
    shift = kpi.params.get("shift")
    level, low, high = (_known(levels(np.minimum(x, 1), shift)) for x in (found.value, found.high, found.low))
    return attrs.evolve(found, value=level, low=low, high=high, standard_error=np.full(len(level), np.nan))


def scaled_ends(kpi: Kpi) -> Ends:
    """Read the ends of a KPI in the unit of its cells: some are counted in millionths."""
    least, most = kpi.ends
    unit = MILLIONTHS if kpi.unit in IN_MILLIONTHS else 1
    return least * unit, most * unit


def _known(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)
