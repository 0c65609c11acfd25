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
    Quotient,
    Sparse,
    as_ints,
    estimated,
    middle_of,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.numbers import Numbers
from servqual.stats import inference
from servqual.stats.survival import Curves, curves


def numbers_of(kpi: Kpi, cells: Cells, confidence: float) -> Numbers:
    """Read a KPI's statistic from its cells, in its unit."""
    plain = _CLUSTERED if kpi.accumulator is Clustered else _STATISTICS
    if kpi.statistic in plain:
        numbers = plain[kpi.statistic](cells, confidence)
    elif kpi.statistic in _BY_PARAMETER:
        numbers = _BY_PARAMETER[kpi.statistic](cells, confidence, kpi)
    else:
        known = [*_STATISTICS, *_BY_PARAMETER]
        raise UnknownName(
            f"statistic must be one of {', '.join(known)} (got {kpi.statistic!r})", near=near(kpi.statistic, known)
        )
    if kpi.unit == "share":
        return attrs.evolve(numbers, high=np.minimum(numbers.high, 1))
    if kpi.unit not in {"s", "score", "gap", "money"}:  # these are counted in millionths
        return numbers
    scaled = {name: getattr(numbers, name) / 1e6 for name in ("value", "low", "high")}
    return attrs.evolve(numbers, **scaled)


def _count(cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    low, high = inference.poisson(n, confidence)
    return Numbers(n.astype(np.float64), low, high, n, np.zeros_like(n), np.zeros(len(n)))


def _share(cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Dense)
    hits, n = cells.fields["hits"], cells.fields["hits"] + cells.fields["misses"]
    low, high = inference.wilson(hits, n, confidence)
    with np.errstate(invalid="ignore"):
        return Numbers(hits / np.where(n, n, np.nan), low, high, n, cells.fields["undecided"], np.zeros(len(n)))


def _mean(cells: Cells, confidence: float) -> Numbers:
    found = _signed_mean(cells, confidence)
    return attrs.evolve(found, low=np.maximum(found.low, 0))


def _signed_mean(cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    # Python's whole numbers, so that the variance of close values keeps all its digits
    total, squares, k = as_ints(cells.fields["total"]), as_ints(cells.fields["squares"]), n.astype(object)
    value = _divided(total, k, n > 0)
    variance = _divided(k * squares - total * total, k * (k - 1), n > 1)
    low, high = inference.mean(value, variance, n, confidence)
    return Numbers(value, low, high, n, cells.fields["undecided"], np.zeros(len(n)))


def _divided(top: Array, base: Array, where: Array) -> Array:
    """Divide whole numbers of any size, rounded once; NaN elsewhere."""
    out = np.full(len(top), np.nan)
    out[where] = (top[where] / base[where]).astype(np.float64)
    return out


def _quantile(q: float) -> Callable[[Cells, float], Numbers]:
    def read(cells: Cells, confidence: float) -> Numbers:
        assert not isinstance(cells, Dense)
        n, at = cells.n, cells.at
        low, high = inference.quantile_ranks(n, q, confidence)
        middle = np.ceil(np.round(q * n, 9)).astype(np.int64)
        return Numbers(at(np.maximum(middle, 1)), at(low), at(high), n, cells.undecided, BIN_ERROR * cells.binned)

    return read


def _net_score(cells: Cells, confidence: float) -> Numbers:
    """Compute 100 × (share of 2 − share of 0) of values 0, 1 and 2, with the multinomial's large-sample interval."""
    found = _mean(cells, confidence)
    assert isinstance(cells, Dense)
    n, total = found.n, np.array(as_ints(cells.fields["total"]), np.float64)
    squares = np.array(as_ints(cells.fields["squares"]), np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.maximum(squares / n - (total / n) ** 2, 0) / n)
    half = 100 * NormalDist().inv_cdf((1 + confidence) / 2) * spread
    value = 100 * (found.value - 1)
    return attrs.evolve(found, value=value, low=np.maximum(value - half, -100), high=np.minimum(value + half, 100))


def _quotient(times: int) -> Callable[[Cells, float], Numbers]:
    def read(cells: Cells, confidence: float) -> Numbers:
        found = _over(cells, confidence, times)
        return attrs.evolve(found, low=np.maximum(found.low, 0))

    return read


def _per_event(cells: Cells, confidence: float) -> Numbers:
    """Divide a sum by a number of events; without events there is no value, only a lower bound."""
    found = _quotient(1)(cells, confidence)
    assert isinstance(cells, Dense)
    top, events = (as_ints(cells.fields[name]).astype(np.float64) for name in ("top", "base"))
    bound = np.where((events == 0) & (top > 0), top / inference.most_unseen(confidence), found.low)
    return attrs.evolve(found, low=bound)


def _over(cells: Cells, confidence: float, times: int = 1, off: int = 0) -> Numbers:
    """Compute times × (top / base − off) of the sums, with an interval from the spread between rows or clusters."""
    assert isinstance(cells, Dense)
    n = cells.fields["n"]
    kind = Clustered if "rows" in cells.fields else Quotient
    names = [f.name for f in attrs.fields(kind) if f.name not in {"n", "rows", "undecided"}]
    states = [kind(*state) for state in zip(n.tolist(), *(as_ints(cells.fields[name]) for name in names), strict=True)]
    value = np.array([math.nan if q.value is None else times * (q.top - off * q.base) / q.base for q in states])
    spread = np.array([math.nan if q.variance is None else times**2 * q.variance for q in states])
    low, high = inference.mean(value, spread * n, n, confidence)
    return Numbers(value, low, high, n, np.zeros_like(n), np.zeros(len(n)))


def _clustered(times: int = 1, off: int = 0, least: float = 0) -> Callable[[Cells, float], Numbers]:
    def read(cells: Cells, confidence: float) -> Numbers:
        assert isinstance(cells, Dense)
        found = _over(cells, confidence, times, off)
        rows, undecided = cells.fields["rows"], cells.fields["undecided"]
        high = np.minimum(found.high, times) if off else found.high
        return attrs.evolve(found, low=np.maximum(found.low, least), high=high, n=rows, undecided=undecided)

    return read


def _extreme(name: str) -> Callable[[Cells, float], Numbers]:
    def read(cells: Cells, confidence: float) -> Numbers:  # noqa: ARG001  (an extreme has no interval)
        assert isinstance(cells, Dense)
        n, value = cells.fields["n"], cells.fields[name]
        none = np.full(len(n), np.nan)
        return Numbers(np.where(n > 0, value, np.nan), none, none, n, np.zeros_like(n), np.zeros(len(n)))

    return read


def _distinct(cells: Cells, confidence: float) -> Numbers:
    """Count different things; only an estimate has an interval, since an exact count leaves nothing unknown."""
    assert isinstance(cells, Sparse)
    size = len(cells.binned)
    kept = np.bincount(cells.group, minlength=size)
    harmonic = np.bincount(cells.group, np.where(cells.binned[cells.group], np.exp2(-cells.count), 0), size)
    value = np.where(cells.binned, estimated(kept, harmonic), kept)
    error = DISTINCT_ERROR * cells.binned
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    n = np.rint(value).astype(np.int64)
    return Numbers(value, value * (1 - half), value * (1 + half), n, np.zeros_like(n), error)


def _mode_share(cells: Cells, confidence: float) -> Numbers:
    """Compute the share of the most frequent category."""
    assert isinstance(cells, Sparse)
    n, most = cells.n, np.zeros(len(cells.binned), np.int64)
    np.maximum.at(most, cells.group, cells.count)
    low, high = inference.wilson(most, n, confidence)
    return Numbers(most / np.where(n, n, np.nan), low, high, n, np.zeros_like(n), np.zeros(len(n)))


def _curves(cells: Sparse, confidence: float) -> Curves:
    group = cells.group
    return curves(
        len(cells.binned),
        group=group,
        age=np.where(cells.binned[group], middle_of(cells.value), cells.value),
        ended=cells.count[:, 0],
        going=cells.count[:, 1],
        confidence=confidence,
    )


def _median(cells: Cells, confidence: float) -> Numbers:
    assert isinstance(cells, Sparse)
    found = _curves(cells, confidence)
    value, low, high = (found.reaching_half(share) for share in (found.share, found.low, found.high))
    return Numbers(value, low, high, found.n, found.going, BIN_ERROR * cells.binned)


def _restricted_mean(cells: Cells, confidence: float, kpi: Kpi) -> Numbers:
    assert isinstance(cells, Sparse)
    until = kpi.params.get("until")
    if not isinstance(until, dt.timedelta) or until <= dt.timedelta():
        raise InvalidValue.of(
            "until",
            f"be a timedelta above 0 for {kpi.key}, which takes the mean within it",
            until,
            do="set it with .with_(until=datetime.timedelta(days=30))",
        )
    found = _curves(cells, confidence)
    value, variance = found.restricted_mean(until // dt.timedelta(microseconds=1))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance)
    low = np.maximum(value - half, 0)
    return Numbers(value, low, value + half, found.n, found.going, BIN_ERROR * cells.binned)


def _sigma(cells: Cells, confidence: float, kpi: Kpi) -> Numbers:
    """Map the share without a defect to its normal quantile, shifted; without any defect there is only a bound."""
    shift = kpi.params.get("shift")
    if isinstance(shift, bool) or not isinstance(shift, int | float) or not 0 <= shift < math.inf:
        raise InvalidValue.of("shift", "be a number of 0 or more", shift, do="1.5 is the usual one, 0 leaves it out")
    from scipy.special import ndtri  # noqa: PLC0415  (loads with the first interval that needs it)

    found = _over(cells, confidence)
    assert isinstance(cells, Dense)
    chances = np.array(as_ints(cells.fields["base"]), np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        most = np.where(found.value == 0, np.minimum(inference.most_unseen(confidence) / chances, 1), found.high)
        level, low, high = (
            np.where(np.isfinite(sigma), sigma + shift, np.nan)
            for sigma in (-ndtri(np.clip(share, 0, 1)) for share in (found.value, most, found.low))
        )
    return attrs.evolve(found, value=level, low=low, high=high)


_MICROSECONDS_PER_HOUR: Final = 3_600_000_000

_STATISTICS: Final[dict[str, Callable[[Cells, float], Numbers]]] = {
    "quotient": _quotient(1),
    "per_hour": _quotient(_MICROSECONDS_PER_HOUR),
    "per_event": _per_event,
    "net": _net_score,
    "n": _count,
    "share": _share,
    "mean": _mean,
    "signed_mean": _signed_mean,
    "p50": _quantile(0.5),
    "p90": _quantile(0.9),
    "p95": _quantile(0.95),
    "min": _extreme("low"),
    "max": _extreme("high"),
    "median": _median,
    "distinct": _distinct,
    "mode_share": _mode_share,
}
_BY_PARAMETER: Final[dict[str, Callable[[Cells, float, Kpi], Numbers]]] = {
    "restricted_mean": _restricted_mean,
    "sigma": _sigma,
}
_CLUSTERED: Final[dict[str, Callable[[Cells, float], Numbers]]] = {
    "share": _clustered(),
    "mean": _clustered(),
    "signed_mean": _clustered(least=-math.inf),
    "net": _clustered(100, 1, -100),
}
