"""The catalogue: every KPI that servqual defines, by key."""

from types import MappingProxyType
from typing import Final

from servqual.metrics.cases import CASE_KPIS
from servqual.metrics.clocks import CLOCK_KPIS

__all__ = ["KPIS"]

KPIS: Final = MappingProxyType({kpi.key: kpi for kpi in (*CASE_KPIS, *CLOCK_KPIS)})
"""The catalogue; `KPIS | {mine.key: mine}` extends it."""
