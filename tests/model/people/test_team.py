"""A team knows who may do what, which duties nobody or too many hold, and who should take the next case."""

import copy
import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, UnknownName
from servqual.model import (
    AgentId,
    Headcount,
    Member,
    Money,
    Permission,
    Raci,
    Role,
    Skill,
    Team,
    TeamLevel,
    suggest_assignee,
)
from servqual.model.vocabulary import Vocabulary

T0, DAY = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), dt.timedelta(days=1)
BILLING, NETWORK = Skill("billing"), Skill("network")
LIN = Member(id=AgentId("M-1"), name="Lin", roles={Role.SERVICE_MANAGER}, permissions={Permission.CLOSE_COMPLAINT})
ADA = Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT}, skills={BILLING: 3})
BO = Member(id=AgentId("A-2"), name="Bo", roles={Role.AGENT, Role.TECH_SUPPORT}, skills={BILLING: 1, NETWORK: 4})
CY = Member(id=AgentId("A-3"), name="Cy", roles={Role.TECH_SUPPORT}, skills={NETWORK: 2})


def team(**more: Any) -> Team:
    """Lin, Ada, Bo and Cy, with more."""
    return Team(**{"name": "north", "members": [LIN, ADA, BO, CY]} | more)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_found_by_each_of_its_names(role: Role) -> None:
    """Stored name, both labels and every alias, whatever the case and the hyphens."""
    for name in (role.value, role.name, role.label("en"), role.label("zh"), *role.aliases):
        assert Role(name) is role
    assert Role(role.label().upper().replace(" ", "-")) is role


def test_one_role_a_function() -> None:
    """Decision 18 of DOMAIN.md 5.1: the other names of 003 and 001-2 §4.3 lead to the canonical role."""
    assert Role("客户服务代表") is Role("一线客服人员") is Role.AGENT
    assert Role("高级客服代表") is Role.SENIOR_REPRESENTATIVE
    names = [name for role in Role for name in (role.value, role.label("zh"), *role.aliases)]
    assert len(names) == len(set(names))
    with pytest.raises(InvalidValue, match="did you mean agent"):
        Role("agnet")


def test_authority_comes_from_the_person_or_the_role() -> None:
    """Personal permissions and those of any role add up; others have none."""
    north = team(grants={Role.TECH_SUPPORT: {Permission.ESCALATE_CASE}})
    assert north.allowed(LIN.id, Permission.CLOSE_COMPLAINT)
    assert not north.allowed(ADA.id, Permission.CLOSE_COMPLAINT)
    assert north.allowed(BO.id, Permission.ESCALATE_CASE)
    assert not north.allowed(ADA.id, Permission.ESCALATE_CASE)


def test_authority_has_limits() -> None:
    """The limit itself is within; the widest of several counts; None is without limit; no rate is made up."""
    pay = Permission.APPROVE_COMPENSATION
    lead = Member(id=AgentId("L-1"), name="Di", roles={Role.AGENT}, permissions={pay: Money(100, "EUR")})
    boss = Member(id=AgentId("M-2"), name="Eli", permissions={pay: None})
    north = Team(name="north", members=[lead, boss, ADA], grants={Role.AGENT: {pay: Money(20, "EUR")}})
    for member, amount, wanted in (
        (ADA, "20.00", True),
        (ADA, "20.01", False),
        (lead, "100", True),
        (lead, "100.01", False),
        (boss, "1000000", True),
    ):
        assert north.allowed(member.id, pay, amount=Money(amount, "EUR")) is wanted
    assert north.allowed(ADA.id, pay)
    with pytest.raises(InvalidValue, match="currency"):
        north.allowed(ADA.id, pay, amount=Money(1, "USD"))


def test_somebody_else_is_not_in_the_team() -> None:
    """A question about a stranger is an error that names the nearest member."""
    with pytest.raises(UnknownName, match=r"did you mean .*A-1"):
        team().member(AgentId("A-11"))
    with pytest.raises(UnknownName, match="A-11"):
        team().allowed(AgentId("A-11"), Permission.CLOSE_CASE)


def test_duties_that_nobody_or_too_many_hold() -> None:
    """Sharing one role is normal; different roles contend; a RACI line wants somebody to do it and one to answer."""
    north = team(
        duties={
            "answer": {Role.AGENT},
            "analyse": {Role.DATA_ANALYST},
            "decide": {Role.SERVICE_MANAGER, Role.TECH_SUPPORT},
            "repair": Raci(responsible={Role.TECH_SUPPORT}, accountable=Role.SERVICE_MANAGER),
            "train": Raci(responsible={Role.TRAINER}, accountable=Role.SERVICE_MANAGER),
            "review": Raci(responsible={Role.AGENT}, accountable=Role.SUPERVISOR),
            "document": Raci(responsible={Role.AGENT}, accountable=Role.TECH_SUPPORT),
        }
    )
    assert north.unassigned_duties() == ("analyse", "train", "review")
    assert north.doubly_held_duties() == {"decide": ("M-1", "A-2", "A-3"), "document": ("A-2", "A-3")}


def test_one_person_with_two_roles_does_not_contend_with_themselves() -> None:
    """A duty of two roles that one member has is held once."""
    assert not Team(name="solo", members=[BO], duties={"all": {Role.AGENT, Role.TECH_SUPPORT}}).doubly_held_duties()


def test_composition_can_be_checked() -> None:
    """001-2 §4.3: one senior representative and several juniors a department (DOMAIN.md TM-11)."""
    rules = [Headcount(role=Role.SENIOR_REPRESENTATIVE, at_most=1), Headcount(role=Role.JUNIOR_AGENT)]

    def of(*roles: Role) -> Team:
        members = [Member(id=AgentId(str(n)), name="x", roles={role}) for n, role in enumerate(roles)]
        return Team(name="d", members=members, composition=rules, level=TeamLevel.FRONT_LINE)

    senior, junior = Role.SENIOR_REPRESENTATIVE, Role.JUNIOR_AGENT
    assert of(senior, junior, junior).composition_gaps() == ()
    assert of(senior, senior, junior).composition_gaps() == (rules[0],)
    assert of().composition_gaps() == tuple(rules)


def test_match_counts_the_needs_that_are_met() -> None:
    """At the level or above; nothing needed is met by all."""
    assert team().match(ADA.id, needs={BILLING: 3, NETWORK: 1}) == 0.5
    assert team().match(ADA.id, needs={BILLING: 4}) == 0
    assert team().match(ADA.id, needs={}) == 1


def test_the_suggestion_weighs_match_before_load() -> None:
    """The best match; among equals the least load; then the order in the team."""
    needs = {BILLING: 1}
    assert suggest_assignee(team(), needs=needs, load={ADA.id: 5, BO.id: 2}) == BO
    assert suggest_assignee(team(), needs=needs, load={ADA.id: 2, BO.id: 2}) == ADA
    assert suggest_assignee(team(), needs=needs, load={ADA.id: 1}) == BO
    assert suggest_assignee(team(), needs={BILLING: 2, NETWORK: 1}, load={ADA.id: 9, BO.id: 9, CY.id: 8}) == CY
    assert suggest_assignee(team(), needs=needs, load={ADA.id: 5, BO.id: 2}, among={ADA.id, CY.id}) == ADA


def test_nobody_is_suggested_where_nobody_fits() -> None:
    """None of the needs met, or nobody to choose from."""
    assert suggest_assignee(team(), needs={Skill("law"): 1}, load={}) is None
    assert suggest_assignee(team(), needs={}, load={}, among=()) is None


@given(
    st.dictionaries(st.sampled_from([ADA.id, BO.id, CY.id, LIN.id]), st.integers(0, 9)),
    st.dictionaries(st.sampled_from([BILLING, NETWORK]), st.integers(1, 5)),
)
def test_nobody_else_would_have_been_better(load: dict[AgentId, int], needs: dict[Skill, int]) -> None:
    """No other member matches better, or as well with less load."""
    chosen = suggest_assignee(team(), needs=needs, load=load)
    for other in team().members:
        if chosen is None:
            assert other.match(needs) == 0
        else:
            assert (chosen.match(needs), -load.get(chosen.id, 0)) >= (other.match(needs), -load.get(other.id, 0))


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (Member, {"id": "", "name": "Ada"}, "id must be"),
        (Member, {"id": "A", "name": "Ada", "skills": {BILLING: 0}}, "level from 1"),
        (Member, {"id": "A", "name": "Ada", "skills": {BILLING: 1.5}}, "level from 1"),
        (Member, {"id": "A", "name": "Ada", "skills": {BILLING: True}}, "level from 1"),
        (Member, {"id": "A", "name": "Ada", "roles": {"agnet"}}, "did you mean agent"),
        (Member, {"id": "A", "name": "Ada", "permissions": {"close_cas"}}, "did you mean close_case"),
        (Member, {"id": "A", "name": "Ada", "attributes": {"roles": "x"}}, "attributes must not be named like a field"),
        (Member, {"id": "A", "name": "Ada", "joined_at": T0, "left_at": T0 - DAY}, "end must not come before start"),
        (Member, {"id": "A", "name": "Ada", "permissions": {Permission.CLOSE_CASE: 50}}, "Money"),
        (Team, {"name": "north", "members": [ADA, ADA]}, "A-1"),
        (Team, {"name": " ", "members": []}, "name must be"),
        (Raci, {"responsible": (), "accountable": Role.AGENT}, "responsible"),
        (
            Raci,
            {
                "responsible": {Role.AGENT},
                "accountable": Role.AGENT,
                "consulted": {Role.EXPERT},
                "informed": {Role.EXPERT},
            },
            "expert",
        ),
        (Headcount, {"role": Role.AGENT, "at_least": 2, "at_most": 1}, "at_most"),
    ],
)
def test_what_cannot_be_is_refused(kind: Any, fields: dict[str, Any], words: str) -> None:
    """Each with the field and the value."""
    with pytest.raises(ValueError, match=words):
        kind(**fields)


def test_one_name_stands_for_a_set_of_one() -> None:
    """A role or permission given alone is not taken apart into letters."""
    member = Member(id=AgentId("A"), name="x", roles="agent", permissions="close_case")
    assert member.roles == {Role.AGENT}
    assert set(member.permissions) == {Permission.CLOSE_CASE}


def test_values_cannot_be_changed_from_outside() -> None:
    """What was passed in may change later; the member does not."""
    skills = {BILLING: 1}
    member = Member(id=AgentId("A"), name="x", skills=skills)
    skills[NETWORK] = 3
    assert member.skills == {BILLING: 1}
    with pytest.raises(TypeError):
        member.skills[NETWORK] = 3  # type: ignore[index]
    assert "\n" not in repr(team())


def test_a_team_can_be_copied_and_pickled() -> None:
    """Read-only mappings travel, those within mappings too."""
    north = team(
        duties={"answer": {Role.AGENT}},
        grants={Role.AGENT: {Permission.APPROVE_COMPENSATION: Money(20, "EUR")}},
    )
    assert copy.deepcopy(north) == north
    assert pickle.loads(pickle.dumps(north)) == north  # noqa: S301  (our own bytes)


def test_own_roles_and_permissions_are_held_like_built_in_ones() -> None:
    """A role or a permission of the firm's own needs no declaration: it holds duties and has limits."""
    fee = Money(5, "EUR")
    eve = Member(id=AgentId("A-9"), name="Eve", roles={"concierge", "agent"}, permissions={"waive_fee": fee})
    desk = Team(name="desk", members=[eve], duties={"greet": {"concierge"}, "park": {"valet"}})
    assert eve.roles == {Role.AGENT, "concierge"}
    assert (desk.unassigned_duties(), desk.holders("concierge")) == (("park",), (eve,))
    assert desk.allowed(eve.id, "waive_fee", amount=fee)
    assert not desk.allowed(eve.id, "waive_fee", amount=Money(6, "EUR"))
    assert pickle.loads(pickle.dumps(desk)) == desk  # noqa: S301


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"roles": {"conciege"}}, r"role must be one of agent, concierge \(got 'conciege'\); did you mean concierge"),
        ({"permissions": {"waive_fees"}}, "permission must be one of waive_fee"),
        ({"attributes": {"dsk": 4}}, "attributes must name declared attributes"),
        ({"tags": {"nite"}}, "tags must be one of night"),
    ],
)
def test_a_vocabulary_checks_a_team(fields: dict[str, Any], words: str) -> None:
    """Where it is passed, a word that it does not declare is refused with the nearest one."""
    ours = Vocabulary(
        words={"role": ["agent", "concierge"], "permission": ["waive_fee"], "desk": None, "tags": ["night"]}
    )
    own: dict[str, Any] = {"permissions": {"waive_fee"}, "attributes": {"desk": 4}, "tags": {"night"}}
    fine = Member(id=AgentId("A-9"), name="Eve", roles={"concierge"}, **own)
    assert Team(name="desk", members=[fine], vocabulary=ours).members == (fine,)
    with pytest.raises(InvalidValue, match=words):
        Team(name="desk", members=[attrs.evolve(fine, **fields)], vocabulary=ours)


def test_a_vocabulary_checks_all_roles_of_a_team() -> None:
    """Each role of a `Raci` line and of the composition, and what a team is asked for."""
    ours = Vocabulary(words={"role": ["agent", "concierge", "agnt"]})
    line = Raci(responsible={"agent"}, accountable="concierge")
    desk: dict[str, Any] = {"name": "desk", "members": [], "vocabulary": ours}
    assert Team(**desk, duties={"greet": line}).unassigned_duties() == ("greet",)
    changes: list[dict[str, Any]] = [{"responsible": {"valet"}}, {"accountable": "valet"}, {"consulted": "valet"}]
    for change in changes:
        with pytest.raises(InvalidValue, match="role must be one of agent, concierge"):
            Team(**desk, duties={"greet": attrs.evolve(line, **change)})
    with pytest.raises(InvalidValue, match="role must be one of agent, concierge"):
        Team(**desk, composition=[Headcount(role="valet")])
    assert Team(**desk).holders("agnt") == ()
    with pytest.raises(InvalidValue, match=r"role must be one of .*did you mean concierge"):
        Team(**desk).holders("conciege")


def test_a_team_is_asked_for_words_and_not_for_slips() -> None:
    """A role or a permission that is one slip away is refused, and found by any of its names."""
    ada = Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT}, permissions={"close_case": Money(5, "EUR")})
    team = Team(name="north", members=[ada])
    assert team.holders("Front-line agent") == (ada,)
    with pytest.raises(InvalidValue, match=r"role must not be one slip away .*did you mean agent"):
        team.holders("agnt")
    with pytest.raises(InvalidValue, match=r"permission must not be one slip away .*did you mean close_case"):
        team.allowed(ada.id, "close_cas")
    with pytest.raises(InvalidValue, match=r"amount must be Money"):
        team.allowed(ada.id, "close_case", amount=5)  # type: ignore[arg-type]


def test_fields_and_tags_of_a_member_are_values() -> None:
    """They are changed by `evolve`, sorted, and part of equality and pickling."""
    ada = Member(id=AgentId("A-1"), name="Ada", attributes={"site": "X", "desk": 4}, tags=["b", "a", "b"])
    assert (list(ada.attributes), ada.tags) == (["desk", "site"], ("a", "b"))
    assert attrs.evolve(ada, attributes={"site": "Y"}) != ada
    assert pickle.loads(pickle.dumps(ada)) == ada  # noqa: S301
