"""Level and slope of a series before and after a change, and their null under autocorrelation.

A series is a straight line up to the change and another one after it, with errors that are autocorrelated by an unknown
amount. Everything here takes many series at once, one per row, so that the null is simulated by the same lines of code
that judge a series.
"""

import math
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.stats.halving import boundary

__all__ = ["MOST", "Judged", "design", "errors", "judge"]

MOST: Final = 0.6
"""The highest autocorrelation up to which false positives are held; beyond it a result has a caveat."""
_TRIED: Final = tuple(np.linspace(-0.6, 0.9, 11).tolist())
"""Autocorrelations over which a fit is averaged."""
_KNOWN: Final = (0.0, 0.2, 0.4, MOST, 0.8)
"""Autocorrelations under which the null is simulated; the last one only tells how far beyond `MOST` a series is."""
_LOW: Final = 0.3
_RARELY: Final = 0.1
"""The share of series at `_LOW` that may be called beyond `MOST`, as few points hardly tell one from the other."""
_CAUTION: Final = 0.35
"""Added to the estimated autocorrelation of 24 points, and less to that of longer series, before the null is chosen.

With it 3 to 6 % of unchanged series are found to have changed at any autocorrelation up to `MOST`; without it, 8 %,
because the autocorrelation is often estimated too low.
"""
_CALIBRATED: Final = 24
_SEED: Final = 1_729
_SIMULATED: Final = 1_000_000
"""Points of all series simulated per autocorrelation, as far as that gives `_FEWEST` to `_MANY` series."""
_FEWEST: Final = 5_000
_MANY: Final = 10_000
_BLOCK: Final = 50_000
"""Points that are fitted at once, so that they stay in the cache."""
_PARTS: Final = 4
_HALVINGS: Final = 32


class Judged(NamedTuple):
    """Level and slope changes in two columns, a row per series, and the autocorrelation that the errors show.

    `p` is that of both changes together: at most a share a of unchanged series has any p of a or less. `rho` is median
    unbiased: as many series show more than they have as show less (D. W. K. Andrews, 1993, Econometrica 61: 139-165).
    `beyond` marks a `rho` above `MOST`, as far as no more than a tenth of series at 0.3 are marked.
    """

    value: Array
    low: Array
    high: Array
    p: Array
    rho: Array
    beyond: Array


class _Fit(NamedTuple):
    value: Array
    error: Array
    rho: Array


class _Null(NamedTuple):
    """What unchanged series show, per autocorrelation that they have.

    `t` is the |t| of level and slope, sorted. `p` is the joint p-value of a t that so many of them reach: the share of
    series of which level or slope is as rare. `rho` is the median estimate of the autocorrelation, `high` what 90 % of
    the estimates do not pass.
    """

    t: Array
    p: Array
    rho: Array
    high: Array


def design(n: int, at: int) -> Array:
    """Give the regressors of n points whose first one after the change is `at`: 1, time, level change, slope change."""
    time = np.arange(n, dtype=np.float64)
    after = time >= at
    return np.column_stack([np.ones(n), time, after, (time - at) * after])


def errors(rng: np.random.Generator, size: int, n: int, rho: float) -> Array:
    """Draw rows of n normal errors of variance 1, each of which remembers the one before by `rho`."""
    found = rng.standard_normal((n, size))  # time first, so that a step reads memory in order
    found[1:] *= math.sqrt(1 - rho * rho)
    for step in range(1, n):
        found[step] += rho * found[step - 1]
    return found.T


def _fit(series: Array, regressors: Array) -> _Fit:
    """Average the fits of generalised least squares over the autocorrelation, by how likely each is.

    The averaged value and standard error are the mean and deviation of the posterior under flat priors (G. E. P. Box
    and G. C. Tiao, 1973, Bayesian Inference in Statistical Analysis, section 2.4), whose likelihood is the restricted
    one (D. A. Harville, 1974, Biometrika 61: 383-385).
    """
    # With rho given, subtracting rho times the point before from each point leaves independent errors. The sum of
    # squares of what is left is a quadratic in rho, and the part that the regressors explain is one product with a
    # matrix per rho: so no fit has to visit the points again. The trend is taken out first, or the subtraction of two
    # large sums would lose all digits.
    basis, triangle = np.linalg.qr(regressors)
    start = series @ basis
    rest = series - start @ basis.T
    squares, inner = (rest**2).sum(1), (rest[:, 1:-1] ** 2).sum(1)
    products = (rest[:, 1:] * rest[:, :-1]).sum(1)
    free = len(regressors) - _PARTS
    values, variances, weights = [], [], []
    for rho in _TRIED:
        scale = math.sqrt(1 - rho * rho)
        white = (regressors - rho * np.concatenate([np.zeros((1, _PARTS)), regressors[:-1]])) / scale
        white[0] = regressors[0]
        q, r = np.linalg.qr(white)
        back = q / scale
        back[0] = q[0]
        back[:-1] -= rho * q[1:] / scale
        explained = rest @ back
        total = (squares + rho * rho * inner - 2 * rho * products) / scale**2
        left = np.maximum(total - (explained**2).sum(1), 1e-12 * total)
        inverse = np.linalg.inv(r)
        values.append(explained @ inverse.T[:, 2:])
        variances.append(np.outer(left / (free - 2), (inverse[2:] ** 2).sum(1)))
        with np.errstate(divide="ignore"):
            determinant = (len(rest.T) - 1) * math.log(scale) + np.log(np.abs(np.diag(r))).sum()
            weights.append(-determinant - free / 2 * np.log(left))
    value, variance, weight = np.array(values), np.array(variances), np.array(weights)
    with np.errstate(invalid="ignore"):
        weight = np.exp(weight - weight.max(0))
    weight /= weight.sum(0)
    mean = np.einsum("ks,ksj->sj", weight, value)
    spread = np.einsum("ks,ksj->sj", weight, variance + (value - mean) ** 2)
    return _Fit(mean + start @ np.linalg.inv(triangle).T[:, 2:], np.sqrt(spread), np.array(_TRIED) @ weight)


@lru_cache(maxsize=256)
def _null(n: int, at: int) -> _Null:
    """Simulate unchanged series of n points; the same numbers at each call."""
    size = int(np.clip(_SIMULATED // n, _FEWEST, _MANY))
    regressors = design(n, at)
    reached = np.arange(size + 1)
    ts, ps, rhos, highs = [], [], [], []
    for rho in _KNOWN:
        rng = np.random.default_rng(_SEED)
        rows = max(_BLOCK // n, 1)
        fits = [_fit(errors(rng, min(rows, size - done), n, rho), regressors) for done in range(0, size, rows)]
        t = np.concatenate([np.abs(fit.value / fit.error) for fit in fits])
        ranks = np.argsort(np.argsort(t, axis=0), axis=0)
        rarest = np.sort(size - ranks.max(1))
        ts.append(np.sort(t, axis=0))
        ps.append(np.minimum(np.searchsorted(rarest, reached + 1, side="right") + 1, size + 1) / (size + 1))
        middle, high = np.quantile(np.concatenate([fit.rho for fit in fits]), (0.5, 1 - _RARELY))
        rhos.append(middle)
        highs.append(high)
    return _Null(np.array(ts), np.array(ps), np.array(rhos), np.array(highs))


def _tail(null: _Null, t: Array, place: Array) -> Array:
    """Find the joint p-values of |t|, at places between the simulated autocorrelations."""
    size = null.t.shape[1]
    grid = np.empty((len(_KNOWN) - 1, *t.shape))
    for k, j in np.ndindex(len(grid), 2):
        grid[k, :, j] = null.p[k, size - np.searchsorted(null.t[k, :, j], t[:, j])]
    below = np.minimum(place.astype(np.int64), len(grid) - 2)
    share, row = (place - below)[:, None], np.arange(len(t))
    return np.asarray((1 - share) * grid[below, row] + share * grid[below + 1, row])


def judge(series: Array, at: int, *, confidence: float, regressors: Array | None = None) -> Judged:
    """Judge the change of each row at `at` against unchanged series with as much autocorrelation as it may have.

    `regressors` are those of series whose points differ in weight, both already multiplied by its root.
    """
    n = series.shape[1]
    null = _null(n, at)
    fit = _fit(series, design(n, at) if regressors is None else regressors)
    rho = np.interp(fit.rho, null.rho, _KNOWN)
    cautious = np.minimum(rho + _CAUTION * math.sqrt(_CALIBRATED / n), MOST)
    place = np.interp(cautious, _KNOWN, np.arange(len(_KNOWN)))
    _, high = boundary(
        lambda t: _tail(null, t, place) > 1 - confidence,
        np.zeros(fit.value.shape),
        np.full(fit.value.shape, null.t.max()),
        _HALVINGS,
    )
    half, p = high * fit.error, _tail(null, np.abs(fit.value / fit.error), place)
    beyond = (rho > MOST) & (fit.rho > np.interp(_LOW, _KNOWN, null.high))
    return Judged(fit.value, fit.value - half, fit.value + half, p, rho, beyond)
