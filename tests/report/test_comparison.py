"""A change at the door of an export: which cases are compared, and what is refused."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import InvalidValue, NaiveTime
from servqual.metrics import KPIS, measure
from servqual.model import Indicator
from servqual.report import Comparison, Config, comparison, report
from servqual.report.asking import margin_of, sides_of

HOURS = {"zone": "UTC", "week": {"mon-fri": "09:00-17:00"}}
END = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)


def export(folder: Path, *, start: str = "2026-05-01T09:00+00:00", days: int = 28, open_: int = 0) -> Path:
    """Twenty cases a day; from the middle on 1 of 20 comes back, before it 8; the last ones may be open."""
    rows = ["received_at,resolved_at,reopened,reassigned"]
    first = dt.datetime.fromisoformat(start)
    for number in range(20 * days):
        at = first + dt.timedelta(days=number // 20)
        done = "" if number >= 20 * days - open_ else (at + dt.timedelta(hours=1 + number % 7)).isoformat()
        again = number % 20 < (1 if number >= 10 * days else 8)
        rows.append(f"{at.isoformat()},{done},{int(again)},{number % 2}")
    path = folder / "cases.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def judged(path: Path, kpi: str, table: dict[str, Any] | None = None, **facts: Any) -> Comparison:
    """The comparison of the 15th of May."""
    told: dict[str, Any] = {"change": "2026-05-15", "kpi": kpi, "now": END, **facts}
    return comparison(path, Config.from_table(table or {}), **told)


# --- what an export knows without a moment ---------------------------------------------------------------------------


def test_a_count_is_compared_where_every_case_had_its_time(tmp_path: Path) -> None:
    """Two weeks after the last day both sides have their two weeks; a week earlier they have one."""
    found = judged(export(tmp_path), "reopen_rate")
    assert (found.data["days"], found.data["after"]["n"], found.verdict.decision) == (14.0, 280, "improved")
    [caveat] = [each for each in found.data["caveats"] if each["code"] == "cases.as_recorded"]
    assert caveat["text"].startswith("reopened is known as of the export alone")
    assert f"Mind: {caveat['text']}." in found.lines
    earlier = judged(export(tmp_path), "reopen_rate", now=END - dt.timedelta(days=5))
    assert (earlier.data["days"], earlier.data["after"]["n"]) == (7.0, 140)


@pytest.mark.parametrize(("kpi", "column"), [("reopen_rate", "reopened"), ("reassignments_per_case", "reassigned")])
def test_a_count_of_young_cases_is_refused(kpi: str, column: str, tmp_path: Path) -> None:
    """Also as a guardrail; times, which have moments, are compared."""
    path, now = export(tmp_path), dt.datetime(2026, 5, 29, tzinfo=dt.UTC)
    said = rf"change must come over 14 days before now, 2026-05-29, for {column} may still grow"
    with pytest.raises(InvalidValue, match=said) as error:
        judged(path, kpi, now=now)
    assert error.value.field == "change"
    with pytest.raises(InvalidValue, match=said):
        judged(path, "resolution_p50", guardrails={kpi: "0.02"}, now=now)
    times = judged(path, "resolution_p50", now=now)
    assert times.data["days"] == 14.0
    assert "cases.as_recorded" not in {each["code"] for each in times.data["caveats"]}


def test_a_count_of_open_cases_is_refused(tmp_path: Path) -> None:
    """5 of the 280 cases after the change are 2 % to the nearest per cent and are let pass, 6 are not."""
    assert judged(export(tmp_path, open_=5), "reassignment_rate").verdict.n_after == 280
    with pytest.raises(
        InvalidValue, match=r"at most 2 % open cases a side, for reassigned may still grow \(got 2.1 % open\)"
    ):
        judged(export(tmp_path, open_=6), "reassignment_rate")


# --- the two sides ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "change", "now", "hours"),
    [
        ("2026-03-16T09:00+01:00", "2026-03-30", "2026-04-13T00:00+02:00", (14 * 24 - 1, 14 * 24)),
        ("2026-10-12T09:00+02:00", "2026-10-26", "2026-11-09T00:00+01:00", (14 * 24 + 1, 14 * 24)),
        ("2026-03-09T09:00+01:00", "2026-03-23", "2026-04-06T00:00+02:00", (14 * 24, 14 * 24 - 1)),
    ],
)
def test_weeks_in_which_the_clocks_change_are_weeks(
    start: str, change: str, now: str, hours: tuple[int, int], tmp_path: Path
) -> None:
    """Two weeks on either side, from midnight to midnight in Berlin; an hour is missing or twice in one of them."""
    moment = dt.datetime.fromisoformat(now)
    zone = {"read": {"zone": "Europe/Berlin"}}
    found = judged(export(tmp_path, start=start), "resolution_p50", zone, change=change, now=moment)
    spans = [found.verdict.before.period, found.verdict.after.period]
    assert [(end - begin) / dt.timedelta(hours=1) for begin, end in filter(None, spans)] == [*hours]
    assert (found.data["days"], found.verdict.n_before, found.verdict.n_after) == (14.0, 280, 280)
    assert found.lines[1].startswith(f"Before, {start[:10]} to ")


_MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


@given(
    st.lists(_MOMENTS, min_size=3, max_size=3, unique=True).map(sorted),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.booleans(),
)
def test_sides_meet_at_the_change_and_are_equally_long_on_the_wall(
    moments: list[dt.datetime],
    name: str,
    counts: bool,
) -> None:
    """They begin on the first day or later and end by now, or two weeks earlier where a count may still grow."""
    (first, at, now), zone = moments, ZoneInfo(name)
    last = now - dt.timedelta(days=14) if counts else now
    if at >= last:
        with pytest.raises(InvalidValue, match="change must come over 14 days before now"):
            sides_of(at, first, now, ["reopened"], zone)
        return
    sides = sides_of(at, first, now, ["reopened"] if counts else [], zone)
    walls = [[moment.astimezone(zone).replace(tzinfo=None) for moment in span] for span in (sides.before, sides.after)]
    assert sides.before[1] == sides.after[0] == at
    assert sides.after[1] <= last
    assert walls[0][0].date() >= first.astimezone(zone).date()
    if sides.days >= 7:
        assert sides.days % 7 == 0
        assert [(end - start) / dt.timedelta(days=1) for start, end in walls] == [sides.days] * 2


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"change": "0001-01-01"}, "change must lie between 1970 and 2100"),
        ({"change": "9999-12-31"}, "change must lie between 1970 and 2100"),
        ({"change": "0001-01-01T00:00+14:00"}, "change must lie within the years 1 to 9999"),
        ({"change": "soon"}, "change must be a date such as"),
        ({"change": "2027-01-01"}, "change must lie between the first case, 2026-05-01, and now, 2026-06-12"),
        ({"now": dt.datetime.max.replace(tzinfo=dt.UTC)}, "now must lie between 1970 and 2100"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_moments_out_of_reach_are_refused_by_the_name_of_the_argument(
    facts: dict[str, Any], said: str, zone: str, tmp_path: Path
) -> None:
    """And never with an OverflowError; the options of the command have the same names."""
    folder = {"read": {"zone": zone}}
    with pytest.raises(InvalidValue) as error:
        judged(export(tmp_path, start="2026-05-01T16:00+00:00"), "resolution_p50", folder, **facts)
    assert error.value.field == next(iter(facts))
    assert str(error.value).startswith(said if zone == "UTC" else said[:25])  # days are those of the zone
    assert "--" not in str(error.value)


def test_a_naive_now_is_refused(tmp_path: Path) -> None:
    """As everywhere."""
    with pytest.raises(NaiveTime, match="now needs a zone"):
        judged(export(tmp_path), "resolution_p50", now=dt.datetime(2026, 6, 12))  # noqa: DTZ001


# --- margins ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kpi", "text", "margin"),
    [
        ("reopen_rate", "2 points", 0.02),
        ("reopen_rate", "2 %", 0.02),
        ("reopen_rate", "0.02", 0.02),
        ("reopen_ratio", "5%", 0.05),
        ("reassignments_per_case", "0.5", 0.5),
        ("resolution_p50", "30 min", 1800),
        ("resolution_p50", "2 days", 172_800),
    ],
)
def test_a_margin_is_read_in_the_unit_of_its_kpi(kpi: str, text: str, margin: float) -> None:
    """Points and per cent of shares, times of durations, plain numbers of all else."""
    assert margin_of(text, KPIS[kpi]) == pytest.approx(margin)


@pytest.mark.parametrize(
    ("kpi", "text", "said"),
    [
        (
            "reassignments_per_case",
            "2 points",
            "margin must be a number such as 0.5 for reassignments_per_case, in per case",
        ),
        ("reassignments_per_case", "2 %", "margin must be a number such as 0.5"),
        ("resolution_p50", "2 points", "margin must be a time such as '30 min'"),
        ("resolution_p50", "5 %", "margin must be a time such as '30 min'"),
        ("resolution_p50", "0.02", "margin must be a time such as '30 min'"),
        ("resolution_p50", "2 working days", "margin must be in working days only where there are"),
        ("reopen_rate", "30 min", "margin must be a number such as 0.02 or '2 points' for reopen_rate"),
    ],
)
def test_a_margin_of_another_unit_is_refused(kpi: str, text: str, said: str) -> None:
    """In words that say which unit is meant, under the name of the argument."""
    with pytest.raises(InvalidValue) as error:
        margin_of(text, KPIS[kpi])
    assert str(error.value).startswith(said)
    assert error.value.field == "margin"


def test_a_margin_of_business_time_is_business_time(tmp_path: Path) -> None:
    """With [hours] `4 h` are of open time; days of any kind, which have no fixed length in it, are refused."""
    path, table = export(tmp_path), {"hours": HOURS}
    assert judged(path, "resolution_p50", table, margin="4 h").verdict.margin == 4 * 3600
    for text, said in (
        ("2 days", "margin must say which days are meant"),
        ("2 working days", "margin must be a length of business time for resolution_p50"),
        ("2 calendar days", "margin must be a length of business time for resolution_p50"),
    ):
        with pytest.raises(InvalidValue, match=said):
            judged(path, "resolution_p50", table, margin=text)
    with pytest.raises(InvalidValue, match=r"guardrails\[resolution_p90\] must say which days are meant"):
        judged(path, "resolution_p50", table, guardrails={"resolution_p90": "2 days"})


@pytest.mark.parametrize("text", ["nan", "inf", "-0.02", "-inf"])
def test_a_margin_that_is_no_size_is_refused(text: str, tmp_path: Path) -> None:
    """Of a KPI and of a guardrail."""
    given: list[dict[str, Any]] = [{"margin": text}, {"guardrails": {"reassignment_rate": text}}]
    for facts in given:
        with pytest.raises(InvalidValue):
            judged(export(tmp_path), "reopen_rate", **facts)


def test_a_guardrail_of_business_time_is_told_in_hours(tmp_path: Path) -> None:
    """A day of business has no fixed length, so that a change of 60 h is not 2.5 d."""
    rows = ["received_at,resolved_at"]
    for day in range(28):
        took = dt.timedelta(hours=1) if day < 14 else dt.timedelta(days=5)  # three working days of eight hours or more
        at = dt.datetime(2026, 5, 1 + day, 10, tzinfo=dt.UTC)
        rows += [f"{at.isoformat()},{(at + took).isoformat()}"] * 20
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = judged(path, "resolution_rate", {"hours": HOURS}, guardrails={"resolution_p50": "1 h"})
    [line] = [line for line in found.lines if line.startswith("Guardrail resolution time")]
    assert line.endswith(" h.")


@pytest.mark.parametrize("names", [["reopen_rate"], ["solved", "resolution_kept"]])
def test_a_guardrail_is_another_kpi_each_once(names: list[str], tmp_path: Path) -> None:
    """Said in words of the command line, also where a target and its KPI are one."""
    table = {"targets": [{"name": "solved", "clock": "resolution", "within": "4 h", "goal": 0.5}]}
    key = judged(export(tmp_path), "solved", table).verdict.kpi if len(names) > 1 else ""
    asked = dict.fromkeys([names[0], key] if key else names, "0.02")
    with pytest.raises(InvalidValue, match="guardrail must be a KPI other than the compared one, each once"):
        judged(export(tmp_path), "reopen_rate", table, guardrails=asked)


@pytest.mark.parametrize(("kpi", "proposed"), [("reopen_rate", "resolution_rate"), ("resolution_rate", "reopen_rate")])
def test_the_guardrail_that_is_proposed_can_be_asked_for(kpi: str, proposed: str, tmp_path: Path) -> None:
    """It is another KPI, which the export has the column of."""
    path = export(tmp_path)
    [line] = [line for line in judged(path, kpi).lines if line.startswith("No guardrail was named")]
    assert line.endswith(f", such as {proposed}='2 points'.")
    assert judged(path, kpi, guardrails={proposed: "2 points"}).verdict.guardrails[0].kpi == proposed


# --- one sign of a gap -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("goal", [0.2, 0.5, 1.0])
def test_the_gap_of_a_report_is_that_of_a_measure(goal: float, tmp_path: Path) -> None:
    """How far the goal was missed, above 0 where it was; 4 of 7 cases are resolved within 4 hours."""
    path = export(tmp_path)
    within = dt.timedelta(hours=4)
    table = {"targets": [{"clock": "resolution", "within": "4 h", "goal": goal}]}
    [row] = report(path, Config.from_table(table), now=END)["standards"]
    indicator = Indicator(name="solve", kpi="resolution_kept", within=within, goal=goal)
    [held] = measure([KPIS["resolution_kept"].with_(within=within)], {"cases": path}, now=END).against([indicator])
    assert row["gap"] == pytest.approx(held.gap)
    assert (row["gap"] > 0) == (goal > 4 / 7)
