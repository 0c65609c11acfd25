"""Corrections of a history: what counts afterwards, what was believed before, and what is refused."""

import copy
import datetime as dt
import pickle
from itertools import permutations
from typing import Any

import pytest

from servqual.errors import IllegalTransition, InvalidValue, NoSuchEvent, OutOfOrder
from servqual.model import BusinessHours, Case, CaseId, Clock, Complaint, ComplaintId, CustomerId, Sla, Target
from servqual.model import case as event
from servqual.model import complaint as of_complaint
from servqual.model.history.event import as_text
from servqual.model.ids import SuggestionId
from servqual.model.people.appraisal import DataCollected
from servqual.model.people.assignment import ownership_of
from servqual.model.service.journal import history_of
from servqual.model.voice.suggestion import Submitted, Suggestion

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
SLA = Sla(
    name="support",
    hours=BusinessHours.always(),
    targets=[Target(clock=Clock.FIRST_RESPONSE, within=HOUR), Target(clock=Clock.RESOLUTION, within=8 * HOUR)],
    pause_on={"customer"},
)


def at(hours: float) -> dt.datetime:
    """So many hours after Monday, nine o'clock."""
    return MONDAY + hours * HOUR


def begun(*events: event.CaseEvent) -> Case:
    """A case that was reported and received at once, and then this."""
    report = event.Reported(
        at=MONDAY,
        id=CaseId("C-1"),
        customer=CustomerId("K-1"),
        description="no dial tone",
        impact="one site",
        occurred_at=at(-2),
        owner="A-1",
        channel="phone",
        source="feedback",
    )
    return Case(history=(report, event.Received(at=MONDAY, by="desk"), *events))


def voided(when: float, name: str, happened: float, **more: Any) -> event.Voided:
    """A correction that takes an event away."""
    return event.Voided(at=at(when), by="Q-1", event=name, happened_at=at(happened), reason="was not so", **more)


def amended(when: float, name: str, happened: float, **changes: Any) -> event.Amended:
    """A correction of what an event says."""
    return event.Amended(
        at=at(when), by="Q-1", event=name, happened_at=at(happened), reason="was otherwise", changes=changes
    )


def test_a_voided_event_no_longer_counts() -> None:
    """The reply went to somebody else: the clock runs on, and the history still tells both."""
    case = begun(event.Replied(at=at(0.5), by="A-1"))
    assert SLA.read(case, now=at(3))["first_response"].state == "met"
    right = case.record(voided(2, "replied", 0.5))
    assert right.first_response_at is None
    assert (len(right.history), len(right.counted), len(case.history)) == (4, 2, 3)
    reading = SLA.read(right, now=at(3))["first_response"]
    assert (reading.state, reading.breached_at) == ("breached", at(1))


def test_an_amended_event_counts_as_amended() -> None:
    """The moment, or what it says; everything that the event did not change stays."""
    case = begun(event.Replied(at=at(2), by="A-1"))
    assert SLA.read(case, now=at(3))["first_response"].state == "breached"
    earlier = case.record(amended(3, "replied", 2, at=at(0.5)))
    assert earlier.first_response_at == at(0.5)
    assert SLA.read(earlier, now=at(3))["first_response"].elapsed == HOUR / 2
    note = case.record(amended(3, "replied", 2, public=False))
    assert note.first_response_at is None
    replied = note.counted[-1]
    assert isinstance(replied, event.Replied)
    assert (replied.at, replied.by, replied.public) == (at(2), "A-1", False)


def test_what_was_true_then_and_what_was_believed_then() -> None:
    """A moment before the correction is read as it was; `known_by` leaves out what became known later."""
    case = begun(event.Replied(at=at(0.5), by="A-1")).record(voided(2, "replied", 0.5))
    case = case.record(event.Waiting(at=at(1), by="A-1", on="customer", recorded_at=at(3)))
    assert [SLA.read(case, now=at(hours))["first_response"].state for hours in (0.7, 1.9, 2)] == [
        *("running", "breached", "breached")
    ]
    believed = [SLA.read(case.known_by(at(hours)), now=at(hours))["first_response"].state for hours in (0.7, 1.9, 2)]
    assert believed == ["met", "met", "breached"]
    assert (case.as_of(at(1)).status, case.as_of(at(1)).first_response_at) == ("waiting", None)
    known = [case.known_by(at(hours)) for hours in (1, 2, 3)]
    assert [(then.status, then.first_response_at) for then in known] == [
        *(("received", at(0.5)), ("received", None), ("waiting", None))
    ]
    assert known[-1] == case
    with pytest.raises(InvalidValue, match="moment must not come before the beginning"):
        case.known_by(at(-1))


def test_corrections_follow_each_other() -> None:
    """A moved event is named by its new moment; what was voided can be told again with `recorded_at`."""
    case = begun(event.Replied(at=at(2), by="A-1")).record(amended(3, "replied", 2, at=at(1.5)))
    assert case.record(amended(4, "replied", 1.5, at=at(1))).first_response_at == at(1)
    with pytest.raises(NoSuchEvent, match=r"at 2026-05-04 11:00:00\+00:00 \(got 0 called 'replied'\)"):
        case.record(voided(4, "replied", 2))
    none = case.record(voided(4, "replied", 1.5))
    assert none.first_response_at is None
    again = none.record(event.Replied(at=at(0.5), by="A-1", recorded_at=at(5)))
    assert again.first_response_at == at(0.5)


def test_an_event_after_a_correction_is_recorded_as_ever() -> None:
    """The object goes on from what counts, by the short way and by the long way alike."""
    case = begun(event.Replied(at=at(0.5), by="A-1")).record(voided(2, "replied", 0.5))
    on = case.record(event.Classified(at=at(3), by="desk", category="line", priority="high"))
    assert (on.status, on.priority) == ("classified", "high")
    assert [e.stored_name for e in on.counted] == ["reported", "received", "classified"]
    assert Case(history=on.history).counted == on.counted
    with pytest.raises(IllegalTransition):
        on.record(event.Started(at=at(4), by="A-1"))
    with pytest.raises(OutOfOrder):
        on.record(voided(1, "replied", 0.5))


def test_replay_is_life_whatever_the_order_of_arrival() -> None:
    """Every order of the stored events gives the same object, the same counted events and the same readings."""
    case = begun(event.Replied(at=at(0.5), by="A-1"))
    case = case.record(event.Waiting(at=at(1), by="A-1", on="supplier"))
    case = case.record(amended(1, "waiting", 1, on="customer"))
    case = case.record(voided(2, "replied", 0.5))
    assert case.waiting_on == "customer"
    orders = list(permutations(case.history))
    assert len(orders) == 720
    for order in orders:
        other = Case(history=order)
        assert (other, other.counted, other.status) == (case, case.counted, case.status)
    assert SLA.read(case, now=at(4))["resolution"].elapsed == HOUR


def test_a_correction_that_breaks_the_rest_is_refused_and_changes_nothing() -> None:
    """Without the assignment nobody could have started; the error says which step fails, and what to do."""
    case = begun(
        event.Classified(at=at(1), by="desk", category="line", priority="high"),
        event.Assigned(at=at(2), by="desk", to="A-2"),
        event.Started(at=at(3), by="A-2"),
    )
    before = (case, case.history, case.counted, case.status)
    with pytest.raises(IllegalTransition) as refused:
        case.record(voided(4, "assigned", 2))
    assert (refused.value.event, refused.value.status) == ("started", "classified")
    assert any("the history was corrected" in note for note in refused.value.__notes__)
    with pytest.raises(IllegalTransition):
        case.record(amended(4, "started", 3, at=at(1.5)))
    assert (case, case.history, case.counted, case.status) == before
    # what takes its place comes with it
    to = event.Assigned(at=at(2.5), by="desk", to="A-3", recorded_at=at(4))
    assert Case(history=(*case.history, voided(4, "assigned", 2), to)).owner == "A-3"


def test_of_events_that_are_alike_one_is_meant_and_others_are_told_apart_by_seq() -> None:
    """A reply that was delivered twice is voided once; two that differ need their `seq`."""
    twice = begun(event.Replied(at=at(1), by="A-1"), event.Replied(at=at(1), by="A-1"))
    assert len(twice.record(voided(2, "replied", 1)).counted) == 3
    differ = begun(event.Replied(at=at(1), by="A-1", public=False), event.Replied(at=at(1), by="A-1", seq=1))
    with pytest.raises(NoSuchEvent, match=r"got 2 called 'replied'.*happened_seq"):
        differ.record(voided(2, "replied", 1))
    assert differ.record(voided(2, "replied", 1, happened_seq=1)).first_response_at is None
    assert differ.record(voided(2, "replied", 1, happened_seq=0)).first_response_at == at(1)


@pytest.mark.parametrize(
    ("correction", "field", "words"),
    [
        (lambda: voided(1, "received", 2), "happened_at", "must not come after the correction"),
        (lambda: amended(1, "received", 0, at=at(2)), "changes['at']", "must not come after the correction"),
        (lambda: amended(1, "received", 0), "changes", "must map fields"),
        (lambda: amended(1, "reported", 0, priority=None), "changes", "to remove a fact"),
        (lambda: amended(1, "reported", 0, id="C-2"), "changes", "must not touch id"),
        (lambda: amended(1, "received", 0, seq=2), "changes", "must not touch seq"),
        (lambda: amended(1, "received", 0, at=dt.datetime(2026, 5, 4)), "changes", "needs a zone"),  # noqa: DTZ001
        (lambda: voided(1, " ", 0), "event", "must be a text"),
        (lambda: begun().record(amended(1, "reported", 0, priorty="high")), "changes", "did you mean priority"),
        (lambda: begun().record(amended(1, "reported", 0, priority="hihg")), "priority", "did you mean high"),
        (lambda: begun().record(amended(1, "reported", 0, occurred_at=at(5))), "occurred_at", "must not come after"),
        (lambda: begun().record(voided(1, "replied", 0)), "event", "must be the stored name of one event at"),
        (lambda: Case(history=(begun().history[0], voided(1, "reported", 0))), "history", "at least one event"),
    ],
)
def test_bad_corrections_are_refused(correction: Any, field: str | None, words: str) -> None:
    """Each with the field, what came, and what to do."""
    with pytest.raises(InvalidValue, match=words.replace("[", r"\[")) as refused:
        correction()
    assert getattr(refused.value, "field", None) == field


@pytest.mark.parametrize("kind", [set, frozenset])
def test_the_order_within_a_set_decides_nothing(kind: Any) -> None:
    """Equal corrections of one moment have one place, whatever order the sets of this process have."""
    words = [f"t{n}" for n in range(200)]
    one, other = kind(words), kind(reversed(words))
    assert one == other
    assert repr(one) != repr(other)
    assert as_text(one) == as_text(other)
    assert amended(3, "reported", 0, tags=one).content == amended(3, "reported", 0, tags=other).content
    later = amended(3, "reported", 0, tags=["t0"])
    tags = [begun(amended(3, "reported", 0, tags=each), later).tags for each in (one, other)]
    assert tags[0] == tags[1]


def test_the_order_within_a_mapping_decides_nothing() -> None:
    """The same scores, however they were given."""
    pairs = [("speed", 80.0), ("care", 90.0)]
    one, other = (DataCollected(at=at(1), by="Q-1", scores=dict(scores)) for scores in (pairs, reversed(pairs)))
    assert one == other
    assert one.content == other.content


def test_errors_have_their_code() -> None:
    """A machine can tell a correction without an object from other bad values."""
    with pytest.raises(NoSuchEvent) as refused:
        begun().record(voided(1, "replied", 0))
    assert (refused.value.code, refused.value.got) == ("correction.no_such_event", "replied")
    assert isinstance(pickle.loads(pickle.dumps(refused.value)), NoSuchEvent)  # noqa: S301


def test_the_first_event_can_be_corrected() -> None:
    """Its moment moves the start of the clock; the problem may turn out not to have been identified before."""
    case = begun().record(amended(1, "reported", 0, at=at(-1)))
    assert case.report is not None
    assert (case.report.at, case.age(now=at(1))) == (at(-1), 2 * HOUR)
    assert SLA.read(case, now=at(1))["first_response"].breached_at == MONDAY
    known = event.Identified(at=at(-1), by="A-1", id=CaseId("C-1"), source="monitoring")
    case = Case(history=(known, *begun().history)).record(voided(1, "identified", -1))
    assert (case.id, case.status, case.counted[0].stored_name) == ("C-1", "received", "reported")


def test_a_cancelled_case_comes_back_when_it_was_cancelled_by_mistake() -> None:
    """The end of a case is an event like others, and what happened after it has its place."""
    case = begun(event.Cancelled(at=at(1), by="desk", reason="withdrawn")).record(voided(3, "cancelled", 1))
    assert case.status == "received"
    late = case.record(event.Waiting(at=at(2), by="A-1", on="customer", recorded_at=at(4)))
    assert SLA.read(late, now=at(2.5))["resolution"].state == "paused"
    assert late.as_of(at(2.5)).status == "waiting"
    assert SLA.read(late.known_by(at(2.5)), now=at(2.5))["resolution"].state == "cancelled"
    reading = SLA.read(late, now=at(5))["resolution"]
    assert (reading.state, reading.elapsed) == ("paused", 2 * HOUR)


def test_who_held_it_and_what_happened_follow_the_corrections() -> None:
    """Ownership, overdue time by holder, and a customer's history are read from what counts."""
    case = begun(
        event.Classified(at=at(1), by="desk", category="line", priority="high"),
        event.Assigned(at=at(2), by="desk", to="A-2"),
    ).record(amended(4, "assigned", 2, to="A-3"))
    ownership = ownership_of(case)
    assert ownership is not None
    assert ownership.owner_at(at(3)) == "A-3"
    overdue = SLA.read(case, now=at(5))["first_response"].overdue_by_holder()
    assert overdue == {"A-1": HOUR, "A-3": 3 * HOUR}
    entries = history_of(CustomerId("K-1"), cases=[case.record(voided(5, "assigned", 2))])
    assert [entry.name for entry in entries] == ["case.reported", "case.received", "case.classified"]


def test_complaints_are_corrected_in_the_same_way() -> None:
    """A complaint has the same clocks, so its history can be put right, too."""
    complaint = Complaint(
        history=[
            of_complaint.Received(
                at=MONDAY, id=ComplaintId("P-1"), customer=CustomerId("K-1"), channel="phone", category="billing",
                description="charged twice", owner="A-1", due=at(48),
            ),
            of_complaint.Acknowledged(at=at(3), by="A-1"),
        ]
    )  # fmt: skip
    assert complaint.acknowledged_at == at(3)
    right = complaint.record(amended(4, "acknowledged", 3, at=at(1)))
    assert right.acknowledged_at == at(1)
    assert right.record(voided(5, "acknowledged", 1)).acknowledged_at is None
    moved = complaint.record(amended(4, "received", 0, at=at(-1)))
    assert moved.received.at == at(-1)
    assert of_complaint.complaint_backlog([moved], now=at(-2)) == ()
    assert [one.received.at for one in of_complaint.complaint_backlog([moved], now=at(-0.5))] == [at(-1)]


def test_other_histories_are_not_corrected() -> None:
    """Where nothing hangs on the moment of a step, an event that does not belong is refused like any other."""
    idea = Suggestion(history=[Submitted(at=MONDAY, id=SuggestionId("S-1"), text="call back")])
    with pytest.raises(IllegalTransition, match="got voided"):
        idea.record(voided(1, "submitted", 0))  # type: ignore[arg-type]


def test_corrections_are_values() -> None:
    """Equal, hashable, picklable, copyable; the order of the changes does not matter."""
    one = amended(3, "replied", 2, public=False, at=at(1))
    other = amended(3, "replied", 2, at=at(1), public=False)
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)  # noqa: S301
    case = begun(event.Replied(at=at(2), by="A-1")).record(one)
    assert pickle.loads(pickle.dumps(case)).counted == case.counted  # noqa: S301
    with pytest.raises(TypeError):
        one.changes["at"] = at(0)  # type: ignore[index]
