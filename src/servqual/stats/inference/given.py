"""Arguments of inference, read and refused: counts, exposures, samples, confidences.

Numbers come back as arrays of no dimension, as the kernels take them.
"""

import math
from numbers import Real
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue

__all__ = ["as_confidence", "as_count", "as_hits", "as_number", "as_open", "as_sample"]


LARGEST: Final = 1e150
"""The square of a greater number is none."""


def as_number(field: str, value: object, least: float = -LARGEST, most: float = LARGEST) -> Array:
    """Read a number from `least` to `most`, both included."""
    try:
        found = float(value) if not isinstance(value, bool) and isinstance(value, Real) else math.nan
    except OverflowError:
        found = math.nan
    if not least <= found <= most:
        raise InvalidValue.of(field, f"be a number from {least:g} to {most:g}", value)
    return np.array(found)


def as_open(field: str, value: object, least: float = 0.0, most: float = LARGEST) -> float:
    """Read a number between `least` and `most`, neither included."""
    found = float(as_number(field, value))
    if not least < found < most:
        raise InvalidValue.of(field, f"be above {least:g} and below {most:g}", value)
    return found


_COUNTED: Final = 2**53
"""A float counts so far and no further."""


def as_count(field: str, value: object) -> Array:
    """Read a whole number of 0 or more, up to 2^53."""
    found = as_number(field, value)
    if found % 1 or not 0 <= found <= _COUNTED:
        raise InvalidValue.of(field, "be a whole number from 0 to 2**53", value)
    return found


def as_hits(hits: object, n: object, prefix: str = "") -> tuple[Array, Array]:
    """Read a count of hits among n."""
    found, total = as_count(f"{prefix}hits", hits), as_count(f"{prefix}n", n)
    if found > total:
        raise InvalidValue.of(f"{prefix}hits", f"not exceed {prefix}n", hits, shown=f"{hits} of {n}")
    return found, total


def as_sample(field: str, values: Any) -> Array:
    """Read a row of finite numbers of at most 1e150; it may be empty."""
    try:
        raw = np.asarray(values)
        # texts and times would turn into numbers without a word
        found = raw.astype(np.float64) if raw.dtype.kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):
        found = None
    if found is None:
        raise InvalidValue.of(field, "be a list of numbers", values, shown=f"{values!r:.80}")
    if found.ndim != 1:
        raise InvalidValue.of(field, "be one row of numbers", values, shown=f"{found.ndim} dimensions")
    usable = np.abs(found) <= LARGEST
    if not usable.all():
        bad = int(np.flatnonzero(~usable)[0])
        raise InvalidValue.of(
            field, "hold finite numbers only", float(found[bad]), shown=f"{found[bad]} at {bad}", do="leave it out"
        )
    return found


_MOST: Final = 1 - 1e-12
"""Beyond it a float does not tell a confidence from 1."""


def as_confidence(value: object) -> float:
    """Read a confidence between 0 and 1."""
    found = as_open("confidence", value, 0, 1)
    if found > _MOST:
        raise InvalidValue.of("confidence", "be below 1, such as 0.95", value)
    return found
