"""One law over all public values: they can be copied, pickled, hashed and shown."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from tests.schema.schema_samples import path_of, same

from servqual.metrics import KPIS, clock_readings, what_if
from servqual.model import BusinessHours, Clock, Sla, Target
from servqual.model.history.lifecycle import Lived
from servqual.readers import Export
from servqual.readers.columns.tables import Kind
from servqual.report import Comparison, Config, Promise, inspect
from servqual.samples import desk
from servqual.schema import kinds, ledger, loads
from servqual.testing._measured import verdicts

NINE, HOUR = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(hours=1)
LIMIT = Target(clock=Clock.RESOLUTION, within=HOUR)
SLA = Sla(name="desk", hours=BusinessHours.always(), targets=[LIMIT])
STRICTER = attrs.evolve(SLA, targets=[attrs.evolve(LIMIT, within=HOUR / 4)])
LOG = {
    "case_id": ["C-1", "C-1", "C-2", "C-3"],
    "event": ["reported", "resolved", "reported", "received"],
    "at": [NINE, NINE + HOUR / 2, NINE + HOUR, NINE],
    "team": ["north", None, "south", None],
}


def readings(sla: Sla = SLA, **log: Any) -> Any:
    """The readings of the one promise over a small log."""
    return clock_readings(LOG | log, sla, now=NINE + 9 * HOUR)["resolution"]


def copies(value: Any) -> list[Any]:
    """A copy, a deep copy, and what comes back from a pickle."""
    return [copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))]  # noqa: S301  (our own bytes)


def arrays(value: Any) -> list[Any]:
    """All arrays in the fields of a value, those of its parts included."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Mapping):
        return [found for part in value.values() for found in arrays(part)]
    fields: Any = attrs.fields(type(value)) if attrs.has(type(value)) else ()
    return [found for field in fields for found in arrays(getattr(value, field.name))]


def check(value: Any) -> None:
    """A copy is the same value, equal values have one hash, and arrays that were read-only stay so."""
    found = copies(value)
    assert all(same(each, value) for each in found)
    assert len({hash(value), *(hash(each) for each in found if each == value)}) == 1
    frozen = [not part.flags.writeable for part in arrays(value)]
    assert all([not part.flags.writeable for part in arrays(each)] == frozen for each in found)


@pytest.mark.parametrize("kind", kinds())
def test_values_can_be_copied_pickled_hashed_and_shown(kind: str) -> None:
    """A copy is the same value, equal values have one hash, and a repr names the id and the status."""
    value = loads(path_of(ledger.named(kind)).read_text(encoding="utf-8"))
    check(value)
    assert len(repr(value)) < 20_000
    if isinstance(value, Lived):
        assert value.id in repr(value)
        assert str(value.status) in repr(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: desk(days=3),
        Config,
        lambda: Comparison(verdict=verdicts()[0], data={"decision": "improved"}, lines=("improved",)),
        lambda: Promise(kpi=KPIS["case_volume"], goal=3, name="few", better="lower"),
        lambda: Export("tickets.csv", kinds={"size": Kind.NUMBER}, columns=["received_at"]),
        lambda: Export([{"received_at": "2026-05-04T09:00Z", "size": float("nan")}]),
        lambda: Export({"received_at": np.array(["2026-05-04T09"], "M8[us]"), "size": [np.nan]}),
        lambda: Export(pd.DataFrame({"received_at": ["2026-05-04T09:00Z"], "size": [None]})),
    ],
    ids=["desk", "config", "comparison", "promise", "export", "rows", "columns", "frame"],
)
def test_values_without_a_form_are_values_too(make: Callable[[], Any]) -> None:
    """The law is the same for public values that have no stored form of their own."""
    value = make()
    check(value)
    assert len(repr(value)) < 2_000


def test_what_was_found_in_files_is_a_value(tmp_path: Path) -> None:
    """An inspection of the same files is equal, of others it is not."""
    path = tmp_path / "tickets.csv"
    found = []
    for priority in ("1", "low"):
        rows = ("number,opened_at,resolved_at,priority", f"1,04/05/2026 09:00,,{priority}", "2,13/05/2026 09:00,,")
        path.write_text("\n".join(rows), encoding="utf-8")
        found += [inspect(path), inspect(path)]
        check(found[-1])
    assert found[0] == found[1]
    assert found[1] != found[2]
    assert found[0].looks[0].vendor is not None
    assert len(repr(found[0])) < 2_000


@pytest.mark.parametrize("other", [[{"size": 1}, {"size": 2}], [{"size": "1"}], [{"size": True}], ({"size": 1},), []])
def test_exports_of_other_rows_differ(other: Any) -> None:
    """Tables in memory are compared by their cells and types."""
    assert Export([{"size": 1}]) == Export([{"size": 1}])
    assert Export([{"size": 1}]) != Export(other)
    assert Export(pd.DataFrame({"size": [1]})) != Export(pd.DataFrame({"size": [2]}))


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.startswith(("spc.", "stats."))])
def test_arrays_that_were_loaded_are_read_only(kind: str) -> None:
    """Whoever reads the arrays of a result cannot change it."""
    value = loads(path_of(ledger.named(kind)).read_text(encoding="utf-8"))
    assert not any(part.flags.writeable for part in arrays(value))


def test_readings_of_a_log_are_values() -> None:
    """They have no stored form, for the log has one, but they can be copied and pickled as all others."""
    found, replay = readings(), what_if(LOG, SLA, STRICTER, now=NINE + 9 * HOUR)
    for value in (found, replay):
        check(value)
        assert len(repr(value)) < 2_000
    assert found == readings()
    assert hash(found) == hash(readings())
    again = copies(found)[2]
    assert again.columns()["due"].tolist() == found.columns()["due"].tolist()
    assert again.columns()["breached_at"].tolist() == found.columns()["breached_at"].tolist()
    assert again.chunk().columns["team"].labels == found.chunk().columns["team"].labels
    assert replay == what_if(LOG, SLA, STRICTER, now=NINE + 9 * HOUR)
    assert replay.compared
    assert len(replay.columns["case_id"]) == 1


@pytest.mark.parametrize(
    "other",
    [
        readings(STRICTER),
        readings(team=["north", None, "east", None]),
        readings(case_id=["C-1", "C-1", "C-2", "C-4"]),
        readings(at=[NINE, NINE + HOUR / 3, NINE + HOUR, NINE]),
        readings(attrs.evolve(SLA, hours=BusinessHours(zone="UTC", week={"mon": "09:00-10:00"}))),
        "readings",
    ],
)
def test_other_readings_differ(other: Any) -> None:
    """A row, a column or an hour that differs makes another value."""
    assert readings() != other


def test_other_replays_differ() -> None:
    """Replays are equal by their numbers and columns."""
    assert what_if(LOG, SLA, STRICTER, now=NINE + 9 * HOUR) != what_if(LOG, SLA, SLA, now=NINE + 9 * HOUR)
