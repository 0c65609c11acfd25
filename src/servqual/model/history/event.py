"""An event: something that happened, when, by whom, and when it became known."""

import datetime as dt
import re
from typing import ClassVar

import attrs

from servqual._checks import a, filled, instant
from servqual.errors import InvalidValue


def _not_before(event: "Event", _attribute: object, known: dt.datetime | None) -> None:
    if known is not None and known < event.at:
        raise InvalidValue.of(
            "recorded_at",
            "not come before at",
            known,
            shown=f"{known} for {event.at}",
            do="nothing is known before it happens",
        )


def _as_text(value: object) -> str:
    """A fact as text in its order: nothing first, false before true, moments in time."""
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}"
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened: when, by whom, and when it became known.

    `at` is when it was true. `recorded_at` is when it was written down, where that was later: only such an event may
    be added out of order. `seq` orders events of one instant where their kinds alone do not say it.
    """

    stored_name: ClassVar[str] = "event"
    decisive: ClassVar[tuple[str, ...]] = ()
    """The fields that order events of this kind at one instant, which a log of them tells, too."""

    at: dt.datetime = attrs.field(converter=instant)
    by: str | None = None
    note: str = ""
    recorded_at: dt.datetime | None = attrs.field(
        default=None, converter=attrs.converters.optional(instant), validator=_not_before
    )
    seq: int = attrs.field(default=0, validator=a(int))

    def __init_subclass__(cls) -> None:
        cls.stored_name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def content(self) -> tuple[str, ...]:
        """What orders events of one kind at one instant: their decisive fields, and then all else."""
        return *(_as_text(getattr(self, name)) for name in self.decisive), repr(self)

    @property
    def signals(self) -> tuple[str, ...]:
        """The names that a clock may listen to: the stored name, and a finer one where the content matters."""
        return (self.stored_name,)


@attrs.frozen(kw_only=True)
class Act(Event):
    """An event that somebody answers for."""

    by: str = attrs.field(validator=filled)
