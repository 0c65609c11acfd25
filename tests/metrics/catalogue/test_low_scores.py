"""Ten scores or more of which none is above 5 are told, where the scale of the question ends later."""

import datetime as dt
from typing import Any

import pytest

from servqual.metrics import KPIS, Kpi, tally

NINE = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
CSAT = KPIS["csat"].with_(scale=(1, 10), satisfied_from=8)


def said(kpi: Kpi, *parts: list[float], **more: list[Any]) -> list[str]:
    """What is told of the scores of some parts."""
    tallies = [tally([kpi], {"answers": {"answered_at": [NINE] * len(p), "score": p, **more}}) for p in parts]
    whole = sum(tallies[1:], start=tallies[0])
    return [str(each) for each in whole.measure().one().warnings if each.code == "scores.off_scale"]


@pytest.mark.parametrize(
    ("kpi", "scale"), [(CSAT, "1 to 10"), (KPIS["ces"], "1 to 7"), (KPIS["csat_mean"].with_(scale=(0, 10)), "0 to 10")]
)
def test_scores_of_a_shorter_scale_are_told(kpi: Kpi, scale: str) -> None:
    """Nine are too few, and one above 5 in any part is enough."""
    text = [f"none of 10 scores is above 5: was the scale {scale}?"]
    assert said(kpi, [5, 4, 5, 3, 5, 5, 4, 1, 5, 5]) == text
    assert said(kpi, [5, 4, 5], [3, 5, 5, 4], [1, 5, 5]) == text
    assert not said(kpi, [5, 4, 5, 3, 5, 5, 4, 1, 5])
    assert not said(kpi, [5, 4, 5, 3, 5, 5, 4, 1, 5], [6])


def test_the_scale_of_5_itself_and_other_questions_say_nothing() -> None:
    """Scores that another question asks for are not counted."""
    five = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    assert not said(five, [5.0] * 20)
    assert not said(KPIS["csat"].with_(scale=(0, 100), satisfied_from=80), [5.0] * 20)
    assert not said(CSAT, [8.0] * 10 + [3.0] * 20, question_kind=["csat"] * 10 + ["nps"] * 20)
