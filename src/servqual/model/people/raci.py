"""Line of a responsibility matrix: who does a duty, who answers for it, who is consulted, who is informed."""

import attrs

from servqual._typed import typed
from servqual.errors import InvalidValue
from servqual.model.declared import declared
from servqual.model.people.roles import Role, as_role, as_roles


@declared("raci")
@attrs.frozen(kw_only=True, field_transformer=typed)
class Raci:
    """Line of a responsibility matrix: roles responsible, accountable, consulted and informed.

    Exactly one role is accountable. Refused: a duty without a responsible role, and a role that is both consulted and
    informed, because who is consulted knows.

    >>> Raci(responsible={Role.AGENT}, accountable=Role.SUPERVISOR).informed
    frozenset()
    """

    responsible: frozenset[Role | str] = attrs.field(converter=as_roles)
    accountable: Role | str = attrs.field(converter=as_role)
    consulted: frozenset[Role | str] = attrs.field(default=frozenset[Role | str](), converter=as_roles)
    informed: frozenset[Role | str] = attrs.field(default=frozenset[Role | str](), converter=as_roles)

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

    @property
    def roles(self) -> frozenset[Role | str]:
        """All roles of the line."""
        return self.responsible | {self.accountable} | self.consulted | self.informed
