"""A table of the report besides cases as plain data: the KPIs that its columns carry, by period and by group."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._checks import near
from servqual._words import clean, counted
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import Kpi, Measures, Rows
from servqual.metrics.catalogue.contact_counts import TABLE
from servqual.metrics.engine import plan_of, tallies_of
from servqual.metrics.kpi.view import no_rows
from servqual.model import BusinessHours
from servqual.readers import Chunk, Export
from servqual.readers.columns.advice import IN_SETTINGS
from servqual.readers.columns.calendar import days_of
from servqual.readers.columns.duplicates import NAMING, RepeatedIdError
from servqual.readers.columns.tables import Kind, kind_of, moments_of
from servqual.report.config import Config, Every
from servqual.report.figures import caveats_in, facts_of, figure, reasons_of, told_of
from servqual.report.scan import EPOCH, Cases
from servqual.report.spans import period_of, span_of, usual_period, whole_of
from servqual.report.table_settings import TableSettings, kpis_over

Plain: TypeAlias = dict[str, Any]
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "interactions": ("contacts", "contact"),
    "contact_counts": ("contacts, counted per interval", "interval"),
    "complaints": ("complaints", "complaint"),
    "answers": ("survey answers", "answer"),
}
"""What each table is called, and a row of it."""
GROUPS: Final = ("team", "channel", "category", "product", "topic", "type", "priority", "survey", "question")
"""Columns by which a table is shown where it is not told others."""
_DATED: Final = {"interactions": "queued_at", "contact_counts": "at", "complaints": "received_at"}
_DRAWN: Final = frozenset(
    {
        "volume",
        "answer_rate",
        "abandonment_rate",
        "service_level",
        "asa",
        "wait_p90",
        "aht",
        "resolved_flag_rate",
        "fcr",
    }
    | {"complaint_volume", "complaint_backlog", "complaint_kept", "complaint_satisfaction", "complaint_handling_p50"}
    | {"csat", "csat_mean", "nps", "ces"}
)
"""The KPIs that are shown by period and by group, beside those that have parameters of their own."""
_MOST: Final = 20
"""The groups of a column that are listed."""
_ENDS: Final = frozenset({"resolved_at", "closed_at"})
_US: Final = dt.timedelta(microseconds=1)


@attrs.define
class _Seen:
    """What one look through a table tells."""

    columns: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    latest: int | None = None
    begins: set[int] = attrs.field(factory=set)
    within: set[int] = attrs.field(factory=set)
    lost: set[tuple[str, str]] = attrs.field(factory=set)
    folded: int = 0
    size: int = 0


def section_of(told: TableSettings, config: Config, *, now: dt.datetime | None = None) -> Plain:
    """Measure one table.

    `now` is by default the latest moment in the table. Each figure is that of `measure` for the same export. A KPI that
    lacks a parameter, such as the scale of scores, is listed in `left_out` with what to set.
    """
    export = export_of(told)
    rows = Cases(export, told.table, shown=config.people.hidden)
    seen = _looked_through(told.table, rows)
    zone = told.layout.zone or dt.UTC
    key = told.layout.zone.key if told.layout.zone else "UTC"
    if seen.latest is None:
        raise InvalidValue.of(
            told.table, "have a row with a moment that can be read", None, do=f"name {_at(told.table)} under [columns]"
        )
    seen_at = now or EPOCH + seen.latest * _US
    groups = _groups(told, seen)
    kpis, left_out = _kpis(told, config, seen, seen_at)
    first, last = (
        (EPOCH + (seen.latest if at is None else at) * _US).astimezone(zone) for at in (seen.first, seen.last)
    )
    monthly = bool(seen.begins) and all((EPOCH + at * _US).astimezone(zone).day == 1 for at in seen.begins)
    by: Every = config.every or ("month" if monthly else usual_period(last - first))
    days = (first.date(), period_of(last.date(), "month")[1] if monthly else seen_at.astimezone(zone).date())
    own = {kpi.key for kpi in told.kpis}
    drawn = [kpi for kpi in kpis if kpi.key in _DRAWN or kpi.key in own]
    dated = [kpi for kpi in drawn if kpi.at in seen.columns]
    split = [kpi for kpi in drawn if not kpi.stock]
    asked: list[tuple[Sequence[Kpi], tuple[str, ...]]] = [(kpis, ()), (dated, (by,)), *((split, (g,)) for g in groups)]
    cut = days_of(config.period) if config.period else whole_of(*days, by) if config.whole else None
    span = None if cut is None else span_of(cut, zone)
    days = days if cut is None else (max(days[0], cut[0]), min(days[1], cut[1]))
    plans = [plan_of(some, by=names, zone=key, now=seen_at, period=span) for some, names in asked]
    whole, periods, *by_group = (tally.measure() for tally in tallies_of(plans, {told.table: rows.chunks()}))
    title, item = _TITLES[told.table]
    figures = [figure(kpi, whole.get(kpi.key), item) for kpi in kpis]
    empty = {row["key"]: row for row in figures if row["value"] is None and row["key"] not in own}
    shown = [kpi for kpi in split if kpi.key not in empty]
    accounts = whole.rows.get(told.table, Rows())
    return {
        "table": told.table,
        "title": title,
        "source": told.name,
        "now": seen_at.astimezone(zone).isoformat(),
        "now_from": "as asked" if now else "the latest moment in the export",
        "period": {
            "start": (span[0].astimezone(zone) if span else first).isoformat(),
            "end": (span[1].astimezone(zone) if span else last).isoformat(),
            "cut": cut is not None,
            **({"first": cut[0].isoformat(), "last": (cut[1] - dt.timedelta(days=1)).isoformat()} if cut else {}),
            "zone": key,
            "every": by,
        },
        "rows": {
            "read": accounts.read,
            "used": accounts.used,
            "refused": accounts.refused,
            "reasons": reasons_of(accounts, (), seen.lost),
        },
        "notes": [*map(clean, (*export.notes, *_folded(seen, item), *config.people.notes(seen.columns)))],
        "kpis": [row for row in figures if row["key"] not in empty],
        "left_out": left_out + [{name: row[name] for name in ("key", "title", "reason")} for row in empty.values()],
        "trends": [_trend(kpi, periods, by, days) for kpi in dated if kpi.key not in empty],
        "groups": [_by_group(name, shown, found) for name, found in zip(groups, by_group, strict=True)],
    }


def export_of(told: TableSettings) -> Export:
    """The export of a table, with the columns that its KPIs may read."""
    kpis = [*kpis_over(told.table).values(), *told.kpis]
    named = dict.fromkeys(name for kpi in kpis for name in (*kpi.needs, *kpi.uses, kpi.at) if name)
    named |= dict.fromkeys((*moments_of(told.table), *NAMING.get(told.table, ()), *told.layout.columns, *GROUPS))
    return Export(
        told.source,
        told.layout,
        need=(),
        table=told.table,
        columns=[*named],
        also=told.groups or (),
        advice=IN_SETTINGS,
    )


def _folded(seen: _Seen, item: str) -> Iterator[str]:
    if seen.folded > seen.size:
        told = f"{counted(seen.folded, 'row')} folded to {counted(seen.size, item)}"
        yield f"{told}; of each the latest row by time stands"


def _at(table: str) -> str:
    return _DATED.get(table, "answered_at")


def _looked_through(table: str, rows: Cases) -> _Seen:
    try:
        return _look(table, rows)
    except RepeatedIdError:  # the rows are read anew, without those that do not stand
        return _look(table, rows)


def _look(table: str, rows: Cases) -> _Seen:
    found = _Seen()
    moments = [name for name in moments_of(table) if not name.startswith("due")]
    for chunk in rows:
        found.columns = found.columns or tuple(chunk.columns)
        found.lost |= {(refusal.column, refusal.reason) for refusal in chunk.lost}
        found.folded += chunk.read - len(chunk.lost)
        found.size += chunk.size
        for name in moments:
            for at in _ends(chunk, name):
                found.latest = at if found.latest is None else max(at, found.latest)
                if name == _at(table):
                    found.first = at if found.first is None else min(at, found.first)
                    found.last = at if found.last is None else max(at, found.last)
        for name, values in (("at", found.begins), ("within_s", found.within)) if table == TABLE else ():
            if column := chunk.columns.get(name):
                values.update(np.unique(column.values[column.known]).tolist())
    return found


def _ends(chunk: Chunk, name: str) -> Iterator[int]:
    """The first and the last moment of a column, where it has any."""
    column = chunk.columns.get(name)
    if column and column.known.any():
        known = column.values[column.known]
        yield from (int(known.min()), int(known.max()))


def _groups(told: TableSettings, seen: _Seen) -> list[str]:
    for name in told.groups or ():
        if name not in seen.columns or kind_of(told.table, name) is not Kind.LABEL:
            labels = [each for each in seen.columns if kind_of(told.table, each) is Kind.LABEL]
            raise InvalidValue.of(
                "groups", f"name columns of words, any of {', '.join(labels)}", name, near=near(name, labels)
            )
    return [*told.groups] if told.groups else [name for name in GROUPS if name in seen.columns]


def _kpis(told: TableSettings, config: Config, seen: _Seen, now: dt.datetime) -> tuple[list[Kpi], list[Plain]]:
    """The KPIs that the columns carry, and those that would need a parameter."""
    own = {kpi.key: kpi for kpi in told.kpis}
    known = {key: kpi for key, kpi in kpis_over(told.table).items() if key not in own}
    if told.table == TABLE and len(seen.within) == 1:
        limit = dt.timedelta(microseconds=seen.within.pop())
        known = {k: kpi.with_(within=limit) if "within" in kpi.params else kpi for k, kpi in known.items()}
    found: list[Kpi] = []
    left_out: list[Plain] = []
    for each in (*known.values(), *own.values()):
        asked = each.key in own
        kpi = each if asked else in_hours(each, config.hours)
        if not asked and not _carried(kpi, seen.columns):
            continue
        reason = _unclear(kpi, seen.columns) if not asked else ""
        if kpi.at not in seen.columns and (config.period or config.whole):
            reason = f"no column tells when it was, as {kpi.at} would"
        try:
            if _carried(kpi, seen.columns):  # else the engine names the column that an asked KPI lacks
                kpi.arguments(no_rows(kpi, seen.columns, (now - EPOCH) // _US))  # refuses a parameter that is missing
        except (InvalidValue, MissingColumn) as error:
            if asked:
                raise
            field = error.field if isinstance(error, InvalidValue) else ""
            reason = f"{field} is to be set under kpis" if field in kpi.params else str(error)
        if reason:
            left_out.append({"key": kpi.key, "title": kpi.title, "reason": clean(reason)})
        else:
            found.append(kpi)
    if not found:
        raise InvalidValue.of(
            told.table,
            "have the columns of some KPI",
            seen.columns,
            shown=", ".join(seen.columns),
            do="name more of them under [columns]",
        )
    return found, left_out


def _carried(kpi: Kpi, columns: Collection[str]) -> bool:
    """Whether a table has what a KPI needs; where nothing tells when a complaint ended, KPIs of ends say nothing."""
    ends = {*kpi.uses} >= _ENDS and not _ENDS & {*columns}
    dated = kpi.at in columns or not kpi.stock
    return not ends and dated and all(name in columns for name in kpi.needs)


def in_hours(kpi: Kpi, hours: BusinessHours | None) -> Kpi:
    """Count durations of a KPI in business time, where there are hours and it has durations."""
    return kpi.with_(hours=hours) if hours and "hours" in kpi.params else kpi


def _unclear(kpi: Kpi, columns: Collection[str]) -> str:
    """Say why a score is not taken for the answer to a question of a kind that nobody stated."""
    if "question_kind" in kpi.uses and "question_kind" not in columns:
        return "nothing tells what kind of question the scores answer; name the KPI under kpis, or map question_kind"
    return ""


def _trend(kpi: Kpi, periods: Measures, every: str, days: tuple[dt.date, dt.date]) -> Plain:
    """The course of a KPI; a period that begins before the first day, or ends after the last, is partial."""
    points = [
        {
            "start": m.group[every].isoformat(),
            **told_of(m),
            "small": m.small,
            "partial": m.group[every] < days[0] or period_of(m.group[every], every)[1] > days[1],
            "open": kpi.unit == "share" and bool(m.undecided),
        }
        for m in periods.of(kpi)
        if m.group[every] is not None
    ]
    return {**facts_of(kpi), "goal": None, "points": points}


def _by_group(column: str, kpis: Sequence[Kpi], found: Measures) -> Plain:
    """The figures of the largest groups of a column: by the most that one of their figures counts."""
    sizes: dict[Any, int] = {}
    cells: dict[Any, list[Plain]] = {}
    for kpi in kpis:
        for m in found.of(kpi):
            label = m.group[column]
            sizes[label] = max(sizes.get(label, 0), m.n + m.undecided)
            cells.setdefault(label, []).append({"kpi": kpi.key, **told_of(m), "warnings": caveats_in(m)})
    order = sorted(sizes, key=lambda label: (-sizes[label], str(label)))
    return {
        "column": column,
        "kpis": [facts_of(kpi) for kpi in kpis],
        "rows": [
            {"group": None if label is None else clean(label), "figures": cells[label]} for label in order[:_MOST]
        ],
        "rest": len(order) - len(order[:_MOST]),
    }
