"""What was asked and had no effect is said, groups of the same cases come once, and unread figures are not judged."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from servqual.report import Config, render, report
from servqual.report.scorecard import scorecard

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def told(columns: dict[str, Sequence[Any]], /, **table: Any) -> dict[str, Any]:
    """The scorecard of some cases."""
    return scorecard(columns, Config.from_table(table), name="cases")


def cases(size: int = 120, **more: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Cases of one each hour, resolved within the hour."""
    received = [MONDAY + place * HOUR for place in range(size)]
    return {"received_at": received, "resolved_at": [at + HOUR / 2 for at in received], **more}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["north"] * 120, "groups of team cannot be compared: every case is in one"),
        ([None] * 120, "groups of team cannot be compared: no case has a value"),
        ([str(place // 20) for place in range(120)], "groups of team cannot be compared: none of 6 has 30 cases"),
        (["a"] * 60 + ["b"] * 50 + ["c"] * 10, "of 3 groups of team, 1 has under 30 cases"),
        (["a"] * 60 + ["b"] * 40 + ["c"] * 10 + ["d"] * 10, "of 4 groups of team, 2 have under 30 cases"),
        (["a"] * 60 + ["b"] * 60, None),
    ],
)
def test_groups_that_cannot_be_used_are_said(labels: list[str | None], said: str | None) -> None:
    """Where they were asked for; the usual ones are searched without a word."""
    notes = told(cases(team=labels), report={"groups": ["team"]})["notes"]
    assert [note for note in notes if "of team" in note] == ([said] if said else [])
    assert not any("of team" in note for note in told(cases(team=labels))["notes"])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"read": {"fold": True}}, "fold has no effect: no case has several rows"),
        ({"report": {"agents": "names"}}, "agents has no effect: no column names people"),
        ({"report": {"whole": True, "period": "2026-05"}}, "whole has no effect: the period says which days count"),
        ({"read": {"clock": "m:ss"}}, "clock has no effect: no column holds durations"),
        ({"read": {"true": ["ja"]}}, "true has no effect: no column holds yes and no"),
        ({"read": {"false": ["nein"], "true": ["ja"]}}, "false has no effect: no column holds yes and no"),
        ({"read": {"clock": "m:ss", "durations": "business", "zone": "UTC"}, "hours": {"week": {"mon": "09:00-17:00"}}},
         "clock has no effect: no column holds durations"),
        ({"columns": {"tier": "Level", "customer_id": "Who"}},
         "[columns] customer_id, tier have no effect: no figure reads it"),
    ],
)  # fmt: skip
def test_a_setting_without_effect_is_said(table: dict[str, Any], said: str) -> None:
    """Each once, and none where nothing was set."""
    assert told(cases(), **table)["notes"].count(said) == 1
    assert not any("has no effect" in note for note in told(cases())["notes"])


def test_hours_that_no_figure_counts_are_said() -> None:
    """An export of receipts alone has no time to count; with resolutions it has."""
    hours = {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}}
    alone = told({"received_at": [MONDAY]}, hours=hours)["notes"]
    assert "[hours] has no effect: no figure of this export counts time" in alone
    assert not any("count business time" in note for note in alone)
    assert "durations and targets count business time in UTC" in told(cases(), hours=hours)["notes"]


CALLS: dict[str, Sequence[Any]] = {
    "interaction_id": [f"c{place}" for place in range(90)],
    "queued_at": [MONDAY + place * HOUR for place in range(90)],
    "answered": [True] * 90,
    "topic": ["bill"] * 50 + ["other"] * 40,
}
WEEK = {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"read": {"fold": True}}, "fold has no effect: no contact has several rows"),
        ({"read": {"clock": "m:ss"}}, "clock has no effect: no column holds durations"),
        ({"report": {"agents": "names"}}, "agents has no effect: no column names people"),
        ({"hours": WEEK}, "[hours] has no effect: no figure of this export counts time"),
        ({"report": {"groups": ["survey"]}}, "groups of survey cannot be compared: no contact has a value"),
    ],
)
def test_a_setting_without_effect_on_contacts_is_said(table: dict[str, Any], said: str) -> None:
    """As of cases."""
    config = Config.from_table(table, of="interactions")
    rows = CALLS | {"survey": [None] * 90}
    notes = report(rows, config)["tables"][0]["notes"]
    assert notes.count(said) == 1
    assert not any(
        "effect" in note for note in report(rows, Config.from_table({}, of="interactions"))["tables"][0]["notes"]
    )


def test_what_is_set_for_all_tables_is_said_once_or_not_at_all(tmp_path: Path) -> None:
    """Hours that complaints count have an effect, whatever other tables do; where none does, one note says so."""
    lines = "".join(f"{at.isoformat()},true\n" for at in CALLS["queued_at"])
    (tmp_path / "calls.csv").write_text(f"queued_at,answered\n{lines}", encoding="utf-8")
    table = {"hours": WEEK, "tables": {"interactions": {"file": str(tmp_path / "calls.csv")}}}
    times = CALLS["queued_at"]
    for more, count in ((dict[str, Any](), 1), ({"resolved_at": times}, 0)):
        found = report({"received_at": CALLS["queued_at"], **more}, Config.from_table(table))
        notes = [*found["notes"], *found["tables"][0]["notes"]]
        assert sum(note.startswith("[hours] has no effect") for note in notes) == count


def test_groups_of_the_same_cases_come_once() -> None:
    """A category and the team that has exactly its cases are one weak group, named by one and with the other."""
    bad = [place % 4 == 0 for place in range(400)]
    found = told(
        cases(
            400,
            reopened=[int(each and place % 8 == 0) for place, each in enumerate(bad)],
            category=["network" if each else "mail" for each in bad],
            team=["cables" if each else "desk" for each in bad],
        )
    )
    [weak] = found["weakest"]
    assert {weak["column"]} | {each.split()[0] for each in weak["same"]} == {"category", "team"}
    assert f"The same cases as {weak['group']}: {weak['same'][0]}." in render(found).replace("</bdi>", "")


def test_a_figure_that_most_cells_could_not_feed_cannot_be_judged() -> None:
    """Of 120 resolutions 80 lie before the receipt: the value stands in the data, and the page says why it is none."""
    wrong = cases(team=["a", "b"] * 60)
    wrong["resolved_at"] = [at - HOUR if place % 3 else at for place, at in enumerate(wrong["resolved_at"])]
    found = told(wrong)
    row = next(row for row in found["kpis"] if row["key"] == "resolution_p50")
    assert row["cannot_be_judged"]
    assert row["value"] is not None
    assert "resolution_p50" not in {trend["kpi"] for trend in found["trends"]}
    assert "resolution_p50" not in {weak["kpi"] for weak in found["weakest"]}
    page = render(found)
    assert "Cannot be judged: 80 rows" in page
    assert not any(row["cannot_be_judged"] for row in told(cases())["kpis"])
