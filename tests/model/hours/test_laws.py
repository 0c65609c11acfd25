"""Laws that hold for any hours, at clock changes, nights, holidays, breaks and pauses alike."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.model import BusinessHours, Hours, Window
from servqual.model.hours.hours import AtClose
from servqual.testing import reference
from servqual.testing.hours import ZONES, business_hours, hours, moments, windows

works = st.timedeltas(min_value=dt.timedelta(days=-3), max_value=dt.timedelta(days=3))
pauses = st.lists(windows(), max_size=3)
ZERO = dt.timedelta()
ENDS: st.SearchStrategy[AtClose] = st.sampled_from(("stay", "roll"))


@given(hours(), moments(), works, pauses, ENDS)
def test_work_done_after_is_the_work_asked(
    each: Hours, start: dt.datetime, work: dt.timedelta, away: list[Window], at_close: AtClose
) -> None:
    """The time elapsed until work is done is that work, forwards and backwards, with pauses."""
    try:
        done = each.after(start, work, without=away, at_close=at_close)
    except InvalidValue:
        assume(False)  # noqa: FBT003  # hours that never open again have no such moment
    assert each.elapsed(start, done, without=away) == work


@given(hours(), moments(), works, pauses)
def test_after_is_the_nearest_moment(each: Hours, start: dt.datetime, work: dt.timedelta, away: list[Window]) -> None:
    """A microsecond nearer to the start, less than the work is done; rolling never gives a nearer moment."""
    assume(work != ZERO)
    try:
        done = each.after(start, work, without=away)
        rolled = each.after(start, work, without=away, at_close="roll")
    except InvalidValue:
        assume(False)  # noqa: FBT003  # as above
    nearer = done - dt.timedelta(microseconds=1 if work > ZERO else -1)
    assert abs(each.elapsed(start, nearer, without=away)) < abs(work)
    assert rolled >= done if work > ZERO else rolled <= done


@given(hours(), moments(), moments(), moments(), pauses)
def test_elapsed_adds_up(each: Hours, a: dt.datetime, b: dt.datetime, c: dt.datetime, away: list[Window]) -> None:
    """However a span of time is split, in whatever direction, its parts add up to it."""
    parts = each.elapsed(a, b, without=away) + each.elapsed(b, c, without=away)
    assert parts == each.elapsed(a, c, without=away)
    assert each.elapsed(a, b) == -each.elapsed(b, a)


@given(hours(), moments(), moments(), moments())
def test_elapsed_never_falls(each: Hours, a: dt.datetime, b: dt.datetime, c: dt.datetime) -> None:
    """A later end never has less elapsed, and never more than the time on the wall clock."""
    b, c = sorted((b, c))
    assert ZERO <= each.elapsed(a, c) - each.elapsed(a, b) <= c - b


@given(hours(), windows(), st.lists(windows(), min_size=1, max_size=3))
def test_pauses_are_a_union(each: Hours, span: Window, away: list[Window]) -> None:
    """Naming a pause twice, or in another order, takes nothing more out."""
    once = each.elapsed(span.start, span.end, without=away)
    assert each.elapsed(span.start, span.end, without=[*reversed(away), *away]) == once
    assert ZERO <= once <= each.elapsed(span.start, span.end)


@given(hours(), windows(), pauses)
def test_the_ledger_tiles_and_sums(each: Hours, span: Window, away: list[Window]) -> None:
    """The parts of a ledger follow each other without a gap, differ in reason, and sum to what elapsed."""
    ledger = each.explain(span.start, span.end, without=away)
    edges = [span.start, *(part.end for part in ledger)]
    assert [part.start for part in ledger] == edges[:-1]
    assert edges[-1] == span.end
    assert all(part.start < part.end for part in ledger)
    assert all(a.why != b.why for a, b in pairwise(ledger))
    assert sum((part.counted for part in ledger), ZERO) == each.elapsed(span.start, span.end, without=away)


@given(hours(), windows())
def test_windows_are_the_open_time(each: Hours, span: Window) -> None:
    """Windows are apart, in order, open from their first moment to their last, and sum to what elapsed."""
    found = each.windows(span.start, span.end)
    assert sum((window.length for window in found), ZERO) == each.elapsed(span.start, span.end)
    assert all(a.end < b.start for a, b in pairwise(found))
    for window in found:
        assert each.is_open(window.start)
        assert each.next_open(window.start) == window.start
        assert window.end == span.end or (not each.is_open(window.end) and each.next_close(window.start) == window.end)


@given(hours(), moments())
def test_the_next_opening_is_open_and_nothing_before_it(each: Hours, at: dt.datetime) -> None:
    """No work passes until the next opening; from it on, until the next close, all time is work."""
    opened = each.next_open(at)
    assume(opened is not None)
    assert opened is not None
    assert each.is_open(opened)
    assert each.elapsed(at, opened) == ZERO
    closed = each.next_close(at)
    if closed is not None:
        assert each.elapsed(at, closed) == closed - opened
        assert not each.is_open(closed)


@given(moments(), moments(), st.sampled_from(ZONES))
def test_round_the_clock_is_the_wall_clock(a: dt.datetime, b: dt.datetime, zone: str) -> None:
    """Hours that never close count real time across clock changes, in any zone."""
    assert BusinessHours.always().elapsed(a, b) == b - a
    around = BusinessHours(zone=zone, week={"mon-sun": "00:00-12:00, 12:00-24:00"})
    nights = BusinessHours(zone=zone, week={"mon-sun": "06:00-18:00"}) | BusinessHours(
        zone=zone, week={"mon-sun": "18:00-06:00"}
    )
    assert around.elapsed(a, b) == nights.elapsed(a, b) == b - a
    assert around == BusinessHours(zone=zone, week={"mon-sun": "00:00-24:00"})


@settings(max_examples=60)
@given(
    hours(), moments(whole_minutes=True), st.integers(-3000, 3000), st.lists(windows(whole_minutes=True), max_size=2)
)
def test_elapsed_is_what_a_look_at_every_minute_finds(
    each: Hours, start: dt.datetime, minutes: int, away: list[Window]
) -> None:
    """Compiled arithmetic agrees with walking minute by minute on the wall clock."""
    end = start + dt.timedelta(minutes=minutes)
    assert each.elapsed(start, end, without=away) == reference.elapsed(each, start, end, without=away)


@settings(max_examples=40)
@given(hours(), moments(whole_minutes=True), st.integers(-600, 600), st.lists(windows(whole_minutes=True), max_size=2))
def test_after_is_what_walking_finds(each: Hours, start: dt.datetime, minutes: int, away: list[Window]) -> None:
    """The moment by which work is done agrees with walking there minute by minute."""
    work = dt.timedelta(minutes=minutes)
    try:
        done = each.after(start, work, without=away)
    except InvalidValue:
        assume(False)  # noqa: FBT003  # hours that never open again cannot be walked
    assume(abs(done - start) < dt.timedelta(days=10))
    assert done == reference.after(each, start, work, without=away)


@settings(max_examples=20)
@given(hours(), hours(), windows())
def test_joined_hours_share_the_time_between_them(a: Hours, b: Hours, span: Window) -> None:
    """What either has is what each has less what both have; what one has alone is the rest."""

    def worked(each: Hours) -> dt.timedelta:
        return each.elapsed(span.start, span.end)

    assert worked(a | b) == worked(a) + worked(b) - worked(a & b)
    assert worked(a - b) == worked(a) - worked(a & b)
    assert worked(a | b) == worked(b | a)


@given(hours(), hours())
def test_equal_hours_have_equal_hashes(a: Hours, b: Hours) -> None:
    """The content hash tells hours apart exactly where equality does."""
    assert (a == b) == (a.content_hash == b.content_hash)
    assert len(a.content_hash) == 64
    int(a.content_hash, 16)


@pytest.mark.parametrize("years", [(1999, 2001), (2026, 1970), (2026, 2060)])
def test_answers_do_not_depend_on_what_was_asked_before(years: tuple[int, int]) -> None:
    """Asking about other years first changes nothing."""
    week = {"mon-fri": "09:00-17:00"}
    fresh, asked = (BusinessHours(zone="Europe/Berlin", week=week) for _ in range(2))
    for year in years:
        asked.elapsed(dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year, 12, 31, tzinfo=dt.UTC))
    start = dt.datetime(2012, 3, 20, 12, tzinfo=dt.UTC)
    assert asked.after(start, dt.timedelta(hours=500)) == fresh.after(start, dt.timedelta(hours=500))
    assert asked.windows(start, start + dt.timedelta(days=9)) == fresh.windows(start, start + dt.timedelta(days=9))


walls = business_hours(counting="wall")


@settings(max_examples=25)
@given(walls, moments(whole_minutes=True), st.integers(-3000, 3000), st.lists(windows(whole_minutes=True), max_size=2))
def test_by_the_wall_each_minute_that_it_shows_counts_once(
    each: BusinessHours, start: dt.datetime, minutes: int, away: list[Window]
) -> None:
    """Walking over what the clock has shown, in a zone whose clock never changes, finds the same time."""
    end = start + dt.timedelta(minutes=minutes)
    assert each.elapsed(start, end, without=away) == reference.elapsed(each, start, end, without=away)


@given(walls, moments(), works, pauses)
def test_by_the_wall_work_is_done_no_earlier_and_no_later(
    each: BusinessHours, start: dt.datetime, work: dt.timedelta, away: list[Window]
) -> None:
    """Where the clock was put forward more may be done there; nearer to the start, the work is not."""
    try:
        done = each.after(start, work, without=away)
    except InvalidValue:
        assume(False)  # noqa: FBT003  # hours that never open again have no such moment
    tick = dt.timedelta(microseconds=1)
    if work > ZERO:
        assert each.elapsed(start, done - tick, without=away) < work <= each.elapsed(start, done, without=away)
    elif work < ZERO:
        assert each.elapsed(start, done + tick, without=away) > work >= each.elapsed(start, done - tick, without=away)
    else:
        assert done == start


@given(walls, windows(), pauses)
def test_by_the_wall_the_ledger_tiles_and_sums(each: BusinessHours, span: Window, away: list[Window]) -> None:
    """As for real time, though a part may count more or less than its length."""
    ledger = each.explain(span.start, span.end, without=away)
    edges = [span.start, *(part.end for part in ledger)]
    assert [part.start for part in ledger] == edges[:-1]
    assert edges[-1] == span.end
    assert sum((part.counted for part in ledger), ZERO) == each.elapsed(span.start, span.end, without=away)
