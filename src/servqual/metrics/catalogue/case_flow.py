"""The KPIs of how cases flow: how many were finished, how late, and whose the time was."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Quotient, Total
from servqual.metrics.catalogue._open_items import (
    DONE,
    ENDED_BY,
    ENDS,
    PLACE,
    SOLVED_IN,
    STANDARD,
    TIMED,
    asked_for,
    due_after_receipt,
    elapsed,
    in_order,
    kept,
    open_,
    received,
    resolved,
    share_of_cases,
    solution,
    stands,
)
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _resolved_count(t: View) -> Mapping[str, Array]:
    return {"among": stands(t, "resolved_at") & asked_for(t)}


def _closed_count(t: View) -> Mapping[str, Array]:
    return {"among": stands(t, "closed_at") & asked_for(t)}


def _verified(t: View) -> Mapping[str, Array]:
    return {"hit": t.seen("verified_at"), "among": resolved(t)}


def _kept_of_closed(t: View) -> Mapping[str, Array]:
    done = solution(t)
    told = kept(t, done, due="due_at")
    return {"hit": told["hit"], "among": told["among"] & done.there}


def _overrun(t: View) -> Mapping[str, Array]:
    """Count the time from the due moment of late cases to their end, or now."""
    done, due = solution(t), t.us("due_at")
    in_order(t, "received_at", done.name)
    due_after_receipt(t)
    there = received(t) & t.known("due_at") & (done.there | open_(t))
    end = np.where(done.there, done.at, t.now)
    late = there & (end > due)
    start = np.where(late, due, 0)
    return {"value": elapsed(t, start, np.where(late, end, 0)), "among": late, "undecided": ~done.there}


def _overdue(t: View) -> Mapping[str, Array]:
    return {"hit": t.now > t.us("due_at"), "among": received(t) & open_(t) & t.known("due_at")}


def _paused(t: View) -> Mapping[str, Array]:
    done = solution(t)
    in_order(t, "received_at", done.name)
    known = received(t) & t.known("paused_s") & (done.there | open_(t))
    start = np.where(known, t.us("received_at"), 0)
    lasted = np.where(known, np.where(done.there, done.at, t.now), 0) - start
    t.refuse(known & (t.us("paused_s") > lasted), "paused_s", "must not exceed the time from received_at to the end")
    known &= ~t.bad
    return {"top": np.where(known, t.us("paused_s"), 0), "base": np.where(known, lasted, 0), "among": known}


def _requester_wait(t: View) -> Mapping[str, Array]:
    return {
        "value": t.us("requester_wait_s"),
        "among": received(t) & t.known("requester_wait_s"),
        "undecided": ~solution(t).there,
    }


CASE_FLOW_KPIS: Final = (
    Kpi(
        key="cases_resolved",
        credit="resolved",
        version=2,
        title="cases resolved",
        question="how many cases were resolved?",
        formula="count of cases resolved by now and not reopened since, dated by their resolution",
        source="K-09 (003 §6.2); KPIS 43, throughput of flow practice",
        label_zh="问题解决数量",
        unit="count",
        better="higher",
        at="resolved_at",
        needs=("resolved_at",),
        uses=("reopened_at",),
        open_items="left out",
        params=PLACE,
        accumulator=Count,
        rows=_resolved_count,
        table="cases",
    ),
    Kpi(
        key="cases_closed",
        version=2,
        title="cases closed",
        question="how many cases were closed?",
        formula="count of cases closed by now and not reopened since, dated by their closure",
        source="KPIS 43, throughput of flow practice",
        unit="count",
        better="higher",
        at="closed_at",
        needs=("closed_at",),
        uses=("reopened_at",),
        open_items="left out",
        params=PLACE,
        accumulator=Count,
        rows=_closed_count,
        table="cases",
    ),
    share_of_cases(
        key="verified_rate",
        version=2,
        title="verified resolution rate",
        question="what share of the resolved cases was verified?",
        formula=f"cases resolved and verified by now / cases resolved by now; {ENDS}",
        better="higher",
        rows=_verified,
        source=f"K-08 (implied by 004 §5.2); {STANDARD}",
        label_zh="验证通过率",
        needs=("verified_at",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="left out; a resolved case that waits for its verification is not verified",
    ),
    share_of_cases(
        key="resolution_kept_of_closed",
        credit="resolved",
        version=2,
        title="resolution kept, of finished cases",
        question="what share of the finished cases was resolved within the target?",
        formula="resolved within the target, or by due_at where no target is set / resolved; it hides open cases past "
        f"their limit, which resolution_kept counts; {ENDS}",
        better="higher",
        rows=_kept_of_closed,
        source="K-11; KPIS 25, the closed-only form of SLA attainment, as a named variant",
        uses=(*DONE, "due_at"),
        needs_one_of=ENDED_BY,
        open_items="left out, also past the limit",
        params={"within": None, **SOLVED_IN},
    ),
    Kpi(
        key="breach_overrun",
        version=2,
        title="breach overrun",
        question="how far past its due moment was a late case, on average?",
        formula=f"sum of the time from due_at to resolution of cases resolved after it / those cases; {ENDS}",
        source=f"K-11 (how far it was missed); KPIS 26; {STANDARD}",
        unit="s",
        better="lower",
        needs=("received_at", "due_at"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="an open case past its due moment is undecided: its overrun still grows",
        params=TIMED,
        accumulator=Total,
        rows=_overrun,
        table="cases",
    ),
    share_of_cases(
        key="overdue_share",
        version=2,
        title="overdue share of the backlog",
        question="what share of the open cases is past its due moment?",
        formula="open cases whose due_at has passed / open cases with a due_at; at due_at itself a case is not overdue",
        better="lower",
        rows=_overdue,
        stock=True,
        source="K-15 (overdue count), for cases; KPIS 41, ITIL service desk lists",
        needs=("due_at",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="they are counted",
    ),
    Kpi(
        key="pause_share",
        version=2,
        title="pause share",
        question="how much of the time of cases was paused?",
        formula=f"sum of paused time / sum of the time from receipt to resolution; {ENDS}",
        source=f"KPIS 27; {STANDARD}",
        unit="share",
        better="lower",
        needs=("received_at", "paused_s"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="their time until now counts; a case closed without resolved_at is left out",
        params=PLACE,
        accumulator=Quotient,
        rows=_paused,
        table="cases",
    ),
    Kpi(
        key="requester_wait",
        version=2,
        title="requester wait time",
        question="how long did the customer of a case wait for us, on average?",
        formula="sum of the time in states that we have to end / cases resolved for which it is known",
        source="K-05 (customer waiting time), for cases; KPIS 21, ticket systems",
        label_zh="客户等待时间",
        unit="s",
        better="lower",
        needs=("received_at", "requester_wait_s"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="undecided: their wait still grows",
        params=PLACE,
        accumulator=Total,
        rows=_requester_wait,
        table="cases",
    ),
)
