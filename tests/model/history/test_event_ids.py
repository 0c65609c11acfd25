"""An event with an id counts once, however often and in whatever order it is told; a version counts the events."""

import copy
import datetime as dt
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import EventConflict, InvalidValue, NoSuchEvent
from servqual.model import Case, CaseStatus
from servqual.model import case as event
from servqual.model.service.case import CaseEvent

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
OPENED = event.Opened(at=T0, id="C-1", channel="phone", event_id="e-0")  # type: ignore[arg-type]


def reply(minute: int, name: str | None, *, by: str = "A-1") -> event.Replied:
    """A reply so many minutes after the report."""
    return event.Replied(at=T0 + minute * MINUTE, by=by, event_id=name)


def test_the_same_event_twice_is_once() -> None:
    """The object itself is given back, before order and legality are looked at."""
    case = Case(history=[OPENED]).record(reply(5, "e-1")).record(reply(9, "e-2"))
    assert case.record(reply(5, "e-1")) is case  # before the last one, and without recorded_at
    assert case.record(OPENED) is case  # no longer allowed
    assert (case.version, len(case.history)) == (3, 3)
    without = Case(history=[OPENED]).record(reply(5, None)).record(reply(5, None))
    assert without.version == 3


def test_another_event_of_the_same_id_is_a_conflict() -> None:
    """Another content or another kind is refused with the id and both names, and changes nothing."""
    case = Case(history=[OPENED, reply(5, "e-1")])
    solved = event.Resolved(at=T0 + 5 * MINUTE, by="A-1", solution="s", told_customer=True, event_id="e-1")
    for other in (reply(5, "e-1", by="A-2"), reply(6, "e-1"), solved):
        with pytest.raises(EventConflict, match="event_id must name one event") as refused:
            case.record(other)
        assert refused.value.code == "event.conflict"
        assert (refused.value.event_id, refused.value.to_dict()["known"]) == ("e-1", "replied")
        with pytest.raises(EventConflict):
            Case(history=[*case.history, other])
        assert pickle.loads(pickle.dumps(refused.value)).to_dict() == refused.value.to_dict()  # noqa: S301
    assert case == Case(history=[OPENED, reply(5, "e-1")])


def test_when_it_became_known_may_differ() -> None:
    """A server that stamps a repeated request again tells the same event; what was known first stands."""
    early, late = (attrs.evolve(reply(5, "e-1"), recorded_at=T0 + hour * MINUTE) for hour in (10, 20))
    case = Case(history=[OPENED, early])
    assert case.record(late) is case
    orders: list[list[CaseEvent]] = [[OPENED, early, late], [late, early, OPENED]]
    for order in orders:
        assert Case(history=order) == case


def test_an_id_is_a_text_with_content() -> None:
    """An empty name is no name."""
    with pytest.raises(InvalidValue, match="event_id must be a text with content"):
        reply(1, " ")


def test_a_correction_is_told_once_and_names_an_event_by_its_id() -> None:
    """Of two replies that differ in their ids only, the named one is voided; its id stays taken."""
    case = Case(history=[OPENED, reply(5, "e-1"), reply(5, "e-2")])
    wrong = event.Voided(at=T0 + 9 * MINUTE, by="Q-1", event="replied", happened_at=T0 + 5 * MINUTE, reason="r")
    with pytest.raises(NoSuchEvent, match="happened_id"):
        case.record(wrong)
    voided = attrs.evolve(wrong, happened_id="e-1", event_id="v-1")
    corrected = case.record(voided)
    assert [one.event_id for one in corrected.counted] == ["e-0", "e-2"]
    assert corrected.record(voided) is corrected
    assert corrected.record(reply(5, "e-1")) is corrected
    assert corrected.version == 4
    with pytest.raises(InvalidValue, match="changes must not touch event_id"):
        event.Amended(at=T0, by="Q", event="replied", happened_at=T0, reason="r", changes={"event_id": "e-9"})


def test_ids_live_on_in_copies_and_in_the_past() -> None:
    """A copy, a pickled case and a case as of a moment know the ids of their events."""
    case = Case(history=[OPENED, reply(5, "e-1"), reply(9, "e-2")])
    pickled = pickle.loads(pickle.dumps(case))  # noqa: S301
    for same in (copy.copy(case), copy.deepcopy(case), pickled, case.known_by(case.history[-1].at)):
        assert same == case
        assert same.record(reply(9, "e-2")) is same
    then = case.as_of(T0 + 6 * MINUTE)
    assert then.version == 2
    assert then.record(reply(9, "e-2")) == case


TOLD = [OPENED, *(reply(minute, f"e-{minute}") for minute in range(1, 6))]


@given(order=st.lists(st.sampled_from(TOLD), max_size=20))
def test_any_stream_with_repeats_is_the_stream_without(order: list[CaseEvent]) -> None:
    """Recording one by one, and building at once, agree with a slow version that keeps each id once."""
    late = [attrs.evolve(one, recorded_at=T0 + 99 * MINUTE) for one in order]
    case = Case(history=[OPENED])
    for one in late:
        case = case.record(one)
    once = {one.event_id: one for one in [*late, OPENED]}.values()
    assert case == Case(history=once) == Case(history=[OPENED, *late])
    assert [one.at for one in case.history] == sorted(one.at for one in once)
    assert (case.status, case.version) == (CaseStatus.RECEIVED, len(once))
