"""An audit, a review or an assessment of quality: planned, held, each finding answered, and closed.

The same names are the events, so a program reads well with `from servqual.model import audit as event`.
"""

import datetime as dt
from typing import Any, ClassVar, Final

import attrs

from servqual._checks import among, as_texts, differ, filled
from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.history.event import Act, Reasoned
from servqual.model.history.lifecycle import History, Lived, Move, Row, Transitions, short
from servqual.model.ids import AuditId
from servqual.model.labels import Labelled

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
    """Evidence for a finding."""

    PROCESS_AUDIT = "process_audit", "流程审核"
    CUSTOMER_FEEDBACK = "customer_feedback", "顾客反馈"
    SERVICE_RECORDS = "service_records", "服务记录"
    STAFF_FEEDBACK = "staff_feedback", "员工反馈"
    CUSTOMER_INTERVIEW = "customer_interview", "客户访谈"
    CASE_ANALYSIS = "case_analysis", "案例分析"


_OUTSIDE: Final = frozenset({AuditKind.THIRD_PARTY, AuditKind.EXTERNAL})


@attrs.frozen(kw_only=True, field_transformer=typed)
class Finding:
    """Finding with its evidence: good (`strength=True`), or to be corrected."""

    name: str = attrs.field(validator=filled)
    text: str = attrs.field(validator=filled)
    evidence: EvidenceKind = attrs.field(converter=EvidenceKind)
    strength: bool = False


@attrs.frozen(kw_only=True, field_transformer=typed)
class Planned(Act):
    """The audit was planned: subject, kind, checklist and date; for one from outside, also the institution (`body`).

    `independent` says whether the auditors have no part in what they audit; None where nobody said it. An independent
    quality audit needs it to be True.
    """

    id: AuditId = attrs.field(validator=filled)
    kind: AuditKind = attrs.field(converter=AuditKind)
    subject: str = attrs.field(validator=filled)
    checklist: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    due: dt.date | None = None
    body: str = ""
    independent: bool | None = None

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
class Held(Act):
    """It took place: other participants, items of the checklist that were met, and findings."""

    participants: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    met: tuple[str, ...] = attrs.field(default=(), converter=as_texts)
    findings: tuple[Finding, ...] = attrs.field(
        default=(), converter=tuple[Finding, ...], validator=differ(lambda finding: finding.name)
    )


@attrs.frozen(kw_only=True, field_transformer=typed)
class Corrected(Act):
    """A finding was answered: how it was corrected, or why it stays."""

    finding: str = attrs.field(validator=filled)
    how: str = attrs.field(validator=filled)


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

    history: tuple[AuditEvent, ...] = attrs.field(converter=History[AuditEvent], repr=short)

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
    def unmet(self) -> tuple[str, ...]:
        """Items of the checklist that were not met; none before it was held."""
        held: Held | None = self._latest(Held)
        return () if held is None else tuple(item for item in self.plan.checklist if item not in held.met)

    def overdue(self, *, today: dt.date) -> bool:
        """Say whether it was due before this day and was not held."""
        due = self.plan.due
        return self.status is AuditStatus.PLANNED and due is not None and today > due
