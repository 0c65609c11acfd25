"""What the whole stands on: goals, evidence, departments and one system (rows GV of the documents)."""

import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

from servqual.errors import InvalidValue
from servqual.metrics import KPIS, measure
from servqual.model import (
    AgentId,
    Appraisal,
    Article,
    ArticleId,
    Audit,
    AuditId,
    Case,
    CaseId,
    Complaint,
    ComplaintId,
    CustomerId,
    Finding,
    Indicator,
    Interaction,
    InteractionId,
    KnowledgeBase,
    Member,
    Objective,
    Role,
    ServicePhase,
    ServiceType,
    Team,
    TeamLevel,
    goal_tree,
    history_of,
    issues_of,
    ownership_of,
)
from servqual.model import appraisal as talk
from servqual.model import audit as auditing
from servqual.model import case as event
from servqual.model import complaint as grievance
from servqual.pdca import needs_of

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MAY = (dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
QUARTER = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
ANNA = CustomerId("K-1")


def at(hours: float) -> dt.datetime:
    """So many hours after nine."""
    return NINE + hours * HOUR


def call(number: int, topic: str, case: str | None = None) -> Interaction:
    """A contact of Anna's, answered after 10 s."""
    return Interaction(
        id=InteractionId(f"I-{number}"),
        customer=ANNA,
        channel="phone",
        queued_at=at(0),
        answered_at=at(0) + dt.timedelta(seconds=10),
        topic=topic,
        case=None if case is None else CaseId(case),
    )


def test_service_is_delivery_technical_support_and_after_sales() -> None:
    """GV-01: each contact names its service out of one vocabulary, and each service is seen by itself."""
    services = ["delivery", "technical_support", "technical_support", "after_sales"]
    contacts = [attrs.evolve(call(number, "router"), service=service) for number, service in enumerate(services)]
    found = measure(["volume"], {"interactions": contacts}, by=["service_type"])
    assert {m.group["service_type"]: m.value for m in found} == {
        "after_sales": 1,
        "delivery": 1,
        "technical_support": 2,
    }
    assert [kind.label("zh") for kind in ServiceType][:3] == ["产品交付", "技术支持", "售后服务"]
    with pytest.raises(InvalidValue, match="did you mean after_sales"):
        attrs.evolve(contacts[0], service="after_sale")


def test_a_quality_goal_is_measured_by_its_date() -> None:
    """GV-03, GV-14: a goal names its measure, level, reason, date and owner, and is held against what was measured."""
    goal = Indicator(
        name="satisfied customers",
        kpi="csat",
        goal=0.8,
        baseline=0.7,
        reason="long-term value for both sides",
        due=dt.date(2026, 6, 30),
        owner=AgentId("M-1"),
    )
    assert goal.smart_gaps(KPIS) == ()
    missing = attrs.evolve(goal, due=None, reason="").smart_gaps(KPIS)
    assert [str(gap) for gap in missing] == ["relevant", "time_bound"]
    satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    for unhappy, verdict in ((10, "reached"), (200, "not_reached"), (80, "unclear")):
        answers = {"score": [5] * (400 - unhappy) + [1] * unhappy}
        [row] = measure([satisfied], {"answers": answers}).against([goal])
        assert row.verdict == verdict


def test_goals_of_people_serve_those_of_the_team() -> None:
    """GV-14, GV-16: an objective has target, owner and period, names the larger one, and weighs in the appraisal."""
    year = Objective(
        what="customers stay", progress=0.5, target=0.9, owner=AgentId("M-1"), period=(QUARTER[0], dt.date(2027, 3, 31))
    )
    mine = Objective(what="solve at once", progress=0.25, weight=3, owner=AgentId("A-1"), serves=year.what)
    other = Objective(
        what="write 10 articles", progress=1, target=10, owner=AgentId("A-1"), period=QUARTER, serves=year.what
    )
    assert (year.gaps, mine.gaps, other.gaps) == ((), ("target", "period"), ())
    assert [goal.what for goal in (year, mine, other) if goal.serves == year.what] == [mine.what, other.what]
    weights = {"csat": 0.5, "objectives": 0.5}
    scheme = talk.SchemeSet(at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights=weights, rater_weights={})
    collected = talk.DataCollected(at=at(1), by="M-1", scores={"csat": 80.0}, objectives=(mine, other))
    score = Appraisal(history=[scheme, collected]).score()
    # objectives: (3 × 0.25 + 1 × 1) / 4 = 43.75 points
    assert score.contributions == {"csat": 40.0, "objectives": pytest.approx(21.875)}


def test_progress_of_an_objective_follows_from_what_was_measured() -> None:
    """GV-14: from 0.6 to 0.9 satisfied, 0.75 are measured: half of the way, and half of the points of the objective."""
    satisfied = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    goal = Objective(what="happier", start=0.6, target=0.9, owner=AgentId("A-1"), period=QUARTER)
    assert (goal.attained, goal.gaps) == (None, ())
    now = measure([satisfied], {"answers": {"score": [5, 4, 5, 1]}}).one()
    measured = attrs.evolve(goal, measured=now.value)
    assert measured.attained == pytest.approx((0.75 - 0.6) / (0.9 - 0.6))
    weights = {"objectives": 1.0}
    scheme = talk.SchemeSet(at=NINE, by="M-1", member=AgentId("A-1"), period=QUARTER, weights=weights, rater_weights={})
    collected = talk.DataCollected(at=at(1), by="M-1", objectives=[measured])
    assert Appraisal(history=[scheme, collected]).score().value == pytest.approx(50)
    with pytest.raises(InvalidValue, match="progress must be left out"):
        attrs.evolve(measured, progress=0.9)


def test_long_term_goals_lead_the_short_term_ones() -> None:
    """GV-16: goals of people join that of the team, and that of the team the long-term one; a broken link is found."""
    vision = Objective(what="customers stay", horizon="long_term", start=0.8, target=0.95, measured=0.8)
    team = Objective(what="solve at once", horizon="short_term", serves="customers stay", owner=AgentId("M-1"))
    mine = Objective(what="ten articles", serves="solve at once", start=0, target=10, measured=4, owner=AgentId("A-1"))
    tree = goal_tree([vision, team, mine])
    assert {what: [goal.what for goal in serving] for what, serving in tree.items()} == {
        "customers stay": ["solve at once"],
        "solve at once": ["ten articles"],
        "ten articles": [],
    }
    assert [goal.attained for goal in (vision, mine)] == [0, 0.4]
    with pytest.raises(InvalidValue, match="did you mean solve at once"):
        goal_tree([vision, team, attrs.evolve(mine, serves="solve at one")])
    with pytest.raises(InvalidValue, match="turn the two round"):
        goal_tree([attrs.evolve(vision, serves="solve at once"), attrs.evolve(team, serves="")])


def test_a_number_says_what_it_was_made_of() -> None:
    """GV-07: a result carries n, interval, period, moment, zone and definition, so that a decision can cite it."""
    received = [at(-24 * 30), *[at(hour) for hour in range(4)]]
    cases = {"received_at": received, "resolved_at": [at(9), at(5), at(5), at(5), None]}
    found = measure(["resolution_rate"], {"cases": cases}, now=at(24), period=MAY, zone="Asia/Shanghai").one()
    assert (found.value, found.n) == (3 / 4, 4)  # the case of April is not in May
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 3 / 4 < found.high <= 1
    assert (found.period, found.now, found.zone) == (MAY, at(24), "Asia/Shanghai")
    assert found.definition == KPIS["resolution_rate"].definition
    assert KPIS["resolution_kept"].with_(within=HOUR).definition != KPIS["resolution_kept"].definition


REPORT = event.Reported(
    at=at(1),
    id=CaseId("C-1"),
    customer=ANNA,
    description="router restarts",
    impact="one home",
    occurred_at=at(0),
    owner="A-1",
    team="front",
    channel="phone",
    source="service_desk",
)
CASE = Case(
    history=[
        REPORT,
        event.Received(at=at(1), by="desk"),
        event.Classified(at=at(1), by="desk", category="router", priority="high"),
        event.Assigned(at=at(2), by="desk", to="A-1", team="front"),
        event.Started(at=at(2), by="A-1"),
        event.Escalated(at=at(3), by="A-1", to="T-1", level=2, team="network", reason="firmware"),
    ]
)


def test_consultation_problem_and_complaint_are_one_story() -> None:
    """GV-20, GV-24: a call becomes a ticket, goes to technical support, draws a complaint, and all of it is counted."""
    complaint = Complaint(
        history=[
            grievance.Received(
                at=at(4),
                id=ComplaintId("P-1"),
                customer=ANNA,
                channel="phone",
                category="router",
                description="still restarts",
                owner="A-1",
                due=at(48),
            ),
            grievance.Linked(at=at(4), by="A-1", to=CASE.id),
        ]
    )
    first = call(1, "technical_support", case="C-1")
    story = history_of(ANNA, interactions=[first], cases=[CASE], complaints=[complaint])
    assert [entry.name for entry in story if not entry.name.startswith("case.")] == [
        "interaction",
        "complaint.received",
        "complaint.linked",
    ]
    [issue] = issues_of(cases=[CASE], complaints=[complaint])
    assert (issue.cases, issue.complaints) == ((CASE,), (complaint,))
    data = {"interactions": [first], "cases": [CASE], "complaints": [complaint]}
    found = measure(["volume", "case_volume", "escalation_rate", "complaint_volume"], data, now=at(9))
    assert [(m.kpi, m.value) for m in found] == [
        ("volume", 1),
        ("case_volume", 1),
        ("escalation_rate", 1),
        ("complaint_volume", 1),
    ]


def test_the_six_modules_are_one_loop() -> None:
    """GV-20: consultation, problem, complaint, technical support, data and improvement, joined by their ids.

    The knowledge base of the support system (GV-24) says that nothing helps with the category of the case yet.
    """
    network = Team(
        name="network",
        level=TeamLevel.EXPERT,
        members=[Member(id=AgentId("T-1"), name="Tom", roles={Role.TECH_SUPPORT})],
    )
    first = attrs.evolve(call(1, "router", case="C-1"), service="consultation", articles=["KB-1"])
    assert (CASE.team, CASE.owner) == (network.name, network.holders(Role.TECH_SUPPORT)[0].id)
    base = KnowledgeBase(
        articles=[Article(id=ArticleId("KB-1"), title="Invoices", category="billing", status="published")]
    )
    assert (base.gaps([str(CASE.category)]), dict(base.uses([first]))) == (("router",), {"KB-1": 1})
    late = measure(["escalation_rate"], {"cases": [CASE]}, now=at(9)).one()
    assert late.value == 1
    finding = Finding(
        name="firmware", text="routers restart", evidence="case_analysis", case=CASE.id, phase="improvement"
    )
    review = Audit(
        history=[
            auditing.Planned(at=at(9), by="Q-1", id=AuditId("R-1"), kind="service_review", subject="routers"),
            auditing.Held(at=at(10), by="Q-1", findings=[finding]),
        ]
    )
    [need] = needs_of(review)
    plan = need.draft(id="P-1", at=at(11), kpi="escalation_rate")
    assert [(link.kind.value, link.id) for link in plan.links] == [("finding", "R-1/firmware")]
    answered = review.record(
        auditing.Corrected(at=at(12), by="M-1", finding="firmware", how="new firmware", improvement=plan.id)
    )
    assert (dict(answered.improvements), needs_of(answered)) == ({"firmware": "P-1"}, ())


def test_each_finding_belongs_to_a_module_of_quality_management() -> None:
    """GV-21: design, execution, monitoring, improvement and feedback; each module sees what was found in it."""
    phases = ("design", "execution", "execution", "monitoring", "improvement", "feedback")
    findings = [
        Finding(name=f"F-{number}", text="too slow", evidence="service_records", phase=phase)
        for number, phase in enumerate(phases)
    ]
    loose = Finding(name="F-9", text="too slow", evidence="service_records")
    review = Audit(
        history=[
            auditing.Planned(at=at(0), by="Q-1", id=AuditId("R-1"), kind="service_review", subject="support"),
            auditing.Held(at=at(1), by="Q-1", findings=[*findings, loose]),
        ]
    )
    assert {phase.label("zh"): len(review.in_phase(phase)) for phase in ServicePhase} == {
        "服务流程设计": 1,
        "服务执行": 2,
        "服务监控": 1,
        "服务改进": 1,
        "反馈机制": 1,
    }


def test_a_case_passes_between_departments_and_leaves_a_record() -> None:
    """GV-22: teams belong to departments, and each hand-over says who had the case, in which team, from when."""
    front = Team(
        name="front",
        department="customer service",
        members=[Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT})],
    )
    network = Team(
        name="network",
        department="technology",
        members=[Member(id=AgentId("T-1"), name="Tom", roles={Role.TECH_SUPPORT})],
    )
    teams = {team.name: team for team in (front, network)}
    owned = ownership_of(CASE)
    assert owned is not None
    assert [(teams[str(held.team)].department, held.member, held.start) for held in owned.holdings] == [
        ("customer service", "A-1", at(1)),
        ("customer service", "A-1", at(2)),
        ("technology", "T-1", at(3)),
    ]
    assert all(teams[str(held.team)].member(held.member) for held in owned.holdings)


def test_records_come_in_and_results_go_out(tmp_path: Path) -> None:
    """GV-30: objects, columns, rows of JSON and a file give the same numbers, which leave as a plain table."""
    columns = {"received_at": [at(1)], "team": ["network"], "case_id": ["C-1"], "escalated": [True]}
    file = tmp_path / "cases.csv"
    file.write_text("case_id,received_at,team,escalated\nC-1,2026-05-04T10:00:00Z,network,yes\n", encoding="utf-8")
    rows = json.loads('[{"case_id": "C-1", "received_at": "2026-05-04T10:00:00Z", "team": "network", "escalated": 1}]')
    want = {"kpi": ["escalation_rate"], "team": ["network"], "value": [1.0], "n": [1]}
    for data in ([CASE], columns, rows, iter(rows), file):
        found = measure(["escalation_rate"], {"cases": data}, by=["team"], now=at(9))
        frame = found.to_frame("pandas")
        assert {name: frame[name].tolist() for name in want} == want
