"""KPIs from exports as they are, CSV and Excel, against readers of data frames; the argument is how many rows of CSV.

The rows are cases with a day in front ("13/05/2026 09:30:00") and times of Berlin. Asked are volume, mean and median
time to solve by team and month of receipt. The rivals parse the two moments by their form and take clock times as they
are, without a zone, so that theirs is the smaller task. Memory shows whether a file is held or streamed.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from _contest import compete, contest

from servqual.metrics import measure
from servqual.readers import Export, Layout

FORM = "%d/%m/%Y %H:%M:%S"
LAYOUT = Layout(columns={"received_at": "Opened", "resolved_at": "Solved"}, zone="Europe/Berlin", dates=[FORM])
ASKED = ["case_volume", "resolution_time", "resolution_p50"]
PART = 1_000_000
SHEET = 100_000


def frame(size: int, seed: int) -> pd.DataFrame:
    """Cases of a year, other ones per seed."""
    rng = np.random.default_rng(seed)
    opened = np.datetime64("2026-01-01", "s") + rng.integers(0, 365 * 86_400, size)
    solved = opened + rng.exponential(9 * 3600, size).astype(np.int64)
    return pd.DataFrame(
        {
            "Case id": [f"C-{seed}-{n}" for n in range(size)],
            "Opened": opened.astype("M8[s]"),
            "Solved": solved.astype("M8[s]"),
            "Team": np.array(["north", "south", "east", "west", "night"])[rng.integers(0, 5, size)],
            "Subject": "printer on fire, again",
        }
    )


def write(path: Path, size: int) -> None:
    """A CSV, part by part."""
    for number, first in enumerate(range(0, size, PART)):
        some = frame(min(PART, size - first), number)
        some.to_csv(path, mode="a", header=not number, index=False, date_format=FORM)


def by_us(path: str) -> Any:
    """One call."""
    export = Export(path, LAYOUT)
    return lambda: measure(ASKED, {"cases": export}, by=["team", "month"])


def by_pandas(path: str) -> Any:
    """Two columns of moments by their form, then groups."""

    def call() -> Any:
        names = ["Opened", "Solved", "Team"]
        is_sheet = path.endswith("xlsx")
        rows = pd.read_excel(path, usecols=names, engine="calamine") if is_sheet else pd.read_csv(path, usecols=names)
        opened, solved = (pd.to_datetime(rows[name], format=FORM) for name in ("Opened", "Solved"))
        taken = (solved - opened).dt.total_seconds()
        return taken.groupby([rows["Team"], opened.dt.to_period("M")]).agg(["size", "mean", "median"])

    return call


def by_polars(path: str) -> Any:
    """The same as expressions in the streaming engine."""
    opened, solved = (pl.col(name).str.to_datetime(FORM) for name in ("Opened", "Solved"))
    taken = (solved - opened).dt.total_seconds()
    query = pl.scan_csv(path).group_by("Team", opened.dt.truncate("1mo").alias("month"))
    asked = query.agg(pl.len(), taken.mean().alias("mean"), taken.median().alias("median"))
    return lambda: asked.collect(engine="streaming")


def by_duckdb(path: str) -> Any:
    """The same as a query over the file."""
    link = duckdb.connect()
    query = (
        "select Team, date_trunc('month', Opened), count(*), avg(taken), median(taken) from "
        "(select *, epoch(Solved) - epoch(Opened) as taken from read_csv(?, timestampformat = ?)) group by all"
    )
    return lambda: link.execute(query, [path, FORM]).to_arrow_table()


CONTENDERS = {"ours": by_us, "pandas": by_pandas, "Polars, streaming": by_polars, "DuckDB": by_duckdb}


def main(size: int) -> None:
    """Print a line for each, for the CSV and for a sheet."""
    with tempfile.TemporaryDirectory() as folder:
        csv, sheet = Path(folder) / "cases.csv", Path(folder) / "cases.xlsx"
        for many in (size // 10, size):
            csv.unlink(missing_ok=True)
            write(csv, many)
            print(f"{many:,} cases in {csv.stat().st_size / 1e6:,.0f} MB of CSV", flush=True)
            contest(__file__, list(CONTENDERS), str(csv))
        rows = frame(SHEET, 0)
        for name in ("Opened", "Solved"):
            rows[name] = rows[name].dt.strftime(FORM)
        rows.to_excel(sheet, index=False)
        print(f"{SHEET:,} cases in a workbook", flush=True)
        contest(__file__, ["ours", "pandas"], str(sheet))


if __name__ == "__main__":
    if "--only" in sys.argv:
        compete(CONTENDERS, 1)
    else:
        main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000)
