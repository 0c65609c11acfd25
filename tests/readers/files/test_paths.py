"""The same rows from a file, a folder or a glob give the same tally, to the byte."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servqual.errors import InvalidValue, UnreadableFile
from servqual.metrics import measure, tally
from servqual.readers.files import paths

NOW = np.datetime64("2026-06-01")
ASK = ["volume", "asa", "service_level", "wait_p50"]
BY = ["team", "month"]


def made(size: int = 2_000) -> dict[str, Any]:
    """Contacts as numpy columns, some cells missing."""
    rng = np.random.default_rng(7)
    wait = rng.exponential(30, size).round(1)
    wait[::17] = np.nan
    seconds = rng.integers(0, 120 * 86_400, size).astype("m8[s]")
    return {
        "team": rng.choice(np.array(["north", "south", None], object), size, p=[0.45, 0.45, 0.1]),
        "queued_at": (np.datetime64("2026-01-01") + seconds).astype("M8[us]"),
        "wait_s": wait,
        "abandoned": rng.random(size) < 0.05,
    }


def test_files_folders_and_globs_are_streamed(tmp_path: Path) -> None:
    """Parquet in several files, and the same as CSV."""
    columns = made()
    want = tally(ASK, {"interactions": columns}, by=BY, now=NOW)
    frame = pd.DataFrame(columns)
    frame["queued_at"] = frame["queued_at"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i in range(4):
        pq.write_table(table.slice(i * 500, 500), tmp_path / f"part-{i}.parquet")
    for path in (tmp_path, str(tmp_path / "part-*.parquet")):
        assert tally(ASK, {"interactions": path}, by=BY, now=NOW).to_bytes() == want.to_bytes()
    csv = tmp_path / "all.csv"
    frame.to_csv(csv, index=False)
    found = measure(ASK, {"interactions": csv}, by=BY, now=NOW)
    assert found.equals(want.measure())
    with pytest.raises(UnreadableFile, match="holds no Parquet or CSV"):
        tally(ASK, {"interactions": tmp_path / "none-*.parquet"}, by=BY, now=NOW)
    with pytest.raises(UnreadableFile, match="no such file"):
        tally(ASK, {"interactions": tmp_path / "none.parquet"}, by=BY, now=NOW)


def test_refused_cells_of_a_long_file_keep_their_row_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted over the chunks in which it is read."""
    monkeypatch.setattr(paths, "CHUNK", 2)
    pq.write_table(pa.table({"wait_s": [1.0, 2.0, -3.0, 4.0, -5.0]}), tmp_path / "calls.parquet")
    found = measure(["asa"], {"interactions": tmp_path / "calls.parquet"})
    assert sorted(refusal.row for refusal in found.rows["interactions"].refusals) == [2, 4]


def test_parquet_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    """Nobody could say which of the two columns is meant."""
    pq.write_table(pa.table([[1], [2]], names=["team", "team"]), tmp_path / "calls.parquet")
    with pytest.raises(InvalidValue, match=r"interactions must have columns with different names in .*calls\.parquet"):
        measure(["volume"], {"interactions": tmp_path / "calls.parquet"})


def cut(whole: bytes) -> bytes:
    """Keep the first half."""
    return whole[: len(whole) // 2]


def spoilt(whole: bytes) -> bytes:
    """Change the pages and keep the footer."""
    return whole[:4] + bytes(byte ^ 0x55 for byte in whole[4:400]) + whole[400:]


@pytest.mark.parametrize("damage", [cut, spoilt])
def test_a_damaged_parquet_file_is_unreadable(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """The error names the file."""
    path = tmp_path / "all.parquet"
    pq.write_table(pa.table({"received_at": [NOW.item()] * 1_000, "customer_id": [*map(str, range(1_000))]}), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UnreadableFile, match=r"cannot read .*all\.parquet"):
        measure(["case_volume"], {"cases": path}, naive="UTC")


def test_a_damaged_neighbour_is_unreadable(tmp_path: Path) -> None:
    """Its pages are read when columns are looked up."""
    path = tmp_path / "customers.parquet"
    pq.write_table(pa.table({"customer_id": [*map(str, range(1_000))], "tier": ["gold"] * 1_000}), path)
    path.write_bytes(spoilt(path.read_bytes()))
    cases = {"received_at": [NOW], "customer_id": ["a"]}
    with pytest.raises(UnreadableFile, match=r"cannot read .*customers\.parquet"):
        measure(["case_volume"], {"cases": cases, "customers": path}, by=["tier"])
