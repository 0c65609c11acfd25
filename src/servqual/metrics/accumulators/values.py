"""Accumulators that count each value, for percentiles and survival; exact while the values are few.

From `EXACT` different values on they are put into logarithmic bins. That depends on the values alone, not on how rows
were split, so that parts of the same rows add up to the same bytes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.sums import Accumulator, Rows, values_of, whole
from servqual.stats.curves import HALF

_BITS: Final = 7
BIN_ERROR: Final = 2.0 ** -(_BITS + 1)
"""Largest distance of a value from the middle of its bin, as a share of the value: 0.39 %."""
_MANTISSA: Final = 52
_FIRST: Final = ((1023 + _BITS) << _BITS) - (1 << _BITS)


def bin_of(values: Array) -> Array:
    """Logarithmic bin of each whole value of 0 to 2^53: 128 bins per octave, exact below 256.

    The scheme of HdrHistogram (G. Tene, 2012): an exponent and the leading bits, read off the value as a float64.

    >>> bin_of(np.array([0, 255, 256, 257, 1_000_000])).tolist()
    [0, 255, 256, 256, 1780]
    """
    bins = np.asarray(values, np.float64).view(np.int64) >> (_MANTISSA - _BITS)
    bins -= _FIRST
    np.copyto(bins, values, where=values < 1 << _BITS, casting="unsafe")
    return bins


BINS: Final = int(bin_of(np.array([1 << 53]))[0]) + 1
"""Number of bins of 0 to 2^53."""


def middle_of(bins: Array) -> Array:
    """Middle of each bin, as a float.

    >>> middle_of(np.array([255, 256, 1780])).tolist()
    [255.0, 256.5, 1001471.5]
    """
    return np.asarray((first_of(bins) + last_of(bins)) / 2)


def first_of(bins: Array) -> Array:
    """Least whole value of each bin.

    >>> first_of(np.array([255, 256, 1780])).tolist(), last_of(np.array([255, 256, 1780])).tolist()
    ([255, 256, 999424], [255, 257, 1003519])
    """
    exponent = np.maximum((bins >> _BITS) - 1, 0)
    return np.asarray((bins - (exponent << _BITS)) << exponent)


def last_of(bins: Array) -> Array:
    """Greatest whole value of each bin."""
    return first_of(bins + 1) - 1


def _sorted(counts: Mapping[int, Any]) -> dict[int, Any]:
    return dict(sorted(counts.items()))


@attrs.frozen
class Values(Accumulator):
    """Number of each value, for medians and percentiles.

    Exact while a cell holds at most `EXACT` different values; from there on in logarithmic bins whose middle is within
    0.4 % of every value in them.

    >>> (Values({3: 1}) + Values({3: 1, 9: 2})).quantile(0.5)
    3
    """

    stored_name: ClassVar[str] = "values"
    statistic: ClassVar[str] = "p50"
    EXACT: ClassVar[int] = 1024
    counts: Mapping[int, int] = attrs.field(factory=dict, converter=_sorted, hash=False)
    undecided: int = attrs.field(default=0, validator=whole)
    binned: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.binned and len(self.counts) > self.EXACT:
            values = np.fromiter(self.counts, np.int64, len(self.counts))
            object.__setattr__(self, "counts", _summed(bin_of(values).tolist(), self.counts.values()))
            object.__setattr__(self, "binned", True)

    def __add__(self, other: Self) -> Self:
        binned = self.binned or other.binned
        mine, theirs = (v.in_bins() if binned else v.counts for v in (self, other))
        counts = _summed((*mine, *theirs), (*mine.values(), *theirs.values()))
        return type(self)(counts, self.undecided + other.undecided, binned)

    def in_bins(self) -> Mapping[int, int]:
        """Number of values in each logarithmic bin."""
        if self.binned:
            return self.counts
        return _summed(bin_of(np.fromiter(self.counts, np.int64, len(self.counts))).tolist(), self.counts.values())

    @property
    def n(self) -> int:
        """Number of values."""
        return sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """Smallest value with at least a share `q` of the values at or below it; None where there is none."""
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
        return values_of(value, among, undecided)


def _summed(keys: Any, counts: Any) -> dict[int, int]:
    out: dict[int, int] = {}
    for key, count in zip(keys, counts, strict=True):
        out[key] = out.get(key, 0) + count
    return dict(sorted(out.items()))


@attrs.frozen
class Lifetimes(Accumulator):
    """Number that ended, and number still going when last seen, at each age; for open items.

    An item that goes on has no duration, only an age so far; leaving it out, or taking its age for a duration, makes
    every time too short. Binned as `Values` are.

    >>> (Lifetimes({2: (1, 0)}) + Lifetimes({2: (0, 1), 5: (1, 0)})).counts
    {2: (1, 1), 5: (1, 0)}
    >>> Lifetimes({1: (1, 0), 2: (1, 1), 3: (1, 0), 5: (0, 1)}).median
    3
    """

    stored_name: ClassVar[str] = "lifetimes"
    statistic: ClassVar[str] = "median"
    EXACT: ClassVar[int] = Values.EXACT
    counts: Mapping[int, tuple[int, int]] = attrs.field(factory=dict, converter=_sorted, hash=False)
    binned: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.binned and len(self.counts) > self.EXACT:
            object.__setattr__(self, "counts", self.in_bins())
            object.__setattr__(self, "binned", True)

    def __add__(self, other: Self) -> Self:
        binned = self.binned or other.binned
        mine, theirs = (x.in_bins() if binned else x.counts for x in (self, other))
        return type(self)(_paired((*mine.items(), *theirs.items())), binned)

    def in_bins(self) -> Mapping[int, tuple[int, int]]:
        """Number ended and still going in each logarithmic bin."""
        if self.binned:
            return self.counts
        bins = bin_of(np.fromiter(self.counts, np.int64, len(self.counts))).tolist()
        return _paired(zip(bins, self.counts.values(), strict=True))

    @property
    def median(self) -> float | None:
        """First age by which at least half have ended; None where the estimate stays above half.

        The product-limit estimate (E. L. Kaplan and P. Meier, 1958, JASA 53: 457-481); where some go on at the age at
        which others end, they count as at risk there.
        """
        at_risk = sum(ended + going for ended, going in self.counts.values())
        remaining = 1.0
        for age, (ended, going) in self.counts.items():
            remaining *= 1 - ended / at_risk
            if remaining <= HALF:
                return float(middle_of(np.array([age]))[0]) if self.binned else age
            at_risk -= ended + going
        return None

    @staticmethod
    def of(age: Array, ended: Array, *, among: Array | None = None) -> Rows:
        """Note ages of 0 to 2^52 among the rows of `among`, and whether each is where it ended."""
        rows = values_of(age, among, None)
        ended = np.asarray(ended, np.bool_)
        return {"value": rows["value"], "ended": rows["n"] & ended, "going": rows["n"] & ~ended}


def _paired(items: Any) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for age, (ended, going) in items:
        before = out.get(age, (0, 0))
        out[age] = (before[0] + ended, before[1] + going)
    return _sorted(out)
