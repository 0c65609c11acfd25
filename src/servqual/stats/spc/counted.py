"""Charts for counts: shares of defective cases, defects, and both where samples are large."""

import math
from typing import Any, ClassVar, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.errors import InvalidValue
from servqual.stats.spc.charts import FEW, SIMPLE, WIDTH, Shewhart
from servqual.stats.spc.individuals import moving_sigma
from servqual.stats.spc.points import Basis, Exclude, Values, basis, counts, sizes_of

__all__ = [
    "Chance",
    "Counted",
    "Laney",
    "c_chart",
    "laney_p",
    "laney_u",
    "np_chart",
    "p_chart",
    "rates",
    "shares",
    "u_chart",
]

_ENOUGH: Final = 5
_RARELY: Final = 2.33
_OF_RANGES: Final = 0.826
"""Variance of the mean moving range × the number of ranges, in variances of a point."""


@attrs.frozen(kw_only=True, repr=False)
class Counted(Shewhart):
    """Counts or shares within the limits of chance."""

    tests: ClassVar[tuple[str, ...]] = SIMPLE


@attrs.frozen(kw_only=True, repr=False)
class Laney(Counted):
    """Shares or rates within the limits of chance × `sigma_z`, the scatter of points in such limits of 1."""

    sigma_z: float


def p_chart(
    *, defectives: Values, sizes: Values | int, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> Counted:
    """Chart shares of defective cases: p̄ ± 3 √(p̄ (1 − p̄) / n), with limits per point, cut at 0 and 1.

    `defectives` are counts, `sizes` the cases of each point, or one number for all; p̄ is all defectives of the baseline
    over all its cases. `baseline` and `exclude` are as for `xmr`. A count above its size is refused, a point without
    cases is missing. Where points scatter more than chance makes them, as samples of thousands do, the chart carries
    the caveat `spc.overdispersed`; `laney_p` is the chart then. Only the first four rules are applied, which hold for
    skewed counts. W. A. Shewhart, 1931; NIST/SEMATECH e-Handbook 6.3.3.2.

    >>> chart = p_chart(defectives=[12, 15, 8, 10], sizes=[100, 120, 90, 110])
    >>> round(chart.centre, 4), chart.upper.round(4).tolist()
    (0.1071, [0.1999, 0.1918, 0.205, 0.1956])
    """
    return shares(defectives, sizes, baseline, exclude).chart("p chart")


def np_chart(
    *, defectives: Values, sizes: Values | int, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> Counted:
    """Chart numbers of defective cases in samples of one size: n p̄ ± 3 √(n p̄ (1 − p̄)).

    All else is as for `p_chart`, which is the chart where sizes differ; they are refused here.

    >>> chart = np_chart(defectives=[12, 15, 8, 10], sizes=100)
    >>> chart.centre, round(chart.upper, 3)
    (11.25, 20.729)
    """
    found = shares(defectives, sizes, baseline, exclude)
    n = found.sizes[~np.isnan(found.sizes)]
    if (n != n[0]).any():
        raise InvalidValue.of("sizes", "be the same for all points", n.tolist(), do="use p_chart")
    return found.chart("np chart", unit=n[0])


def c_chart(defects: Values, *, baseline: int | slice | None = None, exclude: Exclude | None = None) -> Counted:
    """Chart numbers of defects, or of other events, per equal stretch of work: c̄ ± 3 √c̄, cut at 0.

    `baseline` and `exclude` are as for `xmr`; `u_chart` is the chart where the amounts of work differ. NIST/SEMATECH
    e-Handbook 6.3.3.1.

    >>> chart = c_chart([16, 14, 28, 16, 12, 20])
    >>> round(chart.centre, 3), round(chart.lower, 3), round(chart.upper, 3)
    (17.667, 5.057, 30.276)
    """
    return rates(defects, 1, baseline, exclude).chart("c chart", unit=1.0)


def u_chart(
    *, defects: Values, sizes: Values | float, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> Counted:
    """Chart defects per unit of work: ū ± 3 √(ū / n), with limits per point, cut at 0.

    `sizes` are the amounts of work (cases, hours, days) of each point; one without any is missing. `baseline` and
    `exclude` are as for `xmr`. Where points scatter more than chance makes them the chart carries the caveat
    `spc.overdispersed`; `laney_u` is the chart then.

    >>> chart = u_chart(defects=[2, 3, 8, 1], sizes=[50, 50, 60, 40])
    >>> round(chart.centre, 3), chart.upper.round(4).tolist()
    (0.07, [0.1822, 0.1822, 0.1725, 0.1955])
    """
    return rates(defects, sizes, baseline, exclude).chart("u chart")


def laney_p(
    *, defectives: Values, sizes: Values | int, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> Laney:
    """Chart shares of defective cases that scatter by more than chance: p̄ ± 3 √(p̄ (1 − p̄) / n) sigma_z.

    `sigma_z` is the standard deviation, from moving ranges, of the points in limits of chance. It is about 1 where
    chance alone is at work, and the chart is then that of `p_chart`; a drift from point to point in the true share
    makes it larger. Two neighbouring points are needed. D. B. Laney, 2002, Quality Engineering 14: 531-537.

    >>> chart = laney_p(defectives=[1200, 1500, 800, 1000], sizes=[10000, 12000, 9000, 11000])
    >>> round(chart.sigma_z, 2), chart.upper.round(4).tolist()
    (4.19, [0.146, 0.1426, 0.1481, 0.1442])
    """
    return shares(defectives, sizes, baseline, exclude).laney("Laney p′ chart")


def laney_u(
    *, defects: Values, sizes: Values | float, baseline: int | slice | None = None, exclude: Exclude | None = None
) -> Laney:
    """Chart defects per unit of work that scatter by more than chance: ū ± 3 √(ū / n) sigma_z.

    All else is as for `laney_p`.

    >>> round(laney_u(defects=[1200, 1500, 800, 1000], sizes=[10000, 12000, 9000, 11000]).sigma_z, 2)
    3.96
    """
    return rates(defects, sizes, baseline, exclude).laney("Laney u′ chart")


@attrs.frozen(kw_only=True)
class Chance:
    """Points that are counts over sizes, with their centre and the standard deviation that chance gives each."""

    values: Array
    sizes: Array
    centre: float
    sigma: Array
    most: float
    basis: Basis

    def chart(self, title: str, unit: float | None = None) -> Counted:
        """Make a chart with limits of chance: per point, or, in multiples of one size, the same for all."""
        return Counted(**self._lines(title, 1.0, unit), caveats=self._caveats())

    def laney(self, title: str) -> Laney:
        """Make a chart whose limits take in the scatter between points."""
        wider = self.sigma_z
        if math.isnan(wider):
            raise InvalidValue.of("baseline", "hold two neighbouring points", self.basis.baseline, do="add points")
        few = tuple(code for code in self._caveats() if code != "spc.overdispersed")
        return Laney(**self._lines(title, wider, None), caveats=few, sigma_z=wider)

    @property
    def sigma_z(self) -> float:
        """The scatter of the points in limits of chance, NaN without two neighbours."""
        apart = self.basis.setting(self.values) - self.centre
        sigma = self.basis.setting(self.sigma)
        return moving_sigma(np.divide(apart, sigma, out=apart * 0, where=sigma > 0))

    @property
    def overdispersed(self) -> bool:
        """Whether they scatter more than chance does in 99 of 100 stable series (J. Cryer and T. Ryan, 1990)."""
        ranges = int((~np.isnan(np.diff(self.basis.setting(self.values)))).sum())
        return ranges > 0 and self.sigma_z > 1 + _RARELY * math.sqrt(_OF_RANGES / ranges)

    @property
    def small(self) -> bool:
        """Whether fewer than five of the rarer outcome are expected per point."""
        expected = np.nanmedian(self.sizes) * min(self.centre, self.most - self.centre)
        return bool(expected < _ENOUGH)

    def _lines(self, title: str, wider: float, unit: float | None) -> dict[str, Any]:
        scale = unit or 1.0
        sigma: Any = self.sigma * wider * scale
        if unit is not None:
            sigma = float(np.nanmax(sigma))
        centre = self.centre * scale
        return {
            "title": title,
            "values": self.values * scale,
            "centre": centre,
            "lower": np.maximum(centre - WIDTH * sigma, 0),
            "upper": np.minimum(centre + WIDTH * sigma, self.most * scale),
            "sigma": sigma,
            "basis": self.basis,
        }

    def _caveats(self) -> tuple[str, ...]:
        known = int((~np.isnan(self.basis.setting(self.values))).sum())
        return (
            ("spc.few_points",) * (known < FEW)
            + ("spc.overdispersed",) * self.overdispersed
            + ("spc.small_counts",) * self.small
        )


def shares(defectives: Any, sizes: Any, baseline: object = None, exclude: object = None) -> Chance:
    """Read counts out of sizes; by chance a share varies as a binomial one."""
    found = counts("defectives", defectives)
    n = counts("sizes", sizes_of(sizes, len(found)))
    if (found > n).any():
        raise InvalidValue.of("defectives", "be at most the size of their point", found[found > n][0])
    n[n == 0] = np.nan
    rate, centre, settled = _pooled(found, n, baseline, exclude)
    sigma = np.sqrt(centre * (1 - centre) / n)
    return Chance(values=rate, sizes=n, centre=centre, sigma=sigma, most=1.0, basis=settled)


def rates(defects: Any, sizes: Any, baseline: object = None, exclude: object = None) -> Chance:
    """Read counts per amount of work; by chance a count varies as a Poisson one."""
    found = counts("defects", defects)
    amounts = sizes_of(sizes, len(found))
    if ((found > 0) & (amounts == 0)).any():
        raise InvalidValue.of("sizes", "be above 0 for a point with defects", 0.0)
    amounts[amounts == 0] = np.nan
    rate, centre, settled = _pooled(found, amounts, baseline, exclude)
    return Chance(
        values=rate, sizes=amounts, centre=centre, sigma=np.sqrt(centre / amounts), most=math.inf, basis=settled
    )


def _pooled(found: Array, sizes: Array, baseline: object, exclude: object) -> tuple[Array, float, Basis]:
    settled = basis(len(found), baseline, exclude)
    setting = settled.setting(found + 0 * sizes)
    known = ~np.isnan(setting)
    if not known.any():
        raise InvalidValue.of("baseline", "hold a point with a count and a size", settled.baseline, do="add points")
    centre = float(setting[known].sum() / settled.setting(sizes)[known].sum())
    return found / sizes, centre, settled
