"""Tables with a column per item: a survey with one per question, a count by day with one per team."""

from collections.abc import Mapping
from typing import Final

from servqual.readers.columns.numbers import under
from servqual.readers.files.totals import heads_total
from servqual.readers.files.wide_rows import Wide
from servqual.readers.inspecting.kinds import Cells, Holds

_FEWEST: Final = {"answers": 3, "contact_counts": 2}
"""The fewest columns of items."""
_HIGHEST: Final = 10
"""The highest score of a usual scale; an item whose cells all lie up to it is taken for a question."""
_TIMES: Final = (Holds.DATES, Holds.MOMENTS)


def wide_of(cells: Mapping[str, Cells], named: Mapping[str, str]) -> tuple[str, Wide, str] | None:
    """Find a table with a column per item: its table of ours, its layout, and why; None where it has no such columns.

    `named` are our columns with the heading that could be each. Items are all columns of whole numbers that could be
    none of ours nor totals, and at least half of all columns. Where all numbers are at most 10 they are answers, else
    counts, if nothing but a period stands beside them.

    >>> days, numbers = Cells(holds=Holds.DATES), Cells(holds=Holds.COUNTS, high="90")
    >>> table, wide, _ = wide_of({"Day": days, "North": numbers, "South": numbers}, {"at": "Day"})
    >>> table, dict(wide.cells)
    ('contact_counts', {'offered': ('North', 'South')})
    """
    taken = {*named.values()}
    cells = {heading: held for heading, held in cells.items() if not heads_total(heading)}
    items = tuple(heading for heading, held in cells.items() if held.holds is Holds.COUNTS and heading not in taken)
    times = [heading for heading, held in cells.items() if held.holds in _TIMES]
    if not times or 2 * len(items) < len(cells):
        return None
    shown = f'{len(items)} columns, such as "{items[0]}", hold whole numbers'
    if all(_up_to(cells[heading], _HIGHEST) for heading in items):
        if len(items) < _FEWEST["answers"]:
            return None
        row = None if "customer_id" in named else "customer_id"
        wide = Wide(label="question", cells={"score": items}, row=row)
        return "answers", wide, f"{shown} up to {_HIGHEST}, as a question each has"
    [day, *more] = times
    each = cells[day].distinct == cells[day].filled
    if more or not each or len(items) + 1 < len(cells) or len(items) < _FEWEST["contact_counts"]:
        return None
    because = f'{shown} beside a period, "{day}": contacts offered, by team, unless you say otherwise'
    return "contact_counts", Wide(label="team", cells={"offered": items}), because


def _up_to(held: Cells, most: int) -> bool:
    """Whether no number of a column is above one."""
    value = None if held.high is None else under(held.high, ".")
    return value is not None and value <= most
