"""A procedure: steps of a service with roles and limits, and the comparison of a run with it.

A step has a role, a limit, a guide and a checklist; the steps before each step make the map of the process. `check`
compares a run with all of that and shows the time of each step.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import attrs

from servqual._checks import among, as_instant, as_texts, filled, in_order, instant, lasting
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.hours.hours import Hours
from servqual.model.labels import Labelled, Language
from servqual.model.people.roles import Role, as_role, role_label
from servqual.model.standards import flowchart
from servqual.model.standards.indicator import Indicator


class KeyLink(Labelled):
    """Link of a process that decides the success of a service."""

    CONTACT = "contact", "接触点"
    DELIVERY = "delivery", "服务交付"
    FEEDBACK = "feedback", "反馈收集与处理"


@declared("step")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Step:
    """One step: its name, and where fixed its role and its time limit.

    `after` names the steps that must end before it begins: by default the step listed before it, `()` for none. An
    `optional` step may be left out of a run. `guide` says how to do it, `checklist` lists items to tick, `indicators`
    are keys of measures for it, `link` is its key link of the process.
    """

    name: str = attrs.field(validator=filled)
    role: Role | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_role))
    within: dt.timedelta | None = attrs.field(default=None, validator=lasting)
    after: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(as_texts))
    optional: bool = False
    guide: str = ""
    checklist: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    indicators: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    link: KeyLink | None = attrs.field(default=None, converter=attrs.converters.optional(KeyLink))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Passage:
    """Run of one step: start, end (None: still under way), role, and ticked items.

    Without a role, the role is not judged. Moments carry a zone; an end before the start is refused.
    """

    start: dt.datetime = attrs.field(converter=instant)
    end: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    role: Role | str | None = attrs.field(default=None, converter=attrs.converters.optional(as_role))
    ticked: tuple[str, ...] = attrs.field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        if self.end is not None:
            in_order(self.start, self.end)


Run: TypeAlias = Mapping[str, Passage | tuple[dt.datetime, dt.datetime | None]]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Conformance(Rebuilt):
    """Comparison of a run with its procedure; each list is in the order of the procedure.

    Attributes:
        late: steps that took longer than their limit, those still under way included.
        missing: steps that did not happen and are not optional; in an open run also the steps still to come.
        out_of_order: steps that began before the end of a step that must come first.
        wrong_role: steps done by another role than their own.
        unticked: items of the checklist that were not ticked, by step.
        unknown: names in the run that are not in the procedure.
        took: the time of each step that happened.
        bottleneck: the step with the most time, the first of several; None where no time passed.
    """

    late: tuple[Step, ...]
    missing: tuple[Step, ...]
    out_of_order: tuple[Step, ...]
    wrong_role: tuple[Step, ...]
    unticked: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    took: Mapping[str, dt.timedelta]
    bottleneck: Step | None

    @property
    def conforms(self) -> bool:
        """Whether the run has no fault at all."""
        faults = (self.late, self.missing, self.out_of_order, self.wrong_role, self.unticked, self.unknown)
        return not any(faults)

    @property
    def shares(self) -> Mapping[str, float]:
        """Share of the whole time per step, 0 to 1; empty where no time passed."""
        total = sum(self.took.values(), dt.timedelta(0))
        return MappingProxyType({name: took / total for name, took in self.took.items()} if total else {})


@declared("procedure")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Procedure(Rebuilt):
    """Steps of a service and their order.

    Refused: no steps, two with one name, an unknown name in `after`, and steps in a circle.

    >>> minutes = lambda n: dt.timedelta(minutes=n)
    >>> enquiry = Procedure(name="enquiry", steps=(
    ...     Step(name="consultation", role=Role.AGENT, within=minutes(10)),
    ...     Step(name="problem solving", role=Role.TECH_SUPPORT, within=minutes(60))))
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> found = enquiry.check({"consultation": (nine, nine + minutes(12))})
    >>> [step.name for step in found.late], [step.name for step in found.missing], found.bottleneck.name
    (['consultation'], ['problem solving'], 'consultation')
    >>> print(enquiry.diagram())
    flowchart LR
        s1["consultation (front-line agent, 10 min)"]
        s2["problem solving (technical support specialist, 1 h)"]
        s1 --> s2
    """

    name: str = attrs.field(validator=filled)
    steps: tuple[Step, ...] = attrs.field(converter=tuple[Step, ...])
    _before: Mapping[str, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        before = flowchart.predecessors([(step.name, step.after) for step in self.steps])
        object.__setattr__(self, "_before", MappingProxyType(before))

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Map of the process: pairs of a step and a following step."""
        return flowchart.edges(self._before)

    @property
    def duties(self) -> Mapping[Role | str, tuple[Step, ...]]:
        """Steps of each role."""
        roles = dict.fromkeys(step.role for step in self.steps if step.role is not None)
        return MappingProxyType({role: tuple(s for s in self.steps if s.role == role) for role in roles})

    def watched_by(self, indicators: Iterable[Indicator]) -> Mapping[str, tuple[Indicator, ...]]:
        """Return the indicators that watch each step, by the name of the step; a step without any has `()`.

        A step names an indicator by its name, or else by its KPI. A name that no indicator has is refused.
        """
        known = {indicator.name or indicator.kpi: indicator for indicator in indicators}
        for step in self.steps:
            for name in step.indicators:
                among(f"indicators of {step.name!r}", name, known)
        return MappingProxyType({step.name: tuple(known[name] for name in step.indicators) for step in self.steps})

    @property
    def unclear(self) -> tuple[Step, ...]:
        """Steps without a role or a limit."""
        return tuple(step for step in self.steps if step.role is None or step.within is None)

    def diagram(self, language: Language = "en") -> str:
        """Draw the map as a Mermaid flow chart, with the role and the limit of each step."""
        words = {step.name: _words(step, language) for step in self.steps}
        return flowchart.flowchart({self.name: words}, self.edges, direction="LR", boxed=False)

    def check(self, run: Run, *, hours: Hours | None = None, now: dt.datetime | None = None) -> Conformance:
        """Compare a run with the procedure; the run has a `Passage`, or a pair of start and end, per step.

        Time is real time, or open time where `hours` are given. A step without an end is under way and is judged at
        `now`. A boundary value keeps its limit, and a step may begin at the end of the step before it.

        Refused: a step under way without `now`, or one that begins after it.
        """
        passages = {name: _passage(value) for name, value in run.items()}
        done = [step for step in self.steps if step.name in passages]
        took = {step.name: _time(step.name, passages[step.name], hours, now) for step in done}
        slowest = max(done, key=lambda step: took[step.name], default=None)
        return Conformance(
            late=tuple(step for step in done if step.within is not None and took[step.name] > step.within),
            missing=tuple(s for s in self.steps if s.name not in passages and not s.optional),
            out_of_order=tuple(step for step in done if self._too_soon(step.name, passages)),
            wrong_role=tuple(step for step in done if _not_theirs(step, passages[step.name])),
            unticked=MappingProxyType(
                {
                    step.name: left
                    for step in done
                    if (left := tuple(item for item in step.checklist if item not in passages[step.name].ticked))
                }
            ),
            unknown=tuple(name for name in passages if name not in self._before),
            took=MappingProxyType(took),
            bottleneck=slowest if slowest is not None and took[slowest.name] else None,
        )

    def _too_soon(self, name: str, passages: Mapping[str, Passage]) -> bool:
        start = passages[name].start
        earlier = (passages[other] for other in flowchart.ancestors(self._before, name) if other in passages)
        return any(passage.end is None or passage.end > start for passage in earlier)


def _passage(value: Passage | tuple[dt.datetime, dt.datetime | None]) -> Passage:
    if isinstance(value, Passage):
        return value
    start, end = value
    return Passage(start=start, end=end)


def _time(name: str, passage: Passage, hours: Hours | None, now: dt.datetime | None) -> dt.timedelta:
    if passage.end is None and now is None:
        raise InvalidValue.of("now", f"be given while {name!r} is under way", None, do="pass the moment of judging")
    end = passage.end or as_instant(now, "now")
    if end < passage.start:
        raise InvalidValue.of("now", f"not come before {name!r} began at {passage.start}", end)
    return end - passage.start if hours is None else hours.elapsed(passage.start, end)


def _not_theirs(step: Step, passage: Passage) -> bool:
    return step.role is not None and passage.role not in {None, step.role}


def _words(step: Step, language: Language) -> str:
    duty = [] if step.role is None else [role_label(step.role, language)]
    limit = [] if step.within is None else [_limit(step.within)]
    return f"{step.name} ({', '.join(duty + limit)})" if duty or limit else step.name


def _limit(within: dt.timedelta) -> str:
    for unit, size in (("d", dt.timedelta(days=1)), ("h", dt.timedelta(hours=1)), ("min", dt.timedelta(minutes=1))):
        if not within % size:
            return f"{within // size} {unit}"
    return f"{within.total_seconds():g} s"
