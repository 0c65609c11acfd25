"""A promise obeys its table, is kept only in time, and one that breaks without a word shows it."""

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import Commitment, CommitmentId, CommitmentStatus, CustomerId
from servqual.model import commitment as event
from servqual.model.service.commitment import COMMITMENT_TRANSITIONS, CommitmentEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hour: float) -> dt.datetime:
    """So many hours after the promise."""
    return T0 + hour * HOUR


MADE = event.Made(
    at=T0, by="A-1", id=CommitmentId("W-1"), customer=CustomerId("K-1"), what="call back by one", due=at(4)
)


def sample(name: str, hour: float) -> CommitmentEvent:
    """An event of each stored name."""
    when = at(hour)
    events: dict[str, CommitmentEvent] = {
        "made": attrs.evolve(MADE, at=when, due=max(when, at(4))),
        "endangered": event.Endangered(at=when, by="A-1", reason="the part is late"),
        "explained": event.Explained(at=when, by="A-1", reason="the part is late, sorry"),
        "kept": event.Kept(at=when, by="A-1"),
        "broken": event.Broken(at=when, by="A-1"),
        "made_good": event.MadeGood(at=when, by="A-1"),
        "released": event.Released(at=when, by="A-1", reason="no longer needed"),
    }
    return events[name]


NAMES = ["made", "endangered", "explained", "kept", "broken", "made_good", "released"]
WAY = {
    "made": ["made"],
    "at_risk": ["made", "endangered"],
    "explained": ["made", "explained"],
    "kept": ["made", "kept"],
    "broken": ["made", "broken"],
    "released": ["made", "released"],
}
ENDS = {"explained": "explained", "kept": "kept", "broken": "broken", "released": "released"}

# DOMAIN.md SM-17, written out apart from the code: status -> event -> next status
LEADS: dict[str, dict[str, str]] = {
    "made": {"endangered": "at_risk"} | ENDS,
    "at_risk": ENDS,
    "explained": ENDS,
    "kept": {},
    "broken": {"explained": "broken", "made_good": "broken"},
    "released": {},
}


def promise_in(status: str) -> Commitment:
    """A promise that went a shortest way to this status, an hour a step."""
    return Commitment(history=[sample(name, hour) for hour, name in enumerate(WAY[status])])


def test_every_promise_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(CommitmentStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(COMMITMENT_TRANSITIONS.events)
    assert all(promise_in(status).status == status for status in CommitmentStatus)


@pytest.mark.parametrize("status", list(CommitmentStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status_of_a_promise(status: CommitmentStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the promise equal."""
    before, following = promise_in(status), sample(name, 3)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Commitment(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "commitment.illegal_transition"
        assert set(refused.value.allowed) == set(LEADS[status])
    assert before == promise_in(status)


@pytest.mark.parametrize("hour", [4.001, 100])
@pytest.mark.parametrize("status", ["made", "at_risk", "explained"])
def test_a_promise_is_kept_only_in_time(status: str, hour: float) -> None:
    """At the due moment it is kept; a moment later the error says what to record, in life and from store."""
    promise, late = promise_in(status), sample("kept", hour)
    assert promise.record(sample("kept", 4)).status is CommitmentStatus.KEPT
    with pytest.raises(InvalidValue, match="record Broken, then MadeGood"):
        promise.record(late)
    with pytest.raises(InvalidValue, match="record Broken, then MadeGood"):
        Commitment(history=[*promise.history, late])
    assert promise == promise_in(status)


@pytest.mark.parametrize(
    ("names", "in_time"),
    [
        ({"made": 0, "explained": 1, "broken": 5}, True),
        ({"made": 0, "explained": 4, "broken": 5}, True),  # at the due moment: boundaries pass
        ({"made": 0, "broken": 2, "explained": 2}, True),
        ({"made": 0, "broken": 2, "explained": 3}, False),  # known broken at two, explained later
        ({"made": 0, "explained": 4.5, "broken": 5}, False),  # due at four
        ({"made": 0, "broken": 5, "explained": 6}, False),
        ({"made": 0, "broken": 5}, False),
        ({"made": 0, "explained": 1, "kept": 3}, None),
        ({"made": 0}, None),
    ],
)
def test_a_broken_promise_asks_for_a_word_in_time(names: dict[str, float], *, in_time: bool | None) -> None:
    """Explanation and apology come before the breach or with it (DOMAIN.md SM-17)."""
    promise = Commitment(history=[sample(name, hour) for name, hour in names.items()])
    assert promise.explained_in_time is in_time


def test_what_a_promise_tells() -> None:
    """Done too late is done, and the promise stays broken."""
    promise = promise_in("broken").record(sample("made_good", 9))
    assert (promise.id, promise.customer, promise.due, promise.made.what) == ("W-1", "K-1", at(4), "call back by one")
    assert (promise.status, promise.fulfilled_at) == (CommitmentStatus.BROKEN, at(9))
    assert promise_in("kept").fulfilled_at == at(1)
    assert promise_in("made").fulfilled_at is None


@pytest.mark.parametrize("status", list(CommitmentStatus))
def test_a_promise_nobody_spoke_of_is_overdue(status: CommitmentStatus) -> None:
    """Past its due moment, not at it, and only while nobody said what became of it."""
    promise = promise_in(status)
    assert promise.overdue(now=at(5)) is (status in {"made", "at_risk", "explained"})
    assert not promise.overdue(now=at(4))


def test_bad_promises_are_refused() -> None:
    """A promise into the past, of nothing, to nobody, by nobody."""
    with pytest.raises(InvalidValue, match="due must not come before at"):
        attrs.evolve(MADE, due=at(-1))
    for field in ("what", "customer", "by", "id"):
        with pytest.raises(InvalidValue, match=f"{field} must be a text"):
            attrs.evolve(MADE, **{field: " "})  # type: ignore[arg-type]


@given(data=st.data())
def test_any_life_of_a_promise_replays_to_itself(data: st.DataObject) -> None:
    """Random walks over the table: replay is life."""
    promise = promise_in("made")
    for step in range(1, data.draw(st.integers(0, 8)) + 1):
        names = [n for n in NAMES if n in LEADS[promise.status]]
        if not names:
            break
        promise = promise.record(sample(data.draw(st.sampled_from(names)), step / 4))
    assert Commitment(history=promise.history) == promise
    assert Commitment(history=tuple(reversed(promise.history))) == promise


def test_promise_labels_are_there() -> None:
    """Every status has a Chinese label of its own, and the diagram begins with the promise."""
    labels = [member.label("zh") for member in CommitmentStatus]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
    assert Commitment.diagram().splitlines()[1] == "    [*] --> made : made"
