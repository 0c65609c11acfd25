"""A reason of waiting that differs from pause_on in letter case alone is refused by name: the clock would run on."""

import datetime as dt
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import clock_readings, measure
from servqual.model import BusinessHours, Case, CaseId, Sla, Target
from servqual.model import case as event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NOW = NINE + 30 * HOUR
SAYS = r"pause_on must name reasons of waiting in the letters of the log \(got '{}' beside '{}'\); write one as"


def agreed(*reasons: str) -> Sla:
    """Eight hours for a solution, without waits of these reasons."""
    within = [Target(clock="resolution", within=8 * HOUR)]
    return Sla(name="s", hours=BusinessHours.always(), pause_on={*reasons}, targets=within)


def log(on: str) -> dict[str, list[Any]]:
    """Ten hours from report to solution, nine of them waiting."""
    at = [NINE, NINE + HOUR, NINE + 10 * HOUR]
    events = ["reported", "waiting", "resolved"]
    return {
        "case_id": ["C"] * 3,
        "at": at,
        "event": events,
        "on": [None, on, None],
        "told_customer": [None, None, True],
    }


@pytest.mark.parametrize("on", ["Customer", "CUSTOMER"])
def test_a_log_is_refused(on: str) -> None:
    """Readings and KPIs name both words."""
    with pytest.raises(InvalidValue, match=SAYS.format("customer", on)):
        clock_readings(log(on), agreed("customer"), now=NOW)["resolution"].columns()
    with pytest.raises(InvalidValue, match=SAYS.format("customer", on)):
        measure(["resolution_kept"], {"case_events": log(on)}, sla=agreed("customer"), now=NOW)


@pytest.mark.parametrize(
    ("on", "reasons", "state"),
    [
        ("customer", ["customer"], "met"),
        ("Customer", ["customer", "Customer"], "met"),
        ("Customer", ["*"], "met"),
        ("supplier", ["customer"], "breached"),
        ("Customer", [], "breached"),
    ],
)
def test_other_reasons_are_read(on: str, reasons: list[str], state: str) -> None:
    """The same word, both words, any word, another word, and no word."""
    found = clock_readings(log(on), agreed(*reasons), now=NOW)["resolution"].columns()["state"]
    assert [str(each) for each in found] == [state]


def test_a_case_is_refused_like_its_log() -> None:
    """A case by itself says the same."""
    case = Case(history=[event.Opened(id=CaseId("C"), at=NINE, channel="phone", owner="A")])
    case = case.record(event.Waiting(at=NINE + HOUR, by="A", on="Customer"))
    with pytest.raises(InvalidValue, match=SAYS.format("customer", "Customer")):
        agreed("customer").read(case, now=NOW)
