"""The KPIs of cases: volume, backlog, response, resolution, and what was kept of what was promised."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np

from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Array, Count, Ratio, Total, Values
from servqual.metrics.kpi import Kpi, View

__all__ = ["CASE_KPIS"]


def _received(t: View) -> Array:
    """Cases that had arrived by `now`; one without received_at cannot be placed and is refused."""
    t.refuse(~t.known("received_at"), "received_at", "is missing")
    return t.seen("received_at") & _asked_for(t)


def _asked_for(t: View) -> Array:
    """The rows that `only` and `except_for` leave: column to the values that count, or do not."""
    inside = np.ones(t.size, np.bool_)
    for params, keep in ((t.params.get("only"), True), (t.params.get("except_for"), False)):
        for name, values in (params or {}).items():
            column = t.column(name)
            wanted = [code for code, label in enumerate(column.labels) if label in values]
            inside &= np.isin(column.values, wanted) == keep
    return inside


def _resolved_name(t: View) -> str:
    return "resolved_at" if t.has("resolved_at") else "closed_at"


def _open(t: View) -> Array:
    return ~t.seen("resolved_at") & ~t.seen("closed_at")


def _spent(t: View, start: Array, end: Array) -> Array:
    """Microseconds from start to end, in business time where `hours` are given."""
    hours = t.params.get("hours")
    if hours is None:
        return end - start
    from servqual.metrics.business_time import elapsed  # noqa: PLC0415  (calendars load where hours are given)

    spent = elapsed(hours, start.view("datetime64[us]"), end.view("datetime64[us]"))
    return np.asarray(spent).view(np.int64)


def _time_to(t: View, name: str) -> Mapping[str, Array]:
    """From receipt to a moment; open cases without it are undecided."""
    received = _received(t)
    done = t.seen(name)
    t.refuse(received & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    ended = done & received & ~t.bad
    start = np.where(ended, t.us("received_at"), 0)
    return {
        "value": _spent(t, start, np.where(ended, t.us(name), 0)),
        "among": received & (done | _open(t)),
        "undecided": ~done,
    }


def _kept(t: View, name: str) -> Mapping[str, Array]:
    """Kept where the moment came by its due instant; missed where that has passed; undecided until then."""
    received, done, within = _received(t), t.seen(name), t.params["within"]
    t.refuse(received & done & (t.us(name) < t.us("received_at")), name, "must not come before received_at")
    if within is None:
        if name == "first_response_at" or not t.has("due_at"):
            raise InvalidValue(
                f"within is needed to say which {name} is in time (got None); set it, such as "
                "KPIS['…'].with_(within=datetime.timedelta(hours=4))"
                + ("" if name == "first_response_at" else ", or give the cases a due_at"),
                field="within",
                expected="a timedelta",
                got=None,
            )
        promised = received & t.known("due_at")
        by_then, due_passed = t.us(name) <= t.us("due_at"), t.now > t.us("due_at")
    else:
        limit = within // dt.timedelta(microseconds=1)
        promised = received
        end = np.where(done, t.us(name), t.now)
        spent = _spent(t, np.where(promised, t.us("received_at"), 0), np.where(promised, end, 0))
        by_then, due_passed = spent <= limit, spent > limit
    return {"hit": done & by_then, "among": promised, "undecided": ~done & ~due_passed}


def _volume(t: View) -> Mapping[str, Array]:
    return {"among": _received(t)}


def _backlog(t: View) -> Mapping[str, Array]:
    _ = t.now
    return {"among": _received(t) & _open(t)}


def _backlog_age(t: View) -> Mapping[str, Array]:
    waiting = _received(t) & _open(t)
    start = np.where(waiting, t.us("received_at"), t.now)
    return {"value": _spent(t, start, np.full(t.size, t.now)), "among": waiting}


def _first_response(t: View) -> Mapping[str, Array]:
    return _time_to(t, "first_response_at")


def _resolution(t: View) -> Mapping[str, Array]:
    return _time_to(t, _resolved_name(t))


def _resolution_rate(t: View) -> Mapping[str, Array]:
    received, name = _received(t), _resolved_name(t)
    return {"hit": t.seen(name), "among": received}


def _first_response_kept(t: View) -> Mapping[str, Array]:
    return _kept(t, "first_response_at")


def _resolution_kept(t: View) -> Mapping[str, Array]:
    return _kept(t, _resolved_name(t))


def _sla_kept(t: View) -> Mapping[str, Array]:
    return {"hit": t["sla_kept"], "among": _received(t) & t.known("sla_kept")}


def _reopened(t: View) -> Mapping[str, Array]:
    again = t["reopened"] > 0
    return {"hit": again, "among": _received(t) & t.known("reopened") & (again | ~_open(t))}


def _reassigned(t: View) -> Mapping[str, Array]:
    return {"hit": t["reassigned"] > 0, "among": _received(t) & t.known("reassigned")}


_PLACE: Final = {"only": None, "except_for": None}
_TIMED: Final = {"hours": None, **_PLACE}
_DONE: Final = ("resolved_at", "closed_at")
_ENDS: Final = (
    "a case without resolved_at and closed_at is open; where there is no resolved_at column, closed_at stands for it"
)
_STANDARD: Final = "the documents name it without a formula; the field's standard form"


def _durations(mean: Kpi, what: str) -> tuple[Kpi, Kpi, Kpi]:
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


CASE_KPIS: Final = (
    Kpi(
        key="case_volume",
        title="cases received",
        question="how many cases came in?",
        formula="count of cases received",
        source="K-40 (workload); ITIL 4 service desk practice",
        unit="count",
        better=None,
        table="cases",
        needs=("received_at",),
        params=_PLACE,
        accumulator=Count,
        rows=_volume,
    ),
    Kpi(
        key="backlog",
        title="open cases",
        question="how many cases are open now?",
        formula=f"count of cases received and neither resolved nor closed by now; {_ENDS}",
        source="K-15, for cases; ITIL v3 list",
        unit="count",
        better="lower",
        table="cases",
        needs=("received_at",),
        uses=_DONE,
        open_items="they are what is counted",
        params=_PLACE,
        accumulator=Count,
        rows=_backlog,
    ),
    *_durations(
        Kpi(
            key="backlog_age",
            title="age of open cases",
            question="how long is the time since receipt of open cases, on average?",
            formula="sum of the time since receipt of open cases / count",
            unit="s",
            better="lower",
            table="cases",
            params=_TIMED,
            accumulator=Total,
            rows=_backlog_age,
            needs=("received_at",),
            uses=_DONE,
            source="K-15, for cases; ITIL v3 list",
            open_items="their age at now",
        ),
        "the time since receipt of open cases",
    ),
    *_durations(
        Kpi(
            key="first_response_time",
            title="first response time",
            question="how long is the time from receipt to first response, on average?",
            formula="sum of the time from receipt to first response / count",
            unit="s",
            better="lower",
            table="cases",
            params=_TIMED,
            accumulator=Total,
            rows=_first_response,
            needs=("received_at", "first_response_at"),
            uses=_DONE,
            source=f"K-01, K-02; {_STANDARD}",
            label_zh="首次响应时间",
            open_items="open and unanswered cases are undecided",
        ),
        "the time from receipt to first response",
    ),
    *_durations(
        Kpi(
            key="resolution_time",
            title="resolution time",
            question="how long is the time from receipt to resolution, on average?",
            formula="sum of the time from receipt to resolution / count",
            unit="s",
            better="lower",
            table="cases",
            params=_TIMED,
            accumulator=Total,
            rows=_resolution,
            needs=("received_at",),
            uses=_DONE,
            source=f"K-10; {_STANDARD}",
            label_zh="问题解决速度",
            open_items="open cases are undecided; a case closed without resolved_at is left out",
        ),
        "the time from receipt to resolution",
    ),
    Kpi(
        key="resolution_rate",
        title="resolution rate",
        question="what share of the cases received has been resolved?",
        formula=f"cases resolved by now / cases received; {_ENDS}",
        source=f"K-07 (004 §3.2), by the cohort received; {_STANDARD}",
        label_zh="问题解决率",
        unit="share",
        better="higher",
        table="cases",
        needs=("received_at",),
        uses=_DONE,
        open_items="not resolved",
        params=_PLACE,
        accumulator=Ratio,
        rows=_resolution_rate,
    ),
    Kpi(
        key="reopen_rate",
        title="reopen rate",
        question="what share of the finished cases had to be opened again?",
        formula="cases reopened at least once / cases resolved, closed or reopened",
        source=f"K-34 (reopening part); {_STANDARD}",
        label_zh="复发率",
        unit="share",
        better="lower",
        table="cases",
        needs=("received_at", "reopened"),
        uses=_DONE,
        open_items="left out unless reopened",
        params=_PLACE,
        accumulator=Ratio,
        rows=_reopened,
    ),
    Kpi(
        key="reassignment_rate",
        title="reassignment rate",
        question="what share of the cases was handed to another group or person?",
        formula="cases reassigned at least once / cases received",
        source="DOMAIN 1.D (hand-over, 001-1 §4); ITIL 4 service desk practice",
        unit="share",
        better="lower",
        table="cases",
        needs=("received_at", "reassigned"),
        open_items="count as they are",
        params=_PLACE,
        accumulator=Ratio,
        rows=_reassigned,
    ),
    Kpi(
        key="first_response_kept",
        title="first response kept",
        question="what share of the cases was answered within the target?",
        formula="answered within the target / answered, or unanswered past it; an answer at the limit is in time",
        source="K-03 (004 §3.2); standard form of SLA attainment",
        label_zh="响应时间达标率",
        unit="share",
        better="higher",
        table="cases",
        needs=("received_at", "first_response_at"),
        open_items="a miss once the limit has passed, undecided before",
        params={"within": None, **_TIMED},
        clock="first_response",
        accumulator=Ratio,
        rows=_first_response_kept,
    ),
    Kpi(
        key="resolution_kept",
        title="resolution kept",
        question="what share of the cases was resolved within the target?",
        formula="resolved within the target, or by due_at where no target is set / resolved, or unresolved past it",
        source="K-11; standard form of SLA attainment",
        label_zh="时限达成率",
        unit="share",
        better="higher",
        table="cases",
        needs=("received_at",),
        uses=(*_DONE, "due_at"),
        open_items="a miss once the limit has passed, undecided before",
        params={"within": None, **_TIMED},
        clock="resolution",
        accumulator=Ratio,
        rows=_resolution_kept,
    ),
    Kpi(
        key="sla_kept",
        title="kept within target, as recorded",
        question="what share of the cases bears the desk's own mark of a kept target?",
        formula="cases marked as kept / cases marked",
        source="K-52; the flag is the exporting desk's, its rule is not known to us",
        label_zh="绩效指标达成情况",
        unit="share",
        better="higher",
        table="cases",
        needs=("received_at", "sla_kept"),
        open_items="as marked",
        params=_PLACE,
        accumulator=Ratio,
        rows=_sla_kept,
    ),
)
