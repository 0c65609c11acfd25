"""The search for weak cells: every KPI in every group of every column, so that noise is hardly ever named.

    1. each cell with enough items against the rest            exact for shares, Welch for means
    2. all of these at once, by Holm                           in 95 of 100 calm desks no cell is named
    3. the surest cell first; a later one must still be        two columns that mark the same cases, and an agent who
       worse within the groups named before                    is slow because the team is, are one candidate

Step 3 only takes names away, so that the 95 of 100 stand.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from statistics import NormalDist
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from servqual._arrays import Array
from servqual.metrics import Kpi, Measurement, Measures
from servqual.pdca.diagnosis.contrasts import mean_above, strength, worse_than_rest, worse_within
from servqual.pdca.diagnosis.readings import Kind, Reading, kind_of, reading_of
from servqual.pdca.verdicts.selection import Selected
from servqual.stats.inference import holm
from servqual.stats.intervals import wilson

Measured: TypeAlias = Callable[[Sequence[tuple[Sequence[Kpi], tuple[str, ...]]]], list[Measures]]
"""Measures several questions, each some KPIs by some columns, in one pass over the data."""
LEAST: Final = 30
POWER: Final = 0.8
_ORDERED: Final = ("priority", "severity", "tier")
"""Columns by which a desk decides who waits longer, so that a longer time there is no weakness."""


@attrs.frozen(kw_only=True)
class Weak:
    """One KPI in one cell that is surely worse than the rest.

    `share` is the part of its items that went the wrong way, and `share_of_all` that of all items: of a percentile
    those beyond the percentile of all. Both are None for a mean. `spared` is about how many items more would have gone
    well at the level of all, at the cautious end of the interval. `smallest` is the smallest difference from the rest
    that a cell of this size would have shown with a power of 80 %: in shares, or in the unit of a mean. `looked_at`
    cells were tested together, and `p_value` is adjusted for all of them. `selected` is the value without the luck of
    being picked; `compare` takes it, because the worst of many gets better by itself.
    """

    kpi: Kpi
    kind: Kind
    column: str
    label: str
    measured: Measurement
    overall: Measurement
    share: float | None
    share_of_all: float | None
    strength: float
    spared: float
    smallest: float
    looked_at: int
    p_value: float
    selected: Selected | None

    @property
    def place(self) -> tuple[str, str]:
        """The column and the label of the cell."""
        return self.column, self.label


@attrs.frozen(kw_only=True)
class Same:
    """Another group that is worse because of the same cases; `overlap` is the share of its items that lie in both."""

    column: str
    label: str
    overlap: float


@attrs.frozen(kw_only=True)
class Found:
    """A cell that stands for itself: the KPIs in which it is weak, and the groups that it explains."""

    weak: tuple[Weak, ...]
    same: tuple[Same, ...] = ()


@attrs.frozen(kw_only=True)
class Search:
    """What was found, and of how many cells; `every` holds all weak cells before any was explained by another."""

    found: tuple[Found, ...]
    every: tuple[Weak, ...]
    looked_at: int
    too_small: int


@attrs.frozen(kw_only=True, eq=False)
class _Facet:
    """One KPI by one column."""

    kpi: Kpi
    column: str
    measures: Measures
    whole: Measurement
    reading: Reading

    @property
    def labels(self) -> list[Any]:
        return self.measures.groups[self.kpi.key].columns()[0]


def search(
    measured: Measured, kpis: Sequence[Kpi], columns: Mapping[str, Sequence[str]], *, level: float, least: int = LEAST
) -> Search:
    """Find the weak cells of KPIs in the columns of their tables.

    `measured` passes over the data, twice. KPIs whose groups do not add up, such as backlogs and quotients, are left
    out; so are times by priority, severity and tier, by which a desk itself decides who waits longer.
    """
    facets = _facets(measured, [kpi for kpi in kpis if kind_of(kpi)], columns)
    tested = [(facet, *_tests(facet, least)) for facet in facets]
    adjusted = holm(np.concatenate([p[looked] for _, looked, p, _ in tested] or [np.zeros(0)]))
    looked_at, place, every = len(adjusted), 0, list[Weak]()
    for facet, looked, _, z in tested:
        mine = adjusted[place : place + int(looked.sum())]
        place += len(mine)
        every += _weak(facet, [*zip(np.flatnonzero(looked).tolist(), mine.tolist(), strict=True)], z, looked_at, level)
    small = sum(_too_small(facet, least) for facet in facets)
    found = _standing(measured, every, level / max(looked_at, 1))
    return Search(found=tuple(found), every=tuple(every), looked_at=looked_at, too_small=small)


def _too_small(facet: _Facet, least: int) -> int:
    n = facet.reading.n
    return sum(label is not None and 0 < size < least for label, size in zip(facet.labels, n.tolist(), strict=True))


def _facets(measured: Measured, kpis: Sequence[Kpi], columns: Mapping[str, Sequence[str]]) -> list[_Facet]:
    asked: list[tuple[Sequence[Kpi], tuple[str, ...]]] = []
    for table, names in columns.items():
        for column in names:
            mine = [
                kpi
                for kpi in kpis
                if kpi.table == table and (column not in _ORDERED or kpi.unit != "s") and not _chooses(kpi, column)
            ]
            if mine:
                asked.append((mine, (column,)))
    return [
        _Facet(
            kpi=kpi,
            column=column,
            measures=measures,
            whole=measures.tally.without(column).measure(measures.confidence).get(kpi.key),
            reading=reading_of(kpi, measures),
        )
        for (mine, (column,)), measures in zip(asked, measured(asked) if asked else (), strict=True)
        for kpi in mine
    ]


def _chooses(kpi: Kpi, column: str) -> bool:
    """Whether a KPI is of the rows with some values of this column only, so that there is nothing to compare."""
    return column in (kpi.params.get("only") or {})


def _tests(facet: _Facet, least: int) -> tuple[Array, Array, Array]:
    """Test the cells of a facet: which were looked at, their p-values, and how many standard errors they are worse."""
    reading, n = facet.reading, facet.reading.n
    total = int(n.sum())
    known = np.array([label is not None for label in facet.labels], np.bool_)
    looked = known & (n >= least) & (total - n >= least)
    p, z = np.ones(len(n)), np.zeros(len(n))
    if not looked.any():
        return looked, p, z
    if reading.bad is not None:
        bad = int(reading.bad.sum())
        if not 0 < bad < total:
            return np.zeros_like(looked), p, z
        p[looked] = worse_than_rest(reading.bad[looked], n[looked], bad, total)
        z[looked] = strength(reading.bad[looked], n[looked], bad, total)
        return looked, p, z
    for i in np.flatnonzero(looked):
        pair = reading.moved((np.arange(len(n)) != i).astype(np.int64), 2)
        p[i], z[i] = mean_above(pair.n[None], pair.mean[None], pair.variance[None])
    return looked, p, z


def _weak(facet: _Facet, cells: Sequence[tuple[int, float]], z: Array, looked_at: int, level: float) -> Iterator[Weak]:
    surely = [(place, p) for place, p in cells if p <= level]
    if not surely:
        return
    groups = list(facet.measures.of(facet.kpi))
    all_n = int(facet.reading.n.sum())
    critical = NormalDist().inv_cdf(1 - level / looked_at) + NormalDist().inv_cdf(POWER)
    for place, p in surely:
        n, m = int(facet.reading.n[place]), groups[place]
        between = math.sqrt(1 / n + 1 / (all_n - n))
        share = share_of_all = None
        if facet.reading.bad is not None:
            share, share_of_all = facet.reading.bad[place] / n, int(facet.reading.bad.sum()) / all_n
            low, _ = wilson(
                facet.reading.bad[place : place + 1], facet.reading.n[place : place + 1], facet.measures.confidence
            )
            spared = n * max(float(low[0]) - share_of_all, 0.0)
            spread = math.sqrt(share_of_all * (1 - share_of_all))
        else:
            spared, spread = _beyond_the_mean(facet, m, n)
        yield Weak(
            kpi=facet.kpi,
            kind=facet.reading.kind,
            column=facet.column,
            label=m.group[facet.column],
            measured=m,
            overall=facet.whole,
            share=share,
            share_of_all=share_of_all,
            strength=float(z[place]),
            spared=spared,
            smallest=critical * spread * between,
            looked_at=looked_at,
            p_value=p,
            selected=_selected(facet, m, looked_at),
        )


def _beyond_the_mean(facet: _Facet, m: Measurement, n: int) -> tuple[float, float]:
    """About how many items more lie beyond the mean of all than half of them, if values are normal; and their spread.

    It puts a mean beside shares in one order of priority, and is shown as nothing more than that.
    """
    spread = (m.standard_error or 0.0) * math.sqrt(n)
    good = m.low if facet.kpi.better == "lower" else m.high
    if not spread or good is None or facet.whole.value is None:
        return 0.0, spread
    return n * max(NormalDist().cdf(abs(good - facet.whole.value) / spread) - 0.5, 0.0), spread


def _selected(facet: _Facet, m: Measurement, looked_at: int) -> Selected | None:
    known = [one for one in facet.measures.of(facet.kpi) if one.low is not None and one.high is not None]
    if m not in known or len(known) < 2:  # noqa: PLR2004  (one group does not tell how far groups scatter)
        return None
    return attrs.evolve(Selected.among(facet.measures, facet.kpi.key, **m.group), of=max(looked_at, 2))


# --- the same cases under several names --------------------------------------------------------------------------


def _standing(measured: Measured, every: Sequence[Weak], critical: float) -> list[Found]:
    """Take the surest cells first, and keep those that are worse within the groups taken before."""
    crossed = _crossed(measured, every)
    by_place: dict[tuple[str, str, str], list[Weak]] = {}
    for weak in every:
        by_place.setdefault((weak.kpi.table, *weak.place), []).append(weak)
    taken: list[Found] = []
    for mine in sorted(by_place.values(), key=lambda some: -max(weak.strength for weak in some)):
        kept: list[Weak] = []
        explained: list[tuple[int, Same]] = []
        for weak in sorted(mine, key=lambda weak: -weak.strength):
            by = _explained(weak, taken, crossed, critical)
            if by is None:
                kept.append(weak)
            else:
                explained.append(by)
        if kept:
            taken.append(Found(weak=tuple(kept)))
        else:
            number, same = explained[0]
            taken[number] = attrs.evolve(taken[number], same=(*taken[number].same, same))
    return taken


def _crossed(measured: Measured, every: Sequence[Weak]) -> dict[tuple[str, str, str], Measures]:
    """Measure KPIs by each pair of columns that both have weak cells of them."""
    wanted: dict[tuple[str, str, str], dict[str, Kpi]] = {}
    for one, two in combinations(every, 2):
        if one.kpi.key == two.kpi.key and one.column != two.column:
            a, b = sorted((one.column, two.column))
            wanted.setdefault((one.kpi.table, a, b), {})[one.kpi.key] = one.kpi
    asked = [([*kpis.values()], (a, b)) for (_, a, b), kpis in wanted.items()]
    return dict(zip(wanted, measured(asked) if asked else (), strict=True))


def _explained(
    weak: Weak, taken: Sequence[Found], crossed: Mapping[tuple[str, str, str], Measures], critical: float
) -> tuple[int, Same] | None:
    """Find the cell taken before that explains a weak one: within its groups nothing is left that is sure."""
    before: dict[str, dict[str, int]] = {}
    for number, found in enumerate(taken):
        for other in found.weak:
            if other.kpi.key == weak.kpi.key and other.column != weak.column:
                before.setdefault(other.column, {})[other.label] = number
    for column, labels in before.items():
        a, b = sorted((weak.column, column))
        measures = crossed[weak.kpi.table, a, b]
        groups = dict(zip((a, b), measures.groups[weak.kpi.key].columns(), strict=True))
        inside = np.array([label != weak.label for label in groups[weak.column]], np.int64)
        stratum = {label: i for i, label in enumerate(labels, 1)}
        strata = np.array([stratum.get(label, 0) for label in groups[column]], np.int64)
        cells = reading_of(weak.kpi, measures).moved(2 * strata + inside, 2 * (len(labels) + 1))
        if _left(cells) <= critical:
            continue
        ours = cells.n[::2]
        most = max(labels, key=lambda label: ours[stratum[label]])
        overlap = float(ours[stratum[most]] / ours.sum())
        return labels[most], Same(column=weak.column, label=weak.label, overlap=overlap)
    return None


def _left(cells: Reading) -> float:
    """Test a cell within strata; cells are pairs of the cell and the rest, one pair per stratum."""
    n = cells.n.reshape(-1, 2)
    if cells.bad is not None:
        bad = cells.bad.reshape(-1, 2)
        return worse_within(bad[:, 0].tolist(), n[:, 0].tolist(), bad.sum(1).tolist(), n.sum(1).tolist())
    p, _ = mean_above(n, cells.mean.reshape(-1, 2), cells.variance.reshape(-1, 2))
    return p
