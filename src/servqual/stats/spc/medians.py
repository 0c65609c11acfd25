"""The run chart: points around their median, judged by runs alone, where too few points are there for limits."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual._words import counted
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.stats.spc.points import Basis, Exclude, Values, basis, series
from servqual.stats.spc.run_rules import Direction, Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RunChart", "run_chart"]

SHIFT: Final = 6
TREND: Final = 5


@attrs.frozen(kw_only=True, repr=False)
class RunChart(Rebuilt):
    """Points around a median: `n` lie off it, in `runs` stretches on one side, of which chance makes `expected_runs`.

    `p_value` is that of at least so few, or so many, runs by chance, doubled; None where all points lie on one side.
    """

    values: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    median: float
    n: int
    runs: int
    expected_runs: float | None
    p_value: float | None
    basis: Basis

    def __attrs_post_init__(self) -> None:
        as_long(self, "values")
        self.basis.check(len(self.values))

    @property
    def baseline(self) -> range:
        """The points that set the median, but for the excluded ones."""
        return self.basis.baseline

    @property
    def excluded(self) -> Mapping[int, str]:
        """The reason per index of a point that neither sets the median nor counts."""
        return self.basis.excluded

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The points that complete a `shift` or a `trend`, in order of time."""
        used = self.basis.used(self.values)
        side, moves = np.sign(used - self.median), np.sign(np.diff(used, prepend=np.nan))
        # a trend of five points has four moves; the first of them begins one point earlier
        found = [*_runs("shift", side, SHIFT, 0), *_runs("trend", moves, TREND - 1, 1)]
        return tuple(sorted(found, key=lambda signal: (signal.index, signal.rule)))

    def plot(self, *, at: Sequence[Any] | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the points with their median; diamonds signal, hollow points are excluded, the baseline is shaded.

        `at` are the dates, moments or numbers of the points. Needs the extra `plot`.
        """
        from servqual.stats.spc.drawing import control  # noqa: PLC0415  (loads with the first picture)

        return control(
            self.values,
            centre=self.median,
            limits=(),
            signals=self.signals,
            excluded=self.excluded,
            baseline=self.baseline,
            title="Run chart",
            at=at,
            ax=ax,
        )

    def __repr__(self) -> str:
        return (
            f"<Run chart: {len(self.values)} points, median {self.median:.6g}, {counted(len(self.signals), 'signal')}>"
        )


def run_chart(values: Values, *, baseline: int | slice | None = None, exclude: Exclude | None = None) -> RunChart:
    """Chart points around their median, with the rules for runs and the runs test.

    - `shift`: six or more points in a row on one side of the median; a point on it neither counts nor ends the run
    - `trend`: five or more points in a row that all rise, or all fall; of equal neighbours one counts
    - `p_value`: whether the points cross the median less or more often than chance, by the exact distribution of the
      number of runs (F. S. Swed and C. Eisenhart, 1943, Annals of Mathematical Statistics 14: 66-87), doubled

    R. J. Perla, L. P. Provost and S. K. Murray, 2011, BMJ Quality & Safety 20: 46-51. `baseline` and `exclude` are as
    for `xmr`. A missing or excluded point ends a run of a rule; the runs test goes over it. With ten points or more the
    rules say something.

    >>> chart = run_chart([5, 7, 4, 6, 5, 8, 9, 8, 10, 9, 11, 9])
    >>> chart.median, chart.runs, round(chart.expected_runs, 1), round(chart.p_value, 3)
    (8.0, 2, 6.0, 0.016)
    """
    points = series("values", values)
    settled = basis(len(points), baseline, exclude)
    setting = settled.setting(points)
    if np.isnan(setting).all():
        raise InvalidValue.of("values", "hold a point in the baseline", 0, do="add points")
    median = float(np.nanmedian(setting))
    used = settled.used(points)
    side = used[~np.isnan(used) & (used != median)] > median
    above, n = int(side.sum()), len(side)
    below, runs = n - above, int((side[1:] != side[:-1]).sum()) + (n > 0)
    both = above > 0 and below > 0
    return RunChart(
        values=points,
        median=median,
        n=n,
        runs=runs,
        expected_runs=1 + 2 * above * below / n if both else None,
        p_value=_of_runs(runs, above, below) if both else None,
        basis=settled,
    )


def _runs(rule: str, sides: Array, least: int, before: int) -> Iterator[Signal]:
    """Find the points at which a run of one sign is long enough; a zero is passed over, NaN ends the run."""
    length, first, sign = 0, 0, 0.0
    for index, side in enumerate(sides.tolist()):
        if math.isnan(side):
            length, sign = 0, 0.0
        elif side:
            length, first, sign = (length + 1, first, side) if side == sign else (1, index, side)
            if length >= least:
                direction: Direction = "up" if side > 0 else "down"
                yield Signal(rule=rule, index=index, first=first - before, direction=direction)


def _of_runs(runs: int, above: int, below: int) -> float:
    """Compute the exact two-sided probability of so few, or so many, runs."""
    from scipy.special import gammaln  # noqa: PLC0415  (loads with the first chart that needs it)

    def ways(n: Array, k: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        return np.where((k >= 0) & (k <= n), found, -np.inf)

    # an even number of runs has as many above as below, an odd one one more on the side where it begins and ends
    total = float(gammaln(above + below + 1) - gammaln(above + 1) - gammaln(below + 1))
    number = np.arange(2, above + below + 1)
    half = number // 2
    odd = number % 2 == 1
    one, other = np.full_like(half, above - 1), np.full_like(half, below - 1)
    # as logarithms: either factor alone may exceed a float
    same = 2 * np.exp(ways(one, half - 1) + ways(other, half - 1) - total)
    more = np.exp(ways(one, half) + ways(other, half - 1) - total) + np.exp(
        ways(one, half - 1) + ways(other, half) - total
    )
    chance = np.where(odd, more, same)
    return min(2 * min(float(chance[number <= runs].sum()), float(chance[number >= runs].sum())), 1.0)
