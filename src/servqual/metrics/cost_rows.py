"""The KPIs of cost: what a contact and a solved case cost, in the currency of the data.

Amounts are exact in millionths; data of several currencies are to be measured apart, or grouped by it.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from servqual.metrics.accumulators import Array, Quotient, Total
from servqual.metrics.flow import DONE, ENDS, PLACE, received, resolved_name
from servqual.metrics.kpi import Kpi, View

__all__ = ["COST_KPIS"]

_MILLIONTHS: Final = 1_000_000
_DEAREST: Final = 2**32  # in millionths a little below 2^52


def _cost(t: View) -> tuple[Array, Array]:
    """Costs in millionths, and where there is one."""
    cost, known = t["cost"], t.known("cost")
    out = known & ((cost < 0) | (cost > _DEAREST))
    t.refuse(out, "cost", f"must be an amount of 0 to {_DEAREST:,}")
    known = known & ~out
    return np.rint(np.where(known, cost, 0) * _MILLIONTHS).astype(np.int64), known


def _per_contact(t: View) -> Mapping[str, Array]:
    cost, known = _cost(t)
    return {"value": cost, "among": known}


def _per_resolution(t: View) -> Mapping[str, Array]:
    """The cost of all cases over those resolved: what was spent on the open ones is spent, too."""
    arrived = received(t)
    cost, known = _cost(t)
    return {"top": cost, "base": t.seen(resolved_name(t)).astype(np.int64), "among": arrived & known}


COST_KPIS: Final = (
    Kpi(
        key="cost_per_contact",
        title="cost per contact",
        question="what did a contact cost, on average?",
        formula="sum of the costs / contacts with a known cost, abandoned ones included",
        source="K-32 (001-1 §3; 004 §1.1, §5.1); KPIS 102, ITIL lists; the documents give no formula",
        label_zh="服务成本",
        unit="money",
        better="lower",
        table="interactions",
        at="queued_at",
        needs=("cost",),
        open_items="there are none: a contact is told when it has ended",
        accumulator=Total,
        rows=_per_contact,
    ),
    Kpi(
        key="cost_per_resolution",
        title="cost per resolution",
        question="what did it cost to resolve a case?",
        formula=f"sum of the costs of all cases received / those of them resolved by now; cases without a known cost "
        f"are left out of both; {ENDS}",
        source="K-32 (001-1 §3; 004 §1.1, §5.1); KPIS 102, ITIL lists; the documents give no formula",
        label_zh="服务成本",
        unit="money",
        better="lower",
        table="cases",
        needs=("received_at", "cost"),
        uses=DONE,
        open_items="their cost counts, they do not",
        params=PLACE,
        accumulator=Quotient,
        rows=_per_resolution,
    ),
)
