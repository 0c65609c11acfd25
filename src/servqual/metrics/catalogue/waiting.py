"""The KPIs of waiting with those who still wait: the longest, the oldest, and medians that do not forget open items.

An item that goes on has an age and no duration. Leaving it out, as a mean of the finished does, makes every time look
too short; here it counts as one that lasts at least so long.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.distinct import Distinct
from servqual.metrics.accumulators.sums import Extremes
from servqual.metrics.accumulators.values import Lifetimes
from servqual.metrics.catalogue._offered import answered
from servqual.metrics.catalogue._open_items import (
    DONE,
    ENDS,
    PLACE,
    TIMED,
    in_order,
    open_,
    received,
    resolved_name,
    spent,
)
from servqual.metrics.kpi.definition import Kpi, View


def _waited(t: View) -> Mapping[str, Array]:
    return {"value": t.us("wait_s"), "among": t.known("wait_s")}


def _still_waiting(t: View) -> Mapping[str, Array]:
    t.refuse(~t.known("queued_at"), "queued_at", "is missing")
    waiting = t.seen("queued_at") & ~t.seen("answered_at") & ~t.seen("ended_at")
    return {"value": np.where(waiting, t.now - t.us("queued_at"), 0), "among": waiting}


def _oldest(t: View) -> Mapping[str, Array]:
    waiting = received(t) & open_(t)
    return {"value": np.where(waiting, t.now - t.us("received_at"), 0), "among": waiting}


def _patience(t: View) -> Mapping[str, Array]:
    return {"age": t.us("wait_s"), "ended": t["abandoned"], "among": t.known("wait_s")}


def _offered(t: View) -> Mapping[str, Array]:
    return {"age": t.us("wait_s"), "ended": answered(t), "among": t.known("wait_s")}


def _until(t: View, name: str) -> Mapping[str, Array]:
    """From receipt to a moment; who has not come so far, until its closing or now."""
    in_order(t, "received_at", name, "closed_at")
    done, among = t.seen(name), received(t) & ~t.bad
    end = np.where(done, t.us(name), np.where(t.seen("closed_at"), t.us("closed_at"), t.now))
    start = np.where(among, t.us("received_at"), 0)
    return {"age": spent(t, start, np.where(among, end, 0)), "ended": done, "among": among}


def _first_response(t: View) -> Mapping[str, Array]:
    return _until(t, "first_response_at")


def _resolution(t: View) -> Mapping[str, Array]:
    return _until(t, resolved_name(t))


def _customers(t: View) -> Mapping[str, Any]:
    return {"things": t.column("customer_id"), "among": np.ones(t.size, np.bool_)}


def _buyers(t: View) -> Mapping[str, Any]:
    return {"things": t.column("customer_id"), "among": t.seen("at")}


def _agents(t: View) -> Mapping[str, Any]:
    return {"things": t.column("agent"), "among": received(t)}


_CONTACT: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at", "unit": "s"}
_GOES_ON: Final = "they have lasted at least so long (censored), and so has one closed without it until its closing"
_KAPLAN: Final = "E. L. Kaplan, P. Meier, 1958, JASA 53: 457-481"


def _half(what: str) -> str:
    return f"the first age at which the product-limit estimate says that half {what}; None where it never does"


_RESOLUTION: Final = Kpi(
    key="resolution_median",
    title="resolution time, median with open cases",
    question="within what time is half of the cases resolved, open ones included?",
    formula=f"{_half('are resolved')}; {ENDS}",
    source=f"K-10; KPIS 22; {_KAPLAN}",
    label_zh="问题解决速度",
    unit="s",
    better="lower",
    table="cases",
    needs=("received_at",),
    uses=DONE,
    open_items=_GOES_ON,
    params=TIMED,
    accumulator=Lifetimes,
    rows=_resolution,
)

WAITING_KPIS: Final = (
    Kpi(
        key="longest_wait",
        title="longest wait",
        question="how long did the contact wait that waited longest?",
        formula="the greatest wait of contacts, answered or abandoned",
        source="K-05; KPIS 6, practice of call distributors",
        better="lower",
        needs=("wait_s",),
        open_items="there are none: a contact is told when it has ended; oldest_waiting has those that wait",
        accumulator=Extremes,
        rows=_waited,
        **_CONTACT,
    ),
    Kpi(
        key="oldest_waiting",
        title="oldest waiting contact",
        question="how long has the contact waited that waits longest now?",
        formula="the greatest time from queued_at to now of contacts neither answered nor ended",
        source="K-05; KPIS 6, practice of call distributors",
        better="lower",
        needs=("queued_at", "answered_at"),
        uses=("ended_at",),
        open_items="they are what is measured",
        accumulator=Extremes,
        rows=_still_waiting,
        **_CONTACT,
    ),
    Kpi(
        key="backlog_oldest",
        title="oldest open case",
        question="how long has the oldest open case been open?",
        formula=f"the greatest time from receipt to now of open cases; {ENDS}",
        source="K-15, for cases; KPIS 40, ITIL service desk lists",
        unit="s",
        better="lower",
        table="cases",
        needs=("received_at",),
        uses=DONE,
        open_items="they are what is measured",
        params=PLACE,
        accumulator=Extremes,
        rows=_oldest,
    ),
    Kpi(
        key="patience_median",
        title="median patience",
        question="within what time would half of the contacts have given up?",
        formula=f"{_half('give up')}; an answered contact was patient at least as long as it waited",
        source=f"KPIS 9; {_KAPLAN}; N. Gans, G. Koole, A. Mandelbaum, 2003, M&SOM 5: 79-141",
        better="higher",
        needs=("wait_s", "abandoned"),
        open_items="answered contacts, and those that still wait, are those that go on (censored)",
        accumulator=Lifetimes,
        rows=_patience,
        **_CONTACT,
    ),
    Kpi(
        key="offered_wait_median",
        title="median wait with abandons",
        question="within what time would half of the contacts be answered if nobody gave up?",
        formula=f"{_half('are answered')}; a contact that gave up would have waited at least as long",
        source=f"K-05; KPIS 5, of all contacts with abandons as censored; {_KAPLAN}",
        label_zh="客户等待时间",
        better="lower",
        needs=("wait_s", "abandoned"),
        open_items="contacts that gave up or still wait are those that go on (censored)",
        accumulator=Lifetimes,
        rows=_offered,
        **_CONTACT,
    ),
    Kpi(
        key="first_response_median",
        title="first response time, median with unanswered cases",
        question="within what time is half of the cases answered, unanswered ones included?",
        formula=_half("are answered"),
        source=f"K-01, K-02; KPIS 18; {_KAPLAN}",
        label_zh="首次响应时间",
        unit="s",
        better="lower",
        table="cases",
        needs=("received_at", "first_response_at"),
        uses=("closed_at",),
        open_items=_GOES_ON,
        params=TIMED,
        accumulator=Lifetimes,
        rows=_first_response,
    ),
    _RESOLUTION,
    attrs.evolve(
        _RESOLUTION,
        key="resolution_restricted_mean",
        title="resolution time, mean within a limit",
        question="how long is a case open within the limit, on average, open ones included?",
        formula="the area under the product-limit curve until the limit, which must be set: the mean time to "
        f"resolution where what lasts longer counts as the limit; {ENDS}",
        source="K-10; KPIS 22; P. Royston, M. Parmar, 2013, BMC Medical Research Methodology 13: 152",
        params={"until": None, **TIMED},
        statistic="restricted_mean",
    ),
    attrs.evolve(
        _RESOLUTION,
        key="complaint_handling_median",
        title="complaint handling time, median with open complaints",
        question="within what time is half of the complaints resolved, open ones included?",
        source=f"K-12 (002 §6.3; 004 §2.2, §7.1); KPIS 53; {_KAPLAN}",
        label_zh="投诉处理时长",
        table="complaints",
    ),
)


def _counted_once(key: str, title: str, question: str, formula: str, **facts: Any) -> Kpi:
    return Kpi(
        key=key,
        title=title,
        question=question,
        formula=f"{formula}, each counted once; exact to 4,096 in a group, then estimated (error 0.81 %)",
        unit="count",
        better=None,
        accumulator=Distinct,
        **facts,
    )


COUNTED_ONCE_KPIS: Final = (
    _counted_once(
        "customers_in_contact",
        "customers in contact",
        "how many customers were in contact with us?",
        "different customers of contacts",
        source="KPIS 103, the customers of the contact rate",
        table="interactions",
        at="queued_at",
        needs=("customer_id",),
        open_items="there are none: a contact is told when it has ended",
        rows=_customers,
    ),
    _counted_once(
        "customers_buying",
        "customers who bought",
        "how many customers bought?",
        "different customers of purchases by now",
        source="K-23, K-29; KPIS 103, active customers",
        table="purchases",
        needs=("customer_id", "at"),
        open_items="there are none: a purchase is told when it is made",
        rows=_buyers,
    ),
    _counted_once(
        "agents_on_cases",
        "agents with cases",
        "how many agents had cases?",
        "different agents of cases received",
        source="K-40 (002 §3.3; 003 §6.1), the agents among whom the work is shared",
        table="cases",
        needs=("received_at", "agent"),
        open_items="count as they are",
        params=PLACE,
        rows=_agents,
    ),
)
