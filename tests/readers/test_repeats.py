"""An id that came before is refused with its reason, and the first row of each id counts."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.model import Case, CaseId, CustomerId
from servqual.model import case as event
from servqual.readers import arrays, columns_of, repeats
from servqual.readers.frames import frame_batch
from servqual.readers.repeats import IDS
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
    frame = pl.DataFrame(columns, schema={"interaction_id": pl.Int64, "wait_s": pl.Float64})
    for found in (columns_of("interactions", columns), frame_batch("interactions", frame)):
        assert [int(row) for row in found.rows] == kept
        assert (found.columns["wait_s"].values // 1_000_000).tolist() == kept
        assert [(refusal.row, refusal.reason) for refusal in found.lost] == [(row, "came before") for row in lost]
        assert found.read == found.size + len(lost) == len(ids)
    assert columns_of("interactions", columns, unique=False).size == len(ids)


def test_a_row_that_is_gone_refuses_nothing_else() -> None:
    """It is told once, and what was read wrong in it no more."""
    columns: dict[str, Any] = {"case_id": ["C-1", "C-1", "C-2"], "received_at": [NINE] * 3, "reopened": [0, -1, -1]}
    assert [refusal.row for refusal in columns_of("cases", columns).refusals] == [2]
    found = measure(["case_volume", "reopen_rate"], {"cases": columns}, now=NINE)
    assert found.get("case_volume").value == 2
    rows = found.rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (3, 2, 1)
    assert rows.reasons["case_id", "came before"] == 1


def test_stretches_of_a_table_are_looked_through_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the length of a stretch; rows keep their numbers."""
    monkeypatch.setattr(arrays, "PART", 2)
    columns = {"case_id": [1, 2, 3, 1, 5, 2], "received_at": [NINE] * 6}
    found = measure(["case_volume"], {"cases": columns}, now=NINE)
    assert found.one().value == 4
    assert sorted(refusal.row for refusal in found.rows["cases"].refusals) == [3, 5]


def test_ids_are_looked_through_whatever_is_asked() -> None:
    """Though no KPI reads them; so that every KPI is of the same rows."""
    columns = {"interaction_id": ["a", "b", "a"], "queued_at": [NINE] * 3, "wait_s": [1, 2, 30]}
    for source in (columns, pl.DataFrame(columns)):
        found = measure(["volume", "asa"], {"interactions": source})
        assert (found.get("volume").value, found.get("asa").value) == (2, 1.5)


def test_files_and_iterators_are_not_looked_through(tmp_path: Path) -> None:
    """What comes in parts is counted as it comes."""
    frame = pl.DataFrame({"case_id": [1, 1], "received_at": [NINE] * 2})
    frame.write_parquet(tmp_path / "cases.parquet")
    assert measure(["case_volume"], {"cases": tmp_path / "cases.parquet"}, now=NINE).one().value == 2
    assert measure(["case_volume"], {"cases": iter([frame[:1], frame[1:]])}, now=NINE).one().value == 2
    assert measure(["case_volume"], {"cases": frame}, now=NINE).one().value == 1


def test_objects_that_come_again_are_refused_in_a_list() -> None:
    """An old version of a case beside the new one is no second case, as a row or as a log."""
    old = Case(
        history=[
            event.Reported(
                at=NINE, id=CaseId("C-1"), customer=CustomerId("K-1"), description="d", impact="i", owner="A-1",
                occurred_at=NINE, channel="phone", source="feedback",
            )
        ]
    )  # fmt: skip
    new = old.record(event.Received(at=NINE + dt.timedelta(hours=1), by="A-1"))
    now = NINE + dt.timedelta(days=1)
    for table, read, used in (("cases", 2, 1), ("case_events", 3, 2)):
        found = measure(["case_volume"], {table: [new, old]}, now=now)
        assert found.one().value == 1
        rows = found.rows[table]
        assert (rows.read, rows.used) == (read, used)
        assert [str(refusal) for refusal in rows.refusals] == ["row 1: case_id came before (got 'C-1')"]
    assert measure(["case_volume"], {"cases": iter([new, old])}, now=now).one().value == 2


def test_ids_that_name_no_rows_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a list of refusals as long as the table."""
    monkeypatch.setattr(repeats, "_MOST", 2)
    with pytest.raises(InvalidValue, match=r"case_id must name each row of cases .got 3 rows"):
        columns_of("cases", {"case_id": [7, 7, 7, 7]})


def test_tables_without_an_id_are_left_alone() -> None:
    """And every id is a label of a table that there is."""
    assert all(TABLES[table].get(name, Kind.LABEL) is Kind.LABEL for table, name in IDS.items())
    assert columns_of("answers", {"survey": ["Q2", "Q2"]}).size == 2
