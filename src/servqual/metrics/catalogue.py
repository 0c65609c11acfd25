"""The catalogue: every KPI that servqual defines, by key."""

from types import MappingProxyType
from typing import Final

from servqual.metrics.cases import CASE_KPIS
from servqual.metrics.clocks import CLOCK_KPIS
from servqual.metrics.complaint_rows import COMPLAINT_KPIS
from servqual.metrics.cost_rows import COST_KPIS
from servqual.metrics.customer_rows import CUSTOMER_KPIS
from servqual.metrics.interactions import INTERACTION_KPIS
from servqual.metrics.promise_rows import PROMISE_KPIS
from servqual.metrics.quality_rows import QUALITY_KPIS
from servqual.metrics.voice_rows import VOICE_KPIS
from servqual.metrics.workforce_rows import WORKFORCE_KPIS

__all__ = ["KPIS"]

KPIS: Final = MappingProxyType(
    {
        kpi.key: kpi
        for kpi in (
            *CASE_KPIS,
            *CLOCK_KPIS,
            *INTERACTION_KPIS,
            *VOICE_KPIS,
            *COMPLAINT_KPIS,
            *PROMISE_KPIS,
            *QUALITY_KPIS,
            *WORKFORCE_KPIS,
            *CUSTOMER_KPIS,
            *COST_KPIS,
        )
    }
)
"""The catalogue; `KPIS | {mine.key: mine}` extends it."""
