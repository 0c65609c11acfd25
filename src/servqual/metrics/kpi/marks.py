"""Columns that mark only yes: their blanks are not known, and are left out, though many exports mean no by them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._words import counted
from servqual.readers.columns.columns import Column
from servqual.readers.columns.notes import BLANK
from servqual.readers.columns.tables import TABLES, Kind, kind_of

_COUNTS: Final = frozenset({"reopened", "reassigned", "recategorised", "customer_replies", "hold_s", "wrap_s"})
"""Counts and durations of which a blank may mean 0."""
_PARTS: Final = frozenset({"hold_s", "wrap_s"})
"""What is added to another duration, such as the talk, where there is such a column."""
_OF_NO: Final = frozenset({"first_line_rate", "one_touch_rate", "first_pass_yield"})
"""Shares of the rows that say no."""
Notes = Mapping[tuple[str, str], int]


def marks_of(kpi: Any) -> list[str]:
    """List the columns that a KPI reads of which a blank may mean no, or 0."""
    if kpi.table not in TABLES:
        return []
    flags = [name for name in kpi.needs if kind_of(kpi.table, name, kpi.kinds) is Kind.FLAG or name in _COUNTS]
    return flags + [name for name in kpi.uses if name in _PARTS]


def blanks_in(kpi: Any, columns: Mapping[str, Column], rows: Array) -> Iterator[tuple[tuple[str, str], Array]]:
    """List the blanks of some rows: by column and note, where all else is known that the KPI needs."""
    for name in marks_of(kpi):
        column = columns.get(name)
        blank = np.zeros(0, np.bool_) if column is None else ~column.known & rows
        if not blank.any():
            continue
        for other in kpi.needs:
            if other != name and other in columns:
                blank &= columns[other].known
        if "abandoned" in columns and "abandoned" in kpi.uses:
            blank &= columns["abandoned"].values != 1
        yield (name, BLANK), blank


def only_yes(kpi: Any, value: Array, n: Array, notes: Notes) -> Iterator[str]:
    """Say which columns have more blanks than rows that count, and no cell that says no; by group value and n."""
    rows = int(n.sum())
    for name in marks_of(kpi):
        blank = notes.get((name, BLANK), 0)
        if not rows or blank <= rows:
            continue
        flag = name not in _COUNTS
        word = "no" if flag else "0"
        remedy = f"if a blank means {word}, fill it in with {word}"
        if kpi.statistic == "share":
            if (value[n > 0] == (0 if kpi.name in _OF_NO else 1)).all():
                yes = "yes" if flag else "above 0"
                yield f"{name} is {yes} in {counted(rows, 'row')} and blank in {blank:,}, and {word} in none: {remedy}"
        elif not flag:
            yield f"{name} is blank in {counted(blank, 'row')}, left out beside {rows:,} that count: {remedy}"
