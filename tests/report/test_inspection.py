"""From an export to settings and a report: what `inspect` says, asks and writes, in Python and at the command line."""

import csv
import gzip
import itertools
import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from servqual.cli import PRESETS, main
from servqual.errors import InvalidValue, UnreadableFile
from servqual.readers import LAYOUTS
from servqual.report import Config, Inspection, inspect, report

TICKETS = "Ticket ID,Opened,Solved,Group\n1,13/05/2026 9:05,14/05/2026 10:00,Billing\n2,14/05/2026 9:05,,Technical\n"


def tickets(folder: Path, text: str = TICKETS) -> Path:
    """A small export."""
    path = folder / "tickets.csv"
    path.write_text(text, encoding="utf-8")
    return path


def answered(found: Inspection, folder: Path, zone: str) -> Config:
    """The settings of an inspection with the one question answered: the zone."""
    path = folder / "desk.toml"
    text = found.settings()
    assert text.count('= ""') <= 1
    path.write_text(text.replace('zone = ""', f'zone = "{zone}"'), encoding="utf-8")
    return Config.read(preset=None, path=path)


def test_text_tells_kind_columns_grounds_and_kpis(tmp_path: Path) -> None:
    """The text says how the file is written, what columns hold and could be, and which KPIs that carries or lacks."""
    text = inspect(tickets(tmp_path)).text()
    assert text.startswith("tickets.csv: CSV")
    assert "2 rows; 4 columns" in text
    assert "'13/05/2026 9:05' has no month 13" in text
    assert "could be received_at (its name, in English, and it holds moments)" in text
    assert "resolution_time" in text
    assert "without first_response_at: no first_response_median" in text
    assert "question: zone: no time tells its offset" in text


def test_a_missing_column_names_five_kpis_at_most(tmp_path: Path) -> None:
    """Of the KPIs that a column would carry those are listed that stand first in a report, and how many more."""
    text = inspect(tickets(tmp_path, "Ticket ID,Opened\n1,2026-05-04\n")).text()
    [line] = [line for line in text.splitlines() if line.startswith("without resolved_at:")]
    assert len(line.partition(": no ")[2].split(", ")) == 5
    assert "resolution_median" in line
    assert line.endswith(" more")
    assert sum(line.startswith("without ") for line in text.splitlines()) == 5


def test_some_offsets_are_told(tmp_path: Path) -> None:
    """Where a time tells its offset, the zone of the others is asked for."""
    text = inspect(tickets(tmp_path, "Ticket ID,Opened\n1,2026-05-04 09:00\n2,2026-05-04 09:00Z\n")).text()
    assert "not all times are known to tell their offset, name the zone of the others" in text


def test_settings_are_what_a_report_reads(tmp_path: Path) -> None:
    """The settings with the zone answered give a report of these cases."""
    path = tickets(tmp_path)
    made = report(path, answered(inspect(path), tmp_path, "Europe/Berlin"))
    assert made["rows"]["used"] == 2
    values = {kpi["key"]: kpi["value"] for kpi in made["kpis"]}
    assert values["case_volume"] == 2
    assert values["resolution_time"] == (24 * 60 + 55) * 60


def test_unanswered_settings_are_refused_by_the_question(tmp_path: Path) -> None:
    """A report from settings as they were written says which question is open."""
    path = tmp_path / "desk.toml"
    path.write_text(inspect(tickets(tmp_path)).settings(), encoding="utf-8")
    with pytest.raises(InvalidValue, match="zone must not be empty"):
        Config.read(preset=None, path=path)


def test_several_files_and_folders(tmp_path: Path) -> None:
    """Files of a folder are looked into one by one; what cannot be read is said, and settings need one file."""
    tickets(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "notes.md").write_text("# Notes", encoding="utf-8")
    found = inspect(tmp_path)
    assert [each.name for each in found.looks] == ["tickets.csv"]
    assert [name for name, _ in found.unread] == ["empty.csv"]
    assert "empty.csv: cannot be read" in found.text()
    assert 'received_at = "Opened"' in found.settings()
    (tmp_path / "more.csv").write_text(TICKETS, encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"more\.csv, tickets\.csv"):
        inspect([tmp_path]).settings()


def test_no_file_is_refused(tmp_path: Path) -> None:
    """An empty folder, a missing file and no path at all are refused with what was given."""
    with pytest.raises(UnreadableFile, match="no file to look into"):
        inspect(tmp_path)
    with pytest.raises(UnreadableFile):
        inspect(tmp_path / "nothing.csv")
    with pytest.raises(InvalidValue, match="paths must be"):
        inspect([5])  # type: ignore[list-item]


def test_a_notebook_shows_escaped_tables(tmp_path: Path) -> None:
    """Headings and cells are inert in HTML, and the repr is short."""
    found = inspect(tickets(tmp_path, "id,opened,<b>x</b>\n1,2026-05-04,<script>alert(1)</script>\n"))
    page = found._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert repr(found) == "<Inspection of tickets.csv>"


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the findings and writes settings, which it never writes over."""
    path, settings = tickets(tmp_path), tmp_path / "desk.toml"
    assert main(["inspect", str(path), "--write", str(settings)]) == 0
    out = capsys.readouterr().out
    assert "Opened" in out
    assert f"servqual report EXPORT --config {settings}" in out
    assert tomllib.loads(settings.read_text(encoding="utf-8"))["columns"]["received_at"] == "Opened"
    assert main(["inspect", str(path), "--write", str(settings)]) == 2
    assert "must name a new file" in capsys.readouterr().err


def test_a_file_without_cases_gives_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it is, and what a report would need, is said; nothing is written."""
    path = tickets(tmp_path, "colour,size\nred,3\n")
    assert main(["inspect", str(path), "--write", str(tmp_path / "desk.toml")]) == 2
    told = capsys.readouterr()
    assert "no report follows" in told.out
    assert "a column that tells when a case was received" in told.err
    assert not (tmp_path / "desk.toml").exists()


def test_a_refusal_of_report_names_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal names the missing column, and what shows the next step."""
    path = tickets(tmp_path, "colour,size\nred,3\n")
    assert main(["report", str(path), "--json", str(tmp_path / "x.json")]) == 2
    told = capsys.readouterr().err
    assert "received_at" in told
    assert f"servqual inspect {path}" in told


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of `report` and the refusal of an unknown preset list all layouts by name."""
    assert tuple(LAYOUTS) == PRESETS
    with pytest.raises(SystemExit):
        main(["report", "--help"])
    assert "osticket" in capsys.readouterr().out
    assert main(["report", "x.csv", "--preset", "remedy"]) == 2
    assert "osticket" in capsys.readouterr().err


def test_left_out_rows_and_titles_are_said(tmp_path: Path) -> None:
    """Title lines above the header and a total below the rows are findings with their row."""
    rows = "Tickets of May,,\n\nTicket ID,Opened,Solved\n1,2026-05-04,2026-05-05\n2,2026-05-06,2026-05-07\nTotal,,2\n"
    text = inspect(tickets(tmp_path, rows)).text()
    assert "header in row 3" in text
    assert "1 row left out, such as row 6, which is a total" in text


def test_terminal_escapes_are_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No sign of a heading or a cell steers the terminal."""
    path = tickets(tmp_path, "id,opened,\x1b[31mred\n1,2026-05-04,\x1b]0;title\x07\n")
    assert main(["inspect", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


FOLDERS: dict[str, tuple[str, int, str, float]] = {
    # figures of oracle.json in each folder, made with other tools; a long file is read to its 4,000th row only
    "uci_incident_log/incident_event_log.csv.gz": ("UTC", 0, "resolution_time", 0),
    "italian_helpdesk/helpdesk.csv.gz": ("Europe/Rome", 0, "resolution_time", 0),
    "boston311_2011q3/boston311.csv.gz": ("America/New_York", 4000, "sla_kept", 0),
    "bpic2013_closed_problems/bpic2013_closed_problems.xes.gz": ("Europe/Stockholm", 1487, "case_volume", 1487),
}
LONG = ("uci_incident_log", "italian_helpdesk", "boston311_2011q3", "callcentre_simulated")


def shortened(path: Path, folder: Path) -> Path:
    """The first 4,000 rows of a long export."""
    if path.parent.name not in LONG:
        return path
    short = folder / path.name
    with gzip.open(path, "rb") as full, gzip.open(short, "wb") as out:
        out.writelines(itertools.islice(full, 4001))
    return short


@pytest.mark.parametrize("name", FOLDERS)
def test_real_exports_go_from_inspect_to_a_report_with_one_answer(name: str, data: Path, tmp_path: Path) -> None:
    """With the zone answered and nothing else, the settings make a report, with the figures of the oracle."""
    zone, cases, key, figure = FOLDERS[name]
    path = shortened(data / name, tmp_path)
    made = report(path, answered(inspect(path), tmp_path, zone))
    assert made["rows"]["refused"] == 0
    values = {kpi["key"]: kpi["value"] for kpi in made["kpis"]}
    assert values["case_volume"] == made["rows"]["cases"]
    assert not cases or values["case_volume"] == cases
    assert values[key] is not None
    assert not figure or values[key] == pytest.approx(figure, rel=1e-6)
    json.dumps(made, allow_nan=False)


TABLES: dict[str, tuple[str, str, str]] = {
    "callcentre_pwc_teaching/call_center.csv.gz": ("interactions", "contacts, such as calls", "Europe/Zurich"),
    "callcentre_simulated/simulated_call_centre.csv.gz": ("interactions", "contacts, such as calls", "Europe/London"),
    "bank_calls_aug1999_week1/calls.csv.gz": ("interactions", "contacts, such as calls", "Asia/Jerusalem"),
    "nhs111_2015_16/nhs111_mds_2015_16.csv.gz": ("contact_counts", "counts of contacts", "Europe/London"),
    "nhs_ae_attendances/ae_attendances.csv.gz": ("contact_counts", "counts of contacts", "Europe/London"),
    "bpic2016_complaints/BPI2016_Complaints.csv.gz": ("complaints", "complaints", "Europe/Amsterdam"),
    "cfpb_complaints_2013/cfpb_complaints.csv.gz": ("complaints", "complaints", "America/New_York"),
}


KNOWN: dict[str, Callable[[Mapping[str, Any]], dict[str, float]]] = {
    # the figures of each oracle, by KPI; of the simulated calls only the first rows are read, see below
    "callcentre_pwc_teaching": lambda oracle: {
        "volume": oracle["calls"],
        "answer_rate": oracle["answered"] / oracle["calls"],
        "asa": oracle["ASA"],
        "talk_time": oracle["talk_seconds_mean"],
        "service_level": oracle["answered_within_20s"] / oracle["calls"],
        "resolved_flag_rate": oracle["resolved_pct_of_answered"] / 100,
    },
    "callcentre_simulated": lambda _: {},
    "bank_calls_aug1999_week1": lambda oracle: {
        "volume": oracle["calls"],
        "asa": oracle["ASA_seconds_all_AGENT_calls(mean q_time)"],
        "aht": oracle["AHT_seconds_AGENT(mean ser_time)"],
        "abandonment_rate": oracle["abandon_pct_HANG_over_AGENT_plus_HANG"] / 100,
        "service_level": oracle["SL20_answered_T_over_offered(AGENT+HANG)"] / 100,
    },
    "nhs111_2015_16": lambda oracle: {
        "volume": oracle["offered"],
        "abandonment_rate": oracle["pooled_abandoned_pct_of_offered"] / 100,
        "answer_rate": oracle["answered"] / oracle["offered"],
        "service_level": oracle["answered_60s"] / oracle["offered"],
    },
    "nhs_ae_attendances": lambda oracle: {
        "volume": oracle["attendances"],
        "service_level": 1 - oracle["breaches"] / oracle["attendances"],
    },
    "bpic2016_complaints": lambda oracle: {"complaint_volume": oracle["complaint_ids"]},
    "cfpb_complaints_2013": lambda oracle: {"complaint_volume": oracle["complaints"]},
}


@pytest.mark.parametrize("name", TABLES)
def test_exports_of_other_tables_need_one_answer_too(name: str, data: Path, tmp_path: Path) -> None:
    """Contacts, counts and complaints are told apart, and with the zone answered give the figures of the oracle."""
    table, rows, zone = TABLES[name]
    path = shortened(data / name, tmp_path)
    found = inspect(path)
    assert f"rows are {rows}" in found.text()
    assert f'table = "{table}"' in found.settings()
    [section] = report(path, answered(found, tmp_path, zone))["tables"]
    assert section["table"] == table
    assert section["rows"]["refused"] == 0
    values = {kpi["key"]: kpi["value"] for kpi in section["kpis"]}
    oracle = json.loads((data / name).with_name("oracle.json").read_text(encoding="utf-8"))
    known = KNOWN[name.partition("/")[0]](oracle)
    assert {key: values[key] for key in known} == pytest.approx(known, rel=1e-6)
    if name.startswith("callcentre_simulated"):
        with gzip.open(path, "rt", encoding="utf-8-sig") as file:
            waits = [float(row["wait_length"]) for row in csv.DictReader(file)]
        assert values["asa"] == pytest.approx(sum(waits) / len(waits))
        assert values["service_level"] == sum(wait <= 20 for wait in waits) / len(waits)


@pytest.mark.parametrize(
    "name",
    [
        "call_arrivals",
        "cdnow",
        "rater_agreement",
        "sla_ppi_definitions",
        "spc_qcc",
        "survey_bfi",
        "survey_ecsi",
        "survey_servperf",
    ],
)
def test_other_folders_are_said_to_carry_no_report(name: str, data: Path) -> None:
    """Surveys, series, ratings and definitions are described, and no settings come of them."""
    found = inspect(sorted(path for path in (data / name).iterdir() if ".csv" in path.name or ".txt" in path.name))
    assert found.looks
    assert not [each.name for each in found.looks if each.carries]
    assert "no report follows" in found.text()
    with pytest.raises(InvalidValue, match="received"):
        found.settings()


def test_the_mark_of_kept_time_leads_from_complaints_to_cases(tmp_path: Path) -> None:
    """Complaints have no such mark; `inspect` says how it is shown, and only where it is in the file."""
    text = "complaint_id,received,timely_response\n1,2026-05-04,Yes\n2,2026-05-05,No\n"
    path = tickets(tmp_path, text)
    said = 'note: "timely_response" could be the mark of what was kept in time, which only cases have; --table cases'
    assert said in inspect(path).text()
    as_cases = inspect(path, table="cases")
    assert "--table cases" not in as_cases.text()
    assert [row["value"] for row in report(path, answered(as_cases, tmp_path, "UTC"))["kpis"]][-1] == 0.5
    assert "--table cases" not in inspect(tickets(tmp_path, text.replace("timely_response", "urgent"))).text()
