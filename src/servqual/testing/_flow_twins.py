"""Slow twins of what arrives, waits and ends: cases, complaints, feedback, promises."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each

__all__ = ["CASE_TWINS", "COMPLAINT_TWINS", "PROMISE_TWINS", "arrived", "by_due", "named", "time_to"]

OUT, OPEN = Left.OUT, Left.OPEN
Judge = Callable[[Row, Asked], Outcome]


def arrived(r: Row, q: Asked) -> bool:
    """Received by now, and asked for."""
    return q.by_now(r, "received_at") and q.wanted(r)


def end_name(r: Row) -> str:
    """The column that says when it was resolved."""
    return "resolved_at" if "resolved_at" in r else "closed_at"


def resolved(r: Row, q: Asked) -> bool:
    """Resolved by now, or closed where nothing says when it was resolved."""
    return q.by_now(r, end_name(r))


def is_open(r: Row, q: Asked) -> bool:
    """Neither resolved nor closed by now."""
    return not q.by_now(r, "resolved_at") and not q.by_now(r, "closed_at")


def early_due(r: Row) -> bool:
    """Due before it was received, which cannot be."""
    return r.get("received_at") is not None and r.get("due_at") is not None and bool(r["due_at"] < r["received_at"])


def time_to(r: Row, q: Asked, name: str) -> Outcome:
    """Seconds from receipt to a moment."""
    if not arrived(r, q) or q.backwards(r, "received_at", name):
        return OUT
    if q.by_now(r, name):
        return q.seconds(r["received_at"], r[name])
    return OPEN if is_open(r, q) else OUT


def to_end(r: Row, q: Asked) -> Outcome:
    """Seconds from receipt to resolution."""
    return time_to(r, q, end_name(r))


def age(r: Row, q: Asked) -> Outcome:
    """Seconds that something open has been open."""
    return q.seconds(r["received_at"], q.moment) if arrived(r, q) and is_open(r, q) else OUT


def kept(r: Row, q: Asked, name: str, *, due: str | None = None) -> Outcome:
    """Whether a moment came in time."""
    if not arrived(r, q) or q.backwards(r, "received_at", name):
        return OUT
    done, within = q.by_now(r, name), q.params["within"]
    if within is not None:
        spent = q.seconds(r["received_at"], r[name] if done else q.moment)
        in_time = bool(spent <= within.total_seconds())
    elif due is None or r.get(due) is None:
        return OUT
    else:
        in_time = bool((r[name] if done else q.moment) <= r[due])
    if not done:
        return OPEN if in_time else False
    return in_time


def resolved_kept(r: Row, q: Asked) -> Outcome:
    """Whether it was resolved in time."""
    return kept(r, q, end_name(r), due="due_at")


def complaint_kept(r: Row, q: Asked) -> Outcome:
    """Whether a complaint was; one that was due before it came cannot be."""
    return OUT if q.params["within"] is None and early_due(r) else resolved_kept(r, q)


def counted(*conditions: Callable[[Row, Asked], bool]) -> Twin:
    """How many rows meet all conditions."""

    def judge(r: Row, q: Asked) -> Outcome:
        return all(condition(r, q) for condition in conditions) or OUT

    return each(judge)


def among(inside: Callable[[Row, Asked], bool], hit: Judge) -> Twin:
    """Judged where inside, left out elsewhere."""

    def judge(r: Row, q: Asked) -> Outcome:
        return hit(r, q) if inside(r, q) else OUT

    return each(judge)


def known(name: str, *, of: Callable[[Row, Asked], bool] = arrived) -> Callable[[Row, Asked], bool]:
    """Where a column is known."""

    def inside(r: Row, q: Asked) -> bool:
        return of(r, q) and r.get(name) is not None

    return inside


def done(r: Row, q: Asked) -> bool:
    """Received and resolved by now."""
    return arrived(r, q) and resolved(r, q)


def reopened(r: Row, q: Asked) -> bool:
    """A case that could be reopened: finished, or reopened already; all of them where nothing tells its end."""
    told = "resolved_at" in r or "closed_at" in r
    return known("reopened")(r, q) and (r["reopened"] > 0 or not told or not is_open(r, q))


def overdue(r: Row, q: Asked) -> bool:
    """Open past its due moment."""
    return arrived(r, q) and is_open(r, q) and r.get("due_at") is not None and q.moment > r["due_at"]


def overrun(r: Row, q: Asked) -> Outcome:
    """Seconds past the due moment."""
    if not arrived(r, q) or r.get("due_at") is None or early_due(r) or q.backwards(r, "received_at", end_name(r)):
        return OUT
    finished = resolved(r, q)
    if not finished and not is_open(r, q):
        return OUT
    end: dt.datetime = r[end_name(r)] if finished else q.moment
    if end <= r["due_at"]:
        return OUT
    return q.seconds(r["due_at"], end) if finished else OPEN


def paused(r: Row, q: Asked) -> Outcome:
    """Seconds paused over seconds elapsed."""
    if not known("paused_s")(r, q) or q.backwards(r, "received_at", end_name(r)):
        return OUT
    if not resolved(r, q) and not is_open(r, q):
        return OUT
    took = ((r[end_name(r)] if resolved(r, q) else q.moment) - r["received_at"]).total_seconds()
    return OUT if r["paused_s"] > took else (r["paused_s"], took)


def reopenings(r: Row, q: Asked) -> Outcome:
    """Reopenings over finished cases."""
    if not known("reopened")(r, q) or (is_open(r, q) and not r["reopened"]):
        return OUT
    return r["reopened"], 0 if is_open(r, q) else 1


def reopened_within(r: Row, q: Asked) -> Outcome:
    """Whether it was opened again within the window."""
    if not q.by_now(r, "first_resolved_at") or not q.wanted(r) or q.backwards(r, "first_resolved_at", "reopened_at"):
        return OUT
    if q.moment - r["first_resolved_at"] <= q.params["window"]:
        return OPEN
    return q.by_now(r, "reopened_at") and r["reopened_at"] - r["first_resolved_at"] <= q.params["window"]


def of_status(name: str) -> Twin:
    """The share of a status among what is closed."""

    def inside(r: Row, q: Asked) -> bool:
        return known("status")(r, q) and q.by_now(r, "closed_at")

    return among(inside, lambda r, _: r["status"] == name)


def came_back(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Each finished one against every later one of the same customer and cause."""
    sound = [r for r in rows if r["received_at"] and r["customer_id"] and r["cause"]]
    sound = [r for r in sound if not q.backwards(r, "received_at", end_name(r))]
    out: list[Outcome] = []
    for r in sound:
        if not done(r, q):
            continue
        end = r[end_name(r)]
        gaps = [
            x["received_at"] - end for x in sound if (x["customer_id"], x["cause"]) == (r["customer_id"], r["cause"])
        ]
        again = any(dt.timedelta() < gap <= q.params["window"] for gap in gaps)
        out.append(OPEN if q.moment - end <= q.params["window"] else again)
    return out


def lasting(name: str) -> Twin:
    """Seconds from receipt to a moment, or so far, and whether it came."""

    def judge(r: Row, q: Asked) -> Outcome:
        at = end_name(r) if name == "end" else name
        if not arrived(r, q) or q.backwards(r, "received_at", at) or q.backwards(r, "received_at", "closed_at"):
            return OUT
        came = q.by_now(r, at)
        end = r[at] if came else r["closed_at"] if q.by_now(r, "closed_at") else q.moment
        return q.seconds(r["received_at"], end), float(came)

    return each(judge)


def named(name: str, inside: Callable[[Row, Asked], bool]) -> Twin:
    """The name of a thing, to be counted once."""

    def judge(r: Row, q: Asked) -> Outcome:
        return OUT if r[name] is None or not inside(r, q) else str(r[name])

    return each(judge)


CASE_TWINS: Final[Mapping[str, Twin]] = {
    "case_volume": counted(arrived),
    "backlog": counted(arrived, is_open),
    "backlog_age": each(age),
    "first_response_time": each(lambda r, q: time_to(r, q, "first_response_at")),
    "resolution_time": each(to_end),
    "resolution_rate": among(arrived, resolved),
    "reopen_rate": among(reopened, lambda r, _: r["reopened"] > 0),
    "reassignment_rate": among(known("reassigned"), lambda r, _: r["reassigned"] > 0),
    "first_response_kept": each(lambda r, q: kept(r, q, "first_response_at")),
    "resolution_kept": each(resolved_kept),
    "sla_kept": among(known("sla_kept"), lambda r, _: r["sla_kept"]),
    "proactive_discovery_rate": among(known("source"), lambda r, q: r["source"] in q.params["internal"]),
    "cases_resolved": counted(lambda r, q: q.by_now(r, "resolved_at") and q.wanted(r)),
    "cases_closed": counted(lambda r, q: q.by_now(r, "closed_at") and q.wanted(r)),
    "verified_rate": among(done, lambda r, q: q.by_now(r, "verified_at")),
    "resolution_kept_of_closed": among(done, resolved_kept),
    "breach_overrun": each(overrun),
    "overdue_share": among(lambda r, q: known("due_at")(r, q) and is_open(r, q), lambda r, q: q.moment > r["due_at"]),
    "pause_share": each(paused),
    "requester_wait": among(
        known("requester_wait_s"), lambda r, q: float(r["requester_wait_s"]) if resolved(r, q) else OPEN
    ),
    "one_touch_rate": among(known("customer_replies", of=done), lambda r, _: r["customer_replies"] == 0),
    "first_line_rate": among(known("escalated", of=done), lambda r, _: not r["escalated"]),
    "escalation_rate": among(known("escalated"), lambda r, _: r["escalated"]),
    "reassignments_per_case": among(known("reassigned"), lambda r, _: (r["reassigned"], 1)),
    "many_reassignments_rate": among(known("reassigned"), lambda r, q: r["reassigned"] >= q.params["at_least"]),
    "wrong_category_rate": among(known("recategorised"), lambda r, _: r["recategorised"] > 0),
    "reopen_ratio": each(reopenings),
    "reopen_within_rate": each(reopened_within),
    "recurrence_rate": came_back,
    "cancelled_rate": of_status("cancelled"),
    "duplicate_rate": of_status("duplicate"),
    "backlog_oldest": each(age),
    "first_response_median": lasting("first_response_at"),
    "resolution_median": lasting("end"),
    "resolution_restricted_mean": lasting("end"),
    "complaint_handling_median": lasting("end"),
    "agents_on_cases": named("agent", arrived),
    "procedure_followed_rate": among(known("procedure_followed"), lambda r, _: r["procedure_followed"]),
}


def followed_up(r: Row, q: Asked) -> Outcome:
    """Whether a resolved complaint was followed up."""
    if not done(r, q) or q.backwards(r, "received_at", "followed_up_at"):
        return OUT
    return q.by_now(r, "followed_up_at")


def satisfied(r: Row, q: Asked) -> Outcome:
    """Whether a complainant who was asked by now was satisfied."""
    if not known("satisfied")(r, q) or q.backwards(r, "received_at", "followed_up_at"):
        return OUT
    if r.get("followed_up_at") is not None and not q.by_now(r, "followed_up_at"):
        return OUT
    return bool(r["satisfied"])


def upheld(r: Row, q: Asked) -> Outcome:
    """Whether a complaint was justified."""
    if not arrived(r, q):
        return OUT
    if r["upheld"] is None:
        return OPEN if is_open(r, q) else OUT
    return bool(r["upheld"])


def overturned(r: Row, q: Asked) -> Outcome:
    """Whether somebody outside overturned it."""
    if not known("overturned")(r, q) or (r["overturned"] and r.get("referred") is False):
        return OUT
    return bool(r["overturned"])


def praise(r: Row, q: Asked) -> Outcome:
    """A complaint over a compliment."""
    ours = r["kind"] in q.params["complaints"], r["kind"] in q.params["compliments"]
    return (float(ours[0]), float(ours[1])) if arrived(r, q) and any(ours) else OUT


COMPLAINT_TWINS: Final[Mapping[str, Twin]] = {
    "complaint_volume": counted(arrived),
    "complaint_backlog": counted(arrived, is_open),
    "complaint_backlog_age": each(age),
    "complaint_overdue": counted(overdue, lambda r, _: not early_due(r)),
    "complaint_handling_time": each(to_end),
    "complaint_kept": each(complaint_kept),
    "complaint_acknowledged_kept": each(lambda r, q: kept(r, q, "acknowledged_at")),
    "complaint_resolution_rate": among(arrived, resolved),
    "complaint_follow_up_rate": each(followed_up),
    "complaint_satisfaction": each(satisfied),
    "upheld_rate": each(upheld),
    "complaint_reopen_rate": among(
        lambda r, q: known("reopened")(r, q) and (r["reopened"] > 0 or not is_open(r, q)),
        lambda r, _: r["reopened"] > 0,
    ),
    "complaint_repeat_rate": came_back,
    "external_escalation_rate": among(
        lambda r, q: known("referred")(r, q) and not is_open(r, q), lambda r, _: bool(r["referred"])
    ),
    "overturn_rate": each(overturned),
    "redress_per_complaint": among(
        lambda r, q: known("redress")(r, q) and 0 <= r["redress"] <= 2**32, lambda r, _: float(r["redress"])
    ),
    "complaints_per_compliment": each(praise),
}


def by_due(start: str, finish: str, off: str, broken: str = "") -> Twin:
    """Kept, missed, called off, or still to come."""

    def judge(r: Row, q: Asked) -> Outcome:
        began: Any = r.get(start)
        due = r["due_at"]
        if due is None or (began is not None and due < began) or q.backwards(r, start, finish) or not q.wanted(r):
            return OUT
        if began is not None and not q.by_now(r, start):
            return OUT
        failed = bool(broken) and q.by_now(r, broken)
        if q.by_now(r, finish) and r[finish] <= due and not failed:
            return True
        if q.by_now(r, off) and r[off] <= due:
            return OUT
        if q.by_now(r, finish) or failed or q.moment > due:
            return False
        return OPEN

    return each(judge)


def handled(r: Row, q: Asked) -> Outcome:
    """Whether feedback was handled."""
    return OUT if not arrived(r, q) or q.backwards(r, "received_at", "handled_at") else q.by_now(r, "handled_at")


def adopted(r: Row, q: Asked) -> Outcome:
    """Whether a suggestion was adopted."""
    if not q.by_now(r, "evaluated_at") or not q.wanted(r) or q.backwards(r, "evaluated_at", "decided_at"):
        return OUT
    if r["adopted"] is None or (r.get("decided_at") is not None and not q.by_now(r, "decided_at")):
        return OPEN
    return bool(r["adopted"])


PROMISE_TWINS: Final[Mapping[str, Twin]] = {
    "feedback_response_time": each(lambda r, q: time_to(r, q, "first_response_at")),
    "feedback_handled_rate": each(handled),
    "suggestion_adoption_rate": each(adopted),
    "commitment_kept": by_due("made_at", "fulfilled_at", "released_at", "broken_at"),
    "action_on_time_rate": by_due("agreed_at", "done_at", "dropped_at"),
    "callback_kept": by_due("requested_at", "done_at", "cancelled_at"),
    "delivery_on_time_rate": by_due("ordered_at", "delivered_at", "cancelled_at"),
    "step_kept": by_due("started_at", "ended_at", "skipped_at"),
}
