"""What to know of each group before leaning on its comparison."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._words import difference
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, compared, days_of
from servqual.pdca.verdicts.group_comparability import collected, of_cells, sign_is_open
from servqual.pdca.verdicts.mix import MixSplit
from servqual.pdca.verdicts.sources import About, TallySource
from servqual.stats.intervals import normal

_VOLUME: Final = 0.2
_RESPONSE: Final = 0.05
_MIX: Final = 0.2
_FEWEST: Final = 6
"""Periods from which on a trend is looked for."""
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
    """List the caveats of each group; `undone` says where undecided items may undo equivalence."""
    out, add = collected(found)
    each = of_cells(found, sign_is_open(found) | undone)
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
    trend, scatter = _of_series(found)
    add("series.trend", trend, lambda _: "the value already moved in one direction before the change")
    add(
        "series.overdispersed",
        scatter,
        lambda _: (
            "the periods before scatter by more than chance, so that the interval is too narrow: measure "
            "clustered(kpi, column) if rows hang together by a column, or judge the values by interrupted_series"
        ),
    )
    for key, split in splits.items():
        said = _of_mix(split, found.pair.new)
        if said is not None and key in found.places:
            out[found.places[key]].append(said)
    return [mine + more for mine, more in zip(each, out, strict=True)]


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


def _of_series(found: Compared) -> tuple[Array, Array]:
    """Which groups moved in one direction over the periods before, and which scatter over them by more than chance."""
    size, side = found.groups.size, found.pair.before
    out = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    if not isinstance(side, TallySource) or not side.series:
        return out
    read = side.read_series(found.pair.old, _CERTAIN)
    groups, sample = read.groups, read.sample
    inner = [groups.by.index(name) for name in side.by]
    series: dict[tuple[Any, ...], list[int]] = {}
    order = sorted(range(groups.size), key=lambda i: tuple(groups.codes[groups.by.index(n), i] for n in side.series))
    keys = list(groups.keys())
    for place in order:
        if not np.isnan(sample.value[place]):
            series.setdefault(tuple(keys[place][i] for i in inner), []).append(place)
    for key, places in series.items():
        if key in found.places:
            values = sample.value[places]
            out[0][found.places[key]] = _slopes(values)
            out[1][found.places[key]] = _scatters(found.pair.old, values, sample.n[places], side.series)
    return out


def _scatters(about: About, values: Array, n: Array, series: tuple[str, ...]) -> bool:
    """Whether periods scatter by more than chance lets shares (binomial) or counts (Poisson) do.

    The dispersion test of R. A. Fisher, 1950, Biometrics 6: 17-24. Periods with too few rows for it are left out; of
    counts so are days, which differ by weekday, and the first and the last period, which may be cut.
    """
    from scipy.special import chdtrc  # noqa: PLC0415  (loads with the first test that needs it)

    if about.statistic == "share":
        level = (values * n).sum() / max(n.sum(), 1)
        variance = level * (1 - level) / np.maximum(n, 1)
        fit = variance * n * n >= _EXPECTED
    elif about.statistic == "n" and not about.stock and not {"day", "hour"} & {*series}:
        values = values[1:-1]
        level = values.mean() if len(values) else 0.0
        variance = np.full(len(values), level)
        fit = variance >= _EXPECTED
    else:
        return False
    if fit.sum() < _FEWEST:
        return False
    off = ((values - level) ** 2 / np.where(fit, variance, 1))[fit]
    return bool(chdtrc(len(off) - 1, off.sum()) < _RARE)


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
    whole, rates, mix = (difference(float(x), about.unit) for x in (split.change, split.rates, split.mix))
    text = f"of the change of {whole}, {rates} is of rates and {mix} of mix, by {', '.join(split.by)}"
    if split.change * split.rates <= 0 and split.change:
        return caveat("mix.reversed", text)
    return caveat("mix.changed", text) if abs(split.mix) >= _MIX * abs(split.change) and split.mix else None
