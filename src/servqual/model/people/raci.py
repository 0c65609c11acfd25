"""Who does a duty, who answers for it, who is asked and who is told."""

from collections.abc import Iterable

import attrs

from servqual.errors import InvalidValue
from servqual.model._declared import declared
from servqual.model.people.roles import Role


def _roles(roles: Iterable[Role | str]) -> frozenset[Role]:
    return frozenset(map(Role, [roles] if isinstance(roles, str) else roles))


@declared("raci")
@attrs.frozen(kw_only=True)
class Raci:
    """A line of a responsibility matrix: roles that do it, the one that answers for it, those asked and those told.

    Exactly one role is accountable. A duty that no role does is refused, and so is a role that is both asked and
    told: who is asked knows.

    >>> Raci(responsible={Role.AGENT}, accountable=Role.SUPERVISOR).informed
    frozenset()
    """

    responsible: frozenset[Role] = attrs.field(converter=_roles)
    accountable: Role = attrs.field(converter=Role)
    consulted: frozenset[Role] = attrs.field(default=frozenset[Role](), converter=_roles)
    informed: frozenset[Role] = attrs.field(default=frozenset[Role](), converter=_roles)

    def __attrs_post_init__(self) -> None:
        if not self.responsible:
            raise InvalidValue.of(
                "responsible", "name at least one role", self.responsible, shown="none", do="say who does it"
            )
        if both := self.consulted & self.informed:
            named = ", ".join(sorted(both))
            raise InvalidValue.of(
                "informed", "not repeat who is consulted", named, do="keep each role in one of the two"
            )
