"""Rows into cells: one pass over the data for all KPIs, by group and period."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from typing import Any, TypeAlias

import attrs

from servqual._checks import all_of, among, did_you_mean, must_be, near
from servqual.errors import InvalidValue, MissingColumn, UnknownName
from servqual.metrics.catalogue.clocks import cases_of, judged_by
from servqual.metrics.catalogue.kpis import KPIS
from servqual.metrics.clocks.log import EventLog, as_moment
from servqual.metrics.clocks.readings import read_clock
from servqual.metrics.clocks.split import split_cases
from servqual.metrics.engine.chunks import Reader, ahead
from servqual.metrics.engine.reading_rows import Tallier, refused
from servqual.metrics.engine.tallies import Plan, Tally, kinds_of, wanted_of
from servqual.metrics.kpi.clusters import clustered
from servqual.metrics.kpi.definition import Kpi, same_code
from servqual.metrics.results.measures import RESULT_COLUMNS, Measures
from servqual.metrics.time.instants import Moment, us_of
from servqual.metrics.time.periods import PERIODS
from servqual.model.sla.agreement import Sla
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import FIRST_MOMENT, LAST_MOMENT, Chunk
from servqual.readers.sources import Source

Data: TypeAlias = Mapping[str, Source]
Where: TypeAlias = Mapping[str, Any]
"""Column to the value, or the values, that count."""


def tally(
    kpis: Sequence[str | Kpi],
    data: Data,
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    where: Where | None = None,
    sla: Sla | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    naive: str | None = None,
    cluster: str | None = None,
    strict: bool = False,
    threads: int | None = None,
    progress: bool = False,
) -> Tally:
    """Count and sum what the KPIs need, by group, in one pass over the data.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a mapping of columns, a pandas, Polars or PyArrow frame, a DuckDB relation, an `Export`, a
            path, folder or glob of CSV or Parquet files (which are streamed), a list of our model's objects, or an
            iterator of any of these.
        by: columns, or periods of each KPI's own moment: hour, day, week, month, quarter, year, weekday, hour_of_day.
        zone: IANA zone in which periods are read.
        now: the moment from which open items are seen; what happened later is not seen. numpy moments are UTC.
        period: start and end, the end outside it: only rows that each KPI's own moment dates in it count, and KPIs of a
            period as a whole, such as retention, are of this one.
        where: column to the value, or values, of the rows that count; the others are not read at all, but by KPIs of
            chains, such as first-contact resolution, where what follows what does not depend on who asks.
        sla: the agreement by which clocks are read from `case_events`; its promises decide what is kept.
        columns: table to our columns and the names that the data have for them.
        naive: the zone of a frame's moments that carry none; without it they are refused.
        cluster: a column, such as customer_id, whose rows are not independent of each other: intervals of shares and
            means then hold for repeated customers, and each needs all rows of a customer together.
        strict: raise `RefusedRow` for the first row that cannot be used instead of counting it.
        threads: how many chunks of rows are taken at once; by default as many as there are processors.
        progress: show a bar of the rows that were read.

    Raises `UnknownName` for a mistyped KPI, `MissingColumn` for a column that a KPI needs.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 3, "resolved_at": [monday + dt.timedelta(hours=1), None, None]}
    >>> tally(["resolution_rate"], {"cases": cases}, now=monday + dt.timedelta(days=1)).measure().one().value
    0.3333333333333333
    """
    for field, given in (("data", data), ("columns", columns or {}), ("where", where or {})):
        must_be(Mapping, field, "a mapping by name", given)
    for table, names in (columns or {}).items():
        among("columns", table, data)
        must_be(Mapping, "columns", f"for {table} a mapping from our columns to theirs", names)
        all_of(str, "columns", names.values(), f"for {table} a mapping from our columns to theirs")
    asked = (os.cpu_count() or 1) if threads is None else threads
    must_be(int, "threads", "a whole number of 1 or more", asked)
    if asked < 1:
        raise InvalidValue.of("threads", "be 1 or more", asked)
    threads = 1 if strict else asked
    plan = plan_of(kpis, by=by, zone=zone, now=now, period=period, sla=sla, where=where, cluster=cluster)
    reader = Reader(data, columns or {}, wanted_of(plan), kinds_of(plan), naive, progress=progress)
    in_log = tuple(table for table in _tables(plan) if table not in data or table == "case_events")
    with ThreadPoolExecutor(threads) as pool:
        parts = [_tally_log(in_log, reader, plan, sla, pool, strict=strict)] if in_log else []
        for table in _tables(plan):
            if table not in in_log:
                tallier = Tallier(plan, table, strict=strict)
                with reader.parts(table) as chunks:
                    for _ in ahead(pool, partial(_add, tallier), chunks, threads + 1):
                        pass
                parts.append(tallier.tally(pool))
    return _side_by_side(plan, parts)


def _add(tallier: Tallier, part: Callable[[], Chunk]) -> None:
    tallier.add(part())


def _tables(plan: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kpi.table for kpi in plan.read))


def _side_by_side(plan: Plan, parts: Sequence[Tally]) -> Tally:
    """Tallies of different tables as one."""
    return Tally(
        plan,
        {part: groups for one in parts for part, groups in one.groups.items()},
        {state: cells for one in parts for state, cells in one.cells.items()},
        {table: rows for one in parts for table, rows in one.rows.items()},
    )


def _tally_log(
    tables: Sequence[str], reader: Reader, plan: Plan, sla: Sla | None, pool: ThreadPoolExecutor, *, strict: bool
) -> Tally:
    """Tally clocks, and cases where there is no table of them, from the log of their events.

    A long log is taken in parts of whole cases, on all processors.
    """
    for table in tables:
        _check_log(table, reader.data, plan, sla)
    asked = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.read if kpi.table in tables))
    now = as_moment(plan.now)
    chunk = reader.whole("case_events")

    talliers = {table: Tallier(asked, table, strict=strict) for table in tables}

    def count(part: Callable[[], Chunk]) -> Rows:
        log = EventLog.of(part(), now, () if sla is None else sla.attributes)
        if strict and log.rows.refusals:
            raise refused(log.rows.refusals[0])
        for table, tallier in talliers.items():
            tallier.add(cases_of(log) if table == "cases" else _clock(table, log, sla, now))
        return log.rows

    rows = reduce(Rows.__add__, pool.map(count, split_cases(chunk)))
    found = _side_by_side(asked, [tallier.tally(pool) for tallier in talliers.values()])
    return attrs.evolve(found, rows={"case_events": rows})


def _clock(table: str, log: EventLog, sla: Sla | None, now: int) -> Chunk:
    assert sla is not None
    return read_clock(sla, log, table.partition("/")[2], now).chunk()


def _check_log(table: str, data: Data, plan: Plan, sla: Sla | None) -> None:
    source, _, clock = table.partition("/")
    key = next(kpi.key for kpi in plan.read if kpi.table == table)
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
    where: Where | None = None,
    sla: Sla | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    naive: str | None = None,
    cluster: str | None = None,
    confidence: float = 0.95,
    strict: bool = False,
    threads: int | None = None,
    progress: bool = False,
) -> Measures:
    """Measure KPIs by group: each a value, its interval, n, and what is still undecided; see `tally`.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 2, "resolved_at": [monday + dt.timedelta(hours=h) for h in (1, 3)]}
    >>> measure(["resolution_time"], {"cases": cases}).one().value
    7200.0
    """
    told = tally(
        kpis,
        data,
        by=by,
        zone=zone,
        now=now,
        period=period,
        where=where,
        sla=sla,
        columns=columns,
        naive=naive,
        cluster=cluster,
        strict=strict,
        threads=threads,
        progress=progress,
    )
    return told.measure(confidence)


def plan_of(
    kpis: Sequence[str | Kpi],
    *,
    by: Sequence[str] = (),
    zone: str = "UTC",
    now: Moment | None = None,
    period: tuple[Moment, Moment] | None = None,
    where: Where | None = None,
    sla: Sla | None = None,
    cluster: str | None = None,
) -> Plan:
    """Look up the KPIs and check what is asked; with an agreement, KPIs of clocks are judged by it."""
    found: list[Kpi] = []
    must_be((str, Iterable, Kpi), "kpis", "keys of KPIs, or KPIs", kpis)
    must_be(Iterable, "by", "names of columns, or ()", by)
    groups = (by,) if isinstance(by, str) else tuple(by)
    for name in groups:
        must_be(str, "by", "names of columns", name)
    if taken := [name for name in groups if name in RESULT_COLUMNS]:
        raise InvalidValue.of(
            "by",
            "not name a column as results do",
            groups,
            shown=f"{taken[0]!r}; results have {', '.join(RESULT_COLUMNS)}",
            do="give it another name with columns=",
        )
    if len({*groups}) < len(groups):
        raise InvalidValue.of("by", "name each column once", groups, shown=f"{', '.join(groups)}")
    must_be(str, "cluster", "the name of a column", cluster or "")
    must_be((tuple, list), "period", "two moments, the end outside", period or ())
    must_be((Sla, type(None)), "sla", "an Sla", sla)
    in_time = [name for name in groups if name in PERIODS]
    for asked in [kpis] if isinstance(kpis, str | Kpi) else kpis:
        kpi = asked if isinstance(asked, Kpi) else KPIS.get(str(asked))
        if kpi is None:
            close = near(str(asked), KPIS)
            raise UnknownName(f"kpis must name KPIs of the catalogue (got {asked!r}){did_you_mean(close)}", near=close)
        if any(kpi.key == other.key for other in found):
            raise InvalidValue.of(
                "kpis",
                "have different keys",
                kpi.key,
                shown=f"{kpi.key!r} twice",
                do="give one a key with .with_(key=…)",
            )
        _check_name(kpi, found)
        if in_time and kpi.of_period:
            raise InvalidValue.of(
                "by",
                f"not name {in_time[0]} for {kpi.key}, which is of a period as a whole",
                groups,
                do="measure it with one period= after another",
            )
        kpi = judged_by(kpi, sla) if sla and kpi.clock and kpi.params.get("within") is None else kpi
        found.append(clustered(kpi, cluster) if cluster else kpi)
    return Plan(
        kpis=tuple(found),
        by=groups,
        zone=zone,
        now=None if now is None else _within_time("now", now),
        period=None if period is None else _between(period),
        where=where or {},
        cluster=cluster,
    )


def _check_name(kpi: Kpi, others: Sequence[Kpi]) -> None:
    """Refuse a KPI whose declared name stands for other rows, or two numbers would pass for one."""
    for other in (*others, KPIS.get(kpi.name)):
        if other is None or (kpi.name, kpi.version, kpi.table) != (other.name, other.version, other.table):
            continue
        if kpi.accumulator is other.accumulator and not same_code(kpi.rows, other.rows):
            raise InvalidValue.of(
                "name",
                "tell KPIs with different rows apart",
                kpi.name,
                shown=f"{kpi.name!r} version {kpi.version} for {kpi.key} and for {other.key}",
                do="give yours a name= of its own, or raise its version=",
            )


def _within_time(field: str, moment: Moment) -> int:
    """A moment in the time of which data are read."""
    us = us_of(moment, field)
    if not FIRST_MOMENT <= us < LAST_MOMENT:
        raise InvalidValue.of(field, "lie from 1970 to 2099", moment)
    return us


def _between(ends: Sequence[Moment]) -> tuple[int, int]:
    moments = [_within_time("period", end) for end in ends]
    if len(moments) != 2 or moments[0] >= moments[1]:  # noqa: PLR2004  (start and end)
        raise InvalidValue.of(
            "period",
            "be two moments, the first before the second",
            ends,
            shown=f"{' to '.join(map(str, ends))}",
            do="pass period=(start, end)",
        )
    return moments[0], moments[1]
