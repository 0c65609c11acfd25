"""When cases are old enough to be compared: what an export counts without a moment grows on after a case has ended."""

from typing import Final

from servqual.metrics import KPIS, Kpi
from servqual.pdca.verdicts.ages import COLLECTED, RIPE
from servqual.pdca.verdicts.group_comparability import OPEN
from servqual.readers.columns.tables import kind_of

__all__ = ["DONE", "FINISHED", "RIPE", "as_recorded"]

DONE: Final = 1 - OPEN
"""The share of finished or decided cases below which a side is not compared."""
FINISHED: Final = KPIS["resolution_rate"].with_(key="finished_rate", close_counts_as_solution=True)
"""The share of cases that were resolved or closed."""


def as_recorded(kpi: Kpi) -> tuple[str, ...]:
    """List the columns of a KPI that are known as of the export alone, such as how often a case was reopened.

    They have no moment, so that it cannot be seen what they were at an earlier time, and an older case had longer for
    them. Columns of labels, by which cases are chosen, are left out.

    >>> as_recorded(KPIS["reopen_rate"]), as_recorded(KPIS["resolution_p50"])
    (('reopened',), ())
    """
    found = {name for part in kpi.parts for name in part.columns if kind_of(part.table, name, part.kinds) in COLLECTED}
    return tuple(sorted(found))
