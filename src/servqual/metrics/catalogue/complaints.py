"""The KPIs of complaints: how many, how long, kept or not, upheld or not, and whether they came back."""

from collections.abc import Mapping
from typing import Any, Final

from servqual._arrays import Array
from servqual.metrics.accumulators.sums import Count, Ratio, Total
from servqual.metrics.catalogue._open_items import (
    DONE,
    ENDS,
    PLACE,
    STANDARD,
    TIMED,
    age,
    came_back,
    due_after_receipt,
    in_order,
    kept,
    open_,
    received,
    resolved_name,
    time_to,
    told,
    with_percentiles,
)
from servqual.metrics.kpi.definition import Kpi, View


def _volume(t: View) -> Mapping[str, Array]:
    return {"among": received(t)}


def _backlog(t: View) -> Mapping[str, Array]:
    _ = t.now
    return {"among": received(t) & open_(t)}


def _overdue(t: View) -> Mapping[str, Array]:
    due_after_receipt(t)
    return {"among": received(t) & open_(t) & t.known("due_at") & (t.now > t.us("due_at"))}


def _handling_time(t: View) -> Mapping[str, Array]:
    return time_to(t, resolved_name(t))


def _kept(t: View) -> Mapping[str, Array]:
    if t.params["within"] is None:
        due_after_receipt(t)
    return kept(t, resolved_name(t), due="due_at")


def _acknowledged_kept(t: View) -> Mapping[str, Array]:
    return kept(t, "acknowledged_at")


def _resolution_rate(t: View) -> Mapping[str, Array]:
    return {"hit": t.seen(resolved_name(t)), "among": received(t)}


def _followed_up(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "followed_up_at")
    return {"hit": t.seen("followed_up_at"), "among": received(t) & t.seen(resolved_name(t))}


def _satisfied(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "followed_up_at")
    return {"hit": t["satisfied"], "among": received(t) & told(t, "satisfied", "followed_up_at")}


def _upheld(t: View) -> Mapping[str, Array]:
    decided = t.known("upheld")
    return {"hit": t["upheld"], "among": received(t) & (decided | open_(t)), "undecided": ~decided}


def _reopened(t: View) -> Mapping[str, Array]:
    again = t["reopened"] > 0
    return {"hit": again, "among": received(t) & t.known("reopened") & (again | ~open_(t))}


_COMMON: Final[dict[str, Any]] = {"table": "complaints", "at": "received_at"}

COMPLAINT_KPIS: Final = (
    Kpi(
        key="complaint_volume",
        title="complaints received",
        question="how many complaints came in?",
        formula="count of complaints received",
        source="K-14 (its numerator; 000 §5.2, 002 §8.1); more can also mean that complaining became easier",
        unit="count",
        better=None,
        needs=("received_at",),
        params=PLACE,
        open_items="open complaints count like closed ones",
        accumulator=Count,
        rows=_volume,
        **_COMMON,
    ),
    Kpi(
        key="complaint_backlog",
        title="open complaints",
        question="how many complaints are open now?",
        formula=f"count of complaints received and neither resolved nor closed by now; {ENDS}",
        source=f"K-15 (004 §6.3); {STANDARD}",
        label_zh="投诉积压",
        unit="count",
        better="lower",
        needs=("received_at",),
        uses=DONE,
        open_items="they are what is counted; one that is resolved and waits for its follow-up is not open",
        params=PLACE,
        accumulator=Count,
        rows=_backlog,
        **_COMMON,
    ),
    *with_percentiles(
        Kpi(
            key="complaint_backlog_age",
            title="age of open complaints",
            question="how long is the time since receipt of open complaints, on average?",
            formula=f"sum of the time since receipt of open complaints / count; {ENDS}",
            source=f"K-15 (004 §6.3); {STANDARD}",
            label_zh="投诉积压",
            unit="s",
            better="lower",
            needs=("received_at",),
            uses=DONE,
            open_items="their age at now",
            params=TIMED,
            accumulator=Total,
            rows=age,
            **_COMMON,
        ),
        "the time since receipt of open complaints",
    ),
    Kpi(
        key="complaint_overdue",
        title="overdue complaints",
        question="how many open complaints are past their due moment?",
        formula=f"count of open complaints whose due_at has passed; at the due moment itself none is overdue; {ENDS}",
        source=f"K-15 (overdue count; 004 §6.3); {STANDARD}",
        unit="count",
        better="lower",
        needs=("received_at", "due_at"),
        uses=DONE,
        open_items="they are what is counted; one without due_at is not",
        params=PLACE,
        accumulator=Count,
        rows=_overdue,
        **_COMMON,
    ),
    *with_percentiles(
        Kpi(
            key="complaint_handling_time",
            title="complaint handling time",
            question="how long is the time from receipt to resolution of complaints, on average?",
            formula=f"sum of the time from receipt to resolution / complaints resolved; {ENDS}",
            source=f"K-12 (002 §6.3; 004 §2.2, §7.1); {STANDARD}",
            label_zh="投诉处理时长",
            unit="s",
            better="lower",
            needs=("received_at",),
            uses=DONE,
            open_items="open complaints are undecided; one closed without resolved_at is left out",
            params=TIMED,
            accumulator=Total,
            rows=_handling_time,
            **_COMMON,
        ),
        "the time from receipt to resolution of complaints",
    ),
    Kpi(
        key="complaint_kept",
        title="complaints resolved in time",
        question="what share of the complaints was resolved within the time limit?",
        formula="resolved by due_at, or within the target where one is set / resolved, or unresolved past it; at the "
        "limit is in time",
        source="K-13 (004 §6.3, time limit); ISO 10002; standard form of SLA attainment",
        label_zh="投诉处理及时率",
        unit="share",
        better="higher",
        needs=("received_at",),
        uses=(*DONE, "due_at"),
        open_items="a miss once the limit has passed, undecided before",
        params={"within": None, **TIMED},
        accumulator=Ratio,
        rows=_kept,
        **_COMMON,
    ),
    Kpi(
        key="complaint_acknowledged_kept",
        title="complaints acknowledged in time",
        question="what share of the complaints was acknowledged within the target?",
        formula="acknowledged within the target / acknowledged, or not yet and past it; at the limit is in time",
        source="DOMAIN CP-06 (respond fast and tell progress, 002 §8.2.3); ISO 10002; the target must be set",
        unit="share",
        better="higher",
        needs=("received_at", "acknowledged_at"),
        open_items="a miss once the limit has passed, undecided before",
        params={"within": None, **TIMED},
        accumulator=Ratio,
        rows=_acknowledged_kept,
        **_COMMON,
    ),
    Kpi(
        key="complaint_resolution_rate",
        title="complaint resolution rate",
        question="what share of the complaints received has been resolved?",
        formula=f"complaints resolved by now / complaints received; {ENDS}",
        source=f"K-07 (004 §3.2), for complaints, by the cohort received; {STANDARD}",
        unit="share",
        better="higher",
        needs=("received_at",),
        uses=DONE,
        open_items="not resolved",
        params=PLACE,
        accumulator=Ratio,
        rows=_resolution_rate,
        **_COMMON,
    ),
    Kpi(
        key="complaint_follow_up_rate",
        title="complaints followed up",
        question="what share of the resolved complaints was followed up with the customer?",
        formula=f"resolved complaints followed up by now / complaints resolved by now; {ENDS}",
        source="DOMAIN CP-02, SM-02 (the fourth step, 004 §6.3); no document gives a formula",
        unit="share",
        better="higher",
        needs=("received_at", "followed_up_at"),
        uses=DONE,
        open_items="a resolved complaint that still waits for its follow-up is not followed up",
        params=PLACE,
        accumulator=Ratio,
        rows=_followed_up,
        **_COMMON,
    ),
    Kpi(
        key="complaint_satisfaction",
        title="satisfaction with complaint handling",
        question="what share of the complainants who answered was satisfied with the handling?",
        formula="complaints whose customer was satisfied / complaints whose customer said so or not; an answer whose "
        "followed_up_at lies after now is not seen",
        source="K-18, for complaints (follow up so that the customer is satisfied, 004 §6.3); ISO 10004",
        unit="share",
        better="higher",
        needs=("received_at", "satisfied"),
        uses=("followed_up_at",),
        open_items="left out until the customer answers",
        params=PLACE,
        accumulator=Ratio,
        rows=_satisfied,
        **_COMMON,
    ),
    Kpi(
        key="upheld_rate",
        title="upheld rate",
        question="what share of the decided complaints was justified?",
        formula="complaints upheld, in full or in part / complaints decided",
        source="an addition: no document names it; ombudsman practice",
        unit="share",
        better=None,
        needs=("received_at", "upheld"),
        uses=DONE,
        open_items="an open complaint without a decision is undecided; one that ended without it is left out",
        params=PLACE,
        accumulator=Ratio,
        rows=_upheld,
        **_COMMON,
    ),
    Kpi(
        key="complaint_reopen_rate",
        title="complaint reopen rate",
        question="what share of the finished complaints had to be opened again?",
        formula="complaints reopened at least once / complaints resolved, closed or reopened",
        source=f"K-34 (reopening part), for complaints; {STANDARD}",
        label_zh="复发率",
        unit="share",
        better="lower",
        needs=("received_at", "reopened"),
        uses=DONE,
        open_items="left out unless reopened",
        params=PLACE,
        accumulator=Ratio,
        rows=_reopened,
        **_COMMON,
    ),
    Kpi(
        key="complaint_repeat_rate",
        title="repeat complaint rate",
        question="what share of the finished complaints came back from the same customer for the same cause?",
        formula="resolved complaints after whose end the same customer complained of the same cause within the window, "
        "end included / resolved complaints of a known cause whose window is over; one raised before that end is the "
        f"same trouble and no repeat; {ENDS}",
        source="K-34 (same cause within a window that must be set; 004 §5.3), for complaints; ISO 10002",
        label_zh="复发率",
        unit="share",
        better="lower",
        needs=("received_at", "customer_id", "cause"),
        uses=DONE,
        open_items="open complaints are left out; a resolved one whose window is not over is undecided",
        params={"window": None, **PLACE},
        law="keyed",
        accumulator=Ratio,
        rows=came_back,
        **_COMMON,
    ),
)
