"""The interval that each row of a table of counts covers: a month, a day or half an hour from its moment on."""

import datetime as dt
from collections.abc import Collection
from itertools import pairwise

from servqual.readers.columns.calendar import months_on

_DAY = dt.timedelta(days=1)
_YEAR = 12


def are_months(begins: Collection[dt.datetime]) -> bool:
    """Whether all rows begin with a month."""
    return bool(begins) and all(at.day == 1 and at.time() == dt.time() for at in begins)


def end_of(begins: Collection[dt.datetime]) -> dt.datetime:
    """Give the end of the last row on the clock of its zone: rows are as long as the shortest step between two.

    One row alone is a month where it begins with one, or else a day.

    >>> end_of([dt.datetime(2026, 1, 1), dt.datetime(2026, 4, 1)]), end_of([dt.datetime(2026, 5, 4)])
    (datetime.datetime(2026, 7, 1, 0, 0), datetime.datetime(2026, 5, 5, 0, 0))
    """
    order = sorted({at.replace(tzinfo=None) for at in begins})
    last = order[-1]
    if are_months(order):
        months = min((_YEAR * (b.year - a.year) + b.month - a.month for a, b in pairwise(order)), default=1)
        return dt.datetime.combine(months_on(last.date(), months), dt.time())
    return last + min((b - a for a, b in pairwise(order)), default=_DAY)
