"""The catalogue: every KPI that servqual defines, by key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName
from servqual.metrics.access_rows import ACCESS_KPIS
from servqual.metrics.availability_rows import AVAILABILITY_KPIS
from servqual.metrics.case_flow_rows import CASE_FLOW_KPIS
from servqual.metrics.case_path_rows import CASE_PATH_KPIS
from servqual.metrics.cases import CASE_KPIS
from servqual.metrics.clocks import CLOCK_KPIS
from servqual.metrics.complaint_outcome_rows import COMPLAINT_OUTCOME_KPIS
from servqual.metrics.complaint_rows import COMPLAINT_KPIS
from servqual.metrics.compound_rows import COMPOUND_KPIS
from servqual.metrics.cost_rows import COST_KPIS
from servqual.metrics.customer_rows import CUSTOMER_KPIS
from servqual.metrics.gap_rows import GAP_KPIS
from servqual.metrics.handling_rows import HANDLING_KPIS
from servqual.metrics.interactions import INTERACTION_KPIS
from servqual.metrics.kpi import Kpi
from servqual.metrics.operation_rows import OPERATION_KPIS
from servqual.metrics.people_rows import PEOPLE_KPIS
from servqual.metrics.planning_rows import PLANNING_KPIS
from servqual.metrics.promise_rows import PROMISE_KPIS
from servqual.metrics.quality_rows import QUALITY_KPIS
from servqual.metrics.step_rows import STEP_KPIS
from servqual.metrics.voice_rows import VOICE_KPIS
from servqual.metrics.waiting_rows import COUNTED_ONCE_KPIS, WAITING_KPIS
from servqual.metrics.workforce_rows import WORKFORCE_KPIS

__all__ = ["KPIS", "ROOMS"]

ROOMS: Final[Mapping[str, tuple[Kpi, ...]]] = MappingProxyType(
    {
        "Contacts": (*INTERACTION_KPIS, *ACCESS_KPIS, *HANDLING_KPIS),
        "Waiting, with those who still wait": WAITING_KPIS,
        "Counted once": COUNTED_ONCE_KPIS,
        "One count over another": COMPOUND_KPIS,
        "Cases": (*CASE_KPIS, *CASE_FLOW_KPIS, *CASE_PATH_KPIS),
        "Steps of a procedure": STEP_KPIS,
        "Service clocks": CLOCK_KPIS,
        "Complaints": (*COMPLAINT_KPIS, *COMPLAINT_OUTCOME_KPIS),
        "Surveys": (*VOICE_KPIS, *GAP_KPIS),
        "Feedback, promises and measures": PROMISE_KPIS,
        "Quality checks": QUALITY_KPIS,
        "Shifts": WORKFORCE_KPIS,
        "Planning": PLANNING_KPIS,
        "People": PEOPLE_KPIS,
        "Customers": CUSTOMER_KPIS,
        "Cost": COST_KPIS,
        "Running services": AVAILABILITY_KPIS,
        "Deliveries, stores, touchpoints and risks": OPERATION_KPIS,
    }
)
"""The KPIs of each room."""


class _Catalogue(dict[str, Kpi]):
    """KPIs by key; one that is not there is told with those that are near."""

    def __missing__(self, key: str) -> Kpi:
        close = near(key, self)
        raise UnknownName(f"KPIS has no {key!r}{did_you_mean(close)}", near=close)


KPIS: Final = MappingProxyType(_Catalogue((kpi.key, kpi) for kpis in ROOMS.values() for kpi in kpis))
"""The catalogue; `KPIS | {mine.key: mine}` extends it."""
