"""Conduct of one member over a period: norms, observations, an evaluation, rectification, and an outcome.

The same names are the events, so a program reads well with `from servqual.model import conduct as event`.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from servqual._checks import a_fact, among, as_zone, calendar_date, differ, filled, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import AgentId, InteractionId
from servqual.model.labels import Labelled
from servqual.model.people.score import in_days

__all__ = [
    "CONDUCT_TRANSITIONS",
    "Cancelled",
    "Closed",
    "Conduct",
    "ConductEvent",
    "ConductNorm",
    "ConductOutcome",
    "ConductStatus",
    "Evaluated",
    "NormKind",
    "Observed",
    "Opened",
    "OutcomeApplied",
    "RectificationSet",
    "Rectified",
]


class ConductStatus(Labelled):
    """Status of the record of a member's conduct."""

    OBSERVING = "observing", "观察中"
    EVALUATED = "evaluated", "已评价"
    RECTIFYING = "rectifying", "整改中"
    RECTIFIED = "rectified", "已整改"
    OUTCOME_APPLIED = "outcome_applied", "结果已应用"
    CLOSED = "closed", "已结束"
    CANCELLED = "cancelled", "已取消"


class NormKind(Labelled):
    """What a norm of conduct is about."""

    ATTITUDE = "attitude", "态度"
    LANGUAGE = "language", "语言"
    FLOW = "flow", "流程", "service flow"


class ConductOutcome(Labelled):
    """What follows from an evaluation."""

    REWARD = "reward", "奖励"
    SANCTION = "sanction", "惩罚"
    NONE = "none", "无", "no outcome"


@declared("conduct_norm")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ConductNorm:
    """One norm of conduct: its key, its kind, what it asks for, and where it is written, such as a manual."""

    key: str = attrs.field(validator=filled)
    kind: NormKind = attrs.field(converter=NormKind)
    text: str = attrs.field(validator=filled)
    source: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Opened(Act):
    """Observation began: of whom, over which days, and against which norms."""

    id: str = attrs.field(validator=filled)
    member: AgentId = attrs.field(validator=filled)
    period: tuple[dt.date, dt.date] = attrs.field(validator=in_days)
    norms: tuple[ConductNorm, ...] = attrs.field(
        converter=tuple[ConductNorm, ...], validator=[some, differ(lambda norm: norm.key)]
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Observed(Act):
    """Somebody saw a norm kept or not, perhaps in one contact."""

    norm: str = attrs.field(validator=filled)
    kept: bool = attrs.field(validator=a_fact)
    interaction: InteractionId | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Evaluated(Act):
    """The observations of the period were evaluated, in words; their shares follow from the observations."""

    judgement: str = attrs.field(validator=filled)


@declared("conduct.rectification_set")
@attrs.frozen(kw_only=True, field_transformer=typed)
class RectificationSet(Act):
    """The member has to put something right, by a day."""

    norm: str = attrs.field(validator=filled)
    what: str = attrs.field(validator=filled)
    due: dt.date = attrs.field(validator=calendar_date)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Rectified(Act):
    """It was put right, as somebody saw: how."""

    norm: str = attrs.field(validator=filled)
    how: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class OutcomeApplied(Act):
    """A reward, a sanction or neither followed, with its reason."""

    kind: ConductOutcome = attrs.field(converter=ConductOutcome)
    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """The record is over."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """The record was cancelled, for a reason, such as that the member left."""


ConductEvent = Opened | Observed | Evaluated | RectificationSet | Rectified | OutcomeApplied | Closed | Cancelled


def _rows() -> tuple[Row[ConductStatus], ...]:
    s = ConductStatus
    return (
        # from                         event             guard  to
        Row((None,),                   Opened,           None,  s.OBSERVING),
        Row((s.OBSERVING,),            Observed,         None,  Move.STAY),
        Row((s.OBSERVING,),            Evaluated,        None,  s.EVALUATED),
        Row((s.EVALUATED, s.RECTIFIED), RectificationSet, None, s.RECTIFYING),
        Row((s.RECTIFYING,),           RectificationSet, None,  Move.STAY),
        Row((s.RECTIFYING,),           Rectified,        None,  s.RECTIFIED),
        Row((s.RECTIFIED,),            Rectified,        None,  Move.STAY),
        Row((s.EVALUATED, s.RECTIFIED), OutcomeApplied,  None,  s.OUTCOME_APPLIED),
        Row((s.OUTCOME_APPLIED,),      Closed,           None,  s.CLOSED),
        Row((s.OBSERVING, s.EVALUATED, s.RECTIFYING, s.RECTIFIED), Cancelled, None, s.CANCELLED),
    )  # fmt: skip


CONDUCT_TRANSITIONS: Final = Transitions(name="conduct", rows=_rows())


@declared("conduct")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Conduct(Lived[ConductStatus, ConductEvent]):
    """Record of one member's conduct over one period, from the norms to the outcome.

    Refused: an observation or a rectification of a norm that the record does not name, something put right that nobody
    asked for, and an outcome while something is still to be put right.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> record = Conduct(history=[
    ...     Opened(at=nine, by="Q-1", id="B-1", member=AgentId("A-1"),
    ...            period=(dt.date(2026, 5, 1), dt.date(2026, 5, 31)),
    ...            norms=[ConductNorm(key="greeting", kind="language", text="say your name")]),
    ...     Observed(at=nine, by="Q-1", norm="greeting", kept=True),
    ...     Observed(at=nine, by="Q-1", norm="greeting", kept=False)])
    >>> dict(record.kept_shares)
    {'greeting': 0.5}
    """

    _transitions: ClassVar[Transitions[ConductStatus]] = CONDUCT_TRANSITIONS

    history: tuple[ConductEvent, ...] = attrs.field(converter=History[ConductEvent])

    def _check(self, _events: tuple[ConductEvent, ...], /) -> None:
        keys = [norm.key for norm in self.begin.norms]
        first = {event.norm: event.at for event in reversed(self.history) if isinstance(event, RectificationSet)}
        asked: set[str] = set()
        for event in self.history:
            if isinstance(event, Observed | RectificationSet):
                among("norm", event.norm, keys)
            if isinstance(event, RectificationSet):
                asked.add(event.norm)
            elif isinstance(event, Rectified):
                if event.norm not in asked and event.norm in first:
                    raise InvalidValue.of(
                        "at",
                        f"come after {event.norm!r} was to be rectified, {first[event.norm]}",
                        event.at,
                        do="give Rectified a later moment",
                    )
                among("norm", event.norm, sorted(asked))
        left = ", ".join(one.norm for one in self.to_rectify)
        if left and self.status in {ConductStatus.OUTCOME_APPLIED, ConductStatus.CLOSED}:
            raise InvalidValue.of(
                "kind", "wait until all is put right", left, shown=f"an outcome before {left}", do="record Rectified"
            )

    @property
    def begin(self) -> Opened:
        """First event: member, period and norms."""
        return self._first(Opened)

    @property
    def kept_shares(self) -> Mapping[str, float | None]:
        """Share of the observations in which each norm was kept, 0 to 1; None for one that nobody observed."""
        seen = {norm.key: list[bool]() for norm in self.begin.norms}
        for event in self.history:
            if isinstance(event, Observed):
                seen[event.norm].append(event.kept)
        return MappingProxyType({key: sum(kept) / len(kept) if kept else None for key, kept in seen.items()})

    @property
    def to_rectify(self) -> tuple[RectificationSet, ...]:
        """What is still to be put right, the most urgent first; of two on one norm the later counts."""
        waiting: dict[str, RectificationSet] = {}
        for event in self.history:
            if isinstance(event, RectificationSet):
                waiting[event.norm] = event
            elif isinstance(event, Rectified):
                waiting.pop(event.norm, None)
        return tuple(sorted(waiting.values(), key=lambda one: (one.due, one.norm)))

    def overdue(self, *, today: dt.date) -> tuple[RectificationSet, ...]:
        """List what should have been put right before this day, and was not; nothing of a cancelled record."""
        if self.status is ConductStatus.CANCELLED:
            return ()
        return tuple(one for one in self.to_rectify if today > one.due)

    def outside_period(self, *, zone: str) -> tuple[Observed, ...]:
        """List the observations that were made on a day outside of the period, in this zone."""
        first, last = self.begin.period
        desk = as_zone(zone)
        seen = (event for event in self.history if isinstance(event, Observed))
        return tuple(event for event in seen if not first <= event.at.astimezone(desk).date() <= last)
