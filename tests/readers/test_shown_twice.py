"""A time that the clock shows twice is read as the first, and says so, whatever carries it; one it skips is refused."""

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servqual.metrics import Tally, measure, tally
from servqual.readers import Export, Layout, Log, Moment

BERLIN = ZoneInfo("Europe/Berlin")
AT = [dt.datetime.fromisoformat(f"2026-10-25 {time}") for time in ("01:30", "02:00", "02:30", "02:59:59", "03:00")]
TEXTS = [at.isoformat(sep=" ") for at in AT]
EMPTY: list[Any] = [None] * len(AT)
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SKIPPED = dt.datetime.fromisoformat("2026-03-29 02:30")


def csv_of(columns: dict[str, list[Any]], folder: Path) -> Path:
    """Write columns as CSV."""
    path = folder / "cases.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def parquet_of(table: pa.Table, folder: Path) -> Path:
    """Write a table as Parquet."""
    path = folder / "cases.parquet"
    pq.write_table(table, path)
    return path


def exported(path: Path) -> Export:
    """A file of the desk in Berlin."""
    return Export(path, Layout(zone="Europe/Berlin"), table="cases", need=())


CARRIERS: dict[str, Callable[[list[dt.datetime], list[str], Path], Any]] = {
    "list": lambda at, _, __: {"received_at": at},
    "objects": lambda at, _, __: {"received_at": np.array(at, object)},
    "texts": lambda _, texts, __: {"received_at": texts},
    "texts and datetimes": lambda at, texts, _: {"received_at": [*at[:2], *texts[2:]]},
    "records": lambda at, _, __: [{"received_at": one} for one in at],
    "pandas": lambda at, _, __: pd.DataFrame({"received_at": at}),
    "pandas, Arrow": lambda at, _, __: pa.table({"received_at": at}).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas, objects": lambda at, _, __: pd.DataFrame({"received_at": pd.Series(at, dtype=object)}),
    "pandas, texts": lambda _, texts, __: pd.DataFrame({"received_at": texts}),
    "polars": lambda at, _, __: pl.DataFrame({"received_at": at}),
    "polars, lazy": lambda at, _, __: pl.LazyFrame({"received_at": at}),
    "arrow": lambda at, _, __: pa.table({"received_at": at}),
    "iterator": lambda at, _, __: iter([{"received_at": at[:3]}, {"received_at": at[3:]}]),
    "CSV": lambda _, texts, folder: csv_of({"received_at": texts}, folder),
    "CSV, layout": lambda _, texts, folder: exported(csv_of({"received_at": texts}, folder)),
    "Parquet": lambda at, _, folder: parquet_of(pa.table({"received_at": at}), folder),
    "Parquet, layout": lambda at, _, folder: exported(parquet_of(pa.table({"received_at": at}), folder)),
    "Parquet, texts": lambda _, texts, folder: exported(parquet_of(pa.table({"received_at": texts}), folder)),
}


def counted(source: Any, **options: Any) -> Tally:
    """The cases of a source in Berlin."""
    return tally(["case_volume"], {"cases": source}, **{"naive": "Europe/Berlin", **options})


def said(found: Tally) -> list[str]:
    """What a number says of times that are shown twice."""
    return [str(each) for each in found.measure().one().warnings if each.code == "time.ambiguous"]


@pytest.mark.parametrize("name", CARRIERS)
def test_every_carrier_counts_the_times_that_are_shown_twice(name: str, tmp_path: Path) -> None:
    """Three of five times lie in the hour that comes again; the same bytes from every carrier."""
    found = counted(CARRIERS[name](AT, TEXTS, tmp_path))
    assert said(found) == ["3 times of cases are shown twice by the clock of the zone; the first of both was taken"]
    assert found.to_bytes() == counted({"received_at": AT}).to_bytes()
    first = tally(["case_volume"], {"cases": {"received_at": [at.replace(tzinfo=BERLIN) for at in AT]}}, by=["hour"])
    again = counted(CARRIERS[name](AT, TEXTS, tmp_path), by=["hour"], zone="UTC")
    assert [(m.group, m.value) for m in again.measure()] == [(m.group, m.value) for m in first.measure()]
    assert again.rows["cases"].used == len(AT)


@pytest.mark.parametrize("name", CARRIERS)
def test_every_carrier_refuses_a_time_that_the_clock_skips(name: str, tmp_path: Path) -> None:
    """It is refused with its row, and the other rows count."""
    at = [*AT[:1], SKIPPED, *AT[:1]]
    found = counted(CARRIERS[name](at, [str(one) for one in at], tmp_path))
    assert (found.rows["cases"].read, found.rows["cases"].used) == (3, 2)
    [refusal] = found.rows["cases"].refusals
    assert refusal.reason == "must exist in Europe/Berlin, where the clock was put forward over it"
    assert not said(found)


MANY = [dt.datetime.fromisoformat("2026-10-24") + i * dt.timedelta(minutes=1) for i in range(3000)]


@pytest.mark.parametrize("name", CARRIERS)
def test_of_thousands_of_times_an_hour_is_shown_twice(name: str, tmp_path: Path) -> None:
    """Cells that are read all at once are counted as those that are read one by one."""
    found = counted(CARRIERS[name](MANY, [str(at) for at in MANY], tmp_path))
    assert said(found) == ["60 times of cases are shown twice by the clock of the zone; the first of both was taken"]


UNAMBIGUOUS: dict[str, Any] = {
    "aware": [at.replace(tzinfo=BERLIN) for at in AT],
    "offsets": [f"{text}+02:00" for text in TEXTS],
    "UTC of numpy": np.array(TEXTS, "datetime64[us]"),
    "told by fold": [at.replace(fold=1) for at in AT],
    "dates": [at.date() for at in AT],
    "frame in UTC": pl.DataFrame({"at": AT})["at"].dt.replace_time_zone("UTC"),
    "frame in its zone": pd.Series(AT).dt.tz_localize("Europe/Berlin", ambiguous=np.array([True] * len(AT))),
    "other days": [at + dt.timedelta(days=1) for at in AT],
}


@pytest.mark.parametrize("name", UNAMBIGUOUS)
def test_what_has_one_meaning_is_not_counted(name: str) -> None:
    """A zone, an offset, a fold or another day tells which of both it is."""
    assert not said(counted({"received_at": UNAMBIGUOUS[name]}))
    assert not said(counted({"received_at": AT}, naive="UTC"))


def test_a_warning_is_of_the_columns_that_a_kpi_reads() -> None:
    """Times of another column, of rows that `where` leaves out, and of refused rows do not count."""
    data = {"received_at": [at - dt.timedelta(days=1) for at in AT], "resolved_at": AT, "team": [*"aabbb"]}
    found = measure(["case_volume", "resolution_rate"], {"cases": data}, naive="Europe/Berlin", now=NOW)
    warned = {one.kpi: [each.code for each in one.warnings] for one in found}
    assert "time.ambiguous" in warned["resolution_rate"]
    assert "time.ambiguous" not in warned["case_volume"]
    one = measure(["resolution_rate"], {"cases": data}, naive="Europe/Berlin", now=NOW, where={"team": "a"}).one()
    [warning] = [each for each in one.warnings if each.code == "time.ambiguous"]
    assert str(warning).startswith("1 time of cases is shown twice")


def test_steps_of_a_log_say_it_of_the_moments_of_their_case(tmp_path: Path) -> None:
    """A case whose receipt is the first of two equal times says so."""
    columns = {"Case": ["1", "1", "2"], "Step": ["new", "done", "new"], "When": [TEXTS[2], TEXTS[4], TEXTS[0]]}
    log = Log(event="Step", at="When", moments={"received_at": Moment(pick="first", of="*")})
    desk = Layout(columns={"case_id": "Case"}, zone="Europe/Berlin", log=log)
    found = tally(["case_volume"], {"cases": Export(csv_of(columns, tmp_path), desk, table="cases", need=())})
    assert said(found) == ["1 time of cases is shown twice by the clock of the zone; the first of both was taken"]


def test_a_log_of_events_says_it() -> None:
    """The times of a log that clocks and cases are read from."""
    log = {"case_id": ["1", "1"], "event": ["opened", "resolved"], "at": [AT[0], AT[2]]}
    found = tally(["resolution_rate"], {"case_events": log}, naive="Europe/Berlin", now=NOW)
    assert said(found) == ["1 time of case_events is shown twice by the clock of the zone; the first of both was taken"]
