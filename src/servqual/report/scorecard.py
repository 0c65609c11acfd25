"""The scorecard of an export as plain data: what is promised, what was kept, what hurts most, what to improve first."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

import servqual
from servqual._words import clean, counted, number, shorten
from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Measurement, Measures, Tally, pareto
from servqual.metrics.engine import plan_of, tallies_of
from servqual.metrics.results.attaining import verdict_on_cases
from servqual.pdca.diagnosis.candidates import named, ranked
from servqual.pdca.diagnosis.diagnosing import MARKS
from servqual.pdca.diagnosis.particulars import with_particulars
from servqual.pdca.diagnosis.searching import search
from servqual.readers.columns.standing import REPEATS, REPLACED
from servqual.readers.columns.tags import UNSPLIT
from servqual.readers.sources import Source
from servqual.report.changing import changes_of, last_day
from servqual.report.config import GROUPS, Config, Every, Promise
from servqual.report.maturity import FINISHED
from servqual.report.priorities import in_business_time, priorities, weakest_of
from servqual.report.scan import Cases, Scan, scan

Plain: TypeAlias = dict[str, Any]

_MONTHS_FROM: Final = dt.timedelta(days=200)
_LONG_AFTER: Final = dt.timedelta(days=90)
_NAMED: Final = 12
_LONGEST: Final = 60
_ASKED: Final = (
    "case_volume", "backlog", "backlog_age_p50", "first_response_time", "first_response_p50", "first_response_p90",
    "resolution_time", "resolution_p50", "resolution_p90", "resolution_rate", "sla_kept", "resolution_kept",
    "reopen_rate", "reassignment_rate",
)  # fmt: skip
_TIMES: Final = ("first_response_p50", "first_response_p90", "resolution_p50", "resolution_p90")
_CANDIDATES: Final = 10
_LEVEL: Final = 0.05
_OF_THE_RECEIVED: Final = ("resolution_rate", "reopen_rate")
_DRAWN: Final = (
    "case_volume", "first_response_p50", "resolution_p50", "resolution_rate", "sla_kept", "resolution_kept",
    "reopen_rate", "reassignment_rate",
)  # fmt: skip


def scorecard(
    source: Source,
    config: Config,
    *,
    name: str,
    notes: Callable[[], Sequence[str]] = tuple,
    now: dt.datetime | None = None,
    now_from: str = "as asked",
    simulated: bool = False,
) -> Plain:
    """Measure an export and put the findings in order.

    Args:
        source: the cases: an `Export`, or whatever `measure` takes for a table.
        config: layout, targets, hours and slices.
        name: what the page calls its source.
        notes: gives what the reader found out, once it has read.
        now: the moment from which open cases are seen; without it the latest moment in the cases.
        now_from: in words, where a given `now` comes from.
        simulated: whether the cases are made up, which the page then says.

    The result is plain data, ready for JSON. Raises `InvalidValue` where no case has a moment to start from.
    """
    cases = Cases(source)
    chosen_by = {column for promise in config.promises for column in promise.kpi.params["only"] or ()}
    seen = scan(cases, now, chosen_by)
    if seen.first is None or seen.last is None:
        raise InvalidValue(
            f"no case has a received_at that can be read (got {counted(seen.read, 'row')}{seen.why()})",
            field="received_at",
            got=None,
        )
    seen_at = now or seen.last
    if seen_at < seen.first:
        raise InvalidValue.of(
            "now",
            f"not come before the first case, {seen.first:%Y-%m-%d %H:%M} UTC",
            seen_at,
            shown=f"{seen_at.isoformat()}",
        )
    every: Every = config.every or ("month" if seen_at - seen.first >= _MONTHS_FROM else "week")
    kpis = _kpis(seen.columns, config)
    shares = [kpi for kpi in kpis if kpi.unit == "share" and kpi.key != "resolution_rate"]
    shares = shares or [kpi for kpi in kpis if kpi.unit == "share"]
    for column in config.groups or ():
        if column not in seen.columns:
            raise InvalidValue.of(
                "groups", "name columns of the export", column, do=f"it has {', '.join(seen.columns)}"
            )
    groups = [column for column in (config.groups or GROUPS) if column in seen.columns]

    volume = KPIS["case_volume"]
    ends = {"resolved_at", "closed_at"} & {*seen.columns}
    asked = [([*kpis, FINISHED] if ends else kpis, (every,)), *(([volume], (column,)) for column in groups)]
    first_pass: list[Tally] = []

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        # what the page shows itself is counted in the first pass of the search
        own = [] if first_pass else asked
        plans = [plan_of(some, by=by, zone=config.zone, now=seen_at) for some, by in (*own, *questions)]
        found = tallies_of(plans, {"cases": cases.chunks()})
        first_pass.extend(found[: len(own)])
        return [tally.measure() for tally in found[len(own) :]]

    searched = [*shares, *(kpi for kpi in kpis if kpi.key in _TIMES)]
    found = search(measured, searched, {"cases": groups}, level=_LEVEL)
    if not first_pass:
        measured(())
    by_period, *by_group = first_pass
    whole = by_period.without(every).measure()
    periods = by_period.measure()

    goals = {promise.kpi.key: promise.goal for promise in config.promises}
    standards = [_standard(promise, whole) for promise in config.promises]
    ranks = dict.fromkeys(MARKS, 1) | dict.fromkeys(goals, 0)
    candidates = with_particulars(ranked(found, ranks, _CANDIDATES), measured, {"cases": seen.columns}, every)
    first = priorities(candidates)
    volumes = {
        column: {m.group[column]: m.n for m in tally.measure()} for column, tally in zip(groups, by_group, strict=True)
    }
    categories = _pareto(volumes)
    first_at, end_at, now_at = (
        _local(moment, config) for moment in (seen.first, min(seen.last_received or seen_at, seen_at), seen_at)
    )
    return {
        "title": config.title,
        "source": {"name": name, "simulated": simulated},
        "made": {
            "by": f"servqual {servqual.__version__}",
            "now": now_at.isoformat(),
            "now_from": now_from if now else "the latest moment in the export",
        },
        "period": {
            "start": first_at.isoformat(),
            "end": end_at.isoformat(),
            "zone": config.zone,
            "every": every,
        },
        "rows": _rows(whole, seen),
        "headline": _headline(standards, whole, categories),
        "notes": [*map(clean, (*notes(), *_notes(seen, config, now)))],
        "kpis": [_kpi(kpi, whole.get(kpi.key)) for kpi in kpis],
        "standards": standards,
        "trends": [
            _trend(kpi, periods, goals.get(kpi.key), (first_at.date(), now_at.date()))
            for kpi in kpis
            if kpi.key in _DRAWN or kpi.key in goals
        ],
        "pareto": categories,
        "weakest": weakest_of(found.every),
        **changes_of(kpis, periods, (first_at.date(), now_at.date()), every),
        "looked_at": found.looked_at,
        "priorities": first,
    }


def _kpis(columns: Sequence[str], config: Config) -> list[Kpi]:
    """The KPIs that the columns allow, and the promised ones."""
    asked: list[Kpi] = []
    for key in _ASKED:
        kpi = KPIS[key]
        if key.startswith(("backlog", "resolution", "reopen")):
            if "resolved_at" not in columns and "closed_at" not in columns:
                continue
            if key == "resolution_kept" and "due_at" not in columns:
                continue
        if all(name in columns for name in kpi.needs):
            asked.append(kpi.with_(hours=config.hours) if "hours" in kpi.params else kpi)
    promised = [promise.kpi for promise in config.promises]
    keys = {kpi.key for kpi in promised}
    return [kpi for kpi in asked if kpi.key not in keys] + promised


def _notes(seen: Scan, config: Config, now: dt.datetime | None) -> list[str]:
    notes = []
    if seen.unseen:
        notes.append(
            f"{counted(seen.unseen, 'case')} received after now {'is' if seen.unseen == 1 else 'are'} not seen"
        )
    late = seen.last - seen.last_received if seen.last and seen.last_received else dt.timedelta()
    if now is None and late > _LONG_AFTER:
        notes.append(
            f"now comes from {seen.last_column}, {late.days:,} days after the last case came in; pass --now if that "
            "is a slip"
        )
    if repeated := seen.losses["case_id", REPEATS] + seen.losses["case_id", REPLACED]:
        notes.append(
            f"{counted(repeated, 'row')} {'repeats' if repeated == 1 else 'repeat'} the case_id of another and "
            f"{'is' if repeated == 1 else 'are'} left out; if the export has several rows per case, set fold = true"
        )
    if seen.closed_only:
        notes.append(
            f"{counted(seen.closed_only, 'closed case')} {'has' if seen.closed_only == 1 else 'have'} no "
            "resolved_at; such cases are not open and have no resolution time"
        )
    for promise in config.promises:
        for column, values in (promise.kpi.params["only"] or {}).items():
            labels = seen.labels[column]
            if not {label.casefold() for label in labels} & {value.casefold() for value in values}:
                notes.append(
                    f"no case has the {column} {' or '.join(values)} of the target {promise.name!r} (cases have "
                    f"{', '.join(sorted(labels)[:_NAMED]) or 'none'}); mend only under [[targets]]"
                )
    if config.hours:
        notes.append(f"durations and targets count business time in {config.hours.zone.key}")
    if not config.promises:
        notes.append("no target was stated; name yours under [[targets]] in a configuration file")
    return notes


# --- the parts of the page ---------------------------------------------------------------------------------------


def _rows(whole: Measures, seen: Scan) -> Plain:
    """Where the rows went; a reason's `part` tells whether it cost the row or only the cell."""
    rows, cases = whole.rows["cases"], whole.get("case_volume").n
    reasons = []
    told = {reason: count for reason, count in rows.reasons.items() if reason != UNSPLIT}  # such cells are used
    for (column, reason), count in sorted(told.items(), key=lambda item: (-item[1], item[0])):
        examples = [r for r in rows.refusals if (r.column, r.reason) == (column, reason)][:3]
        reasons.append(
            {
                "part": "row" if column == "received_at" or (column, reason) in seen.losses else "cell",
                "column": clean(column),
                "reason": clean(reason),
                "count": count,
                "examples": [{"row": r.row, "value": shorten(r.value, _LONGEST)} for r in examples],
            }
        )
    fold = None
    if seen.read - seen.lost > seen.size:
        fold = (
            f"{counted(seen.read - seen.lost, 'row')} folded to {counted(seen.size, 'case')}; "
            "the latest row of each case stands"
        )
        if refused := seen.size - seen.unseen - cases:
            fold += f"; {counted(refused, 'case')} could not be used"
    return {
        "read": rows.read,
        "used": rows.used,
        "refused": rows.refused,
        "cases": cases,
        "fold": fold,
        "reasons": reasons,
    }


def _seen(m: Measurement) -> Plain:
    return {"value": m.value, "low": m.low, "high": m.high, "n": m.n}


def _kpi(kpi: Kpi, m: Measurement) -> Plain:
    facts = {
        name: getattr(kpi, name)
        for name in ("key", "title", "label_zh", "question", "formula", "source", "unit", "better")
    }
    reason = None
    if m.value is None:
        reason = "nothing decided yet" if m.undecided else "no case has what it needs"
    # a count of all cases is no sample
    whole = {"low": None, "high": None} if kpi.unit == "count" else {}
    return {
        **facts,
        **_seen(m),
        **whole,
        "business_time": in_business_time(kpi.params, kpi.unit),
        "undecided": m.undecided,
        "small": m.small,
        "warnings": _warnings(m),
        "error": m.error,
        "definition": m.definition,
        "reason": reason,
    }


def _warnings(m: Measurement) -> list[Plain]:
    return [{"code": caveat.code, "text": clean(caveat.text)} for caveat in m.warnings]


def _standard(promise: Promise, whole: Measures) -> Plain:
    """Hold a promise against what was seen; `gap` is above 0 where the goal was missed, as in `Attainment.gap`."""
    m, worse = whole.get(promise.kpi.key), 1 if promise.kpi.better == "lower" else -1
    within = promise.kpi.params.get("within")
    return {
        "name": promise.name,
        "kpi": promise.kpi.key,
        "goal": promise.goal,
        "within_s": within.total_seconds() if isinstance(within, dt.timedelta) else None,
        "business_time": in_business_time(promise.kpi.params, promise.kpi.unit),
        **_seen(m),
        "undecided": m.undecided,
        "warnings": _warnings(m),
        "status": verdict_on_cases(m, promise.goal, promise.kpi.better),
        "gap": None if m.value is None else worse * (m.value - promise.goal),
    }


def _trend(kpi: Kpi, periods: Measures, goal: float | None, days: tuple[dt.date, dt.date]) -> Plain:
    """The course of a KPI.

    A period that begins before the first day or ends after the last is partial; a share of cases of which some may
    still turn it is open.
    """
    [every] = periods.by
    waits = kpi.key in _OF_THE_RECEIVED
    waiting = {m.group[every]: (m.value or 0) < 1 for m in periods if m.kpi == "resolution_rate" and waits}
    points: list[Plain] = []
    for m in periods:
        start = m.group[every]
        if m.kpi != kpi.key or start is None:
            continue
        flags = {
            "small": m.small,
            "partial": start < days[0] or last_day(start, every) >= days[1],
            "open": kpi.unit == "share" and bool(m.undecided or waiting.get(start)),
        }
        points.append({"start": start.isoformat(), **_seen(m), **flags})
    facts = {name: getattr(kpi, name) for name in ("title", "unit", "better")}
    return {
        "kpi": kpi.key,
        **facts,
        "business_time": in_business_time(kpi.params, kpi.unit),
        "goal": goal,
        "points": points,
    }


def _pareto(volumes: Mapping[str, Mapping[Any, int]]) -> Plain | None:
    column = next(iter(volumes), None)
    if column is None or not volumes[column]:
        return None
    ranked = pareto(volumes[column])
    rest = ranked[_NAMED:]
    return {
        "column": column,
        "total": sum(volumes[column].values()),
        "rows": [attrs.asdict(row, filter=attrs.filters.exclude("weight")) for row in ranked[:_NAMED]],
        "rest": {"categories": len(rest), "count": sum(row.count for row in rest)} if rest else None,
        "vital_few": len(ranked.vital_few(0.8)),
        "categories": len(ranked),
    }


def _headline(standards: Sequence[Plain], whole: Measures, categories: Plain | None) -> list[str]:
    lines = []
    for s in standards:
        seen = f"{number(s['value'], 'share')} kept, goal {s['status'].replace('_', ' ')}"
        if s["status"] == "cannot_be_judged":
            seen += "".join(f": {warning['text']}" for warning in s["warnings"] if warning["code"] == "cells.unread")
        lines.append(
            f"Promised: {shorten(s['name'], _LONGEST)} for {number(s['goal'], 'share')} of cases; "
            f"{'there is nothing to judge it by yet' if s['value'] is None else seen}."
        )
    marked = next((m for m in whole if m.kpi == "sla_kept"), None)
    if not standards and marked and marked.value is not None:
        lines.append(
            f"The desk marked {number(marked.value, 'share')} of {counted(marked.n, 'case')} as kept within target; "
            "the target itself is not in the export."
        )
    elif not standards:
        lines.append("No target was stated, so no goal can be judged.")
    if categories:
        top, few = categories["rows"][0], categories["vital_few"]
        most = f"; {few:,} of {categories['categories']:,} make up 80 %" if few > 1 else ""
        lines.append(
            f"What comes most: {named(categories['column'], top['category'])}, with {number(top['share'], 'share')} of "
            f"{counted(categories['total'], 'case')}{most}."
        )
    return lines


def _local(moment: dt.datetime, config: Config) -> dt.datetime:
    """A moment in the zone in which periods are read."""
    return moment.astimezone(config.layout.zone or dt.UTC)
