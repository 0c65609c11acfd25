"""A report of a frame, of columns or of rows says what the report of the same file says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.errors import InvalidValue, MissingColumn, NaiveTime
from servqual.report import Config, render, report

ROWS = {
    "Ticket": [f"T-{n}" for n in range(200)],
    "Opened": [f"{1 + n % 28:02d}/{4 + n // 100:02d}/2026 09:{n % 60:02d}" for n in range(200)],
    "Solved": [f"{1 + n % 28:02d}/{4 + n // 100:02d}/2026 1{n % 9}:{n % 60:02d}" if n % 7 else "" for n in range(200)],
    "Group": ["north" if n % 3 else "south" for n in range(200)],
}
CONFIG = Config.from_table(
    {
        "columns": {"case_id": "Ticket", "received_at": "Opened", "resolved_at": "Solved", "team": "Group"},
        "read": {"zone": "Europe/Berlin", "dates": "%d/%m/%Y %H:%M"},
        "targets": [{"clock": "resolution", "within": "4 h", "goal": 0.9}],
    }
)


def stream(rows: Any) -> Any:
    """An Arrow stream, which can be read once."""
    table: Any = pa.table(rows)
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())


CARRIERS: dict[str, Callable[[Any], Any]] = {
    "columns": dict,
    "records": lambda rows: pd.DataFrame(rows).to_dict("records"),
    "pandas": pd.DataFrame,
    "lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "stream": stream,
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_table_in_memory_is_reported_as_its_file(carrier: str, tmp_path: Path) -> None:
    """All but the name of the source."""
    path = tmp_path / "cases.csv"
    pd.DataFrame(ROWS).to_csv(path, index=False)
    from_file, mine = report(path, CONFIG), report(CARRIERS[carrier](ROWS), CONFIG)
    assert (from_file["source"]["name"], mine["source"]["name"]) == ("cases.csv", "cases in memory")
    for case in from_file["open_cases"]:
        case["row"] -= 2  # the header is row 1 of a file, and rows in memory begin with 0
    assert {**mine, "source": from_file["source"]} == from_file
    assert "cases in memory" in render(mine)


def test_moments_of_a_frame_are_typed() -> None:
    """What is typed is read as it is; a naive column needs the zone of the settings, as the message says."""
    frame = pd.DataFrame({"received_at": pd.to_datetime(["2026-05-04 09:00"] * 3)})
    with pytest.raises(NaiveTime, match="zone = 'Europe/Berlin'"):
        report(frame)
    found = report(frame, Config.from_table({"read": {"zone": "Europe/Berlin"}}))
    assert found["made"]["now"] == "2026-05-04T09:00:00+02:00"


@pytest.mark.parametrize("wrong", [5, [1, 2], object()])
def test_what_is_no_table_is_refused(wrong: Any) -> None:
    """With what may be given."""
    with pytest.raises(InvalidValue, match="path must be the path of an export, a frame, columns or rows"):
        report(wrong)


def test_a_column_that_is_not_there_is_named() -> None:
    """As of a file."""
    with pytest.raises(MissingColumn, match="the table has no column 'received_at'"):
        report({"opened": []})
