"""`check_kpi` passes KPIs that keep the laws, and names the law that another one breaks."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Count, Kpi, Ratio, Total
from servqual.testing import check_kpi

pytestmark = pytest.mark.usefixtures("unshrunk")
KEYS = ("volume", "asa", "nps", "fcr", "backlog", "repurchase_rate", "resolution_p50", "customers_in_contact")
"""A count, a mean, a net score, a keyed KPI, a stock, a KPI of a period, a percentile, and distinct customers."""


@pytest.mark.parametrize("key", KEYS)
def test_kpis_of_the_catalogue_keep_the_laws(key: str) -> None:
    """One of each kind; all of them are held against their slow twins elsewhere."""
    check_kpi(KPIS[key], max_examples=6)


def soon(view: Any) -> dict[str, Any]:
    """Count solutions within an hour, of those known."""
    took = view.us("resolved_at") - view.us("received_at")
    return {"hit": took <= 3_600_000_000, "among": view.known("received_at") & view.known("resolved_at")}


def own(**changes: Any) -> Kpi:
    """A KPI of the user, with another row function."""
    facts: dict[str, Any] = {
        "key": "own",
        "title": "own",
        "question": "?",
        "formula": "hit / known",
        "unit": "share",
        "better": "higher",
        "table": "cases",
        "needs": ("received_at", "resolved_at"),
        "accumulator": Ratio,
        "rows": soon,
    }
    return Kpi(**facts | changes)


def counts_missing(view: Any) -> dict[str, Any]:
    """Count open cases as misses."""
    return {**soon(view), "among": np.ones(view.size, np.bool_)}


def by_place(view: Any) -> dict[str, Any]:
    """Count the first row of whatever is seen at once."""
    known = soon(view)["among"]
    return {"hit": np.arange(view.size) == 0, "among": known}


def spreads(view: Any) -> dict[str, Any]:
    """Give the same mean of the same number, with another spread where something is missing."""
    known = soon(view)["among"]
    value, two = np.full(view.size, 10), np.flatnonzero(known)[:2]
    if two.size == 2 and not known.all():
        value[two] = 5, 15
    return {"value": value, "among": known}


def test_a_kpi_of_the_user_keeps_the_laws() -> None:
    """Over rows that it draws by itself, and over rows of the user."""
    check_kpi(own(), max_examples=10)
    check_kpi(own(table="loans", kinds={"received_at": "moment", "resolved_at": "moment"}), max_examples=5)
    moments = st.datetimes().map(lambda at: f"{at:%Y-%m-%d %H:%M}Z")
    check_kpi(own(), st.fixed_dictionaries({"received_at": moments, "resolved_at": moments}), max_examples=5)
    check_kpi(own(unit="count", accumulator=Count, rows=lambda view: {"among": soon(view)["among"]}), max_examples=5)


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        ({"rows": counts_missing}, "missing cells must not count"),
        ({"rows": by_place}, "order of rows must not matter|added must be the whole"),
        ({"between": (0, 0.5)}, "must lie between 0 and 0.5"),
    ],
)
def test_a_broken_law_is_named(broken: dict[str, Any], law: str) -> None:
    """The error says which law, and Hypothesis which rows."""
    with pytest.raises(AssertionError, match=law):
        check_kpi(own(**broken), max_examples=30)


def test_a_missing_row_must_not_change_the_interval_alone() -> None:
    """Value and n are the same, and the spread tells that the row was counted."""
    known = st.integers(4, 9).map(lambda day: dt.datetime(2026, 5, day, tzinfo=dt.UTC))
    rows = st.fixed_dictionaries({"received_at": known, "resolved_at": known})
    with pytest.raises(AssertionError, match="missing cells must not count"):
        check_kpi(own(rows=spreads, accumulator=Total, unit="score"), rows, max_examples=30)


def test_what_is_no_kpi_is_refused() -> None:
    """Names, compound KPIs and lists of rows are refused by the field."""
    for kpi in ("asa", KPIS["complaint_rate"]):
        with pytest.raises(InvalidValue, match="kpi must be a Kpi"):
            check_kpi(kpi)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="row must be a strategy"):
        check_kpi(own(), [{"received_at": None}])  # type: ignore[arg-type]
