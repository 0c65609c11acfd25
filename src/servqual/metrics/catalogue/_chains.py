"""Chains of what one customer did: the order of rows within a customer, and the time between one and the next."""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.kpi.definition import View
from servqual.readers.columns.columns import LAST_MOMENT

_WORD: Final = 63
"""Bits of a whole number that is not negative."""
_UNITS: Final = (86_400_000_000, 60_000_000, 1_000_000, 1000, 1)
"""Days, minutes, seconds, milliseconds and microseconds, in which moments are told as a rule."""
_SAMPLE: Final = 64


@attrs.frozen(eq=False)
class Chains:
    """Rows in order; whether each follows one of the same chain, and by how many microseconds.

    Rows that lack the moment, or what the chain is of, or whose moment has not come, are not in it.
    """

    order: Array
    follows: Array
    gap: Array

    def within(self, window: int) -> Array:
        """Whether each row follows one at most so many microseconds before it."""
        return np.asarray(self.follows & (self.gap <= window))


def chains(t: View, of: tuple[str, ...], at: str) -> Chains:
    """The rows of each value of some label columns by time; at one moment by what they hold, so that no order matters.

    The last of the columns may be missing in a row, which is then of a chain of its own kind.
    """
    return t.once(("chains", of, at, t.told_by), lambda: _chains(t, of, at))


def _chains(t: View, of: tuple[str, ...], at: str) -> Chains:
    known = t.known(of[0]) & t.seen(at)
    rows = None if known.all() else np.flatnonzero(known)
    when, whole = t.us(at), np.zeros(t.size, np.int64)
    for name in of:
        column = t.column(name)
        whole *= len(column.labels) + 1
        whole += column.values
        whole += 1
    if rows is not None:
        when, whole = when.take(rows), whole.take(rows)
    place, whole, when = _in_order(whole, when)
    order = place if rows is None else rows.take(place)
    follows = np.zeros(len(order), np.bool_)
    np.equal(whole[1:], whole[:-1], out=follows[1:])
    gap = np.diff(when, prepend=when[:1])
    tied = np.flatnonzero(follows & (gap == 0))
    if len(tied):
        near = np.union1d(tied, tied - 1)
        head = np.cumsum(~(follows[near] & (gap[near] == 0)))
        order[near] = order[near][np.lexsort((*t.content(order[near], *of, at), head))]
    return Chains(order, follows, gap)


def _in_order(whole: Array, when: Array) -> tuple[Array, Array, Array]:
    """The places of rows by whole and time, equal ones as they come, with both in that order.

    Packed whole numbers sort fast: both and the place in one word, where it holds them, or else one after the other.
    """
    first = when.min(initial=LAST_MOMENT)
    since = when - first
    unit = next(unit for unit in _UNITS if _all_multiples(since, unit))
    bits, low = max(1, len(when).bit_length()), _bits(since) if unit == 1 else _bits(since // unit)
    if _bits(whole) + low + bits > _WORD:
        place = np.arange(len(when))
        if not (when[1:] >= when[:-1]).all():
            place = _sorted_places(since)
            whole = whole.take(place)
        by_whole = _sorted_places(whole)
        place = place.take(by_whole)
        return place, whole.take(by_whole), when.take(place)
    key = whole << low
    key |= since // unit
    key <<= bits
    key |= np.arange(len(key))
    key.sort()
    place = key & ((1 << bits) - 1)
    key >>= bits
    when = key & ((1 << low) - 1)
    when *= unit
    when += first
    key >>= low
    return place, key, when


def _bits(values: Array) -> int:
    return int(values.max(initial=0)).bit_length()


def _all_multiples(values: Array, unit: int) -> bool:
    some = values[:_SAMPLE]
    return bool((some // unit * unit == some).all() and (values // unit * unit == values).all())


def _sorted_places(values: Array) -> Array:
    """The places of whole values in their order, equal ones as they come."""
    bits = max(1, len(values).bit_length())
    if _bits(values) + bits > _WORD:
        return np.argsort(values, kind="stable")
    key = values << bits
    key |= np.arange(len(values))
    key.sort()
    key &= (1 << bits) - 1
    return key
