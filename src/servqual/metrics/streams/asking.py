"""What may be asked of a stream of rows that never change: its KPIs, their tables, and how far ahead they look."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
import numpy as np

from servqual.errors import InvalidValue
from servqual.metrics.engine import Plan, tally_of
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.kpi.view import no_rows
from servqual.readers.columns.columns import Chunk

MICROSECOND: Final = dt.timedelta(microseconds=1)


def check(plan: Plan) -> None:
    """Refuse KPIs whose rows change, that look at all rows of a customer, or that share a table with another moment."""
    dated: dict[str, Kpi] = {}
    for kpi in plan.read:
        if kpi.stock or kpi.table.startswith("case_events") or (kpi.law != "keyed" and _judges(kpi)):
            raise InvalidValue.of(
                "kpis",
                "count rows that never change",
                kpi.key,
                shown=f"{kpi.key}, which judges what is still open",
                do="read cases from their events with AsOf, or measure the table as it is",
            )
        if kpi.law == "keyed" and not isinstance(kpi.params.get("window"), dt.timedelta):
            raise InvalidValue.of(
                "kpis",
                "have a window where they need all rows of a customer together",
                kpi.key,
                do="set it with with_(window=…)" if "window" in kpi.params else "measure the table as a whole",
            )
        other = dated.setdefault(kpi.table, kpi)
        if other.at != kpi.at:
            raise InvalidValue.of(
                "kpis",
                f"date the rows of {kpi.table} by one moment",
                kpi.key,
                shown=f"{other.key} by {other.at}, {kpi.key} by {kpi.at}",
                do="keep a state for each",
            )


def _judges(kpi: Kpi) -> bool:
    """Whether a KPI asks for `now`."""
    try:
        kpi.arguments(no_rows(kpi, kpi.columns, None))
    except InvalidValue as error:
        return error.field == "now"
    return False


def keyed_tables(plan: Plan) -> frozenset[str]:
    """Name the tables whose rows wait, because a KPI needs those of a customer together."""
    return frozenset(kpi.table for kpi in plan.read if kpi.law == "keyed")


def reach_of(plan: Plan) -> int:
    """How far ahead a keyed KPI looks, in microseconds."""
    windows = [kpi.params["window"] // MICROSECOND for kpi in plan.read if kpi.law == "keyed"]
    return max(windows, default=-1) + 1


def moment_of(plan: Plan, table: str) -> str:
    """Name the moment that dates the rows of a table."""
    return next(kpi.at for kpi in plan.read if kpi.table == table)


def check_columns(plan: Plan, table: str, pieces: Iterable[Chunk]) -> None:
    """Refuse at once a table whose rows wait and lack a column that is needed."""
    none = np.zeros(0, np.int64)
    for piece in pieces:
        if piece.columns:
            empty = attrs.evolve(piece.take(none), others=piece.others)
            tally_of(plan, {t: [lambda empty=empty: empty] if t == table else [] for t in plan.tables})  # type: ignore[misc]
            return


def other_columns(table: str, before: Sequence[str], found: Sequence[str]) -> InvalidValue:
    """Word the error of a table that has other columns than before."""
    differ = min({*before} ^ {*found})
    return InvalidValue.of(
        table,
        f"have {differ} in all deliveries, or in none",
        differ,
        shown="some with it",
        do="add it to the others, empty where it is not known",
    )
