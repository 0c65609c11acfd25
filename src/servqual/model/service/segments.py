"""What the firm does for the customers of each segment, and the tier whose promises they get."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual._checks import as_texts, filled, must_be, near, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.labels import Labelled
from servqual.model.service.customer import Customer, FeedbackSegment, Lifecycle, NeedType, SpendingSegment

__all__ = ["SegmentCare", "SegmentPolicy"]

_WORDS: Final[Mapping[str, type[Labelled]]] = MappingProxyType(
    {
        "spending_segment": SpendingSegment,
        "need": NeedType,
        "feedback_segment": FeedbackSegment,
        "stage": Lifecycle,
    }
)
"""Fields of a customer whose words are given."""
_FREE: Final = ("tier", "industry", "size")


@declared("segment_care")
@attrs.frozen(kw_only=True, field_transformer=typed)
class SegmentCare:
    """Care of one segment: actions in words, and perhaps the tier of its promises."""

    actions: tuple[str, ...] = attrs.field(converter=as_texts, validator=some)
    tier: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


def _cares(cares: Mapping[str, SegmentCare]) -> Mapping[str, SegmentCare]:
    return MappingProxyType(dict(cares))


@declared("segment_policy")
@attrs.frozen(kw_only=True, field_transformer=typed)
class SegmentPolicy(Rebuilt):
    """The care of each segment by its word, for one way to divide customers.

    `dimension` is a field of `Customer`: spending_segment, need, feedback_segment, stage, tier, industry, size; or an
    attribute of the firm's own. Refused: no segment, a word that the dimension does not have, and a name that is a slip
    of one of these fields.

    >>> policy = SegmentPolicy(dimension="spending_segment", cares={
    ...     "high_value": SegmentCare(actions=["one-to-one care"], tier="gold"),
    ...     "occasional": SegmentCare(actions=["campaigns"])})
    >>> acme = Customer(id="K-1", name="Acme", spending_segment="high_value")
    >>> policy.care_of(acme).actions, policy.assigned(acme).tier
    (('one-to-one care',), 'gold')
    """

    dimension: str = attrs.field(validator=filled)
    cares: Mapping[str, SegmentCare] = attrs.field(converter=_cares, hash=False)

    def __attrs_post_init__(self) -> None:
        if not self.cares:
            raise InvalidValue.of("cares", "name at least one segment", self.cares, shown="none")
        fields = (*_WORDS, *_FREE)
        slip = () if self.dimension in fields else near(self.dimension, fields)
        if slip:
            raise InvalidValue.of("dimension", "be a field or an attribute of customers", self.dimension, near=slip)
        for word in self.cares:
            filled(self, attrs.fields(SegmentPolicy).cares, word)
            if self.dimension in _WORDS:
                _WORDS[self.dimension](word)

    def segment_of(self, customer: Customer) -> str | None:
        """Return the segment of a customer, as text; None where it is not known."""
        must_be(Customer, "customer", "a customer", customer)
        field = self.dimension in _WORDS or self.dimension in _FREE
        word = getattr(customer, self.dimension) if field else customer.attributes.get(self.dimension)
        return None if word is None else str(word)

    def care_of(self, customer: Customer) -> SegmentCare | None:
        """Return the care of a customer; None for one whose segment is unknown or has none."""
        segment = self.segment_of(customer)
        return None if segment is None else self.cares.get(segment)

    def assigned(self, customer: Customer) -> Customer:
        """Return the customer with the tier of its segment; unchanged where no tier follows."""
        care = self.care_of(customer)
        return customer if care is None or care.tier is None else attrs.evolve(customer, tier=care.tier)
