"""A table of the report besides cases as plain data: the KPIs that its columns carry, by period and by group."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._checks import near
from servqual._words import clean, counted
from servqual.errors import InvalidValue, MissingColumn
from servqual.metrics import Kpi, Measures, Rows, Tally
from servqual.metrics.catalogue.contact_counts import TABLE
from servqual.metrics.engine import plan_of, tallies_of
from servqual.metrics.kpi.view import no_rows
from servqual.model import BusinessHours
from servqual.pdca.diagnosis.candidates import ranked
from servqual.pdca.diagnosis.particulars import with_particulars
from servqual.pdca.diagnosis.readings import kind_of as kind_of_kpi
from servqual.pdca.diagnosis.searching import search
from servqual.pdca.verdicts.wall import at_wall
from servqual.readers import Chunk, Export
from servqual.readers.columns.advice import IN_SETTINGS
from servqual.readers.columns.calendar import days_of
from servqual.readers.columns.crowded import crowd_of
from servqual.readers.columns.duplicates import NAMING, RepeatedIdError
from servqual.readers.columns.tables import Kind, kind_of, moments_of
from servqual.report.changing import changes_of, held_of
from servqual.report.config import Config, Every
from servqual.report.courses import without_gaps
from servqual.report.effects import without_match
from servqual.report.figures import caveats_in, facts_of, figure, reasons_of, titled, told_of
from servqual.report.framing import Frame
from servqual.report.intervals import are_months, end_of
from servqual.report.priorities import CANDIDATES, LEVEL, priorities, readable, weakest_of
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
_DAY: Final = dt.timedelta(days=1)


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
    customers: Counter[str] = attrs.field(factory=Counter)
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
    begins = [(EPOCH + at * _US).astimezone(zone) for at in seen.begins]
    finish = at_wall(end_of(begins), zone) if begins else EPOCH + seen.latest * _US
    seen_at, default = now or finish, f"the {'end of the last interval' if begins else 'latest moment in the export'}"
    groups = _groups(told, seen)
    kpis, left_out = _kpis(told, config, seen, seen_at)
    first, last = (
        (EPOCH + (seen.latest if at is None else at) * _US).astimezone(zone) for at in (seen.first, seen.last)
    )
    by: Every = config.every or ("month" if are_months(begins) else usual_period(last - first))
    over = (min(finish, seen_at) if begins else seen_at).astimezone(zone)
    days = (first.date(), over.date())
    if begins:  # at midnight the day before is the last one
        last = over - _DAY if over.time() == dt.time() else over
    own = {kpi.key for kpi in told.kpis}
    drawn = [kpi for kpi in kpis if kpi.key in _DRAWN or kpi.key in own]
    dated = [kpi for kpi in drawn if kpi.at in seen.columns]
    split = [kpi for kpi in drawn if not kpi.stock]
    asked: list[tuple[Sequence[Kpi], tuple[str, ...]]] = [(kpis, ()), (dated, (by,)), *((split, (g,)) for g in groups)]
    cut = days_of(config.period) if config.period else whole_of(*days, by) if config.whole else None
    span = None if cut is None else span_of(cut, zone)
    days = days if cut is None else (max(days[0], cut[0]), min(days[1], cut[1]))
    frame = Frame(zone=zone, first=first, last=last, now=over, every=by, cut=cut, asked=config.period is not None)
    begun = cut is None or cut[0] <= over.date()
    held = held_of([kpi for kpi in kpis if kpi.at in seen.columns and begun], frame)
    own_plans = [
        *(plan_of(some, by=names, zone=key, now=seen_at, period=span) for some, names in asked),
        *held.plans(ends=False),
    ]
    tallies: list[Tally] = []

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        # what the page shows itself is counted in the first pass of the search
        plans = [
            plan_of(some, by=names, zone=key, now=seen_at, period=frame.so_far if by in names else span)
            for some, names in questions
        ]
        first_pass = [] if tallies else own_plans
        found = tallies_of([*first_pass, *plans], {told.table: rows.chunks()})
        tallies.extend(found[: len(first_pass)])
        return [tally.measure() for tally in found[len(first_pass) :]]

    weak = readable(search(measured, _searched(split), {told.table: groups}, level=LEVEL))
    if not tallies:
        measured(())
    candidates = with_particulars(ranked(weak, {}, CANDIDATES), measured, {told.table: seen.columns}, by)
    whole, periods, *by_group = (tally.measure() for tally in tallies[: len(asked)])
    title, item = _TITLES[told.table]
    notes = (*export.notes, *_folded(seen, item), *config.people.notes(groups), *without_match(export.idle))
    changes = changes_of(held, tallies[len(asked) :], zone, item)
    figures = [figure(kpi, whole.get(kpi.key), item) for kpi in kpis]
    _warn_of_crowd(kpis, figures, seen)
    empty = {row["key"]: row for row in figures if row["value"] is None and row["key"] not in own}
    shown = [kpi for kpi in split if kpi.key not in empty]
    accounts = whole.rows.get(told.table, Rows())
    return {
        "table": told.table,
        "title": title,
        "source": told.name,
        "now": seen_at.astimezone(zone).isoformat(),
        "now_from": "as asked" if now else default,
        "period": {
            "start": (span[0].astimezone(zone) if span else first).isoformat(),
            "end": (span[1].astimezone(zone) if span else last).isoformat(),
            "cut": cut is not None,
            **({"first": cut[0].isoformat(), "last": (cut[1] - _DAY).isoformat()} if cut else {}),
            "zone": key,
            "every": by,
        },
        "rows": {
            "read": accounts.read,
            "used": accounts.used,
            "refused": accounts.refused,
            "reasons": reasons_of(accounts, (), seen.lost),
        },
        "notes": [*map(clean, notes)],
        "kpis": [row for row in figures if row["key"] not in empty],
        "left_out": left_out + [{name: row[name] for name in ("key", "title", "reason")} for row in empty.values()],
        "trends": [_trend(kpi, periods, by, days) for kpi in dated if kpi.key not in empty],
        "groups": [_by_group(name, shown, found) for name, found in zip(groups, by_group, strict=True)],
        "weakest": weakest_of(weak),
        "priorities": priorities(candidates),
        "looked_at": weak.looked_at,
        **changes,
        "changes_unjudged": [row for row in changes["changes_unjudged"] if row["kpi"] not in empty],
    }


def _warn_of_crowd(kpis: Sequence[Kpi], figures: Sequence[Plain], seen: _Seen) -> None:
    """Warn of figures of customers where one id stands for many."""
    crowd = crowd_of(seen.customers)
    if crowd is None:
        return
    text = (
        f"one customer_id stands in {crowd[1]:,} of {crowd[2]:,} rows; where it means unknown, write "
        'missing_in = { customer_id = ["…"] } under [read]; servqual inspect names it'
    )
    for row, kpi in zip(figures, kpis, strict=True):
        if "customer_id" in (*kpi.needs, *kpi.uses):
            row["warnings"].append({"code": "customers.one_id", "text": text})


def _searched(kpis: Sequence[Kpi]) -> list[Kpi]:
    """Leave out what is no share, percentile or score, and what is of several contacts of a customer."""
    return [
        kpi
        for kpi in kpis
        if kpi.law != "keyed" and kpi.better and (kpi.unit != "s" or kind_of_kpi(kpi) == "percentile")
    ]


def export_of(told: TableSettings) -> Export:
    """The export of a table, with the columns that its KPIs may read."""
    kpis = [*kpis_over(told.table).values(), *told.kpis]
    named = dict.fromkeys(name for kpi in kpis for name in (*kpi.needs, *kpi.uses, kpi.at) if name)
    named |= dict.fromkeys((*moments_of(told.table), *NAMING.get(told.table, ()), *told.layout.columns, *GROUPS))
    if told.written_only:
        wide = told.layout.wide.columns if told.layout.wide else ()
        named = dict.fromkeys((*told.layout.columns, *told.layout.constants, *wide))
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
        if column := chunk.columns.get("customer_id"):
            codes, counts = np.unique(column.values[column.known], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                found.customers[str(column.labels[code])] += count
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
        own = {k: kpi.with_(within=limit) if _has_no_limit(kpi) else kpi for k, kpi in own.items()}
    found: list[Kpi] = []
    left_out: list[Plain] = []
    for each in (*known.values(), *own.values()):
        asked = each.key in own
        kpi = each if asked else in_hours(each, config.hours)
        if not asked and not _carried(kpi, seen.columns):
            continue
        reason = _unclear(kpi, seen.columns) or _vacuous(kpi, told) if not asked else ""
        if kpi.at not in seen.columns and (config.period or config.whole):
            reason = f"no column tells when it was, as {kpi.at} would"
        try:
            if _carried(kpi, seen.columns):  # else the engine names the column that an asked KPI lacks
                kpi.arguments(no_rows(kpi, seen.columns, (now - EPOCH) // _US))  # refuses a parameter that is missing
        except (InvalidValue, MissingColumn) as error:
            field = error.field if isinstance(error, InvalidValue) else ""
            if asked:
                raise _in_settings(error, kpi, field) from None
            reason = f"{field} is to be set under kpis" if field in kpi.params else str(error)
        if reason:
            left_out.append({"key": kpi.key, "title": kpi.title, "reason": clean(reason)})
        else:
            found.append(titled(kpi))
    if not found:
        raise _nothing_carried(told.table, seen.columns)
    return found, left_out


def _has_no_limit(kpi: Kpi) -> bool:
    return "within" in kpi.params and kpi.params["within"] is None


def _in_settings(error: InvalidValue | MissingColumn, kpi: Kpi, field: str) -> InvalidValue | MissingColumn:
    """Say of a parameter of a KPI how settings tell it."""
    if field not in kpi.params:
        return error
    said, _, _ = str(error).partition("; set it")
    return InvalidValue(f"{said}; write {kpi.key} = {{ {field} = … }} under [kpis]", **vars(error))


def _nothing_carried(table: str, columns: Sequence[str]) -> InvalidValue:
    """Say what a table lacks of which no KPI can be shown."""
    if table == "answers" and "score" in columns:
        do = (
            "name the KPI under [kpis], such as csat = { scale = [1, 5], satisfied_from = 4 } or nps = {}, in Python "
            'with Config.from_table({"kpis": …}), or map question_kind under [columns]'
        )
        return InvalidValue.of(table, "say what kind of question its scores answer", None, shown="scores alone", do=do)
    shown, do = ", ".join(columns), "name more of them under [columns]"
    return InvalidValue.of(table, "have the columns of some KPI", columns, shown=shown, do=do)


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


def _vacuous(kpi: Kpi, told: TableSettings) -> str:
    """Say why a share of a column in itself is no finding."""
    columns = told.layout.columns
    parts = {columns.get("offered"), columns.get("answered")}
    if kpi.key == "answer_rate" and len(parts) == 1 and told.table == TABLE and None not in parts:
        return "offered and answered are the same column"
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
    counts = kpi.unit == "count" and not kpi.stock
    return {**facts_of(kpi), "goal": None, "points": without_gaps(points, every, counts=counts)}


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
