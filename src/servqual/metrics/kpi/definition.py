"""A KPI: one row that says what it means, which way is better, and which accumulator it fills."""

import datetime as dt
import hashlib
import json
import pickle
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from inspect import signature
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

import attrs
import numpy as np

from servqual._arrays import Array, read_only
from servqual._checks import among, as_texts, filled, frozen, must_be, near, one_of, several
from servqual._html import Html, table
from servqual.errors import InvalidValue, KpiNotPicklable
from servqual.metrics.accumulators import (
    Accumulator,
    Clustered,
    Law,
)
from servqual.metrics.kpi.ends import Between, Ends, ends_of
from servqual.metrics.kpi.methods import METHODS
from servqual.metrics.kpi.view import View
from servqual.model._pickled import Rebuilt
from servqual.model.declared import name_of
from servqual.model.hours.hours import Hours
from servqual.readers.columns.tables import ABSENT, TABLES, Kind

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
_CHECKING = frozenset({"vocabulary"})
"""Fields of the model by which words are checked: they change no number, and so no definition."""


def _frozen(value: Mapping[str, Any]) -> Mapping[str, Any]:
    must_be(Mapping, "params", "a mapping from name to value", value)
    copies = {name: read_only(part.copy()) if isinstance(part, np.ndarray) else part for name, part in value.items()}
    return cast("Mapping[str, Any]", frozen(copies))


def _told_by(rows: RowFunction) -> tuple[object, ...]:
    """Give what two equal row functions share: their code, and what they were made with."""
    return *_codes(rows), Kpi.hashed(*_made_with(rows))


def _called(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    must_be(Callable, field.name, "a function of a View", value)


def _kinds(value: Mapping[str, str]) -> Mapping[str, Kind]:
    for name, kind in value.items():
        if kind not in list(Kind):
            raise InvalidValue.of("kinds", f"be {', '.join(Kind)}", kind, shown=f"{kind!r} for {name}")
    return MappingProxyType({name: Kind(kind) for name, kind in value.items()})


@attrs.frozen(kw_only=True, repr=False)
class Kpi(Rebuilt):
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
        needs, uses: columns that must exist, and columns that may be absent; `absent` says what that means. A missing
            cell of a column that is there is unknown, and its row counts for neither side where it matters.
        needs_one_of: columns of `uses` of which a table must have one, such as those that tell when a case ended.
        kinds: kinds of the user's own columns: moment, duration, count, number, flag or label (the default).
        between: the least and the greatest value that it can have; or what its values are on the `scale` of its
            parameters: `scores`, `gaps`, `distances` or `products` of two scores. Follows from the unit unless given.
        open_items: how open cases count.
        params: parameters that `with_` sets; a required one that is None is refused when measuring.
        choices: the words that a parameter may be, by its name; other parameters are checked when measuring.
        accumulator, statistic: the state it fills, and the statistic read from it (`share`, `mean`, `p50`, …).
        rows: function of a `View` of some rows that gives the arguments of the accumulator's `of`.
        clock: the service clock that it reads where an agreement is given (`sla=`).
        law: `commutative` where rows may be split in any way; `keyed` where all rows of a customer belong together, so
            that the table is held in memory and added tallies must not share customers.
        keyed_by: for a keyed KPI the column whose rows belong together; empty where all rows do.
        of_period: whether it describes a period as a whole (`View.period`): it also sees the rows before it, and cannot
            be grouped by time. For any other KPI only rows dated in `period=` count.
        stock: whether it counts what is there at a moment, such as open cases, and not what came in. By period it is
            that of each period's end, the last one at `now`; `period=` chooses the ends. What a row counts for changes
            at moments of its own that the KPI reads, or for good. `at` is when a row begins to be there.
        dated_by: the moment chosen by `with_(dated_by=…)` to date rows by, as `at` then does; a row without it, or
            whose moment comes after `now`, does not count (one of `due_at` may lie ahead).
        credit: whom it credits where it is grouped by agent or team: `answered` and `resolved` are who answered or
            resolved (`answered_by`, `answered_team`, …), as far as the table says so; empty for the owner.
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
    rows: RowFunction = attrs.field(repr=False, validator=_called, eq=_told_by)
    source: str = "the user's own definition"
    label_zh: str | None = None
    at: str = ""
    uses: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    needs_one_of: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    kinds: Mapping[str, Kind] = attrs.field(factory=dict, converter=_kinds, hash=False)
    between: Ends | Between | None = None
    open_items: str = ""
    params: Mapping[str, Any] = attrs.field(factory=dict, converter=_frozen, hash=False)
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_frozen, hash=False)
    statistic: str = ""
    clock: str = ""
    law: Law = attrs.field(default="commutative", validator=one_of(*get_args(Law)))
    keyed_by: str = "customer_id"
    of_period: bool = False
    stock: bool = False
    dated_by: str = ""
    credit: str = attrs.field(default="", validator=one_of("", "answered", "resolved"))
    version: int = 1

    def __attrs_post_init__(self) -> None:
        if not getattr(self.accumulator, "stored_name", ""):
            raise InvalidValue.of("accumulator", "be an accumulator such as Ratio or Total", self.accumulator)
        if not self.statistic:
            object.__setattr__(self, "statistic", self.accumulator.statistic)
        if not self.name:
            object.__setattr__(self, "name", self.key)
        among("statistic", self.statistic, METHODS)
        for name, words in self.choices.items():
            among(name, self.params.get(name), words)
        if self.better is not None:
            among("better", self.better, get_args(Better))
        if not self.at:
            names = (*self.needs, *TABLES.get(self.table, ()))
            moments = [name for name in names if name == "at" or name.endswith("_at")]
            object.__setattr__(self, "at", "received_at" if "received_at" in moments else next(iter(moments), ""))

    def __repr__(self) -> str:
        told = {name: value for name, value in self.params.items() if value is not None}
        asked = "".join(f", {name}={value!r:.60}" for name, value in told.items())
        return f"<{type(self).__name__} {self.key}: {self.title}, {self._told}, of {self.table}{asked}>"

    @property
    def _told(self) -> str:
        return f"{self.unit}, {f'{self.better} is better' if self.better else 'neither way is better'}"

    def _repr_html_(self) -> Html:
        """Show it as a card: what it means, what it reads, and what it was asked with."""
        needs = ", ".join((*self.needs, *filter(None, [" or ".join(self.needs_one_of)]))) or "–"
        uses = "; ".join(
            f"{name} (without it {self.absent[name]})" if name in self.absent else name for name in self.uses
        )
        card = {
            "question": self.question,
            "formula": self.formula,
            "unit": self._told,
            "reads": f"{self.table}: {needs}",
            "may use": uses,
            "open items": self.open_items,
            "parameters": ", ".join(f"{name} = {value!r:.60}" for name, value in self.params.items()),
            "interval": self.interval,
            "中文": self.label_zh or "",
            "source": self.source,
            "definition": self.definition,
        }
        rows = [row for row in card.items() if row[1]]
        return table((self.key, self.title), rows, caption=f"KPI {self.key}")

    def __reduce__(self) -> tuple[Any, ...]:
        build, (kind, fields) = super().__reduce__()
        return _built, (build, kind, {**fields, "rows": _Function(self.key, self.rows)})

    def with_(self, *, key: str | None = None, dated_by: str | None = None, **params: object) -> "Kpi":
        """Set parameters; beside the original the new KPI needs a `key` of its own.

        `dated_by` is the moment of the table that dates a row instead of `at`, such as resolved_at for the time to
        resolution by month of resolution; rows without that moment do not count.

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
        dated: dict[str, Any] = {} if dated_by is None else {"at": self._moment(dated_by), "dated_by": dated_by}
        return attrs.evolve(self, key=key or self.key, params={**self.params, **params}, **dated)

    def _moment(self, dated_by: str) -> str:
        """Check the name of a moment of the table that may date a row."""
        if self.stock or self.of_period:
            what = "counts what is there at a moment" if self.stock else "is of a period as a whole"
            raise InvalidValue.of("dated_by", f"be left out for {self.key}, which {what}", dated_by)
        known = {**TABLES.get(self.table, {}), **self.kinds}
        moments = [name for name, kind in known.items() if kind is Kind.MOMENT]
        if dated_by not in moments:
            raise InvalidValue.of(
                "dated_by", f"be a moment of {self.table}", dated_by, do=f"choose from {', '.join(moments) or 'none'}"
            )
        return dated_by

    @property
    def absent(self) -> Mapping[str, str]:
        """What it means that the table lacks a column that the KPI uses, for the tables that servqual knows.

        >>> from servqual.metrics import KPIS
        >>> dict(KPIS["asa"].absent)
        {'abandoned': 'all contacts were answered', 'answered': 'contacts that did not give up were answered'}
        """
        told = ABSENT.get(self.table, {})
        return {name: told[name] for name in self.uses if name in told}

    @property
    def interval(self) -> str:
        """Method of its interval, in words.

        >>> from servqual.metrics import KPIS
        >>> KPIS["resolution_rate"].interval
        'score interval of a share (Wilson)'
        """
        return METHODS["quotient" if self.accumulator is Clustered else self.statistic]

    @property
    def ends(self) -> Ends:
        """Least and greatest value that it can have, between which its interval stays; infinite where it is open.

        >>> from servqual.metrics import KPIS
        >>> KPIS["nps"].ends, KPIS["ces"].ends, KPIS["asa"].ends
        ((-100, 100), (1, 7), (0, inf))
        """
        return ends_of(self.between, self.unit, self.statistic, self.params)

    @property
    def told_in(self) -> str:
        """Unit in which its values are told: `working s` for seconds of business time, which are never told in days.

        >>> from servqual.metrics import KPIS
        >>> KPIS["asa"].told_in
        's'
        """
        return "working s" if self.unit == "s" and self.params.get("hours") is not None else self.unit

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
            *(["stock"] if self.stock else []),
            *([self.dated_by] if self.dated_by else []),
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
        choices = choices_of(self.params)
        return frozenset((*self.needs, *self.uses, *(name for choice in choices for name in choice)))

    @property
    def parts(self) -> "tuple[Kpi, ...]":
        """KPIs whose rows are read: itself, or the parts of a compound KPI."""
        return (self,)

    @staticmethod
    def hashed(*parts: object) -> str:
        """Hash plain data, alike on every machine."""
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def choices_of(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List by which values of columns parameters choose rows: those of `only`, then each of `except_for`.

    >>> choices_of({"except_for": {"team": "north"}})
    [{}, {'team': 'north'}]
    """
    only = params.get("only") or {}
    others = several("except_for", params.get("except_for") or (), "mappings from columns to values", alone=Mapping)
    for name, choice in (("only", only), *(("except_for", other) for other in others)):
        must_be(Mapping, name, "a mapping from a column to the values that count", choice)
    return [only, *others]


class _Function:
    """Function of a KPI on its way: copied as it is, and pickled by its name, or refused."""

    __slots__ = ("function", "key")

    def __init__(self, key: str, function: RowFunction) -> None:
        self.key, self.function = key, function

    def __deepcopy__(self, _: object) -> "_Function":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.dumps(self.function)
        except (pickle.PicklingError, AttributeError, TypeError) as why:
            raise KpiNotPicklable(
                f"rows of {self.key} must be a function that can be imported to be pickled (got {self.function!r:.80}: "
                f"{why}); define it at the top of a module",
                key=self.key,
            ) from None
        return _Function, (self.key, self.function)


def _built(build: Callable[..., Kpi], kind: type[Kpi], fields: dict[str, Any]) -> Kpi:
    return build(kind, {**fields, "rows": fields["rows"].function})


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
        told = [f.name for f in attrs.fields(type(value)) if f.eq and f.name not in _CHECKING]
        fields = {name: _plain(getattr(value, name)) for name in told}
        return [name_of(type(value)), fields]
    if callable(value):
        return _made_with(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return value if value is None or isinstance(value, str | int | float) else repr(value)
