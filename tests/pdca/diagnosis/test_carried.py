"""The KPIs that are searched where none is named."""

import datetime as dt

import numpy as np
import pytest

from servqual.metrics import KPIS
from servqual.pdca import diagnose
from servqual.pdca.diagnosis.carried import carried

NOW = 1_780_000_000_000_000
CASES = ("received_at", "resolved_at", "closed_at", "first_response_at", "reopened", "customer_id", "category", "team")


def keys(table: str, *columns: str, now: int | None = NOW) -> set[str]:
    """The keys of the KPIs that columns of a table carry."""
    return {kpi.key for kpi in carried({table: columns}, now)}


def test_all_that_can_be_searched_is_there() -> None:
    """The resolution rate too, which was no usual one; a column less is a KPI less."""
    found = keys("cases", *CASES)
    assert {"resolution_rate", "reopen_rate", "resolution_p50", "resolution_p90", "first_response_p50"} <= found
    assert "reopen_rate" not in keys("cases", *(name for name in CASES if name != "reopened"))
    assert keys("interactions", *CASES) < {*KPIS}


@pytest.mark.parametrize(
    "key",
    ["resolution_kept", "recurrence_rate", "resolution_time", "case_volume", "backlog", "many_reassignments_rate"],
)
def test_what_cannot_be_searched_by_itself_is_left_out(key: str) -> None:
    """A promise without its target, repeats of a customer, means of durations, counts, stocks, a missing number."""
    assert key not in keys("cases", *CASES, "reassigned")
    assert key in KPIS


def test_a_share_that_needs_now_is_searched_where_now_is_given() -> None:
    """Without it, open promises cannot be told from missed ones."""
    columns = ("received_at", "resolved_at", "due_at")
    assert "complaint_kept" in keys("complaints", *columns)
    assert "complaint_kept" not in keys("complaints", *columns, now=None)


def test_scores_of_unknown_questions_are_not_searched() -> None:
    """A score says nothing while nobody knows what was asked."""
    assert "nps" not in keys("answers", "score", "answered_at")
    assert "nps" in keys("answers", "score", "answered_at", "question_kind")


def test_the_default_finds_a_group_that_solves_less() -> None:
    """By the resolution rate, named by nobody."""
    day = np.full(400, "2026-05-04", "datetime64[us]")
    ended = day + np.timedelta64(1, "D")
    ended[:60:2] = np.datetime64("NaT")
    cases = {"received_at": day, "resolved_at": ended, "team": ["south", "north"] * 200}
    found = diagnose(
        {"cases": cases | {"closed_at": day + np.timedelta64(2, "D")}}, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    )
    assert [(row.kpi, row.weak.label) for row in found] == [("resolution_rate", "south")]
