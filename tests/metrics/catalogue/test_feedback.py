"""KPIs of feedback and suggestions: boundaries, refusals."""

import datetime as dt
from typing import Any

import pytest

from servqual.metrics import KPIS, measure
from servqual.model import BusinessHours

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
TICK = dt.timedelta(microseconds=1)
Row = dict[str, Any]
Told = tuple[float | None, int, int]


def one(key: str, table: str, *, now: dt.datetime = NOW, **cells: object) -> Told:
    """A KPI of a single row."""
    found = measure([key], {table: {name: [cell] for name, cell in cells.items()}}, now=now).one()
    return found.value, found.n, found.undecided


def test_a_decision_after_now_is_not_seen() -> None:
    """The suggestion was evaluated, and may still be adopted or declined."""
    cells: Row = {"evaluated_at": START, "adopted": True}
    assert one("suggestion_adoption_rate", "suggestions", **cells, decided_at=NOW) == (1.0, 1, 0)
    assert one("suggestion_adoption_rate", "suggestions", **cells, decided_at=NOW + TICK) == (None, 0, 1)
    assert one("suggestion_adoption_rate", "suggestions", **cells) == (1.0, 1, 0)


def test_feedback_is_answered_in_business_time() -> None:
    """Friday 16:00 to Monday 10:00 is two hours of a desk that is open nine to five."""
    hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    friday = dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)
    data = {"feedback": {"received_at": [friday], "first_response_at": [friday + dt.timedelta(days=2, hours=18)]}}
    assert measure([KPIS["feedback_response_time"].with_(hours=hours)], data).one().value == 7200


@pytest.mark.parametrize(
    ("key", "table", "cells", "told"),
    [
        (
            "feedback_handled_rate",
            "feedback",
            {"received_at": START, "handled_at": START - TICK},
            "handled_at must not come before received_at",
        ),
        (
            "feedback_response_time",
            "feedback",
            {"received_at": START, "first_response_at": START - TICK},
            "first_response_at must not come before received_at",
        ),
        (
            "suggestion_adoption_rate",
            "suggestions",
            {"evaluated_at": None, "adopted": False},
            "evaluated_at is missing, but adopted is known",
        ),
        (
            "suggestion_adoption_rate",
            "suggestions",
            {"evaluated_at": START, "adopted": False, "decided_at": START - TICK},
            "decided_at must not come before evaluated_at",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(key: str, table: str, cells: Row, told: str) -> None:
    """The row is told, and no number is made of it."""
    found = measure([key], {table: {name: [cell] for name, cell in cells.items()}}, now=NOW)
    assert (found.one().n, found.one().undecided, found.rows[table].used) == (0, 0, 0)
    assert [str(r).startswith(f"row 0: {told}") for r in found.rows[table].refusals] == [True]
