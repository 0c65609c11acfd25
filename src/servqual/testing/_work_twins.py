"""Slow twins of shifts, quality, people, planning, cost, steps, running services and operations."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from servqual.testing._contact_twins import within_amount
from servqual.testing._flow_twins import arrived, solved_at
from servqual.testing._gap_twins import less
from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each, share_of

OUT, OPEN = Left.OUT, Left.OPEN
_MOST: Final = 2**32
_MANY: Final = 1_000_000


def over(of: Callable[[Row], tuple[float, float]], *names: str, part: bool = False) -> Twin:
    """Make pairs of top and base of rows that know these columns and are not 0 in both; a part is within its whole."""

    def judge(r: Row, _: Asked) -> Outcome:
        if any(r[name] is None for name in names):
            return OUT
        top, base = of(r)
        if top < 0 or (part and top > base) or (not top and not base):
            return OUT
        return top, base

    return each(judge)


def of_whole(part: str, whole: str) -> Twin:
    """Make the share of one column in another."""
    return over(lambda r: (r[part], r[whole]), part, whole, part=True)


def an_hour(name: str) -> Twin:
    """Make pairs of things done and hours ready; leave out things done in no time."""

    def judge(r: Row, _: Asked) -> Outcome:
        if r[name] is None or r["ready_s"] is None or r[name] > _MANY or (r[name] and not r["ready_s"]):
            return OUT
        return (r[name], r["ready_s"] / 3600) if r["ready_s"] else OUT

    return each(judge)


def utilised(r: Row, _: Asked) -> Outcome:
    """Pair handling and other productive time with paid time."""
    if any(r[name] is None for name in ("ready_s", "idle_s", "paid_s")) or r["idle_s"] > r["ready_s"]:
        return OUT
    other = r.get("productive_s", 0)
    if other is None:
        return OUT
    busy = r["ready_s"] - r["idle_s"] + other
    return OUT if busy > r["paid_s"] or not r["paid_s"] else (busy, r["paid_s"])


def scored(r: Row, q: Asked) -> Outcome:
    """Pair weights met with weights applicable."""
    if r["met"] is None or r["applicable"] is None or not 0 <= r["met"] <= r["applicable"] <= _MOST:
        return OUT
    if not r["applicable"]:
        return OUT
    if q.params.get("critical") == "zero":
        names = ("customer_critical", "business_critical", "compliance_critical")
        told = [r[name] for name in names if name in r]
        if any(x is not None and x > 0 for x in told):
            return 0.0, r["applicable"]
        if any(x is None for x in told):
            return OUT
    return r["met"], r["applicable"]


def free_of(*names: str) -> Twin:
    """Make the share of evaluations without these errors."""

    def judge(r: Row, _: Asked) -> Outcome:
        return OUT if any(r[name] is None for name in names) else not any(r[name] for name in names)

    return each(judge)


def deviation(r: Row, q: Asked) -> Outcome:
    """Measure how far a score lies from the master score."""
    low, high = q.params["scale"]
    both = r["score"], r["master_score"]
    return OUT if any(x is None or not low <= x <= high for x in both) else float(abs(both[0] - both[1]))


def defects(times: int) -> Twin:
    """Make pairs of defects and opportunities."""

    def judge(r: Row, _: Asked) -> Outcome:
        found, chances = r["defects"], r["opportunities"]
        if found is None or chances is None or found > chances or not chances or chances > _MANY:
            return OUT
        return times * found, chances

    return each(judge)


def amounts(top: Callable[[Row], float], base: str, *names: str) -> Twin:
    """Make pairs of amounts; leave out rows with an impossible one."""

    def judge(r: Row, _: Asked) -> Outcome:
        if any(within_amount(r[name]) is OUT for name in (*names, base)):
            return OUT
        return (top(r), r[base]) if top(r) or r[base] else OUT

    return each(judge)


def each_off(r: Row, _: Asked) -> Outcome:
    """Compute the relative error of an interval."""
    if within_amount(r["forecast"]) is OUT or within_amount(r["actual"]) is OUT or not r["actual"]:
        return OUT
    off = abs(r["forecast"] - r["actual"]) / r["actual"]
    return OUT if off > _MANY else off


def resolution_cost(r: Row, q: Asked) -> Outcome:
    """Pair the cost of a case with whether it is resolved."""
    if not arrived(r, q) or within_amount(r["cost"]) is OUT:
        return OUT
    return r["cost"], float(solved_at(r, q) is not None)


def left(r: Row, q: Asked) -> Outcome:
    """Pair a leaver with the years employed in the period."""
    assert q.period is not None
    start, end = q.period
    if q.now is not None and q.now < end:
        end = max(start, q.now)
    if r["joined_at"] is None or q.backwards(r, "joined_at", "left_at"):
        return OUT
    gone = r.get("left_at")
    since, until = max(r["joined_at"], start), end if gone is None else min(gone, end)
    leaver = gone is not None and start <= gone < end
    if until <= since and not leaver:
        return OUT
    return float(leaver), max(until - since, dt.timedelta()) / dt.timedelta(days=365)


def compared(first: str, second: str, *, reach: bool) -> Twin:
    """Make the share of rows whose first is at least the second, or below it."""

    def judge(r: Row, _: Asked) -> Outcome:
        return OUT if r[first] is None or r[second] is None else (r[first] >= r[second]) == reach

    return each(judge)


def selected(r: Row, q: Asked) -> Outcome:
    """Judge whether a candidate passed a stage."""
    if not q.by_now(r, "entered_at") or q.backwards(r, "entered_at", "decided_at"):
        return OUT
    if r["passed"] is None or (r.get("decided_at") is not None and not q.by_now(r, "decided_at")):
        return OPEN
    return bool(r["passed"])


def flag_by(at: str, name: str, *, hit: bool = True) -> Twin:
    """Make the share of a flag among rows whose moment has come."""

    def judge(r: Row, q: Asked) -> Outcome:
        return OUT if not q.by_now(r, at) or r[name] is None else bool(r[name]) == hit

    return each(judge)


def restored(r: Row, q: Asked) -> Outcome:
    """Count the seconds until the service was back."""
    if not q.by_now(r, "started_at") or q.backwards(r, "started_at", "restored_at") or not q.wanted(r):
        return OUT
    return q.seconds(r["started_at"], r["restored_at"]) if q.by_now(r, "restored_at") else OPEN


def owed(r: Row) -> tuple[float, float] | None:
    """Read the seconds owed, and the seconds down."""
    if r["agreed_s"] is None or r["down_s"] is None:
        return None
    planned = r.get("planned_s", 0)
    if planned is None:
        return None
    time = r["agreed_s"] - planned
    return None if time < 0 or r["down_s"] > time else (time, r["down_s"])


def spans(of: Callable[[Row, Asked, float, float], tuple[float, float] | None]) -> Twin:
    """Make pairs of top and base from the time owed and the time down."""

    def judge(r: Row, q: Asked) -> Outcome:
        times = owed(r)
        pair = times and of(r, q, *times)
        return pair if pair and any(pair) else OUT

    return each(judge)


def failures(r: Row, _: Asked, time: float, down: float) -> tuple[float, float] | None:
    """Pair the time up with failures."""
    return None if r["failures"] is None or r["failures"] > _MANY else (time - down, r["failures"])


def burned(r: Row, q: Asked) -> Outcome:
    """Pair a failure with the share of failures that is allowed."""
    return OUT if r["failed"] is None else (float(r["failed"]), 1 - q.params["slo"])


def content(r: Row, q: Asked) -> Outcome:
    """Score 1 for satisfied, 0.5 for tolerating, 0 for frustrated."""
    if r.get("failed"):
        return 0.0
    if r["took_s"] is None or r.get("failed", False) is None:
        return OUT
    limit = q.span("within")
    return 1.0 if r["took_s"] <= limit else 0.5 if r["took_s"] <= 4 * limit else 0.0


def risk(r: Row, q: Asked) -> Outcome:
    """Multiply likelihood by impact."""
    low, high = q.params["scale"]
    both = r["likelihood"], r["impact"]
    return OUT if any(x is None or not low <= x <= high for x in both) else float(both[0] * both[1])


def step_time(r: Row, q: Asked) -> Outcome:
    """Pair the time of a named step with the time of any step."""
    if r["started_at"] is None or not q.by_now(r, "ended_at") or r["ended_at"] < r["started_at"]:
        return OUT
    lasted = (r["ended_at"] - r["started_at"]).total_seconds()
    return (lasted if r["step"] in q.params["steps"] else 0), lasted


WORK_TWINS: Final[Mapping[str, Twin]] = {
    "occupancy": over(lambda r: (r["ready_s"] - r["idle_s"], r["ready_s"]), "ready_s", "idle_s", part=True),
    "utilisation": each(utilised),
    "shrinkage": over(lambda r: (r["paid_s"] - r["ready_s"], r["paid_s"]), "paid_s", "ready_s", part=True),
    "adherence": of_whole("adherent_s", "scheduled_s"),
    "conformance": over(lambda r: (r["worked_s"], r["scheduled_s"]), "worked_s", "scheduled_s"),
    "absence_rate": of_whole("absent_s", "scheduled_s"),
    "contacts_per_hour": an_hour("handled"),
    "resolved_per_hour": an_hour("resolved"),
    "complaints_closed_per_hour": an_hour("complaints_closed"),
    "chat_concurrency": over(
        lambda r: (r["chat_s"], r["chatting_s"]) if r["chatting_s"] <= r["chat_s"] else (-1, 0), "chat_s", "chatting_s"
    ),
    "qa_score": each(scored),
    "store_score": each(scored),
    "critical_error_accuracy": free_of("customer_critical", "business_critical", "compliance_critical"),
    "customer_critical_accuracy": free_of("customer_critical"),
    "business_critical_accuracy": free_of("business_critical"),
    "compliance_critical_accuracy": free_of("compliance_critical"),
    "calibration_deviation": each(deviation),
    "calibration_bias": less("score", "master_score"),
    "dpu": each(lambda r, _: OUT if r["defects"] is None or r["defects"] > _MANY else (r["defects"], 1)),
    "dpo": defects(1),
    "dpmo": defects(1_000_000),
    "sigma_level": defects(1),
    "forecast_wape": amounts(lambda r: abs(r["forecast"] - r["actual"]), "actual", "forecast"),
    "forecast_mape": each(each_off),
    "forecast_to_actual": amounts(lambda r: r["forecast"], "actual", "forecast"),
    "cost_of_poor_quality": amounts(
        lambda r: r["internal_failure"] + r["external_failure"], "revenue", "internal_failure", "external_failure"
    ),
    "cost_per_resolution": each(resolution_cost),
    "attrition": each(left),
    "post_match": compared("level", "required", reach=True),
    "training_need_rate": compared("level", "required", reach=False),
    "training_improved_rate": compared("score_before", "score_after", reach=False),
    "training_pass_rate": flag_by("completed_at", "passed"),
    "selection_pass_rate": each(selected),
    "automation_rate": share_of("automated"),
    "first_pass_yield": flag_by("ended_at", "reworked", hit=False),
    "step_time_share": each(step_time),
    "restore_time": each(restored),
    "availability": spans(lambda _r, _q, time, down: (time - down, time)),
    "mtbf": spans(failures),
    "error_budget_used": spans(lambda _r, q, time, down: (down, time * (1 - q.params["slo"]))),
    "burn_rate": each(burned),
    "apdex": each(content),
    "service_coverage": of_whole("staffed_s", "calendar_s"),
    "delivery_accuracy": flag_by("delivered_at", "correct"),
    "touchpoint_coverage": each(lambda r, _: OUT if r["feedback"] is None else r["feedback"] > 0),
    "risk_score": each(risk),
}
