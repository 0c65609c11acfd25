"""Labels that stay in an array of Arrow until Python reads one.

    codes     0  2  0  1                 labels    K-7  K-9  K-12

A million ids as texts of Python take seconds to make and to clean, and 60 bytes each. Where ids are only counted, dealt
or looked up in another table, Arrow finds them in place, and no text is ever made.
"""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np

from servqual._arrays import Array
from servqual._checks import need


class ArrowLabels(Sequence[str]):
    """Labels in an array of Arrow, listed once when one of them is read.

    >>> import pyarrow as pa
    >>> labels = ArrowLabels(pa.array(["north", "south"], "large_string"))
    >>> labels[1], list(labels), labels[1:].places_in(labels).tolist()
    ('south', ['north', 'south'], [1])
    """

    __slots__ = ("_listed", "array")

    def __init__(self, array: Any) -> None:
        self.array, self._listed = array, list[str]()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "ArrowLabels": ...
    def __getitem__(self, place: int | slice) -> "str | ArrowLabels":
        if not isinstance(place, slice):
            return self._texts()[place]
        some = range(len(self))[place]
        plain = some.step == 1
        return ArrowLabels(self.array.slice(some.start, len(some)) if plain else self.array.take(np.array(some, "i8")))

    def _texts(self) -> list[str]:
        if not self._listed:
            self._listed = self.array.to_pylist()
        return self._listed

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return int(self.array.nbytes)

    def places_in(self, others: "ArrowLabels") -> Array:
        """Find the place of each label among others, -1 where they lack it."""
        compute = need("pyarrow.compute", "files", "finding labels")
        found: Array = compute.index_in(self.array, value_set=others.array).fill_null(-1).to_numpy()
        return found


def united(codes: Sequence[Array], labels: Sequence[ArrowLabels]) -> tuple[list[Array], ArrowLabels]:
    """Give the codes of each column among the labels that some row of any of them has.

    >>> import pyarrow as pa
    >>> labels = [ArrowLabels(pa.array(texts)) for texts in (["K-7", "K-9"], ["K-8", "K-7"])]
    >>> codes, every = united([np.array([0, -1]), np.array([1])], labels)
    >>> [each.tolist() for each in codes], list(every)
    ([[0, -1], [0]], ['K-7'])
    """
    arrow = need("pyarrow", "files", "joining labels")
    came, places = list[Any](), list[Array]()
    for values, given in zip(codes, labels, strict=True):
        present, place = np.unique(values, return_inverse=True)
        unknown = int(len(present) > 0 and present[0] < 0)
        came.append(given.array.take(present[unknown:]))
        places.append(place - unknown)
    every = arrow.concat_arrays(came).dictionary_encode()
    numbers, first, out = every.indices.to_numpy(), 0, list[Array]()
    for some, place in zip(came, places, strict=True):
        out.append(np.append(numbers[first : first + len(some)], np.int32(-1)).take(place, mode="wrap"))
        first += len(some)
    return out, ArrowLabels(every.dictionary)
