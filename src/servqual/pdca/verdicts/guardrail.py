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


def _key(given: str | Kpi) -> str:
    return cast("str", given)


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

    kpi: str = attrs.field(converter=_key)
    margin: float = attrs.field(converter=as_margin)
    own_kpi: Kpi | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        given: object = self.kpi
        must_be(str | Kpi, "kpi", "the key of a KPI, or a Kpi", given)
        own = given if isinstance(given, Kpi) else self.own_kpi
        key = given.key if isinstance(given, Kpi) else given
        object.__setattr__(self, "kpi", key)
        object.__setattr__(self, "own_kpi", own if own is not None and own.key == key else None)
        filled(self, attrs.fields(Guardrail).kpi, self.kpi)
