"""Since when a cell is as bad as it is: the last shift in its control chart by period, if it lasts to the end."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from servqual._arrays import Array
from servqual._words import counted
from servqual.metrics import Kpi, Measures
from servqual.pdca.diagnosis.readings import reading_of
from servqual.stats import spc

_FEWEST: Final = 8
"""Periods below which a chart says nothing of the course."""


@attrs.frozen(kw_only=True)
class Course:
    """The course of a cell by period.

    `start` is the first day of the period from which on it stayed on the worse side of its own centre, where a rule of
    the control chart says that this is no chance; None where it was so throughout, or where nothing can be told.
    `rule` names that rule, `chart` the chart, `text` says all of this in words.
    """

    start: dt.date | None
    rule: str | None
    chart: str
    periods: int
    text: str


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
    title = "no chart" if chart is None else chart.title
    if chart is None:
        text = f"{counted(len(days), f'finished {every}')}: too few to tell since when"
        return Course(start=None, rule=None, chart=title, periods=len(days), text=text)
    worse = np.asarray(chart.values > chart.centre)
    lasting = len(worse) - int(np.argmin(worse[::-1])) if not worse.all() else 0
    signals = [signal for signal in chart.signals if signal.direction == "up" and signal.index >= lasting]
    if not signals or lasting == 0:
        text = f"no lasting shift in {counted(len(days), every)} ({title}): it was so throughout"
        return Course(start=None, rule=None, chart=title, periods=len(days), text=text)
    text = f"worse since the {every} of {days[lasting]} ({title}: {signals[0].rule.replace('_', ' ')})"
    return Course(start=days[lasting], rule=signals[0].rule, chart=title, periods=len(days), text=text)


def _chart(bad: Array | None, n: Array, places: Sequence[int], means: list[float]) -> spc.Chart | None:
    if len(places) < _FEWEST:
        return None
    if bad is None:
        return spc.xmr(means)
    if not 0 < bad[list(places)].sum() < n[list(places)].sum():
        return None
    return spc.laney_p(defectives=bad[list(places)].tolist(), sizes=n[list(places)].tolist())
