"""KPIs of contacts over ready-made counts, where the data have these and no table of single contacts."""

from collections.abc import Container

import attrs

from servqual.errors import InvalidValue
from servqual.metrics.accumulators import Clustered
from servqual.metrics.catalogue.contact_counts import CONTACT_COUNT_KPIS, TABLE, over_counts
from servqual.metrics.engine.question import Plan
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi


def over_counts_in(plan: Plan, data: Container[str]) -> Plan:
    """Ask the KPIs of contacts over `contact_counts` where that table stands for `interactions`.

    Refuses a KPI that counts do not carry, such as a percentile.

    >>> from servqual.metrics.engine.planning import plan_of
    >>> over_counts_in(plan_of(["volume"]), {"contact_counts"}).tables
    ('contact_counts',)
    """
    if TABLE not in data or "interactions" in data:
        return plan
    return attrs.evolve(plan, kpis=tuple(map(_over_counts, plan.kpis)))


def _over_counts(kpi: Kpi) -> Kpi:
    if all(part.table != "interactions" for part in kpi.parts):
        return kpi
    alone = not isinstance(kpi, Compound) and kpi.accumulator is not Clustered
    form = over_counts(kpi) if alone and not kpi.dated_by else None
    if form is None:
        clustered = " by a cluster" if kpi.accumulator is Clustered else ""
        raise InvalidValue.of(
            "kpis",
            f"be what counts per interval carry, of contacts {', '.join(CONTACT_COUNT_KPIS)}",
            kpi.key,
            shown=repr(kpi.key) + clustered,
            do="pass the contacts one by one, as the table interactions",
        )
    return form
