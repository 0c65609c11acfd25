"""Data frames of Spark, classic or of Spark Connect: rows stay where they are, and one tally comes back.

    partition 1   rows -> part ┐
    partition 2   rows -> part ┼-> part ┐
    partition 3   rows -> part ┘        ┼-> part -> the driver
    partition 4   rows -> part ---------┘

Each arrow is `mapInArrow`. Only KPIs that need all rows of a customer, and logs of events, move rows first: to the
partition of the customer, in order of time.
"""

import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Unpack

import attrs

from servqual._checks import among, need
from servqual.engines.asking import PartPlan, plan
from servqual.engines.marking import standing, with_lost
from servqual.engines.parts import combine, merge, part_of, partial
from servqual.engines.spark_frames import WHY, Batches, column, dealt, fetched, gathered, is_spark, with_marks
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics.engine import Data, Options, Tally, request_of, spelled_out
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measures import Measures
from servqual.readers.columns.tables import names_of

_MERGING: Final = 8
"""Partitions that parts are merged in before they are merged into one."""
_SCHEMA: Final = "part binary, error binary"


@spelled_out
def tally(kpis: Sequence[str | Kpi], data: Data, *, repeats: str = "unchecked", **options: Unpack[Options]) -> Tally:
    """Tally data frames of Spark: the same bytes as `servqual.metrics.tally` of the same rows.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to a data frame of Spark. A table in which only columns are looked up may be any other frame;
            one of Spark is fetched, with these columns alone, and goes to all workers.
        repeats: "exact" looks for rows whose id repeats, in all partitions: all columns are shuffled by id first.
            Without it they are not looked for, and the measures of a table that has ids warn
            (`rows.repeats_unchecked`).
        options: by keyword, those of `servqual.metrics.measure` but `layout`, `progress` and `threads`.

    Raises what `servqual.metrics.tally` raises.
    """
    among("repeats", repeats, ("exact", "unchecked"))
    asked = _plan(kpis, data, options)
    compared = asked.named if repeats == "exact" else frozenset[str]()
    parts = [_counted(data[table], asked, table, compared=table in compared) for table in asked.tables]
    every = parts[0]
    for part in parts[1:]:
        every = every.unionAll(part)
    for partitions in (_MERGING, 1):
        every = every.repartition(partitions).mapInArrow(_merging(asked), _SCHEMA)
    [row] = every.collect()
    if row.error is not None:
        raise pickle.loads(row.error)  # noqa: S301  (what our own worker raised, carried by Spark)
    return attrs.evolve(combine([bytes(row.part)], asked), unchecked=asked.named - compared)


@spelled_out
def measure(
    kpis: Sequence[str | Kpi],
    data: Data,
    *,
    confidence: float = 0.95,
    repeats: str = "unchecked",
    **options: Unpack[Options],
) -> Measures:
    """Measure data frames of Spark: `tally(...)` and then `.measure(confidence)`."""
    return tally(kpis, data, repeats=repeats, **options).measure(confidence)


def _plan(kpis: Sequence[str | Kpi], data: Data, options: Options) -> PartPlan:
    """Plan by the names of columns, and fetch the tables in which columns are looked up."""
    heads = {table: frame.columns if is_spark(frame) else frame for table, frame in data.items()}
    asked = plan(kpis, heads, **options)
    for table in asked.tables:
        if not is_spark(data[table]):
            raise InvalidValue.of(
                table,
                "be a data frame of Spark",
                data[table],
                shown=type(data[table]).__name__,
                do="pass session.createDataFrame(…)",
            )
    away = {to for ways in asked.question.ways.values() for to in chain(*ways.values()) if is_spark(data[to])}
    if away:
        asked = plan(kpis, {**heads, **{to: fetched(data[to], asked, to) for to in away}}, **options)
    for table in asked.tables:  # what is missing is said before a job starts
        partial([dict.fromkeys(data[table].columns, ())], asked, table=table)
    return asked


def _columns(frame: Any, asked: PartPlan, table: str) -> list[str]:
    """Name the columns of a data frame that the question reads."""
    request = request_of(asked.question, table)
    given = request.renamed(table, {name: name for name in frame.columns})
    return [given[ours] for ours, (name, _) in names_of(table, given).items() if request.wants(name)]


def _counted(frame: Any, asked: PartPlan, table: str, *, compared: bool) -> Any:
    """Make each partition of a data frame a part; where rows belong together, they move there first."""
    names = _columns(frame, asked, table)
    some = with_marks(frame, asked, table, names) if compared else frame.select(*map(column, names))
    key = asked.partition_by.get(table)
    if key == ():
        some = some.coalesce(1)
    elif key:
        some = dealt(some, key, names, asked.order_by[table][len(key) :])
    return some.mapInArrow(_counting(asked, table, compared=compared), _SCHEMA)


def _counting(asked: PartPlan, table: str, *, compared: bool) -> Callable[[Batches], Iterator[Any]]:
    """Make what a worker does with a partition of rows, marked where they were compared."""

    def part(batches: Batches) -> bytes:
        lost = Counter[str]()
        rows = standing(gathered(batches), lost) if compared else gathered(batches)
        found = part_of(rows, asked, table, f"{table}/{_partition()}")
        return with_lost(found, table, lost).to_bytes() if lost else found.to_bytes()

    def count(batches: Batches) -> Iterator[Any]:
        yield _row(lambda: part(batches))

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
    arrow = need("pyarrow", "spark", WHY)
    columns = {name: arrow.array([value], arrow.binary()) for name, value in (("part", part), ("error", error))}
    return arrow.RecordBatch.from_pydict(columns)


def _partition() -> int:
    """Number of the partition that this worker has."""
    context = need("pyspark", "spark", WHY).TaskContext.get()
    return 0 if context is None else int(context.partitionId())
