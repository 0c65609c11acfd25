"""A story of customers who help themselves."""

import datetime as dt

from servqual.metrics import measure
from servqual.model import CustomerId, HandledBy, HandOver, Interaction, InteractionId

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def contact(name: str, customer: str, by: HandledBy, after: dt.timedelta, *, handed: bool = False) -> Interaction:
    """A contact on the help pages or on the phone, answered at once and ended after five minutes."""
    at = NINE + after
    return Interaction(
        id=InteractionId(name),
        customer=CustomerId(customer),
        channel="phone" if by is HandledBy.HUMAN else "web",
        queued_at=at,
        answered_at=at,
        ended_at=at + HOUR / 12,
        handled_by=by,
        hand_overs=[HandOver(at=at + HOUR / 20, to="A-1")] if handed else [],
    )


def test_the_share_of_customers_who_solve_it_themselves() -> None:
    """KN-05: contacts ended without a person, and of those with a machine the ones that needed none soon after, too.

    Of seven contacts five are self-service; one of the five is handed to a person, so 4 of 7 ended without one. One
    customer more calls two days later, so 3 of 5 were really solved; another call after eight days is a new matter.
    """
    contacts = [
        contact("I-1", "K-1", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-2", "K-2", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-3", "K-3", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-4", "K-4", HandledBy.SELF_SERVICE, 0 * DAY),
        contact("I-5", "K-5", HandledBy.SELF_SERVICE, 0 * DAY, handed=True),
        contact("I-6", "K-4", HandledBy.HUMAN, 2 * DAY),
        contact("I-7", "K-3", HandledBy.HUMAN, 8 * DAY),
    ]
    keys = ["self_service_rate", "containment_rate"]
    found = measure(keys, {"interactions": contacts}, now=NINE + 30 * DAY)
    assert [(m.value, m.n, m.undecided) for m in found] == [(4 / 7, 7, 0), (3 / 5, 5, 0)]
    soon = measure(["containment_rate"], {"interactions": contacts[:5]}, now=NINE + DAY).one()
    assert (soon.value, soon.undecided) == (None, 5)  # whether they call within a week is not known yet
