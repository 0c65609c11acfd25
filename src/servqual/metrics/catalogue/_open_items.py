"""What things that arrive, wait and end have in common: building blocks for the KPIs of cases, complaints and promises.

Each function reads a `View`. What has not happened by `now` is open, and what cannot have happened so is refused.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.metrics.accumulators.sums import Ratio
from servqual.metrics.accumulators.values import Values
from servqual.metrics.kpi.definition import Kpi, View

PLACE: Final[Mapping[str, Any]] = {"only": None, "except_for": None}
"""Parameters of every such KPI: the rows that count, by the values of columns."""
TIMED: Final[Mapping[str, Any]] = {"hours": None, **PLACE}
"""Parameters of a duration: `hours` make it business time."""
DONE: Final = ("resolved_at", "closed_at")
ENDS: Final = (
    "one without resolved_at and closed_at is open; where there is no resolved_at column, closed_at stands for it"
)
STANDARD: Final = "the documents name it without a formula; the field's standard form"
_US: Final = dt.timedelta(microseconds=1)


def received(t: View) -> Array:
    """What had arrived by `now`; a row without received_at cannot be placed and is refused."""
    t.refuse(~t.known("received_at"), "received_at", "is missing")
    return t.seen("received_at") & asked_for(t)


def asked_for(t: View) -> Array:
    """The rows that `only` leaves (column to the values that count), less those that any of `except_for` would."""
    inside = _matching(t, t.params.get("only") or {})
    for other in t.params.get("except_for") or ():
        inside &= ~_matching(t, other)
    return inside


def _matching(t: View, only: Mapping[str, Collection[str]]) -> Array:
    inside = np.ones(t.size, np.bool_)
    for name, values in only.items():
        column = t.column(name)
        inside &= np.isin(column.values, [code for code, label in enumerate(column.labels) if label in values])
    return inside


def resolved_name(t: View) -> str:
    """The column that says when it was resolved."""
    return "resolved_at" if t.has("resolved_at") else "closed_at"


def resolved(t: View) -> Array:
    """What had arrived and was resolved by `now`."""
    return received(t) & t.seen(resolved_name(t))


def open_(t: View) -> Array:
    """Neither resolved nor closed by `now`."""
    return ~t.seen("resolved_at") & ~t.seen("closed_at")


def told(t: View, flag: str, at: str) -> Array:
    """Where a flag is known and, where its moment is known, told by `now`."""
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


def limit_of(t: View, name: str) -> int:
    """A parameter that is a span of time and has to be set, in microseconds."""
    limit = t.params[name]
    if not isinstance(limit, dt.timedelta) or limit < dt.timedelta():
        raise InvalidValue.of(
            name,
            "be a timedelta of 0 or more",
            limit,
            do=f"set it, such as KPIS['…'].with_({name}=datetime.timedelta(days=30))",
        )
    return limit // _US


def spent(t: View, start: Array, end: Array) -> Array:
    """Microseconds from start to end, in business time where `hours` are given."""
    hours = t.params.get("hours")
    if hours is None:
        return end - start
    from servqual.metrics.time.business_time import elapsed  # noqa: PLC0415  (calendars load where hours are given)

    took = elapsed(hours, start.view("datetime64[us]"), end.view("datetime64[us]"))
    return np.asarray(took).view(np.int64)


def time_to(t: View, name: str) -> Mapping[str, Array]:
    """From receipt to a moment; open rows without it are undecided."""
    arrived = received(t)
    done = t.seen(name)
    t.refuse(arrived & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    ended = done & arrived & ~t.bad
    start = np.where(ended, t.us("received_at"), 0)
    return {
        "value": spent(t, start, np.where(ended, t.us(name), 0)),
        "among": arrived & (done | open_(t)),
        "undecided": ~done,
    }


def age(t: View) -> Mapping[str, Array]:
    """From receipt to `now`, of what is open."""
    waiting = received(t) & open_(t)
    start = np.where(waiting, t.us("received_at"), t.now)
    return {"value": spent(t, start, np.full(t.size, t.now)), "among": waiting}


def kept(t: View, name: str, *, due: str | None = None) -> Mapping[str, Array]:
    """Kept where the moment came by its due instant; missed where that has passed; undecided until then.

    The due instant is receipt and the parameter `within`, or without that the column `due`.
    """
    arrived, done, within = received(t), t.seen(name), t.params["within"]
    t.refuse(arrived & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    if within is None:
        if due is None or not t.has(due):
            raise InvalidValue(
                f"within is needed to say which {name} is in time (got None); set it, such as "
                "KPIS['…'].with_(within=datetime.timedelta(hours=4))"
                + ("" if due is None else f", or give the rows a {due}"),
                field="within",
                expected="a timedelta",
                got=None,
            )
        promised = arrived & t.known(due)
        by_then, due_passed = t.us(name) <= t.us(due), t.now > t.us(due)
    else:
        limit = limit_of(t, "within")
        promised = arrived
        end = np.where(done, t.us(name), t.now)
        took = spent(t, np.where(promised, t.us("received_at"), 0), np.where(promised, end, 0))
        by_then, due_passed = took <= limit, took > limit
    return {"hit": done & by_then, "among": promised, "undecided": ~done & ~due_passed}


def by_due(t: View, start: str, done: str, ended: str, *, broken: Array | None = None) -> Mapping[str, Array]:
    """Done by due_at, among what was not called off by then; what is broken stays so."""
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
    """What is finished, and whether the same customer came with the same cause within the window after the end."""
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
        # also where another has come already, or repeats would be told sooner than their absence
        "undecided": t.now - end <= window,
    }


_NEVER: Final = np.iinfo(np.int64).max


def _next_received(t: View, known: Array, after: Array) -> Array:
    """When the same customer came with the same cause next after a moment; `_NEVER` where not."""
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


def share_of_cases(**facts: Any) -> Kpi:
    """A share of cases; what is not given is that of a case that is received and counts as it is."""
    needs = ("received_at", *facts.pop("needs", ()))
    told: dict[str, Any] = {"open_items": "count as they are", "params": PLACE, **facts}
    return Kpi(table="cases", unit="share", accumulator=Ratio, needs=needs, **told)


def with_percentiles(mean: Kpi, what: str) -> tuple[Kpi, Kpi, Kpi]:
    """A mean duration, and the median and the 90th percentile of the same."""
    short = mean.key.removesuffix("_time")
    half, most = (
        attrs.evolve(
            mean,
            key=f"{short}_{statistic}",
            title=f"{mean.title}, {called}",
            question=f"within what time {did} {share} of {what}?",
            formula=f"the smallest value with {share} of {what} at or below it",
            accumulator=Values,
            statistic=statistic,
        )
        for statistic, called, share, did in (
            ("p50", "median", "half", "lies"),
            ("p90", "90th percentile", "nine tenths", "lie"),
        )
    )
    return mean, half, most
