"""The pattern of history, fold and table, on a lifecycle of three statuses."""

import datetime as dt
import pickle
import re
from itertools import permutations
from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import IllegalTransition, InvalidValue, NaiveTime, OutOfOrder
from servqual.model.history.lifecycle import Event, History, Lived, Move, Row, Transitions
from servqual.model.labels import Labelled

T0 = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


class DoorStatus(Labelled):
    """Where a door is."""

    SHUT = "shut", "关"
    OPEN = "open", "开"
    HELD = "held", "扶住"
    GONE = "gone", "拆除"


@attrs.frozen(kw_only=True)
class Hung(Event):
    """The door was hung."""


@attrs.frozen(kw_only=True)
class Pushed(Event):
    """Somebody pushed, with some force."""

    force: int = 10


@attrs.frozen(kw_only=True)
class Pulled(Event):
    """Somebody pulled."""


@attrs.frozen(kw_only=True)
class HeldFast(Event):
    """Somebody holds it."""


@attrs.frozen(kw_only=True)
class LetGo(Event):
    """Nobody holds it any more."""


@attrs.frozen(kw_only=True)
class TakenAway(Event):
    """The door is gone."""


def _hard_enough(event: Pushed) -> bool:
    return event.force >= 5


DOOR: Transitions[DoorStatus] = Transitions(
    name="door",
    rows=(
        Row((None,), Hung, None, DoorStatus.SHUT),
        Row((DoorStatus.SHUT,), Pushed, _hard_enough, DoorStatus.OPEN),
        Row((DoorStatus.SHUT,), Pushed, None, Move.STAY),
        Row((DoorStatus.OPEN,), Pulled, None, DoorStatus.SHUT),
        Row((DoorStatus.SHUT, DoorStatus.OPEN), HeldFast, None, DoorStatus.HELD),
        Row((DoorStatus.HELD,), LetGo, None, Move.BACK),
        Row((DoorStatus.SHUT,), TakenAway, None, DoorStatus.GONE),
    ),
    waits=DoorStatus.HELD,
)

DoorEvent = Hung | Pushed | Pulled | HeldFast | LetGo | TakenAway


@attrs.frozen(kw_only=True)
class Door(Lived[DoorStatus, DoorEvent]):
    """A door as the tuple of what happened to it."""

    _transitions: ClassVar[Transitions[Any]] = DOOR

    history: tuple[DoorEvent, ...] = attrs.field(converter=History[DoorEvent])


def door(*events: DoorEvent) -> Door:
    """A door that was hung, and then these."""
    return Door(history=(Hung(at=T0), *events))


def test_the_content_of_an_event_can_decide_the_way() -> None:
    """A guard that does not hold leaves the way to the next row."""
    assert door(Pushed(at=T0 + MINUTE)).status is DoorStatus.OPEN
    assert door(Pushed(at=T0 + MINUTE, force=1)).status is DoorStatus.SHUT


@pytest.mark.parametrize("force", [1, 10])
def test_waiting_remembers_where_it_came_from(force: int) -> None:
    """The end of a wait leads back to where it began."""
    before = door(Pushed(at=T0 + MINUTE, force=force))
    held = before.record(HeldFast(at=T0 + 2 * MINUTE))
    assert held.status is DoorStatus.HELD
    assert held.record(LetGo(at=T0 + 3 * MINUTE)).status is before.status


def test_a_refused_event_says_what_is_allowed() -> None:
    """The error carries the lifecycle, the status, the event, and the stored names of those that are allowed."""
    shut = door()
    with pytest.raises(IllegalTransition, match=r"must be one of pushed, held_fast, taken_away .* \(got let_go\)") as e:
        shut.record(LetGo(at=T0 + MINUTE))
    facts = e.value.to_dict()
    assert facts["code"] == "door.illegal_transition"
    assert (facts["status"], facts["event"]) == ("shut", "let_go")
    assert facts["allowed"] == ["pushed", "held_fast", "taken_away"]
    copy = pickle.loads(pickle.dumps(e.value))  # noqa: S301  (our own bytes)
    assert copy.to_dict() == facts
    assert shut == door()


def test_the_end_allows_nothing() -> None:
    """An ended object says that this is the end."""
    gone = door(TakenAway(at=T0 + MINUTE))
    assert gone.allowed == ()
    with pytest.raises(IllegalTransition, match="this is the end"):
        gone.record(Pushed(at=T0 + 2 * MINUTE))


def test_a_history_begins_where_the_table_begins() -> None:
    """A first event that begins nothing is refused, as is a history without events or with something else in it."""
    with pytest.raises(IllegalTransition, match="must be one of hung while the door is not begun"):
        Door(history=[Pushed(at=T0)])
    with pytest.raises(InvalidValue, match="at least one event"):
        Door(history=[])
    with pytest.raises(InvalidValue, match="hold events of its lifecycle"):
        Door(history=["hung"])  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="must be an event of its lifecycle"):
        door().record("pushed")  # type: ignore[arg-type]


def test_an_event_of_another_lifecycle_is_refused() -> None:
    """The table knows its own events only."""

    @attrs.frozen(kw_only=True)
    class Rang(Event):
        """Not about a door that swings."""

    with pytest.raises(IllegalTransition, match=r"\(got rang of another lifecycle\)"):
        door().record(Rang(at=T0 + MINUTE))  # type: ignore[arg-type]


def test_replay_is_life() -> None:
    """Recording step by step and building from the history give equal objects, whatever they carry along."""
    lived = door()
    for event in (Pushed(at=T0 + MINUTE), HeldFast(at=T0 + 2 * MINUTE), LetGo(at=T0 + 3 * MINUTE)):
        lived = lived.record(event)
    replayed = Door(history=lived.history)
    assert replayed == lived
    assert hash(replayed) == hash(lived)
    assert replayed.status is lived.status is DoorStatus.OPEN
    assert repr(lived) == "Door(status='open', history=<4 events>)"


def test_the_order_of_arrival_does_not_matter_at_one_instant() -> None:
    """Every order of arrival of events at one instant gives one object."""
    same: tuple[DoorEvent, ...] = (Hung(at=T0), Pushed(at=T0), Pulled(at=T0), HeldFast(at=T0))
    doors = {Door(history=order) for order in permutations(same)}
    assert len(doors) == 1
    assert [e.stored_name for e in doors.pop().history] == ["hung", "pushed", "pulled", "held_fast"]


def test_a_sequence_number_orders_one_instant() -> None:
    """`seq` decides where the kinds of event would be taken in another order."""
    plain = door(Pushed(at=T0 + MINUTE), HeldFast(at=T0 + MINUTE), LetGo(at=T0 + MINUTE))
    assert plain.status is DoorStatus.OPEN
    numbered = door(HeldFast(at=T0 + MINUTE), LetGo(at=T0 + MINUTE, seq=1), Pushed(at=T0 + MINUTE, seq=2))
    assert [e.stored_name for e in numbered.history] == ["hung", "held_fast", "let_go", "pushed"]


def test_late_knowledge_finds_its_place() -> None:
    """An event before the last is refused, unless it says when it became known: then all is folded again."""
    held = door(HeldFast(at=T0 + 4 * MINUTE))
    pushed = Pushed(at=T0 + 2 * MINUTE)
    with pytest.raises(OutOfOrder, match="recorded_at") as e:
        held.record(pushed)
    assert e.value.code == "time.out_of_order"
    known_late = attrs.evolve(pushed, recorded_at=T0 + 9 * MINUTE)
    late = held.record(known_late)
    assert late == door(known_late, HeldFast(at=T0 + 4 * MINUTE))
    assert late.record(LetGo(at=T0 + 10 * MINUTE)).status is DoorStatus.OPEN


def late(kind: type[Hung], minute: int, seq: int, note: str) -> Event:
    """An event that became known later."""
    return kind(at=T0 + minute * MINUTE, seq=seq, note=note, recorded_at=T0 + 99 * MINUTE)


EVENTS = st.builds(
    late,
    st.sampled_from([Hung, Pushed, Pulled, HeldFast, LetGo, TakenAway]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from("ab"),
)


@given(st.lists(EVENTS, max_size=25))
def test_an_event_added_late_or_at_one_instant_folds_as_the_whole_history(events: list[DoorEvent]) -> None:
    """Wherever an event goes, the object is that of all events folded anew, or refused as they are."""
    life = Door(history=[Hung(at=T0, seq=-1)])
    for event in events:
        try:
            whole = Door(history=(*life.history, event))
        except IllegalTransition as refused:
            with pytest.raises(IllegalTransition, match=re.escape(str(refused))):
                life.record(event)
            continue
        life = life.record(event)
        assert (life, life.history, life.status, life.allowed) == (whole, whole.history, whole.status, whole.allowed)


@pytest.mark.parametrize("apart", [dt.timedelta(), MINUTE], ids=["at one moment", "late"])
def test_recording_costs_the_fold_of_what_follows(monkeypatch: pytest.MonkeyPatch, apart: dt.timedelta) -> None:
    """A thousand events of one moment, and as many that each became known one event late."""
    steps, step = [0], Transitions.step

    def counted(*given: Any) -> Any:
        steps[0] += 1
        return step(*given)

    life = door()
    monkeypatch.setattr(Transitions, "step", counted)
    for number in range(1000):
        at = T0 + MINUTE + number * apart
        if apart:
            life = life.record(Pushed(at=at + apart, force=1))
        life = life.record(Pushed(at=at, force=1, note=str(number), recorded_at=at + 9 * apart))
    assert steps[0] <= 6 * 1000


def test_late_knowledge_that_makes_the_rest_impossible_is_refused() -> None:
    """A history that would break further on is refused, and nothing changes."""
    shut = door(Pushed(at=T0 + MINUTE), Pulled(at=T0 + 4 * MINUTE))
    with pytest.raises(IllegalTransition, match=r"while the door is held \(got pulled\)"):
        shut.record(HeldFast(at=T0 + 2 * MINUTE, recorded_at=T0 + 9 * MINUTE))
    assert shut.status is DoorStatus.SHUT


def test_moments_need_a_zone_and_an_order() -> None:
    """Naive moments are refused, as is knowledge before the fact."""
    with pytest.raises(NaiveTime):
        Hung(at=dt.datetime(2026, 5, 4, 9))  # noqa: DTZ001  (naive on purpose)
    with pytest.raises(InvalidValue, match="recorded_at must not come before at"):
        Hung(at=T0, recorded_at=T0 - MINUTE)


def test_the_past_can_be_seen() -> None:
    """`as_of` shows the object as its events up to a moment tell it."""
    lived = door(Pushed(at=T0 + MINUTE), Pulled(at=T0 + 4 * MINUTE))
    assert lived.as_of(T0 + 3 * MINUTE).status is DoorStatus.OPEN
    assert lived.as_of(T0 + 4 * MINUTE) == lived
    with pytest.raises(InvalidValue, match="moment must not come before the beginning"):
        lived.as_of(T0 - MINUTE)


def test_the_diagram_is_the_table() -> None:
    """Every way of the table is drawn, guards named, the beginning and the ends marked."""
    assert Door.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> shut : hung",
        "    shut --> open : pushed [hard enough]",
        "    open --> shut : pulled",
        "    shut --> held : held_fast",
        "    open --> held : held_fast",
        "    held --> shut : let_go",
        "    held --> open : let_go",
        "    shut --> gone : taken_away",
        "    shut --> shut : pushed",
        "    gone --> [*]",
    ]


def test_labels_speak_two_languages() -> None:
    """English is the stored name in words, Chinese stands beside it; other languages and values are refused."""
    assert DoorStatus.SHUT.label() == "shut"
    assert DoorStatus.SHUT.label("zh") == "关"
    with pytest.raises(InvalidValue, match="language must be 'en' or 'zh'"):
        DoorStatus.SHUT.label("fr")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"door status must be one of .* \(got 'shutt'\); did you mean shut"):
        DoorStatus("shutt")
