"""Ownership passes from one to the next, and every moment has the owner that the record says."""

import datetime as dt
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue, NaiveTime
from servqual.model import (
    AgentId,
    Case,
    CaseId,
    CaseSource,
    Channel,
    Complaint,
    ComplaintId,
    CustomerId,
    Ownership,
    OwnershipStatus,
    Priority,
    TeamId,
    load_at,
    owned_at,
    ownership_of,
)
from servqual.model import assignment as event
from servqual.model import case as case_event
from servqual.model import complaint as complaint_event
from servqual.model.people.assignment import OWNERSHIP_TRANSITIONS, OwnershipEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def at(hour: float) -> dt.datetime:
    """So many hours after the start."""
    return T0 + dt.timedelta(hours=hour)


def assigned(name: str) -> event.Assigned:
    """Something that A-1 took at the start."""
    return event.Assigned(at=T0, id=name, to=AgentId("A-1"))


def sample(name: str, hour: float) -> OwnershipEvent:
    """An event of each stored name."""
    events: dict[str, OwnershipEvent] = {
        "assigned": event.Assigned(at=at(hour), id="C-1", to=AgentId("A-1"), team=TeamId("north")),
        "handed_over": event.HandedOver(at=at(hour), to=AgentId("A-2"), reason="end of shift", by="A-1"),
        "released": event.Released(at=at(hour), reason="done"),
    }
    return events[name]


LEADS = {
    "owned": {"handed_over": "owned", "released": "released"},
    "released": {"handed_over": "owned"},
}
WAY = {"owned": ["assigned"], "released": ["assigned", "released"]}


@pytest.mark.parametrize("status", list(OwnershipStatus))
@pytest.mark.parametrize("name", ["assigned", "handed_over", "released"])
def test_every_event_in_every_status(status: str, name: str) -> None:
    """An event leads where the table says, or is refused and changes nothing."""
    owned = Ownership(history=[sample(step, hour) for hour, step in enumerate(WAY[status])])
    before = attrs.evolve(owned)
    assert owned.status == status
    assert type(sample(name, 0)) in OWNERSHIP_TRANSITIONS.events
    if name in LEADS[status]:
        after = owned.record(sample(name, 9))
        assert after.status == LEADS[status][name]
        assert after == Ownership(history=after.history)
    else:
        with pytest.raises(IllegalTransition, match="ownership is"):
            owned.record(sample(name, 9))
    assert owned == before


def test_the_owner_of_a_moment() -> None:
    """The start of a span belongs to it, its end to the next; nobody before the first and after the release."""
    owned = Ownership(history=[sample("assigned", 0), sample("handed_over", 2), sample("released", 3)])
    moments = {-1: None, 0: "A-1", 1.99: "A-1", 2: "A-2", 3: None, 99: None}
    assert {hour: owned.owner_at(at(hour)) for hour in moments} == moments
    assert owned.owner is None
    assert [(part.member, part.end) for part in owned.holdings] == [("A-1", at(2)), ("A-2", at(3))]
    assert owned.record(sample("handed_over", 5)).owner == "A-2"
    with pytest.raises(NaiveTime):
        owned.owner_at(T0.replace(tzinfo=None))


def test_what_each_owned_and_how_much() -> None:
    """At one moment, over many things."""
    first = Ownership(history=[sample("assigned", 0)])
    second = Ownership(history=[assigned("C-2"), sample("handed_over", 1)])
    third = Ownership(history=[assigned("C-3"), sample("released", 1)])
    assert owned_at([first, second, third], at(0)) == {"A-1": ("C-1", "C-2", "C-3")}
    assert owned_at([first, second, third], at(1)) == {"A-1": ("C-1",), "A-2": ("C-2",)}
    assert load_at([first, second, third], at(1)) == {"A-1": 1, "A-2": 1}
    assert load_at([], T0) == {}


REPORTED = case_event.Reported(
    at=at(1),
    id=CaseId("C-1"),
    customer=CustomerId("K-1"),
    description="no dial tone",
    impact="one site",
    occurred_at=T0,
    owner="D-1",
    channel="phone",
    source=CaseSource.FEEDBACK,
)


def test_a_case_tells_who_owned_it() -> None:
    """Report, assignment, hand-over and escalation pass it on; the close releases it, a reopening gives it back."""
    case = Case(
        history=[
            case_event.Identified(at=T0, by="Q", id=CaseId("C-1"), source=CaseSource.AUDIT),
            REPORTED,
            case_event.Received(at=at(2), by="desk"),
            case_event.Classified(at=at(2), by="desk", category="line", priority=Priority.HIGH),
            case_event.Assigned(at=at(2), by="desk", to="A-1", team="north"),
            case_event.Started(at=at(3), by="A-1"),
            case_event.Escalated(at=at(4), by="A-1", to="E-1", level=2, reason="too hard"),
            case_event.HandedOver(at=at(5), by="E-1", to="E-2", reason="end of shift"),
            case_event.Started(at=at(5), by="E-2"),
            case_event.Resolved(at=at(6), by="E-2", solution="new card", told_customer=True),
            case_event.Verified(at=at(7), by="Q", effective=True, customer_confirmed=True),
            case_event.Closed(at=at(8), by="E-2"),
            case_event.Reopened(at=at(10), by="desk", reason="wrong again"),
        ]
    )
    owned = ownership_of(case)
    assert owned is not None
    assert owned.id == "C-1"
    moments = {0: None, 1: "D-1", 2: "A-1", 4: "E-1", 5: "E-2", 7.5: "E-2", 8: None, 9: None, 10: "E-2"}
    assert {hour: owned.owner_at(at(hour)) for hour in moments} == moments
    for moment in (at(hour) for hour in range(1, 8)):
        past = case.as_of(moment)
        assert past.owner == owned.owner_at(moment)


def test_a_complaint_tells_who_owned_it() -> None:
    """Receipt and hand-over name the owner, a withdrawal releases it."""
    complaint = Complaint(
        history=[
            complaint_event.Received(
                at=at(1),
                id=ComplaintId("P-1"),
                customer=CustomerId("K-1"),
                channel=Channel.PHONE,
                category="billing",
                description="charged twice",
                owner="A-1",
                due=at(48),
                team="north",
            ),
            complaint_event.HandedOver(at=at(2), by="A-1", to="A-2", reason="knows the tariff"),
            complaint_event.Withdrawn(at=at(3), by="A-2", reason="found the second invoice"),
        ]
    )
    owned = ownership_of(complaint)
    assert owned is not None
    assert [(part.member, part.team, part.end) for part in owned.holdings] == [
        ("A-1", "north", at(2)),
        ("A-2", None, at(3)),
    ]


def test_several_steps_of_one_instant_leave_one_owner() -> None:
    """Reported, assigned and handed over at once: the last of them owns it from then on."""
    case = Case(
        history=[
            REPORTED,
            case_event.Received(at=at(1), by="desk"),
            case_event.Classified(at=at(1), by="desk", category="line", priority=Priority.LOW),
            case_event.Assigned(at=at(1), by="desk", to="A-9"),
            case_event.HandedOver(at=at(1), by="A-9", to="A-1", reason="knows the site"),
        ]
    )
    owned = ownership_of(case)
    assert owned is not None
    assert [part.member for part in owned.holdings] == ["A-1"]


def test_a_case_that_is_only_identified_has_no_owner() -> None:
    """Nobody was made responsible yet, and a cancelled one never had one."""
    seen = Case(history=[case_event.Identified(at=T0, by="Q", id=CaseId("C-1"), source=CaseSource.AUDIT)])
    assert ownership_of(seen) is None
    assert ownership_of(seen.record(case_event.Cancelled(at=at(1), by="Q", reason="no problem"))) is None


@given(st.lists(st.sampled_from(["handed_over", "released"]), max_size=8))
def test_stretches_follow_each_other(names: list[str]) -> None:
    """Spans never overlap, and the last is open exactly while somebody owns it."""
    owned = Ownership(history=[sample("assigned", 0)])
    for hour, name in enumerate(names, start=1):
        if name in owned.allowed:
            owned = owned.record(sample(name, hour))
    parts = owned.holdings
    assert all(one.end is not None and one.end <= other.start for one, other in pairwise(parts))
    assert (parts[-1].end is None) is (owned.status is OwnershipStatus.OWNED)
    assert owned.owner == owned.owner_at(at(99))


def test_blank_facts_are_refused() -> None:
    """Who, what and why are texts with content."""
    with pytest.raises(InvalidValue, match="reason"):
        event.HandedOver(at=T0, to=AgentId("A-1"), reason=" ")
    with pytest.raises(InvalidValue, match="to must"):
        event.Assigned(at=T0, id="C-1", to=AgentId(""))


def test_a_complaint_without_an_owner_is_owned_from_its_first_hand_over_on() -> None:
    """As a desk opens it, nobody is responsible yet; a hand-over or an escalation names the first owner."""
    nobodys = Complaint.open(id="P-1", at=T0, channel="phone")
    assert ownership_of(nobodys) is None
    escalated = nobodys.record(complaint_event.Escalated(at=at(24), by="desk", to="A-9", level=2, reason="press"))
    held = ownership_of(escalated)
    assert held is not None
    assert [(part.member, part.start) for part in held.holdings] == [("A-9", at(24))]
    owned = ownership_of(Complaint.open(id="P-2", at=T0, channel="phone", owner="A-1"))
    assert owned is not None
    assert owned.owner == "A-1"
