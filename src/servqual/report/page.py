"""The report as one self-contained HTML page: words, tables and inline SVG, no script and no network.

Everything that comes from data is taken for hostile text: numbers go through `_html.number`, words are escaped by the
template, and the page's own security policy forbids scripts, fonts, pictures and connections of any kind.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

from servqual import _draw
from servqual._checks import must_be, need
from servqual._html import Html, missing, table
from servqual._words import capital, difference, interval, number
from servqual.report.pictures import BETTER, drawn_groups, drawn_pareto, drawn_trend
from servqual.report.plain import (
    Plain,
    about,
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

# the mark and the word stand together: colour is never the only carrier
_VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "reached": ("✓", "reached"),
    "not_reached": ("✕", "not reached"),
    "unclear": ("?", "unclear"),
    "cannot_be_judged": ("–", "cannot be judged"),
}
_UNITS: Final[Mapping[str, str]] = {
    "share": "share, in per cent",
    "s": "duration",
    "working s": "duration in business time",
    "count": "count",
    "points": "points",
}
_OF_RECEIPT: Final[Mapping[str, str]] = {"hour_of_day": "hour of receipt", "weekday": "day of receipt"}
_OF_ROWS: Final[Mapping[str, str]] = {"hour_of_day": "hour of the day", "weekday": "day of the week"}
_SPARK_POINTS: Final = 60
_CARDS: Final = 3


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
    kpis = rows_in(report, "kpis")
    trends = rows_in(report, "trends")
    every = text_in(row_in(report, "period"), "every") or "period"
    tables = rows_in(report, "tables")
    compared = [part for part in ({**report, "title": "Cases"}, *tables) if "changes" in part]
    to_do = [part for part in (report, *tables) if rows_in(part, "priorities")]
    return {
        "title": text_in(report, "title") or "Service report",
        "missing": missing(),
        "source": {
            "name": text_in(row_in(report, "source"), "name"),
            "simulated": row_in(report, "source").get("simulated") is True,
        },
        "made": {
            "by": text_in(row_in(report, "made"), "by"),
            "now": moment_in(row_in(report, "made"), "now"),
            "now_from": text_in(row_in(report, "made"), "now_from"),
        },
        "period": _period(row_in(report, "period")),
        "every": every,
        "because": text_in(row_in(report, "period"), "every_because"),
        "rows": _accounted(row_in(report, "rows")),
        "headline": [capital(line) for line in texts_in(report, "headline")],
        "compared": [_changed(part) for part in compared],
        "cut": row_in(report, "period").get("cut") is True,
        "open_cases": _open_cases(rows_in(report, "open_cases")),
        "open_at": moment_in(row_in(report, "period"), "open_at"),
        "groups": [_by_group(group, _OF_RECEIPT) for group in rows_in(report, "groups")],
        "to_do": [_to_do(row) for part in to_do for row in rows_in(part, "priorities")[:_CARDS]],
        "evidence": _evidence(report, tables),
        "notes": [capital(line) for line in texts_in(report, "notes")],
        "standards": [
            {**_standard(row), "of": title_of(part)}
            for part in ({**report, "title": "Cases" if tables else ""}, *tables)
            for row in rows_in(part, "standards")
        ],
        "some_in_business_time": any(kpi.get("business_time") is True for kpi in kpis),
        "kpis": [_kpi(row, trends) for row in kpis],
        "trends": [drawn_trend(row, place, every) for place, row in enumerate(trends, 1)],
        "pareto": drawn_pareto(row_in(report, "pareto")),
        "weakest": drawn_groups(report),
        "priorities": [_priority(row) for row in rows_in(report, "priorities")],
        "tables": [_table(row, place) for place, row in enumerate(tables, 1)],
    }


def _table(row: Plain, place: int) -> Plain:
    """A table besides cases: its figures, their course, and each by group."""
    trends, every = rows_in(row, "trends"), text_in(row_in(row, "period"), "every") or "period"
    odd = {text_in(each, "text") for kpi in rows_in(row, "kpis") for each in _of_code(kpi, "counts.contradict")}
    told = [
        {**kpi, "warnings": [w for w in rows_in(kpi, "warnings") if text_in(w, "text") not in odd]}
        for kpi in rows_in(row, "kpis")
    ]
    return {
        "id": f"table-{place}",
        "title": title_of(row),
        "source": text_in(row, "source"),
        "period": _period(row_in(row, "period")),
        "every": every,
        "because": text_in(row_in(row, "period"), "every_because"),
        "now": "" if text_in(row, "table") == "contact_counts" else moment_in(row, "now"),
        "now_from": text_in(row, "now_from"),
        "contradict": capital("; ".join(sorted(odd))),
        "rows": _accounted(row_in(row, "rows")),
        "kpis": [_kpi(kpi, trends) for kpi in told],
        "left_out": _unjudged(rows_in(row, "left_out")),
        "trends": [drawn_trend(trend, 100 * place + n, every) for n, trend in enumerate(trends)],
        "groups": [_by_group(group, _OF_ROWS) for group in rows_in(row, "groups")],
        "weakest": drawn_groups(row, 100 * place),
        "priorities": [_priority(each) for each in rows_in(row, "priorities")],
        "notes": [capital(line) for line in texts_in(row, "notes")],
    }


def _of_code(kpi: Plain, code: str) -> list[Plain]:
    return [each for each in rows_in(kpi, "warnings") if text_in(each, "code") == code]


def _by_group(row: Plain, periods: Mapping[str, str]) -> Plain:
    """The figures of each group of a column, with the n of each."""
    column, kpis = text_in(row, "column"), rows_in(row, "kpis")
    cells = []
    for each in rows_in(row, "rows"):
        found = {text_in(figure, "kpi"): figure for figure in rows_in(each, "figures")}
        told = [(unit_of(kpi), found.get(text_in(kpi, "kpi"), {})) for kpi in kpis]
        cells.append([group_of(each, "group"), *(_with_n(figure, unit) for unit, figure in told)])
    rest = number_in(row, "rest")
    return {
        "column": periods.get(column, column),
        "folded": column == "hour_of_day",
        "table": table(
            [capital(periods.get(column, column)), *map(title_of, kpis)],
            cells,
            caption=f"By {periods.get(column, column)}, with the number behind each figure",
            numeric=range(1, len(kpis) + 1),
        ),
        "rest": many(int(rest), "group") if rest else "",
    }


def _with_n(figure: Plain, unit: str) -> str | None:
    value = about(figure, unit)
    return value if unit == "count" or value == "–" else f"{value} · n {number(figure.get('n'), 'count')}"


def _period(period: Plain) -> str:
    keys = ("first", "last") if period.get("cut") is True else ("start", "end")
    start, end = (moment_in(period, key, zoned=False) for key in keys)
    if not (start or end):
        return ""
    zone = text_in(period, "zone")
    running = ", not over yet" if period.get("cut") is True and period.get("over") is False else ""
    return f"{start or '–'} to {end or '–'}{running}" + (f", {zone}" if zone else "")


def _accounted(rows: Plain) -> Plain:
    reasons = rows_in(rows, "reasons")
    cells = [reason for reason in reasons if text_in(reason, "part") == "cell"]
    return {
        **{key: number(rows.get(key), "count") for key in ("read", "used", "refused")},
        "cases": many(rows.get("cases"), "case"),
        "outside": many(rows.get("outside"), "case") if rows.get("outside") else "",
        "fold": text_in(rows, "fold"),
        "lost": _reasons([reason for reason in reasons if reason not in cells], "Rows refused, by reason"),
        "cells": _reasons(cells, "Cells that could not be used, by reason"),
    }


def _reasons(reasons: Sequence[Plain], caption: str) -> Html:
    cells = [
        [
            text_in(reason, "column"),
            text_in(reason, "reason"),
            number(reason.get("count"), "count"),
            ", ".join(
                f"row {number(shown.get('row'), 'count')}: {text_in(shown, 'value') or 'empty'}"
                for shown in rows_in(reason, "examples")
            ),
        ]
        for reason in reasons
    ]
    head = ["Column", "Reason", "Count", "For example"]
    return table(head, cells, caption=caption, numeric={2}) if cells else Html()


def _standard(row: Plain) -> Plain:
    unit = unit_of(row) or "share"
    within, within_unit = number_in(row, "within_s"), "working s" if row.get("business_time") is True else "s"
    bound = "at most" if row.get("better") == "lower" else "at least"
    promise = f"{bound} {number(row.get('goal'), unit)}" if number_in(row, "goal") is not None else "no goal set"
    gap = number_in(row, "gap")
    status = text_in(row, "status")
    mark, word = _VERDICTS.get(status, _VERDICTS["cannot_be_judged"])
    return {
        "name": capital(text_in(row, "name")),
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


def _seen(row: Plain, unit: str) -> Plain:
    """What a measured value is always shown with."""
    undecided = number_in(row, "undecided")
    return {
        "value": number(row.get("value"), unit),
        "interval": "" if (ends := interval(row.get("low"), row.get("high"), unit)) == "–" else ends,
        "n": number(row.get("n"), "count"),
        "undecided": number(undecided, "count") if undecided else "",
        "within": f"within {number(error, 'share')}" if (error := number_in(row, "error")) else "",
        "warnings": [text_in(each, "text") for each in rows_in(row, "warnings") if each.get("code") != "n.small"],
    }


def _kpi(row: Plain, trends: Sequence[Plain]) -> Plain:
    unit = unit_of(row)
    own = next((t for t in trends if text_in(t, "kpi") == text_in(row, "key")), {})
    whole = [point for point in rows_in(own, "points") if point.get("partial") is not True]
    recent = [number_in(point, "value") for point in whole][-_SPARK_POINTS:]
    words = ("label_zh", "formula", "source", "definition")
    if row.get("cannot_be_judged") is True:
        unread = next(
            (text_in(each, "text") for each in rows_in(row, "warnings") if "unread" in text_in(each, "code")), ""
        )
        row = {**row, "value": None, "low": None, "high": None, "warnings": [], "reason": f"Cannot be judged: {unread}"}
    return {
        "title": title_of(row),
        **{key: text_in(row, key) for key in words},
        "question": capital(text_in(row, "question")),
        "reason": capital(text_in(row, "reason")),
        "unit": _UNITS.get(unit, unit),
        "business_time": row.get("business_time") is True,
        "better": BETTER.get(text_in(row, "better"), ""),
        "small": row.get("small") is True,
        "spark": Html(_draw.sparkline(recent)),
        **_seen(row, unit),
    }


def _open_cases(rows: Sequence[Plain]) -> Html:
    """The oldest open cases; columns that none of them fills are left out."""
    facts = [name for name in ("team", "category", "priority") if any(text_in(row, name) for row in rows)]
    cells = [
        [
            text_in(row, "case_id") or f"row {number(row.get('row'), 'count')}",
            moment_in(row, "received_at", zoned=False),
            number(row.get("age_s"), "s"),
            *(text_in(row, name) or None for name in facts),
        ]
        for row in rows
    ]
    head = ["Case", "Received", "Open for", *map(capital, facts)]
    return table(head, cells, caption="The oldest open cases", numeric={2}) if cells else Html()


def _changed(part: Plain) -> Plain:
    """What changed in the cases, or in a table besides; a warning of several changes, and of each, is said once."""
    changes = rows_in(part, "changes")
    first = _warnings(changes[0]) if len(changes) > 1 else []
    shared = [text for text in first if all(text in _warnings(each) for each in changes)]
    return {
        "title": title_of(part),
        "changes": [_change(row, shared) for row in changes],
        "shared": shared,
        "unjudged": _unjudged(rows_in(part, "changes_unjudged")),
        "judged": many(part.get("changes_judged"), "figure") if part.get("changes_judged") else "",
        "held": [(_days(row, "after"), _days(row, "before")) for row in rows_in(part, "changes_between")],
    }


def _change(row: Plain, shared: Sequence[str]) -> Plain:
    unit, decision = unit_of(row), text_in(row, "decision")
    return {
        "title": title_of(row),
        "decision": decision,
        "mark": {"improved": "✓", "worse": "✕"}.get(decision, "?"),
        "tone": {"improved": "reached", "worse": "not-reached"}.get(decision, "unclear"),
        "before": number(row.get("before"), unit),
        "after": number(row.get("after"), unit),
        "when": [_days(row, "before"), _days(row, "after")] if row.get("after_from") else [],
        "warnings": [text for text in _warnings(row) if text not in shared],
    }


def _warnings(row: Plain) -> list[str]:
    """The caveats of a change; of a table whose counts do not add up it is said once."""
    return [text_in(each, "text") for each in rows_in(row, "caveats") if each.get("code") != "counts.contradict"]


def _days(row: Plain, side: str) -> str:
    first, last = text_in(row, side + "_from"), text_in(row, side + "_to")
    return first if first == last else f"{first} to {last}"


def _unjudged(rows: Sequence[Plain]) -> list[Plain]:
    """The figures that were not compared, those of one reason together."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(text_in(row, "reason"), []).append(text_in(row, "title"))
    return [{"titles": capital(", ".join(titles)), "reason": reason} for reason, titles in found.items()]


def _evidence(report: Plain, tables: Sequence[Plain]) -> str:
    """Where the evidence for what to do first begins."""
    places = [f"#table-{place}-first" for place, part in enumerate(tables, 1) if rows_in(part, "priorities")]
    return "#priorities" if rows_in(report, "priorities") else next(iter(places), "")


def _to_do(row: Plain) -> Plain:
    unit = unit_of(row)
    return {
        "title": title_of(row),
        "column": text_in(row, "column"),
        "group": group_of(row, "group"),
        "value": number(row.get("value"), unit),
        "overall": number(row.get("overall"), unit),
        "since": text_in(row, "since"),
    }


def _priority(row: Plain) -> Plain:
    return {
        "suspicion": capital(text_in(row, "suspicion")),
        "course": "" if text_in(row, "since") else capital(text_in(row, "course")),
        "smallest": text_in(row, "smallest"),
        "rank": number(row.get("rank"), "count"),
        "group": group_of(row, "group"),
        "column": text_in(row, "column"),
        "title": title_of(row),
        "sentence": capital(text_in(row, "sentence")),
        **_seen(row, unit_of(row)),
    }
