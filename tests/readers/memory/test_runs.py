"""Running procedures as the table of steps, and closed cases as followed procedures."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.model import Case, CaseId, CustomerId, Procedure, ProcedureRun, Step
from servqual.model import case as event
from servqual.model import procedure_run as running
from servqual.pdca import process_times
from servqual.readers.memory.objects import chunk_of_objects

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
NAMES = ("ask", "look up", "solve")
ENQUIRY = Procedure(
    name="enquiry",
    steps=[Step(name=name, within=limit * MINUTE) for name, limit in zip(NAMES, (5, 10, 20), strict=True)],
)
now = NINE + 60 * MINUTE


def run_of(number: int, minutes: list[int], *, open_step: bool = False, procedure: Procedure = ENQUIRY) -> ProcedureRun:
    """A run whose steps take so many minutes, one after the other; the last is perhaps still under way."""
    by = f"A-{number % 2}"
    told: list[running.ProcedureRunEvent] = [
        running.Started(at=NINE, by=by, id=f"R-{number}", procedure=procedure, case=CaseId(f"C-{number}"))
    ]
    at = NINE
    for name, lasts in zip(NAMES, minutes, strict=False):
        told.append(running.StepBegun(at=at, by=by, step=name))
        at += lasts * MINUTE
        told.append(running.StepEnded(at=at, by=by, step=name))
    return ProcedureRun(history=told[:-1] if open_step else told)


runs = st.lists(st.tuples(st.lists(st.integers(1, 15), max_size=3), st.booleans()), max_size=5).map(
    lambda drawn: [run_of(n, minutes, open_step=bool(minutes) and open_) for n, (minutes, open_) in enumerate(drawn)]
)


@given(several=runs, minute=st.integers(0, 60))
def test_runs_are_the_rows_of_their_steps_at_a_moment(several: list[ProcedureRun], minute: int) -> None:
    """The same numbers as from the rows of each run as it was then, also where some have no step yet."""
    then = NINE + minute * MINUTE
    rows = [row for run in several for row in run.as_of(then).rows()]
    columns = {name: [row[name] for row in rows] for name in ("step", "agent", "started_at", "due_at", "ended_at")}
    if not rows:
        assert chunk_of_objects("steps", [run.as_of(then) for run in several]).size == 0
        return
    for by in ([], ["step"], ["agent"]):
        found, want = (measure(["step_kept"], {"steps": source}, by=by, now=then) for source in (several, columns))
        assert found.equals(want)


def test_a_run_feeds_every_kpi_of_steps_and_the_look_up_of_its_case() -> None:
    """Three of five steps are in time; the case of each step is known, and so is its priority."""
    several = [run_of(1, [4, 11, 20]), run_of(2, [6, 10])]
    cases = [Case.open(id=f"C-{n}", at=NINE, channel="web", priority=word) for n, word in ((1, "high"), (2, "low"))]
    found = measure(["step_kept"], {"steps": several, "cases": cases}, by=["priority"], now=now)
    assert {m.group["priority"]: (m.value, m.n) for m in found} == {"high": (2 / 3, 3), "low": (1 / 2, 2)}
    spent = {row.step: row.total_s / 60 for row in process_times({"steps": several})}
    assert spent == {"ask": 10, "look up": 21, "solve": 20}


def test_a_cancelled_run_misses_no_step() -> None:
    """A step under way was skipped when the run was given up before its limit; one that was late by then was missed."""
    begun = run_of(1, [4, 5], open_step=True)
    for minute, kept in ((13, (1.0, 1)), (20, (0.5, 2))):
        gone = begun.record(running.Cancelled(at=NINE + minute * MINUTE, by="A-1", reason="customer hung up"))
        one = measure(["step_kept"], {"steps": [gone]}, now=now).one()
        assert (one.value, one.n) == kept


def test_a_run_counts_once() -> None:
    """Two states of one run would count its steps twice."""
    run = run_of(1, [4, 5])
    with pytest.raises(InvalidValue, match=r"steps must hold each run once \(got 'R-1'\); keep the newest state"):
        measure(["step_kept"], {"steps": [run.as_of(NINE), run]}, now=now)


def whole() -> Case:
    """A case that went the whole way of the documents to its end."""
    reported = event.Reported(
        at=NINE, id=CaseId("C-1"), customer=CustomerId("K-1"), description="d", impact="i", owner="A-0",
        occurred_at=NINE, channel="phone", source="monitoring",
    )  # fmt: skip
    act: dict[str, Any] = {"at": NINE, "by": "A-1"}
    return Case(
        history=[
            reported,
            event.Received(**act),
            event.Classified(**act, category="line", priority="high"),
            event.Assigned(**act, to="A-2"),
            event.Started(**act),
            event.Resolved(**act, solution="s", told_customer=True),
            event.Verified(**act, effective=True, customer_confirmed=True),
            event.Closed(**act),
        ]
    )


def short(number: int, **facts: Any) -> Case:
    """A ticket that was solved at once and closed without an answer."""
    case = Case.open(id=f"T-{number}", at=NINE, channel="web", **facts)
    case = case.record(event.Resolved(at=NINE, by="A-1", solution="s", told_customer=True))
    return case.record(event.Closed(at=NINE, by="A-1", unconfirmed="no answer"))


def test_conformance_reads_the_gaps_of_closed_cases() -> None:
    """Neither an open case is judged nor a cancelled one; the firm's own judgement goes first."""
    open_ = Case.open(id="T-9", at=NINE, channel="web")
    gone = Case.open(id="T-8", at=NINE, channel="web").record(event.Cancelled(at=NINE, by="A-1", reason="mistake"))
    cases = [whole(), short(1), open_, gone]
    assert [case.gaps() == () for case in cases[:2]] == [True, False]
    one = measure(["procedure_followed_rate"], {"cases": cases}, now=now).one()
    assert (one.value, one.n) == (1 / 2, 2)
    own = [short(2, attributes={"procedure_followed": True}), short(3, attributes={"procedure_followed": False})]
    one = measure(["procedure_followed_rate"], {"cases": [*cases, *own]}, now=now).one()
    assert (one.value, one.n) == (2 / 4, 4)
    wrong = short(4, attributes={"procedure_followed": "yes"})
    with pytest.raises(InvalidValue, match=r"attributes\.procedure_followed must be a flag"):
        measure(["procedure_followed_rate"], {"cases": [wrong]}, now=now)
