"""A report cut to a period says what `measure` and the service report say of that period."""

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from servqual.errors import InvalidValue, ServqualError
from servqual.metrics import KPIS, Kpi, measure
from servqual.model import Indicator
from servqual.pdca import service_report
from servqual.readers import Export
from servqual.report import Config, comparison, report
from servqual.report.previous import Earlier
from servqual.report.scorecard import scorecard
from servqual.samples import desk

SETTINGS: dict[str, Any] = {
    "read": {"zone": "Europe/Berlin"},
    "report": {"every": "week"},
    "targets": [{"clock": "first_response", "within": "4 h", "goal": 0.9}],
}


@pytest.fixture(scope="module")
def cases() -> Any:
    """The cases of a desk over half a year."""
    return desk(seed=7, cases_per_day=12).tables["cases"]


def told(cases: Any, now: dt.datetime | None = None, previous: Path | None = None, **of: Any) -> dict[str, Any]:
    """The scorecard of the cases with further settings of the report."""
    config = Config.from_table({**SETTINGS, "report": {**SETTINGS["report"], **of}})
    earlier = None if previous is None else Earlier.read(previous)
    return scorecard(cases, config, name="cases", now=now, previous=earlier)


def kpis_of(found: dict[str, Any]) -> list[Kpi]:
    """The KPIs of a report, with the promised one."""
    promised = {each.kpi.key: each.kpi for each in Config.from_table(SETTINGS).promises}
    return [promised.get(row["key"]) or KPIS[row["key"]] for row in found["kpis"]]


@pytest.mark.parametrize("period", ["2026-03", "2026-02-10..2026-04-20", "2026-W12"])
def test_a_cut_report_says_what_measure_says_of_the_period(cases: Any, period: str) -> None:
    """Figures, points of trends and open cases at the end are those of `measure` with the same period and now."""
    found = told(cases, period=period)
    start, end = (dt.datetime.fromisoformat(found["period"][key]) for key in ("start", "end"))
    options: Any = {
        "zone": "Europe/Berlin",
        "period": (start, end),
        "now": dt.datetime.fromisoformat(found["made"]["now"]),
    }
    kpis = kpis_of(found)
    whole, weeks = measure(kpis, {"cases": cases}, **options), measure(kpis, {"cases": cases}, by=["week"], **options)
    for row in found["kpis"]:
        m = whole.get(row["key"])
        assert (row["value"], row["n"]) == (m.value, m.n), row["key"]
    for trend in found["trends"]:
        for point in trend["points"]:
            m = weeks.get(trend["kpi"], week=dt.date.fromisoformat(point["start"]))
            assert [point[key] for key in ("value", "low", "high", "n")] == [m.value, m.low, m.high, m.n]
    rows = found["rows"]
    assert rows["cases"] == whole.get("case_volume").n
    assert rows["cases"] + rows["outside"] == measure(["case_volume"], {"cases": cases}).one().n
    assert sum(row["count"] for row in found["pareto"]["rows"]) <= rows["cases"]
    assert found["pareto"]["total"] == rows["cases"]


@pytest.mark.parametrize(("every", "days"), [("week", 7), ("month", 28)])
def test_a_report_of_whole_periods_has_no_unfinished_one(cases: Any, every: str, days: int) -> None:
    """It begins and ends with a period, and no point of its trends is partial."""
    found = told(cases, every=every, whole=True)
    first, last = (dt.date.fromisoformat(found["period"][key]) for key in ("first", "last"))
    assert found["period"]["over"]
    assert (last - first).days >= days - 1
    assert first.weekday() == 0 if every == "week" else first.day == 1
    points = next(trend["points"] for trend in found["trends"] if trend["kpi"] == "case_volume")
    assert not any(point["partial"] for point in points)
    assert sum(point["n"] for point in points) == found["rows"]["cases"]


@pytest.mark.parametrize("period", ["2026-03", "2026-06"])
def test_the_report_and_the_service_report_tell_one_change(cases: Any, period: str) -> None:
    """Of the same indicators, period and now, both give the same values before and after, and the same verdicts."""
    now = dt.datetime(2026, 6, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    found = told(cases, now, period=period)
    lost = {row["kpi"] for row in found["changes_unjudged"]}
    kpis = [kpi for kpi in kpis_of(found) if kpi.better and kpi.unit != "count" and kpi.key not in lost]
    assert len(kpis) == found["changes_judged"] > 0
    indicators = [Indicator(name=kpi.key, kpi=kpi.key) for kpi in kpis]
    portrait = service_report(
        {"cases": cases},
        indicators,
        period=period,
        now=now,
        zone="Europe/Berlin",
        catalogue={kpi.key: kpi for kpi in kpis},
    )
    sure = {row.indicator.kpi: row for row in portrait.changed}
    assert {row["kpi"]: row["decision"] for row in found["changes"]} == {
        key: row.verdict.decision for key, row in sure.items() if row.verdict
    }
    for row in found["changes"]:
        verdict = sure[row["kpi"]].verdict
        assert verdict is not None
        assert [row[key] for key in ("before", "after", "change", "low", "high")] == [
            verdict.before.value, verdict.after.value, verdict.change, verdict.low, verdict.high
        ]  # fmt: skip
    values = {row.indicator.kpi: row.attained.measured.value for row in portrait.rows}
    shown = {row["key"]: row["value"] for row in found["kpis"] if row["key"] in values}
    assert shown == values


def test_a_change_of_a_named_month_is_the_one_that_happened(tmp_path: Path) -> None:
    """Times rise from 1 to 9 h with May: against April that is worse, by the export or by the report of April."""
    zone = ZoneInfo("Europe/Berlin")
    moments = [
        dt.datetime(2026, month, day, hour, tzinfo=zone)
        for month in (3, 4, 5)
        for day in range(1, 31)
        for hour in (9, 11)
    ]
    took = [dt.timedelta(hours=9 if at.month == 5 else 1) for at in moments]
    cases = {
        "received_at": moments,
        "first_response_at": moments,
        "resolved_at": [at + each for at, each in zip(moments, took, strict=True)],
    }
    now = dt.datetime(2026, 6, 20, tzinfo=zone)
    [change] = [row for row in told(cases, now, period="2026-05")["changes"] if row["kpi"] == "resolution_p50"]
    assert (change["decision"], change["before"], change["after"]) == ("worse", 3600, 9 * 3600)
    assert [change[key] for key in ("before_from", "before_to", "after_from", "after_to")] == [
        "2026-04-01", "2026-04-30", "2026-05-01", "2026-05-31"
    ]  # fmt: skip
    april = told(cases, dt.datetime(2026, 5, 20, tzinfo=zone), period="2026-04")
    assert april["changes"] == []
    since = told(cases, now, period="2026-05", previous=written(tmp_path, april))["changes"]
    assert [row for row in since if row["kpi"] == "resolution_p50"] == [change]
    first = told(cases, now, period="2026-03")
    reasons = {row["reason"] for row in first["changes_unjudged"]}
    assert (first["changes_judged"], "the export does not hold the period before, from 2026-02-01 on" in reasons) == (
        0,
        True,
    )


@pytest.mark.parametrize("period", ["2025-03", "2027"])
def test_a_period_without_a_case_is_refused(cases: Any, period: str) -> None:
    """The message says from when to when cases came in."""
    with pytest.raises(InvalidValue, match="period must hold a case \\(they came in from 2026-01"):
        told(cases, period=period)


# --- the report before -------------------------------------------------------------------------------------------


def written(folder: Path, found: dict[str, Any], name: str = "before.json") -> Path:
    """A report as its JSON."""
    path = folder / name
    path.write_text(json.dumps(found, allow_nan=False), encoding="utf-8")
    return path


def test_the_report_before_is_one_side_of_the_change(cases: Any, tmp_path: Path) -> None:
    """March against the JSON of February gives what March against February gives, where both were seen alike."""
    zone = ZoneInfo("Europe/Berlin")
    march_now = dt.datetime(2026, 4, 15, tzinfo=zone)
    february = told(cases, march_now - dt.timedelta(days=31), period="2026-02")
    alone = told(cases, march_now, period="2026-03")
    since = told(cases, march_now, period="2026-03", previous=written(tmp_path, february))
    keys = ("changes", "changes_judged", "changes_unjudged")
    assert {key: since[key] for key in keys} == {key: alone[key] for key in keys}
    assert since["changes_judged"] > 0


def test_a_report_before_that_overlaps_is_refused(cases: Any, tmp_path: Path) -> None:
    """The whole export holds the days of the new report; the message says which days, and how to cut."""
    path = written(tmp_path, told(cases))
    with pytest.raises(InvalidValue, match=r"must be of days before 2026-03-01.*cut this report with --period"):
        told(cases, period="2026-03", previous=path)


def test_figures_that_were_defined_otherwise_are_not_compared(cases: Any, tmp_path: Path) -> None:
    """A promise of 4 h is no promise of 2 h, though both are called the same."""
    before = Config.from_table({**SETTINGS, "report": {"period": "2026-02"}})
    [promise] = before.promises
    other = attrs.evolve(promise, kpi=promise.kpi.with_(within=dt.timedelta(hours=2)))
    path = written(tmp_path, scorecard(cases, attrs.evolve(before, promises=(other,)), name="cases"))
    found = told(cases, period="2026-03", previous=path)
    [reason] = [row["reason"] for row in found["changes_unjudged"] if row["kpi"] == promise.kpi.key]
    assert reason == "the earlier report defines it otherwise, such as by another limit or other hours"


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", "[" * 100_000, '{"period": {"first": "x"}}', "\ud800"])
def test_what_is_no_report_is_refused(cases: Any, text: str, tmp_path: Path) -> None:
    """Whatever the file holds, the refusal says which option it is about."""
    path = tmp_path / "before.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InvalidValue, match="previous must be the --json of an earlier servqual report"):
        told(cases, period="2026-03", previous=path)


@pytest.mark.parametrize("change", [("tally", {}), ("tally", {"kind": "case", "version": 1, "data": {}}), ("tally", 3)])
def test_a_report_with_another_tally_is_refused(cases: Any, change: tuple[str, Any], tmp_path: Path) -> None:
    """A tally that cannot be read, or a document of another kind."""
    found = told(cases, period="2026-02") | dict([change])
    with pytest.raises(ServqualError, match="previous must"):
        told(cases, period="2026-03", previous=written(tmp_path, found))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """As any other file that cannot be read."""
    export = tmp_path / "cases.csv"
    export.write_text("received_at\n2026-05-04T09:00Z\n", encoding="utf-8")
    with pytest.raises(ServqualError, match=r"cannot read .*none.json"):
        report(export, previous=tmp_path / "none.json")


# --- open cases --------------------------------------------------------------------------------------------------


def test_open_cases_are_those_of_the_backlog_at_the_end_of_the_period(cases: Any) -> None:
    """At the end of March, whenever received: as many as the backlog has, the oldest as old as its KPI says."""
    found = told(cases, period="2026-03")
    values = {row["key"]: row["value"] for row in found["kpis"]}
    oldest = found["open_cases"]
    assert len(oldest) == min(10, values["backlog"])
    assert oldest[0]["age_s"] == values["backlog_oldest"]
    end = dt.datetime(2026, 4, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    ages = [(end - dt.datetime.fromisoformat(row["received_at"])).total_seconds() for row in oldest]
    assert ages == sorted((row["age_s"] for row in oldest), reverse=True)
    assert all(row["case_id"] for row in oldest)


def test_the_backlog_by_month_is_a_stock() -> None:
    """A case of January that ends in March is open at the end of January and of February, and counts in no March."""
    at = [dt.datetime(2026, month, 5, 9, tzinfo=dt.UTC) for month in (1, 2, 3, 4)]
    cases = {"received_at": at, "resolved_at": [at[2], None, at[2], None], "case_id": ["a", "b", "c", "d"]}
    found = scorecard(cases, Config.from_table({"report": {"every": "month"}}), name="cases")
    [trend] = [trend for trend in found["trends"] if trend["kpi"] == "backlog"]
    assert [(point["start"], point["value"]) for point in trend["points"]] == [
        ("2026-01-01", 1.0), ("2026-02-01", 2.0), ("2026-03-01", 1.0), ("2026-04-01", 2.0)
    ]  # fmt: skip
    assert [row["case_id"] for row in found["open_cases"]] == ["b", "d"]


# --- a change of the command line --------------------------------------------------------------------------------


@pytest.mark.parametrize("kpi", ["resolution_p50", "resolution_time", "reopen_rate", "sla_kept"])
def test_a_comparison_and_the_service_report_tell_one_verdict(tmp_path: Path, kpi: str) -> None:
    """Of the same two spans, each seen from its own end: values, interval, method and decision."""
    first = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)
    received = [first + dt.timedelta(hours=2 * place) for place in range(12 * 28)]
    rows = [
        f"{at.isoformat()},{(at + dt.timedelta(minutes=30 + 20 * (place % 9) + place // 3)).isoformat()},"
        f"{place % 11 // 9 if place < 168 else place % 5 // 4},{int(place % 3 > 0)}"
        for place, at in enumerate(received)
    ]
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(["received_at,resolved_at,reopened,sla_kept", *rows]), encoding="utf-8")
    now = dt.datetime(2026, 6, 12, tzinfo=dt.UTC)
    verdict = comparison(path, Config(), change="2026-05-15", kpi=kpi, now=now).verdict
    before, after = verdict.before.period, verdict.after.period
    assert before is not None
    assert after is not None
    [row] = service_report(
        {"cases": Export(path, Config().layout)},
        [Indicator(name=kpi, kpi=kpi)],
        period=after,
        before=before,
        now=after[1],
    ).rows
    told = row.verdict
    assert told is not None
    assert [told.before.value, told.after.value, told.low, told.high, told.method, told.decision] == [
        verdict.before.value, verdict.after.value, verdict.low, verdict.high, verdict.method, verdict.decision
    ]  # fmt: skip
