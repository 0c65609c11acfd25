"""Every KPI has its page, with an example that runs, and the pages are what the rows say."""

import datetime as dt
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from servqual.metrics import KPIS
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS
from servqual.metrics.catalogue.kpis import SUBJECTS
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.methods import METHODS
from servqual.metrics.results.estimates import _READERS
from servqual.readers.columns.tables import TABLES, Kind, kind_of
from servqual.testing import kpis as twin

DOCS = Path(__file__).parents[1] / "docs"


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("make_kpis", DOCS / "make_kpis.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_every_kpi_has_an_example_and_no_example_is_left_over() -> None:
    """By key; a KPI without one would have no page that runs."""
    assert set(SCRIPT.examples()) == set(KPIS)


def test_the_pages_are_current() -> None:
    """Run `python docs/make_kpis.py` to write them anew."""
    written = {file.name: file.read_text(encoding="utf-8") for file in (DOCS / "kpis").glob("*.md")}
    told = SCRIPT.pages()
    assert written.keys() == told.keys()
    assert [name for name, text in told.items() if written[name] != text] == []


@pytest.mark.parametrize("key", [key for key, kpi in KPIS.items() if kpi.table != "case_events"])
def test_the_value_of_an_example_is_that_of_the_slow_twin(key: str) -> None:
    """So that example, twin and measure, written apart, say the same."""
    kpi, example = KPIS[key], SCRIPT.examples()[key]
    settings: Any = eval(f"dict({example.get('with', '')})", {"dt": dt})  # noqa: S307  (our own file)
    kpi = kpi.with_(**settings)
    now = plain(Kind.MOMENT, example["now"]) if "now" in example else None
    tables = {
        name: [
            {column: plain(kind_of(name, column), cell) for column, cell in zip(head, row, strict=True)} for row in rows
        ]
        for name, (head, rows) in SCRIPT.cells(kpi, example).items()
    }
    if isinstance(kpi, Compound):
        told = twin.measure_over(kpi, tables, now=now)
    else:
        period = tuple(plain(Kind.MOMENT, at) for at in example["period"]) if "period" in example else None
        rows = tables[kpi.table]
        if period and not kpi.of_period:
            rows = [row for row in rows if period[0] <= row[kpi.at] < period[1]]
        told = twin.measure(kpi, rows, now=now, period=period)
    assert told.value == pytest.approx(eval(example["value"]), rel=1e-12)  # noqa: S307  (our own file)


def plain(kind: Kind, cell: str) -> Any:
    """A cell of an example as a plain value."""
    if cell == "-":
        return None
    match kind:
        case Kind.MOMENT:
            return dt.datetime.fromisoformat(f"2026-{cell}").replace(tzinfo=dt.UTC)
        case Kind.FLAG:
            return cell == "yes"
        case Kind.LABEL:
            return cell
        case _:
            return float(cell)


def test_the_page_of_tables_is_current_and_every_table_is_read() -> None:
    """A table that no KPI reads would ask for data in vain; customers and teams are there to be looked up in."""
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == SCRIPT.tables()
    read = {part.table for kpi in (*KPIS.values(), *CONTACT_COUNT_KPIS.values()) for part in kpi.parts}
    assert TABLES.keys() - {"customers", "teams"} == read


def test_each_kpi_is_in_one_room() -> None:
    """A key that two rooms used would hide one of them."""
    keys = [kpi.key for kpis in SUBJECTS.values() for kpi in kpis]
    assert len(keys) == len(set(keys)) == len(KPIS)


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda kpi: kpi.key)
def test_a_row_says_what_its_page_needs(kpi: Any) -> None:
    """Question, formula, source and interval; what is asked is a question."""
    assert kpi.question.endswith("?")
    assert kpi.formula
    assert kpi.source
    assert METHODS[kpi.statistic]
    assert kpi.at or kpi.table == "case_events"


def test_every_statistic_says_how_its_interval_is_made() -> None:
    """And no method is told that none uses."""
    statistics = {*_READERS}
    assert METHODS.keys() - statistics == {"exposure", "count"}
    assert statistics <= METHODS.keys()


def test_every_metric_has_a_home_or_a_reason() -> None:
    """The 79 metrics of the documents and the 107 KPIs of the field, each once; every named KPI exists."""
    homes = SCRIPT.homes()
    wanted = [*(f"K-{i:02}" for i in range(1, 80)), *map(str, range(1, 108))]
    assert [home.row for home in homes] == wanted
    assert [home.row for home in homes if not home.keys and not home.words] == []
    assert {key for home in homes for key in home.keys} <= KPIS.keys()
    assert (DOCS / "kpi-coverage.md").read_text(encoding="utf-8") == SCRIPT.coverage()


def test_every_kpi_is_the_home_of_a_metric_or_says_where_it_comes_from() -> None:
    """What no metric asks for is one of a clock, a part of another, or names its own source."""
    homes = {key for home in SCRIPT.homes() for key in home.keys}
    rest = {key: kpi.source for key, kpi in KPIS.items() if key not in homes}
    assert [
        key for key, source in rest.items() if "K-" not in source and "DOMAIN" not in source and "KPIS" not in source
    ] == []
