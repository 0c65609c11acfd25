"""KPIs of promises, measures and problems found first: boundaries, refusals."""

import datetime as dt
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure
from servqual.model import Case, CaseId, CustomerId
from servqual.model import case as told
from servqual.model import commitment as promise
from servqual.model.service.case import CaseSource

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
HOUR, DAY, TICK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(microseconds=1)
Row = dict[str, Any]
Told = tuple[float | None, int, int]


# --- boundaries --------------------------------------------------------------------------------------


def one(key: str, table: str, *, now: dt.datetime = NOW, **cells: object) -> Told:
    """A KPI of a single row."""
    found = measure([key], {table: {name: [cell] for name, cell in cells.items()}}, now=now).one()
    return found.value, found.n, found.undecided


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"fulfilled_at": START + DAY}, (1.0, 1, 0)),  # at the due moment itself
        ({"fulfilled_at": START + DAY + TICK}, (0.0, 1, 0)),
        ({"fulfilled_at": None}, (0.0, 1, 0)),
        ({"fulfilled_at": None, "released_at": START + DAY}, (None, 0, 0)),
        ({"fulfilled_at": None, "released_at": START + DAY + TICK}, (0.0, 1, 0)),  # it was not kept by then
        ({"fulfilled_at": START + HOUR, "released_at": START + DAY}, (1.0, 1, 0)),  # released when it was kept
        ({"fulfilled_at": START + 2 * HOUR, "broken_at": START + HOUR}, (0.0, 1, 0)),  # made good stays broken
    ],
)
def test_a_promise_is_kept_missed_or_no_longer_asked_for(cells: Row, told: Told) -> None:
    """Rules of the model's commitment, on columns."""
    assert one("commitment_kept", "commitments", made_at=START, due_at=START + DAY, **cells) == told


@pytest.mark.parametrize(("now", "told"), [(START + DAY, (None, 0, 1)), (START + DAY + TICK, (0.0, 1, 0))])
def test_what_is_due_now_is_undecided(now: dt.datetime, told: Told) -> None:
    """Promises and measures alike; one that is told broken before is a miss at once."""
    assert one("commitment_kept", "commitments", now=now, due_at=START + DAY, fulfilled_at=None) == told
    assert one("action_on_time_rate", "actions", now=now, due_at=START + DAY, done_at=None) == told
    broken = one("commitment_kept", "commitments", now=now, due_at=START + DAY, fulfilled_at=None, broken_at=START)
    assert broken == (0.0, 1, 0)


def test_a_promise_made_after_now_is_not_seen() -> None:
    """It is neither undecided nor anything else; at the moment it is made it may still be kept."""
    cells = {"due_at": START + 2 * DAY, "fulfilled_at": None}
    assert one("commitment_kept", "commitments", now=START + DAY - TICK, made_at=START + DAY, **cells) == (None, 0, 0)
    assert one("commitment_kept", "commitments", now=START + DAY, made_at=START + DAY, **cells) == (None, 0, 1)


def test_columns_agree_with_the_commitments_of_the_model() -> None:
    """Kept at the due moment, made good too late, and overdue without a word."""
    made = promise.Made(at=START, by="A-1", id="W-1", customer="K-1", what="call back", due=START + DAY)  # type: ignore[arg-type]
    lives: list[list[promise.CommitmentEvent]] = [
        [made, promise.Kept(at=START + DAY, by="A-1")],
        [made, promise.Broken(at=START + DAY, by="A-1"), promise.MadeGood(at=START + 2 * DAY, by="A-1")],
        [made],
    ]
    promises = [promise.Commitment(history=life) for life in lives]
    table = {"due_at": [p.due for p in promises], "fulfilled_at": [p.fulfilled_at for p in promises]}
    found = measure(["commitment_kept"], {"commitments": table}, now=NOW).one()
    kept = sum(p.status is promise.CommitmentStatus.KEPT for p in promises)
    assert (found.value, found.n) == (kept / 3, 3)


def test_sources_of_the_model_can_be_named() -> None:
    """Members of the vocabulary are their stored names."""
    ours = KPIS["proactive_discovery_rate"].with_(internal=(CaseSource.MONITORING, CaseSource.AUDIT))
    data = {"cases": {"received_at": [START] * 4, "source": ["monitoring", "survey", "feedback", None]}}
    found = measure([ours], data).one()
    assert (found.value, found.n) == (1 / 3, 3)


def test_a_problem_that_we_found_first_stays_ours() -> None:
    """PB-05: the customer's report comes later and does not take the discovery away, for objects and for a log."""
    found = told.Identified(at=START, by="M-1", id=CaseId("C-1"), source=CaseSource.MONITORING)
    report = told.Reported(
        at=START + DAY, id=CaseId("C-1"), customer=CustomerId("K-1"), description="no dial tone", impact="one site",
        occurred_at=START, owner="A-1", channel="phone", source=CaseSource.FEEDBACK,
    )  # fmt: skip
    case = Case(history=[found, report])
    ours = KPIS["proactive_discovery_rate"].with_(internal=[CaseSource.MONITORING])
    log = {"case_id": ["C-1"] * 2, "at": [START, START + DAY], "event": ["identified", "reported"],
           "source": ["monitoring", "feedback"]}  # fmt: skip
    for data in ({"cases": [case]}, {"case_events": [case]}, {"case_events": log}):
        answer = measure([ours], data, now=START + 9 * DAY).one()
        assert (answer.value, answer.n) == (1.0, 1)


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "table", "cells", "told"),
    [
        ("commitment_kept", "commitments", {"due_at": None, "fulfilled_at": START}, "due_at is missing"),
        (
            "commitment_kept",
            "commitments",
            {"made_at": START, "due_at": START - TICK, "fulfilled_at": None},
            "due_at must not come before made_at",
        ),
        (
            "action_on_time_rate",
            "actions",
            {"agreed_at": START, "due_at": START + DAY, "done_at": START - TICK},
            "done_at must not come before agreed_at",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(key: str, table: str, cells: Row, told: str) -> None:
    """The row is told, and no number is made of it."""
    found = measure([key], {table: {name: [cell] for name, cell in cells.items()}}, now=NOW)
    assert (found.one().n, found.one().undecided, found.rows[table].used) == (0, 0, 0)
    assert [str(r).startswith(f"row 0: {told}") for r in found.rows[table].refusals] == [True]


@pytest.mark.parametrize("internal", [None, "monitoring", 3])
def test_sources_that_are_ours_have_to_be_named(internal: object) -> None:
    """No document says which; a single text is no list of names."""
    data = {"cases": {"received_at": [START], "source": ["monitoring"]}}
    with pytest.raises(InvalidValue, match="internal must name the sources that are ours"):
        measure([KPIS["proactive_discovery_rate"].with_(internal=internal)], data)
