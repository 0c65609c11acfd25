"""Numbers with their intervals, read from the cells of each accumulator for all groups at once."""

import datetime as dt
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics.accumulators import (
    BIN_ERROR,
    DISTINCT_ERROR,
    Cells,
    Clustered,
    Dense,
    Sparse,
    as_ints,
    estimated,
    first_of,
    last_of,
    middle_of,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.numbers import Numbers
from servqual.metrics.results import ratios
from servqual.metrics.results.ratios import IN_MILLIONTHS, MILLIONTHS, Reader
from servqual.stats import intervals
from servqual.stats.curves import Curves, curves


def numbers_of(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Read a KPI's statistic from its cells, in its unit; its interval stays between the ends of its scale."""
    read = ratios.clustered if kpi.accumulator is Clustered else _READERS.get(kpi.statistic)
    if read is None:
        raise UnknownName(
            f"statistic must be one of {', '.join(_READERS)} (got {kpi.statistic!r})",
            near=near(kpi.statistic, _READERS),
        )
    numbers = read(kpi, cells, confidence)
    if kpi.unit in IN_MILLIONTHS:
        scaled = {name: getattr(numbers, name) / MILLIONTHS for name in ("value", "low", "high", "standard_error")}
        numbers = attrs.evolve(numbers, **scaled)
    least, most = kpi.ends
    return attrs.evolve(numbers, low=np.maximum(numbers.low, least), high=np.minimum(numbers.high, most))


def _count(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    low, high = intervals.poisson(n, confidence)
    return Numbers(n.astype(np.float64), low, high, n, np.zeros_like(n), np.zeros(len(n)))


def _mean(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    # Python's whole numbers, so that the variance of close values keeps all its digits
    total, squares, k = as_ints(cells.fields["total"]), as_ints(cells.fields["squares"]), n.astype(object)
    value = _divided(total, k, n > 0)
    error = np.sqrt(_divided(k * squares - total * total, k * k * (k - 1), n > 1))
    ends = ratios.scaled_ends(kpi)
    low, high = ratios.around(ratios.Means(value, error, n, n), ends, confidence, rare=math.isfinite(ends[1]))
    return Numbers(value, low, high, n, cells.fields["undecided"], np.zeros(len(n)), error)


def _divided(top: Array, base: Array, where: Array) -> Array:
    """Divide whole numbers of any size, rounded once; NaN elsewhere."""
    out = np.full(len(top), np.nan)
    out[where] = (top[where] / base[where]).astype(np.float64)
    return out


def _quantile(q: float) -> Reader:
    def read(_: Kpi, cells: Cells, confidence: float) -> Numbers:
        assert not isinstance(cells, Dense)
        n, at = cells.n, cells.at
        low, high = intervals.quantile_ranks(n, q, confidence)
        middle = np.ceil(np.round(q * n, 9)).astype(np.int64)
        value, error = at(np.maximum(middle, 1)), BIN_ERROR * cells.binned
        return Numbers(value, at(low, first_of), at(high, last_of), n, cells.undecided, error)

    return read


def _net_score(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Compute 100 × (share of 2 − share of 0) of values 0, 1 and 2."""
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    total, squares = (np.array(as_ints(cells.fields[name]), np.int64) for name in ("total", "squares"))
    plus = (squares - total) // 2  # of the squares, 4 of each 2 and 1 of each 1
    minus = n - total + plus
    low, high = (100 * end for end in intervals.net(plus, minus, n, confidence))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (plus - minus) / n
        error = 100 * np.sqrt(((plus + minus) / n - value**2) / n)
    approximate = (n > 0) & intervals.few(plus + minus, n - np.maximum(plus, minus))
    nothing = np.zeros(len(n))
    return Numbers(100 * value, low, high, n, cells.fields["undecided"], nothing, error, approximate)


def _extreme(name: str) -> Reader:
    def read(_: Kpi, cells: Cells, confidence: float) -> Numbers:  # noqa: ARG001  (an extreme has no interval)
        assert isinstance(cells, Dense)
        n, value = cells.fields["n"], cells.fields[name]
        none = np.full(len(n), np.nan)
        return Numbers(np.where(n > 0, value, np.nan), none, none, n, np.zeros_like(n), np.zeros(len(n)))

    return read


def _distinct(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Count different things; only an estimate has an interval, since an exact count leaves nothing unknown."""
    assert isinstance(cells, Sparse)
    size = len(cells.binned)
    kept = np.bincount(cells.group, minlength=size)
    harmonic = np.bincount(cells.group, np.where(cells.binned[cells.group], np.exp2(-cells.count), 0), size)
    value = np.where(cells.binned, estimated(kept, harmonic), kept)
    error = DISTINCT_ERROR * cells.binned
    half = np.where(cells.binned, NormalDist().inv_cdf((1 + confidence) / 2) * DISTINCT_ERROR, np.nan)
    n = np.rint(value).astype(np.int64)
    return Numbers(value, value * (1 - half), value * (1 + half), n, np.zeros_like(n), error)


def _mode_share(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Compute the share of the most frequent category."""
    assert isinstance(cells, Sparse)
    n, most = cells.n, np.zeros(len(cells.binned), np.int64)
    np.maximum.at(most, cells.group, cells.count)
    low, high = intervals.wilson(most, n, confidence)
    value, approximate = most / np.where(n, n, np.nan), (n > 0) & intervals.few(most, n - most)
    return Numbers(value, low, high, n, np.zeros_like(n), np.zeros(len(n)), approximate=approximate)


def _curves(cells: Sparse, confidence: float) -> Curves:
    return curves(
        len(cells.binned),
        group=cells.group,
        age=_ages(cells, middle_of),
        ended=cells.count[:, 0],
        going=cells.count[:, 1],
        confidence=confidence,
    )


def _ages(cells: Sparse, of: Callable[[Array], Array]) -> Array:
    return np.where(cells.binned[cells.group], of(cells.value), cells.value)


def _median(_: Kpi, cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Sparse)
    found = _curves(cells, confidence)
    value = found.reaching_half(found.share)
    low = attrs.evolve(found, age=_ages(cells, first_of)).reaching_half(found.low)
    high = attrs.evolve(found, age=_ages(cells, last_of)).reaching_half(found.high)
    return Numbers(value, low, high, found.n, found.going, BIN_ERROR * cells.binned)


def _restricted_mean(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Sparse)
    until = kpi.params.get("until")
    if not isinstance(until, dt.timedelta) or until <= dt.timedelta():
        raise InvalidValue.of(
            "until",
            f"be a timedelta above 0 for {kpi.key}, which takes the mean within it",
            until,
            do="set it with .with_(until=datetime.timedelta(days=30))",
        )
    found, most = _curves(cells, confidence), until // dt.timedelta(microseconds=1)
    value, variance = found.restricted_mean(most)
    error = np.sqrt(variance)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    whole = np.bincount(found.group, found.ended + cells.count[:, 1] * (found.age >= most), len(value))  # in full
    least, greatest = intervals.alike(value, whole, 0, most, confidence)
    flat, off = (variance == 0), BIN_ERROR * cells.binned
    low, high = np.where(flat, least, value - half), np.where(flat, greatest, value + half)
    low, high = np.maximum(low * (1 - off), 0), np.minimum(high * (1 + off), most)
    return Numbers(value, low, high, found.n, found.going, off)


_READERS: Final[dict[str, Reader]] = {
    "n": _count,
    "share": ratios.share,
    "odds": ratios.odds,
    "of_budget": ratios.of_budget,
    "quotient": ratios.quotient,
    "mean_of_sums": ratios.mean_of_sums,
    "rate": ratios.rate(),
    "per_hour": ratios.rate(ratios.PER_HOUR),
    "per_year": ratios.rate(ratios.PER_YEAR),
    "per_million": ratios.rate(MILLIONTHS),
    "per_event": ratios.per_event,
    "sigma": ratios.sigma,
    "mean": _mean,
    "signed_mean": _mean,
    "net": _net_score,
    "p50": _quantile(0.5),
    "p90": _quantile(0.9),
    "p95": _quantile(0.95),
    "min": _extreme("low"),
    "max": _extreme("high"),
    "median": _median,
    "restricted_mean": _restricted_mean,
    "distinct": _distinct,
    "mode_share": _mode_share,
}
