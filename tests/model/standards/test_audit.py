"""An audit obeys its table, and closes when its findings are answered."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import Audit, AuditId, AuditKind, AuditStatus, EvidenceKind, Finding
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
