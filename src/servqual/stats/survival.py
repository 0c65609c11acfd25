"""Times until an end that has not come for all: curves, medians, restricted means, and whether two groups differ.

An open case is not a short one. A time whose end was not observed says "at least so long", and counts as at risk until
then. The kernel for many groups at once is `servqual.stats.curves`.
"""

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from servqual import _draw
from servqual._arrays import SAME, Array, as_long, read_only
from servqual._words import counted
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats import differences, intervals
from servqual.stats.curves import HALF, Curves, curves
from servqual.stats.inference.estimate import Estimate, estimated, number
from servqual.stats.inference.given import as_confidence, as_number, as_sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Hazard",
    "LogRank",
    "Survival",
    "difference_of_restricted_means",
    "kaplan_meier",
    "logrank",
    "nelson_aalen",
]


@attrs.frozen(kw_only=True)
class _Steps(Rebuilt):
    """A curve that changes at `times` only, with its limits; NaN where it has none.

    `times` are all different ones that came; `ended` counts the ends at each, `at_risk` those who had not ended just
    before. `n` counts all, and `going` those whose end was not observed.
    """

    times: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    value: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    low: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    high: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    error: Array = attrs.field(converter=read_only, eq=SAME, hash=False, repr=False)
    ended: Array = attrs.field(converter=read_only, eq=SAME, hash=False, repr=False)
    at_risk: Array = attrs.field(converter=read_only, eq=SAME, hash=False, repr=False)
    confidence: float

    def __attrs_post_init__(self) -> None:
        as_long(self, "times", "value", "low", "high", "error", "ended", "at_risk")
        if not len(self.times):
            raise InvalidValue.of("times", "hold at least one time", 0)
        if not np.isfinite(self.ended + self.at_risk).all():
            raise InvalidValue.of("ended", "count the ends at each time, and at_risk those before", self.ended.tolist())

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.at_risk[0])

    @property
    def going(self) -> int:
        """How many have not ended, as far as was seen."""
        return int(self.at_risk[0] - self.ended.sum())

    def _read(self, steps: Array, first: float, times: Any) -> Any:
        asked = as_sample("times", np.atleast_1d(times))
        if (asked < 0).any():
            raise InvalidValue.of("times", "be 0 or more", float(asked.min()))
        found = np.concatenate([[first], steps])[np.searchsorted(self.times, asked, side="right")]
        if self.at_risk[-1] > self.ended[-1]:
            found = np.where(asked > self.times[-1], np.nan, found)
        return found if np.ndim(times) else number(found[0])


@attrs.frozen(kw_only=True)
class Survival(_Steps):
    """The share that has not ended after each time, with log-log limits."""

    def at(self, times: Any) -> Any:
        """Read the share that has not ended after each of these times; None, in an array NaN, where it is not known.

        It is not known behind the longest time where its end was not observed.

        >>> kaplan_meier([1, 2, 2, 3], observed=[True, True, False, True]).at([0, 1, 2.5]).round(4).tolist()
        [1.0, 0.75, 0.5]
        """
        return self._read(self.value, 1.0, times)

    def se_at(self, times: Any) -> Any:
        """Read the standard error of that share (M. Greenwood, 1926); not known where `at` is not."""
        return self._read(self.error, 0.0, times)

    @property
    def median(self) -> float | None:
        """The first time after which at most half go on; None where more than half do to the end."""
        reached = np.flatnonzero(self.value <= HALF)
        return float(self.times[reached[0]]) if len(reached) else None

    def restricted_mean(self, until: float) -> float | None:
        """Compute the mean time to the end, at most `until` each; None where the curve is not known so far."""
        value, _ = self._area(until)
        return number(value)

    def _area(self, until: float) -> tuple[float, float]:
        """Compute the area under the curve, which is the restricted mean, and its variance."""
        value, variance = _grouped(self.times, self.ended, self.at_risk, self.confidence).restricted_mean(
            float(as_number("until", until, 0))
        )
        return float(value[0]), float(variance[0])

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the curve as steps with its limits, and a mark where a time ended unobserved. Needs the extra `plot`.

        >>> kaplan_meier([1, 2, 2, 3], observed=[True, True, False, True]).plot().get_title()
        'Not ended yet'
        """
        axes = _draw.staircase(
            [0.0, *self.times.tolist()],
            [100.0, *(100 * self.value).tolist()],
            low=[100.0, *(100 * self.low).tolist()],
            high=[100.0, *(100 * self.high).tolist()],
            marks=self.times[_left(self.ended, self.at_risk) > 0].tolist(),
            ax=ax,
        )
        if ax is None:
            _draw.headed(axes, "Not ended yet", f"% of {counted(self.n, 'item')}, by time")
        return axes


@attrs.frozen(kw_only=True)
class Hazard(_Steps):
    """The sum of the hazards up to each time, with log-transformed limits."""

    def at(self, times: Any) -> Any:
        """Read the sum of hazards up to each of these times; None, in an array NaN, where it is not known.

        >>> nelson_aalen([1, 2, 2, 3], observed=[True, True, False, True]).at(2)
        0.5833333333333333
        """
        return self._read(self.value, 0.0, times)

    def se_at(self, times: Any) -> Any:
        """Read the standard error of that sum; not known where `at` is not."""
        return self._read(self.error, 0.0, times)


@attrs.frozen(kw_only=True)
class LogRank:
    """Whether two groups end at the same pace: chi-squared of one degree of freedom and its p-value.

    `observed` and `expected` are the ends in the first and the second group. The statistic and the p-value are None,
    with a reason, where no time has an end while both groups are at risk.
    """

    statistic: float | None
    p_value: float | None
    observed: tuple[int, int]
    expected: tuple[float, float]
    reason: str | None = None


def kaplan_meier(times: Any, *, observed: Any = None, confidence: float = 0.95) -> Survival:
    """Estimate the share that has not ended after each time.

    The product-limit estimate (E. L. Kaplan and P. Meier, 1958, JASA 53: 457-481) with Greenwood's error and log-log
    limits (J. D. Kalbfleisch and R. L. Prentice, 1980).

    Args:
        times: how long each item took, or has taken so far, of 0 or more; at least one.
        observed: whether the end was seen; by default all were.
        confidence: that of the limits, at each time alone.

    An item that goes on at the time at which others end counts as at risk there. Limits are NaN before the first end
    and where the share is 0. Refused: missing, infinite and negative times, and lists of different lengths.

    >>> found = kaplan_meier([1, 2, 2, 3, 5], observed=[True, True, False, True, False])
    >>> round(found.at(3), 4), found.median, found.restricted_mean(3)
    (0.3, 3.0, 2.4)
    """
    ages, ended, at_risk = _lives("times", times, "observed", observed)
    confidence = as_confidence(confidence)
    found = _grouped(ages, ended, at_risk, confidence)
    terms = at_risk * (at_risk - ended)
    greenwood = np.cumsum(np.where(terms > 0, ended / np.where(terms > 0, terms, 1), 0.0))
    return Survival(
        times=ages,
        value=found.share,
        low=found.low,
        high=found.high,
        error=found.share * np.sqrt(greenwood),
        ended=ended,
        at_risk=at_risk,
        confidence=confidence,
    )


def nelson_aalen(times: Any, *, observed: Any = None, confidence: float = 0.95) -> Hazard:
    """Estimate the sum of hazards up to each time (W. Nelson, 1972, Technometrics 14: 945-966; O. Aalen, 1978).

    Arguments and refusals are those of `kaplan_meier`. The variance is the sum of ends over squares of those at risk;
    limits are those of the logarithm, NaN before the first end.

    >>> nelson_aalen([1, 2, 2, 3], observed=[True, True, False, True]).value.round(4).tolist()
    [0.25, 0.5833, 1.5833]
    """
    ages, ended, at_risk = _lives("times", times, "observed", observed)
    confidence = as_confidence(confidence)
    value, error = np.cumsum(ended / at_risk), np.sqrt(np.cumsum(ended / at_risk**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.exp(intervals.normal(confidence) * error / value)
        low, high = value / factor, value * factor
    return Hazard(
        times=ages,
        value=value,
        low=low,
        high=high,
        error=error,
        ended=ended,
        at_risk=at_risk,
        confidence=confidence,
    )


def logrank(times: Any, observed: Any, other_times: Any, other_observed: Any) -> LogRank:
    """Test whether two groups end at the same pace (N. Mantel, 1966, Cancer Chemotherapy Reports 50: 163-170).

    Arguments and refusals are those of `kaplan_meier`; None for `observed` means that all ends were seen. It sees best
    what differs by a constant factor of the pace, and little of curves that cross.

    >>> found = logrank([1, 2, 3], [True, True, True], [4, 5, 6], [True, True, False])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (5.0517, 0.0246)
    """
    from scipy.special import chdtrc  # noqa: PLC0415  (loads with the first test that needs it)

    sides = [
        _lives("times", times, "observed", observed),
        _lives("other_times", other_times, "other_observed", other_observed),
    ]
    ages = np.unique(np.concatenate([ages for ages, _, _ in sides]))
    ended = np.zeros((2, len(ages)))
    at_risk = np.zeros((2, len(ages)))
    for side, (own, ends, risk) in enumerate(sides):
        ended[side, np.searchsorted(ages, own)] = ends
        at_risk[side] = np.append(risk, 0)[np.searchsorted(own, ages)]  # those with this time or a later one
    all_ended, everybody = ended.sum(0), at_risk.sum(0)
    expected = all_ended * at_risk[0] / everybody
    rest = np.where(everybody > 1, (everybody - all_ended) / np.where(everybody > 1, everybody - 1, 1), 0.0)
    variance = float((expected * at_risk[1] / everybody * rest).sum())
    seen = (int(ended[0].sum()), int(ended[1].sum()))
    sums = (float(expected.sum()), float(all_ended.sum() - expected.sum()))
    if variance <= 0:
        reason = "no end came while both groups were at risk"
        return LogRank(statistic=None, p_value=None, observed=seen, expected=sums, reason=reason)
    statistic = (seen[0] - sums[0]) ** 2 / variance
    return LogRank(statistic=statistic, p_value=float(chdtrc(1, statistic)), observed=seen, expected=sums)


def difference_of_restricted_means(
    times: Any, observed: Any, other_times: Any, other_observed: Any, *, until: float, confidence: float = 0.95
) -> Estimate:
    """Subtract the second mean time to the end from the first, at most `until` each, with open items counted.

    Restricted means by the area under each curve (P. Royston and M. Parmar, 2013, BMC Medical Research Methodology 13:
    152), with Greenwood's variance times m / (m - 1) and Welch's t, m being the times of a side that are known up to
    `until`: where all ends were seen that is Welch's interval of the cut times. Unlike the log-rank test it needs no
    constant factor between the groups. None with a reason where a curve is not known up to `until`, and without an
    interval where fewer than two times of a side are, or neither side varies.

    >>> found = difference_of_restricted_means([1, 2, 3, 4], None, [3, 4, 5, 6], None, until=5)
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (-1.75, -3.757, 0.257)
    """
    confidence = as_confidence(confidence)
    sides = [kaplan_meier(times, observed=observed), kaplan_meier(other_times, observed=other_observed)]
    samples: list[differences.Sample] = []
    for side in sides:
        value, spread = side._area(until)  # noqa: SLF001  (a class of this file)
        known = side.n - _left(side.ended, side.at_risk)[side.times < until].sum()
        samples.append((np.array(value), np.sqrt(spread / (1 - 1 / max(known, 2))), np.array(known)))
    gap = differences.means(samples[0], samples[1], confidence)
    if np.isnan(gap.value):
        reason = "a curve is not known so far"
    else:
        few = min(int(known) for _, _, known in samples) < 2  # noqa: PLR2004  (one time has no spread)
        reason = "fewer than two times of a side are known so far" if few else "neither side varies"
    return estimated(
        Estimate,
        *gap[:3],
        confidence=confidence,
        method="restricted_means_welch",
        n=sides[0].n + sides[1].n,
        p_value=number(gap.p),
        reason=reason,
    )


def _lives(field: str, times: Any, flag: str, observed: Any) -> tuple[Array, Array, Array]:
    """Read times and whether their ends were seen, into the different times, the ends at each, and those at risk."""
    found = as_sample(field, times)
    if not len(found):
        raise InvalidValue.of(field, "hold at least one time", times, shown="none")
    if (found < 0).any():
        raise InvalidValue.of(field, "be 0 or more", float(found.min()))
    seen = np.ones(len(found)) if observed is None else as_sample(flag, observed)
    if len(seen) != len(found) or not np.isin(seen, (0, 1)).all():
        raise InvalidValue.of(
            flag, f"be True or False for each of the {len(found):,} times", observed, shown=f"{observed!r:.80}"
        )
    ages, place = np.unique(found, return_inverse=True)
    ended, all_of = np.bincount(place, seen), np.bincount(place)
    return ages, ended, all_of[::-1].cumsum()[::-1].astype(np.float64)


def _left(ended: Array, at_risk: Array) -> Array:
    """Count those of each time whose end was not observed."""
    return np.asarray(at_risk - ended - np.append(at_risk[1:], 0))


def _grouped(ages: Array, ended: Array, at_risk: Array, confidence: float) -> Curves:
    """Estimate the curve of one group by the kernel of many."""
    going = _left(ended, at_risk)
    one = np.zeros(len(ages), np.int64)
    return curves(1, group=one, age=ages, ended=ended, going=going, confidence=confidence)
