"""A case obeys its table: every event in every status, and what can be read from its history."""

import datetime as dt
from itertools import permutations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder
from servqual.model import Case, CaseId, CaseSource, CaseStage, CaseStatus, CustomerId, Priority, Relation
from servqual.model import case as event
from servqual.model.service.case import CASE_TRANSITIONS, CaseEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def at(minute: int) -> dt.datetime:
    """So many minutes after the report."""
    return T0 + minute * MINUTE


REPORTED = event.Reported(
    at=T0,
    id=CaseId("C-1"),
    customer=CustomerId("K-1"),
    description="no dial tone",
    impact="one site",
    occurred_at=at(-5),
    owner="A-1",
    channel="phone",
    source=CaseSource.FEEDBACK,
)


def sample(name: str, minute: int) -> CaseEvent:
    """An event of each stored name; `verified_failed` is a verification that says no, `closed_unconfirmed` has none."""
    when = at(minute)
    events: dict[str, CaseEvent] = {
        "identified": event.Identified(at=when, by="M", id=CaseId("C-1"), source=CaseSource.AUDIT),
        "reported": attrs.evolve(REPORTED, at=when),
        "opened": event.Opened(at=when, id=CaseId("C-1"), channel="phone"),
        "received": event.Received(at=when, by="desk"),
        "classified": event.Classified(at=when, by="desk", category="line", priority=Priority.HIGH),
        "assigned": event.Assigned(at=when, by="desk", to="A-2", team="lines"),
        "handed_over": event.HandedOver(at=when, by="A-2", to="A-3", reason="end of shift"),
        "escalated": event.Escalated(at=when, by="A-2", to="E-1", level=2, reason="too hard"),
        "linked": event.Linked(at=when, by="A-2", to=CaseId("C-0"), relation=Relation.RELATED),
        "unlinked": event.Unlinked(at=when, by="A-2", to=CaseId("C-0")),
        "changed": event.Changed(at=when, by="A-2", attributes={"product": "router"}),
        "progress_told": event.ProgressTold(at=when, by="A-2", progress="a technician comes at noon"),
        "customer_message": event.CustomerMessage(at=when),
        "auto_replied": event.AutoReplied(at=when),
        "started": event.Started(at=when, by="A-2"),
        "resumed": event.Resumed(at=when, by="A-2"),
        "replied": event.Replied(at=when, by="A-2"),
        "waiting": event.Waiting(at=when, by="A-2", on="customer"),
        "resolved": event.Resolved(at=when, by="A-2", solution="new card", told_customer=True),
        "verified": event.Verified(at=when, by="Q", effective=True, customer_confirmed=True),
        "verified_failed": event.Verified(at=when, by="Q", effective=True, customer_confirmed=False),
        "followed_up": event.FollowedUp(at=when, by="Q", answer="all is well"),
        "closed": event.Closed(at=when, by="A-2"),
        "closed_unconfirmed": event.Closed(at=when, by="A-2", unconfirmed="no answer"),
        "reopened": event.Reopened(at=when, by="desk", reason="wrong again"),
        "duplicate": event.Duplicate(at=when, by="desk", of=CaseId("C-0")),
        "cancelled": event.Cancelled(at=when, by="desk", reason="withdrawn"),
    }
    return events[name]


NAMES = [
    *("identified", "reported", "opened", "received", "classified", "assigned", "handed_over", "escalated", "linked"),
    *("unlinked", "changed", "progress_told"),
    *(
        "customer_message",
        "auto_replied",
        "started",
        "resumed",
        "replied",
        "waiting",
        "resolved",
        "verified",
        "verified_failed",
    ),
    *("followed_up", "closed", "closed_unconfirmed", "reopened", "duplicate", "cancelled"),
]

# a shortest way to each status
WAY = {
    "identified": ["identified"],
    "reported": ["reported"],
    "received": ["reported", "received"],
    "classified": ["reported", "received", "classified"],
    "assigned": ["reported", "received", "classified", "assigned"],
    "handling": ["reported", "received", "classified", "assigned", "started"],
    "waiting": ["reported", "received", "classified", "assigned", "started", "waiting"],
    "verifying": ["reported", "received", "classified", "assigned", "started", "resolved"],
    "verified": ["reported", "received", "classified", "assigned", "started", "resolved", "verified"],
    "closed": ["reported", "received", "classified", "assigned", "started", "resolved", "verified", "closed"],
    "cancelled": ["reported", "cancelled"],
}

# DOMAIN.md SM-01, with automatic answers as SLA.md 2.2 has them, written out apart from the code:
# status -> event -> next status
KEPT = {"linked", "unlinked", "changed"}
TALK = {"customer_message", "auto_replied", "replied", "progress_told"} | KEPT
LEADS: dict[str, dict[str, str]] = {
    "identified": {"reported": "reported"} | dict.fromkeys(KEPT, "identified"),
    "reported": {"received": "received"} | dict.fromkeys(TALK, "reported"),
    "received": {"classified": "classified", "waiting": "waiting"} | dict.fromkeys(TALK, "received"),
    "classified": {"assigned": "assigned", "waiting": "waiting"} | dict.fromkeys(TALK | {"classified"}, "classified"),
    "assigned": {"started": "handling", "waiting": "waiting"}
    | dict.fromkeys(TALK | {"classified", "handed_over", "escalated"}, "assigned"),
    "handling": {"resolved": "verifying", "waiting": "waiting", "handed_over": "assigned"}
    | dict.fromkeys(TALK | {"classified", "escalated"}, "handling"),
    "waiting": {"resumed": "handling"}
    | dict.fromkeys(TALK | {"classified", "handed_over", "escalated", "waiting"}, "waiting"),
    "verifying": {
        "verified": "verified",
        "verified_failed": "handling",
        "waiting": "waiting",
        "closed_unconfirmed": "closed",  # our deviation from SM-01
    }
    | dict.fromkeys(TALK | {"followed_up"}, "verifying"),
    "verified": {"closed": "closed", "reopened": "handling"} | dict.fromkeys(TALK | {"followed_up"}, "verified"),
    "closed": {"reopened": "handling"} | dict.fromkeys(TALK | {"followed_up"}, "closed"),
    "cancelled": dict.fromkeys(TALK, "cancelled"),
}
for _open in ("identified", "reported", "received", "classified", "assigned", "handling", "waiting"):
    LEADS[_open] |= {"duplicate": "cancelled", "cancelled": "cancelled"}


def case_in(status: str) -> Case:
    """A case that went a shortest way to this status."""
    return Case(history=[sample(name, minute) for minute, name in enumerate(WAY[status])])


def test_every_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(CaseStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(CASE_TRANSITIONS.events)
    assert all(case_in(status).status == status for status in CaseStatus)


def stored(name: str) -> str:
    """The stored name of a sample."""
    return name.removesuffix("_failed").removesuffix("_unconfirmed")


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status(status: CaseStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the case equal."""
    before, following = case_in(status), sample(name, 20)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Case(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "case.illegal_transition"
        # where only a guard refuses, the event itself is not listed
        assert set(refused.value.allowed) == {*map(stored, LEADS[status])} - {stored(name)}
    assert before == case_in(status)
    assert before.status is status


@pytest.mark.parametrize(
    ("effective", "confirmed", "status"),
    [(True, True, "verified"), (True, False, "handling"), (False, True, "handling"), (False, False, "handling")],
)
def test_verification_needs_both_facts(*, effective: bool, confirmed: bool, status: str) -> None:
    """Effect and customer must both say yes (DOMAIN.md PB-13)."""
    said = event.Verified(at=at(20), by="Q", effective=effective, customer_confirmed=confirmed)
    assert case_in("verifying").record(said).status == status


@pytest.mark.parametrize("status", ["received", "classified", "assigned", "handling", "verifying"])
def test_a_wait_ends_where_it_began(status: str) -> None:
    """Resuming leads back, also after a second thing to wait on, and the stage does not change meanwhile."""
    before = case_in(status)
    waiting = before.record(sample("waiting", 20))
    assert (waiting.waiting_on, waiting.stage) == ("customer", before.stage)
    other = waiting.record(event.Waiting(at=at(21), by="A-2", on="supplier"))
    assert other.waiting_on == "supplier"
    assert other.record(sample("resumed", 22)).status == status


@pytest.mark.parametrize(
    ("stage", "statuses"),
    [
        (CaseStage.PROBLEM, ["identified", "reported", "received", "classified", "assigned"]),
        (CaseStage.HANDLING, ["handling", "waiting"]),
        (CaseStage.VERIFICATION, ["verifying", "verified", "closed"]),
        (None, ["cancelled"]),
    ],
)
def test_three_stages(stage: CaseStage | None, statuses: list[str]) -> None:
    """The three-stage rule groups the statuses (DOMAIN.md SM-01); the way to `waiting` here goes through handling."""
    assert {case_in(status).stage for status in statuses} == {stage}


@pytest.mark.parametrize("field", ["description", "impact", "owner", "id", "customer", "channel"])
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_a_report_has_its_mandatory_fields(field: str, empty: str | None) -> None:
    """A report that lacks one is refused by the name of the field (DOMAIN.md PB-06)."""
    with pytest.raises(InvalidValue, match=f"{field} must be a text") as refused:
        attrs.evolve(REPORTED, **{field: empty})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_other_bad_input_is_refused() -> None:
    """Unknown sources and priorities, a problem of the future, and a support level of one."""
    with pytest.raises(InvalidValue, match="did you mean feedback"):
        attrs.evolve(REPORTED, source="feedbak")
    with pytest.raises(InvalidValue, match="did you mean urgent"):
        event.Classified(at=T0, by="desk", category="x", priority="urgnt")
    with pytest.raises(InvalidValue, match="occurred_at must not come after the report"):
        attrs.evolve(REPORTED, occurred_at=at(1))
    with pytest.raises(ValueError, match="level"):
        event.Escalated(at=T0, by="A", to="E", level=1, reason="r")
    with pytest.raises(ValueError, match="opened_by"):
        attrs.evolve(REPORTED, opened_by="nobody")  # type: ignore[arg-type]


def test_a_report_belongs_to_the_identified_case() -> None:
    """The report of another case is refused, in a stored history and in life."""
    identified = case_in("identified")
    other = attrs.evolve(REPORTED, at=at(3), id=CaseId("C-2"))
    with pytest.raises(InvalidValue, match="id must be that of the identified case"):
        identified.record(other)
    with pytest.raises(InvalidValue, match="id must be that of the identified case"):
        Case(history=[*identified.history, other])


def test_what_a_full_life_tells() -> None:
    """Every derived fact of a case that was waited for, handed over, escalated, solved twice and closed."""
    names = [
        *("identified", "reported", "received", "classified", "assigned", "started", "handed_over", "started"),
        *("waiting", "resumed", "escalated", "resolved", "verified_failed", "resolved", "verified", "closed"),
    ]
    case = Case(history=[sample(name, minute) for minute, name in enumerate(names)])
    assert (case.id, case.customer, case.owner, case.team) == ("C-1", "K-1", "E-1", "lines")
    assert (case.category, case.priority, case.handed_over, case.escalated) == ("line", Priority.HIGH, 2, True)
    assert (case.received_at, case.assigned_at, case.first_response_at) == (at(2), at(4), at(11))
    assert (case.resolved_at, case.verified_at, case.closed_at) == (at(13), at(14), at(15))
    assert case.age(now=at(99)) == 15 * MINUTE
    again = case.record(sample("reopened", 30))
    assert (again.resolved_at, again.verified_at, again.closed_at, again.reopened) == (None, None, None, 1)
    assert again.age(now=at(40)) == 40 * MINUTE
    with pytest.raises(InvalidValue, match="now must not come before the first event"):
        again.age(now=at(-1))


def test_what_an_identified_case_does_not_tell() -> None:
    """Before the report there is no customer, owner or priority: None, not an invented value."""
    case = case_in("identified")
    facts = (case.report, case.customer, case.owner, case.team, case.category, case.priority, case.waiting_on)
    assert facts == (None,) * 7


def test_only_a_person_answers_the_customer() -> None:
    """Notes and bots are no first response."""
    case = case_in("received")
    case = case.record(event.Replied(at=at(2), by="bot", bot=True))
    case = case.record(event.Replied(at=at(3), by="A-1", public=False))
    assert case.first_response_at is None
    assert case.record(event.Replied(at=at(4), by="A-1")).first_response_at == at(4)


def test_a_duplicate_names_the_case_that_goes_on() -> None:
    """And links stay readable."""
    case = case_in("received").record(sample("linked", 5)).record(sample("duplicate", 6))
    assert case.status is CaseStatus.CANCELLED
    assert case.duplicate_of == "C-0"
    assert [link.to for link in case.links] == ["C-0"]
    assert case_in("received").duplicate_of is None


@given(order=st.permutations(WAY["closed"]))
def test_equal_instants_fold_alike_in_any_order(order: list[str]) -> None:
    """A desk that stamps a whole life with one instant gets one case, however its events arrive."""
    assert Case(history=[sample(name, 0) for name in order]) == Case(history=[sample(n, 0) for n in WAY["closed"]])


def test_equal_instants_live_as_they_replay() -> None:
    """Recording events of one instant one by one ends in the same case in any order that is possible."""
    base = case_in("handling")
    same = [sample(name, 20) for name in ("replied", "waiting", "linked", "classified")]
    ends = set()
    for order in permutations(same):
        case = base
        for one in order:
            case = case.record(one)
        ends.add(case)
    assert len(ends) == 1


def test_what_became_known_late_is_folded_in() -> None:
    """A reply that was entered the next day counts when it was given."""
    case = case_in("handling")
    reply = event.Replied(at=at(2), by="A-1")
    with pytest.raises(OutOfOrder):
        case.record(reply)
    late = case.record(attrs.evolve(reply, recorded_at=at(1440)))
    assert late.first_response_at == at(2)
    assert late.status is case.status


@given(data=st.data())
def test_any_legal_life_replays_to_itself(data: st.DataObject) -> None:
    """Random walks over the table: replay is life, and the past is a prefix."""
    case = case_in("reported")
    for minute in range(1, data.draw(st.integers(0, 25)) + 1):
        names = [n for n in NAMES if n in LEADS[case.status]]
        if not names:
            break
        case = case.record(sample(data.draw(st.sampled_from(names)), minute))
    assert Case(history=case.history) == case
    assert Case(history=tuple(reversed(case.history))) == case
    half = case.as_of(at(len(case.history) // 2))
    assert half.history == case.history[: len(half.history)]


def test_the_diagram_draws_the_guard() -> None:
    """The Mermaid picture comes from the table."""
    lines = Case.diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    verifying --> verified : verified [effective and confirmed]" in lines
    assert "    verifying --> handling : verified" in lines
    assert "    cancelled --> [*]" in lines


@pytest.mark.parametrize("kind", [CaseStatus, CaseStage, CaseSource, Priority, Relation])
def test_all_labels_are_there(kind: type[CaseStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
