"""A table of the report besides cases as plain data: the KPIs that its columns carry, by period and by group."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from servqual._words import clean, counted
from servqual.metrics import Kpi, Measures, Rows, Tally
from servqual.metrics.engine import plan_of, tallies_of
from servqual.pdca.diagnosis.candidates import ranked
from servqual.pdca.diagnosis.particulars import with_particulars
from servqual.pdca.diagnosis.readings import kind_of as kind_of_kpi
from servqual.pdca.diagnosis.searching import search
from servqual.readers.columns.crowded import crowd_of
from servqual.readers.files.packing import Progress
from servqual.report.carrying import kpis_carried
from servqual.report.changing import changes_of, held_of
from servqual.report.config import Config
from servqual.report.courses import without_gaps
from servqual.report.effects import Read, without_effect
from servqual.report.figures import facts_of, figure, reasons_of, told_of
from servqual.report.looking import Seen, export_of, looked_through
from servqual.report.previous import Earlier, changes_since, stored
from servqual.report.priorities import CANDIDATES, LEVEL, priorities, readable, weakest_of
from servqual.report.scan import Cases
from servqual.report.slices import WHEN
from servqual.report.spans import period_of
from servqual.report.standards import standard_of
from servqual.report.table_groups import figures_by, further_of, groups_of, sizes_of
from servqual.report.table_settings import TableSettings
from servqual.report.table_time import time_of

Plain: TypeAlias = dict[str, Any]
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "interactions": ("contacts", "contact"),
    "contact_counts": ("contacts, counted per interval", "interval"),
    "complaints": ("complaints", "complaint"),
    "answers": ("survey answers", "answer"),
}
"""What each table is called, and a row of it."""
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


def section_of(
    told: TableSettings,
    config: Config,
    *,
    now: dt.datetime | None = None,
    previous: Earlier | None = None,
    progress: Progress | None = None,
) -> Plain:
    """Measure one table, and hold it against that of an earlier report; `progress` is called with bytes read.

    `now` is by default the latest moment in the table. Each figure is that of `measure` for the same export. A KPI that
    lacks a parameter, such as the scale of scores, is listed in `left_out` with what to set.
    """
    promises = [promise for promise in config.promises if promise.kpi.table == told.table]
    chosen_by = [name for each in promises for name in each.kpi.params.get("only") or ()]
    export = attrs.evolve(export_of(told, chosen_by), progress=progress)
    rows = Cases(export, told.table, shown=config.people.hidden)
    seen = looked_through(told.table, rows)
    zone = told.layout.zone or dt.UTC
    key = told.layout.zone.key if told.layout.zone else "UTC"
    time = time_of(told.table, config, seen, zone, now)
    frame, seen_at, by = time.frame, time.seen_at, time.frame.every
    groups = groups_of(told, seen)
    own = {kpi.key: kpi for kpi in (*told.kpis, *(promise.kpi for promise in promises))}
    kpis, left_out = kpis_carried(told, own, config, seen, seen_at)
    drawn = [kpi for kpi in kpis if kpi.key in _DRAWN or kpi.key in own]
    dated = [kpi for kpi in drawn if kpi.at in seen.columns]
    split = [kpi for kpi in drawn if not kpi.stock]
    goals = {promise.kpi.key: promise.goal for promise in promises}
    split.sort(key=lambda kpi: (kpi.unit != "count", kpi.key not in goals))
    timed, further = [kpi for kpi in split if kpi in dated], further_of(told, seen, zone)
    asked: list[tuple[Sequence[Kpi], tuple[str, ...]]] = [
        *((kpis, ()), (dated, (by,))),
        *((split, (name,)) for name in groups),
        *((timed if name in WHEN else split, (name,)) for name in further),
    ]
    title, item = _TITLES[told.table]
    earlier = None if previous is None else previous.of(told.table, kpis)
    compared = [kpi for kpi in kpis if kpi.at in seen.columns and time.begun]
    held = held_of(() if earlier else compared, frame)
    own_plans = [
        *(plan_of(some, by=names, zone=key, now=seen_at, period=frame.span) for some, names in asked),
        *held.plans(ends=False),
    ]
    tallies: list[Tally] = []

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        # what the page shows itself is counted in the first pass of the search
        plans = [
            plan_of(some, by=names, zone=key, now=seen_at, period=frame.so_far if by in names else frame.span)
            for some, names in questions
        ]
        first_pass = [] if tallies else own_plans
        found = tallies_of([*first_pass, *plans], {told.table: rows.chunks()})
        tallies.extend(found[: len(first_pass)])
        return [tally.measure() for tally in found[len(first_pass) :]]

    weak = readable(search(measured, _searched(split), {told.table: groups}, level=LEVEL))
    if not tallies:
        measured(())
    candidates = with_particulars(
        ranked(weak, dict.fromkeys(goals, 0), CANDIDATES), measured, {told.table: seen.columns}, by
    )
    whole, periods, *by_group = (tally.measure() for tally in tallies[: len(asked)])
    sizes = {name: sizes_of(split, of, name) for name, of in zip(told.groups or (), by_group, strict=False)}
    read = Read(table=told.table, layout=told.layout, columns=seen.columns, several=seen.folded > seen.size)
    effects = without_effect(config, read, kpis, sizes, export.idle)
    lacking = [] if previous is None else previous.lacking(told.table)
    notes = (*export.notes, *_folded(seen, item), *lacking, *config.people.notes((*groups, *further)), *effects)
    changes = (
        changes_since(earlier, compared, whole, frame, item)
        if earlier
        else changes_of(held, tallies[len(asked) :], zone, item)
    )
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
        "now_from": time.now_from,
        "period": frame.plain(),
        "rows": {
            "read": accounts.read,
            "used": accounts.used,
            "refused": accounts.refused,
            "reasons": reasons_of(accounts, (), seen.lost),
        },
        "notes": [*map(clean, notes)],
        "kpis": [row for row in figures if row["key"] not in empty],
        "standards": [standard_of(promise, whole) for promise in promises],
        "left_out": left_out + [{name: row[name] for name in ("key", "title", "reason")} for row in empty.values()],
        "trends": [_trend(kpi, periods, goals.get(kpi.key), by, time.days) for kpi in dated if kpi.key not in empty],
        "groups": [figures_by(name, shown, found) for name, found in zip((*groups, *further), by_group, strict=True)],
        "weakest": weakest_of(weak),
        "priorities": priorities(candidates),
        "looked_at": weak.looked_at,
        "tally": stored(whole.tally),
        **changes,
        "changes_unjudged": [row for row in changes["changes_unjudged"] if row["kpi"] not in empty],
    }


def _warn_of_crowd(kpis: Sequence[Kpi], figures: Sequence[Plain], seen: Seen) -> None:
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


def _folded(seen: Seen, item: str) -> Iterator[str]:
    if seen.folded > seen.size:
        told = f"{counted(seen.folded, 'row')} folded to {counted(seen.size, item)}"
        yield f"{told}; of each the latest row by time stands"


def _trend(kpi: Kpi, periods: Measures, goal: float | None, every: str, days: tuple[dt.date, dt.date]) -> Plain:
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
    return {**facts_of(kpi), "goal": goal, "points": without_gaps(points, every, counts=counts)}
