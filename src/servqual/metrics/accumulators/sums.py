"""Accumulators of counts and sums: small frozen values with a zero and `+`, from which KPIs are derived.

All are commutative: rows may be added in any order and split. Durations are whole microseconds and sums are exact
integers, so that parts of the same rows add up to the same bytes. The grouped form of each, used by
the engine, is in `servqual.metrics.accumulators.cells`. Those that keep values are in `values` and `distinct`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue

Rows: TypeAlias = Mapping[str, Any]
Law: TypeAlias = Literal["commutative", "keyed"]


def whole(_: object, field: "attrs.Attribute[int]", value: int) -> None:
    """Refuse a count below 0."""
    if value < 0:
        raise InvalidValue.of(field.name, "be 0 or more", value)


@attrs.frozen
class Accumulator:
    """State that a KPI fills; not built itself.

    `law` says how rows may be split: `commutative` in any way and order, `keyed` with all rows of a customer together.
    `stored_name` names the state in definitions, and is never used twice. `statistic` is what a KPI reads from it
    unless the KPI says otherwise.
    """

    stored_name: ClassVar[str]
    statistic: ClassVar[str]
    law: ClassVar[Law] = "commutative"


@attrs.frozen
class Additive(Accumulator):
    """Accumulator whose `+` adds field by field."""

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in attrs.fields(type(self))})


@attrs.frozen
class Count(Additive):
    """Number of rows; `Count()` is the zero.

    >>> Count(2) + Count(3)
    Count(n=5)
    """

    stored_name: ClassVar[str] = "count"
    statistic: ClassVar[str] = "n"
    n: int = attrs.field(default=0, validator=whole)

    @staticmethod
    def of(among: Array, *, times: Array | None = None) -> Rows:
        """Count the rows where `among` is true, or the things that they stand for: `times`, whole numbers."""
        inside = _mask("among", among)
        return {"n": inside} if times is None else {"among": inside, **_told(n=times)}


@attrs.frozen
class Ratio(Additive):
    """Hits, misses, and undecided items that may still become either; `Ratio()` is the zero.

    >>> (Ratio(3, 1) + Ratio(0, 1)).value
    0.6
    >>> Ratio().value is None
    True
    """

    stored_name: ClassVar[str] = "ratio"
    statistic: ClassVar[str] = "share"
    hits: int = attrs.field(default=0, validator=whole)
    misses: int = attrs.field(default=0, validator=whole)
    undecided: int = attrs.field(default=0, validator=whole)

    @property
    def value(self) -> float | None:
        """Share of hits among decided items, 0 to 1; None where nothing is decided."""
        n = self.hits + self.misses
        return self.hits / n if n else None

    @staticmethod
    def of(
        hit: Array, *, among: Array | None = None, undecided: Array | None = None, times: Array | None = None
    ) -> Rows:
        """Count hits and misses by `hit` in the rows of `among`; undecided rows are counted apart.

        With `times`, the number of things that a row stands for, `hit` says how many of them are hits.
        """
        if times is not None:
            inside = np.ones(len(hit), np.bool_) if among is None else _mask("among", among)
            return {"among": inside, **_told(hits=hit, decided=times), "undecided": np.zeros(len(hit), np.bool_)}
        hit = _mask("hit", hit)
        inside = np.ones(len(hit), np.bool_) if among is None else _mask("among", among)
        waiting = np.zeros(len(hit), np.bool_) if undecided is None else _mask("undecided", undecided) & inside
        decided = inside if undecided is None else inside & ~waiting
        return {"hits": decided & hit, "decided": decided, "undecided": waiting}


@attrs.frozen
class Signed(Additive):
    """Number, sum and sum of squares of values that may lie below 0, exactly; `Signed()` is the zero.

    >>> (Signed(2, -10, 58) + Signed(1, 4, 16)).mean
    -2.0
    """

    stored_name: ClassVar[str] = "signed"
    statistic: ClassVar[str] = "signed_mean"
    n: int = attrs.field(default=0, validator=whole)
    total: int = 0
    squares: int = attrs.field(default=0, validator=whole)
    undecided: int = attrs.field(default=0, validator=whole)

    @property
    def mean(self) -> float | None:
        """Arithmetic mean; None where nothing was measured."""
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float | None:
        """Sample variance (n - 1), computed from exact integers; None below two values."""
        if self.n < 2:  # noqa: PLR2004  (one value has no spread)
            return None
        return (self.n * self.squares - self.total**2) / (self.n * (self.n - 1))

    @staticmethod
    def of(value: Array, *, among: Array | None = None, undecided: Array | None = None) -> Rows:
        """Sum whole values of -2^52 to 2^52 among the rows of `among`; undecided rows are counted apart."""
        return values_of(value, among, undecided, signed=True)


@attrs.frozen
class Total(Signed):
    """Number, sum and sum of squares of values of 0 or more, exactly; in whole units such as microseconds.

    >>> (Total(2, 10, 58) + Total(1, 5, 25)).mean
    5.0
    """

    stored_name: ClassVar[str] = "total"
    statistic: ClassVar[str] = "mean"

    def __attrs_post_init__(self) -> None:
        if self.total < 0:
            raise InvalidValue.of("total", "be 0 or more", self.total)

    @staticmethod
    def of(value: Array, *, among: Array | None = None, undecided: Array | None = None) -> Rows:
        """Sum whole values of 0 to 2^52 among the rows of `among`; undecided rows are counted apart."""
        return values_of(value, among, undecided)


@attrs.frozen
class Quotient(Additive):
    """One sum over another, exactly, such as busy time over time on duty; `Quotient()` is the zero.

    Sums of squares, of the top, of the base and of both together, give its spread; `n` counts the rows.

    >>> (Quotient.one(3, 4) + Quotient.one(1, 4)).value
    0.5
    >>> Quotient().value is None
    True
    """

    stored_name: ClassVar[str] = "quotient"
    statistic: ClassVar[str] = "quotient"
    n: int = attrs.field(default=0, validator=whole)
    top: int = attrs.field(default=0, validator=whole)
    base: int = attrs.field(default=0, validator=whole)
    top_squares: int = attrs.field(default=0, validator=whole)
    base_squares: int = attrs.field(default=0, validator=whole)
    both_squares: int = attrs.field(default=0, validator=whole)

    @classmethod
    def one(cls, top: int, base: int) -> "Quotient":
        """State of a single row."""
        return cls(1, top, base, top * top, base * base, (top + base) ** 2)

    @property
    def value(self) -> float | None:
        """Sum of tops over sum of bases; None where that is 0."""
        return self.top / self.base if self.base else None

    @property
    def variance(self) -> float | None:
        """Variance of the value, by how far each row's top lies from its share of the base; None below two rows.

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
        rows = values_of(top, among, None)
        return {"top": rows["value"], "base": np.asarray(base, np.int64), "n": rows["n"]}


@attrs.frozen
class Clustered(Quotient):
    """A share or a mean of rows that belong to customers: one sum over another, with its spread between customers.

    The fields are those of `Quotient`, summed per customer; `rows` counts the rows. The top may lie below 0.
    """

    stored_name: ClassVar[str] = "clustered"
    statistic: ClassVar[str] = "share"
    law: ClassVar[Law] = "keyed"
    top: int = 0
    rows: int = attrs.field(default=0, validator=whole)
    undecided: int = attrs.field(default=0, validator=whole)

    @staticmethod
    def of(state: Rows, cluster: Array) -> Rows:  # type: ignore[override]
        """Take the rows of `Ratio.of`, `Total.of` or `Signed.of`, and the code of each row's customer."""
        share = "hits" in state
        counted = state["decided"] if share else state["n"]
        top = state["hits"] if share else np.where(counted, state["value"], 0)
        return {"top": top.astype(np.int64), "cluster": cluster, "rows": counted, "undecided": state["undecided"]}


@attrs.frozen
class Extremes(Accumulator):
    """Number, minimum and maximum of values; `Extremes()` is the zero.

    >>> Extremes.one(3) + Extremes.one(9)
    Extremes(n=2, low=3, high=9)
    >>> Extremes().high is None
    True
    """

    stored_name: ClassVar[str] = "extremes"
    statistic: ClassVar[str] = "max"
    n: int = attrs.field(default=0, validator=whole)
    low: int | None = None
    high: int | None = None

    def __add__(self, other: Self) -> Self:
        lows = [x.low for x in (self, other) if x.low is not None]
        highs = [x.high for x in (self, other) if x.high is not None]
        return type(self)(self.n + other.n, min(lows, default=None), max(highs, default=None))

    @classmethod
    def one(cls, value: int) -> "Extremes":
        """State of a single row."""
        return cls(1, value, value)

    @staticmethod
    def of(value: Array, *, among: Array | None = None) -> Rows:
        """Note whole values of 0 to 2^52 among the rows of `among`."""
        rows = values_of(value, among, None)
        return {"value": rows["value"], "n": rows["n"]}


def _told(**counts: Array) -> Rows:
    """Give counts that rows tell, besides masks that count no row."""
    return {f"{name}_told": count for name, count in counts.items()} | {
        name: np.zeros(len(count), np.bool_) for name, count in counts.items()
    }


def _mask(field: str, values: Array) -> Array:
    """Read true and false, also as 1 and 0; any other value is refused rather than taken for true."""
    given = np.asarray(values)
    if given.dtype.kind == "b":
        return given
    mask = np.asarray(given == 1)
    if given.dtype.kind not in "iuf" or not (mask | (given == 0)).all():
        got = given[:3].tolist()
        raise InvalidValue.of(
            field, "be true or false for each row", got, shown=f"{got!r} …", do="compare, such as t[…] == 1"
        )
    return mask


def _whole_values(value: Array, inside: Array) -> Array:
    """Read values as whole numbers; any other value in a counted row is refused."""
    if value.dtype.kind in "iub":
        return value.astype(np.int64, copy=False)
    told = value[inside].astype(np.float64)
    odd = ~np.isfinite(told) | (told != np.rint(told))
    if odd.any():
        got = told[odd][0]
        raise InvalidValue.of(
            "value",
            "hold whole numbers, such as microseconds from t.us(…)",
            got,
            do="round them with np.rint, and leave rows without a value out of among",
        )
    out = np.zeros(len(value), np.int64)
    out[inside] = told
    return out


def values_of(value: Array, among: Array | None, undecided: Array | None, *, signed: bool = False) -> Rows:
    """Whole values, the rows that have one, and the undecided rows among them."""
    inside = np.ones(len(value), np.bool_) if among is None else _mask("among", among)
    value = _whole_values(np.asarray(value), inside)
    if not signed and len(value) and value.min() < 0 and value[inside].min(initial=0) < 0:
        raise InvalidValue.of(
            "value",
            "hold whole numbers of 0 or more",
            value[inside].min(),
            do="use Signed for what may be negative, or leave the row out of among",
        )
    waiting = np.zeros(len(value), np.bool_) if undecided is None else _mask("undecided", undecided) & inside
    return {"value": value, "n": inside if undecided is None else inside & ~waiting, "undecided": waiting}
