"""The same rows from every kind of frame give the same tally, to the byte."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from servqual.errors import InvalidValue, NaiveTime
from servqual.metrics import KPIS, measure, tally

NOW = np.datetime64("2026-06-01")
WEEK = dt.timedelta(days=7)
ASK: list[Any] = [
    "volume",
    "asa",
    "aht",
    "service_level",
    "abandonment_rate",
    "wait_p50",
    KPIS["fcr"].with_(window=WEEK),
]
BY = ["team", "month"]


def made(size: int = 2_000) -> dict[str, Any]:
    """Contacts as numpy columns, some cells missing."""
    rng = np.random.default_rng(7)
    wait = rng.exponential(30, size).round(1)
    wait[::17] = np.nan
    return {
        "customer_id": rng.integers(0, 400, size),
        "topic": rng.choice(["bill", "line", "move"], size),
        "team": rng.choice(np.array(["north", "south", None], object), size, p=[0.45, 0.45, 0.1]),
        "queued_at": (np.datetime64("2026-01-01") + rng.integers(0, 120 * 86_400, size).astype("m8[s]")).astype(
            "M8[us]"
        ),
        "wait_s": wait,
        "talk_s": rng.exponential(200, size).round(1),
        "abandoned": rng.random(size) < 0.05,
    }


COLUMNS = made()
WANT = tally(ASK, {"interactions": COLUMNS}, by=BY, now=NOW)


def pandas_frame() -> pd.DataFrame:
    """With a zone, as a frame must have."""
    frame = pd.DataFrame(COLUMNS)
    frame["queued_at"] = frame["queued_at"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    return frame


def arrow_table() -> pa.Table:
    """The same in Arrow."""
    return pa.Table.from_pandas(pandas_frame(), preserve_index=False)


class Stream:
    """Anything with the Arrow C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream of the table."""
        return arrow_table().__arrow_c_stream__(requested_schema)


FRAMES: dict[str, Callable[[], Any]] = {
    "pandas": pandas_frame,
    "pandas categorical": lambda: pandas_frame().astype({"team": "category", "topic": "category"}),
    "pandas nullable": lambda: pandas_frame().convert_dtypes(),
    "pandas in arrow": lambda: pandas_frame().convert_dtypes(dtype_backend="pyarrow"),
    "pandas unused category": lambda: pandas_frame().astype({"team": pd.CategoricalDtype(["a", "south", "north"])}),
    "polars": lambda: pl.from_pandas(pandas_frame()),
    "polars lazy": lambda: pl.from_pandas(pandas_frame()).lazy(),
    "polars categorical": lambda: pl.from_pandas(pandas_frame()).with_columns(pl.col("team").cast(pl.Categorical)),
    "polars enum": lambda: pl.from_pandas(pandas_frame()).with_columns(
        pl.col("team").cast(pl.Enum(["a", "south", "north"]))
    ),
    "pyarrow": arrow_table,
    "pyarrow chunks": lambda: pa.concat_tables([arrow_table().slice(0, 700), arrow_table().slice(700)]),
    "pyarrow dictionary": lambda: arrow_table().set_column(2, "team", arrow_table()["team"].dictionary_encode()),
    "arrow stream": Stream,
    "two chunks": lambda: iter([pandas_frame().iloc[:700], pl.from_pandas(pandas_frame().iloc[700:])]),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_gives_the_same_bytes(kind: str) -> None:
    """Missing cells, zones and codes included."""
    assert tally(ASK, {"interactions": FRAMES[kind]()}, by=BY, now=NOW).to_bytes() == WANT.to_bytes()


def test_a_duckdb_relation_gives_the_same_bytes() -> None:
    """Read where it stands."""
    link = duckdb.connect()
    link.execute("set timezone = 'UTC'")
    table = arrow_table()
    link.register("contacts", table)
    assert tally(ASK, {"interactions": link.table("contacts")}, by=BY, now=NOW).to_bytes() == WANT.to_bytes()


def test_a_naive_column_is_refused_or_read_in_a_named_zone() -> None:
    """Never guessed; across a clock change the named zone is obeyed."""
    naive = pd.DataFrame(COLUMNS)
    with pytest.raises(NaiveTime, match=r"queued_at needs a zone .* naive='Europe/Berlin'"):
        tally(ASK, {"interactions": naive}, by=BY, now=NOW)
    assert tally(ASK, {"interactions": naive}, by=BY, now=NOW, naive="UTC").to_bytes() == WANT.to_bytes()
    wall = pd.DataFrame(
        {"queued_at": pd.Series(["2026-03-29 01:59", "2026-03-29 03:01", None], dtype="datetime64[us]")}
    )
    hours = measure(["volume"], {"interactions": wall}, by=["hour_of_day"], zone="UTC", naive="Europe/Berlin")
    assert [m.group["hour_of_day"] for m in hours] == [None, 0, 1]


NAMED: list[Callable[..., Any]] = [
    lambda names, cells: pd.DataFrame([cells], columns=names),
    lambda names, cells: pa.Table.from_arrays([pa.array([cell]) for cell in cells], names=names),
]


@pytest.mark.parametrize("frame", NAMED, ids=["pandas", "arrow"])
def test_two_columns_of_one_name_are_refused(frame: Callable[..., Any]) -> None:
    """In the table that is counted, and in one that columns are looked up in; the error names the table."""
    cases = {"received_at": [NOW], "customer_id": ["a"]}
    customers = frame(["customer_id", "tier", "tier"], ["a", "gold", "none"])
    for source in (customers, [customers], iter([customers])):
        with pytest.raises(InvalidValue, match="customers must have columns with different names"):
            measure(["case_volume"], {"cases": cases, "customers": source}, by=["tier"])
    twice = frame(["received_at", "team", "team"], [NOW.item(), "north", "south"])
    with pytest.raises(InvalidValue, match="cases must have columns with different names"):
        measure(["case_volume"], {"cases": twice}, by=["team"], naive="UTC")
