"""Interrupted time series: did the level or the slope of a series change at a known point?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.stats.halving import boundary
from servqual.stats.inference.estimate import Estimate, estimated, number
from servqual.stats.inference.given import as_confidence, as_count, as_number, as_open, as_sample
from servqual.stats.inference.segmented import MOST, design, errors, judge

__all__ = [
    "SERIES_CAVEATS",
    "InterruptedSeries",
    "interrupted_series",
    "power_of_level_change",
    "smallest_level_change",
]

SERIES_CAVEATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "series.autocorrelated": (
            f"neighbouring points seem to be alike beyond an autocorrelation of {MOST:g}, up to which false alarms are "
            "held to their share: a change may be found where there is none"
        ),
        "series.few_events": "some points expect fewer than 5 events, too few for an interval that is known to hold",
    }
)
"""What makes the verdict on a series weak, by code."""
_SIDE: Final = 3
"""The fewest points that show both a line and how far values lie from it."""
_BOTH: Final = 8
_MOST_SURE: Final = 0.99
_FEW: Final = 5
_ROUNDS: Final = 50
_CONVERGED: Final = 1e-8
_LEAST: Final = 1e-8
"""A fit that expects fewer events of a point is on its way to none."""
_HALVINGS: Final = 40
_ROUNDED: Final = 1e-10
"""Below this share of the values, what is left beside the lines is rounding."""
_EXACT: Final = "all points lie on their lines, so that nothing tells how far others may lie"
_METHOD: Final = "segmented line, generalised least squares, simulated null"
_HARDEST: Final = 0.3
_SERIES: Final = 4_000
_SEED: Final = 2_718


@attrs.frozen(kw_only=True)
class InterruptedSeries:
    """The change of level at the interruption and the change of slope per point, each with its interval.

    Both intervals hold together at the stated confidence, and so do both p-values. Under `model="poisson"` the changes
    are those of the logarithm of the rate, and `level_ratio` and `slope_ratio` say by what the rate was multiplied;
    they are None under `"normal"`. `autocorrelation` is that of neighbouring points around the lines, from 0 to 0.8,
    median unbiased; None where unknown. `caveats` are codes whose texts are in `SERIES_CAVEATS`.
    """

    level_change: Estimate
    slope_change: Estimate
    level_ratio: Estimate | None
    slope_ratio: Estimate | None
    autocorrelation: float | None
    caveats: tuple[str, ...]


def interrupted_series(
    values: Any,
    *,
    at: int,
    model: Literal["normal", "poisson"] = "normal",
    exposure: Any = None,
    confidence: float = 0.95,
) -> InterruptedSeries:
    """Judge whether a series changed at `values[at]`, its first point after the interruption.

    One line before and one after (A. K. Wagner et al., 2002, Journal of Clinical Pharmacy and Therapeutics 27:
    299-309): the level changes by what separates them at `at`, the slope by what the second rises more per point.
    Points must lie at equal distances in time. Neighbouring points resemble each other, by an amount that a short
    series hides, and the usual standard errors then see changes everywhere. So the lines are fitted by generalised
    least squares, averaged over the autocorrelations that suit the series, and t is held against the t of simulated
    series without a change, at an autocorrelation somewhat above the estimated one. Of 24 points 3 to 6 % of unchanged
    series show a change of level or slope at 95 %, at any autocorrelation from 0 to 0.6; of 8 to 16 points 2 to 6 % do
    (`python benchmarks/evidence.py` counts it). Beyond 0.6 more of them do: 9 % of 24 points at 0.8. A
    caveat marks a median-unbiased estimate above 0.6 (D. W. K. Andrews, 1993, Econometrica 61: 139-165), as far as no
    more than a tenth of series at 0.3 would have it. Of 24 points it marks 58 % of series at 0.8 and 10 % at 0.3, of 48
    points 85 % and 3 %; of 12 points or fewer, which hardly tell one from the other, it marks few. No p-value is below
    1 in 5,000 to 10,000, what the simulation resolves.

    `model="poisson"` takes counts of events, with their `exposure` (a number, or one per point; 1 by default), fits the
    logarithm of the rate, and allows for counts that vary more than Poisson's. Fewer than 3 points on a side or 8 in
    all, points exactly on their lines, and counts of 0 throughout a side have no intervals, and say so. Refused:
    missing values, an `at` outside the series, a confidence above 0.99 (the null is simulated).

    >>> found = interrupted_series([10, 11, 10, 12, 11, 7, 6, 7, 6, 7], at=5)
    >>> round(found.level_change.value, 1), found.level_change.high < 0
    (-5.3, True)
    """
    among("model", model, ("normal", "poisson"))
    series = as_sample("values", values)
    n = len(series)
    first = int(as_count("at", at))
    if not 0 < first < n:
        raise InvalidValue.of("at", f"be the index of a point after the first one (1 to {n - 1})", at)
    confidence = _as_confidence(confidence)
    regressors = design(n, first)
    scale, few = 1.0, False
    if model == "poisson":
        series, regressors, few = _working(*_as_counts(series, exposure), regressors)
    elif exposure is not None:
        raise InvalidValue.of("exposure", "belong to counts", exposure, do='leave it out, or take model="poisson"')
    else:
        scale = float(np.abs(series).max()) or 1.0  # so that no square is too large, or too small, for a float
        series = series / scale
    value, low, high, p = (np.full(2, np.nan) for _ in range(4))
    reason, rho, beyond = _unable(series, first), None, False
    if reason is None:
        lines = np.linalg.lstsq(regressors, series, rcond=None)[0]
        if np.abs(series - regressors @ lines).max() <= _ROUNDED * np.abs(series).max():
            value, reason = lines[2:] * scale, _EXACT
        else:
            found = judge(series[None], first, confidence=confidence, regressors=regressors)
            value, low, high = (x[0] * scale for x in (found.value, found.low, found.high))
            p, rho, beyond = found.p[0], float(found.rho[0]), bool(found.beyond[0])
    signs = {"series.autocorrelated": beyond, "series.few_events": few}

    def both(value: Array, low: Array, high: Array) -> list[Estimate]:
        return [
            estimated(Estimate, *ends, reason=reason, confidence=confidence, method=_METHOD, n=n, p_value=number(p[k]))
            for k, ends in enumerate(zip(value, low, high, strict=True))
        ]

    level_change, slope_change = both(value, low, high)
    with np.errstate(over="ignore"):
        ratios = both(*map(np.exp, (value, low, high))) if model == "poisson" else [None, None]
    return InterruptedSeries(
        level_change=level_change,
        slope_change=slope_change,
        level_ratio=ratios[0],
        slope_ratio=ratios[1],
        autocorrelation=rho,
        caveats=tuple(code for code, fires in signs.items() if fires),
    )


def _as_confidence(value: object) -> float:
    found = as_confidence(value)
    if found > _MOST_SURE:
        raise InvalidValue.of("confidence", f"be at most {_MOST_SURE:g}, for the null is simulated", value)
    return found


def _as_counts(series: Array, exposure: Any) -> tuple[Array, Array]:
    """Read counts of events and their exposures."""
    if (series < 0).any() or (series % 1).any():
        bad = float(series[(series < 0) | (series % 1 > 0)][0])
        raise InvalidValue.of("values", "be counts of events", bad, do='take model="normal" for other numbers')
    if exposure is None:
        return series, np.ones(len(series))
    given = as_sample("exposure", [exposure] * len(series) if np.ndim(exposure) == 0 else exposure)
    if len(given) != len(series) or not (given > 0).all():
        raise InvalidValue.of(
            "exposure", f"be a number above 0, one for all or one per point ({len(series)})", exposure
        )
    return series, given


def _working(counts: Array, exposure: Array, regressors: Array) -> tuple[Array, Array, bool]:
    """Turn counts into a series whose points scatter alike, with its regressors; NaN where no rate fits.

    The last step of the log-linear fit (P. McCullagh and J. A. Nelder, 1989, Generalized Linear Models, section 2.5):
    working values and regressors, both divided by the deviation of the logarithm. The variance of a count is its mean
    plus a multiple of its square, as of a rate that varies by a share of itself (N. E. Breslow, 1984, Applied
    Statistics 33: 38-44). Also tells whether few events are expected.
    """
    after = regressors[:, 2] > 0
    linear = np.log((counts + 0.5) / exposure)
    extra = 0.0
    for _ in range(_ROUNDS if counts[after].any() and counts[~after].any() else 0):
        with np.errstate(over="ignore"):
            expected = exposure * np.exp(linear)
        if not _LEAST < expected.min() <= expected.max() < np.inf:
            break
        root = np.sqrt(expected / (1 + extra * expected))
        series, scaled = root * (linear + counts / expected - 1), root[:, None] * regressors
        last, linear = linear, regressors @ np.linalg.lstsq(scaled, series, rcond=None)[0]
        if np.abs(linear - last).max() < _CONVERGED:
            return series, scaled, bool(expected.min() < _FEW)
        with np.errstate(over="ignore"):
            expected = exposure * np.exp(linear)
        if np.isinf(extra := _extra(counts, expected, len(counts) - regressors.shape[1])):
            break
    return np.full(len(counts), np.nan), regressors, True


def _extra(counts: Array, expected: Array, free: int) -> float:
    """Find by which multiple of its square the variance of a count exceeds its mean, by moments; inf beyond a float."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        apart = (counts - expected) ** 2 / expected
    if not np.isfinite(apart).all():
        return np.inf
    if apart.sum() <= free:
        return 0.0
    return float(boundary(lambda extra: (apart / (1 + extra * expected)).sum() > free, 0.0, 1.0, _HALVINGS)[1])


def _unable(series: Array, at: int) -> str | None:
    """Say why no lines can be told from a series; None where they can."""
    n = len(series)
    if min(at, n - at) < _SIDE or n < _BOTH:
        return f"fewer than {_SIDE} points on a side, or {_BOTH} in all"
    if not np.isfinite(series).all():
        return "no rate fits: a side has no event, or all of its events lie at its edge"
    return None


def _needed(n: int, at: int, autocorrelation: float, confidence: float) -> Array:
    """Simulate series, and give for each one the rise of level from which on it is found."""
    count, first = int(as_count("n", n)), int(as_count("at", at))
    if min(first, count - first) < _SIDE or count < _BOTH:
        raise InvalidValue.of(
            "at", f"leave at least {_SIDE} points on a side and {_BOTH} in all", at, shown=f"{at} of {n}"
        )
    rho = float(as_number("autocorrelation", autocorrelation, 0, MOST))
    drawn = errors(np.random.default_rng(_SEED), _SERIES, count, rho)
    found = judge(drawn, first, confidence=_as_confidence(confidence))
    # a rise adds to the value and touches neither its error nor the autocorrelation
    return np.asarray(-found.low[:, 0])


def power_of_level_change(
    n: int, *, at: int, level: float, autocorrelation: float = _HARDEST, confidence: float = 0.95
) -> float:
    """Compute the probability that `interrupted_series` of n points finds a change of level, in the right direction.

    `level` is in standard deviations of a point around its line. By simulation of 4,000 series, always the same ones.
    The autocorrelation is 0.3 by default, at which a change is hardest to tell from memory: in the middle of 24 points
    a power of 95 % takes 4.3 standard deviations at 0, 4.5 at 0.3, and 4.0 at 0.6. Refused: one outside 0 to 0.6.

    >>> round(power_of_level_change(24, at=12, level=4.5), 2)
    0.95
    """
    size = abs(float(as_number("level", level)))
    return float((_needed(n, at, autocorrelation, confidence) < size).mean())


def smallest_level_change(
    n: int, *, at: int, power: float = 0.8, autocorrelation: float = _HARDEST, confidence: float = 0.95
) -> float:
    """Find the smallest change of level that `interrupted_series` finds with this power.

    In standard deviations of a point around its line; see `power_of_level_change`.

    >>> round(smallest_level_change(24, at=12, power=0.95), 1)
    4.5
    """
    return float(np.quantile(_needed(n, at, autocorrelation, confidence), as_open("power", power, 0, 1)))
