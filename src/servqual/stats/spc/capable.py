"""Capability: how well what a process does fits between the limits that a customer sets."""

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from types import MappingProxyType

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import several
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.inference.estimate import Estimate
from servqual.stats.inference.given import as_confidence, as_number, as_open
from servqual.stats.spc.factors import c4_of
from servqual.stats.spc.individuals import moving_sigma
from servqual.stats.spc.points import Values, series

__all__ = ["Capability", "capability"]

_ONE_LIMIT = "needs a lower and an upper limit"
_FEW = "fewer than two values"
_NO_SPREAD = "all values are equal"
_INDICES = ("pp", "ppk", "cp", "cpk", "cpm")
_GIVEN = "sigma was given, and how exact it is was not"


def _read_only(indices: Mapping[str, Estimate]) -> Mapping[str, Estimate]:
    if {*indices} != {*_INDICES}:
        raise InvalidValue.of("indices", f"be those of {', '.join(_INDICES)}", ", ".join(indices))
    return MappingProxyType(dict(indices))


@attrs.frozen(kw_only=True)
class Capability(Rebuilt):
    """Capability indices; `sigma` is the standard deviation within groups, `overall` that of all values.

    `indices` holds the estimate of each by name, with its interval, and the reason where there is none; `pp`, `ppk`,
    `cp`, `cpk` and `cpm` are their values.
    """

    n: int
    mean: float | None
    sigma: float | None
    overall: float | None
    indices: Mapping[str, Estimate] = attrs.field(converter=_read_only, hash=False)

    @property
    def pp(self) -> float | None:
        """Width between the limits in 6 standard deviations of all values."""
        return self.indices["pp"].value

    @property
    def ppk(self) -> float | None:
        """Distance of the mean from the nearer limit in 3 standard deviations of all values."""
        return self.indices["ppk"].value

    @property
    def cp(self) -> float | None:
        """Width between the limits in 6 standard deviations within groups."""
        return self.indices["cp"].value

    @property
    def cpk(self) -> float | None:
        """Distance of the mean from the nearer limit in 3 standard deviations within groups."""
        return self.indices["cpk"].value

    @property
    def cpm(self) -> float | None:
        """Width between the limits in 6 root mean squares of the distance from the target."""
        return self.indices["cpm"].value


def capability(
    values: Values,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
    sigma: float | None = None,
    subgroups: int | Sequence[object] | None = None,
    confidence: float = 0.95,
) -> Capability:
    """Compare the spread of values with the limits of a specification, at least one of which is needed.

    `pp` and `ppk` use the standard deviation s of all values, `cp` and `cpk` that of a short time: `sigma` where it is
    given; else the pooled one of `subgroups` / c4, which are a number of values that follow each other or a label per
    value; else the mean moving range × √π / 2. `cpm` counts the distance from `target` as spread. With one limit only
    `ppk` and `cpk` are known. Missing values (None, NaN) are left out. Fewer than two values, or equal ones, give None
    with a reason. The values are taken as normal and the process as stable: look at its chart first.

    Intervals: chi-square for `pp` and `cp` (V. E. Kane, 1986, Journal of Quality Technology 18: 41-52) and `cpm` (R. A.
    Boyles, 1991, JQT 23: 17-26); normal for `ppk` and `cpk` (A. F. Bissell, 1990, Applied Statistics 39: 331-340). A
    moving range counts as 0.6 degrees of freedom per value. Formulas of the indices: NIST/SEMATECH e-Handbook 6.1.6.

    >>> found = capability([9.8, 10.1, 10.0, 9.9, 10.2], lower=9, upper=11)
    >>> round(found.pp, 3), round(found.cp, 3), round(found.indices["pp"].low, 3), found.cpm
    (2.108, 1.881, 0.734, None)
    >>> found.indices["cpm"].reason
    'needs a target'
    """
    _check(lower, upper, target, sigma, confidence)
    points = series("values", values)
    known = points[~np.isnan(points)]
    n, mean = len(known), float(known.mean()) if len(known) else None
    overall = _Spread(float(known.std(ddof=1)) if n > 1 else None, n - 1, "standard deviation of all values", _FEW)
    within = overall if n < 2 else _short_term(points, sigma, subgroups)  # noqa: PLR2004  (a spread needs two)
    limits = _Limits(n=n, mean=mean, lower=lower, upper=upper, confidence=confidence)
    indices = {
        "pp": limits.width(overall),
        "ppk": limits.nearer(overall),
        "cp": limits.width(within),
        "cpk": limits.nearer(within),
        "cpm": limits.around(overall, target),
    }
    return Capability(n=n, mean=mean, sigma=within.value, overall=overall.value, indices=indices)


@attrs.frozen
class _Spread:
    """A standard deviation, None where there is none and why; its degrees of freedom, None where they are not known."""

    value: float | None
    df: float | None
    method: str
    none: str


@attrs.frozen(kw_only=True)
class _Limits:
    """A mean between limits, measured in standard deviations."""

    n: int
    mean: float | None
    lower: float | None
    upper: float | None
    confidence: float

    def width(self, spread: _Spread) -> Estimate:
        if not spread.value:
            return self._without(spread)
        if self.lower is None or self.upper is None:
            return self._of(None, None, spread.method, _ONE_LIMIT)
        value = (self.upper - self.lower) / (6 * spread.value)
        interval = None if spread.df is None else _by_chi_square(value, spread.df, self.confidence)
        return self._of(value, interval, spread.method, _GIVEN)

    def nearer(self, spread: _Spread) -> Estimate:
        if not spread.value or self.mean is None:
            return self._without(spread)
        ends = [self.upper - self.mean] if self.upper is not None else []
        ends += [self.mean - self.lower] if self.lower is not None else []
        value = min(ends) / (3 * spread.value)
        if spread.df is None:
            return self._of(value, None, spread.method, _GIVEN)
        z = NormalDist().inv_cdf((1 + self.confidence) / 2)
        error = z * math.sqrt(1 / (9 * self.n) + value**2 / (2 * spread.df))
        return self._of(value, (value - error, value + error), spread.method, None)

    def around(self, spread: _Spread, target: float | None) -> Estimate:
        if not spread.value or self.mean is None:
            return self._without(spread)
        method = "root mean square distance from the target"
        if target is None or self.lower is None or self.upper is None:
            return self._of(None, None, method, "needs a target" if target is None else _ONE_LIMIT)
        apart = (self.mean - target) ** 2
        value = (self.upper - self.lower) / (6 * math.sqrt(spread.value**2 + apart))
        # the more of the distance is that of the mean, which is well known, the more degrees of freedom there are
        off = self.n * apart / ((self.n - 1) * spread.value**2)
        df = self.n * (1 + off) ** 2 / (1 + 2 * off)
        return self._of(value, _by_chi_square(value, df, self.confidence), method, None)

    def _without(self, spread: _Spread) -> Estimate:
        return self._of(None, None, spread.method, spread.none if spread.value is None else _NO_SPREAD)

    def _of(
        self, value: float | None, interval: tuple[float, float] | None, method: str, reason: str | None
    ) -> Estimate:
        low, high = interval or (None, None)
        return Estimate(
            value=value,
            low=low,
            high=high,
            confidence=self.confidence,
            method=method,
            n=self.n,
            reason=None if interval else reason,
        )


def _by_chi_square(value: float, df: float, confidence: float) -> tuple[float, float]:
    """Find the interval of an index whose estimated variance has so many degrees of freedom."""
    from scipy.special import chdtri  # noqa: PLC0415  (loads with the first interval that needs it)

    tail = (1 - confidence) / 2
    low, high = (value * math.sqrt(float(chdtri(df, share)) / df) for share in (1 - tail, tail))
    # with one or two degrees of freedom even the median lies far below the mean
    return min(low, value), max(high, value)


def _short_term(points: Array, sigma: float | None, subgroups: int | Sequence[object] | None) -> _Spread:
    """Find the standard deviation within a short time."""
    if sigma is not None:
        return _Spread(sigma, None, "given standard deviation", _FEW)
    if subgroups is not None:
        return _pooled(points, subgroups)
    ranges = np.diff(points)
    number = int((~np.isnan(ranges)).sum())
    if not number:
        return _Spread(None, None, "mean moving range", "no two values that follow each other")
    # variance of the mean of neighbouring ranges, in squares of its mean: those that share a value vary together
    shared = int((~np.isnan(ranges[1:] + ranges[:-1])).sum())
    scatter = ((math.pi / 2 - 1) * number + 2 * _TOGETHER * shared) / number**2
    return _Spread(moving_sigma(points), 1 / (2 * scatter), "mean moving range", _FEW)


_TOGETHER = math.sqrt(3) / 2 + math.pi / 12 - 1
"""Covariance of two ranges that share a normal value, in squares of their mean."""


def _pooled(points: Array, subgroups: int | Sequence[object]) -> _Spread:
    if isinstance(subgroups, int | np.integer):
        if subgroups < 2 or len(points) % subgroups:  # noqa: PLR2004  (one value has no spread)
            raise InvalidValue.of("subgroups", f"be 2 or more and divide the {len(points)} values", subgroups)
        labels = np.arange(len(points)) // int(subgroups)
    else:
        names = several("subgroups", subgroups, "a number of values, or a label per value")
        if len(names) != len(points):
            raise InvalidValue.of("subgroups", f"be a label per value ({len(points)})", len(names))
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        labels = np.array([numbers[name] for name in names])
    known = ~np.isnan(points)
    _, group = np.unique(labels[known], return_inverse=True)
    n = np.bincount(group)
    means = np.bincount(group, points[known]) / np.maximum(n, 1)
    df = int((n - 1).sum()) if len(n) else 0
    method = "pooled standard deviation within groups"
    if not df:
        return _Spread(None, None, method, "no group of two values")
    pooled = math.sqrt(float(((points[known] - means[group]) ** 2).sum()) / df)
    return _Spread(pooled / c4_of(df + 1), df, method, _FEW)


def _check(
    lower: float | None, upper: float | None, target: float | None, sigma: float | None, confidence: float
) -> None:
    as_confidence(confidence)
    for field, given in (("lower", lower), ("upper", upper), ("target", target)):
        if given is not None:
            as_number(field, given)
    if sigma is not None:
        as_open("sigma", sigma)
    if lower is None and upper is None:
        raise InvalidValue.of("lower or upper", "be given", None, do="name the limits of the specification")
    if lower is not None and upper is not None and not lower < upper:
        raise InvalidValue.of("upper", f"lie above lower ({lower})", upper)
