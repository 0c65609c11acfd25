"""One customer's history: everything, once, in the order of time."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import (
    Case,
    CaseId,
    Channel,
    Commitment,
    CommitmentId,
    Complaint,
    ComplaintId,
    Customer,
    CustomerId,
    Entry,
    EntryKind,
    FeedbackId,
    FeedbackItem,
    FeedbackSegment,
    Interaction,
    InteractionId,
    Lifecycle,
    Money,
    NeedType,
    Purchase,
    Suggestion,
    SuggestionId,
    history_of,
)
from servqual.model import case as told
from servqual.model import commitment as promise
from servqual.model import complaint as grievance
from servqual.model import feedback as voice
from servqual.model import suggestion as idea
from servqual.model.ids import SurveyId
from servqual.model.voice.answer import Answer
from servqual.model.voice.question import Question, Scale

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
K1, K2 = CustomerId("K-1"), CustomerId("K-2")


def at(hour: int) -> dt.datetime:
    """So many hours after nine."""
    return T0 + dt.timedelta(hours=hour)


QUESTION = Question(key="happy", kind="csat", text="Satisfied?", scale=Scale(low=1, high=5), satisfied_from=4)


def answer(hour: int, customer: CustomerId | None = K1) -> Answer:
    """An answer to a survey."""
    return Answer(survey=SurveyId("Q2"), question=QUESTION, customer=customer, answered_at=at(hour), score=4)


def call(name: str, hour: int, customer: CustomerId | None = K1) -> Interaction:
    """A contact."""
    return Interaction(id=InteractionId(name), customer=customer, channel=Channel.PHONE, queued_at=at(hour))


CASE = Case(
    history=[
        told.Reported(
            at=at(1),
            id=CaseId("C-1"),
            customer=K1,
            description="no dial tone",
            impact="one site",
            occurred_at=at(0),
            owner="A-1",
            channel="phone",
            source="feedback",
        ),
        told.Received(at=at(3), by="desk"),
    ]
)
COMPLAINT = Complaint(
    history=[
        grievance.Received(
            at=at(2),
            id=ComplaintId("P-1"),
            customer=K1,
            channel="phone",
            category="line",
            description="still none",
            owner="A-1",
            due=at(48),
        ),
        grievance.Acknowledged(at=at(4), by="A-1"),
    ]
)
PROMISE = Commitment(
    history=[promise.Made(at=at(5), by="A-1", id=CommitmentId("W-1"), customer=K1, what="call", due=at(9))]
)
VOICE = FeedbackItem(history=[voice.Received(at=at(6), id=FeedbackId("F-1"), source="app", stars=1, customer=K1)])
IDEA = Suggestion(history=[idea.Submitted(at=at(7), id=SuggestionId("S-1"), text="call back", customer=K1)])


def names(entries: tuple[Entry, ...]) -> list[tuple[int, str]]:
    """Hour and name of each entry."""
    return [(int((entry.at - T0) / dt.timedelta(hours=1)), entry.name) for entry in entries]


def test_all_kinds_in_the_order_of_time() -> None:
    """Contacts, cases, complaints, promises, feedback, ideas, answers and purchases, each event where it happened."""
    story = history_of(
        K1,
        answers=[answer(8)],
        suggestions=[IDEA],
        feedback=[VOICE],
        commitments=[PROMISE],
        complaints=[COMPLAINT],
        cases=[CASE],
        interactions=[call("I-1", 0)],
        purchases=[Purchase(customer=K1, at=at(9), amount=Money(5, "EUR"))],
    )
    assert names(story) == [
        (0, "interaction"),
        (1, "case.reported"),
        (2, "complaint.received"),
        (3, "case.received"),
        (4, "complaint.acknowledged"),
        (5, "commitment.made"),
        (6, "feedback.received"),
        (7, "suggestion.submitted"),
        (8, "answer"),
        (9, "purchase"),
    ]
    assert story[1].what is CASE
    assert story[1].event is CASE.history[0]
    assert "\n" not in repr(story[1])


def test_other_customers_are_left_out() -> None:
    """Also the unknown ones; what is asked for may come from any iterator."""

    def calls() -> Iterator[Interaction]:
        yield call("I-1", 0, K2)
        yield call("I-2", 1, None)
        yield call("I-3", 2)

    identified = Case(history=[told.Identified(at=T0, by="M-1", id=CaseId("C-9"), source="audit")])
    story = history_of(K1, interactions=calls(), cases=(case for case in [identified]), answers=[answer(0, None)])
    assert [entry.what for entry in story] == [call("I-3", 2)]
    assert history_of(CustomerId("K-3"), complaints=[COMPLAINT], feedback=[VOICE], commitments=[PROMISE]) == ()


def test_equal_instants_come_by_kind_then_name() -> None:
    """A purchase comes before the call about it, and contacts of one instant by id."""
    bought = Purchase(customer=K1, at=T0, amount=Money(5, "EUR"))
    story = history_of(K1, interactions=[call("I-2", 0), call("I-1", 0)], purchases=[bought])
    assert [getattr(entry.what, "id", "bought") for entry in story] == ["bought", "I-1", "I-2"]


@given(hours=st.lists(st.integers(0, 5), max_size=12), data=st.data())
def test_a_history_is_sorted_complete_and_blind_to_the_order_given(hours: list[int], data: st.DataObject) -> None:
    """Any shuffle of the same contacts tells the same story."""
    calls = [call(f"I-{n}", hour) for n, hour in enumerate(hours)]
    story = history_of(K1, interactions=calls, cases=[CASE])
    assert [entry.at for entry in story] == sorted(entry.at for entry in story)
    assert len(story) == len(calls) + len(CASE.history)
    assert history_of(K1, interactions=data.draw(st.permutations(calls)), cases=[CASE]) == story


def test_a_customer_keeps_its_dimensions_apart() -> None:
    """Tier, need, stage and feedback segment are four things (DOMAIN.md 5.1, points 11 and 12)."""
    acme = Customer(
        id=K1, name="Acme", tier="gold", need="basic", stage="potential", feedback_segment="loyal", tags=["a", "b", "a"]
    )
    assert (acme.need, acme.stage) == (NeedType.BASIC, Lifecycle.POTENTIAL)
    assert (acme.feedback_segment, acme.tags) == (FeedbackSegment.LOYAL, ("a", "b"))
    assert attrs.evolve(acme, languages="zh").languages == frozenset({"zh"})
    with pytest.raises(ValueError, match="did you mean potential"):
        attrs.evolve(acme, stage="potental")
    with pytest.raises(ValueError, match="name must be a text"):
        Customer(id=K1, name="")


@pytest.mark.parametrize("kind", [EntryKind, Lifecycle, NeedType, FeedbackSegment])
def test_customer_labels_are_there(kind: type[EntryKind]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)


def test_a_customer_has_fields_of_the_firms_own() -> None:
    """Attributes, tags and any channel; the end of the relation does not come before its begin."""
    fields: dict[str, Any] = {"attributes": {"region": "EU"}, "tags": ["b", "a"], "preferred_channel": "whatsapp"}
    acme = Customer(id=K1, name="Acme", joined_at=T0, left_at=T0, **fields)
    assert (acme.attributes["region"], acme.tags, acme.preferred_channel) == ("EU", ("a", "b"), "whatsapp")
    assert attrs.evolve(acme, attributes={}) != acme
    with pytest.raises(InvalidValue, match="end must not come before start"):
        attrs.evolve(acme, left_at=T0 - dt.timedelta(hours=1))
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        attrs.evolve(acme, attributes={"tier": "gold"})
