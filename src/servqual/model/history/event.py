"""An event: something that happened, when, by whom, and when it became known."""

import datetime as dt
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import a, filled, instant
from servqual._typed import typed
from servqual.errors import FinalClass, InvalidValue


def _not_before(event: "Event", _attribute: object, known: dt.datetime | None) -> None:
    if known is not None and known < event.at:
        raise InvalidValue.of(
            "recorded_at",
            "not come before at",
            known,
            shown=f"{known} for {event.at}",
            do="nothing is known before it happens",
        )


def ahead(event: "Event", _attribute: object, due: dt.datetime) -> None:
    """Refuse a due moment before the event that promises it; an attrs validator."""
    if due < event.at:
        raise InvalidValue.of("due", f"not come before at, {event.at}", due, do="a promise lies ahead")


def as_text(value: object) -> str:
    """Write a fact as text that sorts: nothing first, false before true, moments in time."""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, AbstractSet | Mapping):
        return in_one_form(value)
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def in_one_form(value: Any) -> str:
    """Show a value as `repr` does, but sets and mappings sorted, because equal ones may differ in their order."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return repr(value)
    names = _names_of(kind)
    if names is not None:
        return f"{kind.__name__}({', '.join(f'{name}={in_one_form(getattr(value, name))}' for name in names)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{in_one_form(key)}: {in_one_form(value[key])}' for key in value))}}}"
    if isinstance(value, AbstractSet):
        return f"{{{', '.join(sorted(map(in_one_form, value)))}}}"
    return f"({', '.join(map(in_one_form, value))})" if kind is tuple else repr(value)


_PLAIN: Final = frozenset({str, int, bool, float, type(None), dt.datetime})


@cache
def _names_of(kind: type) -> tuple[str, ...] | None:
    """Name the fields of a record; None where it is none."""
    return tuple(field.name for field in attrs.fields(kind)) if attrs.has(kind) else None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Event:
    """Something that happened: when, by whom, and when it became known.

    `at` is when it happened. `recorded_at` is when it was written down, if later; only an event with it may be added
    out of order. `seq` orders events of one instant whose kinds give no order. `event_id` is the name that its writer
    gave it, so that an event that is told again counts once.
    """

    stored_name: ClassVar[str] = "event"
    decisive: ClassVar[tuple[str, ...]] = ()
    """Fields that order events of this kind at one instant; a log of events has them, too."""
    begins_short: ClassVar[bool] = False
    """Whether a history that begins with it goes the short way, on which the table allows to leave out steps."""
    is_final: ClassVar[bool] = False
    """Whether a table of transitions knows this class, so that it cannot be subclassed any more."""

    at: dt.datetime = attrs.field(converter=instant)
    by: str | None = None
    note: str = ""
    recorded_at: dt.datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(instant), validator=_not_before
    )
    seq: int = attrs.field(default=0, validator=a(int))
    event_id: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in cls.__mro__[1:]:
            if vars(base).get("is_final"):
                raise FinalClass.of(cls, base)
        cls.stored_name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def content(self) -> tuple[str, ...]:
        """Sort key of events of one kind at one instant: the decisive fields, then all others."""
        return *(as_text(getattr(self, name)) for name in self.decisive), in_one_form(self)

    @property
    def signals(self) -> tuple[str, ...]:
        """Names that a clock may listen to: the stored name, and a finer one where the content matters."""
        return (self.stored_name,)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Act(Event):
    """Event with a responsible person."""

    by: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reasoned(Act):
    """Event with a responsible person and a reason."""

    reason: str = attrs.field(validator=filled)
