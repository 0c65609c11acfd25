"""Plan, Do, Check, Outcome: a type per stage, each of which holds the one before, so that none can be skipped."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs

from servqual._checks import a, among, filled, instant, must_be, several
from servqual._typed import typed
from servqual.errors import InvalidValue, NothingDone, NotImproved
from servqual.metrics import Measurement, Measures, Tally
from servqual.metrics.results.attaining import GoalVerdict
from servqual.metrics.results.caveats import Caveat
from servqual.model.standards.standard import ServiceStandard
from servqual.pdca.causes.evidence import Evidence, as_evidence
from servqual.pdca.cycle.actions import Action, ActionKind
from servqual.pdca.cycle.acts import Act, Adjust, Standardise
from servqual.pdca.cycle.next_version import next_version
from servqual.pdca.cycle.notices import PROMOTING, Audience, Notice
from servqual.pdca.cycle.plan import Planned
from servqual.pdca.cycle.questions import gaps_of, goal_verdict, judged_kpi, must_answer, other_baseline
from servqual.pdca.cycle.rechecks import Recheck, RecheckState, blind_spots, due_after, found, must_be_due, must_repeat
from servqual.pdca.cycle.stage import CycleStatus, Due, Stage, by_day, not_before
from servqual.pdca.cycle.steps import Completed, Progressed, Step
from servqual.pdca.cycle.story import Story
from servqual.pdca.verdicts.judging import compare
from servqual.pdca.verdicts.verdict import Verdict

__all__ = ["Check", "Do", "Outcome", "Plan"]

RECHECK_AFTER = (30, 60, 90)
"""Days from Act to each re-check, unless other ones are given: a convention of ours, which rests on no study."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Plan(Planned, Stage):
    """Plan of an improvement: what is wrong, why, from which value to which goal, and what will be done.

    `subject` says what it is about in words, and `applies_to` whether that is a process, a standard or an assessment.
    `kpi` is a key of the catalogue or a `Kpi`; with a `Kpi`, or with a baseline that was measured, its `definition` is
    part of the plan, and `measured_by` is what to tally. `baseline` is a number in the unit of the KPI, or the
    `Measurement` or `Tally` that it is read from; `baseline_from` then keeps the measurement, which knows its tally.
    `goal` is in the same unit. Durations are seconds or a timedelta. `group` is the cell that it is about, such as
    `{"team": "north"}`; empty for all.

    `margin` is the least change that matters and `guardrails` what must not get worse. `options` were weighed; `chosen`
    names one and `chosen_because` says why. `team` makes the plan look up its owners; `zone` is where its days are
    read. `links` are what it came from, `parent` the plan that it follows, `priority` and `worth` rank it, and
    `poor_service` is what the problem costs. `selected` is the value of the group without the luck of being picked,
    where `diagnose` picked it: `compare` starts from it, and a verdict that does not improves nothing. A draft may
    leave out owner, baseline, goal, cause, hypothesis and actions: `smart_gaps` lists what is missing.

    Refused: a goal behind the baseline (`plan.goal_behind_baseline`), a KPI that nobody knows, also of a guardrail, a
    KPI without a better direction unless `better` states one, a `better` against the direction of the KPI, two actions
    of one name, a choice that is not among the options or has no reason, a guardrail on the KPI itself, an owner whom
    the given team does not know.

    >>> plan = Plan(id="Q-1", subject="billing", owner="M-1", at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    ...             kpi="resolution_rate", baseline=0.60, goal=0.75)
    >>> [gap.label() for gap in plan.smart_gaps()]
    ['relevant', 'time bound']
    >>> attrs.evolve(plan, goal=0.5)
    Traceback (most recent call last):
    servqual.errors.GoalBehindBaseline: goal must not be worse than the baseline, 60 %, where higher is better \
(got 50 %); set a goal in the better direction
    """

    @property
    def plan(self) -> "Plan":
        """The plan itself."""
        return self

    @property
    def status(self) -> CycleStatus:
        """Planned."""
        return CycleStatus.PLANNED

    @property
    def last_at(self) -> dt.datetime:
        """Moment of the last step that this stage knows of."""
        return self.at

    def pending(self) -> tuple[Due, ...]:
        """List what is still to be done, in the order of the last days."""
        return _dues(self, self.actions)

    def story(self) -> Story:
        """Give what there is to tell of the cycle so far; a notebook shows it on one screen."""
        return Story(plan=self)

    def compare(
        self, before: Tally | Measures | Measurement, after: Tally | Measures | Measurement, **options: Any
    ) -> Verdict:
        """Compare two sides as planned: by the KPI, goal, margin, guardrails and selection of the plan, in its group.

        The sides are of the group alone, or grouped by its columns. `options` are further ones of `compare`, and win
        over the plan. Raises `InvalidValue` where the sides do not hold the group, and what `compare` raises.

        >>> from servqual.metrics import tally
        >>> day = ["2026-05-04T10:00Z"] * 400
        >>> old, new = (
        ...     tally(["reopen_rate"], {"cases": {"received_at": day, "resolved_at": day, "reopened": again}})
        ...     for again in ([1] * 80 + [0] * 320, [1] * 40 + [0] * 360)
        ... )
        >>> plan = Plan(id="Q-1", subject="ask back", at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC), kpi="reopen_rate",
        ...             baseline=old, goal=0.1, margin=0.02)
        >>> plan.compare(old, new).decision
        'improved'
        """
        asked: dict[str, Any] = {
            "margin": self.margin,
            "goal": self.goal,
            "guardrails": self.guardrails,
            "selected": self.selected,
        }
        one: Any = before
        other: Any = after
        found: Any = compare(one, other, self.kpi, **(asked | options))
        return found if isinstance(found, Verdict) else found.get(self.kpi, **self.group)

    def start(self, *, at: dt.datetime) -> "Do":
        """Begin to carry it out. Refused without an owner, a baseline, a goal, or any action."""
        for field, there in (
            ("owner", self.owner),
            ("baseline", self.baseline is not None),
            ("goal", self.goal is not None),
            ("actions", self.actions),
        ):
            if not there:
                raise InvalidValue.of(field, f"be given before plan {self.id} starts", None, do="complete the plan")
        return Do(plan=self, at=at)


def _dues(plan: Planned, actions: Iterable[Action]) -> tuple[Due, ...]:
    return by_day(
        Due(plan=plan.id, kind="action", what=action.what, owner=action.owner, due=action.due) for action in actions
    )


def _notices(given: Iterable[Notice] | Notice) -> tuple[Notice, ...]:
    return several("notices", given, "notices", alone=Notice)


def _steps(given: Iterable[Step]) -> tuple[Step, ...]:
    steps = several("steps", given, "steps of a plan", alone=(Completed, Progressed))
    for step in steps:
        must_be(Step, "steps", "Completed or Progressed", step)
    return tuple(sorted(steps, key=lambda step: (step.at, step.what, isinstance(step, Completed))))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Do(Stage):
    """Plan that is being carried out: what was done and how far the rest is.

    Refused: a step of an action that the plan does not have, an action that was done twice, progress of an action that
    is done, a step before the start, and a start before the plan.
    """

    plan: Plan = attrs.field(validator=a(Plan))  # pyright: ignore[reportIncompatibleMethodOverride]  (a slot is read alike)
    at: dt.datetime = attrs.field(converter=instant)
    steps: tuple[Step, ...] = attrs.field(default=(), converter=_steps)

    def __attrs_post_init__(self) -> None:
        not_before(self.at, self.plan.at, "the plan")
        done = set[str]()
        for step in self.steps:
            self.plan.action(step.what)
            not_before(step.at, self.at, "the start")
            if step.what in done:
                raise InvalidValue.of("what", "be an action that is not done yet", step.what)
            if isinstance(step, Completed):
                done.add(step.what)

    @property
    def status(self) -> CycleStatus:
        """Doing."""
        return CycleStatus.DOING

    @property
    def last_at(self) -> dt.datetime:
        """Moment of the last step that this stage knows of."""
        return self.steps[-1].at if self.steps else self.at

    def pending(self) -> tuple[Due, ...]:
        """List what is still to be done, in the order of the last days."""
        return _dues(self.plan, self.open_actions)

    def story(self) -> Story:
        """Give what there is to tell of the cycle so far; a notebook shows it on one screen."""
        return attrs.evolve(self.plan.story(), started_at=self.at, completed=self.completed, progress=self.progress)

    @property
    def completed(self) -> tuple[Completed, ...]:
        """Actions that were done, in the order of time."""
        return tuple(step for step in self.steps if isinstance(step, Completed))

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """Actions that are not done, in the order of the plan."""
        done = {step.what for step in self.completed}
        return tuple(action for action in self.plan.actions if action.what not in done)

    @property
    def prevented(self) -> tuple[Action, ...]:
        """Preventive actions that were done."""
        done = {step.what for step in self.completed}
        return tuple(one for one in self.plan.actions if one.kind is ActionKind.PREVENTIVE and one.what in done)

    @property
    def on_time(self) -> float | None:
        """Share of the actions done by their last day among those done, in the zone of the plan; None before any."""
        kept = [self.plan.day(step.at) <= self.plan.action(step.what).due for step in self.completed]
        return sum(kept) / len(kept) if kept else None

    @property
    def progress(self) -> float:
        """How far it is, from 0 to 1: the mean over all actions, done ones at 1, others as last reported."""
        reached = {step.what: 1.0 if isinstance(step, Completed) else step.share for step in self.steps}
        return sum(reached.values()) / len(self.plan.actions)

    def complete(self, what: str, *, at: dt.datetime, evidence: Any) -> "Do":
        """Record that an action was done, with its evidence: a text, `Evidence`, a `Measurement`, or several."""
        return attrs.evolve(self, steps=(*self.steps, Completed(what=what, at=at, evidence=as_evidence(evidence))))

    def report(self, what: str, *, at: dt.datetime, progress: float, note: str = "") -> "Do":
        """Record how far an action is, from 0 to less than 1."""
        return attrs.evolve(self, steps=(*self.steps, Progressed(what=what, at=at, share=progress, note=note)))

    def check(self, verdict: Verdict, *, at: dt.datetime, findings: str, evidence: Any = ()) -> "Check":
        """Check what it brought, by a verdict of `compare`, findings in words, and further evidence.

        Refused: a check before any action was done (`check.nothing_done`), a verdict on another KPI, definition or
        group than planned (`check.other_question`), one that knows of a later time (`check.verdict_too_late`), and one
        that its own sides do not give (`receipt.not_reproduced`).
        """
        return Check(do=self, verdict=verdict, at=at, findings=findings, evidence=as_evidence(evidence))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Check(Stage):
    """What a plan brought, by a verdict and by what people found."""

    do: Do = attrs.field(validator=a(Do))
    verdict: Verdict
    at: dt.datetime = attrs.field(converter=instant)
    findings: str = attrs.field(validator=filled)
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=as_evidence)

    def __attrs_post_init__(self) -> None:
        if not self.do.completed:
            raise NothingDone.of(
                "actions", "be done, at least one, before a check", (), shown="none", do="complete() an action first"
            )
        not_before(self.at, self.do.last_at, "the last step")
        must_answer(self.plan, self.verdict, self.at)

    @property
    def plan(self) -> Plan:
        """Plan that is checked."""
        return self.do.plan

    @property
    def status(self) -> CycleStatus:
        """Checked."""
        return CycleStatus.CHECKED

    @property
    def last_at(self) -> dt.datetime:
        """Moment of the last step that this stage knows of."""
        return self.at

    def pending(self) -> tuple[Due, ...]:
        """List what is still to be done, in the order of the last days."""
        return self.do.pending()

    def story(self) -> Story:
        """Give what there is to tell of the cycle so far; a notebook shows it on one screen."""
        return attrs.evolve(
            self.do.story(),
            checked_at=self.at,
            verdict=self.verdict,
            findings=self.findings,
            evidence=self.evidence,
            gaps=self.gaps,
            goal=self.goal,
        )

    @property
    def gaps(self) -> tuple[Caveat, ...]:
        """What the plan asked for and the verdict lacks.

        A guardrail, the margins as planned, a side after of the time since the first action, or the baseline as the
        side before: of its period, its rows and near its value, and over before the first action.
        """
        asked = (self.plan, self.verdict, self.do.completed[0].at)
        return (*gaps_of(*asked), *other_baseline(*asked))

    @property
    def improved(self) -> bool:
        """Whether the verdict says improved and lacks nothing that was planned."""
        return self.verdict.decision == "improved" and not self.gaps

    @property
    def effective(self) -> bool | None:
        """Whether the measures worked: True if improved, False if worse or the same, None where nobody knows.

        Nobody knows where it was measured before anything was done or against another baseline, or where only a wider
        margin than planned says that things are the same.
        """
        decision, gaps = self.verdict.decision, {gap.code for gap in self.gaps}
        if gaps & {"check.measured_too_early", "check.other_baseline"}:
            return None
        if decision == "worse" or (decision == "equivalent" and "check.margin_wider" not in gaps):
            return False
        return True if self.improved else None

    @property
    def goal(self) -> GoalVerdict:
        """Whether the goal is reached, by the interval of the side after."""
        return goal_verdict(self.plan, self.verdict)

    def act(
        self,
        decision: Act,
        *,
        at: dt.datetime,
        overruled_by: str | None = None,
        reason: str = "",
        evidence: Any = (),
        notices: Iterable[Notice] | Notice = (),
        recheck_after: Iterable[int] = RECHECK_AFTER,
    ) -> "Outcome":
        """Decide what follows: `Standardise`, `Adjust` or `Abandon`.

        To standardise what did not improve is refused (`check.not_improved`) unless a second person, who is not the
        owner, takes it on (`overruled_by`) and says why (`reason`). The others never need that. A new standard is
        checked again after each of so many days. Where the plan has no margin, `gaps` says what they cannot find.
        """
        again = due_after(self.plan.day(not_before(at, self.at, "the check")), recheck_after)
        return Outcome(
            check=self,
            decision=decision,
            at=at,
            overruled_by=overruled_by,
            reason=reason,
            evidence=as_evidence(evidence),
            notices=notices,
            rechecks=again if isinstance(decision, Standardise) else (),
        )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Outcome(Stage):
    """What followed from a check: the decision, who is told, and whether the change lasts.

    `notices` say what customers and staff have to be told, `rechecks` when a new standard is looked at again. Refused:
    a decision before the check, a standard of what did not improve without a second person (`check.not_improved`), and
    re-checks as `recheck` refuses them.
    """

    check: Check = attrs.field(validator=a(Check))
    decision: Act
    at: dt.datetime = attrs.field(converter=instant)
    overruled_by: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    reason: str = ""
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=as_evidence)
    notices: tuple[Notice, ...] = attrs.field(default=(), converter=_notices)
    rechecks: tuple[Recheck, ...] = attrs.field(default=(), converter=tuple[Recheck, ...])

    def __attrs_post_init__(self) -> None:
        not_before(self.at, self.check.at, "the check")
        self._check_rechecks()
        against = isinstance(self.decision, Standardise) and not self.check.improved
        if not against:
            if self.overruled_by is not None:
                raise InvalidValue.of(
                    "overruled_by", "be left out where nothing is overruled", self.overruled_by, do="leave it out"
                )
            return
        second = (self.overruled_by or "").strip().casefold()
        alone = second in {"", (self.plan.owner or "").strip().casefold()}
        if alone or not self.reason.strip():
            raise NotImproved.of(
                "decision",
                "not make a standard of what did not improve",
                self.decision,
                shown=", ".join([self.check.verdict.decision, *(gap.code for gap in self.check.gaps)]),
                do="adjust or abandon it, or give reason= and overruled_by=, a second person who is not the owner",
            )

    @property
    def plan(self) -> Plan:
        """Plan that it ended."""
        return self.check.plan

    @property
    def status(self) -> CycleStatus:
        """Done."""
        return CycleStatus.DONE

    @property
    def done(self) -> bool:
        """Whether this turn of the cycle is over, which an outcome says; an adjusted one goes on in its next plan."""
        return self.status is CycleStatus.DONE

    @property
    def last_at(self) -> dt.datetime:
        """Moment of the last step that this stage knows of: the decision, a re-check, or a notice."""
        steps = (*(one.at for one in self.rechecks), *(one.done_at for one in self.notices))
        return max([self.at, *(at for at in steps if at is not None)])

    def pending(self) -> tuple[Due, ...]:
        """List what is still to be done, in the order of the last days."""
        plan = self.plan
        again = (
            Due(plan=plan.id, kind="recheck", what=f"re-check of {plan.kpi}", owner=plan.owner, due=one.due)
            for one in self.rechecks
            if one.is_open
        )
        told = (
            Due(plan=plan.id, kind="notice", what=one.what, owner=one.owner or plan.owner, due=one.due)
            for one in self.notices
            if one.done_at is None
        )
        return by_day((*again, *told))

    def story(self) -> Story:
        """Give what there is to tell of the cycle so far; a notebook shows it on one screen."""
        return attrs.evolve(
            self.check.story(),
            ended_at=self.at,
            decision=self.decision,
            overruled_by=self.overruled_by,
            reason=self.reason,
            notices=self.notices,
            rechecks=self.rechecks,
        )

    @property
    def gaps(self) -> tuple[Caveat, ...]:
        """What its re-checks cannot find: without a margin, things that are as before (`act.no_margin`)."""
        return blind_spots(self.plan.margin, self.rechecks)

    @property
    def promoted(self) -> bool:
        """Whether its result was spread, by a training, education, publicity or a report that was given."""
        return any(one.kind in PROMOTING and one.done_at is not None for one in self.notices)

    @property
    def relapsed(self) -> bool:
        """Whether the last re-check that was made found that the change was lost."""
        return self.lasting is RecheckState.RELAPSED

    @property
    def lasting(self) -> RecheckState | None:
        """What the last re-check that was made found; None before any."""
        return next((one.state for one in reversed(self.rechecks) if not one.is_open), None)

    def notify(self, *notices: Notice) -> "Outcome":
        """Add notices that have to be given."""
        return attrs.evolve(self, notices=(*self.notices, *notices))

    def told(self, what: str, *, at: dt.datetime, to: Audience | str | None = None) -> "Outcome":
        """Record that the notices of this text were given, to all or only `to` one audience.

        Refused where none of them waits.
        """
        moment = not_before(at, self.at, "the decision")
        if to is not None:
            among("to", to, list(Audience))
        waiting = [one for one in self.notices if one.what == what and one.done_at is None and to in {None, one.to}]
        if not waiting:
            raise InvalidValue.of("what", "be a notice that was not given yet", what, do="notify() adds one")
        return attrs.evolve(
            self, notices=[attrs.evolve(one, done_at=moment) if one in waiting else one for one in self.notices]
        )

    def recheck(self, verdict: Verdict, *, at: dt.datetime) -> "Outcome":
        """Make the next re-check with a verdict on the question of the plan; a relapse can be followed by `next_plan`.

        The side before is that of the check, restated or not, or the side after of the check; sides are known by their
        period, or where none is stated by their numbers. The side after is of a later time than all that was judged by
        the check and earlier re-checks, and begins no earlier than the day of the decision. Refused: another verdict
        (`check.other_question`), and a re-check before the last one or more than 7 days before it is due.
        """
        place = next((n for n, one in enumerate(self.rechecks) if one.is_open), None)
        if place is None:
            raise InvalidValue.of("rechecks", "have one that was not made yet", len(self.rechecks), shown="none open")
        must_be(Verdict, "verdict", "a Verdict of compare()", verdict)
        made = attrs.evolve(self.rechecks[place], at=at, verdict=verdict, state=self._found(verdict))
        return attrs.evolve(self, rechecks=(*self.rechecks[:place], made, *self.rechecks[place + 1 :]))

    def _check_rechecks(self) -> None:
        """Refuse re-checks out of order, on another question, or with another result than their verdicts say."""
        last, taken, least, what = self.check.verdict, self.check.at, self.at, "the decision"
        for one in self.rechecks:
            if one.verdict is None or one.at is None:
                continue
            not_before(one.at, least, what)
            must_answer(self.plan, one.verdict, one.at)
            must_repeat(one.verdict, self.check.verdict, last, taken)
            day, start = self.plan.day, one.verdict.after.period and one.verdict.after.period[0]
            must_be_due(one.due, day(one.at), start and day(start), day(self.at))
            if one.state is not (state := self._found(one.verdict)):
                raise InvalidValue.of("state", f"be {state}, as the verdict of the re-check says", one.state)
            last, taken, least, what = one.verdict, one.at, one.at, "the last re-check"

    def _found(self, verdict: Verdict) -> RecheckState:
        complete = not gaps_of(self.plan, verdict, self.check.do.completed[0].at)
        return found(verdict, self.check.verdict, complete=complete)

    def next_plan(self, *, id: str, goal: float | dt.timedelta, at: dt.datetime, **changes: Any) -> Plan:  # noqa: A002
        """Open the child plan after `Adjust`, or after a relapse: its baseline is the value that was reached.

        Subject, owner, KPI with its parameters, margin, guardrails, group, team and links stay; cause, hypothesis,
        options and actions are those of the new plan and come from `changes`, as does all else that differs. Refused
        after other decisions, under the id of this plan, and with changes that no plan has.
        """
        if id == self.plan.id:
            raise InvalidValue.of("id", "be another one than that of the plan before", id)
        for name in changes:
            among("changes", name, [field.name for field in attrs.fields(Plan) if field.init])
        if not (isinstance(self.decision, Adjust) or self.relapsed):
            raise InvalidValue.of(
                "decision",
                "be Adjust, or a standard that relapsed, to open the next plan",
                self.decision,
                shown=type(self.decision).__name__,
                do="write a new Plan",
            )
        made = [(one.verdict, one.at) for one in self.rechecks if one.verdict is not None and one.at is not None]
        last, since = made[-1] if self.relapsed else (self.check.verdict, self.at)
        fresh: dict[str, Any] = {
            "cause": None,
            "hypothesis": "",
            "options": (),
            "chosen": None,
            "chosen_because": "",
            "actions": (),
            "resources": (),
            "evidence": (),
            "kpi": judged_kpi(self.plan, last) or self.plan.own_kpi or self.plan.kpi,
            "baseline": last.after.value,
            "baseline_from": None,
            "selected": None,
            "parent": self.plan.id,
        }
        moment = not_before(at, since, "the last re-check" if self.relapsed else "the decision")
        return attrs.evolve(self.plan, **(fresh | {"id": id, "goal": goal, "at": moment} | changes))

    def apply(self, standard: ServiceStandard, *, at: dt.datetime | None = None) -> ServiceStandard:
        """Write the next version of the standard as a draft, at the moment of the decision or at a later one.

        Nothing is retyped: the text is that of the newest version with the `changes` of the decision. Where
        `check.goal` is reached, the indicator of the KPI takes the goal of the plan, unless its own is stricter, or is
        added. Goals stay as they are after a verdict `worse`, which was overruled, and after a cycle for one group,
        because the standard promises to all; the note of the draft says so. Review, confirmation and publication
        follow as for any version. Refused: another decision than `Standardise`, a standard of another name, one that
        was retired, and a version that was published before.
        """
        if not isinstance(self.decision, Standardise):
            raise InvalidValue.of(
                "decision", "be Standardise to change a standard", self.decision, shown=type(self.decision).__name__
            )
        must_be(ServiceStandard, "standard", "a ServiceStandard", standard)
        if standard.name != self.decision.standard:
            raise InvalidValue.of("standard", f"be {self.decision.standard!r}, as decided", standard.name)
        by = self.overruled_by or self.plan.owner
        assert by is not None  # a plan without an owner does not start
        moment = self.at if at is None else not_before(at, self.at, "the decision")
        goal = self.plan.goal if self._shown() else None
        return next_version(standard, self.decision, self.plan, at=moment, by=by, goal=goal, verdict=self.check.verdict)

    def _shown(self) -> bool:
        """Whether the goal was surely reached, for all, after the action, and by nothing that got worse."""
        early = any(gap.code == "check.measured_too_early" for gap in self.check.gaps)
        return (
            not (self.plan.group or early) and self.check.goal == "reached" and self.check.verdict.decision != "worse"
        )
