"""Labels of a column that is read chunk by chunk: one list that only grows, of which each chunk sees its part.

    list      north  south  west  east        appended to by the reader
    chunk 1   north  south                    its codes stay right, whatever is appended,
    chunk 2   north  south  west  east        and no label is copied

A chunk is counted on one thread while another reads the next, so that the labels of a chunk must not change.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, overload


class FirstLabels(Sequence[Any]):
    """The labels that a growing list has now; those that are appended later are not seen.

    >>> names = ["north", "south"]
    >>> seen = FirstLabels(names)
    >>> names.append("west")
    >>> list(seen), seen[1:], common(seen, FirstLabels(names))
    (['north', 'south'], ['south'], 2)
    """

    __slots__ = ("_size", "growing")

    def __init__(self, growing: list[Any]) -> None:
        self.growing, self._size = growing, len(growing)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return islice(self.growing, self._size)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self.growing[at] for at in range(*place.indices(self._size))]
        return self.growing[range(self._size)[place]]


def common(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Count the first labels of both that are known, without a look at them, to be the same."""
    if one is other:
        return len(one)
    alike = isinstance(one, FirstLabels) and isinstance(other, FirstLabels) and one.growing is other.growing
    return min(len(one), len(other)) if alike else 0
