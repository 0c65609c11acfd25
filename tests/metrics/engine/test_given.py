"""What a definition is made of is its own."""

import copy
import datetime as dt
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from servqual.metrics import KPIS, tally
from servqual.metrics.kpi.definition import Kpi

DAY = np.array(["2026-05-04"] * 2, "M8[us]")
DATA = {
    "received_at": DAY,
    "resolved_at": np.array(["2026-05-04T00:30", "2026-05-04T09"], "M8[us]"),
    "priority": ["urgent", "low"],
}
NOW = np.datetime64("2026-06-01")


def pickled(value: Any) -> Any:
    """The value after a journey."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301  (our own bytes)


WAYS: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, pickled]


def test_a_list_that_changes_later_changes_no_definition() -> None:
    """The caller goes on using the list that a parameter was given."""
    only = {"priority": ["urgent"]}
    kpi = KPIS["resolution_kept"].with_(within=dt.timedelta(hours=1), only=only)
    before, one = kpi.definition, tally([kpi], {"cases": DATA}, now=NOW)
    only["priority"].append("low")
    two = tally([kpi], {"cases": DATA}, now=NOW)
    assert one.to_bytes() == two.to_bytes()
    assert kpi.definition == before
    assert one.measure().one().value == 1.0  # the urgent case alone, solved in half an hour


@pytest.mark.parametrize("way", WAYS, ids=["copy", "deepcopy", "pickle"])
def test_kpis_tallies_and_measures_copy_and_pickle(way: Callable[[Any], Any]) -> None:
    """All of the catalogue, and one with parameters."""
    mine = KPIS["resolution_kept"].with_(key="mine", within=dt.timedelta(hours=1), only={"priority": ["urgent"]})
    for kpi in (*KPIS.values(), mine):
        again: Kpi = way(kpi)
        assert (again, hash(again), again.definition) == (kpi, hash(kpi), kpi.definition)
    found = tally([mine, "resolution_time", "resolution_p90"], {"cases": DATA}, by=["priority"], now=NOW)
    assert way(found).to_bytes() == found.to_bytes()
    assert list(way(found.measure())) == list(found.measure())


def test_arrays_that_are_handed_out_are_read_only() -> None:
    """Nobody can write a better number into measures."""
    measures = tally(["resolution_time"], {"cases": DATA}).measure()
    with pytest.raises(ValueError, match="read-only"):
        measures.numbers["resolution_time"].value[0] = 0
