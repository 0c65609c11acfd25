"""Which KPIs are searched where none is named: all that the columns carry and a group can be held against the rest in.

A KPI that judges a row by other rows of its customer, such as a repeated contact, is left out. Its rows are not
independent of each other, so that noise would be named: of equal groups in seven of ten desks.
"""

from collections.abc import Collection, Iterator, Mapping

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi
from servqual.metrics.kpi.view import no_rows
from servqual.pdca.diagnosis.readings import kind_of


def carried(tables: Mapping[str, Collection[str]], now: int | None) -> Iterator[Kpi]:
    """Find the KPIs of the catalogue that the columns of some tables carry, and that need no parameter to be set.

    Means of durations are left to their percentiles, which one long case does not move. Scores are left out where no
    column says of what kind their questions are.

    >>> columns = {"cases": ["received_at", "resolved_at", "reopened"]}
    >>> [kpi.key for kpi in carried(columns, now=1_780_000_000_000_000)]
    ['resolution_p50', 'resolution_p90', 'resolution_rate', 'reopen_rate']
    """
    for kpi in KPIS.values():
        columns = tables.get(kpi.table)
        kind = kind_of(kpi)
        if columns is None or kind is None or kpi.law == "keyed" or (kind == "mean" and kpi.unit == "s"):
            continue
        asked = {*kpi.needs} | ({"question_kind"} & kpi.columns)
        told = not kpi.needs_one_of or not {*columns}.isdisjoint(kpi.needs_one_of)
        if told and asked <= {*columns} and _complete(kpi, columns, now):
            yield kpi


def _complete(kpi: Kpi, columns: Collection[str], now: int | None) -> bool:
    """Whether no parameter, and no `now`, is still to be set."""
    try:
        kpi.arguments(no_rows(kpi, columns, now))
    except InvalidValue:
        return False
    return True
