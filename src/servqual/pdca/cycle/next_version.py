"""The next version of a standard, written from the one before and from what a cycle showed."""

import datetime as dt
from typing import Any

import attrs

from servqual.metrics import KPIS, Kpi
from servqual.model.ids import AgentId
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import Drafted, ServiceStandard
from servqual.pdca.cycle.acts import Standardise
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.cycle.questions import judged_kpi
from servqual.pdca.verdicts.verdict import Verdict


def next_version(
    standard: ServiceStandard,
    act: Standardise,
    plan: Planned,
    *,
    at: dt.datetime,
    by: str,
    goal: float | None,
    verdict: Verdict,
) -> ServiceStandard:
    """Record the draft of the next version; all that the act does not change is taken from the newest one.

    `goal` is the goal of the plan where it was reached for all, else None: then the promise stays as it was. So does an
    indicator with another limit than that of the `verdict`. After a cycle for one group the note says so.
    """
    indicators = standard.draft.indicators
    if goal is not None:
        indicators = _raised(indicators, plan, goal, verdict)
    text: dict[str, Any] = {"recorded_at": None, "seq": 0, "event_id": None, "indicators": indicators, **act.changes}
    only = ", ".join(f"{name} {label}" for name, label in plan.group.items())
    note = f"from cycle {plan.id}" + (f", judged for {only} only, so that goals stay as they were" if only else "")
    draft: Drafted = attrs.evolve(standard.draft, at=at, by=by, version=act.version, note=note, **text)
    return standard.record(draft)


def _raised(indicators: tuple[Indicator, ...], plan: Planned, goal: float, verdict: Verdict) -> tuple[Indicator, ...]:
    """Raise the goal of the indicator that was judged, or add one; a stricter goal stays."""
    definition, kpi = verdict.definition, judged_kpi(plan, verdict)
    mine = [one for one in indicators if _is_judged(one, kpi, definition)]
    if len(mine) == 1:
        return tuple(_with_goal(one, plan, goal) if one is mine[0] else one for one in indicators)
    if any(one.kpi == plan.kpi for one in indicators):
        return indicators  # which of them was meant, nobody said, or it has another limit
    if plan.kpi not in KPIS or KPIS[plan.kpi].definition != definition:
        return indicators  # an indicator names a KPI of the catalogue, and cannot say the parameters of another
    added = Indicator(
        name=plan.subject,
        kpi=plan.kpi,
        goal=goal,
        baseline=plan.baseline,
        reason=plan.hypothesis,
        due=plan.due,
        owner=None if plan.owner is None else AgentId(plan.owner),
    )
    return (*indicators, added)


def _is_judged(indicator: Indicator, kpi: Kpi | None, definition: str) -> bool:
    """Whether an indicator is about the KPI that was judged, within the same limit; opening hours it cannot say."""
    known: Kpi | None = KPIS.get(indicator.kpi)
    if known is None:
        return kpi is not None and (indicator.kpi, indicator.within) == (kpi.key, kpi.params.get("within"))
    hours = None if kpi is None else kpi.params.get("hours")
    said: dict[str, Any] = {"within": indicator.within or known.params.get("within"), "hours": hours}
    return known.with_(**{name: said[name] for name in said.keys() & known.params}).definition == definition


def _with_goal(indicator: Indicator, plan: Planned, goal: float) -> Indicator:
    old = indicator.goal
    number = old.total_seconds() if isinstance(old, dt.timedelta) else old
    if number is not None and (number >= goal if plan.direction == "higher" else number <= goal):
        return indicator
    timed = dt.timedelta in {type(old), type(indicator.baseline)}
    new: Goal = dt.timedelta(seconds=goal) if timed else goal
    return attrs.evolve(indicator, goal=new)
