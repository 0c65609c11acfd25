"""The intervals of KPIs in words: one method per statistic."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_RANKS: Final = "order statistics, whose ranks are binomial (Conover)"
_OF_SUMS: Final = "Student's t on Cochran's estimator of a ratio"
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "n": "exact, of a Poisson count (Garwood)",
        "share": "score interval of a share (Wilson)",
        "mean": "Student's t",
        "signed_mean": "Student's t",
        "net": "large-sample normal, of a difference of multinomial shares",
        "quotient": _OF_SUMS,
        "per_hour": _OF_SUMS,
        "per_event": f"{_OF_SUMS}; without an event, the exact one-sided bound of a Poisson count",
        "sigma": f"that of the share of defects ({_OF_SUMS}), mapped; without a defect, the exact one-sided bound of a "
        "Poisson count",
        "p50": _RANKS,
        "p90": _RANKS,
        "p95": _RANKS,
        "min": "none: an extreme of these rows, not an estimate",
        "max": "none: an extreme of these rows, not an estimate",
        "median": "where the log-log limits of the curve reach one half (Greenwood, Kalbfleisch and Prentice)",
        "restricted_mean": "large-sample normal, with Greenwood's variance of the area",
        "distinct": "none while counted exactly; then normal, from the registers' standard error",
        "mode_share": "score interval of a share (Wilson)",
        "exposure": "exact, of the top as a Poisson count (Garwood), over the base as it is",
        "count": "of a ratio of two Poisson counts, by the binomial share of the first (Wilson)",
    }
)
"""The method by statistic, and by the base of a compound KPI."""
