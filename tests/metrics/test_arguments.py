"""Arguments of a wholly other kind: each function names the one that it cannot take, and what it would."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from servqual import metrics
from servqual.errors import ServqualError
from servqual.metrics import KPIS, Compound, IndexPart, Peer, Tally, measure, tally
from servqual.model import Indicator

DAY = [dt.datetime(2026, 5, 4, tzinfo=dt.UTC)] * 4
CASES: Any = {"received_at": DAY, "resolved_at": DAY, "reopened": [0, 1, 0, 0], "team": ["a", "b", "a", "b"]}
DATA: Any = {"cases": CASES}
TOLD: Any = measure(["reopen_rate"], DATA, by=["team"])
KPI: Any = KPIS["reopen_rate"]
GOAL: Any = Indicator(name="right at once", kpi="reopen_rate", goal=0.1)
ANY: Any = metrics


@pytest.mark.parametrize(
    ("names", "call"),
    [
        ("confidence", lambda: ANY.measure(["reopen_rate"], DATA, confidence=None)),
        ("confidence", lambda: ANY.measure(["reopen_rate"], DATA, confidence="0.95")),
        ("columns", lambda: ANY.measure(["reopen_rate"], DATA, columns={"cases": ["x"]})),
        ("columns", lambda: ANY.measure(["reopen_rate"], DATA, columns={"cases": {"team": 5}})),
        ("kpi", lambda: TOLD.get(5, team="a")),
        ("kpi", lambda: TOLD.of(5)),
        ("kpi", lambda: TOLD.of(KPIS["fcr"])),
        ("other", lambda: TOLD.equals(5)),
        ("kpis", lambda: Tally.from_bytes(tally(["reopen_rate"], DATA).to_bytes(), kpis=ANY.measure)),
        ("categories", lambda: ANY.pareto(5)),
        ("categories", lambda: ANY.pareto("billing")),
        ("categories", lambda: ANY.pareto([["billing"]])),
        ("weights", lambda: ANY.pareto({"billing": 1}, weights=5)),
        ("weights", lambda: ANY.pareto(["billing"], weights=5)),
        ("share", lambda: ANY.pareto({"billing": 1}).vital_few(None)),
        ("standard", lambda: TOLD.against(5)),
        ("standard", lambda: TOLD.against("reopen_rate")),
        ("margin", lambda: TOLD.against([GOAL], margin=0.1)),
        ("standard", lambda: ANY.attainment([5], DATA)),
        ("measures", lambda: ANY.weakest(5, "reopen_rate")),
        ("measures", lambda: ANY.changes(5, TOLD, "reopen_rate")),
        ("kpi", lambda: ANY.weakest(TOLD, 5)),
        ("limits", lambda: ANY.funnel(TOLD, "reopen_rate", limits=0.95)),
        ("parts", lambda: ANY.composite(TOLD, ["reopen_rate"])),
        ("weight", lambda: IndexPart(kpi="reopen_rate", weight=ANY, worst=1, best=0)),
        ("peers", lambda: ANY.peer_gaps(TOLD, "reopen_rate", [0.1])),
        ("value", lambda: Peer(name="they", value=ANY)),
        ("n", lambda: Peer(name="they", value=0.5, n=ANY)),
        ("n", lambda: Peer(name="they", value=0.5, n=0)),
        ("top", lambda: Compound.of(ANY, KPI, key="a", title="a", question="a", formula="a")),
        ("key", lambda: attrs.evolve(KPI, key=" ")),
        ("table", lambda: attrs.evolve(KPI, table=5)),
        ("texts", lambda: attrs.evolve(KPI, needs=5)),
        ("texts", lambda: attrs.evolve(KPI, uses="reopened")),
        ("unit", lambda: attrs.evolve(KPI, unit="shares")),
        ("law", lambda: attrs.evolve(KPI, law="any")),
        ("rows", lambda: attrs.evolve(KPI, rows=None)),
        ("params", lambda: attrs.evolve(KPI, params=5)),
    ],
)
def test_what_a_function_cannot_take_is_named(names: str, call: Callable[[], object]) -> None:
    """With an error of ours, which says what came."""
    with pytest.raises(ServqualError, match=rf"{names} .*\(got "):
        call()


def test_indicators_share_a_pass_and_one_kpi_may_have_two_limits() -> None:
    """Data that can be read only once serve all indicators."""
    quick, slow = (
        Indicator(name=name, kpi="resolution_kept", goal=0.9, within=dt.timedelta(hours=hours))
        for name, hours in (("within the hour", 1), ("within the day", 24))
    )
    done = [DAY[0] + dt.timedelta(hours=hours) for hours in (0.5, 2, 3, 4)]
    parts = iter([CASES | {"resolved_at": done}])
    found = {
        row.indicator.name: row
        for row in metrics.attainment([quick, slow, GOAL, quick], {"cases": parts}, now=done[-1])
    }
    assert {name: row.measured.value for name, row in found.items()} == {
        "within the hour": 0.25,
        "within the day": 1.0,
        "right at once": 0.25,
    }
    assert {row.measured.kpi for row in found.values()} == {"resolution_kept", "reopen_rate"}
    assert metrics.attainment([], DATA) == ()
