"""The story of complaints: a retailer's complaint desk in May, from the hotline to the weak point and the review."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition, InvalidValue
from servqual.metrics import KPIS, measure, pareto
from servqual.model import (
    AgentId,
    Audit,
    AuditId,
    Case,
    CaseId,
    Channel,
    Complaint,
    ComplaintId,
    ComplaintStatus,
    CustomerId,
    Member,
    Permission,
    Role,
    Team,
    complaint_backlog,
    issues_of,
    overdue_complaints,
    points,
)
from servqual.model import audit as audit_event
from servqual.model import case as case_event
from servqual.model import complaint as event

MONDAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def raised(
    name: str, hour: float = 0, *, channel: str = "phone", category: str = "billing", owner: str = "A-1"
) -> Complaint:
    """A complaint that came in so many hours after Monday 9:00 and is due within two days."""
    at = MONDAY + hour * HOUR
    receipt = event.Received(
        at=at,
        id=ComplaintId(name),
        customer=CustomerId(f"K-{name}"),
        channel=channel,
        category=category,
        description="charged twice",
        owner=owner,
        due=at + 48 * HOUR,
    )
    return Complaint(history=[receipt])


def solved(complaint: Complaint, hour: float, *, cause: str = "retry of a payment", upheld: bool = True) -> Complaint:
    """The same complaint, heard after an hour and solved so many hours after its receipt."""
    start, owner = complaint.received.at, complaint.owner or "desk"
    for step in (
        event.Listened(at=start + HOUR, by=owner, demand="money back"),
        event.Analysed(at=start + hour * HOUR, by=owner, root_cause=cause, upheld=upheld),
        event.Resolved(at=start + hour * HOUR, by=owner, solution="refunded", told_customer=True),
    ):
        complaint = complaint.record(step)
    return complaint


def test_a_complaint_feeds_the_statistics_of_problems_and_is_not_a_second_problem() -> None:
    """CP-01: a complaint is an object of its own, counted as such by category, and one problem with its case."""
    case = Case(
        history=[
            case_event.Reported(
                at=MONDAY,
                id=CaseId("C-1"),
                customer=CustomerId("K-1"),
                description="charged twice",
                impact="12.50 EUR",
                occurred_at=MONDAY,
                owner="A-1",
                channel="phone",
                source="complaint",
            )
        ]
    )
    about_it = raised("1", 1).record(event.Linked(at=MONDAY + HOUR, by="A-1", to=CaseId("C-1")))
    complaints = [about_it, raised("2", 2), raised("3", 3, category="delivery")]
    issues = issues_of(cases=[case], complaints=complaints)
    assert [(len(issue.cases), len(issue.complaints)) for issue in issues] == [(1, 1), (0, 1), (0, 1)]
    found = measure(["complaint_volume"], {"complaints": complaints}, by=["category"])
    assert {m.group["category"]: m.value for m in found} == {"billing": 2, "delivery": 1}


def test_listen_analyse_resolve_follow_up_until_the_customer_is_satisfied() -> None:
    """CP-02, CP-07: four steps, each with who, when and what; no end before a follow-up with a satisfied customer."""
    complaint = raised("1")
    with pytest.raises(IllegalTransition):
        complaint.record(event.Resolved(at=MONDAY + HOUR, by="A-1", solution="refunded", told_customer=True))
    complaint = solved(complaint, 5)
    assert complaint.status is ComplaintStatus.FOLLOWING_UP
    assert (complaint.demand, complaint.root_cause) == ("money back", "retry of a payment")
    with pytest.raises(IllegalTransition):
        complaint.record(event.Closed(at=MONDAY + 6 * HOUR, by="A-1"))

    unhappy = event.FollowedUp(at=MONDAY + 24 * HOUR, by="A-2", satisfied=False, answer="charged again")
    again = complaint.record(unhappy)
    assert again.status is ComplaintStatus.ANALYSING
    assert again.resolution is None

    happy = complaint.record(event.FollowedUp(at=MONDAY + 24 * HOUR, by="A-2", satisfied=True, answer="thank you"))
    closed = happy.record(event.Closed(at=MONDAY + 25 * HOUR, by="A-2"))
    assert [(step.stored_name, step.by, (step.at - MONDAY) / HOUR) for step in closed.history[1:]] == [
        ("listened", "A-1", 1),
        ("analysed", "A-1", 5),
        ("resolved", "A-1", 5),
        ("followed_up", "A-2", 24),
        ("closed", "A-2", 25),
    ]


def test_duty_and_time_limit_keep_complaints_from_piling_up() -> None:
    """CP-03: each complaint has an owner and a limit; who is late, and how many are open how long, at any moment."""
    with pytest.raises(InvalidValue, match="owner"):
        attrs.evolve(raised("1").received, owner="")
    complaints = [raised("old"), raised("new", 30), solved(raised("done", 1), 4)]
    noon = MONDAY + 49 * HOUR
    assert [complaint.id for complaint in overdue_complaints(complaints, now=MONDAY + 48 * HOUR)] == []
    assert [(late.id, late.owner) for late in overdue_complaints(complaints, now=noon)] == [("old", "A-1")]
    # the solved one still waits for its follow-up
    assert [complaint.id for complaint in complaint_backlog(complaints, now=noon)] == ["old", "new"]
    found = measure(
        ["complaint_backlog", "complaint_overdue", "complaint_backlog_age"], {"complaints": complaints}, now=noon
    )
    # unsolved are two, 49 and 19 hours old
    assert [m.value for m in found] == [2, 1, (49 + 19) / 2 * 3600]


def test_hotline_and_online_platform_are_told_apart() -> None:
    """CP-04: a dedicated hotline and an online platform take complaints, and each is counted."""
    complaints = [raised("1"), raised("2", channel="phone"), raised("3", channel="web"), raised("4", channel="app")]
    found = measure(["complaint_volume"], {"complaints": complaints}, by=["channel"])
    assert {m.group["channel"]: m.value for m in found} == {"phone": 2, "web": 1, "app": 1}
    assert [one.id for one in complaints if Channel(str(one.received.channel)).online] == ["3", "4"]


def test_from_receipt_to_investigation_and_solution() -> None:
    """CP-05: investigated at once, solved in the shortest time; each complaint tells both moments."""
    complaint = raised("1").record(event.Started(at=MONDAY + HOUR / 4, by="A-1"))
    complaint = solved(complaint, 6)
    assert complaint.started_at is not None
    assert complaint.resolved_at is not None
    assert complaint.started_at - complaint.received.at == HOUR / 4
    assert complaint.resolved_at - complaint.started_at == 5.75 * HOUR
    later = raised("2").record(event.Started(at=MONDAY + HOUR, by="A-1"))
    found = measure(
        ["complaint_start_time", "complaint_handling_time"],
        {"complaints": [complaint, later, raised("3")]},
        now=MONDAY + 9 * HOUR,
    )
    assert [(m.value, m.n, m.undecided) for m in found] == [(0.625 * 3600, 2, 1), (6 * 3600, 1, 2)]


def test_the_customer_is_told_at_once_while_the_investigation_goes_on() -> None:
    """CP-06: a first word and news of the progress come at any time while it is open, and change no step of it."""
    told = event.Acknowledged(at=MONDAY + HOUR / 2, by="A-1")
    complaint = raised("1").record(told)
    assert complaint.status is ComplaintStatus.RECEIVED
    complaint = complaint.record(event.Listened(at=MONDAY + HOUR, by="A-1", demand="money back"))
    complaint = complaint.record(attrs.evolve(told, at=MONDAY + 2 * HOUR))
    assert (complaint.status, complaint.acknowledged_at) == (ComplaintStatus.ANALYSING, told.at)
    kept = KPIS["complaint_acknowledged_kept"].with_(within=HOUR / 2)
    found = measure([kept], {"complaints": [complaint, raised("2")]}, now=MONDAY + 3 * HOUR).one()
    assert (found.value, found.n) == (0.5, 2)


def test_a_complaint_specialist_may_close_complaints() -> None:
    """CP-08: a large firm has a complaint specialist, whose role gives the permission."""
    team = Team(
        name="care",
        members=[
            Member(id=AgentId("A-1"), name="Ada", roles={Role("投诉处理专员")}),
            Member(id=AgentId("A-2"), name="Bo", roles={Role.AGENT}),
        ],
        grants={Role.COMPLAINT_SPECIALIST: [Permission.CLOSE_COMPLAINT]},
    )
    assert [one.id for one in team.holders(Role.COMPLAINT_SPECIALIST)] == ["A-1"]
    assert [team.allowed(one.id, Permission.CLOSE_COMPLAINT) for one in team.members] == [True, False]
    complaints = [raised("1"), raised("2", owner="A-2")]
    by_role = measure(["complaint_volume"], {"complaints": complaints, "staff": team.members}, by=["role"])
    assert {m.group["role"]: m.value for m in by_role} == {"complaint_specialist": 1, "agent": 1}


def test_handling_time_and_promises_kept_by_the_person_responsible() -> None:
    """CP-09, CP-11, CP-12: time from receipt to solution, share solved in time, per person, and points for a scheme."""
    ada = [solved(raised(f"a{hours}", owner="A-1"), hours) for hours in (2, 4, 6, 60)]
    bo = [solved(raised(f"b{hours}", owner="A-2"), hours) for hours in (10, 20)]
    keys = ["complaint_handling_time", "complaint_handling_p50", "complaint_handling_p90", "complaint_kept"]
    now = MONDAY + 100 * HOUR
    whole = measure(keys, {"complaints": ada + bo}, now=now)
    # of 2, 4, 6, 10, 20 and 60 hours: mean 17, the third and the sixth of six, five of six within 48
    assert whole.get("complaint_handling_time").value == 17 * 3600
    assert whole.get("complaint_handling_p50").value == 6 * 3600
    assert whole.get("complaint_handling_p90").value == 60 * 3600
    assert whole.get("complaint_kept").value == pytest.approx(5 / 6)

    each = measure(keys, {"complaints": ada + bo}, by=["agent"], now=now)
    assert [each.get("complaint_handling_time", agent=who).value for who in ("A-1", "A-2")] == [18 * 3600, 15 * 3600]
    kept = {who: each.get("complaint_kept", agent=who).value for who in ("A-1", "A-2")}
    assert kept == {"A-1": 0.75, "A-2": 1}
    assert [points(share or 0, worst=0.5, best=1) for share in kept.values()] == [50, 100]
    # who solved it has the credit, also where it was handed over in between
    passed = raised("p", owner="A-2").record(event.HandedOver(at=MONDAY + HOUR, by="A-2", to="A-1", reason="holiday"))
    solved_by_ada = solved(passed, 3).record(event.HandedOver(at=MONDAY + 4 * HOUR, by="A-1", to="A-2", reason="back"))
    credited = measure(["complaint_kept"], {"complaints": [solved_by_ada]}, by=["agent"], now=now).one()
    assert (credited.group["agent"], credited.value) == ("A-1", 1)


def test_the_rate_of_complaints_names_what_it_is_a_share_of() -> None:
    """CP-10: complaints over contacts, or over 1,000 customers who bought; the two are different numbers."""
    data = {
        "complaints": [raised("1"), raised("2"), raised("3")],
        "interactions": {"queued_at": [MONDAY] * 60},
        "purchases": {"at": [MONDAY] * 4, "customer_id": ["K-1", "K-1", "K-2", "K-3"]},
    }
    found = measure(["complaint_rate", "complaints_per_1000_customers"], data)
    assert [m.value for m in found] == [3 / 60, 1000 * 3 / 3]


def test_the_review_of_the_mechanism_finds_who_did_what_and_why() -> None:
    """CP-14: the review asks whether handling is transparent, fair and reasonable; the trail answers, and stays."""
    passed = event.HandedOver(at=MONDAY + HOUR, by="A-1", to="A-2", reason="a relative of the customer")
    complaint = solved(raised("1").record(passed), 3, upheld=False)
    trail = [(step.stored_name, step.by, getattr(step, "reason", None)) for step in complaint.history[1:]]
    assert trail[0] == ("handed_over", "A-1", "a relative of the customer")
    assert [(name, by) for name, by, _ in trail[1:]] == [("listened", "A-2"), ("analysed", "A-2"), ("resolved", "A-2")]
    assert complaint.upheld is False
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        complaint.history[1].by = "A-9"  # type: ignore[misc]

    items = ("transparent", "fair", "reasonable demands met")
    plan = audit_event.Planned(
        at=MONDAY, by="Q-1", id=AuditId("R-1"), kind="internal_audit", subject="complaints", checklist=items
    )
    unclear = audit_event.Finding(name="silence", text="no reason given to the customer", evidence="service_records")
    held = audit_event.Held(at=MONDAY + HOUR, by="Q-1", met=items[1:], findings=[unclear])
    review = Audit(history=[plan, held])
    assert review.unmet == ("transparent",)
    with pytest.raises(InvalidValue, match="no answer to silence"):
        review.record(audit_event.Closed(at=MONDAY + 2 * HOUR, by="Q-1"))


def test_complaint_data_show_the_weakness_of_the_service() -> None:
    """CP-15: the few categories and causes behind most complaints."""
    names = ["delivery"] * 6 + ["billing"] * 3 + ["tone"]
    complaints = [raised(f"{number}", category=name) for number, name in enumerate(names)]
    ranked = pareto(measure(["complaint_volume"], {"complaints": complaints}, by=["category"]))
    assert [(row.category, row.count, row.cumulative) for row in ranked] == [
        ("delivery", 6, 0.6),
        ("billing", 3, 0.9),
        ("tone", 1, 1.0),
    ]
    assert [row.category for row in ranked.vital_few(0.8)] == ["delivery", "billing"]
    caused = [solved(one, 2, cause="carrier" if number < 7 else "form") for number, one in enumerate(complaints)]
    by_cause = pareto(measure(["complaint_volume"], {"complaints": caused}, by=["cause"]))
    assert [(row.category, row.count) for row in by_cause] == [("carrier", 7), ("form", 3)]
