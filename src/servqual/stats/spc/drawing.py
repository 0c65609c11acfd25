"""Pictures of control charts: points, centre, limits, signals, excluded points and the baseline."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._draw import GOAL, GRID, INK, MUTED, Line, _axes, _make_room, _positions, _value_axis, lines
from servqual.errors import InvalidValue
from servqual.stats.spc.run_rules import Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["control", "sums"]

_DASHED: Final = (0, (5, 3))


def control(
    values: Array,
    *,
    centre: float | Array,
    limits: Sequence[float | Array],
    signals: Iterable[Signal],
    excluded: Collection[int],
    baseline: range,
    title: str,
    at: Sequence[Any] | None,
    ax: "Axes | None",
) -> "Axes":
    """Draw a chart; a signal is a diamond, an excluded point hollow, a baseline shorter than the series shaded."""
    ours, ax, moments = _begin(len(values), title, at, ax)
    places = np.array(_positions(moments))
    if 0 < len(baseline) < len(values):
        step = float(np.min(np.diff(places)))
        ax.axvspan(places[baseline[0]] - step / 2, places[baseline[-1]] + step / 2, color=GRID, alpha=0.5, linewidth=0)
    hollow = [index in excluded for index in range(len(values))]
    lines([Line(name=title, at=moments, values=values.tolist(), hollow=hollow)], ax=ax)
    drawn = [np.broadcast_to(line, values.shape) for line in (centre, *limits)]
    for line, colour, dash in zip(drawn, (MUTED, GOAL, GOAL), ("-", _DASHED, _DASHED), strict=False):
        ax.plot(places, line, color=colour, linewidth=1.2, linestyle=dash, drawstyle="steps-mid")
    _signals(ax, places, values, [signal.index for signal in signals])
    _finish(ax, [values, *drawn], ours=ours)
    _notes(ax, zip(drawn, (MUTED, GOAL, GOAL), strict=False))
    return ax


def sums(
    high: Array, low: Array, *, limit: float, signals: Iterable[Signal], at: Sequence[Any] | None, ax: "Axes | None"
) -> "Axes":
    """Draw the sums of a CUSUM: high ones upwards, low ones downwards, with the limit on both sides."""
    ours, ax, moments = _begin(len(high), "CUSUM chart", at, ax)
    places = np.array(_positions(moments))
    lines(
        [Line(name="high", at=moments, values=high.tolist()), Line(name="low", at=moments, values=(-low).tolist())],
        ax=ax,
    )
    legend = ax.get_legend()
    assert legend is not None
    legend.remove()
    for sign in (1, -1):
        ax.axhline(sign * limit, color=GOAL, linewidth=1.2, linestyle=_DASHED)
    ax.axhline(0, color=MUTED, linewidth=1.1)
    told = list(signals)
    for sums_of, side in ((high, "up"), (-low, "down")):
        _signals(ax, places, sums_of, [signal.index for signal in told if signal.direction == side])
    _finish(ax, [high, -low, np.array([limit, -limit])], ours=ours)
    _notes(ax, [(np.array([limit]), GOAL), (np.array([-limit]), GOAL)])
    return ax


def _begin(n: int, title: str, at: Sequence[Any] | None, ax: "Axes | None") -> "tuple[bool, Axes, list[Any]]":
    moments = list(range(1, n + 1)) if at is None else list(at)
    if moments and isinstance(moments[0], np.datetime64):
        moments = np.array(moments).astype("datetime64[us]").tolist()
    if len(moments) != n:
        raise InvalidValue.of("at", f"be one moment per point ({n})", len(moments))
    ours = ax is None
    ax = ax or _axes(width=360, height=218, left=50, right=58, top=34, bottom=24)
    ax.set_title(title, x=0, ha="left", fontsize=12, color=INK, pad=12)
    return ours, ax, moments


def _notes(ax: "Axes", lines_of: Iterable[tuple[Array, str]]) -> None:
    """Write the last value of each line into the margin, with as many places as the axis tells apart."""
    floor, ceiling = ax.get_ylim()
    places = max(2 - math.floor(math.log10(ceiling - floor)), 0)
    for line, colour in lines_of:
        last = line[~np.isnan(line)][-1]
        ax.annotate(
            f"{last:,.{places}f}",
            (1, last),
            xytext=(5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center_baseline",
            color=colour,
            fontsize=10,
        )


def _signals(ax: "Axes", places: Array, values: Array, indices: Sequence[int]) -> None:
    shown = sorted(set(indices))
    ax.plot(
        places[shown], values[shown], color=GOAL, marker="D", markersize=6, linestyle="none", clip_on=False, zorder=5
    )


def _finish(ax: "Axes", ends: Sequence[Array], *, ours: bool) -> None:
    shown = np.concatenate([np.ravel(end) for end in ends])
    _value_axis(ax, shown[~np.isnan(shown)].tolist(), (None, None), "")
    if ours:
        _make_room(ax, "")
