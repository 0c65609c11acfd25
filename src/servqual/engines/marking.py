"""Rows with a repeated id in sorted Arrow tables: each that does not stand is marked with the reason, and none is lost.

    id   agent                        id   agent   mark
    A    Ana                          A    Ana     has another row that stands
    A    Ben     read once, by id     A    Ben
    B    Cy     ------------------>   B    Cy      repeats another row
    B    Cy                           B    Cy

The rows of an id follow each other, and are compared by all their columns, as those of a table in memory are. The marks
go with the rows to where they are counted, which for chains of contacts is another machine, that of the customer.
"""

import pickle
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._checks import need
from servqual.engines.part import Part
from servqual.errors import ServqualError
from servqual.metrics.engine import Plan, refused, request_of
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.duplicates import ANSWER, NAMING
from servqual.readers.columns.request import Request
from servqual.readers.sources import TableChunks

MARK: Final = "servqual: does not stand"
"""The column of reasons: empty for a row that stands."""
ERROR: Final = "servqual: cannot be compared"
"""The column of errors, in the first row of those that raised one."""
_WHY: Final = "comparing rows of one id"


def naming_columns(table: str, columns: Collection[str]) -> tuple[str, ...]:
    """Name those of our columns that all rows of one id have in common, of a table whose rows have ids."""
    if table != "answers":
        return NAMING[table]
    return (ANSWER,) if ANSWER in columns else ("customer_id", "question")


def marked(tables: Iterable[Any], question: Plan, table: str, kept: Sequence[str]) -> Iterator[Any]:
    """Mark the rows that do not stand in Arrow tables sorted by id, and keep some columns of all rows.

    >>> import pyarrow as pa
    >>> from servqual.metrics.engine import plan_of
    >>> some = pa.table({"case_id": ["A", "A", "B"], "team": ["north", "south", "north"]})
    >>> found = marked([some], plan_of(["case_volume"]), "cases", ["case_id"])
    >>> [table[MARK].to_pylist() for table in found]
    [['case_id has another row that stands', None], [None]]
    """
    arrow = need("pyarrow", "spark", _WHY)
    request = attrs.evolve(request_of(question, table, whole=True), only=frozenset(NAMING[table]))
    waiting: list[Any] = []
    for some in tables:
        every = arrow.concat_tables([*waiting, some])
        start = _last_id(every, table, request)
        if start:
            yield _with_marks(every.slice(0, start), question, table, request, kept)
        waiting = [every.slice(start)]
    for rest in waiting:
        if rest.num_rows:
            yield _with_marks(rest, question, table, request, kept)


def _last_id(some: Any, table: str, request: Request) -> int:
    """Find the row from which on all rows have the id of the last one; rows without an id belong to none."""
    if not some.num_rows:
        return 0
    [read] = TableChunks(table, some, attrs.evolve(request, unique=False))
    columns = read().columns
    codes = np.stack([columns[name].values for name in naming_columns(table, columns)])
    others = np.flatnonzero((codes != codes[:, -1:]).any(axis=0))
    if (codes[:, -1] < 0).any():
        return int(some.num_rows)
    return int(others[-1]) + 1 if len(others) else 0


def _with_marks(some: Any, question: Plan, table: str, request: Request, kept: Sequence[str]) -> Any:
    """Mark the rows of whole ids; an error is kept for where they are counted."""
    arrow = need("pyarrow", "spark", _WHY)
    marks = np.full(some.num_rows, None, object)
    errors = marks.copy()
    try:
        [read] = TableChunks(table, some, request)
        lost = read().lost
        if lost and question.strict:
            raise refused(lost[0])
        for refusal in lost:
            marks[refusal.row] = f"{refusal.column} {refusal.reason}"
    except ServqualError as error:
        errors[0] = pickle.dumps(error)
    columns = some.select([*kept])
    columns = columns.append_column(MARK, arrow.array(marks, arrow.string()))
    return columns.append_column(ERROR, arrow.array(errors, arrow.binary()))


def standing(tables: Iterable[Any], lost: Counter[str]) -> Iterator[Any]:
    """Give the rows that stand, without their marks, and count the others by the reason; raises a kept error."""
    for some in tables:
        for error in some[ERROR].drop_null().to_pylist():
            raise pickle.loads(error)  # noqa: S301  (what our own worker raised, carried by the engine)
        lost.update(some[MARK].drop_null().to_pylist())
        yield some.filter(some[MARK].is_null()).drop_columns([MARK, ERROR])


def with_lost(part: Part, table: str, lost: Mapping[str, int]) -> Part:
    """Count rows that do not stand among those that were read in a part."""
    reasons = {(name, reason): count for text, count in lost.items() for name, _, reason in [text.partition(" ")]}
    rows = {**part.tally.rows, table: part.tally.rows[table] + Rows(read=sum(lost.values()), reasons=reasons)}
    return attrs.evolve(part, tally=attrs.evolve(part.tally, rows=rows))
