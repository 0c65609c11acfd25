"""The chart for single values in order of time: individuals and their moving ranges."""

import math
from typing import ClassVar, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.spc.charts import FEW, WIDTH, Chart, Shewhart
from servqual.stats.spc.points import Basis, Exclude, Values, basis, series

__all__ = ["MovingRange", "XmR", "middle_of", "moving_sigma", "xmr"]

_D2: Final = 2 / math.sqrt(math.pi)
_D4: Final = 1 + 3 * math.sqrt(math.pi / 2 - 1)


@attrs.frozen(kw_only=True, repr=False)
class MovingRange(Chart):
    """Distances between neighbouring values; the first is missing, and so is each beside a missing value."""

    title: str = "Moving range chart"
    # ranges that share a value are not independent, so that their runs say nothing
    tests: ClassVar[tuple[str, ...]] = ("beyond_limits",)


@attrs.frozen(kw_only=True, repr=False)
class XmR(Shewhart):
    """Single values within limits from their moving ranges; `ranges` is the chart of these, `mr_bar` their mean."""

    title: str = "XmR chart"

    mr_bar: float
    ranges: MovingRange


def xmr(values: Values, *, baseline: int | slice | None = None, exclude: Exclude | None = None) -> XmR:
    """Chart single values: the mean ± 3 sigma, where sigma is the mean moving range × √π / 2.

    `baseline` are the points that set centre and limits, the first so many or a slice; all where it is left out. The
    limits then stay as they are for later points. `exclude` maps the index of a point with a known cause to the reason
    why it is left out: it sets no limit, never signals, and ends runs as a missing point does. Missing points are None
    or NaN; no range is taken across one. Fewer than two neighbouring points in the baseline are refused.

    The constant is exact, 3 √π / 2 = 2.6587, where tables round to 2.66 or 2.6596. D. J. Wheeler and D. S. Chambers,
    1992, Understanding Statistical Process Control; NIST/SEMATECH e-Handbook 6.3.2.2.

    >>> chart = xmr([39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40, 60, 61, 60], baseline=12, exclude={5: "strike"})
    >>> chart
    <XmR chart: 15 points, centre 41.1818, limits 36.7507 to 45.613, 6 signals>
    >>> chart.signals[0].rule, chart.signals[0].index, dict(chart.excluded)
    ('beyond_limits', 12, {5: 'strike'})
    """
    points = series("values", values)
    settled = basis(len(points), baseline, exclude)
    setting = settled.setting(points)
    sigma = moving_sigma(setting)
    if math.isnan(sigma):
        raise InvalidValue.of(
            "values", "hold two neighbouring points in the baseline", int((~np.isnan(setting)).sum()), do="add points"
        )
    centre, mr_bar = middle_of(setting), sigma * _D2
    return XmR(
        values=points,
        centre=centre,
        lower=centre - WIDTH * sigma,
        upper=centre + WIDTH * sigma,
        sigma=sigma,
        basis=settled,
        mr_bar=mr_bar,
        ranges=_ranges(points, mr_bar, settled),
        caveats=_caveats(setting),
    )


def middle_of(setting: Array) -> float:
    """Take the mean of the known points, from the first one on, so that equal values give themselves back exactly."""
    known = setting[~np.isnan(setting)]
    return float(known[0] + (known - known[0]).mean())


def moving_sigma(setting: Array) -> float:
    """Estimate the standard deviation from the mean moving range, NaN without two neighbours.

    >>> round(moving_sigma(np.array([49.6, 47.6, 49.9, 51.3])), 4)
    1.6838
    """
    ranges = np.abs(np.diff(setting))
    known = ranges[~np.isnan(ranges)]
    return float(known.mean() / _D2) if len(known) else math.nan


def _ranges(points: Array, mr_bar: float, settled: Basis) -> MovingRange:
    # the range into an excluded point, and the one out of it, are missing: there is nothing left to exclude
    ranges = np.abs(np.diff(settled.used(points), prepend=np.nan))
    return MovingRange(
        values=ranges,
        centre=mr_bar,
        lower=0.0,
        upper=_D4 * mr_bar,
        sigma=(_D4 - 1) / WIDTH * mr_bar,
        basis=attrs.evolve(settled, reasons=()),
    )


def _caveats(setting: Array) -> tuple[str, ...]:
    """Find out whether limits are preliminary, or neighbours alike (L. Alwan and H. Roberts, 1988, JBES 6: 87-95)."""
    known = int((~np.isnan(setting)).sum())
    apart = setting - np.nanmean(setting)
    squares = np.nansum(apart**2)
    alike = np.nansum(apart[1:] * apart[:-1]) > 2 / math.sqrt(known) * squares
    return ("spc.few_points",) * (known < FEW) + ("spc.autocorrelated",) * bool(squares > 0 and alike)
