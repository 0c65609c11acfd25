"""Where the time of a process goes: by hand from a log and from a table of steps."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import InvalidValue, MissingColumn
from servqual.model import BusinessHours
from servqual.pdca import ProcessTimes, process_times
from servqual.samples import desk

DAY = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)


def log(*events: tuple[float, str], on: str | None = None, case: str = "A") -> dict[str, list[Any]]:
    """Events of one case, each after so many hours."""
    return {
        "case_id": [case] * len(events),
        "at": [DAY + dt.timedelta(hours=hour) for hour, _ in events],
        "event": [name for _, name in events],
        "on": [on if name == "waiting" else None for _, name in events],
    }


def hours(found: ProcessTimes) -> dict[str, float]:
    """The total of each step in hours."""
    return {row.step: row.total_s / 3600 for row in found}


LIFE = (
    (0, "reported"), (1, "received"), (2, "classified"), (4, "assigned"), (7, "started"), (8, "waiting"),
    (12, "resumed"), (13, "resolved"), (15, "verified"), (16, "closed"), (20, "reopened"), (23, "resolved"),
    (24, "verified"), (24, "closed"),
)  # fmt: skip


def test_with_a_period_the_steps_that_begin_in_it_count_in_full() -> None:
    """The end is outside, and a step that began before is left out although it lasts into the period."""
    events = {"case_events": log(*LIFE)}
    ends = (DAY + dt.timedelta(hours=3), DAY + dt.timedelta(hours=8))
    assert hours(process_times(events, period=ends)) == {"queue": 3.0, "handling": 1.0}
    assert not len(process_times(events, period=(DAY + dt.timedelta(days=9), DAY + dt.timedelta(days=10))))
    with pytest.raises(InvalidValue, match="period must be two moments"):
        process_times(events, period=(ends[1], ends[0]))


def test_each_step_has_its_time() -> None:
    """The whole life of a case; what lies between a close and a reopening is nobody's time."""
    found = process_times({"case_events": log(*LIFE, on="supplier")})
    assert hours(found) == {
        "wait for supplier": 4, "confirmation": 3, "queue": 3, "rework": 3, "assignment": 2, "handling": 2,
        "reception": 1, "classification": 1, "closing": 1,
    }  # fmt: skip
    assert sum(row.share for row in found) == pytest.approx(1)
    assert found.share_of("rework") == pytest.approx(3 / 20)
    assert found.share_of("processing") == pytest.approx(2 / 20)
    assert {row.step: row.n for row in found}["confirmation"] == 2


def test_events_that_begin_no_step_leave_the_case_where_it_is() -> None:
    """Replies, messages, escalations and a second classification do not split the work."""
    found = process_times(
        {"case_events": log((0, "assigned"), (1, "started"), (2, "replied"), (3, "classified"), (4, "resolved"))}
    )
    assert [(row.step, row.n, row.median_s) for row in found] == [("handling", 1, 3 * 3600), ("queue", 1, 3600)]
    assert found.unfinished == 1


def test_a_wait_leads_back_to_where_it_began() -> None:
    """A case that waits in the queue is in the queue again afterwards."""
    found = process_times(
        {"case_events": log((0, "assigned"), (1, "waiting"), (5, "resumed"), (8, "started"), (9, "resolved"))}
    )
    assert hours(found) == {"wait for somebody": 4, "queue": 4, "handling": 1}


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Rows in any order, also those of one moment, give the same times."""
    table = log(*LIFE, on="customer")
    turned = {name: values[::-1] for name, values in table.items()}
    assert hours(process_times({"case_events": table})) == hours(process_times({"case_events": turned}))


def test_events_after_now_are_not_seen() -> None:
    """Seen from hour 7 the work has just begun and has no end."""
    found = process_times({"case_events": log(*LIFE)}, now=DAY + dt.timedelta(hours=7))
    assert "handling" not in hours(found)
    assert found.unfinished == 1


def test_only_open_time_counts_with_hours() -> None:
    """From 22:00 to 10:00 the desk is open for one hour."""
    open_hours = BusinessHours(zone="UTC", week={"mon-fri": "09:00-17:00"})
    table = log((22, "assigned"), (34, "started"), (35, "resolved"))
    assert hours(process_times({"case_events": table}, hours=open_hours)) == {"queue": 1, "handling": 1}


def test_steps_of_a_table_and_the_time_between_them() -> None:
    """Two steps with a gap of two hours; the second was done again and is rework."""
    steps = {
        "case_id": ["A", "A", "A"],
        "step": ["ask", "solve", "solve"],
        "started_at": [DAY, DAY + dt.timedelta(hours=3), DAY + dt.timedelta(hours=8)],
        "ended_at": [DAY + dt.timedelta(hours=1), DAY + dt.timedelta(hours=8), None],
        "reworked": [False, True, False],
    }
    found = process_times({"steps": steps})
    assert [(row.step, row.use, row.total_s / 3600) for row in found] == [
        ("solve", "rework", 5),
        ("before solve", "waiting", 2),
        ("ask", "processing", 1),
    ]
    assert found.unfinished == 1


def at(hour: float | None) -> dt.datetime | None:
    """A moment so many hours after the day began."""
    return None if hour is None else DAY + dt.timedelta(hours=hour)


def table(*rows: tuple[str, float, float | None], case: str = "A") -> dict[str, list[Any]]:
    """Steps of one case: name, and the hours of start and end."""
    return {
        "case_id": [case] * len(rows),
        "step": [name for name, _, _ in rows],
        "started_at": [at(start) for _, start, _ in rows],
        "ended_at": [at(end) for _, _, end in rows],
    }


@pytest.mark.parametrize(
    ("rows", "waiting"),
    [
        ([("ask", 0, 1), ("check", 0.5, 4), ("solve", 6, 7)], {"before solve": 2}),
        ([("ask", 0, 5), ("check", 1, 2), ("solve", 6, 7)], {"before solve": 1}),  # the long one runs all the while
        ([("ask", 0, 5), ("check", 1, 2), ("solve", 3, 4)], {}),
        ([("ask", 0, 1), ("ask", 0, 3), ("solve", 3, 4), ("tell", 5, 6)], {"before tell": 1}),
        ([("ask", 0, None), ("check", 1, 2), ("solve", 3, 4)], {}),  # a step without an end still runs
    ],
)
def test_a_case_waits_only_where_none_of_its_steps_runs(
    rows: list[tuple[str, float, float | None]], waiting: dict[str, float]
) -> None:
    """Parallel steps leave no wait between them."""
    found = process_times({"steps": table(*rows)})
    assert {row.step: row.total_s / 3600 for row in found if row.use == "waiting"} == waiting
    assert found.unfinished == sum(end is None for _, _, end in rows)


spans = st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 12), st.integers(0, 6) | st.none()), max_size=8).map(
    lambda some: [(case, start, None if length is None else start + length) for case, start, length in some]
)


@settings(max_examples=60)
@given(spans, st.randoms())
def test_waiting_is_counted_hour_by_hour(some: list[tuple[str, int, int | None]], dice: Any) -> None:
    """Against each hour of each case by itself: a case waits where a step ended before, one begins later, none runs."""
    slow = 0
    for case in "AB":
        mine = [(start, 99 if end is None else end) for name, start, end in some if name == case]
        for hour in range(20):
            runs = any(start <= hour < end for start, end in mine)
            slow += not runs and any(end <= hour for _, end in mine) and any(start > hour for start, _ in mine)
    dice.shuffle(some)
    rows = {
        "case_id": [case for case, _, _ in some],
        "step": ["work"] * len(some),
        "started_at": [at(start) for _, start, _ in some],
        "ended_at": [at(end) for _, _, end in some],
    }
    found = process_times({"steps": rows})
    assert sum(row.total_s / 3600 for row in found if row.use == "waiting") == slow


def test_a_step_that_ended_before_it_began_is_refused() -> None:
    """It takes no negative time from the others, and begins no wait; rows that tell no step are refused likewise."""
    rows = table(("ask", 0, 2), ("solve", 5, 3), ("tell", 4, 5), ("", 0, 1), ("late", 99, 100))
    rows["step"][3], rows["started_at"][2] = None, "soon"
    found = process_times({"steps": rows}, now=DAY + dt.timedelta(hours=50))
    assert hours(found) == {"ask": 2}
    assert (found.refused, found.unfinished) == (3, 0)
    assert "3 rows refused" in found._repr_html_()
    events = log((0, "assigned"), (1, "started"), (2, "resolved"))
    events["at"][1] = None
    assert (hours(process_times({"case_events": events})), process_times({"case_events": events}).refused) == (
        {"queue": 2},
        1,
    )


def test_the_times_of_the_sample_add_up_to_the_lives_of_its_cases() -> None:
    """Every closed case that never came back: its steps sum to the time from report to close."""
    sample = desk(seed=2, days=20)
    cases, events = sample.tables["cases"], sample.tables["case_events"]
    done = {
        case
        for case, closed, again in zip(
            cases["case_id"].tolist(), cases["closed_at"].tolist(), cases["reopened"].tolist(), strict=True
        )
        if closed is not None and not again
    }
    rows = [i for i, case in enumerate(events["case_id"].tolist()) if case in done]
    found = process_times({"case_events": {name: values[rows] for name, values in events.items()}})
    ends: dict[str, list[Any]] = {}
    for case, at in zip(events["case_id"][rows].tolist(), events["at"][rows].tolist(), strict=True):
        ends.setdefault(case, []).append(at)
    lives = sum((max(moments) - min(moments)).total_seconds() for moments in ends.values())
    assert sum(row.total_s for row in found) == pytest.approx(lives)
    assert found.unfinished == 0


def test_a_table_or_a_column_that_is_missing_is_named() -> None:
    """Neither table, and tables without their columns."""
    for data, name in (
        ({"cases": {}}, "steps"),
        ({"case_events": {"case_id": ["A"], "at": [DAY]}}, "event"),
        ({"steps": {"step": ["a"], "started_at": [DAY]}}, "ended_at"),
    ):
        with pytest.raises(MissingColumn, match=name):
            process_times(data)


def test_an_empty_log_has_no_times() -> None:
    """No events, no steps, no shares."""
    found = process_times({"case_events": {"case_id": [], "at": [], "event": []}})
    assert (len(found), found.unfinished, found.share_of("waiting")) == (0, 0, None)


def test_no_tables_are_refused() -> None:
    """None is no mapping of tables."""
    nothing: Any = None
    with pytest.raises(InvalidValue, match="data must be a mapping"):
        process_times(nothing)
