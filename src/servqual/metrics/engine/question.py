"""The question of a measurement as a value: KPIs, groups, and how to read the data."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._checks import as_zone, frozen
from servqual.errors import InvalidValue
from servqual.metrics.catalogue._params import each_of
from servqual.metrics.kpi.currencies import CURRENCY, is_of_money
from servqual.metrics.kpi.definition import Kpi
from servqual.model._pickled import Rebuilt
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.labels import is_missing, text_of
from servqual.readers.columns.tables import Kind

Where: TypeAlias = Mapping[str, Any]
"""Column to the value, or the values, that count."""
Dated: TypeAlias = tuple[str, str]
"""A table and the moment that dates its rows, with what is seen of them: KPIs that share both share their groups."""
Way: TypeAlias = tuple[str, ...]
"""The tables on the way to a column that is looked up: one, or two."""
KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customers": "customer_id",
        "cases": "case_id",
        "interactions": "interaction_id",
        "staff": "agent",
        "teams": "team",
    }
)
"""The tables in which columns are looked up, and the key of each."""
ACTING: Final = frozenset({"agent", "team"})
"""The columns of who is credited."""
MOMENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"answered": ("first_response_at", "acknowledged_at"), "resolved": ("resolved_at", "closed_at")}
)
"""What somebody is credited for, and the moments of which one tells that it has come."""
CREDITS: Final = ("actor", "owner")
"""Whom a KPI credits where it is grouped by agent or team: who acted at that time, or the last owner."""


def _choices(where: Where) -> Mapping[str, tuple[Any, ...]]:
    """Read one value or several as a tuple in a fixed order: numpy's as Python's, dates as text, missing as None."""
    out: dict[str, tuple[Any, ...]] = {}
    for name, given in sorted(where.items()):
        values = given.tolist() if isinstance(given, np.ndarray | np.generic) else given
        plain = (value.item() if isinstance(value, np.generic) else value for value in each_of(values))
        told = (None if is_missing(value) else value for value in plain)
        out[name] = tuple(sorted((text_of(value) if isinstance(value, dt.date) else value for value in told), key=repr))
    return out


@attrs.frozen(kw_only=True)
class Plan(Rebuilt):
    """A checked question: KPIs, groups, zone, the moment and period it is asked for, and how to read the data.

    Two plans are equal where they ask the same; how the data are read does not matter for that.
    """

    kpis: tuple[Kpi, ...]
    by: tuple[str, ...] = ()
    zone: ZoneInfo = attrs.field(converter=as_zone)
    now: int | None = None
    period: tuple[int, int] | None = None
    where: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict, converter=_choices)
    cluster: str | None = None
    credit: str = "actor"
    ways: Mapping[str, Mapping[str, Way]] = attrs.field(factory=dict, converter=frozen)
    """The columns that a table lacks, and the tables on the way to each."""
    credited: Mapping[str, Mapping[str, Mapping[str, str]]] = attrs.field(factory=dict, converter=frozen)
    """By table and credit of a KPI the columns that stand for agent and team."""
    sla: Sla | None = attrs.field(default=None, eq=False)
    columns: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict, converter=frozen, eq=False)
    naive: str | None = attrs.field(default=None, eq=False)
    desk: str | None = attrs.field(default=None, eq=False)
    """The zone that was asked for, in which dates without a time are days."""
    tag_separator: str | None = attrs.field(default=None, eq=False)
    strict: bool = attrs.field(default=False, eq=False)
    threads: int = attrs.field(default=1, eq=False)
    progress: bool = attrs.field(default=False, eq=False)
    max_groups: int = attrs.field(default=1_000_000, eq=False)

    @property
    def read(self) -> tuple[Kpi, ...]:
        """The KPIs that rows are read for: the asked ones, with compound ones taken apart."""
        return tuple({(part.key, part.definition): part for kpi in self.kpis for part in kpi.parts}.values())

    @property
    def horizon(self) -> int | None:
        """The moment of a stock: `now`, or the end of the asked period where that is earlier."""
        return self.now if self.now is None or self.period is None else min(self.now, self.period[1])

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the KPIs; a clock's is `case_events/` and the clock."""
        return tuple(dict.fromkeys(kpi.table for kpi in self.read))

    def wanted(self, table: str) -> frozenset[str] | None:
        """The columns of a table that are read; None where all are, as in the log of events."""
        mine = [kpi for kpi in self.read if kpi.table == table]
        if not mine:
            return None
        credited = self.credited.get(table, {})
        acted = {name for columns in credited.values() for pair in columns.items() for name in pair}
        came = {name for act in credited for name in (*MOMENTS.get(act, ()), "reopened_at")}
        keys = (KEYS[way[0]] for way in self.ways.get(table, {}).values())
        named = {name for kpi in mine for name in (*kpi.columns, kpi.at)}
        of_money = (CURRENCY,) if any(map(is_of_money, mine)) else ()
        return frozenset({*self.by, *self.where, *named, *acted, *came, *keys, *of_money})

    def credited_by(self, kpi: Kpi) -> Mapping[str, str]:
        """The columns that stand for agent and team where a KPI is grouped by them."""
        return self.credited.get(kpi.table, {}).get(kpi.credit, {})

    def part(self, kpi: Kpi) -> Dated:
        """The groups that a KPI falls into: those of the rows of its table that it sees, dated by its moment."""
        seen = "/ends" if kpi.stock else "/whole" if kpi.of_period else "/chosen" if kpi.dated_by else ""
        whose = f"/{kpi.credit}" if self.credited_by(kpi) else ""
        return (kpi.table, kpi.at + seen + whose)

    def coarser(self, by: Sequence[str]) -> "Plan":
        """Ask by fewer columns; what served only the others is forgotten."""
        used = {*by, *self.where}
        ways = {
            table: {name: way for name, way in some.items() if name in used or name not in self.by}
            for table, some in self.ways.items()
        }
        keys = {KEYS[way[0]] for some in ways.values() for way in some.values()}
        return attrs.evolve(
            self,
            by=tuple(by),
            ways={table: some for table, some in ways.items() if some},
            credited=self.credited if ACTING & (used | keys) else {},
        )

    def kinds(self, table: str) -> dict[str, Kind]:
        """The kinds of columns that KPIs of a table declare; two that differ are refused."""
        out: dict[str, Kind] = {}
        for kpi in self.read:
            for name, kind in kpi.kinds.items() if kpi.table == table else ():
                if out.setdefault(name, kind) is not kind:
                    raise InvalidValue.of("kinds", f"agree on {name} of {table}", name, shown=f"{out[name]} and {kind}")
        return out

    def plain(self) -> dict[str, Any]:
        """The question as plain data, which two tallies must share to be added."""
        kpis = [[kpi.key, kpi.definition, kpi.name, kpi.version] for kpi in self.kpis]
        return {
            "kpis": kpis,
            "by": list(self.by),
            "zone": self.zone.key,
            "now": self.now,
            "period": None if self.period is None else list(self.period),
            "where": {name: list(values) for name, values in self.where.items()},
            **({} if self.cluster is None else {"cluster": self.cluster}),
            **({} if self.credit == "actor" else {"credit": self.credit}),
            **({"credited": _plain(self.credited)} if self.credited else {}),
            **({"ways": _plain(self.ways)} if self.ways else {}),
        }


def _plain(part: Any) -> Any:
    """Give read-only mappings and tuples as plain data."""
    if isinstance(part, Mapping):
        return {name: _plain(value) for name, value in part.items()}
    return [*part] if isinstance(part, tuple) else part


def unread_of(state: str) -> str:
    """Name the cells that count the rows that were unread for a state."""
    return f"{state} unread"
