"""The tables of a question as chunks, each read when it is called for, and work on chunks ahead of their turn."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from itertools import chain
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from servqual._checks import among, must_be, near
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics.engine.planning import Options
from servqual.metrics.engine.question import Plan
from servqual.readers.columns.columns import Chunk
from servqual.readers.columns.request import Request
from servqual.readers.files.export import Export
from servqual.readers.files.layouts import Layout
from servqual.readers.files.vendors import layout as layout_of
from servqual.readers.sources import Source, TableChunks, laid_out

Data: TypeAlias = Mapping[str, Source]
"""Table name to what holds its rows."""
Chunks: TypeAlias = Mapping[str, Iterable[Callable[[], Chunk]]]
"""Table name to its chunks, each a call that reads it; a call may run on any thread."""
LOG: Final = "case_events"

Item = TypeVar("Item")
Result = TypeVar("Result")


def chunks_of(data: Data, plan: Plan) -> Chunks:
    """Take from data the tables and columns that a plan reads, as chunks; nothing is read before a chunk is called.

    The log of events stands in for a table of cases that is not there. Raises `MissingColumn` for a table that neither
    gives, `InvalidValue` where a clock is read without an agreement.

    >>> from servqual.metrics.engine import plan_of
    >>> cases = {"case_id": ["C-1"], "team": ["north"], "received_at": [None], "colour": ["red"]}
    >>> [read] = chunks_of({"cases": cases}, plan_of(["case_volume"], by=["team"]))["cases"]
    >>> sorted(read().columns)
    ['received_at', 'team']
    """
    must_be(Mapping, "data", "a mapping by name", data)
    for table in plan.columns:
        among("columns", table, data)
    out: dict[str, Iterable[Callable[[], Chunk]]] = {}
    for table in plan.tables:
        if table in data and table != LOG:
            out[table] = _chunks(data, plan, table)
        else:
            _check_log(table, data, plan)
            out.setdefault(LOG, _chunks(data, plan, LOG, whole=True))
    return out


def as_asked(data: Data, options: Options) -> tuple[Data, Options]:
    """Read the tables that `layout=` describes as exports, and take their zone where no other is asked for.

    >>> data, options = as_asked({"cases": {"Group": ["north"]}}, {"layout": "zendesk", "naive": "Europe/Berlin"})
    >>> data["cases"].layout.columns["team"], data["cases"].layout.zone.key, options
    ('Group', 'Europe/Berlin', {'naive': 'Europe/Berlin', 'columns': {}})
    """
    must_be(Mapping, "data", "a mapping by name", data)
    given: Any = {**options}
    layout = given.pop("layout", None)
    if layout is not None:
        data, columns = dict(data), dict(given.get("columns") or {})
        for table, one in _layouts(layout, data).items():
            mine = attrs.evolve(one.mapping(columns.pop(table, {})), zone=one.zone or given.get("naive"))
            data[table] = laid_out(table, data[table], mine)
        given["columns"] = columns
    parts = chain.from_iterable(source if isinstance(source, list) else [source] for source in data.values())
    zones = {part.layout.zone.key for part in parts if isinstance(part, Export) and part.layout.zone}
    if len(zones) == 1 and not (given.get("zone") or given.get("naive")):
        given["zone"] = zones.pop()
    return data, given


def _layouts(layout: str | Layout | Mapping[str, str | Layout], data: Data) -> dict[str, Layout]:
    """Find the layout of each table; one alone is that of the only table."""
    if not isinstance(layout, Mapping):
        if len(data) != 1:
            shown = f"one for {', '.join(data) or 'no table'}"
            raise InvalidValue.of("layout", "name its table", layout, shown=shown, do="pass layout={'cases': …}")
        layout = dict.fromkeys(data, layout)
    out: dict[str, Layout] = {}
    for table, one in layout.items():
        among("layout", table, data)
        must_be((str, Layout), "layout", "a Layout, or the name of one", one)
        out[table] = layout_of(one, "layout") if isinstance(one, str) else one
    return out


def idle_in(source: Source) -> list[str]:
    """Say which settings of the layout of a source met nothing when it was read, in none of its parts."""
    parts = source if isinstance(source, list) else [source]
    if not parts or not isinstance(parts[0], Export):  # a list of objects may be long
        return []
    found = [dict(part.idle) for part in parts]
    return [
        f"{name} of the layout met nothing: {why}" for name, why in found[0].items() if all(name in o for o in found)
    ]


def request_of(plan: Plan, table: str, *, whole: bool = False) -> Request:
    """Say how a plan reads a table."""
    return Request(
        names=plan.columns.get(table, {}),
        only=plan.wanted(table),
        kinds=plan.kinds(table),
        naive=plan.naive,
        desk=plan.desk,
        whole=whole,
        now=plan.now,
    )


def _chunks(data: Data, plan: Plan, table: str, *, whole: bool = False) -> TableChunks:
    return TableChunks(table, data[table], request_of(plan, table, whole=whole))


def _check_log(table: str, data: Data, plan: Plan) -> None:
    source, _, clock = table.partition("/")
    key = next(kpi.key for kpi in plan.read if kpi.table == table)
    if source == LOG and (plan.sla is None or not clock):
        raise InvalidValue.of("sla", f"be given for {key}, which reads a service clock", None, do="pass sla=")
    if LOG not in data or source not in {LOG, "cases"}:
        raise MissingColumn(
            f"{key} reads the table {source!r} (got {', '.join(data) or 'no tables'}); pass it in data",
            column=source,
            near=near(source, data),
        )


def ahead(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """Yield the results of work in the order of its items, with at most so many under way; memory stays flat."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
