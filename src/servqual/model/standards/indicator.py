"""An indicator: a goal for a measure, with reason and date, and a list of its missing parts."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

import attrs

from servqual._checks import calendar_date, lasting, one_of
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.ids import AgentId
from servqual.model.labels import Labelled

Goal = float | dt.timedelta


class Measure(Protocol):
    """Part of a measure that an indicator needs; each entry of `servqual.metrics.KPIS` has it."""

    @property
    def unit(self) -> str:
        """Unit, such as `share`, `s` or `points`."""
        ...

    @property
    def better(self) -> str | None:
        """Better direction: `higher`, `lower`, or None where neither is better."""
        ...


@declared("smart_criterion")
class SmartCriterion(Labelled):
    """Five criteria of a good indicator."""

    SPECIFIC = "specific", "具体"
    MEASURABLE = "measurable", "可衡量"
    ACHIEVABLE = "achievable", "可实现"
    RELEVANT = "relevant", "相关性"
    TIME_BOUND = "time_bound", "时限性"


# least and most value of a measure by unit; a measure in another unit is any number of at least 0
_REACH: Final[Mapping[str, tuple[float, float]]] = {
    "share": (0, 1),
    "points": (-100, 100),
    "gap": (-math.inf, math.inf),
}


def _countable(_: object, field: "attrs.Attribute[Goal | None]", value: object) -> None:
    if value is None or isinstance(value, dt.timedelta):
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue.of(field.name, "be a finite number or a timedelta", value, do="write 0.95 for 95 %")


@declared("indicator")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Indicator:
    """Goal for one measure, with reason, date and owner.

    `kpi` is the key of a measure, `within` its limit where it needs one. `goal` and `baseline` (the value when the goal
    was set) are in the unit of the measure: a share from 0 to 1, a count, or a `timedelta`; both of one type. A
    boundary value reaches the goal. `better` gives the better direction of a measure that no catalogue knows.

    All fields are optional, because people begin with unfinished goals: `smart_gaps` lists the missing parts. Refused:
    a goal that is not a finite number or a timedelta, a limit that is not positive, goal and baseline of different
    types.

    >>> solve = Indicator(name="solve what we take on", kpi="resolution_rate", goal=0.95)
    >>> [gap.label() for gap in solve.smart_gaps()]
    ['relevant', 'time bound']
    >>> solve.smart_gaps()[0].label("zh")
    '相关性'
    """

    name: str = ""
    kpi: str = ""
    goal: Goal | None = attrs.field(default=None, validator=_countable)
    within: dt.timedelta | None = attrs.field(default=None, validator=lasting)
    reason: str = ""
    due: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))
    owner: AgentId | None = None
    baseline: Goal | None = attrs.field(default=None, validator=_countable)
    better: str | None = attrs.field(default=None, validator=attrs.validators.optional(one_of("higher", "lower")))

    def __attrs_post_init__(self) -> None:
        kinds = {isinstance(value, dt.timedelta) for value in (self.goal, self.baseline) if value is not None}
        if len(kinds) > 1:
            raise InvalidValue.of(
                "baseline",
                "be of the type of the goal",
                self.baseline,
                shown=f"{self.baseline!r} for {self.goal!r}",
                do="write both as numbers or both as timedelta",
            )

    def smart_gaps(self, measures: Mapping[str, Measure] | None = None) -> tuple[SmartCriterion, ...]:
        """List the criteria among specific, measurable, achievable, relevant and time-bound that it does not meet.

        Specific needs a name and a measure; measurable a known measure and a goal; achievable a goal within the range
        of the measure and not worse than the baseline; relevant a reason; time-bound a date. `measures`, such as
        `servqual.metrics.KPIS`, gives the known measures with unit and better direction; without it every key is known.

        >>> from servqual.metrics import KPIS
        >>> [str(gap) for gap in Indicator(name="all", kpi="resolution_rate", goal=95, reason="x").smart_gaps(KPIS)]
        ['achievable', 'time_bound']
        """
        return tuple(self._gaps(measures))

    def _gaps(self, measures: Mapping[str, Measure] | None) -> Iterator[SmartCriterion]:
        if not (self.name.strip() and self.kpi.strip()):
            yield SmartCriterion.SPECIFIC
        known = measures is None or self.kpi in measures
        if not (self.kpi.strip() and known and self.goal is not None):
            yield SmartCriterion.MEASURABLE
        if self.goal is None or not self._achievable(self.goal, None if measures is None else measures.get(self.kpi)):
            yield SmartCriterion.ACHIEVABLE
        if not self.reason.strip():
            yield SmartCriterion.RELEVANT
        if self.due is None:
            yield SmartCriterion.TIME_BOUND

    def _achievable(self, goal: Goal, measure: Measure | None) -> bool:
        number = _number(goal)
        if measure is not None:
            if isinstance(goal, dt.timedelta) and measure.unit != "s":
                return False
            least, most = _REACH.get(measure.unit, (0, math.inf))
            if not least <= number <= most:
                return False
        better = self.better if measure is None else measure.better
        if self.baseline is None or better is None:
            return True
        gain = number - _number(self.baseline)
        return gain >= 0 if better == "higher" else gain <= 0


def _number(goal: Goal) -> float:
    return goal.total_seconds() if isinstance(goal, dt.timedelta) else goal
