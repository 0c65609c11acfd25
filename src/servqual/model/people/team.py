"""A team: members with roles, skills and authority, shared duties, and the choice of an assignee."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import attrs

from servqual._checks import did_you_mean, distinct, filled, in_order, instant, must_be, near, whole
from servqual._typed import typed
from servqual.errors import InvalidValue, UnknownName
from servqual.model._pickled import Rebuilt
from servqual.model.attributes import Attributes, as_attributes, as_tags, no_field
from servqual.model.declared import declared
from servqual.model.ids import AgentId
from servqual.model.money import Money
from servqual.model.people.raci import Raci
from servqual.model.people.roles import Permission, Role, TeamLevel, as_permission, as_role, as_roles
from servqual.model.vocabulary import Vocabulary

Grants = Mapping[Permission | str, Money | None]


@declared("skill")
@attrs.frozen(field_transformer=typed)
class Skill:
    """Skill of a member, by name: a product, a language, a way of working.

    >>> Skill("billing")
    Skill(name='billing')
    """

    name: str = attrs.field(validator=filled)


Needs: TypeAlias = Mapping[Skill, int] | Mapping[str, int]


def _skill(skill: Skill | str) -> Skill:
    return skill if isinstance(skill, Skill) else Skill(skill)


def _skills(skills: Needs) -> Mapping[Skill, int]:
    named = [(_skill(skill), level) for skill, level in skills.items()]
    return MappingProxyType({skill: _level(level, skill) for skill, level in named})


def _level(level: object, skill: Skill) -> int:
    if isinstance(level, bool) or not isinstance(level, int) or level < 1:
        raise InvalidValue.of(
            "skills",
            "give a whole level from 1",
            level,
            shown=f"{level!r} for {skill.name}",
            do="leave out a missing skill",
        )
    return level


def _grants(permissions: Grants | Iterable[Permission | str]) -> Grants:
    if isinstance(permissions, str):
        permissions = [permissions]
    limits = permissions if isinstance(permissions, Mapping) else dict.fromkeys(permissions)
    for limit in limits.values():
        if limit is not None and not isinstance(limit, Money):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidValue.of("permissions", "be limited by Money or None", limit, do="write Money('50', 'EUR')")
    return MappingProxyType({as_permission(permission): limit for permission, limit in limits.items()})


@declared("member")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Member(Rebuilt):
    """Person in a team: roles, skills with levels, personal permissions, and the firm's own fields and tags.

    Roles and permissions may be the firm's own words. Levels are whole numbers from 1; a skill may be given by its name
    alone. `permissions` is a set, or a mapping to the highest amount that the member may decide on alone (None: any).
    Refused: a level below 1, a limit that is not `Money`, a role or permission that is one slip away from a built-in
    one, an end before the begin, and an attribute named like a field.

    >>> Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT}, skills={Skill("billing"): 3}).level(Skill("billing"))
    3
    """

    id: AgentId = attrs.field(validator=filled)
    name: str = attrs.field(validator=filled)
    roles: frozenset[Role | str] = attrs.field(default=frozenset[Role | str](), converter=as_roles)
    skills: Mapping[Skill, int] = attrs.field(factory=dict[Skill, int], converter=_skills)
    permissions: Grants = attrs.field(factory=dict[Permission | str, Money | None], converter=_grants)
    team: str | None = None
    joined_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    left_at: dt.datetime | None = attrs.field(default=None, converter=attrs.converters.optional(instant))
    attributes: Attributes = attrs.field(
        default=Attributes(), converter=as_attributes, validator=no_field("agent", "role")
    )
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_tags)

    def __attrs_post_init__(self) -> None:
        if self.joined_at is not None and self.left_at is not None:
            in_order(self.joined_at, self.left_at)

    def level(self, skill: Skill | str) -> int:
        """Return the level of a skill; 0 without it."""
        return self.skills.get(_skill(skill), 0)

    def match(self, needs: Needs) -> float:
        """Return the share of needs met at their level or above; 1 where nothing is needed."""
        must_be(Mapping, "needs", "a mapping from skills to levels", needs)
        met = sum(self.level(skill) >= level for skill, level in _skills(needs).items())
        return met / len(needs) if needs else 1.0


@attrs.frozen(kw_only=True, field_transformer=typed)
class Headcount:
    """Number of members that should hold a role; `at_most=None` sets no upper bound."""

    role: Role | str = attrs.field(converter=as_role)
    at_least: int = attrs.field(default=1, validator=whole(0))
    at_most: int | None = attrs.field(default=None, validator=attrs.validators.optional(whole(0)))

    def __attrs_post_init__(self) -> None:
        if self.at_most is not None and self.at_most < self.at_least:
            raise InvalidValue.of(
                "at_most", "not lie below at_least", self.at_most, shown=f"{self.at_most} below {self.at_least}"
            )

    def kept_by(self, count: int) -> bool:
        """Say whether a number of members is within the bounds."""
        return self.at_least <= count and (self.at_most is None or count <= self.at_most)


def _members(members: Iterable[Member]) -> tuple[Member, ...]:
    known = tuple(members)
    distinct("member ids", (member.id for member in known))
    return known


def _duties(duties: Mapping[str, Raci | Iterable[Role | str]]) -> Mapping[str, Raci | frozenset[Role | str]]:
    return MappingProxyType(
        {name: duty if isinstance(duty, Raci) else as_roles(duty) for name, duty in duties.items()},
    )


def _grants_by_role(
    grants: Mapping[Role, Grants | Iterable[Permission | str]] | Mapping[str, Grants | Iterable[Permission | str]],
) -> Mapping[Role | str, Grants]:
    return MappingProxyType({as_role(role): _grants(granted) for role, granted in grants.items()})


@declared("team")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Team(Rebuilt):
    """Members, their duties by role, and the permissions of each role.

    A duty is a set of roles, each of which can hold it, or a `Raci` line. `grants` gives permissions to a role, as
    `Member.permissions` does to a person. Where a `vocabulary` is passed, roles, permissions, attributes and tags are
    among its words. Two members with one id are refused; the id of a person outside the team raises `UnknownName`.

    >>> ada = Member(id=AgentId("A-1"), name="Ada", roles={Role.AGENT})
    >>> team = Team(name="north", members=[ada], duties={"answer": {Role.AGENT}, "analyse": {Role.DATA_ANALYST}},
    ...             grants={Role.AGENT: {Permission.APPROVE_COMPENSATION: Money(20, "EUR")}})
    >>> team.unassigned_duties()
    ('analyse',)
    >>> team.allowed(AgentId("A-1"), Permission.APPROVE_COMPENSATION, amount=Money("20.01", "EUR"))
    False
    """

    name: str = attrs.field(validator=filled)
    members: tuple[Member, ...] = attrs.field(converter=_members, repr=lambda members: f"<{len(members)} members>")
    duties: Mapping[str, Raci | frozenset[Role | str]] = attrs.field(
        factory=dict[str, frozenset[Role | str]], converter=_duties, repr=lambda duties: f"<{len(duties)} duties>"
    )
    grants: Mapping[Role | str, Grants] = attrs.field(
        factory=dict[Role | str, Grants], converter=_grants_by_role, repr=False
    )
    composition: tuple[Headcount, ...] = attrs.field(default=(), converter=tuple[Headcount, ...], repr=False)
    department: str | None = None
    level: TeamLevel | None = attrs.field(default=None, converter=attrs.converters.optional(TeamLevel))
    vocabulary: Vocabulary | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.vocabulary is not None:
            duties = (duty.roles if isinstance(duty, Raci) else duty for duty in self.duties.values())
            asked = {rule.role for rule in self.composition}
            roles = (*(member.roles for member in self.members), *duties, self.grants, asked)
            granted = (*(member.permissions for member in self.members), *self.grants.values())
            for field, words in (("role", roles), ("permission", granted)):
                for word in sorted(frozenset[str]().union(*words)):
                    self.vocabulary.read(field, word)
            for member in self.members:
                self.vocabulary.read_all({"attributes": member.attributes, "tags": member.tags})

    def member(self, member: AgentId) -> Member:
        """Return the member with this id."""
        found = next((one for one in self.members if one.id == member), None)
        if found is None:
            close = near(member, [one.id for one in self.members])
            raise UnknownName(
                f"member must be in team {self.name} (got {member!r}){did_you_mean(close)}", near=close, got=member
            )
        return found

    def holders(self, role: Role | str) -> tuple[Member, ...]:
        """List the members with this role; a slip of the pen is refused."""
        asked = self._word("role", role, as_role)
        return tuple(member for member in self.members if asked in member.roles)

    def allowed(self, member: AgentId, permission: Permission | str, *, amount: Money | None = None) -> bool:
        """Say whether a member has a permission, personally or by a role; an amount must not exceed the limit.

        An amount in another currency than the limit is refused, because no exchange rate is known here, and so is a
        slip of the pen.
        """
        person = self.member(member)
        asked = self._word("permission", permission, as_permission)
        must_be(Money | None, "amount", "Money, such as Money('50', 'EUR')", amount)
        sources = (person.permissions, *(self.grants.get(role, {}) for role in person.roles))
        limits = [granted[asked] for granted in sources if asked in granted]
        return any(limit is None or amount is None or amount <= limit for limit in limits)

    def _word(self, field: str, word: str, read: Callable[[str], str]) -> str:
        """Read a word; where there is a vocabulary it is one of its words, of which one may look like a slip."""
        declared = None if self.vocabulary is None else self.vocabulary.words.get(field)
        if declared is not None and word in declared:
            return word
        try:
            known = read(word)
        except InvalidValue as error:
            raise error.of_field(field) from None
        return known if self.vocabulary is None else self.vocabulary.read(field, known)

    def unassigned_duties(self) -> tuple[str, ...]:
        """List the duties that nobody in the team holds; a `Raci` line needs a responsible and an accountable role."""
        held = frozenset(role for member in self.members for role in member.roles)
        return tuple(name for name, duty in self.duties.items() if not _is_held(duty, held))

    def doubly_held_duties(self) -> Mapping[str, tuple[AgentId, ...]]:
        """List the duties with more than one accountable member, with these members.

        A duty of several roles is doubly held when members hold different roles of it; several members in one role are
        normal. For a `Raci` line only the accountable role counts, and it belongs to one member.
        """
        held = {name: self._accountable(duty) for name, duty in self.duties.items()}
        return MappingProxyType({name: tuple(one.id for one in members) for name, members in held.items() if members})

    def composition_gaps(self) -> tuple[Headcount, ...]:
        """List the rules of composition that the team does not keep."""
        return tuple(rule for rule in self.composition if not rule.kept_by(len(self.holders(rule.role))))

    def match(self, member: AgentId, *, needs: Needs) -> float:
        """Return the share of needs that a member meets; see `Member.match`."""
        return self.member(member).match(needs)

    def _accountable(self, duty: Raci | frozenset[Role | str]) -> tuple[Member, ...]:
        """List the members who compete for a duty; none where one person or one role has it."""
        if isinstance(duty, Raci):
            members = self.holders(duty.accountable)
            return members if len(members) > 1 else ()
        members = tuple(member for member in self.members if member.roles & duty)
        shared = frozenset[Role | str](duty).intersection(*(member.roles for member in members))
        return () if shared else members


def _is_held(duty: Raci | frozenset[Role | str], held: frozenset[Role | str]) -> bool:
    if isinstance(duty, Raci):
        return bool(held & duty.responsible) and duty.accountable in held
    return bool(held & duty)


def suggest_assignee(
    team: Team,
    *,
    needs: Needs,
    load: Mapping[AgentId, float],
    among: Collection[AgentId] | None = None,
) -> Member | None:
    """Choose the best match for the needs, then the least load, then the first in the team.

    `load` is open work, or work per scheduled hour; a member who is not in it has none. `among` limits the choice, such
    as to members on shift. None where nobody may be chosen or nobody meets any of the needs.
    """
    must_be(Mapping, "load", "a mapping from ids to open work", load)
    able = [
        (-member.match(needs), load.get(member.id, 0), place, member)
        for place, member in enumerate(team.members)
        if (among is None or member.id in among) and member.match(needs)
    ]
    return min(able)[-1] if able else None
