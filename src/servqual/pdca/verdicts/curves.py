"""Times of both sides with the open ones, as arrays: whether the whole curves differ, and not their median alone."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual.metrics import Compound, Kpi, Tally
from servqual.metrics.accumulators import Lifetimes, Sparse, middle_of
from servqual.pdca.verdicts.receipt_form import Basis, Given
from servqual.pdca.verdicts.sources import TallySource
from servqual.stats.survival import LogRank, logrank

_US: Final = 1e6


def logrank_of(basis: Basis, key: str, group: Mapping[str, Any]) -> LogRank | None:
    """Test whether the times of a KPI before and after end at the same pace.

    None where the KPI keeps no open items, or a side came as a measurement without its cell.
    """
    sides = (basis.before, basis.after)
    lives = [_lives(side, own, key, group) for side, own in zip(sides, basis.groups, strict=True)]
    if lives[0] is None or lives[1] is None:
        return None
    return logrank(*lives[0], *lives[1])


def _lives(side: Given, own: Mapping[str, Any], key: str, group: Mapping[str, Any]) -> tuple[Array, Array] | None:
    """Read the times in seconds, and whether their end was seen; the middle of a bin where times are binned."""
    kpi = next((kpi for kpi in side.plan.kpis if kpi.key == key), None) if isinstance(side, Tally) else None
    if not isinstance(side, Tally) or kpi is None or isinstance(kpi, Compound) or kpi.accumulator is not Lifetimes:
        return None
    tally = TallySource(side, own).tally
    tally = tally.without(*(name for name in tally.plan.by if name not in group))
    place = _place(tally, kpi, group)
    if place is None:
        return np.empty(0), np.empty(0, np.bool_)
    found = tally.alone(kpi, place).cells[kpi.state]
    assert isinstance(found, Sparse)  # the form of lifetimes
    times = (middle_of(found.value) if found.binned.any() else found.value.astype(np.float64)) / _US
    return np.repeat(np.tile(times, 2), found.count.T.ravel()), np.repeat([True, False], found.count.sum(axis=0))


def _place(tally: Tally, kpi: Kpi, group: Mapping[str, Any]) -> int | None:
    """Find the place of a group among those that the tally measures."""
    groups = tally.measure().groups[kpi.key]
    wanted = tuple(group[name] for name in groups.by)
    return next((place for place, key in enumerate(groups.keys()) if key == wanted), None)
