"""Events of a case, and the words that they use."""

import datetime as dt
from typing import ClassVar, Final, Literal

import attrs

from servqual._checks import a_fact, filled, instant, one_of, whole
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.attributes import Attributes, as_attributes, as_tags
from servqual.model.channel import Channel, as_channel
from servqual.model.declared import declared
from servqual.model.history.changed import Changed
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.event import Act, Event
from servqual.model.ids import CaseId, CustomerId
from servqual.model.labels import Labelled
from servqual.model.service.handled import Deed, Passed, ProgressTold, Solved, known
from servqual.model.vocabulary import own_word


class CaseStatus(Labelled):
    """Status of a case."""

    IDENTIFIED = "identified", "已识别"
    REPORTED = "reported", "已报告"
    RECEIVED = "received", "已接收"
    CLASSIFIED = "classified", "已分类"
    ASSIGNED = "assigned", "已分配"
    HANDLING = "handling", "处理中"
    WAITING = "waiting", "等待中"
    VERIFYING = "verifying", "验证中"
    VERIFIED = "verified", "已验证"
    CLOSED = "closed", "已关闭"
    CANCELLED = "cancelled", "已取消"


class CaseStage(Labelled):
    """The three-stage view: problem, handling, verification."""

    PROBLEM = "problem", "问题"
    HANDLING = "handling", "处理"
    VERIFICATION = "verification", "验证"


@declared("priority")
class Priority(Labelled):
    """Urgency of a case; `normal` is the routine."""

    LOW = "low", "低"
    NORMAL = "normal", "常规"
    HIGH = "high", "高"
    URGENT = "urgent", "紧急"


def as_priority(word: Priority | str) -> Priority | str:
    """Read a built-in priority or a word of the firm's own; one slip away from a built-in one is refused."""
    return own_word(Priority, word)


class CaseKind(Labelled):
    """Kind of a case, where a desk tells them apart."""

    INCIDENT = "incident", "事件"
    REQUEST = "request", "服务请求"
    PROBLEM = "problem", "问题"
    QUESTION = "question", "咨询"


def _kind(word: CaseKind | str) -> CaseKind | str:
    return own_word(CaseKind, word)


class CaseSource(Labelled):
    """Source by which we learned of the problem."""

    FEEDBACK = "feedback", "顾客反馈"
    PROCESS_RECORD = "process_record", "服务过程记录"
    COMPLAINT = "complaint", "投诉处理记录"
    ASSESSMENT = "assessment", "服务质量评估"
    SERVICE_DESK = "service_desk", "服务台"
    SURVEY = "survey", "满意度调查"
    AUDIT = "audit", "流程审核"
    MONITORING = "monitoring", "监控"


class Relation(Labelled):
    """Relation of another case to this one; `absorbed` means merged into it."""

    RELATED = "related", "相关"
    PARENT = "parent", "上级"
    CHILD = "child", "下级"
    ABSORBED = "absorbed", "并入"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Identified(Act):
    """Somebody on our side noticed a problem before it was reported."""

    decisive: ClassVar[tuple[str, ...]] = ("source",)
    id: CaseId = attrs.field(validator=filled)
    source: CaseSource = attrs.field(converter=CaseSource)


@declared("case.reported")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Reported(Event):
    """The problem report, with its four mandatory fields: description, impact, time of occurrence, owner.

    `owner` is responsible from now on, and `site` is the place of service that it concerns. `opened_by="agent"` says
    that our side wrote the report; a clock need not start then. `attributes` and `tags` are the firm's own.
    """

    decisive: ClassVar[tuple[str, ...]] = (
        "category", "channel", "customer", "opened_by", "owner", "priority", "severity", "site", "source", "team",
        "tier",
    )  # fmt: skip
    id: CaseId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    description: str = attrs.field(validator=filled)
    impact: str = attrs.field(validator=filled)
    occurred_at: dt.datetime = attrs.field(converter=instant)
    owner: str = attrs.field(validator=filled)
    channel: Channel | str = attrs.field(converter=as_channel, validator=filled)
    source: CaseSource = attrs.field(converter=CaseSource)
    opened_by: Literal["customer", "agent"] = attrs.field(default="customer", validator=one_of("customer", "agent"))
    tier: str | None = None
    team: str | None = None
    site: str | None = None
    category: str | None = None
    priority: Priority | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_priority))
    severity: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes)
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)

    def __attrs_post_init__(self) -> None:
        _not_after(self.occurred_at, self.at)

    @property
    def signals(self) -> tuple[str, ...]:
        """`reported`, and `reported.customer` or `reported.agent`."""
        return "reported", f"reported.{self.opened_by}"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Opened(Event):
    """The second way in: a ticket as most desks have it, of which only id, moment and channel must be known.

    What is left out is None and is listed by `Case.gaps`; a `kind` is a built-in one or the firm's own. The desk has
    taken it in with this event. For a clock it is a report.
    """

    begins_short: ClassVar[bool] = True
    decisive: ClassVar[tuple[str, ...]] = (
        "category", "channel", "customer", "kind", "language", "opened_by", "owner", "priority", "severity", "site",
        "source", "team", "tier",
    )  # fmt: skip
    id: CaseId = attrs.field(validator=filled)
    channel: Channel | str | None = attrs.field(
        converter=attrs.converters.optional(as_channel), validator=known(filled)
    )
    subject: str | None = None
    customer: CustomerId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    description: str | None = None
    impact: str | None = None
    occurred_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    owner: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    source: CaseSource | None = attrs.field(default=None, converter=attrs.converters.optional(CaseSource))
    opened_by: Literal["customer", "agent"] = attrs.field(default="customer", validator=one_of("customer", "agent"))
    kind: CaseKind | str | None = attrs.field(default=None, converter=attrs.converters.optional(_kind))
    language: str | None = None
    tier: str | None = None
    team: str | None = None
    site: str | None = None
    category: str | None = None
    priority: Priority | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_priority))
    severity: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes)
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)
    imported: bool = attrs.field(default=False, validator=a_fact)

    def __attrs_post_init__(self) -> None:
        if self.occurred_at is not None:
            _not_after(self.occurred_at, self.at)

    @property
    def signals(self) -> tuple[str, ...]:
        """`opened`, and those of a report: `reported`, and `reported.customer` or `reported.agent`."""
        return "opened", "reported", f"reported.{self.opened_by}"


def _not_after(occurred_at: dt.datetime, at: dt.datetime) -> None:
    if occurred_at > at:
        raise InvalidValue.of(
            "occurred_at",
            f"not come after the report at {at}",
            occurred_at,
            do="a problem is reported once it occurs",
        )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Received(Act):
    """The desk took the report in."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Classified(Act):
    """Category and priority were set for the first time, or one of them again without a change of status.

    `cause` and `severity`, a word of the firm's own, may be set with them or alone.
    """

    decisive: ClassVar[tuple[str, ...]] = ("category", "cause", "priority", "severity")
    category: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    priority: Priority | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_priority))
    cause: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    severity: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))

    def __attrs_post_init__(self) -> None:
        if {self.category, self.priority, self.cause, self.severity} == {None}:
            raise InvalidValue.of("category", "be given, or priority, cause or severity", None)


@declared("case.assigned")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Assigned(Deed):
    """A person, and where known a team, became responsible."""

    decisive: ClassVar[tuple[str, ...]] = ("team", "to")
    to: str | None = attrs.field(validator=known(filled))
    team: str | None = None


@declared("case.handed_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandedOver(Passed):
    """Responsibility went to somebody else, for a reason; a case being handled is then assigned again."""

    decisive: ClassVar[tuple[str, ...]] = ("team", "to")


@declared("case.escalated")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Escalated(Act):
    """A higher support level (2, 3, …) took responsibility, for a reason; the status stays."""

    decisive: ClassVar[tuple[str, ...]] = ("level", "team", "to")
    to: str = attrs.field(validator=filled)
    level: int = attrs.field(validator=whole(2))
    reason: str = attrs.field(validator=filled)
    team: str | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Linked(Act):
    """Another case belongs to this one; `since` is when that one was reported, if a merge should count from it."""

    decisive: ClassVar[tuple[str, ...]] = ("relation", "since")
    to: CaseId = attrs.field(validator=filled)
    relation: Relation = attrs.field(default=Relation.RELATED, converter=Relation)
    since: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))

    @property
    def signals(self) -> tuple[str, ...]:
        """`linked`, and `linked.absorbed` and the like."""
        return "linked", f"linked.{self.relation}"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Unlinked(Act):
    """Another case does not belong to this one after all: links to it are undone."""

    to: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class CustomerMessage(Event):
    """The customer wrote or called again."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class AutoReplied(Event):
    """A machine of the customer answered, such as out of office, a receipt or a bounce; no standard clock listens."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Started(Deed):
    """Handling began."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Resumed(Act):
    """The wait is over; the case returns to where it was."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Replied(Deed):
    """We wrote or spoke, to the customer (`public`) or among ourselves, as a person or a `bot`.

    Only a public reply of a person answers the customer, unless the rule of a clock says otherwise.
    """

    decisive: ClassVar[tuple[str, ...]] = ("bot", "public")
    public: bool = attrs.field(default=True, validator=a_fact)
    bot: bool = attrs.field(default=False, validator=a_fact)

    @property
    def signals(self) -> tuple[str, ...]:
        """`replied`, and one of `replied.public`, `replied.internal`, `replied.bot`."""
        if self.bot:
            return _BOT
        return _PUBLIC if self.public else _INTERNAL


_PUBLIC: Final = ("replied", "replied.public")
_INTERNAL: Final = ("replied", "replied.internal")
_BOT: Final = ("replied", "replied.bot")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Waiting(Deed):
    """The case waits until somebody else acts: `on` names them, such as `customer` or `supplier`.

    A case waits on one thing at a time; `Waiting` during a wait names the new one.
    """

    decisive: ClassVar[tuple[str, ...]] = ("on",)
    on: str | None = attrs.field(validator=known(filled))

    @property
    def signals(self) -> tuple[str, ...]:
        """`waiting`, and where it is known `waiting.customer` and the like."""
        return ("waiting",) if self.on is None else ("waiting", f"waiting.{self.on}")


@declared("case.resolved")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Resolved(Solved):
    """A solution was found; whether the customer was told, and what compensation was offered."""


@declared("case.verified")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Verified(Deed):
    """The effect was evaluated and the customer asked: both must be positive, or handling begins again.

    An imported one, of which neither is known, counts as passed.
    """

    decisive: ClassVar[tuple[str, ...]] = ("customer_confirmed", "effective")
    effective: bool | None = attrs.field(validator=known(a_fact))
    customer_confirmed: bool | None = attrs.field(validator=known(a_fact))

    @property
    def passed(self) -> bool:
        """Whether neither fact was negative."""
        return False not in {self.effective, self.customer_confirmed}

    @property
    def signals(self) -> tuple[str, ...]:
        """`verified`, and `verified.passed` or `verified.failed`."""
        return "verified", "verified.passed" if self.passed else "verified.failed"


@declared("case.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Act):
    """The customer was asked again after the solution and gave this answer."""

    answer: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Ended(Deed):
    """Common part of the ends of a case: one with children says that they ended, or why it ends before them."""

    children_closed: bool = attrs.field(default=False, validator=a_fact)
    children_open: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))

    def __attrs_post_init__(self) -> None:
        if self.children_closed and self.children_open is not None:
            raise InvalidValue.of("children_open", "be left out where all children are closed", self.children_open)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Ended):
    """The case ended, after verification; or, without one, for the reason `unconfirmed`, such as no answer.

    A case with children also says that they are closed, or why it closes before them (`children_open`).
    """

    unconfirmed: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reopened(Deed):
    """A solved case came back, for a reason."""

    reason: str | None = attrs.field(validator=known(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Duplicate(Ended):
    """The case repeats another one, `of`, which goes on; this one ends. Children are as for `Closed`."""

    of: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Ended):
    """The case was withdrawn, for a reason. Children are as for `Closed`."""

    reason: str | None = attrs.field(validator=known(filled))


CaseEvent = (
    Identified
    | Reported
    | Opened
    | Received
    | Classified
    | Assigned
    | HandedOver
    | Escalated
    | Linked
    | Unlinked
    | Changed
    | CustomerMessage
    | AutoReplied
    | Started
    | Resumed
    | Replied
    | ProgressTold
    | Waiting
    | Resolved
    | Verified
    | FollowedUp
    | Closed
    | Reopened
    | Duplicate
    | Cancelled
    | Voided
    | Amended
)
