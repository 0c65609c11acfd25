"""Tables by team, agent, weekday and hour; people are shown by pseudonyms that hold from report to report."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue, UnreadableFile
from servqual.metrics import KPIS, measure
from servqual.readers import Export
from servqual.report import Config, as_csv, render, report
from servqual.report.people import People
from servqual.report.scorecard import scorecard
from servqual.samples import desk

NAMES = ("Ann Weasley", "Bo Ström", "客服", "Zoë")
SETTINGS = '[read]\nzone = "Europe/Berlin"\n[report]\ngroups = ["team", "agent"]\nevery = "week"\n'


@pytest.fixture
def desk_of(tmp_path: Path) -> Path:
    """A folder with settings and an export that names agents, one of whom is slow."""
    rows = [
        f"C{place},{day}T{hour:02}:00,{day}T{hour + (6 if place % 4 == 1 else 1):02}:00,"
        f"{'north' if place % 2 else 'south'},{NAMES[place % 4]}"
        for place in range(400)
        for day, hour in [(f"2026-05-{place % 28 + 1:02}", 9 + place % 8)]
    ]
    text = "\n".join(["case_id,received_at,resolved_at,team,agent", *rows])
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    (tmp_path / "desk.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def told(folder: Path) -> dict[str, Any]:
    """The report of a folder."""
    return report(folder / "cases.csv", Config.read(preset=None, path=folder / "desk.toml"))


def table_of(found: dict[str, Any], column: str) -> dict[str, Any]:
    """The table by a column."""
    return next(each for each in found["groups"] if each["column"] == column)


def test_no_name_of_an_agent_leaves_the_reader(desk_of: Path) -> None:
    """Neither data nor page hold one, though an agent is the first candidate, in its sentence and its evidence."""
    found = told(desk_of)
    rows = [line.split(",") for line in as_csv(found).splitlines()]
    text = json.dumps(found, ensure_ascii=False) + render(found) + as_csv(found)
    assert not [name for name in NAMES if name in text]
    assert {row["column"] for row in found["priorities"]} == {"agent"}
    slow = found["priorities"][0]["group"]
    assert slow.startswith("p-")
    assert slow in found["priorities"][0]["sentence"]
    assert {row["group"] for row in table_of(found, "agent")["rows"]} >= {slow}
    assert [row[:3] for row in rows].count(["resolution_p50", "agent", slow]) == 1


def test_a_pseudonym_holds_from_report_to_report(desk_of: Path) -> None:
    """The key is made once beside the settings, for its owner alone; another key gives other pseudonyms."""
    first = {row["group"] for row in table_of(told(desk_of), "agent")["rows"]}
    key = desk_of / "desk.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert {row["group"] for row in table_of(told(desk_of), "agent")["rows"]} == first
    assert any("the key, desk.key, " in note and 'agents = "names"' in note for note in told(desk_of)["notes"])
    key.unlink()
    assert not {row["group"] for row in table_of(told(desk_of), "agent")["rows"]} & first


def test_without_people_no_key_is_made(tmp_path: Path) -> None:
    """Settings of an export that names nobody stay alone."""
    (tmp_path / "cases.csv").write_text("received_at\n2026-05-04T09:00Z\n", encoding="utf-8")
    (tmp_path / "desk.toml").write_text('[read]\nzone = "UTC"\n', encoding="utf-8")
    found = told(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cases.csv", "desk.toml"]
    assert not any("pseudonym" in note for note in found["notes"])


def test_names_are_shown_where_settings_say_so(desk_of: Path) -> None:
    """With agents = "names" there is neither a key nor a note."""
    (desk_of / "desk.toml").write_text(SETTINGS + 'agents = "names"\n', encoding="utf-8")
    found = told(desk_of)
    assert {row["group"] for row in table_of(found, "agent")["rows"]} == {*NAMES}
    assert not (desk_of / "desk.key").exists()
    assert not any("pseudonym" in note for note in found["notes"])


def test_settings_without_a_file_have_pseudonyms_of_one_report(desk_of: Path) -> None:
    """A key that is drawn for the report is said to be."""
    found = report(desk_of / "cases.csv", Config.from_table({"read": {"zone": "Europe/Berlin"}}))
    assert any("of this report alone" in note for note in found["notes"])
    assert all(row["group"].startswith("p-") for row in table_of(found, "agent")["rows"])


@pytest.mark.parametrize("text", ["", "ab", "x" * 64, "ab" * 40, "äöü"])
def test_a_key_that_was_altered_is_refused(desk_of: Path, text: str) -> None:
    """Rather than that pseudonyms change unseen."""
    (desk_of / "desk.key").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"key must be 64 hexadecimal digits.*desk\.key"):
        told(desk_of)


def test_a_key_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Where the settings lie in a folder that is gone."""
    people = People(file=tmp_path / "gone" / "desk.key")
    with pytest.raises(UnreadableFile, match="cannot keep the key of pseudonyms in "):
        people.pseudonym("Ann")


def test_a_target_that_names_people_needs_names() -> None:
    """Its name would stand on the page."""
    target = {"kpi": "sla_kept", "goal": 0.9, "only": {"agent": ["Ann Weasley"]}}
    with pytest.raises(InvalidValue, match=r'only must name no people.*agents = "names"'):
        Config.from_table({"targets": [target]})
    Config.from_table({"targets": [target], "report": {"agents": "names"}})
    with pytest.raises(InvalidValue, match="agents must be one of pseudonyms, names"):
        Config.from_table({"report": {"agents": "initials"}})


def test_each_table_says_what_measure_says() -> None:
    """By team, agent, weekday and hour, in the zone of the desk; days and hours stand in their order."""
    cases = desk(seed=5, days=40, cases_per_day=12).tables["cases"]
    config = Config.from_table({"read": {"zone": "Europe/Berlin"}, "report": {"agents": "names"}})
    found = scorecard(cases, config, name="cases")
    now = dt.datetime.fromisoformat(found["made"]["now"])
    assert [each["column"] for each in found["groups"]] == ["team", "agent", "weekday", "hour_of_day"]
    for each in found["groups"]:
        column = each["column"]
        measures = measure(
            [KPIS[row["kpi"]] for row in each["kpis"]], {"cases": cases}, by=[column], zone="Europe/Berlin", now=now
        )
        assert each["rest"] == 0
        for place, row in enumerate(each["rows"]):
            label = row["group"]
            if column == "weekday":
                label = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday").index(label) + 1
                assert label > place
            elif column == "hour_of_day":
                label = int(label[:2])
            for figure in row["figures"]:
                m = measures.get(figure["kpi"], **{column: label})
                assert [figure[key] for key in ("value", "low", "high", "n")] == [m.value, m.low, m.high, m.n]
        assert sum(row["figures"][0]["n"] for row in each["rows"]) == found["rows"]["cases"]
    assert ("backlog" in str(found["groups"][0]["kpis"]), "backlog" in str(found["groups"][2]["kpis"])) == (True, False)


def test_pseudonyms_and_names_measure_the_same(desk_of: Path) -> None:
    """A table by agent has the same figures under either."""
    config = Config.from_table({"read": {"zone": "Europe/Berlin"}})
    found = report(desk_of / "cases.csv", config)
    measures = measure(["case_volume"], {"cases": Export(desk_of / "cases.csv", config.layout)}, by=["agent"])
    sizes = {config.people.pseudonym(str(m.group["agent"])): m.n for m in measures}
    assert {row["group"]: row["figures"][0]["n"] for row in table_of(found, "agent")["rows"]} == sizes
