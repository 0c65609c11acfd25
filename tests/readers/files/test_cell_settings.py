"""Settings of cells in a file: two columns of one moment, durations that give moments, signs proved in the column."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import polars as pl
import pytest

from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import measure
from servqual.readers import Chunk, Export, Layout
from servqual.report import Config, report

HEADER = "Id,Date,Time,First reply (minutes),Solved after\n"
TICKETS = HEADER + "1,04/05/2026,9:05,12,26:00:00\n2,13/05/2026,9:30,95,\n3,14/05/2026,17:30,,03:00:00\n"
COLUMNS = {
    "case_id": "Id",
    "received_at": ["Date", "Time"],
    "first_response_min": "First reply (minutes)",
    "resolution_h": "Solved after",
}
READ = {"zone": "Europe/Berlin", "dates": "%d/%m/%Y %H:%M"}


def values(chunk: Chunk, name: str) -> Any:
    """The values of a column as they are stored."""
    return chunk.columns[name].values  # noqa: PD011  (ours)


def reported(folder: Path, text: str, table: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The KPIs of a report by key, and its notes."""
    (folder / "tickets.csv").write_text(text, encoding="utf-8")
    found = report(folder / "tickets.csv", Config.from_table(table))
    return {kpi["key"]: kpi["value"] for kpi in found["kpis"]}, found["notes"]


def test_durations_give_the_moments_that_the_file_lacks(tmp_path: Path) -> None:
    """First response and resolution, on the calendar, from a receipt in two columns; the report says so."""
    kpis, notes = reported(tmp_path, TICKETS, {"columns": COLUMNS, "read": READ})
    assert kpis["first_response_time"] == (12 + 95) / 2 * 60
    assert kpis["resolution_time"] == (26 + 3) / 2 * 3600
    assert "first_response_at is received_at and the calendar time that the file tells" in notes


def test_durations_of_business_time_are_counted_back_as_such(tmp_path: Path) -> None:
    """26 open hours from Monday 9:05 end on Thursday; the report, which counts open time, gives 26 hours again."""
    hours = {"week": {"mon-fri": "09:00-17:00"}}
    table = {"columns": COLUMNS, "read": {**READ, "durations": "business"}, "hours": hours}
    kpis, notes = reported(tmp_path, TICKETS, table)
    assert kpis["first_response_time"] == (12 + 95) / 2 * 60
    assert kpis["resolution_time"] == (26 + 3) / 2 * 3600
    assert "resolved_at is received_at and the business time that the file tells" in notes
    with pytest.raises(InvalidValue, match=r"durations must be calendar where there are no \[hours\]"):
        reported(tmp_path, TICKETS, {"columns": COLUMNS, "read": {**READ, "durations": "business"}})


@pytest.mark.parametrize("cell", ["soon", "99999999", "-5"])
def test_a_duration_that_cannot_be_read_gives_no_moment(cell: str, tmp_path: Path) -> None:
    """The row is refused for what needs it, under the name of the moment."""
    (tmp_path / "t.csv").write_text(f"received_at,resolution_h\n2026-05-04T09:00Z,{cell}\n2026-05-04T09:00Z,2\n")
    export = Export(tmp_path / "t.csv", Layout())
    found = measure(["resolution_time"], {"cases": export}, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    assert found.one().value == 7200
    assert [refusal.column for refusal in found.rows["cases"].refusals] == ["resolved_at"]


def test_a_moment_of_the_file_stands_beside_a_duration(tmp_path: Path) -> None:
    """And a column called resolution that tells no unit is one of words."""
    (tmp_path / "t.csv").write_text(
        "received_at,resolved_at,resolution_h,resolution\n2026-05-04T09:00Z,2026-05-04T10:00Z,5,Fixed\n"
    )
    [chunk] = Export(tmp_path / "t.csv", Layout()).chunks()
    assert (values(chunk, "resolved_at") - values(chunk, "received_at")).tolist() == [3_600_000_000]
    assert [*chunk.columns["resolution"].labels] == ["Fixed"]


def test_every_carrier_reads_texts_alike(tmp_path: Path) -> None:
    """A file, a mapping of lists and frames of texts: one meaning."""
    columns: dict[str, list[str]] = {
        "received_at": ["2026-05-04 9:05", "2026-05-04 9:05 UTC", "2026/5/5 11:00 +0200"],
        "first_response_min": ["12,5", "0:20:00", "1h 5m"],
    }
    text = "\n".join(["\t".join(columns), *map("\t".join, zip(*columns.values(), strict=True))])
    (tmp_path / "cases.csv").write_text(text)
    pl.DataFrame(columns).write_parquet(tmp_path / "cases.parquet")
    carriers = [
        Export(tmp_path / "cases.csv", Layout(zone="UTC")),
        tmp_path / "cases.csv",
        tmp_path / "cases.parquet",
        [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        columns,
        pd.DataFrame(columns),
        pl.DataFrame(columns),
    ]
    for carrier in carriers:
        found = measure(["first_response_time"], {"cases": carrier}, naive="UTC")
        assert found.one().value == (12.5 + 20 + 65) / 3 * 60
        assert not found.rows["cases"].refusals


def test_a_sign_that_is_proved_later_in_the_file_reads_the_rows_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the rows are cut into chunks."""
    (tmp_path / "t.csv").write_text("received_at;cost\n" + "2026-05-04T09:00Z;1.234\n" * 5 + "2026-05-04T09:00Z;7,5\n")
    for rows in (2, 100):
        monkeypatch.setattr("servqual.readers.files.table_rows.CHUNK", rows)
        chunks = [*Export(tmp_path / "t.csv", Layout()).chunks()]
        assert [value for chunk in chunks for value in values(chunk, "cost").tolist()] == [1234.0] * 5 + [7.5]
        assert not any(chunk.refusals for chunk in chunks)


def test_a_sign_that_is_contradicted_later_refuses_the_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1.234 was read by the proof of one chunk, and a later one proves the other sign; in one chunk it is refused."""
    moment = "\n2026-05-04T09:00Z;"
    (tmp_path / "t.csv").write_text("received_at;cost" + moment + moment.join(("1.234", "7,5", "8,5", "7.5")))
    monkeypatch.setattr("servqual.readers.files.table_rows.CHUNK", 2)
    with pytest.raises(InvalidValue, match=r"cost must have one decimal sign .*; say which with decimal"):
        list(Export(tmp_path / "t.csv", Layout()).chunks())
    monkeypatch.setattr("servqual.readers.files.table_rows.CHUNK", 100)
    [chunk] = Export(tmp_path / "t.csv", Layout()).chunks()
    assert [refusal.value for refusal in chunk.refusals] == ["1.234"]


def test_a_sign_that_nothing_proves_is_asked_for(tmp_path: Path) -> None:
    """Cell by cell, with the setting."""
    (tmp_path / "t.csv").write_text("received_at;cost\n2026-05-04T09:00Z;1.234\n2026-05-04T09:00Z;950\n")
    [chunk] = Export(tmp_path / "t.csv", Layout()).chunks()
    assert [refusal.row for refusal in chunk.refusals] == [2]
    assert "say which with decimal" in str(chunk.refusals[0])
    [chunk] = Export(tmp_path / "t.csv", Layout(decimal=",")).chunks()
    assert values(chunk, "cost").tolist() == [1234.0, 950.0]


def test_times_of_a_workbook(tmp_path: Path) -> None:
    """Durations and moments as a spreadsheet stores them, with their formats and without."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["queued_at", "Day", "Hour", "talk_s", "hold_d"])
    noon = dt.datetime(2026, 5, 4, 12)  # noqa: DTZ001  (a spreadsheet knows no zones)
    sheet.append([noon, noon.date(), dt.time(12), dt.time(0, 3, 20), 0.25])
    sheet.append([noon, noon.date(), dt.time(12), dt.timedelta(hours=26, seconds=40), 1.5])
    book.save(tmp_path / "calls.xlsx")
    layout = Layout(zone="UTC", columns={"answered_at": ["Day", "Hour"]})
    [chunk] = Export(tmp_path / "calls.xlsx", layout, table="interactions", need=()).chunks()
    assert not chunk.refusals
    assert values(chunk, "answered_at").tolist() == values(chunk, "queued_at").tolist()
    assert (values(chunk, "talk_s") / 1e6).tolist() == [200, 26 * 3600 + 40]
    assert (values(chunk, "hold_s") / 1e6).tolist() == [21_600, 129_600]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"columns": {"team": ["A", "B"]}}, "team must be one heading, or for a moment those of its date and its time"),
        ({"columns": {"received_at": ["A", "B", "C"]}}, "received_at must be one heading"),
        ({"columns": {"talk_min": "A"}}, r"\[columns\] must have columns of cases on the left"),
        ({"read": {"clock": "mm:ss"}}, "clock must be one of h:mm, m:ss"),
        ({"read": {"durations": "open"}}, "durations must be one of calendar, business"),
        ({"read": {"dates": "%d/%m"}}, "dates must say year, month and day once each"),
        ({"read": {"decimal": "'"}}, "decimal must be one of"),
    ],
)
def test_settings_are_checked(table: dict[str, Any], words: str) -> None:
    """Each refused by name, with what it may be."""
    with pytest.raises(InvalidValue, match=words):
        Config.from_table(table)


def test_a_missing_half_of_a_moment_is_named(tmp_path: Path) -> None:
    """The heading that is not there."""
    (tmp_path / "t.csv").write_text("Date,Hour\n2026-05-04,9:00\n")
    with pytest.raises(MissingColumn, match="no column 'Time' for received_at"):
        list(Export(tmp_path / "t.csv", Layout(columns={"received_at": ["Date", "Time"]})).chunks())
