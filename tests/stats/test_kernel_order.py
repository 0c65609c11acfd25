"""The ends of every kernel lie in order by themselves, before an estimate puts them so.

An `Estimate` takes the lower of value and low, so that a kernel whose ends were turned round, or which left its own
value out, would pass every test of estimates. Here each is seen as it is; only the last digits may differ.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual._arrays import Array
from servqual.stats import differences, intervals

Ends: TypeAlias = tuple[Any, Any, Any]
Counts: TypeAlias = tuple[Array, Array, Array, Array]
SIZE = 40
CONFIDENCES = (0.5, 0.8, 0.95, 0.9999)


def in_order(low: Any, value: Any, high: Any) -> None:
    """Check the ends that are known, up to rounding in the largest number at work."""
    low, value, high = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (low, value, high)))
    for below, above in ((low, value), (value, high), (low, high)):
        known = np.isfinite(below) & np.isfinite(above)
        room = 1e-9 * np.maximum(1, np.maximum(np.abs(below[known]), np.abs(above[known])))
        assert (below[known] <= above[known] + room).all()
    assert np.isfinite(value).any()  # or nothing was looked at


def drawn(seed: int) -> Counts:
    """Hits and sizes of two groups: few and many, none and all among them."""
    dice = np.random.default_rng(seed)
    n, other_n = (np.rint(10 ** dice.uniform(0, 7, SIZE)) for _ in range(2))
    share = dice.choice([0.0, 1.0, 0.5, 1e-3, 0.97], SIZE)
    hits, others = (dice.binomial(k.astype(np.int64), share).astype(np.float64) for k in (n, other_n))
    return hits, n, others, other_n


def of_gap(gap: Any) -> Ends:
    """The ends of a difference or a ratio."""
    return gap.low, gap.value, gap.high


def errors_of(hits: Array, n: Array) -> tuple[Array, Array, Array]:
    """Means with standard errors, from counts."""
    share = hits / n
    return share, np.sqrt(share * (1 - share) / n), n


ONE: dict[str, Callable[[Counts, float], Ends]] = {
    "wilson": lambda c, at: _around(intervals.wilson(c[0], c[1], at), c[0] / c[1]),
    "clopper_pearson": lambda c, at: _around(intervals.clopper_pearson(c[0], c[1], at), c[0] / c[1]),
    "poisson": lambda c, at: _around(intervals.poisson(c[0], at), c[0]),
    "net": lambda c, at: _around(intervals.net(c[0], np.minimum(c[2], c[1] - c[0]), c[1], at), _net(c)),
    "mean": lambda c, at: _around(intervals.mean(c[0], c[2], c[1], at), c[0]),
    "alike": lambda c, at: _around(intervals.alike(c[0] / c[1], c[3], 0, 1, at), c[0] / c[1]),
    "shares": lambda c, at: of_gap(differences.shares(*c, at)),
    "share_ratios": lambda c, at: of_gap(differences.share_ratios(*c, at)),
    "rates": lambda c, at: of_gap(differences.rates(*c, at)),
    "rate_ratios": lambda c, at: of_gap(differences.rate_ratios(*c, at)),
    "means": lambda c, at: of_gap(differences.means(errors_of(c[0], c[1]), errors_of(c[2], c[3]), at)),
}
TURNED = ("shares", "rates", "means")


def _around(ends: tuple[Array, Array], value: Array) -> Ends:
    return ends[0], value, ends[1]


def _net(c: Counts) -> Array:
    return np.asarray((c[0] - np.minimum(c[2], c[1] - c[0])) / c[1])


@pytest.mark.parametrize("kernel", ONE)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_ends_of_a_kernel_are_in_order(kernel: str, seed: int) -> None:
    """At every confidence, and each interval lies within that of a greater confidence."""
    counts = drawn(seed)
    before: Ends | None = None
    for confidence in CONFIDENCES:
        low, value, high = ONE[kernel](counts, confidence)
        in_order(low, value, high)
        if before is not None:
            in_order(low, before[0], before[2])
            in_order(before[0], before[2], high)
        before = low, value, high


@pytest.mark.parametrize("kernel", TURNED)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_difference_turned_round_changes_its_sign(kernel: str, seed: int) -> None:
    """The low end of one way is the high end of the other."""
    hits, n, others, other_n = drawn(seed)
    low, value, high = ONE[kernel]((hits, n, others, other_n), 0.95)
    lower, turned, higher = ONE[kernel]((others, other_n, hits, n), 0.95)
    for one, two in ((low, higher), (value, turned), (high, lower)):
        np.testing.assert_allclose(one, -np.asarray(two), rtol=1e-7, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    top=st.floats(-1e3, 1e3),
    base=st.floats(1e-6, 1e3) | st.floats(-1e3, -1e-6),
    top_error=st.floats(0, 1e3),
    base_error=st.floats(0, 1e3),
    critical=st.sampled_from([0.7, 1.96, 4.0]),
)
def test_a_ratio_of_estimates_lies_between_its_ends(
    top: float, base: float, top_error: float, base_error: float, critical: float
) -> None:
    """Fieller's ends solve their equation, and enclose the ratio, wherever the base is surely not 0."""
    four = (np.array([x]) for x in (top, top_error, base, base_error))
    value, low, high = (float(x[0]) for x in differences.fieller(*four, critical=critical))
    if abs(base) <= critical * base_error * (1 + 1e-6):
        return
    assert low <= value <= high
    for end in (low, high):
        distance, reach = abs(top - end * base), critical * np.hypot(top_error, end * base_error)
        assert distance == pytest.approx(reach, rel=1e-4, abs=1e-6 * (abs(top) + abs(end * base) + top_error))
