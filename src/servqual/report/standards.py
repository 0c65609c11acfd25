"""What was promised held against what was seen, as plain data and in a sentence."""

import datetime as dt
from typing import Any, Final, TypeAlias

from servqual._words import counted, number, shorten
from servqual.metrics import Measures
from servqual.metrics.results.attaining import verdict_on_cases, verdict_on_interval
from servqual.metrics.results.measures import find_kpi
from servqual.report.figures import caveats_in, told_of
from servqual.report.priorities import in_business_time
from servqual.report.targets import Promise

Plain: TypeAlias = dict[str, Any]
_LONGEST: Final = 60


def standard_of(promise: Promise, whole: Measures) -> Plain:
    """Hold a promise against what was seen; `gap` is above 0 where the goal was missed, as in `Attainment.gap`.

    What was seen is taken as a fact, but for survey answers: who answered is a sample, which is judged by its interval.
    """
    kpi, goal, better = promise.kpi, promise.goal, promise.direction
    m, worse = whole.get(kpi.key), 1 if better == "lower" else -1
    within = find_kpi(whole.kpis, kpi.key).params.get("within")
    if kpi.table == "answers":
        unread = m.mostly_unread
        status = verdict_on_interval(m, m.low, m.high, unit=m.unit, unread=unread, goal=goal, better=better)
    else:
        status = verdict_on_cases(m, goal, better)
    return {
        "name": promise.name,
        "kpi": kpi.key,
        "table": kpi.table,
        "unit": kpi.unit,
        "better": better,
        "goal": goal,
        "within_s": within.total_seconds() if isinstance(within, dt.timedelta) else None,
        "business_time": in_business_time(kpi.params, kpi.unit),
        **told_of(m),
        "undecided": m.undecided,
        "warnings": caveats_in(m),
        "status": status,
        "gap": None if m.value is None else worse * (m.value - goal),
    }


def sentence_of(standard: Plain, item: str) -> str:
    """Say what was promised, and what was kept; `item` is what a row of its table is called."""
    unit = "working s" if standard["business_time"] and standard["unit"] == "s" else standard["unit"]
    name, goal = shorten(standard["name"], _LONGEST), number(standard["goal"], unit)
    judged = f"goal {standard['status'].replace('_', ' ')}"
    if standard["status"] == "cannot_be_judged":
        judged += "".join(f": {each['text']}" for each in standard["warnings"] if each["code"] == "cells.unread")
    value = number(standard["value"], unit)
    if standard["table"] == "cases" and unit == "share" and standard["better"] == "higher":
        promised, seen = f"{name} for {goal} of cases", f"{value} kept, {judged}"
    else:
        bound = "at most" if standard["better"] == "lower" else "at least"
        basis = "" if unit == "count" else f" of {counted(standard['n'], item)}"
        promised, seen = f"{name} of {bound} {goal}", f"seen {value}{basis}, {judged}"
    return f"Promised: {promised}; {'there is nothing to judge it by yet' if standard['value'] is None else seen}."
