"""A tally that was stored once stays readable, gives the same numbers, and is refused by name where one changed.

The newest files `tests/data/*.sqtally` and `.json` are written by `python tests/metrics/engine/test_golden.py`. Where a
KPI's number changes its version rises: then raise `NEWEST` and write a new pair beside the old one, which must be
refused for that KPI.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.errors import TallyMismatch
from servqual.metrics import KPIS, Categories, Kpi, Measures, Tally, tally
from servqual.metrics.accumulators import Accumulator
from servqual.metrics.catalogue.clocks import judged_by
from servqual.metrics.kpi.view import View
from servqual.model import BusinessHours, FixedDay, Holidays, Sla, Target

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


TABLES["qa_scores"] = {
    "team": ["north", "north", "south"],
    "evaluated_at": moments(1, 2, 3),
    "score": [80.0, 95.5, 60.0],
    "master_score": [85.0, 90.0, 60.0],
}
TABLES["case_events"] = {
    "case_id": ["C-1", "C-1", "C-1", "C-2", "C-2"],
    "at": moments(0, 0.02, 0.1, 1, 1.5),
    "event": ["reported", "replied", "resolved", "reported", "replied"],
    "team": ["north", None, None, "south", None],
    "public": [None, True, None, None, True],
}
HOURS = BusinessHours(
    zone="Europe/Berlin",
    week={"mon-fri": "08:00-18:00"},
    holidays=Holidays.of([FixedDay(month=5, day=14, name="a feast")]),
)
SLA = Sla(name="golden", hours=HOURS, targets=[Target(clock="first_response", within=dt.timedelta(hours=1))])


def categories(t: View) -> Mapping[str, Any]:
    """The categories of cases."""
    return {"categories": t.column("category")}


MODE = Kpi(
    key="commonest_category",
    title="commonest category",
    question="how common is the commonest category?",
    formula="cases of the commonest category / cases with a category",
    unit="share",
    better=None,
    table="cases",
    needs=("category",),
    accumulator=Categories,
    rows=categories,
)
OWN = [
    MODE,
    KPIS["calibration_bias"].with_(scale=(0, 100)),
    KPIS["resolution_time"].with_(hours=HOURS, key="hours_to_solve"),
    judged_by(KPIS["first_response_kept"], SLA),
]
GOLDEN: dict[str, Callable[[], Tally]] = {
    "tally": lambda: tally(
        [*(KPIS[key] for key in ASKED), *OWN[:2]],
        TABLES, by=["team", "week"], zone="Europe/Berlin", now=NOW,
    ),
    "clustered": lambda: tally(["reopen_rate", "resolution_time"], TABLES, by=["team"], now=NOW, cluster="customer_id"),
    "clocks": lambda: tally(
        ["first_response_kept", OWN[2]], TABLES, by=["team"], now=NOW, sla=SLA
    ),
}  # fmt: skip
"""Tallies with every accumulator, a compound KPI, clusters, clocks and hours."""
NEWEST = {"tally": 4, "clustered": 2, "clocks": 4}
"""The number of the newest pair of files of each."""
REFUSED = {
    "clocks-1": "first_response_kept as version 1",
    **dict.fromkeys(("clocks-2", "clocks-3"), "as defined by"),
    "clustered-1": "reopen_rate as version 1",
    "tally-1": "as version 1",
    **dict.fromkeys(("tally-2", "tally-3"), "asa as version 1"),
}
"""What is said of each older pair."""


def numbers(measures: Measures) -> list[Any]:
    """What a tally says, as plain data."""
    return [
        [m.kpi, {name: str(value) for name, value in m.group.items()}, m.value, m.low, m.high, m.n, m.undecided]
        for m in measures
    ]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_stored_tally_stays_readable(name: str) -> None:
    """Its definitions are those of today, and so are its bytes and its numbers."""
    newest, today = f"{name}-{NEWEST[name]}", GOLDEN[name]()
    stored = (DATA / f"{newest}.sqtally").read_bytes()
    found = Tally.from_bytes(stored, kpis=OWN)
    assert json.loads((DATA / f"{newest}.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(numbers(found.measure()))
    )
    assert today.to_bytes() == stored
    assert (found + today).plan.plain() == today.plan.plain()


@pytest.mark.parametrize("name", sorted({file.stem for file in DATA.glob("*.sqtally")}))
def test_a_tally_whose_numbers_have_changed_is_refused(name: str) -> None:
    """By the name of a KPI whose version rose since."""
    kind, number = name.split("-")
    if int(number) == NEWEST[kind]:
        return
    stored = (DATA / f"{name}.sqtally").read_bytes()
    with pytest.raises(TallyMismatch, match=REFUSED[name]):
        Tally.from_bytes(stored, kpis=OWN)


def test_the_golden_tallies_hold_every_accumulator() -> None:
    """No state is left out of the stored form that has to stay."""
    held = {kpi.accumulator for make in GOLDEN.values() for kpi in make().plan.read}
    assert held == {*all_of(Accumulator)}


def all_of(kind: type[Accumulator]) -> Iterator[type[Accumulator]]:
    """The accumulators of the library."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("servqual.") and hasattr(each, "stored_name"):
            yield each
        yield from all_of(each)


def test_a_tally_of_an_older_version_is_refused_by_name() -> None:
    """Where a KPI's number changed, so did its version; the message says which KPI it is."""
    newer = attrs.evolve(KPIS["resolution_p90"], version=KPIS["resolution_p90"].version + 1)
    with pytest.raises(TallyMismatch, match=r"resolution_p90 as version 2 of resolution_time \(got version 3"):
        Tally.from_bytes((DATA / f"tally-{NEWEST['tally']}.sqtally").read_bytes(), kpis=[*OWN, newer])


@pytest.mark.parametrize("key", KPIS)
def test_a_version_is_part_of_every_definition(key: str) -> None:
    """Also of KPIs over two others."""
    kpi = KPIS[key]
    assert attrs.evolve(kpi, version=kpi.version + 1).definition != kpi.definition


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for name, make in GOLDEN.items():
        newest = f"{name}-{NEWEST[name]}"
        (DATA / f"{newest}.sqtally").write_bytes(make().to_bytes())
        (DATA / f"{newest}.json").write_text(json.dumps(numbers(make().measure()), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("written\n")
