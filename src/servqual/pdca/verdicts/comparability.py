"""Whether two sides can be compared, and what to know before leaning on the comparison."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import attrs

from servqual._words import number
from servqual.metrics.results.groups import Groups
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import CAVEATS, Caveat, caveat
from servqual.pdca.verdicts.methods import Change, change_of, shrunk
from servqual.pdca.verdicts.sides import About, LoneSide, Period, Sample, Side, TallySide

_DAY: Final = dt.timedelta(days=1)
_MONTHS: Final = 12
_CERTAIN: Final = 0.95
_PROPOSED: Final = ("complaint_rate", "reopen_rate", "cost_per_contact")
_ORDER: Final = {code: place for place, code in enumerate(CAVEATS)}


@attrs.frozen(eq=False, slots=False)
class Pair:
    """One KPI on both sides."""

    before: Side
    after: Side
    old: About
    new: About

    @cached_property
    def same(self) -> bool:
        """Whether both sides are the same tally or measurement."""
        one, two = self.before, self.after
        if isinstance(one, LoneSide) or isinstance(two, LoneSide):
            return isinstance(one, LoneSide) and isinstance(two, LoneSide) and one.measured == two.measured
        return one.given is two.given or one.given.to_bytes() == two.given.to_bytes()


@attrs.frozen(eq=False, slots=False)
class Compared:
    """The groups of both sides with their change, at one confidence."""

    pair: Pair
    groups: Groups
    before: Sample
    after: Sample
    change: Change
    confidence: float

    @cached_property
    def places(self) -> dict[tuple[Any, ...], int]:
        """The place of each group."""
        return {key: place for place, key in enumerate(self.groups.keys())}


def compared(pair: Pair, confidence: float, asked: Asked | None = None) -> Compared:
    """Measure both sides, bring their groups together and subtract."""
    (tops, old), (bases, new) = pair.before.read(pair.old, confidence), pair.after.read(pair.new, confidence)
    groups, here, there = tops.union(bases)
    before, after = old.moved(here, groups.size), new.moved(there, groups.size)
    selected = None if asked is None or asked.selected is None or pair.same else asked.selected
    if selected is not None:
        before = shrunk(before, selected.value, selected.error, confidence)
    change = change_of(pair.new, before, after, confidence, shrunk=selected is not None)
    return Compared(pair, groups, before, after, change, confidence)


def invalid(caveats: Iterable[Caveat]) -> bool:
    """Whether one of the caveats makes the sides not comparable."""
    return any(each.effect == CAVEATS["compare.no_data"].effect for each in caveats)


def blocking(caveats: Iterable[Caveat]) -> bool:
    """Whether one of the caveats blocks an improvement."""
    return any(each.severity == "blocking" for each in caveats)


def in_order(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    """Sort caveats as their table does."""
    return tuple(sorted(caveats, key=lambda each: _ORDER[each.code]))


# --- of a KPI as a whole ------------------------------------------------------------------------------------------


def of_pair(pair: Pair, asked: Asked, *, kpis: int, groups: int) -> list[Caveat]:
    """List the caveats that all groups of a KPI share."""
    found = [*_definitions(pair, asked), *_windows(pair)]
    about = pair.new
    if about.better is None:
        found.append(caveat("kpi.no_direction", f"neither direction of {about.key} is better"))
    if dict(pair.before.where) != dict(pair.after.where):
        found.append(caveat("rows.differ", f"before counts {_rows(pair.before)}, after {_rows(pair.after)}"))
    if not asked.mix_by:
        found.append(caveat("mix.unknown", "whether the mix of channels or categories changed is not known"))
    if kpis > 1 and asked.primary is None:
        chance = 1 - asked.confidence**kpis
        text = f"{kpis} KPIs are judged: by chance alone one of them changes in {number(chance, 'share')}"
        found.append(caveat("kpis.several", text))
    if groups > 1:
        found.append(caveat("groups.several", f"{groups:,} groups are judged: some change by chance alone"))
    if asked.looks > 1:
        text = f"one of {asked.looks} looks, so that the interval is at {number(asked.level, 'share')}"
        found.append(caveat("looks.several", text))
    if asked.selected is not None:
        picked = asked.selected
        text = f"picked among {picked.of} groups: compared from {number(picked.value, about.unit)} before"
        found.append(caveat("selection.shrunk", text))
    if not asked.guardrails:
        found.append(caveat("guardrails.proposed", _proposal(pair)))
    if asked.margin_of(about) is None:
        found.append(
            caveat("margin.none", "no margin was named: what is too small to matter, and how many cases show it?")
        )
    return found


def _definitions(pair: Pair, asked: Asked) -> list[Caveat]:
    old, new = pair.old, pair.new
    found = []
    if old.definition != new.definition:
        scales = [about.kpi.params.get("scale") if about.kpi else None for about in (old, new)]
        if old.key == new.key and scales[0] != scales[1]:
            text = f"before is on a scale of {_scale(scales[0])}, after on {_scale(scales[1])}"
            found.append(caveat("compare.scale_differs", text))
        else:
            text = f"before is {old.key} as defined by {old.definition}, after {new.key} by {new.definition}"
            found.append(caveat("compare.definition_differs", text))
    for side in (pair.before, pair.after):
        if isinstance(side, LoneSide) and abs(side.measured.confidence - asked.level) > 1e-9:  # noqa: PLR2004
            text = f"an interval at {side.measured.confidence:.2%} cannot be turned into one at {asked.level:.2%}"
            found.append(caveat("compare.confidence_differs", text))
            break
    return found


def _scale(scale: Any) -> str:
    return "no scale" if scale is None else f"{scale[0]:g} to {scale[1]:g}"


def _rows(side: Side) -> str:
    return ", ".join(f"{name} {' or '.join(map(str, of))}" for name, of in side.where.items()) or "all rows"


def _windows(pair: Pair) -> list[Caveat]:
    before, after = pair.before.period, pair.after.period
    found = []
    if before is None or after is None:
        found.append(caveat("period.unknown", "a side states no period: overlap and season cannot be seen"))
    elif not pair.same:
        if before[0] < after[1] and after[0] < before[1]:
            found.append(caveat("compare.windows_overlap", f"before is {_dates(before)}, after {_dates(after)}"))
        elif after[1] <= before[0]:
            found.append(caveat("compare.windows_reversed", f"before is {_dates(before)}, after {_dates(after)}"))
        lengths = [end - start for start, end in (before, after)]
        stock = pair.new.kpi is not None and pair.new.kpi.stock
        if pair.new.unit == "count" and not stock and lengths[0] != lengths[1]:
            text = f"before lasts {lengths[0] / _DAY:g} days, after {lengths[1] / _DAY:g}"
            found.append(caveat("compare.lengths_differ", text))
    months = [_months(side) for side in (pair.before, pair.after)]
    if months[0] and months[1] and months[0] != months[1]:
        text = "the sides lie in different months of the year: a season looks like a change"
        found.append(caveat("series.season", text))
    return found


def _dates(period: Period) -> str:
    return f"{period[0]:%Y-%m-%d} to {period[1]:%Y-%m-%d}"


def _months(side: Side) -> frozenset[int]:
    """List the months of the year that a side covers, by its period or else by its series; none if unknown."""
    if side.period is not None:
        start, last = side.period[0], side.period[1] - dt.timedelta(microseconds=1)
        every = (last.year - start.year) * _MONTHS + last.month - start.month + 1
        return frozenset((start.month - 1 + step) % _MONTHS + 1 for step in range(min(every, _MONTHS)))
    if not isinstance(side, TallySide) or not side.series:
        return frozenset()
    name = side.series[-1]
    groups = side.read_series(side.kpis[0], _CERTAIN)[0]
    steps = {"quarter": 3, "year": _MONTHS}.get(name, 1)
    firsts = groups.labels[groups.by.index(name)]
    return frozenset((first.month - 1 + step) % _MONTHS + 1 for first in firsts for step in range(steps))


def _proposal(pair: Pair) -> str:
    names = [name for name in _PROPOSED if name != pair.new.key]
    held = {about.key for about in pair.before.kpis} & {about.key for about in pair.after.kpis}
    here = [name for name in names if name in held]
    tail = f"; both sides hold {', '.join(here)}" if here else ""
    return f"no guardrail was named: consider {', '.join(names)}{tail}"
