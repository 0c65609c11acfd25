"""A question for data in parts: what each part must know, and how the rows must be dealt to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

import attrs

from servqual._checks import among, must_be
from servqual.errors import InvalidValue
from servqual.metrics.engine import LOG, Data, Neighbours, Options, Plan, plan_of, request_of, spelled_out, with_ways
from servqual.metrics.kpi.definition import Kpi
from servqual.readers.columns.duplicates import ANSWER, NAMING
from servqual.readers.sources import columns_in


@attrs.frozen(kw_only=True, eq=False)
class PartPlan:
    """A question for data in parts; it is pickled with the tables in which columns are looked up.

    Attributes:
        question: the checked question.
        tables: the tables that are read in parts.
        neighbours: the tables in which columns are looked up.
        keys: table to the column whose rows belong together: `()` where all rows do, and no entry where no rows do.
        named: the tables whose rows have ids, by which repeated rows are found.
    """

    question: Plan
    tables: tuple[str, ...]
    neighbours: Neighbours = attrs.field(repr=False)
    keys: Mapping[str, tuple[str, ...]]
    named: frozenset[str]

    @property
    def partition_by(self) -> dict[str, tuple[str, ...]]:
        """Give the columns by which a table is dealt to parts: `()` for one part, and no entry for any split."""
        return {table: self._theirs(table, key) for table, key in self.keys.items()}

    @property
    def order_by(self) -> dict[str, tuple[str, ...]]:
        """Give the columns by which the rows of each part are sorted; no entry for any order."""
        return {
            table: self._theirs(table, (*key, _moment(self.question, table))) for table, key in self.keys.items() if key
        }

    @property
    def strict_columns(self) -> dict[str, frozenset[str]]:
        """Give the columns that are in all parts of a table or in none, for where they are absent that says something.

        Answers have different columns: an invitation has no score.
        """
        return {
            table: frozenset(name for kpi in self.question.read if kpi.table == table for name in kpi.uses)
            for table in self.tables
            if table not in {LOG, "answers"}
        }

    def _theirs(self, table: str, names: Iterable[str]) -> tuple[str, ...]:
        given = self.question.columns.get(table, {})
        return tuple(given.get(name, name) for name in names)

    def table(self, name: str | None) -> str:
        """Check the name of a table in parts; without one it is the only table."""
        if name is None and len(self.tables) != 1:
            raise InvalidValue.of("table", f"be one of {', '.join(self.tables)}", name, do="say which rows these are")
        found = self.tables[0] if name is None else name
        among("table", found, self.tables)
        return found


@spelled_out
def plan(kpis: Sequence[str | Kpi], data: Data, **options: Unpack[Options]) -> PartPlan:
    """Check a question once, for all parts of the data; `measure` describes the options.

    Args:
        kpis: keys of the catalogue, or `Kpi`s.
        data: table name to its columns: the names of the columns, or a frame of which no row is read. A table in which
            columns are looked up is given whole, for it goes to all parts.
        options: by keyword, those of `measure` but `layout` and `progress`.

    >>> asked = plan(["fcr", "volume"], {"interactions": ["customer_id", "queued_at", "team"]}, by=["team"])
    >>> asked.partition_by, asked.order_by
    ({'interactions': ('customer_id',)}, {'interactions': ('customer_id', 'queued_at')})
    """
    must_be(Mapping, "data", "a mapping by name", data)
    for name in ("layout", "progress"):
        if options.get(name):
            raise InvalidValue.of(name, "be left out where data come in parts", options.get(name))
    heads: Mapping[str, Any] = {table: _head(source) for table, source in data.items()}
    question, heads = with_ways(plan_of(kpis, **options), heads)
    question = attrs.evolve(question, threads=1)
    mine = dict.fromkeys(table if table in data and table != LOG else LOG for table in question.tables)
    for table in mine:
        among("data", table, data)
    keys = {table: found for table in mine if (found := _key(question, table, heads[table])) is not None}
    named = frozenset(table for table in mine if _is_named(question, table, heads[table]))
    neighbours = Neighbours.of(heads, question)
    return PartPlan(question=question, tables=tuple(mine), neighbours=neighbours, keys=keys, named=named)


def _head(source: Any) -> Any:
    """Read names of columns as a table without rows."""
    if isinstance(source, list | tuple) and source and all(isinstance(name, str) for name in source):
        return dict.fromkeys(source, ())
    return source


def _key(question: Plan, table: str, head: Any) -> tuple[str, ...] | None:
    """Find the column whose rows belong together: none where all rows do, None where no rows do."""
    if table == LOG:
        return ("case_id",)
    keys = {kpi.keyed_by for kpi in question.read if kpi.table == table and kpi.law == "keyed"}
    if not keys:
        return None
    _, filled, _ = columns_in(table, head, request_of(question, table))
    return tuple(keys) if len(keys) == 1 and keys <= filled else ()


def _is_named(question: Plan, table: str, head: Any) -> bool:
    """Whether a table has the columns that name its rows; answers have an id, or a customer and a question at least."""
    every = {*NAMING.get(table, ())}
    _, filled, _ = columns_in(table, head, attrs.evolve(request_of(question, table), only=frozenset(every)))
    if table == "answers":
        return ANSWER in filled or {"customer_id", "question"} <= filled
    return bool(every) and every <= filled


def _moment(question: Plan, table: str) -> str:
    """Name the moment by which rows of a key are sorted."""
    keyed = (kpi.at for kpi in question.read if kpi.table == table and kpi.law == "keyed")
    return "at" if table == LOG else next(keyed)
