"""The type of arrays, whatever they hold, arrays that are handed out, and when two are the same."""

from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from servqual.errors import InvalidValue

Array: TypeAlias = npt.NDArray[Any]


def read_only(values: Array) -> Array:
    """Give a view of an array that cannot be written to, for those who read the arrays of a value."""
    found = values.view()
    found.flags.writeable = False
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two arrays or numbers hold the same, NaN being the same as NaN."""
    one, other = np.asarray(one), np.asarray(other)
    return np.array_equal(one, other, equal_nan=one.dtype.kind == other.dtype.kind == "f")


def as_long(value: object, first: str, *others: str) -> None:
    """Refuse a value whose arrays differ in length from its first one, or are tables; a number stands for all."""
    size = np.shape(getattr(value, first))
    for name in (first, *others):
        found = np.shape(getattr(value, name))
        if len(size) != 1 or found not in {size, ()}:
            expected = "be one row" if name == first else f"hold as many numbers as {first.lstrip('_')} ({size[0]})"
            raise InvalidValue.of(name.lstrip("_"), expected, found, shown=f"an array of shape {found}")


SAME: Final = attrs.cmp_using(eq=same, require_same_type=False)
"""How fields of a value that hold numbers or arrays are compared; they take no part in its hash."""
