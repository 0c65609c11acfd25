"""The scorecard of an export as plain data: what is promised, what was kept, what hurts most, what to improve first."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

import servqual
from servqual._html import number
from servqual.errors import InvalidValue
from servqual.metrics import KPIS, Kpi, Measurement, Measures, pareto
from servqual.metrics.engine import Tallier, plan_of
from servqual.metrics.rows import Rows
from servqual.metrics.tallies import Plan
from servqual.readers import Batch
from servqual.report.config import GROUPS, Config, Every, Promise
from servqual.report.survey import Survey, survey_of
from servqual.report.weakness import priorities, weak_groups

__all__ = ["Batches", "scorecard"]

Plain: TypeAlias = dict[str, Any]
Batches: TypeAlias = Callable[[], Iterator[Batch]]
"""Gives the cases from their beginning, each time it is called."""

_MONTHS_FROM: Final = dt.timedelta(days=200)
_NAMED: Final = 12
_ASKED: Final = (
    "case_volume", "backlog", "backlog_age_p50", "first_response_time", "first_response_p50", "first_response_p90",
    "resolution_time", "resolution_p50", "resolution_p90", "resolution_rate", "sla_kept", "resolution_kept",
    "reopen_rate", "reassignment_rate",
)  # fmt: skip
_DRAWN: Final = (
    "case_volume", "first_response_p50", "resolution_p50", "resolution_rate", "sla_kept", "resolution_kept",
    "reopen_rate", "reassignment_rate",
)  # fmt: skip


def scorecard(
    cases: Batches,
    config: Config,
    *,
    name: str,
    notes: Callable[[], Sequence[str]] = tuple,
    now: dt.datetime | None = None,
    simulated: bool = False,
) -> Plain:
    """Measure an export and put the findings in order.

    Args:
        cases: gives the batches of cases, each time anew; they are read twice, so that none has to stay in memory.
        config: layout, targets, hours and slices.
        name: what the page calls its source.
        notes: gives what the reader found out, once it has read.
        now: the moment from which open cases are seen; without it the latest moment in the cases.
        simulated: whether the cases are made up, which the page then says.

    The result is plain data, ready for JSON. Raises `InvalidValue` where no case has a moment to start from.
    """
    survey = survey_of(cases())
    if survey.first is None or survey.last is None:
        raise InvalidValue(
            f"no case has a received_at that can be read (got {survey.size:,} rows{survey.why()})",
            field="received_at",
            got=None,
        )
    seen_at = now or survey.last
    if seen_at < survey.first:
        raise InvalidValue(
            f"now must not come before the first case, {survey.first:%Y-%m-%d %H:%M} UTC (got {seen_at.isoformat()})",
            field="now",
            got=seen_at,
        )
    every: Every = config.every or ("month" if seen_at - survey.first >= _MONTHS_FROM else "week")
    kpis = _kpis(survey.columns, config)
    shares = [kpi for kpi in kpis if kpi.unit == "share" and kpi.key != "resolution_rate"]
    shares = shares or [kpi for kpi in kpis if kpi.unit == "share"]
    for column in config.groups or ():
        if column not in survey.columns:
            raise InvalidValue(
                f"groups must name columns of the export (got {column!r}); it has {', '.join(survey.columns)}",
                field="groups",
                got=column,
            )
    groups = [column for column in (config.groups or GROUPS) if column in survey.columns]

    plans: dict[str, Plan] = {every: plan_of(kpis, by=[every], zone=config.zone, now=seen_at)}
    plans |= {
        column: plan_of([KPIS["case_volume"], *shares], by=[column], zone=config.zone, now=seen_at) for column in groups
    }
    talliers = {by: Tallier(plan, "cases") for by, plan in plans.items()}
    for batch in cases():
        for tallier in talliers.values():
            tallier.add(batch)
    by_period = talliers[every].tally()
    whole = by_period.without(every).measure()
    periods = by_period.measure()
    grouped = {column: talliers[column].tally().measure() for column in groups}

    goals = {promise.kpi.key: promise.goal for promise in config.promises}
    standards = [_standard(promise, whole) for promise in config.promises]
    ranking = weak_groups(grouped, whole, shares)
    volumes = {
        column: {m.group[column]: m.n for m in measures if m.kpi == "case_volume"}
        for column, measures in grouped.items()
    }
    categories = _pareto(volumes)
    first = priorities(ranking, tuple(goals))
    rows = whole.rows["cases"]
    return {
        "title": config.title,
        "source": {"name": name, "simulated": simulated, "note": None},
        "made": {
            "by": f"servqual {servqual.__version__}",
            "now": _iso(seen_at),
            "now_from": "as asked" if now else "the latest moment in the export",
        },
        "period": {
            "start": _iso(survey.first),
            "end": _iso(min(survey.last_received or seen_at, seen_at)),
            "zone": config.zone,
            "every": every,
        },
        "rows": _rows(rows, survey),
        "headline": _headline(standards, whole, categories, first),
        "notes": [*notes(), *_notes(survey, config)],
        "kpis": [_kpi(kpi, whole.get(kpi.key)) for kpi in kpis],
        "standards": standards,
        "trends": [
            _trend(kpi, periods, goals.get(kpi.key), (_day(survey.first, config), _day(seen_at, config)))
            for kpi in kpis
            if kpi.key in _DRAWN or kpi.key in goals
        ],
        "pareto": categories,
        "weakest": [
            {
                name: row[name]
                for name in ("kpi", "title", "unit", "column", "group", "n", "value", "low", "high", "overall")
            }
            for row in ranking[:_NAMED]
        ],
        "priorities": first,
    }


def _kpis(columns: Sequence[str], config: Config) -> list[Kpi]:
    """The KPIs that the columns allow, and the promised ones."""
    asked: list[Kpi] = []
    for key in _ASKED:
        kpi = KPIS[key]
        if key.startswith(("backlog", "resolution")):
            if "resolved_at" not in columns and "closed_at" not in columns:
                continue
            if key == "resolution_kept" and "due_at" not in columns:
                continue
        if all(name in columns for name in kpi.needs):
            asked.append(kpi.with_(hours=config.hours) if "hours" in kpi.params else kpi)
    promised = [promise.kpi for promise in config.promises]
    keys = {kpi.key for kpi in promised}
    return [kpi for kpi in asked if kpi.key not in keys] + promised


def _notes(survey: Survey, config: Config) -> list[str]:
    notes = []
    if survey.closed_only:
        notes.append(
            f"{survey.closed_only:,} closed cases have no resolved_at; they are not open and have no resolution time"
        )
    if config.hours:
        notes.append(f"durations and targets count business time in {config.hours.zone.key}")
    if not config.promises:
        notes.append("no target was stated; name yours under [[targets]] in a configuration file")
    return notes


# --- the parts of the page ---------------------------------------------------------------------------------------


def _rows(rows: Rows, survey: Survey) -> Plain:
    reasons = []
    for (column, reason), count in sorted(rows.reasons.items(), key=lambda item: (-item[1], item[0])):
        examples = [r for r in rows.refusals if (r.column, r.reason) == (column, reason)][:3]
        reasons.append(
            {
                "column": column,
                "reason": reason,
                "count": count,
                "examples": [{"row": r.row, "value": r.value[:80]} for r in examples],
            }
        )
    folded = survey.read > survey.size + sum(count for (column, _), count in rows.reasons.items() if column == "row")
    return {
        "read": rows.read,
        "used": rows.used,
        "refused": rows.refused,
        "cases": survey.size,
        "fold": f"{rows.used:,} rows folded to {survey.size:,} cases; the last row of each case wins"
        if folded
        else None,
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
    return {
        **facts,
        **_seen(m),
        "undecided": m.undecided,
        "small": m.small,
        "error": m.error,
        "definition": m.definition,
        "reason": reason,
    }


def _standard(promise: Promise, whole: Measures) -> Plain:
    """Kept or missed whatever the undecided cases do; unclear while they may turn it."""
    m = whole.get(promise.kpi.key)
    within = promise.kpi.params.get("within")
    status, gap = "unknown", None
    if m.value is not None:
        hits = round(m.value * m.n)
        worst, best = hits / (m.n + m.undecided), (hits + m.undecided) / (m.n + m.undecided)
        status = "kept" if worst >= promise.goal else "missed" if best < promise.goal else "unclear"
        gap = m.value - promise.goal
    return {
        "name": promise.name,
        "kpi": promise.kpi.key,
        "goal": promise.goal,
        "within_s": within.total_seconds() if within else None,
        **_seen(m),
        "undecided": m.undecided,
        "status": status,
        "gap": gap,
    }


def _trend(kpi: Kpi, periods: Measures, goal: float | None, days: tuple[dt.date, dt.date]) -> Plain:
    """The course of a KPI; a period that begins before the first day or ends after the last is partial."""
    [every] = periods.by
    points: list[Plain] = []
    for m in periods:
        start = m.group[every]
        if m.kpi != kpi.key or start is None:
            continue
        last = (start + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        if every == "week":
            last = start + dt.timedelta(days=6)
        partial = start < days[0] or last >= days[1]
        points.append({"start": start.isoformat(), **_seen(m), "small": m.small, "partial": partial, "signal": False})
    facts = {name: getattr(kpi, name) for name in ("title", "unit", "better")}
    limits = dict.fromkeys(("centre", "lower_limit", "upper_limit"))
    return {"kpi": kpi.key, **facts, "goal": goal, **limits, "points": points}


def _pareto(volumes: Mapping[str, Mapping[Any, int]]) -> Plain | None:
    column = next(iter(volumes), None)
    if column is None or not volumes[column]:
        return None
    ranked = pareto(volumes[column])
    rest = ranked[_NAMED:]
    return {
        "column": column,
        "total": sum(volumes[column].values()),
        "rows": [attrs.asdict(row) for row in ranked[:_NAMED]],
        "rest": {"categories": len(rest), "count": sum(row.count for row in rest)} if rest else None,
        "vital_few": len(ranked.vital_few(0.8)),
        "categories": len(ranked),
    }


def _headline(
    standards: Sequence[Plain], whole: Measures, categories: Plain | None, first: Sequence[Plain]
) -> list[str]:
    lines = []
    for s in standards:
        if s["value"] is None:
            lines.append(
                f"Promised: {s['name']} for {number(s['goal'], 'share')} of cases; there is nothing to judge it by yet."
            )
        else:
            lines.append(
                f"Promised: {s['name']} for {number(s['goal'], 'share')} of cases; "
                f"reached {number(s['value'], 'share')}: {s['status']}."
            )
    asked = {kpi.key for kpi in whole.kpis}
    if not standards and "sla_kept" in asked and whole.get("sla_kept").value is not None:
        kept = whole.get("sla_kept")
        lines.append(
            f"The desk marked {number(kept.value, 'share')} of {kept.n:,} cases as kept within target; "
            "the target itself is not in the export."
        )
    elif not standards:
        lines.append("No target was stated, so nothing can be called kept or missed.")
    if categories and categories["rows"]:
        few, column = categories["rows"][0], categories["column"]
        top = f"{column} “{few['category']}”" if few["category"] is not None else f"no {column}"
        lines.append(
            f"What comes most: {top}, with {number(few['share'], 'share')} of {categories['total']:,} cases; "
            f"{categories['vital_few']} of {categories['categories']} make up 80 %."
        )
    if first:
        lines.append(f"Improve first: {first[0]['sentence']}")
    else:
        lines.append("Improve first: no group is clearly worse than the whole.")
    return lines


def _day(moment: dt.datetime, config: Config) -> dt.date:
    return moment.astimezone(config.layout.zone or dt.UTC).date()


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
