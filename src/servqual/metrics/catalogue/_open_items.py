"""Blocks for things that arrive, wait and end: shared by the KPIs of cases, complaints, feedback and promises.

Each function reads a `View`. An event after `now` has not happened yet; impossible orders of events are refused.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Ratio, Values
from servqual.metrics.catalogue._params import holding, limit_of
from servqual.metrics.kpi.definition import Kpi, choices_of
from servqual.metrics.kpi.view import View
from servqual.model.hours.working_days import WorkingDays
from servqual.readers.columns.columns import MISSING

PLACE: Final[Mapping[str, Any]] = {"only": None, "except_for": None}
"""Parameters of every such KPI: the rows that count, chosen by values of columns."""
TIMED: Final[Mapping[str, Any]] = {"hours": None, **PLACE}
"""Parameters of a duration: with `hours` it is business time."""
SOLVED: Final[Mapping[str, Any]] = {"close_counts_as_solution": False, **PLACE}
"""Parameters of a KPI of solutions: whether the close stands for a solution that a row does not have."""
SOLVED_IN: Final[Mapping[str, Any]] = {**SOLVED, **TIMED}
ENDED_BY: Final = ("resolved_at", "closed_at")
"""Columns of which one must be there: without both every row would count as open."""
DONE: Final = (*ENDED_BY, "reopened_at")
ENDS: Final = (
    "one without resolved_at and closed_at is open, and so is one reopened after both; where there is no resolved_at "
    "column, closed_at stands for it"
)
CUT_OFF: Final = "missed once the limit has passed, undecided before; one closed before that without it is left out"
STANDARD: Final = "the documents name it without a formula; the field's standard form"


def received(t: View) -> Array:
    """Find the rows that had arrived by `now`; refuse rows without received_at."""
    t.refuse(~t.known("received_at"), "received_at", "is missing")
    return t.seen("received_at") & asked_for(t)


def asked_for(t: View) -> Array:
    """Find the rows that `only` keeps (values that count, by column) and that none of `except_for` matches."""
    only, *others = choices_of(t.params)
    inside = _matching(t, only, "only")
    for other in others:
        inside &= ~_matching(t, other, "except_for")
    return inside


def _matching(t: View, choice: Mapping[str, object], param: str) -> Array:
    inside = np.ones(t.size, np.bool_)
    for name, values in choice.items():
        inside &= holding(t, name, values, param)
    return inside


def resolved_name(t: View) -> str:
    """Name the column with the moment of resolution."""
    return "resolved_at" if t.has("resolved_at") else "closed_at"


def stands(t: View, name: str) -> Array:
    """Find the rows in which a moment has come by `now`, and no reopening followed it."""
    there = t.seen(name)
    if not t.has("reopened_at"):
        return there
    return np.asarray(there & ~(t.seen("reopened_at") & (t.us("reopened_at") > t.us(name))))


class Done(NamedTuple):
    """What a row waits for: its column, the rows in which it has come, and its moments."""

    name: str
    there: Array
    at: Array


def solution(t: View) -> Done:
    """Find the solutions that stand; the close is one where `close_counts_as_solution` says so."""
    name = resolved_name(t)
    there, at = stands(t, name), t.us(name)
    if t.params.get("close_counts_as_solution"):
        closed = ~there & stands(t, "closed_at")
        there, at = there | closed, np.where(closed, t.us("closed_at"), at)
    return Done(name, there, at)


def answer(t: View, name: str) -> Done:
    """Find the answers until the close; one that comes later answers nothing any more."""
    late = stands(t, "closed_at") & (t.us(name) > t.us("closed_at"))
    return Done(name, t.seen(name) & ~late, t.us(name))


def resolved(t: View) -> Array:
    """Find the rows that had arrived and were resolved by `now`."""
    return received(t) & solution(t).there


def open_(t: View) -> Array:
    """Find the rows neither resolved nor closed by `now`, or reopened since."""
    return ~stands(t, "resolved_at") & ~stands(t, "closed_at")


def told(t: View, flag: str, at: str) -> Array:
    """Find the rows whose flag is known, and whose moment of it is unknown or has come."""
    return t.known(flag) & (~t.known(at) | t.seen(at))


def in_order(t: View, first: str, *later: str) -> None:
    """Refuse rows in which a later moment comes before the first."""
    for name in later:
        backwards = t.known(first) & t.seen(name) & (t.us(name) < t.us(first))
        t.refuse(backwards, name, f"must not come before {first}")


def due_after_receipt(t: View) -> None:
    """Refuse rows whose due moment comes before their receipt."""
    promised = t.known("received_at") & t.known("due_at")
    t.refuse(promised & (t.us("due_at") < t.us("received_at")), "due_at", "must not come before received_at")


def elapsed(t: View, start: Array, end: Array) -> Array:
    """Count microseconds from start to end, in business time where `hours` are given."""
    hours = t.params.get("hours")
    if hours is None:
        return end - start
    from servqual.metrics.time import business_time  # noqa: PLC0415  (calendars load where hours are given)

    counted = business_time.elapsed(hours, start.view("datetime64[us]"), end.view("datetime64[us]"))
    return np.asarray(counted).view(np.int64)


def past(t: View, start: Array, limit: int, end: Array) -> Array:
    """Find the rows that end after their due moment, the first by which the limit has elapsed.

    Elapsed time alone does not tell: where a limit is used up at a close, nothing more elapses until the opening.
    """
    counted, hours = elapsed(t, start, end), t.params.get("hours")
    late = counted > limit
    if hours is None:
        return late
    # time by the wall may jump over the limit at the very moment that is due
    used_up = np.flatnonzero(counted == limit if hours.counts_real_time else late | (counted == limit))
    if len(used_up):
        from servqual.metrics.time import business_time  # noqa: PLC0415  (calendars load where hours are given)

        due = business_time.after(hours, start[used_up].view("datetime64[us]"), np.timedelta64(limit, "us"))
        late[used_up] = end[used_up] > due.view(np.int64)
    return late


def due_after(t: View, start: Array, within: WorkingDays) -> Array:
    """Find when working days of the `hours` are due that count from some moments; missing ones stay missing."""
    hours = t.params.get("hours")
    if hours is None:
        raise InvalidValue.of(
            "hours", f"be given where within is {within}", None, do="set it, such as .with_(hours=BusinessHours(…))"
        )
    from servqual.metrics.time.working_days import add_working_days  # noqa: PLC0415  (see elapsed)

    due = add_working_days(hours, start.view("datetime64[us]"), within.days, convention=within.convention)
    return np.asarray(due).view(np.int64)


def time_to(t: View, name: str) -> Mapping[str, Array]:
    """Count the time from receipt to an answer; open rows without it are undecided."""
    return _time_to(t, answer(t, name))


def _time_to(t: View, done: Done) -> Mapping[str, Array]:
    arrived = received(t)
    _not_before_receipt(t, arrived & done.there, done.at, done.name)
    ended = done.there & arrived & ~t.bad
    start = np.where(ended, t.us("received_at"), 0)
    return {
        "value": elapsed(t, start, np.where(ended, done.at, 0)),
        "among": arrived & (done.there | open_(t)),
        "undecided": ~done.there,
    }


def _not_before_receipt(t: View, rows: Array, at: Array, name: str) -> None:
    t.refuse(rows & (at < t.us("received_at")), name, "must not come before received_at")


def time_to_resolution(t: View) -> Mapping[str, Array]:
    """Count the time from receipt to resolution; open rows are undecided."""
    return _time_to(t, solution(t))


def arrivals(t: View) -> Mapping[str, Array]:
    """Count the rows that had arrived by `now`."""
    return {"among": received(t)}


def backlog(t: View) -> Mapping[str, Array]:
    """Count the open rows; `now` is needed."""
    _ = t.now
    return {"among": received(t) & open_(t)}


def resolved_share(t: View) -> Mapping[str, Array]:
    """Divide the resolved rows by those that arrived."""
    return {"hit": solution(t).there, "among": received(t)}


def age(t: View) -> Mapping[str, Array]:
    """Count the time from receipt to `now` of open rows."""
    waiting = received(t) & open_(t)
    start = np.where(waiting, t.us("received_at"), t.now)
    return {"value": elapsed(t, start, np.full(t.size, t.now)), "among": waiting}


def kept(t: View, done: Done, *, due: str | None = None) -> Mapping[str, Array]:
    """Judge a promise: kept if the event came by its due moment, missed once that has passed, undecided before.

    The due moment is receipt plus the parameter `within`, in open time or in `WorkingDays` where there are `hours`, or
    the column `due` where that is not set. A row that was closed without the event is missed where it was due before,
    and left out otherwise, as by a service clock.
    """
    arrived, within = received(t), t.params["within"]
    ended = ~done.there & stands(t, "closed_at")
    _not_before_receipt(t, arrived & done.there, done.at, done.name)
    _not_before_receipt(t, arrived & ended, t.us("closed_at"), "closed_at")
    end = np.where(done.there, done.at, np.where(ended, t.us("closed_at"), t.now))
    if within is None:
        if due is None or not t.has(due):
            raise InvalidValue.of(
                "within",
                f"be the timedelta, or the WorkingDays, in which {done.name} is due",
                None,
                do="set it, such as KPIS['…'].with_(within=datetime.timedelta(hours=4))"
                + ("" if due is None else f", or give the rows a {due}"),
            )
        due_after_receipt(t)
        promised = arrived & t.known(due)
        late = end > t.us(due)
    elif isinstance(within, WorkingDays):
        promised = arrived
        late = end > due_after(t, np.where(promised, t.us("received_at"), MISSING), within)
    else:
        promised = arrived
        start = np.where(promised, t.us("received_at"), 0)
        late = past(t, start, limit_of(t, "within"), np.where(promised, end, 0))
    return {
        "hit": done.there & ~late,
        "among": promised & (~ended | late),
        "undecided": ~done.there & ~ended & ~late,
    }


def answered_in_time(t: View, name: str) -> Mapping[str, Array]:
    """Judge a promised answer, such as the first response."""
    return kept(t, answer(t, name))


def solved_in_time(t: View) -> Mapping[str, Array]:
    """Judge a promised solution, by `due_at` where no limit is set."""
    return kept(t, solution(t), due="due_at")


def by_due(t: View, start: str, done: str, ended: str, *, broken: Array | None = None) -> Mapping[str, Array]:
    """Judge by due_at, leaving out rows called off by then; a broken promise stays missed."""
    broken = np.zeros(t.size, np.bool_) if broken is None else broken
    t.refuse(~t.known("due_at"), "due_at", "is missing")
    early = t.known(start) & t.known("due_at") & (t.us("due_at") < t.us(start))
    t.refuse(early, "due_at", f"must not come before {start}")
    in_order(t, start, done)
    began = ~t.known(start) | t.seen(start)
    off = t.seen(ended) & (t.us(ended) <= t.us("due_at"))
    in_time = t.seen(done) & (t.us(done) <= t.us("due_at")) & ~broken
    due_passed = t.now > t.us("due_at")
    return {
        "hit": in_time,
        "among": began & (in_time | ~off) & asked_for(t),
        "undecided": ~t.seen(done) & ~broken & ~due_passed,
    }


def came_back(t: View) -> Mapping[str, Array]:
    """Find finished rows whose customer came back with the same cause within the window after the end."""
    window, done = limit_of(t, "window"), solution(t)
    t.refuse(~t.known("customer_id"), "customer_id", "is missing")
    asked = received(t)
    in_order(t, "received_at", done.name)
    known = t.known("received_at") & t.known("customer_id") & t.known("cause") & ~t.bad
    among = asked & known & done.there
    end = np.where(among, done.at, 0)
    following = _next_received(t, known, end)
    return {
        "hit": following <= end + window,
        "among": among,
        # also where one has come back already: else repeats would count sooner than their absence
        "undecided": t.now - end <= window,
    }


_NEVER: Final = np.iinfo(np.int64).max


def _next_received(t: View, known: Array, after: Array) -> Array:
    """Find when the same customer came next with the same cause after a moment; `_NEVER` where not."""
    customer, cause = (t.column(name).values.astype(np.int64) for name in ("customer_id", "cause"))
    key = customer * (int(cause.max(initial=0)) + 1) + cause
    at = t.us("received_at")
    moments = np.unique(at[known])
    # one whole number orders by customer and cause, then by time; ranks keep it small
    step = len(moments) + 1
    key = np.unique(key, return_inverse=True)[1].astype(np.int64) * step
    rows = np.flatnonzero(known)
    place = key[rows] + np.searchsorted(moments, at[rows])
    order = np.argsort(place, kind="stable")
    rows, place = rows[order], np.append(place[order], _NEVER)
    found = np.searchsorted(place, key + np.searchsorted(moments, after, side="right"))
    same = place[found] < key + step
    return np.where(same, at[np.append(rows, 0)[found]], _NEVER)


def _share_of_received(table: str, **facts: Any) -> Kpi:
    """Define a share of the rows received, with open ones counted as they are unless `facts` say otherwise."""
    needs = ("received_at", *facts.pop("needs", ()))
    given: dict[str, Any] = {"open_items": "count as they are", "params": PLACE, **facts}
    return Kpi(table=table, unit="share", accumulator=Ratio, needs=needs, **given)


share_of_cases: Final = partial(_share_of_received, "cases")
share_of_complaints: Final = partial(_share_of_received, "complaints")


def with_percentiles(mean: Kpi, of: str, question: str) -> tuple[Kpi, Kpi, Kpi]:
    """Add the median and the 90th percentile to a mean duration.

    `of` names the durations; `question` has {share} where "half" or "90 %" belongs.
    """
    short = mean.key.removesuffix("_time")
    half, most = (
        attrs.evolve(
            mean,
            key=f"{short}_{statistic}",
            title=f"{mean.title}, {called}",
            question=question.format(share=share),
            formula=f"of {of}, the smallest with {share} of them at or below it",
            accumulator=Values,
            statistic=statistic,
        )
        for statistic, called, share in (("p50", "median", "half"), ("p90", "90th percentile", "90 %"))
    )
    return mean, half, most
