"""Rules of service clocks: the events that start, stop, pause, cancel and reopen them, as data.

Products mean different things by "resolution time" or "response". A `ClockRule` says which one; `STANDARD` has our rule
of each clock, `servqual.presets` those of well-known service desks.

A rule names events by their stored names, such as `resolved`, or finer where the content matters, such as
`replied.public` (a person answers the customer), `verified.failed` or `waiting.supplier`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from servqual._checks import a_fact, as_texts, lasting, near, one_of, several, some
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.labels import Labelled
from servqual.model.service.case import CASE_TRANSITIONS, Relation
from servqual.model.service.complaint import COMPLAINT_TRANSITIONS


class Clock(Labelled):
    """Clock of a promise about time."""

    ACKNOWLEDGEMENT = "acknowledgement", "受理确认"
    FIRST_RESPONSE = "first_response", "首次响应"
    NEXT_RESPONSE = "next_response", "后续响应"
    PERIODIC_UPDATE = "periodic_update", "定期进展通报"
    PAUSABLE_UPDATE = "pausable_update", "可暂停的进展通报"
    REQUESTER_WAIT = "requester_wait", "客户等待"
    AGENT_WORK = "agent_work", "客服处理"
    RESOLUTION = "resolution", "问题解决"
    FIRST_RESOLUTION = "first_resolution", "首次解决"
    TIME_TO_OWN = "time_to_own", "接手"
    CLOSURE = "closure", "关闭"
    FOLLOW_UP = "follow_up", "跟进"
    STEP = "step", "流程环节"
    SUPPLIER = "supplier", "供应商"
    INTERNAL = "internal", "内部协作"


class Reopening(Labelled):
    """Behaviour of a stopped clock when the case comes back."""

    NEVER = "never", "不重开"  # a stopped clock is final
    RESUME = "resume", "继续计时"  # it continues; the solved time does not count
    RETROACTIVE = "retroactive", "追溯计时"  # it continues as if it had never stopped; the solved time counts
    RESTART = "restart", "重新计时"  # it begins again at the reopening, without the time before
    NEW_CYCLE = "new_cycle", "新周期"  # a second cycle begins at the reopening; the first keeps its verdict


class Retargeting(Labelled):
    """Behaviour of a running clock when the target changes, as after a change of priority."""

    KEEP_START = "keep_start", "保留起点"  # the new limit counts from the old start
    FROM_NOW = "from_now", "从变更起"  # the new limit counts from the change
    PRORATA = "prorata", "按比例"  # the new limit keeps the remaining share of the old one


PauseTime: TypeAlias = Literal["open", "wall"]
"""Time that a pause removes: its open part, or its whole length."""
Restarting: TypeAlias = Literal["never", "always", "other"]
"""Starts that restart a running cycle: none, so that it counts from the first; all, so that it counts from the last;
or those of another event than its own start, so that the first of each kind counts."""
ANY: Final = frozenset({"*"})
CALLED_OFF: Final = frozenset({"cancelled", "duplicate", "withdrawn"})
"""Events that end a case without a solution, and take back one that stood."""
ENDS: Final = CALLED_OFF | {"closed"}
"""Events that end a case: none of its clocks goes on, and none begins, until it is reopened."""
ENDS_WAIT: Final = CASE_TRANSITIONS.ends_wait | COMPLAINT_TRANSITIONS.ends_wait
"""Events that end a wait, and with it the pause of every clock: not only `resumed`, but a solution and the end, too."""
_FINER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "reported": ("customer", "agent"),
        "replied": ("public", "internal", "bot"),
        "resolved": ("told", "untold"),
        "verified": ("passed", "failed"),
        "linked": tuple(Relation),
    }
)
# events of a complaint that a case does not have
_COMPLAINT: Final = ("acknowledged", "listened", "analysed", "withdrawn")
_NAMES: Final = (
    *(event.stored_name for event in CASE_TRANSITIONS.events),
    *(f"{name}.{finer}" for name, ends in _FINER.items() for finer in ends),
    *_COMPLAINT,
)


def _signals(given: Iterable[str]) -> frozenset[str]:
    return frozenset(several("event", given, "stored names of events", alone=str))


def _known(_rule: object, field: "attrs.Attribute[Any]", names: frozenset[str]) -> None:
    for name in sorted(names, key=str):
        text = str(name)
        if name not in _NAMES and not (text.startswith("waiting.") and text != "waiting."):
            raise InvalidValue.of(field.name, "hold stored names of events", name, near=near(text, _NAMES))


def waiting_reasons(names: Iterable[str]) -> frozenset[str]:
    """Read the reasons of waiting that pause a clock, one alone included."""
    return frozenset(several("pause_on", names, "names of what a case may wait on", alone=str))


def pauses_on(reason: str | None, pause_on: frozenset[str]) -> bool:
    """Whether a reason pauses; one that differs from a named one in letter case alone is refused."""
    if pause_on >= ANY or reason in pause_on:
        return True
    for name in sorted(pause_on) if reason is not None else ():
        if name.casefold() == str(reason).casefold():
            raise InvalidValue.of(
                "pause_on",
                "name reasons of waiting in the letters of the log",
                name,
                shown=f"{name!r} beside {reason!r}",
                do="write one as the other, or name both",
            )
    return False


@attrs.frozen(kw_only=True, field_transformer=typed)
class ClockRule:
    """Rule that says when one clock runs.

    `start` begins a cycle and is ignored while one runs; an event that both stops and starts stops first. `cancel` ends
    a clock without a verdict, unless it was past due; by default that is the end of the case, after which nothing
    starts until an event of `reopen_on`. What such an end has cut off then goes on, and a case that is called off had
    no solution: a clock that a reopening would resume loses its stop. `pause_on` names the reasons of waiting that
    pause the clock: None leaves it to the agreement, the empty set never pauses, `ANY` always pauses. With `repeats` a
    start after a stop begins another cycle; `restarts` says which starts restart a running cycle. With `stops_alone` an
    event that stops the clock cannot start it again. `unsolved_only` ignores starts while a solution stands. With
    `from_earliest` a case that absorbs an older one counts from the start of the older one. Unknown events are refused,
    with the nearest names.

    >>> ClockRule(start="reported", stop="replied.pubic")
    Traceback (most recent call last):
    servqual.errors.InvalidValue: stop must hold stored names of events (got 'replied.pubic'); did you mean \
replied.public, replied.bot, replied?
    """

    start: frozenset[str] = attrs.field(converter=_signals, validator=[some, _known])
    stop: frozenset[str] = attrs.field(converter=_signals, validator=_known)
    cancel: frozenset[str] = attrs.field(default=ENDS, converter=_signals, validator=_known)
    pause_on: frozenset[str] | None = attrs.field(default=None, converter=attrs.converters.optional(waiting_reasons))
    repeats: bool = attrs.field(default=False, validator=a_fact)
    restarts: Restarting = attrs.field(default="never", validator=one_of("never", "always", "other"))
    stops_alone: bool = attrs.field(default=False, validator=a_fact)
    unsolved_only: bool = attrs.field(default=False, validator=a_fact)
    reopen_on: frozenset[str] = attrs.field(
        default=frozenset({"reopened", "verified.failed"}), converter=_signals, validator=_known
    )
    reopening: Reopening = attrs.field(default=Reopening.NEVER, converter=Reopening)
    from_earliest: bool = attrs.field(default=False, validator=a_fact)


_BEGIN: Final = ("reported", "received")
_NEVER: Final = ()


def _standard_rules() -> dict[Clock, ClockRule]:
    answer, told = "replied.public", "resolved.told"
    update = ClockRule(
        start=answer, stop=(answer, "resolved", "closed"), pause_on=_NEVER, repeats=True, unsolved_only=True
    )
    return {
        Clock.ACKNOWLEDGEMENT: ClockRule(
            start=_BEGIN, stop=("received", "acknowledged", answer, "replied.bot", told), pause_on=_NEVER
        ),
        Clock.FIRST_RESPONSE: ClockRule(start=_BEGIN, stop=(answer, told), pause_on=_NEVER),
        Clock.NEXT_RESPONSE: ClockRule(
            start="customer_message", stop=(answer, "resolved"), pause_on=_NEVER, repeats=True
        ),
        Clock.PERIODIC_UPDATE: update,
        Clock.PAUSABLE_UPDATE: attrs.evolve(update, pause_on="customer"),
        Clock.REQUESTER_WAIT: ClockRule(start=_BEGIN, stop="resolved", pause_on="customer", reopening=Reopening.RESUME),
        Clock.AGENT_WORK: ClockRule(start=_BEGIN, stop="resolved", pause_on=ANY, reopening=Reopening.RESUME),
        Clock.RESOLUTION: ClockRule(start=_BEGIN, stop="resolved", reopening=Reopening.RESUME),
        Clock.FIRST_RESOLUTION: ClockRule(start=_BEGIN, stop="resolved"),
        Clock.TIME_TO_OWN: ClockRule(start=_BEGIN, stop="assigned"),
        Clock.CLOSURE: ClockRule(start=_BEGIN, stop="closed", reopen_on="reopened", reopening=Reopening.RESUME),
        Clock.FOLLOW_UP: ClockRule(
            start="resolved", stop=("followed_up", "verified"), cancel=(*ENDS, "reopened"), repeats=True
        ),
        Clock.SUPPLIER: ClockRule(
            start="waiting.supplier", stop=("waiting", "resumed", "resolved"), pause_on=_NEVER, repeats=True
        ),
        Clock.INTERNAL: ClockRule(
            start=("assigned", "handed_over", "escalated"),
            stop=("handed_over", "escalated", "resolved"),
            repeats=True,
            reopening=Reopening.RESUME,
        ),
    }


def _read_only(rules: Mapping[Clock, ClockRule]) -> Mapping[Clock, ClockRule]:
    given: Any = rules
    if not isinstance(given, Mapping) or not all(isinstance(rule, ClockRule) for rule in given.values()):
        raise InvalidValue.of("rules", "map clocks to ClockRules", rules, shown=f"{rules!r:.200}")
    return MappingProxyType({Clock(clock): rule for clock, rule in rules.items()})


@attrs.frozen(kw_only=True, field_transformer=typed)
class ClockConventions(Rebuilt):
    """Named answers to the questions that agreements leave open.

    `rules` has the rule of each clock; a clock without one, such as `Clock.STEP`, needs a rule on its target.
    `retargeting` says what a change of target does. `at_close="roll"` moves a deadline at the close to the next
    opening. `whole_history` counts all time under the last hours; otherwise each span counts under the hours of its own
    time. With `pauses="wall"` a pause moves the remaining time by its whole length, nights included; otherwise only its
    open part does not count. `pause_edges="minute"` cuts the start and end of pauses to whole minutes. A limit below
    `shortest` is refused. `sources` name the documents behind the answers.
    """

    name: str
    rules: Mapping[Clock, ClockRule] = attrs.field(converter=_read_only, hash=False, repr=False)
    retargeting: Retargeting = attrs.field(default=Retargeting.KEEP_START, converter=Retargeting)
    at_close: Literal["stay", "roll"] = attrs.field(default="stay", validator=one_of("stay", "roll"))
    whole_history: bool = attrs.field(default=False, validator=a_fact)
    pauses: PauseTime = attrs.field(default="open", validator=one_of("open", "wall"))
    pause_edges: Literal["exact", "minute"] = attrs.field(default="exact", validator=one_of("exact", "minute"))
    shortest: dt.timedelta | None = attrs.field(default=None, validator=lasting)
    sources: tuple[str, ...] = attrs.field(default=(), converter=as_texts, repr=False)


STANDARD: Final = ClockConventions(name="standard", rules=_standard_rules())
