"""Data frames of Spark, classic or of Spark Connect: their columns, and rows brought together, compared or fetched."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from servqual._checks import need
from servqual.engines.asking import PartPlan
from servqual.engines.marking import ERROR, MARK, marked, naming_columns, standing
from servqual.metrics.engine import KEYS, request_of
from servqual.readers.columns.duplicates import IDS

Batches: TypeAlias = Iterable[Any]

WHY: Final = "measuring data frames of Spark"
_ROWS: Final = 1 << 17
"""Rows that a worker takes at once."""
_LOOKED_UP: Final = 256 << 20
"""Bytes of the largest neighbour, which more rows than are fetched exceed in any case."""
_SPACES: Final = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""What is no part of a label at its ends."""


def is_spark(frame: Any) -> bool:
    """Whether this is a data frame of Spark."""
    return type(frame).__module__.startswith("pyspark.sql.") and hasattr(frame, "mapInArrow")


def column(name: str) -> Any:
    """Refer to a column, whatever signs its name has."""
    functions = need("pyspark.sql.functions", "spark", WHY)
    return functions.col(f"`{name.replace('`', '``')}`")


def dealt(frame: Any, key: Sequence[str], names: Sequence[str], order: Sequence[str]) -> Any:
    """Bring the rows of each key into one partition, sorted; rows without a key go anywhere, the same ones always."""
    functions = need("pyspark.sql.functions", "spark", WHY)
    keys = [_as_label(frame, name) for name in key]
    known = functions.lit(True)  # noqa: FBT003  (a value of Spark)
    for each in keys:
        known &= each.isNotNull()
    place = functions.when(known, functions.xxhash64(*keys)).otherwise(functions.xxhash64(*map(column, names)))
    return frame.repartition(place).sortWithinPartitions(*keys, *map(column, order))


def _as_label(frame: Any, name: str) -> Any:
    """Give a key as we read it: blanks around a text are no part of it, and an empty one is missing."""
    functions = need("pyspark.sql.functions", "spark", WHY)
    if frame.select(column(name)).schema.fields[0].dataType.typeName() != "string":
        return column(name)
    return functions.nullif(functions.btrim(column(name), functions.lit(_SPACES)), functions.lit(""))


def with_marks(frame: Any, asked: PartPlan, table: str, names: Sequence[str]) -> Any:
    """Mark rows whose id repeats, with those of one id in one partition."""
    types = need("pyspark.sql.types", "spark", WHY)
    given = asked.question.columns.get(table, {})
    ours = request_of(asked.question, table).renamed(table, {name: name for name in frame.columns})
    key = [given.get(name, name) for name in naming_columns(table, ours)]
    every = dealt(frame, key, names or key, ())
    fields = [field for name in names for field in frame.select(column(name)).schema.fields]
    marks = [types.StructField(MARK, types.StringType()), types.StructField(ERROR, types.BinaryType())]

    def mark(batches: Batches) -> Iterator[Any]:
        for some in marked(gathered(batches), asked.question, table, names):
            yield from some.to_batches()

    return every.mapInArrow(mark, types.StructType([*fields, *marks]))


def fetched(frame: Any, asked: PartPlan, table: str) -> Any:
    """Fetch those columns of a neighbour that are looked up, or are a key to the next.

    Of rows with one id the one comes that stands, and of a neighbour that is too large so many rows as show it.
    """
    arrow = need("pyarrow", "spark", WHY)
    wanted = {KEYS[table]}
    for ways in asked.question.ways.values():
        for name, way in ways.items():
            wanted |= {name, *(KEYS[to] for to in way)}
    request = request_of(asked.question, table)
    given = request.renamed(table, {name: name for name in frame.columns})
    names = [given[ours] for ours in given if ours in wanted]
    if table in IDS:
        frame, names = with_marks(frame, asked, table, names), [*names, MARK, ERROR]
    some = frame.select(*map(column, names))
    least = sum(1 if field.dataType.typeName() == "boolean" else 4 for field in some.schema.fields)
    found = some.limit(_LOOKED_UP // least + 1).toArrow()
    return arrow.concat_tables(standing([found], Counter())) if table in IDS else found


def gathered(batches: Batches) -> Iterator[Any]:
    """Join small batches, each of which costs as much as thousands of rows."""
    arrow = need("pyarrow", "spark", WHY)
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
