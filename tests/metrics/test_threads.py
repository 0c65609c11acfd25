"""Values are values, from any thread: what is built on first use is built once, as a whole, and then never changes."""

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue
from servqual.metrics import after, clock_readings, elapsed, measure, tally
from servqual.metrics.time.business_time import Pauses
from servqual.model import BusinessHours, Case, CaseId, CustomerId, Hours, Recurring, Sla, Target, Window
from servqual.model import case as event
from servqual.testing.hours import business_hours, hours, moments

pytestmark = pytest.mark.no_cover  # a tracer makes the short turns of the threads thirty times as long

Together = Callable[[Iterable[Callable[[], Any]]], list[Any]]

START = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
YEARS = (2020, 2022, 2024, 2026, 2028, 2030, 2032, 2034)
LONG = dt.timedelta(days=300)
ALL = st.one_of(hours(), business_hours(counting="wall"))


def round_the_world() -> Hours:
    """A desk on four continents, not asked yet."""
    week = {"mon-fri": "09:00-17:00"}
    zones = ("Europe/Berlin", "Asia/Tokyo", "America/New_York", "Australia/Sydney")
    first, *others = (BusinessHours(zone=zone, week=week) for zone in zones)
    return (first | others[0]) | (others[1] | others[2])


def fresh(each: Hours) -> Hours:
    """The same hours, not asked yet."""
    return attrs.evolve(each)


def answer(function: Callable[[], Any]) -> Any:
    """What a call gives, or the words with which it is refused."""
    try:
        return function()
    except InvalidValue as refused:
        return str(refused)


def column(*at: dt.datetime) -> np.ndarray[Any, Any]:
    """Moments as UTC datetime64."""
    return np.array([each.replace(tzinfo=None) for each in at], "M8[us]")


def test_hours_asked_first_by_several_threads_give_each_the_right_moment(together: Together) -> None:
    """Eight years asked at once, by scalar and bulk: the first one sets where the count begins, for all."""
    known = round_the_world()
    starts = [dt.datetime(year, 10, 5, 8, tzinfo=dt.UTC) for year in YEARS]
    due = [known.after(start, LONG) for start in starts]
    for _ in range(4):
        one, other = round_the_world(), round_the_world()
        assert together(partial(one.after, start, LONG) for start in starts) == due
        found = together(partial(after, other, column(start), np.timedelta64(LONG)) for start in starts)
        assert np.concatenate(found).tolist() == column(*due).tolist()


def test_many_rows_are_shared_by_threads_of_hours_not_asked_yet() -> None:
    """More than a million rows over thirty years, which start threads of their own."""
    start = np.datetime64("2005-01-03T08:00", "us") + np.arange(1 << 21) * np.timedelta64(450, "s")
    due = after(round_the_world(), start, np.timedelta64(LONG))
    rows = np.arange(0, len(start), len(start) // 50)
    known = round_the_world()
    assert due[rows].tolist() == [
        known.after(at.replace(tzinfo=dt.UTC), LONG).replace(tzinfo=None) for at in start[rows].tolist()
    ]


@st.composite
def pairs(draw: st.DrawFn) -> list[tuple[dt.datetime, dt.datetime]]:
    """Two pairs of moments, all within weeks so that few years are compiled; one draw in forty has any."""
    if not draw(st.integers(0, 39)):
        return [(draw(moments()), draw(moments())) for _ in range(2)]
    first, days = draw(moments()), st.timedeltas(-dt.timedelta(days=15), dt.timedelta(days=15))
    return [(first + draw(days), first + draw(days)) for _ in range(2)]


@settings(max_examples=20)
@given(each=ALL, rows=pairs(), bulk=st.tuples(st.booleans(), st.booleans()))
def test_every_question_about_hours_has_one_answer_from_any_thread(
    together: Together, each: Hours, rows: list[tuple[dt.datetime, dt.datetime]], bulk: tuple[bool, bool]
) -> None:
    """Scalar and bulk, with a pause and without, forward and back, on hours that nobody asked before."""

    def questions(asked: Hours) -> list[Callable[[], Any]]:
        calls: list[Callable[[], Any]] = []
        for (a, b), many in zip(rows, bulk, strict=True):
            away = Window(start=min(a, b), end=min(a, b) + dt.timedelta(hours=9))
            pause = Pauses([0], column(away.start), column(away.end))
            calls += (
                [
                    partial(listed, elapsed, asked, column(a), column(b), without=pause),
                    partial(listed, after, asked, column(a), np.timedelta64((b - a) / 3), without=pause),
                ]
                if many
                else [
                    partial(asked.elapsed, a, b, without=[away]),
                    partial(asked.after, a, (b - a) / 3, without=[away]),
                ]
            )
        return [partial(answer, call) for call in calls]

    alone = [question() for question in questions(fresh(each))]
    assert together(questions(fresh(each))) == alone


def test_a_recurrence_is_read_by_several_threads_to_its_end(together: Together) -> None:
    """Dates come from one walk along the rule; no thread waits for another for ever."""
    rule = "DTSTART:20200101\nRRULE:FREQ=WEEKLY;COUNT=150"
    for number in range(5):
        again = f"{rule};INTERVAL={number + 1}"
        years = list(range(2018, 2036))
        found = together(partial(days_of, again, year) for year in years)
        assert len(set().union(*found)) == sum(map(len, found)) == 150
        assert all(day.year == year for year, days in zip(years, found, strict=True) for day in days)


def days_of(rule: str, year: int) -> list[dt.date]:
    """The days of a recurrence in one year, by hours of their own."""
    return list(Recurring(rule=rule).days(year))


def due_of(case: Case, sla: Sla, now: dt.datetime) -> Any:
    """When the resolution of a case is due, read in bulk."""
    return clock_readings([case], sla, now=now)["resolution"].due[0]


def listed(function: Callable[..., Any], *given: Any, **options: Any) -> list[Any]:
    """An array that a function gives, as a list."""
    return list(function(*given, **options).tolist())


def cases() -> list[Case]:
    """Cases received in different years, some solved."""
    out: list[Case] = []
    for number, year in enumerate(YEARS):
        at = dt.datetime(year, 3, 27, 15, tzinfo=dt.UTC)
        life: list[Any] = [
            event.Reported(
                at=at,
                id=CaseId(f"C-{number}"),
                customer=CustomerId("K-1"),
                description="d",
                impact="i",
                occurred_at=at,
                owner="A",
                channel="phone",
                source="feedback",
            ),
            event.CustomerMessage(at=at + dt.timedelta(hours=30)),
            event.Replied(at=at + dt.timedelta(days=number * 3), by="A"),
        ]
        out.append(Case(history=life))
    return out


def test_agreements_are_read_alike_from_any_thread(together: Together) -> None:
    """Readings of cases, and of their log, while nobody has asked the hours of the agreement yet."""

    def agreement() -> Sla:
        targets = [Target(clock=name, within=dt.timedelta(hours=90)) for name in ("resolution", "next_response")]
        return Sla(name="s", hours=round_the_world(), targets=targets)

    now, some = dt.datetime(2034, 9, 1, tzinfo=dt.UTC), cases()
    alone = [agreement().read(case, now=now) for case in some]
    asked = agreement()
    assert together(partial(asked.read, case, now=now) for case in some) == alone
    asked = agreement()
    in_bulk = together(partial(due_of, case, asked, now) for case in some)
    due = [reading["resolution"].due for reading in alone]
    assert in_bulk == column(*(at for at in due if at)).view(np.int64).tolist()


KEYS = ["volume", "asa", "wait_p50", "wait_p90", "customers_in_contact"]


def contacts(rows: int) -> dict[str, Any]:
    """Contacts whose later rows are of new days, new teams and new customers."""
    rng = np.random.default_rng(5)
    number = np.arange(rows)
    return {
        "queued_at": np.datetime64("2024-01-01T00:00", "us") + number * np.timedelta64(9, "m"),
        "team": [f"t{n}" for n in rng.integers(0, 1 + number // 400).tolist()],
        "customer_id": [f"k{n}" for n in (number // 5).tolist()],
        "wait_s": (rng.exponential(40, rows) * (1 + number % 7)).round(2),
    }


def chunks(table: dict[str, Any], rows: int, order: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Some rows at a time, in any order."""
    for number in order:
        yield {name: values[number * rows : (number + 1) * rows] for name, values in table.items()}


@pytest.mark.parametrize("by", [(), ("team",), ("team", "day")], ids=str)
def test_groups_that_first_come_in_later_rows_are_counted_by_any_number_of_threads(
    together: Together, by: tuple[str, ...]
) -> None:
    """Whichever chunk is counted first: the tally is that of one thread, to the byte."""
    del together  # only for the short turns of threads
    table = contacts(20_000)
    alone = tally(KEYS, {"interactions": table}, by=by, threads=1).to_bytes()
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(80).tolist()
        found = tally(KEYS, {"interactions": chunks(table, 250, order)}, by=by, threads=5)
        assert found.to_bytes() == alone


@pytest.mark.parametrize("by", [(), ("team",)], ids=str)
def test_labels_that_a_file_brings_later_are_counted(together: Together, by: tuple[str, ...], tmp_path: Path) -> None:
    """A file of several chunks is read on while its first rows are counted, and says what its columns say."""
    del together
    table = contacts(60_000)
    path = tmp_path / "contacts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        moments = [f"{at}Z" for at in table["queued_at"].astype("datetime64[s]").tolist()]
        writer.writerows(zip(moments, *itertools.islice(table.values(), 1, None), strict=True))
    whole = measure(KEYS, {"interactions": table}, by=by)
    assert measure(KEYS, {"interactions": path}, by=by, threads=5).equals(whole)
