"""Builders make plain objects that say only what a test says."""

import datetime as dt
from typing import Any

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import measure
from servqual.model import Case
from servqual.testing import MONDAY, a_case, a_complaint, a_contact, an_agreement, an_answer

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ({}, "received"),
        ({"answered_after": HOUR}, "received"),
        ({"waiting_after": HOUR}, "waiting"),
        ({"waiting_after": HOUR, "resumed_after": 2 * HOUR}, "received"),
        ({"solved_after": HOUR}, "verifying"),
        ({"solved_after": HOUR, "verified_after": 2 * HOUR}, "verified"),
        ({"solved_after": HOUR, "verified_after": 2 * HOUR, "closed_after": 3 * HOUR}, "closed"),
        ({"solved_after": HOUR, "closed_after": 3 * HOUR}, "closed"),
        ({"solved_after": HOUR, "closed_after": 3 * HOUR, "reopened_after": 4 * HOUR}, "handling"),
    ],
)
def test_cases_go_as_far_as_was_said(steps: dict[str, Any], status: str) -> None:
    """Each length of time is one event at that moment, whatever the order of the arguments."""
    case = a_case(**steps)
    assert case.status == status
    assert [event.at - MONDAY for event in case.history] == [dt.timedelta(), *sorted(steps.values())]
    assert case == a_case(**steps)


def test_facts_are_those_of_the_constructor() -> None:
    """They are checked as a program's would be, and nothing else is filled in."""
    case = a_case(id="C-9", channel="chat", owner="A-7", tags=["vip"], answered_after=HOUR)
    assert (case.id, case.channel, case.tags, case.history[-1].by) == ("C-9", "chat", ("vip",), "A-7")
    assert a_case() == Case.open(id="C-1", at=MONDAY, channel="email")
    with pytest.raises(InvalidValue, match="tags"):
        a_case(tags=5)  # type: ignore[arg-type]
    with pytest.raises(IllegalTransition):
        a_case(closed_after=HOUR)
    with pytest.raises(IllegalTransition):
        a_complaint(followed_up_after=HOUR)


def test_complaints_end_with_a_satisfied_customer_or_for_a_reason() -> None:
    """An unsatisfied customer leads back to the analysis."""
    solved = {"solved_after": HOUR}
    assert a_complaint(**solved, followed_up_after=2 * HOUR, closed_after=3 * HOUR).satisfied  # type: ignore[arg-type]
    assert a_complaint(**solved, closed_after=3 * HOUR).status == "closed"  # type: ignore[arg-type]
    assert a_complaint(**solved, followed_up_after=2 * HOUR, satisfied=False).status == "analysing"  # type: ignore[arg-type]
    assert a_complaint(acknowledged_after=HOUR).acknowledged_at == MONDAY + HOUR


def test_they_are_measured_like_any_object() -> None:
    """Tables of builders give the numbers that one reads off the test."""
    contacts = [
        a_contact(id="I-1", wait=dt.timedelta(seconds=10)),
        a_contact(id="I-2"),
        a_contact(id="I-3", abandoned=True),
    ]
    found = measure(["asa", "abandonment_rate"], {"interactions": contacts})
    assert found.get("asa").value == 15
    assert found.get("abandonment_rate").value == pytest.approx(1 / 3)
    assert [an_answer(score).satisfied for score in (1, 3, 4, 5)] == [False, False, True, True]
    assert an_answer(customer=None).customer is None


def test_agreements_promise_what_was_given() -> None:
    """Nine hours are a day and an hour of work, and waiting on the customer pauses the solution."""
    sla = an_agreement(first_response=None, resolution=9 * HOUR)
    case = a_case(waiting_after=HOUR, resumed_after=3 * HOUR)
    assert sla.read(case, now=MONDAY)["resolution"].due == MONDAY + 25 * HOUR
    assert sla.read(case, now=MONDAY + 4 * HOUR)["resolution"].due == MONDAY + 27 * HOUR
    assert "first_response" not in sla.read(case, now=MONDAY)
    with pytest.raises(InvalidValue, match="targets"):
        an_agreement(first_response=None)
