"""Duties across departments: parts, gaps, and teams without a department."""

from servqual.model import AgentId, Member, Raci, Role, Team, divided


def team(name: str, department: str | None, *roles: Role) -> Team:
    """One member per role."""
    members = [Member(id=AgentId(f"{name}-{role}"), name=role, roles={role}) for role in roles]
    return Team(name=name, department=department, members=members)


LINE = Raci(responsible={Role.TECH_SUPPORT}, accountable=Role.SERVICE_MANAGER, consulted={Role.LEGAL})


def test_teams_of_one_department_count_together() -> None:
    """And a team without a department is one by itself."""
    teams = [
        team("a", "service", Role.TECH_SUPPORT),
        team("b", "service", Role.SERVICE_MANAGER),
        team("c", None, Role.LEGAL),
    ]
    [line] = divided({"change": LINE}, teams)
    assert dict(line.parts) == {"service": ("responsible", "accountable"), "c": ("consulted",)}
    assert (line.missing, line.held) == ((), True)


def test_a_part_that_nobody_holds_is_missing() -> None:
    """Who is only consulted may be missing; who does it and who answers may not. Empty parts are not missing."""
    [line] = divided({"change": LINE}, [team("a", "service", Role.TECH_SUPPORT, Role.SERVICE_MANAGER)])
    assert (line.missing, line.held) == (("consulted",), True)
    [line] = divided({"change": LINE}, [])
    assert (dict(line.parts), line.missing, line.held) == ({}, ("responsible", "accountable", "consulted"), False)
