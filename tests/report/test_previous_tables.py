"""An earlier report of contacts, counts, complaints or answers: held against, or refused with what to do."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from servqual.errors import InvalidValue
from servqual.metrics import measure
from servqual.report import Config, report

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def rows_of(table: str) -> dict[str, Any]:
    """Two months in hours, the second worse than the first."""
    times = [dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + place * HOUR for place in range(61 * 24)]
    bad = [at.month == 4 for at in times]
    match table:
        case "interactions":
            more: dict[str, Any] = {"queued_at": times, "abandoned": [b or p % 9 == 0 for p, b in enumerate(bad)]}
        case "complaints":
            more = {
                "received_at": times,
                "resolved_at": [at + HOUR * (9 if b else 1) for at, b in zip(times, bad, strict=True)],
            }
        case "answers":
            more = {
                "answered_at": times,
                "score": [1 if b else 5 for b in bad],
                "customer_id": [str(n) for n in range(len(times))],
            }
        case _:
            more = {"at": times, "offered": [10] * len(times), "answered": [5 if b else 9 for b in bad]}
    return more


FIGURES = {
    "interactions": "abandonment_rate",
    "complaints": "complaint_handling_p50",
    "answers": "csat",
    "contact_counts": "answer_rate",
}


def told(
    table: str, period: str, rows: Any = None, previous: Path | None = None, now: str | None = None
) -> dict[str, Any]:
    """A report of a table in a period."""
    kpis = {"kpis": {"csat": {"scale": [1, 5], "satisfied_from": 4}}} if table == "answers" else {}
    config = Config.from_table({"report": {"period": period}, **kpis}, of=table)
    moment = None if now is None else dt.datetime.fromisoformat(now)
    return report(rows_of(table), config, now=moment, previous=previous)


def written(folder: Path, found: dict[str, Any]) -> Path:
    """A report as its JSON."""
    path = folder / "before.json"
    path.write_text(json.dumps(found, allow_nan=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("table", FIGURES)
def test_an_earlier_report_of_any_table_is_one_side(table: str, tmp_path: Path) -> None:
    """April against the JSON of March: the values are those of each period, and the days are said."""
    march = told(table, "2026-03", now="2026-04-20T00:00:00+00:00")
    april = told(table, "2026-04", previous=written(tmp_path, march), now="2026-05-20T00:00:00+00:00")["tables"][0]
    [change] = [row for row in april["changes"] if row["kpi"] == FIGURES[table]]
    assert (change["decision"], change["before_from"], change["after_from"]) == ("worse", "2026-03-01", "2026-04-01")
    [before] = [row for row in march["tables"][0]["kpis"] if row["key"] == FIGURES[table]]
    [after] = [row for row in april["kpis"] if row["key"] == FIGURES[table]]
    assert (change["before"], change["after"]) == (before["value"], after["value"])
    if table == "interactions":
        seen = measure(["abandonment_rate"], {table: rows_of(table)}, period="2026-03").one()
        assert change["before"] == seen.value
    assert not [note for note in april["notes"] if "previous" in note]


def test_an_earlier_report_that_overlaps_is_refused(tmp_path: Path) -> None:
    """With the table, and the option that cuts."""
    path = written(tmp_path, told("interactions", "2026-03..2026-04"))
    with pytest.raises(InvalidValue, match=r"before 2026-04-01.* with contacts.*cut this report with --period"):
        told("interactions", "2026-04", previous=path)


def test_an_earlier_report_of_other_tables_alone_is_refused(tmp_path: Path) -> None:
    """Which tables it has, and which this report has."""
    path = written(tmp_path, told("complaints", "2026-03"))
    with pytest.raises(InvalidValue, match=r"previous must hold a table of this report, interactions \(got complaints"):
        told("interactions", "2026-04", previous=path)


def test_a_table_that_the_earlier_report_lacks_is_said(tmp_path: Path) -> None:
    """Cases are held against the earlier ones, contacts against their own last period, with a note."""
    moments = rows_of("interactions")["queued_at"]
    cases = {"received_at": moments, "resolved_at": [at + HOUR for at in moments]}
    path = written(tmp_path, report(cases, Config.from_table({"report": {"period": "2026-03"}})))
    lines = "\n".join(
        f"{at.isoformat()},{gone}" for at, gone in zip(moments, rows_of("interactions")["abandoned"], strict=True)
    )
    (tmp_path / "calls.csv").write_text(f"queued_at,abandoned\n{lines}\n", encoding="utf-8")
    settings = {"report": {"period": "2026-04"}, "tables": {"interactions": {"file": str(tmp_path / "calls.csv")}}}
    found = report(cases, Config.from_table(settings), previous=path)
    assert [note for note in found["tables"][0]["notes"] if "previous" in note] == [
        "previous has no effect here: before.json has no table of interactions"
    ]
    assert not [note for note in found["notes"] if "previous" in note]


def test_a_figure_of_another_limit_is_not_compared(tmp_path: Path) -> None:
    """A service level in 20 s is none in 60 s."""
    rows = rows_of("interactions") | {"wait_s": [30] * 61 * 24}
    configs = [
        Config.from_table(
            {"report": {"period": period}, "kpis": {"service_level": {"within": within}}}, of="interactions"
        )
        for period, within in (("2026-03", "20 s"), ("2026-04", "60 s"))
    ]
    path = written(tmp_path, report(rows, configs[0]))
    [section] = report(rows, configs[1], previous=path)["tables"]
    [reason] = [row["reason"] for row in section["changes_unjudged"] if row["kpi"] == "service_level"]
    assert reason.startswith("the earlier report defines it otherwise")
