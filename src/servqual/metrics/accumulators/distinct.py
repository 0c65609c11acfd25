"""Accumulators of who and what: the number of different customers, and the number of each category."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.sums import Accumulator, Rows
from servqual.readers.columns.columns import Column, Digits, number_of
from servqual.readers.columns.tables import Kind

_INDEX: Final = 14
REGISTERS: Final = 1 << _INDEX
_REST: Final = 64 - _INDEX
DEEPEST: Final = _REST
"""The highest rank of a register."""
DISTINCT_ERROR: Final = 1.04 / math.sqrt(REGISTERS)
"""The standard error of a count from registers, as a share of it: 0.81 %, and less while registers are empty."""
_ALPHA: Final = 1 / (2 * math.log(2))


def _sorted(counts: Mapping[Any, int]) -> dict[Any, int]:
    return dict(sorted(counts.items()))


@attrs.frozen
class Distinct(Accumulator):
    """Number of different things, such as customers: exact while they are few, then estimated.

    Up to `EXACT` things are kept as hashes of 64 bits, which are the same on every machine. From there on each hash
    raises one of 16,384 registers (HyperLogLog: P. Flajolet, É. Fusy, O. Gandouet, F. Meunier, 2007), read by O. Ertl's
    improved estimator, which has no bias at any size; its standard error is 0.81 % at most.

    >>> (Distinct.among(["anna", "ben"]) + Distinct.among(["ben", "cleo"])).value
    3.0
    >>> Distinct().value
    0.0
    """

    stored_name: ClassVar[str] = "distinct"
    statistic: ClassVar[str] = "distinct"
    EXACT: ClassVar[int] = 4096
    marks: Mapping[int, int] = attrs.field(factory=dict, converter=_sorted, hash=False)
    binned: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.binned and len(self.marks) > self.EXACT:
            object.__setattr__(self, "marks", self.in_registers())
            object.__setattr__(self, "binned", True)

    @classmethod
    def among(cls, things: Iterable[object]) -> "Distinct":
        """Count the different ones among some things."""
        return cls(dict.fromkeys(hash_of(list(things)).tolist(), 1))

    def __add__(self, other: Self) -> Self:
        binned = self.binned or other.binned
        mine, theirs = (x.in_registers() if binned else x.marks for x in (self, other))
        return type(self)({key: max(mine.get(key, 0), theirs.get(key, 0)) for key in {*mine, *theirs}}, binned)

    def in_registers(self) -> Mapping[int, int]:
        """Raised registers, and how far each is raised."""
        if self.binned:
            return self.marks
        out: dict[int, int] = {}
        for register, rank in zip(
            *(x.tolist() for x in registers_of(np.array(list(self.marks), np.int64))), strict=True
        ):
            out[register] = max(out.get(register, 0), rank)
        return out

    @property
    def value(self) -> float:
        """Number of different things, estimated where there are many."""
        if not self.binned:
            return float(len(self.marks))
        ranks = np.array(list(self.marks.values()), np.float64)
        return float(estimated(np.array([len(ranks)]), np.array([np.sum(2.0**-ranks)]))[0])

    @staticmethod
    def of(things: Column, *, among: Array | None = None) -> Rows:
        """Note the labels of a column in the rows of `among`; a row without a label adds nothing."""
        return _labelled(things, among)


def hash_of(things: Sequence[object]) -> Array:
    """Hash the text of each thing to 63 bits, alike in every process; a whole number and its digits are one.

    >>> bool(hash_of([17])[0] == hash_of(["17"])[0])
    True
    """
    if isinstance(things, Digits):
        numbers = things.numbers
        return _mixed(np.arange(numbers.start, numbers.stop, numbers.step, dtype=np.int64))
    out = np.empty(len(things), np.int64)
    whole = []
    for place, thing in enumerate(things):
        text = str(thing)
        out[place] = number = number_of(text)
        if number >= 0:
            whole.append(place)
        else:
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            out[place] = int.from_bytes(digest, "little") >> 1
    places = np.array(whole, np.int64)
    out[places] = _mixed(out[places])
    return out


def _mixed(numbers: Array) -> Array:
    """Spread whole numbers over 63 bits (the finaliser of SplitMix64: G. Steele, D. Lea, C. Flood, 2014)."""
    with np.errstate(over="ignore"):
        x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return np.asarray((x >> np.uint64(1)).astype(np.int64))


def registers_of(hashes: Array) -> tuple[Array, Array]:
    """Register of each hash, and the rank it raises it to: the place of the first set bit of the rest."""
    rest = _REST - 1
    register = hashes >> rest
    low = hashes & ((1 << rest) - 1)
    return register, rest - np.frexp(low.astype(np.float64))[1].astype(np.int64) + 1


def estimated(raised: Array, harmonic: Array) -> Array:
    """Estimate the number of things from raised registers and their sum of 2^-rank.

    The improved raw estimator of O. Ertl, 2017, *New cardinality estimation algorithms for HyperLogLog sketches*,
    arXiv:1702.01284, algorithm 6. It also uses how many registers are empty, so that no second estimator has to take
    over where things are few; its term for full registers, which shows only near 2^60 things, is left out.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(_ALPHA * REGISTERS**2 / (harmonic + REGISTERS * _sigma(1 - raised / REGISTERS)))


def _sigma(empty: Array) -> Array:
    """Add up x + 1 x^2 + 2 x^4 + 4 x^8 … of the share x of empty registers, until no term is left; infinite at 1."""
    total, power, weight = np.where(empty < 1, empty, np.inf), np.where(empty < 1, empty, 0), 1.0
    while (power := power * power).any():
        total, weight = total + weight * power, 2 * weight
    return np.asarray(total)


@attrs.frozen
class Categories(Accumulator):
    """Number of each category; `Categories()` is the zero.

    >>> Categories({"bill": 2}) + Categories({"bill": 1, "line": 4})
    Categories(counts={'bill': 3, 'line': 4})
    """

    stored_name: ClassVar[str] = "categories"
    statistic: ClassVar[str] = "mode_share"
    counts: Mapping[str, int] = attrs.field(factory=dict, converter=_sorted, hash=False)

    def __add__(self, other: Self) -> Self:
        out = dict(self.counts)
        for name, count in other.counts.items():
            out[name] = out.get(name, 0) + count
        return type(self)(out)

    @property
    def n(self) -> int:
        """Number of things in all."""
        return sum(self.counts.values())

    @staticmethod
    def of(categories: Column, *, among: Array | None = None) -> Rows:
        """Count the labels of a column among the rows of `among`; a row without one adds nothing."""
        return _labelled(categories, among)


def _labelled(column: Column, among: Array | None) -> Rows:
    if column.kind is not Kind.LABEL:
        raise InvalidValue(f"labels are needed to tell things apart (got a {column.kind} column)", field="rows")
    there = column.values >= 0
    return {"code": column.values, "labels": column.labels, "n": there if among is None else there & among}
