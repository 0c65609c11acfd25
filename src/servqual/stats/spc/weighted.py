"""Charts that remember: the exponentially weighted mean and cumulative sums, which find small shifts early."""

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual._words import counted
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.inference.given import as_number, as_open
from servqual.stats.spc.charts import FEW, Chart
from servqual.stats.spc.individuals import middle_of, moving_sigma
from servqual.stats.spc.points import Exclude, Values, basis, series
from servqual.stats.spc.run_lengths import as_weight
from servqual.stats.spc.run_rules import Direction, Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Cusum", "Ewma", "cusum", "ewma"]


@attrs.frozen(kw_only=True, repr=False)
class Ewma(Chart):
    """Weighted means so far, in `values`, of the `points`; `sigma` is the standard deviation of such a mean."""

    title: str = "EWMA chart"
    # neighbouring means share nearly all of their points, so that their runs say nothing
    tests: ClassVar[tuple[str, ...]] = ("beyond_limits",)
    _lines: ClassVar[tuple[str, ...]] = ("centre", "lower", "upper", "sigma", "points")

    points: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    weight: float


@attrs.frozen(kw_only=True, repr=False)
class Cusum(Rebuilt):
    """Sums of what lies above the target (`high`) and below it (`low`), each at least 0; they signal above `limit`."""

    high: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    low: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    target: float
    slack: float
    limit: float

    def __attrs_post_init__(self) -> None:
        as_long(self, "high", "low")

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The points at which a sum lies above the limit; `first` is where that sum began to rise.

        The rule is `beyond_limits`. The first point estimates when the process changed (D. C. Montgomery, Statistical
        Quality Control, section 9.1).
        """
        found = _beyond(self.high, self.limit, "up") + _beyond(self.low, self.limit, "down")
        return tuple(sorted(found, key=lambda signal: signal.index))

    def plot(self, *, at: Sequence[Any] | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw high sums upwards and low ones downwards, between the limits; diamonds signal.

        `at` are the dates, moments or numbers of the points. Needs the extra `plot`.
        """
        from servqual.stats.spc.drawing import sums  # noqa: PLC0415  (loads with the first picture)

        return sums(self.high, self.low, limit=self.limit, signals=self.signals, at=at, ax=ax)

    def __repr__(self) -> str:
        return (
            f"<CUSUM chart: {len(self.high)} points, target {self.target:.6g}, {counted(len(self.signals), 'signal')}>"
        )


def ewma(
    values: Values,
    *,
    weight: float = 0.2,
    centre: float | None = None,
    sigma: float | None = None,
    width: float = 3.0,
    baseline: int | slice | None = None,
    exclude: Exclude | None = None,
) -> Ewma:
    """Chart the exponentially weighted mean: each is `weight` × the point + (1 − weight) × the mean before.

    The first mean starts from the centre. `centre` and `sigma`, the standard deviation of a single value, come from
    the baseline where they are not given: its mean, and its mean moving range × √π / 2. Limits lie `width` standard
    deviations of the weighted mean away, which grow over the first points: sigma² λ / (2 − λ) × (1 − (1 − λ)^(2 i)).
    A missing or excluded point has no mean, and the next one goes on from the mean before. The smaller the weight, the
    smaller the shift that is found; `ewma_arl` tells how soon. S. W. Roberts, 1959, Technometrics 1: 239-250; J. M.
    Lucas and M. S. Saccucci, 1990, Technometrics 32: 1-12; NIST/SEMATECH e-Handbook 6.3.2.4.

    >>> chart = ewma([52.0, 47.0, 53.0, 49.3], weight=0.3, centre=50, sigma=2.0539)
    >>> chart.values.round(2).tolist(), chart.upper.round(2).tolist()
    ([50.6, 49.52, 50.56, 50.18], [51.85, 52.26, 52.43, 52.51])
    """
    as_open("width", width)
    as_weight(weight)
    points = series("values", values)
    settled = basis(len(points), baseline, exclude)
    setting = settled.setting(points)
    if (sigma is None and np.isnan(moving_sigma(setting))) or (centre is None and np.isnan(setting).all()):
        raise InvalidValue.of(
            "values", "hold two neighbouring points in the baseline", len(setting), do="or give centre and sigma"
        )
    middle = float(middle_of(setting) if centre is None else as_number("centre", centre))
    spread = float(moving_sigma(setting) if sigma is None else as_number("sigma", sigma, 0))
    used = settled.used(points)
    known = ~np.isnan(used)
    means = np.full(len(points), np.nan)
    means[known] = list(
        itertools.accumulate(used[known].tolist(), lambda mean, point: mean + weight * (point - mean), initial=middle)
    )[1:]
    # a missing point keeps the limits of the mean before it
    seen = np.maximum(np.cumsum(known), 1)
    error = spread * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * seen)))
    return Ewma(
        values=means,
        centre=middle,
        lower=middle - width * error,
        upper=middle + width * error,
        sigma=error,
        basis=settled,
        points=points,
        weight=weight,
        caveats=("spc.few_points",) * (sigma is None and int((~np.isnan(setting)).sum()) < FEW),
    )


def cusum(values: Values, *, target: float, slack: float, limit: float) -> Cusum:
    """Add up what lies beyond target ± slack: high = max(0, high + value − target − slack), and low likewise.

    All are in the unit of the values. `slack` is half of the shift that must be found soon, `limit` the sum that
    signals; 0.5 and 4 or 5 standard deviations of a value are usual, and `cusum_arl` tells what they do. A missing
    point (None or NaN) has no sum, and the next goes on from the sum before. E. S. Page, 1954, Biometrika 41: 100-115;
    NIST/SEMATECH e-Handbook 6.3.2.3.

    >>> chart = cusum([10.0, 11.0, 12.0, 12.5, 9.0], target=10, slack=0.5, limit=3)
    >>> chart.high.tolist(), [(s.index, s.first, s.direction) for s in chart.signals]
    ([0.0, 0.5, 2.0, 4.0, 2.5], [(3, 1, 'up')])
    """
    points = series("values", values)
    as_number("target", target)
    as_number("slack", slack, 0)
    as_open("limit", limit)
    high, low = (_sums(sign * (points - target) - slack) for sign in (1, -1))
    return Cusum(high=high, low=low, target=target, slack=slack, limit=limit)


def _sums(steps: Array) -> Array:
    """Add up steps, never below 0: the way so far less its lowest place, so that no loop is needed."""
    way = np.cumsum(np.nan_to_num(steps))
    return np.where(np.isnan(steps), np.nan, way - np.minimum(np.minimum.accumulate(way), 0))


def _beyond(sums: Array, limit: float, direction: Direction) -> list[Signal]:
    """Find the points with a sum above the limit, and for each the first one since the sum was last 0."""
    first = np.maximum.accumulate(np.where(sums == 0, np.arange(1, len(sums) + 1), 0))
    return [
        Signal(rule="beyond_limits", index=int(index), first=int(first[index]), direction=direction)
        for index in np.flatnonzero(sums > limit)
    ]
