"""The relationship with one customer: potential, active, loyal, lost, and won back, each stage with its moments.

The same names are the events, so a program reads well with `from servqual.model import relationship as event`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import filled
from servqual._typed import typed
from servqual.model.declared import declared
from servqual.model.history.event import Event
from servqual.model.history.lifecycle import History, Lived, Row, Transitions
from servqual.model.ids import CustomerId
from servqual.model.service.customer import Lifecycle

__all__ = [
    "RELATIONSHIP_TRANSITIONS",
    "Activated",
    "BecameLoyal",
    "Lost",
    "Met",
    "Relationship",
    "RelationshipEvent",
    "WonBack",
]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Met(Event):
    """The customer became known to us, and may buy."""

    id: CustomerId = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Activated(Event):
    """The customer began to buy or to use the service."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class BecameLoyal(Event):
    """The customer became loyal, by the rule of the firm."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Lost(Event):
    """The customer left, or will not buy; `reason` is why, where they said it."""

    reason: str = ""


@attrs.frozen(kw_only=True, field_transformer=typed)
class WonBack(Event):
    """A lost customer returned, and is active again."""


RelationshipEvent = Met | Activated | BecameLoyal | Lost | WonBack


def _rows() -> tuple[Row[Lifecycle], ...]:
    s = Lifecycle
    return (
        # from                           event        guard to
        Row((None,),                       Met,         None, s.POTENTIAL),
        Row((s.POTENTIAL,),                Activated,   None, s.ACTIVE),
        Row((s.ACTIVE,),                   BecameLoyal, None, s.LOYAL),
        Row((s.POTENTIAL, s.ACTIVE, s.LOYAL), Lost,     None, s.LOST),
        Row((s.LOST,),                     WonBack,     None, s.ACTIVE),
    )  # fmt: skip


RELATIONSHIP_TRANSITIONS: Final = Transitions(name="relationship", rows=_rows())


@declared("relationship")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Relationship(Lived[Lifecycle, RelationshipEvent]):
    """The stages of one customer as the tuple of its events; its status is the stage.

    What makes a customer loyal or lost is the firm's rule. A list of relationships is the table `stages`. Refused: an
    event that the stage does not allow, such as loyal before active.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> known = Relationship(history=[Met(at=nine, id=CustomerId("K-1"))])
    >>> bought = known.record(Activated(at=nine + dt.timedelta(days=5)))
    >>> bought.status.label("zh"), bought.as_of(nine).status.value
    ('活跃客户', 'potential')
    """

    _transitions: ClassVar[Transitions[Any]] = RELATIONSHIP_TRANSITIONS

    history: tuple[RelationshipEvent, ...] = attrs.field(converter=History[RelationshipEvent])

    @property
    def id(self) -> CustomerId:
        """Id of the customer."""
        return CustomerId(super().id)

    def rows(self) -> tuple[Mapping[str, object], ...]:
        """Write the stages as rows of the table `stages`: when each began, and when the customer went on or left.

        A lost customer who returns went on. A stay as loyal is no row, because no stage follows it.
        """
        stays: list[dict[str, Any]] = []
        for event in self.counted:
            if stays:
                stays[-1]["left_at" if isinstance(event, Lost) else "advanced_at"] = event.at
            stays.append(
                {
                    "customer_id": self.id,
                    "stage": _ENTERED[event.stored_name],
                    "entered_at": event.at,
                    "advanced_at": None,
                    "left_at": None,
                }
            )
        return tuple(MappingProxyType(stay) for stay in stays if stay["stage"] is not Lifecycle.LOYAL)


_ENTERED: Final = {
    "met": Lifecycle.POTENTIAL,
    "activated": Lifecycle.ACTIVE,
    "became_loyal": Lifecycle.LOYAL,
    "lost": Lifecycle.LOST,
    "won_back": Lifecycle.ACTIVE,
}
