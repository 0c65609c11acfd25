"""Stocks by period: what is open at the end of each period, in one pass, equals one `measure` after another."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from itertools import zip_longest
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, TallyMismatch
from servqual.metrics import KPIS, Kpi, Measurement, Ratio, Tally, measure, tally
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
HOURS_DRAWN = 3 * 24
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


@cache
def shown(name: str, zone: str) -> list[Any]:
    """The name of the period at each minute from the one before the start on."""
    return [label(name, STARTS[zone] + i * MINUTE, zone) for i in range(-1, HOURS_DRAWN * 60)]


def ends(
    names: Sequence[str], first: dt.datetime, last: dt.datetime, zone: str
) -> Iterator[tuple[tuple[Any, ...], dt.datetime]]:
    """Walk from the first receipt, minute by minute, and find when each period is shown for the last time."""
    since, until = ((at - STARTS[zone]) // MINUTE + 1 for at in (first, last))
    walk = [*zip(*(shown(name, zone)[since - 1 : until] for name in names), strict=True)]
    if first == last and walk == [tuple(label(name, first, zone) for name in names)]:  # it began before
        yield walk[0], last
    for i, (here, following) in enumerate(zip_longest(walk[1:], walk[2:])):
        if following != here and here not in walk[i + 2 : i + 121]:
            yield here, min(first + (i + 1) * MINUTE, last)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, list[Row], dt.datetime, list[str]]:
    """A zone, cases around a change of its clock, a moment, and groups."""
    zone = draw(st.sampled_from([*STARTS]))
    start, span = STARTS[zone], HOURS_DRAWN
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


some_kpis = st.lists(
    st.sampled_from([*OF_CASES, KPIS["backlog_age"].with_(key="age in hours", hours=OFFICE)]),
    min_size=1, max_size=3, unique_by=lambda kpi: kpi.key,
)  # fmt: skip


@settings(max_examples=40)
@given(questions(), some_kpis, st.integers(0, 99))
def test_a_stock_by_period_is_that_of_each_end(
    asked: tuple[str, list[Row], dt.datetime, list[str]], kpis: list[Kpi], place: int
) -> None:
    """One pass gives what one `measure` per end gives, at every change of a clock, and there are no other rows."""
    zone, rows, now, by = asked
    found = measure(kpis, columns(rows), by=by, zone=zone, now=now)
    seen = [row["received_at"] for row in rows if row["received_at"] <= now]
    periods, others = [name for name in by if name != "team"], [name for name in by if name == "team"]
    expected = dict(ends(periods, min(seen), now, zone)) if seen else {}
    groups = {row["team"] for row in rows if row["received_at"] <= now} if others else {None}
    assert len(found) == len(expected) * len(groups) * len(kpis)
    every = [*expected.items()]
    for here, end in [*every[-1:], *every[place % max(1, len(every)) :][:1]]:
        single = measure(kpis, columns(rows), by=others, now=end)
        once = {(m.kpi, m.group.get("team")): told(m) for m in single}
        for kpi in kpis:
            for team in groups:
                group = dict(zip(periods, here, strict=True)) | ({"team": team} if others else {})
                m = found.get(kpi.key, **group)
                assert once.get((kpi.key, team)) == told(m) or ((kpi.key, team) not in once and nothing(kpi, m))


@settings(max_examples=60)
@given(
    questions(),
    some_kpis,
    st.randoms(use_true_random=False),
    st.integers(1, 3),
    st.sampled_from(["added", "streamed", "stored", "at now"]),
)
def test_parts_in_any_order_are_the_whole(
    asked: tuple[str, list[Row], dt.datetime, list[str]], kpis: list[Kpi], random: Any, parts: int, form: str
) -> None:
    """Bytes do not depend on how rows were split, read in chunks or ordered; without periods it is the stock at now."""
    zone, rows, now, by = asked

    def count(some: Any, by: Sequence[str] = by) -> Tally:
        return tally(kpis, some, by=by, zone=zone, now=now)

    whole = count(columns(rows))
    mixed = random.sample(rows, len(rows))
    pieces = [columns(mixed[i::parts]) for i in range(parts)]
    if form == "added":
        assert reduce(add, map(count, pieces)).to_bytes() == whole.to_bytes()
    elif form == "streamed":
        assert count({"cases": iter([piece["cases"] for piece in pieces])}).to_bytes() == whole.to_bytes()
    elif form == "stored":
        assert Tally.from_bytes(whole.to_bytes(), kpis=kpis).measure().equals(whole.measure())
    else:
        periods = [name for name in by if name != "team"]
        rest = [name for name in by if name == "team"]
        # by period a team without a receipt by now has no row
        seen = [row for row in rows if row["received_at"] <= now]
        assert whole.without(*periods).measure().equals(count(columns(seen), rest).measure())


@settings(max_examples=40)
@given(questions(), some_kpis, st.integers(0, 3), st.integers(1, 3))
def test_a_period_chooses_ends_not_rows(
    asked: tuple[str, list[Row], dt.datetime, list[str]], kpis: list[Kpi], first: int, days: int
) -> None:
    """What came in before the period is still open in it; its last end is that of the period."""
    zone, rows, now, by = asked
    period = (STARTS[zone] + first * DAY, STARTS[zone] + (first + days) * DAY)
    if now <= period[0]:
        with pytest.raises(InvalidValue, match="period must begin before now"):
            measure(kpis, columns(rows), by=by, zone=zone, now=now, period=period)
        return
    chosen = measure(kpis, columns(rows), by=by, zone=zone, now=now, period=period)
    every = measure(kpis, columns(rows), by=by, zone=zone, now=min(now, period[1]))
    seen = [row["received_at"] for row in rows if row["received_at"] <= min(now, period[1])]
    periods = [name for name in by if name != "team"]
    inside = dict(ends(periods, max(min(seen), period[0]), min(now, period[1]), zone)) if seen else {}
    told_of = {(m.kpi, *m.group.values()): told(m) for m in chosen}
    assert told_of == {
        (m.kpi, *m.group.values()): told(m) for m in every if tuple(m.group[name] for name in periods) in inside
    }
    plain = measure(kpis, columns(rows), now=now, period=period)
    assert plain.equals(measure(kpis, columns(rows), now=min(now, period[1])))


def at(text: str) -> dt.datetime:
    """A moment of UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


CASES = {
    "received_at": [at("2026-03-10"), at("2026-03-11"), at("2026-04-10")],
    "resolved_at": [at("2026-04-02"), at("2026-05-02"), at("2026-04-12")],
}


def by_label(found: Any, name: str) -> dict[Any, Any]:
    """Values by the label of a group."""
    return {m.group[name]: m.value for m in found}


def test_open_cases_by_month_are_those_open_at_its_end() -> None:
    """A case received in March and resolved in May counts in March and April, wherever it is dated."""
    found = measure(["backlog"], {"cases": CASES}, by=["month"], now=at("2026-05-01"))
    assert by_label(found, "month") == {dt.date(2026, 3, 1): 2, dt.date(2026, 4, 1): 1}


def test_a_period_without_open_items_has_a_row() -> None:
    """A stock of nothing is known: 0, not missing, from the first receipt on."""
    cases = {"received_at": [at("2026-01-10"), at("2026-03-10")], "resolved_at": [at("2026-01-11"), None]}
    found = measure(["backlog", "backlog_age"], {"cases": cases}, by=["month"], now=at("2026-03-20"))
    months = [dt.date(2026, month, 1) for month in (1, 2, 3)]
    assert by_label(found.of("backlog"), "month") == dict(zip(months, (0, 0, 1), strict=True))
    assert by_label(found.of("backlog_age"), "month") == dict(zip(months, (None, None, 10 * 86400), strict=True))


def test_what_lies_outside_the_period_is_not_there() -> None:
    """A day outside is not a day of nothing, and a team without a row in the period has no row."""
    days = [dt.datetime(2026, 5, n, 9, tzinfo=dt.UTC) for n in (4, 5, 6)]
    contacts = {"interactions": {"queued_at": days, "team": ["a", "b", "c"]}}
    inside = (at("2026-05-05"), at("2026-05-06"))
    assert by_label(measure(["volume"], contacts, by=["day"], period=inside), "day") == {dt.date(2026, 5, 5): 1}
    assert by_label(measure(["volume"], contacts, by=["team"], period=inside), "team") == {"b": 1}
    seen = measure(["volume"], contacts, by=["day"], now=at("2026-05-06"))
    assert by_label(seen, "day") == {dt.date(2026, 5, 4): 1, dt.date(2026, 5, 5): 1}


@pytest.mark.parametrize("kpi", STOCKS, ids=lambda kpi: kpi.key)
@pytest.mark.parametrize("name", ["weekday", "hour_of_day"])
def test_a_stock_has_no_recurring_period(kpi: Kpi, name: str) -> None:
    """A weekday has no end, so that nothing can be open at it; the message names the periods that have one."""
    with pytest.raises(InvalidValue, match=rf"by must not name {name} for {kpi.key}, .*; group by hour, day, week"):
        measure([kpi], {}, by=[name], now=at("2026-05-01"))


def test_the_stocks_of_the_catalogue() -> None:
    """Every KPI that counts only what is still there at now is one."""
    assert {kpi.key for kpi in STOCKS} == {
        *("backlog", "backlog_age", "backlog_age_p50", "backlog_age_p90", "backlog_oldest", "overdue_share"),
        *("complaint_backlog", "complaint_backlog_age", "complaint_backlog_age_p50", "complaint_backlog_age_p90"),
        *("complaint_overdue", "oldest_waiting", "open_cases_per_agent"),
    }


def test_waiting_contacts_and_complaints_by_period() -> None:
    """The oldest contact that waited at each end, and complaints past their due moment."""
    nine = at("2026-05-04T09:00")
    contacts = {"queued_at": [nine + n * MINUTE for n in (10, 50, 70)], "answered_at": [nine + 65 * MINUTE, None, None]}
    found = measure(["oldest_waiting"], {"interactions": contacts}, by=["hour"], now=nine + 3 * HOUR)
    assert by_label(found, "hour") == {nine: 3000, nine + HOUR: 4200, nine + 2 * HOUR: 7800}
    complaints = {"received_at": [nine], "due_at": [nine + DAY], "resolved_at": [nine + 3 * DAY]}
    found = measure(["complaint_overdue"], {"complaints": complaints}, by=["day"], now=nine + 5 * DAY)
    assert [m.value for m in found] == [0, 1, 1, 0, 0, 0]


def lasting(t: View) -> Mapping[str, Any]:
    """Open cases, and those of them that are open for more than a week."""
    open_ = t.seen("received_at") & ~t.seen("resolved_at")
    return {"hit": t.now - t.us("received_at") > 7 * 86_400_000_000, "among": open_}


def test_a_stock_may_change_with_age() -> None:
    """A share of one's own that turns between two moments of a row is that of each end, too."""
    own = Kpi(
        key="lasting", title="lasting", question="?", formula="?", unit="share", better="lower", table="cases",
        needs=("received_at", "resolved_at"), accumulator=Ratio, rows=lasting, stock=True,
    )  # fmt: skip
    found = measure([own], {"cases": CASES}, by=["day"], now=at("2026-05-01"))
    for m in found:
        end = dt.datetime.combine(m.group["day"] + DAY, dt.time(), dt.UTC)
        assert told(m) == told(measure([own], {"cases": CASES}, now=end).one())


def test_a_stock_with_clusters_is_that_of_each_end() -> None:
    """Intervals hold for repeated customers at each end, too."""
    rng = np.random.default_rng(7)
    start, size = np.datetime64("2026-05-04", "us"), 400
    received = start + rng.integers(0, 20 * 86_400, size).astype("timedelta64[s]")
    cases = {
        "customer_id": rng.integers(0, 90, size),
        "received_at": received,
        "due_at": received + np.timedelta64(1, "D"),
        "resolved_at": received + rng.integers(0, 9 * 86_400, size).astype("timedelta64[s]"),
    }
    kpis = ["overdue_share", "backlog_age"]
    for m in measure(kpis, {"cases": cases}, by=["week"], now=at("2026-06-01"), cluster="customer_id"):
        end = dt.datetime.combine(m.group["week"] + 7 * DAY, dt.time(), dt.UTC)
        once = measure(kpis, {"cases": cases}, now=end, cluster="customer_id")
        assert told(m) == told(once.get(m.kpi))


def test_many_open_items_are_taken_some_ends_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers do not depend on how many pairs of an item and an end are taken at once."""
    asked: dict[str, Any] = {"by": ["day"], "now": at("2026-05-20")}
    whole = tally(["backlog_age", "backlog_age_p90", "backlog_oldest"], {"cases": CASES}, **asked)
    monkeypatch.setattr("servqual.metrics.engine.stocks._PAIRS", 1)
    parts = tally(["backlog_age", "backlog_age_p90", "backlog_oldest"], {"cases": CASES}, **asked)
    assert parts.to_bytes() == whole.to_bytes()


def test_a_stock_does_not_add_up_over_time() -> None:
    """Without its periods it is that of the last end; of two of them neither can be left out alone."""
    count = tally(["backlog"], {"cases": CASES}, by=["month", "week"], now=at("2026-05-01"))
    assert count.without("month", "week").measure().one().value == 1
    with pytest.raises(InvalidValue, match="columns must name all periods or none, because backlog does not add up"):
        count.without("week")


def test_a_stock_needs_a_moment_that_the_period_reaches() -> None:
    """Tallies at different moments are not added."""
    one, two = (tally(["backlog"], {"cases": CASES}, by=["month"], now=at(now)) for now in ("2026-05-01", "2026-06-01"))
    with pytest.raises(TallyMismatch, match="differ in now"):
        _ = one + two


def test_more_periods_than_memory_holds_are_refused() -> None:
    """A slip of a year in one receipt makes every hour since a row for each team."""
    cases = {"received_at": [at("1970-01-02"), *[at("2026-05-01")] * 30], "team": [f"team {n}" for n in range(31)]}
    cases["closed_at"] = [None] * 31
    with pytest.raises(InvalidValue, match="by must make at most 1,000,000 groups"):
        measure(["backlog"], {"cases": cases}, by=["team", "hour"], now=at("2026-05-02"))


def test_a_kpi_may_be_dated_by_its_end() -> None:
    """The time to resolution by month of resolution; what was not resolved by now does not count."""
    kpi = KPIS["resolution_time"].with_(dated_by="resolved_at")
    assert kpi.definition != KPIS["resolution_time"].definition
    found = measure([kpi], {"cases": CASES}, by=["month"], now=at("2026-05-01"))
    assert {m.group["month"]: (m.value, m.n, m.undecided) for m in found} == {
        dt.date(2026, 4, 1): ((23 + 2) / 2 * 86400, 2, 0)
    }
    may = measure([kpi], {"cases": CASES}, now=at("2026-06-01"), period=(at("2026-05-01"), at("2026-06-01"))).one()
    assert (may.value, may.n) == (52 * 86400, 1)
    ahead = KPIS["resolution_kept"].with_(dated_by="due_at")
    due = {"due_at": [at("2026-04-01"), at("2026-06-01"), None], **CASES}
    found = measure([ahead], {"cases": due}, by=["month"], now=at("2026-05-01"))
    assert [(m.group["month"].month, m.value, m.undecided) for m in found] == [(4, 0, 0), (6, None, 1)]


@pytest.mark.parametrize(
    ("key", "moment", "message"),
    [
        ("resolution_time", "solved_at", "dated_by must be a moment of cases .*; choose from .*resolved_at"),
        ("resolution_time", "team", "dated_by must be a moment of cases"),
        ("backlog", "resolved_at", "dated_by must be left out for backlog, which counts what is there at a moment"),
        ("attrition", "left_at", "dated_by must be left out for attrition, which is of a period as a whole"),
        (
            "clearance_ratio",
            "closed_at",
            r"dated_by must be left out for clearance_ratio.*; make one with Compound\.of",
        ),
    ],
)
def test_what_cannot_date_a_kpi_is_refused(key: str, moment: str, message: str) -> None:
    """The message says what can."""
    with pytest.raises(InvalidValue, match=message):
        KPIS[key].with_(dated_by=moment)


def test_a_result_says_what_was_asked() -> None:
    """Period, moment, zone and definitions stand in measures, measurements and frames, also after storing."""
    period = (at("2026-03-01"), at("2026-05-01"))
    asked: dict[str, Any] = {"now": at("2026-05-01"), "zone": "Europe/Berlin", "period": period}
    found = tally(["case_volume"], {"cases": CASES}, **asked)
    for measures in (found.measure(), Tally.from_bytes(found.to_bytes()).measure(), (found + found).measure()):
        assert (measures.zone, measures.now, measures.period) == ("Europe/Berlin", asked["now"], period)
        assert measures.definitions == {"case_volume": KPIS["case_volume"].definition}
        [m] = measures
        assert (m.zone, m.now, m.period, m.definition) == (*("Europe/Berlin", asked["now"], period), m.definition)
        attached = measures.to_frame("pandas").attrs
        assert attached["period"] == "2026-03-01T00:00:00+00:00 to 2026-05-01T00:00:00+00:00"
        assert measures.to_frame("pyarrow").schema.metadata[b"zone"] == b"Europe/Berlin"
        assert attached["definition of case_volume"] == KPIS["case_volume"].definition
        assert "now 2026-05-01T00:00:00+00:00, zone Europe/Berlin" in measures._repr_html_()
