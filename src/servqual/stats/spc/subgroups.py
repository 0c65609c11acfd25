"""Charts for several values per point in time: means with ranges, means with standard deviations."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np

from servqual._arrays import SAME, Array
from servqual.errors import InvalidValue
from servqual.stats.spc.charts import FEW, SIMPLE, WIDTH, Chart, Lines, Shewhart, frozen_lines
from servqual.stats.spc.factors import c4_of, constants
from servqual.stats.spc.points import Exclude, Values, basis, table

__all__ = ["Spread", "XbarR", "XbarS", "xbar_r", "xbar_s"]


@attrs.frozen(kw_only=True, repr=False)
class Spread(Chart):
    """Ranges, or standard deviations, of the groups."""

    title: str = "Chart of the spread within groups"
    tests: ClassVar[tuple[str, ...]] = SIMPLE


@attrs.frozen(kw_only=True, repr=False)
class _Means(Shewhart):
    """Means of groups; `sigma` is the standard deviation of a single value, `sizes` the values per group."""

    _lines: ClassVar[tuple[str, ...]] = ("centre", "lower", "upper", "sigma", "sizes")

    sizes: Lines = attrs.field(converter=frozen_lines, eq=SAME, hash=False)

    @property
    def point_sigma(self) -> Lines:
        """Standard deviation of a mean."""
        return self.sigma / np.sqrt(self.sizes)


@attrs.frozen(kw_only=True, repr=False)
class XbarR(_Means):
    """Means of groups within limits from their ranges; `ranges` is the chart of these, `r_bar` their mean."""

    title: str = "X̄ chart, from ranges"

    r_bar: float
    ranges: Spread


@attrs.frozen(kw_only=True, repr=False)
class XbarS(_Means):
    """Means of groups within limits from their standard deviations, `deviations`, whose mean is `s_bar`."""

    title: str = "X̄ chart, from standard deviations"

    s_bar: float
    deviations: Spread


def xbar_r(
    values: Sequence[Values] | Array, *, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> XbarR:
    """Chart the means of groups: the mean of all ± 3 sigma / √n, with sigma the mean range / d2.

    `values` has a row per group, in order of time; rows may differ in length and miss values. A group of one value has
    no range, and says nothing of sigma; with groups of different sizes each range is divided by the d2 of its own, and
    limits are arrays. `baseline` and `exclude` count groups, as `xmr` counts points. Ranges waste little up to about
    ten values per group; use `xbar_s` for more. Without a group of two values in the baseline it is refused.
    D. C. Montgomery, Introduction to Statistical Quality Control, chapter 6; NIST/SEMATECH e-Handbook 6.3.2.1.

    >>> chart = xbar_r([[5.1, 5.0, 4.9], [5.2, 5.1, 5.0], [4.8, 5.0, 4.9]])
    >>> round(chart.centre, 3), round(chart.r_bar, 3), round(chart.upper, 4)
    (5.0, 0.2, 5.2047)
    """
    groups = table("values", values)
    with np.errstate(invalid="ignore"):
        spread = np.fmax.reduce(groups, axis=1, initial=-np.inf) - np.fmin.reduce(groups, axis=1, initial=np.inf)
    found = _found(groups, spread, _range_of, baseline, exclude)
    ranges = found.pop("spread")
    return XbarR(**found, r_bar=_mean_of(ranges), ranges=ranges)


def xbar_s(
    values: Sequence[Values] | Array, *, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> XbarS:
    """Chart the means of groups: the mean of all ± 3 sigma / √n, with sigma the mean standard deviation / c4.

    All else is as for `xbar_r`. D. C. Montgomery, Introduction to Statistical Quality Control, chapter 6.

    >>> chart = xbar_s([[5.1, 5.0, 4.9], [5.2, 5.1, 5.0], [4.8, 5.0, 4.9]])
    >>> round(chart.centre, 3), round(chart.s_bar, 3), round(chart.upper, 4)
    (5.0, 0.1, 5.1954)
    """
    groups = table("values", values)
    n = np.maximum((~np.isnan(groups)).sum(axis=1), 1)
    apart = groups - _averages(groups)[:, None]
    spread = np.sqrt(np.nansum(apart**2, axis=1) / np.maximum(n - 1, 1))
    found = _found(groups, spread, _deviation_of, baseline, exclude)
    deviations = found.pop("spread")
    return XbarS(**found, s_bar=_mean_of(deviations), deviations=deviations)


def _averages(groups: Array, weights: Array | float = 1.0) -> Array:
    """Average each row from its first known value on, so that equal values give themselves back exactly."""
    if not groups.size:
        return np.full(len(groups), np.nan)
    known = ~np.isnan(groups)
    first = groups[np.arange(len(groups)), known.argmax(axis=1)][:, None]
    parts = np.where(known, weights, 0.0)
    with np.errstate(invalid="ignore"):  # no value in a row
        return np.asarray(first[:, 0] + np.nansum(parts * (groups - first), axis=1) / parts.sum(axis=1))


def _range_of(n: int) -> tuple[float, float]:
    return constants(n).d2, constants(n).d3


def _deviation_of(n: int) -> tuple[float, float]:
    c4 = c4_of(n)
    return c4, math.sqrt(max(1 - c4**2, 0.0))


def _mean_of(spread: Spread) -> float:
    """Compute the mean of the ranges or deviations that set the limits."""
    return float(np.nanmean(spread.basis.setting(spread.values)))


def _found(
    groups: Array, spread: Array, expected: Callable[[int], tuple[float, float]], baseline: Any, exclude: Any
) -> dict[str, Any]:
    """Find centre, sigma and limits; `expected` gives mean and deviation of the spread of n values of sigma 1."""
    n = (~np.isnan(groups)).sum(axis=1)
    settled = basis(len(n), baseline, exclude)
    sizes, place = np.unique(n, return_inverse=True)
    known = [expected(int(size)) if size > 1 else (np.nan, np.nan) for size in sizes]
    mean, deviation = np.array(known).reshape(-1, 2)[place].T
    chosen = settled.setting(spread / mean)
    if np.isnan(chosen).all():
        raise InvalidValue.of("values", "hold a group of two values in the baseline", len(n), do="use xmr for one each")
    sigma = float(np.nanmean(chosen))
    used = settled.setting(np.where(n > 0, n, np.nan).astype(np.float64))
    averages = _averages(groups)
    centre = float(_averages(settled.setting(averages)[None], used[None])[0])
    error = WIDTH * sigma / np.sqrt(np.maximum(n, 1))
    lines = {"lower": centre - error, "upper": centre + error, "sizes": np.maximum(n, 1).astype(np.float64)}
    inner = {
        "centre": mean * sigma,
        "lower": np.maximum(mean - WIDTH * deviation, 0) * sigma,
        "upper": (mean + WIDTH * deviation) * sigma,
        "sigma": deviation * sigma,
    }
    return {
        "values": averages,
        "centre": centre,
        "sigma": sigma,
        **_level(lines, n),
        "basis": settled,
        "caveats": ("spc.few_points",) * (int((~np.isnan(chosen)).sum()) < FEW),
        "spread": Spread(values=np.where(n > 1, spread, np.nan), **_level(inner, n), basis=settled),
    }


def _level(lines: dict[str, Array], n: Array) -> dict[str, Any]:
    """Give one number per line where all groups are of one size, empty ones apart."""
    whole = n[n > 0]
    same = (whole == whole[0]).all()
    return {name: float(line[n > 0][0]) if same else line for name, line in lines.items()}
