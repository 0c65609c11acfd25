"""A layout reads a table in memory as it reads a file: the same bytes, the same refusals, the same advice."""

import csv
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn, NaiveTime, UnknownName
from servqual.metrics import measure, tally
from servqual.metrics.engine import Tally
from servqual.model import BusinessHours, Sla, Target
from servqual.pdca import diagnose
from servqual.readers import Export, Layout
from servqual.readers.files.layouts import Log, Moment

NOW: Final = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
HABITS: Final = Layout(
    columns={
        "case_id": "Ticket",
        "received_at": ["Day", "Time"],
        "resolved_at": "Solved",
        "reopened": "Reopens",
        "cost": "Cost",
        "escalated": "Escalated?",
        "team": "Group",
        "paused_min": "On hold",
    },
    zone="Europe/Berlin",
    dates=("%d/%m/%Y %H:%M", "%d/%m/%Y", "unix"),
    missing=("n/k", "-1"),
    decimal=",",
    true=("X",),
    false=("O",),
    clock="h:mm",
)
KPIS: Final = ["case_volume", "resolution_time", "reopen_rate", "cost_per_resolution", "escalation_rate", "pause_share"]
Table = Mapping[str, Sequence[str]]


def cells(*texts: str) -> st.SearchStrategy[str]:
    """Cells of a column, empty ones too."""
    return st.sampled_from(("", *texts))


ROWS: Final = st.lists(
    st.fixed_dictionaries(
        {
            "Ticket": st.sampled_from(["1", "2", "3", "4", "5", "6", "x-7", ""]),
            "Day": cells("04/05/2026", "13/05/2026", "2026-05-06", "29/03/2026", "soon"),
            "Time": cells("09:00", "17:30", "02:30"),
            "Solved": cells("15/05/2026 10:00", "1780000000", "2026-05-20T10:00Z", "31/02/2026", "n/k"),
            "Reopens": cells("0", "1", "2", "-1", "-3", "1.5", "x"),
            "Cost": cells("12,5", "1.234,50", "7", "-1", "12.5", "many"),
            "Escalated?": cells("X", "O", "yes", "no", "1", "maybe"),
            "Group": cells("north", "south", "NA", "N/K", "7"),
            "On hold": cells("0:30", "90", "1 h", "-1", "-5"),
            "Note": st.sampled_from(["a", "b"]),  # of a file, a row without any cell is none
        }
    ),
    max_size=12,
)


def columns(rows: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Rows as columns; without any row with a column all the same."""
    return (
        {name: [row[name] for row in rows] for name in (*HABITS.columns["received_at"], *rows[0])}
        if rows
        else {"Group": []}
    )


def written(path: Path, table: Table) -> Path:
    """The same cells as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(table)
        out.writerows(zip(*table.values(), strict=True))
    return path


def records(table: Table) -> list[dict[str, str]]:
    """The same cells as rows."""
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def arrow(table: Table) -> Any:
    """The same cells as an Arrow table."""
    return pl.DataFrame(table).to_arrow()


CARRIERS: Final[Mapping[str, Callable[[Table], Any]]] = {
    "columns": lambda table: table,
    "arrays": lambda table: {name: np.array(of, object) for name, of in table.items()},
    "numpy texts": lambda table: {name: np.array(of, str) for name, of in table.items()},
    "records": lambda table: records(table) or dict(table),
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": lambda table: pl.DataFrame(table).lazy(),
    "arrow": arrow,
    "an export": lambda table: table,
    "several": lambda table: [pd.DataFrame(table)],
}


def asked(source: Any, layout: Layout | None = HABITS, **options: Any) -> Tally:
    """The tally of a source."""
    if layout is not None:
        options["layout"] = layout
    return tally(KPIS, {"cases": source}, by=["team"], now=NOW, **options)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.sampled_from([*CARRIERS]))
def test_file_and_memory_give_the_same_bytes(tmp_path: Path, rows: list[dict[str, str]], carrier: str) -> None:
    """Whatever holds the texts: values, refusals with their reasons, and rows that stand for an id."""
    if not rows:
        return
    table = columns(rows)
    source = CARRIERS[carrier](table)
    from_file = asked(written(tmp_path / "rows.csv", table))
    mine = asked(Export(table, HABITS, need=()), None) if carrier == "an export" else asked(source)
    assert mine.to_bytes() == from_file.to_bytes()
    assert mine.rows == from_file.rows
    assert asked(Export(tmp_path / "rows.csv", HABITS, need=()), None).to_bytes() == from_file.to_bytes()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_a_frame_of_guessed_types_gives_the_same_bytes(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    """`pandas.read_csv` makes numbers of serial dates, flags and words for missing, which mean the same."""
    table = {name: of for name, of in columns(rows).items() if name != "Cost"} if rows else {"Group": ["north"]}
    path = written(tmp_path / "rows.csv", table)
    layout = Layout(
        **{name: getattr(HABITS, name) for name in ("zone", "dates", "missing", "true", "false", "clock")},
        columns={name: of for name, of in HABITS.columns.items() if name != "cost"},
        optional=HABITS.columns.keys(),
    )
    kpis = ["resolution_time", "reopen_rate", "escalation_rate", "case_volume"]

    def told(source: Any) -> Tally:
        return tally(kpis, {"cases": source}, by=["team"], now=NOW, layout=layout)

    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    if rows:
        assert told(frame).to_bytes() == told(path).to_bytes()


def test_a_vendor_is_named_as_in_settings(tmp_path: Path) -> None:
    """Headings of the vendor in any letter case, its zone asked for with `naive=`, and columns mapped anew."""
    table = {
        "ID": ["1", "2"],
        "Created at": ["2026-05-04 09:00", "2026-05-05 09:00"],
        "First reply time in minutes": ["15", "-"],
        "group": ["north", "south"],
        "Brand": ["A", "B"],
    }
    found = measure(["first_response_time"], {"cases": table}, layout="zendesk", naive="Europe/Berlin", by=["team"])
    assert found.get("first_response_time", team="north").value == 900
    path = written(tmp_path / "rows.csv", table)
    assert (
        measure(
            ["first_response_time"], {"cases": path}, layout={"cases": "zendesk"}, naive="Europe/Berlin", by=["team"]
        )
        == found
    )
    brands = measure(
        ["case_volume"],
        {"cases": table},
        layout="zendesk",
        naive="UTC",
        columns={"cases": {"team": "Brand"}},
        by=["team"],
    )
    assert {one.group["team"] for one in brands} == {"A", "B"}
    assert (found.zone, brands.zone) == ("Europe/Berlin", "UTC")
    zoned = Layout(columns={"received_at": "Created at"}, zone="Asia/Tokyo")
    assert measure(["case_volume"], {"cases": table}, layout=zoned).zone == "Asia/Tokyo"


SLA: Final = Sla(
    name="desk",
    hours=BusinessHours(zone="UTC", week={"mon-sun": "00:00-24:00"}),
    targets=[Target(clock="resolution", within=dt.timedelta(hours=4))],
)
STEPS: Final = {
    "Case ID": ["C-1", "C-1", "C-2", "C-2", "C-2"],
    "Activity": ["Insert ticket", "Resolve ticket", "Insert ticket", "Wait", "Resolve ticket"],
    "When": ["04/05/2026 09:00", "04/05/2026 10:00", "04/05/2026 09:00", "04/05/2026 09:30", "05/05/2026 09:00"],
}
NAMES: Final = Layout(
    columns={"case_id": "Case ID", "event": "Activity", "at": "When"},
    zone="UTC",
    dates="%d/%m/%Y %H:%M",
    events={"opened": "Insert ticket", "resolved": "Resolve ticket"},
)


@pytest.mark.parametrize("carrier", ["columns", "pandas", "arrow", "records", "file"])
def test_events_of_a_foreign_log_are_named(carrier: str, tmp_path: Path) -> None:
    """The log that refused all rows gives its clocks; a name that is not mapped is refused with what to do."""
    log = written(tmp_path / "log.csv", STEPS) if carrier == "file" else CARRIERS[carrier](STEPS)
    found = measure(["resolution_kept"], {"case_events": log}, sla=SLA, now=NOW, layout=NAMES)
    assert (found.one().value, found.one().n) == (0.5, 2)
    [refusal] = found.rows["case_events"].refusals
    assert (refusal.value, refusal.reason) == (
        "Wait",
        "is not a known event; say which one it is in layout=Layout(events={…})",
    )


def test_steps_of_a_log_become_cases_in_memory(tmp_path: Path) -> None:
    """As `[log]` of settings: which step gives which moment."""
    layout = Layout(
        columns={"case_id": "Case ID"},
        zone="UTC",
        dates="%d/%m/%Y %H:%M",
        log=Log(
            at="When",
            event="Activity",
            moments={
                "received_at": Moment(pick="first", of="*"),
                "resolved_at": Moment(pick="last", of="Resolve ticket"),
            },
        ),
    )
    found = measure(["resolution_time"], {"cases": pd.DataFrame(STEPS)}, layout=layout)
    assert found.one().value == (1 + 24) * 3600 / 2
    assert found == measure(["resolution_time"], {"cases": written(tmp_path / "a.csv", STEPS)}, layout=layout)
    assert found == measure(["resolution_time"], {"cases": iter([STEPS])}, layout=layout)
    written(tmp_path / "b.csv", STEPS)
    with pytest.raises(
        InvalidValue, match=r"must be one table where the rows of a case become one \(got 2 parts\); join"
    ):
        measure(["resolution_time"], {"cases": tmp_path}, layout=layout)


def test_months_in_files_of_a_folder_share_a_layout(tmp_path: Path) -> None:
    """Each file is read by the layout, and an id of two files is one case."""
    rows = {"Ticket": ["1", "2"], "Day": ["04/05/2026", "05/05/2026"], "Time": ["09:00", "10:00"], "Solved": ["", ""]}
    for month in ("a", "b"):
        written(tmp_path / f"{month}.csv", {**rows, "Ticket": ["1", month]})
    layout = Layout(
        columns={k: v for k, v in HABITS.columns.items() if k in {"case_id", "received_at"}},
        dates="%d/%m/%Y %H:%M",
        zone="UTC",
    )
    for source in (tmp_path, tmp_path / "*.csv", [rows | {"Ticket": ["1", m]} for m in "ab"]):
        assert measure(["case_volume"], {"cases": source}, layout=layout).one().value == 3


@pytest.mark.parametrize(
    ("data", "layout", "error", "message"),
    [
        ({"cases": {}, "answers": {}}, "zendesk", InvalidValue, r"layout must name its table .* pass layout=\{'cases'"),
        ({"cases": {}}, "zendsk", UnknownName, "layout must be one of .*did you mean zendesk"),
        ({"cases": {}}, {"answers": "zendesk"}, InvalidValue, "layout must be one of cases"),
        ({"cases": {}}, 5, InvalidValue, "layout must be a Layout, or the name of one"),
        (
            {"cases": [object()]},
            "zendesk",
            InvalidValue,
            "layout must describe a file, a frame, columns or rows of cases",
        ),
        ({"cases": Export({})}, "zendesk", InvalidValue, "give it in the Export"),
        ({"cases": 5}, "zendesk", InvalidValue, "layout must describe a file"),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(data: Any, layout: Any, error: type[Exception], message: str) -> None:
    """With the table that it is for."""
    with pytest.raises(error, match=message):
        measure(["case_volume"], data, layout=layout)


@pytest.mark.parametrize("source", ["columns", "pandas", "file", "naive frame"])
def test_advice_about_zones_is_an_argument_of_measure(source: str, tmp_path: Path) -> None:
    """Whatever carries the rows, `naive=` names the zone of moments, and following the advice works."""
    table = {"received_at": ["2026-05-04 09:00"]}
    carrier: Any = written(tmp_path / "rows.csv", table) if source == "file" else table
    if source == "pandas":
        carrier = pd.DataFrame(table)
    if source == "naive frame":
        carrier = pd.DataFrame({"received_at": pd.to_datetime(table["received_at"])})
    asked: list[dict[str, Any]] = [{}, {"zone": "Europe/Berlin"}, {"layout": Layout()}]
    for options in asked:
        with pytest.raises(NaiveTime, match="naive='Europe/Berlin'"):
            measure(["case_volume"], {"cases": carrier}, **options)
        assert measure(["case_volume"], {"cases": carrier}, **options, naive="Europe/Berlin").one().value == 1


def test_a_mapped_column_that_is_not_there_names_the_argument() -> None:
    """Not a section of a file of settings, which nobody wrote."""
    with pytest.raises(MissingColumn, match=r"no column 'Opnd' .* in layout=Layout\(columns=\{'received_at'"):
        measure(["case_volume"], {"cases": {"Opened": []}}, layout=Layout(columns={"received_at": "Opnd"}))


def test_forms_that_are_advised_read_the_cell() -> None:
    """A refusal of a cell in memory names the setting, and where it is given."""
    cases = {"received_at": ["13.05.2026 09:00"]}
    found = measure(["case_volume"], {"cases": cases}, naive="UTC", by=["day"])
    assert str(found.rows["cases"].refusals[0]).startswith(
        "row 0: received_at must be a date of the form ISO 8601; set dates = '%d.%m.%Y %H:%M' in layout=Layout(…)"
    )
    said = measure(["case_volume"], {"cases": cases}, naive="UTC", by=["day"], layout=Layout(dates="%d.%m.%Y %H:%M"))
    assert said.one().group == {"day": dt.date(2026, 5, 13)}


def test_what_diagnoses_takes_a_layout_too() -> None:
    """Options of `measure` are those of all that measures."""
    weeks = [f"{day:02d}/{month:02d}/2026 09:00" for month in (4, 5, 6) for day in range(1, 29)]
    cases = {"Opened": weeks, "Reopens": ["0"] * len(weeks), "Group": ["north", "south"] * (len(weeks) // 2)}
    layout = Layout(
        columns={"received_at": "Opened", "resolved_at": "Opened", "reopened": "Reopens", "team": "Group"},
        zone="UTC",
        dates="%d/%m/%Y %H:%M",
    )
    found = diagnose({"cases": cases}, kpis=["reopen_rate"], by=["team"], now=NOW, layout=layout)
    assert len(found) == 0


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ({"resolvd": "Resolve ticket"}, "events must be one of .*did you mean resolved"),
        (
            {"resolved": "Done", "closed": ["Closed", "Done"]},
            r"events must give each name of the log one meaning \(got 'Done'",
        ),
        ({"resolved": 5}, "events must be a text or a list of texts"),
    ],
)
def test_names_of_events_are_checked(events: Any, message: str) -> None:
    """Ours are those of a case, and each of the log's has one meaning."""
    with pytest.raises(InvalidValue, match=message):
        Layout(events=events)
