"""A change of the whole, split into what the rates of its groups changed and what their mix changed."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

import attrs

from servqual._arrays import Array
from servqual.metrics import Kpi, Tally
from servqual.metrics.accumulators import Clustered, Dense, as_ints
from servqual.metrics.results.ratios import IN_MILLIONTHS, MILLIONTHS, PER_HOUR, PER_YEAR

__all__ = ["MixRow", "MixSplit"]

_FACTORS: Final[Mapping[str, int]] = {
    "share": 1,
    "mean": 1,
    "signed_mean": 1,
    "net": 100,
    "quotient": 1,
    "rate": 1,
    "per_hour": PER_HOUR,
    "per_year": PER_YEAR,
    "per_million": MILLIONTHS,
}
"""Statistics that are a sum over a sum, with the factor to their unit."""


@attrs.frozen(kw_only=True)
class MixRow:
    """One group of the mix: its value and its weight, a share of the whole, on both sides, and its two parts.

    A value is None where the group was not there.
    """

    group: Mapping[str, Any] = attrs.field(hash=False)
    before: float | None
    after: float | None
    weight_before: float
    weight_after: float
    rates: Fraction
    mix: Fraction


@attrs.frozen(kw_only=True)
class MixSplit:
    """A change as `rates` + `mix`, exactly: what it had been at an even mix, and what the mix adds.

    Each group counts its change of value times its mean weight to the rates, and its change of weight times its mean
    value to the mix (E. M. Kitagawa, 1955, JASA 50: 1168-1194). A group that is new or gone changed no value: all of it
    is mix. The parts are fractions, so that they sum to the change without rounding.
    """

    by: tuple[str, ...]
    change: Fraction
    rates: Fraction
    mix: Fraction
    rows: tuple[MixRow, ...]


def splits(kpi: Kpi, before: Tally, after: Tally, columns: tuple[str, ...]) -> dict[tuple[Any, ...], MixSplit] | None:
    """Split the change of each group over the columns of the mix, which both tallies are grouped by.

    The groups are those of the other columns. None for a KPI that is no sum over a sum, such as a percentile.
    """
    old, new = _sums(kpi, before), _sums(kpi, after)
    if old is None or new is None:
        return None
    by = before.plan.by
    mine = [place for place, name in enumerate(by) if name in columns]
    rest = [place for place in range(len(by)) if place not in mine]
    cells: dict[tuple[Any, ...], dict[tuple[Any, ...], list[tuple[int, int]]]] = {}
    for side, found in enumerate((old, new)):
        for key, parts in found.items():
            inner = cells.setdefault(tuple(key[i] for i in rest), {})
            inner.setdefault(tuple(key[i] for i in mine), [(0, 0), (0, 0)])[side] = parts
    names = tuple(by[i] for i in mine)
    out = {key: _split(names, inner, _factor(kpi)) for key, inner in cells.items()}
    return {key: split for key, split in out.items() if split is not None}


def _factor(kpi: Kpi) -> Fraction:
    return Fraction(_FACTORS[kpi.statistic], MILLIONTHS if kpi.unit in IN_MILLIONTHS else 1)


def _split(
    by: tuple[str, ...], cells: Mapping[tuple[Any, ...], list[tuple[int, int]]], factor: Fraction
) -> MixSplit | None:
    bases = [sum(parts[side][1] for parts in cells.values()) for side in (0, 1)]
    if not all(bases):
        return None
    rows = []
    for key, parts in cells.items():
        old, new = (factor * Fraction(top, base) if base else None for top, base in parts)
        weights = [Fraction(base, whole) for (_, base), whole in zip(parts, bases, strict=True)]
        first, last = (old if new is None else new) if old is None else old, old if new is None else new
        rates = mix = Fraction(0)
        if first is not None and last is not None:
            rates = (weights[0] + weights[1]) / 2 * (last - first)
            mix = (first + last) / 2 * (weights[1] - weights[0])
        rows.append(
            MixRow(
                group=dict(zip(by, key, strict=True)),
                before=None if old is None else float(old),
                after=None if new is None else float(new),
                weight_before=float(weights[0]),
                weight_after=float(weights[1]),
                rates=rates,
                mix=mix,
            )
        )
    rates, mix = sum((row.rates for row in rows), Fraction(0)), sum((row.mix for row in rows), Fraction(0))
    return MixSplit(by=by, change=rates + mix, rates=rates, mix=mix, rows=tuple(rows))


def _sums(kpi: Kpi, side: Tally) -> dict[tuple[Any, ...], tuple[int, int]] | None:
    """Read top and base of each group, exactly; None for a KPI that is no sum over a sum."""
    cells = side.cells.get(kpi.state)
    if kpi.statistic not in _FACTORS or not isinstance(cells, Dense):
        return None
    read = _READERS["clustered" if kpi.accumulator is Clustered else kpi.statistic]
    groups = attrs.evolve(side, plan=attrs.evolve(side.plan, kpis=(kpi,))).measure().groups[kpi.key]
    tops, bases = read({name: _whole(values) for name, values in cells.fields.items()}, kpi)
    return {key: (int(top), int(base)) for key, top, base in zip(groups.keys(), tops, bases, strict=True)}


def _whole(values: Array) -> Any:
    """Read whole numbers of any size: of 64 bits, or from limbs."""
    return values.astype(object) if values.ndim == 1 else as_ints(values)


def _of_hits(fields: Mapping[str, Any], _: Kpi) -> tuple[Any, Any]:
    return fields["hits"], fields["hits"] + fields["misses"]


def _of_sum(fields: Mapping[str, Any], _: Kpi) -> tuple[Any, Any]:
    return fields["total"], fields["n"]


def _of_net(fields: Mapping[str, Any], _: Kpi) -> tuple[Any, Any]:
    """Values are 0, 1 and 2, so that the sum less n is the number of 2 less that of 0."""
    return fields["total"] - fields["n"], fields["n"]


def _of_quotient(fields: Mapping[str, Any], _: Kpi) -> tuple[Any, Any]:
    return fields["top"], fields["base"]


def _of_clusters(fields: Mapping[str, Any], kpi: Kpi) -> tuple[Any, Any]:
    return fields["top"] - (fields["base"] if kpi.statistic == "net" else 0), fields["base"]


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Kpi], tuple[Any, Any]]]] = {
    "share": _of_hits,
    "mean": _of_sum,
    "signed_mean": _of_sum,
    "net": _of_net,
    **dict.fromkeys(("quotient", "rate", "per_hour", "per_year", "per_million"), _of_quotient),
    "clustered": _of_clusters,
}
