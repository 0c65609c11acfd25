"""What a newcomer reads first: whose column it is, a threshold, one id for many, periods without a row."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from servqual.cli import main
from servqual.readers import Export, Layout
from servqual.report import Config, inspect, render, report
from servqual.report.courses import without_gaps

ONE_FILE = "id,received,solved,team,mark,resolved\n" + "".join(
    f"{n},2026-05-{4 + n % 5:02d}T09:00Z,2026-05-{5 + n % 5:02d}T09:00Z,north,{1 + n % 5},yes\n" for n in range(40)
)


def shown(found: dict[str, Any], place: int = 0) -> dict[str, dict[str, Any]]:
    """The figures of a table, by key."""
    return {row["key"]: row for row in found["tables"][place]["kpis"]}


def settings(folder: Path, **parts: Any) -> Config:
    """Settings whose files lie in a folder."""
    return Config.from_table(parts, folder=folder)


def test_a_second_table_of_a_file_takes_what_is_written_alone(tmp_path: Path) -> None:
    """The desk's own column Resolved is not the customers' answer; in a file of its own it is."""
    for name in ("all.csv", "answers.csv"):
        (tmp_path / name).write_text(ONE_FILE, encoding="utf-8")
    cases = {"file": "all.csv", "columns": {"case_id": "id", "received_at": "received", "resolved_at": "solved"}}
    answers = {
        "columns": {"answer_id": "id", "answered_at": "received", "score": "mark"},
        "kpis": {"csat": {"scale": [1, 5], "satisfied_from": 4}},
    }
    both = report(config=settings(tmp_path, tables={"answers": {"file": "all.csv", **answers}, "cases": cases}))
    assert [*shown(both)] == ["csat"]
    apart = report(config=settings(tmp_path, tables={"answers": {"file": "answers.csv", **answers}, "cases": cases}))
    assert "csat" in shown(apart)
    assert len(shown(apart)) > 1


def test_a_title_names_the_parameters() -> None:
    """Service level without its threshold and its base says nothing; a title of the settings stands as it is."""
    rows = {"queued_at": ["2026-05-04T09:00Z"] * 2, "answered": ["yes", "yes"], "wait_s": ["10", "90"]}
    kpis = {"of_answered": {"kpi": "service_level", "within": "60 s", "title": "in a minute"}}
    found = report(rows, Config.from_table({"read": {"table": "interactions"}, "kpis": kpis}))
    titles = {key: row["title"] for key, row in shown(found).items()}
    assert titles["service_level"] == "service level (within 20 s, of offered)"
    assert titles["of_answered"] == "in a minute"
    assert titles["volume"] == "contacts"
    assert "Service level (within 20 s, of offered)" in render(found)
    assert "service level (within 20 s, of offered) 50 %" in found["headline"][0]


def test_counts_keep_their_threshold_under_another_denominator() -> None:
    """The threshold of the file holds until the settings name one."""
    rows = {"at": ["2026-05-04"], "offered": ["100"], "answered": ["90"], "answered_within": ["45"], "within_s": ["60"]}
    table = {"read": {"table": "contact_counts", "zone": "UTC"}, "kpis": {"service_level": {"denominator": "answered"}}}
    found = shown(report(rows, Config.from_table(table)))["service_level"]
    assert (found["value"], found["title"]) == (0.5, "service level (within 1 min, of answered)")
    table["kpis"] = {"service_level": {"denominator": "answered", "within": "20 s"}}
    other = report(rows, Config.from_table(table))
    assert "service_level" not in shown(other) or shown(other)["service_level"]["value"] is None


def test_a_column_is_no_share_of_itself() -> None:
    """Where everybody is seen, as offered and answered are one column, no answer rate is told."""
    rows = {"day": ["2026-05-04", "2026-05-05"], "seen": ["100", "90"]}
    columns = {"at": "day", "offered": "seen", "answered": "seen"}
    found = report(rows, Config.from_table({"read": {"table": "contact_counts", "zone": "UTC"}, "columns": columns}))
    assert [*shown(found)] == ["volume"]
    [left] = [row for row in found["tables"][0]["left_out"] if row["key"] == "answer_rate"]
    assert left["reason"] == "offered and answered are the same column"


@pytest.mark.parametrize(("unknown", "warned"), [(60, True), (49, False)])
def test_one_id_for_many_customers_is_said(unknown: int, warned: bool, tmp_path: Path) -> None:
    """`inspect` and the report say so, and the line to copy takes it for unknown."""
    ids = ["0"] * unknown + [str(n) for n in range(1, 200)]
    path = tmp_path / "calls.csv"
    rows = (f"{n},2026-05-{1 + n % 28:02d}T09:00Z,yes,{n % 40},{who}\n" for n, who in enumerate(ids))
    path.write_text("call_id,queued_at,answered,wait_s,customer_id\n" + "".join(rows), encoding="utf-8")
    found = inspect(path, table="interactions")
    line = 'missing_in = { customer_id = ["0"] }'
    assert (line in found.text()) is warned
    assert (f"# {line}" in found.settings()) is warned
    told = {"read": {"table": "interactions"}}
    codes = {row["code"] for row in shown(report(path, Config.from_table(told)))["repeat_rate"]["warnings"]}
    assert ("customers.one_id" in codes) is warned
    told["read"]["missing_in"] = {"customer_id": ["0"]}  # type: ignore[assignment]
    without = shown(report(path, Config.from_table(told)))
    assert without["customers_in_contact"]["value"] == 199
    assert "customers.one_id" not in {row["code"] for row in without["repeat_rate"]["warnings"]}


def test_a_word_is_missing_in_its_column_alone(tmp_path: Path) -> None:
    """0 is no customer, and a wait of 0 stays one; a word that no cell has is said."""
    path = tmp_path / "calls.csv"
    path.write_text("queued_at,wait_s,answered,customer_id\n2026-05-04T09:00Z,0,yes,0\n", encoding="utf-8")
    export = Export(path, Layout(missing_in={"customer_id": ["0", "-1"]}), need=(), table="interactions")
    [chunk] = export.chunks()
    assert not chunk.columns["customer_id"].known.any()
    assert chunk.columns["wait_s"].known.all()
    assert export.idle == [("missing_in.customer_id '-1'", "no cell that is read holds it")]


def test_periods_without_a_row_are_shown() -> None:
    """Nothing came in counts as 0; a share of nothing has no value, so that a line breaks there."""
    rows = {"received_at": ["2026-01-05T09:00Z", "2026-02-02T09:00Z"] * 3, "resolved_at": ["2026-02-03T09:00Z"] * 6}
    trends = {trend["kpi"]: trend["points"] for trend in report(rows)["trends"]}
    [*volume] = (point["value"] for point in trends["case_volume"])
    assert volume == [3, 0, 0, 0, 3]
    points = [{"start": "0001-01-01", "value": 1}, {"start": "9998-01-01", "value": 1}]
    assert without_gaps(points, "month", counts=True) == points


def test_stocks_are_not_judged_where_nothing_came_in() -> None:
    """What is open only grows older behind the end of an export."""
    rows = {
        "received_at": ["2026-01-05T09:00Z", "2026-01-14T09:00Z"] * 20,
        "resolved_at": ["2026-01-07T09:00Z", ""] * 20,
    }
    found = report(rows, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    assert not [row for row in found["changes"] if "age" in row["kpi"]]
    reasons = {row["kpi"]: row["reason"] for row in found["changes_unjudged"]}
    assert "no case came in" in reasons["backlog_age_p50"]


def test_settings_of_cases_show_hours_and_targets_that_work(tmp_path: Path) -> None:
    """Both stand as comments, and are read without their signs."""
    path = tmp_path / "tickets.csv"
    path.write_text("Ticket ID,Opened,Solved\n1,2026-05-13,2026-05-14\n2,2026-05-14,2026-05-15\n", encoding="utf-8")
    text = inspect(path).settings()
    for line in ("[hours]", "week", "[[targets]]", "clock", "within", "goal"):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    desk = tmp_path / "desk.toml"
    desk.write_text(text, encoding="utf-8")
    config = Config.read(preset=None, path=desk)
    assert config.hours is not None
    assert config.promises[0].name == "resolution within 8 h"


@pytest.mark.parametrize(
    ("text", "kpi"),
    [
        ("call_id,queued_at,answered,wait_s\n1,2026-05-13T09:00Z,yes,10\n2,2026-05-14T09:00Z,no,20\n", "service_level"),
        ("call_id,queued_at,answered,talk_s\n1,2026-05-13T09:00Z,yes,10\n2,2026-05-14T09:00Z,no,20\n", "answer_rate"),
        ("Month,Offered,Answered,Answered 60sec\n2026-05-01,100,90,80\n2026-06-01,110,95,80\n", "service_level"),
    ],
)
def test_settings_of_contacts_show_a_target_that_works(text: str, kpi: str, tmp_path: Path) -> None:
    """It stands as a comment, and its goal is judged once the signs are gone."""
    path = tmp_path / "calls.csv"
    path.write_text(text, encoding="utf-8")
    written = inspect(path).settings().replace('zone = ""', 'zone = "UTC"')
    assert "# [[targets]]" in written
    for line in ("[[targets]]", "kpi =", "goal ="):
        written = written.replace(f"# {line}", line)
    desk = tmp_path / "desk.toml"
    desk.write_text(written, encoding="utf-8")
    config = Config.read(preset=None, path=desk)
    [standard] = report(path, config)["tables"][0]["standards"]
    assert (standard["kpi"], standard["goal"]) == (kpi, 0.8)


def test_days_need_no_zone(tmp_path: Path) -> None:
    """Dates without a time are the same days in every zone; one time of the day asks for it."""
    path = tmp_path / "tickets.csv"
    path.write_text("Ticket ID,Opened,Solved\n1,2026-05-13,2026-05-14\n2,2026-05-14,2026-05-15\n", encoding="utf-8")
    found = inspect(path)
    assert "zone" not in found.text()
    assert 'zone = "UTC"  # no moment that is read has a time of the day' in found.settings()
    assert "Empty texts" not in found.settings()
    path.write_text(
        "Ticket ID,Opened,Solved\n1,2026-05-13,2026-05-14 9:00\n2,2026-05-14,2026-05-15\n", encoding="utf-8"
    )
    assert 'zone = ""' in inspect(path).settings()


@pytest.mark.parametrize("beside", ["", "settings", "settings/of/2026"])
def test_settings_name_the_export_from_where_they_stand(tmp_path: Path, beside: str) -> None:
    """The scores beside contacts are found whether settings lie with the export or in a folder of their own."""
    rows = [f"c{n},2026-05-{4 + n % 5:02d} 09:{n:02d},Y,{n},{1 + n % 5}" for n in range(40)]
    text = "\n".join(["Call Id,Queued at,Answered (Y/N),Speed of answer in seconds,Satisfaction rating", *rows])
    calls, desk = tmp_path / "calls" / "calls.csv", tmp_path / beside / "desk.toml"
    for path in (calls, desk):
        path.parent.mkdir(parents=True, exist_ok=True)
    calls.write_text(text, encoding="utf-8")
    assert main(["inspect", str(calls.parent), "--write", str(desk)]) == 0
    settings = desk.read_text(encoding="utf-8").replace('zone = ""', 'zone = "UTC"')
    for shown_as in ("[tables", "file = ", "columns = ", "kpis = "):
        settings = settings.replace(f"# {shown_as}", shown_as)
    desk.write_text(settings, encoding="utf-8")
    found = report(calls, Config.read(preset=None, path=desk))
    assert shown(found, 1)["csat"]["value"] == 0.4


def test_the_mark_of_the_desk_stands_beside_what_its_due_dates_say() -> None:
    """That the target is not in the export is said only of one without due dates."""
    opened = [dt.datetime(2026, 5, 4, n % 24, tzinfo=dt.UTC) for n in range(60)]
    rows = {
        "received_at": opened,
        "resolved_at": [at + dt.timedelta(hours=2) for at in opened],
        "sla_kept": [True] * 60,
    }
    [alone, *_] = report(rows)["headline"]
    assert alone.endswith("; the target itself is not in the export.")
    due = [at + dt.timedelta(hours=1 if n < 15 else 3) for n, at in enumerate(opened)]
    [both, *_] = report({**rows, "due_at": due})["headline"]
    assert both.startswith("The desk marked 100 % of 60 cases as kept within target; ")
    assert both.endswith("; 75 % of 60 cases with a due date were in time.")
