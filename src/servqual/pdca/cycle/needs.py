"""What asks for an improvement: findings of audits, problems from surveys and meetings, ideas, and training needs."""

import datetime as dt
from collections.abc import Iterator
from functools import singledispatch
from typing import Any

import attrs

from servqual._checks import calendar_date, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.people.action_item import ActionItem, ActionItemStatus, Agreed
from servqual.model.people.appraisal import Appraisal, Discussed
from servqual.model.people.meeting import Held, Meeting
from servqual.model.people.training_needs import TrainingNeed
from servqual.model.standards.audit import Audit
from servqual.model.voice.suggestion import Adopted, Suggestion
from servqual.model.voice.survey import Survey
from servqual.pdca.causes.links import Link, LinkKind, as_link, as_links
from servqual.pdca.cycle.actions import Action
from servqual.pdca.cycle.stages import Plan

__all__ = ["Need", "needs_of"]


@attrs.frozen(kw_only=True, field_transformer=typed)
class Need:
    """Something that asks for an improvement: where it was found, the problem, and a measure where one was agreed."""

    link: Link = attrs.field(converter=as_link)
    problem: str = attrs.field(validator=filled)
    what: str = ""
    owner: str | None = None
    due: dt.date | None = attrs.field(default=None, validator=attrs.validators.optional(calendar_date))

    def draft(self, *, id: str, at: dt.datetime, kpi: Any, criterion: str = "", **facts: Any) -> Plan:  # noqa: A002
        """Draft a plan for it, linked to it; `facts` are further fields of the plan, such as baseline and goal.

        The agreed measure becomes its action where owner, date and `criterion` are known.
        """
        known: dict[str, Any] = {"subject": self.problem, "problem": self.problem, "owner": self.owner}
        if self.what and self.owner and self.due and criterion:
            known["actions"] = (Action(what=self.what, owner=self.owner, due=self.due, criterion=criterion),)
        links = (self.link, *as_links(facts.pop("links", ())))
        return Plan(id=id, at=at, kpi=kpi, links=links, **(known | facts))


def needs_of(*sources: Any) -> tuple[Need, ...]:
    """List what several sources ask for, each need once.

    An `Audit` gives its findings without an answer (as `audit/finding`); a `Survey` the problems that it found, with
    the measure that was set, but for those left with a reason; a service review or other `Meeting` the problems that it
    discussed; an open `ActionItem` itself; a `Suggestion` that was adopted and not done; an `Appraisal` the
    improvements that both sides agreed on, and a `TrainingNeed` the points that are short, both as training needs. A
    `Need` stays as it is. Others are refused.

    >>> from servqual.model import AuditId, Finding, audit
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> slow = Finding(name="slow", text="replies take an hour", evidence="service_records")
    >>> held = Audit(history=[
    ...     audit.Planned(at=nine, by="Q-1", id=AuditId("A-7"), kind="process_audit", subject="enquiries"),
    ...     audit.Held(at=nine, by="Q-1", findings=[slow])])
    >>> [(need.link.id, need.problem) for need in needs_of(held)]
    [('A-7/slow', 'replies take an hour')]
    """
    return tuple(dict.fromkeys(need for source in sources for need in _of(source)))


@singledispatch
def _of(source: Any) -> Iterator[Need]:
    raise InvalidValue.of(
        "sources", "be audits, surveys, meetings, action items, suggestions, appraisals or needs of training", source
    )


@_of.register
def _of_need(source: Need) -> Iterator[Need]:
    yield source


@_of.register
def _of_audit(source: Audit) -> Iterator[Need]:
    for finding in source.open_findings:
        yield Need(link=Link(kind=LinkKind.FINDING, id=f"{source.id}/{finding.name}"), problem=finding.text)


@_of.register
def _of_survey(source: Survey) -> Iterator[Need]:
    improvements = {one.problem: one for one in source.improvements}
    for problem in source.problems:
        link = Link(kind=LinkKind.SURVEY, id=f"{source.id}/{problem}")
        if problem in improvements:
            one = improvements[problem]
            yield Need(link=link, problem=problem, what=one.what, owner=one.owner, due=one.due)
        elif problem in source.open_problems:
            yield Need(link=link, problem=problem)


@_of.register
def _of_meeting(source: Meeting) -> Iterator[Need]:
    for event in source.counted:
        if isinstance(event, Held):
            for problem in event.problems:
                yield Need(link=Link(kind=LinkKind.MEETING, id=f"{source.id}/{problem}"), problem=problem)


@_of.register
def _of_item(source: ActionItem) -> Iterator[Need]:
    agreed = source.counted[0]
    if source.status is ActionItemStatus.OPEN and isinstance(agreed, Agreed):
        yield Need(link=source, problem=agreed.what, what=agreed.what, owner=source.owner, due=source.due)


@_of.register
def _of_suggestion(source: Suggestion) -> Iterator[Need]:
    last = source.counted[-1]
    if isinstance(last, Adopted):
        text = source.submitted.text
        yield Need(link=source, problem=text, what=text, owner=last.owner)


@_of.register
def _of_appraisal(source: Appraisal) -> Iterator[Need]:
    for event in source.counted:
        if isinstance(event, Discussed):
            for what in event.improvements:
                yield Need(link=Link(kind=LinkKind.TRAINING_NEED, id=f"{source.id}/{what}"), problem=what)


@_of.register
def _of_training(source: TrainingNeed) -> Iterator[Need]:
    whose = source.member or source.team
    problem = f"{source.indicator} of {whose} is {source.shortfall:g} points short"
    link = Link(kind=LinkKind.TRAINING_NEED, id=f"{whose}/{source.indicator}")
    yield Need(link=link, problem=problem, what=source.content)
