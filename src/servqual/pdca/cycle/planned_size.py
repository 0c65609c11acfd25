"""How many cases a side a plan needs to see the least change that matters, before it starts."""

import math
from typing import Final

import attrs

from servqual.metrics import Kpi, Measurement
from servqual.metrics.accumulators import Ratio
from servqual.stats import inference
from servqual.stats.inference.given import as_confidence, as_open
from servqual.stats.intervals import normal

__all__ = ["PlannedSize"]

_LEAST: Final = 1e-12
"""A smaller margin is none: no number of cases would show it."""


@attrs.frozen(kw_only=True)
class PlannedSize:
    """Cases a side that find a change as large as the margin, with this probability (`power`); two-sided.

    `n` is None where it cannot be known before the start; `code` and `reason` then say why. The codes are
    `size.no_margin`, `size.no_baseline`, `size.past_the_scale`, `size.not_measured`, `size.all_alike`,
    `size.no_interval` and `size.of_a_count`.
    """

    n: int | None
    power: float
    confidence: float
    reason: str | None = None
    code: str | None = None


_REASONS: Final = {
    "size.no_margin": "the plan names no margin, the least change that matters",
    "size.no_baseline": "the plan has no baseline",
    "size.past_the_scale": "the margin leads past 0 or 1",
    "size.not_measured": "the spread of single cases is not known; measure the baseline",
    "size.all_alike": "all cases of the baseline are alike",
    "size.no_interval": "the measured baseline has no interval, so that the spread of single cases is not known",
    "size.of_a_count": "a count has no single cases that scatter: compare longer periods, or a share or rate of cases",
}


def planned_size(
    *,
    kpi: Kpi,
    margin: float | None,
    baseline: float | None,
    measured: Measurement | None,
    power: float,
    confidence: float,
) -> PlannedSize:
    """Count the cases: of a share of single cases by its baseline alone, of others by the spread that was measured.

    That of a percentile or a median is what the interval of the baseline says of a single case.
    """
    as_confidence(confidence)
    as_open("power", power, 0, 1)
    n, code = None, None
    error = None if measured is None else _error(measured)
    if margin is None or margin < _LEAST:
        code = "size.no_margin"
    elif kpi.unit == "count":
        code = "size.of_a_count"
    elif kpi.statistic == "share" and kpi.accumulator is Ratio:
        wanted = None if baseline is None else baseline + (margin if kpi.better == "higher" else -margin)
        if baseline is None or wanted is None:
            code = "size.no_baseline"
        elif not (0 <= wanted <= 1 and 0 <= baseline <= 1):
            code = "size.past_the_scale"
        else:
            n = inference.sample_size_of_two_proportions(baseline, wanted, power=power, confidence=confidence)
    elif measured is None:
        code = "size.not_measured"
    elif error is None:
        code = "size.no_interval"
    elif not error:
        code = "size.all_alike"
    else:
        spread = error * math.sqrt(measured.n)
        n = inference.sample_size_of_two_means(margin, sd=spread, power=power, confidence=confidence)
    return PlannedSize(
        n=n, power=power, confidence=confidence, reason=None if code is None else _REASONS[code], code=code
    )


def _error(measured: Measurement) -> float | None:
    """Give the standard error of a value, or else the one that its interval implies; None without both."""
    if measured.standard_error is not None:
        return measured.standard_error
    if measured.low is None or measured.high is None:
        return None
    return (measured.high - measured.low) / (2 * float(normal(measured.confidence)))
