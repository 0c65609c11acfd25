"""Common part of cases and complaints: problems that somebody owns, hands over, solves, or finds twice."""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

import attrs

from servqual._checks import a_fact, as_instant, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.history.event import Act, Event
from servqual.model.history.lifecycle import Lived
from servqual.model.labels import Labelled
from servqual.model.money import Money, compensation
from servqual.model.service.customer_view import CustomerView, view_of

S = TypeVar("S", bound=Labelled)
E = TypeVar("E", bound=Event)
Id = TypeVar("Id", bound=str)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Passed(Act):
    """Hand-over of responsibility, for a reason."""

    to: str = attrs.field(validator=filled)
    reason: str = attrs.field(validator=filled)
    team: str | None = None


def known(*checks: Callable[[Any, "attrs.Attribute[Any]", Any], None]) -> Callable[[Any, Any, Any], None]:
    """Make a validator for a fact that only an imported event may lack."""

    def check(event: "Deed", attribute: "attrs.Attribute[Any]", value: object) -> None:
        if value is None and event.imported:
            return
        if value is None:
            raise InvalidValue.of(attribute.name, "be known", None, do="only an imported event may lack it")
        for one in checks:
            one(event, attribute, value)

    return check


@attrs.frozen(kw_only=True, field_transformer=typed)
class Deed(Event):
    """Event with a responsible person, which only an `imported` event may lack, as it may other facts."""

    by: str | None = attrs.field(validator=known(filled))
    imported: bool = attrs.field(default=False, validator=a_fact)


def unconfirmed_left_out(event: Any) -> bool:
    """Guard of an end after the customer was asked."""
    return event.unconfirmed is None


def unconfirmed_for_a_reason(event: Any) -> bool:
    """Guard of an end that says why the customer was not asked."""
    return event.unconfirmed is not None


def imported(event: Any) -> bool:
    """Guard of a step that only an export takes."""
    return event.imported is True


_MAY_LACK: Final = (
    *("by", "on", "to", "solution", "told_customer", "effective", "customer_confirmed", "satisfied", "answer"),
    "reason",
)
"""Facts that an imported event may lack."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Solved(Deed):
    """Solution, whether the customer was told, and the compensation that goes with it.

    A solution that the customer was told is an answer, too.
    """

    decisive: ClassVar[tuple[str, ...]] = ("told_customer",)
    solution: str | None = attrs.field(validator=known(filled))
    told_customer: bool | None = attrs.field(validator=known(a_fact))
    compensation: Money | None = attrs.field(default=None, validator=attrs.validators.optional(compensation))

    @property
    def signals(self) -> tuple[str, ...]:
        """`resolved`, and where it is known `resolved.told` or `resolved.untold`."""
        return _SOLVED[self.told_customer]


_SOLVED: Final = {
    True: ("resolved", "resolved.told"),
    False: ("resolved", "resolved.untold"),
    None: ("resolved",),
}


@attrs.frozen(kw_only=True, field_transformer=typed)
class ProgressTold(Act):
    """The customer was told how it goes, in these words; for a clock it is an answer to the customer."""

    progress: str = attrs.field(validator=filled)

    @property
    def signals(self) -> tuple[str, ...]:
        """`progress_told`, and those of an answer: `replied` and `replied.public`."""
        return _PROGRESS


_PROGRESS: Final = ("progress_told", "replied", "replied.public")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Handled(Lived[S, E], Generic[S, E, Id]):
    """Case or complaint: an object with a name, a team, and perhaps a twin that goes on instead."""

    def _check(self, events: tuple[E, ...], /) -> None:
        """Refuse a duplicate of itself, and an imported event in a history that was lived."""
        super()._check(events)
        lived = not getattr(self.counted[0], "imported", False)
        for event in events:
            if lived and getattr(event, "imported", False):
                raise InvalidValue.of(
                    "imported", f"be False in a {self._transitions.name} that did not begin imported", event
                )
            twin = getattr(event, "of", None)
            if twin is not None and twin == self.id:
                raise InvalidValue.of(
                    "of",
                    f"name another {self._transitions.name}, the one that goes on",
                    twin,
                    shown=f"{twin!r}, this one",
                )

    @property
    def id(self) -> Id:
        """Name, given by the first event."""
        return cast("Id", super().id)

    @property
    def team(self) -> str | None:
        """Team that was named last."""
        team: str | None = self._named("team")
        return team

    @property
    def reopened(self) -> int:
        """Number of times it was reopened."""
        return sum(event.stored_name == "reopened" for event in self.counted)

    @property
    def duplicate_of(self) -> Id | None:
        """Name of the one that goes on, where this is a duplicate; None otherwise."""
        return cast("Id | None", self._named("of"))

    def customer_view(self, *, now: dt.datetime) -> CustomerView:
        """Show what the customer may see at a moment; one before the first event is refused."""
        return view_of(self.id, self.as_of(as_instant(now, "now")).counted)

    def _unsaid(self) -> list[str]:
        """List the facts that its imported events lack."""
        deeds = [event for event in self.counted if isinstance(event, Deed) and event.imported]
        return [name for deed in deeds for name in _MAY_LACK if getattr(deed, name, "") is None]

    def _named(self, field: str) -> Any:
        """Return the last value that the events gave for a field."""
        named = (getattr(event, field, None) for event in reversed(self.counted))
        return next((value for value in named if value is not None), None)
