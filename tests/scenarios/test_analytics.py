"""Stories of analysis: from raw rows to a decision."""

import datetime as dt
from html import unescape
from pathlib import Path

import pytest

from servqual.metrics import KPIS, attainment, measure, pareto
from servqual.model import Audit, AuditId, Finding, Indicator, ServiceStandard
from servqual.model import audit as auditing
from servqual.model import standard as drafting
from servqual.report import Config, render, report

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def test_raw_rows_are_sorted_counted_and_analysed_by_team() -> None:
    """AN-01 and TC-03: contacts, cases and answers become numbers by team in one go.

    North waits 10 and 30 s, solves 1 of 2 and satisfies 1 of 2; south waits 50 s, solves 1 of 1, and nobody answered.
    """
    data = {
        "interactions": {"queued_at": [NINE] * 3, "wait_s": [10, 30, 50], "team": ["north", "north", "south"]},
        "cases": {
            "received_at": [NINE] * 3,
            "resolved_at": [NINE + HOUR, None, NINE + HOUR],
            "team": ["north", "north", "south"],
        },
        "answers": {"answered_at": [NINE] * 2, "score": [5, 1], "team": ["north"] * 2},
    }
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    found = measure([KPIS["asa"], KPIS["resolution_rate"], csat], data, by=["team"], now=NINE + DAY)
    assert {(m.kpi, m.group["team"]): (m.value, m.n) for m in found} == {
        ("asa", "north"): (20, 2),
        ("asa", "south"): (50, 1),
        ("resolution_rate", "north"): (0.5, 2),
        ("resolution_rate", "south"): (1, 1),
        ("csat", "north"): (0.5, 2),
    }


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Eighty cases a month in March and April; the south leaves half of its cases, all about the line, unsolved."""
    lines = ["case_id,received_at,resolved_at,team,category"]
    for month in (3, 4):
        for n in range(80):
            team, category = ("north", "billing") if n % 4 else ("south", "line")
            done = "" if team == "south" and n % 8 else f"2026-{month:02}-{n % 28 + 1:02}T11:00Z"
            lines.append(f"{month}-{n},2026-{month:02}-{n % 28 + 1:02}T09:00Z,{done},{team},{category}")
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def test_one_export_becomes_a_monthly_page_that_says_what_to_decide(export: Path) -> None:
    """AN-07 and NU-04: a report by month with volume and rate, the goal that is missed, and the team to look at first.

    Twenty of eighty cases a month are of the south, ten of them unsolved: 70 of 80 solved, 87.5 % against 95 %. All
    cases of the south are about the line, so that both are one finding.
    """
    settings = {
        "report": {"every": "month"},
        "targets": [{"clock": "resolution", "within": "4 h", "goal": 0.95}],
    }
    found = report(export, Config.from_table(settings), now=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    trends = {trend["kpi"]: [(p["start"], p["value"], p["n"]) for p in trend["points"]] for trend in found["trends"]}
    assert trends["case_volume"] == [("2026-03-01", 80, 80), ("2026-04-01", 80, 80)]
    assert trends["resolution_rate"] == [("2026-03-01", 0.875, 80), ("2026-04-01", 0.875, 80)]
    [promise] = found["standards"]
    assert (promise["goal"], promise["value"], promise["status"]) == (0.95, 0.875, "not_reached")
    [first] = found["priorities"]
    assert (first["value"], first["n"]) == (0.5, 40)
    names = {(first["column"], first["group"]), *((same["column"], same["group"]) for same in first["same"])}
    assert names == {("category", "line"), ("team", "south")}
    page = unescape(render(found)).replace("\xa0", " ")
    assert all(row["sentence"] in page for row in found["priorities"])


def test_the_step_that_takes_the_time_and_the_cause_that_comes_most() -> None:
    """AN-08: where time goes by step, and which causes make up most of the work.

    Intake takes 10, waiting for parts 240 and the repair 50 of 300 minutes; of ten causes six are the same.
    """
    lasts = {"intake": 10, "parts": 240, "repair": 50}
    steps = {
        "step": list(lasts),
        "started_at": [NINE] * 3,
        "ended_at": [NINE + minutes * MINUTE for minutes in lasts.values()],
    }
    shares = {
        name: measure([KPIS["step_time_share"].with_(steps=(name,))], {"steps": steps}, now=NINE + DAY).one().value
        for name in lasts
    }
    assert shares == pytest.approx({"intake": 1 / 30, "parts": 0.8, "repair": 1 / 6})
    cases = {"received_at": [NINE] * 10, "cause": ["cable"] * 3 + ["setup"] * 6 + ["power"]}
    ranked = pareto(measure(["case_volume"], {"cases": cases}, by=["cause"], now=NINE + DAY))
    assert [(row.category, row.count, row.cumulative) for row in ranked.vital_few(0.8)] == [
        ("setup", 6, 0.6),
        ("cable", 3, 0.9),
    ]


def test_how_many_customers_of_a_segment_were_lost() -> None:
    """AN-02, partly: who was active at the start of a quarter and is not at its end, by segment.

    Of the firms K-1 bought again and K-2 did not, both persons did; K-5 was lost before.
    """
    start, end = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (4, 7))
    old, late, long_ago = start - 10 * DAY, end - 10 * DAY, start - 200 * DAY
    bought = [("K-1", old), ("K-1", late), ("K-2", old), ("K-3", old), ("K-3", late), ("K-4", old), ("K-4", late)]
    purchases = {
        "customer_id": [customer for customer, _ in bought] + ["K-5"],
        "at": [at for _, at in bought] + [long_ago],
        "segment": ["firm"] * 3 + ["person"] * 4 + ["firm"],
    }
    churn = KPIS["churn_rate"].with_(active_within=90 * DAY)
    found = measure([churn], {"purchases": purchases}, by=["segment"], period=(start, end), now=end + DAY)
    assert {m.group["segment"]: (m.value, m.n) for m in found} == {"firm": (0.5, 2), "person": (0, 2)}


def test_how_many_cases_are_open_at_any_moment() -> None:
    """AN-11: what is open now; what has not come in yet, and what is done by then, is not."""
    cases = {
        "received_at": [NINE, NINE + HOUR, NINE + 2 * HOUR],
        "resolved_at": [NINE + 3 * HOUR, None, None],
        "team": ["north", "north", "south"],
    }

    def open_at(moment: dt.datetime) -> dict[str, float | None]:
        found = measure(["backlog"], {"cases": cases}, by=["team"], now=moment)
        return {m.group["team"]: m.value for m in found if m.value}

    assert open_at(NINE + 1.5 * HOUR) == {"north": 2}
    assert open_at(NINE + 2.5 * HOUR) == {"north": 2, "south": 1}
    assert open_at(NINE + 3 * HOUR) == {"north": 1, "south": 1}


def test_rows_that_cannot_be_true_are_counted_and_named() -> None:
    """AN-13: every row is read, used or refused with its reason, beside the number that the others gave."""
    cases = {
        "case_id": ["C-1", "C-2", "C-3", "C-4"],
        "received_at": ["2026-05-04T09:00Z", "2026-05-04T09:00Z", "", "31/02/2026"],
        "resolved_at": ["2026-05-04T10:00Z", "2026-05-03T10:00Z", "2026-05-04T10:00Z", ""],
    }
    found = measure(["resolution_time"], {"cases": cases}, now=NINE + DAY)
    assert (found.one().value, found.one().n, found.one().unread) == (3600, 1, 3)
    rows = found.rows["cases"]
    assert (rows.read, rows.used, rows.refused) == (4, 1, 3)
    assert {(refusal.row, refusal.column) for refusal in rows.refusals} == {
        (1, "resolved_at"),
        (2, "received_at"),
        (3, "received_at"),
    }
    assert sum(rows.reasons.values()) == 3


def test_a_standard_is_monitored_by_its_numbers_and_assessed_by_an_audit() -> None:
    """TC-05: the goals of a published standard held against the cases, and an audit of the same service.

    Three of four cases are solved, 75 % of 95 %: 0.2 short; the audit names what is wrong and what is good.
    """
    goal = Indicator(name="solve what we take on", kpi="resolution_rate", goal=0.95)
    standard = ServiceStandard(
        history=[
            drafting.Drafted(at=NINE, by="M-1", name="Support", version="1", departments=["desk"], indicators=[goal]),
            drafting.Reviewed(at=NINE + DAY, by="D-1", department_head=True, passed=True),
            drafting.Confirmed(at=NINE + 2 * DAY, by="D-1", how="internal_review"),
            drafting.Published(at=NINE + 3 * DAY, by="M-1"),
        ]
    )
    start = NINE + 4 * DAY
    cases = {"received_at": [start] * 4, "resolved_at": [start + HOUR] * 3 + [None]}
    [row] = attainment(standard, {"cases": cases}, now=start + 30 * DAY)
    assert row.met is False
    assert row.gap == pytest.approx(0.2)
    slow = Finding(name="parts", text="nobody orders parts", evidence="service_records")
    kind = Finding(name="tone", text="friendly", evidence="customer_feedback", strength=True)
    audit = Audit(
        history=[
            auditing.Planned(
                at=start,
                by="Q-1",
                id=AuditId("A-1"),
                kind="quality_assessment",
                subject=standard.name,
                checklist=["solved in time", "tone"],
            ),
            auditing.Held(at=start + DAY, by="Q-1", met=["tone"], findings=[slow, kind]),
        ]
    )
    assert (audit.unmet, audit.weaknesses, audit.strengths) == (("solved in time",), (slow,), (kind,))
