"""Goals against measured values: gap, ratio, and a verdict by the interval."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol, TypeAlias, get_args

import attrs

from servqual._checks import all_of, among, must_be
from servqual.errors import InvalidValue
from servqual.metrics.kpi.definition import Kpi
from servqual.metrics.results.measurement import Measurement
from servqual.metrics.results.tidy import OWN, Column, Columns, Tidy
from servqual.model.standards.indicator import Goal, Indicator
from servqual.model.standards.standard import ServiceStandard

GoalVerdict: TypeAlias = Literal["reached", "not_reached", "unclear", "cannot_be_judged"]


@attrs.frozen(kw_only=True)
class Attainment:
    """One measurement against the goal of one indicator.

    `goal`, `margin` and `gap` are in the unit of the KPI, durations in seconds. `gap`, `ratio` and `met` compare the
    value itself with the goal, and are None without data, a goal or a better direction; `verdict` also asks how sure
    the value is.
    """

    indicator: Indicator
    measured: Measurement
    goal: float | None
    margin: float = 0

    @property
    def _better(self) -> str | None:
        return self.measured.better or self.indicator.better

    @property
    def gap(self) -> float | None:
        """How far the value missed the goal, in the direction that is worse; negative where it passed the goal."""
        if self.measured.value is None or self.goal is None or self._better is None:
            return None
        return self.measured.value - self.goal if self._better == "lower" else self.goal - self.measured.value

    @property
    def ratio(self) -> float | None:
        """The attained part of the goal: value / goal, or goal / value where lower is better; 1 reaches it.

        None also where the goal or the value is negative, or the divisor is 0.
        """
        value, goal = self.measured.value, self.goal
        if value is None or goal is None or self._better is None or min(value, goal) < 0:
            return None
        top, base = (goal, value) if self._better == "lower" else (value, goal)
        return top / base if base else None

    @property
    def met(self) -> bool | None:
        """Whether the value itself reaches the goal; a value at the goal does."""
        return None if self.gap is None else self.gap <= 0

    @property
    def verdict(self) -> GoalVerdict:
        """Whether the goal is reached, by the interval; see `Measures.against`."""
        m = self.measured
        return verdict_on_interval(
            m,
            m.low,
            m.high,
            unit=m.unit,
            unread=m.mostly_unread,
            goal=self.goal,
            better=self._better,
            margin=self.margin,
        )


def verdict_on_cases(measured: Measurement, goal: float | None, better: str | None) -> GoalVerdict:
    """Judge the measured cases alone, as a fact and not as a sample, without their interval.

    Unclear only while the undecided items of a share may still decide it.

    >>> facts = {"kpi": "csat", "group": {}, "low": 0.4, "high": 1, "error": 0, "better": "higher", "definition": ""}
    >>> open_cases = Measurement(value=0.8, n=10, undecided=2, unit="share", **facts)
    >>> [verdict_on_cases(open_cases, goal, "higher") for goal in (0.6, 0.8, 0.9)]
    ['reached', 'unclear', 'not_reached']
    """
    value, unread = measured.value, measured.mostly_unread
    return verdict_on_interval(measured, value, value, unit=measured.unit, unread=unread, goal=goal, better=better)


class Counted(Protocol):
    """A value with the items that it counts, and those that are undecided."""

    @property
    def value(self) -> float | None:
        """The value; None where there is no data."""

    @property
    def n(self) -> int:
        """Items that count."""
        ...

    @property
    def undecided(self) -> int:
        """Items that may still go either way."""
        ...


def verdict_on_interval(
    of: Counted,
    low: float | None,
    high: float | None,
    *,
    unit: str,
    unread: bool,
    goal: float | None,
    better: str | None,
    margin: float = 0,
) -> GoalVerdict:
    """Judge a value by its interval, that of a share widened by its undecided items: all misses, or all hits.

    `unread` says that most of the rows that it needs could not be read.

    >>> facts = {"kpi": "csat", "group": {}, "low": 0.75, "high": 0.85, "error": 0, "better": "higher"}
    >>> open_cases = Measurement(value=0.8, n=1000, undecided=200, unit="share", definition="", **facts)
    >>> asked = {"unit": "share", "unread": False, "better": "higher"}
    >>> [verdict_on_interval(open_cases, 0.75, 0.85, goal=goal, **asked) for goal in (0.6, 0.7, 0.9)]
    ['reached', 'unclear', 'not_reached']
    """
    if of.value is None or unread:
        return "cannot_be_judged"
    if unit == "share" and of.undecided and low is not None and high is not None:
        hits, every = round(of.value * of.n), of.n + of.undecided
        low, high = min(low, hits / every), max(high, (hits + of.undecided) / every)
    return held_against(low, high, goal, better, margin)


def held_against(
    low: float | None, high: float | None, goal: float | None, better: str | None, margin: float = 0
) -> GoalVerdict:
    """Hold a range against a goal; a missing end reaches as far as it can, and a boundary reaches the goal.

    >>> held_against(0.91, 0.97, 0.9, "higher"), held_against(0.91, 0.97, 0.95, "higher")
    ('reached', 'unclear')
    """
    if goal is None or better is None:
        return "cannot_be_judged"
    if better == "lower":
        low, high, goal = _minus(high), _minus(low), -goal
    if low is not None and low >= goal + margin:
        return "reached"
    if high is not None and high < goal - margin:
        return "not_reached"
    return "unclear"


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Attainments(Tidy[Attainment]):
    """The measured groups against the indicators of a standard, in the order of the indicators.

    `unmeasured` are the indicators whose KPI was not measured, or not with their limit (`within`).
    """

    confidence: float
    unmeasured: tuple[Indicator, ...] = ()
    _columns: ClassVar[Columns] = MappingProxyType(
        {
            "indicator": Column("indicator.name"),
            "kpi": Column("measured.kpi"),
            "group": Column("measured.group"),
            "goal": Column("goal", OWN),
            "value": Column("measured.value", OWN),
            "low": Column("measured.low", OWN),
            "high": Column("measured.high", OWN),
            "n": Column("measured.n"),
            "undecided": Column("measured.undecided"),
            "verdict": Column("verdict"),
            "met": Column("met"),
            "gap": Column("gap", OWN),
            "ratio": Column("ratio", "ratio"),
            "unit": Column("measured.unit"),
        }
    )

    def of(self, verdict: GoalVerdict) -> tuple[Attainment, ...]:
        """The rows of one verdict, such as all that are `not_reached`."""
        among("verdict", verdict, get_args(GoalVerdict))
        return tuple(row for row in self.rows if row.verdict == verdict)

    def _caption(self) -> str:
        return f"{len(self.rows):,} measurements against their goals, intervals at {self.confidence:.0%}"


def indicators_of(standard: ServiceStandard | Iterable[Indicator]) -> tuple[Indicator, ...]:
    """Read the indicators of a standard, or several indicators."""
    given = standard.indicators if isinstance(standard, ServiceStandard) else standard
    return all_of(Indicator, "standard", given, "a ServiceStandard, or Indicators")


def goal_of(indicator: Indicator, kpi: Kpi) -> float | None:
    """Read the goal of an indicator in the unit of its KPI."""
    return None if indicator.goal is None else _in_unit("goal", indicator.goal, kpi)


def attainments(
    standard: ServiceStandard | Iterable[Indicator],
    kpis: Sequence[Kpi],
    measured: Iterable[Measurement],
    *,
    by: tuple[str, ...],
    confidence: float,
    margin: Mapping[str, Goal],
) -> Attainments:
    """Hold measurements against the indicators of a standard; see `Measures.against`."""
    must_be(Mapping, "margin", "a mapping from KPI to distance", margin)
    known = {kpi.key: kpi for kpi in kpis}
    for key in margin:
        among("margin", key, known)
    found = list(measured)
    rows: list[Attainment] = []
    missing: list[Indicator] = []
    for indicator in indicators_of(standard):
        kpi = known.get(indicator.kpi)
        if kpi is None or (indicator.within is not None and indicator.within != kpi.params.get("within")):
            missing.append(indicator)
            continue
        goal, distance = goal_of(indicator, kpi), _in_unit("margin", margin.get(kpi.key, 0.0), kpi)
        if distance < 0:
            raise InvalidValue.of("margin", "be 0 or more", distance, shown=f"{distance} for {kpi.key}")
        rows += [
            Attainment(indicator=indicator, measured=m, goal=goal, margin=distance) for m in found if m.kpi == kpi.key
        ]
    return Attainments(rows=tuple(rows), by=by, confidence=confidence, unmeasured=tuple(missing))


def _in_unit(field: str, goal: Goal, kpi: Kpi) -> float:
    """Read a goal or margin in the unit of its KPI; one out of its reach would judge all groups alike."""
    if isinstance(goal, dt.timedelta) and kpi.unit == "s":
        return goal.total_seconds()
    if isinstance(goal, dt.timedelta) or (kpi.unit == "share" and not 0 <= goal <= 1):
        rule = "a share from 0 to 1, such as 0.95" if kpi.unit == "share" else f"a number in {kpi.unit}"
        raise InvalidValue.of(field, f"be {rule}", goal, shown=f"{goal!r} for {kpi.key}")
    return float(goal)
