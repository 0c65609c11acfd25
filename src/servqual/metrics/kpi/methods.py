"""The intervals of KPIs in words: one method per statistic."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_RANKS: Final = (
    "order statistics, whose ranks are binomial (Conover); to the ends of their bins where values are binned"
)
_RARE: Final = "a gamma interval of rare amounts (Fay and Feuer)"
_ALIKE: Final = "where all are alike, a bound from the ends of the scale, and none at an open end"
_T: Final = f"Student's t, and on a closed scale {_RARE} if wider; {_ALIKE}"
_OF_SUMS: Final = f"Student's t on Cochran's estimator of a ratio, or {_RARE} if wider; {_ALIKE}"
_OF_EVENTS: Final = "exact, of a Poisson count (Garwood), or wider where the rows vary more than that (Fay and Feuer)"
_SHARE: Final = "score interval of a share (Wilson)"
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "n": "exact, of a Poisson count (Garwood)",
        "share": _SHARE,
        "mean": _T,
        "signed_mean": _T,
        "net": "score interval of a difference of two shares of one sample (Tango)",
        "quotient": _OF_SUMS,
        "mean_of_sums": _OF_SUMS,
        "rate": _OF_EVENTS,
        "per_hour": _OF_EVENTS,
        "per_year": _OF_EVENTS,
        "per_million": _OF_EVENTS,
        "per_event": f"{_OF_EVENTS}, turned over; without an event it is a lower bound",
        "sigma": f"{_OF_EVENTS}, mapped; without a defect it is a lower bound",
        "of_budget": f"that of the share of failures, over the budget: of requests the {_SHARE}, of time {_OF_SUMS}",
        "odds": f"{_SHARE}, mapped; without a miss it is a lower bound",
        "p50": _RANKS,
        "p90": _RANKS,
        "p95": _RANKS,
        "min": "none: an extreme of these rows, not an estimate",
        "max": "none: an extreme of these rows, not an estimate",
        "median": "where the log-log limits of the curve reach one half (Greenwood, Kalbfleisch and Prentice)",
        "restricted_mean": "large-sample normal, with Greenwood's variance of the area",
        "distinct": "none while counted exactly; then normal, from the registers' standard error",
        "mode_share": _SHARE,
        "exposure": "exact, of the top as a Poisson count (Garwood), over the base as it is",
        "count": "of a ratio of two Poisson counts, by the binomial share of the first (Wilson)",
    }
)
"""The method by statistic, and by the base of a compound KPI."""
