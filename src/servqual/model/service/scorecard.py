"""A scorecard: the criteria of a good contact, and the evaluation of one contact by them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from servqual._checks import all_of, differ, filled, instant, near, some, whole
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.channel import Channel, as_channel
from servqual.model.declared import declared
from servqual.model.ids import AgentId, InteractionId, TeamId
from servqual.model.labels import Labelled

__all__ = ["Criticality", "Evaluation", "Scorecard", "ScorecardItem", "marks_by_item"]


@declared("criticality")
class Criticality(Labelled):
    """Whom a missed item harms so much that it is a critical error."""

    CUSTOMER = "customer", "客户关键"
    BUSINESS = "business", "业务关键"
    COMPLIANCE = "compliance", "合规关键"


@declared("scorecard_item")
@attrs.frozen(kw_only=True, field_transformer=typed)
class ScorecardItem:
    """One criterion of a contact, its weight, and whether missing it is a critical error."""

    name: str = attrs.field(validator=filled)
    weight: int = attrs.field(default=1, validator=whole(1, 1000))
    critical: Criticality | None = attrs.field(default=None, converter=attrs.converters.optional(Criticality))


@declared("scorecard")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Scorecard:
    """Criteria by which contacts are evaluated; a changed one has another version.

    >>> card = Scorecard(name="calls", items=[ScorecardItem(name="clear", weight=2), ScorecardItem(name="polite")])
    >>> [item.name for item in card.items]
    ['clear', 'polite']
    """

    name: str = attrs.field(validator=filled)
    items: tuple[ScorecardItem, ...] = attrs.field(
        converter=tuple[ScorecardItem, ...], validator=[some, differ(lambda item: item.name)]
    )
    version: int = attrs.field(default=1, validator=whole(1))


def _marks(marks: Mapping[str, bool | None]) -> Mapping[str, bool | None]:
    return MappingProxyType(dict(marks))


@declared("evaluation")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Evaluation(Rebuilt):
    """One contact held against a scorecard: a mark per item, True where met, None where it did not apply.

    `by` evaluated the contact of `agent`; a list of evaluations is the table `qa_scores`. Refused: an item without a
    mark, a mark for no item of the card, and one that is neither True, False nor None.

    >>> card = Scorecard(name="calls", items=[ScorecardItem(name="clear", weight=2), ScorecardItem(name="polite")])
    >>> heard = Evaluation(scorecard=card, at=dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), by="Q-1",
    ...                    interaction=InteractionId("I-1"), marks={"clear": True, "polite": False})
    >>> heard.met, heard.applicable, heard.score
    (2, 3, 0.6666666666666666)
    """

    scorecard: Scorecard
    at: dt.datetime = attrs.field(converter=instant)
    by: str = attrs.field(validator=filled)
    marks: Mapping[str, bool | None] = attrs.field(converter=_marks, hash=False)
    interaction: InteractionId | None = None
    agent: AgentId | None = None
    team: TeamId | None = None
    channel: Channel | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_channel))

    def __attrs_post_init__(self) -> None:
        names = [item.name for item in self.scorecard.items]
        for name, mark in self.marks.items():
            if name not in names:
                raise InvalidValue.of("marks", "be of items of the scorecard", name, near=near(name, names))
            if mark is not None and not isinstance(mark, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidValue.of("marks", "be True, False, or None where an item did not apply", mark)
        lacking = [name for name in names if name not in self.marks]
        if lacking:
            raise InvalidValue.of(
                "marks", "have each item of the scorecard", lacking, shown=f"none for {lacking[0]!r}", do="None is one"
            )

    @property
    def met(self) -> int:
        """Sum of the weights of the items that were met."""
        return sum(item.weight for item in self.scorecard.items if self.marks[item.name])

    @property
    def applicable(self) -> int:
        """Sum of the weights of the items that applied."""
        return sum(item.weight for item in self.scorecard.items if self.marks[item.name] is not None)

    @property
    def score(self) -> float | None:
        """Share of the weights that was met; None where nothing applied."""
        return self.met / self.applicable if self.applicable else None

    @property
    def missed(self) -> tuple[ScorecardItem, ...]:
        """Items that were not met, in the order of the card."""
        return tuple(item for item in self.scorecard.items if self.marks[item.name] is False)

    def critical(self, kind: Criticality | str) -> int:
        """Count the critical errors of one kind."""
        return sum(item.critical is Criticality(kind) for item in self.missed)


def marks_by_item(evaluations: Iterable[Evaluation]) -> dict[str, list[Any]]:
    """Write evaluations as columns of the table `qa_scores` with a row per item, to measure by `item`.

    Critical errors, which are of a whole contact, are not in it: measure these over the evaluations themselves.

    >>> marks_by_item([])["item"]
    []
    """
    columns: dict[str, list[Any]] = {name: [] for name in (*_SHARED, "evaluator", "item", "met", "applicable")}
    for one in all_of(Evaluation, "evaluations", evaluations, "a list of evaluations"):
        for item in one.scorecard.items:
            mark = one.marks[item.name]
            shared = (one.at, one.interaction, one.agent, one.team, one.channel, one.scorecard.name)
            cells = (*shared, one.by, item.name, item.weight * (mark is True), item.weight * (mark is not None))
            for column, cell in zip(columns.values(), cells, strict=True):
                column.append(cell)
    return columns


_SHARED: Final = ("evaluated_at", "interaction_id", "agent", "team", "channel", "scorecard")
