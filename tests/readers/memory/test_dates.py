"""A date without a time is that day in the zone of the desk, from every carrier."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import NaiveTime
from servqual.metrics import Tally, measure, tally
from servqual.model import ActionItem, AgentId, MeetingId
from servqual.model.people import action_item as event
from servqual.readers import Export, Layout, columns_of
from servqual.readers.columns.columns import MISSING
from servqual.readers.columns.request import Request
from servqual.readers.columns.tables import TABLES, Kind, ends_its_day
from servqual.readers.columns.texts import CellReader
from servqual.readers.columns.zones import day, days, local
from servqual.readers.sources import TableChunks

# both ends of the world, changes of the clock by day and at midnight, half hours, and a clock put forward at 23:30
ZONES: Final = (
    "Etc/GMT+12",
    "Pacific/Kiritimati",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Scoresbysund",
)
HARD: Final = [
    dt.date(*each)
    for each in (
        (2018, 11, 4),  # São Paulo begins at one
        (2024, 3, 31),  # Beirut begins at one; Scoresbysund stays an hour back
        (2024, 4, 26),  # Cairo begins at one
        (2024, 9, 8),  # Santiago begins at one
        (2025, 3, 9),  # Havana begins at one
        (2025, 11, 2),  # Havana shows its first hour twice
        (2026, 3, 29),
        (2026, 10, 25),
        (1970, 1, 3),  # the day before is the first that every zone reads, as moments are from 1970 to 2099
        (2099, 12, 29),
    )
]
FIRST, LAST = dt.date(1970, 1, 2), dt.date(2099, 12, 30)
dates = st.one_of(
    st.sampled_from(HARD).flatmap(lambda hard: st.integers(-1, 1).map(lambda n: hard + dt.timedelta(days=n))),
    st.dates(FIRST, LAST),
)


@st.composite
def near_dates(draw: st.DrawFn) -> list[dt.date]:
    """Dates within weeks of each other, as the changes of a clock are looked for day by day."""
    first, days = draw(dates), draw(st.lists(st.integers(-40, 40), max_size=4))
    return [first, *(min(max(first + dt.timedelta(days=day), FIRST), LAST) for day in days)]


Carrier = Callable[[Sequence[dt.date]], Any]
CARRIERS: Final[dict[str, Carrier]] = {
    "texts": lambda of: {"received_at": [date.isoformat() for date in of]},
    "array of texts": lambda of: {"received_at": np.array([date.isoformat() for date in of])},
    "texts with slashes": lambda of: {"received_at": [f"{date:%Y/%m/%d}" for date in of]},
    "object array of texts": lambda of: {"received_at": np.array([date.isoformat() for date in of], object)},
    "dates": lambda of: {"received_at": [*of]},
    "object array of dates": lambda of: {"received_at": np.array([*of], object)},
    "dates among texts": lambda of: {"received_at": [*of[:-1], of[-1].isoformat()]},
    "datetime64[D]": lambda of: {"received_at": np.array([*of], "M8[D]")},
    "list of datetime64[D]": lambda of: {"received_at": [*np.array([*of], "M8[D]")]},
    "pandas objects": lambda of: pd.DataFrame({"received_at": pd.Series([*of], dtype=object)}),
    "pandas Arrow dates": lambda of: pd.DataFrame({"received_at": pd.Series([*of], dtype=pd.ArrowDtype(pa.date32()))}),
    "Polars dates": lambda of: pl.DataFrame({"received_at": [*of]}, schema={"received_at": pl.Date}),
    "Polars texts": lambda of: pl.DataFrame({"received_at": [date.isoformat() for date in of]}),
    "Arrow date32": lambda of: pa.table({"received_at": pa.array([*of], pa.date32())}),
    "Arrow date64": lambda of: pa.table({"received_at": pa.array([*of], pa.date64())}),
}


def began(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a date: a search in steps of five minutes, which divide all offsets."""
    at = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC) - dt.timedelta(hours=15)
    while at.astimezone(zone).date() < date:
        at += dt.timedelta(minutes=5)
    return at


def grouped(name: str, of: Sequence[dt.date], **options: Any) -> Tally:
    """Cases received on some dates by day, from one carrier."""
    return tally(["case_volume"], {"cases": CARRIERS[name](of)}, by=["day"], **options)


@settings(max_examples=150)
@given(
    near_dates(),
    st.sampled_from([*CARRIERS]),
    st.sampled_from(ZONES),
    st.sampled_from(["zone", "naive", "both"]),
)
def test_every_carrier_gives_the_same_groups(of: list[dt.date], name: str, zone: str, stated: str) -> None:
    """Grouped by day it is that day; with another zone of moments beside that of the desk, too."""
    options: dict[str, Any] = {
        "zone": {"zone": zone},
        "naive": {"naive": zone},
        "both": {"zone": zone, "naive": "Asia/Tokyo"},
    }[stated]
    found = grouped(name, of, **options)
    assert [row.group["day"] for row in found.measure()] == sorted({*of})
    assert found.to_bytes() == grouped("texts", of, **options).to_bytes()


@pytest.mark.parametrize("name", CARRIERS)
def test_a_hard_date_is_that_day_in_every_zone(name: str) -> None:
    """Each carrier in each zone, on the dates whose first instant or last is not at midnight in one of them."""
    hard = sorted(HARD[:-2])  # the last two are decades away
    for zone in ZONES:
        assert [row.group["day"] for row in grouped(name, hard, zone=zone).measure()] == hard


@given(dates, st.sampled_from(ZONES))
def test_a_day_is_from_its_first_instant_to_its_last(date: dt.date, name: str) -> None:
    """In one date and in arrays alike, also where midnight is skipped or shown twice."""
    zone = ZoneInfo(name)
    since = np.array([date], "M8[D]").astype(np.int64)
    first, last = int(days(since, zone)[0]), int(days(since, zone, ends=True)[0])
    assert (first, last) == (day(date, zone), day(date, zone, ends=True))
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert epoch + dt.timedelta(microseconds=first) == began(date, zone)
    assert epoch + dt.timedelta(microseconds=last + 1) == began(date + dt.timedelta(days=1), zone)
    shown = local(np.array([first, last]), zone) // 86_400_000_000
    assert shown.tolist() == [*since, *since]


def test_missing_days_stay_missing_and_far_ones_are_refused() -> None:
    """From every carrier, and without a zone nothing is asked of a column of gaps."""
    assert days(np.array([MISSING, 0]), ZoneInfo("UTC")).tolist() == [MISSING, 0]
    for values in (
        [None, dt.date(1969, 12, 31), dt.date(9999, 12, 31), dt.date(1, 1, 1)],
        np.array(["NaT", "1969-12-31", "9999-12-31", "0001-01-01"], "M8[D]"),
        ["", "1969-12-31", "9999-12-31", "0001-01-01"],
    ):
        chunk = columns_of("cases", {"due_at": values}, "Asia/Tokyo")
        assert not chunk.columns["due_at"].known.any()
        assert [refusal.row for refusal in chunk.refusals] == [1, 2, 3]
    assert not columns_of("cases", {"due_at": np.array(["NaT"], "M8[D]")}).columns["due_at"].known.any()


@pytest.mark.parametrize("name", CARRIERS)
def test_a_date_without_any_zone_is_refused(name: str) -> None:
    """Nobody knows when that day began."""
    with pytest.raises(NaiveTime, match="received_at needs a zone"):
        measure(["case_volume"], {"cases": CARRIERS[name]([dt.date(2026, 5, 4)])})


def test_due_moments_are_the_columns_named_so() -> None:
    """In every table; any other moment begins its day."""
    due = {name for columns in TABLES.values() for name, kind in columns.items() if ends_its_day(name)}
    assert due == {"due_at"}


DAY: Final = dt.date(2026, 5, 6)
CELLS: Final = ["2026-05-06", "2026-05-06T00:00", "2026-05-06T12:00Z", "", "20260506"]


@pytest.mark.parametrize(
    "values",
    [
        CELLS,
        [dt.date(2026, 5, 6), dt.datetime(2026, 5, 6), dt.datetime(2026, 5, 6, 12, tzinfo=dt.UTC), None, "2026-05-06"],  # noqa: DTZ001  (naive on purpose)
        [np.datetime64("2026-05-06"), dt.datetime(2026, 5, 6), np.datetime64("2026-05-06T12:00"), None, DAY],  # noqa: DTZ001
    ],
)  # fmt: skip
def test_dates_and_moments_in_one_column_are_told_apart_cell_by_cell(values: list[Any]) -> None:
    """Due on a day is due when it ends; due at midnight is due then."""
    found = columns_of("cases", {"due_at": values, "received_at": values}, "Europe/Berlin").columns
    due, received = (found[name].values.astype("M8[us]").astype(str).tolist() for name in ("due_at", "received_at"))  # noqa: PD011  (ours)
    end, midnight, noon = "2026-05-06T21:59:59.999999", "2026-05-05T22:00:00.000000", "2026-05-06T12:00:00.000000"
    assert due == [end, midnight, noon, "NaT", end]
    assert received == [midnight, midnight, noon, "NaT", midnight]


@pytest.mark.parametrize(
    ("form", "text", "is_day"), [("%d.%m.%Y", "06.05.2026", True), ("%d.%m.%Y %H:%M", "06.05.2026 00:00", False)]
)
def test_a_form_without_a_time_reads_days(form: str, text: str, *, is_day: bool) -> None:
    """As `dates = "%d.%m.%Y"` in the settings of a report."""
    reader = CellReader("due_at", Kind.MOMENT, zone=ZoneInfo("UTC"), dates=(form,))
    [at] = reader.read([text], 0)[0].values.astype("M8[us]").astype(str)  # noqa: PD011  (ours)
    assert at == ("2026-05-06T23:59:59.999999" if is_day else "2026-05-06T00:00:00.000000")


def _excel(path: Path, of: Sequence[dt.date]) -> Export:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in [["received_at"], *[[date] for date in of]]:
        sheet.append(row)
    book.save(path / "cases.xlsx")
    return Export(path / "cases.xlsx", Layout(zone="America/New_York"))


def _csv(path: Path, of: Sequence[dt.date]) -> Path:
    (path / "cases.csv").write_text("\n".join(["received_at", *map(str, of)]), encoding="utf-8")
    return path / "cases.csv"


def _parquet(path: Path, of: Sequence[dt.date]) -> Path:
    pq.write_table(CARRIERS["Arrow date32"](of), path / "cases.parquet")
    return path / "cases.parquet"


FILES: Final[dict[str, Callable[[Path, Sequence[dt.date]], Any]]] = {
    "CSV": _csv,
    "CSV as an export": lambda path, of: Export(_csv(path, of), Layout(zone="America/New_York")),
    "Excel": _excel,
    "Parquet": _parquet,
    "Parquet as an export": lambda path, of: Export(_parquet(path, of), Layout(zone="America/New_York")),
    "iterator": lambda _, of: iter([CARRIERS["dates"](of[:1]), CARRIERS["Polars dates"](of[1:])]),
    "DuckDB": lambda _, of: _relation(of),
}


def _relation(of: Sequence[dt.date]) -> Any:
    link = duckdb.connect()
    link.register("it", CARRIERS["Arrow date32"](of))
    return link.table("it")


@pytest.mark.parametrize("name", FILES)
def test_files_give_the_same_groups(name: str, tmp_path: Path) -> None:
    """In the zone that is asked for, whatever the zone in which the file writes its moments."""
    of = [dt.date(2026, 5, 4), dt.date(2026, 3, 29), dt.date(2025, 3, 9)]
    for zone in ("America/Havana", "Pacific/Kiritimati"):
        found = measure(["case_volume"], {"cases": FILES[name](tmp_path, of)}, by=["day"], zone=zone)
        assert [row.group["day"] for row in found] == sorted(of)


def test_objects_with_dates_are_of_the_desk() -> None:
    """An action due on a day is due when that day ends in the zone that is asked for, and else in UTC."""
    at = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    agreed = event.Agreed(
        at=at,
        by="A-1",
        id="X-1",
        what="call back",
        owner=AgentId("A-1"),
        due=dt.date(2026, 5, 6),
        meeting=MeetingId("M-1"),
    )
    items = [ActionItem(history=[agreed])]
    for zone, due in ((None, "2026-05-06T23:59:59.999999"), ("Asia/Tokyo", "2026-05-06T14:59:59.999999")):
        [chunk] = TableChunks("actions", items, Request(desk=zone))
        assert chunk().columns["due_at"].values.astype("M8[us]").astype(str).tolist() == [due]  # noqa: PD011  (ours)


def test_days_of_numpy_bound_a_period_in_the_zone() -> None:
    """As dates do; finer moments of numpy are UTC."""
    cases = {"received_at": np.array(["2026-05-03T22:00", "2026-05-04T21:59", "2026-05-04T22:00"], "M8[us]")}
    may = np.array(["2026-05-04", "2026-05-05"], "M8[D]")
    found = measure(["case_volume"], {"cases": cases}, zone="Europe/Berlin", period=(may[0], may[1]))
    assert found.one().value == 2
    utc = may.astype("M8[s]")
    assert measure(["case_volume"], {"cases": cases}, zone="Europe/Berlin", period=(utc[0], utc[1])).one().value == 2
    assert measure(["case_volume"], {"cases": cases}, period=(may[0], may[1])).one().value == 2


def test_an_export_is_read_in_its_own_zone(tmp_path: Path) -> None:
    """A row of 4 May is of 4 May in the zone of its layout, unless another zone is asked for."""
    path = tmp_path / "cases.csv"
    path.write_text("received_at\n2026-05-04\n2026-05-04T00:30\n", encoding="utf-8")
    data = {"cases": Export(path, Layout(zone="Europe/Berlin"))}
    found = measure(["case_volume"], data, by=["day"])
    assert {m.group["day"]: m.n for m in found} == {dt.date(2026, 5, 4): 2}
    assert found.zone == "Europe/Berlin"
    assert measure(["case_volume"], data, by=["day"], zone="UTC").zone == "UTC"
