"""A KPI that a change must not make worse."""

import datetime as dt
import math

import attrs

from servqual._checks import filled
from servqual.errors import InvalidValue

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


@attrs.frozen(kw_only=True)
class Guardrail:
    """A KPI that must not get worse by more than a margin while another one is improved.

    `margin` is absolute and in the unit of the KPI: 0.02 is two percentage points of a share; a duration is given in
    seconds or as a timedelta. 0 allows no harm at all, which no finite sample can show: it is then worse or unclear,
    unless the KPI got better for sure. Raises `InvalidValue` for a blank key and for a margin below 0 or not finite.

    >>> Guardrail(kpi="reopen_rate", margin=0.02)
    Guardrail(kpi='reopen_rate', margin=0.02)
    """

    kpi: str = attrs.field(validator=filled)
    margin: float = attrs.field(converter=as_margin)
