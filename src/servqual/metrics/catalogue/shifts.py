"""The KPIs of shifts: how busy, how well used, how present and how true to the plan the people on duty were.

A row is one shift of one person. `ready_s` is the time logged in and available, contacts in hand included; `idle_s` is
the part of it without one.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Quotient
from servqual.metrics.catalogue._amounts import over, part, things, within
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _occupancy(t: View) -> Mapping[str, Array]:
    known = within(t, "idle_s", "ready_s")
    return over(t, np.where(known, t.us("ready_s") - t.us("idle_s"), 0), t.us("ready_s"), known)


def _utilisation(t: View) -> Mapping[str, Array]:
    known = within(t, "idle_s", "ready_s") & t.known("paid_s") & t.settled("productive_s")
    busy = np.where(known, t.us("ready_s") - t.us("idle_s"), 0)
    busy += np.where(known & t.known("productive_s"), t.us("productive_s"), 0)
    t.refuse(known & (busy > t.us("paid_s")), "paid_s", "must not be less than handling and other productive time")
    return over(t, busy, t.us("paid_s"), known)


def _shrinkage(t: View) -> Mapping[str, Array]:
    known = within(t, "ready_s", "paid_s")
    return over(t, np.where(known, t.us("paid_s") - t.us("ready_s"), 0), t.us("paid_s"), known)


def _conformance(t: View) -> Mapping[str, Array]:
    return over(t, t.us("worked_s"), t.us("scheduled_s"), t.known("worked_s") & t.known("scheduled_s"))


def _per_hour(t: View, name: str, what: str) -> Mapping[str, Array]:
    done, known = things(t, name)
    known = known & t.known("ready_s")
    t.refuse(known & (done > 0) & (t.us("ready_s") == 0), "ready_s", f"must not be 0 where {what}")
    return over(t, done, t.us("ready_s"), known)


def _concurrency(t: View) -> Mapping[str, Array]:
    known = within(t, "chatting_s", "chat_s")
    return over(t, t.us("chat_s"), t.us("chatting_s"), known)


_COMMON: Final[dict[str, Any]] = {
    "table": "shifts",
    "at": "starts_at",
    "open_items": "none: a row is a shift that has ended",
    "accumulator": Quotient,
}
_NO_FORMULA: Final = "the documents give no formula"

WORKFORCE_KPIS: Final = (
    Kpi(
        key="occupancy",
        title="occupancy",
        question="how much of the time on duty was spent on contacts?",
        formula="sum of (ready − idle) / sum of ready; ready is logged in and available, contacts in hand included",
        source=f"K-43 (001-1 §3.2: busy time / available time); KPIS 92, COPC form: other sources name this and "
        f"utilisation the other way round; {_NO_FORMULA}",
        label_zh="资源利用效率",
        unit="share",
        better=None,
        needs=("ready_s", "idle_s"),
        rows=_occupancy,
        **_COMMON,
    ),
    Kpi(
        key="utilisation",
        title="utilisation",
        question="how much of the paid time was productive?",
        formula="sum of (ready − idle + other productive time) / sum of paid; without productive_s there was no other",
        source=f"KPIS 93, COPC form: other sources name this and occupancy the other way round; {_NO_FORMULA}",
        unit="share",
        better="higher",
        needs=("ready_s", "idle_s", "paid_s"),
        uses=("productive_s",),
        rows=_utilisation,
        version=2,
        **_COMMON,
    ),
    Kpi(
        key="shrinkage",
        title="shrinkage",
        question="how much of the paid time were people not available?",
        formula="sum of (paid − ready) / sum of paid",
        source=f"KPIS 94; contact-centre practice; {_NO_FORMULA}",
        unit="share",
        better="lower",
        needs=("paid_s", "ready_s"),
        rows=_shrinkage,
        **_COMMON,
    ),
    Kpi(
        key="adherence",
        title="schedule adherence",
        question="how much of the scheduled time was worked as scheduled?",
        formula="sum of the time in the scheduled state / sum of the scheduled time",
        source=f"KPIS 95; workforce management practice; {_NO_FORMULA}",
        unit="share",
        better="higher",
        needs=("adherent_s", "scheduled_s"),
        rows=partial(part, part="adherent_s", whole="scheduled_s"),
        **_COMMON,
    ),
    Kpi(
        key="conformance",
        title="schedule conformance",
        question="how much time was worked, compared with the schedule?",
        formula="sum of the time worked / sum of the scheduled time; above 1 where more was worked than scheduled, "
        "at any time",
        source=f"KPIS 96; workforce management practice; {_NO_FORMULA}",
        unit="ratio",
        better=None,
        needs=("worked_s", "scheduled_s"),
        rows=_conformance,
        **_COMMON,
    ),
    Kpi(
        key="absence_rate",
        title="absence rate",
        question="how much of the scheduled time was lost to absence?",
        formula="sum of the time absent / sum of the scheduled time",
        source=f"KPIS 99; practice of human resources; {_NO_FORMULA}",
        unit="share",
        better="lower",
        needs=("absent_s", "scheduled_s"),
        rows=partial(part, part="absent_s", whole="scheduled_s"),
        **_COMMON,
    ),
    Kpi(
        key="contacts_per_hour",
        title="contacts per productive hour",
        question="how many contacts were handled per hour on duty?",
        formula="sum of the contacts handled / sum of the ready hours",
        source=f"K-39 (service efficiency, by the proxy of contacts an hour); KPIS 97, ITIL lists; {_NO_FORMULA}",
        label_zh="服务效率",
        unit="per hour",
        better=None,
        needs=("handled", "ready_s"),
        statistic="per_hour",
        rows=partial(_per_hour, name="handled", what="contacts were handled"),
        **_COMMON,
    ),
    Kpi(
        key="resolved_per_hour",
        title="cases resolved per productive hour",
        question="how many cases were resolved per hour on duty?",
        formula="sum of the cases resolved / sum of the ready hours",
        source=f"K-39 (all; 001 §7.3), by the proxy of resolved cases an agent hour; {_NO_FORMULA}",
        label_zh="服务效率",
        unit="per hour",
        better="higher",
        needs=("resolved", "ready_s"),
        statistic="per_hour",
        rows=partial(_per_hour, name="resolved", what="cases were resolved"),
        **_COMMON,
    ),
    Kpi(
        key="complaints_closed_per_hour",
        title="complaints closed per productive hour",
        question="how many complaints were closed per hour on duty?",
        formula="sum of the complaints closed / sum of the ready hours",
        source=f"K-16 (002 §6.3.2), by the proxy of closed complaints an agent hour; {_NO_FORMULA}",
        label_zh="处理投诉的效率",
        unit="per hour",
        better="higher",
        needs=("complaints_closed", "ready_s"),
        statistic="per_hour",
        rows=partial(_per_hour, name="complaints_closed", what="complaints were closed"),
        **_COMMON,
    ),
    Kpi(
        key="chat_concurrency",
        title="chat concurrency",
        question="how many chats did an agent handle at once, on average?",
        formula="sum of the time of all chats / sum of the time with at least one",
        source=f"KPIS 17, contact-centre practice; {_NO_FORMULA}",
        unit="at once",
        better=None,
        needs=("chat_s", "chatting_s"),
        rows=_concurrency,
        **_COMMON,
    ),
)
