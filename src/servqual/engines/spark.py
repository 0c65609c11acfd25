"""Data frames of Spark, classic or of Spark Connect: rows stay where they are, and one tally comes back.

    partition 1   rows -> part ┐
    partition 2   rows -> part ┼-> part ┐
    partition 3   rows -> part ┘        ┼-> part -> the driver
    partition 4   rows -> part ---------┘

Each arrow is `mapInArrow`. Only KPIs that need all rows of a customer, and logs of events, move rows first: to the
partition of the customer, in order of time.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias, Unpack

from servqual._checks import need
from servqual.engines.asking import PartPlan, plan
from servqual.engines.parts import combine, merge, partial
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics.engine import KEYS, Data, Options, Tally, request_of, spelled_out
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measures import Measures
from servqual.readers.columns.tables import names_of

Batches: TypeAlias = Iterable[Any]

_ROWS: Final = 1 << 17
"""Rows that a worker tallies at once."""
_MERGING: Final = 8
"""Partitions that parts are merged in before they are merged into one."""
_SCHEMA: Final = "part binary, error binary"
_SPACES: Final = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""What is no part of a label at its ends."""


@spelled_out
def tally(kpis: Sequence[str | Kpi], data: Data, **options: Unpack[Options]) -> Tally:
    """Tally data frames of Spark: the same bytes as `servqual.metrics.tally` of the same rows.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a data frame of Spark. A table in which only columns are looked up may be any other frame;
            one of Spark is fetched, with these columns alone, and goes to all workers.
        options: by keyword, those of `servqual.metrics.measure` but `layout`, `progress` and `threads`.

    Ids that repeat are not looked for: drop duplicates first. Raises what `servqual.metrics.tally` raises.
    """
    asked = _plan(kpis, data, options)
    parts = [_counted(data[table], asked, table) for table in asked.tables]
    every = parts[0]
    for part in parts[1:]:
        every = every.unionAll(part)
    for partitions in (_MERGING, 1):
        every = every.repartition(partitions).mapInArrow(_merging(asked), _SCHEMA)
    [row] = every.collect()
    if row.error is not None:
        raise pickle.loads(row.error)  # noqa: S301  (what our own worker raised, carried by Spark)
    return combine([bytes(row.part)], asked)


@spelled_out
def measure(kpis: Sequence[str | Kpi], data: Data, *, confidence: float = 0.95, **options: Unpack[Options]) -> Measures:
    """Measure data frames of Spark: `tally(...)` and then `.measure(confidence)`."""
    return tally(kpis, data, **options).measure(confidence)


def _plan(kpis: Sequence[str | Kpi], data: Data, options: Options) -> PartPlan:
    """Plan by the names of columns, and fetch the tables in which columns are looked up."""
    heads = {table: frame.columns if _is_spark(frame) else frame for table, frame in data.items()}
    asked = plan(kpis, heads, **options)
    for table in asked.tables:
        if not _is_spark(data[table]):
            raise InvalidValue.of(
                table,
                "be a data frame of Spark",
                data[table],
                shown=type(data[table]).__name__,
                do="pass session.createDataFrame(…)",
            )
    fetched = {to for ways in asked.question.ways.values() for to in chain(*ways.values()) if _is_spark(data[to])}
    if fetched:
        asked = plan(kpis, {**heads, **{to: _fetched(data[to], asked, to) for to in fetched}}, **options)
    for table in asked.tables:  # what is missing is said before a job starts
        partial([dict.fromkeys(data[table].columns, ())], asked, table=table)
    return asked


def _is_spark(frame: Any) -> bool:
    return type(frame).__module__.startswith("pyspark.sql.") and hasattr(frame, "mapInArrow")


def _columns(frame: Any, asked: PartPlan, table: str) -> list[str]:
    """Name the columns of a data frame that the question reads."""
    request = request_of(asked.question, table)
    given = request.renamed(table, {name: name for name in frame.columns})
    return [given[ours] for ours, (name, _) in names_of(table, given).items() if request.wants(name)]


def _fetched(frame: Any, asked: PartPlan, table: str) -> Any:
    """Fetch those columns of a neighbour that are looked up, or are a key to the next."""
    wanted = {KEYS[table]}
    for ways in asked.question.ways.values():
        for name, way in ways.items():
            wanted |= {name, *(KEYS[to] for to in way)}
    request = request_of(asked.question, table)
    given = request.renamed(table, {name: name for name in frame.columns})
    return frame.select(*(_column(given[ours]) for ours in given if ours in wanted)).toArrow()


def _column(name: str) -> Any:
    functions = need("pyspark.sql.functions", "spark", "measuring data frames of Spark")
    return functions.col(f"`{name.replace('`', '``')}`")


def _counted(frame: Any, asked: PartPlan, table: str) -> Any:
    """Make each partition of a data frame a part; where rows belong together, they move there first."""
    some = frame.select(*map(_column, _columns(frame, asked, table)))
    key = asked.partition_by.get(table)
    if key == ():
        some = some.coalesce(1)
    elif key:
        keys = [_as_label(frame, name) for name in key]
        some = some.repartition(*keys).sortWithinPartitions(*keys, *map(_column, asked.order_by[table][len(key) :]))
    return some.mapInArrow(_counting(asked, table), _SCHEMA)


def _as_label(frame: Any, name: str) -> Any:
    """Give a key as we read it: blanks around a text are no part of it."""
    functions = need("pyspark.sql.functions", "spark", "measuring data frames of Spark")
    texts = frame.select(_column(name)).schema.fields[0].dataType.typeName() == "string"
    return functions.btrim(_column(name), functions.lit(_SPACES)) if texts else _column(name)


def _counting(asked: PartPlan, table: str) -> Callable[[Batches], Iterator[Any]]:
    """Make what a worker does with a partition of rows."""

    def count(batches: Batches) -> Iterator[Any]:
        yield _row(lambda: partial(_gathered(batches), asked, table=table, name=f"{table}/{_partition()}"))

    return count


def _merging(asked: PartPlan) -> Callable[[Batches], Iterator[Any]]:
    """Make what a worker does with a partition of parts: it merges them, unless one is an error."""

    def merged(batches: Batches) -> Iterator[Any]:
        errors: list[bytes] = []

        def parts() -> Iterator[bytes]:
            for row in chain.from_iterable(batch.to_pylist() for batch in batches):
                if row["error"] is None:
                    yield row["part"]
                else:
                    errors.append(row["error"])

        found = _row(lambda: merge(parts(), asked))
        yield found if not errors else _record(None, min(errors))

    return merged


def _row(part: Callable[[], bytes]) -> Any:
    """Give a part as a row of its own, or the error that was raised in its place."""
    try:
        return _record(part(), None)
    except ServqualError as error:
        return _record(None, pickle.dumps(error))


def _record(part: bytes | None, error: bytes | None) -> Any:
    arrow = need("pyarrow", "spark", "measuring data frames of Spark")
    columns = {name: arrow.array([value], arrow.binary()) for name, value in (("part", part), ("error", error))}
    return arrow.RecordBatch.from_pydict(columns)


def _partition() -> int:
    """Number of the partition that this worker has."""
    context = need("pyspark", "spark", "measuring data frames of Spark").TaskContext.get()
    return 0 if context is None else int(context.partitionId())


def _gathered(batches: Batches) -> Iterator[Any]:
    """Join small batches, each of which costs as much as thousands of rows."""
    arrow = need("pyarrow", "spark", "measuring data frames of Spark")
    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS:
            yield arrow.Table.from_batches(waiting)
            waiting, rows = [], 0
    if rows:
        yield arrow.Table.from_batches(waiting)
