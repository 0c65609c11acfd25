"""Events of a complaint, and its statuses."""

import datetime as dt
from typing import ClassVar

import attrs

from servqual._checks import a_fact, filled, instant
from servqual._typed import typed
from servqual.model.attributes import Attributes, as_attributes, as_tags
from servqual.model.channel import Channel, as_channel
from servqual.model.declared import declared
from servqual.model.history.changed import Changed
from servqual.model.history.corrections import Amended, Voided
from servqual.model.history.event import Act, Event, ahead
from servqual.model.ids import CaseId, ComplaintId, CustomerId
from servqual.model.labels import Labelled
from servqual.model.service.case_events import Escalated, Resumed, Unlinked, Waiting
from servqual.model.service.handled import Deed, Passed, ProgressTold, Solved, known
from servqual.model.service.opening import Opening


class ComplaintStatus(Labelled):
    """Status of a complaint."""

    RECEIVED = "received", "已接收"
    LISTENING = "listening", "倾听"
    ANALYSING = "analysing", "分析"
    RESOLVING = "resolving", "解决"
    WAITING = "waiting", "等待中"
    FOLLOWING_UP = "following_up", "跟进"
    FOLLOWED_UP = "followed_up", "已跟进"
    CLOSED = "closed", "已关闭"
    WITHDRAWN = "withdrawn", "已撤回"
    DUPLICATE = "duplicate", "重复"


@attrs.frozen(kw_only=True, field_transformer=typed)
class Received(Event):
    """The complaint arrived: its subject, the responsible person, and the moment by which it is due."""

    id: ComplaintId = attrs.field(validator=filled)
    customer: CustomerId = attrs.field(validator=filled)
    channel: Channel | str = attrs.field(converter=as_channel)
    category: str = attrs.field(validator=filled)
    description: str = attrs.field(validator=filled)
    owner: str = attrs.field(validator=filled)
    due: dt.datetime = attrs.field(converter=instant, validator=ahead)
    severity: str | None = None
    tier: str | None = None
    team: str | None = None
    site: str | None = None
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes)
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Opened(Event):
    """The complaint arrived, as a desk has it: name, moment and channel; all else where it is known.

    `customer` is None for an anonymous complaint, `due` where nobody promised a moment.
    """

    begins_short: ClassVar[bool] = True
    id: ComplaintId = attrs.field(validator=filled)
    channel: Channel | str | None = attrs.field(
        converter=attrs.converters.optional(as_channel), validator=known(filled)
    )
    customer: CustomerId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    category: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    description: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    owner: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    due: dt.datetime | None = attrs.field(
        default=None,
        converter=attrs.converters.optional(instant),
        validator=attrs.validators.optional(ahead),
    )
    severity: str | None = None
    tier: str | None = None
    team: str | None = None
    site: str | None = None
    attributes: Attributes = attrs.field(default=Attributes(), converter=as_attributes)
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)
    imported: bool = attrs.field(default=False, validator=a_fact)

    @property
    def signals(self) -> tuple[str, ...]:
        """`opened`, and all that starts a clock: `received`, `reported` and `reported.customer`."""
        return "opened", "received", "reported", "reported.customer"


class ComplaintOpening(Opening, total=False):
    """Facts of `Opened` that may be left out."""

    due: dt.datetime | None
    severity: str | None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Acknowledged(Deed):
    """The customer was told that we have the complaint, or how far it is."""


@declared("complaint.handed_over")
@attrs.frozen(kw_only=True, field_transformer=typed)
class HandedOver(Passed):
    """Responsibility went to somebody else, for a reason."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Extended(Act):
    """The customer got another due moment, for a reason; it does not change the past."""

    due: dt.datetime = attrs.field(converter=instant, validator=ahead)
    reason: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Linked(Act):
    """The complaint is about this case, or led to it: both are one issue of the customer."""

    to: CaseId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Started(Deed):
    """Work on the complaint began."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Listened(Act):
    """The customer was heard and made this demand."""

    demand: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Analysed(Act):
    """The root cause was found; `upheld` says whether the complaint is justified, if that was decided."""

    root_cause: str = attrs.field(validator=filled)
    upheld: bool | None = attrs.field(default=None, validator=a_fact)


@declared("complaint.resolved")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Resolved(Solved):
    """A solution was given; whether the customer was told, and what compensation goes with it."""


@declared("complaint.followed_up")
@attrs.frozen(kw_only=True, field_transformer=typed)
class FollowedUp(Deed):
    """The customer was asked whether the solution holds, and gave this answer.

    `satisfied` is None when nobody could be reached, or where an export does not say it. `final_answer` is the
    documented last word: with it a complaint may end although the customer is not satisfied or cannot be reached.
    """

    satisfied: bool | None = attrs.field(validator=a_fact)
    answer: str | None = attrs.field(validator=known(filled))
    final_answer: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))

    @property
    def signals(self) -> tuple[str, ...]:
        """`followed_up`, and `verified.failed` where the solution does not hold and no last word was said."""
        failed = self.satisfied is False and self.final_answer is None
        return ("followed_up", "verified.failed") if failed else ("followed_up",)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Deed):
    """The complaint ended, after the follow-up; without one it takes the reason, in `unconfirmed`."""

    unconfirmed: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reopened(Deed):
    """The complaint came back, for a reason, and is analysed again."""

    reason: str | None = attrs.field(validator=known(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Duplicate(Act):
    """The complaint repeats another one, `of`, which goes on; this one ends."""

    of: ComplaintId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Withdrawn(Deed):
    """The customer took the complaint back, for a reason."""

    reason: str | None = attrs.field(validator=known(filled))


ComplaintEvent = (
    Received
    | Opened
    | Acknowledged
    | ProgressTold
    | HandedOver
    | Escalated
    | Extended
    | Linked
    | Unlinked
    | Started
    | Listened
    | Analysed
    | Resolved
    | Waiting
    | Resumed
    | FollowedUp
    | Closed
    | Reopened
    | Duplicate
    | Withdrawn
    | Changed
    | Voided
    | Amended
)
