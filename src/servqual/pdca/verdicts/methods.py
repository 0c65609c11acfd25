"""How a change is computed: one method per kind of KPI, for all groups at once.

The formulas are those of `servqual.stats.differences`; here is only which one serves which KPI.
"""

import math
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.pdca.verdicts.sources import CLUSTERED, About, Sample
from servqual.stats import differences
from servqual.stats.inference import Estimate
from servqual.stats.intervals import normal

__all__ = ["METHODS"]

_ADDED: Final = "square-and-add of the intervals of both sides (Zou and Donner)"
_POISSON: Final = _ADDED + ", of Garwood's intervals of Poisson counts"
_WELCH: Final = "Welch's t; where the values of a side are all alike, " + _ADDED
METHODS: Final[dict[str, str]] = {
    "share": "Newcombe's hybrid score interval of two shares",
    "mean": _WELCH,
    "signed_mean": _WELCH,
    "n": _POISSON,
    "exposure": _POISSON,
    "p50": f"{_ADDED}, of order statistics",
    "p90": f"{_ADDED}, of order statistics",
    "p95": f"{_ADDED}, of order statistics",
    "median": f"{_ADDED}, where the log-log limits of the survival curves reach one half",
    "restricted_mean": f"{_ADDED}, normal with Greenwood's variance of the area under each survival curve",
    "net": f"{_ADDED}, of Tango's score intervals",
    CLUSTERED: f"{_ADDED}, of Cochran's intervals between clusters, such as customers",
    "min": "none: an extreme of these rows has no interval",
    "max": "none: an extreme of these rows has no interval",
}
"""The method by statistic; any other is `OTHERWISE`."""
OTHERWISE: Final = _ADDED
FIELLER: Final = "Fieller's argument on the intervals of both sides (Donner and Zou)"


def method_of(about: About) -> str:
    """Name the method of a KPI in words."""
    return METHODS.get(about.statistic, OTHERWISE)


@attrs.frozen(eq=False)
class Change:
    """After minus before, an entry per group; NaN where the data cannot carry it."""

    value: Array
    low: Array
    high: Array
    p: Array


def change_of(about: About, before: Sample, after: Sample, confidence: float, *, shrunk: Array) -> Change:
    """Subtract the value before from the value after, with its interval and p-value.

    Where the side before was `shrunk` it is no longer a count of hits or a mean of rows, but a value with its interval.
    """
    value = after.value - before.value
    low, high = differences.square_and_add(
        after.value, (after.low, after.high), before.value, (before.low, before.high)
    )
    p = differences.implied_p(value, low, high, confidence)
    own: differences.Gap | differences.MeanGap | None = None
    plain = ~shrunk
    if about.statistic == "share":
        hits = [np.rint(side.value * side.n) for side in (after, before)]
        own = differences.shares(hits[0], after.n, hits[1], before.n, confidence)
    elif about.statistic in {"mean", "signed_mean"}:
        sides = [(side.value, side.error, side.n) for side in (after, before)]
        own = differences.means(sides[0], sides[1], confidence)
        plain &= (after.error > 0) & (before.error > 0)
    if own is not None:
        low, high, p = (np.where(plain, x, y) for x, y in ((own.low, low), (own.high, high), (own.p, p)))
    known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
    most = about.ends[1] - about.ends[0]
    low, high = np.fmin(np.maximum(low, -most), value), np.fmax(np.minimum(high, most), value)
    low, high, p = (np.where(known, x, np.nan) for x in (low, high, p))
    return Change(np.where(np.isfinite(value), value, np.nan), low, high, p)


def relative_of(about: About, before: Sample, after: Sample, change: Change, confidence: float) -> list[Estimate]:
    """Give the change as a share of the value before, per group; no value where that may be 0.

    Only for KPIs that cannot lie below 0: a net score of 0 is not "nothing".
    """
    value, low, high = differences.divide(after.value, (after.low, after.high), before.value, (before.low, before.high))
    low = np.maximum(low, 0)  # where ends that were widened lie below 0
    signed = about.ends[0] < 0
    out = []
    for number, least, most, p in zip(*((x - 1).tolist() for x in (value, low, high)), change.p.tolist(), strict=True):
        unknown = signed or not math.isfinite(number) or not math.isfinite(least) or not math.isfinite(most)
        reason = "the scale has no true zero" if signed else "the value before may be 0" if unknown else None
        out.append(
            Estimate(
                value=None if unknown else number,
                low=None if unknown else least,
                high=None if unknown else most,
                confidence=confidence,
                method=FIELLER,
                p_value=None if unknown or math.isnan(p) else p,
                reason=reason,
            )
        )
    return out


def still_needed(
    about: About, before: Sample, after: Sample, margin: float, *, confidence: float, drift: float
) -> Array:
    """Count the cases per side that are still needed to see a change as large as the margin; NaN where unknown.

    As many on both sides, with the spread per case that the intervals of both sides show: drift² × the two variances /
    margin², less the smaller side. The drift is the effect, in standard errors, that is found at the planned power: z
    of confidence + z of power for one look (J. M. Lachin, 1981, Controlled Clinical Trials 2: 93-113), a little more
    by the last of several. Never for the change that was seen, which would only repeat its p-value. NaN for a count,
    which is no mean of cases.
    """
    if about.unit == "count":
        return np.full(len(before.value), np.nan)
    z = normal(confidence)
    each = sum(((side.high - side.low) / (2 * z)) ** 2 * side.n for side in (before, after))
    every = np.ceil(each * (drift / margin) ** 2)
    return np.asarray(np.maximum(every - np.minimum(before.n, after.n), 0))


def shrunk(before: Sample, value: float, error: float, confidence: float, picked: Array) -> Sample:
    """Replace the value of each group that was picked by it with the shrunk one and its standard error."""
    half = normal(confidence) * error
    return attrs.evolve(
        before,
        value=np.where(picked, value, before.value),
        low=np.where(picked, value - half, before.low),
        high=np.where(picked, value + half, before.high),
    )
