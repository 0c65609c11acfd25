"""Of many columns only the needed ones are read, whatever carries them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from servqual.errors import MissingColumn
from servqual.metrics import Windows, tally
from servqual.readers.columns.texts import CellReader

FIRST = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
WIDE = {
    "queued_at": [FIRST, FIRST],
    "wait_s": [5, 9],
    **{f"column {number}": ["not", "read"] for number in range(300)},
    "talk_s": ["never", "read"],
}


def test_cells_of_a_csv_that_nobody_asked_for_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two columns of 303 are read as cells; a column that is missing is still asked for by the names of all."""
    file = tmp_path / "wide.csv"
    rows = zip(*WIDE.values(), strict=True)
    file.write_text("\n".join([",".join(WIDE), *(",".join(map(str, row)) for row in rows)]))
    read: list[str] = []
    whole = CellReader.read

    def counted(self: CellReader, *told: Any) -> Any:
        read.append(self.name)
        return whole(self, *told)

    monkeypatch.setattr(CellReader, "read", counted)
    assert tally(["asa"], {"interactions": file}).measure().one().value == 7
    assert {*read} == {"queued_at", "wait_s"} or {*read} == {"wait_s"}
    with pytest.raises(MissingColumn, match="column 299"):
        tally(["asa"], {"interactions": file}, by=["column 300"])


def test_columns_of_other_carriers_that_cannot_be_read_do_no_harm(tmp_path: Path) -> None:
    """A column of durations that holds words is refused where it is read, and only there."""
    table = pa.table({name: pa.array(values) for name, values in WIDE.items()})
    file = tmp_path / "wide.parquet"
    pyarrow.parquet.write_table(table, file)
    for source in (table, file, WIDE):
        found = tally(["asa"], {"interactions": source})
        assert (found.measure().one().value, dict(found.rows["interactions"].reasons)) == (7, {})
        state = Windows.of(["asa"]).add({"interactions": source}, 0, 2)
        assert state.tally().measure().get("asa", day=FIRST.date()).value == 7
