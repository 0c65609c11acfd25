"""The type of arrays, whatever they hold, and arrays that are handed out."""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def read_only(values: Array) -> Array:
    """Give a view of an array that cannot be written to, for those who read the arrays of a value."""
    found = values.view()
    found.flags.writeable = False
    return found
