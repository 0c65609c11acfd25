"""A control chart as a value: points, centre, limits, the points that signal, and what a goal may expect of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import attrs
import numpy as np

from servqual._arrays import SAME, Array, as_long, read_only
from servqual._checks import among
from servqual._words import counted
from servqual.model._pickled import Rebuilt
from servqual.stats.inference.given import as_number
from servqual.stats.spc.points import Basis
from servqual.stats.spc.run_rules import RULES, Signals, signals_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CAVEATS", "FEW", "SIMPLE", "WIDTH", "Chart", "Lines", "Outlook", "Shewhart", "frozen_lines"]

WIDTH: Final = 3
"""Distance of the limits from the centre, in standard deviations of a point (W. A. Shewhart, 1931)."""
FEW: Final = 20
"""With fewer points behind them, limits are preliminary (D. C. Montgomery, Statistical Quality Control, chapter 5)."""
SIMPLE: Final = RULES[:4]
"""The rules that hold for counts and spreads, too, whose distribution is not symmetric (L. S. Nelson, 1984)."""
CAVEATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "spc.few_points": f"fewer than {FEW} points set the limits, which may still move a good deal",
        "spc.autocorrelated": "neighbouring points resemble each other, so that the limits are too narrow and false "
        "signals frequent; chart longer periods, or the difference from a forecast",
        "spc.overdispersed": "points scatter more than chance alone makes them, as those of large samples do; use the "
        "chart of Laney",
        "spc.small_counts": "fewer than five events per point are expected, so that limits by the normal distribution "
        "are rough; chart longer periods, or what lies between events (g_chart, t_chart)",
    }
)
"""The codes of `Chart.caveats` and what each says."""

Lines: TypeAlias = float | Array


def frozen_lines(lines: Any) -> Any:
    """Read one number for all points, or an array that nobody can write to."""
    return read_only(lines) if isinstance(lines, np.ndarray) and lines.ndim else float(lines)


@attrs.frozen(kw_only=True)
class Outlook:
    """Whether a stable process reaches a goal: `always`, `never`, `by_chance`, or `cannot_be_judged`, and why."""

    answer: Literal["always", "never", "by_chance", "cannot_be_judged"]
    why: str


@attrs.frozen(kw_only=True, repr=False)
class Chart(Rebuilt):
    """Points in order of time, with a centre and limits that come from the points of the baseline alone.

    `values` are the plotted points, NaN where one is missing. `centre`, `lower`, `upper` and `sigma`, the standard
    deviation, are numbers where they are the same for all points, else arrays. `baseline` lists the points that set the
    limits; `excluded` maps the index of each point left out to its reason. `tests` names the rules that `signals` uses,
    `caveats` the codes in `CAVEATS` that apply. Arrays are read-only, and two charts are equal if all of this is.
    """

    title: str = "Control chart"
    tests: ClassVar[tuple[str, ...]] = RULES
    _lines: ClassVar[tuple[str, ...]] = ("centre", "lower", "upper", "sigma")

    values: Array = attrs.field(converter=read_only, eq=SAME, hash=False)
    centre: Lines = attrs.field(converter=frozen_lines, eq=SAME, hash=False)
    lower: Lines = attrs.field(converter=frozen_lines, eq=SAME, hash=False)
    upper: Lines = attrs.field(converter=frozen_lines, eq=SAME, hash=False)
    sigma: Lines = attrs.field(converter=frozen_lines, eq=SAME, hash=False)
    basis: Basis
    caveats: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        as_long(self, "values", *self._lines)
        self.basis.check(len(self.values))

    @property
    def baseline(self) -> range:
        """The points that set the limits, but for the excluded ones."""
        return self.basis.baseline

    @property
    def excluded(self) -> Mapping[int, str]:
        """The reason per index of a point that neither sets the limits nor signals."""
        return self.basis.excluded

    @cached_property
    def signals(self) -> Signals:
        """The points that complete a rule; a missing or excluded point never does, and ends what runs."""
        values, centre, sigma, lower, upper = (np.asarray(lines) for lines in self._scale())
        return signals_of(self.basis.used(values), centre=centre, sigma=sigma, limits=(lower, upper), only=self.tests)

    def _scale(self) -> tuple[Lines, ...]:
        """Values, centre, sigma and limits on the scale on which points are normal."""
        return self.values, self.centre, self.point_sigma, self.lower, self.upper

    @property
    def point_sigma(self) -> Lines:
        """Standard deviation of a plotted point; that of a single value, `sigma`, unless points are means."""
        return self.sigma

    def plot(self, *, at: Sequence[Any] | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the points with centre and limits; diamonds signal, hollow points are excluded, the baseline is shaded.

        `at` are the dates, moments or numbers of the points, 1, 2, 3, … where they are left out. Needs the extra
        `plot`.

        >>> from servqual.stats import spc
        >>> spc.xmr([39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40]).plot().get_title()
        'XmR chart'
        """
        from servqual.stats.spc.drawing import control  # noqa: PLC0415  (loads matplotlib's helpers only for a picture)

        return control(
            self.values,
            centre=self.centre,
            limits=(self.lower, self.upper),
            signals=self.signals,
            excluded=self.excluded,
            baseline=self.baseline,
            title=self.title,
            at=at,
            ax=ax,
        )

    def __repr__(self) -> str:
        centre, lower, upper = map(_shown, (self.centre, self.lower, self.upper))
        points = f"<{self.title}: {len(self.values)} points, centre {centre}"
        return f"{points}, limits {lower} to {upper}, {counted(len(self.signals), 'signal')}>"


def _shown(lines: Lines) -> str:
    """Show one number, or where the numbers of the points lie."""
    if not isinstance(lines, np.ndarray):
        return f"{lines:.6g}"
    return f"{np.nanmin(lines):.6g}..{np.nanmax(lines):.6g}"


@attrs.frozen(kw_only=True, repr=False)
class Shewhart(Chart):
    """A chart whose limits hold what a point of the stable process may be."""

    def will_meet(self, goal: float, *, better: Literal["higher", "lower"]) -> Outlook:
        """Say whether points of this process reach a goal always, never, or by chance.

        Always: all limits lie on the good side of the goal, or on it. Never: all lie beyond it. By chance: the goal
        lies between limits, so that whether a point reaches it says nothing about the process. Where the last
        point belongs to a signal, the process is not the one that set the limits, and its future cannot be judged.
        The limits hold all but about 3 in 1000 points. D. J. Wheeler, 2000, Understanding Variation.

        >>> from servqual.stats import spc
        >>> chart = spc.xmr([39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40])
        >>> [chart.will_meet(goal, better="lower").answer for goal in (48, 42, 34)]
        ['always', 'by_chance', 'never']
        """
        among("better", better, ("higher", "lower"))
        as_number("goal", goal)
        low, high = float(np.nanmin(self.lower)), float(np.nanmax(self.upper))
        known = np.flatnonzero(~np.isnan(self.basis.used(self.values)))
        told = [signal.rule for signal in self.signals[-len(RULES) :] if signal.index == known[-1]]
        within = f"points lie between {low:.6g} and {high:.6g}"
        if told:
            return Outlook(
                answer="cannot_be_judged",
                why=f"the last point signals {told[0]}: the process is not the one that set the limits",
            )
        if (low >= goal) if better == "higher" else (high <= goal):
            return Outlook(answer="always", why=f"{within}, all of which reach {goal:.6g}")
        if (high < goal) if better == "higher" else (low > goal):
            return Outlook(answer="never", why=f"{within}, none of which reaches {goal:.6g}; change the process")
        return Outlook(answer="by_chance", why=f"{within}, on both sides of {goal:.6g}; chance decides which")
