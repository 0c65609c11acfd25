"""Typed columns and the rows that could not be read.

A `Column` is one numpy array whose dtype follows its kind; what is missing is the dtype's own missing value, and what
was there but could not be read is marked apart, because "no answer yet" and "an answer we cannot read" are different
facts.

| kind | values | missing |
|---|---|---|
| moment | int64 microseconds since 1970 UTC | `MISSING` |
| duration | int64 microseconds | `MISSING` |
| count, number | float64 | NaN |
| flag | int8 0 or 1 | -1 |
| label | int32 codes into `labels` | -1 |
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, overload

import attrs
import numpy as np
import numpy.typing as npt

from servqual._arrays import Array, same
from servqual.readers.columns.arrow_texts import ArrowLabels, united
from servqual.readers.columns.growing import common
from servqual.readers.columns.refusals import Refusal, Refusals, refusals_of
from servqual.readers.columns.tables import Kind

MISSING: Final = np.iinfo(np.int64).min
"""The missing moment: numpy's own NaT, seen as an integer."""
FIRST_MOMENT: Final = 0
LAST_MOMENT: Final = 4_102_444_800_000_000
"""Moments outside 1970 to 2100 are refused: they are slips of a keyboard or of an export."""
LONGEST: Final = 2**52
"""Durations of 142 years and more are refused, in microseconds."""
LARGEST: Final = 2**53
"""Whole numbers up to this are exact as floats; greater counts are refused."""

DTYPES: Final[Mapping[Kind, np.dtype[Any]]] = {
    Kind.MOMENT: np.dtype(np.int64),
    Kind.DURATION: np.dtype(np.int64),
    Kind.COUNT: np.dtype(np.float64),
    Kind.NUMBER: np.dtype(np.float64),
    Kind.FLAG: np.dtype(np.int8),
    Kind.LABEL: np.dtype(np.int32),
}
NONE: Final[Mapping[Kind, Any]] = {
    Kind.MOMENT: MISSING,
    Kind.DURATION: MISSING,
    Kind.COUNT: np.nan,
    Kind.NUMBER: np.nan,
    Kind.FLAG: -1,
    Kind.LABEL: -1,
}
RULES: Final[Mapping[Kind, str]] = {
    Kind.MOMENT: "must lie between 1970 and 2100",
    Kind.DURATION: "must be 0 or more, and less than 142 years",
    Kind.COUNT: "must be a whole number, 0 or more",
    Kind.NUMBER: "must be a finite number",
    Kind.FLAG: "must be true or false",
}
"""The reason why a cell of each kind is refused; a label never is."""


class Digits(Sequence[str]):
    """Labels that are the digits of a range of whole numbers, as `number_of` reads them, each made where it is read.

    >>> Digits(range(7, 9))[1], list(Digits(range(7, 9)))
    ('8', ['7', '8'])
    """

    __slots__ = ("numbers",)

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Digits": ...
    def __getitem__(self, index: int | slice) -> "str | Digits":
        return Digits(self.numbers[index]) if isinstance(index, slice) else str(self.numbers[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digits) and self.numbers == other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)


class Numbers(Sequence[str]):
    """Labels that are the digits of ascending whole numbers far apart, each made where it is read.

    >>> labels = Numbers(np.array([7, 10_000_000]))
    >>> labels[1], list(labels[:1]), "7" in labels, "07" in labels
    ('10000000', ['7'], True, False)
    """

    __slots__ = ("numbers",)

    def __init__(self, numbers: Array) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return map(str, self.numbers.tolist())

    def __contains__(self, label: object) -> bool:
        number = number_of(label) if isinstance(label, str) and label else -1
        place = int(np.searchsorted(self.numbers, number))
        return place < len(self) and bool(self.numbers[place] == number)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Numbers": ...
    def __getitem__(self, index: int | slice) -> "str | Numbers":
        return Numbers(self.numbers[index]) if isinstance(index, slice) else str(int(self.numbers[index]))

    @classmethod
    def of(cls, labels: "Sequence[str]") -> Array | None:
        """Read the numbers of labels that are all digits by their type; None for other labels."""
        if isinstance(labels, Digits):
            numbers = labels.numbers
            return np.arange(numbers.start, numbers.stop, numbers.step, dtype=np.int64)
        return labels.numbers if isinstance(labels, Numbers) else None


MOST_DIGITS: Final = 18
"""Whole numbers of so many digits fit 63 bits; longer ones, and those below 0, are labels like any other text."""


def number_of(label: str) -> int:
    """Read a label of plain digits as its number; -1 for any other.

    >>> number_of("17"), number_of("017"), number_of("north")
    (17, -1, -1)
    """
    plain = label.isdecimal() and label.isascii() and len(label) <= MOST_DIGITS and (label[0] != "0" or label == "0")
    return int(label) if plain else -1


@attrs.frozen(eq=False)
class Column:
    """One column of a chunk: typed values, the labels of its codes, and which cells could not be read.

    `whole` says that no value is missing, and `twice` which moments are times that a clock shows twice. Like its arrays
    it is no value to compare: `==` asks whether it is the very same one, and `same` compares cell by cell.
    """

    kind: Kind
    values: Array
    labels: Sequence[str] = ()
    bad: Array | None = None
    whole: bool = False
    twice: Array | None = None

    @classmethod
    def missing(cls, kind: Kind, size: int) -> "Column":
        """Make a column without any known value."""
        return cls(kind, np.full(size, NONE[kind], DTYPES[kind]))

    def same(self, other: "Column") -> bool:
        """Whether two columns hold the same, cell by cell."""
        kinds = (self.kind, self.whole, [*self.labels]) == (other.kind, other.whole, [*other.labels])
        masks = same(self.bad, other.bad) and same(self.twice, other.twice)
        return kinds and masks and same(self.values, other.values)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where there is a value."""
        if self.whole:
            return np.ones(len(self.values), np.bool_)
        if self.kind in (Kind.COUNT, Kind.NUMBER):
            return ~np.isnan(self.values)
        return np.asarray(self.values != NONE[self.kind])

    def take(self, rows: Array | slice) -> "Column":
        """Give the column at these rows."""

        def at(values: Array) -> Array:
            return values[rows] if isinstance(rows, slice) else values.take(rows)

        bad, twice = (None if mask is None else at(mask) for mask in (self.bad, self.twice))
        return Column(self.kind, at(self.values), self.labels, bad, self.whole, twice)


@attrs.frozen(eq=False)
class Chunk:
    """A chunk of rows as columns; `==` asks whether it is the very same one, and `Column.same` compares cells.

    Attributes:
        columns: the columns by our names, each with `size` values.
        read: how many rows of the source were read for it; more than `size` where rows were joined into cases or lost.
        rows: the number of each row in the source.
        refusals: the cells that could not be read.
        lost: the rows that are missing from all columns, each with its reason.
        weights: how many rows of the source each row stands for, where that is not one.
        others: further columns of the source, which nobody wanted.
        sparse: whether the rows are objects, whose absent columns no row fills and whose missing cells are looked up.
        left: those of the lost rows that could be read, and that another row replaces.
    """

    columns: Mapping[str, Column]
    size: int
    read: int
    rows: Sequence[int] | Array
    refusals: Refusals = attrs.field(factory=Refusals, converter=refusals_of)
    lost: Sequence[Refusal] = ()
    weights: Array | None = None
    others: Sequence[str] = ()
    sparse: bool = False
    left: "Chunk | None" = None

    @property
    def numbers(self) -> Array:
        """The row numbers as an array."""
        rows = self.rows
        return np.arange(rows.start, rows.stop, rows.step) if isinstance(rows, range) else np.asarray(rows)

    def take(self, rows: Array) -> "Chunk":
        """Give the columns at these rows, as if nothing else had been read."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return Chunk(columns, len(rows), len(rows), self.numbers[rows])


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """Join several chunks into one; a column that one of them lacks is missing there."""
    if len(chunks) == 1:
        return chunks[0]
    if not chunks:
        return Chunk({}, 0, 0, range(0))
    names = dict.fromkeys(name for chunk in chunks for name in chunk.columns)
    return Chunk(
        {name: _joined(name, chunks) for name in names},
        sum(chunk.size for chunk in chunks),
        sum(chunk.read for chunk in chunks),
        _rows([chunk.rows for chunk in chunks]),
        Refusals(tuple(part for chunk in chunks for part in chunk.refusals.parts)),
        [refusal for chunk in chunks for refusal in chunk.lost],
        sparse=all(chunk.sparse for chunk in chunks),
    )


def _rows(numbers: Sequence[Sequence[int] | Array]) -> Sequence[int] | Array:
    """Join the row numbers of chunks, to one range where each chunk begins where the one before ended."""
    ranges = [rows for rows in numbers if isinstance(rows, range) and rows.step == 1]
    if len(ranges) == len(numbers) and all(a.stop == b.start for a, b in pairwise(ranges)):
        return range(ranges[0].start, ranges[-1].stop)
    return np.concatenate([np.asarray(rows) for rows in numbers])


def _joined(name: str, chunks: Sequence[Chunk]) -> Column:
    kind = next(chunk.columns[name].kind for chunk in chunks if name in chunk.columns)
    pieces = [chunk.columns.get(name) or Column.missing(kind, chunk.size) for chunk in chunks]
    bad, twice = (_marked(pieces, of) for of in ("bad", "twice"))
    values, labels = [piece.values for piece in pieces], max((piece.labels for piece in pieces), key=len)
    if kind is not Kind.LABEL or all(common(piece.labels, labels) == len(piece.labels) for piece in pieces):
        return Column(kind, np.concatenate(values), labels, bad, twice=twice)
    ranges = [piece.labels.numbers for piece in pieces if isinstance(piece.labels, Digits)]
    if len(ranges) == len(pieces):
        if all(numbers == ranges[0] for numbers in ranges):
            return Column(kind, np.concatenate(values), labels, bad)
        low, high, step = min(r.start for r in ranges), max(r.stop for r in ranges), ranges[0].step
        even = all(r.step == step and (r.start - low) % step == 0 for r in ranges)
        if even and high - low < np.iinfo(np.int32).max:
            shifted = [np.where(v < 0, -1, v + (r.start - low) // step) for v, r in zip(values, ranges, strict=True)]
            return Column(kind, np.concatenate(shifted).astype(np.int32), Digits(range(low, high, step)), bad)
    numbered = [found for piece in pieces if (found := Numbers.of(piece.labels)) is not None]
    if len(numbered) == len(pieces):
        every = np.sort(np.concatenate(numbered))
        every = every[np.diff(every, prepend=-1) > 0]
        places = [np.append(np.searchsorted(every, found), -1).astype(np.int32) for found in numbered]
        coded = [place.take(codes, mode="wrap") for place, codes in zip(places, values, strict=True)]
        return Column(kind, np.concatenate(coded), Numbers(every), bad)
    arrow = [piece.labels for piece in pieces if isinstance(piece.labels, ArrowLabels)]
    if len(arrow) == len(pieces):
        values, texts = united(values, arrow)
        return Column(kind, np.concatenate(values), texts, bad)
    codes: dict[str, int] = {}
    for i, piece in enumerate(pieces):
        lookup = np.array([codes.setdefault(label, len(codes)) for label in piece.labels] + [-1], np.int32)
        values[i] = lookup[piece.values]
    return Column(kind, np.concatenate(values), list(codes), bad)


def _marked(pieces: Sequence[Column], of: str) -> Array | None:
    """Join the masks of columns; None where no column has one."""
    masks: list[Array | None] = [getattr(piece, of) for piece in pieces]
    if all(mask is None for mask in masks):
        return None
    sizes = (len(piece.values) for piece in pieces)
    return np.concatenate(
        [np.zeros(size, np.bool_) if mask is None else mask for size, mask in zip(sizes, masks, strict=True)]
    )
