"""Public functions against arguments of other types: a result, or an error of ours."""

import contextlib
import datetime as dt
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from servqual import metrics, presets, readers, report
from servqual.errors import InvalidValue, ServqualError
from servqual.metrics import measure
from servqual.model import Appraisal, BusinessHours, Indicator, Sla, Target, TeamId, appraisal

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
DAYS = np.array(["2026-05-04", "2026-05-05"], "M8[us]")
HOURS = BusinessHours.always()
DATA = {"interactions": {"queued_at": DAYS, "abandoned": [True, False], "team": ["a", "b"]}}
VOLUME = measure(["volume"], DATA, by=["team"])
AGREED = Appraisal(
    history=[
        appraisal.SchemeSet(
            at=NINE,
            by="Lead",
            team=TeamId("a"),
            period=(NINE.date(), NINE.date()),
            weights={"volume": 1.0},
            rater_weights={},
        )
    ]
)
BOUGHT = measure(
    ["purchase_volume", "purchase_amount"],
    {"purchases": {"customer_id": ["K-1"], "at": DAYS[:1], "amount": [5.0]}},
    by=["customer_id"],
)
SATISFIED = measure(
    [metrics.KPIS["csat_mean"].with_(scale=(1, 5))],
    {"answers": {"customer_id": ["K-1"], "answered_at": DAYS[:1], "score": [5]}},
    by=["customer_id"],
)
SLA = Sla(name="s", hours=HOURS, targets=[Target(clock="resolution", within=dt.timedelta(1))])
LOG = {"case_id": ["C-1"], "at": DAYS[:1], "event": ["reported"]}

WRONG: list[Any] = [
    5, 1.5, float("nan"), True, "x", b"x", ["x"], [object()], [[1]], {"x": {}}, {"x": 5}, object(), int,
    dt.datetime(2026, 1, 1), dt.timedelta(1), np.array([1.5]), np.array([object()], object), np.array([[1]]),  # noqa: DTZ001
    lambda *_: None, VOLUME,
]  # fmt: skip

# right arguments of each function with arguments; one at a time is then replaced
RIGHT: dict[str, dict[str, Any]] = {
    "add_working_days": {"hours": HOURS, "start": DAYS, "days": 2},
    "working_days_between": {"hours": HOURS, "start": DAYS, "end": DAYS},
    "after": {"hours": HOURS, "start": DAYS, "work": dt.timedelta(hours=1)},
    "appraised": {"measures": VOLUME, "appraisal": AGREED, "scales": {}, "at": NINE, "by": "Lead"},
    "as_csv": {"report": {"kpis": [], "trends": [], "weakest": []}},
    "attainment": {"standard": [Indicator(kpi="volume", goal=1.0)], "data": DATA},
    "award_ranking": {"measures": VOLUME, "kpi": "volume"},
    "changes": {"before": VOLUME, "after": VOLUME, "kpi": "volume"},
    "clock_conventions": {"name": "zendesk"},
    "clock_readings": {"case_events": LOG, "sla": SLA, "now": NINE},
    "columns_of": {"table": "interactions", "data": DATA["interactions"]},
    "comparison": {"path": "nowhere.csv", "config": report.Config(), "change": "2026-05-04", "kpi": "sla_kept"},
    "composite": {"measures": VOLUME, "parts": []},
    "elapsed": {"hours": HOURS, "start": DAYS, "end": DAYS},
    "example_procedures": {"language": "en"},
    "feedback_segments": {"satisfaction": SATISFIED, "activity": BOUGHT, "kpi": "csat_mean", "loyal_from": 4.0},
    "funnel": {"measures": VOLUME, "kpi": "volume"},
    "layout": {"name": "servicenow"},
    "measure": {"kpis": ["volume"], "data": DATA},
    "pareto": {"categories": ["a"]},
    "peer_gaps": {"measures": VOLUME, "kpi": "volume", "peers": []},
    "inspect": {"paths": "nowhere.csv"},
    "render": {"report": {}},
    "report": {"path": "nowhere.csv"},
    "sample_report": {},
    "rolled_yield": {"measures": VOLUME},
    "spending_segments": {"measures": BOUGHT, "frequent_from": 2.0, "valuable_from": 100.0},
    "tally": {"kpis": ["volume"], "data": DATA},
    "weakest": {"measures": VOLUME, "kpi": "volume"},
    "what_if": {"case_events": LOG, "sla": SLA, "instead": SLA, "now": NINE},
}
# progress shows a bar, and threads as many as asked
LEFT_OUT = {"progress", "threads"}


def functions() -> dict[str, Any]:
    """All public functions that take arguments, by name."""
    homes = (metrics, presets, readers, report)
    found = {name: getattr(home, name) for home in homes for name in home.__all__}
    return {name: f for name, f in found.items() if inspect.isfunction(f) and set(_named(f)) - {"now"}}


def _named(function: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


ARGUMENTS = [(name, argument) for name, f in functions().items() for argument in _named(f) if argument not in LEFT_OUT]


def test_every_function_has_right_arguments() -> None:
    """A new public function needs a line in the table."""
    assert functions().keys() == RIGHT.keys()


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_a_wrong_argument_is_refused_in_words(name: str, argument: str) -> None:
    """No bare TypeError, AttributeError or IndexError comes out."""
    for wrong in WRONG:
        given = {**RIGHT[name], argument: wrong}
        with contextlib.suppress(ServqualError):
            functions()[name](**given)


def test_a_filter_compares_a_flag_with_a_flag() -> None:
    """A word is one only where it is so in a file."""
    with pytest.raises(InvalidValue, match="where must compare abandoned with flags"):
        measure(["volume"], DATA, where={"abandoned": "perhaps"})
