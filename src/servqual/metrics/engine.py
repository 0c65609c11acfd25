"""Rows into cells: one pass over the data for all KPIs, by group and period."""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
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
from servqual.metrics.clock_parts import split_cases
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
from servqual.readers.columns import FIRST_MOMENT, Batch, Refusal, joined
from servqual.readers.export import Export
from servqual.readers.frames import files_of, frame_batch, is_frame

__all__ = ["Data", "Source", "Tallier", "Tally", "measure", "tally"]

Source: TypeAlias = Any
"""A mapping of columns, a frame, an `Export`, a path, batches, or an iterator of these."""
Data: TypeAlias = Mapping[str, Source]
Moment: TypeAlias = dt.datetime | np.datetime64


class Tallier:
    """Takes batches of one table as they come and adds up their tallies, smaller ones first."""

    def __init__(self, plan: Plan, table: str, *, strict: bool = False) -> None:
        self._plan = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.kpis if kpi.table == table))
        self._table = table
        self._strict = strict
        self._stack: list[tuple[int, Tally]] = []
        self._held: list[Batch] = []

    def add(self, batch: Batch) -> None:
        """Tally one more batch; for a keyed KPI the table is kept, and tallied when all of it is there."""
        if any(kpi.law == "keyed" for kpi in self._plan.kpis):
            self._held.append(batch)
            return
        self._push(batch)

    def _push(self, batch: Batch) -> None:
        level, part = 0, _tally_batch(self._plan, self._table, batch, strict=self._strict)
        while self._stack and self._stack[-1][0] == level:
            part = self._stack.pop()[1] + part
            level += 1
        self._stack.append((level, part))

    def tally(self) -> Tally:
        """The tally of all batches so far."""
        if self._held:
            self._stack = []
            self._push(joined(self._held))
        elif not self._stack:
            self._push(columns_of(self._table, {}))
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
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    sla: Sla | None = None,
    naive: str | None = None,
    strict: bool = False,
) -> Tally:
    """Count and sum what the KPIs need, by group, in one pass over the data.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a mapping of columns, a pandas, Polars or PyArrow frame, a DuckDB relation, an `Export`, a
            path, folder or glob of CSV or Parquet files (which are streamed), or an iterator of any of these.
        by: columns, or periods of each KPI's own moment: day, week, month, quarter, year, weekday, hour_of_day.
        zone: IANA zone in which periods are read.
        now: the moment from which open items are seen; what happened later is not seen. numpy moments are UTC.
        period: start and end, the end outside it: only rows that each KPI's own moment dates in it count, and KPIs of a
            period as a whole, such as retention, are of this one.
        sla: the agreement by which clocks are read from `case_events`; its promises decide what is kept.
        naive: the zone of a frame's moments that carry none; without it they are refused.
        strict: raise `RefusedRow` for the first row that cannot be used instead of counting it.

    Raises `UnknownName` for a mistyped KPI, `MissingColumn` for a column that a KPI needs.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 3, "resolved_at": [monday + dt.timedelta(hours=1), None, None]}
    >>> tally(["resolution_rate"], {"cases": cases}, now=monday + dt.timedelta(days=1)).measure().one().value
    0.3333333333333333
    """
    plan = plan_of(kpis, by=by, zone=zone, now=now, period=period, sla=sla)
    in_log = tuple(table for table in _tables(plan) if table not in data or table == "case_events")
    parts = [_tally_log(in_log, data, plan, sla, naive, strict=strict)] if in_log else []
    for table in _tables(plan):
        if table not in in_log:
            tallier = Tallier(plan, table, strict=strict)
            for batch in _batches(table, data[table], naive):
                tallier.add(batch)
            parts.append(tallier.tally())
    return _side_by_side(plan, parts)


def _tables(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kpi.table for kpi in plan.kpis))


def _side_by_side(plan: Plan, parts: Sequence[Tally]) -> Tally:
    """Tallies of different tables as one."""
    return Tally(
        plan,
        {part: groups for one in parts for part, groups in one.groups.items()},
        {state: cells for one in parts for state, cells in one.cells.items()},
        {table: rows for one in parts for table, rows in one.rows.items()},
    )


def _tally_log(
    tables: Sequence[str], data: Data, plan: Plan, sla: Sla | None, naive: str | None, *, strict: bool
) -> Tally:
    """Tally clocks, and cases where there is no table of them, from the log of their events.

    A long log is taken in parts of whole cases, on all processors: parts add up.
    """
    for table in tables:
        _check_log(table, data, plan, sla)
    asked = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.kpis if kpi.table in tables))
    now = as_moment(plan.now)
    batch = joined(list(_batches("case_events", data["case_events"], naive)))

    def count(part: Callable[[], Batch]) -> Tally:
        log = EventLog.of(part(), now)
        if strict and log.rows.refusals:
            raise _refused(log.rows.refusals[0])
        found: list[Tally] = []
        for table in tables:
            rows = cases_of(log) if table == "cases" else _clock(table, log, sla, now)
            mine = attrs.evolve(asked, kpis=tuple(kpi for kpi in asked.kpis if kpi.table == table))
            found.append(_tally_batch(mine, table, rows, strict=strict))
        return attrs.evolve(_side_by_side(asked, found), rows={"case_events": log.rows})

    parts = split_cases(batch)
    if len(parts) == 1:
        return count(parts[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return reduce(Tally.__add__, pool.map(count, parts))


def _clock(table: str, log: EventLog, sla: Sla | None, now: int) -> Batch:
    assert sla is not None
    return read_clock(sla, log, table.partition("/")[2], now).batch()


def _check_log(table: str, data: Data, plan: Plan, sla: Sla | None) -> None:
    source, _, clock = table.partition("/")
    key = next(kpi.key for kpi in plan.kpis if kpi.table == table)
    if source == "case_events" and (sla is None or not clock):
        raise InvalidValue(
            f"sla is needed by {key}, which reads a service clock (got None); pass sla=", field="sla", got=None
        )
    if "case_events" not in data or source not in {"case_events", "cases"}:
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
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    sla: Sla | None = None,
    naive: str | None = None,
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
    told = tally(kpis, data, by=by, zone=zone, now=now, period=period, sla=sla, naive=naive, strict=strict)
    return told.measure(confidence)


def plan_of(
    kpis: Sequence[str | Kpi],
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    sla: Sla | None = None,
) -> Plan:
    """Look up the KPIs and check what is asked; with an agreement, KPIs of clocks are judged by it."""
    found: list[Kpi] = []
    groups = (by,) if isinstance(by, str) else tuple(by)
    in_time = [name for name in groups if name in PERIODS]
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
        if in_time and kpi.of_period:
            raise InvalidValue(
                f"by must not name {in_time[0]} for {kpi.key}, which is of a period as a whole (got {groups}); measure "
                "it with one period= after another",
                field="by",
                got=groups,
            )
        found.append(judged_by(kpi, sla) if sla and kpi.clock and kpi.params.get("within") is None else kpi)
    return Plan(
        kpis=tuple(found),
        by=groups,
        zone=zone,
        now=None if now is None else _us(now),
        period=None if period is None else _between(*period),
    )


def _us(moment: Moment) -> int:
    if isinstance(moment, np.datetime64):
        return int(moment.astype("datetime64[us]").astype(np.int64))
    return (as_instant(moment) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def _between(start: Moment, end: Moment) -> tuple[int, int]:
    period = _us(start), _us(end)
    if not FIRST_MOMENT <= period[0] < period[1]:
        raise InvalidValue(
            f"period must be two moments, the first before the second (got {start} to {end}); pass period=(start, end)",
            field="period",
            expected="start before end",
            got=(start, end),
        )
    return period


def _batches(table: str, source: Source, naive: str | None) -> Iterator[Batch]:
    if isinstance(source, str | Path):
        yield from files_of(table, Path(source), naive)
    elif isinstance(source, Export):
        yield from source.batches()
    elif isinstance(source, Mapping):
        yield columns_of(table, source)
    elif is_frame(source):
        yield frame_batch(table, source, naive)
    else:
        for part in source:
            if isinstance(part, Batch):
                yield part
            else:
                yield from _batches(table, part, naive)


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
        view = View(batch, kpi, plan.now, plan.period)
        rows, mine = kpi.accumulator.of(**kpi.rows(view)), codes[part]  # type: ignore[attr-defined]
        counted = view.counted()
        used |= ~view.bad
        if not counted.all():
            rows, mine = {name: values[counted] for name, values in rows.items()}, mine[counted]
        cells[kpi.state] = fold(kpi.accumulator, rows, mine, size)
        named = {*kpi.needs, *kpi.uses}
        for refusal in (*view.refusals, *(r for r in batch.refusals if r.column in named)):
            refusals[refusal.row, refusal.column, refusal.reason] = refusal
    every = [*batch.lost, *sorted(refusals.values(), key=lambda r: (r.row, r.column))]
    if strict and every:
        raise _refused(every[0])
    # rows that were folded into a case are used, or refused, with it
    lost = batch.size - int(used.sum()) if batch.weights is None else int(batch.weights[~used].sum())
    read = Rows.of(read=batch.read, used=batch.read - len(batch.lost) - lost, refusals=every)
    return Tally(plan, groups, cells, {table: read})


def _refused(first: Refusal) -> RefusedRow:
    return RefusedRow(str(first), row=first.row, column=first.column, value=first.value, reason=first.reason)


def _check_needs(kpi: Kpi, batch: Batch, plan: Plan) -> None:
    if not batch.columns:
        return
    dated = (kpi.at,) if plan.period or any(name in PERIODS for name in plan.by) else ()
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
