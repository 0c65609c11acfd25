"""Rates of events per exposure, their ratio and their difference."""

from typing import Final

import numpy as np

from servqual._arrays import Array
from servqual.stats import differences, intervals
from servqual.stats.inference.estimate import Estimate, estimated, number
from servqual.stats.inference.given import as_confidence, as_count, as_number

__all__ = ["difference_of_rates", "rate", "ratio_of_rates"]

UNWATCHED: Final = "there is no exposure"


def rate(events: float, exposure: float, *, confidence: float = 0.95) -> Estimate:
    """Estimate events per unit of exposure: complaints per 1,000 contacts, outages per month.

    The exact interval of a Poisson count (F. Garwood, 1936, Biometrika 28: 437-442), over the exposure, which is taken
    as known. `n` is the number of events. Without exposure there is no value. Refused: events that are not a whole
    number, an exposure below 0.

    >>> found = rate(events=4, exposure=2.0)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (2.0, 0.5449, 5.1208)
    """
    count, watched = as_count("events", events), as_number("exposure", exposure, 0)
    confidence = as_confidence(confidence)
    watched = watched or np.array(np.nan)
    low, high = intervals.poisson(count, confidence)
    with np.errstate(over="ignore"):
        found = count / watched, low / watched, high / watched
    return estimated(Estimate, *found, confidence=confidence, method="garwood", n=int(count), reason=UNWATCHED)


def ratio_of_rates(
    events: float, exposure: float, other_events: float, other_exposure: float, *, confidence: float = 0.95
) -> Estimate:
    """Divide the first rate by the second, of independent counts.

    Exact: of all events those of the first are binomial (J. Przyborowski and H. Wilenski, 1940, Biometrika 31:
    313-323), with Clopper's and Pearson's interval. `p_value` is twice the smaller tail, so that it is below 1 -
    confidence exactly where the interval leaves out 1. Without an event of the second only `low` is known; without any
    event, or any exposure, nothing is.

    >>> times = ratio_of_rates(8, 2.0, 3, 3.0)
    >>> round(times.value, 4), round(times.low, 4), round(times.high, 4), round(times.p_value, 4)
    (4.0, 0.9601, 23.4096, 0.0586)
    """
    four = _two(events, exposure, other_events, other_exposure)
    confidence = as_confidence(confidence)
    gap = differences.rate_ratios(*four, confidence)
    return estimated(
        Estimate,
        *gap[:3],
        confidence=confidence,
        method="conditional binomial",
        n=int(four[0] + four[2]),
        p_value=number(gap.p),
        reason="the second rate may be 0" if four[1] and four[3] else UNWATCHED,
    )


def difference_of_rates(
    events: float, exposure: float, other_events: float, other_exposure: float, *, confidence: float = 0.95
) -> Estimate:
    """Subtract the second rate from the first, of independent counts.

    Garwood's intervals of both are combined by the squares of their distances (G. Y. Zou and A. Donner, 2008,
    Statistics in Medicine 27: 1693-1702). `p_value` is the one that this interval implies, and
    so moves a little with the confidence asked for; the exact test of `ratio_of_rates` is more cautious. Without
    exposure on both sides there is no value.

    >>> more = difference_of_rates(8, 2.0, 3, 3.0)
    >>> more.value, round(more.low, 4), round(more.high, 4), round(more.p_value, 4)
    (3.0, 0.023, 6.9619, 0.0483)
    """
    four = _two(events, exposure, other_events, other_exposure)
    confidence = as_confidence(confidence)
    gap = differences.rates(*four, confidence)
    return estimated(
        Estimate,
        *gap[:3],
        confidence=confidence,
        method="square and add, garwood",
        n=int(four[0] + four[2]),
        p_value=number(gap.p),
        reason=UNWATCHED,
    )


def _two(
    events: object, exposure: object, other_events: object, other_exposure: object
) -> tuple[Array, Array, Array, Array]:
    return (
        as_count("events", events),
        as_number("exposure", exposure, 0),
        as_count("other_events", other_events),
        as_number("other_exposure", other_exposure, 0),
    )
