"""The catalogue: every KPI that servqual defines, by key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from servqual.metrics.cases import CASE_KPIS
from servqual.metrics.clocks import CLOCK_KPIS
from servqual.metrics.complaint_rows import COMPLAINT_KPIS
from servqual.metrics.cost_rows import COST_KPIS
from servqual.metrics.customer_rows import CUSTOMER_KPIS
from servqual.metrics.interactions import INTERACTION_KPIS
from servqual.metrics.kpi import Kpi
from servqual.metrics.promise_rows import PROMISE_KPIS
from servqual.metrics.quality_rows import QUALITY_KPIS
from servqual.metrics.voice_rows import VOICE_KPIS
from servqual.metrics.workforce_rows import WORKFORCE_KPIS

__all__ = ["KPIS", "ROOMS"]

ROOMS: Final[Mapping[str, tuple[Kpi, ...]]] = MappingProxyType(
    {
        "Contacts": INTERACTION_KPIS,
        "Cases": CASE_KPIS,
        "Service clocks": CLOCK_KPIS,
        "Complaints": COMPLAINT_KPIS,
        "Surveys": VOICE_KPIS,
        "Feedback, promises and measures": PROMISE_KPIS,
        "Quality checks": QUALITY_KPIS,
        "Shifts": WORKFORCE_KPIS,
        "Customers": CUSTOMER_KPIS,
        "Cost": COST_KPIS,
    }
)
"""The KPIs of each room."""

KPIS: Final = MappingProxyType({kpi.key: kpi for kpis in ROOMS.values() for kpi in kpis})
"""The catalogue; `KPIS | {mine.key: mine}` extends it."""
