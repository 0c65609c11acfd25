"""What to know of each group before leaning on its comparison."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._words import difference, number
from servqual.metrics.results.caveats import MOSTLY, SMALL, UNREAD
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, compared
from servqual.pdca.verdicts.mix import MixSplit
from servqual.pdca.verdicts.sides import About, TallySide
from servqual.stats.intervals import normal

_DAY: Final = dt.timedelta(days=1)
_VOLUME: Final = 0.2
_RESPONSE: Final = 0.05
_MIX: Final = 0.2
_FEWEST: Final = 6
"""Periods from which on a trend is looked for."""
_ROUNDED: Final = 1e-12
_CERTAIN: Final = 0.95
_RESPONSE_RATE: Final = "survey_response_rate"
_CENSORED: Final = frozenset({"median", "restricted_mean"})
"""Statistics that know how to count items that go on."""


def of_groups(found: Compared, asked: Asked, splits: Mapping[tuple[Any, ...], MixSplit]) -> list[list[Caveat]]:
    """List the caveats of each group."""
    out: list[list[Caveat]] = [[] for _ in range(found.groups.size)]
    before, after, change, about = found.before, found.after, found.change, found.pair.new

    def add(code: str, where: Array, text: Callable[[int], str]) -> None:
        for place in np.flatnonzero(where).tolist():
            out[place].append(caveat(code, text(place)))

    empty = [np.isnan(side.value) for side in (before, after)]
    add("compare.no_data", empty[0] | empty[1], lambda i: f"no value {'before' if empty[0][i] else 'after'}")
    with np.errstate(invalid="ignore", divide="ignore"):
        lost = [side.unread / (side.n + side.undecided + side.unread) for side in (before, after)]
        most = np.fmax(lost[0], lost[1])
        open_ = [side.undecided / (side.n + side.undecided) for side in (before, after)]
    add("cells.mostly_unread", most > MOSTLY, lambda i: f"{number(most[i], 'share')} of the rows could not be read")
    add(
        "cells.unread",
        (most >= UNREAD) & (most <= MOSTLY),
        lambda i: f"{number(most[i], 'share')} of the rows of a side could not be read",
    )
    add("interval.none", ~empty[0] & ~empty[1] & np.isnan(change.low), lambda _: _no_interval(about))
    immature = _sign_is_open(found) if about.unit == "share" else np.fmax(*open_) > MOSTLY
    if about.statistic not in _CENSORED:
        add(
            "cases.immature",
            immature,
            lambda i: f"{before.undecided[i]:,} cases before and {after.undecided[i]:,} after are undecided",
        )
    least = np.minimum(before.n, after.n)
    if about.unit != "count":
        add("n.small", (least < SMALL) & (least > 0), lambda i: f"a side has only {least[i]:,}")
    add(
        "interval.approximate",
        before.approximate | after.approximate,
        lambda _: "the interval of fewer than three hits or misses is approximate",
    )
    per_day = _volumes(found)
    add("volume.changed", per_day[0], lambda i: f"{per_day[1][i]:.2f} times as many rows per day as before")
    response = _responses(found, asked)
    if response is not None:
        add(*response)
    trend = _trends(found)
    add("series.trend", trend, lambda _: "the value already moved in one direction before the change")
    for key, split in splits.items():
        said = _of_mix(split, about)
        if said is not None and key in found.places:
            out[found.places[key]].append(said)
    return out


def _no_interval(about: About) -> str:
    if about.statistic == "median":
        return "a survival curve or its limits never reach one half: compare a restricted mean"
    return "the change has no interval, so that chance cannot be told from effect"


def _sign_is_open(found: Compared) -> Array:
    """Whether the undecided items of a share, all as hits on one side and misses on the other, turn the sign."""
    ends = []
    for side in (found.before, found.after):
        hits, every = np.rint(np.nan_to_num(side.value) * side.n), side.n + side.undecided
        with np.errstate(invalid="ignore", divide="ignore"):
            ends.append((hits / every, (hits + side.undecided) / every))
    (least, most), (lower, higher) = ends
    change, some = found.change.value, (found.before.undecided + found.after.undecided) > 0
    with np.errstate(invalid="ignore"):
        turned: Array = some & (((change > 0) & (lower - most <= 0)) | ((change < 0) & (higher - least >= 0)))
    return turned


def _volumes(found: Compared) -> tuple[Array, Array]:
    """Tell which groups have another number of rows per day, by more than chance, and how many times as many."""
    old, new = found.pair.before.period, found.pair.after.period
    n = [side.n + side.undecided for side in (found.before, found.after)]
    if old is None or new is None:
        return np.zeros(len(n[0]), np.bool_), n[0]
    days = [(end - start) / _DAY for start, end in (old, new)]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (n[1] / days[1]) / (n[0] / days[0])
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


def _trends(found: Compared) -> Array:
    """Which groups moved in one direction over the periods before: a straight line whose slope is not chance."""
    out, side = np.zeros(found.groups.size, np.bool_), found.pair.before
    if not isinstance(side, TallySide) or not side.series:
        return out
    groups, sample = side.read_series(found.pair.old, _CERTAIN)
    inner = [groups.by.index(name) for name in side.by]
    series: dict[tuple[Any, ...], list[float]] = {}
    order = sorted(range(groups.size), key=lambda i: tuple(groups.codes[groups.by.index(n), i] for n in side.series))
    keys = list(groups.keys())
    for place in order:
        if not np.isnan(sample.value[place]):
            series.setdefault(tuple(keys[place][i] for i in inner), []).append(float(sample.value[place]))
    for key, values in series.items():
        if key in found.places:
            out[found.places[key]] = _slopes(np.array(values))
    return out


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
