"""Whether a verdict answers the question of a plan: the same KPI, definition and group, known in time, and complete."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Final

from servqual._checks import must_be
from servqual._words import difference
from servqual.errors import OtherQuestion, VerdictTooLate
from servqual.metrics import Kpi, Tally
from servqual.metrics.results.attaining import GoalVerdict, verdict_on_interval
from servqual.metrics.results.caveats import Caveat
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.verdicts.verdict import Verdict

_TOLD: Final = frozenset({"share", "ratio", "s", "working s"})


def must_answer(plan: Planned, verdict: Verdict, at: dt.datetime) -> None:
    """Refuse a verdict on another KPI, definition, direction or group than planned, or that knows of a later time.

    Where a side states no `now`, it may know all of its period.
    """
    must_be(Verdict, "verdict", "a Verdict of compare()", verdict)
    for what, planned, found in (
        ("KPI", plan.kpi, verdict.kpi),
        ("definition", plan.definition or verdict.definition, verdict.definition),
        ("better direction", plan.direction, verdict.better),
        ("group", dict(plan.group), dict(verdict.group)),
    ):
        if planned != found:
            raise OtherQuestion.of(
                "verdict",
                f"be on the {what} of plan {plan.id}, {planned}",
                found,
                do="compare what was planned, a tally of its measured_by, or plan anew",
            )
    for side in (verdict.before, verdict.after):
        known = side.now or (side.period and side.period[1])
        if known is not None and known > at:
            raise VerdictTooLate.of(
                "verdict", f"know of no time after {at}, at which it is taken", known, do="check at a later moment"
            )


def judged_kpi(plan: Planned, verdict: Verdict) -> Kpi | None:
    """Find the KPI of a verdict with its parameters; None where only measurements without their cells were compared."""
    side = verdict.basis.after
    tallied = side.plan.kpis if isinstance(side, Tally) else ()
    known = (*tallied, plan.measured_by)
    return next((kpi for kpi in known if kpi.definition == verdict.definition), None)


def gaps_of(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> tuple[Caveat, ...]:
    """List what the plan asked for and the verdict lacks; with any gap nothing counts as improved."""
    return tuple(_gaps(plan, verdict, first_done))


def _gaps(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> Iterator[Caveat]:
    judged = {guard.kpi: guard for guard in verdict.guardrails}
    for guard in plan.guardrails:
        found = judged.get(guard.kpi)
        if found is None:
            yield Caveat("check.guardrail_missing", f"the verdict lacks {guard.kpi}, a guardrail of the plan")
        elif _wider(found.margin, guard.margin):
            text = f"the margin of {guard.kpi} is {_told(found.margin, found.unit)}, wider than the planned"
            yield Caveat("check.guardrail_wider", f"{text} {_told(guard.margin, found.unit)}")
    if plan.margin:
        given = "no margin" if verdict.margin is None else f"a margin of {_told(verdict.margin, plan.shown_in)}"
        planned = _told(plan.margin, plan.shown_in)
        if verdict.margin is None or _wider(plan.margin, verdict.margin):
            yield Caveat("check.margin_missing", f"the verdict has {given}, less than the planned {planned}")
        elif _wider(verdict.margin, plan.margin):
            yield Caveat("check.margin_wider", f"the verdict has {given}, wider than the planned {planned}")
    side = verdict.after
    end = side.now if side.period is None else side.period[1]
    if end is not None and end <= first_done:
        yield Caveat("check.measured_too_early", "the side after ends before any action was done")


def _wider(margin: float, other: float) -> bool:
    """Whether a margin is wider than another one by more than rounding."""
    return margin > other and not math.isclose(margin, other)


def _told(margin: float, unit: str) -> str:
    """Write a margin in full, because two that are told may differ by little."""
    return difference(margin, unit, signed=False) if unit in _TOLD else f"{margin:g} {unit}"


def goal_verdict(plan: Planned, verdict: Verdict) -> GoalVerdict:
    """Hold the interval of the side after against the goal, undecided cases either way; a boundary reaches it."""
    side, unread = verdict.after, verdict.decision == "invalid"
    return verdict_on_interval(
        side, side.low, side.high, unit=plan.unit, unread=unread, goal=plan.goal, better=plan.direction
    )
