"""Goals of any KPI of any table: what was promised, what was kept, and why another goal is refused."""

import datetime as dt
import json
from typing import Any

import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, measure
from servqual.report import Config, Promise, render, report
from servqual.report.asking import kpi_of

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CALLS: dict[str, Any] = {
    "queued_at": [MONDAY + place * HOUR for place in range(100)],
    "answered": [place % 10 > 0 for place in range(100)],
    "wait_s": [10 + place % 40 for place in range(100)],
    "talk_s": [300] * 100,
}
COUNTS: dict[str, Any] = {
    "at": ["2026-01-01", "2026-02-01"],
    "offered": [100, 100],
    "answered": [90, 96],
    "answered_within": [70, 80],
    "within_s": [30, 30],
}
CASES: dict[str, Any] = {
    "received_at": [MONDAY + place * HOUR for place in range(40)],
    "resolved_at": [MONDAY + place * HOUR + HOUR * (1 + place % 4) for place in range(40)],
    "reopened": [place % 10 == 0 for place in range(40)],
}


def told(rows: Any, table: str, *targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A report of one table with targets."""
    return report(rows, Config.from_table({"targets": [*targets], **more}, of=table))


def test_a_goal_of_contacts_is_judged_on_the_page_and_in_json() -> None:
    """Each seen value is that of `measure`; the direction of the KPI says which way is reached."""
    found = told(
        CALLS,
        "interactions",
        {"kpi": "answer_rate", "goal": 0.85},
        {"kpi": "abandonment_rate", "goal": 0.05},
        {"kpi": "asa", "goal": "25 s"},
        {"kpi": "service_level", "within": "30 s", "goal": 0.8, "name": "quick answers"},
    )
    rows = {row["kpi"]: row for row in found["tables"][0]["standards"]}
    assert {key: (row["goal"], row["status"]) for key, row in rows.items()} == {
        "answer_rate": (0.85, "reached"),
        "abandonment_rate": (0.05, "not_reached"),
        "asa": (25.0, "not_reached"),
        "service_level 30 s": (0.8, "not_reached"),
    }
    kpi = KPIS["service_level"].with_(within=30 * dt.timedelta(seconds=1))
    seen = measure(["answer_rate", "asa", kpi], {"interactions": CALLS})
    assert rows["asa"]["value"] == seen.get("asa").value
    assert rows["service_level 30 s"]["value"] == seen.get("service_level").value
    assert rows["service_level 30 s"]["within_s"] == 30
    assert rows["asa"]["gap"] == pytest.approx((seen.get("asa").value or 0) - 25)
    page = render(found)
    standards, _, _ = page.partition('id="standards"')[2].partition("</section>")
    assert "Quick answers" in standards
    assert "at most 25 s" in standards
    assert "at least 85" in standards
    assert (
        "Promised: abandonment rate of at most 5 %; seen 10 % of 100 contacts, goal not reached." in (found["headline"])
    )
    assert 'href="#standards"' in page
    assert json.loads(json.dumps(found)) == found


def test_a_goal_is_drawn_in_the_course_of_its_kpi() -> None:
    """By period, also of a KPI that is not drawn otherwise, and by groups."""
    found = told(CALLS, "interactions", {"kpi": "wait_p95", "goal": "1 min"}, report={"every": "week"})
    [trend] = [each for each in found["tables"][0]["trends"] if each["kpi"] == "wait_p95"]
    assert trend["goal"] == 60
    assert "Goal 1 min." in render(found)


def test_counts_keep_their_own_threshold() -> None:
    """A goal without a limit is held against the threshold that the file tells."""
    found = told(COUNTS, "contact_counts", {"kpi": "service_level", "goal": 0.7}, read={"zone": "UTC"})
    [row] = found["tables"][0]["standards"]
    assert (row["value"], row["status"], row["n"]) == (0.75, "reached", 200)


def test_a_goal_may_name_a_kpi_of_the_settings() -> None:
    """With its parameters and its title."""
    kpis = {"of_answered": {"kpi": "service_level", "within": "30 s", "denominator": "answered", "title": "In 30 s"}}
    found = told(CALLS, "interactions", {"kpi": "of_answered", "goal": 0.4}, kpis=kpis)
    [row] = found["tables"][0]["standards"]
    assert (row["name"], row["status"]) == ("In 30 s", "reached")
    assert [kpi["key"] for kpi in found["tables"][0]["kpis"]].count("of_answered") == 1


def test_a_goal_of_answers_is_judged_by_its_interval() -> None:
    """Who answered is a sample: three good answers do not reach a goal surely."""
    rows = {"answered_at": [MONDAY] * 3, "score": [5, 5, 4], "customer_id": ["a", "b", "c"]}
    kpis = {"csat": {"scale": [1, 5], "satisfied_from": 4}}
    [row] = told(rows, "answers", {"kpi": "csat", "goal": 0.8}, kpis=kpis)["tables"][0]["standards"]
    assert (row["value"], row["status"]) == (1.0, "unclear")
    many = {"answered_at": [MONDAY] * 99, "score": [5] * 99, "customer_id": [f"c{n}" for n in range(99)]}
    [row] = told(many, "answers", {"kpi": "csat", "goal": 0.8}, kpis=kpis)["tables"][0]["standards"]
    assert row["status"] == "reached"


def test_a_goal_of_complaints_may_be_for_some_of_them() -> None:
    """`only` chooses rows where the KPI can; times count in opening hours where there are some."""
    rows = {
        "received_at": [MONDAY] * 4,
        "resolved_at": [MONDAY + HOUR, MONDAY + 9 * HOUR, MONDAY + HOUR, MONDAY + HOUR],
        "category": ["bill", "bill", "late", "late"],
    }
    found = told(
        rows,
        "complaints",
        {"kpi": "complaint_handling_p90", "goal": "2 h"},
        {"kpi": "complaint_kept", "within": "4 h", "goal": 0.9, "only": {"category": "late"}},
    )
    assert [row["status"] for row in found["tables"][0]["standards"]] == ["not_reached", "reached"]


def test_cases_take_goals_of_any_kpi() -> None:
    """Times, counts and shares of which less is better; each weekday and hour has its figures still."""
    found = told(
        CASES,
        "cases",
        {"kpi": "resolution_p50", "goal": "3 h"},
        {"kpi": "reopen_rate", "goal": 0.05},
        {"kpi": "backlog", "goal": 5},
    )
    assert {row["kpi"]: row["status"] for row in found["standards"]} == {
        "resolution_p50": "reached",
        "reopen_rate": "not_reached",
        "backlog": "reached",
    }
    assert "at most 3 h" in render(found)
    assert "Promised: open cases of at most 5; seen 0, goal reached." in found["headline"]


def test_a_kpi_without_a_better_direction_is_given_one() -> None:
    """Handle time is neither good nor bad in itself; the goal says which."""
    with pytest.raises(InvalidValue, match="better must be given for a goal of aht"):
        told(CALLS, "interactions", {"kpi": "aht", "goal": "6 min"})
    found = told(CALLS, "interactions", {"kpi": "aht", "goal": "6 min", "better": "lower"})
    [row] = found["tables"][0]["standards"]
    assert (row["value"], row["status"]) == (300, "reached")
    assert "at most 6 min" in render(found)
    with pytest.raises(InvalidValue, match="better must be left out for asa"):
        told(CALLS, "interactions", {"kpi": "asa", "goal": "6 min", "better": "higher"})


@pytest.mark.parametrize(
    ("table", "target", "said"),
    [
        ("interactions", {"kpi": "asa", "goal": 25}, "goal must be a time such as '20 s' or '8 h'"),
        ("interactions", {"kpi": "asa", "goal": "soon"}, "goal must be a time"),
        ("interactions", {"kpi": "answer_rate", "goal": 85}, "goal must be a share above 0 and up to 1"),
        ("interactions", {"kpi": "abandonment_rate", "goal": 1}, "goal must be a share from 0 on and below 1"),
        ("cases", {"kpi": "backlog", "goal": 0.9}, "goal must be a whole number for backlog"),
        ("answers", {"kpi": "nps", "goal": 300}, "goal must be a number from -100 to 100"),
        ("interactions", {"kpi": "volume_of_work", "goal": 30}, "kpi must be a KPI of interactions in a target"),
        ("interactions", {"kpi": "nps", "goal": 300}, "goal must be a number from -100 to 100"),
        ("interactions", {"kpi": "answer_rat", "goal": 0.9}, "did you mean answer_rate"),
        ("interactions", {"kpi": "asa", "within": "20 s", "goal": "20 s"}, "within must be left out for asa"),
        (
            "interactions",
            {"kpi": "asa", "goal": "20 s", "only": {"team": "north"}},
            "only must be left out for asa",
        ),
        ("interactions", {"kpi": "csat", "table": "answers", "goal": 0.9}, "table must be one of interactions"),
    ],
)
def test_other_goals_are_refused_with_what_to_write(table: str, target: dict[str, Any], said: str) -> None:
    """The field, what it must be, and what came."""
    with pytest.raises((InvalidValue, UnknownName), match=said):
        Config.from_table({"targets": [target]}, of=table)


def test_a_goal_says_its_table_where_two_have_its_kpi() -> None:
    """Contacts and counts of contacts have KPIs of one name."""
    target: dict[str, Any] = {"kpi": "answer_rate", "goal": 0.9}
    told_of = {"targets": [target], "tables": {"interactions": {"file": "calls.csv"}}}
    with pytest.raises(InvalidValue, match="table must say which of contact_counts, interactions"):
        Config.from_table(told_of, of="contact_counts")
    target["table"] = "interactions"
    [promise] = Config.from_table(told_of, of="contact_counts").promises
    assert promise.kpi.table == "interactions"


def test_a_goal_of_a_table_that_is_not_there_is_said() -> None:
    """A target of cases in a report of contacts has no effect, and the note names it."""
    found = told(
        CALLS, "interactions", {"clock": "resolution", "within": "8 h", "goal": 0.9}, {"kpi": "nps", "goal": 30}
    )
    assert found["notes"] == [
        "target 'resolution within 8 h' has no effect: there is no table of cases; name its file under [tables]",
        "target 'net promoter score' has no effect: there is no table of answers; name its file under [tables]",
    ]


def test_a_promise_in_python_is_checked_by_its_kpi() -> None:
    """As in settings."""
    assert Promise(kpi=KPIS["asa"], goal=20, name="asa").goal == 20
    with pytest.raises(InvalidValue, match="goal"):
        Promise(kpi=KPIS["sla_kept"], goal=20, name="kept")


def test_a_change_is_compared_by_targets_of_cases_alone() -> None:
    """A goal of contacts, or of a stock, is none of the names that `compare` takes."""
    targets = [
        {"kpi": "answer_rate", "goal": 0.9, "name": "answered"},
        {"kpi": "backlog", "goal": 9, "name": "open"},
        {"kpi": "resolution_p50", "goal": "3 h", "name": "quick"},
    ]
    config = Config.from_table({"targets": targets})
    assert kpi_of("quick", config).unit == "s"
    for name in ("answered", "open"):
        with pytest.raises(UnknownName, match="kpi must be a KPI of cases"):
            kpi_of(name, config)
