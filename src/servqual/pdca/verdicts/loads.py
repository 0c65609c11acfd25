"""Load: whether other numbers of rows per day came, and whether a change of a wait may come from them alone."""

from typing import Final, NamedTuple

import numpy as np

from servqual._arrays import Array
from servqual.pdca.verdicts.ages import declared
from servqual.pdca.verdicts.comparability import Compared, days_of
from servqual.pdca.verdicts.sources import About
from servqual.stats.intervals import normal

_VOLUME: Final = 0.2
_EASED: Final = 0.1
"""The least share by which the load must move: a convention. Where many queue, waits follow so little already."""
_CERTAIN: Final = 0.95
_PROMISES: Final = frozenset(
    {
        "abandonment_rate",
        "abandonment_rate_less_short",
        "answer_rate",
        "callback_kept",
        "complaint_acknowledged_kept",
        "complaint_kept",
        "resolution_kept_of_closed",
        "service_level",
        "sla_kept",
    }
)
"""Shares of what was done in time, beside those that a service clock reads."""


class Loads(NamedTuple):
    """An entry per group: how many times as many rows came per day, and what that says."""

    ratio: Array
    changed: Array
    explains: Array


def waits(about: About) -> bool:
    """Whether a KPI follows the load of those who work: a duration, or a share of what was done in time.

    >>> from servqual.metrics import KPIS
    >>> [key for key in ("resolution_p50", "sla_kept", "csat", "backlog_age") if waits(About.of(KPIS[key]))]
    ['resolution_p50', 'sla_kept']
    """
    kpi = declared(about)
    kept = about.key in _PROMISES or (kpi is not None and bool(kpi.clock))
    return about.better is not None and not about.stock and (about.unit == "s" or kept)


def loads_of(found: Compared) -> Loads:
    """Tell which groups have another load, and where a clear change goes the way that it goes by the load alone."""
    pair, n = found.pair, [side.n + side.undecided for side in (found.before, found.after)]
    old, new = days_of(pair.before), days_of(pair.after)
    if old is None or new is None or pair.new.stock:
        never = np.zeros(len(n[0]), np.bool_)
        return Loads(np.ones(len(n[0])), never, never)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (n[1] / new) / (n[0] / old)
        z = np.abs(np.log(ratio)) / np.sqrt(1 / n[0] + 1 / n[1])
        certain = (z > normal(_CERTAIN)) & np.isfinite(z)
    low, high = pair.new.turned(found.change.low, found.change.high)
    eased = ((ratio < 1) & (low > 0)) | ((ratio > 1) & (high < 0))
    moved = np.abs(ratio - 1)
    return Loads(ratio, (moved >= _VOLUME) & certain, (moved >= _EASED) & certain & eased & waits(pair.new))
