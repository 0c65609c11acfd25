"""Stories of a team: its roles and duties, its authority, its skills, and who has which work."""

import datetime as dt

import attrs
import pytest

from servqual.errors import IllegalTransition
from servqual.metrics import measure
from servqual.model import (
    ActionItem,
    AgentId,
    Case,
    CaseId,
    Conduct,
    ConductNorm,
    CustomerId,
    Headcount,
    InteractionId,
    Member,
    Money,
    Ownership,
    Permission,
    Role,
    Skill,
    Team,
    TeamId,
    TeamLevel,
    items_by_owner,
    load_at,
    owned_at,
    ownership_of,
    suggest_assignee,
)
from servqual.model import action_item as task_event
from servqual.model import assignment as holding
from servqual.model import case as event
from servqual.model import conduct as conduct_event

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

# row of the documents, the names of the role, its duty and an authority that belongs to it
ROLES = {
    "TM-01": ("customer service manager", "客户服务经理", "set the service strategy", Permission.CONFIRM_STANDARD),
    "TM-02": ("technical support specialist", "技术支持专员", "solve technical problems", Permission.CLOSE_CASE),
    "TM-03": ("customer relationship specialist", "客户关系专员", "keep the relation", Permission.READ_PERSONAL_DATA),
    "TM-04": ("data analyst", "数据分析师", "analyse customer data", Permission.APPROVE_IMPROVEMENT),
    "TM-05": ("service supervisor", "客服主管", "manage the shift", Permission.SET_SHIFTS),
    "TM-06": ("front-line agent", "一线客服人员", "answer customers", Permission.ESCALATE_CASE),
    "TM-07": ("expert", "专家", "find the cause of product failures", Permission.CHANGE_PROCEDURE),
    "TM-09": ("team leader", "团队领导", "set the goals of the team", Permission.APPRAISE),
    "TM-10": ("coordinator", "协调员", "coordinate the departments", Permission.HAND_OVER_CASE),
    "TM-14": ("complaint specialist", "投诉处理专员", "handle complaints", Permission.CLOSE_COMPLAINT),
}


@pytest.mark.parametrize("row", ROLES)
def test_each_role_of_the_documents_has_its_duty_and_its_authority(row: str) -> None:
    """TM-01 to TM-07, TM-09, TM-10, TM-14: a role by its names; its duty and authority go with who holds it."""
    english, chinese, duty, permission = ROLES[row]
    role = Role(english)
    assert Role(chinese) is role
    members = [Member(id=AgentId(one), name=one, roles={Role(names[0])}) for one, names in ROLES.items()]
    desk = Team(
        name="desk",
        members=members,
        duties={duties: {Role(name)} for name, _, duties, _ in ROLES.values()},
        grants={role: {permission}},
    )
    assert [member.id for member in desk.holders(role)] == [row]
    assert desk.unassigned_duties() == ()
    assert [one for one in ROLES if desk.allowed(AgentId(one), permission)] == [row]
    without = attrs.evolve(desk, members=[member for member in members if member.id != row])
    assert without.unassigned_duties() == (duty,)


def test_front_desk_back_office_and_complaints_are_divided_or_held_by_one() -> None:
    """TM-14: a large firm divides the three, a small one gives them to one person; in both each duty has a holder."""
    duties = {
        "first answer": {Role.FRONT_DESK},
        "repair": {Role("后台技术支持")},
        "complaints": {Role.COMPLAINT_SPECIALIST},
    }
    roles = [role for holders in duties.values() for role in holders]
    assert roles[1] is Role.TECH_SUPPORT
    large = Team(
        name="large",
        members=[Member(id=AgentId(role), name=role, roles={role}) for role in roles],
        duties=duties,
    )
    small = Team(name="small", members=[Member(id=AgentId("A-1"), name="Ada", roles=frozenset(roles))], duties=duties)
    assert large.unassigned_duties() == small.unassigned_duties() == ()
    assert [member.id for member in large.holders(Role.TECH_SUPPORT)] == ["tech_support"]
    assert [member.id for member in small.holders(Role.TECH_SUPPORT)] == ["A-1"]


def test_each_department_has_one_senior_representative_and_juniors() -> None:
    """TM-11: exactly one senior representative and one junior or more; a department that lacks them is found."""
    rules = (
        Headcount(role=Role.SENIOR_REPRESENTATIVE, at_least=1, at_most=1),
        Headcount(role=Role.JUNIOR_AGENT, at_least=1),
    )

    def department(name: str, *roles: Role) -> Team:
        members = [Member(id=AgentId(f"{name}-{n}"), name=name, roles={role}) for n, role in enumerate(roles)]
        return Team(name=name, department=name, members=members, composition=rules)

    senior, junior = Role("高级客服代表"), Role("初级客服")
    departments = [
        department("sales", senior, junior, junior),
        department("repairs", senior, senior, junior),
        department("returns", junior),
        department("billing", senior),
    ]
    assert {team.department: [rule.role for rule in team.composition_gaps()] for team in departments} == {
        "sales": [],
        "repairs": [Role.SENIOR_REPRESENTATIVE],
        "returns": [Role.SENIOR_REPRESENTATIVE],
        "billing": [Role.JUNIOR_AGENT],
    }


def test_a_list_of_duties_shows_gaps_and_overlaps() -> None:
    """TM-15: duties by role, so that none is left out and no two roles contend for one."""
    team = Team(
        name="north",
        members=[
            Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT}),
            Member(id=AgentId("A-2"), name="Bo", roles={Role.AGENT}),
            Member(id=AgentId("T-1"), name="Cy", roles={Role.TECH_SUPPORT}),
        ],
        duties={
            "answer": {Role.AGENT},
            "tell the customer": {Role.AGENT, Role.TECH_SUPPORT},
            "analyse": {Role.DATA_ANALYST},
        },
    )
    assert team.unassigned_duties() == ("analyse",)
    assert team.doubly_held_duties() == {"tell the customer": ("A-1", "A-2", "T-1")}


def test_authority_goes_with_the_post_and_has_a_limit() -> None:
    """TM-16, partly: who may approve what up to which amount; after a good year the limit of the person is raised."""
    pay = Permission.APPROVE_COMPENSATION
    ada = Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT})
    lin = Member(id=AgentId("M-1"), name="Lin", roles={Role.SUPERVISOR})
    grants: dict[Role, dict[Permission, Money | None]] = {
        Role.AGENT: {pay: Money(20, "EUR")},
        Role.SUPERVISOR: {pay: None, Permission.CLOSE_COMPLAINT: None},
    }
    team = Team(name="north", members=[ada, lin], grants=grants)

    def approves(team: Team, member: Member, euros: int) -> bool:
        return team.allowed(member.id, pay, amount=Money(euros, "EUR"))

    assert [approves(team, ada, 20), approves(team, ada, 21), approves(team, lin, 900)] == [True, False, True]
    assert not team.allowed(ada.id, Permission.CLOSE_COMPLAINT)
    raised = attrs.evolve(team, members=[attrs.evolve(ada, permissions={pay: Money(50, "EUR")}), lin])
    assert [approves(raised, ada, 50), approves(raised, ada, 51)] == [True, False]


def test_people_and_posts_are_matched_by_skills_and_their_levels() -> None:
    """TM-17 and TM-26: skills with levels; the share of what a post requires that somebody has, for one and for all."""
    post = {"products": 3, "listening": 2, "deciding": 2}
    ada = Member(id=AgentId("A-1"), name="Ada", skills={Skill("products"): 3, Skill("listening"): 4})
    bo = Member(id=AgentId("A-2"), name="Bo", skills={Skill("products"): 2, Skill("deciding"): 2, Skill("law"): 5})
    assert (ada.match(post), bo.match(post)) == (2 / 3, 1 / 3)
    assert ada.level("deciding") == 0
    rows = [(one, skill, one.level(skill), level) for one in (ada, bo) for skill, level in post.items()]
    table = {
        "assessed_at": [NINE] * 6,
        "agent": [one.id for one, *_ in rows],
        "skill": [skill for _, skill, *_ in rows],
        "level": [level for *_, level, _ in rows],
        "required": [required for *_, required in rows],
    }
    found = measure(["post_match"], {"skills": table}, by=["agent"], now=NINE + DAY)
    assert {m.group["agent"]: m.value for m in found} == {"A-1": 2 / 3, "A-2": 1 / 3}


def test_a_post_passes_from_one_to_the_next_with_its_dates() -> None:
    """TM-18, partly: who held a post when, and why it passed on."""
    post = Ownership(history=[holding.Assigned(at=NINE, id="senior representative, north", to=AgentId("A-1"))])
    post = post.record(holding.HandedOver(at=NINE + 90 * DAY, by="M-1", to=AgentId("A-2"), reason="the new project"))
    post = post.record(holding.Released(at=NINE + 180 * DAY, by="M-1", reason="the project is over"))
    assert [(one.member, one.start, one.end) for one in post.holdings] == [
        ("A-1", NINE, NINE + 90 * DAY),
        ("A-2", NINE + 90 * DAY, NINE + 180 * DAY),
    ]
    assert [post.owner_at(NINE + n * DAY) for n in (-1, 89, 90, 180)] == [None, "A-1", "A-2", None]


def reported(name: str, owner: str) -> Case:
    """A case that was reported at nine, received and classified."""
    return Case(
        history=[
            event.Reported(
                at=NINE,
                id=CaseId(name),
                customer=CustomerId("K-1"),
                description="no dial tone",
                impact="one site",
                occurred_at=NINE,
                owner=owner,
                channel="phone",
                source="feedback",
            ),
            event.Received(at=NINE, by="desk"),
            event.Classified(at=NINE, by="desk", category="line", priority="high"),
        ]
    )


def test_work_goes_to_who_is_able_and_has_the_least_of_it() -> None:
    """TM-25, partly: cases are assigned by skill and load, and at any moment it is known who has how much."""
    line = Skill("line")
    team = Team(
        name="north",
        members=[
            Member(id=AgentId("A-1"), name="Ada", skills={line: 2}),
            Member(id=AgentId("A-2"), name="Bo", skills={line: 2}),
            Member(id=AgentId("A-3"), name="Cy", skills={Skill("billing"): 5}),
        ],
    )
    cases: list[Case] = []
    for number in range(3):
        at = NINE + number * HOUR
        owners = [owned for case in cases if (owned := ownership_of(case))]
        member = suggest_assignee(team, needs={line: 1}, load=load_at(owners, at))
        assert member is not None
        case = reported(f"C-{number}", owner="desk")
        cases.append(case.record(event.Assigned(at=at, by="desk", to=member.id, team=team.name)))
    assert [case.owner for case in cases] == ["A-1", "A-2", "A-1"]
    later = NINE + 4 * HOUR
    passed = event.HandedOver(at=later, by="A-1", to="A-2", reason="end of shift")
    owners = [owned for case in (cases[0].record(passed), *cases[1:]) if (owned := ownership_of(case))]
    assert load_at(owners, later - HOUR) == {"A-1": 2, "A-2": 1}
    assert owned_at(owners, later) == {"A-2": ("C-0", "C-1"), "A-1": ("C-2",)}
    assert suggest_assignee(team, needs={line: 1}, load=load_at(owners, later)) == team.members[0]


def test_a_major_problem_goes_up_to_the_senior_team_and_then_to_the_experts() -> None:
    """TM-12, partly, and TM-07: each level of teams takes over what the one below it could not solve."""
    teams = {
        level: Team(
            name=f"north {level.value}", level=level, members=[Member(id=AgentId(level.value), name=level.value)]
        )
        for level in TeamLevel
    }
    assert [level.value for level in TeamLevel] == ["front_line", "senior", "expert"]
    case = reported("C-1", owner="desk")
    case = case.record(event.Assigned(at=NINE + HOUR, by="desk", to="front_line", team="north front_line"))
    for number, level in enumerate((TeamLevel.SENIOR, TeamLevel.EXPERT), start=2):
        team = teams[level]
        up = event.Escalated(
            at=NINE + number * HOUR, by="A-1", to=str(level.value), team=team.name, level=number, reason="too hard"
        )
        case = case.record(up)
    owned = ownership_of(case)
    assert owned is not None
    assert [(one.member, one.team) for one in owned.holdings] == [
        ("desk", None),
        ("front_line", TeamId("north front_line")),
        ("senior", TeamId("north senior")),
        ("expert", TeamId("north expert")),
    ]
    assert case.escalated
    with pytest.raises(ValueError, match="level"):
        event.Escalated(at=NINE, by="A-1", to="A-2", level=1, reason="too hard")


def test_the_tasks_of_the_day_are_assigned_and_tracked() -> None:
    """SR-03: a task needs no meeting; what is open and what is overdue is known by person, and done tasks are gone."""

    def task(name: str, owner: str, day: int) -> ActionItem:
        due = dt.date(2026, 5, day)
        agreed = task_event.Agreed(at=NINE, by="M-1", id=name, what="call back", owner=AgentId(owner), due=due)
        return ActionItem(history=[agreed])

    tasks = [task("T-1", "A-1", 6), task("T-2", "A-1", 4), task("T-3", "A-2", 5), task("T-4", "A-3", 4)]
    tasks[3] = tasks[3].record(task_event.Done(at=NINE + HOUR, by="A-3", result="reached"))
    tasks[2] = tasks[2].record(
        task_event.CarriedOver(at=NINE + HOUR, by="M-1", owner=AgentId("A-1"), due=dt.date(2026, 5, 7))
    )
    by_person = items_by_owner(tasks, today=dt.date(2026, 5, 5))
    told = {who: ([one.id for one in mine.open], [one.id for one in mine.overdue]) for who, mine in by_person.items()}
    assert told == {"A-1": (["T-2", "T-1", "T-3"], ["T-2"])}
    at_nine = items_by_owner([one.as_of(NINE) for one in tasks], today=dt.date(2026, 5, 5))
    assert {who: len(mine.open) for who, mine in at_nine.items()} == {"A-1": 2, "A-2": 1, "A-3": 1}
    found = measure(["action_on_time_rate"], {"actions": tasks}, now=NINE + 2 * DAY)
    # of four, one is done in time and one was due on Monday; two are not due yet
    assert (found.one().value, found.one().n, found.one().undecided) == (0.5, 2, 2)


def test_conduct_is_recorded_evaluated_put_right_and_rewarded() -> None:
    """SR-09, IC-15: norms of attitude, language and flow; observations, a share per norm, rectification, outcome.

    The greeting was kept in one of four calls, so it is to be put right by the tenth; calm was kept in both.
    """
    norms = [
        ConductNorm(key="calm", kind="attitude", text="stay calm", source="manual 2.1"),
        ConductNorm(key="greeting", kind="language", text="say your name", source="manual 1.1"),
        ConductNorm(key="summary", kind="flow", text="say again what was agreed", source="flow chart 3"),
    ]
    seen = [("greeting", True), ("greeting", False), ("greeting", False), ("greeting", False), ("calm", True)]
    record = Conduct(
        history=[
            conduct_event.Opened(
                at=NINE,
                by="Q-1",
                id="B-1",
                member=AgentId("A-1"),
                period=(dt.date(2026, 5, 1), dt.date(2026, 5, 31)),
                norms=norms,
            ),
            *(
                conduct_event.Observed(
                    at=NINE + number * HOUR, by="Q-1", norm=norm, kept=kept, interaction=InteractionId(f"I-{number}")
                )
                for number, (norm, kept) in enumerate([*seen, ("calm", True)])
            ),
        ]
    )
    assert dict(record.kept_shares) == {"calm": 1, "greeting": 0.25, "summary": None}
    record = record.record(conduct_event.Evaluated(at=NINE + DAY, by="Q-1", judgement="calm, but without a name"))
    record = record.record(
        conduct_event.RectificationSet(
            at=NINE + DAY, by="M-1", norm="greeting", what="read the script aloud", due=dt.date(2026, 5, 10)
        )
    )
    assert [len(record.overdue(today=dt.date(2026, 5, day))) for day in (10, 11)] == [0, 1]
    reward = conduct_event.OutcomeApplied(at=NINE + 9 * DAY, by="M-1", kind="reward", reason="all names, and calm")
    with pytest.raises(IllegalTransition, match="conduct is rectifying"):
        record.record(reward)
    record = record.record(
        conduct_event.Rectified(at=NINE + 8 * DAY, by="Q-1", norm="greeting", how="ten of ten calls")
    )
    record = record.record(reward).record(conduct_event.Closed(at=NINE + 9 * DAY, by="M-1"))
    assert (str(record.status), record.to_rectify) == ("closed", ())
