"""A tally that was stored once stays readable, gives the same numbers, and is refused by name where one changed.

`tests/data/tally-1.sqtally` and `tally-1.json` were written by `python tests/metrics/engine/test_golden.py`. Where a
KPI's number changes its version rises: then add a new pair beside the old one, which must be refused for that KPI.
"""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.errors import TallyMismatch
from servqual.metrics import KPIS, Kpi, Measures, Tally, tally

DATA = Path(__file__).parents[2] / "data"
DAY = np.timedelta64(1, "D")
NEVER = np.datetime64("NaT", "us")
START = np.datetime64("2026-05-04T08:00", "us")
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def moments(*days: float | None) -> Any:
    """Moments so many days after the start; None is none."""
    return np.array([NEVER if day is None else START + round(day * 86_400e6) for day in days], "datetime64[us]")


TABLES: dict[str, Any] = {
    "cases": {
        "case_id": [f"C-{number}" for number in range(8)],
        "customer_id": ["anna", "ben", "anna", "cleo", "ben", "anna", "dora", "emil"],
        "team": ["north", "south", "north", None, "south", "north", "south", "north"],
        "category": ["bill", "line", "bill", "bill", None, "line", "bill", "move"],
        "cause": ["wire", "wire", "wire", "form", "wire", "wire", "form", "form"],
        "received_at": moments(0, 0.5, 1, 1.25, 3, 8, 9, 10),
        "first_response_at": moments(0.1, 0.6, None, 1.5, 3.25, 8.5, None, 11),
        "resolved_at": moments(1, 2.5, None, 4, 4.125, 9, None, 12),
        "reopened": [0, 1, 0, 0, 2, 0, 0, 0],
    },
    "interactions": {
        "customer_id": ["anna", "anna", "ben", "cleo", "ben", "dora"],
        "team": ["north", "south", "south", "north", "south", None],
        "topic": ["bill", "bill", "line", "line", "bill", "bill"],
        "queued_at": moments(0, 2, 2.5, 3, 6, 20),
        "wait_s": [12.5, 40.0, 3.25, 300.0, 18.0, 7.0],
        "abandoned": [False, False, False, True, False, False],
        "talk_s": [100.0, 220.5, 61.0, np.nan, 90.0, 30.0],
    },
    "answers": {
        "customer_id": ["anna", "ben", "cleo", "anna"],
        "team": ["north", "south", "north", "south"],
        "answered_at": moments(1, 2, 3, 4),
        "score": [9, 3, 10, 7],
    },
    "shifts": {
        "agent": ["a", "b"],
        "team": ["north", "south"],
        "starts_at": moments(0, 1),
        "idle_s": [7200.0, 3600.0],
        "busy_s": [3600.0, 1800.0],
        "ready_s": [10800.0, 5400.0],
    },
}
ASKED = (
    "case_volume", "resolution_time", "resolution_p50", "resolution_p90", "resolution_median", "reopen_rate",
    "backlog_oldest", "volume", "asa", "wait_p50", "fcr", "contacts_per_customer", "customers_in_contact", "occupancy",
    "nps",
)  # fmt: skip


def kpis() -> list[Kpi]:
    """KPIs of every accumulator."""
    return [KPIS[key] for key in ASKED]


def made(cluster: str | None = None) -> Tally:
    """The tally of today."""
    return tally(kpis(), TABLES, by=["team", "week"], zone="Europe/Berlin", now=NOW, cluster=cluster)


def numbers(measures: Measures) -> list[Any]:
    """What a tally says, as plain data."""
    return [
        [m.kpi, {name: str(value) for name, value in m.group.items()}, m.value, m.low, m.high, m.n, m.undecided]
        for m in measures
    ]


def test_a_stored_tally_stays_readable() -> None:
    """Its definitions are those of today, and so are its bytes and its numbers."""
    stored = (DATA / "tally-1.sqtally").read_bytes()
    found = Tally.from_bytes(stored)
    assert json.loads((DATA / "tally-1.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(numbers(found.measure()))
    )
    assert made().to_bytes() == stored
    assert (found + made()).measure().get("volume", team="north", week=dt.date(2026, 5, 4)).value == 4.0


def test_a_tally_of_an_older_version_is_refused_by_name() -> None:
    """Where a KPI's number changed, so did its version; the message says which KPI it is."""
    newer = attrs.evolve(KPIS["resolution_p90"], version=KPIS["resolution_p90"].version + 1)
    with pytest.raises(TallyMismatch, match="resolution_p90"):
        Tally.from_bytes((DATA / "tally-1.sqtally").read_bytes(), kpis=[newer])


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    (DATA / "tally-1.sqtally").write_bytes(made().to_bytes())
    (DATA / "tally-1.json").write_text(json.dumps(numbers(made().measure()), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("written\n")
