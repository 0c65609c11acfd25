"""Stocks by period: what is open at the end of each period, in one pass, equals one `measure` after another."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, TallyMismatch
from servqual.metrics import KPIS, Count, Kpi, Measurement, Ratio, Tally, Values, measure, tally
from servqual.metrics.kpi.view import View
from servqual.model import BusinessHours

STOCKS = [kpi for kpi in KPIS.values() if kpi.stock]
OF_CASES = [kpi for kpi in STOCKS if {part.table for part in kpi.parts} == {"cases"}]
OFFICE = BusinessHours(zone="Europe/Berlin", week={"mon-fri": "09:00-17:00"})
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
# just before a change of the clock: forward, back, by half an hour, over midnight back, and past midnight
STARTS = {
    "UTC": dt.datetime(2026, 2, 27, tzinfo=dt.UTC),
    "Europe/Berlin": dt.datetime(2026, 3, 28, tzinfo=dt.UTC),
    "America/New_York": dt.datetime(2026, 10, 31, tzinfo=dt.UTC),
    "Australia/Lord_Howe": dt.datetime(2026, 4, 3, tzinfo=dt.UTC),
    "America/Sao_Paulo": dt.datetime(2018, 2, 17, tzinfo=dt.UTC),
    "America/Havana": dt.datetime(2026, 10, 31, tzinfo=dt.UTC),
    "America/St_Johns": dt.datetime(2009, 10, 31, tzinfo=dt.UTC),
    "Pacific/Apia": dt.datetime(2011, 12, 29, tzinfo=dt.UTC),
}
Row = dict[str, Any]


def columns(rows: Sequence[Row]) -> dict[str, Any]:
    """Cases as a mapping of columns."""
    names = ("team", "agent", "received_at", "resolved_at", "closed_at", "due_at")
    return {"cases": {name: [row[name] for row in rows] for name in names}}


def label(name: str, at: dt.datetime, zone: str) -> Any:
    """Name the period of an instant, off the wall clock."""
    here = at.astimezone(ZoneInfo(zone))
    if name == "hour":
        return at - dt.timedelta(minutes=here.minute)
    day = here.date()
    return {
        "day": day,
        "week": day - dt.timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }[name]


def ends(
    names: Sequence[str], first: dt.datetime, last: dt.datetime, zone: str
) -> Iterator[tuple[tuple[Any, ...], dt.datetime]]:
    """Walk from the first receipt, minute by minute, and find when each period is shown for the last time."""

    def shown_at(at: dt.datetime) -> tuple[Any, ...]:
        return tuple(label(name, at, zone) for name in names)

    if first == last and shown_at(first - MINUTE) == shown_at(first):  # it began before
        yield shown_at(first), last
    shown = [shown_at(first + i * MINUTE) for i in range((last - first) // MINUTE)]
    for i, here in enumerate(shown):
        following = shown[i + 1 : i + 2]
        if following != [here] and here not in shown[i + 1 : i + 120]:
            yield here, min(first + (i + 1) * MINUTE, last)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, list[Row], dt.datetime, list[str]]:
    """A zone, cases around a change of its clock, a moment, and groups."""
    zone = draw(st.sampled_from([*STARTS]))
    start, span = STARTS[zone], 3 * 24
    hours = st.integers(0, span).map(lambda n: start + n * HOUR)
    moments = hours | st.integers(0, span * 60).map(lambda n: start + n * MINUTE)

    def row() -> Row:
        received = draw(moments)
        later = [max(received, moment) if moment else None for moment in draw(st.tuples(*[st.none() | moments] * 3))]
        return {
            "team": draw(st.sampled_from(["north", "south", None])),
            "agent": draw(st.sampled_from(["a", "b"])),
            "received_at": received,
            **dict(zip(("resolved_at", "closed_at", "due_at"), later, strict=True)),
        }

    rows = [row() for _ in range(draw(st.integers(1, 6)))]
    # in St. John's a day was shown for a minute before the day before went on: periods of two names would cross
    names, most = st.sampled_from(["hour", "day", "week", "month", "quarter", "year"]), 1 if "Johns" in zone else 2
    by = draw(st.lists(names, min_size=1, max_size=most, unique=True))
    place = draw(st.integers(0, len(by)))
    return zone, rows, draw(moments), [*by[:place], *draw(st.sampled_from([[], ["team"]])), *by[place:]]


def told(found: Measurement) -> tuple[Any, ...]:
    """Everything that a measurement says but its group."""
    return (found.kpi, found.value, found.low, found.high, found.n, found.undecided, found.error)


def nothing(kpi: Kpi, found: Measurement) -> bool:
    """Whether it says that a group without any open item has none."""
    return found.n == 0 and found.value == (0 if kpi.unit == "count" else None)


@given(questions())
def test_a_stock_by_period_is_that_of_each_end(asked: tuple[str, list[Row], dt.datetime, list[str]]) -> None:
    """One pass gives what one `measure` per end gives, at every change of a clock, and there are no other rows."""
    zone, rows, now, by = asked
    kpis = [*OF_CASES, KPIS["backlog_age"].with_(key="age in hours", hours=OFFICE)]
    found = measure(kpis, columns(rows), by=by, zone=zone, now=now)
    seen = [row["received_at"] for row in rows if row["received_at"] <= now]
    periods, others = [name for name in by if name != "team"], [name for name in by if name == "team"]
    expected = dict(ends(periods, min(seen), now, zone)) if seen else {}
    groups = {row["team"] for row in rows if row["received_at"] <= now} if others else {None}
    assert len(found) == len(expected) * len(groups) * len(kpis)
    for here, end in [*expected.items()][:: len(expected) // 6 + 1]:
        single = measure(kpis, columns(rows), by=others, now=end)
        once = {(m.kpi, m.group.get("team")): told(m) for m in single}
        for kpi in kpis:
            for team in groups:
                group = dict(zip(periods, here, strict=True)) | ({"team": team} if others else {})
                m = found.get(kpi.key, **group)
                assert once.get((kpi.key, team)) == told(m) or ((kpi.key, team) not in once and nothing(kpi, m))


@given(questions(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_parts_in_any_order_are_the_whole(
    asked: tuple[str, list[Row], dt.datetime, list[str]], random: Any, parts: int
) -> None:
    """Bytes do not depend on how rows were split, read in chunks or ordered; without periods it is the stock at now."""
    zone, rows, now, by = asked

    def count(some: Any, by: Sequence[str] = by) -> Tally:
        return tally(OF_CASES, some, by=by, zone=zone, now=now)

    whole = count(columns(rows))
    mixed = random.sample(rows, len(rows))
    pieces = [columns(mixed[i::parts]) for i in range(parts)]
    added = count(pieces[0])
    for piece in pieces[1:]:
        added += count(piece)
    streamed = count({"cases": iter([piece["cases"] for piece in pieces])})
    assert added.to_bytes() == streamed.to_bytes() == whole.to_bytes()
    assert Tally.from_bytes(whole.to_bytes(), kpis=OF_CASES).measure().equals(whole.measure())
    periods = [name for name in by if name != "team"]
    rest = [name for name in by if name == "team"]
    assert whole.without(*periods).measure().equals(count(columns(rows), rest).measure())


@given(questions(), st.integers(0, 3), st.integers(1, 3))
def test_a_period_chooses_ends_not_rows(
    asked: tuple[str, list[Row], dt.datetime, list[str]], first: int, days: int
) -> None:
    """What came in before the period is still open in it; its last end is that of the period."""
    zone, rows, now, by = asked
    period = (STARTS[zone] + first * DAY, STARTS[zone] + (first + days) * DAY)
    if now <= period[0]:
        with pytest.raises(InvalidValue, match="period must begin before now"):
            measure(OF_CASES, columns(rows), by=by, zone=zone, now=now, period=period)
        return
    chosen = measure(OF_CASES, columns(rows), by=by, zone=zone, now=now, period=period)
    every = measure(OF_CASES, columns(rows), by=by, zone=zone, now=min(now, period[1]))
    seen = [row["received_at"] for row in rows if row["received_at"] <= min(now, period[1])]
    periods = [name for name in by if name != "team"]
    inside = dict(ends(periods, max(min(seen), period[0]), min(now, period[1]), zone)) if seen else {}
    told_of = {(m.kpi, *m.group.values()): told(m) for m in chosen}
    assert told_of == {
        (m.kpi, *m.group.values()): told(m) for m in every if tuple(m.group[name] for name in periods) in inside
    }
    plain = measure(OF_CASES, columns(rows), now=now, period=period)
    assert plain.equals(measure(OF_CASES, columns(rows), now=min(now, period[1])))
