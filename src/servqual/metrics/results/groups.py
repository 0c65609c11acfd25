"""Groups of rows as parallel arrays: sorted labels per column, and one code per column and group."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue

_MOST = 1 << 62


@attrs.frozen(eq=False)
class Groups:
    """Groups that occur, sorted by their labels; None, for unknown, is first.

    `codes[i, g]` is the label of group g in column i, counted from 1, and 0 for None.
    """

    by: tuple[str, ...]
    labels: tuple[tuple[Any, ...], ...]
    codes: Array

    @property
    def size(self) -> int:
        """The number of groups."""
        return int(self.codes.shape[1])

    @classmethod
    def whole(cls) -> "Groups":
        """Make the one group of all rows."""
        return cls((), (), np.zeros((0, 1), np.int64))

    @classmethod
    def _unique(cls, by: tuple[str, ...], labels: Sequence[tuple[Any, ...]], codes: Array) -> "tuple[Groups, Array]":
        radices = [len(names) + 1 for names in labels]
        product = 1
        for radix in radices:
            product *= radix
        if product > _MOST:
            raise InvalidValue.of(
                "by", f"make at most {_MOST} groups", by, shown=f"up to {product}", do="group by fewer columns"
            )
        # A group is one whole number, its codes the digits, each column with a base of its own: rows sort and compare
        # in one pass, and the codes are read back from the few different numbers. Sorting tuples would cost objects.
        key = np.zeros(codes.shape[1], np.int64)
        for row, radix in zip(codes, radices, strict=True):
            key = key * radix + row
        unique, inverse = _found(key, product)
        found = np.empty((len(by), len(unique)), np.int64)
        for i in range(len(by) - 1, -1, -1):
            unique, found[i] = np.divmod(unique, radices[i])
        return cls(by, tuple(labels), found), inverse

    def union(self, other: "Groups") -> "tuple[Groups, Array, Array]":
        """Unite the groups of both; give also the new place of each of mine, and of each of the other's."""
        if not self.by:
            return self, np.zeros(1, np.int64), np.zeros(1, np.int64)
        labels, codes = [], []
        for i in range(len(self.by)):
            names = tuple(sorted({*self.labels[i], *other.labels[i]}, key=in_order))
            place = {name: code for code, name in enumerate(names, 1)}
            parts = []
            for groups in (self, other):
                lookup = np.array([0, *map(place.__getitem__, groups.labels[i])], np.int64)
                parts.append(lookup[groups.codes[i]])
            labels.append(names)
            codes.append(np.concatenate(parts))
        groups, places = self._unique(self.by, labels, np.array(codes, np.int64))
        return groups, places[: self.size], places[self.size :]

    def without(self, dropped: Sequence[str]) -> "tuple[Groups, Array]":
        """Drop columns, so that groups become coarser; give also the new place of each of mine."""
        keep = [i for i, name in enumerate(self.by) if name not in dropped]
        if not keep:
            return Groups.whole(), np.zeros(self.size, np.int64)
        return self._unique(tuple(self.by[i] for i in keep), [self.labels[i] for i in keep], self.codes[keep])

    def spread(self, name: str, parts: Callable[[str], Iterable[str]]) -> "tuple[Groups, Array, Array]":
        """Put each group into those of its label's parts; give also which of mine goes where, once per part."""
        column = self.by.index(name)
        split = [(None,), *(tuple(parts(label)) for label in self.labels[column])]
        names = tuple(sorted({part for some in split[1:] for part in some}, key=in_order))
        place = {None: 0, **{part: code for code, part in enumerate(names, 1)}}
        mine = self.codes[column].tolist()
        taken = np.repeat(np.arange(self.size), [len(split[code]) for code in mine])
        codes = self.codes[:, taken]
        codes[column] = [place[part] for code in mine for part in split[code]]
        labels = [names if i == column else labels for i, labels in enumerate(self.labels)]
        groups, places = self._unique(self.by, labels, codes)
        return groups, taken, places

    def only(self, places: Array) -> "Groups":
        """Keep some of the groups."""
        return Groups(self.by, self.labels, self.codes[:, places])

    def place_in(self, columns: Sequence[str]) -> Array:
        """Place of each group among the labels in some columns, in order."""
        return self.without([name for name in self.by if name not in columns])[1]

    def crossed(self, columns: Sequence[str]) -> "tuple[Groups, Array]":
        """Add the groups that are missing among all pairs of the labels in some columns and in the others."""
        inner, _ = self.without([name for name in self.by if name not in columns])
        outer, _ = self.without(columns)
        if inner.size * outer.size in (self.size, 0):
            return self, np.arange(self.size)
        pairs = {
            **dict(zip(inner.by, np.tile(inner.codes, outer.size), strict=True)),
            **dict(zip(outer.by, np.repeat(outer.codes, inner.size, axis=1), strict=True)),
        }
        every = Groups(self.by, self.labels, np.array([pairs[name] for name in self.by], np.int64))
        groups, _, places = every.union(self)
        return groups, places

    def keys(self) -> Iterator[tuple[Any, ...]]:
        """Iterate over the labels of each group, in order."""
        return zip(*self.columns(), strict=True) if self.by else iter([()] * self.size)

    def columns(self) -> list[list[Any]]:
        """List the labels of all groups, one list per column."""
        names = [(None, *labels) for labels in self.labels]
        return [[*map(mine.__getitem__, codes)] for mine, codes in zip(names, self.codes.tolist(), strict=True)]


def in_order(label: Any) -> tuple[str, Any]:
    """Sort labels by kind, then by value; a key for `sorted`."""
    return (type(label).__name__, label)


def _found(key: Array, product: int) -> tuple[Array, Array]:
    """Find the different keys in order, and the place of each row's key; by counting where few keys are possible."""
    if product > 2 * len(key) + 1024:
        return np.unique(key, return_inverse=True)
    unique = np.flatnonzero(np.bincount(key, minlength=product))
    places = np.zeros(product, np.int64)
    places[unique] = np.arange(len(unique))
    return unique, places[key]
