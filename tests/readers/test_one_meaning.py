"""One row has one meaning: the same rows give the same tally, whatever carries them, in any order and in any parts.

A long run: `SERVQUAL_EXAMPLES=3000 pytest tests/readers/test_one_meaning.py`.
"""

import datetime as dt
from collections import Counter
from functools import partial, reduce
from operator import add
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.metrics.clocks.test_corrections import MONDAY, agreement, life, log_of
from tests.readers._carriers import CARRIERS, lists, reversed_columns
from tests.readers._rows import Asked, asked, plain_cells

from servqual.errors import ServqualError
from servqual.metrics import KPIS, Kpi, Tally, tally
from servqual.model import Case
from servqual.readers.columns.accounting import Rows
from servqual.readers.columns.duplicates import IDS

HOUR = dt.timedelta(hours=1)

often = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def of(rows: Asked, source: Any) -> Tally:
    """The tally of a source of the rows."""
    return tally(rows.kpis, {rows.table: source}, **rows.options)


def found(one: Tally) -> tuple[Any, ...]:
    """What a tally says: its bytes without the words of refusals, its numbers, and where the rows went."""
    [(table, rows)] = one.rows.items()
    refused = Counter[str]()
    for (column, _), count in rows.reasons.items():
        refused[column] += count
    plain = attrs.evolve(one, rows={table: Rows(read=rows.read, used=rows.used)}).to_bytes()
    numbers = [(m.kpi, *m.group.items(), m.value, m.low, m.high, m.n, m.undecided) for m in one.measure()]
    return rows.read, rows.used, dict(refused), numbers, plain


def said(rows: Asked, source: Any) -> tuple[Any, ...]:
    """What is found, or which error is raised."""
    try:
        return found(of(rows, source))
    except ServqualError as error:
        return ("error", type(error).__name__)


def places(one: Tally) -> list[tuple[int, str]]:
    """The refused cells by place and column, counted from the first."""
    [rows] = one.rows.values()
    return sorted({(refusal.row, refusal.column) for refusal in rows.refusals})


def fits(rows: Asked, name: str) -> bool:
    """Whether a carrier can hold the rows.

    A workbook ends with its last full row, and a CSV of one column cannot tell an empty cell from an empty line.
    """
    full = all(
        any((cell.text or "").strip() for cell in row)
        for row in zip(*(c.cells for c in rows.columns.values()), strict=True)
    )
    return full if name == "excel" else full or len(rows.columns) > 1 or not name.startswith("csv")


# a workbook is read in a process of its own, and DuckDB starts anew: they are drawn a fifth as often
SLOW = ("excel", "in_duckdb")
QUICK = [name for name in CARRIERS if name not in SLOW]
carriers = st.sampled_from([*QUICK * 5, *SLOW])
some_rows = asked()


@settings(often, max_examples=200)
@given(some_rows, carriers)
def test_every_carrier_gives_the_same_tally(rows: Asked, name: str) -> None:
    """To the byte, the same rows used and the same cells refused, errors included."""
    assume(fits(rows, name))
    with TemporaryDirectory() as place:
        assert said(rows, CARRIERS[name](rows, Path(place))) == said(rows, lists(rows, Path()))


@often
@given(some_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(rows: Asked, random: Random) -> None:
    """Shuffled rows, reversed columns."""
    shuffled = rows.at(random.sample(range(len(rows)), len(rows)))
    assert said(rows, lists(reversed_columns(shuffled), Path())) == said(rows, lists(rows, Path()))


def parts_of(rows: Asked, random: Random) -> list[Asked]:
    """Deal the rows into parts; no id is in two of them."""
    count = random.randint(2, 3)
    key = rows.columns.get(IDS.get(rows.table, "case_id"))
    mine: dict[Any, int] = {}
    dealt: list[list[int]] = [[] for _ in range(count)]
    for row in range(len(rows)):
        text = key and (key.cells[row].text or "").strip()
        dealt[mine.setdefault(text or (row,), random.randrange(count))].append(row)
    return [rows.at(some) for some in dealt if some]


@often
@given(some_rows, st.randoms(use_true_random=False), st.sampled_from(["iterator", "folder", "added"]), st.data())
def test_parts_are_the_whole(rows: Asked, random: Random, form: str, data: st.DataObject) -> None:
    """As an iterator of parts in carriers of all kinds, as a folder of files, as tallies that are added."""
    parts = parts_of(rows, random)
    want = said(rows, lists(rows, Path()))
    with TemporaryDirectory() as place:
        if form == "iterator":
            names = [data.draw(carriers.filter(partial(fits, part))) for part in parts]
            made = [CARRIERS[name](part, Path(place)) for part, name in zip(parts, names, strict=True)]
            assert said(rows, iter(made)) == want
        elif form == "folder":
            kind = data.draw(st.sampled_from(["csv_file", "parquet", "parquet_texts"]))
            assume(all(fits(part, kind) for part in parts))
            for part in parts:
                CARRIERS[kind](part, Path(place))
            assert said(rows, Path(place)) == want
        elif want[0] != "error" and all(kpi.law == "commutative" for kpi in rows.kpis):
            assert found(reduce(add, (of(part, lists(part, Path())) for part in parts))) == want


SLA = agreement()
OF_LOG: list[Kpi] = [kpi for kpi in KPIS.values() if kpi.table == "case_events"]
OF_CASES: list[Kpi] = [
    KPIS[key]
    for key in (
        "case_volume", "resolution_time", "first_response_time", "resolution_rate", "cases_resolved", "cases_closed",
        "reopen_rate", "backlog", "escalation_rate", "resolution_median",
    )
]  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[Case], Asked]:
    """Lives of cases, and the log of what was told of them, corrections included."""
    rng = Random(draw(st.integers(0, 2**32)))  # noqa: S311
    cases = [life(rng, number) for number in range(draw(st.integers(1, 5)))]
    columns = {name: plain_cells("case_events", name, values) for name, values in log_of(cases, rng).items()}
    options = {
        "by": draw(st.lists(st.sampled_from(["team", "priority", "day", "month"]), max_size=2, unique=True)),
        "zone": draw(st.sampled_from(["Europe/Berlin", None])),
        "naive": "UTC",
        "now": MONDAY + draw(st.integers(1, 400)) * HOUR,
        "sla": SLA,
        "threads": draw(st.sampled_from([1, 2, 4])),
    }
    kpis = draw(st.lists(st.sampled_from([*OF_LOG, *OF_CASES]), min_size=1, max_size=4, unique_by=lambda k: k.key))
    return cases, Asked("case_events", tuple(kpis), columns, options)


LOG_FORMS = ["shuffled", "carried", "parts", "objects", "table"]


@settings(often, max_examples=100)
@given(logs(), st.randoms(use_true_random=False), st.sampled_from(LOG_FORMS), st.data())
def test_a_log_gives_what_its_cases_give(
    told: tuple[list[Case], Asked], random: Random, form: str, data: st.DataObject
) -> None:
    """A log in every carrier, shuffled and in parts, says what the cases say as objects; so does their table."""
    cases, rows = told
    want = said(rows, lists(rows, Path()))
    shuffled = rows.at(random.sample(range(len(rows)), len(rows)))
    with TemporaryDirectory() as place:
        if form == "shuffled":
            assert said(rows, lists(shuffled, Path())) == want
        elif form == "carried":
            assert said(rows, CARRIERS[data.draw(carriers)](shuffled, Path(place))) == want
        elif form == "parts":
            made = [CARRIERS[data.draw(carriers)](part, Path(place)) for part in parts_of(shuffled, random)]
            assert said(rows, iter(made)) == want
        elif form == "objects":
            assert said(rows, cases)[3:4] == want[3:4]
    of_cases = attrs.evolve(rows, kpis=tuple(kpi for kpi in rows.kpis if kpi.table == "cases"))
    if form == "table" and of_cases.kpis and want[0] != "error":
        log = of(of_cases, lists(rows, Path()))
        table = tally(of_cases.kpis, {"cases": cases}, **of_cases.options)
        # a case that begins after `now` is not in a log, and counts for nothing in a table
        assert [*filter(_counts, found(log)[3])] == [*filter(_counts, found(table)[3])]


def _counts(told: tuple[Any, ...]) -> bool:
    """Whether a measured group counts anything."""
    *_, n, undecided = told
    return bool(n or undecided)


NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAYS = np.array(["2026-05-04", "2026-05-05"], "M8[D]")


@pytest.mark.parametrize(
    ("site", "labels"),
    [
        (DAYS, {"2026-05-04", "2026-05-05"}),
        (pd.Series([DAYS[0].item(), 5], dtype=object), {"2026-05-04", "5"}),
        (pl.Series([DAYS[0].item(), 1_981_895_187.0], dtype=pl.Object), {"2026-05-04", "1981895187"}),
    ],
    ids=["days of numpy", "days and numbers in pandas", "a number that Arrow takes for a day"],
)
def test_a_label_is_the_text_of_its_cell(site: Any, labels: set[str]) -> None:
    """Whatever stands beside it, in columns and frames."""
    found = tally(["volume"], {"interactions": {"queued_at": [NINE] * 2, "site": site}}, by=["site"]).measure()
    assert {one.group["site"] for one in found} == labels


def test_cells_at_the_ends_are_cells() -> None:
    """The year 9999 is refused in its row, in any zone; NaT is missing among numbers."""
    far = dt.datetime(9999, 12, 31, 23, 59)  # noqa: DTZ001  (as databases write an end that never comes)
    found = tally(["case_volume"], {"cases": {"received_at": [far, NINE]}}, naive="America/New_York")
    assert [(refusal.row, refusal.column) for refusal in found.rows["cases"].refusals] == [(0, "received_at")]
    costs = {"queued_at": [NINE], "cost": [np.datetime64("NaT")]}
    assert tally(["cost_per_contact"], {"interactions": costs}).measure().one().n == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_latest_update_stands_in_every_table_with_ids(order: tuple[int, ...]) -> None:
    """As a moment and not as a text, in an iterator too, and where no KPI reads it: 9 May is before 10 May."""
    told = [("2026-05-09T09:00Z", False), ("2026-05-10 08:00Z", True), ("2026-05-10T09:30+02:00", False)]
    columns = {
        "complaint_id": ["P-1"] * 3,
        "received_at": [NINE] * 3,
        "updated_at": [told[row][0] for row in order],
        "satisfied": [told[row][1] for row in order],
    }
    for source in (columns, iter([columns]), iter([pl.DataFrame(columns)])):
        assert tally(["complaint_satisfaction"], {"complaints": source}).measure().one().value == 1


def test_open_cases_per_agent_are_listed_by_month() -> None:
    """Also in months before whose first end nothing is shown; one case of one agent, open from March to May."""
    cases = {"received_at": [NINE.replace(month=3)], "agent": ["A"], "resolved_at": [None]}
    found = tally(["open_cases_per_agent"], {"cases": cases}, by=["month"], now=NINE).measure()
    assert [(one.group["month"].month, one.value) for one in found][-1] == (5, 1)
