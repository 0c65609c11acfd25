"""A service-level agreement: targets by clock and kind of case, the hours that count, and what pauses a clock."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

import attrs

from servqual._checks import a, as_instant, filled, must_be, near, several
from servqual.errors import InvalidValue
from servqual.model._declared import declared
from servqual.model.history.lifecycle import Event, Lived
from servqual.model.hours.hours import Hours, some_hours
from servqual.model.sla.clocks import STANDARD, ClockConventions, ClockRule
from servqual.model.sla.cycles import Chooser, fold, to_minutes
from servqual.model.sla.reading import Reading
from servqual.model.sla.target import Target
from servqual.model.sla.verdict import pending, read_cycle


@attrs.frozen
class Promise:
    """All targets of one key, most specific first, with the rule of their clock."""

    key: str
    rule: ClockRule
    pause_on: frozenset[str]
    chooser: Chooser[Target]


def _as_tuple(given: Iterable[Target]) -> tuple[Target, ...]:
    return several("targets", given, "Targets")


def _reasons(names: Iterable[str]) -> frozenset[str]:
    return frozenset(several("pause_on", names, "names of what a case may wait on", alone=str))


@declared("sla")
@attrs.frozen(kw_only=True)
class Sla:
    """What is promised about time, to whom, and how it is counted.

    `targets` are limits by clock, priority and any attribute of a case; of those that hold the most specific wins.
    `hours` count unless a target has its own. `pause_on` names what a case may wait on without the clock running,
    such as `{"customer"}`: it holds for the clocks of solving, never for answering. `conventions` settle what
    agreements leave open; `servqual.presets` has those of well-known products. Refused: no target, two equally
    specific targets that can hold for one case, a clock without a rule, and several hours of which some count by the
    wall.

    >>> from servqual.model import BusinessHours, Clock
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> sla = Sla(name="support", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=8))])
    >>> [promise.key for promise in sla.targets]
    [<Clock.RESOLUTION: 'resolution'>]
    """

    name: str = attrs.field(validator=filled)
    hours: Hours = attrs.field(validator=some_hours)
    targets: tuple[Target, ...] = attrs.field(converter=_as_tuple)
    pause_on: frozenset[str] = attrs.field(default=frozenset(), converter=_reasons)
    conventions: ClockConventions = attrs.field(
        default=STANDARD, validator=a(ClockConventions), repr=lambda c: repr(c.name)
    )
    promises: tuple[Promise, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.targets:
            raise InvalidValue("targets must hold at least one (got none)", field="targets", expected="targets")
        for target in self.targets:
            if not isinstance(target, Target):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidValue.of("targets", "be Targets", target)
            _long_enough(target, self.conventions.shortest)
        self._refuse_mixed_time()
        keys = dict.fromkeys(target.key for target in self.targets)
        groups = [tuple(target for target in self.targets if target.key == key) for key in keys]
        object.__setattr__(self, "promises", tuple(self._promise(group) for group in groups))

    def read(self, case: Lived[Any, Any], *, now: dt.datetime) -> Mapping[str, Reading]:
        """Every clock of a case (or a complaint) at a moment, by clock (or by the name of its target).

        Events after `now` are not looked at, so a past moment shows what was true then; `case.known_by(now)` shows what
        was believed. A promise that does not hold for the case is absent; one whose clock has not begun is pending.
        Targets that look at what no event of such a case says are refused.
        """
        moment = as_instant(now, "now")
        must_be(Lived, "case", "an object with a history, such as a Case", case)
        readings: dict[str, Reading] = {}
        for promise in self.promises:
            if not case.facts().issuperset(promise.chooser.reads):
                raise _unsaid(promise, case)
            reading = self._read(case.id, case.counted, promise, moment)
            if reading is not None:
                readings[promise.key] = reading
        return MappingProxyType(readings)

    @property
    def attributes(self) -> frozenset[str]:
        """What of a case its targets look at."""
        return frozenset(name for promise in self.promises for name in promise.chooser.reads)

    def _read(self, case: str, history: tuple[Event, ...], promise: Promise, now: dt.datetime) -> Reading | None:
        cycles, target = fold(history, promise.rule, promise.pause_on, promise.chooser, now)
        last: Reading | None = None
        if self.conventions.pause_edges == "minute":
            cycles = [to_minutes(cycle) for cycle in cycles]
        for cycle in cycles:
            earlier = () if last is None else last.cycles
            reading = read_cycle(
                case,
                cycle,
                agreed=self.hours,
                conventions=self.conventions,
                now=now,
                history=history,
                earlier=earlier,
            )
            last = reading or last
        if last is None and not cycles and target is not None and target.within is not None:
            return pending(case, target, self.hours, self.conventions, now)
        return last

    def _refuse_mixed_time(self) -> None:
        hours = {target.hours or self.hours for target in self.targets}
        if len(hours) > 1 and not (self.conventions.whole_history or all(each.counts_real_time for each in hours)):
            raise InvalidValue.of(
                "hours",
                "all count real time where targets have different ones",
                hours,
                shown="counting='wall'",
                do="give all targets the same hours, or conventions with whole_history=True",
            )

    def _promise(self, targets: tuple[Target, ...]) -> Promise:
        rules = [target.rule or self.conventions.rules.get(target.clock) for target in targets]
        rule, key = rules[0], targets[0].key
        if rule is None:
            raise InvalidValue(
                f"target {str(key)!r} must say what starts and stops its clock (got no rule); give rule=ClockRule(…)",
                field="rule",
                expected="a ClockRule",
                got=None,
            )
        if any(other != rule for other in rules):
            raise InvalidValue(
                f"targets of one key must share one rule (got different ones for {str(key)!r}); give them names",
                field="rule",
                expected="one rule",
                got=rules,
            )
        _refuse_ties(targets)
        pauses = self.pause_on if rule.pause_on is None else rule.pause_on
        return Promise(key, rule, pauses, _chooser(targets))


def _unsaid(promise: Promise, case: Lived[Any, Any]) -> InvalidValue:
    name = next(name for name in promise.chooser.reads if name not in case.facts())
    told = near(name, case.facts())
    return InvalidValue.of(
        "match",
        f"look at what events say of a {type(case).__name__}",
        name,
        shown=f"{name!r} for {promise.key!r}",
        near=told,
    )


def _long_enough(target: Target, shortest: dt.timedelta | None) -> None:
    if shortest is not None and target.within is not None and target.within < shortest:
        raise InvalidValue.of(
            "within",
            f"be at least {shortest} under these conventions",
            target.within,
            shown=f"{target.within} for {str(target.key)!r}",
        )


def _chooser(targets: tuple[Target, ...]) -> Chooser[Target]:
    ranked = sorted(((target.conditions, target) for target in targets), key=lambda pair: -len(pair[0]))
    reads = dict.fromkeys(name for conditions, _ in ranked for name, _ in sorted(conditions, key=str))

    def choose(known: Mapping[str, object]) -> Target | None:
        pairs = known.items()
        return next((target for conditions, target in ranked if conditions <= pairs), None)

    return Chooser(tuple(reads), choose)


def _refuse_ties(targets: tuple[Target, ...]) -> None:
    known = {target.conditions for target in targets}
    for one, other in combinations(targets, 2):
        both = one.conditions | other.conditions
        tie = len(one.conditions) == len(other.conditions) and len(dict(both)) == len(both)
        if tie and (one.conditions == other.conditions or both not in known):
            raise InvalidValue(
                f"targets of {str(one.key)!r} must not be equally specific for one case (got {_words(one)} and "
                f"{_words(other)}); add one for cases that are both, or remove one",
                field="targets",
                expected="one most specific target",
                got=(one, other),
            )


def _words(target: Target) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(target.conditions, key=str)) or "every case"
