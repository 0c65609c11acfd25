"""Whether two sides can be compared, and what to know before leaning on the comparison."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._words import number
from servqual.metrics.results.groups import Groups
from servqual.pdca.verdicts.ages import declared, grows
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import CAVEATS, Caveat, caveat
from servqual.pdca.verdicts.methods import Change, change_of, shrunk
from servqual.pdca.verdicts.scatter import Scatter, Series, by_period, scatter_of, stretch_of, widened
from servqual.pdca.verdicts.sources import About, Key, LoneSource, Measured, Period, Sample, Source, TallySource
from servqual.pdca.verdicts.wall import on_wall
from servqual.readers.columns.tags import TAGS

_DAY: Final = dt.timedelta(days=1)
_MONTHS: Final = 12
_CERTAIN: Final = 0.95
_PROPOSED: Final = ("complaint_rate", "reopen_rate", "cost_per_contact")
_ORDER: Final = {code: place for place, code in enumerate(CAVEATS)}


@attrs.frozen(eq=False, slots=False)
class Pair:
    """One KPI on both sides."""

    before: Source
    after: Source
    old: About
    new: About

    @cached_property
    def same(self) -> bool:
        """Whether both sides are the same tally or measurement; two periods of one result are not."""
        one, two = self.before, self.after
        if one.period != two.period:
            return False
        if isinstance(one, LoneSource) or isinstance(two, LoneSource):
            return isinstance(one, LoneSource) and isinstance(two, LoneSource) and one.measured == two.measured
        return one.given is two.given or one.given == two.given

    @cached_property
    def by_period(self) -> tuple[Series, Series]:
        """The series of both sides by group."""
        return by_period(self.before, self.old), by_period(self.after, self.new)

    @cached_property
    def scatter(self) -> tuple[tuple[Key, ...], Scatter]:
        """The groups that are series on a side, and their scatter between periods."""
        old, new = self.by_period
        keys = tuple({**old, **new})
        return keys, scatter_of(((self.before, self.old, old), (self.after, self.new, new)), keys)


@attrs.frozen(eq=False, slots=False)
class Compared:
    """The groups of both sides with their change, at one confidence; `read` is what was measured of each side."""

    pair: Pair
    read: tuple[Measured, Measured]
    groups: Groups
    before: Sample
    after: Sample
    change: Change
    confidence: float
    plain: Sample
    """The side before as it was measured, also where `before` was drawn to the level of all groups."""
    scatter: Scatter
    """Between the periods of both sides."""
    stretch: Array
    """How many times as wide that makes the interval of the change."""
    picked: Array
    """Whether a group was picked by its value before, which was drawn to the level of all."""

    @cached_property
    def places(self) -> dict[tuple[Any, ...], int]:
        """The place of each group."""
        return {key: place for place, key in enumerate(self.groups.keys())}

    @cached_property
    def told(self) -> tuple[Caveat, ...]:
        """The caveats that the measured values carry, each code once."""
        texts: dict[str, list[str]] = {}
        for name, side in zip(("before", "after"), self.read, strict=True):
            for each in side.caveats:
                texts.setdefault(each.code, []).append(f"{name}: {each.text}")
        return tuple(caveat(code, "; ".join(said)) for code, said in texts.items() if code in CAVEATS)


def compared(pair: Pair, confidence: float, asked: Asked | None = None) -> Compared:
    """Measure both sides, bring their groups together and subtract."""
    old, new = pair.before.read(pair.old, confidence), pair.after.read(pair.new, confidence)
    groups, here, there = _united(old.groups, new.groups)
    before, after = old.sample.moved(here, groups.size), new.sample.moved(there, groups.size)
    selected, plain = None if asked is None else asked.selected, before
    picked = np.zeros(groups.size, np.bool_)
    if selected is not None and selected.kpi in {"", pair.new.key}:
        wanted = [selected.group.get(name) for name in groups.by]
        picked[:] = [[*map(str, key)] == wanted for key in groups.keys()]  # noqa: SIM118  (no mapping)
        before = shrunk(before, selected.value, selected.error, confidence, picked)
    change = change_of(pair.new, before, after, confidence, shrunk=picked)
    keys, scatter = pair.scatter
    places = {key: place for place, key in enumerate(groups.keys())} if keys else {}
    scatter = scatter.moved([places[key] for key in keys], groups.size)
    stretch = stretch_of(scatter, confidence)
    change = widened(change, stretch, pair.new.ends[1] - pair.new.ends[0], confidence)
    return Compared(pair, (old, new), groups, before, after, change, confidence, plain, scatter, stretch, picked)


def _united(old: Groups, new: Groups) -> tuple[Groups, Array, Array]:
    """Unite the groups of both sides; mostly they are the same, which saves sorting their labels anew."""
    if old.labels == new.labels and np.array_equal(old.codes, new.codes):
        same = np.arange(old.size)
        return old, same, same
    return old.union(new)


def invalid(caveats: Iterable[Caveat]) -> bool:
    """Whether one of the caveats makes the sides not comparable."""
    return any(CAVEATS[each.code].invalid for each in caveats)


def blocking(caveats: Iterable[Caveat]) -> bool:
    """Whether one of the caveats blocks an improvement."""
    return any(each.severity == "blocking" for each in caveats)


def in_order(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    """Sort caveats as their table does."""
    return tuple(sorted(caveats, key=lambda each: _ORDER[each.code]))


@attrs.frozen
class Weighed:
    """Caveats in the order of their table, and what they do to a verdict."""

    caveats: tuple[Caveat, ...]
    invalid: bool
    blocking: bool


def weighing(shared: Sequence[Caveat]) -> Callable[[Sequence[Caveat]], Weighed]:
    """Make a function that weighs the caveats of a group beside the shared ones.

    Most groups have the same ones, so each list is weighed once. Lists are told apart by the places of their caveats in
    memory, so that these must stay alive.
    """
    weighed: dict[tuple[int, ...], Weighed] = {}

    def weigh(own: Sequence[Caveat]) -> Weighed:
        key = tuple(map(id, own))
        if key not in weighed:
            every = in_order((*shared, *own))
            weighed[key] = Weighed(every, invalid(every), blocking(every))
        return weighed[key]

    return weigh


# --- of a KPI as a whole ------------------------------------------------------------------------------------------


def of_sides(found: Compared) -> list[Caveat]:
    """List what makes two sides less comparable, or not at all, in every group alike."""
    pair = found.pair
    return [*_definitions(found), *_currencies(pair), *_tags(pair), *_windows(pair), *found.told]


def _currencies(pair: Pair) -> list[Caveat]:
    old, new = pair.before.currencies(pair.old), pair.after.currencies(pair.new)
    if not old or not new or old == new:
        return []
    text = f"amounts are in {', '.join(sorted(old))} before, in {', '.join(sorted(new))} after"
    return [caveat("compare.currency_differs", text)]


def _tags(pair: Pair) -> list[Caveat]:
    one, two = (side.group.get(TAGS) for side in (pair.before, pair.after))
    return [] if one == two else [caveat("compare.tags_overlap", f"before is tagged {one}, after {two}")]


def of_pair(found: Compared, asked: Asked, *, kpis: int) -> list[Caveat]:
    """List the caveats that all groups of a KPI share."""
    out = of_sides(found)
    pair, about, groups = found.pair, found.pair.new, found.groups.size
    if about.better is None:
        out.append(caveat("kpi.no_direction", f"neither direction of {about.key} is better"))
    if dict(pair.before.where) != dict(pair.after.where):
        out.append(caveat("rows.differ", f"before counts {_rows(pair.before)}, after {_rows(pair.after)}"))
    if not asked.mix_by:
        out.append(caveat("mix.unknown", "whether the mix of channels or categories changed is not known"))
    if kpis > 1 and asked.primary is None:
        chance = 1 - asked.confidence**kpis
        text = f"{kpis} KPIs are judged: by chance alone one of them changes in {number(chance, 'share')}"
        out.append(caveat("kpis.several", text))
    if groups > 1:
        out.append(caveat("groups.several", f"{groups:,} groups are judged: some change by chance alone"))
    look, many = asked.looks
    if many > 1:
        text = f"look {look} of {many}: a change counts below a p-value of {1 - asked.level():.2g}"
        out.append(caveat("looks.several", text))
    if not asked.guardrails:
        out.append(caveat("guardrails.proposed", _proposal(pair)))
    if asked.margin_of(about) is None:
        out.append(
            caveat("margin.none", "no margin was named: what is too small to matter, and how many cases show it?")
        )
    return out


def _definitions(of: Compared) -> list[Caveat]:
    pair, old, new = of.pair, of.pair.old, of.pair.new
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
        if isinstance(side, LoneSource) and abs(side.measured.confidence - of.confidence) > 1e-9:  # noqa: PLR2004
            text = f"an interval at {side.measured.confidence:.2%} cannot be turned into one at {of.confidence:.2%}"
            found.append(caveat("compare.confidence_differs", text))
            break
    return found


def _scale(scale: Any) -> str:
    return "no scale" if scale is None else f"{scale[0]:g} to {scale[1]:g}"


def _rows(side: Source) -> str:
    return ", ".join(f"{name} {' or '.join(map(str, of))}" for name, of in side.where.items()) or "all rows"


def _windows(pair: Pair) -> list[Caveat]:
    before, after = pair.before.period, pair.after.period
    found = []
    if before is None or after is None:
        found.append(caveat("period.unknown", "a side states no period: overlap and season cannot be seen"))
    elif not pair.same:
        text = f"before is {_dates(pair.before)}, after {_dates(pair.after)}"
        if before[0] < after[1] and after[0] < before[1]:
            found.append(caveat("compare.windows_overlap", text))
        elif after[1] <= before[0]:
            found.append(caveat("compare.windows_reversed", text))
        lengths = [days_of(side) for side in (pair.before, pair.after)]
        kpi = declared(pair.new)
        counts = pair.new.unit == "count" and not pair.new.stock if kpi is None else grows(kpi)
        if counts and lengths[0] != lengths[1]:
            text = f"before lasts {lengths[0]:g} days, after {lengths[1]:g}"
            found.append(caveat("compare.lengths_differ", text))
    months = [_months(pair.before, pair.old), _months(pair.after, pair.new)]
    if months[0] and months[1] and months[0] != months[1]:
        text = "the sides lie in different months of the year: a season looks like a change"
        found.append(caveat("series.season", text))
    return found


def _wall(side: Source) -> Period | None:
    """Read the period of a side on the wall clock of its zone, where each day is as long as any other."""
    if side.period is None:
        return None
    start, end = (on_wall(moment, side.zone) for moment in side.period)
    return start, end


def days_of(side: Source) -> float | None:
    """Count the days of the wall clock in the period of a side; None where it states none."""
    wall = _wall(side)
    return None if wall is None else (wall[1] - wall[0]) / _DAY


def _dates(side: Source) -> str:
    return " to ".join(f"{moment:%Y-%m-%d}" for moment in _wall(side) or ())


def _months(side: Source, about: About) -> frozenset[int]:
    """List the months of the year that a side covers, by its period or else by its series; none if unknown."""
    wall = _wall(side)
    if wall is not None:
        start, last = wall[0], wall[1] - dt.timedelta(microseconds=1)
        every = (last.year - start.year) * _MONTHS + last.month - start.month + 1
        return frozenset((start.month - 1 + step) % _MONTHS + 1 for step in range(min(every, _MONTHS)))
    if not isinstance(side, TallySource) or not side.series:
        return frozenset()
    name = side.series[-1]
    groups = side.read_series(about, _CERTAIN).groups
    steps = {"quarter": 3, "year": _MONTHS}.get(name, 1)
    firsts = groups.labels[groups.by.index(name)]
    return frozenset((first.month - 1 + step) % _MONTHS + 1 for first in firsts for step in range(steps))


def _proposal(pair: Pair) -> str:
    names = [name for name in _PROPOSED if name != pair.new.key]
    held = {about.key for about in pair.before.kpis} & {about.key for about in pair.after.kpis}
    here = [name for name in names if name in held]
    tail = f"; both sides hold {', '.join(here)}" if here else ""
    return f"no guardrail was named: consider {', '.join(names)}{tail}"
