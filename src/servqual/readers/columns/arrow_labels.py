"""Labels that stay in an array of Arrow until Python reads one.

    codes     0  2  0  1                 labels    K-7  K-9  K-12

A million ids as texts of Python take seconds to make and to clean, and 60 bytes each. Where ids are only counted or
looked up in another table, Arrow trims them and finds them in place, and no text is ever made.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

import numpy as np

from servqual._arrays import Array
from servqual._checks import need
from servqual.readers.columns.columns import Column
from servqual.readers.columns.tables import Kind

_MANY: Final = 4096
"""Labels from which on they stay in Arrow; fewer are quicker to read from a list."""
_SPACES: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `str.strip` takes away."""


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


def united(pieces: Sequence[Column]) -> tuple[list[Array], ArrowLabels]:
    """Give the codes of each column among the labels that some row of any of them has.

    >>> import pyarrow as pa
    >>> given = ([0, -1], ["K-7", "K-9"]), ([1], ["K-8", "K-7"])
    >>> some = [Column(Kind.LABEL, np.array(codes), ArrowLabels(pa.array(texts))) for codes, texts in given]
    >>> codes, labels = united(some)
    >>> [each.tolist() for each in codes], list(labels)
    ([[0, -1], [0]], ['K-7'])
    """
    arrow = need("pyarrow", "files", "joining labels")
    came, places = list[Any](), list[Array]()
    for piece in pieces:
        assert isinstance(piece.labels, ArrowLabels)
        present, place = np.unique(piece.values, return_inverse=True)
        unknown = int(len(present) > 0 and present[0] < 0)
        came.append(piece.labels.array.take(present[unknown:]))
        places.append(place - unknown)
    every = arrow.concat_arrays(came).dictionary_encode()
    codes, first, out = every.indices.to_numpy(), 0, list[Array]()
    for some, place in zip(came, places, strict=True):
        out.append(np.append(codes[first : first + len(some)], np.int32(-1)).take(place, mode="wrap"))
        first += len(some)
    return out, ArrowLabels(every.dictionary)


def coded_texts(codes: Array, given: Any, *, once: bool = False) -> Column:
    """Make a column of codes into texts of Arrow: each label once and trimmed, -1 where nothing is known.

    `once` says that no text is given twice.

    >>> import pyarrow as pa
    >>> column = coded_texts(np.array([0, 1, 2, 3, -1]), pa.array(["north", None, " north ", " "]))
    >>> column.values.tolist(), list(column.labels)
    ([0, -1, 0, -1, -1], ['north'])
    """
    compute = need("pyarrow.compute", "files", "coding labels")
    given = given.cast("large_string")
    texts = compute.utf8_trim(given, characters=_SPACES)
    texts = compute.if_else(compute.equal(texts, ""), None, texts)
    if not (once and texts.equals(given) and not texts.null_count):
        unique = texts.dictionary_encode()
        places, texts = np.append(unique.indices.fill_null(-1).to_numpy(), np.int32(-1)), unique.dictionary
        if not np.array_equal(places[:-1], np.arange(len(given))):
            codes = places.take(codes, mode="wrap")
    labels = ArrowLabels(texts) if len(texts) >= _MANY else texts.to_pylist()
    return Column(Kind.LABEL, codes.astype(np.int32, copy=False), labels)


def coded_list(values: Sequence[str | None]) -> Column | None:
    """Code a list of texts; None where PyArrow is not installed, or a text has no form in UTF-8."""
    try:
        arrow = need("pyarrow", "files", "coding labels")
        column = arrow.array(values, "large_string").dictionary_encode()
    except (ImportError, ValueError):
        return None
    return coded_texts(column.indices.fill_null(-1).to_numpy(), column.dictionary, once=True)
