"""One promise about time: its clock, its limit, and the cases that it is for."""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from servqual._checks import a, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.attributes import Value, as_tags, as_value, with_types
from servqual.model.declared import declared
from servqual.model.hours.hours import AtClose, Hours, some_hours
from servqual.model.hours.working_days import WorkingDays
from servqual.model.service.case_events import Priority, as_priority
from servqual.model.sla.clocks import Clock, ClockRule

TAGS: Final = "tags"
Mark: TypeAlias = float | dt.timedelta
_FURTHEST: Final = 10
"""Marks of so many limits and more are per cent by mistake."""
Limit: TypeAlias = dt.timedelta | WorkingDays


def _marks(given: Mark | Iterable[Mark]) -> tuple[Mark, ...]:
    marks = several("warn_at", given, "shares of the limit, or timedeltas from due", alone=(int, float, dt.timedelta))
    return tuple(mark if isinstance(mark, dt.timedelta) else _share(mark) for mark in marks)


def _share(mark: object) -> float:
    if isinstance(mark, bool) or not isinstance(mark, int | float) or not 0 < mark < _FURTHEST:
        raise InvalidValue.of(
            "warn_at",
            f"be shares of the limit above 0 and below {_FURTHEST}, or timedeltas from due",
            mark,
            do="write 0.75, or timedelta(hours=-1) for an hour before",
        )
    return float(mark)


def _a_limit(_target: object, field: "attrs.Attribute[Any]", limit: object) -> None:
    if limit is None or isinstance(limit, WorkingDays):
        return
    if not isinstance(limit, dt.timedelta) or limit < dt.timedelta():
        raise InvalidValue.of(field.name, "be a timedelta of zero or more, WorkingDays, or None", limit)


def _a_number(goal: Any) -> Any:
    return float(goal) if type(goal) is int else goal  # equal targets look the same, and are the same definition


def _a_share(_target: object, _attribute: object, goal: Any) -> None:
    if goal is not None and not (isinstance(goal, int | float) and not isinstance(goal, bool) and 0 < goal <= 1):
        raise InvalidValue.of("goal", "be a share above 0 and at most 1", goal, do="write 0.95 for 95 %")


Match: TypeAlias = Value | tuple[str, ...]


def _read_only(match: Mapping[str, Value | Iterable[str]]) -> Mapping[str, Match]:
    given: Any = match
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise InvalidValue.of(
            "match", "map attributes to texts, numbers, flags or moments", match, do="write {'channel': 'phone'}"
        )
    return MappingProxyType({name: _wanted(name, value) for name, value in match.items()})


def _wanted(name: str, value: Any) -> Match:
    if name == TAGS:
        return as_tags([value] if isinstance(value, str) else value)
    if isinstance(value, float) or not isinstance(value, str | int | dt.datetime):
        raise InvalidValue.of(
            "match",
            "map attributes to texts, whole numbers, flags or moments",
            value,
            shown=f"{value!r:.80} for {name}",
            do="write {'channel': 'phone'}",
        )
    return as_value(value, f"match.{name}")


@declared("target")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Target(Rebuilt):
    """Limit for one clock, and the cases that it is for.

    `within` is elapsed time, or `WorkingDays(2)` of the hours; only a stop at the very start keeps zero, and None means
    that these cases have no such promise. Working days are the open time from the start until they are due, which
    decides the `limit` of a reading when its clock begins: a pause gives back its open time, as in any limit. `goal` is
    the share of cases that must keep it. `warn_at` are shares of the limit (0.75) or signed times from due (an hour
    before: `timedelta(hours=-1)`); by default there are no warnings. The target is for cases with this `priority` and
    every value in `match`: fields of events (`channel`, `team`, `category`, `tier`, …), the firm's own attributes, or
    `tags`, all of which a case must have; without both it is for all cases. Values are compared with their type, so
    that 7 is not "7"; in a log that holds columns, where all are labels, by their labels. A priority in `match` is the
    same as `priority`.
    `hours` and `rule` are by default those of the agreement; `name` separates several promises on one clock. Negative
    limits are refused.

    >>> Target(clock="first_response", within=dt.timedelta(minutes=30), priority="urgent").conditions
    frozenset({('priority', <Priority.URGENT: 'urgent'>)})
    >>> Target(clock="resolution", within=-dt.timedelta(hours=1))
    Traceback (most recent call last):
    servqual.errors.InvalidValue: within must be a timedelta of zero or more, WorkingDays, or None (got -1 day, \
23:00:00)
    """

    clock: Clock = attrs.field(converter=Clock)
    within: Limit | None = attrs.field(validator=_a_limit)
    goal: float | None = attrs.field(default=None, converter=_a_number, validator=_a_share)
    warn_at: tuple[Mark, ...] = attrs.field(default=(), converter=_marks)
    priority: Priority | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_priority))
    match: Mapping[str, Match] = attrs.field(factory=dict[str, Match], converter=_read_only, eq=with_types, hash=False)
    hours: Hours | None = attrs.field(default=None, validator=attrs.validators.optional(some_hours))
    rule: ClockRule | None = attrs.field(default=None, validator=attrs.validators.optional(a(ClockRule)))
    name: str | None = None

    def __attrs_post_init__(self) -> None:
        if "priority" in self.match:
            others = dict(self.match)
            priority = others.pop("priority")
            if self.priority is not None or not isinstance(priority, str):
                raise InvalidValue.of("match", "hold a text as priority, where priority= is not given", priority)
            object.__setattr__(self, "priority", as_priority(priority))
            object.__setattr__(self, "match", MappingProxyType(others))

    @property
    def key(self) -> str:
        """Name of the promise: its own, or that of its clock."""
        return self.name or self.clock

    def at_close(self, usual: AtClose) -> AtClose:
        """Return what holds where the limit is used up at a close: the usual, or what its working days say."""
        return self.within.at_close if isinstance(self.within, WorkingDays) else usual

    @property
    def conditions(self) -> frozenset[tuple[str, Value]]:
        """Attributes and tags that a case must have for the target."""
        wanted: dict[str, Match] = {**self.match}
        if self.priority is not None:
            wanted["priority"] = self.priority
        return pairs_of(wanted)


def pairs_of(known: Mapping[str, Any]) -> frozenset[tuple[str, Value]]:
    """List names with their values, each tag on its own; None is no value."""
    pairs = ((name, value) for name, value in known.items() if name != TAGS and value is not None)
    return frozenset((*pairs, *((TAGS, tag) for tag in known.get(TAGS, ()))))
