"""The type of arrays, whatever they hold, arrays that are handed out, and when two are the same."""

from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def read_only(values: Array) -> Array:
    """Give a view of an array that cannot be written to, for those who read the arrays of a value."""
    found = values.view()
    found.flags.writeable = False
    return found


SAME: Final = attrs.cmp_using(eq=lambda one, other: np.array_equal(one, other, equal_nan=True), require_same_type=False)
"""How fields of a value that hold numbers or arrays are compared; they take no part in its hash."""
