"""The KPIs of things counted once, and of one count over another: such as complaints over contacts or customers."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.accumulators import Distinct
from servqual.metrics.catalogue._open_items import PLACE, received
from servqual.metrics.catalogue.case_flow import CASE_FLOW_KPIS
from servqual.metrics.catalogue.cases import CASE_KPIS
from servqual.metrics.catalogue.complaints import COMPLAINT_KPIS
from servqual.metrics.catalogue.contacts import INTERACTION_KPIS
from servqual.metrics.catalogue.costs import COST_KPIS
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi, RowFunction
from servqual.metrics.kpi.view import View


def _customers(t: View) -> Mapping[str, Any]:
    return {"things": t.column("customer_id"), "among": np.ones(t.size, np.bool_)}


def _buyers(t: View) -> Mapping[str, Any]:
    return {"things": t.column("customer_id"), "among": t.seen("at")}


def _agents(t: View) -> Mapping[str, Any]:
    return {"things": t.column("agent"), "among": received(t)}


def _of_known(t: View, name: str, rows: RowFunction) -> Mapping[str, Array]:
    told = rows(t)
    return {**told, "among": told["among"] & t.known(name)}


def _per(top: Kpi, base: Kpi, name: str, **facts: Any) -> Compound:
    """Divide the rows that name a customer or an agent by those that they name; other rows count for neither."""
    rows = partial(_of_known, name=name, rows=top.rows)
    told = attrs.evolve(top, name=f"{top.key}_of_known", needs=(*top.needs, name), rows=rows)
    return attrs.evolve(Compound.of(told, base, **facts), version=2)


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
        open_items="none: a row is a contact that has ended",
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
        open_items="none: a row is a purchase that was made",
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

_COUNTS: Final[dict[str, Kpi]] = {
    kpi.key: kpi
    for kpis in (INTERACTION_KPIS, CASE_KPIS, CASE_FLOW_KPIS, COMPLAINT_KPIS, COST_KPIS, COUNTED_ONCE_KPIS)
    for kpi in kpis
}
_SAME: Final = "groups are those that both tables have"

COMPOUND_KPIS: Final = (
    Compound.of(
        _COUNTS["complaint_volume"],
        _COUNTS["volume"],
        key="complaint_rate",
        title="complaint rate",
        question="how many complaints come in per contact?",
        formula=f"complaints received / contacts; {_SAME}",
        source="K-14 (000 §5.2; 002 §8.1); KPIS 50; a rise can also mean that complaining became easier",
        label_zh="投诉率",
        better="lower",
        open_items="count as they are",
    ),
    Compound.of(
        _COUNTS["complaint_volume"],
        _COUNTS["customers_buying"],
        key="complaints_per_1000_customers",
        title="complaints per 1,000 customers",
        question="how many complaints come in per 1,000 customers who bought?",
        formula=f"1,000 × complaints received / different customers of purchases; {_SAME}",
        unit="per 1000",
        source="K-14 (its base by customers); KPIS 50; a rise can also mean that complaining became easier",
        label_zh="投诉率",
        better="lower",
        open_items="count as they are",
        times=1000,
    ),
    Compound.of(
        _COUNTS["case_volume"],
        _COUNTS["volume"],
        key="problem_incidence",
        title="problem incidence",
        question="how many problems come in per 100 contacts?",
        formula=f"100 × cases received / contacts; {_SAME}",
        unit="per 100",
        source="K-33 (004 §5.4: problems for 100 interactions)",
        label_zh="服务问题发生率",
        better="lower",
        open_items="count as they are",
        times=100,
    ),
    Compound.of(
        _COUNTS["cases_closed"],
        _COUNTS["case_volume"],
        key="clearance_ratio",
        title="clearance ratio",
        question="how many cases were closed per case that came in?",
        formula="cases closed, dated by their closure / cases received, dated by receipt: below 1 the backlog grows; "
        "refused where the table has no column closed_at",
        source="KPIS 42, the queue rate of ITIL problem management",
        better="higher",
        open_items="count as received",
        base_is="count",
    ),
    Compound.of(
        _COUNTS["volume"],
        _COUNTS["customers_buying"],
        key="contact_rate",
        title="contact rate",
        question="how many contacts are there per customer who bought?",
        formula=f"contacts / different customers of purchases; {_SAME}",
        unit="per customer",
        source="KPIS 103, contacts for an active customer",
        better="lower",
        open_items="none: a row is a contact that has ended",
    ),
    Compound.of(
        _COUNTS["volume"],
        _COUNTS["purchase_volume"],
        key="contacts_per_purchase",
        title="contacts per purchase",
        question="how many contacts are there per purchase?",
        formula=f"contacts / purchases; {_SAME}",
        unit="per purchase",
        source="KPIS 103, contacts for an order",
        better="lower",
        open_items="none: a row is a contact that has ended",
    ),
    _per(
        _COUNTS["volume"],
        _COUNTS["customers_in_contact"],
        "customer_id",
        key="contacts_per_customer",
        title="contacts per customer",
        question="how many times did each customer in contact with us contact us, on average?",
        formula="contacts whose customer is known / different customers of contacts",
        unit="per customer",
        source="KPIS 103, of those in contact",
        better=None,
        open_items="none: a row is a contact that has ended",
    ),
    _per(
        _COUNTS["purchase_volume"],
        _COUNTS["customers_buying"],
        "customer_id",
        key="purchase_frequency",
        title="purchase frequency",
        question="how many times did each customer who bought do so, on average?",
        formula="purchases whose customer is known / different customers of purchases",
        unit="per customer",
        source="K-29 (001-1 §3.1, the F of RFM); the document gives no formula",
        label_zh="购买频率",
        better="higher",
        open_items="none: a row is a purchase that was made",
    ),
    _per(
        _COUNTS["case_volume"],
        _COUNTS["agents_on_cases"],
        "agent",
        key="workload_per_agent",
        title="workload per agent",
        question="how many cases came in per agent?",
        formula="cases received whose agent is known / different agents of cases received",
        unit="per agent",
        source="K-40 (002 §3.3; 003 §6.1); the documents give no formula",
        label_zh="工作量",
        better=None,
        open_items="count as they are",
    ),
    _per(
        _COUNTS["backlog"],
        attrs.evolve(_COUNTS["agents_on_cases"], stock=True),
        "agent",
        key="open_cases_per_agent",
        title="open cases per agent",
        question="how many open cases are there per agent?",
        formula="open cases whose agent is known / different agents of cases received so far",
        unit="per agent",
        source="K-40 (002 §3.3; 003 §6.1); the documents give no formula",
        label_zh="工作量",
        better="lower",
        open_items="they are counted",
    ),
)
