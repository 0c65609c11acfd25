"""An audit, a review or an assessment of quality: planned, held, each finding answered, and closed.

The same names are the events, so a program reads well with `from servqual.model import audit as event`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import among, as_texts, as_zone, differ, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model._pickled import Rebuilt
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions
from servqual.model.hours.cadence import Cadence
from servqual.model.ids import AgentId, AuditId, CaseId
from servqual.model.labels import Labelled
from servqual.model.people.roles import Role
from servqual.model.people.score import as_points
from servqual.model.people.team import Team

__all__ = [
    "AUDIT_TRANSITIONS",
    "Audit",
    "AuditEvent",
    "AuditKind",
    "AuditStatus",
    "Cancelled",
    "Closed",
    "Corrected",
    "EvidenceKind",
    "Finding",
    "Held",
    "Planned",
    "ServicePhase",
]


class AuditStatus(Labelled):
    """Status of an audit."""

    PLANNED = "planned", "已计划"
    HELD = "held", "已实施"
    CLOSED = "closed", "已关闭"
    CANCELLED = "cancelled", "已取消"


class AuditKind(Labelled):
    """Kind of audit: of a process, of the service, or of quality as a whole, from inside or outside."""

    PROCESS_AUDIT = "process_audit", "服务流程审计"
    PROCESS_REVIEW = "process_review", "流程评审"
    SERVICE_REVIEW = "service_review", "服务评审"
    QUALITY_ASSESSMENT = "quality_assessment", "服务质量评估"
    INTERNAL_AUDIT = "internal_audit", "内部审核"
    QUALITY_AUDIT = "quality_audit", "服务质量审计", "independent quality audit"
    THIRD_PARTY = "third_party", "第三方评估", "third-party assessment"
    EXTERNAL = "external", "外部评估", "external assessment"
    EXPERIENCE_AUDIT = "experience_audit", "体验审计"


class EvidenceKind(Labelled):
    """Kind of evidence, for a finding or for a stage of an improvement."""

    PROCESS_AUDIT = "process_audit", "流程审核"
    CUSTOMER_FEEDBACK = "customer_feedback", "顾客反馈"
    SERVICE_RECORDS = "service_records", "服务记录"
    STAFF_FEEDBACK = "staff_feedback", "员工反馈"
    CUSTOMER_INTERVIEW = "customer_interview", "客户访谈"
    CASE_ANALYSIS = "case_analysis", "案例分析"
    EVALUATION_REPORT = "evaluation_report", "服务评价报告"
    APPRAISAL = "appraisal", "内部绩效评估", "internal appraisal"


class ServicePhase(Labelled):
    """Module of quality management that a finding belongs to."""

    DESIGN = "design", "服务流程设计", "service process design"
    EXECUTION = "execution", "服务执行", "service execution"
    MONITORING = "monitoring", "服务监控", "service monitoring"
    IMPROVEMENT = "improvement", "服务改进", "service improvement"
    FEEDBACK = "feedback", "反馈机制", "feedback mechanism"


_OUTSIDE: Final = frozenset({AuditKind.THIRD_PARTY, AuditKind.EXTERNAL})


@attrs.frozen(kw_only=True, field_transformer=typed)
class Finding:
    """Finding with its evidence: good (`strength=True`), or to be corrected.

    `said_by` is the person or customer whose words the evidence is, `case` the case that was analysed, and `phase` the
    module of quality management that the finding belongs to.
    """

    name: str = attrs.field(validator=filled)
    text: str = attrs.field(validator=filled)
    evidence: EvidenceKind = attrs.field(converter=EvidenceKind)
    strength: bool = False
    said_by: str = ""
    case: CaseId | None = None
    phase: ServicePhase | None = attrs.field(default=None, converter=attrs.converters.optional(ServicePhase))

    @property
    def sourced(self) -> bool:
        """Whether somebody can ask again: words have a speaker, an analysis its case; other evidence needs neither."""
        if self.evidence in _WORDS:
            return bool(self.said_by.strip())
        return self.evidence is not EvidenceKind.CASE_ANALYSIS or self.case is not None


_WORDS: Final = frozenset({EvidenceKind.STAFF_FEEDBACK, EvidenceKind.CUSTOMER_INTERVIEW})


def _auditors(auditors: Iterable[AgentId]) -> tuple[AgentId, ...]:
    return tuple(dict.fromkeys(map(AgentId, as_texts(auditors))))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Planned(Act):
    """The audit was planned: subject, kind, checklist and date; for one from outside, also the institution (`body`).

    `independent` says whether the auditors have no part in what they audit; None where nobody said it. An independent
    quality audit needs it to be True. `auditors` are the ids of those who will audit, and `every` is the rhythm that
    the next audit follows from.
    """

    id: AuditId = attrs.field(validator=filled)
    kind: AuditKind = attrs.field(converter=AuditKind)
    subject: str = attrs.field(validator=filled)
    checklist: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    due: dt.date | None = None
    body: str = ""
    independent: bool | None = None
    auditors: tuple[AgentId, ...] = attrs.field(default=(), converter=_auditors)
    every: Cadence | None = attrs.field(default=None, converter=attrs.converters.optional(Cadence))

    def __attrs_post_init__(self) -> None:
        if self.kind is AuditKind.QUALITY_AUDIT and not self.independent:
            raise InvalidValue.of(
                "independent",
                "be True for an independent quality audit",
                self.independent,
                do="plan an internal_audit where the auditors have a part in the work",
            )
        if self.kind in _OUTSIDE and not self.body.strip():
            raise InvalidValue.of("body", "name who assesses from outside", self.body, do="say which institution")


@attrs.frozen(kw_only=True, field_transformer=typed)
class Held(Act, Rebuilt):
    """It took place: other participants, items of the checklist that were met, findings, and scores.

    `scores` holds the points from 0 to 100 by dimension, such as `reliability`; a dimension that nobody scored is left
    out. Refused: points off that range.
    """

    participants: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    met: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    findings: tuple[Finding, ...] = attrs.field(
        default=(), converter=tuple[Finding, ...], validator=differ(lambda finding: finding.name)
    )
    scores: Mapping[str, float] = attrs.field(factory=dict[str, float], converter=as_points)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Corrected(Act):
    """A finding was answered: how it was corrected, or why it stays.

    `improvement` is the id of the plan of improvement that answers it, `case` the case that was opened for it.
    """

    finding: str = attrs.field(validator=filled)
    how: str = attrs.field(validator=filled)
    improvement: str | None = attrs.field(default=None, validator=attrs.validators.optional(filled))
    case: CaseId | None = attrs.field(default=None, validator=attrs.validators.optional(filled))


@attrs.frozen(kw_only=True, field_transformer=typed)
class Closed(Act):
    """It ended; every finding to correct was answered."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class Cancelled(Reasoned):
    """It will not take place, for a reason."""


AuditEvent = Planned | Held | Corrected | Closed | Cancelled


def _rows() -> tuple[Row[AuditStatus], ...]:
    s = AuditStatus
    return (
        # from         event      guard to
        Row((None,),      Planned,   None, s.PLANNED),
        Row((s.PLANNED,), Held,      None, s.HELD),
        Row((s.HELD,),    Corrected, None, Move.STAY),
        Row((s.HELD,),    Closed,    None, s.CLOSED),
        Row((s.PLANNED,), Cancelled, None, s.CANCELLED),
    )  # fmt: skip


AUDIT_TRANSITIONS: Final = Transitions(name="audit", rows=_rows())


@declared("audit")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Audit(Lived[AuditStatus, AuditEvent]):
    """An audit as the tuple of its events.

    Refused: an event that the status does not allow, an answer to an unknown finding or to a strength, a met item that
    is not on the checklist, unmet items without a finding to correct, and closing while a finding is not answered.

    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> audit = Audit(history=[
    ...     Planned(at=nine, by="Q-1", id=AuditId("A-7"), kind="process_audit", subject="enquiries"),
    ...     Held(at=nine, by="Q-1", findings=(
    ...         Finding(name="slow", text="replies take an hour", evidence="service_records"),))])
    >>> [finding.name for finding in audit.open_findings]
    ['slow']
    >>> audit.record(Closed(at=nine, by="Q-1"))
    Traceback (most recent call last):
    servqual.errors.InvalidValue: findings must all be answered before the audit is closed (got no answer to slow); \
record Corrected for each
    """

    _transitions: ClassVar[Transitions[Any]] = AUDIT_TRANSITIONS

    history: tuple[AuditEvent, ...] = attrs.field(converter=History[AuditEvent])

    def _check(self, _events: tuple[AuditEvent, ...], /) -> None:
        for event in self.history:
            if isinstance(event, Held):
                for item in event.met:
                    among("met", item, self.plan.checklist)
            elif isinstance(event, Corrected):
                among("finding", event.finding, [finding.name for finding in self.weaknesses])
        if self.unmet and not self.weaknesses:
            raise InvalidValue.of(
                "findings",
                "say what is wrong with unmet items of the checklist",
                self.unmet,
                shown=f"none for {', '.join(self.unmet)}",
                do="add a Finding, or list the items in met",
            )
        left = ", ".join(finding.name for finding in self.open_findings)
        if self.status is AuditStatus.CLOSED and left:
            raise InvalidValue.of(
                "findings",
                "all be answered before the audit is closed",
                left,
                shown=f"no answer to {left}",
                do="record Corrected for each",
            )

    @property
    def id(self) -> AuditId:
        """Name of the audit."""
        return AuditId(super().id)

    @property
    def plan(self) -> Planned:
        """First event: the plan."""
        return self._first(Planned)

    @property
    def independent(self) -> bool | None:
        """Whether the auditors have no part in what they audit; None where nobody said it."""
        return self.plan.independent

    @property
    def auditors(self) -> tuple[AgentId, ...]:
        """Those who audit: as planned, else the person who held it, or who planned it."""
        held: Held | None = self._latest(Held)
        return self.plan.auditors or (AgentId((held or self.plan).by),)

    def auditors_in(self, team: Team, role: Role | str | None = None) -> tuple[AgentId, ...]:
        """List the auditors who are members of a team, with this role where one is given.

        With `Role.QUALITY_CONTROL` these are the auditors whose duty it is; of the audited team there is none in an
        independent audit.
        """
        members = {member.id for member in (team.members if role is None else team.holders(role))}
        return tuple(auditor for auditor in self.auditors if auditor in members)

    @property
    def scores(self) -> Mapping[str, float]:
        """Points from 0 to 100 by dimension; empty before it was held."""
        held: Held | None = self._latest(Held)
        return MappingProxyType({}) if held is None else held.scores

    @property
    def improvements(self) -> Mapping[str, str]:
        """Ids of the plans of improvement that answer findings, by the name of the finding."""
        found = (event for event in self.history if isinstance(event, Corrected))
        return MappingProxyType({event.finding: event.improvement for event in found if event.improvement is not None})

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        held: Held | None = self._latest(Held)
        return () if held is None else held.findings

    @property
    def strengths(self) -> tuple[Finding, ...]:
        """Findings that are good."""
        return tuple(finding for finding in self.findings if finding.strength)

    @property
    def weaknesses(self) -> tuple[Finding, ...]:
        """Findings that need correction."""
        return tuple(finding for finding in self.findings if not finding.strength)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Findings that need correction and have no answer yet."""
        answered = {event.finding for event in self.history if isinstance(event, Corrected)}
        return tuple(finding for finding in self.weaknesses if finding.name not in answered)

    @property
    def unsourced(self) -> tuple[Finding, ...]:
        """Findings from words or cases that nobody can ask again, because speaker or case is not known."""
        return tuple(finding for finding in self.findings if not finding.sourced)

    def in_phase(self, phase: ServicePhase) -> tuple[Finding, ...]:
        """List the findings of one module of quality management."""
        return tuple(finding for finding in self.findings if finding.phase is ServicePhase(phase))

    @property
    def unmet(self) -> tuple[str, ...]:
        """Items of the checklist that were not met; none before it was held."""
        held: Held | None = self._latest(Held)
        return () if held is None else tuple(item for item in self.plan.checklist if item not in held.met)

    def overdue(self, *, today: dt.date) -> bool:
        """Say whether it was due before this day and was not held."""
        due = self.plan.due
        return self.status is AuditStatus.PLANNED and due is not None and today > due

    def next_due(self, *, zone: str) -> dt.date | None:
        """Return the day in this zone on which the next one is due; None without a rhythm, or before it was held."""
        held: Held | None = self._latest(Held)
        if self.plan.every is None or held is None:
            return None
        return self.plan.every.after(held.at.astimezone(as_zone(zone)).date())

    def following(self, *, id: AuditId, at: dt.datetime, by: str, zone: str) -> "Audit":  # noqa: A002
        """Plan the next one: the same but for its id, and due by the rhythm. Refused where no day follows from it."""
        due = self.next_due(zone=zone)
        if due is None:
            raise InvalidValue.of(
                "every",
                "give the rhythm of an audit that was held",
                self.plan.every,
                do="plan it with every='quarterly', and record Held",
            )
        again: dict[str, Any] = {"note": "", "recorded_at": None, "seq": 0, "event_id": None}
        return Audit(history=[attrs.evolve(self.plan, id=id, at=at, by=by, due=due, **again)])
