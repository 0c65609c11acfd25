"""One search for all boundaries: between where something holds and where it does not, by halving the way."""

from collections.abc import Callable
from typing import Any

import numpy as np

from servqual._arrays import Array

__all__ = ["boundary"]


def boundary(holds: Callable[[Array], Any], inside: Any, outside: Any, halvings: int) -> tuple[Array, Array]:
    """Find where a condition ends to hold: the last place where it still does, and the first where it does not.

    `inside` and `outside` are numbers, or arrays of many searches at once. Nothing is asked of them: where the
    condition holds all the way, or nowhere, both come close to `outside`, or to `inside`. 52 halvings reach the
    precision of a float.

    >>> inside, outside = boundary(lambda x: x * x < 2, 0.0, 2.0, 40)
    >>> round(float(inside), 10), round(float(outside), 10)
    (1.4142135624, 1.4142135624)
    """
    inside, outside = np.asarray(inside), np.asarray(outside)
    for _ in range(halvings):
        middle = (inside + outside) / 2
        held = holds(middle)
        inside, outside = np.where(held, middle, inside), np.where(held, outside, middle)
    return inside, outside
