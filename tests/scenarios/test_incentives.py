"""A story of an incentive that follows what customers say."""

import datetime as dt

from servqual.metrics import KPIS, measure
from servqual.model import AgentId, Appraisal, Rating, points
from servqual.model import appraisal as event

T0 = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def bonus_of(scores: list[int], stars: int, kept: int) -> tuple[float, str | None]:
    """The score and the suggested outcome by survey answers, stars, and how many of ten complaints were in time."""
    csat = KPIS["csat"].with_(scale=(1, 5), satisfied_from=4)
    in_time = KPIS["complaint_kept"].with_(within=2 * DAY)
    data = {
        "answers": {"answered_at": [T0] * len(scores), "score": scores},
        "complaints": {"received_at": [T0] * 10, "resolved_at": [T0 + DAY] * kept + [T0 + 9 * DAY] * (10 - kept)},
    }
    found = measure([csat, in_time], data, now=T0 + 30 * DAY)
    values = {key: found.get(key).value for key in ("csat", "complaint_kept")}
    appraisal = Appraisal(
        history=[
            event.SchemeSet(
                at=T0,
                by="M-1",
                member=AgentId("A-1"),
                period=(dt.date(2026, 1, 1), dt.date(2026, 1, 31)),
                weights={"csat": 0.5, "ratings": 0.2, "complaint_kept": 0.3},
                rater_weights={"customer": 1},
                bands={80: "bonus", 0: "coaching"},
            ),
            event.DataCollected(
                at=T0 + 30 * DAY,
                by="M-1",
                scores={key: points(value, worst=0, best=1) for key, value in values.items() if value is not None},
                ratings=[Rating(by="customer", score=stars, scale=(1, 5))],
            ),
        ]
    )
    score = appraisal.score().value
    assert score is not None
    return round(score, 9), appraisal.suggested_outcome()


def test_the_incentive_follows_satisfaction_ratings_and_complaints() -> None:
    """IC-05: survey, service rating and the handling of complaints decide on the bonus.

    0.5 × 80 + 0.2 × 75 + 0.3 × 90 = 40 + 15 + 27 = 82; with 2 satisfied of 5 it is 62, and no bonus.
    """
    assert bonus_of([5, 5, 4, 4, 1], stars=4, kept=9) == (82.0, "bonus")
    assert bonus_of([5, 4, 3, 2, 1], stars=4, kept=9) == (62.0, "coaching")
