"""Laws of a KPI: its parts add up, it invents no data, and every row is accounted for."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from servqual._checks import must_be
from servqual.errors import InvalidValue
from servqual.metrics import Compound, Kpi, Measurement, Tally, tally
from servqual.readers.columns.duplicates import NAMING
from servqual.readers.columns.tables import Kind, kind_of
from servqual.testing.laws import hold, lawful

__all__ = ["check_kpi"]

Row = Mapping[str, Any]
_NOON: Final = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
_DAY: Final = dt.timedelta(days=1)
_MOMENTS: Final = st.integers(0, 14 * 24).map(lambda hours: _NOON + dt.timedelta(hours=hours))
_CELLS: Final[Mapping[Kind, st.SearchStrategy[Any]]] = {
    Kind.MOMENT: st.none() | _MOMENTS,
    Kind.DURATION: st.none() | st.integers(0, 7200),
    Kind.COUNT: st.none() | st.integers(0, 4),
    Kind.NUMBER: st.none() | st.integers(-1, 11) | st.sampled_from((0.5, 2.25)),
    Kind.FLAG: st.none() | st.booleans(),
    Kind.LABEL: st.none() | st.sampled_from(("a", "b", "c")),
}
_UNREADABLE: Final = "unreadable"
_OF_ROWS: Final = {"cells.unread", "share.immature"}
"""Warnings of rows that did not count."""


def check_kpi(
    kpi: Kpi,
    row: st.SearchStrategy[Row] | None = None,
    *,
    now: dt.datetime = _NOON + 12 * _DAY,
    period: tuple[dt.datetime, dt.datetime] | None = None,
    max_examples: int = 50,
) -> None:
    """Check a KPI, such as one of your own, over tables of some rows.

    - No rows give no value; a count of them is 0.
    - The value lies between the least and the greatest of its unit, and within its interval. It is never NaN.
    - Rows in any order give the same bytes, and so do parts that are added and stored in between. Rows of one customer
      stay together for a keyed KPI.
    - A row without any of the cells that the KPI needs changes neither the value nor its interval, n, warnings, or the
      hits, misses or sums behind them; rows told as unread or undecided aside.
    - A row with an unreadable cell is refused and named in the reasons, and the others count as without it.
    - read = used + refused.

    `row` draws one row of its table, a mapping from column to cell with None for what is missing. By default it holds
    the columns that the KPI needs and uses, filled by their kinds: moments of two weeks from 2026-05-04, durations up
    to two hours, counts up to 4, the labels a, b and c. `now` and `period` are those of `measure`; a KPI of a period as
    a whole gets five days in the middle unless you pass a period. Raises `AssertionError` that names the law, with the
    smallest table that breaks it.

    >>> from servqual.metrics import KPIS
    >>> check_kpi(KPIS["asa"], max_examples=5)
    """
    must_be(Kpi, "kpi", "a Kpi", kpi)
    if isinstance(kpi, Compound):
        raise InvalidValue.of("kpi", "be a Kpi of one table", kpi.key, do="check each of its parts")
    must_be((st.SearchStrategy, type(None)), "row", "a strategy of Hypothesis", row)
    if kpi.of_period and period is None:
        period = (_NOON + 5 * _DAY, _NOON + 10 * _DAY)
    law = _Law(kpi, now, period)

    @lawful(max_examples)
    @given(st.lists(law.row() if row is None else row, min_size=1, max_size=10, unique_by=law.name), st.data())
    def laws(rows: list[Row], data: st.DataObject) -> None:
        law.columns = tuple(dict.fromkeys([*law.needs, *(name for row in rows for name in row)]))
        law.check_empty()
        whole = law.tally(rows)
        told = whole.measure().one()
        law.check_value(told)
        if kpi.needs:
            law.check_missing(rows, whole, told)
        law.check_unreadable(rows, told, data)
        law.check_parts(rows, whole.to_bytes(), data)

    laws()


class _Law:
    """One KPI, and how it is measured."""

    def __init__(self, kpi: Kpi, now: dt.datetime, period: tuple[dt.datetime, dt.datetime] | None) -> None:
        self.kpi, self.now, self.period = kpi, now, period
        self.needs = [*kpi.needs] or [kpi.at]
        self.columns: tuple[str, ...] = ()

    def kind(self, column: str) -> Kind:
        return kind_of(self.kpi.table, column, self.kpi.kinds)

    def row(self) -> st.SearchStrategy[Row]:
        columns = sorted({self.kpi.at, *self.kpi.columns, self.kpi.keyed_by if self.is_keyed else ""} - {""})
        return st.fixed_dictionaries({name: _CELLS[self.kind(name)] for name in columns})

    @property
    def is_keyed(self) -> bool:
        return self.kpi.law == "keyed"

    def name(self, row: Row) -> object:
        """Tell what names a row in its table, of which there is one."""
        names = [row[name] for name in NAMING.get(self.kpi.table, ()) if row.get(name) is not None]
        return (*names,) or id(row)

    def tally(self, rows: Sequence[Row]) -> Tally:
        table = {name: [row.get(name) for row in rows] for name in self.columns}
        found = tally([self.kpi], {self.kpi.table: table}, now=self.now, period=self.period, threads=1)
        counted = found.rows[self.kpi.table]
        hold(
            counted.read == len(rows) and 0 <= counted.used <= counted.read,
            f"every row must be read, and be used or refused (got {counted} of {len(rows)} rows)",
        )
        return found

    def check_empty(self) -> None:
        told = self.tally([]).measure().one()
        nothing = 0 if told.unit == "count" else None
        hold(told.n == 0 and told.value == nothing, f"no rows must give no value (got {told.value} of n = {told.n})")

    def check_value(self, told: Measurement) -> None:
        least, most = self.kpi.ends
        for number in (told.value, told.low, told.high):
            hold(
                number is None or least <= number <= most,
                f"the value and its interval must lie between {least} and {most} (got {told})",
            )
        low, high = (least if told.low is None else told.low), (most if told.high is None else told.high)
        hold(told.value is None or low <= told.value <= high, f"the value must lie within its interval (got {told})")

    def check_parts(self, rows: list[Row], whole: bytes, data: st.DataObject) -> None:
        mixed = data.draw(st.permutations(rows))
        hold(self.tally(mixed).to_bytes() == whole, "the order of rows must not matter")
        if self.is_keyed and not self.kpi.keyed_by:
            return
        keys = [*{row.get(self.kpi.keyed_by) for row in rows}] if self.is_keyed else [*range(len(rows))]
        mine = {*data.draw(st.lists(st.sampled_from(keys), unique=True))}
        sides = [(row.get(self.kpi.keyed_by) if self.is_keyed else i) in mine for i, row in enumerate(mixed)]
        one, two = (
            self.tally([row for row, side in zip(mixed, sides, strict=True) if side is which])
            for which in (True, False)
        )
        stored = Tally.from_bytes(two.to_bytes(), kpis=[self.kpi])
        hold((one + stored).to_bytes() == whole, "parts that are stored and added must be the whole")

    def check_missing(self, rows: list[Row], whole: Tally, told: Measurement) -> None:
        wider = self.tally([*rows, {}])
        more = wider.measure().one()
        same_state = more.undecided > told.undecided or self.state(wider) == self.state(whole)
        hold(
            _decided(more) == _decided(told) and same_state,
            f"a row of missing cells must not count (got {more} for {told})",
        )

    def state(self, counted: Tally) -> bytes:
        """Give what the number is made from, such as hits and misses, without the accounts of the rows."""
        return attrs.evolve(counted, rows={}, cells={self.kpi.state: counted.cells[self.kpi.state]}).to_bytes()

    def check_unreadable(self, rows: list[Row], told: Measurement, data: st.DataObject) -> None:
        readable = [name for name in self.kpi.needs if self.kind(name) is not Kind.LABEL]
        if not readable:
            return
        column = data.draw(st.sampled_from(readable))
        found = self.tally([*rows, {**data.draw(st.sampled_from(rows)), column: _UNREADABLE}])
        more, reasons = found.measure().one(), found.rows[self.kpi.table].reasons
        facts = [(each.value, each.low, each.high, each.n, each.undecided) for each in (told, more)]
        hold(facts[0] == facts[1], f"a row with an unreadable {column} must not count (got {more} for {told})")
        hold(
            any(column == name for name, _ in reasons), f"the reasons must name an unreadable {column} (got {reasons})"
        )


def _decided(told: Measurement) -> Measurement:
    """Leave out what tells of rows that are undecided or unread."""
    warnings = tuple(caveat for caveat in told.warnings if caveat.code not in _OF_ROWS)
    return attrs.evolve(told, undecided=0, unread=0, warnings=warnings)
