"""A case from the columns of an export: moments and a status."""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import clock_readings, measure
from servqual.model import BusinessHours, Case, Clock, Complaint, Sla, Target, Vocabulary, ownership_of
from servqual.model import case as event
from servqual.model import complaint as complaint_event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hours: float) -> dt.datetime:
    """So many hours after nine."""
    return NINE + hours * HOUR


def imported(**columns: Any) -> Case:
    """A ticket of an export that came at nine."""
    return Case.imported(id="T-1", received_at=NINE, **columns)


MOMENTS = ("assigned_at", "first_response_at", "resolved_at", "verified_at", "closed_at")


@given(hours=st.lists(st.integers(0, 99), min_size=5, max_size=5).map(sorted), known=st.sets(st.sampled_from(MOMENTS)))
def test_the_case_tells_the_moments_that_the_export_had(hours: list[int], known: set[str]) -> None:
    """Each as it was, and None where the export had none; the events are flagged."""
    if "verified_at" in known:
        known = known | {"resolved_at"}
    columns = {name: at(hour) for name, hour in zip(MOMENTS, hours, strict=True) if name in known}
    case = imported(**columns)
    assert {name: getattr(case, name) for name in MOMENTS} == {name: columns.get(name) for name in MOMENTS}
    assert all(getattr(event, "imported", False) for event in case.history)
    assert case.confirmed == ("verified_at" in known)
    table = measure(["cases_closed"], {"cases": [case]}, now=at(1000)).one()
    assert table.value == ("closed_at" in known)


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("new", "received"),
        ("open", "handling"),
        ("Pending", "waiting"),
        ("hold", "waiting"),
        ("solved", "verifying"),
        ("closed", "closed"),
        ("cancelled", "cancelled"),
    ],
)
def test_the_status_decides_what_no_moment_says(status: str, stands: str) -> None:
    """The five statuses of a widespread desk and ours, at the moment of the last change."""
    case = imported(status=status, updated_at=at(5))
    assert case.status == stands
    assert case.history[-1].at == (NINE if stands == "received" else at(5))


@pytest.mark.parametrize(("status", "stands"), [("new", "handling"), ("open", "handling"), ("pending", "waiting")])
@pytest.mark.parametrize("end", ["resolved_at", "closed_at"])
def test_an_open_case_with_a_solution_came_back(status: str, stands: str, end: str) -> None:
    """At the moment of the last change; why and by whom is a gap, and without that moment it is refused."""
    case = imported(**{end: at(1)}, status=status, updated_at=at(2))
    assert case.status == stands
    assert (case.reopened, case.resolved_at, case.closed_at) == (1, None, None)
    assert "reason" in case.gaps()
    with pytest.raises(InvalidValue, match="updated_at must be given"):
        imported(**{end: at(1)}, status=status)


def test_a_status_that_agrees_with_the_moments_adds_nothing() -> None:
    """A solution is one solution, and an end one end."""
    assert len(imported(status="solved", resolved_at=at(1), updated_at=at(2)).history) == 2
    assert len(imported(status="closed", resolved_at=at(1), closed_at=at(2), updated_at=at(3)).history) == 3


def test_an_imported_event_does_not_end_a_lived_case() -> None:
    """Neither a case nor a complaint."""
    case = Case.open(id="T-1", at=NINE, channel="email")
    with pytest.raises(InvalidValue, match="imported must be False in a case"):
        case.record(event.Closed(at=at(1), by=None, imported=True))
    complaint = Complaint.open(id="P-1", at=NINE, channel="email")
    with pytest.raises(InvalidValue, match="imported must be False in a complaint"):
        complaint.record(complaint_event.Closed(at=at(1), by=None, imported=True))


CLOCKS = [clock for clock in Clock if clock is not Clock.STEP]
LATER: Final[list[Callable[[dt.datetime], Any]]] = [
    lambda when: event.Replied(at=when, by="A-1"),
    lambda when: event.CustomerMessage(at=when, by="K-1"),
    lambda when: event.Assigned(at=when, by="A-1", to="A-2"),
    lambda when: event.HandedOver(at=when, by="A-2", to="A-3", reason="shift"),
    lambda when: event.Resolved(at=when, by="A-2", solution="s", told_customer=True),
    lambda when: event.Reopened(at=when, by="K-1", reason="again"),
]
SLA = Sla(name="desk", hours=BusinessHours.always(), targets=[Target(clock=c, within=4 * HOUR) for c in CLOCKS])


def test_a_clock_whose_stop_the_export_lacks_is_unknown() -> None:
    """In the object and in the log alike, and no KPI counts it; what the export says is judged."""
    case = imported(resolved_at=at(1), closed_at=at(50))
    readings = SLA.read(case, now=at(99))
    unknown = {clock for clock, reading in readings.items() if reading.state == "unknown"}
    assert unknown == {"acknowledgement", "first_response", "time_to_own", "follow_up"}
    assert all(readings[clock].due is readings[clock].breached_at is None for clock in unknown)
    assert (readings["resolution"].state, readings["closure"].state) == ("met", "breached")
    for clock in unknown:
        table = measure([f"{clock}_kept"], {"case_events": [case]}, sla=SLA, now=at(99)).one()
        assert (table.value, table.n, table.undecided) == (None, 0, 0)


@given(
    hours=st.lists(st.integers(0, 99), min_size=5, max_size=5).map(sorted),
    known=st.sets(st.sampled_from(MOMENTS)),
    reopened=st.booleans(),
    later=st.lists(st.sampled_from(LATER), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_a_log_of_imported_cases_reads_as_the_cases(
    hours: list[int], known: set[str], *, reopened: bool, later: list[Any]
) -> None:
    """Every clock, cycle by cycle, with or without a reopening, and whatever happens after the import."""
    if "verified_at" in known:
        known = known | {"resolved_at"}
    columns: dict[str, Any] = {name: at(hour) for name, hour in zip(MOMENTS, hours, strict=True) if name in known}
    if reopened:
        columns |= {"status": "open", "updated_at": at(120)}
    case = imported(**columns)
    for hour, make in enumerate(later, 130):
        with contextlib.suppress(IllegalTransition):
            case = case.record(make(at(hour)))
    read, columns_read = SLA.read(case, now=at(200)), clock_readings([case], SLA, now=at(200))
    for clock, reading in read.items():
        rows = columns_read[clock].columns()
        assert rows["state"].tolist() == [cycle.state.value for cycle in reading.cycles]
        due = [cycle.due and cycle.due.replace(tzinfo=None) for cycle in reading.cycles]
        assert rows["due"].astype(object).tolist() == due


def test_what_follows_an_import_is_judged() -> None:
    """An open case of an export goes on like any other: nothing is not yet."""
    case = imported(status="open", updated_at=at(1))
    assert SLA.read(case, now=at(9))["first_response"].state == "breached"
    answered = case.record(event.Replied(at=at(2), by="A-1"))
    assert SLA.read(answered, now=at(9))["first_response"].state == "met"


def test_what_the_export_does_not_say_is_a_gap() -> None:
    """A solution without words, a pause without a reason, an end without a solution."""
    solved = imported(resolved_at=at(1), customer="K-1", owner="A-1")
    assert {"solution", "told_customer", "by", "channel", "impact"} <= {*solved.gaps()}
    assert solved.first_response_at is None
    assert "on" in imported(status="hold", updated_at=at(1)).gaps()
    closed = imported(closed_at=at(1))
    assert closed.resolved_at is None
    assert {"resolved_at", "customer_confirmed"} <= {*closed.gaps()}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"resolved_at": at(-1)}, "resolved_at"),
        ({"resolved_at": at(2), "closed_at": at(1)}, "closed_at"),
        ({"resolved_at": at(2), "verified_at": at(1)}, "verified_at"),
        ({"verified_at": at(1)}, "resolved_at"),
        ({"resolved_at": at(2), "updated_at": at(1)}, "updated_at"),
        ({"resolved_at": at(1), "status": "cancelled", "updated_at": at(2)}, "resolved_at"),
        ({"status": "closed"}, "closed_at"),
        ({"status": "solved"}, "resolved_at"),
        ({"status": "pending"}, "updated_at"),
        ({"status": "verified", "updated_at": at(1)}, "verified_at"),
        ({"status": "clsoed", "updated_at": at(1)}, "status"),
        ({"resolved_at": dt.datetime(2026, 5, 4)}, "resolved_at"),  # noqa: DTZ001
    ],
)
def test_contradictions_are_refused(columns: dict[str, Any], field: str) -> None:
    """By the name of the column, also a status that ends or pauses a case at no known moment."""
    with pytest.raises(InvalidValue) as refused:
        imported(**columns)
    assert refused.value.field == field


def test_words_are_checked_where_a_vocabulary_is_passed() -> None:
    """An import is where mistyped words come in."""
    with pytest.raises(InvalidValue, match="did you mean billing"):
        imported(category="bililng", vocabulary=Vocabulary(words={"category": ["billing"]}))


def test_who_owns_a_case_that_came_back_is_known() -> None:
    """An export gives no reason for the reopening; the owner before it owns it again."""
    case = imported(status="open", owner="A-1", resolved_at=at(1), closed_at=at(2), updated_at=at(3))
    owned = ownership_of(case)
    assert owned is not None
    assert owned.owner == "A-1"
