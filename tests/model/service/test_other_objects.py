"""An object of another kind is refused by the name of its argument, and never by an error of Python."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    AgentId,
    Case,
    Categories,
    Complaint,
    Member,
    Team,
    complaint_backlog,
    open_children,
    overdue_complaints,
    service_record,
    suggest_assignee,
)
from servqual.model import case as event
from servqual.model import complaint as complaint_event
from servqual.model.service.told_once import share

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
CASE: Any = Case.open(id="T-1", at=NINE, channel="web")
COMPLAINT: Any = Complaint.open(id="P-1", at=NINE, channel="web")
TOLD = event.Resolved(at=NINE, by="A-1", solution="restarted", told_customer=True)
EVE = Member(id=AgentId("A-9"), name="Eve", skills={"billing": 2})
WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: overdue_complaints([CASE], now=NINE), "complaints must be a list of complaints"),
    (lambda: overdue_complaints(COMPLAINT, now=NINE), r"complaints must be a list of .*; write them as a list"),
    (lambda: complaint_backlog([CASE], now=NINE), "complaints must be a list of complaints"),
    (lambda: open_children(COMPLAINT, [CASE]), "parent must be a case"),
    (lambda: open_children(CASE, [COMPLAINT]), "cases must be a list of cases"),
    (lambda: open_children(CASE, CASE), r"cases must be a list of cases .*; write them as a list"),
    (lambda: share(TOLD, COMPLAINT, CASE), "case must be a case"),
    (lambda: share(TOLD, CASE, CASE), "complaint must be a complaint"),
    (lambda: service_record(COMPLAINT), "case must be a case"),
    (lambda: service_record(CASE, ["line"]), "categories must be a table of Categories"),  # type: ignore[arg-type]
    (lambda: Categories.of({"line": 5}), "categories must be a mapping or a list"),
    (lambda: Categories.of(5), "categories must be a mapping or a list"),  # type: ignore[arg-type]
    (lambda: CASE.record("closed"), r"event must be an event of its lifecycle, such as Closed\("),
    (lambda: CASE.record(event.Started), "event must be an event of its lifecycle"),
    (lambda: EVE.match(["billing"]), "needs must be a mapping from skills to levels"),  # type: ignore[arg-type]
    (lambda: EVE.match({"billing": "2"}), "skills must give a whole level from 1"),  # type: ignore[arg-type]
    (
        lambda: suggest_assignee(Team(name="n", members=[EVE]), needs={"billing": 1}, load=[1]),  # type: ignore[arg-type]
        "load must be a mapping from ids to open work",
    ),
]


@pytest.mark.parametrize(("ask", "message"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_another_object_is_refused_by_name(ask: Callable[[], Any], message: str) -> None:
    """Lists and single objects, events and words."""
    with pytest.raises(InvalidValue, match=f"^{message}"):
        ask()


def test_an_event_of_another_lifecycle_is_called_so() -> None:
    """Also where both lifecycles have an event of this name, which the status would allow."""
    foreign: Any = complaint_event.Closed(at=NINE, by="A-1", unconfirmed="no answer")
    with pytest.raises(IllegalTransition, match=r"got closed of another lifecycle\)$"):
        CASE.record(TOLD).record(foreign)
