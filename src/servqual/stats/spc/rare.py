"""Charts for rare events: what lies between one and the next."""

import math
from typing import ClassVar, Final

import attrs
import numpy as np

from servqual.errors import InvalidValue
from servqual.stats.spc.charts import FEW, SIMPLE, Lines, Shewhart
from servqual.stats.spc.individuals import XmR, xmr
from servqual.stats.spc.points import Exclude, Values, basis, counts, series

__all__ = ["CasesBetween", "TimeBetween", "g_chart", "t_chart"]

_TAIL: Final = 0.00135
"""The share of a normal distribution beyond one limit of three sigma."""
_ROOT: Final = 1 / 3.6


@attrs.frozen(kw_only=True, repr=False)
class CasesBetween(Shewhart):
    """Cases without the event between one event and the next; high is good where the event is bad."""

    title: str = "g chart"
    tests: ClassVar[tuple[str, ...]] = SIMPLE


@attrs.frozen(kw_only=True, repr=False)
class TimeBetween(Shewhart):
    """Times between events; `sigma` is that of `roots`, the chart of their roots, which are nearly normal."""

    title: str = "t chart"

    roots: XmR

    def _scale(self) -> tuple[Lines, ...]:
        return self.roots.values, self.roots.centre, self.sigma, self.roots.lower, self.roots.upper


def g_chart(gaps: Values, *, baseline: int | slice | None = None, exclude: Exclude | None = None) -> CasesBetween:
    """Chart the number of cases without the event between one event and the next.

    `gaps` are whole numbers of 0 or more, in order of time. If the event strikes with one probability, they are
    geometric, which is far from symmetric: centre is the median, so that a run on one side means something, and a gap
    beyond a limit has a probability of at most 0.00135, as beyond a limit of three sigma. A `lower` of 0 never signals:
    more events than usual then show as a run below the centre. `baseline` and `exclude` are as for `xmr`.
    J. C. Benneyan, 2001, Health Care Management Science 4: 305-318; F. C. Kaminsky et al., 1992, JQT 24: 63-69.

    >>> chart = g_chart([5, 12, 3, 30, 8, 17, 22, 9, 1, 14])
    >>> chart.centre, chart.lower, chart.upper
    (8.0, 0.0, 83.0)
    """
    found = counts("gaps", gaps)
    settled = basis(len(found), baseline, exclude)
    setting = settled.setting(found)
    known = setting[~np.isnan(setting)]
    if not len(known):
        raise InvalidValue.of("gaps", "hold a gap in the baseline", 0, do="add gaps")
    mean = float(known.mean())

    def until(share: float) -> float:
        """Find the least gap up to which at least this share of all gaps lies."""
        return max(math.ceil(math.log1p(-share) / math.log(mean / (mean + 1)) - 1), 0) if mean else 0

    return CasesBetween(
        values=found,
        centre=until(0.5),
        lower=until(_TAIL),
        upper=until(1 - _TAIL),
        sigma=math.sqrt(mean * (mean + 1)),
        basis=settled,
        caveats=("spc.few_points",) * (len(known) < FEW),
    )


def t_chart(gaps: Values, *, baseline: int | slice | None = None, exclude: Exclude | None = None) -> TimeBetween:
    """Chart the time between one event and the next, in any unit.

    `gaps` are 0 or more. If events strike at one rate, times are exponential; their 3.6th roots are nearly normal, so
    that the limits are those of `xmr` for the roots, taken back to times, the lower one at least 0. `baseline` and
    `exclude` are as for `xmr`. L. S. Nelson, 1994, Journal of Quality Technology 26: 239-240.

    >>> chart = t_chart([286, 948, 536, 124, 816, 729, 4, 143, 431, 8])
    >>> round(chart.centre, 1), chart.lower, round(chart.upper)
    (250.1, 0.0, 4781)
    """
    found = series("gaps", gaps)
    if (found < 0).any():
        raise InvalidValue.of("gaps", "be 0 or more", found[found < 0][0], do="sort the events by time")
    try:
        roots = xmr(found**_ROOT, baseline=baseline, exclude=exclude)
    except InvalidValue as error:
        raise error.of_field("gaps") from None

    def time(root: Lines) -> float:
        """Take a root back to its time, to that which was given where it is the root of one."""
        given = found[roots.values == root]
        return float(given[0] if len(given) else max(float(root), 0) ** (1 / _ROOT))

    return TimeBetween(
        values=found,
        centre=time(roots.centre),
        lower=time(roots.lower),
        upper=time(roots.upper),
        sigma=roots.sigma,
        roots=roots,
        basis=roots.basis,
        caveats=roots.caveats,
    )
