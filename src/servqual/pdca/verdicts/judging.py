"""Before and after: which way a KPI changed, how sure that is, and by which rule."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, Unpack, overload

import attrs

from servqual._checks import did_you_mean, near
from servqual.errors import InvalidValue, UnknownName
from servqual.metrics import Measurement, Measures, Tally
from servqual.pdca.verdicts.asked import Amounts, Asked, check_selected, narrower
from servqual.pdca.verdicts.comparability import Pair, compared
from servqual.pdca.verdicts.deciding import verdicts_of
from servqual.pdca.verdicts.guarding import guarded
from servqual.pdca.verdicts.guardrail import Guardrail
from servqual.pdca.verdicts.selection import Selected
from servqual.pdca.verdicts.sources import LoneSource, Source, TallySource
from servqual.pdca.verdicts.steps_down import Steps, steps_down
from servqual.pdca.verdicts.verdict import Verdict, Verdicts

__all__ = ["compare"]


class Options(TypedDict, total=False):
    """How to compare; `compare` says what each option means."""

    margin: Amounts
    guardrails: Iterable[Guardrail]
    confidence: float
    primary: str | None
    goal: Amounts
    mix_by: Iterable[str]
    looks: tuple[int, int]
    selected: Selected | None
    power: float


@overload
def compare(before: Measurement, after: Measurement, kpi: str | None = None, **options: Unpack[Options]) -> Verdict: ...
@overload
def compare(
    before: Tally | Measures, after: Tally | Measures, kpi: str | None = None, **options: Unpack[Options]
) -> Any: ...
def compare(
    before: Tally | Measures | Measurement,
    after: Tally | Measures | Measurement,
    kpi: str | None = None,
    *,
    margin: Amounts = None,
    guardrails: Iterable[Guardrail] = (),
    confidence: float = 0.95,
    primary: str | None = None,
    goal: Amounts = None,
    mix_by: Iterable[str] = (),
    looks: tuple[int, int] = (1, 1),
    selected: Selected | None = None,
    power: float = 0.8,
) -> Any:
    """Compare a KPI before and after a change, and judge it: improved, worse, equivalent, unclear or invalid.

    Reads two tallies, two results of `measure`, or two measurements of it, and nothing else. Gives a `Verdict`; of
    tallies by group, and of several KPIs, `Verdicts`, one per KPI and group. Columns of periods that never come again,
    such as week, are taken together and read as a series. Both sides are taken as independent samples. A difference is
    not its cause: see the caveats of the verdict.

    Args:
        before: the side before, such as a tally.
        after: the side after, grouped by the same columns.
        kpi: the key of one KPI, where the sides hold several.
        margin: the smallest change that matters, above 0, in the unit of the KPI (0.02 is two points of a share, a
            duration is in seconds or a timedelta); a mapping by key for several KPIs. Without it nothing is equivalent.
        guardrails: KPIs of both sides that must not get worse by more than their margins.
        confidence: that of the interval, two-sided.
        primary: of several KPIs, the one that was named before. It is judged first; the others only where it changed,
            by Holm's steps, with an interval at their share of the risk. Otherwise their interval holds 0.
        goal: the value to reach, in the unit of the KPI; `attained` says whether the side after does.
        mix_by: columns of the tallies, such as channel, over which the change is split into rates and mix.
        looks: which look of how many planned ones at equal steps, such as (2, 5) for the second of five; each spends
            its part of the risk, little at first (Lan and DeMets).
        selected: where a group was picked because of its value before; see `Selected`. Of several groups and KPIs only
            the picked one starts from the drawn value.
        power: the planned power by which `n_needed` is counted.

    Formulas: see `docs/verdicts.md`. Raises `UnknownName` for a KPI or guardrail that is not on both sides,
    `InvalidValue` for sides grouped by other columns and for options that the KPI cannot take. What cannot be compared
    is a verdict `invalid`, with its code.

    >>> from servqual.metrics import tally
    >>> def month(first, late):
    ...     return {"cases": {"received_at": [first] * 400, "resolved_at": [first] * 400, "reopened": late}}
    >>> march = tally(["reopen_rate"], month("2026-03-02T10:00+00:00", [1] * 80 + [0] * 320))
    >>> may = tally(["reopen_rate"], month("2026-05-04T10:00+00:00", [1] * 40 + [0] * 360))
    >>> verdict = compare(march, may, margin=0.02)
    >>> verdict.decision, verdict.rule, round(verdict.change, 3), round(verdict.low, 3), round(verdict.high, 3)
    ('improved', 'improved', -0.1, -0.149, -0.051)
    """
    asked = Asked(
        kpi=kpi,
        margin=margin,
        guardrails=guardrails,
        confidence=confidence,
        primary=primary,
        goal=goal,
        mix_by=mix_by,
        looks=looks,
        selected=selected,
        power=power,
    )
    if before is after:  # one tally with itself has no luck to take out
        asked = attrs.evolve(asked, selected=None)
    found = judged(_side("before", before), _side("after", after), asked)
    return found.rows[0] if not found.by and len(found) == 1 else found


def _side(field: str, given: object) -> Source:
    if isinstance(given, Measures):
        given = given.tally
    if isinstance(given, Tally):
        return TallySource(given)
    if isinstance(given, Measurement):
        return LoneSource(given) if given.cell is None else TallySource(given.cell.alone(), given.group)
    raise InvalidValue.of(
        field, "be a tally, or what measure() gives", given, shown=type(given).__name__, do="tally the rows first"
    )


def judged(before: Source, after: Source, asked: Asked) -> Verdicts:
    """Judge all KPIs and groups that are asked for."""
    if before.by != after.by:
        names = [", ".join(side.by) or "no column" for side in (before, after)]
        raise InvalidValue.of(
            "before", "be grouped by the same columns as after", before.by, shown=" against ".join(names)
        )
    for name in asked.mix_by:
        if name not in after.by:
            raise UnknownName(
                f"mix_by must be one of {', '.join(after.by) or 'no columns'} (got {name!r}); group both tallies by it",
                near=near(name, after.by),
            )
    options = asked.plain()
    pairs = _pairs(before, after, asked)
    if asked.selected is not None:
        _check_selected(asked, asked.selected, pairs, before)
    whole = [_without_mix(side, asked.mix_by) for side in (before, after)]
    rails = [(each, _pair(each.kpi, "guardrails", *whole)) for each in asked.guardrails]
    for rail, pair in rails:
        narrower("margin", rail.margin, pair.new)
    held = [guarded(rail, compared(pair, asked.level())) for rail, pair in rails]
    for field in ("margin", "goal"):
        _one_unit(field, getattr(asked, field), pairs)
    steps = _stepped([attrs.evolve(pair, before=whole[0], after=whole[1]) for pair in pairs], asked)
    rows: list[Verdict] = []
    for pair, step in zip(pairs, steps, strict=True):
        rows += verdicts_of(pair, step, asked, held, kpis=len(pairs), options=options)
    return Verdicts(rows=tuple(rows), by=whole[1].by)


def _check_selected(asked: Asked, picked: Selected, pairs: list[Pair], before: Source) -> None:
    """Refuse a picked value that does not say which KPI and group it is of where there are several."""
    columns = [name for name in before.by if name not in asked.mix_by]
    for field, known, several in (
        ("kpi", picked.kpi, len(pairs) > 1),
        ("group", {*columns} <= {*picked.group}, columns),
    ):
        if several and not known:
            raise InvalidValue.of(
                "selected",
                f"name its {field}, for there are several",
                picked,
                do="take it from Selected.among() or diagnose()",
            )
    mine = [pair.new for pair in pairs if pair.new.key == picked.kpi] or [pairs[0].new]
    alone = {name: of[0] for name, of in before.where.items() if len(of) == 1}
    check_selected(picked, mine[0], {**alone, **before.group})


def _without_mix(side: Source, mix_by: tuple[str, ...]) -> Source:
    if not mix_by or isinstance(side, LoneSource):
        return side
    return TallySource(side.given.without(*mix_by), side.group)


def _pairs(before: Source, after: Source, asked: Asked) -> list[Pair]:
    if asked.kpi is not None:
        if asked.primary not in {None, asked.kpi}:
            raise InvalidValue.of("primary", "be left out where one kpi is asked for", asked.primary)
        return [_pair(asked.kpi, "kpi", before, after)]
    if len(before.kpis) == len(after.kpis) == 1:
        found = [Pair(before, after, before.kpis[0], after.kpis[0])]
    else:
        old = {about.key: about for about in before.kpis}
        found = [Pair(before, after, old[about.key], about) for about in after.kpis if about.key in old]
    keys = [pair.new.key for pair in found]
    if not found:
        raise InvalidValue.of("before", "hold a KPI of after", [about.key for about in before.kpis])
    if asked.primary is not None and asked.primary not in keys:
        raise _unknown("primary", asked.primary, keys)
    return found


def _pair(key: str, field: str, before: Source, after: Source) -> Pair:
    abouts = [next((about for about in side.kpis if about.key == key), None) for side in (before, after)]
    if abouts[0] is None or abouts[1] is None:
        both = {about.key for about in before.kpis} & {about.key for about in after.kpis}
        raise _unknown(field, key, sorted(both))
    return Pair(before, after, abouts[0], abouts[1])


def _one_unit(field: str, given: Any, pairs: list[Pair]) -> None:
    """Refuse amounts of KPIs that are not on both sides, and one amount for KPIs of several units."""
    units = {pair.new.unit: pair.new.key for pair in pairs}
    if isinstance(given, Mapping):
        keys = sorted({about.key for about in pairs[0].before.kpis} & {about.key for about in pairs[0].after.kpis})
        for key in given:
            if key not in keys:
                raise _unknown(field, key, keys)
    elif given is not None and len(units) > 1:
        told = ", ".join(f"{key} in {unit}" for unit, key in units.items())
        raise InvalidValue.of(
            field, "be a mapping by KPI where their units differ", given, shown=f"{given:g} for {told}"
        )


def _unknown(field: str, key: object, keys: list[str]) -> UnknownName:
    close = near(str(key), keys)
    listed = ", ".join(keys) or "none"
    return UnknownName(f"{field} must be a KPI of both sides: {listed} (got {key!r}){did_you_mean(close)}", near=close)


def _stepped(pairs: list[Pair], asked: Asked) -> list[Steps]:
    """Measure each KPI at its confidence: those behind a primary one by steps, the others alike."""
    if asked.primary is None or len(pairs) == 1:
        return [Steps({1: compared(pair, asked.level(), asked)}) for pair in pairs]
    return steps_down(pairs, asked)
