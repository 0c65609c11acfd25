"""A conflict in the team: its kind, the talk, the solution that fits the kind, and whether it held.

The same names are the events, so a program reads well with `from servqual.model import conflict as event`.
"""

from collections.abc import Iterable
from typing import ClassVar, Final

import attrs

from servqual._checks import as_texts, filled
from servqual.errors import InvalidValue
from servqual.model._declared import declared
from servqual.model.history.lifecycle import Act, Lived, Move, Row, Transitions, as_history, short
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
    """Where a conflict is."""

    IDENTIFIED = "identified", "已识别"
    TALKING = "talking", "沟通中"
    SOLUTION_AGREED = "solution_agreed", "已商定方案"
    SETTLED = "settled", "已化解"
    SUMMARISED = "summarised", "已总结"


class ConflictRemedy(Labelled):
    """What usually helps."""

    MEDIATION = "mediation", "调解"
    PROCESS_CHANGE = "process_change", "调整流程"
    TRAINING = "training", "培训"
    REALLOCATION = "reallocation", "重新评估需求和优先级", "reassessment of needs and priorities"


class ConflictKind(Labelled):
    """What a conflict is about; the kind points to what usually helps.

    >>> [remedy.label() for remedy in ConflictKind.PROCESS.remedies]
    ['process change', 'training']
    """

    PERSONAL = "personal", "意见不合", "personal differences"
    PROCESS = "process", "流程不顺", "a process that does not work"
    RESOURCE = "resource", "资源分配", "sharing of resources"

    @property
    def remedies(self) -> tuple[ConflictRemedy, ...]:
        """What usually helps against a conflict of this kind; any other solution may be agreed as well."""
        return _REMEDIES[self.value]


_REMEDIES: Final = {
    "personal": (ConflictRemedy.MEDIATION,),
    "process": (ConflictRemedy.PROCESS_CHANGE, ConflictRemedy.TRAINING),
    "resource": (ConflictRemedy.REALLOCATION,),
}


def _parties(parties: Iterable[AgentId]) -> tuple[AgentId, ...]:
    return tuple(dict.fromkeys(map(AgentId, as_texts(parties))))


@attrs.frozen(kw_only=True)
class Identified(Act):
    """Somebody saw the conflict: its kind, who takes part (two or more), and what it is about."""

    id: str = attrs.field(validator=filled)
    kind: ConflictKind = attrs.field(converter=ConflictKind)
    parties: tuple[AgentId, ...] = attrs.field(converter=_parties)
    about: str = attrs.field(validator=filled)

    def __attrs_post_init__(self) -> None:
        if len(self.parties) < 2:  # noqa: PLR2004  (nobody quarrels alone)
            raise InvalidValue.of("parties", "name two members or more", self.parties, shown=f"{list(self.parties)}")


@attrs.frozen(kw_only=True)
class TalkHeld(Act):
    """Those concerned spoke with each other; what came of it."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Mediated(Act):
    """A third person, as a rule the manager, spoke with both sides after their own talk; what came of it."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class SolutionAgreed(Act):
    """The solution that both sides took, and of which sort it is."""

    solution: str = attrs.field(validator=filled)
    remedy: ConflictRemedy | None = attrs.field(default=None, converter=attrs.converters.optional(ConflictRemedy))


@declared("conflict.followed_up")
@attrs.frozen(kw_only=True)
class FollowedUp(Act):
    """Both sides were asked whether the solution holds; where it does not, they talk again."""

    holds: bool
    answer: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class Summarised(Act):
    """What the team learned; this ends it."""

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


def _events(history: Iterable[ConflictEvent]) -> tuple[ConflictEvent, ...]:
    return as_history(history)


@declared("conflict")
@attrs.frozen(kw_only=True)
class Conflict(Lived[ConflictStatus, ConflictEvent]):
    """A conflict between members, from the moment that somebody sees it to what the team learned.

    Those concerned talk first; a mediator comes after that; a solution that does not hold leads back to the talk.

    >>> from datetime import UTC, datetime
    >>> conflict = Conflict(history=[Identified(
    ...     at=datetime(2026, 5, 4, tzinfo=UTC), by="M-1", id="F-1", kind=ConflictKind.RESOURCE,
    ...     parties=[AgentId("A-1"), AgentId("A-2")], about="one headset for two")])
    >>> conflict.allowed, conflict.kind.remedies[0].label("zh")
    (('talk_held',), '重新评估需求和优先级')
    """

    _lifecycle: ClassVar[Transitions[ConflictStatus]] = CONFLICT_TRANSITIONS

    history: tuple[ConflictEvent, ...] = attrs.field(converter=_events, repr=short)

    @property
    def begin(self) -> Identified:
        """What was seen at first."""
        first: Identified = self._latest(Identified)
        return first

    @property
    def kind(self) -> ConflictKind:
        """What it is about."""
        return self.begin.kind

    @property
    def parties(self) -> tuple[AgentId, ...]:
        """Who takes part."""
        return self.begin.parties

    @property
    def solution(self) -> str | None:
        """The solution that was agreed last."""
        agreed: SolutionAgreed | None = self._latest(SolutionAgreed)
        return None if agreed is None else agreed.solution
