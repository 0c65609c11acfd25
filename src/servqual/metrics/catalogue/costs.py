"""The KPIs of cost: of a contact and of a solved case, in the currency of the data.

Amounts are exact to millionths. Measure currencies apart, or group by currency.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Count, Quotient, Total
from servqual.metrics.catalogue._amounts import amount, over
from servqual.metrics.catalogue._open_items import DONE, ENDED_BY, ENDS, PLACE, received, solution
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View


def _per_contact(t: View) -> Mapping[str, Array]:
    cost, known = amount(t, "cost")
    return {"value": cost, "among": known}


def _per_resolution(t: View) -> Mapping[str, Array]:
    """Divide the cost of all cases, open ones too, by the cases resolved."""
    arrived = received(t)
    cost, known = amount(t, "cost")
    return {"top": cost, "base": solution(t).there.astype(np.int64), "among": arrived & known}


def _failures(t: View) -> Mapping[str, Array]:
    internal, told = amount(t, "internal_failure")
    external, also = amount(t, "external_failure")
    revenue, known = amount(t, "revenue")
    return over(t, internal + external, revenue, told & also & known)


def _amounts(t: View) -> Mapping[str, Array]:
    spent, known = amount(t, "amount")
    return {"value": spent, "among": known & t.seen("at")}


def _purchases(t: View) -> Mapping[str, Array]:
    return {"among": t.seen("at")}


COST_KPIS: Final = (
    Kpi(
        key="cost_per_contact",
        title="cost per contact",
        question="how much did a contact cost, on average?",
        formula="sum of the costs / contacts with a known cost, abandoned ones included",
        source="K-32 (001-1 §3; 004 §1.1, §5.1); KPIS 102, ITIL lists; the documents give no formula",
        label_zh="服务成本",
        unit="money",
        better="lower",
        table="interactions",
        at="queued_at",
        needs=("cost",),
        open_items="none: a row is a contact that has ended",
        accumulator=Total,
        rows=_per_contact,
    ),
    Kpi(
        key="cost_per_resolution",
        version=2,
        title="cost per resolution",
        question="how much did it cost to resolve a case?",
        formula=f"sum of the costs of all cases received / those of them resolved by now; cases without a known cost "
        f"are left out; {ENDS}",
        source="K-32 (001-1 §3; 004 §1.1, §5.1); KPIS 102, ITIL lists; the documents give no formula",
        label_zh="服务成本",
        unit="money",
        better="lower",
        table="cases",
        needs=("received_at", "cost"),
        uses=DONE,
        needs_one_of=ENDED_BY,
        open_items="their cost counts, but not as resolved",
        params=PLACE,
        accumulator=Quotient,
        rows=_per_resolution,
    ),
    Kpi(
        key="cost_of_poor_quality",
        title="cost of poor quality",
        question="how much of the revenue do failures cost?",
        formula="sum of (internal + external failure costs) / sum of revenue",
        source="KPIS 91; J. M. Juran, Quality Control Handbook, 1951",
        unit="ratio",
        better="lower",
        table="quality_costs",
        needs=("internal_failure", "external_failure", "revenue"),
        open_items="none: a row is a span whose books are closed",
        accumulator=Quotient,
        rows=_failures,
    ),
    Kpi(
        key="purchase_amount",
        title="purchase amount",
        question="how much is a purchase worth, on average?",
        formula="sum of amounts / purchases by now with a known amount",
        source="K-29 (001-1 §3.1, the M of RFM); the document gives no formula",
        label_zh="购买金额",
        unit="money",
        better="higher",
        table="purchases",
        needs=("at", "amount"),
        open_items="none: a row is a purchase that was made",
        accumulator=Total,
        rows=_amounts,
    ),
    Kpi(
        key="purchase_volume",
        title="purchases",
        question="how many purchases were made?",
        formula="count of purchases by now",
        source="K-29 (001-1 §3.1); the document gives no formula",
        unit="count",
        better="higher",
        table="purchases",
        needs=("at",),
        open_items="none: a row is a purchase that was made",
        accumulator=Count,
        rows=_purchases,
    ),
)
