"""What `where=`, and `only=` of KPIs, asked for: how many rows hold each wanted value, and the nearest where none does.

Both add up: counts are added, and the eight nearest of two parts are among the eight nearest of each. So a value that
one part lacks may still be found in another, and only the measured whole says that it nowhere occurs.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servqual.metrics.catalogue._params import each_of
from servqual.metrics.engine.question import Plan
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.nearest import nearest
from servqual.readers.columns.columns import Chunk, Column
from servqual.readers.columns.labels import is_missing, text_of
from servqual.readers.columns.tables import Kind
from servqual.readers.columns.tags import TAGS, tags_in
from servqual.readers.sources import holds, label_codes

Asked: TypeAlias = tuple[str, str, str]
"""A table, a column, and the credit of the KPIs that see it; behind `_ONLY` where `only=` of KPIs names the column."""
_ONLY: Final = "only/"
_NAMED: Final = frozenset((Kind.LABEL, Kind.FLAG, Kind.NUMBER, Kind.COUNT))
"""Kinds of columns that `only=` can name."""


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
"""What was found of each wanted value, in the order of `wanted_of`."""


def wanted_of(plan: Plan, asked: Asked) -> Sequence[Any]:
    """List the values that are wanted of a column: those of `where=`, or all that `only=` of some KPI names."""
    table, name, credit = asked
    if not credit.startswith(_ONLY):
        return plan.where[name]
    mine = (kpi for kpi in plan.read if kpi.table == table and _ONLY + _credit(kpi, plan) == credit)
    some = {(type(value).__name__, str(value)): value for kpi in mine for value in _only(kpi).get(name, ())}
    return tuple(some[key] for key in sorted(some))


def _only(kpi: Kpi) -> dict[str, tuple[Any, ...]]:
    """Give the values of each column of `only=`; None stands for missing ones."""
    chosen: Mapping[str, Any] = kpi.params.get("only") or {}
    return {name: tuple(None if is_missing(each) else each for each in each_of(some)) for name, some in chosen.items()}


def _credit(kpi: Kpi, plan: Plan) -> str:
    return kpi.credit if plan.credited_by(kpi) else ""


def added(one: Founds, two: Founds, plan: Plan) -> dict[Asked, tuple[Found, ...]]:
    """Add what was found in two parts."""
    out = {**one, **two}
    for asked in one.keys() & two.keys():
        some = zip(one[asked], two[asked], wanted_of(plan, asked), strict=True)
        out[asked] = tuple(mine.joined(theirs, wanted) for mine, theirs, wanted in some)
    return out


def unmatched(founds: Founds, kpi: Kpi, plan: Plan) -> list[tuple[str, Any, Found]]:
    """List the wanted values that no row has, of those that a KPI's rows were chosen by.

    Values of `only=` are listed where no row has any of a column's, for a KPI may name the words of many desks.
    """
    out, credit = list[tuple[str, Any, Found]](), _credit(kpi, plan)
    for name, values in plan.where.items():
        some = founds.get((kpi.table, name, credit), ())
        out += ((name, wanted, found) for wanted, found in zip(values, some, strict=False) if not found.rows)
    for name, values in _only(kpi).items():
        asked = (kpi.table, name, _ONLY + credit)
        found_of = zip(wanted_of(plan, asked), founds.get(asked, ()), strict=False)
        mine = [(name, wanted, found) for wanted, found in found_of if _is_one_of(wanted, values)]
        if not any(found.rows for *_, found in mine):
            out += mine
    return out


def _is_one_of(wanted: Any, values: Sequence[Any]) -> bool:
    return any(type(value) is type(wanted) and value == wanted for value in values)


class Sought:
    """Thread-safe count of what `where=` of a plan asks for, in the rows of one table."""

    def __init__(self, plan: Plan, table: str) -> None:
        self._plan, self._table, self._zone = plan, table, plan.zone
        mine = [kpi for kpi in plan.read if kpi.table == table and _only(kpi)]
        self._only = {(_credit(kpi, plan), name) for kpi in mine for name in _only(kpi)}
        self._rows: dict[Asked, list[int]] = {}
        self._values: dict[Asked, set[Any]] = {}
        self._lock = threading.Lock()

    def add(self, chunk: Chunk, credit: str) -> None:
        """Count the rows of one more chunk."""
        chosen = [(self._table, name, credit) for name in self._plan.where]
        only = [(self._table, name, _ONLY + credit) for of, name in sorted(self._only) if of == credit]
        for asked in (*chosen, *only):
            name, wanted = asked[1], wanted_of(self._plan, asked)
            column = chunk.columns.get(name)
            if column is None or not wanted or (asked in only and column.kind not in _NAMED):
                continue
            rows = _rows(name, column, wanted, self._zone, None if asked in chosen else str.casefold)
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
                for n, wanted in zip(rows, wanted_of(self._plan, asked), strict=True)
            )
            for asked, rows in self._rows.items()
        }


def _rows(
    name: str, column: Column, wanted: Sequence[Any], zone: ZoneInfo, fold: Callable[[str], str] | None
) -> list[int]:
    """Count the rows of each wanted value; None stands for a missing one, and a set of tags holds each of them."""
    missing = int((~column.known).sum()) if None in wanted else 0
    if column.kind is not Kind.LABEL:
        asks = "only" if fold else "where"
        return [int(holds(asks, name, column, [value], zone=zone).sum()) for value in wanted]
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.labels))
    texts = [fold(text_of(value).strip()) if fold else text_of(value).strip() for value in wanted]
    codes = label_codes(name, column, texts, fold)
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
