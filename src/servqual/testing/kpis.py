"""Every KPI again, slowly and obviously: row by row over plain values, to check measures and other programs.

>>> from servqual.metrics import KPIS
>>> measure(KPIS["asa"], [{"wait_s": 10, "abandoned": False}, {"wait_s": 30, "abandoned": True}])
Told(value=10.0, n=1, undecided=0)
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from servqual._checks import did_you_mean, near
from servqual.errors import UnknownName
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.readers.columns.tables import OF_SPANS
from servqual.testing._contact_twins import ALIKE, CONTACT_TWINS, CUSTOMER_TWINS, VOICE_TWINS
from servqual.testing._flow_twins import CASE_TWINS
from servqual.testing._gap_twins import GAP_TWINS
from servqual.testing._outcomes import Asked, Row, Told, Twin, read
from servqual.testing._promise_twins import COMPLAINT_TWINS, PROMISE_TWINS
from servqual.testing._work_twins import WORK_TWINS

_TWINS: Final[Mapping[str, Twin]] = {
    **CONTACT_TWINS,
    **VOICE_TWINS,
    **GAP_TWINS,
    **CUSTOMER_TWINS,
    **CASE_TWINS,
    **COMPLAINT_TWINS,
    **PROMISE_TWINS,
    **WORK_TWINS,
}


def twin_of(key: str) -> Twin:
    """Find the twin of a KPI of the catalogue; percentiles share the twin of their mean.

    KPIs of service clocks have none: they are checked against `Sla.read`, case by case.
    """
    short = key.removesuffix("_p50").removesuffix("_p90").removesuffix("_p95")
    for name in (key, short, f"{short}_time"):
        if name in _TWINS:
            return _TWINS[name]
    close = near(key, _TWINS)
    raise UnknownName(f"key must be of a KPI that has a twin (got {key!r}){did_you_mean(close)}", near=close)


def measure(
    kpi: Kpi,
    rows: Sequence[Row],
    *,
    now: dt.datetime | None = None,
    period: tuple[dt.datetime, dt.datetime] | None = None,
    key: str = "",
) -> Told:
    """Measure a KPI over rows of its table: value, n and undecided.

    `rows` hold aware datetimes, durations in seconds, numbers, booleans and texts by our names of columns; None is
    missing. `period` is for KPIs of a period as a whole. `key` names the KPI of the catalogue that it is a variant of.
    """
    judged = kpi.at == "due_at" or kpi.table in {"case_events", "cases", "complaints", "purchases", "staff"}
    if now is not None and not judged:  # what comes later is not seen
        rows = [row for row in rows if row.get(kpi.at) is None or row[kpi.at] <= now]
    if kpi.table in OF_SPANS and any(kpi.at in row for row in rows):  # a row of no time is none of the spans
        rows = [row for row in rows if row.get(kpi.at) is not None]
    asked = Asked(params=kpi.params, now=now, period=period)
    until = kpi.params.get("until", dt.timedelta()).total_seconds()
    return read(kpi.statistic, twin_of(key or kpi.key)(rows, asked), until)


def measure_over(kpi: Compound, tables: Mapping[str, Sequence[Row]], *, now: dt.datetime | None = None) -> Told:
    """Measure a count over another, over rows of their tables by name.

    >>> from servqual.metrics import KPIS
    >>> rows = {"interactions": [{"customer_id": "a"}, {"customer_id": "a"}, {"customer_id": "b"}]}
    >>> measure_over(KPIS["contacts_per_customer"], rows)
    Told(value=1.5, n=2, undecided=0)
    """
    named = ALIKE.get(kpi.name)
    known = {table: [r for r in rows if named is None or r.get(named) is not None] for table, rows in tables.items()}
    top, base = (measure(part, known[part.table], now=now) for part in kpi.parts)
    return Told(kpi.times * (top.value or 0) / base.value if base.value else None, base.n, 0)
