"""Chains of what one customer did: the order of rows within a customer, and the time between one and the next."""

import attrs
import numpy as np

from servqual.metrics.accumulators import Array
from servqual.metrics.exact_sums import in_units
from servqual.metrics.kpi import View

__all__ = ["Chains", "chains"]


@attrs.frozen(eq=False)
class Chains:
    """Rows in order; whether each follows one of the same chain, and by how many microseconds.

    Rows that lack the moment, or what the chain is of, are not in it.
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
    known = t.known(of[0]) & t.known(at)
    rows = np.arange(t.size) if known.all() else np.flatnonzero(known)
    when = t.us(at).take(rows)
    if not (when[1:] >= when[:-1]).all():
        by_time = _sorted_places(in_units((when - when.min()).astype(np.float64))[0].astype(np.int64))
        rows, when = rows.take(by_time), when.take(by_time)
    whole = np.zeros(len(rows), np.int64)
    for name in of:
        column = t.column(name)
        whole = whole * (len(column.labels) + 1) + (column.values.take(rows) + 1)
    place = _sorted_places(whole)
    order, when, whole = rows.take(place), when.take(place), whole.take(place)
    follows = np.zeros(len(order), np.bool_)
    follows[1:] = whole[1:] == whole[:-1]
    gap = np.diff(when, prepend=when[:1])
    tied = np.flatnonzero(follows & (gap == 0))
    if len(tied):
        near = np.union1d(tied, tied - 1)
        head = np.cumsum(~(follows[near] & (gap[near] == 0)))
        order[near] = order[near][np.lexsort((*t.content(order[near], *of, at), head))]
    return Chains(order, follows, gap)


def _sorted_places(values: Array) -> Array:
    """The places of whole values in their order, equal ones as they come; packed whole numbers sort fast."""
    bits = max(1, len(values).bit_length())
    if int(values.max(initial=0)).bit_length() + bits > 63:  # noqa: PLR2004  (bits of a word)
        return np.argsort(values, kind="stable")
    key = (values << bits) | np.arange(len(values))
    key.sort()
    return np.asarray(key & ((1 << bits) - 1))
