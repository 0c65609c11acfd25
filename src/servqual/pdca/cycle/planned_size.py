"""How many cases a side a plan needs to see the least change that matters, before it starts."""

import math
from typing import Final

import attrs

from servqual.metrics import Kpi, Measurement
from servqual.metrics.accumulators import Ratio
from servqual.stats import inference
from servqual.stats.inference.given import as_confidence, as_open

__all__ = ["PlannedSize"]

_LEAST: Final = 1e-12
"""A smaller margin is none: no number of cases would show it."""


@attrs.frozen(kw_only=True)
class PlannedSize:
    """Cases a side that find a change as large as the margin, with this probability (`power`); two-sided.

    `n` is None, and `reason` says why, where it cannot be known before the start.
    """

    n: int | None
    power: float
    confidence: float
    reason: str | None = None


def planned_size(
    *,
    kpi: Kpi,
    margin: float | None,
    baseline: float | None,
    measured: Measurement | None,
    power: float,
    confidence: float,
) -> PlannedSize:
    """Count the cases: of a share of single cases by its baseline alone, of others by the spread that was measured."""
    as_confidence(confidence)
    as_open("power", power, 0, 1)
    n, reason = None, None
    error = None if measured is None else measured.standard_error
    if margin is None or margin < _LEAST:
        reason = "the plan names no margin, the least change that matters"
    elif kpi.statistic == "share" and kpi.accumulator is Ratio:
        wanted = None if baseline is None else baseline + (margin if kpi.better == "higher" else -margin)
        if baseline is None or wanted is None:
            reason = "the plan has no baseline"
        elif not (0 <= wanted <= 1 and 0 <= baseline <= 1):
            reason = "the margin leads past 0 or 1"
        else:
            n = inference.sample_size_of_two_proportions(baseline, wanted, power=power, confidence=confidence)
    elif measured is None:
        reason = "the spread of single cases is not known; measure the baseline"
    elif error is None:
        reason = f"the measured baseline tells no spread of single cases of {kpi.title}"
    elif not error:
        reason = "all cases of the baseline are alike"
    else:
        spread = error * math.sqrt(measured.n)
        n = inference.sample_size_of_two_means(margin, sd=spread, power=power, confidence=confidence)
    return PlannedSize(n=n, power=power, confidence=confidence, reason=reason)
