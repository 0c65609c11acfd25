"""Average run lengths: after how many points a chart signals, by chance or after a shift.

The run length of a chart that remembers solves an integral equation, whose kernel is a normal density: Gauss' points
turn it into a few dozen linear equations, exact to many digits (S. V. Crowder, 1987, Technometrics 29: 401-407).
"""

import functools
import math
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.inference.given import as_number, as_open

__all__ = ["as_weight", "cusum_arl", "ewma_arl", "shewhart_arl"]

_LEAST: Final = 64
_MOST: Final = 1000


def shewhart_arl(shift: float = 0.0, *, n: int = 1, width: float = 3.0) -> float:
    """Compute the average number of points until one lies beyond limits of `width` standard deviations.

    `shift` is that of the mean, in standard deviations of a single value, and a point the mean of n values.

    >>> round(shewhart_arl(), 1), round(shewhart_arl(1.0), 1), round(shewhart_arl(1.0, n=5), 1)
    (370.4, 43.9, 4.5)
    """
    as_open("width", width)
    moved = float(as_number("shift", shift)) * math.sqrt(as_number("n", n, 1))
    return 1 / (_below(moved - width) + _below(-moved - width))


def cusum_arl(shift: float = 0.0, *, slack: float = 0.5, limit: float = 5.0) -> float:
    """Compute the average number of points until one of the two sums of a CUSUM lies above its limit.

    All are in standard deviations of a point, and the sums begin at 0. Those of the two sides combine as 1 / (1 / high
    + 1 / low) (K. W. Kemp, 1961, JRSS B 23: 149-153).

    >>> [round(cusum_arl(shift, limit=5)) for shift in (0, 0.5, 1, 2)]
    [465, 38, 10, 4]
    """
    as_number("shift", shift)
    as_number("slack", slack, 0)
    as_open("limit", limit)
    return 1 / (1 / _one_sided(shift, slack, limit) + 1 / _one_sided(-shift, slack, limit))


def ewma_arl(shift: float = 0.0, *, weight: float = 0.2, width: float = 3.0) -> float:
    """Compute the average number of points until an exponentially weighted mean lies beyond its limits.

    `shift` is in standard deviations of a point. The limits are those that the mean reaches in the long run.

    >>> [round(ewma_arl(shift, weight=0.1, width=2.814), 1) for shift in (0, 0.5, 1)]
    [499.6, 31.3, 10.3]
    """
    as_number("shift", shift)
    as_open("width", width)
    as_weight(weight)
    edge = width * math.sqrt(weight / (2 - weight))
    y, weights = _points(-edge, edge, weight)
    kernel = _density((y - (1 - weight) * y[:, None]) / weight - shift) * weights / weight
    run = np.linalg.solve(np.eye(len(y)) - kernel, np.ones(len(y)))
    return float(1 + (_density(y / weight - shift) * weights / weight) @ run)


def _one_sided(shift: float, slack: float, limit: float) -> float:
    # from a sum z the next one is 0 with the probability that the step is at most -z, and y with the density of y - z
    y, weights = _points(0, limit, 1)
    start = np.concatenate([[0.0], y])
    kernel = np.column_stack(
        [[_below(slack - shift - z) for z in start], _density(y - start[:, None] + slack - shift) * weights]
    )
    return float(np.linalg.solve(np.eye(len(start)) - kernel, np.ones(len(start)))[0])


def _points(low: float, high: float, scale: float) -> tuple[Array, Array]:
    """Find Gauss' points, four per standard deviation of the kernel."""
    number = max(_LEAST, math.ceil(4 * (high - low) / scale))
    if number > _MOST:
        raise InvalidValue.of("width or limit", f"be at most {_MOST // 4} standard deviations of a step", high - low)
    nodes, weights = _gauss(number)
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


@functools.lru_cache
def _gauss(number: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(number)


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
