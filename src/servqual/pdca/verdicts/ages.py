"""What a KPI says of time: whether it moves with the age of its rows, and with the length of its period."""

import datetime as dt
from typing import Final

from servqual.metrics import KPIS, Compound, Kpi
from servqual.metrics.accumulators import Distinct
from servqual.pdca.verdicts.sources import About
from servqual.readers.columns.tables import TABLES, Kind, kind_of

RIPE: Final = dt.timedelta(days=14)
"""How long after the end of its period a side is taken as old as any other: a convention."""
_TELLING: Final = frozenset(
    {
        "complaint_kept",
        "complaint_acknowledged_kept",
        "conversion_rate",
        "selection_pass_rate",
        "suggestion_adoption_rate",
    }
)
"""Shares whose open rows are all undecided, so that it can be seen how far they may still move."""
COLLECTED: Final = frozenset({Kind.COUNT, Kind.FLAG, Kind.DURATION, Kind.NUMBER})
"""Kinds of column that a case collects and that have no moment of their own."""


def declared(about: About) -> Kpi | None:
    """Find the KPI that is spoken of, also of a measurement without its cell; None where it is not of the catalogue."""
    known = about.kpi or KPIS.get(about.key)
    return known if known is not None and known.definition == about.definition else None


def ripens(kpi: Kpi) -> bool:
    """Whether a KPI moves with the age of its rows, without saying by undecided ones how far.

    It reads what comes after the moment that dates a row: another moment, or what a case or complaint collects, such as
    how often it was reopened. A promise that is due and a stock are of one moment, clocks tell what is undecided.

    >>> [key for key in ("resolution_rate", "reopen_rate", "case_volume", "csat", "sla_kept") if ripens(KPIS[key])]
    ['resolution_rate', 'reopen_rate', 'sla_kept']
    """
    return any(_part_ripens(part) for part in kpi.parts)


def _part_ripens(kpi: Kpi) -> bool:
    if kpi.stock or kpi.clock or kpi.of_period or kpi.unit == "s" or kpi.at == "due_at" or kpi.name in _TELLING:
        return False
    kinds = {kind_of(kpi.table, name, kpi.kinds) for name in kpi.columns - {kpi.at, "reopened_at"}}
    return Kind.MOMENT in kinds or ("closed_at" in TABLES.get(kpi.table, ()) and bool(kinds & COLLECTED))


def grows(kpi: Kpi) -> bool:
    """Whether a KPI moves with the length of its period although nothing else changes.

    Counts do; so does a count per head, for twice the time brings twice the contacts but not twice the customers; and
    a share of customers by what they did in the whole period, such as to buy again.

    >>> [key for key in ("volume", "contacts_per_customer", "churn_rate", "fcr", "complaint_rate") if grows(KPIS[key])]
    ['volume', 'contacts_per_customer', 'churn_rate']
    """
    if isinstance(kpi, Compound):
        return len({(part.stock, part.accumulator is Distinct) for part in kpi.parts}) > 1
    return not kpi.stock and (kpi.unit == "count" or (kpi.of_period and kpi.law == "keyed"))
