"""What a plan says: problem, cause, baseline, goal, hypothesis, actions, and what must not get worse."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

import attrs

from servqual._checks import as_instant, as_zone, did_you_mean, differ, filled, instant, must_be, near, one_of, several
from servqual._typed import typed
from servqual._words import number
from servqual.errors import GoalBehindBaseline, InvalidValue, UnknownName
from servqual.metrics import KPIS, Kpi, Measurement, Tally
from servqual.metrics.kpi.definition import Better
from servqual.model._pickled import Rebuilt
from servqual.model.ids import AgentId
from servqual.model.labels import Labelled
from servqual.model.money import Money
from servqual.model.people.raci import Raci
from servqual.model.people.team import Team
from servqual.model.standards.indicator import Indicator, SmartCriterion
from servqual.pdca.causes.cause import Cause
from servqual.pdca.causes.evidence import Evidence, as_evidence, facts_of
from servqual.pdca.causes.links import Link, as_links
from servqual.pdca.causes.priority import ImprovementPriority, Worth
from servqual.pdca.cycle.actions import Action, Option, Resource
from servqual.pdca.cycle.planned_size import PlannedSize, planned_size
from servqual.pdca.verdicts.asked import check_selected
from servqual.pdca.verdicts.guardrail import Guardrail, as_key, as_margin, key_and_own
from servqual.pdca.verdicts.selection import Selected
from servqual.pdca.verdicts.sources import About

__all__ = ["PlanSubject", "Planned"]


class PlanSubject(Labelled):
    """What a cycle improves."""

    PROCESS = "process", "服务流程"
    STANDARD = "standard", "服务标准"
    ASSESSMENT = "assessment", "质量评估"


def _baseline(given: "float | dt.timedelta | Measurement | Tally | None") -> float | None:
    return cast("float | None", given) if isinstance(given, Measurement | Tally) else _number(given)


def _number(given: "float | dt.timedelta | None") -> float | None:
    if given is None:
        return None
    value = given.total_seconds() if isinstance(given, dt.timedelta) else given
    must_be(int | float, "goal", "a number in the unit of the KPI", value)
    if isinstance(value, bool) or not math.isfinite(value):
        raise InvalidValue.of("goal", "be a finite number in the unit of the KPI", given, do="write 0.95 for 95 %")
    return float(value)


def _group(given: Mapping[str, Any]) -> Mapping[str, Any]:
    must_be(Mapping, "group", "a mapping from column to label, such as {'team': 'north'}", given)
    return MappingProxyType(dict(given))


def _measured_kpi(found: Measurement | None) -> Kpi | None:
    """Give the KPI of a measurement, with its parameters, under the key of the measurement; None where it is lost."""
    return None if found is None or found.cell is None else found.cell.kpi.with_(key=found.kpi)


def _must_be_known(field: str, key: str, own: Kpi | None) -> None:
    """Refuse a key alone that is not in the catalogue."""
    if own is None and key not in KPIS:
        close = near(key, KPIS)
        raise UnknownName(
            f"{field} must be in the catalogue, or be given as a Kpi (got {key!r}){did_you_mean(close)}",
            near=close,
            got=key,
        )


def _guardrails(given: Iterable[Guardrail] | Guardrail) -> tuple[Guardrail, ...]:
    return several("guardrails", given, "guardrails", alone=Guardrail)


def _options(given: Iterable[Option] | Option) -> tuple[Option, ...]:
    return several("options", given, "options", alone=Option)


def _actions(given: Iterable[Action] | Action) -> tuple[Action, ...]:
    return several("actions", given, "actions", alone=Action)


def _resources(given: Iterable[Resource] | Resource) -> tuple[Resource, ...]:
    return several("resources", given, "resources", alone=Resource)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Planned(Rebuilt):
    """Content of a plan; `Plan` adds the step that begins it, and says what each field means."""

    id: str = attrs.field(validator=filled)
    subject: str = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(converter=instant)
    owner: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    kpi: str = attrs.field(converter=as_key)
    baseline: float | None = attrs.field(default=None, converter=_baseline)
    goal: float | None = attrs.field(default=None, converter=_number)
    margin: float | None = attrs.field(default=None, converter=attrs.converters.optional(as_margin))
    guardrails: tuple[Guardrail, ...] = attrs.field(
        default=(), converter=_guardrails, validator=differ(lambda guard: guard.kpi, "kpi")
    )
    problem: str = ""
    cause: Cause | None = None
    hypothesis: str = ""
    options: tuple[Option, ...] = attrs.field(
        default=(), converter=_options, validator=differ(lambda option: option.what)
    )
    chosen: str | None = None
    chosen_because: str = ""
    actions: tuple[Action, ...] = attrs.field(
        default=(), converter=_actions, validator=differ(lambda action: action.what)
    )
    resources: tuple[Resource, ...] = attrs.field(default=(), converter=_resources)
    applies_to: PlanSubject | None = attrs.field(default=None, converter=attrs.converters.optional(PlanSubject))
    group: Mapping[str, Any] = attrs.field(factory=dict[str, Any], converter=_group)
    team: Team | None = attrs.field(default=None, hash=False)
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=as_evidence)
    links: tuple[Link, ...] = attrs.field(default=(), converter=as_links)
    priority: ImprovementPriority | None = attrs.field(
        default=None, converter=attrs.converters.optional(ImprovementPriority)
    )
    worth: Worth | None = None
    poor_service: Money | None = None
    parent: str | None = None
    zone: ZoneInfo = attrs.field(factory=lambda: ZoneInfo("UTC"), converter=as_zone)
    better: Better | None = attrs.field(default=None, validator=attrs.validators.optional(one_of("higher", "lower")))
    own_kpi: Kpi | None = attrs.field(default=None, repr=False)
    baseline_from: Measurement | None = attrs.field(default=None, eq=facts_of, repr=False)
    selected: Selected | None = None

    def __attrs_post_init__(self) -> None:
        self._read_kpi()
        self._read_baseline()
        self._check_kpi()
        if self._behind():
            raise GoalBehindBaseline.of(
                "goal",
                f"not be worse than the baseline, {number(self.baseline, self.told_in)}, "
                f"where {self.direction} is better",
                self.goal,
                shown=number(self.goal, self.told_in),
                do="set a goal in the better direction",
            )
        if any(guard.kpi == self.kpi for guard in self.guardrails):
            raise InvalidValue.of("guardrails", "be other KPIs than that of the plan", self.kpi)
        self._check_choice()
        self._check_size()
        if self.selected is not None:
            check_selected(self.selected, About.of(self.measured_by), self.group)
        for action in self.actions:
            if action.due < self.day(self.at):
                raise InvalidValue.of(
                    "actions", f"be due from the day of the plan on, {self.day(self.at)}", action.due, do="plan anew"
                )
        if self.team is not None:
            for owner in filter(None, (self.owner, *(action.owner for action in self.actions))):
                self.team.member(AgentId(owner))

    def _read_kpi(self) -> None:
        """Keep a KPI that was given beside its key."""
        key, own = key_and_own(self.kpi, self.own_kpi)
        object.__setattr__(self, "kpi", key)
        object.__setattr__(self, "own_kpi", own)

    def _check_kpi(self) -> None:
        """Refuse what nobody knows, also of a guardrail, and a KPI of no direction or of the other one."""
        key = self.kpi
        _must_be_known("kpi", key, self.own_kpi)
        for guard in self.guardrails:
            _must_be_known("guardrails", guard.kpi, guard.own_kpi)
        if self.direction is None:
            raise InvalidValue.of("better", f"be 'higher' or 'lower' for {key}, which says neither", None)
        if self.better not in {None, self.direction}:
            raise InvalidValue.of("better", f"be {self.direction!r} for {key}", self.better, do="leave it out")

    def _read_baseline(self) -> None:
        """Read the number from a measurement or a tally, which is kept while both agree; its KPI is kept after that."""
        given: object = self.baseline
        if isinstance(given, Tally):
            given = given.measure().get(self.kpi, **self.group)
        if isinstance(given, Measurement):
            self._check_baseline(given)
            group = MappingProxyType(dict(given.group))
            for name, fact in (("baseline", given.value), ("baseline_from", given), ("group", group)):
                object.__setattr__(self, name, fact)
        kept = self.baseline_from
        if kept is not None and (kept.kpi, kept.value, dict(kept.group)) != (self.kpi, self.baseline, dict(self.group)):
            own = _measured_kpi(kept) if kept.kpi == self.kpi else None
            object.__setattr__(self, "own_kpi", self.own_kpi or own)
            object.__setattr__(self, "baseline_from", None)
        elif kept is not None:
            self._check_baseline(kept)

    def _check_baseline(self, found: Measurement) -> None:
        """Refuse a baseline of another KPI, definition or group than those that are stated."""
        if found.kpi != self.kpi or (self.own_kpi is not None and self.own_kpi.definition != found.definition):
            other = " with other parameters" if found.kpi == self.kpi else ""
            raise InvalidValue.of(
                "baseline",
                f"be of the KPI of the plan, {self.kpi}",
                found.kpi,
                shown=found.kpi + other,
                do="measure anew",
            )
        if self.group and dict(self.group) != dict(found.group):
            raise InvalidValue.of("baseline", f"be of the group of the plan, {dict(self.group)}", dict(found.group))

    @property
    def definition(self) -> str | None:
        """Definition that a verdict must have, that of the KPI or of the baseline; None where a key alone was given."""
        known = self.own_kpi or self.baseline_from
        return None if known is None else known.definition

    @property
    def unit(self) -> str:
        """Unit of its KPI."""
        return self.measured_by.unit

    @property
    def told_in(self) -> str:
        """Unit in which its numbers are told: as `unit`, but seconds of business time are `working s`."""
        return self.measured_by.told_in

    @property
    def measured_by(self) -> Kpi:
        """KPI that a verdict must be on, in the better direction of the plan; what to tally."""
        kpi = self.own_kpi or _measured_kpi(self.baseline_from) or KPIS[self.kpi]
        return kpi if kpi.better else attrs.evolve(kpi, better=self.better)

    @property
    def direction(self) -> Better | None:
        """Better direction, that of its KPI, or else as `better` states it."""
        return self.measured_by.better

    def _behind(self) -> bool:
        if self.goal is None or self.baseline is None:
            return False
        return self.goal < self.baseline if self.direction == "higher" else self.goal > self.baseline

    def _check_choice(self) -> None:
        if self.chosen is None:
            if self.chosen_because:
                raise InvalidValue.of("chosen", "be given where there is a reason for the choice", None)
            return
        if self.chosen not in [option.what for option in self.options]:
            names = ", ".join(option.what for option in self.options) or "none"
            raise InvalidValue.of("chosen", f"be one of the options, {names}", self.chosen)
        if not self.chosen_because.strip():
            raise InvalidValue.of("chosen_because", "say why this option was chosen", self.chosen_because)

    def _check_size(self) -> None:
        """Refuse a baseline that the KPI cannot take, and a margin as wide as its scale."""
        least, most = self.measured_by.ends
        if self.baseline is not None and not least <= self.baseline <= most:
            told = " to ".join(number(end, self.told_in) for end in (least, most))
            raise InvalidValue.of("baseline", f"lie from {told} for {self.kpi}", self.baseline)
        if self.margin is not None and self.margin >= most - least:
            raise InvalidValue.of(
                "margin",
                f"be less than the scale of {self.kpi}",
                self.margin,
                do="write 0.02 for two points of a share",
            )

    @property
    def due(self) -> dt.date | None:
        """Last day of its actions; None without any."""
        return max((action.due for action in self.actions), default=None)

    def smart_gaps(self) -> tuple[SmartCriterion, ...]:
        """List the criteria among specific, measurable, achievable, relevant and time-bound that the plan misses.

        Specific needs a subject and an owner; measurable a baseline and a goal; achievable a goal within the range of
        the KPI; relevant a cause and a hypothesis; time-bound an action, each of which has its date. A `problem` in
        words, a margin, guardrails, options and resources may be left out.
        """
        reason = self.hypothesis if self.cause is not None else ""
        indicator = Indicator(
            name=self.subject if self.owner else "", kpi=self.kpi, goal=self.goal, reason=reason, due=self.due
        )
        gaps = {*indicator.smart_gaps({self.kpi: self.measured_by})}
        if self.baseline is None:
            gaps.add(SmartCriterion.MEASURABLE)
        return tuple(criterion for criterion in SmartCriterion if criterion in gaps)

    def cases_needed(self, *, power: float = 0.8, confidence: float = 0.95) -> PlannedSize:
        """Count the cases a side that find a change as large as the margin, before the plan starts.

        For a share of cases it follows from the baseline; for other KPIs, such as means, quotients of sums and
        percentiles, from the spread in a measured baseline. None with a code and a reason without a margin, for a
        count, and where nobody knows the spread.
        """
        return planned_size(
            kpi=self.measured_by,
            margin=self.margin,
            baseline=self.baseline,
            measured=self.baseline_from,
            power=power,
            confidence=confidence,
        )

    def by_department(self) -> Mapping[str, tuple[Action, ...]]:
        """Give the actions of each department, in the order of the plan; "" holds those of none."""
        names = dict.fromkeys(action.department for action in self.actions)
        return {name: tuple(one for one in self.actions if one.department == name) for name in names}

    def duties(self) -> Mapping[str, Raci]:
        """Give the division of duty of each action that has one, as `Team.duties` and `divided` take it."""
        return {action.what: action.raci for action in self.actions if action.raci is not None}

    def day(self, moment: dt.datetime) -> dt.date:
        """Return the date of a moment in the zone of the plan."""
        return as_instant(moment, "moment").astimezone(self.zone).date()

    def place(self) -> Mapping[str, Any]:
        """Give the group that it is about, with the name of its team."""
        team = {} if self.team is None else {"team": self.team.name}
        return team | dict(self.group)

    def action(self, what: str) -> Action:
        """Return the action of this name; raises `UnknownName` for another."""
        for action in self.actions:
            if action.what == what:
                return action
        close = near(what, [action.what for action in self.actions])
        raise UnknownName(
            f"what must be an action of plan {self.id} (got {what!r}){did_you_mean(close)}", near=close, got=what
        )
