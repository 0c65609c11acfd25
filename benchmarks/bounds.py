"""What bounds hold at any size: columns that nobody asked for, rows that wait, and deliveries of a stream.

`python benchmarks/bounds.py` prints processor seconds of one size and of ten times that; linear work costs ten times as
much, and work that does not depend on the size costs the same.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from servqual.metrics import KPIS, Windows, tally

ROWS = 2000
FIRST = np.datetime64("2026-05-04T00:00:00", "us")


def seconds(work: Callable[[], object]) -> float:
    """Processor time of the second of two runs."""
    work()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def wide(columns: int) -> Any:
    """A table of contacts with many columns that nobody asks for."""
    asked = {
        "queued_at": pa.array(FIRST + np.arange(ROWS).astype("m8[m]"), pa.timestamp("us", "UTC")),
        "wait_s": pa.array(np.arange(ROWS) % 90.0),
        "team": pa.array(["north", "south"] * (ROWS // 2)),
    }
    return pa.table({**asked, **{f"column {n}": pa.array(np.full(ROWS, n)) for n in range(columns)}})


def contacts(rows: int) -> dict[str, Any]:
    """Contacts of a year, each of another customer in the worst case."""
    return {
        "customer_id": np.arange(rows),
        "interaction_id": np.arange(rows),
        "queued_at": FIRST + (np.arange(rows) * (365 * 86_400 * 1_000_000 // rows)).astype("m8[us]"),
        "wait_s": np.arange(rows) * 1e-3,
    }


def streamed(kpis: list[Any], rows: int, delivery: int) -> Windows:
    """A year of contacts in deliveries of some rows, with a day of lateness."""
    state, every = Windows.of(kpis, every="month", lateness=dt.timedelta(days=1)), contacts(rows)
    for start in range(0, rows, delivery):
        some = {name: values[start : start + delivery] for name, values in every.items()}
        state = state.add({"interactions": some}, start, start + len(some["queued_at"]))
        state = state.advance(some["queued_at"][-1])
    return state


def main() -> None:
    """Print all bounds."""
    print(f"{'work':44} {'size':>9} {'s':>7} {'ten times':>9}")

    def row(name: str, size: int, work: Callable[[int], Callable[[], object]]) -> None:
        one, ten = seconds(work(size)), seconds(work(10 * size))
        print(f"{name:44} {size:9,} {one:7.3f} {ten:9.3f}  × {ten / one:.1f}")

    with tempfile.TemporaryDirectory() as folder:

        def file(kind: str, columns: int) -> Callable[[], object]:
            path = Path(folder) / f"{columns}.{kind}"
            write = pyarrow.csv.write_csv if kind == "csv" else pyarrow.parquet.write_table
            write(wide(columns), path)
            return lambda: tally(["volume", "asa"], {"interactions": path}, by=["team"])

        row("columns of a Parquet file, 3 of them read", 1000, lambda n: file("parquet", n))
        row("columns of a CSV file, 3 of them read", 1000, lambda n: file("csv", n))
    row("columns of an Arrow table, 3 of them read", 1000, lambda n: _of(wide(n)))
    row("all-distinct values, rows", 200_000, _of_values)
    row("deliveries of 1,000 rows, in any order", 20_000, lambda n: lambda: streamed(["volume", "asa"], n, 1000))
    week = [KPIS["fcr"]]
    row("deliveries of 1,000 rows, keyed", 20_000, lambda n: lambda: streamed(week, n, 1000))
    for rows in (20_000, 200_000):
        state = streamed(week, rows, 1000)
        print(f"{rows:,} rows, all customers distinct: {state.waiting:,} wait, {len(state.to_bytes()):,} bytes stored")


def _of(table: Any) -> Callable[[], object]:
    return lambda: tally(["volume", "asa"], {"interactions": table}, by=["team"])


def _of_values(rows: int) -> Callable[[], object]:
    some = contacts(rows)
    return lambda: tally(["wait_p90"], {"interactions": some})


if __name__ == "__main__":
    main()
