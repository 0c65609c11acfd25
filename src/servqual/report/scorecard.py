"""The scorecard of an export as plain data: what is promised, what was kept, what hurts most, what to improve first."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

import servqual
from servqual._words import clean, counted, number
from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Measures, Tally, pareto
from servqual.metrics.engine import Plan, plan_of, tallies_of
from servqual.pdca.diagnosis.candidates import named, ranked
from servqual.pdca.diagnosis.diagnosing import MARKS
from servqual.pdca.diagnosis.particulars import with_particulars
from servqual.pdca.diagnosis.searching import search
from servqual.readers.columns.standing import REPEATS, REPLACED
from servqual.readers.sources import Source
from servqual.report.carrying import in_hours
from servqual.report.changing import changes_of, held_of
from servqual.report.config import GROUPS, Config
from servqual.report.courses import without_gaps
from servqual.report.effects import Read, without_effect
from servqual.report.figures import figure, reasons_of, told_of
from servqual.report.framing import Frame, frame_of
from servqual.report.maturity import FINISHED
from servqual.report.open_cases import OldestOpen
from servqual.report.previous import Earlier, changes_since, stored
from servqual.report.priorities import CANDIDATES, LEVEL, in_business_time, priorities, readable, weakest_of
from servqual.report.scan import Cases, Scan, scan
from servqual.report.slices import questions, sliced
from servqual.report.spans import period_of
from servqual.report.standards import sentence_of, standard_of

Plain: TypeAlias = dict[str, Any]

_LONG_AFTER: Final = dt.timedelta(days=90)
_NAMED: Final = 12
_LONGEST: Final = 60
_ASKED: Final = (
    "case_volume", "backlog", "backlog_age_p50", "backlog_oldest", "first_response_time", "first_response_p50",
    "first_response_p90", "resolution_time", "resolution_p50", "resolution_p90", "resolution_rate", "sla_kept",
    "resolution_kept", "reopen_rate", "reassignment_rate",
)  # fmt: skip
_TIMES: Final = ("first_response_p50", "first_response_p90", "resolution_p50", "resolution_p90")
_OF_THE_RECEIVED: Final = ("resolution_rate", "reopen_rate")
_DRAWN: Final = (
    "case_volume", "backlog", "backlog_age_p50", "first_response_p50", "resolution_p50", "resolution_rate", "sla_kept",
    "resolution_kept", "reopen_rate", "reassignment_rate",
)  # fmt: skip


def scorecard(
    source: Source,
    config: Config,
    *,
    name: str,
    notes: Callable[[], Sequence[str]] = tuple,
    idle: Callable[[], Sequence[tuple[str, str]]] = tuple,
    now: dt.datetime | None = None,
    now_from: str = "as asked",
    simulated: bool = False,
    previous: Earlier | None = None,
) -> Plain:
    """Measure an export and put the findings in order.

    Args:
        source: the cases: an `Export`, or whatever `measure` takes for a table.
        config: layout, targets, hours and slices.
        name: what the page calls its source.
        notes: gives what the reader found out, once it has read.
        idle: gives the settings that met nothing then, each with the reason.
        now: the moment from which open cases are seen; without it the latest moment in the cases.
        now_from: in words, where a given `now` comes from.
        simulated: whether the cases are made up, which the page then says.
        previous: an earlier report, against which changes are judged.

    The result is plain data, ready for JSON. Raises `InvalidValue` where no case has a moment to start from.
    """
    cases = Cases(source, shown=config.people.hidden)
    chosen_by = {column for promise in config.promises for column in promise.kpi.params.get("only") or ()}
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
    frame = frame_of(config, seen.first, seen.last_received or seen_at, seen_at)
    every = frame.every
    kpis = _kpis(seen.columns, config)
    earlier = None if previous is None else previous.of("cases", kpis)
    held = held_of(() if earlier else kpis, frame)
    shares = [kpi for kpi in kpis if kpi.unit == "share" and kpi.key != "resolution_rate"]
    shares = shares or [kpi for kpi in kpis if kpi.unit == "share"]
    groups = _groups(seen.columns, config)

    volume = KPIS["case_volume"]
    ends = {"resolved_at", "closed_at"} & {*seen.columns}
    asked = [([*kpis, FINISHED] if ends else kpis, (every,)), *(([volume], (column,)) for column in groups)]
    slices = questions(kpis, seen.columns, config)
    first_pass: list[Tally] = []
    oldest = OldestOpen(frame.end)

    def measured(questions: Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]) -> list[Measures]:
        # what the page shows itself is counted in the first pass of the search
        reads, own = cases.chunks(), list[Plan]()
        if not first_pass:
            shown = (*asked, *slices)
            own = [plan_of(some, by=by, zone=config.zone, now=seen_at, period=frame.span) for some, by in shown]
            own += [plan_of([volume], zone=config.zone, now=seen_at), *held.plans(ends=bool(ends))]
            reads = oldest.watched(reads) if ends else reads
        plans = [
            # since when something is so is seen in all data up to the end of the period
            plan_of(some, by=by, zone=config.zone, now=seen_at, period=frame.so_far if every in by else frame.span)
            for some, by in questions
        ]
        found = tallies_of([*own, *plans], {"cases": reads})
        first_pass.extend(found[: len(own)])
        return [tally.measure() for tally in found[len(own) :]]

    searched = [*shares, *(kpi for kpi in kpis if kpi.key in _TIMES)]
    found = readable(search(measured, searched, {"cases": groups}, level=LEVEL))
    if not first_pass:
        measured(())
    by_period, *rest = first_pass
    by_group, (everything, *sides) = rest[: len(groups)], rest[len(groups) + len(slices) :]
    whole = by_period.without(every).measure()
    periods = by_period.measure()

    goals = {promise.kpi.key: promise.goal for promise in config.promises}
    standards = [standard_of(promise, whole) for promise in config.promises]
    ranks = dict.fromkeys(MARKS, 1) | dict.fromkeys(goals, 0)
    candidates = with_particulars(ranked(found, ranks, CANDIDATES), measured, {"cases": seen.columns}, every)
    first = priorities(candidates)
    volumes = {
        column: {m.group[column]: m.n for m in tally.measure()} for column, tally in zip(groups, by_group, strict=True)
    }
    categories = _pareto(volumes)
    own = [
        *(previous.lacking("cases") if previous else ()),
        *config.people.notes(seen.columns),
        *without_effect(
            config, _read(seen, config), kpis, {name: volumes[name] for name in config.groups or ()}, idle()
        ),
    ]
    outside = everything.measure().one().n - whole.get("case_volume").n
    return {
        "title": config.title,
        "source": {"name": name, "simulated": simulated},
        "made": {
            "by": f"servqual {servqual.__version__}",
            "now": frame.now.isoformat(),
            "now_from": now_from if now else "the latest moment in the export",
        },
        "period": frame.plain(),
        "rows": _rows(whole, seen, outside, config),
        "headline": _headline(standards, whole, categories),
        "notes": [*map(clean, (*notes(), *_notes(seen, config, now, kpis), *own))],
        "kpis": [figure(kpi, whole.get(kpi.key)) for kpi in kpis],
        "standards": standards,
        "trends": [
            _trend(kpi, periods, goals.get(kpi.key), frame)
            for kpi in kpis
            if (kpi.key in _DRAWN or kpi.key in goals) and not whole.get(kpi.key).mostly_unread
        ],
        "pareto": categories,
        "groups": [sliced(tally.measure()) for tally in rest[len(groups) : len(groups) + len(slices)]],
        "weakest": weakest_of(found),
        **(changes_since(earlier, kpis, whole, frame) if earlier else changes_of(held, sides, frame.zone)),
        "open_cases": oldest.rows(frame.zone),
        "looked_at": found.looked_at,
        "priorities": first,
        "tally": stored(whole.tally),
    }


def _read(seen: Scan, config: Config) -> Read:
    several = seen.read - seen.lost > seen.size
    return Read(table="cases", layout=config.layout, columns=seen.columns, several=several)


def _groups(columns: Sequence[str], config: Config) -> list[str]:
    """The columns by which weak groups are looked for."""
    for column in config.groups or ():
        if column not in columns:
            raise InvalidValue.of("groups", "name columns of the export", column, do=f"it has {', '.join(columns)}")
    return [column for column in (config.groups or GROUPS) if column in columns]


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
            asked.append(in_hours(kpi, config.hours))
    promised = [promise.kpi for promise in config.promises]
    keys = {kpi.key for kpi in promised}
    return [kpi for kpi in asked if kpi.key not in keys] + promised


def _notes(seen: Scan, config: Config, now: dt.datetime | None, kpis: Sequence[Kpi]) -> list[str]:
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
        for column, values in (promise.kpi.params.get("only") or {}).items():
            labels = seen.labels[column]
            if not {label.casefold() for label in labels} & {value.casefold() for value in values}:
                notes.append(
                    f"no case has the {column} {' or '.join(values)} of the target {promise.name!r} (cases have "
                    f"{', '.join(sorted(labels)[:_NAMED]) or 'none'}); mend only under [[targets]]"
                )
    if config.hours and any(in_business_time(kpi.params, kpi.unit) for kpi in kpis):
        notes.append(f"durations and targets count business time in {config.hours.zone.key}")
    if not config.promises:
        notes.append("no target was stated; name yours under [[targets]] in a configuration file")
    return notes


# --- the parts of the page ---------------------------------------------------------------------------------------


def _rows(whole: Measures, seen: Scan, outside: int, config: Config) -> Plain:
    """Where the rows went; a reason's `part` tells whether it cost the row or only the cell.

    `outside` counts the cases that came in before or after the period.
    """
    rows, cases = whole.rows["cases"], whole.get("case_volume").n
    fold = None
    if seen.read - seen.lost > seen.size:
        stands = (
            "a case is what its events made of it" if config.layout.events else "the latest row of each case stands"
        )
        fold = f"{counted(seen.read - seen.lost, 'row')} folded to {counted(seen.size, 'case')}; {stands}"
        if refused := seen.size - seen.unseen - cases - outside:
            fold += f"; {counted(refused, 'case')} could not be used"
    return {
        "read": rows.read,
        "used": rows.used,
        "refused": rows.refused,
        "cases": cases,
        "outside": outside,
        "fold": fold,
        "reasons": reasons_of(rows, {"received_at"}, seen.losses),
    }


def _trend(kpi: Kpi, periods: Measures, goal: float | None, frame: Frame) -> Plain:
    """The course of a KPI.

    A period that begins before the first day or ends after the last is partial; a share of cases of which some may
    still turn it is open.
    """
    every, first, end = frame.every, max(frame.first.date(), frame.days[0]), min(frame.now.date(), frame.days[1])
    waits = kpi.key in _OF_THE_RECEIVED
    waiting = {m.group[every]: (m.value or 0) < 1 for m in periods if m.kpi == "resolution_rate" and waits}
    points: list[Plain] = []
    for m in periods:
        start = m.group[every]
        if m.kpi != kpi.key or start is None:
            continue
        flags = {
            "small": m.small,
            "partial": start < first or period_of(start, every)[1] > end,
            "open": kpi.unit == "share" and bool(m.undecided or waiting.get(start)),
        }
        points.append({"start": start.isoformat(), **told_of(m), **flags})
    facts = {name: getattr(kpi, name) for name in ("title", "unit", "better")}
    return {
        "kpi": kpi.key,
        **facts,
        "business_time": in_business_time(kpi.params, kpi.unit),
        "goal": goal,
        "stock": kpi.stock,
        "points": without_gaps(points, every, counts=kpi.unit == "count" and not kpi.stock),
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
    lines = [sentence_of(each, "case") for each in standards]
    marked = next((m for m in whole if m.kpi == "sla_kept"), None)
    if not standards and marked and marked.value is not None:
        due = next((m for m in whole if m.kpi == "resolution_kept" and m.value is not None), None)
        lines.append(
            f"The desk marked {number(marked.value, 'share')} of {counted(marked.n, 'case')} as kept within target; "
            + (
                f"{number(due.value, 'share')} of {counted(due.n, 'case')} with a due date were in time."
                if due
                else "the target itself is not in the export."
            )
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
