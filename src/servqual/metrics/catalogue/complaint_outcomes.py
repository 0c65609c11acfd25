"""The KPIs of how complaints end: with outside bodies, with redress, and compared with compliments."""

from collections.abc import Mapping
from typing import Final

from servqual._arrays import Array
from servqual.metrics.accumulators import Ratio, Total
from servqual.metrics.catalogue._amounts import amount
from servqual.metrics.catalogue._open_items import DONE, ENDED_BY, ENDS, PLACE, open_, received, share_of_complaints
from servqual.metrics.catalogue._params import labelled
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _referred(t: View) -> Mapping[str, Array]:
    return {"hit": t["referred"], "among": received(t) & ~open_(t) & t.known("referred")}


def _overturned(t: View) -> Mapping[str, Array]:
    """Find overturned complaints; refuse one that was overturned outside but never referred."""
    t.refuse(t["overturned"] & t.known("referred") & ~t["referred"], "overturned", "is true, but referred is false")
    referred = t["referred"] if t.has("referred") else t.settled("referred")
    return {"hit": t["overturned"], "among": received(t) & t.known("overturned") & referred}


def _redress(t: View) -> Mapping[str, Array]:
    paid, known = amount(t, "redress")
    return {"value": paid, "among": received(t) & known}


def _against_praise(t: View) -> Mapping[str, Array]:
    among = received(t)
    complaint, praise = labelled(t, "kind", "complaints"), labelled(t, "kind", "compliments")
    return {"hit": complaint, "among": among & (complaint | praise)}


_OMBUDSMAN: Final = "no document names it; ombudsman practice"

COMPLAINT_OUTCOME_KPIS: Final = (
    share_of_complaints(
        key="external_escalation_rate",
        version=2,
        title="complaints taken outside",
        question="what share of the finished complaints was referred to an outside body?",
        formula="complaints referred to an outside body / complaints resolved or closed for which that is known; "
        f"{ENDS}",
        source="KPIS 55; the ISO 10002 and 10003 family",
        better="lower",
        needs=("referred",),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="left out",
        rows=_referred,
    ),
    share_of_complaints(
        key="overturn_rate",
        title="overturn rate",
        question="what share of the decisions of outside bodies overturned our answer?",
        formula="complaints overturned externally / complaints decided externally: referred, with overturned known",
        source=f"KPIS 56; {_OMBUDSMAN}",
        better="lower",
        needs=("overturned",),
        uses=("referred",),
        open_items="a complaint without an outside decision is left out",
        rows=_overturned,
        version=2,
    ),
    Kpi(
        key="redress_per_complaint",
        title="redress per complaint",
        question="how much redress did a complaint cost, on average?",
        formula="sum of redress / complaints for which it is known; 0 where no redress was paid",
        source=f"KPIS 60; {_OMBUDSMAN}",
        unit="money",
        better="lower",
        needs=("received_at", "redress"),
        open_items="count with the redress paid so far",
        accumulator=Total,
        rows=_redress,
        table="complaints",
        params=PLACE,
    ),
    Kpi(
        key="complaints_per_compliment",
        title="complaints to compliments",
        question="how many complaints come in per compliment?",
        formula="feedback of the kinds named as complaints / feedback of the kinds named as compliments; undefined "
        "without a compliment, and the kinds must be named",
        source=f"KPIS 61; {_OMBUDSMAN}",
        unit="per compliment",
        better="lower",
        table="feedback",
        needs=("received_at", "kind"),
        open_items="count as they are",
        params={"complaints": None, "compliments": None, **PLACE},
        accumulator=Ratio,
        statistic="odds",
        version=2,
        rows=_against_praise,
    ),
)
