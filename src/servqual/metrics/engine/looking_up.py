"""Columns that a table lacks, looked up in a neighbour over a key that is unique there.

    answers                cases                      customers
    case_id  score         case_id  customer_id       customer_id  tier
    1        5        ->   1        a            ->   a            gold         tier of the answer: gold

The neighbours are read first, only their keys and the asked columns. Labels are codes already, so that a key is matched
once per label and not once per row: the code of a row's key gives its place in the neighbour, and that place its value.
A row costs two lookups in arrays. A key that is missing, or that the neighbour lacks, gives a missing value; no row is
ever multiplied, because a key that stands twice is refused.
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Final

import attrs
import numpy as np

from servqual._checks import must_be, near
from servqual.errors import AmbiguousLookup, InvalidValue, LookupTooLarge, MissingColumn
from servqual.metrics.clocks.cases import columns_told
from servqual.metrics.engine.chunks import LOG, Data, request_of
from servqual.metrics.engine.counts import over_counts_in
from servqual.metrics.engine.keyed import Keyed
from servqual.metrics.engine.question import ACTING, KEYS, Plan, Way
from servqual.metrics.time.periods import PERIODS
from servqual.readers.columns.arrow_texts import ArrowLabels
from servqual.readers.columns.columns import Chunk, Column, Digits, joined
from servqual.readers.columns.duplicates import RepeatedIdError
from servqual.readers.columns.growing import common
from servqual.readers.columns.labels import first_known
from servqual.readers.columns.lazy import with_columns
from servqual.readers.columns.tables import TABLES, Kind, kind_of
from servqual.readers.columns.tags import TAGS
from servqual.readers.memory.object_columns import OBJECT_COLUMNS
from servqual.readers.sources import Source, TableChunks, columns_in

_MOST: Final = 256 << 20
"""Bytes of the largest neighbour that is held."""


def with_ways(plan: Plan, data: Data, *, lenient: bool = False) -> tuple[Plan, Data]:
    """Find where columns that tables lack are looked up, and whom KPIs credit; give also the data to be read.

    Raises `AmbiguousLookup` where a column can be found in two ways, `InvalidValue` for an iterator that would be read
    twice, and unless `lenient` `MissingColumn` where the key to a neighbour that has the column is missing.
    """
    must_be(Mapping, "data", "a mapping by name", data)
    plan = over_counts_in(plan, data)
    asked = {table: _asked(plan, table) for table in plan.tables}
    acts = {table: _acts(plan, table) for table in plan.tables}
    names = frozenset({*KEYS.values(), *chain(*asked.values()), *chain(*(_columns(some) for some in acts.values()))})
    data, filled, of_class = dict(data), dict[str, frozenset[str]](), dict[str, frozenset[str]]()
    ways: dict[str, dict[str, Way]] = {}
    credited: dict[str, dict[str, dict[str, str]]] = {}
    for table in plan.tables:
        neighbours = [to for to in KEYS if to in data and to != table]
        source = table if table in data and table != LOG else LOG
        if source not in data or not asked[table] or not (neighbours or (acts[table] and asked[table] & ACTING)):
            continue
        for name, there in ((table, source), *((to, to) for to in neighbours)):
            if name not in filled:
                data[there], filled[name], of_class[name] = _filled(data, plan, there, names)
        own, ever = filled[table], filled[table] | of_class[table]
        # objects without a value of their own take that of a neighbour, unless it says who they belong to
        open_to = asked[table] - (own - (of_class[table] - {*KEYS.values()}))
        once = {to for to in neighbours if isinstance(data[to], Iterator) and to in plan.tables}
        found = {name: _way(name, table, filled, of_class, once) for name in sorted(open_to)}
        mine = {name: way for name, way in found.items() if way is not None}
        for name in () if lenient else sorted(found.keys() & {*plan.by, *plan.where} - mine.keys() - of_class[table]):
            _check_keys(name, table, {to: filled[to] for to in (table, *neighbours)})
        stand = ACTING & (asked[table] | {KEYS[way[0]] for way in mine.values()})
        told = {
            act: {name: f"{act}_{_ENDS[name]}" for name in sorted(stand) if f"{act}_{_ENDS[name]}" in ever}
            for act in acts[table]
        }
        ways |= {table: mine} if mine else {}
        credited |= {table: some} if (some := {act: columns for act, columns in told.items() if columns}) else {}
    twice = {to for some in ways.values() for way in some.values() for to in way if isinstance(data[to], Iterator)}
    for to in sorted(twice & {*plan.tables}):
        raise InvalidValue.of(to, "be read twice: first to look columns up", data[to], do="pass a list, or a path")
    return attrs.evolve(plan, ways=ways, credited=credited), data


def _asked(plan: Plan, table: str) -> set[str]:
    """Name the columns by which the rows of a table are grouped and chosen; tags are always those of its own."""
    mine = (kpi.columns.difference(kpi.needs, kpi.uses) for kpi in plan.read if kpi.table == table)
    return {name for name in (*plan.by, *plan.where) if name not in PERIODS}.union(*mine) - {TAGS}


def _acts(plan: Plan, table: str) -> list[str]:
    """Name what the KPIs of a table credit people for."""
    acts = {kpi.credit for kpi in plan.read if kpi.table == table and kpi.credit}
    return sorted(acts) if plan.credit == "actor" else []


def _columns(acts: Iterable[str]) -> list[str]:
    return [f"{act}_{end}" for act in acts for end in _ENDS.values()]


_ENDS: Final[Mapping[str, str]] = {"agent": "by", "team": "team"}


def _filled(
    data: Data, plan: Plan, source: str, names: frozenset[str]
) -> tuple[Source, frozenset[str], frozenset[str]]:
    """Name the columns that a table has, and those of its class; its source may be the log of events."""
    if source != LOG:
        return columns_in(source, data[source], attrs.evolve(request_of(plan, source), only=names))
    given, *found = columns_in(source, data[source], attrs.evolve(request_of(plan, source), only=names | {"by"}))
    filled, of_class = ((some - TABLES[LOG].keys()) | (columns_told(some) & names) for some in found)
    return given, filled, of_class if found[1] else frozenset()


def _way(
    name: str,
    table: str,
    filled: Mapping[str, frozenset[str]],
    of_class: Mapping[str, frozenset[str]],
    once: AbstractSet[str],
) -> Way | None:
    """Find the way to a column over what is filled, else over what objects have; a list without any has any column.

    No way that is not needed leads over tables that can be read `once` only.
    """
    own = name in filled[table]
    try:
        way = way_to(name, table, filled)
    except AmbiguousLookup:
        if not own:
            raise
        return None
    if way:
        return way if not own or once.isdisjoint(way) else None
    if name in of_class[table] and name in KEYS.values():
        return None
    mine = {**filled, table: filled[table] | of_class[table]}
    every = {to: names | of_class[to] for to, names in filled.items()}
    # no key or value is there on these ways, so that all lead to nothing
    ways = (way for there in (mine, every) for way in _ways_to(name, table, there))
    return next((way for way in ways if once.isdisjoint(way)), None)


def way_to(name: str, table: str, filled: Mapping[str, AbstractSet[str]]) -> Way | None:
    """Find the way from a table to a column that it lacks; None where no neighbour within two hops has it.

    `filled` has the columns of each table. A neighbour is preferred to the neighbour of a neighbour; raises
    `AmbiguousLookup` where two are equally near.

    >>> way_to("tier", "answers", {"answers": {"case_id"}, "cases": {"case_id", "customer_id"},
    ...     "customers": {"customer_id", "tier"}})
    ('cases', 'customers')
    """
    ways = _ways_to(name, table, filled)
    if len(ways) > 1:
        ends = [way[-1] for way in ways]
        other = f"name the other column anew, such as columns={{{ends[-1]!r}: {{'{ends[-1]}_{name}': {name!r}}}}}"
        if len({*ends}) == 1:
            other = f"add {KEYS[ends[0]]} to {table}"
        raise AmbiguousLookup.of(
            name,
            f"be found in one way from {table}",
            ways,
            shown=" and ".join(" via ".join(reversed(way)) for way in ways),
            do=f"leave {ways[-1][0]} out of data, or {other}",
        )
    return ways[0] if ways else None


def _ways_to(name: str, table: str, filled: Mapping[str, AbstractSet[str]]) -> Sequence[Way]:
    """List the nearest ways; no way to a column begins with that column as its key."""

    def onward(start: str) -> list[str]:
        others = {to: key for to, key in KEYS.items() if to not in {start, table} and key != name}
        return [to for to, key in others.items() if key in filled[start] & filled.get(to, set())]

    near = [(to,) for to in onward(table) if name in filled[to]]
    return near or [(via, to) for via in onward(table) for to in onward(via) if name in filled[to]]


def _check_keys(name: str, table: str, filled: Mapping[str, AbstractSet[str]]) -> None:
    """Refuse a column that a neighbour has, which cannot be found there for want of a key."""
    for to, names in filled.items():
        if to != table and name in names:
            key = KEYS[to]
            lacking = table if key in names else to
            raise MissingColumn(
                f"{name} of {table} is looked up in {to} by {key}, which {lacking} lacks; "
                "name that column with columns=, or add it",
                column=key,
                near=(),
            )


def near_in_neighbours(error: MissingColumn, plan: Plan, data: Data) -> MissingColumn:
    """Add to the error of a column that nobody has the names near to it in other tables."""
    near_to: dict[str, str] = {}
    for to in KEYS if error.column in {*plan.by, *plan.where} else ():
        if to not in data:
            continue
        request = request_of(plan, to)
        # objects name only the columns that they are asked for
        wanted = (None, frozenset(chain(*OBJECT_COLUMNS.get(to, {}).values())))
        some = (columns_in(to, data[to], attrs.evolve(request, only=only))[1] for only in wanted)
        near_to |= {name: to for name in near(error.column, frozenset().union(*some)) if name not in error.near}
    if not near_to:
        return error
    told = " and ".join(f"{name} in {to}" for name, to in sorted(near_to.items()))
    never = "; tags are never looked up" if error.column == TAGS else ""
    return MissingColumn(
        f"{error}; near to it is {told}{never}", column=error.column, near=(*error.near, *sorted(near_to))
    )


class Neighbours:
    """The tables in which columns of others are looked up, by name; thread-safe."""

    def __init__(self, tables: Mapping[str, Keyed] | None = None) -> None:
        self._tables = tables or {}

    @classmethod
    def of(cls, data: Data, plan: Plan) -> "Neighbours":
        """Read the neighbours that a plan looks columns up in, each once."""
        wanted: dict[str, set[str]] = {}
        for ways in plan.ways.values():
            for name, way in ways.items():
                for start, to in zip(way, (*way[1:], None), strict=True):
                    wanted.setdefault(start, {KEYS[start]}).add(name if to is None else KEYS[to])
        tables = {to: Keyed(to, _read(data, plan, to, only)) for to, only in wanted.items()}
        for ways in plan.ways.values():
            for name, (to, *beyond) in ways.items():
                for end in beyond:
                    tables[to].take(name, tables[end])
        return cls(tables)

    def completed(self, chunk: Chunk, ways: Mapping[str, Way]) -> Chunk:
        """Give a chunk with the columns that are looked up for it."""
        for name, way in ways.items():
            chunk = _with(chunk, name, self._tables[way[0]])
        return chunk


def _with(chunk: Chunk, name: str, there: Keyed) -> Chunk:
    """Add a column from a neighbour to a chunk."""
    if not chunk.columns:
        return chunk
    key, own = KEYS[there.table], chunk.columns.get(name)
    if own is not None and own.known.any() and not chunk.sparse:
        raise InvalidValue.of(
            name, "be filled in all parts of a table or in none", name, shown="in some", do="pass them in one list"
        )
    if key not in chunk.columns and chunk.size:
        raise MissingColumn(
            f"{name} is looked up in {there.table}, which needs the column {key!r} (got {', '.join(chunk.columns)})",
            column=key,
            near=(),
        )
    keys = chunk.columns.get(key) or Column.missing(Kind.LABEL, 0)
    found = there.values_of(name, keys)
    if own is not None and own.known.any():
        found = _own_first(own, found)
    return attrs.evolve(chunk, columns=with_columns(chunk.columns, {name: found}))


def _own_first(own: Column, found: Column) -> Column:
    """Take the values of rows themselves, and where they have none those that were found; of one kind only."""
    if own.kind is not found.kind:
        return own
    if own.kind is Kind.LABEL:
        return first_known(own, found)
    return Column(own.kind, np.where(own.known, own.values, found.values))


def _read(data: Data, plan: Plan, table: str, only: Collection[str]) -> Chunk:
    """Read a neighbour: of the rows of one id only the one that stands; columns that no chunk has are missing."""
    request = attrs.evolve(request_of(plan, table), only=frozenset(only))
    chunks = TableChunks(table, data[table], request)
    try:
        chunk = joined([*_bounded(table, chunks)])
    except RepeatedIdError:
        chunk = joined([*_bounded(table, chunks)])
    lacking = {name: Column.missing(kind_of(table, name, request.kinds), chunk.size) for name in only}
    return attrs.evolve(chunk, columns={**lacking, **chunk.columns})


def _bounded(table: str, chunks: TableChunks) -> Iterator[Chunk]:
    """Read chunks as long as they fit into memory."""
    size, seen = 0, dict[str, Sequence[str]]()
    for read in chunks:
        chunk = read()
        for name, column in chunk.columns.items():
            known = common(seen.get(name, ()), column.labels)
            seen[name] = column.labels
            size += column.values.nbytes + _bytes(column.labels[known:])
        if size > _MOST:
            raise LookupTooLarge.of(
                table,
                f"take at most {_MOST >> 20} MB in the columns that are looked up",
                size,
                shown=f"{size >> 20:,} MB and more",
                do="join the columns in the engine that holds the data, or look up fewer",
            )
        yield chunk


def _bytes(labels: Sequence[str]) -> int:
    """Bytes of labels in memory."""
    if isinstance(labels, ArrowLabels):
        return labels.nbytes
    return 0 if isinstance(labels, Digits) else sum(map(sys.getsizeof, labels))
