"""The cells of a KPI as numbers that add up, so that each can be held against the rest.

    share        decided items, and those that went the wrong way
    percentile   items with a time, and those on the wrong side of the percentile of all of them
    mean         items, their sum and their sum of squares

A percentile is read as a share, because shares of groups add up, are tested exactly, and care for no extreme value: a
team whose median is 13 h against 5 h of all has far more than half of its cases above 5 h.
"""

from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics import Kpi, Measures
from servqual.metrics.accumulators import Clustered, Dense, Sparse, as_fields, as_ints
from servqual.metrics.kpi.compound import Compound

Kind: TypeAlias = Literal["share", "percentile", "mean"]
_MEANS: Final = ("mean", "signed_mean", "net")


def kind_of(kpi: Kpi) -> Kind | None:
    """Say how a KPI is searched; None for those whose groups do not add up, and those without a better direction."""
    if kpi.better is None or kpi.stock or kpi.of_period or isinstance(kpi, Compound) or kpi.accumulator is Clustered:
        return None
    if kpi.statistic == "share":
        return "share"
    if kpi.statistic[:1] == "p" and kpi.statistic[1:].isdigit():
        return "percentile"
    return "mean" if kpi.statistic in _MEANS else None


@attrs.frozen(kw_only=True, eq=False)
class Reading:
    """Cells of one KPI in the order of its groups: how many items each has, and how they went.

    `bad` counts items that went the wrong way, None for a mean; `total` and `squares` are sums of the values, turned so
    that more is worse, None for the others. Sums are exact whole numbers, of any size.
    """

    kind: Kind
    n: Array
    bad: Array | None = None
    total: Array | None = None
    squares: Array | None = None

    def moved(self, places: Array, size: int) -> "Reading":
        """Join the cells to `size` others, each at its place."""

        def joined(values: Array | None) -> Array | None:
            if values is None:
                return None
            out = np.zeros(size, values.dtype)
            np.add.at(out, places, values)
            return out

        return Reading(
            kind=self.kind,
            **{name: joined(getattr(self, name)) for name in ("n", "bad", "total", "squares")},  # type: ignore[arg-type]
        )

    @property
    def mean(self) -> Array:
        """Mean of each cell of a mean KPI, NaN without items."""
        assert self.total is not None
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.total.astype(np.float64) / self.n)

    @property
    def variance(self) -> Array:
        """Sample variance of each cell of a mean KPI, NaN below two items; from whole numbers, so nothing cancels."""
        assert self.total is not None
        assert self.squares is not None
        k = self.n.astype(object)
        scatter = (k * self.squares - self.total * self.total).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(self.n > 1, scatter / (self.n * (self.n - 1.0)), np.nan))


def reading_of(kpi: Kpi, measures: Measures) -> Reading:
    """Read the cells of a measured KPI."""
    cells = measures.tally.cells[kpi.state]
    kind = kind_of(kpi)
    assert kind is not None
    if kind == "percentile":
        sparse = cells if isinstance(cells, Sparse) else cells.ordered(np.arange(len(cells.n)))
        return _beyond(kpi, sparse)
    assert isinstance(cells, Dense)
    fields = as_fields(cells)
    if kind == "share":
        hits, misses = fields["hits"], fields["misses"]
        return Reading(kind=kind, n=hits + misses, bad=misses if kpi.better == "higher" else hits)
    sign = -1 if kpi.better == "higher" else 1
    total, squares = (np.array(as_ints(fields[name]), object) for name in ("total", "squares"))
    return Reading(kind=kind, n=fields["n"], total=sign * total, squares=squares)


def _beyond(kpi: Kpi, cells: Sparse) -> Reading:
    """Count the items of each group on the wrong side of the percentile of all, bin by bin so that all groups agree."""
    bins, count = cells.in_bins(~cells.binned[cells.group])
    size = len(cells.binned)
    n = np.bincount(cells.group, count, size).astype(np.int64)
    order = np.argsort(bins, kind="stable")
    reached = np.cumsum(count[order])
    rank = max(1, int(np.ceil(round(int(kpi.statistic[1:]) / 100 * int(n.sum()), 9))))
    if not len(order):
        return Reading(kind="percentile", n=n, bad=np.zeros(size, np.int64))
    level = bins[order][np.searchsorted(reached, rank)]
    wrong = bins > level if kpi.better == "lower" else bins < level
    bad = np.bincount(cells.group[wrong], count[wrong], size).astype(np.int64)
    return Reading(kind="percentile", n=n, bad=bad)
