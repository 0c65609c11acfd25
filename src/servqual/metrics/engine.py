"""Rows into cells: one pass over the data for all KPIs, by group and period.

The result is a `Tally`: cells of accumulators that add up. Tallies of the same rows are the same bytes, however the
rows were split or ordered.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._checks import as_instant, as_zone, did_you_mean, near
from servqual.errors import InvalidValue, MissingColumn, RefusedRow, TallyMismatch, UnknownName
from servqual.metrics.accumulators import Array
from servqual.metrics.catalogue import KPIS
from servqual.metrics.cells import Cells, fold, zero
from servqual.metrics.groups import Groups
from servqual.metrics.kpi import Kpi, View
from servqual.metrics.measures import Measures, measured
from servqual.metrics.periods import PERIODS, period
from servqual.metrics.rows import Rows
from servqual.metrics.stored import Stored, pack, unpack
from servqual.readers.arrays import columns_of
from servqual.readers.columns import Batch, Refusal
from servqual.readers.export import Export

__all__ = ["Data", "Source", "Tallier", "Tally", "measure", "tally"]

Source: TypeAlias = Mapping[str, Any] | Export | str | Path | Iterator[Batch] | Sequence[Batch]
Data: TypeAlias = Mapping[str, Source]


@attrs.frozen(kw_only=True)
class Plan:
    """What is asked: which KPIs, by which groups, in which zone, seen from which moment."""

    kpis: tuple[Kpi, ...]
    by: tuple[str, ...] = ()
    zone: ZoneInfo = attrs.field(converter=as_zone)
    now: int | None = None

    def plain(self) -> dict[str, Any]:
        """What two tallies must have in common to be added, as plain data."""
        kpis = [[kpi.key, kpi.definition] for kpi in self.kpis]
        return {"kpis": kpis, "by": list(self.by), "zone": self.zone.key, "now": self.now}


Part: TypeAlias = tuple[str, str]
"""A table and the moment that dates its rows: what shares one set of groups."""


@attrs.frozen(eq=False, repr=False)
class Tally:
    """Cells of accumulators by group; `+` adds tallies of the same plan, `measure()` derives the numbers.

    >>> from servqual.metrics import tally
    >>> teams = {"received_at": ["2026-05-04", "2026-05-05"], "team": ["north", "south"]}
    >>> teams["received_at"] = np.array(teams["received_at"], "datetime64[us]")
    >>> whole = tally(["case_volume"], {"cases": teams}, by=["team"])
    >>> (whole + whole).measure().get("case_volume", team="north").value
    2.0
    """

    plan: Plan
    groups: Mapping[Part, Groups]
    cells: Mapping[str, Cells]
    rows: Mapping[str, Rows]

    def __add__(self, other: "Tally") -> "Tally":
        if self.plan.plain() != other.plan.plain():
            raise TallyMismatch(
                "only tallies of the same KPIs, groups, zone and now can be added (got different ones); compare "
                "tally.plan of both"
            )
        groups: dict[Part, Groups] = {}
        cells: dict[str, Cells] = {}
        for part, mine in self.groups.items():
            groups[part], here, there = mine.union(other.groups[part])
            size = groups[part].size
            for state in _states(self.plan, part):
                left, right = self.cells[state].moved(here, size), other.cells[state].moved(there, size)
                cells[state] = left + right  # type: ignore[operator]
        rows = {table: rows + other.rows[table] for table, rows in self.rows.items()}
        return Tally(self.plan, groups, cells, rows)

    def without(self, *columns: str) -> "Tally":
        """The tally of coarser groups: these columns are no longer told apart."""
        for name in columns:
            if name not in self.plan.by:
                raise UnknownName(
                    f"by must be one of {', '.join(self.plan.by) or 'no columns'} (got {name!r})",
                    near=near(name, self.plan.by),
                )
        plan = attrs.evolve(self.plan, by=tuple(name for name in self.plan.by if name not in columns))
        groups: dict[Part, Groups] = {}
        cells: dict[str, Cells] = {}
        for part, mine in self.groups.items():
            groups[part], places = mine.without(columns)
            for state in _states(self.plan, part):
                cells[state] = self.cells[state].moved(places, groups[part].size)
        return Tally(plan, groups, cells, self.rows)

    def measure(self, confidence: float = 0.95) -> Measures:
        """Values with their intervals at this confidence."""
        if not 0 < confidence < 1:
            raise InvalidValue(
                f"confidence must lie between 0 and 1 (got {confidence}); write 0.95",
                field="confidence",
                got=confidence,
            )
        kpis = self.plan.kpis
        return Measures(
            kpis=kpis,
            by=self.plan.by,
            groups={kpi.key: self.groups[_part(kpi)] for kpi in kpis},
            numbers={kpi.key: measured(kpi, self.cells[kpi.state], confidence) for kpi in kpis},
            rows=self.rows,
            confidence=confidence,
        )

    def to_bytes(self) -> bytes:
        """The tally in its stored form (see `servqual.metrics.stored`); the same rows give the same bytes."""
        return pack(Stored(self.plan.plain(), self.groups, self.cells, self.rows))

    @classmethod
    def from_bytes(cls, data: bytes, kpis: Sequence[Kpi] = ()) -> "Tally":
        """Read a stored tally.

        KPIs of the catalogue are found by key; pass those that are your own or have parameters of their own in `kpis`.
        Raises `UnreadableTally` for bytes that are no tally, `TallyMismatch` where a definition is another today.
        """
        stored = unpack(data)
        known = {**KPIS, **{kpi.key: kpi for kpi in kpis}}
        found: list[Kpi] = []
        for key, definition in stored.plan["kpis"]:
            kpi = known.get(key)
            if kpi is None or kpi.definition != definition:
                raise TallyMismatch(
                    f"the tally holds {key} as defined by {definition} "
                    f"(got {kpi.definition if kpi else 'no such KPI'}); pass the KPI with its parameters in kpis"
                )
            found.append(kpi)
        plan = Plan(kpis=tuple(found), by=tuple(stored.plan["by"]), zone=stored.plan["zone"], now=stored.plan["now"])
        return cls(plan, stored.groups, stored.cells, stored.rows)

    def __repr__(self) -> str:
        cells = sum(groups.size for groups in self.groups.values())
        return f"<Tally of {', '.join(k.key for k in self.plan.kpis)} in {cells} cells>"


class Tallier:
    """Takes batches of one table as they come and adds up their tallies, smaller ones first."""

    def __init__(self, plan: Plan, table: str, *, strict: bool = False) -> None:
        self._plan = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.kpis if kpi.table == table))
        self._table = table
        self._strict = strict
        self._stack: list[tuple[int, Tally]] = []

    def add(self, batch: Batch) -> None:
        """Tally one more batch."""
        level, part = 0, _tally_batch(self._plan, self._table, batch, strict=self._strict)
        while self._stack and self._stack[-1][0] == level:
            part = self._stack.pop()[1] + part
            level += 1
        self._stack.append((level, part))

    def tally(self) -> Tally:
        """The tally of all batches so far."""
        if not self._stack:
            self.add(columns_of(self._table, {}))
        whole = self._stack[-1][1]
        for _, part in self._stack[-2::-1]:
            whole = part + whole
        return whole


def tally(
    kpis: Sequence[str | Kpi],
    data: Data,
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: dt.datetime | np.datetime64 | None = None,
    strict: bool = False,
) -> Tally:
    """Count and sum what the KPIs need, by group, in one pass over the data.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a mapping of columns, an `Export`, a path, or batches.
        by: columns, or periods of each KPI's own moment: day, week, month, quarter, year, weekday, hour_of_day.
        zone: IANA zone in which periods are read.
        now: the moment from which open items are seen; what happened later is not seen. numpy moments are UTC.
        strict: raise `RefusedRow` for the first row that cannot be used instead of counting it.

    Raises `UnknownName` for a mistyped KPI, `MissingColumn` for a column that a KPI needs.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 3, "resolved_at": [monday + dt.timedelta(hours=1), None, None]}
    >>> tally(["resolution_rate"], {"cases": cases}, now=monday + dt.timedelta(days=1)).measure().one().value
    0.3333333333333333
    """
    plan = plan_of(kpis, by=by, zone=zone, now=now)
    parts = []
    for table in dict.fromkeys(kpi.table for kpi in plan.kpis):
        if table not in data:
            wanting = next(kpi.key for kpi in plan.kpis if kpi.table == table)
            raise MissingColumn(
                f"{wanting} reads the table {table!r} (got {', '.join(data) or 'no tables'}); pass it in data",
                column=table,
                near=near(table, data),
            )
        tallier = Tallier(plan, table, strict=strict)
        for batch in _batches(table, data[table]):
            tallier.add(batch)
        parts.append(tallier.tally())
    return Tally(
        plan,
        {part: groups for one in parts for part, groups in one.groups.items()},
        {state: cells for one in parts for state, cells in one.cells.items()},
        {table: rows for one in parts for table, rows in one.rows.items()},
    )


def measure(
    kpis: Sequence[str | Kpi],
    data: Data,
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: dt.datetime | np.datetime64 | None = None,
    confidence: float = 0.95,
    strict: bool = False,
) -> Measures:
    """Measure KPIs by group: each a value, its interval, n, and what is still undecided; see `tally`.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 2, "resolved_at": [monday + dt.timedelta(hours=h) for h in (1, 3)]}
    >>> measure(["resolution_time"], {"cases": cases}).one().value
    7200.0
    """
    return tally(kpis, data, by=by, zone=zone, now=now, strict=strict).measure(confidence)


def plan_of(
    kpis: Sequence[str | Kpi],
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: dt.datetime | np.datetime64 | None = None,
) -> Plan:
    """Look up the KPIs and check what is asked."""
    found: list[Kpi] = []
    for asked in [kpis] if isinstance(kpis, str | Kpi) else kpis:
        kpi = asked if isinstance(asked, Kpi) else KPIS.get(asked)
        if kpi is None:
            close = near(str(asked), KPIS)
            raise UnknownName(f"kpis must name KPIs of the catalogue (got {asked!r}){did_you_mean(close)}", near=close)
        if any(kpi.key == other.key for other in found):
            raise InvalidValue(
                f"kpis must have different keys (got {kpi.key!r} twice); give one a key with .with_(key=…)",
                field="kpis",
                got=kpi.key,
            )
        found.append(kpi)
    return Plan(kpis=tuple(found), by=(by,) if isinstance(by, str) else tuple(by), zone=zone, now=_now(now))


def _now(now: dt.datetime | np.datetime64 | None) -> int | None:
    if now is None:
        return None
    if isinstance(now, np.datetime64):
        return int(now.astype("datetime64[us]").astype(np.int64))
    return (as_instant(now) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def _batches(table: str, source: Source) -> Iterator[Batch]:
    if isinstance(source, str | Path):
        source = Export(Path(source))
    if isinstance(source, Export):
        yield from source.batches()
    elif isinstance(source, Mapping):
        yield columns_of(table, source)
    else:
        yield from source


def _part(kpi: Kpi) -> Part:
    return (kpi.table, kpi.at)


def _states(plan: Plan, part: Part) -> Iterator[str]:
    yield from {kpi.state: None for kpi in plan.kpis if _part(kpi) == part}


def _tally_batch(plan: Plan, table: str, batch: Batch, *, strict: bool) -> Tally:
    for kpi in plan.kpis:
        _check_needs(kpi, batch, plan)
    used = np.zeros(batch.size, np.bool_)
    refusals: dict[tuple[int, str, str], Refusal] = {}
    groups: dict[Part, Groups] = {}
    codes: dict[Part, Array] = {}
    cells: dict[str, Cells] = {}
    for kpi in plan.kpis:
        part = _part(kpi)
        if part not in groups:
            columns = [_grouping(name, batch, part[1], plan.zone) for name in plan.by]
            groups[part], codes[part] = Groups.of_rows(plan.by, columns, batch.size)
        if kpi.state in cells:
            continue
        size = groups[part].size
        if not batch.size:
            cells[kpi.state] = zero(kpi.accumulator, size)
            continue
        view = View(batch, kpi, plan.now)
        rows = kpi.accumulator.of(**kpi.rows(view))  # type: ignore[attr-defined]
        good = ~view.bad
        used |= good
        if view.bad.any():
            rows = {name: values[good] for name, values in rows.items()}
        cells[kpi.state] = fold(kpi.accumulator, rows, codes[part][good] if view.bad.any() else codes[part], size)
        named = {*kpi.needs, *kpi.uses}
        for refusal in (*view.refusals, *(r for r in batch.refusals if r.column in named)):
            refusals[refusal.row, refusal.column, refusal.reason] = refusal
    every = [*batch.lost, *sorted(refusals.values(), key=lambda r: (r.row, r.column))]
    if strict and every:
        first = every[0]
        raise RefusedRow(str(first), row=first.row, column=first.column, value=first.value, reason=first.reason)
    lost = batch.size - int(used.sum())
    # rows that were folded into a case are used with it
    read = Rows.of(read=batch.read, used=batch.read - len(batch.lost) - lost, refusals=every)
    return Tally(plan, groups, cells, {table: read})


def _check_needs(kpi: Kpi, batch: Batch, plan: Plan) -> None:
    if not batch.columns:
        return
    dated = (kpi.at,) if any(name in PERIODS for name in plan.by) else ()
    wanted = (*kpi.needs, *dated, *(name for name in plan.by if name not in PERIODS))
    for name in wanted:
        if name not in batch.columns:
            close = near(name, batch.columns)
            raise MissingColumn(
                f"{kpi.key} needs the column {name!r} of {kpi.table} (got {', '.join(batch.columns)})"
                f"{did_you_mean(close)}",
                column=name,
                near=close,
            )


def _grouping(name: str, batch: Batch, at: str, zone: ZoneInfo) -> tuple[Array, Sequence[Any]]:
    if name not in PERIODS:
        if not batch.columns:
            return np.zeros(0, np.int64), ()
        column = batch.columns[name]
        if column.labels or not len(column.values):
            return column.values.astype(np.int64), column.labels
        values, codes = np.unique(column.values[column.known], return_inverse=True)
        out = np.full(batch.size, -1, np.int64)
        out[column.known] = codes
        return out, [v.item() for v in values]
    if not batch.columns:
        return np.zeros(0, np.int64), ()
    column = batch.columns[at]
    codes = np.full(batch.size, -1, np.int64)
    known = column.known
    codes[known], labels = period(name, column.values[known], zone)
    return codes, labels
