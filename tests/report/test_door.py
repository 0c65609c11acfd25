"""The report goes through the engine's own door: what it says is what `measure` says of the same export."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servqual.metrics import KPIS, Kpi, Measures, measure
from servqual.readers import Export
from servqual.report import Config, report
from servqual.report import scan as scanning

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "uci_incident_log": ("incident_event_log.csv.gz", {"preset": "servicenow"}),
    "boston311_2011q3": ("boston311.csv.gz", {"path": ROOT / "examples" / "boston311.toml"}),
    "italian_helpdesk": ("helpdesk.csv.gz", {"path": ROOT / "examples" / "italian_helpdesk.toml"}),
    "bpic2016_complaints": (
        "BPI2016_Complaints.csv.gz",
        {
            "columns": {
                "case_id": "ComplaintDossierID",
                "received_at": "ContactDate",
                "category": "ComplaintTheme_EN",
                "channel": "ContactChannelID",
            },
            "read": {"zone": "Europe/Amsterdam"},
        },
    ),
    "cfpb_complaints_2013": (
        "cfpb_complaints.csv.gz",
        {
            "columns": {
                "case_id": "complaint_id",
                "received_at": "date_received",
                "category": "product",
                "channel": "submitted_via",
            },
            "read": {"zone": "America/New_York", "dates": "%m/%d/%Y"},
            "report": {"every": "month"},
        },
    ),
}


def config_of(settings: Mapping[str, Any]) -> Config:
    """Settings of a file, or of a table."""
    if "columns" in settings:
        return Config.from_table(settings)
    return Config.read(preset=settings.get("preset"), path=settings.get("path"))


def same(found: Mapping[str, Any], kpi: Kpi, measures: Measures, **group: object) -> None:
    """A row of the report equals the measurement; a count of all cases is shown without an interval."""
    m = measures.get(kpi.key, **group)
    assert (found["value"], found["n"]) == (m.value, m.n), kpi.key
    if kpi.unit != "count":
        assert (found["low"], found["high"]) == (m.low, m.high), kpi.key


@pytest.mark.parametrize("name", SETTINGS)
def test_the_report_says_what_measure_says(name: str, data: Path) -> None:
    """Every KPI, every point of a trend and every row that was read, on real exports."""
    file, settings = SETTINGS[name]
    path, config = data / name / file, config_of(settings)
    found = report(path, config)
    promised = {promise.kpi.key: promise.kpi for promise in config.promises}
    kpis = [promised.get(row["key"]) or _with_hours(KPIS[row["key"]], config) for row in found["kpis"]]
    every, now = found["period"]["every"], dt.datetime.fromisoformat(found["made"]["now"])
    export = Export(path, config.layout)
    by_period = measure(kpis, {"cases": export}, by=[every], zone=config.zone, now=now)
    whole = measure(kpis, {"cases": export}, zone=config.zone, now=now)
    for row, kpi in zip(found["kpis"], kpis, strict=True):
        same(row, kpi, whole)
    for trend in found["trends"]:
        kpi = next(kpi for kpi in kpis if kpi.key == trend["kpi"])
        for point in trend["points"]:
            m = by_period.get(kpi.key, **{every: dt.date.fromisoformat(point["start"])})
            assert [point[field] for field in ("value", "low", "high", "n")] == [m.value, m.low, m.high, m.n]
    rows = whole.rows["cases"]
    assert [found["rows"][field] for field in ("read", "used", "refused")] == [rows.read, rows.used, rows.refused]


def _with_hours(kpi: Kpi, config: Config) -> Kpi:
    return kpi.with_(hours=config.hours) if "hours" in kpi.params else kpi


def table(rows: int, repeated: int) -> str:
    """A CSV of cases, the last of which repeat the ids of the first."""
    lines = [
        f"C-{row % rows},2026-05-{row % 28 + 1:02}T09:00Z,2026-05-{row % 28 + 1:02}T1{row % 8}:00Z,north"
        for row in range(rows + repeated)
    ]
    return "\n".join(["case_id,received_at,resolved_at,team", *lines, ""])


@pytest.mark.parametrize("held", [1 << 16, 10])
def test_repeated_ids_are_refused_once(held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that repeats an id counts for nothing, whether the cases stay in memory or are read again."""
    monkeypatch.setattr(scanning, "_HELD", held)
    path = tmp_path / "cases.csv"
    path.write_text(table(300, 40), encoding="utf-8")
    found = report(path)
    assert [found["rows"][field] for field in ("read", "used", "refused", "cases")] == [340, 300, 40, 300]
    assert {(row["column"], row["reason"]): row["count"] for row in found["rows"]["reasons"]} == {
        ("case_id", "has another row that stands"): 40
    }
    assert any("40 rows repeat the case_id" in note for note in found["notes"])
    volume = next(row for row in found["kpis"] if row["key"] == "case_volume")
    assert volume["value"] == measure(["case_volume"], {"cases": path}).one().value == np.float64(300)


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    """Typed cells and texts of one export say the same, also of hours that a zone's clock skips or shows twice."""
    wall = np.array(["2026-03-29T01:30", "2026-03-29T02:30", "2026-10-25T02:30", "2026-05-04T09:00", "NaT"], "M8[us]")
    cases = {
        "case_id": [1, 2, 3, 4, 4],
        "received_at": wall,
        "resolved_at": wall + np.timedelta64(90, "m"),
        "team": ["north", None, "n/a", "Süd", "north"],
        "priority": [1, 2, None, 1, 1],
        "reopened": [0.0, 1.0, -1.0, None, 2.0],
        "sla_kept": [True, None, False, True, True],
    }
    frame = pa.table({name: pa.array(values) for name, values in cases.items()})
    pq.write_table(frame, tmp_path / "cases.parquet")
    csv = frame.to_pandas()
    csv["priority"] = csv["priority"].astype("Int64")
    csv.to_csv(tmp_path / "cases.csv", index=False)
    settings = {"read": {"zone": "Europe/Berlin", "missing": ["n/a"]}, "report": {"every": "week"}}
    typed, texts = (report(tmp_path / f"cases.{kind}", Config.from_table(settings)) for kind in ("parquet", "csv"))
    for found in (typed, texts):
        found["source"].pop("name")
        for reason in found["rows"]["reasons"]:
            reason.pop("examples")
    assert typed == texts
    assert {(row["column"], row["reason"][:10]) for row in typed["rows"]["reasons"]} >= {("received_at", "must exist")}


def test_a_file_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look ahead for `now` and the measuring share one reading."""
    path = tmp_path / "cases.csv"
    path.write_text(table(300, 0), encoding="utf-8")
    opened: list[Path] = []
    read = Export.chunks

    def chunks(self: Export, *given: Any, **options: Any) -> Any:
        opened.append(self.source)
        return read(self, *given, **options)

    monkeypatch.setattr(Export, "chunks", chunks)
    report(path)
    assert opened == [path]
