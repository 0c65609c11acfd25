"""Contacts grouped by the tier of their customer, which stands in another table, against joins of other engines.

Two shapes, each with keys as whole numbers and as texts: 10 million contacts of 100,000 customers and of one million;
the argument is how many contacts. Asked are count, mean and 90th percentile of waits by tier and month. Ours also gives
intervals, refuses keys that stand twice, and gives a state that adds up; the others do not.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.ipc
from _contest import compete, contest

from servqual.metrics import measure

ASKED = ["volume", "asa", "wait_p90"]
BY = ["tier", "month"]
ROWS = 10_000_000


def write(folder: str, rows: int, customers: int, *, texts: bool) -> list[str]:
    """Contacts in no order, and customers; a hundredth of the contacts is of nobody that is known."""
    rng = np.random.default_rng(7)

    def key(numbers: Any) -> Any:
        plain = pa.array(numbers)
        return pa.array(np.char.add("K-", numbers.astype("U"))).dictionary_encode() if texts else plain

    at = np.datetime64("2024-01-01", "us") + rng.integers(0, 365 * 86_400, rows).astype("m8[s]")
    contacts = {
        "customer_id": key(rng.integers(0, customers + customers // 100, rows)),
        "queued_at": pa.array(at, pa.timestamp("us")),
        "wait_s": rng.exponential(30, rows).round(),
    }
    known = rng.permutation(customers)
    tiers = pa.DictionaryArray.from_arrays(
        pa.array(rng.integers(0, 4, customers, np.int8)), pa.array(["gold", "silver", "bronze", "none"])
    )
    files = []
    for name, table in (("contacts", contacts), ("customers", {"customer_id": key(known), "tier": tiers})):
        files.append(str(Path(folder) / f"{name}.arrow"))
        with pa.OSFile(files[-1], "wb") as sink, pa.ipc.new_file(sink, (made := pa.table(table)).schema) as writer:
            writer.write_table(made)
    return files


def load(file: str) -> pa.Table:
    """A table, in memory."""
    return pa.ipc.open_file(file).read_all()


def by_us(contacts: str, customers: str) -> Any:
    """One call."""
    data = {"interactions": load(contacts), "customers": load(customers)}
    return lambda: measure(ASKED, data, by=BY, naive="UTC")


def by_duckdb(contacts: str, customers: str) -> Any:
    """A left join and a group by."""
    connection = duckdb.connect()
    for name, file in (("contacts", contacts), ("customers", customers)):
        connection.register(name, load(file))
        connection.execute(f"create table my_{name} as select * from {name}")
    query = (
        "select tier, date_trunc('month', queued_at), count(*), avg(wait_s), quantile_disc(wait_s, 0.9) "
        "from my_contacts left join my_customers using (customer_id) group by all"
    )
    return lambda: connection.execute(query).fetchall()


def by_polars(contacts: str, customers: str) -> Any:
    """A left join and a group by."""
    one, two = (pl.DataFrame(load(file)) for file in (contacts, customers))
    ids = pl.col("customer_id")
    if one.schema["customer_id"] != pl.Int64:
        one, two = (frame.with_columns(ids.cast(pl.String)) for frame in (one, two))
    return lambda: (
        one.lazy()
        .join(two.lazy(), on="customer_id", how="left")
        .group_by("tier", pl.col("queued_at").dt.truncate("1mo"))
        .agg(
            pl.len(),
            pl.col("wait_s").mean().alias("asa"),
            pl.col("wait_s").sort().get((0.9 * pl.len()).ceil().cast(pl.Int64) - 1),
        )
        .collect()
    )


CONTENDERS = {"servqual": by_us, "DuckDB": by_duckdb, "Polars": by_polars}


def main() -> None:
    """Print every shape."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for customers, texts in ((100_000, False), (100_000, True), (1_000_000, False), (1_000_000, True)):
        print(f"{rows:,} contacts of {customers:,} customers, keys are {'texts' if texts else 'whole numbers'}")
        with tempfile.TemporaryDirectory() as folder:
            contest(__file__, [*CONTENDERS], *write(folder, rows, customers, texts=texts))


if __name__ == "__main__":
    if "--only" in sys.argv:
        compete(CONTENDERS, times=3)
    else:
        main()
