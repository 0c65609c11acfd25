"""Slow twins of complaints, feedback, promises and measures."""

from collections.abc import Mapping
from typing import Any, Final

from servqual.testing._flow_twins import (
    age,
    among,
    answered_at,
    arrived,
    came_back,
    counted,
    done,
    early_due,
    is_open,
    kept,
    known,
    lasting,
    resolved,
    resolved_kept,
    stands,
    time_to,
    to_end,
)
from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each

OUT, OPEN = Left.OUT, Left.OPEN


def overdue(r: Row, q: Asked) -> bool:
    """Tell whether it is open past its due moment."""
    return arrived(r, q) and is_open(r, q) and r.get("due_at") is not None and q.moment > r["due_at"]


def followed_up(r: Row, q: Asked) -> Outcome:
    """Judge whether a resolved complaint was followed up."""
    if not done(r, q) or q.backwards(r, "received_at", "followed_up_at"):
        return OUT
    solved = r.get("resolved_at")
    return stands(r, q, "followed_up_at") and (solved is None or solved <= r["followed_up_at"])


def satisfied(r: Row, q: Asked) -> Outcome:
    """Judge whether a complainant asked by now was satisfied."""
    if not known("satisfied")(r, q) or q.backwards(r, "received_at", "followed_up_at"):
        return OUT
    if r.get("followed_up_at") is not None and not q.by_now(r, "followed_up_at"):
        return OUT
    return bool(r["satisfied"])


def upheld(r: Row, q: Asked) -> Outcome:
    """Judge whether a complaint was justified."""
    if not arrived(r, q):
        return OUT
    if r["upheld"] is None:
        return OPEN if is_open(r, q) else OUT
    return bool(r["upheld"])


def overturned(r: Row, q: Asked) -> Outcome:
    """Judge whether an outside body overturned our answer."""
    if not known("overturned")(r, q) or not r.get("referred", True):
        return OUT
    return bool(r["overturned"])


def praise(r: Row, q: Asked) -> Outcome:
    """Pair complaints with compliments."""
    ours = r["kind"] in q.params["complaints"], r["kind"] in q.params["compliments"]
    return (float(ours[0]), float(ours[1])) if arrived(r, q) and any(ours) else OUT


COMPLAINT_TWINS: Final[Mapping[str, Twin]] = {
    "complaint_volume": counted(arrived),
    "complaint_backlog": counted(arrived, is_open),
    "complaint_backlog_age": each(age),
    "complaint_overdue": counted(overdue, lambda r, _: not early_due(r)),
    "complaint_handling_time": each(to_end),
    "complaint_handling_median": lasting("end"),
    "complaint_start_time": each(lambda r, q: time_to(r, q, "started_at")),
    "complaint_kept": each(resolved_kept),
    "complaint_acknowledged_kept": each(lambda r, q: kept(r, q, answered_at(r, q, "acknowledged_at"))),
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
    """Make the judgement kept, missed, called off or undecided."""

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
    """Judge whether feedback was handled."""
    return OUT if not arrived(r, q) or q.backwards(r, "received_at", "handled_at") else q.by_now(r, "handled_at")


def adopted(r: Row, q: Asked) -> Outcome:
    """Judge whether a suggestion was adopted."""
    if not q.by_now(r, "evaluated_at") or not q.wanted(r) or q.backwards(r, "evaluated_at", "decided_at"):
        return OUT
    if r["adopted"] is None or (r.get("decided_at") is not None and not q.by_now(r, "decided_at")):
        return OPEN
    return bool(r["adopted"])


def rated(r: Row, q: Asked) -> Outcome:
    """Read the stars of feedback, from 1 to 5."""
    stars = r["stars"]
    return float(stars) if arrived(r, q) and stars is not None and 1 <= stars <= 5 else OUT  # noqa: PLR2004


PROMISE_TWINS: Final[Mapping[str, Twin]] = {
    "feedback_volume": counted(arrived),
    "feedback_rating": each(rated),
    "feedback_negative_share": among(known("sentiment"), lambda r, _: r["sentiment"] == "negative"),
    "feedback_response_time": each(lambda r, q: time_to(r, q, "first_response_at")),
    "feedback_handled_rate": each(handled),
    "suggestion_adoption_rate": each(adopted),
    "commitment_kept": by_due("made_at", "fulfilled_at", "released_at", "broken_at"),
    "action_on_time_rate": by_due("agreed_at", "done_at", "dropped_at"),
    "callback_kept": by_due("requested_at", "done_at", "cancelled_at"),
    "delivery_on_time_rate": by_due("ordered_at", "delivered_at", "cancelled_at"),
    "step_kept": by_due("started_at", "ended_at", "skipped_at"),
}
