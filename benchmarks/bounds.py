"""What bounds hold at any size: columns that nobody asked for, rows that wait, deliveries of a stream, one long case.

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
from servqual.model import BusinessHours, Case, CaseId, Clock, Sla, Target
from servqual.model import case as event

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
    row("events of one case, three clocks of a log", 100_000, _clocks)
    row("events of one case, its model", 100_000, _case)
    row("holidays, compiled and used", 10_000, _holidays)
    week = [KPIS["fcr"]]
    row("deliveries of 1,000 rows, keyed", 20_000, lambda n: lambda: streamed(week, n, 1000))
    for rows in (20_000, 200_000):
        state = streamed(week, rows, 1000)
        print(f"{rows:,} rows, all customers distinct: {state.waiting:,} wait, {len(state.to_bytes()):,} bytes stored")


def _of(table: Any) -> Callable[[], object]:
    return lambda: tally(["volume", "asa"], {"interactions": table}, by=["team"])


CYCLE = ["replied", "waiting", "resumed", "resolved", "reopened"]
"""What happens to the long case of a log, again and again."""


def _history(size: int) -> list[Any]:
    at = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    out: list[Any] = [event.Opened(id=CaseId("C-1"), at=at, by="Ann", channel="email")]
    for n in range(1, size):
        when = at + dt.timedelta(minutes=n)
        out.append(event.Waiting(at=when, by="Ann", on="customer") if n % 2 else event.Resumed(at=when, by="Ann"))
    return out


def _agreement() -> Sla:
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
    clocks = ("first_response", "next_response", "resolution")
    targets = [Target(clock=Clock(clock), within=dt.timedelta(hours=4)) for clock in clocks]
    return Sla(name="support", hours=hours, pause_on={"customer"}, targets=targets)


def _clocks(size: int) -> Callable[[], object]:
    names = CYCLE * (size // len(CYCLE) + 1)
    log = {
        "case_id": ["C-1"] * size,
        "at": FIRST + np.arange(size).astype("m8[m]"),
        "event": ["received", *names[: size - 1]],
        "on": [None, *("customer" if name == "waiting" else None for name in names[: size - 1])],
    }
    kept, now = ["first_response_kept", "next_response_kept", "resolution_kept"], FIRST + np.timedelta64(3650, "D")
    return lambda: tally(kept, {"case_events": log}, sla=_agreement(), now=now, naive="UTC")


def _case(size: int) -> Callable[[], object]:
    history = _history(size)
    return lambda: Case(history=history)


def _holidays(days: int) -> Callable[[], object]:
    dates = [dt.date(1970, 1, 1) + dt.timedelta(days=n) for n in range(0, 5 * days, 5)]
    monday = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)

    def work() -> object:
        hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"}, holidays=dates)
        return hours.elapsed(monday, monday + dt.timedelta(days=30))

    return work


def _of_values(rows: int) -> Callable[[], object]:
    some = contacts(rows)
    return lambda: tally(["wait_p90"], {"interactions": some})


if __name__ == "__main__":
    main()
