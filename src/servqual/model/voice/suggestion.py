"""A suggestion: an idea, from its submission to its result.

The same names are the events, so a program reads well with `from servqual.model import suggestion as event`.
"""

from typing import Any, ClassVar, Final

import attrs

from servqual._checks import filled
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.history.event import Act, Event, Reasoned
from servqual.model.history.lifecycle import History, Lived, Row, Transitions
from servqual.model.ids import CustomerId, FeedbackId, SuggestionId
from servqual.model.labels import Labelled

__all__ = [
    "SUGGESTION_TRANSITIONS",
    "Adopted",
    "Declined",
    "Evaluated",
    "Implemented",
    "Rewarded",
    "Submitted",
    "Suggestion",
    "SuggestionEvent",
    "SuggestionStatus",
]


class SuggestionStatus(Labelled):
    """Status of a suggestion."""

    SUBMITTED = "submitted", "已提交"
    EVALUATED = "evaluated", "已评估"
    ADOPTED = "adopted", "已采纳"
    DECLINED = "declined", "未采纳"
    IMPLEMENTED = "implemented", "已实施"
    REWARDED = "rewarded", "已奖励"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Submitted(Event):
    """An idea came in, from a customer, or from one of us (`by`), or out of a feedback item."""

    id: SuggestionId = attrs.field(validator=filled)
    text: str = attrs.field(validator=filled)
    customer: CustomerId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    feedback: FeedbackId | None = None
    site: str | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Evaluated(Act):
    """Somebody judged its value."""

    verdict: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Adopted(Act):
    """We will do it; `owner` is responsible."""

    owner: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Declined(Reasoned):
    """We will not do it, for a reason."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Implemented(Act):
    """We did it, with this result."""

    result: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Rewarded(Act):
    """The author of the idea got a reward."""

    reward: str = attrs.field(validator=filled)


SuggestionEvent = Submitted | Evaluated | Adopted | Declined | Implemented | Rewarded


def _rows() -> tuple[Row[SuggestionStatus], ...]:
    s = SuggestionStatus
    return (
        # from              event        guard to
        Row((None,),        Submitted,   None, s.SUBMITTED),
        Row((s.SUBMITTED,), Evaluated,   None, s.EVALUATED),
        Row((s.EVALUATED,), Adopted,     None, s.ADOPTED),
        Row((s.EVALUATED,), Declined,    None, s.DECLINED),
        Row((s.ADOPTED,),   Implemented, None, s.IMPLEMENTED),
        Row((s.IMPLEMENTED,), Rewarded,  None, s.REWARDED),
    )  # fmt: skip


SUGGESTION_TRANSITIONS: Final = Transitions(name="suggestion", rows=_rows())


@declared("suggestion")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Suggestion(Lived[SuggestionStatus, SuggestionEvent]):
    """An idea for a better service as the tuple of its events.

    Refused: a decision without an evaluation, declining without a reason, and a reward before the idea was done.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> idea = Suggestion(history=[Submitted(at=nine, id=SuggestionId("S-1"), text="call back instead of holding")])
    >>> idea = idea.record(Evaluated(at=nine + dt.timedelta(days=1), by="M-1", verdict="cheap, helps many"))
    >>> idea.adopted, idea.record(Adopted(at=nine + dt.timedelta(days=2), by="M-1", owner="A-1")).adopted
    (None, True)
    """

    _transitions: ClassVar[Transitions[Any]] = SUGGESTION_TRANSITIONS

    history: tuple[SuggestionEvent, ...] = attrs.field(converter=History[SuggestionEvent])

    @property
    def submitted(self) -> Submitted:
        """First event: the idea as submitted."""
        return self._first(Submitted)

    @property
    def id(self) -> SuggestionId:
        """Name of the suggestion."""
        return self.submitted.id

    @property
    def customer(self) -> CustomerId | None:
        """Customer who had the idea; None where it was one of us."""
        return self.submitted.customer

    @property
    def adopted(self) -> bool | None:
        """Whether it was adopted; None while nobody decided."""
        decision: Adopted | Declined | None = self._latest(Adopted, Declined)
        return None if decision is None else isinstance(decision, Adopted)
