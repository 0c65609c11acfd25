"""What `inspect` makes of tables with a column per item, of logs with events of ours, and of a table that is named."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.readers.inspecting import told_by
from servqual.readers.inspecting.events import events_of
from servqual.report import Config, inspect, report

DAYS = "Day,North,South\n2026-05-04,90,40\n2026-05-05,110,60\n"
SURVEY = "Respondent,Date,Q1,Q2,Q3\nada,2026-05-04,5,4,3\nbo,2026-05-05,4,4,2\ncy,2026-05-06,1,2,3\n"


def written(folder: Path, text: str) -> Path:
    """A file of this text."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def settings(path: Path, **more: Any) -> dict[str, Any]:
    """The settings that `inspect` writes, with the zone answered."""
    return tomllib.loads(inspect(path, **more).settings().replace('zone = ""', 'zone = "Europe/Berlin"'))


def log(*steps: str, cases: int = 3) -> str:
    """A log of these steps, an hour apart, in each case."""
    rows = [
        f"C-{case},{step},2026-05-04 {9 + place:02}:00\n" for case in range(cases) for place, step in enumerate(steps)
    ]
    return "Case ID,Activity,Timestamp\n" + "".join(rows)


def test_a_total_beside_the_teams_is_no_team(tmp_path: Path) -> None:
    """Neither in settings nor in the report that they give."""
    text = "Day,North,South,Total\n2026-05-04,90,40,130\n2026-05-05,110,60,170\n"
    assert settings(written(tmp_path, text))["wide"]["cells"] == {"offered": ["North", "South"]}


def test_a_count_by_day_with_a_column_per_team_is_read_to_a_report(tmp_path: Path) -> None:
    """The teams are rows of their own; that the counts are contacts offered is said as a guess to be checked."""
    path = written(tmp_path, DAYS)
    told = settings(path)
    assert told["read"]["table"] == "contact_counts"
    assert told["wide"] == {"label": "team", "cells": {"offered": ["North", "South"]}}
    assert told["columns"] == {"at": "Day"}
    [section] = report(path, Config.from_table(told))["tables"]
    [teams] = [each for each in section["groups"] if each["column"] == "team"]
    assert {row["group"]: row["figures"][0]["value"] for row in teams["rows"]} == {"North": 200, "South": 100}


def test_a_survey_with_a_column_per_question_is_read_to_a_report(tmp_path: Path) -> None:
    """Each answer is a row, and the question is a group; which KPI it is only a person can say."""
    path = written(tmp_path, SURVEY)
    told = settings(path)
    assert told["wide"] == {"label": "question", "cells": {"score": ["Q1", "Q2", "Q3"]}}
    assert told["columns"] == {"answered_at": "Date", "customer_id": "Respondent"}
    told["kpis"] = {"csat": {"scale": [1, 5], "satisfied_from": 4}}
    [section] = report(path, Config.from_table(told))["tables"]
    [questions] = [each for each in section["groups"] if each["column"] == "question"]
    assert {row["group"]: row["figures"][0]["value"] for row in questions["rows"]} == pytest.approx(
        {"Q1": 2 / 3, "Q2": 2 / 3, "Q3": 0.0}
    )


def test_a_survey_that_names_nobody_counts_each_row_as_somebody(tmp_path: Path) -> None:
    """The number of the row stands for the respondent."""
    anonymous = SURVEY.replace("Respondent,", "").replace("ada,", "").replace("bo,", "").replace("cy,", "")
    assert settings(written(tmp_path, anonymous))["wide"]["row"] == "customer_id"


@pytest.mark.parametrize(
    "text",
    [
        "Day,North\n2026-05-04,90\n2026-05-05,110\n",  # one column is no team beside another
        "Day,Name,North,South\n2026-05-04,a,90,40\n2026-05-05,b,110,60\n",  # a column of something else
        "Day,North,South\n2026-05-04,90,40\n2026-05-04,110,60\n",  # a day with several rows
        "North,South,West\n90,40,1\n110,60,2\n",  # no time at all
        "Name,City,Date,Q1\na,x,2026-05-04,5\nb,y,2026-05-05,4\n",  # one question
    ],
)
def test_what_may_be_something_else_is_no_wide_table(text: str, tmp_path: Path) -> None:
    """Nothing is taken apart where something other than items stands beside them."""
    [look] = inspect(written(tmp_path, text)).looks
    assert look.chosen.wide is None


def test_a_log_of_events_of_ours_is_read_as_measure_reads_it(tmp_path: Path) -> None:
    """Steps that are called as our events make cases: one that was opened again is open."""
    path = written(tmp_path, log("Create ticket", "First reply", "Resolved") + "C-0,Reopened,2026-05-05 09:00\n")
    told = settings(path)
    assert "log" not in told
    assert told["events"] == {
        "opened": "Create ticket",
        "replied": "First reply",
        "reopened": "Reopened",
        "resolved": "Resolved",
    }
    found = report(path, Config.from_table(told))
    values = {kpi["key"]: kpi["value"] for kpi in found["kpis"]}
    assert (values["case_volume"], values["backlog"], values["first_response_time"]) == (3, 1, 3600)
    assert (found["rows"]["read"], found["rows"]["used"], found["rows"]["refused"]) == (10, 10, 0)


def test_a_log_of_other_steps_keeps_its_first_and_last_ones(tmp_path: Path) -> None:
    """Where steps of other names are more than a few, the moments of a case are taken from the log as before."""
    told = settings(written(tmp_path, log("Open", "Paint it", "Resolve ticket", "Closed")))
    assert "events" not in told
    assert told["log"]["moments"]["resolved_at"] == {"last": "Resolve ticket"}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (["Open", "Close"], {"opened": ("Open",), "closed": ("Close",)}),
        (["Angelegt", "Gelöst"], {"opened": ("Angelegt",), "resolved": ("Gelöst",)}),
        (["handed_over", "Close"], {}),  # no receipt
        (["Open", "Escalated"], {}),  # no end
        (["Open", "Dance", "Close"], {}),  # a third of the rows is of another name
    ],
)
def test_steps_are_events_where_nearly_all_are(steps: list[str], found: dict[str, tuple[str, ...]]) -> None:
    """Receipt and end must be among them."""
    assert dict(events_of(["C-1"] * len(steps), steps)) == found


def test_events_tell_columns() -> None:
    """An event with an end of its name, such as one of several kinds of reply, tells the same column."""
    assert told_by(["opened.agent", "replied.public", "reopened"]) == {
        "received_at",
        "first_response_at",
        "reopened",
    }


def test_the_table_in_question_may_be_named(tmp_path: Path) -> None:
    """Calls with a due date are asked for; named, the columns of the settings are those of the table."""
    path = written(
        tmp_path,
        "Case,Opened,Due date,Talk time\n"
        + "".join(f"{n},2026-05-13 09:{n:02}:00Z,2026-05-14 09:00:00Z,00:0{n % 9 + 1}:00\n" for n in range(20)),
    )
    asked = inspect(path)
    assert asked.looks[0].questions[0].setting == "table"
    assert "say which with --table, one of cases, interactions" in asked.text()
    calls, cases = settings(path, table="interactions"), settings(path, table="cases")
    assert (calls["read"]["table"], calls["columns"]["queued_at"], calls["columns"]["talk_s"]) == (
        "interactions",
        "Opened",
        "Talk time",
    )
    assert ("table" in cases["read"], cases["columns"]["due_at"]) == (False, "Due date")
    with pytest.raises((InvalidValue, UnknownName), match="table must be one of"):
        inspect(path, table="case")
