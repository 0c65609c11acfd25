"""Satisfaction that stands in the export of the cases."""

from pathlib import Path

import pytest

from servqual.metrics import KPIS, measure
from servqual.report import Config, render, report

SCORES = (None, 1, 3, 4, 5, 5, 2)
SETTINGS = """
[columns]
case_id = "id"
received_at = "created"
resolved_at = "solved"
[read]
zone = "Europe/Berlin"
[tables.answers]
file = "cases.csv"
columns = { answer_id = "id", answered_at = "solved", score = "How satisfied?" }
kpis = { csat = { scale = [1, 5], satisfied_from = 4 } }
"""


def test_scores_beside_cases_are_told_as_satisfaction(tmp_path: Path) -> None:
    """The share is that of `measure` of the same scores, a case without one counts for none, and the page says it."""
    days = [f"2026-05-{place % 28 + 1:02}" for place in range(140)]
    scores = [SCORES[place % len(SCORES)] for place in range(140)]
    rows = [
        f"C{place},{day}T09:00,{day}T12:00,{'' if score is None else score}"
        for place, (day, score) in enumerate(zip(days, scores, strict=True))
    ]
    (tmp_path / "cases.csv").write_text("\n".join(["id,created,solved,How satisfied?", *rows]), encoding="utf-8")
    (tmp_path / "desk.toml").write_text(SETTINGS, encoding="utf-8")
    found = report(tmp_path / "cases.csv", Config.read(preset=None, path=tmp_path / "desk.toml"))
    [answers] = found["tables"]
    [row] = [row for row in answers["kpis"] if row["key"] == "csat"]
    given = [score for score in scores if score is not None]
    table = {"answered_at": ["2026-05-04T10:00Z"] * len(given), "score": given}
    m = measure([KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)], {"answers": table}).one()
    assert (row["value"], row["n"], row["low"]) == (m.value, 120, m.low)
    assert m.value == pytest.approx(0.5)
    assert "Survey answers: customer satisfaction (scale 1 to 5, satisfied from 4) 50 %." in found["headline"]
    assert "customer satisfaction" in render(found).casefold()


def test_the_period_cuts_satisfaction_too(tmp_path: Path) -> None:
    """Answers of June are left out of May, and the page names the same days for both tables."""
    rows = [
        f"C{day},2026-0{month}-{day:02}T09:00,2026-0{month}-{day:02}T12:00,4"
        for month in (5, 6)
        for day in range(1, 29)
    ]
    text = "\n".join(["id,created,solved,How satisfied?", *rows])
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    settings = SETTINGS.replace("case_id", "#case_id").replace('answer_id = "id", ', "")
    (tmp_path / "desk.toml").write_text(settings + '[report]\nperiod = "2026-05"\n', encoding="utf-8")
    found = report(tmp_path / "cases.csv", Config.read(preset=None, path=tmp_path / "desk.toml"))
    [row] = [row for row in found["tables"][0]["kpis"] if row["key"] == "csat"]
    assert (row["n"], found["rows"]["cases"]) == (28, 28)
    assert render(found).count("2026-05-01 to 2026-05-31") >= 2
