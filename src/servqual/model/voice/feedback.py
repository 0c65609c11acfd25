"""A feedback item: what a customer told us without a survey, how we handled it, and our answer.

The same names are the events, so a program reads well with `from servqual.model import feedback as event`.
"""

import datetime as dt
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import filled, whole
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.history.event import Act, Event
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.ids import CustomerId, FeedbackId, InteractionId, SuggestionId
from servqual.model.labels import Labelled

__all__ = [
    "FEEDBACK_TRANSITIONS",
    "Acknowledged",
    "Analysed",
    "FeedbackEvent",
    "FeedbackItem",
    "FeedbackSource",
    "FeedbackStatus",
    "Handled",
    "Handling",
    "Received",
    "Replied",
    "Rewarded",
    "Sentiment",
]


class FeedbackStatus(Labelled):
    """Status of a feedback item."""

    RECEIVED = "received", "已接收"
    ANALYSED = "analysed", "已分析"
    HANDLED = "handled", "已处理"
    REPLIED = "replied", "已回复"
    REWARDED = "rewarded", "已奖励"


class FeedbackSource(Labelled):
    """Source of feedback."""

    ONLINE_RATING = "online_rating", "在线评价"
    WORK_ORDER = "work_order", "工单"
    SUGGESTION_BOX = "suggestion_box", "意见箱"
    WEBSITE = "website", "网站"
    APP = "app", "移动应用"
    HOTLINE = "hotline", "热线"
    STORE = "store", "门店"
    SOCIAL = "social", "社交媒体"
    GUEST_BOOK = "guest_book", "留言簿"
    SURVEY = "survey", "问卷调查"
    FORUM = "forum", "客户座谈会"
    INTERVIEW = "interview", "访谈"
    EMAIL = "email", "电子邮件"


class Handling(Labelled):
    """Decision on it: a shortfall fixed, an idea adopted, or neither."""

    FIXED = "fixed", "已改进"
    ADOPTED = "adopted", "已采纳"
    DECLINED = "declined", "未采纳"


@declared("sentiment")
class Sentiment(Labelled):
    """Mood of what was said, as a person or a program read it."""

    POSITIVE = "positive", "正面"
    NEUTRAL = "neutral", "中性"
    NEGATIVE = "negative", "负面"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Received(Event):
    """Feedback came in.

    `customer` is None where the box was anonymous. `stars` is an online rating of 1 to 5; a rating on another scale
    is an answer of a survey.
    """

    id: FeedbackId = attrs.field(validator=filled)
    source: FeedbackSource = attrs.field(converter=FeedbackSource)
    text: str = ""
    stars: int | None = attrs.field(default=None, validator=attrs.validators.optional(whole(1, 5)))
    customer: CustomerId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    interaction: InteractionId | None = None
    touchpoint: str | None = None
    site: str | None = None
    category: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.stars is None:
            filled(self, attrs.fields(Received).text, self.text)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Acknowledged(Act):
    """The customer was told at once that we have it."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Analysed(Act):
    """It was sorted and understood: its category, what it says about our service, and perhaps its mood."""

    category: str = attrs.field(validator=filled)
    finding: str = attrs.field(validator=filled)
    sentiment: Sentiment | None = attrs.field(default=None, converter=attrs.converters.optional(Sentiment))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Handled(Act):
    """We decided: `reason` says what was fixed or adopted, or why neither; an idea may become a suggestion."""

    how: Handling = attrs.field(converter=Handling)
    reason: str = attrs.field(validator=filled)
    suggestion: SuggestionId | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Replied(Act):
    """The customer was told our decision; an anonymous customer in public."""

    text: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Rewarded(Act):
    """The customer got a reward."""

    reward: str = attrs.field(validator=filled)


FeedbackEvent = Received | Acknowledged | Analysed | Handled | Replied | Rewarded


def _rows() -> tuple[Row[FeedbackStatus], ...]:
    s = FeedbackStatus
    return (
        # from                                 event         guard to
        Row((None,),                           Received,     None, s.RECEIVED),
        Row((s.RECEIVED, s.ANALYSED, s.HANDLED), Acknowledged, None, Move.STAY),
        Row((s.RECEIVED,),                     Analysed,     None, s.ANALYSED),
        Row((s.ANALYSED,),                     Handled,      None, s.HANDLED),
        Row((s.HANDLED,),                      Replied,      None, s.REPLIED),
        Row((s.REPLIED,),                      Rewarded,     None, s.REWARDED),
    )  # fmt: skip


FEEDBACK_TRANSITIONS: Final = Transitions(name="feedback", rows=_rows())


@declared("feedback_item")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FeedbackItem(Lived[FeedbackStatus, FeedbackEvent]):
    """One piece of feedback as the tuple of its events.

    Refused: neither a text nor stars, handling without an analysis, a reply before it was handled (an
    acknowledgement may come at once), and a reward before the reply.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> item = FeedbackItem(history=[Received(
    ...     at=nine, id=FeedbackId("F-1"), source="online_rating", stars=2, customer=CustomerId("K-1"))])
    >>> item = item.record(Acknowledged(at=nine + dt.timedelta(minutes=1), by="bot"))
    >>> item.status.label("zh"), item.response_time
    ('已接收', datetime.timedelta(seconds=60))
    """

    _transitions: ClassVar[Transitions[Any]] = FEEDBACK_TRANSITIONS

    history: tuple[FeedbackEvent, ...] = attrs.field(converter=History[FeedbackEvent])

    @property
    def received(self) -> Received:
        """First event: the feedback itself."""
        return self._first(Received)

    @property
    def id(self) -> FeedbackId:
        """Name of the item."""
        return self.received.id

    @property
    def customer(self) -> CustomerId | None:
        """Customer who told us; None where nobody knows."""
        return self.received.customer

    @property
    def category(self) -> str | None:
        """Category from the analysis, or else from the receipt."""
        analysed: Analysed | None = self._latest(Analysed)
        return self.received.category if analysed is None else analysed.category

    @property
    def sentiment(self) -> Sentiment | None:
        """Mood as the analysis read it; None before it, or where nobody did."""
        analysed: Analysed | None = self._latest(Analysed)
        return None if analysed is None else analysed.sentiment

    @property
    def handled(self) -> Handled | None:
        """Decision and its reason; None before it."""
        decided: Handled | None = self._latest(Handled)
        return decided

    @property
    def response_time(self) -> dt.timedelta | None:
        """Time from receipt to the first acknowledgement or reply; None before it."""
        first = self._first_at(Acknowledged, Replied)
        return None if first is None else first - self.received.at
