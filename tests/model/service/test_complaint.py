"""A complaint obeys its table: every event in every status, overdue and backlog at any moment, nothing told twice."""

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue, OutOfOrder
from servqual.model import (
    BusinessHours,
    CaseId,
    Channel,
    Clock,
    Complaint,
    ComplaintId,
    ComplaintStatus,
    CustomerId,
    Money,
    Sla,
    Target,
    complaint_backlog,
    overdue_complaints,
)
from servqual.model import complaint as event
from servqual.model.service.complaint import COMPLAINT_TRANSITIONS, ComplaintEvent
from servqual.model.vocabulary import Vocabulary

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hour: float) -> dt.datetime:
    """So many hours after the receipt."""
    return T0 + hour * HOUR


RECEIVED = event.Received(
    at=T0,
    id=ComplaintId("P-1"),
    customer=CustomerId("K-1"),
    channel=Channel.PHONE,
    category="billing",
    description="charged twice",
    owner="A-1",
    due=at(48),
)


def sample(name: str, hour: float) -> ComplaintEvent:
    """An event of each stored name; a follow-up also with each of its other answers."""
    when = at(hour)
    events: dict[str, ComplaintEvent] = {
        "received": attrs.evolve(RECEIVED, at=when, due=at(48) if hour <= 48 else when),
        "opened": event.Opened(at=when, id=ComplaintId("P-1"), channel="fax"),
        "changed": event.Changed(at=when, by="A-1", attributes={"product": "router"}, tag=["vip"]),
        "progress_told": event.ProgressTold(at=when, by="A-1", progress="the bank is asked"),
        "escalated": event.Escalated(at=when, by="A-1", to="A-3", level=2, reason="press", team="experts"),
        "unlinked": event.Unlinked(at=when, by="A-1", to=CaseId("C-1")),
        "waiting": event.Waiting(at=when, by="A-1", on="customer"),
        "resumed": event.Resumed(at=when, by="A-1"),
        "acknowledged": event.Acknowledged(at=when, by="A-1"),
        "handed_over": event.HandedOver(at=when, by="A-1", to="A-2", reason="holiday", team="north"),
        "extended": event.Extended(at=when, by="A-1", due=at(200), reason="waits for the bank"),
        "linked": event.Linked(at=when, by="A-1", to=CaseId("C-1")),
        "started": event.Started(at=when, by="A-1"),
        "listened": event.Listened(at=when, by="A-1", demand="a refund"),
        "analysed": event.Analysed(at=when, by="A-1", root_cause="retry", upheld=True),
        "resolved": event.Resolved(
            at=when, by="A-1", solution="refunded", told_customer=True, compensation=Money("12.50", "EUR")
        ),
        "followed_up": event.FollowedUp(at=when, by="A-1", satisfied=True, answer="thanks"),
        "followed_up:no": event.FollowedUp(at=when, by="A-1", satisfied=False, answer="still charged"),
        "followed_up:nobody": event.FollowedUp(at=when, by="A-1", satisfied=None, answer="no answer, three calls"),
        "followed_up:last word": event.FollowedUp(
            at=when, by="A-1", satisfied=False, answer="wants more", final_answer="the refund is all that we owe"
        ),
        "closed": event.Closed(at=when, by="A-1"),
        "closed:unconfirmed": event.Closed(at=when, by="A-1", unconfirmed="asked twice, no answer"),
        "reopened": event.Reopened(at=when, by="A-1", reason="charged again"),
        "duplicate": event.Duplicate(at=when, by="A-1", of=ComplaintId("P-0")),
        "withdrawn": event.Withdrawn(at=when, by="A-1", reason="a mistake of mine"),
    }
    return events[name]


NAMES = [
    *("received", "acknowledged", "handed_over", "extended", "linked", "started", "listened", "analysed", "resolved"),
    *("followed_up", "followed_up:no", "followed_up:nobody", "followed_up:last word"),
    *("closed", "closed:unconfirmed", "reopened", "duplicate", "withdrawn"),
    *("opened", "changed", "progress_told", "escalated", "waiting", "resumed", "unlinked"),
]

# a shortest way to each status
STEPS = ["received", "listened", "analysed", "resolved", "followed_up", "closed"]
WAY = {
    "received": STEPS[:1],
    "listening": ["received", "started"],
    "analysing": STEPS[:2],
    "resolving": STEPS[:3],
    "waiting": ["received", "waiting"],
    "following_up": STEPS[:4],
    "followed_up": STEPS[:5],
    "closed": STEPS,
    "withdrawn": ["received", "withdrawn"],
    "duplicate": ["received", "duplicate"],
}

# DOMAIN.md SM-02 with waiting, escalation and an end for a reason, apart from the code: status -> event -> next status
LEADS: dict[str, dict[str, str]] = {
    "received": {"started": "listening", "listened": "analysing", "extended": "received", "waiting": "waiting"},
    "listening": {"listened": "analysing", "extended": "listening", "waiting": "waiting"},
    "analysing": {"analysed": "resolving", "extended": "analysing", "waiting": "waiting"},
    "resolving": {"resolved": "following_up", "extended": "resolving", "waiting": "waiting"},
    "waiting": {"resumed": "received", "extended": "waiting", "waiting": "waiting"},
    "following_up": {
        "followed_up": "followed_up",
        "followed_up:no": "analysing",
        "followed_up:nobody": "following_up",
        "followed_up:last word": "followed_up",
        "closed:unconfirmed": "closed",
    },
    "followed_up": {"closed": "closed", "reopened": "analysing"},
    "closed": {"reopened": "analysing", "linked": "closed", "unlinked": "closed"},
    "withdrawn": {},
    "duplicate": {},
}
OPEN = ("received", "listening", "analysing", "resolving", "waiting", "following_up", "followed_up")
for _any, _leads in LEADS.items():
    _leads["changed"] = _any
for _open in OPEN:
    LEADS[_open] |= dict.fromkeys(
        ("acknowledged", "handed_over", "linked", "unlinked", "progress_told", "escalated"), _open
    )
    LEADS[_open] |= {"withdrawn": "withdrawn", "duplicate": "duplicate"}


def complaint_in(status: str) -> Complaint:
    """A complaint that went a shortest way to this status, an hour a step."""
    return Complaint(history=[sample(name, hour) for hour, name in enumerate(WAY[status])])


def test_every_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(ComplaintStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(COMPLAINT_TRANSITIONS.events)
    assert all(complaint_in(status).status == status for status in ComplaintStatus)


@pytest.mark.parametrize("status", list(ComplaintStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status(status: ComplaintStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the complaint equal."""
    before, following = complaint_in(status), sample(name, 20)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Complaint(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "complaint.illegal_transition"
        stored = name.partition(":")[0]  # an event that only its content refuses is not among the allowed ones
        assert set(refused.value.allowed) == {n.partition(":")[0] for n in LEADS[status]} - {stored}
    assert before == complaint_in(status)
    assert before.status is status


@pytest.mark.parametrize("status", OPEN)
def test_every_open_complaint_can_be_closed(status: str) -> None:
    """From each open status the steps that are left lead to the end."""
    complaint = complaint_in(status)
    done = {"received": 1, "listening": 1, "analysing": 2, "resolving": 3, "following_up": 4, "followed_up": 5}
    if status == "waiting":
        complaint = complaint.record(sample("resumed", 9))
    for hour, name in enumerate(STEPS[done[complaint.status] :], start=10):
        complaint = complaint.record(sample(name, hour))
    assert complaint.status is ComplaintStatus.CLOSED
    assert complaint.ended


@pytest.mark.parametrize("field", ["id", "customer", "category", "description", "owner"])
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_a_complaint_has_its_mandatory_fields(field: str, empty: str | None) -> None:
    """A receipt that lacks one is refused by the name of the field; duty and time limit are among them (CP-03)."""
    with pytest.raises(InvalidValue, match=f"{field} must be a text") as refused:
        attrs.evolve(RECEIVED, **{field: empty})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_other_bad_input_is_refused() -> None:
    """An unknown channel, a due moment of the past, an amount that is no Money, an empty last word."""
    with pytest.raises(InvalidValue, match=r"channel must not be one slip away .* \(got 'fhone'\).* phone\?"):
        attrs.evolve(RECEIVED, channel="fhone")
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        Complaint(history=[attrs.evolve(RECEIVED, attributes={"severity": "high"})])
    with pytest.raises(InvalidValue, match="due must not come before at"):
        attrs.evolve(RECEIVED, due=at(-1))
    with pytest.raises(InvalidValue, match="due must not come before at"):
        event.Extended(at=at(3), by="A", due=at(2), reason="r")
    with pytest.raises(InvalidValue, match="compensation"):
        event.Resolved(at=T0, by="A", solution="s", told_customer=True, compensation=12.5)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="final_answer must be a text"):
        event.FollowedUp(at=T0, by="A", satisfied=False, answer="no", final_answer="")
    with pytest.raises(IllegalTransition, match="while the complaint is not begun"):
        Complaint(history=[sample("listened", 0)])


def test_what_a_full_life_tells() -> None:
    """Every derived fact of a complaint that was handed over, extended, solved twice, closed and reopened."""
    names = [
        *("received", "acknowledged", "started", "listened", "linked", "linked", "handed_over", "extended"),
        *("analysed", "resolved", "followed_up:no", "analysed", "resolved", "followed_up", "closed"),
    ]
    complaint = Complaint(history=[sample(name, hour) for hour, name in enumerate(names)])
    assert (complaint.id, complaint.customer, complaint.category) == ("P-1", "K-1", "billing")
    assert (complaint.owner, complaint.team, complaint.due) == ("A-2", "north", at(200))
    assert (complaint.acknowledged_at, complaint.started_at) == (at(1), at(2))
    assert (complaint.demand, complaint.root_cause, complaint.upheld) == ("a refund", "retry", True)
    assert (complaint.resolved_at, complaint.handling_time) == (at(12), 12 * HOUR)
    assert (complaint.satisfied, complaint.followed_up_at, complaint.closed_at) == (True, at(13), at(14))
    assert complaint.cases == ("C-1",)
    assert sum(complaint.compensations, start=Money(0, "EUR")) == Money(25, "EUR")
    again = complaint.record(sample("reopened", 30))
    assert (again.resolved_at, again.handling_time, again.closed_at, again.ended) == (None, None, None, False)


def test_what_a_new_complaint_does_not_tell() -> None:
    """Before each step its facts are None, not invented values."""
    new = complaint_in("received")
    facts = (new.acknowledged_at, new.started_at, new.demand, new.root_cause, new.upheld, new.resolution, new.satisfied)
    assert facts == (None,) * 7
    assert (new.followed_up_at, new.closed_at, new.duplicate_of, new.team) == (None,) * 4
    assert (new.cases, new.compensations, new.owner) == ((), (), "A-1")
    assert complaint_in("duplicate").duplicate_of == "P-0"


@pytest.mark.parametrize(
    ("names", "hour", "overdue"),
    [
        (["received"], 48, False),  # the due moment itself is kept, as every boundary (DESIGN.md, pins)
        (["received"], 48.001, True),
        (["received"], -1, False),  # not received yet
        (["received", "withdrawn"], 50, False),
        (["received", "duplicate"], 50, False),
        (["received", "listened", "analysed", "resolved"], 50, False),
        (["received", "listened", "analysed", "resolved", "followed_up:no"], 50, True),  # the solution fell
        (["received", "extended"], 50, False),
        (["received", "extended"], 201, True),
    ],
)
def test_overdue(names: list[str], hour: float, *, overdue: bool) -> None:
    """Overdue is past the due moment and neither resolved nor ended (DOMAIN.md SM-02)."""
    complaint = Complaint(history=[sample(name, minute / 10) for minute, name in enumerate(names)])
    assert complaint.overdue(now=at(hour)) is overdue


def test_overdue_in_the_past_is_as_things_stood_then() -> None:
    """A complaint that was solved or extended too late was overdue until then."""
    late = complaint_in("resolving").record(sample("resolved", 60))
    assert [late.overdue(now=at(hour)) for hour in (47, 49, 60)] == [False, True, False]
    extended = complaint_in("received").record(sample("extended", 60))
    assert [extended.overdue(now=at(hour)) for hour in (47, 49, 60)] == [False, True, False]


def named(name: str, *events: ComplaintEvent, since: float = 0, due: float = 48) -> Complaint:
    """A complaint of this name with these events."""
    return Complaint(history=[attrs.evolve(RECEIVED, id=ComplaintId(name), at=at(since), due=at(due)), *events])


def test_overdue_and_backlog_lists_at_any_moment() -> None:
    """Lists name what was open then, first due and oldest first, and show each as it was."""
    desk = [
        named("P-3", since=2, due=10),
        named("P-2", sample("withdrawn", 30), since=1, due=20),
        named("P-1", sample("listened", 1), sample("analysed", 2), sample("resolved", 40), since=0, due=12),
        named("P-4", since=60, due=70),
    ]
    backlog = {hour: [one.id for one in complaint_backlog(desk, now=at(hour))] for hour in (-1, 0, 2, 30, 60)}
    assert backlog == {
        -1: [],
        0: ["P-1"],
        2: ["P-1", "P-2", "P-3"],
        30: ["P-1", "P-3"],
        60: ["P-3", "P-4"],  # P-1 waits for its follow-up only
    }
    overdue = {hour: [one.id for one in overdue_complaints(desk, now=at(hour))] for hour in (10, 13, 25, 39, 41)}
    assert overdue == {10: [], 13: ["P-3", "P-1"], 25: ["P-3", "P-1", "P-2"], 39: ["P-3", "P-1"], 41: ["P-3"]}
    (then,) = complaint_backlog([desk[2]], now=at(1.5))
    assert then.status is ComplaintStatus.ANALYSING


def test_what_became_known_late_is_folded_in() -> None:
    """An acknowledgement that was entered the next day counts when it was given."""
    complaint = complaint_in("resolving")
    told = event.Acknowledged(at=at(0.5), by="A-1")
    with pytest.raises(OutOfOrder):
        complaint.record(told)
    assert complaint.record(attrs.evolve(told, recorded_at=at(24))).acknowledged_at == at(0.5)


@given(order=st.permutations(STEPS))
def test_equal_instants_fold_alike_in_any_order(order: list[str]) -> None:
    """A desk that stamps a whole life with one instant gets one complaint, however its events arrive."""
    assert Complaint(history=[sample(n, 0) for n in order]) == Complaint(history=[sample(n, 0) for n in STEPS])


@given(data=st.data())
def test_any_legal_life_replays_to_itself(data: st.DataObject) -> None:
    """Random walks over the table: replay is life, and the overdue are among the backlog at every moment."""
    complaint = complaint_in("received")
    for hour in range(1, data.draw(st.integers(0, 60)) + 1):
        names = [n for n in NAMES if n in LEADS[complaint.status]]
        if not names:
            break
        complaint = complaint.record(sample(data.draw(st.sampled_from(names)), hour))
    assert Complaint(history=complaint.history) == complaint
    assert Complaint(history=tuple(reversed(complaint.history))) == complaint
    now = at(data.draw(st.integers(-2, 300)))
    assert set(overdue_complaints([complaint], now=now)) <= set(complaint_backlog([complaint], now=now))


def opened(*names: str) -> Complaint:
    """A complaint that began the short way, and then these, an hour a step."""
    return Complaint(history=[sample(name, hour) for hour, name in enumerate(["opened", *names])])


def test_a_complaint_can_begin_with_what_a_desk_knows() -> None:
    """Name, moment and channel are enough; what the documents would hold is listed, and clears as it becomes known."""
    complaint = Complaint.open(id="P-9", at=T0, channel="fax", attributes={"shop": "S-1"}, tags={"vip"})
    assert (complaint.status, complaint.customer, complaint.due, complaint.owner) == ("received", None, None, None)
    assert complaint.attributes == {"shop": "S-1"}
    assert (complaint.tags, complaint.received.channel) == (("vip",), "fax")
    assert complaint.gaps() == ("customer", "category", "description", "owner", "due")
    owned = complaint.record(sample("handed_over", 1)).record(sample("extended", 2))
    assert owned.gaps() == ("customer", "category", "description")
    assert complaint_in("received").gaps() == ()
    assert not complaint.overdue(now=at(1e5))
    assert overdue_complaints([complaint], now=at(1e5)) == ()
    assert [one.id for one in complaint_backlog([complaint], now=at(1))] == ["P-9"]


@pytest.mark.parametrize("before", [[], ["started"], ["listened"], ["waiting"], ["listened", "waiting"], ["escalated"]])
def test_the_short_way_resolves_from_anywhere(before: list[str]) -> None:
    """A complaint that a desk opened is solved from every unsolved status; the documents' own way still needs steps."""
    solved = opened(*before, "resolved")
    assert (solved.status, solved.resolved_at) == (ComplaintStatus.FOLLOWING_UP, at(len(before) + 1))
    assert "root_cause" in solved.gaps()
    assert solved == Complaint(history=tuple(reversed(solved.history)))
    assert solved.record(sample("reopened", 20)).status is ComplaintStatus.ANALYSING
    with pytest.raises(IllegalTransition):
        complaint_in("received").record(sample("resolved", 9))
    with pytest.raises(IllegalTransition):
        complaint_in("following_up").record(sample("reopened", 9))


def test_an_end_without_follow_up_says_why_and_is_never_confirmed() -> None:
    """The reason is needed where nobody was asked, and refused where somebody was."""
    solved = opened("resolved")
    with pytest.raises(
        IllegalTransition, match="closed is allowed with this content: unconfirmed for a reason"
    ) as refused:
        solved.record(sample("closed", 9))
    assert "closed" not in refused.value.allowed
    assert "closed" in solved.allowed
    closed = solved.record(sample("closed:unconfirmed", 9))
    assert (closed.closed_at, closed.confirmed, closed.satisfied) == (at(9), False, None)
    assert {"satisfied", "demand", "root_cause"} <= set(closed.gaps())
    assert complaint_in("closed").confirmed
    assert complaint_in("closed").gaps() == ()
    with pytest.raises(IllegalTransition, match="closed is allowed with this content: unconfirmed left out"):
        complaint_in("followed_up").record(sample("closed:unconfirmed", 9))


def test_waiting_on_the_customer_pauses_its_clock() -> None:
    """An agreement reads a complaint, in both ways, without the time that it waits; the wait ends where it began."""
    hours = BusinessHours(zone="UTC", week={"mon-sun": "00:00-24:00"})
    target = Target(clock=Clock.RESOLUTION, within=10 * HOUR)
    sla = Sla(name="complaints", hours=hours, targets=[target], pause_on="customer")
    for complaint in (complaint_in("analysing"), opened("listened")):
        waits = complaint.record(sample("waiting", 4))
        assert (waits.status, waits.waiting_on) == (ComplaintStatus.WAITING, "customer")
        reading = sla.read(waits, now=at(30))[Clock.RESOLUTION]
        assert (reading.state, reading.elapsed) == ("paused", 4 * HOUR)
        resumed = waits.record(sample("resumed", 30))
        assert (resumed.status, resumed.waiting_on) == (ComplaintStatus.ANALYSING, None)
        assert sla.read(resumed, now=at(33))[Clock.RESOLUTION].elapsed == 7 * HOUR


def test_who_took_it_up_is_responsible() -> None:
    """An escalation names the new owner and team; progress that was told is an acknowledgement."""
    complaint = opened("progress_told", "escalated")
    assert (complaint.owner, complaint.team, complaint.escalated) == ("A-3", "experts", True)
    assert complaint.acknowledged_at == at(1)
    assert not opened("handed_over").escalated


def test_a_link_can_be_undone() -> None:
    """A complaint that was linked by mistake is about that case no more, until it is linked again."""
    assert opened("linked", "unlinked").cases == ()
    assert opened("unlinked", "linked").cases == ("C-1",)


def test_fields_and_tags_change_by_events() -> None:
    """The firm's own fields are set, emptied and seen in the past; a name that is a field is refused."""
    complaint = opened("changed").record(event.Changed(at=at(2), by="A", clear=["product"], tag=["b2b"], untag=["vip"]))
    assert not complaint.attributes
    assert complaint.tags == ("b2b",)
    then = complaint.as_of(at(1))
    assert then.attributes == {"product": "router"}
    assert then.tags == ("vip",)
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        complaint.record(event.Changed(at=at(3), by="A", attributes={"root_cause": "retry"}))


def test_a_vocabulary_checks_where_it_is_passed() -> None:
    """A mistyped word is found by name; without a vocabulary it is kept."""
    ours = Vocabulary(words={"category": ["billing", "line"], "product": None})
    with pytest.raises(InvalidValue, match=r"category must be one of billing, line \(got 'bililng'\)"):
        Complaint.open(id="P-9", at=T0, channel="fax", category="bililng", vocabulary=ours)
    with pytest.raises(InvalidValue, match="did you mean product"):
        Complaint.open(id="P-9", at=T0, channel="fax", attributes={"prodct": "x"}, vocabulary=ours)
    assert Complaint.open(id="P-9", at=T0, channel="fax", category="bililng").category == "bililng"


def test_the_diagram_draws_the_guards() -> None:
    """The Mermaid picture comes from the table."""
    lines = Complaint.diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    following_up --> followed_up : followed_up [satisfied or final answer]" in lines
    assert "    following_up --> analysing : followed_up" in lines
    assert "    received --> following_up : resolved (short way)" in lines
    assert "    following_up --> closed : closed [unconfirmed for a reason]" in lines
    assert "    withdrawn --> [*]" in lines


@pytest.mark.parametrize("kind", [ComplaintStatus, Channel])
def test_complaint_labels_are_there(kind: type[ComplaintStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)


def test_a_solution_that_does_not_hold_is_none_for_customer_and_clock() -> None:
    """Who is not satisfied has no solution: the view, the complaint and the clock say the same."""
    solved = complaint_in("following_up")
    view = solved.customer_view(now=at(4))
    assert (view.status, view.solution) == ("solved", "refunded")
    agreement = Sla(
        name="s", hours=BusinessHours.always(), targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(days=1))]
    )
    unhappy = solved.record(sample("followed_up:no", 4))
    view = unhappy.customer_view(now=at(5))
    assert (view.status, view.solution, unhappy.resolved_at) == ("in_progress", None, None)
    reading = agreement.read(unhappy, now=at(5))[Clock.RESOLUTION]
    assert (reading.state, reading.elapsed) == ("running", dt.timedelta(hours=4))
    for answer in ("followed_up", "followed_up:nobody", "followed_up:last word"):
        asked = solved.record(sample(answer, 4))
        assert asked.customer_view(now=at(5)).status == "solved"
        assert agreement.read(asked, now=at(5))[Clock.RESOLUTION].state == "met"


def test_an_acknowledgement_is_no_answer_for_customer_and_clock() -> None:
    """It stops the clock of its name; the first response is still to come, and is that of the view."""
    targets = [Target(clock=clock, within=HOUR) for clock in (Clock.ACKNOWLEDGEMENT, Clock.FIRST_RESPONSE)]
    agreement = Sla(name="s", hours=BusinessHours.always(), targets=targets)
    complaint = Complaint.open(id="P-1", at=T0, channel="phone").record(sample("acknowledged", 0.25))
    readings = agreement.read(complaint, now=at(0.5))
    assert complaint.customer_view(now=at(0.5)).answered_at is None
    assert (readings[Clock.ACKNOWLEDGEMENT].state, readings[Clock.FIRST_RESPONSE].state) == ("met", "running")
    told = complaint.record(sample("progress_told", 0.5))
    assert told.customer_view(now=at(0.5)).answered_at == at(0.5)
    assert agreement.read(told, now=at(0.5))[Clock.FIRST_RESPONSE].state == "met"
