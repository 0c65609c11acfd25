"""Intervals that hold for repeated customers: ten rows of one customer say less than rows of ten customers."""

from collections.abc import Mapping
from functools import wraps
from typing import Any, Final

import attrs
import numpy as np

from servqual.metrics.accumulators import Clustered, Ratio, Signed, Total
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import View

_CLUSTERED: Final = frozenset({"share", "mean", "signed_mean", "net"})


def clustered(kpi: Kpi, column: str) -> Kpi:
    """Take the spread of a share or mean between the values of a column, such as customer_id.

    The value stays the same; its interval is that of a ratio of sums over customers (W. G. Cochran, *Sampling
    Techniques*, 3rd ed., 1977, section 9A). A row without a customer stands for itself. A KPI that is neither a share
    nor a mean is returned as it is; one that is keyed by another column needs the whole table together.

    >>> from servqual.metrics import KPIS
    >>> clustered(KPIS["csat"].with_(scale=(1, 5), satisfied_from=4), "customer_id").law
    'keyed'
    """
    if kpi.accumulator not in (Ratio, Total, Signed) or kpi.statistic not in _CLUSTERED:
        return kpi

    @wraps(kpi.rows)
    def rows(t: View) -> Mapping[str, Any]:
        whose = t.column(column).values
        alone = int(whose.max(initial=0)) + 1 + np.arange(t.size)
        return {"state": kpi.accumulator.of(**kpi.rows(t)), "cluster": np.where(whose < 0, alone, whose)}  # type: ignore[attr-defined]

    needs = tuple(dict.fromkeys((*kpi.needs, column)))
    keyed_by = "" if kpi.law == "keyed" and kpi.keyed_by != column else column
    return attrs.evolve(
        kpi, accumulator=Clustered, law="keyed", keyed_by=keyed_by, needs=needs, rows=rows, statistic=kpi.statistic
    )


def unclustered(kpi: Kpi) -> tuple[Kpi, str | None]:
    """Give the KPI and the column that `clustered` made a KPI of; any other KPI as it is, and None.

    >>> from servqual.metrics import KPIS
    >>> base, column = unclustered(clustered(KPIS["reopen_rate"], "customer_id"))
    >>> base == KPIS["reopen_rate"], column
    (True, 'customer_id')
    """
    rows: Any = kpi.rows
    code = getattr(rows, "__code__", None)  # `clustered` gives its function the name and module of the KPI's own
    if kpi.accumulator is not Clustered or getattr(code, "co_filename", "") != clustered.__code__.co_filename:
        return kpi, None
    cells = dict(zip(rows.__code__.co_freevars, (cell.cell_contents for cell in rows.__closure__), strict=True))
    return cells["kpi"], cells["column"]
