"""A customer: name, needs, and stage of the customer lifecycle."""

import datetime as dt
from collections.abc import Iterable

import attrs

from servqual._checks import filled, in_order, instant
from servqual._typed import typed
from servqual.model.attributes import Attributes, as_attributes, as_tags, no_field
from servqual.model.channel import Channel, as_channel
from servqual.model.declared import declared
from servqual.model.ids import CustomerId
from servqual.model.labels import Labelled


@declared("lifecycle")
class Lifecycle(Labelled):
    """Stage of the customer lifecycle; a lost customer who returns is active again.

    The segments of feedback are different, and use the word "potential" with another meaning.
    """

    POTENTIAL = "potential", "潜在客户"
    ACTIVE = "active", "活跃客户"
    LOYAL = "loyal", "忠诚客户"
    LOST = "lost", "流失客户"


@declared("need_type")
class NeedType(Labelled):
    """Kind of service that a customer needs."""

    BASIC = "basic", "基本需求"
    PERSONALISED = "personalised", "个性需求"
    SPECIAL = "special", "特殊需求"


@declared("spending_segment")
class SpendingSegment(Labelled):
    """Segment of customers by what they buy: often, for much, or neither."""

    HIGH_FREQUENCY = "high_frequency", "高频次消费者"
    HIGH_VALUE = "high_value", "高价值消费者"
    OCCASIONAL = "occasional", "偶尔购买者"


class FeedbackSegment(Labelled):
    """Segment of customers by their surveys and feedback; not a stage of the lifecycle."""

    LOYAL = "loyal", "忠诚"
    POTENTIAL = "potential", "潜在"
    LOST = "lost", "流失"


def _texts(values: Iterable[str]) -> frozenset[str]:
    return frozenset((values,)) if isinstance(values, str) else frozenset(values)


@declared("customer")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Customer:
    """Customer with the attributes that results are grouped by.

    Tier, industry, size and tags are free words of the firm, `attributes` its own fields, such as contact details.
    Spending, need, feedback and stage are four different things. `tier` has no order here; a standard or an agreement
    gives it meaning.

    >>> acme = Customer(id=CustomerId("K-1"), name="Acme", tier="professional", need="special", tags={"beta"})
    >>> acme.need.label("zh"), acme.stage
    ('特殊需求', None)
    """

    id: CustomerId = attrs.field(validator=filled)
    name: str = attrs.field(validator=filled)
    tier: str | None = None
    need: NeedType | None = attrs.field(default=None, converter=attrs.converters.optional(NeedType))
    stage: Lifecycle | None = attrs.field(default=None, converter=attrs.converters.optional(Lifecycle))
    feedback_segment: FeedbackSegment | None = attrs.field(
        default=None, converter=attrs.converters.optional(FeedbackSegment)
    )
    spending_segment: SpendingSegment | None = attrs.field(
        default=None, converter=attrs.converters.optional(SpendingSegment)
    )
    industry: str | None = None
    size: str | None = None
    languages: frozenset[str] = attrs.field(default=frozenset[str](), converter=_texts)
    preferred_channel: Channel | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_channel))
    preferences: frozenset[str] = attrs.field(default=frozenset[str](), converter=_texts)
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)
    joined_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    left_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    attributes: Attributes = attrs.field(
        default=Attributes(), converter=as_attributes, validator=no_field("customer_id")
    )

    def __attrs_post_init__(self) -> None:
        if self.joined_at is not None and self.left_at is not None:
            in_order(self.joined_at, self.left_at)
