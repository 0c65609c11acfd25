"""Percentiles that were read from bins are marked as approximate, wherever they stand on the page."""

import datetime as dt
import json
from typing import Any

import numpy as np

from servqual.report import Config, render, report

START = np.datetime64("2026-05-04T00:00:00", "us")


def calls(different: int) -> dict[str, Any]:
    """Calls of two teams whose waits have so many different values each."""
    place = np.arange(8000)
    return {
        "queued_at": START + place * np.timedelta64(5, "m"),
        "wait_s": (place % different) + 0.25,
        "answered": np.ones(8000, bool),
        "team": np.where(place % 2, "north", "south"),
    }


def test_a_percentile_of_many_different_values_is_marked() -> None:
    """In its tile, in a promise, in the table of its course and in groups; the JSON has the greatest error."""
    settings = {"targets": [{"kpi": "wait_p90", "goal": "90 min"}]}
    found = report(calls(7001), Config.from_table(settings, of="interactions"))
    [section] = found["tables"]
    errors = {row["key"]: row["error"] for row in section["kpis"]}
    assert errors["asa"] == 0 < errors["wait_p90"] < 0.005
    assert section["standards"][0]["error"] == errors["wait_p90"]
    page = render(found)
    assert page.count("approximate, within 0.4\N{NO-BREAK SPACE}%") >= 2
    assert page.count("≈ ") >= 2
    assert "≈ " in page.partition("By <bdi>team</bdi>")[2]
    assert json.loads(json.dumps(found)) == found


def test_an_exact_percentile_is_not_marked() -> None:
    """Few different values are counted one by one."""
    found = report(calls(50), Config.from_table({}, of="interactions"))
    assert all(row["error"] == 0 for row in found["tables"][0]["kpis"])
    page = render(found)
    assert "approximate, within" not in page
    assert page.count("≈") == 1  # where it is explained


def test_the_values_of_cases_are_marked_too() -> None:
    """In tiles and in the table of the course."""
    place = np.arange(8000)
    received = START + place * np.timedelta64(5, "m")
    cases = {"received_at": received, "resolved_at": received + (place * 7 % 7919) * np.timedelta64(1, "s")}
    page = render(report(cases, now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)))
    assert "approximate, within 0.4\N{NO-BREAK SPACE}%" in page
    assert "<bdi>approximate</bdi></td>" in page
