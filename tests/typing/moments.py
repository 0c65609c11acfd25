"""Only type-checked: where a moment is meant, the checker refuses a text, a number and a date."""

import datetime as dt

from servqual.model import (
    Answer,
    Complaint,
    Customer,
    HandOver,
    Interaction,
    InteractionId,
    Money,
    Purchase,
    Question,
    SurveyId,
    Window,
)
from servqual.model import case as event
from servqual.model import complaint as complained
from servqual.model.ids import CaseId, ComplaintId, CustomerId

ONE = InteractionId("I-1")
KIM = CustomerId("K-1")


def a_text_is_no_moment(at: dt.datetime) -> None:
    """The checker refuses each line that it is told to."""
    event.Received(at="yesterday", by="A-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.Received(at=1_767_225_600, by="A-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.Received(at=at.date(), by="A-1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.Received(at=at, by="A-1", recorded_at="now")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    event.Opened(at="yesterday", id=CaseId("C-1"), channel="phone")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    complained.Opened(at=at, id=ComplaintId("P-1"), channel="fax", due="soon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Complaint.open(id="P-1", at="yesterday", channel="fax")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Complaint.open(id="P-1", at=at, channel="fax", due="soon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Interaction(id=ONE, channel="phone", queued_at="nine")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Interaction(id=ONE, channel="phone", queued_at=at, answered_at="nine")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    HandOver(at="nine", to="A-2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Customer(id=KIM, name="Kim", joined_at="2026")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Purchase(customer=KIM, at="nine", amount=Money(1, "EUR"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Window(start="nine", end=at)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_answer_has_its_moment(question: Question) -> None:
    """As any other plain value."""
    Answer(survey=SurveyId("S"), question=question, customer=None, answered_at="nine", score=4)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def what_is_meant_is_taken(at: dt.datetime) -> None:
    """Own words, attributes of all kinds and tags in any container."""
    Complaint.open(id="P-1", at=at, channel="fax", attributes={"vip": True, "since": at, "n": 1}, tags={"a"})
    Interaction(id=ONE, channel="whatsapp", queued_at=at, attributes={"product": "router"}, tags=["a"])
    complained.Changed(at=at, by="A-1", attributes={"product": "router"}, clear=["tenant"], tag={"vip"}, event_id="e-1")
