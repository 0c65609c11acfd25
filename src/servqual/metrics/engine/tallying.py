"""The pass over the chunks of all tables: a plan and chunks make a tally, and a tally makes measures."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial, reduce
from typing import Unpack

import attrs

from servqual._checks import need
from servqual.errors import MissingColumn
from servqual.metrics.clocks.cases import cases_of
from servqual.metrics.clocks.log import EventLog, as_moment, with_all
from servqual.metrics.clocks.readings import read_clock
from servqual.metrics.clocks.split import split_cases
from servqual.metrics.engine.chunks import LOG, Chunks, Data, ahead, as_asked, chunks_of, idle_in
from servqual.metrics.engine.looking_up import Neighbours, near_in_neighbours, with_ways
from servqual.metrics.engine.planning import Options, plan_of, spelled_out
from servqual.metrics.engine.question import Plan, Way
from servqual.metrics.engine.reading_rows import Tallier, refused
from servqual.metrics.engine.tallies import Tally
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.caveats import Caveat
from servqual.metrics.results.measures import Measures
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.columns import Chunk, joined
from servqual.readers.columns.duplicates import RepeatedIdError
from servqual.readers.columns.notes import SHOWN_TWICE
from servqual.readers.columns.tags import TAGS, UNSPLIT


@spelled_out
def tally(kpis: Sequence[str | Kpi], data: Data, **options: Unpack[Options]) -> Tally:
    """Count and sum what the KPIs need, by group, in one pass over the data; `measure` describes the arguments.

    Raises `UnknownName` for a mistyped KPI or option, `MissingColumn` for a column that a KPI needs.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 3, "resolved_at": [monday + dt.timedelta(hours=1), None, None]}
    >>> tally(["resolution_rate"], {"cases": cases}, now=monday + dt.timedelta(days=1)).measure().one().value
    0.3333333333333333
    """
    data, options = as_asked(data, options)
    plan, data = with_ways(plan_of(kpis, **options), data)
    try:
        return tally_of(plan, chunks_of(data, plan), Neighbours.of(data, plan))
    except MissingColumn as error:
        raise near_in_neighbours(error, plan, data) from None


@spelled_out
def measure(kpis: Sequence[str | Kpi], data: Data, *, confidence: float = 0.95, **options: Unpack[Options]) -> Measures:
    """Measure KPIs by group: each a value, its interval, n, and what is still undecided.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a mapping of columns, a pandas, Polars or PyArrow frame, a DuckDB relation, an `Export`, a
            path, folder or glob of CSV or Parquet files (which are streamed), a list of our model's objects, or an
            iterator of any of these.
        confidence: that of the intervals.
        options: by keyword.
            by: columns, or periods of each KPI's own moment: hour, day, week, month, quarter, year, weekday,
                hour_of_day. A column that the table lacks is looked up in the tables customers, cases, interactions,
                staff and teams, over a key that is unique there. A row counts in each of its `tags`.
            zone: IANA zone of the desk, in which periods are read and a date without a time is a day; by default that
                of `naive` or of the layout of an `Export`, else UTC.
            now: the moment from which open items are seen; later events are not seen. numpy moments are UTC; a date,
                also as text, is the start of that day in `zone`.
            period: days of `zone` in words, such as 2026, 2026-Q2, 2026-05, 2026-W19, 2026-05-04 or 2026-05..2026-07,
                or start and end, the end outside it: only rows that each KPI's own moment dates in it count, and are
                there in groups; a stock such as the backlog is that of its end, or by day of each day in it; KPIs of a
                period as a whole, such as retention, are of this one.
            where: column to the value, or values, of the rows that count: labels, flags and numbers, of a column of
                moments dates and periods in words, and None for a missing value; the others are read only by KPIs of
                chains, such as first-contact resolution, where the order of contacts does not depend on who asks.
            sla: the agreement by which clocks are read from `case_events`; its promises decide what is kept.
            columns: table to our columns and the names that the data have for them.
            layout: how the cells of a table are written, as for a file: the name of a vendor's export, such as
                "zendesk", or a `servqual.readers.Layout` with columns, zone, forms of dates, words for missing, yes and
                no, names of events, and the items of a wide table; of several tables a mapping from their names.
            naive: the zone of moments that carry none; without it they are refused, and so are dates without `zone`.
            cluster: a column, such as customer_id, whose rows are not independent of each other: intervals of shares
                and means then hold for repeated customers, and each needs all rows of a customer together.
            credit: whom a KPI credits where it is grouped by agent or team: `actor` (the default) who answered or
                resolved, as far as the table says so, or the last `owner`.
            tag_separator: the sign between several tags in a text of the column `tags`, such as ",".
            strict: raise `RefusedRow` for the first row that cannot be used instead of counting it.
            threads: number of chunks under way at once; by default the number of processors.
            progress: show a bar of the rows that were read.
            max_groups: refuse more groups than these; by default a million.

    Raises `UnknownName` for a mistyped KPI or option, `MissingColumn` for a column that a KPI needs, `TooManyGroups`
    for more groups than `max_groups`.

    >>> import datetime as dt
    >>> monday = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> cases = {"received_at": [monday] * 2, "resolved_at": [monday + dt.timedelta(hours=h) for h in (1, 3)]}
    >>> measure(["resolution_time"], {"cases": cases}).one().value
    7200.0
    """
    data, options = as_asked(data, options)
    return with_idle(tally(kpis, data, **options).measure(confidence), data)


def with_idle(found: Measures, data: Data) -> Measures:
    """Add to each KPI which settings of the layouts of its tables met nothing."""
    idle = {table: tuple(Caveat("layout.no_match", text) for text in idle_in(data[table])) for table in data}
    if not any(idle.values()):
        return found
    tables = {kpi.key: {part.table if part.table in data else LOG for part in kpi.parts} for kpi in found.kpis}
    added = {key: tuple(one for table in sorted(of) for one in idle.get(table, ())) for key, of in tables.items()}
    return attrs.evolve(found, of_all={key: (*found.of_all.get(key, ()), *more) for key, more in added.items()})


def tally_of(plan: Plan, chunks: Chunks, neighbours: Neighbours | None = None) -> Tally:
    """Tally the chunks of the tables that a plan reads; `chunks_of` gives them, or any source of chunks.

    Columns that a table lacks are looked up in `neighbours`, as `with_ways` planned.

    >>> from servqual.metrics.engine import chunks_of, plan_of
    >>> plan = plan_of(["case_volume"])
    >>> tally_of(plan, chunks_of({"cases": {"received_at": []}}, plan)).measure().one().n
    0
    """
    [found] = tallies_of([plan], chunks, neighbours)
    return found


def tallies_of(plans: Sequence[Plan], chunks: Chunks, neighbours: Neighbours | None = None) -> list[Tally]:
    """Tally the same chunks for several plans in one pass; the first plan says on how many threads."""
    parts: list[list[Tally]] = [[] for _ in plans]
    logged = [tuple(table for table in plan.tables if table == LOG or table not in chunks) for plan in plans]
    with ThreadPoolExecutor(plans[0].threads) as pool:
        for table in dict.fromkeys(table for plan in plans for table in plan.tables):
            mine = {n: plan for n, plan in enumerate(plans) if table in plan.tables and table not in logged[n]}
            if mine:
                for number, tallier in _tallied(table, mine, chunks[table], pool, neighbours).items():
                    parts[number].append(tallier.tally(pool))
        if any(logged):
            log = joined([read() for read in chunks[LOG]])
            for number, tables in enumerate(logged):
                if tables:
                    parts[number].append(_tally_log(tables, log, plans[number], pool, neighbours))
    return [_side_by_side(plan, some) for plan, some in zip(plans, parts, strict=True)]


def tallies_in(plans: Sequence[Plan], data: Data) -> list[Tally]:
    """Tally data that can be read several times for several plans, each table in one pass.

    The plans differ in KPIs, groups and period alone.

    >>> from servqual.metrics.engine import plan_of
    >>> cases = {"received_at": [], "team": [], "cause": []}
    >>> plans = [plan_of(["case_volume"], by=by) for by in (["team"], ["cause"])]
    >>> [tally.plan.by for tally in tallies_in(plans, {"cases": cases})]
    [('team',), ('cause',)]
    """
    found = [with_ways(plan, data)[0] for plan in plans]
    ways: dict[str, dict[str, Way]] = {}
    credited: dict[str, dict[str, dict[str, str]]] = {}
    for plan in found:
        for table, some in plan.ways.items():
            ways.setdefault(table, {}).update(some)
        for table, acts in plan.credited.items():
            for act, columns in acts.items():
                credited.setdefault(table, {}).setdefault(act, {}).update(columns)
    every = attrs.evolve(
        found[0],
        kpis=tuple(kpi for plan in found for kpi in plan.kpis),
        by=tuple(dict.fromkeys(name for plan in found for name in plan.by)),
        ways=ways,
        credited=credited,
    )
    return tallies_of(found, chunks_of(data, every), Neighbours.of(data, every))


def _tallied(
    table: str,
    plans: Mapping[int, Plan],
    chunks: Iterable[Callable[[], Chunk]],
    pool: Executor,
    neighbours: Neighbours | None,
) -> dict[int, Tallier]:
    """Tally a table for several plans; it is read anew where an id turns out to name several rows."""
    first = next(iter(plans.values()))
    talliers = {number: Tallier(plan, table, neighbours) for number, plan in plans.items()}
    try:
        with _bar(table, shown=first.progress) as read_more:
            for read in ahead(pool, partial(_add, [*talliers.values()]), chunks, first.threads + 1):
                read_more(read)
    except RepeatedIdError:
        return _tallied(table, plans, chunks, pool, neighbours)
    return talliers


def _add(talliers: Sequence[Tallier], read: Callable[[], Chunk]) -> int:
    chunk = read()
    for tallier in talliers:
        tallier.add(chunk)
    return chunk.read


@contextmanager
def _bar(table: str, *, shown: bool) -> Generator[Callable[[int], object]]:
    """Show how many rows of a table were read, where asked."""
    if not shown:
        yield lambda _: None
        return
    tqdm = need("tqdm", "cli", "progress=True")
    with tqdm.tqdm(unit=" rows", unit_scale=True, desc=table) as bar:
        yield bar.update


def _side_by_side(plan: Plan, parts: Iterable[Tally]) -> Tally:
    """Join tallies of different tables."""
    out = Tally(plan, {}, {}, {})
    for part in parts:
        out = Tally(
            plan,
            {**out.groups, **part.groups},
            {**out.cells, **part.cells},
            {**out.rows, **part.rows},
            {**out.founds, **part.founds},
        )
    return out


def _tally_log(
    tables: Sequence[str], log: Chunk, plan: Plan, pool: ThreadPoolExecutor, neighbours: Neighbours | None
) -> Tally:
    """Tally clocks, and cases where there is no table of them, from the log of their events.

    A long log is dealt into pieces of whole cases, which all processors share.
    """
    asked = attrs.evolve(plan, kpis=tuple(kpi for kpi in plan.read if kpi.table in tables))
    now, sla = as_moment(plan.now), plan.sla
    matched = () if sla is None else sla.attributes
    log = with_all(log, {*matched, *{TAGS} & {*plan.by, *plan.where}})
    talliers = {table: Tallier(asked, table, neighbours) for table in tables}

    def count(piece: Callable[[], Chunk]) -> Rows:
        if not (log.columns or log.read):  # a part without events may not name its columns
            return Rows()
        events = EventLog.of(piece(), now, matched)
        if plan.strict and events.rows.refusals:
            raise refused(events.rows.refusals[0])
        for table, tallier in talliers.items():
            if table == "cases":
                tallier.add(attrs.evolve(cases_of(events), sparse=log.sparse))
            else:
                assert sla is not None
                readings = read_clock(sla, events, table.partition("/")[2], now)
                tallier.add(attrs.evolve(readings.chunk(), sparse=log.sparse))
        return events.rows

    rows = reduce(Rows.__add__, pool.map(count, split_cases(log)))
    found = _side_by_side(asked, [tallier.tally(pool) for tallier in talliers.values()])
    if texts := max(of.reasons.get(UNSPLIT, 0) for of in found.rows.values()):
        rows += Rows(reasons={UNSPLIT: texts})
    moments = {name: log.columns[name].twice for name in ("at", "since") if name in log.columns}
    twice = {name: mask for name, mask in moments.items() if mask is not None}
    rows += Rows(reasons={(name, SHOWN_TWICE): int(mask.sum()) for name, mask in twice.items()})
    return attrs.evolve(found, rows={LOG: rows})
