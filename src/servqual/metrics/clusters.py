"""Intervals that hold for repeated customers: rows of one customer tell less than rows of as many customers."""

from collections.abc import Mapping
from functools import wraps
from typing import Any

import attrs

from servqual.metrics.accumulators import Clustered, Ratio, Signed, Total
from servqual.metrics.kpi import Kpi, View

__all__ = ["clustered"]


def clustered(kpi: Kpi, column: str) -> Kpi:
    """The same KPI with the spread of its share or mean taken between the values of a column, such as customer_id.

    The value stays the same; its interval is that of a ratio of sums over customers (W. G. Cochran, *Sampling
    Techniques*, 3rd ed., 1977, section 9A). A KPI that is neither a share nor a mean is returned as it is.

    >>> from servqual.metrics import KPIS
    >>> clustered(KPIS["csat"].with_(scale=(1, 5), satisfied_from=4), "customer_id").law
    'keyed'
    """
    if kpi.accumulator not in (Ratio, Total, Signed):
        return kpi

    @wraps(kpi.rows)
    def rows(t: View) -> Mapping[str, Any]:
        t.refuse(~t.known(column), column, "is missing")
        return {"state": kpi.accumulator.of(**kpi.rows(t)), "cluster": t.column(column).values}  # type: ignore[attr-defined]

    rows.__qualname__ += f" by {column}"
    needs = tuple(dict.fromkeys((*kpi.needs, column)))
    return attrs.evolve(
        kpi, accumulator=Clustered, law="keyed", keyed_by=column, needs=needs, rows=rows, statistic=kpi.statistic
    )
