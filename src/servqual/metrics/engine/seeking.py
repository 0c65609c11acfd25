"""What `where=` asked for: how many rows hold each wanted value, and the nearest values where none does.

Both add up: counts are added, and the eight nearest of two parts are among the eight nearest of each. So a value that
one part lacks may still be found in another, and only the measured whole says that it nowhere occurs.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual.metrics.engine.question import Plan
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.nearest import nearest
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.labels import text_of
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.tags import TAGS, tags_in
from servqual.readers.sources import holds, label_codes

Asked: TypeAlias = tuple[str, str, str]
"""A table, a column of `where=`, and the credit of the KPIs that see it."""


@attrs.frozen
class Found:
    """Number of rows with a wanted value, and without any the nearest values."""

    rows: int = 0
    near: tuple[Any, ...] = ()

    def joined(self, other: "Found", wanted: object) -> "Found":
        """Add what another part found."""
        rows = self.rows + other.rows
        return Found(rows, () if rows else nearest(wanted, {*self.near, *other.near}))


Founds: TypeAlias = Mapping[Asked, tuple[Found, ...]]
"""What was found of each wanted value, in the order of the plan."""


def added(one: Founds, two: Founds, plan: Plan) -> dict[Asked, tuple[Found, ...]]:
    """Add what was found in two parts."""
    out = {**one, **two}
    for asked in one.keys() & two.keys():
        some = zip(one[asked], two[asked], plan.where[asked[1]], strict=True)
        out[asked] = tuple(mine.joined(theirs, wanted) for mine, theirs, wanted in some)
    return out


def unmatched(founds: Founds, kpi: Kpi, plan: Plan) -> list[tuple[str, Any, Found]]:
    """List the wanted values that no row has, of those that a KPI's rows were chosen by."""
    out = list[tuple[str, Any, Found]]()
    for name, values in plan.where.items():
        credit = kpi.credit if plan.credited_by(kpi) else ""
        some = founds.get((kpi.table, name, credit), ())
        out += ((name, wanted, found) for wanted, found in zip(values, some, strict=False) if not found.rows)
    return out


class Sought:
    """Thread-safe count of what `where=` of a plan asks for, in the rows of one table."""

    def __init__(self, plan: Plan, table: str) -> None:
        self._where, self._table, self._zone = plan.where, table, plan.zone
        self._rows: dict[Asked, list[int]] = {}
        self._values: dict[Asked, set[Any]] = {}
        self._lock = threading.Lock()

    def add(self, chunk: Chunk, credit: str) -> None:
        """Count the rows of one more chunk."""
        for name, wanted in self._where.items():
            column = chunk.columns.get(name)
            if column is None:
                continue
            rows, asked = _rows(name, column, wanted, self._zone), (self._table, name, credit)
            with self._lock:
                before = self._rows.get(asked, [0] * len(wanted))
                self._rows[asked] = now = [a + b for a, b in zip(before, rows, strict=True)]
                if all(now):
                    self._values.pop(asked, None)
                    continue
            values = _values(name, column)
            with self._lock:
                self._values.setdefault(asked, set()).update(values)

    def found(self) -> dict[Asked, tuple[Found, ...]]:
        """Give the counts, and the nearest of the values that were met."""
        return {
            asked: tuple(
                Found(n, () if n else nearest(wanted, self._values.get(asked, ())))
                for n, wanted in zip(rows, self._where[asked[1]], strict=True)
            )
            for asked, rows in self._rows.items()
        }


def _rows(name: str, column: Column, wanted: Sequence[Any], zone: ZoneInfo) -> list[int]:
    """Count the rows of each wanted value; None stands for a missing one, and a set of tags holds each of them."""
    missing = int((~column.known).sum()) if None in wanted else 0
    if column.kind is not Kind.LABEL:
        return [int(holds("where", name, column, [value], zone=zone).sum()) for value in wanted]
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.labels))
    texts = [text_of(value).strip() for value in wanted]
    codes = label_codes(name, column, texts)
    return [
        missing if value is None else int(counts[codes[text]].sum()) for value, text in zip(wanted, texts, strict=True)
    ]


def _values(name: str, column: Column) -> set[Any]:
    """Give the different values of a column; none of moments, to which none is near."""
    if column.kind is Kind.MOMENT:
        return set()
    found = np.unique(column.values[column.known]).tolist()
    if column.kind is not Kind.LABEL:
        return {bool(value) if column.kind is Kind.FLAG else float(value) for value in found}
    labels = {column.labels[int(code)] for code in found}
    return {tag for label in labels for tag in tags_in(label)} if name == TAGS else labels
