"""The KPIs of one count over another: complaints over contacts, closed over received, work over those who share it."""

from typing import Final

from servqual.metrics.catalogue.case_flow import CASE_FLOW_KPIS
from servqual.metrics.catalogue.cases import CASE_KPIS
from servqual.metrics.catalogue.complaints import COMPLAINT_KPIS
from servqual.metrics.catalogue.contacts import INTERACTION_KPIS
from servqual.metrics.catalogue.costs import COST_KPIS
from servqual.metrics.catalogue.waiting import COUNTED_ONCE_KPIS
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi

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
        question="how many complaints are there for a contact?",
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
        question="how many complaints are there for 1,000 customers who bought?",
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
        question="how many problems are there for 100 contacts?",
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
        question="are as many cases closed as come in?",
        formula="cases closed, dated by their closure / cases received, dated by receipt: below 1 the backlog grows",
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
        question="how many contacts does a customer who buys cause?",
        formula=f"contacts / different customers of purchases; {_SAME}",
        unit="per customer",
        source="KPIS 103, contacts for an active customer",
        better="lower",
        open_items="there are none: a contact is told when it has ended",
    ),
    Compound.of(
        _COUNTS["volume"],
        _COUNTS["purchase_volume"],
        key="contacts_per_purchase",
        title="contacts per purchase",
        question="how many contacts does a purchase cause?",
        formula=f"contacts / purchases; {_SAME}",
        unit="per purchase",
        source="KPIS 103, contacts for an order",
        better="lower",
        open_items="there are none: a contact is told when it has ended",
    ),
    Compound.of(
        _COUNTS["volume"],
        _COUNTS["customers_in_contact"],
        key="contacts_per_customer",
        title="contacts per customer",
        question="how often does a customer who contacts us do so?",
        formula="contacts / different customers of contacts",
        unit="per customer",
        source="KPIS 103, of those in contact",
        better=None,
        open_items="there are none: a contact is told when it has ended",
    ),
    Compound.of(
        _COUNTS["purchase_volume"],
        _COUNTS["customers_buying"],
        key="purchase_frequency",
        title="purchase frequency",
        question="how often does a customer who buys do so?",
        formula="purchases / different customers of purchases",
        unit="per customer",
        source="K-29 (001-1 §3.1, the F of RFM); the document gives no formula",
        label_zh="购买频率",
        better="higher",
        open_items="there are none: a purchase is told when it is made",
    ),
    Compound.of(
        _COUNTS["case_volume"],
        _COUNTS["agents_on_cases"],
        key="workload_per_agent",
        title="workload per agent",
        question="how many cases came in for an agent?",
        formula="cases received / different agents of cases received",
        unit="per agent",
        source="K-40 (002 §3.3; 003 §6.1); the documents give no formula",
        label_zh="工作量",
        better=None,
        open_items="count as they are",
    ),
    Compound.of(
        _COUNTS["backlog"],
        _COUNTS["agents_on_cases"],
        key="open_cases_per_agent",
        title="open cases per agent",
        question="how many open cases are there for an agent?",
        formula="open cases / different agents of cases received",
        unit="per agent",
        source="K-40 (002 §3.3; 003 §6.1); the documents give no formula",
        label_zh="工作量",
        better="lower",
        open_items="they are what is counted",
    ),
)
