"""Defects per million, sigma levels and first pass yield."""

import math

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.inference.given import as_number, as_open

__all__ = ["dpmo", "first_pass_yield", "levels", "sigma_level"]

_MILLION = 1_000_000


def sigma_level(*, dpmo: float, shift: float = 1.5) -> float:
    """Convert defects per million opportunities to a sigma level: Φ⁻¹(1 − dpmo / 1,000,000) + shift.

    One-sided. A process is assumed to drift by `shift` standard deviations in the long run; 1.5 is the usual value of
    Six Sigma, 0 leaves it out. 0 and 1,000,000 have no level and are refused: without a defect there is only a lower
    bound, that of the upper end of an interval for the defects.

    >>> round(sigma_level(dpmo=3.4), 2), round(sigma_level(dpmo=66_807), 2)
    (6.0, 3.0)
    """
    as_open("dpmo", dpmo, 0, _MILLION)
    return float(levels(np.array(dpmo / _MILLION), shift))


def dpmo(*, sigma_level: float, shift: float = 1.5) -> float:
    """Convert a sigma level to defects per million opportunities, the inverse of `sigma_level`.

    >>> round(dpmo(sigma_level=6), 1), round(dpmo(sigma_level=3))
    (3.4, 66807)
    """
    as_number("sigma_level", sigma_level)
    return _MILLION / 2 * math.erfc((sigma_level - _shift(shift)) / math.sqrt(2))


def first_pass_yield(*, dpu: float) -> float:
    """Estimate the share of units without a defect from the mean number of defects per unit: exp(−dpu).

    Defects are assumed to strike units independently of each other (Poisson).

    >>> round(first_pass_yield(dpu=0.1), 4)
    0.9048
    """
    as_number("dpu", dpu, 0)
    return math.exp(-dpu)


def levels(shares: Array, shift: object) -> Array:
    """Map shares of opportunities with a defect to sigma levels; infinite at shares of 0 and 1.

    >>> levels(np.array([0.5, 0.0]), 1.5).tolist()
    [1.5, inf]
    """
    from scipy.special import ndtri  # noqa: PLC0415  (loads with the first level that needs it)

    return np.asarray(_shift(shift) - ndtri(shares))


def _shift(shift: object) -> float:
    if isinstance(shift, bool) or not isinstance(shift, int | float) or not 0 <= shift < math.inf:
        raise InvalidValue.of("shift", "be a number of 0 or more", shift, do="1.5 is the usual one, 0 leaves it out")
    return shift
