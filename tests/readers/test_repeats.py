"""An id that came before is refused with its reason, and the first row of each id counts."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.readers import columns_of, repeats
from servqual.readers.frames import frame_batch
from servqual.readers.repeats import IDS, without_repeats
from servqual.readers.tables import TABLES, Kind

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


@given(st.lists(st.one_of(st.none(), st.integers(0, 8)), max_size=30))
def test_the_first_row_of_each_id_stays(ids: list[int | None]) -> None:
    """Against the obvious loop."""
    seen: set[int] = set()
    kept: list[int] = []
    lost: list[int] = []
    for row, one in enumerate(ids):
        (lost if one in seen else kept).append(row)
        if one is not None:
            seen.add(one)
    columns = {"interaction_id": ids, "wait_s": [float(row) for row in range(len(ids))]}
    for batch in (
        columns_of("interactions", columns),
        frame_batch("interactions", pl.DataFrame(columns, schema={"interaction_id": pl.Int64, "wait_s": pl.Float64})),
    ):
        found = without_repeats("interactions", batch)
        assert [int(row) for row in found.rows] == kept
        assert (found.columns["wait_s"].values // 1_000_000).tolist() == kept
        assert [(refusal.row, refusal.reason) for refusal in found.lost] == [(row, "came before") for row in lost]
        assert found.read == found.size + len(lost) == len(ids)


def test_a_row_that_is_gone_refuses_nothing_else() -> None:
    """It is told once, and what was read wrong in it no more."""
    columns: dict[str, Any] = {"case_id": ["C-1", "C-1", "C-2"], "received_at": [NINE] * 3, "reopened": [0, -1, -1]}
    batch = without_repeats("cases", columns_of("cases", columns))
    assert [refusal.row for refusal in batch.refusals] == [2]
    found = measure(["case_volume", "reopen_rate"], {"cases": [batch]}, now=NINE)
    assert found.get("case_volume").value == 2
    rows = found.rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (3, 2, 1)
    assert rows.reasons["case_id", "came before"] == 1


def test_ids_that_name_no_rows_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a list of refusals as long as the table."""
    monkeypatch.setattr(repeats, "_MOST", 2)
    with pytest.raises(InvalidValue, match=r"case_id must name each row of cases .got 3 rows"):
        without_repeats("cases", columns_of("cases", {"case_id": [7, 7, 7, 7]}))


def test_tables_without_an_id_are_left_alone() -> None:
    """And every id is a label of a table that there is."""
    assert all(TABLES[table].get(name, Kind.LABEL) is Kind.LABEL for table, name in IDS.items())
    batch = columns_of("answers", {"survey": ["Q2", "Q2"]})
    assert without_repeats("answers", batch) is batch
    unique = columns_of("cases", {"case_id": ["a", "b"]})
    assert without_repeats("cases", unique) is unique
