"""A KPI of the catalogue is pickled by its key, version and what was set; one of the user by its function's name."""

import copy
import datetime as dt
import pickle
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pytest

from servqual.errors import InvalidValue, KpiNotPicklable
from servqual.metrics import KPIS, Compound, Kpi, Ratio, measure, tally
from servqual.metrics.catalogue import kpis
from servqual.metrics.engine import plan_of
from servqual.model import BusinessHours, Clock, Sla, Target

SLA = Sla(
    name="desk",
    hours=BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"}),
    targets=[
        Target(clock=clock, within=dt.timedelta(hours=8)) for clock in (Clock.FIRST_RESPONSE, Clock.NEXT_RESPONSE)
    ],
)
RECEIVED = {"received_at": np.array(["2026-05-04"], "M8[us]"), "reopened": [0]}


def again(value: Any) -> Any:
    """The value after a journey."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301  (our own bytes)


def everything(t: Any) -> Mapping[str, Any]:
    """Every row is a hit."""
    return {"hit": t.known("received_at"), "among": t.known("received_at")}


def own(rows: Any) -> Kpi:
    """A KPI of the user's own."""
    return Kpi(
        key="mine", title="mine", question="?", formula="a / b", unit="share", better="higher", table="cases",
        needs=("received_at",), accumulator=Ratio, rows=rows,
    )  # fmt: skip


@pytest.mark.parametrize("key", KPIS)
def test_the_bytes_of_a_kpi_name_its_key_and_no_place_of_its_function(key: str) -> None:
    """A function may move to another module, and the pickled KPI stays readable."""
    data = pickle.dumps(KPIS[key])
    assert b"servqual.metrics.catalogue." not in data.replace(b"servqual.metrics.catalogue.kpis", b"")
    assert (again(KPIS[key]), len(data) < 200) == (KPIS[key], True)


def test_what_was_set_travels() -> None:
    """Parameters, keys, moments, parts of compounds, clusters and agreements."""
    csat = KPIS["csat"].with_(key="mine", scale=(1, 5), satisfied_from=4)
    late = KPIS["resolution_p90"].with_(key="late", dated_by="resolved_at", only={"team": ("north",)})
    ratio = KPIS["complaint_rate"].with_(key="per_ten")
    assert isinstance(again(ratio), Compound)
    judged = plan_of(
        ["first_response_kept", "next_response_kept"], sla=SLA, now=dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    ).kpis
    spread = plan_of([csat], cluster="customer_id").kpis
    for kpi in (csat, late, ratio, *judged, *spread):
        for back in (again(kpi), copy.copy(kpi), copy.deepcopy(kpi)):
            assert (back, back.definition, back.state, hash(back)) == (kpi, kpi.definition, kpi.state, hash(kpi))


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number would be another one."""
    data = pickle.dumps(KPIS["reopen_rate"])
    newer = attrs.evolve(KPIS["reopen_rate"], version=99)
    monkeypatch.setattr(kpis, "KPIS", {**KPIS, "reopen_rate": newer})
    with pytest.raises(InvalidValue, match="version must be 99, that of reopen_rate in this servqual"):
        pickle.loads(data)  # noqa: S301  (our own bytes)


def test_a_function_of_a_module_travels_by_its_name() -> None:
    """As any function does."""
    assert again(own(everything)) == own(everything)


def test_a_function_without_a_name_is_refused_with_a_code() -> None:
    """It can be copied, and measured with, all the same."""
    mine = own(lambda t: {"hit": t.known("received_at"), "among": t.known("received_at")})
    with pytest.raises(KpiNotPicklable, match="rows of mine must be a function that can be imported") as refused:
        pickle.dumps(mine)
    assert (refused.value.code, refused.value.key) == ("kpi.not_picklable", "mine")
    assert copy.copy(mine) == copy.deepcopy(mine) == mine
    [found] = measure([mine], {"cases": RECEIVED})
    assert again(found).cell is None
    with pytest.raises(KpiNotPicklable):
        pickle.dumps(tally([mine], {"cases": RECEIVED}))


def test_a_changed_function_is_not_taken_for_that_of_the_catalogue() -> None:
    """A KPI with rows of its own under a name of ours travels with them."""
    mine = attrs.evolve(KPIS["reopen_rate"], rows=everything)
    assert again(mine).rows is everything
