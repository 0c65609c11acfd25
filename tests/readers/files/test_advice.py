"""What a refusal advises works: the setting that it names, with the value that it names, reads the cell."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue, MissingColumn, ServqualError
from servqual.metrics import measure
from servqual.readers import Export, Layout
from servqual.report import Config, report

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def export(folder: Path, text: str, **layout: Any) -> Export:
    """A small export of contacts."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return Export(path, Layout(**layout), table="interactions", need=())


@pytest.mark.parametrize(
    ("column", "cell", "advice", "setting", "kpi", "value"),
    [
        ("wait_s", "1,250", "say which with decimal = '.' or the other sign", {"decimal": ","}, "asa", 1.25),
        ("wait_s", "03:20", "say which two with clock = 'h:mm' or clock = 'm:ss'", {"clock": "m:ss"}, "asa", 200),
        ("abandoned", "perdu", "name other words with true = […]", {"true": ["perdu"]}, "abandonment_rate", 1.0),
        (
            "queued_at",
            "04.05.2026 09:00",
            "set dates = '%d.%m.%Y %H:%M' where the day comes first",
            {"dates": "%d.%m.%Y %H:%M", "zone": "UTC"},
            "volume",
            1,
        ),
        (
            "queued_at",
            "13/May/26 9:00 pm",
            "set dates = '%d/%b/%y %I:%M %p'",
            {"dates": "%d/%b/%y %I:%M %p", "zone": "UTC"},
            "volume",
            1,
        ),
        ("queued_at", "1777885200", "it looks like seconds since 1970, for which", {"dates": "unix"}, "volume", 1),
        ("queued_at", "46146.375", "for which set dates = 'excel'", {"dates": "excel", "zone": "UTC"}, "volume", 1),
        ("queued_at", "2026-05-04T09:00", "name the zone", {"zone": "Europe/Berlin"}, "volume", 1),
    ],
)
def test_the_setting_that_is_advised_reads_the_cell(
    *, column: str, cell: str, advice: str, setting: dict[str, Any], kpi: str, value: float, tmp_path: Path
) -> None:
    """First refused with the advice, then read as it says."""
    cells = {"queued_at": "2026-05-04T09:00Z", column: cell}
    text = f"{';'.join(cells)}\n{';'.join(cells.values())}\n"
    try:
        told = [
            str(r)
            for r in measure([kpi], {"interactions": export(tmp_path, text)}, by=["day"]).rows["interactions"].refusals
        ]
    except ServqualError as error:
        told = [str(error)]
    assert any(advice in line for line in told), told
    found = measure([kpi], {"interactions": export(tmp_path, text, **setting)}, by=["day"])
    assert found.one().value == value
    assert not found.rows["interactions"].refusals


def test_what_is_advised_for_rows_in_memory_works() -> None:
    """There is no file of settings: the zone is an option, and all else belongs into a layout."""
    rows = {"queued_at": ["2026-05-04T09:00"], "wait_s": ["1,250"]}
    with pytest.raises(ServqualError, match="naive='Europe/Berlin'"):
        measure(["asa"], {"interactions": rows})
    found = measure(["asa"], {"interactions": rows}, naive="Europe/Berlin")
    [refusal] = found.rows["interactions"].refusals
    assert refusal.reason.endswith("say which with decimal = '.' or the other sign in layout=Layout(…)")
    said = measure(["asa"], {"interactions": rows}, naive="Europe/Berlin", layout=Layout(decimal="."))
    assert said.one().value == 1250


def test_a_column_under_another_name_is_named_as_the_message_says(tmp_path: Path) -> None:
    """Under [columns], with our name on the left."""
    path = tmp_path / "tickets.csv"
    path.write_text("Opened\n2026-05-04T09:00Z\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match=r'say which column it is under \[columns\], such as received_at = "…"'):
        report(path)
    assert report(path, Config.from_table({"columns": {"received_at": "Opened"}}))["rows"]["used"] == 1


@pytest.mark.parametrize("written", ["2 working days", "16 h", "2 calendar days"])
def test_days_of_a_target_are_written_as_the_message_says(written: str, tmp_path: Path) -> None:
    """With opening hours, "2 days" may mean three things, and each of the forms that are offered is read."""
    table = {"read": {"zone": "UTC"}, "hours": {"week": {"mon-fri": "09:00-17:00"}}}
    target = {"clock": "resolution", "goal": 0.9}
    with pytest.raises(InvalidValue, match=written):
        Config.from_table({**table, "targets": [{**target, "within": "2 days"}]})
    path = tmp_path / "tickets.csv"
    path.write_text("received_at,resolved_at\n2026-05-04T09:00,2026-05-05T10:00\n", encoding="utf-8")
    found = report(path, Config.from_table({**table, "targets": [{**target, "within": written}]}))
    assert [standard["value"] for standard in found["standards"]] == [1.0]
