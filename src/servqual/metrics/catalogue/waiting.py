"""The KPIs of waiting, open items included: the longest wait, the oldest item, and medians.

An open item has an age, not a duration. A mean of finished items leaves it out, which makes every time look too short;
here it counts as lasting at least that long (censored).
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Extremes, Lifetimes
from servqual.metrics.catalogue._open_items import (
    DONE,
    ENDED_BY,
    ENDS,
    PLACE,
    SOLVED_IN,
    TIMED,
    Done,
    answer,
    elapsed,
    in_order,
    open_,
    received,
    solution,
    stands,
)
from servqual.metrics.catalogue.contacts import answered
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


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


def _until(t: View, done: Done) -> Mapping[str, Array]:
    """Count the time from receipt to a moment, or else to the closing or to now."""
    in_order(t, "received_at", done.name, "closed_at")
    among = received(t) & ~t.bad
    end = np.where(done.there, done.at, np.where(stands(t, "closed_at"), t.us("closed_at"), t.now))
    start = np.where(among, t.us("received_at"), 0)
    return {"age": elapsed(t, start, np.where(among, end, 0)), "ended": done.there, "among": among}


def _first_response(t: View) -> Mapping[str, Array]:
    return _until(t, answer(t, "first_response_at"))


def _resolution(t: View) -> Mapping[str, Array]:
    return _until(t, solution(t))


_CONTACT: Final[dict[str, Any]] = {"table": "interactions", "at": "queued_at", "unit": "s"}
_GOES_ON: Final = "they are censored at now, or at closed_at where they were closed without it"
_KAPLAN: Final = "E. L. Kaplan, P. Meier, 1958, JASA 53: 457-481"


def _half(what: str) -> str:
    return (
        f"the first age at which half {what} by the product-limit estimate; None where the estimate never reaches half"
    )


_RESOLUTION: Final = Kpi(
    key="resolution_median",
    credit="resolved",
    version=2,
    title="resolution time, median with open cases",
    question="how long until half of the cases were resolved, open ones included?",
    formula=f"{_half('are resolved')}; {ENDS}",
    source=f"K-10; KPIS 22; {_KAPLAN}",
    label_zh="问题解决速度",
    unit="s",
    better="lower",
    table="cases",
    needs=("received_at",),
    uses=DONE,
    needs_one_of=ENDED_BY,
    open_items=_GOES_ON,
    params=SOLVED_IN,
    accumulator=Lifetimes,
    rows=_resolution,
)

WAITING_KPIS: Final = (
    Kpi(
        key="longest_wait",
        title="longest wait",
        question="how long was the longest wait of a contact?",
        formula="the longest wait of contacts, answered or abandoned",
        source="K-05; KPIS 6, practice of call distributors",
        better="lower",
        needs=("wait_s",),
        open_items="none: a row is a contact that has ended; oldest_waiting has those that wait",
        accumulator=Extremes,
        rows=_waited,
        **_CONTACT,
    ),
    Kpi(
        key="oldest_waiting",
        title="oldest waiting contact",
        question="how long has the oldest waiting contact waited so far?",
        formula="the longest time from queued_at to now of contacts neither answered nor ended",
        source="K-05; KPIS 6, practice of call distributors",
        better="lower",
        needs=("queued_at", "answered_at"),
        uses=("ended_at",),
        open_items="they are measured",
        accumulator=Extremes,
        rows=_still_waiting,
        stock=True,
        version=2,
        **_CONTACT,
    ),
    Kpi(
        key="backlog_oldest",
        version=2,
        title="oldest open case",
        question="how long has the oldest open case been open?",
        formula=f"the longest time from receipt to now of open cases; {ENDS}",
        source="K-15, for cases; KPIS 40, ITIL service desk lists",
        unit="s",
        better="lower",
        table="cases",
        needs=("received_at",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="they are measured",
        params=PLACE,
        accumulator=Extremes,
        rows=_oldest,
        stock=True,
    ),
    Kpi(
        key="patience_median",
        title="median patience",
        question="how long until half of the contacts would have given up?",
        formula=f"{_half('give up')}; answered contacts were patient for at least their wait",
        source=f"KPIS 9; {_KAPLAN}; N. Gans, G. Koole, A. Mandelbaum, 2003, M&SOM 5: 79-141",
        better="higher",
        needs=("wait_s", "abandoned"),
        open_items="answered contacts, and those that still wait, are censored",
        accumulator=Lifetimes,
        rows=_patience,
        **_CONTACT,
    ),
    Kpi(
        key="offered_wait_median",
        version=2,
        title="median wait with abandons",
        question="how long until half of the contacts would be answered if nobody gave up?",
        formula=f"{_half('are answered')}; contacts that gave up would have waited at least that long",
        source=f"K-05; KPIS 5, of all contacts with abandons as censored; {_KAPLAN}",
        label_zh="客户等待时间",
        better="lower",
        needs=("wait_s", "abandoned"),
        uses=("answered",),
        open_items="contacts that gave up or still wait are censored",
        accumulator=Lifetimes,
        rows=_offered,
        **_CONTACT,
    ),
    Kpi(
        key="first_response_median",
        credit="answered",
        version=2,
        title="first response time, median with unanswered cases",
        question="how long until half of the cases were answered, unanswered ones included?",
        formula=_half("are answered"),
        source=f"K-01, K-02; KPIS 18; {_KAPLAN}",
        label_zh="首次响应时间",
        unit="s",
        better="lower",
        table="cases",
        needs=("received_at", "first_response_at"),
        uses=("closed_at", "reopened_at"),
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
        question="how long does a case take, on average, if every longer one counts as the limit?",
        formula="the area under the product-limit curve until the limit, which must be set: the mean time to "
        f"resolution where a longer time counts as the limit; {ENDS}",
        source="K-10; KPIS 22; P. Royston, M. Parmar, 2013, BMC Medical Research Methodology 13: 152",
        params={"until": None, **SOLVED_IN},
        statistic="restricted_mean",
    ),
    attrs.evolve(
        _RESOLUTION,
        key="complaint_handling_median",
        title="complaint handling time, median with open complaints",
        question="how long until half of the complaints were resolved, open ones included?",
        source=f"K-12 (002 §6.3; 004 §2.2, §7.1); KPIS 53; {_KAPLAN}",
        label_zh="投诉处理时长",
        table="complaints",
    ),
)
