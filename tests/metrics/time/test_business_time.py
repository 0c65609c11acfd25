"""Business time in bulk: the scalar answers, row by row, to the microsecond."""

# ruff: noqa: DTZ001, DTZ901  # what numpy gives back is UTC without a zone
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, ServqualError
from servqual.metrics.time.business_time import Pauses, after, elapsed
from servqual.model import BusinessHours, Hours, Window
from servqual.testing.hours import business_hours, hours, moments, windows

BERLIN = BusinessHours(zone="Europe/Berlin", week={"mon-thu": "09:00-12:30, 13:00-17:30", "fri": "09:00-15:00"})
UTC_DAYS = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
NEVER = BusinessHours(zone="UTC", week={})
ALL = st.one_of(hours(), business_hours(counting="wall"))
works = st.timedeltas(min_value=dt.timedelta(days=-3), max_value=dt.timedelta(days=3))


def at(*moments: dt.datetime) -> np.ndarray[Any, Any]:
    """Moments as UTC datetime64."""
    return np.array([moment.replace(tzinfo=None) for moment in moments], "M8[us]")


@given(ALL, st.lists(st.tuples(moments(), moments(), st.lists(windows(), max_size=3)), min_size=1, max_size=6))
def test_elapsed_equals_the_scalar(each: Hours, rows: list[tuple[dt.datetime, dt.datetime, list[Window]]]) -> None:
    """Every row, with its pauses in any order, is the scalar answer."""
    pauses = _pauses([away for _, _, away in rows])
    found = elapsed(each, at(*(a for a, _, _ in rows)), at(*(b for _, b, _ in rows)), without=pauses)
    assert found.tolist() == [each.elapsed(a, b, without=away) for a, b, away in rows]


@given(
    ALL,
    st.lists(st.tuples(moments(), works, st.lists(windows(), max_size=3)), min_size=1, max_size=6),
    st.sampled_from(["stay", "roll"]),
)
def test_after_equals_the_scalar(
    each: Hours, rows: list[tuple[dt.datetime, dt.timedelta, list[Window]]], at_close: Any
) -> None:
    """Every row, forwards, backwards or without work, is the scalar answer; a row that has none refuses the call."""
    starts, work = at(*(a for a, _, _ in rows)), np.array([k for _, k, _ in rows], "m8[us]")
    pauses = _pauses([away for _, _, away in rows])
    try:
        expected = [each.after(a, k, without=away, at_close=at_close) for a, k, away in rows]
    except InvalidValue:
        with pytest.raises(InvalidValue, match="got hours that are closed"):
            after(each, starts, work, without=pauses, at_close=at_close)
    else:
        found = after(each, starts, work, without=pauses, at_close=at_close)
        assert found.tolist() == [moment.replace(tzinfo=None) for moment in expected]


def _pauses(rows: list[list[Window]]) -> Pauses:
    flat = [(row, pause) for row, pauses in enumerate(rows) for pause in pauses][::-1]
    return Pauses(
        row=np.array([row for row, _ in flat], np.int64),
        start=at(*(pause.start for _, pause in flat)),
        end=at(*(pause.end for _, pause in flat)),
    )


@given(st.lists(hours(), min_size=1, max_size=3), st.data())
def test_each_row_has_its_calendar(calendars: list[Hours], data: st.DataObject) -> None:
    """Rows of several calendars are answered by their own, in their own places, pauses included."""
    codes = data.draw(st.lists(st.integers(0, len(calendars) - 1), min_size=1, max_size=8))
    rows = data.draw(st.lists(st.tuples(moments(), moments()), min_size=len(codes), max_size=len(codes)))
    away = data.draw(windows())
    pauses = Pauses(row=[len(codes) - 1], start=at(away.start), end=at(away.end))
    found = elapsed(
        calendars, at(*(a for a, _ in rows)), at(*(b for _, b in rows)), which=np.array(codes, np.int8), without=pauses
    )
    masks: list[list[Window]] = [[]] * (len(codes) - 1) + [[away]]
    assert found.tolist() == [
        calendars[code].elapsed(a, b, without=mask) for code, (a, b), mask in zip(codes, rows, masks, strict=True)
    ]


def test_many_rows_are_cut_into_parts_that_fit() -> None:
    """A column longer than a part, growing into years not yet compiled, with NaT here and there, is right."""
    rng = np.random.default_rng(7)
    size = 50_000
    start = (np.sort(rng.integers(10**15, 2 * 10**15, size))).view("M8[us]")  # 2001 to 2033
    end = start + rng.integers(-(10**12), 10**13, size).view("m8[us]")
    work = rng.integers(-(10**12), 10**12, size).view("m8[us]")
    start[::97], end[::89], work[::83] = "NaT", "NaT", "NaT"
    spent, done = elapsed(BERLIN, start, end), after(BERLIN, start, work)
    assert (np.isnat(spent) == (np.isnat(start) | np.isnat(end))).all()
    assert (np.isnat(done) == (np.isnat(start) | np.isnat(work))).all()
    for row in rng.integers(0, size, 300):
        begin = None if np.isnat(start[row]) else start[row].item().replace(tzinfo=dt.UTC)
        if begin and not np.isnat(end[row]):
            assert spent[row].item() == BERLIN.elapsed(begin, end[row].item().replace(tzinfo=dt.UTC))
        if begin and not np.isnat(work[row]):
            assert done[row].item().replace(tzinfo=dt.UTC) == BERLIN.after(begin, work[row].item())


def test_short_openings_among_long_ones_are_searched_for() -> None:
    """Hours with openings of a second need buckets too small to hold; the crowded ones are answered exactly."""
    dotted = BusinessHours(
        zone="UTC",
        week={"mon-fri": "09:00-17:00"},
        special={dt.date(2026, 5, 4): "09:00-09:00:01, 09:00:02-09:00:03, 09:00:04-09:00:05.000001, 10:00-11:00"},
    )
    first = dt.datetime(2026, 5, 4, 8, 59, 59, tzinfo=dt.UTC)
    moments = [first + dt.timedelta(milliseconds=250 * step) for step in range(60)]
    ends = elapsed(dotted, at(first), at(*moments))
    assert ends.tolist() == [dotted.elapsed(first, moment) for moment in moments]
    works = [dt.timedelta(milliseconds=125 * step) for step in range(-30, 30)]
    done = after(dotted, at(first), np.array(works, "m8[us]"))
    assert done.tolist() == [dotted.after(first, work).replace(tzinfo=None) for work in works]


@pytest.mark.parametrize("unit", ["h", "m", "s", "ms", "us", "ns", "30m", "ps"])
def test_any_unit_is_read(unit: str) -> None:
    """Whatever the unit of the moments and of the work, the answer is in microseconds."""
    start = np.array(["1970-01-05T10:00", "NaT"]).astype(f"M8[{unit}]")  # a Monday
    end = np.array(["1970-01-05T12:00", "1970-01-05T12:00"]).astype(f"M8[{unit}]")
    spent = elapsed(UTC_DAYS, start, end)
    assert spent.dtype == np.dtype("m8[us]")
    assert spent.tolist() == [dt.timedelta(hours=2), None]
    done = after(UTC_DAYS, start, np.timedelta64(8, "h"))
    assert done.dtype == np.dtype("M8[us]")
    assert done.tolist() == [dt.datetime(1970, 1, 6, 10), None]


def test_days_and_months_are_their_first_moment() -> None:
    """Moments in days, weeks, months or years are midnights in UTC."""
    for unit in ("D", "M", "Y"):
        start = np.array(["2026-01-01"], f"M8[{unit}]")
        assert elapsed(UTC_DAYS, start, np.array(["2026-01-03"], "M8[D]")).tolist() == [dt.timedelta(hours=16)]


def test_below_a_microsecond_is_cut() -> None:
    """Nanoseconds before 1970 are cut towards the past as those after are."""
    start = np.array([-1_500, 1_500]).view("M8[ns]")
    assert elapsed(BusinessHours.always(), np.array([0, 0]).view("M8[us]"), start).astype(int).tolist() == [-2, 1]


def test_one_value_stands_for_all_rows_and_shapes_are_kept() -> None:
    """A single moment, amount or calendar is used for each row; scalars give a single answer; empty columns none."""
    start = np.array([["2026-05-04T10:00"], ["2026-05-04T11:00"]], "M8[m]")
    now = np.datetime64("2026-05-04T12:00")
    assert elapsed(UTC_DAYS, start, now).shape == (2, 1)
    assert elapsed(UTC_DAYS, now, now).item() == dt.timedelta()
    assert after(UTC_DAYS, now, np.array([1, 2], "m8[h]")).tolist() == [
        dt.datetime(2026, 5, 4, 13),
        dt.datetime(2026, 5, 4, 14),
    ]
    none = np.array([], "M8[s]")
    assert elapsed(UTC_DAYS, none, now).tolist() == []
    assert after(UTC_DAYS, none, np.timedelta64(1, "h"), without=Pauses(row=[], start=none, end=none)).tolist() == []
    assert elapsed([NEVER, UTC_DAYS], start[:, 0], now, which=1).tolist() == [
        dt.timedelta(hours=2),
        dt.timedelta(hours=1),
    ]


def test_columns_of_nothing_but_nat() -> None:
    """NaT throughout gives NaT throughout, whatever the unit, and costs no compiling."""
    nat = np.array(["NaT", "NaT"], "M8[us]")
    assert np.isnat(elapsed(NEVER, nat, nat)).all()
    assert np.isnat(elapsed(UTC_DAYS, nat.astype("M8"), np.datetime64("2026-05-04"))).all()
    assert np.isnat(after(NEVER, nat, np.timedelta64(1, "h"))).all()


def test_hours_that_never_open_answer_at_once() -> None:
    """Nothing elapses; no work is done at the start; any other work is refused."""
    start = np.array(["2026-05-04T10:00"], "M8[s]")
    assert elapsed(NEVER, start, np.datetime64("2036-05-04")).tolist() == [dt.timedelta()]
    assert after(NEVER, start, np.timedelta64(0, "s")).tolist() == [dt.datetime(2026, 5, 4, 10)]
    for work in (1, -1):
        with pytest.raises(InvalidValue, match="closed for a century"):
            after(NEVER, start, np.timedelta64(work, "s"))


def test_round_the_clock_needs_no_table_of_years() -> None:
    """From the first instant there is to the last, in one step."""
    ends = np.array(["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"], "M8[us]")
    assert elapsed(BusinessHours.always(), ends[:1], ends[1:]).tolist() == [dt.datetime.max - dt.datetime.min]


FINE = np.array(["2026-05-04T10:00"], "M8[s]")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: elapsed(UTC_DAYS, np.array([dt.datetime(2026, 5, 4, tzinfo=dt.UTC)]), FINE),
            "start must be datetime64",
        ),
        (lambda: elapsed(UTC_DAYS, FINE, [1.0]), "end must be datetime64"),
        (lambda: after(UTC_DAYS, FINE, [1]), "work must be timedelta64"),
        (lambda: after(UTC_DAYS, FINE, np.array([1], "m8[M]")), "unit of fixed length"),
        (lambda: after(UTC_DAYS, FINE, np.timedelta64(1, "h"), at_close="later"), "at_close must be"),  # type: ignore[arg-type]
        (lambda: after(UTC_DAYS, FINE, np.array([2**62], "m8[us]")), "less than all of time"),
        (lambda: after(BusinessHours.always(), FINE, np.timedelta64(10_000 * 365, "D")), "got hours that are closed"),
        (lambda: elapsed(UTC_DAYS, FINE, np.array([10**12], "M8[D]")), "years 1 to 9999"),
        (lambda: elapsed(UTC_DAYS, FINE, np.array([2**62], "M8[us]")), "years 1 to 9999"),
        (lambda: elapsed(UTC_DAYS, FINE, np.array([12_000], "M8[Y]")), "years 1 to 9999"),
        (lambda: elapsed(UTC_DAYS, FINE.repeat(3), FINE.repeat(2)), "of one length"),
        (lambda: elapsed([UTC_DAYS], FINE, FINE), "which must go with"),
        (lambda: elapsed(UTC_DAYS, FINE, FINE, which=[0]), "which must go with"),
        (lambda: elapsed([UTC_DAYS], FINE, FINE, which=[1]), "from 0 to 0"),
        (lambda: elapsed(["UTC"], FINE, FINE, which=[0]), "hours must be hours"),  # type: ignore[list-item]
        (lambda: elapsed(UTC_DAYS, FINE, FINE, without=([0], FINE)), "must be Pauses"),  # type: ignore[arg-type]
        (lambda: elapsed([UTC_DAYS], FINE, FINE, which=[0.0]), "whole numbers"),
        (lambda: elapsed([UTC_DAYS], FINE.repeat(2), FINE, which=[0, 0, 0]), "of one length"),
        (lambda: elapsed(UTC_DAYS, FINE, FINE, without=Pauses([1], FINE, FINE)), "places of rows"),
        (lambda: elapsed(UTC_DAYS, FINE, FINE, without=Pauses([0, 0], FINE, FINE)), "for each pause"),
        (lambda: elapsed(UTC_DAYS, FINE, FINE, without=Pauses([0], FINE, FINE - 1)), "start and end"),
        (lambda: elapsed(UTC_DAYS, FINE, FINE, without=Pauses([0], FINE, np.array(["NaT"], "M8[s]"))), "start and end"),
    ],
)
def test_what_cannot_be_read_is_refused(call: Any, message: str) -> None:
    """Each refusal names the column, what it holds, and what to do."""
    with pytest.raises(ServqualError, match=message) as refusal:
        call()
    assert "(got " in str(refusal.value)


def test_many_rows_are_shared_among_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers as from one thread, NaT included."""
    hours = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
    rng = np.random.default_rng(3)
    start = (1_704_100_000_000_000 + rng.integers(0, 10**14, 5_001)).view("M8[us]")
    start[::97] = np.datetime64("NaT")
    end = start + rng.integers(0, 10**12, 5_001).view("m8[us]")
    work = rng.integers(0, 10**11, 5_001).view("m8[us]")
    alone = (elapsed(hours, start, end), after(hours, start, work))
    monkeypatch.setattr("servqual.metrics.time.business_time._MANY", 1)
    monkeypatch.setattr("servqual.metrics.time.business_time._WIDE", 700)
    shared = (elapsed(hours, start, end), after(hours, start, work))
    for one, other in zip(alone, shared, strict=True):
        np.testing.assert_array_equal(one, other)


def test_round_the_clock_is_the_time_on_the_wall() -> None:
    """Hours that never close count every microsecond, backwards too, and NaT stays NaT."""
    start = np.array(["2026-03-29T00:30", "0001-01-01T00:00", "9999-12-31T23:59", "NaT"], "M8[us]")
    end = np.array(["2026-03-29T03:30", "9999-12-31T23:59", "2026-01-01T00:00", "2026-01-01T00:00"], "M8[us]")
    spent = elapsed(BusinessHours.always(), start, end)
    assert (spent[:-1] == (end - start)[:-1]).all()
    assert np.isnat(spent[-1])
    due = after(BusinessHours.always(), start, spent)
    assert (due[:-1] == end[:-1]).all()
    assert np.isnat(due[-1])
