"""A procedure as the product of its steps: the share of work that goes through all of them right at once."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from servqual.errors import InvalidValue
from servqual.metrics.comparing.groups import measured_kpi, one_by_one
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.measures import Measures
from servqual.metrics.results.tidy import Column, Columns, Tidy


@attrs.frozen(kw_only=True)
class RolledYield:
    """The product of the yields of a group's steps; None where one of them was not measured.

    `n` is that of the step with the fewest rows, `weakest` the step that costs the most.
    """

    group: Mapping[str, Any] = attrs.field(hash=False)
    value: float | None
    low: float | None
    high: float | None
    steps: int
    n: int
    weakest: Any


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RolledYields(Tidy[RolledYield]):
    """The rolled throughput yield of each group, in the order of the measures."""

    over: str
    confidence: float
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "group": Column("group"),
            "value": Column("value", "share"),
            "low": Column("low", "share"),
            "high": Column("high", "share"),
            "steps": Column("steps"),
            "n": Column("n"),
            "weakest": Column("weakest"),
        }
    )

    def _caption(self) -> str:
        return f"rolled throughput yield over {self.over}, intervals at {self.confidence:.0%}"


def rolled_yield(measures: Measures, kpi: str = "first_pass_yield", *, over: str = "step") -> RolledYields:
    """Multiply the yields of the steps of each group: the rolled throughput yield (Six Sigma; KPIS 90).

    `measures` hold a share by `over` and by whatever else makes the groups. The product takes the steps as independent.
    Its interval is the square-and-add of the steps' own intervals on the scale of logarithms (G. Y. Zou and A. Donner,
    2008, Statistics in Medicine 27: 1693-1702), which near the middle is that of the delta method; where a step has no
    yield at all it has a low end only. Refused: a KPI that is not a share, measures that are not by `over`, and rows
    without a step.

    >>> from servqual.metrics import measure
    >>> day = ["2026-05-04T09:00Z"] * 40
    >>> steps = {"step": ["pick", "pack"] * 20, "ended_at": day, "reworked": ([True] + [False] * 9) * 4}
    >>> [row] = rolled_yield(measure(["first_pass_yield"], {"steps": steps}, by=["step"]))
    >>> round(row.value, 2), round(row.low, 2), round(row.high, 2), row.steps, row.weakest
    (0.8, 0.56, 0.92, 2, 'pick')
    """
    found = one_by_one(measured_kpi(measures, kpi))
    if found.statistic != "share":
        raise InvalidValue.of("kpi", "be a share", kpi, shown=f"{kpi}, a {found.statistic}")
    if over not in measures.by:
        raise InvalidValue.of(
            "over",
            f"be one of the columns of the groups, {', '.join(measures.by) or 'here none'}",
            over,
            do=f"measure with by=[…, {over!r}]",
        )
    groups: dict[tuple[Any, ...], list[Measurement]] = {}
    for m in measures.of(found):
        if m.group[over] is None:
            raise InvalidValue.of(
                over, "be known", None, shown=f"{m.n} rows without one", do="fill it in, or leave them out with where="
            )
        groups.setdefault(tuple(m.group[name] for name in measures.by if name != over), []).append(m)
    by = tuple(name for name in measures.by if name != over)
    rows = tuple(_rolled(dict(zip(by, group, strict=True)), steps, over) for group, steps in groups.items())
    return RolledYields(by=by, over=over, confidence=measures.confidence, rows=rows)


def _rolled(group: Mapping[str, Any], steps: Sequence[Measurement], over: str) -> RolledYield:
    value, low, high = _product([(m.value, m.low, m.high) for m in steps])
    weakest = min(steps, key=lambda m: math.inf if m.value is None else m.value)
    return RolledYield(
        group=group,
        value=value,
        low=low,
        high=high,
        steps=len(steps),
        n=min(m.n for m in steps),
        weakest=weakest.group[over],
    )


def _product(steps: Sequence[tuple[float | None, float | None, float | None]]) -> tuple[float | None, ...]:
    """Multiply shares, with both ends of the interval of the product."""
    known = [
        (value, low, high) for value, low, high in steps if value is not None and low is not None and high is not None
    ]
    if len(known) < len(steps):
        return None, None, None
    value = math.prod(share for share, _, _ in known)
    if value == 0:
        return 0.0, 0.0, None
    up = math.hypot(*(math.log(high / share) for share, _, high in known))
    down = math.hypot(*(math.log(share / low) for share, low, _ in known))
    return value, value * math.exp(-down), min(1.0, value * math.exp(up))
