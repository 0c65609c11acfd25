"""What exports get wrong is counted or refused with its reason, and never becomes a wrong number."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from servqual.metrics import KPIS, Measures, measure

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
NOW = NINE + dt.timedelta(days=1)
CARRIERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "columns": lambda columns: columns,
    "pandas": pd.DataFrame,
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
}
csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)


def told(kpi: Any, table: str, source: Any) -> Measures:
    """One KPI of one table."""
    return measure([kpi], {table: source}, now=NOW)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_negative_durations_are_refused_and_nan_is_missing(carrier: str) -> None:
    """Only the known, possible waits are in the mean; each other row is accounted for."""
    waits = [10.0, -5.0, float("nan"), 30.0]
    found = told("asa", "interactions", CARRIERS[carrier]({"queued_at": [NINE] * 4, "wait_s": waits}))
    assert found.one().value == 20
    assert found.one().n == 2
    rows = found.rows["interactions"]
    assert [(r.row, r.column) for r in rows.refusals] == [(1, "wait_s")]
    assert (rows.read, rows.used, rows.refused) == (4, 3, 1)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_scores_off_the_scale_are_refused(carrier: str) -> None:
    """Of five answers one is off the scale, one endless, one missing."""
    answers = {"answered_at": [NINE] * 5, "score": [5.0, 2.0, 7.0, float("inf"), None]}
    found = told(csat, "answers", CARRIERS[carrier](answers))
    assert found.one().value == 0.5
    assert sorted(r.row for r in found.rows["answers"].refusals) == [2, 3]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_moments_before_1970_and_after_2100_are_refused(carrier: str) -> None:
    """They are slips of a keyboard or of an export."""
    moments = [NINE, dt.datetime(1969, 12, 31, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)]
    found = told("case_volume", "cases", CARRIERS[carrier]({"received_at": moments}))
    assert found.one().value == 1
    assert [(r.row, r.reason) for r in found.rows["cases"].refusals] == [
        (i, "must lie between 1970 and 2100") for i in (1, 2)
    ]


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"received_at": []},
        pd.DataFrame(),
        pl.DataFrame({"received_at": []}),
        {"received_at": np.array([], "M8[us]")},
    ],
    ids=str,
)
def test_an_empty_table_is_no_data(table: Any) -> None:
    """A count of 0, and no value of what has none."""
    found = measure(["case_volume", "resolution_rate"], {"cases": table}, now=NOW)
    assert found.get("resolution_rate").value is None
    assert found.get("case_volume").value == 0
    assert found.rows["cases"].read == found.rows["cases"].refused == 0


@pytest.mark.parametrize("carrier", CARRIERS)
def test_columns_of_nothing_are_no_data(carrier: str) -> None:
    """All missing, of whatever type the library gave them."""
    nothing = {"queued_at": [NINE] * 3, "wait_s": [None] * 3, "abandoned": [None] * 3, "team": [None] * 3}
    found = measure(["asa", "abandonment_rate", "volume"], {"interactions": CARRIERS[carrier](nothing)}, by=["team"])
    assert found.get("asa", team=None).value is None
    assert found.get("volume", team=None).value == 3
    assert found.rows["interactions"].refused == 0
