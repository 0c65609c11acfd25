"""Slow twins of cases, and helpers for things that arrive, wait and end."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from servqual.testing._outcomes import Asked, Left, Outcome, Row, Twin, each

OUT, OPEN = Left.OUT, Left.OPEN
Judge = Callable[[Row, Asked], Outcome]


def arrived(r: Row, q: Asked) -> bool:
    """Tell whether a row was received by now, and is asked for."""
    return q.by_now(r, "received_at") and q.wanted(r)


def end_name(r: Row) -> str:
    """Name the column with the moment of resolution."""
    return "resolved_at" if "resolved_at" in r else "closed_at"


def stands(r: Row, q: Asked, name: str) -> bool:
    """Tell whether something came by now, and was not undone by a reopening."""
    return q.by_now(r, name) and not (q.by_now(r, "reopened_at") and r["reopened_at"] > r[name])


def solved_at(r: Row, q: Asked) -> dt.datetime | None:
    """Find when it was resolved by now, or closed where that stands for it."""
    names = [end_name(r), *(["closed_at"] if q.params.get("close_counts_as_solution") else [])]
    return next((r[name] for name in names if stands(r, q, name)), None)


def answered_at(r: Row, q: Asked, name: str) -> dt.datetime | None:
    """Find when it was answered by now; after the close nothing is answered any more."""
    if not q.by_now(r, name) or (stands(r, q, "closed_at") and r["closed_at"] < r[name]):
        return None
    at: dt.datetime = r[name]
    return at


def resolved(r: Row, q: Asked) -> bool:
    """Tell whether it was resolved by now, or closed where that stands for it."""
    return solved_at(r, q) is not None


def is_open(r: Row, q: Asked) -> bool:
    """Tell whether it was neither resolved nor closed by now, or reopened since."""
    return not stands(r, q, "resolved_at") and not stands(r, q, "closed_at")


def early_due(r: Row) -> bool:
    """Tell whether it was due before it was received, which is impossible."""
    return r.get("received_at") is not None and r.get("due_at") is not None and bool(r["due_at"] < r["received_at"])


def time_to(r: Row, q: Asked, name: str) -> Outcome:
    """Count the seconds from receipt to an answer."""
    return _time_to(r, q, answered_at(r, q, name))


def to_end(r: Row, q: Asked) -> Outcome:
    """Count the seconds from receipt to resolution."""
    return _time_to(r, q, solved_at(r, q))


def _time_to(r: Row, q: Asked, at: dt.datetime | None) -> Outcome:
    if not arrived(r, q) or (at is not None and at < r["received_at"]):
        return OUT
    if at is not None:
        return q.seconds(r["received_at"], at)
    return OPEN if is_open(r, q) else OUT


def age(r: Row, q: Asked) -> Outcome:
    """Count the seconds that something has been open."""
    return q.seconds(r["received_at"], q.moment) if arrived(r, q) and is_open(r, q) else OUT


def kept(r: Row, q: Asked, at: dt.datetime | None, *, due: str = "") -> Outcome:
    """Judge whether an event came by its due moment, and before the close."""
    closed = r["closed_at"] if stands(r, q, "closed_at") else None
    end = at or closed
    if not arrived(r, q) or (end is not None and end < r["received_at"]):
        return OUT
    within = q.params["within"]
    by = r.get(due) if within is None else q.after(r["received_at"], within)
    if by is None or (within is None and early_due(r)):
        return OUT
    if (end or q.moment) > by:
        return False
    return True if at is not None else OPEN if closed is None else OUT


def resolved_kept(r: Row, q: Asked) -> Outcome:
    """Judge whether it was resolved in time."""
    return kept(r, q, solved_at(r, q), due="due_at")


def counted(*conditions: Callable[[Row, Asked], bool]) -> Twin:
    """Make the count of rows that meet all conditions."""

    def judge(r: Row, q: Asked) -> Outcome:
        return all(condition(r, q) for condition in conditions) or OUT

    return each(judge)


def among(inside: Callable[[Row, Asked], bool], hit: Judge) -> Twin:
    """Judge rows inside, leave out others."""

    def judge(r: Row, q: Asked) -> Outcome:
        return hit(r, q) if inside(r, q) else OUT

    return each(judge)


def known(name: str, *, of: Callable[[Row, Asked], bool] = arrived) -> Callable[[Row, Asked], bool]:
    """Make the condition that a column is known."""

    def inside(r: Row, q: Asked) -> bool:
        return of(r, q) and r.get(name) is not None

    return inside


def done(r: Row, q: Asked) -> bool:
    """Tell whether it was received and resolved by now."""
    return arrived(r, q) and resolved(r, q)


def reopened(r: Row, q: Asked) -> bool:
    """Tell whether a case is finished or was reopened; true for all cases where no column has an end."""
    told = "resolved_at" in r or "closed_at" in r
    return known("reopened")(r, q) and (r["reopened"] > 0 or not told or not is_open(r, q))


def overrun(r: Row, q: Asked) -> Outcome:
    """Count the seconds past the due moment."""
    if not arrived(r, q) or r.get("due_at") is None or early_due(r) or q.backwards(r, "received_at", end_name(r)):
        return OUT
    finished = resolved(r, q)
    if not finished and not is_open(r, q):
        return OUT
    end = solved_at(r, q) or q.moment
    if end <= r["due_at"]:
        return OUT
    return q.seconds(r["due_at"], end) if finished else OPEN


def paused(r: Row, q: Asked) -> Outcome:
    """Pair the seconds paused with the seconds since receipt."""
    if not known("paused_s")(r, q) or q.backwards(r, "received_at", end_name(r)):
        return OUT
    if not resolved(r, q) and not is_open(r, q):
        return OUT
    lasted = ((solved_at(r, q) or q.moment) - r["received_at"]).total_seconds()
    return OUT if r["paused_s"] > lasted else (r["paused_s"], lasted)


def reopenings(r: Row, q: Asked) -> Outcome:
    """Pair reopenings with finished cases."""
    if not known("reopened")(r, q) or (is_open(r, q) and not r["reopened"]):
        return OUT
    return r["reopened"], 0 if is_open(r, q) else 1


def reopened_within(r: Row, q: Asked) -> Outcome:
    """Judge whether it was reopened within the window."""
    if not q.by_now(r, "first_resolved_at") or not q.wanted(r) or q.backwards(r, "first_resolved_at", "reopened_at"):
        return OUT
    if q.moment - r["first_resolved_at"] <= q.params["window"]:
        return OPEN
    return q.by_now(r, "reopened_at") and r["reopened_at"] - r["first_resolved_at"] <= q.params["window"]


def of_status(*names: str) -> Twin:
    """Make the share of a status among closed cases."""

    def inside(r: Row, q: Asked) -> bool:
        return known("status")(r, q) and q.by_now(r, "closed_at")

    return among(inside, lambda r, _: r["status"] in names)


def came_back(rows: Sequence[Row], q: Asked) -> list[Outcome]:
    """Compare each finished row with every later one of the same customer and cause."""
    sound = [r for r in rows if r["received_at"] and r["customer_id"] and r["cause"]]
    sound = [r for r in sound if not q.backwards(r, "received_at", end_name(r))]
    out: list[Outcome] = []
    for r in sound:
        if not done(r, q):
            continue
        end = solved_at(r, q)
        assert end is not None
        gaps = [
            x["received_at"] - end for x in sound if (x["customer_id"], x["cause"]) == (r["customer_id"], r["cause"])
        ]
        again = any(dt.timedelta() < gap <= q.params["window"] for gap in gaps)
        out.append(OPEN if q.moment - end <= q.params["window"] else again)
    return out


def lasting(name: str) -> Twin:
    """Make pairs of the seconds from receipt to an event, or so far, and whether it came."""

    def judge(r: Row, q: Asked) -> Outcome:
        at = end_name(r) if name == "end" else name
        if not arrived(r, q) or q.backwards(r, "received_at", at) or q.backwards(r, "received_at", "closed_at"):
            return OUT
        came = solved_at(r, q) if name == "end" else answered_at(r, q, name)
        end = came or (r["closed_at"] if stands(r, q, "closed_at") else q.moment)
        return q.seconds(r["received_at"], end), float(came is not None)

    return each(judge)


def named(name: str, inside: Callable[[Row, Asked], bool]) -> Twin:
    """Make the names of things that count once."""

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
    "first_response_kept": each(lambda r, q: kept(r, q, answered_at(r, q, "first_response_at"))),
    "resolution_kept": each(resolved_kept),
    "sla_kept": among(known("sla_kept"), lambda r, _: r["sla_kept"]),
    "proactive_discovery_rate": among(known("source"), lambda r, q: r["source"] in q.params["internal"]),
    "cases_resolved": counted(lambda r, q: stands(r, q, "resolved_at") and q.wanted(r)),
    "cases_closed": counted(lambda r, q: stands(r, q, "closed_at") and q.wanted(r)),
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
    "cancelled_rate": of_status("cancelled", "canceled"),
    "duplicate_rate": of_status("duplicate"),
    "backlog_oldest": each(age),
    "first_response_median": lasting("first_response_at"),
    "resolution_median": lasting("end"),
    "resolution_restricted_mean": lasting("end"),
    "agents_on_cases": named("agent", arrived),
    "procedure_followed_rate": among(known("procedure_followed"), lambda r, _: r["procedure_followed"]),
}
