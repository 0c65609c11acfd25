"""Groups against the level of all, with control limits that narrow as groups grow: the funnel plot, as data."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from statistics import NormalDist
from typing import Final, Literal, TypeAlias, get_args

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import all_of, among
from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import (
    kind_of,
    level_of_all,
    measured_groups,
    measured_kpi,
    one_by_one,
    spread_of_items,
)
from servqual.metrics.kpi.compound import Compound
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy, always
from servqual.stats import spc

Overdispersion: TypeAlias = Literal["multiplicative", "additive"]


@attrs.frozen(kw_only=True)
class FunnelRow:
    """One group in a funnel: its value, its limits from narrowest to widest, and the limit that it passes.

    `outside` is the widest limit that the group lies outside of, such as 0.998; None where it is inside all. `side`
    says on which side of the target that is: `better` or `worse`, `above` or `below` where neither is better.
    """

    measured: Measurement
    low: tuple[float, ...]
    high: tuple[float, ...]
    outside: float | None
    side: Literal["better", "worse", "above", "below"] | None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Funnel(Tidy[FunnelRow]):
    """The groups of one KPI against a target, in the order of the measures.

    `target` is the level of all, `limits` the probabilities of the limits, narrowest first. `spread` is the standard
    deviation of single items that the limits of a mean follow from, None for a share or rate. `phi` is the factor by
    which variances were multiplied, `tau` the standard deviation between groups that was added; 1 and 0 without
    overdispersion. `limits_at` gives the limits at any n, so that a curve can be drawn.
    """

    kpi: Kpi
    target: float
    limits: tuple[float, ...]
    spread: float | None
    phi: float
    tau: float

    def limits_at(self, n: Sequence[int] | Array) -> tuple[Array, Array]:
        """Compute lower and upper limits for groups of n items: one row per limit, one column per n."""
        sizes = np.asarray(n, np.int64)
        if (sizes < 1).any():
            raise InvalidValue.of("n", "be 1 or more", int(sizes.min()), shown=f"{sizes.min()}")
        pairs = [self._limit(sizes, level) for level in self.limits]
        return np.array([low for low, _ in pairs]), np.array([high for _, high in pairs])

    def _limit(self, n: Array, level: float) -> tuple[Array, Array]:
        if self.spread is None and self.phi == 1 and self.tau == 0:
            if not isinstance(self.kpi, Compound):
                return spc.of_shares(n, self.target, level)
            low, high = spc.of_counts(self.target * n / self.kpi.times, level)
            return low * self.kpi.times / n, high * self.kpi.times / n
        variance = _variance(self, n)
        half = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(variance * self.phi + self.tau**2)
        least, most = _SCALE.get(self.kpi.unit, (0.0, math.inf))
        return np.maximum(self.target - half, least), np.minimum(self.target + half, most)

    def _declared(self) -> Columns:
        out = {
            "group": Column("measured.group"),
            "value": Column("measured.value", OWN),
            "n": Column("measured.n"),
            "target": Column(always(self.target), OWN),
        }
        for i, level in enumerate(self.limits):
            out[f"low_{level:g}"] = Column(_end("low", i), OWN)
            out[f"high_{level:g}"] = Column(_end("high", i), OWN)
        return {**out, "outside": Column("outside"), "side": Column("side"), "unit": Column("measured.unit")}

    def _caption(self) -> str:
        return f"{self.kpi.title}: {len(self.rows):,} groups against the level of all"


def _end(side: Literal["low", "high"], limit: int) -> Callable[[FunnelRow], float]:
    return lambda row: row.low[limit] if side == "low" else row.high[limit]


_SCALE: Final[Mapping[str, tuple[float, float]]] = {"share": (0.0, 1.0), "points": (-100.0, 100.0)}


def funnel(
    measures: Measures,
    kpi: str,
    *,
    overall: float | Measurement | None = None,
    limits: Sequence[float] = (0.95, 0.998),
    overdispersion: Overdispersion | None = None,
    winsorised: float = 0.1,
) -> Funnel:
    """Hold the groups of a KPI against the level of all, with control limits for their size.

    Args:
        measures: measured by the groups that are to be compared.
        kpi: the key of a share, rate, mean, quotient or net score.
        overall: the target; without it the level of all groups together. Quotients need it.
        limits: the probabilities within the limits; the two of the source are about two and three standard errors.
        overdispersion: where groups scatter more than chance alone makes them, for reasons that no group answers for,
            `multiplicative` widens all limits by one factor, `additive` adds a spread between groups, so that limits
            do not close up however large a group is. Both take the normal approximation.
        winsorised: the share of groups at each end whose z-scores are pulled in before overdispersion is estimated, so
            that the odd group that the plot is to show does not hide itself.

    D. J. Spiegelhalter, 2005, Statistics in Medicine 24: 1185-1202. Shares get exact binomial limits, rates exact
    Poisson ones; means, quotients and net scores normal ones, from the spread of single items pooled within groups.
    Raises `InvalidValue` for other KPIs, for rows in clusters, and where no group tells the spread or the level.

    >>> from servqual.metrics import KPIS, measure
    >>> satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    >>> team, score = ["north"] * 200 + ["south"] * 100 + ["tiny"] * 3, [5, 5, 5, 5, 1] * 40 + [5, 5, 5, 1, 1] * 20
    >>> measured = measure([satisfied], {"answers": {"team": team, "score": [*score, 5, 1, 1]}}, by=["team"])
    >>> [(row.measured.group["team"], row.outside, row.side) for row in funnel(measured, "csat")]
    [('north', 0.95, 'better'), ('south', 0.95, 'worse'), ('tiny', None, None)]
    """
    found = one_by_one(measured_kpi(measures, kpi))
    kind = kind_of(found)
    if kind == "other":
        raise InvalidValue.of(
            "kpi", "be a share, rate, mean, quotient or net score", kpi, shown=f"{kpi}, read as {found.statistic}"
        )
    levels = tuple(sorted(all_of(Real, "limits", limits, "probabilities")))
    if not levels or not all(0 < level < 1 for level in levels):
        raise InvalidValue.of("limits", "lie between 0 and 1", tuple(limits), shown=f"{limits}")
    if not 0 <= winsorised < 0.5:  # noqa: PLR2004  (half of the groups at each end would be all)
        raise InvalidValue.of("winsorised", "be at least 0 and below 0.5", winsorised)
    groups = measured_groups(measures, found)
    target = level_of_all(found, groups, overall)
    exact = kind in {"share", "rate"}
    spread = None if exact else spread_of_items(found, groups)
    if target is None or not (exact or spread is not None):
        raise InvalidValue.of(
            "measures",
            f"hold groups that tell the level and spread of {kpi}",
            len(groups),
            shown=f"{len(groups)} with data",
        )
    empty = Funnel(kpi=found, by=measures.by, target=target, limits=levels, spread=spread, phi=1.0, tau=0.0, rows=())
    sizes = np.array([m.n for m in groups], np.int64)
    values = np.array([m.value for m in groups], np.float64)
    if overdispersion is not None:
        among("overdispersion", overdispersion, get_args(Overdispersion))
        error = np.sqrt(_variance(empty, sizes))
        if (error > 0).all():  # else all values are alike, and chance has no part in them
            factor = inflation((values - target) / error, winsorised)
            if overdispersion == "multiplicative":
                empty = attrs.evolve(empty, phi=max(factor, 1.0))
            else:
                empty = attrs.evolve(empty, tau=between_groups(factor, error))
    low, high = empty.limits_at(sizes)
    rows = tuple(_row(empty, m, low[:, i], high[:, i]) for i, m in enumerate(groups))
    return attrs.evolve(empty, rows=rows)


def _variance(limits: Funnel, n: Array) -> Array:
    """Compute the variance by chance alone, of a group of n items: binomial, Poisson, or from the spread of items."""
    target = limits.target
    if isinstance(limits.kpi, Compound):
        return np.asarray(target * limits.kpi.times / n)
    return np.asarray((target * (1 - target) if limits.spread is None else limits.spread**2) / n)


def _row(limits: Funnel, m: Measurement, low: Array, high: Array) -> FunnelRow:
    value = m.value
    assert value is not None
    passed = [level for level, a, b in zip(limits.limits, low, high, strict=True) if value < a or value > b]
    side: Literal["better", "worse", "above", "below"] | None = None
    if passed:
        side = "above" if value > limits.target else "below"
        if m.better is not None:
            side = "better" if (side == "above") == (m.better == "higher") else "worse"
    return FunnelRow(
        measured=m,
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        outside=max(passed, default=None),
        side=side,
    )


def inflation(z: Array, winsorised: float) -> float:
    """Compute the mean square of z-scores, their ends pulled in: above 1 where groups scatter more than by chance.

    The factor phi of Spiegelhalter, 2005; the ends are pulled in to the quantiles of the share at each end.

    >>> inflation(np.array([-1.0, 0, 1, 10]), 0.25)
    2.90625
    """
    if not len(z):
        return 1.0
    ends = np.quantile(z, [winsorised, 1 - winsorised])
    return float(np.mean(np.clip(z, *ends) ** 2))


def between_groups(phi: float, error: Array) -> float:
    """Estimate the standard deviation between groups from their scatter, by moments.

    R. DerSimonian and N. Laird, Controlled Clinical Trials 7, 1986: 177-188, in the form of Spiegelhalter, 2005; 0
    where chance alone explains it.

    >>> between_groups(3.0, np.ones(5)) ** 2
    2.75
    """
    weight = 1 / np.asarray(error, np.float64) ** 2
    k = len(weight)
    if k < 2:  # noqa: PLR2004  (one group does not scatter)
        return 0.0
    square = (k * phi - (k - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return math.sqrt(max(float(square), 0.0))
