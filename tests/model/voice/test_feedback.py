"""Feedback items and suggestions obey their tables: each is analysed, decided with a reason, and answered."""

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue
from servqual.model import (
    CustomerId,
    FeedbackId,
    FeedbackItem,
    FeedbackSource,
    FeedbackStatus,
    Handling,
    Suggestion,
    SuggestionId,
    SuggestionStatus,
)
from servqual.model import feedback as event
from servqual.model import suggestion as idea
from servqual.model.voice.feedback import FEEDBACK_TRANSITIONS, FeedbackEvent
from servqual.model.voice.suggestion import SUGGESTION_TRANSITIONS, SuggestionEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RECEIVED = event.Received(
    at=T0, id=FeedbackId("F-1"), source=FeedbackSource.SUGGESTION_BOX, text="the queue is long", category="waiting"
)


def item_event(name: str, hour: int) -> FeedbackEvent:
    """An event of a feedback item, by stored name."""
    when = T0 + hour * HOUR
    events: dict[str, FeedbackEvent] = {
        "received": attrs.evolve(RECEIVED, at=when),
        "acknowledged": event.Acknowledged(at=when, by="bot"),
        "analysed": event.Analysed(at=when, by="A-1", category="staffing", finding="Mondays are short"),
        "handled": event.Handled(at=when, by="A-1", how=Handling.FIXED, reason="two more on Mondays"),
        "replied": event.Replied(at=when, by="A-1", text="thank you, we are two more on Mondays"),
        "rewarded": event.Rewarded(at=when, by="A-1", reward="a voucher"),
    }
    return events[name]


def idea_event(name: str, hour: int) -> SuggestionEvent:
    """An event of a suggestion, by stored name."""
    when = T0 + hour * HOUR
    events: dict[str, SuggestionEvent] = {
        "submitted": idea.Submitted(at=when, id=SuggestionId("S-1"), text="call back", customer=CustomerId("K-1")),
        "evaluated": idea.Evaluated(at=when, by="M-1", verdict="cheap, helps many"),
        "adopted": idea.Adopted(at=when, by="M-1", owner="A-1"),
        "declined": idea.Declined(at=when, by="M-1", reason="too dear"),
        "implemented": idea.Implemented(at=when, by="A-1", result="calls wait half as long"),
        "rewarded": idea.Rewarded(at=when, by="M-1", reward="a voucher"),
    }
    return events[name]


ITEM_NAMES = ["received", "acknowledged", "analysed", "handled", "replied", "rewarded"]
ITEM_STEPS = ["received", "analysed", "handled", "replied", "rewarded"]
IDEA_NAMES = ["submitted", "evaluated", "adopted", "declined", "implemented", "rewarded"]

# DOMAIN.md SM-14, written out apart from the code: status -> event -> next status
ITEM_LEADS: dict[str, dict[str, str]] = {
    "received": {"acknowledged": "received", "analysed": "analysed"},
    "analysed": {"acknowledged": "analysed", "handled": "handled"},
    "handled": {"acknowledged": "handled", "replied": "replied"},
    "replied": {"rewarded": "rewarded"},
    "rewarded": {},
}
IDEA_LEADS: dict[str, dict[str, str]] = {
    "submitted": {"evaluated": "evaluated"},
    "evaluated": {"adopted": "adopted", "declined": "declined"},
    "adopted": {"implemented": "implemented"},
    "declined": {},
    "implemented": {"rewarded": "rewarded"},
    "rewarded": {},
}
IDEA_WAY = {
    "submitted": ["submitted"],
    "evaluated": ["submitted", "evaluated"],
    "adopted": ["submitted", "evaluated", "adopted"],
    "declined": ["submitted", "evaluated", "declined"],
    "implemented": ["submitted", "evaluated", "adopted", "implemented"],
    "rewarded": ["submitted", "evaluated", "adopted", "implemented", "rewarded"],
}


def item_in(status: str) -> FeedbackItem:
    """An item that went the way to this status, an hour a step."""
    steps = ITEM_STEPS[: ITEM_STEPS.index(status) + 1]
    return FeedbackItem(history=[item_event(name, hour) for hour, name in enumerate(steps)])


def idea_in(status: str) -> Suggestion:
    """A suggestion that went the way to this status, an hour a step."""
    return Suggestion(history=[idea_event(name, hour) for hour, name in enumerate(IDEA_WAY[status])])


def test_every_status_of_feedback_and_suggestions_has_a_way() -> None:
    """The tables of this test cover the enumerations and every kind of event."""
    assert set(ITEM_LEADS) == set(FeedbackStatus)
    assert set(IDEA_LEADS) == set(IDEA_WAY) == set(SuggestionStatus)
    assert {type(item_event(name, 0)) for name in ITEM_NAMES} == set(FEEDBACK_TRANSITIONS.events)
    assert {type(idea_event(name, 0)) for name in IDEA_NAMES} == set(SUGGESTION_TRANSITIONS.events)
    assert all(item_in(status).status == status for status in FeedbackStatus)
    assert all(idea_in(status).status == status for status in SuggestionStatus)


@pytest.mark.parametrize("status", list(FeedbackStatus))
@pytest.mark.parametrize("name", ITEM_NAMES)
def test_each_event_in_each_status_of_an_item(status: FeedbackStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the item equal."""
    before, following = item_in(status), item_event(name, 20)
    leads = ITEM_LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == FeedbackItem(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "feedback.illegal_transition"
        assert set(refused.value.allowed) == set(ITEM_LEADS[status])
    assert before == item_in(status)


@pytest.mark.parametrize("status", list(SuggestionStatus))
@pytest.mark.parametrize("name", IDEA_NAMES)
def test_each_event_in_each_status_of_a_suggestion(status: SuggestionStatus, name: str) -> None:
    """An allowed event leads where the document says; any other is refused and leaves the suggestion equal."""
    before, following = idea_in(status), idea_event(name, 20)
    leads = IDEA_LEADS[status].get(name)
    if leads is not None:
        after = before.record(following)
        assert after.status == leads
        assert after == Suggestion(history=after.history)
    else:
        with pytest.raises(IllegalTransition) as refused:
            before.record(following)
        assert refused.value.code == "suggestion.illegal_transition"
        assert set(refused.value.allowed) == set(IDEA_LEADS[status])
    assert before == idea_in(status)


def test_what_an_item_tells() -> None:
    """Category of the analysis, decision with its reason, and the first word to the customer."""
    item = item_in("received")
    assert (item.id, item.customer, item.category, item.handled, item.response_time) == (
        *("F-1", None, "waiting", None),
        None,
    )
    done = item_in("rewarded")
    assert (done.category, done.response_time) == ("staffing", 3 * HOUR)
    assert done.handled is not None
    assert (done.handled.how, done.handled.reason) == (Handling.FIXED, "two more on Mondays")
    assert item.record(item_event("acknowledged", 1)).response_time == HOUR


@pytest.mark.parametrize(
    ("status", "adopted"),
    [("submitted", None), ("evaluated", None), ("declined", False), ("adopted", True), ("rewarded", True)],
)
def test_whether_a_suggestion_was_adopted(status: str, *, adopted: bool | None) -> None:
    """None while nobody decided, so that an adoption rate leaves it out."""
    suggestion = idea_in(status)
    assert suggestion.adopted is adopted
    assert (suggestion.id, suggestion.customer) == ("S-1", "K-1")


def test_bad_feedback_is_refused() -> None:
    """Nothing said, stars off the scale, an unknown source, a decision without a reason."""
    with pytest.raises(InvalidValue, match="text must be a text"):
        attrs.evolve(RECEIVED, text=" ")
    assert attrs.evolve(RECEIVED, text="", stars=5).stars == 5
    for stars in (0, 6):
        with pytest.raises(ValueError, match="stars"):
            attrs.evolve(RECEIVED, stars=stars)
    with pytest.raises(InvalidValue, match="did you mean suggestion_box"):
        attrs.evolve(RECEIVED, source="sugestion_box")
    with pytest.raises(InvalidValue, match="reason must be a text"):
        event.Handled(at=T0, by="A-1", how=Handling.DECLINED, reason="")
    with pytest.raises(InvalidValue, match="reason must be a text"):
        idea.Declined(at=T0, by="M-1", reason="")


@given(order=st.permutations(ITEM_STEPS))
def test_an_item_of_one_instant_folds_alike(order: list[str]) -> None:
    """However its events arrive, and back from store."""
    assert FeedbackItem(history=[item_event(n, 0) for n in order]).history == tuple(
        item_event(n, 0) for n in ITEM_STEPS
    )


@given(data=st.data())
def test_any_life_of_a_suggestion_replays_to_itself(data: st.DataObject) -> None:
    """Random walks over the table: replay is life."""
    suggestion = idea_in("submitted")
    for hour in range(1, data.draw(st.integers(0, 5)) + 1):
        names = list(IDEA_LEADS[suggestion.status])
        if not names:
            break
        suggestion = suggestion.record(idea_event(data.draw(st.sampled_from(names)), hour))
    assert Suggestion(history=tuple(reversed(suggestion.history))) == suggestion


@pytest.mark.parametrize("kind", [FeedbackStatus, FeedbackSource, Handling, SuggestionStatus])
def test_feedback_labels_are_there(kind: type[FeedbackStatus]) -> None:
    """Every member has a Chinese label of its own."""
    labels = [member.label("zh") for member in kind]
    assert all(label and not label.isascii() for label in labels)
    assert len(set(labels)) == len(labels)
