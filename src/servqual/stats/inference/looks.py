"""Looks at a comparison that were planned before it began: how the risk of a false alarm is spent on them."""

from functools import cache, partial
from typing import Any, Final, Literal

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual._checks import among
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.halving import boundary
from servqual.stats.inference.given import as_confidence, as_number, as_open, as_sample

__all__ = ["Looks", "Spending", "planned_looks"]

Spending = Literal["obrien_fleming", "pocock"]
_COARSEST: Final = 32
_FINE: Final = 3.0
"""Points per step of the sum, on average, between the middle and the boundary."""
_REACH: Final = 8.0
"""Deviates beyond which no density is worth following."""
_HALVINGS: Final = 60
_MOST: Final = 400
_CLOSEST: Final = 0.001
_FAR: Final = 20.0
"""An effect that every plan finds."""
_SURE: Final = 1 - 1e-9


@attrs.frozen(kw_only=True)
class Looks(Rebuilt):
    """The boundary of each look: a change is found where |z| reaches `z`, or a two-sided p-value is at most `p_value`.

    `share` is the part of the planned information at each look, `spent` the risk used up to it, 1 - confidence at
    full information. A boundary is infinite, and its p-value 0, where a look has no risk to spend.
    """

    share: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    spent: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    z: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    p_value: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    confidence: float
    spending: Spending

    def __attrs_post_init__(self) -> None:
        as_long(self, "share", "spent", "z", "p_value")

    def power(self, drift: float) -> float:
        """Compute the probability of finding an effect at some look, in the right direction.

        `drift` is the effect in standard errors at full information, the mean of z there.

        >>> round(planned_looks(5).power(3.28), 2)
        0.9
        """
        return _crossing(self.share, self.z, abs(float(as_number("drift", drift))))

    def drift(self, power: float = 0.8) -> float | None:
        """Compute the effect, in standard errors at full information, that is found with this power.

        None where no look has a risk to spend, so that it finds nothing, as looks at the first percents have none.

        >>> round(planned_looks(5, spending="pocock").drift(0.9), 2)
        3.54
        """
        from scipy.optimize import brentq  # noqa: PLC0415  (loads with the first plan)

        wanted = as_open("power", power, (1 - self.confidence) / 2, _SURE)
        if np.isinf(self.z).all():
            return None
        return float(brentq(lambda drift: self.power(drift) - wanted, 0, _FAR / self.share[-1] ** 0.5, xtol=1e-9))


def planned_looks(looks: Any, *, spending: Spending = "obrien_fleming", confidence: float = 0.95) -> Looks:
    """Plan the boundaries of several looks, so that all together have the risk of one.

    `looks` are the shares of the planned information (cases, events) at each look, rising, up to 1, or a number of
    looks at equal distances. Alpha spending by K. K. G. Lan and D. L. DeMets (1983, Biometrika 70: 659-663), the same
    on both sides: `"obrien_fleming"` spends little at first and leaves the last look almost whole, `"pocock"` spends
    about evenly. Look times may move after the plan was made, as long as the results do not move them. The boundaries
    are found by integration of the density that is left between them (P. Armitage, C. K. McPherson and B. C. Rowe,
    1969, JRSS A 132: 235-244).

    >>> planned_looks(5).z.round(3).tolist()
    [4.877, 3.357, 2.68, 2.29, 2.031]
    >>> planned_looks([0.5, 1.0], spending="pocock").p_value.round(4).tolist()
    [0.031, 0.0277]
    """
    from scipy.special import ndtri  # noqa: PLC0415  (loads with the first plan)

    among("spending", spending, ("obrien_fleming", "pocock"))
    confidence = as_confidence(confidence)
    share = _shares(looks)
    side = (1 - confidence) / 2
    if spending == "pocock":
        spent = side * np.log1p((np.e - 1) * share)
    else:
        spent = 2 * _beyond(-ndtri(side / 2) / np.sqrt(share))
    z = _boundaries(share, np.diff(spent, prepend=0.0))
    return Looks(share=share, spent=2 * spent, z=z, p_value=2 * _beyond(z), confidence=confidence, spending=spending)


def _shares(looks: Any) -> Array:
    """Read the shares of information."""
    if np.ndim(looks) == 0:
        many = int(as_number("looks", looks, 1, _MOST))
        if many != looks:
            raise InvalidValue.of("looks", "be a whole number, or the shares of information", looks)
        return np.arange(1, many + 1) / many
    found = as_sample("looks", looks)
    if not (1 <= len(found) <= _MOST and np.diff(found, prepend=0.0).min() >= _CLOSEST and found[-1] <= 1):
        raise InvalidValue.of("looks", f"be 1 to {_MOST} rising shares up to 1, {_CLOSEST:g} or more apart", looks)
    return found


def _beyond(z: Any) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415  (loads with the first plan)

    return np.asarray(ndtr(-z))


# z times the root of the information is a sum that moves by independent normal steps. What has not crossed a boundary
# yet is kept as a weight at each of some points between the boundaries, placed as Gauss placed them; a step spreads the
# weights over the points of the next look, which lie closer together than a step is long.
@cache
def _gauss(many: int) -> tuple[Array, Array]:
    places, weights = np.polynomial.legendre.leggauss(many)
    return read_only(places), read_only(weights)


class _Left:
    """What has not crossed a boundary so far, under a drift."""

    def __init__(self, drift: float = 0.0) -> None:
        self.drift, self.share = drift, 0.0
        self.points, self.mass = np.zeros(1), np.ones(1)

    def above(self, z: Any, share: float) -> float:
        """Compute the probability that it lies above z at the next look."""
        step = share - self.share
        return float(self.mass @ _beyond((z * np.sqrt(share) - self.points - self.drift * step) / np.sqrt(step)))

    def costs_more(self, share: float, risk: float, z: Any) -> bool:
        """Whether more than this risk lies above z at the next look."""
        return self.above(z, share) > risk

    def move(self, z: float, share: float) -> None:
        """Go to the next look, and leave out what has crossed z on either side."""
        step, root = share - self.share, np.sqrt(share)
        middle = self.drift * share
        low, high = max(-z * root, middle - _REACH * root), min(z * root, middle + _REACH * root)
        if low >= high:  # nothing is left
            self.points, self.mass, self.share = np.zeros(1), np.zeros(1), share
            return
        half, deviation = (high - low) / 2, np.sqrt(step)
        places, weights = _gauss(_COARSEST * (1 + int(half / deviation * _FINE / _COARSEST)))
        points = (high + low) / 2 + half * places
        apart = (points[:, None] - self.points - self.drift * step) / deviation
        density = np.exp(-(apart**2) / 2) / (deviation * np.sqrt(2 * np.pi))
        self.points, self.mass, self.share = points, half * weights * (density @ self.mass), share


def _boundaries(share: Array, spend: Array) -> Array:
    """Find, look by look, the boundary beyond which just the risk of this look lies, on each side."""
    left, out = _Left(), []
    for now, risk in zip(share.tolist(), spend.tolist(), strict=True):
        _, high = boundary(partial(left.costs_more, now, risk), 0.0, _REACH, _HALVINGS)
        out.append(float(high) if left.above(_REACH, now) < risk else np.inf)
        left.move(out[-1], now)
    return np.array(out)


def _crossing(share: Array, z: Array, drift: float) -> float:
    """Compute the probability of crossing the upper boundary at some look, before the lower one."""
    left, found = _Left(drift), 0.0
    for now, bound in zip(share.tolist(), z.tolist(), strict=True):
        found += left.above(bound, now)
        left.move(bound, now)
    return min(found, 1.0)
