"""A KPI: one row that says what it means, which way is better, and which accumulator it fills."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from inspect import signature
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import among, as_texts, did_you_mean, filled, must_be, near, one_of
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.distinct import Categories, Distinct, hash_of
from servqual.metrics.accumulators.sums import (
    Accumulator,
    Clustered,
    Count,
    Extremes,
    Law,
    Quotient,
    Ratio,
    Signed,
    Total,
)
from servqual.metrics.accumulators.values import Lifetimes, Values
from servqual.metrics.time.periods import keys_of
from servqual.model.hours.hours import Hours
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.refusals import Refusals, Unusable
from servqual.readers.columns.tables import TABLES, Kind, kind_of
from servqual.stats.inference import METHODS

Unit: TypeAlias = Literal[
    "share",
    "s",
    "count",
    "points",
    "score",
    "gap",
    "money",
    "ratio",
    "per hour",
    "per million",
    "per 1000",
    "per 100",
    "per case",
    "per customer",
    "per purchase",
    "per agent",
    "per unit",
    "per compliment",
    "at once",
    "sigma",
]
Better: TypeAlias = Literal["higher", "lower"]
Made = TypeVar("Made")
RowFunction: TypeAlias = Callable[["View"], Mapping[str, Array]]
_STATISTIC: Final[Mapping[type[Accumulator], str]] = MappingProxyType(
    {
        Count: "n",
        Ratio: "share",
        Total: "mean",
        Signed: "signed_mean",
        Quotient: "quotient",
        Extremes: "max",
        Values: "p50",
        Lifetimes: "median",
        Distinct: "distinct",
        Categories: "mode_share",
        Clustered: "share",
    }
)
"""Each accumulator, and what is read from it unless a KPI says otherwise."""
_MICROSECOND = dt.timedelta(microseconds=1)
_COMES: Final = frozenset({"interactions"})
"""Tables whose rows are dated by when they came, so that one of the future is not seen yet; others look themselves."""


def _frozen(value: Mapping[str, Any]) -> Mapping[str, Any]:
    must_be(Mapping, "params", "a mapping from name to value", value)
    return MappingProxyType(dict(value))


def _called(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    must_be(Callable, field.name, "a function of a View", value)


def _kinds(value: Mapping[str, str]) -> Mapping[str, Kind]:
    for name, kind in value.items():
        if kind not in list(Kind):
            raise InvalidValue.of("kinds", f"be {', '.join(Kind)}", kind, shown=f"{kind!r} for {name}")
    return MappingProxyType({name: Kind(kind) for name, kind in value.items()})


@attrs.frozen(kw_only=True)
class Kpi:
    """One measure of service, as data.

    Attributes:
        key, title, question, formula, source: what it is called, asks and computes, and who defined it so.
        name: the declared name of what `rows` reads, the `key` unless given. A KPI's definition is this name, its
            `version`, its parameters and what else changes the number, never a path: KPIs of one name share the work,
            so that a KPI with other `rows` needs another name or version.
        label_zh: the Chinese term of the domain, where it has one.
        unit: `share` is 0 to 1, `s` seconds, `count` a number of things, `points` −100 to 100, `score` on its scale,
            `gap` one score less another, `money` in the currency of the data, `ratio` a sum over a sum that may pass
            1, `per hour` things an hour; `per million`, `per case` and their like, and `at once`, are a number of
            things for so many of others.
        better: which way is better; None where neither is.
        table, at: the table it reads, and the moment of that table that dates a row.
        needs, uses: columns that must be there, and columns that may be absent, with what absence means in `formula`.
        kinds: what columns of the user's own hold: moment, duration, count, number, flag or label (the default).
        open_items: how cases that are still open count.
        params: what may be set with `with_`; a None that has to be set is refused when measuring.
        accumulator, statistic: the state it fills, and what is read from it (`share`, `mean`, `p50`, …).
        rows: from a `View` of some rows to the arguments of the accumulator's `of`.
        clock: the service clock that it reads where an agreement is given (`sla=`).
        law: `commutative` where rows may come in any parts; `keyed` where all rows of a customer must come together,
            so that the table is held in memory and tallies of its parts must not share customers.
        keyed_by: for a keyed KPI the column whose rows must come together; empty where all rows must.
        of_period: whether it is of a period as a whole (`View.period`): it sees the rows before it, too, and cannot be
            grouped by time. For any other, `period=` leaves the rows that are dated in it.
        version: raised when `rows` changes its meaning; part of the definition, and never used twice.

    >>> from servqual.metrics import KPIS
    >>> KPIS["resolution_rate"].better, KPIS["resolution_rate"].unit
    ('higher', 'share')
    """

    key: str = attrs.field(validator=filled)
    name: str = ""
    title: str
    question: str
    formula: str
    unit: Unit = attrs.field(validator=one_of(*get_args(Unit)))
    better: Better | None
    table: str = attrs.field(validator=filled)
    needs: tuple[str, ...] = attrs.field(converter=as_texts)
    accumulator: type[Accumulator]
    rows: RowFunction = attrs.field(repr=False, validator=_called)
    source: str = "the user's own definition"
    label_zh: str | None = None
    at: str = ""
    uses: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    kinds: Mapping[str, Kind] = attrs.field(factory=dict, converter=_kinds)
    open_items: str = ""
    params: Mapping[str, Any] = attrs.field(factory=dict, converter=_frozen)
    statistic: str = ""
    clock: str = ""
    law: Law = attrs.field(default="commutative", validator=one_of(*get_args(Law)))
    keyed_by: str = "customer_id"
    of_period: bool = False
    version: int = 1

    def __attrs_post_init__(self) -> None:
        if self.accumulator not in _STATISTIC:
            known = ", ".join(kind.__name__ for kind in _STATISTIC)
            raise InvalidValue.of("accumulator", f"be one of {known}", self.accumulator)
        if not self.statistic:
            object.__setattr__(self, "statistic", _STATISTIC[self.accumulator])
        if not self.name:
            object.__setattr__(self, "name", self.key)
        among("statistic", self.statistic, METHODS)
        if self.better is not None:
            among("better", self.better, get_args(Better))
        if not self.at:
            names = (*self.needs, *TABLES.get(self.table, ()))
            moments = [name for name in names if name == "at" or name.endswith("_at")]
            object.__setattr__(self, "at", "received_at" if "received_at" in moments else next(iter(moments), ""))

    def with_(self, *, key: str | None = None, **params: object) -> "Kpi":
        """The same KPI with other parameters; asked beside the original it needs a `key` of its own.

        >>> from servqual.metrics import KPIS
        >>> quick = KPIS["resolution_kept"].with_(key="solved_in_a_day", within=dt.timedelta(days=1))
        >>> quick.definition == KPIS["resolution_kept"].definition
        False
        """
        for name, value in params.items():
            if name not in self.params:
                raise InvalidValue(
                    f"{self.key} takes {', '.join(self.params) or 'no parameters'} (got {name!r})"
                    f"{did_you_mean(near(name, self.params))}",
                    field=name,
                    got=value,
                )
        return attrs.evolve(self, key=key or self.key, params={**self.params, **params})

    @property
    def interval(self) -> str:
        """How the interval of its value is made, in words.

        >>> from servqual.metrics import KPIS
        >>> KPIS["resolution_rate"].interval
        'score interval of a share (Wilson)'
        """
        return METHODS["quotient" if self.accumulator is Clustered else self.statistic]

    def told(self, view: "View") -> Mapping[str, Any]:
        """What its `rows` say of these rows, refused where the accumulator cannot take it."""
        told: Mapping[str, Any] = self.rows(view)
        takes, needed = self._takes
        if not needed <= told.keys() <= takes:
            raise InvalidValue(
                f"rows of {self.key} must give {', '.join(takes)} (got {', '.join(told)}), which its accumulator "
                f"{self.accumulator.__name__} takes",
                field="rows",
                expected=", ".join(takes),
                got=tuple(told),
            )
        for name, value in told.items():
            if isinstance(value, np.ndarray) and len(value) != view.size:
                raise InvalidValue(
                    f"rows of {self.key} must give as many values as there are rows, {view.size} (got {len(value)} "
                    f"for {name!r})",
                    field="rows",
                    expected=f"{view.size} values",
                    got=len(value),
                )
        return told

    @cached_property
    def _takes(self) -> tuple[AbstractSet[str], AbstractSet[str]]:
        """What the accumulator can be told of rows, and what it must be, by name."""
        takes = signature(self.accumulator.of).parameters  # type: ignore[attr-defined]
        return takes.keys(), {name for name, each in takes.items() if each.default is each.empty}

    @cached_property
    def reading(self) -> str:
        """A hash of all that decides what is read of a row; KPIs with the same reading share it."""
        return self.hashed(
            self.name,
            self.version,
            self.table,
            self.at,
            self.clock,
            {name: _plain(value) for name, value in sorted(self.params.items())},
            _made_with(self.rows),
            dict(self.kinds),
            self.of_period,
        )

    @cached_property
    def state(self) -> str:
        """A hash of all that decides the accumulated state; KPIs with the same state share the work."""
        return self.hashed(self.reading, self.accumulator.stored_name)

    @cached_property
    def definition(self) -> str:
        """A hash of all that changes the number: two results are comparable where their definitions are equal."""
        return self.hashed(self.state, self.statistic, self.unit)

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that it reads: those that it names, and those by whose values its parameters choose rows."""
        choices = [self.params.get("only") or {}, *(self.params.get("except_for") or ())]
        return frozenset((*self.needs, *self.uses, *(name for choice in choices for name in choice)))

    @property
    def parts(self) -> "tuple[Kpi, ...]":
        """The KPIs that rows are read for: itself, or for a KPI over others those."""
        return (self,)

    @staticmethod
    def hashed(*parts: object) -> str:
        """A short hash of plain data, the same everywhere."""
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _made_with(function: Any) -> list[object]:
    """What a factory gave a function, as plain data: its arguments and what it encloses, never its name or module."""
    if isinstance(function, partial):
        return [*_made_with(function.func), _plain(function.args), _plain(function.keywords)]
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    defaults = [getattr(function, name, None) for name in ("__defaults__", "__kwdefaults__")]
    return [_plain(value) for value in (*cells, *defaults) if value is not None]


def same_code(one: Any, other: Any) -> bool:
    """Whether two functions of rows are of one body, whatever they were made with."""
    bodies = [getattr(f, "__code__", f) for f in map(_unwrapped, (one, other))]
    return bool(bodies[0] == bodies[1])


def _unwrapped(function: Any) -> Any:
    return _unwrapped(function.func) if isinstance(function, partial) else function


def _plain(value: object) -> object:
    if isinstance(value, Kpi):
        return value.definition
    if isinstance(value, dt.timedelta):
        return value // _MICROSECOND
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in sorted(value.items())}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(str(part) for part in value)
    return _of_parts(value)


def _of_parts(value: Any) -> object:
    """Hours by their content hash, other values of the model by their fields."""
    if isinstance(value, Hours):
        return value.content_hash
    if attrs.has(type(value)):
        return {f.name: _plain(getattr(value, f.name)) for f in attrs.fields(type(value)) if f.eq}
    if callable(value):
        return _made_with(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return value if value is None or isinstance(value, str | int | float) else repr(value)


class View:
    """Some rows of a table as a KPI sees them: typed columns, `now`, the period, and the KPI's parameters."""

    def __init__(
        self,
        chunk: Chunk,
        kpi: Kpi,
        now: int | None,
        period: tuple[int, int] | None = None,
        *,
        memo: dict[Any, Any] | None = None,
        by: Sequence[str] = (),
    ) -> None:
        self._chunk = chunk
        self._kpi = kpi
        self._now = now
        self._period = period
        self._memo: dict[Any, Any] = {} if memo is None else memo
        self.size = chunk.size
        keys = keys_of(by, kpi.at)
        self.named = kpi.columns | {*keys}
        self.told_by = kpi.columns | {*by}
        self.params = kpi.params
        self.refusals = Refusals()
        self._bad: Array | None = None
        for name in dict.fromkeys((*kpi.needs, *kpi.uses, *keys)):
            column = chunk.columns.get(name)
            if column is not None and column.bad is not None:
                self._bad = self.bad | column.bad

    @property
    def bad(self) -> Array:
        """Rows that cannot be used."""
        return np.zeros(self.size, np.bool_) if self._bad is None else self._bad

    @property
    def now(self) -> int:
        """The moment from which open items are seen, in microseconds of UTC."""
        if self._now is None:
            raise InvalidValue(
                f"now is needed by {self._kpi.key}, which judges open items (got None); pass now=, the moment at which "
                "the export was made",
                field="now",
                expected="an instant",
                got=None,
            )
        return self._now

    @property
    def period(self) -> tuple[int, int]:
        """The start of the period that is measured and its end, which is outside it, in microseconds of UTC."""
        if self._period is None:
            raise InvalidValue(
                f"period is needed by {self._kpi.key} (got None); pass period=(start, end)",
                field="period",
                expected="two moments",
                got=None,
            )
        return self._period

    def passed(self, at: int) -> bool:
        """Whether a moment has come by `now`; without a `now` it has."""
        return self._now is None or at <= self._now

    def counted(self) -> Array | None:
        """Rows that are not refused and have come by `now`; None where all of them are such.

        Where a period is measured they are dated in it, too, or are judged by the KPI.
        """
        dated = self._dated()
        if self._kpi.table not in _COMES or self._now is None:
            return dated
        at = self._kpi.at
        come = ~(self.known(at) & (self.us(at) > self._now))
        return come if dated is None else dated & come

    def _dated(self) -> Array | None:
        at = self._kpi.at
        if self._period is None or self._kpi.of_period:
            return None if self._bad is None else ~self._bad
        self.refuse(~self.known(at), at, "is missing, so that the row lies in no period")
        start, end = self._period
        return np.asarray(~self.bad & (self.us(at) >= start) & (self.us(at) < end))

    def column(self, name: str) -> Column:
        """A column with its kind; one that is absent is all missing; the KPI must name those that it reads."""
        self._check(name)
        found = self._chunk.columns.get(name)
        return found or Column.missing(kind_of(self._kpi.table, name, {"": Kind.LABEL, **self._kpi.kinds}), self.size)

    def has(self, name: str) -> bool:
        """Whether the table has this column."""
        self._check(name)
        return name in self._chunk.columns

    def _check(self, name: str) -> None:
        if name in self._chunk.others:
            raise InvalidValue(
                f"{self._kpi.key} reads the column {name!r}, which it does not name (got {', '.join(self.named)}); add "
                "it to needs, or to uses where it may be absent",
                field="uses",
                got=name,
            )

    def us(self, name: str) -> Array:
        """A moment in microseconds of UTC, or a duration in microseconds; see `known` for where there is one."""
        return self.column(name).values

    def known(self, name: str) -> Array:
        """Where a column holds something."""
        return self.once(("known", name), lambda: _kept(self.column(name).known))

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """What follows from the rows alone, made once for all KPIs that see them; it must not be written to."""
        if key not in self._memo:
            self._memo[key] = make()
        return cast("Made", self._memo[key])

    def seen(self, name: str) -> Array:
        """Where a moment has come by `now`; without a `now`, wherever there is one."""
        known = self.known(name)
        return known if self._now is None else np.asarray(known & (self.us(name) <= self._now))

    def __getitem__(self, name: str) -> Array:
        """A column as numpy: datetime64, float64 (durations in seconds), bool (nothing known is False) or text."""
        return self.once(("plain", name), lambda: _kept(self._as_numpy(self.column(name))))

    @staticmethod
    def _as_numpy(column: Column) -> Array:
        if column.kind is Kind.MOMENT:
            return np.asarray(column.values.view("datetime64[us]"))
        if column.kind is Kind.DURATION:
            return np.where(column.known, column.values / 1e6, np.nan)
        if column.kind is Kind.FLAG:
            return np.asarray(column.values == 1)
        if column.kind is Kind.LABEL:
            return np.asarray(np.array([*column.labels, None], object)[column.values])
        return np.asarray(column.values)

    def refuse(self, rows: Array, name: str, reason: str) -> None:
        """Refuse rows whose value in a column cannot be true, such as an end before the start."""
        rows = rows & ~self.bad
        if not rows.any():
            return
        self._bad = self.bad | rows
        places = np.flatnonzero(rows)
        self.refusals += Refusals((Unusable(name, reason, self._chunk.numbers[places], self[name][places]),))

    def content(self, rows: Array, *without: str) -> list[Array]:
        """What some rows hold in the columns that are read, but some, as numbers, the same however rows come."""
        out: list[Array] = []
        for name in sorted(self.told_by - {*without}):
            column = self._chunk.columns.get(name)
            if column is None:
                continue
            if column.kind is Kind.LABEL:
                present, places = np.unique(column.values[rows], return_inverse=True)
                hashes = hash_of([column.labels[code] if code >= 0 else "" for code in present.tolist()])
                out.append(hashes[places])
            else:
                out.append(column.values[rows])
        return out


def _kept(values: Array) -> Array:
    """An array that cannot be written to."""
    found = values.view()
    found.flags.writeable = False
    return found
