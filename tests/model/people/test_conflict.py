"""A conflict obeys its table: first the talk, then a solution, and back to the talk where it does not hold."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import AgentId, Conflict, ConflictKind, ConflictRemedy, ConflictStatus
from servqual.model import conflict as event
from servqual.model.people.conflict import CONFLICT_TRANSITIONS, ConflictEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def sample(name: str, day: int) -> ConflictEvent:
    """An event of each stored name; `followed_up_failed` is a follow-up that finds the solution broken."""
    at = T0 + dt.timedelta(days=day)
    two = [AgentId("A-1"), AgentId("A-2")]
    events: dict[str, ConflictEvent] = {
        "identified": event.Identified(
            at=at, by="M-1", id="F-1", kind=ConflictKind.PERSONAL, parties=two, about="tone"
        ),
        "talk_held": event.TalkHeld(at=at, by="A-1", result="no agreement"),
        "mediated": event.Mediated(at=at, by="M-1", result="both spoke"),
        "solution_agreed": event.SolutionAgreed(
            at=at, by="M-1", solution="a weekly word", remedy=ConflictRemedy.MEDIATION
        ),
        "followed_up": event.FollowedUp(at=at, by="M-1", holds=True, answer="better"),
        "followed_up_failed": event.FollowedUp(at=at, by="M-1", holds=False, answer="as before"),
        "summarised": event.Summarised(at=at, by="M-1", lesson="speak early"),
    }
    return events[name]


NAMES = ["identified", "talk_held", "mediated", "solution_agreed", "followed_up", "followed_up_failed", "summarised"]

# DOMAIN.md SM-11, written out apart from the code: status -> event -> next status; the way back is design
AGREED = {"followed_up": "settled", "followed_up_failed": "talking"}
LEADS: dict[str, dict[str, str]] = {
    "identified": {"talk_held": "talking"},
    "talking": {"talk_held": "talking", "mediated": "talking", "solution_agreed": "solution_agreed"},
    "solution_agreed": AGREED,
    "settled": AGREED | {"summarised": "summarised"},
    "summarised": {},
}
WAY = ["identified", "talk_held", "solution_agreed", "followed_up", "summarised"]


def in_status(status: ConflictStatus) -> Conflict:
    """A conflict that went the straight way to this status."""
    way = WAY[: list(ConflictStatus).index(status) + 1]
    return Conflict(history=[sample(name, day) for day, name in enumerate(way)])


def test_the_tables_of_this_test_cover_everything() -> None:
    """Every status has a row and a way to it, every kind of event a sample."""
    assert set(LEADS) == set(ConflictStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(CONFLICT_TRANSITIONS.events)
    assert all(in_status(status).status is status for status in ConflictStatus)


@pytest.mark.parametrize("status", list(ConflictStatus))
@pytest.mark.parametrize("name", NAMES)
def test_every_event_in_every_status(status: ConflictStatus, name: str) -> None:
    """An event leads where the table says, or is refused and changes nothing."""
    conflict = in_status(status)
    before = attrs.evolve(conflict)
    if name in LEADS[status]:
        after = conflict.record(sample(name, 9))
        assert after.status == LEADS[status][name]
        assert after == Conflict(history=after.history)
    else:
        with pytest.raises(IllegalTransition, match="conflict is"):
            conflict.record(sample(name, 9))
    assert conflict == before


def test_what_a_conflict_tells() -> None:
    """Kind, parties and the solution that was agreed last."""
    conflict = in_status(ConflictStatus.SUMMARISED)
    assert (conflict.id, conflict.kind, conflict.parties) == ("F-1", ConflictKind.PERSONAL, ("A-1", "A-2"))
    assert conflict.solution == "a weekly word"
    assert in_status(ConflictStatus.TALKING).solution is None


def test_each_kind_points_to_what_helps() -> None:
    """DOMAIN.md CM-09: personal to mediation; process to the flow or training; resources to needs and priorities."""
    assert {kind: kind.remedies for kind in ConflictKind} == {
        ConflictKind.PERSONAL: (ConflictRemedy.MEDIATION,),
        ConflictKind.PROCESS: (ConflictRemedy.PROCESS_CHANGE, ConflictRemedy.TRAINING),
        ConflictKind.RESOURCE: (ConflictRemedy.REALLOCATION,),
    }


@pytest.mark.parametrize("parties", [[], ["A-1"], ["A-1", "A-1"], "A-1"])
def test_it_takes_two(parties: list[AgentId]) -> None:
    """Two different members or more."""
    with pytest.raises(InvalidValue):
        event.Identified(at=T0, by="M-1", id="F-1", kind=ConflictKind.PROCESS, parties=parties, about="queue")
