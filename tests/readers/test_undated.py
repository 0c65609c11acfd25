"""A row without the moment that dates it never counts in silence: it is refused, or the number says so.

Tables whose rows sum up a span of time (`OF_SPANS`) refuse it, with and without a period, from every carrier; a row of
any other table counts where no period is asked, and is warned of.
"""

import datetime as dt
from functools import reduce
from itertools import pairwise
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.readers._carriers import CARRIERS, lists
from tests.readers._rows import Asked, plain_cells, told

from servqual.metrics import KPIS, Kpi, Tally, measure, tally
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS
from servqual.readers.columns.tables import OF_SPANS, Kind, kind_of

START, HOUR = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(hours=1)
NOW, PERIOD = START + 1000 * HOUR, (START - HOUR, START + 100 * HOUR)
BEGIN = {"occurred_at", "received_at", "requested_at", "queued_at", "made_at", "invited_at", "started_at", "entered_at"}
CELLS: dict[str, Any] = {
    "offered": 9, "answered": 6, "abandoned": 2, "answered_within": 5, "answered_late": 1, "agreed_s": 90, "down_s": 9,
    "score": 4, "scale_low": 1, "scale_high": 5, "likelihood": 2, "impact": 2,
}  # fmt: skip
WORDS = [None, "", "Summe aller", "小计", "Montag", "Total", "n/a"]
"""What stands where the moment should: nothing, or the word of a total."""


def cell(kpi: Kpi, name: str, row: int) -> Any:
    """A cell that its KPI can use."""
    match kind_of(kpi.table, name, kpi.kinds):
        case _ if name in CELLS and kind_of(kpi.table, name) is not Kind.FLAG:
            return CELLS[name]
        case Kind.MOMENT:
            return START + (row if name in BEGIN or name == "at" else row + 2) * HOUR
        case Kind.DURATION:
            return 20
        case Kind.COUNT | Kind.NUMBER:
            return 1
        case Kind.FLAG:
            return row % 2 == 0
        case Kind.LABEL:
            return f"{name}{row}"


def rows_of(kpi: Kpi, extra: Any = ...) -> dict[str, list[Any]]:
    """Six rows, and with `extra` one more of the same content that has this as its moment."""
    names = sorted({*kpi.needs, *kpi.uses, kpi.at} - {"question_kind"})
    out = {name: [cell(kpi, name, row) for row in range(6)] for name in names}
    if extra is not ...:
        out = {name: [*cells, extra if name == kpi.at else cell(kpi, name, 8)] for name, cells in out.items()}
    return out


def asked(kpi: Kpi, columns: dict[str, list[Any]], **options: Any) -> Asked:
    """Columns of a KPI for the carriers, as typed as their cells are."""
    cells = {name: plain_cells(kpi.table, name, values) for name, values in columns.items()}
    for name, column in cells.items():
        words = any(isinstance(value, str) for value in column.values)
        typed = pa.int64() if column.arrow == pa.duration("us") else column.arrow
        cells[name] = attrs.evolve(column, arrow=None if words and kind_of(kpi.table, name) is Kind.MOMENT else typed)
    return Asked(kpi.table, (kpi,), cells, {"naive": "UTC", **options})


def state(found: Tally) -> Any:
    """The number with its interval."""
    one = found.measure().one()
    return one.value, one.low, one.high, one.n, one.undecided


def of(rows: Asked, source: Any) -> Tally:
    """The tally of a source of the rows."""
    return tally(rows.kpis, {rows.table: source}, **rows.options)


CATALOGUE = [told(part) for kpi in KPIS.values() for part in kpi.parts if part.table != "case_events"]
OF_SPAN = [*(kpi for kpi in CATALOGUE if kpi.table in OF_SPANS), *CONTACT_COUNT_KPIS.values()]
DATED = [kpi for kpi in CATALOGUE if kpi.table not in OF_SPANS and not kpi.of_period and not kpi.stock]


@pytest.mark.parametrize("kpi", OF_SPAN, ids=lambda kpi: f"{kpi.table} {kpi.key}")
@pytest.mark.parametrize("period", [None, PERIOD], ids=["always", "in a period"])
def test_a_row_of_no_time_is_refused(kpi: Kpi, period: Any) -> None:
    """Whatever word stands there, the number is that of the other rows, and the row is refused by its moment."""
    whole = asked(kpi, rows_of(kpi), period=period)
    for word in WORDS:
        rows = asked(kpi, rows_of(kpi, word), period=period)
        found = of(rows, lists(rows, Path()))
        assert state(found) == state(of(whole, lists(whole, Path()))), word
        counted = found.rows[kpi.table]
        assert (counted.read, counted.refused) == (7, 1), word
        assert [name for name, _ in counted.reasons] == [kpi.at], word


@given(
    st.sampled_from(OF_SPAN),
    st.sampled_from([name for name in CARRIERS if name not in {"in_duckdb", "excel"}]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.sampled_from([(0,), (0, 4)]),
)
def test_every_carrier_refuses_it(kpi: Kpi, name: str, words: list[Any], cuts: tuple[int, ...]) -> None:
    """As columns, frames and files of values and of texts, whole and in parts that are added."""
    columns = rows_of(kpi)
    for word in words:
        columns = {n: [*cells, word if n == kpi.at else cell(kpi, n, 8)] for n, cells in columns.items()}
    rows, whole = asked(kpi, columns), asked(kpi, rows_of(kpi))
    pieces = [rows.at(range(since, until)) for since, until in pairwise([*cuts, len(rows)])]
    with TemporaryDirectory() as folder:
        found = reduce(add, [of(piece, CARRIERS[name](piece, Path(folder))) for piece in pieces])
        assert state(found) == state(of(whole, lists(whole, Path())))
        assert (found.rows[kpi.table].read, found.rows[kpi.table].used) == (6 + len(words), 6)
        assert found.to_bytes() == of(rows, iter([lists(rows, Path())])).to_bytes()


@pytest.mark.parametrize("kpi", DATED, ids=lambda kpi: f"{kpi.table} {kpi.key}")
def test_a_thing_without_a_date_counts_and_is_told(kpi: Kpi) -> None:
    """Where the row changes the number, the number says that it counts; in a period it is no row."""
    whole, rows = rows_of(kpi), rows_of(kpi, None)
    before, found = (measure([kpi], {kpi.table: data}, now=NOW).one() for data in (whole, rows))
    warned = [str(each) for each in found.warnings if each.code == "rows.undated"]
    changed = (before.value, before.n) != (found.value, found.n)
    if kpi.at not in kpi.needs:
        assert warned == ([f"1 row of {kpi.table} counts without {kpi.at}"] if changed or warned else [])
        within = [measure([kpi], {kpi.table: data}, now=NOW, period=PERIOD).one() for data in (whole, rows)]
        assert (within[0].value, within[0].n) == (within[1].value, within[1].n)
    elif kpi.key != "survey_response_rate":  # who answered was asked
        assert not changed
        assert not warned


def test_the_number_of_undated_rows_is_that_of_the_rows_that_count() -> None:
    """An invitation has no answer, so that its missing moment is none; nor has a row that `where` leaves out."""
    nps = KPIS["nps"]
    data = {"score": [9, 10, None, 3], "answered_at": [START, None, None, None], "team": ["a", "a", "a", "b"]}
    found = measure([nps], {"answers": data}, by=["team"])
    assert {str(each) for one in found for each in one.warnings if each.code == "rows.undated"} == {
        "2 rows of answers count without answered_at"
    }
    one = measure([nps], {"answers": data}, where={"team": "a"}).one()
    assert "1 row of answers counts without answered_at" in map(str, one.warnings)
    assert one.n == 2
    assert found.rows["answers"].refused == 0


def test_strict_takes_undated_answers_and_refuses_undated_counts() -> None:
    """`strict` is about rows that cannot be used."""
    answers = {"score": [9, 10], "answered_at": [START, None]}
    assert measure(["nps"], {"answers": answers}, strict=True).one().n == 2
    counts = {"offered": [9, 9], "at": [START, None]}
    with pytest.raises(ValueError, match="row 1: at is missing, so that the row is of no time"):
        measure(["volume"], {"contact_counts": counts}, strict=True)


def test_a_table_without_the_column_counts() -> None:
    """A sum of counts that nobody dated is what the desk says; so are answers."""
    assert measure(["volume"], {"contact_counts": {"offered": [9, 8]}}).one().value == 17
    found = measure(["nps"], {"answers": {"score": [9, 10]}}).one()
    assert found.n == 2
    assert "rows.undated" not in {each.code for each in found.warnings}
