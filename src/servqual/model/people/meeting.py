"""Team meetings: notice, content and follow-up.

The same names are the events, so a program reads well with `from servqual.model import meeting as event`.
"""

from collections.abc import Iterable
from typing import ClassVar, Final

import attrs

from servqual._checks import as_texts, filled, some
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, MeetingId
from servqual.model.labels import Labelled

__all__ = [
    "MEETING_TRANSITIONS",
    "Cancelled",
    "FollowedUp",
    "Held",
    "Meeting",
    "MeetingEvent",
    "MeetingKind",
    "MeetingStatus",
    "Noticed",
]


class MeetingKind(Labelled):
    """Kind of meeting."""

    TEAM = "team", "团队会议", "team meeting"
    ONE_TO_ONE = "one_to_one", "一对一会议", "one-to-one meeting"
    SERVICE_REVIEW = "service_review", "服务回顾会议", "service review meeting"


class MeetingStatus(Labelled):
    """Status of a meeting."""

    NOTICED = "noticed", "已通知"
    HELD = "held", "已召开"
    FOLLOWED_UP = "followed_up", "已跟进"
    CANCELLED = "cancelled", "已取消"


def _members(members: Iterable[AgentId]) -> tuple[AgentId, ...]:
    return tuple(dict.fromkeys(map(AgentId, as_texts(members))))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Noticed(Act):
    """Those invited know the theme and the agenda."""

    id: MeetingId = attrs.field(validator=filled)
    kind: MeetingKind = attrs.field(default=MeetingKind.TEAM, converter=MeetingKind)
    theme: str = attrs.field(validator=filled)
    agenda: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)
    invited: tuple[AgentId, ...] = attrs.field(default=(), converter=_members)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Held(Act):
    """The meeting took place: who was there, cases that were shared, problems discussed, goals set, praise given."""

    present: tuple[AgentId, ...] = attrs.field(converter=_members, validator=some)
    cases: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    problems: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    goals: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    praise: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@declared("meeting.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Act):
    """Its action items were followed up: each was done, or has an owner and a next meeting.

    `items` are their ids; `servqual.model.people.action_item.follow_up` fills them in and refuses an item that would be
    lost.
    """

    items: tuple[str, ...] = attrs.field(default=(), converter=as_texts)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """It did not take place, for a reason."""


MeetingEvent = Noticed | Held | FollowedUp | Cancelled

MEETING_TRANSITIONS: Final = Transitions(
    name="meeting",
    rows=(
        # from                    event      guard  to
        Row((None,),              Noticed,   None,  MeetingStatus.NOTICED),
        Row((MeetingStatus.NOTICED,), Noticed, None, Move.STAY),
        Row((MeetingStatus.NOTICED,), Held,  None,  MeetingStatus.HELD),
        Row((MeetingStatus.NOTICED,), Cancelled, None, MeetingStatus.CANCELLED),
        Row((MeetingStatus.HELD,), FollowedUp, None, MeetingStatus.FOLLOWED_UP),
    ),
)  # fmt: skip


@declared("meeting")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Meeting(Lived[MeetingStatus, MeetingEvent]):
    """A meeting, from its notice with theme and agenda to the follow-up of its items.

    A notice without theme or agenda, and a meeting with nobody present, are refused.

    >>> from datetime import UTC, datetime
    >>> meeting = Meeting(history=[Noticed(at=datetime(2026, 5, 4, tzinfo=UTC), by="M-1", id=MeetingId("W-19"),
    ...                                    theme="repeat calls", agenda=["numbers of April", "two cases"])])
    >>> meeting.notice.kind.label("zh"), meeting.allowed
    ('团队会议', ('noticed', 'held', 'cancelled'))
    """

    _transitions: ClassVar[Transitions[MeetingStatus]] = MEETING_TRANSITIONS

    history: tuple[MeetingEvent, ...] = attrs.field(converter=History[MeetingEvent])

    @property
    def action_items(self) -> tuple[str, ...]:
        """Ids of the items in its follow-up; none before it."""
        followed_up: FollowedUp | None = self._latest(FollowedUp)
        return () if followed_up is None else followed_up.items

    @property
    def notice(self) -> Noticed:
        """Latest notice."""
        notice: Noticed = self._latest(Noticed)
        return notice
