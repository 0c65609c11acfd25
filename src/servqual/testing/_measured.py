"""Tallies, measures, verdicts and the stages of a plan, measured from small tables, which strategies draw from."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from servqual.metrics import KPIS, AsOf, Compound, Funnel, Kpi, Measures, Tally, Windows, funnel, tally
from servqual.metrics.results.measurement import Cell
from servqual.model import BusinessHours, Sla, Target
from servqual.pdca import Adjust, Check, Do, Outcome, Plan, Standardise, Verdict, compare

_MONDAY: Final = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)
_KEY: Final = "reopen_rate"


def _cases(bad: int, start: dt.datetime) -> Mapping[str, Any]:
    at = [start + dt.timedelta(hours=hour) for hour in range(200)]
    reopened = [1] * bad + [0] * (200 - bad)
    return {"cases": {"received_at": at, "resolved_at": at, "reopened": reopened, "team": ["north", "south"] * 100}}


@cache
def tallies() -> tuple[Tally, ...]:
    """Make tallies of shares, durations and a compound, alone and by group, one of a KPI with parameters."""
    data = _cases(30, _MONDAY)
    fast = KPIS["resolution_kept"].with_(key="fast", within=dt.timedelta(hours=4))
    now = _MONDAY + dt.timedelta(days=60)
    return (
        tally([_KEY, "resolution_time"], data, now=now),
        tally([_KEY, fast], data, by=["team", "week"], zone="Europe/Berlin", now=now),
        tally([_KEY], data, by=["team"]),
    )


@cache
def measures() -> tuple[Measures, ...]:
    """Measure the tallies, at two confidences."""
    return tuple(each.measure(confidence) for each in tallies() for confidence in (0.95, 0.9))


def _funnels() -> tuple[Funnel, ...]:
    return (funnel(tallies()[2].measure(), _KEY),)


@cache
def cells() -> tuple[Cell, ...]:
    """Give the states behind all measurements."""
    return tuple(m.cell for each in measures() for m in each if m.cell is not None)


@cache
def windows() -> tuple[Windows, ...]:
    """Give states of streams of contacts: of none, of some whose windows are open, and of some of a closed one."""
    queued = [_MONDAY + dt.timedelta(hours=hour) for hour in (0, 1, 30)]
    contacts = {"interactions": {"queued_at": queued, "team": ["north", "south", None]}}
    begun = Windows.of(["volume"], every="day", by=["team"])
    fed = begun.add(contacts, 0, 3)
    return begun, fed, fed.advance(_MONDAY + dt.timedelta(days=1))


@cache
def cases_as_of() -> tuple[AsOf, ...]:
    """Give states of streams of events: of open cases, of some that are settled, and of some by an agreement."""
    log = {
        "case_id": ["C-1", "C-2", "C-1", "C-1"],
        "event": ["reported", "reported", "resolved", "closed"],
        "at": [_MONDAY + dt.timedelta(hours=hour) for hour in (0, 1, 3, 4)],
    }
    limit = Target(clock="resolution", within=dt.timedelta(hours=4))
    sla = Sla(name="desk", hours=BusinessHours.always(), targets=[limit])
    fed, judged = (
        AsOf.of([kpi], horizon=dt.timedelta(days=1), sla=agreed).add({"case_events": log}, 0, 4)
        for kpi, agreed in (("resolution_rate", None), ("resolution_kept", sla))
    )
    return fed, fed.advance(_MONDAY + dt.timedelta(days=9)), judged


def kpis() -> tuple[Kpi, ...]:
    """Give KPIs of the catalogue, and some made from them."""
    made = (
        KPIS["resolution_kept"].with_(key="fast", within=dt.timedelta(hours=4)),
        KPIS["case_volume"].with_(key="mail", only={"channel": "email"}),
        KPIS["resolution_time"].with_(dated_by="resolved_at"),
    )
    return (*KPIS.values(), *made)


@cache
def verdicts() -> tuple[Verdict, ...]:
    """Compare weeks before and after a change that helped, and one that did nothing."""
    later = _MONDAY + dt.timedelta(days=28)
    sides = [tally([_KEY], _cases(bad, at)) for bad, at in ((90, _MONDAY), (20, later), (88, later))]
    return compare(sides[0], sides[1]), compare(sides[0], sides[2], margin=0.05)


@cache
def stages() -> tuple[Plan | Do | Check | Outcome, ...]:
    """Lead a plan through all stages."""
    from servqual.pdca import Action  # noqa: PLC0415  (needed only here)

    action = Action(what="train", owner="M-1", due=dt.date(2026, 5, 20), criterion="all were there")
    plan = Plan(
        id="Q-1", subject="reopened cases", owner="M-1", at=_MONDAY, kpi=_KEY, baseline=0.45, goal=0.2, actions=[action]
    )
    do = plan.start(at=_MONDAY).complete("train", at=_MONDAY + dt.timedelta(days=7), evidence="list of attendance")
    end = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    better, same = (do.check(verdict, at=end, findings="seen") for verdict in verdicts())
    kept = Standardise(standard="support", version="2")
    return (
        plan,
        plan.start(at=_MONDAY),
        do,
        better,
        same,
        same.act(Adjust(reason="too small"), at=end),
        better.act(kept, at=end, reason="see the verdict", overruled_by="M-2" if better.gaps else None),
    )


def drawn_from(kind: type) -> tuple[Any, ...] | None:
    """Give the values of a class that strategies draw from; None where they build them."""
    if kind is Compound:
        return tuple(kpi for kpi in kpis() if isinstance(kpi, Compound))
    made: Mapping[type, Any] = {
        Funnel: _funnels,
        Kpi: kpis,
        Tally: tallies,
        Measures: measures,
        Cell: cells,
        Windows: windows,
        AsOf: cases_as_of,
        Verdict: verdicts,
    }
    if kind in made:
        found: tuple[Any, ...] = made[kind]()
        return found
    return tuple(stage for stage in stages() if type(stage) is kind) if kind in {Plan, Do, Check, Outcome} else None
