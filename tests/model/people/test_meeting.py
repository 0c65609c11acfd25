"""Meetings obey their table, and what they agreed to do keeps an owner until it is done."""

import datetime as dt
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition
from servqual.model import (
    ActionItem,
    ActionItemStatus,
    AgentId,
    Meeting,
    MeetingId,
    MeetingStatus,
    carry_over,
    open_items,
)
from servqual.model import action_item as todo
from servqual.model import meeting as event
from servqual.model.people.action_item import ACTION_ITEM_TRANSITIONS
from servqual.model.people.meeting import MEETING_TRANSITIONS

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
ADA, BO = AgentId("A-1"), AgentId("A-2")
W19, W20 = MeetingId("W-19"), MeetingId("W-20")
FRIDAY, NEXT = dt.date(2026, 5, 8), dt.date(2026, 5, 15)


def sample(name: str, day: int) -> Any:
    """An event of each stored name of both lifecycles."""
    at = T0 + dt.timedelta(days=day)
    events: dict[str, Any] = {
        "noticed": event.Noticed(at=at, by="M-1", id=W19, theme="repeat calls", agenda=["April"]),
        "held": event.Held(at=at, by="M-1", present=[ADA, BO], goals=["fewer repeats"], praise=["Bo"]),
        "followed_up": event.FollowedUp(at=at, by="M-1"),
        "cancelled": event.Cancelled(at=at, by="M-1", reason="holiday"),
        "agreed": todo.Agreed(at=at, by="M-1", id="1", what="new note", owner=ADA, due=FRIDAY, meeting=W19),
        "progressed": todo.Progressed(at=at, by="A-1", progress="half"),
        "carried_over": todo.CarriedOver(at=at, by="M-1", owner=BO, due=NEXT, meeting=W20),
        "done": todo.Done(at=at, by="A-1", result="published"),
        "dropped": todo.Dropped(at=at, by="M-1", reason="not needed"),
    }
    return events[name]


# DOMAIN.md SM-19, written out apart from the code: status -> event -> next status
MEETING: dict[str, dict[str, str]] = {
    "noticed": {"noticed": "noticed", "held": "held", "cancelled": "cancelled"},
    "held": {"followed_up": "followed_up"},
    "followed_up": {},
    "cancelled": {},
}
ITEM: dict[str, dict[str, str]] = {
    "open": {"progressed": "open", "carried_over": "open", "done": "done", "dropped": "dropped"},
    "done": {},
    "dropped": {},
}
WAYS = {
    "noticed": ["noticed"],
    "held": ["noticed", "held"],
    "followed_up": ["noticed", "held", "followed_up"],
    "cancelled": ["noticed", "cancelled"],
    "open": ["agreed"],
    "done": ["agreed", "done"],
    "dropped": ["agreed", "dropped"],
}
MEETING_EVENTS = ["noticed", "held", "followed_up", "cancelled"]
ITEM_EVENTS = ["agreed", "progressed", "carried_over", "done", "dropped"]


def in_status(status: str) -> Any:
    """A meeting or an item that went a shortest way to this status."""
    kind: Any = Meeting if status in MEETING else ActionItem
    return kind(history=[sample(name, day) for day, name in enumerate(WAYS[status])])


def test_the_tables_of_this_test_cover_everything() -> None:
    """Every status has a row and a way to it, every kind of event a sample."""
    assert set(MEETING) == set(MeetingStatus)
    assert set(ITEM) == set(ActionItemStatus)
    assert {type(sample(name, 0)) for name in MEETING_EVENTS} == set(MEETING_TRANSITIONS.events)
    assert {type(sample(name, 0)) for name in ITEM_EVENTS} == set(ACTION_ITEM_TRANSITIONS.events)
    assert all(in_status(status).status == status for status in WAYS)


@pytest.mark.parametrize(
    ("status", "name"),
    [(status, name) for status in MEETING for name in MEETING_EVENTS]
    + [(status, name) for status in ITEM for name in ITEM_EVENTS],
)
def test_every_event_in_every_status(status: str, name: str) -> None:
    """An event leads where the table says, or is refused and changes nothing."""
    thing, leads = in_status(status), (MEETING | ITEM)[status]
    before = attrs.evolve(thing)
    if name in leads:
        after = thing.record(sample(name, 9))
        assert after.status == leads[name]
        assert after == type(thing)(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            thing.record(sample(name, 9))
        assert set(refused.value.allowed) == set(leads)
    assert thing == before


def test_an_item_always_has_one_owner_and_one_date() -> None:
    """Those agreed last count, and carrying over is counted."""
    item = in_status("open")
    assert (item.owner, item.due, item.carried_over) == (ADA, FRIDAY, 0)
    moved = item.record(sample("carried_over", 4))
    assert (moved.owner, moved.due, moved.carried_over) == (BO, NEXT, 1)
    assert moved.promise.meeting == W20


def test_overdue_means_open_after_the_last_day() -> None:
    """The last day itself is in time; what is done is never overdue."""
    item = in_status("open")
    assert not item.overdue(today=FRIDAY)
    assert item.overdue(today=FRIDAY + dt.timedelta(days=1))
    assert not in_status("done").overdue(today=NEXT)


def test_what_is_not_solved_reports_at_the_next_meeting() -> None:
    """Open items keep their owner and get the next meeting; others stay as they are. The most pressing comes first."""
    late = attrs.evolve(sample("agreed", 0), id="2", due=dt.date(2026, 5, 6), owner=BO)
    items = (in_status("open"), in_status("done"), ActionItem(history=[late]))
    assert [item.id for item in open_items(items)] == ["2", "1"]
    after = carry_over(items, to=W20, due=NEXT, at=T0 + dt.timedelta(days=7), by="M-1")
    assert [item.carried_over for item in after] == [1, 0, 1]
    assert [item.owner for item in after] == [ADA, ADA, BO]
    assert after[1] is items[1]


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("noticed", {"theme": ""}, "theme"),
        ("noticed", {"agenda": []}, "agenda"),
        ("noticed", {"agenda": "April"}, "list"),
        ("held", {"present": []}, "present"),
        ("agreed", {"owner": ""}, "owner"),
        ("agreed", {"due": T0}, "due must be a date"),
        ("carried_over", {"due": "Friday"}, "due must be a date"),
    ],
)
def test_what_is_incomplete_is_refused(name: str, changes: dict[str, Any], words: str) -> None:
    """Theme and agenda, somebody present, an owner and a date."""
    with pytest.raises(ValueError, match=words):
        attrs.evolve(sample(name, 0), **changes)


# --- tasks without a meeting -----------------------------------------------------------------------------------------


def test_a_task_needs_no_meeting() -> None:
    """It is in no follow-up, is not carried over with a meeting, and may get another owner and day."""
    task = ActionItem(
        history=[
            todo.Agreed(
                at=T0, by="M-1", id="T-1", what="call the courier", owner=AgentId("A-1"), due=dt.date(2026, 5, 4)
            )
        ]
    )
    assert (task.meetings, task.promise.meeting) == ((), None)
    assert carry_over([task], to=MeetingId("W-20"), due=dt.date(2026, 5, 11), at=T0, by="M-1") == (task,)
    moved = task.record(todo.CarriedOver(at=T0, by="M-1", owner=AgentId("A-2"), due=dt.date(2026, 5, 6)))
    assert (moved.owner, moved.due, moved.meetings) == ("A-2", dt.date(2026, 5, 6), ())
    taken = moved.record(
        todo.CarriedOver(at=T0, by="M-1", owner=AgentId("A-2"), due=dt.date(2026, 5, 8), meeting=MeetingId("W-20"))
    )
    assert taken.meetings == ("W-20",)
