"""The KPIs of how complaints end: before others, with redress, and against the praise that came in."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators.sums import Quotient, Ratio, Total
from servqual.metrics.catalogue._amounts import amount, labelled
from servqual.metrics.catalogue._open_items import DONE, ENDS, PLACE, open_, received
from servqual.metrics.kpi.definition import Kpi, View


def _referred(t: View) -> Mapping[str, Array]:
    return {"hit": t["referred"], "among": received(t) & ~open_(t) & t.known("referred")}


def _overturned(t: View) -> Mapping[str, Array]:
    """A complaint that was never referred cannot have been overturned outside."""
    t.refuse(t["overturned"] & t.known("referred") & ~t["referred"], "overturned", "is true, but referred is false")
    return {"hit": t["overturned"], "among": received(t) & t.known("overturned")}


def _redress(t: View) -> Mapping[str, Array]:
    paid, known = amount(t, "redress")
    return {"value": paid, "among": received(t) & known}


def _against_praise(t: View) -> Mapping[str, Array]:
    among = received(t)
    complaint, praise = labelled(t, "kind", "complaints"), labelled(t, "kind", "compliments")
    among = among & (complaint | praise)
    return {
        "top": (among & complaint).astype(np.int64),
        "base": (among & praise).astype(np.int64),
        "among": among,
    }


_COMMON: Final[dict[str, Any]] = {"table": "complaints", "at": "received_at", "params": PLACE}
_OMBUDSMAN: Final = "no document names it; ombudsman practice"

COMPLAINT_OUTCOME_KPIS: Final = (
    Kpi(
        key="external_escalation_rate",
        title="complaints taken outside",
        question="what share of the finished complaints was referred to a body outside?",
        formula=f"complaints referred to a body outside / complaints resolved or closed where it is known; {ENDS}",
        source="KPIS 55; the ISO 10002 and 10003 family",
        unit="share",
        better="lower",
        needs=("received_at", "referred"),
        uses=DONE,
        open_items="left out",
        accumulator=Ratio,
        rows=_referred,
        **_COMMON,
    ),
    Kpi(
        key="overturn_rate",
        title="overturn rate",
        question="what share of our answers did a body outside overturn?",
        formula="complaints overturned externally / complaints decided externally",
        source=f"KPIS 56; {_OMBUDSMAN}",
        unit="share",
        better="lower",
        needs=("received_at", "overturned"),
        uses=("referred",),
        open_items="a complaint that nobody outside has decided is left out",
        accumulator=Ratio,
        rows=_overturned,
        **_COMMON,
    ),
    Kpi(
        key="redress_per_complaint",
        title="redress per complaint",
        question="what did a complaint cost in redress, on average?",
        formula="sum of redress / complaints for which it is known; one that got none has a redress of 0",
        source=f"KPIS 60; {_OMBUDSMAN}",
        unit="money",
        better="lower",
        needs=("received_at", "redress"),
        open_items="count with what was paid so far",
        accumulator=Total,
        rows=_redress,
        **_COMMON,
    ),
    Kpi(
        key="complaints_per_compliment",
        title="complaints to compliments",
        question="how many complaints are there for a compliment?",
        formula="feedback of the kinds that are complaints / feedback of those that are compliments; undefined without "
        "a compliment, and the kinds must be named",
        source=f"KPIS 61; {_OMBUDSMAN}",
        unit="per compliment",
        better="lower",
        table="feedback",
        needs=("received_at", "kind"),
        open_items="count as they are",
        params={"complaints": None, "compliments": None, **PLACE},
        accumulator=Quotient,
        rows=_against_praise,
    ),
)
