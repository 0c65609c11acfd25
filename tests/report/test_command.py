"""The options of `servqual report`: the period, the report before, findings on the terminal, and now on its wall."""

import json
from pathlib import Path
from typing import Any

import pytest

from servqual import cli

ROWS = [
    f"C{month}-{day},2026-{month:02}-{day:02}T{8 + day % 8:02}:00,2026-{month:02}-{day:02}T{12 + day % 8:02}:00,north"
    for month in (3, 4, 5)
    for day in range(1, 29)
]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of three months without offsets."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(["case_id,received_at,resolved_at,team", *ROWS]), encoding="utf-8")
    return path


def found(export: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[dict[str, Any], str]:
    """The findings that the command prints, and what it says beside them."""
    capsys.readouterr()
    assert cli.main(["report", str(export), "--zone", "Europe/Berlin", "--json", "-", *words]) == 0
    told = capsys.readouterr()
    return json.loads(told.out), told.err


def test_findings_are_printed_and_messages_go_elsewhere(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json - no file is written, and the output is JSON alone."""
    data, said = found(export, capsys)
    assert data["rows"]["cases"] == len(ROWS)
    assert f"printed: {len(ROWS)} rows read" in said
    assert [each.name for each in export.parent.iterdir()] == [export.name]


def test_a_page_may_be_written_beside_the_printed_findings(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the page."""
    _, said = found(export, capsys, "--html", "page.html")
    assert "page.html: 84 rows read" in said
    assert (export.parent / "page.html").exists()


@pytest.mark.parametrize(
    ("now", "moment"),
    [("2026-06-01T09:00", "2026-06-01T09:00:00+02:00"), ("2026-06-01", "2026-06-01T00:00:00+02:00"),
     ("2026-06-01T09:00Z", "2026-06-01T11:00:00+02:00")],
)  # fmt: skip
def test_now_is_read_on_the_wall_of_the_export(
    export: Path, capsys: pytest.CaptureFixture[str], now: str, moment: str
) -> None:
    """A moment without an offset is one of the zone; one with an offset is what it says."""
    assert found(export, capsys, "--now", now)[0]["made"]["now"] == moment


def test_now_without_any_zone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With both ways out."""
    path = tmp_path / "cases.csv"
    path.write_text("received_at\n2026-05-04T09:00Z\n", encoding="utf-8")
    assert cli.main(["report", str(path), "--now", "2026-06-01"]) == 2
    assert "write 2026-06-01T00:00Z for UTC, or give the zone" in capsys.readouterr().err


def test_the_period_goes_above_the_settings(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings name April; the command names May."""
    settings = export.parent / "desk.toml"
    settings.write_text('[report]\nperiod = "2026-04"\n', encoding="utf-8")
    april, _ = found(export, capsys, "--config", str(settings))
    may, _ = found(export, capsys, "--config", str(settings), "--period", "2026-05")
    assert [each["period"]["first"] for each in (april, may)] == ["2026-04-01", "2026-05-01"]
    assert [each["rows"]["outside"] for each in (april, may)] == [56, 56]
    assert may["changes_between"] == [
        {"before_from": "2026-04-01", "before_to": "2026-04-28", "after_from": "2026-05-01", "after_to": "2026-05-28"}
    ]


def test_a_report_is_held_against_the_one_before(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings of April are the file that the report of May names."""
    before = export.parent / "april.json"
    cli.main(["report", str(export), "--zone", "Europe/Berlin", "--period", "2026-04", "--json", str(before)])
    data, _ = found(export, capsys, "--period", "2026-05", "--previous", str(before))
    assert data["changes_judged"] > 0
    assert data["changes_between"][0]["before_to"] == "2026-04-30"
    assert cli.main(["report", str(export), "--zone", "Europe/Berlin", "--previous", str(before)]) == 2
    said = capsys.readouterr().err
    assert "cut this report with --period" in said
    assert "servqual inspect" not in said


def test_an_option_that_cannot_be_read_is_named(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A period in other words."""
    assert cli.main(["report", str(export), "--period", "last month"]) == 2
    assert "period must be" in capsys.readouterr().err


def test_the_sample_takes_a_period(capsys: pytest.CaptureFixture[str]) -> None:
    """Its month is held against the month before."""
    assert cli.main(["report", "sample", "--period", "2026-05", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["period"]["last"] == "2026-05-31"
    assert told["changes_between"][0]["before_from"] == "2026-04-01"


def test_the_table_of_an_export_may_be_named_to_inspect(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its settings are then those of the table; a table that there is not is refused."""
    export.write_text("Call,Start time,Due date,Talk time\nA,2026-05-13 09:00Z,2026-05-14,00:02:00\n", encoding="utf-8")
    assert cli.main(["inspect", str(export), "--table", "interactions", "--write", "calls.toml"]) == 0
    assert 'table = "interactions"  # as asked' in Path("calls.toml").read_text(encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["inspect", str(export), "--table", "calls"]) == 2
    assert "table must be one of cases, interactions" in capsys.readouterr().err


def test_contacts_alone_say_what_to_improve_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One team loses half of its calls, the other none."""
    monkeypatch.chdir(tmp_path)
    rows = [f"2026-05-04T09:{place % 60:02}Z,{'yes' if place % 4 == 0 else 'no'},{place % 2}" for place in range(400)]
    Path("calls.csv").write_text("\n".join(["queued_at,abandoned,team", *rows]), encoding="utf-8")
    assert cli.main(["report", "calls.csv", "--table", "interactions", "--csv", "calls.out"]) == 0
    assert "Improve first: Team “0”, abandonment rate: 50 % of 200 contacts" in capsys.readouterr().out
