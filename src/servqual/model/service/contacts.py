"""Contacts of a case or a complaint."""

from collections.abc import Iterable

from servqual.errors import InvalidValue
from servqual.model.service.case import Case
from servqual.model.service.complaint import Complaint
from servqual.model.service.interaction import Interaction


def contacts_of(about: Case | Complaint, interactions: Iterable[Interaction]) -> tuple[Interaction, ...]:
    """List the contacts that name this case or this complaint, in the order of time.

    Refused: a contact of another customer than that of the case; where one of them is unknown, nothing is refused.

    >>> import datetime as dt
    >>> nine = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    >>> call = Interaction(id="I-1", channel="phone", queued_at=nine, case="C-1")
    >>> [contact.id for contact in contacts_of(Case.open(id="C-1", at=nine, channel="phone"), [call])]
    ['I-1']
    """
    kind = "case" if isinstance(about, Case) else "complaint"
    found = [contact for contact in interactions if getattr(contact, kind) == about.id]
    for contact in found:
        if None not in (contact.customer, about.customer) and contact.customer != about.customer:
            raise InvalidValue.of(
                "interactions",
                f"be of the customer of {about.id}, {about.customer!r}",
                contact.customer,
                shown=f"{contact.customer!r} in {contact.id}",
                do=f"correct {kind} or customer of the contact",
            )
    return tuple(sorted(found, key=lambda contact: (contact.queued_at, contact.id)))
