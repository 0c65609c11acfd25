"""Real call data with known answers: each folder's `oracle.json` was computed with pandas, never with servqual."""

import csv
import datetime as dt
import gzip
import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servqual._arrays import Array
from servqual.metrics import KPIS, Kpi, Quotient, Ratio, measure
from servqual.metrics.kpi.view import View

Row = dict[str, str]


def rows_of(folder: Path, name: str) -> list[Row]:
    """The rows of a packed CSV file."""
    with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def oracle_of(folder: Path) -> dict[str, Any]:
    """The known answers."""
    found: dict[str, Any] = json.loads((folder / "oracle.json").read_text(encoding="utf-8"))
    return found


def percent(value: float | None) -> float:
    """A share as the oracles tell it."""
    assert value is not None
    return 100 * value


def near(value: float) -> Any:
    """Oracles are rounded to six places."""
    return pytest.approx(value, abs=6e-7)


# --- the Anonymous Bank: 11,715 real calls, 1 to 7 August 1999 ---------------------------------------


@pytest.fixture(scope="module")
def bank(data: Path) -> dict[str, Any]:
    """Calls that an agent took (AGENT) or whose caller gave up (HANG); PHANTOM calls are neither."""
    rows = [r for r in rows_of(data / "bank_calls_aug1999_week1", "calls.csv.gz") if r["outcome"] != "PHANTOM"]
    return {
        "wait_s": [float(r["q_time"]) for r in rows],
        "talk_s": [float(r["ser_time"]) for r in rows],
        "abandoned": [r["outcome"] == "HANG" for r in rows],
        "type": [r["type"] for r in rows],
        "queued_at": [dt.datetime.fromisoformat(r["date"]).replace(tzinfo=dt.UTC) for r in rows],
    }


@pytest.mark.parametrize("seconds", [20, 30, 60])
@pytest.mark.parametrize(
    ("denominator", "called"),
    [
        ("answered", "answered"),
        ("offered", "offered(AGENT+HANG)"),
        ("offered_less_short_abandons", "offered_minus_abandoned_within_T"),
    ],
)
def test_service_level_of_the_bank(
    data: Path, bank: dict[str, Any], seconds: int, denominator: str, called: str
) -> None:
    """Three denominators of one question: 30.83 %, 21.02 % and 24.08 % within 20 seconds."""
    oracle = oracle_of(data / "bank_calls_aug1999_week1")
    kpi = KPIS["service_level"].with_(within=dt.timedelta(seconds=seconds), denominator=denominator)
    found = measure([kpi], {"interactions": bank}).one()
    assert percent(found.value) == near(oracle[f"SL{seconds}_answered_T_over_{called}"])


def test_waits_and_calls_of_the_bank(data: Path, bank: dict[str, Any]) -> None:
    """Volume, waiting, abandonment and handling, in all, by type of call and by day."""
    oracle = oracle_of(data / "bank_calls_aug1999_week1")
    keys = ["volume", "asa", "aht", "abandonment_rate", "wait_p50"]
    found = measure(keys, {"interactions": bank})
    assert found.get("volume").value == oracle["outcome"]["AGENT"] + oracle["outcome"]["HANG"]
    assert found.get("asa").value == near(oracle["ASA_seconds_all_AGENT_calls(mean q_time)"])
    assert found.get("aht").value == near(oracle["AHT_seconds_AGENT(mean ser_time)"])
    assert percent(found.get("abandonment_rate").value) == near(oracle["abandon_pct_HANG_over_AGENT_plus_HANG"])
    assert found.get("wait_p50").value == oracle["q_time_AGENT"]["p50_linear"]  # whole seconds on both sides of it
    by_type = measure(keys, {"interactions": bank}, by=["type"])
    for kind, known in oracle["by_type"].items():
        assert by_type.get("asa", type=kind).value == near(known["asa"])
        assert by_type.get("asa", type=kind).n == known["agent"]
        assert by_type.get("aht", type=kind).value == near(known["aht"])
        assert by_type.get("abandonment_rate", type=kind).n == known["agent"] + known["hang"]
    daily = measure(["volume"], {"interactions": bank}, by=["day"])
    monday = (dt.datetime(1999, 8, 2, tzinfo=dt.UTC), dt.datetime(1999, 8, 3, tzinfo=dt.UTC))
    alone = measure(["volume"], {"interactions": bank}, period=monday).one()
    assert alone.value == daily.get("volume", day=dt.date(1999, 8, 2)).value


# --- a teaching sheet of 5,000 calls -----------------------------------------------------------------


def solved(t: View) -> Mapping[str, Array]:
    """Resolved among all calls, as that sheet counts."""
    return {"hit": t["resolved"]}


OF_ALL = Kpi(
    key="resolved_of_all",
    title="resolved of all calls",
    question="what share of all calls was resolved?",
    formula="resolved / calls",
    unit="share",
    better="higher",
    table="interactions",
    needs=("resolved",),
    accumulator=Ratio,
    rows=solved,
)


def clock_s(text: str) -> float | None:
    """Seconds of "00:02:23"; None where there is nothing."""
    if not text:
        return None
    hours, minutes, seconds = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + seconds


def test_the_teaching_sheet(data: Path) -> None:
    """81 % answered, 72.92 % of all calls resolved, a rating of 3.40 (published); the rest from the file."""
    folder = data / "callcentre_pwc_teaching"
    rows, oracle = rows_of(folder, "call_center.csv.gz"), oracle_of(folder)
    calls = {
        "agent": [r["Agent"] for r in rows],
        "abandoned": [r["Answered (Y/N)"] == "N" for r in rows],
        "resolved": [r["Resolved"] == "Y" for r in rows],
        "wait_s": [float(r["Speed of answer in seconds"] or "nan") for r in rows],
        "talk_s": [clock_s(r["AvgTalkDuration"]) for r in rows],
    }
    answers = {"agent": calls["agent"], "score": [float(r["Satisfaction rating"] or "nan") for r in rows]}
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    mean = KPIS["csat_mean"].with_(scale=(1, 5))
    keys: list[str | Kpi] = ["answer_rate", "resolved_flag_rate", "asa", "aht", "service_level", OF_ALL, csat, mean]
    asked = {"interactions": calls, "answers": answers}
    found = measure(keys, asked)
    assert round(percent(found.get("answer_rate").value)) == int(oracle["published"]["answered_pct"])
    assert percent(found.get("resolved_of_all").value) == near(oracle["published"]["resolved_pct"])
    assert percent(found.get("resolved_flag_rate").value) == near(oracle["resolved_pct_of_answered"])
    assert round(found.get("csat_mean").value or 0, 1) == oracle["published"]["CSAT_mean"]
    assert found.get("csat_mean").value == near(oracle["rating_mean"])
    assert percent(found.get("csat").value) == near(oracle["csat_top2_pct"])
    assert found.get("asa").value == near(oracle["ASA"])
    assert found.get("aht").value == near(oracle["talk_seconds_mean"])
    assert percent(found.get("service_level").value) == near(100 * oracle["answered_within_20s"] / oracle["calls"])
    by_agent = measure(keys, asked, by=["agent"])
    for agent, known in oracle["by_agent"].items():
        assert by_agent.get("asa", agent=agent).value == near(known["asa"])
        assert by_agent.get("asa", agent=agent).n == known["answered"]
        assert by_agent.get("csat_mean", agent=agent).value == near(known["rating"])


# --- a simulated call centre with a service standard -------------------------------------------------


def test_the_simulated_call_centre(data: Path) -> None:
    """91.825 % answered within a minute; by month it falls; nobody abandons."""
    folder = data / "callcentre_simulated"
    rows, oracle = rows_of(folder, "simulated_call_centre.csv.gz"), oracle_of(folder)
    calls = {
        "queued_at": np.array([r["date"] for r in rows], "datetime64[us]"),
        "wait_s": np.array([r["wait_length"] for r in rows], np.float64),
        "talk_s": np.array([r["service_length"] for r in rows], np.float64),
    }
    minute = KPIS["service_level"].with_(within=dt.timedelta(minutes=1))
    found = measure([minute, "asa", "aht", "wait_p50"], {"interactions": calls})
    assert percent(found.get("service_level").value) == near(oracle["service_level_60s_pct(wait_length<=60)"])
    assert found.get("asa").value == near(oracle["ASA_seconds"])
    assert found.get("aht").value == near(oracle["mean_service_seconds"])
    assert found.get("wait_p50").value == oracle["wait"]["p50_linear"]
    by_month = measure([minute], {"interactions": calls}, by=["month"])
    assert {m.group["month"].isoformat()[:7]: percent(m.value) for m in by_month} == {
        month: near(known) for month, known in oracle["service_level_by_month"].items()
    }
    by_day = measure([minute], {"interactions": calls}, by=["day"])
    assert len(by_day) == oracle["days"]
    assert sum(m.value is not None and m.value >= 0.9 for m in by_day) == oracle["days_meeting_90pct_target"]


# --- official counts: sums over sums, never means of rates -------------------------------------------


def counted(key: str, rows: Any) -> Kpi:
    """A KPI of one's own over rows that hold counts: one sum over another."""
    return Kpi(
        key=key,
        title=key,
        question=f"{key}?",
        formula="sum / sum",
        unit="share",
        better=None,
        table="interactions",
        needs=("top", "base"),
        accumulator=Quotient,
        rows=rows,
    )


def pooled(t: View) -> Mapping[str, Array]:
    """Columns that servqual does not know are labels: read as numbers here."""
    return {"top": t["top"].astype(np.int64), "base": t["base"].astype(np.int64)}


def whole(rows: list[Row], name: str) -> Array:
    """A column of counts."""
    return np.array([float(r[name] or 0) for r in rows]).astype(np.int64)


def test_nhs_111_is_pooled(data: Path) -> None:
    """87.81 % of the calls answered were answered in a minute; the mean of the providers' rates would say 90.28 %."""
    folder = data / "nhs111_2015_16"
    rows, oracle = rows_of(folder, "nhs111_mds_2015_16.csv.gz"), oracle_of(folder)
    in_a_minute, answered = whole(rows, "Nhs1 Answered 60sec SUM"), whole(rows, "Nhs1 Answered Calls SUM")
    abandoned, offered = whole(rows, "Nhs1 Abandoned Calls SUM"), whole(rows, "Nhs1 Number Calls Offered SUM")
    assert [len(rows), *(int(x.sum()) for x in (offered, abandoned, answered, in_a_minute))] == [
        oracle[name] for name in ("rows", "offered", "abandoned", "answered", "answered_60s")
    ]
    month = [r["Periodname"] for r in rows]
    level = {"top": in_a_minute, "base": answered, "month_name": month, "row": np.arange(len(rows))}
    gone = {"top": abandoned, "base": offered, "month_name": month}
    kpi = counted("in a minute", pooled)
    found = measure([kpi], {"interactions": level}).one()
    assert percent(found.value) == near(oracle["pooled_answered_60s_pct_of_answered"])
    left = measure([kpi], {"interactions": gone}).one()
    assert percent(left.value) == near(oracle["pooled_abandoned_pct_of_offered"])
    rates = [percent(m.value) for m in measure([kpi], {"interactions": level}, by=["row"]) if m.value is not None]
    assert statistics.fmean(rates) == near(oracle["unweighted_mean_of_row_rates"]["Answered_60sec_Rate"])
    for name, key in (("answered_60s_pct_of_answered", level), ("abandoned_pct", gone)):
        by_month = measure([kpi], {"interactions": key}, by=["month_name"])
        assert {m.group["month_name"]: percent(m.value) for m in by_month} == {
            m: near(known[name]) for m, known in oracle["by_month"].items()
        }


def test_nhs_emergency_departments_are_pooled(data: Path) -> None:
    """Within four hours: England March 2019 86.60 % (published 86.6), each month, all types and the large ones."""
    folder = data / "nhs_ae_attendances"
    rows, oracle = rows_of(folder, "ae_attendances.csv.gz"), oracle_of(folder)
    kpi = counted("within four hours", pooled)

    def by_month(mine: list[Row]) -> dict[str, float]:
        came, late = whole(mine, "attendances"), whole(mine, "breaches")
        table = {
            "queued_at": np.array([r["period"] for r in mine], "datetime64[us]"),
            "top": came - late,
            "base": came,
        }
        found = measure([kpi], {"interactions": table}, by=["month"])
        return {m.group["month"].isoformat(): percent(m.value) for m in found}

    every = by_month(rows)
    assert every == {m: near(known) for m, known in oracle["within_4h_pct_by_month_all_types"].items()}
    assert by_month([r for r in rows if r["type"] == "1"]) == {
        m: near(known) for m, known in oracle["within_4h_pct_by_month_type1"].items()
    }
    published = oracle["published"]["England all types within 4h"]
    assert round(every["2019-03-01"], 1) == published["2019-03"]
    assert round(every["2019-01-01"], 1) == published["2019-01"]
