"""What hurts most: categories by count or by cost."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import attrs

from servqual._checks import all_of, must_be, near, several
from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import measured_groups, measured_kpi
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import Column, Columns, Tidy
from servqual.metrics.time.periods import PERIODS
from servqual.readers.columns.labels import is_missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Weight: TypeAlias = int | float | Decimal
_BARS: Final = 30


@attrs.frozen(kw_only=True)
class ParetoRow:
    """A category with its count, its weight, its share of all, and its share together with all larger ones.

    `weight` is the count itself where no weights were given; `share` and `cumulative` are of weights, 0 to 1. A
    category of several columns is a tuple.
    """

    category: Hashable
    count: int
    weight: float
    share: float
    cumulative: float


@attrs.frozen(repr=False)
class Pareto(Tidy[ParetoRow]):
    """Categories from the heaviest to the lightest; equal ones in the order of their names, None last."""

    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "category": Column("category"),
            "count": Column("count"),
            "weight": Column("weight", "count"),
            "share": Column("share", "share"),
            "cumulative": Column("cumulative", "share"),
        }
    )

    def vital_few(self, share: float) -> tuple[ParetoRow, ...]:
        """Find the fewest leading categories that together make up at least this share.

        >>> [row.category for row in pareto(["a"] * 6 + ["b"] * 3 + ["c"]).vital_few(0.8)]
        ['a', 'b']
        """
        must_be(Real, "share", "a number, such as 0.8", share)
        if not 0 < share <= 1:
            raise InvalidValue.of("share", "lie above 0 and at most be 1", share)
        before = (0.0, *(row.cumulative for row in self.rows))
        return tuple(row for row, so_far in zip(self.rows, before, strict=False) if so_far < share)

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the categories as bars, the heaviest first, with their cumulative share as a line.

        Of more than 30 the lightest are drawn as one, "others". Needs the extra `plot`.

        >>> [label.get_text() for label in pareto({"billing": 60, "line": 25}).plot().get_yticklabels()]
        ['billing', 'line']
        """
        from servqual import _draw  # noqa: PLC0415  (loads only for a picture)

        shown, rest = (self.rows, ()) if len(self.rows) <= _BARS else (self.rows[: _BARS - 1], self.rows[_BARS - 1 :])
        bars = [
            _draw.Bar(name=_label(row.category), share=row.share, cumulative=row.cumulative, note=f"{row.weight:,.6g}")
            for row in shown
        ]
        if rest:
            share = sum(row.share for row in rest)
            bars.append(_draw.Bar(name=f"{len(rest):,} others", share=share, cumulative=1.0))
        drawn = _draw.pareto(bars, ax=ax)
        if ax is None:
            _draw.headed(drawn, "What hurts most", "share of all, and together with all above")
        return drawn

    def _caption(self) -> str:
        return f"{len(self.rows):,} categories, the heaviest first"


def pareto(
    categories: Iterable[Hashable] | Mapping[Any, int] | Measures,
    *,
    weights: Iterable[Weight] | Mapping[Any, Weight] | None = None,
    kpi: str | None = None,
) -> Pareto:
    """Rank categories by count or by cost (J. M. Juran's vital few, after V. Pareto).

    Args:
        categories: the category of each item; or a mapping from category to count; or measures by one or more columns,
            whose groups are the categories; or what `value_counts()` of a pandas series gives. None, also as NaN, is a
            category of its own. Categories of several columns are tuples, such as `zip(causes, channels)`.
        weights: what each item costs, in the order of the items; for a mapping of counts, a mapping from category to
            its cost. Shares are then of the cost.
        kpi: which of several measured KPIs to rank by: a count, or a mean, such as the cost of a contact, whose mean
            times n is what the group costs in all.

    Categories that weigh nothing are left out; no items make an empty ranking. Refused: counts and weights below 0 or
    not finite, weights that do not match the items, measures without groups, and other KPIs, which do not add up.

    >>> pareto({"billing": 60, "line": 25, "other": 15})[1].cumulative
    0.85
    >>> [(row.category, row.count, row.weight) for row in pareto(["billing", "line", "line"], weights=[90, 20, 30])]
    [('billing', 1, 90.0), ('line', 2, 50.0)]
    """
    if isinstance(categories, Measures):
        if weights is not None:
            raise InvalidValue.of("weights", "be left out for measures", weights, shown="some", do="pass kpi= instead")
        return _ranked(*_of_measures(categories, kpi))
    if kpi is not None:
        raise InvalidValue.of("kpi", "be left out for categories", kpi, do="pass measures to rank by a KPI")
    counted = _counted(categories)
    if counted is not None:
        counts = _counts(counted)
        if weights is None:
            return _ranked(counts, counts)
        if not isinstance(weights, Mapping) or weights.keys() != counts.keys():
            raise InvalidValue.of(
                "weights",
                "be a mapping with the categories of the counts",
                weights,
                shown=f"{weights!r:.80}",
                do="give each one",
            )
        return _ranked(counts, {category: _weight(weight, category) for category, weight in weights.items()})
    what = "the category of each item, a mapping from category to count, or measures"
    if isinstance(categories, str):
        raise InvalidValue.of("categories", f"be {what}", categories)
    given = all_of(Hashable, "categories", categories, what)
    items: tuple[Hashable, ...] = tuple(None if is_missing(item) else item for item in given)
    if weights is None:
        counts = Counter(items)
        return _ranked(counts, counts)
    return _of_items(items, several("weights", weights, "what each item costs"))


def _label(category: Hashable) -> str:
    parts = category if isinstance(category, tuple) else (category,)
    return ", ".join("none" if part is None else str(part) for part in parts)


def _counted(given: Any) -> Mapping[Any, int] | None:
    """Read counts by category: from a mapping, or a pandas series with the categories in its index."""
    if isinstance(given, Mapping):
        return given
    if type(given).__module__.partition(".")[0] != "pandas" or type(given).__name__ != "Series":
        return None
    by_category = given.dtype.kind in "iuf" and (given.name == "count" or given.index.dtype.kind not in "iu")
    return {None if is_missing(category) else category: n for category, n in given.items()} if by_category else None


def _counts(counts: Mapping[Any, int]) -> Mapping[Hashable, int]:
    for category, count in counts.items():
        must_be(Real, "counts", "whole numbers of 0 or more", count)
        if not (count >= 0 and float(count).is_integer()):
            raise InvalidValue.of(
                "counts",
                "be whole numbers of 0 or more",
                count,
                shown=f"{count} for {category!r}",
                do="pass costs as weights=",
            )
    return {category: int(count) for category, count in counts.items()}


def _weight(weight: Weight, category: Hashable) -> float:
    must_be((Real, Decimal), "weights", "finite numbers of 0 or more", weight)
    number = float(weight)
    if not (math.isfinite(number) and number >= 0):
        raise InvalidValue.of("weights", "be finite numbers of 0 or more", weight, shown=f"{weight} for {category!r}")
    return number


def _of_items(categories: tuple[Hashable, ...], weights: tuple[Weight, ...]) -> Pareto:
    if len(categories) != len(weights):
        raise InvalidValue.of(
            "weights", "be one for each item", len(weights), shown=f"{len(weights)} for {len(categories)} items"
        )
    found: defaultdict[Hashable, list[float]] = defaultdict(list)
    for category, weight in zip(categories, weights, strict=True):
        found[category].append(_weight(weight, category))
    counts = {category: len(values) for category, values in found.items()}
    # summed without rounding on the way, so that the order of the items changes nothing
    return _ranked(counts, {category: math.fsum(values) for category, values in found.items()})


def _of_measures(measures: Measures, key: str | None) -> tuple[Mapping[Hashable, int], Mapping[Hashable, float]]:
    if not measures.by:
        raise InvalidValue.of("measures", "have groups to rank", (), shown="none", do="measure them by a column")
    names = [kpi.key for kpi in measures.kpis]
    if key is None and len(names) != 1:
        raise InvalidValue.of("kpi", f"be one of {', '.join(names)}", None, shown="none", do="name one")
    found = measured_kpi(measures, names[0] if key is None else key)
    if found.statistic not in {"n", "mean"}:
        raise InvalidValue.of(
            "kpi",
            "be a count or a mean, whose groups add up",
            found.key,
            shown=f"{found.key}, read as {found.statistic}",
            near=near(found.key, [k.key for k in measures.kpis if k.statistic in {"n", "mean"}]),
        )
    when = [name for name in measures.by if name in PERIODS]
    if found.stock and when:
        raise InvalidValue.of(
            "kpi",
            "add up over the groups",
            found.key,
            shown=f"{found.key} by {when[0]}, a stock at the end of each",
            do=f"measure it without {when[0]}",
        )
    counts: dict[Hashable, int] = {}
    weights: dict[Hashable, float] = {}
    for m in measured_groups(measures, found):
        labels = tuple(m.group.values())
        category = labels if len(labels) > 1 else m.group[measures.by[0]]
        counts[category] = m.n
        weights[category] = m.n * (1.0 if found.statistic == "n" else m.value or 0.0)
    return counts, weights


def _ranked(counts: Mapping[Hashable, int], weights: Mapping[Hashable, float]) -> Pareto:
    order = sorted((item for item in weights.items() if item[1]), key=lambda item: (-item[1], _name_order(item[0])))
    reached = list(itertools.accumulate(weight for _, weight in order))
    total = reached[-1] if reached else 0
    return Pareto(
        rows=tuple(
            ParetoRow(
                category=category,
                count=counts[category],
                weight=float(weight),
                share=weight / total,
                cumulative=so_far / total,
            )
            for (category, weight), so_far in zip(order, reached, strict=True)
        )
    )


def _name_order(category: Hashable) -> tuple[tuple[bool, str, Any], ...]:
    """Sort names of one kind in their own order, kinds apart, None last; a key for `sorted`."""
    parts: tuple[Any, ...] = category if isinstance(category, tuple) else (category,)
    return tuple((part is None, type(part).__name__, "" if part is None else part) for part in parts)
