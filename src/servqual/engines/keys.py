"""Hashes of the keys of a part, by which two parts show that no customer is in both.

    part 1   anna ben            hashes  3 17          no hash is in both lists: the parts add up
    part 2   cleo                hashes  8

Eight bytes per key prove it. Of more than two million keys only those in a sample are kept, the same sample in all
parts, since it is chosen by the hash: a table that was not dealt by key is still found out, a single stray row perhaps
not. Such keys are not `exact`.
"""

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import KeyInTwoParts
from servqual.metrics.accumulators import hash_of
from servqual.readers.columns.columns import Column

MOST: Final = 1 << 21
"""Most keys that are kept: 16 MiB."""
DEEPEST: Final = 62
"""Most halvings of the sample, for hashes have 63 bits."""


@attrs.frozen(eq=False)
class Keys:
    """Sorted hashes of different keys: of those that 2 to the `level` divides.

    >>> two = Keys.of("customer_id", ["anna", "ben"]) + Keys.of("customer_id", ["cleo"])
    >>> len(two.hashes), two.exact
    (3, True)
    >>> two + Keys.of("customer_id", ["ben"])
    Traceback (most recent call last):
    servqual.errors.KeyInTwoParts: each customer_id must be in one part, its rows together (got 1 that are not); \
partition the table by customer_id and sort each part by it
    """

    column: str
    hashes: Array
    level: int = 0

    @classmethod
    def of(cls, column: str, labels: Sequence[str]) -> "Keys":
        """Hash the keys in a column."""
        return cls._bounded(column, np.unique(hash_of(labels)), 0)

    @classmethod
    def all_rows(cls) -> "Keys":
        """Make the one key of all rows, where they belong together."""
        return cls.of("", [""])

    @classmethod
    def in_rows(cls, name: str, column: Column) -> "Keys":
        """Hash the keys that rows have; a missing one is none."""
        came = np.unique(column.values[column.values >= 0])
        return cls.of(name, [str(column.labels[code]) for code in came.tolist()])

    @classmethod
    def _bounded(cls, column: str, hashes: Array, level: int) -> "Keys":
        while len(hashes) > MOST:
            level += 1
            hashes = hashes[hashes & ((1 << level) - 1) == 0]
        return cls(column, hashes, level)

    @property
    def exact(self) -> bool:
        """Whether all keys are there."""
        return self.level == 0

    def __add__(self, other: "Keys") -> "Keys":
        level = max(self.level, other.level)
        every = np.sort(np.concatenate([side.hashes[side.hashes & ((1 << level) - 1) == 0] for side in (self, other)]))
        twice = int((every[1:] == every[:-1]).sum())
        if twice and not self.column:
            raise KeyInTwoParts("all rows must be in one part (got rows in two); make the table one part")
        if twice:
            raise KeyInTwoParts(
                f"each {self.column} must be in one part, its rows together (got {twice:,} that are not); "
                f"partition the table by {self.column} and sort each part by it"
            )
        return self._bounded(self.column, every, level)
