"""Only type-checked: a stage of the cycle that was skipped cannot be written."""

import datetime as dt
from typing import assert_type

from servqual.metrics import Measurement, Tally
from servqual.model import ServiceStandard
from servqual.pdca import (
    Adjust,
    Check,
    Clash,
    Completed,
    Do,
    Due,
    Effect,
    ImprovementPriority,
    Outcome,
    Plan,
    Progressed,
    Register,
    Standardise,
    Verdict,
    prioritise,
)


def each_stage_leads_to_the_next(plan: Plan, verdict: Verdict, now: dt.datetime) -> None:
    """And knows the one before."""
    do = plan.start(at=now)
    assert_type(do, Do)
    check = do.complete("x", at=now, evidence="y").check(verdict, at=now, findings="z")
    assert_type(check, Check)
    outcome = check.act(Standardise(standard="Support", version="2"), at=now)
    assert_type(outcome, Outcome)
    assert_type(outcome.next_plan(id="Q-2", goal=0.8, at=now), Plan)
    assert_type(outcome.check.do.plan, Plan)
    assert_type(outcome.plan.baseline, float | None)


def no_stage_can_be_left_out(plan: Plan, do: Do, verdict: Verdict, now: dt.datetime) -> None:
    """The checker refuses each line that it is told to."""
    plan.check(verdict, at=now, findings="z")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    do.act(Adjust(reason="x"), at=now)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Check(do=plan, verdict=verdict, at=now, findings="z")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    do.check("improved", at=now, findings="z")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_baseline_is_a_number_or_what_measured_it(now: dt.datetime, measured: Measurement, tallied: Tally) -> None:
    """A text is none."""
    Plan(id="Q", subject="x", at=now, kpi="fcr", baseline=0.5)
    Plan(id="Q", subject="x", at=now, kpi="fcr", baseline=measured, goal=dt.timedelta(hours=1))
    Plan(id="Q", subject="x", at=now, kpi="fcr", baseline=tallied)
    Plan(id="Q", subject="x", at=now, kpi="fcr", baseline="0.5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def results_have_their_types(register: Register, outcome: Outcome, standard: ServiceStandard, now: dt.datetime) -> None:
    """Of the register, of the grades, and of the standard that is written."""
    assert_type(register.overdue(now=now), tuple[Due, ...])
    assert_type(prioritise(urgency=1, importance=1, urgent_from=1, important_from=1), ImprovementPriority)
    assert_type(outcome.apply(standard), ServiceStandard)
    assert_type(register.effects(), tuple[Effect, ...])
    assert_type(register.clashes(), tuple[Clash, ...])
    assert_type(outcome.check.do.steps, tuple[Completed | Progressed, ...])
    Register(plans=[outcome, outcome.check])
