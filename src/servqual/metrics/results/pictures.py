"""Pictures of measured KPIs: lines over a period, one per group, or one row per group."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from servqual import _draw
from servqual._words import capital, number, scale
from servqual.errors import InvalidValue
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.time.periods import PERIODS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LINES: Final = 12
_MOST_ROWS: Final = 60
_WITHIN: Final[Mapping[str, tuple[float, float | None]]] = MappingProxyType(
    {"share": (0, 100), "s": (0, None), "count": (0, None)}
)
"""What values of a unit cannot pass, as the axis counts them."""


class _Scale(NamedTuple):
    divisor: float
    suffix: str
    within: tuple[float | None, float | None]

    def of(self, value: float | None) -> float | None:
        return None if value is None else value / self.divisor


def picture(kpi: Kpi, found: Sequence[Measurement], ax: "Axes | None") -> "Axes":
    """Draw a KPI over its period, one line per group; without a period, one row per group."""
    if not found:
        raise _nothing(kpi)
    divisor, suffix = scale(kpi.told_in, max((abs(m.value) for m in found if m.value is not None), default=1.0))
    periods = [name for name in found[0].group if name in PERIODS]
    if len(periods) > 1:
        raise InvalidValue.of("by", "hold one period to draw over", periods, do="measure by one of them")
    how = _Scale(divisor, suffix, _WITHIN.get(kpi.unit, (None, None)))
    drawn = _over_time(kpi, periods[0], found, how, ax) if periods else _by_group(kpi, found, how, ax)
    if ax is None:
        _draw.headed(drawn, capital(kpi.title), suffix.strip() or kpi.unit)
    return drawn


def _over_time(kpi: Kpi, period: str, found: Sequence[Measurement], how: _Scale, ax: "Axes | None") -> "Axes":
    lines: dict[tuple[Any, ...], list[Measurement]] = {}
    for m in found:
        if m.group[period] is not None:
            key = tuple(label for name, label in m.group.items() if name != period)
            lines.setdefault(key, []).append(m)
    if not lines:
        raise _nothing(kpi)
    _at_most(_MOST_LINES, len(lines))
    series = [
        _draw.Line(
            name=_name(each[0], period) or kpi.title,
            at=[m.group[period] for m in each],
            values=[how.of(m.value) for m in each],
            low=[how.of(m.low) for m in each],
            high=[how.of(m.high) for m in each],
            hollow=[m.small for m in each],
        )
        for each in lines.values()
    ]
    return _draw.lines(series, suffix=how.suffix, within=how.within, ax=ax)


def _by_group(kpi: Kpi, found: Sequence[Measurement], how: _Scale, ax: "Axes | None") -> "Axes":
    _at_most(_MOST_ROWS, len(found))
    dots = [
        _draw.Dot(
            name=_name(m) or kpi.title,
            value=how.of(m.value),
            low=how.of(m.low),
            high=how.of(m.high),
            note=f"{number(m.value, m.told_in)}, n {m.n:,}",
        )
        for m in found
    ]
    return _draw.ranking(dots, suffix=how.suffix, within=how.within, ax=ax)


def _nothing(kpi: Kpi) -> InvalidValue:
    return InvalidValue.of("kpi", "have a group to draw", kpi.key, shown="none", do="measure some rows")


def _at_most(most: int, groups: int) -> None:
    if groups > most:
        rule = f"have at most {most} groups that a picture can tell apart"
        raise InvalidValue.of("kpi", rule, groups, do="choose some by where=")


def _name(m: Measurement, period: str = "") -> str:
    shown = {name: label for name, label in m.group.items() if name != period}
    return ", ".join(f"no {name}" if label is None else str(label) for name, label in shown.items())
