"""The next version of a standard, written from the one before and from what a cycle showed."""

import datetime as dt
from typing import Any

import attrs

from servqual.metrics import KPIS
from servqual.model.ids import AgentId
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import Drafted, ServiceStandard
from servqual.pdca.cycle.acts import Standardise
from servqual.pdca.cycle.plan import Planned


def next_version(
    standard: ServiceStandard, act: Standardise, plan: Planned, *, at: dt.datetime, by: str, goal: float | None
) -> ServiceStandard:
    """Record the draft of the next version; all that the act does not change is taken from the newest one.

    `goal` is the goal of the plan where it was reached, else None: then the promise stays as it was.
    """
    indicators = standard.draft.indicators
    if goal is not None:
        indicators = _raised(indicators, plan, goal)
    text: dict[str, Any] = {"indicators": indicators, **act.changes}
    draft: Drafted = attrs.evolve(
        standard.draft, at=at, by=by, version=act.version, note=f"from cycle {plan.id}", recorded_at=None, seq=0, **text
    )
    return standard.record(draft)


def _raised(indicators: tuple[Indicator, ...], plan: Planned, goal: float) -> tuple[Indicator, ...]:
    """Raise the goal of the indicator that the plan moved, or add one; a stricter goal stays."""
    mine = [one for one in indicators if _same_measure(one, plan)]
    if len(mine) > 1:
        return indicators  # which of them was meant, nobody said
    if mine:
        return tuple(_with_goal(one, plan, goal) if one is mine[0] else one for one in indicators)
    if not _plain(plan):
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


def _same_measure(indicator: Indicator, plan: Planned) -> bool:
    kpi = KPIS.get(indicator.kpi)
    if indicator.kpi != plan.kpi or kpi is None or plan.definition is None:
        return indicator.kpi == plan.kpi
    limited = kpi if indicator.within is None else kpi.with_(within=indicator.within)
    return limited.definition == plan.definition


def _plain(plan: Planned) -> bool:
    return plan.definition is None or (plan.kpi in KPIS and KPIS[plan.kpi].definition == plan.definition)


def _with_goal(indicator: Indicator, plan: Planned, goal: float) -> Indicator:
    old = indicator.goal
    number = old.total_seconds() if isinstance(old, dt.timedelta) else old
    if number is not None and (number >= goal if plan.direction == "higher" else number <= goal):
        return indicator
    timed = dt.timedelta in {type(old), type(indicator.baseline)}
    new: Goal = dt.timedelta(seconds=goal) if timed else goal
    return attrs.evolve(indicator, goal=new)
