"""The verdicts of one KPI in all of its groups: numbers, caveats and guardrails brought before the rules."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from servqual.metrics.results.attaining import GoalVerdict, verdict_on_interval
from servqual.metrics.results.caveats import MOSTLY, read_of, unread_share
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, of_pair, weighing
from servqual.pdca.verdicts.group_caveats import of_groups
from servqual.pdca.verdicts.guarding import Guarded
from servqual.pdca.verdicts.methods import FIELLER, method_of, relative_of, still_needed
from servqual.pdca.verdicts.mix import MixSplit, splits
from servqual.pdca.verdicts.receipt_form import Basis
from servqual.pdca.verdicts.rules import Facts, rule_for
from servqual.pdca.verdicts.scatter import stretched
from servqual.pdca.verdicts.sources import About, LoneSource, Sample, Source, TallySource, or_none
from servqual.pdca.verdicts.steps_down import Steps
from servqual.pdca.verdicts.verdict import Side, Verdict
from servqual.stats.inference import Estimate


def verdicts_of(
    pair: Pair, steps: Steps, asked: Asked, rails: Sequence[Guarded], *, kpis: int, options: Mapping[str, Any]
) -> list[Verdict]:
    """Judge all groups of a KPI."""
    first, about = steps.first, pair.new
    divided = _splits(pair, asked)
    shared = of_pair(first, asked, kpis=kpis)
    if asked.mix_by and not divided:
        shared.append(caveat("mix.unknown", f"the change of {about.key} cannot be split over a mix"))
    margin, goal = asked.margin_of(about), asked.goal_of(about)
    each = of_groups(first, asked, divided)
    ready = {share: _lists(found, asked, share, margin) for share, found in steps.at.items()}
    part_lost = any(one.code == "parts.unread" for one in first.read[1].caveats)
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
    by, weigh = first.groups.by, weighing(shared)
    out = []
    for place, (key, own) in enumerate(zip(first.groups.keys(), each, strict=True)):
        share, shut = steps.of(key)
        row = ready[share]
        low, high, p, relative = row.low[place], row.high[place], row.p[place], row.relative[place]
        if shut is not None:
            text = f"{asked.primary} was to be judged first, and did not change or cannot be compared"
            alone = about.turned(low, high)[1]
            if about.better is not None and alone is not None and alone < 0 and not weigh(own).invalid:
                text += "; judged alone this one would be worse"
            own.append(caveat("kpis.after_primary", text))
            relative = _untested(relative, shut)
            if low is not None and high is not None and p is not None:
                low, high, p = min(low, 0.0), max(high, 0.0), max(p, shut)
        guards = [rail.at(key) for rail in rails]
        own.extend([stop for _, stop in guards if stop is not None])
        weighed = weigh(own)
        bad = weighed.invalid
        lower, upper = about.turned(low, high)
        rule = rule_for(
            Facts(
                comparable=not bad,
                low=lower,
                high=upper,
                directed=about.better is not None,
                margin=margin,
                guardrails=tuple([guard.decision for guard, _ in guards]),
                blocked=weighed.blocking,
            )
        )
        if rule.decision == "unclear" and margin is not None and row.needed[place] is None:
            weighed = weigh([*own, uncounted(about)])
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
                relative=_nothing(row.confidence) if bad else relative,
                guardrails=tuple([guard for guard, _ in guards]),
                caveats=weighed.caveats,
                attained=None if goal is None else _attained(after, goal, about, part_lost=part_lost),
                mix=divided.get(key),
                **rest,
            )
        )
    return out


@cache
def uncounted(about: About) -> Caveat:
    """Say why no number of cases can be given."""
    why = (
        "a count has no single cases that scatter: compare longer periods, or a share or rate of cases"
        if about.unit == "count"
        else "without an interval the spread of single cases is not known"
    )
    return caveat("n_needed.none", f"how many cases are still needed cannot be said: {why}")


def _untested(relative: Estimate, p: float) -> Estimate:
    """Extend the relative change to hold 0, as the change is."""
    if relative.low is None or relative.high is None or relative.p_value is None:
        return relative
    return attrs.evolve(
        relative, low=min(relative.low, 0.0), high=max(relative.high, 0.0), p_value=max(relative.p_value, p)
    )


def _method(pair: Pair) -> str:
    method = method_of(pair.new)
    if isinstance(pair.before, LoneSource) or isinstance(pair.after, LoneSource):
        return f"{method}; of the measurements alone"
    return method


_NEVER = object()


def _nothing(confidence: float) -> Estimate:
    reason = "the sides cannot be compared"
    return Estimate(value=None, low=None, high=None, confidence=confidence, method=FIELLER, reason=reason)


def _splits(pair: Pair, asked: Asked) -> dict[tuple[Any, ...], MixSplit]:
    if not (asked.mix_by and isinstance(pair.before, TallySource) and isinstance(pair.after, TallySource)):
        return {}
    if pair.new.kpi is None or pair.old.definition != pair.new.definition:
        return {}
    return splits(pair.new.kpi, pair.before.tally, pair.after.tally, asked.mix_by) or {}


def _basis(pair: Pair, options: Mapping[str, Any]) -> Basis:
    sides = [side.measured if isinstance(side, LoneSource) else side.given for side in (pair.before, pair.after)]
    groups = (pair.before.group, pair.after.group)
    return Basis(sides[0], sides[1], options, groups)


def _attained(after: Side, goal: float, about: About, *, part_lost: bool) -> GoalVerdict:
    unread = part_lost or unread_share(read_of(after.n, after.undecided, about.statistic), after.unread) > MOSTLY
    return verdict_on_interval(
        after, after.low, after.high, unit=about.unit, unread=unread, goal=goal, better=about.better
    )


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


def _lists(found: Compared, asked: Asked, share: int, margin: float | None) -> _Lists:
    pair, change = found.pair, found.change
    before, after, plain = (stretched(side, found.stretch) for side in (found.before, found.after, found.plain))
    needed: list[int | None] = []
    if margin is not None:
        every = still_needed(pair.new, plain, after, margin, confidence=found.confidence, drift=asked.drift(share))
        needed = [None if count is None else int(count) for count in or_none(every)]
    return _Lists(
        confidence=found.confidence,
        change=or_none(change.value),
        low=or_none(change.low),
        high=or_none(change.high),
        p=or_none(change.p),
        relative=relative_of(pair.new, before, after, change, found.confidence),
        needed=needed,
        before=_sides(pair.before, found.before),
        after=_sides(pair.after, found.after),
    )


def _sides(source: Source, sample: Sample) -> list[Side]:
    numbers = map(or_none, (sample.value, sample.low, sample.high))
    counts = (each.tolist() for each in (sample.n, sample.undecided, sample.unread))
    period, now = source.period, source.now
    return [
        Side(value=value, low=low, high=high, n=n, undecided=undecided, unread=unread, period=period, now=now)
        for value, low, high, n, undecided, unread in zip(*numbers, *counts, strict=True)
    ]
