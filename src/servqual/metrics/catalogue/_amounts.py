"""Sums over sums and amounts: building blocks for the KPIs of shifts, quality, cost and operation."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.kpi.definition import View

MILLIONTHS: Final = 1_000_000
_MOST: Final = 2**32  # in millionths a little below 2^52


def amount(t: View, name: str, what: str = "an amount") -> tuple[Array, Array]:
    """A number of 0 or more in millionths, and where there is one; what cannot be summed exactly is refused."""
    values, known = t[name], t.known(name)
    out = known & ((values < 0) | (values > _MOST))
    t.refuse(out, name, f"must be {what} of 0 to {_MOST:,}")
    known = known & ~out
    return np.rint(np.where(known, values, 0) * MILLIONTHS).astype(np.int64), known


def over(t: View, top: Array, base: Array, known: Array) -> Mapping[str, Array]:
    """A sum over a sum, among the rows that have something of either."""
    among = known & ~t.bad & ((top > 0) | (base > 0))
    return {"top": np.where(among, top, 0), "base": np.where(among, base, 0), "among": among}


def within(t: View, part: str, whole: str) -> Array:
    """Where two durations or counts are known; a part that is more than its whole is refused."""
    known = t.known(part) & t.known(whole)
    t.refuse(known & (t.us(part) > t.us(whole)), part, f"must not exceed {whole}")
    return known


def part(t: View, part: str, whole: str) -> Mapping[str, Array]:
    """The share that one duration has in another, over all rows."""
    known = within(t, part, whole)
    return over(t, t.us(part), t.us(whole), known)


def scale_of(t: View) -> tuple[float, float]:
    """The two ends of the parameter `scale`, which has to be set."""
    scale = t.params["scale"]
    if not (isinstance(scale, tuple) and len(scale) == 2 and scale[0] < scale[1]):  # noqa: PLR2004  (two ends)
        raise InvalidValue(
            f"scale is needed, as its two ends such as (1, 5) (got {scale!r}); set it with .with_(scale=…)",
            field="scale",
            got=scale,
        )
    return scale


def off_scale(t: View, name: str, scale: tuple[float, float]) -> tuple[Array, Array]:
    """Scores, and where there is one; what lies off the scale is refused."""
    score, known = t[name], t.known(name)
    off = known & ((score < scale[0]) | (score > scale[1]))
    t.refuse(off, name, f"must lie on the scale {scale[0]:g} to {scale[1]:g}")
    return np.where(known & ~off, score, scale[0]), known & ~off


def less(t: View, name: str, other: str) -> tuple[Array, Array]:
    """One score less another in millionths, and where there are both; what lies off the `scale` is refused."""
    scale = scale_of(t)
    (score, told), (held, known) = off_scale(t, name, scale), off_scale(t, other, scale)
    both = told & known
    return np.rint(np.where(both, score - held, 0) * MILLIONTHS).astype(np.int64), both


def level(t: View, name: str, low: float = 0, high: float = 1) -> float:
    """A parameter that is a number between two ends, themselves outside, and has to be set."""
    value = t.params[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value < high:
        raise InvalidValue.of(
            name, f"be a number between {low:g} and {high:g}", value, do=f"set it with .with_({name}=…)"
        )
    return value


def labelled(t: View, name: str, param: str) -> Array:
    """Where a column holds one of the values that a parameter names; it has to be set."""
    wanted = t.params[param]
    if isinstance(wanted, str) or not isinstance(wanted, tuple | list | set | frozenset) or not wanted:
        raise InvalidValue.of(param, f"name values of {name}", wanted, do=f"set it, such as .with_({param}=('…', '…'))")
    column = t.column(name)
    return np.isin(column.values, [code for code, label in enumerate(column.labels) if label in wanted])
