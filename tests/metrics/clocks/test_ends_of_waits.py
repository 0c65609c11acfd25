"""A wait ends as its case leaves the status `waiting`, by whatever event: for every clock and every carrier."""

import datetime as dt
from typing import Any, Final

import pytest

from servqual.metrics import clock_readings, measure
from servqual.metrics.clocks.readings import STATES
from servqual.model import BusinessHours, Case, CaseId, Complaint, ComplaintId, Sla, Target
from servqual.model import case as event
from servqual.model import complaint as voiced
from servqual.model.sla.clocks import ENDS_WAIT, STANDARD

START: Final = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR: Final = dt.timedelta(hours=1)
SLA: Final = Sla(
    name="s",
    hours=BusinessHours.always(),
    pause_on={"customer"},
    targets=[Target(clock=clock, within=8 * HOUR) for clock in STANDARD.rules],
)
SOLVED: Final = event.Resolved(at=START + 3 * HOUR, by="A", solution="x", told_customer=True)
AGAIN: Final = event.Reopened(at=START + 5 * HOUR, by="A", reason="r")
LIVES: Final[dict[str, list[Any]]] = {
    "reopened": [SOLVED, AGAIN],
    "verification failed": [
        SOLVED,
        event.Verified(at=START + 5 * HOUR, by="Q", effective=False, customer_confirmed=True),
    ],
    "closed and reopened": [SOLVED, event.Closed(at=START + 4 * HOUR, by="A", unconfirmed="no answer"), AGAIN],
    "closed in an export": [event.Closed(at=START + 3 * HOUR, by="A", imported=True), AGAIN],
    "solved": [SOLVED],
    "cancelled": [event.Cancelled(at=START + 3 * HOUR, by="A", reason="r")],
    "duplicate": [event.Duplicate(at=START + 3 * HOUR, by="A", of=CaseId("D"))],
}


def lived(*then: Any, on: str = "customer", name: str = "C") -> Case:
    """A case that waits from the first hour on."""
    imported = any(getattr(each, "imported", False) for each in then)
    case = Case(history=[event.Opened(id=CaseId(name), at=START, channel="phone", owner="A", imported=imported)])
    for each in (event.Waiting(at=START + HOUR, by="A", on=on), *then):
        case = case.record(each)
    return case


def table(case: Case) -> dict[str, list[Any]]:
    """The events of a case as columns."""
    names = ("on", "told_customer", "effective", "customer_confirmed", "imported")
    told: dict[str, list[Any]] = {name: [getattr(e, name, None) for e in case.history] for name in names}
    told |= {"case_id": [case.id] * len(case.history), "at": [e.at for e in case.history]}
    return told | {"event": [e.stored_name for e in case.history]}


def bulk(data: Any, now: dt.datetime) -> dict[str, list[tuple[str, int]]]:
    """State and elapsed time of every cycle of every clock, read at once."""
    found = clock_readings(data, SLA, now=now)
    return {
        clock: list(zip((STATES[n] for n in found[clock].state), found[clock].elapsed.tolist(), strict=True))
        for clock in STANDARD.rules
    }


def test_a_wait_ends_with_all_that_leads_out_of_it() -> None:
    """The tables of cases and complaints say which events these are."""
    assert {"resumed", "resolved", "closed", "cancelled", "duplicate", "withdrawn"} == ENDS_WAIT


@pytest.mark.parametrize("life", [*LIVES])
def test_what_ends_a_wait_reads_as_a_resume_before_it(life: str) -> None:
    """Objects and tables, in bulk and one by one, for all clocks, and a reply after the return."""
    after = LIVES[life]
    now, reply = START + 7 * HOUR, event.Replied(at=START + 6 * HOUR, by="A")
    resumed = event.Resumed(at=START + 3 * HOUR, by="A")
    if len(after) > 1:
        after = [*after, reply]
    case, twin = lived(*after), lived(resumed, *after)
    assert SLA.read(case, now=now) == SLA.read(twin, now=now)
    assert bulk([case], now) == bulk(table(case), now) == bulk([twin], now)
    assert "paused" not in {reading.state for reading in SLA.read(case, now=now).values()}


def test_a_case_that_comes_back_is_worked_on() -> None:
    """An hour before the wait and two since the return, of eight: due seven working hours after it."""
    case = lived(*LIVES["reopened"], event.Replied(at=START + 6 * HOUR, by="A"))
    found = SLA.read(case, now=START + 7 * HOUR)
    assert (found["resolution"].elapsed, found["resolution"].due) == (3 * HOUR, START + 12 * HOUR)
    assert found["agent_work"].elapsed == 3 * HOUR
    assert (found["closure"].elapsed, found["pausable_update"].elapsed) == (5 * HOUR, HOUR)


@pytest.mark.parametrize(
    "back",
    [
        voiced.Reopened(at=START + 5 * HOUR, by="A", reason="r"),
        voiced.FollowedUp(at=START + 5 * HOUR, by="A", satisfied=False, answer="no"),
    ],
)
def test_a_complaint_that_comes_back_is_worked_on(back: voiced.ComplaintEvent) -> None:
    """An hour before the wait and two since the return."""
    complaint = Complaint(
        history=[
            voiced.Opened(at=START, id=ComplaintId("P"), channel="phone"),
            voiced.Waiting(at=START + HOUR, by="A", on="customer"),
            voiced.Resolved(at=START + 3 * HOUR, by="A", solution="x", told_customer=True),
            back,
        ]
    )
    reading = SLA.read(complaint, now=START + 7 * HOUR)["resolution"]
    assert (complaint.status, reading.state, reading.elapsed) == ("analysing", "running", 3 * HOUR)


def test_promises_are_missed_after_the_return() -> None:
    """Forty cases that were solved again after forty more hours of work kept nothing."""
    again = event.Resolved(at=START + 45 * HOUR, by="A", solution="y", told_customer=True)
    cases = [lived(*LIVES["reopened"], again, name=f"C-{n}") for n in range(40)]
    for key in ("agent_work_kept", "resolution_kept"):
        found = measure([key], {"case_events": cases}, sla=SLA, now=START + 50 * HOUR).one()
        assert (found.value, found.n) == (0.0, 40)


@pytest.mark.parametrize("closed", [False, True])
def test_a_supplier_kept_its_promise_by_the_solution(*, closed: bool) -> None:
    """The wait on it took two hours, whether or not the case is closed later."""
    end = [event.Closed(at=START + 6 * HOUR, by="A", unconfirmed="no answer")] * closed
    cases = [lived(SOLVED, *end, on="supplier", name=f"C-{n}") for n in range(40)]
    for now in (4, 50):
        found = measure(["supplier_kept"], {"case_events": cases}, sla=SLA, now=START + now * HOUR).one()
        assert (found.value, found.n) == (1.0, 40)


def test_nobody_else_holds_a_case_after_its_solution() -> None:
    """Overdue time after the return is the owner's, and no longer that of the customer who was waited for."""
    strict = Sla(name="s", hours=BusinessHours.always(), targets=[Target(clock="resolution", within=2 * HOUR)])
    held = strict.read(lived(*LIVES["reopened"]), now=START + 7 * HOUR)["resolution"].overdue_by_holder()
    assert held == {"customer": HOUR, "A": 2 * HOUR}
