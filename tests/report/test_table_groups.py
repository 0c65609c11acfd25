"""Contacts, counts, complaints and answers by agent, weekday and hour, where their rows tell these."""

import datetime as dt
from typing import Any

import pytest

from servqual.metrics import measure
from servqual.report import Config, render, report

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CALLS: dict[str, Any] = {
    "queued_at": [MONDAY + place * HOUR for place in range(24 * 14)],
    "answered": [place % 24 < 18 for place in range(24 * 14)],
    "agent": [("Ann", "Bo")[place % 2] for place in range(24 * 14)],
    "team": ["north"] * 24 * 14,
}


def groups_of(rows: Any, table: str = "interactions", **settings: Any) -> dict[str, dict[str, Any]]:
    """The groups of the one table of a report, by column."""
    [section] = report(rows, Config.from_table(settings, of=table))["tables"]
    return {each["column"]: each for each in section["groups"]}


def test_contacts_are_shown_by_weekday_and_hour_of_the_zone() -> None:
    """Each figure is that of `measure`; hours and days stand in their order."""
    found = groups_of(CALLS, read={"zone": "Europe/Berlin"})
    assert [row["group"] for row in found["weekday"]["rows"]][:2] == ["Monday", "Tuesday"]
    assert [row["group"] for row in found["hour_of_day"]["rows"]] == [f"{hour:02}:00" for hour in range(24)]
    seen = measure(["answer_rate"], {"interactions": CALLS}, by=["hour_of_day"], zone="Europe/Berlin")
    [six] = [row for row in found["hour_of_day"]["rows"] if row["group"] == "06:00"]
    [rate] = [figure for figure in six["figures"] if figure["kpi"] == "answer_rate"]
    assert (rate["value"], rate["n"]) == (seen.get("answer_rate", hour_of_day=6).value, 14)


def test_agents_are_shown_by_pseudonyms() -> None:
    """And by names where that is set; nobody looks for weak agents unasked."""
    assert all(row["group"].startswith("p-") for row in groups_of(CALLS)["agent"]["rows"])
    named = groups_of(CALLS, report={"agents": "names"})["agent"]["rows"]
    assert [row["group"] for row in named] == ["Ann", "Bo"]
    found = report(CALLS, Config.from_table({}, of="interactions"))
    assert "people are shown as p-" in " ".join(found["tables"][0]["notes"])
    assert "Ann" not in render(found)
    assert not [row for row in found["tables"][0]["weakest"] if row["column"] == "agent"]


def test_the_page_folds_the_hours() -> None:
    """Twenty-four rows are there for whoever wants them."""
    page = render(report(CALLS, Config.from_table({}, of="interactions")))
    assert "<summary>By <bdi>hour of the day</bdi></summary>" in page
    assert '<h3 class="account">By <bdi>day of the week</bdi></h3>' in page


@pytest.mark.parametrize(
    ("begins", "columns"),
    [
        (["2026-01-01", "2026-02-01", "2026-03-01"], set()),
        (["2026-05-04", "2026-05-11", "2026-05-18"], set()),
        (["2026-05-04", "2026-05-05", "2026-05-06"], {"weekday"}),
        (["2026-05-04T09:00", "2026-05-04T09:30", "2026-05-04T10:00"], {"weekday", "hour_of_day"}),
        (["2026-05-04"], set()),
    ],
)
def test_counts_are_shown_by_what_their_intervals_tell(begins: list[str], columns: set[str]) -> None:
    """Months have no weekday, and days no hour."""
    rows = {"at": begins, "offered": [100] * len(begins), "answered": [90] * len(begins)}
    assert {*groups_of(rows, "contact_counts", read={"zone": "UTC"})} == columns


def test_dates_have_no_hour() -> None:
    """Complaints that are dated by days are shown by weekday alone, in any zone."""
    days = [f"2026-{month:02}-{day:02}" for month in (1, 4, 7) for day in range(1, 29)]
    rows = {"received_at": days, "resolved_at": days}
    assert {*groups_of(rows, "complaints", read={"zone": "Europe/Berlin"})} == {"weekday"}


def test_what_was_promised_stands_first() -> None:
    """After the count, so that it is seen on a narrow screen."""
    found = groups_of(CALLS | {"wait_s": [30] * 24 * 14}, targets=[{"kpi": "service_level", "goal": 0.8}])
    assert [kpi["kpi"] for kpi in found["team"]["kpis"]][:2] == ["volume", "service_level"]
