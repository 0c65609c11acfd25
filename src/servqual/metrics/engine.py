"""Rows into cells: one pass over the data for all KPIs, by group and period."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual._checks import as_instant, did_you_mean, near
from servqual.errors import InvalidValue, MissingColumn, RefusedRow, UnknownName
from servqual.metrics.accumulators import Array
from servqual.metrics.catalogue import KPIS
from servqual.metrics.cells import Cells, fold, zero
from servqual.metrics.clock_log import EventLog, as_moment
from servqual.metrics.clock_readings import read_clock
from servqual.metrics.clocks import cases_of, judged_by
from servqual.metrics.groups import Groups
from servqual.metrics.kpi import Kpi, View
from servqual.metrics.measures import Measures
from servqual.metrics.periods import PERIODS, period
from servqual.metrics.rows import Rows
from servqual.metrics.tallies import Part, Plan, Tally, part_of
from servqual.model.sla import Sla
from servqual.readers.arrays import columns_of
from servqual.readers.columns import Batch, Refusal
from servqual.readers.export import Export

__all__ = ["Data", "Source", "Tallier", "Tally", "measure", "tally"]

Source: TypeAlias = Mapping[str, Any] | Export | str | Path | Iterator[Batch] | Sequence[Batch]
Data: TypeAlias = Mapping[str, Source]


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
    sla: Sla | None = None,
    strict: bool = False,
) -> Tally:
    """Count and sum what the KPIs need, by group, in one pass over the data.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a mapping of columns, an `Export`, a path, or batches.
        by: columns, or periods of each KPI's own moment: day, week, month, quarter, year, weekday, hour_of_day.
        zone: IANA zone in which periods are read.
        now: the moment from which open items are seen; what happened later is not seen. numpy moments are UTC.
        sla: the agreement by which clocks are read from `case_events`; its promises decide what is kept.
        strict: raise `RefusedRow` for the first row that cannot be used instead of counting it.

    Raises `UnknownName` for a mistyped KPI, `MissingColumn` for a column that a KPI needs.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 3, "resolved_at": [monday + dt.timedelta(hours=1), None, None]}
    >>> tally(["resolution_rate"], {"cases": cases}, now=monday + dt.timedelta(days=1)).measure().one().value
    0.3333333333333333
    """
    plan = plan_of(kpis, by=by, zone=zone, now=now, sla=sla)
    log = _log(data["case_events"], plan, strict=strict) if "case_events" in data else None
    parts: list[Tally] = []
    for table in dict.fromkeys(kpi.table for kpi in plan.kpis):
        tallier = Tallier(plan, table, strict=strict)
        for batch in _rows_of(table, data, plan, log, sla):
            tallier.add(batch)
        parts.append(tallier.tally())
    rows = {table: rows for one in parts for table, rows in one.rows.items()}
    if log is not None:
        rows = {table: found for table, found in rows.items() if table in data} | {"case_events": log.rows}
    return Tally(
        plan,
        {part: groups for one in parts for part, groups in one.groups.items()},
        {state: cells for one in parts for state, cells in one.cells.items()},
        rows,
    )


def _log(source: Source, plan: Plan, *, strict: bool) -> EventLog:
    [batch] = _batches("case_events", source)
    log = EventLog.of(batch, as_moment(plan.now))
    if strict and log.rows.refusals:
        raise _refused(log.rows.refusals[0])
    return log


def _rows_of(table: str, data: Data, plan: Plan, log: EventLog | None, sla: Sla | None) -> Iterator[Batch]:
    """The rows of a table; clocks and, where there is no table of them, cases are read from the log of their events."""
    source, _, clock = table.partition("/")
    if table in data and table != "case_events":
        yield from _batches(table, data[table])
    elif log is not None and sla is not None and clock:
        yield read_clock(sla, log, clock, as_moment(plan.now)).batch()
    elif log is not None and table == "cases":
        yield cases_of(log)
    else:
        key = next(kpi.key for kpi in plan.kpis if kpi.table == table)
        if source == "case_events" and sla is None:
            raise InvalidValue(
                f"sla is needed by {key}, which reads a service clock (got None); pass sla=", field="sla", got=None
            )
        raise MissingColumn(
            f"{key} reads the table {source!r} (got {', '.join(data) or 'no tables'}); pass it in data",
            column=source,
            near=near(source, data),
        )


def measure(
    kpis: Sequence[str | Kpi],
    data: Data,
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: dt.datetime | np.datetime64 | None = None,
    sla: Sla | None = None,
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
    return tally(kpis, data, by=by, zone=zone, now=now, sla=sla, strict=strict).measure(confidence)


def plan_of(
    kpis: Sequence[str | Kpi],
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: dt.datetime | np.datetime64 | None = None,
    sla: Sla | None = None,
) -> Plan:
    """Look up the KPIs and check what is asked; with an agreement, KPIs of clocks are judged by it."""
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
        found.append(judged_by(kpi, sla) if sla and kpi.clock and kpi.params.get("within") is None else kpi)
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


def _tally_batch(plan: Plan, table: str, batch: Batch, *, strict: bool) -> Tally:
    for kpi in plan.kpis:
        _check_needs(kpi, batch, plan)
    used = np.zeros(batch.size, np.bool_)
    refusals: dict[tuple[int, str, str], Refusal] = {}
    groups: dict[Part, Groups] = {}
    codes: dict[Part, Array] = {}
    cells: dict[str, Cells] = {}
    for kpi in plan.kpis:
        part = part_of(kpi)
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
        raise _refused(every[0])
    lost = batch.size - int(used.sum())
    # rows that were folded into a case are used with it
    read = Rows.of(read=batch.read, used=batch.read - len(batch.lost) - lost, refusals=every)
    return Tally(plan, groups, cells, {table: read})


def _refused(first: Refusal) -> RefusedRow:
    return RefusedRow(str(first), row=first.row, column=first.column, value=first.value, reason=first.reason)


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
