"""The KPIs of the path of cases: how directly they were solved, by whom, how they ended, and if they came back."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient, Ratio
from servqual.metrics.catalogue._amounts import things
from servqual.metrics.catalogue._open_items import (
    DONE,
    ENDED_BY,
    ENDS,
    PLACE,
    STANDARD,
    asked_for,
    came_back,
    in_order,
    open_,
    received,
    resolved,
    share_of_cases,
)
from servqual.metrics.catalogue._params import count_of, holding, limit_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _one_touch(t: View) -> Mapping[str, Array]:
    return {"hit": t["customer_replies"] == 0, "among": resolved(t) & t.known("customer_replies")}


def _first_line(t: View) -> Mapping[str, Array]:
    return {"hit": ~t["escalated"], "among": resolved(t) & t.known("escalated")}


def _escalated(t: View) -> Mapping[str, Array]:
    return {"hit": t["escalated"], "among": received(t) & t.known("escalated")}


def _hops(t: View) -> Mapping[str, Array]:
    hops, known = things(t, "reassigned")
    among = received(t) & known
    return {"top": hops, "base": among.astype(np.int64), "among": among}


def _many_hops(t: View) -> Mapping[str, Array]:
    return {"hit": t["reassigned"] >= count_of(t, "at_least"), "among": received(t) & t.known("reassigned")}


def _recategorised(t: View) -> Mapping[str, Array]:
    return {"hit": t["recategorised"] > 0, "among": received(t) & t.known("recategorised")}


def _reopenings(t: View) -> Mapping[str, Array]:
    """Divide all reopenings by the finished cases."""
    again, known = things(t, "reopened")
    among = received(t) & known & (~open_(t) | (again > 0))
    return {"top": again, "base": (~open_(t)).astype(np.int64), "among": among}


def _reopened_within(t: View) -> Mapping[str, Array]:
    window = limit_of(t, "window")
    in_order(t, "first_resolved_at", "reopened_at")
    among = t.seen("first_resolved_at") & asked_for(t)
    start = np.where(among, t.us("first_resolved_at"), 0)
    again = t.seen("reopened_at") & (np.where(t.seen("reopened_at"), t.us("reopened_at"), 0) - start <= window)
    # also where it was reopened already: else reopened cases would count sooner than those that stay closed
    return {"hit": again, "among": among, "undecided": t.now - start <= window}


_SPELT: Final = {"cancelled": ("cancelled", "canceled")}
"""Statuses with two spellings."""


def _of_status(t: View, name: str) -> Mapping[str, Array]:
    return {
        "hit": holding(t, "status", _SPELT.get(name, (name,)), "status"),
        "among": received(t) & t.seen("closed_at") & t.known("status"),
    }


def _followed(t: View) -> Mapping[str, Array]:
    return {"hit": t["procedure_followed"], "among": received(t) & t.known("procedure_followed")}


_ITIL: Final = "ITIL service desk lists"
_ENDED: Final[dict[str, Any]] = {"uses": DONE, "needs_one_of": ENDED_BY, "open_items": "left out"}

CASE_PATH_KPIS: Final = (
    share_of_cases(
        key="one_touch_rate",
        version=2,
        title="one-touch resolution",
        question="what share of the resolved cases needed no further reply from the customer?",
        formula=f"cases resolved with no further reply of the customer / cases resolved where that is known; {ENDS}",
        better="higher",
        rows=_one_touch,
        source="K-77 (an addition: no document names it), for cases; KPIS 31, ticket systems",
        needs=("customer_replies",),
        **_ENDED,
    ),
    share_of_cases(
        key="first_line_rate",
        version=2,
        title="first-line resolution",
        question="what share of the resolved cases was solved without escalation?",
        formula=f"cases resolved and never escalated / cases resolved where that is known; {ENDS}",
        better="higher",
        rows=_first_line,
        source="KPIS 36, " + _ITIL,
        needs=("escalated",),
        **_ENDED,
    ),
    share_of_cases(
        key="escalation_rate",
        title="escalation rate",
        question="what share of the cases was escalated?",
        formula="cases escalated at least once / cases received for which that is known",
        better="lower",
        rows=_escalated,
        source="KPIS 35, " + _ITIL,
        needs=("escalated",),
    ),
    Kpi(
        key="reassignments_per_case",
        title="reassignments per case",
        question="how often was a case reassigned, on average?",
        formula="sum of reassignments / cases received for which they are known",
        source="KPIS 37, " + _ITIL,
        unit="per case",
        better="lower",
        needs=("received_at", "reassigned"),
        open_items="count as they are",
        params=PLACE,
        accumulator=Quotient,
        statistic="rate",
        rows=_hops,
        table="cases",
    ),
    share_of_cases(
        key="many_reassignments_rate",
        title="cases handed on too often",
        question="what share of the cases was reassigned too often?",
        formula="cases with at_least reassignments / cases received for which they are known; the number must be set",
        better="lower",
        rows=_many_hops,
        source="KPIS 37, " + _ITIL,
        needs=("reassigned",),
        params={"at_least": None, **PLACE},
    ),
    share_of_cases(
        key="wrong_category_rate",
        title="wrong category",
        question="what share of the cases was first put into the wrong category?",
        formula="cases whose category was corrected at least once / cases received for which that is known",
        better="lower",
        rows=_recategorised,
        source="KPIS 38, ITIL v3 list",
        needs=("recategorised",),
    ),
    Kpi(
        key="reopen_ratio",
        version=2,
        title="reopenings per finished case",
        question="how many reopenings are there per finished case?",
        formula="sum of reopenings / cases resolved or closed; above 1 where cases are reopened again and again",
        source="K-34 (reopening part); KPIS 33, ITIL v3 list",
        unit="ratio",
        better="lower",
        needs=("received_at", "reopened"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="their reopenings count as reopenings, they do not count as finished",
        params=PLACE,
        accumulator=Quotient,
        statistic="rate",
        rows=_reopenings,
        table="cases",
    ),
    Kpi(
        key="reopen_within_rate",
        title="reopen rate within a window",
        question="what share of the resolved cases was reopened within the window?",
        formula="cases reopened within the window after their first resolution, end included / cases resolved whose "
        "window is over; dated by that resolution, and the window must be set",
        source=f"K-34 (reopened within a window); KPIS 34, the cohort form; {STANDARD}",
        label_zh="复发率",
        unit="share",
        better="lower",
        at="first_resolved_at",
        needs=("first_resolved_at", "reopened_at"),
        open_items="a case whose window is not over is undecided, reopened or not",
        params={"window": None, **PLACE},
        accumulator=Ratio,
        rows=_reopened_within,
        table="cases",
    ),
    share_of_cases(
        key="recurrence_rate",
        version=2,
        title="recurrence rate",
        question="what share of the finished cases came back from the same customer for the same cause?",
        formula="resolved cases after whose end the same customer came with the same cause within the window, end "
        f"included / resolved cases of a known cause whose window is over; {ENDS}",
        better="lower",
        rows=came_back,
        source="K-34 (same cause within a window that must be set; 004 §5.3-5.4)",
        label_zh="复发率",
        needs=("customer_id", "cause"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="open cases are left out; a resolved one whose window is not over is undecided",
        params={"window": None, **PLACE},
        law="keyed",
    ),
    share_of_cases(
        key="cancelled_rate",
        version=2,
        title="cancelled cases",
        question="what share of the closed cases was cancelled?",
        formula="closed cases whose status is cancelled, or canceled / closed cases with a status",
        better="lower",
        rows=partial(_of_status, name="cancelled"),
        source="KPIS 45, by the reason of closing",
        needs=("closed_at", "status"),
        open_items="left out",
    ),
    share_of_cases(
        key="duplicate_rate",
        title="duplicate cases",
        question="what share of the closed cases was a duplicate?",
        formula="closed cases whose status is duplicate / closed cases with a status",
        better="lower",
        rows=partial(_of_status, name="duplicate"),
        source="KPIS 45, by the reason of closing",
        needs=("closed_at", "status"),
        open_items="left out",
    ),
    share_of_cases(
        key="procedure_followed_rate",
        title="standard compliance",
        question="what share of the cases was handled by the standard procedure?",
        formula="cases that followed their procedure / cases received for which that is known",
        better="higher",
        rows=_followed,
        source=f"K-44 (implied by 004 §2.3; 002 §2.3); {STANDARD}",
        label_zh="服务标准一致性",
        needs=("procedure_followed",),
    ),
)
