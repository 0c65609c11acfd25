"""A KPI: one row that says what it means, which way is better, and which accumulator it fills."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from inspect import signature
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import among, as_texts, filled, must_be, near, one_of
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import (
    Accumulator,
    Clustered,
    Law,
)
from servqual.metrics.kpi.methods import METHODS
from servqual.metrics.kpi.view import View
from servqual.model.declared import name_of
from servqual.model.hours.hours import Hours
from servqual.readers.columns.tables import TABLES, Kind

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
RowFunction: TypeAlias = Callable[[View], Mapping[str, Array]]
_MICROSECOND = dt.timedelta(microseconds=1)


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
        key, title, question, formula, source: its names for programs and people, the question it answers,
            its formula, and the source of that.
        name: the declared name of what `rows` reads, the `key` unless given. A KPI's definition is this name, its
            `version`, its parameters and what else changes the number, never a path: KPIs of one name share the work,
            so that a KPI with other `rows` needs another name or version.
        label_zh: the Chinese term of the domain, where it has one.
        unit: `share` is 0 to 1, `s` seconds, `count` a number of things, `points` −100 to 100, `score` on its scale,
            `gap` a difference of scores, `money` in the currency of the data, `ratio` a sum over a sum that may pass 1,
            `per hour` things per hour; `per million`, `per case` and the like, and `at once`, are numbers of things.
        better: the better direction; None where neither is.
        table, at: the table it reads, and the moment of that table that dates a row.
        needs, uses: columns that must exist, and columns that may be absent; `formula` says what absence means.
        kinds: kinds of the user's own columns: moment, duration, count, number, flag or label (the default).
        open_items: how open cases count.
        params: parameters that `with_` sets; a required one that is None is refused when measuring.
        accumulator, statistic: the state it fills, and the statistic read from it (`share`, `mean`, `p50`, …).
        rows: function of a `View` of some rows that gives the arguments of the accumulator's `of`.
        clock: the service clock that it reads where an agreement is given (`sla=`).
        law: `commutative` where rows may be split in any way; `keyed` where all rows of a customer belong together, so
            that the table is held in memory and added tallies must not share customers.
        keyed_by: for a keyed KPI the column whose rows belong together; empty where all rows do.
        of_period: whether it describes a period as a whole (`View.period`): it also sees the rows before it, and cannot
            be grouped by time. For any other KPI only rows dated in `period=` count.
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
    kinds: Mapping[str, Kind] = attrs.field(factory=dict, converter=_kinds, hash=False)
    open_items: str = ""
    params: Mapping[str, Any] = attrs.field(factory=dict, converter=_frozen, hash=False)
    statistic: str = ""
    clock: str = ""
    law: Law = attrs.field(default="commutative", validator=one_of(*get_args(Law)))
    keyed_by: str = "customer_id"
    of_period: bool = False
    version: int = 1

    def __attrs_post_init__(self) -> None:
        if not getattr(self.accumulator, "stored_name", ""):
            raise InvalidValue.of("accumulator", "be an accumulator such as Ratio or Total", self.accumulator)
        if not self.statistic:
            object.__setattr__(self, "statistic", self.accumulator.statistic)
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
        """Set parameters; beside the original the new KPI needs a `key` of its own.

        >>> from servqual.metrics import KPIS
        >>> quick = KPIS["resolution_kept"].with_(key="solved_in_a_day", within=dt.timedelta(days=1))
        >>> quick.definition == KPIS["resolution_kept"].definition
        False
        """
        for name, value in params.items():
            if name not in self.params:
                takes = ", ".join(self.params) or "none"
                raise InvalidValue.of(
                    name,
                    f"be a parameter of {self.key}, which has {takes}",
                    value,
                    shown=repr(name),
                    near=near(name, self.params),
                )
        return attrs.evolve(self, key=key or self.key, params={**self.params, **params})

    @property
    def interval(self) -> str:
        """Method of its interval, in words.

        >>> from servqual.metrics import KPIS
        >>> KPIS["resolution_rate"].interval
        'score interval of a share (Wilson)'
        """
        return METHODS["quotient" if self.accumulator is Clustered else self.statistic]

    def arguments(self, view: View) -> Mapping[str, Any]:
        """Call `rows`, and refuse a result that the accumulator cannot take."""
        told: Mapping[str, Any] = self.rows(view)
        takes, needed = self._takes
        if not needed <= told.keys() <= takes:
            raise InvalidValue.of(
                "rows",
                f"give {', '.join(takes)} for {self.accumulator.__name__}, the accumulator of {self.key}",
                tuple(told),
                shown=", ".join(told),
            )
        for name, value in told.items():
            if isinstance(value, np.ndarray) and len(value) != view.size:
                raise InvalidValue.of(
                    "rows",
                    f"give as many values as there are rows, {view.size}, for {self.key}",
                    len(value),
                    shown=f"{len(value)} for {name!r}",
                )
        return told

    @cached_property
    def _takes(self) -> tuple[AbstractSet[str], AbstractSet[str]]:
        """Names of the arguments that the accumulator takes, and of those it needs."""
        takes = signature(self.accumulator.of).parameters  # type: ignore[attr-defined]
        return takes.keys(), {name for name, each in takes.items() if each.default is each.empty}

    @cached_property
    def reading(self) -> str:
        """Hash of everything that decides what is read of a row; KPIs with the same reading share it."""
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
        """Hash of everything that decides the accumulated state; KPIs with the same state share the work."""
        return self.hashed(self.reading, self.accumulator.stored_name)

    @cached_property
    def definition(self) -> str:
        """Hash of everything that changes the number: results with equal definitions are comparable."""
        return self.hashed(self.state, self.statistic, self.unit)

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns that it reads: the named ones, and those by which its parameters choose rows."""
        choices = [self.params.get("only") or {}, *(self.params.get("except_for") or ())]
        return frozenset((*self.needs, *self.uses, *(name for choice in choices for name in choice)))

    @property
    def parts(self) -> "tuple[Kpi, ...]":
        """KPIs whose rows are read: itself, or the parts of a compound KPI."""
        return (self,)

    @staticmethod
    def hashed(*parts: object) -> str:
        """Hash plain data, alike on every machine."""
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _made_with(function: Any) -> list[object]:
    """Arguments and enclosed values of a function, as plain data; never its name or module."""
    if isinstance(function, partial):
        return [*_made_with(function.func), _plain(function.args), _plain(function.keywords)]
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    defaults = [getattr(function, name, None) for name in ("__defaults__", "__kwdefaults__")]
    return [_plain(value) for value in (*cells, *defaults) if value is not None]


def same_code(one: Any, other: Any) -> bool:
    """Whether two functions share their code, and the functions that they enclose do too."""
    mine, theirs = _codes(one), _codes(other)
    return mine == theirs


def _codes(function: Any) -> list[Any]:
    if isinstance(function, partial):
        inner = [function.func, *function.args, *function.keywords.values()]
    else:
        inner = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    own = [] if isinstance(function, partial) else [getattr(function, "__code__", function)]
    return own + [code for each in inner if callable(each) for code in _codes(each)]


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
        fields = {f.name: _plain(getattr(value, f.name)) for f in attrs.fields(type(value)) if f.eq}
        return [name_of(type(value)), fields]
    if callable(value):
        return _made_with(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return value if value is None or isinstance(value, str | int | float) else repr(value)
