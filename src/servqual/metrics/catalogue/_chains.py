"""Chains: the rows of one customer in order of time, and the gap between each row and the one before.

All chains are found by one sort. The key of the chain, the time and the place of a row are packed into one whole number

    | chain | time, in the largest unit that fits | place |      63 bits

because one sort of plain numbers in place is faster than stable sorts of places by two keys, and unpacking the result
gives all three in order. Where 63 bits are too few, two such sorts follow each other, first by time, then by chain.
Rows of a chain at one moment are then put in order by their content, so the input order never matters.
"""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.kpi.view import View
from servqual.readers.columns.columns import LAST_MOMENT

_WORD: Final = 63
"""Bits of a non-negative whole number."""
_UNITS: Final = (86_400_000_000, 60_000_000, 1_000_000, 1000, 1)
"""Microseconds of the units that moments usually have: days, minutes, seconds, milliseconds, microseconds."""
_SAMPLE: Final = 64


@attrs.frozen(eq=False)
class Chains:
    """Rows in order; whether each follows a row of the same chain, and by how many microseconds.

    Rows without a moment or a key of the chain are left out, and so are rows whose moment has not come.
    """

    order: Array
    follows: Array
    gap: Array

    def within(self, window: int) -> Array:
        """Mark rows that follow another within so many microseconds."""
        return np.asarray(self.follows & (self.gap <= window))


def chains(t: View, of: tuple[str, ...], at: str) -> Chains:
    """Order the rows of each value of some label columns by time; ties are broken by content, not by input order.

    The last of the columns may be missing in a row; such rows are a chain of their own.
    """
    return t.once(("chains", of, at, t.told_by), lambda: _chains(t, of, at))


def _chains(t: View, of: tuple[str, ...], at: str) -> Chains:
    known = t.known(of[0]) & t.seen(at)
    rows = None if known.all() else np.flatnonzero(known)
    when, chain = t.us(at), np.zeros(t.size, np.int64)
    for name in of:
        column = t.column(name)
        chain *= len(column.labels) + 1
        chain += column.values
        chain += 1
    if rows is not None:
        when, chain = when.take(rows), chain.take(rows)
    place, chain, when = _in_order(chain, when)
    order = place if rows is None else rows.take(place)
    follows = np.zeros(len(order), np.bool_)
    np.equal(chain[1:], chain[:-1], out=follows[1:])
    gap = np.diff(when, prepend=when[:1])
    tied = np.flatnonzero(follows & (gap == 0))
    if len(tied):
        near = np.union1d(tied, tied - 1)
        head = np.cumsum(~(follows[near] & (gap[near] == 0)))
        order[near] = order[near][np.lexsort((*t.content(order[near], *of, at), head))]
    return Chains(order, follows, gap)


def _in_order(chain: Array, when: Array) -> tuple[Array, Array, Array]:
    """Order the places of rows by chain, then time, stably; with both in that order."""
    first = when.min(initial=LAST_MOMENT)
    since = when - first
    unit = next(unit for unit in _UNITS if _all_multiples(since, unit))
    bits, low = max(1, len(when).bit_length()), _bits(since) if unit == 1 else _bits(since // unit)
    if _bits(chain) + low + bits > _WORD:
        place = np.arange(len(when))
        if not (when[1:] >= when[:-1]).all():
            place = _sorted_places(since)
            chain = chain.take(place)
        by_chain = _sorted_places(chain)
        place = place.take(by_chain)
        return place, chain.take(by_chain), when.take(place)
    key = chain << low
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
    """Order the places of whole numbers, stably."""
    bits = max(1, len(values).bit_length())
    if _bits(values) + bits > _WORD:
        return np.argsort(values, kind="stable")
    key = values << bits
    key |= np.arange(len(values))
    key.sort()
    key &= (1 << bits) - 1
    return key
