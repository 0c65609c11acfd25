"""A contact is valid by construction, and its waits and times follow from its moments."""

import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, NaiveTime
from servqual.model import (
    Channel,
    CommunicationStep,
    CustomerId,
    Direction,
    HandledBy,
    HandOver,
    Interaction,
    InteractionId,
    Outcome,
)

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def s(seconds: float) -> dt.timedelta:
    """So many seconds."""
    return dt.timedelta(seconds=seconds)


CALL = Interaction(
    id=InteractionId("I-1"),
    customer=CustomerId("K-1"),
    channel=Channel.PHONE,
    queued_at=T0,
    answered_at=T0 + s(20),
    ended_at=T0 + s(320),
    talk=s(240),
    hold=s(60),
    wrap=s(30),
    outcome=Outcome.RESOLVED,
)
MISSED = Interaction(
    id=InteractionId("I-2"), channel=Channel.PHONE, queued_at=T0, ended_at=T0 + s(90), outcome=Outcome.ABANDONED
)


def test_what_an_answered_call_tells() -> None:
    """Wait, handling time and the plain facts; stored names become members."""
    assert (CALL.wait, CALL.handle_time, CALL.abandoned, CALL.transferred) == (s(20), s(330), False, False)
    assert CALL.contained is None
    named = attrs.evolve(CALL, channel="email", direction="outbound", handled_by="bot", outcome="unresolved")
    assert (named.channel, named.direction) == (Channel.EMAIL, Direction.OUTBOUND)
    assert (named.handled_by, named.outcome) == (HandledBy.BOT, Outcome.UNRESOLVED)
    assert "\n" not in repr(CALL)


def test_what_a_missed_call_tells() -> None:
    """Nobody answered: no wait to speak of, but time waited."""
    assert (MISSED.wait, MISSED.handle_time, MISSED.abandoned) == (None, None, True)
    assert [MISSED.waited(now=T0 + s(n)) for n in (0, 60, 500)] == [s(0), s(60), s(90)]
    assert CALL.waited(now=T0 + s(500)) == s(20)
    with pytest.raises(InvalidValue, match="now must not come before queued_at"):
        CALL.waited(now=T0 - s(1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answered_at": T0 - s(1)}, "answered_at must not come before queued_at"),
        ({"ended_at": T0 + s(19), "talk": None, "hold": None}, "ended_at must not come before answered_at"),
        ({"hand_overs": [HandOver(at=T0 - s(10), to="A-2")]}, "hand_overs must not come before queued_at"),
        ({"hand_overs": [HandOver(at=T0 + s(999), to="A-2")]}, "ended_at must not come before hand_overs"),
        (
            {"hand_overs": [HandOver(at=T0 + s(90), to="A-2"), HandOver(at=T0 + s(50), to="A-3")]},
            "hand_overs must not come before hand_overs",
        ),
        ({"answered_at": None}, "talk must be left out, like hold and wrap"),
        ({"talk": s(241)}, "talk must fit with hold between"),
        ({"ended_at": None}, "outcome must be left out until"),
        ({"outcome": "abandoned"}, "outcome must not be abandoned"),
        ({"wrap": s(-1)}, "wrap must be a timedelta of zero or more"),
        ({"talk": 240}, "talk must be a timedelta of zero or more"),
        ({"channel": "phon"}, "did you mean phone"),
        ({"id": ""}, "id must be a text"),
        ({"customer": ""}, "customer must be a text"),
        ({"steps": ["understand", "listen"]}, "steps must be listen, understand"),
        ({"steps": ["listen", "respond"]}, "in this order"),
    ],
)
def test_impossible_contacts_are_refused(changes: dict[str, object], message: str) -> None:
    """Each impossible order or amount is named."""
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(CALL, **changes)  # type: ignore[arg-type]
    assert attrs.evolve(CALL) == CALL


def test_boundaries_pass() -> None:
    """Answered at once, ended at once, talk to the last second."""
    assert attrs.evolve(CALL, answered_at=T0, talk=s(260)).wait == s(0)
    assert attrs.evolve(CALL, ended_at=T0 + s(20), talk=s(0), hold=s(0)).handle_time == s(30)
    assert attrs.evolve(CALL, hold=None).handle_time is None
    with pytest.raises(NaiveTime):
        attrs.evolve(CALL, queued_at=T0.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("changes", "contained"),
    [
        ({}, True),
        ({"hand_overs": [HandOver(at=T0 + s(30), to="A-1")]}, False),
        ({"hand_overs": [HandOver(at=T0 + s(30), to="search", handled_by=HandledBy.SELF_SERVICE)]}, True),
        ({"ended_at": None, "outcome": None}, None),
        ({"handled_by": "human"}, None),
    ],
)
def test_containment(changes: dict[str, object], contained: bool | None) -> None:
    """A bot contains what no person had to take over (DOMAIN.md CH-21, CH-22)."""
    bot = attrs.evolve(CALL, channel="chat", handled_by="bot")
    assert attrs.evolve(bot, **changes).contained is contained  # type: ignore[arg-type]


def test_steps_of_a_conversation() -> None:
    """Listen, understand, respond; the follow-up only when needed (DOMAIN.md SM-05)."""
    step = CommunicationStep
    talked = attrs.evolve(CALL, steps=["listen", "understand"])
    assert talked.steps == (step.LISTEN, step.UNDERSTAND)
    assert talked.steps_left == (step.RESPOND,)
    later = attrs.evolve(talked, outcome=Outcome.FOLLOW_UP)
    assert later.steps_left == (step.RESPOND, step.FOLLOW_UP)
    assert attrs.evolve(later, steps=list(step)).steps_left == ()


seconds = st.integers(0, 10_000)


@given(parts=st.tuples(seconds, seconds, seconds, seconds, seconds), now=seconds)
def test_times_agree_with_the_moments(parts: tuple[int, int, int, int, int], now: int) -> None:
    """Any contact built from its parts gives the parts back, and the wait never exceeds what has passed."""
    wait, talk, hold, rest, wrap = parts
    contact = Interaction(
        id=InteractionId("I"),
        channel=Channel.CHAT,
        queued_at=T0,
        answered_at=T0 + s(wait),
        ended_at=T0 + s(wait + talk + hold + rest),
        talk=s(talk),
        hold=s(hold),
        wrap=s(wrap),
    )
    assert contact.wait == s(wait)
    assert contact.handle_time == s(talk + hold + wrap)
    assert contact.waited(now=T0 + s(now)) == s(min(now, wait))


def test_channels_are_online_or_not() -> None:
    """Stores, the service centre and partners are the offline ones the documents name (DOMAIN.md CH-08, CH-12)."""
    offline = {channel for channel in Channel if not channel.online}
    assert {Channel.STORE, Channel.SERVICE_CENTRE, Channel.PARTNER, Channel.IN_PERSON} <= offline
    assert {Channel.WEB, Channel.APP, Channel.SOCIAL}.isdisjoint(offline)


@pytest.mark.parametrize("kind", [Channel, Direction, HandledBy, Outcome, CommunicationStep])
def test_contact_labels_are_there(kind: type[Channel]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("fields", "gaps"),
    [
        ({}, ("customer", "service", "topic")),
        ({"customer": "K-1", "service": "complaint", "topic": "line"}, ()),
        ({"answered_at": T0}, ("customer", "service", "topic", "agent")),
        ({"answered_at": T0, "handled_by": "bot"}, ("customer", "service", "topic")),
        ({"ended_at": T0}, ("customer", "service", "topic")),  # the customer gave up: that is its outcome
        (
            {"answered_at": T0, "ended_at": T0, "agent": "A-1", "hold": dt.timedelta(0)},
            ("customer", "service", "topic", "outcome", "talk", "wrap"),
        ),
        ({"answered_at": T0, "ended_at": T0, "handled_by": "bot"}, ("customer", "service", "topic", "outcome")),
    ],
)
def test_gaps_list_what_a_full_record_would_hold(fields: dict[str, Any], gaps: tuple[str, ...]) -> None:
    """Name, channel and begin are enough; what else is known by now is listed where it is missing."""
    contact = Interaction(id=InteractionId("I-1"), channel="whatsapp", queued_at=T0, **fields)
    assert contact.gaps() == gaps


def test_own_fields_of_a_contact_are_values() -> None:
    """Sorted, hashable, equal in any order, changed by `evolve`; a field of the model is none."""
    own: dict[str, Any] = {"attributes": {"b": 1, "a": "x"}, "tags": {"vip", "b2b"}}
    contact = Interaction(id=InteractionId("I-1"), channel="whatsapp", queued_at=T0, **own)
    assert (list(contact.attributes), contact.tags, contact.channel) == (["a", "b"], ("b2b", "vip"), "whatsapp")
    same = attrs.evolve(contact, attributes={"a": "x", "b": 1}, tags=["b2b", "vip", "vip"])
    assert (same, hash(same)) == (contact, hash(contact))
    assert pickle.loads(pickle.dumps(contact)) == contact  # noqa: S301
    with pytest.raises(InvalidValue, match="attributes must not be named like a field"):
        attrs.evolve(contact, attributes={"agent": "A-1"})
