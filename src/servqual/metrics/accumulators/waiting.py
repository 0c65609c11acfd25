"""Buffer of rows that are counted later: their groups and values, unsorted.

    group   7  0  7  2        packed into one word each, sorted, equal ones counted
    value   5  3  5  9   ->   (0, 3): 1   (2, 9): 1   (7, 5): 2

A row costs its two numbers until it is counted, and a share of one sort of two million packed words then; sorting each
chunk at once would sort the counts of all chunks again whenever one is added.
"""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.counts import Sparse

_WORD: Final = 63


class WaitingValues:
    """Buffer of groups and whole values; `rows` is their number."""

    def __init__(self) -> None:
        self._some: list[tuple[Array, Array]] = []
        self.rows = 0

    def add(self, group: Array, value: Array) -> None:
        """Add rows to the buffer."""
        self._some.append((group, value))
        self.rows += len(group)

    def most(self) -> int:
        """Number of buffered rows in the largest group."""
        size = max((int(group.max(initial=0)) + 1 for group, _ in self._some), default=1)
        counts = np.zeros(size, np.int64)
        for group, _ in self._some:
            counts += np.bincount(group, minlength=size)
        return int(counts.max())

    def given_up(self) -> tuple[Array, Array]:
        """Take all rows out of the buffer."""
        nothing = np.zeros(0, np.int64)
        groups, values = zip((nothing, nothing), *self._some, strict=True)
        self._some, self.rows = [], 0
        return np.concatenate(groups), np.concatenate(values)


def in_order(group: Array, value: Array) -> tuple[Array, Array, Array]:
    """Sort rows by group and value, and mark the first of each pair.

    >>> in_order(np.array([1, 0, 1]), np.array([5, 7, 5]))
    (array([0, 1, 1]), array([7, 5, 5]), array([ True,  True, False]))
    """
    bits = int(value.max(initial=0)).bit_length()
    if bits + int(group.max(initial=0)).bit_length() > _WORD:
        order = np.lexsort((value, group))
        group, value = group[order], value[order]
        fresh = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    else:  # one packed word sorts ten times faster than two keys
        key = (group << bits) | value
        key.sort()
        group, value, fresh = key >> bits, key & ((1 << bits) - 1), key[1:] != key[:-1]
    return group, value, np.concatenate([np.ones(min(len(group), 1), np.bool_), fresh])


def counted(group: Array, value: Array, binned: Array) -> Sparse:
    """Count rows by group and value; `binned` marks the groups whose values are bins."""
    group, value, fresh = in_order(group, value)
    places = np.flatnonzero(fresh)
    count, undecided = np.diff(places, append=len(group)), np.zeros(len(binned), np.int64)
    return Sparse("values", group[places], value[places], count, binned, undecided).settled()
