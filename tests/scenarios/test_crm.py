"""Stories of a customer whose record and history are kept, and of data that cannot be wrong."""

import datetime as dt

import attrs
import pytest

from servqual.errors import InvalidValue, NaiveTime
from servqual.metrics import measure, spending_segments
from servqual.model import Customer, CustomerId, Interaction, InteractionId, Money, Purchase, history_of

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def call(name: str, customer: str, at: dt.datetime, wait_s: float) -> Interaction:
    """A call that was answered after some seconds and lasted five minutes."""
    answered = at + dt.timedelta(seconds=wait_s)
    return Interaction(
        id=InteractionId(name),
        customer=CustomerId(customer),
        channel="phone",
        queued_at=at,
        answered_at=answered,
        ended_at=answered + HOUR / 12,
    )


def test_one_customer_has_a_record_and_a_history() -> None:
    """CR-01: who a customer is, and all that happened with them in the order of time, whoever recorded it."""
    acme = Customer(
        id=CustomerId("K-1"), name="Acme", tier="professional", need="special", preferred_channel="phone", tags={"beta"}
    )
    calls = [call("I-2", "K-1", NINE + 2 * DAY, 20), call("I-1", "K-1", NINE, 20), call("I-3", "K-2", NINE, 20)]
    bought = [
        Purchase(customer=acme.id, at=NINE + DAY, amount=Money(90, "EUR"), what="router"),
        Purchase(customer=CustomerId("K-2"), at=NINE, amount=Money(10, "EUR")),
    ]
    entries = history_of(acme.id, interactions=calls, purchases=bought)
    assert [(entry.at - NINE, entry.name) for entry in entries] == [
        (0 * DAY, "interaction"),
        (DAY, "purchase"),
        (2 * DAY, "interaction"),
    ]
    assert {getattr(entry.what, "customer", None) for entry in entries} == {acme.id}
    # value and loyalty are on the record, and contacts of nobody on record are seen by themselves
    by_customer = measure(["purchase_volume", "purchase_amount"], {"purchases": bought}, by=["customer_id"])
    segments = spending_segments(by_customer, frequent_from=5, valuable_from=50)
    acme = attrs.evolve(acme, spending_segment=segments[acme.id], feedback_segment="loyal")
    assert (acme.spending_segment, acme.feedback_segment) == ("high_value", "loyal")
    known = measure(["volume"], {"interactions": calls, "customers": [acme]}, by=["spending_segment"])
    assert {m.group["spending_segment"]: m.value for m in known} == {"high_value": 2, None: 1}


def test_what_is_recorded_is_complete_and_in_order_and_counts_alike_in_any_form() -> None:
    """CR-05: an impossible contact is refused when it is made; objects and columns give the same number.

    Waits of 10, 20 and 60 s are 30 s in the mean.
    """
    with pytest.raises(InvalidValue, match="answered_at must not come before queued_at"):
        call("I-1", "K-1", NINE, -1)
    with pytest.raises(NaiveTime):
        call("I-1", "K-1", NINE.replace(tzinfo=None), 1)
    with pytest.raises(InvalidValue, match="id must be"):
        call("", "K-1", NINE, 1)
    waits = [10, 20, 60]
    objects = [call(f"I-{n}", "K-1", NINE + n * HOUR, wait) for n, wait in enumerate(waits)]
    columns = {"queued_at": [one.queued_at for one in objects], "wait_s": waits}
    of_objects, of_columns = (
        measure(["asa"], {"interactions": data}, now=NINE + DAY).one() for data in (objects, columns)
    )
    assert of_objects.value == of_columns.value == 30
    assert of_objects == of_columns
