"""The report as one self-contained HTML page: words, tables and inline SVG, no script and no network.

Everything that comes from data is taken for hostile text: numbers go through `_html.number`, words are escaped by the
template, and the page's own security policy forbids scripts, fonts, pictures and connections of any kind.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Final, cast

from servqual import _draw
from servqual._checks import must_be, need
from servqual._html import Html, missing, table
from servqual._words import capital, clean, counted, difference, interval, number, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Plain = Mapping[str, object]

# the mark and the word stand together: colour is never the only carrier
_VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "reached": ("✓", "reached"),
    "not_reached": ("✕", "not reached"),
    "unclear": ("?", "unclear"),
    "cannot_be_judged": ("–", "cannot be judged"),
}
_BETTER: Final[Mapping[str, str]] = {"higher": "↑ higher is better", "lower": "↓ lower is better"}
_UNITS: Final[Mapping[str, str]] = {
    "share": "share, in per cent",
    "s": "duration",
    "working s": "duration in business time",
    "count": "count",
    "points": "points",
}
_ZONES: Final[Mapping[str, str]] = {"Z": "UTC", "+00:00": "UTC"}
_PERIODS: Final[Mapping[str, str]] = {"hour_of_day": "hour of receipt", "weekday": "day of receipt"}
_SPARK_POINTS: Final = 60
_MOST_CASES: Final = 0.8
_CARDS: Final = 3
# a point of a drawing may shrink to so many pixels before its text is too small to read
_SMALLEST: Final = 0.8
_PHONE: Final = 300


def render(report: Mapping[str, object]) -> str:
    """Render the report data as one HTML page; the same data give the same text.

    Takes the plain data of `servqual report --json`: durations in seconds, shares from 0 to 1, moments as ISO text.
    Any list may be empty and any value `None`; a section without data says so or is left out. Needs the extra
    `report` (matplotlib and jinja2).

    >>> page = render({"title": "Desk <north>", "headline": ["Two of three promises were kept."]})
    >>> page[:15], "Desk &lt;north&gt;" in page, "Two of three promises were kept." in page
    ('<!doctype html>', True, True)
    """
    must_be(Mapping, "report", "the plain data of a report", report)
    jinja2 = need("jinja2", "report", "an HTML report")
    source = resources.files("servqual.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = str(environment.from_string(source).render(_page(report)))
    return page.replace(" %", "\N{NO-BREAK SPACE}%")


def _page(report: Plain) -> Plain:
    kpis = _rows(report, "kpis")
    units = {_text(kpi, "key"): kpi for kpi in kpis}
    trends = _rows(report, "trends")
    every = _text(_row(report, "period"), "every") or "period"
    tables = _rows(report, "tables")
    compared = [part for part in ({**report, "title": "Cases"}, *tables) if "changes" in part]
    to_do = [part for part in (report, *tables) if _rows(part, "priorities")]
    return {
        "title": _text(report, "title") or "Service report",
        "missing": missing(),
        "source": {
            "name": _text(_row(report, "source"), "name"),
            "simulated": _row(report, "source").get("simulated") is True,
        },
        "made": {
            "by": _text(_row(report, "made"), "by"),
            "now": _moment(_row(report, "made"), "now"),
            "now_from": _text(_row(report, "made"), "now_from"),
        },
        "period": _period(_row(report, "period")),
        "every": every,
        "rows": _accounted(_row(report, "rows")),
        "headline": [capital(line) for line in _texts(report, "headline")],
        "compared": [_changed(part) for part in compared],
        "cut": _row(report, "period").get("cut") is True,
        "open_cases": _open_cases(_rows(report, "open_cases")),
        "open_at": _moment(_row(report, "period"), "open_at"),
        "groups": [_by_group(group) for group in _rows(report, "groups")],
        "to_do": [_to_do(row) for part in to_do for row in _rows(part, "priorities")[:_CARDS]],
        "evidence": _evidence(report, tables),
        "notes": [capital(line) for line in _texts(report, "notes")],
        "standards": [_standard(row, units.get(_text(row, "kpi"), {})) for row in _rows(report, "standards")],
        "some_in_business_time": any(kpi.get("business_time") is True for kpi in kpis),
        "kpis": [_kpi(row, trends) for row in kpis],
        "trends": [_trend(row, place, every) for place, row in enumerate(trends, 1)],
        "pareto": _pareto(_row(report, "pareto")),
        "weakest": _weak_groups(report),
        "priorities": [_priority(row) for row in _rows(report, "priorities")],
        "tables": [_table(row, place) for place, row in enumerate(tables, 1)],
    }


def _table(row: Plain, place: int) -> Plain:
    """A table besides cases: its figures, their course, and each by group."""
    trends, every = _rows(row, "trends"), _text(_row(row, "period"), "every") or "period"
    odd = {_text(each, "text") for kpi in _rows(row, "kpis") for each in _of_code(kpi, "counts.contradict")}
    told = [
        {**kpi, "warnings": [w for w in _rows(kpi, "warnings") if _text(w, "text") not in odd]}
        for kpi in _rows(row, "kpis")
    ]
    return {
        "id": f"table-{place}",
        "title": _title(row),
        "source": _text(row, "source"),
        "period": _period(_row(row, "period")),
        "every": every,
        "now": "" if _text(row, "table") == "contact_counts" else _moment(row, "now"),
        "now_from": _text(row, "now_from"),
        "contradict": capital("; ".join(sorted(odd))),
        "rows": _accounted(_row(row, "rows")),
        "kpis": [_kpi(kpi, trends) for kpi in told],
        "left_out": _unjudged(_rows(row, "left_out")),
        "trends": [_trend(trend, 100 * place + n, every) for n, trend in enumerate(trends)],
        "groups": [_by_group(group) for group in _rows(row, "groups")],
        "weakest": _weak_groups(row, 100 * place),
        "priorities": [_priority(each) for each in _rows(row, "priorities")],
        "notes": [capital(line) for line in _texts(row, "notes")],
    }


def _of_code(kpi: Plain, code: str) -> list[Plain]:
    return [each for each in _rows(kpi, "warnings") if _text(each, "code") == code]


def _by_group(row: Plain) -> Plain:
    """The figures of each group of a column, with the n of each."""
    column, kpis = _text(row, "column"), _rows(row, "kpis")
    cells = []
    for each in _rows(row, "rows"):
        found = {_text(figure, "kpi"): figure for figure in _rows(each, "figures")}
        told = [(_unit(kpi), found.get(_text(kpi, "kpi"), {})) for kpi in kpis]
        cells.append([_group(each, "group"), *(_with_n(figure, unit) for unit, figure in told)])
    rest = _number(row, "rest")
    return {
        "column": _PERIODS.get(column, column),
        "folded": column == "hour_of_day",
        "table": table(
            [capital(_PERIODS.get(column, column)), *map(_title, kpis)],
            cells,
            caption=f"By {_PERIODS.get(column, column)}, with the number behind each figure",
            numeric=range(1, len(kpis) + 1),
        ),
        "rest": _many(int(rest), "group") if rest else "",
    }


def _with_n(figure: Plain, unit: str) -> str | None:
    value = number(figure.get("value"), unit)
    return value if unit == "count" or value == "–" else f"{value} · n {number(figure.get('n'), 'count')}"


def _alike(rows: Sequence[Plain]) -> list[list[Plain]]:
    """Rows of one KPI and one column together, in the order in which each pair first comes."""
    found: dict[tuple[str, str], list[Plain]] = {}
    for row in rows:
        found.setdefault((_text(row, "kpi"), _text(row, "column")), []).append(row)
    return list(found.values())


def _period(period: Plain) -> str:
    keys = ("first", "last") if period.get("cut") is True else ("start", "end")
    start, end = (_moment(period, key, zoned=False) for key in keys)
    if not (start or end):
        return ""
    zone = _text(period, "zone")
    running = ", not over yet" if period.get("cut") is True and period.get("over") is False else ""
    return f"{start or '–'} to {end or '–'}{running}" + (f", {zone}" if zone else "")


def _accounted(rows: Plain) -> Plain:
    reasons = _rows(rows, "reasons")
    cells = [reason for reason in reasons if _text(reason, "part") == "cell"]
    return {
        **{key: number(rows.get(key), "count") for key in ("read", "used", "refused")},
        "cases": _many(rows.get("cases"), "case"),
        "outside": _many(rows.get("outside"), "case") if rows.get("outside") else "",
        "fold": _text(rows, "fold"),
        "lost": _reasons([reason for reason in reasons if reason not in cells], "Rows refused, by reason"),
        "cells": _reasons(cells, "Cells that could not be used, by reason"),
    }


def _reasons(reasons: Sequence[Plain], caption: str) -> Html:
    cells = [
        [
            _text(reason, "column"),
            _text(reason, "reason"),
            number(reason.get("count"), "count"),
            ", ".join(
                f"row {number(shown.get('row'), 'count')}: {_text(shown, 'value') or 'empty'}"
                for shown in _rows(reason, "examples")
            ),
        ]
        for reason in reasons
    ]
    head = ["Column", "Reason", "Count", "For example"]
    return table(head, cells, caption=caption, numeric={2}) if cells else Html()


def _standard(row: Plain, kpi: Plain) -> Plain:
    unit = _unit(kpi) or "share"
    within, within_unit = _number(row, "within_s"), "working s" if row.get("business_time") is True else "s"
    bound = "at most" if kpi.get("better") == "lower" else "at least"
    promise = f"{bound} {number(row.get('goal'), unit)}" if _number(row, "goal") is not None else "no goal set"
    gap = _number(row, "gap")
    status = _text(row, "status")
    mark, word = _VERDICTS.get(status, _VERDICTS["cannot_be_judged"])
    return {
        "name": capital(_text(row, "name")),
        "promise": promise + (f" within {number(within, within_unit)}" if within is not None else ""),
        "business_time": row.get("business_time") is True,
        "gap": "" if gap is None else _distance(gap, unit),
        "mark": mark,
        "word": word,
        **_seen(row, unit),
    }


def _distance(gap: float, unit: str) -> str:
    """A gap in words: above 0 the goal was missed."""
    size = difference(abs(gap), unit, signed=False)
    return f"{size} short" if gap > 0 else f"{size} better" if gap < 0 else "at the goal"


def _unit(row: Plain) -> str:
    """The unit to show a value in: seconds of business time are never told in days."""
    unit = _text(row, "unit")
    return "working s" if unit == "s" and row.get("business_time") is True else unit


def _seen(row: Plain, unit: str) -> Plain:
    """What a measured value is always shown with."""
    undecided = _number(row, "undecided")
    return {
        "value": number(row.get("value"), unit),
        "interval": "" if (ends := interval(row.get("low"), row.get("high"), unit)) == "–" else ends,
        "n": number(row.get("n"), "count"),
        "undecided": number(undecided, "count") if undecided else "",
        "warnings": [_text(each, "text") for each in _rows(row, "warnings") if each.get("code") != "n.small"],
    }


def _kpi(row: Plain, trends: Sequence[Plain]) -> Plain:
    unit = _unit(row)
    own = next((t for t in trends if _text(t, "kpi") == _text(row, "key")), {})
    whole = [point for point in _rows(own, "points") if point.get("partial") is not True]
    recent = [_number(point, "value") for point in whole][-_SPARK_POINTS:]
    words = ("label_zh", "formula", "source", "definition")
    if row.get("cannot_be_judged") is True:
        unread = next((_text(each, "text") for each in _rows(row, "warnings") if "unread" in _text(each, "code")), "")
        row = {**row, "value": None, "low": None, "high": None, "warnings": [], "reason": f"Cannot be judged: {unread}"}
    return {
        "title": _title(row),
        **{key: _text(row, key) for key in words},
        "question": capital(_text(row, "question")),
        "reason": capital(_text(row, "reason")),
        "unit": _UNITS.get(unit, unit),
        "business_time": row.get("business_time") is True,
        "better": _BETTER.get(_text(row, "better"), ""),
        "small": row.get("small") is True,
        "spark": Html(_draw.sparkline(recent)),
        **_seen(row, unit),
    }


def _trend(row: Plain, place: int, every: str) -> Plain:
    unit, points = _unit(row), _rows(row, "points")
    dated = [(at, point) for point in points if (at := _day(_text(point, "start")))]
    flags = {"small": "few rows", "partial": f"unfinished {every}", "open": "cases not finished"}
    cells = [
        [
            _moment(point, "start"),
            number(point.get("value"), unit),
            interval(point.get("low"), point.get("high"), unit),
            number(point.get("n"), "count"),
            ", ".join(words for flag, words in flags.items() if point.get(flag) is True),
        ]
        for point in points
    ]
    goal = _number(row, "goal")
    values = [value for point in points if (value := _number(point, "value")) is not None]
    divisor, suffix = scale(unit, max(values if goal is None else [*values, goal], default=1.0))

    def scaled(key: str) -> list[float | None]:
        return [_over(_number(point, key), divisor) for _, point in dated]

    line = _draw.Line(
        name=_title(row),
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
        "title": _title(row),
        "better": _BETTER.get(_text(row, "better"), ""),
        "stock": row.get("stock") is True,
        **_picture(axes, f"{_title(row)} by {every}", told, f"trend-{place}"),
        "empty": not values,
        "business_time": row.get("business_time") is True,
        "hollow": any(line.hollow),
        "goal": "" if goal is None else number(goal, unit),
        "table": table(
            ["From", "Value", "Interval", "n", "Note"],
            cells,
            caption=f"{_title(row)} by {every}",
            numeric={1, 2, 3},
        ),
    }


def _pareto(pareto: Plain) -> Plain | None:
    rows = _rows(pareto, "rows")
    if not rows:
        return None
    column, rest = _text(pareto, "column"), _row(pareto, "rest")
    cells: list[list[str | None]] = [
        [
            _group(row, "category"),
            number(row.get("count"), "count"),
            number(row.get("share"), "share"),
            number(row.get("cumulative"), "share"),
        ]
        for row in rows
    ]
    if _number(rest, "count"):
        name = _many(rest.get("categories"), "further category", "further categories")
        cells.append([name, number(rest.get("count"), "count"), None, None])
    bars = [
        _draw.Bar(
            name=_group(row, "category"),
            share=_number(row, "share") or 0.0,
            cumulative=_number(row, "cumulative") or 0.0,
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
        "total": _many(pareto.get("total"), "case"),
        "say": say,
        **_picture(_draw.pareto(bars), f"Cases by {column}", say, "pareto-1"),
        "table": table(
            [column, "Cases", "Share", "Cumulative"], cells, caption=f"Cases by {column}", numeric={1, 2, 3}
        ),
    }


def _weak_groups(part: Plain, first: int = 0) -> list[Plain]:
    """The weak groups of the cases or of a table; pictures are numbered from the first on."""
    return [_weakest(rows, first + place) for place, rows in enumerate(_alike(_rows(part, "weakest")), 1)]


def _weakest(rows: Sequence[Plain], place: int) -> Plain:
    first = rows[0]
    unit, title, column = _unit(first), _title(first), _text(first, "column")
    seen = [x for row in rows for key in ("value", "overall") if (x := _number(row, key)) is not None]
    divisor, suffix = scale(unit, max(seen, default=1.0))
    axes = _draw.ranking(
        [
            _draw.Dot(
                name=_group(row, "group"),
                value=_over(_number(row, "value"), divisor),
                low=_over(_number(row, "low"), divisor),
                high=_over(_number(row, "high"), divisor),
                note=f"{number(row.get('value'), unit)} · n {number(row.get('n'), 'count')}",
            )
            for row in rows
        ],
        suffix=suffix,
        overall=_over(_number(first, "overall"), divisor),
        within=_bounds(unit),
    )
    cells = [
        [
            _group(row, "group"),
            number(row.get("value"), unit),
            interval(row.get("low"), row.get("high"), unit),
            number(row.get("n"), "count"),
        ]
        for row in rows
    ]
    overall = number(first.get("overall"), unit)
    caption = f"{title} by {column}: the weakest groups"
    same = [
        f"The same cases as {_group(row, 'group')}: {', '.join(names[:_CARDS])}"
        for row in rows
        if (names := _texts(row, "same"))
    ]
    return {
        "same": "; ".join(same),
        "title": title,
        "column": column,
        "overall": overall,
        **_picture(axes, caption, f"{counted(len(rows), 'group')}; all together {overall}.", f"weakest-{place}"),
        "table": table([column, "Value", "Interval", "n"], cells, caption=caption, numeric={1, 2, 3}),
    }


def _open_cases(rows: Sequence[Plain]) -> Html:
    """The oldest open cases; columns that none of them fills are left out."""
    facts = [name for name in ("team", "category", "priority") if any(_text(row, name) for row in rows)]
    cells = [
        [
            _text(row, "case_id") or f"row {number(row.get('row'), 'count')}",
            _moment(row, "received_at", zoned=False),
            number(row.get("age_s"), "s"),
            *(_text(row, name) or None for name in facts),
        ]
        for row in rows
    ]
    head = ["Case", "Received", "Open for", *map(capital, facts)]
    return table(head, cells, caption="The oldest open cases", numeric={2}) if cells else Html()


def _changed(part: Plain) -> Plain:
    """What changed in the cases, or in a table besides."""
    return {
        "title": _title(part),
        "changes": [_change(row) for row in _rows(part, "changes")],
        "unjudged": _unjudged(_rows(part, "changes_unjudged")),
        "judged": number(part.get("changes_judged"), "count"),
        "held": [(_days(row, "after"), _days(row, "before")) for row in _rows(part, "changes_between")],
    }


def _change(row: Plain) -> Plain:
    unit, decision = _unit(row), _text(row, "decision")
    return {
        "title": _title(row),
        "decision": decision,
        "mark": {"improved": "✓", "worse": "✕"}.get(decision, "?"),
        "tone": {"improved": "reached", "worse": "not-reached"}.get(decision, "unclear"),
        "before": number(row.get("before"), unit),
        "after": number(row.get("after"), unit),
        "when": [_days(row, "before"), _days(row, "after")] if row.get("after_from") else [],
        # of a table whose counts do not add up it is said once
        "warnings": [_text(each, "text") for each in _rows(row, "caveats") if each.get("code") != "counts.contradict"],
    }


def _days(row: Plain, side: str) -> str:
    return f"{_text(row, side + '_from')} to {_text(row, side + '_to')}"


def _unjudged(rows: Sequence[Plain]) -> list[Plain]:
    """The figures that were not compared, those of one reason together."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(_text(row, "reason"), []).append(_text(row, "title"))
    return [{"titles": capital(", ".join(titles)), "reason": reason} for reason, titles in found.items()]


def _evidence(report: Plain, tables: Sequence[Plain]) -> str:
    """Where the evidence for what to do first begins."""
    places = [f"#table-{place}-first" for place, part in enumerate(tables, 1) if _rows(part, "priorities")]
    return "#priorities" if _rows(report, "priorities") else next(iter(places), "")


def _to_do(row: Plain) -> Plain:
    unit = _unit(row)
    return {
        "title": _title(row),
        "column": _text(row, "column"),
        "group": _group(row, "group"),
        "value": number(row.get("value"), unit),
        "overall": number(row.get("overall"), unit),
        "since": _text(row, "since"),
    }


def _priority(row: Plain) -> Plain:
    return {
        "suspicion": capital(_text(row, "suspicion")),
        "course": "" if _text(row, "since") else capital(_text(row, "course")),
        "smallest": _text(row, "smallest"),
        "rank": number(row.get("rank"), "count"),
        "group": _group(row, "group"),
        "column": _text(row, "column"),
        "title": _title(row),
        "sentence": capital(_text(row, "sentence")),
        **_seen(row, _unit(row)),
    }


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


def _many(count: object, one: str, many: str = "") -> str:
    """A count with its noun; a dash where it is not known."""
    return counted(count, one, many) if isinstance(count, int) else "–"


def _rows(data: Plain, key: str) -> list[Plain]:
    value = data.get(key)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def _row(data: Plain, key: str) -> Plain:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _texts(data: Plain, key: str) -> list[str]:
    value = data.get(key)
    return [clean(line) for line in value if line] if isinstance(value, list | tuple) else []


def _text(data: Plain, key: str) -> str:
    value = data.get(key)
    return "" if value is None else clean(value)


def _number(data: Plain, key: str) -> float | None:
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _title(data: Plain) -> str:
    """The title with a capital at its head, as a heading wants it."""
    return capital(_text(data, "title"))


def _group(data: Plain, key: str) -> str:
    return _text(data, key) or "(not stated)"


def _day(text: str) -> dt.datetime | None:
    """An ISO date or moment, by its own wall clock."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _moment(data: Plain, key: str, *, zoned: bool = True) -> str:
    """A moment in words: the date alone at midnight, else with hour and minute; text of another kind as it is."""
    text = _text(data, key)
    at = _day(text)
    if at is None:
        return text
    if at.time() == dt.time():
        return f"{at:%Y-%m-%d}"
    zone = re.search(r"(Z|[+-]\d\d:\d\d)$", text) if zoned else None
    return f"{at:%Y-%m-%d %H:%M}" + (f" {_ZONES.get(zone[0], zone[0])}" if zone else "")
