"""What may be compared with what: windows on the wall clock, months of one result, guardrails, gates and goals."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.metrics import KPIS, Tally, measure, tally
from servqual.metrics.time.periods import PERIODS, RECURRING
from servqual.model.standards.indicator import Indicator
from servqual.pdca import Guardrail, Verdict, compare

DAY, NOW = dt.timedelta(days=1), dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
ZONES = ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"]
RATE, COUNT = "resolution_rate", "cases_resolved"


def codes(verdict: Any) -> set[str]:
    """The codes of a verdict or of a guardrail."""
    return {caveat.code for caveat in verdict.caveats}


def midnight(date: dt.date, zone: str) -> dt.datetime:
    """The first instant of a day."""
    return dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def window(*kpis: Any, start: dt.date, days: int, zone: str = "UTC", n: int = 400, **options: Any) -> Tally:
    """A tally of some days, with cases in the middle of the first one, half of them solved."""
    at = midnight(start, zone) + DAY / 2
    cases = {"received_at": [at] * n, "resolved_at": [at + DAY / 24] * (n // 2) + [None] * (n - n // 2)}
    period = midnight(start, zone), midnight(start + days * DAY, zone)
    return tally(kpis, {"cases": cases}, zone=zone, period=period, **{"now": NOW, **options})


# --- windows --------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.integers(1, 40), st.sampled_from(ZONES))
def test_windows_of_as_many_days_are_as_long_whatever_the_clock_does(start: dt.date, days: int, zone: str) -> None:
    """A week in which the clock is changed has seven days; one day more is longer."""
    before, next_ = window(COUNT, start=start, days=days, zone=zone), start + days * DAY
    assert "compare.lengths_differ" not in codes(compare(before, window(COUNT, start=next_, days=days, zone=zone)))
    assert "compare.lengths_differ" in codes(compare(before, window(COUNT, start=next_, days=days + 1, zone=zone)))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.sampled_from(ZONES))
def test_a_month_lies_in_itself_alone(month: int, zone: str) -> None:
    """In its own zone it does not begin in the month before: a month of UTC a year later is the same season."""
    sides = []
    for year, mine in ((2026, zone), (2027, "UTC")):
        first, next_ = dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1)
        sides.append(window(RATE, start=first, days=(next_ - first).days, zone=mine))
    assert "series.season" not in codes(compare(sides[0], sides[1]))


def test_the_season_of_each_kpi_is_its_own() -> None:
    """Answers of March and April against those of the same months; cases of March against those of May."""
    sides = []
    for year, month in ((2026, 3), (2027, 5)):
        asked = [dt.datetime(year, of, 3, tzinfo=dt.UTC) for of in (3, 4)] * 20
        came = [dt.datetime(year, month, 3, tzinfo=dt.UTC)] * 40
        data = {
            "answers": {"score": [9, 3] * 20, "answered_at": asked},
            "cases": {"received_at": came, "reopened": [1, 0] * 20, "resolved_at": came},
        }
        sides.append(tally(["nps", "reopen_rate"], data, by=["month"], now=NOW))
    found = {row.kpi: codes(row) for row in compare(sides[0], sides[1])}
    assert {kpi: "series.season" in of for kpi, of in found.items()} == {"nps": False, "reopen_rate": True}


# --- measurements of one result -------------------------------------------------------------------------------------


def result(by: str, zone: str, **options: Any) -> Any:
    """A measurement of sixty days by a column of periods."""
    days = [midnight(dt.date(2026, 3, 1) + i * DAY, zone) + DAY / 2 for i in range(60)]
    cases = {"received_at": days * 10, "resolved_at": [at + DAY / 24 for at in days] * 5 + [None] * 300}
    options = {"now": NOW, **options}
    return measure([RATE, COUNT], {"cases": cases}, by=[by], zone=zone, **options)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("by", [name for name in PERIODS if name not in RECURRING and name not in {"quarter", "year"}])
@pytest.mark.parametrize("alone", [False, True])
def test_two_periods_of_one_result_are_compared(by: str, zone: str, alone: bool) -> None:
    """They do not overlap, although the period that was asked for is that of both; the verdict shows their own."""
    asked = midnight(dt.date(2026, 3, 1), zone), midnight(dt.date(2026, 4, 30), zone)
    rows = [m for m in result(by, zone, period=asked) if m.kpi == RATE]
    early, late = (attrs.evolve(m, cell=None) if alone else m for m in (rows[0], rows[-1]))
    found = compare(early, late)
    assert found.decision != "invalid"
    assert found.before.period[0] >= asked[0]
    assert found.before.period[1] <= found.after.period[0]
    assert found.after.period[1] <= asked[1]
    assert "compare.windows_reversed" in codes(compare(late, early))


def test_weeks_of_one_result_are_as_long_and_months_are_not() -> None:
    """Counts of two full weeks are compared, those of March and April refused; a month that is not over ends now."""
    weeks = [m for m in result("week", "Europe/Berlin") if m.kpi == COUNT and m.n]
    assert "compare.lengths_differ" not in codes(compare(weeks[3], weeks[5]))
    months = [m for m in result("month", "Europe/Berlin") if m.kpi == COUNT and m.n]
    assert "compare.lengths_differ" in codes(compare(months[0], months[1]))
    now = dt.datetime(2026, 4, 11, 9, tzinfo=dt.UTC)
    early = [m for m in result("month", "UTC", now=now) if m.kpi == RATE]
    assert compare(early[0], early[1]).after.period == (dt.datetime(2026, 4, 1, tzinfo=dt.UTC), now)


def test_the_same_cell_on_both_sides_is_legal() -> None:
    """And its period is known."""
    one = result("month", "UTC").get(RATE, month=dt.date(2026, 3, 1))
    found = compare(one, one, margin=0.5)
    assert found.decision == "equivalent"
    assert "period.unknown" not in codes(found)


# --- stocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alone", [False, True])
def test_a_stock_has_no_length_and_no_volume(alone: bool) -> None:
    """Twice as many open cases, over other lengths, are a fact about the end; also of a measurement alone."""
    sides: list[Any] = [
        window("backlog", start=dt.date(2026, 3, 1), days=30),
        window("backlog", start=dt.date(2026, 4, 1), days=20, n=1200),
    ]
    if alone:
        sides = [attrs.evolve(side.measure().one(), cell=None) for side in sides]
    found = compare(sides[0], sides[1])
    assert found.decision == "worse"
    assert not {"compare.lengths_differ", "volume.changed"} & codes(found)


# --- guardrails -----------------------------------------------------------------------------------------------------


def with_rail(before: Tally, after: Tally, kpi: str, margin: float) -> Verdict:
    """A verdict on the resolution rate with one guardrail."""
    found = compare(before, after, RATE, guardrails=[Guardrail(kpi=kpi, margin=margin)])
    assert isinstance(found, Verdict)
    return found


@pytest.mark.parametrize(("days", "n"), [(10, 400), (30, 400), (30, 4000)])
def test_a_guardrail_over_windows_of_other_length_is_unclear(days: int, n: int) -> None:
    """Neither worse nor equivalent, and without a number, as it would be invalid by itself."""
    before = window(RATE, COUNT, start=dt.date(2026, 3, 1), days=20)
    after = window(RATE, COUNT, start=dt.date(2026, 4, 1), days=days, n=n)
    found = with_rail(before, after, COUNT, 500)
    rail = found.guardrails[0]
    assert (rail.decision, rail.change, rail.low, rail.high) == ("unclear", None, None, None)
    assert codes(rail) == {"compare.lengths_differ"}
    assert "guardrail.not_comparable" in codes(found)
    assert found.rule in {"blocked", "worse"}
    assert compare(before, after, COUNT).decision == "invalid"


def contacts(wait: list[float], *, answered: int = 400) -> Tally:
    """A tally of contacts, some abandoned, with their waits."""
    n = len(wait)
    data = {"queued_at": [NOW - 400 * DAY] * n, "wait_s": wait, "abandoned": [i >= answered for i in range(n)]}
    return tally(["abandonment_rate", "asa"], {"interactions": data})


def test_a_guardrail_that_could_mostly_not_be_read_is_unclear() -> None:
    """What is left looks as it did."""
    before, after = contacts([1.0, 2.0] * 250), contacts([-1.0] * 300 + [1.0, 2.0] * 100, answered=480)
    found = compare(before, after, "abandonment_rate", guardrails=[Guardrail(kpi="asa", margin=10)])
    assert found.guardrails[0].decision == "unclear"
    assert "cells.mostly_unread" in codes(found.guardrails[0])
    assert found.decision == "unclear"


def test_a_guardrail_of_another_definition_is_unclear() -> None:
    """Kept within five days is not kept within two."""
    sides = []
    for limit in (5, 2):
        within = KPIS["resolution_kept"].with_(within=limit * DAY)
        sides.append(window(RATE, within, start=dt.date(2026, 3, limit), days=1))
    found = with_rail(sides[0], sides[1], "resolution_kept", 0.5)
    assert (found.guardrails[0].decision, found.guardrails[0].change) == ("unclear", None)
    assert "compare.definition_differs" in codes(found.guardrails[0])


@pytest.mark.parametrize(("waiting", "decision"), [(0, "equivalent"), (4, "equivalent"), (200, "unclear")])
def test_undecided_cases_count_where_they_may_carry_a_guardrail_over_its_margin(waiting: int, decision: str) -> None:
    """A few cannot, whatever becomes of them, although they could turn the sign of no change."""
    now, within = dt.datetime(2026, 3, 20, tzinfo=dt.UTC), KPIS["resolution_kept"].with_(within=5 * DAY)

    def side(solved: int, waiting: int) -> Tally:
        at = [now - 15 * DAY] * 2000 + [now - DAY] * waiting
        ends = [now - 14 * DAY] * solved + [now - 2 * DAY] * (2000 - solved) + [None] * waiting
        return tally([within, "resolution_time"], {"cases": {"received_at": at, "resolved_at": ends}}, now=now)

    rails = [Guardrail(kpi="resolution_kept", margin=0.05)]
    found = compare(side(1500, 0), side(1500, waiting), "resolution_time", guardrails=rails)
    assert found.guardrails[0].decision == decision
    assert found.guardrails[0].change == (None if decision == "unclear" else 0)


# --- the gate -------------------------------------------------------------------------------------------------------


def test_an_invalid_primary_kpi_keeps_the_others_shut() -> None:
    """Its sides cannot be compared, so that it did not change for sure; and nothing untested is shown as changed."""
    before = window(COUNT, RATE, start=dt.date(2026, 3, 1), days=20)
    after = window(COUNT, RATE, start=dt.date(2026, 4, 1), days=10, n=4000)
    at = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
    solved = {"received_at": [at] * 4000, "resolved_at": [at + DAY / 24] * 3900 + [None] * 100}
    period = dt.datetime(2026, 4, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 11, tzinfo=dt.UTC)
    after = tally([COUNT, RATE], {"cases": solved}, period=period, now=NOW)
    assert compare(before, after, RATE).decision == "improved"
    first, other = compare(before, after, primary=COUNT)
    assert (first.decision, other.decision, other.low, other.p_value) == ("invalid", "unclear", 0.0, 1.0)
    assert (other.relative.low, other.relative.p_value) == (0.0, 1.0)
    assert other.relative.low <= other.relative.value <= other.relative.high


# --- goals ----------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_a_goal_is_judged_as_measures_judge_it(kept: int, missed: int, waiting: int, odd: int, goal: float) -> None:
    """Undecided cases and unread rows count alike in `attained` and in `Measures.against`."""
    now, within = dt.datetime(2026, 3, 20, tzinfo=dt.UTC), KPIS["resolution_kept"].with_(within=5 * DAY)
    at: list[Any] = [now - 15 * DAY] * (kept + missed) + [now - DAY] * waiting + ["soon"] * odd
    ends = [now - 14 * DAY] * kept + [now - 2 * DAY] * missed + [None] * (waiting + odd)
    side = tally([within], {"cases": {"received_at": at, "resolved_at": ends}}, now=now)
    [row] = side.measure().against([Indicator(name="kept", kpi="resolution_kept", goal=goal)])
    assert compare(side, side, goal=goal).attained == row.verdict
