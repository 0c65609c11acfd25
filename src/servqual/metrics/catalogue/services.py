"""The KPIs of running services: how often they fail, how soon they are back, and how well they answer."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio, Total
from servqual.metrics.catalogue._amounts import MILLIONTHS, over, part
from servqual.metrics.catalogue._open_items import STANDARD, TIMED, asked_for, elapsed, in_order, with_percentiles
from servqual.metrics.catalogue._params import level_of, limit_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _restored(t: View) -> Mapping[str, Array]:
    t.refuse(~t.known("started_at"), "started_at", "is missing")
    in_order(t, "started_at", "restored_at")
    began, ended = t.seen("started_at") & asked_for(t), t.seen("restored_at")
    done = began & ended & ~t.bad
    lasted = elapsed(t, np.where(done, t.us("started_at"), 0), np.where(done, t.us("restored_at"), 0))
    return {"value": lasted, "among": began, "undecided": ~ended}


def _times(t: View) -> tuple[Array, Array, Array]:
    """Read the time that the service had to be up, the downtime in it, and where both are known."""
    known = t.known("agreed_s") & t.known("down_s") & t.settled("planned_s")
    planned = np.where(t.known("planned_s"), t.us("planned_s"), 0)
    t.refuse(known & (planned > t.us("agreed_s")), "planned_s", "must not exceed agreed_s")
    owed = np.where(known & ~t.bad, t.us("agreed_s") - planned, 0)
    t.refuse(known & (t.us("down_s") > owed), "down_s", "must not exceed agreed_s without planned_s")
    known &= ~t.bad
    return np.where(known, owed, 0), np.where(known, t.us("down_s"), 0), known


def _available(t: View) -> Mapping[str, Array]:
    owed, down, known = _times(t)
    return over(t, owed - down, owed, known)


def _between_failures(t: View) -> Mapping[str, Array]:
    owed, down, known = _times(t)
    t.refuse(known & (t["failures"] > MILLIONTHS), "failures", f"must not exceed {MILLIONTHS:,}")
    known = known & t.known("failures") & ~t.bad
    return over(t, owed - down, np.where(known, t["failures"], 0).astype(np.int64), known)


def _budget_used(t: View) -> Mapping[str, Array]:
    owed, down, known = _times(t)
    level_of(t, "slo")
    return over(t, down, owed, known)


def _burned(t: View) -> Mapping[str, Array]:
    level_of(t, "slo")
    return {"hit": t["failed"], "among": t.known("failed")}


def _apdex(t: View) -> Mapping[str, Array]:
    """Score satisfied requests 1 and tolerated requests 0.5, in millionths."""
    limit, took = limit_of(t, "within"), t.us("took_s")
    failed, known = t["failed"], t.known("took_s") & t.settled("failed")
    halves = (took <= limit).astype(np.int64) + (took <= 4 * limit)
    return {"value": np.where(failed, 0, halves * (MILLIONTHS // 2)), "among": known | failed}


_SPANS: Final[dict[str, Any]] = {
    "table": "availability",
    "needs": ("agreed_s", "down_s"),
    "uses": ("planned_s",),
    "open_items": "none: a row is a span that has ended",
    "accumulator": Quotient,
    "version": 2,
}
_FAILING: Final[dict[str, Any]] = {**_SPANS, "needs": ("agreed_s", "down_s", "failures")}
_REQUEST: Final[dict[str, Any]] = {
    "table": "requests",
    "open_items": "none: a row is a request that has ended",
}
_WORKBOOK: Final = "Google, The Site Reliability Workbook, 2018, chapters 2 and 5"

AVAILABILITY_KPIS: Final = (
    *with_percentiles(
        Kpi(
            key="restore_time",
            title="time to restore",
            question="how long did it take to restore a service, on average?",
            formula="sum of the time from started_at to restored_at / incidents restored; the return of the service "
            "counts, not the end of the ticket",
            source="K-72 (implied by 003 §7.1); KPIS 23, MTTR of ITIL",
            label_zh="故障恢复时间",
            unit="s",
            better="lower",
            table="incidents",
            needs=("started_at", "restored_at"),
            open_items="an incident that goes on is undecided",
            params=TIMED,
            accumulator=Total,
            rows=_restored,
        ),
        "the times from the start of an incident to the return of the service",
        "how long until {share} of the incidents ended with the service restored, open ones left out?",
    ),
    Kpi(
        key="availability",
        title="availability",
        question="how much of the agreed time was the service up?",
        formula="sum of (agreed − planned − down) / sum of (agreed − planned); without planned_s nothing was planned",
        source="KPIS 46, ITIL service availability",
        unit="share",
        better="higher",
        rows=_available,
        **_SPANS,
    ),
    Kpi(
        key="mtbf",
        title="mean time between failures",
        question="how long did the service run between failures, on average?",
        formula="sum of (agreed − planned − down) / sum of failures; without a failure there is no value, and the "
        "interval gives only a lower bound",
        source="KPIS 47, ITIL",
        unit="s",
        better="higher",
        statistic="per_event",
        rows=_between_failures,
        **_FAILING,
    ),
    Kpi(
        key="error_budget_used",
        title="error budget used",
        question="how much of the downtime that the objective allows was used up?",
        formula="sum of down / ((1 − slo) × sum of (agreed − planned)); 1 is all of the budget, and the objective "
        "must be set",
        source=f"KPIS 48; {_WORKBOOK}",
        unit="ratio",
        better="lower",
        params={"slo": None},
        statistic="of_budget",
        rows=_budget_used,
        **_SPANS,
    ),
    Kpi(
        key="burn_rate",
        title="burn rate",
        question="how many times faster than allowed do requests fail?",
        formula="(requests failed / requests) / (1 − slo); 1 uses the budget up exactly in its "
        "window, and the objective must be set",
        source=f"KPIS 48; {_WORKBOOK}",
        unit="ratio",
        better="lower",
        needs=("failed",),
        params={"slo": None},
        accumulator=Ratio,
        statistic="of_budget",
        version=2,
        rows=_burned,
        **_REQUEST,
    ),
    Kpi(
        key="apdex",
        title="Apdex",
        question="how satisfied are users with the response times?",
        formula="(requests within T + half of those within 4 T) / requests, both ends included; a failed request "
        "counts 0, and T must be set as within",
        source="KPIS 49; Apdex Technical Specification 1.1, 2007",
        unit="score",
        better="higher",
        needs=("took_s",),
        uses=("failed",),
        params={"within": None},
        accumulator=Total,
        between=(0, 1),
        rows=_apdex,
        version=2,
        **_REQUEST,
    ),
    Kpi(
        key="service_coverage",
        title="service hours coverage",
        question="how much of the calendar time is staffed?",
        formula="sum of the time staffed / sum of the time of the calendar",
        source=f"K-71 (implied by 001-2 §5.1, around the clock); {STANDARD}",
        label_zh="服务覆盖时间",
        unit="share",
        better="higher",
        table="coverage",
        needs=("staffed_s", "calendar_s"),
        open_items="none: a row is a span that has ended",
        accumulator=Quotient,
        rows=partial(part, part="staffed_s", whole="calendar_s"),
    ),
)
