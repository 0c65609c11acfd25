"""Where each group stands against its goal: red, amber, green, or nothing known."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, Protocol, TypeAlias, get_args

import attrs

from servqual._checks import all_of, among, must_be
from servqual.errors import InvalidValue
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.tidy import Tidy
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import ServiceStandard

SMALL: Final = 30
"""Below this n a number is marked as small: its interval says more than its value."""
Light: TypeAlias = Literal["red", "amber", "green", "unknown"]


class _Measured(Protocol):
    """What has to be known of a measurement to judge it."""

    @property
    def kpi(self) -> str: ...
    @property
    def group(self) -> Mapping[str, Any]: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def n(self) -> int: ...
    @property
    def undecided(self) -> int: ...


def gap_of(value: float | None, goal: float | None, better: str | None) -> float | None:
    """How far a goal was missed, in the direction that is worse; 0 or less reaches it, None where nobody can say.

    >>> gap_of(0.9, 0.75, "higher") < 0, gap_of(90.0, 60.0, "lower"), gap_of(None, 60.0, "lower")
    (True, 30.0, None)
    """
    if value is None or goal is None or better is None:
        return None
    return value - goal if better == "lower" else goal - value


def ratio_of(value: float | None, goal: float | None, better: str | None) -> float | None:
    """How much of a goal was attained: value / goal, or goal / value where lower is better; 1 reaches it.

    None where nobody can say: no data, no goal, a goal or value that is negative, or nothing to divide by.

    >>> ratio_of(0.76, 0.95, "higher"), ratio_of(2400.0, 1800.0, "lower"), ratio_of(0.0, 1800.0, "lower")
    (0.8, 0.75, None)
    """
    if value is None or goal is None or better is None or min(value, goal) < 0:
        return None
    top, base = (goal, value) if better == "lower" else (value, goal)
    return top / base if base else None


@attrs.frozen(kw_only=True)
class Standing:
    """One measurement against the goal of one indicator.

    `goal`, `margin`, `value`, `low` and `high` are in the unit of the KPI (durations in seconds). `gap` and `ratio`
    compare the value with the goal, as it is; `light` also asks how sure that is.
    """

    indicator: Indicator
    kpi: str
    group: Mapping[str, Any]
    value: float | None
    low: float | None
    high: float | None
    n: int
    undecided: int
    unit: str
    better: str | None
    goal: float | None
    margin: float = 0

    @property
    def gap(self) -> float | None:
        """How far the value missed the goal, in the direction that is worse; negative where it was passed."""
        return gap_of(self.value, self.goal, self.better)

    @property
    def ratio(self) -> float | None:
        """How much of the goal was attained: value / goal, or goal / value where lower is better."""
        return ratio_of(self.value, self.goal, self.better)

    @property
    def met(self) -> bool | None:
        """Whether the value, as it is, reaches the goal; a value at the goal does."""
        return None if self.gap is None else self.gap <= 0

    @property
    def light(self) -> Light:
        """Green, red, amber or unknown, by the interval; see `Measures.against`."""
        if self.value is None or self.goal is None or self.better is None:
            return "unknown"
        low, high = self._range(self.value)
        if low == high and self.n < SMALL:  # a few values that happen to be equal
            return "amber"
        if self.better == "lower":
            low, high, goal = _minus(high), _minus(low), -self.goal
        else:
            goal = self.goal
        if low is not None and low >= goal + self.margin:
            return "green"
        if high is not None and high < goal - self.margin:
            return "red"
        return "amber"

    def _range(self, value: float) -> tuple[float | None, float | None]:
        """The interval, for a share made wide enough to hold what the undecided items may make of it."""
        if self.unit != "share" or not self.undecided or self.low is None or self.high is None:
            return self.low, self.high
        hits, every = round(value * self.n), self.n + self.undecided
        return min(self.low, hits / every), max(self.high, (hits + self.undecided) / every)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Standings(Tidy):
    """How the measured groups stand against the indicators of a standard, in the order of the indicators.

    `unmeasured` are the indicators whose KPI was not measured, or not with their limit (`within`).
    """

    rows: tuple[Standing, ...]
    by: tuple[str, ...]
    confidence: float
    unmeasured: tuple[Indicator, ...] = ()
    _units: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"goal": "", "value": "", "low": "", "high": "", "gap": "", "ratio": "ratio"}
    )

    def __iter__(self) -> Iterator[Standing]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, light: Light) -> tuple[Standing, ...]:
        """Those of one light, such as all that are red."""
        among("light", light, get_args(Light))
        return tuple(row for row in self.rows if row.light == light)

    def columns(self) -> dict[str, list[Any]]:
        """The tidy table as columns: indicator, kpi, the groups, goal, value, interval, n, how it stands, unit."""
        out: dict[str, list[Any]] = {"indicator": [row.indicator.name for row in self.rows]}
        out["kpi"] = [row.kpi for row in self.rows]
        out |= {name: [row.group[name] for row in self.rows] for name in self.by}
        for name in ("goal", "value", "low", "high", "n", "undecided", "light", "met", "gap", "ratio", "unit"):
            out[name] = [getattr(row, name) for row in self.rows]
        return out

    def _caption(self) -> str:
        return f"{len(self.rows):,} measurements against their goals, intervals at {self.confidence:.0%}"


def indicators_of(standard: ServiceStandard | Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The indicators of a standard, or those that were given."""
    given = standard.indicators if isinstance(standard, ServiceStandard) else standard
    return all_of(Indicator, "standard", given, "a ServiceStandard, or Indicators")


def standings(
    standard: ServiceStandard | Iterable[Indicator],
    kpis: Sequence[Kpi],
    measured: Iterable[_Measured],
    *,
    by: tuple[str, ...],
    confidence: float,
    margin: Mapping[str, Goal],
) -> Standings:
    """Hold measurements against the indicators of a standard; see `Measures.against`."""
    must_be(Mapping, "margin", "a mapping from KPI to distance", margin)
    known = {kpi.key: kpi for kpi in kpis}
    for key in margin:
        among("margin", key, known)
    found, rows, missing = list(measured), [], []
    for indicator in indicators_of(standard):
        kpi = known.get(indicator.kpi)
        if kpi is None or (indicator.within is not None and indicator.within != kpi.params.get("within")):
            missing.append(indicator)
            continue
        goal = None if indicator.goal is None else goal_in_unit("goal", indicator.goal, kpi)
        leeway = goal_in_unit("margin", margin.get(kpi.key, 0.0), kpi)
        if leeway < 0:
            raise InvalidValue.of("margin", "be 0 or more", leeway, shown=f"{leeway} for {kpi.key}")
        rows += [
            Standing(
                indicator=indicator,
                kpi=m.kpi,
                group=m.group,
                value=m.value,
                low=m.low,
                high=m.high,
                n=m.n,
                undecided=m.undecided,
                unit=kpi.unit,
                better=kpi.better or indicator.better,
                goal=goal,
                margin=leeway,
            )
            for m in found
            if m.kpi == kpi.key
        ]
    return Standings(rows=tuple(rows), by=by, confidence=confidence, unmeasured=tuple(missing))


def goal_in_unit(field: str, goal: Goal, kpi: Kpi) -> float:
    """A goal or margin in the unit of its KPI; one that the KPI cannot take would colour everything alike."""
    if isinstance(goal, dt.timedelta) and kpi.unit == "s":
        return goal.total_seconds()
    if isinstance(goal, dt.timedelta) or (kpi.unit == "share" and not 0 <= goal <= 1):
        expected = "a share from 0 to 1, such as 0.95" if kpi.unit == "share" else f"a number in {kpi.unit}"
        raise InvalidValue(
            f"{field} of {kpi.key} must be {expected} (got {goal!r})", field=field, expected=expected, got=goal
        )
    return float(goal)
