"""A running procedure: what is refused, what comes next, and what a moment shows."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import BusinessHours, Procedure, ProcedureRun, Role, Step
from servqual.model import procedure_run as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ENQUIRY = Procedure(
    name="enquiry",
    steps=[
        Step(name="ask", role=Role.AGENT, within=10 * MINUTE),
        Step(name="look up", after=("ask",)),
        Step(name="call", after=("ask",), optional=True),
        Step(name="solve", after=("look up", "call"), checklist=("told",)),
    ],
)
BEGIN = event.Started(at=NINE, by="A-1", id="R-1", procedure=ENQUIRY)


def begun(step: str, minute: float, role: Role | None = None) -> event.StepBegun:
    """A step begins so many minutes after nine."""
    return event.StepBegun(at=NINE + minute * MINUTE, by="A-1", step=step, role=role)


def ended(step: str, minute: float, *ticked: str) -> event.StepEnded:
    """A step ends so many minutes after nine."""
    return event.StepEnded(at=NINE + minute * MINUTE, by="A-1", step=step, ticked=ticked)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([begun("sing", 1)], "step must be one of ask"),
        ([ended("ask", 1)], "step must be one of none"),
        ([begun("ask", 1), ended("ask", 1)], "at must come after the begin of 'ask', 2026-05-04 09:01.*greater seq"),
        ([begun("ask", 2), ended("ask", 1)], "at must come after the begin of 'ask', 2026-05-04 09:02"),
        ([begun("ask", 1), begun("ask", 2)], "be begun once"),
        ([begun("ask", 1), ended("ask", 2), ended("ask", 3)], "step must be one of none"),
        ([begun("ask", 1), event.Finished(at=NINE + 2 * MINUTE, by="A-1")], "all be ended"),
    ],
)
def test_a_step_is_begun_once_and_ended_once(events: list[event.ProcedureRunEvent], message: str) -> None:
    """And belongs to the procedure."""
    with pytest.raises(InvalidValue, match=message):
        ProcedureRun(history=[BEGIN, *events])


def test_a_step_may_end_at_its_begin_where_seq_orders_them() -> None:
    """What the error advises is taken."""
    run = ProcedureRun(history=[BEGIN, begun("ask", 1), attrs.evolve(ended("ask", 1), seq=1)])
    assert run.passages["ask"].end == run.passages["ask"].start


def test_next_are_the_steps_whose_predecessors_are_ended() -> None:
    """None after the end."""
    run = ProcedureRun(history=[BEGIN])
    assert [step.name for step in run.next_steps] == ["ask"]
    run = run.record(begun("ask", 0)).record(ended("ask", 5))
    assert [step.name for step in run.next_steps] == ["look up", "call"]
    run = run.record(begun("look up", 5)).record(begun("call", 6)).record(ended("look up", 9))
    assert ([step.name for step in run.next_steps], [step.name for step in run.under_way]) == ([], ["call"])
    run = run.record(ended("call", 10))
    assert [step.name for step in run.next_steps] == ["solve"]
    over = run.record(event.Finished(at=NINE + 11 * MINUTE, by="A-1"))
    assert over.next_steps == ()
    assert [step.name for step in over.check(now=NINE + 11 * MINUTE).missing] == ["solve"]
    with pytest.raises(IllegalTransition):
        over.record(begun("solve", 12))


def test_a_moment_shows_what_had_happened_by_then() -> None:
    """A step that ended later is under way, one that began later is missing; a moment before the run is refused."""
    run = ProcedureRun(history=[BEGIN, begun("ask", 1, Role.LEGAL), ended("ask", 20), begun("look up", 20)])
    early = run.check(now=NINE + 11 * MINUTE)
    assert (early.late, dict(early.took)) == ((), {"ask": 10 * MINUTE})
    assert [step.name for step in early.missing] == ["look up", "solve"]
    later = run.check(now=NINE + 12 * MINUTE)
    assert [step.name for step in later.late] == [step.name for step in later.wrong_role] == ["ask"]
    with pytest.raises(InvalidValue):
        run.check(now=NINE - MINUTE)


def test_time_is_open_time_where_hours_are_given() -> None:
    """The desk closes at five past nine, so that the step is in time."""
    run = ProcedureRun(history=[BEGIN, begun("ask", 0)])
    hours = BusinessHours(zone="UTC", week={"mon": "09:00-09:05"})
    assert run.check(now=NINE + 60 * MINUTE, hours=hours).late == ()
    assert [step.name for step in run.check(now=NINE + 60 * MINUTE).late] == ["ask"]
