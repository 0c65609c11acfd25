"""Strategies for the results of `servqual.stats`: each is what a public function makes of drawn data."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
import numpy as np
from hypothesis import strategies as st

from servqual.stats import curves, inference, spc, survival
from servqual.stats.spc.charts import Shewhart
from servqual.stats.spc.individuals import MovingRange
from servqual.stats.spc.points import Basis
from servqual.stats.spc.subgroups import Spread

_COUNTS: Final = st.integers(0, 40)
_SAMPLE: Final = st.lists(_COUNTS, min_size=10, max_size=14)
_TWO: Final = st.tuples(_COUNTS, _COUNTS)
_KNOWN: Final = st.fixed_dictionaries(
    {}, optional={"baseline": st.just(6), "exclude": st.sampled_from(({}, {4: "strike"}, {2: "outage", 7: "strike"}))}
)
"""Limits from the first points, and points left out; the first two of a series are always known."""
_SURE: Final = st.sampled_from((0.9, 0.95))
_LIVES: Final = st.lists(st.tuples(_COUNTS, st.booleans()), min_size=10, max_size=14)


def _joined(first: tuple[Any, ...], rest: list[Any]) -> list[Any]:
    return [*first, *rest]


_POINTS: Final = st.builds(_joined, _TWO, st.lists(st.none() | _COUNTS, min_size=8, max_size=10))
_FLAGS: Final = st.lists(st.booleans(), min_size=14, max_size=14)
_ROWS: Final = st.builds(
    _joined,
    st.just(([3, 5, 4], [4, 4, 9])),
    st.lists(st.lists(_COUNTS, min_size=1, max_size=3), min_size=6, max_size=8),
)


def _charted(
    make: Callable[..., Any], name: str, points: st.SearchStrategy[Any] = _POINTS, **facts: Any
) -> st.SearchStrategy[Any]:
    return st.tuples(points, _KNOWN).map(lambda drawn: make(**{name: drawn[0]}, **facts, **drawn[1]))


def _of_two(make: Callable[..., Any], **facts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(make, _SAMPLE, _SAMPLE, confidence=_SURE, **facts)


def _seen(make: Callable[..., Any]) -> st.SearchStrategy[Any]:
    return _LIVES.map(lambda lives: make([time for time, _ in lives], observed=[seen for _, seen in lives]))


def _curves(ended: list[int], going: list[int]) -> curves.Curves:
    """Estimate the curves of two groups of five ages each."""
    group, age = np.repeat([0, 1], 5), np.tile(np.arange(5.0), 2)
    return curves.curves(2, group=group, age=age, ended=np.array(ended), going=np.array(going), confidence=0.95)


def _plain(kind: Any, chart: Any) -> Any:
    """Give the points and limits of a chart alone."""
    return kind(**{each.name: getattr(chart, each.name) for each in attrs.fields(kind) if each.name != "title"})


_XMR: Final = _charted(spc.xmr, "values")
_SIGNALLING: Final = [0, 3.2, -3.4, 3, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8]
_TEN: Final = st.lists(st.integers(1, 9), min_size=10, max_size=10)
_COUNTED: Final = _charted(spc.p_chart, "defectives", sizes=60) | _charted(spc.c_chart, "defects")
_MADE: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    inference.Band: st.builds(inference.confidence_sequence, _FLAGS, confidence=_SURE),
    inference.EValue: st.builds(inference.e_value, _COUNTS, st.just(40), null=st.sampled_from((0.1, 0.5))),
    inference.Equivalence: _of_two(inference.equivalence_of_means, margin=st.just(2.0)),
    inference.Estimate: st.builds(inference.mean, _SAMPLE | st.just([]), confidence=_SURE),
    inference.InterruptedSeries: st.builds(
        inference.interrupted_series, _SAMPLE, at=st.integers(1, 9), model=st.sampled_from(("normal", "poisson"))
    ),
    inference.Jackknife: st.builds(inference.jackknife, st.just(np.mean), _SAMPLE),
    inference.Looks: st.builds(
        inference.planned_looks,
        st.integers(1, 4) | st.just([0.01, 1.0]),
        spending=st.sampled_from(("obrien_fleming", "pocock")),
    ),
    inference.MeanDifference: _of_two(inference.difference_of_means),
    inference.PairedDifference: st.builds(inference.mcnemar, st.tuples(_TWO, _TWO)),
    inference.Placebos: st.builds(inference.placebo_in_time, _SAMPLE, at=st.integers(6, 9)),
    inference.RankDifference: _of_two(inference.mann_whitney),
    inference.SequentialTest: st.builds(inference.sprt, _FLAGS, null=st.just(0.1), other=st.sampled_from((0.05, 0.4))),
    inference.Significance: st.builds(inference.z_test_of_proportions, _COUNTS, st.just(40), _COUNTS, st.just(40)),
    curves.Curves: st.builds(_curves, _TEN, _TEN),
    survival.Hazard: _seen(survival.nelson_aalen),
    survival.LogRank: st.builds(survival.logrank, _SAMPLE, st.none(), _SAMPLE, st.none()),
    survival.Survival: _seen(survival.kaplan_meier),
    spc.Capability: st.builds(
        spc.capability, _POINTS, lower=st.just(0), upper=st.sampled_from((None, 40)), target=st.sampled_from((None, 20))
    ),
    spc.CasesBetween: _charted(spc.g_chart, "gaps"),
    spc.Chart: _XMR.map(lambda chart: _plain(spc.Chart, chart)),
    Shewhart: _XMR.map(lambda chart: _plain(Shewhart, chart)),
    spc.Choice: st.builds(spc.choose_chart, values=_POINTS)
    | st.builds(spc.choose_chart, defectives=_POINTS, sizes=st.just(60)),
    spc.Constants: st.builds(spc.constants, st.integers(2, 25)),
    spc.Counted: _COUNTED,
    spc.Cusum: st.builds(spc.cusum, _POINTS, target=st.just(20), slack=st.just(0.5), limit=st.integers(2, 9)),
    spc.Ewma: _charted(spc.ewma, "values"),
    spc.Laney: _charted(spc.laney_p, "defectives", sizes=60) | _charted(spc.laney_u, "defects", sizes=60),
    spc.Outlook: st.tuples(_XMR, _COUNTS).map(lambda drawn: drawn[0].will_meet(drawn[1], better="higher")),
    spc.RunChart: _charted(spc.run_chart, "values"),
    spc.Signal: st.sampled_from(spc.rules(_SIGNALLING, centre=0, sigma=1)),
    spc.Signals: _XMR.map(lambda chart: chart.signals),
    spc.TimeBetween: _charted(spc.t_chart, "gaps"),
    spc.XbarR: _charted(spc.xbar_r, "values", _ROWS),
    spc.XbarS: _charted(spc.xbar_s, "values", _ROWS),
    spc.XmR: _XMR,
    Basis: _XMR.map(lambda chart: chart.basis),
    MovingRange: _XMR.map(lambda chart: chart.ranges),
    Spread: _charted(spc.xbar_r, "values", _ROWS).map(lambda chart: chart.ranges),
}
"""How the values of each class are made."""


def results(kind: Any) -> st.SearchStrategy[Any]:
    """Draw results of a class."""
    return _MADE[kind]
