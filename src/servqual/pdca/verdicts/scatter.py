"""Scatter between the periods of two sides: how much of it is there, and how it widens the interval of a change.

Rows of one week may hang together, and so may neighbouring weeks. Where the sides are series, such as by week, their
shares or counts show by how much they scatter beyond chance, but few periods hardly show for how long a level stays
away from its mean. So the interval allows for periods that hang together as much as those of a slow desk may.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.pdca.verdicts.ages import RIPE, declared, ripens
from servqual.pdca.verdicts.methods import Change
from servqual.pdca.verdicts.sources import About, Key, Sample, Source, TallySource, narrowed
from servqual.stats import differences
from servqual.stats.intervals import normal

Series: TypeAlias = Mapping[Key, tuple[Array, Array]]
"""Values and numbers of rows of each group by period, in the order of time."""
FEWEST: Final = 4
"""Periods of a side from which on its scatter is held against chance; a count takes two more."""
_EXPECTED: Final = 3
"""The least variance of the hits of a period, or of its count, for a chi-square to hold."""
LASTING: Final = 0.7
"""The autocorrelation of neighbouring periods that is allowed for.

With it at most 7 % of unchanged sides of 6 to 26 weeks are found to have changed at any autocorrelation up to 0.6;
without it, up to 16 %.
"""
_CERTAIN: Final = 0.95
_RARE: Final = 0.01


class Scatter(NamedTuple):
    """An entry per group: chi-square around the level of each side, its degrees of freedom, and what it tells.

    `beyond` says by which multiple of chance the levels of periods vary beside it, and `lasting` how many times as much
    that moves the mean of a side as it would if periods were independent. `known` marks enough periods on both sides.
    """

    chi: Array
    free: Array
    beyond: Array
    lasting: Array
    known: Array

    def moved(self, places: Sequence[int], size: int) -> "Scatter":
        """Move the entries to other places among `size` groups; of the others nothing is known."""
        out = Scatter(*(np.zeros(size, of.dtype) for of in self))
        for mine, there in zip(self, out, strict=True):
            there[places] = mine
        return out


def is_count(about: About) -> bool:
    """Whether a KPI counts what happened in a period."""
    return about.statistic == "n" and not about.stock


def tested(about: About) -> bool:
    """Whether chance alone says how much the periods of a KPI scatter."""
    return about.statistic == "share" or is_count(about)


def by_period(side: Source, about: About) -> Series:
    """Read the series of each group; none where a side is no series.

    Periods that are too young for a KPI that ripens are left out, for they differ by their age.
    """
    if not isinstance(side, TallySource) or not side.series:
        return {}
    read = side.read_series(about, _CERTAIN)
    groups, sample = read.groups, read.sample
    inner = [groups.by.index(name) for name in side.by]
    order = sorted(range(groups.size), key=lambda i: tuple(groups.codes[groups.by.index(n), i] for n in side.series))
    keys, last = list(groups.keys()), groups.by.index(side.series[-1])
    young = _young(side, about, groups.labels[last])
    series: dict[Key, list[int]] = {}
    for place in order:
        if not np.isnan(sample.value[place]) and groups.codes[last, place] not in young:
            series.setdefault(tuple(keys[place][i] for i in inner), []).append(place)
    return {key: (sample.value[places], sample.n[places]) for key, places in series.items()}


def _young(side: TallySource, about: About, labels: Sequence[Any]) -> set[int]:
    """Find the periods that ended too short a time before `now` for a KPI that ripens."""
    kpi, now, name = declared(about), side.now, side.series[-1]
    if kpi is None or now is None or not ripens(kpi):
        return set()
    spans = ((code, narrowed(None, {name: label}, side.zone, None)) for code, label in enumerate(labels, 1))
    return {code for code, span in spans if span is not None and span[1] + RIPE > now}


def scatter_of(sides: Iterable[tuple[Source, About, Series]], keys: Sequence[Key]) -> Scatter:
    """Count the scatter of the periods of both sides, each around its own level, an entry per key."""
    size, places = len(keys), {key: place for place, key in enumerate(keys)}
    chi, expected, lasting, free = np.zeros(size), np.zeros(size), np.ones(size), np.zeros((2, size))
    for place, (side, about, series) in enumerate(sides):
        for key, (values, n) in series.items() if tested(about) else ():
            off = _off(about, values, n, side.series)
            if len(off) < FEWEST:
                continue
            at, (longer, seen) = places[key], _memory(len(off))
            chi[at] += off.sum()
            free[place, at] = len(off) - 1
            expected[at] += (len(off) - 1) * seen
            lasting[at] = max(lasting[at], longer)
    both = free.sum(axis=0)
    return Scatter(
        chi, both, np.maximum(chi - both, 0) / np.maximum(expected, 1), lasting, np.asarray((free > 0).all(axis=0))
    )


def _off(about: About, values: Array, n: Array, series: tuple[str, ...]) -> Array:
    """Square how far periods lie off their level, in the variance that chance gives a share (binomial) or a count.

    Periods with too few rows are left out; of counts (Poisson) so are days, which differ by weekday, and the first and
    the last period, which may be cut.
    """
    if about.statistic == "share":
        level = (values * n).sum() / max(n.sum(), 1)
        variance = level * (1 - level) / np.maximum(n, 1)
        fit = variance * n * n >= _EXPECTED
    elif not {"day", "hour"} & {*series}:
        values = values[1:-1]
        level = values.mean() if len(values) else 0.0
        variance = np.full(len(values), level)
        fit = variance >= _EXPECTED
    else:
        return np.empty(0)
    return np.asarray(((values - level) ** 2 / np.where(fit, variance, 1))[fit])


@lru_cache(maxsize=256)
def _memory(n: int) -> tuple[float, float]:
    """Find what memory does to n levels: how many times the variance of their mean, and that around it, it makes."""
    step = np.arange(1, n)
    longer = float(1 + 2 * ((1 - step / n) * LASTING**step).sum())
    return longer, (n - longer) / (n - 1)


def stretch_of(scatter: Scatter, confidence: float) -> Array:
    """Find how many times as wide scatter makes the interval of a change: 1 where it is no more than chance.

    The variance that chance gives is raised by what was seen beside it, as far as lasting levels hide it from a few
    periods, and Student's t stands for the normal deviate, for the scatter was estimated.
    """
    from scipy.special import stdtrit  # noqa: PLC0415  (loads with the first series)

    t = stdtrit(np.maximum(scatter.free, 1), (1 + confidence) / 2) / normal(confidence)
    return np.where(scatter.beyond > 0, t * np.sqrt(1 + scatter.beyond * scatter.lasting), 1.0)


def widened(change: Change, stretch: Array, most: float, confidence: float) -> Change:
    """Widen the interval of a change, up to the length of the scale."""
    value, wider = change.value, stretch > 1
    if not wider.any():
        return change
    low, high = (np.clip(value + (end - value) * stretch, -most, most) for end in (change.low, change.high))
    p = np.where(wider, differences.implied_p(value, low, high, confidence), change.p)
    return Change(value, np.where(wider, low, change.low), np.where(wider, high, change.high), p)


def stretched(side: Sample, stretch: Array) -> Sample:
    """Widen the interval of a side as much as that of the change, also beyond the ends of its scale."""
    if not (stretch > 1).any():
        return side
    low, high = (side.value + (end - side.value) * stretch for end in (side.low, side.high))
    return attrs.evolve(side, low=low, high=high)


def beyond_chance(scatter: Scatter) -> Array:
    """Tell where the periods scatter by more than chance, at 1 %.

    The dispersion test of R. A. Fisher, 1950, Biometrics 6: 17-24.
    """
    from scipy.special import chdtrc  # noqa: PLC0415  (loads with the first test that needs it)

    return np.asarray((scatter.free > 0) & (chdtrc(np.maximum(scatter.free, 1), scatter.chi) < _RARE))
