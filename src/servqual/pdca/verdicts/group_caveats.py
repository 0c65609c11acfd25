"""What to know of each group before leaning on its comparison."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from servqual._arrays import Array
from servqual._words import difference, number
from servqual.pdca.verdicts.asked import Asked
from servqual.pdca.verdicts.caveats import Caveat, caveat
from servqual.pdca.verdicts.comparability import Compared, Pair, compared, invalid, of_sides
from servqual.pdca.verdicts.group_comparability import adding, interval_is_open, of_cells, sign_is_open, undecided_text
from servqual.pdca.verdicts.loads import loads_of
from servqual.pdca.verdicts.mix import MixSplit
from servqual.pdca.verdicts.scatter import FEWEST, beyond_chance, is_count, tested
from servqual.pdca.verdicts.sources import About

_RESPONSE: Final = 0.05
_MIX: Final = 0.2
_FEWEST: Final = 6
"""Periods from which on a trend is looked for."""
_ROUNDED: Final = 1e-12
_CERTAIN: Final = 0.95
_RESPONSE_RATE: Final = "survey_response_rate"
_LOWEST: Final = -100
"""The net score where all are detractors."""
_TEN: Final = 10
"""The fewest scores that are looked at for their scale."""


def of_groups(found: Compared, asked: Asked, splits: Mapping[tuple[Any, ...], MixSplit]) -> list[list[Caveat]]:
    """List the caveats of each group."""
    undone = interval_is_open(found, asked.margin_of(found.pair.new))
    out = of_cells(found, undone)
    add = adding(found, out)
    add("cases.undecided", sign_is_open(found) & ~undone, lambda i: undecided_text(found, i))
    if found.pair.new.kpi is not None and found.pair.new.kpi.statistic == "net":
        low = [(side.value == _LOWEST) & (side.n >= _TEN) for side in (found.before, found.after)]
        add(
            "scores.off_scale",
            low[0] | low[1],
            lambda _: "none of the scores of a side is above 6: was the scale 0 to 10?",
        )
    if (chosen := asked.selected) is not None:
        start = number(chosen.value, found.pair.new.told_in)
        add(
            "selection.shrunk", found.picked, lambda _: f"picked among {chosen.of} groups: compared from {start} before"
        )
    load = loads_of(found)
    add("volume.changed", load.changed, lambda i: f"{load.ratio[i]:.2f} times as many rows per day as before")
    add(
        "volume.explains",
        load.explains,
        lambda i: (
            f"{load.ratio[i]:.2f} times as many rows per day as before: waits follow the load, so that this change may "
            "come from it, as in another season; compare the same part of last year, or a team without the change"
        ),
    )
    response = _responses(found, asked)
    if response is not None:
        add(*response)
    trend, scatter, unknown = _of_series(found)
    add("series.trend", trend, lambda _: "the value already moved in one direction before the change")
    add(
        "series.overdispersed",
        scatter,
        lambda _: (
            "the periods of a side scatter by more than chance, so that their rows are not independent: measure "
            "clustered(kpi, column) if rows hang together by a column, or judge the values by interrupted_series"
        ),
    )
    wider = found.stretch
    add(
        "scatter.widened",
        wider > 1,
        lambda i: (
            f"the interval is {wider[i]:.2g} times as wide, for periods of a side may scatter by more than chance, and "
            "their level may last"
        ),
    )
    add(
        "scatter.unknown",
        unknown,
        lambda _: (
            f"scatter between periods is not known: it takes {FEWEST + 2 * is_count(found.pair.new)} periods or "
            "more, such as weeks, of enough cases in each tally"
        ),
    )
    for key, split in splits.items():
        said = _of_mix(split, found.pair.new)
        if said is not None and key in found.places:
            out[found.places[key]].append(said)
    return out


def comparable(found: Compared, asked: Asked) -> Array:
    """Tell in which groups the sides can be compared at all."""
    if invalid(of_sides(found)):
        return np.zeros(found.groups.size, np.bool_)
    return np.array([not invalid(own) for own in of_groups(found, asked, {})], np.bool_)


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


def _of_series(found: Compared) -> tuple[Array, Array, Array]:
    """Which groups moved in one direction over the periods before, which scatter too much, and which nobody knows."""
    size, scatter = found.groups.size, found.scatter
    trend = np.zeros(size, np.bool_)
    for key, (values, _) in found.pair.by_period[0].items():
        if key in found.places:
            trend[found.places[key]] = _slopes(values)
    unknown = ~scatter.known & (tested(found.pair.new) and not found.pair.same)
    return trend, beyond_chance(scatter), unknown


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
