"""Arrays into Axes and SVG."""

import datetime as dt
import itertools
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from servqual._draw import Bar, Dot, Line, lines, pareto, ranking, sparkline, to_svg

matplotlib: Any = pytest.importorskip("matplotlib")

WEEKS = [dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(8)]
HOSTILE = '<script>alert(1)</script> $\\frac{ & "x" \'y\' 客户 \x00\u202e #1f5fa6 url(#p) id="q"'


def line(name: str = "north", **facts: Any) -> Line:
    """Eight weeks of a plain line with a gap."""
    return Line(**({"name": name, "at": WEEKS, "values": [3.0, 4.0, None, 5.0, 4.0, 6.0, 5.0, 5.5]} | facts))


def svg(axes: Any, prefix: str = "t", **words: str) -> str:
    """A chart as SVG."""
    return to_svg(axes.figure, title=words.get("title", "A chart"), description="What it shows.", prefix=prefix)


def parsed(picture: str) -> ET.Element:
    """The picture as a tree, without the namespace."""
    return ET.fromstring(picture.replace(' xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S314 - our own picture


CHARTS = {
    "lines": lambda: lines([line(low=[2.0] * 8, high=[7.0] * 8), line("south")], goal=6.5),
    "pareto": lambda: pareto([Bar(name="mail", share=0.7, cumulative=0.7, note="7 · 70 %")]),
    "ranking": lambda: ranking([Dot(name="A", value=3.0, low=2.0, high=5.0), Dot(name="B", value=None)], overall=4.0),
    "hostile lines": lambda: lines([line(HOSTILE), line("_hidden")]),
    "hostile pareto": lambda: pareto([Bar(name=HOSTILE, share=1, cumulative=1, note=HOSTILE)]),
    "hostile ranking": lambda: ranking([Dot(name=HOSTILE, value=1.0, note=HOSTILE)]),
    "no lines": lambda: lines([]),
    "no points": lambda: lines([line(at=[], values=[])]),
    "only gaps": lambda: lines([line(values=[None] * 8)], within=(0, 100)),
    "no bars": lambda: pareto([]),
    "no dots": lambda: ranking([]),
}
EVERY_CHART = pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS.keys())


@EVERY_CHART
def test_every_chart_becomes_a_named_picture(draw: Any) -> None:
    """A chart of much, of nothing and of hostile names parses as XML and tells its title and description."""
    root = parsed(svg(draw(), title=HOSTILE))
    title, description = root.find("title"), root.find("desc")
    assert title is not None
    assert description is not None
    assert title.text is not None
    assert title.text.startswith("<script>")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


@EVERY_CHART
def test_a_picture_is_a_good_neighbour(draw: Any) -> None:
    """No script, no style sheet, no address, no fixed size, no font of its own; ids bear the prefix and all resolve."""
    picture = svg(draw(), prefix="one")
    root = parsed(picture)
    assert not {"script", "style", "metadata", "image", "foreignObject"} & {e.tag for e in root.iter()}
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert not {"width", "height"} & set(root.attrib)
    assert "DejaVu" not in picture
    ids = {name for e in root.iter() if (name := e.get("id"))}
    assert all(name.startswith("one-") for name in ids)
    attributes = [value for e in root.iter() for value in e.attrib.values()]
    used = {found for value in attributes for found in re.findall(r"(?:^|url\()#([^)]+)", value)}
    assert used <= ids


@EVERY_CHART
def test_the_same_chart_gives_the_same_bytes(draw: Any) -> None:
    """No date, no random id."""
    assert svg(draw()) == svg(draw())


def test_colours_follow_the_page() -> None:
    """Every colour is a custom property of the page, with the light colour where the page sets none."""
    picture = svg(CHARTS["lines"]())
    assert set(re.findall(r"var\((--[a-z]+)", picture)) >= {"--series", "--goal", "--grid", "--muted", "--ink"}
    styles = [value for e in parsed(picture).iter() if (value := e.get("style"))]
    loose = {c for style in styles for c in re.findall(r"(?<!, )#[0-9a-f]{6}", style)}
    assert loose == set()


def test_words_stay_words() -> None:
    """Dollar signs are no formulas, colours and references in a name stay as they were, and long names are cut."""
    names = [e.text or "" for e in parsed(svg(ranking([Dot(name="$a$ #1f5fa6 url(#p)", value=1.0)]))).iter("text")]
    assert "$a$ #1f5fa6 url(#p)" in names
    long = [e.text or "" for e in parsed(svg(ranking([Dot(name="x" * 500, value=1.0)]))).iter("text")]
    assert any(name.startswith("xxx") and name.endswith("…") for name in long)


def test_names_in_any_script_raise_no_warning() -> None:
    """Signs that our fonts lack are the browser's matter; the caller's own warnings stay as they were."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg(ranking([Dot(name="客户服务部门 שלום 🙂", value=1.0)]))


def test_settings_and_backend_are_left_alone() -> None:
    """Drawing, even in several threads, changes nothing of matplotlib that a notebook relies on."""
    before = dict(matplotlib.rcParams)
    with ThreadPoolExecutor(4) as pool:
        pictures = set(pool.map(lambda _: svg(CHARTS["lines"]()), range(8)))
    assert len(pictures) == 1
    assert dict(matplotlib.rcParams) == before


def test_axes_given_are_axes_drawn_on() -> None:
    """A caller's own axes are used and given back."""
    axes = matplotlib.figure.Figure().subplots()
    assert lines([line()], ax=axes) is axes
    assert pareto([], ax=axes) is axes
    assert ranking([], ax=axes) is axes


def test_a_gap_stays_a_gap() -> None:
    """A missing value is not drawn as zero and not bridged."""
    drawn: Any = lines([line()]).get_lines()[0].get_ydata()
    assert [str(y) for y in drawn][1:4] == ["4.0", "nan", "5.0"]


def test_marks_tell_what_stands_on_little() -> None:
    """Hollow points are marks of their own, apart from the ordinary ones."""
    drawn: list[Any] = lines([line(hollow=[*[False] * 7, True])]).get_lines()
    marks = [x for x in drawn if x.get_linestyle() == "None"]
    assert [(len(x.get_xdata()), x.get_markerfacecolor()) for x in marks] == [(7, "#1f5fa6"), (1, "#ffffff")]


def test_an_interval_that_leaves_the_picture_says_so() -> None:
    """A caret stands at the edge where the bar of a hollow point goes on, and nowhere else."""
    bounded = line(low=[2.0] * 7 + [-50.0], high=[7.0] * 6 + [90.0, 7.0], hollow=[*[False] * 6, True, True])
    axes = lines([bounded])
    floor, ceiling = axes.get_ylim()
    carets: list[Any] = [x for x in axes.get_lines() if x.get_marker() not in {"None", "o"}]
    assert [(x.get_ydata()[0], len(x.get_xdata())) for x in carets] == [(floor, 1), (ceiling, 1)]
    assert floor > -50
    assert ceiling < 90


@pytest.mark.parametrize("suffix", [" h", " minutes"])
def test_ticks_of_the_value_axis_have_room(suffix: str) -> None:
    """The left margin, in points of 360 for the width, holds the longest tick at 6.2 points a sign."""
    axes = lines([line(values=[x * 12_500.0 for x in range(8)])], suffix=suffix)
    longest = max(len(f"{tick:,.10g}{suffix}") for tick in axes.get_yticks())
    assert axes.get_position().x0 * 360 >= longest * 6.2


def test_a_poor_point_does_not_flatten_the_others() -> None:
    """The interval of a hollow point may leave the picture; values, goal and firm bands may not."""
    wide: dict[str, Any] = {"low": [2.0] * 7 + [0.0], "high": [7.0] * 7 + [900.0]}
    firm = lines([line(**wide)], goal=20.0).get_ylim()
    loose = lines([line(**wide, hollow=[*[False] * 7, True])], goal=20.0).get_ylim()
    assert firm[1] > 900
    assert 20 < loose[1] < 30


def test_intervals_are_bands_between_firm_points_and_bars_elsewhere() -> None:
    """A firm point with a firm neighbour is in a band; a hollow one, or one between hollow ones, has a bar."""
    hollow = [False, False, False, True, False, True, False, False]
    bounded = line(values=[4.0] * 8, low=[3.0] * 8, high=[5.0] * 8, hollow=hollow)
    band, bars = lines([bounded]).collections
    # 0, 1, 2 and 6, 7 have a firm neighbour; 3 and 5 are hollow and 4 stands between them
    assert len(band.get_paths()) == 2
    assert len(bars.get_paths()) == 3


def test_an_axis_does_not_pass_what_values_can_be() -> None:
    """A share ends at 0 and 100 per cent however wide the air around it."""
    full = line(values=[0.0, 100.0, *[50.0] * 6])
    assert lines([full], within=(0, 100)).get_ylim() == (0, 100)


def test_many_lines_are_told_apart() -> None:
    """Sixteen lines have sixteen pairs of colour and dash, and each its name above the chart."""
    many = [line(f"_team {place}") for place in range(16)]
    axes = lines(many)
    drawn = [(x.get_color(), str(x.get_linestyle())) for x in axes.get_lines() if x.get_linestyle() != "None"]
    assert len(set(drawn)) == 16
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text().strip() for text in legend.get_texts()] == [x.name for x in many]


def test_a_sparkline_breaks_at_gaps_and_stays_in_its_frame() -> None:
    """Two runs around a gap, a dot at the last known value, nothing where nothing is known."""
    picture = sparkline([1.0, 2.0, None, 3.0, 3.0])
    root = parsed(picture)
    assert [len((run.get("points") or "").split()) for run in root.iter("polyline")] == [2, 2]
    points = itertools.chain.from_iterable((run.get("points") or "").split() for run in root.iter("polyline"))
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 32 for x, y in (point.split(",") for point in points))
    assert sparkline([None]) == ""
    assert sparkline([5.0]).count("<circle") == 1
