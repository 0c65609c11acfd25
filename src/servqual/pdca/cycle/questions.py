"""Whether a verdict answers the question of a plan: the same KPI, definition and group, known in time, and complete."""

import datetime as dt
from collections.abc import Iterator

from servqual._checks import must_be
from servqual.errors import OtherQuestion, VerdictTooLate
from servqual.metrics.results.attaining import GoalVerdict, held_against
from servqual.metrics.results.caveats import Caveat
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.verdicts.verdict import Verdict


def must_answer(plan: Planned, verdict: Verdict, at: dt.datetime) -> None:
    """Refuse a verdict on another KPI, definition or group than planned, and one that knows of a later time."""
    must_be(Verdict, "verdict", "a Verdict of compare()", verdict)
    for what, planned, found in (
        ("KPI", plan.kpi, verdict.kpi),
        ("definition", plan.definition or verdict.definition, verdict.definition),
        ("group", dict(plan.group), dict(verdict.group)),
    ):
        if planned != found:
            raise OtherQuestion.of(
                "verdict",
                f"be on the {what} of plan {plan.id}, {planned}",
                found,
                do="compare what was planned, or plan anew",
            )
    if verdict.now is not None and verdict.now > at:
        raise VerdictTooLate.of(
            "verdict", f"know of no time after {at}, at which it is taken", verdict.now, do="check at a later moment"
        )


def gaps_of(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> tuple[Caveat, ...]:
    """List what the plan asked for and the verdict lacks; with any gap nothing counts as improved."""
    return tuple(_gaps(plan, verdict, first_done))


def _gaps(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> Iterator[Caveat]:
    margins = {guard.kpi: guard.margin for guard in verdict.guardrails}
    for guard in plan.guardrails:
        if guard.kpi not in margins:
            yield Caveat("check.guardrail_missing", f"the verdict lacks {guard.kpi}, a guardrail of the plan")
        elif margins[guard.kpi] > guard.margin:
            yield Caveat(
                "check.guardrail_wider",
                f"the margin of {guard.kpi} is {margins[guard.kpi]:g}, wider than the planned {guard.margin:g}",
            )
    if plan.margin and (verdict.margin is None or verdict.margin < plan.margin):
        given = "no margin" if verdict.margin is None else f"a margin of {verdict.margin:g}"
        yield Caveat("check.margin_missing", f"the verdict has {given}, less than the planned {plan.margin:g}")
    side = verdict.after
    end = side.now if side.period is None else side.period[1]
    if end is not None and end <= first_done:
        yield Caveat("check.measured_too_early", "the side after ends before any action was done")


def goal_verdict(plan: Planned, verdict: Verdict) -> GoalVerdict:
    """Hold the interval of the side after against the goal; a boundary reaches it."""
    side = verdict.after
    if plan.goal is None or side.value is None or verdict.decision == "invalid":
        return "cannot_be_judged"
    return held_against(side.low, side.high, plan.goal, plan.direction)
