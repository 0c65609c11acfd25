"""The figures of a table besides cases by group: by the columns that were asked for, by agent, weekday and hour."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

from servqual._checks import near
from servqual.errors import InvalidValue
from servqual.metrics import Kpi, Measures
from servqual.readers.columns.tables import Kind, kind_of
from servqual.report.figures import caveats_in, facts_of, told_of
from servqual.report.looking import GROUPS, US, Seen
from servqual.report.scan import EPOCH
from servqual.report.slices import WHEN, called
from servqual.report.table_settings import TableSettings

Plain: TypeAlias = dict[str, Any]
_MOST: Final = 20
"""The groups of a column that are listed."""


def groups_of(told: TableSettings, seen: Seen) -> list[str]:
    """Choose the columns by which a table is shown and weak groups are looked for."""
    for name in told.groups or ():
        if name not in seen.columns or kind_of(told.table, name) is not Kind.LABEL:
            labels = [each for each in seen.columns if kind_of(told.table, each) is Kind.LABEL]
            raise InvalidValue.of(
                "groups", f"name columns of words, any of {', '.join(labels)}", name, near=near(name, labels)
            )
    return [*told.groups] if told.groups else [name for name in GROUPS if name in seen.columns]


def further_of(told: TableSettings, seen: Seen, zone: dt.tzinfo) -> list[str]:
    """List what a table is shown by besides: agents, and the weekday and hour of its rows where they tell these.

    Rows that are days have no hour, and counts of weeks or months neither.
    """
    who = ["agent"] if "agent" in seen.columns and "agent" not in (told.groups or ()) else []
    walls = [(EPOCH + at * US).astimezone(zone) for at in sorted(seen.begins or seen.clock)]
    longest = 0 if not seen.begins else min(((b - a).days for a, b in pairwise(walls)), default=0)
    if not walls or longest > 1 or (seen.first is not None and seen.first == seen.last):
        return who
    hours = any(at.time() != dt.time() for at in walls)
    return [*who, *(WHEN if hours else WHEN[:1])]


def figures_by(column: str, kpis: Sequence[Kpi], found: Measures) -> Plain:
    """The figures of the largest groups of a column, by the most that one of their figures counts, or of each hour."""
    sizes = sizes_of(kpis, found, column)
    cells: dict[Any, list[Plain]] = {}
    for kpi in kpis:
        for m in found.of(kpi):
            label = m.group[column]
            cells.setdefault(label, []).append({"kpi": kpi.key, **told_of(m), "warnings": caveats_in(m)})
    order = sorted(sizes, key=lambda label: (-sizes[label], str(label)))
    most = _MOST
    if column in WHEN:
        order, most = sorted(label for label in sizes if label is not None), len(sizes)
    return {
        "column": column,
        "kpis": [facts_of(kpi) for kpi in kpis],
        "rows": [{"group": called(column, label), "figures": cells[label]} for label in order[:most]],
        "rest": len(order) - len(order[:most]),
    }


def sizes_of(kpis: Sequence[Kpi], found: Measures, column: str) -> dict[Any, int]:
    """Count each group of a column: the most that one of its figures counts."""
    sizes: dict[Any, int] = {}
    for m in (each for kpi in kpis for each in found.of(kpi)):
        sizes[m.group[column]] = max(sizes.get(m.group[column], 0), m.n + m.undecided)
    return sizes
