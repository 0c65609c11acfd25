"""Several KPIs in one index from 0 to 100: with stated weights and scales, and the contribution of each part."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs

from servqual._checks import all_of, among, distinct, must_be
from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import interval_of, measured_groups, measured_kpi, spread_of_items
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import Column, Columns, Tidy

WhenMissing: TypeAlias = Literal["refuse", "reweight"]
_FULL = 100.0


@attrs.frozen(kw_only=True)
class IndexPart:
    """One KPI of an index: its weight, and the values that are worth 0 (`worst`) and 100 (`best`).

    Both are in the unit of the KPI, durations in seconds. `best` below `worst` means that lower is better.
    """

    kpi: str
    weight: float
    worst: float
    best: float

    def __attrs_post_init__(self) -> None:
        for field in ("weight", "worst", "best"):
            must_be(Real, field, "a number", getattr(self, field))
        if not 0 < self.weight <= 1:
            raise InvalidValue.of(
                "weight", "lie above 0 and at most be 1", self.weight, shown=f"{self.weight} for {self.kpi}"
            )
        if not (math.isfinite(self.worst) and math.isfinite(self.best)) or self.worst == self.best:
            raise InvalidValue.of(
                "worst and best",
                "be two different finite numbers",
                (self.worst, self.best),
                shown=f"{self.worst} and {self.best} for {self.kpi}",
            )

    def score(self, value: float) -> float:
        """Map a value to the scale from 0 to 100; a value beyond an end counts as that end.

        >>> IndexPart(kpi="resolution_time", weight=0.5, worst=7200, best=3600).score(4500)
        75.0
        """
        return min(max(_FULL * (value - self.worst) / (self.best - self.worst), 0.0), _FULL)


@attrs.frozen(kw_only=True)
class IndexRow:
    """The index of one group, 0 to 100.

    `scores` holds the score of each part, by KPI, `weights` the weight that it had here, `added` what it adds to the
    index: the weight times the score. `missing` names parts without data, `clipped` those that lie beyond an end of
    their scale. `low` and `high` are None where a part has no interval.
    """

    group: Mapping[str, Any] = attrs.field(hash=False)
    value: float
    low: float | None
    high: float | None
    scores: Mapping[str, float] = attrs.field(hash=False)
    weights: Mapping[str, float] = attrs.field(hash=False)
    missing: tuple[str, ...]
    clipped: tuple[str, ...]

    @property
    def added(self) -> Mapping[str, float]:
        """What each part adds to the index."""
        return {key: self.weights[key] * score for key, score in self.scores.items()}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Composite(Tidy[IndexRow]):
    """An index by group, in the order of the measures."""

    parts: tuple[IndexPart, ...]
    confidence: float
    independent: bool
    _columns: ClassVar[Columns] = MappingProxyType(
        {"group": Column("group"), **{name: Column(name, "points") for name in ("value", "low", "high")}}
    )

    def _declared(self) -> Columns:
        return {**self._columns, **{f"score_{part.kpi}": Column(_score(part.kpi), "points") for part in self.parts}}

    def _caption(self) -> str:
        parts = ", ".join(f"{part.weight:.0%} {part.kpi}" for part in self.parts)
        return f"Index from 0 to 100: {parts}"


def _score(kpi: str) -> Callable[[IndexRow], float | None]:
    return lambda row: row.scores.get(kpi)


def composite(
    measures: Measures,
    parts: Sequence[IndexPart],
    *,
    missing: WhenMissing = "refuse",
    independent: bool = False,
) -> Composite:
    """Weigh several measured KPIs into one index from 0 to 100, by group.

    Args:
        measures: the KPIs, measured by the groups that are to have an index.
        parts: what the index is made of; no weight and no scale has a default, and the weights sum to 1.
        missing: a group in which a part has no data is refused or, with `reweight`, gets its index from the other
            parts, their weights scaled up to 1; the row says so. A group without any part has no index.
        independent: whether the parts were measured on different things, so that their errors can cancel.

    Each value is mapped to its scale (min-max) and the scores are added by weight: OECD and JRC, *Handbook on
    Constructing Composite Indicators*, 2008. The interval comes from those of the parts. For independent parts the
    squares of their sides add, each side apart (G. Y. Zou and A. Donner, 2008, Statistics in Medicine 27: 1693-1702);
    with symmetric intervals this is the delta method. Otherwise the sides themselves add, which holds however the
    parts depend on each other. It says how sure the index is, not whether the weights are right.

    Raises `InvalidValue` for weights that do not sum to 1, a KPI twice, a scale that runs against the better direction
    of its KPI, and a missing part; `UnknownName` for a KPI that was not measured.

    >>> from servqual.metrics import KPIS, measure
    >>> kpis = [KPIS["csat"].with_(scale=(1, 5), satisfied_from=4), KPIS["csat_mean"].with_(scale=(1, 5))]
    >>> measured = measure(kpis, {"answers": {"score": [5] * 60 + [3] * 40}})
    >>> share = IndexPart(kpi="csat", weight=0.7, worst=0, best=1)
    >>> [row] = composite(measured, [share, IndexPart(kpi="csat_mean", weight=0.3, worst=1, best=5)])
    >>> round(row.value, 6), {key: round(score, 6) for key, score in row.scores.items()}
    (66.0, {'csat': 60.0, 'csat_mean': 80.0})
    """
    among("missing", missing, get_args(WhenMissing))
    kpis = _checked(measures, parts)
    scores = {part.kpi: _scores(part, kpis[part.kpi], measures) for part in parts}
    groups = {tuple(m.group.values()): m.group for kpi in kpis.values() for m in measures.of(kpi)}
    rows = []
    for key, group in groups.items():
        present = [part for part in parts if key in scores[part.kpi]]
        gaps = tuple(part.kpi for part in parts if key not in scores[part.kpi])
        if gaps and missing == "refuse":
            raise InvalidValue.of(
                gaps[0],
                "have data in every group",
                gaps,
                shown=f"none for {dict(group) or 'the whole'}",
                do="leave the group out, or pass missing='reweight'",
            )
        if present:
            scored = [scores[part.kpi][key] for part in present]
            rows.append(_row(group, present, scored, gaps, independent=independent))
    return Composite(
        parts=tuple(parts), by=measures.by, confidence=measures.confidence, independent=independent, rows=tuple(rows)
    )


def _checked(measures: Measures, parts: Sequence[IndexPart]) -> dict[str, Kpi]:
    distinct("parts", [part.kpi for part in all_of(IndexPart, "parts", parts, "IndexParts")])
    total = math.fsum(part.weight for part in parts)
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise InvalidValue.of(
            "weights", "sum to 1", total, shown=f"{total:g} over {len(parts)} parts", do="divide each by the sum"
        )
    kpis = {part.kpi: measured_kpi(measures, part.kpi) for part in parts}
    for part in parts:
        better = kpis[part.kpi].better
        if better is not None and (part.best > part.worst) != (better == "higher"):
            raise InvalidValue.of(
                "best",
                f"lie {'above' if better == 'higher' else 'below'} worst for {part.kpi}, where {better} is better",
                part.best,
                shown=f"worst {part.worst}, best {part.best}",
            )
    return kpis


@attrs.frozen
class _Scored:
    """The score of a part with the ends of its interval, lower first, and whether it was cut off."""

    value: float
    ends: Sequence[float] | None
    clipped: bool


def _scores(part: IndexPart, kpi: Kpi, measures: Measures) -> dict[tuple[Any, ...], _Scored]:
    """Score a part in each group that holds data."""
    groups = measured_groups(measures, kpi)
    spread = spread_of_items(kpi, groups)
    out = {}
    for m in groups:
        assert m.value is not None
        low, high = interval_of(kpi, m, spread, measures.confidence)
        ends = None if low is None or high is None else sorted((part.score(low), part.score(high)))
        clipped = not min(part.worst, part.best) <= m.value <= max(part.worst, part.best)
        out[tuple(m.group.values())] = _Scored(part.score(m.value), ends, clipped)
    return out


def _row(
    group: Mapping[str, Any],
    parts: Sequence[IndexPart],
    scored: Sequence[_Scored],
    missing: tuple[str, ...],
    *,
    independent: bool,
) -> IndexRow:
    total = math.fsum(part.weight for part in parts) if missing else 1.0
    weights = [part.weight / total for part in parts]
    value = math.fsum(weight * one.value for weight, one in zip(weights, scored, strict=True))
    below, above = [], []
    for weight, one in zip(weights, scored, strict=True):
        if one.ends is None:
            below = above = [math.nan]
            break
        below.append(weight * (one.value - one.ends[0]))
        above.append(weight * (one.ends[1] - one.value))
    down, up = (math.hypot(*sides) if independent else math.fsum(sides) for sides in (below, above))
    return IndexRow(
        group=group,
        value=value,
        low=None if math.isnan(down) else max(value - down, 0.0),
        high=None if math.isnan(up) else min(value + up, _FULL),
        scores={part.kpi: one.value for part, one in zip(parts, scored, strict=True)},
        weights={part.kpi: weight for part, weight in zip(parts, weights, strict=True)},
        missing=missing,
        clipped=tuple(part.kpi for part, one in zip(parts, scored, strict=True) if one.clipped),
    )
