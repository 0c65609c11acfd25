"""Division of duties across departments: which department does each part, answers for it, is asked and is told."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from servqual._typed import typed
from servqual.model._pickled import Rebuilt
from servqual.model.people.raci import Raci
from servqual.model.people.team import Team

__all__ = ["DividedDuty", "divided"]

_MUST: Final = ("responsible", "accountable")


@attrs.frozen(kw_only=True, field_transformer=typed)
class DividedDuty(Rebuilt):
    """One duty across departments: its parts by department, and the parts that nobody holds.

    Parts are `responsible`, `accountable`, `consulted` and `informed`. `missing` lists those that no member of any
    team has a role for.
    """

    duty: str
    parts: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether somebody does it and somebody answers for it."""
        return not set(_MUST) & set(self.missing)


def divided(duties: Mapping[str, Raci], teams: Iterable[Team]) -> tuple[DividedDuty, ...]:
    """Say for each duty which departments take part, and which of its parts nobody holds.

    The department of a team without one is the name of the team. A department takes part where one of its members has
    a role that the line names.

    >>> from servqual.model import AgentId, Member, Role
    >>> desk = Team(name="desk", department="service", members=[
    ...     Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT})])
    >>> [line] = divided({"change the note": Raci(responsible={Role.AGENT}, accountable=Role.SUPERVISOR)}, [desk])
    >>> dict(line.parts), line.missing, line.held
    ({'service': ('responsible',)}, ('accountable',), False)
    """
    held: dict[str, set[str]] = {}
    for team in teams:
        roles = held.setdefault(team.department or team.name, set())
        roles.update(role for member in team.members for role in member.roles)
    return tuple(_line(duty, raci, held) for duty, raci in duties.items())


def _line(duty: str, raci: Raci, held: Mapping[str, set[str]]) -> DividedDuty:
    wanted = {
        "responsible": raci.responsible,
        "accountable": {raci.accountable},
        "consulted": raci.consulted,
        "informed": raci.informed,
    }
    found = {
        department: tuple(part for part, roles in wanted.items() if roles & mine) for department, mine in held.items()
    }
    parts = {department: mine for department, mine in found.items() if mine}
    taken = {part for mine in parts.values() for part in mine}
    return DividedDuty(
        duty=duty,
        parts=MappingProxyType(parts),
        missing=tuple(part for part, roles in wanted.items() if roles and part not in taken),
    )
