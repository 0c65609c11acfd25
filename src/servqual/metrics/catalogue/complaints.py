"""The KPIs of complaints: how many, how long, kept or not, upheld or not, and whether they came back."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Total
from servqual.metrics.catalogue._open_items import (
    CUT_OFF,
    DONE,
    ENDED_BY,
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
    came_back,
    due_after_receipt,
    in_order,
    open_,
    received,
    resolved_share,
    share_of_complaints,
    solution,
    solved_in_time,
    stands,
    time_to,
    time_to_resolution,
    told,
    with_percentiles,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _overdue(t: View) -> Mapping[str, Array]:
    due_after_receipt(t)
    return {"among": received(t) & open_(t) & t.known("due_at") & (t.now > t.us("due_at"))}


def _followed_up(t: View) -> Mapping[str, Array]:
    in_order(t, "received_at", "followed_up_at")
    # a close is no solution here, though it may stand for one: it comes after the follow-up
    old = t.known("resolved_at") & (t.us("followed_up_at") < t.us("resolved_at"))
    return {"hit": stands(t, "followed_up_at") & ~old, "among": received(t) & solution(t).there}


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
        rows=arrivals,
        **_COMMON,
    ),
    Kpi(
        key="complaint_backlog",
        version=2,
        title="open complaints",
        question="how many complaints are open now?",
        formula=f"count of complaints received and neither resolved nor closed by now; {ENDS}",
        source=f"K-15 (004 §6.3); {STANDARD}",
        label_zh="投诉积压",
        unit="count",
        better="lower",
        needs=("received_at",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="they are counted; one that is resolved and waits for its follow-up is not open",
        params=PLACE,
        accumulator=Count,
        rows=backlog,
        stock=True,
        **_COMMON,
    ),
    *with_percentiles(
        Kpi(
            key="complaint_backlog_age",
            version=2,
            title="age of open complaints",
            question="how long have open complaints been open, on average?",
            formula=f"sum of the time since receipt of open complaints / count; {ENDS}",
            source=f"K-15 (004 §6.3); {STANDARD}",
            label_zh="投诉积压",
            unit="s",
            better="lower",
            needs=("received_at",),
            uses=DONE,
            needs_one_of=ENDED_BY,
            open_items="their age at now",
            params=TIMED,
            accumulator=Total,
            rows=age,
            stock=True,
            **_COMMON,
        ),
        "the ages of open complaints",
        "how old are {share} of the open complaints at most?",
    ),
    Kpi(
        key="complaint_overdue",
        version=2,
        title="overdue complaints",
        question="how many open complaints are past their due moment?",
        formula="count of open complaints whose due_at has passed; at due_at itself a complaint is not overdue; "
        f"{ENDS}",
        source=f"K-15 (overdue count; 004 §6.3); {STANDARD}",
        unit="count",
        better="lower",
        needs=("received_at", "due_at"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="they are counted, except one without due_at",
        params=PLACE,
        accumulator=Count,
        rows=_overdue,
        stock=True,
        **_COMMON,
    ),
    *with_percentiles(
        Kpi(
            key="complaint_handling_time",
            credit="resolved",
            version=2,
            title="complaint handling time",
            question="how long did it take to resolve a complaint, on average?",
            formula=f"sum of the time from receipt to resolution / complaints resolved; {ENDS}",
            source=f"K-12 (002 §6.3; 004 §2.2, §7.1); {STANDARD}",
            label_zh="投诉处理时长",
            unit="s",
            better="lower",
            needs=("received_at",),
            uses=DONE,
            needs_one_of=ENDED_BY,
            open_items="open complaints are undecided; one closed without resolved_at is left out",
            params=SOLVED_IN,
            accumulator=Total,
            rows=time_to_resolution,
            **_COMMON,
        ),
        "the times from receipt to resolution of complaints",
        "how long until {share} of the complaints were resolved, open ones left out?",
    ),
    *with_percentiles(
        Kpi(
            key="complaint_start_time",
            title="time to the investigation",
            question="how long did a complaint wait until somebody began to work on it, on average?",
            formula="sum of the time from receipt to the start of the work / complaints begun",
            source=f"DOMAIN CP-05 (001-2 §5.2.1, investigate at once); {STANDARD}",
            unit="s",
            better="lower",
            needs=("received_at", "started_at"),
            uses=("closed_at", "reopened_at"),
            open_items="an open complaint that nobody began is undecided; one closed without is left out",
            params=TIMED,
            accumulator=Total,
            rows=partial(time_to, name="started_at"),
            **_COMMON,
        ),
        "the times from receipt to the start of the work on complaints",
        "how long until {share} of the complaints were begun, those not begun left out?",
    ),
    share_of_complaints(
        key="complaint_kept",
        credit="resolved",
        version=2,
        title="complaints resolved in time",
        question="what share of the complaints was resolved within the time limit?",
        formula="resolved by due_at, or within the target where one is set / resolved, or unresolved past it; at the "
        "limit is in time",
        source="K-13 (004 §6.3, time limit); ISO 10002; standard form of SLA attainment",
        label_zh="投诉处理及时率",
        better="higher",
        uses=(*DONE, "due_at"),
        needs_one_of=ENDED_BY,
        open_items=CUT_OFF,
        params={"within": None, **SOLVED_IN},
        rows=solved_in_time,
    ),
    share_of_complaints(
        key="complaint_acknowledged_kept",
        credit="answered",
        version=2,
        title="complaints acknowledged in time",
        question="what share of the complaints was acknowledged within the target?",
        formula="acknowledged within the target / acknowledged, or not yet and past it; at the limit is in time",
        source="DOMAIN CP-06 (respond fast and tell progress, 002 §8.2.3); ISO 10002; the target must be set",
        better="higher",
        needs=("acknowledged_at",),
        uses=("closed_at", "reopened_at"),
        open_items=CUT_OFF,
        params={"within": None, **TIMED},
        rows=partial(answered_in_time, name="acknowledged_at"),
    ),
    share_of_complaints(
        key="complaint_resolution_rate",
        credit="resolved",
        version=2,
        title="complaint resolution rate",
        question="what share of the complaints received has been resolved?",
        formula=f"complaints resolved by now / complaints received; {ENDS}",
        source=f"K-07 (004 §3.2), for complaints, by the cohort received; {STANDARD}",
        better="higher",
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="not resolved",
        params=SOLVED,
        rows=resolved_share,
    ),
    share_of_complaints(
        key="complaint_follow_up_rate",
        version=3,
        title="complaints followed up",
        question="what share of the resolved complaints was followed up with the customer?",
        formula="resolved complaints followed up by now / complaints resolved by now; a follow-up before the solution "
        f"that stands is none of it; {ENDS}",
        source="DOMAIN CP-02, SM-02 (the fourth step, 004 §6.3); no document gives a formula",
        better="higher",
        needs=("followed_up_at",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="a resolved complaint that still waits for its follow-up is not followed up",
        rows=_followed_up,
    ),
    share_of_complaints(
        key="complaint_satisfaction",
        title="satisfaction with complaint handling",
        question="what share of the complainants who answered was satisfied with the handling?",
        formula="complaints whose customer was satisfied / complaints whose customer answered; an answer whose "
        "followed_up_at lies after now is not seen",
        source="K-18, for complaints (follow up so that the customer is satisfied, 004 §6.3); ISO 10004",
        better="higher",
        needs=("satisfied",),
        uses=("followed_up_at",),
        open_items="left out until the customer answers",
        rows=_satisfied,
    ),
    share_of_complaints(
        key="upheld_rate",
        version=2,
        title="upheld rate",
        question="what share of the decided complaints was justified?",
        formula="complaints upheld, in full or in part / complaints decided",
        source="an addition: no document names it; ombudsman practice",
        better=None,
        needs=("upheld",),
        uses=DONE,
        open_items="an open complaint without a decision is undecided; one that ended without it is left out",
        rows=_upheld,
    ),
    share_of_complaints(
        key="complaint_reopen_rate",
        version=2,
        title="complaint reopen rate",
        question="what share of the finished complaints had to be opened again?",
        formula="complaints reopened at least once / complaints resolved, closed or reopened",
        source=f"K-34 (reopening part), for complaints; {STANDARD}",
        label_zh="复发率",
        better="lower",
        needs=("reopened",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="left out unless reopened",
        rows=_reopened,
    ),
    share_of_complaints(
        key="complaint_repeat_rate",
        version=2,
        title="repeat complaint rate",
        question="what share of the finished complaints came back from the same customer for the same cause?",
        formula="resolved complaints after whose end the same customer complained of the same cause within the window, "
        "end included / resolved complaints of a known cause whose window is over; one raised before that end is the "
        f"same problem and no repeat; {ENDS}",
        source="K-34 (same cause within a window that must be set; 004 §5.3), for complaints; ISO 10002",
        label_zh="复发率",
        better="lower",
        needs=(
            "customer_id",
            "cause",
        ),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="open complaints are left out; a resolved one whose window is not over is undecided",
        params={"window": None, **PLACE},
        law="keyed",
        rows=came_back,
    ),
)
