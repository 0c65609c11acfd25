"""What to know of each group before leaning on its comparison."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._words import difference
from servqual.pdca.verdicts.ages import RIPE, declared, ripens
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, compared, days_of
from servqual.pdca.verdicts.group_comparability import adding, of_cells, sign_is_open
from servqual.pdca.verdicts.methods import Change
from servqual.pdca.verdicts.mix import MixSplit
from servqual.pdca.verdicts.sources import About, Source, TallySource, narrowed
from servqual.stats.intervals import normal

_VOLUME: Final = 0.2
_RESPONSE: Final = 0.05
_MIX: Final = 0.2
_FEWEST: Final = 6
"""Periods from which on a trend is looked for."""
_PERIODS: Final = 4
"""Periods of a side from which on its scatter is held against chance."""
_ROUNDED: Final = 1e-12
_EXPECTED: Final = 3
"""The least variance of the hits of a period, or of its count, for a chi-square to hold."""
_RARE: Final = 0.01
_CERTAIN: Final = 0.95
_RESPONSE_RATE: Final = "survey_response_rate"
_LOWEST: Final = -100
"""The net score where all are detractors."""
_TEN: Final = 10
"""The fewest scores that are looked at for their scale."""


def of_groups(
    found: Compared, asked: Asked, splits: Mapping[tuple[Any, ...], MixSplit], undone: Array
) -> list[list[Caveat]]:
    """List the caveats of each group; `undone` says where undecided items may undo what the interval says."""
    out = of_cells(found, sign_is_open(found) | undone)
    add = adding(found, out)
    if found.pair.new.kpi is not None and found.pair.new.kpi.statistic == "net":
        low = [(side.value == _LOWEST) & (side.n >= _TEN) for side in (found.before, found.after)]
        add(
            "scores.off_scale",
            low[0] | low[1],
            lambda _: "none of the scores of a side is above 6: was the scale 0 to 10?",
        )
    per_day = _volumes(found)
    add("volume.changed", per_day[0], lambda i: f"{per_day[1][i]:.2f} times as many rows per day as before")
    response = _responses(found, asked)
    if response is not None:
        add(*response)
    trend, scatter, unknown = _of_series(found, asked)
    add("series.trend", trend, lambda _: "the value already moved in one direction before the change")
    add(
        "series.overdispersed",
        scatter,
        lambda _: (
            "the periods of a side scatter by more than chance, or too much for this change to stand out, so that the "
            "interval is too narrow: measure clustered(kpi, column) if rows hang together by a column, or judge the "
            "values by interrupted_series"
        ),
    )
    add(
        "scatter.unknown",
        unknown,
        lambda _: (
            f"scatter between periods is not known: it takes {_PERIODS + 2 * _is_count(found.pair.new)} periods or "
            "more, such as weeks, of enough cases in each tally"
        ),
    )
    for key, split in splits.items():
        said = _of_mix(split, found.pair.new)
        if said is not None and key in found.places:
            out[found.places[key]].append(said)
    return out


def _volumes(found: Compared) -> tuple[Array, Array]:
    """Tell which groups have another number of rows per day, by more than chance, and how many times as many."""
    old, new = days_of(found.pair.before), days_of(found.pair.after)
    n = [side.n + side.undecided for side in (found.before, found.after)]
    if old is None or new is None or found.pair.new.stock:
        return np.zeros(len(n[0]), np.bool_), n[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (n[1] / new) / (n[0] / old)
        z = np.abs(np.log(ratio)) / np.sqrt(1 / n[0] + 1 / n[1])
        return (np.abs(ratio - 1) >= _VOLUME) & (z > normal(_CERTAIN)) & np.isfinite(z), ratio


def _responses(found: Compared, asked: Asked) -> tuple[str, Array, Callable[[int], str]] | None:
    """Tell in which groups the response rate of a survey moved, or that it is not known."""
    pair, size = found.pair, found.groups.size
    about = pair.new
    if about.kpi is None or about.kpi.table != "answers" or about.key == _RESPONSE_RATE:
        return None
    old, new = (next((x for x in side.kpis if x.key == _RESPONSE_RATE), None) for side in (pair.before, pair.after))
    if old is None or new is None or old.definition != new.definition:
        said = f"how many of those asked answered is not known; add {_RESPONSE_RATE} to both sides"
        return "response.rate_unknown", np.ones(size, np.bool_), lambda _: said
    rate = compared(Pair(pair.before, pair.after, old, new), asked.confidence)
    gap, step = rate.change, np.zeros(size)
    clear = (np.abs(gap.value) >= _RESPONSE) & ((gap.low > 0) | (gap.high < 0))
    for key, place in rate.places.items():
        if key in found.places and clear[place]:
            step[found.places[key]] = gap.value[place]
    return "response.rate_changed", step != 0, lambda i: f"the response rate moved by {difference(step[i], 'share')}"


def _of_series(found: Compared, asked: Asked) -> tuple[Array, Array, Array]:
    """Which groups moved in one direction over the periods before, which scatter too much, and which nobody knows."""
    pair, about, change = found.pair, found.pair.new, found.change
    size, tested = found.groups.size, about.statistic == "share" or _is_count(about)
    trend, chi, free = np.zeros(size, np.bool_), np.zeros(size), np.zeros((2, size))
    for place, (side, its) in enumerate(((pair.before, pair.old), (pair.after, pair.new))):
        for key, (values, n) in _by_period(side, its).items():
            at = found.places.get(key)
            if at is None:
                continue
            if not place:
                trend[at] = _slopes(values)
            off = _off(its, values, n, side.series)
            if len(off) >= _PERIODS:
                chi[at] += off.sum()
                free[place, at] = len(off) - 1
    unknown = (free == 0).any(axis=0)
    unknown &= tested and unknown.any() and not pair.same
    return trend, _scatters(change, chi, free.sum(axis=0), asked.margin_of(about)), unknown


def _by_period(side: Source, about: About) -> dict[tuple[Any, ...], tuple[Array, Array]]:
    """Read values and numbers of rows of each group by period, in the order of time; none of what is no series.

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
    series: dict[tuple[Any, ...], list[int]] = {}
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


def _is_count(about: About) -> bool:
    return about.statistic == "n" and not about.stock


def _off(about: About, values: Array, n: Array, series: tuple[str, ...]) -> Array:
    """Square how far periods lie off their level, in the variance that chance gives a share (binomial) or a count.

    Periods with too few rows are left out; of counts (Poisson) so are days, which differ by weekday, and the first and
    the last period, which may be cut.
    """
    if about.statistic == "share":
        level = (values * n).sum() / max(n.sum(), 1)
        variance = level * (1 - level) / np.maximum(n, 1)
        fit = variance * n * n >= _EXPECTED
    elif _is_count(about) and not {"day", "hour"} & {*series}:
        values = values[1:-1]
        level = values.mean() if len(values) else 0.0
        variance = np.full(len(values), level)
        fit = variance >= _EXPECTED
    else:
        return np.empty(0)
    return np.asarray(((values - level) ** 2 / np.where(fit, variance, 1))[fit])


def _scatters(change: Change, chi: Array, free: Array, margin: float | None) -> Array:
    """Tell where the periods of the sides, each around its own level, scatter by more than chance, or too much.

    The dispersion test of R. A. Fisher, 1950, Biometrics 6: 17-24. Few periods hide much scatter from it, so that what
    the interval says must also hold once it is widened by the scatter that was seen, chi-square / degrees of freedom
    (R. W. M. Wedderburn, 1974, Biometrika 61: 439-447).
    """
    from scipy.special import chdtrc  # noqa: PLC0415  (loads with the first test that needs it)

    stretch = np.sqrt(np.maximum(chi / np.maximum(free, 1), 1))
    low, high = (change.value + (end - change.value) * stretch for end in (change.low, change.high))
    lost = ((change.low > 0) & (low <= 0)) | ((change.high < 0) & (high >= 0))
    if margin is not None:
        lost |= (-margin <= change.low) & (change.high <= margin) & ((low < -margin) | (high > margin))
    return np.asarray((free > 0) & ((chdtrc(np.maximum(free, 1), chi) < _RARE) | lost))


def _slopes(values: Array) -> bool:
    from scipy.special import stdtr  # noqa: PLC0415  (loads with the first test that needs it)

    if len(values) < _FEWEST or np.ptp(values) <= _ROUNDED * np.abs(values).max():
        return False
    at = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float((at * values).sum() / (at * at).sum())
    off = values - values.mean() - slope * at
    error = np.sqrt((off * off).sum() / (len(values) - 2) / (at * at).sum())
    return bool(slope and (error == 0 or 2 * stdtr(len(values) - 2, -abs(slope) / error) < 1 - _CERTAIN))


def _of_mix(split: MixSplit, about: About) -> Caveat | None:
    whole, rates, mix = (difference(float(x), about.told_in) for x in (split.change, split.rates, split.mix))
    text = f"of the change of {whole}, {rates} is of rates and {mix} of mix, by {', '.join(split.by)}"
    if split.change * split.rates <= 0 and split.change:
        return caveat("mix.reversed", text)
    return caveat("mix.changed", text) if abs(split.mix) >= _MIX * abs(split.change) and split.mix else None
