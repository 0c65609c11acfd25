"""What changed: the last finished period of each KPI held against the one directly before it, as plain data."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from servqual._words import number, shorten
from servqual.metrics import Kpi, Measurement, Measures
from servqual.pdca import Caveat, Verdict, compare
from servqual.pdca.verdicts.ages import ripens
from servqual.report.maturity import DONE, FINISHED, RIPE

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 60
_DAY: Final = dt.timedelta(days=1)
_SILENT: Final = ("mix.unknown", "period.unknown", "margin.none", "guardrails.proposed")
"""Caveats of what was not asked for."""


def to_tell(verdict: Verdict) -> list[Caveat]:
    """Leave out the caveats of what a report, or a comparison of the command line, was not asked for."""
    return [caveat for caveat in verdict.caveats if caveat.code not in _SILENT]


def changes_of(kpis: Sequence[Kpi], periods: Measures, days: tuple[dt.date, dt.date], every: str) -> Plain:
    """Judge the change of each KPI from the period before the last finished one to that one.

    `days` are the first day of the data and the day of `now`. A KPI that ripens is finished two weeks after a period.
    `changes` are the sure ones, worse before improved, at a risk of chance that all judged KPIs share;
    `changes_judged` counts these, and `changes_unjudged` gives the reason for each other one. Counts, and KPIs of which
    neither direction is better, are left out.
    """
    pairs: list[tuple[Kpi, Measurement, Measurement]] = []
    unjudged: list[Plain] = []
    for kpi in kpis:
        if kpi.better is None or kpi.unit == "count":
            continue
        last = _before(days[1] - RIPE if ripens(kpi) else days[1], every)
        starts = (_before(last, every), last)
        before, after = (periods.get(kpi.key, **{every: start}) for start in starts)
        if starts[0] < days[0]:
            reason = f"there are no two {every}s that are finished for it"
        elif kpi.name == FINISHED.name:
            reason = "it grows with the age of the cases, so that the last one is always behind"
        else:
            reason = next((why for m in (before, after) if (why := _unfinished(kpi, m, periods, every))), "")
        if reason:
            unjudged.append({"kpi": kpi.key, "title": kpi.title, "reason": reason})
        else:
            pairs.append((kpi, before, after))
    confidence = 1 - 0.05 / max(len(pairs), 1)
    rows = [_plain(kpi, compare(before, after, confidence=confidence), after, every) for kpi, before, after in pairs]
    sure = [row for row in rows if row["decision"] in {"improved", "worse"}]
    return {
        "changes": sorted(sure, key=lambda row: row["decision"] == "improved"),
        "changes_judged": len(pairs),
        "changes_unjudged": unjudged,
    }


def _unfinished(kpi: Kpi, m: Measurement, periods: Measures, every: str) -> str:
    """Say why a period cannot be compared; empty where it can."""
    of = f"of the {every} from {m.group[every]}"
    if m.value is None:
        return f"no case {of} has a value"
    done = m.n / (m.n + m.undecided)
    if ripens(kpi) and any(each.key == FINISHED.key for each in periods.kpis):
        done = min(done, periods.get(FINISHED.key, **m.group).value or 0)
    return f"{number(1 - done, 'share')} of the cases {of} are not finished" if done < DONE else ""


def _before(day: dt.date, every: str) -> dt.date:
    """The first day of the last week or month that ended before a day."""
    if every == "week":
        return day - dt.timedelta(days=day.weekday() + 7)
    return (day.replace(day=1) - _DAY).replace(day=1)


def last_day(start: dt.date, every: str) -> dt.date:
    """The last day of the week or month that begins on a day."""
    if every == "week":
        return start + dt.timedelta(days=6)
    return (start + dt.timedelta(days=31)).replace(day=1) - _DAY


def _plain(kpi: Kpi, verdict: Verdict, after: Measurement, every: str) -> Plain:
    start: dt.date = after.group[every]
    before = _before(start, every)
    unit = kpi.told_in
    return {
        "kpi": kpi.key,
        "title": kpi.title,
        "unit": kpi.unit,
        "business_time": unit != kpi.unit,
        "better": kpi.better,
        "decision": verdict.decision,
        "before": verdict.before.value,
        "after": verdict.after.value,
        "before_from": before.isoformat(),
        "before_to": last_day(before, every).isoformat(),
        "after_from": start.isoformat(),
        "after_to": last_day(start, every).isoformat(),
        "n_before": verdict.n_before,
        "n_after": verdict.n_after,
        "change": verdict.change,
        "low": verdict.low,
        "high": verdict.high,
        "confidence": verdict.confidence,
        "caveats": [{"code": each.code, "text": each.text} for each in to_tell(verdict)],
        "sentence": f"{shorten(kpi.title, _LONGEST)}: {verdict.decision} from {number(verdict.before.value, unit)} "
        f"to {number(verdict.after.value, unit)} in the {every} from {start}, against the one before.",
    }
