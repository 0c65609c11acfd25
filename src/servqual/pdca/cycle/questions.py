"""Whether a verdict answers the question of a plan: the same KPI, definition and group, known in time, and complete."""

import datetime as dt
import math
from collections.abc import Iterator

from servqual._checks import must_be
from servqual._words import number
from servqual.errors import OtherQuestion, VerdictTooLate
from servqual.metrics import Kpi, Tally
from servqual.metrics.results.attaining import GoalVerdict, verdict_on_interval
from servqual.metrics.results.caveats import Caveat
from servqual.pdca.cycle.gaps import gap
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.verdicts.reproducing import must_reproduce
from servqual.pdca.verdicts.sources import LoneSource
from servqual.pdca.verdicts.verdict import Verdict


def must_answer(plan: Planned, verdict: Verdict, at: dt.datetime) -> None:
    """Refuse a verdict on another KPI, definition, direction or group than planned, or that knows of a later time.

    Where a side states no `now`, it may know all of its period. Refused too: a verdict that its own sides do not give.
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
    must_reproduce(verdict)


def judged_kpi(plan: Planned, verdict: Verdict) -> Kpi | None:
    """Find the KPI of a verdict with its parameters; None where only measurements without their cells were compared."""
    known = filter(None, (verdict.judged_by(verdict.kpi), plan.measured_by))
    return next((kpi for kpi in known if kpi.definition == verdict.definition), None)


def gaps_of(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> tuple[Caveat, ...]:
    """List what the plan asked for and the verdict lacks; with any gap nothing counts as improved."""
    return tuple(_gaps(plan, verdict, first_done))


def _gaps(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> Iterator[Caveat]:
    judged = {guard.kpi: guard for guard in verdict.guardrails}
    for guard in plan.guardrails:
        found = judged.get(guard.kpi)
        if found is None:
            yield gap("check.guardrail_missing", f"the verdict lacks {guard.kpi}, a guardrail of the plan")
        elif _other(guard.own_kpi, verdict.judged_by(guard.kpi)):
            yield gap("check.guardrail_other", f"{guard.kpi} was compared by another definition than planned")
        elif _wider(found.margin, guard.margin):
            text = f"the margin of {guard.kpi} is {_told(found.margin, found.unit)}, wider than the planned"
            yield gap("check.guardrail_wider", f"{text} {_told(guard.margin, found.unit)}")
    if plan.margin:
        given = "no margin" if verdict.margin is None else f"a margin of {_told(verdict.margin, plan.unit)}"
        planned = _told(plan.margin, plan.unit)
        if verdict.margin is None or _wider(plan.margin, verdict.margin):
            yield gap("check.margin_missing", f"the verdict has {given}, less than the planned {planned}")
        elif _wider(verdict.margin, plan.margin):
            yield gap("check.margin_wider", f"the verdict has {given}, wider than the planned {planned}")
    yield from _selection(plan, verdict)
    side = verdict.after
    if side.period is not None and plan.day(side.period[0]) < plan.day(first_done):
        yield gap("check.measured_too_early", "the side after begins before any action was done")
    elif side.period is None and side.now is not None and side.now <= first_done:
        yield gap("check.measured_too_early", "the side after ends before any action was done")


def _selection(plan: Planned, verdict: Verdict) -> Iterator[Caveat]:
    """Say that the verdict leaves in the luck of the group that was picked."""
    if plan.selected is not None and verdict.basis.options["selected"] != plan.selected.plain():
        text = f"the group was picked among {plan.selected.of}, and the verdict does not take out the luck of that"
        yield gap("check.selection_missing", f"{text}: compare with selected=plan.selected")


def other_baseline(plan: Planned, verdict: Verdict, first_done: dt.datetime) -> Iterator[Caveat]:
    """Say once why the side before is not the baseline of the plan, or not of the time before the first action."""
    period, reason = verdict.before.period, _unlike_baseline(plan, verdict)
    if not reason and period is not None and plan.day(period[1]) > plan.day(first_done):
        reason = "ends after an action was done"
    if reason:
        yield gap("check.other_baseline", f"the side before {reason}")


def _unlike_baseline(plan: Planned, verdict: Verdict) -> str:
    """Hold period, rows that count, and value against the baseline.

    The baseline may lie anywhere in the interval of the side before, and within the margin of it, below which no change
    matters. A picked group starts from a drawn value, which is nearer to all others, and so no worse.
    """
    side, kept = verdict.before, plan.baseline_from
    measured = None if kept is None else LoneSource(kept)
    if measured is not None and side.period != measured.period and None not in {side.period, measured.period}:
        return "is of another period than the baseline"
    given = verdict.basis.before
    if kept is not None and kept.cell is not None and isinstance(given, Tally):
        there: Tally = kept.cell.tally
        if dict(there.plan.where) != dict(given.plan.where):
            return "counts other rows than the baseline"
    if plan.baseline is None or side.value is None:
        return ""
    slack = (plan.margin or 0.0) + 1e-9 * abs(plan.baseline)
    if verdict.basis.options.get("selected") is not None:
        lost = (side.value - plan.baseline) * (1 if plan.direction == "lower" else -1)
        return "was drawn to a worse value than the baseline" if lost > slack else ""
    if side.low is None or side.high is None or side.low - slack <= plan.baseline <= side.high + slack:
        return ""
    return f"is {number(side.value, plan.told_in)}, far from the baseline {number(plan.baseline, plan.told_in)}"


def _other(planned: Kpi | None, found: Kpi | None) -> bool:
    """Whether both are known and differ in their definition or their better direction, as a tally by a key alone."""
    if planned is None or found is None:
        return False
    return (planned.definition, planned.better) != (found.definition, found.better)


def _wider(margin: float, other: float) -> bool:
    """Whether a margin is wider than another one by more than rounding."""
    return margin > other and not math.isclose(margin, other)


def _told(margin: float, unit: str) -> str:
    """Write a margin without rounding, because two that are told may differ by little."""
    if unit in {"share", "ratio"}:
        return f"{100 * margin:.12g} points"
    if unit != "s":
        return f"{margin:.12g} {unit}"
    minutes, seconds = divmod(margin, 60)
    parts = zip((*divmod(minutes, 60), seconds), ("h", "min", "s"), strict=True)
    return " ".join(f"{size:.12g} {name}" for size, name in parts if size) or "0 s"


def goal_verdict(plan: Planned, verdict: Verdict) -> GoalVerdict:
    """Hold the interval of the side after against the goal, undecided cases either way; a boundary reaches it."""
    side, unread = verdict.after, verdict.decision == "invalid"
    return verdict_on_interval(
        side, side.low, side.high, unit=plan.unit, unread=unread, goal=plan.goal, better=plan.direction
    )
