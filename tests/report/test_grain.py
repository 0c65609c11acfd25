"""The period by which a report tells trends and changes: the coarsest of which its data hold two, and why."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.report import Config, render, report
from servqual.report.spans import period_of, reached, usual_period

MONDAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(1972, 3, 1), dt.date(2097, 1, 1))


def calls(*abandoned: float) -> dict[str, Sequence[Any]]:
    """A hundred calls a day from Monday on, of which a share was abandoned."""
    each = [(day, place) for day in range(len(abandoned)) for place in range(100)]
    return {
        "queued_at": [MONDAY + day * DAY + place * DAY / 100 for day, place in each],
        "abandoned": [place < 100 * abandoned[day] for day, place in each],
        "wait_s": [30] * len(each),
    }


def told(rows: Any, table: str = "interactions", **settings: Any) -> dict[str, Any]:
    """The one table of a report."""
    found: dict[str, Any] = report(rows, Config.from_table(settings, of=table))["tables"][0]
    return found


def changed(section: dict[str, Any], kpi: str) -> list[tuple[str, str, str]]:
    """What changed of a KPI, and the days of both sides."""
    return [(c["decision"], c["before_from"], c["after_from"]) for c in section["changes"] if c["kpi"] == kpi]


@given(DAYS, st.integers(0, 300))
def test_weeks_need_two_of_them(first: dt.date, length: int) -> None:
    """As counted one by one; the last day is not over."""
    now = first + dt.timedelta(days=length)
    starts = {period_of(first + dt.timedelta(days=day), "week") for day in range(length + 1)}
    whole = [days for days in starts if reached(days, first) and days[1] <= now]
    every, _ = usual_period((first, now))
    assert every == ("month" if length >= 200 else "week" if len(whole) >= 2 else "day")


def test_a_short_export_is_told_by_day() -> None:
    """Nine days: the course by day, the last finished day against the same one a week before."""
    section = told(calls(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.5, 0.1))
    assert section["period"]["every"] == "day"
    assert section["period"]["every_because"] == "there are no two whole weeks"
    [trend] = [each for each in section["trends"] if each["kpi"] == "abandonment_rate"]
    assert [point["start"] for point in trend["points"]] == [f"2026-05-{day:02}" for day in range(4, 14)]
    assert [point["partial"] for point in trend["points"]] == [False] * 9 + [True]
    assert changed(section, "abandonment_rate") == [("worse", "2026-05-05", "2026-05-12")]
    page = render(report(calls(0.1, 0.5, 0.1), Config.from_table({}, of="interactions")))
    assert "By day, because there are no two whole weeks." in page
    assert '<span class="whole">2026-05-04</span>, <span class="whole">then 2026-05-05</span>' in page


def test_three_days_are_held_against_the_day_before_with_a_caveat() -> None:
    """Where no data reach a week back, the days of the week differ, and that is said."""
    section = told(calls(0.1, 0.5, 0.1))
    assert changed(section, "abandonment_rate") == [("worse", "2026-05-04", "2026-05-05")]
    [change] = [row for row in section["changes"] if row["kpi"] == "abandonment_rate"]
    [caveat] = [each for each in change["caveats"] if each["code"] == "days.of_week"]
    assert caveat["text"].startswith("a Monday is held against a Tuesday")


def test_cases_of_few_days_are_told_by_day() -> None:
    """Cases as well as other tables."""
    rows = {"received_at": [MONDAY + place * DAY / 50 for place in range(300)]}
    found = report(rows, Config())
    assert found["period"]["every"] == "day"
    assert len(found["trends"][0]["points"]) == 6
    assert "By day, because there are no two whole weeks." in render(found)


@pytest.mark.parametrize(("days", "every"), [(14, "day"), (15, "week"), (40, "week"), (199, "week"), (201, "month")])
def test_the_span_chooses(days: int, every: str) -> None:
    """From Monday on: two whole weeks are over on the fifteenth day."""
    rows = {"received_at": [MONDAY + day * DAY for day in range(days)]}
    assert report(rows, Config())["period"]["every"] == every


def test_a_period_that_is_asked_for_has_its_own_grain() -> None:
    """A week in a long export is told by day, and `every` goes above all."""
    rows = {"received_at": [MONDAY + day * DAY for day in range(100)]}
    config = {"report": {"period": "2026-W21"}}
    assert report(rows, Config.from_table(config))["period"]["every"] == "day"
    config["report"]["every"] = "month"
    found = report(rows, Config.from_table(config))["period"]
    assert (found["every"], found["every_because"]) == ("month", 'every = "month" is set')


def test_counts_per_week_are_not_told_by_day() -> None:
    """Two rows of a week each hold no days."""
    rows = {"at": ["2026-05-04", "2026-05-11"], "offered": [100, 120], "answered": [90, 100]}
    section = told(rows, "contact_counts", read={"zone": "UTC"})
    assert section["period"]["every"] == "week"
