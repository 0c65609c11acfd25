"""What the page says of its period, of open cases, and of teams and time."""

import re
from typing import Any

import pytest

from servqual.report.page import render

pytest.importorskip("jinja2")
HOSTILE = "<script>alert(1)</script>\u202e"


def words(page: str) -> str:
    """The text of a page."""
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")


def slices() -> list[dict[str, Any]]:
    """A table by team, and one by hour."""
    kpis = [
        {"kpi": "case_volume", "title": "cases received", "unit": "count", "better": None},
        {"kpi": "kept", "title": "kept", "unit": "share", "better": "higher"},
    ]
    figures = [{"kpi": "case_volume", "value": 40.0, "n": 40}, {"kpi": "kept", "value": 0.25, "n": 12}]
    return [
        {"column": "team", "kpis": kpis, "rest": 3, "rows": [{"group": HOSTILE, "figures": figures}]},
        {"column": "hour_of_day", "kpis": kpis, "rest": 0, "rows": [{"group": "09:00", "figures": figures}]},
    ]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (True, "2026-05-01 to 2026-05-31, Europe/Berlin"),
        (False, "2026-05-01 to 2026-05-31, not over yet, Europe/Berlin"),
    ],
)
def test_a_cut_period_is_told_by_its_days(said: str, *, over: bool) -> None:
    """Both ends count, and cases outside of it are counted as such."""
    period = {"first": "2026-05-01", "last": "2026-05-31", "cut": True, "over": over, "zone": "Europe/Berlin",
              "start": "2026-05-01T00:00:00+02:00", "end": "2026-06-01T00:00:00+02:00", "every": "week"}  # fmt: skip
    page = words(render({"period": period, "rows": {"read": 9, "used": 9, "refused": 0, "cases": 4, "outside": 5}}))
    assert said in page
    assert "5 cases outside the period are left out" in page
    assert "outside the period" not in words(render({"rows": {"outside": 0}}))


def test_open_cases_stand_with_what_is_known_of_them() -> None:
    """The id, or the row where there is none; a column that none has is left out; text is inert."""
    rows = [
        {"case_id": HOSTILE, "row": 7, "received_at": "2026-05-04T09:00:00+02:00", "age_s": 864000.0, "team": "north",
         "category": None, "priority": None},
        {"case_id": None, "row": 1200, "received_at": "2026-05-05T09:00:00+02:00", "age_s": 3600.0, "team": None,
         "category": None, "priority": None},
    ]  # fmt: skip
    page = render({"open_cases": rows, "period": {"open_at": "2026-06-01T00:00:00+02:00"}})
    said = words(page)
    assert "open as of 2026-06-01" in said
    assert "2026-05-04 09:00 10 d north" in said
    assert "row 1,200 2026-05-05 09:00 1 h" in said
    assert "Category" not in said
    assert "<script" not in page
    assert 'id="open"' not in render({"open_cases": []})


def test_tables_by_team_and_time_carry_their_n() -> None:
    """Counts stand for themselves; hours are folded; groups that are not listed are counted."""
    page = render({"groups": slices()})
    said = words(page)
    assert "40 25 % · n 12" in said
    assert "By hour of receipt" in said
    assert "3 groups with fewer cases are not listed." in said
    assert "<script" not in page
    assert page.index("<summary>By <bdi>hour of receipt") > page.index("By team and time</h2>")


def test_no_change_names_the_days_that_were_held_against_each_other() -> None:
    """Of all figures that were judged."""
    between = {
        "before_from": "2026-04-01",
        "before_to": "2026-04-30",
        "after_from": "2026-05-01",
        "after_to": "2026-05-31",
    }
    said = words(render({"changes": [], "changes_judged": 3, "changes_between": [between]}))
    assert "Nothing surely changed, of 3 figures: 2026-05-01 to 2026-05-31 against 2026-04-01 to 2026-04-30" in said


def test_definitions_are_left_out_in_print() -> None:
    """They stand on the page, folded."""
    page = render({"kpis": [{"key": "kept", "title": "kept", "unit": "share", "value": 0.5, "n": 10}]})
    printed = page[page.index("@media print") :]
    assert ".define, .first details, #groups details, .swipe { display: none; }" in printed
    assert '<details class="define" id="kpi-1">' in page
