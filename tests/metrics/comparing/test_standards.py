"""Indicators against what was measured: direction-aware, worst gap first, no data last."""

import datetime as dt

import attrs
import pytest

from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import KPIS, attainment
from servqual.model import Indicator

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CASES = {
    "received_at": [MONDAY] * 4,
    "first_response_at": [MONDAY + HOUR / 6] * 3 + [None],
    "resolved_at": [MONDAY + 2 * HOUR, MONDAY + 4 * HOUR, None, None],
}


def test_gaps_point_to_what_is_worse() -> None:
    """Above 0 the goal was missed, whichever way is better; a value at the goal reaches it."""
    goals = (
        Indicator(name="solve", kpi="resolution_rate", goal=0.95),
        Indicator(name="answer", kpi="first_response_kept", goal=0.75, within=HOUR / 2),
        Indicator(name="fast", kpi="resolution_time", goal=2 * HOUR),
        Indicator(name="again", kpi="reopen_rate", goal=0.05),
    )
    rows = attainment(goals, {"cases": {**CASES, "reopened": [None] * 4}}, now=MONDAY + 24 * HOUR)
    found = {row.indicator.name: (row.met, row.gap) for row in rows}
    assert found == {
        "solve": (False, pytest.approx(0.45)),
        "answer": (True, 0.0),
        "fast": (False, 3600.0),
        "again": (None, None),
    }
    assert [row.indicator.name for row in rows] == ["fast", "solve", "answer", "again"]


def test_an_indicator_without_a_goal_has_no_gap() -> None:
    """Nothing is judged without a goal."""
    [row] = attainment([Indicator(name="solve", kpi="resolution_rate")], {"cases": CASES})
    assert (row.met, row.gap, row.goal) == (None, None, None)
    assert row.measured.value == 0.5


def test_a_kpi_that_no_catalogue_knows_is_named() -> None:
    """The indicator and its KPI."""
    with pytest.raises(UnknownName, match="'smile' needs a KPI of the catalogue"):
        attainment([Indicator(name="smile", kpi="smiles", goal=1.0)], {"cases": CASES})


def test_a_standard_is_measured_with_ones_own_kpis_and_of_some_rows() -> None:
    """`catalogue`, `where` and `period` choose; a limit that a KPI does not have is refused."""
    day = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    cases = {
        "received_at": [day, day, day + dt.timedelta(days=9)],
        "resolved_at": [day, None, None],
        "team": ["north", "south", "north"],
    }
    mine = attrs.evolve(KPIS["resolution_rate"], key="mine")
    goal = Indicator(name="solve", kpi="mine", goal=0.9)
    period = (day, day + dt.timedelta(days=5))
    [row] = attainment(
        [goal], {"cases": cases}, period=period, where={"team": "north"}, catalogue={**KPIS, "mine": mine}
    )
    assert (row.measured.value, row.measured.n, row.met) == (1, 1, True)
    with pytest.raises(UnknownName, match="needs a KPI"):
        attainment([goal], {"cases": cases})
    slow = Indicator(name="solve", kpi="resolution_rate", goal=0.9, within=dt.timedelta(hours=1))
    with pytest.raises(InvalidValue, match=r"within must be a parameter of resolution_rate, .* \(got .within.\)"):
        attainment([slow], {"cases": cases})


def test_an_indicator_whose_kpi_needs_a_parameter_says_how_to_set_it() -> None:
    """Its name, the KPI and the call; a limit is set on the indicator itself."""
    answers = {"score": [5, 4, 2, 5], "answered_at": [dt.datetime(2026, 5, 4, tzinfo=dt.UTC)] * 4}
    happy = Indicator(name="happy", kpi="csat", goal=0.7)
    told = (
        "scale must be its two ends, such as (1, 5) for csat of indicator 'happy' (got None); "
        "pass catalogue=KPIS | {'csat': KPIS['csat'].with_(scale=…, satisfied_from=…)}"
    )
    with pytest.raises(InvalidValue) as refused:
        attainment([happy], {"answers": answers})
    assert (str(refused.value), refused.value.field, refused.value.got) == (told, "scale", None)
    mine = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    assert attainment([happy], {"answers": answers}, catalogue={**KPIS, "csat": mine})[0].met
    soon = Indicator(name="soon", kpi="first_response_kept", goal=0.9)
    cases = {**CASES, "first_response_at": CASES["resolved_at"]}
    with pytest.raises(InvalidValue, match=r"first_response_kept of indicator 'soon' .*; set its within$"):
        attainment([soon], {"cases": cases}, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
