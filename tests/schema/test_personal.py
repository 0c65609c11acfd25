"""Stored forms without the people in them: pseudonyms, redacted prose, and what is due for erasure."""

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import Windows, tally
from servqual.model import Case, Complaint, Customer, Member, Money, Purchase
from servqual.model import case as event
from servqual.model.history.corrections import Amended
from servqual.schema import due_for_erasure, dump, dumps, load, personal_fields
from servqual.testing import complaints, histories

KEY = b"a secret of at least 16 bytes"
AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def told(**facts: Any) -> event.Reported:
    """A report of a customer."""
    usual: dict[str, Any] = {
        "at": AT, "id": "C-1", "customer": "K-1", "description": "Ms Lee called", "impact": "none", "occurred_at": AT,
        "owner": "A-1", "channel": "email", "source": "feedback",
    }  # fmt: skip
    return event.Reported(**{**usual, **facts})


def test_a_pseudonym_is_keyed_and_the_same() -> None:
    """The same id has the same pseudonym in every document and field; another key gives another, and none the id."""
    first = dump(Case(history=[told(by="K-1")]), pseudonymise=KEY)["data"]["history"][0]
    second = dump(Purchase(customer="K-1", at=AT, amount=Money(1, "EUR")), pseudonymise=KEY)["data"]  # type: ignore[arg-type]
    assert first["customer"] == first["by"] == second["customer"]
    assert first["customer"] == "p-" + hmac.new(KEY, b"K-1", hashlib.sha256).hexdigest()[:32]
    assert first["owner"] not in {"A-1", first["customer"]}
    assert (first["id"], first["channel"]) == ("C-1", "email")
    other = dump(Case(history=[told()]), pseudonymise=KEY[::-1])["data"]["history"][0]
    assert other["customer"] != first["customer"]


def test_prose_is_redacted_with_pseudonyms_unless_asked() -> None:
    """Anybody may be named in prose, so it goes by default; either can be asked for alone."""
    case = Case(history=[told(note="")])

    def first(**options: Any) -> Any:
        return dump(case, **options)["data"]["history"][0]

    assert (first(pseudonymise=KEY)["description"], first(pseudonymise=KEY)["note"]) == ("[redacted]", "")
    assert first(pseudonymise=KEY, redact=False)["description"] == "Ms Lee called"
    assert (first(redact=True)["description"], first(redact=True)["customer"]) == ("[redacted]", "K-1")
    assert first(redact=False) == first()


def test_corrections_are_hidden_by_the_names_of_their_fields() -> None:
    """A correction names fields of another event, and what it says of people is hidden as there."""
    amended = Amended(
        at=AT, by="A-1", event="reported", happened_at=AT, reason="x",
        changes={"customer": "K-9", "description": "Mr Wu", "channel": "phone", "occurred_at": AT},
    )  # fmt: skip
    changes = dict(load(dump(amended, pseudonymise=KEY)).changes)
    assert changes["channel"] == "phone"
    assert changes["occurred_at"] == AT
    assert changes["description"] == "[redacted]"
    assert changes["customer"].startswith("p-")


@pytest.mark.parametrize("key", [b"", b"short", "a text of many letters", 5])
def test_a_weak_key_is_refused(key: Any) -> None:
    """A key has at least 16 bytes, and is no text."""
    with pytest.raises(InvalidValue, match="pseudonymise"):
        dump(Money(1, "EUR"), pseudonymise=key)


def test_bytes_cannot_be_hidden() -> None:
    """A tally or the state of a stream holds the labels of its groups as bytes, so hiding it is refused."""
    counted = tally(
        ["case_volume"], {"cases": {"received_at": ["2026-05-04T10:00+00:00"], "agent": ["A-1"]}}, by=["agent"]
    )
    calls = {"interactions": {"queued_at": ["2026-05-04T10:00+00:00"], "agent": ["A-1"]}}
    stream = Windows.of(["volume"], by=["agent"]).add(calls, 0, 1)
    for value in (counted, stream):
        with pytest.raises(InvalidValue) as refused:
            dump(value, pseudonymise=KEY)
        assert refused.value.code == "schema.not_hidden"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(complaints(), histories(Case)))
def test_hidden_objects_still_load(value: Case | Complaint) -> None:
    """A hidden document is a document: it loads as the same events without the people."""
    hidden = load(dump(value, pseudonymise=KEY))
    assert [type(each) for each in hidden.history] == [type(each) for each in value.history]
    assert [each.at for each in hidden.history] == [each.at for each in value.history]
    assert dumps(value, pseudonymise=KEY) == dumps(value, pseudonymise=KEY)


def test_personal_fields_are_those_that_are_hidden() -> None:
    """What `personal_fields` lists differs in the hidden document, and nothing else does."""
    case = Case(history=[told(by="K-2", team="north", site="here")])
    plain, hidden = (dump(case, pseudonymise=key)["data"]["history"][0] for key in (None, KEY))
    changed = {f"case.reported.{name}" for name in plain if plain[name] != hidden[name]}
    listed = {name for name in personal_fields(Case) if name.startswith("case.reported.")}
    assert changed == listed - {"case.reported.note", "case.reported.attributes", "case.reported.event_id"}
    assert "K-2" not in json.dumps(hidden)


def test_people_are_personal_themselves() -> None:
    """Ids and names of customers and members are personal fields."""
    assert personal_fields(Customer)["customer.id"] == "person"
    assert {"member.id", "member.name"} <= {*personal_fields(Member)}
    assert "money.amount" not in personal_fields(Purchase)
    for kind in (5, "case", int):
        with pytest.raises(InvalidValue, match="kind"):
            personal_fields(kind)  # type: ignore[arg-type]


def test_what_was_kept_long_enough_is_due() -> None:
    """The time runs from the last moment that an object knows of, and its end counts."""
    case = Case(history=[told(), event.Received(at=AT + dt.timedelta(days=1), by="desk")])
    last, keep = AT + dt.timedelta(days=1), {"case": relativedelta(months=6)}
    assert due_for_erasure([case], keep=keep, now=last + relativedelta(months=6)) == (case,)
    assert due_for_erasure([case], keep=keep, now=last + relativedelta(months=6) - dt.timedelta(microseconds=1)) == ()
    assert due_for_erasure([], keep={}, now=AT) == ()


@pytest.mark.parametrize(
    ("values", "keep", "field"),
    [
        ([Money(1, "EUR")], {"money": dt.timedelta(days=1)}, "values"),
        ([Money(1, "EUR")], {"purchase": dt.timedelta(days=1)}, "keep"),
        ([], {"case": 5}, "keep"),
        ([], {"case": -dt.timedelta(1)}, "keep"),
        ([], {"case": relativedelta(months=-1)}, "keep"),
        ([], {"case": relativedelta(years=-9000)}, "keep"),
        ([], [], "keep"),
    ],
)
def test_what_nobody_decided_is_refused(values: Any, keep: Any, field: str) -> None:
    """A kind without a length of time, a length that is none, and an object without a moment are refused."""
    with pytest.raises(InvalidValue, match=field):
        due_for_erasure(values, keep=keep, now=AT)


@pytest.mark.parametrize("length", [dt.timedelta.max, relativedelta(years=9000)])
def test_what_is_kept_for_ever_is_never_due(length: Any) -> None:
    """A length beyond the calendar keeps for ever, and none keeps not at all."""
    case = Case(history=[told()])
    assert due_for_erasure([case], keep={"case": length}, now=AT) == ()
    assert due_for_erasure([case], keep={"case": dt.timedelta()}, now=AT) == (case,)
