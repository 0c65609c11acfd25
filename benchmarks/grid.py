"""Counts, a share, a mean and three percentiles by group, at every shape of a grid, against other engines.

Groups of a few and of very many, equal and skewed; values of whole seconds, tenths and microseconds. The arguments are
the number of rows, `--seed`, which draws other rows, orders and widths, and words of the names of shapes, to ask for
these alone. DuckDB and Polars take exact percentiles, PyArrow approximates; ours are exact up to 1,024 different values
in a group and within 0.4 % above, and stand beside both. Answers are checked against DuckDB's before the clock starts.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
from _turns import Shape, grid, serve, write

from servqual.metrics import measure

ASKED = ["volume", "asa", "service_level", "wait_p50", "wait_p90", "wait_p95"]
SKEWS = ("equal", "skewed")
GROUPS = (50, 300, 7_000, 220_000)
WIDTHS = {"whole": (0, 100), "tenths": (1, 1_000), "microseconds": (6, 30)}
"""Digits of a value, and seconds that one takes on average."""
SHARES = (0.5, 0.9, 0.95)


def make(size: int, groups: int, skew: str, width: str, seed: int) -> pa.Table:
    """Waits by desk, in no order; of skewed desks the largest has hundreds of times the rows of the median one."""
    rng = np.random.default_rng(seed)
    digits, seconds = WIDTHS[width]
    place = rng.random(size) ** (4 if skew == "skewed" else 1) * groups
    desk = rng.permutation(groups).astype(np.int32)[place.astype(np.int32)]
    wait = rng.exponential(seconds * rng.uniform(0.8, 1.25), size).round(digits)
    names = pa.array([f"d{number}" for number in range(groups)])
    return pa.table({"desk": pa.DictionaryArray.from_arrays(pa.array(desk), names), "wait_s": wait})


def load(file: str) -> pa.Table:
    """The table, in memory."""
    return pa.ipc.open_file(file).read_all()


def by_us(file: str, _: str) -> Callable[[], Any]:
    """One call."""
    table = load(file)
    return lambda: measure(ASKED, {"interactions": table}, by=["desk"])


def by_duckdb(file: str, _: str) -> Callable[[], Any]:
    """SQL over DuckDB's own table."""
    link, waits = duckdb.connect(), load(file)
    link.execute("create table mine as select * from waits")
    del waits
    query = f"""select desk, count(*) as volume, avg(wait_s) as asa, avg((wait_s <= 20)::int) as service_level,
        quantile_disc(wait_s, [{", ".join(map(str, SHARES))}]) as q from mine group by desk"""
    return lambda: link.sql(
        f"select * exclude q, q[1] as p50, q[2] as p90, q[3] as p95 from ({query})"
    ).to_arrow_table()


def by_polars(file: str, _: str) -> Callable[[], Any]:
    """Percentiles by sorting once, as Polars' own quantile takes another value."""
    waits = pl.col("wait_s").sort()
    ranks = [(pl.lit(q) * pl.len() - 1e-9).ceil().cast(pl.Int64) - 1 for q in SHARES]
    query = (
        pl.DataFrame(load(file))
        .lazy()
        .group_by("desk")
        .agg(
            pl.len().alias("volume"),
            pl.col("wait_s").mean().alias("asa"),
            (pl.col("wait_s") <= 20).mean().alias("service_level"),
            *(waits.get(rank).alias(f"p{q * 100:.0f}") for q, rank in zip(SHARES, ranks, strict=True)),
        )
    )
    return query.collect


def by_pyarrow(file: str, _: str) -> Callable[[], Any]:
    """Arrow's group_by, with t-digests for the percentiles."""
    table = load(file)
    digest = ("wait_s", "tdigest", pc.TDigestOptions(q=list(SHARES)))

    def call() -> pa.Table:
        within = pc.less_equal(table["wait_s"], 20).cast("int8")
        asked = [([], "count_all"), ("wait_s", "mean"), ("within", "mean"), digest]
        return table.append_column("within", within).group_by("desk").aggregate(asked)

    return call


CONTENDERS = {"ours": by_us, "DuckDB": by_duckdb, "Polars": by_polars, "PyArrow, approximate": by_pyarrow}


def check(file: str) -> None:
    """Values are DuckDB's, within what ours say of their bins."""
    want = {row[0]: row[1:] for row in zip(*by_duckdb(file, "")().to_pydict().values(), strict=True)}
    found: dict[str, list[tuple[float, float]]] = {}
    for m in by_us(file, "")():
        found.setdefault(m.group["desk"], []).append((m.value, m.error))
    assert found.keys() == want.keys()
    for desk, values in found.items():
        for (value, error), other in zip(values, want[desk], strict=True):
            assert abs(value - other) <= (error + 1e-9) * other + 1e-6 * (error > 0), (desk, value, other)


def reach(groups: int, width: str) -> float:
    """The ratio to reach: never slower by 50 groups, 1.5 above, 2 for rounded values in between."""
    if groups == GROUPS[0]:
        return 1
    return 2 if groups < GROUPS[-1] and width != "microseconds" else 1.5


def main() -> None:
    """Check each shape on a sample, then print a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("rows", nargs="?", type=lambda text: int(float(text)), default=20_000_000)
    asked.add_argument("words", nargs="*", help="of the shapes to ask for, such as skewed tenths")
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--write", action="store_true", help="put the table into docs/speed.md")
    told = asked.parse_args()
    table: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for groups, width, skew in product(GROUPS, WIDTHS, SKEWS):
            name = f"{groups:,} groups, {skew}, {width}"
            if not {*told.words} <= {*name.replace(",", "").split()}:
                continue
            file, small = (str(Path(folder) / f"{each}.arrow") for each in ("whole", "small"))
            for each, rows in ((small, 100_000), (file, told.rows)):
                waits = make(rows, groups, skew, width, told.seed)
                with pa.ipc.new_file(each, waits.schema) as out:
                    out.write_table(waits)
            check(small)
            lines = grid(__file__, list(CONTENDERS), [Shape(name, file, reach(groups, width))], told.rounds, told.rows)
            table += lines[2 * bool(table) :]
    if told.write:
        write(__file__, f"python benchmarks/grid.py {told.rows} --seed {told.seed} --rounds {told.rounds}", table)


if __name__ == "__main__":
    if "--only" in sys.argv:
        serve(CONTENDERS)
    else:
        main()
