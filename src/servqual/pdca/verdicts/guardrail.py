"""A KPI that a change must not make worse."""

import datetime as dt
import math
from typing import cast

import attrs

from servqual._checks import filled, must_be
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.metrics import Kpi

__all__ = ["Guardrail"]


def as_margin(given: object, field: str = "margin") -> float:
    """Read a margin in the unit of its KPI, durations in seconds; refuse a negative one."""
    value = given.total_seconds() if isinstance(given, dt.timedelta) else given
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise InvalidValue.of(
            field,
            "be a number of 0 or more in the unit of the KPI",
            given,
            do="write 0.02 for two points of a share, or a timedelta",
        )
    return float(value)


def as_key(given: str | Kpi) -> str:
    """Take a KPI where its key is kept; `key_and_own` parts them."""
    return cast("str", given)


def key_and_own(given: object, own: Kpi | None) -> tuple[str, Kpi | None]:
    """Read the key of a KPI, and the KPI that was given or is kept beside it; None where that has another key."""
    must_be(str | Kpi, "kpi", "the key of a KPI, or a Kpi", given)
    if isinstance(given, Kpi):
        return given.key, given
    key = str(given)
    return key, own if own is not None and own.key == key else None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Guardrail:
    """A KPI that must not get worse by more than a margin while another one is improved.

    `margin` is absolute and in the unit of the KPI: 0.02 is two percentage points of a share; a duration is given in
    seconds or as a timedelta. 0 allows no harm at all, which no finite sample can show: it is then worse or unclear,
    unless the KPI got better for sure. `kpi` is a key, or a `Kpi`, which `own_kpi` then keeps: a plan takes a key alone
    only from the catalogue. Raises `InvalidValue` for a blank key and for a margin below 0 or not finite.

    >>> Guardrail(kpi="reopen_rate", margin=0.02)
    Guardrail(kpi='reopen_rate', margin=0.02)
    """

    kpi: str = attrs.field(converter=as_key)
    margin: float = attrs.field(converter=as_margin)
    own_kpi: Kpi | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        key, own = key_and_own(self.kpi, self.own_kpi)
        object.__setattr__(self, "kpi", key)
        object.__setattr__(self, "own_kpi", own)
        filled(self, attrs.fields(Guardrail).kpi, self.kpi)
