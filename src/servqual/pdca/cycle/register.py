"""The register of improvements: what comes first, what is late, what clashes, what it brought, and what waits."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Final

import attrs
from dateutil.rrule import rrulestr

from servqual._checks import as_instant, calendar_date, differ, must_be, several
from servqual._html import Html, table
from servqual._typed import typed
from servqual._words import counted, number
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
_FINE: Final = re.compile(r"FREQ=(?!(DAILY|WEEKLY|MONTHLY|YEARLY)\b)|INTERVAL=(?!0*[1-9]\d{0,3}\b)", re.IGNORECASE)
"""A rule finer than days, or an interval of 0, with which dateutil would search for ever."""


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
    a rule of RFC 5545 such as `"FREQ=MONTHLY;BYDAY=1MO"`, counted from `review_from`; a zone in it is left out, for
    days have none. Refused: two plans of one id, a rule that cannot be read, has an interval of 0 or is finer than
    days, and a rule without its first day.

    >>> register = Register(plans=[], review="FREQ=MONTHLY;BYDAY=1MO", review_from=dt.date(2026, 1, 1))
    >>> register.next_review(after=dt.date(2026, 5, 4))
    datetime.date(2026, 6, 1)
    """

    plans: tuple[Cycle, ...] = attrs.field(converter=_cycles, validator=differ(lambda one: one.plan.id, "id"))
    review: str | None = None
    review_from: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))

    def __attrs_post_init__(self) -> None:
        if self.review is not None:
            self._reviewed(self.review_from or dt.date.min)

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

        None where there are none. What was recorded for a time after `now` is not done yet; plans of a time after it,
        and open actions of a cycle that was over, do not count.
        """
        moment = as_instant(now, "now")
        kept = missed = 0
        for one in self.plans:
            plan, do = one.plan, _do(one)
            done = {step.what: step.at for step in (do.completed if do else ()) if step.at <= moment}
            waits = plan.at <= moment < _span(one)[1]
            for action in plan.actions:
                late = plan.day(done.get(action.what, moment)) > action.due
                kept += action.what in done and not late
                missed += late and (action.what in done or waits)
        return kept / (kept + missed) if kept + missed else None

    def effects(self) -> tuple[Effect, ...]:
        """List what the checked cycles brought; changes of different places do not add up, so none are summed."""
        return tuple(self._effect(one) for one in self.plans if isinstance(one, Check | Outcome))

    def _effect(self, cycle: Check | Outcome) -> Effect:
        check = cycle if isinstance(cycle, Check) else cycle.check
        verdict: Verdict = check.verdict
        return Effect(
            plan=check.plan.id,
            kpi=check.plan.kpi,
            unit=check.plan.unit,
            decision=verdict.decision,
            change=verdict.change,
            low=verdict.low,
            high=verdict.high,
            improved=check.improved,
            state=None if isinstance(cycle, Check) else cycle.lasting,
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
        if isinstance(after, dt.datetime):
            raise InvalidValue.of("after", "be a date and not a moment", after, do="write its date() in your zone")
        found = self._reviewed(after)
        return None if found is None else found.date()

    def _reviewed(self, after: dt.date) -> dt.datetime | None:
        """Find the first review after a day, and refuse a rule that cannot be read."""
        if self.review is None or self.review_from is None:
            raise InvalidValue.of(
                "review_from" if self.review else "review",
                "be given to know the days of review",
                None,
                do="write review='FREQ=MONTHLY;BYDAY=1MO' and review_from=the first day",
            )
        first, last = dt.datetime.combine(self.review_from, dt.time()), dt.datetime.combine(after, dt.time.max)
        fit = "FREQ=" in self.review.upper() and not _FINE.search(self.review)
        try:
            return rrulestr(self.review if fit else "", dtstart=first, ignoretz=True).after(last)
        except (ValueError, TypeError, LookupError, AttributeError):
            raise InvalidValue.of(
                "review",
                "be a rule of days or longer with an interval from 1, such as 'FREQ=MONTHLY;BYDAY=1MO'",
                self.review,
                do="see RFC 5545",
            ) from None

    def _repr_html_(self) -> str:
        return self.table()

    def table(self) -> Html:
        """Write the register as one table, the cycles that are not done first, in their order of rank."""
        rows = [_line(one) for one in (*self.ranked(), *self.by_status()[CycleStatus.DONE])]
        head = ["Id", "Subject", "Stage", "Owner", "Grade", "KPI", "Baseline", "Goal", "After", "Found"]
        return table(head, rows, caption=counted(len(rows), "improvement"), numeric={6, 7, 8})


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
        *(number(value, plan.told_in) for value in (plan.baseline, plan.goal, after)),
        None if check is None else check.verdict.decision + (", incomplete" if check.gaps else ""),
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
