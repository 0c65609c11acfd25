"""Designs that tell a change from what would have happened anyway: a group left alone, times without a change."""

from typing import Any, Final, Literal

import attrs
import numpy as np

from servqual.errors import InvalidValue
from servqual.stats.inference.estimate import MeanDifference, estimated, number
from servqual.stats.inference.given import as_confidence, as_count, as_open, as_sample
from servqual.stats.inference.means import ALIKE, moments_of
from servqual.stats.inference.series import InterruptedSeries, interrupted_series

__all__ = ["Placebos", "difference_in_differences", "effective_sample_size", "placebo_in_time"]

_EMPTY: Final = "a sample has no values"
_EARLIEST: Final = 4
_DATES: Final = 12
_HIGHEST: Final = 0.99


def difference_in_differences(
    before: Any, after: Any, other_before: Any, other_after: Any, *, confidence: float = 0.95
) -> MeanDifference:
    """Subtract the change of a group that was left alone from the change of the group where something was changed.

    Four independent samples: `(mean(after) - mean(before)) - (mean(other_after) - mean(other_before))`, with their
    variances as they are, so that spreads may differ, and Satterthwaite's degrees of freedom (F. E. Satterthwaite,
    1946, Biometrics Bulletin 2: 110-114). It tells the effect if both groups would have moved alike, which nothing in
    the samples shows. Values of one person, team or week that resemble each other count as more than they are: then
    give one value per team and side, or the differences of two series to `interrupted_series` (M. Bertrand, E. Duflo
    and S. Mullainathan, 2004, Quarterly Journal of Economics 119: 249-275). None with a reason where a sample is empty;
    no interval where none varies, or one that holds a single value. Refused: missing values.

    >>> found = difference_in_differences([4, 5, 6], [1, 2, 3], [5, 6, 7], [4, 5, 7])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (-2.333, -5.511, 0.845)
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  (loads with the first test that needs it)

    confidence = as_confidence(confidence)
    names = ("after", "before", "other_after", "other_before")
    samples = [moments_of(*pair) for pair in zip(names, (after, before, other_after, other_before), strict=True)]
    means, errors, sizes = (np.array(part, np.float64) for part in zip(*samples, strict=True))
    value = float(means[0] - means[1] - (means[2] - means[3]))
    error = float(np.hypot.reduce(errors))  # whose squares may be too small, or too large, for a float
    t = df = p = half = np.nan
    if error > 0 and sizes.min() > 1:
        df = float(1 / (((errors / error) ** 4) / (sizes - 1)).sum())
        t, half = value / error, float(stdtrit(df, (1 + confidence) / 2)) * error
        p = float(2 * stdtr(df, -abs(t)))
    return estimated(
        MeanDifference,
        value,
        value - half,
        value + half,
        confidence=confidence,
        method="difference_in_differences",
        n=int(sizes.sum()),
        p_value=number(p),
        t=number(t),
        df=number(df),
        reason=ALIKE if sizes.min() else _EMPTY,
    )


@attrs.frozen(kw_only=True)
class Placebos:
    """The changes that a method finds at times at which nothing was changed.

    `at` are the times, `results` what was found at each. `share_found` is the share of them with a change of level or
    slope, None without times: far above 1 - confidence the method sees changes in this series that nobody made.
    """

    at: tuple[int, ...]
    results: tuple[InterruptedSeries, ...]
    share_found: float | None


def placebo_in_time(
    values: Any,
    *,
    at: int,
    model: Literal["normal", "poisson"] = "normal",
    exposure: Any = None,
    confidence: float = 0.95,
) -> Placebos:
    """Look for changes before the change: judge `values[:at]` at up to 12 times at which nothing was done.

    A method that finds changes there cannot be believed at `at` (A. Abadie, A. Diamond and J. Hainmueller, 2015,
    American Journal of Political Science 59: 495-510). Arguments and refusals are those of `interrupted_series`. The
    times leave at least 4 points on each side; there are none where fewer than 8 points lie before `at`.

    >>> found = placebo_in_time([10, 11, 10, 12, 11, 10, 11, 12, 10, 7, 6, 7, 6, 7], at=9)
    >>> found.at, found.share_found
    ((4, 5), 0.0)
    """
    series = as_sample("values", values)
    first = int(as_count("at", at))
    if not 0 < first < len(series):
        raise InvalidValue.of("at", f"be the index of a point after the first one (1 to {len(series) - 1})", at)
    whole = interrupted_series(series, at=first, model=model, exposure=exposure, confidence=confidence)
    confidence = whole.level_change.confidence
    given = exposure if np.ndim(exposure) == 0 else as_sample("exposure", exposure)[:first]
    free = np.arange(_EARLIEST, first - _EARLIEST + 1)
    dates = tuple(free[np.unique(np.linspace(0, len(free) - 1, _DATES).astype(int))].tolist()) if len(free) else ()
    results = tuple(
        interrupted_series(series[:first], at=date, model=model, exposure=given, confidence=confidence)
        for date in dates
    )
    found = [
        any(x.p_value is not None and x.p_value <= 1 - confidence for x in (one.level_change, one.slope_change))
        for one in results
    ]
    return Placebos(at=dates, results=results, share_found=sum(found) / len(found) if found else None)


def effective_sample_size(values: Any, *, autocorrelation: float | None = None) -> float | None:
    """Count the independent values whose mean would be as exact as that of a series whose neighbours resemble.

    n / (1 + 2 Σ (1 - k/n) ρ^k), where each value remembers the one before by ρ (G. V. Bayley and J. M. Hammersley,
    1946, Supplement to the JRSS 8: 184-197). Without `autocorrelation` it is estimated from the values, corrected for
    the bias (1 + 3ρ) / n of that estimate (F. H. C. Marriott and J. A. Pope, 1954, Biometrika 41: 390-402), and taken
    from 0 to 0.99: a series never counts for more than its values. None where it cannot be estimated: fewer than 3
    values, or all alike. Refused: missing values, an autocorrelation outside -1 to 1 (neither included).

    >>> round(effective_sample_size(range(100), autocorrelation=0.5), 1)
    33.8
    """
    found = as_sample("values", values)
    n = len(found)
    if autocorrelation is None:
        if n < 3 or (found == found[0]).all():  # noqa: PLR2004  (two values have no neighbours to compare)
            return None
        apart = found - found.mean()
        apart = apart / np.abs(apart).max()
        seen = float((apart[1:] * apart[:-1]).sum() / (apart**2).sum())
        rho = min(max(seen + (1 + 3 * seen) / n, 0.0), _HIGHEST)
    else:
        rho = as_open("autocorrelation", autocorrelation, -1, 1)
    lags = np.arange(1, n)
    return float(n / (1 + 2 * ((1 - lags / n) * rho**lags).sum())) if n else 0.0
