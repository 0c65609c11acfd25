"""How many cases a comparison needs, how likely it is to find an effect, and how small an effect it finds.

Kernels for many comparisons at once, on arrays or plain numbers. Every one is about a two-sided test at 1 - confidence,
found in the right direction. What no number of cases or no effect reaches is NaN.

- `share_power`, `rate_power`, `mean_power`: the probability of finding a difference
- `share_size`, `rate_size`, `mean_size`: cases (exposure for rates) needed on each side, not rounded for rates
- `share_effect`, `rate_effect`, `mean_effect`: the smallest difference found with a given power, above 0

Shares and rates: the normal approximation with the pooled variance under "no difference" (J. L. Fleiss, *Statistical
Methods for Rates and Proportions*, 2nd ed., 1981, section 3.2, without its correction for continuity; a rate is a share
of moments too short to hold two events). Means: the noncentral t distribution with Welch's degrees of freedom.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np

from servqual._arrays import Array
from servqual.stats.halving import boundary
from servqual.stats.intervals import normal

__all__ = [
    "mean_effect",
    "mean_power",
    "mean_size",
    "rate_effect",
    "rate_power",
    "rate_size",
    "share_effect",
    "share_power",
    "share_size",
]

Spread: TypeAlias = Callable[[Any], Any]
_HALVINGS: Final = 52
_DOUBLINGS: Final = 64
_MANY: Final = 1e5
"""Beyond so many degrees of freedom t is normal to five digits."""


def _of_share(share: Any) -> Any:
    return share * (1 - share)


def _of_rate(rate: Any) -> Any:
    return rate


def _power(first: Any, n: Any, second: Any, other_n: Any, *, confidence: float, spread: Spread) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first plan that needs it)

    pooled = (first * n + second * other_n) / (n + other_n)
    under_none = np.sqrt(spread(pooled) * (1 / n + 1 / other_n))
    error = np.sqrt(spread(first) / n + spread(second) / other_n)
    beyond = np.abs(first - second) - normal(confidence) * under_none
    with np.errstate(divide="ignore", invalid="ignore"):  # none against all has no error, and is found or is not
        return np.asarray(np.where(error > 0, ndtr(beyond / error), beyond > 0))


def _size(first: Any, second: Any, *, power: float, confidence: float, spread: Spread) -> Array:
    null, other = np.sqrt(2 * spread((first + second) / 2)), np.sqrt(spread(first) + spread(second))
    with np.errstate(divide="ignore", invalid="ignore"):
        root = (normal(confidence) * null + normal(2 * power - 1) * other) / (first - second)
    return np.where(first == second, np.nan, root**2)


def _effect(base: Any, reach: Callable[[Any], Array], most: Any, power: float) -> Array:
    """Find the smallest effect, up to the greatest one, that is found with this power."""
    found = reach(most) >= power
    _, high = boundary(lambda gap: ~(reach(gap) >= power), np.zeros(np.shape(most)), most, _HALVINGS)
    return np.where(found & np.isfinite(base), high, np.nan)


def share_power(first: Any, n: Any, second: Any, other_n: Any, *, confidence: float) -> Array:
    """Compute the probability of finding that two shares differ.

    >>> round(float(share_power(0.5, 50, 0.75, 50, confidence=0.95)), 3)
    0.74
    """
    return _power(first, n, second, other_n, confidence=confidence, spread=_of_share)


def rate_power(first: Any, exposure: Any, second: Any, other_exposure: Any, *, confidence: float) -> Array:
    """Compute the probability of finding that two rates differ.

    >>> round(float(rate_power(2.0, 50, 3.0, 50, confidence=0.95)), 3)
    0.885
    """
    return _power(first, exposure, second, other_exposure, confidence=confidence, spread=_of_rate)


def share_size(first: Any, second: Any, *, power: float, confidence: float) -> Array:
    """Compute how many cases a side find that two shares differ, as whole numbers.

    >>> float(share_size(0.5, 0.75, power=0.9, confidence=0.95))
    77.0
    """
    return np.ceil(_size(first, second, power=power, confidence=confidence, spread=_of_share))


def rate_size(first: Any, second: Any, *, power: float, confidence: float) -> Array:
    """Compute how much exposure a side finds that two rates differ.

    >>> round(float(rate_size(2.0, 3.0, power=0.9, confidence=0.95)), 2)
    52.54
    """
    return _size(first, second, power=power, confidence=confidence, spread=_of_rate)


def share_effect(base: Any, n: Any, other_n: Any, sign: Any, *, power: float, confidence: float) -> Array:
    """Compute by how much a share must rise (sign 1) or fall (sign -1) from its base to be found.

    >>> round(float(share_effect(0.5, 77, 77, 1, power=0.9, confidence=0.95)), 4)
    0.2496
    """

    def reach(gap: Any) -> Array:
        # a difference that ends at 0 or 1 may lie a last digit beyond
        return share_power(base, n, np.clip(base + sign * gap, 0, 1), other_n, confidence=confidence)

    return _effect(base, reach, np.where(np.asarray(sign) > 0, 1 - base, base) + 0.0 * (n + other_n), power)


def rate_effect(base: Any, exposure: Any, other_exposure: Any, sign: Any, *, power: float, confidence: float) -> Array:
    """Compute by how much a rate must rise (sign 1) or fall (sign -1) from its base to be found.

    >>> round(float(rate_effect(2.0, 53, 53, 1, power=0.9, confidence=0.95)), 4)
    0.9951
    """

    def reach(gap: Any) -> Array:
        return rate_power(base, exposure, np.maximum(base + sign * gap, 0), other_exposure, confidence=confidence)

    rising = np.asarray(sign) > 0
    most = np.where(rising, base + 1 / exposure, base) + 0.0 * other_exposure
    for _ in range(_DOUBLINGS):
        most = np.where(rising & (reach(most) < power), 2 * most, most)
    return _effect(base, reach, most, power)


def _error_and_df(sd: Any, n: Any, other_sd: Any, other_n: Any) -> tuple[Array, Array]:
    first, second = sd**2 / n, other_sd**2 / other_n
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (first + second) ** 2 / (first**2 / (n - 1) + second**2 / (other_n - 1))
    return np.sqrt(first + second), np.where((n > 1) & (other_n > 1), df, np.nan)


def mean_power(gap: Any, sd: Any, n: Any, other_sd: Any, other_n: Any, *, confidence: float) -> Array:
    """Compute the probability of finding that two means differ by this gap.

    >>> round(float(mean_power(1.0, 1.0, 20, 1.0, 20, confidence=0.95)), 4)
    0.869
    """
    from scipy.special import nctdtr, stdtrit  # noqa: PLC0415  (loads with the first plan that needs it)

    error, df = _error_and_df(sd, n, other_sd, other_n)
    df = np.minimum(df, _MANY)
    return np.asarray(1 - nctdtr(df, np.abs(gap) / error, stdtrit(df, (1 + confidence) / 2)))


def mean_size(gap: Any, sd: Any, other_sd: Any, *, power: float, confidence: float) -> Array:
    """Compute how many values a side find that two means differ by this gap, as whole numbers.

    >>> float(mean_size(1.0, 1.0, 1.0, power=0.9, confidence=0.95))
    23.0
    """
    gap, sd, other_sd = np.broadcast_arrays(*map(np.asarray, (gap, sd, other_sd)))
    z = normal(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        n = ((z + normal(2 * power - 1)) / gap) ** 2 * (sd**2 + other_sd**2)
    # the normal size lies a little low; the t distribution needs about z^2 / 4 more, from which a step or two is left
    n = np.where(gap == 0, np.nan, np.maximum(np.ceil(n + z * z / 4), 2))
    shape, n, gap, sd, other_sd = (
        n.shape,
        *(np.atleast_1d(x).astype(np.float64).ravel() for x in (n, gap, sd, other_sd)),
    )

    def enough(at: Array, size: Array) -> Array:
        return mean_power(gap[at], sd[at], size, other_sd[at], size, confidence=confidence) >= power

    walking = np.flatnonzero(n < _MANY)
    up = walking[~enough(walking, n[walking])]
    while len(up):
        n[up] += 1
        up = up[~enough(up, n[up])]
    down = walking[n[walking] > 2]  # noqa: PLR2004  (the fewest values with a spread)
    while len(down := down[enough(down, n[down] - 1)]):
        n[down] -= 1
        down = down[n[down] > 2]  # noqa: PLR2004  (the fewest values with a spread)
    return n.reshape(shape)


def mean_effect(sd: Any, n: Any, other_sd: Any, other_n: Any, *, power: float, confidence: float) -> Array:
    """Compute by how much two means must differ to be found.

    >>> round(float(mean_effect(1.0, 20, 1.0, 20, power=0.9, confidence=0.95)), 4)
    1.052
    """
    from scipy.special import nctdtrinc, stdtrit  # noqa: PLC0415  (loads with the first plan that needs it)

    error, df = _error_and_df(sd, n, other_sd, other_n)
    df = np.minimum(df, _MANY)
    return np.asarray(error * nctdtrinc(df, 1 - power, stdtrit(df, (1 + confidence) / 2)))
