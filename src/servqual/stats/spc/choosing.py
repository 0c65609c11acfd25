"""Which chart fits the data, and why, in words."""

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._checks import several
from servqual.errors import InvalidValue
from servqual.stats.spc.counted import rates, shares
from servqual.stats.spc.points import Values, series, table

__all__ = ["Choice", "choose_chart"]

_SOFT: Final = 12
_MANY: Final = 10
_EVEN: Final = 0.5


@attrs.frozen(kw_only=True)
class Choice:
    """The name of a function that makes a chart, and the reason for it."""

    chart: str
    why: str


def choose_chart(
    *,
    values: Values | Sequence[Values] | None = None,
    defectives: Values | None = None,
    defects: Values | None = None,
    gaps: Values | None = None,
    sizes: Values | float | None = None,
) -> Choice:
    """Choose a chart for measured values, for counts, or for what lies between rare events.

    Give one of: `values`, one measurement per point or a row of them; `defectives`, cases that failed, out of `sizes`;
    `defects`, events that happen any number of times, per amount of work in `sizes` where that differs; `gaps`, cases
    or times between one event and the next. Limits from fewer than twelve points move a good deal, so that a run chart
    is advised; counts of fewer than five per point are too rare for limits by the normal distribution, and counts that
    scatter more than chance (sigma_z, at one error in a hundred) need the limits of Laney.

    >>> choose_chart(defectives=[1200, 1500, 800, 1000], sizes=[10000, 12000, 9000, 11000]).chart
    'laney_p'
    >>> print(choose_chart(defects=[16, 14, 28, 16, 12, 20]).why)
    events are counted over equal amounts of work, and scatter as chance makes them
    """
    given = {"values": values, "defectives": defectives, "defects": defects, "gaps": gaps}
    named = [name for name, data in given.items() if data is not None]
    if len(named) != 1:
        raise InvalidValue.of("data", f"be one of {', '.join(given)}", ", ".join(named) or "none")
    if (sizes is None) != (named[0] in {"values", "gaps"}) and named[0] != "defects":
        raise InvalidValue.of("sizes", "be given with defectives or defects only", sizes)
    return {"values": _of_values, "defectives": _of_defectives, "defects": _of_defects, "gaps": _of_gaps}[named[0]](
        given[named[0]], sizes
    )


def _of_values(values: Any, _: Any) -> Choice:
    values = values.to_numpy() if hasattr(values, "to_numpy") else several("values", values, "numbers, or rows of them")
    if values.ndim > 1 if isinstance(values, np.ndarray) else any(map(np.ndim, values)):
        sizes = (~np.isnan(table("values", values))).sum(axis=1)
        if not (sizes > 1).any():
            raise InvalidValue.of(
                "values", "hold a row of two values", int(sizes.sum()), do="give single values in one row"
            )
        size = np.median(sizes)
        if size <= _MANY:
            return Choice(chart="xbar_r", why=f"each point has about {size:.0f} values, few enough for their range")
        return Choice(chart="xbar_s", why=f"each point has about {size:.0f} values, of which a range would waste most")
    points = int((~np.isnan(series("values", values))).sum())
    if not points:
        raise InvalidValue.of("values", "hold a value", 0, do="add points")
    if points < _SOFT:
        return Choice(
            chart="run_chart", why=f"limits from {points} points move a good deal; runs around the median can be judged"
        )
    return Choice(chart="xmr", why="each point is one measured value, whose neighbours tell how much chance moves it")


def _of_defectives(defectives: Any, sizes: Any) -> Choice:
    found = shares(defectives, sizes)
    if found.small and 0 < found.centre < 1:
        rare = "cases that failed" if found.centre <= _EVEN else "cases that did not fail"
        return Choice(
            chart="g_chart",
            why=f"fewer than five {rare} are expected per point; count the cases between one of them and the next",
        )
    if found.overdispersed:
        return Choice(chart="laney_p", why=f"{_scatter(found.sigma_z)}, as large samples do")
    if np.ndim(sizes) == 0:
        return Choice(
            chart="np_chart", why="cases are counted in samples of one size, and scatter as chance makes them"
        )
    return Choice(chart="p_chart", why="cases are counted out of differing totals, and scatter as chance makes them")


def _of_defects(defects: Any, sizes: Any) -> Choice:
    equal = sizes is None
    sizes = 1 if equal else sizes
    found = rates(defects, sizes)
    if found.small and found.centre:
        return Choice(
            chart="t_chart",
            why="fewer than five events are expected per point; chart the time between one of them and the next",
        )
    if found.overdispersed:
        told = "; its sizes are 1" if equal else ""
        return Choice(chart="laney_u", why=f"{_scatter(found.sigma_z)}, as large amounts of work do{told}")
    if np.ndim(sizes) == 0:
        return Choice(
            chart="c_chart", why="events are counted over equal amounts of work, and scatter as chance makes them"
        )
    return Choice(
        chart="u_chart", why="events are counted over differing amounts of work, and scatter as chance makes them"
    )


def _of_gaps(gaps: Any, _: Any) -> Choice:
    found: Array = series("gaps", gaps)
    if not (found >= 0).any() or (found < 0).any():
        raise InvalidValue.of("gaps", "hold a gap, none of them below 0", gaps, shown=f"{gaps!r:.80}")
    if (found % 1 > 0).any():
        return Choice(chart="t_chart", why="times between rare events are skewed; their 3.6th roots nearly are not")
    return Choice(chart="g_chart", why="whole numbers between rare events are geometric, and skewed")


def _scatter(sigma_z: float) -> str:
    return f"points scatter {sigma_z:.1f} times as much as chance makes them"
