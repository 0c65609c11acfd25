"""Survival curves of all groups at once, from the numbers that ended and went on at each age.

The product-limit estimate (E. L. Kaplan and P. Meier, 1958, JASA 53: 457-481) with Greenwood's variance (M. Greenwood,
1926) and log-log limits (J. D. Kalbfleisch and R. L. Prentice, 1980). Those that go on at the age at which others end
count as at risk there.
"""

from typing import Final

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.intervals import normal

__all__ = ["HALF", "Curves", "curves"]

HALF: Final = 0.5 + 1e-9
"""One half, with room for rounding: 5/6 × 4/5 × 3/4 is a little more in floats."""


@attrs.frozen
class Curves(Rebuilt):
    """The share of each group that has not ended after each age, with its limits, sorted by group and age.

    `n` counts the items of each group, `going` those that had not ended.
    """

    group: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    age: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    ended: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    at_risk: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    share: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    low: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    high: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    n: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    going: Array = attrs.field(converter=read_only, eq=SAME, hash=False)

    def __attrs_post_init__(self) -> None:
        as_long(self, "age", "group", "ended", "at_risk", "share", "low", "high")
        as_long(self, "n", "going")
        if self.group.dtype.kind != "i" or (self.group < 0).any() or (self.group >= len(self.n)).any():
            raise InvalidValue.of("group", f"be whole numbers from 0 to {len(self.n) - 1}", str(self.group.dtype))

    def reaching_half(self, share: Array) -> Array:
        """Find the first age at which a share is at most one half, NaN where it stays above."""
        out = np.full(len(self.n), np.nan)
        places = np.flatnonzero(share <= HALF)[::-1]
        out[self.group[places]] = self.age[places]  # an index that repeats leaves its last value behind
        return out

    def restricted_mean(self, until: float) -> tuple[Array, Array]:
        """Compute the mean age at the end, at most `until` per item, and its variance.

        The area under the curve (P. Royston and M. Parmar, 2013, BMC Medical Research Methodology 13: 152). NaN where
        the curve ends before `until` with some still going on.
        """
        # The curve is a staircase: from each age to the next it has the height that it reached before. All stairs of
        # all groups lie in one array, so that a group is a slice between two places where `group` changes, and its area
        # the sum of height times width over that slice.
        size = len(self.n)
        inside = self.age < until
        first = np.diff(self.group, prepend=-1) != 0
        before = np.where(first, 1.0, np.concatenate([[1.0], self.share[:-1]])[: len(first)])
        since = np.where(first, 0.0, np.concatenate([[0.0], self.age[:-1]])[: len(first)])
        area = np.bincount(self.group, before * np.maximum(np.minimum(self.age, until) - since, 0), size)
        last = np.flatnonzero(np.diff(self.group, append=size) != 0)
        known = np.zeros(size, np.bool_)
        known[self.group[last]] = (self.age[last] >= until) | (self.share[last] <= 0)
        value = np.where(known, area, np.nan)
        # Greenwood's variance needs, at each age of an ending, the area under the curve to its right: one running sum
        # over all groups, less where its group begins, taken from the area of the group. No loop over groups.
        so_far = np.cumsum(before * np.maximum(np.minimum(self.age, until) - since, 0))
        starts = np.concatenate([[0.0], so_far[last][:-1]])[: len(last)]
        offset = np.zeros(size)
        offset[self.group[last]] = starts
        beyond = area[self.group] - (so_far - offset[self.group])
        terms = self.at_risk * (self.at_risk - self.ended)
        weight = np.where(inside & (terms > 0), self.ended / np.where(terms > 0, terms, 1), 0)
        return value, np.where(known, np.bincount(self.group, beyond**2 * weight, size), np.nan)


def curves(size: int, *, group: Array, age: Array, ended: Array, going: Array, confidence: float) -> Curves:
    """Estimate the curves of `size` groups, from the numbers that ended and went on, sorted by group and age.

    Cost: a few passes over the rows, one per different age of a group.
    """
    # The product over the ages of a group is a sum of logarithms, and each sum within a group is the running sum over
    # all rows less its value where the group begins. A loop over groups is slow where they are many and small.
    n = np.bincount(group, ended + going, size).astype(np.int64)
    seen = np.cumsum(ended + going) - (ended + going)
    start = np.concatenate([[0], np.cumsum(n)[:-1]])[:size]
    at_risk = n[group] - (seen - start[group])
    over = at_risk == ended
    logs = np.log1p(np.where(over, 0, -ended / at_risk))
    terms = np.where(over, 0, ended / (at_risk * np.where(over, 1, at_risk - ended)))
    begun = _within(ended, group, size) > 0  # before the first ending nothing is left to rounding between groups
    share = np.where(over, 0.0, np.where(begun, np.exp(_within(logs, group, size)), 1.0))
    scatter = np.where(begun, _within(terms, group, size), 0.0)
    z = normal(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.exp(z * np.sqrt(scatter) / np.abs(np.log(share)))
        low, high = share**power, share ** (1 / power)
    return Curves(
        group=group,
        age=age,
        ended=ended,
        at_risk=at_risk,
        share=share,
        low=np.where(share < 1, low, np.nan),
        high=np.where((share > 0) & (share < 1), high, np.nan),
        n=n,
        going=np.bincount(group, going, size).astype(np.int64),
    )


def _within(terms: Array, group: Array, size: int) -> Array:
    """Add up each group's terms so far."""
    sums = np.cumsum(terms)
    whole = np.bincount(group, terms, size)
    return np.asarray(sums - (np.cumsum(whole) - whole)[group])
