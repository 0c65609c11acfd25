"""Since when a cell is as bad as it is, or when it was: the last shift in its control chart by period."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._words import counted
from servqual.metrics import Kpi, Measures
from servqual.pdca.diagnosis.readings import Reading, reading_of
from servqual.stats import spc

_FEWEST: Final = 8
"""Periods below which a chart says nothing of the course."""


@attrs.frozen(kw_only=True)
class Course:
    """The course of a cell by period.

    It was worse from `start` on, the first day of the first period that lay on the worse side of its own centre, to
    `end`, the first day of the period from which on that was over; a rule of the control chart says that neither is
    chance. `end` is None where it lasts, and `start` where it was so from the beginning. Both are None where it was so
    throughout, or where nothing can be told. `rule` names the rule of the last shift, `chart` the chart, `text` says
    all of this in words.
    """

    start: dt.date | None
    end: dt.date | None = None
    rule: str | None
    chart: str
    periods: int
    text: str


@attrs.frozen(kw_only=True)
class _Shift:
    """Points of a chart from `begin` to before `end`, most of them on one side of the centre; a rule signals it."""

    worse: bool
    begin: int
    end: int
    rule: str


def course(kpi: Kpi, measures: Measures, label: str | None, every: str) -> Course:
    """Chart one cell of a KPI that was measured by a column and a period; or all of it, measured by the period alone.

    Shares, and shares beyond a percentile, get Laney's p′ chart, whose limits follow the number of items and widen
    where points scatter by more than chance; means an XmR chart. The last period is left out, for it may not be over.
    """
    *labels, starts = measures.groups[kpi.key].columns()
    reading = reading_of(kpi, measures)
    places = [
        i
        for i, start in enumerate(starts)
        if start is not None and reading.n[i] and all(column[i] == label for column in labels)
    ]
    places = sorted(places, key=lambda i: starts[i])[:-1]
    days: list[dt.date] = [starts[i] for i in places]
    chart = _chart(reading.bad, reading.n, places, [] if reading.bad is not None else reading.mean[places].tolist())
    if chart is None:
        why = "too few to tell" if len(days) < _FEWEST else "all alike, which does not tell"
        text = f"{counted(len(days), f'finished {every}')}: {why} since when"
        return Course(start=None, rule=None, chart="no chart", periods=len(days), text=text)
    start, end, shift = _when_worse(
        chart, _usual(reading, np.array([start in days for start in starts])) if labels else None
    )
    if start is not None and end is not None:
        told = f"worse from the {every} of {days[start]} to that of {days[end - 1]}, and no longer"
    elif start is not None:
        told = f"worse since the {every} of {days[start]}"
    elif end is not None:
        told = f"worse until the {every} of {days[end - 1]}, and better since"
    else:
        told = f"so throughout, as far as {counted(len(days), every)} can tell"
    return Course(
        start=None if start is None else days[start],
        end=None if end is None else days[end],
        rule=None if shift is None else shift.rule,
        chart=chart.title,
        periods=len(days),
        text=f"{told} ({chart.title}{f': {shift.rule}' if shift else ''})".replace("_", " "),
    )


def _chart(bad: Array | None, n: Array, places: Sequence[int], means: list[float]) -> spc.Chart | None:
    if len(places) < _FEWEST:
        return None
    if bad is None:
        return spc.xmr(means)
    if not 0 < bad[list(places)].sum() < n[list(places)].sum():
        return None
    return spc.laney_p(defectives=bad[list(places)].tolist(), sizes=n[list(places)].tolist())


def _when_worse(chart: spc.Chart, usual: float | None) -> tuple[int | None, int | None, _Shift | None]:
    """Find where a chart was worse: its first point, the first one after it, and the last shift; None for what is not.

    A shift goes as far back and on as most of the points lie on its side, for a single one may be chance. It was worse
    until some point only if what came since is as good as the `usual` level, that of all cells, where that is known.
    """
    worse = np.asarray(chart.values > chart.centre)
    shifts: list[_Shift] = []
    for begin, end in pairwise([*np.flatnonzero(np.diff(worse, prepend=~worse[:1])).tolist(), len(worse)]):
        side = bool(worse[begin])
        way = "up" if side else "down"
        rules = [s.rule for s in chart.signals if begin <= s.index < end and s.direction == way]
        if rules and shifts and shifts[-1].worse is side:
            shifts[-1] = attrs.evolve(shifts[-1], end=end)
        elif rules:
            since = shifts[-1].end if shifts else 0
            before = worse[since:begin] == side
            first = since + int(np.argmax(before)) if _most(before) else begin
            shifts.append(_Shift(worse=side, begin=first, end=end, rule=rules[0]))
    while shifts:
        last = shifts[-1]
        lasts = last.end == len(worse) or _most(worse[last.end :] == last.worse)
        if last.worse and lasts:
            return last.begin, None, last
        over = last.end if last.worse else last.begin
        recovered = not last.worse if usual is None else chart.values[over:].mean() <= usual
        if (last.worse or lasts) and recovered:
            return last.begin if last.worse else shifts[-2].begin if len(shifts) > 1 else None, over, last
        if not lasts and not last.begin and not last.worse:
            return last.end, None, last
        shifts.pop()  # one that passed, and left all as it was
    return None, None, None


def _most(sides: Array) -> bool:
    return 2 * int(sides.sum()) > len(sides)


def _usual(reading: Reading, inside: Array) -> float:
    """Level of all cells together, on the scale of the chart."""
    total = reading.total if reading.bad is None else reading.bad
    assert total is not None
    return float(total[inside].sum() / reading.n[inside].sum())
