"""What the whole stands on: goals, evidence, departments and one system (rows GV of the documents)."""

import datetime as dt
from pathlib import Path

import attrs
import pytest

from servqual.metrics import KPIS, measure
from servqual.model import (
    AgentId,
    Appraisal,
    Case,
    CaseId,
    Complaint,
    ComplaintId,
    CustomerId,
    Indicator,
    Interaction,
    InteractionId,
    Member,
    Objective,
    Role,
    Team,
    history_of,
    issues_of,
    ownership_of,
)
from servqual.model import appraisal as talk
from servqual.model import case as event
from servqual.model import complaint as grievance

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
    """GV-01: each contact names the service that it is about, and each service is seen by itself."""
    topics = ["delivery", "technical_support", "technical_support", "after_sales"]
    contacts = [call(number, topic) for number, topic in enumerate(topics)]
    found = measure(["volume"], {"interactions": contacts}, by=["topic"])
    assert {m.group["topic"]: m.value for m in found} == {"after_sales": 1, "delivery": 1, "technical_support": 2}


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
    """GV-30: objects, columns and a file of another system give the same numbers, which leave as a plain table."""
    columns = {"received_at": [at(1)], "team": ["network"], "case_id": ["C-1"], "escalated": [True]}
    file = tmp_path / "cases.csv"
    file.write_text("case_id,received_at,team,escalated\nC-1,2026-05-04T10:00:00Z,network,yes\n", encoding="utf-8")
    want = {"kpi": ["escalation_rate"], "team": ["network"], "value": [1.0], "n": [1]}
    for data in ([CASE], columns, file):
        found = measure(["escalation_rate"], {"cases": data}, by=["team"], now=at(9))
        frame = found.to_frame("pandas")
        assert {name: frame[name].tolist() for name in want} == want
