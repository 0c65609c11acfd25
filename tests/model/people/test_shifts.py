"""A roster says who works when, where nobody does, and how much work there is for each scheduled hour."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, NaiveTime
from servqual.model import AgentId, BusinessHours, Roster, Shift, Window

DAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)  # a Monday


def at(hour: float) -> dt.datetime:
    """So many hours into the day."""
    return DAY + dt.timedelta(hours=hour)


def window(start: float, end: float) -> Window:
    """From hour to hour."""
    return Window(start=at(start), end=at(end))


def shift(member: str, start: float, end: float, *breaks: Window) -> Shift:
    """Somebody's shift from hour to hour."""
    return Shift(member=AgentId(member), start=at(start), end=at(end), breaks=breaks)


ROSTER = Roster(shifts=[shift("A-2", 10, 18), shift("A-1", 8, 16, window(12, 12.5))])


def test_a_shift_works_around_its_breaks() -> None:
    """Breaks are taken off, in whatever order they were given; one at the very end leaves no empty span."""
    long = shift("A-1", 8, 16, window(15, 16), window(12, 12.5))
    assert long.working == (window(8, 12), window(12.5, 15))
    assert long.length == dt.timedelta(hours=6.5)


@pytest.mark.parametrize(
    ("start", "end", "breaks", "words"),
    [
        (8, 8, (), "end must come after start"),
        (22, 6, (), "night shift"),
        (8, 16, (window(7, 9),), "breaks"),
        (8, 16, (window(15, 17),), "breaks"),
        (8, 16, (window(10, 12), window(11, 13)), "breaks"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(start: int, end: int, breaks: tuple[Window, ...], words: str) -> None:
    """It ends after it starts, and its breaks lie in it and apart."""
    with pytest.raises(InvalidValue, match=words):
        shift("A-1", start, end, *breaks)


def test_nobody_works_twice_at_once() -> None:
    """Overlapping shifts of one member are refused; one may follow at once on another."""
    assert len(Roster(shifts=[shift("A-1", 8, 12), shift("A-1", 12, 16)]).shifts) == 2
    with pytest.raises(InvalidValue, match="A-1"):
        Roster(shifts=[shift("A-1", 11, 16), shift("A-1", 8, 12)])


def test_who_is_there() -> None:
    """The start counts, the end and breaks do not."""
    there = {7: (), 8: ("A-1",), 12: ("A-2",), 12.5: ("A-1", "A-2"), 16: ("A-2",), 18: ()}
    assert {hour: ROSTER.on_shift(at(hour)) for hour in there} == there
    with pytest.raises(NaiveTime):
        ROSTER.on_shift(DAY.replace(tzinfo=None))


def test_open_time_without_enough_people() -> None:
    """Only what the hours hold open counts."""
    hours = BusinessHours(zone="UTC", week={"mon-fri": "07:00-17:00"})
    assert ROSTER.uncovered(hours, at(0), at(24)) == (window(7, 8),)
    alone = ROSTER.uncovered(hours, at(0), at(24), at_least=2)
    assert sum((part.length for part in alone), dt.timedelta()) == dt.timedelta(hours=1 + 2 + 0.5 + 1)


def test_half_a_shift_counts_as_half() -> None:
    """Four items in 7.5 hours and four in 8, worked by hand; who is not on shift has no load to speak of."""
    load = ROSTER.load_per_hour({AgentId("A-1"): 4, AgentId("A-2"): 4, AgentId("A-3"): 1}, at(0), at(24))
    assert load == {"A-1": pytest.approx(4 / 7.5), "A-2": 0.5}
    assert ROSTER.load_per_hour({AgentId("A-1"): 4}, at(8), at(10)) == {"A-1": 2.0}


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 40), st.integers(1, 9)), max_size=6))
def test_cover_tiles_the_time_and_agrees_with_each_moment(spells: list[tuple[str, int, int]]) -> None:
    """The parts follow each other without a gap, and everyone in a part is on shift at its start."""
    free = {"A": 0, "B": 0, "C": 0}
    shifts: list[Shift] = []
    for member, start, length in sorted(spells, key=lambda spell: spell[1]):
        begin = max(start, free[member])
        free[member] = begin + length
        shifts.append(shift(member, begin, begin + length))
    roster = Roster(shifts=shifts)
    parts = roster.cover(at(5), at(30))
    assert [part.window.end for part in parts[:-1]] == [part.window.start for part in parts[1:]]
    assert parts[0].window.start == at(5)
    assert parts[-1].window.end == at(30)
    assert all(set(part.members) == set(roster.on_shift(part.window.start)) for part in parts)
    total = sum(roster.scheduled(at(0), at(99)).values(), dt.timedelta())
    assert total == sum((one.length for one in shifts), dt.timedelta())


def test_an_empty_span_has_no_cover() -> None:
    """Nothing to tile, nothing in the list; a span that runs backwards is refused."""
    assert ROSTER.cover(at(9), at(9)) == ()
    with pytest.raises(InvalidValue, match="end must not come before start"):
        ROSTER.cover(at(9), at(8))
