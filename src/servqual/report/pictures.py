"""Drawings of the page as SVG, each with its numbers in a table: courses, the most frequent, the weakest groups."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from servqual import _draw
from servqual._html import Html, table
from servqual._words import counted, interval, number, scale
from servqual.report.plain import (
    Plain,
    about,
    day_of,
    group_of,
    many,
    moment_in,
    number_in,
    row_in,
    rows_in,
    text_in,
    texts_in,
    title_of,
    unit_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BETTER: Final[Mapping[str, str]] = {"higher": "↑ higher is better", "lower": "↓ lower is better"}
_MOST_CASES: Final = 0.8
_NAMED: Final = 3
# a point of a drawing may shrink to so many pixels before its text is too small to read
_SMALLEST: Final = 0.8
_PHONE: Final = 300


def _if_binned(row: Plain) -> list[str]:
    return ["approximate"] if number_in(row, "error") else []


def drawn_trend(row: Plain, place: int, every: str) -> Plain:
    """Draw the course of a figure."""
    unit, points = unit_of(row), rows_in(row, "points")
    dated = [(at, point) for point in points if (at := day_of(text_in(point, "start")))]
    flags = {"small": "few rows", "partial": f"unfinished {every}", "open": "cases not finished"}
    cells = [
        [
            moment_in(point, "start"),
            number(point.get("value"), unit),
            interval(point.get("low"), point.get("high"), unit),
            number(point.get("n"), "count"),
            ", ".join([words for flag, words in flags.items() if point.get(flag) is True] + _if_binned(point)),
        ]
        for point in points
    ]
    goal = number_in(row, "goal")
    values = [value for point in points if (value := number_in(point, "value")) is not None]
    divisor, suffix = scale(unit, max(values if goal is None else [*values, goal], default=1.0))

    def scaled(key: str) -> list[float | None]:
        return [_over(number_in(point, key), divisor) for _, point in dated]

    line = _draw.Line(
        name=title_of(row),
        at=[at for at, _ in dated],
        values=scaled("value"),
        low=scaled("low"),
        high=scaled("high"),
        hollow=[any(point.get(flag) is True for flag in flags) for _, point in dated],
    )
    axes = _draw.lines([line], suffix=suffix, goal=_over(goal, divisor), within=_bounds(unit))
    told = (
        f"{counted(len(points), 'point')}; lowest {number(min(values), unit)}, highest {number(max(values), unit)}, "
        f"last {number(values[-1], unit)}."
        if values
        else "No values."
    )
    return {
        "title": title_of(row),
        "better": BETTER.get(text_in(row, "better"), ""),
        "stock": row.get("stock") is True,
        **_picture(axes, f"{title_of(row)} by {every}", told, f"trend-{place}"),
        "empty": not values,
        "business_time": row.get("business_time") is True,
        "hollow": any(line.hollow),
        "goal": "" if goal is None else number(goal, unit),
        "table": table(
            ["From", "Value", "Interval", "n", "Note"],
            cells,
            caption=f"{title_of(row)} by {every}",
            numeric={1, 2, 3},
        ),
    }


def drawn_pareto(pareto: Plain) -> Plain | None:
    """Draw the most frequent categories; None where there are none."""
    rows = rows_in(pareto, "rows")
    if not rows:
        return None
    column, rest = text_in(pareto, "column"), row_in(pareto, "rest")
    cells: list[list[str | None]] = [
        [
            group_of(row, "category"),
            number(row.get("count"), "count"),
            number(row.get("share"), "share"),
            number(row.get("cumulative"), "share"),
        ]
        for row in rows
    ]
    if number_in(rest, "count"):
        name = many(rest.get("categories"), "further category", "further categories")
        cells.append([name, number(rest.get("count"), "count"), None, None])
    bars = [
        _draw.Bar(
            name=group_of(row, "category"),
            share=number_in(row, "share") or 0.0,
            cumulative=number_in(row, "cumulative") or 0.0,
            note=f"{number(row.get('count'), 'count')} · {number(row.get('cumulative'), 'share')}",
        )
        for row in rows
    ]
    few = next((place for place, bar in enumerate(bars, 1) if bar.cumulative >= _MOST_CASES), None)
    together = number(bars[(few or len(bars)) - 1].cumulative, "share")
    match few:
        case 1:
            say = f"The first category alone holds {together} of the cases."
        case None:
            say = f"The {len(bars)} largest categories together hold {together} of the cases."
        case _:
            say = f"The first {few} of the categories hold {together} of the cases."
    return {
        "column": column,
        "total": many(pareto.get("total"), "case"),
        "say": say,
        **_picture(_draw.pareto(bars), f"Cases by {column}", say, "pareto-1"),
        "table": table(
            [column, "Cases", "Share", "Cumulative"], cells, caption=f"Cases by {column}", numeric={1, 2, 3}
        ),
    }


def drawn_groups(part: Plain, first: int = 0) -> list[Plain]:
    """The weak groups of the cases or of a table; pictures are numbered from the first on."""
    return [_weakest(rows, first + place) for place, rows in enumerate(_alike(rows_in(part, "weakest")), 1)]


def _weakest(rows: Sequence[Plain], place: int) -> Plain:
    first = rows[0]
    unit, title, column = unit_of(first), title_of(first), text_in(first, "column")
    seen = [x for row in rows for key in ("value", "overall") if (x := number_in(row, key)) is not None]
    divisor, suffix = scale(unit, max(seen, default=1.0))
    axes = _draw.ranking(
        [
            _draw.Dot(
                name=group_of(row, "group"),
                value=_over(number_in(row, "value"), divisor),
                low=_over(number_in(row, "low"), divisor),
                high=_over(number_in(row, "high"), divisor),
                note=f"{number(row.get('value'), unit)} · n {number(row.get('n'), 'count')}",
            )
            for row in rows
        ],
        suffix=suffix,
        overall=_over(number_in(first, "overall"), divisor),
        within=_bounds(unit),
    )
    cells = [
        [
            group_of(row, "group"),
            about(row, unit),
            interval(row.get("low"), row.get("high"), unit),
            number(row.get("n"), "count"),
        ]
        for row in rows
    ]
    overall = number(first.get("overall"), unit)
    caption = f"{title} by {column}: the weakest groups"
    same = [
        f"The same cases as {group_of(row, 'group')}: {', '.join(names[:_NAMED])}"
        for row in rows
        if (names := texts_in(row, "same"))
    ]
    return {
        "same": "; ".join(same),
        "title": title,
        "column": column,
        "overall": overall,
        **_picture(axes, caption, f"{counted(len(rows), 'group')}; all together {overall}.", f"weakest-{place}"),
        "table": table([column, "Value", "Interval", "n"], cells, caption=caption, numeric={1, 2, 3}),
    }


def _alike(rows: Sequence[Plain]) -> list[list[Plain]]:
    """Rows of one KPI and one column together, in the order in which each pair first comes."""
    found: dict[tuple[str, str], list[Plain]] = {}
    for row in rows:
        found.setdefault((text_in(row, "kpi"), text_in(row, "column")), []).append(row)
    return list(found.values())


def _picture(axes: "Axes", title: str, description: str, prefix: str) -> Plain:
    """A drawing as SVG, the width in pixels below which it scrolls, and whether it does so on a phone."""
    figure = cast("Figure", axes.figure)
    least = round(figure.get_figwidth() * 72 * _SMALLEST)
    svg = Html(_draw.to_svg(figure, title=title, description=description, prefix=prefix))
    return {"svg": svg, "least": least, "scrolls": least > _PHONE}


def _bounds(unit: str) -> tuple[float | None, float | None]:
    """What values of a unit cannot pass, as the axis counts them."""
    return (0, 100) if unit == "share" else (0, None) if unit in {"s", "working s", "count"} else (None, None)


def _over(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor
