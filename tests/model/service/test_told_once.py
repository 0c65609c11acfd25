"""A case and its complaint hear of a reply, progress and a solution together; contacts belong to both."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import Case, CaseId, Complaint, CustomerId, Interaction, InteractionId, Money, contacts_of, share
from servqual.model import case as case_event
from servqual.model import complaint as event

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
CASE = Case.open(id="C-1", at=T0, channel="phone", customer="K-1")
COMPLAINT = Complaint.open(id="P-1", at=T0, channel="phone", customer="K-1")


def test_a_reply_and_progress_are_told_in_both() -> None:
    """A public reply acknowledges the complaint; progress is the same event in both."""
    case, complaint = share(case_event.Replied(at=T0 + HOUR, by="A-1", note="we look"), CASE, COMPLAINT)
    assert case.first_response_at == complaint.acknowledged_at == T0 + HOUR
    assert complaint.history[-1] == event.Acknowledged(at=T0 + HOUR, by="A-1", note="we look")
    case, complaint = share(
        event.ProgressTold(at=T0 + 2 * HOUR, by="A-1", progress="the bank is asked"), case, complaint
    )
    assert case.history[-1] == complaint.history[-1]


@pytest.mark.parametrize("kind", [case_event.Resolved, event.Resolved])
def test_a_solution_with_its_compensation_is_told_once(kind: type[case_event.Resolved | event.Resolved]) -> None:
    """Either kind of solution ends up in both, and told again under its id it changes nothing."""
    told = kind(
        at=T0 + HOUR, by="A-1", solution="refunded", told_customer=True, compensation=Money(5, "EUR"), event_id="e-1"
    )
    case, complaint = share(told, CASE, COMPLAINT)
    assert case.resolved_at == complaint.resolved_at == T0 + HOUR
    assert complaint.compensations == (Money(5, "EUR"),)
    assert [one.history[-1].event_id for one in (case, complaint)] == ["e-1", "e-1"]
    again = share(told, case, complaint)
    assert again[0] is case
    assert again[1] is complaint


def test_nothing_is_shared_that_one_of_them_refuses() -> None:
    """Notes, bots, other customers, other events, and a complaint that is not ready for its solution."""
    for told in (case_event.Replied(at=T0, by="A", public=False), case_event.Replied(at=T0, by="A", bot=True)):
        with pytest.raises(InvalidValue, match="event must be told to the customer by a person"):
            share(told, CASE, COMPLAINT)
    other = Complaint.open(id="P-2", at=T0, channel="phone", customer="K-2")
    with pytest.raises(InvalidValue, match="complaint must be of the customer of the case, 'K-1'"):
        share(case_event.Replied(at=T0, by="A"), CASE, other)
    with pytest.raises(InvalidValue, match="event must be a reply, progress, or a solution"):
        share(event.Started(at=T0, by="A"), CASE, COMPLAINT)  # type: ignore[arg-type]
    ended = COMPLAINT.record(event.Withdrawn(at=T0 + HOUR, by="A", reason="a mistake"))
    with pytest.raises(IllegalTransition) as refused:
        share(case_event.Replied(at=T0 + 2 * HOUR, by="A"), CASE, ended)
    assert refused.value.code == "complaint.illegal_transition"
    anonymous = Complaint.open(id="P-3", at=T0, channel="phone")
    assert share(case_event.Replied(at=T0, by="A"), CASE, anonymous)[1].acknowledged_at == T0


def test_contacts_belong_to_cases_and_complaints() -> None:
    """Those that name it, in the order of time; one of another customer is a mistake that is refused."""
    call = Interaction(id=InteractionId("I-2"), channel="phone", queued_at=T0 + HOUR, case=CaseId("C-1"))
    first = attrs.evolve(call, id=InteractionId("I-1"), queued_at=T0, customer=CustomerId("K-1"))
    other = attrs.evolve(call, id=InteractionId("I-0"), case=CaseId("C-2"), complaint=COMPLAINT.id)
    contacts = [call, other, first]
    assert contacts_of(CASE, contacts) == (first, call)
    assert contacts_of(COMPLAINT, contacts) == (other,)
    assert contacts_of(Case.open(id="C-9", at=T0, channel="phone"), contacts) == ()
    with pytest.raises(InvalidValue, match=r"interactions must be of the customer of C-1, 'K-1' \(got 'K-2' in I-2\)"):
        contacts_of(CASE, [attrs.evolve(call, customer=CustomerId("K-2"))])


@pytest.mark.parametrize("kind", [case_event.Resolved, event.Resolved])
def test_a_solution_that_nobody_told_is_not_shared(kind: type[case_event.Resolved | event.Resolved]) -> None:
    """A complaint would follow up what its customer has never heard of."""
    with pytest.raises(InvalidValue, match="told_customer must be True"):
        share(kind(at=T0, by="A-1", solution="new card", told_customer=False), CASE, COMPLAINT)
