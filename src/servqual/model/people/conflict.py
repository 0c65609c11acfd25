"""A conflict in the team: its kind, the talk, the solution, and whether it held.

The same names are the events, so a program reads well with `from servqual.model import conflict as event`.
"""

from collections.abc import Iterable
from typing import ClassVar, Final

import attrs

from servqual._checks import as_texts, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId
from servqual.model.labels import Labelled

__all__ = [
    "CONFLICT_TRANSITIONS",
    "Conflict",
    "ConflictEvent",
    "ConflictKind",
    "ConflictRemedy",
    "ConflictStatus",
    "FollowedUp",
    "Identified",
    "Mediated",
    "SolutionAgreed",
    "Summarised",
    "TalkHeld",
]


class ConflictStatus(Labelled):
    """Status of a conflict."""

    IDENTIFIED = "identified", "已识别"
    TALKING = "talking", "沟通中"
    SOLUTION_AGREED = "solution_agreed", "已商定方案"
    SETTLED = "settled", "已化解"
    SUMMARISED = "summarised", "已总结"


class ConflictRemedy(Labelled):
    """Usual remedy."""

    MEDIATION = "mediation", "调解"
    PROCESS_CHANGE = "process_change", "调整流程"
    TRAINING = "training", "培训"
    REALLOCATION = "reallocation", "重新评估需求和优先级", "reassessment of needs and priorities"


class ConflictKind(Labelled):
    """Kind of conflict, which suggests the usual remedies.

    >>> [remedy.label() for remedy in ConflictKind.PROCESS.remedies]
    ['process change', 'training']
    """

    PERSONAL = "personal", "意见不合", "personal differences"
    PROCESS = "process", "流程不顺", "a process that does not work"
    RESOURCE = "resource", "资源分配", "sharing of resources"

    @property
    def remedies(self) -> tuple[ConflictRemedy, ...]:
        """Usual remedies for this kind; any other solution may be agreed as well."""
        return _REMEDIES[self.value]


_REMEDIES: Final = {
    "personal": (ConflictRemedy.MEDIATION,),
    "process": (ConflictRemedy.PROCESS_CHANGE, ConflictRemedy.TRAINING),
    "resource": (ConflictRemedy.REALLOCATION,),
}


def _parties(parties: Iterable[AgentId]) -> tuple[AgentId, ...]:
    return tuple(dict.fromkeys(map(AgentId, as_texts(parties))))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Identified(Act):
    """Somebody saw the conflict: its kind, its parties (two or more), and its subject."""

    id: str = attrs.field(validator=filled)
    kind: ConflictKind = attrs.field(converter=ConflictKind)
    parties: tuple[AgentId, ...] = attrs.field(converter=_parties)
    about: str = attrs.field(validator=filled)

    def __attrs_post_init__(self) -> None:
        if len(self.parties) < 2:  # noqa: PLR2004  (nobody quarrels alone)
            raise InvalidValue.of("parties", "name two members or more", self.parties, shown=f"{list(self.parties)}")


@attrs.frozen(kw_only=True, field_transformer=typed)
class TalkHeld(Act):
    """The parties spoke with each other, with this result."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Mediated(Act):
    """A third person, usually the manager, spoke with both sides after their own talk, with this result."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class SolutionAgreed(Act):
    """Both sides agreed on a solution, perhaps one of the usual remedies."""

    solution: str = attrs.field(validator=filled)
    remedy: ConflictRemedy | None = attrs.field(default=None, converter=attrs.converters.optional(ConflictRemedy))


@declared("conflict.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Act):
    """Both sides were asked whether the solution holds; if not, they talk again."""

    holds: bool
    answer: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Summarised(Act):
    """The team recorded its lesson; this ends the conflict."""

    lesson: str = attrs.field(validator=filled)


ConflictEvent = Identified | TalkHeld | Mediated | SolutionAgreed | FollowedUp | Summarised


def _holds(event: FollowedUp) -> bool:
    return event.holds


def _rows() -> tuple[Row[ConflictStatus], ...]:
    s = ConflictStatus
    return (
        # from                 event           guard   to
        Row((None,),           Identified,     None,   s.IDENTIFIED),
        Row((s.IDENTIFIED,),   TalkHeld,       None,   s.TALKING),
        Row((s.TALKING,),      TalkHeld,       None,   Move.STAY),
        Row((s.TALKING,),      Mediated,       None,   Move.STAY),
        Row((s.TALKING,),      SolutionAgreed, None,   s.SOLUTION_AGREED),
        Row((s.SOLUTION_AGREED, s.SETTLED), FollowedUp, _holds, s.SETTLED),
        Row((s.SOLUTION_AGREED, s.SETTLED), FollowedUp, None, s.TALKING),
        Row((s.SETTLED,),      Summarised,     None,   s.SUMMARISED),
    )  # fmt: skip


CONFLICT_TRANSITIONS: Final = Transitions(name="conflict", rows=_rows())


@declared("conflict")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Conflict(Lived[ConflictStatus, ConflictEvent]):
    """A conflict between members, from its discovery to the lesson for the team.

    The parties talk first and a mediator helps later; after a solution that does not hold they talk again.

    >>> from datetime import UTC, datetime
    >>> conflict = Conflict(history=[Identified(
    ...     at=datetime(2026, 5, 4, tzinfo=UTC), by="M-1", id="F-1", kind=ConflictKind.RESOURCE,
    ...     parties=[AgentId("A-1"), AgentId("A-2")], about="one headset for two")])
    >>> conflict.allowed, conflict.kind.remedies[0].label("zh")
    (('talk_held',), '重新评估需求和优先级')
    """

    _transitions: ClassVar[Transitions[ConflictStatus]] = CONFLICT_TRANSITIONS

    history: tuple[ConflictEvent, ...] = attrs.field(converter=History[ConflictEvent])

    @property
    def begin(self) -> Identified:
        """First event: the discovery."""
        return self._first(Identified)

    @property
    def kind(self) -> ConflictKind:
        """Kind of conflict."""
        return self.begin.kind

    @property
    def parties(self) -> tuple[AgentId, ...]:
        """Members who take part."""
        return self.begin.parties

    @property
    def solution(self) -> str | None:
        """Solution that was agreed last."""
        agreed: SolutionAgreed | None = self._latest(SolutionAgreed)
        return None if agreed is None else agreed.solution
