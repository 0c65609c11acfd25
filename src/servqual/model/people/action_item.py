"""An action item of a meeting, or a task without one: it has an owner and a date, and returns until it is done.

The same names are the events, so a program reads well with `from servqual.model import action_item as event`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from servqual._checks import calendar_date, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, MeetingId
from servqual.model.labels import Labelled
from servqual.model.people.meeting import FollowedUp, Meeting

__all__ = [
    "ACTION_ITEM_TRANSITIONS",
    "ActionItem",
    "ActionItemEvent",
    "ActionItemStatus",
    "Agreed",
    "CarriedOver",
    "Done",
    "Dropped",
    "OwnedItems",
    "Progressed",
    "carry_over",
    "follow_up",
    "items_by_owner",
    "open_items",
]


class ActionItemStatus(Labelled):
    """Status of an action item."""

    OPEN = "open", "待办"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已放弃"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Agreed(Act):
    """Something to do was agreed: what, who does it, by when; by a meeting, or as a task of the day without one."""

    id: str = attrs.field(validator=filled)
    what: str = attrs.field(validator=filled)
    owner: AgentId = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)
    meeting: MeetingId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Progressed(Act):
    """The owner reported progress."""

    progress: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class CarriedOver(Act):
    """It is not done: a named person has it from now on, with a new date, and reports at the next meeting if any."""

    owner: AgentId = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)
    meeting: MeetingId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Done(Act):
    """It is done, with this result."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Dropped(Reasoned):
    """It will not be done, for a reason."""


ActionItemEvent = Agreed | Progressed | CarriedOver | Done | Dropped

ACTION_ITEM_TRANSITIONS: Final = Transitions(
    name="action_item",
    rows=(
        # from                       event        guard  to
        Row((None,),                 Agreed,      None,  ActionItemStatus.OPEN),
        Row((ActionItemStatus.OPEN,), Progressed, None,  Move.STAY),
        Row((ActionItemStatus.OPEN,), CarriedOver, None, Move.STAY),
        Row((ActionItemStatus.OPEN,), Done,       None,  ActionItemStatus.DONE),
        Row((ActionItemStatus.OPEN,), Dropped,    None,  ActionItemStatus.DROPPED),
    ),
)  # fmt: skip


@declared("action_item")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ActionItem(Lived[ActionItemStatus, ActionItemEvent]):
    """Task, of a meeting or of the day; until it is done or dropped it has exactly one owner and one date.

    >>> from datetime import UTC, date, datetime
    >>> item = ActionItem(history=[Agreed(at=datetime(2026, 5, 4, tzinfo=UTC), by="M-1", id="W-19/1",
    ...     what="rewrite the refund note", owner=AgentId("A-1"), due=date(2026, 5, 8), meeting=MeetingId("W-19"))])
    >>> item.owner, item.overdue(today=date(2026, 5, 8)), item.overdue(today=date(2026, 5, 9))
    ('A-1', False, True)
    """

    _transitions: ClassVar[Transitions[ActionItemStatus]] = ACTION_ITEM_TRANSITIONS

    history: tuple[ActionItemEvent, ...] = attrs.field(converter=History[ActionItemEvent])

    @property
    def promise(self) -> Agreed | CarriedOver:
        """Last agreement: owner, date and the meeting to report to."""
        promise: Agreed | CarriedOver = self._latest(Agreed, CarriedOver)
        return promise

    @property
    def owner(self) -> AgentId:
        """Person who does it."""
        return self.promise.owner

    @property
    def due(self) -> dt.date:
        """Last day on which it is in time."""
        return self.promise.due

    @property
    def meetings(self) -> tuple[MeetingId, ...]:
        """Meetings that dealt with it: the first one, then each to which it was carried over; a task has none."""
        promises = (event for event in self.history if isinstance(event, Agreed | CarriedOver))
        return tuple(event.meeting for event in promises if event.meeting is not None)

    @property
    def carried_over(self) -> int:
        """Number of times that it was carried over."""
        return sum(isinstance(event, CarriedOver) for event in self.history)

    def overdue(self, *, today: dt.date) -> bool:
        """Say whether it is open after its last day."""
        return self.status is ActionItemStatus.OPEN and today > self.due


def open_items(items: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    """List the open items, the most urgent first."""
    waiting = (item for item in items if item.status is ActionItemStatus.OPEN)
    return tuple(sorted(waiting, key=lambda item: (item.due, item.id)))


@attrs.frozen(kw_only=True, field_transformer=typed)
class OwnedItems:
    """Open items of one person, the most urgent first, and those of them that are overdue."""

    open: tuple[ActionItem, ...]
    overdue: tuple[ActionItem, ...]


def items_by_owner(items: Iterable[ActionItem], *, today: dt.date) -> Mapping[AgentId, OwnedItems]:
    """Return the open and the overdue items of each person on a day; who has nothing open is left out.

    >>> from datetime import UTC, date, datetime
    >>> task = ActionItem(history=[Agreed(at=datetime(2026, 5, 4, tzinfo=UTC), by="M-1", id="T-1",
    ...     what="call the courier", owner=AgentId("A-1"), due=date(2026, 5, 4))])
    >>> mine = items_by_owner([task], today=date(2026, 5, 5))[AgentId("A-1")]
    >>> len(mine.open), len(mine.overdue)
    (1, 1)
    """
    found: dict[AgentId, list[ActionItem]] = {}
    for item in open_items(items):
        found.setdefault(item.owner, []).append(item)
    return MappingProxyType(
        {
            owner: OwnedItems(open=tuple(mine), overdue=tuple(item for item in mine if item.overdue(today=today)))
            for owner, mine in found.items()
        }
    )


def carry_over(
    items: Iterable[ActionItem], *, to: MeetingId, due: dt.date, at: dt.datetime, by: str
) -> tuple[ActionItem, ...]:
    """Carry each open item of a meeting over to the next one with its owner, and return all items; tasks stay."""
    return tuple(
        item.record(CarriedOver(at=at, by=by, owner=item.owner, due=due, meeting=to))
        if item.status is ActionItemStatus.OPEN and item.promise.meeting is not None
        else item
        for item in items
    )


def follow_up(meeting: Meeting, items: Iterable[ActionItem], *, at: dt.datetime, by: str) -> Meeting:
    """Record the follow-up of a meeting with all its items.

    Items of other meetings are left out. An open item that was not carried over to another meeting is refused, because
    it would be lost.

    >>> from datetime import UTC, date, datetime
    >>> from servqual.model.people.meeting import Held, Noticed
    >>> day, w19 = datetime(2026, 5, 4, tzinfo=UTC), MeetingId("W-19")
    >>> meeting = Meeting(history=[Noticed(at=day, by="M-1", id=w19, theme="repeat calls", agenda=["two cases"]),
    ...                            Held(at=day + dt.timedelta(hours=1), by="M-1", present=[AgentId("A-1")])])
    >>> item = ActionItem(history=[Agreed(at=day, by="M-1", id="W-19/1", what="rewrite the refund note",
    ...                                   owner=AgentId("A-1"), due=date(2026, 5, 8), meeting=w19)])
    >>> week = dt.timedelta(days=7)
    >>> done = item.record(Done(at=day + week, by="A-1", result="rewritten"))
    >>> follow_up(meeting, [done], at=day + week, by="M-1").action_items
    ('W-19/1',)
    """
    mine = [item for item in items if meeting.id in item.meetings]
    for item in open_items(mine):
        if item.promise.meeting == meeting.id:
            raise InvalidValue.of(
                "items",
                f"be done, dropped or carried over before meeting {meeting.id} is followed up",
                item.id,
                shown=f"{item.id!r}, due {item.due}, open",
                do="carry it over to the next meeting",
            )
    return meeting.record(FollowedUp(at=at, by=by, items=[item.id for item in mine]))
