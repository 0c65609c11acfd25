"""Arrays into matplotlib Axes or SVG text: lines with bands, Pareto bars, intervals by group, sparklines.

Nothing here knows a KPI. Figures are built with matplotlib's objects, never with pyplot, so no window opens, no backend
is chosen and a notebook or a server keeps its own settings. One picture serves a light and a dark page: `to_svg` writes
each colour as a CSS custom property with the colour itself as its fallback.
"""

import datetime as dt
import io
import math
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import attrs

from servqual._checks import need
from servqual._words import clean, columns, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

INK: Final = "#22272e"
MUTED: Final = "#59636e"
GRID: Final = "#dde2e8"
PAPER: Final = "#ffffff"
GOAL: Final = "#8a4b08"
# told apart by dash as well as by colour
SERIES: Final = (("#1f5fa6", "-"), ("#1d7a50", "--"), ("#7a3e9d", "-."), ("#9a5b00", ":"))
_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {INK: "--ink", MUTED: "--muted", GRID: "--grid", PAPER: "--paper", GOAL: "--goal"}
    | {colour: f"--series-{place}" for place, (colour, _) in enumerate(SERIES, 1)}
)
_WIDTH: Final = 360.0
_FONT: Final = 11.0
_COLUMN: Final = 6.2  # points that one column of text takes at that size
_ROW: Final = 21.0
_HEAD: Final = 38.0  # points that a title and a unit take
_TITLE: Final = 52
_LABEL: Final = 22  # the most columns of a name or a note in the margin
_SVG: Final = "http://www.w3.org/2000/svg"
# matplotlib reads its SVG options from global settings; one thread at a time changes them
_SETTINGS: Final = threading.Lock()

Moment = dt.date | dt.datetime | float


@attrs.frozen(kw_only=True)
class Line:
    """One named line over time: a value per moment, with its interval where known; a missing value leaves a gap.

    `hollow` marks uncertain points, such as those of few rows or an unfinished period.
    """

    name: str
    at: Sequence[Moment]
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    hollow: Sequence[bool] = ()


@attrs.frozen(kw_only=True)
class Bar:
    """One category of a Pareto chart: its share, the cumulative share, and a note for the margin."""

    name: str
    share: float
    cumulative: float
    note: str = ""


@attrs.frozen(kw_only=True)
class Dot:
    """One group of a ranking: its value, its interval where known, and a note for the margin."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


def lines(
    series: Sequence[Line],
    *,
    suffix: str = "",
    goal: float | None = None,
    within: tuple[float | None, float | None] = (None, None),
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw lines over time with their intervals and a goal.

    `suffix` is written behind each tick of the value axis; `within` are the limits of possible values (0 and 100 for
    per cent). Intervals are a band between firm points and a bar at hollow ones. Such a bar may leave the picture, and
    then ends in a caret, so that one poor week does not flatten the others.

    >>> line = Line(name="north", at=[1, 2, 3], values=[4.0, None, 5.0], low=[3, None, 4], high=[5, None, 7])
    >>> axes = lines([line], goal=6.0, suffix=" h")
    >>> [round(float(end), 1) for end in axes.get_ylim()]
    [2.7, 7.3]
    """
    across, down = _legend_grid([line.name for line in series])
    ours = ax is None
    ax = ax or _axes(width=_WIDTH, height=196 + down * 17, left=50, right=14, top=12 + down * 17, bottom=24)
    ends = [] if goal is None else [goal]
    for place, line in enumerate(series):
        ends += _line(ax, line, *_stroke(place))
    if goal is not None:
        ax.axhline(goal, color=GOAL, linewidth=1.3, linestyle=(0, (7, 3)))
    _time_axis(ax, [moment for line in series for moment in line.at])
    _value_axis(ax, ends, within, suffix)
    for place, line in enumerate(series):
        _carets(ax, line, _stroke(place)[0])
    if ours:
        _make_room(ax, suffix)
    if down:
        legend = ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=across, frameon=False, fontsize=_FONT)
        for text in legend.get_texts():
            text.set(parse_math=False, color=INK)
    return ax


def _legend_grid(names: Sequence[str]) -> tuple[int, int]:
    """Give the names per row of a legend above a chart, and its rows; a single line needs no legend."""
    if len(names) < 2:  # noqa: PLR2004 - one line is named by the title of its chart
        return 1, 0
    widest = max(columns(shorten(name, _LABEL)) for name in names) * _COLUMN + 45
    across = max(1, int(330 // widest))
    return across, -(-len(names) // across)


def _stroke(place: int) -> tuple[str, str]:
    """Give a pair of colour and dash; no pair repeats until every colour was used with every dash."""
    return SERIES[place % len(SERIES)][0], SERIES[(place + place // len(SERIES)) % len(SERIES)][1]


def _line(ax: "Axes", line: Line, colour: str, dash: str) -> list[float]:
    """Draw one line; return the values that the axis must show."""
    at, values = _positions(line.at), _numbers(line.values)
    hollow = _hollow(line)
    low, high = _numbers(line.low), _numbers(line.high)
    if low and high:
        firm = [not h and math.isfinite(y) for h, y in zip(hollow, values, strict=True)]
        _intervals(ax, list(zip(at, low, high, strict=True)), firm, colour)
    # matplotlib leaves names that start with an underscore out of the legend; a space before it is invisible
    name = re.sub("^_", " _", shorten(line.name, _LABEL))
    ax.plot(at, values, color=colour, linestyle=dash, linewidth=1.7, label=name)
    crowded = len(at) > 40  # noqa: PLR2004 - more marks than that merge into a smear
    for chosen, size, face in (([not (h or crowded) for h in hollow], 3.4, colour), (hollow, 4.6, PAPER)):
        points = [(x, y) for x, y, c in zip(at, values, chosen, strict=True) if c]
        if points:
            ax.plot(
                [x for x, _ in points],
                [y for _, y in points],
                linestyle="none",
                marker="o",
                markersize=size,
                markeredgecolor=colour,
                markerfacecolor=face,
                markeredgewidth=1.3,
                clip_on=False,
            )
    ends = [x for each in (low, high) for x, h in zip(each, hollow, strict=False) if not h]
    return [x for x in (*values, *ends) if math.isfinite(x)]


def _hollow(line: Line) -> list[bool]:
    return list(line.hollow) or [False] * len(line.at)


def _carets(ax: "Axes", line: Line, colour: str) -> None:
    """Draw a caret at the edge of the picture where the interval of a hollow point goes on beyond it."""
    floor, ceiling = ax.get_ylim()
    markers = need("matplotlib.markers", "plot", "a chart")
    for values, edge, mark, sign in (
        (line.low, floor, markers.CARETDOWN, 1),
        (line.high, ceiling, markers.CARETUP, -1),
    ):
        beyond = [
            x
            for x, y, h in zip(_positions(line.at), _numbers(values), _hollow(line), strict=False)
            if h and (edge - y) * sign > 0
        ]
        if beyond:
            ax.plot(beyond, [edge] * len(beyond), color=colour, linestyle="none", marker=mark, markersize=4.5)


def _make_room(ax: "Axes", suffix: str) -> None:
    """Move the left edge until the longest tick of the value axis has room."""
    floor, ceiling = ax.get_ylim()
    ticks = [_tick(suffix)(value, 0) for value in ax.get_yticks() if floor <= value <= ceiling]
    left = max(50.0, max(map(columns, ticks), default=0) * _COLUMN + 14) / _WIDTH
    frame = ax.get_position()
    ax.set_position((left, frame.y0, frame.x1 - left, frame.height))


def _intervals(ax: "Axes", points: Sequence[tuple[float, float, float]], firm: Sequence[bool], colour: str) -> None:
    """Draw a band where firm points are neighbours, and a bar for every other point (moment, low, high)."""
    banded = [f and any((*firm[max(i - 1, 0) : i], *firm[i + 1 : i + 2])) for i, f in enumerate(firm)]
    at, low, high = ([point[i] for point in points] for i in range(3))
    ax.fill_between(at, low, high, where=banded, color=colour, alpha=0.16, linewidth=0)
    alone = [point for point, b in zip(points, banded, strict=True) if not b]
    at, low, high = ([point[i] for point in alone] for i in range(3))
    ax.vlines(at, low, high, color=colour, alpha=0.4, linewidth=1.4)


def pareto(bars: Sequence[Bar], *, ax: "Axes | None" = None) -> "Axes":
    """Draw bars by falling share with the cumulative share as a line, both on one scale from 0 to 100 %.

    >>> axes = pareto([Bar(name="network", share=0.6, cumulative=0.6), Bar(name="mail", share=0.4, cumulative=1.0)])
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['network', 'mail']
    """
    ax = ax or _listing([bar.name for bar in bars], [bar.note for bar in bars], plot=330)
    places = range(len(bars))
    colour = SERIES[0][0]
    ax.barh(places, [bar.share for bar in bars], height=0.62, color=colour, linewidth=0)
    ax.plot([bar.cumulative for bar in bars], places, color=GOAL, linewidth=1.3, marker="o", markersize=3.4)
    ax.set_xlim(0, 1)
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    ax.set_xticks(ticks, [f"{tick:.0%}".replace("%", " %") for tick in ticks])
    _list_axis(ax, [bar.name for bar in bars], [bar.note for bar in bars])
    return ax


def ranking(
    dots: Sequence[Dot],
    *,
    suffix: str = "",
    overall: float | None = None,
    within: tuple[float | None, float | None] = (None, None),
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one row per group: a dot for the value, a bar for its interval, and a line at the value of the whole.

    >>> axes = ranking([Dot(name="north", value=4.0, low=3.0, high=6.0), Dot(name="south", value=None)], overall=5.0)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['north', 'south']
    """
    ax = ax or _listing([dot.name for dot in dots], [dot.note for dot in dots], plot=190)
    if overall is not None:
        ax.axvline(overall, color=MUTED, linewidth=1.1, linestyle=(0, (4, 3)))
    colour = SERIES[0][0]
    for place, dot in enumerate(dots):
        if dot.low is not None and dot.high is not None:
            ax.plot([dot.low, dot.high], [place, place], color=colour, linewidth=2.4, alpha=0.45, solid_capstyle="butt")
        if dot.value is not None:
            ax.plot([dot.value], [place], color=colour, marker="o", markersize=6, linestyle="none", clip_on=False)
    shown = [x for dot in dots for x in (dot.value, dot.low, dot.high, overall) if x is not None and math.isfinite(x)]
    if shown:
        ax.set_xlim(*_span(shown, within))
    ax.xaxis.set_major_locator(_round_steps(4))
    ax.xaxis.set_major_formatter(_tick(suffix))
    _list_axis(ax, [dot.name for dot in dots], [dot.note for dot in dots])
    return ax


def staircase(
    at: Sequence[float],
    values: Sequence[float],
    *,
    low: Sequence[float],
    high: Sequence[float],
    marks: Sequence[float] = (),
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw shares in per cent that change at steps, with their limits, and a small stroke on the curve at each mark.

    >>> axes = staircase([0, 1, 3], [100, 50, 25], low=[100, 10, 5], high=[100, 80, 60], marks=[2])
    >>> [round(float(end)) for end in axes.get_ylim()]
    [0, 105]
    """
    ax = ax or _axes(width=_WIDTH, height=196, left=50, right=14, top=12, bottom=24)
    colour = SERIES[0][0]
    known = [math.isfinite(a) and math.isfinite(b) for a, b in zip(low, high, strict=True)]
    ax.fill_between(at, low, high, where=known, step="post", color=colour, alpha=0.16, linewidth=0)
    ax.plot(at, values, drawstyle="steps-post", color=colour, linewidth=1.7)
    heights = [next(y for x, y in zip(reversed(at), reversed(values), strict=True) if x <= mark) for mark in marks]
    ax.plot(marks, heights, linestyle="none", marker="|", markersize=7, color=colour)
    _value_axis(ax, [], (0, 100), " %")
    ax.set_ylim(0, 105)
    ax.set_xlim(left=0)
    return ax


def headed(ax: "Axes", title: str, unit: str) -> None:
    """Write a title and the unit of the values above a picture of ours, which grows by so much.

    >>> axes = lines([Line(name="north", at=[1, 2], values=[4.0, 5.0])])
    >>> headed(axes, "Waiting time", "h")
    >>> axes.get_title(), axes.get_ylabel()
    ('Waiting time', 'h')
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    width, height = figure.get_size_inches()
    frame, grown = ax.get_position(), height + _HEAD / 72
    figure.set_size_inches(width, grown)
    ax.set_position((frame.x0, frame.y0 * height / grown, frame.width, frame.height * height / grown))
    above = (1 - frame.y1) * height * 72  # the room of a legend, in points
    ax.set_title(shorten(title, _TITLE), x=0, ha="left", fontsize=12, color=INK, pad=above + 16, parse_math=False)
    ax.set_ylabel(unit, rotation=0, ha="left", va="bottom", color=MUTED, fontsize=_FONT, parse_math=False)
    ax.yaxis.set_label_coords(0, 1 + above / (frame.height * height * 72))


def sparkline(values: Sequence[float | None]) -> str:
    """Draw a small line without axes as SVG, hidden from screen readers; gaps stay gaps, a single value is a dot.

    >>> sparkline([]), sparkline([1.0, None, 2.0]).count("<polyline")
    ('', 2)
    """
    known = [v for v in values if v is not None]
    if not known:
        return ""
    least, step = min(known), 112 / max(len(values) - 1, 1)
    span = (max(known) - least) or 1.0
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{4 + place * step:.1f},{28 - 24 * (value - least) / span:.1f}")
    drawn = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if run)
    x, y = next(run[-1] for run in reversed(runs) if run).split(",")
    return (
        f'<svg xmlns="{_SVG}" viewBox="0 0 120 32" aria-hidden="true" class="spark" fill="none" stroke="currentColor" '
        f'stroke-width="1.8" stroke-linejoin="round">{drawn}'
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="currentColor"/></svg>'
    )


def to_svg(figure: "Figure", *, title: str, description: str = "", prefix: str) -> str:
    """Write a figure as inline SVG: the same bytes each time, named for screen readers, in the colours of the page.

    Text stays text, in the font of the page. `prefix` begins every id and must be unique in the page. The page may set
    `--ink`, `--muted`, `--grid`, `--paper`, `--goal` and `--series-1` to `--series-4`.

    >>> svg = to_svg(lines([Line(name="a", at=[1, 2], values=[1.0, 2.0])]).figure, title="Waiting", prefix="w")
    >>> svg[:4], "var(--series-1," in svg, 'id="w-title"' in svg
    ('<svg', True, True)
    """
    matplotlib = need("matplotlib", "plot", "a chart")
    page = io.BytesIO()
    written = {"svg.fonttype": "none", "svg.hashsalt": "servqual"}
    with _SETTINGS, matplotlib.rc_context(written), warnings.catch_warnings():
        # browsers set the text in their own fonts; glyphs missing here do not matter
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(page, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(page.getvalue())  # noqa: S314 - written by matplotlib a line ago, not by a stranger
    _adapt(root, prefix)
    for tag, words in (("desc", description), ("title", title)):
        named = ET.Element(tag, id=f"{prefix}-{tag}")
        named.text = clean(words)
        root.insert(0, named)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _adapt(root: ET.Element, prefix: str) -> None:
    """Make matplotlib's document fit into a page: own ids, no global style, named by its title."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, f"{prefix}-{value}")
            elif name.endswith("href"):
                del element.attrib[name]
                element.set("href", value.replace("#", f"#{prefix}-"))
            else:
                element.set(name, _themed(value.replace("url(#", f"url(#{prefix}-")))
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "xmlns": _SVG,
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "stroke-linejoin": "round",
    }


def _themed(style: str) -> str:
    """Write colours as custom properties, and keep only the size of a font: the family is the page's."""
    sized = re.sub(r"font: [^;]*?([\d.]+px)[^;]*", r"font-size: \1", re.sub(r"font-family: [^;]*;?", "", style))
    return re.sub("#[0-9a-f]{6}", lambda c: f"var({_VARIABLES[c[0]]}, {c[0]})" if c[0] in _VARIABLES else c[0], sized)


def _axes(*, width: float, height: float, left: float, right: float, top: float, bottom: float) -> "Axes":
    """Make axes with margins in points, independent of the fonts of the machine."""
    figure = need("matplotlib.figure", "plot", "a chart").Figure(figsize=(width / 72, height / 72))
    ax: Axes = figure.add_axes((left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height))
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(MUTED)
    ax.tick_params(colors=MUTED, labelsize=_FONT, length=0, pad=5)
    return ax


def _listing(names: Sequence[str], notes: Sequence[str], *, plot: float) -> "Axes":
    """Make axes of a list, wide enough for its names, a plot of width `plot` and its notes."""
    left = max((columns(shorten(name, _LABEL)) for name in names), default=0) * _COLUMN + 12
    right = max(max((columns(shorten(note, _LABEL)) for note in notes), default=0) * _COLUMN + 16, 22)
    height = max(len(names), 1) * _ROW + 34
    return _axes(width=left + plot + right, height=height, left=left, right=right, top=6, bottom=28)


def _list_axis(ax: "Axes", names: Sequence[str], notes: Sequence[str]) -> None:
    ax.set_yticks(range(len(names)), [shorten(name, _LABEL) for name in names], color=INK, parse_math=False)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
    for place, note in enumerate(notes):
        ax.annotate(
            shorten(note, _LABEL),
            (1, place),
            xytext=(8, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center_baseline",
            color=MUTED,
            fontsize=_FONT,
            parse_math=False,
        )


def _value_axis(ax: "Axes", ends: Sequence[float], within: tuple[float | None, float | None], suffix: str) -> None:
    if ends:
        ax.set_ylim(*_span(ends, within))
    ax.yaxis.set_major_locator(_round_steps(5))
    ax.yaxis.set_major_formatter(_tick(suffix))
    ax.grid(visible=True, axis="y", color=GRID, linewidth=0.8)


def _time_axis(ax: "Axes", moments: Sequence[Moment]) -> None:
    if moments and isinstance(moments[0], dt.date):
        dates = need("matplotlib.dates", "plot", "a chart")
        locator = dates.AutoDateLocator(minticks=3, maxticks=6)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))


def _span(shown: Sequence[float], within: tuple[float | None, float | None]) -> tuple[float, float]:
    """Give the ends of an axis: some room on both sides, within the limits of possible values."""
    least, most = min(shown), max(shown)
    air = (most - least) * 0.08 or abs(most) * 0.1 or 1.0
    floor, ceiling = within
    low = least - air if floor is None else max(floor, least - air)
    high = most + air if ceiling is None else min(ceiling, most + air)
    return (low, high) if low < high else (least - air, most + air)


def _round_steps(most: int) -> "Locator":
    located: Locator = need("matplotlib.ticker", "plot", "a chart").MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
    return located


def _tick(suffix: str) -> Callable[[float, float], str]:
    def shown(value: float, _: float) -> str:
        return f"{value:,.10g}{suffix}"

    return shown


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else float(value) for value in values]


def _positions(moments: Sequence[Moment]) -> list[float]:
    """Place moments on the axis: dates as matplotlib counts days, numbers as they are."""
    dates = need("matplotlib.dates", "plot", "a chart")
    return [float(dates.date2num(m)) if isinstance(m, dt.date) else m for m in moments]
