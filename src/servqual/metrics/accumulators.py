"""Accumulators: small frozen values with a zero and `+`, from which every KPI is derived.

All are commutative: rows and parts may come in any order. Durations are whole
microseconds and sums are exact integers, so that parts of the same rows add up to the same bytes however the rows were
split. The grouped form of each, used by the engine, is in `servqual.metrics.cells`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from servqual.errors import InvalidValue

__all__ = ["BIN_ERROR", "Accumulator", "Array", "Count", "Quotient", "Ratio", "Total", "Values", "bin_of", "middle_of"]

Array: TypeAlias = npt.NDArray[Any]
Rows: TypeAlias = Mapping[str, Array]


def _whole(_: object, field: "attrs.Attribute[int]", value: int) -> None:
    if value < 0:
        raise InvalidValue(f"{field.name} must be 0 or more (got {value})", field=field.name, got=value)


def _sorted(counts: Mapping[int, int]) -> dict[int, int]:
    return dict(sorted(counts.items()))


@attrs.frozen
class Accumulator:
    """What a KPI fills; not built itself."""


@attrs.frozen
class Count(Accumulator):
    """How many; `Count()` is the zero.

    >>> Count(2) + Count(3)
    Count(n=5)
    """

    n: int = attrs.field(default=0, validator=_whole)

    def __add__(self, other: "Count") -> "Count":
        return Count(self.n + other.n)

    @staticmethod
    def of(among: Array) -> Rows:
        """Count the rows where `among` is true."""
        return {"n": _mask(among)}


@attrs.frozen
class Ratio(Accumulator):
    """Hits against misses, and items that may still become either; `Ratio()` is the zero.

    >>> (Ratio(3, 1) + Ratio(0, 1)).value
    0.6
    >>> Ratio().value is None
    True
    """

    hits: int = attrs.field(default=0, validator=_whole)
    misses: int = attrs.field(default=0, validator=_whole)
    undecided: int = attrs.field(default=0, validator=_whole)

    def __add__(self, other: "Ratio") -> "Ratio":
        return Ratio(self.hits + other.hits, self.misses + other.misses, self.undecided + other.undecided)

    @property
    def value(self) -> float | None:
        """The share of hits among what is decided, 0 to 1; None where nothing is."""
        n = self.hits + self.misses
        return self.hits / n if n else None

    @staticmethod
    def of(hit: Array, *, among: Array | None = None, undecided: Array | None = None) -> Rows:
        """Count a hit where `hit` is true, a miss where it is not, among the rows of `among`; undecided rows apart."""
        hit = _mask(hit)
        inside = np.ones(len(hit), np.bool_) if among is None else _mask(among)
        waiting = np.zeros(len(hit), np.bool_) if undecided is None else _mask(undecided) & inside
        decided = inside & ~waiting
        return {"hits": decided & hit, "misses": decided & ~hit, "undecided": waiting}


@attrs.frozen
class Total(Accumulator):
    """How many, their sum and their sum of squares, exactly; in whole units such as microseconds.

    >>> (Total(2, 10, 58) + Total(1, 5, 25)).mean
    5.0
    """

    n: int = attrs.field(default=0, validator=_whole)
    total: int = attrs.field(default=0, validator=_whole)
    squares: int = attrs.field(default=0, validator=_whole)
    undecided: int = attrs.field(default=0, validator=_whole)

    def __add__(self, other: "Total") -> "Total":
        return Total(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.undecided + other.undecided,
        )

    @property
    def mean(self) -> float | None:
        """The arithmetic mean; None where nothing was measured."""
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float | None:
        """The sample variance (n - 1), computed from exact integers; None below two values."""
        if self.n < 2:  # noqa: PLR2004  (one value has no spread)
            return None
        return (self.n * self.squares - self.total**2) / (self.n * (self.n - 1))

    @staticmethod
    def of(value: Array, *, among: Array | None = None, undecided: Array | None = None) -> Rows:
        """Sum whole values of 0 to 2^52 among the rows of `among`; undecided rows are counted apart."""
        return _measured(value, among, undecided)


@attrs.frozen
class Quotient(Accumulator):
    """One sum over another, exactly, such as busy time over time on duty; `Quotient()` is the zero.

    Sums of squares, of the top, of the base and of both together, give its spread; `n` counts the rows.

    >>> (Quotient.one(3, 4) + Quotient.one(1, 4)).value
    0.5
    >>> Quotient().value is None
    True
    """

    n: int = attrs.field(default=0, validator=_whole)
    top: int = attrs.field(default=0, validator=_whole)
    base: int = attrs.field(default=0, validator=_whole)
    top_squares: int = attrs.field(default=0, validator=_whole)
    base_squares: int = attrs.field(default=0, validator=_whole)
    both_squares: int = attrs.field(default=0, validator=_whole)

    def __add__(self, other: "Quotient") -> "Quotient":
        return Quotient(
            self.n + other.n,
            self.top + other.top,
            self.base + other.base,
            self.top_squares + other.top_squares,
            self.base_squares + other.base_squares,
            self.both_squares + other.both_squares,
        )

    @classmethod
    def one(cls, top: int, base: int) -> "Quotient":
        """The state of a single row."""
        return cls(1, top, base, top * top, base * base, (top + base) ** 2)

    @property
    def value(self) -> float | None:
        """The sum of tops over the sum of bases; None where that is 0."""
        return self.top / self.base if self.base else None

    @property
    def variance(self) -> float | None:
        """The variance of the value, from what each row's top lies off its share of the base; None below two rows.

        The estimator of a ratio of W. G. Cochran, *Sampling Techniques*, 3rd ed., 1977, chapter 6, for rows that are
        drawn from many; the rounding is that of the last division.
        """
        if self.n < 2 or not self.base:  # noqa: PLR2004  (one row has no spread)
            return None
        products = self.both_squares - self.top_squares - self.base_squares  # twice the sum of top × base
        off = self.base**2 * self.top_squares - self.top * self.base * products + self.top**2 * self.base_squares
        return self.n * off / ((self.n - 1) * self.base**4)

    @staticmethod
    def of(top: Array, base: Array, *, among: Array | None = None) -> Rows:
        """Sum whole values of 0 to 2^52 of both among the rows of `among`."""
        rows = _measured(top, among, None)
        return {"top": rows["value"], "base": np.asarray(base, np.int64), "among": rows["among"]}


@attrs.frozen
class Values(Accumulator):
    """How often each value came, for medians and percentiles.

    Exact while a cell holds at most `EXACT` different values; from there on in logarithmic bins whose middle is within
    0.4 % of every value in them. Which of the two it is follows from the values alone, not from how they were split.

    >>> (Values({3: 1}) + Values({3: 1, 9: 2})).quantile(0.5)
    3
    """

    EXACT: ClassVar[int] = 4096
    counts: Mapping[int, int] = attrs.field(factory=dict, converter=_sorted)
    undecided: int = attrs.field(default=0, validator=_whole)
    binned: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.binned and len(self.counts) > self.EXACT:
            values = np.fromiter(self.counts, np.int64, len(self.counts))
            object.__setattr__(self, "counts", _summed(bin_of(values).tolist(), self.counts.values()))
            object.__setattr__(self, "binned", True)

    def __add__(self, other: "Values") -> "Values":
        binned = self.binned or other.binned
        mine, theirs = (v.in_bins() if binned else v.counts for v in (self, other))
        counts = _summed((*mine, *theirs), (*mine.values(), *theirs.values()))
        return Values(counts, self.undecided + other.undecided, binned)

    def in_bins(self) -> Mapping[int, int]:
        """How often each logarithmic bin came."""
        if self.binned:
            return self.counts
        return _summed(bin_of(np.fromiter(self.counts, np.int64, len(self.counts))).tolist(), self.counts.values())

    @property
    def n(self) -> int:
        """How many values."""
        return sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """The smallest value with at least a share `q` of the values at or below it; None where there is none."""
        n = self.n
        if not n:
            return None
        rank = max(1, -int(-q * n // 1))
        seen = 0
        for value, count in self.counts.items():
            seen += count
            if seen >= rank:
                return float(middle_of(np.array([value]))[0]) if self.binned else value
        raise AssertionError(rank)  # pragma: no cover

    @staticmethod
    def of(value: Array, *, among: Array | None = None, undecided: Array | None = None) -> Rows:
        """Note whole values of 0 to 2^52 among the rows of `among`; undecided rows are counted apart."""
        return _measured(value, among, undecided)


def _summed(keys: Any, counts: Any) -> dict[int, int]:
    out: dict[int, int] = {}
    for key, count in zip(keys, counts, strict=True):
        out[key] = out.get(key, 0) + count
    return dict(sorted(out.items()))


def _mask(values: Array) -> Array:
    return np.asarray(values, np.bool_)


def _measured(value: Array, among: Array | None, undecided: Array | None) -> Rows:
    value = np.asarray(value, np.int64)
    inside = np.ones(len(value), np.bool_) if among is None else _mask(among)
    waiting = np.zeros(len(value), np.bool_) if undecided is None else _mask(undecided) & inside
    return {"value": value, "among": inside & ~waiting, "undecided": waiting}


_BITS = 7
BIN_ERROR = 2.0 ** -(_BITS + 1)
"""The middle of a bin is at most this share of a value away from it: 0.39 %."""


def bin_of(values: Array) -> Array:
    """The logarithmic bin of each whole value: 128 bins an octave, exact below 256.

    The scheme of HdrHistogram (G. Tene, 2012): an exponent and the leading bits, in whole numbers only.

    >>> bin_of(np.array([0, 255, 256, 257, 1_000_000])).tolist()
    [0, 255, 256, 256, 1780]
    """
    exponent = np.maximum(np.frexp(values.astype(np.float64))[1].astype(np.int64) - (_BITS + 1), 0)
    return np.asarray((exponent << _BITS) + (values >> exponent))


def middle_of(bins: Array) -> Array:
    """The middle of each bin, as a float.

    >>> middle_of(np.array([255, 256, 1780])).tolist()
    [255.0, 256.5, 1001471.5]
    """
    exponent = np.maximum((bins >> _BITS) - 1, 0)
    low = (bins - (exponent << _BITS)) << exponent
    return np.asarray(low + ((1 << exponent) - 1) / 2)
