"""A service-level agreement: targets by clock and kind of case, hours, and reasons for pauses."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

import attrs

from servqual._checks import a, as_instant, filled, must_be, several
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.attributes import as_label, as_typed
from servqual.model.declared import declared
from servqual.model.history.event import Event
from servqual.model.history.lifecycle import Lived
from servqual.model.hours.hours import Hours, some_hours
from servqual.model.hours.working_days import WorkingDays
from servqual.model.service.case import CASE_TRANSITIONS
from servqual.model.service.complaint import COMPLAINT_TRANSITIONS
from servqual.model.sla.clocks import STANDARD, ClockConventions, ClockRule, waiting_reasons
from servqual.model.sla.cycles import Chooser, cycles_of, to_minutes
from servqual.model.sla.reading import Reading
from servqual.model.sla.readings import Readings
from servqual.model.sla.target import TAGS, Target, pairs_of
from servqual.model.sla.verdict import pending, read_cycle
from servqual.model.vocabulary import Vocabulary


@attrs.frozen
class Promise:
    """Targets of one key, the most specific first, with the rule of their clock."""

    key: str
    rule: ClockRule
    pause_on: frozenset[str]
    chooser: Chooser[Target]


def _as_tuple(given: Iterable[Target]) -> tuple[Target, ...]:
    return several("targets", given, "Targets")


@declared("sla")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Sla(Rebuilt):
    """Promises about time, the cases that they are for, and the way to count.

    `targets` are limits by clock, priority and any attribute of a case; the most specific target for a case wins.
    `hours` count unless a target has its own. `pause_on` names reasons of waiting that stop the clock, such as
    `{"customer"}`; it is for the clocks of solving, never of answering. `conventions` decide the questions that
    agreements leave open; `servqual.presets` has those of well-known products. A name in `match` that no case has is
    never met; where a `vocabulary` is given, its names and words are checked. Refused: no target, two equally specific
    targets for one case, a clock without a rule, and different hours with wall-clock time among them.

    >>> from servqual.model import BusinessHours, Clock
    >>> hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    >>> sla = Sla(name="support", hours=hours, targets=[Target(clock=Clock.RESOLUTION, within=dt.timedelta(hours=8))])
    >>> [promise.key for promise in sla.targets]
    [<Clock.RESOLUTION: 'resolution'>]
    """

    name: str = attrs.field(validator=filled)
    hours: Hours = attrs.field(validator=some_hours)
    targets: tuple[Target, ...] = attrs.field(converter=_as_tuple)
    pause_on: frozenset[str] = attrs.field(default=frozenset(), converter=waiting_reasons)
    conventions: ClockConventions = attrs.field(
        default=STANDARD, validator=a(ClockConventions), repr=lambda c: repr(c.name)
    )
    vocabulary: Vocabulary | None = attrs.field(
        default=None, validator=attrs.validators.optional(a(Vocabulary)), repr=False
    )
    promises: tuple[Promise, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.targets:
            raise InvalidValue.of("targets", "hold at least one", (), shown="none")
        for target in self.targets:
            if not isinstance(target, Target):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidValue.of("targets", "be Targets", target)
            _long_enough(target, self.conventions.shortest)
            if isinstance(target.within, WorkingDays):
                _ = (target.hours or self.hours).day_zone  # refused where there are several
        if self.vocabulary is not None:
            _check_words(self.targets, self.vocabulary)
        self._refuse_mixed_time()
        keys = dict.fromkeys(target.key for target in self.targets)
        groups = [tuple(target for target in self.targets if target.key == key) for key in keys]
        object.__setattr__(self, "promises", tuple(self._promise(group) for group in groups))

    def read(self, case: Lived[Any, Any], *, now: dt.datetime) -> Readings:
        """Read every clock of a case (or a complaint) at a moment, by clock (or by the name of its target).

        Events after `now` are left out, so a past moment shows what was true then; `case.known_by(now)` shows what
        people knew. A promise that is not for the case is absent; a clock that has not begun is pending.
        """
        moment = as_instant(now, "now")
        must_be(Lived, "case", "an object with a history, such as a Case", case)
        readings = (self._read(case.id, case.counted, promise, moment) for promise in self.promises)
        return Readings(tuple(reading for reading in readings if reading is not None))

    @property
    def attributes(self) -> frozenset[str]:
        """Attributes of a case that its targets match."""
        return frozenset(name for promise in self.promises for name in promise.chooser.reads)

    def _read(self, case: str, history: tuple[Event, ...], promise: Promise, now: dt.datetime) -> Reading | None:
        cycles, target = cycles_of(history, promise.rule, promise.pause_on, promise.chooser, now)
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
            raise InvalidValue.of(
                "rule", f"be given for target {str(key)!r}", None, shown="none", do="give rule=ClockRule(…)"
            )
        if any(other != rule for other in rules):
            raise InvalidValue.of(
                "rule",
                "be one for all targets of one key",
                rules,
                shown=f"different ones for {str(key)!r}",
                do="give the targets names",
            )
        _refuse_ties(targets)
        pauses = self.pause_on if rule.pause_on is None else rule.pause_on
        return Promise(key, rule, pauses, _chooser(targets))


def _check_words(targets: tuple[Target, ...], vocabulary: Vocabulary) -> None:
    """Refuse names and words in conditions that are neither built in nor declared."""
    for name, value in {pair for target in targets for pair in target.conditions}:
        check_condition(vocabulary, name)
        vocabulary.read(name, value)


def check_condition(vocabulary: Vocabulary, name: str) -> None:
    """Refuse the name in a condition that is neither a fact of a case or complaint nor declared."""
    if name not in CASE_TRANSITIONS.facts | COMPLAINT_TRANSITIONS.facts:
        vocabulary.check_name(name, "match")


def _long_enough(target: Target, shortest: dt.timedelta | None) -> None:
    if shortest is not None and isinstance(target.within, dt.timedelta) and target.within < shortest:
        raise InvalidValue.of(
            "within",
            f"be at least {shortest} under these conventions",
            target.within,
            shown=f"{target.within} for {str(target.key)!r}",
        )


def _chooser(targets: tuple[Target, ...]) -> Chooser[Target]:
    ranked = sorted(((target.conditions, target) for target in targets), key=lambda pair: -len(pair[0]))
    reads = dict.fromkeys(name for conditions, _ in ranked for name, _ in sorted(conditions, key=str))

    def chooser(key: Callable[[Any], object], given: Callable[[Any], object]) -> Callable[..., Target | None]:
        keyed = [({(name, key(value)) for name, value in conditions}, target) for conditions, target in ranked]

        def choose(known: Mapping[str, Any]) -> Target | None:
            pairs = {(name, given(value)) for name, value in pairs_of(known)}
            return next((target for conditions, target in keyed if conditions <= pairs), None)

        return choose

    return Chooser(tuple(reads), chooser(_typed, _typed), chooser(as_label, as_label), chooser(as_typed, str))


def _typed(value: object) -> object:
    """Tell values apart that are equal but not the same, such as 1 and True; a built-in word is a text."""
    return value if isinstance(value, str) else (type(value), value)


def _refuse_ties(targets: tuple[Target, ...]) -> None:
    typed_of = [(target, frozenset((name, _typed(value)) for name, value in target.conditions)) for target in targets]
    known = {conditions for _, conditions in typed_of}
    for (one, these), (other, those) in combinations(typed_of, 2):
        both = these | those
        if len(these) == len(those) and _may_hold(both) and (these == those or both not in known):
            raise InvalidValue.of(
                "targets",
                f"not be equally specific for one case of {str(one.key)!r}",
                (one, other),
                shown=f"{_words(one)} and {_words(other)}",
                do="add a target for both conditions, or remove one",
            )


def _may_hold(conditions: frozenset[tuple[str, object]]) -> bool:
    """Whether one case can meet all of these conditions: of all names only tags may have several values."""
    names = [name for name, _ in conditions if name != TAGS]
    return len(names) == len({*names})


def _words(target: Target) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(target.conditions, key=str)) or "every case"
