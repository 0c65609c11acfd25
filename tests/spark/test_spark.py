"""Data frames of Spark give the bytes of one machine, however their rows lie; run in an environment of its own."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="Spark has an environment of its own: python3 dev.py test makes it")

from tests.spark.sessions import is_client

from servqual.engines import spark, spark_frames
from servqual.errors import InvalidValue, LookupTooLarge, MissingColumn, NaiveTime, RefusedRow
from servqual.metrics import KPIS, Compound, Kpi, tally
from servqual.metrics.engine import looking_up
from servqual.model import BusinessHours, Clock, Sla, Target
from servqual.samples import desk

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SIZE = 3_000
PLAIN: list[str | Kpi] = ["volume", "asa", "wait_p90", "abandonment_rate"]
KEYED: list[str | Kpi] = [*PLAIN, KPIS["fcr"].with_(window=dt.timedelta(days=7)), "repeat_rate"]


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


@pytest.mark.parametrize("partitions", [1, 7, 64])
def test_the_rows_of_a_customer_are_brought_together(session: Any, contacts: pd.DataFrame, partitions: int) -> None:
    """Chains of contacts are those of one machine."""
    asked: Any = {"by": ["team", "month"], "now": NOW}
    frame = session.createDataFrame(contacts).repartition(partitions)
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


def test_events_of_a_case_are_brought_together(session: Any) -> None:
    """Clocks are read from a log whose events lie in any order in any partition."""
    sample = desk(seed=1, days=6)
    log = pd.DataFrame({name: sample.tables["case_events"][name] for name in ("case_id", "at", "event", "team", "on")})
    log["at"] = log["at"].dt.tz_localize("UTC")
    log = log.sample(frac=1, random_state=5)
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "08:00-18:00"})
    targets = [Target(clock=clock, within=dt.timedelta(hours=4)) for clock in (Clock.FIRST_RESPONSE, Clock.RESOLUTION)]
    asked: Any = {"by": ["team"], "now": NOW, "sla": Sla(name="plain", hours=hours, targets=targets)}
    kpis: list[str | Kpi] = ["first_response_kept", "resolution_kept", "case_volume"]
    whole = tally(kpis, {"case_events": log}, **asked)
    assert whole.measure().get("case_volume", team=log["team"].dropna().iloc[0]).n
    frame = session.createDataFrame(log).repartition(7)
    assert spark.tally(kpis, {"case_events": frame}, **asked).to_bytes() == whole.to_bytes()


def test_two_tables_look_up_in_a_third(session: Any, contacts: pd.DataFrame) -> None:
    """A rate of complaints and contacts by a column that both lack."""
    rate = Compound.of(
        KPIS["complaint_volume"],
        KPIS["volume"],
        key="complaints_per_contact",
        title="t",
        question="q?",
        formula="f",
        unit="ratio",
    )
    complaints = contacts[["customer_id", "queued_at"]].rename(columns={"queued_at": "received_at"}).head(400)
    customers = pd.DataFrame(
        {"customer_id": [str(number) for number in range(1, 300)], "tier": ["gold", "no", "no"] * 99 + ["no"] * 2}
    )
    data = {"interactions": contacts, "complaints": complaints, "customers": customers}
    whole = tally([rate], data, by=["tier"], now=NOW)
    frames = {name: session.createDataFrame(frame).repartition(3) for name, frame in data.items()}
    assert spark.tally([rate], frames, by=["tier"], now=NOW).to_bytes() == whole.to_bytes()


def test_a_neighbour_with_repeated_ids_gives_the_row_that_stands(session: Any) -> None:
    """The one that was updated last, although that column is not looked up."""
    day = pd.Timestamp("2026-05-04", tz="UTC")
    cases = pd.DataFrame(
        {
            "case_id": ["1", "1 ", "2", None],
            "category": ["old", "new", "own", "no"],
            "updated_at": [day, day + pd.Timedelta(days=1), day, day],
            "received_at": [day] * 4,
        }
    )
    contacts = pd.DataFrame({"case_id": [1, 2, 2, 3], "queued_at": [day] * 4})
    data = {"interactions": contacts, "cases": cases}
    whole = tally(["volume"], data, by=["category"])
    assert {m.group["category"]: m.value for m in whole.measure()} == {"new": 1, "own": 2, None: 1}
    frames = {name: session.createDataFrame(frame).repartition(3) for name, frame in data.items()}
    assert spark.tally(["volume"], frames, by=["category"]).to_bytes() == whole.to_bytes()


def test_of_a_neighbour_that_is_too_large_little_is_fetched(
    session: Any, contacts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just the rows that show it."""
    assert spark_frames._LOOKED_UP == looking_up._MOST
    monkeypatch.setattr(spark_frames, "_LOOKED_UP", 8_000)
    monkeypatch.setattr(looking_up, "_MOST", 8_000)
    many = session.range(10**9).selectExpr("cast(id as string) as customer_id", "'gold' as tier")
    frame = session.createDataFrame(contacts.head(3))
    with pytest.raises(LookupTooLarge, match="customers"):
        spark.tally(["volume"], {"interactions": frame, "customers": many}, by=["tier"])


@pytest.mark.parametrize("kpis", [PLAIN, KEYED])
def test_a_task_that_runs_twice_counts_once(
    session: Any, contacts: pd.DataFrame, tmp_path: Path, kpis: list[str | Kpi]
) -> None:
    """Each of three tasks breaks off after its first rows, and is run anew."""
    frame = session.createDataFrame(contacts).repartition(3)
    folder = str(tmp_path)

    def breaking_off(batches: Iterable[Any]) -> Iterator[Any]:
        from pathlib import Path  # noqa: PLC0415  (another process)

        from pyspark import TaskContext  # noqa: PLC0415

        context = TaskContext.get()
        Path(f"{folder}/{context.partitionId()}-{context.attemptNumber()}").touch()
        for batch in batches:
            yield batch
            if context.attemptNumber() == 0:
                raise ConnectionError("the machine was taken away")

    whole = tally(kpis, {"interactions": contacts}, by=["team"], now=NOW)
    broken = frame.mapInArrow(breaking_off, frame.schema)
    assert spark.tally(kpis, {"interactions": broken}, by=["team"], now=NOW).to_bytes() == whole.to_bytes()
    assert {f"{number}-1" for number in range(3)} <= {file.name for file in tmp_path.iterdir()}


@pytest.fixture(scope="module")
def legs(contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts whose ids repeat: rows that are identical, rows that differ in their customer, and rows without ids."""
    ids = pd.Series(range(SIZE)).astype(str).astype(object)
    ids[::50] = None
    named = contacts.assign(interaction_id=ids, agent="Ana")
    other = named.iloc[:200].assign(customer_id="7", agent="Ben", abandoned=True)
    return pd.concat([named, named.iloc[100:300], other, named.iloc[-20:].assign(interaction_id="  ")])


@pytest.mark.parametrize("kpis", [PLAIN, KEYED])
def test_rows_with_repeated_ids_are_found_in_all_partitions(
    session: Any, legs: pd.DataFrame, kpis: list[str | Kpi]
) -> None:
    """On request; which row stands is told by columns that no KPI reads."""
    asked: Any = {"by": ["team", "month"], "now": NOW}
    frame = session.createDataFrame(legs).repartition(7)
    whole = tally(kpis, {"interactions": legs}, **asked)
    found = spark.tally(kpis, {"interactions": frame}, repeats="exact", **asked)
    assert found.measure().rows["interactions"].refused > 380
    assert found.to_bytes() == whole.to_bytes()
    assert found.measure().warnings == whole.measure().warnings


def test_repeated_ids_that_were_not_looked_for_are_a_warning(session: Any, legs: pd.DataFrame) -> None:
    """Where there are ids."""
    frame = session.createDataFrame(legs)
    told = spark.measure(["volume"], {"interactions": frame})
    assert "rows.repeats_unchecked" in {warning.code for warning in told.warnings}
    assert told.one().n == len(legs)
    told = spark.measure(["volume"], {"interactions": frame.drop("interaction_id")})
    assert "rows.repeats_unchecked" not in {warning.code for warning in told.warnings}
    with pytest.raises(InvalidValue, match="repeats must be one of exact, unchecked"):
        spark.measure(["volume"], {"interactions": frame}, repeats="all")


def test_an_answer_that_came_twice_counts_once(session: Any) -> None:
    """Answers are named by what they hold."""
    answers = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", None, None],
            "question": ["q", "q ", "p", "q", "q", "q"],
            "answered_at": [pd.Timestamp("2026-05-04", tz="UTC")] * 6,
            "score": [9, 9, 9, 2, 4, 4],
        }
    )
    frame = session.createDataFrame(answers).repartition(4)
    whole = tally(["nps"], {"answers": answers})
    assert spark.tally(["nps"], {"answers": frame}, repeats="exact").to_bytes() == whole.to_bytes()
    assert whole.measure().one().n == 5


@pytest.mark.parametrize("partitions", [1, 5])
def test_errors_of_workers_are_those_of_one_machine(session: Any, legs: pd.DataFrame, partitions: int) -> None:
    """A row that may not be refused, a row that repeats, and moments without a zone."""
    frame = session.createDataFrame(legs).repartition(partitions)
    with pytest.raises(RefusedRow, match=r"wait_s .*\(got 'soon'\)"):
        spark.measure(["asa"], {"interactions": frame}, strict=True)
    with pytest.raises(RefusedRow, match="interaction_id"):
        spark.measure(["volume"], {"interactions": frame}, strict=True, repeats="exact")
    naive = frame.selectExpr("interaction_id", "cast(queued_at as timestamp_ntz) as queued_at")
    for repeats in ("exact", "unchecked"):
        with pytest.raises(NaiveTime, match="queued_at"):
            spark.measure(["volume"], {"interactions": naive}, repeats=repeats)


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
    if is_client():
        pytest.skip("the program starts a classic session")
    program = Path(folder) / "c13_engines.py"
    ended = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
