"""The question of a comparison: its options, checked once."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from statistics import NormalDist
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import all_of, must_be, several
from servqual._words import number
from servqual.errors import InvalidValue
from servqual.pdca.verdicts.guardrail import Guardrail, as_margin
from servqual.pdca.verdicts.selection import Selected
from servqual.pdca.verdicts.sources import About
from servqual.stats.inference import Looks, planned_looks
from servqual.stats.intervals import normal

Amount: TypeAlias = float | dt.timedelta
Amounts: TypeAlias = Amount | Mapping[str, Amount] | None
"""One amount for the KPI, or one per key of several KPIs."""
_SUREST: Final = 1 - 1e-8
"""The highest confidence of an interval, which early ones of many looks would pass."""


def _share(_: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, float | int) or not 0 < value < 1 - 1e-9:
        raise InvalidValue.of(field.name, "lie between 0 and 1", value, do="write 0.95")


def _amounts(read: Callable[[Any], float], given: Any) -> Any:
    """Read one amount, or one per key, by a function; None stays."""
    if isinstance(given, Mapping):
        return MappingProxyType({key: None if one is None else read(one) for key, one in given.items()})
    return None if given is None else read(given)


def _margins(given: Amounts) -> Any:
    return _amounts(_margin, given)


def _goals(given: Amounts) -> Any:
    return _amounts(_goal, given)


def _margin(given: object) -> float:
    if not (found := as_margin(given)):
        raise InvalidValue.of("margin", "be above 0", given, do="leave it out to ask for no margin")
    return found


def _goal(given: object) -> float:
    value = given.total_seconds() if isinstance(given, dt.timedelta) else given
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue.of("goal", "be a number in the unit of the KPI", given)
    return float(value)


def _looks(given: Any) -> tuple[int, int]:
    if isinstance(given, tuple | list) and len(given) == 2 and all(type(each) is int for each in given):  # noqa: PLR2004
        look, many = given
        if 1 <= look <= many:
            return look, many
    raise InvalidValue.of("looks", "be which look of how many", given, do="write (2, 5) for the second of five")


@lru_cache(maxsize=256)
def _planned(many: int, confidence: float) -> Looks:
    return planned_looks(many, confidence=confidence)


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
    looks: tuple[int, int] = attrs.field(default=(1, 1), converter=_looks)
    mix_by: tuple[str, ...] = attrs.field(default=(), converter=_columns)
    selected: Selected | None = None

    def __attrs_post_init__(self) -> None:
        must_be((str, type(None)), "kpi", "the key of a KPI", self.kpi)
        must_be((str, type(None)), "primary", "the key of a KPI", self.primary)
        must_be((Selected, type(None)), "selected", "a Selected", self.selected)
        keys = [guardrail.kpi for guardrail in self.guardrails]
        if len({*keys}) < len(keys):
            raise InvalidValue.of("guardrails", "name each KPI once", keys, shown=", ".join(keys))

    def level(self, share: int = 1) -> float:
        """Find the confidence of this look at one part in `share` of the risk, so that all looks together keep that."""
        (look, many), whole = self.looks, self._whole(share)
        return whole if many == 1 else min(1 - float(_planned(many, whole).p_value[look - 1]), _SUREST)

    def drift(self, share: int = 1) -> float:
        """Find the effect, in standard errors after the last look, that all looks together find at the power."""
        many, whole = self.looks[1], self._whole(share)
        if many == 1:
            return float(normal(whole)) + NormalDist().inv_cdf(self.power)
        found = _planned(many, whole).drift(self.power)
        assert found is not None  # the last look has all of the information
        return found

    def _whole(self, share: int) -> float:
        return 1 - (1 - self.confidence) / share

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
            rule = f"lie from {number(least, about.told_in)} to {number(most, about.told_in)} for {about.key}"
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
            "looks": list(self.looks),
            "mix_by": list(self.mix_by),
            "selected": None if self.selected is None else self.selected.plain(),
        }

    @classmethod
    def of_plain(cls, stored: Mapping[str, Any]) -> "Asked":
        """Read the options from plain data; what they must not be is refused as in a call."""
        picked = stored["selected"]
        rails = tuple(Guardrail(kpi=key, margin=margin) for key, margin in stored["guardrails"])
        selected = None if picked is None else Selected.of_plain(picked)
        facts = dict(stored)
        facts.update(guardrails=rails, selected=selected)
        return cls(**facts)


def check_selected(picked: Selected, about: About, group: Mapping[str, Any]) -> None:
    """Refuse a picked value that is no value of the KPI, or was picked for another KPI or group."""
    least, most = about.ends
    if picked.kpi not in {"", about.key}:
        raise InvalidValue.of("selected", f"be picked by {about.key}", picked.kpi)
    labels = {name: str(label) for name, label in group.items()}
    if other := {name: of for name, of in picked.group.items() if labels.get(name, of) != of}:
        raise InvalidValue.of("selected", "be of the group that is compared", other)
    if not least <= picked.value <= most or picked.error > (most - least) / 2:
        ends = f"{number(least, about.told_in)} to {number(most, about.told_in)}"
        rule = f"lie from {ends} for {about.key}, its error too"
        raise InvalidValue.of("selected", rule, (picked.value, picked.error))


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
