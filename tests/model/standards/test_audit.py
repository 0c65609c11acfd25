"""An audit obeys its table, and closes when its findings are answered."""

import datetime as dt
import pickle
from typing import Any

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    AgentId,
    Audit,
    AuditId,
    AuditKind,
    AuditStatus,
    EvidenceKind,
    Finding,
    Member,
    Role,
    ServicePhase,
    Team,
)
from servqual.model import audit as event
from servqual.model.standards.audit import AUDIT_TRANSITIONS, AuditEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
SLOW = Finding(name="slow", text="replies take an hour", evidence=EvidenceKind.SERVICE_RECORDS)
KIND = Finding(name="kind", text="the tone is good", evidence=EvidenceKind.CUSTOMER_FEEDBACK, strength=True)


PLANNED = event.Planned(
    at=T0,
    by="Q-1",
    id=AuditId("A-7"),
    kind=AuditKind.PROCESS_AUDIT,
    subject="enquiries",
    checklist=("guide", "limits"),
    due=dt.date(2026, 5, 10),
)


def sample(name: str, hour: int) -> AuditEvent:
    """An event of each stored name."""
    when = T0 + dt.timedelta(hours=hour)
    events: dict[str, AuditEvent] = {
        "planned": attrs.evolve(PLANNED, at=when),
        "held": event.Held(at=when, by="Q-1", participants=("D-1",), met=("guide",), findings=(SLOW, KIND)),
        "corrected": event.Corrected(at=when, by="M-1", finding="slow", how="a second shift"),
        "closed": event.Closed(at=when, by="Q-1"),
        "cancelled": event.Cancelled(at=when, by="Q-1", reason="merger"),
    }
    return events[name]


NAMES = ["planned", "held", "corrected", "closed", "cancelled"]
WAY = {
    "planned": ["planned"],
    "held": ["planned", "held", "corrected"],
    "closed": ["planned", "held", "corrected", "closed"],
    "cancelled": ["planned", "cancelled"],
}
# DOMAIN.md QM-06 (schedule, checklist, findings, close-out), written out apart from the code
LEADS: dict[str, dict[str, str]] = {
    "planned": {"held": "held", "cancelled": "cancelled"},
    "held": {"corrected": "held", "closed": "closed"},
    "closed": {},
    "cancelled": {},
}


def audit_after(names: list[str]) -> Audit:
    """An audit that went this way, an hour for each step."""
    return Audit(history=[sample(name, hour) for hour, name in enumerate(names)])


def test_every_status_has_a_row_and_a_way() -> None:
    """The tables of this test cover the enumeration and every kind of event."""
    assert set(WAY) == set(LEADS) == set(AuditStatus)
    assert {type(sample(name, 0)) for name in NAMES} == set(AUDIT_TRANSITIONS.events)


@pytest.mark.parametrize("status", list(AuditStatus))
@pytest.mark.parametrize("name", NAMES)
def test_each_event_in_each_status(status: AuditStatus, name: str) -> None:
    """An allowed event leads on; any other is refused and leaves the audit equal."""
    before, following = audit_after(WAY[status]), sample(name, 20)
    leads = LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Audit(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "audit.illegal_transition"
        assert set(refused.value.allowed) == set(LEADS[status])
    assert before == audit_after(WAY[status])
    assert before.status is status


def test_what_was_found() -> None:
    """Good and bad apart, the checklist held against what was met, and what is still open."""
    held = audit_after(["planned", "held"])
    assert (held.id, held.strengths, held.weaknesses, held.open_findings) == ("A-7", (KIND,), (SLOW,), (SLOW,))
    assert held.unmet == ("limits",)
    assert held.record(sample("corrected", 3)).open_findings == ()
    planned = audit_after(["planned"])
    assert (planned.findings, planned.unmet) == ((), ())


def test_an_open_finding_keeps_an_audit_open() -> None:
    """In life and in a stored history."""
    held = audit_after(["planned", "held"])
    with pytest.raises(InvalidValue, match=r"answered before the audit is closed \(got no answer to slow\)"):
        held.record(sample("closed", 3))
    with pytest.raises(InvalidValue, match="must all be answered"):
        Audit(history=[*held.history, sample("closed", 3)])


def test_answers_go_to_weaknesses_that_were_found() -> None:
    """A strength and an unknown name need none; an item met stands on the checklist."""
    held = audit_after(["planned", "held"])
    for name in ("kind", "slo"):
        with pytest.raises(InvalidValue, match=rf"finding must be one of slow \(got '{name}'\)"):
            held.record(event.Corrected(at=T0 + dt.timedelta(hours=3), by="M-1", finding=name, how="x"))
    with pytest.raises(InvalidValue, match="met must be one of guide, limits"):
        audit_after(["planned"]).record(event.Held(at=T0 + dt.timedelta(hours=1), by="Q-1", met=("guides",)))


def test_overdue() -> None:
    """From the day after it was due, until it was held."""
    planned = audit_after(["planned"])
    assert not planned.overdue(today=dt.date(2026, 5, 10))
    assert planned.overdue(today=dt.date(2026, 5, 11))
    assert not audit_after(["planned", "held"]).overdue(today=dt.date(2026, 5, 11))


@pytest.mark.parametrize("kind", [AuditKind.THIRD_PARTY, AuditKind.EXTERNAL])
def test_who_assesses_from_outside_is_named(kind: AuditKind) -> None:
    """Only those within need no name."""
    with pytest.raises(InvalidValue, match="body must name who assesses from outside"):
        attrs.evolve(PLANNED, kind=kind)
    assert attrs.evolve(PLANNED, kind=kind, body="an institute").kind is kind


def test_findings_have_names_of_their_own() -> None:
    """Each is answered by name."""
    with pytest.raises(InvalidValue, match="findings must differ in name"):
        event.Held(at=T0, by="Q-1", findings=(SLOW, SLOW))


@pytest.mark.parametrize("kind", [AuditStatus, AuditKind, EvidenceKind])
def test_all_labels_are_there(kind: type[AuditStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)


def test_an_independent_audit_says_so() -> None:
    """QM-07: the auditors have no part in what they audit; other audits may leave it open."""
    with pytest.raises(InvalidValue, match="independent must be True for an independent quality audit"):
        attrs.evolve(PLANNED, kind="quality_audit")
    planned = attrs.evolve(PLANNED, kind="quality_audit", independent=True)
    assert Audit(history=[planned]).independent is True
    assert Audit(history=[PLANNED]).independent is None


def test_unmet_items_need_a_finding() -> None:
    """QM-07: its result is the basis for improvement, so what was not met is said in words."""
    planned = audit_after(["planned"])
    with pytest.raises(InvalidValue, match=r"findings must say what is wrong .*none for limits"):
        planned.record(event.Held(at=T0 + dt.timedelta(hours=1), by="Q-1", met=("guide",)))
    kept = planned.record(event.Held(at=T0 + dt.timedelta(hours=1), by="Q-1", met=("guide", "limits")))
    assert (kept.unmet, kept.findings) == ((), ())


# --- scores, auditors, sources, phases and the next one ---------------------------------------------------------------


def rated(**facts: Any) -> Audit:
    """An audit of March, held at eleven at night in UTC, which is 1 April in Shanghai."""
    held_facts = {name: facts.pop(name) for name in ("scores", "findings") if name in facts}
    plan = event.Planned(
        at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        by="Q-1",
        id=AuditId("A-1"),
        kind="internal_audit",
        subject="hotline",
        **facts,
    )
    held = event.Held(at=dt.datetime(2026, 3, 31, 23, tzinfo=dt.UTC), by="Q-2", **held_facts)
    return Audit(history=[plan, held])


def test_the_next_audit_follows_from_the_day_on_which_it_was_held() -> None:
    """In the zone of the desk; without a rhythm none follows, and none before it was held."""
    monthly = rated(every="monthly", checklist=(), auditors=[AgentId("Q-2")])
    assert monthly.next_due(zone="UTC") == dt.date(2026, 4, 30)
    assert monthly.next_due(zone="Asia/Shanghai") == dt.date(2026, 5, 1)
    at = dt.datetime(2026, 4, 2, tzinfo=dt.UTC)
    following = monthly.following(id=AuditId("A-2"), at=at, by="Q-9", zone="UTC")
    assert (following.id, following.status, following.plan.due) == ("A-2", "planned", dt.date(2026, 4, 30))
    assert (following.plan.every, following.plan.subject, following.auditors) == ("monthly", "hotline", ("Q-2",))
    assert following.next_due(zone="UTC") is None
    assert rated().next_due(zone="UTC") is None
    with pytest.raises(InvalidValue, match="every must give the rhythm"):
        rated().following(id=AuditId("A-2"), at=at, by="Q-9", zone="UTC")


def test_scores_are_points_by_dimension() -> None:
    """From 0 to 100; none before it was held."""
    assert dict(rated(scores={"reliability": 80, "empathy": 0}).scores) == {"reliability": 80, "empathy": 0}
    assert dict(Audit(history=rated().history[:1]).scores) == {}
    for wrong in (-1, 101, float("nan")):
        with pytest.raises(InvalidValue, match="scores must lie between 0 and 100"):
            rated(scores={"reliability": wrong})
    assert pickle.loads(pickle.dumps(rated(scores={"empathy": 1}))) == rated(scores={"empathy": 1})  # noqa: S301


def test_auditors_are_those_planned_else_who_held_it() -> None:
    """Each once, and as members of a team with the role that is asked for."""
    members = [
        Member(id=AgentId("Q-1"), name="Quin", roles={Role.QUALITY_CONTROL}),
        Member(id=AgentId("Q-2"), name="Rae", roles={Role.AGENT}),
    ]
    team = Team(name="quality", members=members)
    assert (rated().auditors, Audit(history=rated().history[:1]).auditors) == (("Q-2",), ("Q-1",))
    audit = rated(auditors=["Q-1", "Q-2", "X-1", "Q-1"])
    assert audit.auditors == ("Q-1", "Q-2", "X-1")
    assert audit.auditors_in(team) == ("Q-1", "Q-2")
    assert audit.auditors_in(team, Role.QUALITY_CONTROL) == ("Q-1",)


@pytest.mark.parametrize(
    ("facts", "sourced"),
    [
        ({"evidence": "customer_interview"}, False),
        ({"evidence": "customer_interview", "said_by": "K-1"}, True),
        ({"evidence": "staff_feedback", "said_by": " "}, False),
        ({"evidence": "case_analysis"}, False),
        ({"evidence": "case_analysis", "case": "C-1"}, True),
        ({"evidence": "service_records"}, True),
    ],
)
def test_words_need_a_speaker_and_an_analysis_its_case(facts: dict[str, Any], sourced: bool) -> None:
    """Records and audits are found again without."""
    finding = Finding(name="slow", text="an hour", **facts)
    assert finding.sourced is sourced
    assert rated(findings=[finding]).unsourced == (() if sourced else (finding,))


def test_an_answer_names_the_plan_of_improvement() -> None:
    """Or the case that was opened; in words alone it names neither."""
    findings = [Finding(name=name, text="t", evidence="service_records", phase="design") for name in ("a", "b", "c")]
    audit = rated(findings=findings)
    answers: list[tuple[str, dict[str, Any]]] = [("a", {"improvement": "P-1"}), ("b", {"case": "C-1"}), ("c", {})]
    for name, facts in answers:
        audit = audit.record(
            event.Corrected(at=dt.datetime(2026, 4, 2, tzinfo=dt.UTC), by="M-1", finding=name, how="h", **facts)
        )
    assert (dict(audit.improvements), audit.open_findings) == ({"a": "P-1"}, ())
    assert audit.in_phase(ServicePhase.DESIGN) == tuple(findings)
    assert audit.in_phase(ServicePhase.FEEDBACK) == ()
