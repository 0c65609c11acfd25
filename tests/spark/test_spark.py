"""Data frames of Spark give the bytes of one machine, however their rows lie; run in an environment of its own."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="Spark has an environment of its own: python3 dev.py test makes it")

from servqual.engines import spark
from servqual.errors import MissingColumn
from servqual.metrics import KPIS, Kpi, tally

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SIZE = 3_000
PLAIN: list[str | Kpi] = ["volume", "asa", "wait_p90", "abandonment_rate"]
KEYED: list[str | Kpi] = [*PLAIN, KPIS["fcr"].with_(window=dt.timedelta(days=7)), "repeat_rate"]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """One session for all tests, under the rules of ANSI."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (a package of another environment)

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    made = builder.config("spark.sql.ansi.enabled", "true").config("spark.sql.shuffle.partitions", "5").getOrCreate()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    """Contacts of which one customer has every third, with cells that are missing or cannot be read."""
    rng = np.random.default_rng(3)
    customer = rng.zipf(1.5, SIZE).clip(max=400).astype(str).astype(object)
    customer[rng.random(SIZE) < 0.02] = None
    wait = rng.exponential(30, SIZE).round(1).astype(str).astype(object)
    wait[rng.random(SIZE) < 0.01] = "soon"
    days = rng.integers(0, 120 * 86_400, SIZE).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "customer_id": customer,
            "team": rng.choice(["north", "south", "east"], SIZE),
            "queued_at": pd.to_datetime(np.datetime64("2026-01-01") + days).tz_localize("UTC"),
            "wait_s": wait,
            "abandoned": rng.random(SIZE) < 0.05,
        }
    )


@pytest.mark.parametrize("partitions", [1, 7, 64])
def test_any_number_of_partitions_is_one_machine(session: Any, contacts: pd.DataFrame, partitions: int) -> None:
    """Skewed keys, and of 64 partitions most are small; cells that cannot be read are refused rows, counted."""
    frame = session.createDataFrame(contacts).repartition(partitions)
    asked: Any = {"by": ["team", "month"], "now": NOW}
    whole = tally(PLAIN, {"interactions": contacts}, **asked)
    assert whole.measure().rows["interactions"].refusals
    assert spark.tally(PLAIN, {"interactions": frame}, **asked).to_bytes() == whole.to_bytes()


def test_partitions_without_rows_add_nothing(session: Any, contacts: pd.DataFrame) -> None:
    """Two rows in seven partitions, and no row at all."""
    for some in (contacts.head(2), contacts.head(0)):
        frame = session.createDataFrame(some, schema=session.createDataFrame(contacts.head(2)).schema).repartition(7)
        whole = tally(PLAIN, {"interactions": some}, by=["team"])
        assert spark.tally(PLAIN, {"interactions": frame}, by=["team"]).to_bytes() == whole.to_bytes()


def test_the_rows_of_a_customer_are_brought_together(session: Any, contacts: pd.DataFrame) -> None:
    """Chains of contacts are those of one machine."""
    asked: Any = {"by": ["team", "month"], "now": NOW}
    frame = session.createDataFrame(contacts).repartition(7)
    whole = tally(KEYED, {"interactions": contacts}, **asked)
    assert spark.tally(KEYED, {"interactions": frame}, **asked).to_bytes() == whole.to_bytes()


def test_a_neighbour_goes_to_all_workers(session: Any, contacts: pd.DataFrame) -> None:
    """Columns are looked up in a frame of Spark or of pandas alike."""
    names = sorted(contacts["customer_id"].dropna().unique())
    customers = pd.DataFrame(
        {"customer_id": names, "tier": ["gold", "silver"] * (len(names) // 2) + ["gold"] * (len(names) % 2)}
    )
    frame = session.createDataFrame(contacts).repartition(3)
    whole = tally(PLAIN, {"interactions": contacts, "customers": customers}, by=["tier"])
    for neighbour in (customers, session.createDataFrame(customers)):
        got = spark.tally(PLAIN, {"interactions": frame, "customers": neighbour}, by=["tier"])
        assert got.to_bytes() == whole.to_bytes()


def test_what_is_missing_is_said_before_a_job_starts(session: Any, contacts: pd.DataFrame) -> None:
    """The error is that of one machine."""
    frame = session.createDataFrame(contacts[["team", "queued_at"]])
    with pytest.raises(MissingColumn, match="wait_s"):
        spark.measure(["asa"], {"interactions": frame})


def test_the_program_of_the_contract_runs() -> None:
    """In a process and a session of its own."""
    folder = os.environ.get("SERVQUAL_CONTRACT")
    if not folder:
        pytest.skip("SERVQUAL_CONTRACT is not set")
    program = Path(folder) / "c13_engines.py"
    ended = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
