"""What changed and which groups are weak in contacts, complaints and answers; ends of counts; refusals of answers."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.report import Config, render, report
from servqual.report.intervals import end_of

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)


def calls(*abandoned: float, teams: Sequence[str] = ("north", "south")) -> dict[str, Sequence[Any]]:
    """A hundred calls in each week, of which a share was abandoned; the teams take turns."""
    each = [(week, place) for week in range(len(abandoned)) for place in range(100)]
    return {
        "queued_at": [MONDAY + week * WEEK + place * HOUR for week, place in each],
        "abandoned": [place < 100 * abandoned[week] for week, place in each],
        "wait_s": [30] * len(each),
        "team": [teams[place % len(teams)] for _, place in each],
    }


def section(rows: Any, table: str = "interactions", **told: Any) -> dict[str, Any]:
    """The one table of a report."""
    found: dict[str, Any] = report(rows, Config.from_table(told, of=table))["tables"][0]
    return found


def test_what_changed_in_contacts_is_told_by_weeks() -> None:
    """Abandonment rises from 10 to 40 % in the last finished week; the report shows it first."""
    rows = calls(0.1, 0.1, 0.4, 0.2)
    found = section(rows)
    [change] = [row for row in found["changes"] if row["kpi"] == "abandonment_rate"]
    assert (change["decision"], change["before"], change["after"]) == ("worse", 0.1, 0.4)
    assert (change["after_from"], change["after_to"]) == ("2026-05-18", "2026-05-24")
    page = render(report(rows, Config.from_table({}, of="interactions")))
    first, _, _ = page.partition('<nav aria-label="Sections">')
    assert "What changed" in first
    assert "10\N{NO-BREAK SPACE}% → 40\N{NO-BREAK SPACE}%" in first


def test_contacts_that_never_change_are_calm() -> None:
    """Nothing is told of weeks that are alike, and the reason of each figure that could not be judged."""
    found = section(calls(0.1, 0.1, 0.1, 0.1))
    assert found["changes"] == []
    assert found["changes_judged"] > 0
    young = section(calls(0.1), report={"every": "week"})
    assert young["changes_judged"] == 0
    assert {row["reason"] for row in young["changes_unjudged"] if row["kpi"] == "asa"} == {
        "there are no two weeks that are finished for it"
    }


def test_a_period_is_held_against_the_one_before() -> None:
    """Each value is that of `measure` for the same period."""
    rows = calls(0.1, 0.1, 0.4, 0.2)
    found = section(rows, report={"period": "2026-W21"})
    [change] = [row for row in found["changes"] if row["kpi"] == "abandonment_rate"]
    for side, days in (("before", "2026-W20"), ("after", "2026-W21")):
        assert change[side] == measure(["abandonment_rate"], {"interactions": rows}, period=days).one().value


def test_a_period_that_has_not_begun_is_empty() -> None:
    """Nothing is measured in it, and nothing is held against anything."""
    found = section(calls(0.1, 0.1), report={"period": "2027-01"})
    assert (found["changes"], found["changes_judged"], found["weakest"]) == ([], 0, [])
    assert {row["value"] for row in found["kpis"]} <= {0, None}


def test_a_weak_group_of_contacts_is_named_first() -> None:
    """North loses half of its calls, south none: one candidate, on the page with its evidence."""
    rows = calls(0.1, 0.1, 0.1, 0.1)
    rows["abandoned"] = [team == "north" and place % 4 == 0 for place, team in enumerate(rows["team"])]
    found = report(rows, Config.from_table({}, of="interactions"))
    told = found["tables"][0]
    assert {(row["column"], row["group"]) for row in told["priorities"]} == {("team", "north")}
    assert told["weakest"][0]["group"] == "north"
    page = render(found)
    assert 'href="#table-1-first"' in page
    assert 'id="table-1-first"' in page
    assert page.count("the weakest groups</caption>") == len({row["kpi"] for row in told["weakest"]})
    assert json.loads(json.dumps(found)) == found


def test_groups_that_are_alike_are_not_named() -> None:
    """Both teams lose the same share."""
    rows = calls(0.1, 0.1, 0.1, 0.1)
    rows["abandoned"] = [place // 2 % 5 == 0 for place in range(400)]
    found = section(rows)
    assert (found["priorities"], found["weakest"]) == ([], [])
    assert found["looked_at"] > 0


def test_complaints_and_answers_are_told_too() -> None:
    """Satisfaction falls from 4.5 to 2.6 between two weeks, and complaints take longer."""
    times = [MONDAY + place * WEEK / 100 for place in range(400)]
    scores = [(4 + place % 2) if place < 200 else (2 + place % 2) for place in range(400)]
    told = {"kpis": {"csat_mean": {"scale": [1, 5]}}, "report": {"period": "2026-W21"}}
    [change] = section({"answered_at": times, "score": scores}, "answers", **told)["changes"]
    assert (change["decision"], change["before"], change["after"]) == ("worse", 4.5, 2.6)
    took = [(1 if place < 200 else 5) for place in range(400)]
    complaints = section(
        {"received_at": times, "resolved_at": [at + hours * HOUR for at, hours in zip(times, took, strict=True)]},
        "complaints",
        report={"period": "2026-W21"},
    )
    assert ("complaint_handling_p50", "worse") in {(row["kpi"], row["decision"]) for row in complaints["changes"]}


def counted_in(*begins: str) -> dict[str, Any]:
    """Counts of contacts that begin then."""
    return {"at": [*begins], "offered": [100] * len(begins), "answered": [90] * len(begins)}


@pytest.mark.parametrize(
    ("begins", "end", "now"),
    [
        (("2026-01-01", "2026-02-01", "2026-03-01"), "2026-03-31", "2026-04-01"),
        (("2026-01-01", "2026-04-01"), "2026-06-30", "2026-07-01"),
        (("2026-05-04", "2026-05-05"), "2026-05-05", "2026-05-06"),
        (("2026-03-23", "2026-03-30"), "2026-04-05", "2026-04-06"),
    ],
)
def test_the_period_of_counts_ends_with_their_last_interval(begins: tuple[str, ...], end: str, now: str) -> None:
    """A month from its first day on is over with its last one, and a day with its midnight, also of changed clocks."""
    found = section(counted_in(*begins), "contact_counts", read={"zone": "Europe/Berlin"})
    assert found["period"]["end"].startswith(end)
    assert found["now"].startswith(f"{now}T00:00:00+02:00")
    assert found["now_from"] == "the end of the last interval"


def test_the_last_month_of_counts_is_finished_and_judged() -> None:
    """March is no unfinished month, and the change is the one from February to it; seen in its midst it is neither."""
    rows = counted_in("2026-01-01", "2026-02-01", "2026-03-01")
    rows["offered"], rows["answered"] = [1000] * 3, [900, 900, 700]
    told = {"read": {"zone": "UTC"}}
    found = section(rows, "contact_counts", **told)
    [trend] = [each for each in found["trends"] if each["kpi"] == "answer_rate"]
    assert [point["partial"] for point in trend["points"]] == [False] * 3
    assert {row["after_from"] for row in found["changes"]} == {"2026-03-01"}
    early = report(rows, Config.from_table(told, of="contact_counts"), now=dt.datetime(2026, 3, 20, tzinfo=dt.UTC))
    [trend] = [each for each in early["tables"][0]["trends"] if each["kpi"] == "answer_rate"]
    assert [point["partial"] for point in trend["points"]] == [False, False, True]
    assert {row["after_from"] for row in early["tables"][0]["changes"]} <= {"2026-02-01"}


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    st.sampled_from([15, 30, 60, 1440, 7 * 1440]),
    st.lists(st.integers(0, 40), min_size=1, max_size=20),
)
def test_the_last_row_is_as_long_as_the_shortest_step(day: dt.date, minutes: int, places: list[int]) -> None:
    """Whatever rows are missing, where two stand beside each other; one row alone is a day, or a month from a 1st."""
    step = dt.timedelta(minutes=minutes)
    first = dt.datetime.combine(day, dt.time(7))  # in the morning no row is a month
    begins = [first + place * step for place in (*places, max(places) + 1)]
    assert end_of(begins) == max(begins) + step
    gaps = np.diff(np.unique(np.array(begins, "datetime64[us]")))
    assert end_of(begins) - max(begins) == gaps.min().item()


@pytest.mark.parametrize(
    ("kpis", "said"),
    [
        ({}, r"answers must say what kind of question its scores answer .* name the KPI under \[kpis\]"),
        ({"csat": {}}, r"scale must be its two ends, .*; write csat = { scale = … } under \[kpis\]"),
        (
            {"csat": {"scale": [1, 5], "satisfied_from": 7}},
            r"satisfied_from must lie on the scale 1 to 5 \(got 7\); write csat = { satisfied_from = … }",
        ),
    ],
)
def test_answers_to_an_unknown_question_are_refused_with_the_way(kpis: dict[str, Any], said: str) -> None:
    """Scores alone say no KPI; the refusal names the settings and the Python way."""
    rows = {"answered_at": ["2026-05-04T09:00Z"] * 2, "score": [5, 3]}
    with pytest.raises(InvalidValue, match=said):
        report(rows, Config.from_table({"kpis": kpis}, of="answers"))


def log_of(*events: tuple[str, str, str]) -> dict[str, Sequence[str]]:
    """A log of cases, steps and moments."""
    cases, steps, moments = zip(*events, strict=True)
    return {"Case": cases, "Step": steps, "When": moments}


EVENTS = {
    "columns": {"case_id": "Case", "event": "Step", "at": "When"},
    "events": {"opened": "New", "replied": "Answer", "resolved": ["Solve", "Done"], "reopened": "Again"},
}
LOG = log_of(
    ("1", "New", "2026-05-04T09:00Z"),
    ("1", "Answer", "2026-05-04T09:30Z"),
    ("1", "Solve", "2026-05-04T11:00Z"),
    ("1", "Again", "2026-05-05T11:00Z"),
    ("2", "New", "2026-05-04T10:00Z"),
    ("2", "Done", "2026-05-04T13:00Z"),
    ("2", "Dance", "2026-05-04T14:00Z"),
    ("", "New", "2026-05-04T14:00Z"),
    ("3", "New", "soon"),
)


def test_a_log_of_events_reports_what_measure_says() -> None:
    """A case that was opened again is open; rows without a case, a moment or a known event are lost with the reason."""
    config = Config.from_table(EVENTS)
    found = report(LOG, config)
    keys = [kpi["key"] for kpi in found["kpis"]]
    now = dt.datetime.fromisoformat(found["made"]["now"])
    expected = measure(keys, {"case_events": LOG}, layout=config.layout, now=now)
    assert {kpi["key"]: kpi["value"] for kpi in found["kpis"]} == {key: expected.get(key).value for key in keys}
    assert {"backlog", "reopen_rate", "first_response_p50", "resolution_p50"} <= {*keys}
    rows = found["rows"]
    assert (rows["read"], rows["used"], rows["refused"]) == (9, 6, 3)
    assert {(each["column"], each["examples"][0]["row"]) for each in rows["reasons"]} == {
        ("event", 6),
        ("case_id", 7),
        ("at", 8),
    }
    assert "what its events made of it" in rows["fold"]


def test_events_after_now_are_not_seen() -> None:
    """On 4 May at noon case 1 was solved and not yet opened again, and case 2 was open."""
    found = report(LOG, Config.from_table(EVENTS), now=dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC))
    values = {kpi["key"]: kpi["value"] for kpi in found["kpis"]}
    assert (values["case_volume"], values["backlog"], values["resolution_p50"]) == (2, 1, 7200)
    assert "2 events after now are not seen" in found["notes"]
    assert "reopen_rate" not in values  # nothing was opened again by then


@pytest.mark.parametrize(
    ("table", "of", "said"),
    [
        ({"events": {"solved": "Solve"}}, "cases", "events must be one of .*resolved"),
        ({"events": {"resolved": "a", "closed": "a"}}, "cases", "give each name of the log one meaning"),
        (
            {"events": {"resolved": "a"}, "log": {"at": "x", "event": "y", "moments": {}}},
            "cases",
            r"in place of \[log\]",
        ),
        ({"events": {"resolved": "a"}}, "interactions", r"\[events\] must stand in place"),
        ({"events": {"resolved": []}}, "cases", "events.resolved must be a text or a list"),
        ({"wide": {"label": "team"}}, "contact_counts", r"\[wide\] must name label and cells"),
        ({"wide": {"label": "team", "cells": {}}}, "contact_counts", "cells must name at least one column"),
        ({"wide": {"label": "team", "cells": {"offered": 5}}}, "contact_counts", "wide.cells.offered must be a text"),
        ({"wide": {"label": "team", "cels": {}}}, "contact_counts", "each name of wide must be one of"),
        ({"columns": {"event": "Step"}}, "cases", r"\[columns\] must have columns of cases on the left"),
    ],
)
def test_wrong_settings_of_events_and_items_are_refused(table: dict[str, Any], of: str, said: str) -> None:
    """Each refusal names the setting."""
    with pytest.raises(ValueError, match=said):
        Config.from_table(table, of=of)


def test_items_of_a_further_table_stand_in_its_part(tmp_path: Path) -> None:
    """`[tables.answers]` takes `wide`, with further columns by item."""
    (tmp_path / "survey.csv").write_text("Date,P1,P2\n2026-05-04,5,1\n2026-05-05,4,2\n", encoding="utf-8")
    told = {
        "tables": {
            "answers": {
                "file": "survey.csv",
                "columns": {"answered_at": "Date"},
                "read": {"zone": "UTC"},
                "wide": {
                    "label": "question",
                    "row": "customer_id",
                    "cells": {"score": "P*"},
                    "groups": {"survey": {"good": "P1", "bad": ["P2"]}},
                },
                "groups": ["survey"],
                "kpis": {"csat": {"scale": [1, 5], "satisfied_from": 4}},
            }
        }
    }
    [found] = report(config=Config.from_table(told, folder=tmp_path))["tables"]
    surveys, by_day = found["groups"]
    assert (surveys["column"], by_day["column"]) == ("survey", "weekday")
    assert {row["group"]: row["figures"][0]["value"] for row in surveys["rows"]} == {"good": 1.0, "bad": 0.0}
