"""The KPIs of cases: volume, backlog, response, resolution, and kept targets."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Total
from servqual.metrics.catalogue._open_items import (
    CUT_OFF,
    DONE,
    ENDS,
    PLACE,
    SOLVED,
    SOLVED_IN,
    STANDARD,
    TIMED,
    age,
    answered_in_time,
    arrivals,
    backlog,
    open_,
    received,
    resolved_share,
    share_of_cases,
    solved_in_time,
    time_to,
    time_to_resolution,
    with_percentiles,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _sla_kept(t: View) -> Mapping[str, Array]:
    return {"hit": t["sla_kept"], "among": received(t) & t.known("sla_kept")}


def _reopened(t: View) -> Mapping[str, Array]:
    again = t["reopened"] > 0
    told = t.has("resolved_at") or t.has("closed_at")  # without either no case is known to be finished
    finished = again | ~open_(t) if told else t.known("reopened")
    return {"hit": again, "among": received(t) & t.known("reopened") & finished}


def _reassigned(t: View) -> Mapping[str, Array]:
    return {"hit": t["reassigned"] > 0, "among": received(t) & t.known("reassigned")}


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
        params=PLACE,
        open_items="open cases count like closed ones",
        accumulator=Count,
        rows=arrivals,
    ),
    Kpi(
        key="backlog",
        version=2,
        title="open cases",
        question="how many cases are open now?",
        formula=f"count of cases received and neither resolved nor closed by now; {ENDS}",
        source="K-15, for cases; ITIL v3 list",
        unit="count",
        better="lower",
        table="cases",
        needs=("received_at",),
        uses=DONE,
        open_items="they are counted",
        params=PLACE,
        accumulator=Count,
        rows=backlog,
        stock=True,
    ),
    *with_percentiles(
        Kpi(
            key="backlog_age",
            version=2,
            title="age of open cases",
            question="how long have open cases been open, on average?",
            formula="sum of the time since receipt of open cases / count",
            unit="s",
            better="lower",
            table="cases",
            params=TIMED,
            accumulator=Total,
            rows=age,
            stock=True,
            needs=("received_at",),
            uses=DONE,
            source="K-15, for cases; ITIL v3 list",
            open_items="their age at now",
        ),
        "the ages of open cases",
        "how old are {share} of the open cases at most?",
    ),
    *with_percentiles(
        Kpi(
            key="first_response_time",
            version=3,
            title="first response time",
            question="how long did cases wait for their first response, on average?",
            formula="sum of the time from receipt to first response / count; what follows the close is no answer",
            unit="s",
            better="lower",
            table="cases",
            params=TIMED,
            accumulator=Total,
            rows=partial(time_to, name="first_response_at"),
            needs=("received_at", "first_response_at"),
            uses=DONE,
            source=f"K-01, K-02; {STANDARD}",
            label_zh="首次响应时间",
            open_items="open and unanswered cases are undecided; one closed without an answer is left out",
        ),
        "the times from receipt to first response",
        "how long until {share} of the cases were answered, unanswered ones left out?",
    ),
    *with_percentiles(
        Kpi(
            key="resolution_time",
            version=2,
            title="resolution time",
            question="how long did it take to resolve a case, on average?",
            formula="sum of the time from receipt to resolution / count",
            unit="s",
            better="lower",
            table="cases",
            params=SOLVED_IN,
            accumulator=Total,
            rows=time_to_resolution,
            needs=("received_at",),
            uses=DONE,
            source=f"K-10; {STANDARD}",
            label_zh="问题解决速度",
            open_items="open cases are undecided; a case closed without resolved_at is left out",
        ),
        "the times from receipt to resolution",
        "how long until {share} of the cases were resolved, open ones left out?",
    ),
    share_of_cases(
        key="resolution_rate",
        version=2,
        title="resolution rate",
        question="what share of the cases received has been resolved?",
        formula=f"cases resolved by now / cases received; {ENDS}",
        source=f"K-07 (004 §3.2), by the cohort received; {STANDARD}",
        label_zh="问题解决率",
        better="higher",
        uses=DONE,
        open_items="not resolved",
        params=SOLVED,
        rows=resolved_share,
    ),
    share_of_cases(
        key="reopen_rate",
        version=2,
        title="reopen rate",
        question="what share of the finished cases had to be opened again?",
        formula="cases reopened at least once / cases resolved, closed or reopened; all cases where no column has an "
        "end",
        source=f"K-34 (reopening part); {STANDARD}",
        label_zh="复发率",
        better="lower",
        needs=("reopened",),
        uses=DONE,
        open_items="left out unless reopened",
        rows=_reopened,
    ),
    share_of_cases(
        key="reassignment_rate",
        title="reassignment rate",
        question="what share of the cases was handed to another group or person?",
        formula="cases reassigned at least once / cases received",
        source="DOMAIN 1.D (hand-over, 001-1 §4); ITIL 4 service desk practice",
        better="lower",
        needs=("reassigned",),
        rows=_reassigned,
    ),
    share_of_cases(
        key="first_response_kept",
        version=2,
        title="first response kept",
        question="what share of the cases was answered within the target?",
        formula="answered within the target / answered, or unanswered past it; an answer at the limit is in time",
        source="K-03 (004 §3.2); standard form of SLA attainment",
        label_zh="响应时间达标率",
        better="higher",
        needs=("first_response_at",),
        uses=("closed_at", "reopened_at"),
        open_items=CUT_OFF,
        params={"within": None, **TIMED},
        clock="first_response",
        rows=partial(answered_in_time, name="first_response_at"),
    ),
    share_of_cases(
        key="resolution_kept",
        version=2,
        title="resolution kept",
        question="what share of the cases was resolved within the target?",
        formula="resolved within the target, or by due_at where no target is set / resolved, or unresolved past it",
        source="K-11; standard form of SLA attainment",
        label_zh="时限达成率",
        better="higher",
        uses=(*DONE, "due_at"),
        open_items=CUT_OFF,
        params={"within": None, **SOLVED_IN},
        clock="resolution",
        rows=solved_in_time,
    ),
    share_of_cases(
        key="sla_kept",
        title="kept within target, as recorded",
        question="what share of the cases kept its target, as the desk recorded it?",
        formula="cases marked as kept / cases marked",
        source="K-52; the flag is the exporting desk's, its rule is not known to us",
        label_zh="绩效指标达成情况",
        better="higher",
        needs=("sla_kept",),
        open_items="as recorded",
        rows=_sla_kept,
    ),
)
