"""First-contact resolution and repeats within a week: ours against other engines, shape by shape.

    python benchmarks/chains.py [CONTACTS] [--seed N] [--rounds N] [--write]

Contacts of two years, of 40 teams and 3 topics, coded as columnar files are. Customers are few (2,000 contacts each),
many (5 each), skewed (as the reciprocal of their rank, and one customer in 5 % of the rows), or many with ids far
apart or with texts for ids; rows are in the order of time or in none. Asked is the resolution alone, or with repeats,
by team and month. All results are checked to be the same. Ours also gives intervals and undecided contacts; the others
do not.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.ipc
from _turns import Shape, grid, serve, write

from servqual.metrics import KPIS, measure

WEEK = dt.timedelta(days=7)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CUSTOMERS = ("few", "many", "skewed", "far apart", "texts")
ORDERS = ("in no order", "in the order of time")
ASKED = ("alone", "with repeats")
COUNTS = ["first", "kept", "repeats", "contacts"]


def make(size: int, seed: int, customers: str, order: str) -> Any:
    """Contacts, whose customers and order are as a shape says."""
    rng = np.random.default_rng(seed)
    many = max(size // 5, 1)
    if customers == "skewed":
        who = np.exp(rng.random(size) * np.log(many)).astype(np.int64)
        who[rng.random(size) < 0.05] = many // 2
    else:
        who = rng.integers(0, max(size // 2000, 1) if customers == "few" else many, size)
    if customers == "far apart":
        who = who * 7919 + 10**9
    at = rng.integers(0, 730 * 86_400, size)
    if order == "in the order of time":
        at.sort()

    def coded(names: list[str]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, len(names), size, np.int8)), pa.array(names))

    return pa.table(
        {
            "team": coded([f"t{i}" for i in range(40)]),
            "topic": coded(["bill", "line", "move"]),
            "customer_id": pa.array([f"K-{number:08}" for number in who.tolist()]) if customers == "texts" else who,
            "queued_at": pa.array(np.datetime64("2024-01-01", "us") + at.astype("m8[s]"), pa.timestamp("us")),
            "abandoned": rng.random(size) < 0.02,
        }
    )


@cache
def load(file: str) -> Any:
    """The contacts, in memory."""
    return pa.ipc.open_file(file).read_all()


def by_us(file: str, shape: str) -> Callable[[], Any]:
    """One call."""
    table, keys = load(file), ["fcr", "repeat_rate"] if shape.endswith("with repeats") else ["fcr"]
    asked = [KPIS[key].with_(window=WEEK) for key in keys]
    return lambda: measure(asked, {"interactions": table}, by=["team", "month"], now=NOW, naive="UTC")


def by_duckdb(file: str, shape: str) -> Callable[[], Any]:
    """Window functions over DuckDB's own table; a contact that gave up lengthens no chain."""
    link = duckdb.connect()
    link.register("given", load(file))
    link.execute("create table mine as select * from given")
    first = "not coalesce(follows, false) and not abandoned and queued_at + interval 7 days < timestamp '2026-01-01'"
    repeats = ", count(*) filter (again_here) as repeats, count(*) as contacts"
    query = f"""
        with linked as (
            select team, abandoned, queued_at,
            queued_at - max(case when not abandoned then queued_at end) over before <= interval 7 days as follows,
            queued_at - lag(queued_at) over chain <= interval 7 days as again_here,
            lead(queued_at) over chain - queued_at <= interval 7 days as again from mine
            window chain as (partition by customer_id, topic order by queued_at),
            before as (partition by customer_id, topic order by queued_at
                rows between unbounded preceding and 1 preceding))
        select team, date_trunc('month', queued_at) as month, count(*) filter ({first}) as first,
        count(*) filter ({first} and not coalesce(again, false)) as kept
        {repeats if shape.endswith("with repeats") else ""} from linked group by all
    """
    return lambda: link.sql(query).to_arrow_table()


def by_polars(file: str, shape: str) -> Callable[[], Any]:
    """Sort, compare with the row before and the last one that reached somebody, group."""
    at, chain = pl.col("queued_at"), pl.struct("customer_id", "topic")
    same = (chain == chain.shift()).fill_null(value=False)
    reached = pl.when(~pl.col("abandoned")).then(at).forward_fill().shift()
    first = ~pl.col("follows").fill_null(value=False) & ~pl.col("abandoned") & (at + WEEK < NOW.replace(tzinfo=None))
    more = [pl.col("again_here").sum().alias("repeats"), pl.len().alias("contacts")]
    query = (
        pl.DataFrame(load(file))
        .lazy()
        .sort("customer_id", "topic", "queued_at")
        .with_columns(same=same)
        .with_columns(number=(~pl.col("same")).cum_sum(), again_here=pl.col("same") & (at.diff() <= WEEK))
        .with_columns(
            owner=pl.when(~pl.col("abandoned")).then(pl.col("number")).forward_fill().shift(), reached=reached
        )
        .with_columns(follows=((pl.col("owner") == pl.col("number")) & (at - pl.col("reached") <= WEEK)))
        .with_columns(again=pl.col("again_here").shift(-1, fill_value=False))
        .group_by("team", at.dt.truncate("1mo").alias("month"))
        .agg(
            first.sum().alias("first"),
            (first & ~pl.col("again")).sum().alias("kept"),
            *(more if shape.endswith("with repeats") else []),
        )
    )
    return query.collect


def by_pandas(file: str, shape: str) -> Callable[[], Any]:
    """The same with a frame of pandas."""
    frame = load(file).to_pandas()

    def call() -> Any:
        s = frame.sort_values(["customer_id", "topic", "queued_at"])
        same = (s["customer_id"] == s["customer_id"].shift()) & (s["topic"] == s["topic"].shift())
        number = (~same).cumsum()
        here = same & (s["queued_at"].diff() <= WEEK)
        reached = s["queued_at"].where(~s["abandoned"]).ffill().shift()
        owner = number.where(~s["abandoned"]).ffill().shift()
        follows = (owner == number) & (s["queued_at"] - reached <= WEEK)
        first = ~follows & ~s["abandoned"] & (s["queued_at"] + WEEK < NOW.replace(tzinfo=None))
        month = s["queued_at"].to_numpy().astype("M8[M]").astype("M8[us]")
        kept = first & ~here.shift(-1, fill_value=False)
        s = s.assign(month=month, first=first, kept=kept, repeats=here, contacts=1)
        names = COUNTS if shape.endswith("with repeats") else COUNTS[:2]
        return s.groupby(["team", "month"], observed=True)[names].sum().reset_index()

    return call


CONTENDERS = {"ours": by_us, "Polars": by_polars, "DuckDB": by_duckdb, "pandas": by_pandas}


def check(file: str, shape: str) -> None:
    """All say the same of every group."""
    want: dict[tuple[Any, ...], list[int]] = {}
    for m in by_us(file, shape)():
        counts = [m.n, round((m.value or 0) * m.n)]
        want.setdefault(tuple(m.group.values()), []).extend(counts if m.kpi == "fcr" else counts[::-1])
    for name in ("Polars", "DuckDB", "pandas"):
        frame = pl.DataFrame(CONTENDERS[name](file, shape)()).with_columns(
            pl.col("month").cast(pl.Date), pl.col("team").cast(pl.String)
        )
        names = COUNTS if shape.endswith("with repeats") else COUNTS[:2]
        found = {(row["team"], row["month"]): [row[n] for n in names] for row in frame.to_dicts()}
        assert found == want, f"{name} answers another question: {shape}"


def main() -> None:
    """Check all shapes on a sample, then print a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("contacts", nargs="?", type=int, default=20_000_000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--write", action="store_true", help="put the table into docs/speed.md")
    told = asked.parse_args()
    table: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for customers in CUSTOMERS:
            for order in ORDERS:
                files = {}
                for size in (20_000, told.contacts):
                    files[size] = str(Path(folder) / f"{size}.arrow")
                    contacts = make(size, told.seed, customers, order)
                    with pa.ipc.new_file(files[size], contacts.schema) as out:
                        out.write_table(contacts)
                names = [f"{customers}, {order}, {asked}" for asked in ASKED]
                for name in names:
                    load.cache_clear()
                    check(files[20_000], name)
                shapes = [Shape(name, files[told.contacts], 3) for name in names]
                lines = grid(__file__, list(CONTENDERS), shapes, told.rounds, told.contacts)
                table += lines[2:] if table else lines
    if told.write:
        write(__file__, f"python benchmarks/chains.py {told.contacts} --seed {told.seed} --rounds {told.rounds}", table)


if __name__ == "__main__":
    if "--only" in sys.argv:
        serve(CONTENDERS)
    else:
        main()
