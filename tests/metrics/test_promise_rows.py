"""KPIs of feedback, suggestions, promises, measures and problems found first: slow twins, boundaries, refusals."""

import datetime as dt
import random
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Tally, measure, tally
from servqual.metrics.promise_rows import PROMISE_KPIS
from servqual.model import BusinessHours
from servqual.model import commitment as promise
from servqual.model.case import CaseSource

START = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=20)
HOUR, DAY, TICK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(microseconds=1)
Row = dict[str, Any]
Told = tuple[float | None, int, int]

COLUMNS = {
    "feedback": ("received_at", "first_response_at", "handled_at"),
    "suggestions": ("evaluated_at", "decided_at", "adopted"),
    "commitments": ("made_at", "due_at", "fulfilled_at", "broken_at", "released_at"),
    "actions": ("agreed_at", "due_at", "done_at", "dropped_at"),
    "cases": ("received_at", "source"),
}
ASKED = [
    kpi.with_(internal=("monitoring", "audit")) if kpi.key == "proactive_discovery_rate" else kpi
    for kpi in PROMISE_KPIS
]
days = st.integers(0, 30).map(lambda n: START + n * DAY)  # so that moments meet
moments = st.none() | days | st.integers(0, 24 * 30).map(lambda hours: START + hours * HOUR)
CELLS = {
    "adopted": st.sampled_from([None, True, False]),
    "source": st.sampled_from([None, "monitoring", "audit", "feedback"]),
}


def rows_of(table: str) -> st.SearchStrategy[list[Row]]:
    """Rows in which anything may be missing, early or late."""
    cells = {name: CELLS.get(name, moments) for name in COLUMNS[table]}
    return st.lists(st.fixed_dictionaries({"team": st.sampled_from(["north", "south", None]), **cells}), max_size=20)


def columns(table: str, rows: list[Row]) -> dict[str, dict[str, list[Any]]]:
    """The rows as a table of columns."""
    return {table: {name: [row[name] for row in rows] for name in ("team", *COLUMNS[table])}}


# --- slow twins: one obvious function a KPI, over plain dicts ----------------------------------------


def by_now(r: Row, name: str) -> bool:
    """Whether a moment had come by now."""
    return r[name] is not None and r[name] <= NOW


def backwards(r: Row, first: str, later: str) -> bool:
    """Whether what comes later came first."""
    return r[first] is not None and by_now(r, later) and r[later] < r[first]


def share(hits: list[bool], undecided: int = 0) -> Told:
    """A share of what is decided."""
    return (sum(hits) / len(hits) if hits else None), len(hits), undecided


def slow_response(rows: list[Row], key: str) -> Told:
    """Seconds to the first word, and how many wait for it."""
    rows = [r for r in rows if by_now(r, "received_at") and not backwards(r, "received_at", "first_response_at")]
    told = [r for r in rows if by_now(r, "first_response_at")]
    values = sorted((r["first_response_at"] - r["received_at"]).total_seconds() for r in told)
    if not values:
        return None, 0, len(rows)
    q = {"p50": 0.5, "p90": 0.9}.get(key[-3:])
    nearest = next((v for i, v in enumerate(values, 1) if q is not None and i >= q * len(values) - 1e-9), None)
    return (statistics.fmean(values) if nearest is None else nearest), len(values), len(rows) - len(values)


def slow_handled(rows: list[Row]) -> Told:
    """Handled among received."""
    rows = [r for r in rows if by_now(r, "received_at") and not backwards(r, "received_at", "handled_at")]
    return share([by_now(r, "handled_at") for r in rows])


def slow_adopted(rows: list[Row]) -> Told:
    """Adopted among decided, of the evaluated."""
    rows = [r for r in rows if by_now(r, "evaluated_at") and not backwards(r, "evaluated_at", "decided_at")]
    decided = [r for r in rows if r["adopted"] is not None and (r["decided_at"] is None or by_now(r, "decided_at"))]
    return share([r["adopted"] for r in decided], len(rows) - len(decided))


def slow_by_due(rows: list[Row], start: str, done: str, off: str) -> Told:
    """Promise by promise: kept, broken, called off, or still to come."""
    hits: list[bool] = []
    undecided = 0
    for r in rows:
        began, due = r[start], r["due_at"]
        if due is None or (began is not None and (due < began or began > NOW)) or backwards(r, start, done):
            continue
        broken = by_now(r, "broken_at") if "broken_at" in r else False
        if by_now(r, done) and r[done] <= due and not broken:
            hits.append(True)
        elif by_now(r, off) and r[off] <= due:
            continue
        elif by_now(r, done) or broken or due < NOW:
            hits.append(False)
        else:
            undecided += 1
    return share(hits, undecided)


def slow_first(rows: list[Row]) -> Told:
    """Our sources among the known ones."""
    return share(
        [r["source"] in {"monitoring", "audit"} for r in rows if by_now(r, "received_at") and r["source"] is not None]
    )


SLOW: dict[str, Callable[[list[Row]], Told]] = {
    "feedback_response_time": lambda rows: slow_response(rows, "mean"),
    "feedback_response_p50": lambda rows: slow_response(rows, "p50"),
    "feedback_response_p90": lambda rows: slow_response(rows, "p90"),
    "feedback_handled_rate": slow_handled,
    "suggestion_adoption_rate": slow_adopted,
    "commitment_kept": lambda rows: slow_by_due(rows, "made_at", "fulfilled_at", "released_at"),
    "action_on_time_rate": lambda rows: slow_by_due(rows, "agreed_at", "done_at", "dropped_at"),
    "proactive_discovery_rate": slow_first,
}


@pytest.mark.parametrize("kpi", ASKED, ids=lambda kpi: kpi.key)
@given(values=st.data())
def test_each_kpi_equals_its_slow_twin(kpi: Kpi, values: st.DataObject) -> None:
    """In all and by team, whatever is missing."""
    rows = values.draw(rows_of(kpi.table))
    whole = measure([kpi], columns(kpi.table, rows), now=NOW).one()
    assert (whole.value, whole.n, whole.undecided) == pytest.approx(SLOW[kpi.key](rows))
    by_team = measure([kpi], columns(kpi.table, rows), by=["team"], now=NOW)
    assert {m.group["team"] for m in by_team} == {r["team"] for r in rows}
    for m in by_team:
        mine = [r for r in rows if r["team"] == m.group["team"]]
        assert (m.value, m.n, m.undecided) == pytest.approx(SLOW[kpi.key](mine))


@given(values=st.data(), seed=st.integers(0, 99), parts=st.integers(1, 3))
def test_parts_of_all_tables_are_the_same_bytes(values: st.DataObject, seed: int, parts: int) -> None:
    """However split and ordered, and through bytes."""
    rows = {table: values.draw(rows_of(table)) for table in COLUMNS}
    shuffled = {table: random.Random(seed).sample(found, len(found)) for table, found in rows.items()}  # noqa: S311

    def told(tables: dict[str, list[Row]]) -> Tally:
        data = {name: cells for table, found in tables.items() for name, cells in columns(table, found).items()}
        return tally(ASKED, data, by=["team", "week"], zone="Asia/Shanghai", now=NOW)

    merged = told({table: found[::parts] for table, found in shuffled.items()})
    for i in range(1, parts):
        part = told({table: found[i::parts] for table, found in shuffled.items()})
        merged = Tally.from_bytes(part.to_bytes(), kpis=ASKED) + merged
    assert merged.to_bytes() == told(rows).to_bytes()


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


def test_sources_of_the_model_can_be_named() -> None:
    """Members of the vocabulary are their stored names."""
    ours = KPIS["proactive_discovery_rate"].with_(internal=(CaseSource.MONITORING, CaseSource.AUDIT))
    data = {"cases": {"received_at": [START] * 4, "source": ["monitoring", "survey", "feedback", None]}}
    found = measure([ours], data).one()
    assert (found.value, found.n) == (1 / 3, 3)


# --- refusals ----------------------------------------------------------------------------------------


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
