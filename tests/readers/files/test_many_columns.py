"""A table of hundreds of columns costs what the needed ones do."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servqual.metrics import measure
from servqual.readers import Export, Layout
from servqual.readers.files import table_rows
from servqual.readers.files.opening import open_file
from servqual.readers.files.table_rows import texts_of
from servqual.readers.inspecting import looking


def test_of_many_columns_only_the_needed_ones_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a text and of Parquet, which has them one by one; the numbers are those of all columns."""
    made = list[int]()
    turned = table_rows.Turned.__getitem__

    def noted(self: table_rows.Turned, at: Any) -> Any:
        made.append(at)
        return turned(self, at)

    monkeypatch.setattr(table_rows.Turned, "__getitem__", noted)
    monkeypatch.delattr(table_rows.Turned, "__iter__")
    rows: dict[str, list[str]] = {"received_at": ["2026-05-04T09:00Z"] * 3, "team": ["a", "b", "b"]}
    rows |= {f"field {n}": [str(n)] * 3 for n in range(998)}
    lines = [",".join(rows), *map(",".join, zip(*rows.values(), strict=True))]
    (tmp_path / "wide.csv").write_text("\n".join(lines), encoding="utf-8")
    pq.write_table(pa.table(rows), tmp_path / "wide.parquet")
    for name, count in (("wide.csv", 2), ("wide.parquet", 0)):
        export = Export(tmp_path / name, Layout(missing=["field"]))
        found = measure(["case_volume"], {"cases": export}, by=["team"])
        assert {one.group["team"]: one.value for one in found} == {"a": 1, "b": 2}
        assert {*made} == {*range(count)}
        assert not found.warnings
        with open_file(tmp_path / name) as opened:
            [chunk] = opened.only({1})
        assert [*texts_of(chunk.columns[1])] == ["a", "b", "b"]
        made.clear()
        by = measure(["case_volume"], {"cases": export}, by=["field 7"])
        assert (by.one().group, by.one().value) == ({"field 7": "7"}, 3)
        made.clear()


def test_of_a_wide_file_inspect_looks_at_fewer_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts all of them; a look at a cell costs more than its split from the line."""
    monkeypatch.setattr(table_rows, "CELLS", 40)
    monkeypatch.setattr(looking, "_CELLS", 60)
    path = tmp_path / "wide.csv"
    path.write_text("id,received_at,team,note\n" + "C-1,2026-05-04T09:00Z,north,x\n" * 200, encoding="utf-8")
    found = looking.look(path)
    assert (found.rows, found.whole) == (200, True)
    assert 60 <= 4 * found.looked <= 100
