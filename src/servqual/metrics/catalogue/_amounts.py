"""Amounts, counts and scores, and sums over sums: blocks of the KPIs of shifts, quality, cost and operation."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.catalogue._params import scale_of
from servqual.metrics.kpi.view import View

MILLIONTHS: Final = 1_000_000
_MOST: Final = 2**32  # in millionths a little below 2^52
_MOST_THINGS: Final = 1_000_000  # nobody handles, finds or hands on more in one row


def amount(t: View, name: str, what: str = "an amount") -> tuple[Array, Array]:
    """Read amounts in millionths, and where they are known; refuse those that cannot be summed exactly."""
    values, known = t[name], t.known(name)
    out = known & ((values < 0) | (values > _MOST))
    t.refuse(out, name, f"must be {what} of 0 to {_MOST:,}")
    known = known & ~out
    return np.rint(np.where(known, values, 0) * MILLIONTHS).astype(np.int64), known


def things(t: View, name: str) -> tuple[Array, Array]:
    """Read counts of things, and where they are known; refuse counts beyond reason."""
    t.refuse(t[name] > _MOST_THINGS, name, f"must not exceed {_MOST_THINGS:,}")
    known = t.known(name) & ~t.bad
    return np.where(known, t[name], 0).astype(np.int64), known


def weights(t: View) -> tuple[Array, Array, Array]:
    """Read the weights met and applicable of a checklist, and where something was applicable."""
    met, told = amount(t, "met", "a weight")
    applicable, known = amount(t, "applicable", "a weight")
    t.refuse(told & known & (met > applicable), "met", "must not exceed applicable")
    return met, applicable, told & known & (applicable > 0)


def over(t: View, top: Array, base: Array, known: Array) -> Mapping[str, Array]:
    """Divide a sum by a sum, among the rows that have something of either."""
    among = known & ~t.bad & ((top > 0) | (base > 0))
    return {"top": np.where(among, top, 0), "base": np.where(among, base, 0), "among": among}


def within(t: View, part: str, whole: str) -> Array:
    """Find the rows that know a part and its whole; refuse a part that exceeds its whole."""
    known = t.known(part) & t.known(whole)
    t.refuse(known & (t.us(part) > t.us(whole)), part, f"must not exceed {whole}")
    return known


def part(t: View, part: str, whole: str) -> Mapping[str, Array]:
    """Divide a duration by the one that it is part of, over all rows."""
    known = within(t, part, whole)
    return over(t, t.us(part), t.us(whole), known)


def off_scale(t: View, name: str, scale: tuple[float, float], ours: Array | None = None) -> tuple[Array, Array]:
    """Read scores (of `ours`, if not of all rows), and where they are known; refuse those off the scale."""
    score, known = t[name], t.known(name) if ours is None else t.known(name) & ours
    off = known & ((score < scale[0]) | (score > scale[1]))
    t.refuse(off, name, f"must lie on the scale {scale[0]:g} to {scale[1]:g}")
    return np.where(known & ~off, score, scale[0]), known & ~off


def less(t: View, name: str, other: str, ours: Array | None = None) -> tuple[Array, Array]:
    """Subtract one score from another, in millionths, where both are known; refuse those off the `scale`."""
    scale = scale_of(t)
    (score, told), (held, known) = off_scale(t, name, scale, ours), off_scale(t, other, scale, ours)
    both = told & known
    return np.rint(np.where(both, score - held, 0) * MILLIONTHS).astype(np.int64), both


def gap_between(t: View, name: str, other: str) -> Mapping[str, Array]:
    """Take the mean of one score less another."""
    gap, known = less(t, name, other)
    return {"value": gap, "among": known}
