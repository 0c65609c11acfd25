"""The verdicts of one KPI in all of its groups: numbers, caveats and guardrails brought before the rules."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics.results.attaining import held_against
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, blocking, in_order, invalid, of_pair
from servqual.pdca.verdicts.group_caveats import of_groups
from servqual.pdca.verdicts.guardrail import Guardrail
from servqual.pdca.verdicts.methods import FIELLER, method_of, relative_of, still_needed
from servqual.pdca.verdicts.mix import MixSplit, splits
from servqual.pdca.verdicts.receipt_form import Basis
from servqual.pdca.verdicts.rules import Facts, guardrail_decision, rule_for
from servqual.pdca.verdicts.sides import About, LoneSide, Sample, TallySide
from servqual.pdca.verdicts.sides import Side as Given
from servqual.pdca.verdicts.steps_down import Steps
from servqual.pdca.verdicts.verdict import GuardrailVerdict, Side, Verdict
from servqual.stats.inference import Estimate


def verdicts_of(
    pair: Pair, steps: Steps, asked: Asked, held: Mapping[str, Compared], *, kpis: int, options: Mapping[str, Any]
) -> list[Verdict]:
    """Judge all groups of a KPI."""
    first, about = steps.first, pair.new
    divided = _splits(pair, asked)
    shared = of_pair(first.pair, asked, kpis=kpis, groups=first.groups.size)
    if asked.mix_by and not divided:
        shared.append(caveat("mix.unknown", f"the change of {about.key} cannot be split over a mix"))
    each = of_groups(first, asked, divided)
    margin, goal = asked.margin_of(about), asked.goal_of(about)
    ready = {share: _lists(found, margin, asked.power) for share, found in steps.at.items()}
    rails = [_guardrails(rail, held[rail.kpi], first) for rail in asked.guardrails]
    rest: dict[str, Any] = {
        "kpi": about.key,
        "title": about.title,
        "definition": about.definition,
        "unit": about.unit,
        "better": about.better,
        "margin": margin,
        "goal": goal,
        "method": _method(pair),
        "basis": _basis(pair, options),
    }
    common = {name: label for name, label in pair.after.group.items() if pair.before.group.get(name, _NEVER) == label}
    by, usual, never, stuck = first.groups.by, in_order(shared), invalid(shared), blocking(shared)
    out = []
    for place, (key, own, *judged_rails) in enumerate(zip(first.groups.keys(), each, *rails, strict=True)):
        share, shut = steps.of(key)
        row = ready[share]
        low, high, p = row.low[place], row.high[place], row.p[place]
        if shut is not None:
            own.append(caveat("kpis.after_primary", f"{asked.primary} did not change, and was to be judged first"))
            if low is not None and high is not None and p is not None:
                low, high, p = min(low, 0.0), max(high, 0.0), max(p, shut)
        own += [
            caveat("guardrail.no_data", f"{rail.title} has no interval of its change, or no better direction")
            for rail in judged_rails
            if rail.decision == "invalid"
        ]
        caveats = in_order((*shared, *own)) if own else usual
        bad = never or (bool(own) and invalid(own))
        lower, upper = _turned(low, high, about)
        rule = rule_for(
            Facts(
                comparable=not bad,
                low=lower,
                high=upper,
                directed=about.better is not None,
                margin=margin,
                guardrails=tuple(rail.decision for rail in judged_rails),
                blocked=stuck or (bool(own) and blocking(own)),
            )
        )
        after = row.after[place]
        out.append(
            Verdict(
                group=dict(zip(by, key, strict=True)) if by else common,
                decision=rule.decision,
                rule=rule.key,
                before=row.before[place],
                after=after,
                change=None if bad else row.change[place],
                low=None if bad else low,
                high=None if bad else high,
                confidence=row.confidence,
                p_value=None if bad else p,
                n_needed=row.needed[place] if rule.decision == "unclear" and row.needed else None,
                relative=_NOTHING if bad else row.relative[place],
                guardrails=tuple(judged_rails),
                caveats=caveats,
                attained=None if goal is None else _attained(after, goal, about),
                mix=divided.get(key),
                **rest,
            )
        )
    return out


def _turned(low: float | None, high: float | None, about: About) -> tuple[float | None, float | None]:
    """Turn an interval so that above 0 is better."""
    return (low, high) if about.better != "lower" or low is None or high is None else (-high, -low)


def _method(pair: Pair) -> str:
    method = method_of(pair.new)
    if isinstance(pair.before, LoneSide) or isinstance(pair.after, LoneSide):
        return f"{method}; of the measurements alone"
    return method


_NEVER = object()
_NOTHING = Estimate(
    value=None, low=None, high=None, confidence=0.95, method=FIELLER, reason="the sides cannot be compared"
)


def _splits(pair: Pair, asked: Asked) -> dict[tuple[Any, ...], MixSplit]:
    if not (asked.mix_by and isinstance(pair.before, TallySide) and isinstance(pair.after, TallySide)):
        return {}
    if pair.new.kpi is None or pair.old.definition != pair.new.definition:
        return {}
    return splits(pair.new.kpi, pair.before.tally, pair.after.tally, asked.mix_by) or {}


def _basis(pair: Pair, options: Mapping[str, Any]) -> Basis:
    sides = [side.measured if isinstance(side, LoneSide) else side.given for side in (pair.before, pair.after)]
    groups = (pair.before.group, pair.after.group)
    return Basis(sides[0], sides[1], options, groups)


def _guardrails(rail: Guardrail, found: Compared, of: Compared) -> list[GuardrailVerdict]:
    """Judge a guardrail in each group of the KPI."""
    about, out = found.pair.new, []
    fits = found.pair.old.definition == about.definition
    ends = [_or_none(x) for x in (found.change.value, found.change.low, found.change.high)]
    for key in of.places:
        place = found.places.get(key) if fits else None
        value, low, high = (None, None, None) if place is None else (x[place] for x in ends)
        decision = "invalid" if about.better is None else guardrail_decision(*_turned(low, high, about), rail.margin)
        out.append(
            GuardrailVerdict(
                kpi=rail.kpi,
                title=about.title,
                unit=about.unit,
                margin=rail.margin,
                decision=decision,
                change=value,
                low=low,
                high=high,
            )
        )
    return out


def _attained(after: Side, goal: float, about: About) -> Any:
    return "cannot_be_judged" if after.value is None else held_against(after.low, after.high, goal, about.better)


@attrs.frozen(eq=False)
class _Lists:
    """The numbers of all groups as plain Python ones, None where there is none."""

    confidence: float
    change: list[float | None]
    low: list[float | None]
    high: list[float | None]
    p: list[float | None]
    relative: list[Estimate]
    needed: list[int | None]
    before: list[Side]
    after: list[Side]


def _lists(found: Compared, margin: float | None, power: float) -> _Lists:
    pair, change = found.pair, found.change
    sides, share = (found.before, found.after), found.confidence
    needed = [] if margin is None else _or_none(still_needed(pair.new, *sides, margin, confidence=share, power=power))
    return _Lists(
        confidence=found.confidence,
        change=_or_none(change.value),
        low=_or_none(change.low),
        high=_or_none(change.high),
        p=_or_none(change.p),
        relative=relative_of(pair.new, found.before, found.after, change, found.confidence),
        needed=[None if count is None else int(count) for count in needed],
        before=_sides(pair.before, found.before),
        after=_sides(pair.after, found.after),
    )


def _sides(side: Given, sample: Sample) -> list[Side]:
    numbers = map(_or_none, (sample.value, sample.low, sample.high))
    period, now = side.period, side.now
    return [
        Side(value=value, low=low, high=high, n=n, undecided=undecided, period=period, now=now)
        for value, low, high, n, undecided in zip(*numbers, sample.n.tolist(), sample.undecided.tolist(), strict=True)
    ]


def _or_none(values: Array) -> list[Any]:
    out = values.astype(object)
    out[~np.isfinite(values)] = None
    return list(out)
