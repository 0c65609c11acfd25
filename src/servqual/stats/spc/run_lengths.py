"""Average run lengths: after how many points a chart signals, by chance or after a shift.

The run length of a chart that remembers solves an integral equation, whose kernel is a normal density: Gauss' points
turn it into a few dozen linear equations, exact to many digits (S. V. Crowder, 1987, Technometrics 29: 401-407). The
longest runs, of more than 10^12 points, are lost in the last digits of these equations, and are None.
"""

import functools
import math
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.inference.estimate import number
from servqual.stats.inference.given import as_number, as_open

__all__ = ["as_weight", "cusum_arl", "ewma_arl", "shewhart_arl"]

_LEAST: Final = 64
_MOST: Final = 1000
_LONGEST: Final = 1e12


def shewhart_arl(shift: float = 0.0, *, n: int = 1, width: float = 3.0) -> float | None:
    """Compute the average number of points until one lies beyond limits of `width` standard deviations.

    `shift` is that of the mean, in standard deviations of a single value, and a point the mean of n values. None where
    no float is as small as the probability of a signal, which from a `width` of 38 on is so.

    >>> round(shewhart_arl(), 1), round(shewhart_arl(1.0), 1), round(shewhart_arl(1.0, n=5), 1)
    (370.4, 43.9, 4.5)
    """
    as_open("width", width)
    moved = float(as_number("shift", shift)) * math.sqrt(as_number("n", n, 1))
    signals = _below(moved - width) + _below(-moved - width)
    return number(1 / signals) if signals else None


def cusum_arl(shift: float = 0.0, *, slack: float = 0.5, limit: float = 5.0) -> float | None:
    """Compute the average number of points until one of the two sums of a CUSUM lies above its limit.

    All are in standard deviations of a point, and the sums begin at 0. Those of the two sides combine as 1 / (1 / high
    + 1 / low) (K. W. Kemp, 1961, JRSS B 23: 149-153). None where both are longer than 10^12 points.

    >>> [round(cusum_arl(shift, limit=5)) for shift in (0, 0.5, 1, 2)]
    [465, 38, 10, 4]
    """
    as_number("shift", shift)
    as_number("slack", slack, 0)
    as_open("limit", limit)
    sides = [run for moved in (shift, -shift) if (run := _one_sided(moved, slack, limit))]
    return 1 / sum(1 / run for run in sides) if sides else None


def ewma_arl(shift: float = 0.0, *, weight: float = 0.2, width: float = 3.0) -> float | None:
    """Compute the average number of points until an exponentially weighted mean lies beyond its limits.

    `shift` is in standard deviations of a point. The limits are those that the mean reaches in the long run. None where
    that takes more than 10^12 points.

    >>> [round(ewma_arl(shift, weight=0.1, width=2.814), 1) for shift in (0, 0.5, 1)]
    [499.6, 31.3, 10.3]
    """
    as_number("shift", shift)
    as_open("width", width)
    as_weight(weight)
    edge = width * math.sqrt(weight / (2 - weight))
    y, weights = _points(-edge, edge, weight)
    kernel = _density((y - (1 - weight) * y[:, None]) / weight - shift) * weights / weight
    run = _runs(kernel)
    return None if run is None else float(1 + (_density(y / weight - shift) * weights / weight) @ run)


def _one_sided(shift: float, slack: float, limit: float) -> float | None:
    # from a sum z the next one is 0 with the probability that the step is at most -z, and y with the density of y - z
    y, weights = _points(0, limit, 1)
    start = np.concatenate([[0.0], y])
    kernel = np.column_stack(
        [[_below(slack - shift - z) for z in start], _density(y - start[:, None] + slack - shift) * weights]
    )
    run = _runs(kernel)
    return None if run is None else float(run[0])


def _runs(kernel: Array) -> Array | None:
    """Solve for the run length from each state, by the probabilities to go on; None for runs that are too long."""
    try:
        found = np.linalg.solve(np.eye(len(kernel)) - kernel, np.ones(len(kernel)))
    except np.linalg.LinAlgError:
        return None
    return found if 0 < found.min() <= found.max() < _LONGEST else None


def _points(low: float, high: float, scale: float) -> tuple[Array, Array]:
    """Find Gauss' points, four per standard deviation of the kernel."""
    needed = 4 * (high - low) / scale
    if not 0 < needed <= _MOST:
        raise InvalidValue.of("width or limit", f"be at most {_MOST // 4} standard deviations of a step", high - low)
    nodes, weights = _gauss(max(_LEAST, math.ceil(needed)))
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


@functools.lru_cache
def _gauss(points: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(points)


def _below(z: float) -> float:
    """The normal distribution function, exact far below, too."""
    return math.erfc(-z / math.sqrt(2)) / 2


def _density(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))


def as_weight(weight: object) -> float:
    """Read the weight of a point in a weighted mean: above 0 and at most 1."""
    found = float(as_number("weight", weight, 0, 1))
    if not found:
        raise InvalidValue.of("weight", "be above 0", weight)
    return found
