"""The question of a comparison: its options, checked once."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from servqual._checks import all_of, must_be, several, whole
from servqual._words import number
from servqual.errors import InvalidValue
from servqual.pdca.verdicts.guardrail import Guardrail, as_margin
from servqual.pdca.verdicts.selection import Selected
from servqual.pdca.verdicts.sides import About

Amount: TypeAlias = float | dt.timedelta
Amounts: TypeAlias = Amount | Mapping[str, Amount] | None
"""One amount for the KPI, or one per key of several KPIs."""


def _share(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, float | int) or not 0 < value < 1 - 1e-9:
        raise InvalidValue.of(field.name, "lie between 0 and 1", value, do="write 0.95")


def _margins(given: Amounts) -> Any:
    if given is None:
        return None
    if isinstance(given, Mapping):
        return MappingProxyType({key: _margins(amount) for key, amount in given.items()})
    if not (found := as_margin(given)):
        raise InvalidValue.of("margin", "be above 0", given, do="leave it out to ask for no margin")
    return found


def _goals(given: object) -> Any:
    if isinstance(given, Mapping):
        return MappingProxyType({key: _goals(amount) for key, amount in given.items()})
    value = given.total_seconds() if isinstance(given, dt.timedelta) else given
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue.of("goal", "be a number in the unit of the KPI", given)
    return float(value)


def _guardrails(given: Iterable[Guardrail]) -> tuple[Guardrail, ...]:
    return all_of(Guardrail, "guardrails", several("guardrails", given, "Guardrails", alone=Guardrail), "Guardrails")


def _columns(given: Iterable[str]) -> tuple[str, ...]:
    return all_of(str, "mix_by", several("mix_by", given, "names of columns", alone=str), "names of columns")


@attrs.frozen(kw_only=True)
class Asked:
    """The options of `compare`."""

    kpi: str | None = None
    primary: str | None = None
    margin: Any = attrs.field(default=None, converter=_margins)
    goal: Any = attrs.field(default=None, converter=_goals)
    guardrails: tuple[Guardrail, ...] = attrs.field(default=(), converter=_guardrails)
    confidence: float = attrs.field(default=0.95, validator=_share)
    power: float = attrs.field(default=0.8, validator=_share)
    looks: int = attrs.field(default=1, validator=whole(1))
    mix_by: tuple[str, ...] = attrs.field(default=(), converter=_columns)
    selected: Selected | None = None

    def __attrs_post_init__(self) -> None:
        must_be((str, type(None)), "kpi", "the key of a KPI", self.kpi)
        must_be((str, type(None)), "primary", "the key of a KPI", self.primary)
        must_be((Selected, type(None)), "selected", "a Selected", self.selected)
        keys = [guardrail.kpi for guardrail in self.guardrails]
        if len({*keys}) < len(keys):
            raise InvalidValue.of("guardrails", "name each KPI once", keys, shown=", ".join(keys))

    @property
    def level(self) -> float:
        """The confidence of each look, so that all of them together keep the one asked for (Bonferroni)."""
        return 1 - (1 - self.confidence) / self.looks

    def margin_of(self, about: About) -> float | None:
        """Find the margin of a KPI, and refuse one as wide as its scale."""
        margin: float | None = self.margin.get(about.key) if isinstance(self.margin, Mapping) else self.margin
        if margin is not None:
            narrower("margin", margin, about)
        return margin

    def goal_of(self, about: About) -> float | None:
        """Find the goal of a KPI, and refuse one that it cannot take."""
        goal: float | None = self.goal.get(about.key) if isinstance(self.goal, Mapping) else self.goal
        least, most = about.ends
        if goal is not None and not least <= goal <= most:
            rule = f"lie from {number(least, about.unit)} to {number(most, about.unit)} for {about.key}"
            raise InvalidValue.of("goal", rule, goal)
        return goal

    def plain(self) -> dict[str, Any]:
        """Give the options as plain data."""
        return {
            "kpi": self.kpi,
            "primary": self.primary,
            "margin": dict(self.margin) if isinstance(self.margin, Mapping) else self.margin,
            "goal": dict(self.goal) if isinstance(self.goal, Mapping) else self.goal,
            "guardrails": [[guardrail.kpi, guardrail.margin] for guardrail in self.guardrails],
            "confidence": self.confidence,
            "power": self.power,
            "looks": self.looks,
            "mix_by": list(self.mix_by),
            "selected": None if self.selected is None else list(attrs.astuple(self.selected)),
        }

    @classmethod
    def of_plain(cls, stored: Mapping[str, Any]) -> "Asked":
        """Read the options from plain data; what they must not be is refused as in a call."""
        picked = stored["selected"]
        rails = tuple(Guardrail(kpi=key, margin=margin) for key, margin in stored["guardrails"])
        selected = None if picked is None else Selected(of=picked[0], value=picked[1], error=picked[2])
        facts = dict(stored)
        facts.update(guardrails=rails, selected=selected)
        return cls(**facts)


def narrower(field: str, margin: float, about: About) -> None:
    """Refuse a margin that is as wide as the scale, such as 2 for two points of a share."""
    width = about.ends[1] - about.ends[0]
    if margin >= width:
        raise InvalidValue.of(
            field,
            f"be less than the scale of {about.key}, {width:g}",
            margin,
            do="write 0.02 for two points of a share",
        )
