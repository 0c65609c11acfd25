"""Amounts of money in several currencies, which do not add up."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.readers.columns.columns import Column
from servqual.readers.columns.notes import IN_CURRENCY
from servqual.readers.columns.tables import TABLES, Kind

CURRENCY: Final = "currency"
"""The column that says in which currency the amounts of a row are."""
_AMOUNTS: Final = frozenset({"amount", "cost", "redress", "internal_failure", "external_failure", "revenue"})
_MOST: Final = 200
"""More currencies than there are in the world are not told apart."""


def is_of_money(kpi: Any) -> bool:
    """Whether a KPI adds amounts of money."""
    return kpi.unit == "money" or (kpi.table in TABLES and not _AMOUNTS.isdisjoint(kpi.needs))


def currencies_in(column: Column, rows: Array) -> Iterator[tuple[tuple[str, str], Array]]:
    """List the currencies of some rows: by column and note, the rows in each."""
    if column.kind is Kind.LABEL:
        codes: list[int] = np.unique(column.values[rows & column.known])[:_MOST].tolist()
        for code in codes:
            yield (CURRENCY, f"{IN_CURRENCY}{column.labels[code].upper()}"), rows & (column.values == code)


def currencies_of(reasons: Iterable[tuple[str, str]]) -> list[str]:
    """List the currencies that were noted."""
    return [why.removeprefix(IN_CURRENCY) for name, why in reasons if name == CURRENCY and why.startswith(IN_CURRENCY)]
