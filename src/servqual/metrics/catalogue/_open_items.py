"""Blocks for things that arrive, wait and end: shared by the KPIs of cases, complaints, feedback and promises.

Each function reads a `View`. An event after `now` has not happened yet; impossible orders of events are refused.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Ratio, Values
from servqual.metrics.catalogue._params import holding, limit_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View
from servqual.model.hours.working_days import WorkingDays
from servqual.readers.columns.columns import MISSING

PLACE: Final[Mapping[str, Any]] = {"only": None, "except_for": None}
"""Parameters of every such KPI: the rows that count, chosen by values of columns."""
TIMED: Final[Mapping[str, Any]] = {"hours": None, **PLACE}
"""Parameters of a duration: with `hours` it is business time."""
DONE: Final = ("resolved_at", "closed_at")
ENDS: Final = (
    "one without resolved_at and closed_at is open; where there is no resolved_at column, closed_at stands for it"
)
STANDARD: Final = "the documents name it without a formula; the field's standard form"


def received(t: View) -> Array:
    """Find the rows that had arrived by `now`; refuse rows without received_at."""
    t.refuse(~t.known("received_at"), "received_at", "is missing")
    return t.seen("received_at") & asked_for(t)


def asked_for(t: View) -> Array:
    """Find the rows that `only` keeps (values that count, by column) and that none of `except_for` matches."""
    inside = _matching(t, t.params.get("only") or {})
    for other in t.params.get("except_for") or ():
        inside &= ~_matching(t, other)
    return inside


def _matching(t: View, only: Mapping[str, Collection[str]]) -> Array:
    inside = np.ones(t.size, np.bool_)
    for name, values in only.items():
        inside &= holding(t, name, values)
    return inside


def resolved_name(t: View) -> str:
    """Name the column with the moment of resolution."""
    return "resolved_at" if t.has("resolved_at") else "closed_at"


def resolved(t: View) -> Array:
    """Find the rows that had arrived and were resolved by `now`."""
    return received(t) & t.seen(resolved_name(t))


def open_(t: View) -> Array:
    """Find the rows neither resolved nor closed by `now`."""
    return ~t.seen("resolved_at") & ~t.seen("closed_at")


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
    """Count the time from receipt to a moment; open rows without it are undecided."""
    arrived = received(t)
    done = t.seen(name)
    t.refuse(arrived & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    ended = done & arrived & ~t.bad
    start = np.where(ended, t.us("received_at"), 0)
    return {
        "value": elapsed(t, start, np.where(ended, t.us(name), 0)),
        "among": arrived & (done | open_(t)),
        "undecided": ~done,
    }


def time_to_resolution(t: View) -> Mapping[str, Array]:
    """Count the time from receipt to resolution; open rows are undecided."""
    return time_to(t, resolved_name(t))


def arrivals(t: View) -> Mapping[str, Array]:
    """Count the rows that had arrived by `now`."""
    return {"among": received(t)}


def backlog(t: View) -> Mapping[str, Array]:
    """Count the open rows; `now` is needed."""
    _ = t.now
    return {"among": received(t) & open_(t)}


def resolved_share(t: View) -> Mapping[str, Array]:
    """Divide the resolved rows by those that arrived."""
    return {"hit": t.seen(resolved_name(t)), "among": received(t)}


def age(t: View) -> Mapping[str, Array]:
    """Count the time from receipt to `now` of open rows."""
    waiting = received(t) & open_(t)
    start = np.where(waiting, t.us("received_at"), t.now)
    return {"value": elapsed(t, start, np.full(t.size, t.now)), "among": waiting}


def kept(t: View, name: str, *, due: str | None = None) -> Mapping[str, Array]:
    """Judge a promise: kept if the event came by its due moment, missed once that has passed, undecided before.

    The due moment is receipt plus the parameter `within`, in open time or in `WorkingDays` where there are `hours`, or
    the column `due` where that is not set.
    """
    arrived, done, within = received(t), t.seen(name), t.params["within"]
    t.refuse(arrived & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    if within is None:
        if due is None or not t.has(due):
            raise InvalidValue.of(
                "within",
                f"be the timedelta, or the WorkingDays, in which {name} is due",
                None,
                do="set it, such as KPIS['…'].with_(within=datetime.timedelta(hours=4))"
                + ("" if due is None else f", or give the rows a {due}"),
            )
        promised = arrived & t.known(due)
        by_then, due_passed = t.us(name) <= t.us(due), t.now > t.us(due)
    elif isinstance(within, WorkingDays):
        promised = arrived
        due_at = due_after(t, np.where(promised, t.us("received_at"), MISSING), within)
        by_then, due_passed = t.us(name) <= due_at, t.now > due_at
    else:
        limit = limit_of(t, "within")
        promised = arrived
        end = np.where(done, t.us(name), t.now)
        counted = elapsed(t, np.where(promised, t.us("received_at"), 0), np.where(promised, end, 0))
        by_then, due_passed = counted <= limit, counted > limit
    return {"hit": done & by_then, "among": promised, "undecided": ~done & ~due_passed}


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
    window, end_name = limit_of(t, "window"), resolved_name(t)
    t.refuse(~t.known("customer_id"), "customer_id", "is missing")
    asked = received(t)
    in_order(t, "received_at", end_name)
    known = t.known("received_at") & t.known("customer_id") & t.known("cause") & ~t.bad
    among = asked & known & t.seen(end_name)
    end = np.where(among, t.us(end_name), 0)
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
