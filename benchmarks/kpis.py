"""Twelve KPIs by team, channel and month, and repeats within a week, against other engines; the argument is how many.

Contacts of two years, of 40 teams and 4 channels, coded as columnar files are. Asked are counts, shares and means, and
the 50th, 90th and 95th percentile of waits; each rival's answer is checked against ours on a sample first. PyArrow has
no exact percentile by group and gives an approximation. Each contender runs in a process of its own, its data loaded
before the clock starts. Ours also gives intervals, undecided items and a state that adds up; the others do not.
"""

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
from _contest import compete, contest

from servqual.metrics import KPIS, Kpi, measure

KEYS = ["team", "channel", "month"]
WEEK = dt.timedelta(days=7)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ASKED: list[str | Kpi] = [
    *("volume", "asa", "aht", "abandonment_rate", "answer_rate", "service_level"),
    KPIS["service_level"].with_(key="service_level_60", within=dt.timedelta(seconds=60)),
    *("transfer_rate", "resolved_flag_rate", "wait_p50", "wait_p90", "wait_p95"),
]
COLUMNS = [kpi if isinstance(kpi, str) else kpi.key for kpi in ASKED]
REPEATS = ["first", "kept", "repeats", "contacts"]


def make(size: int, digits: int, seed: int = 7) -> pa.Table:
    """Contacts in no order, as a warehouse gives them; waits and talks in seconds of so many digits."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01", "us")

    def coded(names: list[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, len(names), size, np.int8)), pa.array(names))

    return pa.table(
        {
            "team": coded([f"t{i}" for i in range(40)]),
            "channel": coded(["phone", "chat", "email", "store"]),
            "topic": coded(["bill", "line", "move"]),
            "customer_id": rng.integers(0, max(size // 5, 1), size),
            "queued_at": pa.array(start + rng.integers(0, 730 * 86_400, size).astype("m8[s]"), pa.timestamp("us")),
            "wait_s": rng.exponential(30, size).round(digits),
            "talk_s": rng.exponential(200, size).round(digits),
            "abandoned": rng.random(size) < 0.05,
            "transferred": rng.random(size) < 0.1,
            "resolved": rng.random(size) < 0.8,
        }
    )


def load(file: str) -> pa.Table:
    """The table, in memory."""
    return pa.ipc.open_file(file).read_all()


def kpis_by_us(file: str) -> Any:
    """One call."""
    table = load(file)
    return lambda: measure(ASKED, {"interactions": table}, by=KEYS, naive="UTC")


def kpi_expressions() -> tuple[list[Any], list[pl.Expr]]:
    """Keys and aggregates; percentiles by sorting once, as Polars' own quantile takes another value."""
    answered = ~pl.col("abandoned")
    waits = pl.col("wait_s").filter(answered).sort()
    return ["team", "channel", pl.col("queued_at").dt.truncate("1mo").alias("month")], [
        pl.len().alias("volume"),
        pl.col("wait_s").filter(answered).mean().alias("asa"),
        pl.col("talk_s").filter(answered).mean().alias("aht"),
        pl.col("abandoned").mean().alias("abandonment_rate"),
        answered.mean().alias("answer_rate"),
        (answered & (pl.col("wait_s") <= 20)).mean().alias("service_level"),
        (answered & (pl.col("wait_s") <= 60)).mean().alias("service_level_60"),
        pl.col("transferred").filter(answered).mean().alias("transfer_rate"),
        pl.col("resolved").filter(answered).mean().alias("resolved_flag_rate"),
        *(
            waits.get((pl.lit(q) * waits.len() - 1e-9).ceil().cast(pl.Int64) - 1).alias(f"wait_p{q * 100:.0f}")
            for q in (0.5, 0.9, 0.95)
        ),
    ]


def kpis_by_polars(file: str, engine: Any = "auto") -> Any:
    """Expressions."""
    keys, aggregates = kpi_expressions()
    query = pl.DataFrame(load(file)).lazy().group_by(keys).agg(aggregates)
    return lambda: query.collect(engine=engine)


def kpis_by_polars_streaming(file: str) -> Any:
    """The same in Polars' streaming engine."""
    return kpis_by_polars(file, "streaming")


KPI_SQL = """
    select team, channel, date_trunc('month', queued_at) as month, count(*) as volume,
    avg(wait_s) filter (not abandoned) as asa, avg(talk_s) filter (not abandoned) as aht,
    avg(abandoned::int) as abandonment_rate, avg((not abandoned)::int) as answer_rate,
    avg((not abandoned and wait_s <= 20)::int) as service_level,
    avg((not abandoned and wait_s <= 60)::int) as service_level_60,
    avg(transferred::int) filter (not abandoned) as transfer_rate,
    avg(resolved::int) filter (not abandoned) as resolved_flag_rate,
    quantile_disc(wait_s, [0.5, 0.9, 0.95]) filter (not abandoned) as q from contacts group by all
"""


def kpis_by_duckdb(file: str) -> Any:
    """SQL over DuckDB's own table."""
    link, contacts = duckdb.connect(), load(file)
    link.execute("create table mine as select * from contacts")
    del contacts
    query = KPI_SQL.replace("from contacts", "from mine")
    return lambda: link.sql(
        f"select * exclude q, q[1] as wait_p50, q[2] as wait_p90, q[3] as wait_p95 from ({query})"
    ).to_arrow_table()


def kpis_by_pandas(file: str) -> Any:
    """One groupby."""
    frame = load(file).to_pandas()

    def call() -> Any:
        answered = ~frame["abandoned"]
        more = {
            "month": frame["queued_at"].to_numpy().astype("M8[M]").astype("M8[us]"),
            "asa": frame["wait_s"].where(answered),
            "aht": frame["talk_s"].where(answered),
            "service_level": answered & (frame["wait_s"] <= 20),
            "service_level_60": answered & (frame["wait_s"] <= 60),
            "transfer_rate": frame["transferred"].astype(float).where(answered),
            "resolved_flag_rate": frame["resolved"].astype(float).where(answered),
        }
        groups = frame.assign(**more).groupby(KEYS, observed=True)
        means = (
            groups[["asa", "aht", "abandoned", *list(more)[3:]]]
            .mean()
            .rename(columns={"abandoned": "abandonment_rate"})
        )
        quantiles = groups["asa"].quantile([0.5, 0.9, 0.95], interpolation="higher").unstack()  # noqa: PD010  (no sums)
        quantiles.columns = pd.Index(["wait_p50", "wait_p90", "wait_p95"])
        whole = means.join(quantiles).assign(volume=groups.size(), answer_rate=1 - means["abandonment_rate"])
        return whole.reset_index()

    return call


def kpis_by_pyarrow(file: str) -> Any:
    """Arrow's group_by, with t-digests for the percentiles."""
    table = load(file)

    def call() -> pa.Table:
        answered = pc.invert(table["abandoned"])
        wait = pc.if_else(answered, table["wait_s"], None)
        columns = {
            "team": table["team"],
            "channel": table["channel"],
            "month": pc.floor_temporal(table["queued_at"], unit="month"),
            "asa": wait,
            "aht": pc.if_else(answered, table["talk_s"], None),
            "abandonment_rate": table["abandoned"].cast("int8"),
            "service_level": pc.and_(answered, pc.less_equal(table["wait_s"], 20)).cast("int8"),
            "service_level_60": pc.and_(answered, pc.less_equal(table["wait_s"], 60)).cast("int8"),
            "transfer_rate": pc.if_else(answered, table["transferred"].cast("int8"), None),
            "resolved_flag_rate": pc.if_else(answered, table["resolved"].cast("int8"), None),
        }
        means = [(name, "mean") for name in list(columns)[3:]]
        digest = ("asa", "tdigest", pc.TDigestOptions(q=[0.5, 0.9, 0.95]))
        return pa.table(columns).group_by(KEYS).aggregate([([], "count_all"), *means, digest])

    return call


def repeats_by_us(file: str) -> Any:
    """One call."""
    table = load(file)
    asked = [KPIS["fcr"].with_(window=WEEK), KPIS["repeat_rate"].with_(window=WEEK)]
    return lambda: measure(asked, {"interactions": table}, by=["team", "month"], now=NOW, naive="UTC")


def repeats_by_duckdb(file: str) -> Any:
    """Window functions."""
    link, contacts = duckdb.connect(), load(file)
    link.execute("create table mine as select team, topic, customer_id, queued_at, abandoned from contacts")
    del contacts
    first = "not coalesce(follows, false) and not abandoned and queued_at + interval 7 days < timestamp '2026-01-01'"
    query = f"""
        with linked as (
            select team, abandoned, queued_at, queued_at - lag(queued_at) over chain <= interval 7 days as follows,
            lead(queued_at) over chain - queued_at <= interval 7 days as again from mine
            window chain as (partition by customer_id, topic order by queued_at))
        select team, date_trunc('month', queued_at) as month, count(*) filter ({first}) as first,
        count(*) filter ({first} and not coalesce(again, false)) as kept,
        count(*) filter (follows) as repeats, count(*) as contacts from linked group by all
    """
    return lambda: link.sql(query).to_arrow_table()


def repeats_by_polars(file: str, engine: Any = "auto") -> Any:
    """Sort, compare with the row before, group."""
    frame = pl.DataFrame(load(file))
    same = (pl.col("customer_id") == pl.col("customer_id").shift()) & (pl.col("topic") == pl.col("topic").shift())
    follows = (same & (pl.col("queued_at").diff() <= WEEK)).fill_null(value=False)
    first = ~pl.col("follows") & ~pl.col("abandoned") & (pl.col("queued_at") + WEEK < NOW.replace(tzinfo=None))
    query = (
        frame.lazy()
        .sort("customer_id", "topic", "queued_at")
        .with_columns(follows=follows)
        .with_columns(again=pl.col("follows").shift(-1, fill_value=False))
        .group_by("team", pl.col("queued_at").dt.truncate("1mo").alias("month"))
        .agg(
            first.sum().alias("first"),
            (first & ~pl.col("again")).sum().alias("kept"),
            pl.col("follows").sum().alias("repeats"),
            pl.len().alias("contacts"),
        )
    )
    return lambda: query.collect(engine=engine)


def repeats_by_pandas(file: str) -> Any:
    """The same with a frame of pandas."""
    frame = load(file).select(["team", "topic", "customer_id", "queued_at", "abandoned"]).to_pandas()

    def call() -> Any:
        s = frame.sort_values(["customer_id", "topic", "queued_at"])
        same = (s["customer_id"] == s["customer_id"].shift()) & (s["topic"] == s["topic"].shift())
        follows = same & (s["queued_at"].diff() <= WEEK)
        first = ~follows & ~s["abandoned"] & (s["queued_at"] + WEEK < NOW.replace(tzinfo=None))
        month = s["queued_at"].to_numpy().astype("M8[M]").astype("M8[us]")
        kept = first & ~follows.shift(-1, fill_value=False)
        s = s.assign(month=month, first=first, kept=kept, repeats=follows, contacts=1)
        return s.groupby(["team", "month"], observed=True)[REPEATS].sum().reset_index()

    return call


KPI_CONTENDERS = {
    "ours": kpis_by_us,
    "DuckDB": kpis_by_duckdb,
    "Polars": kpis_by_polars,
    "Polars, streaming": kpis_by_polars_streaming,
    "PyArrow, approximate": kpis_by_pyarrow,
    "pandas": kpis_by_pandas,
}
REPEAT_CONTENDERS = {
    "ours, repeats": repeats_by_us,
    "DuckDB, repeats": repeats_by_duckdb,
    "Polars, repeats": repeats_by_polars,
    "pandas, repeats": repeats_by_pandas,
}


def as_rows(found: Any, keys: list[str], columns: list[str]) -> dict[tuple[Any, ...], list[float]]:
    """A rival's table by group."""
    frame = pl.DataFrame(found)
    month = frame["month"].cast(pl.Date).to_list()
    names = zip(*(month if key == "month" else frame[key].cast(pl.String).to_list() for key in keys), strict=True)
    return dict(zip(names, map(list, frame.select(columns).cast(pl.Float64).iter_rows()), strict=True))


def check(file: str) -> None:
    """All say the same of every group."""
    want: dict[tuple[Any, ...], list[float | None]] = {}
    for m in kpis_by_us(file)():
        want.setdefault(tuple(m.group.values()), []).append(m.value)
    for name in ("DuckDB", "Polars", "Polars, streaming", "pandas"):
        found = as_rows(KPI_CONTENDERS[name](file)(), KEYS, COLUMNS)
        assert found.keys() == want.keys(), name
        some = COLUMNS if name != "pandas" else COLUMNS[:9]  # its percentiles lie between two values
        for key, values in want.items():
            assert np.allclose(found[key][: len(some)], np.array(values[: len(some)], float), rtol=1e-9), (name, key)
    chained: dict[tuple[Any, ...], list[float]] = {}
    for m in repeats_by_us(file)():
        chained.setdefault(tuple(m.group.values()), []).extend((m.n, round((m.value or 0) * m.n)))
    for name in ("DuckDB", "Polars", "pandas"):
        found = as_rows(REPEAT_CONTENDERS[f"{name}, repeats"](file)(), ["team", "month"], REPEATS)
        for key, (first, kept, contacts, repeats) in chained.items():
            assert found[key] == [first, kept, repeats, contacts], (name, key)


def main(size: int) -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, rows, digits in (("sample", 200_000, 1), ("tenths", size, 1), ("microseconds", size, 6)):
            files[name] = str(Path(folder) / f"{name}.arrow")
            table = make(min(rows, size), digits)
            with pa.ipc.new_file(files[name], table.schema) as out:
                out.write_table(table)
        check(files["sample"])
        for name in ("tenths", "microseconds"):
            print(f"{size:,} contacts, 12 KPIs by team, channel and month; waits in {name} of a second", flush=True)
            contest(__file__, list(KPI_CONTENDERS), files[name])
        print(f"{size:,} contacts, first-contact resolution and repeats within 7 days by team and month", flush=True)
        contest(__file__, list(REPEAT_CONTENDERS), files["tenths"])


if __name__ == "__main__":
    if "--only" in sys.argv:
        compete(KPI_CONTENDERS | REPEAT_CONTENDERS, 4)
    else:
        main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 20_000_000)
