"""What changed: the last two finished periods of each KPI held against each other, as plain data."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from servqual._words import number, shorten
from servqual.metrics import Kpi, Measurement, Measures
from servqual.pdca import Verdict, compare
from servqual.pdca.diagnosis.candidates import unit_of

Plain: TypeAlias = dict[str, Any]
_OPEN: Final = 0.02
"""The share of undecided items from which on a period is not finished enough to be compared."""
_LONGEST: Final = 60
_RIPENS: Final = {"reopen_rate": dt.timedelta(days=14)}
"""How long after a period a KPI of its cases may still turn."""
_NEVER: Final = ("resolution_rate",)
"""KPIs that grow with the age of a period, so that the last one always looks worse."""


def changes_of(kpis: Sequence[Kpi], periods: Measures, days: tuple[dt.date, dt.date], every: str) -> list[Plain]:
    """Judge the change of each KPI from the last finished period but one to the last one; only sure ones are listed.

    `days` are the first and the last day of the data. All KPIs together share the risk of a change that is chance.
    """
    pairs = [(kpi, pair) for kpi in kpis if kpi.key not in _NEVER and (pair := _last_two(kpi, periods, days, every))]
    if not pairs:
        return []
    confidence = 1 - 0.05 / len(pairs)
    found = [(kpi, compare(before, after, confidence=confidence)) for kpi, (before, after) in pairs]
    sure = [_plain(kpi, verdict, every) for kpi, verdict in found if verdict.decision in {"improved", "worse"}]
    return sorted(sure, key=lambda row: row["decision"] == "improved")


def _last_two(
    kpi: Kpi, periods: Measures, days: tuple[dt.date, dt.date], every: str
) -> tuple[Measurement, Measurement] | None:
    if kpi.better is None or kpi.unit == "count":
        return None
    seen = (days[0], days[1] - _RIPENS.get(kpi.key, dt.timedelta()))
    finished = [m for m in periods.of(kpi) if _is_finished(m, seen, every)]
    if len(finished) < 2:  # noqa: PLR2004  (there is nothing before)
        return None
    before, after = sorted(finished, key=lambda m: m.group[every])[-2:]
    return before, after


def _is_finished(m: Measurement, days: tuple[dt.date, dt.date], every: str) -> bool:
    start = m.group[every]
    if start is None or m.value is None or start < days[0] or last_day(start, every) >= days[1]:
        return False
    return m.undecided <= _OPEN * (m.n + m.undecided)


def last_day(start: dt.date, every: str) -> dt.date:
    """The last day of the week or month that begins on a day."""
    if every == "week":
        return start + dt.timedelta(days=6)
    return (start + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _plain(kpi: Kpi, verdict: Verdict, every: str) -> Plain:
    return {
        "kpi": kpi.key,
        "title": kpi.title,
        "unit": kpi.unit,
        "better": kpi.better,
        "decision": verdict.decision,
        "before": verdict.before.value,
        "after": verdict.after.value,
        "n_before": verdict.n_before,
        "n_after": verdict.n_after,
        "change": verdict.change,
        "low": verdict.low,
        "high": verdict.high,
        "confidence": verdict.confidence,
        "caveats": [{"code": each.code, "text": each.text} for each in verdict.caveats],
        "sentence": " ".join(_said(kpi, verdict, every)),
    }


def _said(kpi: Kpi, verdict: Verdict, every: str) -> Iterator[str]:
    unit = unit_of(kpi)
    yield f"{shorten(kpi.title, _LONGEST)}: {verdict.decision} from {number(verdict.before.value, unit)}"
    yield f"to {number(verdict.after.value, unit)} in the last finished {every}."
