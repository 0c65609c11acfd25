"""Steps of carrying a plan out: an action that was done, with evidence, and progress that was reported."""

import datetime as dt
from typing import Any, TypeAlias

import attrs

from servqual._checks import filled, instant, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.pdca.causes.evidence import Evidence, as_evidence

__all__ = ["Completed", "Progressed", "Step"]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Completed:
    """An action was done, with the evidence for it."""

    what: str = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(converter=instant)
    evidence: tuple[Evidence, ...] = attrs.field(converter=as_evidence, validator=some)


def _part(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise InvalidValue.of(field.name, "be a share from 0 to less than 1", value, do="complete() it once it is done")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Progressed:
    """Somebody reported how far an action is."""

    what: str = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(converter=instant)
    share: float = attrs.field(validator=_part)
    note: str = ""


Step: TypeAlias = Completed | Progressed
