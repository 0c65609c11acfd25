"""Files that tell their zone: event logs, whose every moment is read for its offset, and a line below the table."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from servqual.readers.inspecting import Look, look, settings_of
from servqual.report import Config, inspect, report

EVENTS = 8_300
"""Of two events each, more than the rows that are looked at."""


def log(folder: Path, moment: str = "2026-05-04T09:00:00.000+02:00", last: str = "") -> Path:
    """An event log with attributes of the standard; `last` is the moment of the last event, if it is another."""
    ends = [moment] * (EVENTS - 1) + [last or moment]
    traces = "".join(
        f'<trace><string key="concept:name" value="C-{n}"/>'
        f'<event><string key="concept:name" value="Open"/><date key="time:timestamp" value="{moment}"/>'
        '<string key="org:resource" value="Ana"/><string key="org:group" value="Desk"/></event>'
        f'<event><string key="concept:name" value="Closed"/><date key="time:timestamp" value="{end}"/>'
        f'<string key="org:resource" value="Bo"/><string key="org:group" value="Desk"/></event></trace>'
        for n, end in enumerate(ends)
    )
    path = folder / "log.xes"
    path.write_text(f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{traces}</log>', encoding="utf-8")
    return path


def read_settings(found: Look) -> dict[str, Any]:
    """The part `[read]` of the settings."""
    part: dict[str, Any] = tomllib.loads(settings_of(found))["read"]
    return part


@pytest.mark.parametrize(
    "moment", ["2026-05-04T09:00:00.000+02:00", "2026-05-04T09:00:00Z", "2026-05-04T09:00:00-0530"]
)
def test_a_log_with_offsets_is_not_asked_for_its_zone(moment: str, tmp_path: Path) -> None:
    """All events tell their offset, also those behind the rows that are looked at."""
    found = look(log(tmp_path, moment))
    assert found.looked < found.rows == 2 * EVENTS
    assert (found.zone, found.asks_zone) == (None, False)
    assert read_settings(found)["zone"] == "UTC"
    assert "question: zone" not in inspect(tmp_path / "log.xes").text()


def test_a_log_with_one_event_without_an_offset_is(tmp_path: Path) -> None:
    """One late event is enough."""
    found = look(log(tmp_path, last="2026-05-04T09:00:00"))
    assert found.asks_zone
    assert read_settings(found)["zone"] == ""


def test_attributes_of_the_standard_are_ours(tmp_path: Path) -> None:
    """The group and the resource of an event are the team and the agent; the settings make a report as they stand."""
    path = log(tmp_path)
    found = look(path)
    headings = {choice.name: choice.headings for choice in found.chosen.columns}
    assert (headings["team"], headings["agent"]) == (("org:group",), ("org:resource",))
    settings = tmp_path / "desk.toml"
    settings.write_text(settings_of(found), encoding="utf-8")
    made = report(path, Config.read(preset=None, path=settings))
    assert made["rows"]["cases"] == EVENTS


def test_the_logs_of_two_desks_need_no_answer(data: Path) -> None:
    """Every moment of both tells its offset."""
    for name in ("bpic2013_closed_problems/bpic2013_closed_problems", "italian_helpdesk/helpdesk"):
        found = look(data / f"{name}.xes.gz")
        assert not found.asks_zone
        assert found.chosen.of("agent") is not None


def workbook(folder: Path, below: Sequence[str], opened: str = "2026-05-04 09:00") -> Path:
    """Cases in a workbook, with lines below."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Number", "Opened", "Team"], *([f"C-{n}", opened, "north"] for n in range(5)), []):
        sheet.append(row)
    for line in below:
        sheet.append([line])
    path = folder / "cases.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("line", ["Timezone: America/New_York", "Zeitzone: America/New_York", "时区: America/New_York"])
def test_a_line_below_the_table_names_the_zone(line: str, tmp_path: Path) -> None:
    """The settings take it, whatever the language of the word in front."""
    path = workbook(tmp_path, [line])
    found = look(path)
    assert not found.asks_zone
    assert found.rows - sum(count for _, count, _ in found.left_out) == 5
    assert read_settings(found)["zone"] == "America/New_York"
    assert f"note: the zone is America/New_York, as '{line}' stands below the table" in inspect(path).text()


@pytest.mark.parametrize("line", ["Source: Sales/Support", "Europe/Berlin", "Timezone: CET or so", "Made by: Ana Ruiz"])
def test_other_lines_name_none(line: str, tmp_path: Path) -> None:
    """Only a zone that exists counts, and only behind a word for it."""
    assert look(workbook(tmp_path, [line])).asks_zone


def test_offsets_outdo_a_line_below(tmp_path: Path) -> None:
    """Where every moment tells its offset, the line is of no use."""
    found = look(workbook(tmp_path, ["Timezone: America/New_York"], opened="2026-05-04T09:00:00Z"))
    assert found.zoned is None
    assert read_settings(found)["zone"] == "UTC"


@pytest.mark.parametrize(("filled", "left"), [(3, 5), (2, 6)])
def test_a_single_cell_behind_an_empty_row_is_no_row_of_a_wide_table(filled: int, left: int, tmp_path: Path) -> None:
    """Below rows of three cells or more; of rows of two, one may be missing."""
    header = ",".join(f"column {n}" for n in range(12))
    rows = "".join(f"{','.join(f'v{n}{at}' for at in range(filled))}{',' * (12 - filled)}\n" for n in range(5))
    path = tmp_path / "wide.csv"
    path.write_text(f"{header}\n{rows}{',' * 11}\nmade on Monday{',' * 11}\n", encoding="utf-8")
    found = look(path)
    assert found.rows - sum(count for _, count, _ in found.left_out) == left
