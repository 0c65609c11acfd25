"""The register of improvements: what comes first, what is late, what clashes, what it brought, and what waits."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Final

import attrs
from dateutil.rrule import rrulebase, rrulestr

from servqual._checks import as_instant, calendar_date, differ, must_be, several
from servqual._html import Html, table
from servqual._typed import typed
from servqual._words import number
from servqual.errors import InvalidValue
from servqual.pdca.causes.priority import ImprovementPriority
from servqual.pdca.cycle.needs import Need, needs_of
from servqual.pdca.cycle.rechecks import RecheckState
from servqual.pdca.cycle.stage import CycleStatus, Due, Stage, by_day
from servqual.pdca.cycle.stages import Check, Do, Outcome, Plan
from servqual.pdca.verdicts.verdict import Verdict

__all__ = ["Clash", "Effect", "Register"]

Cycle = Plan | Do | Check | Outcome
_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class Clash:
    """Two cycles that move one KPI in one place at one time, so that neither can be judged alone."""

    first: str
    second: str
    kpi: str


@attrs.frozen(kw_only=True)
class Effect:
    """What one cycle brought so far: the change with its interval, in the unit of its KPI, and whether it lasts.

    `state` is that of the last re-check that was made, None before any.
    """

    plan: str
    kpi: str
    unit: str
    decision: str
    change: float | None
    low: float | None
    high: float | None
    improved: bool
    state: RecheckState | None


def _cycles(given: Iterable[Stage]) -> tuple[Cycle, ...]:
    found = several("plans", given, "plans and cycles", alone=Stage)
    for one in found:
        must_be(Cycle, "plans", "a Plan, Do, Check or Outcome", one)
    return found


@attrs.frozen(kw_only=True, field_transformer=typed)
class Register:
    """Improvements of a firm, each at its last stage.

    `plans` holds a `Plan`, `Do`, `Check` or `Outcome` per cycle. `review` says how often the register is reviewed, as
    a rule of RFC 5545 such as `"FREQ=MONTHLY;BYDAY=1MO"`, counted from `review_from`. Refused: two plans of one id,
    a rule that cannot be read or is finer than days, and a rule without its first day.

    >>> register = Register(plans=[], review="FREQ=MONTHLY;BYDAY=1MO", review_from=dt.date(2026, 1, 1))
    >>> register.next_review(after=dt.date(2026, 5, 4))
    datetime.date(2026, 6, 1)
    """

    plans: tuple[Cycle, ...] = attrs.field(converter=_cycles, validator=differ(lambda one: one.plan.id))
    review: str | None = None
    review_from: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))

    def __attrs_post_init__(self) -> None:
        if self.review is not None:
            self._rule()

    def by_status(self) -> Mapping[CycleStatus, tuple[Cycle, ...]]:
        """Give the cycles of each status, in the order of the register."""
        return {status: tuple(one for one in self.plans if one.status is status) for status in CycleStatus}

    def ranked(self) -> tuple[Cycle, ...]:
        """List the cycles that are not done: by grade, then by worth for its effort, then by id; unknown ones last."""

        def place(cycle: Cycle) -> tuple[int, float, str]:
            plan = cycle.plan
            grades = list(ImprovementPriority)
            grade = len(grades) if plan.priority is None else grades.index(plan.priority)
            return grade, 0.0 if plan.worth is None else -plan.worth.score, plan.id

        return tuple(sorted((one for one in self.plans if one.status is not CycleStatus.DONE), key=place))

    def overdue(self, *, now: dt.datetime) -> tuple[Due, ...]:
        """List the actions, re-checks and notices whose last day is over at `now`, the longest overdue first."""
        return by_day(late for one in self.plans for late in one.overdue(now=now))

    def on_time(self, *, now: dt.datetime) -> float | None:
        """Share of actions done by their last day, among those that were done or are overdue at `now`.

        None where there are none. Open actions of a cycle that is over do not count.
        """
        moment = as_instant(now, "now")
        kept = missed = 0
        for one in self.plans:
            do = _do(one)
            plan = one.plan
            for step in () if do is None else do.completed:
                in_time = plan.day(step.at) <= plan.action(step.what).due
                kept, missed = kept + in_time, missed + (not in_time)
            missed += sum(late.kind == "action" for late in one.overdue(now=moment))
        return kept / (kept + missed) if kept + missed else None

    def effects(self) -> tuple[Effect, ...]:
        """List what the checked cycles brought; changes of different places do not add up, so none are summed."""
        return tuple(self._effect(one) for one in self.plans if isinstance(one, Check | Outcome))

    def _effect(self, cycle: Check | Outcome) -> Effect:
        check = cycle if isinstance(cycle, Check) else cycle.check
        verdict: Verdict = check.verdict
        made = [] if isinstance(cycle, Check) else [one.state for one in cycle.rechecks if not one.is_open]
        return Effect(
            plan=check.plan.id,
            kpi=check.plan.kpi,
            unit=check.plan.unit,
            decision=verdict.decision,
            change=verdict.change,
            low=verdict.low,
            high=verdict.high,
            improved=check.improved,
            state=made[-1] if made else None,
        )

    def clashes(self) -> tuple[Clash, ...]:
        """List the pairs of cycles that move one KPI in one place at one time.

        Places are one unless a column, such as the team, has two values; a cycle lasts from its start, or from its plan
        where it has not started, to its outcome.
        """
        return tuple(
            Clash(first=one.plan.id, second=other.plan.id, kpi=one.plan.kpi)
            for one, other in combinations(self.plans, 2)
            if _meet(one, other)
        )

    def needs(self, *sources: Any) -> tuple[Need, ...]:
        """List what audits, surveys, meetings and others ask for and no plan links to; see `needs_of`."""
        linked = {
            link for one in self.plans for link in (*one.plan.links, *(one.plan.cause.links if one.plan.cause else ()))
        }
        return tuple(need for need in needs_of(*sources) if need.link not in linked)

    def next_review(self, *, after: dt.date) -> dt.date | None:
        """Return the first day of review after a day; None where the rule has ended."""
        must_be(dt.date, "after", "a date", after)
        found = self._rule().after(dt.datetime.combine(after, dt.time.max))
        return None if found is None else found.date()

    def _rule(self) -> rrulebase:
        if self.review is None or self.review_from is None:
            raise InvalidValue.of(
                "review_from" if self.review else "review",
                "be given to know the days of review",
                None,
                do="write review='FREQ=MONTHLY;BYDAY=1MO' and review_from=the first day",
            )
        first = dt.datetime.combine(self.review_from, dt.time())
        wrong = InvalidValue.of(
            "review", "be a rule of days or longer, such as 'FREQ=MONTHLY;BYDAY=1MO'", self.review, do="see RFC 5545"
        )
        if not any(f"FREQ={often}" in self.review.upper() for often in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")):
            raise wrong
        try:
            return rrulestr(self.review, dtstart=first)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise wrong from None

    def _repr_html_(self) -> str:
        return self.table()

    def table(self) -> Html:
        """Write the register as one table, the cycles that are not done first, in their order of rank."""
        rows = [_line(one) for one in (*self.ranked(), *self.by_status()[CycleStatus.DONE])]
        head = ["Id", "Subject", "Stage", "Owner", "Grade", "KPI", "Baseline", "Goal", "After", "Found"]
        return table(head, rows, caption=f"{len(rows):,} improvements", numeric={6, 7, 8})


def _line(cycle: Cycle) -> list[object]:
    plan = cycle.plan
    check = cycle if isinstance(cycle, Check) else cycle.check if isinstance(cycle, Outcome) else None
    after = None if check is None else check.verdict.after.value
    return [
        plan.id,
        plan.subject,
        cycle.status.label(),
        plan.owner,
        None if plan.priority is None else plan.priority.label(),
        plan.kpi,
        *(number(value, plan.unit) for value in (plan.baseline, plan.goal, after)),
        None if check is None else check.verdict.decision,
    ]


def _do(cycle: Cycle) -> Do | None:
    if isinstance(cycle, Plan):
        return None
    return cycle if isinstance(cycle, Do) else cycle.do if isinstance(cycle, Check) else cycle.check.do


def _span(cycle: Cycle) -> tuple[dt.datetime, dt.datetime]:
    do = _do(cycle)
    start = cycle.at if do is None else do.at
    return start, cycle.at if isinstance(cycle, Outcome) else _LAST


def _meet(one: Cycle, other: Cycle) -> bool:
    mine, theirs = one.plan, other.plan
    here, there = mine.place(), theirs.place()
    (start, end), (begin, stop) = _span(one), _span(other)
    same_place = all(here[name] == there[name] for name in here.keys() & there.keys())
    return mine.kpi == theirs.kpi and same_place and start < stop and begin < end
