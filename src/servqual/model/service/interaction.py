"""An interaction: one contact between a customer and us, on one channel."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import attrs

from servqual._checks import as_instant, as_texts, filled, instant, not_negative
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.attributes import Attributes, as_attributes, as_tags, no_field
from servqual.model.channel import Channel, as_channel
from servqual.model.declared import declared
from servqual.model.ids import (
    AgentId,
    ArticleId,
    CaseId,
    CommitmentId,
    ComplaintId,
    CustomerId,
    InteractionId,
    TeamId,
)
from servqual.model.labels import Labelled


class Direction(Labelled):
    """Who began the contact; `proactive` is ours, before the customer asked."""

    INBOUND = "inbound", "呼入"
    OUTBOUND = "outbound", "呼出"
    PROACTIVE = "proactive", "主动服务"


class HandledBy(Labelled):
    """Who or what answers."""

    HUMAN = "human", "人工"
    BOT = "bot", "智能客服机器人"
    SELF_SERVICE = "self_service", "自助服务"
    AUTOMATION = "automation", "自动化处理"


class Outcome(Labelled):
    """Outcome of a contact."""

    RESOLVED = "resolved", "已解决"
    UNRESOLVED = "unresolved", "未解决"
    FOLLOW_UP = "follow_up", "待跟进"
    ABANDONED = "abandoned", "已放弃"
    MISDIRECTED = "misdirected", "误转"


@declared("service_type")
class ServiceType(Labelled):
    """Service that a contact asks for."""

    DELIVERY = "delivery", "产品交付", "product delivery"
    TECHNICAL_SUPPORT = "technical_support", "技术支持"
    AFTER_SALES = "after_sales", "售后服务", "after-sales service"
    CONSULTATION = "consultation", "咨询"
    BUSINESS_HANDLING = "business_handling", "业务办理"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"


class CommunicationStep(Labelled):
    """Steps of a conversation, in their order; the follow-up only where needed.

    The four steps of a complaint are different: listen, analyse, resolve, follow up.
    """

    LISTEN = "listen", "倾听"
    UNDERSTAND = "understand", "理解"
    RESPOND = "respond", "回应"
    FOLLOW_UP = "follow_up", "跟进"


_STEPS: Final = tuple(CommunicationStep)
_NOTHING: Final = dt.timedelta(0)
_COLUMNS: Final = (
    *("abandoned", "bot", "case_id", "commitment_id", "complaint_id", "customer_id", "hold_s", "interaction_id"),
    *("resolved", "service_type", "steps_followed", "talk_s", "to_person", "transferred", "wait_s", "wrap_s"),
)
"""Columns that a table makes of a contact, besides its fields."""


@declared("hand_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandOver:
    """Hand-over of a contact: when, to whom, and whether that is a person."""

    at: dt.datetime = attrs.field(converter=instant)
    to: str = attrs.field(validator=filled)
    handled_by: HandledBy = attrs.field(default=HandledBy.HUMAN, converter=HandledBy)
    reason: str = ""


def _articles(articles: Iterable[str]) -> tuple[ArticleId, ...]:
    return tuple(map(ArticleId, as_texts(articles)))


def _steps(values: Iterable[str]) -> tuple[CommunicationStep, ...]:
    taken = tuple(map(CommunicationStep, values))
    if taken != _STEPS[: len(taken)]:
        raise InvalidValue.of("steps", f"be {', '.join(_STEPS)} in this order", taken, shown=f"{', '.join(taken)}")
    return taken


def _not_before(since: tuple[str, dt.datetime], name: str, moment: dt.datetime | None) -> tuple[str, dt.datetime]:
    """Return the later of two moments, with its name; refuse the wrong order, but allow an unknown moment."""
    if moment is None:
        return since
    if moment < since[1]:
        raise InvalidValue.of(name, f"not come before {since[0]} at {since[1]}", moment)
    return name, moment


@declared("interaction")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Interaction:
    """One contact between a customer and us.

    Moments are UTC: the customer began to wait (`queued_at`), somebody answered, the contact ended. `answered_at` is
    None while nobody answered, `ended_at` while the contact goes on. `talk`, `hold` and `wrap` are real time, None
    where nobody measured; a contact without a hold has one of 0. `hand_overs` are in the order of time. `service` is
    the service that the customer asked for, `topic` a word of the firm's own, and `articles` are those of the knowledge
    base that were used. `channel` and `topic` may be words of the firm's own, and `attributes` and `tags` are.

    Name, channel and `queued_at` are enough; `gaps` lists what a full record would hold. Refused: moments in an
    impossible order, talk or hold without an answer, more talk and hold than fit between answer and end, an outcome
    before the end, `abandoned` for a contact that was answered, and an attribute that is named like a field.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(
    ...     id=InteractionId("I-1"), customer=CustomerId("K-1"), channel="phone", queued_at=nine,
    ...     answered_at=nine + dt.timedelta(seconds=20), ended_at=nine + dt.timedelta(minutes=5),
    ...     talk=dt.timedelta(minutes=4), hold=dt.timedelta(0), wrap=dt.timedelta(minutes=1), outcome="resolved",
    ...     topic="billing")
    >>> call.wait, call.handle_time
    (datetime.timedelta(seconds=20), datetime.timedelta(seconds=300))
    >>> attrs.evolve(call, answered_at=nine - dt.timedelta(seconds=1))
    Traceback (most recent call last):
    servqual.errors.InvalidValue: answered_at must not come before queued_at at 2026-05-04 09:00:00+00:00 \
(got 2026-05-04 08:59:59+00:00)
    """

    id: InteractionId = attrs.field(validator=filled)
    customer: CustomerId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    channel: Channel | str = attrs.field(converter=as_channel, validator=filled)
    direction: Direction = attrs.field(default=Direction.INBOUND, converter=Direction)
    handled_by: HandledBy = attrs.field(default=HandledBy.HUMAN, converter=HandledBy)
    queued_at: dt.datetime = attrs.field(converter=instant)
    answered_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    ended_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    talk: dt.timedelta | None = attrs.field(default=None, validator=not_negative)
    hold: dt.timedelta | None = attrs.field(default=None, validator=not_negative)
    wrap: dt.timedelta | None = attrs.field(default=None, validator=not_negative)
    hand_overs: tuple[HandOver, ...] = attrs.field(default=(), converter=tuple[HandOver, ...])
    outcome: Outcome | None = attrs.field(default=None, converter=attrs.converters.optional(Outcome))
    service: ServiceType | None = attrs.field(default=None, converter=attrs.converters.optional(ServiceType))
    topic: str | None = None
    articles: tuple[ArticleId, ...] = attrs.field(default=(), converter=_articles)
    tier: str | None = None
    language: str | None = None
    team: TeamId | None = None
    agent: AgentId | None = None
    site: str | None = None
    touchpoint: str | None = None
    case: CaseId | None = None
    complaint: ComplaintId | None = None
    commitment: CommitmentId | None = None
    steps: tuple[CommunicationStep, ...] = attrs.field(default=(), converter=_steps)
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes, validator=no_field(*_COLUMNS))
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)

    def __attrs_post_init__(self) -> None:
        self._check_order()
        self._check_handling()
        self._check_outcome()

    def _check_order(self) -> None:
        # a contact may change its queue before anybody answers, so only the answer itself orders beside its end
        queued = ("queued_at", self.queued_at)
        _not_before(_not_before(queued, "answered_at", self.answered_at), "ended_at", self.ended_at)
        since = queued
        for step in self.hand_overs:
            since = _not_before(since, "hand_overs", step.at)
        _not_before(since, "ended_at", self.ended_at)

    def _check_handling(self) -> None:
        handling = (self.talk or _NOTHING) + (self.hold or _NOTHING)
        if self.answered_at is None:
            if handling or self.wrap:
                raise InvalidValue.of(
                    "talk",
                    "be left out, like hold and wrap, while nobody answered",
                    handling,
                    shown=f"{handling} of talk and hold, {self.wrap} of wrap",
                    do="give answered_at",
                )
        elif self.ended_at is not None and handling > self.ended_at - self.answered_at:
            raise InvalidValue.of(
                "talk",
                f"fit with hold between answered_at and ended_at, {self.ended_at - self.answered_at}",
                handling,
                shown=f"{handling} together",
                do="time after the end is wrap",
            )

    def _check_outcome(self) -> None:
        if self.outcome is not None and self.ended_at is None:
            raise InvalidValue.of("outcome", "be left out until the contact ended", self.outcome, do="give ended_at")
        if self.outcome is Outcome.RESOLVED and self.answered_at is None:
            raise InvalidValue.of(
                "outcome",
                "not be resolved for a contact that nobody answered",
                self.outcome,
                shown="resolved",
                do="give answered_at",
            )
        if self.outcome is Outcome.ABANDONED and self.answered_at is not None:
            raise InvalidValue.of(
                "outcome",
                f"not be abandoned for a contact answered at {self.answered_at}",
                self.outcome,
                shown="abandoned",
                do="say unresolved instead",
            )

    @property
    def wait(self) -> dt.timedelta | None:
        """Time from queue to answer; None without an answer."""
        return None if self.answered_at is None else self.answered_at - self.queued_at

    @property
    def abandoned(self) -> bool:
        """Whether the customer gave up before anybody answered; never so for a contact that we began."""
        ours = self.direction is Direction.OUTBOUND
        return not ours and self.answered_at is None and self.ended_at is not None

    def waited(self, *, now: dt.datetime) -> dt.timedelta:
        """Return how long the customer waited up to `now`, to the answer, or to the end without one.

        A `now` before `queued_at` is refused.
        """
        moment = as_instant(now, "now")
        if moment < self.queued_at:
            raise InvalidValue.of("now", f"not come before queued_at at {self.queued_at}", moment)
        return min(moment, self.answered_at or self.ended_at or moment) - self.queued_at

    @property
    def handle_time(self) -> dt.timedelta | None:
        """Sum of talk, hold and wrap; None where one of them was not measured."""
        if self.talk is None or self.hold is None or self.wrap is None:
            return None
        return self.talk + self.hold + self.wrap

    @property
    def transferred(self) -> bool:
        """Whether it ever went to somebody else."""
        return bool(self.hand_overs)

    @property
    def contained(self) -> bool | None:
        """Whether a machine answered it to the end without a person; None for a person's contact or an open one."""
        if self.handled_by is HandledBy.HUMAN or self.answered_at is None or self.ended_at is None:
            return None
        return all(step.handled_by is not HandledBy.HUMAN for step in self.hand_overs)

    def gaps(self) -> tuple[str, ...]:
        """List what a full record would hold by now and this one does not, by the names of the fields.

        These are the customer, the service and the topic; of a contact that was answered also who did (`agent`, unless
        a machine did); of one that ended its outcome, and the handling time of a person: talk, hold and wrap.

        >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
        >>> Interaction(id=InteractionId("I-1"), channel="whatsapp", queued_at=nine, topic="line").gaps()
        ('customer', 'service')
        """
        person = self.handled_by is HandledBy.HUMAN and self.answered_at is not None
        ended = self.ended_at is not None
        asked = {
            **dict.fromkeys(("customer", "service", "topic"), True),
            "agent": person,
            "outcome": ended and not self.abandoned,
            **dict.fromkeys(("talk", "hold", "wrap"), person and ended),
        }
        return tuple(name for name, now in asked.items() if now and getattr(self, name) is None)

    @property
    def steps_left(self) -> tuple[CommunicationStep, ...]:
        """Steps of the conversation not yet taken; the follow-up only where the outcome asks for it."""
        needed = _STEPS if self.outcome is Outcome.FOLLOW_UP else _STEPS[:-1]
        return needed[len(self.steps) :]
