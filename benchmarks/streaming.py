"""The twelve KPIs of kpis.py streamed from Parquet, against streaming engines; the argument is how many rows.

The rows are those of kpis.py, written once to a folder that is removed at the end (about 21 bytes a row). The rivals
take exact percentiles, which is what they offer in SQL and expressions; each answer is checked against ours on a sample
first. Memory is the most that each process ever held, its libraries included.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
from _contest import compete, contest
from kpis import ASKED, COLUMNS, KEYS, KPI_SQL, as_rows, kpi_expressions, make

from servqual.metrics import measure

PART = 2_000_000


def write(folder: Path, size: int) -> None:
    """Files of two million rows, each of other rows."""
    folder.mkdir()
    for number, first in enumerate(range(0, size, PART)):
        table = make(min(PART, size - first), 1, seed=number)
        pq.write_table(table, folder / f"part-{number:04}.parquet", row_group_size=1 << 19)


def by_us(folder: str) -> Any:
    """One call."""
    return lambda: measure(ASKED, {"interactions": Path(folder)}, by=KEYS, naive="UTC")


def by_polars(folder: str) -> Any:
    """The expressions of kpis.py in the streaming engine."""
    keys, aggregates = kpi_expressions()
    query = pl.scan_parquet(f"{folder}/*.parquet").group_by(keys).agg(aggregates)
    return lambda: query.collect(engine="streaming")


def by_duckdb(folder: str) -> Any:
    """The query of kpis.py over the files."""
    link = duckdb.connect()
    query = KPI_SQL.replace("from contacts", f"from read_parquet('{folder}/*.parquet')")
    names = "q[1] as wait_p50, q[2] as wait_p90, q[3] as wait_p95"
    return lambda: link.sql(f"select * exclude q, {names} from ({query})").to_arrow_table()


CONTENDERS = {"ours": by_us, "DuckDB": by_duckdb, "Polars, streaming": by_polars}


def check(folder: str) -> None:
    """All say the same of every group."""
    want: dict[tuple[Any, ...], list[float | None]] = {}
    for m in by_us(folder)():
        want.setdefault(tuple(m.group.values()), []).append(m.value)
    for name in ("DuckDB", "Polars, streaming"):
        found = as_rows(CONTENDERS[name](folder)(), KEYS, COLUMNS)
        assert found.keys() == want.keys(), name
        for key, values in want.items():
            assert all(abs(x - (y or 0)) < 1e-9 * max(1, abs(x)) for x, y in zip(found[key], values, strict=True)), key


def main(size: int) -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        small, whole = Path(folder) / "small", Path(folder) / "whole"
        write(small, min(size, 200_000))
        check(str(small))
        write(whole, size)
        held = sum(file.stat().st_size for file in whole.iterdir()) / 1e9
        print(f"{size:,} contacts in {held:.1f} GB of Parquet, 12 KPIs by team, channel and month", flush=True)
        contest(__file__, list(CONTENDERS), str(whole))


if __name__ == "__main__":
    if "--only" in sys.argv:
        compete(CONTENDERS, 1)
    else:
        main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 200_000_000)
